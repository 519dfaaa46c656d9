//! Hand codes: the label that a person gave a segment.
//!
//! **Input:** a [`CodedFile`]. **Output:** [`Codes`], one per segment and target. Rows without a label are not coded yet and are left out.
//! The weight of a row is its `weight`, or else 1 divided by its `inclusion_probability`, or 1. **Refused:** unknown labels, targets and
//! segments, and contradictory rows, with the line. **Left to others:** learning.

use std::collections::BTreeMap;

use plenary_corpus::findings::Target;
use plenary_tables::Results;

use crate::validate::coded::{CodedError, CodedFile, Variable, class_of, target_of};

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
    /// The file cannot be read, or a row cannot be used.
    #[error(transparent)]
    File(#[from] CodedError),
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
    /// Reads a file of codes. `targets` are those of the study; with a single one, the column `target` may be left out. Where
    /// coders disagree, the code of the `adjudicator` counts.
    ///
    /// # Errors
    /// [`CodesError`] names the line, what was found and what was expected.
    pub fn load(
        path: &std::path::Path,
        variable: Variable,
        targets: &[Target],
        adjudicator: Option<&str>,
    ) -> Result<Self, CodesError> {
        Self::of(&CodedFile::load(path)?, variable, targets, adjudicator)
    }

    /// The codes of a variable in a file.
    ///
    /// # Errors
    /// As [`Codes::load`].
    pub fn of(
        file: &CodedFile,
        variable: Variable,
        targets: &[Target],
        adjudicator: Option<&str>,
    ) -> Result<Self, CodesError> {
        if variable == Variable::Stance && targets.len() > 1 && file.target().is_none() {
            return Err(CodedError::NoColumn { path: file.path.clone(), missing: "target" }.into());
        }
        if let Some(name) = adjudicator
            && !file.rows.iter().any(|row| row.coder == name && !row.label.is_empty())
        {
            return Err(file
                .row_error(1, format!("no code is by `{name}`; the column `coder` has other names"))
                .into());
        }
        let mut codes = Self { variable, path: file.path.clone(), n_open: 0, by_unit: BTreeMap::new() };
        let known = codes.variable.known_classes();
        let names_code = file.position("code").is_some();
        let mut others = std::collections::BTreeSet::new();
        for row in &file.rows {
            if let Variable::Code(name) = &codes.variable
                && names_code
                && row.code != *name
            {
                others.insert(row.code.clone());
                continue;
            }
            if row.label.is_empty() {
                codes.n_open += 1;
                continue;
            }
            let wrong = |problem: String| file.row_error(row.line, problem);
            let key = (row.segment_id.clone(), target_of(&codes.variable, targets, &row.target).map_err(wrong)?);
            let one = Code {
                label: class_of(known.as_deref(), &row.label).map_err(wrong)?,
                weight: row.weight.or(row.inclusion_probability.map(|probability| 1.0 / probability)).unwrap_or(1.0),
                coder: row.coder.clone(),
                line: row.line,
            };
            codes.insert(key, one, adjudicator)?;
        }
        if let Some(name) = adjudicator
            && !file.rows.iter().any(|row| row.coder == name && !row.label.is_empty())
        {
            return Err(file
                .row_error(1, format!("no code is by `{name}`; the column `coder` has other names"))
                .into());
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
            return Err(CodesError::Nothing { path: file.path.clone(), of });
        }
        if n_classes > CLASSES_AT_MOST {
            let first = codes.classes().into_iter().take(5).collect::<Vec<_>>().join(", ");
            return Err(CodesError::ManyClasses { path: file.path.clone(), n: n_classes, first });
        }
        Ok(codes)
    }

    /// Number of codes.
    pub fn n(&self) -> usize {
        self.by_unit.len()
    }

    /// All codes, in the order of their units.
    pub fn rows(&self) -> impl Iterator<Item = (&Unit, &Code)> {
        self.by_unit.iter()
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
        Err(CodedError::Row { path: self.path.clone(), line: code.line, problem }.into())
    }

    /// Adds a code. Two codes of a unit must agree, unless one of them is the adjudicator's, which then counts.
    fn insert(&mut self, key: Unit, one: Code, adjudicator: Option<&str>) -> Result<(), CodedError> {
        let wrong = |problem: String| CodedError::Row { path: self.path.clone(), line: one.line, problem };
        let decides = |code: &Code| adjudicator == Some(code.coder.as_str());
        match self.by_unit.get(&key) {
            Some(known) if known.weight != one.weight => Err(wrong(format!(
                "segment `{}` has the weight {} here and {} in line {}; remove one of the rows",
                key.0, one.weight, known.weight, known.line
            ))),
            Some(known) if known.label != one.label && decides(known) == decides(&one) => Err(wrong(format!(
                "segment `{}` is `{}` here and `{}` in line {}; decide on one label and remove the other row, or name the adjudicator, whose code counts",
                key.0, one.label, known.label, known.line
            ))),
            Some(known) if !decides(&one) || decides(known) => Ok(()),
            _ => {
                self.by_unit.insert(key, one);
                Ok(())
            }
        }
    }
}
