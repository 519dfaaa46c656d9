//! From lines, bylines and people to the transcript: blocks, utterances, segments, explanations.

pub(crate) mod assemble;
pub(crate) mod count;
pub(crate) mod declared;
pub(crate) mod explain;
pub(crate) mod items;
pub(crate) mod language;
pub(crate) mod sentences;
pub(crate) mod speakers;
pub(crate) mod times;
pub(crate) mod warnings;
