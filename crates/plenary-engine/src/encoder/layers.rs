//! The steps of a pass on rows of numbers: quantise, multiply by packed weights, activate, add, normalise.
//!
//! **Input**: rows and packed weights. **Output**: rows. The code is plain Rust on float32 that compiles to vector instructions of
//! any width; only the integer products ([`Tile`]) are written for each instruction set. Each function is compiled once per
//! instruction set (see `kernel`) and gives the same bits in each, because the order of every sum is fixed: sums over a row have
//! [`LANES`] interleaved partial sums, all others are computed from the first term to the last.

use super::math::{LANES, LIFT, gelu, sum_of_lanes};
use super::weights::{Dense, Embeddings, Linear, Norm, PANEL, Panel};

/// Exact sums of products of bytes, for some rows and the 16 outputs of a panel.
pub(crate) trait Tile {
    /// `panel.start` plus, for each row and output, the sum over the inputs of byte times weight.
    ///
    /// # Safety
    /// The processor must have the instruction set that the implementation is for. `rows` must hold `ROWS` rows of
    /// `panel.inputs()` bytes.
    unsafe fn products<const ROWS: usize>(rows: &[u8], panel: Panel) -> [[i32; PANEL]; ROWS];
}

/// Rows of bytes around 128, and the scale of each row.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub bytes: &'a [u8],
    pub scales: &'a [f32],
}

/// Rows that are multiplied together: 8 sums of 256 bits leave registers for weights and activations.
const ROWS: usize = 4;

/// Quantises each row alone: with `y = x * inverse` and `scale = max|y| / 127 + 1e-8`, the byte is
/// `round(y / scale) + 128`, ties to even. A row that is not finite gets a scale that is not finite either.
#[inline(always)]
pub(crate) fn quantise(x: &[f32], inverse: &[f32], bytes: &mut [u8], scales: &mut [f32]) {
    let width = inverse.len();
    for ((x, bytes), scale) in x.chunks_exact(width).zip(bytes.chunks_exact_mut(width)).zip(scales) {
        // The absolute values of float32 numbers are ordered like their bits; NaN is the largest.
        let sizes = x.iter().zip(inverse).map(|(x, inverse)| (x * inverse).to_bits() & 0x7fff_ffff);
        let step = f32::from_bits(sizes.fold(0, u32::max)) * (1.0 / 127.0) + 1e-8;
        for ((x, inverse), byte) in x.iter().zip(inverse).zip(bytes) {
            *byte = (x * inverse / step + (LIFT + 128.0)).to_bits() as u8;
        }
        *scale = step;
    }
}

/// A linear layer, `[rows, outputs]`.
#[inline(always)]
pub(crate) fn linear<T: Tile>(layer: &Linear, rows: Rows, out: &mut [f32]) {
    linear_then::<T>(layer, rows, out, |x| x);
}

/// A linear layer and the Gaussian error linear unit.
#[inline(always)]
pub(crate) fn linear_gelu<T: Tile>(layer: &Linear, rows: Rows, out: &mut [f32]) {
    linear_then::<T>(layer, rows, out, gelu);
}

#[inline(always)]
fn linear_then<T: Tile>(layer: &Linear, rows: Rows, out: &mut [f32], then: impl Fn(f32) -> f32 + Copy) {
    // Panel by panel: a panel stays in the first-level cache while all rows are multiplied.
    for (number, panel) in layer.panels().enumerate() {
        let out = &mut out[number * PANEL..];
        let mut first = 0;
        while first < rows.scales.len() {
            match rows.scales.len() - first {
                1 => tile::<T, 1>(panel, rows, first, layer.outputs(), out, then),
                2 => tile::<T, 2>(panel, rows, first, layer.outputs(), out, then),
                3 => tile::<T, 3>(panel, rows, first, layer.outputs(), out, then),
                _ => tile::<T, ROWS>(panel, rows, first, layer.outputs(), out, then),
            }
            first += ROWS;
        }
    }
}

