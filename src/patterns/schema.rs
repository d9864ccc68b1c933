//! Defines pattern sets and the closed lists that they use: categories, kinds, families, anchors.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Defines a closed list of kebab-case names, usable in TOML, JSON and messages.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name used in pattern files, options and reports.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The one so named.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

names! {
    /// What a removed line is. A closed list, defined in `patterns/README.md`.
    Category {
        /// Asks for money for the publisher or its cause, without a product in return.
        Donation = "donation",
        /// Sells subscriptions, memberships or trial offers.
        Subscription = "subscription",
        /// Offers newsletters, alerts, podcasts or channels to sign up for.
        Newsletter = "newsletter",
        /// Asks the reader to install or open an app.
        App = "app",
        /// Share bars, and requests to follow, like or share.
        Social = "social",
        /// Points to other content.
        Related = "related",
        /// Paywall, log-in, consent, cookie and browser notices.
        Access = "access",
        /// Labels of advertisements, and the publisher's own advertising.
        Advertising = "advertising",
        /// Says that links earn the publisher money, and shopping boxes.
        Affiliate = "affiliate",
        /// Invites, counts or moderates comments, ratings and corrections by readers.
        Comments = "comments",
        /// Copyright, syndication, licence and disclaimer lines.
        Legal = "legal",
        /// Menus, skip links, page furniture, form labels.
        Navigation = "navigation",
        /// Author, date and place lines; only on request.
        Byline = "byline",
        /// Who the author is; only on request.
        AuthorBio = "author-bio",
        /// Picture captions and credits; only on request.
        Caption = "caption",
    }
}

impl Category {
    /// Whether it is removed unless the user says otherwise.
    pub const fn is_default(self) -> bool {
        !matches!(self, Self::Byline | Self::AuthorBio | Self::Caption)
    }

    /// Whether its lines may cite others: headlines, advertisers, laws.
    pub const fn may_cite(self) -> bool {
        matches!(self, Self::Related | Self::Advertising | Self::Legal)
    }

    /// Whether it asks the reader for something, so that it can confirm a letter around it.
    pub const fn is_appeal(self) -> bool {
        matches!(self, Self::Donation | Self::Subscription | Self::Newsletter)
    }
}

names! {
    /// What a cue is evidence of. A closed list, described in `patterns/README.md`.
    Family {
        /// Speaks to the reader.
        Address = "address",
        /// Asks for something.
        Ask = "ask",
        /// Names an amount, a rate, a tax effect.
        Money = "money",
        /// The newsroom about itself.
        Own = "self",
        /// Why it is urgent.
        Threat = "threat",
        /// Thanks and promises.
        Thanks = "thanks",
        /// What the reader gets.
        Offer = "offer",
        /// E-mail and alerts.
        Inbox = "inbox",
        /// The button.
        Act = "act",
        /// The first line of a letter.
        Opener = "opener",
        /// A whole short line of a form, a share bar or a menu.
        Label = "label",
    }
}

names! {
    /// Where in a line a phrase must stand.
    Anchor {
        /// The phrase is the line, apart from punctuation and symbols around it.
        Whole = "whole",
        /// The line begins with it.
        Start = "start",
        /// The line ends with it.
        End = "end",
        /// Anywhere in the line.
        Anywhere = "anywhere",
    }
}

names! {
    /// Where the marker of a reader's post stands.
    Place {
        /// Before what the reader wrote: the name, the date.
        Head = "head",
        /// After it: the buttons.
        Foot = "foot",
    }
}

names! {
    /// How far a span is cut around its phrase.
    Cut {
        /// The sentence with the phrase, and all after it.
        Sentence = "sentence",
        /// The brackets around the phrase.
        Bracket = "bracket",
    }
}

/// Phrases, any of which is enough.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Phrases {
    /// Words and punctuation, found at word boundaries.
    pub literals: Vec<String>,
    /// Beginnings: the last word may go on.
    pub stems: Vec<String>,
    /// A regular expression over the folded text.
    pub regex: Option<String>,
}

/// The start or the end of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Where in its line it stands.
    pub anchor: Anchor,
    /// What it says.
    pub phrases: Phrases,
}

/// What a pattern does, with what only this kind has.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// The line goes.
    Line {
        /// What the line says, and where.
        marker: Marker,
        /// A longer line (in characters) is left alone.
        max_chars: usize,
    },
    /// All from a start to an end goes.
    Block {
        /// The first line.
        start: Marker,
        /// The last line.
        end: Marker,
        /// The longest block, in lines.
        max_lines: usize,
    },
    /// A heading goes with the short lines under it.
    Section {
        /// The heading.
        marker: Marker,
        /// The longest section, in lines, with its heading.
        max_lines: usize,
        /// A longer line (in characters) is no item.
        max_chars: usize,
    },
    /// A part of the line goes.
    Span {
        /// What the part says; with [`Anchor::End`] the cut must reach the end of the paragraph.
        marker: Marker,
        /// How far the cut goes.
        cut: Cut,
    },
    /// Evidence.
    Cue {
        /// What it says.
        marker: Marker,
        /// What it is evidence of.
        family: Family,
        /// How much.
        weight: f32,
    },
    /// Marks a post in a thread of comments. Several of them, one below the other, go with what is between them.
    Post {
        /// What it says.
        marker: Marker,
        /// Whether the reader's words come after it or before it.
        place: Place,
        /// How much it says.
        weight: f32,
    },
    /// Evidence against.
    Guard {
        /// What it says.
        marker: Marker,
        /// How much; without it, cues remove nothing from the line.
        weight: Option<f32>,
        /// The patterns that took what was to stay, of an exception: a paragraph that says just this stays, whatever would take it.
        against: Vec<String>,
    },
}

