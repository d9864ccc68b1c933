//! Decides blank lines: the space that a removed line had to itself goes with it.
//!
//! Blank lines between two removed lines go. Those after a run of removed lines go if there is a blank line before the run, or the document begins with
//! it, or ends with them: otherwise two kept paragraphs would stand closer, or further apart, than the publisher's. They become part of the removal before them, so
//! each removed byte has a reason.

use std::collections::VecDeque;

use super::unit::Unit;
use super::{WINDOW_BYTES, WINDOW_LINES};

/// Holds a removed unit back until it is known which blank lines go with it.
#[derive(Debug)]
pub(crate) struct Spacing {
    removed: Option<Unit>,
    blanks: VecDeque<Unit>,
    /// What was let go last was blank, or nothing was yet.
    after_blank: bool,
}

impl Default for Spacing {
    fn default() -> Self {
        Self {
            removed: None,
            blanks: VecDeque::new(),
            after_blank: true,
        }
    }
}

impl Spacing {
    /// Whether nothing is held back, and a unit without findings passes.
    pub fn is_idle(&self) -> bool {
        self.removed.is_none() && self.blanks.is_empty()
    }

    /// Lets a unit pass that stays, while nothing is held back.
    pub fn pass(&mut self, is_blank: bool) {
        self.after_blank = is_blank;
    }

    pub fn push(&mut self, unit: Unit, out: &mut VecDeque<Unit>) {
        if unit.is_blank() && self.has_room(&unit) {
            if self.after_blank {
                self.absorb(unit);
            } else {
                self.blanks.push_back(unit);
            }
        } else if unit.verdict.is_some() {
            while let Some(blank) = self.blanks.pop_front() {
                self.absorb(blank);
            }
            out.extend(self.removed.replace(unit));
        } else {
            self.release(out);
            self.after_blank = unit.is_blank();
            out.push_back(unit);
        }
    }

    pub fn finish(&mut self, out: &mut VecDeque<Unit>) {
        while let Some(blank) = self.blanks.pop_front() {
            self.absorb(blank);
        }
        self.release(out);
    }

    fn release(&mut self, out: &mut VecDeque<Unit>) {
        out.extend(self.removed.take());
        if let Some(last) = self.blanks.back() {
            self.after_blank = last.is_blank();
        }
        out.extend(self.blanks.drain(..));
    }

    /// Whether a blank line can be held back or absorbed: a removed unit waits, and the window is not full.
    fn has_room(&self, blank: &Unit) -> bool {
        self.removed.as_ref().is_some_and(|removed| {
            blank.lines.end - removed.lines.start <= 2 * WINDOW_LINES
                && blank.bytes.end - removed.bytes.start <= WINDOW_BYTES
        })
    }

    fn absorb(&mut self, blank: Unit) {
        let removed = self
            .removed
            .as_mut()
            .expect("blank lines are held only after a removed line");
        removed.bytes.end = blank.bytes.end;
        removed.lines.end = blank.lines.end;
    }
}
