//! Exact nearest neighbours by cosine, in blocks of bounded size.
//!
//! **Input:** rows of length 1. **Output:** for every query its `k` most similar base rows. Work is split into fixed blocks
//! whose numbers do not depend on each other, so that the result does not depend on the number of threads.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, ArrayView2, Axis, s};
use rayon::prelude::*;

use super::ThemeError;
use plenary_corpus::progress::Progress;

/// Queries and base rows of one block product: 256 x 2,048 cosines take 2 MiB per thread.
const BLOCK_QUERIES: usize = 256;
const BLOCK_BASE: usize = 2_048;

/// A base row near a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Neighbour {
    pub node: usize,
    /// In (0, 1].
    pub cosine: f32,
}

/// The `k` nearest other rows of every row of `vectors`; lists as in [`of_queries`].
pub(super) fn of_each(
    vectors: ArrayView2<f32>,
    k: usize,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Neighbour>>, ThemeError> {
    of_each_apart(vectors, k, |a, b| a != b, progress)
}

/// As [`of_each`], among the rows that `may(row, other)` allows.
pub(super) fn of_each_apart(
    vectors: ArrayView2<f32>,
    k: usize,
    may: impl Fn(usize, usize) -> bool + Sync,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Neighbour>>, ThemeError> {
    by_blocks(vectors.nrows(), progress, |start, end| {
        let may = |query: usize, row: usize| may(start + query, row);
        of_block(vectors.slice(s![start..end, ..]), vectors, k, may, progress)
    })
}

/// The `k` nearest rows of `base` for each of `n_queries` queries; `queries(start, end)` returns a block of them.
///
/// Each list has at most `k` rows with a cosine over 0, sorted by decreasing cosine; ties go to the first row.
/// `progress` advances by one for each query.
pub(super) fn of_queries(
    n_queries: usize,
    queries: impl Fn(usize, usize) -> Array2<f32> + Sync,
    base: ArrayView2<f32>,
    k: usize,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Neighbour>>, ThemeError> {
    by_blocks(n_queries, progress, |start, end| of_block(queries(start, end).view(), base, k, |_, _| true, progress))
}

fn by_blocks(
    n: usize,
    progress: &dyn Progress,
    block: impl Fn(usize, usize) -> Result<Vec<Vec<Neighbour>>, ThemeError> + Sync,
) -> Result<Vec<Vec<Neighbour>>, ThemeError> {
    let starts: Vec<usize> = (0..n).step_by(BLOCK_QUERIES).collect();
    let blocks: Result<Vec<_>, ThemeError> = starts
        .par_iter()
        .map(|&start| {
            let end = (start + BLOCK_QUERIES).min(n);
            let found = block(start, end)?;
            progress.advance((end - start) as u64);
            Ok(found)
        })
        .collect();
    Ok(blocks?.into_iter().flatten().collect())
}

/// `may(query, row)` says whether a row of `base` may be a neighbour of a query of this block.
fn of_block(
    queries: ArrayView2<f32>,
    base: ArrayView2<f32>,
    k: usize,
    may: impl Fn(usize, usize) -> bool,
    progress: &dyn Progress,
) -> Result<Vec<Vec<Neighbour>>, ThemeError> {
    let mut nearest: Vec<Vec<Neighbour>> = vec![Vec::with_capacity(k + 1); queries.nrows()];
    if k == 0 {
        return Ok(nearest);
    }
    let mut cosines = Array2::<f32>::zeros((queries.nrows(), BLOCK_BASE.min(base.nrows())));
    for start in (0..base.nrows()).step_by(BLOCK_BASE) {
        progress.check_stop()?;
        let end = (start + BLOCK_BASE).min(base.nrows());
        let mut product = cosines.slice_mut(s![.., ..end - start]);
        general_mat_mul(1.0, &queries, &base.slice(s![start..end, ..]).t(), 0.0, &mut product);
        for ((query, row), list) in product.axis_iter(Axis(0)).enumerate().zip(&mut nearest) {
            let mut floor = if list.len() < k { 0.0 } else { list[k - 1].cosine };
            for (column, &cosine) in row.iter().enumerate() {
                // Strictly greater: in a tie, the earlier base row is kept.
                if cosine > floor && may(query, start + column) {
                    let place = list.partition_point(|other| other.cosine >= cosine);
                    list.insert(place, Neighbour { node: start + column, cosine });
                    list.truncate(k);
                    floor = if list.len() < k { 0.0 } else { list[k - 1].cosine };
                }
            }
        }
    }
    Ok(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;
    use plenary_corpus::progress::Silent;

    #[test]
    fn the_nearest_come_first_and_equals_in_order() {
        let vectors = array![[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [0.6, 0.8], [-1.0, 0.0]];
        let found = of_each(vectors.view(), 2, &Silent).unwrap();
        let nodes = |row: usize| found[row].iter().map(|n| n.node).collect::<Vec<_>>();
        assert_eq!(nodes(0), [1, 3]);
        assert_eq!(nodes(1), [3, 2]);
        assert_eq!(nodes(2), [1, 3]);
        assert!(nodes(4).is_empty(), "nothing points its way");
    }

    #[test]
    fn blocks_agree_with_a_plain_search() {
        let n = BLOCK_BASE + 300;
        let vectors = Array2::from_shape_fn((n, 3), |(row, column)| ((row * 7 + column * 13) % 101) as f32 / 101.0);
        let found = of_each(vectors.view(), 4, &Silent).unwrap();
        for row in [0, 255, 256, BLOCK_BASE, n - 1] {
            let mut all: Vec<(usize, f32)> =
                (0..n).filter(|&i| i != row).map(|i| (i, vectors.row(row).dot(&vectors.row(i)))).collect();
            all.sort_by(|a, b| b.1.total_cmp(&a.1));
            for (neighbour, (_, cosine)) in found[row].iter().zip(&all) {
                assert!((neighbour.cosine - cosine).abs() < 1e-5);
            }
        }
    }
}
