//! Shows what was removed, so that a person can judge it, and makes the judgement stick.
//!
//! ```text
//! fresh run ────┐                    ┌─▶ terminal: unified, side by side, inline
//! ledger ───────┤                    ├─▶ patch, JSON
//! two trees ────┼─▶ differences ─────┤
//! two versions ─┘  of documents      └─▶ groups by pattern, the page
//! ```
//!
//! A [`Difference`] is a document before and after, in pieces, each change with its reason. The functions of [`sources`]
//! make differences, one document at a time; a [`Printer`] shows them. None of the printers decides anything about text,
//! and none needs more than one document at a time, but for the samples that it keeps.
//!
//! What a person decided comes back as [`decisions`], and [`exceptions`] are made of the rejections: patterns that keep
//! a wording from then on.

pub mod decisions;
pub mod difference;
pub mod doubt;
pub mod exceptions;
pub mod excerpt;
pub mod groups;
mod json;
pub mod lines;
mod page;
mod patch;
pub mod sources;
pub mod terminal;

use std::io;

pub use difference::{Change, Clue, Difference, Piece, Place, Side, Verdict, Why};
pub use json::{JsonGroups, JsonPrinter};
pub use page::PagePrinter;
pub use patch::PatchPrinter;
pub use sources::SourceError;

/// Shows differences, one after the other.
pub trait Printer {
    /// Shows a document.
    ///
    /// # Errors
    /// When it cannot be written.
    fn show(&mut self, difference: &Difference) -> io::Result<()>;

    /// Shows what can only be shown at the end, and hands on all that was held back.
    ///
    /// # Errors
    /// When it cannot be written.
    fn finish(&mut self) -> io::Result<()>;

    /// Hands on what is written, so that it can be seen.
    ///
    /// # Errors
    /// When it cannot be written.
    fn flush(&mut self) -> io::Result<()>;
}
