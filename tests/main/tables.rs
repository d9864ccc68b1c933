//! Parquet: text columns are cleaned, everything else stays.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::clean::{ARTICLE, CLEAN, OWN};
use crate::command::stdout;
use crate::seeds;
use crate::tree::Folder;

/// Writes a table with a null in every seventh row, in row groups of these texts.
pub fn write(path: &Path, groups: &[Vec<String>], compression: Compression) {
    write_titled(path, groups, compression, |_| Some("ADVERTISEMENT"));
}

/// The same, with these titles, which are told by the number of the row in its group.
fn write_titled(
    path: &Path,
    groups: &[Vec<String>],
    compression: Compression,
    title: impl Fn(usize) -> Option<&'static str>,
) {
    let schema = "message table {
        required int64 id;
        optional group article { optional binary body (UTF8); }
        optional binary title (UTF8);
        repeated binary tags (UTF8);
    }";
    let schema = Arc::new(parse_message_type(schema).expect("a schema"));
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_key_value_metadata(Some(vec![KeyValue::new("origin".to_owned(), "a test".to_owned())]))
        .build();
    fs::create_dir_all(path.parent().expect("it has one")).expect("made");
    let file = File::create(path).expect("created");
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("begun");
    for texts in groups {
        let mut group = writer.next_row_group().expect("begun");
        let levels: Vec<i16> = (0..texts.len()).map(|row| if row % 7 == 3 { 1 } else { 2 }).collect();
        let bodies: Vec<ByteArray> = texts
            .iter()
            .zip(&levels)
            .filter(|(_, level)| **level == 2)
            .map(|(text, _)| text.as_str().into())
            .collect();
        let ids: Vec<i64> = (0..).take(texts.len()).collect();
        let titles: Vec<Option<ByteArray>> = (0..texts.len()).map(|row| title(row).map(ByteArray::from)).collect();
        let titled: Vec<i16> = titles.iter().map(|title| title.is_some().into()).collect();
        let titles: Vec<ByteArray> = titles.into_iter().flatten().collect();
        while let Some(mut column) = group.next_column().expect("begun") {
            let name = match column.untyped() {
                ColumnWriter::Int64ColumnWriter(column) => column.write_batch(&ids, None, None),
                ColumnWriter::ByteArrayColumnWriter(column) => match column.get_descriptor().name() {
                    "body" => column.write_batch(&bodies, Some(&levels), None),
                    "title" => column.write_batch(&titles, Some(&titled), None),
                    _ => column.write_batch(&[], Some(&vec![0; texts.len()]), Some(&vec![0; texts.len()])),
                },
                _ => unreachable!("no such column"),
            };
            name.expect("written");
            column.close().expect("closed");
        }
        group.close().expect("closed");
    }
    writer.close().expect("closed");
}

/// All values of a text column, by row group, with nothing for a null.
fn read(path: &Path, index: usize) -> Vec<Vec<Option<String>>> {
    let reader = SerializedFileReader::new(File::open(path).expect("there")).expect("a table");
    let mut groups = Vec::new();
    for number in 0..reader.num_row_groups() {
        let group = reader.get_row_group(number).expect("there");
        let ColumnReader::ByteArrayColumnReader(mut column) = group.get_column_reader(index).expect("there") else {
            panic!("not text")
        };
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        column
            .read_records(usize::MAX, Some(&mut levels), None, &mut values)
            .expect("read");
        let mut values = values
            .into_iter()
            .map(|value| String::from_utf8(value.data().to_vec()).expect("UTF-8"));
        let whole = if index == 1 { 2 } else { 1 };
        groups.push(
            levels
                .iter()
                .map(|&level| if level == whole { values.next() } else { None })
                .collect(),
        );
    }
    groups
}

fn texts(rounds: usize) -> Vec<String> {
    let texts: Vec<String> = seeds::all()
        .into_iter()
        .map(|(_, input, _)| String::from_utf8(input).expect("UTF-8"))
        .collect();
    (0..rounds).flat_map(|_| texts.clone()).collect()
}

