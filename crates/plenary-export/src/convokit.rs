//! Results as a corpus of `ConvoKit` (Chang et al. 2020).
//!
//! **Input:** opened results. **Output:** `utterances.jsonl`, `speakers.json`, `conversations.json`, `corpus.json` and `index.json`, in the
//! form that `convokit` 3 to 5 writes. A document is a conversation, a person is a speaker, and measures are metadata. **Refused:** results
//! without turns. **Left to others:** the folder (`place`).
//!
//! `reply-to` is the turn before, or what the source declares. Turns that nobody is known to speak get a speaker for each document, with
//! `is_unknown`, because `ConvoKit` knows no turn without a speaker. JSON is ASCII: `convokit` opens files in the encoding of the system.

use std::collections::{BTreeMap, HashMap};
use std::io;

use plenary_corpus::findings::CodedVariable;
use plenary_tables::Results;
use plenary_tables::schema::{code_column, stance_column};
use serde::Serialize;
use serde_json::ser::Formatter;
use serde_json::{Map, Value, json};

use crate::means::Means;
use crate::meetings::{Known, Meeting, Meetings, Segment, Turn};
use crate::people::people;
use crate::place::{Place, Sheet};
use crate::{ExportError, Exported, note_without_turns};

/// Version of the form of the index.
const INDEX_VERSION: u32 = 1;

pub(crate) fn write(results: &Results, place: &Place) -> Result<Exported, ExportError> {
    let known = Known::of(results)?;
    let columns = Columns::of(results);
    let mut meetings = Meetings::of(results, &known)?;
    let mut index = Index::default();
    let mut utterances = place.create("utterances.jsonl")?;
    let mut conversations = Entries::begin(place, "conversations.json")?;
    let mut speakers = Entries::begin(place, "speakers.json")?;
    for (person_id, meta) in people(&known.speakers) {
        speakers.add(person_id, &known_speaker(meta), &mut index.speakers)?;
    }
    let (mut n_conversations, mut n_turns) = (0, 0);
    while let Some(meeting) = meetings.next()? {
        n_conversations += 1;
        n_turns += meeting.turns.len();
        let times = Timestamps::of(&meeting);
        let replies = replies(&meeting);
        for (turn, reply_to) in meeting.turns.iter().zip(&replies) {
            let utterance = utterance(&meeting, turn, *reply_to, times, &columns);
            index.utterances.note(&utterance.meta);
            put_json(&mut utterances, &utterance)?;
            utterances.put(b"\n")?;
        }
        let document = meeting.document;
        if meeting.turns.iter().any(|turn| turn.speaker.is_none()) {
            speakers.add(&unknown(&document.id), &unknown_speaker(), &mut index.speakers)?;
        }
        conversations.add(&document.id, &conversation(&meeting, times), &mut index.conversations)?;
    }
    if n_turns == 0 {
        return Err(ExportError::NoTurns);
    }
    utterances.finish()?;
    conversations.finish()?;
    speakers.finish()?;
    let corpus = corpus(results);
    index.corpus.note(&corpus);
    write_json(place, "corpus.json", &corpus)?;
    write_json(place, "index.json", &index.as_json())?;
    let counts = vec![(n_conversations, "conversation"), (n_turns, "utterance")];
    Ok(Exported { counts, notes: note_without_turns(&meetings).into_iter().collect() })
}

/// Names of metadata, as those of columns of `analysis`.
struct Columns {
    /// One for each target of the study.
    targets: Vec<String>,
    /// One for each variable of the study's own.
    codes: Vec<String>,
}

impl Columns {
    fn of(results: &Results) -> Self {
        Self {
            targets: results.study().targets.iter().map(stance_column).collect(),
            codes: results.study().codes.iter().map(|variable| code_column(&variable.id)).collect(),
        }
    }
}

