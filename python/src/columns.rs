//! Makes an Arrow column of removals: a list of structs for each text, of the names that `Removal` has in Python.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, Int64Array, ListArray, StringArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{ArrowError, DataType, Field, Fields};
use bodycopy::Removal;

use crate::removals::{Place, show};

/// More text than this is not put in one column: its offsets are 32 bits wide, because Spark reads no others in a struct.
const MOST_TEXT: usize = i32::MAX as usize;

/// Gathers the removals of texts, one text after the other.
#[derive(Default)]
pub struct Removals {
    rows: Vec<Row>,
    evidence: Vec<EvidenceRow>,
    /// How many removals each text has.
    counts: Vec<usize>,
    texts: usize,
}

struct Row {
    pattern: String,
    category: &'static str,
    publisher: Option<String>,
    reason: &'static str,
    sums: (Option<f32>, Option<f32>),
    place: Place,
    lines: [i64; 2],
    text: String,
    evidence: usize,
}

struct EvidenceRow {
    pattern: String,
    place: Place,
    text: String,
}

impl Removals {
    /// Takes the removals of the next text.
    pub fn push(&mut self, text: &[u8], removals: &[Removal<'_>]) {
        self.counts.push(removals.len());
        for shown in show(text, removals) {
            let removal = shown.removal;
            let before = self.evidence.len();
            self.evidence
                .extend(shown.evidence.into_iter().map(|evidence| EvidenceRow {
                    pattern: evidence.pattern.to_owned(),
                    place: evidence.place,
                    text: evidence.text.into_owned(),
                }));
            let evidence = self.evidence[before..].iter().map(|evidence| evidence.text.len());
            self.texts += shown.text.len() + evidence.sum::<usize>();
            self.rows.push(Row {
                pattern: removal.pattern.id.clone(),
                category: removal.pattern.category.name(),
                publisher: removal.pattern.publisher.clone(),
                reason: removal.reason.name(),
                sums: removal.reason.sums(),
                place: shown.place,
                lines: [removal.lines.start, removal.lines.end - 1].map(signed),
                text: shown.text.into_owned(),
                evidence: self.evidence.len() - before,
            });
        }
    }

    /// Takes what came of the texts after these.
    pub fn append(&mut self, mut other: Self) {
        self.rows.append(&mut other.rows);
        self.evidence.append(&mut other.evidence);
        self.counts.append(&mut other.counts);
        self.texts += other.texts;
    }

    /// The column. `nulls` says which texts there are not; they have no list either.
    ///
    /// # Errors
    /// When the removed text is too long for one column.
    pub fn finish(self, nulls: Option<NullBuffer>) -> Result<ListArray, ArrowError> {
        if self.texts > MOST_TEXT {
            let message = "more than 2 GiB of text go from one array; strip it in smaller ones";
            return Err(ArrowError::InvalidArgumentError(message.to_owned()));
        }
        let Self { rows, evidence, .. } = self;
        let strings = |get: fn(&Row) -> &str| Arc::new(StringArray::from_iter_values(rows.iter().map(get))) as ArrayRef;
        let sums = |get: fn(&Row) -> Option<f32>| Arc::new(rows.iter().map(get).collect::<Float32Array>()) as ArrayRef;
        let evidence_places = || evidence.iter().map(|evidence| &evidence.place);
        let evidence_structs = structs(vec![
            required(
                "pattern",
                Arc::new(StringArray::from_iter_values(evidence.iter().map(|row| &row.pattern))),
            ),
            required(
                "bytes",
                pairs(
                    ["start", "end"],
                    evidence_places().map(|place| [place.bytes.start, place.bytes.end].map(signed)),
                ),
            ),
            required(
                "characters",
                pairs(
                    ["start", "end"],
                    evidence_places().map(|place| [place.characters.start, place.characters.end].map(signed)),
                ),
            ),
            required(
                "text",
                Arc::new(StringArray::from_iter_values(evidence.iter().map(|row| &row.text))),
            ),
        ])?;
        let places = || rows.iter().map(|row| &row.place);
        let publishers: StringArray = rows.iter().map(|row| row.publisher.as_deref()).collect();
        let structs = structs(vec![
            required("pattern", strings(|row| &row.pattern)),
            required("category", strings(|row| row.category)),
            optional("publisher", Arc::new(publishers)),
            required("reason", strings(|row| row.reason)),
            optional("sum", sums(|row| row.sums.0)),
            optional("letter_sum", sums(|row| row.sums.1)),
            required(
                "bytes",
                pairs(
                    ["start", "end"],
                    places().map(|place| [place.bytes.start, place.bytes.end].map(signed)),
                ),
            ),
            required(
                "characters",
                pairs(
                    ["start", "end"],
                    places().map(|place| [place.characters.start, place.characters.end].map(signed)),
                ),
            ),
            required("lines", pairs(["first", "last"], rows.iter().map(|row| row.lines))),
            required("text", strings(|row| &row.text)),
            required(
                "evidence",
                Arc::new(list(evidence_structs, rows.iter().map(|row| row.evidence), None)?),
            ),
        ])?;
        list(structs, self.counts.iter().copied(), nulls)
    }
}

/// An offset or a number as Arrow's readers like it. No text is so long that it would not fit.
fn signed(offset: usize) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

type Column = (Arc<Field>, ArrayRef);

fn required(name: &str, values: ArrayRef) -> Column {
    column(name, values, false)
}

fn optional(name: &str, values: ArrayRef) -> Column {
    column(name, values, true)
}

fn column(name: &str, values: ArrayRef, nullable: bool) -> Column {
    let field = Field::new(name, values.data_type().clone(), nullable);
    (Arc::new(field), values)
}

fn pairs(names: [&str; 2], pairs: impl Iterator<Item = [i64; 2]>) -> ArrayRef {
    let (first, second): (Vec<i64>, Vec<i64>) = pairs.map(|[first, second]| (first, second)).unzip();
    let [name, other] = names;
    let columns = vec![
        required(name, Arc::new(Int64Array::from(first))),
        required(other, Arc::new(Int64Array::from(second))),
    ];
    Arc::new(StructArray::from(columns))
}

fn structs(columns: Vec<Column>) -> Result<StructArray, ArrowError> {
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    StructArray::try_new(Fields::from(fields), arrays, None)
}

fn list(
    values: StructArray,
    lengths: impl Iterator<Item = usize>,
    nulls: Option<NullBuffer>,
) -> Result<ListArray, ArrowError> {
    use arrow_array::Array as _;
    let item: DataType = values.data_type().clone();
    let field = Arc::new(Field::new("element", item, false));
    ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), Arc::new(values), nulls)
}
