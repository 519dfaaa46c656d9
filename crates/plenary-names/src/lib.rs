//! Names: is this a person, an office, a stage direction? Splitting and comparing names and bylines.
//!
//! Input: short texts, such as a label, a byline or the contents of brackets, and the lexicon. Output: what kind of thing it
//! is, and its parts. Nothing is refused. Nothing here sees a document: where a label stands and what that means is left to
//! attribution.

pub mod bylines;
pub mod colon;
pub mod compare;
pub mod described;
pub mod directions;
pub mod labels;
pub mod lexicon;
pub mod misreadings;
pub mod offices;
pub mod roles;
pub mod text;
pub mod toml_error;
