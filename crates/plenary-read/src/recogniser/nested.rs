//! Records of speech in lists at any depth, as archives of courts and programs for annotation store them.
//!
//! **Input:** a JSON value. **Output:** the stretches of the lists at one path, `sections[*].turns`, in their order: objects with a
//! text and a speaker. Of several paths the one with most words counts, and a warning names the others. A text may be a list of texts
//! or of objects with one. **Refused:** lists whose objects name no speaker, such as labels that repeat parts of a text. Lists that
//! are not inside other lists are left to `stretches`.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Found;
use super::stretches::{self, Stretch};
use super::value::{self, Time};
use crate::spoken::{Spoken, rough_words};

/// Keys of a speaker, beside those that `value` knows.
const SPEAKER: &[&str] = &["author", "participant", "sender", "who"];

/// Keys of lists of the parts of a text.
const PARTS: &[&str] = &["text_blocks", "textBlocks", "blocks", "texts", "paragraphs", "lines", "sentences", "parts"];

/// Fewest records that are a conversation.
const FEWEST: usize = 2;

/// The stretches at the path with most words; `None` if there are no records.
pub(super) fn find(value: &Value) -> Option<Found> {
    let mut paths = Paths::default();
    collect(value, &mut String::new(), &mut paths);
    let mut found: Vec<Records<'_>> = paths.all.into_iter().filter(Records::are_speech).collect();
    // Ties go to the first path.
    let best = (0..found.len()).max_by_key(|at| (found[*at].n_words, std::cmp::Reverse(*at)))?;
    let records = found.swap_remove(best);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let mut warnings = records.warnings();
    warnings.extend(others(&found));
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut first_of_list: Vec<usize> = Vec::new();
    for list in &records.lists {
        first_of_list.push(stretches.len());
        for (at, object) in list.iter().filter_map(Value::as_object).enumerate() {
            add(object, at + 1, &mut stretches);
        }
    }
    stretches::rename(value, &mut stretches);
    let found = stretches::in_seconds(stretches);
    let starts_anew = starts_anew(&found.spoken, &first_of_list);
    if starts_anew {
        warnings.push(format!(
            "the {} lists at `{}` were read one after the other, and their times begin anew; divide the file if each is a document",
            records.lists.len(),
            records.path
        ));
    }
    Some(Found { warnings, keeps_order: starts_anew, ..found })
}

/// Lists at one path.
struct Records<'v> {
    path: String,
    lists: Vec<&'v [Value]>,
    n_items: usize,
    n_spoken: usize,
    n_named: usize,
    /// Rough number of words of the records.
    n_words: usize,
    n_without_text: usize,
}

impl Records<'_> {
    fn are_speech(&self) -> bool {
        self.n_spoken >= FEWEST && self.n_named > 0 && self.n_spoken * 2 >= self.n_items
    }

    fn warnings(&self) -> Vec<String> {
        let omitted = (self.n_without_text > 0).then(|| {
            format!(
                "{} of {} values at `{}` have no text and were omitted",
                self.n_without_text, self.n_items, self.path
            )
        });
        omitted.into_iter().collect()
    }
}

/// The lists of a value by their paths, in the order in which the paths occur.
#[derive(Default)]
struct Paths<'v> {
    all: Vec<Records<'v>>,
    by_path: HashMap<String, usize>,
}

/// Adds the lists in a value at `path`. The depth is bounded by serde.
fn collect<'v>(value: &'v Value, path: &mut String, paths: &mut Paths<'v>) {
    let length = path.len();
    match value {
        Value::Array(items) => {
            paths.add(items, path);
            path.push_str("[*]");
            items.iter().filter(|item| item.is_array() || item.is_object()).for_each(|item| collect(item, path, paths));
        }
        Value::Object(object) => {
            for (key, value) in object.iter().filter(|(_, value)| value.is_array() || value.is_object()) {
                if length > 0 {
                    path.push('.');
                }
                path.push_str(&value::short(key));
                collect(value, path, paths);
                path.truncate(length);
            }
        }
        _ => {}
    }
    path.truncate(length);
}

impl<'v> Paths<'v> {
    fn add(&mut self, items: &'v [Value], path: &str) {
        let has_record = items.iter().filter_map(Value::as_object).any(is_record);
        let known = self.by_path.get(path).copied();
        if !has_record && known.is_none() {
            return;
        }
        let at = known.unwrap_or_else(|| {
            self.by_path.insert(path.to_string(), self.all.len());
            self.all.push(Records {
                path: path.to_string(),
                lists: Vec::new(),
                n_items: 0,
                n_spoken: 0,
                n_named: 0,
                n_words: 0,
                n_without_text: 0,
            });
            self.all.len() - 1
        });
        let records = &mut self.all[at];
        records.lists.push(items);
        for item in items {
            records.n_items += 1;
            let texts = item.as_object().map(texts).unwrap_or_default();
            records.n_without_text += usize::from(texts.is_empty());
            let Some(object) = item.as_object().filter(|object| !texts.is_empty() && has_speaker(object)) else {
                continue;
            };
            records.n_spoken += 1;
            records.n_named += usize::from(speaker(object).is_some());
            records.n_words += texts.iter().map(|part| rough_words(part.text)).sum::<usize>();
        }
    }
}

