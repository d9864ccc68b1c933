//! Reviews of removals: every source of differences, and the views of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::clean::{ARTICLE, CLEAN, corpus};
use crate::command::{StdinBytes as _, bodycopy, stderr, stdout};
use crate::seeds;
use crate::tree::{Folder, gzip, zstd};

/// What `diff --format json` writes.
fn changes(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let output = folder.done(&[&["diff", "--format", "json"], args].concat());
    let lines = stdout(&output);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// Documents with everything a view has to show.
fn views() -> Folder {
    let folder = Folder::new();
    let seed = |name: &str| std::fs::read(Path::new("seeds").join(name)).expect("a seed");
    folder.write("article.txt", seed("article.txt"));
    folder.write("brackets.txt", seed("pointer-in-brackets.txt"));
    folder.write(
        "escape.txt",
        "One \x1b[31mred\x1b[0m word.\r\nADVERTISEMENT\r\nTab\there, caf\u{e9}, 日本語.\r\n",
    );
    folder
}

#[test]
fn views_are_as_they_were() {
    let folder = views();
    let views: [(&str, &[&str]); 4] = [
        ("unified", &[]),
        ("side-by-side", &["--side-by-side"]),
        ("inline", &["--inline"]),
        ("by-pattern", &["--by", "pattern"]),
    ];
    for (view, options) in views {
        for (color, ending) in [("never", "txt"), ("always", "ansi")] {
            let mut args = vec!["diff", ".", "--width", "100", "-U", "2", "--color", color];
            args.extend(options);
            let mut command = std::process::Command::new(bodycopy().get_program());
            let output = command
                .args(args)
                .current_dir(folder.path("."))
                .output()
                .expect("it runs");
            assert!(output.status.success(), "{}", stderr(&output));
            let expected = Path::new("tests/views").join(format!("{view}.{ending}"));
            if std::env::var_os("TRYCMD").is_some_and(|value| value == "overwrite") {
                std::fs::write(&expected, &output.stdout).expect("written");
            }
            let before = std::fs::read_to_string(&expected).unwrap_or_default();
            assert_eq!(
                stdout(&output),
                before,
                "{} is another; TRYCMD=overwrite writes it",
                expected.display()
            );
        }
    }
}

#[test]
fn nothing_of_a_text_is_a_command_to_the_terminal() {
    let folder = views();
    for view in [&[][..], &["--inline"], &["--side-by-side"]] {
        let args = [&["diff", "escape.txt", "--color", "never"], view].concat();
        let shown = stdout(&folder.done(&args));
        assert!(!shown.contains('\x1b') && shown.contains("␛[31mred"), "{shown}");
    }
}

#[test]
fn every_removal_of_a_corpus_is_shown_whatever_its_format() {
    let folder = Folder::new();
    corpus(&folder);
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    let key = |value: &Value| -> Vec<Value> {
        let file = value.get("file").or_else(|| value.get("source"));
        [
            file,
            value.get("document"),
            value.get("lines"),
            value.get("pattern"),
            value.get("text"),
        ]
        .map(|part| part.cloned().unwrap_or_default())
        .into()
    };
    let ledger = folder.read("ledger");
    let recorded: Vec<Vec<Value>> = ledger
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|line| line.get("pattern").is_some())
        .map(|line| key(&line))
        .collect();
    let one = changes(&folder, &["src", "-j", "1"]);
    let shown: Vec<Vec<Value>> = one.iter().map(key).collect();
    assert_eq!(shown, recorded);
    assert_eq!(changes(&folder, &["src", "-j", "4"]), one, "for any number of threads");
}

