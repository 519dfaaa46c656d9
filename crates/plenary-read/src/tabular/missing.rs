//! Cells that say that a value is not known.
//!
//! **Input:** a table, and what stands for a missing value. **Output:** the table with empty cells there, and a warning that
//! counts them. Nothing is refused.

use std::collections::BTreeMap;

use super::Table;
use super::columns::Use;

/// Empties the cells that hold nothing but one of `markers`.
pub(super) fn remove(table: &mut Table, markers: &[String]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let longest = markers.iter().map(String::len).max().unwrap_or_default();
    for cell in table.rows.iter_mut().flat_map(|row| &mut row.cells) {
        let Some(text) = cell.as_ref().filter(|text| text.trim().len() <= longest) else { continue };
        if let Some(marker) = markers.iter().find(|marker| marker.as_str() == text.trim()) {
            *counts.entry(marker.clone()).or_default() += 1;
            *cell = None;
        }
    }
    if !counts.is_empty() {
        let shown: Vec<String> = counts.iter().map(|(marker, n)| format!("`{marker}` ({n})")).collect();
        table.warnings.push(format!(
            "cells that hold only {} were read as missing; `missing` under [columns] lists what is",
            shown.join(", ")
        ));
    }
}

/// Empties the cells that describe a turn and hold no letter and no digit, such as `-`. Texts and cells that are carried along
/// are kept.
pub(super) fn remove_signs(table: &mut Table, found: &Use) {
    for row in &mut table.rows {
        for (at, cell) in row.cells.iter_mut().enumerate() {
            let is_kept = at == found.text || found.keeps(at);
            if !is_kept && cell.as_ref().is_some_and(|text| !text.contains(char::is_alphanumeric)) {
                *cell = None;
            }
        }
    }
}
