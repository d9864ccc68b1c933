//! Turns pattern sets into one table of literals, each leading to the rules that it may be a hit of.

use std::collections::BTreeMap;

use regex_syntax::hir::Hir;

use crate::patterns::load::{FirstLiterals, Required, first_literals, required_literals};
use crate::patterns::slim::running_regex;
use crate::patterns::{Anchor, Marker, PatternSets};
use crate::text::fold::Folded;

use super::gate::Gate;
use super::needs::{Needles, Needs};
use super::pack::{Numbers, Pieces, Writer, number};
use super::rarity::Rarity;
use super::scan::{Inside, Places, Scanner};

/// Which part of a rule a literal belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// The rule's only marker, or the start of its block.
    First,
    /// The end of its block.
    Last,
}

/// What a hit of a literal may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The rule's phrase itself; with `stem`, its last word may go on.
    Phrase {
        rule: u32,
        role: Role,
        anchor: Anchor,
        stem: bool,
    },
    /// A literal without which the regex cannot match.
    Regex { regex: u32 },
    /// A line that is the name of a publisher.
    Name { publisher: u32 },
}

impl Target {
    /// As two numbers.
    fn pack(self) -> [u32; 2] {
        match self {
            Self::Phrase {
                rule,
                role,
                anchor,
                stem,
            } => [
                u32::from(stem) << 2 | u32::from(role == Role::Last) << 3 | (anchor as u32) << 4,
                rule,
            ],
            Self::Regex { regex } => [1, regex],
            Self::Name { publisher } => [2, publisher],
        }
    }

    fn unpack([what, index]: [u32; 2]) -> Self {
        match what & 3 {
            0 => Self::Phrase {
                rule: index,
                role: role(what >> 3 & 1),
                anchor: Anchor::ALL[(what >> 4) as usize],
                stem: what >> 2 & 1 == 1,
            },
            1 => Self::Regex { regex: index },
            _ => Self::Name { publisher: index },
        }
    }
}

pub(crate) fn role(number: u32) -> Role {
    if number == 0 { Role::First } else { Role::Last }
}

/// The literals of all patterns, what they lead to, and the regexes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub scanner: Scanner,
    /// Two numbers each, grouped by literals.
    pub targets: Numbers,
    /// Where the targets of each literal end.
    pub target_ends: Numbers,
    /// Rule, role, anchor, gate, needs and source of each regex.
    pub regexes: Pieces,
    /// The literals that the needs of regexes name.
    pub needles: Pieces,
    /// Regexes that may begin with a digit, whatever follows: for each byte that may begin one, where its regexes end, and then the regexes.
    pub loose: Numbers,
}

impl Table {
    /// The table of all patterns of the sets, each known by its place among them, and of the names of publishers, known by their domains' first places
    /// among the sets.
    pub fn of(sets: &PatternSets) -> Self {
        let misses = sets.patterns().flat_map(|pattern| &pattern.near_misses);
        let sample: Vec<Folded> = misses.map(|text| Folded::of(text)).collect();
        let mut draft = Draft {
            rarity: Rarity::of(sample.iter().map(Folded::text)),
            ..Draft::default()
        };
        for (rule, pattern) in sets.patterns().enumerate() {
            for (marker, role) in pattern.kind.markers().zip([Role::First, Role::Last]) {
                draft.add(number(rule), role, pattern.kind.phrase_anchor(marker), marker);
            }
        }
        let mut domains: Vec<&str> = Vec::new();
        for set in &sets.sets {
            let Some(domain) = set.publisher.as_deref() else {
                continue;
            };
            let publisher = domains.iter().position(|known| *known == domain).unwrap_or_else(|| {
                domains.push(domain);
                domains.len() - 1
            });
            if set.patterns.iter().any(|pattern| pattern.only_own) {
                for name in &set.names {
                    let publisher = number(publisher);
                    draft.push(
                        fold_phrase(name, Anchor::Whole, false),
                        Target::Name { publisher },
                        Places::HEAD,
                    );
                }
            }
        }
        draft.finish()
    }

    /// The regexes to try on a line that begins with a byte.
    pub fn loose(&self, first: u8) -> impl Iterator<Item = u32> + '_ {
        const BYTES: usize = 256;
        let first = usize::from(first);
        let start = if first == 0 { 0 } else { self.loose.get(first - 1) };
        (start..self.loose.get(first)).map(|at| self.loose.get(BYTES + at as usize))
    }

    /// What a literal leads to.
    pub fn targets(&self, literal: usize) -> impl Iterator<Item = Target> + '_ {
        let start = if literal == 0 {
            0
        } else {
            self.target_ends.get(literal - 1)
        };
        (start..self.target_ends.get(literal)).map(|at| {
            let at = 2 * at as usize;
            Target::unpack([self.targets.get(at), self.targets.get(at + 1)])
        })
    }
}