/// Warnings about other paths with records, the first few by name.
fn others(found: &[Records<'_>]) -> Vec<String> {
    const LISTED: usize = 3;
    let told = |records: &Records<'_>| {
        format!("`{}` also has texts with speakers, about {} words; they were not read", records.path, records.n_words)
    };
    let mut warnings: Vec<String> = found.iter().take(LISTED).map(told).collect();
    if found.len() > LISTED {
        let n_words: usize = found[LISTED..].iter().map(|records| records.n_words).sum();
        warnings.push(format!("{} more lists of this kind, about {n_words} words", found.len() - LISTED));
    }
    warnings
}

/// Whether an object has a text and a key of a speaker.
fn is_record(object: &Map<String, Value>) -> bool {
    has_speaker(object) && !texts(object).is_empty()
}

/// Whether an object has a key of a speaker, whose value may be null.
fn has_speaker(object: &Map<String, Value>) -> bool {
    let names_or_null = |key: &&str| object.get(*key).is_some_and(|value| value.is_null() || name(value).is_some());
    value::says_nobody(object) || value::speaker(object).is_some() || SPEAKER.iter().any(names_or_null)
}

fn speaker(object: &Map<String, Value>) -> Option<String> {
    value::speaker(object).or_else(|| SPEAKER.iter().find_map(|key| name(object.get(*key)?)))
}

/// The name that a value is or has. A bare number is the id of a record.
fn name(value: &Value) -> Option<String> {
    value::label(value).filter(|_| !value.is_number())
}

/// One part of the text of a record.
struct Part<'v> {
    text: &'v str,
    times: (Option<Time>, Option<Time>),
}

/// The text of a record: one, or those of a list.
fn texts(object: &Map<String, Value>) -> Vec<Part<'_>> {
    if let Some(text) = stretches::text_of(object) {
        return vec![Part { text, times: (None, None) }];
    }
    let lists = stretches::TEXT.iter().chain(PARTS).filter_map(|key| object.get(*key)?.as_array());
    let mut parts = lists.map(|items| items.iter().filter_map(part).collect::<Vec<_>>());
    parts.find(|parts| !parts.is_empty()).unwrap_or_default()
}

/// A part of a text: text, or an object with one.
fn part(item: &Value) -> Option<Part<'_>> {
    match item {
        Value::String(text) => (!text.trim().is_empty()).then_some(Part { text, times: (None, None) }),
        Value::Object(inner) => {
            let text = stretches::text_of(inner)?;
            Some(Part { text, times: value::times(inner) })
        }
        _ => None,
    }
}

/// Adds the stretches of an object: one for each part of its text, with the times of the part, or those of the object at its ends.
fn add(object: &Map<String, Value>, number: usize, out: &mut Vec<Stretch>) {
    let parts = texts(object);
    let (start, end) = value::times(object);
    let speaker = speaker(object);
    let n = parts.len();
    for (at, part) in parts.into_iter().enumerate() {
        let (own_start, own_end) = part.times;
        out.push(Stretch {
            spoken: Spoken {
                speaker: speaker.as_deref().and_then(Spoken::by),
                text: part.text.to_string(),
                place: format!("record {number}"),
                ..Spoken::default()
            },
            start: if at == 0 { start.or(own_start) } else { own_start },
            end: if at + 1 == n { end.or(own_end) } else { own_end },
            channel: None,
            is_nobody: speaker.is_none(),
        });
    }
}

/// Whether a list begins before the end of the one above it, so that their times do not belong to one recording.
fn starts_anew(spoken: &[Spoken], first_of_list: &[usize]) -> bool {
    let start = |one: &Spoken| one.start_s;
    let mut latest = f64::NEG_INFINITY;
    let mut ends = first_of_list.iter().skip(1).copied().chain([spoken.len()]);
    first_of_list.iter().any(|from| {
        let own = &spoken[*from..ends.next().unwrap_or(spoken.len())];
        let first = own.iter().find_map(start);
        let is_early = first.is_some_and(|first| first < latest);
        latest = own.iter().filter_map(start).fold(latest, f64::max);
        is_early
    })
}
