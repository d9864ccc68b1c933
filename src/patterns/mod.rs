//! Defines what patterns are and loads them from pattern files.
//!
//! Pattern files come in as pairs of path and text: nothing here reads a disk. The format is described in `patterns/README.md`. [`schema`] holds
//! what a loaded set is, [`load`] turns TOML into it or says what is wrong and where, [`select`] tells which patterns a run wants, [`slim`] makes their regexes small, and [`builtin`] are
//! the sets that come with the program.

pub mod builtin;
pub mod load;
pub mod schema;
pub mod select;
pub mod slim;

pub use load::{LoadError, load_set, load_thresholds};
pub use schema::{
    Anchor, Case, Category, Cut, Family, Kind, Marker, Pattern, PatternSet, PatternSets, Phrases, Place, Thresholds,
};
pub use select::{Selection, UnknownName};
