//! The way back: what is left and the ledger make up the source.

use std::fs;

use crate::clean::{ARTICLE, CLEAN, corpus};
use crate::command::stderr;
use crate::tree::Folder;

#[test]
fn every_format_comes_back_in_every_mode() {
    let folder = Folder::new();
    corpus(&folder);
    let source = folder.contents("src");
    for (mode, ledger) in [
        ("delete", "ledger.jsonl.zst"),
        ("mark", "ledger.jsonl"),
        ("split", "ledger.jsonl"),
    ] {
        let _ = (
            fs::remove_dir_all(folder.path("out")),
            fs::remove_dir_all(folder.path("back")),
        );
        let args = ["clean", "src", "-o", "out", "--ledger", ledger, "--mode", mode];
        let removed: &[&str] = if mode == "split" { &["--removed", "gone"] } else { &[] };
        folder.done(&[&args, removed].concat());
        let output = folder.done(&["restore", "out", "--ledger", ledger, "-o", "back"]);
        assert!(folder.contents("back") == source, "{mode} {ledger}");
        assert!(stderr(&output).contains("each proved by its hash"));
    }
}

#[test]
fn only_some_removals_are_taken_back() {
    let folder = Folder::new();
    let text = "The bridge reopened.\nADVERTISEMENT\nTraffic is normal.\nRead more: Bridge closed again\n";
    folder.write("src/a.txt", text);
    folder.write(
        "src/b.jsonl",
        "{\"text\":\"ADVERTISEMENT\\nOne.\"}\n{\"text\":\"ADVERTISEMENT\\nTwo.\"}\n",
    );
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    let back = |only: &str| {
        let _ = fs::remove_dir_all(folder.path("back"));
        folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back", "--only", only]);
        (folder.read("back/a.txt"), folder.read("back/b.jsonl"))
    };
    let without = |line: &str| text.replace(line, "");
    let (a, b) = back("advertising");
    assert_eq!(a, without("Read more: Bridge closed again\n"));
    assert_eq!(b, folder.read("src/b.jsonl"));
    assert_eq!(back("related").0, without("ADVERTISEMENT\n"));
    assert_eq!(back("en.common.advertisement").0, a);
    assert_eq!(back("a.txt"), (text.to_owned(), folder.read("out/b.jsonl")));
    let second = folder.read("out/b.jsonl").replace("Two.", "ADVERTISEMENT\\nTwo.");
    assert_eq!(back("b.jsonl:2"), (folder.read("out/a.txt"), second));
    assert_eq!(back("en.common"), (text.to_owned(), b));
}

#[test]
fn a_ledger_of_another_tree_is_refused() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("other/b.txt", ARTICLE);
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    folder.done(&["clean", "other", "-o", "out2", "--ledger", "ledger2"]);
    folder.fails(
        &["restore", "out", "--ledger", "ledger2", "-o", "back"],
        &["it is the ledger of another tree"],
    );
    folder.fails(
        &["restore", "out", "--ledger", "src/a.txt", "-o", "back"],
        &["src/a.txt:1: no line of a ledger"],
    );
    folder.fails(
        &["restore", "out", "--ledger", "ledger", "-o", "out/back"],
        &["it lies in"],
    );
    folder.fails(
        &["restore", "out", "--ledger", "gone", "-o", "back"],
        &["gone: cannot read the ledger"],
    );
    assert!(folder.files("back").is_empty());

    // The right names, other contents.
    folder.write("out/a.txt", CLEAN.replace("Monday", "Tuesday"));
    folder.fails(
        &["restore", "out", "--ledger", "ledger", "-o", "back"],
        &["a.txt: it is not what the ledger says"],
    );
    folder.write("out/a.txt", "x");
    folder.fails(
        &["restore", "out", "--ledger", "ledger", "-o", "back"],
        &["a.txt: it is not what the ledger says"],
    );
    assert!(folder.files("back").is_empty());
    let damaged = folder.read("ledger").replace("ADVERTISEMENT", "ADVERTISEMENTS");
    folder.write("out/a.txt", CLEAN);
    folder.write("damaged", damaged);
    folder.fails(
        &["restore", "out", "--ledger", "damaged", "-o", "back"],
        &["the ledger is damaged"],
    );
    assert!(folder.files("back").is_empty());
}

#[test]
fn a_ledger_does_not_lead_out_of_the_tree() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    folder.write("evil", folder.read("ledger").replace("\"a.txt\"", "\"../out/a.txt\""));
    folder.fails(
        &["restore", "out", "--ledger", "evil", "-o", "back"],
        &["outside of its tree"],
    );
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_not_utf8_come_back() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    fs::write(folder.path("src").join(name), ARTICLE).expect("written");
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    assert_eq!(
        fs::read_to_string(folder.path("out").join(name)).expect("written"),
        CLEAN
    );
    folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
    assert!(folder.files("back") == folder.files("src"));
}
