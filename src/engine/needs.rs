//! Tells from the literals of a regex that it cannot match a text: which it must hold, which together, and which instead of which.
//!
//! One literal leads the scan to a regex. Most of them want more than one word of a line ("our … newsroom … donate"), and trying a regex costs a thousand times as
//! much as a look for a word. On news text, 49 of 50 trials end here.

use std::collections::BTreeMap;

use memchr::memmem;
use regex_syntax::hir::{Hir, HirKind};

use super::gate::{has_digit, holds_digit};
use super::pack::{Pieces, Reader, Writer, number};

/// Shorter literals, without the white space around them, say too little. In bytes.
const SHORTEST: usize = 2;
/// Bytes of a gram.
const GRAM: usize = 3;
/// A power of two. Of the grams of an ordinary paragraph, each sets one in fifty.
const GRAM_BITS: usize = 1 << 13;
/// Where one of more literals would do, looking for them is no longer cheap.
const MOST: usize = 512;

/// What a text must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// There is nothing that it must hold for certain.
    Nothing,
    /// A digit, of any script.
    Digit,
    /// A literal, by its index.
    Literal(u32),
    /// All of these.
    All(Vec<Needs>),
    /// One of these.
    Any(Vec<Needs>),
}

/// The literals that needs are made of, each once.
#[derive(Debug, Default)]
pub(crate) struct Needles {
    indices: BTreeMap<Vec<u8>, u32>,
    /// How long each is, without the white space around it.
    lengths: Vec<i32>,
}

impl Needles {
    fn add(&mut self, literal: &[u8]) -> u32 {
        let next = number(self.lengths.len());
        let index = *self.indices.entry(literal.to_vec()).or_insert(next);
        if index == next {
            let length = literal.trim_ascii().len();
            self.lengths.push(i32::try_from(length).unwrap_or(i32::MAX));
        }
        index
    }

    /// All of them, in the order of their indices.
    pub fn pieces(&self) -> Pieces {
        let indices = self.indices.iter().map(|(literal, &index)| (literal, index));
        let mut ordered: Vec<(&Vec<u8>, u32)> = indices.collect();
        ordered.sort_by_key(|&(_, index)| index);
        Pieces::of(ordered.into_iter().map(|(literal, _)| literal))
    }
}

impl Needs {
    /// What a text in which a regex matches must hold.
    pub fn of(hir: &Hir, needles: &mut Needles) -> Self {
        match hir.kind() {
            HirKind::Literal(literal) if says_much(&literal.0) => Self::Literal(needles.add(&literal.0)),
            HirKind::Class(_) if holds_digit(hir) => Self::Digit,
            HirKind::Repetition(repetition) if repetition.min > 0 => Self::of(&repetition.sub, needles),
            HirKind::Capture(capture) => Self::of(&capture.sub, needles),
            HirKind::Concat(parts) => {
                let parts = parts.iter().map(|part| Self::of(part, needles)).collect();
                Self::all(parts, needles)
            }
            HirKind::Alternation(parts) => Self::any(parts.iter().map(|part| Self::of(part, needles))),
            _ => Self::Nothing,
        }
    }

    fn all(parts: Vec<Self>, needles: &Needles) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Self::Nothing => {}
                Self::All(parts) => all.extend(parts),
                other => all.push(other),
            }
        }
        // What is looked for first should often not be there.
        all.sort_by(|a, b| a.chance(needles).total_cmp(&b.chance(needles)));
        all.dedup();
        match all.len() {
            0 => Self::Nothing,
            1 => all.remove(0),
            _ => Self::All(all),
        }
    }

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        let mut any = Vec::new();
        for part in parts {
            match part {
                Self::Nothing => return Self::Nothing,
                Self::Any(parts) => any.extend(parts),
                other if any.contains(&other) => {}
                other => any.push(other),
            }
        }
        match any.len() {
            1 => any.remove(0),
            _ if any.iter().map(Self::size).sum::<usize>() > MOST => Self::Nothing,
            _ => Self::Any(any),
        }
    }

    /// How many literals it names.
    fn size(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Digit | Self::Literal(_) => 1,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::size).sum(),
        }
    }

    /// How likely a text holds it, on a rough scale: half as likely with each further byte.
    fn chance(&self, needles: &Needles) -> f64 {
        match self {
            Self::Nothing => 1.0,
            Self::Digit => 0.2,
            Self::Literal(literal) => 0.5f64.powi(needles.lengths[*literal as usize]),
            Self::All(parts) => parts.iter().map(|part| part.chance(needles)).fold(1.0, f64::min),
            Self::Any(parts) => parts.iter().map(|part| part.chance(needles)).sum(),
        }
    }

    /// Whether a text holds what it must.
    pub fn are_met(&self, text: &mut Held<'_>) -> bool {
        match self {
            Self::Nothing => true,
            Self::Digit => text.has_digit(),
            Self::Literal(literal) => text.has(*literal),
            Self::All(parts) => parts.iter().all(|part| part.are_met(text)),
            Self::Any(parts) => parts.iter().any(|part| part.are_met(text)),
        }
    }

    pub fn write(&self, writer: &mut Writer) {
        let mut several = |tag: usize, parts: &[Self]| {
            writer.number(tag).number(parts.len());
            parts.iter().for_each(|part| part.write(writer));
        };
        match self {
            Self::Nothing => several(2, &[]),
            Self::Digit => {
                writer.number(0).number(0);
            }
            Self::Literal(literal) => {
                writer.number(1).number(*literal as usize);
            }
            Self::All(parts) => several(2, parts),
            Self::Any(parts) => several(3, parts),
        }
    }

    pub fn read(reader: &mut Reader<'_>) -> Self {
        let (tag, value) = (reader.number(), reader.number());
        let several = |reader: &mut Reader<'_>| (0..value).map(|_| Self::read(reader)).collect();
        match tag {
            0 => Self::Digit,
            1 => Self::Literal(number(value)),
            2 if value == 0 => Self::Nothing,
            2 => Self::All(several(reader)),
            _ => Self::Any(several(reader)),
        }
    }
}

