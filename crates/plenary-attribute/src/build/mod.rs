//! From lines, bylines and people to the transcript: blocks, utterances, segments, explanations.

pub(crate) mod assemble;
pub(crate) mod count;
pub(crate) mod declared;
pub(crate) mod explain;
pub(crate) mod items;
pub(crate) mod sentences;
