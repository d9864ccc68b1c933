//! Lines cover the bytes they were found in, and folding them never leads out of them.
#![no_main]

use bodycopy::text::fold::Folded;
use bodycopy::text::lines::next_line;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut from = 0;
    while let Some(line) = next_line(bytes, from, true) {
        assert_eq!(line.start, from);
        assert!(line.text_end <= line.end && line.end > from);
        let mut folded = Folded::default();
        folded.push_line(&bytes[line.start..line.text_end], 0);
        let length = line.text_end - line.start;
        if !folded.text().is_empty() {
            let origin = folded.origin(0..folded.text().len());
            assert!(origin.start < origin.end && origin.end <= length);
        }
        from = line.end;
    }
    assert_eq!(from, bytes.len());
});
