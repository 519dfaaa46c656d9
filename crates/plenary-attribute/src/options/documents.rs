//! What a study says of its documents: variables from a table and from the names of files.
//!
//! **Input**: a CSV file with a row for each document, and a regular expression for file names. **Output**: for each document its variables and
//! its date. **Refused**, with the line: a table without columns, two rows of one document, dates that cannot be read, an expression without
//! named groups. Rows that belong to no document are left to the caller, who knows all documents.

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::Date;
use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::own_pattern::problem;
use super::sheet::{Sheet, SheetError, plain_name, variable_name};
use plenary_corpus::files::read_file;
use plenary_corpus::{Document, Variables};

/// Usual names of the column that says which document a row is about, the most specific first. Without one it is the first column.
const KEYS: [&str; 6] = ["file", "path", "filename", "file_name", "document", "document_id"];
/// The column with the date of the document.
const DATE: &str = "date";

/// Where variables of documents come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DocumentOptions {
    /// Path of a CSV file of documents, relative to the folder of the study; empty for none.
    pub table: String,
    /// A regular expression that is searched in the names of files; its named groups are variables.
    #[serde(serialize_with = "serialize", deserialize_with = "deserialize")]
    pub pattern: Option<NamePattern>,
}

/// A regular expression with named groups.
#[derive(Debug, Clone)]
pub struct NamePattern {
    source: String,
    regex: Regex,
}

/// What is wrong with an expression for file names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamePatternError {
    /// The text is not a regular expression.
    #[error("not a regular expression: {problem}")]
    Syntax {
        /// The message of the parser.
        problem: String,
    },
    /// There are no named groups.
    #[error("there is no named group; write (?<chamber>...) around each part of the name that is a variable")]
    Nameless,
}

impl NamePattern {
    /// Compiles and checks an expression.
    ///
    /// # Errors
    /// [`NamePatternError`] if it is not a regular expression or has no named groups.
    pub fn new(source: &str) -> Result<Self, NamePatternError> {
        let regex = Regex::new(source).map_err(|error| NamePatternError::Syntax { problem: problem(&error) })?;
        if regex.capture_names().flatten().next().is_none() {
            return Err(NamePatternError::Nameless);
        }
        Ok(Self { source: source.to_owned(), regex })
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }

    /// The names of the groups, in the order of the expression.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.regex.capture_names().flatten()
    }

    /// The variables of a path, from the name of its file; `None` if the expression does not match.
    pub fn of_path(&self, path: &str) -> Option<Variables> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let captures = self.regex.captures(name)?;
        let value = |group: &str| captures.name(group).map(|value| value.as_str()).filter(|value| !value.is_empty());
        Some(self.variables().filter_map(|group| Some((group.to_owned(), value(group)?.to_owned()))).collect())
    }
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// Writes no pattern as an empty one, so that the example study can contain the key.
#[expect(clippy::ref_option, reason = "serde asks for a reference to the field")]
fn serialize<S: Serializer>(pattern: &Option<NamePattern>, serializer: S) -> Result<S::Ok, S::Error> {
    pattern.as_ref().map_or("", NamePattern::as_str).serialize(serializer)
}

fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NamePattern>, D::Error> {
    let source = String::deserialize(deserializer)?;
    if source.trim().is_empty() {
        return Ok(None);
    }
    let read = NamePattern::new(&source);
    read.map(Some).map_err(|error| serde::de::Error::custom(format!("[documents] pattern: {error}")))
}

/// A row of the table of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DocumentRow {
    line: u64,
    key: String,
    date: Option<Date>,
    variables: Variables,
}

