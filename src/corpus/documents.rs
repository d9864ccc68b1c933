//! Reads the documents of files, for who wants to look at them and not to change them.
//!
//! They are what [`clean()`](super::clean()) would judge: the same files, cut into the same documents, with the same numbers. A text that is cleaned as a stream, because it is
//! long, is held whole here, up to a bound.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::clean::{BINARY, Observer, is_big, is_binary};
use super::error::{CorpusError, FileError};
use super::format::{Format, Kind};
use super::name::Name;
use super::order::in_order;
use super::origin::PublisherFrom;
use super::packing;
#[cfg(feature = "parquet")]
use super::records::parquet::{Names, Slice, Table};
use super::records::{Batch, Batches, LONGEST_RECORD, Part, warc};
use super::tree::{self, Found, Scope, Sources};
use crate::engine::{Publisher, Stripper};
use crate::jsonl::TextField;

/// Which documents are read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Where the text comes from.
    pub sources: Sources,
    /// What of it is wanted.
    pub scope: Scope,
    /// What all files are; without it their names tell, and files of other formats are left.
    pub kind: Option<Kind>,
    /// The fields of JSONL and the columns of Parquet that hold text.
    pub fields: Vec<String>,
    /// What tells the publisher of a document, besides its text.
    pub publisher_from: Option<PublisherFrom>,
    /// On how many threads; at least 1.
    pub jobs: usize,
}

impl Reading {
    /// Whether the only source is a file.
    pub fn is_one_file(&self) -> bool {
        let (Sources::Paths(sources) | Sources::Listed(sources)) = &self.sources;
        matches!(sources.as_slice(), [source] if source.is_file())
    }
}

/// What was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files that were read.
    pub files: u64,
    /// Documents in them.
    pub documents: u64,
    /// Files and documents that could not be read, each of which the observer was told of.
    pub failed: u64,
}

/// A file by its name in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// The name for reading, with `/` between its parts.
    pub shown: String,
    /// Its bytes in hexadecimal, where they are not UTF-8.
    pub digits: Option<String>,
}

impl From<&Name> for FileName {
    fn from(name: &Name) -> Self {
        Self {
            shown: name.shown().into_owned(),
            digits: name.digits(),
        }
    }
}

/// A text that is judged as one: a document, or a field of one.
#[derive(Debug)]
pub struct DocumentText<'d> {
    /// The file.
    pub file: &'d FileName,
    /// What the file is.
    pub format: Format,
    /// The number of the document in its file, from 1.
    pub number: u64,
    /// The field or column that holds the text, in formats that have such.
    pub field: Option<&'d str>,
    /// The text. It need not be UTF-8.
    pub bytes: &'d [u8],
    from: Option<&'d PublisherFrom>,
    path: &'d Path,
    record: Option<&'d [u8]>,
    address: Option<&'d str>,
}

impl DocumentText<'_> {
    /// Whose the document is, if the run was told where that stands.
    pub fn publisher(&self, stripper: &Stripper) -> Option<Publisher> {
        let from = self.from?;
        let by_record = self.record.and_then(|record| from.by_record(stripper, record));
        let by_address = || self.address.and_then(|address| from.by_value(stripper, address));
        by_record
            .or_else(by_address)
            .or_else(|| from.by_path(stripper, self.path))
    }
}

