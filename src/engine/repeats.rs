//! Decides lines that come again: body copy does not repeat an appeal word for word.
//!
//! A line stays the first time, because nothing is held back that long, and goes from the second time on.

use std::collections::HashSet;

use crate::patterns::Family;

use super::removal::Reason;
use super::rules::Rules;
use super::unit::{Unit, Verdict};

/// So many lines are remembered; a document with more of them is no article.
const MOST_REMEMBERED: usize = 1024;

/// What a salutation or a thank-you says may well come again: in a page of readers' letters.
const TELLING: &[Family] = &[
    Family::Ask,
    Family::Act,
    Family::Inbox,
    Family::Offer,
    Family::Own,
    Family::Money,
];

/// Remembers the lines that carry evidence.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    seen: HashSet<u64>,
}

impl Repeats {
    /// Judges a line that nothing took so far.
    pub fn judge(&mut self, rules: &Rules, unit: &mut Unit) {
        let said: f32 = TELLING.iter().map(|&family| unit.evidence.weight(family)).sum();
        if unit.verdict.is_some() || unit.evidence.vetoed || said < rules.thresholds.repeat_sum {
            return;
        }
        if self.seen.contains(&unit.text_hash) {
            if let Some(rule) = unit.leading_cue(rules) {
                unit.verdict = Some(Verdict {
                    rule,
                    reason: Reason::Repeated,
                });
            }
        } else if self.seen.len() < MOST_REMEMBERED {
            self.seen.insert(unit.text_hash);
        }
    }
}
