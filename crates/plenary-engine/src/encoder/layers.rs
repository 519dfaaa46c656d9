//! The steps of a pass on rows of numbers: quantise, multiply by packed weights, activate, add, normalise.
//!
//! **Input**: rows and packed weights. **Output**: rows. The code is plain Rust on float32 that compiles to vector instructions of
//! any width; only the integer products, and a few loops of attention, name their instructions ([`Instructions`]). Each function is compiled once per
//! instruction set (see `kernel`) and gives the same bits in each, because the order of every sum is fixed: sums over a row have
//! [`LANES`] interleaved partial sums, all others are computed from the first term to the last.

use super::math::{LANES, LIFT, gelu, sum_of_lanes};
use super::weights::{Dense, Embeddings, Linear, Norm, Order, PANEL, Panel};

/// What is written for each instruction set: exact sums of products of bytes, float32 in registers, and how many of each fit.
pub(crate) trait Instructions: Sized {
    /// The order of the weights that [`Instructions::products`] expects.
    const ORDER: Order;
    /// The most rows that are multiplied together, up to [`MOST_ROWS`]: as many as leave registers for weights and activations.
    const ROWS: usize;
    /// Panels that are multiplied together, 1 or 2.
    const PANELS: usize;
    /// Rows that pass through the linear layers together, a multiple of 4: few enough to stay in the second-level cache, enough to
    /// amortise reading the weights.
    const ROWS_TOGETHER: usize = 48;
    /// Queries of an attention that are computed together, 4 or 8.
    const QUERIES: usize;
    /// Registers of float32.
    type Lanes: Lanes;

    /// Writes `panel.start` plus, for each row and output, the sum over the inputs of byte times weight.
    ///
    /// # Safety
    /// The processor must have the instruction set that the implementation is for. The panels must be of one layer and packed in
    /// [`Instructions::ORDER`]. `rows` must hold `ROWS` rows of the layer's number of inputs in bytes.
    unsafe fn products<const ROWS: usize, const PANELS: usize>(
        rows: &[u8],
        panels: [Panel; PANELS],
        sums: &mut [[[i32; PANEL]; ROWS]; PANELS],
    );

    /// Comes before the calls of [`Instructions::tiles`] for `n` rows.
    ///
    /// # Safety
    /// The processor must have the instruction set.
    #[inline(always)]
    unsafe fn begin(_n: usize) {}

    /// Comes after them.
    ///
    /// # Safety
    /// As for [`Instructions::begin`].
    #[inline(always)]
    unsafe fn end() {}

    /// Writes what `then` makes of the linear layer's outputs, for all rows and some panels, from `out` on.
    ///
    /// # Safety
    /// As for [`Instructions::products`].
    #[inline(always)]
    unsafe fn tiles<const P: usize>(
        panels: [Panel; P],
        rows: Rows,
        outputs: usize,
        out: &mut [f32],
        then: impl Fn(f32) -> f32 + Copy,
    ) {
        // SAFETY: as required of the caller.
        unsafe { tiles_in_registers::<Self, P>(panels, rows, outputs, out, then) }
    }
}

/// [`LANES`] numbers of float32 in registers.
///
/// Plain loops over arrays mostly compile to the same instructions; this is for loops where the compiler chooses others.
///
/// # Safety
/// The processor must have the instruction set that the implementation is for.
pub(crate) trait Lanes: Copy {
    unsafe fn splat(number: f32) -> Self;
    unsafe fn load(numbers: &[f32; LANES]) -> Self;
    unsafe fn plus(self, other: Self) -> Self;
    unsafe fn times(self, other: Self) -> Self;
    /// In each lane `other` if it is larger, else `self`.
    unsafe fn or_larger(self, other: Self) -> Self;
    unsafe fn store(self, numbers: &mut [f32; LANES]);
}

/// The most rows of any [`Instructions`].
const MOST_ROWS: usize = 12;

/// Rows of bytes around 128, and the scale of each row.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub bytes: &'a [u8],
    pub scales: &'a [f32],
}

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
pub(crate) fn linear<T: Instructions>(layer: &Linear, rows: Rows, out: &mut [f32]) {
    linear_then::<T>(layer, rows, out, |x| x);
}

/// A linear layer and the Gaussian error linear unit.
#[inline(always)]
pub(crate) fn linear_gelu<T: Instructions>(layer: &Linear, rows: Rows, out: &mut [f32]) {
    linear_then::<T>(layer, rows, out, gelu);
}

