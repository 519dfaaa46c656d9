//! The engine rust-bert compared with transformers on the same weights.
//!
//! The repository contains its models only as int8 graphs: their weights are converted here, and
//! `tests/parity/converted/` contains what transformers computes from them (made by `reference.py` there). If
//! `PLENARY_FP32` names a folder with the model.safetensors of the original all-MiniLM-L6-v2, that is compared with the
//! reference of the fp32 weights too.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ndarray::Array2;

use crate::common;
use plenary::corpus::Hint;
use plenary::corpus::progress::Silent;
use plenary::engine::{self, Device, EngineChoice, Model, Work};
use plenary::measure::{embedding, sentiment};
use plenary::models::{self, FindError, LoadError, Place};
use serde::Deserialize;

const MODELS: [&str; 3] = ["all-minilm-l6-v2", "sentiment-minilm-l6", "nli-minilm-l6"];

#[derive(Deserialize)]
struct Row {
    text: String,
    hypothesis: String,
}

#[derive(Deserialize)]
struct Logits {
    labels: Vec<String>,
    logits: Vec<[f64; 3]>,
}

fn shipped() -> Place {
    Place::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("models"), "test")
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity").join(name)).unwrap()
}

fn rows() -> Vec<Row> {
    let lines = String::from_utf8(fixture("texts.jsonl")).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A two-dimensional little-endian float32 array of 384 columns in numpy's format, version 1.
fn npy(bytes: &[u8]) -> Array2<f32> {
    let header = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert!(String::from_utf8_lossy(&bytes[10..10 + header]).contains("'descr': '<f4', 'fortran_order': False"));
    let (numbers, _) = bytes[10 + header..].as_chunks::<4>();
    let numbers: Vec<f32> = numbers.iter().map(|b| f32::from_le_bytes(*b)).collect();
    Array2::from_shape_vec((numbers.len() / 384, 384), numbers).unwrap()
}

/// The weights of the shipped models, converted once for all tests.
fn converted() -> &'static Place {
    static FOLDER: OnceLock<(tempfile::TempDir, Place)> = OnceLock::new();
    let (_, place) = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        for id in MODELS {
            models::convert(&models::find(&[shipped()], id).unwrap(), folder.path(), false).unwrap();
        }
        let place = Place::new(folder.path(), "test");
        (folder, place)
    });
    place
}

/// The id in the study; the weights are found under the name that `convert` gave them.
fn model(id: &str, device: Device) -> Model {
    let folder = models::find_weights(&[shipped(), converted().clone()], id).unwrap();
    assert_eq!(folder.facts.id, format!("{id}-fp32"));
    models::load_on(&folder, EngineChoice::RustBert, device).unwrap()
}

fn work(threads: usize) -> Work<'static> {
    Work { threads, progress: &Silent, cache: None }
}

fn embed(model: &Model, texts: &[&str], threads: usize) -> Array2<f32> {
    embedding::embed(model, texts, work(threads)).unwrap().vectors
}

fn least_cosine(found: &Array2<f32>, expected: &Array2<f32>) -> f64 {
    assert_eq!(found.dim(), expected.dim());
    let cosine = |(a, b): (ndarray::ArrayView1<f32>, ndarray::ArrayView1<f32>)| {
        a.iter().zip(b).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>()
    };
    found.rows().into_iter().zip(expected.rows()).map(cosine).fold(1.0, f64::min)
}

/// The largest difference of a logit. Softmax ignores a constant added to all logits, so both sides are centred.
fn largest_difference(found: &[[f32; 3]], labels: [&str; 3], expected: &Logits) -> f64 {
    assert_eq!(found.len(), expected.logits.len());
    let centred = |row: [f64; 3]| row.map(|x| x - row.iter().sum::<f64>() / 3.0);
    let order = labels.map(|label| expected.labels.iter().position(|l| l == label).unwrap());
    let of_pair = |(found, expected): (&[f32; 3], &[f64; 3])| {
        let (found, expected) = (centred(found.map(|p| f64::from(p).ln())), centred(order.map(|at| expected[at])));
        found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
    };
    found.iter().zip(&expected.logits).map(of_pair).fold(0.0, f64::max)
}

fn sentiments(model: &Model, texts: &[&str], threads: usize) -> Vec<[f32; 3]> {
    let scores = sentiment::score(model, texts, work(threads)).unwrap().scores;
    scores.iter().map(|s| [s.negative, s.neutral, s.positive]).collect()
}

fn inferences(model: &Model, rows: &[Row]) -> Vec<[f32; 3]> {
    let infer = |row: &Row| {
        let inference = common::infer(model, &row.text, &row.hypothesis);
        [inference.entailment, inference.neutral, inference.contradiction]
    };
    rows.iter().map(infer).collect()
}

