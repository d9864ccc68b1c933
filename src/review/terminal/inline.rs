//! The inline view: the text as it runs, with what goes struck out where it stood.

use std::io::{self, Write};

use anstyle::Style;
use similar::{DiffOp, group_diff_ops};

use super::super::Printer;
use super::super::difference::{Difference, Side};
use super::unified::Labels;
use super::words::{cut, readable, write_name, write_run};
use super::{Look, Palette};

/// Writes the inline view.
pub struct Inline<W> {
    out: W,
    look: Look,
    palette: Palette,
    several: bool,
}

/// A line of all that stands before or after: its parts, each with its side and its change.
type Woven = Vec<(std::ops::Range<usize>, Side, Option<usize>)>;

impl<W: Write> Inline<W> {
    /// Writes to `out`.
    pub fn new(out: W, look: Look) -> Self {
        Self {
            palette: Palette::new(look.color),
            out,
            look,
            several: false,
        }
    }

    fn label(&mut self, label: &str) -> io::Result<()> {
        write_run(&mut self.out, &format!("── {label}"), self.palette.label)?;
        self.out.write_all(b"\n")
    }

    fn line(&mut self, difference: &Difference, line: &Woven) -> io::Result<()> {
        if line.iter().all(|(_, side, _)| *side == Side::Both) {
            let text: String = line
                .iter()
                .map(|(bytes, ..)| readable(&difference.text[bytes.clone()]))
                .collect();
            let text = match self.look.width {
                Some(width) => cut(&text, width),
                None => text,
            };
            return writeln!(self.out, "{text}");
        }
        for (bytes, side, _) in line {
            let text = readable(&difference.text[bytes.clone()]);
            let (before, after, style) = match (side, self.look.color) {
                (Side::Both, _) => ("", "", Style::new()),
                _ if text.is_empty() => ("", "", Style::new()),
                (Side::Old, true) => ("", "", self.palette.struck),
                (Side::New, true) => ("", "", self.palette.put),
                (Side::Old, false) => ("[-", "-]", Style::new()),
                (Side::New, false) => ("{+", "+}", Style::new()),
            };
            write_run(&mut self.out, &format!("{before}{text}{after}"), style)?;
        }
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Printer for Inline<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        if std::mem::replace(&mut self.several, true) {
            self.out.write_all(b"\n")?;
        }
        write_name(&mut self.out, &self.palette, &difference.place.shown(&self.look.field))?;
        let lines = weave(difference);
        let ops = group_diff_ops(operations(&lines), self.look.context);
        for ops in ops {
            let shown = &lines[lines_of(&ops)];
            let mut labels = Labels::new(difference);
            let mut label = |line: &Woven| {
                line.iter()
                    .filter_map(|part| part.2)
                    .find_map(|change| labels.next(change))
            };
            let first = shown.iter().find_map(&mut label).unwrap_or_default();
            let kept = |line: &&Woven| line.iter().all(|part| part.1 == Side::Both);
            let before = lines_of(&ops).start + shown.iter().take_while(kept).count();
            let old = |line: &&Woven| line.iter().any(|part| part.1 != Side::New);
            let number = lines[..before].iter().filter(old).count() + 1;
            self.label(&format!("line {number}: {first}"))?;
            for line in shown {
                if let Some(label) = label(line) {
                    self.label(&label)?;
                }
                self.line(difference, line)?;
            }
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

/// The lines of all that stands before or after.
fn weave(difference: &Difference) -> Vec<Woven> {
    let mut lines = vec![Woven::new()];
    for piece in &difference.pieces {
        let mut start = piece.bytes.start;
        for part in difference.text[piece.bytes.clone()].split_inclusive(|&byte| byte == b'\n') {
            let bytes = start..start + part.len();
            start = bytes.end;
            if let Some(line) = lines.last_mut() {
                line.push((bytes, piece.side, piece.change));
            }
            if part.ends_with(b"\n") {
                lines.push(Woven::new());
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// The lines of a hunk.
fn lines_of(ops: &[DiffOp]) -> std::ops::Range<usize> {
    let start = ops.first().map_or(0, |op| op.old_range().start);
    start..ops.last().map_or(start, |op| op.old_range().end)
}

/// Lines that stay and lines in which something changes, as operations from which hunks can be made.
fn operations(lines: &[Woven]) -> Vec<DiffOp> {
    let changes = |line: &Woven| line.iter().any(|part| part.1 != Side::Both);
    let mut start = 0;
    let mut ops = Vec::new();
    for run in lines.chunk_by(|a, b| changes(a) == changes(b)) {
        let (old_index, new_index, len) = (start, start, run.len());
        start += len;
        ops.push(if changes(&run[0]) {
            DiffOp::Replace {
                old_index,
                old_len: len,
                new_index,
                new_len: len,
            }
        } else {
            DiffOp::Equal {
                old_index,
                new_index,
                len,
            }
        });
    }
    ops
}
