//! Tables to documents: one row is one turn.
//!
//! **Input:** a table as CSV, TSV, JSON lines, XLSX or Parquet and the study's names of its columns. **Output:** one document,
//! or one for each value of the document column, in the order of their first rows. **Refused:** tables without a column of
//! text, damaged tables and tables that are too large. Rows without text are omitted and columns without a use are named, each
//! in a warning. **Left to others:** how the label of a speaker is split, to `plenary-attribute`.

mod columns;
mod continued;
mod delimited;
mod jsonl;
mod markup;
mod missing;
mod names;
mod parallel;
mod parquet;
mod questions;
mod workbook;

use std::collections::{BTreeSet, HashMap};

use columns::Use;

use super::error::{Place, Problem, ReadErrorKind};
use super::file::File;
use super::parts::Parts;
use super::source::{Part, Source};
use super::spoken::{are_milliseconds, rough_words};
use super::{Columns, EXTRACTED, Options, TimeUnit, detect};
use plenary_corpus::{DateOrder, Declared, Details, Document, Turn, Variables, clock, numeric_date, year_first_date};
use plenary_names::lexicon::Lexicon;
use plenary_names::roles::role_named;

pub(crate) use columns::turn_columns;
pub(crate) use jsonl::{is_json_lines, json_lines};
pub(crate) use names::surname_last_in_turns;
pub(crate) use parallel::are_records;
pub(crate) use parquet::{NOUN as PARQUET_NOUN, read as read_parquet};
pub(crate) use workbook::{NOUN as WORKBOOK_NOUN, is_workbook, read as read_workbook};
pub use workbook::{SheetRow, sheet_rows};

/// A table as read, whatever its format.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) names: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// Columns that are not read because of their type: name and type, for people.
    pub(crate) omitted: Vec<String>,
    /// Encoding of its bytes, as for [`Document::encoding`].
    pub(crate) encoding: &'static str,
    pub(crate) warnings: Vec<String>,
}

/// One row. A cell is `None` if it is empty or null.
#[derive(Debug)]
pub(crate) struct Row {
    /// Position in the file, for errors.
    pub(crate) place: Place,
    pub(crate) cells: Vec<Option<String>>,
}

/// Reads delimited text.
pub(crate) fn read_delimited(file: &File<'_>, columns: &Columns) -> Result<Table, Problem> {
    detect::check_text(file.text(), file.bytes)?;
    let table = delimited::read(file, columns)?;
    Ok(Table { encoding: file.decoded().encoding, ..table })
}

/// Reads JSON lines.
pub(crate) fn read_json_lines(file: &File<'_>, columns: &Columns) -> Result<Table, Problem> {
    detect::check_text(file.text(), file.bytes)?;
    let table = jsonl::read(file.text(), columns)?;
    Ok(Table { encoding: file.decoded().encoding, ..table })
}

/// The documents of a table, by the study's names of its columns.
///
/// # Errors
/// If a column is missing or no row has text.
pub(crate) fn documents(source: &Source<'_>, mut table: Table, options: &Options) -> Result<Vec<Document>, Problem> {
    questions::divide(&mut table, &options.columns);
    missing::remove(&mut table, &options.columns.missing);
    let (text, warning) = columns::filled_text(&table, &options.columns)?;
    table.warnings.extend(warning);
    markup::remove(&mut table, text);
    let found = columns::find(&table.names, &table.omitted, text, &options.columns)?;
    missing::remove_signs(&mut table, &found);
    continued::fill(&mut table, &found);
    if let Some(column) = found.speaker {
        names::surname_last(&mut table, column, &options.lexicon);
    }
    let order = match options.date_order {
        DateOrder::Auto => order_of_dates(&table, &found),
        order => Some(order),
    };
    if let Some(order) = order.filter(|order| *order != options.date_order) {
        let first = if order == DateOrder::DayFirst { "day" } else { "month" };
        table.warnings.push(format!("the dates were read with the {first} first, as some of them show"));
    }
    let seconds_per_unit = unit_of_times(&table, &found, options.columns.time_unit);
    if options.columns.time_unit == TimeUnit::Auto && seconds_per_unit < 1.0 {
        table.warnings.push(
            "the times are whole numbers that are too large for seconds, and were read as milliseconds; if they are seconds, say \
             `time_unit = \"seconds\"` under [columns]"
                .to_string(),
        );
    }
    group_rows(source, table, &found, (order, seconds_per_unit), &options.lexicon)
}

