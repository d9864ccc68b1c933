//! Tells from the literals of a regex that it cannot match a text: which it must hold, which together, and which instead of which.
//!
//! One literal leads the scan to a regex. Most of them want more than one word of a line ("our … newsroom … donate"), and trying a regex costs a thousand times as
//! much as a look for a word. On news text, 49 of 50 trials end here.

use std::collections::BTreeMap;

use memchr::memmem;
use regex_syntax::hir::{Hir, HirKind};

use super::pack::{Pieces, Reader, Writer, number};

/// Shorter literals, without the white space around them, say too little. In bytes.
const SHORTEST: usize = 3;
/// Where one of more literals would do, looking for them is no longer cheap.
const MOST: usize = 96;

/// What a text must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// There is nothing that it must hold for certain.
    Nothing,
    /// A literal, by its index.
    Literal(u32),
    /// All of these.
    All(Vec<Needs>),
    /// One of these.
    Any(Vec<Needs>),
}

/// The literals that needs are made of, each once.
#[derive(Debug, Default)]
pub(crate) struct Needles(BTreeMap<Vec<u8>, u32>);

impl Needles {
    fn add(&mut self, literal: &[u8]) -> u32 {
        let next = number(self.0.len());
        *self.0.entry(literal.to_vec()).or_insert(next)
    }

    /// All of them, in the order of their indices.
    pub fn pieces(&self) -> Pieces {
        let mut ordered: Vec<(&Vec<u8>, u32)> = self.0.iter().map(|(literal, &index)| (literal, index)).collect();
        ordered.sort_by_key(|&(_, index)| index);
        Pieces::of(ordered.into_iter().map(|(literal, _)| literal))
    }
}

impl Needs {
    /// What a text in which a regex matches must hold.
    pub fn of(hir: &Hir, needles: &mut Needles) -> Self {
        match hir.kind() {
            HirKind::Literal(literal) if literal.0.trim_ascii().len() >= SHORTEST => {
                Self::Literal(needles.add(&literal.0))
            }
            HirKind::Repetition(repetition) if repetition.min > 0 => Self::of(&repetition.sub, needles),
            HirKind::Capture(capture) => Self::of(&capture.sub, needles),
            HirKind::Concat(parts) => Self::all(parts.iter().map(|part| Self::of(part, needles))),
            HirKind::Alternation(parts) => Self::any(parts.iter().map(|part| Self::of(part, needles))),
            _ => Self::Nothing,
        }
    }

    fn all(parts: impl Iterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Self::Nothing => {}
                Self::All(parts) => all.extend(parts),
                other => all.push(other),
            }
        }
        // What is looked for first should be cheap, and often not there.
        all.sort_by_key(Self::size);
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
            Self::Literal(_) => 1,
            Self::All(parts) | Self::Any(parts) => parts.iter().map(Self::size).sum(),
        }
    }

    /// Whether a text holds what it must.
    pub fn are_met(&self, text: &mut Held<'_>) -> bool {
        match self {
            Self::Nothing => true,
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
            1 => Self::Literal(number(value)),
            2 if value == 0 => Self::Nothing,
            2 => Self::All(several(reader)),
            _ => Self::Any(several(reader)),
        }
    }
}

/// What is known of the literals in the present text: many regexes ask for the same ones. Kept from one text to the next, so that nothing has to be cleared.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// For each literal the text in which it was last looked for, and in the lowest bit whether it was there.
    known: Vec<u32>,
    text: u32,
}

/// A text of which it is asked what it holds.
#[derive(Debug)]
pub(crate) struct Held<'t> {
    text: &'t [u8],
    needles: &'t Pieces,
    memory: &'t mut Memory,
}

impl Memory {
    /// Begins another text.
    pub fn text<'t>(&'t mut self, text: &'t [u8], needles: &'t Pieces) -> Held<'t> {
        self.text += 2;
        if self.known.len() != needles.len() || self.text > u32::MAX - 2 {
            self.known = vec![0; needles.len()];
            self.text = 2;
        }
        Held {
            text,
            needles,
            memory: self,
        }
    }
}

impl Held<'_> {
    fn has(&mut self, literal: u32) -> bool {
        let known = &mut self.memory.known[literal as usize];
        if *known & !1 != self.memory.text {
            let has = memmem::find(self.text, self.needles.get(literal as usize)).is_some();
            *known = self.memory.text | u32::from(has);
        }
        *known & 1 == 1
    }
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
            let mut held = memory.text(text.as_bytes(), &needles);
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
        assert_eq!(needs(r"donate|\d+").0, Needs::Nothing);
        assert_eq!(needs(r"(?:donate)*|a").0, Needs::Nothing);
        admits(r"(?:donate|\d+) today", &[("5 today", true), ("donate", false)]);
    }

    #[test]
    fn what_was_known_of_one_text_is_not_said_of_the_next() {
        admits("donate", &[("donate", true), ("no", false), ("donate", true)]);
    }
}
