//! Captions (WebVTT, SubRip, SBV) to lines and turns: times in cues, speakers in voice tags and name prefixes.
//!
//! Comes in: the decoded text of a file. Goes out: what is said, one line of a cue a line, without times, tags and
//! names; turns with speakers and times; sounds and music as lines of no turn; warnings with the line of the file.
//! Refuses times that are no times, cues that end before they start and files without cues, each with its line.

mod cues;
mod speech;

use cues::Warnings;
pub use cues::is_captions;

use super::ReadError;
use super::parts::Parts;
use plenary_corpus::FrontMatter;

/// How cues are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    WebVtt,
    SubRip,
    Sbv,
}

/// Reads the cues of a file. `kind` comes from [`is_captions`].
///
/// # Errors
/// [`ReadError::Malformed`] with the line where a time is no time, a cue ends before it starts, the header of a WebVTT
/// file is missing (line 1), or the file has no cue (line 1).
pub fn read(path: &str, text: &str, kind: Kind) -> Result<Parts, ReadError> {
    let mut warnings = Warnings::default();
    let (cues, title) = cues::cues(path, text, kind, &mut warnings)?;
    let has_voices = kind == Kind::WebVtt && cues.iter().any(|cue| cue.lines.iter().any(|line| line.contains("<v")));
    let mut parts = speech::speech(cues, has_voices);
    parts.front = FrontMatter { title, ..FrontMatter::default() };
    parts.warnings = warnings.told();
    Ok(parts)
}

#[cfg(test)]
mod tests;
