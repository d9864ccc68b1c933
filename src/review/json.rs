//! Shows changes to programs: each as a line of JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::Printer;
use super::difference::{Difference, Side, Verdict, Why};
use super::doubt::Doubts;
use super::excerpt::{Extent, Part, excerpt};
use super::groups::{Gathering, Group, Sample};

/// Writes a line of JSON for each change.
pub struct JsonPrinter<W> {
    out: W,
    context: usize,
}

/// A change, as it is written.
#[derive(Serialize)]
struct Row<'a> {
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_hex: Option<&'a str>,
    document: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    verdict: Verdict,
    /// The first and the last line in the document, from 1.
    lines: [usize; 2],
    /// Where it begins in the document, in bytes.
    start: usize,
    #[serde(flatten)]
    why: Option<&'a Why>,
    /// What goes.
    text: String,
    /// What comes in its place.
    #[serde(skip_serializing_if = "String::is_empty")]
    put: String,
    /// The text around it, as it was.
    before: String,
    after: String,
}

impl<W: Write> JsonPrinter<W> {
    /// Writes to `out`, with so many lines of context.
    pub fn new(out: W, context: usize) -> Self {
        Self { out, context }
    }
}

impl<W: Write> Printer for JsonPrinter<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        const LONGEST: usize = 4 << 10;
        let extent = Extent {
            lines: self.context,
            bytes: LONGEST,
        };
        let place = &difference.place;
        for (index, change) in difference.changes.iter().enumerate() {
            let (old, new) = difference.text_of(index);
            let parts = excerpt(difference, index, extent);
            let own = parts.iter().position(|part| part.own).unwrap_or_default();
            let (before, rest) = parts.split_at(own);
            let old_text = |parts: &[Part]| -> String {
                let old = parts.iter().filter(|part| !part.own && part.side != Side::New);
                old.map(|part| part.text.as_str()).collect()
            };
            let (text, put) = match change.verdict {
                // What is kept now is the text that it is about.
                Verdict::Lost => (new, old),
                _ => (old, new),
            };
            let row = Row {
                file: &place.file,
                file_hex: place.file_digits.as_deref(),
                document: place.document,
                field: place.field.as_deref(),
                verdict: change.verdict,
                lines: [change.lines.0, change.lines.1],
                start: change.start,
                why: change.why.as_ref(),
                text: String::from_utf8_lossy(&text).into_owned(),
                put: String::from_utf8_lossy(&put).into_owned(),
                before: old_text(before),
                after: old_text(rest),
            };
            serde_json::to_writer(&mut self.out, &row)?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes a line of JSON for each group, when all removals are known.
pub struct JsonGroups<W> {
    out: W,
    gathering: Gathering,
}

/// A group, as it is written.
#[derive(Serialize)]
struct GroupRow<'a> {
    by: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
    verdict: Verdict,
    removals: u64,
    lines: u64,
    documents: u64,
    /// What the groups are in order of.
    doubt: f64,
    /// How many of the removals there is each doubt about.
    borderline: u64,
    first: u64,
    alone: u64,
    samples: Vec<SampleRow<'a>>,
}

#[derive(Serialize)]
struct SampleRow<'a> {
    file: &'a str,
    document: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    lines: [usize; 2],
    #[serde(flatten)]
    why: Option<&'a Why>,
    doubts: Doubts,
    before: String,
    text: String,
    after: String,
}

impl<W: Write> JsonGroups<W> {
    /// Writes to `out`.
    pub fn new(out: W, gathering: Gathering) -> Self {
        Self { out, gathering }
    }

    fn row<'a>(by: &'static str, group: &'a Group) -> GroupRow<'a> {
        let [borderline, first, alone] = group.doubts;
        GroupRow {
            by,
            name: &group.name,
            category: group.category.as_deref(),
            verdict: group.verdict,
            removals: group.removals,
            lines: group.lines,
            documents: group.documents,
            doubt: group.doubt(),
            borderline,
            first,
            alone,
            samples: group.samples.iter().map(sample_row).collect(),
        }
    }
}

fn sample_row(sample: &Sample) -> SampleRow<'_> {
    let parts = &sample.parts;
    let own = |part: &Part| part.own;
    let first = parts.iter().position(own).unwrap_or(parts.len());
    let last = parts.iter().rposition(own).map_or(parts.len(), |at| at + 1);
    let text = |parts: &[Part]| parts.iter().map(|part| part.text.as_str()).collect();
    SampleRow {
        file: &sample.place.file,
        document: sample.place.document,
        field: sample.place.field.as_deref(),
        lines: [sample.change.lines.0, sample.change.lines.1],
        why: sample.change.why.as_ref(),
        doubts: sample.doubts,
        before: text(&parts[..first]),
        text: text(&parts[first..last]),
        after: text(&parts[last..]),
    }
}

impl<W: Write> Printer for JsonGroups<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        self.gathering.add(difference);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let gathered = self.gathering.finish();
        let by = gathered.by.name();
        for group in &gathered.groups {
            serde_json::to_writer(&mut self.out, &Self::row(by, group))?;
            self.out.write_all(b"\n")?;
        }
        if gathered.left_out > 0 {
            let left_out = gathered.left_out;
            writeln!(self.out, "{}", serde_json::json!({ "by": by, "left_out": left_out }))?;
        }
        self.out.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
