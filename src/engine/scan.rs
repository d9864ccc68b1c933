//! Finds every literal in folded text.
//!
//! Phrases that begin a line are looked up by the first bytes of its core, in one step. All others are looked up at each word of the text by a key: of the words
//! of a literal, the one whose key is rarest. Literals of regexes that may begin in the middle of a word, and have no other word, are searched for
//! one by one; `patterns check` warns of them.
//!
//! What is reported is what an Aho-Corasick automaton would find, but for hits that no target wants: a phrase in the middle of a word, the first words of a line elsewhere.

use std::sync::OnceLock;

use memchr::memmem;

use crate::text::words::{load, starts};

use super::keys::{Keys, key, size_for};
use super::pack::{Numbers, Pieces, number};
use super::rarity::Rarity;

/// A literal found in folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The index of the literal.
    pub literal: usize,
    /// Where, in bytes of the folded text.
    pub start: usize,
    pub end: usize,
}

/// Where a literal is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// At the start of a line's core.
    pub head: bool,
    /// At word boundaries.
    pub words: bool,
    /// Anywhere.
    pub inside: Option<Inside>,
}

/// When a literal is looked for within words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Inside {
    /// In texts with a digit.
    WithDigit,
    /// In every text.
    Always,
}

/// What searches for the literals that no word leads to, made when the first text comes.
#[derive(Clone, Debug)]
pub(crate) struct Finders {
    floating: Vec<(usize, memmem::Finder<'static>)>,
    with_digit: Vec<(usize, memmem::Finder<'static>)>,
}

impl Places {
    pub const HEAD: Self = Self {
        head: true,
        words: false,
        inside: None,
    };
    pub const WORDS: Self = Self {
        head: false,
        words: true,
        inside: None,
    };
}

/// A search for many literals at once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scanner {
    /// In their order.
    pub literals: Pieces,
    /// The items are places in `line`.
    pub heads: Keys,
    /// Literals that are looked for at the start of a line, grouped by keys, and in their order within a group. With each, the place of the longest
    /// that it begins with, or its own.
    pub line: Numbers,
    /// The items are literals, and in the lowest byte how far into one its key lies.
    pub words: Keys,
    /// The literals that are searched for one by one, in every text and in texts with a digit.
    pub floating: Numbers,
    pub with_digit: Numbers,
    pub finders: OnceLock<Finders>,
}

impl Scanner {
    /// A scanner for folded literals, sorted and different, each with its places.
    pub fn of(literals: &[(String, Places)], rarity: &Rarity) -> Self {
        let known = Pieces::of(literals.iter().map(|(literal, _)| literal));
        let (heads, line) = heads(literals);
        let mut keyed = Vec::new();
        let mut floating = Vec::new();
        let mut with_digit = Vec::new();
        for (index, (literal, places)) in literals.iter().enumerate() {
            let rarest = match places {
                Places {
                    words: false,
                    inside: None,
                    ..
                } => continue,
                _ => rarity.rarest(literal, places.inside.is_some()),
            };
            match (rarest, places.inside) {
                (Some((at, size, key)), _) => keyed.push((size, key, number(index) << 8 | number(at))),
                // At the beginning of a word it is wanted in every text.
                (None, Some(Inside::WithDigit)) if !places.words => with_digit.push(number(index)),
                (None, _) => floating.push(number(index)),
            }
        }
        Self {
            literals: known,
            heads,
            line: Numbers::of(line),
            words: Keys::of(keyed),
            floating: Numbers::of(floating),
            with_digit: Numbers::of(with_digit),
            finders: OnceLock::new(),
        }
    }

    /// All hits in a text, in the order in which an automaton over the first seven bytes of each literal would come to them. `core` is where the line's
    /// core begins. Eight bytes after `length` must be there.
    pub fn hits(&self, padded: &[u8], length: usize, core: usize, hits: &mut Vec<Hit>) {
        const AUTOMATON: usize = 7;
        hits.clear();
        let text = &padded[..length];
        if core < length {
            self.heads
                .find(load(padded, core), |items| self.line_hits(text, core, items, hits));
        }
        starts(padded, length, |at, bytes| {
            self.words.find(bytes, |items| {
                for item in items {
                    let item = self.words.items.get(item);
                    let Some(start) = at.checked_sub((item & 0xff) as usize) else {
                        continue;
                    };
                    self.compare(text, start, (item >> 8) as usize, hits);
                }
            });
        });
        let finders = self.finders.get_or_init(|| Finders {
            floating: self.finders_of(&self.floating),
            with_digit: self.finders_of(&self.with_digit),
        });
        search(text, &finders.floating, hits);
        if !finders.with_digit.is_empty() && may_have_digit(text) {
            search(text, &finders.with_digit, hits);
        }
        if hits.len() > 1 {
            let order = |hit: &Hit| {
                let searched = (hit.end - hit.start).min(AUTOMATON);
                (hit.start + searched, std::cmp::Reverse(searched), hit.literal)
            };
            hits.sort_unstable_by_key(order);
            hits.dedup();
        }
    }

