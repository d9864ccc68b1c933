//! Judges documents, applies the verdicts in the way that is asked for, and keeps account.

use std::ops::Range;

use super::name::Name;
use super::report::Tally;
use crate::engine::{Event, Removal, Sink, Stream, Stripped, Stripper};
use crate::ledger::{Adjustment, Entry, PassedOn, Place};
use crate::patterns::Category;

/// What becomes of text that goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is left out.
    #[default]
    Delete,
    /// It stays, in marks: `[-text-]{category}`.
    Mark,
    /// It is left out, and written to a tree of its own.
    Split,
}

impl Mode {
    /// Its name, as in `--mode`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Mark => "mark",
            Self::Split => "split",
        }
    }
}

/// What holds for every document of a run.
#[derive(Clone, Debug)]
pub struct Rules<'a> {
    /// The judge.
    pub stripper: &'a Stripper,
    /// What becomes of text that goes.
    pub mode: Mode,
    /// A document that would lose a larger share of its characters, from 0 to 1, passes through whole.
    pub max_removed: Option<f64>,
    /// The fields or columns that hold text. A field may be nested, as in `article.body`.
    pub fields: Vec<String>,
    /// An account is wanted.
    pub ledger: bool,
}

/// So many documents of a file are named that were passed on as they are; the others are counted.
const NAMED: usize = 100;

/// What came of some documents.
#[derive(Debug, Default)]
pub struct Portion {
    /// What stays.
    pub kept: Vec<u8>,
    /// The ends of the records in it.
    pub ends: Vec<usize>,
    /// What goes, where it is written to a tree of its own.
    pub removed: Vec<u8>,
    /// The ends of the records in it.
    pub removed_ends: Vec<usize>,
    /// Lines for the ledger.
    pub entries: Vec<u8>,
    /// The counts.
    pub tally: Tally,
    /// Documents that were passed on as they are.
    pub passed: Vec<PassedOn>,
}

impl Portion {
    /// Notes that a document was passed on as it is.
    pub fn pass_on(&mut self, document: u64, why: String, failed: bool) {
        self.tally.pass_on(failed);
        if self.passed.len() < NAMED {
            self.passed.push(PassedOn { document, why, failed });
        }
    }

    /// Adds what came of the documents after these, without their bytes and entries.
    pub fn count(&mut self, other: &mut Self) {
        self.tally.add(&other.tally);
        let room = NAMED.saturating_sub(self.passed.len());
        self.passed.extend(other.passed.drain(..).take(room));
    }
}

/// Which document is meant.
#[derive(Clone, Copy, Debug)]
pub struct Document<'d> {
    /// Its number in the file, from 1.
    pub number: u64,
    /// The field of it.
    pub field: Option<&'d str>,
    /// Where the record begins in the file's contents.
    pub start: u64,
}

/// A change in a record: bytes that go, and what comes in their place.
#[derive(Debug)]
pub struct Change {
    /// In bytes of the record.
    pub range: Range<usize>,
    /// What comes in their place.
    pub put: Vec<u8>,
}

/// Works through the documents of a file. Each thread has its own.
pub struct Clerk<'a> {
    rules: &'a Rules<'a>,
    stream: Stream<'a>,
}

/// The file that a clerk works on, as the ledger names it.
#[derive(Clone, Debug)]
pub struct Subject {
    shown: String,
    digits: Option<String>,
}

impl Subject {
    /// A file of this name.
    pub fn new(name: &Name) -> Self {
        Self {
            shown: name.shown().into_owned(),
            digits: name.digits(),
        }
    }

    fn place<'s>(&'s self, document: Document<'s>, range: Range<usize>) -> Place<'s> {
        Place {
            source: &self.shown,
            source_hex: self.digits.as_deref(),
            document: document.number,
            field: document.field,
            source_bytes: (document.start + range.start as u64, document.start + range.end as u64),
        }
    }
}

impl<'a> Clerk<'a> {
    /// A clerk who keeps to these rules.
    pub fn new(rules: &'a Rules<'a>) -> Self {
        Self {
            rules,
            stream: rules.stripper.stream(),
        }
    }

    /// The rules.
    pub fn rules(&self) -> &'a Rules<'a> {
        self.rules
    }

