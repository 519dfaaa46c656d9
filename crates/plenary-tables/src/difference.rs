//! How a table of two results differs.
//!
//! **Input:** two results and a table. **Output:** the columns that only one has, the rows of both, for each column the number of rows with
//! other values, and the first of these. Rows are compared by position. **Refused:** files that are not those of their record. **Left to
//! others:** why they differ.

use polars_core::prelude::*;
use serde::Serialize;

use super::declare::Table;
use super::text::json;
use super::{OpenError, Results};

/// How a table of two results differs. Nothing differs if both have the same columns and rows, and `first` is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TableDifference {
    /// Rows of the table in the first results.
    pub n_rows: usize,
    /// Rows of the table in the second results.
    pub n_rows_second: usize,
    /// Columns that only the first results have.
    pub only_first: Vec<String>,
    /// Columns that only the second results have.
    pub only_second: Vec<String>,
    /// The columns with other values, in the order of the table, with the number of rows that differ, of those that both have.
    pub columns: Vec<(String, usize)>,
    /// The first row and column with other values.
    pub first: Option<FirstDifference>,
}

/// A cell that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FirstDifference {
    /// Row, counted from 1.
    pub row: usize,
    /// Value of the table's first column in this row, in the first results.
    pub key: String,
    /// The column.
    pub column: String,
    /// The cell in the first results, as JSON.
    pub value: String,
    /// The cell in the second results.
    pub value_second: String,
}

/// Compares a table of two results, row by row.
///
/// # Errors
/// [`OpenError`] if a file is not the one that its record lists, or cannot be read.
pub fn difference(first: &Results, second: &Results, table: Table) -> Result<TableDifference, OpenError> {
    let [a, b] = [first.stored(table, None)?, second.stored(table, None)?];
    let only = |own: &[String], other: &[String]| -> Vec<String> {
        own.iter().filter(|name| !other.contains(name)).cloned().collect()
    };
    let common: Vec<String> = a.columns.iter().filter(|name| b.columns.contains(name)).cloned().collect();
    let mut found = TableDifference {
        only_first: only(&a.columns, &b.columns),
        only_second: only(&b.columns, &a.columns),
        ..TableDifference::default()
    };
    let mut counts = vec![0; common.len()];
    let (mut a, mut b) = (a.groups, b.groups);
    loop {
        let (one, two) = (a.next().transpose()?, b.next().transpose()?);
        let height = |frame: &Option<DataFrame>| frame.as_ref().map_or(0, DataFrame::height);
        let (of_first, of_second) = (height(&one), height(&two));
        if let (Some(one), Some(two)) = (&one, &two) {
            let n = of_first.min(of_second);
            let compared = rows_of(&one.head(Some(n)), &two.head(Some(n)), &common, &mut counts);
            let compared = compared.map_err(|source| OpenError::stored(table.name, source))?;
            if found.first.is_none() {
                found.first = compared.map(|first| FirstDifference { row: first.row + found.n_rows, ..first });
            }
        }
        found.n_rows += of_first;
        found.n_rows_second += of_second;
        if one.is_none() && two.is_none() {
            break;
        }
    }
    found.columns = common.into_iter().zip(counts).filter(|(_, n)| *n > 0).collect();
    Ok(found)
}

/// Adds the rows that differ to the count of each column. Returns the first row that differs, and in it the first column.
fn rows_of(
    one: &DataFrame,
    two: &DataFrame,
    columns: &[String],
    counts: &mut [usize],
) -> PolarsResult<Option<FirstDifference>> {
    let mut first: Option<(usize, usize)> = None;
    for (at, (name, count)) in columns.iter().zip(counts).enumerate() {
        let (a, b) = (one.column(name)?.as_materialized_series(), two.column(name)?.as_materialized_series());
        if a.equals_missing(b) {
            continue;
        }
        for (row, (a, b)) in a.rechunk().iter().zip(b.rechunk().iter()).enumerate() {
            if a != b {
                *count += 1;
                first = Some(first.map_or((row, at), |known| known.min((row, at))));
            }
        }
    }
    let Some((row, at)) = first else { return Ok(None) };
    let column = &columns[at];
    let cell = |frame: &DataFrame, name: &str| -> PolarsResult<String> {
        Ok(json(&frame.column(name)?.as_materialized_series().get(row)?)?.to_string())
    };
    Ok(Some(FirstDifference {
        row: row + 1,
        key: cell(one, &columns[0])?.trim_matches('"').to_owned(),
        column: column.clone(),
        value: cell(one, column)?,
        value_second: cell(two, column)?,
    }))
}
