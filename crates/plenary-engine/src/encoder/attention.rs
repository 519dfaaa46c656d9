//! Attention of several heads over one text (Vaswani et al. 2017): `softmax(q k^T * scale) v`, in float32.
//!
//! **Input**: queries, keys and values of all tokens. **Output**: one row per query. It is computed head by head, for a few queries
//! at a time, so that only the keys and values of one head and some rows of weights are in memory at once. Sums over the numbers
//! of a head and over tokens are computed from the first term to the last; the sum of the weights of a query has interleaved
//! partial sums. As in `layers`, the order is the same for every instruction set.
//!
//! Keys and values are stored so that the inner loops read memory in order:
//!
//! ```text
//! keys    a tile for every 16 tokens:    [number of the head][token], 16 tokens wide
//! values  a tile for every 16 numbers:   [token][number of the head], 16 numbers wide
//! ```
//!
//! Missing tokens of the last tile of keys are zero. Missing numbers of the last tile of values are anything: their sums are
//! not used.

use super::layers::{Instructions, Lanes};
use super::math::{LANES, exp_of_negative, largest_of_lanes, sum_of_lanes};

/// The most queries that are computed together.
const MOST_QUERIES: usize = 8;

/// The sizes of an attention. `head_width` divides `width`.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    pub n_tokens: usize,
    /// Number of tokens, from the first, whose attention is computed.
    pub n_queries: usize,
    pub width: usize,
    pub head_width: usize,
    pub scale: f32,
}

impl Cut {
    /// Number of tokens, rounded up to whole lanes.
    fn padded(&self) -> usize {
        self.n_tokens.next_multiple_of(LANES)
    }

    /// Numbers of a head, rounded up to whole lanes.
    fn padded_width(&self) -> usize {
        self.head_width.next_multiple_of(LANES)
    }

    /// Length of the scratch buffer of [`attention`].
    pub(crate) fn scratch(&self) -> usize {
        (self.head_width + MOST_QUERIES) * self.padded() + self.padded_width() * self.n_tokens
    }
}

/// `[queries, width]` from `[tokens, 3 * width]`, in which the queries, keys and values of a token follow each other.
///
/// # Safety
/// The processor must have the instruction set of `T`.
#[inline(always)]
pub(crate) unsafe fn attention<T: Instructions>(cut: Cut, all: &[f32], scratch: &mut [f32], out: &mut [f32]) {
    let Cut { n_tokens, width, head_width, .. } = cut;
    let padded = cut.padded();
    let (keys, rest) = scratch.split_at_mut(head_width * padded);
    let (values, rest) = rest.split_at_mut(cut.padded_width() * n_tokens);
    let keys = keys.as_chunks_mut::<LANES>().0;
    let values = values.as_chunks_mut::<LANES>().0;
    for from in (0..width).step_by(head_width) {
        // The numbers of this head in the keys (1) or values (2) of a token.
        let part = |kind: usize, token: usize| &all[(3 * token + kind) * width + from..][..head_width];
        for (tile, token) in keys.chunks_exact_mut(head_width).zip((0..).step_by(LANES)) {
            let keys = |lane| if token + lane < n_tokens { part(1, token + lane) } else { &[] };
            transpose(std::array::from_fn(keys), tile);
        }
        for (tile, number) in values.chunks_exact_mut(n_tokens).zip((0..).step_by(LANES)) {
            for (token, row) in tile.iter_mut().enumerate() {
                let numbers = &part(2, token)[number..];
                match numbers.first_chunk() {
                    Some(numbers) => *row = *numbers,
                    None => row[..numbers.len()].copy_from_slice(numbers),
                }
            }
        }
        let head = Head { cut, all, keys, values, from };
        let mut first = 0;
        // Evenly, because a query alone takes half as long as eight together.
        for left in (1..=cut.n_queries.div_ceil(T::QUERIES)).rev() {
            let n = (cut.n_queries - first).div_ceil(left);
            // SAFETY: as required of the caller.
            unsafe {
                match n {
                    1 => queries::<T, 1>(head, first, rest, out),
                    2 => queries::<T, 2>(head, first, rest, out),
                    3 => queries::<T, 3>(head, first, rest, out),
                    4 => queries::<T, 4>(head, first, rest, out),
                    5 if T::QUERIES > 4 => queries::<T, 5>(head, first, rest, out),
                    6 if T::QUERIES > 4 => queries::<T, 6>(head, first, rest, out),
                    7 if T::QUERIES > 4 => queries::<T, 7>(head, first, rest, out),
                    8 if T::QUERIES > 4 => queries::<T, 8>(head, first, rest, out),
                    _ => unreachable!("1 to {MOST_QUERIES} queries"),
                }
            }
            first += n;
        }
    }
}

/// The keys of 16 tokens, number by number; a token that is missing has zeros. Blocks of 4 x 4 compile to shuffles.
#[inline(always)]
fn transpose(keys: [&[f32]; LANES], tile: &mut [[f32; LANES]]) {
    for (keys, lane) in keys.as_chunks::<4>().0.iter().zip((0..).step_by(4)) {
        for (rows, number) in tile.as_chunks_mut::<4>().0.iter_mut().zip((0..).step_by(4)) {
            let [a, b, c, d] =
                keys.map(|key| key.get(number..).and_then(<[f32]>::first_chunk).copied().unwrap_or([0.0; 4]));
            for (row, column) in rows.iter_mut().zip([
                [a[0], b[0], c[0], d[0]],
                [a[1], b[1], c[1], d[1]],
                [a[2], b[2], c[2], d[2]],
                [a[3], b[3], c[3], d[3]],
            ]) {
                row[lane..lane + 4].copy_from_slice(&column);
            }
        }
    }
}

