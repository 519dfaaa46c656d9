//! Finds the themes of texts whose vectors were computed elsewhere; used by `evaluation/themes.py`.
//!
//!     cluster_vectors TEXTS VECTORS [--seed N] [--neighbours N] [--resolution X] [--language CODE] [--words FILE]
//!                     [--registry FILE --mode freeze|extend|refit] [--save FILE] [--apart yes]
//!
//! TEXTS is JSONL with `id`, `text` and perhaps `document`; VECTORS holds little-endian f32, one row per text. On stdout: JSONL with `id`,
//! `theme`, `prob`, `reason`; with `--words` also a file of JSONL with the themes. `--save` writes the registry of the themes,
//! `--registry` continues the themes of an earlier one. With `--apart yes` procedural texts have a theme of their own, and fragments none (each
//! text is a turn of its own); the language is then `--language`, or English.

use std::fs;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use ndarray::ArrayView2;
use plenary_corpus::progress::Silent;
use plenary_measure::themes::{Registry, RegistryMode, Sample, SegmentKind, ThemeOptions, Wording};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(texts_path), Some(vectors_path)) = (arguments.next(), arguments.next()) else {
        bail!("expected TEXTS VECTORS and options, see the head of the source");
    };
    let (mut options, mut seed, mut language, mut words) = (ThemeOptions::default(), 0, None, None);
    let (mut registry, mut save) = (None, None);
    (options.procedure, options.fragment_words) = (false, 0);
    while let Some(name) = arguments.next() {
        let value = arguments.next().with_context(|| format!("{name}: expected a value"))?;
        match name.as_str() {
            "--seed" => seed = value.parse()?,
            "--neighbours" => options.neighbours = value.parse()?,
            "--resolution" => options.resolution = value.parse()?,
            "--language" => language = Some(value),
            "--words" => words = Some(value),
            "--registry" => registry = Some(Arc::new(Registry::from_bytes(&fs::read(&value).context(value)?)?)),
            "--mode" => options.mode = value.parse::<RegistryMode>()?,
            "--apart" => {
                let defaults = ThemeOptions::default();
                (options.procedure, options.fragment_words) = (defaults.procedure, defaults.fragment_words);
            }
            "--save" => save = Some(value),
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
    let mut sample = Sample::new(&options, seed)?.continuing(registry);
    // Rows without `document` are documents of their own.
    let documents: Vec<String> = rows.iter().map(|row| row.get("document").unwrap_or(&row["id"]).to_string()).collect();
    let of_text = |text: &&str| SegmentKind::of_text(text, Some(language.as_deref().unwrap_or("en")), &options);
    let kinds: Vec<SegmentKind> = texts.iter().map(of_text).collect();
    sample.add(vectors, &texts, &documents.iter().map(String::as_str).collect::<Vec<_>>(), &kinds)?;
    let mut fitted = sample.fit(Wording { language: language.as_deref(), ..Wording::default() }, None, &Silent)?;
    fitted.assign(vectors, &texts, &speakers, &kinds, &Silent)?;
    let (found, registry) = fitted.finish("");
    if let Some(path) = save {
        fs::write(&path, registry.to_bytes()).context(path)?;
    }
    eprintln!("{} themes of {} texts in {:.2} s", found.themes.len(), texts.len(), start.elapsed().as_secs_f64());

    let mut out = BufWriter::new(std::io::stdout().lock());
    for (row, assignment) in rows.iter().zip(&found.assignments) {
        let theme = assignment.theme.map(|theme| &found.themes[theme].theme_id);
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
