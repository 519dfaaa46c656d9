//! Integer products in plain Rust: the reference, and the path for processors without their own.

use crate::encoder::layers::{Instructions, Lanes};
use crate::encoder::math::LANES;
use crate::encoder::weights::{GROUP, Order, PANEL, Panel};

pub(crate) struct Portable;

impl Instructions for Portable {
    const ORDER: Order = Order::Inputs;
    const ROWS: usize = 4;
    const PANELS: usize = 1;
    const QUERIES: usize = 4;
    type Lanes = [f32; LANES];

    #[inline(always)]
    unsafe fn products<const ROWS: usize, const PANELS: usize>(
        rows: &[u8],
        panels: [Panel; PANELS],
        all: &mut [[[i32; PANEL]; ROWS]; PANELS],
    ) {
        for (panel, sums) in panels.iter().zip(all) {
            *sums = [*panel.start; ROWS];
            for (row, sums) in rows.chunks_exact(panel.inputs()).zip(sums) {
                for (bytes, block) in row.as_chunks::<GROUP>().0.iter().zip(panel.blocks()) {
                    for (sum, weights) in sums.iter_mut().zip(block.0.as_chunks::<GROUP>().0) {
                        for (&byte, &weight) in bytes.iter().zip(weights) {
                            *sum += i32::from(byte) * i32::from(weight);
                        }
                    }
                }
            }
        }
    }
}

impl Lanes for [f32; LANES] {
    #[inline(always)]
    unsafe fn splat(number: f32) -> Self {
        [number; LANES]
    }

    #[inline(always)]
    unsafe fn load(numbers: &[f32; LANES]) -> Self {
        *numbers
    }

    #[inline(always)]
    unsafe fn plus(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + other[lane])
    }

    #[inline(always)]
    unsafe fn times(self, other: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * other[lane])
    }

    #[inline(always)]
    unsafe fn or_larger(self, other: Self) -> Self {
        std::array::from_fn(|lane| if other[lane] > self[lane] { other[lane] } else { self[lane] })
    }

    #[inline(always)]
    unsafe fn store(self, numbers: &mut [f32; LANES]) {
        *numbers = self;
    }
}
