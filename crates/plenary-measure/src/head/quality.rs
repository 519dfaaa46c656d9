//! How good a head is, by the codes that it was learned from.
//!
//! **Input:** for each code its class, its weight and the probabilities that a head without this code gives. **Output:** a
//! [`Quality`]. **Left to others:** fitting.

use serde::{Deserialize, Serialize};

/// Codes below which a head is warned of.
pub const CODES_ADVISED: usize = 50;
/// Codes of a class below which a head is warned of.
pub const OF_CLASS_ADVISED: usize = 8;
/// Bins of the calibration error.
const BINS: usize = 10;

/// The quality of a head by leave-one-out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Number of codes.
    pub n_codes: usize,
    /// Codes of each class.
    pub n_of_class: Vec<usize>,
    /// Share of codes whose label is right, weighted, in [0, 1].
    pub accuracy: f64,
    /// Mean over the classes of F1, weighted, in [0, 1].
    pub macro_f1: f64,
    /// Share of the codes in the commonest class, weighted: the accuracy of always saying it.
    pub majority: f64,
    /// Expected calibration error of the largest probability, in ten bins of equal width (Naeini et al. 2015), in [0, 1].
    /// With few codes it is too large by chance.
    pub calibration_error: f64,
    /// `confusion[hand][head]`: number of codes that a person put in class `hand` and the head in class `head`.
    pub confusion: Vec<Vec<usize>>,
    /// Quality with fewer codes, by the number of codes; the last point is all codes.
    pub learning_curve: Vec<CurvePoint>,
    /// What speaks against the use of the head.
    pub warnings: Vec<Warning>,
}

/// Quality with some number of codes: mean over random subsamples, each by leave-one-out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Number of codes.
    pub n_codes: usize,
    /// Share of codes whose label is right, in [0, 1].
    pub accuracy: f64,
    /// Mean over the classes of F1, in [0, 1].
    pub macro_f1: f64,
}

/// Something that speaks against the use of a head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// There are fewer than [`CODES_ADVISED`] codes.
    FewCodes {
        /// Number of codes.
        n: usize,
    },
    /// A class has fewer than [`OF_CLASS_ADVISED`] codes.
    FewOfClass {
        /// The class.
        class: String,
        /// Number of codes.
        n: usize,
    },
    /// The head is right no more often than always saying the commonest class.
    NoBetterThanMajority,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Warning::FewCodes { n } => write!(
                f,
                "only {n} codes: labels and quality depend much on which units were coded; code at least {CODES_ADVISED}, better 100"
            ),
            Warning::FewOfClass { class, n } => write!(
                f,
                "the class `{class}` has only {n} codes; code more units where it is likely, until it has at least {OF_CLASS_ADVISED}"
            ),
            Warning::NoBetterThanMajority => {
                f.write_str("right no more often than always saying the commonest class; do not use its labels")
            }
        }
    }
}

/// Accuracy, macro-F1 and calibration error of labels and probabilities.
pub(super) struct Scores {
    pub(super) accuracy: f64,
    pub(super) macro_f1: f64,
    pub(super) calibration_error: f64,
    pub(super) confusion: Vec<Vec<usize>>,
}

/// One code: its class, the label that was given, the largest probability and whether that one's class is right, and the weight.
pub(super) struct Judged {
    pub(super) class: usize,
    pub(super) label: usize,
    pub(super) largest: f64,
    pub(super) largest_is_right: bool,
    pub(super) weight: f64,
}

/// Compares labels with classes. The mean of F1 is over the classes that occur.
pub(super) fn scores(judged: &[Judged], n_classes: usize) -> Scores {
    let mut confusion = vec![vec![0; n_classes]; n_classes];
    let mut weighted = vec![vec![0.0; n_classes]; n_classes];
    let mut bins = [0.0; BINS];
    for one in judged {
        confusion[one.class][one.label] += 1;
        weighted[one.class][one.label] += one.weight;
        let bin = ((one.largest * BINS as f64) as usize).min(BINS - 1);
        bins[bin] += one.weight * (one.largest - f64::from(u8::from(one.largest_is_right)));
    }
    let total: f64 = judged.iter().map(|one| one.weight).sum();
    let right: f64 = (0..n_classes).map(|class| weighted[class][class]).sum();
    let f1: Vec<f64> = (0..n_classes)
        .filter_map(|class| {
            let coded: f64 = weighted[class].iter().sum();
            let said: f64 = weighted.iter().map(|row| row[class]).sum();
            (coded > 0.0).then(|| 2.0 * weighted[class][class] / (coded + said))
        })
        .collect();
    Scores {
        accuracy: right / total,
        macro_f1: f1.iter().sum::<f64>() / f1.len().max(1) as f64,
        calibration_error: bins.iter().map(|bin| bin.abs()).sum::<f64>() / total,
        confusion,
    }
}
