//! Reads what a person decided about removals.
//!
//! A file of decisions has a line of JSON for each. Those that the page saves begin with a line that says how many
//! removals there were of each pattern; it may be left out, so that decisions can be made by other programs, from what
//! `bodycopy diff --format json` writes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::difference::Verdict;

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// It was right to remove it.
    Accept,
    /// It should have stayed.
    Reject,
}

/// A decision about a removal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Decision {
    /// What was decided.
    #[serde(rename = "decision")]
    pub choice: Choice,
    /// What kind of change it is; a removal, if it is not said.
    #[serde(default = "removed")]
    pub verdict: Verdict,
    /// The pattern that removed it.
    pub pattern: String,
    /// Its category.
    #[serde(default)]
    pub category: String,
    /// How it was judged.
    #[serde(default)]
    pub reason: String,
    /// Where it stood.
    #[serde(default)]
    pub file: String,
    /// The number of the document in its file, from 1.
    #[serde(default)]
    pub document: u64,
    /// The first and the last line, from 1.
    #[serde(default)]
    pub lines: (u64, u64),
    /// What was removed.
    pub text: String,
}

const fn removed() -> Verdict {
    Verdict::Removed
}

/// All decisions of a review.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// The decisions, each with its line in the file, from 1.
    pub decisions: Vec<(usize, Decision)>,
    /// How many removals of each pattern there were, if the file says so.
    pub removals: BTreeMap<String, u64>,
}

/// Why a line is no decision.
#[derive(Debug, thiserror::Error)]
#[error("{line}: this is no decision: {error}")]
pub struct DecisionError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub error: serde_json::Error,
}

impl Decisions {
    /// Reads a file of decisions.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Self, DecisionError> {
        #[derive(Deserialize)]
        struct Head {
            bodycopy_review: Option<serde::de::IgnoredAny>,
            #[serde(default)]
            removals: BTreeMap<String, u64>,
        }
        let mut all = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let wrong = |error| DecisionError { line: number, error };
            let head: Head = serde_json::from_str(line).map_err(wrong)?;
            if head.bodycopy_review.is_some() {
                all.removals.extend(head.removals);
            } else {
                all.decisions.push((number, serde_json::from_str(line).map_err(wrong)?));
            }
        }
        Ok(all)
    }

    /// The decisions to reject.
    pub fn rejections(&self) -> impl Iterator<Item = &(usize, Decision)> {
        self.decisions
            .iter()
            .filter(|(_, decision)| decision.choice == Choice::Reject)
    }

    /// Patterns of which all removals were rejected, with how many there were, in order. Only a file that says how many
    /// there were can tell.
    pub fn rejected_patterns(&self) -> Vec<(&str, u64)> {
        let rejected = |id: &str| self.rejections().filter(|(_, decision)| decision.pattern == id).count() as u64;
        let all = self
            .removals
            .iter()
            .filter(|(id, count)| **count > 0 && rejected(id) >= **count);
        all.map(|(id, count)| (id.as_str(), *count)).collect()
    }
}
