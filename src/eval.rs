//! Scores a [`Stripper`] on text whose lines are labelled: how much of what should go goes, and how much body copy goes with it.
//!
//! A record is a JSON object with `id`, `text` and `labels`, one letter for each line of the text, and perhaps `source`, `language` and `inline` (pleas
//! that end an editorial line; cutting them is no loss). A line counts as removed when at least half of its characters are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::engine::{Stripped, Stripper};

/// What a label says of a line. A closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Must go.
    Boilerplate,
    /// May go: advertising, navigation, teasers.
    Furniture,
    /// Must stay.
    Editorial,
    /// Not scored.
    Other,
}

/// The letters, with their names and classes, in the order of reports.
const LABELS: &[(char, &str, Class)] = &[
    ('A', "appeal", Class::Boilerplate),
    ('N', "newsletter", Class::Boilerplate),
    ('S', "social", Class::Boilerplate),
    ('R', "related", Class::Boilerplate),
    ('P', "access", Class::Boilerplate),
    ('L', "legal", Class::Boilerplate),
    ('U', "comments", Class::Boilerplate),
    ('D', "advertising", Class::Furniture),
    ('V', "navigation", Class::Furniture),
    ('H', "teaser", Class::Furniture),
    ('K', "body", Class::Editorial),
    ('E', "body outside the gold", Class::Editorial),
    ('T', "title", Class::Editorial),
];

fn class(label: char) -> Class {
    LABELS
        .iter()
        .find(|known| known.0 == label)
        .map_or(Class::Other, |known| known.2)
}

/// A labelled document.
#[derive(Clone, Debug, Deserialize)]
pub struct Labelled {
    /// Names the document.
    pub id: String,
    /// Where it comes from, for the account by source.
    #[serde(default)]
    pub source: String,
    /// Its language, for the account by language.
    #[serde(default)]
    pub language: String,
    /// The text.
    pub text: String,
    /// A letter for each line.
    pub labels: String,
    /// Pleas that end an editorial line.
    #[serde(default)]
    pub inline: Vec<String>,
}

/// Counts of lines that should go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// All such lines.
    pub lines: usize,
    /// Those that went.
    pub removed: usize,
}

impl Found {
    /// The share that went, or 1 where there was nothing to find.
    pub fn recall(&self) -> f64 {
        if self.lines == 0 {
            1.0
        } else {
            self.removed as f64 / self.lines as f64
        }
    }

    fn add(&mut self, removed: bool) {
        self.lines += 1;
        self.removed += usize::from(removed);
    }
}

/// Characters of body copy, and how many were lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Loss {
    /// All of them.
    pub characters: usize,
    /// The lost ones.
    pub lost: f64,
}

impl Loss {
    /// Characters lost in a million.
    pub fn ppm(&self) -> f64 {
        1e6 * self.lost / (self.characters.max(1) as f64)
    }
}

/// Boilerplate found and body copy lost, of a part of the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Part {
    /// Lines that must go.
    pub found: Found,
    /// Body copy.
    pub loss: Loss,
}

/// A line that was judged wrongly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// The document.
    pub id: String,
    /// The line, from 1.
    pub line: usize,
    /// Its label.
    pub label: char,
    /// Its text.
    pub text: String,
    /// The pattern that took it, if one did.
    pub pattern: Option<String>,
}

/// How a stripper did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// How many documents there were.
    pub documents: usize,
    /// How many lost body copy.
    pub hurt: usize,
    /// All that must go.
    pub boilerplate: Found,
    /// All that may go.
    pub furniture: Found,
    /// Body copy.
    pub loss: Loss,
    /// By the name of the label.
    pub categories: BTreeMap<&'static str, Found>,
    /// By source.
    pub sources: BTreeMap<String, Part>,
    /// By language.
    pub languages: BTreeMap<String, Part>,
    /// Editorial lines with their pleas: how many there are, and how many lost at least half of it.
    pub pleas: Found,
    /// Editorial lines of which at least a twentieth was lost.
    pub losses: Vec<Mistake>,
    /// Lines left that should have gone.
    pub misses: Vec<Mistake>,
}

