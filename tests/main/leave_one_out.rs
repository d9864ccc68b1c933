//! What is left when a part of the sets is taken away: it may find less, but it must not take more.

use std::fs;
use std::path::Path;

use bodycopy::{PatternSets, Selection, Stripper};

use crate::seeds;

fn without(sets: &PatternSets, name: &str) -> Stripper {
    Stripper::new(sets, Selection::new(sets, &[], &[name]).expect("a known name"))
}

/// All that must stay whole: the traps, one by one, and what is left of the seeds.
fn texts_that_stay() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/traps");
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder).expect("the traps") {
        let text = fs::read_to_string(entry.expect("readable").path()).expect("UTF-8");
        texts.extend(text.split("\n%%\n").map(str::to_owned));
    }
    let left = seeds::all()
        .into_iter()
        .filter_map(|(_, _, output)| String::from_utf8(output).ok());
    texts.extend(left);
    texts
}

#[test]
fn without_the_sets_of_a_language_nothing_more_goes() {
    let sets = PatternSets::builtin().expect("sound");
    let texts = texts_that_stay();
    let mut lost = Vec::new();
    for language in sets.languages() {
        let stripper = without(&sets, language);
        for text in &texts {
            for removal in stripper.strip(text.as_bytes()).removals {
                let line = text[removal.bytes].trim();
                lost.push(format!("without {language}, {} takes {line}", removal.pattern.id));
            }
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}
