//! Defines what a review is about: a document before and after, in pieces, each change with its reason.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::engine::{Reason, Removal};
use crate::patterns::Kind;

/// Which document is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, by its name in the tree; `-` for standard input.
    pub file: String,
    /// That name in hexadecimal, where it is not UTF-8.
    pub file_digits: Option<String>,
    /// The number of the document in its file, from 1.
    pub document: u64,
    /// The field or column that holds the text, in formats that have such.
    pub field: Option<String>,
    /// The document is the file, byte for byte, so that a patch of one is a patch of the other.
    pub is_file: bool,
}

impl Place {
    /// The text as a person names it: `notes.txt`, `shard.jsonl:12`, `shard.jsonl:12 (title)`.
    pub fn shown(&self, usual_field: &str) -> String {
        let document = self.shown_document();
        match &self.field {
            Some(field) if !self.is_file && field != usual_field => format!("{document} ({field})"),
            _ => document,
        }
    }

    /// The document as a person names it, whatever its field.
    pub fn shown_document(&self) -> String {
        match self.is_file {
            true => self.file.clone(),
            false => format!("{}:{}", self.file, self.document),
        }
    }
}

/// Where a piece of text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before and after.
    Both,
    /// Only before.
    Old,
    /// Only after.
    New,
}

/// A piece of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// In bytes of [`Difference::text`].
    pub bytes: Range<usize>,
    /// Where it stands.
    pub side: Side,
    /// Which of [`Difference::changes`] it belongs to, if it is not on both sides.
    pub change: Option<usize>,
}

/// What kind of change it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The filter removes it.
    Removed,
    /// It is removed now, and was kept before.
    Gained,
    /// It is kept now, and was removed before.
    Lost,
    /// Two files differ, and no pattern is known to be the reason.
    Changed,
}

impl Verdict {
    /// A word for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Changed => "changed",
        }
    }
}

/// Why something was removed.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Why {
    /// The pattern.
    pub pattern: String,
    /// Its category.
    pub category: String,
    /// Whose pattern it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// How it was judged, see [`Reason::name`].
    pub reason: String,
    /// The sum of the line's own cues.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<f32>,
    /// The sum over the letter that the line is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter_sum: Option<f32>,
    /// What was found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Clue>,
}

/// A piece of evidence, in words.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Clue {
    /// The pattern that was found.
    pub pattern: String,
    /// What it is: the family of a cue, or the kind of another pattern.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub says: Option<&'static str>,
    /// The words.
    pub text: String,
}

impl Why {
    /// The reason of a removal, in a document of this text.
    pub fn of(removal: &Removal<'_>, text: &[u8]) -> Self {
        let (sum, letter_sum) = match removal.reason {
            Reason::Cues { sum } => (Some(sum), None),
            Reason::Letter { sum, letter } => (Some(sum), Some(letter)),
            _ => (None, None),
        };
        let evidence = removal.evidence.iter().map(|evidence| {
            let end = evidence.bytes.end.min(removal.bytes.end).max(evidence.bytes.start);
            Clue {
                pattern: evidence.pattern.id.clone(),
                says: Some(match evidence.pattern.kind {
                    Kind::Cue { family, .. } => family.name(),
                    ref kind => kind.name(),
                }),
                text: String::from_utf8_lossy(&text[evidence.bytes.start..end])
                    .trim()
                    .to_owned(),
            }
        });
        Self {
            pattern: removal.pattern.id.clone(),
            category: removal.pattern.category.name().to_owned(),
            publisher: removal.pattern.publisher.clone(),
            reason: removal.reason.name().to_owned(),
            sum,
            letter_sum,
            evidence: evidence.collect(),
        }
    }

    /// What a person reads above a change: `donation: letter, en.cues.ask-strong, sum 4.0, of the letter 9.0`.
    pub fn shown(&self) -> String {
        format!("{}: {}, {}{}", self.category, self.reason, self.pattern, self.sums())
    }