impl Report {
    /// The categories with their counts, in the order of reports.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, Found)> + '_ {
        LABELS
            .iter()
            .filter_map(|(_, name, _)| Some((*name, *self.categories.get(name)?)))
    }
}

/// Scores documents one by one.
///
/// # Errors
/// A document whose labels are not as many as its lines.
pub fn score<'d>(
    stripper: &Stripper,
    documents: impl IntoIterator<Item = &'d Labelled>,
) -> Result<Report, MislabelledError> {
    let mut report = Report::default();
    for document in documents {
        add(&mut report, stripper, document)?;
    }
    Ok(report)
}

/// The labels of a document are not as many as its lines.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {labels} labels for {lines} lines; one letter for each line is expected")]
pub struct MislabelledError {
    id: String,
    labels: usize,
    lines: usize,
}

fn add(report: &mut Report, stripper: &Stripper, document: &Labelled) -> Result<(), MislabelledError> {
    let lines = document.text.split('\n').count();
    let labels = document.labels.chars().count();
    if lines != labels {
        let id = document.id.clone();
        return Err(MislabelledError { id, labels, lines });
    }
    let stripped = stripper.strip(document.text.as_bytes());
    let mut hurt = false;
    let mut start = 0;
    for (number, (line, label)) in document.text.split('\n').zip(document.labels.chars()).enumerate() {
        let removed = removed_share(line, start, &stripped);
        let mistake = |removed: f64| Mistake {
            id: document.id.clone(),
            line: number + 1,
            label,
            text: line.to_owned(),
            pattern: stripped
                .removals
                .iter()
                .find(|removal| removed > 0.0 && removal.bytes.end > start && removal.bytes.start < start + line.len())
                .map(|removal| removal.pattern.id.clone()),
        };
        let parts = || [(&document.source, 0), (&document.language, 1)];
        match class(label) {
            Class::Boilerplate | Class::Furniture => {
                let goes = removed >= 0.5;
                let name = LABELS.iter().find(|known| known.0 == label).map_or("", |known| known.1);
                report.categories.entry(name).or_default().add(goes);
                if class(label) == Class::Boilerplate {
                    report.boilerplate.add(goes);
                    for (key, which) in parts() {
                        part(report, which, key).found.add(goes);
                    }
                } else {
                    report.furniture.add(goes);
                }
                if !goes {
                    report.misses.push(mistake(removed));
                }
            }
            Class::Editorial => {
                let length = line.chars().count();
                let plea: usize = document
                    .inline
                    .iter()
                    .filter(|plea| line.contains(plea.as_str()))
                    .map(|plea| plea.chars().count())
                    .sum();
                let mut share = removed;
                if plea > 0 {
                    report.pleas.add(share * length as f64 >= 0.5 * plea as f64);
                    share = ((share * length as f64 - plea as f64 - 2.0).max(0.0)) / length as f64;
                }
                let lost = share * length as f64;
                report.loss.characters += length;
                report.loss.lost += lost;
                for (key, which) in parts() {
                    let loss = &mut part(report, which, key).loss;
                    loss.characters += length;
                    loss.lost += lost;
                }
                if share >= 0.05 {
                    hurt = true;
                    report.losses.push(mistake(removed));
                }
            }
            Class::Other => {}
        }
        start += line.len() + 1;
    }
    report.documents += 1;
    report.hurt += usize::from(hurt);
    Ok(())
}

fn part<'r>(report: &'r mut Report, which: usize, key: &str) -> &'r mut Part {
    let parts = if which == 0 {
        &mut report.sources
    } else {
        &mut report.languages
    };
    parts.entry(key.to_owned()).or_default()
}

/// The share of a line's characters, white space aside, that was removed. The line begins at `start`.
fn removed_share(line: &str, start: usize, stripped: &Stripped<'_>) -> f64 {
    let is_removed = |at: usize| {
        let next = stripped.removals.partition_point(|removal| removal.bytes.end <= at);
        stripped
            .removals
            .get(next)
            .is_some_and(|removal| removal.bytes.start <= at)
    };
    let mut all = 0u32;
    let mut removed = 0u32;
    for (at, _) in line.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        all += 1;
        removed += u32::from(is_removed(start + at));
    }
    if all == 0 {
        0.0
    } else {
        f64::from(removed) / f64::from(all)
    }
}
