//! Whether new texts are like those from which a coder was learned.
//!
//! **Input:** the vectors of texts, document by document. **Output:** an [`InputReference`] of the documents of learning, small enough to be
//! kept with the coder, and the [`InputDrift`] of other documents. **Refused:** nothing: with fewer than [`DOCUMENTS_AT_LEAST`] documents there is
//! no threshold. **Left to others:** files and tables.
//!
//! The measure is the squared maximum mean discrepancy of the vectors (Gretton, Borgwardt, Rasch, Schölkopf & Smola 2012), which Rabanser,
//! Günnemann & Lipton (2019) recommend for shifts of the inputs of classifiers. Its kernel is `exp(cosine - 1)`, the Gaussian kernel of width 1
//! of unit vectors, by [`FEATURES`] random features (Rahimi & Recht 2007). It is divided by its expectation if both sets of documents are
//! drawn from one population, so that it is about 1 without a drift; documents, not texts, are what is drawn. Which values random draws of the
//! documents of learning exceed in [`FALSE_ALARM_RATE`] of cases is measured when a coder is learned.

use std::collections::BTreeSet;

use plenary_corpus::findings::InputDrift;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

/// Number of random features.
pub const FEATURES: usize = 128;
/// Minimum number of documents of learning for a threshold.
pub const DOCUMENTS_AT_LEAST: usize = 20;
/// Share of random draws of the documents of learning that exceed the threshold.
pub const FALSE_ALARM_RATE: f64 = 0.05;
/// Draws for each threshold.
const DRAWS: usize = 1000;
/// Numbers of documents for which thresholds are measured, as far as they are at most half of all.
const SIZES: [usize; 12] = [1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200];
/// Seed of the features. With another one, earlier references would be useless.
const SEED: u64 = 0x706c_656e_6172_7901;

/// Random features of vectors: the mean of the product of two rows is the kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct InputFeatures {
    dimensions: usize,
    /// One row of `dimensions` numbers per feature.
    directions: Vec<f32>,
    offsets: Vec<f64>,
}

impl InputFeatures {
    /// The features of vectors of this width; always the same ones.
    pub fn new(dimensions: usize) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        let mut uniform = || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        // Box & Muller 1958; 1 - u is not zero.
        let mut normal = || {
            let (u, v) = (1.0 - uniform(), uniform());
            ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
        };
        let directions = (0..FEATURES * dimensions).map(|_| normal()).collect();
        let offsets = (0..FEATURES).map(|_| std::f64::consts::TAU * uniform()).collect();
        Self { dimensions, directions, offsets }
    }

    /// Adds a text to the sums of its document. A vector of another width is not counted.
    pub fn add(&self, vector: &[f32], document: &mut InputSums) {
        if vector.len() != self.dimensions || self.dimensions == 0 {
            return;
        }
        document.n += 1;
        document.sums.resize(FEATURES, 0.0);
        let scale = (2.0 / FEATURES as f64).sqrt();
        let rows = self.directions.chunks_exact(self.dimensions);
        for ((sum, direction), offset) in document.sums.iter_mut().zip(rows).zip(&self.offsets) {
            let product: f64 = direction.iter().zip(vector).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
            *sum += scale * (product + offset).cos();
        }
    }
}

/// Sums of the features of the texts of a document.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct InputSums {
    /// Number of texts.
    pub n: u64,
    /// Sum of each feature.
    pub sums: Vec<f64>,
}

/// Sums over documents.
#[derive(Debug, Clone)]
struct Total {
    n: f64,
    /// Sum of the squared numbers of texts.
    squares: f64,
    sums: Vec<f64>,
}

impl Total {
    fn new() -> Self {
        Self { n: 0.0, squares: 0.0, sums: vec![0.0; FEATURES] }
    }

    fn add(&mut self, document: &InputSums, times: f64) {
        let n = document.n as f64;
        self.n += times * n;
        self.squares += times * n * n;
        for (total, sum) in self.sums.iter_mut().zip(&document.sums) {
            *total += times * sum;
        }
    }

    fn mean(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.n).collect()
    }

    /// Number of documents of equal size that say as much (Kish 1965).
    fn effective(&self) -> f64 {
        self.n * self.n / self.squares
    }
}

