//! The person of each turn: labels to people, and people across documents.

pub(crate) mod across;
pub(crate) mod people;