#[test]
fn text_columns_are_cleaned_and_come_back() {
    let folder = Folder::new();
    let codecs = [
        ("plain", Compression::UNCOMPRESSED),
        ("snappy", Compression::SNAPPY),
        ("gzip", Compression::GZIP(Default::default())),
        ("zstd", Compression::ZSTD(Default::default())),
        ("lz4", Compression::LZ4_RAW),
    ];
    for (name, codec) in codecs {
        write(
            &folder.path(&format!("src/{name}.parquet")),
            &[texts(6), Vec::new(), vec![ARTICLE.to_owned(); 5]],
            codec,
        );
    }
    let args = [
        "clean",
        "src",
        "-o",
        "out",
        "--ledger",
        "ledger",
        "--text-field",
        "article.body",
    ];
    folder.done(&[&args[..], &["-j1"]].concat());
    folder.done(&[
        "clean",
        "src",
        "-o",
        "out8",
        "--ledger",
        "ledger8",
        "--text-field",
        "article.body",
        "-j8",
    ]);
    assert!(folder.files("out") == folder.files("out8"));
    assert!(folder.read("ledger") == folder.read("ledger8"));
    folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
    for (name, codec) in codecs {
        let path = |tree: &str| folder.path(&format!("{tree}/{name}.parquet"));
        let (source, cleaned) = (read(&path("src"), 1), read(&path("out"), 1));
        assert_eq!(
            source.iter().map(Vec::len).collect::<Vec<_>>(),
            cleaned.iter().map(Vec::len).collect::<Vec<_>>()
        );
        assert_eq!(cleaned[2][0].as_deref(), Some(CLEAN));
        assert_eq!(cleaned[2][3], None);
        assert!(read(&path("back"), 1) == source, "{name}");
        assert!(read(&path("out"), 2) == read(&path("src"), 2));
        let reader = SerializedFileReader::new(File::open(path("out")).expect("there")).expect("a table");
        let metadata = reader.metadata();
        assert!(
            metadata
                .row_groups()
                .iter()
                .flat_map(|group| group.columns())
                .all(|column| {
                    column.num_values() == 0
                        || std::mem::discriminant(&column.compression()) == std::mem::discriminant(&codec)
                })
        );
        let key_values = metadata.file_metadata().key_value_metadata().expect("kept");
        assert_eq!(key_values[0].key, "origin");
    }
    let grep = stdout(&folder.done(&["ledger", "grep", "ledger", "plain.parquet"]));
    let seeds = seeds::all().len();
    let last = format!("plain.parquet:{}:2: advertising", 6 * seeds + 5);
    assert!(grep.lines().any(|line| line.starts_with(&last)), "no {last}");
}

#[test]
fn tables_that_cannot_be_cleaned_are_reported() {
    let folder = Folder::new();
    folder.write("src/good.txt", ARTICLE);
    write(
        &folder.path("src/a.parquet"),
        &[vec![ARTICLE.to_owned(); 3]],
        Compression::SNAPPY,
    );
    folder.write("src/noise.parquet", "PAR1 is what it begins with");
    let with = |field: &str, messages: &[&str]| {
        folder.fails(&["clean", "src", "-o", "out", "--text-field", field], messages);
        assert_eq!(folder.files("out").len(), 1);
    };
    with(
        "text",
        &[
            "a.parquet: no column `text`",
            "this file has `id`, `article.body`",
            "noise.parquet: cannot read it as Parquet",
        ],
    );
    with("id", &["a.parquet: the column `id` does not hold text"]);
    with("tags", &["a.parquet: the column `tags` holds lists"]);
}

#[test]
fn only_some_of_a_table_is_taken_back_and_a_changed_one_is_not() {
    let folder = Folder::new();
    write(
        &folder.path("src/a.parquet"),
        &[vec![ARTICLE.to_owned(); 3]],
        Compression::SNAPPY,
    );
    folder.done(&[
        "clean",
        "src",
        "--in-place",
        "--ledger",
        "ledger",
        "--text-field",
        "article.body,title",
    ]);
    folder.done(&[
        "restore",
        "src",
        "--ledger",
        "ledger",
        "-o",
        "back",
        "--only",
        "a.parquet:2",
    ]);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        read(&folder.path("back/a.parquet"), 1),
        [[text(CLEAN), text(ARTICLE), text(CLEAN)]]
    );
    assert_eq!(
        read(&folder.path("back/a.parquet"), 2),
        [[text(""), text("ADVERTISEMENT"), text("")]]
    );
    write(
        &folder.path("src/a.parquet"),
        &[vec!["Other.".to_owned(); 3]],
        Compression::SNAPPY,
    );
    folder.fails(
        &["restore", "src", "--ledger", "ledger", "-o", "back2"],
        &["a.parquet: it is not what the ledger says"],
    );
}

#[test]
fn the_publisher_is_told_by_a_column() {
    let folder = Folder::new();
    // More rows than are read at once.
    let groups = vec![vec![OWN.to_owned(); 20_000], vec![OWN.to_owned(); 9]];
    write_titled(
        &folder.path("src/a.parquet"),
        &groups,
        Compression::SNAPPY,
        |row| match row % 5 {
            0 => Some("https://www.theguardian.com/a"),
            1 => None,
            _ => Some("https://gazette.example/a"),
        },
    );
    let clean = |column| {
        let options = ["--text-field", "article.body", "--publisher-from", column];
        folder.done(&[&["clean", "src", "-o", column][..], &options].concat());
        read(&folder.path(&format!("{column}/a.parquet")), 1)
    };
    for group in clean("title") {
        for (row, text) in group.iter().enumerate() {
            let wanted = match (row % 7, row % 5) {
                (3, _) => None,
                (_, 0) => Some(CLEAN),
                _ => Some(OWN),
            };
            assert_eq!(text.as_deref(), wanted, "row {row}");
        }
    }
    // Columns that tell nothing.
    for column in ["id", "tags", "none"] {
        assert!(
            clean(column).iter().flatten().flatten().all(|text| text == OWN),
            "{column}"
        );
    }
}
