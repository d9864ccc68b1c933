//! Rebuilds the sources of a cleaned tree from what is left and the ledger.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use super::account::open_ledger;
use super::assembly::{self, Output};
use super::clean::Observer;
use super::error::{CorpusError, FileError};
use super::format::{Format, Kind, Packing};
use super::name::Name;
use super::packing::{self, Packed, pack};
use super::records::BATCH;
use super::records::warc;
use super::report::Failed;
use super::target;
use super::tree::overlap;
use crate::ledger::{Change, Contents, FileEntry, Line, LineError, Measure};

/// What is to be rebuilt.
#[derive(Clone, Debug)]
pub struct RestoreOptions {
    /// The cleaned tree.
    pub tree: PathBuf,
    /// The ledger of the run that cleaned it.
    pub ledger: PathBuf,
    /// Where the result is written.
    pub out: PathBuf,
    /// If there are any, only these removals are put back: patterns, sets, categories, files, or documents as `FILE:NUMBER`.
    pub only: Vec<String>,
}

/// What was rebuilt.
#[derive(Clone, Debug, Default)]
pub struct Restored {
    /// Files that were written.
    pub files: u64,
    /// Removals that were put back.
    pub removals: u64,
    /// Files that could not be rebuilt.
    pub failed: Vec<Failed>,
}

/// Rebuilds the sources of a cleaned tree. Each file is proved by its hash before it takes its place.
///
/// # Errors
/// When the ledger cannot be read, does not belong to the tree, or the result would lie in the tree.
pub fn restore(options: &RestoreOptions, observer: &dyn Observer) -> Result<Restored, CorpusError> {
    let RestoreOptions { tree, ledger, out, .. } = options;
    if overlap(tree, out) {
        return Err(CorpusError::Refused(format!(
            "{}: it lies in {}, or that in it; write to a folder of its own",
            out.display(),
            tree.display()
        )));
    }
    let cannot_read = || CorpusError::file(ledger, "cannot read the ledger");
    let mut lines = open_ledger(ledger).map_err(cannot_read())?;
    fs::metadata(tree).map_err(CorpusError::file(tree, "cannot read it"))?;
    fs::create_dir_all(out).map_err(CorpusError::file(out, "cannot make the folder"))?;
    target::sweep(out).map_err(CorpusError::file(out, "cannot look for what a stopped run left"))?;

    let mut restorer = Restorer {
        options,
        observer,
        restored: Restored::default(),
        current: None,
        missing: 0,
    };
    let mut line = String::new();
    for number in 1u64.. {
        line.clear();
        if lines.read_line(&mut line).map_err(cannot_read())? == 0 {
            break;
        }
        let refuse =
            |what: &dyn std::fmt::Display| CorpusError::Refused(format!("{}:{number}: {what}", ledger.display()));
        match Line::parse(line.trim_end()).map_err(|error| refuse(&error))? {
            Line::Head(head) if head.dry_run => {
                return Err(refuse(&"this is the ledger of a dry run, which wrote no tree"));
            }
            Line::Head(head) if head.mode == "filter" => {
                return Err(refuse(&"this is the ledger of a filter, which wrote no tree"));
            }
            Line::Head(_) => {}
            _ if number == 1 => return Err(refuse(&"this is no ledger: its first line is none")),
            Line::Change(change) => restorer.change(&change),
            Line::File(closing) => restorer.close(&closing),
        }
    }
    restorer.finish()
}

struct Restorer<'a> {
    options: &'a RestoreOptions,
    observer: &'a dyn Observer,
    restored: Restored,
    /// The file that the lines of the ledger are about.
    current: Option<(Name, Result<Rebuild, FileError>)>,
    /// Files of the ledger that are not in the tree.
    missing: u64,
}

