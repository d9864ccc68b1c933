//! Tells which lines of hard-wrapped text (mail, old archives) are one paragraph.
//!
//! Extracted text has one paragraph a line, and most text never gets here. In hard-wrapped text a line goes on when the next word would not have
//! fitted on it. The width it was wrapped at is not known beforehand, so it is learnt: the first line that stops in mid-sentence and goes on with a
//! small letter shows that the text is wrapped, and the widest line so far stands for the width. A headline above a byline looks the same: a wider
//! line on which the next word would have fitted soon shows that it was none.
//!
//! A full line that ends as a sentence does is ambiguous: the next line may go on or begin a new paragraph. Where paragraphs have been seen to
//! be set apart by blank lines it goes on, otherwise it does not: a paragraph joined wrongly could take body copy with it, a paragraph split in two is
//! judged as two neighbours.

/// The widest text that is taken for hard-wrapped, in characters.
const WIDEST: usize = 100;
/// The shortest line that is held back to see whether the text is wrapped.
const SHORTEST_FIRST: usize = 52;
/// The longest word for which a line in wrapped text may have been broken early.
const LONGEST_WORD: usize = 25;
/// So many characters are a sentence in scripts that have no full stop.
const UNSTOPPED_SENTENCE: usize = 40;
/// Lines in one paragraph, at most.
const MOST_LINES: usize = 40;
/// So many lines that went on prove that the text is wrapped, whatever comes.
const PROOF: usize = 4;

/// What wrapping looks at in a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Characters, without white space at the ends.
    pub width: usize,
    /// Characters of the first word.
    pub first_word: usize,
    /// The first letter is a small one.
    pub starts_small: bool,
    /// The line stops as a sentence does: `.`, `?`, `!`, `:` or `…`, perhaps with a closing quote or bracket.
    pub ends_sentence: bool,
    /// A bullet or a heading: never the middle of a paragraph.
    pub leads: bool,
}

impl Shape {
    /// The shape of a line without its ending.
    pub fn of(line: &str, leads: bool) -> Self {
        // Quote marks of mail are no part of the width that the text was wrapped at.
        let line = line.trim().trim_start_matches(|c: char| c == '>' || c.is_whitespace());
        let mut shape = Self {
            width: width(line),
            leads,
            ..Self::default()
        };
        if shape.width > WIDEST {
            return shape;
        }
        // A no-break space holds words together, so for wrapping they are one.
        shape.first_word = line.split([' ', '\t']).next().map_or(0, |word| word.chars().count());
        shape.starts_small = line
            .chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(char::is_lowercase);
        shape.ends_sentence = ends_sentence(line);
        shape
    }

    fn is_blank(self) -> bool {
        self.width == 0
    }
}

/// How many characters a line has, or one more than the widest.
fn width(line: &str) -> usize {
    const LONGEST_CHARACTER: usize = 4;
    if line.len() > LONGEST_CHARACTER * WIDEST {
        return WIDEST + 1;
    }
    let starts_character = |byte: &u8| !(0x80..0xc0).contains(byte);
    line.as_bytes()
        .iter()
        .filter(|byte| starts_character(byte))
        .count()
        .min(WIDEST + 1)
}

/// Whether text stops as a sentence does.
pub fn ends_sentence(text: &str) -> bool {
    let closing = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '"' | '\''
                    | '”'
                    | '’'
                    | '»'
                    | '“'
                    | ')'
                    | ']'
                    | '*'
                    | '_'
                    | '」'
                    | '』'
                    | '）'
                    | '］'
                    | '】'
                    | '》'
                    | '〉'
            )
    };
    let text = text.trim_end_matches(closing);
    // Thai, Lao, Burmese and Khmer have no full stop: there a line is a sentence by its length.
    if text.ends_with(|c: char| matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'))
    {
        return text.chars().count() >= UNSTOPPED_SENTENCE;
    }
    text.ends_with(['.', '?', '!', ':', '…', '。', '？', '！', '؟', '।', '։', '።'])
}

/// What is known of a document's wrapping so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wrapping {
    /// The width the text is wrapped at, once it was seen to be.
    width: Option<usize>,
    /// How many lines went on in the next, up to [`PROOF`].
    joins: usize,
    /// No line is so wide: the next word would have fitted on one that was ended before it.
    too_wide: usize,
    /// A line too wide for wrapped text came before any sign of wrapping.
    unwrapped: bool,
    /// Paragraphs were seen to be set apart by blank lines.
    spaced: bool,
    /// Paragraphs were seen to follow each other without a blank line.
    tight: bool,
    previous: Shape,
    /// The last boundary might have been within a paragraph.
    ambiguous: bool,
}

