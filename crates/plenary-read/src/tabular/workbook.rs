//! Excel workbooks (XLSX) to a table: the first visible sheet with a column of text.
//!
//! Cells are taken one by one, so that a sheet with a single cell in its last row costs no memory. Dates become
//! `YYYY-MM-DD`; formulas give the value that was saved with them.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, SheetType, SheetVisible, Xlsx};

use super::{Row, Size, Table, columns};
use crate::Columns;
use crate::{ReadError, archive};

/// What the errors call the format.
const WHAT: &str = "an Excel workbook";

/// Rows that may stand above the names.
const ABOVE_NAMES: usize = 10;

/// Reads a workbook.
///
/// # Errors
/// [`ReadError::Damaged`] and [`ReadError::TooLarge`] for the file; [`ReadError::NoTextColumn`] lists what the sheets
/// hold.
pub fn read(path: &str, bytes: &[u8], columns: &Columns) -> Result<Table, ReadError> {
    archive::check(path, bytes, WHAT)?;
    let damaged =
        |error: calamine::XlsxError| ReadError::Damaged { path: path.into(), what: WHAT, problem: error.to_string() };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let names: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut seen: Vec<String> = Vec::new();
    let mut found: Option<Table> = None;
    let mut others: Vec<String> = Vec::new();
    let mut size = Size::default();
    for name in names {
        let cells =
            cells(&mut workbook, &name, &mut size).map_err(damaged)?.ok_or_else(|| super::too_large(path, WHAT))?;
        if cells.is_empty() {
            continue;
        }
        match table(&name, &cells, columns) {
            Ok(table) if found.is_none() => found = Some(table),
            Ok(_) => others.push(format!("`{name}`")),
            Err(first) => {
                let first: Vec<String> = first.iter().take(20).map(|cell| format!("`{cell}`")).collect();
                seen.push(format!("sheet `{name}` has the columns {}", first.join(", ")));
            }
        }
    }
    match found {
        Some(mut table) => {
            if !others.is_empty() {
                table.warnings.push(format!("only the first sheet with a text was read; not {}", others.join(", ")));
            }
            Ok(table)
        }
        None if seen.is_empty() => Err(ReadError::Empty { path: path.into() }),
        None => Err(ReadError::NoTextColumn { path: path.into(), columns: seen.join("; ") }),
    }
}

type Cells = BTreeMap<u32, BTreeMap<usize, String>>;

/// The cells of a sheet; `None` where their texts, shared or not, take more than a table may.
fn cells(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    size: &mut Size,
) -> Result<Option<Cells>, calamine::XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(sheet)?;
    let mut rows = Cells::new();
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        if let Some(text) = text(&Data::from(cell.get_value().clone())) {
            if size.add(text.len()).is_none() {
                return Ok(None);
            }
            rows.entry(row).or_default().insert(column as usize, text);
        }
    }
    Ok(Some(rows))
}

/// The sheet as a table, or the cells of its first row where no row of names is found.
fn table(sheet: &str, cells: &Cells, columns: &Columns) -> Result<Table, Vec<String>> {
    let names_of = |row: &BTreeMap<usize, String>| -> Vec<String> {
        let width = row.last_key_value().map_or(0, |(last, _)| last + 1);
        (0..width).map(|at| row.get(&at).map_or_else(String::new, |name| name.trim().to_string())).collect()
    };
    let header = cells.iter().take(ABOVE_NAMES).find(|(_, row)| columns::text(&names_of(row), columns).is_some());
    let Some((header, row)) = header else {
        return Err(cells.first_key_value().map_or_else(Vec::new, |(_, row)| row.values().cloned().collect()));
    };
    let names = names_of(row);
    let rows = cells.range(header + 1..).map(|(number, row)| Row {
        place: format!("sheet `{sheet}`, row {}", number + 1),
        cells: (0..names.len()).map(|at| row.get(&at).cloned()).collect(),
    });
    Ok(Table { rows: rows.collect(), names, warnings: Vec::new() })
}

fn text(value: &Data) -> Option<String> {
    let text = match value {
        Data::Empty | Data::Error(_) => return None,
        Data::DateTime(time) if time.is_duration() => return Some((time.as_f64() * 86_400.0).to_string()),
        // Below one day it is a clock time.
        Data::DateTime(time) if time.as_f64() < 1.0 => {
            let (.., hour, minute, second, _) = time.to_ymd_hms_milli();
            format!("{hour:02}:{minute:02}:{second:02}")
        }
        Data::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) { date } else { format!("{date}T{hour:02}:{minute:02}:{second:02}") }
        }
        other => other.to_string(),
    };
    (!text.trim().is_empty()).then_some(text)
}
