//! Errors of the library as exceptions of the package.
//!
//! **Input:** an error of the façade. **Output:** an exception of `plenary_text._errors` with path, line and hint. Every error that the
//! façade returns has one class.

use std::path::Path;

use plenary::corpus::{Failure, Hint};
use plenary::means::MeansError;
use plenary::models::{FileError, FindError, LoadError, UnusableError};
use plenary::report::ReportError;
use plenary::table::TableError;
use plenary::validate::agree::CompareError;
use plenary::validate::coded::CodedError;
use plenary::validate::drawn::DrawnError;
use plenary::validate::estimate::EstimateError;
use plenary::validate::sample::SampleError;
use plenary::validate::score::ValidateError;
use plenary::validate::segments::SegmentsError;
use plenary::{CodeTextsError, OpenError, RunError, StudyError};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::hint;

/// The exceptions of the package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Inputs cannot be read.
    Read,
    /// A study cannot be used.
    Study,
    /// A model cannot be used.
    Model,
    /// Something cannot be measured.
    Measure,
    /// Results cannot be opened.
    Open,
    /// Results cannot be written.
    Write,
    /// Hand codes cannot be used.
    Codes,
    /// The process was forked.
    Fork,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Class::Read => "ReadError",
            Class::Study => "StudyError",
            Class::Model => "ModelError",
            Class::Measure => "MeasureError",
            Class::Open => "OpenError",
            Class::Write => "WriteError",
            Class::Codes => "CodesError",
            Class::Fork => "ForkError",
        }
    }
}

/// An error of the façade with what the exception says.
#[derive(Debug)]
pub(crate) struct Raised {
    class: Class,
    message: String,
    path: Option<String>,
    line: Option<u64>,
    hint: Option<Hint>,
    failures: Vec<Failure>,
}

impl Raised {
    pub(crate) fn new(class: Class, error: impl ToString) -> Self {
        Self { class, message: error.to_string(), path: None, line: None, hint: None, failures: Vec::new() }
    }

