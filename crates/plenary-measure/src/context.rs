//! Which earlier sentences a coder sees beside a segment.
//!
//! **Input:** a transcript and the index of a segment. **Output:** its [`Context`]: sentences that were said before it, the
//! oldest first, at most [`MAX_SEGMENTS`] sentences and [`MAX_WORDS`] words. **Refused:** nothing. **Left to others:** how
//! a coder puts them before the segment.
//!
//! A sentence such as "Yes, I agree with Ann." takes its content from what it answers. The context has the nearest sentences
//! before the segment, within its turn and in the turns before it. If the segment names an earlier speaker, the last sentences of
//! that speaker come first.

use plenary_corpus::{Context, Said, Transcript};

/// Most sentences of a context.
pub const MAX_SEGMENTS: usize = 4;
/// Most words of a context.
pub const MAX_WORDS: usize = 60;
/// Most sentences of an earlier speaker whom the segment names.
const OF_NAMED: usize = 2;
/// How many turns back a speaker who is named is looked for.
const TURNS_BACK: usize = 12;

/// The context of a segment of a transcript.
pub fn context(transcript: &Transcript, segment: usize) -> Context<'_> {
    let Some(unit) = transcript.segments.get(segment) else { return Context::default() };
    let speaker = name_of(transcript, segment);
    let mut chosen: Vec<usize> = Vec::new();
    let mut n_words = 0;
    let mut take = |at: usize, chosen: &mut Vec<usize>| {
        let words = transcript.segments[at].n_words;
        let fits = chosen.len() < MAX_SEGMENTS && n_words + words <= MAX_WORDS && !chosen.contains(&at);
        if fits {
            chosen.push(at);
            n_words += words;
        }
        fits
    };
    // The sentence before is the most useful; the named speaker's sentences are next, then the others from near to far.
    if let Some(before) = segment.checked_sub(1) {
        take(before, &mut chosen);
    }
    for at in of_named_speaker(transcript, segment) {
        take(at, &mut chosen);
    }
    for at in (0..segment.saturating_sub(1)).rev() {
        if !take(at, &mut chosen) && !chosen.contains(&at) {
            break;
        }
    }
    chosen.sort_unstable();
    debug_assert!(chosen.iter().all(|&at| at < segment && transcript.segments[at].utterance <= unit.utterance));
    let said = |at: usize| Said { segment: at, speaker: name_of(transcript, at), text: &transcript.segments[at].text };
    Context { speaker, before: chosen.into_iter().map(said).collect() }
}

/// The name of the speaker of a segment.
fn name_of(transcript: &Transcript, segment: usize) -> Option<&str> {
    let utterance = transcript.segments.get(segment)?.utterance;
    let speaker = transcript.utterances.get(utterance)?.speaker?;
    Some(transcript.speakers.get(speaker)?.name.as_str()).filter(|name| !name.is_empty())
}

/// The last sentences of the nearest earlier turn whose speaker the segment names, the last sentence first.
fn of_named_speaker(transcript: &Transcript, segment: usize) -> Vec<usize> {
    let unit = &transcript.segments[segment];
    let Some(own) = transcript.utterances.get(unit.utterance) else { return Vec::new() };
    let earlier = (unit.utterance.saturating_sub(TURNS_BACK)..unit.utterance).rev();
    // Only words with a capital inside the sentence can be names; most sentences have none.
    let words: Vec<&str> = unit.text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '-').collect();
    for turn in earlier {
        let Some(speaker) = transcript.utterances[turn].speaker else { continue };
        if own.speaker == Some(speaker) {
            continue;
        }
        let name = transcript.speakers[speaker].name.as_str();
        let is_named = name.split_whitespace().any(|part| {
            part.chars().count() > 2 && part.chars().next().is_some_and(char::is_uppercase) && words.contains(&part)
        });
        if is_named {
            let end = transcript.segments.partition_point(|other| other.utterance <= turn);
            let of_turn =
                transcript.segments[..end].iter().rposition(|other| other.utterance < turn).map_or(0, |at| at + 1);
            return (of_turn..end).rev().take(OF_NAMED).collect();
        }
    }
    Vec::new()
}
