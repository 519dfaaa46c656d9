//! How many words of a document are in its turns, and what the other words are in.
//!
//! **Input**: none; attribution counts. **Output**: [`WordCounts`]. The counts of all kinds together are the words of
//! the document.

use serde::{Deserialize, Serialize};

use crate::block::BlockKind;

/// The words of a document, in turns and by the kind of block outside the turns (UAX #29, visible text).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordCounts {
    /// In turns: the words of all utterances.
    pub spoken: usize,
    /// In the title.
    pub title: usize,
    /// In headings and agenda items.
    pub heading: usize,
    /// In running headers, page numbers and index entries.
    pub furniture: usize,
    /// In lines that name who conducts the meeting.
    pub chair: usize,
    /// In labels that announce turns.
    pub byline: usize,
    /// In lists of people.
    pub name_list: usize,
    /// In stage directions and statements of the record.
    pub stage_note: usize,
    /// In what minutes report between the turns.
    pub minutes: usize,
    /// In notes of editors, introductions and footnotes.
    pub editorial_note: usize,
}

impl WordCounts {
    /// Adds words of a block.
    pub fn add(&mut self, kind: BlockKind, n: usize) {
        *self.count_mut(kind) += n;
    }

    /// Words in blocks of a kind. Speech and its list items are counted together.
    pub fn of(&self, kind: BlockKind) -> usize {
        let mut counts = *self;
        *counts.count_mut(kind)
    }

    /// Words outside the turns.
    pub fn unspoken(&self) -> usize {
        BlockKind::ALL.iter().filter(|kind| !kind.is_spoken()).map(|kind| self.of(*kind)).sum()
    }

    /// All words of the document.
    pub fn total(&self) -> usize {
        self.spoken + self.unspoken()
    }

    /// Share of the words that are in turns, in [0, 1]; `None` for a document without words.
    pub fn spoken_share(&self) -> Option<f64> {
        (self.total() > 0).then(|| self.spoken as f64 / self.total() as f64)
    }

    fn count_mut(&mut self, kind: BlockKind) -> &mut usize {
        match kind {
            BlockKind::Speech | BlockKind::ListItem => &mut self.spoken,
            BlockKind::Title => &mut self.title,
            BlockKind::Heading => &mut self.heading,
            BlockKind::Furniture => &mut self.furniture,
            BlockKind::Chair => &mut self.chair,
            BlockKind::Byline => &mut self.byline,
            BlockKind::NameList => &mut self.name_list,
            BlockKind::StageNote => &mut self.stage_note,
            BlockKind::Minutes => &mut self.minutes,
            BlockKind::EditorialNote => &mut self.editorial_note,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kinds_add_up_to_the_document() {
        let mut counts = WordCounts::default();
        for (n, kind) in BlockKind::ALL.into_iter().enumerate() {
            counts.add(kind, n + 1);
        }
        let n_kinds = BlockKind::ALL.len();
        assert_eq!(counts.total(), n_kinds * (n_kinds + 1) / 2);
        assert_eq!(counts.of(BlockKind::Speech), counts.of(BlockKind::ListItem));
        assert_eq!(counts.unspoken() + counts.spoken, counts.total());
        assert_eq!(WordCounts::default().spoken_share(), None);
    }
}
