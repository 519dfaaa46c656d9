//! The page: a document's lines with their visible text, and the passes' claims on each line.
//!
//! **Input**: a document. **Output**: a [`Page`], which never changes once it is built, and [`Settled`], the claims of
//! the passes so far. The kind of a line is determined by the passes in `settle`.

mod lines;
mod mapped_text;
mod settled;
mod spacing;

pub(crate) use lines::{Page, PageLine, append};
pub(crate) use mapped_text::MappedText;
pub(crate) use settled::Settled;
