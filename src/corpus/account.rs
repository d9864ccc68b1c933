//! Writes the ledger of a run, and keeps what earlier runs wrote into it.
//!
//! The ledger is written to a file beside it, `LEDGER.part`, and renamed at the end. A run that goes on with an earlier one takes over the
//! entries of the files that it does not do again: at its start it gathers all that earlier runs wrote, finished or not, in `LEDGER.earlier`. So
//! no entry is lost however often a run is stopped.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::assembly::Entries;
use super::error::CorpusError;
use super::journal::{Key, key};
use super::name::Name;
use crate::ledger::{FileEntry, Head, Line};

/// What an earlier run wrote of a file.
#[derive(Clone, Debug)]
pub struct Group {
    offset: u64,
    length: u64,
    /// The hash of its contents before.
    pub before: String,
    /// The hash of its contents after.
    pub after: String,
}

/// The ledger of a run.
pub struct Account {
    path: PathBuf,
    part: PathBuf,
    out: Out,
    earlier: Option<File>,
    groups: HashMap<Key, Group>,
}

enum Out {
    Plain(BufWriter<File>),
    Zstd(Box<zstd::Encoder<'static, BufWriter<File>>>),
}

impl Account {
    /// Begins a ledger, and finds out what earlier runs of the same kind wrote into it. With `force` that does not count, unless files are replaced.
    ///
    /// # Errors
    /// When it cannot be written, or something would be lost: the file is no ledger, or that of another run in place.
    pub fn open(path: &Path, head: &Head, force: bool) -> Result<Self, CorpusError> {
        let (part, earlier) = (beside(path, "part"), beside(path, "earlier"));
        let finished = head_of(path, path)?;
        if finished.is_none() && path.exists() {
            let text = format!(
                "{}: this is no ledger, and would be overwritten; give another name",
                path.display()
            );
            return Err(CorpusError::Refused(text));
        }
        let stopped = head_of(&part, path)?;
        let other = |written: &Option<Head>| written.as_ref().is_some_and(|written| written.run != head.run);
        if head.in_place {
            if other(&finished) {
                return Err(CorpusError::Refused(format!(
                    "{}: this is the ledger of another run, which it takes to undo that run; give a new name",
                    path.display()
                )));
            }
            if other(&stopped) {
                return Err(CorpusError::Refused(format!(
                    "{}: another run was stopped here, and it takes its ledger to undo it; run its command again, or give a new name",
                    part.display()
                )));
            }
        }
        let same =
            |written: Option<Head>| written.is_some_and(|written| written.run == head.run && (!force || head.in_place));
        let (finished, stopped) = (same(finished), same(stopped));
        let gathered = gather(path, finished, stopped, &part, &earlier)
            .map_err(CorpusError::file(&earlier, "cannot gather earlier entries"))?;
        let (earlier, groups) = match gathered {
            Some((file, groups)) => (Some(file), groups),
            None => (None, HashMap::new()),
        };
        let cannot = || CorpusError::file(path, "cannot create the ledger");
        if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
            fs::create_dir_all(folder).map_err(cannot())?;
        }
        let file = BufWriter::with_capacity(256 << 10, File::create(&part).map_err(cannot())?);
        let out = if is_zstd(path) {
            Out::Zstd(Box::new(zstd::Encoder::new(file, 0).map_err(cannot())?))
        } else {
            Out::Plain(file)
        };
        let mut account = Self {
            path: path.to_owned(),
            part,
            out,
            earlier,
            groups,
        };
        account.line(head)?;
        account.flush(false)?;
        Ok(account)
    }

    /// Hands out what earlier runs wrote.
    pub fn take_groups(&mut self) -> HashMap<Key, Group> {
        std::mem::take(&mut self.groups)
    }

    /// Where the lines of a file may wait, when they are many.
    pub fn spool(&self) -> PathBuf {
        beside(&self.path, "spool")
    }

    /// Writes what there is to say of a file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, entries: &mut Entries, closing: &FileEntry) -> Result<(), CorpusError> {
        entries.write_to(self.out()).map_err(self.cannot_write())?;
        self.line(closing)
    }

    /// Takes over what an earlier run wrote of a file.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn copy(&mut self, group: &Group) -> Result<(), CorpusError> {
        let Some(mut earlier) = self.earlier.take() else {
            return Ok(());
        };
        let copied = earlier
            .seek(SeekFrom::Start(group.offset))
            .and_then(|_| io::copy(&mut (&mut earlier).take(group.length), self.out()));
        self.earlier = Some(earlier);
        copied.map(|_| ()).map_err(self.cannot_write())
    }

    /// Hands everything to the system; with `sync`, to the disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self, sync: bool) -> Result<(), CorpusError> {
        let flushed = self
            .out()
            .flush()
            .and_then(|()| if sync { self.file().sync_data() } else { Ok(()) });
        flushed.map_err(self.cannot_write())
    }

    /// Ends the ledger and puts it in its place.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(), CorpusError> {
        self.flush(false)?;
        let cannot = self.cannot_write();
        let (path, part) = (self.path, self.part);
        let end = || -> io::Result<()> {
            let mut buffered = match self.out {
                Out::Plain(out) => out,
                Out::Zstd(out) => out.finish()?,
            };
            buffered.flush()?;
            buffered.get_ref().sync_all()?;
            fs::rename(&part, &path)?;
            match fs::remove_file(beside(&path, "earlier")) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        };
        end().map_err(cannot)
    }

    fn line(&mut self, line: &impl serde::Serialize) -> Result<(), CorpusError> {
        let written = serde_json::to_writer(self.out(), line).map_err(io::Error::from);
        written
            .and_then(|()| self.out().write_all(b"\n"))
            .map_err(self.cannot_write())
    }

    fn out(&mut self) -> &mut dyn Write {
        match &mut self.out {
            Out::Plain(out) => out,
            Out::Zstd(out) => out,
        }
    }

    fn file(&self) -> &File {
        match &self.out {
            Out::Plain(out) => out.get_ref(),
            Out::Zstd(out) => out.get_ref().get_ref(),
        }
    }

    fn cannot_write(&self) -> impl FnOnce(io::Error) -> CorpusError + use<> {
        CorpusError::file(&self.part, "cannot write to the ledger")
    }
}

