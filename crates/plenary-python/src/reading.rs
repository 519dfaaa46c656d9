//! Reading transcripts.
//!
//! **Input:** paths, or names and contents of files. **Output:** a corpus, its tables, and the results of measuring it.

use std::path::PathBuf;

use plenary::corpus::Failure;
use plenary::table::UnmeasuredTable;
use plenary::{Input, Isolation, ReadOptions};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;

use crate::errors::{or_raise, or_stopped};
use crate::results::{Means, Results};
use crate::study::Study;
use crate::table::Table;
use crate::work::work;

/// A path, or the name and the content of a file.
#[derive(FromPyObject)]
pub(crate) enum Given {
    /// Name and content.
    Content((String, Vec<u8>)),
    /// A file or folder.
    Path(PathBuf),
}

impl From<Given> for Input {
    fn from(given: Given) -> Self {
        match given {
            Given::Content((name, bytes)) => Input::Bytes { name, bytes: bytes.into() },
            Given::Path(path) => Input::Path(path),
        }
    }
}

/// The processes that read files; `None` where the package did not name a command.
pub(crate) fn isolation(is_wanted: bool) -> Option<Isolation> {
    is_wanted.then(Isolation::of_this_process).and_then(Result::ok)
}

/// Paths, errors and hints of inputs.
pub(crate) type Failures = Vec<(String, String, String)>;

pub(crate) fn failures(failures: &[Failure]) -> Failures {
    failures.iter().map(|of| (of.path.clone(), of.error.clone(), of.hint.clone())).collect()
}

/// Transcripts whose speech is attributed.
#[pyclass(frozen, module = "plenary_text._native")]
pub(crate) struct Corpus {
    corpus: plenary::Corpus,
}

/// Reads transcripts and attributes their speech.
#[pyfunction]
pub(crate) fn read(
    py: Python<'_>,
    inputs: Vec<Given>,
    study: Option<&Bound<'_, Study>>,
    threads: Option<usize>,
    isolate: bool,
    progress: Option<Py<PyAny>>,
) -> PyResult<Corpus> {
    let study = study.map(|study| study.get().study.clone()).unwrap_or_default();
    let mut options = ReadOptions { isolation: isolation(isolate), ..ReadOptions::default() };
    options.threads = threads.unwrap_or(options.threads);
    let read = work(py, progress.as_ref(), |progress| plenary::read_with(inputs, &study, &options, progress))?;
    Ok(Corpus { corpus: or_stopped(py, read)? })
}

#[pymethods]
impl Corpus {
    fn __len__(&self) -> usize {
        self.corpus.transcripts.len()
    }

    /// Number of speakers, utterances, doubtful utterances and segments.
    fn counts(&self) -> [usize; 4] {
        let corpus = &self.corpus;
        [corpus.speakers().count(), corpus.utterances().count(), corpus.doubtful().count(), corpus.segments().count()]
    }

    /// A table by its name; `doubtful` are the utterances that a person should check.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let Some(table) = UnmeasuredTable::ALL.into_iter().find(|table| table.name() == name) else {
            return Err(PyKeyError::new_err(name.to_owned()));
        };
        let frame = py.detach(|| self.corpus.table(table));
        Ok(Table::of_frame(name, or_raise(py, frame)?))
    }

    /// Inputs that could not be read.
    fn failures(&self) -> Failures {
        failures(&self.corpus.skipped.failures)
    }

    /// Measures the transcripts, by the study by which they were read if none is given.
    fn measure(
        &self,
        py: Python<'_>,
        study: Option<&Bound<'_, Study>>,
        means: Means,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Results> {
        let study = study.map_or_else(|| self.corpus.study().clone(), |study| study.get().study.clone());
        let options = means.options(py, study)?;
        let outcome = work(py, progress.as_ref(), |progress| self.corpus.measure(&options, progress))?;
        Ok(Results::of(or_stopped(py, outcome)?.results))
    }
}
