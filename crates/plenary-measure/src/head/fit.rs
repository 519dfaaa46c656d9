//! Codes to a head.
//!
//! **Input:** a standardiser, rows of blocks with the class that a person gave, the classes and a seed. **Output:** a head,
//! its quality and the leave-one-out probabilities of every code. The rows' order matters only for the folds of the
//! quality's probabilities and for the learning curve, so callers sort them. **Refused:** see [`HeadError`]. **Left to
//! others:** files.

use nalgebra::{DMatrix, DVector};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

use super::features::{Row, ShapeError, Standardiser};
use super::quality::{CODES_ADVISED, CurvePoint, Judged, OF_CLASS_ADVISED, Quality, Scores, Warning, scores};
use super::ridge::{Ridge, product, ridge};
use super::scaling::Scaling;

/// Codes below which there is no head: fewer than about 25 are no better than none.
pub const CODES_AT_LEAST: usize = 30;
/// Codes above which there is no head: memory and time grow with the square and the cube of their number.
pub const CODES_AT_MOST: usize = 4000;
/// Numbers of codes of the learning curve, besides all.
const CURVE: [usize; 5] = [30, 50, 100, 200, 400];
/// Random orders whose beginnings are the subsamples of the learning curve.
const ORDERS: usize = 5;
/// Parts of the codes; the probabilities by which the quality is measured are scaled by the other parts.
const FOLDS: usize = 10;

/// A unit with the class that a person gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingRow {
    /// Its blocks.
    pub blocks: Row,
    /// Position of its class.
    pub class: usize,
    /// Its weight among the codes, such as the inverse of its probability to be sampled. Only ratios matter.
    pub weight: f64,
}

/// A classifier learned from codes.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// How blocks become features.
    pub standardiser: Standardiser,
    /// Shape `[features][classes]`: coefficients of the scores.
    pub coefficients: Vec<Vec<f64>>,
    /// What is added to the scores, so that their weighted mean over the codes is 0.
    pub offsets: Vec<f64>,
    /// Shape `[classes + 1][classes]`: scores, and 1, to the exponents of the softmax.
    pub scaling: Vec<Vec<f64>>,
    /// Weighted share of each class among the codes.
    pub shares: Vec<f64>,
    /// Penalty of the regression, chosen by leave-one-out.
    pub penalty: f64,
}

/// What a head says of a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Position of the label. It has the largest ratio of probability and root of the class's share, which finds rare
    /// classes more often than the largest probability does.
    pub label: usize,
    /// Probability of each class; they sum to one.
    pub probabilities: Vec<f64>,
}

/// A head with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The head.
    pub head: Head,
    /// Its quality.
    pub quality: Quality,
    /// For each row the prediction by a head that was not learned from it.
    pub left_out: Vec<Prediction>,
}

/// Why no head can be learned.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum HeadError {
    /// There are too few codes.
    #[error(
        "{n} codes: too few to learn from; expected at least {CODES_AT_LEAST}. Code more units: 50 give most of the gain, 100 nearly all"
    )]
    FewCodes {
        /// Number of codes.
        n: usize,
    },
    /// There are too many codes.
    #[error("{n} codes: too many for this method; expected at most {CODES_AT_MOST}. Learn from a random part of them")]
    ManyCodes {
        /// Number of codes.
        n: usize,
    },
    /// All codes are of one class.
    #[error(
        "all codes are `{class}`; expected codes of at least two classes. Code units where another class is likely"
    )]
    OneClass {
        /// The class.
        class: String,
    },
    /// A weight is not positive.
    #[error("a weight of {weight}; expected a positive number")]
    Weight {
        /// The weight.
        weight: f64,
    },
    /// A row names a class that does not exist.
    #[error("the class {class} of {n_classes}; expected a position among the classes")]
    Class {
        /// Position of the class.
        class: usize,
        /// Number of classes.
        n_classes: usize,
    },
    /// The blocks do not fit the standardiser.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// The eigenvalues were not found.
    #[error("the eigenvalues of {n} codes were not found; code other units, or fewer")]
    NotConverged {
        /// Number of codes.
        n: usize,
    },
}

