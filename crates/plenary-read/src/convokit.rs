//! A `ConvoKit` corpus to documents.
//!
//! **Input:** `utterances.jsonl`, `speakers.json` and `conversations.json` of a corpus folder; the older names `users.json`,
//! `user` and `root` are read too. **Output:** a document for each conversation, a turn for each utterance. Utterances are in
//! the order of their times if each has one, and in the order of the file otherwise. `id`, `reply_to` and what the study
//! names under `carry` (`meta.score`) are kept. **Refused:** files that are not JSON, utterances without a conversation,
//! corpora without text. Vectors and info files are ignored.

use std::path::Path;

use serde_json::{Map, Value};

use super::error::{Place, ReadError, ReadErrorKind};
use super::source::Source;
use super::tabular::{self, Row, Table};
use super::{Options, decode};
use plenary_corpus::{Document, Format};

/// The file that every corpus has.
pub(crate) const UTTERANCES: &str = "utterances.jsonl";
const SPEAKERS: [&str; 2] = ["speakers.json", "users.json"];
const CONVERSATIONS: &str = "conversations.json";
/// A corpus has at least one of these as well.
const COMPANIONS: [&str; 5] = ["speakers.json", "users.json", "conversations.json", "index.json", "corpus.json"];

/// The bytes of the files of a corpus. Those that are missing are `None`.
#[derive(Debug, Default)]
pub struct Parts {
    utterances: Vec<u8>,
    speakers: Option<Vec<u8>>,
    conversations: Option<Vec<u8>>,
}

impl Parts {
    /// Collects the files with a function that returns the bytes of one by its name, or `None` if it is missing.
    ///
    /// # Errors
    /// What the function returns.
    pub fn collect<E>(mut take: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>) -> Result<Self, E> {
        let mut speakers = None;
        for name in SPEAKERS {
            if speakers.is_none() {
                speakers = take(name)?;
            }
        }
        Ok(Self { utterances: take(UTTERANCES)?.unwrap_or_default(), speakers, conversations: take(CONVERSATIONS)? })
    }
}

/// Whether a folder with these files is a corpus.
pub(crate) fn is_corpus(has: impl Fn(&str) -> bool) -> bool {
    has(UTTERANCES) && COMPANIONS.iter().any(|name| has(name))
}

/// Whether a file of this name belongs to a corpus.
pub fn is_part(name: &str) -> bool {
    name == UTTERANCES || COMPANIONS.contains(&name)
}

/// Whether a folder on disk is a corpus.
pub fn is_corpus_folder(folder: &Path) -> bool {
    is_corpus(|name| folder.join(name).is_file())
}

/// Reads a corpus. `path` is that of the folder.
///
/// # Errors
/// [`ReadError`] with the path of the file if a file is not JSON, an utterance has no conversation, or none has text.
pub fn read(path: &str, parts: &Parts, options: &Options) -> Result<Vec<Document>, ReadError> {
    let file = |name: &str| format!("{path}/{name}");
    if parts.utterances.is_empty() {
        return Err(ReadError::new(file(UTTERANCES), ReadErrorKind::Empty));
    }
    let speakers = entries(&file(SPEAKERS[0]), parts.speakers.as_deref())?;
    let conversations = entries(&file(CONVERSATIONS), parts.conversations.as_deref())?;
    let decoded = decode::decode(&parts.utterances);
    let mut table = tabular::json_lines(&decoded.text).map_err(|problem| ReadError::new(file(UTTERANCES), problem))?;
    rename(&mut table.names);
    for (row, number) in table.rows.iter().zip(1..) {
        let place = table.names.iter().position(|name| name == "conversation_id");
        if place.and_then(|at| row.cells.get(at)).is_none_or(Option::is_none) {
            let problem = format!("utterance {number} has no `conversation_id`");
            return Err(ReadError::new(file(UTTERANCES), ReadErrorKind::Row { problem }.at(row.place.clone())));
        }
    }
    sort(&mut table);
    join(&mut table, &speakers);
    let wanted = &options.columns;
    add_variables(&mut table, "speaker", &wanted.speaker_variables, &speakers);
    add_variables(&mut table, "conversation_id", &wanted.document_variables, &conversations);
    let unused = unused(&speakers, wanted);
    if !unused.is_empty() {
        table.warnings.push(format!(
            "values of speakers that were not used: {}; name them in `speaker_variables` under [columns] to keep them",
            unused.join(", ")
        ));
    }
    let mut mapping = options.columns.clone();
    for (key, name) in [
        (&mut mapping.text, "text"),
        (&mut mapping.document, "conversation_id"),
        (&mut mapping.speaker, "speaker name"),
        (&mut mapping.speaker_id, "speaker"),
    ] {
        if key.is_empty() {
            *key = name.into();
        }
    }
    for name in ["reply_to", "id"] {
        if table.names.iter().any(|known| known == name) && !mapping.carry.iter().any(|known| known == name) {
            mapping.carry.insert(0, name.into());
        }
    }
    let source = Source::new(path, &parts.utterances, Format::ConvoKit, decoded.encoding);
    let mut documents = tabular::documents(&source, table, &Options { columns: mapping, ..options.clone() })
        .map_err(|problem| ReadError::new(path, problem))?;
    for document in &mut documents {
        let id = document.front.title.clone().unwrap_or_default();
        let meta = conversations.get(&id).map(meta);
        let declared = meta.and_then(|meta| ["title", "name", "topic"].iter().find_map(|key| meta.get(*key)?.as_str()));
        if let Some(title) = declared {
            document.front.title = Some(title.to_string());
        }
    }
    Ok(documents)
}

