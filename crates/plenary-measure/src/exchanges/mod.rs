//! Exchanges: who follows, answers, interrupts and names whom, and whose turns meet with calls, applause and laughter.
//!
//! **Input:** a transcript, and which words are forms of address. **Output:** its [`Exchange`]s in the order of the turns, each with the segment that
//! is its evidence. What the file marks comes before what the text suggests. **Refused:** nothing. **Left to others:** who is one person over several
//! documents, tables.
//!
//! Nobody has an exchange with themselves. The rules are conventions; their confidence orders them and is not a measured probability.

mod elsewhere;
mod marked;
mod names;

use plenary_corpus::findings::{Exchange, ExchangeKind, ExchangeRule};
use plenary_corpus::{Role, Segment, Transcript, TurnRule};

pub use elsewhere::{Elsewhere, People};
use marked::Marked;
pub use names::Named;

/// Signs that end a question, in several scripts.
const QUESTION_MARKS: [char; 6] = ['?', '？', '؟', '՞', '⁇', '⸮'];
/// Signs of a turn that was cut off, if its speaker goes on after the next turn.
const CUT_OFF: [&str; 6] = ["—", "–", "--", "…", "...", " -"];
/// Those that say so even if its speaker does not go on: an ellipsis is also printed where somebody falls silent.
const BROKEN_OFF: [&str; 4] = ["—", "–", "--", " -"];
/// Quotation marks and brackets that may follow the last sign of a sentence.
const CLOSING: [char; 10] = ['"', '\'', '”', '’', '»', '«', ')', ']', '*', ' '];

/// The exchanges of a transcript. `is_form_of_address` knows words such as "Ms", in any case and without a full stop.
pub fn exchanges(transcript: &Transcript, is_form_of_address: impl Fn(&str) -> bool) -> Vec<Exchange> {
    let people = Named::new(transcript.speakers.iter().map(|speaker| speaker.name.as_str()));
    let of_turns = segments_of_turns(transcript);
    let mut marked = Marked::new(transcript, &of_turns, |text| people.in_text(text, &is_form_of_address));
    let mut found = Vec::new();
    for (turn, own) in of_turns.iter().enumerate() {
        let own_marks = marked.of_turn(turn);
        if let Some(speaker) = transcript.utterances[turn].speaker {
            found.extend(after(transcript, &of_turns, turn, speaker, marked.marks_turns));
            for at in own.clone() {
                for (to, rule, words) in people.in_text(&transcript.segments[at].text, &is_form_of_address) {
                    if to != speaker {
                        let (kind, from) = (ExchangeKind::Names, Some(speaker));
                        found.push(Exchange { turn, from, to, kind, rule, segment: at, words: Some(words) });
                    }
                }
            }
        }
        found.extend(own_marks);
    }
    found
}

/// What a turn is to the turn before it. Interruptions are not guessed if the file marks them at turns.
fn after(
    transcript: &Transcript,
    of_turns: &[std::ops::Range<usize>],
    turn: usize,
    speaker: usize,
    marks_turns: bool,
) -> Vec<Exchange> {
    let mut found = Vec::new();
    let before = turn.checked_sub(1).and_then(|before| Some((before, transcript.utterances[before].speaker?)));
    let Some((before, other)) = before.filter(|(_, other)| *other != speaker) else { return found };
    let exchange =
        |kind, rule, segment| Exchange { turn, from: Some(speaker), to: other, kind, rule, segment, words: None };
    let own = &of_turns[turn];
    if !own.is_empty() {
        found.push(exchange(ExchangeKind::Follows, ExchangeRule::NextTurn, own.start));
    }
    let Some(last) = of_turns[before].clone().last() else { return found };
    let text = transcript.segments[last].text.trim_end_matches(CLOSING);
    if text.ends_with(QUESTION_MARKS) {
        found.push(exchange(ExchangeKind::Answers, ExchangeRule::AfterQuestion, last));
    }
    if marks_turns {
        return found;
    }
    let resumes = transcript.utterances.get(turn + 1).is_some_and(|next| next.speaker == Some(other));
    let ends_with = |signs: &[&str]| signs.iter().any(|sign| text.ends_with(sign)) || ends_with_hyphen(text);
    let is_interjection = transcript.utterances[turn].explanation.rule == TurnRule::BracketedInterjection
        || transcript.speakers.get(speaker).is_some_and(|of| of.role == Role::Interjector);
    let rule = match resumes {
        true if is_interjection => Some(ExchangeRule::Interjection),
        true => ends_with(&CUT_OFF).then_some(ExchangeRule::CutOffAndResumed),
        false => ends_with(&BROKEN_OFF).then_some(ExchangeRule::CutOff),
    };
    found.extend(rule.map(|rule| exchange(ExchangeKind::Interrupts, rule, last)));
    found
}

/// "We can't-"
fn ends_with_hyphen(text: &str) -> bool {
    text.strip_suffix('-').is_some_and(|text| text.ends_with(char::is_alphabetic))
}

/// The segments of each turn; they are in the order of the turns.
fn segments_of_turns(transcript: &Transcript) -> Vec<std::ops::Range<usize>> {
    let segments: &[Segment] = &transcript.segments;
    let mut next = 0;
    let of_turn = |turn: usize| {
        let start = next;
        next += segments[start..].iter().take_while(|segment| segment.utterance == turn).count();
        start..next
    };
    (0..transcript.utterances.len()).map(of_turn).collect()
}
