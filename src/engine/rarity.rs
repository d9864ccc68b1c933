//! Tells which words are rare in ordinary text, by a sample of it: the near misses, which are sentences of journalism in the languages of the patterns.

use std::collections::HashMap;

use crate::patterns::load::Required;
use crate::text::words::{is_start, is_word, load, starts};

use super::keys::{SIZES, key, size_for};

/// What a literal costs that no word leads to.
const UNFOUND: u32 = 1 << 20;
/// A key lies at most so far into a literal, in bytes.
const FARTHEST: usize = 255;
/// So many words of a literal are tried as its key.
const MOST_KEYS: usize = 12;

/// How often words occur.
#[derive(Debug, Default)]
pub(crate) struct Rarity(HashMap<u64, u32>);

impl Rarity {
    /// The rarity of the words in folded texts.
    pub fn of<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut frequencies = HashMap::new();
        let mut padded = Vec::new();
        for text in texts {
            padded.clear();
            padded.extend_from_slice(text.as_bytes());
            padded.extend([0; 8]);
            starts(&padded, text.len(), |_, bytes| {
                for size in SIZES {
                    *frequencies.entry(key(bytes, size)).or_insert(0) += 1;
                }
            });
        }
        Self(frequencies)
    }

    /// The key by which a literal is found with the least work: where in it, of which size, and the key. With `inside`, the literal may begin
    /// within a word. `None` where no word begins in it for certain.
    pub fn rarest(&self, literal: &str, inside: bool) -> Option<(usize, usize, u64)> {
        let cost = |&(at, size, key): &(usize, usize, u64)| (self.frequency(key), SIZES[0] - size, at);
        word_keys(literal, inside).min_by_key(cost)
    }

    /// How much work a literal makes: how often its key occurs.
    pub fn cost(&self, literal: &Required) -> u32 {
        let rarest = self.rarest(&literal.text, !literal.apart);
        rarest.map_or(UNFOUND, |(_, _, key)| self.frequency(key))
    }

    fn frequency(&self, key: u64) -> u32 {
        self.0.get(&key).copied().unwrap_or(0)
    }
}

/// The keys by which a literal can be found at a word.
fn word_keys(literal: &str, inside: bool) -> impl Iterator<Item = (usize, usize, u64)> {
    let bytes = literal.as_bytes();
    let begins_word = move |at: usize| match literal.chars().next() {
        _ if at > 0 => true,
        // In scripts without spaces a word may begin at any character.
        Some(first) if first.len_utf8() > 2 => true,
        Some(first) => !inside && is_word(first),
        None => false,
    };
    (0..bytes.len().min(FARTHEST + 1))
        .filter(move |&at| is_start(bytes, at) && begins_word(at))
        .take(MOST_KEYS)
        .filter_map(move |at| {
            let size = size_for(bytes.len() - at).filter(|&size| size > 1)?;
            Some((at, size, key(load(bytes, at), size)))
        })
}