/// The documents known to a study. No key has two rows.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct DocumentsTable {
    /// sha256 of the file, 64 hex digits.
    pub sha256: String,
    /// Path of the file, for messages.
    #[serde(skip)]
    pub path: String,
    /// The text of the file.
    #[serde(skip)]
    pub text: String,
    /// The columns that are variables, in the order of the file.
    #[serde(skip)]
    pub variables: Vec<String>,
    /// Line of the names of the columns.
    #[serde(skip)]
    pub header_line: u64,
    #[serde(skip)]
    rows: Vec<DocumentRow>,
    #[serde(skip)]
    by_key: HashMap<String, usize>,
}

/// A row of the table of documents that belongs to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentMatch<'t> {
    /// Position of the row, from 0.
    pub row: usize,
    /// What the row gives in its first column or that of its file.
    pub key: &'t str,
    /// Date of the document, if the table has one.
    pub date: Option<Date>,
    /// The other values.
    pub variables: &'t Variables,
}

/// What is wrong with a table of documents.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// There is no such file.
    #[error("{path}: there is no such file; the path is relative to the folder of the study")]
    Missing {
        /// Path of the table.
        path: String,
    },
    /// The file cannot be read.
    #[error("{path}: cannot be read: {problem}")]
    Unreadable {
        /// Path of the table.
        path: String,
        /// What the problem is.
        problem: std::io::Error,
    },
    /// The file has no rows, or one column.
    #[error("{path}: {problem}")]
    NoColumns {
        /// Path of the table.
        path: String,
        /// What the problem is.
        problem: String,
    },
    /// A column occurs twice.
    #[error("{path}: the column `{column}` occurs twice; remove one of them")]
    DoubledColumn {
        /// Path of the table.
        path: String,
        /// The column.
        column: String,
    },
    /// A row cannot be used.
    #[error("{path}, line {line}: {problem}")]
    Row {
        /// Path of the table.
        path: String,
        /// Line, from 1.
        line: u64,
        /// What the problem is.
        problem: String,
    },
}

impl DocumentsTable {
    /// Reads the bytes of a table.
    ///
    /// # Errors
    /// [`DocumentsError`] if there is no such file or it cannot be read.
    pub fn bytes(path: &Path) -> Result<Vec<u8>, DocumentsError> {
        read_file(
            path,
            |path| DocumentsError::Missing { path },
            |path, problem| DocumentsError::Unreadable { path, problem },
        )
    }

    /// Parses and checks the bytes of a table; `path` names it in messages. Cells that hold one of `missing` and nothing else are empty.
    ///
    /// # Errors
    /// [`DocumentsError`] names the file, the line, what was found and what was expected.
    pub fn parse(bytes: &[u8], path: &str, missing: &[String]) -> Result<Self, DocumentsError> {
        let row_error = |line: u64, problem: String| DocumentsError::Row { path: path.into(), line, problem };
        let sheet = Sheet::read(bytes).map_err(|error| match error {
            SheetError::NotUtf8 { line } => {
                row_error(line as u64, "not UTF-8; save the table as CSV in UTF-8".to_owned())
            }
            SheetError::Row { line, problem } => row_error(line, problem),
        })?;
        let no_columns = |problem: &str| DocumentsError::NoColumns { path: path.into(), problem: problem.into() };
        let header = sheet.header.as_ref().ok_or_else(|| no_columns("the file is empty; expected a row of names"))?;
        let names: Vec<String> = header.iter().map(plain_name).collect();
        let key = KEYS.iter().find_map(|key| names.iter().position(|name| name == key)).unwrap_or(0);
        let date = names.iter().position(|name| name == DATE).filter(|at| *at != key);
        let mut columns: Vec<(usize, String)> = Vec::new();
        for (at, name) in header.iter().enumerate().filter(|(at, name)| *at != key && !name.is_empty()) {
            let variable = variable_name(name);
            if names.iter().filter(|other| **other == names[at]).count() > 1 {
                return Err(DocumentsError::DoubledColumn { path: path.into(), column: variable });
            }
            if Some(at) != date {
                columns.push((at, variable));
            }
        }
        if columns.is_empty() && date.is_none() {
            let problem = format!(
                "found the column `{}` alone; expected a column with the names of the files and at least one variable",
                &header[key]
            );
            return Err(no_columns(&problem));
        }
        let mut table = Self {
            sha256: plenary_corpus::hash::sha256(bytes),
            path: path.into(),
            text: String::from_utf8_lossy(bytes).into_owned(),
            variables: columns.iter().map(|(_, name)| name.clone()).collect(),
            header_line: sheet.header_line,
            ..Self::default()
        };
        for (line, record) in &sheet.rows {
            let cell = |at: usize| record.get(at).filter(|cell| !cell.is_empty() && !missing.iter().any(|m| m == cell));
            let key = record.get(key).filter(|key| !key.is_empty()).map(key_of).ok_or_else(|| {
                row_error(*line, format!("the column `{}` is empty; each row must name a document", &header[key]))
            })?;
            let date = date.and_then(cell).map(|text| {
                let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
                day.ok_or_else(|| {
                    row_error(*line, format!("found \"{text}\" in `date`; expected a date as YYYY-MM-DD"))
                })
            });
            if let Some(first) = table.by_key.insert(key.clone(), table.rows.len()) {
                let first = table.rows[first].line;
                return Err(row_error(*line, format!("the document \"{key}\" already has the row of line {first}")));
            }
            let values = columns.iter().filter_map(|(at, name)| Some((name.clone(), cell(*at)?.to_owned())));
            table.rows.push(DocumentRow { line: *line, key, date: date.transpose()?, variables: values.collect() });
        }
        Ok(table)
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.rows.len()
    }

