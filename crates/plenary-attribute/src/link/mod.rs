//! Whose a turn is: labels to people, and people across documents.

pub(crate) mod across;
pub(crate) mod people;