/// Reads the documents of a tree, in order.
///
/// `work` looks at a document, on all threads, with what `prepare` made for its thread; `take` is handed what it found, on the calling thread, in the order of the tree.
/// A file that fails is told to the observer, and the rest is read.
///
/// # Errors
/// When a source is not there, or `take` fails.
pub fn read<S, R: Send, E: From<CorpusError>>(
    reading: &Reading,
    observer: &dyn Observer,
    prepare: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &DocumentText<'_>) -> Option<R> + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<Counts, E> {
    let mut tree = tree::walk(&reading.sources, &reading.scope)?;
    let mut counts = Counts::default();
    for (path, why) in std::mem::take(&mut tree.failures) {
        counts.failed += 1;
        observer.fail(&path, &why);
    }
    observer.begin(
        tree.files.len() as u64,
        tree.files.iter().map(|found| found.stamp.size).sum(),
    );
    let known = |found: &&Found| Format::of(found.name.path(), reading.kind).is_some();
    let mut files = tree.files.iter().filter(known);
    in_order(
        reading.jobs,
        reading.jobs * 8,
        || files.next(),
        &prepare,
        |own, found| (found, look_small(reading, own, found, &work)),
        |(found, looked)| {
            let name = FileName::from(&found.name);
            let result = match looked {
                Ok(Some(looked)) => Ok(looked.hand_on(&found.path, observer, &mut counts, &mut take)?),
                Ok(None) => {
                    let format = Format::of(found.name.path(), reading.kind);
                    let chunks = Chunks::open(&found.path, format, reading);
                    let of = Of {
                        name: &name,
                        path: &found.path,
                        reading,
                    };
                    match chunks {
                        Ok(chunks) => look_big(of, chunks, observer, &mut counts, (&prepare, &work), &mut take)?,
                        Err(error) => Err(error),
                    }
                }
                Err(error) => Err(error),
            };
            observer.advance(found.stamp.size, 0, 0);
            match result {
                Ok(()) => counts.files += 1,
                Err(error) => {
                    counts.failed += 1;
                    observer.fail(&found.path, &error.to_string());
                }
            }
            Ok::<(), E>(())
        },
    )?;
    Ok(counts)
}

/// Reads the documents of one stream, as [`read`] does those of a file of this name.
///
/// # Errors
/// When `take` fails.
pub fn read_stream<S, R: Send, E>(
    reading: &Reading,
    (input, name, format): (impl Read + Send + 'static, &str, Format),
    observer: &dyn Observer,
    prepare: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &DocumentText<'_>) -> Option<R> + Sync,
    mut take: impl FnMut(R) -> Result<(), E>,
) -> Result<Counts, E> {
    let mut counts = Counts::default();
    let path = Path::new(name);
    let name = FileName {
        shown: name.to_owned(),
        digits: None,
    };
    let of = Of {
        name: &name,
        path,
        reading,
    };
    let result = match Chunks::of_stream(input, format) {
        Ok(chunks) => look_big(of, chunks, observer, &mut counts, (&prepare, &work), &mut take)?,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => counts.files += 1,
        Err(error) => {
            counts.failed += 1;
            observer.fail(path, &error.to_string());
        }
    }
    Ok(counts)
}

/// A file of a tree, of which the format is known.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What it is called in the tree.
    pub name: FileName,
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub format: Format,
    /// Its size.
    pub bytes: u64,
    order: Name,
}

impl Listed {
    /// Which of two files comes first in a tree.
    pub fn compare(&self, other: &Self) -> Ordering {
        self.order.cmp(&other.order)
    }
}

/// The files of a tree that hold documents, in order.
///
/// # Errors
/// When a source is not there. What cannot be reached is told to the observer.
pub fn list(reading: &Reading, observer: &dyn Observer) -> Result<Vec<Listed>, CorpusError> {
    let tree = tree::walk(&reading.sources, &reading.scope)?;
    for (path, why) in &tree.failures {
        observer.fail(path, why);
    }
    let listed = tree.files.into_iter().filter_map(|found| {
        Some(Listed {
            name: FileName::from(&found.name),
            format: Format::of(found.name.path(), reading.kind)?,
            path: found.path,
            bytes: found.stamp.size,
            order: found.name,
        })
    });
    Ok(listed.collect())
}

