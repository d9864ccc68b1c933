//! Proves pattern sets through the real engine, and looks for what is wrong with them.
//!
//! - Every `match` is removed entirely by its own pattern alone; for cues and guards it is found.
//! - Every near miss of every set comes out byte for byte, with all patterns at work.
//! - Every `case` comes out exactly as it says.
//! - Every regex can be compiled.
//! - Lints: phrases that another one makes useless, short phrases that match anywhere, patterns out of order, regexes that cost speed.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use regex_automata::nfa::thompson;

use crate::engine::{Event, Publisher, Sink, Stripper};
use crate::patterns::slim::running_regex;
use crate::patterns::{Anchor, Kind, Marker, Pattern, PatternSet, PatternSets, Selection};
use crate::text::fold::{Folded, core};

/// A phrase that may stand anywhere is a risk below so many characters.
const SHORT_ANYWHERE: usize = 10;

/// What a regex may take in memory when it is compiled, in bytes.
const LARGEST_REGEX: usize = 10 << 20;
/// A regex that is tried on a larger share of ordinary lines is slow,
const MOST_TRIED: f64 = 0.06;
/// if there are so many lines that a share means something.
const FEWEST_LINES: usize = 1000;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The proof fails.
    Error,
    /// Something that a careful author would change.
    Warning,
}

/// Something wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The pattern's file.
    pub path: String,
    /// The line of its id, from 1.
    pub line: usize,
    /// Its full id.
    pub id: String,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.id, self.message)
    }
}

/// Proves the sets for which `wanted` holds, and tries the near misses of all sets, because a new pattern may hurt an old promise.
///
/// Problems come in order of files and lines. Cost: one small engine for each pattern, and one for them all.
pub fn check(sets: &PatternSets, wanted: impl Fn(&PatternSet) -> bool) -> Vec<Problem> {
    let everything = Selection::new(sets, &["all"], &[]).unwrap_or_default();
    let all = Stripper::new(sets, everything);
    let defaults = Stripper::new(sets, Selection::default());
    let mut problems = Vec::new();
    for set in &sets.sets {
        let wanted = wanted(set);
        if wanted {
            lint_order(set, &mut problems);
        }
        for pattern in &set.patterns {
            let mut report = Report {
                set,
                pattern,
                problems: &mut problems,
            };
            // What is off by default is proved against what is on; asked for, it takes what others take for body copy.
            let judge = if pattern.category.is_default() { &defaults } else { &all };
            near_misses(&mut report, judge);
            if wanted {
                matches(&mut report, sets);
                cases(&mut report, judge);
                compiles(&mut report);
                lint_phrases(&mut report);
            }
        }
    }
    lint_doubles(sets, &mut problems);
    lint_speed(sets, &all, &mut problems);
    lost_exceptions(sets, &mut problems);
    let names: HashSet<&str> = sets
        .sets
        .iter()
        .filter(|set| wanted(set))
        .map(|set| set.path.as_str())
        .collect();
    problems.retain(|problem| problem.severity == Severity::Error || names.contains(problem.path.as_str()));
    problems.sort_by(|a, b| (&a.path, a.line, a.severity).cmp(&(&b.path, b.line, b.severity)));
    problems
}

/// The ids of patterns that were found nowhere in some texts, in order.
pub fn never_found(sets: &PatternSets, texts: impl IntoIterator<Item = Vec<u8>>) -> Vec<&str> {
    let stripper = Stripper::new(sets, Selection::new(sets, &["all"], &[]).unwrap_or_default());
    let mut found = FoundIds::default();
    let mut stream = stripper.stream();
    stream.tell_lone_guards();
    for text in texts {
        let Ok(()) = stream.push(&text, &mut found);
        let Ok(()) = stream.finish(&mut found);
    }
    let never = |pattern: &&Arc<Pattern>| !found.ids.contains(&pattern.id);
    sets.patterns()
        .filter(never)
        .map(|pattern| pattern.id.as_str())
        .collect()
}

#[derive(Default)]
struct FoundIds {
    ids: HashSet<String>,
}

impl<'s> Sink<'s> for FoundIds {
    type Error = std::convert::Infallible;

    fn event(&mut self, event: Event<'_, 's>) -> Result<(), Self::Error> {
        let evidence = match event {
            Event::Kept { evidence, .. } => evidence,
            Event::Removed { removal, .. } => {
                self.ids.insert(removal.pattern.id.clone());
                removal.evidence
            }
            Event::Unjudged { .. } => return Ok(()),
        };
        self.ids
            .extend(evidence.into_iter().map(|evidence| evidence.pattern.id.clone()));
        Ok(())
    }
}

