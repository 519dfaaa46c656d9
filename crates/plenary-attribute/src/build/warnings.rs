//! Warnings: what a user should know about how a document was attributed, in full sentences.
//!
//! **Input**: the bylines, the utterances, the style that the study asks for, and the counts of words. **Output**:
//! sentences. Nothing is refused.

use super::accounting::Outside;
use crate::candidate::Found;
use plenary_corpus::{Style, TurnRule, Utterance, WordCounts};

/// The warnings of a document. `pinned` is the style that the study asks for.
pub(crate) fn warnings(found: &Found, utterances: &[Utterance], pinned: Option<Style>) -> Vec<String> {
    let mut out = Vec::new();
    if found.bylines.is_empty() && pinned == Some(Style::Pattern) {
        out.push(
            "`pattern` under [transcript] of the study matches the start of no line. The whole text is one utterance \
             without a speaker. The pattern is applied to the visible text of each line, without marks such as ** and \
             without white space at both ends"
                .to_string(),
        );
    } else if found.bylines.is_empty() {
        let tried = pinned.map_or_else(|| Style::ALL.map(Style::as_str).join(", "), |style| style.as_str().to_string());
        out.push(format!(
            "no speaker was found; styles tried: {tried}. The whole text is one utterance without a speaker. If the speakers are \
             printed in one of these styles, set `style` under [transcript] in the study"
        ));
    }
    let n_doubtful =
        utterances.iter().filter(|utterance| utterance.needs_review && utterance.speaker.is_some()).count();
    if n_doubtful > 0 {
        out.push(format!("{n_doubtful} of {} utterances need review (needs_review)", utterances.len()));
    }
    let is_unnamed = |utterance: &&Utterance| utterance.explanation.rule == TurnRule::Style(Style::Unnamed);
    let n_unnamed = utterances.iter().filter(is_unnamed).count();
    if n_unnamed > 0 {
        out.push(format!(
            "{n_unnamed} of {} utterances begin with a sign of a new speaker (`>>`, a dash, a new letter), and nothing names \
             the speaker, which is null",
            utterances.len()
        ));
    }
    let has_no_byline = |utterance: &Utterance| utterance.speaker.is_none() && !is_unnamed(&utterance);
    if utterances.iter().any(has_no_byline) && !found.bylines.is_empty() {
        out.push("the text before the first byline is an utterance without a speaker".to_string());
    }
    out
}

/// Smallest share of a document's words that are outside the turns and address somebody for which the document needs review.
const DOUBTFUL_SHARE: f64 = 0.05;

/// Whether a person should check the document because of text outside the turns that looks like speech.
pub(crate) fn is_doubtful(words: &WordCounts, outside: &Outside) -> bool {
    is_reported(words, outside) && outside.n_addressed as f64 >= DOUBTFUL_SHARE * words.total() as f64
}

/// Whether text outside the turns is worth a warning: several sentences that address somebody, or a large share of the
/// document that is prose.
fn is_reported(words: &WordCounts, outside: &Outside) -> bool {
    const ADDRESSED: (usize, usize, f64) = (30, 8, 0.03);
    const PROSE: (usize, f64) = (60, 0.1);
    let share = |n: usize| n as f64 / words.total().max(1) as f64;
    let (many, few, part) = ADDRESSED;
    outside.n_addressed >= many
        || outside.n_addressed >= few && share(outside.n_addressed) >= part
        || outside.n_prose >= PROSE.0 && share(outside.n_prose) >= PROSE.1
}

/// The warning about text outside the turns that looks like speech, with its lines.
pub(crate) fn outside_turns(words: &WordCounts, outside: &Outside) -> Option<String> {
    const SHOWN: usize = 6;
    if !is_reported(words, outside) {
        return None;
    }
    let line = |(first, last): &(usize, usize)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    let mut lines: Vec<String> = outside.lines.iter().take(SHOWN).map(line).collect();
    if outside.lines.len() > SHOWN {
        lines.push(format!("and {} more places", outside.lines.len() - SHOWN));
    }
    let n = outside.n_prose;
    Some(format!(
        "{n} words that look like speech ({:.1} % of the document) are in no turn: lines {}. The table `blocks` \
         has the kind of these lines",
        100.0 * n as f64 / words.total().max(1) as f64,
        lines.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_words_outside_the_turns_are_not_reported() {
        let words = WordCounts { spoken: 900, editorial_note: 100, ..WordCounts::default() };
        let outside = |n_addressed, n_prose| Outside { n_addressed, n_prose, lines: vec![(3, 3), (7, 9)] };
        assert_eq!(outside_turns(&words, &outside(20, 50)), None);
        let warning = outside_turns(&words, &outside(30, 40)).unwrap();
        assert!(warning.starts_with("40 words that look like speech (4.0 % of the document)"), "{warning}");
        assert!(warning.contains("lines 3, 7-9."), "{warning}");
        assert!(outside_turns(&words, &outside(0, 100)).is_some(), "a tenth of the document is prose");
        assert!(!is_doubtful(&words, &outside(30, 40)) && is_doubtful(&words, &outside(50, 50)));
    }
}