/// Learns a head. Classes without a code are left out of the head.
///
/// # Errors
/// [`HeadError`].
pub fn fit(
    standardiser: Standardiser,
    rows: &[TrainingRow],
    classes: &[String],
    seed: u64,
) -> Result<Fitted, HeadError> {
    let n = rows.len();
    if n < CODES_AT_LEAST {
        return Err(HeadError::FewCodes { n });
    }
    if n > CODES_AT_MOST {
        return Err(HeadError::ManyCodes { n });
    }
    if let Some(row) = rows.iter().find(|row| !(row.weight.is_finite() && row.weight > 0.0)) {
        return Err(HeadError::Weight { weight: row.weight });
    }
    if let Some(row) = rows.iter().find(|row| row.class >= classes.len()) {
        return Err(HeadError::Class { class: row.class, n_classes: classes.len() });
    }
    let used: Vec<usize> = (0..classes.len()).filter(|class| rows.iter().any(|row| row.class == *class)).collect();
    if let [only] = used[..] {
        return Err(HeadError::OneClass { class: classes[only].clone() });
    }
    // Every row's class is among the used ones, so that the default never arises.
    let coded: Vec<usize> =
        rows.iter().map(|row| used.iter().position(|class| *class == row.class).unwrap_or_default()).collect();
    let total: f64 = rows.iter().map(|row| row.weight).sum();
    let sample = Sample {
        features: {
            let features = rows.iter().map(|row| standardiser.features(&row.blocks)).collect::<Result<Vec<_>, _>>()?;
            DMatrix::from_fn(n, standardiser.width(), |i, j| features[i][j])
        },
        classes: coded,
        weights: rows.iter().map(|row| row.weight * n as f64 / total).collect(),
        n_classes: used.len(),
    };
    let kernel = sample.kernel();
    let all: Vec<usize> = (0..n).collect();
    let fitted = sample.fit(&kernel, &all).ok_or(HeadError::NotConverged { n })?;

    // The centre of the features needs no term of its own in the primal form, because the dual coefficients sum to zero.
    let coefficients = product(&sample.features.transpose(), &fitted.ridge.dual);
    let weighted = product(&sample.features, &coefficients);
    let offsets = (0..used.len())
        .map(|k| -(0..n).map(|i| sample.weights[i] * weighted[(i, k)]).sum::<f64>() / n as f64)
        .collect();
    let head = Head {
        classes: used.iter().map(|class| classes[*class].clone()).collect(),
        standardiser,
        coefficients: nested(&coefficients),
        offsets,
        scaling: nested(&fitted.scaling.coefficients),
        shares: fitted.shares.clone(),
        penalty: fitted.ridge.penalty,
    };
    let left_out = fitted.left_out(&sample, &all);
    let overall = sample.judge(&all, &left_out);
    let mut learning_curve = sample.curve(&kernel, seed).ok_or(HeadError::NotConverged { n })?;
    learning_curve.push(CurvePoint { n_codes: n, accuracy: overall.accuracy, macro_f1: overall.macro_f1 });
    let quality = quality(&sample, &head, overall, learning_curve);
    Ok(Fitted { head, quality, left_out })
}

impl Head {
    /// The scores, probabilities and label of a unit. They depend on the unit and the head alone.
    ///
    /// # Errors
    /// [`ShapeError`] if the unit has other blocks than those that the head was learned from.
    pub fn predict(&self, blocks: &Row) -> Result<Prediction, ShapeError> {
        let scores = self.scores(blocks)?;
        let k = self.classes.len();
        let exponents: Vec<f64> = (0..k)
            .map(|class| {
                let sum: f64 = scores.iter().zip(&self.scaling).map(|(score, row)| score * row[class]).sum();
                sum + self.scaling[k][class]
            })
            .collect();
        let largest = exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = exponents.iter().map(|value| (value - largest).exp()).collect();
        let sum: f64 = powers.iter().sum();
        Ok(Prediction::new(powers.iter().map(|power| power / sum).collect(), &self.shares))
    }

    /// The scores of the classes, before they become probabilities.
    ///
    /// # Errors
    /// As [`Head::predict`].
    pub fn scores(&self, blocks: &Row) -> Result<Vec<f64>, ShapeError> {
        let features = self.standardiser.features(blocks)?;
        let mut scores = self.offsets.clone();
        for (feature, row) in features.iter().zip(&self.coefficients) {
            for (score, coefficient) in scores.iter_mut().zip(row) {
                *score += feature * coefficient;
            }
        }
        Ok(scores)
    }
}

impl Prediction {
    /// Chooses the label; ties go to the first class. A class without a share is never chosen.
    fn new(probabilities: Vec<f64>, shares: &[f64]) -> Self {
        let ratios =
            probabilities.iter().zip(shares).map(|(p, share)| if *share > 0.0 { p / share.sqrt() } else { 0.0 });
        Self { label: first_largest(ratios), probabilities }
    }
}

/// Position of the largest number; ties go to the first.
fn first_largest(numbers: impl Iterator<Item = f64>) -> usize {
    let best = numbers.enumerate().fold(
        (0, f64::NEG_INFINITY),
        |best, (at, number)| {
            if number > best.1 { (at, number) } else { best }
        },
    );
    best.0
}

/// The codes as matrices.
struct Sample {
    features: DMatrix<f64>,
    classes: Vec<usize>,
    weights: Vec<f64>,
    n_classes: usize,
}

/// A regression on some of the codes and its probabilities.
struct OfSample {
    ridge: Ridge,
    scaling: Scaling,
    one_hot: DMatrix<f64>,
    weights: DVector<f64>,
    shares: Vec<f64>,
}

impl Sample {
    fn kernel(&self) -> DMatrix<f64> {
        product(&self.features, &self.features.transpose())
    }