struct Report<'a> {
    set: &'a PatternSet,
    pattern: &'a Arc<Pattern>,
    problems: &'a mut Vec<Problem>,
}

impl Report<'_> {
    fn add(&mut self, severity: Severity, message: String) {
        self.problems.push(Problem {
            severity,
            path: self.set.path.clone(),
            line: self.pattern.line,
            id: self.pattern.id.clone(),
            message,
        });
    }
}

fn matches(report: &mut Report<'_>, sets: &PatternSets) {
    let pattern = report.pattern;
    let alone = PatternSets {
        sets: vec![PatternSet {
            patterns: vec![Arc::clone(pattern)],
            ..report.set.clone()
        }],
        thresholds: sets.thresholds,
    };
    let stripper = Stripper::new(&alone, Selection::new(&alone, &["all"], &[]).unwrap_or_default());
    let publisher = own_publisher(&stripper, pattern);
    for (number, text) in pattern.matches.iter().enumerate() {
        let number = number + 1;
        let stripped = stripper.strip_of(text.as_bytes(), publisher);
        match pattern.kind {
            Kind::Cue { .. } | Kind::Post { .. } | Kind::Guard { .. } => {
                let mut found = FoundIds::default();
                let mut stream = stripper.stream();
                stream.tell_lone_guards();
                publisher.into_iter().for_each(|publisher| stream.recognize(publisher));
                let Ok(()) = stream.push(text.as_bytes(), &mut found);
                let Ok(()) = stream.finish(&mut found);
                if !found.ids.contains(&pattern.id) {
                    report.add(
                        Severity::Error,
                        format!("match {number} is not found: `{}`", excerpt(text)),
                    );
                }
            }
            _ => {
                let left = stripped.text(text);
                if !left.trim().is_empty() {
                    report.add(
                        Severity::Error,
                        format!("match {number} is not removed; this is left: `{}`", excerpt(&left)),
                    );
                }
            }
        }
    }
}

/// The publisher of a pattern that counts only in its own documents.
fn own_publisher(stripper: &Stripper, pattern: &Pattern) -> Option<Publisher> {
    let publisher = pattern.publisher.as_deref().filter(|_| pattern.only_own)?;
    stripper.publisher(publisher)
}

fn near_misses(report: &mut Report<'_>, judge: &Stripper) {
    let pattern = report.pattern;
    for (number, text) in pattern.near_misses.iter().enumerate() {
        let stripped = judge.strip_of(text.as_bytes(), own_publisher(judge, pattern));
        if let Some(removal) = stripped.removals.first() {
            let lost = excerpt(&text[removal.bytes.clone()]);
            let message = format!("no_match {} loses `{lost}` to {}", number + 1, removal.pattern.id);
            report.add(Severity::Error, message);
        }
    }
}

fn cases(report: &mut Report<'_>, judge: &Stripper) {
    let pattern = report.pattern;
    for (number, case) in pattern.cases.iter().enumerate() {
        let publisher = own_publisher(judge, pattern);
        let output = judge.strip_of(case.input.as_bytes(), publisher).text(&case.input);
        if output != case.output {
            let message = format!("case {} gives {output:?}, not {:?}", number + 1, case.output);
            report.add(Severity::Error, message);
        }
    }
}

/// A regex that cannot be compiled finds nothing in a text that takes it too many steps.
fn compiles(report: &mut Report<'_>) {
    for marker in report.pattern.kind.markers() {
        let Some(source) = &marker.phrases.regex else { continue };
        let running = running_regex(source).unwrap_or_default();
        let config = thompson::Config::new().nfa_size_limit(Some(LARGEST_REGEX));
        if let Err(error) = thompson::Compiler::new().configure(config).build(&running) {
            let reason = error.size_limit().map_or_else(
                || error.to_string(),
                |limit| format!("it takes more than {limit} bytes"),
            );
            let message = format!("its regex cannot be compiled: {reason}; split the pattern, or count to less");
            report.add(Severity::Error, message);
        }
    }
}

fn lost_exceptions(sets: &PatternSets, problems: &mut Vec<Problem>) {
    for lost in sets.lost_exceptions() {
        let owner = sets.sets.iter().filter(|set| set.path == lost.path);
        let pattern = owner
            .flat_map(|set| &set.patterns)
            .find(|pattern| pattern.line == lost.line);
        problems.push(Problem {
            severity: Severity::Error,
            id: pattern.map(|pattern| pattern.id.clone()).unwrap_or_default(),
            path: lost.path,
            line: lost.line,
            message: lost.message,
        });
    }
}

