//! What was said before a segment.
//!
//! Plain data, as in the rest of this crate. Which sentences belong to the context of a segment is decided by the stage
//! that measures.

/// A segment's speaker, and what was said before it as far as coders see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context<'t> {
    /// Name of the speaker of the segment; `None` if unknown.
    pub speaker: Option<&'t str>,
    /// Earlier sentences, the oldest first.
    pub before: Vec<Said<'t>>,
}

/// An earlier sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'t> {
    /// Index into [`crate::Transcript::segments`].
    pub segment: usize,
    /// Index into [`crate::Transcript::utterances`] of its turn.
    pub utterance: usize,
    /// Name of its speaker; `None` if unknown.
    pub speaker: Option<&'t str>,
    /// Its text, or the end of its text.
    pub text: &'t str,
}

impl<'t> Context<'t> {
    /// The earlier sentences turn by turn: the name of the speaker and the sentences.
    pub fn turns(&self) -> impl Iterator<Item = (Option<&'t str>, &[Said<'t>])> {
        self.before.chunk_by(|a, b| a.utterance == b.utterance).map(|turn| (turn[0].speaker, turn))
    }

    /// The earlier sentences as lines `Name: text`, one per turn; `None` if there are none.
    pub fn lines(&self) -> Option<String> {
        let line = |(speaker, turn): (Option<&str>, &[Said])| {
            let texts: Vec<&str> = turn.iter().map(|said| said.text).collect();
            let name = speaker.map_or_else(String::new, |speaker| format!("{speaker}: "));
            name + &texts.join(" ")
        };
        let lines: Vec<String> = self.turns().map(line).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_of_a_turn_share_a_line() {
        let said = |segment, utterance, speaker, text| Said { segment, utterance, speaker, text };
        let context = Context {
            speaker: Some("Bo"),
            before: vec![
                said(0, 0, Some("Ann"), "We build."),
                said(1, 0, Some("Ann"), "Do you agree?"),
                said(2, 1, None, "Yes."),
                said(3, 2, Some("Bo"), "Well."),
            ],
        };
        assert_eq!(context.lines().as_deref(), Some("Ann: We build. Do you agree?\nYes.\nBo: Well."));
        assert_eq!(Context::default().lines(), None);
    }
}
