//! Runs and their results.
//!
//! **Input:** inputs, a study and the means of a run; or a results folder. **Output:** results, whose tables are read when they are asked
//! for.

use std::path::PathBuf;
use std::sync::Arc;

use plenary::engine::cache::Cache;
use plenary::measure::themes::RegistryMode;
use plenary::models::cache_folder;
use plenary::report::{ReportOptions, report};
use plenary::study::CoderOptions;
use plenary::table::schema::TABLES;
use plenary::{Check, Options};
use pyo3::prelude::*;

use crate::errors::{Class, Raised, or_raise, or_stopped};
use crate::reading::{Given, isolation};
use crate::study::Study;
use crate::table::Table;
use crate::work::work;

/// Where the cache is.
#[derive(FromPyObject)]
pub(crate) enum CacheFolder {
    /// The usual folder, or none.
    Usual(bool),
    /// A folder.
    Named(PathBuf),
}

/// The means of a run: all of its options except the study.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Means {
    models: Option<PathBuf>,
    out: Option<PathBuf>,
    threads: Option<usize>,
    cache: CacheFolder,
    isolate: bool,
    max_cost: Option<f64>,
}

impl Means {
    /// The options of a run of a study.
    ///
    /// # Errors
    /// An option has no effect, or the cache cannot be opened.
    pub(crate) fn options(self, py: Python<'_>, study: plenary::Study) -> PyResult<Options> {
        let asks_chat = study.all_coders().any(|coder| matches!(coder, CoderOptions::Chat(_)));
        if self.max_cost.is_some() && !asks_chat {
            let message =
                "max_cost has no effect: the study asks no language model; it needs a coder of the kind \"chat\"";
            return Err(Raised::new(Class::Measure, message).into_py(py));
        }
        if study.theme_registry.is_none() && study.themes.mode != RegistryMode::Extend {
            let message = "the mode of themes has no effect, because the study does not continue earlier themes; name these in \
                           themes={\"registry\": ...}";
            return Err(Raised::new(Class::Study, message).into_py(py));
        }
        let mut options = Options::in_memory(study);
        options.models = self.models;
        options.out = self.out;
        options.threads = self.threads.unwrap_or(options.threads);
        options.cache = cache(py, self.cache)?;
        options.isolation = isolation(self.isolate);
        options.max_cost = self.max_cost;
        Ok(options)
    }
}

/// Opens the cache. A problem with the usual folder is a warning, as in the program.
fn cache(py: Python<'_>, folder: CacheFolder) -> PyResult<Option<Cache>> {
    let named = match folder {
        CacheFolder::Usual(false) => return Ok(None),
        CacheFolder::Usual(true) => None,
        CacheFolder::Named(folder) => Some(folder),
    };
    let opened = py.detach(|| {
        let folder = cache_folder(named.as_deref()).map_err(|error| error.to_string())?;
        Cache::open(&folder).map_err(|error| error.to_string())
    });
    match opened {
        Ok(cache) => Ok(Some(cache)),
        Err(error) if named.is_some() => Err(Raised::new(Class::Measure, error).into_py(py)),
        Err(error) => {
            tracing::warn!("{error}; the run continues without it");
            Ok(None)
        }
    }
}

/// The results of a run.
#[pyclass(frozen, module = "plenary_text._native")]
pub(crate) struct Results {
    pub(crate) results: Arc<plenary::Results>,
}

impl Results {
    pub(crate) fn of(results: plenary::Results) -> Self {
        Self { results: Arc::new(results) }
    }
}

/// Reads, measures and writes.
#[pyfunction]
pub(crate) fn run(
    py: Python<'_>,
    inputs: Vec<Given>,
    study: Option<&Bound<'_, Study>>,
    means: Means,
    progress: Option<Py<PyAny>>,
) -> PyResult<Results> {
    let study = study.map(|study| study.get().study.clone()).unwrap_or_default();
    let options = means.options(py, study)?;
    let outcome = work(py, progress.as_ref(), |progress| plenary::run(inputs, &options, progress))?;
    Ok(Results::of(or_stopped(py, outcome)?.results))
}

/// Opens a results folder. With `quick` the content of files is checked when they are read.
#[pyfunction]
pub(crate) fn open(py: Python<'_>, folder: PathBuf, quick: bool) -> PyResult<Results> {
    let check = if quick { Check::Quick } else { Check::Full };
    let opened = work(py, None, |_| plenary::Results::open(&folder, check))?;
    Ok(Results::of(or_raise(py, opened)?))
}

#[pymethods]
impl Results {
    /// Names of the tables.
    #[staticmethod]
    fn names() -> Vec<&'static str> {
        TABLES.iter().map(|table| table.name).collect()
    }

    /// A table by its name.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        or_raise(py, Table::of_results(&self.results, name))
    }

    /// The folder; `None` if the results are in memory.
    #[getter]
    fn folder(&self) -> Option<PathBuf> {
        self.results.folder().map(PathBuf::from)
    }

    /// The study as JSON.
    fn study_json(&self) -> String {
        self.results.study().json.to_string()
    }

    /// The report as HTML; `by` is the column whose values are compared.
    fn report(&self, py: Python<'_>, by: Option<String>) -> PyResult<String> {
        let mut options = ReportOptions::default();
        options.by = by;
        let made = work(py, None, |_| report(&self.results, &[], &options))?;
        or_raise(py, made)
    }

    /// Writes the results into a folder, and returns those in the folder.
    fn save(&self, py: Python<'_>, folder: PathBuf) -> PyResult<Results> {
        let saved = work(py, None, |_| self.results.save(&folder))?;
        Ok(Results::of(or_raise(py, saved)?))
    }
}