impl Wrapping {
    /// Takes the next line and tells whether it goes on with the paragraph before it, which has `lines` lines so far.
    pub fn continues(&mut self, next: Shape, lines: usize) -> bool {
        let previous = std::mem::replace(&mut self.previous, next);
        self.ambiguous = false;
        if self.width.is_some() && self.joins < PROOF && next.width >= self.too_wide {
            self.width = None;
            self.unwrapped = true;
        }
        if next.width > WIDEST {
            self.unwrapped |= self.width.is_none();
            return false;
        }
        if lines == 0 || previous.is_blank() {
            return false;
        }
        if next.is_blank() {
            self.spaced |= self.width.is_some();
            return false;
        }
        let fits = |width: usize| previous.width + 1 + next.first_word <= width;
        if let Some(width) = self.width
            && previous.ends_sentence
            && fits(width)
        {
            self.tight = true;
        }
        if lines >= MOST_LINES || next.leads || !self.may_continue(previous) {
            return false;
        }
        match self.width {
            None => {
                let goes_on = next.starts_small;
                if goes_on {
                    self.join(previous, next, 0);
                }
                goes_on
            }
            Some(width) => {
                let goes_on =
                    !fits(width) && (!previous.ends_sentence || next.starts_small || (self.spaced && !self.tight));
                if goes_on {
                    self.join(previous, next, width);
                }
                self.ambiguous = !goes_on && !fits(width);
                goes_on
            }
        }
    }

    /// Notes that a line goes on in the next.
    fn join(&mut self, previous: Shape, next: Shape, width: usize) {
        let too_wide = previous.width + 1 + next.first_word;
        self.too_wide = if self.joins == 0 {
            too_wide
        } else {
            self.too_wide.min(too_wide)
        };
        self.width = Some(width.max(previous.width).max(next.width));
        self.joins = (self.joins + 1).min(PROOF);
    }

    /// Whether the line just taken, which began a paragraph, may as well go on with the one before.
    pub fn was_ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// Whether the line just taken might go on in the next one, so that its paragraph is not complete yet.
    pub fn is_open(&self) -> bool {
        self.may_continue(self.previous)
    }

    fn may_continue(&self, line: Shape) -> bool {
        if self.unwrapped || line.width > WIDEST || line.is_blank() {
            return false;
        }
        match self.width {
            None => line.width >= SHORTEST_FIRST && !line.ends_sentence,
            Some(width) => line.width + LONGEST_WORD >= width && line.width * 2 >= width,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraphs(text: &str) -> Vec<Vec<&str>> {
        let mut wrapping = Wrapping::default();
        let mut found: Vec<Vec<&str>> = Vec::new();
        for line in text.lines() {
            let lines = found.last().map_or(0, Vec::len);
            if wrapping.continues(Shape::of(line, false), lines) {
                found.last_mut().expect("a line before").push(line);
            } else {
                found.push(vec![line]);
            }
        }
        found
    }

    const WRAPPED: &str = "\
The council of the old harbour town met on Tuesday to hear what the new
bridge will cost. It will cost more than anyone had expected, and nobody
could say why.
Members were told to wait for a report that is due in the autumn, at the
earliest.";

    #[test]
    fn wrapped_lines_are_one_paragraph() {
        let found = paragraphs(WRAPPED);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2]);
    }

    #[test]
    fn one_paragraph_a_line_is_left_alone() {
        let text = "Bridge to cost more than anyone had expected, the council is told\n\
                    The council of the old harbour town met on Tuesday to hear what the new bridge will cost, and why it costs that much.\n\
                    It will wait for a report that is due in the autumn, members were told\n\
                    and nobody could say more.";
        assert!(paragraphs(text).iter().all(|paragraph| paragraph.len() == 1));
    }

    #[test]
    fn a_headline_above_a_byline_is_not_wrapped() {
        let text = "Bridge in the old harbour town to cost more than expected\n\
                    by Ann Other\n\
                    The council met on Tuesday to hear what the new bridge will cost\n\
                    Members will wait for a report that is due in the autumn.";
        let found = paragraphs(text);
        assert_eq!(found.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1, 1]);
    }

    #[test]
    fn a_full_line_that_ends_a_sentence_goes_on_only_where_blank_lines_set_paragraphs_apart() {
        let head = "The council of the old harbour town met on Tuesday to hear what the new\nbridge will cost.";
        let tail = "It will cost more than anyone had expected and nobody could say why it is.\nMembers will wait.";
        assert_eq!(paragraphs(&format!("{head}\n\n{tail}")).last().map(Vec::len), Some(2));
        assert_eq!(paragraphs(&format!("{head}\n{tail}")).last().map(Vec::len), Some(1));
    }
}
