//! A map of themes: principal components of their mean vectors.
//!
//! **Input:** vectors of equal length. **Output:** two coordinates for each, the same on every run: the signs are fixed by the coordinate that is
//! largest in absolute value. **Left to others:** drawing. The map is for orientation; distances of the vectors themselves are in `themes`.

use nalgebra::{DMatrix, SymmetricEigen};

/// The first two principal components.
pub(super) fn project(vectors: &[&[f32]]) -> Vec<(f64, f64)> {
    let n = vectors.len();
    let width = vectors.first().map_or(0, |vector| vector.len());
    if n < 2 || width == 0 || vectors.iter().any(|vector| vector.len() != width) {
        return vec![(0.0, 0.0); n];
    }
    let mut rows = DMatrix::from_fn(n, width, |row, column| f64::from(vectors[row][column]));
    for mut column in rows.column_iter_mut() {
        let mean = column.mean();
        column.add_scalar_mut(-mean);
    }
    // The products of the centred rows have the same components as their covariance, and are fewer numbers.
    let eigen = SymmetricEigen::new(&rows * rows.transpose());
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let component = |at: Option<&usize>| -> Vec<f64> {
        let Some(&at) = at else { return vec![0.0; n] };
        let scale = eigen.eigenvalues[at].max(0.0).sqrt();
        let values: Vec<f64> = eigen.eigenvectors.column(at).iter().map(|value| value * scale).collect();
        let largest = values.iter().copied().fold(0.0, |a: f64, b| if b.abs() > a.abs() + 1e-9 { b } else { a });
        if largest < 0.0 { values.iter().map(|value| -value).collect() } else { values }
    };
    let (x, y) = (component(order.first()), component(order.get(1)));
    x.into_iter().zip(y).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_on_a_plane_are_kept() {
        let points: [&[f32]; 4] = [&[0.0, 0.0, 1.0], &[4.0, 0.0, 1.0], &[4.0, 2.0, 1.0], &[0.0, 2.0, 1.0]];
        let placed = project(&points);
        let distance =
            |a: usize, b: usize| ((placed[a].0 - placed[b].0).powi(2) + (placed[a].1 - placed[b].1).powi(2)).sqrt();
        assert!((distance(0, 1) - 4.0).abs() < 1e-9 && (distance(1, 2) - 2.0).abs() < 1e-9);
        assert_eq!(placed, project(&points));
    }

    #[test]
    fn a_single_theme_is_in_the_middle() {
        assert_eq!(project(&[&[1.0, 2.0]]), [(0.0, 0.0)]);
        assert_eq!(project(&[]), []);
        assert_eq!(project(&[&[1.0], &[1.0]]), [(0.0, 0.0), (0.0, 0.0)]);
    }
}
