//! Models of other architectures than the shipped ones, against the numbers that transformers computes for them.
//!
//! `tests/architectures/` contains tiny random models with tokenizers of the usual kinds; `export.py` there made them
//! and `expected.json`. The graphs are fp32, so that only the rounding of sums in another order differs.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common;
use plenary::corpus::progress::Silent;
use plenary::engine::{self, EngineChoice, Model, Pooling, Task, Work, WrongVocabulary};
use plenary::measure::{embedding, sentiment};
use plenary::models::{self, FileError, FileProblem, FindError, LoadError, Mismatch, Place, UnusableError};
use serde_json::Value;
use tempfile::TempDir;

const WORK: Work = Work { threads: 2, progress: &Silent, cache: None };

/// Largest difference of a probability or of a number of a unit vector.
const TOLERANCE: f64 = 1e-5;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/architectures")
}

fn expected(name: &str) -> Value {
    let json = fs::read(fixtures().join("expected.json")).unwrap();
    serde_json::from_slice::<Value>(&json).unwrap()[name].take()
}

fn load_from(folder: &Path, name: &str) -> Result<Model, UnusableError> {
    Ok(models::load(&models::find(&[Place::new(folder, "test")], name)?, EngineChoice::Auto)?)
}

/// The output of plenary for one row, in the order of the task's labels.
fn numbers(model: &Model, text: &str, second: Option<&str>) -> Vec<f64> {
    let numbers = match model.task {
        Task::Embedding => embedding::embed(model, &[text], WORK).unwrap().vectors.row(0).to_vec(),
        Task::Sentiment => {
            let score = sentiment::score(model, &[text], WORK).unwrap().scores[0];
            vec![score.negative, score.neutral, score.positive]
        }
        Task::Inference => {
            let inference = common::infer(model, text, second.unwrap());
            vec![inference.entailment, inference.neutral, inference.contradiction]
        }
    };
    numbers.into_iter().map(f64::from).collect()
}

/// The reference's probabilities, summed by the meaning of the model's labels; a vector is unchanged.
fn reference(of_model: &Value, row: &Value, meanings: &[usize]) -> Vec<f64> {
    let numbers = row["numbers"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap());
    if of_model["task"] == "embedding" {
        return numbers.collect();
    }
    let mut sums = vec![0.0; 3];
    for (number, &meaning) in numbers.zip(meanings) {
        sums[meaning] += number;
    }
    sums
}

/// Compares every text (and pair) of a model; `meanings` gives the task's label for each label of the model.
fn check(name: &str, meanings: &[usize]) {
    let model = load_from(&fixtures(), name).unwrap();
    let of_model = expected(name);
    let rows = of_model["rows"].as_array().unwrap();
    assert!(rows.len() >= 10);
    let mut largest = 0f64;
    for row in rows {
        let (text, second) = (row["text"].as_str().unwrap(), row["second"].as_str());
        let tokens = match second {
            None => model.tokenizer().text(text).unwrap(),
            Some(second) => model.tokenizer().pair(text, second).unwrap(),
        };
        let [tokens] = tokens.passes.as_slice() else {
            panic!("{name}: {text}: one pass was expected");
        };
        let ids: Vec<u64> = row["ids"].as_array().unwrap().iter().map(|id| id.as_u64().unwrap()).collect();
        assert_eq!(tokens.ids.iter().map(|&id| u64::from(id)).collect::<Vec<_>>(), ids, "{name}: {text}");
        let (found, wanted) = (numbers(&model, text, second), reference(&of_model, row, meanings));
        assert_eq!(found.len(), wanted.len());
        largest = found.iter().zip(&wanted).map(|(a, b)| (a - b).abs()).fold(largest, f64::max);
    }
    println!("{name}: largest difference {largest:.1e} over {} rows", rows.len());
    assert!(largest < TOLERANCE, "{name}: {largest}");
}

#[test]
fn bert_embeds_with_the_first_token_where_its_pooling_says_so() {
    let folder = models::find(&[Place::new(fixtures(), "test")], "bert").unwrap();
    assert_eq!((folder.facts.task, folder.facts.pooling), (Task::Embedding, Pooling::Cls));
    check("bert", &[]);
}

#[test]
fn mpnet_embeds_with_the_mean() {
    check("mpnet", &[]);
}

#[test]
fn distilbert_with_two_classes_never_says_neutral() {
    check("distilbert", &[0, 2]);
}

#[test]
fn xlm_roberta_with_five_stars_gives_three_classes() {
    check("xlm-roberta", &[0, 0, 1, 2, 2]);
}

#[test]
fn roberta_infers_with_labels_in_the_other_order() {
    check("roberta", &[2, 1, 0]);
}

#[test]
fn deberta_v2_infers() {
    check("deberta-v2", &[0, 1, 2]);
}

#[test]
fn deberta_v3_infers() {
    check("deberta-v3", &[0, 1, 2]);
}

