//! Puts a file together from the portions that come of its batches.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Read as _, Seek as _, Write};
use std::path::{Path, PathBuf};

use super::clerk::Portion;
use super::error::FileError;
use super::format::Format;
use super::packing::{Packed, Packer};
use super::target::Temporary;
use super::tree::Stamp;
use crate::ledger::{Contents, Measure};

/// A file that is written in its compression.
pub type Output = Packer<BufWriter<Temporary>>;

/// Begins a file.
pub fn output(target: &Path, format: Format) -> Result<Output, FileError> {
    let write = |target| FileError::write(target);
    let temporary = Temporary::create(target).map_err(write(target))?;
    Packer::new(format, BufWriter::with_capacity(64 << 10, temporary)).map_err(write(target))
}

/// Ends a file, so that it can be put in its place.
pub fn close(
    output: Output,
    target: &Path,
    permissions: Option<&Permissions>,
) -> Result<(Temporary, Stamp), FileError> {
    let closed = output.finish().and_then(|buffered| {
        let mut temporary = buffered.into_inner().map_err(io::IntoInnerError::into_error)?;
        let stamp = temporary.close(permissions)?;
        Ok((temporary, stamp))
    });
    closed.map_err(FileError::write(target))
}

/// What came of a batch, ready to be written.
#[derive(Debug)]
pub struct Ready {
    /// What it is.
    pub portion: Portion,
    /// What stays, packed.
    pub kept: Packed,
    /// What goes, packed.
    pub removed: Packed,
}

/// A file that is being put together.
pub struct Assembly {
    format: Format,
    target: Option<PathBuf>,
    out: Option<Output>,
    removed_target: Option<PathBuf>,
    /// Begun when something goes.
    removed: Option<Output>,
    after: Measure,
    entries: Entries,
    /// The counts of all portions.
    counts: Portion,
}

/// A file that was put together, and waits to be put in its place.
#[derive(Debug)]
pub struct Assembled {
    /// What stays. Nothing if no file is written.
    pub out: Option<(Temporary, Stamp)>,
    /// What goes, if it is written and there is some.
    pub removed: Option<Temporary>,
    /// Its contents.
    pub after: Contents,
    /// Its lines for the ledger.
    pub entries: Entries,
    /// The counts.
    pub counts: Portion,
    /// The columns that were cleaned, in a table.
    pub columns: Vec<String>,
}

impl Assembly {
    /// Begins a file. Without a target it is only measured.
    pub fn new(
        format: Format,
        target: Option<PathBuf>,
        removed_target: Option<PathBuf>,
        hash: bool,
        spool: Option<PathBuf>,
    ) -> Result<Self, FileError> {
        let out = target.as_deref().map(|target| output(target, format)).transpose()?;
        Ok(Self {
            format,
            target,
            out,
            removed_target,
            removed: None,
            after: Measure::new(hash),
            entries: Entries::new(spool),
            counts: Portion::default(),
        })
    }

    /// Takes the next portion.
    pub fn take(&mut self, mut ready: Ready) -> Result<(), FileError> {
        let portion = &mut ready.portion;
        self.after.take(&portion.kept);
        if let (Some(out), Some(target)) = (&mut self.out, &self.target) {
            out.write(&portion.kept, &ready.kept)
                .map_err(FileError::write(target))?;
        }
        if let Some(target) = &self.removed_target
            && !portion.removed.is_empty()
        {
            let out = match &mut self.removed {
                Some(out) => out,
                None => self.removed.insert(output(target, self.format)?),
            };
            out.write(&portion.removed, &ready.removed)
                .map_err(FileError::write(target))?;
        }
        self.entries.push(&portion.entries)?;
        self.counts.count(portion);
        Ok(())
    }

    /// What was counted so far.
    pub fn counts(&self) -> &Portion {
        &self.counts
    }

    /// Ends the file.
    pub fn finish(self, permissions: Option<&Permissions>) -> Result<Assembled, FileError> {
        let end = |out: Option<Output>, target: &Option<PathBuf>| match (out, target) {
            (Some(out), Some(target)) => close(out, target, permissions).map(Some),
            _ => Ok(None),
        };
        Ok(Assembled {
            out: end(self.out, &self.target)?,
            removed: end(self.removed, &self.removed_target)?.map(|(temporary, _)| temporary),
            after: self.after.contents(),
            entries: self.entries,
            counts: self.counts,
            columns: Vec::new(),
        })
    }
}

/// The ledger's lines of one file: in memory while they are few, then in a file, as they are written down only when the file is certain to be done.
#[derive(Debug, Default)]
pub struct Entries {
    memory: Vec<u8>,
    spool: Option<PathBuf>,
    file: Option<File>,
}

const MEMORY: usize = 4 << 20;

impl Entries {
    /// None yet. Without a place for a file all are held in memory.
    pub fn new(spool: Option<PathBuf>) -> Self {
        Self {
            memory: Vec::new(),
            spool,
            file: None,
        }
    }

    fn push(&mut self, entries: &[u8]) -> Result<(), FileError> {
        self.memory.extend_from_slice(entries);
        if self.memory.len() > MEMORY
            && let Some(path) = &self.spool
        {
            let file = match &mut self.file {
                Some(file) => file,
                None => {
                    let mut options = File::options();
                    options.read(true).write(true).create(true).truncate(true);
                    self.file.insert(options.open(path).map_err(FileError::write(path))?)
                }
            };
            file.write_all(&self.memory).map_err(FileError::write(path))?;
            self.memory.clear();
        }
        Ok(())
    }

    /// Writes them to the ledger.
    pub fn write_to(&mut self, ledger: &mut dyn Write) -> io::Result<()> {
        if let Some(mut file) = self.file.take() {
            file.rewind()?;
            let mut buffer = vec![0; 256 << 10];
            loop {
                let length = file.read(&mut buffer)?;
                if length == 0 {
                    break;
                }
                ledger.write_all(&buffer[..length])?;
            }
        }
        ledger.write_all(&self.memory)?;
        self.memory = Vec::new();
        Ok(())
    }
}

impl Drop for Entries {
    fn drop(&mut self) {
        if let (Some(_), Some(path)) = (&self.file, &self.spool) {
            // It is overwritten by the next.
            let _ = fs::remove_file(path);
        }
    }
}
