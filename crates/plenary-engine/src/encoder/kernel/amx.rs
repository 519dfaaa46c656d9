//! Integer products with the tiles of x86-64's AMX: 16 rows by 64 inputs times 64 inputs by 16 outputs in one instruction.
//!
//! A tile of weights is 16 blocks of a panel one after the other ([`Order::Inputs`]), a tile of activations 64 bytes of up to 16
//! rows. Two tiles of rows by two panels are multiplied together, so that each tile that is loaded is used twice:
//!
//! ```text
//!                   6 weights   7 weights
//! 4 activations     0 sums      1 sums
//! 5 activations     2 sums      3 sums
//! ```
//!
//! The standard library's functions for these instructions are not stable, so that they are written as assembly. Sums of
//! 32 bits are exact, as with the other instructions. The float32 parts use AVX-512, which every processor with AMX has.

use std::arch::asm;
use std::arch::x86_64::{__cpuid, __cpuid_count, __m512};
use std::mem::MaybeUninit;

use super::x86::Avx512Vnni;
use crate::encoder::layers::{Instructions, Rows, rescale, tiles_in_registers};
use crate::encoder::weights::{Block, GROUP, Order, PANEL, Panel};

/// Rows of a tile at most, and tiles of weights and sums always.
const TILE: usize = 16;
/// Bytes of a row of a tile: inputs of a step.
const STEP: usize = 64;

pub(crate) struct Amx;

/// Whether the processor has the instructions; asks the system to let this process use them.
pub(super) fn is_available() -> bool {
    const TILES: u32 = 1 << 24;
    const INT8: u32 = 1 << 25;
    // Constants of Linux: asm/prctl.h, and the component number of the tiles' data.
    const ARCH_REQ_XCOMP_PERM: libc::c_long = 0x1023;
    const XTILEDATA: libc::c_long = 18;
    if __cpuid(0).eax < 7 || __cpuid_count(7, 0).edx & (TILES | INT8) != TILES | INT8 {
        return false;
    }
    // SAFETY: the call changes only what the process may use, and has no pointers.
    unsafe { libc::syscall(libc::SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XTILEDATA) == 0 }
}

/// The numbers of rows and bytes of each tile, as the processor reads them.
#[repr(C, align(64))]
struct Configuration {
    palette: u8,
    first_row: u8,
    reserved: [u8; 14],
    bytes: [u16; 16],
    rows: [u8; 16],
}

impl Configuration {
    /// Sums and activations have `rows` rows.
    fn of(rows: usize) -> Self {
        let (mut bytes, mut all) = ([0; 16], [0; 16]);
        bytes[..8].fill(STEP as u16);
        all[..6].fill(rows as u8);
        all[6..8].fill(TILE as u8);
        Self { palette: 1, first_row: 0, reserved: [0; 14], bytes, rows: all }
    }
}

/// Rows of each tile of `n` rows, at least one: tiles come in pairs, and take as long as they have rows.
#[inline(always)]
fn rows_of_a_tile(n: usize) -> usize {
    n.max(1).div_ceil(2 * n.max(1).div_ceil(2 * TILE))
}

/// The sums of a tile.
#[repr(C, align(64))]
#[derive(Clone, Copy)]
struct Sums([[i32; PANEL]; TILE]);

impl Instructions for Amx {
    const ORDER: Order = Order::Inputs;
    const ROWS: usize = Avx512Vnni::ROWS;
    const PANELS: usize = 2;
    // Two pairs of tiles.
    const ROWS_TOGETHER: usize = 4 * TILE;
    const QUERIES: usize = Avx512Vnni::QUERIES;
    type Lanes = __m512;

    #[inline(always)]
    unsafe fn products<const ROWS: usize, const PANELS: usize>(
        rows: &[u8],
        panels: [Panel; PANELS],
        sums: &mut [[[i32; PANEL]; ROWS]; PANELS],
    ) {
        // SAFETY: as required of the caller.
        unsafe { Avx512Vnni::products(rows, panels, sums) }
    }

    /// Configures the tiles, which takes as long as some of the products, so that it is not done for every pair of panels. Between
    /// here and [`Amx::end`] no other code uses tiles: the compiler has no instructions for them.
    #[inline(always)]
    unsafe fn begin(n: usize) {
        let configuration = Configuration::of(rows_of_a_tile(n));
        // SAFETY: the caller ensures AMX; the instruction reads 64 bytes.
        unsafe { asm!("ldtilecfg [{0}]", in(reg) &raw const configuration, options(nostack, readonly)) };
    }

