//! Writes files so that they are there whole or not at all: to a temporary file beside the target, synced, then renamed.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::tree::Stamp;
use crate::ledger::hex;

const PREFIX: &str = ".bodycopy-";
const SUFFIX: &str = ".part";

/// A file that is being written. Dropped before [`put`](Temporary::put), it is gone.
#[derive(Debug)]
pub struct Temporary {
    file: Option<File>,
    path: PathBuf,
    target: PathBuf,
}

impl Temporary {
    /// Begins a file. Its folder is made if it is not there.
    ///
    /// The name of the temporary file follows from that of the target, so that a run takes the place of one that was killed.
    pub fn create(target: &Path) -> io::Result<Self> {
        let name = target.file_name().unwrap_or_default();
        let digest = Sha256::digest(name.as_encoded_bytes());
        let path = target.with_file_name(format!("{PREFIX}{}{SUFFIX}", hex(&digest[..8])));
        let file = match File::create(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(target.parent().unwrap_or(Path::new("")))?;
                File::create(&path)?
            }
            file => file?,
        };
        Ok(Self {
            file: Some(file),
            path,
            target: target.to_owned(),
        })
    }

    /// Makes sure that all of it is on disk, and closes it. Returns its stamp, which it keeps when it is put.
    pub fn close(&mut self, permissions: Option<&Permissions>) -> io::Result<Stamp> {
        let Some(file) = self.file.take() else {
            return Ok(Stamp::of(&fs::metadata(&self.path)?));
        };
        if let Some(permissions) = permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.sync_data()?;
        Ok(Stamp::of(&file.metadata()?))
    }

    /// Puts it in its place, over what is there.
    pub fn put(mut self) -> io::Result<()> {
        self.close(None)?;
        fs::rename(&self.path, &self.target)?;
        self.path = PathBuf::new();
        Ok(())
    }

    /// Where it is going to be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Where it is now.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.file {
            Some(file) => file.write(bytes),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if self.path != Path::new("") {
            // It would be found and removed by the next run.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Whether a file is a temporary one of this program, of this run or of one that was killed.
pub fn is_temporary(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX))
}

/// Removes the temporary files that a killed run left in a tree.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sweep(&entry.path())?;
        } else if kind.is_file() && is_temporary(&entry.file_name()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
