//! Kernel ridge regression with weights and an intercept that is not penalised.
//!
//! **Input:** a kernel matrix, one-hot classes and a weight per row. **Output:** for the penalty with the smallest exact
//! leave-one-out error, the dual coefficients and the leave-one-out scores. **Left to others:** checking the input.
//!
//! Minimises the sum of `w (y - f(x))^2` and the penalty times the squared norm of `f` without its intercept. With `s` the
//! roots of the weights, `u = s / |s|` and `P = I - u u'`, the matrix `P (s K s') P = Q L Q'` gives the hat matrix
//! `u u' + Q L / (L + penalty) Q'` of every penalty.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

/// The penalties that are tried: quarters of a decade from 0.001 to 100. Rows have squared norms of about 1.
const EXPONENTS: std::ops::RangeInclusive<i32> = -12..=8;

/// A fitted regression.
pub(super) struct Ridge {
    /// The penalty with the smallest leave-one-out error; ties go to the smallest.
    pub(super) penalty: f64,
    /// Shape `[rows, classes]`: the score of a class is the sum of the kernel's centred row times its column.
    pub(super) dual: DMatrix<f64>,
    /// Shape `[rows, classes]`: the score of each row by the regression on all others, less that regression's weighted
    /// mean. The mean is taken off because it is lower for the class of the row that is left out, which would tell the
    /// class.
    pub(super) loo: DMatrix<f64>,
}

/// Fits; `None` if the eigendecomposition does not converge, which finite numbers do not cause in practice.
pub(super) fn ridge(kernel: &DMatrix<f64>, classes: &DMatrix<f64>, weights: &DVector<f64>) -> Option<Ridge> {
    let n = kernel.nrows();
    let s = weights.map(f64::sqrt);
    let u = &s / s.norm();
    let mut centred = DMatrix::from_fn(n, n, |i, j| kernel[(i, j)] * s[i] * s[j]);
    project(&mut centred, &u);
    centred.transpose_mut();
    project(&mut centred, &u);
    let SymmetricEigen { eigenvectors: q, eigenvalues } =
        SymmetricEigen::try_new(centred, f64::EPSILON, 100 * n.max(10))?;
    let eigenvalues = eigenvalues.map(|value| value.max(0.0));
    let y = DMatrix::from_fn(n, classes.ncols(), |i, k| classes[(i, k)] * s[i]);
    let means: Vec<f64> = y.column_iter().map(|column| column.dot(&u)).collect();
    let mut projected = y.clone();
    project(&mut projected, &u);
    let turned = product(&q.transpose(), &projected);

    let squared = q.map(|value| value * value);
    let mut best: Option<(f64, f64, DMatrix<f64>)> = None;
    for exponent in EXPONENTS {
        let penalty = 10f64.powf(f64::from(exponent) / 4.0);
        let shrunk = eigenvalues.map(|value| value / (value + penalty));
        let fitted = product(&q, &DMatrix::from_fn(n, y.ncols(), |i, k| shrunk[i] * turned[(i, k)]));
        let left: Vec<f64> = (0..n)
            .map(|i| {
                let hat = u[i] * u[i] + (0..n).map(|j| squared[(i, j)] * shrunk[j]).sum::<f64>();
                (1.0 - hat).max(1e-12)
            })
            .collect();
        let residuals = DMatrix::from_fn(n, y.ncols(), |i, k| (y[(i, k)] - u[i] * means[k] - fitted[(i, k)]) / left[i]);
        let error = residuals.iter().map(|residual| residual * residual).sum::<f64>();
        if best.as_ref().is_none_or(|(least, ..)| error < *least) {
            best = Some((error, penalty, residuals));
        }
    }
    let (_, penalty, residuals) = best?;
    let total: f64 = weights.iter().sum();
    let sums: Vec<f64> = (0..y.ncols()).map(|k| (0..n).map(|i| weights[i] * classes[(i, k)]).sum::<f64>()).collect();
    let loo = DMatrix::from_fn(n, y.ncols(), |i, k| {
        let mean_of_others = (sums[k] - weights[i] * classes[(i, k)]) / (total - weights[i]);
        classes[(i, k)] - residuals[(i, k)] / s[i] - mean_of_others
    });
    let mut dual = product(&q, &DMatrix::from_fn(n, y.ncols(), |i, k| turned[(i, k)] / (eigenvalues[i] + penalty)));
    project(&mut dual, &u);
    for (i, mut row) in dual.row_iter_mut().enumerate() {
        row *= s[i];
    }
    Some(Ridge { penalty, dual, loo })
}

/// Takes the part along the unit vector `u` off every column.
fn project(matrix: &mut DMatrix<f64>, u: &DVector<f64>) {
    for mut column in matrix.column_iter_mut() {
        let along: f64 = column.iter().zip(u.iter()).map(|(value, u)| value * u).sum();
        for (value, u) in column.iter_mut().zip(u.iter()) {
            *value -= along * u;
        }
    }
}

/// The product of two matrices, each number summed in one order, so that it has the same bits on every processor.
pub(super) fn product(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let mut sum = DMatrix::zeros(a.nrows(), b.ncols());
    for (k, mut column) in sum.column_iter_mut().enumerate() {
        for (j, of_a) in a.column_iter().enumerate() {
            let factor = b[(j, k)];
            for (sum, a) in column.iter_mut().zip(of_a.iter()) {
                *sum += a * factor;
            }
        }
    }
    sum
}
