//! Finds the text field of a JSONL record, and cuts it without touching any other byte.
//!
//! A record is one line of JSON. It is never parsed into values and written again: key order, spaces, number forms and escapes stay as they are, inside
//! the text field too. Ranges of the decoded text are mapped back to the bytes of the record.

use std::fmt;
use std::ops::Range;

use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Why a record cannot be cleaned.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The line is no JSON object.
    #[error("not a JSON object: {0}")]
    Syntax(String),
    /// There is no such field.
    #[error("no field `{field}`; name the field that holds the text with --text-field (this record has {present})")]
    Missing {
        /// The field that was looked for.
        field: String,
        /// The fields that are there.
        present: String,
    },
    /// The field does not hold a string.
    #[error("the field `{0}` is not a string")]
    NotText(String),
    /// The field is there more than once.
    #[error("the field `{0}` is there more than once")]
    Repeated(String),
}

/// The text of a record, decoded, with the way back to the record's bytes.
#[derive(Debug)]
pub struct TextField {
    text: String,
    /// Where the string's contents lie in the record, without the quotation marks.
    raw: Range<usize>,
    /// After each escape: where the decoded text and the record go on. In between they run in step.
    steps: Vec<(usize, usize)>,
}

impl TextField {
    /// Finds a field of a record. A nested field is named by its path, as in `article.body`; a name that has dots itself is found too.
    ///
    /// # Errors
    /// When the record is no JSON object, or the field is missing, repeated or not a string.
    pub fn find(record: &[u8], field: &str) -> Result<Self, RecordError> {
        let (record, fields) = fields(record)?;
        match seek(&fields, field)? {
            Some(value) => Self::of(record, value).ok_or_else(|| RecordError::NotText(field.to_owned())),
            None => Err(missing(field, &fields)),
        }
    }

    /// Finds those of several fields that a record has, in the order in which they stand in it; each with its index in `names`.
    ///
    /// Where there are several names, a field that is missing or `null` is passed over as long as the record has another of them.
    ///
    /// # Errors
    /// As for [`TextField::find`].
    pub fn find_all(record: &[u8], names: &[String]) -> Result<Vec<(usize, Self)>, RecordError> {
        let (record, fields) = fields(record)?;
        let mut found = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let Some(value) = seek(&fields, name)? else { continue };
            match Self::of(record, value) {
                Some(field) => found.push((index, field)),
                None if names.len() > 1 && value == "null" => {}
                None => return Err(RecordError::NotText(name.clone())),
            }
        }
        if found.is_empty() {
            return Err(missing(&names.join("`, `"), &fields));
        }
        found.sort_by_key(|(_, field)| field.raw.start);
        // The same string by two names is cleaned once.
        found.dedup_by_key(|(_, field)| field.raw.start);
        Ok(found)
    }

    /// The text of a value, which is a slice of the record, if it is a string.
    fn of(record: &str, value: &str) -> Option<Self> {
        let inner = value.strip_prefix('"')?.strip_suffix('"')?;
        // Both are slices of the same string, so the distance of their addresses is the offset.
        let start = inner.as_ptr() as usize - record.as_ptr() as usize;
        let (text, steps) = decode(inner, start);
        Some(Self {
            text,
            raw: start..start + inner.len(),
            steps,
        })
    }

    /// The decoded text. A lone surrogate, which no UTF-8 can hold, shows as U+FFFD.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the field's contents lie in the record, in bytes.
    pub fn bytes(&self) -> Range<usize> {
        self.raw.clone()
    }

    /// The bytes of the record that a range of the text came from.
    pub fn origin(&self, range: Range<usize>) -> Range<usize> {
        self.offset(range.start)..self.offset(range.end)
    }

    fn offset(&self, at: usize) -> usize {
        let step = self.steps.partition_point(|step| step.0 <= at);
        let (text, raw) = if step == 0 {
            (0, self.raw.start)
        } else {
            self.steps[step - 1]
        };
        raw + (at - text)
    }
}

/// The fields of an object, each a slice of the record.
type FieldList<'r> = Vec<(String, &'r RawValue)>;

/// Reads a record as an object.
fn fields(record: &[u8]) -> Result<(&str, FieldList<'_>), RecordError> {
    let syntax = |error: &dyn fmt::Display| RecordError::Syntax(error.to_string());
    let record = std::str::from_utf8(record).map_err(|error| syntax(&error))?;
    let mut json = serde_json::Deserializer::from_str(record);
    let fields = json
        .deserialize_map(Fields)
        .and_then(|fields| json.end().map(|()| fields));
    Ok((record, fields.map_err(|error| syntax(&error))?))
}

