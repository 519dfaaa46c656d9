//! Warnings: what a user should know about how a document was attributed, in full sentences.
//!
//! **Input**: the bylines, the utterances and the style that the study asks for. **Output**: sentences. Nothing is
//! refused.

use crate::candidate::Found;
use plenary_corpus::{Style, Utterance};

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
    if utterances.iter().any(|utterance| utterance.speaker.is_none()) && !found.bylines.is_empty() {
        out.push("the text before the first byline is an utterance without a speaker".to_string());
    }
    out
}
