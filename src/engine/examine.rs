//! Looks at one paragraph: verifies what the scan hit, and tells what was found where.
//!
//! Nothing is decided here but what lies in the paragraph itself: anchors, word boundaries, quotation marks, where a cut begins and ends.

use std::ops::Range;

use crate::patterns::{Anchor, Cut, Family, Kind, Pattern};
use crate::text::fold::{Folded, core, core_start, count_chars, is_part};
use crate::text::plain::Plain;
use crate::text::words::is_word;
use crate::text::wrap::ends_sentence;

use super::needs::{Held, Memory};
use super::publishers::{Publisher, Recognized};
use super::rules::{RegexCache, Rules};
use super::scan::Hit;
use super::table::{Role, Target};
use super::unit::{Findings, Found};

/// A sentence or bracket that is cut has at most so many bytes of folded text.
const LONGEST_CUT: usize = 400;

/// So many characters before the sentence of a plea are its introduction ("Tired of spin?"), not body copy.
const SHORT_SENTENCE: usize = 60;

/// What matched in a paragraph: the rule, its marker, and where in the folded text.
pub(crate) type Match = (u32, Role, Range<usize>);

/// Scans the folded text of a paragraph and verifies what was hit.
///
/// Cost: one scan, plus the work for what was hit.
/// With `guards_alone`, guards are told of even if there is nothing for them to guard; it costs a look at every "she said".
pub(crate) fn matches(
    rules: &Rules,
    scratch: &mut Scratch,
    recognized: &mut Recognized,
    plain: &Plain,
    guards_alone: bool,
) -> Vec<Match> {
    let table = rules.table();
    let mut hits = std::mem::take(&mut scratch.hits);
    let bytes = plain.bytes();
    let core_start = core_start(bytes);
    table.scanner.hits(plain.padded(), bytes.len(), core_start, &mut hits);
    let loose = bytes
        .get(core_start)
        .is_some_and(|&first| table.loose(first).next().is_some());
    let found = if hits.is_empty() && !loose {
        Vec::new()
    } else {
        verify(rules, scratch, recognized, plain.text(), &hits, guards_alone)
    };
    scratch.hits = hits;
    found
}

fn verify(
    rules: &Rules,
    scratch: &mut Scratch,
    recognized: &mut Recognized,
    text: &str,
    hits: &[Hit],
    guards_alone: bool,
) -> Vec<Match> {
    let mut found = Matches::default();
    let mut trial = Trial {
        rules,
        cache: &mut scratch.regexes,
        trials: scratch.trials.as_mut(),
        held: scratch.memory.text(text, &rules.table().needles),
        text,
        core: core(text),
        chars: None,
        tried: Vec::new(),
    };
    for guards in [false, true] {
        if guards && !guards_alone && found.matches.is_empty() {
            break;
        }
        for hit in hits {
            let range = hit.start..hit.end;
            for target in rules.table().targets(hit.literal) {
                match target {
                    Target::Phrase {
                        rule,
                        role,
                        anchor,
                        stem,
                    } => {
                        if rules.is_guard(rule) == guards
                            && is_phrase(text, &trial.core, &range, anchor, stem)
                            && rules.uses(rule)
                        {
                            found.add(rule, role, range.clone());
                        }
                    }
                    Target::Name { publisher } => {
                        if range == trial.core {
                            recognized.add(Publisher(publisher));
                        }
                    }
                    Target::Regex { regex } => trial.run(regex, guards, &mut found),
                }
            }
        }
        if let Some(&first) = text.as_bytes().get(trial.core.start) {
            for regex in rules.table().loose(first) {
                trial.run(regex, guards, &mut found);
            }
        }
    }
    found.matches.retain(|(rule, ..)| {
        let pattern = rules.pattern(*rule);
        !pattern.only_own || publisher_of(rules, pattern).is_some_and(|own| recognized.has(own))
    });
    found.matches
}

/// The rules of which a regex is tried on a text.
pub(crate) fn trials(rules: &Rules, text: &str) -> Vec<u32> {
    let mut plain = Plain::default();
    plain.push_line(text.as_bytes());
    plain.seal();
    let mut scratch = Scratch {
        trials: Some(Vec::new()),
        ..Scratch::default()
    };
    matches(rules, &mut scratch, &mut Recognized::default(), &plain, true);
    let mut trials = scratch.trials.unwrap_or_default();
    trials.sort_unstable();
    trials.dedup();
    trials
}

