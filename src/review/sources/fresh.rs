//! What the filter would remove.

use std::io::{self, Read};

use super::super::difference::Difference;
use super::{SourceError, place_of};
use crate::corpus::{Counts, DocumentText, Format, Observer, Reading, read, read_stream};
use crate::engine::{Removal, Stripper};

/// Who judges the documents.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'s> {
    /// The patterns.
    pub stripper: &'s Stripper,
    /// A document that would lose a larger share of its characters, from 0 to 1, is left whole.
    pub max_removed: Option<f64>,
}

impl<'s> Judge<'s> {
    /// What goes of a document.
    pub(super) fn removals(&self, text: &DocumentText<'_>) -> Vec<Removal<'s>> {
        let removals = self
            .stripper
            .strip_of(text.bytes, text.publisher(self.stripper))
            .removals;
        let too_much = |most: f64| {
            let gone: u64 = removals
                .iter()
                .map(|removal| characters(&text.bytes[removal.bytes.clone()]))
                .sum();
            gone as f64 / characters(text.bytes).max(1) as f64 > most
        };
        if self.max_removed.is_some_and(too_much) {
            return Vec::new();
        }
        removals
    }

    fn look(&self, text: &DocumentText<'_>) -> Option<Difference> {
        let removals = self.removals(text);
        (!removals.is_empty()).then(|| Difference::of_removals(place_of(text), text.bytes, &removals))
    }
}

fn characters(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u64
}

/// Judges the documents of a tree, and hands over those that lose something, in order.
///
/// # Errors
/// When a source is not there, or `take` fails. A file that cannot be read is told to the observer, and the rest is done.
pub fn fresh(
    judge: Judge<'_>,
    reading: &Reading,
    observer: &dyn Observer,
    mut take: impl FnMut(Difference) -> io::Result<()>,
) -> Result<Counts, SourceError> {
    read(
        reading,
        observer,
        || (),
        |(), text| judge.look(text),
        |difference| take(difference).map_err(SourceError::from),
    )
}

/// Judges the documents of one stream, as [`fresh`] does those of a file of this name.
///
/// # Errors
/// As [`fresh`].
pub fn fresh_stream(
    judge: Judge<'_>,
    reading: &Reading,
    input: (impl Read + Send + 'static, &str, Format),
    observer: &dyn Observer,
    mut take: impl FnMut(Difference) -> io::Result<()>,
) -> Result<Counts, SourceError> {
    read_stream(
        reading,
        input,
        observer,
        || (),
        |(), text| judge.look(text),
        |difference| take(difference).map_err(SourceError::from),
    )
}
