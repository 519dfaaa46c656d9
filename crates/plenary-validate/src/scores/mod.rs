//! How good labels are, compared with hand codes.
//!
//! **Input:** for each hand code its class, the label and the probabilities of a coder, a weight and a cluster. **Output:** accuracy,
//! precision, recall, F1 and macro-F1 with intervals, calibration, and the precision that a floor on the confidence would give.
//! **Refused:** unknown classes, weights and probabilities out of range. **Left to others:** where labels come from.
//!
//! Every figure is a function of the weighted confusion matrix. Intervals are percentiles of a bootstrap that draws whole clusters.
//! [`baselines`] has labels to compare with.

pub mod baselines;

use std::collections::BTreeMap;

use plenary_corpus::OptionError;
use rand::RngExt;

use crate::draws::{quantile, stream_of};

/// A hand code with what a coder says.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// Class by hand.
    pub truth: usize,
    /// Class by the coder.
    pub label: usize,
    /// Probability of each class; `None` if the coder gives none.
    pub probabilities: Option<Vec<f64>>,
    /// How much the code counts: 1 divided by the probability with which the unit was drawn, divided by its number of codes. Above zero.
    pub weight: f64,
    /// Cluster of the unit.
    pub cluster: usize,
}

/// How intervals and tables are made.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreOptions {
    /// Draws of the bootstrap; 0 for no intervals.
    pub resamples: usize,
    /// Coverage of the intervals, between 0 and 1.
    pub confidence_level: f64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for ScoreOptions {
    fn default() -> Self {
        Self { resamples: 1000, confidence_level: 0.95, seed: 0 }
    }
}

/// Number of bins of the reliability diagram.
pub const BINS: usize = 10;

/// Floors on the confidence for which precision and coverage are computed.
pub const FLOORS: [f64; 8] = [0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The figure; `None` if it is not defined, as the precision of a class that is never assigned.
    pub value: Option<f64>,
    /// Percentile interval of the bootstrap over clusters. `None` without draws, with a single cluster, or where more than 5 % of the draws
    /// leave the figure undefined.
    pub interval: Option<(f64, f64)>,
}

/// The figures of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassScores {
    /// Number of codes of the class by hand.
    pub n: usize,
    /// Share of the codes with this label that are of the class.
    pub precision: Score,
    /// Share of the codes of the class with this label.
    pub recall: Score,
    /// Harmonic mean of precision and recall.
    pub f1: Score,
}

/// A bin of the reliability diagram.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// Lower end of the confidence, inclusive; the upper end is `0.1` higher.
    pub low: f64,
    /// Number of codes.
    pub n: usize,
    /// Weighted mean confidence.
    pub confidence: f64,
    /// Weighted share of right labels.
    pub accuracy: f64,
}

/// What a floor on the confidence would give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floor {
    /// The floor.
    pub floor: f64,
    /// Weighted share of the codes whose confidence reaches it.
    pub coverage: f64,
    /// Weighted share of right labels among these.
    pub precision: Score,
}

/// Calibration of the probabilities: of the confidence, which is the probability of the most probable class.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Expected calibration error: the weighted mean over the bins of the difference of confidence and accuracy (Naeini et al. 2015).
    pub error: f64,
    /// The bins that hold codes.
    pub bins: Vec<Bin>,
    /// The floors.
    pub floors: Vec<Floor>,
}

/// How good a coder's labels are.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Number of codes.
    pub n: usize,
    /// Number of clusters.
    pub n_clusters: usize,
    /// Weighted share of right labels.
    pub accuracy: Score,
    /// Mean F1 of the classes that occur among codes or labels.
    pub macro_f1: Score,
    /// Of every class.
    pub classes: Vec<ClassScores>,
    /// Number of codes of each class by hand (rows) with each label (columns).
    pub confusion: Vec<Vec<usize>>,
    /// Over the codes with probabilities; `None` if there are none.
    pub calibration: Option<Calibration>,
}

