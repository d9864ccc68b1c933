//! Turns pattern sets into what the engine runs: one table of literals, each leading to the rules that it may be a hit of.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex_automata::meta;
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, WhichCaptures};

use crate::patterns::load::{parse_regex, required_literals};
use crate::patterns::slim::running_regex;
use crate::patterns::{Anchor, Marker, Pattern, PatternSets, Selection, Thresholds};
use crate::text::fold::Folded;

use super::publishers::{Publisher, Publishers};
use super::scan::Scanner;

/// Which part of a rule a literal belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The rule's only marker, or the start of its block.
    First,
    /// The end of its block.
    Last,
}

/// What a hit of a literal may mean.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// The rule's phrase itself; with `stem`, its last word may go on.
    Phrase { rule: u32, role: Role, stem: bool },
    /// A literal without which the regex cannot match.
    Regex { regex: u32 },
    /// A line that is the name of a publisher.
    Name { publisher: Publisher },
}

/// A regex is not tried on a longer text, in bytes: no publisher's line is as long, and the time it takes grows with the text.
const LONGEST_TRIED: usize = 16 << 10;
/// What a searching regex may remember between matches, in bytes.
const REGEX_CACHE: usize = 256 << 10;

/// A regex of a rule, compiled when it is first needed.
///
#[derive(Debug)]
pub(crate) struct LazyRegex {
    pub rule: u32,
    pub role: Role,
    source: String,
    /// It matches at the start of the text only.
    anchored: bool,
    compiled: OnceLock<Option<Compiled>>,
}

/// There are hundreds of regexes, each tried on few lines. One that is anchored fails on the first words, so it runs on the engine that needs the
/// least memory and shares what it needs while it runs. The others go over whole lines, where that engine takes four times as long.
#[derive(Debug)]
enum Compiled {
    Anchored(PikeVM),
    Searching(meta::Regex),
}

/// What regexes need while they run. One for each stream.
#[derive(Debug, Default)]
pub(crate) struct RegexCache(Option<pikevm::Cache>);

impl LazyRegex {
    /// The first match in a text. None is found by a regex too large to compile, which the tests of the pattern sets report.
    pub fn find(&self, text: &str, cache: &mut RegexCache) -> Option<Range<usize>> {
        if text.len() > LONGEST_TRIED {
            return None;
        }
        let compiled = self.compiled.get_or_init(|| self.compile());
        match compiled.as_ref()? {
            Compiled::Anchored(compiled) => {
                let cache = cache.0.get_or_insert_with(|| compiled.create_cache());
                cache.reset(compiled);
                compiled.find(cache, text).map(|found| found.range())
            }
            Compiled::Searching(compiled) => compiled.find(text).map(|found| found.range()),
        }
    }

    fn compile(&self) -> Option<Compiled> {
        if self.anchored {
            let config = thompson::Config::new().which_captures(WhichCaptures::Implicit);
            let compiled = pikevm::Builder::new().thompson(config).build(&self.source);
            return compiled.ok().map(Compiled::Anchored);
        }
        let config = meta::Config::new()
            .which_captures(WhichCaptures::Implicit)
            .onepass(false)
            .backtrack(false)
            .hybrid_cache_capacity(REGEX_CACHE);
        meta::Builder::new()
            .configure(config)
            .build(&self.source)
            .ok()
            .map(Compiled::Searching)
    }
}

/// The rules of a run. Built once, shared by reference.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Ordered by set and place in the file; a rule is known by its index.
    pub patterns: Vec<Pattern>,
    pub scanner: Scanner,
    targets: Vec<Vec<Target>>,
    pub regexes: Vec<LazyRegex>,
    pub publishers: Publishers,
    pub thresholds: Thresholds,
    pub selection: Selection,
}