/// Renames the columns of older versions of the format.
fn rename(names: &mut [String]) {
    for (old, new) in [("reply-to", "reply_to"), ("user", "speaker"), ("root", "conversation_id")] {
        if !names.iter().any(|name| name == new)
            && let Some(name) = names.iter_mut().find(|name| *name == old)
        {
            *name = new.into();
        }
    }
}

/// Sorts the utterances by time if each has one, and adds the date of each conversation.
fn sort(table: &mut Table) {
    let Some(at) = table.names.iter().position(|name| name == "timestamp") else { return };
    let time = |row: &Row| row.cells.get(at)?.as_deref()?.parse::<f64>().ok().filter(|time| time.is_finite());
    if table.rows.iter().all(|row| time(row).is_some()) {
        table.rows.sort_by(|a, b| time(a).unwrap_or(0.0).total_cmp(&time(b).unwrap_or(0.0)));
    }
    // Numbers of this size are seconds since 1970, from which the day follows; smaller numbers are not.
    let day = |row: &Row| {
        let seconds = time(row).filter(|seconds| (1e8..1e11).contains(seconds))?;
        let stamp = jiff::Timestamp::from_second(seconds as i64).ok()?;
        Some(jiff::tz::Offset::UTC.to_datetime(stamp).date().to_string())
    };
    if !table.names.iter().any(|name| name == "date") {
        let days: Vec<Option<String>> = table.rows.iter().map(day).collect();
        if days.iter().any(Option::is_some) {
            // The day on which a conversation begins is its date.
            let conversation = table.names.iter().position(|name| name == "conversation_id");
            let mut seen = std::collections::HashSet::new();
            let days = table.rows.iter().zip(days).map(|(row, day)| {
                let of = conversation.and_then(|at| row.cells.get(at)?.clone());
                day.filter(|_| seen.insert(of))
            });
            let days: Vec<Option<String>> = days.collect();
            add(table, "date", days);
        }
    }
}

/// Adds columns with what `speakers.json` says of the speaker of each utterance.
fn join(table: &mut Table, speakers: &Map<String, Value>) {
    let speaker = table.names.iter().position(|name| name == "speaker");
    let is_unknown = |id: &String| speakers.get(id).is_some_and(|entry| meta(entry).get(UNKNOWN) == Some(&true.into()));
    for row in &mut table.rows {
        if let Some(cell) = speaker.and_then(|at| row.cells.get_mut(at)) {
            *cell = cell.take().filter(|id| !is_unknown(id));
        }
    }
    let ids: Vec<Option<String>> = table.rows.iter().map(|row| row.cells.get(speaker?)?.clone()).collect();
    let value = |id: &str, keys: &[&str]| {
        let meta = meta(speakers.get(id)?);
        keys.iter().find_map(|key| meta.get(*key)?.as_str()).filter(|text| !text.trim().is_empty()).map(str::to_string)
    };
    let names = ids.iter().map(|id| id.as_ref().map(|id| value(id, &["name"]).unwrap_or_else(|| id.clone())));
    let names: Vec<_> = names.collect();
    for name in &READ[1..] {
        let cells: Vec<_> = ids.iter().map(|id| value(id.as_deref()?, &[*name])).collect();
        if cells.iter().any(Option::is_some) && !table.names.iter().any(|known| known == name) {
            add(table, name, cells);
        }
    }
    add(table, "speaker name", names);
}

