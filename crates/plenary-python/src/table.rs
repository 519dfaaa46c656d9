//! Tables.
//!
//! **Input:** a table of results, or a frame. **Output:** an Arrow stream through the interface of capsules, rows as JSON, and the first
//! rows as text. **Left to others:** data frames, to the libraries that read the stream.

use std::sync::Arc;

use plenary::table::{DataFrame, OpenError, arrow_stream, text};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::{Class, Raised, or_raise};

/// A table.
#[pyclass(frozen, module = "plenary_text._native")]
pub(crate) struct Table {
    name: String,
    rows: Rows,
}

/// Where the rows are.
enum Rows {
    Results(Arc<plenary::Results>),
    Frame(DataFrame),
}

impl Table {
    pub(crate) fn of_frame(name: impl Into<String>, frame: DataFrame) -> Self {
        Self { name: name.into(), rows: Rows::Frame(frame) }
    }

    /// A table of results.
    ///
    /// # Errors
    /// There is no such table.
    pub(crate) fn of_results(results: &Arc<plenary::Results>, name: &str) -> Result<Self, OpenError> {
        results.n_rows(name)?;
        Ok(Self { name: name.to_owned(), rows: Rows::Results(Arc::clone(results)) })
    }

    /// The first rows.
    fn first(&self, n: usize) -> Result<DataFrame, OpenError> {
        match &self.rows {
            Rows::Results(results) => results.head(&self.name, None, n),
            Rows::Frame(frame) => Ok(frame.head(Some(n))),
        }
    }
}

#[pymethods]
impl Table {
    /// Name of the table.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        match &self.rows {
            Rows::Results(results) => or_raise(py, results.n_rows(&self.name)),
            Rows::Frame(frame) => Ok(frame.height()),
        }
    }

    /// Names and types of the columns.
    fn schema(&self, py: Python<'_>) -> PyResult<Vec<(String, String)>> {
        let frame = or_raise(py, py.detach(|| self.first(0)))?;
        let columns = frame.columns().iter();
        Ok(columns.map(|column| (column.name().to_string(), column.dtype().to_string())).collect())
    }

    /// The first rows as texts, one per cell.
    fn texts(&self, py: Python<'_>, n: usize) -> PyResult<Vec<Vec<String>>> {
        let frame = or_raise(py, py.detach(|| self.first(n)))?;
        text::text_rows(&frame).map_err(|error| Raised::new(Class::Open, error).into_py(py))
    }

    /// All rows as a JSON array of objects.
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| {
            let rows = self.first(usize::MAX).map_err(|error| Raised::new(Class::Open, error))?;
            let rows = text::json_rows(&rows).map_err(|error| Raised::new(Class::Open, error))?;
            serde_json::to_string(&rows).map_err(|error| Raised::new(Class::Open, error))
        })
        .map_err(|raised| raised.into_py(py))
    }

    /// The rows as an Arrow stream. A schema that is asked for is a wish, and is not followed.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let stream = py.detach(|| match &self.rows {
            Rows::Results(results) => results.arrow_stream(&self.name),
            Rows::Frame(frame) => Ok(arrow_stream(frame.clone())),
        });
        PyCapsule::new_with_value(py, or_raise(py, stream)?, c"arrow_array_stream")
    }
}
