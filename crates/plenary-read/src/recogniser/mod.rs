//! The JSON of speech recognisers to lines and turns.
//!
//! **Input:** JSON of whisper and its relatives, of the services that transcribe recordings, or of programs that export the
//! same. **Output:** what is said, once, with speakers and times in seconds; a speaker is null where the file names none.
//! **Refused:** JSON that is broken or nested too deep, with line and column, and JSON of another kind, with what was found
//! and what is expected. **Left to others:** oTranscribe, which stores HTML in JSON, to `otranscribe`.
//!
//! A file is read by its stretches (segments, utterances, phrases, monologues) if it has some, by its words if not, and else by
//! records with speakers in lists inside lists.
//! The shapes are recognised by their keys, so a service that writes the same keys is read as well.

mod nested;
mod stretches;
mod value;
mod words;

use serde_json::Value;

use super::error::{Place, Problem, ReadErrorKind};
use super::file::File;
use super::parts::Parts;
use super::spoken::{self, Spoken};
use plenary_corpus::{Format, FrontMatter};
use plenary_names::lexicon::Lexicon;
use value::{text_at, walk};

/// What was read of a file: stretches in their order, and warnings.
#[derive(Debug, Default)]
struct Found {
    spoken: Vec<Spoken>,
    warnings: Vec<String>,
    /// Their times are of several recordings.
    keeps_order: bool,
}

/// Whether a file is JSON as a whole: by its extension, or as its text parses.
pub(crate) fn is_json(file: &File<'_>) -> bool {
    file.has_extension_of(Format::Recogniser) || is_value(file.text())
}

/// Whether a text is one JSON object or array.
pub(crate) fn is_value(text: &str) -> bool {
    let text = text.trim();
    let opens = |open: char, close: char, first: &[char]| {
        text.strip_prefix(open)
            .filter(|_| text.ends_with(close))
            .is_some_and(|rest| rest.trim_start().starts_with(first))
    };
    (opens('{', '}', &['"', '}']) || opens('[', ']', &['{', '[', ']'])) && serde_json::from_str::<Value>(text).is_ok()
}

/// Reads the JSON of a recogniser.
///
/// # Errors
/// [`ReadErrorKind::Json`] with line and column where it is not JSON, [`ReadErrorKind::OtherJson`] if it holds no speech
/// that is recognised, [`ReadErrorKind::Empty`] if it holds no words.
pub(crate) fn read(text: &str, _lexicon: &Lexicon) -> Result<Parts, Problem> {
    let value: Value = serde_json::from_str(text).map_err(|error| broken(text, &error))?;
    let found = words::of_services(&value).or_else(|| stretches::find(&value)).or_else(|| words::find(&value));
    let n_words = |found: &Found| found.spoken.iter().map(|one| spoken::rough_words(&one.text)).sum::<usize>();
    // A short list of remarks beside the turns is not the transcript.
    let found = match (found, nested::find(&value)) {
        (Some(found), Some(nested)) if n_words(&nested) > 2 * n_words(&found) => Some(nested),
        (found, nested) => found.or(nested),
    };
    let Some(Found { mut spoken, mut warnings, keeps_order }) = found else {
        return Err(ReadErrorKind::OtherJson { found: described(&value) }.into());
    };
    if spoken.iter().all(|one| one.text.trim().is_empty()) {
        return Err(ReadErrorKind::Empty.into());
    }
    let n_early = if keeps_order { 0 } else { spoken::sort(&mut spoken) };
    if n_early > 0 {
        warnings.push(format!(
            "{n_early} of {} stretches start before the one above them; they were read in the order of their times",
            spoken.len()
        ));
    }
    let mut parts = spoken::parts(spoken);
    warnings.append(&mut parts.warnings);
    let language = ["language", "language_code", "result.language", "results.language_code", "metadata.language"]
        .into_iter()
        .find_map(|path| walk(&value, path).and_then(Value::as_str))
        .and_then(spoken::language_code);
    parts.front = FrontMatter { language, ..FrontMatter::default() };
    parts.warnings = warnings;
    Ok(parts)
}

/// The error of broken JSON. The message of serde repeats the place, which is left out.
pub(crate) fn broken(text: &str, error: &serde_json::Error) -> Problem {
    let told = error.to_string();
    let problem = told.split(" at line ").next().unwrap_or(&told).to_string();
    let is_cut_off = error.is_eof();
    let problem = if is_cut_off { format!("the file ends inside a value ({problem})") } else { problem };
    // serde counts bytes of the line.
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or("");
    let before = &line[..line.floor_char_boundary(error.column().saturating_sub(1))];
    let place = Place::Column { line: error.line().max(1), column: before.chars().count() + 1 };
    ReadErrorKind::Json { problem }.at(place)
}

/// What a JSON value is, for people.
fn described(value: &Value) -> String {
    const SHOWN: usize = 8;
    match value {
        Value::Object(object) if object.is_empty() => "an object without keys".to_string(),
        Value::Object(object) => {
            let mut keys: Vec<String> =
                object.keys().take(SHOWN).map(|key| format!("`{}`", value::short(key))).collect();
            if object.len() > SHOWN {
                keys.push(format!("and {} more", object.len() - SHOWN));
            }
            format!("an object with the keys {}", keys.join(", "))
        }
        Value::Array(items) if items.is_empty() => "an empty list".to_string(),
        Value::Array(items) => format!(
            "a list of {} values, of which the first is {}",
            items.len(),
            match &items[0] {
                Value::Array(_) => "a list".to_string(),
                first if first.is_object() => described(first),
                _ => "text or a number".to_string(),
            }
        ),
        _ if text_at(value, &[]).is_some() => "a text".to_string(),
        _ => "a single value".to_string(),
    }
}

#[cfg(test)]
mod tests;
