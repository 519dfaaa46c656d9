//! What a segment is for themes, apart from its subject.
//!
//! **Input:** a segment with its number of words and its probability to be procedural. **Output:** a [`SegmentKind`]. **Left to others:** the
//! theme that follows from it.

use unicode_segmentation::UnicodeSegmentation;

use super::ThemeOptions;
use crate::procedure::{self, Setting};

/// What a segment is, apart from its subject.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SegmentKind {
    /// Probability that it conducts the meeting; `None` if that is not known.
    pub procedural: Option<f32>,
    /// Whether it has too few words to form a theme. It has the theme of its turn, unless it is procedural.
    pub is_fragment: bool,
}

impl SegmentKind {
    /// The kind of a segment with this number of words and this probability.
    pub fn of(n_words: usize, procedural: Option<f32>, options: &ThemeOptions) -> Self {
        Self { procedural: procedural.filter(|_| options.procedure), is_fragment: n_words < options.fragment_words }
    }

    /// The kind of a text that is a turn by itself. Words are counted by UAX #29.
    pub fn of_text(text: &str, language: Option<&str>, options: &ThemeOptions) -> Self {
        let procedural = if options.procedure { procedure::probability(text, &Setting::ALONE, language) } else { None };
        Self::of(text.unicode_words().count(), procedural, options)
    }
}
