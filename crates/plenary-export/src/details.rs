//! Documents and people as the tables describe them.
//!
//! **Input:** `documents` and `speakers` of results, with the columns that the study adds. **Output:** their rows as plain values.
//! **Refused:** tables that are damaged. **Left to others:** how they are written.

use plenary_tables::schema::{DocumentRow, SpeakerRow};
use plenary_tables::{DataFrame, OpenError, Results, Table, text};
use serde_json::{Map, Value};

use crate::ExportError;

/// A document.
#[derive(Debug)]
pub(crate) struct Document {
    /// `document_id`.
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) title: Option<String>,
    pub(crate) event: Option<String>,
    pub(crate) panel: Option<String>,
    pub(crate) session: Option<String>,
    /// In ISO 8601.
    pub(crate) date: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) needs_review: bool,
    /// The columns that the study adds.
    pub(crate) variables: Map<String, Value>,
}

/// A person in a document.
#[derive(Debug)]
pub(crate) struct Speaker {
    /// `speaker_id`.
    pub(crate) id: String,
    pub(crate) document_id: String,
    pub(crate) person_id: String,
    pub(crate) name: String,
    pub(crate) name_as_printed: String,
    pub(crate) role: String,
    pub(crate) n_utterances: u32,
    pub(crate) facts: Facts,
    /// The columns that the study adds.
    pub(crate) variables: Map<String, Value>,
}

/// What a document says of a person.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) honorific: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) affiliation: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) constituency: Option<String>,
    pub(crate) party: Option<String>,
    pub(crate) sex: Option<String>,
}

impl Facts {
    /// Names of the columns of the facts.
    pub(crate) const NAMES: [&'static str; 7] =
        ["honorific", "title", "affiliation", "country", "constituency", "party", "sex"];

    /// The facts with the names of their columns.
    pub(crate) fn named(&self) -> [(&'static str, Option<&str>); 7] {
        let values = [
            &self.honorific,
            &self.title,
            &self.affiliation,
            &self.country,
            &self.constituency,
            &self.party,
            &self.sex,
        ];
        std::array::from_fn(|at| (Self::NAMES[at], values[at].as_deref()))
    }
}

impl Document {
    /// Names of the values of [`Document::named`] in exports.
    pub(crate) const NAMES: [&'static str; 7] = [
        "document_path",
        "document_title",
        "document_event",
        "document_panel",
        "document_session",
        "date",
        "document_language",
    ];

    /// What the document says of itself, with names.
    pub(crate) fn named(&self) -> [(&'static str, Option<&str>); 7] {
        let values = [
            Some(&self.path),
            self.title.as_ref(),
            self.event.as_ref(),
            self.panel.as_ref(),
            self.session.as_ref(),
            self.date.as_ref(),
            self.language.as_ref(),
        ];
        std::array::from_fn(|at| (Self::NAMES[at], values[at].map(String::as_str)))
    }
}

pub(crate) fn documents(results: &Results) -> Result<Vec<Document>, ExportError> {
    let frame = results.frame(DocumentRow::TABLE)?;
    let variables = variables(results, DocumentRow::TABLE, &frame)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let rows = DocumentRow::rows(&frame)?.into_iter().zip(variables).map(|(row, variables)| Document {
        id: row.document_id.to_owned(),
        path: row.path.to_owned(),
        title: owned(row.title),
        event: owned(row.event),
        panel: owned(row.panel),
        session: owned(row.session),
        date: row.date.map(|date| date.to_string()),
        language: owned(row.language),
        needs_review: row.needs_review,
        variables,
    });
    Ok(rows.collect())
}

pub(crate) fn speakers(results: &Results) -> Result<Vec<Speaker>, ExportError> {
    let frame = results.frame(SpeakerRow::TABLE)?;
    let variables = variables(results, SpeakerRow::TABLE, &frame)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let rows = SpeakerRow::rows(&frame)?.into_iter().zip(variables).map(|(row, variables)| Speaker {
        id: row.speaker_id.to_owned(),
        document_id: row.document_id.to_owned(),
        person_id: row.person_id.to_owned(),
        name: row.name.to_owned(),
        name_as_printed: row.name_as_printed.to_owned(),
        role: row.role.to_owned(),
        n_utterances: row.n_utterances,
        facts: Facts {
            honorific: owned(row.honorific),
            title: owned(row.title),
            affiliation: owned(row.affiliation),
            country: owned(row.country),
            constituency: owned(row.constituency),
            party: owned(row.party),
            sex: owned(row.sex),
        },
        variables,
    });
    Ok(rows.collect())
}

/// The columns that the study adds to a table, for each row.
fn variables(results: &Results, table: Table, frame: &DataFrame) -> Result<Vec<Map<String, Value>>, ExportError> {
    let names = variable_names(results, table);
    if names.is_empty() {
        return Ok(vec![Map::new(); frame.height()]);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let wrong = |source| OpenError::stored(table.name, source);
    let chosen = frame.select(names.iter().copied()).map_err(wrong)?;
    Ok(text::json_rows(&chosen).map_err(wrong)?)
}

/// The names of the columns that the study adds to a table.
pub(crate) fn variable_names(results: &Results, table: Table) -> Vec<String> {
    let variables = results.study().variables.iter().filter(|variable| variable.is_in(&table));
    variables.map(|variable| variable.name.clone()).collect()
}
