//! Decides how a file falls into documents, and cuts it into batches that can be worked on apart.

pub mod jsonl;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod text;
pub mod warc;

use std::io::{self, Read};

use super::format::Kind;
use crate::ledger::{Contents, Measure};

/// A batch has at least so many bytes, if there are so many, and ends with a record.
pub const BATCH: usize = 512 << 10;
/// What the first batch has, where it is wanted soon.
const FIRST_BATCH: usize = 16 << 10;
/// A longer record, in bytes, is passed on unjudged, as it would have to be in memory whole.
pub const LONGEST_RECORD: usize = 64 << 20;
/// A longer text, in bytes, is judged as a stream, by one thread.
pub const LONGEST_TEXT: usize = 4 << 20;

/// Some of a file's contents.
#[derive(Debug)]
pub struct Batch {
    /// What it is.
    pub part: Part,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Where it begins in the (decompressed) file.
    pub start: u64,
    /// The number of the first document in it, from 1.
    pub document: u64,
}

/// What a batch is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whole records.
    Records,
    /// A piece of a text that is too long to be held whole.
    Stream,
    /// A piece that is passed on as it is.
    Unjudged {
        /// Why, said with the first piece of several.
        why: Option<String>,
        /// The next batch is not of the same record.
        last: bool,
    },
}

/// What is at the start of what was read.
#[derive(Debug, PartialEq, Eq)]
pub enum Cut {
    /// So many bytes, in which so many records end.
    Records {
        /// How many bytes.
        length: usize,
        /// How many records.
        count: u64,
    },
    /// More has to be read before it can be told.
    More,
    /// A record that is too long, of so many bytes if that can be told; otherwise to the next line end.
    Long(Option<u64>),
    /// No record. The rest of the file is passed on.
    Broken(String),
}

/// Reads a file in batches.
pub struct Batches<R> {
    input: R,
    kind: Kind,
    measure: Measure,
    /// What was read and is not handed on.
    buffer: Vec<u8>,
    /// Where the buffer begins in the file.
    start: u64,
    document: u64,
    ended: bool,
    /// So much the next batch has, about.
    batch: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Records,
    /// In a text that is too long to be held.
    Stream,
    /// In a record that is passed on.
    Passing {
        why: Option<String>,
        rest: Rest,
    },
}

#[derive(Clone, Copy, Debug)]
enum Rest {
    /// To the end of the line.
    Line,
    Bytes(u64),
    All,
}

impl<R: Read> Batches<R> {
    /// Begins at the start of a file's contents. `hash` says whether their hash is wanted.
    pub fn new(input: R, kind: Kind, hash: bool) -> Self {
        Self {
            input,
            kind,
            measure: Measure::new(hash),
            buffer: Vec::new(),
            start: 0,
            document: 1,
            ended: false,
            batch: BATCH,
            state: State::Records,
        }
    }

    /// Begins with small batches, so that the first documents are there soon.
    pub fn eager(mut self) -> Self {
        self.batch = FIRST_BATCH;
        self
    }

    /// The next batch; nothing at the end.
    pub fn next(&mut self) -> io::Result<Option<Batch>> {
        loop {
            let wanted = match (self.kind, &self.state) {
                (Kind::Text, State::Records) => LONGEST_TEXT + 1,
                _ => self.batch,
            };
            self.batch = (2 * self.batch).min(BATCH);
            self.fill(wanted)?;
            if self.buffer.is_empty() && self.ended {
                return Ok(None);
            }
            let (length, count, part) = match &mut self.state {
                State::Stream => (self.buffer.len(), 0, Part::Stream),
                State::Passing { why, rest } => {
                    let held = self.buffer.len();
                    let length = match *rest {
                        Rest::Line => memchr::memchr(b'\n', &self.buffer).map_or(held, |at| at + 1),
                        Rest::Bytes(bytes) => usize::try_from(bytes).map_or(held, |bytes| bytes.min(held)),
                        Rest::All => held,
                    };
                    let last = match rest {
                        Rest::Line => self.buffer[..length].ends_with(b"\n") || length == held && self.ended,
                        Rest::Bytes(bytes) => {
                            *bytes -= length as u64;
                            *bytes == 0 || length == held && self.ended
                        }
                        Rest::All => length == held && self.ended,
                    };
                    let why = why.take();
                    if last {
                        self.state = State::Records;
                    }
                    (length, u64::from(last), Part::Unjudged { why, last })
                }
                State::Records => match self.cut() {
                    Cut::Records { length, count } => (length, count, Part::Records),
                    Cut::More => {
                        self.fill((self.buffer.len() * 2).min(LONGEST_RECORD + 1))?;
                        continue;
                    }
                    Cut::Long(_) if self.kind == Kind::Text => {
                        self.state = State::Stream;
                        continue;
                    }
                    Cut::Long(length) => {
                        self.state = State::Passing {
                            why: Some(format!("the record is longer than {} MiB", LONGEST_RECORD >> 20)),
                            rest: length.map_or(Rest::Line, Rest::Bytes),
                        };
                        continue;
                    }
                    Cut::Broken(why) => {
                        self.state = State::Passing {
                            why: Some(why),
                            rest: Rest::All,
                        };
                        continue;
                    }
                },
            };
            let rest = self.buffer[length..].to_vec();
            self.buffer.truncate(length);
            let bytes = std::mem::replace(&mut self.buffer, rest);
            let batch = Batch {
                part,
                bytes,
                start: self.start,
                document: self.document,
            };
            self.start += length as u64;
            self.document += count;
            return Ok(Some(batch));
        }
    }

