//! Defines the ledger: one line of JSON for each removal, enough to account for it and to undo it.
//!
//! What is left and the ledger together give the source back byte for byte: put the bytes of each entry at its `source_bytes`, in order.

use std::ops::Range;

use serde::Serialize;

use crate::engine::{Reason, Removal};

/// Where a removal was made.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file, or `-` for standard input.
    pub source: &'a str,
    /// The number of the document in its source, from 1.
    pub document: usize,
    /// The bytes of the source that were removed, as offsets from 0.
    pub source_bytes: (u64, u64),
}

/// One removal, as it is written.
#[derive(Debug, Serialize)]
pub struct Entry<'a> {
    source: &'a str,
    document: usize,
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
    /// Names the pattern sets, see [`PatternSets::digest`](crate::PatternSets::digest).
    sets: &'a str,
    text: String,
    /// The removed bytes in hexadecimal, where they are not those of `text`: the source is not UTF-8, or has escapes of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_hex: Option<String>,
}

#[derive(Debug, Serialize)]
struct EvidenceEntry<'a> {
    pattern: &'a str,
    bytes: [usize; 2],
    text: String,
}

impl<'a> Entry<'a> {
    /// An entry for a removal.
    ///
    /// `removed` are the document's bytes of the removal, `raw` those of the source that stood for them, `sets` the digest of the sets.
    pub fn new(place: Place<'a>, removal: &Removal<'a>, removed: &[u8], raw: &[u8], sets: &'a str) -> Self {
        let text = String::from_utf8_lossy(removed);
        let same = text.as_bytes() == raw;
        let (sum, letter_sum) = match removal.reason {
            Reason::Cues { sum } => (Some(sum), None),
            Reason::Letter { sum, letter } => (Some(sum), Some(letter)),
            _ => (None, None),
        };
        let pair = |range: &Range<usize>| [range.start, range.end];
        let evidence = removal.evidence.iter().map(|evidence| {
            let start = evidence.bytes.start - removal.bytes.start;
            let end = evidence.bytes.end.min(removal.bytes.end) - removal.bytes.start;
            EvidenceEntry {
                pattern: &evidence.pattern.id,
                bytes: pair(&evidence.bytes),
                text: String::from_utf8_lossy(&removed[start..end]).into_owned(),
            }
        });
        Self {
            source: place.source,
            document: place.document,
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
            sets,
            raw_hex: (!same).then(|| raw.iter().map(|byte| format!("{byte:02x}")).collect()),
            text: text.into_owned(),
        }
    }
}
