//! The view of a corpus: removals in groups, with samples, the rarest and least certain first.

use std::io::{self, Write};

use super::super::Printer;
use super::super::difference::{Difference, Side, Verdict};
use super::super::doubt::DOUBTS;
use super::super::excerpt::Part;
use super::super::groups::{By, Gathered, Gathering, Group, Sample};
use super::words::{cut, readable, write_run};
use super::{Look, Palette};

/// Writes groups, when all removals are known.
pub struct Groups<W> {
    out: W,
    look: Look,
    palette: Palette,
    gathering: Gathering,
}

impl<W: Write> Groups<W> {
    /// Writes to `out`.
    pub fn new(out: W, look: Look, gathering: Gathering) -> Self {
        Self {
            palette: Palette::new(look.color),
            out,
            look,
            gathering,
        }
    }

    fn group(&mut self, by: By, group: &Group) -> io::Result<()> {
        self.out.write_all(b"\n")?;
        write_run(&mut self.out, &readable(group.name.as_bytes()), self.palette.name)?;
        let mut said = String::new();
        if let Some(category) = &group.category {
            said.push_str(&format!("  {category}"));
        }
        said.push_str(&format!("  {}", count(group.removals, group.verdict)));
        if by != By::Document {
            said.push_str(&format!(" in {}", documents(group.documents)));
        }
        writeln!(self.out, "{said}")?;
        let doubts: Vec<String> = DOUBTS
            .iter()
            .zip(group.doubts)
            .filter(|(_, count)| *count > 0)
            .map(|((name, _), count)| format!("{count} {name}"))
            .collect();
        if !doubts.is_empty() {
            write_run(&mut self.out, &format!("  {}", doubts.join(", ")), self.palette.label)?;
            self.out.write_all(b"\n")?;
        }
        group.samples.iter().try_for_each(|sample| self.sample(by, sample))
    }

    fn sample(&mut self, by: By, sample: &Sample) -> io::Result<()> {
        let change = &sample.change;
        let mut said = format!("  {}, line {}", sample.place.shown(&self.look.field), change.lines.0);
        if let Some(why) = &change.why {
            said.push_str(": ");
            said.push_str(&match by {
                By::Pattern => why.shown_of_pattern(),
                _ => why.shown(),
            });
        }
        for doubt in sample.doubts.names() {
            said.push_str(&format!("; {doubt}"));
        }
        write_run(&mut self.out, &readable(said.as_bytes()), self.palette.aside)?;
        self.out.write_all(b"\n")?;
        let parts: Vec<Part> = sample.parts.iter().flat_map(lines).collect();
        let rows: Vec<&[Part]> = parts.split_inclusive(|part| part.text.ends_with('\n')).collect();
        let has_words = |row: &&[Part]| row.iter().any(|part| !part.text.trim().is_empty());
        let first = rows.iter().position(has_words).unwrap_or_default();
        let end = rows.iter().rposition(has_words).map_or(first, |last| last + 1);
        rows[first..end].iter().try_for_each(|row| self.row(row))
    }

    /// Writes a line, with a mark if what the sample is about is in it.
    fn row(&mut self, parts: &[Part]) -> io::Result<()> {
        let words: Vec<(String, &Part)> = parts
            .iter()
            .map(|part| (readable(part.text.as_bytes()), part))
            .filter(|(words, _)| !words.trim().is_empty())
            .collect();
        let is_own = parts.iter().any(|part| part.own);
        match (words.is_empty(), is_own) {
            (false, true) => self.out.write_all(b"  > ")?,
            (false, false) => self.out.write_all(b"    ")?,
            (true, _) => {}
        }
        for (words, part) in words {
            let palette = &self.palette;
            let (before, after, style) = match (part.own, part.side, self.look.color) {
                (_, Side::Both, _) => ("", "", palette.aside),
                (true, Side::Old, true) => ("", "", palette.struck),
                (true, Side::New, true) => ("", "", palette.put),
                (false, Side::Old, true) => ("", "", palette.aside.strikethrough()),
                (false, Side::New, true) => ("", "", palette.aside.underline()),
                (_, Side::Old, false) => ("[-", "-]", palette.gone),
                (_, Side::New, false) => ("{+", "+}", palette.come),
            };
            let words = match self.look.width {
                Some(width) if !is_own => cut(&words, width.saturating_sub(4 + before.len() + after.len())),
                _ => words,
            };
            write_run(&mut self.out, &format!("{before}{words}{after}"), style)?;
        }
        self.out.write_all(b"\n")
    }
}

/// A part for each line of it.
fn lines(part: &Part) -> impl Iterator<Item = Part> {
    let of_line = |line: &str| Part {
        text: line.to_owned(),
        ..*part
    };
    part.text.split_inclusive('\n').map(of_line)
}

/// A number of changes: `1 removal`, `2 gained`.
fn count(changes: u64, verdict: Verdict) -> String {
    let one = changes == 1;
    let what = match verdict {
        Verdict::Removed if one => "removal",
        Verdict::Removed => "removals",
        Verdict::Changed if one => "change",
        Verdict::Changed => "changes",
        Verdict::Gained | Verdict::Lost => verdict.name(),
    };
    format!("{changes} {what}")
}

fn documents(count: u64) -> String {
    format!("{count} document{}", if count == 1 { "" } else { "s" })
}

/// What a person reads above all groups.
fn head(gathered: &Gathered) -> String {
    let counts: Vec<String> = gathered
        .verdicts
        .iter()
        .map(|(verdict, changes)| count(*changes, *verdict))
        .collect();
    if counts.is_empty() {
        return "no removals".to_owned();
    }
    format!(
        "{} in {}, by {}, the rarest and least certain first",
        counts.join(", "),
        documents(gathered.documents),
        gathered.by.name()
    )
}

impl<W: Write> Printer for Groups<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        self.gathering.add(difference);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let gathered = self.gathering.finish();
        writeln!(self.out, "{}", head(&gathered))?;
        for group in &gathered.groups {
            self.group(gathered.by, group)?;
        }
        if gathered.left_out > 0 {
            writeln!(
                self.out,
                "\nand {} more, which are more certain",
                documents(gathered.left_out)
            )?;
        }
        self.out.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
