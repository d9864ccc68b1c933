//! Defines the ledger: what a run removed, in lines of JSON, enough to account for it and to undo it.
//!
//! The first line is the [`Head`]. Then come, for each file in turn, an [`Entry`] for each removal, and a [`FileEntry`] that closes the file.
//! What is left and the ledger together give the source back byte for byte: from the end of a file to its start, put the bytes of each entry at its
//! `source_bytes`, in place of its `replaced_by` where there is one. [`Line`] reads all of it again.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::engine::Removal;

/// The first line of a ledger: what made it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The version of the program.
    pub bodycopy: String,
    /// Names the pattern sets, see [`PatternSets::digest`](crate::PatternSets::digest).
    pub sets: String,
    /// What became of removed text: `delete`, `mark`, `split`; or `filter` where the kept text was not written to files.
    pub mode: String,
    /// Names everything else that the result depends on, so that a run can tell whether it goes on with an earlier one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub run: String,
    /// The files were replaced by what is left of them.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_place: bool,
    /// Nothing but the ledger was written.
    #[serde(default, skip_serializing_if = "is_false")]
    pub dry_run: bool,
}

/// Where a removal was made.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file, or `-` for standard input.
    pub source: &'a str,
    /// The name of the file in hexadecimal, where it is not UTF-8.
    pub source_hex: Option<&'a str>,
    /// The number of the document in its source, from 1.
    pub document: u64,
    /// The field or column that holds the text, in formats that have such.
    pub field: Option<&'a str>,
    /// The bytes of the (decompressed) source that were removed, as offsets from 0. In Parquet, of the value in this row and column.
    pub source_bytes: (u64, u64),
}

/// One removal, as it is written.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_hex: Option<&'a str>,
    document: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// In bytes of the document's text, from 0, the end exclusive.
    bytes: [usize; 2],
    /// The first and the last line, from 1.
    lines: [usize; 2],
    source_bytes: [u64; 2],
    pattern: &'a str,
    category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher: Option<&'a str>,
    reason: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sum: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    letter_sum: Option<f32>,
    evidence: Vec<EvidenceEntry<'a>>,
    text: Cow<'a, str>,
    /// The removed bytes in hexadecimal, where they are not those of `text`: the source is not UTF-8, or has escapes of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_hex: Option<String>,
    /// What stands in their place now.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by: Option<&'a str>,
    /// The same in hexadecimal, where it is not UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaced_by_hex: Option<String>,
}

#[derive(Debug, Serialize)]
struct EvidenceEntry<'a> {
    pattern: &'a str,
    bytes: [usize; 2],
    text: Cow<'a, str>,
}

impl<'a> Entry<'a> {
    /// An entry for a removal.
    ///
    /// `removed` are the document's bytes of the removal, `raw` those of the source that stood for them, `put` what stands in their place.
    pub fn new(place: Place<'a>, removal: &Removal<'a>, removed: &'a [u8], raw: &[u8], put: &'a [u8]) -> Self {
        let text = String::from_utf8_lossy(removed);
        let same = text.as_bytes() == raw;
        let (sum, letter_sum) = removal.reason.sums();
        let pair = |range: &Range<usize>| [range.start, range.end];
        let evidence = removal.evidence.iter().map(|evidence| {
            let start = evidence.bytes.start - removal.bytes.start;
            let end = evidence.bytes.end.min(removal.bytes.end) - removal.bytes.start;
            EvidenceEntry {
                pattern: &evidence.pattern.id,
                bytes: pair(&evidence.bytes),
                text: String::from_utf8_lossy(&removed[start..end]),
            }
        });
        let (replaced_by, replaced_by_hex) = replacement(put);
        Self {
            source: place.source,
            source_hex: place.source_hex,
            document: place.document,
            field: place.field,
            bytes: pair(&removal.bytes),
            lines: [removal.lines.start, removal.lines.end - 1],
            source_bytes: [place.source_bytes.0, place.source_bytes.1],
            pattern: &removal.pattern.id,
            category: removal.pattern.category.name(),
            publisher: removal.pattern.publisher.as_deref(),
            reason: removal.reason.name(),
            sum,
            letter_sum,
            evidence: evidence.collect(),
            raw_hex: (!same).then(|| hex(raw)),
            text,
            replaced_by,
            replaced_by_hex,
        }
    }
}

