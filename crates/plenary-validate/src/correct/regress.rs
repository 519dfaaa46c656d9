//! Regression of pseudo-outcomes on variables.
//!
//! **Input:** outcomes, one row of variables per unit, weights and clusters. **Output:** coefficients with cluster-robust intervals.
//! **Refused:** rows of different lengths, variables that are linear combinations of others, fewer clusters than coefficients.
//! **Left to others:** pseudo-outcomes; the intercept, which is a variable that is 1.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::means::{Estimate, quantile_of_t};

/// Coefficients with their variances.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    /// One per variable.
    pub estimates: Vec<Estimate>,
    /// Number of clusters.
    pub n_clusters: usize,
}

/// Why there are no coefficients.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RegressError {
    /// Inputs do not fit.
    #[error("{found} {what}; expected {expected}")]
    Shape {
        /// What does not fit.
        what: &'static str,
        /// Its number.
        found: usize,
        /// The expected number.
        expected: usize,
    },
    /// Variables are linear combinations of others.
    #[error("variable {variable} is a linear combination of the variables before it; leave one of them out")]
    Collinear {
        /// Position of the variable.
        variable: usize,
    },
    /// There are too few clusters.
    #[error("there are {found} clusters; expected more than the number of variables, {variables}")]
    Clusters {
        /// Number of clusters.
        found: usize,
        /// Number of variables.
        variables: usize,
    },
}

/// Weighted least squares of `outcomes` on `variables` (one row per unit) with the cluster-robust variance of Liang & Zeger (1986),
/// times `C / (C - 1) * (N - 1) / (N - K)` for `C` clusters, `N` units and `K` variables. `degrees_of_freedom` is that of the
/// intervals; where few units were coded it is the number of clusters with codings less one.
///
/// # Errors
/// [`RegressError`].
pub fn regress(
    outcomes: &[f64],
    variables: &[Vec<f64>],
    weights: &[f64],
    clusters: &[usize],
    degrees_of_freedom: usize,
    confidence_level: f64,
) -> Result<Coefficients, RegressError> {
    let (n, k) = (outcomes.len(), variables.first().map_or(0, Vec::len));
    let shape = |what, found, expected| Err(RegressError::Shape { what, found, expected });
    for (what, found) in
        [("rows of variables", variables.len()), ("weights", weights.len()), ("clusters", clusters.len())]
    {
        if found != n {
            return shape(what, found, n);
        }
    }
    if let Some(row) = variables.iter().find(|row| row.len() != k) {
        return shape("variables of a unit", row.len(), k);
    }
    let mut gram = DMatrix::<f64>::zeros(k, k);
    let mut products = DVector::<f64>::zeros(k);
    for ((row, outcome), weight) in variables.iter().zip(outcomes).zip(weights) {
        for (a, x) in row.iter().enumerate() {
            products[a] += weight * x * outcome;
            for (b, z) in row.iter().enumerate() {
                gram[(a, b)] += weight * x * z;
            }
        }
    }
    check_rank(&gram)?;
    // The rank was checked, so that the decomposition exists.
    let Some(inverse) = gram.cholesky().map(|factor| factor.inverse()) else {
        return Err(RegressError::Collinear { variable: k.saturating_sub(1) });
    };
    let coefficients = &inverse * products;
    let mut scores: BTreeMap<usize, DVector<f64>> = BTreeMap::new();
    for (((row, outcome), weight), cluster) in variables.iter().zip(outcomes).zip(weights).zip(clusters) {
        let fitted: f64 = row.iter().zip(coefficients.iter()).map(|(x, coefficient)| x * coefficient).sum();
        let score = scores.entry(*cluster).or_insert_with(|| DVector::zeros(k));
        for (a, x) in row.iter().enumerate() {
            score[a] += weight * x * (outcome - fitted);
        }
    }
    let n_clusters = scores.len();
    if n_clusters <= k {
        return Err(RegressError::Clusters { found: n_clusters, variables: k });
    }
    let meat = scores.values().fold(DMatrix::zeros(k, k), |sum, score| sum + score * score.transpose());
    let correction = n_clusters as f64 / (n_clusters - 1) as f64 * (n - 1) as f64 / (n - k) as f64;
    let variance = &inverse * meat * &inverse * correction;
    let t = quantile_of_t(degrees_of_freedom, confidence_level);
    let estimates = coefficients.iter().enumerate().map(|(at, value)| {
        let standard_error = variance[(at, at)].max(0.0).sqrt();
        let (low, high) = (value - t * standard_error, value + t * standard_error);
        Estimate { value: *value, standard_error, low, high, degrees_of_freedom }
    });
    Ok(Coefficients { estimates: estimates.collect(), n_clusters })
}

/// Refuses variables that others determine: in an elimination without exchange of rows nothing of them is left.
fn check_rank(gram: &DMatrix<f64>) -> Result<(), RegressError> {
    let mut left = gram.clone();
    for at in 0..gram.nrows() {
        let pivot = left[(at, at)];
        if pivot <= 1e-9 * gram[(at, at)].abs().max(f64::MIN_POSITIVE) {
            return Err(RegressError::Collinear { variable: at });
        }
        for below in at + 1..gram.nrows() {
            let factor = left[(below, at)] / pivot;
            for column in at..gram.nrows() {
                left[(below, column)] -= factor * left[(at, column)];
            }
        }
    }
    Ok(())
}
