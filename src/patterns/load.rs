//! Turns the text of a pattern file into a [`PatternSet`], or says what is wrong, where, and what would be right.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use regex_syntax::hir::Hir;
use serde::Deserialize;
use toml::Spanned;

use super::schema::{
    Anchor, Case, Category, Cut, Family, Kind, Marker, Pattern, PatternSet, PatternSets, Phrases, Place, Thresholds,
};
use crate::text::fold;
use crate::text::words::goes_on;

/// The longest block or section, in lines: what a stream holds back at most.
pub const MOST_LINES: usize = 64;
/// The name of the file with the thresholds.
pub const JUDGE: &str = "judge.toml";
const LINE_MAX_CHARS: usize = 300;
const ITEM_MAX_CHARS: usize = 120;

/// What is wrong with a pattern file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}: {message}")]
pub struct LoadError {
    /// The file, as it was handed over.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl PatternSets {
    /// Adds pattern files, each given by its path and its text, and returns the ids of their sets. A set with the id of one that is there takes its
    /// place; a file `judge.toml` has the thresholds.
    ///
    /// # Errors
    /// The first thing that is wrong in each file. Then nothing is added.
    pub fn add_files(
        &mut self,
        files: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<String>, Vec<LoadError>> {
        let mut sets = Vec::new();
        let mut thresholds = None;
        let mut errors = Vec::new();
        for (path, text) in files {
            if file_name(&path) == JUDGE {
                match load_thresholds(&path, &text) {
                    Ok(loaded) => thresholds = Some(loaded),
                    Err(error) => errors.push(error),
                }
            } else {
                match load_set(&path, text) {
                    Ok(set) => sets.push(set),
                    Err(error) => errors.push(error),
                }
            }
        }
        let mut ids: Vec<(String, String)> = sets.iter().map(|set| (set.id.clone(), set.path.clone())).collect();
        ids.sort();
        for pair in ids.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            errors.push(LoadError {
                path: pair[1].1.clone(),
                line: 1,
                message: format!("the set id `{}` is taken by {}; ids are unique", pair[1].0, pair[0].1),
            });
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.extend(sets);
        self.thresholds = thresholds.unwrap_or(self.thresholds);
        Ok(ids.into_iter().map(|(id, _)| id).collect())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    set: Spanned<RawSet>,
    #[serde(default)]
    pattern: Vec<RawPattern>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSet {
    id: Spanned<String>,
    language: String,
    publisher: Option<String>,
    #[serde(default)]
    names: Vec<String>,
    summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPattern {
    id: Spanned<String>,
    category: Category,
    kind: RawKind,
    family: Option<Family>,
    weight: Option<f32>,
    anchor: Option<Anchor>,
    #[serde(default)]
    literals: Vec<String>,
    #[serde(default)]
    stems: Vec<String>,
    regex: Option<String>,
    start: Option<RawMarker>,
    end: Option<RawMarker>,
    cut: Option<Cut>,
    place: Option<Place>,
    max_lines: Option<usize>,
    max_chars: Option<usize>,
    #[serde(default)]
    only_own: bool,
    #[serde(default)]
    against: Vec<String>,
    #[serde(default, rename = "match")]
    matches: Vec<String>,
    #[serde(default)]
    no_match: Vec<String>,
    #[serde(default)]
    case: Vec<Case>,
    added: toml::value::Datetime,
    provenance: String,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    Line,
    Block,
    Section,
    Span,
    Cue,
    Post,
    Guard,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMarker {
    anchor: Option<Anchor>,
    #[serde(default)]
    literals: Vec<String>,
    #[serde(default)]
    stems: Vec<String>,
    regex: Option<String>,
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Reads one pattern file. `path` is used in messages, and its file name must be the end of the set's id.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn load_set(path: &str, text: impl Into<Cow<'static, str>>) -> Result<PatternSet, LoadError> {
    let source = text.into();
    let text = source.as_ref();
    let at = |offset: usize, message: String| LoadError {
        path: path.to_owned(),
        line: line_of(text, offset),
        message,
    };
    let file: RawFile = parse(path, text)?;
    let raw = file.set.into_inner();
    let id_at = raw.id.span().start;
    let id = raw.id.into_inner();
    let stem = file_name(path).trim_end_matches(".toml");
    let language = raw.language.split('-').next().unwrap_or_default();
    if id != format!("{language}.{stem}") {
        let message =
            format!("the set id is `{id}`, but language and file name make it `{language}.{stem}`; rename one of them");
        return Err(at(id_at, message));
    }
    if !is_kebab(stem) || !is_kebab(language) {
        return Err(at(
            id_at,
            format!("`{id}`: file names and languages are small letters, digits and hyphens"),
        ));
    }

    let mut patterns: Vec<Arc<Pattern>> = Vec::with_capacity(file.pattern.len());
    for raw_pattern in file.pattern {
        let id_at = raw_pattern.id.span().start;
        let full = format!("{id}.{}", raw_pattern.id.get_ref());
        let line = line_of(text, id_at);
        let mut pattern = pattern(raw_pattern, full, line).map_err(|message| at(id_at, message))?;
        if pattern.only_own && raw.publisher.is_none() {
            let message = format!(
                "`{}` is `only_own`, but the set has no publisher; name its domain as `publisher` in [set]",
                pattern.id
            );
            return Err(at(id_at, message));
        }
        pattern.publisher = raw.publisher.clone();
        if let Some(twin) = patterns.iter().find(|known| known.id == pattern.id) {
            let message = format!(
                "the id `{}` is taken by the pattern in line {}; ids are unique",
                pattern.id, twin.line
            );
            return Err(at(id_at, message));
        }
        patterns.push(Arc::new(pattern));
    }
    Ok(PatternSet {
        id,
        language: raw.language,
        publisher: raw.publisher,
        names: raw.names,
        summary: raw.summary,
        patterns,
        path: path.to_owned(),
        source,
    })
}

impl PatternSets {
    /// What is wrong with exceptions: each is against patterns, and those must be there, or it keeps nothing, or the wrong thing, without a word.
    pub fn lost_exceptions(&self) -> Vec<LoadError> {
        let guards = self
            .sets
            .iter()
            .flat_map(|set| set.patterns.iter().map(move |pattern| (set, pattern)));
        let against = |pattern: &Pattern| match &pattern.kind {
            Kind::Guard { against, .. } => against.clone(),
            _ => Vec::new(),
        };
        let exceptions: Vec<_> = guards
            .flat_map(|(set, pattern)| against(pattern).into_iter().map(move |id| (set, pattern, id)))
            .collect();
        if exceptions.is_empty() {
            return Vec::new();
        }
        let known: HashSet<&str> = self.patterns().map(|pattern| pattern.id.as_str()).collect();
        let lost = exceptions.into_iter().filter(|(.., id)| !known.contains(id.as_str()));
        lost.map(|(set, pattern, id)| LoadError {
            path: set.path.clone(),
            line: pattern.line,
            message: format!(
                "the exception `{}` is against `{id}`, which is no pattern any more; take it out, or name the pattern that removes its text now",
                pattern.id
            ),
        })
        .collect()
    }
}

/// Reads the thresholds (`judge.toml`).
///
/// # Errors
/// The first thing that is wrong, with its line.
pub fn load_thresholds(path: &str, text: &str) -> Result<Thresholds, LoadError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct RawJudge {
        judge: Thresholds,
    }
    parse::<RawJudge>(path, text).map(|file| file.judge)
}

fn parse<T: for<'de> Deserialize<'de>>(path: &str, text: &str) -> Result<T, LoadError> {
    toml::from_str(text).map_err(|error| LoadError {
        path: path.to_owned(),
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        message: explain_toml(error.message()),
    })
}

/// Adds the nearest valid word to what the TOML reader says.
///
/// The reader names the wrong word first and the right ones after it, each in backticks.
pub fn explain_toml(message: &str) -> String {
    let message = message.lines().next().unwrap_or(message);
    let unknown = ["unknown field", "unknown variant"]
        .iter()
        .any(|start| message.starts_with(start));
    if !unknown {
        return message.to_owned();
    }
    let mut words = message.split('`').skip(1).step_by(2);
    let Some(wrong) = words.next() else {
        return message.to_owned();
    };
    let what = if message.starts_with("unknown field") {
        "key"
    } else {
        "value"
    };
    unknown_word(what, wrong, &words.collect::<Vec<_>>())
}

/// Says that a word is unknown, which one is nearest, or which there are.
pub(crate) fn unknown_word(what: &str, wrong: &str, right: &[&str]) -> String {
    let nearest = right
        .iter()
        .map(|word| (strsim::jaro_winkler(wrong, word), *word))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(likeness, _)| *likeness > 0.75);
    match nearest {
        Some((_, word)) => format!("unknown {what} `{wrong}`; did you mean `{word}`?"),
        None if right.len() <= 24 => format!("unknown {what} `{wrong}`; one of {} is expected", right.join(", ")),
        None => format!("unknown {what} `{wrong}`"),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
}

fn is_kebab(id: &str) -> bool {
    !id.is_empty()
        && !id.starts_with('-')
        && !id.ends_with('-')
        && id
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn pattern(raw: RawPattern, id: String, line: usize) -> Result<Pattern, String> {
    let own_id = raw.id.get_ref();
    if !is_kebab(own_id) {
        return Err(format!(
            "`{own_id}` is no id: use small letters, digits and hyphens, as in `newsletter-signup`"
        ));
    }
    allow_only(&raw)?;
    if raw.matches.is_empty() && raw.case.is_empty() {
        return Err(format!(
            "`{id}` proves nothing: give at least one text that it removes, as `match = [\"…\"]`"
        ));
    }
    if raw.no_match.is_empty() {
        return Err(format!(
            "`{id}` has no near miss: give a sentence of journalism in the same words that must stay, as `no_match = [\"…\"]`"
        ));
    }
    let kind = kind(&raw).map_err(|message| format!("`{id}`: {message}"))?;
    Ok(Pattern {
        id,
        category: raw.category,
        kind,
        publisher: None,
        only_own: raw.only_own,
        matches: raw.matches,
        near_misses: raw.no_match,
        cases: raw.case,
        added: raw.added.to_string(),
        provenance: raw.provenance,
        line,
    })
}

/// Refuses keys that mean nothing for the kind.
fn allow_only(raw: &RawPattern) -> Result<(), String> {
    use RawKind::{Block, Cue, Guard, Line, Post, Section, Span};
    let given: &[(&str, bool, &[RawKind])] = &[
        ("family", raw.family.is_some(), &[Cue]),
        ("weight", raw.weight.is_some(), &[Cue, Post, Guard]),
        ("anchor", raw.anchor.is_some(), &[Line, Section, Span, Cue, Post, Guard]),
        (
            "literals",
            !raw.literals.is_empty(),
            &[Line, Section, Span, Cue, Post, Guard],
        ),
        ("stems", !raw.stems.is_empty(), &[Line, Section, Span, Cue, Post, Guard]),
        ("regex", raw.regex.is_some(), &[Line, Section, Span, Cue, Post, Guard]),
        ("start", raw.start.is_some(), &[Block]),
        ("end", raw.end.is_some(), &[Block]),
        ("cut", raw.cut.is_some(), &[Span]),
        ("place", raw.place.is_some(), &[Post]),
        ("max_lines", raw.max_lines.is_some(), &[Block, Section]),
        ("against", !raw.against.is_empty(), &[Guard]),
        ("max_chars", raw.max_chars.is_some(), &[Line, Section]),
    ];
    for (key, is_given, kinds) in given {
        if *is_given && !kinds.contains(&raw.kind) {
            return Err(format!(
                "`{}`: the key `{key}` means nothing for this kind of pattern; take it out",
                raw.id.get_ref()
            ));
        }
    }
    Ok(())
}

fn kind(raw: &RawPattern) -> Result<Kind, String> {
    let own = |default: Anchor| {
        let (anchor, phrases) = (raw.anchor.unwrap_or(default), (&raw.literals, &raw.stems, &raw.regex));
        marker(anchor, phrases)
    };
    let other = |raw: Option<&RawMarker>, name: &str| {
        let raw = raw.ok_or_else(|| format!("a block needs `{name} = {{ literals = [\"…\"] }}`"))?;
        marker(
            raw.anchor.unwrap_or(Anchor::Start),
            (&raw.literals, &raw.stems, &raw.regex),
        )
        .map_err(|message| format!("{name}: {message}"))
    };
    Ok(match raw.kind {
        RawKind::Line => Kind::Line {
            marker: own(Anchor::Whole)?,
            max_chars: raw.max_chars.unwrap_or(LINE_MAX_CHARS),
        },
        RawKind::Block => Kind::Block {
            start: other(raw.start.as_ref(), "start")?,
            end: other(raw.end.as_ref(), "end")?,
            max_lines: max_lines(raw)?,
        },
        RawKind::Section => Kind::Section {
            marker: own(Anchor::Whole)?,
            max_lines: max_lines(raw)?,
            max_chars: raw.max_chars.unwrap_or(ITEM_MAX_CHARS),
        },
        RawKind::Span => {
            let cut = raw
                .cut
                .ok_or("a span needs `cut = \"sentence\"` or `cut = \"bracket\"`")?;
            let default = if cut == Cut::Sentence {
                Anchor::End
            } else {
                Anchor::Anywhere
            };
            let marker = own(default)?;
            if !matches!(marker.anchor, Anchor::End | Anchor::Anywhere) {
                return Err("the anchor of a span is `end` or `anywhere`".to_owned());
            }
            Kind::Span { marker, cut }
        }
        RawKind::Cue => {
            let family = raw.family.ok_or("a cue needs a `family`")?;
            let default = if family == Family::Label {
                Anchor::Whole
            } else {
                Anchor::Anywhere
            };
            if family == Family::Label && raw.anchor.is_some_and(|anchor| anchor != Anchor::Whole) {
                return Err("a cue of the family `label` is a whole line; take `anchor` out".to_owned());
            }
            Kind::Cue {
                marker: own(default)?,
                family,
                weight: weight(raw)?,
            }
        }
        RawKind::Post => Kind::Post {
            marker: own(Anchor::Whole)?,
            place: raw.place.ok_or(
                "a post needs a `place`: does it stand at the `head` or at the `foot` of what a reader wrote?",
            )?,
            weight: weight(raw)?,
        },
        RawKind::Guard => Kind::Guard {
            marker: own(Anchor::Anywhere)?,
            weight: raw.weight,
            against: raw.against.clone(),
        },
    })
}

fn weight(raw: &RawPattern) -> Result<f32, String> {
    match raw.weight {
        Some(weight) if (0.1..=5.0).contains(&weight) => Ok(weight),
        Some(weight) => Err(format!("the weight {weight} is out of range: 1 is weak, 3 is strong")),
        None => Err("a cue or post needs a `weight`: 1, 2 or 3".to_owned()),
    }
}

fn max_lines(raw: &RawPattern) -> Result<usize, String> {
    match raw.max_lines {
        Some(lines @ 1..=MOST_LINES) => Ok(lines),
        Some(lines) => Err(format!(
            "`max_lines = {lines}` is out of range: 1 to {MOST_LINES} lines"
        )),
        None => Err(format!(
            "`max_lines` is missing: how many lines can it have at most (1 to {MOST_LINES})?"
        )),
    }
}

fn marker(
    anchor: Anchor,
    (literals, stems, regex): (&Vec<String>, &Vec<String>, &Option<String>),
) -> Result<Marker, String> {
    if literals.is_empty() && stems.is_empty() && regex.is_none() {
        return Err("there is nothing to look for: give `literals`, `stems` or a `regex`".to_owned());
    }
    for phrase in literals.iter().chain(stems) {
        let folded = fold::Folded::of(phrase);
        let letters = folded.text()[folded.core()].chars().count();
        if letters == 0 || (letters < 2 && anchor != Anchor::Whole) {
            return Err(format!(
                "the phrase `{phrase}` is too short: it has fewer than two letters"
            ));
        }
    }
    if let Some(source) = regex {
        let hir = parse_regex(source)?;
        if hir.properties().minimum_len().is_none_or(|length| length == 0) {
            return Err("the regex can match nothing at all, and so every line; make a part of it required".to_owned());
        }
        if required_literals(&hir, true, &|_| 0).is_none() {
            return Err(
                "the regex has no word of two or more letters that is always there; without one it would be tried on every line".to_owned(),
            );
        }
    }
    Ok(Marker {
        anchor,
        phrases: Phrases {
            literals: literals.clone(),
            stems: stems.clone(),
            regex: regex.clone(),
        },
    })
}

/// Parses a regex over folded text.
pub(crate) fn parse_regex(source: &str) -> Result<Hir, String> {
    regex_syntax::Parser::new()
        .parse(&fold::fold_regex(source))
        .map_err(|error| {
            let (kind, at) = match &error {
                regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.offset),
                regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.offset),
                _ => (error.to_string(), 0),
            };
            format!(
                "the regex cannot be read: {kind}, at character {} of `{}`",
                at + 1,
                source.trim()
            )
        })
}

/// How the matches of a regex begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FirstLiterals {
    pub texts: Vec<String>,
    /// They may begin with a digit, too.
    pub digit: bool,
}

/// Literals of which one begins every match of a regex, unless it begins with a digit; `None` where there are too many.
pub(crate) fn first_literals(hir: &Hir) -> Option<FirstLiterals> {
    use regex_syntax::hir::literal::Extractor;
    const MOST: usize = 500;
    const LONGEST: usize = 12;
    let first = Extractor::new()
        .limit_total(MOST)
        .limit_literal_len(LONGEST)
        .extract(&with_one_digit(hir));
    let mut texts = Vec::new();
    let mut digit = false;
    for literal in first.literals()? {
        let text = std::str::from_utf8(literal.as_bytes()).ok()?;
        let before_digit = text.split(ANY_DIGIT).next().unwrap_or_default();
        match before_digit {
            "" if text.is_empty() => return None,
            "" => digit = true,
            // Any line may begin with a letter.
            letter if letter.len() == 1 && letter.starts_with(goes_on) => return None,
            _ => texts.push(before_digit.to_owned()),
        }
    }
    texts.sort();
    // A literal that another one begins is found with it.
    texts.dedup_by(|longer, shorter| longer.starts_with(shorter.as_str()));
    Some(FirstLiterals { texts, digit })
}

/// Stands for any digit, of which there are hundreds.
const ANY_DIGIT: char = '\0';

/// A regex with one character for all digits.
fn with_one_digit(hir: &Hir) -> Hir {
    use regex_syntax::hir::{Capture, Class, HirKind, Repetition};
    /// A class with more characters in a row is more than digits.
    const MOST: u32 = 64;
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => {
            let all_digits = class.ranges().iter().all(|range| {
                u32::from(range.end()) - u32::from(range.start()) < MOST
                    && (range.start()..=range.end()).all(char::is_numeric)
            });
            if all_digits && !class.ranges().is_empty() {
                Hir::literal([ANY_DIGIT as u8])
            } else {
                hir.clone()
            }
        }
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(with_one_digit(&repetition.sub)),
            ..repetition.clone()
        }),
        HirKind::Capture(capture) => Hir::capture(Capture {
            sub: Box::new(with_one_digit(&capture.sub)),
            ..capture.clone()
        }),
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(with_one_digit).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.iter().map(with_one_digit).collect()),
        _ => hir.clone(),
    }
}

