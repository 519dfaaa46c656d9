//! Lists of stretches: segments, utterances, phrases, entries.
//!
//! **Input:** a JSON value. **Output:** the stretches of the list that tells most: one with speakers before one without,
//! then by the usual names of such lists. A list is one of stretches if most of its objects have text and, beside it, a time or
//! a speaker. A stretch without a speaker whose words have some is divided where they change. Lists of single words are left to
//! `words`.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::value::{self, Time};
use super::words::{self, Word};
use super::{Found, text_at};
use crate::spoken::{Spoken, are_milliseconds, rough_words};
use plenary_corpus::Declared;

/// Keys of the text of a stretch, the most specific first.
pub(super) const TEXT: &[&str] =
    &["text", "transcript", "body", "display", "displayText", "sentence", "content", "utterance", "caption"];

/// Usual keys of lists of stretches, the best first.
const LISTS: &[&str] = &[
    "utterances",
    "segments",
    "audio_segments",
    "recognizedPhrases",
    "phrases",
    "entries",
    "transcription",
    "transcript",
    "paragraphs",
    "chunks",
    "cues",
    "results",
];
/// Keys of lists of words.
const LISTS_OF_WORDS: &[&str] = &["words", "word_segments", "items", "elements", "tokens"];

/// Deepest object in which a list is searched for.
const DEEPEST: usize = 4;

/// The stretches of the best list; `None` if there is no list of stretches.
pub(super) fn find(value: &Value) -> Option<Found> {
    let mut lists = Vec::new();
    collect(value, "", 0, &mut lists);
    let rank = |(key, stretches): &(&str, Vec<Stretch>)| {
        let usual = LISTS.iter().position(|known| known == key).unwrap_or(LISTS.len());
        let is_named = stretches.iter().any(|one| one.spoken.speaker.is_some());
        (!is_named, usual)
    };
    let (_, mut stretches) = lists.into_iter().min_by_key(rank)?;
    name_channels(&mut stretches);
    let n_continued = continue_speakers(&mut stretches);
    rename(value, &mut stretches);
    let mut found = in_seconds(stretches);
    if n_continued > 0 {
        found.warnings.push(format!(
            "{n_continued} of {} stretches name no speaker and were given that of the stretch above them, because the file names \
             a speaker only where it changes",
            found.spoken.len()
        ));
    }
    Some(found)
}

/// A stretch whose unit of time is not known yet.
pub(super) struct Stretch {
    pub(super) spoken: Spoken,
    pub(super) start: Option<Time>,
    pub(super) end: Option<Time>,
    pub(super) channel: Option<String>,
    /// It has a key of a speaker, which says that nobody is known.
    pub(super) is_nobody: bool,
}

/// Adds the lists of stretches of a value and of the objects in it.
fn collect<'v>(value: &'v Value, key: &'v str, depth: usize, out: &mut Vec<(&'v str, Vec<Stretch>)>) {
    match value {
        Value::Array(items) if !LISTS_OF_WORDS.contains(&key) => {
            let objects: Vec<&Map<String, Value>> = items.iter().filter_map(Value::as_object).collect();
            let told: Vec<Vec<Stretch>> =
                objects.iter().enumerate().map(|(at, object)| stretches_of(object, at + 1)).collect();
            if !items.is_empty() && told.iter().filter(|one| !one.is_empty()).count() * 2 >= items.len() {
                out.push((key, told.into_iter().flatten().collect()));
            }
        }
        Value::Object(object) if depth < DEEPEST => {
            object.iter().for_each(|(key, value)| collect(value, key, depth + 1, out));
        }
        _ => {}
    }
}

/// The stretches of one object: one, or several if its words change the speaker; none if it is not a stretch.
fn stretches_of(object: &Map<String, Value>, number: usize) -> Vec<Stretch> {
    let (start, end) = value::times(object);
    let speaker = value::speaker(object);
    let channel = object.get("channel").and_then(value::label);
    let words = object.get("words").and_then(Value::as_array).map(|words| words::of_list(words)).unwrap_or_default();
    let text = text_of(object).map(str::to_string).or_else(|| {
        let joined = words::join(&words);
        (!joined.trim().is_empty()).then_some(joined)
    });
    // A bot in a meeting gives times to the words alone.
    let start = start.or_else(|| words.iter().find_map(|word| word.start));
    let end = end.or_else(|| words.iter().rev().find_map(|word| word.end));
    if start.is_none() && speaker.is_none() {
        return Vec::new();
    }
    let Some(text) = text else { return Vec::new() };
    let place = format!("segment {number}");
    let whole = |text: String, speaker: Option<&str>, start, end| Stretch {
        spoken: Spoken { speaker: speaker.and_then(Spoken::by), text, place: place.clone(), ..Spoken::default() },
        start,
        end,
        channel: channel.clone(),
        is_nobody: speaker.is_none() && value::says_nobody(object),
    };
    let voices: HashSet<&str> = words.iter().filter_map(|word| word.speaker.as_deref()).collect();
    if speaker.is_none() && !voices.is_empty() {
        let runs = words::runs(&words);
        let n = runs.len();
        return runs
            .into_iter()
            .enumerate()
            .map(|(at, run)| {
                let (first, last) =
                    (run.iter().find_map(|word| word.start), run.iter().rev().find_map(|word| word.end));
                let name = run.iter().find_map(|word| word.speaker.as_deref());
                let told = if n == 1 { text.clone() } else { words::join(run) };
                let begins = if at == 0 { start.or(first) } else { first };
                whole(told, name, begins, if at + 1 == n { end.or(last) } else { last })
            })
            .collect();
    }
    vec![whole(text, speaker.as_deref(), start, end)]
}