impl Restorer<'_> {
    fn change(&mut self, change: &Change) {
        let Some(name) = Name::read(&change.source, change.source_hex.as_deref()) else {
            self.fail(
                PathBuf::from(&change.source),
                "the ledger names a file outside of its tree".to_owned(),
            );
            return;
        };
        let wanted = self.options.only.is_empty() || self.options.only.iter().any(|only| change.is_meant(only));
        let partial = !self.options.only.is_empty();
        let rebuild = self.begin(name, None);
        if let Ok(going) = rebuild
            && let Err(error) = going.change(change, wanted, partial)
        {
            *rebuild = Err(error);
        }
    }

    /// The file of this name, begun if it is not yet.
    fn begin(&mut self, name: Name, closing: Option<&FileEntry>) -> &mut Result<Rebuild, FileError> {
        let current = match self.current.take() {
            Some((current, rebuild)) if current == name => (current, rebuild),
            _ => {
                let other = closing.is_some_and(|closing| closing.format == "other");
                let path = self.options.tree.join(name.path());
                let rebuild = Rebuild::begin(&path, self.options.out.join(name.path()), other);
                (name, rebuild)
            }
        };
        &mut self.current.insert(current).1
    }

    fn close(&mut self, closing: &FileEntry) {
        let Some(name) = Name::read(&closing.file, closing.file_hex.as_deref()) else {
            self.fail(
                PathBuf::from(&closing.file),
                "the ledger names a file outside of its tree".to_owned(),
            );
            return;
        };
        let partial = !self.options.only.is_empty();
        self.begin(name, Some(closing));
        let Some((name, rebuild)) = self.current.take() else {
            return;
        };
        match rebuild.and_then(|rebuild| rebuild.finish(closing, partial)) {
            Ok(removals) => {
                self.restored.files += 1;
                self.restored.removals += removals;
                self.observer.advance(closing.before.bytes, closing.documents, 0);
            }
            Err(error) => {
                if matches!(&error, FileError::Read(error) if error.kind() == io::ErrorKind::NotFound) {
                    self.missing += 1;
                }
                self.fail(self.options.tree.join(name.path()), error.to_string());
            }
        }
    }

    fn fail(&mut self, path: PathBuf, why: String) {
        self.observer.fail(&path, &why);
        self.restored.failed.push(Failed { path, why });
    }

    fn finish(self) -> Result<Restored, CorpusError> {
        if self.restored.files == 0 && self.missing > 0 && self.missing == self.restored.failed.len() as u64 {
            return Err(CorpusError::Refused(format!(
                "{}: none of its files is in {}; it is the ledger of another tree",
                self.options.ledger.display(),
                self.options.tree.display()
            )));
        }
        Ok(self.restored)
    }
}

/// A file that is being rebuilt.
enum Rebuild {
    Stream(Box<StreamRebuild>),
    #[cfg(feature = "parquet")]
    Table(Box<TableRebuild>),
}

impl Rebuild {
    fn begin(path: &Path, target: PathBuf, other: bool) -> Result<Self, FileError> {
        #[cfg(feature = "parquet")]
        if !other && Format::of(path, None).is_some_and(|format| format.kind == Kind::Parquet) {
            let file = fs::File::open(path).map_err(FileError::Read)?;
            return Ok(Self::Table(Box::new(TableRebuild {
                file,
                target,
                changes: Vec::new(),
            })));
        }
        Ok(Self::Stream(Box::new(StreamRebuild::begin(path, target, other)?)))
    }

    fn change(&mut self, change: &Change, wanted: bool, partial: bool) -> Result<(), FileError> {
        match self {
            Self::Stream(rebuild) => rebuild.change(change, wanted, partial),
            #[cfg(feature = "parquet")]
            Self::Table(rebuild) => {
                rebuild.changes.push((change.clone(), wanted));
                Ok(())
            }
        }
    }

    fn finish(self, closing: &FileEntry, partial: bool) -> Result<u64, FileError> {
        match self {
            Self::Stream(rebuild) => rebuild.finish(closing, partial),
            #[cfg(feature = "parquet")]
            Self::Table(rebuild) => rebuild.finish(closing, partial),
        }
    }
}

/// A table that is being rebuilt. Its changes are held until it is closed, as its columns are written one after the other.
#[cfg(feature = "parquet")]
struct TableRebuild {
    file: fs::File,
    target: PathBuf,
    changes: Vec<(Change, bool)>,
}

