//! Tries a regex without compiling it: most are tried once or twice in a run, and compiling one takes a hundred times as long as a try.
//!
//! What is found is what a compiled regex finds, the leftmost match, and of the alternatives the first that fits. There are texts for which going back takes
//! too many steps; then, and for the few regexes with other needs, the answer is that it cannot be told here.

use std::ops::Range;

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

/// After so many steps a regex is left to be compiled: by then compiling it would have cost no more, and each may stand on the stack.
const MOST_STEPS: usize = 1500;

/// A longer text, in bytes, is left to the compiled form.
const LONGEST: usize = 4096;

/// It takes too many steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooHard;

/// The first match of a regex. `may_begin` tells of a byte whether a match can begin with it.
pub(crate) fn find(
    hir: &Hir,
    text: &str,
    at_start: bool,
    may_begin: impl Fn(u8) -> bool,
) -> Result<Option<Range<usize>>, TooHard> {
    if text.len() > LONGEST {
        return Err(TooHard);
    }
    let mut run = Run {
        text,
        steps: MOST_STEPS,
        is_too_hard: false,
    };
    let last = if at_start { 0 } else { text.len() };
    for start in 0..=last {
        if !text.is_char_boundary(start) || !text.as_bytes().get(start).is_some_and(|&byte| may_begin(byte)) {
            continue;
        }
        let end = run.go(hir, start, &mut |_, end| Some(end));
        if run.is_too_hard {
            return Err(TooHard);
        }
        if let Some(end) = end {
            return Ok(Some(start..end));
        }
    }
    Ok(None)
}

struct Run<'t> {
    text: &'t str,
    steps: usize,
    is_too_hard: bool,
}

/// What has to match after a part; where the match ends.
type Next<'n, 't> = &'n mut dyn FnMut(&mut Run<'t>, usize) -> Option<usize>;

impl<'t> Run<'t> {
    fn go(&mut self, hir: &Hir, at: usize, next: Next<'_, 't>) -> Option<usize> {
        if !self.step() {
            return None;
        }
        match hir.kind() {
            HirKind::Empty => next(self, at),
            HirKind::Literal(literal) => {
                let fits = self.text.as_bytes()[at..].starts_with(&literal.0);
                // A literal may be a part of a character only where a class of bytes is, and those are too hard.
                if fits { next(self, at + literal.0.len()) } else { None }
            }
            HirKind::Class(class) => {
                let to = self.class(class, at)?;
                next(self, to)
            }
            HirKind::Look(look) => {
                if self.looks(*look, at) {
                    next(self, at)
                } else {
                    None
                }
            }
            HirKind::Repetition(repetition) => match repetition.sub.kind() {
                HirKind::Class(class) if repetition.greedy => self.repeat_class(class, repetition, at, next),
                _ => self.repeat(repetition, 0, at, next),
            },
            HirKind::Capture(capture) => self.go(&capture.sub, at, next),
            HirKind::Concat(parts) => self.concat(parts, at, next),
            HirKind::Alternation(parts) => parts.iter().find_map(|part| self.go(part, at, next)),
        }
    }

    /// Counts a step; whether it may be taken.
    fn step(&mut self) -> bool {
        match self.steps.checked_sub(1) {
            Some(steps) => self.steps = steps,
            None => self.is_too_hard = true,
        }
        !self.is_too_hard
    }

    fn concat(&mut self, parts: &[Hir], at: usize, next: Next<'_, 't>) -> Option<usize> {
        match parts.split_first() {
            None => next(self, at),
            Some((first, rest)) => self.go(first, at, &mut |run, to| run.concat(rest, to, next)),
        }
    }

    /// Where a character of a class ends.
    fn class(&mut self, class: &Class, at: usize) -> Option<usize> {
        let Class::Unicode(class) = class else {
            self.is_too_hard = true;
            return None;
        };
        let c = self.text[at..].chars().next()?;
        let ranges = class.ranges();
        let place = ranges.partition_point(|range| range.end() < c);
        let has = ranges.get(place).is_some_and(|range| range.start() <= c);
        has.then_some(at + c.len_utf8())
    }

