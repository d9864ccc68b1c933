//! Parquet: a table, of which the columns that hold text are cleaned.
//!
//! Row groups, schema, metadata and the order of rows stay. The other columns are copied as they are, without decoding. A text column is read, cleaned and
//! written again in slices, so that a row group need not be in memory, with the compression that it had.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader as _, RowGroupReader};
use parquet::file::serialized_reader::SerializedFileReader;
use parquet::file::writer::SerializedFileWriter;

use super::super::clerk::{Clerk, Document, Portion, Subject};
use super::super::error::FileError;
use super::super::order::in_order;
use super::super::restore::not_as_written;
use super::super::target::Temporary;
use super::BATCH;
use crate::ledger::{Change, LineError, Measure};

/// So many rows are read at once.
const ROWS: usize = 256;

/// The columns that are looked at, by their paths.
#[derive(Clone, Copy, Debug)]
pub struct Names<'n> {
    /// Those that hold text.
    pub text: &'n [String],
    /// One that is read along with them and says whose a row is; a table without it is as good.
    pub beside: Option<&'n str>,
}

/// Some rows of a text column.
#[derive(Debug)]
pub struct Slice {
    /// The path of the column.
    pub column: String,
    /// The number of the first row in the file, from 1.
    pub first_row: u64,
    /// The values that are there, as they are read.
    pub values: Vec<ByteArray>,
    /// The same, as they are to be written.
    pub new: Vec<ByteArray>,
    /// What the column beside says of each row; empty if none is read.
    beside: Vec<Option<ByteArray>>,
    /// For each row whether it has a value, as the format writes it; empty if each has one.
    levels: Vec<i16>,
    /// The level of a row that has a value.
    whole: i16,
}

impl Slice {
    /// The numbers of the rows that the values are in.
    pub fn rows(&self) -> impl Iterator<Item = u64> {
        let all = if self.levels.is_empty() {
            self.values.len()
        } else {
            self.levels.len()
        };
        let there = move |at: &usize| self.levels.get(*at).is_none_or(|&level| level == self.whole);
        (0..all).filter(there).map(|at| self.first_row + at as u64)
    }

    /// What the column beside says of a row.
    pub fn beside(&self, row: u64) -> Option<&str> {
        let at = usize::try_from(row - self.first_row).ok()?;
        std::str::from_utf8(self.beside.get(at)?.as_ref()?.data()).ok()
    }

    /// Measures values: each after its length.
    pub fn measure(values: &[ByteArray], measure: &mut Measure) {
        for value in values {
            measure.take(&(value.len() as u64).to_le_bytes());
            measure.take(value.data());
        }
    }
}

/// Cleans the values of a slice. What stays is noted for the account only if it is measured.
pub fn clean(clerk: &mut Clerk<'_>, subject: &Subject, slice: &mut Slice, measured: bool) -> Portion {
    let mut portion = Portion::default();
    let mut new = Vec::with_capacity(slice.values.len());
    let rules = clerk.rules();
    for (number, value) in slice.rows().zip(&slice.values) {
        let text = value.data();
        portion.tally.documents += 1;
        let from = rules.publisher_from.as_ref().zip(slice.beside(number));
        let beside = from.and_then(|(from, says)| from.by_value(rules.stripper, says));
        let removals = clerk.judge(text, beside.or(subject.publisher), number, &mut portion);
        let document = Document {
            number,
            field: Some(&slice.column),
            start: 0,
        };
        let changes = clerk.account(subject, document, (text, text), &removals, |range| range, &mut portion);
        portion.tally.changed += u64::from(!changes.is_empty());
        new.push(if changes.is_empty() {
            value.clone()
        } else {
            let mut kept = Vec::with_capacity(text.len());
            Clerk::apply(text, &changes, &mut kept);
            kept.into()
        });
    }
    if measured {
        for value in &new {
            portion.kept.extend_from_slice(&(value.len() as u64).to_le_bytes());
            portion.kept.extend_from_slice(value.data());
        }
    }
    slice.new = new;
    portion
}