/// The shortest literal by which a regex may be looked for.
const SHORTEST_LITERAL: usize = 2;

/// A literal by which a regex is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Required {
    pub text: String,
    /// Where it begins, no word goes on.
    pub apart: bool,
}

/// Literals of which one is in every match of a regex: what the scan looks for before the regex is tried. `apart`: no word goes on where the match begins.
///
/// Where there are several such lists, it is the one that costs least, or else the one with the longest literals. `None` where there is none, or its literals are
/// too short.
pub(crate) fn required_literals(hir: &Hir, apart: bool, cost: &dyn Fn(&Required) -> u32) -> Option<Vec<Required>> {
    use regex_syntax::hir::HirKind;
    let worth = |literals: &Vec<Required>| {
        let length = literals.iter().map(|literal| literal.text.len()).min();
        (Reverse(literals.iter().map(cost).sum::<u32>()), length)
    };
    match hir.kind() {
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?.to_owned();
            (text.trim().chars().count() >= SHORTEST_LITERAL).then(|| vec![Required { text, apart }])
        }
        HirKind::Capture(capture) => required_literals(&capture.sub, apart, cost),
        HirKind::Repetition(repetition) if repetition.min > 0 => {
            // Only the first of its turns begins where it begins.
            required_literals(&repetition.sub, apart && repetition.max == Some(1), cost)
        }
        HirKind::Concat(parts) => {
            let mut apart = apart;
            let mut found = Vec::new();
            for part in parts {
                found.extend(required_literals(part, apart, cost));
                apart = ends_apart(part, apart);
            }
            found.into_iter().max_by_key(worth)
        }
        HirKind::Alternation(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(required_literals(part, apart, cost)?);
            }
            all.sort();
            all.dedup();
            Some(all)
        }
        _ => None,
    }
}