    /// Fits on the codes `of`; `None` if the eigenvalues are not found.
    fn fit(&self, kernel: &DMatrix<f64>, of: &[usize]) -> Option<OfSample> {
        let n = of.len();
        let kernel = DMatrix::from_fn(n, n, |i, j| kernel[(of[i], of[j])]);
        let one_hot = DMatrix::from_fn(n, self.n_classes, |i, k| f64::from(u8::from(self.classes[of[i]] == k)));
        let total: f64 = of.iter().map(|at| self.weights[*at]).sum();
        let weights = DVector::from_fn(n, |i, _| self.weights[of[i]] * n as f64 / total);
        let ridge = ridge(&kernel, &one_hot, &weights)?;
        let scaling = Scaling::fit(&ridge.loo, &one_hot, &weights);
        let shares =
            (0..self.n_classes).map(|k| (0..n).map(|i| weights[i] * one_hot[(i, k)]).sum::<f64>() / n as f64).collect();
        Some(OfSample { ridge, scaling, one_hot, weights, shares })
    }

    /// Compares predictions of the codes `of` with their classes.
    fn judge(&self, of: &[usize], predictions: &[Prediction]) -> Scores {
        let judged: Vec<Judged> = of
            .iter()
            .zip(predictions)
            .map(|(at, prediction)| {
                let likeliest = first_largest(prediction.probabilities.iter().copied());
                Judged {
                    class: self.classes[*at],
                    label: prediction.label,
                    largest: prediction.probabilities[likeliest],
                    largest_is_right: likeliest == self.classes[*at],
                    weight: self.weights[*at],
                }
            })
            .collect();
        scores(&judged, self.n_classes)
    }

    /// The quality with fewer codes.
    fn curve(&self, kernel: &DMatrix<f64>, seed: u64) -> Option<Vec<CurvePoint>> {
        let n = self.classes.len();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let orders: Vec<Vec<usize>> = (0..ORDERS)
            .map(|_| {
                let mut order: Vec<usize> = (0..n).collect();
                order.shuffle(&mut random);
                order
            })
            .collect();
        let point = |n_codes: usize| {
            let (mut accuracy, mut macro_f1) = (0.0, 0.0);
            for order in &orders {
                let of = &order[..n_codes];
                let left_out = self.fit(kernel, of)?.left_out(self, of);
                let scores = self.judge(of, &left_out);
                accuracy += scores.accuracy / ORDERS as f64;
                macro_f1 += scores.macro_f1 / ORDERS as f64;
            }
            Some(CurvePoint { n_codes, accuracy, macro_f1 })
        };
        CURVE.into_iter().filter(|n_codes| *n_codes < n).map(point).collect()
    }
}

impl OfSample {
    /// For each code its leave-one-out scores, scaled to probabilities by the codes of other folds.
    fn left_out(&self, sample: &Sample, of: &[usize]) -> Vec<Prediction> {
        let n = of.len();
        let mut predictions = vec![None; n];
        for fold in 0..FOLDS {
            let (inside, others): (Vec<usize>, Vec<usize>) = (0..n).partition(|at| at % FOLDS == fold);
            let weights = DVector::from_iterator(others.len(), others.iter().map(|at| self.weights[*at]));
            let scaling =
                Scaling::fit(&self.ridge.loo.select_rows(&others), &self.one_hot.select_rows(&others), &weights);
            let probabilities = scaling.probabilities(&self.ridge.loo.select_rows(&inside));
            for (row, at) in inside.into_iter().enumerate() {
                let probabilities = probabilities.row(row).iter().copied().collect();
                predictions[at] = Some(Prediction::new(probabilities, &self.shares));
            }
        }
        debug_assert_eq!(sample.n_classes, self.shares.len());
        // Every row is in one fold.
        predictions.into_iter().flatten().collect()
    }
}

fn quality(sample: &Sample, head: &Head, overall: Scores, learning_curve: Vec<CurvePoint>) -> Quality {
    let n = sample.classes.len();
    let n_of_class: Vec<usize> =
        (0..sample.n_classes).map(|k| sample.classes.iter().filter(|class| **class == k).count()).collect();
    let majority = head.shares.iter().copied().fold(0.0, f64::max);
    let mut warnings = Vec::new();
    if n < CODES_ADVISED {
        warnings.push(Warning::FewCodes { n });
    }
    for (class, n) in head.classes.iter().zip(&n_of_class).filter(|(_, n)| **n < OF_CLASS_ADVISED) {
        warnings.push(Warning::FewOfClass { class: class.clone(), n: *n });
    }
    if overall.accuracy <= majority {
        warnings.push(Warning::NoBetterThanMajority);
    }
    Quality {
        n_codes: n,
        n_of_class,
        accuracy: overall.accuracy,
        macro_f1: overall.macro_f1,
        majority,
        calibration_error: overall.calibration_error,
        confusion: overall.confusion,
        learning_curve,
        warnings,
    }
}

fn nested(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}