fn lint_order(set: &PatternSet, problems: &mut Vec<Problem>) {
    for pair in set.patterns.windows(2) {
        if pair[0].id > pair[1].id {
            let message = format!(
                "stands after {}; patterns are sorted by id, so that they can be found",
                pair[0].id
            );
            Report {
                set,
                pattern: &pair[1],
                problems,
            }
            .add(Severity::Warning, message);
        }
    }
}

fn lint_phrases(report: &mut Report<'_>) {
    let pattern = report.pattern;
    for marker in pattern.kind.markers() {
        let folded: Vec<String> = phrases(marker).collect();
        for (at, phrase) in folded.iter().enumerate() {
            let covers = |other: &String| match marker.anchor {
                Anchor::Whole => phrase == other,
                Anchor::Start => starts_with_words(phrase, other),
                Anchor::End => phrase == other,
                Anchor::Anywhere => phrase == other,
            };
            if let Some(other) = folded[..at].iter().find(|other| covers(other)) {
                report.add(
                    Severity::Warning,
                    format!("the phrase `{phrase}` is found by `{other}` already; take one out"),
                );
            }
            if marker.anchor == Anchor::Start && is_one_word(phrase) && matches!(pattern.kind, Kind::Line { .. }) {
                let message = format!(
                    "the phrase `{phrase}` is one word, which any line may begin with; add a colon or another word"
                );
                report.add(Severity::Warning, message);
            }
            if marker.anchor == Anchor::Anywhere
                && matches!(pattern.kind, Kind::Line { .. })
                && phrase.chars().count() < SHORT_ANYWHERE
                && phrase.is_ascii()
            {
                report.add(
                    Severity::Warning,
                    format!("the phrase `{phrase}` is short and may stand anywhere in a line; a longer one, or another anchor, is safer"),
                );
            }
        }
    }
}

/// A whole line that two patterns remove is one too many: one of them can never be switched off.
fn lint_doubles(sets: &PatternSets, problems: &mut Vec<Problem>) {
    let mut known: HashMap<(String, Anchor), &str> = HashMap::new();
    for set in &sets.sets {
        for pattern in &set.patterns {
            let Kind::Line { marker, .. } = &pattern.kind else {
                continue;
            };
            for phrase in phrases(marker) {
                match known.insert((phrase.clone(), marker.anchor), &pattern.id) {
                    Some(other) if other != pattern.id => {
                        let message = format!("the phrase `{phrase}` stands in {other} too; one pattern is enough");
                        Report { set, pattern, problems }.add(Severity::Warning, message);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// A regex that is tried on many lines of journalism slows every text down.
fn lint_speed(sets: &PatternSets, all: &Stripper, problems: &mut Vec<Problem>) {
    let lines: Vec<&String> = sets.patterns().flat_map(|pattern| &pattern.near_misses).collect();
    let trials = all.trials(lines.iter().map(|line| line.as_str()));
    for set in &sets.sets {
        for pattern in &set.patterns {
            let Some(&tried) = trials.get(&pattern.id) else {
                continue;
            };
            let share = tried as f64 / lines.len() as f64;
            if lines.len() >= FEWEST_LINES && share > MOST_TRIED {
                let message = format!(
                    "its regex is tried on {:.1} % of all near misses, and each trial takes as long as reading a page; let every match hold a word, or two \
                     together, that few sentences have",
                    100.0 * share
                );
                Report { set, pattern, problems }.add(Severity::Warning, message);
            }
        }
    }
}

fn phrases(marker: &Marker) -> impl Iterator<Item = String> {
    let all = marker.phrases.literals.iter().chain(&marker.phrases.stems);
    all.map(|phrase| Folded::of(phrase).text().to_owned())
}

/// Whether a phrase, without the symbols that a start disregards, is a single word of letters.
fn is_one_word(phrase: &str) -> bool {
    let word = &phrase[core(phrase).start..];
    word.chars().all(char::is_alphanumeric) && word.is_ascii()
}

fn starts_with_words(phrase: &str, other: &str) -> bool {
    phrase
        .strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || !rest.starts_with(char::is_alphanumeric))
}

fn excerpt(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.trim().replace('\n', " / ");
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
