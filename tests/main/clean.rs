//! Whole trees: what is written, what is left alone, and that it is the same for any number of threads.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::command::{stderr, stdout};
use crate::seeds;
use crate::tree::{Folder, gzip, zstd};

pub const ARTICLE: &str = "The bridge reopened on Monday.\nADVERTISEMENT\nTraffic is back to normal.\n";
pub const CLEAN: &str = "The bridge reopened on Monday.\nTraffic is back to normal.\n";

/// All seeds as records, with escapes of their own in every other.
pub fn records(field: &str) -> String {
    let mut lines = String::new();
    for (number, (path, input, _)) in seeds::all().into_iter().enumerate() {
        let text = String::from_utf8(input).expect("seeds are UTF-8");
        let mut record = json!({"id": path.file_name().and_then(|name| name.to_str()), "n": number}).to_string();
        let mut value = json!(text).to_string();
        if number % 2 == 0 {
            value = value
                .replace('é', "\\u00e9")
                .replace('/', "\\/")
                .replace('“', "\\u201c");
        }
        record.pop();
        match field.split_once('.') {
            Some((outer, inner)) => lines.push_str(&format!("{record},\"{outer}\": {{\"{inner}\" :{value}}}}}\n")),
            None => lines.push_str(&format!("{record}, \"{field}\":{value} }}\n")),
        }
    }
    lines
}

/// A tree with everything in it, some of it larger than a batch.
pub fn corpus(folder: &Folder) {
    for (path, input, _) in seeds::all() {
        let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        folder.write(&format!("src/seeds/{name}"), &input);
    }
    let text: Vec<u8> = seeds::all().into_iter().flat_map(|(_, input, _)| input).collect();
    folder.write("src/long.txt", text.repeat(25));
    folder.write("src/long.md.gz", gzip(text.repeat(2)));
    folder.write("src/records.jsonl", records("text").repeat(5));
    folder.write("src/shards/0.jsonl.gz", gzip(records("text").repeat(5)));
    folder.write("src/shards/1.ndjson.zst", zstd(records("text").repeat(5)));
    folder.write("src/shards/small.jsonl.zst", zstd(records("text")));
    folder.write("src/empty.txt", "");
    folder.write("src/image.png", b"\x89PNG\0\0");
}

#[test]
fn a_tree_becomes_a_tree_of_the_same_shape() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/deep/er/b.md", ARTICLE);
    folder.write("src/page.html", "<p>ADVERTISEMENT</p>");
    folder.write("src/.hidden.txt", ARTICLE);
    let output = folder.done(&["clean", "src", "-o", "out"]);
    let files = folder.files("out");
    assert_eq!(files.len(), 3, "{files:?}");
    assert_eq!(folder.read("out/a.txt"), CLEAN);
    assert_eq!(folder.read("out/deep/er/b.md"), CLEAN);
    assert_eq!(folder.read("out/page.html"), "<p>ADVERTISEMENT</p>");
    assert_eq!(folder.read("src/a.txt"), ARTICLE);
    assert!(stderr(&output).contains("2 files cleaned"), "{}", stderr(&output));
    assert!(stderr(&output).contains("2 lines removed"), "{}", stderr(&output));
}

#[test]
fn every_document_is_judged_as_the_filter_judges_it() {
    let folder = Folder::new();
    corpus(&folder);
    folder.done(&["clean", "src", "-o", "out"]);
    for (path, _, output) in seeds::all() {
        let name = path.file_name().expect("a file");
        assert!(
            fs::read(folder.path("out/seeds").join(name)).expect("written") == output,
            "{name:?}"
        );
    }
    let filtered = folder
        .done(&["--no-config", "--format", "jsonl", "src/records.jsonl"])
        .stdout;
    for name in ["records.jsonl", "shards/0.jsonl.gz", "shards/1.ndjson.zst"] {
        assert!(folder.contents("out")[Path::new(name)] == filtered, "{name}");
    }
    let filtered = folder.done(&["--no-config", "src/long.txt"]).stdout;
    assert!(folder.contents("out")[Path::new("long.txt")] == filtered);
}

