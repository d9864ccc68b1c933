//! How two files or trees differ, whoever made the one of the other.

use std::cmp::Ordering;
use std::io;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, diff_ratio};

use super::super::difference::{Change, Difference, Place, Side, Verdict};
use super::{SourceError, is_file};
use crate::corpus::{Counts, FileError, Listed, Observer, OwnedText, Reading, Texts, list};

/// A document is compared for so long; what could not be compared then counts as changed.
const LONGEST: Duration = Duration::from_secs(2);
/// Lines that have less in common, from 0 to 1, are shown as two, not as one with changed words.
const ALIKE: f32 = 0.5;

/// Compares the documents of two trees, or of two files, by the names of their files and by their numbers, and hands over those that differ, in order.
///
/// A file that is only in one of two trees is told to the observer.
///
/// # Errors
/// When a source is not there, or `take` fails.
pub fn pair(
    before: &Reading,
    after: &Reading,
    observer: &dyn Observer,
    mut take: impl FnMut(Difference) -> io::Result<()>,
) -> Result<Counts, SourceError> {
    let (old, new) = (list(before, observer)?, list(after, observer)?);
    let mut counts = Counts::default();
    observer.begin(old.len() as u64, old.iter().map(|listed| listed.bytes).sum());
    let single = before.is_one_file() && after.is_one_file();
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return Ok(counts),
            (Some(_), Some(_)) if single => Ordering::Equal,
            (Some(one), Some(other)) => one.compare(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
        };
        let one = old.next_if(|_| order != Ordering::Greater);
        let other = new.next_if(|_| order != Ordering::Less);
        let result = match (one, other) {
            (Some(one), Some(other)) => {
                observer.advance(one.bytes, 0, 0);
                files((before, one), (after, other), &mut counts, &mut take)?
            }
            _ => Err(FileError::Other("the other tree has no such file".to_owned())),
        };
        match (result, one.or(other)) {
            (Err(error), Some(listed)) => {
                counts.failed += 1;
                observer.fail(&listed.path, &error.to_string());
            }
            _ => counts.files += 1,
        }
    }
}

/// Compares two files. The outer error is that of `take`.
fn files(
    (before, one): (&Reading, &Listed),
    (after, other): (&Reading, &Listed),
    counts: &mut Counts,
    take: &mut impl FnMut(Difference) -> io::Result<()>,
) -> Result<Result<(), FileError>, SourceError> {
    let opened = Texts::open(before, one).and_then(|texts| Ok((texts, Texts::open(after, other)?)));
    let (mut old, mut new) = match opened {
        Ok(texts) => texts,
        Err(error) => return Ok(Err(error)),
    };
    let both_files = is_file(one.format) && is_file(other.format);
    loop {
        let texts = old.next_text().and_then(|text| Ok((text, new.next_text()?)));
        let (text, same) = match texts {
            Ok((None, None)) => return Ok(Ok(())),
            Ok((text, same)) => (text, same),
            Err(error) => return Ok(Err(error)),
        };
        counts.documents += 1;
        let named = text.as_ref().or(same.as_ref());
        let place = Place {
            file: one.name.shown.clone(),
            file_digits: one.name.digits.clone(),
            document: named.map_or(0, |text| text.number),
            field: named.and_then(|text| text.field.clone()),
            is_file: both_files,
        };
        let bytes = |text: &Option<OwnedText>| text.as_ref().map(|text| text.bytes.clone()).unwrap_or_default();
        if let Some(difference) = compare(place, &bytes(&text), &bytes(&same)) {
            take(difference)?;
        }
    }
}

/// How a text became another; nothing if it did not.
pub(super) fn compare(place: Place, old: &[u8], new: &[u8]) -> Option<Difference> {
    if old == new {
        return None;
    }
    let deadline = Instant::now() + LONGEST;
    let lines = |text| -> Vec<&[u8]> { <[u8]>::split_inclusive(text, |&byte| byte == b'\n').collect() };
    let (old, new) = (lines(old), lines(new));
    let mut difference = Difference::new(place);
    let mut at = 0;
    for op in capture_diff_slices_deadline(Algorithm::Patience, &old, &new, Some(deadline)) {
        let (gone, come) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        if matches!(op, DiffOp::Equal { .. }) {
            difference.push(&gone, Side::Both, None);
        } else {
            let first = op.old_range().start + 1;
            let change = difference.change(Change {
                verdict: Verdict::Changed,
                why: None,
                start: at,
                lines: (first, op.old_range().end.max(first)),
            });
            words(&mut difference, change, &gone, &come, deadline);
        }
        at += gone.len();
    }
    Some(difference)
}

/// Adds lines that became others: word by word, if they are alike.
fn words(difference: &mut Difference, change: usize, old: &[u8], new: &[u8], deadline: Instant) {
    let (before, after) = (split_words(old), split_words(new));
    let ops = capture_diff_slices_deadline(Algorithm::Patience, &before, &after, Some(deadline));
    if old.is_empty() || new.is_empty() || diff_ratio(&ops, before.len(), after.len()) < ALIKE {
        difference.push(old, Side::Old, Some(change));
        difference.push(new, Side::New, Some(change));
        return;
    }
    for op in ops {
        let gone = before[op.old_range()].concat();
        if matches!(op, DiffOp::Equal { .. }) {
            difference.push(&gone, Side::Both, None);
        } else {
            difference.push(&gone, Side::Old, Some(change));
            difference.push(&after[op.new_range()].concat(), Side::New, Some(change));
        }
    }
}

/// Words and the white space between them.
fn split_words(text: &[u8]) -> Vec<&[u8]> {
    text.chunk_by(|a, b| *a != b'\n' && a.is_ascii_whitespace() == b.is_ascii_whitespace())
        .collect()
}
