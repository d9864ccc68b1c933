//! Tells which patterns a run wants, from the names that a user gave.

use std::collections::HashSet;

use super::load::unknown_word;
use super::schema::{Category, Kind, Pattern, PatternSets};

/// A name that is no category, language, set or pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} (`bodycopy patterns list` shows what there is)")]
pub struct UnknownName(String);

/// Which patterns a run wants: all default categories unless names were selected, and never what was ignored.
///
/// A name is a category (`donation`), a language (`en`), a set (`en.common`), a pattern (`en.common.advertisement`), `default` for the
/// categories that are on by default, or `all`.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    select: HashSet<String>,
    ignore: HashSet<String>,
    /// Whether something narrower than a category was selected.
    narrow: bool,
}

impl Selection {
    /// A selection from names, each checked against the sets.
    ///
    /// # Errors
    /// The first name that means nothing, with the nearest that does.
    pub fn new<S: AsRef<str>>(sets: &PatternSets, select: &[S], ignore: &[S]) -> Result<Self, UnknownName> {
        let set_ids = sets.sets.iter().map(|set| &set.id);
        Self::among(set_ids, sets.patterns().map(|pattern| &pattern.id), select, ignore)
    }

    /// A selection from names, each checked against the ids of sets and of patterns.
    pub(crate) fn among<'i, S: AsRef<str>>(
        sets: impl Iterator<Item = &'i String>,
        patterns: impl Iterator<Item = &'i String>,
        select: &[S],
        ignore: &[S],
    ) -> Result<Self, UnknownName> {
        let mut known: Vec<&str> = vec!["all", "default"];
        known.extend(Category::ALL.iter().map(|category| category.name()));
        let broad = known.len();
        for set in sets {
            known.extend([set.split('.').next().unwrap_or_default(), set]);
        }
        known.extend(patterns.map(String::as_str));
        let collect = |names: &[S]| {
            let check = |name: &S| {
                let name = name.as_ref();
                if known.contains(&name) {
                    Ok(name.to_owned())
                } else {
                    Err(UnknownName(unknown_word("name", name, &known)))
                }
            };
            names.iter().map(check).collect::<Result<HashSet<_>, _>>()
        };
        let select = collect(select)?;
        let ignore = collect(ignore)?;
        let narrow = select.iter().any(|name| !known[..broad].contains(&name.as_str()));
        Ok(Self { select, ignore, narrow })
    }

    /// Whether a pattern takes part: as one that removes, or as evidence.
    ///
    /// Evidence counts whatever its category, because a donation letter also speaks of subscriptions; [`Selection::allows`] then tells what may go.
    pub fn uses(&self, pattern: &Pattern) -> bool {
        if is_named(&self.ignore, pattern) {
            return false;
        }
        let selected = is_named(&self.select, pattern);
        match pattern.kind {
            Kind::Guard { .. } => true,
            Kind::Cue { .. } => !self.narrow || selected,
            _ if names_category(&self.ignore, pattern.category) => false,
            _ if self.select.is_empty() => pattern.category.is_default(),
            _ => selected || names_category(&self.select, pattern.category),
        }
    }

    /// Whether a pattern is one of those selected by name, whatever its kind.
    pub fn lists(&self, pattern: &Pattern) -> bool {
        is_named(&self.select, pattern) || names_category(&self.select, pattern.category)
    }

    /// Whether lines of a category may be removed by evidence.
    pub fn allows(&self, category: Category) -> bool {
        if names_category(&self.ignore, category) {
            return false;
        }
        match self.select.is_empty() {
            true => category.is_default(),
            false => names_category(&self.select, category) || (self.narrow && category.is_default()),
        }
    }
}

fn names_category(names: &HashSet<String>, category: Category) -> bool {
    names.contains(category.name()) || names.contains("all") || (names.contains("default") && category.is_default())
}

/// Whether a pattern is named by its id, its set or its language.
fn is_named(names: &HashSet<String>, pattern: &Pattern) -> bool {
    !names.is_empty()
        && (names.contains(&pattern.id) || names.contains(pattern.set_id()) || names.contains(pattern.language()))
}
