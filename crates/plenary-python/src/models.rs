//! Models on lists of texts.
//!
//! **Input:** texts. **Output:** numbers as bytes, in the order of the machine, which Python turns into arrays without a copy.

use std::path::PathBuf;

use plenary::corpus::findings::{Coding, Target, Verdict};
use plenary::engine::EngineError;
use plenary::measure::StanceOptions;
use plenary::measure::coder::CodeError;
use plenary::models::ModelOptions;
use plenary::{CodeTextsError, RunError};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::PyByteArray;

use crate::errors::{or_raise, or_stopped};
use crate::work::work;

/// Numbers one after the other.
fn bytes(py: Python<'_>, numbers: impl Iterator<Item = f32>) -> Bound<'_, PyByteArray> {
    let bytes: Vec<u8> = numbers.flat_map(f32::to_ne_bytes).collect();
    PyByteArray::new(py, &bytes)
}

fn with_threads<T>(model: T, threads: Option<usize>, set: impl FnOnce(T, usize) -> T) -> T {
    match threads {
        Some(threads) => set(model, threads),
        None => model,
    }
}

/// A model that embeds texts.
#[pyclass(frozen, module = "plenary_text._native")]
pub(crate) struct Encoder {
    encoder: plenary::Encoder,
}

#[pymethods]
impl Encoder {
    #[new]
    fn new(py: Python<'_>, id: &str, models: Option<PathBuf>, threads: Option<usize>) -> PyResult<Self> {
        let loaded = work(py, None, |_| plenary::Encoder::load_from(models.as_deref(), id))?;
        let encoder = with_threads(or_raise(py, loaded)?, threads, plenary::Encoder::with_threads);
        Ok(Self { encoder })
    }

    /// Number of dimensions of the vectors.
    #[getter]
    fn dimensions(&self) -> usize {
        self.encoder.dimensions()
    }

    /// The vectors of texts, one after the other.
    fn encode<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Bound<'py, PyByteArray>> {
        let encoded = work(py, progress.as_ref(), |progress| self.encoder.encode_with(&texts, progress))?;
        let embeddings = or_stopped(py, encoded.map_err(RunError::from))?;
        Ok(bytes(py, embeddings.vectors.iter().copied()))
    }
}

/// A model that scores the tone of texts.
#[pyclass(frozen, module = "plenary_text._native")]
pub(crate) struct SentimentModel {
    model: plenary::SentimentModel,
}

#[pymethods]
impl SentimentModel {
    #[new]
    fn new(py: Python<'_>, id: &str, models: Option<PathBuf>, threads: Option<usize>) -> PyResult<Self> {
        let loaded = work(py, None, |_| plenary::SentimentModel::load_from(models.as_deref(), id))?;
        let model = with_threads(or_raise(py, loaded)?, threads, plenary::SentimentModel::with_threads);
        Ok(Self { model })
    }

    /// Probabilities of negative, neutral and positive for each text, and the labels.
    fn score<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(Bound<'py, PyByteArray>, Vec<&'static str>)> {
        let scored = work(py, progress.as_ref(), |progress| self.model.score(&texts, progress))?;
        let scores = or_stopped(py, scored.map_err(RunError::from))?.scores;
        let numbers = scores.iter().flat_map(|score| [score.negative, score.neutral, score.positive]);
        Ok((bytes(py, numbers), scores.iter().map(|score| score.label().as_str()).collect()))
    }
}

/// A model that codes the stance of texts.
#[pyclass(frozen, module = "plenary_text._native")]
pub(crate) struct StanceModel {
    model: plenary::StanceModel,
}

/// The codings of texts for one proposition: relevances, probabilities of favor, against and neither (not a number where the model did
/// not read the text), labels, and reasons where there is none.
type Codings<'py> =
    (Bound<'py, PyByteArray>, Bound<'py, PyByteArray>, Vec<Option<&'static str>>, Vec<Option<&'static str>>);

#[pymethods]
impl StanceModel {
    #[new]
    fn new(
        py: Python<'_>,
        ids: (String, String),
        floors: (f32, f32),
        models: Option<PathBuf>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let (embedding, stance) = ids;
        let (relevance_floor, confidence_floor) = floors;
        let ids = ModelOptions { embedding, stance, ..ModelOptions::default() };
        let options = StanceOptions { relevance_floor, confidence_floor, ..StanceOptions::default() };
        or_raise(py, options.check().map_err(CodeTextsError::from))?;
        let loaded = work(py, None, |_| plenary::StanceModel::load_from(models.as_deref(), &ids, options))?;
        let model = with_threads(or_raise(py, loaded)?, threads, plenary::StanceModel::with_threads);
        Ok(Self { model })
    }

    /// The stance of texts towards a proposition.
    fn code<'py>(
        &self,
        py: Python<'py>,
        texts: Vec<String>,
        proposition: String,
        negation: Option<String>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Codings<'py>> {
        let target = Target { id: "proposition".into(), proposition, negation, ..Target::default() };
        let coded = work(py, progress.as_ref(), |progress| self.model.code(&texts, &[target], progress))?;
        if let Err(CodeTextsError::Coder(CodeError::Engine(EngineError::Stopped(stopped)))) = &coded {
            return Err(PyKeyboardInterrupt::new_err(stopped.to_string()));
        }
        let codings = or_raise(py, coded)?.of_target.into_iter().next().unwrap_or_default();
        let relevances = bytes(py, codings.iter().map(|coding| coding.relevance));
        let probabilities = codings.iter().flat_map(|coding| match coding.probabilities {
            Some(sides) => [sides.favor, sides.against, sides.neither],
            None => [f32::NAN; 3],
        });
        let of_verdict = |coding: &Coding| match coding.verdict {
            Verdict::Labelled(side) => (Some(side.as_str()), None),
            Verdict::Abstained(reason) => (None, Some(reason.as_str())),
        };
        let (labels, reasons) = codings.iter().map(of_verdict).unzip();
        Ok((relevances, bytes(py, probabilities), labels, reasons))
    }
}
