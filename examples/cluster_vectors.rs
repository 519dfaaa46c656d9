//! Finds the themes of texts whose vectors were computed elsewhere; used by `evaluation/themes.py`.
//!
//!     cluster_vectors TEXTS VECTORS [--seed N] [--neighbours N] [--resolution X] [--language CODE] [--words FILE]
//!
//! TEXTS is JSONL with `id` and `text`; VECTORS holds little-endian f32, one row per text. On stdout: JSONL with `id`,
//! `theme`, `prob`, `reason`; with `--words` also a file of JSONL with the themes.

use std::fs;
use std::io::{BufWriter, Write};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use ndarray::ArrayView2;
use plenary::corpus::progress::Silent;
use plenary::measure::themes;
use plenary::study::ThemeOptions;
use serde_json::{Value, json};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(texts_path), Some(vectors_path)) = (arguments.next(), arguments.next()) else {
        bail!("expected TEXTS VECTORS and options, see the head of examples/cluster_vectors.rs");
    };
    let (mut options, mut seed, mut language, mut words) = (ThemeOptions::default(), 0, None, None);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name}: expected a value"))?;
        match name.as_str() {
            "--seed" => seed = value.parse()?,
            "--neighbours" => options.neighbours = value.parse()?,
            "--resolution" => options.resolution = value.parse()?,
            "--language" => language = Some(value),
            "--words" => words = Some(value),
            _ => bail!("{name}: no such option"),
        }
    }
    let lines = fs::read_to_string(&texts_path).with_context(|| texts_path.clone())?;
    let rows: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let texts: Vec<&str> = rows.iter().map(|row| row["text"].as_str().unwrap_or_default()).collect();
    let values: Vec<f32> = fs::read(&vectors_path)
        .with_context(|| vectors_path.clone())?
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect();
    let vectors = ArrayView2::from_shape((texts.len(), values.len() / texts.len().max(1)), &values)?;

    let start = Instant::now();
    let speakers = vec![None; texts.len()];
    let found = themes::find(vectors, &texts, &speakers, language.as_deref(), &options, seed, &Silent)?;
    eprintln!("{} themes of {} texts in {:.2} s", found.themes.len(), texts.len(), start.elapsed().as_secs_f64());

    let mut out = BufWriter::new(std::io::stdout().lock());
    for (row, assignment) in rows.iter().zip(&found.assignments) {
        let theme = &found.themes[assignment.theme].theme_id;
        let line = json!({"id": row["id"], "theme": theme, "prob": assignment.probability, "reason": assignment.reason.as_str()});
        writeln!(out, "{line}")?;
    }
    if let Some(path) = words {
        let mut out = BufWriter::new(fs::File::create(&path).with_context(|| path.clone())?);
        for theme in &found.themes {
            let exemplars: Vec<&str> = theme.exemplars.iter().map(|&row| texts[row]).collect();
            let line = json!({
                "theme": theme.theme_id, "label": theme.label, "words": theme.terms, "weights": theme.term_weights,
                "n_segments": theme.n_segments, "cohesion": theme.cohesion, "separation": theme.separation,
                "stability": theme.stability, "exemplars": exemplars,
            });
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