    /// The same, where the pattern is known: `letter, sum 4.0, of the letter 9.0`.
    pub fn shown_of_pattern(&self) -> String {
        format!("{}{}", self.reason, self.sums())
    }

    fn sums(&self) -> String {
        match (self.sum, self.letter_sum) {
            (Some(sum), Some(letter)) => format!(", sum {sum:.1}, of the letter {letter:.1}"),
            (Some(sum), None) => format!(", sum {sum:.1}"),
            _ => String::new(),
        }
    }
}

/// A change in a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What kind of change it is.
    pub verdict: Verdict,
    /// Why, if a pattern is the reason.
    pub why: Option<Why>,
    /// Where it begins in the text that was judged (of two texts: in the first), in bytes from 0.
    pub start: usize,
    /// The first and the last line of it there, from 1.
    pub lines: (usize, usize),
}

impl Change {
    /// What a person reads above it.
    pub fn shown(&self) -> String {
        match (&self.why, self.verdict) {
            (None, verdict) => verdict.name().to_owned(),
            (Some(why), Verdict::Removed) => why.shown(),
            (Some(why), verdict) => format!("{}: {}", verdict.name(), why.shown()),
        }
    }
}

/// A document, before and after.
///
/// The pieces cover the text, in order. Those of [`Side::Both`] and [`Side::Old`] are the document before, those of [`Side::Both`] and [`Side::New`] what it
/// became.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Which document.
    pub place: Place,
    /// All that stands before or after.
    pub text: Vec<u8>,
    /// The pieces of it.
    pub pieces: Vec<Piece>,
    /// The changes, in order.
    pub changes: Vec<Change>,
}

impl Difference {
    /// A document of which nothing is written yet.
    pub fn new(place: Place) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// The document before and after removals, which are in order and apart.
    pub fn of_removals(place: Place, text: &[u8], removals: &[Removal<'_>]) -> Self {
        let mut difference = Self::new(place);
        let mut from = 0;
        for removal in removals {
            difference.push(&text[from..removal.bytes.start], Side::Both, None);
            let change = difference.change(Change {
                verdict: Verdict::Removed,
                why: Some(Why::of(removal, text)),
                start: removal.bytes.start,
                lines: (removal.lines.start, (removal.lines.end - 1).max(removal.lines.start)),
            });
            difference.push(&text[removal.bytes.clone()], Side::Old, Some(change));
            from = removal.bytes.end;
        }
        difference.push(&text[from..], Side::Both, None);
        difference
    }

    /// Adds a change, and returns its index.
    pub fn change(&mut self, change: Change) -> usize {
        self.changes.push(change);
        self.changes.len() - 1
    }

    /// Adds text to the end.
    pub fn push(&mut self, text: &[u8], side: Side, change: Option<usize>) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.extend_from_slice(text);
        let end = self.text.len();
        match self.pieces.last_mut() {
            Some(last) if last.side == side && last.change == change => last.bytes.end = end,
            _ => self.pieces.push(Piece {
                bytes: start..end,
                side,
                change,
            }),
        }
    }

    /// The text of one side.
    pub fn side(&self, side: Side) -> Vec<u8> {
        let on_side = |piece: &&Piece| piece.side == Side::Both || piece.side == side;
        let pieces = self.pieces.iter().filter(on_side);
        pieces
            .flat_map(|piece| &self.text[piece.bytes.clone()])
            .copied()
            .collect()
    }

    /// The text of a change: what went with it, and what came.
    pub fn text_of(&self, change: usize) -> (Vec<u8>, Vec<u8>) {
        let of = |side: Side| {
            let own = self
                .pieces
                .iter()
                .filter(|piece| piece.change == Some(change) && piece.side == side);
            own.flat_map(|piece| &self.text[piece.bytes.clone()]).copied().collect()
        };
        (of(Side::Old), of(Side::New))
    }
}
