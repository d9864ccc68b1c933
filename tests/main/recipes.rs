//! The recipes for corpora in the README do what they say.

use std::process::Command;

use crate::clean::{ARTICLE, CLEAN};
use crate::command::{bodycopy, stderr, stdout};
use crate::tree::Folder;

/// The shell commands of the section on corpora, block by block.
fn recipes() -> Vec<String> {
    let readme = include_str!("../../README.md");
    let section = readme.split("## Clean a corpus").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("its end");
    let blocks = section.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split("```").next().expect("its end").to_owned())
        .collect()
}

fn shell(folder: &Folder, script: &str) -> String {
    let binary = bodycopy();
    let bin = std::path::Path::new(binary.get_program()).parent().expect("a folder");
    let path = std::env::join_paths([bin.as_os_str(), "/usr/bin".as_ref(), "/bin".as_ref()]).expect("no colons");
    let output = Command::new("sh")
        .args(["-euc", script])
        .current_dir(folder.path("."))
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{script}: {}", stderr(&output));
    stdout(&output)
}

#[test]
#[cfg(unix)]
fn recipes_do_what_they_say() {
    let folder = Folder::new();
    let letter = "Please consider supporting our independent journalism with a monthly donation.";
    folder.write("corpus/a.txt", ARTICLE);
    folder.write("corpus/b.jsonl", format!("{{\"text\":\"News.\\n{letter}\\nMore.\"}}\n"));
    folder.write("corpus/logo.png", "x");
    let recipes = recipes();
    let [clean, resume, restore, in_place] = recipes.as_slice() else {
        panic!("{} recipes", recipes.len());
    };

    let said = shell(&folder, clean);
    assert_eq!(folder.read("cleaned/a.txt"), CLEAN);
    assert_eq!(folder.read("cleaned/b.jsonl"), "{\"text\":\"News.\\nMore.\"}\n");
    assert!(said.contains("1 advertising") && said.contains("1 donation"), "{said}");
    assert!(
        said.contains("b.jsonl:1:2: donation (en.") && said.contains(letter),
        "{said}"
    );
    assert!(folder.read("report.json").contains("\"cleaned\": 2"));

    let before = folder.files("cleaned");
    shell(&folder, resume);
    assert!(folder.files("cleaned") == before);

    shell(&folder, restore);
    assert!(folder.files("original") == folder.files("corpus"));
    let partly = folder.files("with-some-of-it");
    assert_eq!(partly[std::path::Path::new("a.txt")], CLEAN.as_bytes());
    assert_eq!(
        partly[std::path::Path::new("b.jsonl")],
        folder.read("corpus/b.jsonl").as_bytes()
    );

    // A ledger of its own, as the first one belongs to another tree.
    shell(&folder, &in_place.replace("removed.jsonl.zst", "in-place.jsonl.zst"));
    assert!(folder.files("corpus") == before);
}
