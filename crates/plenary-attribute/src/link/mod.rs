//! The person of each turn: labels to people, and people across documents.
//!
//! **Input**: bylines, and the speakers of several documents. **Output**: a person for each byline, and a `person_id`
//! for each speaker.

pub(crate) mod across;
pub(crate) mod examination;
mod offices;
pub(crate) mod people;
mod shortened;
