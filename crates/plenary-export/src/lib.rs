//! Results as files of other programs.
//!
//! **Input:** opened [`Results`] and the form that is wanted. **Output:** a folder: a `ConvoKit` corpus, a TEI file per document, CSV
//! files for spreadsheets, or texts with a table of metadata; complete or not at all. One document is in memory at a time.
//! **Refused:** a folder that holds files that were not exported, an earlier export unless it may be replaced, places that cannot be
//! written. **Left to others:** the tables (`plenary-tables`), and who may want which form.
//!
//! `meetings` reads turns with their measures document by document, `people` what is known of people over all documents, `means` adds up
//! measures, `place` keeps the folder complete. Each form has a module.

mod convokit;
mod csv;
mod details;
mod docs;
mod error;
mod means;
mod meetings;
mod people;
mod place;
mod tei;

use std::path::Path;

use plenary_tables::Results;
use serde::Serialize;

pub use csv::CsvOptions;
pub use docs::{DocsOptions, Unit};
pub use error::ExportError;
pub use plenary_tables::text::CsvStyle;

use meetings::Meetings;
use place::Place;

/// What results are exported as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A corpus of `ConvoKit`: `utterances.jsonl`, `speakers.json`, `conversations.json`, `corpus.json`, `index.json`.
    #[serde(rename = "convokit")]
    ConvoKit,
    /// A CSV file per table.
    Csv(CsvOptions),
    /// A TEI file per document, as Parla-CLARIN recommends it.
    Tei,
    /// Texts, and `metadata.csv` with a row for each.
    Docs(DocsOptions),
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// Number of things of a kind, such as 6 times `turn`, in the order in which a person wants to read them.
    pub counts: Vec<(usize, &'static str)>,
    /// What a person should know about the files, in sentences.
    pub notes: Vec<String>,
}

/// Exports results into a folder. An earlier export in the folder is replaced if `replace` is set.
///
/// # Errors
/// [`ExportError`] if the folder is refused or cannot be written, or a table is damaged. Then nothing is left in the folder, and an earlier
/// export is unchanged unless the error is [`ExportError::Install`].
pub fn export(results: &Results, form: &Form, out: &Path, replace: bool) -> Result<Exported, ExportError> {
    let place = Place::prepare(out, replace)?;
    let exported = match form {
        Form::ConvoKit => convokit::write(results, &place)?,
        Form::Csv(options) => csv::write(results, options, &place)?,
        Form::Tei => tei::write(results, &place)?,
        Form::Docs(options) => docs::write(results, *options, &place)?,
    };
    place.publish(form)?;
    Ok(exported)
}

/// A note on documents of the results that are not in the export, because nobody speaks in them.
fn note_without_turns(meetings: &Meetings) -> Option<String> {
    let paths = meetings.without_turns();
    const SHOWN: usize = 5;
    let more = if paths.len() > SHOWN { ", ..." } else { "" };
    let shown = paths.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match paths.len() {
        0 => None,
        1 => Some(format!("1 document without turns is not exported: {shown}")),
        n => Some(format!("{n} documents without turns are not exported: {shown}{more}")),
    }
}
