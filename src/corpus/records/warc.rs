//! Web archives, of which WET files are one kind: records with a header, of which those that hold plain text are documents.
//!
//! A record runs from its version line to the blank lines behind its block. Only its text, its `Content-Length` and its digests are ever changed;
//! the form of the digests (algorithm, encoding, case) stays.

use std::ops::Range;

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::super::clerk::{Change, Clerk, Document, Mode, Portion, Subject};
use super::{BATCH, Batch, Cut, LONGEST_RECORD};

/// A header that is longer, in bytes, is none.
const LONGEST_HEADER: usize = 64 << 10;

const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A record, in bytes of what it was found in.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// Its header, from the version line, with the blank line that ends it. Line ends before it belong to the record too.
    pub header: Range<usize>,
    /// Its contents.
    pub block: Range<usize>,
    /// Where it ends, with the two line ends behind the block.
    pub end: usize,
}

/// What is at the start of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A record.
    Record(Record),
    /// Nothing but line ends, to the end of the file.
    Blank,
    /// The start of a record that is so long, if that can be told.
    More(Option<u64>),
    /// No record, and why.
    Broken(String),
}

/// Finds the record at the start of some bytes. `ended` says that there are no more behind them.
pub fn next(bytes: &[u8], ended: bool) -> Next {
    let start = bytes.iter().take_while(|byte| is_line_end(**byte)).count();
    let Some(header_length) = header_length(&bytes[start..]) else {
        if start == bytes.len() && ended {
            return Next::Blank;
        }
        let held = bytes.len() - start;
        return if ended || held > LONGEST_HEADER {
            Next::Broken("no WARC record: the header has no end".to_owned())
        } else {
            Next::More(None)
        };
    };
    let header = start..start + header_length;
    let text = &bytes[header.clone()];
    if !text.starts_with(b"WARC/") {
        return Next::Broken("no WARC record: the header does not begin with WARC/".to_owned());
    }
    let Some(length) = field(text, "content-length").and_then(|value| number(&text[value])) else {
        return Next::Broken("no WARC record: the header has no Content-Length".to_owned());
    };
    let after_block = (header.end as u64).saturating_add(length);
    let whole = after_block.saturating_add(4);
    let held = bytes.len() as u64;
    if held < after_block && ended {
        return Next::Broken(format!(
            "the WARC record is cut short: {} of {length} bytes",
            held - header.end as u64
        ));
    }
    if held < whole && !ended {
        return Next::More(Some(whole));
    }
    let block = header.end..after_block as usize;
    let behind = bytes[block.end..]
        .iter()
        .take(4)
        .take_while(|byte| is_line_end(**byte))
        .count();
    // Two bare line feeds end a record too; what follows them is the next one.
    let end = match &bytes[block.end..block.end + behind] {
        [b'\n', b'\n', ..] => block.end + 2,
        _ => block.end + behind,
    };
    Next::Record(Record { header, block, end })
}

/// See [`Cut`].
pub(crate) fn cut(bytes: &[u8], ended: bool) -> Cut {
    let (mut length, mut count) = (0, 0);
    while length < BATCH {
        let what = next(&bytes[length..], ended);
        match what {
            Next::Record(record) => {
                length += record.end;
                count += 1;
                continue;
            }
            Next::Blank => {
                length = bytes.len();
                count += u64::from(count == 0);
            }
            _ if length > 0 => {}
            Next::More(Some(whole)) if whole > LONGEST_RECORD as u64 => return Cut::Long(Some(whole)),
            Next::More(_) => return Cut::More,
            Next::Broken(why) => return Cut::Broken(why),
        }
        break;
    }
    Cut::Records { length, count }
}

/// Whether the block of a record is text that is to be cleaned.
pub fn holds_text(header: &[u8]) -> bool {
    let value = |name: &str| field(header, name).map(|value| header[value].to_ascii_lowercase());
    let plain = value("content-type").map(|value| value.starts_with(b"text/plain"));
    match value("warc-type").as_deref() {
        Some(b"conversion") => plain.unwrap_or(true),
        Some(b"resource") => plain.unwrap_or(false),
        _ => false,
    }
}

/// What has to change in the header of a record, so that it fits another block, in bytes of the header.
///
/// # Errors
/// Says which digest cannot be made anew.
pub fn refit(header: &[u8], block: &[u8]) -> Result<Vec<(Range<usize>, String)>, String> {
    let mut changes = Vec::new();
    if let Some(value) = field(header, "content-length") {
        changes.push((value, block.len().to_string()));
    }
    for name in ["warc-block-digest", "warc-payload-digest"] {
        if let Some(value) = field(header, name) {
            let old = String::from_utf8_lossy(&header[value.clone()]).into_owned();
            let new = digest_like(&old, block).ok_or_else(|| format!("cannot make its digest anew: {old}"))?;
            changes.push((value, new));
        }
    }
    changes.retain(|(range, new)| &header[range.clone()] != new.as_bytes());
    changes.sort_by_key(|(range, _)| range.start);
    Ok(changes)
}

