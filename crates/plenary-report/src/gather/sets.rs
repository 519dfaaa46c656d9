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
use rustc_hash::{FxHashMap, FxHashSet};
use sha2::{Digest, Sha256};

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

/// Sentences of a set that are drawn at least and at most, apart from the best ones.
const LEAST: usize = 2;
pub(super) const MOST: usize = 15;

/// The sets while segments are read.
#[derive(Default)]
pub(super) struct Sets {
    sets: FxHashMap<Set, Bottom>,
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
    /// Adds a segment, to be drawn by chance.
    pub(super) fn add(&mut self, set: Set, hash: u64, row: u32) {
        self.add_with_key(set, 0, hash, row);
    }

    /// Adds a segment; those with small keys are drawn first.
    pub(super) fn add_with_key(&mut self, set: Set, key: u64, hash: u64, row: u32) {
        let most = if is_of_best(set) { BEST } else { MOST };
        self.sets.entry(set).or_default().add((key, hash, row), most);
    }

    /// Sets a whole set.
    pub(super) fn put(&mut self, set: Set, bottom: Bottom) {
        if bottom.n > 0 {
            self.sets.insert(set, bottom);
        }
    }

    /// The sets in their order. Each has as many segments as possible so that all together are at most `sentences` different ones.
    pub(super) fn finish(self, sentences: usize) -> Vec<(Set, Drawn)> {
        let drawn = |bottom: Bottom| Drawn {
            n: bottom.n,
            rows: bottom.heap.into_sorted_vec().into_iter().map(|(_, _, row)| row).collect(),
        };
        let mut sets: Vec<(Set, Drawn)> = self.sets.into_iter().map(|(set, bottom)| (set, drawn(bottom))).collect();
        sets.sort_unstable_by_key(|(set, _)| *set);
        let n_different = |most: usize| {
            let rows = sets.iter().flat_map(|(set, drawn)| {
                let most = if is_of_best(*set) { BEST } else { most };
                drawn.rows.iter().take(most)
            });
            rows.collect::<FxHashSet<_>>().len()
        };
        let most = (LEAST..=MOST).rev().find(|most| n_different(*most) <= sentences).unwrap_or(LEAST);
        for (_, drawn) in sets.iter_mut().filter(|(set, _)| !is_of_best(*set)) {
            drawn.rows.truncate(most);
        }
        sets
    }
}

/// Whether a set has the best segments instead of any.
fn is_of_best(set: Set) -> bool {
    matches!(set, Set::Exemplars(_) | Set::Certain(..))
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
            let mut sets = Sets::default();
            for &row in rows {
                sets.add(Set::Doubtful, hash(&row.to_string()), row);
                sets.add_with_key(Set::Exemplars(0), u64::from(row), 0, row);
            }
            sets.finish(7)
        };
        let drawn = add(&[1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(drawn, add(&[7, 3, 1, 2, 6, 5, 4]));
        assert_eq!((drawn[0].1.n, drawn[0].1.rows.len()), (7, 7));
        assert_eq!(drawn[1].1.rows, [1, 2, 3, 4, 5]);
    }

    #[test]
    fn sets_share_the_sentences_that_there_is_room_for() {
        let drawn = |sentences: usize| {
            let mut sets = Sets::default();
            for row in 0..100 {
                sets.add(Set::All, u64::from(row), row);
                // The same segments as in the set of all, and others.
                sets.add(Set::Turns, u64::from(row), row);
                sets.add(Set::Doubtful, u64::from(100 - row), row);
            }
            sets.finish(sentences).into_iter().map(|(_, drawn)| drawn.rows.len()).collect::<Vec<_>>()
        };
        assert_eq!(drawn(1000), [15; 3]);
        assert_eq!(drawn(21), [10; 3]);
        assert_eq!(drawn(0), [2; 3], "every number has some");
    }

    #[test]
    fn parts_are_merged() {
        let bottom = |rows: std::ops::Range<u32>| {
            let mut bottom = Bottom::default();
            rows.for_each(|row| bottom.add((0, hash(&row.to_string()), row), 4));
            bottom
        };
        let mut merged = bottom(0..30);
        merged.merge(bottom(30..100), 4);
        let whole = bottom(0..100);
        assert_eq!((merged.n, merged.heap.into_sorted_vec()), (100, whole.heap.into_sorted_vec()));
    }
}