/// What is known of the literals in the present text: many regexes ask for the same ones. Kept from one text to the next, so that little has to be cleared.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// The grams of the text, hashed, if a literal was looked for in it: nearly all that are not there have a gram that is not there either.
    grams: Option<[u64; GRAM_BITS / 64]>,
    /// For each literal the text in which it was last looked for, and in the lowest bit whether it was there.
    known: Vec<u32>,
    text: u32,
}

/// A text of which it is asked what it holds.
#[derive(Debug)]
pub(crate) struct Held<'t> {
    text: &'t str,
    needles: &'t Pieces,
    memory: &'t mut Memory,
    digit: Option<bool>,
}

impl Memory {
    /// Begins another text.
    pub fn text<'t>(&'t mut self, text: &'t str, needles: &'t Pieces) -> Held<'t> {
        self.text += 2;
        self.grams = None;
        if self.known.len() != needles.len() || self.text > u32::MAX - 2 {
            self.known = vec![0; needles.len()];
            self.text = 2;
        }
        Held {
            text,
            needles,
            memory: self,
            digit: None,
        }
    }
}

impl Held<'_> {
    pub fn has_digit(&mut self) -> bool {
        *self.digit.get_or_insert_with(|| has_digit(self.text))
    }

    fn has(&mut self, literal: u32) -> bool {
        let known = &mut self.memory.known[literal as usize];
        if *known & !1 != self.memory.text {
            let grams = self.memory.grams.get_or_insert_with(|| grams(self.text.as_bytes()));
            let literal = self.needles.get(literal as usize);
            let may = literal.windows(GRAM).all(|gram| {
                let bit = bit(gram);
                grams[bit / 64] >> (bit % 64) & 1 == 1
            });
            let has = may && memmem::find(self.text.as_bytes(), literal).is_some();
            *known = self.memory.text | u32::from(has);
        }
        *known & 1 == 1
    }
}

/// Whether a literal is worth looking for.
fn says_much(literal: &[u8]) -> bool {
    let trimmed = literal.trim_ascii();
    trimmed.len() >= SHORTEST || matches!(trimmed, b"?" | b"!" | b":" | b"@" | b"|" | b"/" | b"$" | b"%" | b"(")
}

/// The grams that a text holds.
fn grams(text: &[u8]) -> [u64; GRAM_BITS / 64] {
    let mut grams = [0; GRAM_BITS / 64];
    for gram in text.windows(GRAM) {
        let bit = bit(gram);
        grams[bit / 64] |= 1 << (bit % 64);
    }
    grams
}

/// The bit of a gram.
#[inline]
fn bit(gram: &[u8]) -> usize {
    let number = gram.iter().fold(0u32, |number, &byte| number << 8 | u32::from(byte));
    (number.wrapping_mul(0x9e37_79b1) >> (u32::BITS - GRAM_BITS.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(source: &str) -> (Needs, Pieces) {
        let mut needles = Needles::default();
        let needs = Needs::of(&regex_syntax::parse(source).expect("a good regex"), &mut needles);
        let mut writer = Writer::default();
        needs.write(&mut writer);
        assert_eq!(Needs::read(&mut Reader(&writer.0)), needs);
        (needs, needles.pieces())
    }

    fn admits(source: &str, texts: &[(&str, bool)]) {
        let (needs, needles) = needs(source);
        let mut memory = Memory::default();
        for (text, expected) in texts {
            let mut held = memory.text(text, &needles);
            assert_eq!(needs.are_met(&mut held), *expected, "{source} in {text}");
        }
    }

    #[test]
    fn a_text_must_hold_what_every_match_holds() {
        admits(
            r"(?:our|the) news(?:room|letter)? .{0,20}(?:donate|chip in)(?: today)?",
            &[
                ("our news: donate", true),
                ("our news today", false),
                ("chip in", false),
                ("the news, so chip in", true),
            ],
        );
    }

    #[test]
    fn a_branch_that_needs_nothing_frees_the_others() {
        assert_eq!(needs(r"donate|\w+").0, Needs::Nothing);
        assert_eq!(needs(r"(?:donate)*|a").0, Needs::Nothing);
        admits(
            r"(?:donate|\d+|kr) today",
            &[
                ("5 today", true),
                ("kr today", true),
                ("donate", false),
                ("today", false),
            ],
        );
    }

    #[test]
    fn what_was_known_of_one_text_is_not_said_of_the_next() {
        admits("donate", &[("donate", true), ("no", false), ("donate", true)]);
    }
}