/// The integer sums of `N` rows and one panel, back to float32.
#[inline(always)]
fn tile<T: Tile, const N: usize>(
    panel: Panel,
    rows: Rows,
    first: usize,
    outputs: usize,
    out: &mut [f32],
    then: impl Fn(f32) -> f32 + Copy,
) {
    let bytes = &rows.bytes[first * panel.inputs()..][..N * panel.inputs()];
    // SAFETY: the caller of a function of `layers` has checked that the processor has the instruction set (see `kernel`), and
    // `bytes` has the required length.
    let sums = unsafe { T::products::<N>(bytes, panel) };
    for (row, sums) in sums.iter().enumerate() {
        let scale = rows.scales[first + row];
        // All numbers are computed before the first is written: otherwise the compiler has to assume that input and output overlap,
        // and does not vectorise.
        let numbers: [f32; PANEL] =
            std::array::from_fn(|column| then(sums[column] as f32 * panel.scale[column] * scale + panel.bias[column]));
        out[(first + row) * outputs..][..PANEL].copy_from_slice(&numbers);
    }
}

/// `x = norm(added + x)` for each row.
#[inline(always)]
pub(crate) fn add_norm(added: &[f32], norm: &Norm, x: &mut [f32]) {
    let width = norm.weight.len();
    for (x, added) in x.chunks_exact_mut(width).zip(added.chunks_exact(width)) {
        for (x, added) in x.iter_mut().zip(added) {
            *x += added;
        }
        normalise(norm, x);
    }
}

/// Layer normalisation of one row (Ba, Kiros & Hinton 2016).
#[inline(always)]
fn normalise(norm: &Norm, row: &mut [f32]) {
    let count = row.len() as f32;
    let row = row.as_chunks_mut::<LANES>().0;
    let mut sums = [0f32; LANES];
    for x in row.iter() {
        for lane in 0..LANES {
            sums[lane] += x[lane];
        }
    }
    let mean = sum_of_lanes(sums) / count;
    let mut squares = [0f32; LANES];
    for x in row.iter() {
        for lane in 0..LANES {
            squares[lane] += (x[lane] - mean) * (x[lane] - mean);
        }
    }
    let factor = 1.0 / (sum_of_lanes(squares) / count + norm.epsilon).sqrt();
    let (weight, bias) = (norm.weight.as_chunks::<LANES>().0, norm.bias.as_chunks::<LANES>().0);
    for ((x, weight), bias) in row.iter_mut().zip(weight).zip(bias) {
        for lane in 0..LANES {
            x[lane] = (x[lane] - mean) * factor * weight[lane] + bias[lane];
        }
    }
}

/// The input of the first layer. The caller has checked that each id has a row.
#[inline(always)]
pub(crate) fn embed(embeddings: &Embeddings, ids: &[u32], type_ids: &[u32], x: &mut [f32]) {
    let width = embeddings.norm.weight.len();
    for (position, row) in x.chunks_exact_mut(width).enumerate() {
        let (id, type_id) = (ids[position] as usize, type_ids[position] as usize);
        let scale = embeddings.word_scales[id];
        let words = &embeddings.words[id * width..][..width];
        let types = &embeddings.types[type_id * width..][..width];
        let positions = &embeddings.positions[position * width..][..width];
        for (((x, &word), &a), &b) in row.iter_mut().zip(words).zip(types).zip(positions) {
            *x = f32::from(word as i8) * scale + a + b;
        }
        normalise(&embeddings.norm, row);
    }
}

/// A linear layer in float32 on one row.
#[inline(always)]
pub(crate) fn dense(layer: &Dense, x: &[f32], out: &mut [f32]) {
    let x = x.as_chunks::<LANES>().0;
    for ((row, bias), out) in layer.weights.chunks_exact(layer.inputs).zip(&layer.bias).zip(out) {
        let mut sums = [0f32; LANES];
        for (x, weight) in x.iter().zip(row.as_chunks::<LANES>().0) {
            for lane in 0..LANES {
                sums[lane] += x[lane] * weight[lane];
            }
        }
        *out = sum_of_lanes(sums) + bias;
    }
}
