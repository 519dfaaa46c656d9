//! Values of JSON as recognisers write them.
//!
//! **Input:** a value and the names of keys. **Output:** texts, times in seconds and labels of speakers, in the several forms
//! in which they are written. What does not have the form is `None`.

use serde_json::{Map, Value};

use plenary_corpus::clock;

/// Keys of the time at which something starts, and how many seconds one unit is; `None` where the unit is not known.
const START: &[(&str, Option<f64>)] = &[
    ("start", None),
    ("start_time", None),
    ("startTime", None),
    ("startOffset", None),
    ("start_timestamp", None),
    ("begin", None),
    ("from", None),
    ("ts", Some(1.0)),
    ("start_ms", Some(0.001)),
    ("startMs", Some(0.001)),
    ("start_sec", Some(1.0)),
    ("offsetMilliseconds", Some(0.001)),
    ("offsetInTicks", Some(1e-7)),
    ("offset", None),
    ("timestamp", None),
    ("time", None),
];
const END: &[(&str, Option<f64>)] = &[
    ("end", None),
    ("end_time", None),
    ("endTime", None),
    ("endOffset", None),
    ("end_timestamp", None),
    ("stop", None),
    ("to", None),
    ("end_ts", Some(1.0)),
    ("end_ms", Some(0.001)),
    ("endMs", Some(0.001)),
    ("end_sec", Some(1.0)),
];
const DURATION: &[(&str, Option<f64>)] =
    &[("durationMilliseconds", Some(0.001)), ("durationInTicks", Some(1e-7)), ("duration", None)];
const SPEAKER: &[&str] = &[
    "speaker",
    "speaker_label",
    "speakerLabel",
    "speaker_name",
    "speakerName",
    "speakerDisplayName",
    "speaker_id",
    "speakerId",
    "speakerTag",
    "channelTag",
    "channel_label",
    "user",
];
/// Keys that name a speaker only beside times.
const SPEAKER_BESIDE_TIMES: &[&str] = &["name", "label", "who", "participant", "author", "sender"];

/// A time as written, with its unit if the key or the form tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Time {
    pub(super) value: f64,
    /// Whether the value is in seconds for certain.
    pub(super) is_seconds: bool,
}

/// The value at a path of keys divided by points.
pub(super) fn walk<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

/// The first of the keys whose value is text with words. Without keys, the value itself.
pub(super) fn text_at<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v str> {
    let told = if keys.is_empty() { value.as_str() } else { keys.iter().find_map(|key| value.get(key)?.as_str()) };
    told.filter(|text| !text.trim().is_empty())
}

/// Start and end of an object.
pub(super) fn times(object: &Map<String, Value>) -> (Option<Time>, Option<Time>) {
    // whisper.cpp keeps both the clock and milliseconds in objects of their own.
    for (key, unit) in [("timestamps", None), ("offsets", Some(0.001))] {
        if let Some(Value::Object(inner)) = object.get(key) {
            let of = |name| time(inner.get(name)?, unit);
            if let (Some(start), end) = (of("from"), of("to")) {
                return (Some(start), end);
            }
        }
    }
    // "timestamp": [0.0, 2.5], as the pipelines of transformers write it.
    if let Some(Value::Array(pair)) = object.get("timestamp").or_else(|| object.get("timestamps"))
        && (1..=2).contains(&pair.len())
    {
        let of = |at: usize| time(pair.get(at)?, Some(1.0));
        return (of(0), of(1));
    }
    let first = |keys: &[(&str, Option<f64>)]| keys.iter().find_map(|(key, unit)| time(object.get(*key)?, *unit));
    let start = first(START);
    let end = first(END).or_else(|| {
        let (start, length) = (start?, first(DURATION)?);
        let is_seconds = start.is_seconds && length.is_seconds;
        (start.is_seconds == length.is_seconds).then_some(Time { value: start.value + length.value, is_seconds })
    });
    (start, end)
}

