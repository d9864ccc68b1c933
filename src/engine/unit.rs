//! Defines the unit of judgement: a paragraph (mostly one line), a blank line, or a line too long to judge.

use std::ops::Range;

use crate::patterns::{Category, Family, Kind, Thresholds};

use super::removal::Reason;
use super::rules::Rules;

/// A rule found in a unit.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub rule: u32,
    /// In bytes of the document.
    pub bytes: Range<usize>,
}

/// All that was found in a unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    /// The line pattern that takes the unit, if one does.
    pub line: Option<Found>,
    /// Starts and ends of blocks.
    pub starts: Vec<Found>,
    pub ends: Vec<Found>,
    /// A heading of a section.
    pub heading: Option<Found>,
    /// Parts to cut out of the unit, if it stays; in order and apart.
    pub cuts: Vec<Found>,
    /// Cues outside quotation marks, each rule once.
    pub cues: Vec<Found>,
    /// Heads and feet of readers' posts.
    pub posts: Vec<Found>,
    /// Guards.
    pub guards: Vec<Found>,
    /// Exceptions.
    pub exceptions: Vec<Found>,
    /// An exception says all of the unit, so it stays, whatever would take it.
    pub is_excepted: bool,
}

impl Findings {
    pub fn is_empty(&self) -> bool {
        self.line.is_none() && self.heading.is_none() && self.several().iter().all(|found| found.is_empty())
    }

    /// What a unit may have several of.
    fn several(&self) -> [&Vec<Found>; 7] {
        [
            &self.starts,
            &self.ends,
            &self.cuts,
            &self.cues,
            &self.posts,
            &self.guards,
            &self.exceptions,
        ]
    }

    /// All findings, in order of their places.
    pub fn all(&self) -> Vec<&Found> {
        let single = self.line.iter().chain(&self.heading);
        let mut all: Vec<&Found> = single.chain(self.several().into_iter().flatten()).collect();
        all.sort_by_key(|found| (found.bytes.start, found.bytes.end, found.rule));
        all
    }
}

/// What kind of text a unit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Only white space.
    Blank,
    /// A line, or the lines of a hard-wrapped paragraph.
    Text,
    /// A line, or a part of one, that is too long to be judged.
    Unjudged {
        /// The first part of the line.
        first: bool,
    },
}

/// Why a unit goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Verdict {
    pub rule: u32,
    pub reason: Reason,
}

/// A paragraph on its way through the judge.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// In bytes of the document, with line endings.
    pub bytes: Range<usize>,
    /// Line numbers from 1, the end exclusive.
    pub lines: Range<usize>,
    pub form: Form,
    /// Characters of its folded text.
    pub chars: usize,
    /// It stops as a sentence does.
    pub ends_sentence: bool,
    /// Tells its folded text from others.
    pub text_hash: u64,
    /// Its first letter is a small one.
    pub starts_small: bool,
    /// It stops with a colon.
    pub ends_colon: bool,
    /// It may belong to the paragraph before it: that one's last line is full, but ends as a sentence does.
    pub may_continue: bool,
    /// It begins with a list bullet.
    pub bullet: bool,
    pub findings: Findings,
    pub evidence: Score,
    pub verdict: Option<Verdict>,
}

impl Unit {
    /// A unit in which nothing was looked for.
    pub fn new(bytes: Range<usize>, lines: Range<usize>, form: Form) -> Self {
        Self {
            bytes,
            lines,
            form,
            chars: 0,
            ends_sentence: false,
            text_hash: 0,
            starts_small: false,
            ends_colon: false,
            may_continue: false,
            bullet: false,
            findings: Findings::default(),
            evidence: Score::default(),
            verdict: None,
        }
    }

    /// Whether it leaves as it came, and there is nothing to say of it.
    pub fn is_untouched(&self) -> bool {
        self.verdict.is_none() && self.findings.is_empty() && !matches!(self.form, Form::Unjudged { .. })
    }

    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// A short line that is no sentence of an article.
    pub fn is_short(&self, thresholds: &Thresholds) -> bool {
        self.form == Form::Text
            && self.line_count() == 1
            && self.chars <= thresholds.gap_chars
            && !self.evidence.vetoed
            && !self.ends_sentence
    }

