//! Finds sections: a heading such as "Related stories" and the short lines under it.
//!
//! ```text
//!            a heading                    an item                       an item: the one before it goes
//!  passing ─────────────▶ headed ───────────────────▶ listing ◀──────────────────────────────────────┐
//!     ▲                     │ body copy: stays          │  └────────────────────────────────────────┘
//!     └─────────────────────┴────────────────────────────┘ body copy, the document's end, or too many lines
//! ```
//!
//! The last item before body copy is ambiguous: in a list of several it may be a subheading of the article, so it stays, unless it bears the bullet
//! of the others, or a blank line sets it apart from the body copy and none from the list.

use std::collections::VecDeque;

use crate::patterns::Kind;

use super::removal::Reason;
use super::rules::Rules;
use super::unit::{Form, Unit, Verdict};
use super::{WINDOW_BYTES, WINDOW_LINES};

/// Holds units back while a section is open.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    /// From the heading, or the last undecided item, on.
    queue: VecDeque<Unit>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    rule: u32,
    first_line: usize,
    items: usize,
    bullets: usize,
    /// A blank line stands between the last two items.
    apart: bool,
}

impl Sections {
    /// Whether nothing is held back, and a unit without findings passes.
    pub fn is_idle(&self) -> bool {
        self.open.is_none()
    }

    pub fn push(&mut self, rules: &Rules, unit: Unit, out: &mut VecDeque<Unit>) {
        let Some(open) = &mut self.open else {
            self.start(unit, out);
            return;
        };
        let Kind::Section {
            max_lines, max_chars, ..
        } = rules.pattern(open.rule).kind
        else {
            unreachable!("a section is opened by a section's heading")
        };
        let held = self.queue.front().map_or(0, |first| unit.bytes.end - first.bytes.start);
        let in_time = unit.lines.end - open.first_line <= max_lines.min(WINDOW_LINES) && held <= WINDOW_BYTES;
        if in_time && unit.is_blank() {
            self.queue.push_back(unit);
        } else if in_time && unit.findings.heading.is_none() && is_item(&unit, max_chars) {
            let rule = open.rule;
            let apart = self.queue.back().is_some_and(Unit::is_blank);
            if open.items > 0 {
                self.release(Some(rule), out);
            }
            let open = self.open.as_mut().expect("it is open");
            open.items += 1;
            open.apart = apart;
            open.bullets += usize::from(unit.bullet);
            self.queue.push_back(unit);
        } else {
            // Another heading goes on with the furniture, so the item before it is no subheading.
            let body = unit.findings.heading.is_none();
            self.close(body, out);
            self.start(unit, out);
        }
    }

    pub fn finish(&mut self, out: &mut VecDeque<Unit>) {
        self.close(false, out);
    }

    fn start(&mut self, unit: Unit, out: &mut VecDeque<Unit>) {
        match &unit.findings.heading {
            Some(heading) if unit.verdict.is_none_or(|verdict| verdict.reason == Reason::Line) => {
                self.open = Some(Open {
                    rule: heading.rule,
                    first_line: unit.lines.start,
                    items: 0,
                    bullets: 0,
                    apart: false,
                });
                self.queue.push_back(unit);
            }
            _ => out.push_back(unit),
        }
    }

    /// Ends the section; with `body`, because body copy follows.
    fn close(&mut self, body: bool, out: &mut VecDeque<Unit>) {
        let Some(open) = self.open.take() else { return };
        let is_bullet = self
            .queue
            .iter()
            .rfind(|unit| !unit.is_blank())
            .is_some_and(|unit| unit.bullet)
            && open.bullets > 1;
        let is_of_the_list = !open.apart && self.queue.back().is_some_and(Unit::is_blank);
        let goes =
            (open.items == 0 && !body) || open.items == 1 || (open.items > 1 && (!body || is_bullet || is_of_the_list));
        self.release(goes.then_some(open.rule), out);
    }

    /// Lets the queue go, as removed by a rule or undecided. Blank lines are decided by what is around them, later.
    fn release(&mut self, rule: Option<u32>, out: &mut VecDeque<Unit>) {
        for mut unit in self.queue.drain(..) {
            if let Some(rule) = rule
                && !unit.is_blank()
                && unit.verdict.is_none()
            {
                unit.verdict = Some(Verdict {
                    rule,
                    reason: Reason::Section,
                });
            }
            out.push_back(unit);
        }
    }
}

/// Whether a unit can be an item of a list of headlines. A line that begins with a small letter is verse, or the rest of a sentence.
fn is_item(unit: &Unit, max_chars: usize) -> bool {
    unit.verdict.is_some()
        || (unit.form == Form::Text
            && unit.line_count() == 1
            && !unit.starts_small
            && unit.chars <= max_chars
            && (!unit.ends_sentence || unit.bullet && unit.chars <= max_chars / 2))
}
