//! Decides short lines between removed lines: the price in a subscription box, the second line of a button.
//!
//! ```text
//!            a line goes                    a short line                       a line goes: all between goes
//!  passing ─────────────▶ after removal ───────────────▶ waiting ──────────────────────────▶ after removal
//!     ▲                     │ body copy                     │ body copy, too many, or the document's end: what waited stays
//!     └─────────────────────┴───────────────────────────────┘
//! ```
//!
//! A single line between two of a kind that go is taken; any other only where the run of removed lines shows that this is a box or the foot of a page.
//! Labels of advertisements, read-more lines and screen-reader labels ("Article content") stand in the middle of articles, with a subheading between them
//! perhaps, so they don't count as sides of a gap.

use std::collections::VecDeque;

use crate::patterns::{Category, Thresholds};

use super::removal::Reason;
use super::rules::Rules;
use super::unit::{Unit, Verdict};

/// Holds short units back between removed ones.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    /// What was removed last, if nothing but short lines came since.
    left: Option<Side>,
    /// How many units were removed since the last body copy.
    removed: usize,
    waiting: VecDeque<Unit>,
}

#[derive(Clone, Copy, Debug)]
struct Side {
    rule: u32,
    category: Category,
}

impl Gaps {
    /// Whether nothing is held back, and a unit without findings passes.
    pub fn is_idle(&self) -> bool {
        self.left.is_none() && self.waiting.is_empty()
    }

    pub fn push(&mut self, rules: &Rules, unit: Unit, out: &mut VecDeque<Unit>) {
        let thresholds = &rules.thresholds;
        if let Some(verdict) = unit.verdict {
            let side = Side {
                rule: verdict.rule,
                category: rules.pattern(verdict.rule).category,
            };
            if let Some(left) = self.left
                && self.is_gap(left, side, thresholds)
            {
                for waiting in self.waiting.iter_mut().filter(|unit| !unit.is_blank()) {
                    waiting.verdict = Some(Verdict {
                        rule: left.rule,
                        reason: Reason::Between,
                    });
                }
            }
            out.extend(self.waiting.drain(..));
            out.push_back(unit);
            self.left = Some(side);
            self.removed += 1;
        } else if self.left.is_some() && (unit.is_blank() || unit.is_short(thresholds)) && self.has_room(thresholds) {
            self.waiting.push_back(unit);
        } else {
            self.finish(out);
            out.push_back(unit);
        }
    }

    pub fn finish(&mut self, out: &mut VecDeque<Unit>) {
        out.extend(self.waiting.drain(..));
        self.left = None;
        self.removed = 0;
    }

    fn texts(&self) -> usize {
        self.waiting.iter().filter(|unit| !unit.is_blank()).count()
    }

    fn has_room(&self, thresholds: &Thresholds) -> bool {
        self.texts() <= thresholds.gap_lines && self.waiting.len() <= 2 * thresholds.gap_lines
    }

    fn is_gap(&self, left: Side, right: Side, thresholds: &Thresholds) -> bool {
        let sides = [left.category, right.category];
        match self.texts() {
            0 => false,
            _ if sides.iter().any(|side| side.stands_in_articles()) => false,
            1 if left.category == right.category => true,
            lines => lines <= thresholds.gap_lines && self.removed >= thresholds.gap_removed,
        }
    }
}