    /// Takes as many characters of a class as there are, and then gives them back one by one.
    fn repeat_class(&mut self, class: &Class, repetition: &Repetition, at: usize, next: Next<'_, 't>) -> Option<usize> {
        let mut count = 0;
        let mut to = at;
        while repetition.max.is_none_or(|max| count < max) {
            let Some(further) = self.class(class, to) else { break };
            (to, count) = (further, count + 1);
        }
        loop {
            if count < repetition.min || !self.step() {
                return None;
            }
            if let Some(end) = next(self, to) {
                return Some(end);
            }
            if count == 0 {
                return None;
            }
            count -= 1;
            to = self.text[..to].char_indices().next_back().map_or(at, |(last, _)| last);
        }
    }

    fn repeat(&mut self, repetition: &Repetition, count: u32, at: usize, next: Next<'_, 't>) -> Option<usize> {
        let may_be_empty = repetition
            .sub
            .properties()
            .minimum_len()
            .is_none_or(|length| length == 0);
        if may_be_empty && repetition.max != Some(1) {
            self.is_too_hard = true;
            return None;
        }
        if count < repetition.min {
            return self.again(repetition, count, at, next);
        }
        if repetition.greedy {
            self.again(repetition, count, at, next).or_else(|| next(self, at))
        } else {
            next(self, at).or_else(|| self.again(repetition, count, at, next))
        }
    }

    fn again(&mut self, repetition: &Repetition, count: u32, at: usize, next: Next<'_, 't>) -> Option<usize> {
        if repetition.max.is_some_and(|max| count >= max) {
            return None;
        }
        self.go(&repetition.sub, at, &mut |run, to| {
            if to == at && repetition.min == 0 {
                // A turn that takes nothing is no turn.
                None
            } else {
                run.repeat(repetition, count + 1, to, next)
            }
        })
    }

    fn looks(&mut self, look: Look, at: usize) -> bool {
        match look {
            Look::Start => at == 0,
            Look::End => at == self.text.len(),
            Look::WordUnicode => {
                let is_word = |c: Option<char>| c.is_some_and(regex_syntax::is_word_character);
                is_word(self.text[..at].chars().next_back()) != is_word(self.text[at..].chars().next())
            }
            _ => {
                self.is_too_hard = true;
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::builtin;
    use crate::engine::pack::Reader;
    use crate::engine::rules::LazyRegex;
    use crate::patterns::PatternSets;
    use crate::text::fold::Folded;

    #[test]
    fn what_is_found_is_what_the_compiled_regex_finds() {
        /// Of all examples, every so manieth is tried on each regex.
        const SPARSE: usize = 211;
        let sets = PatternSets::builtin().expect("sound");
        let texts: Vec<Vec<Folded>> = sets
            .patterns()
            .map(|pattern| {
                pattern
                    .matches
                    .iter()
                    .chain(&pattern.near_misses)
                    .map(|text| Folded::of(text))
                    .collect()
            })
            .collect();
        let all: Vec<&Folded> = texts.iter().flatten().collect();
        let compiled = builtin::compiled();
        let (mut told, mut found) = (0, 0);
        for regex in 0..compiled.table.regexes.len() {
            let lazy = LazyRegex::read(Reader(compiled.table.regexes.get(regex)));
            let own = texts[lazy.rule as usize].iter();
            for folded in own.chain(all.iter().copied().skip(regex % SPARSE).step_by(SPARSE)) {
                for text in [folded.text(), &folded.text()[folded.core()]] {
                    if let Ok(range) = lazy.find_slowly(text) {
                        told += 1;
                        found += usize::from(range.is_some());
                        assert_eq!(
                            range,
                            lazy.find_compiled(text, &mut Default::default()),
                            "{lazy:?} in {text:?}"
                        );
                    }
                }
            }
        }
        assert!(found > 500 && told > 10_000, "{told} told, {found} found");
    }
}
