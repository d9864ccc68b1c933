//! Tells what an extractor put around the words of a line: bullets, headings, quote marks, emphasis, Markdown links.
//!
//! Only marks are found here; the words between them are compared by [`super::fold`]. Where it is not certain that a character is a mark, it
//! counts as text: a mark left in costs a match, a word taken for a mark could make one.

use std::ops::Range;

/// What stands before the words of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lead {
    /// Nothing: the line begins with its words.
    #[default]
    None,
    /// A list bullet, such as `-`, `*`, `•` or `1.`
    Bullet,
    /// One or more `#` of a Markdown heading.
    Heading,
}

/// What stands before the words of `line`, and at which byte they begin. Quote marks (`>`) are passed over.
pub fn lead(line: &str) -> (Lead, usize) {
    let mut kind = Lead::None;
    let mut rest = line;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '>' || c == '\u{feff}' || c == '|');
        let Some(first) = rest.chars().next() else { break };
        let after = &rest[first.len_utf8()..];
        let spaced = after.starts_with(char::is_whitespace);
        match first {
            '#' => {
                let words = rest.trim_start_matches('#');
                if !words.starts_with(char::is_whitespace) {
                    break;
                }
                kind = Lead::Heading;
                rest = words;
            }
            '-' if spaced && is_speech(after) => break,
            '-' | '*' | '+' if spaced => {
                kind = Lead::Bullet;
                rest = after;
            }
            // A long dash is a bullet here and the mark of direct speech there, so it stays to be seen.
            '–' | '—' if spaced => {
                kind = Lead::Bullet;
                break;
            }
            // A guillemet that is closed further on opens a quotation.
            '»' if after.contains('«') => break,
            '•' | '·' | '■' | '▪' | '●' | '○' | '◦' | '‣' | '►' | '▶' | '▸' | '»' | '→' | '⇒' | '✓' | '✔' | '★' =>
            {
                kind = Lead::Bullet;
                rest = after;
            }
            '0'..='9' => {
                let words = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                let digits = rest.len() - words.len();
                match words.strip_prefix(['.', ')']) {
                    Some(words) if digits <= 2 && words.starts_with(char::is_whitespace) => {
                        kind = Lead::Bullet;
                        rest = words;
                    }
                    _ => break,
                }
            }
            _ => break,
        }
    }
    (kind, line.len() - rest.len())
}

/// Whether what follows a dash is direct speech, with a dash before who says it: `We are glad, - she said`.
fn is_speech(text: &str) -> bool {
    text.match_indices(" - ")
        .chain(text.match_indices(" – "))
        .chain(text.match_indices(" — "))
        .any(|(at, _)| text[..at].ends_with([',', '.', '!', '?', '…']))
}

/// A link's target is looked for in so many bytes, so that a line of brackets costs no more than its length.
const LONGEST_TARGET: usize = 2048;

/// Finds the inline marks of `line`: the byte ranges, in order, that are not words.
///
/// `[words](target)` leaves the words, `![words](target)` the alternative text, `**words**`, `*words*`, `__words__`, `_words_` and `~~words~~`
/// the words.
pub fn marks(line: &str, marks: &mut Vec<Range<usize>>) {
    marks.clear();
    let bytes = line.as_bytes();
    if memchr::memchr3(b'[', b'*', b'_', bytes).is_none() && memchr::memchr(b'~', bytes).is_none() {
        return;
    }
    let mut open = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let run = |byte: u8| bytes[at..].iter().take_while(|&&other| other == byte).count();
        match bytes[at] {
            b'[' => {
                open.push(at);
                at += 1;
            }
            b']' => {
                let start = open.pop();
                let target = if bytes.get(at + 1) == Some(&b'(') {
                    target_end(bytes, at + 2)
                } else {
                    None
                };
                match (start, target) {
                    (Some(start), Some(end)) => {
                        let image = start > 0 && bytes[start - 1] == b'!';
                        marks.push(start - usize::from(image)..start + 1);
                        marks.push(at..end);
                        at = end;
                    }
                    _ => at += 1,
                }
            }
            mark @ (b'*' | b'_' | b'~') => {
                let length = run(mark);
                let before = line[..at].chars().next_back();
                let after = line[at + length..].chars().next();
                let is_space = |c: Option<char>| c.is_none_or(char::is_whitespace);
                let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
                // `_` inside a word is part of a name (snake_case), a mark between spaces is a bullet or a footnote star.
                let emphasis = length <= 3
                    && (mark != b'~' || length == 2)
                    && !(is_space(before) && is_space(after))
                    && !(mark == b'_' && is_word(before) && is_word(after));
                if emphasis {
                    marks.push(at..at + length);
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    marks.sort_by_key(|mark| mark.start);
}

/// The end of a link target that begins at `from`, after its closing bracket.
fn target_end(bytes: &[u8], from: usize) -> Option<usize> {
    let window = &bytes[from..bytes.len().min(from + LONGEST_TARGET)];
    let mut depth = 1;
    for (at, byte) in window.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(from + at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> String {
        let mut found = Vec::new();
        marks(line, &mut found);
        let mut text = String::new();
        let mut from = 0;
        for mark in found {
            text.push_str(&line[from..mark.start]);
            from = mark.end;
        }
        text + &line[from..]
    }

    #[test]
    fn links_and_emphasis_leave_their_words() {
        assert_eq!(words("[Read more](https://a.example/x_(y)_z) now"), "Read more now");
        assert_eq!(
            words("**Read more:** [The *harbour* plan](u)"),
            "Read more: The harbour plan"
        );
        assert_eq!(words("![A boat](b.jpg)[![x](y)](z)"), "A boatx");
        assert_eq!(words("_So_ and ~~so~~"), "So and so");
    }

    #[test]
    fn what_only_looks_like_a_mark_stays() {
        for line in [
            "snake_case_name",
            "2 * 3 * 4",
            "[1] see below",
            "a](b) c",
            "[open (half",
            "~ 5 km",
        ] {
            assert_eq!(words(line), line);
        }
    }

    #[test]
    fn the_lead_of_a_line() {
        assert_eq!(lead("- one"), (Lead::Bullet, 2));
        assert_eq!(lead("  > ## Two"), (Lead::Heading, 7));
        assert_eq!(lead("12. three"), (Lead::Bullet, 4));
        assert_eq!(lead("2024 was dry"), (Lead::None, 0));
        assert_eq!(lead("-5 degrees"), (Lead::None, 0));
        assert_eq!(lead("– three"), (Lead::Bullet, 0));
        assert_eq!(lead("- We are glad, - she said."), (Lead::None, 0));
        assert_eq!(lead("#SupportUs"), (Lead::None, 0));
        assert_eq!(lead("› x"), (Lead::None, 0));
        assert_eq!(lead("» Mehr"), (Lead::Bullet, 3));
        assert_eq!(lead("»Gut«, sagte sie."), (Lead::None, 0));
        assert_eq!(lead(""), (Lead::None, 0));
    }
}
