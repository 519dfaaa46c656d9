//! Files with hand codes: one row per unit and person.
//!
//! **Input:** a CSV file, or a sheet of a workbook (XLSX), with the columns `segment_id` and `label`, and optionally `target`, `code`, `coder`, `weight`,
//! `inclusion_probability`, `stratum`, `sample` and `text`; other columns are ignored. **Output:** a [`CodedFile`] with its rows as written.
//! **Refused:** pages, workbooks without such a sheet, missing columns, rows without a segment, probabilities and weights out of range, with the line.
//! **Left to others:** which labels and segments exist, and repeated rows.

use std::fmt;
use std::io::ErrorKind;
use std::path::Path;

use csv::{ReaderBuilder, Trim};
use plenary_corpus::findings::{Stance, Target, Tone};
use plenary_corpus::text::line_of_row;
use plenary_read::sheet_rows;
use serde::{Deserialize, Serialize};

use crate::nearest::did_you_mean;

/// Names of the columns that every file has.
const SEGMENT: &str = "segment_id";
const LABEL: &str = "label";

/// What was coded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variable {
    /// Stance towards the targets of a study.
    Stance,
    /// Tone.
    Sentiment,
    /// A variable of the researcher's own, with its name.
    Code(String),
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Variable::Stance => f.write_str("stance"),
            Variable::Sentiment => f.write_str("sentiment"),
            Variable::Code(name) => write!(f, "code `{name}`"),
        }
    }
}

impl Variable {
    /// The classes that are known beforehand, in the order of the tables; `None` for a variable of the researcher's own.
    pub fn known_classes(&self) -> Option<Vec<String>> {
        match self {
            Variable::Stance => Some(Stance::ALL.iter().map(ToString::to_string).collect()),
            Variable::Sentiment => Some(Tone::ALL.iter().map(ToString::to_string).collect()),
            Variable::Code(_) => None,
        }
    }

    /// The classes from the lowest to the highest with their numbers, from -1 to 1; `None` for a variable of the researcher's own.
    pub fn scale(&self) -> Option<[(&'static str, f64); 3]> {
        match self {
            Variable::Stance => {
                Some([(Stance::Against.as_str(), -1.0), (Stance::Neither.as_str(), 0.0), (Stance::Favor.as_str(), 1.0)])
            }
            Variable::Sentiment => {
                Some([(Tone::Negative.as_str(), -1.0), (Tone::Neutral.as_str(), 0.0), (Tone::Positive.as_str(), 1.0)])
            }
            Variable::Code(_) => None,
        }
    }
}

/// A row of a file of hand codes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodedRow {
    /// The segment.
    pub segment_id: String,
    /// The target; empty if the file does not say it.
    pub target: String,
    /// The name of the variable; empty if the file does not say it.
    pub code: String,
    /// The label; empty if it is not coded yet.
    pub label: String,
    /// Who coded; empty if the file does not say it.
    pub coder: String,
    /// How much the row counts; above zero.
    pub weight: Option<f64>,
    /// Probability with which the unit was drawn, in (0, 1].
    pub inclusion_probability: Option<f64>,
    /// The stratum of the draw; empty if the file does not say it.
    pub stratum: String,
    /// Id of the sample; empty if the file does not say it.
    pub sample: String,
    /// The text of the unit; empty if the file does not have it.
    pub text: String,
    /// Line of the file, from 1.
    pub line: u64,
}

/// A file of hand codes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodedFile {
    /// Path of the file, for messages.
    pub path: String,
    /// Names of its columns, as written.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<CodedRow>,
}

/// What is wrong with a file of hand codes.
#[derive(Debug, thiserror::Error)]
pub enum CodedError {
    /// The file cannot be read.
    #[error("{path}: {}", unreadable(.source))]
    Unreadable {
        /// The file.
        path: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("{path}: this is {found}; {instead}")]
    NotCodes {
        /// The file.
        path: String,
        /// What it is.
        found: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// The workbook cannot be read.
    #[error("{path}: {problem}; save its sheet as CSV in UTF-8 and name that file")]
    Workbook {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A column is missing.
    #[error(
        "{path}: there is no column `{missing}`; expected a CSV or XLSX file with the columns segment_id, label, for several targets target, and \
         optionally coder, weight and inclusion_probability"
    )]
    NoColumn {
        /// The file.
        path: String,
        /// The column.
        missing: &'static str,
    },
    /// It is not known how the segments were drawn.
    #[error(
        "{path}: there is no column `inclusion_probability`, so that it is not known how the segments were drawn; add it, or state that the \
         rows are a simple random sample of all segments"
    )]
    NoProbabilities {
        /// The file.
        path: String,
    },
    /// A row cannot be used.
    #[error("{path}, line {line}: {problem}")]
    Row {
        /// The file.
        path: String,
        /// Line, from 1.
        line: u64,
        /// What was found, what was expected, what to do.
        problem: String,
    },
}