#[test]
fn the_result_is_the_same_for_any_number_of_threads() {
    let folder = Folder::new();
    corpus(&folder);
    for jobs in ["1", "2", "8"] {
        let (out, ledger) = (format!("out{jobs}"), format!("ledger{jobs}"));
        folder.done(&["clean", "src", "-o", &out, "--ledger", &ledger, "-j", jobs]);
    }
    let (files, ledger) = (folder.files("out1"), folder.read("ledger1"));
    for jobs in ["2", "8"] {
        assert!(folder.files(&format!("out{jobs}")) == files, "-j{jobs}");
        assert!(folder.read(&format!("ledger{jobs}")) == ledger, "-j{jobs}");
    }
}

#[test]
fn the_ledger_has_a_head_and_closes_each_file_in_order() {
    let folder = Folder::new();
    folder.write("src/b.txt", ARTICLE);
    folder.write("src/a/x.txt", CLEAN);
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger.jsonl.zst"]);
    let ledger = zstd::decode_all(&*fs::read(folder.path("ledger.jsonl.zst")).expect("written")).expect("a frame");
    let lines: Vec<Value> = String::from_utf8(ledger)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["mode"], "delete");
    assert_eq!(lines[1]["file"], "a/x.txt");
    assert_eq!(lines[2]["source"], "b.txt");
    assert_eq!(lines[2]["text"], "ADVERTISEMENT\n");
    assert_eq!(lines[3]["file"], "b.txt");
    assert_eq!(lines[3]["before"]["bytes"], ARTICLE.len());
    assert_eq!(lines[3]["after"]["bytes"], CLEAN.len());
}

