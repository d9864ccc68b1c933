//! Gathers the removals of a corpus in groups: exact counts, and some samples of each, the least certain first.
//!
//! Every removal is counted; what is kept of the text is bounded, however large the corpus. Which samples stay depends
//! on the removals alone, not on chance or on the number of threads.

use std::cmp::{Ordering, Reverse};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use super::difference::{Change, Difference, Place, Verdict};
use super::doubt::Doubts;
use super::excerpt::{Extent, Part, excerpt};
use crate::patterns::Thresholds;

/// By what removals are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The pattern that took them.
    Pattern,
    /// Its category.
    Category,
    /// Whose pattern it is.
    Publisher,
    /// Where they stood.
    Document,
}

impl By {
    /// Its name, as in `--by`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pattern => "pattern",
            Self::Category => "category",
            Self::Publisher => "publisher",
            Self::Document => "document",
        }
    }
}

/// How much is kept at the end; on the way there it may be a quarter more.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many samples of a group.
    pub per_group: usize,
    /// So many of all groups.
    pub samples: usize,
    /// So many bytes of text, about.
    pub bytes: usize,
    /// So many groups by document, those that are least certain. Of other groups there are never many.
    pub documents: usize,
    /// So much of the text around each.
    pub extent: Extent,
}

impl Limits {
    /// So many samples of a group, as many as there is room for in all.
    pub const fn new(per_group: usize, extent: Extent) -> Self {
        Self {
            per_group,
            samples: usize::MAX,
            bytes: 64 << 20,
            documents: 20_000,
            extent,
        }
    }
}

/// A removal in its context.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Where it stood.
    pub place: Place,
    /// What it is.
    pub change: Change,
    /// What is doubtful about it.
    pub doubts: Doubts,
    /// The text.
    pub parts: Vec<Part>,
    order: SampleOrder,
}

/// The most doubtful first, and then as if by lot.
type SampleOrder = (Reverse<u32>, u64);

impl Sample {
    /// What it takes in memory, about.
    fn bytes(&self) -> usize {
        const EACH: usize = 32;
        let parts = self.parts.iter().map(|part| size_of::<Part>() + part.text.len() + EACH);
        let why = self.change.why.iter().flat_map(|why| &why.evidence);
        let clues = why.map(|clue| size_of_val(clue) + clue.pattern.len() + clue.text.len() + 2 * EACH);
        size_of::<Self>() + 8 * EACH + self.place.file.len() + parts.chain(clues).sum::<usize>()
    }
}

/// Removals that have something in common.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they have in common.
    pub name: String,
    /// What kind of change they are.
    pub verdict: Verdict,
    /// The category, of a group by pattern.
    pub category: Option<String>,
    /// How many there are.
    pub removals: u64,
    /// How many lines they take.
    pub lines: u64,
    /// In how many documents.
    pub documents: u64,
    /// How many of them there is each doubt about.
    pub doubts: [u64; 3],
    /// Some of them, the most doubtful first.
    pub samples: Vec<Sample>,
    by: By,
    points: u64,
    last_document: u64,
    /// A sample that comes after this one is not wanted.
    worst: Option<SampleOrder>,
}

impl Group {
    /// There is only one document to go by, which says nothing of a document itself.
    pub fn is_lone(&self) -> bool {
        self.documents == 1 && self.by != By::Document
    }

    /// How doubtful its removals are on average, and 2 more if it is lone.
    pub fn doubt(&self) -> f64 {
        let lone = if self.is_lone() { 2.0 } else { 0.0 };
        self.points as f64 / self.removals.max(1) as f64 + lone
    }

    /// Which of two groups a review begins with.
    fn compare(&self, other: &Self) -> Ordering {
        let rest = |group: &Self| (group.documents, group.removals);
        let by_name = || (&self.name, self.verdict).cmp(&(&other.name, other.verdict));
        other
            .doubt()
            .total_cmp(&self.doubt())
            .then_with(|| rest(self).cmp(&rest(other)))
            .then_with(by_name)
    }

