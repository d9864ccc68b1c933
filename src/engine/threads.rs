//! Finds comment threads: posts of readers, each marked by its head ("Ann says:") or its foot ("Reply"), one below the other.
//!
//! ```text
//!            a head, a foot, or a counter of comments          markers enough
//!  passing ──────────────────────────────────────────▶ open ──────────────────▶ proven ◀─┐ a marker: all up to it goes
//!     ▲                                                  │                        │  └───┘
//!     └──────────────────────────────────────────────────┴────────────────────────┘ too much text without a marker
//! ```
//!
//! What readers write reads like body copy, so only the markers tell. A counter alone proves nothing, because it stands below the headline too, and then the
//! article lies between it and the first post: it counts only if that post is near. The text under the last head goes with it if the document ends there, or a
//! line that goes for another reason follows.

use std::collections::VecDeque;

use crate::patterns::{Category, Kind, Place};

use super::removal::Reason;
use super::rules::Rules;
use super::unit::{Form, Unit, Verdict};
use super::{WINDOW_BYTES, WINDOW_LINES};

/// What a counter of comments, or the heading over them, adds to the weights of the posts.
const HEADING: f32 = 2.0;

/// A mark of this weight stands under articles only.
const CERTAIN: f32 = 2.0;

/// Before the foot of the first post stand the name, the day and the text of it.
const FIRST_POST_LINES: usize = 4;

/// Holds units back while they may be a thread.
#[derive(Debug, Default)]
pub(crate) struct Threads {
    queue: VecDeque<Unit>,
    open: Option<Open>,
}

#[derive(Debug, Default)]
struct Open {
    headed: bool,
    /// The rules of the markers so far, each once.
    rules: Vec<u32>,
    posts: usize,
    sum: f32,
    /// The heaviest marker so far, with its weight.
    leading: Option<(f32, u32)>,
    last: Option<Place>,
    proven: bool,
    /// Text since the last marker, and how many lines of it are sentences.
    lines: usize,
    sentences: usize,
    chars: usize,
}

impl Threads {
    /// Whether nothing is held back, and a unit without findings passes.
    pub fn is_idle(&self) -> bool {
        self.open.is_none()
    }

    pub fn push(&mut self, rules: &Rules, unit: Unit, out: &mut VecDeque<Unit>) {
        if self.open.is_some() && !self.has_room(rules, &unit) {
            self.close(false, out);
        }
        let is_heading = is_heading(rules, &unit);
        if self.open.is_none() && !is_heading && unit.findings.posts.is_empty() {
            out.push_back(unit);
            return;
        }
        if self.open.as_ref().is_some_and(|open| open.is_far_from(rules, &unit)) {
            self.close(false, out);
        }
        let open = self.open.get_or_insert_default();
        open.headed |= is_heading;
        if unit.findings.posts.is_empty() {
            let is_text = unit.form == Form::Text && unit.verdict.is_none();
            let goes_on = open.proven && unit.verdict.is_some() && open.last == Some(Place::Head);
            if is_text {
                open.lines += 1;
                open.sentences += usize::from(unit.ends_sentence);
                open.chars += unit.chars;
            }
            self.queue.push_back(unit);
            if goes_on {
                open.last = None;
                self.settle(out);
            }
        } else {
            open.mark(rules, &unit);
            self.queue.push_back(unit);
            if open.proven {
                self.settle(out);
            }
        }
    }

    pub fn finish(&mut self, out: &mut VecDeque<Unit>) {
        self.close(true, out);
    }

    fn has_room(&self, rules: &Rules, unit: &Unit) -> bool {
        let Some(first) = self.queue.front() else { return true };
        let open = self.open.as_ref();
        let text = open.map_or((0, 0), |open| (open.lines, open.chars));
        unit.lines.end - first.lines.start <= WINDOW_LINES
            && unit.bytes.end - first.bytes.start <= WINDOW_BYTES
            && text.0 <= rules.thresholds.post_lines
            && text.1 <= rules.thresholds.post_chars
            && !matches!(unit.form, Form::Unjudged { .. })
    }

    fn close(&mut self, last: bool, out: &mut VecDeque<Unit>) {
        let ends_with_text = |open: &Open| open.proven && open.last == Some(Place::Head);
        if last && self.open.as_ref().is_some_and(ends_with_text) {
            self.settle(out);
        }
        self.open = None;
        out.extend(self.queue.drain(..));
    }

    /// Removes what is held back, as a part of the thread.
    fn settle(&mut self, out: &mut VecDeque<Unit>) {
        let Some(open) = &mut self.open else { return };
        open.forget_text();
        for mut unit in self.queue.drain(..) {
            if let Some((_, rule)) = open.leading
                && unit.form == Form::Text
                && unit.verdict.is_none()
            {
                let reason = Reason::Thread { posts: open.posts };
                unit.verdict = Some(Verdict { rule, reason });
            }
            out.push_back(unit);
        }
    }
}

/// The heaviest head or foot in a unit: its weight, rule and place.
fn marker(rules: &Rules, unit: &Unit) -> Option<(f32, u32, Place)> {
    let markers = unit
        .findings
        .posts
        .iter()
        .filter_map(|found| match rules.pattern(found.rule).kind {
            Kind::Post { place, weight, .. } => Some((weight, found.rule, place)),
            _ => None,
        });
    markers.max_by(|a, b| a.0.total_cmp(&b.0))
}

impl Open {
    /// Whether what lies between the counter and this unit, which would be the first post, is no part of a post.
    fn is_far_from(&self, rules: &Rules, unit: &Unit) -> bool {
        match marker(rules, unit) {
            Some((_, _, Place::Head)) => self.posts == 0 && self.sentences > 0,
            Some((_, _, Place::Foot)) => self.posts == 0 && self.lines > FIRST_POST_LINES,
            None => false,
        }
    }

    fn forget_text(&mut self) {
        (self.lines, self.sentences, self.chars) = (0, 0, 0);
    }

    /// Counts a unit with a head or a foot. One line counts once, by its heaviest marker.
    fn mark(&mut self, rules: &Rules, unit: &Unit) {
        let Some((weight, rule, place)) = marker(rules, unit) else {
            return;
        };
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
        self.posts += 1;
        self.sum += weight;
        self.last = Some(place);
        if self.leading.is_none_or(|leading| weight > leading.0) {
            self.leading = Some((weight, rule));
        }
        self.forget_text();
        let sum = self.sum + if self.headed { HEADING } else { 0.0 };
        // "Ann says:" three times is an interview.
        let is_certain =
            self.headed || self.rules.len() > 1 || self.leading.is_some_and(|leading| leading.0 >= CERTAIN);
        self.proven |= self.posts > 1 && is_certain && sum >= rules.thresholds.thread_sum;
    }
}

/// A counter of comments, or a heading over them.
fn is_heading(rules: &Rules, unit: &Unit) -> bool {
    let is_comments = |rule: u32| rules.pattern(rule).category == Category::Comments;
    let by_line = unit
        .verdict
        .is_some_and(|verdict| verdict.reason == Reason::Line && is_comments(verdict.rule));
    by_line
        || unit
            .findings
            .heading
            .as_ref()
            .is_some_and(|found| is_comments(found.rule))
}