fn unreadable(source: &std::io::Error) -> String {
    match source.kind() {
        ErrorKind::NotFound => {
            "there is no such file; expected a CSV or XLSX file with hand codes. A path in a study is relative to the \
                                folder of the study"
                .to_owned()
        }
        ErrorKind::IsADirectory => "this is a folder; name the file with the hand codes".to_owned(),
        _ => format!("the hand codes cannot be read ({source}); check that you have permission to read the file"),
    }
}

impl CodedError {
    /// The file, as it was named.
    pub fn path(&self) -> &str {
        match self {
            CodedError::Unreadable { path, .. }
            | CodedError::NotCodes { path, .. }
            | CodedError::Workbook { path, .. }
            | CodedError::NoColumn { path, .. }
            | CodedError::NoProbabilities { path }
            | CodedError::Row { path, .. } => path,
        }
    }

    /// The line, from 1, if the error is in one row.
    pub fn line(&self) -> Option<u64> {
        match self {
            CodedError::Row { line, .. } => Some(*line),
            _ => None,
        }
    }
}

impl CodedFile {
    /// Reads a file of hand codes.
    ///
    /// # Errors
    /// [`CodedError`] names the line, what was found and what was expected.
    pub fn load(path: &Path) -> Result<Self, CodedError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| CodedError::Unreadable { path: shown.clone(), source })?;
        Self::parse(&bytes, &shown)
    }

    /// Parses a file of hand codes; `path` names it in messages.
    ///
    /// # Errors
    /// As [`CodedFile::load`].
    pub fn parse(bytes: &[u8], path: &str) -> Result<Self, CodedError> {
        if bytes.starts_with(b"PK\x03\x04") {
            return Self::of_workbook(bytes, path);
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        if bytes.trim_ascii_start().starts_with(b"<") {
            let (found, instead) = ("a page", "save the codes on it as CSV and name that file");
            return Err(CodedError::NotCodes { path: path.to_owned(), found, instead });
        }
        let first_line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let cells = |byte: u8| first_line.split(|one| *one == byte).count();
        let delimiter = if cells(b';') > cells(b',') { b';' } else { b',' };
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).delimiter(delimiter).from_reader(bytes);
        let line_at =
            |position: Option<&csv::Position>| position.map_or(1, |at| line_of_row(bytes, at.byte(), at.line()));
        let unread = |error: &csv::Error| CodedError::Row {
            path: path.to_owned(),
            line: line_at(error.position()),
            problem: format!("{error}; save the file as CSV in UTF-8"),
        };
        let header = reader.headers().map_err(|error| unread(&error))?.clone();
        let rows = reader.records().map(|record| {
            let record = record.map_err(|error| unread(&error))?;
            let line = line_at(record.position());
            Ok((line, record.iter().map(str::to_owned).collect()))
        });
        Self::of_rows(path, header.iter().map(str::to_owned).collect(), rows)
    }

    /// The sheet with codes of a workbook; a row is a line.
    fn of_workbook(bytes: &[u8], path: &str) -> Result<Self, CodedError> {
        let path = path.to_owned();
        match sheet_rows(bytes, &[SEGMENT, LABEL]) {
            Err(problem) => Err(CodedError::Workbook { path, problem: problem.to_string() }),
            Ok(None) => {
                let instead = "expected a sheet whose first row has them, as `plenary sample` writes it, or a CSV file";
                let found = "a workbook without the columns segment_id and label";
                Err(CodedError::NotCodes { path, found, instead })
            }
            Ok(Some(rows)) => {
                let mut rows = rows.into_iter();
                let (_, header) = rows.next().unwrap_or_default();
                Self::of_rows(&path, header, rows.map(|(row, cells)| Ok((row as u64, cells))))
            }
        }
    }

    /// Rows with their lines, below the names of the columns.
    fn of_rows(
        path: &str,
        columns: Vec<String>,
        rows: impl Iterator<Item = Result<(u64, Vec<String>), CodedError>>,
    ) -> Result<Self, CodedError> {
        let mut file = Self { path: path.to_owned(), columns, rows: Vec::new() };
        let (segment, label) = (file.needed(SEGMENT)?, file.needed(LABEL)?);
        let [code, coder, weight, probability, stratum, sample, text] =
            ["code", "coder", "weight", "inclusion_probability", "stratum", "sample", "text"]
                .map(|name| file.position(name));
        let target = file.target();
        for row in rows {
            let (line, cells) = row?;
            if cells.iter().all(String::is_empty) {
                continue;
            }
            let cell = |at: Option<usize>| at.and_then(|at| cells.get(at)).cloned().unwrap_or_default();
            let row = CodedRow {
                segment_id: cell(Some(segment)),
                target: cell(target),
                code: cell(code),
                label: cell(Some(label)),
                coder: cell(coder),
                weight: weight_of(&cell(weight)).map_err(|problem| file.row_error(line, problem))?,
                inclusion_probability: probability_of(&cell(probability))
                    .map_err(|problem| file.row_error(line, problem))?,
                stratum: cell(stratum),
                sample: cell(sample),
                text: cell(text),
                line,
            };
            if row.segment_id.is_empty() {
                let n = cells.len();
                let problem = format!("a row with {n} cells has no segment_id; expected the id of a segment");
                return Err(file.row_error(line, problem));
            }
            file.rows.push(row);
        }
        Ok(file)
    }

    /// Position of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }

    /// Position of the column of targets.
    pub fn target(&self) -> Option<usize> {
        self.position("target").or_else(|| self.position("target_id"))
    }

    /// An error in a row.
    pub(crate) fn row_error(&self, line: u64, problem: impl Into<String>) -> CodedError {
        CodedError::Row { path: self.path.clone(), line, problem: problem.into() }
    }

    fn needed(&self, missing: &'static str) -> Result<usize, CodedError> {
        self.position(missing).ok_or_else(|| CodedError::NoColumn { path: self.path.clone(), missing })
    }
}