#[test]
fn groups_count_every_removal() {
    let folder = Folder::new();
    let mut records = String::new();
    for (path, input, _) in seeds::all().into_iter().step_by(7) {
        let name = path.file_name().expect("a name").to_string_lossy();
        folder.write(&format!("src/{name}"), &input);
        records.push_str(&format!("{}\n", json!({ "text": String::from_utf8_lossy(&input) })));
    }
    folder.write("src/records.jsonl.zst", zstd(records));
    let each = changes(&folder, &["src"]);
    for by in ["pattern", "category", "publisher", "document"] {
        let groups = changes(&folder, &["src", "--by", by, "--samples", "2", "-j", "1"]);
        assert_eq!(
            changes(&folder, &["src", "--by", by, "--samples", "2", "-j", "4"]),
            groups
        );
        let mut expected: BTreeMap<String, (u64, BTreeSet<String>)> = BTreeMap::new();
        for change in &each {
            let document = format!("{}:{}", change["file"].as_str().expect("a file"), change["document"]);
            let name = match by {
                "publisher" => change["publisher"].as_str().unwrap_or("any").to_owned(),
                "document" => document.clone(),
                _ => change[by].as_str().expect("a name").to_owned(),
            };
            let group = expected.entry(name).or_default();
            group.0 += 1;
            group.1.insert(document);
        }
        let mut doubt = f64::MAX;
        for group in &groups {
            let name = group["name"].as_str().expect("a name").to_owned();
            // A file that is one document has the name of the file.
            let expected = expected.remove(&name).or_else(|| expected.remove(&format!("{name}:1")));
            let (removals, documents) = expected.unwrap_or_else(|| panic!("{by} {name} is nothing"));
            assert_eq!(group["removals"], removals, "{by} {name}");
            assert_eq!(group["documents"], documents.len(), "{by} {name}");
            let samples = group["samples"].as_array().expect("samples");
            assert_eq!(samples.len() as u64, removals.min(2), "{by} {name}");
            let own = group["doubt"].as_f64().expect("a number");
            assert!(own <= doubt, "{by} {name} comes too late");
            doubt = own;
        }
        assert!(expected.is_empty(), "{by}: {:?}", expected.keys());
        if by == "pattern" {
            let one = changes(&folder, &["src", "--by", by, "--samples", "2", "-j", "1"]);
            assert_eq!(one, groups, "for any number of threads");
        }
    }
}

#[test]
fn the_rarest_and_least_certain_come_first() {
    let folder = Folder::new();
    for number in 0..20 {
        folder.write(&format!("src/{number:02}.txt"), ARTICLE);
    }
    // At the end, where nothing is doubtful but that it is the only one.
    folder.write("src/lone.txt", "It rained.\nIt stopped.\nSign up for our newsletter\n");
    let groups = changes(&folder, &["src", "--by", "pattern"]);
    let names: Vec<_> = groups
        .iter()
        .map(|group| (&group["category"], &group["documents"]))
        .collect();
    assert_eq!(
        names,
        [(&json!("newsletter"), &json!(1)), (&json!("advertising"), &json!(20))]
    );
    assert_eq!(groups[1]["alone"], 20);
    // A document that begins with a removal comes before all others.
    folder.write("src/first.txt", "ADVERTISEMENT\nIt rained.\n");
    let groups = changes(&folder, &["src", "--by", "pattern"]);
    assert_eq!(groups[1]["samples"][0]["file"], "first.txt");
    assert_eq!(
        groups[1]["samples"][0]["doubts"],
        json!({ "borderline": false, "first": true, "alone": false })
    );
    let documents = changes(&folder, &["src", "--by", "document"]);
    assert_eq!(documents[0]["name"], "first.txt");
    assert_eq!(documents.last().map(|group| &group["name"]), Some(&json!("lone.txt")));
}

#[test]
fn groups_come_from_every_source() {
    let folder = Folder::new();
    corpus(&folder);
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    let short = |args: &[&str]| -> Vec<(Value, Value, Value, Value)> {
        let groups = changes(&folder, args);
        let key = |group: &Value| ["name", "removals", "documents", "lines"].map(|key| group[key].clone());
        let mut groups: Vec<_> = groups.iter().map(key).map(|[a, b, c, d]| (a, b, c, d)).collect();
        groups.sort_by_key(|group| group.0.to_string());
        groups
    };
    let fresh = short(&["src", "--by", "pattern"]);
    assert!(fresh.len() > 10);
    assert_eq!(short(&["--ledger", "ledger", "out", "--by", "pattern"]), fresh);
    assert_eq!(short(&["--ledger", "ledger", "--by", "pattern"]), fresh);
    let changed = changes(&folder, &["src", "out", "--by", "pattern"]);
    assert_eq!(changed.len(), 1);
    assert_eq!(
        (&changed[0]["name"], &changed[0]["verdict"]),
        (&json!("changed"), &json!("changed"))
    );

    folder.write("v1/en/ours.toml", SET);
    folder.write("wombats/a.txt", "It rained.\nSee the wombats\nIt stopped.\n");
    let text = stdout(&folder.done(&["diff", "--patterns-after", "v1", "wombats", "--by", "pattern", "-U0"]));
    assert_eq!(
        text,
        "1 gained in 1 document, by pattern, the rarest and least certain first\n\n\
         en.ours.wombat  related  1 gained in 1 document\n  1 between two kept lines\n\
         \x20 a.txt, line 2: line; between two kept lines\n  > [-See the wombats-]\n"
    );
}

