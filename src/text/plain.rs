//! Makes the folded text of a paragraph fast, without the way back.
//!
//! Most paragraphs hold nothing that is looked for, so nobody asks where in the original a folded byte came from. The text is that of
//! [`super::fold`], byte for byte; what is looked up there once is remembered here.

use std::ops::Range;

use super::dress;
use super::fold::fold_char;

/// So many bytes after the text can be read: a search compares eight at a time.
pub const PADDING: usize = 8;

/// So many bytes are looked at together.
const BLOCK: usize = 16;

/// Characters of two and three bytes are remembered.
const REMEMBERED: usize = 0x1_0000;
/// The character has not been folded yet.
const UNKNOWN: u32 = 0;
/// What it folds to is not that short, or has white space within.
const LONG: u32 = 0xff << 24;
/// It folds to white space.
const SPACE: u32 = 0xfe << 24;
/// Set in what is remembered; the two bits below it count the bytes, which are the three low ones.
const SHORT: u32 = 0x80 << 24;

/// The folded text of one paragraph.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    bytes: Vec<u8>,
    length: usize,
    marks: Vec<Range<usize>>,
    /// What characters fold to, by their numbers. Made when the first one that is not ASCII comes; memory is used only for the scripts that occur.
    folds: Vec<u32>,
}

impl Plain {
    /// Forgets the text and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.length = 0;
    }

    /// Adds a line, as [`Folded::push_line`](super::fold::Folded::push_line) does. After the last one, [`seal`](Self::seal) the text.
    pub fn push_line(&mut self, line: &[u8]) {
        self.space();
        match std::str::from_utf8(line) {
            Ok(line) => {
                let (_, from) = dress::lead(line);
                let mut marks = std::mem::take(&mut self.marks);
                dress::marks(line, &mut marks);
                let mut at = from;
                for mark in &marks {
                    if mark.start > at {
                        self.push_words(&line[at..mark.start]);
                    }
                    at = at.max(mark.end);
                }
                self.push_words(&line[at..]);
                self.marks = marks;
            }
            Err(_) => {
                for chunk in line.utf8_chunks() {
                    self.push_words(chunk.valid());
                    if !chunk.invalid().is_empty() {
                        self.push(char::REPLACEMENT_CHARACTER);
                    }
                }
            }
        }
        if self.bytes.last() == Some(&b' ') {
            self.bytes.pop();
        }
    }

    /// Ends the text.
    pub fn seal(&mut self) {
        self.length = self.bytes.len();
        self.bytes.extend_from_slice(&[0; PADDING]);
    }

    /// The folded text.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The folded text with [`PADDING`] bytes after it.
    pub fn padded(&self) -> &[u8] {
        &self.bytes
    }

    /// The folded text.
    ///
    /// Cost: a check of all its bytes.
    pub fn text(&self) -> &str {
        std::str::from_utf8(self.bytes()).expect("whole characters were put in")
    }

    fn push_words(&mut self, words: &str) {
        let bytes = words.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let end = at + plain_length(&bytes[at..]);
            if end > at && (bytes[at] != b' ' || self.takes_space()) {
                let from = self.bytes.len();
                self.bytes.extend_from_slice(&bytes[at..end]);
                self.bytes[from..].make_ascii_lowercase();
                at = end;
                continue;
            }
            // A block with something else in it goes by characters.
            let block = bytes.len().min(at + BLOCK);
            while at < block {
                let byte = bytes[at];
                if byte.is_ascii() {
                    if byte.is_ascii_whitespace() || byte == b'\x0b' {
                        self.space();
                    } else {
                        self.bytes.push(byte.to_ascii_lowercase());
                    }
                    at += 1;
                } else {
                    let c = words[at..].chars().next().expect("a character begins here");
                    self.push_char(c);
                    at += c.len_utf8();
                }
            }
        }
    }

    /// Adds a character that is not ASCII.
    fn push_char(&mut self, c: char) {
        if self.folds.is_empty() {
            self.folds = vec![UNKNOWN; REMEMBERED];
        }
        let Some(known) = self.folds.get_mut(c as usize) else {
            self.push_long(c);
            return;
        };
        if *known == UNKNOWN {
            *known = short_fold(c);
        }
        match *known {
            LONG => self.push_long(c),
            SPACE => self.space(),
            short => {
                let [a, b, c, _] = short.to_le_bytes();
                let length = (short >> 24) as usize & 3;
                self.bytes.extend_from_slice(&[a, b, c][..length]);
            }
        }
    }

    fn push_long(&mut self, c: char) {
        if let '가'..='힣' = c {
            return self.push_syllable(c);
        }
        fold_char(c, &mut |c| {
            if c == ' ' { self.space() } else { self.push(c) }
        });
    }

    /// Adds a Hangul syllable as its two or three letters. Korean text is made of nothing else.
    fn push_syllable(&mut self, c: char) {
        const VOWELS: u32 = 21;
        const FINALS: u32 = 28;
        let index = c as u32 - '가' as u32;
        let letters = [
            0x1100 + index / (VOWELS * FINALS),
            0x1161 + index / FINALS % VOWELS,
            0x11a7 + index % FINALS,
        ];
        let count = if index.is_multiple_of(FINALS) { 2 } else { 3 };
        letters[..count]
            .iter()
            .filter_map(|&letter| char::from_u32(letter))
            .for_each(|letter| self.push(letter));
    }

    fn push(&mut self, c: char) {
        self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn space(&mut self) {
        if self.takes_space() {
            self.bytes.push(b' ');
        }
    }

    fn takes_space(&self) -> bool {
        !matches!(self.bytes.last(), None | Some(b' '))
    }
}