/// The data of one head.
#[derive(Clone, Copy)]
struct Head<'a> {
    cut: Cut,
    all: &'a [f32],
    keys: &'a [[f32; LANES]],
    values: &'a [[f32; LANES]],
    /// First number of the head in a row.
    from: usize,
}

/// `N` queries from `first`.
///
/// # Safety
/// The processor must have the instruction set of `T`.
#[inline(always)]
unsafe fn queries<T: Instructions, const N: usize>(head: Head, first: usize, weights: &mut [f32], out: &mut [f32]) {
    let Cut { n_tokens, width, head_width, scale, .. } = head.cut;
    let padded = head.cut.padded();
    let query: [&[f32]; N] = std::array::from_fn(|n| &head.all[3 * (first + n) * width + head.from..][..head_width]);
    let weights = &mut weights[..N * padded];
    for (tile, token) in head.keys.chunks_exact(head_width).zip((0..).step_by(LANES)) {
        // SAFETY: as required of the caller.
        let sums = unsafe { sums_of_products::<T, N>(query, tile) };
        for (n, sums) in sums.into_iter().enumerate() {
            weights[n * padded + token..][..LANES].copy_from_slice(&sums.map(|sum| sum * scale));
        }
    }
    // SAFETY: as required of the caller.
    let factors = unsafe { powers::<T, N>(weights, n_tokens) }.map(|sum| 1.0 / sum);
    let weights: [&[f32]; N] = std::array::from_fn(|n| &weights[n * padded..][..n_tokens]);
    for (tile, number) in head.values.chunks_exact(n_tokens).zip((0..).step_by(LANES)) {
        // SAFETY: as required of the caller.
        let sums = unsafe { sums_of_products::<T, N>(weights, tile) };
        for (n, (sums, factor)) in sums.into_iter().zip(factors).enumerate() {
            let numbers = sums.map(|sum| sum * factor);
            let out = &mut out[(first + n) * width + head.from..][..head_width][number..];
            match out.first_chunk_mut() {
                Some(out) => *out = numbers,
                None => out.copy_from_slice(&numbers[..out.len()]),
            }
        }
    }
}

/// For each of `N` rows of factors, the sum of the rows of a tile times its factors, from the first row to the last.
///
/// # Safety
/// The processor must have the instruction set of `T`.
#[inline(always)]
unsafe fn sums_of_products<T: Instructions, const N: usize>(
    factors: [&[f32]; N],
    tile: &[[f32; LANES]],
) -> [[f32; LANES]; N] {
    assert!(factors.iter().all(|factors| factors.len() == tile.len()));
    let mut all = [[0f32; LANES]; N];
    // SAFETY: as required of the caller.
    unsafe {
        let mut sums = [T::Lanes::splat(0.0); N];
        for (k, numbers) in tile.iter().enumerate() {
            let numbers = T::Lanes::load(numbers);
            for n in 0..N {
                sums[n] = sums[n].plus(T::Lanes::splat(factors[n][k]).times(numbers));
            }
        }
        for (sums, all) in sums.into_iter().zip(&mut all) {
            sums.store(all);
        }
    }
    all
}

/// Replaces the scores of each of `N` rows by e^(score - largest score), and by 0 for padding; returns the sum of each row.
///
/// # Safety
/// The processor must have the instruction set of `T`.
#[inline(always)]
unsafe fn powers<T: Instructions, const N: usize>(scores: &mut [f32], n_tokens: usize) -> [f32; N] {
    let padded = scores.len() / N;
    let mut largest = [0f32; N];
    for (row, largest) in scores.chunks_exact_mut(padded).zip(&mut largest) {
        row[n_tokens..].fill(f32::NEG_INFINITY);
        let mut lanes = [f32::NEG_INFINITY; LANES];
        // SAFETY: as required of the caller.
        unsafe {
            let mut most = T::Lanes::load(&lanes);
            for scores in row.as_chunks::<LANES>().0 {
                most = most.or_larger(T::Lanes::load(scores));
            }
            most.store(&mut lanes);
        }
        *largest = largest_of_lanes(lanes);
    }
    // Lanes of all rows in turn, because the operations of one row wait for each other.
    let mut sums = [[0f32; LANES]; N];
    let scores = scores.as_chunks_mut::<LANES>().0;
    for column in 0..padded / LANES {
        for n in 0..N {
            let scores = &mut scores[n * (padded / LANES) + column];
            let powers: [f32; LANES] = std::array::from_fn(|lane| {
                let power = exp_of_negative(scores[lane] - largest[n]);
                if scores[lane] == f32::NEG_INFINITY { 0.0 } else { power }
            });
            *scores = powers;
            sums[n] = std::array::from_fn(|lane| sums[n][lane] + powers[lane]);
        }
    }
    sums.map(sum_of_lanes)
}
