//! The unified view: lines that go with `-`, lines that come with `+`, and some around them.

use std::io::{self, Write};

use similar::DiffOp;
use similar::udiff::UnifiedHunkHeader;

use super::super::Printer;
use super::super::difference::{Difference, Side};
use super::super::lines::{Line, Lines, change_of};
use super::words::{cut, readable, runs, write_name, write_run};
use super::{Look, Palette};

/// Writes the unified view.
pub struct Unified<W> {
    out: W,
    look: Look,
    palette: Palette,
    several: bool,
}

impl<W: Write> Unified<W> {
    /// Writes to `out`.
    pub fn new(out: W, look: Look) -> Self {
        Self {
            palette: Palette::new(look.color),
            out,
            look,
            several: false,
        }
    }

    fn hunk(&mut self, difference: &Difference, lines: &Lines, ops: &[DiffOp]) -> io::Result<()> {
        let mut labels = Labels::new(difference);
        let first = ops.iter().find_map(|op| {
            let of = |lines: &[Line]| lines.iter().find_map(change_of);
            match op {
                DiffOp::Equal { .. } => None,
                _ => of(&lines.old[op.old_range()]).or_else(|| of(&lines.new[op.new_range()])),
            }
        });
        let label = first.and_then(|change| labels.next(change)).unwrap_or_default();
        let place = format!("{} {label}", UnifiedHunkHeader::new(ops));
        write_run(&mut self.out, place.trim_end(), self.palette.label)?;
        self.out.write_all(b"\n")?;
        for op in ops {
            if let DiffOp::Equal { .. } = op {
                for line in &lines.old[op.old_range()] {
                    self.kept(difference, line)?;
                }
                continue;
            }
            for (side, lines) in [
                (Side::Old, &lines.old[op.old_range()]),
                (Side::New, &lines.new[op.new_range()]),
            ] {
                for line in lines {
                    if let Some(label) = change_of(line).and_then(|change| labels.next(change)) {
                        write_run(&mut self.out, &format!("@@ {label}"), self.palette.label)?;
                        self.out.write_all(b"\n")?;
                    }
                    self.changed(difference, line, side)?;
                }
            }
        }
        Ok(())
    }

    fn kept(&mut self, difference: &Difference, line: &Line) -> io::Result<()> {
        let text: String = line
            .iter()
            .map(|segment| readable(&difference.text[segment.bytes.clone()]))
            .collect();
        let text = match self.look.width {
            Some(width) => cut(&text, width.saturating_sub(1)),
            None => text,
        };
        writeln!(self.out, " {text}")
    }

    fn changed(&mut self, difference: &Difference, line: &Line, side: Side) -> io::Result<()> {
        let palette = &self.palette;
        let (sign, base, changed) = match side {
            Side::New => ("+", palette.come, palette.put),
            _ => ("-", palette.gone, palette.struck),
        };
        // A line that goes whole needs no emphasis.
        let changed = if line.iter().all(|segment| segment.change.is_some()) {
            base
        } else {
            changed
        };
        let marks = (!self.look.color).then_some(side);
        write_run(&mut self.out, sign, base)?;
        for (text, style) in runs(difference, line, base, changed, marks) {
            write_run(&mut self.out, &text, style)?;
        }
        self.out.write_all(b"\n")
    }
}

impl<W: Write> Printer for Unified<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        if std::mem::replace(&mut self.several, true) {
            self.out.write_all(b"\n")?;
        }
        write_name(&mut self.out, &self.palette, &difference.place.shown(&self.look.field))?;
        let lines = Lines::of(difference);
        for ops in lines.hunks(self.look.context) {
            self.hunk(difference, &lines, &ops)?;
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

/// Says what a change is, when it is another than the one before.
pub(super) struct Labels<'d> {
    difference: &'d Difference,
    last: Option<String>,
}

impl<'d> Labels<'d> {
    pub fn new(difference: &'d Difference) -> Self {
        Self { difference, last: None }
    }

    pub fn next(&mut self, change: usize) -> Option<String> {
        let label = self.difference.changes[change].shown();
        if self.last.as_ref() == Some(&label) {
            return None;
        }
        self.last = Some(label.clone());
        Some(label)
    }
}
