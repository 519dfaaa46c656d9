//! Lines, bylines and people to the parts of a transcript: blocks, utterances, segments, speakers, explanations, warnings.

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
