//! Holds the rules of a run: the patterns that the selection uses, and the regexes, each taken out of the compiled sets when a text first needs it.

use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::meta;
use regex_automata::nfa::thompson::backtrack::{self as bounded, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_syntax::hir::Hir;

use crate::patterns::{Anchor, Kind, Pattern, Selection, Thresholds};

use super::backtrack::{self, TooHard};
use super::compiled::Compiled;
use super::gate::Gate;
use super::needs::{Held, Needs};
use super::pack::{Reader, number};
use super::publishers::Publishers;
use super::table::{Role, Table, role};

/// A regex is not tried on a longer text, in bytes: no publisher's line is as long, and the time it takes grows with the text.
const LONGEST_TRIED: usize = 16 << 10;
/// What a searching regex may remember between matches, in bytes.
const REGEX_CACHE: usize = 256 << 10;
/// What going back may remember, in bytes: enough for a paragraph and all but the largest regexes.
const VISITED: usize = 512 << 10;
/// A text that is too hard counts as so many that are not,
const HARD: u32 = 8;
/// and a regex for which there are so many more of them is compiled at once.
const MOST_HARD: u32 = 4 * HARD;

/// A regex of a rule, compiled when it is first needed.
#[derive(Debug)]
pub(crate) struct LazyRegex {
    pub rule: u32,
    pub role: Role,
    pub anchor: Anchor,
    pub gate: Gate,
    needs: Needs,
    source: String,
    hir: OnceLock<Option<Hir>>,
    /// How often it took too many steps of late.
    hardness: AtomicU32,
    compiled: OnceLock<Option<CompiledRegex>>,
}

/// There are hundreds of regexes, each tried on few lines. Those that are anchored run on engines that need little memory and share what they need while they run:
/// one that goes back, and for long texts one that takes three times as long. The others go over whole lines.
#[derive(Debug)]
enum CompiledRegex {
    Anchored(BoundedBacktracker, PikeVM),
    Searching(meta::Regex),
}

/// What regexes need while they run. One for each stream.
#[derive(Debug, Default)]
pub(crate) struct RegexCache {
    bounded: Option<bounded::Cache>,
    pikevm: Option<pikevm::Cache>,
}

impl LazyRegex {
    pub(super) fn read(mut reader: Reader<'_>) -> Self {
        let (rule, role) = (number(reader.number()), role(number(reader.number())));
        let anchor = Anchor::ALL[reader.number()];
        let gate = Gate::read(&mut reader);
        let needs = Needs::read(&mut reader);
        let source = reader.text().to_owned();
        Self {
            rule,
            role,
            anchor,
            gate,
            needs,
            source,
            hir: OnceLock::new(),
            hardness: AtomicU32::new(0),
            compiled: OnceLock::new(),
        }
    }

    /// Whether it is worth a trial on a text, a part of that of which it is known what it holds.
    pub fn may_match(&self, text: &str, whole: &mut Held<'_>) -> bool {
        text.len() <= LONGEST_TRIED && self.needs.are_met(whole)
    }

    /// The first match in a text. None is found by a regex too large to compile, which a check of the pattern sets reports.
    pub fn find(&self, text: &str, cache: &mut RegexCache) -> Option<Range<usize>> {
        let hardness = self.hardness.load(Ordering::Relaxed);
        if hardness < MOST_HARD {
            match self.find_slowly(text) {
                Ok(found) => {
                    if hardness > 0 {
                        self.hardness.store(hardness - 1, Ordering::Relaxed);
                    }
                    return found;
                }
                Err(TooHard) => self.hardness.store(hardness + HARD, Ordering::Relaxed),
            }
        }
        self.find_compiled(text, cache)
    }

    /// The first match, found without compiling the regex, unless that is too hard.
    pub(super) fn find_slowly(&self, text: &str) -> Result<Option<Range<usize>>, TooHard> {
        let hir = self.hir.get_or_init(|| regex_syntax::parse(&self.source).ok());
        let hir = hir.as_ref().ok_or(TooHard)?;
        backtrack::find(hir, text, self.is_anchored(), |byte| self.gate.begins_with(byte))
    }

    /// The first match, found by the compiled regex.
    pub(super) fn find_compiled(&self, text: &str, cache: &mut RegexCache) -> Option<Range<usize>> {
        let compiled = self.compiled.get_or_init(|| self.compile());
        match compiled.as_ref()? {
            CompiledRegex::Anchored(backtracker, vm) => {
                let going_back = cache.bounded.get_or_insert_with(|| backtracker.create_cache());
                going_back.reset(backtracker);
                let found = backtracker.try_find(going_back, text).unwrap_or_else(|_| {
                    let cache = cache.pikevm.get_or_insert_with(|| vm.create_cache());
                    cache.reset(vm);
                    vm.find(cache, text)
                });
                found.map(|found| found.range())
            }
            CompiledRegex::Searching(compiled) => compiled.find(text).map(|found| found.range()),
        }
    }

    /// Whether it matches at the start of the text only.
    fn is_anchored(&self) -> bool {
        matches!(self.anchor, Anchor::Whole | Anchor::Start)
    }

    fn compile(&self) -> Option<CompiledRegex> {
        if self.is_anchored() {
            let config = thompson::Config::new().which_captures(WhichCaptures::Implicit);
            let nfa = thompson::Compiler::new().configure(config).build(&self.source).ok()?;
            let config = BoundedBacktracker::config().visited_capacity(VISITED);
            let backtracker = BoundedBacktracker::builder()
                .configure(config)
                .build_from_nfa(nfa.clone())
                .ok()?;
            return Some(CompiledRegex::Anchored(backtracker, PikeVM::new_from_nfa(nfa).ok()?));
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
            .map(CompiledRegex::Searching)
    }
}

/// The rules of a run. Built once, shared by reference.
#[derive(Debug)]
pub(crate) struct Rules {
    compiled: Compiled,
    /// Ordered by set and place in the file; a rule is known by its index. Boxed, because few are ever needed.
    patterns: Vec<OnceLock<Box<Rule>>>,
    regexes: Vec<OnceLock<Box<LazyRegex>>>,
    publishers: OnceLock<Publishers>,
    pub thresholds: Thresholds,
    pub selection: Selection,
}

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    is_used: bool,
}

impl Rules {
    pub fn new(compiled: Compiled, selection: Selection) -> Self {
        Self {
            patterns: std::iter::repeat_with(OnceLock::new).take(compiled.len()).collect(),
            regexes: std::iter::repeat_with(OnceLock::new)
                .take(compiled.table.regexes.len())
                .collect(),
            publishers: OnceLock::new(),
            thresholds: compiled.thresholds,
            compiled,
            selection,
        }
    }

    fn rule(&self, rule: u32) -> &Rule {
        let rule = rule as usize;
        self.patterns[rule].get_or_init(|| {
            let pattern = self.compiled.pattern(rule);
            let is_used = self.selection.uses(&pattern);
            Box::new(Rule { pattern, is_used })
        })
    }

    /// The pattern of a rule, without its phrases and its proof.
    pub fn pattern(&self, rule: u32) -> &Pattern {
        &self.rule(rule).pattern
    }

    /// Whether the selection uses a rule.
    pub fn uses(&self, rule: u32) -> bool {
        self.rule(rule).is_used
    }

    /// Whether a rule only guards against others.
    pub fn is_guard(&self, rule: u32) -> bool {
        matches!(self.pattern(rule).kind, Kind::Guard { .. })
    }

    /// How many rules the selection uses.
    pub fn count(&self) -> usize {
        (0..number(self.patterns.len())).filter(|&rule| self.uses(rule)).count()
    }

    pub fn regex(&self, regex: u32) -> &LazyRegex {
        let regex = regex as usize;
        let read = || Box::new(LazyRegex::read(Reader(self.compiled.table.regexes.get(regex))));
        self.regexes[regex].get_or_init(read)
    }

    pub fn table(&self) -> &Table {
        &self.compiled.table
    }

    pub fn publishers(&self) -> &Publishers {
        self.publishers
            .get_or_init(|| Publishers::of(&self.compiled.publishers()))
    }
}