/// The file of a tree that a ledger names.
///
/// # Errors
/// When it has no place in a tree, or its format cannot be told.
pub fn list_one(reading: &Reading, shown: &str, digits: Option<&str>) -> Result<Listed, FileError> {
    let (Sources::Paths(roots) | Sources::Listed(roots)) = &reading.sources;
    let root = roots.first().map_or(Path::new("."), PathBuf::as_path);
    let outside = || FileError::Other("the ledger names a file outside of its tree".to_owned());
    let order = Name::read(shown, digits).ok_or_else(outside)?;
    // A ledger of a single file names that.
    let path = if root.is_file() {
        root.to_owned()
    } else {
        root.join(order.path())
    };
    let format = Format::of(&path, reading.kind).or_else(|| Format::of(&path, Some(Kind::Text)));
    Ok(Listed {
        name: FileName::from(&order),
        format: format.ok_or_else(|| FileError::Other("its name does not say what it is".to_owned()))?,
        path,
        bytes: 0,
        order,
    })
}

/// A text that was read.
#[derive(Clone, Debug)]
pub struct OwnedText {
    /// The number of the document in its file, from 1.
    pub number: u64,
    /// The field or column that holds the text, in formats that have such.
    pub field: Option<String>,
    /// The text.
    pub bytes: Vec<u8>,
}

/// Reads the texts of a file one after the other. Records that hold none are passed over.
pub struct Texts<'r> {
    reading: &'r Reading,
    listed: Listed,
    chunks: Chunks,
    held: VecDeque<OwnedText>,
}

impl<'r> Texts<'r> {
    /// Begins at the start of a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(reading: &'r Reading, listed: &Listed) -> Result<Self, FileError> {
        Ok(Self {
            reading,
            listed: listed.clone(),
            chunks: Chunks::open(&listed.path, Some(listed.format), reading)?,
            held: VecDeque::new(),
        })
    }

    /// The next text; nothing at the end.
    ///
    /// # Errors
    /// When the file cannot be read on.
    pub fn next_text(&mut self) -> Result<Option<OwnedText>, FileError> {
        while self.held.is_empty() {
            let Some(chunk) = self.chunks.next()? else {
                return Ok(None);
            };
            let of = Of {
                name: &self.listed.name,
                path: &self.listed.path,
                reading: self.reading,
            };
            let held = &mut self.held;
            let mut take = |text: &DocumentText<'_>| {
                held.push_back(OwnedText {
                    number: text.number,
                    field: text.field.map(str::to_owned),
                    bytes: text.bytes.to_vec(),
                });
            };
            chunk.documents(of, &mut take, &mut |_, _| {});
        }
        Ok(self.held.pop_front())
    }
}

/// Which file is looked at.
#[derive(Clone, Copy)]
struct Of<'f> {
    name: &'f FileName,
    path: &'f Path,
    reading: &'f Reading,
}

impl<'d> Of<'d> {
    fn text(self, format: Format, number: u64, bytes: &'d [u8]) -> DocumentText<'d> {
        DocumentText {
            file: self.name,
            format,
            number,
            field: None,
            bytes,
            from: self.reading.publisher_from.as_ref(),
            path: self.path,
            record: None,
            address: None,
        }
    }
}

/// What was found in some documents.
struct Looked<R> {
    results: Vec<R>,
    documents: u64,
    /// Documents that were passed over, with the reason.
    passed: Vec<(u64, String, bool)>,
}

impl<R> Looked<R> {
    fn new() -> Self {
        Self {
            results: Vec::new(),
            documents: 0,
            passed: Vec::new(),
        }
    }

