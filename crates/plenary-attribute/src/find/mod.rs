//! Where turns begin: the bylines that a document prints, or what stands for them.

pub(crate) mod company;
pub(crate) mod heads;
pub(crate) mod inline;
pub(crate) mod own_line;
pub(crate) mod pattern;
pub(crate) mod questions;
pub(crate) mod styles;
pub(crate) mod titled;