    fn tidy(&mut self, most: usize) {
        self.samples.sort_by_key(|sample| sample.order);
        if self.samples.len() > most {
            self.samples.truncate(most);
            self.worst = self.samples.last().map(|sample| sample.order);
        }
    }
}

/// The removals of a corpus, as they come in.
#[derive(Debug)]
pub struct Gathering {
    by: By,
    thresholds: Thresholds,
    limits: Limits,
    /// So many samples of a group are kept now.
    most: usize,
    groups: HashMap<(Verdict, String), Group>,
    verdicts: BTreeMap<Verdict, u64>,
    document: u64,
    last: (String, u64),
    left_out: u64,
    /// Samples that are kept, and their bytes.
    held: (usize, usize),
}

/// All groups.
#[derive(Clone, Debug)]
pub struct Gathered {
    /// By what they are gathered.
    pub by: By,
    /// The groups, the rarest and least certain first: by [`Group::doubt`], and where that is equal, those of fewer
    /// documents first.
    pub groups: Vec<Group>,
    /// How many more groups there were than [`Limits`] has room for; they are more certain than those that are here.
    pub left_out: u64,
    /// How many changes of each kind there are.
    pub verdicts: BTreeMap<Verdict, u64>,
    /// In how many documents.
    pub documents: u64,
}

impl Gathered {
    /// How many changes there are, of whatever kind.
    pub fn removals(&self) -> u64 {
        self.verdicts.values().sum()
    }
}

impl Gathering {
    /// Begins with nothing. The thresholds tell which sums are borderline.
    pub fn new(by: By, thresholds: Thresholds, limits: Limits) -> Self {
        Self {
            by,
            thresholds,
            most: limits.per_group,
            limits,
            groups: HashMap::new(),
            verdicts: BTreeMap::new(),
            document: 0,
            last: Default::default(),
            left_out: 0,
            held: (0, 0),
        }
    }

    /// Takes the changes of a document. Fields of one document come one after the other.
    pub fn add(&mut self, difference: &Difference) {
        let place = &difference.place;
        if self.last.1 != place.document || self.last.0 != place.file {
            // Only now the groups by document are complete, so that some can be left out.
            if self.by == By::Document && self.groups.len() >= 2 * self.limits.documents.max(1) {
                let groups = self.sorted();
                self.groups = groups
                    .into_iter()
                    .map(|group| ((group.verdict, group.name.clone()), group))
                    .collect();
                self.count();
            }
            self.document += 1;
            self.last = (place.file.clone(), place.document);
        }
        for (index, change) in difference.changes.iter().enumerate() {
            self.add_change(difference, index, change);
        }
        if self.overflows() {
            self.shrink();
        }
    }

