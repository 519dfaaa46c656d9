//! Which earlier sentences a coder sees beside a segment, and how an inference model reads them.
//!
//! **Input:** a transcript and the index of a segment. **Output:** its [`Context`], and the premise that consists of context and
//! segment ([`premise`]). **Refused:** nothing. **Left to others:** what a coder concludes.
//!
//! A sentence such as "Yes, I agree with Ann." takes its content from what it answers. The context has the nearest sentences
//! before the segment: those of its own turn and of at most [`TURNS`] turns before it, at most [`WORDS`] words. Nothing
//! after the segment is used. The stance model was trained on premises of this form.

use plenary_corpus::{Context, Said, Segment, Transcript};

/// Most turns before the segment's own turn.
pub const TURNS: usize = 3;
/// Most words (separated by blanks) of the earlier sentences together.
pub const WORDS: usize = 60;
/// Most words of a name in a premise.
const WORDS_OF_NAME: usize = 6;
/// Stands for a speaker without a name in a premise.
const UNNAMED: &str = "Speaker";

/// The context of a segment of a transcript. Sentences are taken whole, from the nearest to the farthest, as long as they fit;
/// if the nearest one has more than [`WORDS`] words, its last words are the context.
pub fn context(transcript: &Transcript, segment: usize) -> Context<'_> {
    let Some(unit) = transcript.segments.get(segment) else { return Context::default() };
    let said = |at: usize| {
        let Segment { utterance, text, .. } = &transcript.segments[at];
        Said { segment: at, utterance: *utterance, speaker: name_of(transcript, at), text }
    };
    let before = nearest((0..segment).rev().map(said), unit.utterance);
    Context { speaker: name_of(transcript, segment), before }
}

/// The context of a segment of the turn `utterance`: of the earlier sentences of its document, given from the nearest to the farthest,
/// those that belong to it, the oldest first.
pub fn nearest<'t>(earlier: impl Iterator<Item = Said<'t>>, utterance: usize) -> Vec<Said<'t>> {
    let first_turn = utterance.saturating_sub(TURNS);
    let mut before: Vec<Said> = Vec::new();
    let mut n_words = 0;
    for said in earlier.take_while(|said| said.utterance >= first_turn) {
        n_words += said.text.split_whitespace().count();
        if n_words > WORDS {
            if before.is_empty() {
                before.push(Said { text: last_words(said.text), ..said });
            }
            break;
        }
        before.push(said);
    }
    before.reverse();
    before
}

/// The text with its context as a premise: `Name: text Name: text || Name: text`; the text alone without a context.
pub fn premise(context: &Context, text: &str) -> String {
    if context.before.is_empty() {
        return text.to_owned();
    }
    let mut out = String::new();
    for (speaker, turn) in context.turns() {
        push_name(&mut out, speaker);
        for said in turn {
            push_words(&mut out, said.text.split_whitespace(), |c| if c == '|' { '/' } else { c });
        }
    }
    out.push_str("|| ");
    push_name(&mut out, context.speaker);
    out + text
}

/// Adds words, each followed by a blank.
fn push_words<'w>(out: &mut String, words: impl Iterator<Item = &'w str>, replace: impl Fn(char) -> char) {
    for word in words {
        out.extend(word.chars().map(&replace));
        out.push(' ');
    }
}

fn push_name(out: &mut String, speaker: Option<&str>) {
    let start = out.len();
    let name = speaker.unwrap_or_default().replace(['|', ':'], "");
    push_words(out, name.split_whitespace().take(WORDS_OF_NAME), |c| c);
    if out.len() == start {
        out.push_str(UNNAMED);
    } else {
        out.pop();
    }
    out.push_str(": ");
}

/// The last [`WORDS`] words of a text.
fn last_words(text: &str) -> &str {
    let first = text.split_whitespace().rev().nth(WORDS - 1);
    // A word that `split_whitespace` returns is a slice of the text.
    first.map_or(text, |first| &text[first.as_ptr() as usize - text.as_ptr() as usize..])
}

/// The name of the speaker of a segment.
fn name_of(transcript: &Transcript, segment: usize) -> Option<&str> {
    let speaker = transcript.speaker_of(transcript.segments.get(segment)?)?;
    Some(speaker.name.as_str()).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_premise_names_who_spoke_before_and_marks_the_text() {
        let said = |utterance, speaker, text| Said { segment: 0, utterance, speaker, text };
        let before = vec![
            said(0, Some("Chair"), "Should the  bridge | be rebuilt?"),
            said(1, Some("Ann: Lee of the very long long name"), "It is the only way across."),
            said(2, None, "I have heard Ann Lee."),
        ];
        let context = Context { speaker: Some("Bob"), before };
        insta::assert_snapshot!(
            premise(&context, "I agree with her."),
            @"Chair: Should the bridge / be rebuilt? Ann Lee of the very long: It is the only way across. Speaker: I have heard Ann Lee. || Bob: I agree with her."
        );
        assert_eq!(premise(&Context::default(), "I agree."), "I agree.");
    }

    #[test]
    fn of_a_long_sentence_the_last_words_are_kept() {
        let text = (0..WORDS + 2).map(|n| n.to_string()).collect::<Vec<_>>().join("  ");
        assert!(last_words(&text).starts_with("2  3"));
        assert_eq!(last_words("a b"), "a b");
    }
}
