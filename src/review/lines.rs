//! Cuts a difference into lines, as every line-by-line view of it needs them.
//!
//! We know what was removed, so nothing has to be guessed: the pieces become the operations of the crate `similar`, which also makes hunks of them.

use std::ops::Range;

use similar::{DiffOp, group_diff_ops};

use super::difference::{Difference, Side};

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// In bytes of [`Difference::text`].
    pub bytes: Range<usize>,
    /// Which change it belongs to, if it is only on the line's own side.
    pub change: Option<usize>,
}

/// A line of one side, with its ending.
pub type Line = Vec<Segment>;

/// The lines of a difference. A line ends with a line feed.
#[derive(Debug, Default)]
pub struct Lines {
    /// Those before.
    pub old: Vec<Line>,
    /// Those after.
    pub new: Vec<Line>,
    /// How the one becomes the other, in order.
    pub ops: Vec<DiffOp>,
}

impl Lines {
    /// The lines of a difference.
    pub fn of(difference: &Difference) -> Self {
        let mut lines = Self::default();
        let (mut old, mut new) = (OpenSide::default(), OpenSide::default());
        for piece in &difference.pieces {
            let mut start = piece.bytes.start;
            for part in difference.text[piece.bytes.clone()].split_inclusive(|&byte| byte == b'\n') {
                let bytes = start..start + part.len();
                start = bytes.end;
                let segment = Segment {
                    bytes,
                    change: piece.change,
                };
                let ends = part.ends_with(b"\n");
                match piece.side {
                    Side::Both => {
                        old.push(segment.clone(), ends);
                        new.push(segment, ends);
                    }
                    Side::Old => old.push(segment, ends),
                    Side::New => new.push(segment, ends),
                }
                if old.open.is_empty() && new.open.is_empty() {
                    lines.take(&mut old, &mut new);
                }
            }
        }
        old.end();
        new.end();
        lines.take(&mut old, &mut new);
        lines
    }

    /// Takes whole lines of both sides, which belong together.
    fn take(&mut self, old: &mut OpenSide, new: &mut OpenSide) {
        let (old_index, new_index) = (self.old.len(), self.new.len());
        let (old_len, new_len) = (old.lines.len(), new.lines.len());
        let same = old.lines == new.lines;
        self.old.append(&mut old.lines);
        self.new.append(&mut new.lines);
        let op = match (old_len, new_len) {
            (0, 0) => return,
            _ if same => DiffOp::Equal {
                old_index,
                new_index,
                len: old_len,
            },
            (_, 0) => DiffOp::Delete {
                old_index,
                old_len,
                new_index,
            },
            (0, _) => DiffOp::Insert {
                old_index,
                new_index,
                new_len,
            },
            _ => DiffOp::Replace {
                old_index,
                old_len,
                new_index,
                new_len,
            },
        };
        match (self.ops.last_mut(), op) {
            (Some(DiffOp::Equal { len, .. }), DiffOp::Equal { len: more, .. }) => *len += more,
            (Some(DiffOp::Delete { old_len, .. }), DiffOp::Delete { old_len: more, .. }) => *old_len += more,
            (Some(DiffOp::Insert { new_len, .. }), DiffOp::Insert { new_len: more, .. }) => *new_len += more,
            (Some(DiffOp::Replace { new_len, .. }), DiffOp::Insert { new_len: more, .. }) => *new_len += more,
            // What goes is shown before what comes in its place.
            (Some(last @ DiffOp::Delete { .. }), DiffOp::Insert { new_index, new_len, .. }) => {
                let gone = last.old_range();
                *last = DiffOp::Replace {
                    old_index: gone.start,
                    old_len: gone.len(),
                    new_index,
                    new_len,
                };
            }
            (_, op) => self.ops.push(op),
        }
    }

    /// The operations in hunks, each with so many unchanged lines before and behind.
    pub fn hunks(&self, context: usize) -> Vec<Vec<DiffOp>> {
        let mut hunks = group_diff_ops(self.ops.clone(), context);
        let changes = |hunk: &Vec<DiffOp>| hunk.iter().any(|op| !matches!(op, DiffOp::Equal { .. }));
        hunks.retain(changes);
        hunks
    }
}

/// The change that a line belongs to: the first of those in it.
pub fn change_of(line: &Line) -> Option<usize> {
    line.iter().find_map(|segment| segment.change)
}

/// The lines of one side that are not taken yet.
#[derive(Default)]
struct OpenSide {
    lines: Vec<Line>,
    /// A line whose end has not come.
    open: Line,
}

impl OpenSide {
    fn push(&mut self, segment: Segment, ends: bool) {
        self.open.push(segment);
        if ends {
            self.end();
        }
    }

    fn end(&mut self) {
        if !self.open.is_empty() {
            self.lines.push(std::mem::take(&mut self.open));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::difference::Place;
    use super::*;

    /// Pieces as `=both`, `-old`, `+new`.
    fn lines(pieces: &[&str]) -> (Lines, Difference) {
        let mut difference = Difference::new(Place::default());
        for (at, piece) in pieces.iter().enumerate() {
            let (side, text) = piece.split_at(1);
            let side = match side {
                "=" => Side::Both,
                "-" => Side::Old,
                _ => Side::New,
            };
            difference.push(text.as_bytes(), side, (side != Side::Both).then_some(at));
        }
        (Lines::of(&difference), difference)
    }

    fn tags(pieces: &[&str]) -> Vec<(char, usize, usize)> {
        let (lines, difference) = lines(pieces);
        let text = |lines: &[Line]| -> Vec<u8> {
            let segments = lines.iter().flatten();
            segments
                .flat_map(|segment| difference.text[segment.bytes.clone()].to_vec())
                .collect()
        };
        assert_eq!(text(&lines.old), difference.side(Side::Old));
        assert_eq!(text(&lines.new), difference.side(Side::New));
        let tag = |op: &DiffOp| match op {
            DiffOp::Equal { .. } => '=',
            DiffOp::Delete { .. } => '-',
            DiffOp::Insert { .. } => '+',
            DiffOp::Replace { .. } => '!',
        };
        let ops = lines.ops.iter();
        ops.map(|op| (tag(op), op.old_range().len(), op.new_range().len()))
            .collect()
    }

    #[test]
    fn pieces_become_lines() {
        assert_eq!(
            tags(&["=a\nb\n", "-c\n\n", "=d\n"]),
            [('=', 2, 2), ('-', 2, 0), ('=', 1, 1)]
        );
        assert_eq!(tags(&["=a", "- b", "=\nc"]), [('!', 1, 1), ('=', 1, 1)]);
        assert_eq!(tags(&["=a", "-\nb"]), [('!', 2, 1)]);
        assert_eq!(tags(&["=a\n", "-b"]), [('=', 1, 1), ('-', 1, 0)]);
        assert_eq!(tags(&["-a\n", "+b\nc\n"]), [('!', 1, 2)]);
        assert_eq!(tags(&["-a\n", "-b\n", "=c"]), [('-', 2, 0), ('=', 1, 1)]);
        assert_eq!(tags(&["=a\n"]), [('=', 1, 1)]);
        assert_eq!(tags(&[]), []);
    }

    #[test]
    fn equal_lines_alone_are_no_hunk() {
        assert!(lines(&["=a\nb\n"]).0.hunks(3).is_empty());
        assert_eq!(lines(&["=a\n", "-b\n", "=c\nd\ne\n", "-f\n"]).0.hunks(1).len(), 2);
        assert_eq!(lines(&["=a\n", "-b\n", "=c\nd\n", "-f\n"]).0.hunks(1).len(), 1);
    }
}
