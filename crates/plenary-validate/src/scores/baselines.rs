//! Labels that need no model of language: what a coder has to beat.
//!
//! **Input:** hand codes with groups, words and clusters. **Output:** a label for each, by a rule that was made from the codes of other
//! clusters. **Refused:** nothing: where nothing is known the label is the commonest class. **Left to others:** words, scores.

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::{DMatrix, DVector};
use rand::seq::SliceRandom;

use super::Scored;
use crate::draws::stream_of;

/// Number of folds.
const FOLDS: usize = 5;

/// Penalty of the ridge regression on TF-IDF vectors of length 1, the default of scikit-learn's `RidgeClassifier`.
const PENALTY: f64 = 1.0;

/// The commonest class by weight; ties go to the first.
pub fn majority(codes: &[Scored], n_classes: usize) -> usize {
    commonest(codes.iter(), n_classes)
}

fn commonest<'c>(codes: impl Iterator<Item = &'c Scored>, n_classes: usize) -> usize {
    let mut weights = vec![0.0; n_classes];
    for code in codes {
        weights[code.truth] += code.weight;
    }
    (1..n_classes).fold(0, |best, class| if weights[class] > weights[best] { class } else { best })
}

/// The fold of each code: clusters are assigned to folds at random.
pub fn folds(codes: &[Scored], seed: u64) -> Vec<usize> {
    let mut clusters: Vec<usize> = codes.iter().map(|code| code.cluster).collect::<BTreeSet<_>>().into_iter().collect();
    clusters.shuffle(&mut stream_of(seed, &["scores", "folds"]));
    let fold_of: BTreeMap<usize, usize> =
        clusters.into_iter().enumerate().map(|(at, cluster)| (cluster, at % FOLDS)).collect();
    codes.iter().map(|code| fold_of[&code.cluster]).collect()
}

/// For each code the commonest class of its group in other folds, or of all codes of other folds if the group has none there.
pub fn by_group(codes: &[Scored], groups: &[String], n_classes: usize, seed: u64) -> Vec<usize> {
    let folds = &folds(codes, seed);
    let label = |at: usize| {
        let others = || codes.iter().enumerate().filter(move |(one, _)| folds[*one] != folds[at]);
        let mut of_group = others().filter(|(one, _)| groups[*one] == groups[at]).map(|(_, code)| code).peekable();
        if of_group.peek().is_some() {
            commonest(of_group, n_classes)
        } else {
            commonest(others().map(|(_, code)| code), n_classes)
        }
    };
    (0..codes.len()).map(label).collect()
}

/// For each code the label of a ridge regression of the classes on the TF-IDF vectors of the codes of other folds. Words that occur in a
/// single text of these are left out. TF-IDF is that of scikit-learn: `tf * (ln((1 + n) / (1 + df)) + 1)`, vectors of length 1.
pub fn bag_of_words(codes: &[Scored], words: &[Vec<String>], n_classes: usize, seed: u64) -> Vec<usize> {
    let folds = folds(codes, seed);
    let mut labels = vec![0; codes.len()];
    for fold in 0..FOLDS {
        let (test, training): (Vec<usize>, Vec<usize>) = (0..codes.len()).partition(|at| folds[*at] == fold);
        if test.is_empty() {
            continue;
        }
        let fitted = Ridge::fit(codes, words, &training, n_classes);
        let fallback = commonest(training.iter().map(|at| &codes[*at]), n_classes);
        for at in test {
            labels[at] = fitted.as_ref().map_or(fallback, |ridge| ridge.label(&words[at]));
        }
    }
    labels
}

/// A vector of TF-IDF weights by position of the word.
type Sparse = BTreeMap<usize, f64>;

struct Ridge {
    inverse_frequencies: BTreeMap<String, (usize, f64)>,
    /// For each class a coefficient per word.
    coefficients: Vec<Vec<f64>>,
    offsets: Vec<f64>,
}

impl Ridge {
    /// `None` if there is nothing to learn from.
    fn fit(codes: &[Scored], words: &[Vec<String>], training: &[usize], n_classes: usize) -> Option<Self> {
        let mut frequencies: BTreeMap<&str, usize> = BTreeMap::new();
        for at in training {
            for word in words[*at].iter().map(String::as_str).collect::<BTreeSet<_>>() {
                *frequencies.entry(word).or_default() += 1;
            }
        }
        let n = training.len();
        let inverse_frequencies: BTreeMap<String, (usize, f64)> = frequencies
            .into_iter()
            .filter(|(_, df)| *df > 1)
            .enumerate()
            .map(|(at, (word, df))| (word.to_owned(), (at, ((1 + n) as f64 / (1 + df) as f64).ln() + 1.0)))
            .collect();
        let vectors: Vec<Sparse> = training.iter().map(|at| vector(&inverse_frequencies, &words[*at])).collect();
        let total: f64 = training.iter().map(|at| codes[*at].weight).sum();
        let mean_weight = total / n as f64;
        // The dual form: one unknown per text instead of one per word. Texts that count more have a smaller penalty.
        let kernel = DMatrix::from_fn(n, n, |a, b| {
            let penalty = if a == b { PENALTY * mean_weight / codes[training[a]].weight } else { 0.0 };
            product(&vectors[a], &vectors[b]) + penalty
        });
        let factor = kernel.cholesky()?;
        let (mut coefficients, mut offsets) = (Vec::new(), Vec::new());
        for class in 0..n_classes {
            let is_class = |at: &usize| f64::from(u8::from(codes[*at].truth == class));
            let share = training.iter().map(|at| codes[*at].weight * is_class(at)).sum::<f64>() / total;
            let outcome = DVector::from_iterator(n, training.iter().map(|at| is_class(at) - share));
            let dual = factor.solve(&outcome);
            let mut of_words = vec![0.0; inverse_frequencies.len()];
            for (vector, dual) in vectors.iter().zip(dual.iter()) {
                for (at, weight) in vector {
                    of_words[*at] += weight * dual;
                }
            }
            coefficients.push(of_words);
            offsets.push(share);
        }
        Some(Self { inverse_frequencies, coefficients, offsets })
    }

    fn label(&self, words: &[String]) -> usize {
        let vector = vector(&self.inverse_frequencies, words);
        let score = |class: usize| {
            let of_words = &self.coefficients[class];
            self.offsets[class] + vector.iter().map(|(at, weight)| weight * of_words[*at]).sum::<f64>()
        };
        (1..self.offsets.len()).fold(0, |best, class| if score(class) > score(best) { class } else { best })
    }
}

fn vector(inverse_frequencies: &BTreeMap<String, (usize, f64)>, words: &[String]) -> Sparse {
    let mut vector = Sparse::new();
    for word in words {
        if let Some((at, inverse)) = inverse_frequencies.get(word) {
            *vector.entry(*at).or_default() += inverse;
        }
    }
    let length = vector.values().map(|weight| weight * weight).sum::<f64>().sqrt();
    if length > 0.0 {
        for weight in vector.values_mut() {
            *weight /= length;
        }
    }
    vector
}

fn product(a: &Sparse, b: &Sparse) -> f64 {
    let (small, large) = if a.len() < b.len() { (a, b) } else { (b, a) };
    small.iter().filter_map(|(at, weight)| Some(weight * large.get(at)?)).sum()
}
