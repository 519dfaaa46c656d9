//! What a report shows and how large it may become.
//!
//! **Input:** the study's or the user's choices. **Output:** checked options. **Refused:** values out of range, with the range.

use crate::ReportError;

/// What a report shows and how large it may become.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportOptions {
    /// Column of `speakers` or `documents` by whose values segments are compared; `None`: the first of the study's own groups that is a single
    /// column, or else the first of party, country, affiliation and role that has several values and fewer than there are speakers.
    pub by: Option<String>,
    /// Maximum number of sentences that are embedded for the numbers, apart from transcripts.
    pub sentences: usize,
    /// Maximum size of the embedded transcripts in bytes of text, about.
    pub transcript_bytes: usize,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { by: None, sentences: 4_000, transcript_bytes: 1_500_000 }
    }
}

impl ReportOptions {
    /// Refuses values out of range.
    ///
    /// # Errors
    /// [`ReportError::Option`].
    pub fn check(&self) -> Result<(), ReportError> {
        let within = |option: &'static str, found: usize, most: usize, expected: &'static str| {
            if found <= most { Ok(()) } else { Err(ReportError::Option { option, found: found.to_string(), expected }) }
        };
        within("sentences", self.sentences, 1_000_000, "at most 1000000")?;
        within("transcript_bytes", self.transcript_bytes, 1_000_000_000, "at most 1000000000")
    }
}
