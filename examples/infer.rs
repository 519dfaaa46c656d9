//! Runs a model on sentences and reports the speed; used by `evaluation/compare`.
//!
//!     infer MODELS embed TEXTS [--model ID] [--threads N] [--engine NAME]
//!     infer MODELS infer TEXTS --hypothesis TEXT [--model ID] [--threads N] [--engine NAME]
//!
//! MODELS is a folder of models, TEXTS is JSONL with `text`. Prints JSON to stdout: texts per second, seconds from the
//! start of the program to the first result, and peak memory in MiB (Linux).

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use plenary::corpus::progress::Silent;
use plenary::engine::{EngineChoice, Input, Model, Work, rows};
use plenary::measure::embedding;
use plenary::models::{find, load, places};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let began = Instant::now();
    let mut arguments = std::env::args().skip(1);
    let (Some(models), Some(job), Some(texts)) = (arguments.next(), arguments.next(), arguments.next()) else {
        bail!("expected MODELS, embed or infer, TEXTS and options, see the head of examples/infer.rs");
    };
    let (mut id, mut threads, mut choice, mut hypothesis) = (None, 1, EngineChoice::Auto, String::new());
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name}: expected a value"))?;
        match name.as_str() {
            "--model" => id = Some(value),
            "--threads" => threads = value.parse()?,
            "--engine" => choice = value.parse()?,
            "--hypothesis" => hypothesis = value,
            _ => bail!("{name} is no option"),
        }
    }
    let (default, embeds) = match job.as_str() {
        "embed" => ("all-minilm-l6-v2", true),
        "infer" => ("nli-minilm-l6", false),
        _ => bail!("{job}: expected embed or infer"),
    };
    let lines = fs::read_to_string(&texts).with_context(|| texts.clone())?;
    let texts: Vec<String> = lines
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line)?;
            Ok(line["text"].as_str().context("a line without `text`")?.to_owned())
        })
        .collect::<Result<_>>()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let places = places(Some(&PathBuf::from(models)));
    let model = load(&find(&places, id.as_deref().unwrap_or(default))?, choice)?;
    let run = |texts: &[&str]| {
        if embeds { embed(&model, texts, threads) } else { infer(&model, texts, &hypothesis, threads) }
    };
    run(&texts[..1.min(texts.len())])?;
    let first_result_s = began.elapsed().as_secs_f64();
    let at = Instant::now();
    run(&texts)?;
    let per_second = texts.len() as f64 / at.elapsed().as_secs_f64();
    let peak_mib = peak_mib();
    println!("{}", json!({ "per_second": per_second, "first_result_s": first_result_s, "peak_mib": peak_mib }));
    Ok(())
}

fn work(threads: usize) -> Work<'static> {
    Work { threads, progress: &Silent, cache: None }
}

fn embed(model: &Model, texts: &[&str], threads: usize) -> Result<()> {
    embedding::embed(model, texts, work(threads))?;
    Ok(())
}

fn infer(model: &Model, texts: &[&str], hypothesis: &str, threads: usize) -> Result<()> {
    let pairs: Vec<Input> = texts.iter().map(|&text| (text, Some(hypothesis))).collect();
    rows("inferring stance", model, &pairs, work(threads))?;
    Ok(())
}

/// Peak memory of the program, if the system reports it.
fn peak_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}