/// Cleans records.
pub(crate) fn clean(clerk: &mut Clerk<'_>, subject: &Subject, batch: &Batch, portion: &mut Portion) {
    let mut at = 0;
    for number in batch.document.. {
        let rest = &batch.bytes[at..];
        // A batch ends with a record.
        let Next::Record(record) = next(rest, true) else {
            portion.kept.extend_from_slice(rest);
            break;
        };
        let document = Document {
            number,
            field: None,
            start: batch.start + at as u64,
        };
        clean_record(clerk, subject, document, &rest[..record.end], &record, portion);
        portion.ends.push(portion.kept.len());
        at += record.end;
        if at == batch.bytes.len() {
            break;
        }
    }
}

fn clean_record(
    clerk: &mut Clerk<'_>,
    subject: &Subject,
    document: Document<'_>,
    bytes: &[u8],
    record: &Record,
    portion: &mut Portion,
) {
    let (header, block) = (&bytes[record.header.clone()], &bytes[record.block.clone()]);
    if !holds_text(header) {
        portion.kept.extend_from_slice(bytes);
        return;
    }
    portion.tally.documents += 1;
    // Counted apart until it is certain that the header can be made to fit.
    let mut own = Portion::default();
    let address = field(header, "warc-target-uri").and_then(|value| std::str::from_utf8(&header[value]).ok());
    let from = clerk.rules().publisher_from.as_ref().zip(address);
    let by_address = from.and_then(|(from, address)| from.by_value(clerk.rules().stripper, address));
    let publisher = by_address.or(subject.publisher);
    let removals = clerk.judge(block, publisher, document.number, &mut own);
    let lead = |range: Range<usize>| range.start + record.block.start..range.end + record.block.start;
    let mut entries = Portion::default();
    let changes = clerk.account(subject, document, (bytes, block), &removals, lead, &mut entries);
    let fitted = fit(bytes, record, &changes);
    let (mut all, new_block) = match fitted {
        Ok(fitted) => fitted,
        Err(why) => {
            portion.tally.characters += own.tally.characters;
            portion.pass_on(document.number, why, true);
            portion.kept.extend_from_slice(bytes);
            return;
        }
    };
    portion.count(&mut own);
    if changes.is_empty() {
        portion.kept.extend_from_slice(bytes);
        return;
    }
    portion.tally.changed += 1;
    for change in &all {
        let put = String::from_utf8_lossy(&change.put);
        clerk.adjust(subject, document, bytes, (change.range.clone(), &put), portion);
    }
    portion.entries.append(&mut entries.entries);
    Clerk::apply(&bytes[..record.block.start], &all, &mut portion.kept);
    portion.kept.extend_from_slice(&new_block);
    portion.kept.extend_from_slice(&bytes[record.block.end..]);
    if clerk.rules().mode == Mode::Split {
        let gone: Vec<u8> = changes
            .iter()
            .flat_map(|change| &bytes[change.range.clone()])
            .copied()
            .collect();
        // It could be fitted to what stays, so it can be to what goes.
        if let Ok(refitted) = refit(header, &gone) {
            all = moved(refitted, record);
            Clerk::apply(&bytes[..record.block.start], &all, &mut portion.removed);
            portion.removed.extend_from_slice(&gone);
            portion.removed.extend_from_slice(&bytes[record.block.end..]);
            portion.removed_ends.push(portion.removed.len());
        }
    }
}

/// Hands over the texts of a batch, each with the number of its record and the address that it names.
pub(crate) fn texts<'b>(batch: &'b Batch, mut take: impl FnMut(u64, Option<&'b str>, &'b [u8])) {
    let mut rest = batch.bytes.as_slice();
    for number in batch.document.. {
        let Next::Record(record) = next(rest, true) else { break };
        let header = &rest[record.header];
        if holds_text(header) {
            let address = field(header, "warc-target-uri").and_then(|value| std::str::from_utf8(&header[value]).ok());
            take(number, address, &rest[record.block]);
        }
        rest = &rest[record.end..];
        if rest.is_empty() {
            break;
        }
    }
}

/// The block after its changes, and the changes in the header that follow from them, in bytes of the record.
fn fit(bytes: &[u8], record: &Record, changes: &[Change]) -> Result<(Vec<Change>, Vec<u8>), String> {
    if changes.is_empty() {
        return Ok(Default::default());
    }
    let mut block = Vec::with_capacity(record.block.len());
    let mut from = record.block.start;
    for change in changes {
        block.extend_from_slice(&bytes[from..change.range.start]);
        block.extend_from_slice(&change.put);
        from = change.range.end;
    }
    block.extend_from_slice(&bytes[from..record.block.end]);
    let refitted = refit(&bytes[record.header.clone()], &block)?;
    Ok((moved(refitted, record), block))
}

