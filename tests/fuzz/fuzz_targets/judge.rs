//! Nothing is lost, and the size of the pieces makes no difference. The first byte is that size.
#![no_main]

use std::sync::LazyLock;

use bodycopy::{Event, PatternSets, Selection, Sink, Stripper};
use libfuzzer_sys::fuzz_target;

static STRIPPER: LazyLock<Stripper> =
    LazyLock::new(|| Stripper::new(&PatternSets::builtin().expect("sound"), Selection::default()));

#[derive(Default)]
struct Both {
    whole: Vec<u8>,
    kept: Vec<u8>,
}

impl Sink<'_> for Both {
    type Error = std::convert::Infallible;

    fn event(&mut self, event: Event<'_, '_>) -> Result<(), Self::Error> {
        match event {
            Event::Kept { bytes, .. } | Event::Unjudged { bytes, .. } => {
                self.whole.extend(bytes);
                self.kept.extend(bytes);
            }
            Event::Removed { bytes, .. } => self.whole.extend(bytes),
        }
        Ok(())
    }
}

fuzz_target!(|input: &[u8]| {
    let Some((&size, text)) = input.split_first() else { return };
    let mut both = Both::default();
    let mut stream = STRIPPER.stream();
    for piece in text.chunks(usize::from(size).max(1)) {
        let Ok(()) = stream.push(piece, &mut both);
    }
    let Ok(()) = stream.finish(&mut both);
    assert_eq!(both.whole, text);
    assert_eq!(both.kept, STRIPPER.strip(text).bytes(text));
});
