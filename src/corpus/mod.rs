//! Cleans whole corpora: trees of files, on all cores, with an account of every line, and the way back.
//!
//! ```text
//! tree ─▶ batches ─▶ clerks on all cores ─▶ in order ─▶ temporary file ─▶ ledger ─▶ target ─▶ journal
//! ```
//!
//! [`clean()`] walks a tree, has every document judged by the [`engine`](crate::engine), and writes a tree of the same shape, or replaces the files. A small file is
//! worked on by one thread, a big one by all, in batches of records; the results are the same for any number of threads. A file is written to a temporary one,
//! which takes the place of its target only after its account is in the ledger. So a run that is stopped at any moment leaves every file whole, old or
//! new, and the next one goes on from there. [`restore()`] rebuilds the sources from what is left and the [`ledger`](crate::ledger).
//!
//! Unlike the rest of the library, this part reads and writes files and starts threads. It does not print; an [`Observer`] is told how far it is.

mod account;
mod assembly;
mod clean;
mod clerk;
mod documents;
mod error;
mod format;
mod journal;
mod name;
mod order;
mod origin;
mod packing;
mod records;
mod report;
mod restore;
mod target;
mod tree;

pub use account::open_ledger;
pub use clean::{Destination, Observer, Options, Others, clean};
pub use clerk::Mode;
pub use documents::{
    Counts, DocumentText, FileName, Listed, OwnedText, Reading, Texts, list, list_one, read, read_stream,
};
pub use error::{CorpusError, FileError};
pub use format::{Format, Kind, Packing};
pub use origin::PublisherFrom;
pub use records::warc;
pub use report::{Failed, Passed, PatternTally, Report, Tally};
pub use restore::{RestoreOptions, Restored, restore};
pub use tree::{Scope, Sources};