/// A time: a number, a number as text ("1.3", "1.300s"), a clock time ("00:00:01,300") or a duration of ISO 8601 ("PT1.3S").
fn time(value: &Value, unit: Option<f64>) -> Option<Time> {
    let of = |value: f64, unit: Option<f64>| {
        let time = Time { value: value * unit.unwrap_or(1.0), is_seconds: unit.is_some() };
        (value.is_finite() && value >= 0.0).then_some(time)
    };
    match value {
        Value::Number(number) => of(number.as_f64()?, unit),
        Value::String(text) => {
            let text = text.trim();
            if text.starts_with("PT") {
                return of(iso_duration(text)?, Some(1.0));
            }
            if let Some(seconds) = text.strip_suffix('s') {
                return of(seconds.parse().ok()?, Some(1.0));
            }
            let is_clock = text.contains(':');
            of(clock::seconds(text)?, if is_clock { Some(1.0) } else { unit })
        }
        // {"seconds": "1", "nanos": 300000000}, or {"relative": 1.3, "absolute": "2031-03-04T10:00:01Z"} of bots in meetings
        Value::Object(parts) => {
            if let Some(relative) = parts.get("relative").and_then(Value::as_f64) {
                return of(relative, Some(1.0));
            }
            let part = |name: &str| -> Option<f64> {
                let value = parts.get(name)?;
                value.as_f64().or_else(|| value.as_str()?.parse().ok())
            };
            let (seconds, nanos) = (part("seconds"), part("nanos").or_else(|| part("nanoseconds")));
            if seconds.is_none() && nanos.is_none() {
                return None;
            }
            of(seconds.unwrap_or(0.0) + nanos.unwrap_or(0.0) * 1e-9, Some(1.0))
        }
        _ => None,
    }
}

/// Seconds of a duration such as `PT1H2M3.5S`.
fn iso_duration(text: &str) -> Option<f64> {
    let mut seconds = 0.0;
    let mut number = String::new();
    for c in text.strip_prefix("PT")?.chars() {
        match c {
            '0'..='9' | '.' => number.push(c),
            'H' | 'M' | 'S' => {
                let value: f64 = std::mem::take(&mut number).parse().ok()?;
                seconds += match c {
                    'H' => clock::hms(value, 0.0, 0.0),
                    'M' => clock::hms(0.0, value, 0.0),
                    _ => value,
                };
            }
            _ => return None,
        }
    }
    number.is_empty().then_some(seconds)
}

/// The label of the speaker of an object: text, a number, or an object with a name.
pub(super) fn speaker(object: &Map<String, Value>) -> Option<String> {
    let named = SPEAKER.iter().find_map(|key| label(object.get(*key)?));
    named.or_else(|| named_participant(object)).or_else(|| {
        let (start, _) = times(object);
        start.and_then(|_| {
            SPEAKER_BESIDE_TIMES.iter().find_map(|key| text_at(object.get(*key)?, &[])).map(str::to_string)
        })
    })
}

/// Whether an object has a key of a speaker whose value names nobody: "speaker": null.
pub(super) fn says_nobody(object: &Map<String, Value>) -> bool {
    participant(object).is_some() || SPEAKER.iter().any(|key| object.contains_key(*key))
}

/// The object of a participant of a meeting.
fn participant(object: &Map<String, Value>) -> Option<&Value> {
    object.get("participant").filter(|participant| participant.is_object())
}

/// The label of a participant of a meeting. Where the name is null, nobody is named, whatever the id.
fn named_participant(object: &Map<String, Value>) -> Option<String> {
    participant(object).filter(|participant| !participant.get("name").is_some_and(Value::is_null)).and_then(label)
}

/// A label of a speaker.
pub(super) fn label(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_string()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(parts) => {
            ["name", "displayName", "display_name", "label", "id"].iter().find_map(|key| label(parts.get(*key)?))
        }
        _ => None,
    }
}