/// The regexes that are tried on a text, each once.
struct Trial<'t> {
    rules: &'t Rules,
    cache: &'t mut RegexCache,
    trials: Option<&'t mut Vec<u32>>,
    held: Held<'t>,
    text: &'t str,
    core: Range<usize>,
    chars: Option<usize>,
    tried: Vec<u32>,
}

impl Trial<'_> {
    /// Tries a regex, if it is one of a guard or if it is none.
    fn run(&mut self, regex: u32, guards: bool, found: &mut Matches) {
        let lazy = self.rules.regex(regex);
        if self.rules.is_guard(lazy.rule) != guards || self.tried.contains(&regex) {
            return;
        }
        self.tried.push(regex);
        let text = self.text;
        let window = match lazy.anchor {
            Anchor::Whole => self.core.clone(),
            Anchor::Start => self.core.start..text.len(),
            Anchor::End => 0..self.core.end,
            Anchor::Anywhere => 0..text.len(),
        };
        let held = &mut self.held;
        if !lazy
            .gate
            .admits(&text.as_bytes()[window.clone()], lazy.anchor, || held.has_digit())
            || !self.rules.uses(lazy.rule)
        {
            return;
        }
        // Most paragraphs of body copy are too long for most line patterns, and a regex is dear.
        if let Kind::Line { max_chars, .. } = self.rules.pattern(lazy.rule).kind
            && *self.chars.get_or_insert_with(|| count_chars(text)) > max_chars
        {
            return;
        }
        if !lazy.may_match(&text[window.clone()], &mut self.held) {
            return;
        }
        if let Some(trials) = &mut self.trials {
            trials.push(lazy.rule);
        }
        if let Some(matched) = lazy.find(&text[window.clone()], self.cache) {
            let range = window.start + matched.start..window.start + matched.end;
            found.add(lazy.rule, lazy.role, range);
        }
    }
}

/// What is found in a paragraph whose first byte is at `base` in the document. `text_end` is where its last line's ending begins.
pub(crate) fn findings(
    rules: &Rules,
    recognized: &mut Recognized,
    folded: &Folded,
    base: usize,
    text_end: usize,
    matches: Vec<Match>,
) -> Findings {
    let findings = sort(rules, folded, base, text_end, matches);
    let taken_by = findings.line.as_ref().map(|line| rules.pattern(line.rule));
    if let Some(own) = taken_by.and_then(|pattern| publisher_of(rules, pattern)) {
        recognized.add(own);
    }
    findings
}

fn publisher_of(rules: &Rules, pattern: &Pattern) -> Option<Publisher> {
    let domain = pattern.publisher.as_deref()?;
    rules.publishers().with_domain(domain)
}

/// What looking at a paragraph needs, kept from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    hits: Vec<Hit>,
    regexes: RegexCache,
    memory: Memory,
    /// The rules whose regexes were tried, if that is asked for.
    trials: Option<Vec<u32>>,
}

#[derive(Default)]
struct Matches {
    matches: Vec<Match>,
}

impl Matches {
    /// Each rule counts once in a paragraph, at its first place; this also bounds the work on a line of nothing but cues.
    fn add(&mut self, rule: u32, role: Role, range: Range<usize>) {
        if !self.matches.iter().any(|known| known.0 == rule && known.1 == role) {
            self.matches.push((rule, role, range));
        }
    }
}