#[test]
fn tables_are_shown() {
    let folder = Folder::new();
    // The fourth row has no text.
    let texts = [ARTICLE, CLEAN, ARTICLE, ARTICLE, ARTICLE].map(str::to_owned);
    let groups = [texts.to_vec(), texts.to_vec()];
    crate::tables::write(
        &folder.path("src/a.parquet"),
        &groups,
        parquet::basic::Compression::SNAPPY,
    );
    let rows = changes(&folder, &["src", "--text-field", "article.body"]);
    let documents: Vec<Value> = rows.iter().map(|row| row["document"].clone()).collect();
    assert_eq!(documents, [1, 3, 5, 6, 8, 10]);
    assert!(
        rows.iter()
            .all(|row| row["field"] == "article.body" && row["text"] == "ADVERTISEMENT\n")
    );
}

#[test]
fn a_ledger_shows_what_a_run_removed_with_either_tree_or_none() {
    let folder = Folder::new();
    corpus(&folder);
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    let without = |rows: Vec<Value>, keys: &[&str]| -> Vec<Value> {
        let strip = |mut row: Value| {
            let fields = row.as_object_mut().expect("an object");
            keys.iter().for_each(|key| _ = fields.remove(*key));
            row
        };
        rows.into_iter().map(strip).collect()
    };
    let fresh = without(changes(&folder, &["src"]), &["evidence"]);
    for tree in ["src", "out"] {
        let recorded = without(changes(&folder, &["--ledger", "ledger", tree]), &["evidence"]);
        assert!(recorded == fresh, "with {tree}");
    }
    let around = ["evidence", "before", "after"];
    let recorded = without(changes(&folder, &["--ledger", "ledger"]), &around);
    assert!(recorded == without(fresh, &around), "without a tree");

    folder.write("src/seeds/ad-labels.txt", "Another text.\n");
    folder.fails(
        &["diff", "--ledger", "ledger", "src"],
        &["seeds/ad-labels.txt: document 1 is neither what the ledger was written for nor what was left of it"],
    );
}

#[test]
fn marks_of_a_cleaned_tree_lead_back_too() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.jsonl", format!("{}\n", json!({ "text": ARTICLE })));
    folder.done(&["clean", "src", "-o", "out", "--mode", "mark", "--ledger", "ledger"]);
    let texts = |tree: &str| -> Vec<Value> {
        let rows = changes(&folder, &["--ledger", "ledger", tree]);
        rows.into_iter().map(|row| row["before"].clone()).collect()
    };
    assert_eq!(texts("out"), texts("src"));
}

#[test]
fn two_files_or_trees_are_compared_whoever_made_them() {
    let folder = Folder::new();
    corpus(&folder);
    folder.done(&["clean", "src", "-o", "out"]);
    let rows = changes(&folder, &["src", "out"]);
    assert!(
        rows.iter()
            .all(|row| row["verdict"] == "changed" && row.get("pattern").is_none())
    );
    let files = |rows: &[Value]| -> Vec<(String, u64)> {
        let mut files: Vec<_> = rows
            .iter()
            .map(|row| (row["file"].to_string(), row["document"].as_u64().expect("a number")))
            .collect();
        files.dedup();
        files
    };
    assert_eq!(files(&rows), files(&changes(&folder, &["src"])));

    folder.write("a.txt", "The bridge reopened on Monday.\nTraffic is back.\n");
    folder.write("b.txt", "The bridge reopened on Tuesday.\nTraffic is back.\n");
    let inline = stdout(&folder.done(&["diff", "--inline", "a.txt", "b.txt"]));
    assert_eq!(
        inline,
        "a.txt\n── line 1: changed\nThe bridge reopened on [-Monday.-]{+Tuesday.+}\nTraffic is back.\n"
    );
    folder.fails(&["diff", "src", "b.txt"], &["the other tree has no such file"]);
}

#[test]
fn the_patch_of_a_pair_makes_the_one_of_the_other() {
    let folder = Folder::new();
    for (path, input, output) in seeds::all() {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("UTF-8")
            .to_owned();
        folder.write(&format!("src/{name}"), &input);
        folder.write(&format!("out/{name}"), &output);
    }
    let patch = folder.done(&["diff", "src", "out", "--format", "patch"]).stdout;
    folder.write("the.patch", patch);
    let output = std::process::Command::new("git")
        .args(["apply", "../the.patch"])
        .current_dir(folder.path("src"))
        .output();
    if let Ok(output) = output {
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(folder.files("src"), folder.files("out"));
    }
}

const SET: &str = r#"
[set]
id       = "en.ours"
language = "en"
summary  = "Ours"

[[pattern]]
id         = "wombat"
category   = "related"
kind       = "line"
literals   = ["See the wombats"]
match      = ["See the wombats"]
no_match   = ["They came to see the wombats."]
added      = 2026-11-23
provenance = "a test"
"#;