/// A line of `utterances.jsonl`.
#[derive(Serialize)]
struct Utterance<'m> {
    id: &'m str,
    conversation_id: &'m str,
    text: &'m str,
    speaker: String,
    meta: Map<String, Value>,
    #[serde(rename = "reply-to")]
    reply_to: Option<&'m str>,
    timestamp: Option<f64>,
    vectors: [&'static str; 0],
}

/// What the numbers of `timestamp` are. `ConvoKit` sorts the turns of a conversation by them, so that each turn has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Timestamps {
    /// Seconds since the start of the recording.
    Seconds,
    /// The position of the turn: the source does not have a time for each turn, or its times are not in order.
    Turns,
}

impl Timestamps {
    fn of(meeting: &Meeting) -> Self {
        let starts: Vec<f64> = meeting.turns.iter().filter_map(|turn| turn.time_start_s).collect();
        let is_timed = starts.len() == meeting.turns.len() && starts.is_sorted();
        if is_timed { Self::Seconds } else { Self::Turns }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Turns => "turns",
        }
    }

    fn of_turn(self, turn: &Turn) -> Option<f64> {
        match self {
            Self::Seconds => turn.time_start_s,
            Self::Turns => Some(f64::from(turn.position)),
        }
    }
}

fn unknown(document_id: &str) -> String {
    format!("{document_id}-unknown")
}

fn known_speaker(mut meta: Map<String, Value>) -> Map<String, Value> {
    meta.insert("is_unknown".into(), Value::from(false));
    meta
}

fn unknown_speaker() -> Map<String, Value> {
    Map::from_iter([("name".to_owned(), Value::Null), ("is_unknown".to_owned(), Value::from(true))])
}

fn utterance<'m>(
    meeting: &'m Meeting,
    turn: &'m Turn,
    reply_to: Option<&'m str>,
    times: Timestamps,
    columns: &Columns,
) -> Utterance<'m> {
    let conversation_id = meeting.document.id.as_str();
    let means = Means::of_turn(turn, columns.targets.len());
    let mut meta = json!({
        "speaker_id": turn.speaker.map(|speaker| &speaker.id),
        "role": turn.speaker.map(|speaker| &speaker.role),
        "position": turn.position,
        "n_words": turn.n_words,
        "n_segments": means.n_segments,
        "time_start_s": turn.time_start_s,
        "time_end_s": turn.time_end_s,
        "boundary_confidence": number(turn.boundary_confidence),
        "needs_review": turn.needs_review,
        "link_rule": turn.link_rule,
        "sentiment_score": means.sentiment.value(),
        "carried": turn.carried.as_deref().and_then(|json| serde_json::from_str::<Value>(json).ok()),
        "segments": turn.segments.iter().map(|segment| self::segment(turn, segment, columns)).collect::<Vec<_>>(),
    });
    let mut meta = meta.as_object_mut().map(std::mem::take).unwrap_or_default();
    for (target, mean) in columns.targets.iter().zip(&means.stances) {
        meta.insert(target.clone(), json!(mean.value()));
    }
    for (at, column) in columns.codes.iter().enumerate() {
        // The number of segments with each label. A mean of labels is not defined.
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for label in turn.segments.iter().filter_map(|segment| segment.codes.get(at)?.label.as_deref()) {
            *counts.entry(label).or_default() += 1;
        }
        meta.insert(column.clone(), json!(counts));
    }
    Utterance {
        id: &turn.utterance_id,
        conversation_id,
        text: &turn.text,
        speaker: turn.speaker.map_or_else(|| unknown(conversation_id), |speaker| speaker.person_id.clone()),
        meta,
        reply_to,
        timestamp: times.of_turn(turn),
        vectors: [],
    }
}

