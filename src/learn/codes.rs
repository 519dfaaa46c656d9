//! Hand codes: the label that a person gave a segment.
//!
//! **Input:** a CSV file with the columns `segment_id` and `label`, and optionally `target`, `code`, `weight` or
//! `inclusion_probability`, and `coder`.
//! **Output:** [`Codes`], one per segment and target. Rows without a label are not coded yet and are left out. **Refused:** missing columns, unknown labels,
//! targets and segments, weights that are not positive, and contradictory rows, with the line. **Left to others:** learning.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, Trim};
use plenary_corpus::findings::Target;
use plenary_tables::Results;

use super::folder::Variable;

/// Classes of a variable of the researcher's own above which its labels are taken for something else, such as notes.
const CLASSES_AT_MOST: usize = 20;

/// What is coded: the id of a segment, and that of a target if the variable has targets.
pub type Unit = (String, Option<String>);

/// The label of a segment, by a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Code {
    /// The class.
    pub label: String,
    /// Weight among the codes.
    pub weight: f64,
    /// Who coded; empty if the file does not say it.
    pub coder: String,
    /// Line of the file, from 1.
    pub line: u64,
}

/// Codes by segment and target.
#[derive(Debug, Clone, PartialEq)]
pub struct Codes {
    /// What was coded.
    pub variable: Variable,
    /// Path of the file, for messages.
    pub path: String,
    /// Number of rows without a label.
    pub n_open: usize,
    by_unit: BTreeMap<Unit, Code>,
}

/// What is wrong with a file of codes.
#[derive(Debug, thiserror::Error)]
pub enum CodesError {
    /// The file cannot be read.
    #[error("{path}: cannot read the codes: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// A column is missing.
    #[error(
        "{path}: there is no column `{missing}`; expected a CSV file with the columns segment_id, label{also}, and optionally weight and coder"
    )]
    NoColumn {
        /// The file.
        path: String,
        /// The column.
        missing: &'static str,
        /// Further columns that are needed.
        also: &'static str,
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
    /// The file has no code for this variable.
    #[error("{path}: no row has a label{of}; code some segments in the column `label`")]
    Nothing {
        /// The file.
        path: String,
        /// For which variable, as a text to append.
        of: String,
    },
    /// There are too many different labels.
    #[error(
        "{path}: {n} different labels; expected at most {CLASSES_AT_MOST} classes. Are these notes or misspellings? The first are {first}"
    )]
    ManyClasses {
        /// The file.
        path: String,
        /// Number of labels.
        n: usize,
        /// Some of them.
        first: String,
    },
}