/// Changes in a header as changes in its record.
fn moved(changes: Vec<(Range<usize>, String)>, record: &Record) -> Vec<Change> {
    let from = record.header.start;
    let changes = changes.into_iter().map(|(range, put)| Change {
        range: range.start + from..range.end + from,
        put: put.into_bytes(),
    });
    changes.collect()
}

/// Where a header ends, with the blank line.
fn header_length(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    for at in memchr::memchr_iter(b'\n', bytes).take_while(|&at| at < LONGEST_HEADER) {
        if matches!(&bytes[start..at], b"" | b"\r") {
            return Some(at + 1);
        }
        start = at + 1;
    }
    None
}

/// Where the value of a field stands in a header, without the spaces around it.
fn field(header: &[u8], name: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in header.split_inclusive(|&byte| byte == b'\n') {
        if let Some(colon) = memchr::memchr(b':', line)
            && line[..colon].trim_ascii().eq_ignore_ascii_case(name.as_bytes())
        {
            let value = &line[colon + 1..];
            let from = start + colon + 1 + (value.len() - value.trim_ascii_start().len());
            return Some(from..from + value.trim_ascii().len());
        }
        start += line.len();
    }
    None
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// The digest of a block in the form of another digest, such as `sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ`.
fn digest_like(old: &str, block: &[u8]) -> Option<String> {
    let (algorithm, value) = old.split_once(':')?;
    let hash: Vec<u8> = match algorithm.to_ascii_lowercase().as_str() {
        "sha1" | "sha-1" => Sha1::digest(block).to_vec(),
        "sha256" | "sha-256" => Sha256::digest(block).to_vec(),
        _ => return None,
    };
    let digits = value.trim_end_matches('=').len();
    let padded = value.len() > digits;
    let one_case = |new: String| {
        let lower = value.contains(|c: char| c.is_ascii_lowercase());
        if lower {
            new.to_ascii_lowercase()
        } else {
            new.to_ascii_uppercase()
        }
    };
    // So many bits are in a digit.
    let new = match (hash.len() * 8).div_ceil(digits.max(1)) {
        4 => one_case(crate::ledger::hex(&hash)),
        5 => one_case(in_base(&hash, 5, BASE32, padded)),
        6 if !value.contains(['-', '_']) => in_base(&hash, 6, BASE64, padded),
        _ => return None,
    };
    if new.len() != value.len() {
        return None;
    }
    Some(format!("{algorithm}:{new}"))
}

fn in_base(bytes: &[u8], bits: usize, digits: &[u8], padded: bool) -> String {
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let mut text: String = (0..(bytes.len() * 8).div_ceil(bits))
        .map(|digit| (0..bits).fold(0, |value, at| value << 1 | bit(digit * bits + at)))
        .map(|value| char::from(digits[usize::from(value)]))
        .collect();
    // Padding fills up groups of whole bytes: 5 bits in groups of 8 digits, 6 bits in groups of 4.
    let group = if bits == 5 { 8 } else { 4 };
    while padded && !text.len().is_multiple_of(group) {
        text.push('=');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "WARC/1.0\r\nWARC-Type: conversion\r\nContent-Type: text/plain\r\nWARC-Block-Digest: sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5\r\nContent-Length:  3\r\n\r\nabc\r\n\r\n";

    #[test]
    fn a_record_is_found_whole() {
        let Next::Record(record) = next(RECORD.as_bytes(), true) else {
            panic!("it is one")
        };
        assert_eq!(&RECORD[record.block.clone()], "abc");
        assert_eq!(record.end, RECORD.len());
        assert!(holds_text(&RECORD.as_bytes()[record.header]));
        for length in 0..RECORD.len() {
            assert!(
                matches!(next(&RECORD.as_bytes()[..length], false), Next::More(_)),
                "{length}"
            );
        }
        assert!(matches!(
            next(&RECORD.as_bytes()[..RECORD.len() - 6], true),
            Next::Broken(_)
        ));
    }

    #[test]
    fn digests_keep_their_form() {
        let new = |old: &str, block: &str| digest_like(old, block.as_bytes()).unwrap_or_default();
        for same in [
            "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
            "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
            "SHA-1:A9993E364706816ABA3E25717850C26C9CD0D89D",
            "sha1:qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "sha256:XJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFUCD7WD4QACWWQ====",
        ] {
            assert_eq!(new(same, "abc"), same);
            assert_ne!(new(same, "abd"), same);
        }
        assert_eq!(new("md5:900150983cd24fb0d6963f7d28e17f72", "abc"), "");
        assert_eq!(new("sha1:", "abc"), "");
    }

    #[test]
    fn a_header_is_fitted_to_its_block() {
        let Next::Record(record) = next(RECORD.as_bytes(), true) else {
            panic!("it is one")
        };
        let header = &RECORD.as_bytes()[record.header];
        assert_eq!(refit(header, b"abc"), Ok(Vec::new()));
        let changes = refit(header, b"ab").expect("digests it knows");
        assert_eq!(changes.len(), 2);
        assert_eq!(&header[changes[1].0.clone()], b"3");
        assert_eq!(changes[1].1, "2");
    }
}
