//! Lines, bylines and people to the parts of a transcript.
//!
//! **Input**: the page, the claims on it, the bylines and their people. **Output**: blocks, utterances, segments,
//! speakers, explanations and warnings. Nothing is refused.

pub(crate) mod accounting;
pub(crate) mod assemble;
pub(crate) mod breaks;
pub(crate) mod count;
pub(crate) mod cuts;
pub(crate) mod declared;
pub(crate) mod explain;
pub(crate) mod items;
pub(crate) mod language;
pub(crate) mod sentences;
pub(crate) mod speakers;
pub(crate) mod times;
pub(crate) mod warnings;
