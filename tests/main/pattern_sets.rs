//! The built-in sets hold: every example in their files, tried in the real engine.

use bodycopy::PatternSets;
use bodycopy::check::{Problem, check};

#[test]
fn every_example_of_every_built_in_set_holds() {
    let sets = PatternSets::builtin().unwrap_or_else(|errors| panic!("{errors:#?}"));
    let problems: Vec<String> = check(&sets, |_| true).iter().map(Problem::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