    /// Gives the tiles back, so that the system need not save them.
    #[inline(always)]
    unsafe fn end() {
        // SAFETY: the caller ensures AMX.
        unsafe { asm!("tilerelease", options(nostack, nomem)) };
    }

    /// Tiles of rows are all of one size; the last one overlaps the one before it if the rows cannot be divided evenly.
    #[inline(always)]
    unsafe fn tiles<const P: usize>(
        panels: [Panel; P],
        rows: Rows,
        outputs: usize,
        out: &mut [f32],
        then: impl Fn(f32) -> f32 + Copy,
    ) {
        let (inputs, n) = (panels[0].inputs(), rows.scales.len());
        if P != 2 || !inputs.is_multiple_of(STEP) || n == 0 {
            // SAFETY: as required of the caller.
            return unsafe { tiles_in_registers::<Self, P>(panels, rows, outputs, out, then) };
        }
        let size = rows_of_a_tile(n);
        let blocks: [&[Block]; 2] = [panels[0].blocks(), panels[1].blocks()];
        assert!(rows.bytes.len() == n * inputs && blocks.iter().all(|blocks| blocks.len() * GROUP == inputs));
        let mut done = 0;
        for pair in (0..n.div_ceil(size)).step_by(2) {
            let first = (pair * size).min(n - size);
            let second = ((pair + 1) * size).min(n - size);
            let mut sums = MaybeUninit::<[Sums; 4]>::uninit();
            // SAFETY: the caller ensures AMX. The tiles lie within the rows, which have `inputs` bytes each, and within the blocks,
            // of which there are 16 for every step; `start` is read again and again, as its rows are 0 bytes apart.
            unsafe {
                asm!(
                    "tileloadd tmm0, [{start0} + {zero}]",
                    "tileloadd tmm1, [{start1} + {zero}]",
                    "tileloadd tmm2, [{start0} + {zero}]",
                    "tileloadd tmm3, [{start1} + {zero}]",
                    "2:",
                    "tileloadd tmm6, [{weights0} + {step}]",
                    "tileloadd tmm4, [{bytes0} + {inputs}]",
                    "tileloadd tmm7, [{weights1} + {step}]",
                    "tdpbusd tmm0, tmm4, tmm6",
                    "tileloadd tmm5, [{bytes1} + {inputs}]",
                    "tdpbusd tmm1, tmm4, tmm7",
                    "tdpbusd tmm2, tmm5, tmm6",
                    "tdpbusd tmm3, tmm5, tmm7",
                    "add {weights0}, 1024",
                    "add {weights1}, 1024",
                    "add {bytes0}, 64",
                    "add {bytes1}, 64",
                    "dec {steps}",
                    "jnz 2b",
                    "tilestored [{sums} + {step}], tmm0",
                    "tilestored [{sums} + {step} + 1024], tmm1",
                    "tilestored [{sums} + {step} + 2048], tmm2",
                    "tilestored [{sums} + {step} + 3072], tmm3",
                    start0 = in(reg) panels[0].start.as_ptr(),
                    start1 = in(reg) panels[1].start.as_ptr(),
                    weights0 = inout(reg) blocks[0].as_ptr() => _,
                    weights1 = inout(reg) blocks[1].as_ptr() => _,
                    bytes0 = inout(reg) rows.bytes.as_ptr().add(first * inputs) => _,
                    bytes1 = inout(reg) rows.bytes.as_ptr().add(second * inputs) => _,
                    inputs = in(reg) inputs,
                    steps = inout(reg) inputs / STEP => _,
                    step = in(reg) STEP,
                    zero = in(reg) 0usize,
                    sums = in(reg) sums.as_mut_ptr(),
                    out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
                    out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
                    options(nostack),
                );
            }
            let sums = sums.as_ptr().cast::<[i32; PANEL]>();
            for (tile, from) in [first, second].into_iter().enumerate() {
                // Rows of an overlap are written once.
                for row in done.max(from)..from + size {
                    for (number, panel) in panels.iter().enumerate() {
                        // SAFETY: `size` rows of each tile have been written.
                        let sums = unsafe { &*sums.add((2 * tile + number) * TILE + row - from) };
                        rescale(panel, sums, rows.scales[row], &mut out[row * outputs + number * PANEL..], then);
                    }
                }
                done = done.max(from + size);
            }
        }
    }
}
