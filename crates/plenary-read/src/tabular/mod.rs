//! Tables to documents: one row is one turn, columns say what is said, by whom and when.
//!
//! Comes in: a table as CSV, TSV, JSONL, XLSX or Parquet and the study's names of its columns. Goes out: one document,
//! or one for each value of the document column, in the order of first rows. Refuses tables without a column of text.
//! Rows without text are left out, with a warning; columns without a use are named in another.

mod columns;
mod delimited;
mod jsonl;
mod parquet;
mod workbook;

use std::collections::HashMap;

use columns::Use;

use super::parts::Parts;
use super::source::{Part, Source};
use super::{ReadError, decode, detect};
use crate::Columns;
use plenary_corpus::{Declared, Details, Document, Format, Turn};
use plenary_names::roles::role_named;

/// A table as read, whatever it was stored in.
#[derive(Debug, Default)]
pub struct Table {
    pub names: Vec<String>,
    pub rows: Vec<Row>,
    pub warnings: Vec<String>,
}

/// One row; a cell is `None` where it is empty or null.
#[derive(Debug)]
pub struct Row {
    /// Where it stands, for messages: "line 7".
    pub place: String,
    pub cells: Vec<Option<String>>,
}

/// The kind of table that a file is, by its content or, for text, by its extension; `None` for other files.
pub(super) fn kind(path: &str, bytes: &[u8]) -> Option<Format> {
    if bytes.starts_with(detect::PARQUET) {
        return Some(Format::Parquet);
    }
    if bytes.starts_with(detect::ZIP) {
        return (detect::zip(bytes) == detect::Zip::Workbook).then_some(Format::Xlsx);
    }
    if detect::unsupported(bytes).is_some() || bytes.iter().all(u8::is_ascii_whitespace) {
        return None;
    }
    let extension = path.rsplit('/').next()?.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "csv" => Some(Format::Csv),
        "tsv" | "tab" => Some(Format::Tsv),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        _ => jsonl::looks_like(bytes).then_some(Format::Jsonl),
    }
}

/// Reads a table of the given kind.
///
/// # Errors
/// [`ReadError`] where the table is damaged, holds control bytes, or has no column with the text.
pub(super) fn read(path: &str, bytes: &[u8], kind: Format, columns: &Columns) -> Result<Vec<Document>, ReadError> {
    let (table, encoding) = match kind {
        Format::Xlsx => (workbook::read(path, bytes, columns)?, "UTF-8"),
        Format::Parquet => (parquet::read(path, bytes)?, "UTF-8"),
        _ => {
            let decoded = decode::decode(bytes);
            if let Some((offset, byte, share)) = detect::binary(&decoded.text, bytes) {
                return Err(ReadError::Binary { path: path.into(), offset, byte, share });
            }
            let table = match kind {
                Format::Jsonl => jsonl::read(path, &decoded.text)?,
                _ => delimited::read(path, &decoded.text, kind == Format::Tsv, columns)?,
            };
            (table, decoded.encoding)
        }
    };
    table_documents(&Source::new(path, bytes, kind, encoding), table, columns)
}

/// JSON lines to a table, for formats that are made of them.
///
/// # Errors
/// [`ReadError::Row`] names the first line that is no JSON object.
pub(super) fn json_lines(path: &str, text: &str) -> Result<Table, ReadError> {
    jsonl::read(path, text)
}

/// A table to documents, by the study's names of its columns.
///
/// # Errors
/// [`ReadError`] where a column is missing or no row has text.
pub(super) fn table_documents(
    source: &Source<'_>,
    table: Table,
    columns: &Columns,
) -> Result<Vec<Document>, ReadError> {
    let found = columns::find(source.path, &table.names, columns)?;
    documents(source, table, &found)
}

/// What the cells of a table may take together. One text can stand in many cells of a file for next to nothing.
const LARGEST_TABLE: usize = 1 << 30;

/// What the cells taken so far need.
#[derive(Debug, Default)]
struct Size(usize);

impl Size {
    /// Takes another cell; `None` where the table is too large.
    fn add(&mut self, n_bytes: usize) -> Option<()> {
        self.0 = self.0.saturating_add(n_bytes).saturating_add(size_of::<Option<String>>());
        (self.0 <= LARGEST_TABLE).then_some(())
    }
}

fn too_large(path: &str, what: &'static str) -> ReadError {
    let problem = format!("its cells hold more than {} MiB", LARGEST_TABLE >> 20);
    ReadError::TooLarge { path: path.into(), what, problem }
}

/// Rows of one document.
#[derive(Default)]
struct Group {
    name: Option<String>,
    parts: Parts,
    odd_dates: usize,
    other_dates: usize,
    odd_times: usize,
}

