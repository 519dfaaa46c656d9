//! Means and differences that are corrected for the errors of predictions, from a sample that people coded.
//!
//! **Input:** for every unit of a corpus a prediction, its group, its cluster and its weight; for the units that were drawn and
//! coded, the code and the probability with which the unit was drawn. **Output:** for every group the mean of the predictions, the
//! mean of the codes, and two corrected means, with cluster-robust intervals; differences between groups; what the correction was
//! worth, and how many codings would halve an interval. **Refused:** probabilities outside (0, 1], numbers that are not finite,
//! fewer codings than a minimum, codings of a single value. A group for which this holds has no estimate, with the reason.
//! **Left to others:** which variable is estimated, and names of groups and clusters.
//!
//! The corrected means are design-based supervised learning (DSL: Egami, Hinck, Stewart & Wei 2023) and prediction-powered
//! inference with power tuning (PPI++: Angelopoulos, Duchi & Zrnic 2023). `docs/explanation/corrected-estimates.md` derives both.
//! `evaluation/corrected_reference.py` computes the same with numpy, statsmodels and `ppi_py`.

mod calibrate;
mod means;
mod power;
mod regress;

use plenary_corpus::OptionError;

pub use calibrate::{Calibrated, calibrate};
pub use means::{Estimate, Estimator, GroupMeans, Outcome, Refusal, difference};
pub use power::Power;
pub use regress::{Coefficients, RegressError, regress};

/// A code by hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HandCode {
    /// The code as a number; for several coders their mean.
    pub value: f64,
    /// Probability with which the unit was drawn and coded, in (0, 1].
    pub probability: f64,
}

/// A unit of the corpus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Position of its group.
    pub group: usize,
    /// Its cluster. Units of a cluster resemble each other; clusters are independent.
    pub cluster: usize,
    /// Weight in the means; above zero.
    pub weight: f64,
    /// Predicted code.
    pub prediction: f64,
    /// The code by hand; `None` if the unit was not drawn or not coded.
    pub code: Option<HandCode>,
}

/// How estimates are made.
#[derive(Debug, Clone, PartialEq)]
pub struct CorrectOptions {
    /// Coverage of the intervals, between 0 and 1.
    pub confidence_level: f64,
    /// Folds of the calibration, at least 2.
    pub folds: usize,
    /// Minimum number of codings for an estimate, in the whole corpus and in a group.
    pub codings_at_least: usize,
    /// Seed of the assignment of clusters to folds.
    pub seed: u64,
}

impl Default for CorrectOptions {
    fn default() -> Self {
        Self { confidence_level: 0.95, folds: 5, codings_at_least: 10, seed: 0 }
    }
}

impl CorrectOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// [`OptionError`] names the first option that is out of range.
    pub fn check(&self) -> Result<(), OptionError> {
        if !(self.confidence_level > 0.0 && self.confidence_level < 1.0) {
            let expected = "a number between 0 and 1, such as 0.95";
            return Err(OptionError::new("confidence_level", self.confidence_level, expected));
        }
        if self.folds < 2 {
            return Err(OptionError::new("folds", self.folds, "at least 2"));
        }
        if self.codings_at_least < 2 {
            return Err(OptionError::new("codings_at_least", self.codings_at_least, "at least 2"));
        }
        Ok(())
    }
}

