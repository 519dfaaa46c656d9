//! Cells as text: CSV, JSON, and text for a terminal.
//!
//! **Input:** rows of a table as a frame. **Output:** CSV (lists joined with `; `, instants in ISO 8601, no vectors),
//! JSON objects, or one text per cell. **Left to others:** the choice of rows and columns (`results`), the layout of
//! texts.

use std::borrow::Cow;
use std::io::Write;

use polars_core::prelude::*;
use polars_io::prelude::{CsvWriter, SerWriter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

use super::cells::{day, instant};

/// Writes rows as CSV, with the names of the columns first if `header` is set. Vectors are left out.
///
/// # Errors
/// What `out` returns.
pub fn write_csv(rows: &DataFrame, out: impl Write, header: bool) -> PolarsResult<()> {
    write_csv_as(rows, out, header, CsvStyle::Plain)
}

/// Who reads CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CsvStyle {
    /// Programs: commas, line feeds, no byte order mark, every text as it is.
    #[default]
    Plain,
    /// A spreadsheet: a byte order mark, without which Excel does not read UTF-8, lines that end with CR LF as in RFC 4180, and an
    /// apostrophe before texts that a spreadsheet would compute as formulas.
    Spreadsheet,
    /// A spreadsheet where decimals have a comma: as [`CsvStyle::Spreadsheet`], with semicolons between cells.
    SpreadsheetDecimalComma,
}

/// Writes rows as CSV in the style of a reader, with the names of the columns first if `header` is set. Vectors are left out.
///
/// # Errors
/// What `out` returns.
pub fn write_csv_as(rows: &DataFrame, out: impl Write, header: bool, style: CsvStyle) -> PolarsResult<()> {
    let mut flat = without_nesting(rows)?;
    let mut writer = CsvWriter::new(out).include_header(header);
    match style {
        CsvStyle::Plain => writer.finish(&mut flat),
        CsvStyle::Spreadsheet | CsvStyle::SpreadsheetDecimalComma => {
            let decimal_comma = style == CsvStyle::SpreadsheetDecimalComma;
            let separator = if decimal_comma { b';' } else { b',' };
            let writer = writer.include_bom(header).with_line_terminator("\r\n".into()).with_separator(separator);
            writer.with_decimal_comma(decimal_comma).finish(&mut without_formulas(&flat)?)
        }
    }
}

/// The characters with which a spreadsheet begins a formula, also in their full width; a tab or carriage return before one is skipped.
const FORMULA_STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// The table with an apostrophe before texts that a spreadsheet would compute.
fn without_formulas(rows: &DataFrame) -> PolarsResult<DataFrame> {
    let guarded = |text: &str| text.starts_with(FORMULA_STARTS).then(|| format!("'{text}"));
    let column = |column: &Column| -> PolarsResult<Column> {
        let name = guarded(column.name()).map_or_else(|| column.name().clone(), Into::into);
        let series = column.as_materialized_series();
        if *series.dtype() != DataType::String {
            return Ok(column.clone().with_name(name));
        }
        let texts =
            series.str()?.iter().map(|text| text.map(|text| guarded(text).map_or(Cow::Borrowed(text), Cow::Owned)));
        Ok(texts.collect::<StringChunked>().with_name(name).into_series().into_column())
    };
    DataFrame::new(rows.height(), rows.columns().iter().map(column).collect::<PolarsResult<_>>()?)
}

/// Rows as JSON objects: a list is an array, a null is `null`, dates and instants are in ISO 8601.
///
/// # Errors
/// If a column has a type that tables do not have.
pub fn json_rows(rows: &DataFrame) -> PolarsResult<Vec<Map<String, Value>>> {
    let mut objects = vec![Map::new(); rows.height()];
    for column in rows.columns() {
        let series = column.as_materialized_series();
        for (object, value) in objects.iter_mut().zip(series.rechunk().iter()) {
            object.insert(series.name().to_string(), json(&value)?);
        }
    }
    Ok(objects)
}

