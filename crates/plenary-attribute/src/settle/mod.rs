//! What is not speech: running headers, lists of people, notes, the head of the document, headings, stage directions.
//!
//! **Input**: the page and the claims so far; later passes also the bylines. **Output**: claims on lines, as
//! [`Settled`].
//!
//! [`Settled`]: crate::page::Settled

pub(crate) mod asides;
pub(crate) mod body;
pub(crate) mod columns;
pub(crate) mod dates;
pub(crate) mod ending;
pub(crate) mod front;
pub(crate) mod furniture;
pub(crate) mod lists;
pub(crate) mod record;
pub(crate) mod running;