/// Undoes those changes of a value that are wanted.
pub fn patch(value: &ByteArray, changes: &[&(Change, bool)]) -> Result<ByteArray, FileError> {
    if changes.is_empty() {
        return Ok(value.clone());
    }
    let damaged = |error: LineError| FileError::Other(error.to_string());
    let mut rest = value.data();
    let mut at = 0;
    let mut old = Vec::new();
    for (change, wanted) in changes {
        let (start, end) = change.source_bytes;
        let kept = start
            .checked_sub(at)
            .and_then(|keep| rest.split_at_checked(usize::try_from(keep).ok()?));
        let put = change.put().map_err(damaged)?;
        let Some((kept, behind)) = kept.and_then(|(kept, behind)| Some((kept, behind.strip_prefix(&*put)?))) else {
            return Err(not_as_written());
        };
        old.extend_from_slice(kept);
        let now = if *wanted { change.raw().map_err(damaged)? } else { put };
        old.extend_from_slice(&now);
        (rest, at) = (behind, end);
    }
    old.extend_from_slice(rest);
    Ok(old.into())
}

/// Writes a table again, with new values in the text columns that are named. Returns what was written, and the names of the columns that there are.
///
/// `work` makes the new values of a slice, on `jobs` threads; `consume` takes the slices in order.
pub fn rewrite<S, W, C>(
    file: &File,
    (out, target): (Option<Temporary>, &Path),
    names: Names<'_>,
    jobs: usize,
    prepare: impl Fn() -> S + Sync,
    work: W,
    mut consume: C,
) -> Result<(Option<Temporary>, Vec<String>), FileError>
where
    W: Fn(&mut S, &mut Slice) -> Result<Portion, FileError> + Sync,
    C: FnMut(&Slice, Portion) -> Result<(), FileError>,
{
    let reader = file.try_clone().map_err(FileError::Read)?;
    let reader = SerializedFileReader::new(reader).map_err(cannot_read)?;
    // Indexes of pages go along with the columns that are copied. Without them a file is as good, only slower to search.
    let indexed = ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Optional)
        .parse_and_finish(file)
        .ok();
    let indexed = indexed.as_ref().and_then(ParquetMetaData::page_index);
    let metadata = reader.metadata();
    let columns = find_columns(metadata, names.text)?;
    let beside = names.beside.and_then(|name| find_column(metadata, name));
    let properties = Arc::new(properties(metadata, &columns));
    let schema = metadata.file_metadata().schema_descr().root_schema_ptr();
    let cannot_write = |error: ParquetError| match error {
        ParquetError::External(error) => FileError::write(target)(std::io::Error::other(error)),
        other => FileError::Other(format!("cannot write {}: {other}", target.display())),
    };
    let sink = Sink(out.map(|out| BufWriter::with_capacity(256 << 10, out)));
    let mut writer = SerializedFileWriter::new(sink, schema, properties).map_err(cannot_write)?;
    let mut first_row = 1;
    for (number, group) in metadata.row_groups().iter().enumerate() {
        let rows = reader.get_row_group(number).map_err(cannot_read)?;
        let mut new_group = writer.next_row_group().map_err(cannot_write)?;
        for (index, chunk) in group.columns().iter().enumerate() {
            let Some(name) = columns.iter().find(|column| column.0 == index).map(|column| &column.1) else {
                let close = ColumnCloseResult {
                    bytes_written: chunk.compressed_size().unsigned_abs(),
                    rows_written: group.num_rows().unsigned_abs(),
                    metadata: chunk.clone(),
                    bloom_filter: None,
                    column_index: indexed.and_then(|pages| pages.column_index(number, index)).cloned(),
                    offset_index: indexed.and_then(|pages| pages.offset_index(number, index)).cloned(),
                };
                new_group.append_column(file, close).map_err(cannot_write)?;
                continue;
            };
            let mut slices = Slices::open(rows.as_ref(), group, (index, name), beside, first_row)?;
            let mut new_column = new_group
                .next_column()
                .map_err(cannot_write)?
                .ok_or_else(|| no_text(name))?;
            in_order(
                jobs,
                jobs * 2 + 1,
                || slices.next(),
                &prepare,
                |own, slice: Result<Slice, FileError>| {
                    let mut slice = slice?;
                    let portion = work(own, &mut slice)?;
                    Ok((slice, portion))
                },
                |worked: Result<_, FileError>| {
                    let (slice, portion) = worked?;
                    let levels = (slice.whole > 0).then_some(slice.levels.as_slice());
                    let typed = new_column.typed::<ByteArrayType>();
                    typed.write_batch(&slice.new, levels, None).map_err(cannot_write)?;
                    consume(&slice, portion)
                },
            )?;
            new_column.close().map_err(cannot_write)?;
        }
        new_group.close().map_err(cannot_write)?;
        first_row += group.num_rows().unsigned_abs();
    }
    let sink = writer.into_inner().map_err(cannot_write)?;
    let written = sink.0.map(|out| {
        out.into_inner()
            .map_err(|error| FileError::write(target)(error.into_error()))
    });
    Ok((
        written.transpose()?,
        columns.into_iter().map(|column| column.1).collect(),
    ))
}