/// Sorts matches by what their rules do.
fn sort(rules: &Rules, folded: &Folded, base: usize, text_end: usize, mut matches: Vec<Match>) -> Findings {
    let text = folded.text();
    let chars = count_chars(text);
    let quotes = quoted(text);
    // A phrase that has quotation marks of its own, around a name, is not quoted by them.
    let is_quoted = |range: &Range<usize>| {
        quotes
            .iter()
            .any(|quote| quote.start <= range.start && range.end <= quote.end)
    };
    let origin = |range: &Range<usize>| {
        let bytes = folded.origin(range.clone());
        base + bytes.start..base + bytes.end
    };
    let is_veto = |rule: u32| {
        let kind = &rules.pattern(rule).kind;
        matches!(kind, Kind::Guard { weight: None, .. }) && !kind.is_exception()
    };
    let guards: Vec<(&str, Range<usize>)> = matches
        .iter()
        .filter(|found| is_veto(found.0))
        .map(|found| (rules.pattern(found.0).language(), found.2.clone()))
        .collect();
    // A guard speaks for its own language: what says "he said" in one is a name in another.
    let is_vetoed = |pattern: &Pattern, range: &Range<usize>| {
        let mut own = guards.iter().filter(|(language, _)| *language == pattern.language());
        own.any(|(_, guard)| range.start <= guard.start && guard.end <= range.end)
    };
    let whole = 0..text.len();
    let mut findings = Findings::default();
    let mut best = None;
    // Line patterns found where text may stand before the phrase.
    let mut loose = Vec::new();
    matches.sort_by_key(|(rule, _, range)| (*rule, range.start));
    for (rule, role, range) in matches {
        let pattern = rules.pattern(rule);
        let found = |range: &Range<usize>| Found {
            rule,
            bytes: origin(range),
        };
        match &pattern.kind {
            Kind::Line { marker, max_chars } => {
                if chars > *max_chars {
                    continue;
                }
                if is_quoted(&range) {
                    continue;
                }
                if matches!(marker.anchor, Anchor::Anywhere | Anchor::End) {
                    loose.push((rule, range.clone()));
                }
                // A publisher does not report what others say; a headline that it points to may, and a law.
                if marker.anchor == Anchor::Start && !pattern.category.may_cite() && is_vetoed(pattern, &whole) {
                    continue;
                }
                // The publisher's own pattern says more than a common one, and a longer phrase more than a shorter one.
                let rank = (pattern.publisher.is_some(), range.len());
                if best.is_none_or(|best| rank > best) {
                    best = Some(rank);
                    findings.line = Some(found(&range));
                }
            }
            Kind::Block { .. } if role == Role::First => findings.starts.push(found(&range)),
            Kind::Block { .. } => findings.ends.push(found(&range)),
            Kind::Section { .. } => {
                findings.heading.get_or_insert_with(|| found(&range));
            }
            Kind::Span { marker, cut } => {
                let Some(cut) = cut_range(text, &range, *cut, marker.anchor) else {
                    continue;
                };
                if is_quoted(&range) || is_vetoed(pattern, &cut) {
                    continue;
                }
                if cut == (0..text.len()) {
                    findings.line.get_or_insert_with(|| found(&range));
                    continue;
                }
                let mut bytes = origin(&cut);
                if cut.end == text.len() {
                    bytes.end = text_end;
                }
                findings.cuts.push(Found { rule, bytes });
            }
            Kind::Cue { .. } | Kind::Post { .. } if is_quoted(&range) => {}
            // A label has no full stop; a line of a poem may.
            Kind::Cue {
                family: Family::Label, ..
            } if text.ends_with('.') => {}
            Kind::Cue { .. } => findings.cues.push(found(&range)),
            Kind::Post { .. } => findings.posts.push(found(&range)),
            kind @ Kind::Guard { .. } if kind.is_exception() => {
                let core = core(text);
                findings.is_excepted |= range.start <= core.start && core.end <= range.end;
                findings.exceptions.push(found(&range));
            }
            Kind::Guard { .. } => findings.guards.push(found(&range)),
        }
    }
    if let Some(line) = &findings.line
        && let Some((rule, range)) = loose.iter().find(|(rule, _)| *rule == line.rule)
    {
        // A plea may end a paragraph of body copy. What stands before its sentence goes with it only if that speaks as an appeal too.
        let start = sentence_start(text, range.start);
        let sentence = origin(&(start..range.end)).start;
        let speaks = findings.cues.iter().any(|cue| cue.bytes.start < sentence);
        let pattern = rules.pattern(*rule);
        let vetoed = is_vetoed(pattern, &whole);
        if vetoed || (!is_short_sentence(&text[..start]) && !speaks) {
            let rule = *rule;
            let cut = cut_range(text, range, Cut::Sentence, Anchor::End);
            let cut = cut.filter(|cut| !is_vetoed(pattern, cut));
            if let Some(cut) = cut.filter(|cut| cut.start > 0) {
                findings.cuts.push(Found {
                    rule,
                    bytes: origin(&cut).start..text_end,
                });
            }
            findings.line = None;
        }
    }
    findings
        .cuts
        .sort_by_key(|cut| (cut.bytes.start, std::cmp::Reverse(cut.bytes.end)));
    let (exceptions, is_excepted) = (&findings.exceptions, findings.is_excepted);
    let is_kept = |cut: &Found| {
        let touches =
            |exception: &Found| cut.bytes.start < exception.bytes.end && exception.bytes.start < cut.bytes.end;
        is_excepted || exceptions.iter().any(touches)
    };
    let mut end = 0;
    findings.cuts.retain(|cut| {
        if is_kept(cut) {
            return false;
        }
        let apart = cut.bytes.start >= end;
        end = end.max(cut.bytes.end);
        apart
    });
    findings
}

