//! Makes differences: from a fresh run, from a ledger, from two trees, from two versions of the pattern sets.

mod fresh;
mod pair;
mod recorded;
mod versions;

use std::io;
use std::path::PathBuf;

pub use fresh::{Judge, fresh, fresh_stream};
pub use pair::pair;
pub use recorded::recorded;
pub use versions::versions;

use super::difference::Place;
use crate::corpus::{CorpusError, DocumentText, FileError, Format, Kind, Packing};
use crate::ledger::LineError;

/// Why no more differences can be made.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A source cannot be used.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// A file that is compared cannot be read.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: FileError,
    },
    /// A ledger cannot be read.
    #[error("{}: {error}", path.display())]
    Ledger {
        /// The ledger.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line of a ledger is none.
    #[error("{}:{line}: {error}", path.display())]
    LedgerLine {
        /// The ledger.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        error: LineError,
    },
    /// What was asked for makes no sense. The message says it, with a way out.
    #[error("{0}")]
    Refused(String),
    /// Whoever takes the differences cannot go on.
    #[error(transparent)]
    Taken(#[from] io::Error),
}

/// The place of a text.
fn place_of(text: &DocumentText<'_>) -> Place {
    Place {
        file: text.file.shown.clone(),
        file_digits: text.file.digits.clone(),
        document: text.number,
        field: text.field.map(str::to_owned),
        is_file: is_file(text.format),
    }
}

/// Whether the document of a file of this format is the file itself.
fn is_file(format: Format) -> bool {
    format.kind == Kind::Text && format.packing == Packing::None
}
