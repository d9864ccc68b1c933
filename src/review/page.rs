//! Writes the review as one page that needs nothing but itself: no network, no other file.
//!
//! HTML, CSS and script are the files in `page`. The removals are data in the page, and the script makes text of them,
//! never HTML. A policy in the page forbids every request, and every script and style but these two.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::Printer;
use super::difference::{Difference, Side};
use super::doubt::DOUBTS;
use super::excerpt::Part;
use super::groups::{Gathered, Gathering, Sample};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// So many pieces of evidence are shown with a removal.
const MOST_EVIDENCE: usize = 8;

/// Writes the page, when all removals are known.
pub struct PagePrinter<W> {
    out: W,
    title: String,
    /// Names the pattern sets.
    sets: String,
    gathering: Gathering,
}

impl<W: Write> PagePrinter<W> {
    /// Writes to `out`. The gathering is by pattern; its limits are those of the page.
    pub fn new(out: W, title: &str, sets: String, gathering: Gathering) -> Self {
        Self {
            out,
            title: title.to_owned(),
            sets,
            gathering,
        }
    }
}

#[derive(Serialize)]
struct Data<'a> {
    /// Tells this review from others.
    id: String,
    sets: &'a str,
    verdicts: BTreeMap<&'static str, u64>,
    documents: u64,
    doubts: Vec<&'static str>,
    patterns: Vec<Pattern<'a>>,
    files: Vec<&'a str>,
    /// For each file whether it is one document.
    single: Vec<bool>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Pattern<'a> {
    id: &'a str,
    category: &'a str,
    verdict: &'static str,
    removals: u64,
    documents: u64,
    doubt: f64,
}

/// A removal: its pattern, its file, the number of its document, the field, the first and the last line, the reason, the
/// two sums, a bit for each doubt, the text in parts, the evidence.
type Item<'a> = (
    usize,
    usize,
    u64,
    Option<&'a str>,
    usize,
    usize,
    &'a str,
    Option<f32>,
    Option<f32>,
    u8,
    Vec<(u8, &'a str)>,
    Vec<(&'a str, &'a str)>,
);

impl<'a> Data<'a> {
    fn of(gathered: &'a Gathered, sets: &'a str) -> Self {
        let mut data = Self {
            id: String::new(),
            sets,
            verdicts: gathered
                .verdicts
                .iter()
                .map(|(verdict, count)| (verdict.name(), *count))
                .collect(),
            documents: gathered.documents,
            doubts: DOUBTS.iter().map(|(name, _)| *name).collect(),
            patterns: Vec::new(),
            files: Vec::new(),
            single: Vec::new(),
            items: Vec::new(),
        };
        let mut files = HashMap::new();
        for (index, group) in gathered.groups.iter().enumerate() {
            let has_pattern = group.category.is_some();
            data.patterns.push(Pattern {
                id: if has_pattern { &group.name } else { "" },
                category: group.category.as_deref().unwrap_or_default(),
                verdict: group.verdict.name(),
                removals: group.removals,
                documents: group.documents,
                doubt: group.doubt(),
            });
            for sample in &group.samples {
                let file = *files.entry(sample.place.file.as_str()).or_insert_with(|| {
                    data.files.push(&sample.place.file);
                    data.single.push(sample.place.is_file);
                    data.files.len() - 1
                });
                data.items.push(item(sample, index, file));
            }
        }
        data
    }
}

fn item(sample: &Sample, pattern: usize, file: usize) -> Item<'_> {
    let change = &sample.change;
    let why = change.why.as_ref();
    let bits = sample.doubts.all().into_iter().enumerate();
    let evidence = why.map_or(&[][..], |why| &why.evidence);
    (
        pattern,
        file,
        sample.place.document,
        sample.place.field.as_deref(),
        change.lines.0,
        change.lines.1,
        why.map_or("", |why| &why.reason),
        why.and_then(|why| why.sum),
        why.and_then(|why| why.letter_sum),
        bits.map(|(bit, is)| u8::from(is) << bit).sum(),
        sample
            .parts
            .iter()
            .map(|part| (kind(part), part.text.as_str()))
            .collect(),
        evidence
            .iter()
            .take(MOST_EVIDENCE)
            .map(|clue| (clue.says.unwrap_or_default(), clue.text.as_str()))
            .collect(),
    )
}