    fn finders_of(&self, literals: &Numbers) -> Vec<(usize, memmem::Finder<'static>)> {
        let finder = |item| {
            let literal = literals.get(item) as usize;
            (literal, memmem::Finder::new(self.literals.get(literal)).into_owned())
        };
        (0..literals.len()).map(finder).collect()
    }

    fn compare(&self, text: &[u8], start: usize, literal: usize, hits: &mut Vec<Hit>) {
        let bytes = self.literals.get(literal);
        if text[start..].starts_with(bytes) {
            hits.push(Hit {
                literal,
                start,
                end: start + bytes.len(),
            });
        }
    }

    /// All literals of a group that the line begins with. The last one that is not after the line in their order begins with all of them.
    fn line_hits(&self, text: &[u8], core: usize, items: std::ops::Range<usize>, hits: &mut Vec<Hit>) {
        let rest = &text[core..];
        let literal = |place: usize| self.line.get(2 * place) as usize;
        let (mut from, mut to) = (items.start, items.end);
        while from < to {
            let middle = from.midpoint(to);
            if self.literals.get(literal(middle)) <= rest {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        let Some(mut place) = from.checked_sub(1).filter(|&place| place >= items.start) else {
            return;
        };
        loop {
            self.compare(text, core, literal(place), hits);
            let shorter = self.line.get(2 * place + 1) as usize;
            if shorter == place {
                return;
            }
            place = shorter;
        }
    }
}

/// The keys of literals at the start of a line, and the table that they lead to.
fn heads(literals: &[(String, Places)]) -> (Keys, Vec<u32>) {
    let at_head = literals.iter().enumerate().filter(|(_, (_, places))| places.head);
    let mut keyed: Vec<(u64, usize, usize)> = at_head
        .filter_map(|(index, (literal, _))| {
            let size = size_for(literal.len())?;
            Some((key(load(literal.as_bytes(), 0), size), size, index))
        })
        .collect();
    keyed.sort_unstable();
    let mut line = Vec::new();
    // The places of the literals that the last one begins with, the longest last, and itself.
    let mut open: Vec<usize> = Vec::new();
    for (place, &(key, _, index)) in keyed.iter().enumerate() {
        while let Some(&last) = open.last() {
            let (last_key, _, last_index) = keyed[last];
            if last_key == key && literals[index].0.starts_with(&literals[last_index].0) {
                break;
            }
            open.pop();
        }
        line.push(number(index));
        line.push(number(open.last().copied().unwrap_or(place)));
        open.push(place);
    }
    let items = keyed.iter().enumerate();
    let keys = Keys::of(
        items
            .map(|(place, &(key, size, _))| (size, key, number(place)))
            .collect(),
    );
    (keys, line)
}

/// Searches for literals one by one.
fn search(text: &[u8], finders: &[(usize, memmem::Finder<'static>)], hits: &mut Vec<Hit>) {
    for (literal, finder) in finders {
        hits.extend(finder.find_iter(text).map(|start| Hit {
            literal: *literal,
            start,
            end: start + finder.needle().len(),
        }));
    }
}

/// Whether text has a digit, or a letter of a script that may have its own.
fn may_have_digit(text: &[u8]) -> bool {
    text.iter()
        .any(|byte| byte.is_ascii_digit() || matches!(byte, 0xd9 | 0xdb | 0xdf | 0xe0.. | 0xc2))
}

#[cfg(test)]
mod tests {
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::prelude::*;

    use super::*;
    use crate::text::fold::{Folded, core};
    use crate::text::words::goes_on;

    /// Every hit that some place wants, found by an automaton.
    fn reference(literals: &[(String, Places)], text: &str) -> Vec<Hit> {
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(literals.iter().map(|(literal, _)| literal))
            .expect("few literals");
        let core = core(text);
        let before = |at: usize| text[..at].chars().next_back();
        let mut hits = Vec::new();
        for found in automaton.find_overlapping_iter(text) {
            let (literal, places) = &literals[found.pattern().as_usize()];
            let first = literal.chars().next().expect("no literal is empty");
            let apart = !before(found.start()).is_some_and(goes_on) || !goes_on(first) && first.len_utf8() < 3;
            let inside = match places.inside {
                None => false,
                Some(Inside::WithDigit) => may_have_digit(text.as_bytes()),
                Some(Inside::Always) => true,
            };
            let wanted = places.head && found.start() == core.start || places.words && apart || inside;
            if wanted {
                hits.push(Hit {
                    literal: found.pattern().as_usize(),
                    start: found.start(),
                    end: found.end(),
                });
            }
        }
        hits
    }

    fn assert_all_are_found(phrases: &[&str], places: Places, text: &str) {
        let mut literals: Vec<(String, Places)> = phrases
            .iter()
            .map(|phrase| (Folded::of(phrase).text().to_owned(), places))
            .filter(|(phrase, _)| !phrase.is_empty())
            .collect();
        literals.sort_by(|a, b| a.0.cmp(&b.0));
        literals.dedup_by(|a, b| a.0 == b.0);
        let folded = Folded::of(text);
        let text = folded.text();
        let mut padded = text.as_bytes().to_vec();
        padded.extend([0; 8]);
        let mut hits = Vec::new();
        let start = core(text).start;
        Scanner::of(&literals, &Rarity::default()).hits(&padded, text.len(), start, &mut hits);
        for hit in reference(&literals, text) {
            assert!(hits.contains(&hit), "{:?} in {text:?}", literals[hit.literal].0);
        }
        for hit in hits {
            assert_eq!(&text[hit.start..hit.end], literals[hit.literal].0);
        }
    }

    const PHRASES: &[&str] = &[
        "sub",
        "subscribe",
        "subscribe now",
        "subscribe to",
        "scribe",
        "now",
        "$5 a month",
        "(read more",
        "©",
        "a",
        "5",
        "подпишитесь на",
        "подпишитесь",
        "наш",
        "εγγραφείτε",
        "登録",
        "録",
        "한국",
        "اشترك الآن",
        "בואו",
        "é",
        "ünlü",
        "o'clock",
        "l'info",
        "up-to-date",
        "ay",
    ];

    #[test]
    fn all_hits_are_found_overlapping_and_nested_ones_too() {
        for text in [
            "subscribe now, subscribe to subscribe",
            "Subscribe to: scribes, NOW",
            "ПОДПИШИТЕСЬ на подпишитесь,наш·наш№наш",
            "登録登録 a登録 Подпишитесь登録",
            "",
            "su",
            "subscribenow",
            "5subscribe $5 a month (read more) ©5",
            "«É» l’info، اشترك الآن،اشترك الآن",
        ] {
            for places in [Places::HEAD, Places::WORDS] {
                assert_all_are_found(PHRASES, places, text);
            }
        }
    }

    proptest! {
        #[test]
        fn all_hits_are_found_in_any_text(
            parts in prop::collection::vec((0..PHRASES.len(), "[ ,.·،'\"«a5éж登-]{0,2}", any::<bool>()), 0..12),
            at in 0..4usize,
        ) {
            let mut text = String::new();
            for (phrase, between, upper) in parts {
                text += &between;
                text += &if upper { PHRASES[phrase].to_uppercase() } else { PHRASES[phrase].to_owned() };
            }
            let inside = Places { inside: Some(Inside::Always), ..Places::default() };
            // One pattern wants it at words, another one anywhere if there is a digit.
            let both = Places { inside: Some(Inside::WithDigit), ..Places::WORDS };
            assert_all_are_found(PHRASES, [Places::HEAD, Places::WORDS, inside, both][at], &text);
        }

        #[test]
        fn all_hits_are_found_for_any_phrases(phrases in prop::collection::vec("[a-cж登 ]{1,9}", 1..20), text in "[a-cж登 ,]{0,60}") {
            let phrases: Vec<&str> = phrases.iter().map(String::as_str).collect();
            assert_all_are_found(&phrases, Places::WORDS, &text);
            assert_all_are_found(&phrases, Places::HEAD, &text);
        }
    }
}
