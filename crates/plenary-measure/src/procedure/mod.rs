//! Whether a segment conducts the meeting instead of speaking about a subject: calls of speakers, thanks, points of order, votes as
//! formulas, technical trouble, greetings.
//!
//! **Input:** the text of a segment, who says it and where in the turn, and the language of its document. **Output:** the probability that
//! the segment is procedural. **Refused:** nothing; a language that the classifier does not cover has no probability. **Left to others:**
//! what follows from it.
//!
//! The classifier is linear in hashed words, pairs of words, pieces of words, the length of the text and the [`Setting`], and independent of
//! the embedding model. `models/MODEL_CARD.md` describes its training data and its errors.

mod features;
mod model;

use model::model;
use plenary_corpus::{Role, Transcript};

/// Languages that the classifier covers, ISO 639-1.
pub fn languages() -> &'static [String] {
    &model().description.languages
}

/// Whether the classifier covers a language, by the first part of its code; not if the language is unknown.
pub fn covers(language: Option<&str>) -> bool {
    let code = language.and_then(|language| language.split(['-', '_']).next()).unwrap_or_default();
    // Bokmål and Nynorsk are Norwegian.
    let code = if ["nb", "nn"].contains(&code) { "no" } else { code };
    languages().iter().any(|known| known.eq_ignore_ascii_case(code))
}

/// Who says a text, and where in the turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Whether the speaker conducts the meeting.
    pub conducts: bool,
    /// Whether the speaker asks the questions of an interview.
    pub asks: bool,
    /// Position among the sentences of the turn, from 1.
    pub position: usize,
    /// Whether the text ends the turn.
    pub is_last: bool,
}

impl Setting {
    /// A turn that consists of the text, by somebody who does not conduct the meeting.
    pub const ALONE: Setting = Setting { conducts: false, asks: false, position: 1, is_last: true };

    /// The setting of a segment, by its position in the transcript.
    pub fn of(transcript: &Transcript, segment: usize) -> Self {
        let Some(own) = transcript.segments.get(segment) else { return Self::ALONE };
        let role = transcript.speaker_of(own).map(|speaker| speaker.role);
        let next = transcript.segments.get(segment + 1);
        Self {
            conducts: role == Some(Role::Chair),
            asks: role == Some(Role::Questioner),
            position: own.position,
            is_last: next.is_none_or(|next| next.utterance != own.utterance),
        }
    }
}

/// Probability that a text is procedural, in [0, 1]; `None` if the classifier does not cover the language.
pub fn probability(text: &str, setting: &Setting, language: Option<&str>) -> Option<f32> {
    covers(language).then(|| probability_of(model().log_odds(text, setting)))
}

/// Whether a segment with this probability is procedural.
pub fn is_procedural(probability: f32) -> bool {
    probability >= threshold()
}

/// The probability from which a segment is procedural.
pub fn threshold() -> f32 {
    probability_of(model().description.threshold)
}

fn probability_of(log_odds: f64) -> f32 {
    (1.0 / (1.0 + (-log_odds).exp())) as f32
}

#[cfg(test)]
mod tests;