fn compare(device: Device) {
    let rows = rows();
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let vectors = embed(&model(MODELS[0], device), &texts, 1);
    let cosine = least_cosine(&vectors, &npy(&fixture("converted/embeddings.npy")));
    println!("{device}: least cosine {cosine:.8}");
    assert!(cosine > 0.9999, "{cosine}");

    let reference = |name: &str| serde_json::from_slice::<Logits>(&fixture(name)).unwrap();
    let found = sentiments(&model(MODELS[1], device), &texts, 1);
    let labels = ["negative", "neutral", "positive"];
    let of_sentiment = largest_difference(&found, labels, &reference("converted/sentiment_logits.json"));
    let found = inferences(&model(MODELS[2], device), &rows);
    let labels = ["entailment", "neutral", "contradiction"];
    let of_inference = largest_difference(&found, labels, &reference("converted/nli_logits.json"));
    println!("{device}: largest difference of a logit {of_sentiment:.2e} (sentiment), {of_inference:.2e} (inference)");
    assert!(of_sentiment < 1e-3 && of_inference < 1e-3);
}

#[test]
fn vectors_and_logits_are_those_of_transformers() {
    compare(Device::Cpu);
}

#[test]
fn a_graphics_card_says_the_same_where_there_is_one() {
    match engine::resolve(EngineChoice::Auto, Device::Cuda) {
        Ok(choice) => {
            assert_eq!(choice, EngineChoice::RustBert);
            compare(Device::Cuda);
        }
        Err(error) => {
            assert!(error.to_string().starts_with("no CUDA device was found"), "{error}");
            println!("skipped: {error}");
        }
    }
}

#[test]
fn numbers_are_the_same_whatever_the_threads_and_the_order() {
    let (rows, model) = (rows(), model(MODELS[0], Device::Cpu));
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let alone = embed(&model, &texts, 1);
    for threads in [2, 4] {
        assert_eq!(embed(&model, &texts, threads), alone, "{threads} threads");
    }
    let backwards: Vec<&str> = texts.iter().rev().copied().collect();
    let mut again = embed(&model, &backwards, 4);
    again.invert_axis(ndarray::Axis(0));
    assert_eq!(again, alone);
}

#[test]
fn the_original_weights_give_the_reference_where_they_are_given() {
    let Some(folder) = std::env::var_os("PLENARY_FP32").map(PathBuf::from) else {
        println!("skipped: PLENARY_FP32 names no folder");
        return;
    };
    let place = Place::new(folder.parent().unwrap(), "test");
    let found = models::find_weights(&[place], &folder.file_name().unwrap().to_string_lossy()).unwrap();
    let model = models::load(&found, EngineChoice::RustBert).unwrap();
    let rows = rows();
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let cosine = least_cosine(&embed(&model, &texts, 2), &npy(&fixture("embeddings.npy")));
    println!("original weights: least cosine {cosine:.8}");
    assert!(cosine > 0.9999, "{cosine}");
}

#[test]
fn a_folder_with_nothing_but_a_graph_says_how_to_convert_it() {
    let error = models::find_weights(&[shipped()], MODELS[0]).unwrap_err();
    assert!(matches!(error, FindError::NotConverted { .. }));
    assert_eq!(error.hint(), Some(Hint::ConvertModel { model: MODELS[0].into() }));
}

/// A copy of the converted embedding model with another config.json.
fn with_config(from: &str, to: &str) -> LoadError {
    let own = models::find_weights(&[converted().clone()], "all-minilm-l6-v2-fp32").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other");
    std::fs::create_dir(&path).unwrap();
    for file in ["model.safetensors", "tokenizer.json"] {
        std::fs::copy(own.path.join(file), path.join(file)).unwrap();
    }
    let config = std::fs::read_to_string(own.path.join("config.json")).unwrap();
    assert!(config.contains(from), "{config}");
    std::fs::write(path.join("config.json"), config.replace(from, to)).unwrap();
    let found = models::find_weights(&[Place::new(folder.path(), "test")], "other").unwrap();
    models::load(&found, EngineChoice::RustBert).unwrap_err()
}

#[test]
fn configs_that_rust_bert_would_compute_otherwise_are_refused() {
    for (from, to, said) in [
        ("1e-12", "1e-5", "layer_norm_eps is 1e-5"),
        ("\"bert\"", "\"roberta\"", "runs bert"),
        ("\"gelu\"", "\"gelu_fast\"", "gelu_fast"),
        ("\"num_attention_heads\": 12", "\"num_attention_heads\": 7", "contradict each other"),
        ("\"intermediate_size\": 1536", "\"intermediate_size\": 1024", "config.json implies"),
        ("\"num_hidden_layers\": 6", "\"num_hidden_layers\": 7", "no tensor `encoder.layer.6"),
    ] {
        let error = with_config(from, to).to_string();
        assert!(error.contains(said), "{error}");
    }
}
