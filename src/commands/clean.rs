//! `bodycopy clean`: a corpus to a clean one.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use anyhow::{Context as _, Result, bail};

use super::ExitStatus;
use super::progress::Progress;
use crate::cli::{CleanArgs, CorpusFormat, Mode, Others};
use crate::corpus::{self, Destination, Kind, Options, PublisherFrom, Report, Scope, Sources};
use crate::output::note;
use crate::project::{Proof, Setup};

pub fn run(args: &CleanArgs) -> Result<ExitStatus> {
    let setup = Setup::new(&args.patterns, Proof::Forget)?;
    let options = options(args, &setup)?;
    let stripper = setup.stripper();
    // The stripper has what it needs of them.
    drop(setup);
    if let Some(path) = &args.report {
        // Found out now, not after a night.
        File::create(path).with_context(|| format!("cannot create the report {}", path.display()))?;
    }
    let progress = Progress::new(args.quiet);
    let result = corpus::clean(&stripper, &options, &progress);
    progress.end();
    let report = result?;
    if let Some(path) = &args.report {
        write_report(path, &report).with_context(|| format!("cannot write the report {}", path.display()))?;
    }
    if !args.quiet {
        progress.rest();
        summarize(&report);
    }
    Ok(if report.has_failures() {
        ExitStatus::Failed
    } else {
        ExitStatus::Done
    })
}

fn options(args: &CleanArgs, setup: &Setup) -> Result<Options> {
    let sources = match &args.files_from {
        Some(list) => Sources::Listed(read_list(list)?),
        None => Sources::Paths(args.sources.clone()),
    };
    let destination = match &args.output {
        Some(folder) => Destination::Folder(folder.clone()),
        None if args.in_place => Destination::InPlace,
        // A dry run writes nothing there.
        None => Destination::Folder(PathBuf::from("bodycopy-dry-run")),
    };
    if let (Some(ledger), Destination::InPlace) = (&args.ledger, &destination)
        && !args.hidden
        && args
            .sources
            .iter()
            .any(|source| ledger.starts_with(source) && !ledger.starts_with(source.join(".bodycopy")))
    {
        bail!(
            "{}: a ledger in the folder would be cleaned with it by the next run; put it elsewhere",
            ledger.display()
        );
    }
    let fields = match (&*args.text_field, &setup.project.text_field) {
        ([], Some(field)) => vec![field.clone()],
        ([], None) => vec!["text".to_owned()],
        (fields, _) => fields.to_vec(),
    };
    Ok(Options {
        sources,
        scope: Scope {
            include: args.include.clone(),
            exclude: args.exclude.clone(),
            hidden: args.hidden,
            follow: args.follow,
        },
        destination,
        removed: args.removed.clone(),
        mode: match args.mode {
            Mode::Delete => corpus::Mode::Delete,
            Mode::Mark => corpus::Mode::Mark,
            Mode::Split => corpus::Mode::Split,
        },
        kind: args.format.map(Kind::from),
        fields,
        publisher_from: args.publisher_from.as_deref().map(PublisherFrom::parse),
        max_removed: args.max_removed,
        others: match args.others {
            Others::Copy => corpus::Others::Copy,
            Others::Skip => corpus::Others::Skip,
        },
        jobs: args
            .jobs
            .map_or_else(|| available_parallelism().map_or(1, Into::into), Into::into),
        ledger: args.ledger.clone(),
        force: args.force,
        dry_run: args.dry_run,
        sets: setup.sets.digest(),
        selection: setup.chosen.clone(),
    })
}

impl From<CorpusFormat> for Kind {
    fn from(format: CorpusFormat) -> Self {
        match format {
            CorpusFormat::Text => Self::Text,
            CorpusFormat::Jsonl => Self::Jsonl,
            CorpusFormat::Warc => Self::Warc,
            CorpusFormat::Parquet => Self::Parquet,
        }
    }
}

/// Reads paths, a line each. They need not be UTF-8.
fn read_list(list: &Path) -> Result<Vec<PathBuf>> {
    let input = super::open(list).with_context(|| list.display().to_string())?;
    let mut paths = Vec::new();
    for line in BufReader::new(input).split(b'\n') {
        let line = line.with_context(|| format!("{}: cannot read on", list.display()))?;
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if !line.is_empty() {
            paths.push(path_of(line)?);
        }
    }
    Ok(paths)
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Ok(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Result<PathBuf> {
    Ok(PathBuf::from(
        std::str::from_utf8(bytes).context("a path that is not UTF-8")?,
    ))
}

fn write_report(path: &Path, report: &Report) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)?;
    out.flush()
}

/// So many patterns are shown.
const TOP_PATTERNS: usize = 5;

fn summarize(report: &Report) {
    let tally = &report.tally;
    let mut files = format!(
        "{} files cleaned, {} of them unchanged",
        report.cleaned, report.unchanged
    );
    for (count, what) in [
        (report.copied, "copied"),
        (report.skipped, "skipped"),
        (report.done_before, "done before"),
        (report.failed.len() as u64, "failed"),
    ] {
        if count > 0 {
            files.push_str(&format!("; {count} {what}"));
        }
    }
    note(format_args!("{files}"));
    let mut documents = format!("{} documents, {} changed", tally.documents, tally.changed);
    for (count, what) in [
        (tally.emptied, "with nothing left"),
        (tally.passed_on, "passed on as they are"),
        (tally.failed_documents, "that could not be judged"),
    ] {
        if count > 0 {
            documents.push_str(&format!(", {count} {what}"));
        }
    }
    note(format_args!("{documents}"));
    if tally.unjudged_lines > 0 {
        note(format_args!(
            "{} lines longer than 1 MiB were passed on unjudged",
            tally.unjudged_lines
        ));
    }
    let share = 100.0 * tally.removed_characters as f64 / tally.characters.max(1) as f64;
    note(format_args!("{} lines removed, {share:.1} % of the text", tally.lines));
    for (category, lines) in tally.categories() {
        note(format_args!("{lines:9} {category}"));
    }
    let mut patterns: Vec<_> = tally.patterns.iter().collect();
    patterns.sort_by_key(|(id, tally)| (std::cmp::Reverse(tally.lines), *id));
    if patterns.len() > TOP_PATTERNS {
        note(format_args!("the most by these of {} patterns:", patterns.len()));
    } else if !patterns.is_empty() {
        note(format_args!("by these patterns:"));
    }
    for (id, tally) in patterns.iter().take(TOP_PATTERNS) {
        note(format_args!("{:9} {id}", tally.lines));
    }
}
