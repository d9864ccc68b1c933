//! Strips Arrow arrays of texts.
//!
//! Texts come in as bytes: Arrow does not check that a string is UTF-8, and Spark hands on what is not. Such bytes are passed through like any others.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::builder::make_view;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BinaryViewArray, GenericBinaryArray, LargeBinaryArray, ListArray, OffsetSizeTrait,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType};
use bodycopy::{Event, Sink, Stream, Stripper};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;

use crate::columns::Removals;
use crate::parallel::{in_order, tasks};

/// So much of a text is judged at once, as in [`Stripper::strip`].
const PIECE: usize = 64 << 10;

/// An array of texts.
pub enum Texts {
    Short(BinaryArray),
    Large(LargeBinaryArray),
    View(BinaryViewArray),
}

impl TryFrom<ArrayData> for Texts {
    type Error = PyErr;

    fn try_from(data: ArrayData) -> PyResult<Self> {
        match data.data_type() {
            DataType::Binary => Ok(Self::Short(data.into())),
            DataType::LargeBinary => Ok(Self::Large(data.into())),
            DataType::BinaryView => Ok(Self::View(data.into())),
            other => Err(PyTypeError::new_err(format!("an array of {other} does not hold text"))),
        }
    }
}

impl Texts {
    pub fn len(&self) -> usize {
        self.array().len()
    }

    /// The text in a row, if it has one.
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        self.array().is_valid(row).then(|| match self {
            Self::Short(array) => array.value(row),
            Self::Large(array) => array.value(row),
            Self::View(array) => array.value(row),
        })
    }

    fn array(&self) -> &dyn Array {
        match self {
            Self::Short(array) => array,
            Self::Large(array) => array,
            Self::View(array) => array,
        }
    }
}

/// What stays of each text, in an array of the same type; and what goes, if that is wanted.
pub fn strip(
    py: Python<'_>,
    stripper: &Stripper,
    texts: &Texts,
    publishers: Option<&Texts>,
    (with_removals, threads): (bool, usize),
) -> PyResult<(ArrayRef, Option<ListArray>)> {
    if let Some(publishers) = publishers
        && publishers.len() != texts.len()
    {
        return Err(PyValueError::new_err(format!(
            "{} publishers for {} texts; each text has one, or null",
            publishers.len(),
            texts.len()
        )));
    }
    let lengths = (0..texts.len()).map(|row| texts.get(row).map_or(0, <[u8]>::len));
    let bytes = lengths.clone().sum();
    let mut kept = match texts {
        Texts::View(_) => Kept::views(texts.len()),
        _ => Kept::offsets(texts.len(), bytes),
    };
    let mut removals = Removals::default();
    let work = |rows: Range<usize>| strip_rows(stripper, texts, publishers, rows, with_removals);
    in_order(py, &tasks(lengths), threads, work, |part| {
        kept.append(part.kept, &part.ends);
        removals.append(part.removals);
    })?;
    let nulls = texts.array().nulls().cloned();
    let removals = with_removals
        .then(|| removals.finish(nulls.clone()))
        .transpose()
        .map_err(error)?;
    let array = match texts {
        Texts::Large(_) => kept.finish::<i64>(nulls),
        _ => kept.finish::<i32>(nulls),
    };
    Ok((array.map_err(error)?, removals))
}

fn error(error: ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// What came of some texts.
#[derive(Default)]
struct Part {
    /// What stays of them, one after the other.
    kept: Vec<u8>,
    /// Where each of them ends in it.
    ends: Vec<usize>,
    removals: Removals,
}

fn strip_rows(
    stripper: &Stripper,
    texts: &Texts,
    publishers: Option<&Texts>,
    rows: Range<usize>,
    with_removals: bool,
) -> Part {
    let mut stream: Stream<'_> = stripper.stream();
    let mut part = Part {
        ends: Vec::with_capacity(rows.len()),
        ..Part::default()
    };
    for row in rows {
        let text = texts.get(row).unwrap_or_default();
        let publisher = publishers.and_then(|publishers| publishers.get(row));
        let publisher = publisher.and_then(|place| stripper.publisher(std::str::from_utf8(place).ok()?));
        publisher.into_iter().for_each(|publisher| stream.recognize(publisher));
        let mut sink = Keep {
            kept: &mut part.kept,
            removals: Vec::new(),
        };
        for piece in text.chunks(PIECE) {
            let Ok(()) = stream.push(piece, &mut sink);
        }
        let Ok(()) = stream.finish(&mut sink);
        if with_removals {
            part.removals.push(text, &sink.removals);
        }
        part.ends.push(part.kept.len());
    }
    part
}

struct Keep<'k, 's> {
    kept: &'k mut Vec<u8>,
    removals: Vec<bodycopy::Removal<'s>>,
}

impl<'s> Sink<'s> for Keep<'_, 's> {
    type Error = std::convert::Infallible;

    fn event(&mut self, event: Event<'_, 's>) -> Result<(), Self::Error> {
        match event {
            Event::Kept { bytes, .. } | Event::Unjudged { bytes, .. } => self.kept.extend_from_slice(bytes),
            Event::Removed { removal, .. } => self.removals.push(removal),
        }
        Ok(())
    }
}

/// What stays of an array, while it is put together.
enum Kept {
    /// All bytes in one buffer.
    Offsets { bytes: Vec<u8>, lengths: Vec<usize> },
    /// The bytes as they were judged, with a view for each row.
    Views { blocks: Vec<Buffer>, views: Vec<u128> },
}

impl Kept {
    fn offsets(rows: usize, bytes: usize) -> Self {
        Self::Offsets {
            bytes: Vec::with_capacity(bytes),
            lengths: Vec::with_capacity(rows),
        }
    }

    fn views(rows: usize) -> Self {
        Self::Views {
            blocks: Vec::new(),
            views: Vec::with_capacity(rows),
        }
    }

    fn append(&mut self, kept: Vec<u8>, ends: &[usize]) {
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let rows = starts.zip(ends).map(|(start, &end)| start..end);
        match self {
            Self::Offsets { bytes, lengths } => {
                bytes.extend_from_slice(&kept);
                lengths.extend(rows.map(|row| row.len()));
            }
            Self::Views { blocks, views } => {
                // A row has at most 2 GiB and ends its task, so that neither offsets nor numbers of blocks come near their 32 bits.
                let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                let block = narrow(blocks.len());
                views.extend(rows.map(|row| make_view(&kept[row.clone()], block, narrow(row.start))));
                blocks.push(kept.into());
            }
        }
    }

    fn finish<O: OffsetSizeTrait>(self, nulls: Option<NullBuffer>) -> Result<ArrayRef, ArrowError> {
        Ok(match self {
            Self::Offsets { bytes, lengths } => {
                let offsets = OffsetBuffer::<O>::from_lengths(lengths);
                Arc::new(GenericBinaryArray::<O>::try_new(offsets, bytes.into(), nulls)?)
            }
            Self::Views { blocks, views } => {
                Arc::new(BinaryViewArray::try_new(ScalarBuffer::from(views), blocks, nulls)?)
            }
        })
    }
}