    fn hand_on<E>(
        self,
        path: &Path,
        observer: &dyn Observer,
        counts: &mut Counts,
        take: &mut impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        counts.documents += self.documents;
        observer.advance(0, self.documents, 0);
        for (number, why, failed) in self.passed {
            counts.failed += u64::from(failed);
            observer.pass_on(path, number, &why, failed);
        }
        self.results.into_iter().try_for_each(take)
    }
}

/// Looks at all documents of a file; nothing if that is too much for one thread.
fn look_small<S, R>(
    reading: &Reading,
    own: &mut S,
    found: &Found,
    work: &impl Fn(&mut S, &DocumentText<'_>) -> Option<R>,
) -> Result<Option<Looked<R>>, FileError> {
    let format = Format::of(found.name.path(), reading.kind);
    if format.is_some_and(|format| is_big(format, found.stamp.size)) {
        return Ok(None);
    }
    let name = FileName::from(&found.name);
    let of = Of {
        name: &name,
        path: &found.path,
        reading,
    };
    let mut chunks = Chunks::open(&found.path, format, reading)?;
    let mut looked = Looked::new();
    while let Some(chunk) = chunks.next()? {
        look(of, &chunk, own, work, &mut looked);
    }
    Ok(Some(looked))
}

/// Looks at the documents of a file on all threads. The outer error is that of `take`.
fn look_big<S, R: Send, E>(
    of: Of<'_>,
    mut chunks: Chunks,
    observer: &dyn Observer,
    counts: &mut Counts,
    (prepare, work): (
        &(impl Fn() -> S + Sync),
        &(impl Fn(&mut S, &DocumentText<'_>) -> Option<R> + Sync),
    ),
    take: &mut impl FnMut(R) -> Result<(), E>,
) -> Result<Result<(), FileError>, E> {
    let mut ended = false;
    let mut failure = None;
    let jobs = of.reading.jobs;
    in_order(
        jobs,
        jobs * 2 + 1,
        || match chunks.next() {
            _ if ended => None,
            Ok(chunk) => chunk.map(Ok),
            Err(error) => {
                ended = true;
                Some(Err(error))
            }
        },
        prepare,
        |own, chunk: Result<Chunk, FileError>| {
            let mut looked = Looked::new();
            look(of, &chunk?, own, work, &mut looked);
            Ok::<_, FileError>(looked)
        },
        |looked| match looked {
            Ok(looked) => looked.hand_on(of.path, observer, counts, take),
            Err(error) => {
                failure = Some(error);
                Ok(())
            }
        },
    )?;
    Ok(failure.map_or(Ok(()), Err))
}

fn look<S, R>(
    of: Of<'_>,
    chunk: &Chunk,
    own: &mut S,
    work: &impl Fn(&mut S, &DocumentText<'_>) -> Option<R>,
    looked: &mut Looked<R>,
) {
    if let Some(why) = chunk.is_passed() {
        looked.passed.push((0, why.to_owned(), false));
        return;
    }
    let mut last = None;
    let Looked {
        results,
        documents,
        passed,
    } = looked;
    chunk.documents(
        of,
        &mut |text| {
            // Several fields of a record are one document.
            *documents += u64::from(last.replace(text.number) != Some(text.number));
            results.extend(work(own, text));
        },
        &mut |number, why| passed.push((number, why, true)),
    );
}

/// Some documents of a file.
pub struct Chunk {
    format: Format,
    part: ChunkPart,
}

enum ChunkPart {
    Batch(Batch),
    #[cfg(feature = "parquet")]
    Slice(Slice),
}

/// Reads a file in chunks.
pub struct Chunks {
    format: Format,
    input: Input,
}

enum Input {
    Stream(Box<Batches<Box<dyn Read + Send>>>),
    #[cfg(feature = "parquet")]
    Table(Box<Table>),
}

impl Chunks {
    /// Begins at the start of a file.
    pub fn open(path: &Path, format: Option<Format>, reading: &Reading) -> Result<Self, FileError> {
        let Some(format) = format else {
            return Err(FileError::Other(
                "its name does not say what it is; name its format".to_owned(),
            ));
        };
        let file = File::open(path).map_err(FileError::Read)?;
        if format.kind == Kind::Parquet {
            return Self::of_table(file, format, reading);
        }
        Self::of_stream(file, format)
    }

    fn of_stream(input: impl Read + Send + 'static, format: Format) -> Result<Self, FileError> {
        if format.kind == Kind::Parquet {
            return Err(FileError::Other(
                "a Parquet file is no stream; name the file".to_owned(),
            ));
        }
        let input =
            packing::reader(input, format.packing).map_err(|error| packing::read_error(format.packing, error))?;
        Ok(Self {
            format,
            input: Input::Stream(Box::new(Batches::new(input, format.kind, false).eager())),
        })
    }

    #[cfg(feature = "parquet")]
    fn of_table(file: File, format: Format, reading: &Reading) -> Result<Self, FileError> {
        let names = Names {
            text: &reading.fields,
            beside: reading.publisher_from.as_ref().and_then(PublisherFrom::field),
        };
        Ok(Self {
            format,
            input: Input::Table(Box::new(Table::open(file, names)?)),
        })
    }

    #[cfg(not(feature = "parquet"))]
    fn of_table(_: File, _: Format, _: &Reading) -> Result<Self, FileError> {
        Err(FileError::Other("this program was built without Parquet".to_owned()))
    }

    /// The next chunk; nothing at the end.
    pub fn next(&mut self) -> Result<Option<Chunk>, FileError> {
        let format = self.format;
        let part = match &mut self.input {
            #[cfg(feature = "parquet")]
            Input::Table(table) => table.next()?.map(ChunkPart::Slice),
            Input::Stream(batches) => {
                let unpacked = |error| packing::read_error(format.packing, error);
                let mut batch = batches.next().map_err(unpacked)?;
                if let Some(whole) = batch.as_mut().filter(|batch| batch.part == Part::Stream) {
                    while let Some(more) = batches.next().map_err(unpacked)? {
                        whole.bytes.extend_from_slice(&more.bytes);
                        if whole.bytes.len() > LONGEST_RECORD {
                            let most = LONGEST_RECORD >> 20;
                            let text = format!("a text longer than {most} MiB is not shown; `clean` takes it");
                            return Err(FileError::Other(text));
                        }
                    }
                    whole.part = Part::Records;
                }
                batch.map(ChunkPart::Batch)
            }
        };
        Ok(part.map(|part| Chunk { format, part }))
    }
}

impl Chunk {
    /// Why the file is passed over, if it is.
    fn is_passed(&self) -> Option<&'static str> {
        match &self.part {
            ChunkPart::Batch(batch) => is_binary(self.format, batch).then_some(BINARY),
            #[cfg(feature = "parquet")]
            ChunkPart::Slice(_) => None,
        }
    }

    /// Hands over the texts in this chunk, in order, and what cannot be read.
    fn documents(&self, of: Of<'_>, take: &mut dyn FnMut(&DocumentText<'_>), fail: &mut dyn FnMut(u64, String)) {
        let format = self.format;
        match &self.part {
            ChunkPart::Batch(batch) => match (&batch.part, format.kind) {
                (Part::Unjudged { why, .. }, _) => {
                    if let Some(why) = why {
                        fail(batch.document, why.clone());
                    }
                }
                (_, Kind::Text) => take(&of.text(format, batch.document, &batch.bytes)),
                (_, Kind::Jsonl) => {
                    let fields = &of.reading.fields;
                    let lines = batch.bytes.split_inclusive(|&byte| byte == b'\n');
                    for (number, record) in (batch.document..).zip(lines) {
                        if record.iter().all(u8::is_ascii_whitespace) {
                            continue;
                        }
                        match TextField::find_all(record, fields) {
                            Ok(found) => {
                                for (index, value) in &found {
                                    take(&DocumentText {
                                        field: Some(&fields[*index]),
                                        record: Some(record),
                                        ..of.text(format, number, value.text().as_bytes())
                                    });
                                }
                            }
                            Err(error) => fail(number, error.to_string()),
                        }
                    }
                }
                (_, Kind::Warc) => warc::texts(batch, |number, address, block| {
                    take(&DocumentText {
                        address,
                        ..of.text(format, number, block)
                    });
                }),
                (_, Kind::Parquet) => {}
            },
            #[cfg(feature = "parquet")]
            ChunkPart::Slice(slice) => {
                for (number, value) in slice.rows().zip(&slice.values) {
                    take(&DocumentText {
                        field: Some(&slice.column),
                        address: slice.beside(number),
                        ..of.text(format, number, value.data())
                    });
                }
            }
        }
    }
}
