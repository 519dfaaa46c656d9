//! JSON lines to a table: one object a line; objects inside objects become columns named with a dot (`meta.party`).

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Row, Table};
use crate::ReadError;

/// Whether the first two lines that are not blank are JSON objects each.
pub fn looks_like(bytes: &[u8]) -> bool {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return false;
    }
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.take(2).filter(|line| serde_json::from_slice::<Map<String, Value>>(line).is_ok()).count() == 2
}

/// Reads JSON lines.
///
/// # Errors
/// [`ReadError::Row`] names the first line that is no JSON object.
pub fn read(path: &str, text: &str) -> Result<Table, ReadError> {
    let mut table = Table::default();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("line {}", number + 1);
        let object: Map<String, Value> = serde_json::from_str(line).map_err(|error| ReadError::Row {
            path: path.into(),
            place: place.clone(),
            problem: format!("expected one JSON object, {}", in_column(&error)),
        })?;
        let mut cells = vec![None; table.names.len()];
        flatten("", object, &mut |name, value| {
            let at = *places.entry(name.clone()).or_insert_with(|| {
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
    Ok(table)
}

/// serde counts lines within the one it was given.
fn in_column(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let problem = text.split(" at line ").next().unwrap_or(&text);
    format!("found at column {}: {problem}", error.column())
}

/// Calls `keep` with the name and value of everything in the object; serde bounds how deep it nests.
pub fn flatten(prefix: &str, object: Map<String, Value>, keep: &mut dyn FnMut(String, Option<String>)) {
    for (key, value) in object {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) => flatten(&name, inner, keep),
            value => keep(name, cell(value)),
        }
    }
}

/// A value as a cell: texts without quotes, `null` and blank texts as nothing, lists as JSON.
fn cell(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => (!text.trim().is_empty()).then_some(text),
        other => Some(other.to_string()),
    }
}
