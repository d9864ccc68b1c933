//! Tells whose a document is, from where it lies or what its record says.

use std::path::Path;

use crate::engine::{Publisher, Stripper};
use crate::jsonl::TextField;

/// Where a run learns the publisher of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublisherFrom {
    /// From the folders and the name of its file, the innermost first: `crawl/gazette.example/2024.txt`.
    Path,
    /// From a field of its JSONL record or a column of its Parquet row, which holds a URL, a host or a name; from the address of its WARC record.
    Field(String),
}

impl PublisherFrom {
    /// Reads `path`, or the name of a field; `field:path` is a field of that name.
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix("field:") {
            Some(field) => Self::Field(field.to_owned()),
            None if text == "path" => Self::Path,
            None => Self::Field(text.to_owned()),
        }
    }

    /// The publisher that a path names, if the path is to tell.
    pub fn by_path(&self, stripper: &Stripper, path: &Path) -> Option<Publisher> {
        if *self != Self::Path {
            return None;
        }
        path.iter().rev().filter_map(|part| part.to_str()).find_map(|part| {
            // gazette.example.jsonl.zst: the endings of the file stand where a host has its domain.
            let shorter = std::iter::successors(Some(part), |part| part.rsplit_once('.').map(|(rest, _)| rest));
            shorter.into_iter().find_map(|part| stripper.publisher(part))
        })
    }

    /// The publisher that a JSONL record names, if a field is to tell.
    pub fn by_record(&self, stripper: &Stripper, record: &[u8]) -> Option<Publisher> {
        let Self::Field(field) = self else { return None };
        let value = TextField::find(record, field).ok()?;
        stripper.publisher(value.text())
    }

    /// The publisher of an address, a host or a name, if a field is to tell.
    pub fn by_value(&self, stripper: &Stripper, value: &str) -> Option<Publisher> {
        (*self != Self::Path).then(|| stripper.publisher(value))?
    }

    /// The name of the field or column, if one is to tell.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Path => None,
            Self::Field(field) => Some(field),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::{PatternSets, Selection};

    #[test]
    fn a_path_a_field_or_an_address_tells() {
        let stripper = Stripper::new(&PatternSets::builtin().expect("sound"), Selection::default());
        let moscow_times = stripper.publisher("themoscowtimes.com");
        assert!(moscow_times.is_some());

        let from = PublisherFrom::parse("path");
        for path in [
            "crawl/themoscowtimes.com/1.txt",
            "the-moscow-times/2024/1.txt",
            "crawl/www.themoscowtimes.com.jsonl.zst",
        ] {
            assert_eq!(from.by_path(&stripper, Path::new(path)), moscow_times, "{path}");
        }
        assert_eq!(from.by_path(&stripper, Path::new("crawl/1.txt")), None);
        assert_eq!(
            from.by_record(&stripper, br#"{"url":"https://www.themoscowtimes.com/1"}"#),
            None
        );

        let from = PublisherFrom::parse("meta.url");
        let record = br#"{"meta":{"url":"https://www.themoscowtimes.com/1"}}"#;
        assert_eq!(from.by_record(&stripper, record), moscow_times);
        assert_eq!(from.by_record(&stripper, br#"{"meta":{"url":3}}"#), None);
        assert_eq!(
            from.by_value(&stripper, "https://www.themoscowtimes.com/1"),
            moscow_times
        );
        assert_eq!(
            PublisherFrom::parse("field:path"),
            PublisherFrom::Field("path".to_owned())
        );
    }
}
