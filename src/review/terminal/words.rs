//! Makes text fit for a terminal: no control characters, no more columns than there are.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthChar as _;

use super::super::difference::{Difference, Side};
use super::super::lines::Line;
use super::Palette;

/// So many columns a tab becomes.
const TAB: &str = "    ";

/// Words in a style.
pub type Run = (String, Style);

/// Text for reading: what is not UTF-8 shows as U+FFFD, and control characters as pictures of them. The ending of a line is left out.
pub fn readable(text: &[u8]) -> String {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let mut shown = String::with_capacity(text.len());
    for c in String::from_utf8_lossy(text).chars() {
        match c {
            '\t' => shown.push_str(TAB),
            '\0'..' ' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => shown.push('\u{2421}'),
            c if c.is_control() => shown.push('\u{fffd}'),
            c => shown.push(c),
        }
    }
    shown
}

/// The runs of a line: its own words in `base`, what changed in `changed`. Without colours, what changed within a line that stays is marked.
pub fn runs(difference: &Difference, line: &Line, base: Style, changed: Style, marks: Option<Side>) -> Vec<Run> {
    let partly = line.iter().any(|segment| segment.change.is_none());
    line.iter()
        .map(|segment| {
            let words = readable(&difference.text[segment.bytes.clone()]);
            match (segment.change, marks) {
                (None, _) => (words, base),
                _ if words.is_empty() => (words, changed),
                (Some(_), Some(Side::Old)) if partly => (format!("[-{words}-]"), changed),
                (Some(_), Some(Side::New)) if partly => (format!("{{+{words}+}}"), changed),
                (Some(_), _) => (words, changed),
            }
        })
        .collect()
}

/// How many columns some text takes.
pub fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// As much of some text as there are columns for.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = text.chars().take_while(|c| {
        let own = c.width().unwrap_or(0);
        let fits = own <= left;
        left = left.saturating_sub(own);
        fits
    });
    let mut cut: String = fits.collect();
    cut.push('…');
    cut
}

/// Runs in rows of at most so many columns, broken at spaces where there are some.
pub fn wrap(runs: &[Run], width: usize) -> Vec<Vec<Run>> {
    let characters: Vec<(char, Style)> = runs
        .iter()
        .flat_map(|(text, style)| text.chars().map(|c| (c, *style)))
        .collect();
    let mut rows = Vec::new();
    let mut rest = characters.as_slice();
    while !rest.is_empty() {
        let (mut used, mut end, mut space) = (0, 0, None);
        for (at, (c, _)) in rest.iter().enumerate() {
            used += c.width().unwrap_or(0);
            if used > width && at > 0 {
                break;
            }
            end = at + 1;
            if *c == ' ' {
                space = Some(end);
            }
        }
        if end < rest.len() {
            end = space.unwrap_or(end);
        }
        let (row, more) = rest.split_at(end);
        // A space at the end of a row is where it was broken.
        let row = match row {
            [row @ .., (' ', _)] if !more.is_empty() => row,
            row => row,
        };
        rows.push(joined(row));
        rest = more;
    }
    if rows.is_empty() {
        rows.push(Vec::new());
    }
    rows
}

fn joined(characters: &[(char, Style)]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (c, style) in characters {
        match runs.last_mut().filter(|run| run.1 == *style) {
            Some(run) => run.0.push(*c),
            None => runs.push((c.to_string(), *style)),
        }
    }
    runs
}

/// Writes words in a style, if there are any.
pub fn write_run(out: &mut impl Write, text: &str, style: Style) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    write!(out, "{style}{text}{style:#}")
}

/// Writes the head of a document.
pub fn write_name(out: &mut impl Write, palette: &Palette, name: &str) -> io::Result<()> {
    write_run(out, &readable(name.as_bytes()), palette.name)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_reaches_the_terminal_as_a_command() {
        assert_eq!(
            readable(b"a\x1b[31mb\x07\tc\x7f\xc2\x9bd\r\n"),
            "a␛[31mb␇    c␡\u{fffd}d"
        );
        assert_eq!(readable(b"caf\xe9\n"), "caf\u{fffd}");
    }

    #[test]
    fn text_is_cut_and_wrapped_by_columns() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("日本語テキスト", 7), "日本語…");
        let rows = |text: &str, width| -> Vec<String> {
            let rows = wrap(&[(text.to_owned(), Style::new())], width);
            rows.into_iter()
                .map(|row| row.into_iter().map(|run| run.0).collect())
                .collect()
        };
        assert_eq!(rows("one two three", 8), ["one two", "three"]);
        assert_eq!(rows("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(rows("日本語", 4), ["日本", "語"]);
        assert_eq!(rows("日", 1), ["日"]);
        assert_eq!(rows("", 3), [""]);
    }
}
