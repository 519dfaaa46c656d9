//! Words with times and speakers.
//!
//! **Input:** the lists of words of a JSON value, in the shapes of the services that give only words. **Output:** stretches: a
//! new one begins where the speaker changes, after the end of a sentence, and after a pause. Punctuation that is an item of its
//! own is joined to the word before it. A word without a speaker belongs to the speaker before it, if there is one.

use std::collections::HashMap;

use serde_json::Value;

use super::stretches::{names, words_in_seconds};
use super::value::{self, Time, walk};
use super::{Found, text_at};
use crate::spoken::Spoken;
use plenary_corpus::text::ends_sentence;

/// A word.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) speaker: Option<String>,
    pub(super) start: Option<Time>,
    pub(super) end: Option<Time>,
    /// Nothing is put between this word and the one before it.
    is_joined: bool,
    /// A sound, not a word.
    is_sound: bool,
}

/// Keys of the text of a word.
const TEXT: &[&str] = &["punctuated_word", "text", "word", "value", "content", "display", "w"];

/// A pause, in seconds, after which a new line begins.
const PAUSE_S: f64 = 1.0;

/// Share of the words of the whole transcript that the words with times must reach, in per cent.
const ENOUGH: usize = 90;

/// Reads the shapes of services that need more than a list of stretches.
pub(super) fn of_services(value: &Value) -> Option<Found> {
    let results = value.get("results");
    if let Some(Value::Array(monologues)) = value.get("monologues") {
        return Some(monologues_to_stretches(value, monologues));
    }
    let items = results.and_then(|results| results.get("items")).and_then(Value::as_array);
    if let (Some(items), Some(results)) = (items, results)
        && results.get("audio_segments").is_none()
    {
        return Some(amazon(results, items));
    }
    if let Some(results) = results
        && results.get("utterances").is_none()
        && let Some(Value::Array(channels)) = results.get("channels")
    {
        return Some(channels_to_stretches(channels));
    }
    let Some(Value::Array(results)) = results else { return None };
    let alternative = |result: &Value| result.get("alternatives").and_then(|all| all.get(0)).cloned();
    let best: Vec<(&Value, Value)> = results.iter().filter_map(|result| Some((result, alternative(result)?))).collect();
    if best.is_empty() {
        return None;
    }
    if best.iter().any(|(_, best)| best.get("timestamps").is_some()) {
        return Some(pairs(value, &best));
    }
    if best.iter().any(|(_, best)| best.get("content").is_some()) {
        return Some(stretches(contents(&best)));
    }
    best.iter().any(|(_, best)| best.get("transcript").is_some()).then(|| transcripts(&best))
}

/// Reads a list of words where there is no list of stretches.
pub(super) fn find(value: &Value) -> Option<Found> {
    const PLACES: [&str; 6] =
        ["words", "result", "word_segments", "segments", "transcript.words", "transcription.words"];
    let lists = PLACES.iter().filter_map(|place| walk(value, place)).chain(value.is_array().then_some(value));
    lists
        .filter_map(Value::as_array)
        .map(|list| of_list(list))
        .find(|words| words.iter().any(|word| word.start.is_some()))
        .map(stretches)
}

/// The words of a list; what is not a word is left out.
pub(super) fn of_list(list: &[Value]) -> Vec<Word> {
    list.iter().filter_map(word).collect()
}

fn word(value: &Value) -> Option<Word> {
    let object = value.as_object()?;
    let text = text_at(value, TEXT)?.to_string();
    let kind = object.get("type").and_then(Value::as_str).unwrap_or("");
    let (start, end) = value::times(object);
    let is_joined = matches!(kind, "punctuation" | "punct")
        || object.get("attaches_to").and_then(Value::as_str) == Some("previous");
    Some(Word {
        text,
        speaker: value::speaker(object),
        start,
        end,
        is_joined,
        is_sound: matches!(kind, "audio_event" | "nonspeech" | "event"),
    })
}

