//! Finds every literal in folded text, in one pass.
//!
//! This is the seam behind which the way of searching can change: whatever stands here reports the same hits, all of them, overlapping ones
//! included. Today an Aho-Corasick automaton looks for the beginnings of the literals, and a comparison for the rest: an automaton over whole literals
//! takes twice the memory, for words that hardly ever follow.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// So many bytes of a literal are looked for by the automaton.
const KEY: usize = 7;

/// A literal found in folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The index of the literal.
    pub literal: usize,
    /// Where, in bytes of the folded text.
    pub range: Range<usize>,
}

/// A search for many literals at once.
#[derive(Debug)]
pub(crate) struct Scanner {
    automaton: AhoCorasick,
    /// For each key, the literals that begin with it.
    groups: Vec<Range<usize>>,
    /// Literals with their indices, in the order of the groups.
    literals: Vec<(Box<str>, usize)>,
}

impl Scanner {
    /// A scanner for folded literals, each with the index by which its hits are known.
    pub fn new(literals: impl IntoIterator<Item = (String, usize)>) -> Self {
        let mut sorted: Vec<(Box<str>, usize)> = literals
            .into_iter()
            .map(|(literal, index)| (literal.into_boxed_str(), index))
            .collect();
        sorted.sort_unstable();
        let key = |literal: &'_ str| literal.len().min(KEY);
        let mut groups: Vec<Range<usize>> = Vec::new();
        for (at, (literal, _)) in sorted.iter().enumerate() {
            let begins = |group: &Range<usize>| {
                let first = &sorted[group.start].0.as_bytes()[..key(&sorted[group.start].0)];
                first == &literal.as_bytes()[..key(literal)]
            };
            match groups.last_mut() {
                Some(group) if begins(group) => group.end = at + 1,
                _ => groups.push(at..at + 1),
            }
        }
        let keys = groups.iter().map(|group| {
            let first = &sorted[group.start].0;
            &first.as_bytes()[..key(first)]
        });
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(keys)
            .expect("the literals of all patterns are far below the limits of the automaton");
        Self {
            automaton,
            groups,
            literals: sorted,
        }
    }

    /// All hits in `text`.
    pub fn hits<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Hit> + 'a {
        let bytes = text.as_bytes();
        self.automaton.find_overlapping_iter(text).flat_map(move |found| {
            let start = found.start();
            let group = self.groups[found.pattern().as_usize()].clone();
            self.literals[group]
                .iter()
                .filter(move |(literal, _)| bytes[start..].starts_with(literal.as_bytes()))
                .map(move |(literal, index)| Hit {
                    literal: *index,
                    range: start..start + literal.len(),
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every hit, found the slow way.
    fn reference(literals: &[String], text: &str) -> Vec<(usize, usize)> {
        let mut hits = Vec::new();
        for (index, literal) in literals.iter().enumerate() {
            hits.extend(
                (0..text.len())
                    .filter(|&at| text.as_bytes()[at..].starts_with(literal.as_bytes()))
                    .map(|at| (index, at)),
            );
        }
        hits.sort_unstable();
        hits
    }

    #[test]
    fn all_hits_are_found_overlapping_and_nested_ones_too() {
        let literals: Vec<String> = [
            "sub",
            "subscribe",
            "subscribe now",
            "subscribe to",
            "scribe",
            "now",
            "подпишитесь на",
            "подпишитесь",
            "登録",
            "録",
        ]
        .map(str::to_owned)
        .to_vec();
        for text in [
            "subscribe now, subscribe to subscribe",
            "подпишитесь на подпишитесь",
            "登録登録",
            "",
            "su",
            "subscribenow",
        ] {
            let mut found: Vec<_> = Scanner::new(literals.iter().cloned().zip(0..))
                .hits(text)
                .map(|hit| (hit.literal, hit.range.start))
                .collect();
            found.sort_unstable();
            assert_eq!(found, reference(&literals, text), "{text}");
        }
    }
}