/// Whether what stands before a plea is only its introduction. Scripts without spaces say three times as much with a letter.
fn is_short_sentence(text: &str) -> bool {
    let wide = text.chars().filter(|&c| is_unspaced(c)).count();
    count_chars(text) + 2 * wide <= SHORT_SENTENCE
}

/// Whether a hit is its phrase: at word boundaries, and where the anchor wants it.
fn is_phrase(text: &str, core: &Range<usize>, hit: &Range<usize>, anchor: Anchor, stem: bool) -> bool {
    let first = text[hit.clone()].chars().next();
    let last = text[hit.clone()].chars().next_back();
    let before = text[..hit.start].chars().next_back();
    let after = text[hit.end..].chars().next();
    if joins(before, first) || after.is_some_and(is_part) || (!stem && joins(last, after)) {
        return false;
    }
    let begins = hit.start == core.start;
    // A phrase may bring along punctuation that the core does not have; a stem may go on to the end of its word.
    let ends = hit.end >= core.end || (stem && !text[hit.end..core.end].contains(' '));
    match anchor {
        Anchor::Whole => begins && ends,
        Anchor::Start => begins,
        Anchor::End => ends,
        Anchor::Anywhere => true,
    }
}

/// Whether two characters belong to one word.
fn joins(left: Option<char>, right: Option<char>) -> bool {
    matches!((left, right), (Some(left), Some(right)) if is_word(left) && is_word(right) && !is_unspaced(left) && !is_unspaced(right))
}

/// Letters of scripts that put no spaces between words, or whose words take on endings without one.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{11ff}' | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// The parts of folded text that stand in quotation marks.
///
/// Double marks open and close in turn; one that is never closed reaches to the end, as in a quotation of several paragraphs. A single mark
/// opens before a word and closes after one.
///
/// A paragraph that begins with a dash, and has another further on or ends as a sentence does, is direct speech as many languages set it: `- We are
/// glad - she said`.
fn quoted(text: &str) -> Vec<Range<usize>> {
    if text
        .strip_prefix("- ")
        .is_some_and(|speech| !speech.ends_with('-') && (speech.contains(" - ") || ends_sentence(speech)))
    {
        let whole = 0..text.len();
        return vec![whole];
    }
    let mut quotes = Vec::new();
    let mut double = None;
    let mut single: Option<usize> = None;
    let bytes = text.as_bytes();
    for at in memchr::memchr2_iter(b'"', b'\'', bytes) {
        if bytes[at] == b'"' {
            match double.take() {
                Some(start) => quotes.push(start..at + 1),
                None => double = Some(at),
            }
            continue;
        }
        let before = text[..at].chars().next_back();
        let after = text[at + 1..].chars().next();
        let opens =
            before.is_none_or(|c| c == ' ' || c == '(' || is_unspaced(c)) && after.is_some_and(char::is_alphanumeric);
        let closes = before.is_some_and(|c| c != ' ') && after.is_none_or(|c| !c.is_alphanumeric() || is_unspaced(c));
        match single {
            None if opens => single = Some(at),
            Some(start) if closes => {
                quotes.push(start..at + 1);
                single = None;
            }
            _ => {}
        }
    }
    if let Some(start) = double {
        quotes.push(start..text.len());
    }
    quotes
}

/// What to cut around a phrase, in folded text; `None` where the cut would be too long, or not where it should be.
fn cut_range(text: &str, phrase: &Range<usize>, cut: Cut, anchor: Anchor) -> Option<Range<usize>> {
    let range = match cut {
        Cut::Sentence => {
            let start = sentence_start(text, phrase.start);
            let mut end = sentence_end(text, phrase.end);
            if anchor == Anchor::End && end < text.len() {
                // One more sentence may follow the plea: a thank-you, mostly.
                end = sentence_end(text, end);
            }
            start..end
        }
        Cut::Bracket => bracket(text, phrase)?,
    };
    let at_start = text[..range.start].chars().all(|c| !c.is_alphanumeric());
    let at_end = text[range.end..].chars().all(|c| !c.is_alphanumeric());
    if range.len() > LONGEST_CUT || anchor == Anchor::End && !at_end {
        return None;
    }
    if at_start && at_end {
        return Some(0..text.len());
    }
    // The space before it goes too, at the end of the paragraph; elsewhere the one after it.
    let bytes = text.as_bytes();
    let mut range = range;
    if at_end || cut == Cut::Bracket {
        if cut == Cut::Sentence {
            range.end = text.len();
        }
        if range.start > 0 && bytes[range.start - 1] == b' ' {
            range.start -= 1;
        } else if range.start == 0 && bytes.get(range.end) == Some(&b' ') {
            range.end += 1;
        }
    }
    Some(range)
}