/// Opens a ledger for reading, decompressed if its name says so.
pub fn open_ledger(path: &Path) -> io::Result<Box<dyn BufRead>> {
    open_as(path, path)
}

fn open_as(path: &Path, named: &Path) -> io::Result<Box<dyn BufRead>> {
    let file = File::open(path)?;
    Ok(if is_zstd(named) {
        Box::new(BufReader::new(zstd::Decoder::new(file)?))
    } else {
        Box::new(BufReader::with_capacity(256 << 10, file))
    })
}

fn is_zstd(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(what);
    PathBuf::from(name)
}

/// The head of a ledger that is called `named` when it is finished; nothing if there is none.
fn head_of(path: &Path, named: &Path) -> Result<Option<Head>, CorpusError> {
    let cannot = || CorpusError::file(path, "cannot read the ledger");
    if !path.exists() {
        return Ok(None);
    }
    if path.is_dir() {
        let text = format!("{}: this is a folder; the ledger is a file", path.display());
        return Err(CorpusError::Refused(text));
    }
    let mut line = Vec::new();
    // What cannot be decompressed is no ledger; nor is what has such a first line.
    let read = open_as(path, named)
        .map_err(cannot())?
        .take(1 << 20)
        .read_until(b'\n', &mut line);
    let line = String::from_utf8_lossy(&line);
    Ok(match (read, Line::parse(&line)) {
        (Ok(_), Ok(Line::Head(head))) => Some(head),
        _ => None,
    })
}

/// Gathers what earlier runs wrote in one file, and finds the groups in it. The last group of a file counts.
fn gather(
    path: &Path,
    finished: bool,
    stopped: bool,
    part: &Path,
    earlier: &Path,
) -> io::Result<Option<(File, HashMap<Key, Group>)>> {
    if !stopped {
        // What was gathered is in the finished ledger, or of no use.
        match fs::remove_file(earlier) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    match (stopped, finished) {
        (true, _) => {
            let mut out = OpenOptions::new().append(true).create(true).open(earlier)?;
            // Ends a torn line.
            out.write_all(b"\n")?;
            copy_lines(&mut *open_as(part, path)?, out)?;
        }
        (false, true) => {
            let unfinished = beside(earlier, "new");
            copy_lines(&mut *open_as(path, path)?, File::create(&unfinished)?)?;
            fs::rename(&unfinished, earlier)?;
        }
        (false, false) => return Ok(None),
    }
    let file = File::open(earlier)?;
    let groups = groups(BufReader::with_capacity(256 << 10, &file))?;
    Ok(Some((file, groups)))
}

/// Copies whole lines, to the end or to where a torn file cannot be read.
fn copy_lines(from: &mut dyn BufRead, to: File) -> io::Result<()> {
    let mut to = BufWriter::with_capacity(256 << 10, to);
    let mut line = Vec::new();
    loop {
        line.clear();
        // The end of a compressed file is torn if its run was stopped.
        if !matches!(from.read_until(b'\n', &mut line), Ok(1..)) || !line.ends_with(b"\n") {
            break;
        }
        to.write_all(&line)?;
    }
    to.flush()?;
    to.get_ref().sync_data()
}

fn groups(mut lines: impl BufRead) -> io::Result<HashMap<Key, Group>> {
    let mut groups = HashMap::new();
    let mut line = Vec::new();
    // Where the group begins that may be coming, and whose it is.
    let (mut at, mut start) = (0u64, 0u64);
    let mut of: Option<Name> = None;
    loop {
        line.clear();
        let length = lines.read_until(b'\n', &mut line)? as u64;
        if length == 0 {
            return Ok(groups);
        }
        let end = at + length;
        let text = String::from_utf8_lossy(&line);
        match Line::parse(text.trim_end()) {
            Ok(Line::Change(change)) => {
                let name = Name::read(&change.source, change.source_hex.as_deref());
                if name != of {
                    (start, of) = (at, name);
                }
            }
            Ok(Line::File(file)) => {
                let name = Name::read(&file.file, file.file_hex.as_deref());
                if name != of {
                    start = at;
                }
                if let Some(name) = name {
                    groups.insert(
                        key(&name),
                        Group {
                            offset: start,
                            length: end - start,
                            before: file.before.sha256,
                            after: file.after.sha256,
                        },
                    );
                }
                (start, of) = (end, None);
            }
            Ok(Line::Head(_)) | Err(_) => (start, of) = (end, None),
        }
        at = end;
    }
}
