//! Decides by evidence: lines whose cues add up, letters whose lines add up, and runs of labels.
//!
//! Units that carry evidence are held back until one comes that carries none; then the run is decided as a whole.
//!
//! - A line goes **alone** when its own cues reach the sum, from enough families.
//! - A **letter** goes when the cues of its lines together reach a higher sum, from more families, and it asks for something. It begins at its opener
//!   if it has one, and its first and last lines must carry evidence of their own.
//! - Between lines that go, and lines of appeals that patterns took, a weak line goes with them.
//! - **Labels** go when enough of them stand in a row, lines that went for other reasons counted in.
//!
//! More evidence never keeps what less would remove. So what is left, filtered again, stays: a run without the lines that went has less.

use std::collections::{HashSet, VecDeque};
use std::ops::RangeInclusive;

use crate::patterns::{Family, Thresholds};

use super::removal::Reason;
use super::rules::Rules;
use super::unit::{Form, Score, Unit, Verdict, leading_cue};
use super::{WINDOW_BYTES, WINDOW_LINES};

/// Blank lines in a row that a letter may have within.
const MOST_BLANKS: usize = 2;

/// So many characters are a short line, which goes with its neighbours on less evidence.
const SHORT_CHARS: usize = 160;

/// Holds units back while they may be part of a letter.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    run: VecDeque<Unit>,
    /// The last text before the run ends in a colon: what follows is a list of the article.
    after_colon: bool,
    /// The last text before the run is a sentence, so the run is no end of a list.
    after_sentence: bool,
}

impl Letters {
    /// Whether nothing is held back, and a unit without findings passes.
    pub fn is_idle(&self) -> bool {
        self.run.is_empty()
    }

    /// Lets a paragraph without findings pass, while nothing is held back. A blank line changes nothing.
    pub fn pass(&mut self, ends_colon: bool, ends_sentence: bool) {
        self.after_colon = ends_colon;
        self.after_sentence = ends_sentence;
    }

    pub fn push(&mut self, rules: &Rules, unit: Unit, out: &mut VecDeque<Unit>) {
        if let Some(first) = self.run.front() {
            let lines = unit.lines.end - first.lines.start;
            let bytes = unit.bytes.end - first.bytes.start;
            if lines > WINDOW_LINES || bytes > WINDOW_BYTES {
                self.decide(rules, out);
            }
        }
        let may_go_on = match unit.form {
            Form::Blank => {
                let blanks = self.run.iter().rev().take_while(|unit| unit.is_blank()).count();
                !self.run.is_empty() && blanks < MOST_BLANKS
            }
            Form::Text => unit.verdict.is_some() || is_evident(&unit) || self.may_bridge(&unit),
            Form::Unjudged { .. } => false,
        };
        if may_go_on {
            self.run.push_back(unit);
        } else {
            // A blank line may stand between the colon and the list.
            let announced = self.after_colon && self.run.is_empty() && unit.is_blank();
            self.decide(rules, out);
            self.after_colon = unit.ends_colon || announced;
            if unit.form == Form::Text {
                self.after_sentence = unit.ends_sentence;
            }
            out.push_back(unit);
        }
    }

    pub fn finish(&mut self, rules: &Rules, out: &mut VecDeque<Unit>) {
        if self.after_sentence && !self.after_colon {
            last_labels(rules, self.run.make_contiguous());
        }
        self.decide(rules, out);
        self.after_sentence = false;
    }

    /// Whether a line without evidence may lie within the letter: one at a time, and only after an opener. Between two sign-up boxes there may be an
    /// ordinary paragraph.
    fn may_bridge(&self, unit: &Unit) -> bool {
        let last = self.run.iter().rfind(|unit| !unit.is_blank());
        let goes_on =
            |unit: &Unit| is_evident(unit) && unit.verdict.is_none_or(|verdict| verdict.reason != Reason::Block);
        !unit.evidence.vetoed
            && last.is_some_and(goes_on)
            && self.run.iter().any(|unit| unit.evidence.has(Family::Opener))
    }

    fn decide(&mut self, rules: &Rules, out: &mut VecDeque<Unit>) {
        let run = self.run.make_contiguous();
        alone(rules, run);
        letter(rules, run);
        if !self.after_colon {
            labels(rules, run);
        }
        self.after_colon = false;
        out.extend(self.run.drain(..));
    }
}