/// Seconds of one unit of the times that are numbers.
fn unit_of_times(table: &Table, found: &Use, unit: TimeUnit) -> f64 {
    const MILLISECOND: f64 = 0.001;
    let of_row = |row: &Row| {
        let cell = |column: Option<usize>| row.cells.get(column?)?.as_deref();
        let number = |column: Option<usize>| cell(column)?.trim().parse::<f64>().ok().filter(|time| time.is_finite());
        let (start, end) = (number(found.time_start)?, number(found.time_end)?);
        Some((start, end, rough_words(cell(Some(found.text))?)))
    };
    match unit {
        TimeUnit::Milliseconds => MILLISECOND,
        TimeUnit::Auto if are_milliseconds(table.rows.iter().filter_map(of_row)) => MILLISECOND,
        TimeUnit::Auto | TimeUnit::Seconds => 1.0,
    }
}

/// The order of day and month in the column of dates; `None` if they contradict each other.
fn order_of_dates(table: &Table, found: &Use) -> Option<DateOrder> {
    let cells = table.rows.iter().filter_map(|row| found.date.and_then(|at| row.cells.get(at)?.as_deref()));
    DateOrder::of(cells)
}

/// Maximum size in bytes of all cells of a table together. In a file, one text can be stored once for many cells.
const LARGEST_TABLE: usize = 1 << 30;

/// Size of the cells read so far.
#[derive(Debug, Default)]
struct Size(usize);

impl Size {
    /// Counts another cell; `None` if the table is too large.
    fn add(&mut self, n_bytes: usize) -> Option<()> {
        self.0 = self.0.saturating_add(n_bytes).saturating_add(size_of::<Option<String>>());
        (self.0 <= LARGEST_TABLE).then_some(())
    }
}

fn too_large(what: &'static str) -> ReadErrorKind {
    ReadErrorKind::TooLarge { what, problem: format!("its cells hold more than {} MiB", LARGEST_TABLE >> 20) }
}

/// Rows of one document.
#[derive(Default)]
struct Group {
    name: Option<String>,
    parts: Parts,
    /// Seconds of one unit of the times that are numbers.
    seconds_per_unit: f64,
    n_unreadable_dates: usize,
    n_different_dates: usize,
    n_unreadable_times: usize,
    /// Columns whose values in later rows differ from the first, for variables of the document.
    different: BTreeSet<String>,
}

/// Rows to documents.
///
/// # Errors
/// [`ReadErrorKind::Empty`] if no row has text.
fn group_rows(
    source: &Source<'_>,
    table: Table,
    found: &Use,
    (order, seconds_per_unit): (Option<DateOrder>, f64),
    lexicon: &Lexicon,
) -> Result<Vec<Document>, Problem> {
    let mut groups: Vec<Group> = Vec::new();
    let mut group_of: HashMap<Option<String>, usize> = HashMap::new();
    let mut without_text = 0;
    for row in &table.rows {
        let cell = |column: Option<usize>| column.and_then(|at| row.cells.get(at)).and_then(Option::as_deref);
        let Some(text) = cell(Some(found.text)) else {
            without_text += 1;
            continue;
        };
        let name = cell(found.document).map(str::to_string);
        let at = *group_of.entry(name.clone()).or_insert_with(|| {
            groups.push(Group { name, seconds_per_unit, ..Group::default() });
            groups.len() - 1
        });
        groups[at].add(row, text, (found, order), &table.names, lexicon);
    }
    if groups.is_empty() {
        return Err(ReadErrorKind::Empty.into());
    }
    let mut warnings = table.warnings;
    if !table.omitted.is_empty() {
        warnings.push(format!("columns that are not read because of their type: {}", table.omitted.join(", ")));
    }
    if without_text > 0 {
        warnings.push(format!("{without_text} of {} rows have no text and were omitted", table.rows.len()));
    }
    if !found.unused.is_empty() {
        let names: Vec<&str> = found.unused.iter().map(|&at| table.names[at].as_str()).collect();
        warnings.push(format!(
            "columns that were not used: {}; name them in `carry`, `speaker_variables` or `document_variables` under [columns] \
             to keep them",
            names.join(", ")
        ));
    }
    Ok(groups.into_iter().map(|group| group.document(source, found.document.is_some(), &warnings)).collect())
}

