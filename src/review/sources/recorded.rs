//! What an earlier run removed, as its ledger says.

use std::io::{self, BufRead as _};
use std::iter::Peekable;
use std::path::Path;

use super::super::difference::{self, Difference, Place, Side, Verdict, Why};
use super::{SourceError, is_file};
use crate::corpus::{Counts, FileError, Observer, Reading, Texts, list_one, open_ledger};
use crate::ledger::{Change, FileEntry, Line, unhex};

/// Reads a ledger, and hands over the documents that lost something, in its order.
///
/// With a tree, the text around each removal comes from there: from the sources, or from what was left of them; the text
/// tells which. Without one, there is only what went.
///
/// # Errors
/// When the ledger cannot be read, or `take` fails. A file that is not what the ledger says is told to the observer, and the rest is done.
pub fn recorded(
    ledger: &Path,
    tree: Option<&Reading>,
    observer: &dyn Observer,
    mut take: impl FnMut(Difference) -> io::Result<()>,
) -> Result<Counts, SourceError> {
    let cannot = |error| SourceError::Ledger {
        path: ledger.to_owned(),
        error,
    };
    let mut lines = open_ledger(ledger).map_err(cannot)?;
    let mut line = String::new();
    let mut changes: Vec<Change> = Vec::new();
    let mut counts = Counts::default();
    for number in 1.. {
        line.clear();
        if lines.read_line(&mut line).map_err(cannot)? == 0 {
            break;
        }
        let parsed = Line::parse(line.trim_end()).map_err(|error| SourceError::LedgerLine {
            path: ledger.to_owned(),
            line: number,
            error,
        })?;
        match parsed {
            Line::Head(_) => continue,
            _ if number == 1 => {
                let text = format!("{}: this is no ledger: its first line is none", ledger.display());
                return Err(SourceError::Refused(text));
            }
            Line::Change(change) => {
                if change.pattern.is_some() {
                    changes.push(change);
                }
            }
            Line::File(file) => {
                counts.files += 1;
                counts.documents += file.documents;
                let changes = std::mem::take(&mut changes);
                let done = of_file(tree, &file, changes, &mut take)?;
                observer.advance(file.before.bytes, file.documents, 0);
                if let Err(error) = done {
                    counts.failed += 1;
                    observer.fail(Path::new(&file.file), &error.to_string());
                }
            }
        }
    }
    Ok(counts)
}

/// What a file lost. The outer error is that of `take`.
fn of_file(
    tree: Option<&Reading>,
    file: &FileEntry,
    changes: Vec<Change>,
    take: &mut impl FnMut(Difference) -> io::Result<()>,
) -> Result<Result<(), FileError>, SourceError> {
    if changes.is_empty() {
        return Ok(Ok(()));
    }
    let mut changes = changes.into_iter().peekable();
    let Some(tree) = tree else {
        while let Some(own) = next_document(&mut changes) {
            take(without_context(file, &own))?;
        }
        return Ok(Ok(()));
    };
    let opened = list_one(tree, &file.file, file.file_hex.as_deref())
        .and_then(|listed| Ok((Texts::open(tree, &listed)?, is_file(listed.format))));
    let (mut texts, is_file) = match opened {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(error)),
    };
    let mut reached = texts.next_text();
    while let Some(own) = next_document(&mut changes) {
        let same = |text: &crate::corpus::OwnedText| text.number == own[0].document && text.field == own[0].field;
        let text = loop {
            match reached {
                Ok(Some(text)) if same(&text) => break text.bytes,
                Ok(Some(_)) => reached = texts.next_text(),
                Ok(None) => {
                    let text = format!("it has no document {}, of which the ledger tells", own[0].document);
                    return Ok(Err(FileError::Other(text)));
                }
                Err(error) => return Ok(Err(error)),
            }
        };
        reached = texts.next_text();
        let place = Place {
            is_file,
            ..place_of(file, &own[0])
        };
        match join(place, &text, &own) {
            Some(difference) => take(difference)?,
            None => {
                let text = format!(
                    "document {} is neither what the ledger was written for nor what was left of it; name the folder of either",
                    own[0].document
                );
                return Ok(Err(FileError::Other(text)));
            }
        }
    }
    Ok(Ok(()))
}

