//! The sample from which codes are.
//!
//! **Input:** files of hand codes, a folder, results. **Output:** the [`Sample`], and the probability of every unit of its population.
//! **Refused:** codes of another sample, and results that are not those of the sample. **Left to others:** the file format (`sample`).

use std::collections::HashMap;
use std::path::Path;

use plenary_tables::Results;

use super::coded::CodedFile;
use super::hand::HandCodes;
use super::sample::{SAMPLE_FILE, Sample, SampleError};
use super::segments::Measure;

/// Why codes are not those of a sample.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DrawnError {
    /// The sample cannot be read, or is not of these results.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The codes are of another sample.
    #[error(
        "{paths}: these are codes of the sample `{found}`, but the sample here is `{expected}`; name the folder of that sample"
    )]
    Other {
        /// The files of codes.
        paths: String,
        /// Id of the sample in the files.
        found: String,
        /// Id of the sample in the folder.
        expected: String,
    },
    /// The sample is of another variable.
    #[error("the sample `{id}` was drawn to code {found}, not {wanted}")]
    Variable {
        /// Id of the sample.
        id: String,
        /// What it was drawn for.
        found: String,
        /// What is measured.
        wanted: String,
    },
}

/// The sample in a folder, or that whose `sample.toml` lies beside the first file of codes; `None` if there is none.
///
/// # Errors
/// [`SampleError`] if there is a sample that cannot be read.
pub fn sample_of(folder: Option<&Path>, files: &[CodedFile]) -> Result<Option<Sample>, SampleError> {
    let beside = || {
        let parent = Path::new(&files.first()?.path).parent()?;
        parent.join(SAMPLE_FILE).is_file().then(|| parent.join(SAMPLE_FILE))
    };
    match folder {
        Some(folder) => Sample::load(folder).map(Some),
        None => beside().map(|file| Sample::load(&file)).transpose(),
    }
}

/// The probability with which each segment of the population of a sample was drawn for a measure.
///
/// # Errors
/// [`DrawnError`] if the codes are of another sample, or the sample of other results or another variable.
pub fn population(
    results: &Results,
    sample: &Sample,
    hand: &HandCodes,
    measure: &Measure,
) -> Result<HashMap<String, f64>, DrawnError> {
    if !hand.sample.is_empty() && hand.sample != sample.id {
        let (paths, found) = (hand.shown(), hand.sample.clone());
        return Err(DrawnError::Other { paths, found, expected: sample.id.clone() });
    }
    let question = sample.questions.all.iter().position(|question| question.target.as_deref() == measure.target());
    let (true, Some(question)) = (sample.design.variable == measure.variable(), question) else {
        let wanted =
            measure.target().map_or_else(|| measure.variable().to_string(), |id| format!("stance towards {id}"));
        let found = sample.design.variable.to_string();
        return Err(DrawnError::Variable { id: sample.id.clone(), found, wanted });
    };
    let units = sample.population(results)?;
    let of_question = units.into_iter().filter(|unit| unit.question == question);
    Ok(of_question.map(|unit| (unit.segment_id, sample.strata[unit.stratum].inclusion_probability)).collect())
}