/// What a character folds to, if it is short.
fn short_fold(c: char) -> u32 {
    let mut bytes = [0; 4];
    let mut length = 0;
    let mut spaces = 0;
    fold_char(c, &mut |c| {
        spaces += usize::from(c == ' ');
        let size = c.len_utf8();
        if length + size <= 3 {
            c.encode_utf8(&mut bytes[length..]);
        }
        length += size;
    });
    match (length, spaces) {
        (1, 1) => SPACE,
        (0..=3, 0) => {
            bytes[3] = 0;
            u32::from_le_bytes(bytes) | SHORT | (length as u32) << 24
        }
        _ => LONG,
    }
}

/// How many bytes at the start, in whole blocks or up to the end, are ASCII that folds byte by byte: no control characters, no two spaces in a row.
fn plain_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(block) = bytes[at..].first_chunk::<{ BLOCK + 1 }>() {
        // Every byte is looked at, without a branch, so that the compiler can do it with a few wide instructions.
        let mut odd = 0;
        for index in 0..BLOCK {
            let (byte, next) = (block[index], block[index + 1]);
            odd |= u8::from(byte.wrapping_sub(b' ') >= 0x60) | u8::from((byte | next) == b' ');
        }
        if odd != 0 {
            return at;
        }
        at += BLOCK;
    }
    let rest = &bytes[at..];
    let odd = |index: usize| rest[index].wrapping_sub(b' ') >= 0x60 || rest[index..].starts_with(b"  ");
    at + (0..rest.len()).take_while(|&index| !odd(index)).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::fold::Folded;

    fn assert_same(lines: &[&[u8]]) {
        let mut folded = Folded::default();
        let mut plain = Plain::default();
        for line in lines {
            folded.push_line(line, 0);
            plain.push_line(line);
        }
        plain.seal();
        assert_eq!(plain.text(), folded.text());
    }

    #[test]
    fn every_character_folds_as_it_should() {
        let mut plain = Plain::default();
        for c in ('\0'..=char::MAX).filter(|c| !matches!(c, '\r' | '\n')) {
            let line = format!("a{c}b{c} {c}");
            plain.clear();
            plain.push_line(line.as_bytes());
            plain.seal();
            assert_eq!(plain.text(), Folded::of(&line).text(), "{c:?}");
        }
    }

    #[test]
    fn dress_spaces_and_broken_bytes_fold_as_they_should() {
        let long =
            "The  quick brown fox, \u{a0} said\tMAX:  “it’s …”  and that was   all of it, more or less ".repeat(3);
        assert_same(&[
            long.as_bytes(),
            b"",
            b"  ",
            b"- **Read** [more](x) now",
            b"Sign\xff up \xe2\x82",
        ]);
    }

    proptest! {
        #[test]
        fn any_lines_fold_as_they_should(lines in prop::collection::vec("([ A-Za-z*_~\\[\\]().\u{a0}\u{ad}éÉŠДдңب한か登ｱﬁ…»]|\\PC){0,60}", 0..4)) {
            let lines: Vec<&[u8]> = lines.iter().map(|line| line.as_bytes()).collect();
            assert_same(&lines);
        }
    }
}
