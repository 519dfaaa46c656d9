//! Documents, people, and the groups by which segments are compared.
//!
//! **Input:** the tables `documents`, `speakers` and `people`, and the column of groups if one is named. **Output:** [`Corpus`], people sorted by
//! decreasing words. **Refused:** a column that neither `speakers` nor `documents` has. **Left to others:** turns and segments.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use plenary_tables::schema::{DocumentRow, PersonRow, SpeakerRow, VariableOf};
use plenary_tables::{DataFrame, Results, text};
use rustc_hash::FxHashMap;

use super::{MOST_BARS, MOST_GROUPS, MOST_ROWS};
use crate::ReportError;

/// Documents, people and groups.
pub(crate) struct Corpus {
    /// In the order of the table.
    pub(crate) documents: Vec<Document>,
    /// In the order of the table.
    pub(crate) speakers: Vec<Speaker>,
    /// Sorted by decreasing words.
    pub(crate) people: Vec<Person>,
    pub(crate) grouping: Option<Grouping>,
    document_numbers: FxHashMap<String, u32>,
    speaker_numbers: FxHashMap<String, u32>,
    person_numbers: FxHashMap<String, u32>,
}

/// A document.
pub(crate) struct Document {
    pub(crate) id: String,
    /// Title, or the name of the file without its ending.
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) date: Option<Date>,
    pub(crate) language: Option<String>,
    pub(crate) format: String,
    pub(crate) n_turns: u32,
    pub(crate) n_segments: u32,
    pub(crate) n_words: u32,
    pub(crate) needs_review: bool,
    pub(crate) warnings: Vec<String>,
    /// Whether the report names the document in a table: it is one of the first, or of the longest.
    pub(crate) is_listed: bool,
    /// The group of everything in the document, if groups are formed by a column of documents.
    pub(crate) group: Option<u32>,
}

/// A person in a document.
pub(crate) struct Speaker {
    pub(crate) name: String,
    /// Number of the person.
    pub(crate) person: u32,
    /// Role, party and other details, separated by commas.
    pub(crate) about: String,
    /// The group, if groups are formed by a column of speakers.
    pub(crate) group: Option<u32>,
}

/// A person over all documents.
#[derive(Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) roles: BTreeSet<String>,
    pub(crate) party: BTreeSet<String>,
    pub(crate) affiliation: BTreeSet<String>,
    pub(crate) n_documents: u32,
    pub(crate) n_turns: u32,
    pub(crate) n_words: u32,
    /// Time of speech, if the source has times.
    pub(crate) seconds: Option<f64>,
}

/// The groups by which segments are compared.
pub(crate) struct Grouping {
    /// Name of the column.
    pub(crate) column: String,
    /// Values that are compared, by decreasing words; ties in the order of the values.
    pub(crate) values: Vec<String>,
    /// Further values that are not.
    pub(crate) n_others: usize,
    pub(crate) of_persons: bool,
}

impl Corpus {
    pub(crate) fn document(&self, id: &str) -> Result<u32, ReportError> {
        self.document_numbers.get(id).copied().ok_or_else(|| misfit("documents", id))
    }

    pub(crate) fn speaker(&self, id: &str) -> Result<u32, ReportError> {
        self.speaker_numbers.get(id).copied().ok_or_else(|| misfit("speakers", id))
    }

    /// The number of a person who speaks somewhere.
    pub(crate) fn person(&self, id: &str) -> Option<u32> {
        self.person_numbers.get(id).copied()
    }
}

/// The numbers of documents, the longest first.
pub(crate) fn by_length(documents: &[Document]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(documents[*at].n_words));
    order
}

fn misfit(table: &str, id: &str) -> ReportError {
    ReportError::Misfit { problem: format!("`{table}` has no `{id}`, which another table names") }
}

/// Columns of speakers that form groups if none is named, the first with several values.
const USUAL: [&str; 4] = ["party", "country", "affiliation", "role"];

