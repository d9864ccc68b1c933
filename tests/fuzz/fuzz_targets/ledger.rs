//! A line of a ledger is refused or read, and what it holds can be asked for.
#![no_main]

use bodycopy::ledger::Line;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &str| {
    if let Ok(Line::Change(change)) = Line::parse(line) {
        let _ = (change.raw(), change.put(), change.is_meant("en.common"));
    }
});