    /// The cue of it that says most, see [`leading_cue`].
    pub fn leading_cue(&self, rules: &Rules) -> Option<u32> {
        leading_cue(std::iter::once(self), rules)
    }

    pub fn is_blank(&self) -> bool {
        self.form == Form::Blank
    }
}

/// The weights of the families found in a unit, or in several.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Score {
    weights: [f32; Family::ALL.len()],
    /// What guards take off.
    penalty: f32,
    /// A guard without a weight was found.
    pub vetoed: bool,
}

impl Score {
    /// Adds up what was found: the heaviest cue of each family counts, once.
    pub fn of(findings: &Findings, rules: &Rules) -> Self {
        let mut score = Self::default();
        for found in &findings.cues {
            if let Kind::Cue { family, weight, .. } = rules.pattern(found.rule).kind {
                score.raise(family, weight);
            }
        }
        // A guard speaks for its own language: what says "he said" in one is a name in another. Where nothing else was found, any will do.
        let language = |found: &Found| rules.pattern(found.rule).language();
        let counts = |guard: &&Found| {
            findings.cues.is_empty() || findings.cues.iter().any(|cue| language(cue) == language(guard))
        };
        for found in findings.guards.iter().filter(counts) {
            match rules.pattern(found.rule).kind {
                Kind::Guard {
                    weight: Some(weight), ..
                } => score.penalty += weight,
                _ => score.vetoed = true,
            }
        }
        score
    }

    /// Counts a cue of a family.
    pub fn raise(&mut self, family: Family, weight: f32) {
        let own = &mut self.weights[family as usize];
        *own = own.max(weight);
    }

    /// Takes in the score of a neighbour.
    pub fn join(&mut self, other: &Self) {
        for (own, other) in self.weights.iter_mut().zip(other.weights) {
            *own = own.max(other);
        }
    }

    pub fn has(&self, family: Family) -> bool {
        self.weight(family) > 0.0
    }

    pub fn weight(&self, family: Family) -> f32 {
        self.weights[family as usize]
    }

    pub fn sum(&self) -> f32 {
        if self.vetoed {
            0.0
        } else {
            (self.weighed().sum::<f32>() - self.penalty).max(0.0)
        }
    }

    /// The weights of the families that add up. A label says what a line is for, not what is asked, so it counts only in its row.
    fn weighed(&self) -> impl Iterator<Item = f32> + '_ {
        let weighs = |(family, _): &(usize, &f32)| *family != Family::Label as usize;
        self.weights
            .iter()
            .enumerate()
            .filter(weighs)
            .map(|(_, &weight)| weight)
    }

    pub fn families(&self) -> usize {
        self.weighed().filter(|&weight| weight > 0.0).count()
    }
}

/// The cue that says most, in one unit or in several together, and for the category for which most was said; `None` where that category is not to go.
///
/// Ties go to the category listed first, and to the rule listed first.
pub(crate) fn leading_cue<'u>(units: impl Iterator<Item = &'u Unit>, rules: &Rules) -> Option<u32> {
    let weight = |rule: u32| match rules.pattern(rule).kind {
        Kind::Cue { weight, .. } => weight,
        _ => 0.0,
    };
    let cues: Vec<u32> = units
        .flat_map(|unit| &unit.findings.cues)
        .map(|found| found.rule)
        .collect();
    let mut sums = [0.0; Category::ALL.len()];
    for &rule in &cues {
        sums[rules.pattern(rule).category as usize] += weight(rule);
    }
    let heavier = |a: &&Category, b: &&Category| sums[**a as usize].total_cmp(&sums[**b as usize]);
    let category = *Category::ALL
        .iter()
        .rev()
        .max_by(heavier)
        .filter(|&&category| sums[category as usize] > 0.0)?;
    if !rules.selection.allows(category) {
        return None;
    }
    let of_category = |rule: &u32| rules.pattern(*rule).category == category;
    cues.into_iter()
        .filter(of_category)
        .max_by(|&a, &b| weight(a).total_cmp(&weight(b)).then(b.cmp(&a)))
}

impl Category {
    /// Whether such lines stand in the midst of articles too, with body copy after them.
    pub(crate) fn stands_in_articles(self) -> bool {
        matches!(self, Self::Advertising | Self::Related | Self::Navigation)
    }
}
