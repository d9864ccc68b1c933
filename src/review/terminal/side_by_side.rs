//! The view side by side: before on the left, after on the right.

use std::io::{self, Write};

use anstyle::Style;
use similar::DiffOp;

use super::super::Printer;
use super::super::difference::{Difference, Side};
use super::super::lines::{Line, Lines, change_of};
use super::unified::Labels;
use super::words::{Run, columns, cut, readable, runs, wrap, write_name, write_run};
use super::{Look, Palette};

/// So many columns where nobody says how many there are.
const WIDTH: usize = 120;
/// So many columns for a line number, with the space behind it.
const NUMBER: usize = 5;
/// Between the two sides.
const RULE: &str = " │ ";

/// Writes the view side by side.
pub struct SideBySide<W> {
    out: W,
    look: Look,
    palette: Palette,
    /// So many columns a side has for text.
    width: usize,
    several: bool,
}

impl<W: Write> SideBySide<W> {
    /// Writes to `out`.
    pub fn new(out: W, look: Look) -> Self {
        let whole = look.width.unwrap_or(WIDTH);
        Self {
            palette: Palette::new(look.color),
            width: (whole.saturating_sub(3) / 2).saturating_sub(NUMBER).max(8),
            out,
            look,
            several: false,
        }
    }

    fn hunk(&mut self, difference: &Difference, lines: &Lines, ops: &[DiffOp]) -> io::Result<()> {
        let mut labels = Labels::new(difference);
        for op in ops {
            let (old, new) = (op.old_range(), op.new_range());
            if let DiffOp::Equal { .. } = op {
                for (old, new) in old.zip(new) {
                    let whole: String = lines.old[old]
                        .iter()
                        .map(|segment| readable(&difference.text[segment.bytes.clone()]))
                        .collect();
                    let row = vec![(cut(&whole, self.width), Style::new())];
                    self.row(Some((old, &row)), Some((new, &row)))?;
                }
                continue;
            }
            let count = old.len().max(new.len());
            for at in 0..count {
                let pick = |range: &std::ops::Range<usize>| range.clone().nth(at);
                let (left, right) = (pick(&old), pick(&new));
                let line = |side: &[Line], index: Option<usize>| index.and_then(|index| change_of(&side[index]));
                let change = line(&lines.old, left).or_else(|| line(&lines.new, right));
                if let Some(label) = change.and_then(|change| labels.next(change)) {
                    self.label(&label)?;
                }
                self.pair(
                    left.map(|index| (index, self.rows(difference, &lines.old[index], Side::Old))),
                    right.map(|index| (index, self.rows(difference, &lines.new[index], Side::New))),
                )?;
            }
        }
        Ok(())
    }

    fn label(&mut self, label: &str) -> io::Result<()> {
        let rule = "─".repeat(2);
        write_run(&mut self.out, &format!("{rule} {label}"), self.palette.label)?;
        self.out.write_all(b"\n")
    }

    /// A line that changed, in as many rows as it takes.
    fn rows(&self, difference: &Difference, line: &Line, side: Side) -> Vec<Vec<Run>> {
        let palette = &self.palette;
        let whole = line.iter().all(|segment| segment.change.is_some());
        let (base, changed) = match side {
            Side::New if whole => (palette.come, palette.come),
            Side::New => (Style::new(), palette.put),
            _ if whole => (palette.gone, palette.gone),
            _ => (Style::new(), palette.struck),
        };
        let marks = (!self.look.color).then_some(side);
        wrap(&runs(difference, line, base, changed, marks), self.width)
    }

    fn pair(&mut self, left: Option<(usize, Vec<Vec<Run>>)>, right: Option<(usize, Vec<Vec<Run>>)>) -> io::Result<()> {
        let rows = |side: &Option<(usize, Vec<Vec<Run>>)>| side.as_ref().map_or(0, |(_, rows)| rows.len());
        for at in 0..rows(&left).max(rows(&right)) {
            let cell = |side: &'_ Option<(usize, Vec<Vec<Run>>)>| {
                let (number, rows) = side.as_ref()?;
                // Only the first row of a line has its number.
                Some((if at == 0 { *number } else { usize::MAX }, rows.get(at)?.clone()))
            };
            let (left, right) = (cell(&left), cell(&right));
            self.row(
                left.as_ref().map(|(number, row)| (*number, row)),
                right.as_ref().map(|(number, row)| (*number, row)),
            )?;
        }
        Ok(())
    }

    fn row(&mut self, left: Option<(usize, &Vec<Run>)>, right: Option<(usize, &Vec<Run>)>) -> io::Result<()> {
        self.cell(left, true)?;
        write_run(&mut self.out, RULE.trim_end(), self.palette.aside)?;
        if right.is_some() {
            self.out.write_all(b" ")?;
            self.cell(right, false)?;
        }
        self.out.write_all(b"\n")
    }

    fn cell(&mut self, cell: Option<(usize, &Vec<Run>)>, fill: bool) -> io::Result<()> {
        let Some((index, row)) = cell else {
            return write!(self.out, "{:1$}", "", NUMBER + self.width);
        };
        let number = if index == usize::MAX {
            " ".repeat(NUMBER - 1)
        } else {
            format!("{:>1$}", index + 1, NUMBER - 1)
        };
        write_run(&mut self.out, &number, self.palette.aside)?;
        if fill || row.iter().any(|run| !run.0.is_empty()) {
            self.out.write_all(b" ")?;
        }
        let mut used = 0;
        for (text, style) in row {
            used += columns(text);
            write_run(&mut self.out, text, *style)?;
        }
        if fill {
            write!(self.out, "{:1$}", "", self.width.saturating_sub(used))?;
        }
        Ok(())
    }
}

impl<W: Write> Printer for SideBySide<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        if std::mem::replace(&mut self.several, true) {
            self.out.write_all(b"\n")?;
        }
        write_name(&mut self.out, &self.palette, &difference.place.shown(&self.look.field))?;
        let lines = Lines::of(difference);
        for (at, ops) in lines.hunks(self.look.context).iter().enumerate() {
            if at > 0 {
                let gap = format!("{:>1$}", "⋮", NUMBER - 1);
                write_run(&mut self.out, &gap, self.palette.aside)?;
                self.out.write_all(b"\n")?;
            }
            self.hunk(difference, &lines, ops)?;
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
