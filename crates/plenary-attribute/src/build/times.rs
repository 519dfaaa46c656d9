//! Times of utterances, for formats that give them.
//!
//! **Input**: a document with marked turns, and its utterances. **Output**: start and end of each utterance. Nothing is
//! refused.

use super::assemble::Assembled;
use plenary_corpus::Document;

/// Sets start and end of each utterance from the cues that its lines belong to.
pub(crate) fn set_times(document: &Document, assembled: &mut Assembled<'_>) {
    if document.turns.is_empty() {
        return;
    }
    for utterance in &mut assembled.utterances {
        let from = document.lines.partition_point(|line| line.span.end <= utterance.span.start);
        let spoken = document.lines[from..].iter().take_while(|line| line.span.start < utterance.span.end);
        for turn in spoken.filter_map(|line| line.turn).map(|turn| &document.turns[turn]) {
            utterance.time_start_s = utterance.time_start_s.or(turn.time_start_s);
            utterance.time_end_s = turn.time_end_s.or(utterance.time_end_s);
        }
    }
}
