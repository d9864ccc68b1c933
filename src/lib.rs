//! Keeps the editorial body of news text and takes out what publishers wrap around it.
pub mod check;
pub mod engine;
pub mod jsonl;
pub mod ledger;
pub mod patterns;
pub mod text;

pub use engine::{Event, Evidence, Reason, Removal, Sink, Stream, Stripped, Stripper};
pub use patterns::{Category, LoadError, Pattern, PatternSet, PatternSets, Selection};
