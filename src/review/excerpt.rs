//! Takes a change out of its document, with as much around it as it takes to judge it.

use std::ops::Range;

use super::difference::{Difference, Side};

/// A part of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The words. What is not UTF-8 shows as U+FFFD.
    pub text: String,
    /// On which side it stands.
    pub side: Side,
    /// It belongs to the change that the excerpt is about.
    pub own: bool,
}

/// How much of a document is taken.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Lines before and behind.
    pub lines: usize,
    /// Bytes of text before and behind; what is further away is left out.
    pub bytes: usize,
}

/// The text before a change, the change, and the text behind it. Other changes nearby are in it too.
pub fn excerpt(difference: &Difference, change: usize, extent: Extent) -> Vec<Part> {
    let own: Vec<&Range<usize>> = difference
        .pieces
        .iter()
        .filter(|piece| piece.change == Some(change))
        .map(|piece| &piece.bytes)
        .collect();
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        return Vec::new();
    };
    let text = &difference.text;
    let start = before(text, first.start, extent);
    let end = behind(text, last.end, extent);
    let mut parts = Vec::new();
    for piece in &difference.pieces {
        let bytes = piece.bytes.start.max(start)..piece.bytes.end.min(end);
        if bytes.start < bytes.end {
            parts.push(Part {
                text: String::from_utf8_lossy(&text[bytes]).into_owned(),
                side: piece.side,
                own: piece.change == Some(change),
            });
        }
    }
    if let Some(part) = parts
        .first_mut()
        .filter(|part| !part.own && start > 0 && text[start - 1] != b'\n')
    {
        part.text.insert(0, '…');
    }
    if let Some(part) = parts
        .last_mut()
        .filter(|part| !part.own && end < text.len() && text[end - 1] != b'\n')
    {
        part.text.push('…');
    }
    parts
}

/// Where so many lines before a place begin. The start of its own line belongs to it.
fn before(text: &[u8], at: usize, extent: Extent) -> usize {
    let mut start = at;
    for _ in 0..extent.lines + usize::from(!starts_line(text, at)) {
        start = memchr::memrchr(b'\n', &text[..start.saturating_sub(1)]).map_or(0, |found| found + 1);
        if at - start >= extent.bytes {
            return boundary(text, at - extent.bytes);
        }
    }
    start
}

/// Where so many lines behind a place end. The end of its own line belongs to it.
fn behind(text: &[u8], at: usize, extent: Extent) -> usize {
    let mut end = at;
    for _ in 0..extent.lines + usize::from(!starts_line(text, at)) {
        end = memchr::memchr(b'\n', &text[end..]).map_or(text.len(), |found| end + found + 1);
        if end - at >= extent.bytes {
            return boundary(text, at + extent.bytes);
        }
    }
    end
}

fn starts_line(text: &[u8], at: usize) -> bool {
    at == 0 || text[at - 1] == b'\n'
}

/// The start of the character at a place.
fn boundary(text: &[u8], at: usize) -> usize {
    let mut start = at.min(text.len());
    while start > 0 && start < text.len() && text[start] & 0xc0 == 0x80 {
        start -= 1;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::difference::Place;
    use super::*;

    fn around(before: &str, own: &str, behind: &str, lines: usize, bytes: usize) -> String {
        let mut difference = Difference::new(Place::default());
        difference.push(before.as_bytes(), Side::Both, None);
        difference.push(own.as_bytes(), Side::Old, Some(0));
        difference.push(behind.as_bytes(), Side::Both, None);
        let parts = excerpt(&difference, 0, Extent { lines, bytes });
        let mark = |part: Part| {
            if part.own {
                format!("[{}]", part.text)
            } else {
                part.text
            }
        };
        parts.into_iter().map(mark).collect()
    }

    #[test]
    fn a_change_comes_with_the_lines_around_it() {
        assert_eq!(around("a\nb\nc\n", "x\n", "d\ne\nf\n", 1, 99), "c\n[x\n]d\n");
        assert_eq!(around("a\nb\nc\n", "x\n", "d\ne\nf\n", 2, 99), "b\nc\n[x\n]d\ne\n");
        assert_eq!(around("a\nb\nc\n", "x\n", "d\n", 0, 99), "[x\n]");
        assert_eq!(around("a\nb c", " x", " y\nd\ne\n", 1, 99), "a\nb c[ x] y\nd\n");
        assert_eq!(around("a\nb c", " x", " y\nd\ne\n", 0, 99), "b c[ x] y\n");
        assert_eq!(around("", "x\n", "", 3, 99), "[x\n]");
        assert_eq!(around("abcdef\n", "x\n", "ghijkl\n", 1, 4), "…def\n[x\n]ghij…");
        assert_eq!(around("éé\n", "x\n", "éé\n", 1, 2), "…é\n[x\n]é…");
    }
}