/// Why nothing is scored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ScoreError {
    /// There are no codes.
    #[error("there are no codes to compare with")]
    Nothing,
    /// A class does not exist.
    #[error("code {code} has the class {found}; expected a number below {n_classes}")]
    Class {
        /// Position of the code.
        code: usize,
        /// The class.
        found: usize,
        /// Number of classes.
        n_classes: usize,
    },
    /// A number is out of range.
    #[error("code {code}: {what}")]
    Number {
        /// Position of the code.
        code: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// An option is out of range.
    #[error(transparent)]
    Option(#[from] OptionError),
}

/// Scores labels. `item` names what is scored: the draws of the bootstrap depend on the seed and on it.
///
/// # Errors
/// [`ScoreError`].
pub fn score(codes: &[Scored], n_classes: usize, options: &ScoreOptions, item: &str) -> Result<Scores, ScoreError> {
    check(codes, n_classes, options)?;
    let sums = Sums::of(codes.iter().map(|code| (code, Some(code.label))), n_classes);
    let resampled = Resampled { options, item };
    let figure = |name: &str, compute: &dyn Fn(&[f64]) -> Option<f64>| resampled.score(&sums, name, compute);
    let k = n_classes;
    let classes = (0..k).map(|class| ClassScores {
        n: codes.iter().filter(|code| code.truth == class).count(),
        precision: figure(&format!("precision {class}"), &|m| precision(m, k, class)),
        recall: figure(&format!("recall {class}"), &|m| recall(m, k, class)),
        f1: figure(&format!("f1 {class}"), &|m| f1(m, k, class)),
    });
    let mut confusion = vec![vec![0; k]; k];
    for code in codes {
        confusion[code.truth][code.label] += 1;
    }
    Ok(Scores {
        n: codes.len(),
        n_clusters: sums.len(),
        accuracy: figure("accuracy", &|m| accuracy(m, k)),
        macro_f1: figure("macro_f1", &|m| macro_f1(m, k)),
        classes: classes.collect(),
        confusion,
        calibration: calibration(codes, n_classes, &resampled),
    })
}

fn check(codes: &[Scored], n_classes: usize, options: &ScoreOptions) -> Result<(), ScoreError> {
    if (1..100).contains(&options.resamples) {
        return Err(OptionError::new("resamples", options.resamples, "0 for no intervals, or at least 100").into());
    }
    if !(options.confidence_level > 0.0 && options.confidence_level < 1.0) {
        let expected = "a number between 0 and 1, such as 0.95";
        return Err(OptionError::new("confidence_level", options.confidence_level, expected).into());
    }
    if codes.is_empty() {
        return Err(ScoreError::Nothing);
    }
    for (at, code) in codes.iter().enumerate() {
        let found = code.truth.max(code.label);
        if found >= n_classes {
            return Err(ScoreError::Class { code: at, found, n_classes });
        }
        let number = |what| Err(ScoreError::Number { code: at, what });
        if !(code.weight.is_finite() && code.weight > 0.0) {
            return number("the weight is not a finite number above zero");
        }
        let is_probability = |p: &f64| (0.0..=1.0).contains(p);
        match &code.probabilities {
            Some(probabilities) if probabilities.len() != n_classes => {
                return number("the number of probabilities is not that of the classes");
            }
            Some(probabilities) if !probabilities.iter().all(is_probability) => {
                return number("a probability is not between 0 and 1");
            }
            _ => {}
        }
    }
    Ok(())
}

/// For each cluster the weighted confusion matrix, row by row, of the codes that have a label.
struct Sums(Vec<Vec<f64>>);

impl Sums {
    fn of<'c>(codes: impl Iterator<Item = (&'c Scored, Option<usize>)>, n_classes: usize) -> Self {
        let mut of: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for (code, label) in codes {
            let sums = of.entry(code.cluster).or_insert_with(|| vec![0.0; n_classes * n_classes]);
            if let Some(label) = label {
                sums[code.truth * n_classes + label] += code.weight;
            }
        }
        Self(of.into_values().collect())
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}

struct Resampled<'o> {
    options: &'o ScoreOptions,
    item: &'o str,
}

impl Resampled<'_> {
    fn score(&self, sums: &Sums, name: &str, compute: &dyn Fn(&[f64]) -> Option<f64>) -> Score {
        let width = sums.0.first().map_or(0, Vec::len);
        let add = |total: &mut Vec<f64>, one: &[f64]| {
            for (total, one) in total.iter_mut().zip(one) {
                *total += one;
            }
        };
        let mut all = vec![0.0; width];
        for one in &sums.0 {
            add(&mut all, one);
        }
        let value = compute(&all);
        if value.is_none() || sums.len() < 2 || self.options.resamples == 0 {
            return Score { value, interval: None };
        }
        let mut random = stream_of(self.options.seed, &["scores", self.item, name]);
        // More clusters than a u32 can count do not fit into memory.
        let n = u32::try_from(sums.len()).unwrap_or(u32::MAX);
        let mut drawn: Vec<f64> = (0..self.options.resamples)
            .filter_map(|_| {
                let mut total = vec![0.0; width];
                for _ in 0..n {
                    add(&mut total, &sums.0[random.random_range(0..n) as usize]);
                }
                compute(&total)
            })
            .collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - self.options.confidence_level) / 2.0;
        let enough = drawn.len() as f64 >= 0.95 * self.options.resamples as f64;
        let interval = quantile(&drawn, tail).zip(quantile(&drawn, 1.0 - tail)).filter(|_| enough);
        Score { value, interval }
    }
}

fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}

fn accuracy(matrix: &[f64], k: usize) -> Option<f64> {
    ratio((0..k).map(|class| matrix[class * k + class]).sum(), matrix.iter().sum())
}

fn precision(matrix: &[f64], k: usize, class: usize) -> Option<f64> {
    ratio(matrix[class * k + class], (0..k).map(|truth| matrix[truth * k + class]).sum())
}

fn recall(matrix: &[f64], k: usize, class: usize) -> Option<f64> {
    ratio(matrix[class * k + class], matrix[class * k..(class + 1) * k].iter().sum())
}

fn f1(matrix: &[f64], k: usize, class: usize) -> Option<f64> {
    let of_truth: f64 = matrix[class * k..(class + 1) * k].iter().sum();
    let of_label: f64 = (0..k).map(|truth| matrix[truth * k + class]).sum();
    ratio(2.0 * matrix[class * k + class], of_truth + of_label)
}

fn macro_f1(matrix: &[f64], k: usize) -> Option<f64> {
    let of_classes: Vec<f64> = (0..k).filter_map(|class| f1(matrix, k, class)).collect();
    ratio(of_classes.iter().sum(), of_classes.len() as f64)
}

/// The most probable class, and its probability; ties go to the first.
fn most_probable(probabilities: &[f64]) -> (usize, f64) {
    let first = (0, probabilities.first().copied().unwrap_or_default());
    probabilities.iter().copied().enumerate().skip(1).fold(first, |best, one| if one.1 > best.1 { one } else { best })
}

/// Calibration over the codes with probabilities. A code without them reaches no floor.
fn calibration(codes: &[Scored], n_classes: usize, resampled: &Resampled) -> Option<Calibration> {
    let confident: Vec<Option<(usize, f64)>> =
        codes.iter().map(|code| code.probabilities.as_deref().map(most_probable)).collect();
    let with: Vec<(&Scored, (usize, f64))> =
        codes.iter().zip(&confident).filter_map(|(code, one)| Some((code, (*one)?))).collect();
    if with.is_empty() {
        return None;
    }
    let (total, total_with): (f64, f64) =
        (codes.iter().map(|code| code.weight).sum(), with.iter().map(|(code, _)| code.weight).sum());
    let (mut bins, mut error) = (Vec::new(), 0.0);
    for bin in 0..BINS {
        let of_bin = |confidence: f64| ((confidence * BINS as f64) as usize).min(BINS - 1) == bin;
        let here: Vec<&(&Scored, (usize, f64))> =
            with.iter().filter(|(_, (_, confidence))| of_bin(*confidence)).collect();
        if here.is_empty() {
            continue;
        }
        let weight: f64 = here.iter().map(|(code, _)| code.weight).sum();
        let confidence = here.iter().map(|(code, (_, confidence))| code.weight * confidence).sum::<f64>() / weight;
        let right = here.iter().filter(|(code, (label, _))| code.truth == *label);
        let accuracy = right.map(|(code, _)| code.weight).sum::<f64>() / weight;
        error += weight / total_with * (confidence - accuracy).abs();
        bins.push(Bin { low: bin as f64 / BINS as f64, n: here.len(), confidence, accuracy });
    }
    let floors = FLOORS.into_iter().map(|floor| {
        let reached = |one: &Option<(usize, f64)>| one.filter(|(_, confidence)| *confidence >= floor);
        let covered: f64 =
            with.iter().filter(|(_, (_, confidence))| *confidence >= floor).map(|(code, _)| code.weight).sum();
        let kept = codes.iter().zip(&confident).map(|(code, one)| (code, reached(one).map(|(label, _)| label)));
        let sums = Sums::of(kept, n_classes);
        let precision = resampled.score(&sums, &format!("floor {floor}"), &|m| accuracy(m, n_classes));
        Floor { floor, coverage: covered / total, precision }
    });
    Some(Calibration { error, bins, floors: floors.collect() })
}

#[cfg(test)]
mod tests;
