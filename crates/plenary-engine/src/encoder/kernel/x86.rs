//! Integer products with x86-64's instructions: AVX2, and the dot products of AVX-VNNI and AVX-512 VNNI; float32 in their registers.
//!
//! All compute the same integers: no sum of products within a step exceeds 16 bits (`weights` ensures this), so that
//! `vpmaddubsw` of AVX2 never saturates and two of its results can be added, and 32-bit sums are exact in any order.

use std::arch::x86_64::{
    __m256, __m256i, __m512, __m512i, _MM_HINT_T0, _mm_prefetch, _mm256_add_epi16, _mm256_add_epi32, _mm256_add_ps,
    _mm256_dpbusd_avx_epi32, _mm256_loadu_ps, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_max_ps, _mm256_mul_ps,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_storeu_ps, _mm512_add_ps, _mm512_dpbusd_epi32,
    _mm512_loadu_ps, _mm512_max_ps, _mm512_mul_ps, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_si512,
    _mm512_storeu_ps,
};

use crate::encoder::layers::{Instructions, Lanes};
use crate::encoder::math::LANES;
use crate::encoder::weights::{Block, GROUP, Order, PANEL, Panel};

/// Four bytes of a row as one number.
///
/// # Safety
/// `rows` must have 4 bytes from `position` on.
#[inline(always)]
unsafe fn four(rows: &[u8], position: usize) -> i32 {
    debug_assert!(position + GROUP <= rows.len());
    // SAFETY: the caller ensures the length; any four bytes are an i32.
    unsafe { rows.as_ptr().add(position).cast::<i32>().read_unaligned() }
}

/// 64 bytes of plain integers as two registers of 256 bits.
trait Halves: Sized {
    fn halves(self) -> [__m256i; 2];
}

impl Halves for Block {
    #[inline(always)]
    fn halves(self) -> [__m256i; 2] {
        // SAFETY: both types are 64 bytes, and any bytes are valid for either.
        unsafe { std::mem::transmute(self.0) }
    }
}

impl Halves for [i32; PANEL] {
    #[inline(always)]
    fn halves(self) -> [__m256i; 2] {
        // SAFETY: as above.
        unsafe { std::mem::transmute(self) }
    }
}

/// Two registers of 256 bits as 16 numbers.
#[inline(always)]
fn numbers(registers: [__m256i; 2]) -> [i32; PANEL] {
    // SAFETY: both types are 64 bytes, and any bytes are valid for either.
    unsafe { std::mem::transmute(registers) }
}

/// Prefetches weights that are needed soon: each panel is read once per pass, from the third-level cache or from memory.
#[inline(always)]
fn fetch(block: &Block, blocks_ahead: usize) {
    // SAFETY: a prefetch reads nothing, and is valid for any address.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(block).wrapping_add(blocks_ahead).cast::<i8>()) };
}

/// Blocks from one that is used to one that is prefetched, for a panel at a time.
const AHEAD: usize = 40;

impl Lanes for [__m256; 2] {
    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        // SAFETY: the caller ensures the instruction set, as in all functions of these implementations.
        unsafe { [_mm256_set1_ps(number); 2] }
    }

    #[inline(always)]
    unsafe fn load(numbers: &[f32; LANES]) -> Self {
        // SAFETY: as above, and 16 numbers are readable.
        unsafe { [_mm256_loadu_ps(numbers.as_ptr()), _mm256_loadu_ps(numbers.as_ptr().add(8))] }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { [_mm256_add_ps(self[0], other[0]), _mm256_add_ps(self[1], other[1])] }
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { [_mm256_mul_ps(self[0], other[0]), _mm256_mul_ps(self[1], other[1])] }
    }

    #[inline(always)]
    unsafe fn or_larger(self, other: Self) -> Self {
        // SAFETY: as above. The instruction gives its first operand only if that is larger.
        unsafe { [_mm256_max_ps(other[0], self[0]), _mm256_max_ps(other[1], self[1])] }
    }

    #[inline(always)]
    unsafe fn store(self, numbers: &mut [f32; LANES]) {
        // SAFETY: as above, and 16 numbers are writable.
        unsafe {
            _mm256_storeu_ps(numbers.as_mut_ptr(), self[0]);
            _mm256_storeu_ps(numbers.as_mut_ptr().add(8), self[1]);
        }
    }
}

impl Lanes for __m512 {
    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_set1_ps(number) }
    }

    #[inline(always)]
    unsafe fn load(numbers: &[f32; LANES]) -> Self {
        // SAFETY: as above, and 16 numbers are readable.
        unsafe { _mm512_loadu_ps(numbers.as_ptr()) }
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_add_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_mul_ps(self, other) }
    }

    #[inline(always)]
    unsafe fn or_larger(self, other: Self) -> Self {
        // SAFETY: as above.
        unsafe { _mm512_max_ps(other, self) }
    }

    #[inline(always)]
    unsafe fn store(self, numbers: &mut [f32; LANES]) {
        // SAFETY: as above, and 16 numbers are writable.
        unsafe { _mm512_storeu_ps(numbers.as_mut_ptr(), self) }
    }
}

pub(crate) struct Avx2;

