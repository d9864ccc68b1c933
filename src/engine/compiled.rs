//! All that a run needs of the pattern sets, as one piece of bytes.
//!
//! For the built-in sets it is made when the program is built; for others when they are loaded. There is one way to use it: patterns and regexes are taken out when
//! a text first needs them, so that a start costs nothing for those it does not need.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::patterns::{Anchor, Category, Cut, Family, Kind, Marker, Pattern, PatternSets, Phrases, Place, Thresholds};

use super::keys::Keys;
use super::pack::{Numbers, Pieces, Reader, Writer};
use super::scan::Scanner;
use super::table::Table;

/// What a run needs of the pattern sets.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub table: Table,
    /// The patterns, without phrases and proof.
    patterns: Pieces,
    /// For each set that has one: the publisher's domain, its names, and the name of the file.
    publishers: Pieces,
    /// The ids of the sets.
    sets: Pieces,
    pub thresholds: Thresholds,
    /// The sets' [`PatternSets::digest`].
    digest: String,
}

impl Compiled {
    /// Makes ready all patterns of the sets.
    ///
    /// Cost: every phrase is folded; some tens of milliseconds for thirty thousand.
    pub fn of(sets: &PatternSets) -> Self {
        let publisher = |set: &crate::patterns::PatternSet| {
            let file = set.id.rsplit('.').next().unwrap_or_default().to_owned();
            let domain = set.publisher.clone()?;
            let names: Vec<String> = [domain]
                .into_iter()
                .chain(set.names.iter().cloned())
                .chain([file])
                .collect();
            let mut writer = Writer::default();
            write_texts(&mut writer, &names);
            Some(writer.0)
        };
        Self {
            table: Table::of(sets),
            patterns: Pieces::of(sets.patterns().map(|pattern| write_pattern(pattern))),
            publishers: Pieces::of(sets.sets.iter().filter_map(publisher)),
            thresholds: sets.thresholds,
            sets: Pieces::of(sets.sets.iter().map(|set| &set.id)),
            digest: sets.digest(),
        }
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// A pattern, without its phrases and its proof.
    pub fn pattern(&self, rule: usize) -> Pattern {
        read_pattern(self.patterns.get(rule))
    }

    /// The publishers' domains, each with its names.
    pub fn publishers(&self) -> Vec<Vec<String>> {
        let read = |index| read_texts(&mut Reader(self.publishers.get(index)));
        (0..self.publishers.len()).map(read).collect()
    }

    /// The ids of the sets.
    pub fn set_ids(&self) -> Vec<String> {
        let read = |index| String::from_utf8_lossy(self.sets.get(index)).into_owned();
        (0..self.sets.len()).map(read).collect()
    }

    /// The sets' [`PatternSets::digest`].
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// All of it as bytes.
    #[allow(dead_code, reason = "the build script calls it, and a test")]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::default();
        let Scanner {
            literals,
            heads,
            line,
            words,
            floating,
            with_digit,
            finders: _,
        } = &self.table.scanner;
        write_pieces(&mut writer, literals);
        write_keys(&mut writer, heads);
        writer.bytes(&line.0);
        write_keys(&mut writer, words);
        writer.bytes(&floating.0).bytes(&with_digit.0);
        writer.bytes(&self.table.targets.0).bytes(&self.table.target_ends.0);
        write_pieces(&mut writer, &self.table.regexes);
        write_pieces(&mut writer, &self.table.needles);
        writer.bytes(&self.table.loose.0);
        write_pieces(&mut writer, &self.patterns);
        write_pieces(&mut writer, &self.publishers);
        write_pieces(&mut writer, &self.sets);
        writer.text(&self.digest);
        write_thresholds(&mut writer, &self.thresholds);
        writer.0
    }

    /// What [`to_bytes`](Self::to_bytes) wrote. Nothing large is copied.
    pub fn from_bytes(bytes: &'static [u8]) -> Self {
        let mut reader = Reader(bytes);
        let reader = &mut reader;
        let scanner = Scanner {
            literals: read_pieces(reader),
            heads: read_keys(reader),
            line: read_numbers(reader),
            words: read_keys(reader),
            floating: read_numbers(reader),
            with_digit: read_numbers(reader),
            finders: OnceLock::new(),
        };
        let table = Table {
            scanner,
            targets: read_numbers(reader),
            target_ends: read_numbers(reader),
            regexes: read_pieces(reader),
            needles: read_pieces(reader),
            loose: read_numbers(reader),
        };
        Self {
            table,
            patterns: read_pieces(reader),
            publishers: read_pieces(reader),
            sets: read_pieces(reader),
            digest: reader.text().to_owned(),
            thresholds: read_thresholds(reader),
        }
    }
}

fn write_pieces(writer: &mut Writer, pieces: &Pieces) {
    writer.bytes(&pieces.bytes).bytes(&pieces.ends.0);
}

fn read_pieces(reader: &mut Reader<'static>) -> Pieces {
    Pieces {
        bytes: Cow::Borrowed(reader.bytes()),
        ends: read_numbers(reader),
    }
}

fn read_numbers(reader: &mut Reader<'static>) -> Numbers {
    Numbers(Cow::Borrowed(reader.bytes()))
}

fn write_keys(writer: &mut Writer, keys: &Keys) {
    writer
        .number(keys.sizes as usize)
        .bytes(&keys.bits)
        .bytes(&keys.slots)
        .bytes(&keys.items.0);
}

fn read_keys(reader: &mut Reader<'static>) -> Keys {
    let sizes = reader.number();
    Keys {
        sizes: u32::try_from(sizes).expect("it was one"),
        bits: Cow::Borrowed(reader.bytes()),
        slots: Cow::Borrowed(reader.bytes()),
        items: read_numbers(reader),
    }
}

