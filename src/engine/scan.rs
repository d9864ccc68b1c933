//! Finds every literal in folded text, in one pass.
//!
//! This is the seam behind which the way of searching can change: whatever stands here reports the same hits, all of them, overlapping ones
//! included.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// A literal found in folded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The index of the literal in the list the scanner was made from.
    pub literal: usize,
    /// Where, in bytes of the folded text.
    pub range: Range<usize>,
}

/// A search for many literals at once.
#[derive(Debug)]
pub(crate) struct Scanner {
    automaton: AhoCorasick,
}

impl Scanner {
    /// A scanner for folded literals. Cost: about 5 ms for 3,000 of them.
    pub fn new(literals: &[String]) -> Self {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(literals)
            .expect("the literals of all patterns are far below the limits of the automaton");
        Self { automaton }
    }

    /// All hits in `text`, ordered by their ends.
    pub fn hits<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Hit> + 'a {
        self.automaton.find_overlapping_iter(text).map(|found| Hit {
            literal: found.pattern().as_usize(),
            range: found.range(),
        })
    }
}
