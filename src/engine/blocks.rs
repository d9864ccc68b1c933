//! Finds blocks: from a start to an end, at most so many lines apart.
//!
//! ```text
//!            a unit with a start                    its end, in time
//!  passing ────────────────────▶ open ────────────────────────────▶ passing, all of it removed
//!     ▲                            │ too many lines, too many bytes, a line too long to judge, the document ends
//!     └────────────────────────────┘ the start passes as evidence; what follows is looked at afresh
//! ```

use std::collections::VecDeque;

use crate::patterns::{Family, Kind};

use super::WINDOW_BYTES;
use super::removal::Reason;
use super::rules::Rules;
use super::unit::{Form, Unit, Verdict};

/// What the start of a block that never ended still says about its line.
const UNENDED_START: f32 = 3.0;

/// Holds units back while a block may be open.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    queue: VecDeque<Unit>,
    /// How many units at the front of the queue were searched for the end of the block that the first one starts.
    searched: usize,
}

impl Blocks {
    /// Whether nothing is held back.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    pub fn push(&mut self, rules: &Rules, unit: Unit, out: &mut VecDeque<Unit>) {
        if self.queue.is_empty() && unit.findings.starts.is_empty() {
            out.push_back(unit);
            return;
        }
        self.queue.push_back(unit);
        self.advance(rules, false, out);
    }

    pub fn finish(&mut self, rules: &Rules, out: &mut VecDeque<Unit>) {
        self.advance(rules, true, out);
    }

    fn advance(&mut self, rules: &Rules, last: bool, out: &mut VecDeque<Unit>) {
        while let Some(front) = self.queue.front() {
            if front.findings.starts.is_empty() {
                out.extend(self.queue.pop_front());
                continue;
            }
            match self.search(rules, last) {
                Search::Ended { rule, units } => {
                    for mut unit in self.queue.drain(..units) {
                        unit.verdict = Some(Verdict {
                            rule,
                            reason: Reason::Block,
                        });
                        out.push_back(unit);
                    }
                    self.searched = 0;
                }
                Search::Unended => {
                    self.searched = 0;
                    if let Some(mut unit) = self.queue.pop_front() {
                        unit.evidence.raise(Family::Opener, UNENDED_START);
                        out.push_back(unit);
                    }
                }
                Search::Open => return,
            }
        }
    }

    /// Looks for the first end of a block that the front of the queue starts.
    fn search(&mut self, rules: &Rules, last: bool) -> Search {
        let front = &self.queue[0];
        let max_lines = |rule: u32| match rules.pattern(rule).kind {
            Kind::Block { max_lines, .. } => max_lines,
            _ => 0,
        };
        let longest = front
            .findings
            .starts
            .iter()
            .map(|start| max_lines(start.rule))
            .max()
            .unwrap_or(0);
        for (at, unit) in self.queue.iter().enumerate().skip(self.searched) {
            let lines = unit.lines.end - front.lines.start;
            let bytes = unit.bytes.end - front.bytes.start;
            if lines > longest || bytes > WINDOW_BYTES || matches!(unit.form, Form::Unjudged { .. }) {
                return Search::Unended;
            }
            for start in &front.findings.starts {
                let ends = |end: &&super::unit::Found| {
                    end.rule == start.rule && (at > 0 || end.bytes.start >= start.bytes.end)
                };
                if lines <= max_lines(start.rule) && unit.findings.ends.iter().any(|end| ends(&end)) {
                    return Search::Ended {
                        rule: start.rule,
                        units: at + 1,
                    };
                }
            }
        }
        self.searched = self.queue.len();
        // The next line could only lie beyond the longest block.
        let full = self
            .queue
            .back()
            .is_some_and(|unit| unit.lines.end - front.lines.start >= longest);
        if last || full { Search::Unended } else { Search::Open }
    }
}

enum Search {
    Ended { rule: u32, units: usize },
    Unended,
    Open,
}
