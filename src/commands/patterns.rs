//! `bodycopy patterns`: what patterns there are, what one is, and whether they hold.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};

use super::ExitStatus;
use crate::check::{self, Severity};
use crate::cli::{PatternArgs, PatternsCommand};
use crate::output::{ASIDE, note};
use crate::patterns::{Kind, Marker};
use crate::project::{self, Proof, Setup};
use crate::{Pattern, PatternSet, Selection};

type Out = BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>;

pub fn run(command: &PatternsCommand) -> Result<ExitStatus> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    let status = match command {
        PatternsCommand::List { names, patterns } => list(&mut out, names, patterns),
        PatternsCommand::Show { id, patterns } => show(&mut out, id, patterns),
        PatternsCommand::Check { folder, strict, corpus } => check(&mut out, folder.as_deref(), *strict, corpus),
    }?;
    out.flush()?;
    Ok(status)
}

fn list(out: &mut Out, names: &[String], args: &PatternArgs) -> Result<ExitStatus> {
    let setup = Setup::new(args, Proof::Keep)?;
    if names.is_empty() {
        for set in &setup.sets.sets {
            let of = set
                .publisher
                .as_deref()
                .map(|publisher| format!(" ({publisher})"))
                .unwrap_or_default();
            writeln!(
                out,
                "{:32} {:4}  {}{ASIDE}{of}{ASIDE:#}",
                set.id,
                set.patterns.len(),
                set.summary
            )?;
        }
        let count: usize = setup.sets.sets.iter().map(|set| set.patterns.len()).sum();
        writeln!(out, "{count} patterns in {} sets", setup.sets.sets.len())?;
        return Ok(ExitStatus::Done);
    }
    let selection = Selection::new::<String>(&setup.sets, names, &[])?;
    for pattern in setup.sets.patterns().filter(|pattern| selection.lists(pattern)) {
        writeln!(out, "{:48} {:14} {}", pattern.id, pattern.category, pattern.kind.name())?;
    }
    Ok(ExitStatus::Done)
}

fn show(out: &mut Out, id: &str, args: &PatternArgs) -> Result<ExitStatus> {
    let setup = Setup::new(args, Proof::Keep)?;
    if let Some(set) = setup.sets.sets.iter().find(|set| set.id == id) {
        show_set(out, set)?;
        return Ok(ExitStatus::Done);
    }
    let owner = setup
        .sets
        .sets
        .iter()
        .find_map(|set| Some((set, set.patterns.iter().find(|pattern| pattern.id == id)?)));
    let Some((set, pattern)) = owner else {
        // The selection knows the nearest name.
        return Err(match Selection::new(&setup.sets, &[id], &[]) {
            Err(error) => error.into(),
            Ok(_) => {
                anyhow!("`{id}` is neither a pattern nor a set; `bodycopy patterns list {id}` lists what belongs to it")
            }
        });
    };
    show_pattern(out, set, pattern)?;
    Ok(ExitStatus::Done)
}

fn show_set(out: &mut Out, set: &PatternSet) -> io::Result<()> {
    writeln!(out, "{}\n{}", set.id, set.summary)?;
    if let Some(publisher) = &set.publisher {
        writeln!(out, "publisher  {publisher} ({})", set.names.join(", "))?;
    }
    writeln!(out, "language   {}\nfile       {}\n", set.language, set.path)?;
    for pattern in &set.patterns {
        writeln!(out, "{:48} {:14} {}", pattern.id, pattern.category, pattern.kind.name())?;
    }
    Ok(())
}