/// A segment of a turn. The stance is that of `analysis`: missing if the coder abstains.
fn segment(turn: &Turn, segment: &Segment, columns: &Columns) -> Value {
    let sentiment = segment.sentiment.as_ref();
    let theme = segment.theme.as_ref();
    let mut meta = json!({
        "segment_id": segment.id,
        "text": turn.text[segment.range.clone()],
        "sentiment_score": sentiment.map(|(score, _)| number(*score)),
        "sentiment_label": sentiment.map(|(_, label)| label),
        "theme_id": theme.map(|(id, _)| id),
        "theme_probability": theme.map(|(_, probability)| number(*probability)),
    });
    for (target, stance) in columns.targets.iter().zip(&segment.stances) {
        meta[target] = json!(stance.score.filter(|_| stance.label.is_some()).map(number));
        meta[format!("{target}_label")] = json!(stance.label);
    }
    for (column, code) in columns.codes.iter().zip(&segment.codes) {
        meta[column] = json!(code.label);
        meta[format!("{column}_probability")] = json!(code.probability.map(number));
    }
    meta
}

/// The number with its own digits: 0.1, not 0.10000000149011612.
fn number(value: f32) -> Value {
    value.to_string().parse().ok().and_then(serde_json::Number::from_f64).map_or(Value::Null, Value::Number)
}

/// For each turn the one that it replies to: what the source declares, if it is an earlier turn, and else the first turn; in a source that
/// declares nothing, the turn before.
fn replies<'m>(meeting: &'m Meeting) -> Vec<Option<&'m str>> {
    #[derive(serde::Deserialize)]
    struct Carried {
        id: Option<String>,
        reply_to: Option<String>,
    }
    let carried = |turn: &Turn| serde_json::from_str::<Carried>(turn.carried.as_deref()?).ok();
    let carried: Vec<Option<Carried>> = meeting.turns.iter().map(carried).collect();
    let is_declared = carried.iter().flatten().any(|carried| carried.reply_to.is_some());
    let id = |at: usize| meeting.turns[at].utterance_id.as_str();
    let mut earlier: HashMap<&str, usize> = HashMap::new();
    let mut replies = Vec::with_capacity(meeting.turns.len());
    for (at, carried) in carried.iter().enumerate() {
        let declared = carried.as_ref().and_then(|carried| carried.reply_to.as_deref());
        replies.push(match at {
            0 => None,
            _ if is_declared => Some(id(declared.and_then(|id| earlier.get(id)).copied().unwrap_or(0))),
            _ => Some(id(at - 1)),
        });
        if let Some(id) = carried.as_ref().and_then(|carried| carried.id.as_deref()) {
            earlier.entry(id).or_insert(at);
        }
    }
    replies
}

fn conversation(meeting: &Meeting, times: Timestamps) -> Map<String, Value> {
    let document = meeting.document;
    let mut meta = document.variables.clone();
    for (name, value) in document.named() {
        // The names that the reader of plenary, and people, look for.
        let name = if name == "document_title" { "title" } else { name };
        meta.insert(name.to_owned(), json!(value));
    }
    meta.insert("needs_review".into(), Value::from(document.needs_review));
    meta.insert("timestamp_unit".into(), Value::from(times.as_str()));
    meta
}

fn corpus(results: &Results) -> Map<String, Value> {
    let (run, study) = (results.run(), results.study());
    let targets: Map<String, Value> =
        study.targets.iter().map(|target| (stance_column(target), Value::from(target.proposition.as_str()))).collect();
    let code = |variable: &CodedVariable| {
        (code_column(&variable.id), json!({ "definition": variable.definition, "labels": variable.labels }))
    };
    let codes: Map<String, Value> = study.codes.iter().map(code).collect();
    let models: Vec<String> = run.models.iter().map(|model| format!("{} {}", model.id, model.sha256)).collect();
    Map::from_iter([
        ("name".to_owned(), Value::from(study.name.as_str())),
        ("plenary_version".to_owned(), Value::from(run.plenary_version.as_str())),
        ("run_id".to_owned(), Value::from(run.run_id.as_str())),
        ("study_sha256".to_owned(), Value::from(run.study_sha256.as_str())),
        ("models".to_owned(), Value::from(models)),
        ("propositions".to_owned(), Value::Object(targets)),
        ("codes".to_owned(), Value::Object(codes)),
    ])
}

