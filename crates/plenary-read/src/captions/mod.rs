//! Captions (`WebVTT`, `SubRip`, SBV) to lines and turns.
//!
//! **Input:** the decoded text of a file. **Output:** what is said, a line for each line of a cue, without times, tags and
//! names; turns with speakers (from voice tags, identifiers of cues and prefixes) and times; sounds and music as lines of no turn; warnings with
//! the line of the file. **Refused**, with the line: times that are not times, cues that end before they start, files without
//! cues. **Left to others:** what kind of name a label is, to `plenary-names`.

pub(crate) mod ass;
mod cues;
mod family;
mod identifiers;
mod speech;
pub(crate) mod ttml;

use cues::Warnings;
pub(crate) use cues::{is_sbv, is_sub_rip, is_web_vtt};

use super::error::Problem;
use super::parts::Parts;
use plenary_corpus::{Format, FrontMatter};
use plenary_names::lexicon::Lexicon;

/// Reads the cues of a file.
///
/// # Errors
/// [`ReadErrorKind::Malformed`](crate::ReadErrorKind::Malformed) with the line where a time is not a time, a cue ends before
/// it starts, the header of a `WebVTT` file is missing (line 1), or the file has no cue (line 1).
pub(crate) fn read(text: &str, format: Format, lexicon: &Lexicon) -> Result<Parts, Problem> {
    let mut warnings = Warnings::default();
    let (mut cues, title) = cues::cues(text, format, &mut warnings)?;
    let mut has_voices =
        format == Format::WebVtt && cues.iter().any(|cue| cue.lines.iter().any(|line| line.contains("<v")));
    if !has_voices {
        has_voices = identifiers::name_speakers(lexicon, &mut cues);
    }
    let mut parts = speech::speech(&cues, has_voices, lexicon);
    parts.front = FrontMatter { title, ..FrontMatter::default() };
    parts.warnings = warnings.into_texts();
    Ok(parts)
}

#[cfg(test)]
mod tests;
