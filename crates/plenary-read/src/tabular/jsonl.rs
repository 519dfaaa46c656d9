//! JSON lines to a table.
//!
//! **Input:** decoded text with one JSON object per line. **Output:** a row for each; objects inside objects become columns
//! named with a dot (`meta.party`), lists remain JSON. **Refused:** lines that are not JSON objects. **Left to others:** records
//! whose turns are in parallel lists, to `parallel`.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::{Map, Value};

use super::{Row, Size, Table, parallel};
use crate::error::{Place, Problem};
use crate::file::File;
use crate::{Columns, ReadErrorKind};
use plenary_names::text::constant_regex;

/// Whether the first two lines that are not blank are JSON objects.
pub(crate) fn is_json_lines(file: &File<'_>) -> bool {
    let bytes = file.bytes;
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return false;
    }
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.take(2).filter(|line| serde_json::from_slice::<Map<String, Value>>(line).is_ok()).count() == 2
}

/// Reads JSON lines, and records with parallel lists on lines or in one list.
///
/// # Errors
/// As [`json_lines`]; those of [`parallel::divide`].
pub(super) fn read(text: &str, columns: &Columns) -> Result<Table, Problem> {
    let mut rows = Rows::default();
    let mut size = Size::default();
    let mut add = |number: usize, place: Place, object: Map<String, Value>| -> Result<(), Problem> {
        let divided = parallel::divide(object, number, columns, &mut size).map_err(|kind| kind.at(place.clone()))?;
        for object in divided {
            rows.add(place.clone(), object);
        }
        Ok(())
    };
    if let Some(records) = parallel::records(text) {
        for (number, record) in records.into_iter().enumerate() {
            add(number + 1, Place::Row(number + 1), record)?;
        }
    } else {
        for (number, object) in objects(text).enumerate() {
            let (place, object) = object?;
            add(number + 1, place, object)?;
        }
    }
    Ok(rows.table)
}

/// Reads JSON lines.
///
/// # Errors
/// [`ReadErrorKind::Row`] at the first line that is not a JSON object.
pub(crate) fn json_lines(text: &str) -> Result<Table, Problem> {
    let mut rows = Rows::default();
    for object in objects(text) {
        let (place, object) = object?;
        rows.add(place, object);
    }
    Ok(rows.table)
}

/// The objects of the lines that are not blank.
fn objects(text: &str) -> impl Iterator<Item = Result<(Place, Map<String, Value>), Problem>> {
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
        let place = Place::Line(number + 1);
        let object = serde_json::from_str(line).or_else(|error| {
            // Python writes NaN, which JSON does not have.
            without_nan(line).and_then(|line| serde_json::from_str(&line).ok()).ok_or(error)
        });
        match object {
            Ok(object) => Ok((place, object)),
            Err(error) => {
                let problem = format!("expected one JSON object, {}", in_column(&error));
                Err(ReadErrorKind::Row { problem }.at(place))
            }
        }
    })
}

/// A table under construction.
#[derive(Default)]
struct Rows {
    table: Table,
    columns: HashMap<String, usize>,
}

impl Rows {
    fn add(&mut self, place: Place, object: Map<String, Value>) {
        let Self { table, columns } = self;
        let mut cells = vec![None; table.names.len()];
        flatten("", object, &mut |name, value| {
            let at = *columns.entry(name.clone()).or_insert_with(|| {
                table.names.push(name);
                table.names.len() - 1
            });
            if cells.len() <= at {
                cells.resize(at + 1, None);
            }
            cells[at] = value;
        });
        table.rows.push(Row { place, cells });
    }
}

/// The line with `null` for numbers that are not numbers; `None` if there are none outside texts.
fn without_nan(line: &str) -> Option<String> {
    let is_any = ["NaN", "Infinity"].iter().any(|word| line.contains(word));
    let replaced = NOT_A_NUMBER.replace_all(line, |found: &Captures<'_>| {
        // Texts are matched as a whole, so that nothing inside them is.
        if found[0].starts_with('"') { found[0].to_string() } else { "null".to_string() }
    });
    is_any.then(|| replaced.into_owned())
}

static NOT_A_NUMBER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r#""(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b"#));

/// The message of serde without its line number, which counts within the line that it was given.
fn in_column(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let problem = text.split(" at line ").next().unwrap_or(&text);
    format!("found at column {}: {problem}", error.column())
}

/// Calls `keep` with the name and value of each entry of the object and of the objects in it. The depth is bounded by serde.
fn flatten(prefix: &str, object: Map<String, Value>, keep: &mut dyn FnMut(String, Option<String>)) {
    for (key, value) in object {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) => flatten(&name, inner, keep),
            value => keep(name, cell(value)),
        }
    }
}

/// A value as a cell: text without quotes, `None` for `null` and blank text, lists as JSON.
fn cell(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.trim().is_empty()).then_some(text),
        other => Some(other.to_string()),
    }
}