#[test]
fn fields_are_named_by_path_and_several_are_cleaned() {
    let folder = Folder::new();
    folder.write("src/a.jsonl", records("article.body"));
    folder.done(&[
        "clean",
        "src",
        "-o",
        "out",
        "--text-field",
        "article.body",
        "--ledger",
        "ledger",
    ]);
    let expected = folder
        .done(&[
            "--no-config",
            "--format",
            "jsonl",
            "--text-field",
            "article.body",
            "src/a.jsonl",
        ])
        .stdout;
    assert!(folder.contents("out")[Path::new("a.jsonl")] == expected);

    let record = r#"{"b":{"c":"ADVERTISEMENT\nOne."},"a":"Two.\nADVERTISEMENT","n":1}"#;
    folder.write("two/a.jsonl", record);
    folder.done(&["clean", "two", "-o", "out2", "--text-field", "a,b.c"]);
    assert_eq!(folder.read("out2/a.jsonl"), r#"{"b":{"c":"One."},"a":"Two.\n","n":1}"#);
}

#[test]
fn globs_say_what_is_taken() {
    let folder = Folder::new();
    for name in ["a.txt", "b.jsonl", "drafts/c.txt", "sub/d.txt", ".e.txt"] {
        folder.write(&format!("src/{name}"), ARTICLE);
    }
    let taken = |args: &[&str]| {
        let _ = fs::remove_dir_all(folder.path("out"));
        folder.done(&[&["clean", "src", "-o", "out"], args].concat());
        let files = folder.files("out");
        files
            .keys()
            .map(|path| path.to_str().expect("UTF-8").to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(taken(&["--include", "*.txt"]), ["a.txt", "drafts/c.txt", "sub/d.txt"]);
    assert_eq!(
        taken(&["--include", "*.txt", "--exclude", "drafts/"]),
        ["a.txt", "sub/d.txt"]
    );
    assert_eq!(taken(&["--include", "sub/**", "--hidden"]), ["sub/d.txt"]);
    assert_eq!(
        taken(&["--include", "*.txt", "--exclude", "*/*", "--hidden"]),
        [".e.txt", "a.txt"]
    );
    folder.write("src/.ignore", "sub\n");
    assert_eq!(taken(&["--include", "*.txt"]), ["a.txt", "drafts/c.txt"]);
}

#[test]
fn other_files_are_copied_or_left() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.html", "<p>");
    folder.done(&["clean", "src", "-o", "out", "--others", "skip"]);
    assert_eq!(folder.files("out").len(), 1);
    folder.done(&["clean", "src", "-o", "out"]);
    assert_eq!(folder.files("out").len(), 2);
}

#[test]
fn files_may_be_listed() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/deep/b.txt", ARTICLE);
    folder.write("list", "src/deep/b.txt\n\nsrc/gone.txt\n");
    folder.fails(
        &["clean", "--files-from", "list", "-o", "out"],
        &["src/gone.txt: cannot read it"],
    );
    assert_eq!(folder.files("out").len(), 1);
    assert_eq!(folder.read("out/src/deep/b.txt"), CLEAN);
}

#[test]
fn several_sources_keep_their_names() {
    let folder = Folder::new();
    folder.write("one/a.txt", ARTICLE);
    folder.write("two/a.txt", CLEAN);
    folder.write("three.txt", ARTICLE);
    folder.done(&["clean", "one", "two", "three.txt", "-o", "out"]);
    for name in ["out/one/a.txt", "out/two/a.txt", "out/three.txt"] {
        assert_eq!(folder.read(name), CLEAN);
    }
    folder.write("other/one/a.txt", ARTICLE);
    folder.fails(
        &["clean", "one", "other/one", "-o", "out2"],
        &["would both become one/a.txt"],
    );
}

#[test]
fn what_is_removed_may_be_marked() {
    let folder = Folder::new();
    folder.write(
        "src/a.txt",
        "News.\nADVERTISEMENT\n\nStory continues below advertisement\nMore.\n",
    );
    folder.write("src/b.jsonl", "{\"text\":\"N\\u00e9ws.\\nADVERTISEMENT\\r\\nMore.\"}\n");
    folder.done(&["clean", "src", "-o", "out", "--mode", "mark", "--ledger", "ledger"]);
    assert_eq!(
        folder.read("out/a.txt"),
        "News.\n[-ADVERTISEMENT-]{advertising}\n\n[-Story continues below advertisement-]{advertising}\nMore.\n"
    );
    assert_eq!(
        folder.read("out/b.jsonl"),
        "{\"text\":\"N\\u00e9ws.\\n[-ADVERTISEMENT-]{advertising}\\r\\nMore.\"}\n"
    );
}

#[test]
fn what_is_removed_may_go_to_a_tree_of_its_own() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/deep/b.txt", CLEAN);
    folder.write(
        "src/c.jsonl",
        "{\"id\":1,\"text\":\"News.\"}\n{\"id\":2,\"text\":\"News.\\nADVERTISEMENT\"}",
    );
    folder.done(&["clean", "src", "-o", "out", "--mode", "split", "--removed", "gone"]);
    assert_eq!(folder.read("out/a.txt"), CLEAN);
    assert_eq!(folder.read("gone/a.txt"), "ADVERTISEMENT\n");
    assert_eq!(folder.read("gone/c.jsonl"), "{\"id\":2,\"text\":\"ADVERTISEMENT\"}\n");
    assert_eq!(folder.files("gone").len(), 2);
    folder.fails(
        &["clean", "src", "-o", "out", "--mode", "split"],
        &["name a folder for it"],
    );
    folder.fails(
        &["clean", "src", "-o", "out", "--mode", "split", "--removed", "out/gone"],
        &["apart from"],
    );
}

#[test]
fn a_document_that_would_lose_too_much_passes_through() {
    let folder = Folder::new();
    folder.write("src/a.txt", "Short.\nADVERTISEMENT\n");
    folder.write("src/b.txt", ARTICLE);
    folder.write(
        "src/c.jsonl",
        "{\"text\":\"Short.\\nADVERTISEMENT\"}\n{\"text\":\"ADVERTISEMENT\"}\n",
    );
    let long = format!("{}{}", "ADVERTISEMENT\n".repeat(400_000), CLEAN);
    folder.write("src/long.txt", &long);
    let args = [
        "clean",
        "src",
        "-o",
        "out",
        "--max-removed",
        "0.5",
        "--ledger",
        "ledger",
        "--report",
        "report",
    ];
    let output = folder.done(&args);
    for name in ["a.txt", "c.jsonl", "long.txt"] {
        assert!(
            folder.read(&format!("out/{name}")) == folder.read(&format!("src/{name}")),
            "{name}"
        );
    }
    assert_eq!(folder.read("out/b.txt"), CLEAN);
    assert!(
        stderr(&output).contains("a.txt:1: it would lose 67 % of its text"),
        "{}",
        stderr(&output)
    );
    let report: Value = serde_json::from_str(&folder.read("report")).expect("JSON");
    assert_eq!(report["passed_on"], 4);
    assert_eq!(report["passed"].as_array().map(Vec::len), Some(4));
    assert!(folder.read("ledger").contains("it would lose 100 % of its text"));
    folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
    assert!(folder.files("back") == folder.files("src"));
    let args = ["clean", "src", "-o", "out", "--max-removed", "2"];
    folder.fails(&args, &["a share is a number from 0 to 1"]);
}