/// What is kept of the documents of learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputReference {
    /// Number of texts.
    pub n_texts: u64,
    /// Number of documents of equal size that say as much.
    pub n_effective: f64,
    /// How far the means of documents are from each other: the trace of their covariance.
    pub variance: f64,
    /// Share of random draws of the documents that exceed the thresholds.
    pub false_alarm_rate: f64,
    /// Mean of each feature.
    pub mean: Vec<f64>,
    /// Ids of the documents, sorted. They are not new in a later run.
    pub documents: BTreeSet<String>,
    /// By number of new documents, ascending; empty with too few documents of learning.
    pub thresholds: Vec<Threshold>,
}

/// The value that random draws rarely exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// Number of documents that were drawn.
    pub n_documents: usize,
    /// The quantile.
    pub drift: f64,
}

impl InputReference {
    /// The reference of documents, each with its id. `None` without texts.
    pub fn of(documents: &[(String, InputSums)], seed: u64) -> Option<Self> {
        let known: Vec<&InputSums> = documents.iter().map(|(_, sums)| sums).filter(|sums| sums.n > 0).collect();
        let mut total = Total::new();
        for document in &known {
            total.add(document, 1.0);
        }
        if total.n == 0.0 {
            return None;
        }
        let mean = total.mean();
        let n = known.len() as f64;
        let squares: f64 = known
            .iter()
            .map(|document| {
                let changes = document.sums.iter().zip(&mean).map(|(sum, mean)| sum - document.n as f64 * mean);
                changes.map(|change| change * change).sum::<f64>()
            })
            .sum();
        let variance = if n > 1.0 { n / (n - 1.0) * squares / total.squares } else { 0.0 };
        let thresholds = if known.len() < DOCUMENTS_AT_LEAST || variance <= 0.0 {
            Vec::new()
        } else {
            let sizes = SIZES.into_iter().filter(|size| 2 * size <= known.len());
            sizes.map(|size| threshold(&known, &total, variance, size, seed)).collect()
        };
        Some(Self {
            n_texts: total.n as u64,
            n_effective: total.effective(),
            variance,
            false_alarm_rate: FALSE_ALARM_RATE,
            mean,
            documents: documents.iter().map(|(id, _)| id.clone()).collect(),
            thresholds,
        })
    }

    /// The drift of documents; those of learning are left out.
    pub fn drift<'d>(&self, documents: impl Iterator<Item = (&'d str, &'d InputSums)>) -> InputDrift {
        let mut total = Total::new();
        let mut n_documents = 0;
        for (id, sums) in documents {
            if sums.n > 0 && !self.documents.contains(id) {
                total.add(sums, 1.0);
                n_documents += 1;
            }
        }
        let mmd2 = (n_documents > 0).then(|| distance2(&total.mean(), &self.mean));
        let expected = self.variance * (1.0 / self.n_effective + 1.0 / total.effective());
        let smaller = self.thresholds.iter().take_while(|threshold| threshold.n_documents <= n_documents).last();
        InputDrift {
            n_documents,
            n_texts: total.n as usize,
            mmd2,
            drift: mmd2.filter(|_| expected > 0.0).map(|mmd2| mmd2 / expected),
            threshold: smaller.filter(|_| n_documents > 0).map(|threshold| threshold.drift),
            false_alarm_rate: self.false_alarm_rate,
        }
    }
}

/// The quantile of the drift of random draws of `size` documents from the others.
fn threshold(documents: &[&InputSums], all: &Total, variance: f64, size: usize, seed: u64) -> Threshold {
    let mut random = ChaCha8Rng::seed_from_u64(seed ^ size as u64);
    let mut order: Vec<usize> = (0..documents.len()).collect();
    let mut drifts: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let (mut drawn, mut rest) = (Total::new(), all.clone());
            for at in 0..size {
                // u64, so that the draws do not depend on the width of a pointer.
                let other = random.random_range(at as u64..documents.len() as u64) as usize;
                order.swap(at, other);
                drawn.add(documents[order[at]], 1.0);
                rest.add(documents[order[at]], -1.0);
            }
            let expected = variance * (1.0 / drawn.effective() + 1.0 / rest.effective());
            distance2(&drawn.mean(), &rest.mean()) / expected
        })
        .collect();
    drifts.sort_by(f64::total_cmp);
    let place = ((1.0 - FALSE_ALARM_RATE) * DRAWS as f64).ceil() as usize;
    Threshold { n_documents: size, drift: drifts[place.min(DRAWS - 1)] }
}