fn show_pattern(out: &mut Out, set: &PatternSet, pattern: &Pattern) -> io::Result<()> {
    writeln!(out, "{}", pattern.id)?;
    writeln!(out, "category    {}", pattern.category)?;
    let detail = match &pattern.kind {
        Kind::Line { max_chars, .. } => format!("line of at most {max_chars} characters"),
        Kind::Block { max_lines, .. } => format!("block of at most {max_lines} lines"),
        Kind::Section {
            max_lines, max_chars, ..
        } => {
            format!("section of at most {max_lines} lines, items of at most {max_chars} characters")
        }
        Kind::Span { cut, .. } => format!("span, cut at the {cut}"),
        Kind::Cue { family, weight, .. } => format!("cue of the family {family}, weight {weight}"),
        Kind::Post { place, weight, .. } => format!("{place} of a reader's post, weight {weight}"),
        Kind::Guard {
            weight: Some(weight), ..
        } => format!("guard, takes {weight} off"),
        Kind::Guard { against, .. } if !against.is_empty() => format!("guard, an exception to {}", against.join(", ")),
        Kind::Guard { weight: None, .. } => "guard, vetoes".to_owned(),
    };
    writeln!(out, "kind        {detail}")?;
    if let Some(publisher) = &pattern.publisher {
        writeln!(out, "publisher   {publisher}")?;
    }
    writeln!(out, "file        {}, line {}", set.path, pattern.line)?;
    writeln!(out, "added       {}", pattern.added)?;
    writeln!(out, "known from  {}", pattern.provenance)?;
    let names = if matches!(pattern.kind, Kind::Block { .. }) {
        ["start", "end"]
    } else {
        ["looks for", ""]
    };
    for (name, marker) in names.iter().zip(pattern.kind.markers()) {
        show_marker(out, name, marker)?;
    }
    let verb = if matches!(pattern.kind, Kind::Cue { .. } | Kind::Post { .. } | Kind::Guard { .. }) {
        "found in"
    } else {
        "removes"
    };
    examples(out, verb, &pattern.matches)?;
    examples(out, "leaves", &pattern.near_misses)?;
    for case in &pattern.cases {
        examples(out, "makes of", std::slice::from_ref(&case.input))?;
        examples(out, "this", std::slice::from_ref(&case.output))?;
    }
    Ok(())
}

fn show_marker(out: &mut Out, name: &str, marker: &Marker) -> io::Result<()> {
    writeln!(out, "\n{name}, {} of the line:", marker.anchor)?;
    for literal in &marker.phrases.literals {
        writeln!(out, "  {literal}")?;
    }
    for stem in &marker.phrases.stems {
        writeln!(out, "  {stem}…")?;
    }
    if let Some(regex) = &marker.phrases.regex {
        writeln!(out, "  the regex {}", regex.trim())?;
    }
    Ok(())
}

fn examples(out: &mut Out, verb: &str, texts: &[String]) -> io::Result<()> {
    if !texts.is_empty() {
        writeln!(out, "\n{verb}:")?;
    }
    for text in texts {
        writeln!(out, "  {}", text.trim_end().replace('\n', "\n  "))?;
    }
    Ok(())
}

fn check(out: &mut Out, folder: Option<&Path>, strict: bool, corpus: &[PathBuf]) -> Result<ExitStatus> {
    let mut sets = project::load(Proof::Keep, [])?;
    let wanted: Vec<String> = match folder {
        // A set that cannot be read is what a check is there to find.
        Some(folder) => match project::load_folder(folder, &mut sets) {
            Ok(ids) => ids,
            Err(error) if folder.is_dir() => {
                writeln!(out, "{error:#}")?;
                return Ok(ExitStatus::Found);
            }
            Err(error) => return Err(error),
        },
        None => sets.sets.iter().map(|set| set.id.clone()).collect(),
    };
    let problems = check::check(&sets, |set| wanted.contains(&set.id));
    for problem in &problems {
        let severity = if problem.severity == Severity::Error {
            ""
        } else {
            "warning: "
        };
        writeln!(
            out,
            "{}:{}: {severity}{}: {}",
            problem.path, problem.line, problem.id, problem.message
        )?;
    }
    if !corpus.is_empty() {
        let mut texts = Vec::new();
        for path in corpus {
            texts.push(fs::read(path).with_context(|| format!("cannot read {}", path.display()))?);
        }
        for id in check::never_found(&sets, texts) {
            if wanted.iter().any(|set| id.starts_with(&format!("{set}."))) {
                writeln!(out, "never found: {id}")?;
            }
        }
    }
    let errors = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .count();
    let warnings = problems.len() - errors;
    let patterns: usize = sets
        .sets
        .iter()
        .filter(|set| wanted.contains(&set.id))
        .map(|set| set.patterns.len())
        .sum();
    out.flush()?;
    note(format_args!(
        "{patterns} patterns in {} sets: {errors} errors, {warnings} warnings",
        wanted.len()
    ));
    Ok(if errors > 0 || strict && warnings > 0 {
        ExitStatus::Found
    } else {
        ExitStatus::Done
    })
}
