//! A found model folder to a checked, running model.
//!
//! The very bytes that are hashed are the ones that are loaded. Refused: files that are missing or not those that the
//! manifest names, labels that do not fit the task, a tokenizer or a graph that does not load.

use std::collections::BTreeMap;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::choice::EngineChoice;
use super::encoder::Encoder;
use super::error::EngineError;
use super::folder::{CONFIG, Config, FILES, GRAPH, ModelFolder, TOKENIZER, Task, bad_config, read};
use super::rten::RtenEngine;
use super::tokens::Tokenizer;
use super::{Engine, Model};

/// Fewer tokens than this leave no room for words between the special ones.
const FEWEST_TOKENS: usize = 16;

/// What became of one file of a model in a check.
#[derive(Debug)]
pub struct FileCheck {
    pub file: &'static str,
    /// The sha256 of a file as it should be (or, where nothing is pinned, as it is); else what is wrong.
    pub result: Result<String, EngineError>,
}

/// Hashes every file of a model and compares with the manifest; nothing is loaded.
pub fn verify(folder: &ModelFolder) -> Vec<FileCheck> {
    FILES.map(|file| FileCheck { file, result: checked_bytes(folder, file).map(|(_, sha256)| sha256) }).into()
}

/// Checks and loads a model for the chosen engine.
pub fn load(folder: &ModelFolder, choice: EngineChoice) -> Result<Model, EngineError> {
    let facts = &folder.facts;
    let id = &facts.id;
    let (config, config_sha256) = checked_bytes(folder, CONFIG)?;
    let positions = check_config(folder, &config)?;
    // Two halves of about the same length, each on a thread: the tokenizer's JSON and the graph's weights.
    let (tokenizer, graph) = std::thread::scope(|scope| {
        let tokenizer = scope.spawn(|| {
            let (bytes, sha256) = checked_bytes(folder, TOKENIZER)?;
            let path = folder.path.join(TOKENIZER);
            let bad = |reason| EngineError::BadTokenizer { model: id.clone(), path, reason };
            Ok((Tokenizer::from_bytes(id, &bytes, facts.max_tokens).map_err(bad)?, sha256))
        });
        let graph = checked_bytes(folder, GRAPH).and_then(|(bytes, sha256)| {
            let bad = |reason| EngineError::BadGraph { model: id.clone(), path: folder.path.join(GRAPH), reason };
            Ok((engine(bytes, facts.task, choice).map_err(bad)?, sha256))
        });
        let tokenizer = tokenizer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (tokenizer, graph)
    });
    let (tokenizer, tokenizer_sha256) = tokenizer?;
    let (engine, graph_sha256) = graph?;
    Ok(Model {
        id: id.clone(),
        task: facts.task,
        dimensions: facts.dimensions,
        max_tokens: facts.max_tokens,
        sha256: BTreeMap::from([
            (GRAPH.to_owned(), graph_sha256),
            (TOKENIZER.to_owned(), tokenizer_sha256),
            (CONFIG.to_owned(), config_sha256),
        ]),
        tokenizer,
        engine,
        positions,
    })
}

/// The chosen engine for the bytes of a graph; the error is the reason for people.
fn engine(bytes: Vec<u8>, task: Task, choice: EngineChoice) -> Result<Box<dyn Engine>, String> {
    if choice != EngineChoice::Rten {
        match Encoder::load(&bytes) {
            Ok(encoder) => return Ok(Box::new(encoder)),
            Err(other) if choice == EngineChoice::Encoder => return Err(other.to_string()),
            Err(other) => tracing::debug!("{other}; rten takes it"),
        }
    }
    Ok(Box::new(RtenEngine::load(bytes, task)?))
}

/// Loads several models at once; of several errors the first in the order of the folders is returned.
pub fn load_all(folders: &[&ModelFolder], choice: EngineChoice) -> Result<Vec<Model>, EngineError> {
    std::thread::scope(|scope| {
        let loading: Vec<_> = folders.iter().map(|folder| scope.spawn(move || load(folder, choice))).collect();
        let loaded = loading.into_iter().map(|l| l.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        loaded.collect::<Vec<_>>().into_iter().collect()
    })
}

/// For each label of the task its position among the logits.
fn check_config(folder: &ModelFolder, bytes: &[u8]) -> Result<Vec<usize>, EngineError> {
    let facts = &folder.facts;
    let path = folder.path.join(CONFIG);
    let config = Config::from_bytes(&facts.id, &path, bytes)?;
    let wrong = |reason: String| Err(bad_config(&facts.id, &path, reason));
    if facts.dimensions != config.hidden_size {
        return wrong(format!("hidden_size is {}, the manifest says {}", config.hidden_size, facts.dimensions));
    }
    if facts.max_tokens > config.max_position_embeddings || facts.max_tokens < FEWEST_TOKENS {
        return wrong(format!(
            "it takes {} tokens and plenary needs at least {FEWEST_TOKENS}; {} do not fit",
            config.max_position_embeddings, facts.max_tokens
        ));
    }
    if facts.task == Task::Embedding {
        return Ok(Vec::new());
    }
    let found = config.labels(&facts.id, &path)?;
    let wrong_labels = |found: Vec<String>, expected: Vec<String>| EngineError::WrongLabels {
        model: facts.id.clone(),
        task: facts.task,
        found,
        expected,
    };
    if found != facts.labels {
        return Err(wrong_labels(found, facts.labels.clone()));
    }
    facts
        .task
        .positions(&found)
        .ok_or_else(|| wrong_labels(found.clone(), facts.task.labels().iter().map(|l| (*l).to_owned()).collect()))
}

/// A file's bytes and their sha256, equal to the manifest's where there is one.
fn checked_bytes(folder: &ModelFolder, file: &str) -> Result<(Vec<u8>, String), EngineError> {
    let path = folder.path.join(file);
    let bytes = read(&folder.facts.id, &path)?;
    let found = sha256(&bytes);
    check_sha256(folder, file, &path, &found)?;
    Ok((bytes, found))
}

fn check_sha256(folder: &ModelFolder, file: &str, path: &Path, found: &str) -> Result<(), EngineError> {
    match folder.facts.sha256.get(file) {
        Some(expected) if !expected.eq_ignore_ascii_case(found) => Err(EngineError::WrongSha256 {
            model: folder.facts.id.clone(),
            path: path.to_owned(),
            expected: expected.clone(),
            found: found.to_owned(),
        }),
        _ => Ok(()),
    }
}

/// 64 hex digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graph_of_another_form_goes_to_rten() {
        let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/all-minilm-l6-v2").join(GRAPH);
        let whole = std::fs::read(graph).unwrap();
        let name = |bytes: &[u8], choice| engine(bytes.to_vec(), Task::Embedding, choice).map(|engine| engine.name());
        assert_eq!(name(&whole, EngineChoice::Auto), Ok("encoder"));
        assert_eq!(name(&whole, EngineChoice::Rten), Ok("rten"));

        // The same graph, but rows are quantised a little differently.
        let tiny = 1e-8f32.to_le_bytes();
        let at = whole.windows(4).position(|window| window == tiny).unwrap();
        let other = [&whole[..at], &2e-8f32.to_le_bytes(), &whole[at + 4..]].concat();
        assert_eq!(name(&other, EngineChoice::Auto), Ok("rten"));
        let error = name(&other, EngineChoice::Encoder).unwrap_err();
        assert!(error.starts_with("not the form that the encoder runs: another quantisation"), "{error}");
    }
}
