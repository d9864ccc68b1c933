//! Defines a line: bytes up to and including LF, CRLF or a lone CR.
//!
//! Lines are found on bytes, so text that is not UTF-8 keeps every byte it has. Not its job: what a line says, see [`super::fold`].

/// Where a line lies in a buffer, as byte offsets from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The first byte.
    pub start: usize,
    /// The end of the line's own bytes, before its ending.
    pub text_end: usize,
    /// The end of its ending (LF, CRLF, CR), or `text_end` where the text stops without one.
    pub end: usize,
}

/// The first line in `buffer[from..]`.
///
/// `None` where no line is complete: there is no line ending yet, or the buffer stops at a CR that an LF might follow. With `last`,
/// no more bytes will come, so what is left is a line, unless nothing is left.
/// Cost: one pass over the line.
pub fn next_line(buffer: &[u8], from: usize, last: bool) -> Option<Line> {
    let rest = &buffer[from..];
    let line = |text: usize, ending: usize| {
        Some(Line {
            start: from,
            text_end: from + text,
            end: from + text + ending,
        })
    };
    match memchr::memchr2(b'\n', b'\r', rest) {
        Some(at) if rest[at] == b'\n' => line(at, 1),
        Some(at) => match rest.get(at + 1) {
            Some(b'\n') => line(at, 2),
            Some(_) => line(at, 1),
            None if last => line(at, 1),
            None => None,
        },
        None if last && !rest.is_empty() => line(rest.len(), 0),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(&[u8], &[u8])> {
        let mut from = 0;
        let mut lines = Vec::new();
        while let Some(line) = next_line(text, from, true) {
            lines.push((&text[line.start..line.text_end], &text[line.text_end..line.end]));
            from = line.end;
        }
        assert_eq!(from, text.len());
        lines
    }

    #[test]
    fn every_kind_of_ending_is_kept_apart_from_the_text() {
        assert_eq!(
            all(b"a\nb\r\nc\rd\n\r\n\r\re"),
            vec![
                (&b"a"[..], &b"\n"[..]),
                (b"b", b"\r\n"),
                (b"c", b"\r"),
                (b"d", b"\n"),
                (b"", b"\r\n"),
                (b"", b"\r"),
                (b"", b"\r"),
                (b"e", b""),
            ]
        );
        assert!(all(b"").is_empty());
    }

    #[test]
    fn a_cr_at_the_end_of_a_buffer_waits_for_the_next_byte() {
        assert_eq!(next_line(b"a\r", 0, false), None);
        assert_eq!(next_line(b"a\r\n", 0, false).map(|line| line.end), Some(3));
        assert_eq!(next_line(b"a\rb", 0, false).map(|line| line.end), Some(2));
        assert_eq!(next_line(b"a", 0, false), None);
    }
}