    /// Line and key of a row; `None` if there is no such row.
    pub fn row(&self, at: usize) -> Option<(u64, &str)> {
        self.rows.get(at).map(|row| (row.line, row.key.as_str()))
    }

    /// All values of a variable, in the order of the rows.
    pub fn values<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t str> + Clone {
        self.rows.iter().filter_map(move |row| row.variables.get(name)).map(String::as_str)
    }

    /// The row of a document: by its id, else by its path or the end of it, with or without extension; else by the input that holds it. The
    /// longest name that a row has counts.
    pub fn find(&self, document_id: &str, path: &str, source: &str) -> Option<DocumentMatch<'_>> {
        let of_paths = ends(path).chain(ends(source).filter(|_| source != path));
        let keys = std::iter::once(document_id).chain(of_paths.flat_map(|end| [Some(end), stem(end)]).flatten());
        let at = keys.into_iter().find_map(|key| self.by_key.get(key).copied())?;
        let row = self.rows.get(at)?;
        Some(DocumentMatch { row: at, key: &row.key, date: row.date, variables: &row.variables })
    }
}

/// A path with `/` between its parts.
fn key_of(text: &str) -> String {
    let text = text.replace('\\', "/");
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}

/// A path, then the path without its first folder, and so on to the name of the file.
fn ends(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let after = path.match_indices('/').map(move |(at, _)| &path[at + 1..]);
    std::iter::once(path).chain(after).filter(|end| !end.is_empty())
}

/// A path without its extension; `None` if it has none.
fn stem(path: &str) -> Option<&str> {
    let (stem, extension) = path.rsplit_once('.')?;
    (!stem.is_empty() && !stem.ends_with('/') && !extension.contains('/')).then_some(stem)
}

