//! The same operations, compiled for each instruction set; one of them is chosen once per process.
//!
//! A [`Path`] is an instruction set that this processor has. Its functions check the lengths of their arguments, so that no
//! code outside this folder needs `unsafe`. Every path gives the same bits: the integer products are exact, and the float32 parts
//! are the same Rust code (`layers`, `attention`), compiled for each.
//!
//! | path | integer products | for |
//! |---|---|---|
//! | `amx` | `tdpbusd`, tiles of 16 x 64 bytes | servers since 2023 (Sapphire Rapids), with Linux |
//! | `avx512vnni` | `vpdpbusd`, 512 bits | servers since 2019 (Cascade Lake), Zen 4 |
//! | `avxvnni` | `vpdpbusd`, 256 bits | Alder Lake and later |
//! | `avx2` | `vpmaddubsw`, `vpmaddwd`, `vpaddd` | x86-64 since about 2013 |
//! | `portable` | plain Rust | all other processors, including aarch64 |

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod amx;
mod portable;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::sync::LazyLock;

use super::attention::{self, Cut};
use super::layers::{self, Instructions, Rows};
use super::weights::{Dense, Embeddings, Linear, Norm, Order};

/// An instruction set that this processor has.
#[derive(Clone, Copy)]
pub(crate) struct Path(&'static Operations);

/// [`layers::quantise`], compiled for one instruction set.
type Quantise = unsafe fn(&[f32], &[f32], &mut [u8], &mut [f32]);

/// The operations, compiled for one instruction set; they may only be called where the processor has it.
struct Operations {
    name: &'static str,
    order: Order,
    rows_together: usize,
    quantise: Quantise,
    linear: unsafe fn(&Linear, Rows<'_>, &mut [f32]),
    linear_gelu: unsafe fn(&Linear, Rows<'_>, &mut [f32]),
    add_norm: unsafe fn(&[f32], &Norm, &mut [f32]),
    attention: unsafe fn(Cut, &[f32], &mut [f32], &mut [f32]),
    embed: unsafe fn(&Embeddings, &[u32], &[u32], &mut [f32]),
    dense: unsafe fn(&Dense, &[f32], &mut [f32]),
}

macro_rules! operations {
    ($name:ident, $label:literal, $tile:ty $(, $features:literal)?) => {
        static $name: Operations = {
            $(#[target_feature(enable = $features)])?
            fn quantise(x: &[f32], inverse: &[f32], bytes: &mut [u8], scales: &mut [f32]) {
                layers::quantise(x, inverse, bytes, scales);
            }
            $(#[target_feature(enable = $features)])?
            fn linear(layer: &Linear, rows: Rows, out: &mut [f32]) {
                layers::linear::<$tile>(layer, rows, out);
            }
            $(#[target_feature(enable = $features)])?
            fn linear_gelu(layer: &Linear, rows: Rows, out: &mut [f32]) {
                layers::linear_gelu::<$tile>(layer, rows, out);
            }
            $(#[target_feature(enable = $features)])?
            fn add_norm(added: &[f32], norm: &Norm, x: &mut [f32]) {
                layers::add_norm(added, norm, x);
            }
            $(#[target_feature(enable = $features)])?
            fn attention(cut: Cut, all: &[f32], scratch: &mut [f32], out: &mut [f32]) {
                // SAFETY: this function requires the same instruction set.
                unsafe { attention::attention::<$tile>(cut, all, scratch, out) };
            }
            $(#[target_feature(enable = $features)])?
            fn embed(embeddings: &Embeddings, ids: &[u32], type_ids: &[u32], x: &mut [f32]) {
                layers::embed(embeddings, ids, type_ids, x);
            }
            $(#[target_feature(enable = $features)])?
            fn dense(layer: &Dense, x: &[f32], out: &mut [f32]) {
                layers::dense(layer, x, out);
            }
            let (order, rows_together) = (<$tile>::ORDER, <$tile>::ROWS_TOGETHER);
            Operations { name: $label, order, rows_together, quantise, linear, linear_gelu, add_norm, attention, embed, dense }
        };
    };
}

operations!(PORTABLE, "portable", portable::Portable);
#[cfg(target_arch = "x86_64")]
operations!(AVX2, "avx2", x86::Avx2, "avx2");
#[cfg(target_arch = "x86_64")]
operations!(AVX_VNNI, "avxvnni", x86::AvxVnni, "avx2,avxvnni");
#[cfg(target_arch = "x86_64")]
operations!(AVX512_VNNI, "avx512vnni", x86::Avx512Vnni, "avx2,avx512f,avx512bw,avx512vl,avx512vnni");

#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
operations!(AMX, "amx", amx::Amx, "avx2,avx512f,avx512bw,avx512vl,avx512vnni");

/// All instruction sets that this processor has, the fastest first.
pub(crate) fn paths() -> &'static [Path] {
    static PATHS: LazyLock<Vec<Path>> = LazyLock::new(|| {
        let mut paths = Vec::new();
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            let wide = is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("avx512vl");
            if wide && is_x86_feature_detected!("avx512vnni") {
                #[cfg(target_os = "linux")]
                if amx::is_available() {
                    paths.push(Path(&AMX));
                }
                paths.push(Path(&AVX512_VNNI));
            }
            if is_x86_feature_detected!("avxvnni") {
                paths.push(Path(&AVX_VNNI));
            }
            paths.push(Path(&AVX2));
        }
        paths.push(Path(&PORTABLE));
        paths
    });
    &PATHS
}

impl Path {
    pub(crate) fn name(self) -> &'static str {
        self.0.name
    }

    /// The order in which the weights must be packed.
    pub(crate) fn order(self) -> Order {
        self.0.order
    }

    /// Rows that should pass through the linear layers together.
    pub(crate) fn rows_together(self) -> usize {
        self.0.rows_together
    }

    /// Rows of a chunk of `n` rows: chunks of about the same size, of at most [`Path::rows_together`].
    pub(crate) fn even_chunk(self, n: usize) -> usize {
        n.div_ceil(n.div_ceil(self.rows_together())).next_multiple_of(4)
    }

    /// See [`layers::quantise`].
    pub(crate) fn quantise(self, x: &[f32], inverse: &[f32], bytes: &mut [u8], scales: &mut [f32]) {
        assert!(x.len() == bytes.len() && x.len() == scales.len() * inverse.len());
        // SAFETY: a `Path` is made only where the processor has the instruction set; the lengths fit.
        unsafe { (self.0.quantise)(x, inverse, bytes, scales) }
    }

    /// See [`layers::linear`].
    pub(crate) fn linear(self, layer: &Linear, rows: Rows, out: &mut [f32]) {
        check(layer, rows, out);
        // SAFETY: as above.
        unsafe { (self.0.linear)(layer, rows, out) }
    }

    /// See [`layers::linear_gelu`].
    pub(crate) fn linear_gelu(self, layer: &Linear, rows: Rows, out: &mut [f32]) {
        check(layer, rows, out);
        // SAFETY: as above.
        unsafe { (self.0.linear_gelu)(layer, rows, out) }
    }

    /// See [`layers::add_norm`].
    pub(crate) fn add_norm(self, added: &[f32], norm: &Norm, x: &mut [f32]) {
        assert!(added.len() == x.len());
        // SAFETY: as above.
        unsafe { (self.0.add_norm)(added, norm, x) }
    }

    /// See [`attention::attention`].
    pub(crate) fn attention(self, cut: Cut, all: &[f32], scratch: &mut [f32], out: &mut [f32]) {
        assert!(all.len() == 3 * cut.n_tokens * cut.width && out.len() == cut.n_queries * cut.width);
        assert!(cut.n_queries <= cut.n_tokens && scratch.len() >= cut.scratch());
        // SAFETY: as above.
        unsafe { (self.0.attention)(cut, all, scratch, out) }
    }

    /// See [`layers::embed`].
    pub(crate) fn embed(self, embeddings: &Embeddings, ids: &[u32], type_ids: &[u32], x: &mut [f32]) {
        assert!(ids.len() == type_ids.len() && x.len() == ids.len() * embeddings.norm.weight.len());
        // SAFETY: as above.
        unsafe { (self.0.embed)(embeddings, ids, type_ids, x) }
    }

    /// See [`layers::dense`].
    pub(crate) fn dense(self, layer: &Dense, x: &[f32], out: &mut [f32]) {
        assert!(x.len() == layer.inputs && out.len() == layer.bias.len());
        // SAFETY: as above.
        unsafe { (self.0.dense)(layer, x, out) }
    }
}

fn check(layer: &Linear, rows: Rows, out: &[f32]) {
    let n = rows.scales.len();
    assert!(rows.bytes.len() == n * layer.inputs() && out.len() == n * layer.outputs());
}
