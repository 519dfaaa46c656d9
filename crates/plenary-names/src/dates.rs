//! Names of months.

use crate::lexicon::Lexicon;

/// The number of a month, from 1, in the language whose dates may stand without a year.
pub fn month(word: &str) -> Option<i8> {
    Lexicon::builtin().month_of_short_date(word)
}
