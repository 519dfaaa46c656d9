//! The sentences that stand behind a number.
//!
//! **Input:** segments, one after the other, with the sets that they belong to. **Output:** for each set its size and some of its segments: those
//! with the smallest keys, and among equal keys those with the smallest sha256 of their id. The same segments are drawn however the corpus was
//! divided, and two sets of the same segments draw the same ones. **Left to others:** their texts.
//!
//! Every number of the report that counts segments of the run, or what they consist of or belong to, has a set. Words and time have that of the
//! segments that they are part of. A turn, a document, a speaker and a theme have one segment each: the first, or the most typical one.

use std::collections::BinaryHeap;

use plenary_corpus::findings::{AbstentionReason, ExchangeKind, Stance, Tone};
use plenary_tables::StudyInfo;
use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::{Corpus, MOST_FOLLOWERS, MOST_PAIRS, MOST_ROWS, MOST_THEMES};

/// What segments have in common. Documents, people, groups, themes, periods and targets are numbers of the lists of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Set {
    All,
    /// The first segment of each turn.
    Turns,
    /// The same of turns without a known speaker.
    UnknownTurns,
    /// The first segment of each document.
    Documents,
    DocumentsToCheck,
    DocumentsWithoutDate,
    /// The first segment of each person.
    People,
    /// The most typical segment of each theme.
    Themes,
    Document(u32),
    /// The first segment of each turn of a document.
    DocumentTurns(u32),
    Person(u32),
    PersonTurns(u32),
    /// The first segment of a person in each document.
    PersonDocuments(u32),
    Group(u32),
    Period(u32),
    Doubtful,
    Tone(Tone),
    Theme(u32),
    /// The first segment of each person in a theme.
    ThemePeople(u32),
    WithoutTheme,
    ThemeGroup(u32, u32),
    ThemePeriod(u32, u32),
    /// The segments closest to the mean of a theme.
    Exemplars(u32),
    Label(u32, Stance),
    LabelGroup(u32, Stance, u32),
    LabelPerson(u32, Stance, u32),
    Reason(u32, AbstentionReason),
    Unlabelled(u32),
    /// Segments that both coders of a row of `agreement` labelled.
    BothLabelled(u32),
    /// A variable of the study's own and the position of its label; `None` for segments without one.
    Code(u32, Option<u32>),
    /// The same in a group.
    CodeGroup(u32, Option<u32>, u32),
    /// Segments of a group with a label of a variable.
    CodedGroup(u32, u32),
    /// The most certain segments of a side.
    Certain(u32, Stance),
    /// What a person does with regard to another one: the first segments of turns, or the segments that name the other one.
    Exchange(ExchangeKind, u32, u32),
    /// During which segments others do something with regard to a person.
    Received(ExchangeKind, u32),
    /// The first segments of turns of one known speaker directly after another one.
    Changes,
    /// Segments that name people who speak in no document.
    NamesOfOthers,
    /// Segments with a word of a group: the numbers of the kind of groups, of the group and of the word; in the group, or elsewhere.
    Word(u32, u32, u32, Where),
}

/// Where a word occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Where {
    InGroup,
    Elsewhere,
}

/// The drawn segments of a set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// Segments of the set.
    pub(crate) n: usize,
    /// Rows of the drawn ones, by key.
    pub(crate) rows: Vec<u32>,
}

/// Sentences of each side that are shown as the most certain ones, and typical sentences of a theme.
pub(super) const BEST: usize = 5;