fn is_evident(unit: &Unit) -> bool {
    unit.evidence.sum() > 0.0 || unit.evidence.has(Family::Label) && !unit.evidence.vetoed
}

/// A longer line needs more: it has more room for phrases that mean nothing.
fn goes_alone(unit: &Unit, thresholds: &Thresholds) -> bool {
    let length = (unit.chars as f32 / thresholds.line_chars).max(1.0);
    let enough =
        unit.evidence.sum() >= thresholds.line_sum * length && unit.evidence.families() >= thresholds.line_families;
    // Thanks and amounts are said at any collection; a publisher speaks of itself, or asks.
    let speaks = unit.evidence.has(Family::Own)
        || [Family::Ask, Family::Act, Family::Inbox]
            .iter()
            .any(|&family| unit.evidence.weight(family) >= thresholds.edge_sum);
    enough && speaks
}

fn alone(rules: &Rules, run: &mut [Unit]) {
    for unit in run.iter_mut().filter(|unit| unit.verdict.is_none()) {
        if goes_alone(unit, &rules.thresholds)
            && let Some(rule) = unit.leading_cue(rules)
        {
            let reason = Reason::Cues {
                sum: unit.evidence.sum(),
            };
            unit.verdict = Some(Verdict { rule, reason });
        }
    }
}

/// Decides the lines of a run that is a letter, or that has lines on both sides which go.
fn letter(rules: &Rules, run: &mut [Unit]) {
    let thresholds = &rules.thresholds;
    let confirmed = |unit: &Unit| {
        unit.verdict
            .is_some_and(|verdict| rules.pattern(verdict.rule).category.is_appeal())
    };
    let first = run.iter().position(confirmed);
    let last = run.iter().rposition(confirmed);
    if let (Some(first), Some(last)) = (first, last) {
        remove(rules, run, first..=last, None);
    }

    let is_opener = |unit: &Unit| unit.evidence.has(Family::Opener) || unit.evidence.has(Family::Address);
    let start = run.iter().position(is_opener).unwrap_or(0);
    let start = first.map_or(start, |first| first.min(start));
    let mut whole = Score::default();
    for unit in run[start..].iter().filter(|unit| !unit.evidence.vetoed) {
        whole.join(&unit.evidence);
    }
    let is_letter = whole.sum() >= thresholds.letter_sum
        && whole.families() >= thresholds.letter_families
        && whole.has(Family::Ask);
    if !is_letter {
        return;
    }
    let is_edge = |unit: &Unit| {
        confirmed(unit) || unit.evidence.sum() >= thresholds.edge_sum || is_opener(unit) && !unit.evidence.vetoed
    };
    let first = run[start..].iter().position(is_edge).map(|at| start + at);
    let last = run.iter().rposition(is_edge);
    let (Some(first), Some(last)) = (first, last) else {
        return;
    };
    if first == last {
        return;
    }
    // A long essay in the first person gathers families too, but thinly.
    let texts = run[first..=last].iter().filter(|unit| unit.form == Form::Text);
    let (lines, sum) = texts.fold((0.0, 0.0), |(lines, sum), unit| {
        let own = if confirmed(unit) {
            unit.evidence.sum().max(thresholds.edge_sum)
        } else {
            unit.evidence.sum()
        };
        (lines + (unit.chars as f32 / thresholds.line_chars).max(1.0), sum + own)
    });
    let is_marked = run[first..=last].iter().any(|unit| is_opener(unit) || confirmed(unit));
    if is_marked && sum >= thresholds.letter_mean * lines {
        remove(rules, run, first..=last, Some(whole.sum()));
    }
}