    fn cut(&self) -> Cut {
        match self.kind {
            Kind::Text => text::cut(&self.buffer),
            Kind::Jsonl => jsonl::cut(&self.buffer, self.ended),
            Kind::Warc => warc::cut(&self.buffer, self.ended),
            // Its own reader cuts it.
            Kind::Parquet => Cut::Broken("a Parquet file is no stream".to_owned()),
        }
    }

    /// Reads until so much is held, or to the end.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while self.buffer.len() < wanted && !self.ended {
            let held = self.buffer.len();
            let missing = (wanted - held) as u64;
            self.ended = (&mut self.input).take(missing).read_to_end(&mut self.buffer)? == 0;
            self.measure.take(&self.buffer[held..]);
        }
        Ok(())
    }

    /// What was read, after the last batch.
    pub fn contents(self) -> Contents {
        self.measure.contents()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn batches(input: &[u8], kind: Kind) -> Vec<Batch> {
        let mut batches = Batches::new(input, kind, true);
        let mut all = Vec::new();
        while let Some(batch) = batches.next().expect("memory") {
            all.push(batch);
        }
        assert_eq!(batches.contents().bytes, input.len() as u64);
        all
    }

    #[test]
    fn nothing_is_lost_of_long_records() {
        let long = "x".repeat(LONGEST_RECORD + 7);
        let input = format!("{{}}\n{long}\n{{\"a\":1}}\n");
        let all = batches(input.as_bytes(), Kind::Jsonl);
        assert!(all.iter().map(|batch| batch.bytes.len()).sum::<usize>() == input.len());
        let reasons: Vec<_> = all
            .iter()
            .filter(|batch| matches!(&batch.part, Part::Unjudged { why: Some(_), .. }))
            .collect();
        assert_eq!(reasons.len(), 1);
        assert_eq!(reasons[0].document, 2);
        let last = all.last().expect("some");
        assert_eq!(
            (last.document, last.bytes.as_slice(), &last.part),
            (3, &b"{\"a\":1}\n"[..], &Part::Records)
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost(input in prop::collection::vec(prop_oneof![
            Just(b"WARC/1.0\r\nContent-Length: 3\r\n\r\nabc\r\n\r\n".to_vec()),
            Just(b"WARC/1.1\nWARC-Type: conversion\ncontent-length:2\n\nab\r\n".to_vec()),
            Just(b"{\"text\":\"x\"}\n".to_vec()),
            Just(b"\r\n\r\n".to_vec()),
            prop::collection::vec(any::<u8>(), 0..40),
        ], 0..20)) {
            let input = input.concat();
            for kind in [Kind::Text, Kind::Jsonl, Kind::Warc] {
                let all = batches(&input, kind);
                let mut at = 0;
                for batch in &all {
                    prop_assert_eq!(batch.start, at);
                    at += batch.bytes.len() as u64;
                }
                let whole: Vec<u8> = all.iter().flat_map(|batch| batch.bytes.clone()).collect();
                prop_assert_eq!(&whole, &input);
            }
        }
    }
}
