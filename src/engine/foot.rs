//! Decides short lines at the foot of a document, among lines that go: the name of the newsletter over its button, the address of the publisher.
//!
//! ```text
//!            a line goes                     lines that go, short lines                      the document's end: the short ones go too
//!  passing ─────────────▶ perhaps the foot ─────────────────────────────▶ perhaps the foot ──────────────────────────────────▶
//!     ▲                                          │ body copy, or too many short lines: they stay
//!     └──────────────────────────────────────────┘
//! ```
//!
//! Labels of advertisements and read-more lines stand in the midst of articles, so that they begin no foot and don't prove one.

use std::collections::VecDeque;

use super::WINDOW_LINES;
use super::removal::Reason;
use super::rules::Rules;
use super::unit::{Unit, Verdict};

/// Holds back what follows the first undecided line of what may be the foot.
#[derive(Debug, Default)]
pub(crate) struct Foot {
    run: Option<Run>,
    queue: VecDeque<Unit>,
}

#[derive(Debug)]
struct Run {
    /// Where it begins, in bytes of the document.
    start: usize,
    /// How many units of it go that prove it.
    removed: usize,
    /// How many short lines came since the last that goes.
    short: usize,
    /// What took the last that went before the queue.
    rule: u32,
}

impl Foot {
    /// Whether nothing is held back, and a unit without findings passes.
    pub fn is_idle(&self) -> bool {
        self.run.is_none()
    }

    pub fn push(&mut self, rules: &Rules, unit: Unit, out: &mut VecDeque<Unit>) {
        let undecided = match (&mut self.run, unit.verdict) {
            (run, Some(verdict)) => {
                let proves = !rules.pattern(verdict.rule).category.stands_in_articles();
                match run {
                    Some(run) => {
                        run.removed += usize::from(proves);
                        run.short = 0;
                        if self.queue.is_empty() {
                            run.rule = verdict.rule;
                        }
                    }
                    None if proves => {
                        *run = Some(Run {
                            start: unit.bytes.start,
                            removed: 1,
                            short: 0,
                            rule: verdict.rule,
                        });
                    }
                    None => {}
                }
                false
            }
            (Some(_), None) if unit.is_blank() => false,
            (Some(run), None) if unit.is_short(&rules.thresholds) && run.short < rules.thresholds.gap_lines => {
                run.short += 1;
                true
            }
            _ => {
                self.release(out);
                out.push_back(unit);
                return;
            }
        };
        if undecided || !self.queue.is_empty() {
            self.queue.push_back(unit);
        } else {
            out.push_back(unit);
        }
        if self.queue.len() > WINDOW_LINES {
            self.release(out);
        }
    }

    fn release(&mut self, out: &mut VecDeque<Unit>) {
        self.run = None;
        out.extend(self.queue.drain(..));
    }

    pub fn finish(&mut self, rules: &Rules, out: &mut VecDeque<Unit>) {
        let end = self.queue.back().map_or(0, |last| last.bytes.end);
        // The first half of a document is no foot.
        let proven = |run: &&Run| run.removed >= rules.thresholds.foot_removed && 2 * run.start >= end;
        if let Some(run) = self.run.as_ref().filter(proven) {
            let mut rule = run.rule;
            for unit in self.queue.iter_mut().filter(|unit| !unit.is_blank()) {
                let reason = Reason::Foot { lines: run.removed };
                rule = unit.verdict.get_or_insert(Verdict { rule, reason }).rule;
            }
        }
        self.release(out);
    }
}
