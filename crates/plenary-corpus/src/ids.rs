//! Ids of the parts of a document.
//!
//! **Input**: the id of the document or utterance and a position, from 1. **Output**: an id that depends only on that
//! file. Positions are padded with zeros, so that ids sort in the order of the document.

/// Id of a block.
pub fn block(document_id: &str, position: usize) -> String {
    format!("{document_id}-b{position:05}")
}

/// Id of a speaker of one document.
pub fn speaker(document_id: &str, position: usize) -> String {
    format!("{document_id}-p{position:03}")
}

/// Id of an utterance.
pub fn utterance(document_id: &str, position: usize) -> String {
    format!("{document_id}-u{position:04}")
}

/// Id of a segment; `position` counts within the utterance.
pub fn segment(utterance_id: &str, position: usize) -> String {
    format!("{utterance_id}-s{position:03}")
}
