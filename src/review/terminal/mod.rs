//! Shows differences on a terminal, or in a file that is read like one.
//!
//! Colours are those of the terminal's own palette, so they suit dark and light. Without colours, what is struck or put in
//! within a line stands in marks: `[-gone-]`, `{+come+}`. What is kept may be cut to the width; what changes never is.
//! Control characters are shown, not sent.

mod groups;
mod inline;
mod side_by_side;
mod unified;
mod words;

use anstyle::{AnsiColor, Effects, Style};

pub use groups::Groups;
pub use inline::Inline;
pub use side_by_side::SideBySide;
pub use unified::Unified;

/// How differences are shown.
#[derive(Clone, Debug)]
pub struct Look {
    /// So many unchanged lines are shown before and behind a change.
    pub context: usize,
    /// So many columns there are; without it, lines are as long as they are.
    pub width: Option<usize>,
    /// Colours and other effects are understood.
    pub color: bool,
    /// The field that holds the text of a record, which need not be named with each.
    pub field: String,
}

/// The styles of what is shown.
#[derive(Clone, Copy, Debug)]
struct Palette {
    /// The name of a document.
    name: Style,
    /// The pattern of a change, and where it is.
    label: Style,
    /// What goes.
    gone: Style,
    /// What comes.
    come: Style,
    /// What goes within a line.
    struck: Style,
    /// What comes within a line.
    put: Style,
    /// What is said beside the text.
    aside: Style,
}

impl Palette {
    const fn new(color: bool) -> Self {
        if !color {
            const NONE: Style = Style::new();
            return Self {
                name: NONE,
                label: NONE,
                gone: NONE,
                come: NONE,
                struck: NONE,
                put: NONE,
                aside: NONE,
            };
        }
        Self {
            name: Style::new().bold(),
            label: AnsiColor::Magenta.on_default(),
            gone: AnsiColor::Red.on_default(),
            come: AnsiColor::Green.on_default(),
            struck: AnsiColor::Red.on_default().effects(Effects::STRIKETHROUGH),
            put: AnsiColor::Green.on_default().effects(Effects::UNDERLINE),
            aside: Style::new().dimmed(),
        }
    }
}
