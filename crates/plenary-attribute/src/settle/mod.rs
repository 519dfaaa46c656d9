//! What a page carries besides speech: running headers, notes, the head, headings, stage directions.

pub(crate) mod asides;
pub(crate) mod body;
pub(crate) mod front;
pub(crate) mod furniture;
pub(crate) mod record;