/// A change that follows from removals, such as that of a length in a header.
#[derive(Debug, Serialize)]
pub struct Adjustment<'a> {
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_hex: Option<&'a str>,
    document: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    source_bytes: [u64; 2],
    text: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_hex: Option<String>,
    replaced_by: &'a str,
}

impl<'a> Adjustment<'a> {
    /// The bytes `raw` of the source became `put`.
    pub fn new(place: Place<'a>, raw: &'a [u8], put: &'a str) -> Self {
        let text = String::from_utf8_lossy(raw);
        Self {
            source: place.source,
            source_hex: place.source_hex,
            document: place.document,
            field: place.field,
            source_bytes: [place.source_bytes.0, place.source_bytes.1],
            raw_hex: (text.as_bytes() != raw).then(|| hex(raw)),
            text,
            replaced_by: put,
        }
    }
}

fn replacement(put: &[u8]) -> (Option<&str>, Option<String>) {
    match std::str::from_utf8(put) {
        Ok("") => (None, None),
        Ok(put) => (Some(put), None),
        Err(_) => (None, Some(hex(put))),
    }
}

/// Closes a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// The file, as in the entries before this one.
    pub file: String,
    /// Its name in hexadecimal, where it is not UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_hex: Option<String>,
    /// How it is made up, such as `text`, `jsonl.zst`; `other` if it was copied.
    pub format: String,
    /// How many documents it holds.
    pub documents: u64,
    /// How many removals were made in it.
    pub removals: u64,
    /// Its contents, decompressed, before.
    pub before: Contents,
    /// Its contents, decompressed, after.
    pub after: Contents,
    /// The columns of a table that were cleaned. What is measured of it is their values, each after its length in eight bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// How many of its documents were passed on as they are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub passed_on: u64,
    /// The first of these, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<PassedOn>,
}

/// Contents, by size and hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// How many bytes.
    pub bytes: u64,
    /// The SHA-256 of them, in hexadecimal.
    pub sha256: String,
}

/// Measures contents as they pass.
#[derive(Clone, Debug)]
pub struct Measure {
    bytes: u64,
    sha: Option<Sha256>,
}

impl Measure {
    /// Begins with nothing. The hash is made only where it is wanted.
    pub fn new(hash: bool) -> Self {
        Self {
            bytes: 0,
            sha: hash.then(Sha256::new),
        }
    }

    /// Takes what comes next.
    pub fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if let Some(sha) = &mut self.sha {
            sha.update(bytes);
        }
    }

    /// What passed.
    pub fn contents(self) -> Contents {
        Contents {
            bytes: self.bytes,
            sha256: self.sha.map(|sha| hex(&sha.finalize())).unwrap_or_default(),
        }
    }
}

/// A document that was passed on as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOn {
    /// Its number in the file, from 1.
    pub document: u64,
    /// Why.
    pub why: String,
    /// It could not be judged, which makes the run end in failure; otherwise it was asked for.
    pub failed: bool,
}

/// A line of a ledger, as it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// The first line.
    Head(Head),
    /// A removal, or a change that follows from removals.
    Change(Change),
    /// The end of a file.
    File(FileEntry),
}

/// A removal or adjustment, as far as it takes to undo it and to tell of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Change {
    /// See [`Place`].
    pub source: String,
    /// See [`Place`].
    #[serde(default)]
    pub source_hex: Option<String>,
    /// See [`Place`].
    #[serde(default)]
    pub document: u64,
    /// See [`Place`].
    #[serde(default)]
    pub field: Option<String>,
    /// See [`Place`].
    pub source_bytes: (u64, u64),
    /// In bytes of the document's text, from 0, the end exclusive.
    #[serde(default)]
    pub bytes: (usize, usize),
    /// The first and the last line of the document's text, from 1.
    #[serde(default)]
    pub lines: Option<(u64, u64)>,
    /// The pattern that took it. An adjustment has none.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The category of the pattern.
    #[serde(default)]
    pub category: Option<String>,
    /// Whose pattern it is.
    #[serde(default)]
    pub publisher: Option<String>,
    /// How it was judged, see [`Reason::name`](crate::engine::Reason::name).
    #[serde(default)]
    pub reason: String,
    /// The sum of the line's own cues.
    #[serde(default)]
    pub sum: Option<f32>,
    /// The sum over the letter that the line is part of.
    #[serde(default)]
    pub letter_sum: Option<f32>,
    /// The text, for reading.
    pub text: String,
    #[serde(default)]
    raw_hex: Option<String>,
    #[serde(default)]
    replaced_by: Option<String>,
    #[serde(default)]
    replaced_by_hex: Option<String>,
}