impl Codes {
    /// Reads a file of codes. `targets` are those of the study; with a single one, the column `target` may be left out.
    ///
    /// # Errors
    /// [`CodesError`] names the line, what was found and what was expected.
    pub fn load(path: &std::path::Path, variable: Variable, targets: &[Target]) -> Result<Self, CodesError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| CodesError::Unreadable { path: shown.clone(), source })?;
        Self::parse(&bytes, &shown, variable, targets)
    }

    /// Parses a file of codes; `path` names it in messages.
    ///
    /// # Errors
    /// As [`Codes::load`].
    pub fn parse(bytes: &[u8], path: &str, variable: Variable, targets: &[Target]) -> Result<Self, CodesError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let first_line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let cells = |byte: u8| first_line.split(|one| *one == byte).count();
        let delimiter = if cells(b';') > cells(b',') { b';' } else { b',' };
        let mut reader = ReaderBuilder::new().flexible(true).trim(Trim::All).delimiter(delimiter).from_reader(bytes);
        let row_error = |line: u64, problem: String| CodesError::Row { path: path.to_owned(), line, problem };
        let unread = |error: &csv::Error| {
            row_error(
                error.position().map_or(1, csv::Position::line),
                format!("{error}; save the file as CSV in UTF-8"),
            )
        };
        let header = reader.headers().map_err(|error| unread(&error))?.clone();
        let column =
            |names: &[&str]| header.iter().position(|name| names.iter().any(|one| name.eq_ignore_ascii_case(one)));
        let also = if variable == Variable::Stance && targets.len() > 1 { ", target" } else { "" };
        let needed = |missing: &'static str, names: &[&str]| {
            column(names).ok_or(CodesError::NoColumn { path: path.to_owned(), missing, also })
        };
        let (segment, label) = (needed("segment_id", &["segment_id"])?, needed("label", &["label"])?);
        let target = match variable {
            Variable::Stance if targets.len() > 1 => Some(needed("target", &["target", "target_id"])?),
            Variable::Stance => column(&["target", "target_id"]),
            Variable::Sentiment | Variable::Code(_) => None,
        };
        let (code, weight, coder) = (column(&["code"]), column(&["weight"]), column(&["coder"]));
        let probability = column(&["inclusion_probability"]);

        let mut codes = Self { variable, path: path.to_owned(), n_open: 0, by_unit: BTreeMap::new() };
        let known = codes.variable.known_classes();
        let mut others = std::collections::BTreeSet::new();
        for record in reader.records() {
            let record = record.map_err(|error| unread(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
            if record.iter().all(str::is_empty) {
                continue;
            }
            if let (Variable::Code(name), Some(_)) = (&codes.variable, code)
                && cell(code) != name
            {
                others.insert(cell(code).to_owned());
                continue;
            }
            if cell(Some(label)).is_empty() {
                codes.n_open += 1;
                continue;
            }
            let wrong = |problem: String| row_error(line, problem);
            let key =
                (cell(Some(segment)).to_owned(), of_target(&codes.variable, targets, cell(target)).map_err(wrong)?);
            let one = Code {
                label: class(known.as_deref(), cell(Some(label))).map_err(wrong)?,
                weight: match weight {
                    Some(_) => weight_of(cell(weight)),
                    None => weight_of_probability(cell(probability)),
                }
                .map_err(wrong)?,
                coder: cell(coder).to_owned(),
                line,
            };
            codes.insert(key, one, &record)?;
        }
        let n_classes = codes.classes().len();
        if codes.by_unit.is_empty() {
            let of = match &codes.variable {
                Variable::Code(name) if !others.is_empty() => {
                    let others: Vec<String> = others.into_iter().collect();
                    format!(" and the code `{name}`; the column `code` has {}", others.join(", "))
                }
                _ => String::new(),
            };
            return Err(CodesError::Nothing { path: path.to_owned(), of });
        }
        if n_classes > CLASSES_AT_MOST {
            let first = codes.classes().into_iter().take(5).collect::<Vec<_>>().join(", ");
            return Err(CodesError::ManyClasses { path: path.to_owned(), n: n_classes, first });
        }
        Ok(codes)
    }

    /// Number of codes.
    pub fn n(&self) -> usize {
        self.by_unit.len()
    }

    /// The code of a segment and target.
    pub fn get(&self, key: &Unit) -> Option<&Code> {
        self.by_unit.get(key)
    }

    /// Number of codes of a target.
    pub fn of_target(&self, id: &str) -> usize {
        self.by_unit.keys().filter(|(_, target)| target.as_deref() == Some(id)).count()
    }

    /// The classes: those that are known beforehand, or those of the file in alphabetical order.
    pub fn classes(&self) -> Vec<String> {
        self.variable.known_classes().unwrap_or_else(|| {
            let labels: std::collections::BTreeSet<&String> = self.by_unit.values().map(|code| &code.label).collect();
            labels.into_iter().cloned().collect()
        })
    }

    /// Refuses codes of segments that were not found.
    pub(super) fn check_found(&self, results: &Results, found: impl Fn(&Unit) -> bool) -> Result<(), CodesError> {
        let missing: Vec<(&Unit, &Code)> = self.by_unit.iter().filter(|(key, _)| !found(key)).collect();
        let Some((key, code)) = missing.iter().min_by_key(|(_, code)| code.line) else { return Ok(()) };
        let folder = results.folder().map_or_else(|| "the results".into(), |folder| folder.display().to_string());
        let problem = if missing.len() == self.by_unit.len() {
            format!(
                "{folder} has no segment `{}`, nor any other of the file; these codes belong to another run. Name the results folder in which the segments were coded",
                key.0
            )
        } else {
            format!(
                "{folder} has no segment `{}` ({} of {} codes are unknown); correct the id, or remove the rows of documents that are not in the results",
                key.0,
                missing.len(),
                self.by_unit.len()
            )
        };
        Err(CodesError::Row { path: self.path.clone(), line: code.line, problem })
    }

    fn insert(&mut self, key: Unit, one: Code, record: &StringRecord) -> Result<(), CodesError> {
        let wrong = |problem: String| CodesError::Row { path: self.path.clone(), line: one.line, problem };
        if key.0.is_empty() {
            return Err(wrong(format!(
                "a row with {} cells has no segment_id; expected the id of a segment",
                record.len()
            )));
        }
        match self.by_unit.get(&key) {
            Some(known) if known.label != one.label => Err(wrong(format!(
                "segment `{}` is `{}` here and `{}` in line {}; decide on one label, and remove the other row",
                key.0, one.label, known.label, known.line
            ))),
            Some(known) if known.weight != one.weight => Err(wrong(format!(
                "segment `{}` has the weight {} here and {} in line {}; remove one of the rows",
                key.0, one.weight, known.weight, known.line
            ))),
            Some(_) => Ok(()),
            None => {
                self.by_unit.insert(key, one);
                Ok(())
            }
        }
    }
}

fn of_target(variable: &Variable, targets: &[Target], cell: &str) -> Result<Option<String>, String> {
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

fn class(known: Option<&[String]>, cell: &str) -> Result<String, String> {
    let Some(known) = known else { return Ok(cell.to_owned()) };
    let found = known.iter().find(|class| class.eq_ignore_ascii_case(cell));
    found.cloned().ok_or_else(|| format!("unknown label `{cell}`; expected {}", known.join(", ")))
}

fn weight_of(cell: &str) -> Result<f64, String> {
    if cell.is_empty() {
        return Ok(1.0);
    }
    let weight: Option<f64> = cell.parse().ok();
    weight
        .filter(|weight| weight.is_finite() && *weight > 0.0)
        .ok_or_else(|| format!("the weight `{cell}`; expected a positive number, or nothing for 1"))
}

/// A code counts as many times as there are units for each that was drawn with its probability.
fn weight_of_probability(cell: &str) -> Result<f64, String> {
    if cell.is_empty() {
        return Ok(1.0);
    }
    let probability: Option<f64> = cell.parse().ok();
    probability.filter(|probability| *probability > 0.0 && *probability <= 1.0).map(|probability| 1.0 / probability).ok_or_else(
        || format!("the inclusion probability `{cell}`; expected a number above 0 and at most 1, as `plenary sample` wrote it"),
    )
}