impl Rules {
    pub fn new(sets: &PatternSets, selection: Selection) -> Self {
        let patterns: Vec<Arc<Pattern>> = sets
            .patterns()
            .filter(|pattern| selection.uses(pattern))
            .cloned()
            .collect();
        let mut table = Table::default();
        for (rule, pattern) in patterns.iter().enumerate() {
            let rule = u32::try_from(rule).expect("fewer than four thousand million patterns");
            for (marker, role) in pattern.kind.markers().zip([Role::First, Role::Last]) {
                table.add(rule, role, pattern.kind.phrase_anchor(marker), marker);
            }
        }
        let publishers = Publishers::of(sets);
        for set in &sets.sets {
            let has_own = set.patterns.iter().any(|pattern| pattern.only_own);
            let publisher = set
                .publisher
                .as_deref()
                .and_then(|domain| publishers.with_domain(domain));
            for (name, publisher) in set.names.iter().zip(publisher.into_iter().cycle()).filter(|_| has_own) {
                table.push(fold_phrase(name, Anchor::Whole, false), Target::Name { publisher });
            }
        }
        // The words are in the table now; the sets may be gone before the rules are.
        let slim = |pattern: &Arc<Pattern>| {
            let mut pattern = Pattern::clone(pattern);
            pattern.forget_words();
            pattern
        };
        Self {
            patterns: patterns.iter().map(slim).collect(),
            scanner: Scanner::new(table.ids),
            targets: table.targets,
            regexes: table.regexes,
            publishers,
            thresholds: sets.thresholds,
            selection,
        }
    }

    pub fn pattern(&self, rule: u32) -> &Pattern {
        &self.patterns[rule as usize]
    }

    pub fn targets(&self, literal: usize) -> &[Target] {
        &self.targets[literal]
    }

    /// Where in the line the phrase of a rule's marker must stand.
    pub fn anchor(&self, rule: u32, role: Role) -> Anchor {
        let kind = &self.pattern(rule).kind;
        let mut markers = kind.markers();
        let marker = match role {
            Role::First => markers.next(),
            Role::Last => markers.nth(1),
        };
        kind.phrase_anchor(marker.expect("a rule has the marker of its hits"))
    }
}

#[derive(Default)]
struct Table {
    /// Each literal with its index in `targets`.
    ids: HashMap<String, usize>,
    targets: Vec<Vec<Target>>,
    regexes: Vec<LazyRegex>,
}

impl Table {
    fn add(&mut self, rule: u32, role: Role, anchor: Anchor, marker: &Marker) {
        let literals = marker.phrases.literals.iter().map(|text| (text, false));
        let stems = marker.phrases.stems.iter().map(|text| (text, true));
        for (text, stem) in literals.chain(stems) {
            let literal = fold_phrase(text, anchor, stem);
            self.push(literal, Target::Phrase { rule, role, stem });
        }
        if let Some(source) = &marker.phrases.regex {
            let regex = u32::try_from(self.regexes.len()).expect("fewer than four thousand million patterns");
            // The loader has proved that there are such literals.
            let required = parse_regex(source)
                .ok()
                .and_then(|hir| required_literals(&hir))
                .unwrap_or_default();
            for literal in required {
                self.push(literal, Target::Regex { regex });
            }
            let body = format!("(?:{})", running_regex(source).unwrap_or_default());
            let source = match anchor {
                Anchor::Whole => format!(r"\A{body}\z"),
                Anchor::Start => format!(r"\A{body}"),
                Anchor::End => format!(r"{body}\z"),
                Anchor::Anywhere => body,
            };
            self.regexes.push(LazyRegex {
                rule,
                role,
                source,
                anchored: matches!(anchor, Anchor::Whole | Anchor::Start),
                compiled: OnceLock::new(),
            });
        }
    }

    fn push(&mut self, literal: String, target: Target) {
        let next = self.targets.len();
        let id = *self.ids.entry(literal).or_insert(next);
        if id == next {
            self.targets.push(Vec::new());
        }
        self.targets[id].push(target);
    }
}

/// The form of a phrase that is looked for: folded, and without the punctuation that its anchor disregards.
pub(crate) fn fold_phrase(text: &str, anchor: Anchor, stem: bool) -> String {
    let folded = Folded::of(text);
    let core = folded.core();
    let all = folded.text();
    let from = if matches!(anchor, Anchor::Whole | Anchor::Start) {
        core.start
    } else {
        0
    };
    let to = if matches!(anchor, Anchor::Whole | Anchor::End) && !stem {
        core.end
    } else {
        all.len()
    };
    all[from..to].to_owned()
}
