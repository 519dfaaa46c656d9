//! Tables as CSV.
//!
//! **Input:** opened results and the names of tables. **Output:** a CSV file for each; some thousand rows are in memory at a time.
//! **Refused:** names of no table. **Left to others:** the text of a cell (`plenary_tables::text`).

use plenary_tables::Results;
use plenary_tables::schema::TABLES;
use plenary_tables::text::{CsvStyle, write_csv_as};
use plenary_tables::{DataFrame, OpenError};
use serde::Serialize;

use crate::place::Place;
use crate::{ExportError, Exported};

/// Which tables are written, and for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CsvOptions {
    /// Names of the tables; all if it is empty.
    pub tables: Vec<String>,
    /// For whom.
    pub style: CsvStyle,
}

/// Maximum number of rows of a sheet in Excel, with the names of the columns.
const EXCEL_ROWS: usize = 1_048_576;

pub(crate) fn write(results: &Results, options: &CsvOptions, place: &Place) -> Result<Exported, ExportError> {
    let all: Vec<String>;
    let names = if options.tables.is_empty() {
        all = TABLES.iter().map(|table| table.name.to_owned()).collect();
        &all
    } else {
        &options.tables
    };
    let mut notes = Vec::new();
    for name in names {
        let n_rows = write_table(results, name, options.style, place)?;
        if n_rows >= EXCEL_ROWS && options.style != CsvStyle::Plain {
            notes.push(format!("{name}.csv has {n_rows} rows, and Excel opens the first {EXCEL_ROWS} lines of a file"));
        }
    }
    Ok(Exported { counts: vec![(names.len(), "table")], notes })
}

/// Writes a table, and returns its number of rows.
fn write_table(results: &Results, name: &str, style: CsvStyle, place: &Place) -> Result<usize, ExportError> {
    let n_rows = results.n_rows(name)?;
    let mut sheet = place.create(&format!("{name}.csv"))?;
    let mut put = |rows: &DataFrame, is_first: bool| -> Result<(), ExportError> {
        let mut bytes = Vec::new();
        write_csv_as(rows, &mut bytes, is_first, style).map_err(|source| OpenError::stored(name, source))?;
        sheet.put(&bytes)
    };
    put(&results.head(name, None, 0)?, true)?;
    for group in results.groups(name, None)? {
        put(&group?, false)?;
    }
    sheet.finish()?;
    Ok(n_rows)
}
