//! `bodycopy ledger`: what a ledger says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;

use super::ExitStatus;
use crate::cli::LedgerCommand;
use crate::corpus::open_ledger;
use crate::ledger::{Change, Line};
use crate::output::ASIDE;

pub fn run(command: &LedgerCommand) -> Result<ExitStatus> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    match command {
        LedgerCommand::Summary { ledger, json } => summary(&mut out, ledger, *json),
        LedgerCommand::Grep { ledger, names, json } => grep(&mut out, ledger, names, *json),
    }?;
    out.flush()?;
    Ok(ExitStatus::Done)
}

#[derive(Default, Serialize)]
struct Summary {
    files: u64,
    documents: u64,
    passed_on: u64,
    bytes_before: u64,
    bytes_after: u64,
    removals: u64,
    lines: u64,
    /// Lines by category and pattern.
    categories: BTreeMap<String, BTreeMap<String, u64>>,
}

fn summary(out: &mut impl Write, ledger: &Path, json: bool) -> Result<()> {
    let mut sum = Summary::default();
    read(ledger, |line, _| {
        match line {
            Line::Head(_) => {}
            Line::File(file) => {
                sum.files += 1;
                sum.documents += file.documents;
                sum.passed_on += file.passed_on;
                sum.bytes_before += file.before.bytes;
                sum.bytes_after += file.after.bytes;
            }
            Line::Change(change) => {
                if let (Some(pattern), Some(category)) = (&change.pattern, &change.category) {
                    let lines = lines_of(&change);
                    sum.removals += 1;
                    sum.lines += lines;
                    let patterns = sum.categories.entry(category.clone()).or_default();
                    *patterns.entry(pattern.clone()).or_default() += lines;
                }
            }
        }
        Ok(())
    })?;
    if json {
        serde_json::to_writer(&mut *out, &sum)?;
        writeln!(out)?;
        return Ok(());
    }
    writeln!(
        out,
        "{} files, {} documents, {} of them passed on as they are",
        sum.files, sum.documents, sum.passed_on
    )?;
    writeln!(
        out,
        "{} bytes became {}; {} lines in {} removals",
        sum.bytes_before, sum.bytes_after, sum.lines, sum.removals
    )?;
    let mut categories: Vec<_> = sum
        .categories
        .iter()
        .map(|(name, patterns)| (patterns.values().sum::<u64>(), name, patterns))
        .collect();
    categories.sort_by_key(|&(lines, name, _)| (std::cmp::Reverse(lines), name));
    for (lines, name, patterns) in categories {
        writeln!(out, "{lines:9} {name}")?;
        let mut patterns: Vec<_> = patterns.iter().collect();
        patterns.sort_by_key(|&(id, lines)| (std::cmp::Reverse(lines), id));
        for (id, lines) in patterns {
            writeln!(out, "{lines:11} {ASIDE}{id}{ASIDE:#}")?;
        }
    }
    Ok(())
}

fn grep(out: &mut impl Write, ledger: &Path, names: &[String], json: bool) -> Result<()> {
    read(ledger, |line, raw| {
        let Line::Change(change) = line else { return Ok(()) };
        let Some(pattern) = &change.pattern else { return Ok(()) };
        let meant = |name: &String| change.is_meant(name) || change.text.contains(name.as_str());
        if !names.is_empty() && !names.iter().any(meant) {
            return Ok(());
        }
        if json {
            writeln!(out, "{}", raw.trim_end())?;
            return Ok(());
        }
        let category = change.category.as_deref().unwrap_or_default();
        let line = change.lines.map_or(0, |lines| lines.0);
        let text: String = change
            .text
            .trim()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        writeln!(
            out,
            "{}:{}:{line}: {category} ({pattern}): {text}",
            change.source, change.document
        )?;
        Ok(())
    })
}

fn lines_of(change: &Change) -> u64 {
    change.lines.map_or(0, |(first, last)| last.saturating_sub(first) + 1)
}

/// Reads a ledger line by line.
fn read(path: &Path, mut take: impl FnMut(Line, &str) -> Result<()>) -> Result<()> {
    let cannot = || format!("cannot read the ledger {}", path.display());
    let mut lines = open_ledger(path).with_context(cannot)?;
    let mut line = String::new();
    for number in 1u64.. {
        line.clear();
        if lines.read_line(&mut line).with_context(cannot)? == 0 {
            break;
        }
        let parsed = match Line::parse(line.trim_end()) {
            Ok(parsed) => parsed,
            Err(error) => bail!("{}:{number}: {error}", path.display()),
        };
        if number == 1 && !matches!(parsed, Line::Head(_)) {
            bail!("{}: this is no ledger: its first line is none", path.display());
        }
        take(parsed, &line)?;
    }
    Ok(())
}