    /// Judges a text, and says what is to go of it. Nothing goes from a document that would lose too much.
    pub fn judge(&mut self, text: &[u8], number: u64, portion: &mut Portion) -> Vec<Removal<'a>> {
        let mut stripped = Stripped::default();
        let Ok(()) = self.stream.push(text, &mut stripped);
        let Ok(()) = self.stream.finish(&mut stripped);
        let characters = characters(text);
        portion.tally.characters += characters;
        portion.tally.unjudged_lines += stripped.unjudged.len() as u64;
        if stripped.removals.is_empty() {
            return Vec::new();
        }
        let gone = stripped
            .removals
            .iter()
            .map(|removal| count_characters(&text[removal.bytes.clone()]));
        let gone: u64 = gone.sum();
        if let Some(why) = self.too_much(gone, characters) {
            portion.pass_on(number, why, false);
            return Vec::new();
        }
        for removal in &stripped.removals {
            portion.tally.remove(removal);
        }
        portion.tally.removed_characters += gone;
        if gone * 2 > characters && stripped.kept.iter().all(|kept| is_blank(&text[kept.clone()])) {
            portion.tally.emptied += 1;
        }
        stripped.removals
    }

    /// Why a document that would lose so much passes through.
    pub fn too_much(&self, gone: u64, of: u64) -> Option<String> {
        let most = self.rules.max_removed?;
        let share = gone as f64 / of.max(1) as f64;
        (share > most).then(|| format!("it would lose {:.0} % of its text", share * 100.0))
    }

    /// Writes removals down, and makes changes of them. `origin` leads from bytes of the text to bytes of the record.
    pub fn account(
        &self,
        subject: &Subject,
        document: Document<'_>,
        (record, text): (&[u8], &[u8]),
        removals: &[Removal<'a>],
        origin: impl Fn(Range<usize>) -> Range<usize>,
        portion: &mut Portion,
    ) -> Vec<Change> {
        let mut changes = Vec::with_capacity(removals.len());
        for removal in removals {
            let range = origin(removal.bytes.clone());
            let put = match self.rules.mode {
                Mode::Delete | Mode::Split => Vec::new(),
                Mode::Mark => mark(text, &removal.bytes, removal.pattern.category, |part| {
                    &record[origin(part)]
                }),
            };
            if self.rules.ledger {
                let removed = &text[removal.bytes.clone()];
                let place = subject.place(document, range.clone());
                let entry = Entry::new(place, removal, removed, &record[range.clone()], &put);
                write_line(&mut portion.entries, &entry);
            }
            changes.push(Change { range, put });
        }
        changes
    }

    /// Writes down a change that follows from removals.
    pub fn adjust(
        &self,
        subject: &Subject,
        document: Document<'_>,
        record: &[u8],
        change: (Range<usize>, &str),
        portion: &mut Portion,
    ) {
        if self.rules.ledger {
            let (range, put) = change;
            let raw = &record[range.clone()];
            write_line(
                &mut portion.entries,
                &Adjustment::new(subject.place(document, range), raw, put),
            );
        }
    }

    /// Copies a record with its changes to what stays.
    pub fn apply(record: &[u8], changes: &[Change], out: &mut Vec<u8>) {
        let mut from = 0;
        for change in changes {
            out.extend_from_slice(&record[from..change.range.start]);
            out.extend_from_slice(&change.put);
            from = change.range.end;
        }
        out.extend_from_slice(&record[from..]);
    }
}

/// Takes the events of a text that is judged as a stream.
pub struct StreamSink<'c, 'a> {
    /// The rules.
    pub rules: &'a Rules<'a>,
    /// The file.
    pub subject: &'c Subject,
    /// How far it is, in bytes.
    pub at: u64,
    /// What came of it since this was last taken.
    pub portion: Portion,
    /// Something other than blanks stays.
    pub stays: bool,
}

impl<'a> Sink<'a> for StreamSink<'_, 'a> {
    type Error = std::convert::Infallible;

    fn event(&mut self, event: Event<'_, 'a>) -> Result<(), Self::Error> {
        let portion = &mut self.portion;
        let length = match &event {
            Event::Kept { bytes, .. } | Event::Unjudged { bytes, .. } | Event::Removed { bytes, .. } => {
                portion.tally.characters += count_characters(bytes);
                bytes.len() as u64
            }
        };
        match event {
            Event::Kept { bytes, .. } => {
                self.stays = self.stays || !is_blank(bytes);
                portion.kept.extend_from_slice(bytes);
            }
            Event::Unjudged { bytes, first, .. } => {
                self.stays = true;
                portion.tally.unjudged_lines += u64::from(first);
                portion.kept.extend_from_slice(bytes);
            }
            Event::Removed { bytes, removal } => {
                portion.tally.remove(&removal);
                portion.tally.removed_characters += count_characters(bytes);
                let put = match self.rules.mode {
                    Mode::Delete => Vec::new(),
                    Mode::Split => {
                        portion.removed.extend_from_slice(bytes);
                        Vec::new()
                    }
                    Mode::Mark => mark(bytes, &(0..bytes.len()), removal.pattern.category, |part| &bytes[part]),
                };
                if self.rules.ledger {
                    let document = Document {
                        number: 1,
                        field: None,
                        start: self.at,
                    };
                    let place = self.subject.place(document, 0..bytes.len());
                    write_line(&mut portion.entries, &Entry::new(place, &removal, bytes, bytes, &put));
                }
                portion.kept.extend_from_slice(&put);
            }
        }
        self.at += length;
        Ok(())
    }
}

/// Marks the words of each line of a removal; blank lines and line ends stay as they are. `raw` leads to the bytes that stand for a part of the text.
fn mark<'r>(
    text: &[u8],
    removal: &Range<usize>,
    category: Category,
    raw: impl Fn(Range<usize>) -> &'r [u8],
) -> Vec<u8> {
    let mut marked = Vec::new();
    let mut start = removal.start;
    for line in text[removal.clone()].split_inclusive(|&byte| byte == b'\n') {
        let end = start + line.len();
        let words_end = start + line.trim_ascii_end().len();
        if words_end == start {
            marked.extend_from_slice(raw(start..end));
        } else {
            marked.extend_from_slice(b"[-");
            marked.extend_from_slice(raw(start..words_end));
            marked.extend_from_slice(format!("-]{{{category}}}").as_bytes());
            marked.extend_from_slice(raw(words_end..end));
        }
        start = end;
    }
    marked
}

/// A line of the ledger. Nothing that is written there can fail to be JSON.
fn write_line(entries: &mut Vec<u8>, entry: &impl serde::Serialize) {
    let start = entries.len();
    if serde_json::to_writer(&mut *entries, entry).is_ok() {
        entries.push(b'\n');
    } else {
        entries.truncate(start);
    }
}

/// The characters of a text, at least one for any text; bytes that are not UTF-8 count as they may.
fn characters(text: &[u8]) -> u64 {
    count_characters(text)
}

fn count_characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() as u64
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_whitespace) || String::from_utf8_lossy(bytes).trim().is_empty()
}
