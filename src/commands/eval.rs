//! `bodycopy eval`: how well the patterns do on labelled text.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write};

use anyhow::{Context as _, Result};

use super::ExitStatus;
use crate::cli::EvalArgs;
use crate::eval::{Found, Labelled, Mistake, Part, Report, score};
use crate::project::{Proof, Setup};

pub fn run(args: &EvalArgs) -> Result<ExitStatus> {
    let setup = Setup::new(&args.patterns, Proof::Forget)?;
    let mut documents: Vec<Labelled> = Vec::new();
    for path in &args.files {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.with_context(|| format!("{}: cannot read on", path.display()))?;
            if !line.trim().is_empty() {
                let place = || format!("{}:{}: no labelled record", path.display(), number + 1);
                documents.push(serde_json::from_str(&line).with_context(place)?);
            }
        }
    }
    let mut report = score(&setup.stripper(), &documents)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if args.json {
        if !args.losses {
            report.losses.clear();
        }
        if !args.misses {
            report.misses.clear();
        }
        serde_json::to_writer(&mut out, &report)?;
        writeln!(out)?;
    } else {
        table(&mut out, &report)?;
        if args.losses {
            mistakes(&mut out, "lost", &report.losses)?;
        }
        if args.misses {
            mistakes(&mut out, "left", &report.misses)?;
        }
    }
    out.flush()?;
    Ok(ExitStatus::Done)
}

fn table(out: &mut impl Write, report: &Report) -> io::Result<()> {
    writeln!(out, "{:16} {:>7} {:>8} {:>7}", "category", "lines", "removed", "recall")?;
    let row = |out: &mut dyn Write, name: &str, found: Found| {
        writeln!(
            out,
            "{name:16} {:7} {:8} {:7.3}",
            found.lines,
            found.removed,
            found.recall()
        )
    };
    for (name, found) in report.rows() {
        row(out, name, found)?;
    }
    row(out, "boilerplate", report.boilerplate)?;
    row(out, "furniture", report.furniture)?;
    if report.pleas.lines > 0 {
        row(out, "pleas in body", report.pleas)?;
    }
    for (what, parts) in [("source", &report.sources), ("language", &report.languages)] {
        let named: Vec<(&String, &Part)> = parts.iter().filter(|(name, _)| !name.is_empty()).collect();
        if !named.is_empty() {
            writeln!(
                out,
                "\n{what:16} {:>7} {:>8} {:>7} {:>10}",
                "lines", "removed", "recall", "loss, ppm"
            )?;
        }
        for (name, part) in named {
            let found = part.found;
            let (lines, removed, recall) = (found.lines, found.removed, found.recall());
            writeln!(
                out,
                "{name:16} {lines:7} {removed:8} {recall:7.3} {:10.0}",
                part.loss.ppm()
            )?;
        }
    }
    let Report {
        loss, hurt, documents, ..
    } = report;
    writeln!(
        out,
        "\nbody copy lost: {:.0} ppm of {} characters, in {hurt} of {documents} documents",
        loss.ppm(),
        loss.characters
    )
}

fn mistakes(out: &mut impl Write, what: &str, mistakes: &[Mistake]) -> io::Result<()> {
    for mistake in mistakes {
        let Mistake {
            id,
            line,
            label,
            text,
            pattern,
        } = mistake;
        let by = pattern
            .as_deref()
            .map(|pattern| format!(" to {pattern}"))
            .unwrap_or_default();
        writeln!(out, "{what} {label} {id}:{line}{by}: {text}")?;
    }
    Ok(())
}