pub(super) fn json(value: &AnyValue) -> PolarsResult<Value> {
    // `f32` is written with its own digits: 0.1, not 0.10000000149011612.
    let float = |text: String| text.parse().ok().and_then(Number::from_f64).map_or(Value::Null, Value::Number);
    Ok(match value {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => Value::from(*value),
        AnyValue::String(text) => Value::from(*text),
        AnyValue::StringOwned(text) => Value::from(text.as_str()),
        AnyValue::UInt32(number) => Value::from(*number),
        AnyValue::UInt64(number) => Value::from(*number),
        AnyValue::Int64(number) => Value::from(*number),
        AnyValue::Float32(number) => float(number.to_string()),
        AnyValue::Float64(number) => float(number.to_string()),
        AnyValue::Date(days) => Value::from(day(*days)?.to_string()),
        AnyValue::Datetime(micros, TimeUnit::Microseconds, _)
        | AnyValue::DatetimeOwned(micros, TimeUnit::Microseconds, _) => Value::from(instant(*micros)?.to_string()),
        AnyValue::List(list) | AnyValue::Array(list, _) => {
            Value::Array(list.iter().map(|value| json(&value)).collect::<PolarsResult<_>>()?)
        }
        other => polars_bail!(SchemaMismatch: "tables have no values of type {}", other.dtype()),
    })
}

/// Rows as texts, one per cell: a null is empty, lists are joined with `; `.
///
/// # Errors
/// If a column has a type that tables do not have.
pub fn text_rows(rows: &DataFrame) -> PolarsResult<Vec<Vec<String>>> {
    let mut texts = vec![Vec::with_capacity(rows.width()); rows.height()];
    for column in rows.columns() {
        for (row, value) in texts.iter_mut().zip(column.as_materialized_series().rechunk().iter()) {
            row.push(plain(&json(&value)?));
        }
    }
    Ok(texts)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

/// The table in a form that CSV can represent: lists as text joined with `; `, instants in ISO 8601, no vectors.
pub(super) fn without_nesting(rows: &DataFrame) -> PolarsResult<DataFrame> {
    let mut columns = Vec::new();
    for column in rows.columns() {
        let series = column.as_materialized_series();
        let name = series.name().clone();
        let flat: StringChunked = match series.dtype() {
            DataType::Array(..) => continue,
            DataType::List(_) => {
                let lists = series.list()?.series_iter();
                lists.map(|list| list.map(|list| joined(&list)).transpose()).collect::<PolarsResult<_>>()?
            }
            DataType::Date => {
                let days = series.to_physical_repr();
                let texts = days.i32()?.iter().map(|days| days.map(|days| Ok(day(days)?.to_string())).transpose());
                texts.collect::<PolarsResult<_>>()?
            }
            DataType::Datetime(..) => {
                let instants = series.to_physical_repr();
                let texts = instants.i64()?.iter().map(|at| at.map(|at| Ok(instant(at)?.to_string())).transpose());
                texts.collect::<PolarsResult<_>>()?
            }
            _ => {
                columns.push(column.clone());
                continue;
            }
        };
        columns.push(flat.with_name(name).into_series().into_column());
    }
    DataFrame::new(rows.height(), columns)
}

fn joined(list: &Series) -> PolarsResult<String> {
    let texts = list.cast(&DataType::String)?;
    let texts: Vec<&str> = texts.str()?.iter().flatten().collect();
    Ok(texts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreadsheets_get_texts_and_never_formulas() {
        let rows = DataFrame::new(
            3,
            vec![
                Series::new("text".into(), [Some("=1+1"), Some("a - b"), None]).into_column(),
                Series::new("=score".into(), [Some(-0.5_f32), Some(1.25), None]).into_column(),
            ],
        )
        .unwrap();
        let written = |style: CsvStyle| {
            let mut bytes = Vec::new();
            write_csv_as(&rows, &mut bytes, true, style).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(written(CsvStyle::Plain), "text,=score\n=1+1,-0.5\na - b,1.25\n,\n");
        assert_eq!(written(CsvStyle::Spreadsheet), "\u{feff}text,'=score\r\n'=1+1,-0.5\r\na - b,1.25\r\n,\r\n");
        assert_eq!(
            written(CsvStyle::SpreadsheetDecimalComma),
            "\u{feff}text;'=score\r\n'=1+1;-0,5\r\na - b;1,25\r\n;\r\n"
        );
    }
}