pub(super) fn corpus(results: &Results, by: Option<&str>) -> Result<Corpus, ReportError> {
    let documents_frame = results.frame(DocumentRow::TABLE)?;
    let mut documents: Vec<Document> = DocumentRow::rows(&documents_frame)?.into_iter().map(document).collect();
    let longest: BTreeSet<usize> = by_length(&documents).into_iter().take(MOST_BARS).collect();
    for (at, document) in documents.iter_mut().enumerate() {
        document.is_listed = at < MOST_ROWS || longest.contains(&at);
    }
    let document_numbers = numbers(documents.iter().map(|document| document.id.as_str()));
    let (mut people, person_numbers) = people(results)?;
    let speakers_frame = results.frame(SpeakerRow::TABLE)?;
    let rows = SpeakerRow::rows(&speakers_frame)?;
    let speaker_numbers = numbers(rows.iter().map(|row| row.speaker_id));
    let words: Vec<u32> = rows.iter().map(|row| row.n_words).collect();
    let mut speakers = Vec::with_capacity(rows.len());
    tell_apart(&mut people, &rows, &person_numbers, &documents, &document_numbers);
    for row in &rows {
        let person = *person_numbers.get(row.person_id).ok_or_else(|| misfit("people", row.person_id))?;
        let known = &mut people[person as usize];
        known.roles.insert(row.role.to_owned());
        known.party.extend(row.party.map(str::to_owned));
        known.affiliation.extend(row.affiliation.map(str::to_owned));
        // A role that says nothing is left out.
        let role = Some(row.role).filter(|role| !matches!(*role, "speaker" | "unknown"));
        let about = [row.party, row.title, row.affiliation, row.country, role];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        speakers.push(Speaker { name: row.name.to_owned(), person, about: about.join(", "), group: None });
    }
    let grouping = grouping(results, by, (&documents_frame, &mut documents), (&speakers_frame, &mut speakers), &words)?;
    Ok(Corpus { documents, speakers, people, grouping, document_numbers, speaker_numbers, person_numbers })
}

fn numbers<'i>(ids: impl Iterator<Item = &'i str>) -> FxHashMap<String, u32> {
    ids.enumerate().map(|(at, id)| (id.to_owned(), at as u32)).collect()
}

fn document(row: DocumentRow) -> Document {
    // As in the column `document` of `analysis`.
    let file = row.path.rsplit('/').next().unwrap_or(row.path);
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let named = if stem.is_empty() { file } else { stem };
    Document {
        id: row.document_id.to_owned(),
        name: row.title.map(str::trim).filter(|title| !title.is_empty()).unwrap_or(named).to_owned(),
        path: row.path.to_owned(),
        date: row.date,
        language: row.language.map(str::to_owned),
        format: row.format.to_owned(),
        n_turns: row.n_utterances,
        n_segments: row.n_segments,
        n_words: row.n_words,
        needs_review: row.needs_review,
        is_listed: false,
        warnings: row.warnings,
        group: None,
    }
}

/// The people by decreasing words, and their numbers.
fn people(results: &Results) -> Result<(Vec<Person>, FxHashMap<String, u32>), ReportError> {
    let frame = results.frame(PersonRow::TABLE)?;
    let mut rows = PersonRow::rows(&frame)?;
    rows.sort_by(|a, b| b.n_words.cmp(&a.n_words).then_with(|| a.person_id.cmp(b.person_id)));
    let numbers = numbers(rows.iter().map(|row| row.person_id));
    let people = rows.into_iter().map(|row| Person {
        name: row.name.to_owned(),
        n_documents: row.n_documents,
        n_turns: row.n_utterances,
        n_words: row.n_words,
        ..Person::default()
    });
    Ok((people.collect(), numbers))
}

/// Adds the document to the names of people who share a name.
fn tell_apart(
    people: &mut [Person],
    speakers: &[SpeakerRow],
    person_numbers: &FxHashMap<String, u32>,
    documents: &[Document],
    document_numbers: &FxHashMap<String, u32>,
) {
    let mut uses: FxHashMap<String, usize> = FxHashMap::default();
    for person in people.iter() {
        *uses.entry(person.name.clone()).or_default() += 1;
    }
    for row in speakers {
        let person = person_numbers.get(row.person_id).and_then(|at| people.get_mut(*at as usize));
        let document = document_numbers.get(row.document_id).and_then(|at| documents.get(*at as usize));
        if let (Some(person), Some(document)) = (person, document)
            // A name that was changed is no longer among those that are shared.
            && uses.get(&person.name).is_some_and(|n| *n > 1)
        {
            person.name = format!("{} ({})", person.name, document.name);
        }
    }
}

