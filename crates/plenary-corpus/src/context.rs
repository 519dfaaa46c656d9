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
    /// Name of its speaker; `None` if unknown.
    pub speaker: Option<&'t str>,
    /// Its text.
    pub text: &'t str,
}

impl Context<'_> {
    /// The earlier sentences as lines `Name: text`, consecutive sentences of a speaker in one line; `None` if there are none.
    pub fn lines(&self) -> Option<String> {
        let mut out = String::new();
        let mut last: Option<&Said> = None;
        for said in &self.before {
            let goes_on = last.is_some_and(|last| last.speaker == said.speaker);
            if goes_on {
                out.push(' ');
            } else {
                if last.is_some() {
                    out.push('\n');
                }
                if let Some(speaker) = said.speaker {
                    out.push_str(speaker);
                    out.push_str(": ");
                }
            }
            out.push_str(said.text);
            last = Some(said);
        }
        last.map(|_| out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_sentences_of_a_speaker_share_a_line() {
        let said = |segment, speaker, text| Said { segment, speaker, text };
        let context = Context {
            speaker: Some("Bo"),
            before: vec![
                said(0, Some("Ann"), "We build."),
                said(1, Some("Ann"), "Do you agree?"),
                said(2, None, "Yes."),
                said(3, Some("Bo"), "Well."),
            ],
        };
        assert_eq!(context.lines().as_deref(), Some("Ann: We build. Do you agree?\nYes.\nBo: Well."));
        assert_eq!(Context::default().lines(), None);
    }
}
