//! Speed of a pass of the encoder beside the limit of the processor: `encoder_limit MODELS [ROUNDS]`.
//!
//! For texts of some lengths: the fastest of ROUNDS (200) passes on one thread, tokens and operations per second (additions and
//! multiplications of the linear layers). On processors with AVX-512 VNNI also the limit, `vpdpbusd` on registers alone, and the
//! distance to it; with AMX, which the encoder prefers, the distance can be below 1.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use plenary::engine::EngineChoice;
use plenary::models::{Place, find, load};

/// Operations per token: 2 for each weight of six layers with 384 channels, of which each has 12 times the square.
const OPERATIONS: f64 = 2.0 * 6.0 * 12.0 * 384.0 * 384.0;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let models = arguments.next().context("which folder of models?")?;
    let rounds = arguments.next().map_or(Ok(200), |n| n.parse())?;
    let folder = find(&[Place::new(Path::new(&models), "argument")], "all-minilm-l6-v2")?;
    let model = load(&folder, EngineChoice::Encoder)?;
    let limit = limit(rounds);
    if let Some(limit) = limit {
        println!("limit of the instruction: {limit:.0} GOP/s");
    }
    for n_words in [4, 9, 23, 48, 111] {
        // One token each, and two at the ends.
        let text = vec!["budget"; n_words].join(" ");
        let windows = model.tokenizer().text(&text)?;
        let tokens = windows.passes.first().context("a text has a window")?;
        let seconds = fastest(rounds, || black_box(model.forward(tokens)).map(drop))?;
        let n = tokens.ids.len() as f64;
        let operations = n * OPERATIONS / seconds / 1e9;
        let distance = limit.map_or(String::new(), |limit| format!(", limit {:.2} times as fast", limit / operations));
        println!(
            "{n:4} tokens: {:6.0} microseconds, {:5.1} thousand tokens/s, {operations:4.0} GOP/s{distance}",
            seconds * 1e6,
            n / seconds / 1e3
        );
    }
    Ok(())
}

/// Seconds of the fastest of some rounds, after one to warm up.
fn fastest<E>(rounds: usize, mut work: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    work()?;
    let mut least = f64::INFINITY;
    for _ in 0..rounds {
        let start = Instant::now();
        work()?;
        least = least.min(start.elapsed().as_secs_f64());
    }
    Ok(least)
}

/// Billions of operations per second of `vpdpbusd` with 512 bits on registers, if the processor has it.
#[cfg(target_arch = "x86_64")]
fn limit(rounds: usize) -> Option<f64> {
    use std::arch::x86_64::{_mm512_add_epi32, _mm512_dpbusd_epi32, _mm512_reduce_add_epi32, _mm512_set1_epi32};

    const REGISTERS: usize = 16;
    const STEPS: usize = 100_000;

    #[target_feature(enable = "avx512f,avx512vnni")]
    fn products(start: i32) -> i32 {
        let (bytes, weights) = (_mm512_set1_epi32(start), _mm512_set1_epi32(3));
        let mut sums = [bytes; REGISTERS];
        for _ in 0..STEPS {
            for sum in &mut sums {
                *sum = _mm512_dpbusd_epi32(*sum, bytes, weights);
            }
        }
        _mm512_reduce_add_epi32(sums.into_iter().reduce(|a, b| _mm512_add_epi32(a, b)).unwrap_or(bytes))
    }

    if !(is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni")) {
        return None;
    }
    let work = || {
        // SAFETY: the processor has both instruction sets.
        black_box(unsafe { products(black_box(1)) });
        Ok::<_, std::convert::Infallible>(())
    };
    let Ok(seconds) = fastest(rounds, work);
    // Each instruction multiplies and adds 64 bytes.
    Some((STEPS * REGISTERS * 128) as f64 / seconds / 1e9)
}

#[cfg(not(target_arch = "x86_64"))]
fn limit(_rounds: usize) -> Option<f64> {
    None
}
