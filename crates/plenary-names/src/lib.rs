//! Names: whether a text is a person, an office or a stage direction; splitting and comparing names and bylines.
//!
//! **Input**: short texts, such as a label, a byline or the contents of brackets, and the lexicon. **Output**: what
//! kind of text it is, and its parts. Nothing is refused. No function here reads a document; where a label occurs and
//! what that means is left to attribution.

pub mod addresses;
pub mod bylines;
pub mod colon;
pub mod compare;
pub mod damage;
pub mod described;
pub mod directions;
pub mod labels;
pub mod lexicon;
pub mod misreadings;
pub mod offices;
pub mod roles;
pub mod surname_first;
pub mod text;
pub mod toml_error;
