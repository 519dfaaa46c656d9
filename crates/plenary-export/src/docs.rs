//! Texts with a table of metadata, as quanteda, readtext and other programs read them.
//!
//! **Input:** opened results and what a text holds. **Output:** `texts/NAME.txt`, whose paragraphs are turns, and `metadata.csv` with a row
//! for each, whose column `doc_id` is the name of the file. **Refused:** results without turns. **Left to others:** the folder (`place`).
//!
//! Turns that nobody is known to speak are texts of their own, one for each document.

use std::collections::{BTreeMap, HashSet};
use std::io;

use plenary_corpus::hash::sha256;
use plenary_tables::Results;
use plenary_tables::schema::{DocumentRow, SpeakerRow, stance_column};
use serde::Serialize;
use serde_json::Value;

use crate::details::{Document, Facts, Speaker, variable_names};
use crate::means::Means;
use crate::meetings::{Known, Meeting, Meetings, Turn};
use crate::people::people;
use crate::place::{Place, Sheet};
use crate::{ExportError, Exported, note_without_turns};

/// How texts are cut.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DocsOptions {
    /// What a text holds.
    pub unit: Unit,
}

/// What a text holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// What a speaker says in a document.
    #[default]
    Speaker,
    /// What a person says in all documents.
    Person,
    /// All turns of a document.
    Document,
    /// A turn.
    Turn,
}

/// The folder of the texts.
const TEXTS: &str = "texts";

pub(crate) fn write(results: &Results, options: DocsOptions, place: &Place) -> Result<Exported, ExportError> {
    let known = Known::of(results)?;
    let columns = Columns::of(results, options.unit);
    let mut meetings = Meetings::of(results, &known)?;
    place.folder(TEXTS)?;
    let mut texts =
        Texts { place, columns: &columns, names: HashSet::new(), metadata: Metadata::begin(place, &columns)? };
    // Only these are added to over documents; of each, the text is in its file and the rest is some numbers.
    let mut persons: BTreeMap<String, Text> = BTreeMap::new();
    while let Some(meeting) = meetings.next()? {
        let n_targets = columns.targets.len();
        match options.unit {
            Unit::Document => {
                let mut text = Text::new(None, Some(meeting.document), n_targets);
                meeting.turns.iter().for_each(|turn| text.add(turn));
                texts.write(&meeting.document.id, &text)?;
            }
            Unit::Turn => {
                for turn in &meeting.turns {
                    let mut text = Text::new(turn.speaker, Some(meeting.document), n_targets);
                    text.add(turn);
                    texts.write(&turn.utterance_id, &text)?;
                }
            }
            Unit::Speaker => {
                for (id, text) in by_speaker(&meeting, n_targets) {
                    texts.write(&id, &text)?;
                }
            }
            Unit::Person => {
                for (id, text) in by_speaker(&meeting, n_targets) {
                    let id = text.speaker.map_or(id, |speaker| speaker.person_id.clone());
                    match persons.get_mut(&id) {
                        Some(person) => texts.append(person, text)?,
                        None => _ = persons.insert(id.clone(), texts.begin(&id, text)?),
                    }
                }
            }
        }
    }
    if !persons.is_empty() {
        let people = people(&known.speakers);
        for (id, text) in &persons {
            texts.metadata.add(&columns.person_row(text, people.get(id.as_str())))?;
        }
    }
    if texts.names.is_empty() {
        return Err(ExportError::NoTurns);
    }
    let n_texts = texts.names.len();
    texts.metadata.finish()?;
    Ok(Exported { counts: vec![(n_texts, "text")], notes: note_without_turns(&meetings).into_iter().collect() })
}

/// The texts of the speakers of a document by id, in the order of their first turns.
fn by_speaker<'d>(meeting: &Meeting<'d>, n_targets: usize) -> Vec<(String, Text<'d>)> {
    let mut texts: Vec<(String, Text)> = Vec::new();
    for turn in &meeting.turns {
        let unknown = || format!("{}-unknown", meeting.document.id);
        let id = turn.speaker.map_or_else(unknown, |speaker| speaker.id.clone());
        let at = texts.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            texts.push((id, Text::new(turn.speaker, Some(meeting.document), n_targets)));
            texts.len() - 1
        });
        texts[at].1.add(turn);
    }
    texts
}

/// A text under construction.
#[derive(Debug)]
struct Text<'d> {
    /// Name of the file, once it has one.
    name: String,
    speaker: Option<&'d Speaker>,
    /// `None` for the text of a person in several documents.
    document: Option<&'d Document>,
    content: String,
    position: u32,
    times: (Option<f64>, Option<f64>),
    n_documents: usize,
    n_utterances: usize,
    n_words: u64,
    means: Means,
}