impl Group {
    fn add(
        &mut self,
        row: &Row,
        text: &str,
        (found, order): (&Use, Option<DateOrder>),
        names: &[String],
        lexicon: &Lexicon,
    ) {
        let cell = |column: Option<usize>| column.and_then(|at| row.cells.get(at)).and_then(Option::as_deref);
        let owned = |column: Option<usize>| cell(column).map(str::to_string);
        if let Some(date) = cell(found.date) {
            match order.map_or_else(|| year_first_date(date), |order| numeric_date(date, order)) {
                Some(date) if self.parts.front.date.is_none_or(|first| first == date) => {
                    self.parts.front.date = Some(date);
                }
                Some(_) => self.n_different_dates += 1,
                None => self.n_unreadable_dates += 1,
            }
        }
        let mut seconds = |column: Option<usize>| {
            let time = cell(column)?;
            let seconds = clock::seconds(time);
            self.n_unreadable_times += usize::from(seconds.is_none());
            // A clock time is never in another unit.
            seconds.map(|value| if time.contains(':') { value } else { value * self.seconds_per_unit })
        };
        let (time_start_s, time_end_s) = (seconds(found.time_start), seconds(found.time_end));
        let variables = |columns: &[(usize, String)]| -> Variables {
            columns.iter().filter_map(|(at, name)| Some((name.clone(), cell(Some(*at))?.to_owned()))).collect()
        };
        for (name, value) in variables(&found.document_variables) {
            let known = self.parts.front.variables.entry(name.clone()).or_insert_with(|| value.clone());
            if *known != value {
                self.different.insert(name);
            }
        }
        let speaker = cell(found.speaker).or(cell(found.speaker_id)).map(|label| Declared {
            label: label.to_string(),
            id: owned(found.speaker_id),
            details: Details {
                honorific: None,
                title: owned(found.position),
                affiliation: owned(found.affiliation),
                country: owned(found.country),
                party: owned(found.party),
                sex: owned(found.sex),
                ..Details::default()
            },
            role: cell(found.role).and_then(|word| role_named(lexicon, word)),
            variables: variables(&found.speaker_variables),
            ..Declared::default()
        });
        let carried = (!found.carry.is_empty()).then(|| {
            let pairs = found.carry.iter().map(|&at| {
                let value = cell(Some(at)).map_or(serde_json::Value::Null, Into::into);
                format!("{}:{value}", serde_json::Value::from(names[at].as_str()))
            });
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        });
        self.parts.turns.push(Turn { speaker, time_start_s, time_end_s, carried, interrupts: None });
        let turn = self.parts.turns.len() - 1;
        self.parts.plain(text, Some(turn));
    }

    fn document(self, source: &Source<'_>, has_parts: bool, warnings: &[String]) -> Document {
        let mut warnings = warnings.to_vec();
        if self.n_different_dates > 0 {
            warnings.push(format!(
                "{} rows have another date than the first row; the document has the date of the first row. If each date is a \
                 document, name the column as `document` under [columns]",
                self.n_different_dates
            ));
        }
        if !self.different.is_empty() {
            let names = self.different.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            warnings.push(format!(
                "the values of some rows differ from those of the first row, which the document has: {names}"
            ));
        }
        if self.n_unreadable_dates > 0 {
            warnings.push(format!(
                "{} dates are not written as YYYY-MM-DD and were not read; if day and month come first, as in 03/04/2025, say in \
                 which order with `date_order` under [transcript]",
                self.n_unreadable_dates
            ));
        }
        if self.n_unreadable_times > 0 {
            warnings
                .push(format!("{} times are neither seconds nor h:mm:ss and were not read", self.n_unreadable_times));
        }
        let mut parts = Parts { warnings, ..self.parts };
        parts.front.title = parts.front.title.or_else(|| self.name.clone());
        let part = has_parts.then(|| Part(self.name.as_deref().unwrap_or("")));
        source.document(part, parts)
    }
}

#[cfg(test)]
pub(super) mod tests;