#[test]
fn models_that_count_positions_after_the_padding_take_fewer_tokens() {
    let most = |name| models::find(&[Place::new(fixtures(), "test")], name).unwrap().facts.max_tokens;
    assert_eq!(["bert", "distilbert", "deberta-v3"].map(most), [96, 96, 96]);
    assert_eq!(["mpnet", "roberta", "xlm-roberta"].map(most), [96, 96, 96], "98 rows, two of them for padding");
    let model = load_from(&fixtures(), "roberta").unwrap();
    let text = "the harbour ".repeat(100);
    assert_eq!(numbers(&model, &text, Some("The budget is good.")).len(), 3, "a text at the limit runs");
}

/// A folder of models with a copy of one fixture.
fn copy_of(name: &str) -> TempDir {
    let models = tempfile::tempdir().unwrap();
    fs::create_dir(models.path().join(name)).unwrap();
    for file in engine::FILES {
        fs::copy(fixtures().join(name).join(file), models.path().join(name).join(file)).unwrap();
    }
    models
}

fn edit(path: &Path, change: impl Fn(&mut Value)) {
    let mut json: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut json);
    fs::write(path, serde_json::to_vec(&json).unwrap()).unwrap();
}

#[test]
fn a_tokenizer_with_more_tokens_than_the_model_has_rows_is_refused_with_both_sizes() {
    let models = copy_of("bert");
    edit(&models.path().join("bert/config.json"), |config| config["vocab_size"] = 200.into());
    let error = load_from(models.path(), "bert").unwrap_err();
    assert!(error.to_string().contains("260 tokens and the model's table of embeddings 200 rows"), "{error}");
    let UnusableError::Load(LoadError::Mismatch { mismatch: Mismatch::Vocabulary(wrong), .. }) = error else {
        panic!("{error}")
    };
    assert_eq!(wrong, WrongVocabulary { n_tokens: 260, n_rows: 200 });
}

#[test]
fn an_operator_that_the_engine_does_not_know_is_named() {
    let models = copy_of("bert");
    let path = models.path().join("bert/model.onnx");
    // `op_type` is field 4 of a node, a string of three letters: another name of the same length keeps the rest of the
    // file valid.
    let (known, unknown) = (b"\x22\x03Erf", b"\x22\x03Foo");
    let mut graph = fs::read(&path).unwrap();
    let at = graph.windows(known.len()).position(|bytes| bytes == known).unwrap();
    graph[at..at + known.len()].copy_from_slice(unknown);
    fs::write(&path, graph).unwrap();
    let error = load_from(models.path(), "bert").unwrap_err();
    let numbers =
        matches!(error, UnusableError::Load(LoadError::File(FileError { problem: FileProblem::Numbers(_), .. })));
    assert!(numbers && error.to_string().contains("Foo operator"), "{error}");
}

#[test]
fn placeholder_labels_are_refused_until_a_manifest_says_what_they_mean() {
    let models = copy_of("roberta");
    let labels = serde_json::json!({"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"});
    edit(&models.path().join("roberta/config.json"), |config| config["id2label"] = labels.clone());
    let error = load_from(models.path(), "roberta").unwrap_err();
    assert!(matches!(error, UnusableError::Find(FindError::UnknownLabels { .. })), "{error}");
    let message = error.to_string();
    assert!(message.contains("LABEL_0, LABEL_1, LABEL_2") && message.contains("placeholders"), "{message}");

    let entry = "[[models]]\nid = \"roberta\"\ntask = \"inference\"\nlabels = [\"contradiction\", \"neutral\", \"entailment\"]\n";
    fs::write(models.path().join(models::MANIFEST), entry).unwrap();
    let (own, plain) = (load_from(models.path(), "roberta").unwrap(), load_from(&fixtures(), "roberta").unwrap());
    let of = |model| numbers(model, "The harbour must stay open in winter.", Some("Schools matter."));
    assert_eq!(of(&own), of(&plain));
}

#[test]
fn labels_of_another_task_are_listed() {
    let models = copy_of("roberta");
    let labels = serde_json::json!({"0": "joy", "1": "anger", "2": "neutral"});
    edit(&models.path().join("roberta/config.json"), |config| config["id2label"] = labels.clone());
    let message = load_from(models.path(), "roberta").unwrap_err().to_string();
    assert!(message.contains("joy, anger, neutral"), "{message}");
}

#[test]
fn a_manifest_that_contradicts_clear_labels_is_refused() {
    let models = copy_of("roberta");
    let entry = "[[models]]\nid = \"roberta\"\ntask = \"inference\"\nlabels = [\"entailment\", \"neutral\", \"contradiction\"]\n";
    fs::write(models.path().join(models::MANIFEST), entry).unwrap();
    let error = load_from(models.path(), "roberta").unwrap_err();
    assert!(
        matches!(error, UnusableError::Load(LoadError::Mismatch { mismatch: Mismatch::Labels { .. }, .. })),
        "{error}"
    );
}
