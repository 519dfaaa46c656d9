//! Finding, checking and installing model folders, and the error for each problem.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common;
use plenary::corpus::Hint;
use plenary::corpus::findings::Inference;
use plenary::engine::{self, EngineChoice, Task};
use plenary::models::{
    self, FileError, FileProblem, FindError, Installed, LoadError, Mismatch, ModelFolder, ModelOptions, Models,
    NO_MODEL, Place,
};
use tempfile::TempDir;

const NLI: &str = "nli-minilm-l6";
const EMBEDDING: &str = "all-minilm-l6-v2";

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

fn place(path: &Path) -> Place {
    Place::new(path, "test")
}

fn find(models: &Path, id: &str) -> Result<ModelFolder, FindError> {
    models::find(&[place(models)], id)
}

fn load_error(models: &Path, id: &str) -> LoadError {
    models::load(&find(models, id).unwrap(), EngineChoice::Auto).unwrap_err()
}

/// A folder of models with a copy of one shipped model, with or without the sha256 of the shipped manifest.
fn copy_of(id: &str, pinned: bool) -> TempDir {
    let models = tempfile::tempdir().unwrap();
    fs::create_dir(models.path().join(id)).unwrap();
    for file in engine::FILES {
        fs::copy(shipped().join(id).join(file), models.path().join(id).join(file)).unwrap();
    }
    if pinned {
        fs::copy(shipped().join(models::MANIFEST), models.path().join(models::MANIFEST)).unwrap();
    }
    models
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {}", path.display());
    fs::write(path, text.replace(from, to)).unwrap();
}

fn infer(model: &engine::Model) -> Inference {
    common::infer(model, "We need a treaty now.", "The speaker wants a treaty.")
}

#[test]
fn the_shipped_models_are_those_of_their_manifest() {
    let models = models::list(&[place(&shipped())]).unwrap();
    let tasks: Vec<_> = models.iter().map(|m| (m.id.as_str(), m.folder.as_ref().unwrap().facts.task)).collect();
    let expected = [(EMBEDDING, Task::Embedding), (NLI, Task::Inference), ("sentiment-minilm-l6", Task::Sentiment)];
    assert_eq!(tasks, expected);
    for listed in &models {
        for check in models::verify(listed.folder.as_ref().unwrap()) {
            assert!(check.result.is_ok(), "{}/{}: {:?}", listed.id, check.file, check.result);
        }
    }
}

#[test]
fn where_there_is_no_folder_every_place_that_was_searched_is_named() {
    let places = [Place::new("/nowhere/a", "first"), Place::new("/nowhere/b", "second")];
    let error = models::find(&places, NLI).unwrap_err();
    let message = error.to_string();
    assert_eq!(error.hint(), Some(Hint::NameModelsFolder));
    assert!(matches!(error, FindError::NoModelsFolder { .. }));
    assert!(message.contains("/nowhere/a (first), /nowhere/b (second)"), "{message}");
}

#[test]
fn an_unknown_model_is_reported_with_the_known_ones() {
    let error = find(&shipped(), "bert-of-my-own").unwrap_err();
    let message = error.to_string();
    assert!(matches!(error, FindError::UnknownModel { .. }));
    assert!(message.contains("all-minilm-l6-v2, nli-minilm-l6, sentiment-minilm-l6"), "{message}");
}

#[test]
fn an_id_never_leads_out_of_the_folder_of_models() {
    for id in ["../models/nli-minilm-l6", "/etc", "..", "", "a\\b"] {
        assert!(matches!(find(&shipped(), id), Err(FindError::Id(_))), "{id}");
    }
}

#[test]
fn earlier_places_come_first_and_later_ones_fill_the_gaps() {
    let own = copy_of(NLI, false);
    let places = [place(own.path()), place(&shipped())];
    assert_eq!(models::find(&places, NLI).unwrap().place, places[0]);
    assert_eq!(models::find(&places, EMBEDDING).unwrap().place, places[1]);
    assert_eq!(models::list(&places).unwrap().len(), 3, "a model that `find` does not return is not listed");
}