fn kind(part: &Part) -> u8 {
    match (part.side, part.own) {
        (Side::Both, _) => 0,
        (Side::Old, true) => 1,
        (Side::New, true) => 2,
        (Side::Old, false) => 3,
        (Side::New, false) => 4,
    }
}

impl<W: Write> Printer for PagePrinter<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        self.gathering.add(difference);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let gathered = self.gathering.finish();
        let mut data = Data::of(&gathered, &self.sets);
        let mut digest = Sha256::new();
        for item in &data.items {
            digest.update(serde_json::to_vec(item)?);
        }
        data.id = crate::ledger::hex(&digest.finalize()[..8]);
        let policy = format!(
            "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
            source_hash(SCRIPT),
            source_hash(STYLE)
        );
        let mut rest = PAGE;
        while let Some((before, behind)) = rest.split_once("{{") {
            self.out.write_all(before.as_bytes())?;
            let Some((name, behind)) = behind.split_once("}}") else {
                break;
            };
            match name {
                "policy" => self.out.write_all(policy.as_bytes())?,
                "style" => self.out.write_all(STYLE.as_bytes())?,
                "script" => self.out.write_all(SCRIPT.as_bytes())?,
                "title" => self.out.write_all(escape(&self.title).as_bytes())?,
                _ => serde_json::to_writer(InScript(&mut self.out), &data)?,
            }
            rest = behind;
        }
        self.out.write_all(rest.as_bytes())?;
        self.out.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How a policy names a script or style: by its hash.
fn source_hash(source: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hash = Sha256::digest(source.as_bytes());
    let mut digits = String::from("sha256-");
    for three in hash.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, at| bits << 8 | u32::from(*three.get(at).unwrap_or(&0)));
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at)) as usize & 63];
            digits.push(if at <= three.len() { char::from(digit) } else { '=' });
        }
    }
    digits
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Writes JSON that no browser takes for the end of the script that it is in: `<` stands only in strings, where it may be written otherwise.
struct InScript<W>(W);

impl<W: Write> Write for InScript<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'<', rest) {
            self.0.write_all(&rest[..at])?;
            self.0.write_all(br"\u003c")?;
            rest = &rest[at + 1..];
        }
        self.0.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_as_policies_want_them() {
        assert_eq!(source_hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    /// The colours of a name, for light and for dark, as numbers of red, green and blue from 0 to 1.
    fn colors(name: &str) -> [[f64; 3]; 2] {
        let start = format!("--{name}: light-dark(");
        let rest = STYLE.split_once(&start).unwrap_or_else(|| panic!("no {name}")).1;
        let both = rest.split_once(')').expect("its end").0;
        let one = |color: &str| {
            let digits = color.trim().trim_start_matches('#');
            let value = u32::from_str_radix(digits, 16).expect("six digits");
            [16, 8, 0].map(|shift| f64::from(value >> shift & 255) / 255.0)
        };
        let (light, dark) = both.split_once(',').expect("two of them");
        [one(light), one(dark)]
    }

    /// As the Web Content Accessibility Guidelines define it.
    fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
        let luminance = |color: [f64; 3]| {
            let linear = color.map(|c| {
                if c <= 0.04045 {
                    c / 12.92
                } else {
                    ((c + 0.055) / 1.055).powf(2.4)
                }
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn what_is_written_can_be_read() {
        let pairs = [
            ("text", "page", 7.0),
            ("text", "panel", 7.0),
            ("quiet", "page", 4.5),
            ("quiet", "panel", 4.5),
            ("gone", "page", 4.5),
            ("gone", "gone-page", 4.5),
            ("come", "come-page", 4.5),
            ("link", "page", 4.5),
            ("link-text", "link", 4.5),
            ("rule", "page", 3.0),
            ("bar", "page", 3.0),
            ("focus", "page", 3.0),
        ];
        for (upper, lower, least) in pairs {
            for (mode, (upper_color, lower_color)) in ["light", "dark"]
                .iter()
                .zip(colors(upper).into_iter().zip(colors(lower)))
            {
                let measured = contrast(upper_color, lower_color);
                assert!(measured >= least, "{upper} on {lower}, {mode}: {measured:.2}");
            }
        }
    }
}
