//! Delimited text (CSV, TSV) to a table: the delimiter and the row of names are found by looking at both.
//!
//! The row of names is the first of the first rows in which a column of text is recognised, so that a title above the
//! table does no harm. Rows with fewer cells than names are filled up; rows with more are refused.

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::{Row, Table, columns};
use crate::Columns;
use crate::ReadError;

/// Rows that are looked at to find the delimiter and the names.
const LOOKED_AT: usize = 30;
/// Rows that may stand above the names.
const ABOVE_NAMES: usize = 10;

/// Reads delimited text; `by_tabs` where the file's name says that tabs part its columns.
///
/// # Errors
/// [`ReadError::Row`] where a quotation mark is never closed or a row has more cells than there are names;
/// [`ReadError::NoTextColumn`] where the names are not found.
pub fn read(path: &str, text: &str, by_tabs: bool, columns: &Columns) -> Result<Table, ReadError> {
    let delimiters: &[u8] = if by_tabs { b"\t,;|" } else { b",;\t|" };
    let mut best: Option<(Fit, u8, Option<usize>)> = None;
    for &delimiter in delimiters {
        let (fit, header) = look(text, delimiter, columns);
        if best.as_ref().is_none_or(|(other, ..)| fit > *other) {
            best = Some((fit, delimiter, header));
        }
    }
    let (delimiter, header) = best.map_or((b',', None), |(_, delimiter, header)| (delimiter, header));
    rows(path, text, delimiter, header.unwrap_or(0))
}

/// How well a delimiter fits: it shows a column of text, then how many rows have as many cells as names, then how
/// many names there are.
#[derive(PartialEq, PartialOrd)]
struct Fit(bool, f64, usize);

fn look(text: &str, delimiter: u8, columns: &Columns) -> (Fit, Option<usize>) {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let sample: Vec<StringRecord> = reader.records().take(LOOKED_AT).map_while(Result::ok).collect();
    let header = sample.iter().take(ABOVE_NAMES).position(|row| columns::text(&names(row), columns).is_some());
    let from = header.unwrap_or(0);
    let n_names = sample.get(from).map_or(0, StringRecord::len);
    let below = sample.get(from + 1..).unwrap_or_default();
    let even = below.iter().filter(|row| row.len() == n_names).count();
    let share = if below.is_empty() { 1.0 } else { even as f64 / below.len() as f64 };
    (Fit(header.is_some(), share, n_names), header)
}

fn names(record: &StringRecord) -> Vec<String> {
    record.iter().map(|name| name.trim().to_string()).collect()
}

fn rows(path: &str, text: &str, delimiter: u8, header: usize) -> Result<Table, ReadError> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut record = ByteRecord::new();
    let (mut number, mut last_start, mut last_line) = (0, 0, 1);
    let wrong =
        |line: u64, problem: String| ReadError::Row { path: path.into(), place: format!("line {line}"), problem };
    while reader
        .read_byte_record(&mut record)
        .map_err(|error| wrong(error.position().map_or(0, csv::Position::line), error.to_string()))?
    {
        let position = record.position();
        let line = position.map_or(0, csv::Position::line);
        last_start = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(usize::MAX));
        last_line = line;
        // The text is UTF-8, and delimiters and quotes are single bytes of it.
        let cells: Vec<String> = record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
        if number < header {
            number += 1;
            continue;
        }
        if number == header {
            table.names = cells.iter().map(|name| name.trim().to_string()).collect();
        } else {
            let surplus = cells.get(table.names.len()..).unwrap_or_default();
            if surplus.iter().any(|cell| !cell.trim().is_empty()) {
                return Err(wrong(
                    line,
                    format!(
                        "found {} cells where the table has {} columns; a text that holds the delimiter `{}` must stand in \
                         quotation marks",
                        cells.len(),
                        table.names.len(),
                        char::from(delimiter).escape_default()
                    ),
                ));
            }
            let cells = cells.into_iter().map(|cell| (!cell.trim().is_empty()).then_some(cell)).collect();
            table.rows.push(Row { place: format!("line {line}"), cells });
        }
        number += 1;
    }
    // The crate takes the end of the file for the end of a quoted cell.
    let last = text.get(last_start..).unwrap_or("");
    if last.trim_end().contains('\n') && last.matches('"').count() % 2 == 1 {
        return Err(wrong(last_line, "a quotation mark opens in this row and is never closed".into()));
    }
    Ok(table)
}
