//! A record is refused, or its text leads back to its bytes.
#![no_main]

use bodycopy::jsonl::TextField;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|record: &[u8]| {
    if let Ok(field) = TextField::find(record, "text") {
        let length = field.text().len();
        assert_eq!(field.origin(0..length), field.bytes());
        for (at, _) in field.text().char_indices() {
            let origin = field.origin(at..length);
            assert!(origin.start >= field.bytes().start && origin.start < origin.end);
        }
    }
});
