//! Words for roles in the proceedings.
//!
//! **Input**: a word from a table or a list of people, and the lexicon. **Output**: the role, or `None` for an office.
//! Nothing is refused.

use plenary_corpus::Role;

use crate::lexicon::Lexicon;
use crate::text::folded;

/// The role that a word means, in any case; `None` for words that mean an office or nothing.
pub fn role_named(lexicon: &Lexicon, word: &str) -> Option<Role> {
    lexicon.role(&folded(word.trim()))
}