/// Why nothing is estimated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CorrectError {
    /// A probability cannot be used.
    #[error("unit {unit} was drawn with the probability {found}; expected a number above 0 and at most 1")]
    Probability {
        /// Position of the unit.
        unit: usize,
        /// The probability.
        found: f64,
    },
    /// A number is not finite, or a weight not above zero.
    #[error("unit {unit} has the {what} {found}; expected a finite number{above}")]
    Number {
        /// Position of the unit.
        unit: usize,
        /// Which number.
        what: &'static str,
        /// The number.
        found: f64,
        /// What else is expected, as a text to append.
        above: &'static str,
    },
    /// A group does not exist.
    #[error("unit {unit} is in group {found}; expected a number below {n_groups}")]
    Group {
        /// Position of the unit.
        unit: usize,
        /// The group.
        found: usize,
        /// Number of groups.
        n_groups: usize,
    },
    /// There are too few codings.
    #[error("there are {n} codings; at least {at_least} are needed to correct an estimate")]
    TooFew {
        /// Number of codings.
        n: usize,
        /// The minimum.
        at_least: usize,
    },
    /// All codings are the same.
    #[error(
        "all {n} codings are the same; nothing can be estimated from them, because rare codes may not have been drawn yet"
    )]
    OneValue {
        /// Number of codings.
        n: usize,
    },
    /// An option is out of range.
    #[error(transparent)]
    Option(#[from] OptionError),
}

/// The estimates of a corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    /// Over all units.
    pub overall: GroupMeans,
    /// Of every group.
    pub groups: Vec<GroupMeans>,
    /// The calibrated predictions.
    pub calibrated: Calibrated,
    /// The pseudo-outcomes of DSL, one per unit: their weighted mean over a group is its corrected mean.
    pub pseudo_outcomes: Vec<f64>,
}

/// Estimates the mean of the codes over all units and over every group, in four ways ([`Estimator`]).
///
/// # Errors
/// [`CorrectError`]. A group that has too few codings is not an error: its estimates say why they are missing.
pub fn correct(units: &[Unit], n_groups: usize, options: &CorrectOptions) -> Result<Corrected, CorrectError> {
    options.check()?;
    check(units, n_groups)?;
    let values: Vec<f64> = units.iter().filter_map(|unit| Some(unit.code?.value)).collect();
    if values.len() < options.codings_at_least {
        return Err(CorrectError::TooFew { n: values.len(), at_least: options.codings_at_least });
    }
    if values.iter().all(|value| *value == values[0]) {
        return Err(CorrectError::OneValue { n: values.len() });
    }
    let calibrated = calibrate(units, n_groups, options);
    let pseudo_outcomes = pseudo_outcomes(units, &calibrated.predictions);
    let mut of_group: Vec<Vec<usize>> = vec![Vec::new(); n_groups];
    for (at, unit) in units.iter().enumerate() {
        of_group[unit.group].push(at);
    }
    let all: Vec<usize> = (0..units.len()).collect();
    let means = |members: &[usize]| GroupMeans::new(units, members, &calibrated.predictions, &pseudo_outcomes, options);
    Ok(Corrected {
        overall: means(&all),
        groups: of_group.iter().map(|members| means(members)).collect(),
        calibrated,
        pseudo_outcomes,
    })
}

/// The pseudo-outcomes of DSL: the prediction `g`, and for a coded unit the difference of code and prediction, divided by the
/// probability with which it was drawn. Over repeated draws their expectation is the code, whatever the predictions are (Egami et al.
/// 2023, section 4.1).
pub fn pseudo_outcomes(units: &[Unit], predictions: &[f64]) -> Vec<f64> {
    let of = |(unit, g): (&Unit, &f64)| g + unit.code.map_or(0.0, |code| (code.value - g) / code.probability);
    units.iter().zip(predictions).map(of).collect()
}

fn check(units: &[Unit], n_groups: usize) -> Result<(), CorrectError> {
    for (at, unit) in units.iter().enumerate() {
        let number = |what, found: f64, above| Err(CorrectError::Number { unit: at, what, found, above });
        if unit.group >= n_groups {
            return Err(CorrectError::Group { unit: at, found: unit.group, n_groups });
        }
        if !unit.prediction.is_finite() {
            return number("prediction", unit.prediction, "");
        }
        if !(unit.weight.is_finite() && unit.weight > 0.0) {
            return number("weight", unit.weight, " above zero");
        }
        if let Some(code) = unit.code {
            if !code.value.is_finite() {
                return number("code", code.value, "");
            }
            if !(code.probability > 0.0 && code.probability <= 1.0) {
                return Err(CorrectError::Probability { unit: at, found: code.probability });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
