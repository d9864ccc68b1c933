//! Defines what the engine says: removals, evidence, and the events of a stream.

use std::ops::Range;

use crate::patterns::Pattern;

/// A piece of evidence: a pattern found in a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence<'s> {
    /// The pattern that was found, without its phrases and examples.
    pub pattern: &'s Pattern,
    /// Where, in bytes of the document from 0.
    pub bytes: Range<usize>,
}

/// How a line was judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// A line pattern.
    Line,
    /// It lies in a block.
    Block,
    /// It is the heading of a section, or an item below it.
    Section,
    /// A span was cut out of a line that stays.
    Span,
    /// The line's own cues add up.
    Cues {
        /// Their sum.
        sum: f32,
    },
    /// The cues of neighbouring lines add up with its own.
    Letter {
        /// The line's own sum.
        sum: f32,
        /// The sum over the letter.
        letter: f32,
    },
    /// A short line between lines that go.
    Between,
    /// A short line among the lines that go at the end of the document.
    Foot {
        /// How many of them show that this is the foot.
        lines: usize,
    },
    /// It lies in a thread of comments.
    Thread {
        /// How many posts were marked up to here.
        posts: usize,
    },
    /// A line with evidence that was there before, word for word.
    Repeated,
    /// One of several labels in a row.
    Labels {
        /// How many.
        count: usize,
    },
}

impl Reason {
    /// A word for reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Block => "block",
            Self::Section => "section",
            Self::Span => "span",
            Self::Cues { .. } => "cues",
            Self::Letter { .. } => "letter",
            Self::Between => "between",
            Self::Foot { .. } => "foot",
            Self::Thread { .. } => "thread",
            Self::Repeated => "repeated",
            Self::Labels { .. } => "labels",
        }
    }

    /// The sum of the line's own cues and that of its letter, where it was judged by them.
    pub const fn sums(&self) -> (Option<f32>, Option<f32>) {
        match *self {
            Self::Cues { sum } => (Some(sum), None),
            Self::Letter { sum, letter } => (Some(sum), Some(letter)),
            _ => (None, None),
        }
    }
}

/// Something that was removed, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal<'s> {
    /// In bytes of the document, from 0. Blank lines that go with a removed line are part of its range.
    pub bytes: Range<usize>,
    /// Line numbers, the first line of the document being 1; the end is exclusive.
    pub lines: Range<usize>,
    /// The pattern that took it; where evidence did, the heaviest cue. Its phrases and examples are left out here; the set has them.
    pub pattern: &'s Pattern,
    /// How it was judged.
    pub reason: Reason,
    /// What was found, in order.
    pub evidence: Vec<Evidence<'s>>,
}

/// What happens to the next bytes of a stream. The events of a document cover all of its bytes, in order, each once.
#[derive(Debug)]
pub enum Event<'e, 's> {
    /// These bytes stay.
    Kept {
        /// The bytes.
        bytes: &'e [u8],
        /// Line numbers as in [`Removal::lines`]. Pieces of one line have the same.
        lines: Range<usize>,
        /// What was found in them all the same.
        evidence: Vec<Evidence<'s>>,
        /// The sum of that evidence.
        sum: f32,
    },
    /// These bytes go.
    Removed {
        /// The bytes.
        bytes: &'e [u8],
        /// Why.
        removal: Removal<'s>,
    },
    /// These bytes belong to a line that is too long to be judged; they stay.
    Unjudged {
        /// A part of the line.
        bytes: &'e [u8],
        /// The line, from 1.
        line: usize,
        /// Whether it is the first part of it.
        first: bool,
    },
}

/// Takes the events of a stream.
pub trait Sink<'s> {
    /// Why it may stop, such as an I/O error.
    type Error;

    /// Takes the next event.
    ///
    /// # Errors
    /// Stops the stream, which hands the error on to its caller.
    fn event(&mut self, event: Event<'_, 's>) -> Result<(), Self::Error>;
}
