//! Times of utterances, for formats that give them.
//!
//! **Input**: a document with marked turns, and its utterances. **Output**: start and end of each utterance. Nothing is
//! refused.

use super::assemble::Assembled;
use plenary_corpus::{Document, FormatFamily};

/// Sets start and end of each utterance from the cues that its lines belong to. Where the times are marks on a page that names
/// the speakers itself, a mark gives its start to the first utterance after it, and its end to the last one before it.
pub(crate) fn set_times(document: &Document, assembled: &mut Assembled<'_>) {
    if document.turns.is_empty() {
        return;
    }
    let are_marks =
        document.format.family() == FormatFamily::Prose && document.turns.iter().all(|turn| turn.speaker.is_none());
    let mut last_started = None;
    for utterance in &mut assembled.utterances {
        let from = document.lines.partition_point(|line| line.span.end <= utterance.span.start);
        let spoken = document.lines[from..].iter().take_while(|line| line.span.start < utterance.span.end);
        if are_marks {
            let to = from + spoken.count();
            let turn_of = |line: usize| document.lines.get(line).and_then(|line| line.turn);
            if let Some(first) = turn_of(from).filter(|turn| last_started != Some(*turn)) {
                utterance.time_start_s = utterance.time_start_s.or(document.turns[first].time_start_s);
            }
            let last = to.checked_sub(1).and_then(turn_of);
            // Blank lines below belong to the turn as well.
            let below = document.lines[to..].iter().find(|line| !line.runs.is_empty()).and_then(|line| line.turn);
            if let Some(last) = last.filter(|turn| below != Some(*turn)) {
                utterance.time_end_s = utterance.time_end_s.or(document.turns[last].time_end_s);
            }
            last_started = last;
            continue;
        }
        for turn in spoken.filter_map(|line| line.turn).map(|turn| &document.turns[turn]) {
            utterance.time_start_s = utterance.time_start_s.or(turn.time_start_s);
            utterance.time_end_s = turn.time_end_s.or(utterance.time_end_s);
        }
    }
}