impl Kind {
    /// Whether it is a guard that keeps what other patterns took.
    pub const fn is_exception(&self) -> bool {
        matches!(self, Self::Guard { against, .. } if !against.is_empty())
    }

    /// The name used in pattern files and reports.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Line { .. } => "line",
            Self::Block { .. } => "block",
            Self::Section { .. } => "section",
            Self::Span { .. } => "span",
            Self::Cue { .. } => "cue",
            Self::Post { .. } => "post",
            Self::Guard { .. } => "guard",
        }
    }

    /// Where in the line a marker's phrase must stand. The anchor of a span is about its cut; the phrase may be anywhere in that.
    pub fn phrase_anchor(&self, marker: &Marker) -> Anchor {
        match self {
            Self::Span { .. } => Anchor::Anywhere,
            _ => marker.anchor,
        }
    }

    /// What it looks for: one marker, or the start and the end of a block.
    pub fn markers(&self) -> impl Iterator<Item = &Marker> {
        let (first, second) = match self {
            Self::Line { marker, .. }
            | Self::Section { marker, .. }
            | Self::Span { marker, .. }
            | Self::Cue { marker, .. }
            | Self::Post { marker, .. }
            | Self::Guard { marker, .. } => (marker, None),
            Self::Block { start, end, .. } => (start, Some(end)),
        };
        std::iter::once(first).chain(second)
    }
}

/// An input and exactly what must come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What goes in.
    pub input: String,
    /// What comes out.
    pub output: String,
}

/// One pattern with its proof.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// The full id: set id, dot, own id.
    pub id: String,
    /// What it removes, or is evidence for.
    pub category: Category,
    /// What it does.
    pub kind: Kind,
    /// The publisher's domain, of a publisher's set.
    pub publisher: Option<String>,
    /// It counts only in documents that are known to be the publisher's.
    pub only_own: bool,
    /// Texts that it removes entirely; for cues and guards, texts in which it is found.
    pub matches: Vec<String>,
    /// Texts that come out byte for byte.
    pub near_misses: Vec<String>,
    /// Inputs with their outputs.
    pub cases: Vec<Case>,
    /// The day it was written.
    pub added: String,
    /// Where it is known from.
    pub provenance: String,
    /// The line of its id in its file, from 1.
    pub line: usize,
}

impl Pattern {
    /// Forgets the proof, which only a check needs.
    pub(crate) fn forget_proof(&mut self) {
        (self.matches, self.near_misses, self.cases) = (Vec::new(), Vec::new(), Vec::new());
    }

    /// The id of its set.
    pub fn set_id(&self) -> &str {
        self.id.rsplit_once('.').map_or("", |(set, _)| set)
    }

    /// The language of its set, without region.
    pub fn language(&self) -> &str {
        self.id.split_once('.').map_or("", |(language, _)| language)
    }
}

/// One pattern file.
#[derive(Clone, Debug, PartialEq)]
pub struct PatternSet {
    /// Language, dot, file name.
    pub id: String,
    /// BCP 47 tag.
    pub language: String,
    /// The publisher's domain.
    pub publisher: Option<String>,
    /// How the publisher calls itself.
    pub names: Vec<String>,
    /// What is in the file, in a few words.
    pub summary: String,
    /// In the order of the file.
    pub patterns: Vec<Arc<Pattern>>,
    /// The path of the file, as it was handed over.
    pub path: String,
    /// The text of the file.
    pub source: Cow<'static, str>,
}

/// When evidence is enough. Read from `judge.toml`; see there for what each means.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each is described in patterns/judge.toml, next to its value")]
pub struct Thresholds {
    pub line_sum: f32,
    pub line_families: usize,
    pub line_chars: f32,
    pub letter_sum: f32,
    pub letter_families: usize,
    pub letter_mean: f32,
    pub edge_sum: f32,
    pub labels: usize,
    pub gap_chars: usize,
    pub gap_lines: usize,
    pub gap_removed: usize,
    pub foot_removed: usize,
    pub repeat_sum: f32,
    pub thread_sum: f32,
    pub post_lines: usize,
    pub post_chars: usize,
}

/// The sets of a run, with the thresholds.
#[derive(Clone, Debug)]
pub struct PatternSets {
    /// In order of their ids.
    pub sets: Vec<PatternSet>,
    /// When evidence is enough.
    pub thresholds: Thresholds,
}

impl PatternSets {
    /// Adds sets; a set with the id of one that is there takes its place.
    pub fn extend(&mut self, sets: impl IntoIterator<Item = PatternSet>) {
        for set in sets {
            match self.sets.iter_mut().find(|known| known.id == set.id) {
                Some(known) => *known = set,
                None => self.sets.push(set),
            }
        }
        self.sets.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// All patterns, in order of their sets.
    pub fn patterns(&self) -> impl Iterator<Item = &Arc<Pattern>> {
        self.sets.iter().flat_map(|set| &set.patterns)
    }

    /// Names these sets, whatever their paths: the start of a SHA-256 over their ids, texts and the thresholds, in hexadecimal.
    pub fn digest(&self) -> String {
        use sha2::Digest;
        let mut sha = sha2::Sha256::new();
        sha.update(format!("{:?}", self.thresholds));
        for set in &self.sets {
            sha.update(&set.id);
            sha.update([0]);
            sha.update(set.source.as_bytes());
            sha.update([0]);
        }
        sha.finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The languages that have a set, in order.
    pub fn languages(&self) -> Vec<&str> {
        let mut languages: Vec<&str> = self.sets.iter().map(|set| set.language.as_str()).collect();
        languages.sort_unstable();
        languages.dedup();
        languages
    }
}