#[cfg(feature = "parquet")]
impl TableRebuild {
    fn finish(self, closing: &FileEntry, partial: bool) -> Result<u64, FileError> {
        use std::collections::HashMap;

        use super::clerk::Portion;
        use super::records::parquet::{Names, Slice, patch, rewrite};
        use super::target::Temporary;

        let permissions = self.file.metadata().map_err(FileError::Read)?.permissions();
        let mut by_place: HashMap<(u64, &str), Vec<&(Change, bool)>> = HashMap::new();
        for change in &self.changes {
            let field = change.0.field.as_deref().unwrap_or_default();
            by_place.entry((change.0.document, field)).or_default().push(change);
        }
        let (mut before, mut after) = (Measure::new(true), Measure::new(true));
        let temporary = Temporary::create(&self.target).map_err(FileError::write(&self.target))?;
        let (written, _) = rewrite(
            &self.file,
            (Some(temporary), &self.target),
            Names {
                text: &closing.columns,
                beside: None,
            },
            1,
            || (),
            |(), slice: &mut Slice| {
                let of_row = |row| {
                    by_place
                        .get(&(row, slice.column.as_str()))
                        .map_or(&[][..], Vec::as_slice)
                };
                let values = slice
                    .rows()
                    .zip(&slice.values)
                    .map(|(row, value)| patch(value, of_row(row)));
                slice.new = values.collect::<Result<_, _>>()?;
                Ok(Portion::default())
            },
            |slice, _| {
                Slice::measure(&slice.values, &mut after);
                Slice::measure(&slice.new, &mut before);
                Ok(())
            },
        )?;
        if after.contents() != closing.after {
            return Err(not_as_written());
        }
        if !partial && before.contents() != closing.before {
            return Err(damaged_ledger());
        }
        if let Some(mut temporary) = written {
            let put = temporary.close(Some(&permissions)).and_then(|_| temporary.put());
            put.map_err(FileError::write(&self.target))?;
        }
        Ok(self.changes.iter().filter(|(_, wanted)| *wanted).count() as u64)
    }
}

/// A file that is rebuilt from its first byte to its last.
struct StreamRebuild {
    input: BufReader<Box<dyn Read + Send>>,
    packing: Packing,
    out: Repack,
    /// How far it is in the source.
    at: u64,
    after: Measure,
    before: Measure,
    removals: u64,
    permissions: fs::Permissions,
}

impl StreamRebuild {
    fn begin(path: &Path, target: PathBuf, other: bool) -> Result<Self, FileError> {
        let as_is = Format {
            kind: Kind::Text,
            packing: Packing::None,
        };
        // The compression follows from the name; the kind matters only where each record is compressed apart.
        let by_name = || Format::of(path, None).or_else(|| Format::of(path, Some(Kind::Text)));
        let format = if other { as_is } else { by_name().unwrap_or(as_is) };
        let file = fs::File::open(path).map_err(FileError::Read)?;
        let permissions = file.metadata().map_err(FileError::Read)?.permissions();
        let input =
            packing::reader(file, format.packing).map_err(|error| packing::read_error(format.packing, error))?;
        Ok(Self {
            input: BufReader::with_capacity(64 << 10, input),
            packing: format.packing,
            out: Repack::new(format, target)?,
            at: 0,
            after: Measure::new(true),
            before: Measure::new(true),
            removals: 0,
            permissions,
        })
    }

    /// Puts a change back, or leaves it as it is now.
    fn change(&mut self, change: &Change, wanted: bool, partial: bool) -> Result<(), FileError> {
        if partial && change.pattern.is_none() {
            let text = "parts of a web archive cannot be put back, as its headers would not fit; put all of it back";
            return Err(FileError::Other(text.to_owned()));
        }
        let damaged = |error: LineError| FileError::Other(error.to_string());
        let (start, end) = change.source_bytes;
        let Some(keep) = start.checked_sub(self.at) else {
            return Err(FileError::Other(
                "its entries in the ledger are not in order".to_owned(),
            ));
        };
        self.copy(keep)?;
        let put = change.put().map_err(damaged)?;
        let mut there = vec![0; put.len()];
        self.input.read_exact(&mut there).map_err(|_| not_as_written())?;
        if there != *put {
            return Err(not_as_written());
        }
        self.after.take(&there);
        if wanted {
            let raw = change.raw().map_err(damaged)?;
            self.before.take(&raw);
            self.out.write(&raw)?;
            self.removals += u64::from(change.pattern.is_some());
        } else {
            self.out.write(&there)?;
        }
        self.at = end;
        Ok(())
    }

