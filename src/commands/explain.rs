//! `bodycopy explain`: each line with its verdict and the evidence for it.

use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::{ExitStatus, PIECE, open, read_some};
use crate::cli::ExplainArgs;
use crate::output::{ASIDE, REMOVED};
use crate::patterns::Kind;
use crate::project::{Proof, Setup};
use crate::text::lines::next_line;
use crate::{Event, Evidence, Reason, Removal, Sink};

/// So many characters of a line are shown.
const EXCERPT: usize = 72;

pub fn run(args: &ExplainArgs) -> Result<ExitStatus> {
    let setup = Setup::new(&args.patterns, Proof::Forget)?;
    let stripper = setup.stripper();
    let path = args.file.clone().unwrap_or_else(|| PathBuf::from("-"));
    let mut input = open(&path).with_context(|| path.display().to_string())?;
    let mut sink = Explainer {
        out: BufWriter::new(anstream::stdout().lock()),
        json: args.json,
        at: 0,
    };
    let mut stream = stripper.stream();
    stream.tell_lone_guards();
    let mut buffer = vec![0; PIECE];
    loop {
        let place = || format!("{}: cannot read on", path.display());
        let length = read_some(&mut input, &mut buffer).with_context(place)?;
        if length == 0 {
            break;
        }
        stream.push(&buffer[..length], &mut sink)?;
        sink.out.flush()?;
    }
    stream.finish(&mut sink)?;
    sink.out.flush()?;
    Ok(ExitStatus::Done)
}

struct Explainer {
    out: BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>,
    json: bool,
    /// Where the next event begins, in bytes of the document.
    at: usize,
}

/// One row of the report.
#[derive(Serialize)]
struct Row<'a> {
    /// The first and the last line, from 1.
    lines: [usize; 2],
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The sum of the line's own cues, after guards.
    #[serde(skip_serializing_if = "is_zero")]
    sum: f32,
    /// The sum over the letter that the line is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    letter_sum: Option<f32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Found<'a>>,
    text: String,
}

#[derive(Serialize)]
struct Found<'a> {
    pattern: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f32>,
    text: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(sum: &f32) -> bool {
    *sum == 0.0
}

impl<'s> Sink<'s> for Explainer {
    type Error = io::Error;

    fn event(&mut self, event: Event<'_, 's>) -> io::Result<()> {
        match event {
            Event::Kept {
                bytes,
                lines,
                evidence,
                sum,
            } => {
                if evidence.is_empty() {
                    self.kept_lines(bytes, lines.start)?;
                } else {
                    let found = found(&evidence, bytes, self.at);
                    self.row(&row("keep", &lines, bytes, sum, found))?;
                }
                self.at += bytes.len();
            }
            Event::Unjudged { bytes, line, first } => {
                if first {
                    self.row(&row("unjudged", &(line..line + 1), bytes, 0.0, Vec::new()))?;
                }
                self.at += bytes.len();
            }
            Event::Removed { bytes, removal } => {
                self.removed(bytes, &removal)?;
                self.at += bytes.len();
            }
        }
        Ok(())
    }
}

impl Explainer {
    fn kept_lines(&mut self, bytes: &[u8], first: usize) -> io::Result<()> {
        let mut from = 0;
        for number in first.. {
            let Some(line) = next_line(bytes, from, true) else {
                break;
            };
            self.row(&row(
                "keep",
                &(number..number + 1),
                &bytes[from..line.text_end],
                0.0,
                Vec::new(),
            ))?;
            from = line.end;
        }
        Ok(())
    }

    fn removed(&mut self, bytes: &[u8], removal: &Removal<'_>) -> io::Result<()> {
        let (sum, letter_sum) = match removal.reason {
            Reason::Cues { sum } => (sum, None),
            Reason::Letter { sum, letter } => (sum, Some(letter)),
            _ => (0.0, None),
        };
        let found = found(&removal.evidence, bytes, removal.bytes.start);
        let verdict = if removal.reason == Reason::Span {
            "cut"
        } else {
            "remove"
        };
        self.row(&Row {
            pattern: Some(&removal.pattern.id),
            category: Some(removal.pattern.category.name()),
            reason: Some(removal.reason.name()),
            letter_sum,
            ..row(verdict, &removal.lines, bytes, sum, found)
        })
    }

    fn row(&mut self, row: &Row<'_>) -> io::Result<()> {
        if self.json {
            serde_json::to_writer(&mut self.out, row)?;
            return self.out.write_all(b"\n");
        }
        let out = &mut self.out;
        let shown: String = row
            .text
            .trim()
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let excerpt: String = shown.chars().take(EXCERPT).collect();
        let more = if excerpt.len() < shown.len() { "…" } else { "" };
        let style = if row.pattern.is_some() {
            REMOVED
        } else {
            anstyle::Style::new()
        };
        let [first, last] = row.lines;
        let lines = if first < last {
            format!("{first}-{last}")
        } else {
            first.to_string()
        };
        writeln!(out, "{lines:>7}  {style}{:8}{excerpt}{more}{style:#}", row.verdict)?;
        if let (Some(pattern), Some(category), Some(reason)) = (row.pattern, row.category, row.reason) {
            write!(out, "{ASIDE}           {category}: {reason}, {pattern}")?;
            if let Some(letter) = row.letter_sum {
                write!(out, ", sum {:.1}, of the letter {letter:.1}", row.sum)?;
            } else if row.sum > 0.0 {
                write!(out, ", sum {:.1}", row.sum)?;
            }
            writeln!(out, "{ASIDE:#}")?;
        } else if !row.evidence.is_empty() {
            writeln!(out, "{ASIDE}           sum {:.1}, not enough{ASIDE:#}", row.sum)?;
        }
        for found in &row.evidence {
            let weight = found.weight.map(|weight| format!(" {weight:+.1}")).unwrap_or_default();
            let what = found.family.unwrap_or(found.kind);
            let text: String = found.text.chars().take(EXCERPT).collect();
            writeln!(
                out,
                "{ASIDE}           · {what}{weight} “{text}” ({}){ASIDE:#}",
                found.pattern
            )?;
        }
        Ok(())
    }
}

fn row<'a>(verdict: &'static str, lines: &Range<usize>, bytes: &[u8], sum: f32, evidence: Vec<Found<'a>>) -> Row<'a> {
    Row {
        lines: [lines.start, (lines.end - 1).max(lines.start)],
        verdict,
        pattern: None,
        category: None,
        reason: None,
        sum,
        letter_sum: None,
        evidence,
        text: String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Evidence, with its words. `bytes` begin at `start` in the document.
fn found<'s>(evidence: &[Evidence<'s>], bytes: &[u8], start: usize) -> Vec<Found<'s>> {
    let one = |evidence: &Evidence<'s>| {
        let (family, weight) = match evidence.pattern.kind {
            Kind::Cue { family, weight, .. } => (Some(family.name()), Some(weight)),
            Kind::Post { weight, .. } => (None, Some(weight)),
            Kind::Guard { weight, .. } => (None, weight.map(|weight| -weight)),
            _ => (None, None),
        };
        let end = (evidence.bytes.end - start).min(bytes.len());
        Found {
            pattern: &evidence.pattern.id,
            kind: evidence.pattern.kind.name(),
            family,
            weight,
            text: String::from_utf8_lossy(&bytes[evidence.bytes.start - start..end])
                .trim()
                .to_owned(),
        }
    };
    evidence.iter().map(one).collect()
}
