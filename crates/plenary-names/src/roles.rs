//! Words for parts in the proceedings.
//!
//! Input: a word of a table or a list of people, and the lexicon. Output: the role it names, or `None` for an office.

use plenary_corpus::Role;

use crate::lexicon::Lexicon;

/// The role that a word names, in any case; `None` for words that name an office or nothing.
pub fn role_named(lexicon: &Lexicon, word: &str) -> Option<Role> {
    lexicon.role(word.trim().to_lowercase().as_str())
}