/// The columns by which the study itself forms groups, where it names single ones.
fn of_study(results: &Results) -> Option<String> {
    let sections = results.study().json["estimates"]["by"].as_array()?;
    sections.iter().find_map(|section| match section["columns"].as_array()?.as_slice() {
        [single] => single.as_str().map(str::to_owned),
        _ => None,
    })
}

/// Where a column of groups is.
pub(super) enum Source {
    Speakers,
    Documents,
}

pub(super) fn source_of(results: &Results, name: &str) -> Option<Source> {
    let variables = &results.study().variables;
    let is_variable = |of: VariableOf| variables.iter().any(|variable| variable.of == of && variable.name == name);
    let has = |table: plenary_tables::Table| table.columns.iter().any(|column| column.name == name);
    if is_variable(VariableOf::Person) || has(SpeakerRow::TABLE) {
        Some(Source::Speakers)
    } else if is_variable(VariableOf::Document) || has(DocumentRow::TABLE) {
        Some(Source::Documents)
    } else {
        None
    }
}

fn grouping(
    results: &Results,
    by: Option<&str>,
    (documents_frame, documents): (&DataFrame, &mut [Document]),
    (speakers_frame, speakers): (&DataFrame, &mut [Speaker]),
    words_of_speakers: &[u32],
) -> Result<Option<Grouping>, ReportError> {
    let named = match by {
        Some(name) => match source_of(results, name) {
            Some(source) => Some((name.to_owned(), source)),
            None => return Err(unknown(results, name)),
        },
        None => of_study(results).and_then(|name| source_of(results, &name).map(|source| (name, source))),
    };
    let usual = USUAL.iter().map(|name| ((*name).to_owned(), Source::Speakers));
    for (name, source) in named.into_iter().chain(usual.take(if by.is_some() { 0 } else { USUAL.len() })) {
        let (frame, words): (_, Vec<u32>) = match source {
            Source::Speakers => (speakers_frame, words_of_speakers.to_vec()),
            Source::Documents => (documents_frame, documents.iter().map(|document| document.n_words).collect()),
        };
        let values = values(frame, &name)?;
        let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
        let mut n_rows = 0;
        for (value, words) in values.iter().zip(&words).filter(|(value, words)| !value.is_empty() && **words > 0) {
            *sizes.entry(value).or_default() += u64::from(*words);
            n_rows += 1;
        }
        // A column that was not asked for must have several values, and fewer than there are speakers.
        let compares = sizes.len() > 1 && sizes.len() < n_rows;
        if sizes.is_empty() || by.is_none() && !compares {
            continue;
        }
        let mut sorted: Vec<(&str, u64)> = sizes.into_iter().collect();
        sorted.sort_by_key(|(_, words)| std::cmp::Reverse(*words));
        let shown: Vec<String> = sorted.iter().take(MOST_GROUPS).map(|(value, _)| (*value).to_owned()).collect();
        let n_others = sorted.len() - shown.len();
        let numbers = numbers(shown.iter().map(String::as_str));
        let groups = values.iter().map(|value| numbers.get(value).copied());
        match source {
            Source::Speakers => speakers.iter_mut().zip(groups).for_each(|(speaker, group)| speaker.group = group),
            Source::Documents => documents.iter_mut().zip(groups).for_each(|(document, group)| document.group = group),
        }
        let of_persons = matches!(source, Source::Speakers);
        return Ok(Some(Grouping { column: name, values: shown, n_others, of_persons }));
    }
    Ok(None)
}

pub(super) fn values(frame: &DataFrame, name: &str) -> Result<Vec<String>, ReportError> {
    let misfit = |error: &dyn std::fmt::Display| ReportError::Misfit { problem: error.to_string() };
    let single = frame.select([name]).map_err(|error| misfit(&error))?;
    let rows = text::text_rows(&single).map_err(|error| misfit(&error))?;
    Ok(rows.into_iter().map(|row| row.into_iter().next().unwrap_or_default()).collect())
}

fn unknown(results: &Results, name: &str) -> ReportError {
    let own = [SpeakerRow::TABLE, DocumentRow::TABLE];
    let own = own.iter().flat_map(|table| table.columns.iter().map(|column| column.name.to_owned()));
    let variables = results.study().variables.iter().map(|variable| variable.name.clone());
    ReportError::UnknownColumn {
        name: name.to_owned(),
        whose: "of `speakers` or `documents`",
        known: own.chain(variables).collect::<Vec<_>>().join(", "),
    }
}