/// Where the sentence with the byte `at` begins.
fn sentence_start(text: &str, at: usize) -> usize {
    let mut start = 0;
    let mut from = at.saturating_sub(LONGEST_CUT + 8);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    while from < at {
        let end = sentence_end(text, from);
        if end > at {
            break;
        }
        start = end;
        from = end;
    }
    start
}

/// Where the sentence with the byte `from` ends and the next begins, after the space between them.
fn sentence_end(text: &str, from: usize) -> usize {
    let mut rest = text[from..].char_indices().peekable();
    while let Some((_, c)) = rest.next() {
        if !matches!(c, '.' | '!' | '?' | '。' | '।') {
            continue;
        }
        while let Some((_, '.' | '!' | '?' | '。' | '"' | '\'' | ')' | ']')) = rest.peek() {
            rest.next();
        }
        match rest.peek() {
            None => return text.len(),
            Some(&(space, ' ')) => return from + space + 1,
            // No space follows where the script has none.
            Some(&(next, letter)) if c == '。' || is_unspaced(letter) => return from + next,
            Some(_) => {}
        }
    }
    text.len()
}

/// The brackets around a phrase, with what is in them.
fn bracket(text: &str, phrase: &Range<usize>) -> Option<Range<usize>> {
    // The phrase may bring its opening bracket along.
    let words = phrase.start + usize::from(text[phrase.clone()].starts_with(['(', '[']));
    let start = text[..words].rfind(['(', '['])?;
    let closing = if text.as_bytes()[start] == b'(' { ')' } else { ']' };
    let end = start + text[start..].find(closing)? + 1;
    if end < phrase.end {
        return None;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_open_and_close() {
        let parts = |text: &str| {
            quoted(text)
                .into_iter()
                .map(|range| text[range].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(parts("he said \"give now\" and left"), ["\"give now\""]);
        assert_eq!(parts("\"it goes on"), ["\"it goes on"]);
        assert_eq!(parts("it's the readers' 'own words', isn't it"), ["'own words'"]);
        assert!(parts("don't can't").is_empty());
        assert_eq!(parts("- please give - she said"), ["- please give - she said"]);
    }

    #[test]
    fn cuts_end_at_sentences_and_brackets() {
        let text = "the bridge is shut. please support us today. thank you.";
        let phrase = text.find("support us").map(|at| at..at + 10).expect("there");
        assert_eq!(
            cut_range(text, &phrase, Cut::Sentence, Anchor::End).map(|cut| &text[cut]),
            Some(" please support us today. thank you.")
        );
        let text = "it was shut (read more: the bridge) on monday";
        let phrase = text.find("read more").map(|at| at..at + 9).expect("there");
        assert_eq!(
            cut_range(text, &phrase, Cut::Bracket, Anchor::Anywhere).map(|cut| &text[cut]),
            Some(" (read more: the bridge)")
        );
    }

    #[test]
    fn a_cut_that_leaves_no_words_is_the_whole_paragraph() {
        let text = "(please support us today.)";
        assert_eq!(
            cut_range(text, &(8..18), Cut::Sentence, Anchor::End),
            Some(0..text.len())
        );
    }

    #[test]
    fn phrases_stand_at_word_boundaries() {
        let is = |text: &str, phrase: &str, stem| {
            let at = text.find(phrase).expect("there");
            is_phrase(text, &(0..text.len()), &(at..at + phrase.len()), Anchor::Anywhere, stem)
        };
        assert!(is("please support us.", "support us", false));
        assert!(!is("please support using", "support us", false));
        assert!(is("поддержите нас", "поддерж", true));
        assert!(!is("неподдержите нас", "поддерж", true));
        assert!(is("今すぐ登録してください", "登録", false));
    }
}
