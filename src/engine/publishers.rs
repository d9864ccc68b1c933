//! Tells whose page a document is.

use std::collections::HashMap;

use crate::patterns::Anchor;

use super::pack::number;
use super::table::fold_phrase;

/// A publisher that has a pattern set, as a [`Stripper`](super::Stripper) knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Publisher(pub(crate) u32);

/// Whose a document may be, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Recognized(Vec<Publisher>);

impl Recognized {
    pub fn add(&mut self, publisher: Publisher) {
        if !self.has(publisher) {
            self.0.push(publisher);
        }
    }

    pub fn has(&self, publisher: Publisher) -> bool {
        self.0.contains(&publisher)
    }
}

/// The publishers of the pattern sets.
#[derive(Debug, Default)]
pub(crate) struct Publishers {
    by_domain: HashMap<String, u32>,
    /// By the folded name, and by the name of the set's file.
    by_name: HashMap<String, u32>,
}

impl Publishers {
    /// The publishers of a list of domains, each with the names of its file and its own.
    pub fn of(list: &[Vec<String>]) -> Self {
        let mut publishers = Self::default();
        for (domain, names) in list.iter().filter_map(|entry| entry.split_first()) {
            let next = number(publishers.by_domain.len());
            let index = *publishers.by_domain.entry(domain.clone()).or_insert(next);
            for name in names {
                publishers.by_name.entry(folded(name)).or_insert(index);
            }
        }
        publishers
    }

    pub fn with_domain(&self, domain: &str) -> Option<Publisher> {
        self.by_domain.get(domain).copied().map(Publisher)
    }

    /// Reads a URL, a host, or a name.
    pub fn find(&self, place: &str) -> Option<Publisher> {
        let place = place.trim();
        let after_scheme = place.split_once("://").map_or(place, |(_, rest)| rest);
        let host = after_scheme.split(['/', '?', '#']).next().unwrap_or_default();
        let host = host.rsplit('@').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        // news.example.org belongs to example.org.
        let mut domains = std::iter::successors(Some(host.as_str()), |host| host.split_once('.').map(|(_, rest)| rest));
        let by_host = domains.find_map(|domain| self.with_domain(domain));
        by_host.or_else(|| self.by_name.get(&folded(place)).copied().map(Publisher))
    }
}

/// A name as a whole line is compared.
fn folded(name: &str) -> String {
    fold_phrase(name, Anchor::Whole, false)
}

#[cfg(test)]
mod tests {
    use super::super::builtin;
    use super::*;

    #[test]
    fn a_publisher_is_found_by_url_host_and_name() {
        let publishers = Publishers::of(&builtin::compiled().publishers());
        let moscow_times = publishers.with_domain("themoscowtimes.com");
        assert!(moscow_times.is_some());
        for place in [
            "https://www.themoscowtimes.com/2024/05/01/some-story-a1?x=y#z",
            "HTTPS://user@www.TheMoscowTimes.com:443",
            "themoscowtimes.com",
            "The Moscow Times",
            "the-moscow-times",
        ] {
            assert_eq!(publishers.find(place), moscow_times, "{place}");
        }
        for place in [
            "",
            "moscowtimes.com.example",
            "notthemoscowtimes.com",
            "https://example.org/themoscowtimes.com",
            "times",
        ] {
            assert_eq!(publishers.find(place), None, "{place}");
        }
    }
}
