//! Finds literals by a few of their bytes: the part of the scan that runs for every word of every text.
//!
//! A key is the first eight bytes of a literal, or of a word in it; five, three, two or one of a shorter literal. A table of bits tells at once that no literal has
//! a key, which is the answer for nearly every word; only then is the key looked up, and the literals that have it are compared.

use std::borrow::Cow;
use std::ops::Range;

use crate::text::words::load;

use super::pack::{Numbers, number};

/// How many bytes keys have.
pub(crate) const SIZES: [usize; 5] = [8, 5, 3, 2, 1];

/// Bits for each key, of which two in one word are set: 1 of 100 words that are no key is looked up all the same.
const BITS: usize = 16;
/// Bytes of such a word.
const WORD: usize = 8;

/// A size of 16 bytes: a key, and the range of its items.
const SLOT: usize = 16;

/// A search by keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    pub bits: Cow<'static, [u8]>,
    pub slots: Cow<'static, [u8]>,
    /// What has a key, grouped by keys.
    pub items: Numbers,
    /// Which sizes occur, as bits.
    pub sizes: u32,
}

/// The longest key that `length` bytes are enough for.
pub(crate) fn size_for(length: usize) -> Option<usize> {
    SIZES.into_iter().find(|&size| length >= size)
}

/// The key of a size in eight bytes.
#[inline]
pub(crate) fn key(bytes: u64, size: usize) -> u64 {
    if size == 8 {
        bytes
    } else {
        // The size stands where the key has no bytes, so that keys of different sizes differ.
        bytes & ((1 << (8 * size)) - 1) | (size as u64) << 56
    }
}

#[inline]
fn hash(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Keys {
    /// Keys, each with its size and its item. Items with the same key keep their order.
    pub fn of(mut keyed: Vec<(usize, u64, u32)>) -> Self {
        keyed.sort_by_key(|&(_, key, _)| key);
        let groups: Vec<&[(usize, u64, u32)]> = keyed.chunk_by(|a, b| a.1 == b.1).collect();
        let mut bits = vec![0u64; (groups.len() * BITS / 64).next_power_of_two().max(2)];
        let mut slots = vec![0u8; (groups.len() * 2).next_power_of_two().max(2) * SLOT];
        let count = slots.len() / SLOT;
        let mut first = 0;
        for group in &groups {
            let key = group[0].1;
            let word = place(hash(key), bits.len());
            bits[word] |= pair(hash(key));
            let mut slot = place(hash(key), count);
            while slots[slot * SLOT + 12..][..4] != [0; 4] {
                slot = (slot + 1) & (count - 1);
            }
            let bytes = &mut slots[slot * SLOT..][..SLOT];
            bytes[..8].copy_from_slice(&key.to_le_bytes());
            bytes[8..12].copy_from_slice(&number(first).to_le_bytes());
            bytes[12..].copy_from_slice(&number(group.len()).to_le_bytes());
            first += group.len();
        }
        Self {
            bits: bits.into_iter().flat_map(u64::to_le_bytes).collect::<Vec<u8>>().into(),
            slots: slots.into(),
            items: Numbers::of(keyed.iter().map(|item| item.2)),
            sizes: keyed.iter().fold(0, |sizes, item| sizes | 1 << item.0),
        }
    }

    /// Calls `take` with the range of the items of each key that eight bytes begin with.
    #[inline]
    pub fn find(&self, bytes: u64, mut take: impl FnMut(Range<usize>)) {
        for size in SIZES {
            if self.sizes >> size & 1 == 0 {
                continue;
            }
            let key = key(bytes, size);
            let hash = hash(key);
            let word = load(&self.bits, place(hash, self.bits.len() / WORD) * WORD);
            if word & pair(hash) == pair(hash)
                && let Some(range) = self.look_up(key, hash)
            {
                take(range);
            }
        }
    }

    fn look_up(&self, key: u64, hash: u64) -> Option<Range<usize>> {
        let count = self.slots.len() / SLOT;
        let mut slot = place(hash, count);
        loop {
            let bytes: &[u8; SLOT] = self.slots[slot * SLOT..].first_chunk()?;
            let (known, range) = bytes.split_first_chunk::<8>()?;
            let (first, length) = range.split_first_chunk::<4>()?;
            let length = u32::from_le_bytes(*length.first_chunk()?) as usize;
            if length == 0 {
                return None;
            }
            if u64::from_le_bytes(*known) == key {
                let first = u32::from_le_bytes(*first) as usize;
                return Some(first..first + length);
            }
            slot = (slot + 1) & (count - 1);
        }
    }
}

/// Two bits of a word. The highest bits of the hash tell which word it is, so these come from the others.
#[inline]
fn pair(hash: u64) -> u64 {
    1 << (hash >> 32 & 63) | 1 << (hash >> 38 & 63)
}

/// Where a hash belongs among so many, a power of two.
#[inline]
fn place(hash: u64, count: usize) -> usize {
    (hash >> (64 - count.trailing_zeros())) as usize
}
