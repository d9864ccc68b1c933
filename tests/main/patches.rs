//! Patches: other people's tools apply them, forwards and back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clean::{ARTICLE, CLEAN};
use crate::command::{stderr, stdout};
use crate::seeds;
use crate::tree::Folder;

/// Runs a tool in a folder; nothing if it is not installed.
fn tool(folder: &Path, command: &str, args: &[&str]) -> Option<()> {
    let output = match Command::new(command).args(args).current_dir(folder).output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        output => output.expect("it runs"),
    };
    let said = stdout(&output) + &stderr(&output);
    assert!(output.status.success(), "{command} {args:?}: {said}");
    Some(())
}

/// Applies the patch of a folder `src` to copies of it with each tool, and takes it back.
fn prove(folder: &Folder, context: &str) {
    let patch = folder.done(&["diff", "src", "--format", "patch", "-U", context]).stdout;
    folder.done(&["clean", "src", "-o", "cleaned"]);
    let (before, after) = (folder.files("src"), folder.files("cleaned"));
    assert_ne!(before, after, "the patch says something");
    let patch_file = folder.write("the.patch", &patch);
    let patch_file = patch_file.to_str().expect("UTF-8");
    let zero = if context == "0" { vec!["--unidiff-zero"] } else { vec![] };
    for (name, command, forward, back) in [
        (
            "by-patch",
            "patch",
            vec!["-p1", "--quiet", "-i", patch_file],
            vec!["-p1", "--quiet", "-R", "-i", patch_file],
        ),
        (
            "by-git",
            "git",
            [&["apply"][..], &zero, &[patch_file]].concat(),
            [&["apply", "-R"][..], &zero, &[patch_file]].concat(),
        ),
    ] {
        let copy = |files: &BTreeMap<PathBuf, Vec<u8>>| {
            for (path, bytes) in files {
                folder.write(&format!("{name}/{}", path.display()), bytes);
            }
        };
        copy(&before);
        let tree = folder.path(name);
        if tool(&tree, command, &forward).is_none() {
            continue;
        }
        assert_eq!(folder.files(name), after, "{command} does what `clean` does");
        tool(&tree, command, &back).expect("it was there before");
        assert_eq!(folder.files(name), before, "{command} takes it back");
    }
}

#[test]
fn patches_of_the_seeds_are_what_clean_does() {
    for context in ["3", "0"] {
        let folder = Folder::new();
        for (path, input, _) in seeds::all() {
            let name = path.file_name().and_then(|name| name.to_str()).expect("UTF-8");
            folder.write(&format!("src/{name}"), &input);
        }
        prove(&folder, context);
    }
}

#[test]
fn any_bytes_can_be_in_a_patch() {
    let folder = Folder::new();
    folder.write("src/crlf.txt", ARTICLE.replace('\n', "\r\n"));
    folder.write(
        "src/mixed.txt",
        "One.\r\nADVERTISEMENT\nTwo.\r\nADVERTISEMENT\r\nThree.",
    );
    folder.write("src/no-newline.txt", ARTICLE.trim_end());
    folder.write("src/removed-at-the-end.txt", "The bridge reopened.\nADVERTISEMENT");
    folder.write("src/nothing-left.txt", "ADVERTISEMENT\n");
    folder.write("src/nothing-left-no-newline.txt", "ADVERTISEMENT");
    folder.write(
        "src/latin-1.txt",
        b"Le caf\xe9 a rouvert lundi.\nADVERTISEMENT\nLa fa\xe7ade reste.\n",
    );
    folder.write("src/two words.txt", ARTICLE);
    folder.write("src/d\u{e9}j\u{e0}/vu.txt", ARTICLE);
    folder.write("src/unchanged.txt", CLEAN);
    folder.write("src/empty.txt", "");
    let span = "It must recycle its water. (Read more: How Calder came to drink its own rain)";
    folder.write("src/span.txt", format!("{span}\nIt rained.\n{span}"));
    prove(&folder, "3");
}

#[test]
#[cfg(unix)]
fn odd_names_can_be_in_a_patch() {
    let folder = Folder::new();
    folder.write("src/a \"quoted\" name.txt", ARTICLE);
    folder.write("src/back\\slash.txt", ARTICLE);
    folder.write("src/tab\there.txt", ARTICLE);
    prove(&folder, "3");
}

#[test]
fn what_no_patch_can_say_is_named() {
    let folder = Folder::new();
    folder.write("src/a.txt", ARTICLE);
    folder.write("src/b.jsonl", format!("{{\"text\":{:?}}}\n", ARTICLE));
    folder.write("src/c.txt.gz", crate::tree::gzip(ARTICLE));
    let output = folder.fails(
        &["diff", "src", "--format", "patch"],
        &[
            "b.jsonl: its changes are not in the patch",
            "c.txt.gz: its changes are not",
        ],
    );
    assert!(stdout(&output).starts_with("--- a/a.txt\n+++ b/a.txt\n"));
}