/// Whether no word goes on where a part of a regex ends, if `apart` tells the same of its beginning.
fn ends_apart(hir: &Hir, apart: bool) -> bool {
    use regex_syntax::hir::{Class, HirKind, Look};
    /// A class with more characters is taken for one with letters.
    const MOST: u32 = 64;
    match hir.kind() {
        HirKind::Empty => apart,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).is_ok_and(|text| !text.ends_with(goes_on)),
        HirKind::Class(Class::Unicode(class)) => class.ranges().iter().all(|range| {
            u32::from(range.end()) - u32::from(range.start()) < MOST && !(range.start()..=range.end()).any(goes_on)
        }),
        HirKind::Class(Class::Bytes(_)) => false,
        // A literal that begins with a letter can then stand only at the start of a word.
        HirKind::Look(Look::WordUnicode | Look::WordStartUnicode | Look::Start) => true,
        HirKind::Look(_) => apart,
        HirKind::Repetition(repetition) => {
            let ends = ends_apart(&repetition.sub, false);
            if repetition.min == 0 { ends && apart } else { ends }
        }
        HirKind::Capture(capture) => ends_apart(&capture.sub, apart),
        HirKind::Concat(parts) => parts.iter().fold(apart, |apart, part| ends_apart(part, apart)),
        HirKind::Alternation(parts) => parts.iter().all(|part| ends_apart(part, apart)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn required(source: &str) -> Option<Vec<Required>> {
        required_literals(&parse_regex(source).expect("a good regex"), false, &|_| 0)
    }

    fn literals(source: &str) -> Option<Vec<String>> {
        Some(required(source)?.into_iter().map(|literal| literal.text).collect())
    }

    #[test]
    fn literals_stand_apart_where_no_letter_can_be_before_them() {
        let apart = |source: &str| required(source).map(|literals| literals.iter().all(|literal| literal.apart));
        assert_eq!(apart(r"\d+\s?(?: comments)"), Some(true));
        assert_eq!(apart(r"\d\s(?:comments|views)"), Some(true));
        assert_eq!(apart(r"\bcomments"), Some(true));
        assert_eq!(apart(r"\d\s?comments"), Some(true));
        assert_eq!(apart(r"\d\s?k?comments"), Some(false));
        assert_eq!(apart(r".{3}comments"), Some(false));
        assert_eq!(apart(r"(?:comments ?)+"), Some(false));
    }

    #[test]
    fn the_longest_required_literal_is_chosen() {
        assert_eq!(literals(r"from \$\d+ a month"), Some(vec![" a month".to_owned()]));
        assert_eq!(
            literals(r"(?:per month|each week),? \d+"),
            Some(vec!["each week".to_owned(), "per month".to_owned()])
        );
        assert_eq!(literals(r"\d+ (?:comments)?"), None);
    }

    #[test]
    fn unknown_words_are_named_with_the_nearest() {
        assert_eq!(
            explain_toml("unknown field `litterals`, expected one of `id`, `literals`, `stems`"),
            "unknown key `litterals`; did you mean `literals`?"
        );
        assert_eq!(
            explain_toml("unknown variant `zzz`, expected `a` or `b`"),
            "unknown value `zzz`; one of a, b is expected"
        );
    }
}
