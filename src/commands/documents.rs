//! Splits a stream of text at separator lines.

/// A piece of the stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Bytes of a document.
    Text(&'a [u8]),
    /// A separator line with its ending: the document before it is complete.
    Separator(&'a [u8]),
}

/// Finds lines that are exactly the separator, however the bytes come in.
#[derive(Debug)]
pub struct Splitter {
    separator: Vec<u8>,
    /// The start of a line that may become the separator.
    held: Vec<u8>,
    /// The line that is coming in can no longer be the separator.
    in_line: bool,
}

impl Splitter {
    pub fn new(separator: &str) -> Self {
        Self {
            separator: separator.as_bytes().to_vec(),
            held: Vec::new(),
            in_line: false,
        }
    }

    /// Takes the next bytes.
    pub fn push<E>(&mut self, mut bytes: &[u8], take: &mut impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        while !bytes.is_empty() {
            let (line, complete) = match memchr::memchr(b'\n', bytes) {
                Some(at) => (&bytes[..=at], true),
                None => (bytes, false),
            };
            bytes = &bytes[line.len()..];
            if self.in_line {
                take(Piece::Text(line))?;
            } else {
                self.held.extend_from_slice(line);
                if complete && self.is_separator() {
                    take(Piece::Separator(&self.held))?;
                    self.held.clear();
                } else if complete || !self.may_become_separator() {
                    take(Piece::Text(&self.held))?;
                    self.held.clear();
                    self.in_line = true;
                }
            }
            self.in_line = self.in_line && !complete;
        }
        Ok(())
    }

    /// Takes the end of the stream.
    pub fn finish<E>(&mut self, take: &mut impl FnMut(Piece<'_>) -> Result<(), E>) -> Result<(), E> {
        let held = std::mem::take(&mut self.held);
        let last = if held == self.separator && !held.is_empty() {
            Piece::Separator(&held)
        } else {
            Piece::Text(&held)
        };
        self.in_line = false;
        take(last)
    }

    fn is_separator(&self) -> bool {
        let line = self.held.strip_suffix(b"\n").unwrap_or(&self.held);
        line.strip_suffix(b"\r").unwrap_or(line) == self.separator
    }

    fn may_become_separator(&self) -> bool {
        let line = self.held.strip_suffix(b"\r").unwrap_or(&self.held);
        self.separator.starts_with(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_found_for_any_chunking() {
        let text = b"a\n---\nb --- \n----\n---\r\n--\n---";
        let whole = split(&[text]);
        assert_eq!(whole, ["a\n", "|---\n", "b --- \n----\n", "|---\r\n", "--\n", "|---"]);
        for at in 0..text.len() {
            assert_eq!(split(&[&text[..at], &text[at..]]), whole, "split at {at}");
        }
    }

    fn split(chunks: &[&[u8]]) -> Vec<String> {
        let mut pieces: Vec<String> = Vec::new();
        let mut take = |piece: Piece<'_>| {
            match piece {
                Piece::Separator(line) => pieces.push(format!("|{}", String::from_utf8_lossy(line))),
                Piece::Text([]) => {}
                Piece::Text(text) => {
                    let text = String::from_utf8_lossy(text);
                    match pieces.last_mut().filter(|last| !last.starts_with('|')) {
                        Some(last) => last.push_str(&text),
                        None => pieces.push(text.into_owned()),
                    }
                }
            }
            Ok::<(), std::convert::Infallible>(())
        };
        let mut splitter = Splitter::new("---");
        for chunk in chunks {
            let Ok(()) = splitter.push(chunk, &mut take);
        }
        let Ok(()) = splitter.finish(&mut take);
        pieces
    }
}
