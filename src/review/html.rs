//! A sheet as a page for a browser.
//!
//! **Input**: a sheet. **Output**: one HTML file without references to anything outside it. Its button saves the answers as a CSV sheet.

use plenary_report::embed::script_data;

use super::sheet::{COLUMNS, Sheet};

/// The page of a sheet.
pub(super) fn page(sheet: &Sheet, title: &str) -> String {
    let rows: Vec<Vec<String>> = sheet.rows.iter().map(|row| row.fields().to_vec()).collect();
    let data = script_data(&serde_json::json!({ "columns": COLUMNS, "rows": rows, "title": title }));
    include_str!("page.html").replace("@@DATA@@", &data)
}
