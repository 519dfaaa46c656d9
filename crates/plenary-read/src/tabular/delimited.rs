//! Delimited text (CSV, TSV) to a table.
//!
//! **Input:** decoded text. **Output:** names and rows. The delimiter is the one that gives a column of text and rows of even
//! length. The row of names is the first of the first ten rows in which a column of text is recognised, so a title above the
//! table is skipped. If none is recognised, messages name the columns of the first row that is filled like the rows below. Rows
//! with fewer cells than names are filled up. **Refused:** rows with more cells, and quotation marks that are not closed.

use std::borrow::Cow;
use std::sync::LazyLock;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use regex::{Captures, Regex};

use super::{Row, Table, columns};
use plenary_corpus::Format;
use plenary_names::text::constant_regex;

use crate::error::{Place, Problem};
use crate::file::File;
use crate::{Columns, ReadErrorKind};

/// Number of rows from which the delimiter and the names are determined.
const SAMPLE_ROWS: usize = 30;
/// Number of rows that are searched for the column names; rows above the names are skipped.
const ABOVE_NAMES: usize = 10;

/// Reads delimited text. If several delimiters fit equally well, the first is taken: tabs if the extension is that of
/// TSV.
///
/// # Errors
/// [`ReadErrorKind::Row`] if a quotation mark is not closed or a row has more cells than there are names.
pub(super) fn read(file: &File<'_>, columns: &Columns) -> Result<Table, Problem> {
    let text = &*with_doubled_quotes(file.text());
    let delimiters: &[u8] = if file.has_extension_of(Format::Tsv) { b"\t,;|" } else { b",;\t|" };
    let mut best: Option<(Fit, u8, usize)> = None;
    for &delimiter in delimiters {
        let (fit, header) = try_delimiter(text, delimiter, columns);
        if best.as_ref().is_none_or(|(other, ..)| fit > *other) {
            best = Some((fit, delimiter, header));
        }
    }
    let (delimiter, header) = best.map_or((b',', 0), |(_, delimiter, header)| (delimiter, header));
    let mut table = rows(text, delimiter, header)?;
    if let Some(line) = loose_quote(text, delimiter) {
        table.warnings.push(format!(
            "line {line}: a quotation mark inside a quoted cell is neither doubled nor after a backslash; the cell may not \
             end where it should"
        ));
    }
    Ok(table)
}

/// Text in which quotation marks inside cells are doubled, as the standard of CSV has it. Some programs write a backslash
/// before them instead; this is the case if cells end at odd places otherwise and do not then. The length of the text
/// stays the same.
fn with_doubled_quotes(text: &str) -> Cow<'_, str> {
    if !text.contains("\\\"") {
        return Cow::Borrowed(text);
    }
    let doubled = BACKSLASHES.replace_all(text, |found: &Captures<'_>| {
        // An even number of backslashes is backslashes.
        let run = &found[1];
        if run.len() % 2 == 1 { format!("{}\"\"", &run[1..]) } else { format!("{run}\"") }
    });
    let n_loose = |text: &str| {
        [b',', b';', b'\t', b'|'].iter().filter(|delimiter| loose_quote(text, **delimiter).is_some()).count()
    };
    if n_loose(&doubled) < n_loose(text) { doubled } else { Cow::Borrowed(text) }
}

static BACKSLASHES: LazyLock<Regex> = LazyLock::new(|| constant_regex(r#"(\\+)""#));

/// The first line with a quoted cell that does not end before a delimiter or the end of a row.
fn loose_quote(text: &str, delimiter: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut is_quoted, mut begins, mut line) = (false, true, 1);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        line += usize::from(byte == b'\n');
        match (is_quoted, byte) {
            (true, b'"') => match bytes.get(at + 1) {
                Some(b'"') => at += 1,
                None | Some(b'\n' | b'\r') => is_quoted = false,
                Some(next) if *next == delimiter => is_quoted = false,
                Some(_) => return Some(line),
            },
            (false, b'"') if begins => is_quoted = true,
            _ => {}
        }
        begins = !is_quoted && (byte == delimiter || matches!(byte, b'\n' | b'\r'));
        at += 1;
    }
    None
}

/// How well a delimiter fits: whether it gives a column of text, then the share of rows with as many cells as names, then
/// the number of names.
#[derive(PartialEq, PartialOrd)]
struct Fit(bool, f64, usize);

fn try_delimiter(text: &str, delimiter: u8, columns: &Columns) -> (Fit, usize) {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let sample: Vec<StringRecord> = reader.records().take(SAMPLE_ROWS).map_while(Result::ok).collect();
    let recognised = sample.iter().take(ABOVE_NAMES).position(|row| columns::are_names(&names(row), columns));
    let from = recognised.unwrap_or_else(|| below_metadata(&sample));
    let n_names = sample.get(from).map_or(0, StringRecord::len);
    let below = sample.get(from + 1..).unwrap_or_default();
    let even = below.iter().filter(|row| row.len() == n_names).count();
    let share = if below.is_empty() { 1.0 } else { even as f64 / below.len() as f64 };
    (Fit(recognised.is_some(), share, n_names), from)
}

/// The first row that is not one of metadata, such as `Title,Budget debate,,`: it has more than half as many filled cells as the fullest
/// row. The first cell does not count, because metadata have a name there and tables with a column of numbers may have none.
fn below_metadata(sample: &[StringRecord]) -> usize {
    let n_filled = |row: &StringRecord| row.iter().skip(1).filter(|cell| !cell.trim().is_empty()).count();
    let most = sample.iter().map(n_filled).max().unwrap_or(0);
    sample.iter().take(ABOVE_NAMES).position(|row| 2 * n_filled(row) > most).unwrap_or(0)
}

fn names(record: &StringRecord) -> Vec<String> {
    record.iter().map(|name| name.trim().to_string()).collect()
}

fn rows(text: &str, delimiter: u8, header: usize) -> Result<Table, Problem> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut table = Table::default();
    let mut record = ByteRecord::new();
    let (mut number, mut last_start, mut last_line) = (0, 0, 1);
    let place = |line: u64| Place::Line(usize::try_from(line).unwrap_or(usize::MAX));
    let wrong = |line: u64, problem: String| ReadErrorKind::Row { problem }.at(place(line));
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
                        "found {} cells where the table has {} columns; a text that holds the delimiter `{}` must be in \
                         quotation marks",
                        cells.len(),
                        table.names.len(),
                        char::from(delimiter).escape_default()
                    ),
                ));
            }
            let cells = cells.into_iter().map(|cell| (!cell.trim().is_empty()).then_some(cell)).collect();
            table.rows.push(Row { place: place(line), cells });
        }
        number += 1;
    }
    // The csv crate ends a quoted cell at the end of the file.
    let last = text.get(last_start..).unwrap_or("");
    if last.trim_end().contains('\n') && last.matches('"').count() % 2 == 1 {
        return Err(wrong(last_line, "a quotation mark opens in this row and is not closed".into()));
    }
    Ok(table)
}