/// The value of a field, by name or path.
fn seek<'r>(fields: &[(String, &'r RawValue)], path: &str) -> Result<Option<&'r str>, RecordError> {
    let mut named = fields.iter().filter(|(name, _)| name == path);
    if let Some((_, value)) = named.next() {
        return match named.next() {
            Some(_) => Err(RecordError::Repeated(path.to_owned())),
            None => Ok(Some(value.get())),
        };
    }
    for (dot, _) in path.match_indices('.') {
        let (outer, inner) = (&path[..dot], &path[dot + 1..]);
        let mut named = fields.iter().filter(|(name, _)| name == outer);
        let Some((_, value)) = named.next() else { continue };
        if named.next().is_some() {
            return Err(RecordError::Repeated(outer.to_owned()));
        }
        let Ok(nested) = serde_json::Deserializer::from_str(value.get()).deserialize_map(Fields) else {
            continue;
        };
        if let Some(value) = seek(&nested, inner)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

fn missing(field: &str, fields: &[(String, &RawValue)]) -> RecordError {
    let names: Vec<String> = fields.iter().map(|(name, _)| format!("`{name}`")).collect();
    let present = if names.is_empty() {
        "no fields".to_owned()
    } else {
        names.join(", ")
    };
    RecordError::Missing {
        field: field.to_owned(),
        present,
    }
}

/// Decodes the contents of a valid JSON string that begins at `start` in its record.
fn decode(inner: &str, start: usize) -> (String, Vec<(usize, usize)>) {
    let mut text = String::with_capacity(inner.len());
    let mut steps = Vec::new();
    let mut at = 0;
    while let Some(plain) = memchr::memchr(b'\\', &inner.as_bytes()[at..]) {
        text.push_str(&inner[at..at + plain]);
        at += plain;
        let (c, length) = escape(&inner[at..]);
        text.push(c);
        at += length;
        steps.push((text.len(), start + at));
    }
    text.push_str(&inner[at..]);
    (text, steps)
}

/// The character that an escape stands for, and the escape's length.
fn escape(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        text.get(at..at + 4)
            .and_then(|digits| u16::from_str_radix(digits, 16).ok())
    };
    let simple = match text.as_bytes().get(1) {
        Some(b'n') => '\n',
        Some(b't') => '\t',
        Some(b'r') => '\r',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => {
            let first = unit(2).unwrap_or(0xfffd);
            if let Some(c) = char::from_u32(first.into()) {
                return (c, 6);
            }
            let second = if text[6..].starts_with("\\u") { unit(8) } else { None };
            return match second.map(|second| char::decode_utf16([first, second]).next()) {
                Some(Some(Ok(c))) => (c, 12),
                _ => (char::REPLACEMENT_CHARACTER, 6),
            };
        }
        Some(&other) => char::from(other),
        None => char::REPLACEMENT_CHARACTER,
    };
    (simple, 2)
}

/// Reads the fields of an object as slices of the record.
struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = FieldList<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            fields.push((name, map.next_value::<&RawValue>()?));
        }
        Ok(fields)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(de::Error::custom("an array where an object is expected"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_found_and_its_ranges_lead_back() {
        let record = r#"{ "id" : 1e2, "text":"a\u00e9\n\ud83d\ude00 \"b\" \/", "z":[ ] }"#;
        let field = TextField::find(record.as_bytes(), "text").expect("it is there");
        assert_eq!(field.text(), "aé\n😀 \"b\" /");
        let back = |part: &str| {
            let at = field.text().find(part).expect("part of it");
            &record[field.origin(at..at + part.len())]
        };
        assert_eq!(back("aé"), r"a\u00e9");
        assert_eq!(back("😀"), r"\ud83d\ude00");
        assert_eq!(back("\"b\""), r#"\"b\""#);
        assert_eq!(back("/"), r"\/");
        assert_eq!(field.origin(0..field.text().len()), field.bytes());
    }

    #[test]
    fn a_lone_surrogate_does_not_lose_its_place() {
        let record = r#"{"text":"x\ud800y\udc00\u0041"}"#;
        let field = TextField::find(record.as_bytes(), "text").expect("it is there");
        assert_eq!(field.text(), "x\u{fffd}y\u{fffd}A");
        assert_eq!(field.origin(4..5), 16..17);
    }

    #[test]
    fn fields_are_found_by_their_path() {
        let record = r#" {"article" : {"body":"a", "n":{"x.y":"b"}}, "article.title":"c", "none":null, "body":"d"}"#;
        let text = |path: &str| TextField::find(record.as_bytes(), path).map(|field| field.text().to_owned());
        assert_eq!(text("article.body").expect("nested"), "a");
        assert_eq!(text("article.n.x.y").expect("nested, with a dot of its own"), "b");
        assert_eq!(text("article.title").expect("a dot of its own"), "c");
        assert!(text("article.none").is_err() && text("article").is_err() && text("article.body.x").is_err());
        let all = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            TextField::find_all(record.as_bytes(), &names).map(|found| {
                found
                    .into_iter()
                    .map(|(index, field)| (index, field.text))
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(
            all(&["body", "none", "article.body"]).expect("two are there"),
            [(2, "a".to_owned()), (0, "d".to_owned())]
        );
        assert!(all(&["none"]).is_err() && all(&["x", "y"]).is_err() && all(&["body", "article"]).is_err());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |record: &str| {
            TextField::find(record.as_bytes(), "text")
                .expect_err("it is wrong")
                .to_string()
        };
        assert!(error("{").starts_with("not a JSON object"));
        assert!(error("[1]").contains("expected"));
        assert!(error(r#"{"body":"x"}"#).contains("--text-field"));
        assert!(error(r#"{"text":null}"#).contains("not a string"));
        assert!(error(r#"{"text":"a","text":"b"}"#).contains("more than once"));
        assert!(error(r#"{"text":"a"} x"#).starts_with("not a JSON object"));
    }
}
