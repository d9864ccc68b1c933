//! A record is refused, or its text leads back to its bytes.
#![no_main]

use bodycopy::jsonl::TextField;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|record: &[u8]| {
    let names = ["text".to_owned(), "a.b".to_owned(), "a.b.c".to_owned()];
    if let Ok(fields) = TextField::find_all(record, &names) {
        let mut end = 0;
        for (_, field) in fields {
            assert!(field.bytes().start >= end);
            end = field.bytes().end;
        }
        assert!(end <= record.len());
    }
    if let Ok(field) = TextField::find(record, "text") {
        let length = field.text().len();
        assert_eq!(field.origin(0..length), field.bytes());
        for (at, _) in field.text().char_indices() {
            let origin = field.origin(at..length);
            assert!(origin.start >= field.bytes().start && origin.start < origin.end);
        }
    }
});
