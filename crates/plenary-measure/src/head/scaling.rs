//! Scores to probabilities.
//!
//! **Input:** a row of scores and a class per unit, and weights. **Output:** a softmax of linear functions of the scores,
//! the multinomial form of Platt's scaling (Platt 1999), mildly penalised. **Left to others:** that the scores are not
//! those of a regression that saw the classes.

use nalgebra::{Cholesky, DMatrix, DVector};

/// Penalty of the squared coefficients, intercepts included, beside a log-loss that is summed over rows.
const PENALTY: f64 = 0.05;
/// Steps after which the search ends. Newton's method on this convex function needs about ten.
const STEPS_AT_MOST: usize = 100;

/// A softmax of linear functions of scores.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling {
    /// Shape `[classes + 1, classes]`: a row per score and one for the intercepts, a column per class.
    pub(super) coefficients: DMatrix<f64>,
}

impl Scaling {
    /// Fits by Newton's method, from zero, with steps that are halved until the function falls.
    pub(super) fn fit(scores: &DMatrix<f64>, classes: &DMatrix<f64>, weights: &DVector<f64>) -> Self {
        let (n, k) = classes.shape();
        let x = scores.clone().insert_column(k, 1.0);
        let d = k + 1;
        let mut scaling = Self { coefficients: DMatrix::zeros(d, k) };
        let mut value = scaling.objective(&x, classes, weights);
        for _ in 0..STEPS_AT_MOST {
            let p = scaling.probabilities_of(&x);
            let mut gradient = DVector::zeros(d * k);
            let mut hessian = DMatrix::zeros(d * k, d * k);
            for a in 0..k {
                for r in 0..d {
                    let pulled: f64 = (0..n).map(|i| weights[i] * x[(i, r)] * (p[(i, a)] - classes[(i, a)])).sum();
                    gradient[a * d + r] = pulled + PENALTY * scaling.coefficients[(r, a)];
                }
                for b in 0..k {
                    let of_rows: Vec<f64> =
                        (0..n).map(|i| weights[i] * p[(i, a)] * (f64::from(u8::from(a == b)) - p[(i, b)])).collect();
                    for r in 0..d {
                        for c in 0..d {
                            let sum: f64 = (0..n).map(|i| of_rows[i] * x[(i, r)] * x[(i, c)]).sum();
                            let penalty = if a == b && r == c { PENALTY } else { 0.0 };
                            hessian[(a * d + r, b * d + c)] = sum + penalty;
                        }
                    }
                }
            }
            // The penalty makes the matrix positive definite; if rounding denies it, the last coefficients stand.
            let Some(cholesky) = Cholesky::new(hessian) else { break };
            let step = DMatrix::from_column_slice(d, k, cholesky.solve(&gradient).as_slice());
            let mut length = 1.0;
            let (next, next_value) = loop {
                let next = Self { coefficients: &scaling.coefficients - &step * length };
                let next_value = next.objective(&x, classes, weights);
                if next_value <= value || length < 1e-6 {
                    break (next, next_value);
                }
                length /= 2.0;
            };
            if next_value >= value {
                break;
            }
            scaling = next;
            let gained = value - next_value;
            value = next_value;
            if gained <= 1e-14 * value.abs().max(1.0) {
                break;
            }
        }
        scaling
    }

    /// The probabilities of the classes, one row per row of scores.
    pub(super) fn probabilities(&self, scores: &DMatrix<f64>) -> DMatrix<f64> {
        self.probabilities_of(&scores.clone().insert_column(scores.ncols(), 1.0))
    }

    fn probabilities_of(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        let mut rows = super::ridge::product(x, &self.coefficients);
        for mut row in rows.row_iter_mut() {
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            row.apply(|value| *value = (*value - largest).exp());
            let sum: f64 = row.iter().sum();
            row /= sum;
        }
        rows
    }

    fn objective(&self, x: &DMatrix<f64>, classes: &DMatrix<f64>, weights: &DVector<f64>) -> f64 {
        let linear = super::ridge::product(x, &self.coefficients);
        let loss = (0..x.nrows()).map(|i| {
            let row = linear.row(i);
            let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let log_sum = row.iter().map(|value| (value - largest).exp()).sum::<f64>().ln() + largest;
            let own: f64 = row.iter().zip(classes.row(i).iter()).map(|(value, class)| value * class).sum();
            weights[i] * (log_sum - own)
        });
        loss.sum::<f64>() + PENALTY / 2.0 * self.coefficients.iter().map(|value| value * value).sum::<f64>()
    }
}
