//! One sentence for each turn, document and person.
//!
//! **Input:** turns and segments in the order of the tables. **Output:** the sets of their first segments: their sizes are the numbers of turns,
//! documents and people that have segments. **Left to others:** sets of all segments.

use rustc_hash::FxHashSet;

use super::counts::{NO_THEME, NONE, Segments, TurnRow};
use super::sets::{Set, Sets};
use super::{Corpus, MOST_ROWS};

/// Adds the sets of first segments.
pub(super) fn firsts(corpus: &Corpus, turns: &[TurnRow], segments: &Segments, sets: &mut Sets) {
    let mut has_document = vec![false; corpus.documents.len()];
    // The document in which a person spoke last; turns are in the order of documents.
    let mut last_document = vec![NONE; corpus.people.len()];
    for turn in turns.iter().filter(|turn| turn.n_rows > 0) {
        let row = turn.first_row;
        let hash = segments.hash[row as usize];
        let document = &corpus.documents[turn.document as usize];
        let mut add = |set: Set| sets.add(set, hash, row);
        add(Set::Turns);
        if turn.doubtful {
            add(Set::Doubtful);
        }
        if document.is_listed {
            add(Set::DocumentTurns(turn.document));
        }
        if !std::mem::replace(&mut has_document[turn.document as usize], true) {
            add(Set::Documents);
            if document.needs_review {
                add(Set::DocumentsToCheck);
            }
            if document.date.is_none() {
                add(Set::DocumentsWithoutDate);
            }
        }
        let Some(person) = turn.person(corpus) else {
            add(Set::UnknownTurns);
            continue;
        };
        let is_listed = (person as usize) < MOST_ROWS;
        if is_listed {
            add(Set::PersonTurns(person));
        }
        let before = std::mem::replace(&mut last_document[person as usize], turn.document);
        if before == NONE {
            add(Set::People);
        }
        if before != turn.document && is_listed {
            add(Set::PersonDocuments(person));
        }
    }
    let mut of_themes: FxHashSet<(u16, u32)> = FxHashSet::default();
    for (row, (theme, turn)) in (0..).zip(segments.theme.iter().zip(&segments.turn)) {
        if let Some(person) = turns[*turn as usize].person(corpus)
            && *theme != NO_THEME
            && of_themes.insert((*theme, person))
        {
            sets.add(Set::ThemePeople(u32::from(*theme)), segments.hash[row as usize], row);
        }
    }
}
