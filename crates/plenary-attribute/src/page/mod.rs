//! The page: a document's lines with their visible text, and what each line turned out to be.
//!
//! **Input**: a document. **Output**: a [`Page`], which never changes once it is built, and [`Settled`], what the passes have
//! claimed so far. What a line is, is decided by the passes in `settle`.

mod lines;
mod mapped_text;
mod settled;

pub(crate) use lines::{Page, PageLine, append};
pub(crate) use mapped_text::MappedText;
pub(crate) use settled::Settled;
