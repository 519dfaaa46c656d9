//! The CSV files of a study: rows with their lines.
//!
//! **Input**: the bytes of a CSV file, separated by commas, semicolons or tabs. **Output**: the names of the columns and the rows that are
//! not empty. **Refused**, with the line: text that is not UTF-8, rows that cannot be read, rows with more cells than columns, quotation
//! marks that are never closed. The meaning of the columns is left to the callers.

use csv::{ReaderBuilder, StringRecord};
use plenary_corpus::text::line_of_row;

/// A CSV file as read.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    /// The first row that is not empty; `None` if there is none.
    pub(crate) header: Option<StringRecord>,
    /// Line of the header, from 1.
    pub(crate) header_line: u64,
    /// The other rows that are not empty, with their lines.
    pub(crate) rows: Vec<(u64, StringRecord)>,
}

/// Why a file cannot be read.
#[derive(Debug)]
pub(crate) enum SheetError {
    NotUtf8 { line: usize },
    Row { line: u64, problem: String },
}

/// The text of a file without its byte order mark.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, SheetError> {
    let text = std::str::from_utf8(bytes).map_err(|error| SheetError::NotUtf8 {
        line: bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count(),
    })?;
    Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text))
}

impl Sheet {
    /// Reads the bytes of a file.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, SheetError> {
        let text = text(bytes)?;
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter(text))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut sheet = Sheet::default();
        let (mut record, mut last_line, mut has_break) = (StringRecord::new(), 1, false);
        let line_at = |position: Option<&csv::Position>, last: u64| {
            position.map_or(last, |at| line_of_row(text.as_bytes(), at.byte(), at.line()))
        };
        loop {
            let more = reader.read_record(&mut record).map_err(|error| SheetError::Row {
                line: line_at(error.position(), last_line),
                problem: error.to_string(),
            })?;
            if !more {
                break;
            }
            let line = line_at(record.position(), last_line);
            last_line = line;
            has_break = record.iter().any(|cell| cell.contains('\n'));
            if record.iter().all(str::is_empty) {
                continue;
            }
            let Some(header) = &sheet.header else {
                (sheet.header, sheet.header_line) = (Some(record.clone()), line);
                continue;
            };
            if record.iter().skip(header.len()).any(|cell| !cell.is_empty()) {
                let problem = format!(
                    "found {} cells but the list has {} columns; a cell that contains the delimiter must be in quotation \
                     marks",
                    record.len(),
                    header.len()
                );
                return Err(SheetError::Row { line, problem });
            }
            sheet.rows.push((line, record.clone()));
        }
        // The reader accepts the end of the file as the end of a quoted cell.
        if text.matches('"').count() % 2 == 1 && has_break {
            let problem = "a quotation mark in this row is never closed".into();
            return Err(SheetError::Row { line: last_line, problem });
        }
        Ok(sheet)
    }
}

/// The delimiter: the one of comma, semicolon and tab that occurs most often in the first row.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let count = |delimiter: u8| head.bytes().filter(|byte| *byte == delimiter).count();
    // Ties go to the first.
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// The name of a column in the form in which known names are written.
pub(crate) fn plain_name(name: &str) -> String {
    name.to_lowercase().replace([' ', '-'], "_")
}

/// The name of a column that becomes a variable: as written, on one line.
pub(crate) fn variable_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