/// Reads the text columns of a table, one row group after the other, and in each one column after the other.
pub struct Table {
    reader: SerializedFileReader<File>,
    columns: Vec<(usize, String)>,
    beside: Option<usize>,
    /// The row group and the column that come next, and the number of the group's first row.
    next: (usize, usize, u64),
    slices: Option<Slices>,
}

impl Table {
    /// Begins at the first row.
    pub fn open(file: File, names: Names<'_>) -> Result<Self, FileError> {
        let reader = SerializedFileReader::new(file).map_err(cannot_read)?;
        Ok(Self {
            columns: find_columns(reader.metadata(), names.text)?,
            beside: names.beside.and_then(|name| find_column(reader.metadata(), name)),
            reader,
            next: (0, 0, 1),
            slices: None,
        })
    }

    /// The next rows of a column; nothing at the end.
    pub fn next(&mut self) -> Result<Option<Slice>, FileError> {
        loop {
            if let Some(slice) = self.slices.as_mut().and_then(Slices::next) {
                return slice.map(Some);
            }
            let (number, column, first_row) = self.next;
            let Some(group) = self.reader.metadata().row_groups().get(number) else {
                return Ok(None);
            };
            self.next = match self.columns.get(column) {
                Some((index, name)) => {
                    let rows = self.reader.get_row_group(number).map_err(cannot_read)?;
                    let slices = Slices::open(rows.as_ref(), group, (*index, name), self.beside, first_row)?;
                    self.slices = Some(slices);
                    (number, column + 1, first_row)
                }
                None => (number + 1, 0, first_row + group.num_rows().unsigned_abs()),
            };
        }
    }
}

/// A file, or nothing.
struct Sink(Option<BufWriter<Temporary>>);

impl std::io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.as_mut().map_or(Ok(bytes.len()), |out| out.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.as_mut().map_or(Ok(()), std::io::Write::flush)
    }
}

/// Reads a text column slice by slice.
struct Slices {
    column: ColumnReaderImpl<ByteArrayType>,
    /// The column beside, and the level of its rows that have a value.
    beside: Option<(ColumnReaderImpl<ByteArrayType>, i16)>,
    name: String,
    whole: i16,
    next_row: u64,
    ended: bool,
}

impl Slices {
    /// Begins at the first row of a column in a row group.
    fn open(
        rows: &dyn RowGroupReader,
        group: &RowGroupMetaData,
        (index, name): (usize, &str),
        beside: Option<usize>,
        first_row: u64,
    ) -> Result<Self, FileError> {
        let ColumnReader::ByteArrayColumnReader(column) = rows.get_column_reader(index).map_err(cannot_read)? else {
            return Err(no_text(name));
        };
        let level = |index: usize| group.column(index).column_descr().max_def_level();
        let beside = match beside.map(|index| (index, rows.get_column_reader(index))) {
            Some((index, Ok(ColumnReader::ByteArrayColumnReader(column)))) => Some((column, level(index))),
            Some((_, Err(error))) => return Err(cannot_read(error)),
            _ => None,
        };
        Ok(Self {
            column,
            beside,
            name: name.to_owned(),
            whole: level(index),
            next_row: first_row,
            ended: false,
        })
    }

    fn next(&mut self) -> Option<Result<Slice, FileError>> {
        if self.ended {
            return None;
        }
        let slice = self.read();
        match &slice {
            Ok(Some(slice)) => self.next_row = slice.1,
            _ => self.ended = true,
        }
        slice.map(|slice| slice.map(|slice| slice.0)).transpose()
    }

    /// The next slice, and the row after it.
    fn read(&mut self) -> Result<Option<(Slice, u64)>, FileError> {
        let mut slice = Slice {
            column: self.name.clone(),
            first_row: self.next_row,
            values: Vec::new(),
            new: Vec::new(),
            beside: Vec::new(),
            levels: Vec::new(),
            whole: self.whole,
        };
        let (mut rows, mut bytes) = (0, 0);
        while bytes < BATCH && rows < 64 * ROWS {
            let from = slice.values.len();
            let read = self
                .column
                .read_records(ROWS, Some(&mut slice.levels), None, &mut slice.values);
            let (records, _, _) = read.map_err(cannot_read)?;
            if records == 0 {
                break;
            }
            rows += records;
            bytes += slice.values[from..].iter().map(ByteArray::len).sum::<usize>();
        }
        if let Some((column, whole)) = &mut self.beside {
            slice.beside = read_values(column, *whole, rows)?;
        }
        Ok((rows > 0).then(|| (slice, self.next_row + rows as u64)))
    }
}

