//! Tells at a glance that a regex cannot match, by what its match must begin with, hold, and be as long as.
//!
//! The literals that lead to a regex are often common words. Of a hundred lines that have one, a few pass here, and trying a regex costs a hundred times as much.

use regex_syntax::hir::{Class, Hir, HirKind};

use crate::patterns::Anchor;

use super::pack::{Reader, Writer, number};

/// What a match of a regex must be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Gate {
    /// How many bytes it has, at least and at most.
    shortest: u32,
    longest: u32,
    /// How many characters it has at most.
    most_chars: u32,
    /// It holds a digit, of any script.
    pub digit: bool,
    /// The bytes it may begin with, and those it may hold.
    first: Bytes,
    any: Bytes,
}

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bytes([u8; 32]);

impl Bytes {
    fn add(&mut self, bytes: std::ops::RangeInclusive<u8>) {
        for byte in bytes {
            self.0[usize::from(byte / 8)] |= 1 << (byte % 8);
        }
    }

    #[inline]
    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 8)] >> (byte % 8) & 1 == 1
    }
}

impl Gate {
    pub fn of(hir: &Hir) -> Self {
        let properties = hir.properties();
        let (mut first, mut any) = (Bytes::default(), Bytes::default());
        if first_bytes(hir, &mut first) {
            first.add(0..=u8::MAX);
        }
        any_bytes(hir, &mut any);
        Self {
            shortest: properties.minimum_len().map_or(0, number),
            longest: properties
                .maximum_len()
                .and_then(|length| u32::try_from(length).ok())
                .unwrap_or(u32::MAX),
            most_chars: most_chars(hir).unwrap_or(u32::MAX),
            digit: holds_digit(hir),
            first,
            any,
        }
    }

    /// Whether a window of text may match. `has_digit` tells whether the text has one.
    pub fn admits(&self, window: &[u8], anchor: Anchor, has_digit: impl FnOnce() -> bool) -> bool {
        let begins = || window.first().is_some_and(|&byte| self.begins_with(byte));
        let is_short = || {
            let starts_character = |byte: &&u8| !(0x80..0xc0).contains(*byte);
            window.len() <= self.most_chars as usize
                || window.len() <= self.longest as usize
                    && window.iter().filter(starts_character).count() <= self.most_chars as usize
        };
        let may = match anchor {
            Anchor::Whole => {
                window.len() >= self.shortest as usize
                    && begins()
                    && is_short()
                    && window.iter().all(|&byte| self.any.has(byte))
            }
            Anchor::Start => window.len() >= self.shortest as usize && begins(),
            Anchor::End | Anchor::Anywhere => window.len() >= self.shortest as usize,
        };
        may && (!self.digit || has_digit())
    }

    /// Whether a match may begin with a byte.
    pub fn begins_with(&self, byte: u8) -> bool {
        self.first.has(byte)
    }

    pub fn write(&self, writer: &mut Writer) {
        writer
            .number(self.shortest as usize)
            .number(self.longest as usize)
            .number(self.most_chars as usize)
            .number(self.digit.into())
            .bytes(&self.first.0)
            .bytes(&self.any.0);
    }

    pub fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            shortest: number(reader.number()),
            longest: number(reader.number()),
            most_chars: number(reader.number()),
            digit: reader.number() > 0,
            first: Bytes(reader.bytes().try_into().expect("it was written")),
            any: Bytes(reader.bytes().try_into().expect("it was written")),
        }
    }
}

/// Whether text has a digit, of any script.
pub(crate) fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) || !text.is_ascii() && text.chars().any(char::is_numeric)
}

