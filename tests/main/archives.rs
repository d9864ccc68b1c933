//! Web archives: text is cleaned, headers fit, everything else stays, each record in a member of its own.

use std::fs;
use std::path::Path;

use sha1::Digest as _;

use crate::clean::{ARTICLE, CLEAN};
use crate::command::stderr;
use crate::seeds;
use crate::tree::{Folder, gzip};

/// A record of a WET file, as Common Crawl writes it.
fn conversion(uri: &str, text: &str) -> String {
    let digest: String = sha1::Sha1::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!(
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: {uri}\r\nWARC-Block-Digest: sha1:{digest}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{text}\r\n\r\n",
        text.len()
    )
}

fn info() -> String {
    "WARC/1.0\r\nWARC-Type: warcinfo\r\nContent-Length: 15\r\nContent-Type: application/warc-fields\r\n\r\nADVERTISEMENT\r\n\r\n\r\n".to_owned()
}

fn archive(rounds: usize) -> String {
    let mut archive = info();
    for round in 0..rounds {
        for (path, input, _) in seeds::all() {
            let text = String::from_utf8(input).expect("UTF-8");
            archive.push_str(&conversion(
                &format!("https://example.org/{round}/{}", path.display()),
                &text,
            ));
        }
    }
    archive
}

#[test]
fn text_is_cleaned_and_headers_fit() {
    let folder = Folder::new();
    let archive = format!("{}{}{}", info(), conversion("x:", ARTICLE), conversion("y:", CLEAN));
    folder.write("src/a.warc.wet", &archive);
    folder.done(&["clean", "src", "-o", "out", "--ledger", "ledger"]);
    let expected = format!("{}{}{}", info(), conversion("x:", CLEAN), conversion("y:", CLEAN));
    assert_eq!(folder.read("out/a.warc.wet"), expected);
    folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
    assert_eq!(folder.read("back/a.warc.wet"), archive);
    folder.fails(
        &[
            "restore",
            "out",
            "--ledger",
            "ledger",
            "-o",
            "some",
            "--only",
            "advertising",
        ],
        &["parts of a web archive cannot be put back"],
    );
}

#[test]
fn large_archives_come_back_in_every_compression_and_mode() {
    let folder = Folder::new();
    let (small, large) = (archive(1), archive(6));
    folder.write("src/small.warc.gz", gzip(&small));
    folder.write("src/large.wet", &large);
    folder.write("src/large.wet.gz", gzip(&large));
    folder.write("src/large.warc.zst", crate::tree::zstd(&large));
    let source = folder.contents("src");
    for mode in ["delete", "mark", "split"] {
        let _ = (
            fs::remove_dir_all(folder.path("out")),
            fs::remove_dir_all(folder.path("back")),
        );
        let removed: &[&str] = if mode == "split" { &["--removed", "gone"] } else { &[] };
        let args = ["clean", "src", "-o", "out", "--ledger", "ledger", "--mode", mode];
        folder.done(&[&args, removed].concat());
        let cleaned = folder.contents("out");
        assert!(cleaned[Path::new("large.wet")] == cleaned[Path::new("large.wet.gz")]);
        assert!(cleaned[Path::new("large.wet")] == cleaned[Path::new("large.warc.zst")]);
        folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
        assert!(folder.contents("back") == source, "{mode}");
    }
    // Each record is a member of its own.
    let members = |name: &str| {
        let bytes = fs::read(folder.path(name)).expect("written");
        let mut members = 0;
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let mut member = flate2::bufread::GzDecoder::new(rest);
            let mut record = Vec::new();
            std::io::Read::read_to_end(&mut member, &mut record).expect("a member");
            assert!(record.starts_with(b"WARC/1.0\r\n"));
            rest = member.into_inner();
            members += 1;
        }
        members
    };
    assert_eq!(members("out/small.warc.gz"), 1 + seeds::all().len());
    assert_eq!(members("back/large.wet.gz"), 1 + 6 * seeds::all().len());
}

#[test]
fn what_is_no_record_passes_as_it_is() {
    let folder = Folder::new();
    let good = conversion("x:", ARTICLE);
    folder.write("src/cut.warc", format!("{good}{}", &good[..good.len() - 20]));
    folder.write("src/noise.wet", format!("{good}ADVERTISEMENT\nADVERTISEMENT\n"));
    folder.write("src/md5.warc", good.replace("sha1:", "md5:"));
    let output = folder.fails(
        &["clean", "src", "-o", "out", "--ledger", "ledger"],
        &[
            "cut.warc:2: the WARC record is cut short",
            "noise.wet:2: no WARC record",
            "md5.warc:1: cannot make its digest anew",
        ],
    );
    assert!(
        stderr(&output).contains("3 that could not be judged"),
        "{}",
        stderr(&output)
    );
    assert!(folder.read("out/cut.warc").starts_with(&conversion("x:", CLEAN)));
    assert!(folder.read("out/noise.wet").ends_with("ADVERTISEMENT\nADVERTISEMENT\n"));
    assert_eq!(folder.read("out/md5.warc"), folder.read("src/md5.warc"));
    folder.done(&["restore", "out", "--ledger", "ledger", "-o", "back"]);
    assert!(folder.files("back") == folder.files("src"));
}