    fn add_change(&mut self, difference: &Difference, index: usize, change: &Change) {
        let why = change.why.as_ref();
        let name = match self.by {
            By::Pattern => why.map(|why| why.pattern.clone()),
            By::Category => why.map(|why| why.category.clone()),
            By::Publisher => Some(
                why.and_then(|why| why.publisher.clone())
                    .unwrap_or_else(|| "any".to_owned()),
            ),
            By::Document => Some(difference.place.shown_document()),
        };
        let name = name.unwrap_or_else(|| change.verdict.name().to_owned());
        let doubts = Doubts::of(difference, index, &self.thresholds);
        let group = match self.groups.entry((change.verdict, name)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let name = entry.key().1.clone();
                entry.insert(Group {
                    name,
                    verdict: change.verdict,
                    category: why.filter(|_| self.by == By::Pattern).map(|why| why.category.clone()),
                    removals: 0,
                    lines: 0,
                    documents: 0,
                    doubts: [0; 3],
                    samples: Vec::new(),
                    by: self.by,
                    points: 0,
                    last_document: 0,
                    worst: None,
                })
            }
        };
        *self.verdicts.entry(change.verdict).or_default() += 1;
        group.removals += 1;
        group.lines += (change.lines.1 - change.lines.0 + 1) as u64;
        group.points += u64::from(doubts.points());
        group.documents += u64::from(group.last_document != self.document);
        group.last_document = self.document;
        for (count, is) in group.doubts.iter_mut().zip(doubts.all()) {
            *count += u64::from(is);
        }
        let order = (Reverse(doubts.points()), lot(&difference.place, change));
        if self.most == 0 || group.worst.is_some_and(|worst| order >= worst) {
            return;
        }
        let sample = Sample {
            place: difference.place.clone(),
            change: change.clone(),
            doubts,
            parts: excerpt(difference, index, self.limits.extent),
            order,
        };
        self.held.0 += 1;
        self.held.1 += sample.bytes();
        group.samples.push(sample);
        if group.samples.len() >= 2 * self.most.saturating_add(4) {
            let before: usize = group.samples.iter().map(Sample::bytes).sum();
            let count = group.samples.len();
            group.tidy(self.most);
            self.held.0 -= count - group.samples.len();
            self.held.1 -= before - group.samples.iter().map(Sample::bytes).sum::<usize>();
        }
    }

    /// Whether there is room for the samples.
    const fn fits(&self) -> bool {
        self.held.0 <= self.limits.samples && self.held.1 <= self.limits.bytes
    }

    /// Whether there are so many that it is time to keep fewer. Not each time that there is one too many, as that takes a
    /// look at all of them.
    const fn overflows(&self) -> bool {
        let (samples, bytes) = (self.limits.samples, self.limits.bytes);
        self.held.0 > samples.saturating_add(samples / 4) || self.held.1 > bytes.saturating_add(bytes / 4)
    }

    /// Keeps as many samples of each group as there is room for.
    fn shrink(&mut self) {
        let lengths: Vec<usize> = self.groups.values().map(|group| group.samples.len()).collect();
        let all = |most: usize| lengths.iter().map(|length| *length.min(&most)).sum::<usize>();
        let (mut least, mut most) = (1, self.most.min(lengths.iter().copied().max().unwrap_or(1)).max(1));
        while least < most {
            let middle = (least + most).div_ceil(2);
            if all(middle) <= self.limits.samples {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        self.most = least;
        loop {
            for group in self.groups.values_mut() {
                group.tidy(self.most);
            }
            self.count();
            if self.fits() {
                return;
            }
            if self.most == 1 {
                break;
            }
            self.most = (self.most * 3 / 4).max(1);
        }
        // There are too many groups for a sample of each: those of the most certain go.
        while !self.fits() {
            let with_samples = self.groups.iter().filter(|(_, group)| !group.samples.is_empty());
            let mut order: Vec<_> = with_samples.collect();
            order.sort_by(|(_, a), (_, b)| a.compare(b));
            let certain: Vec<_> = order[order.len() / 2..].iter().map(|(key, _)| (*key).clone()).collect();
            for key in certain {
                if let Some(group) = self.groups.get_mut(&key) {
                    group.samples.clear();
                    // No other sample is wanted in its place.
                    group.worst = Some((Reverse(u32::MAX), 0));
                }
            }
            self.count();
        }
    }

    fn count(&mut self) {
        let samples = || self.groups.values().flat_map(|group| &group.samples);
        self.held = (samples().count(), samples().map(Sample::bytes).sum());
    }

    /// The groups in order, as many as are wanted.
    fn sorted(&mut self) -> Vec<Group> {
        let mut groups: Vec<Group> = std::mem::take(&mut self.groups).into_values().collect();
        groups.sort_by(Group::compare);
        if self.by == By::Document && groups.len() > self.limits.documents {
            self.left_out += (groups.len() - self.limits.documents) as u64;
            groups.truncate(self.limits.documents);
        }
        groups
    }

    /// All groups, in order.
    pub fn finish(&mut self) -> Gathered {
        if !self.fits() {
            self.shrink();
        }
        let mut groups = self.sorted();
        for group in &mut groups {
            group.tidy(self.most);
        }
        Gathered {
            by: self.by,
            groups,
            left_out: self.left_out,
            verdicts: std::mem::take(&mut self.verdicts),
            documents: self.document,
        }
    }
}

/// A number that belongs to a removal, as if drawn by lot.
fn lot(place: &Place, change: &Change) -> u64 {
    let field = place.field.as_deref().unwrap_or_default();
    let key = format!("{}\0{}\0{field}\0{}", place.file, place.document, change.start);
    let digest = Sha256::digest(key);
    digest
        .iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::difference::{Side, Why};
    use super::*;
    use crate::engine::Stripper;
    use crate::patterns::Selection;

    fn document(number: u64, pattern: &str, sum: f32) -> Difference {
        let mut difference = Difference::new(Place {
            file: format!("{number}.txt"),
            document: 1,
            ..Place::default()
        });
        difference.push(b"First.\nSecond.\n", Side::Both, None);
        let change = difference.change(Change {
            verdict: Verdict::Removed,
            why: Some(Why {
                pattern: pattern.to_owned(),
                sum: Some(sum),
                ..Why::default()
            }),
            start: 15,
            lines: (3, 3),
        });
        difference.push(format!("Removed {number}\n").as_bytes(), Side::Old, Some(change));
        difference
    }

    fn gathering(limits: Limits) -> Gathering {
        gathering_by(By::Pattern, limits)
    }

    fn gathering_by(by: By, limits: Limits) -> Gathering {
        let thresholds = *Stripper::builtin(Selection::default()).thresholds();
        Gathering::new(by, thresholds, limits)
    }

    const LIMITS: Limits = Limits {
        per_group: 3,
        samples: 1000,
        bytes: 1 << 20,
        documents: 100,
        extent: Extent { lines: 1, bytes: 100 },
    };

    #[test]
    fn counts_are_exact_and_samples_the_least_certain() {
        let mut gathering = gathering(LIMITS);
        for number in 0..500 {
            let sum = if number % 100 == 7 { 6.5 } else { 9.0 };
            gathering.add(&document(number, "a", sum));
        }
        gathering.add(&document(500, "b", 9.0));
        let gathered = gathering.finish();
        assert_eq!((gathered.removals(), gathered.documents), (501, 501));
        let [b, a] = &gathered.groups[..] else {
            panic!("two groups")
        };
        assert_eq!((b.name.as_str(), b.removals, b.is_lone()), ("b", 1, true));
        assert_eq!((a.removals, a.documents, a.doubts), (500, 500, [5, 0, 0]));
        assert_eq!(a.samples.len(), 3);
        assert!(a.samples.iter().all(|sample| sample.doubts.borderline));
    }

    #[test]
    fn samples_are_bounded_whatever_there_is() {
        let mut gathering = gathering(Limits {
            per_group: 1000,
            samples: 100,
            ..LIMITS
        });
        for number in 0..3000 {
            let pattern = if number % 10 == 0 {
                number.to_string()
            } else {
                "common".to_owned()
            };
            gathering.add(&document(number, &pattern, 9.0));
            assert!(gathering.held.0 <= 126, "{}", gathering.held.0);
        }
        let gathered = gathering.finish();
        assert_eq!(gathered.groups.len(), 301);
        assert_eq!(gathered.groups.iter().map(|group| group.removals).sum::<u64>(), 3000);
        let samples: usize = gathered.groups.iter().map(|group| group.samples.len()).sum();
        assert!((1..=100).contains(&samples), "{samples}");
    }

    #[test]
    fn of_many_documents_the_least_certain_are_kept() {
        let mut gathering = gathering_by(By::Document, LIMITS);
        for number in 0..1000 {
            let sum = if number % 20 == 0 { 6.5 } else { 9.0 };
            gathering.add(&document(number, "a", sum));
            assert!(gathering.groups.len() <= 2 * LIMITS.documents);
        }
        let gathered = gathering.finish();
        assert_eq!((gathered.removals(), gathered.documents), (1000, 1000));
        assert_eq!((gathered.groups.len(), gathered.left_out), (100, 900));
        let borderline = |group: &Group| group.doubts[0] == 1;
        assert_eq!(gathered.groups.iter().filter(|group| borderline(group)).count(), 50);
        assert!(gathered.groups[..50].iter().all(borderline));
    }
}
