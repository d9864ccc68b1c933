//! Tells where in folded text a word may begin, eight bytes at a time.
//!
//! Phrases are found at word boundaries only, so a search need not look anywhere else. A digit counts as a boundary, and in scripts without spaces every
//! character does: a start too many costs a look, a start too few would lose a phrase.

use unicode_normalization::char::is_combining_mark;

/// So many bytes after a text must be there to be read.
const BLOCK: usize = 8;
const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Whether a character belongs to a word.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether a word may begin at the byte `at` of folded text.
pub fn is_start(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| text[before]);
    let after_letter = before.is_some_and(|byte| byte.is_ascii_lowercase());
    match text[at] {
        b'a'..=b'z' | b'0'..=b'9' => !after_letter,
        0xc0..=0xdf => !after_letter && !is_inside(text, at),
        0xe0.. => true,
        _ => false,
    }
}

/// Whether no word begins after a character, unless one of three bytes or more does.
pub fn goes_on(c: char) -> bool {
    c.is_ascii_lowercase() || c.len_utf8() == 2 && (c.is_alphabetic() || is_combining_mark(c))
}

/// Whether a character of two bytes follows a letter of two bytes.
#[inline]
fn is_inside(text: &[u8], at: usize) -> bool {
    let &[lead @ 0xc0..=0xdf, tail] = &text[at.saturating_sub(2)..at] else {
        return false;
    };
    // Nearly all of them are Cyrillic letters.
    matches!(lead, 0xd0 | 0xd1)
        || char::from_u32(u32::from(lead & 0x1f) << 6 | u32::from(tail & 0x3f)).is_some_and(goes_on)
}

/// Calls `take` with each start in order, and the eight bytes from there on. Eight bytes after `length` must be there.
///
/// Cost: about a nanosecond a word.
#[inline]
pub fn starts(padded: &[u8], length: usize, mut take: impl FnMut(usize, u64)) {
    let mut after_letter = 0;
    let mut from = 0;
    while from < length {
        let block = load(padded, from);
        let high = block & HIGH;
        let low = block & !HIGH;
        // The high bit of each byte says whether it is in the range: bytes below 0x80 cannot carry into the next.
        let above = |byte: u8| low + LOW * u64::from(0x80 - byte);
        let letters = above(b'a') & !above(b'z' + 1) & HIGH & !high;
        let digits = above(b'0') & !above(b'9' + 1) & HIGH & !high;
        let leads = high & block << 1;
        let long = leads & block << 2;
        let after = letters << 8 | after_letter;
        after_letter = letters >> 56;
        let mut found = (letters | digits | leads) & !after | long;
        let short = leads & !long;
        while found != 0 {
            let bit = found.trailing_zeros();
            let at = from + bit as usize / 8;
            if at >= length {
                break;
            }
            if short >> bit & 1 == 0 || !is_inside(padded, at) {
                take(at, load(padded, at));
            }
            found &= found - 1;
        }
        from += BLOCK;
    }
}

/// Eight bytes, the first one lowest.
#[inline]
pub fn load(padded: &[u8], at: usize) -> u64 {
    match padded.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(block) => u64::from_le_bytes(*block),
        None => tail(padded, at),
    }
}

/// The bytes that are left, with zeros after them.
#[cold]
fn tail(bytes: &[u8], at: usize) -> u64 {
    let mut block = [0; BLOCK];
    let rest = bytes.get(at..).unwrap_or_default();
    block[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(block)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_starts_of_a_block_are_those_of_its_bytes(text in "([a-z0-9 .,'\"-]|[а-яєіґ]|[αβγ]|[אבג]|[ا-ي،؛]|[×÷©]|[か登한é]|\\PC){0,60}") {
            let text = crate::text::fold::Folded::of(&text).text().to_owned();
            let mut padded = text.clone().into_bytes();
            padded.extend([0; BLOCK]);
            let mut found = Vec::new();
            starts(&padded, text.len(), |at, _| found.push(at));
            let expected: Vec<usize> = (0..text.len()).filter(|&at| is_start(text.as_bytes(), at)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