/// The text of a stretch. Azure keeps it in the best of several readings.
pub(super) fn text_of(object: &Map<String, Value>) -> Option<&str> {
    let of =
        |object: &'_ Map<String, Value>, key: &str| object.get(key).and_then(|value| text_at(value, &[])).is_some();
    let key = TEXT.iter().find(|key| of(object, key));
    match key {
        Some(key) => object.get(*key)?.as_str(),
        None => text_at(object.get("nBest")?.get(0)?, &["display", "itn", "lexical"]),
    }
}

/// Where a speaker is named only when it changes, the stretches below belong to the same speaker. Such a list begins with a speaker,
/// and never names one twice in a row. A speaker that is null or empty is nobody. Returns how many stretches were given a speaker.
fn continue_speakers(stretches: &mut [Stretch]) -> usize {
    const FEWEST_CHANGES: usize = 3;
    let named: Vec<&Declared> = stretches.iter().filter_map(|one| one.spoken.speaker.as_ref()).collect();
    let begins = stretches.first().is_some_and(|one| one.spoken.speaker.is_some());
    let is_change = named.windows(2).all(|pair| pair[0] != pair[1]);
    if !begins || !is_change || named.len() < FEWEST_CHANGES || named.len() == stretches.len() {
        return 0;
    }
    let (mut n, mut last) = (0, None);
    for one in stretches {
        if one.spoken.speaker.is_some() || one.is_nobody {
            last.clone_from(&one.spoken.speaker);
        } else {
            one.spoken.speaker.clone_from(&last);
            n += usize::from(last.is_some());
        }
    }
    n
}

/// Where no stretch names a speaker and there are several channels, each channel is a speaker.
fn name_channels(stretches: &mut [Stretch]) {
    let channels: HashSet<Option<String>> = stretches.iter().map(|one| one.channel.clone()).collect();
    if channels.len() < 2 || stretches.iter().any(|one| one.spoken.speaker.is_some()) {
        return;
    }
    for one in stretches {
        one.spoken.speaker = one.channel.as_deref().and_then(|channel| Spoken::by(&format!("ch_{channel}")));
    }
}

/// Replaces ids of speakers by the names of a list `speakers`, where there is one.
pub(super) fn rename(value: &Value, stretches: &mut [Stretch]) {
    let names = names(value);
    for declared in stretches.iter_mut().filter_map(|one| one.spoken.speaker.as_mut()) {
        if let Some(name) = names.get(&declared.label) {
            declared.id = Some(std::mem::replace(&mut declared.label, name.clone()));
        }
    }
}

/// Names of speakers by their ids, from a list or an object `speakers` at the top.
pub(super) fn names(value: &Value) -> HashMap<String, String> {
    let mut names = HashMap::new();
    match value.get("speakers").or_else(|| value.get("speaker_names")) {
        Some(Value::Array(listed)) => {
            for speaker in listed.iter().filter_map(Value::as_object) {
                let id = ["id", "spkid", "speaker", "label"].iter().find_map(|key| value::label(speaker.get(*key)?));
                let name = speaker.get("name").and_then(|name| text_at(name, &[]));
                if let (Some(id), Some(name)) = (id, name) {
                    names.insert(id, name.trim().to_string());
                }
            }
        }
        Some(Value::Object(listed)) => {
            for (id, speaker) in listed {
                if let Some(name) = value::label(speaker).filter(|name| name.parse::<f64>().is_err()) {
                    names.insert(id.clone(), name);
                }
            }
        }
        _ => {}
    }
    names
}

/// Times whose unit neither key nor form tells are milliseconds if they would be too long for the words in seconds.
pub(super) fn in_seconds(stretches: Vec<Stretch>) -> Found {
    let unknown = stretches.iter().filter_map(|one| {
        let (start, end) = (one.start?, one.end?);
        (!start.is_seconds && !end.is_seconds).then(|| (start.value, end.value, rough_words(&one.spoken.text)))
    });
    let unit = if are_milliseconds(unknown) { 0.001 } else { 1.0 };
    let seconds = |time: Option<Time>| time.map(|time| if time.is_seconds { time.value } else { time.value * unit });
    let spoken = stretches
        .into_iter()
        .map(|one| Spoken { start_s: seconds(one.start), end_s: seconds(one.end), ..one.spoken })
        .collect();
    Found { spoken, ..Found::default() }
}

/// As [`in_seconds`], for words.
pub(super) fn words_in_seconds(words: &mut [Word]) {
    let known = words.iter().filter_map(|word| Some((word.start?, word.end?)));
    let unknown = known.filter(|(start, end)| !start.is_seconds && !end.is_seconds);
    let unit = if are_milliseconds(unknown.map(|(start, end)| (start.value, end.value, 1))) { 0.001 } else { 1.0 };
    for time in words.iter_mut().flat_map(|word| [&mut word.start, &mut word.end]).flatten() {
        if !time.is_seconds {
            time.value *= unit;
        }
        time.is_seconds = true;
    }
}
