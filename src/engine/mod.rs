//! Decides what goes.
//!
//! A document becomes units (paragraphs), each is scanned once for the literals of all patterns, what was hit is verified, and a chain of
//! small state machines turns findings and their neighbourhood into verdicts. See [`Stripper`] for whole texts and [`Stream`] for pieces.
//! Nothing here prints, reads files or the environment, or keeps state beyond its values.

mod backtrack;
mod blocks;
mod builtin;
mod compiled;
mod examine;
mod foot;
mod gaps;
mod gate;
mod keys;
mod letters;
mod needs;
mod pack;
mod publishers;
mod rarity;
mod removal;
mod repeats;
mod rules;
mod scan;
mod sections;
mod spacing;
mod stream;
mod table;
mod threads;
mod unit;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::ops::Range;

use crate::patterns::{PatternSets, Selection, Thresholds, UnknownName};

pub use publishers::Publisher;
pub use removal::{Event, Evidence, Reason, Removal, Sink};
pub use stream::Stream;

use compiled::Compiled;
use rules::Rules;

/// A longer line, in bytes, passes unjudged.
pub const LONGEST_LINE: usize = 1 << 20;
/// What one stage of the judge holds back at most, in bytes, beside the line it is given.
pub(crate) const WINDOW_BYTES: usize = 256 << 10;
/// What one stage of the judge holds back at most, in lines.
pub(crate) const WINDOW_LINES: usize = crate::patterns::load::MOST_LINES;

/// Takes publishers' matter out of text.
///
/// Built once from pattern sets, then used for any number of documents, from any number of threads.
///
/// ```
/// use bodycopy::{PatternSets, Selection, Stripper};
///
/// let sets = PatternSets::builtin().expect("the built-in sets are sound");
/// let stripper = Stripper::new(&sets, Selection::default());
///
/// let text = "The bridge reopened on Monday.\nADVERTISEMENT\nTraffic is back to normal.\n";
/// let stripped = stripper.strip(text.as_bytes());
/// assert_eq!(stripped.text(text), "The bridge reopened on Monday.\nTraffic is back to normal.\n");
///
/// let removal = &stripped.removals[0];
/// assert_eq!(&text[removal.bytes.clone()], "ADVERTISEMENT\n");
/// assert_eq!(removal.pattern.category.name(), "advertising");
/// ```
#[derive(Debug)]
pub struct Stripper {
    rules: Rules,
}

impl Stripper {
    /// Makes ready the patterns that the selection wants.
    ///
    /// Cost: some milliseconds for a few thousand phrases. Regular expressions are compiled when a text first needs them. For the built-in sets,
    /// [`Stripper::builtin`] costs next to nothing.
    pub fn new(sets: &PatternSets, selection: Selection) -> Self {
        Self {
            rules: Rules::new(Compiled::of(sets), selection),
        }
    }

    /// Makes ready the built-in patterns that the selection wants, as [`Stripper::new`] does with [`PatternSets::builtin`].
    ///
    /// Cost: some microseconds, because the sets were compiled with the program.
    pub fn builtin(selection: Selection) -> Self {
        Self {
            rules: Rules::new(builtin::compiled(), selection),
        }
    }

    /// A selection among the built-in patterns, as [`Selection::new`] makes it among those of [`PatternSets::builtin`].
    ///
    /// # Errors
    /// The first name that means nothing, with the nearest that does.
    pub fn select_builtin<S: AsRef<str>>(select: &[S], ignore: &[S]) -> Result<Selection, UnknownName> {
        if select.is_empty() && ignore.is_empty() {
            return Ok(Selection::default());
        }
        let compiled = builtin::compiled();
        let patterns: Vec<String> = (0..compiled.len()).map(|rule| compiled.pattern(rule).id).collect();
        let sets = compiled.set_ids();
        Selection::among(sets.iter(), patterns.iter(), select, ignore)
    }

    /// The [`PatternSets::digest`] of the built-in sets.
    pub fn builtin_digest() -> String {
        builtin::compiled().digest().to_owned()
    }

