//! A pattern file is loaded or refused; one that is loaded can be used.
#![no_main]

use bodycopy::patterns::load_set;
use bodycopy::{PatternSets, Selection, Stripper};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(set) = load_set("en/fuzz.toml", text.to_owned()) {
        let mut sets = PatternSets::builtin().expect("sound");
        sets.sets = vec![set];
        let stripper = Stripper::new(&sets, Selection::new(&sets, &["all"], &[]).expect("a known name"));
        let stripped = stripper.strip(text.as_bytes());
        assert!(stripped.text(text).len() <= text.len());
    }
});