impl<'d> Text<'d> {
    fn new(speaker: Option<&'d Speaker>, document: Option<&'d Document>, n_targets: usize) -> Self {
        Self {
            name: String::new(),
            speaker,
            document,
            content: String::new(),
            position: 0,
            times: (None, None),
            n_documents: 1,
            n_utterances: 0,
            n_words: 0,
            means: Means::new(n_targets),
        }
    }

    fn add(&mut self, turn: &Turn) {
        if !self.content.is_empty() {
            self.content.push_str("\n\n");
        }
        self.content.push_str(&turn.text);
        if self.n_utterances == 0 {
            self.position = turn.position;
            self.times.0 = turn.time_start_s;
        }
        self.times.1 = turn.time_end_s;
        self.n_utterances += 1;
        self.n_words += u64::from(turn.n_words);
        turn.segments.iter().for_each(|segment| self.means.add(segment));
    }
}

/// The files of the texts, and the rows about them.
struct Texts<'p> {
    place: &'p Place,
    columns: &'p Columns,
    /// Names in lower case: some file systems do not distinguish case.
    names: HashSet<String>,
    metadata: Metadata,
}

impl Texts<'_> {
    /// Writes a text that is complete, and its row.
    fn write(&mut self, id: &str, text: &Text) -> Result<(), ExportError> {
        let name = self.put(id, &text.content)?;
        self.metadata.add(&self.columns.row(&name, text))
    }

    /// Writes the first part of a text; its row follows when the text is complete.
    fn begin<'d>(&mut self, id: &str, text: Text<'d>) -> Result<Text<'d>, ExportError> {
        let name = self.put(id, &text.content)?;
        Ok(Text { name, content: String::new(), ..text })
    }

    /// Adds a part to a text.
    fn append<'d>(&mut self, person: &mut Text<'d>, part: Text<'d>) -> Result<(), ExportError> {
        let mut sheet = self.place.append(&format!("{TEXTS}/{}", person.name))?;
        sheet.put(b"\n")?;
        sheet.put(part.content.as_bytes())?;
        sheet.put(b"\n")?;
        sheet.finish()?;
        person.document = None;
        person.n_documents += 1;
        person.n_utterances += part.n_utterances;
        person.n_words += part.n_words;
        person.means.join(&part.means);
        Ok(())
    }

    fn put(&mut self, id: &str, text: &str) -> Result<String, ExportError> {
        let name = file_name(id, |name| self.names.insert(name.to_lowercase()));
        let mut sheet = self.place.create(&format!("{TEXTS}/{name}"))?;
        sheet.put(text.as_bytes())?;
        sheet.put(b"\n")?;
        sheet.finish()?;
        Ok(name)
    }
}

/// Maximum length of an id that is the name of a file as it is.
const LONGEST_NAME: usize = 100;

/// The name of the file of a text: the id if every file system takes it and it is free, and else a part of its sha256.
fn file_name(id: &str, mut is_free: impl FnMut(&str) -> bool) -> String {
    let is_plain = !id.is_empty()
        && id.len() <= LONGEST_NAME
        && !id.starts_with(['.', '-'])
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && !is_reserved(id);
    let name = format!("{id}.txt");
    if is_plain && is_free(&name) {
        return name;
    }
    let name = format!("id-{}.txt", &sha256(id.as_bytes())[..16]);
    is_free(&name);
    name
}

/// Names of devices in Windows, which files cannot have.
fn is_reserved(id: &str) -> bool {
    let stem = id.split('.').next().unwrap_or(id).to_ascii_lowercase();
    let is_numbered = |device: &str| stem.strip_prefix(device).is_some_and(|n| n.len() == 1 && n != "0");
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul") || is_numbered("com") || is_numbered("lpt")
}

/// The columns of `metadata.csv`.
#[derive(Debug)]
struct Columns {
    unit: Unit,
    names: Vec<String>,
    of_person: Vec<String>,
    of_document: Vec<String>,
    /// Names of the columns of the targets.
    targets: Vec<String>,
}

impl Columns {
    fn of(results: &Results, unit: Unit) -> Self {
        let targets: Vec<String> = results.study().targets.iter().map(stance_column).collect();
        let (of_person, of_document) =
            (variable_names(results, SpeakerRow::TABLE), variable_names(results, DocumentRow::TABLE));
        let mut names: Vec<String> = vec!["doc_id".into()];
        let mut add = |more: &[&str]| names.extend(more.iter().map(|name| (*name).to_owned()));
        match unit {
            Unit::Turn => add(&["utterance_id", "position", "time_start_s", "time_end_s"]),
            Unit::Speaker | Unit::Person | Unit::Document => {}
        }
        if unit != Unit::Document {
            add(if unit == Unit::Person { &["person_id", "name", "role"] } else { &PERSON_IDS });
            add(&Facts::NAMES);
            names.extend(of_person.iter().cloned());
        }
        if unit == Unit::Person {
            names.push("n_documents".into());
        } else {
            names.push("document_id".into());
            names.extend(Document::NAMES.map(str::to_owned));
            names.extend(of_document.iter().cloned());
        }
        names.extend(["n_utterances", "n_words", "n_segments", "sentiment_score"].map(str::to_owned));
        names.extend(targets.iter().flat_map(|target| [target.clone(), format!("n_{target}")]));
        Self { unit, names: distinct(names), of_person, of_document, targets }
    }