/// For each byte, where its regexes end, and then the regexes.
fn loose(gates: &[(u32, Gate)]) -> Vec<u32> {
    let mut ends = Vec::new();
    let mut regexes = Vec::new();
    for byte in 0..=u8::MAX {
        let may_be_digit = byte.is_ascii_digit() || !byte.is_ascii();
        let begins = |(_, gate): &&(u32, Gate)| may_be_digit && gate.begins_with(byte);
        regexes.extend(gates.iter().filter(begins).map(|(regex, _)| *regex));
        ends.push(number(regexes.len()));
    }
    ends.extend(regexes);
    ends
}

#[derive(Default)]
struct Draft {
    literals: BTreeMap<String, (Places, Vec<Target>)>,
    regexes: Vec<Vec<u8>>,
    needles: Needles,
    loose: Vec<(u32, Gate)>,
    rarity: Rarity,
}

impl Draft {
    fn add(&mut self, rule: u32, role: Role, anchor: Anchor, marker: &Marker) {
        let literals = marker.phrases.literals.iter().map(|text| (text, false));
        let stems = marker.phrases.stems.iter().map(|text| (text, true));
        for (text, stem) in literals.chain(stems) {
            let target = Target::Phrase {
                rule,
                role,
                anchor,
                stem,
            };
            let places = if matches!(anchor, Anchor::Whole | Anchor::Start) {
                Places::HEAD
            } else {
                Places::WORDS
            };
            self.push(fold_phrase(text, anchor, stem), target, places);
        }
        if let Some(source) = &marker.phrases.regex {
            let regex = number(self.regexes.len());
            let at_start = matches!(anchor, Anchor::Whole | Anchor::Start);
            let target = Target::Regex { regex };
            // The loader has proved that it can be read.
            let running = running_regex(source).unwrap_or_default();
            let hir = regex_syntax::parse(&running).unwrap_or_else(|_| Hir::fail());
            let gate = Gate::of(&hir);
            let first = if at_start { first_literals(&hir) } else { None };
            if let Some(FirstLiterals { texts, digit }) = first {
                // The start of a line is looked at in any case.
                for text in texts {
                    self.push(text, target, Places::HEAD);
                }
                if digit {
                    self.loose.push((regex, gate.clone()));
                }
            } else {
                let required = required_literals(&hir, at_start, &|literal| self.rarity.cost(literal));
                let inside = if gate.digit { Inside::WithDigit } else { Inside::Always };
                for Required { text, apart } in required.unwrap_or_default() {
                    let inside = Places {
                        inside: Some(inside),
                        ..Places::default()
                    };
                    self.push(text, target, if apart { Places::WORDS } else { inside });
                }
            }
            let body = format!("(?:{running})");
            let source = match anchor {
                Anchor::Whole => format!(r"\A{body}\z"),
                Anchor::Start => format!(r"\A{body}"),
                Anchor::End => format!(r"{body}\z"),
                Anchor::Anywhere => body,
            };
            let mut writer = Writer::default();
            writer
                .number(rule as usize)
                .number(role as usize)
                .number(anchor as usize);
            gate.write(&mut writer);
            Needs::of(&hir, &mut self.needles).write(&mut writer);
            writer.text(&source);
            self.regexes.push(writer.0);
        }
    }

    fn push(&mut self, literal: String, target: Target, places: Places) {
        if literal.is_empty() {
            return;
        }
        let (known, targets) = self.literals.entry(literal).or_default();
        known.head |= places.head;
        known.words |= places.words;
        known.inside = known.inside.max(places.inside);
        targets.push(target);
    }

    fn finish(self) -> Table {
        let literals: Vec<(String, Places)> = self
            .literals
            .iter()
            .map(|(literal, known)| (literal.clone(), known.0))
            .collect();
        let mut ends = Vec::new();
        let mut targets = Vec::new();
        for (_, of_literal) in self.literals.values() {
            targets.extend(of_literal.iter().flat_map(|target| target.pack()));
            ends.push(number(targets.len() / 2));
        }
        Table {
            scanner: Scanner::of(&literals, &self.rarity),
            targets: Numbers::of(targets),
            target_ends: Numbers::of(ends),
            regexes: Pieces::of(self.regexes),
            needles: self.needles.pieces(),
            loose: Numbers::of(loose(&self.loose)),
        }
    }
}

/// The form of a phrase that is looked for: folded, and without the punctuation that its anchor disregards.
pub(crate) fn fold_phrase(text: &str, anchor: Anchor, stem: bool) -> String {
    let folded = Folded::of(text);
    let core = folded.core();
    let all = folded.text();
    let from = if matches!(anchor, Anchor::Whole | Anchor::Start) {
        core.start
    } else {
        0
    };
    let to = if matches!(anchor, Anchor::Whole | Anchor::End) && !stem {
        core.end
    } else {
        all.len()
    };
    all[from..to].to_owned()
}
