//! The pattern sets that come with the program.

use std::sync::Arc;

use super::load::{JUDGE, LoadError, load_set, load_thresholds};
use super::schema::PatternSets;

/// Path and text of every built-in file, in order of their paths.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

impl PatternSets {
    /// The built-in sets.
    ///
    /// # Errors
    /// All files that cannot be read. The tests prove that there are none, so callers may take an error for a bug.
    /// Cost: a few milliseconds, every time.
    pub fn builtin() -> Result<Self, Vec<LoadError>> {
        Self::load_builtin(true)
    }

    /// The built-in sets without the examples that prove them: a third of the memory, for who only wants to strip.
    ///
    /// # Errors
    /// As [`PatternSets::builtin`].
    pub fn builtin_without_proof() -> Result<Self, Vec<LoadError>> {
        Self::load_builtin(false)
    }

    fn load_builtin(with_proof: bool) -> Result<Self, Vec<LoadError>> {
        let mut errors = Vec::new();
        let mut sets = Vec::new();
        let mut thresholds = None;
        for (path, text) in FILES {
            if path.ends_with(JUDGE) {
                match load_thresholds(path, text) {
                    Ok(loaded) => thresholds = Some(loaded),
                    Err(error) => errors.push(error),
                }
            } else {
                match load_set(path, *text) {
                    Ok(mut set) => {
                        if !with_proof {
                            for pattern in &mut set.patterns {
                                // Nobody else has the pattern yet.
                                Arc::make_mut(pattern).forget_proof();
                            }
                        }
                        sets.push(set);
                    }
                    Err(error) => errors.push(error),
                }
            }
        }
        sets.sort_by(|a, b| a.id.cmp(&b.id));
        match thresholds {
            Some(thresholds) if errors.is_empty() => Ok(Self { sets, thresholds }),
            _ => Err(errors),
        }
    }
}
