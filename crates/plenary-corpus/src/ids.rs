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

/// Id of the document of an utterance or segment with this id.
pub fn document_of(id: &str) -> &str {
    id.rsplit_once("-u").map_or(id, |(document_id, _)| document_id)
}

/// Id of a segment; `position` counts within the utterance.
pub fn segment(utterance_id: &str, position: usize) -> String {
    format!("{utterance_id}-s{position:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_know_their_document() {
        let utterance = utterance("0a1b-u2", 7);
        assert_eq!(document_of(&utterance), "0a1b-u2");
        assert_eq!(document_of(&segment(&utterance, 3)), "0a1b-u2");
        assert_eq!(document_of("other"), "other");
    }
}