    /// Judges a whole text. It need not be UTF-8.
    ///
    /// The answer is that of a [`Stream`], whatever the pieces. Cost: one pass; the text is not copied but for the window.
    pub fn strip(&self, text: &[u8]) -> Stripped<'_> {
        self.strip_of(text, None)
    }

    /// Judges a whole text, as [`strip`](Self::strip) does, of which it may be known whose it is.
    pub fn strip_of(&self, text: &[u8], publisher: Option<Publisher>) -> Stripped<'_> {
        const PIECE: usize = 64 << 10;
        let mut stripped = Stripped::default();
        let mut stream = self.stream();
        if let Some(publisher) = publisher {
            stream.recognize(publisher);
        }
        for piece in text.chunks(PIECE) {
            let Ok(()) = stream.push(piece, &mut stripped);
        }
        let Ok(()) = stream.finish(&mut stripped);
        stripped
    }

    /// A stream for one document after another, in pieces.
    ///
    /// ```
    /// use bodycopy::{Event, PatternSets, Selection, Sink, Stripper};
    ///
    /// struct Kept(Vec<u8>);
    /// impl Sink<'_> for Kept {
    ///     type Error = std::convert::Infallible;
    ///     fn event(&mut self, event: Event<'_, '_>) -> Result<(), Self::Error> {
    ///         match event {
    ///             Event::Kept { bytes, .. } | Event::Unjudged { bytes, .. } => self.0.extend_from_slice(bytes),
    ///             Event::Removed { .. } => {}
    ///         }
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let sets = PatternSets::builtin().expect("the built-in sets are sound");
    /// let stripper = Stripper::new(&sets, Selection::default());
    /// let mut stream = stripper.stream();
    /// let mut kept = Kept(Vec::new());
    /// for piece in ["The bridge reopened.\nADVERT", "ISEMENT\nTraffic ", "is back.\n"] {
    ///     let Ok(()) = stream.push(piece.as_bytes(), &mut kept);
    /// }
    /// let Ok(()) = stream.finish(&mut kept);
    /// assert_eq!(kept.0, b"The bridge reopened.\nTraffic is back.\n");
    /// ```
    pub fn stream(&self) -> Stream<'_> {
        Stream::new(&self.rules)
    }

    /// The publisher that a URL, a host, or a publisher's name belongs to, if it has a pattern set.
    ///
    /// Most patterns work whoever published a text. Those that say `only_own` count once the publisher is known: from here, or because the text bears
    /// the publisher's name as a line of its own, or a line before went by one of its patterns.
    pub fn publisher(&self, place: &str) -> Option<Publisher> {
        self.rules.publishers().find(place)
    }

    /// On how many of some texts, each a line, the regexes of a pattern are tried; by the ids of the patterns.
    ///
    /// A trial takes some microseconds, so this tells what a pattern costs.
    pub(crate) fn trials<'t>(&self, texts: impl Iterator<Item = &'t str>) -> BTreeMap<String, usize> {
        let mut trials = BTreeMap::new();
        for text in texts {
            for rule in examine::trials(&self.rules, text) {
                *trials.entry(self.rules.pattern(rule).id.clone()).or_insert(0) += 1;
            }
        }
        trials
    }

    /// When evidence is enough.
    pub fn thresholds(&self) -> &Thresholds {
        &self.rules.thresholds
    }

    /// How many patterns are in use: those that remove, and those that are evidence.
    pub fn pattern_count(&self) -> usize {
        self.rules.count()
    }
}

/// What became of a text.
#[derive(Debug, Default)]
pub struct Stripped<'s> {
    /// What stays, in bytes of the text, in order, no two adjacent.
    pub kept: Vec<Range<usize>>,
    /// What goes, in order. With `kept` it covers the text.
    pub removals: Vec<Removal<'s>>,
    /// The numbers of the lines that were too long to be judged, from 1.
    pub unjudged: Vec<usize>,
    length: usize,
}

impl Stripped<'_> {
    /// The bytes that stay. `text` is the text that was stripped.
    pub fn bytes(&self, text: &[u8]) -> Vec<u8> {
        self.kept
            .iter()
            .flat_map(|range| &text[range.clone()])
            .copied()
            .collect()
    }

    /// What stays of a text. `text` is the text that was stripped.
    pub fn text(&self, text: &str) -> String {
        self.kept.iter().map(|range| &text[range.clone()]).collect()
    }

    fn keep(&mut self, length: usize) {
        let start = self.length;
        self.length += length;
        match self.kept.last_mut() {
            Some(last) if last.end == start => last.end = self.length,
            _ => self.kept.push(start..self.length),
        }
    }
}

impl<'s> Sink<'s> for Stripped<'s> {
    type Error = Infallible;

    fn event(&mut self, event: Event<'_, 's>) -> Result<(), Infallible> {
        match event {
            Event::Kept { bytes, .. } => self.keep(bytes.len()),
            Event::Unjudged { bytes, line, first } => {
                self.keep(bytes.len());
                if first {
                    self.unjudged.push(line);
                }
            }
            Event::Removed { removal, .. } => {
                self.length = removal.bytes.end;
                self.removals.push(removal);
            }
        }
        Ok(())
    }
}
