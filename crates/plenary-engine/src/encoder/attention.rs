//! Attention of several heads over one text (Vaswani et al. 2017): `softmax(q k^T * scale) v`, in float32.
//!
//! **Input**: queries, keys and values of all tokens. **Output**: one row per query. It is computed head by head, for four queries
//! at a time, so that only the keys and values of one head and four rows of weights are in memory at once. Sums over the numbers
//! of a head and over tokens are computed from the first term to the last; the sum of the weights of a query has interleaved
//! partial sums. As in `layers`, the order is the same for every instruction set.
//!
//! Keys and values are stored so that the inner loops read memory in order:
//!
//! ```text
//! keys    a tile for every 16 tokens:           [number of the head][token], 16 tokens wide
//! values  a tile for every 16 (or 8) numbers:   [token][number of the head]
//! ```

use super::math::{LANES, exp_of_negative, largest_of_lanes, sum_of_lanes};

/// Queries that are computed together.
const QUERIES: usize = 4;

/// The sizes of an attention. `head_width` is a multiple of 8 and divides `width`.
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

    /// Length of the scratch buffer of [`attention`].
    pub(crate) fn scratch(&self) -> usize {
        2 * self.head_width * self.padded() + QUERIES * (self.head_width + self.padded())
    }
}

/// `[queries, width]` from `[tokens, 3 * width]`, in which the queries, keys and values of a token follow each other.
#[inline(always)]
pub(crate) fn attention(cut: Cut, all: &[f32], scratch: &mut [f32], out: &mut [f32]) {
    if cut.head_width.is_multiple_of(16) {
        heads::<16>(cut, all, scratch, out);
    } else {
        heads::<8>(cut, all, scratch, out);
    }
}

/// Computes one head after the other, with tiles of values that are `WIDE` numbers wide.
#[inline(always)]
fn heads<const WIDE: usize>(cut: Cut, all: &[f32], scratch: &mut [f32], out: &mut [f32]) {
    let (width, head_width, padded) = (cut.width, cut.head_width, cut.padded());
    let (keys, rest) = scratch.split_at_mut(head_width * padded);
    let (values, rest) = rest.split_at_mut(head_width * padded);
    for head in 0..width / head_width {
        let part = |kind: usize| {
            let rows = all.chunks_exact(3 * width);
            rows.map(move |row| &row[kind * width + head * head_width..][..head_width])
        };
        for (tile, token) in keys.chunks_exact_mut(head_width * LANES).zip((0..).step_by(LANES)) {
            let tile = tile.as_chunks_mut::<LANES>().0;
            for (lane, key) in part(1).skip(token).take(LANES).enumerate() {
                for (row, &number) in tile.iter_mut().zip(key) {
                    row[lane] = number;
                }
            }
        }
        for (tile, number) in values.chunks_exact_mut(WIDE * padded).zip((0..).step_by(WIDE)) {
            let (rows, padding) = tile.as_chunks_mut::<WIDE>().0.split_at_mut(cut.n_tokens);
            for (row, value) in rows.iter_mut().zip(part(2)) {
                row.copy_from_slice(&value[number..number + WIDE]);
            }
            padding.fill([0.0; WIDE]);
        }
        let head = Head { cut, all, keys, values, from: head * head_width };
        let mut first = 0;
        while first < cut.n_queries {
            match cut.n_queries - first {
                1 => queries::<1, WIDE>(head, first, rest, out),
                2 => queries::<2, WIDE>(head, first, rest, out),
                3 => queries::<3, WIDE>(head, first, rest, out),
                _ => queries::<QUERIES, WIDE>(head, first, rest, out),
            }
            first += QUERIES;
        }
    }
}

/// The data of one head.
#[derive(Clone, Copy)]
struct Head<'a> {
    cut: Cut,
    all: &'a [f32],
    keys: &'a [f32],
    values: &'a [f32],
    /// First number of the head in a row.
    from: usize,
}

/// `N` queries from `first`.
#[inline(always)]
fn queries<const N: usize, const WIDE: usize>(head: Head, first: usize, scratch: &mut [f32], out: &mut [f32]) {
    let Cut { n_tokens, width, head_width, scale, .. } = head.cut;
    let padded = head.cut.padded();
    let (query, weights) = scratch.split_at_mut(QUERIES * head_width);
    let query = &mut query.as_chunks_mut::<N>().0[..head_width];
    for (n, row) in head.all.chunks_exact(3 * width).skip(first).take(N).enumerate() {
        for (query, &number) in query.iter_mut().zip(&row[head.from..]) {
            query[n] = number;
        }
    }

    let weights = &mut weights[..N * padded];
    for (tile, token) in head.keys.chunks_exact(head_width * LANES).zip((0..).step_by(LANES)) {
        let mut sums = [[0f32; LANES]; N];
        for (query, keys) in query.iter().zip(tile.as_chunks::<LANES>().0) {
            for n in 0..N {
                for lane in 0..LANES {
                    sums[n][lane] += query[n] * keys[lane];
                }
            }
        }
        for n in 0..N {
            let weights = &mut weights[n * padded + token..][..LANES];
            for lane in 0..LANES {
                weights[lane] = sums[n][lane] * scale;
            }
        }
    }

    let mut factors = [0f32; N];
    for n in 0..N {
        factors[n] = 1.0 / powers(&mut weights[n * padded..][..padded], n_tokens);
    }

    // Sixteen tokens at a time; the weight of padding is 0.
    let weights: [&[[f32; LANES]]; N] = std::array::from_fn(|n| weights[n * padded..][..padded].as_chunks::<LANES>().0);
    for (tile, number) in head.values.chunks_exact(WIDE * padded).zip((0..).step_by(WIDE)) {
        let mut sums = [[0f32; WIDE]; N];
        for (lanes, values) in tile.as_chunks::<WIDE>().0.as_chunks::<LANES>().0.iter().enumerate() {
            let weights: [&[f32; LANES]; N] = std::array::from_fn(|n| &weights[n][lanes]);
            for (token, values) in values.iter().enumerate() {
                for n in 0..N {
                    for lane in 0..WIDE {
                        sums[n][lane] += weights[n][token] * values[lane];
                    }
                }
            }
        }
        for n in 0..N {
            let out = &mut out[(first + n) * width + head.from + number..][..WIDE];
            for lane in 0..WIDE {
                out[lane] = sums[n][lane] * factors[n];
            }
        }
    }
}

/// Replaces scores by e^(score - largest score), and by 0 for padding; returns their sum.
#[inline(always)]
fn powers(scores: &mut [f32], n_tokens: usize) -> f32 {
    scores[n_tokens..].fill(f32::NEG_INFINITY);
    let scores = scores.as_chunks_mut::<LANES>().0;
    let mut largest = [f32::NEG_INFINITY; LANES];
    for scores in scores.iter() {
        for lane in 0..LANES {
            largest[lane] = if scores[lane] > largest[lane] { scores[lane] } else { largest[lane] };
        }
    }
    let largest = largest_of_lanes(largest);
    let mut sums = [0f32; LANES];
    for scores in scores.iter_mut() {
        for lane in 0..LANES {
            let power = exp_of_negative(scores[lane] - largest);
            let power = if scores[lane] == f32::NEG_INFINITY { 0.0 } else { power };
            scores[lane] = power;
            sums[lane] += power;
        }
    }
    sum_of_lanes(sums)
}
