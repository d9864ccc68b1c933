//! The built-in pattern sets as they were compiled with the program.

use super::compiled::Compiled;

/// What the build script wrote.
const BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/builtin.bin"));

/// The built-in sets, ready to use.
///
/// Cost: some microseconds. The tables stay where they are in the program.
pub(crate) fn compiled() -> Compiled {
    Compiled::from_bytes(BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::PatternSets;

    #[test]
    fn what_was_compiled_with_the_program_is_what_is_compiled_at_run_time() {
        let sets = PatternSets::builtin().expect("the built-in sets are sound");
        assert!(Compiled::of(&sets).to_bytes() == BYTES);
    }
}
