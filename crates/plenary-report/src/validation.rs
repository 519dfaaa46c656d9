//! The tables that `plenary agree`, `plenary score` and `plenary estimate` write.
//!
//! **Input:** a folder with their CSV files. **Output:** rows as texts, with the names of their columns. **Refused:** a folder without any of the
//! tables, and files that are not CSV. **Left to others:** what the figures mean.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ReportError;

/// The tables, with what they are.
pub(crate) const TABLES: [(&str, &str); 7] = [
    ("coefficients", "How far the people who coded agree"),
    ("scores", "How good the labels are, compared with hand codes"),
    ("confusion", "Hand codes and labels"),
    ("calibration", "Confidence and share of right labels"),
    ("floors", "What a floor on the confidence would give"),
    ("errors_by_group", "Share of right labels by group"),
    ("corrected_estimates", "Estimates, raw, by hand, and corrected for the errors of the labels"),
];

/// The tables of one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Validation {
    /// The folder.
    pub folder: PathBuf,
    /// Tables by name, in the order in which they are shown.
    pub tables: Vec<ValidationTable>,
}

/// A table of a validation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ValidationTable {
    /// Name of the table.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Its cells as texts.
    pub rows: Vec<Vec<String>>,
}

impl Validation {
    /// Reads the tables of a folder.
    ///
    /// # Errors
    /// [`ReportError::NoValidation`] if the folder has none of them, [`ReportError::Validation`] if one cannot be read.
    pub fn read(folder: &Path) -> Result<Self, ReportError> {
        let mut tables = Vec::new();
        for (name, title) in TABLES {
            let path = folder.join(format!("{name}.csv"));
            let wrong = |problem: String| ReportError::Validation { path: path.clone(), problem };
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(wrong(error.to_string())),
            };
            let mut reader = csv::Reader::from_reader(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes));
            let texts = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
            let columns = texts(reader.headers().map_err(|error| wrong(error.to_string()))?);
            let rows: Result<Vec<Vec<String>>, csv::Error> =
                reader.records().map(|record| record.map(|record| texts(&record))).collect();
            tables.push(ValidationTable {
                name,
                title,
                columns,
                rows: rows.map_err(|error| wrong(error.to_string()))?,
            });
        }
        if tables.is_empty() {
            return Err(ReportError::NoValidation { path: folder.to_owned() });
        }
        Ok(Self { folder: folder.to_owned(), tables })
    }
}

impl ValidationTable {
    /// The cells of a column; empty if there is no such column.
    pub(crate) fn column(&self, name: &str) -> Vec<&str> {
        let Some(at) = self.columns.iter().position(|column| column == name) else { return Vec::new() };
        self.rows.iter().map(|row| row.get(at).map_or("", String::as_str)).collect()
    }
}