/// Values of speakers that are read without being asked for.
const READ: [&str; 5] = ["name", "party", "affiliation", "country", "role"];

/// Marks a speaker in place of nobody: utterances of `ConvoKit` have a speaker in any case.
const UNKNOWN: &str = "is_unknown";

/// Maximum number of unused values that a warning names.
const MOST_NAMED: usize = 20;

/// Adds columns with what a file says of the id in the column `of`, unless the utterances have them.
fn add_variables(table: &mut Table, of: &str, wanted: &[String], entries: &Map<String, Value>) {
    let place = table.names.iter().position(|name| name == of);
    for name in wanted {
        if table.names.iter().any(|known| known.trim().eq_ignore_ascii_case(name)) {
            continue;
        }
        let value = |row: &Row| {
            let id = row.cells.get(place?)?.as_ref()?;
            match meta(entries.get(id)?).get(name)? {
                Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
                Value::Number(number) => Some(number.to_string()),
                Value::Bool(value) => Some(value.to_string()),
                Value::Null | Value::Array(_) | Value::Object(_) => None,
            }
        };
        let cells: Vec<Option<String>> = table.rows.iter().map(value).collect();
        if cells.iter().any(Option::is_some) {
            add(table, name, cells);
        }
    }
}

/// Names of the simple values that speakers have and nobody asked for.
fn unused(speakers: &Map<String, Value>, wanted: &super::Columns) -> Vec<String> {
    let mut names = std::collections::BTreeSet::new();
    for (name, value) in speakers.values().filter_map(|entry| meta(entry).as_object()).flatten() {
        let is_simple = matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
        if is_simple && name != UNKNOWN && !READ.contains(&name.as_str()) && !wanted.speaker_variables.contains(name) {
            names.insert(name.clone());
        }
    }
    names.into_iter().take(MOST_NAMED).collect()
}

fn add(table: &mut Table, name: &str, cells: Vec<Option<String>>) {
    let at = table.names.len();
    table.names.push(name.into());
    for (row, cell) in table.rows.iter_mut().zip(cells) {
        row.cells.resize(at, None);
        row.cells.push(cell);
    }
}

/// The entries of a file that maps ids to objects.
fn entries(path: &str, bytes: Option<&[u8]>) -> Result<Map<String, Value>, ReadError> {
    let Some(bytes) = bytes else { return Ok(Map::new()) };
    serde_json::from_str(&decode::decode(bytes).text).map_err(|error| {
        let problem = format!("expected a JSON object of ids, found at column {}: {error}", error.column());
        ReadError::new(path, ReadErrorKind::Row { problem }.at(Place::Line(error.line())))
    })
}