/// The class that a cell names, regardless of case. Without known classes it is the cell.
pub(crate) fn class_of(known: Option<&[String]>, cell: &str) -> Result<String, String> {
    let Some(known) = known else { return Ok(cell.to_owned()) };
    let found = known.iter().find(|class| class.eq_ignore_ascii_case(cell));
    found.cloned().ok_or_else(|| {
        let meant = did_you_mean(cell, known.iter().map(String::as_str));
        format!("unknown label `{cell}`{meant}; expected {}", known.join(", "))
    })
}

/// The target that a cell names; with a single target the cell may be empty. `None` if the variable has no targets.
pub(crate) fn target_of(variable: &Variable, targets: &[Target], cell: &str) -> Result<Option<String>, String> {
    if *variable != Variable::Stance {
        return Ok(None);
    }
    let ids = || targets.iter().map(|target| target.id.as_str()).collect::<Vec<_>>().join(", ");
    match targets {
        [] => Err("the study of the results has no targets; run it with [[targets]], or name what was coded".into()),
        [only] if cell.is_empty() => Ok(Some(only.id.clone())),
        _ if targets.iter().any(|target| target.id == cell) => Ok(Some(cell.to_owned())),
        _ => Err(format!("unknown target `{cell}`; the study of the results has {}", ids())),
    }
}

fn weight_of(cell: &str) -> Result<Option<f64>, String> {
    let weight: Option<f64> = cell.parse().ok();
    match weight {
        Some(weight) if weight.is_finite() && weight > 0.0 => Ok(Some(weight)),
        None if cell.is_empty() => Ok(None),
        _ => Err(format!("the weight `{cell}`; expected a positive number, or nothing for 1")),
    }
}

