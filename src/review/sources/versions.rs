//! What two versions of the pattern sets remove differently.

use std::io;
use std::ops::Range;

use super::super::difference::{Change, Difference, Side, Verdict, Why};
use super::fresh::Judge;
use super::{SourceError, place_of};
use crate::corpus::{Counts, DocumentText, Observer, Reading, read};
use crate::engine::Removal;

/// Judges the documents of a tree twice, and hands over those that come out differently, in order: before is what the first judge leaves, after what the
/// second does. What both remove is not shown.
///
/// # Errors
/// As [`fresh`](super::fresh()).
pub fn versions(
    before: Judge<'_>,
    after: Judge<'_>,
    reading: &Reading,
    observer: &dyn Observer,
    mut take: impl FnMut(Difference) -> io::Result<()>,
) -> Result<Counts, SourceError> {
    read(
        reading,
        observer,
        || (),
        |(), text| compare(text, &before.removals(text), &after.removals(text)),
        |difference| take(difference).map_err(SourceError::from),
    )
}

fn compare(text: &DocumentText<'_>, before: &[Removal<'_>], after: &[Removal<'_>]) -> Option<Difference> {
    let gained = apart(after, before);
    let lost = apart(before, after);
    if gained.is_empty() && lost.is_empty() {
        return None;
    }
    let mut difference = Difference::new(place_of(text));
    let mut parts: Vec<Part<'_, '_>> = Vec::new();
    for (verdict, apart) in [(Verdict::Gained, gained), (Verdict::Lost, lost)] {
        parts.extend(apart.into_iter().map(|(bytes, removal)| Part {
            bytes,
            of: Some((verdict, removal)),
        }));
    }
    let common = common(before, after).into_iter();
    parts.extend(common.map(|bytes| Part { bytes, of: None }));
    parts.sort_by_key(|part| part.bytes.start);
    let mut from = 0;
    for Part { bytes, of } in parts {
        difference.push(&text.bytes[from..bytes.start], Side::Both, None);
        from = bytes.end;
        let Some((verdict, removal)) = of else { continue };
        let first = removal.lines.start + line_ends(&text.bytes[removal.bytes.start..bytes.start]);
        let last = first + line_ends(&text.bytes[bytes.start..bytes.end - 1]);
        let change = difference.change(Change {
            verdict,
            why: Some(Why::of(removal, text.bytes)),
            start: bytes.start,
            lines: (first, last),
        });
        let side = if verdict == Verdict::Gained {
            Side::Old
        } else {
            Side::New
        };
        difference.push(&text.bytes[bytes], side, Some(change));
    }
    difference.push(&text.bytes[from..], Side::Both, None);
    Some(difference)
}

/// A part of a text that one of the judges takes, or both.
struct Part<'r, 's> {
    bytes: Range<usize>,
    /// Nothing if both take it.
    of: Option<(Verdict, &'r Removal<'s>)>,
}

fn line_ends(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// What some removals take that others leave. Both are in order.
fn apart<'r, 's>(removals: &'r [Removal<'s>], others: &[Removal<'_>]) -> Vec<(Range<usize>, &'r Removal<'s>)> {
    let mut rest = Vec::new();
    for removal in removals {
        let mut from = removal.bytes.start;
        for other in others {
            if other.bytes.end <= from || other.bytes.start >= removal.bytes.end {
                continue;
            }
            if other.bytes.start > from {
                rest.push((from..other.bytes.start, removal));
            }
            from = other.bytes.end;
        }
        if from < removal.bytes.end {
            rest.push((from..removal.bytes.end, removal));
        }
    }
    rest
}

/// What both take. Both are in order.
fn common(before: &[Removal<'_>], after: &[Removal<'_>]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for one in before {
        for other in after {
            let bytes = one.bytes.start.max(other.bytes.start)..one.bytes.end.min(other.bytes.end);
            if bytes.start < bytes.end {
                ranges.push(bytes);
            }
        }
    }
    ranges
}
