//! Defines the account of a run: what went, by category and pattern, and what became of each file that is not simply done.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use crate::engine::Removal;
use crate::patterns::Category;

/// Counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Documents that were read.
    pub documents: u64,
    /// Those of which something went.
    pub changed: u64,
    /// Those of which nothing but blanks is left.
    pub emptied: u64,
    /// Those that were passed on as they are because they would have lost too much.
    pub passed_on: u64,
    /// Those that were passed on as they are because they could not be judged.
    pub failed_documents: u64,
    /// Lines that were too long to be judged.
    pub unjudged_lines: u64,
    /// Characters of text.
    pub characters: u64,
    /// Characters that went.
    pub removed_characters: u64,
    /// Removals.
    pub removals: u64,
    /// Lines that went, wholly or in part.
    pub lines: u64,
    /// What went, by pattern.
    pub patterns: BTreeMap<String, PatternTally>,
}

/// What a pattern took.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatternTally {
    /// Its category.
    pub category: Category,
    /// Removals.
    pub removals: u64,
    /// Lines, wholly or in part.
    pub lines: u64,
}

impl Tally {
    /// Counts a removal.
    pub fn remove(&mut self, removal: &Removal<'_>) {
        let lines = removal.lines.len() as u64;
        self.removals += 1;
        self.lines += lines;
        let id = &removal.pattern.id;
        let one = PatternTally {
            category: removal.pattern.category,
            removals: 1,
            lines,
        };
        match self.patterns.get_mut(id) {
            Some(tally) => tally.add(&one),
            None => {
                self.patterns.insert(id.clone(), one);
            }
        }
    }

    /// Counts a document that was passed on as it is.
    pub fn pass_on(&mut self, failed: bool) {
        if failed {
            self.failed_documents += 1;
        } else {
            self.passed_on += 1;
        }
    }

    /// Adds other counts.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.changed += other.changed;
        self.emptied += other.emptied;
        self.passed_on += other.passed_on;
        self.failed_documents += other.failed_documents;
        self.unjudged_lines += other.unjudged_lines;
        self.characters += other.characters;
        self.removed_characters += other.removed_characters;
        self.removals += other.removals;
        self.lines += other.lines;
        for (id, tally) in &other.patterns {
            match self.patterns.get_mut(id) {
                Some(own) => own.add(tally),
                None => {
                    self.patterns.insert(id.clone(), tally.clone());
                }
            }
        }
    }

    /// Lines that went by category, most first.
    pub fn categories(&self) -> Vec<(Category, u64)> {
        let mut lines: BTreeMap<Category, u64> = BTreeMap::new();
        for tally in self.patterns.values() {
            *lines.entry(tally.category).or_default() += tally.lines;
        }
        let mut lines: Vec<_> = lines.into_iter().collect();
        lines.sort_by_key(|&(category, lines)| (std::cmp::Reverse(lines), category));
        lines
    }
}

impl PatternTally {
    fn add(&mut self, other: &Self) {
        self.removals += other.removals;
        self.lines += other.lines;
    }
}

/// The account of a run.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Files that were found.
    pub files: u64,
    /// Files that were cleaned.
    pub cleaned: u64,
    /// Of these, files that came out as they were.
    pub unchanged: u64,
    /// Files of other formats that were copied.
    pub copied: u64,
    /// Files of other formats that were left.
    pub skipped: u64,
    /// Files that an earlier run had done.
    pub done_before: u64,
    /// Bytes of the contents that were read, decompressed.
    pub bytes_before: u64,
    /// Bytes of what became of them.
    pub bytes_after: u64,
    /// What went.
    #[serde(flatten)]
    pub tally: Tally,
    /// Files and documents that were passed on as they are, the first of them.
    pub passed: Vec<Passed>,
    /// Files that were not done.
    pub failed: Vec<Failed>,
}

/// Something that was passed on as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Passed {
    /// The file.
    pub file: String,
    /// The document in it, from 1; 0 for the whole file.
    pub document: u64,
    /// Why.
    pub why: String,
}

/// A file that was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// Its path.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

impl Report {
    /// Whether something could not be done that was asked for.
    pub fn has_failures(&self) -> bool {
        !self.failed.is_empty() || self.tally.failed_documents > 0
    }
}