    fn at(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    fn at_path(self, path: Option<&Path>) -> Self {
        Self { path: path.map(|path| path.display().to_string()), ..self }
    }

    fn hinting(self, hint: Option<Hint>) -> Self {
        Self { hint, ..self }
    }

    /// The exception. An error while it is made is returned in its place.
    pub(crate) fn into_py(self, py: Python<'_>) -> PyErr {
        self.exception(py).unwrap_or_else(|error| error)
    }

    fn exception(self, py: Python<'_>) -> PyResult<PyErr> {
        let values = PyDict::new(py);
        values.set_item("path", self.path)?;
        values.set_item("line", self.line)?;
        values.set_item("hint", self.hint.as_ref().map(hint::in_words))?;
        if self.class == Class::Read {
            let failures = self.failures.into_iter().map(|failure| (failure.path, failure.error, failure.hint));
            values.set_item("failures", failures.collect::<Vec<_>>())?;
        }
        let class = py.import("plenary_text._errors")?.getattr(self.class.name())?;
        Ok(PyErr::from_value(class.call((self.message,), Some(&values))?))
    }
}

/// An error of the façade that has an exception.
pub(crate) trait IntoRaised {
    fn raised(self) -> Raised;
}

/// The value, or the exception of the error.
pub(crate) fn or_raise<T, E: IntoRaised>(py: Python<'_>, result: Result<T, E>) -> PyResult<T> {
    result.map_err(|error| error.raised().into_py(py))
}

/// The value of a stage that can be stopped, or the exception of the error. Who stopped it has an exception of their own, which the
/// caller raises first.
pub(crate) fn or_stopped<T>(py: Python<'_>, result: Result<T, RunError>) -> PyResult<T> {
    match result {
        Err(error @ RunError::Stopped { .. }) => Err(PyKeyboardInterrupt::new_err(error.to_string())),
        other => or_raise(py, other),
    }
}

impl IntoRaised for RunError {
    fn raised(self) -> Raised {
        let hint = self.hint();
        match self {
            RunError::NothingRead { failures } => {
                let first = failures.first().map(|failure| format!(": {}; {}", failure.error, failure.hint));
                let more = match failures.len() {
                    0 | 1 => String::new(),
                    n => format!(" (and {} more, see .failures)", n - 1),
                };
                let path = failures.first().map(|failure| failure.path.clone());
                let message = format!("no transcript could be read{}{more}", first.unwrap_or_default());
                Raised { path, failures, ..Raised::new(Class::Read, message) }
            }
            RunError::Find(error) => error.raised(),
            RunError::Load(error) => error.raised(),
            RunError::Engine(error) => Raised::new(Class::Model, error),
            RunError::Tables(error) => error.raised(),
            RunError::Open(error) => error.raised(),
            other => Raised::new(Class::Measure, other).hinting(hint),
        }
    }
}

impl IntoRaised for StudyError {
    fn raised(self) -> Raised {
        let line = self.line().map(|line| line as u64);
        Raised { line, ..Raised::new(Class::Study, &self).at(self.path()).hinting(self.hint()) }
    }
}

impl IntoRaised for FindError {
    fn raised(self) -> Raised {
        let file = match &self {
            FindError::File(error) => Some(error),
            _ => None,
        };
        Raised::new(Class::Model, &self).at_path(path_of(file)).hinting(self.hint())
    }
}

impl IntoRaised for LoadError {
    fn raised(self) -> Raised {
        let file = match &self {
            LoadError::File(error) => Some(error),
            _ => None,
        };
        Raised::new(Class::Model, &self).at_path(path_of(file)).hinting(self.hint())
    }
}

fn path_of(error: Option<&FileError>) -> Option<&Path> {
    error.map(|error| error.path.as_path())
}

impl IntoRaised for UnusableError {
    fn raised(self) -> Raised {
        match self {
            UnusableError::Find(error) => error.raised(),
            UnusableError::Load(error) => error.raised(),
            UnusableError::Engine(error) => Raised::new(Class::Model, error),
        }
    }
}

impl IntoRaised for CodeTextsError {
    fn raised(self) -> Raised {
        match self {
            CodeTextsError::Target(error) => Raised::new(Class::Study, error),
            CodeTextsError::Coder(error) => Raised::new(Class::Model, error),
        }
    }
}

impl IntoRaised for OpenError {
    fn raised(self) -> Raised {
        Raised::new(Class::Open, &self).at_path(Some(&self.path)).hinting(self.hint())
    }
}

impl IntoRaised for TableError {
    fn raised(self) -> Raised {
        Raised::new(Class::Write, &self).at_path(self.path()).hinting(self.hint())
    }
}

impl IntoRaised for CodedError {
    fn raised(self) -> Raised {
        Raised { line: self.line(), ..Raised::new(Class::Codes, &self).at(self.path()) }
    }
}

impl IntoRaised for CompareError {
    fn raised(self) -> Raised {
        match self {
            CompareError::File(error) => error.raised(),
            other => Raised::new(Class::Codes, other),
        }
    }
}

impl IntoRaised for DrawnError {
    fn raised(self) -> Raised {
        match self {
            DrawnError::Sample(error) => error.raised(),
            other => Raised::new(Class::Codes, other),
        }
    }
}

impl IntoRaised for SampleError {
    fn raised(self) -> Raised {
        Raised::new(Class::Codes, &self).hinting(self.hint())
    }
}

impl IntoRaised for SegmentsError {
    fn raised(self) -> Raised {
        match self {
            SegmentsError::Open(error) => error.raised(),
            other => Raised::new(Class::Codes, &other).hinting(other.hint()),
        }
    }
}

impl IntoRaised for MeansError {
    fn raised(self) -> Raised {
        match self {
            MeansError::Segments(error) => error.raised(),
            other => Raised::new(Class::Codes, &other).hinting(other.hint()),
        }
    }
}

impl IntoRaised for ReportError {
    fn raised(self) -> Raised {
        match self {
            ReportError::Open(error) => error.raised(),
            other => Raised::new(Class::Open, &other).hinting(other.hint()),
        }
    }
}

impl IntoRaised for EstimateError {
    fn raised(self) -> Raised {
        let raised = Raised::new(Class::Codes, &self).hinting(self.hint());
        match self {
            EstimateError::Segments(error) => error.raised(),
            EstimateError::Coded(error) => error.raised(),
            EstimateError::Correct { path, .. } | EstimateError::Population { path, .. } => raised.at(path),
            _ => raised,
        }
    }
}

impl IntoRaised for ValidateError {
    fn raised(self) -> Raised {
        let raised = Raised::new(Class::Codes, &self);
        match self {
            ValidateError::Estimate(error) => error.raised(),
            ValidateError::Score { path, .. } => raised.at(path),
            _ => raised,
        }
    }
}
