//! Studies.
//!
//! **Input:** a file, or a text of TOML. **Output:** a checked study with the text that it was made from. **Refused:** what the façade
//! refuses, with file and line.

use std::path::{Path, PathBuf};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::or_raise;

/// A study.
#[pyclass(frozen, module = "plenary_text._native")]
pub(crate) struct Study {
    pub(crate) study: plenary::Study,
    text: String,
}

#[pymethods]
impl Study {
    /// Reads a study file.
    #[staticmethod]
    fn load(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        let study = or_raise(py, py.detach(|| plenary::Study::load(&path)))?;
        let text = std::fs::read_to_string(&path)?;
        Ok(Self { study, text })
    }

    /// Parses the text of a study, whose files are in `folder`; `name` names it in messages.
    #[staticmethod]
    fn parse(py: Python<'_>, text: String, name: &str, folder: &str) -> PyResult<Self> {
        let study = or_raise(py, py.detach(|| plenary::Study::parse_in(&text, name, Path::new(folder))))?;
        Ok(Self { study, text })
    }

    /// The text that the study was made from.
    #[getter]
    fn text(&self) -> &str {
        &self.text
    }

    /// sha256 of the study and of the files that it names.
    #[getter]
    fn sha256(&self) -> Option<&str> {
        self.study.sha256.as_deref()
    }

    /// Every setting as JSON, those with their defaults included.
    fn json(&self) -> String {
        self.study.info().json.to_string()
    }
}

/// A JSON object as TOML.
#[pyfunction]
pub(crate) fn toml_of(json: &str) -> PyResult<String> {
    let wrong = |problem: String| PyValueError::new_err(problem);
    let value: toml::Value = serde_json::from_str(json).map_err(|error| wrong(error.to_string()))?;
    toml::to_string(&value).map_err(|error| wrong(error.to_string()))
}