/// The text of words: as they are written if they have their own white space, and with a space between them otherwise.
pub(super) fn join(words: &[Word]) -> String {
    let spaced = words.iter().any(|word| word.text.starts_with(char::is_whitespace) || word.text.ends_with(' '));
    let mut text = String::new();
    for word in words.iter().filter(|word| !word.is_sound) {
        if !spaced && !word.is_joined && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

/// Runs of words of one speaker. A word without a speaker continues the run.
pub(super) fn runs(words: &[Word]) -> Vec<&[Word]> {
    let mut out = Vec::new();
    let (mut from, mut speaker) = (0, None);
    for (at, word) in words.iter().enumerate() {
        let Some(named) = &word.speaker else { continue };
        if speaker.is_some_and(|speaker| speaker != named) {
            out.push(&words[from..at]);
            from = at;
        }
        speaker = Some(named);
    }
    out.push(&words[from..]);
    out.retain(|run| !run.is_empty());
    out
}

/// Stretches of words in their order.
fn stretches(mut words: Vec<Word>) -> Found {
    words_in_seconds(&mut words);
    let mut spoken: Vec<Spoken> = Vec::new();
    for run in runs(&words) {
        let label = run.iter().find_map(|word| word.speaker.as_deref());
        for line in lines(run) {
            let first = line.iter().find_map(|word| word.start).map(|time| time.value);
            let last = line.iter().rev().find_map(|word| word.end).map(|time| time.value);
            spoken.push(Spoken {
                speaker: label.and_then(Spoken::by),
                start_s: first,
                end_s: last,
                text: join(line),
                notes: line.iter().filter(|word| word.is_sound).map(|word| word.text.clone()).collect(),
                place: format!("the stretch of words {}", spoken.len() + 1),
            });
        }
    }
    Found { spoken, ..Found::default() }
}

/// Divides the words of a speaker after the end of a sentence and at pauses.
fn lines(run: &[Word]) -> Vec<&[Word]> {
    let mut out = Vec::new();
    let mut from = 0;
    for at in 1..run.len() {
        let (above, below) = (&run[at - 1], &run[at]);
        let pause = below.start.zip(above.end).is_some_and(|(start, end)| start.value - end.value >= PAUSE_S);
        let is_mark = |word: &Word| word.is_joined || word.text.trim().is_empty();
        if !is_mark(below) && (pause || ends_sentence(above.text.trim_end())) {
            out.push(&run[from..at]);
            from = at;
        }
    }
    out.push(&run[from..]);
    out
}

/// Rev.ai: monologues of elements, which hold their own spaces.
fn monologues_to_stretches(value: &Value, monologues: &[Value]) -> Found {
    let names = names(value);
    let mut found = Found::default();
    for monologue in monologues {
        let Some(Value::Array(elements)) = monologue.get("elements") else { continue };
        let own = monologue.get("speaker_info").and_then(value::label);
        let label = monologue.get("speaker").and_then(value::label);
        let name = label.as_ref().and_then(|label| names.get(label)).cloned().or(own).or(label);
        let spaced: Vec<Word> = elements
            .iter()
            .filter_map(|element| {
                let text = element.get("value")?.as_str()?.to_string();
                let mut word = word(element).unwrap_or_default();
                (word.text, word.speaker) = (text, name.clone());
                word.is_sound =
                    element.get("type").and_then(Value::as_str) == Some("unknown") && word.text.starts_with('<');
                Some(word)
            })
            .collect();
        found.spoken.extend(stretches(spaced).spoken);
    }
    found
}

/// Amazon Transcribe: items, whose speakers are in the items or in lists of their own.
fn amazon(results: &Value, items: &[Value]) -> Found {
    let mut by_start: HashMap<&str, &str> = HashMap::new();
    let listed = walk(results, "speaker_labels.segments").and_then(Value::as_array);
    for segment in listed.into_iter().flatten() {
        let inner = segment.get("items").and_then(Value::as_array);
        for item in inner.into_iter().flatten() {
            if let (Some(start), Some(label)) = (text_at(item, &["start_time"]), text_at(item, &["speaker_label"])) {
                by_start.insert(start, label);
            }
        }
    }
    let mut words = Vec::new();
    let of_item = |item: &Value, channel: Option<&str>| {
        let best = item.get("alternatives")?.get(0)?;
        let mut word = word(item).or_else(|| word(best)).unwrap_or_default();
        let object = item.as_object()?;
        word.text = text_at(best, &["content"])?.to_string();
        (word.start, word.end) = value::times(object);
        word.is_joined = object.get("type").and_then(Value::as_str) == Some("punctuation");
        let known = text_at(item, &["start_time"]).and_then(|start| by_start.get(start)).map(ToString::to_string);
        word.speaker = value::speaker(object).or(known).or_else(|| channel.map(str::to_string));
        Some(word)
    };
    let channels = walk(results, "channel_labels.channels").and_then(Value::as_array).filter(|all| all.len() > 1);
    let mut found = match channels {
        Some(channels) => {
            let mut found = Found::default();
            for channel in channels {
                let label = text_at(channel, &["channel_label"]);
                let items = channel.get("items").and_then(Value::as_array);
                let words = items.into_iter().flatten().filter_map(|item| of_item(item, label)).collect();
                found.spoken.extend(stretches(words).spoken);
            }
            found.spoken.sort_by(|a, b| a.start_s.unwrap_or(0.0).total_cmp(&b.start_s.unwrap_or(0.0)));
            found
        }
        None => {
            words.extend(items.iter().filter_map(|item| of_item(item, None)));
            stretches(words)
        }
    };
    let whole: Vec<&str> = results
        .get("transcripts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| text_at(one, &["transcript"]))
        .collect();
    keep_all_words(&mut found, &whole.join(" "));
    found
}

/// Where the words with times are fewer than those of the transcript, the transcript is read, so that no word is lost.
fn keep_all_words(found: &mut Found, transcript: &str) {
    let n_all = transcript.split_whitespace().count();
    let n_timed: usize = found.spoken.iter().map(|one| one.text.split_whitespace().count()).sum();
    if n_timed * 100 >= n_all * ENOUGH {
        return;
    }
    found.warnings.push(format!(
        "only {n_timed} of the {n_all} words of the transcript have times and speakers; the transcript was read without them"
    ));
    found.spoken = vec![Spoken { text: transcript.to_string(), place: "the transcript".into(), ..Spoken::default() }];
}

/// Deepgram: channels with paragraphs, with words, or with a transcript alone.
fn channels_to_stretches(channels: &[Value]) -> Found {
    let mut found = Found::default();
    for (at, channel) in channels.iter().enumerate() {
        let Some(best) = channel.get("alternatives").and_then(|all| all.get(0)) else { continue };
        let paragraphs = walk(best, "paragraphs.paragraphs").and_then(Value::as_array);
        let words = best.get("words").and_then(Value::as_array).map(|words| of_list(words)).unwrap_or_default();
        let mut told = match paragraphs {
            Some(paragraphs) => paragraphs_to_stretches(paragraphs),
            None => stretches(words).spoken,
        };
        if told.is_empty() {
            let text = text_at(best, &["transcript"]).unwrap_or("").to_string();
            told.push(Spoken { text, place: format!("channel {}", at + 1), ..Spoken::default() });
        }
        if channels.len() > 1 {
            for one in &mut told {
                let label = match &one.speaker {
                    Some(speaker) => format!("ch_{at}_{}", speaker.label),
                    None => format!("ch_{at}"),
                };
                one.speaker = Spoken::by(&label);
            }
        }
        found.spoken.extend(told);
    }
    if channels.len() > 1 {
        found.spoken.sort_by(|a, b| a.start_s.unwrap_or(0.0).total_cmp(&b.start_s.unwrap_or(0.0)));
    }
    found
}

fn paragraphs_to_stretches(paragraphs: &[Value]) -> Vec<Spoken> {
    let mut out = Vec::new();
    for (at, paragraph) in paragraphs.iter().enumerate() {
        let label = paragraph.as_object().and_then(value::speaker);
        let sentences = paragraph.get("sentences").and_then(Value::as_array);
        for sentence in sentences.into_iter().flatten() {
            let (start, end) = sentence.as_object().map(value::times).unwrap_or_default();
            out.push(Spoken {
                speaker: label.as_deref().and_then(Spoken::by),
                start_s: start.map(|time| time.value),
                end_s: end.map(|time| time.value),
                text: text_at(sentence, &["text"]).unwrap_or("").to_string(),
                place: format!("paragraph {}", at + 1),
                ..Spoken::default()
            });
        }
    }
    out
}

/// Speechmatics: results whose best alternative has the content and the speaker.
fn contents(best: &[(&Value, Value)]) -> Vec<Word> {
    /// The label of a speaker who was not recognised.
    const UNKNOWN: &str = "UU";
    let of = |(result, best): &(&Value, Value)| {
        let mut word = word(result).or_else(|| word(best))?;
        word.text = text_at(best, &["content"])?.to_string();
        word.is_joined = result.get("type").and_then(Value::as_str) == Some("punctuation");
        (word.start, word.end) = value::times(result.as_object()?);
        let speaker = best.as_object().and_then(value::speaker).or_else(|| value::speaker(result.as_object()?));
        word.speaker = speaker.filter(|label| label != UNKNOWN);
        Some(word)
    };
    best.iter().filter_map(of).collect()
}

/// Google: results with transcripts and words. If words have speakers, the last result holds all words again.
fn transcripts(best: &[(&Value, Value)]) -> Found {
    let words = |best: &Value| -> Vec<Word> {
        best.get("words").and_then(Value::as_array).map(|words| of_list(words)).unwrap_or_default()
    };
    let is_named = |words: &[Word]| words.iter().any(|word| word.speaker.as_deref().is_some_and(|label| label != "0"));
    let last = best.last().map(|(_, best)| words(best)).unwrap_or_default();
    let n_before: usize = best[..best.len() - 1].iter().map(|(_, best)| words(best).len()).sum();
    if is_named(&last) && (best.len() == 1 || last.len() >= n_before) {
        return stretches(last);
    }
    let mut found = Found::default();
    for (at, (result, best)) in best.iter().enumerate() {
        let words = words(best);
        let whole = text_at(best, &["transcript"]).unwrap_or("");
        let mut told = stretches(words).spoken;
        let is_divided = told.iter().any(|one| one.speaker.is_some());
        if !is_divided {
            let start_s = told.first().and_then(|one| one.start_s);
            let end = told.last().and_then(|one| one.end_s);
            let ends = || {
                ["resultEndTime", "resultEndOffset"]
                    .iter()
                    .find_map(|key| text_at(result, &[key])?.strip_suffix('s')?.parse::<f64>().ok())
            };
            let place = format!("result {}", at + 1);
            told = vec![Spoken { text: whole.into(), start_s, end_s: end.or_else(ends), place, ..Spoken::default() }];
        }
        found.spoken.extend(told.into_iter().filter(|one| !one.text.trim().is_empty()));
    }
    found
}

/// Watson: words as lists of text, start and end, and speakers by the start of a word.
fn pairs(value: &Value, best: &[(&Value, Value)]) -> Found {
    let seconds = |value: &Value| value.as_f64().map(|value| Time { value, is_seconds: true });
    let labels = value.get("speaker_labels").and_then(Value::as_array);
    let by_start: HashMap<u64, String> = labels
        .into_iter()
        .flatten()
        .filter_map(|one| Some((key(one.get("from")?.as_f64()?), value::label(one.get("speaker")?)?)))
        .collect();
    let of = |pair: &Value| {
        let start = seconds(pair.get(1)?);
        let label = start.and_then(|start| by_start.get(&key(start.value)).cloned());
        Some(Word {
            text: pair.get(0)?.as_str()?.to_string(),
            start,
            end: pair.get(2).and_then(seconds),
            speaker: label,
            ..Word::default()
        })
    };
    let all = best.iter().filter_map(|(_, best)| best.get("timestamps").and_then(Value::as_array)).flatten();
    stretches(all.filter_map(of).collect())
}

/// Hundredths of a second, by which words are looked up.
fn key(seconds: f64) -> u64 {
    (seconds.max(0.0) * 100.0).round() as u64
}
