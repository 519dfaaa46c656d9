//! Means of results, and hand codes compared with each other and with results.
//!
//! **Input:** results, and files of hand codes, by path or as name and content. **Output:** tables. **Refused:** what the façade refuses.

use std::path::PathBuf;

use plenary::corpus::findings::Weight;
use plenary::means::{MeansOptions, group_means};
use plenary::table::export::Export;
use plenary::validate::agree::{CompareOptions, compare, tables as tables_of_agreement};
use plenary::validate::coded::{CodedError, CodedFile, Variable};
use plenary::validate::drawn::{propositions_of, sample_of};
use plenary::validate::estimate::{Clusters, EstimateOptions, Weights, estimate as estimate_means};
use plenary::validate::hand::Several;
use plenary::validate::score::{ValidateOptions, tables as tables_of_scores, validate};
use plenary::validate::segments::Measure;
use plenary::validation::agreement::AgreementOptions;
use plenary::validation::correct::CorrectOptions;
use plenary::validation::scores::ScoreOptions;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::{IntoRaised, Raised, or_raise};
use crate::reading::Given;
use crate::results::Results;
use crate::table::Table;
use crate::work::work;

/// Tables, or the error that is raised.
type Made = Result<Vec<Export>, Raised>;

fn files(given: Vec<Given>) -> Result<Vec<CodedFile>, CodedError> {
    let file = |given| match given {
        Given::Content((name, bytes)) => CodedFile::parse(&bytes, &name),
        Given::Path(path) => CodedFile::load(&path),
    };
    given.into_iter().map(file).collect()
}

/// Makes tables without the lock of the interpreter.
fn tables(py: Python<'_>, make: impl FnOnce() -> Made + Send) -> PyResult<Vec<Table>> {
    let made = work(py, None, |_| make())?.map_err(|raised| raised.into_py(py))?;
    let table = |export: &Export| Ok(Table::of_frame(export.name, or_raise(py, export.frame())?));
    made.iter().map(table).collect()
}

fn raised<E: IntoRaised>(error: E) -> Raised {
    error.raised()
}

/// How far the coders of files agree.
#[pyfunction]
pub(crate) fn agree(
    py: Python<'_>,
    codes: Vec<Given>,
    variable: Option<&str>,
    order: Vec<String>,
    resamples: usize,
    seed: u64,
) -> PyResult<Vec<Table>> {
    let variable = variable.map(|name| match name {
        "stance" => Variable::Stance,
        "sentiment" => Variable::Sentiment,
        name => Variable::Code(name.to_owned()),
    });
    let bootstrap = AgreementOptions { resamples, seed, ..AgreementOptions::default() };
    tables(py, move || {
        let files = files(codes).map_err(raised)?;
        propositions_of(None, &files).map_err(raised)?;
        let compared = compare(&files, &CompareOptions { variable, order, bootstrap });
        Ok(tables_of_agreement(&compared.map_err(raised)?).to_vec())
    })
}

/// What concerns hand codes in scores and estimates.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Hand {
    codes: Vec<Given>,
    measure: Option<String>,
    by: Vec<String>,
    adjudicator: Option<String>,
    simple_random: bool,
    sample: Option<PathBuf>,
    seed: u64,
}

/// How good the labels of all coders are.
#[pyfunction]
pub(crate) fn score(
    py: Python<'_>,
    results: &Bound<'_, Results>,
    hand: Hand,
    resamples: usize,
) -> PyResult<Vec<Table>> {
    let results = &results.get().results;
    tables(py, move || {
        let files = files(hand.codes).map_err(raised)?;
        let measures = match hand.measure.as_deref() {
            Some(name) => vec![Measure::of(results, Some(name)).map_err(raised)?],
            None => Vec::new(),
        };
        let options = ValidateOptions {
            measures,
            by: hand.by,
            several: hand.adjudicator.map_or(Several::Averaged, Several::Adjudicated),
            simple_random: hand.simple_random,
            sample: sample_of(hand.sample.as_deref(), &files).map_err(raised)?,
            scores: ScoreOptions { resamples, seed: hand.seed, ..ScoreOptions::default() },
        };
        Ok(tables_of_scores(&validate(results, &files, &options).map_err(raised)?))
    })
}

/// What concerns estimates alone.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Estimating {
    coder: Option<String>,
    weights: String,
    clusters: Option<String>,
    differences: bool,
    confidence_level: f64,
}

/// What concerns means alone.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct Averaging {
    by: Vec<String>,
    measure: Option<String>,
    weights: String,
    differences: bool,
    confidence_level: f64,
}

/// Means by group, of the labels of the run.
#[pyfunction]
pub(crate) fn means(py: Python<'_>, results: &Bound<'_, Results>, averaging: Averaging) -> PyResult<Vec<Table>> {
    let results = &results.get().results;
    // The names of an estimate that is corrected.
    let weight = match averaging.weights.as_str() {
        "segment" => Weight::Segment,
        "turn" => Weight::Turn,
        "speaker" => Weight::Person,
        found => return Err(unknown("weights", found, &Weights::ALL.map(Weights::as_str))),
    };
    tables(py, move || {
        let options = MeansOptions {
            measure: Measure::of(results, averaging.measure.as_deref()).map_err(raised)?,
            by: averaging.by,
            weight,
            differences: averaging.differences,
            confidence_level: averaging.confidence_level,
        };
        Ok(vec![group_means(results, options).map_err(raised)?.table()])
    })
}

fn unknown(what: &str, found: &str, known: &[&str]) -> PyErr {
    PyValueError::new_err(format!("{what} is \"{found}\"; expected one of: {}", known.join(", ")))
}

/// Means by group, corrected for the errors of a coder.
#[pyfunction]
pub(crate) fn estimate(
    py: Python<'_>,
    results: &Bound<'_, Results>,
    hand: Hand,
    estimating: Estimating,
) -> PyResult<Vec<Table>> {
    let results = &results.get().results;
    let weights = Weights::ALL.into_iter().find(|weights| weights.as_str() == estimating.weights);
    let weights = weights.ok_or_else(|| unknown("weights", &estimating.weights, &Weights::ALL.map(Weights::as_str)))?;
    let clusters = estimating.clusters.as_deref().map(|name| {
        let found = Clusters::ALL.into_iter().find(|clusters| clusters.as_str() == name);
        found.ok_or_else(|| unknown("clusters", name, &Clusters::ALL.map(Clusters::as_str)))
    });
    let clusters = clusters.transpose()?;
    tables(py, move || {
        let files = files(hand.codes).map_err(raised)?;
        let options = EstimateOptions {
            measure: Measure::of(results, hand.measure.as_deref()).map_err(raised)?,
            by: hand.by,
            coder: estimating.coder,
            weights,
            clusters,
            several: hand.adjudicator.map_or(Several::Averaged, Several::Adjudicated),
            simple_random: hand.simple_random,
            sample: sample_of(hand.sample.as_deref(), &files).map_err(raised)?,
            differences: estimating.differences,
            correct: CorrectOptions {
                confidence_level: estimating.confidence_level,
                seed: hand.seed,
                ..CorrectOptions::default()
            },
        };
        let estimates = estimate_means(results, &files, options).map_err(raised)?;
        Ok(vec![estimates.means(), estimates.units()])
    })
}