#[test]
fn a_missing_file_is_named() {
    for file in engine::FILES {
        let models = copy_of(NLI, true);
        fs::remove_file(models.path().join(NLI).join(file)).unwrap();
        let error = load_error(models.path(), NLI);
        assert_eq!(error.hint(), Some(Hint::ReinstallModels));
        let LoadError::File(FileError { path, problem: FileProblem::Missing, .. }) = error else { panic!("{error}") };
        assert!(path.ends_with(file), "{}", path.display());
    }
}

#[test]
fn a_changed_file_is_reported_with_both_hashes() {
    for file in engine::FILES {
        let models = copy_of(NLI, true);
        let path = models.path().join(NLI).join(file);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        fs::write(&path, bytes).unwrap();
        match load_error(models.path(), NLI) {
            LoadError::File(FileError { path, problem: FileProblem::WrongSha256 { expected, found }, .. }) => {
                assert!(path.ends_with(file));
                assert!(expected != found && expected.len() == 64 && found.len() == 64);
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn labels_are_found_by_name_in_any_order() {
    let models = copy_of(NLI, false);
    let config = models.path().join(NLI).join(engine::CONFIG);
    let straight = infer(&models::load(&find(models.path(), NLI).unwrap(), EngineChoice::Auto).unwrap());
    replace(&config, "\"0\": \"entailment\"", "\"0\": \"CONTRADICTION\"");
    replace(&config, "\"2\": \"contradiction\"", "\"2\": \"Entailment\"");
    let exchanged = infer(&models::load(&find(models.path(), NLI).unwrap(), EngineChoice::Auto).unwrap());
    assert_eq!((exchanged.entailment, exchanged.contradiction), (straight.contradiction, straight.entailment));
    assert_eq!(exchanged.neutral, straight.neutral);
}

#[test]
fn labels_that_do_not_fit_the_task_are_refused_with_both_lists() {
    let models = copy_of(NLI, true);
    replace(&models.path().join(models::MANIFEST), "[\"entailment\", \"neutral\"", "[\"neutral\", \"entailment\"");
    let error = load_error(models.path(), NLI);
    assert!(matches!(error, LoadError::Mismatch { mismatch: Mismatch::Labels { .. }, .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains("entailment, neutral, contradiction"), "{message}");
    assert!(message.contains("neutral, entailment, contradiction"), "{message}");

    let own = copy_of(NLI, false);
    replace(&own.path().join(NLI).join(engine::CONFIG), "\"0\": \"entailment\"", "\"0\": \"LABEL_0\"");
    let error = find(own.path(), NLI).unwrap_err();
    assert!(error.to_string().contains("LABEL_0, neutral, contradiction"), "{error}");
}

#[test]
fn a_file_that_is_not_a_tokenizer_or_graph_is_refused() {
    for (file, contents) in [(engine::TOKENIZER, "{}"), (engine::GRAPH, "not a graph")] {
        let models = copy_of(EMBEDDING, false);
        fs::write(models.path().join(EMBEDDING).join(file), contents).unwrap();
        let error = load_error(models.path(), EMBEDDING);
        let LoadError::File(FileError { problem, .. }) = &error else { panic!("{error}") };
        let is_right = match file {
            engine::TOKENIZER => matches!(problem, FileProblem::Tokenizer(_)),
            _ => matches!(problem, FileProblem::Numbers(_)),
        };
        assert!(is_right, "{error}");
    }
}

#[test]
fn a_manifest_with_unknown_keys_repeated_models_or_missing_hashes_is_refused() {
    let entry = "[[models]]\nid = \"m\"\ntask = \"embedding\"\nmax_tokens = 512\ndimensions = 384\n";
    let hash = "0".repeat(64);
    let hashes = format!("[models.sha256]\n\"model.onnx\" = \"{hash}\"\n\"tokenizer.json\" = \"{hash}\"\n");
    let complete = format!("{entry}{hashes}\"config.json\" = \"{hash}\"\n");
    for (manifest, reason) in [
        (format!("colour = \"blue\"\n{complete}"), "colour"),
        (format!("{complete}{complete}"), "twice"),
        (format!("{entry}{hashes}"), "config.json"),
    ] {
        let models = tempfile::tempdir().unwrap();
        fs::write(models.path().join(models::MANIFEST), manifest).unwrap();
        let error = find(models.path(), "m").unwrap_err();
        let is_manifest = matches!(error, FindError::File(FileError { problem: FileProblem::Manifest(_), .. }));
        assert!(is_manifest && error.to_string().contains(reason), "{error}");
    }
}

#[test]
fn a_folder_without_a_manifest_works_and_its_hashes_are_recorded() {
    let models = copy_of(EMBEDDING, false);
    let folder = find(models.path(), EMBEDDING).unwrap();
    assert!(!folder.is_pinned());
    assert_eq!((folder.facts.task, folder.facts.max_tokens), (Task::Embedding, 512));
    let own = models::load(&folder, EngineChoice::Auto).unwrap();
    let pinned = models::load(&find(&shipped(), EMBEDDING).unwrap(), EngineChoice::Auto).unwrap();
    assert_eq!(own.sha256, pinned.sha256);
}

#[test]
fn installed_models_are_complete_pinned_and_only_replaced_on_request() {
    let (source, target) = (copy_of(EMBEDDING, false), tempfile::tempdir().unwrap());
    let models = target.path().join("plenary/models");
    let folder = find(source.path(), EMBEDDING).unwrap();
    let install = |force| models::install(std::slice::from_ref(&folder), &models, force);

    assert_eq!(install(false).unwrap(), [(EMBEDDING.to_owned(), Installed::Copied)]);
    assert_eq!(install(false).unwrap(), [(EMBEDDING.to_owned(), Installed::Unchanged)]);
    let installed = find(&models, EMBEDDING).unwrap();
    assert!(installed.is_pinned());
    models::load(&installed, EngineChoice::Auto).unwrap();

    let tokenizer = models.join(EMBEDDING).join(engine::TOKENIZER);
    fs::write(&tokenizer, "changed by hand").unwrap();
    let error = install(false).unwrap_err();
    assert!(matches!(error.problem, FileProblem::Occupied), "{error}");
    assert_eq!(error.hint(), Some(Hint::ReplaceExisting));
    assert_eq!(fs::read_to_string(&tokenizer).unwrap(), "changed by hand");

    assert_eq!(install(true).unwrap(), [(EMBEDDING.to_owned(), Installed::Replaced)]);
    models::load(&find(&models, EMBEDDING).unwrap(), EngineChoice::Auto).unwrap();
    let mut names: Vec<_> = fs::read_dir(&models).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [EMBEDDING, models::MANIFEST], "nothing is left behind");
}

#[test]
fn a_damaged_model_is_not_installed() {
    let (source, target) = (copy_of(EMBEDDING, true), tempfile::tempdir().unwrap());
    let folder = find(source.path(), EMBEDDING).unwrap();
    fs::write(folder.path.join(engine::CONFIG), "{}").unwrap();
    let error = models::install(&[folder], target.path(), true).unwrap_err();
    assert!(matches!(error.problem, FileProblem::WrongSha256 { .. }), "{error}");
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 0);
}

#[test]
fn the_models_of_a_study_are_found_and_loaded_together() {
    let places = [place(&shipped())];
    let options = ModelOptions::default();
    let found = Models::find(&places, &options, true).unwrap();
    let ids: Vec<&str> = found.iter().map(|folder| folder.facts.id.as_str()).collect();
    assert_eq!(ids, [EMBEDDING, "sentiment-minilm-l6", NLI]);
    let loaded = Models::load(&found).unwrap();
    assert_eq!(
        loaded.iter().map(|model| model.task).collect::<Vec<_>>(),
        [Task::Embedding, Task::Sentiment, Task::Inference]
    );
    assert_eq!(loaded.engine_names(), "encoder");

    let few = Models::find(&places, &ModelOptions { sentiment: NO_MODEL.into(), ..options.clone() }, false).unwrap();
    assert!(few.sentiment.is_none() && few.stance.is_none());
    let error = Models::find(&places, &ModelOptions { stance: "none".into(), ..options }, true).unwrap_err();
    assert!(error.to_string().contains("there is no model `none`"), "{error}");
}