/// The `meta` of an entry. In older corpora the entry itself has its values.
fn meta(entry: &Value) -> &Value {
    entry.get("meta").filter(|meta| meta.is_object()).unwrap_or(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Columns;
    use plenary_attribute::attribute;

    fn corpus(utterances: &str) -> Parts {
        Parts {
            utterances: utterances.as_bytes().to_vec(),
            speakers: Some(
                br#"{"s1":{"meta":{"name":"Ann Lee","party":"Green"},"vectors":[]},"s2":{"meta":{}}}"#.to_vec(),
            ),
            conversations: Some(br#"{"c1":{"meta":{"title":"On the sea"},"vectors":[]}}"#.to_vec()),
        }
    }

    #[test]
    fn conversations_are_documents_and_utterances_turns() {
        let parts = corpus(concat!(
            r#"{"id":"u2","conversation_id":"c1","text":"It is cold.","speaker":"s2","reply-to":"u1","timestamp":1495929660,"meta":{"score":3},"vectors":[]}"#,
            "\n",
            r#"{"id":"u1","conversation_id":"c1","text":"How is the sea?","speaker":"s1","reply-to":null,"timestamp":1495929600,"meta":{"score":1},"vectors":[]}"#,
            "\n",
            r#"{"id":"u3","conversation_id":"c2","text":"Elsewhere.","speaker":"s1","reply-to":null,"timestamp":1496016000,"meta":{},"vectors":[]}"#,
            "\n",
        ));
        let columns = Columns { carry: vec!["meta.score".into()], ..Columns::default() };
        let options = Options { columns, ..Options::default() };
        let documents = read("corpus", &parts, &options).unwrap();
        assert_eq!(documents.len(), 2);
        assert_eq!(
            (documents[0].path.as_str(), documents[0].text.as_str()),
            ("corpus/c1", "How is the sea?\nIt is cold.\n")
        );
        assert_eq!(documents[0].front.date, Some(jiff::civil::date(2017, 5, 28)));
        let transcript = attribute(documents[0].clone(), &plenary_attribute::Options::default());
        assert_eq!(transcript.front.title.as_deref(), Some("On the sea"));
        let labels: Vec<_> = transcript.utterances.iter().map(|u| u.label.as_deref()).collect();
        assert_eq!(labels, [Some("Ann Lee"), Some("s2")]);
        assert_eq!(transcript.speakers[0].details.party.as_deref(), Some("Green"));
        let carried = transcript.turn_of(&transcript.utterances[1]).unwrap().carried.as_deref();
        assert_eq!(carried, Some(r#"{"id":"u2","reply_to":"u1","meta.score":"3"}"#));
    }

    #[test]
    fn a_speaker_who_is_marked_as_unknown_is_nobody() {
        let mut parts = corpus(concat!(
            r#"{"id":"u1","conversation_id":"c1","text":"How is the sea?","speaker":"c1-unknown"}"#,
            "\n",
            r#"{"id":"u2","conversation_id":"c1","text":"It is cold.","speaker":"s1"}"#,
            "\n",
        ));
        let known = br#"{"c1-unknown":{"meta":{"is_unknown":true,"name":null}},"s1":{"meta":{"is_unknown":false,"name":"Ann Lee"}}}"#;
        parts.speakers = Some(known.to_vec());
        let document = read("corpus", &parts, &Options::default()).unwrap().remove(0);
        let labels: Vec<_> =
            document.turns.iter().map(|turn| turn.speaker.as_ref().map(|speaker| speaker.label.as_str())).collect();
        assert_eq!(labels, [None, Some("Ann Lee")]);
        assert!(document.warnings.iter().all(|warning| !warning.contains("is_unknown")), "{:?}", document.warnings);
    }

    #[test]
    fn broken_files_are_named_with_their_line() {
        let error = read("corpus", &corpus("{\"id\":\"u1\",\"text\":\"a\",\"speaker\":\"s\"}\n"), &Options::default())
            .unwrap_err();
        assert!(error.to_string().starts_with("corpus/utterances.jsonl, line 1: "), "{error}");
        let parts = Parts { speakers: Some(b"{\n\"s1\": ".to_vec()), ..corpus("{}\n") };
        let error = read("corpus", &parts, &Options::default()).unwrap_err();
        assert!(error.to_string().starts_with("corpus/speakers.json, line 2: "), "{error}");
    }

    #[test]
    fn values_of_speakers_and_conversations_become_variables_where_the_study_names_them() {
        let mut parts = corpus(concat!(
            r#"{"id":"u1","conversation_id":"c1","text":"How is the sea?","speaker":"s1"}"#,
            "\n",
            r#"{"id":"u2","conversation_id":"c1","text":"It is cold.","speaker":"s2"}"#,
            "\n",
        ));
        parts.speakers = Some(
            br#"{"s1":{"meta":{"name":"Ann Lee","age":41,"is_admin":true,"tags":["a"]}},"s2":{"meta":{"age":null}}}"#
                .to_vec(),
        );
        parts.conversations = Some(br#"{"c1":{"meta":{"title":"On the sea","board":"ports"}}}"#.to_vec());
        let columns = Columns {
            speaker_variables: vec!["age".into()],
            document_variables: vec!["board".into()],
            ..Columns::default()
        };
        let documents = read("corpus", &parts, &Options { columns, ..Options::default() }).unwrap();
        assert_eq!(documents[0].front.variables["board"], "ports");
        let variables =
            documents[0].turns.iter().map(|turn| turn.speaker.as_ref().unwrap().variables.get("age").cloned());
        assert_eq!(variables.collect::<Vec<_>>(), [Some("41".to_string()), None]);
        let warnings = documents[0].warnings.join("\n");
        assert!(warnings.contains("not used: is_admin;"), "{warnings}");
    }
}