/// A key of JSON in a message, shortened.
pub(super) fn short(key: &str) -> String {
    const LONGEST: usize = 30;
    let mut letters = key.chars().map(|c| if c.is_control() { ' ' } else { c });
    let start: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() { format!("{start}...") } else { start }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times_of(json: &str) -> (Option<f64>, Option<f64>) {
        let Value::Object(object) = serde_json::from_str(json).unwrap() else { panic!("{json}") };
        let (start, end) = times(&object);
        (start.map(|time| time.value), end.map(|time| time.value))
    }

    #[test]
    fn times_are_read_in_the_forms_that_services_write() {
        for (json, expected) in [
            (r#"{"start": 1.5, "end": 2}"#, (Some(1.5), Some(2.0))),
            (r#"{"start_time": "0.5", "end_time": "2.0"}"#, (Some(0.5), Some(2.0))),
            (r#"{"startTime": "1.300s", "endTime": "2s"}"#, (Some(1.3), Some(2.0))),
            (r#"{"startOffset": "00:00:01.500", "endOffset": "00:01:02"}"#, (Some(1.5), Some(62.0))),
            (r#"{"offset": "PT1M1.5S", "duration": "PT2S"}"#, (Some(61.5), Some(63.5))),
            (r#"{"offsetInTicks": 15000000, "durationInTicks": 5000000}"#, (Some(1.5), Some(2.0))),
            (
                r#"{"timestamps": {"from": "00:00:01,500", "to": "00:00:02,000"}, "offsets": {"from": 1500}}"#,
                (Some(1.5), Some(2.0)),
            ),
            (r#"{"timestamp": [0.0, 2.5]}"#, (Some(0.0), Some(2.5))),
            (r#"{"startTime": {"seconds": "1", "nanos": 500000000}}"#, (Some(1.5), None)),
            (
                r#"{"start_timestamp": {"relative": 1.5, "absolute": "2031-03-04T10:00:01Z"}, "end_timestamp": {"relative": 2}}"#,
                (Some(1.5), Some(2.0)),
            ),
            (r#"{"start": -1, "end": "noon"}"#, (None, None)),
        ] {
            let (start, end) = times_of(json);
            let is_close = |found: Option<f64>, expected: Option<f64>| match (found, expected) {
                (Some(found), Some(expected)) => (found - expected).abs() < 1e-6,
                (found, expected) => found.is_none() == expected.is_none(),
            };
            assert!(is_close(start, expected.0), "{json}: {start:?}");
            assert!(is_close(end, expected.1), "{json}: {end:?}");
        }
    }

    #[test]
    fn speakers_are_text_numbers_or_objects() {
        for (json, expected) in [
            (r#"{"speaker": "A"}"#, Some("A")),
            (r#"{"speaker": 0}"#, Some("0")),
            (r#"{"user": "Ann Lee"}"#, Some("Ann Lee")),
            (r#"{"speaker": {"id": 3, "name": "Ann Lee"}}"#, Some("Ann Lee")),
            (r#"{"speaker": null}"#, None),
            (r#"{"speaker": {"id": "S1", "name": null}}"#, Some("S1")),
            (r#"{"speaker": {"name": null, "display_name": "Ann Lee"}}"#, Some("Ann Lee")),
            (r#"{"participant": {"id": 3, "name": "Ann Lee"}}"#, Some("Ann Lee")),
            (r#"{"participant": {"id": 3, "name": null}}"#, None),
            (r#"{"participant": "Ann Lee"}"#, None),
            (r#"{"name": "Ann Lee"}"#, None),
            (r#"{"name": "Ann Lee", "start": 1}"#, Some("Ann Lee")),
        ] {
            let Value::Object(object) = serde_json::from_str(json).unwrap() else { panic!("{json}") };
            assert_eq!(speaker(&object).as_deref(), expected, "{json}");
        }
    }
}
