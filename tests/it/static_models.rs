//! Static models: distilling a tiny encoder, reading the model again, running it, and the error if there is none.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::TALK;
use plenary::corpus::findings::Embeddings;
use plenary::corpus::progress::Silent;
use plenary::engine::{self, EngineChoice, EngineError, Form, Model, ModelProblem, Task, Work, WrongVocabulary};
use plenary::measure::embedding;
use plenary::models::{self, FileError, FileProblem, FindError, LoadError, MakeError, Mismatch, ModelFolder, Place};
use safetensors::SafeTensors;
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/architectures")
}

fn work(threads: usize) -> Work<'static> {
    Work { threads, progress: &Silent, cache: None }
}

fn find(models: &Path, id: &str) -> Result<ModelFolder, FindError> {
    models::find(&[Place::new(models, "test")], id)
}

/// A folder of models with the static model distilled from the fixture `mpnet`.
fn distilled(threads: usize) -> TempDir {
    let models = tempfile::tempdir().unwrap();
    let base = find(&fixtures(), "mpnet").unwrap();
    let path = models::distill(&base, models.path(), 16, false, work(threads)).unwrap();
    assert!(path.ends_with("mpnet-static"));
    models
}

fn load(models: &Path) -> Model {
    models::load(&find(models, "mpnet-static").unwrap(), EngineChoice::Auto).unwrap()
}

fn embed(model: &Model, texts: &[&str]) -> Embeddings {
    embedding::embed(model, texts, work(2)).unwrap()
}

#[test]
fn a_distilled_model_embeds_and_is_pinned() {
    let models = distilled(2);
    let folder = find(models.path(), "mpnet-static").unwrap();
    assert!(folder.is_pinned());
    assert_eq!((folder.facts.task, folder.facts.form, folder.facts.dimensions), (Task::Embedding, Form::Static, 16));
    assert!(models::verify(&folder).iter().all(|check| check.result.is_ok()));
    let model = load(models.path());
    assert_eq!(model.engine_name(), "static");
    let vectors = embed(&model, &["The harbour must stay open.", "the HARBOUR must stay open ."]).vectors;
    assert_eq!(vectors.row(0), vectors.row(1), "the tokenizer ignores case");
    let length: f32 = vectors.row(0).iter().map(|x| x * x).sum();
    assert!((length - 1.0).abs() < 1e-6);
}

#[test]
fn the_numbers_do_not_depend_on_the_threads() {
    let bytes = |threads| fs::read(distilled(threads).path().join("mpnet-static/model.safetensors")).unwrap();
    assert!(bytes(1) == bytes(3));
}

#[test]
fn special_tokens_have_no_vector_and_others_have() {
    let models = distilled(2);
    let bytes = fs::read(models.path().join("mpnet-static/model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let table = tensors.tensor("embeddings").unwrap();
    assert_eq!(table.shape(), [260, 16]);
    let is_zero = |id: usize| table.data()[id * 64..(id + 1) * 64].iter().all(|byte| *byte == 0);
    assert_eq!((0..260).filter(|&id| is_zero(id)).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
}

#[test]
fn a_text_without_a_known_word_has_a_vector_of_zeros() {
    let models = distilled(2);
    let found = embed(&load(models.path()), &["The harbour.", "\u{1F600} \u{1F601}", ""]);
    assert!(found.vectors.row(0).iter().any(|&x| x != 0.0));
    assert!(found.vectors.row(1).iter().chain(found.vectors.row(2)).all(|&x| x == 0.0));
    let cosines = embedding::cosines(found.vectors.view(), found.vectors.view()).unwrap();
    assert_eq!((cosines[[0, 1]], cosines[[1, 1]]), (0.0, 0.0));
}

#[test]
fn a_table_that_does_not_fit_its_tokenizer_is_refused_with_both_sizes() {
    let models = distilled(2);
    let path = models.path().join("mpnet-static");
    fs::remove_file(models.path().join(models::MANIFEST)).unwrap();
    fs::copy(fixtures().join("roberta/tokenizer.json"), path.join(engine::TOKENIZER)).unwrap();
    let error = models::load(&find(models.path(), "mpnet-static").unwrap(), EngineChoice::Auto).unwrap_err();
    let LoadError::Mismatch { mismatch: Mismatch::Vocabulary(wrong), .. } = error else { panic!("{error}") };
    assert_eq!(wrong, WrongVocabulary { n_tokens: 320, n_rows: 260 });
}

#[test]
fn models_that_cannot_be_distilled_are_refused() {
    let models = distilled(2);
    let again = models::distill(&find(models.path(), "mpnet-static").unwrap(), models.path(), 16, false, work(1));
    assert!(again.unwrap_err().to_string().contains("static already"));
    let sentiment = models::distill(&find(&fixtures(), "distilbert").unwrap(), models.path(), 16, false, work(1));
    let is_task = |error: &EngineError| matches!(error, EngineError::Model { problem: ModelProblem::Task { .. }, .. });
    assert!(matches!(sentiment, Err(MakeError::Engine(error)) if is_task(&error)));
    let there = models::distill(&find(&fixtures(), "mpnet").unwrap(), models.path(), 16, false, work(1));
    assert!(matches!(there, Err(MakeError::File(FileError { problem: FileProblem::Occupied, .. }))));
}

#[test]
fn a_run_with_the_static_engine_names_the_command_that_makes_the_model_and_then_uses_it() {
    let place = crate::common::Place::with(&[("talk.md", TALK)]);
    let models = tempfile::tempdir().unwrap();
    for id in ["mpnet", "distilbert"] {
        fs::create_dir(models.path().join(id)).unwrap();
        for file in engine::FILES {
            fs::copy(fixtures().join(id).join(file), models.path().join(id).join(file)).unwrap();
        }
    }
    place.write("study.toml", "[models]\nembedding = \"mpnet\"\nsentiment = \"distilbert\"\n");
    let folder = models.path().to_str().unwrap();
    let run = ["run", "talk.md", "--study", "study.toml", "--models", folder, "--engine", "static", "--out", "results"];
    place.run(&run).says(2, &["no static model `mpnet-static`", "plenary models distill mpnet"]);
    place.run_well(&["models", "distill", "mpnet", "--dimensions", "16", "--models", folder]);
    place.run_well(&run);
    assert_eq!(place.texts("results/runs.parquet", "engine"), ["static, rten"]);
    place.run(&["run", "talk.md", "--engine", "abacus", "--out", "other"]).says(2, &["`abacus` is not an engine"]);
}
