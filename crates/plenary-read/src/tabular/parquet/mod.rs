//! Parquet to a table, by means of polars.
//!
//! **Input:** the bytes of a file. **Output:** every column as text: dates as `YYYY-MM-DD`, durations as seconds, nulls as empty
//! cells. Columns of structures and other values without a text are omitted, with a warning. **Refused:** damaged files, and
//! files that would take too much memory.

mod types;

use std::io::Cursor;
use std::sync::Arc;

use polars_core::prelude::{DataType, PolarsError};
use polars_io::prelude::{ParquetReader, SerReader};
use polars_parquet::parquet::metadata::{FileMetadata, RowGroupMetadata};
use polars_parquet::parquet::read::{BasicDecompressor, PageReader};

use types::Form;

use super::{Columns, EXTRACTED, File, Place, Problem, ReadErrorKind, Row, Size, Table};

/// What errors call the format.
pub(crate) const NOUN: &str = "a Parquet file";

/// Size in bytes that the columns may have together when unpacked, as the file declares it.
const LARGEST: usize = 2 << 30;
/// Number of rows that a file may have: a column of nulls or of one value takes nearly no bytes.
const MOST_ROWS: usize = 50_000_000;

/// Reads a Parquet file.
///
/// # Errors
/// [`ReadErrorKind::Damaged`] if it cannot be read, [`ReadErrorKind::TooLarge`] if it would take too much memory.
pub(crate) fn read(file: &File<'_>, _columns: &Columns) -> Result<Table, Problem> {
    let bytes = file.bytes;
    let damaged = |error: PolarsError| ReadErrorKind::Damaged { what: NOUN, problem: error.to_string() };
    let too_large = || super::too_large(NOUN);
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata().map_err(damaged)?;
    let unpacked = metadata.row_groups.iter().fold(0usize, |sum, group| sum.saturating_add(group.total_byte_size()));
    if unpacked > LARGEST || metadata.num_rows > MOST_ROWS {
        return Err(too_large().into());
    }
    check_pages(bytes, metadata).map_err(|problem| ReadErrorKind::Damaged { what: NOUN, problem })?;
    let reduced = types::reduce(metadata).map_err(damaged)?;
    let omitted = reduced.omitted;
    let (indices, forms): (Vec<usize>, Vec<Form>) = reduced.columns.into_iter().unzip();
    if indices.is_empty() {
        return Ok(Table { encoding: EXTRACTED, omitted, ..Table::default() });
    }
    reader.set_metadata(Arc::new(reduced.metadata));
    let frame = reader.with_projection(Some(indices)).finish().map_err(damaged)?;
    let mut names = Vec::new();
    let mut rows: Vec<Row> =
        (1..=frame.height()).map(|row| Row { place: Place::Row(row), cells: Vec::new() }).collect();
    let mut size = Size::default();
    for (column, form) in frame.columns().iter().zip(forms) {
        names.push(column.name().to_string());
        let column = column.as_materialized_series();
        // Text is copied without a detour over single values.
        if *column.dtype() == DataType::String {
            for (row, value) in rows.iter_mut().zip(column.str().map_err(damaged)?.iter()) {
                let text = value.filter(|text| !text.trim().is_empty());
                size.add(text.map_or(0, str::len)).ok_or_else(too_large)?;
                row.cells.push(text.map(str::to_string));
            }
        } else {
            for (row, value) in rows.iter_mut().zip(column.iter()) {
                let text = form.write(&value);
                size.add(text.as_ref().map_or(0, String::len)).ok_or_else(too_large)?;
                row.cells.push(text);
            }
        }
    }
    Ok(Table { names, rows, omitted, encoding: EXTRACTED, warnings: Vec::new() })
}

/// Checks the sizes that the headers of pages declare. The reader allocates memory for as many values as a header declares,
/// and a program that asks for more memory than there is ends at once.
fn check_pages(bytes: &[u8], metadata: &FileMetadata) -> Result<(), String> {
    for column in metadata.row_groups.iter().flat_map(RowGroupMetadata::parquet_columns) {
        let range = column.byte_range();
        let place = |at: u64| usize::try_from(at).ok();
        let chunk = place(range.start).zip(place(range.end)).and_then(|(start, end)| bytes.get(start..end));
        let chunk = chunk.ok_or("a column lies outside the file")?;
        let most = usize::try_from(column.num_values()).ok().filter(|n| *n <= MOST_ROWS);
        let most = most.ok_or_else(|| format!("a column says that it has {} values", column.num_values()))?;
        let pages = PageReader::new(Cursor::new(chunk.to_vec().into()), column, Vec::new(), LARGEST);
        let mut pages = BasicDecompressor::new(pages, Vec::new());
        let dictionary = pages.read_dict_page().map_err(|error| error.to_string())?;
        if dictionary.is_some_and(|page| page.num_values > page.buffer.len()) {
            return Err("a dictionary has fewer bytes than it says that it has values".into());
        }
        let (mut n, mut unpacked) = (0usize, 0usize);
        for page in pages {
            let page = page.map_err(|error| error.to_string())?;
            n = n.saturating_add(page.num_values());
            unpacked = unpacked.saturating_add(page.page().uncompressed_size());
            if n > most || unpacked > LARGEST {
                return Err(format!("a column of {most} values has pages of {n} values and {unpacked} bytes"));
            }
        }
    }
    Ok(())
}