/// Removes what has no verdict yet in a part of the run, as lines of the letter that its heaviest cue names.
fn remove(rules: &Rules, run: &mut [Unit], part: RangeInclusive<usize>, letter: Option<f32>) {
    let units = &mut run[part];
    let text = |unit: &&Unit| unit.form == Form::Text && !unit.evidence.vetoed;
    let taken = units.iter().find_map(|unit| unit.verdict.map(|verdict| verdict.rule));
    let said = units.iter().any(|unit| !unit.findings.cues.is_empty());
    let common = if said {
        leading_cue(units.iter().filter(text), rules)
    } else {
        taken
    };
    let Some(common) = common else { return };
    let joint = letter.unwrap_or_else(|| {
        let mut whole = Score::default();
        units.iter().for_each(|unit| whole.join(&unit.evidence));
        whole.sum()
    });
    let texts: Vec<usize> = (0..units.len()).filter(|&at| units[at].form == Form::Text).collect();
    let goes = |place: usize| {
        let unit = &units[texts[place]];
        let enough = |unit: &Unit| unit.evidence.sum() >= rules.thresholds.edge_sum;
        // A line that says nothing of its own goes only if it is no sentence, and from between two that go by their own words: what a pattern took may be
        // another box, and the line between them body copy.
        let speaks = |place: usize| {
            texts
                .get(place)
                .is_some_and(|&at| enough(&units[at]) && units[at].verdict.is_none_or(by_cues))
        };
        // A piece of a hard-wrapped paragraph goes with the piece before it, whatever took that.
        let goes_on = |place: usize| unit.may_continue && (units[texts[place]].verdict.is_some() || speaks(place));
        let is_long = unit.chars as f32 > rules.thresholds.line_chars;
        match (unit.verdict, is_evident(unit)) {
            (Some(_), _) => false,
            (None, _) if unit.evidence.vetoed => false,
            (None, true) => enough(unit) || unit.chars <= SHORT_CHARS || letter.is_some() && !is_long,
            (None, false) if letter.is_none() || place == 0 || !unit.findings.guards.is_empty() => false,
            (None, false) if unit.ends_sentence => goes_on(place - 1) && texts.len() > place + 1,
            (None, false) => speaks(place - 1) && speaks(place + 1),
        }
    };
    let going: Vec<usize> = (0..texts.len())
        .filter(|&place| goes(place))
        .map(|place| texts[place])
        .collect();
    for at in going {
        let unit = &mut units[at];
        let rule = unit.leading_cue(rules).unwrap_or(common);
        let reason = Reason::Letter {
            sum: unit.evidence.sum(),
            letter: joint,
        };
        unit.verdict = Some(Verdict { rule, reason });
    }
}

/// Whether a verdict rests on the line's own cues.
fn by_cues(verdict: Verdict) -> bool {
    matches!(verdict.reason, Reason::Cues { .. } | Reason::Letter { .. })
}

/// Removes labels that end the document, however few: an article does not stop at "Comments".
fn last_labels(rules: &Rules, run: &mut [Unit]) {
    let at = run
        .iter()
        .rposition(|unit| !unit.is_blank() && !is_label(unit) && unit.verdict.is_none());
    let last = &mut run[at.map_or(0, |at| at + 1)..];
    let count = last.iter().filter(|unit| is_label(unit)).count();
    remove_labels(rules, last, count);
}

/// Removes the labels of a row that has so many.
fn remove_labels(rules: &Rules, row: &mut [Unit], count: usize) {
    for unit in row.iter_mut().filter(|unit| unit.verdict.is_none()) {
        if let Some(rule) = unit.leading_cue(rules) {
            let reason = Reason::Labels { count };
            unit.verdict = Some(Verdict { rule, reason });
        }
    }
}

fn is_label(unit: &Unit) -> bool {
    unit.evidence.has(Family::Label) && !unit.evidence.vetoed
}

/// Removes runs of labels.
fn labels(rules: &Rules, run: &mut [Unit]) {
    let mut at = 0;
    while at < run.len() {
        if run[at].is_blank() || !(is_label(&run[at]) || run[at].verdict.is_some()) {
            at += 1;
            continue;
        }
        let length = run[at..]
            .iter()
            .take_while(|unit| unit.is_blank() || is_label(unit) || unit.verdict.is_some())
            .count();
        // The same word again is no second label.
        let texts: HashSet<u64> = run[at..at + length]
            .iter()
            .filter(|unit| !unit.is_blank())
            .map(|unit| unit.text_hash)
            .collect();
        let count = texts.len();
        if count >= rules.thresholds.labels {
            remove_labels(rules, &mut run[at..at + length], count);
        }
        at += length;
    }
}
