//! Writes a patch that `patch -p1` and `git apply` take, and take back.
//!
//! A patch speaks of files, byte for byte, so only documents that are files can be in it.

use std::io::{self, Write};

use similar::DiffOp;
use similar::udiff::UnifiedHunkHeader;

use super::Printer;
use super::difference::Difference;
use super::lines::{Line, Lines};
use crate::ledger::unhex;

/// Writes a unified patch.
pub struct PatchPrinter<W> {
    out: W,
    context: usize,
    /// Files whose changes are not in it, in order, each once.
    left_out: Vec<String>,
}

impl<W: Write> PatchPrinter<W> {
    /// Writes to `out`, with so many lines of context.
    pub fn new(out: W, context: usize) -> Self {
        Self {
            out,
            context,
            left_out: Vec::new(),
        }
    }

    /// The files that have changes which no patch can say, as they are compressed or hold records.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    fn hunk(&mut self, difference: &Difference, lines: &Lines, ops: &[DiffOp]) -> io::Result<()> {
        writeln!(self.out, "{}", UnifiedHunkHeader::new(ops))?;
        for op in ops {
            let sign = |op: &DiffOp| if matches!(op, DiffOp::Equal { .. }) { b' ' } else { b'-' };
            for line in &lines.old[op.old_range()] {
                self.line(sign(op), difference, line)?;
            }
            if !matches!(op, DiffOp::Equal { .. }) {
                for line in &lines.new[op.new_range()] {
                    self.line(b'+', difference, line)?;
                }
            }
        }
        Ok(())
    }

    fn line(&mut self, sign: u8, difference: &Difference, line: &Line) -> io::Result<()> {
        self.out.write_all(&[sign])?;
        let mut ended = false;
        for segment in line {
            let bytes = &difference.text[segment.bytes.clone()];
            self.out.write_all(bytes)?;
            ended = bytes.ends_with(b"\n");
        }
        if ended {
            Ok(())
        } else {
            self.out.write_all(b"\n\\ No newline at end of file\n")
        }
    }
}

impl<W: Write> Printer for PatchPrinter<W> {
    fn show(&mut self, difference: &Difference) -> io::Result<()> {
        let place = &difference.place;
        if !place.is_file {
            if self.left_out.last() != Some(&place.file) {
                self.left_out.push(place.file.clone());
            }
            return Ok(());
        }
        let lines = Lines::of(difference);
        let hunks = lines.hunks(self.context);
        if hunks.is_empty() {
            return Ok(());
        }
        let raw = place.file_digits.as_deref().and_then(unhex);
        let name = raw.unwrap_or_else(|| place.file.clone().into_bytes());
        for (mark, prefix) in [("---", "a/"), ("+++", "b/")] {
            write!(self.out, "{mark} ")?;
            self.out.write_all(&file_name(prefix, &name))?;
            self.out.write_all(b"\n")?;
        }
        for ops in &hunks {
            self.hunk(difference, &lines, ops)?;
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The name of a file in the head of a patch. One with bytes that would end it is written in quotation marks, as in C; one with spaces is ended by a tab.
fn file_name(prefix: &str, name: &[u8]) -> Vec<u8> {
    let name = name.strip_prefix(b"/").unwrap_or(name);
    let mut written = Vec::with_capacity(name.len() + 4);
    if name
        .iter()
        .any(|&byte| byte < b' ' || matches!(byte, b'"' | b'\\' | 0x7f))
    {
        written.push(b'"');
        written.extend_from_slice(prefix.as_bytes());
        for &byte in name {
            match byte {
                b'"' | b'\\' => written.extend_from_slice(&[b'\\', byte]),
                b'\n' => written.extend_from_slice(b"\\n"),
                b'\t' => written.extend_from_slice(b"\\t"),
                0..b' ' | 0x7f => written.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
                _ => written.push(byte),
            }
        }
        written.push(b'"');
    } else {
        written.extend_from_slice(prefix.as_bytes());
        written.extend_from_slice(name);
        if name.contains(&b' ') {
            written.push(b'\t');
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_so_that_they_can_be_read() {
        let name = |name: &str| String::from_utf8(file_name("a/", name.as_bytes())).expect("UTF-8");
        assert_eq!(name("x/é.txt"), "a/x/é.txt");
        assert_eq!(name("two words.txt"), "a/two words.txt\t");
        assert_eq!(name("a\"b\n.txt"), "\"a/a\\\"b\\n.txt\"");
        assert_eq!(name("/srv/x.txt"), "a/srv/x.txt");
    }
}
