//! The language of a document, and its utterances cut into segments.
//!
//! **Input**: the utterances and the study's options. **Output**: a language code, or none if it cannot be determined, and the segments.

use super::assemble::Assembled;
use super::{cuts, sentences};
use crate::options::Options;
use plenary_corpus::{Document, Segment, Utterance};

/// The language of a document and its segments. The study's choice takes precedence over the format's, and that over detection.
pub(crate) fn cut(
    assembled: &mut Assembled<'_>,
    options: &Options,
    document: &Document,
) -> (Option<String>, Vec<Segment>) {
    let declared = document.front.language.clone().filter(|_| options.language == "auto");
    let language = declared.or_else(|| language_of(&options.language, &assembled.utterances));
    let code = language.as_deref().unwrap_or("en");
    let cutter = sentences::Cutter::new(options.segments.unit, code, &options.lexicon);
    let cues = cuts::cues(document);
    let mut segments = Vec::new();
    for (index, mapped) in std::mem::take(&mut assembled.mapped).into_iter().enumerate() {
        let starts = cuts::cue_starts(&cues, &assembled.utterances[index], &mapped);
        cutter.cut(&assembled.utterances[index], index, (&mapped, &starts), &mut segments);
    }
    (language, segments)
}

/// The study's language or, for `auto`, the one detected in the speech; `None` if it cannot be determined.
fn language_of(chosen: &str, utterances: &[Utterance]) -> Option<String> {
    const ENOUGH: usize = 6_000;
    if chosen != "auto" {
        return Some(chosen.to_string());
    }
    let mut sample = String::new();
    for utterance in utterances {
        if sample.len() >= ENOUGH {
            break;
        }
        sample.push_str(&utterance.text[..utterance.text.floor_char_boundary(ENOUGH)]);
        sample.push(' ');
    }
    detect(&sample)
}

/// The language of a text (ISO 639-1); `None` if it cannot be determined.
pub fn detect(text: &str) -> Option<String> {
    let info = whatlang::detect(text)?;
    let language = isolang::Language::from_639_3(info.lang().code())?;
    // whatlang writes Mandarin as cmn, which has no separate two-letter code.
    let two_letters = if info.lang() == whatlang::Lang::Cmn { Some("zh") } else { language.to_639_1() };
    (info.is_reliable() || info.confidence() > 0.5).then_some(two_letters)?.map(str::to_string)
}