/// The changes of the next document.
fn next_document(changes: &mut Peekable<std::vec::IntoIter<Change>>) -> Option<Vec<Change>> {
    let first = changes.next()?;
    let mut own = vec![first];
    while let Some(more) = changes.next_if(|change| change.document == own[0].document && change.field == own[0].field)
    {
        own.push(more);
    }
    Some(own)
}

fn place_of(file: &FileEntry, change: &Change) -> Place {
    Place {
        file: file.file.clone(),
        file_digits: file.file_hex.clone(),
        document: change.document,
        field: change.field.clone(),
        is_file: file.format == "text",
    }
}

fn why(change: &Change) -> difference::Change {
    let lines = change.lines.unwrap_or_default();
    difference::Change {
        verdict: Verdict::Removed,
        why: Some(Why {
            pattern: change.pattern.clone().unwrap_or_default(),
            category: change.category.clone().unwrap_or_default(),
            publisher: change.publisher.clone(),
            reason: change.reason.clone(),
            sum: change.sum,
            letter_sum: change.letter_sum,
            evidence: Vec::new(),
        }),
        start: change.bytes.0,
        lines: (lines.0 as usize, lines.1 as usize),
    }
}

/// What went of a document's text: in escapes of its own, if it was in a record, so the text that was read is what counts.
fn bytes_of(change: &Change) -> Vec<u8> {
    match (&change.field, change.raw_digits().and_then(unhex)) {
        (None, Some(raw)) => raw,
        _ => change.text.clone().into_bytes(),
    }
}

/// What stands in its place in the document's text; nothing if the ledger is damaged.
fn put_in(change: &Change) -> Option<Vec<u8>> {
    let put = change.put().ok()?.into_owned();
    if change.field.is_none() || put.is_empty() {
        return Some(put);
    }
    // In a column it stands as it is, in a record with escapes.
    let quoted = [b"\"", put.as_slice(), b"\""].concat();
    let decoded = serde_json::from_slice::<String>(&quoted);
    Some(decoded.map_or(put, String::into_bytes))
}

fn without_context(file: &FileEntry, changes: &[Change]) -> Difference {
    let mut difference = Difference::new(place_of(file, &changes[0]));
    for change in changes {
        let index = difference.change(why(change));
        difference.push(&bytes_of(change), Side::Old, Some(index));
    }
    difference
}

/// The text with its removals, whether it is the one before or the one after them; nothing if it is neither.
fn join(place: Place, text: &[u8], changes: &[Change]) -> Option<Difference> {
    [true, false]
        .into_iter()
        .find_map(|before| join_as(place.clone(), text, changes, before))
}

fn join_as(place: Place, text: &[u8], changes: &[Change], before: bool) -> Option<Difference> {
    let mut difference = Difference::new(place);
    // How far it is in the text before, and in the text that is there.
    let (mut at, mut here) = (0, 0);
    for change in changes {
        let (start, end) = change.bytes;
        let kept = text.get(here..here + start.checked_sub(at)?)?;
        difference.push(kept, Side::Both, None);
        here += kept.len();
        at = end;
        let gone = bytes_of(change);
        if before {
            here += text.get(here..)?.starts_with(&gone).then_some(gone.len())?;
        } else {
            // It was marked, and the marks are still there.
            let put = put_in(change)?;
            here += text.get(here..)?.starts_with(&put).then_some(put.len())?;
        }
        let index = difference.change(why(change));
        difference.push(&gone, Side::Old, Some(index));
    }
    difference.push(text.get(here..)?, Side::Both, None);
    Some(difference)
}
