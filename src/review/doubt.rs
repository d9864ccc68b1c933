//! Says what is doubtful about a removal, so that a review can begin with what most likely was wrong.

use serde::Serialize;

use super::difference::{Difference, Piece, Side};
use crate::patterns::Thresholds;

/// A sum that is less than this above what was needed is a close call.
pub const MARGIN: f32 = 1.0;

/// What is doubtful about a removal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Doubts {
    /// Its sum is barely enough.
    pub borderline: bool,
    /// It is in the first paragraph, where articles begin.
    pub first: bool,
    /// It is a line between two that stay.
    pub alone: bool,
}

/// What each doubt is called, and how much it weighs.
pub const DOUBTS: [(&str, u32); 3] = [
    ("with a borderline sum", 3),
    ("in the first paragraph", 2),
    ("between two kept lines", 1),
];

impl Doubts {
    /// What is doubtful about a change.
    pub fn of(difference: &Difference, change: usize, thresholds: &Thresholds) -> Self {
        let is_own = |piece: &Piece| piece.change == Some(change);
        let pieces = &difference.pieces;
        let (Some(first), Some(last)) = (pieces.iter().position(is_own), pieces.iter().rposition(is_own)) else {
            return Self::default();
        };
        let text = &difference.text;
        let (start, end) = (pieces[first].bytes.start, pieces[last].bytes.end);
        let borderline = difference.changes[change].why.as_ref().is_some_and(|why| {
            let over = match (why.sum, why.letter_sum) {
                (_, Some(letter)) => letter - thresholds.letter_sum,
                (Some(sum), None) => sum - thresholds.line_sum,
                (None, None) => f32::MAX,
            };
            over < MARGIN
        });
        let kept = |near: &mut dyn Iterator<Item = &Piece>| {
            let mut words = near.filter(|piece| !text[piece.bytes.clone()].trim_ascii().is_empty());
            words.next().is_some_and(|piece| piece.side == Side::Both)
        };
        let whole_lines = (start == 0 || text[start - 1] == b'\n') && (end == text.len() || text[end - 1] == b'\n');
        Self {
            borderline,
            // Of a change from a ledger alone the text before it is not known.
            first: difference.changes[change].start <= start
                && memchr::memchr(b'\n', text[..start].trim_ascii_start()).is_none(),
            alone: whole_lines
                && memchr::memchr(b'\n', text[start..end].trim_ascii()).is_none()
                && kept(&mut pieces[..first].iter().rev())
                && kept(&mut pieces[last + 1..].iter()),
        }
    }

    /// Each doubt, whether there is reason for it.
    pub const fn all(self) -> [bool; 3] {
        [self.borderline, self.first, self.alone]
    }

    /// What the doubts weigh together.
    pub fn points(self) -> u32 {
        let weights = DOUBTS.iter().zip(self.all());
        weights.filter(|(_, is)| *is).map(|((_, weight), _)| weight).sum()
    }

    /// The names of those there are.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let names = DOUBTS.iter().zip(self.all());
        names.filter(|(_, is)| *is).map(|((name, _), _)| *name)
    }
}