impl Instructions for Avx2 {
    const ORDER: Order = Order::Pairs;
    // 8 sums of 256 bits leave registers for weights and activations.
    const ROWS: usize = 4;
    const PANELS: usize = 1;
    const QUERIES: usize = 4;
    type Lanes = [__m256; 2];

    #[inline(always)]
    unsafe fn products<const ROWS: usize, const PANELS: usize>(
        rows: &[u8],
        panels: [Panel; PANELS],
        all: &mut [[[i32; PANEL]; ROWS]; PANELS],
    ) {
        for (panel, all) in panels.iter().zip(all) {
            // SAFETY: the caller ensures AVX2 and whole rows; a step's positions are within a row.
            unsafe {
                let ones = _mm256_set1_epi16(1);
                let mut sums = [panel.start.halves(); ROWS];
                for (step, [a, b]) in panel.steps() {
                    let [first, second] = step;
                    fetch(first, AHEAD);
                    fetch(second, AHEAD);
                    let (first, second) = (first.halves(), second.halves());
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let a = _mm256_set1_epi32(four(rows, row * panel.inputs() + a));
                        let b = _mm256_set1_epi32(four(rows, row * panel.inputs() + b));
                        for half in 0..2 {
                            let pairs = _mm256_add_epi16(
                                _mm256_maddubs_epi16(a, first[half]),
                                _mm256_maddubs_epi16(b, second[half]),
                            );
                            sums[half] = _mm256_add_epi32(sums[half], _mm256_madd_epi16(pairs, ones));
                        }
                    }
                }
                for (sums, all) in sums.into_iter().zip(all) {
                    *all = numbers(sums);
                }
            }
        }
    }
}

/// AVX-VNNI: the dot product of four bytes in one instruction, 256 bits wide.
pub(crate) struct AvxVnni;

impl Instructions for AvxVnni {
    const ORDER: Order = Order::Inputs;
    // 12 sums of 256 bits.
    const ROWS: usize = 6;
    const PANELS: usize = 1;
    const QUERIES: usize = 4;
    type Lanes = [__m256; 2];

    #[inline(always)]
    unsafe fn products<const ROWS: usize, const PANELS: usize>(
        rows: &[u8],
        panels: [Panel; PANELS],
        all: &mut [[[i32; PANEL]; ROWS]; PANELS],
    ) {
        for (panel, all) in panels.iter().zip(all) {
            // SAFETY: the caller ensures AVX-VNNI, whole rows, and one block for every group of a row.
            unsafe {
                let mut sums = [panel.start.halves(); ROWS];
                for (group, block) in panel.blocks().iter().enumerate() {
                    fetch(block, AHEAD);
                    let weights = block.halves();
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let bytes = _mm256_set1_epi32(four(rows, row * panel.inputs() + group * GROUP));
                        for half in 0..2 {
                            sums[half] = _mm256_dpbusd_avx_epi32(sums[half], bytes, weights[half]);
                        }
                    }
                }
                for (sums, all) in sums.into_iter().zip(all) {
                    *all = numbers(sums);
                }
            }
        }
    }
}

/// AVX-512 VNNI: the same, 512 bits wide; a block is one register.
pub(crate) struct Avx512Vnni;

impl Instructions for Avx512Vnni {
    const ORDER: Order = Order::Inputs;
    // 24 sums of 512 bits.
    const ROWS: usize = 12;
    const PANELS: usize = 2;
    const QUERIES: usize = 8;
    type Lanes = __m512;

    #[inline(always)]
    unsafe fn products<const ROWS: usize, const PANELS: usize>(
        rows: &[u8],
        panels: [Panel; PANELS],
        all: &mut [[[i32; PANEL]; ROWS]; PANELS],
    ) {
        let inputs = panels[0].inputs();
        let blocks = panels.map(|panel| &panel.blocks()[..inputs / GROUP]);
        // SAFETY: the caller ensures AVX-512 VNNI and whole rows. The casts are between 64 bytes of plain integers.
        unsafe {
            let mut start = [_mm512_setzero_si512(); PANELS];
            for (start, panel) in start.iter_mut().zip(panels) {
                *start = std::mem::transmute::<[i32; PANEL], __m512i>(*panel.start);
            }
            let mut sums = [start; ROWS];
            for group in 0..inputs / GROUP {
                let mut weights = [_mm512_setzero_si512(); PANELS];
                for (weights, blocks) in weights.iter_mut().zip(blocks) {
                    *weights = std::mem::transmute::<Block, __m512i>(blocks[group]);
                    // The same block of the panels that come next.
                    fetch(&blocks[group], PANELS * blocks.len());
                }
                for (row, sums) in sums.iter_mut().enumerate() {
                    let bytes = _mm512_set1_epi32(four(rows, row * inputs + group * GROUP));
                    for (sum, &weights) in sums.iter_mut().zip(&weights) {
                        *sum = _mm512_dpbusd_epi32(*sum, bytes, weights);
                    }
                }
            }
            for (row, sums) in sums.iter().enumerate() {
                for (&sum, all) in sums.iter().zip(all.iter_mut()) {
                    all[row] = std::mem::transmute::<__m512i, [i32; PANEL]>(sum);
                }
            }
        }
    }
}
