//! Decides what a file is: how it falls into documents, and how it is compressed.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// How a file falls into documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Plain text or Markdown: one document.
    Text,
    /// A JSON object a line, each a document.
    Jsonl,
    /// Records of a web archive; those that hold text are documents.
    Warc,
    /// A table; each row is a document.
    Parquet,
}

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Packing {
    /// Not at all.
    None,
    /// As by gzip.
    Gzip,
    /// As by zstd.
    Zstd,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format {
    /// How it falls into documents.
    pub kind: Kind,
    /// How it is compressed.
    pub packing: Packing,
}

const KINDS: &[(&str, Kind)] = &[
    ("txt", Kind::Text),
    ("text", Kind::Text),
    ("md", Kind::Text),
    ("markdown", Kind::Text),
    ("jsonl", Kind::Jsonl),
    ("ndjson", Kind::Jsonl),
    ("warc", Kind::Warc),
    ("wet", Kind::Warc),
    ("parquet", Kind::Parquet),
];

impl Format {
    /// What the name of a file says that it is. `kind` is taken for granted, if given; then the name only tells the compression.
    ///
    /// Nothing, where the name does not say, as for `page.html`. Parquet compresses within.
    pub fn of(path: &Path, kind: Option<Kind>) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        let (rest, packing) = Packing::of(&name);
        let by_name = || {
            let (stem, extension) = rest.rsplit_once('.')?;
            let kind = KINDS.iter().find(|(name, _)| *name == extension)?.1;
            (!stem.is_empty()).then_some(kind)
        };
        let kind = match kind {
            Some(kind) => kind,
            None => by_name()?,
        };
        match (kind, packing) {
            (Kind::Parquet, Packing::Gzip | Packing::Zstd) => None,
            _ => Some(Self { kind, packing }),
        }
    }
}

impl Packing {
    /// The compression that a name tells, and the name without it.
    pub(crate) fn of(name: &str) -> (&str, Self) {
        if let Some(rest) = name.strip_suffix(".gz") {
            (rest, Self::Gzip)
        } else if let Some(rest) = name.strip_suffix(".zst") {
            (rest, Self::Zstd)
        } else {
            (name, Self::None)
        }
    }
}

impl Kind {
    /// Its name, as in `--format`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Jsonl => "jsonl",
            Self::Warc => "warc",
            Self::Parquet => "parquet",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        f.write_str(match self.packing {
            Packing::None => "",
            Packing::Gzip => ".gz",
            Packing::Zstd => ".zst",
        })
    }
}

impl FromStr for Format {
    type Err = ();

    /// Reads what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (rest, packing) = Packing::of(text);
        let kinds = [Kind::Text, Kind::Jsonl, Kind::Warc, Kind::Parquet];
        let kind = kinds.into_iter().find(|kind| kind.name() == rest).ok_or(())?;
        Ok(Self { kind, packing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_format() {
        let of = |name: &str| Format::of(Path::new(name), None).map(|format| format.to_string());
        for (name, format) in [
            ("a/b.txt", Some("text")),
            ("b.MD.GZ", Some("text.gz")),
            ("c.jsonl.zst", Some("jsonl.zst")),
            ("CC-MAIN-2026.warc.wet.gz", Some("warc.gz")),
            ("part-0.snappy.parquet", Some("parquet")),
            ("part-0.parquet.gz", None),
            ("page.html", None),
            ("README", None),
            (".txt", None),
            ("x.gz", None),
        ] {
            assert_eq!(of(name).as_deref(), format, "{name}");
            if let Some(format) = format {
                assert_eq!(format.parse::<Format>().expect("as written").to_string(), format);
            }
        }
        let forced = Format::of(Path::new("dump.gz"), Some(Kind::Jsonl)).expect("it was said");
        assert_eq!(forced.to_string(), "jsonl.gz");
    }
}
