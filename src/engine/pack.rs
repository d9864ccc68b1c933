//! Tables as bytes: those of the built-in sets lie in the program and are used where they lie, without being parsed or copied.

use std::borrow::Cow;

/// Numbers of four bytes, the lowest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(pub Cow<'static, [u8]>);

impl Numbers {
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Self {
        Self(
            numbers
                .into_iter()
                .flat_map(u32::to_le_bytes)
                .collect::<Vec<u8>>()
                .into(),
        )
    }

    pub fn len(&self) -> usize {
        self.0.len() / 4
    }

    /// The number with an index, which must be there.
    #[inline]
    pub fn get(&self, index: usize) -> u32 {
        let bytes = self.0[index * 4..].first_chunk().expect("the tables hold together");
        u32::from_le_bytes(*bytes)
    }
}

/// Pieces of bytes, known by their indices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pieces {
    pub bytes: Cow<'static, [u8]>,
    pub ends: Numbers,
}

impl Pieces {
    pub fn of<P: AsRef<[u8]>>(pieces: impl IntoIterator<Item = P>) -> Self {
        let mut bytes = Vec::new();
        let mut ends = Vec::new();
        for piece in pieces {
            bytes.extend_from_slice(piece.as_ref());
            ends.push(number(bytes.len()));
        }
        Self {
            bytes: bytes.into(),
            ends: Numbers::of(ends),
        }
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends.get(index - 1) };
        &self.bytes[start as usize..self.ends.get(index) as usize]
    }
}

/// A size or an index as it is kept in a table.
pub(crate) fn number(value: usize) -> u32 {
    u32::try_from(value).expect("the tables of all patterns are far smaller than 4 GiB")
}

/// Writes values one after the other.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn number(&mut self, value: usize) -> &mut Self {
        self.0.extend(number(value).to_le_bytes());
        self
    }

    pub fn float(&mut self, value: f32) -> &mut Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    pub fn optional(&mut self, text: Option<&str>) -> &mut Self {
        self.number(text.is_some().into()).text(text.unwrap_or_default())
    }
}

/// Reads what a [`Writer`] wrote, in the same order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'b>(pub &'b [u8]);

impl<'b> Reader<'b> {
    fn four(&mut self) -> [u8; 4] {
        let (four, rest) = self.0.split_first_chunk().expect("what is read was written");
        self.0 = rest;
        *four
    }

    pub fn number(&mut self) -> usize {
        u32::from_le_bytes(self.four()) as usize
    }

    pub fn float(&mut self) -> f32 {
        f32::from_le_bytes(self.four())
    }

    pub fn bytes(&mut self) -> &'b [u8] {
        let length = self.number();
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }

    pub fn text(&mut self) -> &'b str {
        std::str::from_utf8(self.bytes()).expect("text was written")
    }

    pub fn optional(&mut self) -> Option<&'b str> {
        let is_there = self.number() > 0;
        let text = self.text();
        is_there.then_some(text)
    }
}
