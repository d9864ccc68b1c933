//! Defines why a run, or a file of it, fails.

use std::io;
use std::path::{Path, PathBuf};

/// Why a run cannot begin, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A file that the run needs cannot be used.
    #[error("{}: {doing}: {error}", path.display())]
    File {
        /// Its path.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// What was asked for would do harm, or makes no sense. The message has the path and a way out.
    #[error("{0}")]
    Refused(String),
}

impl CorpusError {
    /// For `map_err`: names the path and what was tried.
    pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| Self::File { path, doing, error }
    }
}

/// Why a file is not done, while the run goes on. The path is told beside it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read, or not to its end.
    #[error("cannot read it: {0}")]
    Read(io::Error),
    /// It does not decompress.
    #[error("cannot decompress it as {0}: {1}")]
    Packed(&'static str, io::Error),
    /// What comes of it cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    Write {
        /// The file that was to be written.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// It is another file than at the start.
    #[error("it changed while it was read; run the command again")]
    Changed,
    /// Something else. The message says it.
    #[error("{0}")]
    Other(String),
}

impl FileError {
    /// For `map_err`: names the file that was to be written.
    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| Self::Write { path, error }
    }
}
