//! Writes the vectors of texts by an embedding model as a file for numpy; used by `evaluation/themes.py`.
//!
//!     embed_texts TEXTS MODEL OUT.npy [--models DIR]
//!
//! TEXTS is JSONL with `text`; MODEL is the id of a model. Prints the time taken to stderr.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use plenary::corpus::progress::Silent;
use plenary::engine::{EngineChoice, Work};
use plenary::measure::embedding;
use plenary::models::{find, load, places};
use serde_json::Value;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (texts, id, out, models) = match arguments.as_slice() {
        [texts, id, out] => (texts, id, out, None),
        [texts, id, out, option, models] if option == "--models" => (texts, id, out, Some(Path::new(models))),
        _ => bail!("expected TEXTS MODEL OUT.npy [--models DIR], see the head of examples/embed_texts.rs"),
    };
    let lines = fs::read_to_string(texts).with_context(|| texts.clone())?;
    let rows: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = rows.iter().map(|row| row["text"].as_str().unwrap_or_default()).collect();
    let model = load(&find(&places(models), id)?, EngineChoice::Auto)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);

    let start = Instant::now();
    let vectors = embedding::embed(&model, &texts, Work { threads, progress: &Silent, cache: None })?.vectors;
    let seconds = start.elapsed().as_secs_f64();
    let per_second = texts.len() as f64 / seconds;
    eprintln!("{} texts by {id} in {seconds:.2} s, {per_second:.0} a second, {threads} threads", texts.len());

    // The format of numpy, version 1: magic, length of the header, header padded to 64 bytes, numbers.
    let (n, width) = vectors.dim();
    let mut header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({n}, {width}), }}");
    header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
    header.push('\n');
    let length = u16::try_from(header.len())?;
    let mut file = [b"\x93NUMPY\x01\x00".as_slice(), &length.to_le_bytes(), header.as_bytes()].concat();
    file.extend(vectors.iter().flat_map(|x| x.to_le_bytes()));
    fs::write(out, file).with_context(|| out.clone())
}
