//! Excel workbooks (XLSX) to a table.
//!
//! **Input:** the bytes of a file. **Output:** the first visible sheet with a column of text; dates as `YYYY-MM-DD`, formulas
//! as the value that was saved with them. Cells are read one by one, so a sheet with a single cell in its last row takes no
//! memory. **Refused:** damaged files, files that would take too much memory, and workbooks without a column of text.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, SheetType, SheetVisible, Xlsx};

use plenary_corpus::clock::SECONDS_PER_DAY;

use super::{Columns, EXTRACTED, File, Place, Problem, ReadErrorKind, Row, Size, Table, columns};
use crate::{archive, detect};

/// What errors call the format.
pub(crate) const NOUN: &str = "an Excel workbook";

/// Number of rows that are searched for the column names; rows above the names are skipped.
const ABOVE_NAMES: usize = 10;

/// Whether a file is an Excel workbook.
pub(crate) fn is_workbook(file: &File<'_>) -> bool {
    file.begins_like_zip() && file.has_member(detect::OFFICE_MEMBER) && file.has_member("xl/workbook.xml")
}

/// Reads a workbook.
///
/// # Errors
/// [`ReadErrorKind::Damaged`] and [`ReadErrorKind::TooLarge`]; [`ReadErrorKind::NoTextColumn`] with the first row of each
/// sheet.
pub(crate) fn read(file: &File<'_>, columns: &Columns) -> Result<Table, Problem> {
    archive::check(file.bytes, NOUN)?;
    let damaged = |error: calamine::XlsxError| ReadErrorKind::Damaged { what: NOUN, problem: error.to_string() };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).map_err(damaged)?;
    let names = visible(&workbook);
    let mut seen: Vec<String> = Vec::new();
    let mut found: Option<Table> = None;
    let mut others: Vec<String> = Vec::new();
    let mut size = Size::default();
    for name in names {
        let cells = cells(&mut workbook, &name, &mut size).map_err(damaged)?.ok_or_else(|| super::too_large(NOUN))?;
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
                table
                    .warnings
                    .push(format!("only the first sheet with a text column was read, not {}", others.join(", ")));
            }
            Ok(table)
        }
        None if seen.is_empty() => Err(ReadErrorKind::Empty.into()),
        None => Err(ReadErrorKind::NoTextColumn { columns: seen.join("; ") }.into()),
    }
}

/// A row of a sheet: its number, from 1, and its cells.
pub type SheetRow = (usize, Vec<String>);

/// The rows of the first visible sheet whose first row has all of the names `needed`, regardless of case, that row first; for other
/// purposes than transcripts. `None` if no sheet has them.
///
/// # Errors
/// [`ReadErrorKind::Damaged`] and [`ReadErrorKind::TooLarge`].
pub fn sheet_rows(bytes: &[u8], needed: &[&str]) -> Result<Option<Vec<SheetRow>>, ReadErrorKind> {
    archive::check(bytes, NOUN)?;
    let damaged = |error: calamine::XlsxError| ReadErrorKind::Damaged { what: NOUN, problem: error.to_string() };
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut size = Size::default();
    for name in visible(&workbook) {
        let cells = cells(&mut workbook, &name, &mut size).map_err(damaged)?.ok_or_else(|| super::too_large(NOUN))?;
        let Some((_, first)) = cells.first_key_value() else { continue };
        let has = |name: &&str| first.values().any(|cell| cell.trim().eq_ignore_ascii_case(name));
        if !needed.iter().all(has) {
            continue;
        }
        let width = first.last_key_value().map_or(0, |(last, _)| last + 1);
        let row = |(number, row): (&u32, &BTreeMap<usize, String>)| {
            let cell = |at: usize| row.get(&at).map_or_else(String::new, |cell| cell.trim().to_owned());
            (*number as usize + 1, (0..width).map(cell).collect())
        };
        return Ok(Some(cells.iter().map(row).collect()));
    }
    Ok(None)
}

/// The names of the sheets that a reader sees.
fn visible(workbook: &Xlsx<Cursor<&[u8]>>) -> Vec<String> {
    let sheets = workbook.sheets_metadata().iter();
    let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible);
    sheets.map(|sheet| sheet.name.clone()).collect()
}

type Cells = BTreeMap<u32, BTreeMap<usize, String>>;

/// The cells of a sheet; `None` if they exceed the size limit of tables. Shared texts count for each cell.
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

/// The sheet as a table.
///
/// # Errors
/// The cells of its first row, if no row of names is found.
fn table(sheet: &str, cells: &Cells, columns: &Columns) -> Result<Table, Vec<String>> {
    let names_of = |row: &BTreeMap<usize, String>| -> Vec<String> {
        let width = row.last_key_value().map_or(0, |(last, _)| last + 1);
        (0..width).map(|at| row.get(&at).map_or_else(String::new, |name| name.trim().to_string())).collect()
    };
    let header = cells.iter().take(ABOVE_NAMES).find(|(_, row)| columns::are_names(&names_of(row), columns));
    let Some((header, row)) = header else {
        return Err(cells.first_key_value().map_or_else(Vec::new, |(_, row)| row.values().cloned().collect()));
    };
    let names = names_of(row);
    let rows = cells.range(header + 1..).map(|(number, row)| Row {
        place: Place::SheetRow { sheet: sheet.to_string(), row: *number as usize + 1 },
        cells: (0..names.len()).map(|at| row.get(&at).cloned()).collect(),
    });
    Ok(Table { rows: rows.collect(), names, encoding: EXTRACTED, ..Table::default() })
}

fn text(value: &Data) -> Option<String> {
    let text = match value {
        Data::Empty | Data::Error(_) => return None,
        Data::DateTime(time) if time.is_duration() => return Some((time.as_f64() * SECONDS_PER_DAY).to_string()),
        // Less than one day is a time of the day.
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