#[inline(always)]
fn linear_then<T: Instructions>(layer: &Linear, rows: Rows, out: &mut [f32], then: impl Fn(f32) -> f32 + Copy) {
    let n_panels = layer.outputs() / PANEL;
    let mut number = 0;
    // SAFETY: the caller of a function of `layers` has checked that the processor has the instruction set, and that the
    // weights are packed for it (see `kernel`).
    unsafe { T::begin(rows.scales.len()) };
    // Panel by panel: a panel stays in the first-level cache while all rows are multiplied.
    while number < n_panels {
        let out = &mut out[number * PANEL..];
        if T::PANELS == 2 && number + 1 < n_panels {
            let panels = [layer.panel(number), layer.panel(number + 1)];
            // SAFETY: as above.
            unsafe { T::tiles(panels, rows, layer.outputs(), out, then) };
            number += 2;
        } else {
            // SAFETY: as above.
            unsafe { T::tiles([layer.panel(number)], rows, layer.outputs(), out, then) };
            number += 1;
        }
    }
    // SAFETY: as above.
    unsafe { T::end() };
}

/// All rows and some panels, in tiles whose numbers of rows differ by at most one; their sums stay in registers.
///
/// # Safety
/// The processor must have the instruction set of `T`, and the panels must be packed for it.
#[inline(always)]
pub(crate) unsafe fn tiles_in_registers<T: Instructions, const P: usize>(
    panels: [Panel; P],
    rows: Rows,
    outputs: usize,
    out: &mut [f32],
    then: impl Fn(f32) -> f32 + Copy,
) {
    let n = rows.scales.len();
    let mut first = 0;
    for left in (1..=n.div_ceil(T::ROWS)).rev() {
        let size = (n - first).div_ceil(left);
        macro_rules! sizes {
            ($($size:literal)*) => {
                match size {
                    // SAFETY: as required of the caller.
                    $($size if $size <= T::ROWS => unsafe { tile::<T, $size, P>(panels, rows, first, outputs, out, then) },)*
                    _ => unreachable!("a tile has 1 to {} rows", T::ROWS),
                }
            };
        }
        const { assert!(T::ROWS <= MOST_ROWS) }
        sizes!(1 2 3 4 5 6 7 8 9 10 11 12);
        first += size;
    }
}

/// The integer sums of `N` rows and some panels, back to float32.
///
/// # Safety
/// As for [`tiles_in_registers`].
#[inline(always)]
unsafe fn tile<T: Instructions, const N: usize, const P: usize>(
    panels: [Panel; P],
    rows: Rows,
    first: usize,
    outputs: usize,
    out: &mut [f32],
    then: impl Fn(f32) -> f32 + Copy,
) {
    let inputs = panels[0].inputs();
    let bytes = &rows.bytes[first * inputs..][..N * inputs];
    let mut sums = [[[0; PANEL]; N]; P];
    // SAFETY: as required of the caller; `bytes` has the required length.
    unsafe { T::products::<N, P>(bytes, panels, &mut sums) };
    for (number, (panel, sums)) in panels.iter().zip(&sums).enumerate() {
        for (row, sums) in sums.iter().enumerate() {
            let out = &mut out[(first + row) * outputs + number * PANEL..];
            rescale(panel, sums, rows.scales[first + row], out, then);
        }
    }
}

/// The integer sums of a row and a panel, back to float32, as the first numbers of `out`.
#[inline(always)]
pub(crate) fn rescale(
    panel: &Panel,
    sums: &[i32; PANEL],
    scale: f32,
    out: &mut [f32],
    then: impl Fn(f32) -> f32 + Copy,
) {
    // All numbers are computed before the first is written: otherwise the compiler has to assume that input and output
    // overlap, and does not vectorise.
    let numbers: [f32; PANEL] =
        std::array::from_fn(|column| then(sums[column] as f32 * panel.scale[column] * scale + panel.bias[column]));
    out[..PANEL].copy_from_slice(&numbers);
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
    let mean = lane_sum(row, |x| x) / count;
    let variance = lane_sum(row, |x| (x - mean) * (x - mean)) / count;
    let factor = 1.0 / (variance + norm.epsilon).sqrt();
    for ((x, weight), bias) in row.iter_mut().zip(&norm.weight).zip(&norm.bias) {
        *x = (*x - mean) * factor * weight + bias;
    }
}

/// Sum of a term of each number, in [`LANES`] interleaved partial sums.
#[inline(always)]
fn lane_sum(row: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut sums = [0f32; LANES];
    for x in row.as_chunks::<LANES>().0 {
        sums = std::array::from_fn(|lane| sums[lane] + term(x[lane]));
    }
    sum_of_lanes(sums)
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