fn write_texts(writer: &mut Writer, texts: &[String]) {
    writer.number(texts.len());
    texts.iter().for_each(|text| {
        writer.text(text);
    });
}

fn read_texts(reader: &mut Reader<'_>) -> Vec<String> {
    (0..reader.number()).map(|_| reader.text().to_owned()).collect()
}

fn write_thresholds(writer: &mut Writer, thresholds: &Thresholds) {
    // Taken apart by name, so that a new one cannot be forgotten.
    let &Thresholds {
        line_sum,
        line_families,
        line_chars,
        letter_sum,
        letter_families,
        letter_mean,
        edge_sum,
        labels,
        gap_chars,
        gap_lines,
        gap_removed,
        foot_removed,
        repeat_sum,
        thread_sum,
        post_lines,
        post_chars,
    } = thresholds;
    for float in [
        line_sum,
        line_chars,
        letter_sum,
        letter_mean,
        edge_sum,
        repeat_sum,
        thread_sum,
    ] {
        writer.float(float);
    }
    for number in [
        line_families,
        letter_families,
        labels,
        gap_chars,
        gap_lines,
        gap_removed,
        foot_removed,
        post_lines,
        post_chars,
    ] {
        writer.number(number);
    }
}

fn read_thresholds(reader: &mut Reader<'_>) -> Thresholds {
    Thresholds {
        line_sum: reader.float(),
        line_chars: reader.float(),
        letter_sum: reader.float(),
        letter_mean: reader.float(),
        edge_sum: reader.float(),
        repeat_sum: reader.float(),
        thread_sum: reader.float(),
        line_families: reader.number(),
        letter_families: reader.number(),
        labels: reader.number(),
        gap_chars: reader.number(),
        gap_lines: reader.number(),
        gap_removed: reader.number(),
        foot_removed: reader.number(),
        post_lines: reader.number(),
        post_chars: reader.number(),
    }
}

fn write_pattern(pattern: &Pattern) -> Vec<u8> {
    let mut writer = Writer::default();
    writer
        .text(&pattern.id)
        .number(pattern.category as usize)
        .optional(pattern.publisher.as_deref())
        .number(pattern.only_own.into())
        .text(&pattern.added)
        .text(&pattern.provenance)
        .number(pattern.line);
    let writer_ref = &mut writer;
    let mut kind = |tag: usize, anchor: Anchor| {
        writer_ref.number(tag).number(anchor as usize);
    };
    match &pattern.kind {
        Kind::Line { marker, max_chars } => {
            kind(0, marker.anchor);
            writer.number(*max_chars);
        }
        Kind::Block { start, end, max_lines } => {
            kind(1, start.anchor);
            writer.number(end.anchor as usize).number(*max_lines);
        }
        Kind::Section {
            marker,
            max_lines,
            max_chars,
        } => {
            kind(2, marker.anchor);
            writer.number(*max_lines).number(*max_chars);
        }
        Kind::Span { marker, cut } => {
            kind(3, marker.anchor);
            writer.number(*cut as usize);
        }
        Kind::Cue { marker, family, weight } => {
            kind(4, marker.anchor);
            writer.number(*family as usize).float(*weight);
        }
        Kind::Post { marker, place, weight } => {
            kind(5, marker.anchor);
            writer.number(*place as usize).float(*weight);
        }
        Kind::Guard {
            marker,
            weight,
            against,
        } => {
            kind(6, marker.anchor);
            writer.number(weight.is_some().into()).float(weight.unwrap_or(0.0));
            writer.number(against.len());
            for id in against {
                writer.text(id);
            }
        }
    }
    writer.0
}

fn read_pattern(bytes: &[u8]) -> Pattern {
    let mut reader = Reader(bytes);
    let reader = &mut reader;
    let mut pattern = Pattern {
        id: reader.text().to_owned(),
        category: Category::ALL[reader.number()],
        publisher: reader.optional().map(str::to_owned),
        only_own: reader.number() > 0,
        added: reader.text().to_owned(),
        provenance: reader.text().to_owned(),
        line: reader.number(),
        matches: Vec::new(),
        near_misses: Vec::new(),
        cases: Vec::new(),
        kind: Kind::Guard {
            marker: wordless(0),
            weight: None,
            against: Vec::new(),
        },
    };
    let tag = reader.number();
    let marker = wordless(reader.number());
    pattern.kind = match tag {
        0 => Kind::Line {
            marker,
            max_chars: reader.number(),
        },
        1 => Kind::Block {
            start: marker,
            end: wordless(reader.number()),
            max_lines: reader.number(),
        },
        2 => Kind::Section {
            marker,
            max_lines: reader.number(),
            max_chars: reader.number(),
        },
        3 => Kind::Span {
            marker,
            cut: Cut::ALL[reader.number()],
        },
        4 => Kind::Cue {
            marker,
            family: Family::ALL[reader.number()],
            weight: reader.float(),
        },
        5 => Kind::Post {
            marker,
            place: Place::ALL[reader.number()],
            weight: reader.float(),
        },
        _ => {
            let weighs = reader.number() > 0;
            let weight = reader.float();
            Kind::Guard {
                marker,
                weight: weighs.then_some(weight),
                against: (0..reader.number()).map(|_| reader.text().to_owned()).collect(),
            }
        }
    };
    pattern
}

/// A marker of which only the anchor is known.
fn wordless(anchor: usize) -> Marker {
    Marker {
        anchor: Anchor::ALL[anchor],
        phrases: Phrases::default(),
    }
}
