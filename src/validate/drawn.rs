//! The sample from which codes are.
//!
//! **Input:** files of hand codes, a folder, results. **Output:** the [`Sample`], the propositions that were coded, and the probability of
//! every unit of the sample's population. **Refused:** codes of another sample, codes of two propositions under one target, and results that
//! are not those of the sample. **Left to others:** the file format (`sample`).

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use plenary_tables::Results;

use super::coded::{CodedFile, CodedRow, Variable};
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
    /// A code is of a segment that could not be drawn.
    #[error(
        "{paths}: segment `{segment}` is not among the segments from which the sample `{id}` was drawn; remove its row"
    )]
    NotDrawn {
        /// The files of codes.
        paths: String,
        /// The segment.
        segment: String,
        /// Id of the sample.
        id: String,
    },
    /// Nothing of a stratum is coded.
    #[error(
        "{paths}: nothing of the stratum `{stratum}` ({meaning}) is coded, so that nothing is known of its {n} segments; code some of those that were drawn"
    )]
    OpenStratum {
        /// The files of codes.
        paths: String,
        /// Id of the stratum.
        stratum: String,
        /// What its segments have in common.
        meaning: String,
        /// Number of its segments.
        n: usize,
    },
    /// Files have codes of one target, but of two propositions.
    #[error(
        "{path}: the proposition of the target `{target}` was \"{found}\" when this file was coded, and \"{other}\" when {other_path} was; \
         compare codes of one proposition, or give one of the targets another id in the column `target`"
    )]
    Proposition {
        /// The file.
        path: String,
        /// Id of the target.
        target: String,
        /// The proposition of its sample.
        found: String,
        /// The proposition of the sample of the other file.
        other: String,
        /// The other file.
        other_path: String,
    },
    /// The sample is of another variable.
    #[error("the sample `{id}` was drawn for {found}, not for {wanted}; expected codes of a sample for {wanted}")]
    Variable {
        /// Id of the sample.
        id: String,
        /// What it was drawn for.
        found: String,
        /// What is measured.
        wanted: String,
    },
}

/// The proposition of each target that files have codes of, as far as their samples say it. The sample of a file is that of `folder` or that
/// whose `sample.toml` lies beside the file, if the file has codes of it.
///
/// # Errors
/// [`DrawnError`] if a sample cannot be read, or if two files have codes of different propositions under one target.
pub fn propositions_of(folder: Option<&Path>, files: &[CodedFile]) -> Result<BTreeMap<String, String>, DrawnError> {
    let mut known: BTreeMap<String, (String, &str)> = BTreeMap::new();
    for file in files {
        let Some(sample) = sample_of(folder, std::slice::from_ref(file))? else { continue };
        for question in &sample.questions.all {
            let Some(target) = &question.target else { continue };
            let is_of = |row: &CodedRow| {
                row.sample == sample.id && row.code.is_empty() && (row.target == *target || row.target.is_empty())
            };
            if !file.rows.iter().any(|row| !row.label.is_empty() && is_of(row)) {
                continue;
            }
            let found = question.title.clone();
            match known.get(target) {
                Some((other, other_path)) if *other != found => {
                    let (path, target) = (file.path.clone(), target.clone());
                    let (other, other_path) = (other.clone(), (*other_path).to_owned());
                    return Err(DrawnError::Proposition { path, target, found, other, other_path });
                }
                _ => known.insert(target.clone(), (found, &file.path)),
            };
        }
    }
    Ok(known.into_iter().map(|(target, (proposition, _))| (target, proposition)).collect())
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

/// What the labels in a file are of: what is `asked` for, or else what the sample was drawn for if the file is of it, or else stance.
///
/// # Errors
/// [`DrawnError::Variable`] if the file is of a sample for something else, and its rows do not name variables.
pub fn variable_of(file: &CodedFile, sample: Option<&Sample>, asked: Option<Variable>) -> Result<Variable, DrawnError> {
    let is_of = |sample: &&Sample| {
        file.rows.iter().any(|row| row.sample == sample.id) && file.rows.iter().all(|row| row.code.is_empty())
    };
    match (sample.filter(is_of), asked) {
        (Some(sample), Some(wanted)) if sample.design.variable != wanted => {
            let found = sample.design.variable.to_string();
            Err(DrawnError::Variable { id: sample.id.clone(), found, wanted: wanted.to_string() })
        }
        (_, Some(wanted)) => Ok(wanted),
        (Some(sample), None) => Ok(sample.design.variable.clone()),
        (None, None) => Ok(Variable::Stance),
    }
}

/// The probability with which each segment of the population of a sample was drawn and coded for a measure: in each stratum the number of
/// coded segments divided by the number of all. Drawn segments without a code, also those of coders whose file is not there, are taken for
/// a random part of their stratum. `hand` gets these probabilities.
///
/// # Errors
/// [`DrawnError`] if the codes are of another sample, the sample is of other results or another variable, or nothing of a stratum is coded.
pub fn population(
    results: &Results,
    sample: &Sample,
    hand: &mut HandCodes,
    measure: &Measure,
) -> Result<HashMap<String, f64>, DrawnError> {
    let paths = hand.shown();
    if !hand.sample.is_empty() && hand.sample != sample.id {
        let found = hand.sample.clone();
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
    let stratum_of: HashMap<&str, usize> = units
        .iter()
        .filter(|unit| unit.question == question)
        .map(|unit| (unit.segment_id.as_str(), unit.stratum))
        .collect();
    let mut n_coded = vec![0_usize; sample.strata.len()];
    for segment in hand.of_segment.keys() {
        match stratum_of.get(segment.as_str()) {
            Some(stratum) => n_coded[*stratum] += 1,
            None => return Err(DrawnError::NotDrawn { paths, segment: segment.clone(), id: sample.id.clone() }),
        }
    }
    let mut of_question: Vec<usize> = stratum_of.values().copied().collect();
    of_question.sort_unstable();
    of_question.dedup();
    // Without any code the number of codings is refused later.
    let open = of_question.iter().find(|stratum| n_coded[**stratum] == 0).filter(|_| !hand.of_segment.is_empty());
    if let Some(stratum) = open.map(|at| &sample.strata[*at]) {
        let (stratum, meaning, n) = (stratum.id.clone(), stratum.meaning.clone(), stratum.n_population);
        return Err(DrawnError::OpenStratum { paths, stratum, meaning, n });
    }
    let probability = |stratum: usize| n_coded[stratum] as f64 / sample.strata[stratum].n_population as f64;
    for (segment, codes) in &mut hand.of_segment {
        codes.probability = stratum_of.get(segment.as_str()).map_or(codes.probability, |stratum| probability(*stratum));
    }
    hand.n_drawn = of_question.iter().map(|stratum| sample.strata[*stratum].n_sample).sum();
    hand.population = (stratum_of.len() as f64, 0.0);
    Ok(stratum_of.iter().map(|(segment, stratum)| ((*segment).to_owned(), probability(*stratum))).collect())
}
