//! Integer products in plain Rust: the reference, and the path for processors without their own.

use crate::encoder::layers::Tile;
use crate::encoder::weights::{GROUP, PANEL, Panel};

pub(crate) struct Portable;

impl Tile for Portable {
    #[inline(always)]
    unsafe fn products<const ROWS: usize>(rows: &[u8], panel: Panel) -> [[i32; PANEL]; ROWS] {
        let mut sums = [*panel.start; ROWS];
        for (blocks, positions) in panel.steps() {
            for (block, position) in blocks.iter().zip(positions) {
                for (row, sums) in sums.iter_mut().enumerate() {
                    let bytes: &[u8; GROUP] = &rows[row * panel.inputs() + position..].as_chunks().0[0];
                    for (sum, weights) in sums.iter_mut().zip(block.0.as_chunks::<GROUP>().0) {
                        for (&byte, &weight) in bytes.iter().zip(weights) {
                            *sum += i32::from(byte) * i32::from(weight);
                        }
                    }
                }
            }
        }
        sums
    }
}
