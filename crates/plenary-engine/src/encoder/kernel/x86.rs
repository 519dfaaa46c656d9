//! Integer products with x86-64's instructions: AVX2, and the dot products of AVX-VNNI and AVX-512 VNNI.
//!
//! All compute the same integers: no sum of products within a step exceeds 16 bits (`weights` ensures this), so that
//! `vpmaddubsw` of AVX2 never saturates and two of its results can be added, and 32-bit sums are exact in any order.

use std::arch::x86_64::{
    __m256i, __m512i, _MM_HINT_T0, _mm_prefetch, _mm256_add_epi16, _mm256_add_epi32, _mm256_dpbusd_avx_epi32,
    _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi16, _mm256_set1_epi32, _mm512_add_epi32,
    _mm512_dpbusd_epi32, _mm512_set1_epi32, _mm512_setzero_si512,
};

use crate::encoder::layers::Tile;
use crate::encoder::weights::{Block, GROUP, PANEL, Panel};

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
fn fetch_ahead(step: &[Block; 2]) {
    const STEPS: usize = 20;
    let later = std::ptr::from_ref(step).wrapping_add(STEPS).cast::<i8>();
    // SAFETY: a prefetch reads nothing, and is valid for any address.
    unsafe {
        _mm_prefetch::<_MM_HINT_T0>(later);
        _mm_prefetch::<_MM_HINT_T0>(later.wrapping_add(size_of::<Block>()));
    }
}

pub(crate) struct Avx2;

impl Tile for Avx2 {
    #[inline(always)]
    unsafe fn products<const ROWS: usize>(rows: &[u8], panel: Panel) -> [[i32; PANEL]; ROWS] {
        // SAFETY: the caller ensures AVX2 and whole rows; a step's positions are within a row.
        unsafe {
            let ones = _mm256_set1_epi16(1);
            let mut sums = [panel.start.halves(); ROWS];
            for (step, [a, b]) in panel.steps() {
                fetch_ahead(step);
                let [first, second] = step;
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
            sums.map(numbers)
        }
    }
}

/// AVX-VNNI: the dot product of four bytes in one instruction, 256 bits wide.
pub(crate) struct AvxVnni;

impl Tile for AvxVnni {
    #[inline(always)]
    unsafe fn products<const ROWS: usize>(rows: &[u8], panel: Panel) -> [[i32; PANEL]; ROWS] {
        // SAFETY: the caller ensures AVX-VNNI and whole rows; a step's positions are within a row.
        unsafe {
            let mut sums = [panel.start.halves(); ROWS];
            for (blocks, positions) in panel.steps() {
                fetch_ahead(blocks);
                for (block, position) in blocks.iter().zip(positions) {
                    let weights = block.halves();
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let bytes = _mm256_set1_epi32(four(rows, row * panel.inputs() + position));
                        for half in 0..2 {
                            sums[half] = _mm256_dpbusd_avx_epi32(sums[half], bytes, weights[half]);
                        }
                    }
                }
            }
            sums.map(numbers)
        }
    }
}

/// AVX-512 VNNI: the same, 512 bits wide; a block is one register.
pub(crate) struct Avx512Vnni;

impl Tile for Avx512Vnni {
    #[inline(always)]
    unsafe fn products<const ROWS: usize>(rows: &[u8], panel: Panel) -> [[i32; PANEL]; ROWS] {
        // SAFETY: the caller ensures AVX-512 VNNI and whole rows; a step's positions are within a row. The casts are
        // between 64 bytes of plain integers.
        unsafe {
            let start: __m512i = std::mem::transmute(*panel.start);
            // Two sums for each row, one for each block of a step, so that consecutive products do not depend on each other.
            let mut sums = [[start, _mm512_setzero_si512()]; ROWS];
            for (blocks, positions) in panel.steps() {
                for (which, (block, position)) in blocks.iter().zip(positions).enumerate() {
                    let weights: __m512i = std::mem::transmute(*block);
                    for (row, sums) in sums.iter_mut().enumerate() {
                        let bytes = _mm512_set1_epi32(four(rows, row * panel.inputs() + position));
                        sums[which] = _mm512_dpbusd_epi32(sums[which], bytes, weights);
                    }
                }
            }
            sums.map(|[a, b]| std::mem::transmute(_mm512_add_epi32(a, b)))
        }
    }
}