    /// Copies bytes that stayed.
    fn copy(&mut self, mut length: u64) -> Result<(), FileError> {
        while length > 0 {
            let held = self
                .input
                .fill_buf()
                .map_err(|error| packing::read_error(self.packing, error))?;
            if held.is_empty() {
                return Err(not_as_written());
            }
            let count = usize::try_from(length).map_or(held.len(), |length| length.min(held.len()));
            let held = &held[..count];
            self.after.take(held);
            self.before.take(held);
            self.out.write(held)?;
            self.input.consume(count);
            self.at += count as u64;
            length -= count as u64;
        }
        Ok(())
    }

    fn finish(mut self, closing: &FileEntry, partial: bool) -> Result<u64, FileError> {
        loop {
            let held = self
                .input
                .fill_buf()
                .map_err(|error| packing::read_error(self.packing, error))?
                .len();
            if held == 0 {
                break;
            }
            self.copy(held as u64)?;
        }
        if self.after.contents() != closing.after {
            return Err(not_as_written());
        }
        let before: Contents = self.before.contents();
        if !partial && before != closing.before {
            return Err(damaged_ledger());
        }
        self.out.finish(&self.permissions)?;
        Ok(self.removals)
    }
}

fn damaged_ledger() -> FileError {
    let text = "what is left and the ledger do not make up the source; the ledger is damaged";
    FileError::Other(text.to_owned())
}

pub(super) fn not_as_written() -> FileError {
    FileError::Other(
        "it is not what the ledger says was written; it changed since, or this is the ledger of another run".to_owned(),
    )
}

/// Writes a stream of bytes in the compression that the cleaning would have given it.
struct Repack {
    format: Format,
    target: PathBuf,
    out: Output,
    buffer: Vec<u8>,
    /// The records end where nobody can tell.
    broken: bool,
}

impl Repack {
    fn new(format: Format, target: PathBuf) -> Result<Self, FileError> {
        Ok(Self {
            format,
            out: assembly::output(&target, format)?,
            target,
            buffer: Vec::new(),
            broken: false,
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BATCH {
            self.drain(false)?;
        }
        Ok(())
    }

    fn drain(&mut self, ended: bool) -> Result<(), FileError> {
        let apart = self.format.kind == Kind::Warc && self.format.packing != Packing::None;
        if apart && !self.broken {
            let mut ends = Vec::new();
            let mut at = 0;
            while at < self.buffer.len() {
                match warc::next(&self.buffer[at..], ended) {
                    warc::Next::Record(record) => at += record.end,
                    warc::Next::Blank => at = self.buffer.len(),
                    warc::Next::More(Some(whole)) if whole > super::records::LONGEST_RECORD as u64 => {
                        self.broken = true;
                        break;
                    }
                    warc::Next::More(_) => break,
                    warc::Next::Broken(_) => {
                        self.broken = true;
                        break;
                    }
                }
                ends.push(at);
            }
            if at > 0 {
                let packed = pack(self.format, &self.buffer[..at], &ends).map_err(FileError::write(&self.target))?;
                self.out
                    .write(&self.buffer[..at], &packed)
                    .map_err(FileError::write(&self.target))?;
                self.buffer.drain(..at);
            }
            if !self.broken {
                return Ok(());
            }
        }
        let packed = if apart {
            Packed::Part { last: ended }
        } else {
            pack(self.format, &self.buffer, &[]).map_err(FileError::write(&self.target))?
        };
        self.out
            .write(&self.buffer, &packed)
            .map_err(FileError::write(&self.target))?;
        self.buffer.clear();
        Ok(())
    }

    fn finish(mut self, permissions: &fs::Permissions) -> Result<(), FileError> {
        self.drain(true)?;
        let (temporary, _) = assembly::close(self.out, &self.target, Some(permissions))?;
        temporary.put().map_err(FileError::write(&self.target))
    }
}
