//! Says of a removal what the ledger says, and where it lies in characters, as Python counts them.

use std::borrow::Cow;
use std::ops::Range;

use bodycopy::Removal;

/// A place in a text, both ways: the offsets are from 0, the ends are exclusive.
#[derive(Clone, Debug)]
pub struct Place {
    pub bytes: Range<usize>,
    /// In code points. Bytes that are not UTF-8 count as they happen to fall.
    pub characters: Range<usize>,
}

/// A removal with its text.
#[derive(Debug)]
pub struct Shown<'a> {
    pub removal: &'a Removal<'a>,
    pub place: Place,
    pub text: Cow<'a, str>,
    pub evidence: Vec<ShownEvidence<'a>>,
}

/// Evidence with its text, as far as the removal has it.
#[derive(Debug)]
pub struct ShownEvidence<'a> {
    pub pattern: &'a str,
    pub place: Place,
    pub text: Cow<'a, str>,
}

/// The removals of a text.
pub fn show<'a>(text: &'a [u8], removals: &'a [Removal<'a>]) -> Vec<Shown<'a>> {
    let mut counter = Counter::default();
    let mut place = |bytes: &Range<usize>| Place {
        bytes: bytes.clone(),
        characters: counter.count(text, bytes.start)..counter.count(text, bytes.end),
    };
    let shown = removals.iter().map(|removal| {
        let evidence = removal.evidence.iter().map(|evidence| {
            let end = evidence.bytes.end.min(removal.bytes.end);
            ShownEvidence {
                pattern: &evidence.pattern.id,
                place: place(&evidence.bytes),
                text: String::from_utf8_lossy(&text[evidence.bytes.start..end]),
            }
        });
        let evidence = evidence.collect();
        Shown {
            removal,
            place: place(&removal.bytes),
            text: String::from_utf8_lossy(&text[removal.bytes.clone()]),
            evidence,
        }
    });
    shown.collect()
}

/// Counts the characters before a byte, from the last place it was asked for, so that a text is gone through about once.
#[derive(Default)]
struct Counter {
    byte: usize,
    character: usize,
}

impl Counter {
    fn count(&mut self, text: &[u8], byte: usize) -> usize {
        let starts = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count();
        self.character = if byte >= self.byte {
            self.character + starts(&text[self.byte..byte])
        } else {
            self.character - starts(&text[byte..self.byte])
        };
        self.byte = byte;
        self.character
    }
}