/// Rows to documents.
///
/// # Errors
/// [`ReadError::Empty`] where no row has text.
fn documents(source: &Source<'_>, table: Table, found: &Use) -> Result<Vec<Document>, ReadError> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    let mut without_text = 0;
    for row in &table.rows {
        let cell = |column: Option<usize>| column.and_then(|at| row.cells.get(at)).and_then(Option::as_deref);
        let Some(text) = cell(Some(found.text)) else {
            without_text += 1;
            continue;
        };
        let name = cell(found.document).map(str::to_string);
        let at = *places.entry(name.clone()).or_insert_with(|| {
            groups.push(Group { name, ..Group::default() });
            groups.len() - 1
        });
        groups[at].add(row, text, found, &table.names);
    }
    if groups.is_empty() {
        return Err(ReadError::Empty { path: source.path.into() });
    }
    let mut warnings = table.warnings;
    if without_text > 0 {
        warnings.push(format!("{without_text} of {} rows have no text and were left out", table.rows.len()));
    }
    if !found.unused.is_empty() {
        let names: Vec<&str> = found.unused.iter().map(|&at| table.names[at].as_str()).collect();
        warnings.push(format!(
            "columns that were not used: {}; name them in `carry` under [columns] to keep them",
            names.join(", ")
        ));
    }
    Ok(groups.into_iter().map(|group| group.document(source, found.document.is_some(), &warnings)).collect())
}

impl Group {
    fn add(&mut self, row: &Row, text: &str, found: &Use, names: &[String]) {
        let cell = |column: Option<usize>| column.and_then(|at| row.cells.get(at)).and_then(Option::as_deref);
        let owned = |column: Option<usize>| cell(column).map(str::to_string);
        if let Some(date) = cell(found.date) {
            match date_of(date) {
                Some(date) if self.parts.front.date.is_none_or(|first| first == date) => {
                    self.parts.front.date = Some(date)
                }
                Some(_) => self.other_dates += 1,
                None => self.odd_dates += 1,
            }
        }
        let mut seconds = |column: Option<usize>| {
            let time = cell(column)?;
            let seconds = seconds_of(time);
            self.odd_times += usize::from(seconds.is_none());
            seconds
        };
        let (time_start_s, time_end_s) = (seconds(found.time_start), seconds(found.time_end));
        let speaker = cell(found.speaker).or(cell(found.speaker_id)).map(|label| Declared {
            label: label.to_string(),
            id: owned(found.speaker_id),
            details: Details {
                honorific: None,
                title: owned(found.position),
                affiliation: owned(found.affiliation),
                country: owned(found.country),
                party: owned(found.party),
            },
            role: cell(found.role).and_then(role_named),
            ..Declared::default()
        });
        let carried = (!found.carry.is_empty()).then(|| {
            let pairs = found.carry.iter().map(|&at| {
                let value = cell(Some(at)).map_or(serde_json::Value::Null, Into::into);
                format!("{}:{value}", serde_json::Value::from(names[at].as_str()))
            });
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        });
        self.parts.turns.push(Turn { speaker, time_start_s, time_end_s, carried });
        let turn = self.parts.turns.len() - 1;
        self.parts.plain(text, Some(turn));
    }

    fn document(self, source: &Source<'_>, has_parts: bool, warnings: &[String]) -> Document {
        let mut warnings = warnings.to_vec();
        if self.other_dates > 0 {
            warnings.push(format!(
                "{} rows have another date than the first; the document bears the first. If each date is a document of \
                 its own, name the column as `document` under [columns]",
                self.other_dates
            ));
        }
        if self.odd_dates > 0 {
            warnings.push(format!("{} dates are not written as YYYY-MM-DD and were not read", self.odd_dates));
        }
        if self.odd_times > 0 {
            warnings.push(format!("{} times are neither seconds nor h:mm:ss and were not read", self.odd_times));
        }
        let mut parts = Parts { warnings, ..self.parts };
        parts.front.title = parts.front.title.or_else(|| self.name.clone());
        let part = has_parts.then(|| Part(self.name.as_deref().unwrap_or("")));
        source.document(part, parts)
    }
}

/// A date that can be read without guessing: ISO 8601, with or without hyphens, with or without a time behind it.
fn date_of(text: &str) -> Option<jiff::civil::Date> {
    let day = text.split(['T', ' ']).next().unwrap_or(text).replace('/', "-");
    let year_first = day.find('-').is_none_or(|at| at == 4);
    year_first.then(|| day.parse().ok()).flatten()
}

/// Seconds, or a clock time of the recording: `75`, `75.5`, `1:15`, `0:01:15.5`, `00:01:15,500`.
fn seconds_of(text: &str) -> Option<f64> {
    let parts: Vec<f64> = text.trim().replace(',', ".").split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let fits = parts.len() <= 3 && parts.iter().all(|part| part.is_finite() && *part >= 0.0);
    fits.then(|| parts.iter().fold(0.0, |sum, part| sum * 60.0 + part))
}

#[cfg(test)]
pub(super) mod tests;
