//! What is left and the ledger together give the input back, byte for byte.

use std::fs;

use serde_json::Value;

use crate::command::{bodycopy, stderr};
use crate::seeds;

/// Filters a file and puts what the ledger says back into what was left.
fn round_trip(input: &[u8], args: &[&str]) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, ledger) = (folder.path().join("input"), folder.path().join("ledger.jsonl"));
    fs::write(&file, input).expect("written");
    let output = bodycopy()
        .args(args)
        .arg("--ledger")
        .arg(&ledger)
        .arg(&file)
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{}", stderr(&output));

    let mut entries: Vec<Value> = fs::read_to_string(&ledger)
        .expect("a ledger")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let head = entries.remove(0);
    assert!(head["bodycopy"].is_string() && head["sets"].is_string(), "{head}");
    let closing = entries.pop().expect("the file is closed");
    let size = |part: &str| closing[part]["bytes"].as_u64();
    assert_eq!(size("before"), Some(input.len() as u64), "{closing}");
    assert_eq!(size("after"), Some(output.stdout.len() as u64), "{closing}");
    assert_eq!(closing["removals"], entries.len());
    let mut rebuilt = Vec::new();
    let mut left = output.stdout.as_slice();
    for entry in &entries {
        let at =
            |index: usize| usize::try_from(entry["source_bytes"][index].as_u64().expect("a number")).expect("in range");
        let (before, after) = left.split_at(at(0) - rebuilt.len());
        rebuilt.extend(before);
        left = after;
        match entry.get("raw_hex") {
            Some(hex) => rebuilt.extend(unhex(hex.as_str().expect("text"))),
            None => rebuilt.extend(entry["text"].as_str().expect("text").as_bytes()),
        }
        assert_eq!(rebuilt.len(), at(1));
        for key in ["pattern", "category", "reason", "source"] {
            assert!(
                entry[key].as_str().is_some_and(|value| !value.is_empty()),
                "{key} of {entry}"
            );
        }
    }
    rebuilt.extend(left);
    assert_eq!(String::from_utf8_lossy(&rebuilt), String::from_utf8_lossy(input));
    assert_eq!(rebuilt, input);
    entries
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    digits
        .map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal"))
        .collect()
}

#[test]
fn of_every_seed() {
    for (path, input, output) in seeds::all() {
        let entries = round_trip(&input, &[]);
        assert_eq!(entries.is_empty(), input == output, "{}", path.display());
    }
}

#[test]
fn of_text_that_is_not_utf8() {
    let entries = round_trip(
        b"News.\n\xef\xbb\xbf\nAdvertisement\n\xff\xfe\nMore.\nRead more: caf\xe9s close\nEnd",
        &[],
    );
    assert_eq!(entries.len(), 2);
    assert!(entries[1]["raw_hex"].is_string());
}

#[test]
fn of_several_documents_in_one_stream() {
    let input = "The first.\nAdvertisement\n%%\nAdvertisement\nThe second.\n%%\nThe last.\nAdvertisement";
    let entries = round_trip(input.as_bytes(), &["--separator", "%%"]);
    let documents: Vec<_> = entries.iter().map(|entry| entry["document"].as_u64()).collect();
    assert_eq!(documents, [Some(1), Some(2), Some(3)]);
    assert_eq!(entries[1]["bytes"], serde_json::json!([0, 14]));
}

#[test]
fn of_records_with_escapes_of_their_own() {
    let input = "{\"text\":\"caf\\u00e9.\\nRead more: \\u00e9t\\u00e9\\/hiver\\nEnd.\"}\n{\"text\":\"A (Read more: \\ud83d\\ude00) b.\"}\n";
    let entries = round_trip(input.as_bytes(), &["--format", "jsonl"]);
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0]["text"], "Read more: été/hiver\n");
    assert_eq!(entries[1]["reason"], "span");
}