/// Gives a document the variables and the date that the study has of it.
pub(crate) fn apply(document: &mut Document, options: &DocumentOptions, table: Option<&DocumentsTable>) {
    if let Some(variables) = options.pattern.as_ref().and_then(|pattern| pattern.of_path(&document.path)) {
        document.front.variables.extend(variables);
    }
    let Some(table) = table else { return };
    let Some(found) = table.find(&document.document_id, &document.path, &document.source) else { return };
    document.front.variables.extend(found.variables.iter().map(|(name, value)| (name.clone(), value.clone())));
    if let Some(date) = found.date {
        if let Some(own) = document.front.date.filter(|own| *own != date) {
            document.warnings.push(format!("the table of documents gives the date {date}, and the file {own}"));
        }
        document.front.date = Some(date);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> DocumentsTable {
        DocumentsTable::parse(text.as_bytes(), "documents.csv", &["NA".into()]).unwrap()
    }

    fn error(text: &str) -> String {
        DocumentsTable::parse(text.as_bytes(), "documents.csv", &[]).unwrap_err().to_string()
    }

    #[test]
    fn a_row_is_found_by_id_path_name_and_stem_the_longest_first() {
        let table = table("file,chamber\na.md,upper\n2019\\a.md,lower\nb,joint\n0123456789ab,id\nt.csv,all\n");
        let chamber = |id: &str, path: &str, source: &str| {
            table.find(id, path, source).map(|found| found.variables["chamber"].as_str())
        };
        assert_eq!(chamber("x", "talks/a.md", "talks/a.md"), Some("upper"));
        assert_eq!(chamber("x", "talks/2019/a.md", "talks/2019/a.md"), Some("lower"));
        assert_eq!(chamber("x", "./b.txt", "./b.txt"), Some("joint"));
        assert_eq!(chamber("0123456789ab", "talks/a.md", "talks/a.md"), Some("id"));
        assert_eq!(chamber("x", "t.csv/one", "t.csv"), Some("all"), "the document of a table has the row of the table");
        assert_eq!(chamber("x", "c.md", "c.md"), None);
        assert_eq!(chamber("x", "ab.md", "ab.md"), None);
    }

    #[test]
    fn missing_values_have_no_entry_and_dates_are_dates() {
        let table = table("chamber;date;document\nNA;2019-03-01;a.md\nupper;;b.md\n");
        let a = table.find("x", "a.md", "a.md").unwrap();
        assert_eq!((a.date, a.variables.len()), (Some(jiff::civil::date(2019, 3, 1)), 0));
        assert_eq!(table.variables, ["chamber"]);
        assert_eq!(table.row(1), Some((3, "b.md")));
    }

    #[test]
    fn errors_name_the_line() {
        insta::assert_snapshot!(error(""), @"documents.csv: the file is empty; expected a row of names");
        insta::assert_snapshot!(error("file\na.md\n"), @"documents.csv: found the column `file` alone; expected a column with the names of the files and at least one variable");
        insta::assert_snapshot!(error("file,x\na.md,1\nb.md,2\na.md,3\n"), @r#"documents.csv, line 4: the document "a.md" already has the row of line 2"#);
        insta::assert_snapshot!(error("file,date\na.md,3/4/2019\n"), @r#"documents.csv, line 2: found "3/4/2019" in `date`; expected a date as YYYY-MM-DD"#);
        insta::assert_snapshot!(error("file,x\n,1\n"), @"documents.csv, line 2: the column `file` is empty; each row must name a document");
        insta::assert_snapshot!(error("file,x,X\na,1,2\n"), @"documents.csv: the column `x` occurs twice; remove one of them");
        assert!(error("file,x\na,1,2\n").contains("line 2: found 3 cells but the list has 2 columns"));
    }

    #[test]
    fn the_groups_of_a_pattern_are_variables() {
        let pattern = NamePattern::new(r"(?<chamber>\w+)-(?<year>\d{4})(-(?<part>\d))?").unwrap();
        let found = pattern.of_path("talks-2000/upper-2019.md").unwrap();
        assert_eq!(found, [("chamber".into(), "upper".into()), ("year".into(), "2019".into())].into());
        assert_eq!(pattern.of_path("talks/one.md"), None);
        assert_eq!(NamePattern::new(r"(\w+)-(\d+)").unwrap_err(), NamePatternError::Nameless);
        assert!(NamePattern::new("(?<a>[").unwrap_err().to_string().contains("unclosed"));
    }
}