fn distance2(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 24;

    /// Documents of 5 to 40 texts. Texts are near a centre of their document, and these near a centre of all, which `shift` moves.
    fn documents(n: usize, shift: f32, seed: u64) -> Vec<(String, InputSums)> {
        let features = InputFeatures::new(WIDTH);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut draw = move || random.random_range(-1000..=1000) as f32 / 1000.0;
        let document = |at: usize| {
            let n_texts = 5 + ((draw() + 1.0) * 17.0) as usize;
            let centre: Vec<f32> =
                (0..WIDTH).map(|place| draw() + if place == 0 { 1.0 + shift } else { 0.0 }).collect();
            let mut sums = InputSums::default();
            for _ in 0..n_texts {
                let text: Vec<f32> = centre.iter().map(|centre| centre + 1.5 * draw()).collect();
                let length = text.iter().map(|number| number * number).sum::<f32>().sqrt();
                features.add(&text.iter().map(|number| number / length).collect::<Vec<f32>>(), &mut sums);
            }
            (format!("{seed}-{at}"), sums)
        };
        (0..n).map(document).collect()
    }

    fn of(reference: &InputReference, documents: &[(String, InputSums)]) -> InputDrift {
        reference.drift(documents.iter().map(|(id, sums)| (id.as_str(), sums)))
    }

    #[test]
    fn features_give_the_kernel() {
        let features = InputFeatures::new(3);
        let sums = |vector: [f32; 3]| {
            let mut sums = InputSums::default();
            features.add(&vector, &mut sums);
            sums.sums
        };
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let (a, b) = (sums([1.0, 0.0, 0.0]), sums([0.0, 1.0, 0.0]));
        // The error of 128 features is about 1 / sqrt(128).
        assert!((product(&a, &a) - 1.0).abs() < 0.2, "{}", product(&a, &a));
        assert!((product(&a, &b) - (-1.0_f64).exp()).abs() < 0.2, "{}", product(&a, &b));
        let mut sums = InputSums::default();
        features.add(&[1.0], &mut sums);
        assert_eq!(sums, InputSums::default(), "a vector of another width");
    }

    #[test]
    fn draws_of_one_population_rarely_exceed_the_threshold_and_a_shift_does() {
        // 120 corpora of 40 documents, each with new documents of the same population and of a shifted one.
        for n_new in [1, 5, 20] {
            let (mut n_alarms, mut n_found, mut sum) = (0, 0, 0.0);
            for corpus in 0..120 {
                let reference = InputReference::of(&documents(40, 0.0, corpus), 1).unwrap();
                let same = of(&reference, &documents(n_new, 0.0, 1000 + corpus));
                assert_eq!(same.n_documents, n_new);
                n_alarms += usize::from(same.is_unusual().unwrap());
                sum += same.drift.unwrap();
                n_found += usize::from(of(&reference, &documents(n_new, 1.5, 2000 + corpus)).is_unusual().unwrap());
            }
            let (rate, mean) = (n_alarms as f64 / 120.0, sum / 120.0);
            println!(
                "{n_new} new documents: false alarms {rate:.3}, mean drift {mean:.2}, shifts found {n_found} of 120"
            );
            assert!(rate < 0.12, "{n_new} new documents: {rate}");
            assert!((0.8..1.25).contains(&mean), "{n_new} new documents: {mean}");
            // One document says little about a shift.
            let at_least = match n_new {
                1 => 0,
                5 => 48,
                _ => 108,
            };
            assert!(n_found >= at_least, "{n_new} new documents: {n_found}");
        }
    }

    #[test]
    fn documents_of_learning_are_not_new_and_few_documents_have_no_threshold() {
        let own = documents(30, 0.0, 5);
        let reference = InputReference::of(&own, 1).unwrap();
        let again = of(&reference, &own);
        assert_eq!((again.n_documents, again.drift, again.threshold), (0, None, None));
        let sizes: Vec<usize> = reference.thresholds.iter().map(|threshold| threshold.n_documents).collect();
        assert_eq!(sizes, [1, 2, 3, 5, 8, 12]);
        assert_eq!(reference, InputReference::of(&own, 1).unwrap());
        let few = InputReference::of(&own[..DOCUMENTS_AT_LEAST - 1], 1).unwrap();
        let drift = of(&few, &documents(3, 0.0, 6));
        assert!(drift.drift.is_some() && drift.threshold.is_none() && drift.is_unusual().is_none());
        let one = InputReference::of(&own[..1], 1).unwrap();
        assert_eq!(of(&one, &own[1..]).drift, None);
        assert_eq!(InputReference::of(&[], 1), None);
    }
}