    fn row(&self, name: &str, text: &Text) -> Vec<String> {
        let mut row = vec![name.to_owned()];
        if self.unit == Unit::Turn {
            row.push(name.trim_end_matches(".txt").to_owned());
            row.push(text.position.to_string());
            row.extend([text.times.0, text.times.1].map(|time| time.map(|time| time.to_string()).unwrap_or_default()));
        }
        if self.unit != Unit::Document {
            match text.speaker {
                None => row.extend(vec![String::new(); PERSON_IDS.len() + Facts::NAMES.len() + self.of_person.len()]),
                Some(speaker) => {
                    let ids = [&speaker.id, &speaker.person_id, &speaker.name, &speaker.role];
                    row.extend(ids.map(String::clone));
                    row.extend(speaker.facts.named().map(|(_, value)| value.unwrap_or_default().to_owned()));
                    row.extend(self.of_person.iter().map(|name| cell(speaker.variables.get(name))));
                }
            }
        }
        if let Some(document) = text.document {
            row.push(document.id.clone());
            row.extend(document.named().map(|(_, value)| value.unwrap_or_default().to_owned()));
            row.extend(self.of_document.iter().map(|name| cell(document.variables.get(name))));
        }
        row.extend(measures(text));
        row
    }

    /// The row of a person over all documents. `known` are the values that are the same in all of them.
    fn person_row(&self, text: &Text, known: Option<&serde_json::Map<String, Value>>) -> Vec<String> {
        let value = |name: &str| cell(known.and_then(|known| known.get(name)));
        let id = text.speaker.map(|speaker| speaker.person_id.clone()).unwrap_or_default();
        let mut row = vec![text.name.clone(), id, value("name"), value("role")];
        row.extend(Facts::NAMES.map(value));
        row.extend(self.of_person.iter().map(|name| value(name)));
        row.push(text.n_documents.to_string());
        row.extend(measures(text));
        row
    }
}

/// Columns that say who speaks.
const PERSON_IDS: [&str; 4] = ["speaker_id", "person_id", "name", "role"];

fn measures(text: &Text) -> Vec<String> {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let means = &text.means;
    let mut cells = vec![
        text.n_utterances.to_string(),
        text.n_words.to_string(),
        means.n_segments.to_string(),
        number(means.sentiment.value()),
    ];
    cells.extend(means.stances.iter().flat_map(|mean| [number(mean.value()), mean.n.to_string()]));
    cells
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The names with a number after those that are there already: the study names its columns itself.
fn distinct(names: Vec<String>) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::new();
    let free = |name: String| {
        let numbered = (2..).map(|n| format!("{name}_{n}"));
        // The numbers do not end before a name is free.
        std::iter::once(name.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase())).unwrap_or(name)
    };
    names.into_iter().map(free).collect()
}

/// The table `metadata.csv`.
struct Metadata(csv::Writer<Sheet>);

impl Metadata {
    fn begin(place: &Place, columns: &Columns) -> Result<Self, ExportError> {
        let mut metadata = Self(csv::Writer::from_writer(place.create("metadata.csv")?));
        metadata.add(&columns.names)?;
        Ok(metadata)
    }

    fn add(&mut self, row: &[String]) -> Result<(), ExportError> {
        let written = self.0.write_record(row).map_err(io::Error::from);
        written.map_err(|source| self.0.get_ref().error(source))
    }

    fn finish(mut self) -> Result<(), ExportError> {
        let flushed = self.0.flush();
        flushed.map_err(|source| self.0.get_ref().error(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_a_file_system_refuses_get_another_name() {
        let any = |_: &str| true;
        assert_eq!(file_name("7db231c01f6d-p002", any), "7db231c01f6d-p002.txt");
        for id in ["", "Ann Lee", "../x", "con", "COM1.x", ".hidden", "-rf", "é", &"a".repeat(200)] {
            let name = file_name(id, any);
            assert!(name.starts_with("id-") && name.len() == 23, "{id}: {name}");
        }
        let mut names = HashSet::new();
        let mut free = |name: &str| names.insert(name.to_lowercase());
        assert_eq!(file_name("Q1", &mut free), "Q1.txt");
        assert!(file_name("q1", &mut free).starts_with("id-"));
    }

    #[test]
    fn columns_have_distinct_names() {
        let names = ["a", "A", "b", "a"].map(str::to_owned).to_vec();
        assert_eq!(distinct(names), ["a", "A_2", "b", "a_3"]);
    }
}
