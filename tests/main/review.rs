//! Decisions of a review, and what becomes of them: exceptions, which the next run respects.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::clean::ARTICLE;
use crate::command::{stderr, stdout};
use crate::seeds;
use crate::tree::Folder;

/// The removals of the project in a folder.
fn removals(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let output = folder.done(&[&["diff", "--format", "json"], args].concat());
    let lines = stdout(&output);
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// A file of decisions to reject these removals, as other programs write it.
fn reject<'v>(folder: &Folder, removals: impl IntoIterator<Item = &'v Value>) {
    let decide = |removal: &Value| {
        let mut decision = removal.clone();
        decision["decision"] = json!("reject");
        format!("{decision}\n")
    };
    let lines: String = removals.into_iter().map(decide).collect();
    folder.write("decisions.jsonl", lines);
}

/// What a wording is, whatever its case and its dress: the address of a link is none of it.
fn wording(text: &Value) -> String {
    let mut text = text.as_str().expect("text").to_lowercase();
    while let Some((words, address)) = text.split_once("](") {
        let behind = address.split_once(')').map_or("", |(_, behind)| behind);
        text = format!("{words}{behind}");
    }
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[test]
fn a_rejected_text_stays_and_all_else_is_as_before() {
    let folder = Folder::new();
    for (path, input, _) in seeds::all() {
        let name = path.file_name().expect("a name").to_string_lossy();
        folder.write(&format!("corpus/{name}"), &input);
    }
    let before = removals(&folder, &["corpus"]);
    let mut files: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for removal in &before {
        let file = removal["file"].as_str().expect("a file");
        files.entry(file).or_default().push(removal);
    }
    // Of each document the removal in the middle: of lines, letters, blocks, sections, labels, spans.
    let rejected: Vec<&Value> = files.values().map(|all| all[all.len() / 2]).collect();
    let reasons: BTreeSet<&str> = rejected.iter().filter_map(|row| row["reason"].as_str()).collect();
    for reason in ["block", "cues", "labels", "letter", "line", "section", "span"] {
        assert!(reasons.contains(reason), "{reason} is not among {reasons:?}");
    }
    reject(&folder, rejected.iter().copied());
    folder.done(&["review", "apply", "decisions.jsonl"]);
    folder.done(&["patterns", "check", "--strict", "bodycopy-exceptions"]);

    let kept: BTreeSet<String> = rejected.iter().map(|row| wording(&row["text"])).collect();
    let key = |row: &Value| {
        let line = row["lines"][0].as_u64().expect("a number");
        let text = row["text"].as_str().expect("text").trim().to_owned();
        (row["file"].to_string(), line, row["pattern"].to_string(), text)
    };
    let expected: Vec<_> = before
        .iter()
        .filter(|row| !kept.contains(&wording(&row["text"])))
        .map(key)
        .collect();
    assert!(expected.len() + rejected.len() / 2 < before.len());
    let after: Vec<_> = removals(&folder, &["corpus"]).iter().map(key).collect();
    assert_eq!(after, expected);
    // A stream of them says the same as a run over the files, whatever is selected.
    let donations = |rows: &[Value]| rows.iter().filter(|row| row["category"] == "donation").count();
    let selected = removals(&folder, &["corpus", "--select", "donation"]);
    let selected_before = removals(&folder, &["corpus", "--select", "donation", "--no-config"]);
    assert!(donations(&selected) < donations(&selected_before));
    assert!(selected.iter().all(|row| !kept.contains(&wording(&row["text"]))));
}

#[test]
fn exceptions_are_made_once() {
    let folder = Folder::new();
    folder.write("c/a.txt", ARTICLE);
    folder.write("c/b.txt", ARTICLE.replace('\n', "\r\n"));
    let before = removals(&folder, &["c"]);
    assert_eq!(before.len(), 2);
    reject(&folder, &before);
    let said = stderr(&folder.done(&["review", "apply", "decisions.jsonl", "--dry-run"]));
    assert!(said.contains("1 exception would be added, 1 there already"), "{said}");
    assert!(!folder.path("bodycopy.toml").exists() && !folder.path("bodycopy-exceptions").exists());

    let said = stderr(&folder.done(&["review", "apply", "decisions.jsonl"]));
    assert_eq!(
        said,
        "bodycopy: bodycopy-exceptions/exceptions.toml: 1 exception added, 1 there already\n"
    );
    assert_eq!(removals(&folder, &["c"]).len(), 0);
    let written = folder.files("bodycopy-exceptions");
    let said = stderr(&folder.done(&["review", "apply", "decisions.jsonl"]));
    assert!(said.contains("0 exceptions added, 2 there already"), "{said}");
    assert_eq!(folder.files("bodycopy-exceptions"), written);
    assert_eq!(folder.read("bodycopy.toml"), "patterns = [\"bodycopy-exceptions\"]\n");
}

#[test]
fn what_a_person_wrote_stays() {
    let folder = Folder::new();
    let settings = "# Ours.\nignore = [\"comments\"] # none here\ntext-field = \"body\"\n";
    folder.write("bodycopy.toml", settings);
    folder.write("c/a.txt", ARTICLE);
    reject(&folder, &removals(&folder, &["c/a.txt"]));
    folder.done(&["review", "apply", "decisions.jsonl"]);
    assert_eq!(
        folder.read("bodycopy.toml"),
        format!("{settings}patterns = [\"bodycopy-exceptions\"]\n")
    );
    // A remark in the file of the exceptions, and another exception beside it.
    let file = "bodycopy-exceptions/exceptions.toml";
    let remarked = folder
        .read(file)
        .replace("[[pattern]]", "# The printers asked for it.\n[[pattern]]");
    folder.write(file, remarked);
    folder.write("c/b.txt", "It rained.\nRead more: The flood in pictures\nIt stopped.\n");
    reject(&folder, &removals(&folder, &["c/b.txt"]));
    folder.done(&["review", "apply", "decisions.jsonl"]);
    let written = folder.read(file);
    assert!(written.contains("\n\n# The printers asked for it.\n[[pattern]]\nid         = \"en-common-adv"));
    assert_eq!(written.matches("[[pattern]]").count(), 2, "{written}");
    folder.done(&["patterns", "check", "--strict", "bodycopy-exceptions"]);
    assert_eq!(removals(&folder, &["c"]).len(), 0);
    // From a folder below, it is the same project.
    folder.write("below/c.txt", ARTICLE);
    let output = std::process::Command::new(crate::command::bodycopy().get_program())
        .args(["diff", "c.txt"])
        .current_dir(folder.path("below"))
        .output()
        .expect("it runs");
    assert_eq!(stdout(&output), "", "{}", stderr(&output));
}

#[test]
fn a_pattern_is_switched_off_if_all_of_it_was_wrong() {
    let folder = Folder::new();
    folder.write("c/a.txt", ARTICLE);
    folder.write(
        "c/b.txt",
        "It rained.\nStory continues below advertisement\nIt stopped.\n",
    );
    let before = removals(&folder, &["c"]);
    reject(&folder, &before);
    let head = json!({ "bodycopy_review": 1, "removals": { "en.common.advertisement": 1, "en.common.advertisement-continues": 2 } });
    let decisions = format!("{head}\n{}", folder.read("decisions.jsonl"));
    folder.write("decisions.jsonl", decisions);
    let said = stderr(&folder.done(&["review", "apply", "decisions.jsonl", "--dry-run"]));
    assert!(
        said.contains("`--switch-off en.common.advertisement` puts the pattern out of use")
            && !said.contains("off en.common.advertisement-continues"),
        "{said}"
    );
    let off = [
        "review",
        "apply",
        "decisions.jsonl",
        "--switch-off",
        "en.common.advertisement",
    ];
    folder.done(&off);
    let settings = folder.read("bodycopy.toml");
    assert_eq!(
        settings,
        "patterns = [\"bodycopy-exceptions\"]\nignore = [\"en.common.advertisement\"]\n"
    );
    assert_eq!(removals(&folder, &["c"]).len(), 0);
    let exceptions = folder.read("bodycopy-exceptions/exceptions.toml");
    assert_eq!(exceptions.matches("[[pattern]]").count(), 1, "{exceptions}");
    folder.done(&off);
    assert_eq!(folder.read("bodycopy.toml"), settings);
    folder.fails(
        &["review", "apply", "decisions.jsonl", "--switch-off", "en.wombat"],
        &["`en.wombat` is no pattern"],
    );
}

#[test]
fn an_exception_to_a_pattern_that_is_gone_is_an_error() {
    let folder = Folder::new();
    folder.write("c/a.txt", ARTICLE);
    reject(&folder, &removals(&folder, &["c/a.txt"]));
    folder.done(&["review", "apply", "decisions.jsonl"]);
    let file = "bodycopy-exceptions/exceptions.toml";
    let written = folder.read(file);
    folder.write(
        file,
        written.replace("[\"en.common.advertisement\"]", "[\"en.common.renamed\"]"),
    );
    let message = "exceptions.toml:10: the exception `und.exceptions.en-common-advertisement-";
    let again = ["review", "apply", "decisions.jsonl"];
    for args in [
        &["diff", "c/a.txt"][..],
        &["clean", "c/a.txt", "-o", "out"],
        &["explain", "c/a.txt"],
        &again,
    ] {
        folder.fails(
            args,
            &[message, "is against `en.common.renamed`, which is no pattern any more"],
        );
    }
    let check = folder.run(&["patterns", "check", "bodycopy-exceptions"]);
    assert_eq!(check.status.code(), Some(1), "{}", stderr(&check));
    assert!(
        stdout(&check).contains("which is no pattern any more"),
        "{}",
        stdout(&check)
    );
}

#[test]
fn what_cannot_be_an_exception_is_named_and_the_rest_is_done() {
    let folder = Folder::new();
    folder.write("c/a.txt", ARTICLE);
    let [removal] = &removals(&folder, &["c/a.txt"])[..] else {
        panic!("one removal")
    };
    let with = |key: &str, value: &str| {
        let mut other = removal.clone();
        other[key] = json!(value);
        other
    };
    let others = [
        with("pattern", "en.common.wombat"),
        with("text", " \n"),
        with("text", "caf\u{fffd}"),
        with("verdict", "lost"),
        removal.clone(),
    ];
    reject(&folder, &others);
    folder.fails(
        &["review", "apply", "decisions.jsonl"],
        &[
            "decisions.jsonl:1: no exception can be made of this: `en.common.wombat` is no pattern any more",
            "decisions.jsonl:2: no exception can be made of this: it has no text",
            "decisions.jsonl:3: no exception can be made of this: its text is not UTF-8",
            "decisions.jsonl:4: no exception can be made of this: it is kept now",
            "1 exception added",
        ],
    );
    assert_eq!(removals(&folder, &["c/a.txt"]).len(), 0);
    // Accepted removals need none.
    folder.write("accepted.jsonl", format!("{}\n", with("decision", "accept")));
    let said = stderr(&folder.done(&["review", "apply", "accepted.jsonl"]));
    assert!(said.contains("0 exceptions added, 0 there already"), "{said}");
    folder.write("broken.jsonl", "{\"decision\":\"maybe\"}\n");
    folder.fails(
        &["review", "apply", "broken.jsonl"],
        &["broken.jsonl:1: this is no decision: unknown variant"],
    );
    folder.fails(&["review", "apply", "nowhere.jsonl"], &["nowhere.jsonl"]);
}
