//! Whole pages with a label on every line, in many languages: nothing editorial goes, and of what should go, at least as much as is known to.

use std::fs;
use std::path::Path;

use bodycopy::eval::{Labelled, Report, score};

use crate::seeds;

fn report(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/pages").join(name);
    let pages: Vec<Labelled> = fs::read_to_string(path)
        .expect("the pages")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a labelled page"))
        .collect();
    score(seeds::stripper(), &pages).expect("a label for each line")
}

fn assert_no_loss(report: &Report) {
    let lost: Vec<String> = report
        .losses
        .iter()
        .map(|lost| format!("{}:{}: {}", lost.id, lost.line, lost.text))
        .collect();
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

#[test]
fn pages_that_were_read_for_the_patterns() {
    let report = report("read.jsonl");
    assert_no_loss(&report);
    let recall = report.boilerplate.recall();
    assert!(recall >= 0.85, "{recall}");
}

#[test]
fn pages_that_no_pattern_was_written_for() {
    let report = report("unseen.jsonl");
    assert_no_loss(&report);
    let recall = report.boilerplate.recall();
    assert!(recall >= 0.55, "{recall}");
}