/// The keys of metadata with their types in Python, which `index.json` lists.
#[derive(Debug, Default)]
struct Index {
    utterances: Keys,
    speakers: Keys,
    conversations: Keys,
    corpus: Keys,
}

/// For each key its types. A key without a value has none, which `ConvoKit` reads as any type.
#[derive(Debug, Default)]
struct Keys(BTreeMap<String, Vec<&'static str>>);

impl Keys {
    fn note(&mut self, meta: &Map<String, Value>) {
        for (key, value) in meta {
            let class = match value {
                Value::Null => None,
                Value::Bool(_) => Some("<class 'bool'>"),
                Value::Number(number) if number.is_f64() => Some("<class 'float'>"),
                Value::Number(_) => Some("<class 'int'>"),
                Value::String(_) => Some("<class 'str'>"),
                Value::Array(_) => Some("<class 'list'>"),
                Value::Object(_) => Some("<class 'dict'>"),
            };
            if !self.0.contains_key(key) {
                self.0.insert(key.clone(), Vec::new());
            }
            if let (Some(classes), Some(class)) = (self.0.get_mut(key), class)
                && !classes.contains(&class)
            {
                classes.push(class);
            }
        }
    }
}

impl Index {
    fn as_json(&self) -> Value {
        json!({
            "utterances-index": self.utterances.0,
            "speakers-index": self.speakers.0,
            "conversations-index": self.conversations.0,
            "overall-index": self.corpus.0,
            "version": INDEX_VERSION,
            "vectors": [],
        })
    }
}

/// A file with an object that maps ids to metadata, of which one entry is in memory.
struct Entries {
    sheet: Sheet,
    n: usize,
}

impl Entries {
    fn begin(place: &Place, name: &str) -> Result<Self, ExportError> {
        Ok(Self { sheet: place.create(name)?, n: 0 })
    }

    fn add(&mut self, id: &str, meta: &Map<String, Value>, keys: &mut Keys) -> Result<(), ExportError> {
        keys.note(meta);
        self.sheet.put(if self.n == 0 { b"{\n" } else { b",\n" })?;
        put_json(&mut self.sheet, &id)?;
        self.sheet.put(b": ")?;
        put_json(&mut self.sheet, &json!({ "meta": meta, "vectors": [] }))?;
        self.n += 1;
        Ok(())
    }

    fn finish(mut self) -> Result<(), ExportError> {
        self.sheet.put(if self.n == 0 { b"{}\n" } else { b"\n}\n" })?;
        self.sheet.finish()
    }
}

fn write_json(place: &Place, name: &str, value: &impl Serialize) -> Result<(), ExportError> {
    let mut sheet = place.create(name)?;
    put_json(&mut sheet, value)?;
    sheet.put(b"\n")?;
    sheet.finish()
}

fn put_json(sheet: &mut Sheet, value: &impl Serialize) -> Result<(), ExportError> {
    sheet
        .with(|file| value.serialize(&mut serde_json::Serializer::with_formatter(file, Ascii)).map_err(io::Error::from))
}

/// JSON in which characters beyond ASCII are escaped.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(|c: char| !c.is_ascii()) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let end = rest[at..].find(|c: char| c.is_ascii()).map_or(rest.len(), |length| at + length);
            for unit in rest[at..end].encode_utf16() {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[end..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_ascii_and_reads_back() {
        let text = "é \"q\" 😀 plain ß";
        let mut out = Vec::new();
        text.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Ascii)).unwrap();
        assert!(out.is_ascii(), "{out:?}");
        assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn the_index_lists_the_types_of_python() {
        let mut keys = Keys::default();
        for meta in [json!({"a": null, "b": 1}), json!({"a": [], "b": 1.5}), json!({"b": 2, "c": null})] {
            keys.note(meta.as_object().unwrap());
        }
        assert_eq!(keys.0["a"], ["<class 'list'>"]);
        assert_eq!(keys.0["b"], ["<class 'int'>", "<class 'float'>"]);
        assert!(keys.0["c"].is_empty());
    }
}