/// Adds the bytes that a match may begin with; whether it may be empty.
fn first_bytes(hir: &Hir, first: &mut Bytes) -> bool {
    let lead = |c: char| c.encode_utf8(&mut [0; 4]).as_bytes()[0];
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            literal.0.first().iter().for_each(|&&byte| first.add(byte..=byte));
            literal.0.is_empty()
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.ranges() {
                first.add(lead(range.start())..=lead(range.end()));
            }
            false
        }
        HirKind::Class(Class::Bytes(class)) => {
            for range in class.ranges() {
                first.add(range.start()..=range.end());
            }
            false
        }
        HirKind::Repetition(repetition) => first_bytes(&repetition.sub, first) || repetition.min == 0,
        HirKind::Capture(capture) => first_bytes(&capture.sub, first),
        HirKind::Concat(parts) => parts.iter().all(|part| first_bytes(part, first)),
        HirKind::Alternation(parts) => parts.iter().fold(false, |empty, part| first_bytes(part, first) | empty),
    }
}

/// Adds the bytes that a match may hold; of those that are not ASCII, all or none.
fn any_bytes(hir: &Hir, any: &mut Bytes) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => literal.0.iter().for_each(|&byte| any.add(byte..=byte)),
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.ranges() {
                let ascii = |c: char| u8::try_from(c).unwrap_or(u8::MAX).min(0x7f);
                if range.start().is_ascii() {
                    any.add(ascii(range.start())..=ascii(range.end()));
                }
                if !range.end().is_ascii() {
                    any.add(0x80..=u8::MAX);
                }
            }
        }
        HirKind::Class(Class::Bytes(_)) => any.add(0..=u8::MAX),
        HirKind::Repetition(repetition) => any_bytes(&repetition.sub, any),
        HirKind::Capture(capture) => any_bytes(&capture.sub, any),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| any_bytes(part, any)),
    }
}

/// How many characters a match has at most.
fn most_chars(hir: &Hir) -> Option<u32> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(0),
        HirKind::Literal(literal) => Some(number(String::from_utf8_lossy(&literal.0).chars().count())),
        HirKind::Class(_) => Some(1),
        HirKind::Repetition(repetition) => repetition.max?.checked_mul(most_chars(&repetition.sub)?),
        HirKind::Capture(capture) => most_chars(&capture.sub),
        HirKind::Concat(parts) => parts
            .iter()
            .try_fold(0u32, |sum, part| sum.checked_add(most_chars(part)?)),
        HirKind::Alternation(parts) => parts.iter().try_fold(0, |most, part| Some(most_chars(part)?.max(most))),
    }
}

/// Whether every match holds a digit.
pub(crate) fn holds_digit(hir: &Hir) -> bool {
    /// A class with more characters in a row is more than digits.
    const MOST: u32 = 64;
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.iter().any(u8::is_ascii_digit),
        HirKind::Class(Class::Unicode(class)) => class.ranges().iter().all(|range| {
            u32::from(range.end()) - u32::from(range.start()) < MOST
                && (range.start()..=range.end()).all(char::is_numeric)
        }),
        HirKind::Repetition(repetition) => repetition.min > 0 && holds_digit(&repetition.sub),
        HirKind::Capture(capture) => holds_digit(&capture.sub),
        HirKind::Concat(parts) => parts.iter().any(holds_digit),
        HirKind::Alternation(parts) => parts.iter().all(holds_digit),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(source: &str) -> Gate {
        Gate::of(&regex_syntax::parse(source).expect("a good regex"))
    }

    #[test]
    fn what_cannot_match_is_not_let_through() {
        let price = gate(r"\d{1,4} (?:comments|views)");
        let admits = |text: &str| price.admits(text.as_bytes(), Anchor::Whole, || has_digit(text));
        assert!(admits("12 comments"));
        assert!(admits("٣ comments"));
        assert!(!admits("comments 12"));
        assert!(!admits("12 comments and more than that was said"));
        let optional = gate(r"(?:from )?[$£]\d");
        assert!(optional.begins_with(b'f') && optional.begins_with(b'$') && !optional.begins_with(b'g'));
        assert!(!optional.admits(b"free from $", Anchor::Anywhere, || has_digit("free from $")));
    }
}