/// Why a line of a ledger cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It is no line of a ledger.
    #[error("no line of a ledger: {0}")]
    Syntax(#[from] serde_json::Error),
    /// It has digits that are none.
    #[error("no line of a ledger: `{0}` is not hexadecimal")]
    Hex(&'static str),
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// When it is no line of a ledger.
    pub fn parse(line: &str) -> Result<Self, LineError> {
        #[derive(Deserialize)]
        struct Keys {
            bodycopy: Option<serde::de::IgnoredAny>,
            file: Option<serde::de::IgnoredAny>,
        }
        // As they are written. Other tools may have put the keys in another order.
        let keys = if line.starts_with(r#"{"source":"#) {
            Keys {
                bodycopy: None,
                file: None,
            }
        } else {
            serde_json::from_str(line)?
        };
        Ok(if keys.bodycopy.is_some() {
            Self::Head(serde_json::from_str(line)?)
        } else if keys.file.is_some() {
            Self::File(serde_json::from_str(line)?)
        } else {
            Self::Change(serde_json::from_str(line)?)
        })
    }
}

impl Change {
    /// Whether a name means this removal: that of its pattern, of its set, of its category, of its file, or of its document as `FILE:NUMBER`.
    pub fn is_meant(&self, name: &str) -> bool {
        let pattern = self.pattern.as_deref().unwrap_or_default();
        let of_set = || pattern.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        let number = || {
            name.strip_prefix(self.source.as_str())
                .and_then(|rest| rest.strip_prefix(':'))
        };
        let of_document = || number().is_some_and(|number| number == self.document.to_string());
        let exact = [Some(pattern), self.category.as_deref(), Some(&self.source)];
        exact.contains(&Some(name)) || of_set() || of_document()
    }

    /// The bytes that stood in the source, in hexadecimal, where they are not those of the text.
    pub fn raw_digits(&self) -> Option<&str> {
        self.raw_hex.as_deref()
    }

    /// The bytes that stood in the source.
    ///
    /// # Errors
    /// When the entry was damaged.
    pub fn raw(&self) -> Result<Cow<'_, [u8]>, LineError> {
        match &self.raw_hex {
            Some(digits) => unhex(digits).map(Cow::Owned).ok_or(LineError::Hex("raw_hex")),
            None => Ok(Cow::Borrowed(self.text.as_bytes())),
        }
    }

    /// The bytes that stand in their place now.
    ///
    /// # Errors
    /// When the entry was damaged.
    pub fn put(&self) -> Result<Cow<'_, [u8]>, LineError> {
        match (&self.replaced_by_hex, &self.replaced_by) {
            (Some(digits), _) => unhex(digits).map(Cow::Owned).ok_or(LineError::Hex("replaced_by_hex")),
            (None, Some(put)) => Ok(Cow::Borrowed(put.as_bytes())),
            (None, None) => Ok(Cow::Borrowed(b"")),
        }
    }
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// Bytes from hexadecimal; nothing if it is none.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(value(*high)? << 4 | value(*low)?),
            _ => None,
        })
        .collect()
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_leads_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        assert_eq!(unhex("0"), None);
        assert_eq!(unhex("0g"), None);
    }

    #[test]
    fn lines_are_told_apart_in_any_order_of_their_keys() {
        let parse = |line: &str| Line::parse(line).expect("a line of a ledger");
        assert!(matches!(
            parse(r#"{"mode":"delete","sets":"x","bodycopy":"1"}"#),
            Line::Head(_)
        ));
        let change = parse(r#"{"text":"é","source":"a","source_bytes":[1,3],"raw_hex":"e9","replaced_by":"x"}"#);
        let Line::Change(change) = change else {
            panic!("{change:?}")
        };
        assert_eq!(*change.raw().expect("hexadecimal"), *b"\xe9");
        assert_eq!(*change.put().expect("text"), *b"x");
        assert!(Line::parse("{}").is_err());
        assert!(Line::parse("").is_err());
    }
}