#[test]
fn a_dry_run_writes_nothing_but_the_account() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.done(&[
        "clean",
        "src",
        "-o",
        "out",
        "--dry-run",
        "--ledger",
        "ledger",
        "--report",
        "report",
    ]);
    assert!(!folder.path("out").exists());
    assert!(folder.read("ledger").contains("ADVERTISEMENT"));
    folder.fails(&["restore", "src", "--ledger", "ledger", "-o", "back"], &["dry run"]);
    folder.done(&["clean", "src", "--dry-run"]);
}

#[test]
fn the_report_counts() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.txt", "ADVERTISEMENT\n");
    folder.write("src/c.txt", CLEAN);
    folder.write("src/d.png", "x");
    folder.done(&["clean", "src", "-o", "out", "--report", "report", "-q"]);
    let report: Value = serde_json::from_str(&folder.read("report")).expect("JSON");
    for (key, value) in [
        ("files", 4),
        ("cleaned", 3),
        ("unchanged", 1),
        ("copied", 1),
        ("documents", 3),
        ("changed", 2),
        ("emptied", 1),
        ("lines", 2),
    ] {
        assert_eq!(report[key], value, "{key}: {report}");
    }
    assert_eq!(report["patterns"]["en.common.advertisement"]["lines"], 2);
}

#[test]
fn files_are_replaced_only_with_a_ledger() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.jsonl.gz", gzip("{\"text\":\"ADVERTISEMENT\\nNews.\"}\n"));
    folder.write("src/c.png", "x");
    let before = folder.contents("src");
    folder.fails(&["clean", "src", "--in-place"], &["a ledger is needed"]);
    folder.fails(
        &["clean", "src", "--in-place", "--ledger", "src/ledger.jsonl"],
        &["src/ledger.jsonl"],
    );
    folder.done(&["clean", "src", "--in-place", "--ledger", "ledger"]);
    let after = folder.contents("src");
    assert_eq!(after[Path::new("a.txt")], CLEAN.as_bytes());
    assert_eq!(after[Path::new("b.jsonl.gz")], b"{\"text\":\"News.\"}\n");
    assert_eq!(after.len(), 3);

    // Again: nothing is to be done, and the ledger is still whole.
    let ledger = folder.read("ledger");
    let output = folder.done(&["clean", "src", "--in-place", "--ledger", "ledger"]);
    assert!(stderr(&output).contains("2 done before"), "{}", stderr(&output));
    assert_eq!(folder.read("ledger"), ledger);
    folder.done(&["clean", "src", "--in-place", "--ledger", "ledger", "--force"]);
    assert_eq!(folder.read("ledger"), ledger);
    // With other options it would take the place of what it needs to undo the first.
    let args = [
        "clean",
        "src",
        "--in-place",
        "--ledger",
        "ledger",
        "--ignore",
        "donation",
    ];
    folder.fails(&args, &["the ledger of another run"]);
    assert_eq!(folder.read("ledger"), ledger);

    folder.done(&["restore", "src", "--ledger", "ledger", "-o", "back"]);
    let mut back = folder.contents("back");
    back.insert("c.png".into(), b"x".to_vec());
    assert!(back == before);

    // A file that was written to since is not cleaned over the account of its first cleaning.
    folder.write("src/a.txt", format!("{CLEAN}ADVERTISEMENT\n"));
    folder.fails(
        &["clean", "src", "--in-place", "--ledger", "ledger"],
        &["a.txt: it changed since it was cleaned"],
    );
    assert_eq!(folder.read("ledger"), ledger);
}