#[test]
fn two_versions_of_the_patterns_are_compared() {
    let folder = Folder::new();
    folder.write("v1/en/ours.toml", SET);
    folder.write(
        "v2/en/ours.toml",
        SET.replace("See the wombats", "Meet the badgers")
            .replace("see the wombats", "meet the badgers"),
    );
    folder.write(
        "corpus/a.txt",
        "It rained.\nSee the wombats\nADVERTISEMENT\nMeet the badgers\nIt stopped.\n",
    );
    folder.write("corpus/b.txt", ARTICLE);
    let versions = ["--patterns-before", "v1", "--patterns-after", "v2", "corpus"];
    let rows = changes(&folder, &versions);
    let short = |row: &Value| format!("{} {} {} {}", row["file"], row["verdict"], row["lines"], row["text"]);
    assert_eq!(
        rows.iter().map(short).collect::<Vec<_>>(),
        [
            r#""a.txt" "lost" [2,2] "See the wombats\n""#,
            r#""a.txt" "gained" [4,4] "Meet the badgers\n""#
        ]
    );
    let text = stdout(&folder.done(&[&["diff"][..], &versions].concat()));
    assert_eq!(
        text,
        "a.txt\n@@ -1,3 +1,3 @@ lost: related: line, en.ours.wombat\n It rained.\n+See the wombats\n@@ gained: related: line, en.ours.wombat\n-Meet the badgers\n It stopped.\n"
    );
    // Without one of them, that is what is built in.
    let gained = changes(&folder, &["--patterns-after", "v2", "corpus"]);
    assert_eq!(gained.len(), 1);
    assert_eq!(gained[0]["verdict"], "gained");
    let same = [
        "diff",
        "--patterns-before",
        "v2",
        "--patterns-after",
        "v2",
        "corpus",
        "--exit-code",
    ];
    assert_eq!(folder.done(&same).stdout, b"");
    let other = folder.run(&[&["diff", "--exit-code"][..], &versions].concat());
    assert_eq!(other.status.code(), Some(1));
}

#[test]
fn a_folder_with_thresholds_stands_for_all_sets() {
    let folder = Folder::new();
    folder.write("v1/en/ours.toml", SET);
    folder.write(
        "v1/judge.toml",
        std::fs::read("patterns/judge.toml").expect("it is there"),
    );
    folder.write("corpus/a.txt", ARTICLE);
    let rows = changes(&folder, &["--patterns-before", "v1", "corpus"]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["verdict"], "gained");
}

#[test]
fn a_document_that_would_lose_too_much_is_left_whole() {
    let folder = Folder::new();
    folder.write("a.txt", ARTICLE);
    assert_eq!(changes(&folder, &["a.txt", "--max-removed", "0.5"]).len(), 1);
    assert_eq!(changes(&folder, &["a.txt", "--max-removed", "0.1"]).len(), 0);
}

#[test]
fn standard_input_is_reviewed() {
    let mut command = std::process::Command::new(bodycopy().get_program());
    let output = command.args(["diff", "--no-config"]).stdin_bytes(ARTICLE.as_bytes());
    assert_eq!(
        stdout(&output),
        "-\n@@ -1,3 +1,2 @@ advertising: line, en.common.advertisement\n The bridge reopened on Monday.\n-ADVERTISEMENT\n Traffic is back to normal.\n"
    );
    let records = format!("{}\n", json!({ "body": ARTICLE }));
    let mut command = std::process::Command::new(bodycopy().get_program());
    command.args([
        "diff",
        "--no-config",
        "--input-format",
        "jsonl",
        "--text-field",
        "body",
        "-",
    ]);
    let output = command.stdin_bytes(records.as_bytes());
    assert!(stdout(&output).starts_with("-:1\n@@"), "{}", stdout(&output));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_shown() {
    let folder = Folder::new();
    folder.write("src/a.jsonl.gz", gzip("{\"text\":3}\nno record\n"));
    folder.write("src/b.jsonl.zst", zstd(format!("{}\n", json!({ "text": ARTICLE }))));
    folder.write("src/broken.txt.gz", b"\x1f\x8bnot gzip");
    folder.write("src/page.html", "ADVERTISEMENT");
    let output = folder.fails(
        &["diff", "src"],
        &[
            "a.jsonl.gz:1: the field `text` is not a string",
            "a.jsonl.gz:2: not a JSON object",
            "broken.txt.gz: cannot decompress",
        ],
    );
    assert!(stdout(&output).starts_with("b.jsonl.zst:1\n"));
    folder.fails(&["diff", "nowhere"], &["nowhere: cannot read it"]);
    folder.fails(
        &["diff", "src", "-", "--format", "json"],
        &["standard input cannot be compared"],
    );
    folder.fails(
        &["diff", "--ledger", "src/page.html"],
        &["page.html:1: no line of a ledger"],
    );
}
