//! Keeps the editorial body of news text and takes out what publishers wrap around it: donation letters, subscription pitches, newsletter prompts,
//! share bars, "Read more" links, cookie notices, ad labels, comment prompts, copyright tails.
//!
//! ```
//! use bodycopy::{PatternSets, Selection, Stripper};
//!
//! let sets = PatternSets::builtin().expect("the built-in sets are sound");
//! let stripper = Stripper::new(&sets, Selection::default());
//! let text = "The bridge reopened on Monday.\nADVERTISEMENT\nTraffic is back to normal.\n";
//! assert_eq!(stripper.strip(text.as_bytes()).text(text), "The bridge reopened on Monday.\nTraffic is back to normal.\n");
//! ```
//!
//! # How a text goes through
//!
//! ```text
//! bytes ─▶ lines ─▶ paragraphs ─▶ findings ─▶ verdicts ─▶ events
//! ```
//!
//! [`text`] finds lines, byte for byte, joins the lines of hard-wrapped paragraphs, and *folds* them into the form in which they are compared: no
//! case, no diacritics, one kind of quotation mark. [`patterns`] are loaded from TOML files, each with its proof. The [`engine`] scans a folded
//! paragraph once for the literals of all patterns and verifies what was hit. Then small state machines look at paragraphs in their order: blocks,
//! sections, letters made of cues, short lines in between, blank lines. What they say leaves as [`Event`]s: bytes that stay, and [`Removal`]s with pattern
//! and evidence. A [`Stripper`] judges whole texts; a [`Stream`] gives the same answer for pieces.
//!
//! # The other parts
//!
//! [`review`] shows what was removed, as diffs and patches, and [`corpus`] cleans whole folders and rebuilds them (the features `review` and `corpus`, on by
//! default). [`check`] proves pattern sets through the real engine, [`eval`] scores them on labelled text. [`jsonl`] finds the text of a record without
//! touching its other bytes. [`ledger`] is the form in which removals are written down. Each part uses only those after it: `review`, `corpus`, `check`,
//! `eval`, `ledger`, `jsonl`, `engine`, `patterns`, `text`. None of them prints, reads the environment, or keeps global state; the command, which stands
//! above them (the feature `cli`), does that. None but `corpus` reads files or starts threads.
//!
//! # Words
//!
//! A **document** is made of **lines**; a **paragraph** is one line, or several in hard-wrapped text. A **pattern** is a fact about how publishers write,
//! kept in a **pattern set** (one file) with its **category**. A **cue** is a phrase that is evidence, never proof; a **guard** is a phrase that
//! vetoes. A **near miss** is a sentence of journalism in a pattern's own words. A **removal** is a record of what went and why; the **ledger** holds
//! all removals of a run.

pub mod check;
#[cfg(feature = "cli")]
mod cli;
/// The command, whole, for those who start it from elsewhere than `main.rs`. It prints, and is no part of the library otherwise.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod commands;
#[cfg(feature = "corpus")]
pub mod corpus;
pub mod engine;
pub mod eval;
pub mod jsonl;
pub mod ledger;
#[cfg(feature = "cli")]
mod output;
pub mod patterns;
/// The settings of a run, for those who bring the command along.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod project;
#[cfg(feature = "review")]
pub mod review;
pub mod text;

pub use engine::{Event, Evidence, Publisher, Reason, Removal, Sink, Stream, Stripped, Stripper};
pub use patterns::{Category, LoadError, Pattern, PatternSet, PatternSets, Selection};

/// Tests the example in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