/// How many sentences are drawn for each set, so that all together are about `sentences`.
pub(super) fn per_set(
    sentences: usize,
    corpus: &Corpus,
    n_themes: usize,
    n_words: usize,
    study: &StudyInfo,
    n_periods: usize,
) -> usize {
    let n_groups = corpus.grouping.as_ref().map_or(0, |grouping| grouping.values.len());
    let n_shown = corpus.documents.len().min(MOST_ROWS) + corpus.people.len().min(MOST_ROWS);
    let n_labels: usize = study.codes.iter().map(|variable| variable.labels.len() + 1).sum();
    // Each document and person also has turns, each theme people, and each word is in the group and elsewhere. Turns of a document and of
    // its people are partly the same, as are the sentences with words of several groups.
    let n_sets = 2 * n_shown
        + 2 * n_themes
        + n_words
        + n_periods
        + n_labels * (1 + n_groups)
        + n_themes.min(MOST_THEMES) * (n_groups + n_periods)
        + study.targets.len() * (100 + 3 * n_groups)
        + 3 * MOST_PAIRS
        + MOST_FOLLOWERS * MOST_FOLLOWERS;
    (sentences / n_sets.max(1)).clamp(2, 15)
}

/// The sets while segments are read.
pub(super) struct Sets {
    sets: FxHashMap<Set, Bottom>,
    per_set: usize,
}

/// The smallest of the segments that were added.
#[derive(Default)]
pub(super) struct Bottom {
    n: usize,
    /// The largest on top.
    heap: BinaryHeap<(u64, u64, u32)>,
}

impl Bottom {
    /// Adds a segment by its key, hash and row; `most` are kept.
    pub(super) fn add(&mut self, candidate: (u64, u64, u32), most: usize) {
        self.n += 1;
        self.keep(candidate, most);
    }

    /// Adds what another one holds.
    pub(super) fn merge(&mut self, other: Self, most: usize) {
        self.n += other.n;
        other.heap.into_iter().for_each(|candidate| self.keep(candidate, most));
    }

    fn keep(&mut self, candidate: (u64, u64, u32), most: usize) {
        if self.heap.len() < most {
            self.heap.push(candidate);
        } else if self.heap.peek().is_some_and(|largest| candidate < *largest) {
            self.heap.pop();
            self.heap.push(candidate);
        }
    }
}

impl Sets {
    pub(super) fn new(per_set: usize) -> Self {
        Self { sets: FxHashMap::default(), per_set }
    }

    /// Adds a segment, to be drawn by chance.
    pub(super) fn add(&mut self, set: Set, hash: u64, row: u32) {
        self.add_with_key(set, 0, hash, row);
    }

    /// Adds a segment; those with small keys are drawn first.
    pub(super) fn add_with_key(&mut self, set: Set, key: u64, hash: u64, row: u32) {
        let most = if matches!(set, Set::Exemplars(_) | Set::Certain(..)) { BEST } else { self.per_set };
        self.sets.entry(set).or_default().add((key, hash, row), most);
    }

    /// Sets a whole set.
    pub(super) fn put(&mut self, set: Set, bottom: Bottom) {
        if bottom.n > 0 {
            self.sets.insert(set, bottom);
        }
    }

    /// How many segments of most sets are drawn.
    pub(super) fn per_set(&self) -> usize {
        self.per_set
    }

    /// The sets in their order.
    pub(super) fn finish(self) -> Vec<(Set, Drawn)> {
        let drawn = |bottom: Bottom| Drawn {
            n: bottom.n,
            rows: bottom.heap.into_sorted_vec().into_iter().map(|(_, _, row)| row).collect(),
        };
        let mut sets: Vec<(Set, Drawn)> = self.sets.into_iter().map(|(set, bottom)| (set, drawn(bottom))).collect();
        sets.sort_unstable_by_key(|(set, _)| *set);
        sets
    }
}

/// The first eight bytes of the sha256 of an id.
pub(super) fn hash(id: &str) -> u64 {
    let digest = Sha256::digest(id);
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_are_drawn_in_any_order() {
        let add = |rows: &[u32]| {
            let mut sets = Sets::new(2);
            for &row in rows {
                sets.add(Set::Doubtful, hash(&row.to_string()), row);
                sets.add_with_key(Set::Exemplars(0), u64::from(row), 0, row);
            }
            sets.finish()
        };
        let drawn = add(&[1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(drawn, add(&[7, 3, 1, 2, 6, 5, 4]));
        assert_eq!((drawn[0].1.n, drawn[0].1.rows.len()), (7, 2));
        assert_eq!(drawn[1].1.rows, [1, 2, 3, 4, 5]);
    }
}