#[test]
fn the_destination_lies_apart() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.fails(&["clean", "src", "-o", "src/out"], &["src/out: it lies in src"]);
    folder.fails(&["clean", "src/../src", "-o", "src"], &["it lies in"]);
    folder.fails(&["clean", "src", "-o", "."], &["it lies in"]);
    folder.fails(&["clean", "src", "-o", "out", "--ledger", "src/a.txt"], &["a.txt"]);
    folder.fails(&["clean", "gone", "-o", "out"], &["gone: cannot read it"]);
    folder.write("notes", "My notes.\n");
    folder.fails(
        &["clean", "src", "-o", "out", "--ledger", "notes"],
        &["notes: this is no ledger"],
    );
    assert_eq!(folder.read("notes"), "My notes.\n");
    assert_eq!(folder.read("src/a.txt"), ARTICLE);
    assert!(folder.files("out").is_empty());
}

#[test]
fn a_ledger_can_be_read() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.txt", "News.\nADVERTISEMENT\nRead more: Bridge closed again\n");
    folder.done(&["clean", "src", "-o", "out", "--ledger", "l.jsonl.zst"]);
    let summary = stdout(&folder.done(&["ledger", "summary", "l.jsonl.zst"]));
    assert!(
        summary.starts_with("2 files, 2 documents, 0 of them passed on"),
        "{summary}"
    );
    assert!(
        summary.contains("        2 advertising\n          2 en.common.advertisement\n"),
        "{summary}"
    );
    let summary: Value =
        serde_json::from_str(&stdout(&folder.done(&["ledger", "summary", "--json", "l.jsonl.zst"]))).expect("JSON");
    assert_eq!(summary["categories"]["advertising"]["en.common.advertisement"], 2);
    let grep = |names: &[&str]| stdout(&folder.done(&[&["ledger", "grep", "l.jsonl.zst"], names].concat()));
    assert_eq!(
        grep(&["a.txt"]),
        "a.txt:1:2: advertising (en.common.advertisement): ADVERTISEMENT\n"
    );
    assert_eq!(grep(&["related"]).lines().count(), 1);
    assert_eq!(grep(&["Bridge closed"]).lines().count(), 1);
    assert_eq!(grep(&["en.common"]).lines().count(), 3);
    assert_eq!(grep(&[]).lines().count(), 3);
    folder.fails(
        &["ledger", "summary", "src/a.txt"],
        &["src/a.txt:1: no line of a ledger"],
    );
}

/// A line that only the Guardian's own documents lose.
pub const OWN: &str = "The bridge reopened on Monday.\nQuick Guide\nTraffic is back to normal.\n";

#[test]
fn the_publisher_is_told_by_the_path_or_by_a_field() {
    let folder = Folder::new();
    folder.write("src/theguardian.com/a.txt", OWN);
    folder.write("src/gazette.example/a.txt", OWN);
    let record = |url: &str| json!({"url": url, "text": OWN}).to_string() + "\n";
    let records = record("https://www.theguardian.com/a") + &record("https://gazette.example/a");
    folder.write("src/a.jsonl", &records);

    folder.done(&["clean", "src", "-o", "plain"]);
    assert_eq!(folder.contents("plain"), folder.contents("src"));

    folder.done(&["clean", "src", "-o", "by-path", "--publisher-from", "path"]);
    assert_eq!(folder.read("by-path/theguardian.com/a.txt"), CLEAN);
    assert_eq!(folder.read("by-path/gazette.example/a.txt"), OWN);
    assert_eq!(folder.read("by-path/a.jsonl"), records);

    folder.done(&["clean", "src", "-o", "by-field", "--publisher-from", "url"]);
    assert_eq!(folder.read("by-field/theguardian.com/a.txt"), OWN);
    let cleaned = folder.read("by-field/a.jsonl");
    assert_eq!(cleaned.matches("Quick Guide").count(), 1, "{cleaned}");

    let filter = |args: &[&str]| stdout(&folder.done(args));
    assert_eq!(
        filter(&["--publisher-from", "path", "src/theguardian.com/a.txt"]),
        CLEAN
    );
    assert_eq!(
        filter(&["--format", "jsonl", "--publisher-from", "url", "src/a.jsonl"]),
        cleaned
    );
    folder.fails(
        &["--publisher-from", "url", "src/gazette.example/a.txt"],
        &["add --format jsonl, or say `path`"],
    );
}
