//! A record lies within its bytes, in order, and a header that is fitted to a block is one that fits.
#![no_main]

use bodycopy::corpus::warc::{Next, next, refit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for ended in [false, true] {
        let mut at = 0;
        while let Next::Record(record) = next(&bytes[at..], ended) {
            let rest = &bytes[at..];
            assert!(record.header.end == record.block.start && record.block.end <= record.end && record.end > 0);
            let (header, block) = (&rest[record.header.clone()], &rest[record.block.clone()]);
            let shorter = &block[..block.len() / 2];
            if let Ok(changes) = refit(header, shorter) {
                let mut fitted = Vec::new();
                let mut from = 0;
                for (range, put) in changes {
                    fitted.extend_from_slice(&header[from..range.start]);
                    fitted.extend_from_slice(put.as_bytes());
                    from = range.end;
                }
                fitted.extend_from_slice(&header[from..]);
                let length = fitted.len();
                fitted.extend_from_slice(shorter);
                let Next::Record(again) = next(&fitted, true) else {
                    panic!("it is none any more");
                };
                assert_eq!(again.header, 0..length);
                assert_eq!(again.block.len(), shorter.len());
            }
            at += record.end;
        }
    }
});
