//! Records whose turns are in parallel lists: what is said in one list, who says it in another.
//!
//! **Input:** JSON objects of a file. **Output:** for such a record an object for each item of its lists, with the other values
//! of the record and a `document`; other objects as they are. Lists of the same length are divided as well. **Refused:** lists
//! of texts and of speakers of different lengths, and records that grow too large.

use serde_json::{Map, Value};

use super::{Size, columns, too_large};
use crate::file::File;
use crate::{Columns, ReadErrorKind};

/// Name of the value that distinguishes the records, if none of the usual names of documents does.
const ID: &str = "id";
/// Longest such value, in bytes.
const LONGEST_ID: usize = 200;
/// The name under which a document column is found.
const DOCUMENT: &str = "document";

/// Whether a file as a whole is one record with parallel lists, or a list of them.
pub(crate) fn are_records(file: &File<'_>) -> bool {
    records(file.text()).is_some()
}

/// The records of a text that is one record with parallel lists or a list of which the first item is one. Items that are not
/// objects are left out.
pub(super) fn records(text: &str) -> Option<Vec<Map<String, Value>>> {
    let text = text.trim();
    let is_whole = text.starts_with('{') && text.ends_with('}') || text.starts_with('[') && text.ends_with(']');
    let records: Vec<Map<String, Value>> = match is_whole.then(|| serde_json::from_str(text).ok()).flatten()? {
        Value::Object(record) => vec![record],
        Value::Array(items) => items
            .into_iter()
            .filter_map(|item| match item {
                Value::Object(record) => Some(record),
                _ => None,
            })
            .collect(),
        _ => return None,
    };
    let first = records.first()?;
    columns::text_and_speaker(&lists(first), &Columns::default()).is_some().then_some(records)
}

/// Names of the values that are lists of texts and numbers.
fn lists(record: &Map<String, Value>) -> Vec<String> {
    let is_plain = |item: &Value| !item.is_array() && !item.is_object();
    let is_list = |value: &Value| value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(is_plain));
    record.iter().filter(|(_, value)| is_list(value)).map(|(name, _)| name.clone()).collect()
}

/// Divides a record with parallel lists; any other object stays as it is. `number` is its number in the file.
///
/// # Errors
/// [`ReadErrorKind::Row`] if the lists of texts and speakers differ in length, [`ReadErrorKind::TooLarge`].
pub(super) fn divide(
    mut record: Map<String, Value>,
    number: usize,
    columns: &Columns,
    size: &mut Size,
) -> Result<Vec<Map<String, Value>>, ReadErrorKind> {
    let lists = lists(&record);
    let Some((text, speaker)) = columns::text_and_speaker(&lists, columns) else { return Ok(vec![record]) };
    let n_items = |name: &String| record.get(name).and_then(Value::as_array).map_or(0, Vec::len);
    let (n_texts, n_speakers) = (n_items(&lists[text]), n_items(&lists[speaker]));
    if n_texts != n_speakers {
        return Err(ReadErrorKind::Row {
            problem: format!(
                "the list `{}` has {n_texts} items and the list `{}` has {n_speakers}; expected a speaker, or null, for each \
                 text",
                lists[text], lists[speaker]
            ),
        });
    }
    let divided: Vec<&String> = lists.iter().filter(|name| n_items(name) == n_texts).collect();
    let mut items: Vec<(String, std::vec::IntoIter<Value>)> = Vec::new();
    for name in divided {
        if let Some(Value::Array(values)) = record.remove(name) {
            // Names of lists are often plural, and those of columns are not.
            let column = match name {
                _ if *name == lists[text] && columns.text.is_empty() => "text",
                _ if *name == lists[speaker] && columns.speaker.is_empty() => "speaker",
                name => name,
            };
            items.push((column.to_string(), values.into_iter()));
        }
    }
    let names: Vec<String> = record.keys().cloned().collect();
    if columns.document.is_empty() && !columns::names_document(&names) {
        let fits = |id: &Value| id.is_number() || id.as_str().is_some_and(|id| id.len() <= LONGEST_ID);
        let id = if record.get(ID).is_some_and(fits) { record.remove(ID) } else { None };
        record.insert(DOCUMENT.to_string(), id.unwrap_or_else(|| Value::from(number)));
    }
    let n_shared = serde_json::to_string(&record).map_or(0, |shared| shared.len());
    size.add(n_shared.saturating_mul(n_texts)).ok_or_else(|| too_large("a JSON file"))?;
    let mut out = Vec::with_capacity(n_texts);
    for _ in 0..n_texts {
        let mut row = record.clone();
        row.extend(items.iter_mut().map(|(name, values)| (name.clone(), values.next().unwrap_or(Value::Null))));
        out.push(row);
    }
    Ok(out)
}