/// Reads so many rows of a column; `whole` is the level of a row that has a value.
fn read_values(
    column: &mut ColumnReaderImpl<ByteArrayType>,
    whole: i16,
    rows: usize,
) -> Result<Vec<Option<ByteArray>>, FileError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    let mut read = 0;
    while read < rows {
        let (records, _, _) = column
            .read_records(rows - read, Some(&mut levels), None, &mut values)
            .map_err(cannot_read)?;
        if records == 0 {
            break;
        }
        read += records;
    }
    if whole == 0 {
        return Ok(values.into_iter().map(Some).collect());
    }
    let mut values = values.into_iter();
    Ok(levels
        .into_iter()
        .map(|level| if level == whole { values.next() } else { None })
        .collect())
}

/// The column of this path, if it holds one text a row.
fn find_column(metadata: &ParquetMetaData, name: &str) -> Option<usize> {
    let columns = metadata.file_metadata().schema_descr().columns();
    let index = columns.iter().position(|column| column.path().string() == name)?;
    (columns[index].physical_type() == Type::BYTE_ARRAY && columns[index].max_rep_level() == 0).then_some(index)
}

/// The text columns that are named and there: index and path.
fn find_columns(metadata: &ParquetMetaData, names: &[String]) -> Result<Vec<(usize, String)>, FileError> {
    let schema = metadata.file_metadata().schema_descr();
    let mut found = Vec::new();
    for (index, column) in schema.columns().iter().enumerate() {
        let path = column.path().string();
        if !names.contains(&path) {
            continue;
        }
        if column.physical_type() != Type::BYTE_ARRAY {
            return Err(no_text(&path));
        }
        if column.max_rep_level() > 0 {
            return Err(FileError::Other(format!(
                "the column `{path}` holds lists, which are not cleaned"
            )));
        }
        found.push((index, path));
    }
    if found.is_empty() && !names.is_empty() {
        let present: Vec<String> = schema
            .columns()
            .iter()
            .map(|column| format!("`{}`", column.path().string()))
            .collect();
        return Err(FileError::Other(format!(
            "no column `{}`; name the column that holds the text with --text-field (this file has {})",
            names.join("`, `"),
            present.join(", ")
        )));
    }
    Ok(found)
}

fn no_text(name: &str) -> FileError {
    FileError::Other(format!("the column `{name}` does not hold text"))
}

/// As far as a writer can be told to write a column as it was.
fn properties(metadata: &ParquetMetaData, columns: &[(usize, String)]) -> WriterProperties {
    let file = metadata.file_metadata();
    let mut properties = WriterProperties::builder()
        .set_key_value_metadata(file.key_value_metadata().cloned())
        .set_statistics_enabled(EnabledStatistics::None);
    let Some(group) = metadata.row_groups().first() else {
        return properties.build();
    };
    // A file has an index of the pages of all columns, or of none.
    let indexed = group
        .columns()
        .iter()
        .all(|chunk| chunk.offset_index_offset().is_some());
    properties = properties.set_offset_index_disabled(!indexed);
    let by_text = |index: i32| columns.iter().any(|column| usize::try_from(index) == Ok(column.0));
    if let Some(sorting) = group
        .sorting_columns()
        .filter(|sorting| !sorting.iter().any(|by| by_text(by.column_idx)))
    {
        properties = properties.set_sorting_columns(Some(sorting.clone()));
    }
    for (index, _) in columns {
        let chunk = group.column(*index);
        let path = chunk.column_path().clone();
        let compression = match chunk.compression() {
            // The first form of it was never well defined.
            Compression::LZ4 => Compression::LZ4_RAW,
            other => other,
        };
        properties = properties
            .set_column_compression(path.clone(), compression)
            .set_column_dictionary_enabled(path.clone(), chunk.dictionary_page_offset().is_some())
            .set_column_bloom_filter_enabled(path.clone(), chunk.bloom_filter_offset().is_some());
        if chunk.statistics().is_some() {
            let pages = indexed && chunk.column_index_offset().is_some();
            let level = if pages {
                EnabledStatistics::Page
            } else {
                EnabledStatistics::Chunk
            };
            properties = properties.set_column_statistics_enabled(path, level);
        }
    }
    properties.build()
}

fn cannot_read(error: ParquetError) -> FileError {
    FileError::Other(format!("cannot read it as Parquet: {error}"))
}