fn probability_of(cell: &str) -> Result<Option<f64>, String> {
    let probability: Option<f64> = cell.parse().ok();
    match probability {
        Some(probability) if probability > 0.0 && probability <= 1.0 => Ok(Some(probability)),
        None if cell.is_empty() => Ok(None),
        _ => Err(format!(
            "the inclusion probability `{cell}`; expected a number above 0 and at most 1, the probability with which the segment was drawn"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        CodedFile::parse(text.as_bytes(), "c.csv").expect_err("the file is refused").to_string()
    }

    #[test]
    fn rows_are_read_as_written() {
        let text = "\u{FEFF}Segment_ID;label;target_id;coder;inclusion_probability;text\n s1 ;Favor;t;Eve;0.25;a\n;;\ns2;;t;;;b\n";
        let file = CodedFile::parse(text.as_bytes(), "c.csv").expect("the file is valid");
        let row = |id: &str, label: &str, coder: &str, probability, line| CodedRow {
            segment_id: id.into(),
            target: "t".into(),
            label: label.into(),
            coder: coder.into(),
            inclusion_probability: probability,
            text: if line == 2 { "a" } else { "b" }.into(),
            line,
            ..CodedRow::default()
        };
        assert_eq!(file.rows, [row("s1", "Favor", "Eve", Some(0.25), 2), row("s2", "", "", None, 4)]);
    }

    /// A workbook with a sheet before the codes, which spreadsheet programs may add.
    fn workbook(rows: &[&[&str]]) -> Vec<u8> {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        workbook.add_worksheet().set_name("notes").unwrap().write_string(0, 0, "segment_id").unwrap();
        let sheet = workbook.add_worksheet();
        for (at, row) in rows.iter().enumerate() {
            for (column, cell) in row.iter().enumerate() {
                let (line, column) = (at as u32, column as u16);
                match cell.parse::<f64>() {
                    Ok(number) => sheet.write_number(line, column, number).unwrap(),
                    Err(_) => sheet.write_string(line, column, *cell).unwrap(),
                };
            }
        }
        workbook.save_to_buffer().unwrap()
    }

    #[test]
    fn a_workbook_is_read_like_the_same_rows_as_csv() {
        let rows: [&[&str]; 5] = [
            &["Segment_ID", "text", "label", "inclusion_probability", "coder"],
            &["s1", "said", "favor", "0.25", "Eve"],
            &["", "", "", "", ""],
            &["s2", "said", "", "0.05", ""],
            &["s3", "said", "against"],
        ];
        let text: String = rows.iter().map(|row| row.join(",") + "\n").collect();
        let (csv, xlsx) = (CodedFile::parse(text.as_bytes(), "c"), CodedFile::parse(&workbook(&rows), "c"));
        assert_eq!(xlsx.unwrap(), csv.unwrap());
        let wrong: [&[&str]; 2] = [rows[0], &["s1", "said", "favor", "1.5", "Eve"]];
        let found = CodedFile::parse(&workbook(&wrong), "c.xlsx").unwrap_err().to_string();
        assert!(found.starts_with("c.xlsx, line 2: the inclusion probability `1.5`"), "{found}");
        let found = CodedFile::parse(&workbook(&[&["id", "label"]]), "c.xlsx").unwrap_err().to_string();
        assert!(found.contains("a workbook without the columns segment_id and label"), "{found}");
    }

    #[test]
    fn other_files_and_numbers_out_of_range_are_refused() {
        let found = refused("PK\u{3}\u{4}...");
        assert!(found.contains("an Excel workbook") && found.contains("save its sheet as CSV"), "{found}");
        assert!(refused("\n<!doctype html>").contains("this is a page"));
        assert!(refused("segment_id,text\n").contains("no column `label`"));
        assert!(refused("").contains("no column `segment_id`"));
        assert!(refused("segment_id,label\n,favor\n").contains("line 2: a row with 2 cells has no segment_id"));
        for cell in ["0", "-0.1", "1.01", "NaN", "half"] {
            let found = refused(&format!("segment_id,label,inclusion_probability\ns,favor,{cell}\n"));
            assert!(found.contains(&format!("line 2: the inclusion probability `{cell}`; expected a number above 0")));
        }
        for cell in ["0", "-1", "inf", "x"] {
            assert!(
                refused(&format!("segment_id,label,weight\ns,favor,{cell}\n")).contains("expected a positive number")
            );
        }
        let bytes = b"segment_id,label\n\xFF,favor\n";
        assert!(CodedFile::parse(bytes, "c.csv").expect_err("not UTF-8").to_string().contains("UTF-8"));
    }

    #[test]
    fn classes_are_ordered_by_their_numbers() {
        for variable in [Variable::Stance, Variable::Sentiment] {
            let scale = variable.scale().expect("the classes are known");
            assert!(scale.is_sorted_by(|a, b| a.1 < b.1));
            let mut names: Vec<&str> = scale.iter().map(|(name, _)| *name).collect();
            let mut known = variable.known_classes().expect("the classes are known");
            names.sort_unstable();
            known.sort_unstable();
            assert_eq!(names, known);
        }
    }
}
