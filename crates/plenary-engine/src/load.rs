//! A found model folder to a checked, running model.
//!
//! The very bytes that are hashed are the ones that are loaded. Refused: files that are missing or not those that the
//! manifest names, labels that do not fit the task, a tokenizer or a graph that does not load.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use super::choice::EngineChoice;
use super::config::{Config, bad_config};
use super::device::{Device, resolve};
use super::encoder::Encoder;
use super::error::EngineError;
use super::folder::{CONFIG, Facts, Form, GRAPH, ModelFolder, TOKENIZER, Task, WEIGHTS, read};
use super::labels::LabelMap;
use super::rten::RtenEngine;
use super::static_model::StaticEngine;
use super::tokens::Tokenizer;
use super::vocabulary::{rows_needed, silent};
use super::{Engine, Model};

/// Fewer tokens than this leave no room for words between the special ones.
const FEWEST_TOKENS: usize = 16;

/// What became of one file of a model in a check.
#[derive(Debug)]
pub struct FileCheck {
    pub file: String,
    /// The sha256 of a file as it should be (or, where nothing is pinned, as it is); else what is wrong.
    pub result: Result<String, EngineError>,
}

/// Hashes every file of a model and compares with the manifest; nothing is loaded.
pub fn verify(folder: &ModelFolder) -> Vec<FileCheck> {
    let own = folder.facts.form.files();
    // Those that a lock pins beyond them, such as the pooling's config.
    let more = folder.facts.sha256.keys().map(String::as_str).filter(|file| !own.contains(file));
    let check =
        |file: &str| FileCheck { file: file.to_owned(), result: checked_bytes(folder, file).map(|(_, sha256)| sha256) };
    own.into_iter().chain(more).map(check).collect()
}

/// Checks and loads a model for the chosen engine, on the processor.
pub fn load(folder: &ModelFolder, choice: EngineChoice) -> Result<Model, EngineError> {
    load_on(folder, choice, Device::Cpu)
}

/// Checks and loads a model for the chosen engine and device.
pub fn load_on(folder: &ModelFolder, choice: EngineChoice, device: Device) -> Result<Model, EngineError> {
    let choice = resolve(choice, device)?;
    let facts = &folder.facts;
    let id = &facts.id;
    let (config, config_sha256) = checked_bytes(folder, CONFIG)?;
    let (labels, vocab_size) = check_config(folder, &config)?;
    let numbers = match choice {
        EngineChoice::RustBert => WEIGHTS,
        _ => facts.form.files()[0],
    };
    // Two halves of about the same length, each on a thread: the tokenizer's JSON and the graph's weights.
    let (tokenizer, graph) = std::thread::scope(|scope| {
        let tokenizer = scope.spawn(|| {
            let (bytes, sha256) = checked_bytes(folder, TOKENIZER)?;
            let path = folder.path.join(TOKENIZER);
            let bad = |reason| EngineError::BadTokenizer { model: id.clone(), path, reason };
            let tokenizer = Tokenizer::from_bytes(id, &bytes, facts.max_tokens).map_err(bad)?;
            let silent = if facts.form == Form::Static { silent(tokenizer.inner(), &bytes) } else { HashSet::new() };
            Ok::<_, EngineError>((rows_needed(tokenizer.inner()), tokenizer, silent, sha256))
        });
        let graph = checked_bytes(folder, numbers).and_then(|(bytes, sha256)| {
            let bad = |reason| EngineError::BadGraph { model: id.clone(), path: folder.path.join(numbers), reason };
            Ok((Loaded::new(facts, bytes, &config, choice, device).map_err(bad)?, sha256))
        });
        let tokenizer = tokenizer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (tokenizer, graph)
    });
    let (rows, tokenizer, silent, tokenizer_sha256) = tokenizer?;
    let (engine, graph_sha256) = graph?;
    let (engine, table): (Box<dyn Engine>, _) = match engine {
        Loaded::Graph(engine) => (engine, vocab_size),
        Loaded::Table(engine) => {
            let n_tokens = engine.n_tokens();
            (Box::new(engine.without(silent)), Some(n_tokens))
        }
    };
    if let Some(table) = table.filter(|table| *table < rows) {
        return Err(EngineError::WrongVocabulary { model: id.clone(), tokenizer: rows, table });
    }
    Ok(Model {
        id: id.clone(),
        task: facts.task,
        dimensions: facts.dimensions,
        max_tokens: facts.max_tokens,
        sha256: BTreeMap::from([
            (numbers.to_owned(), graph_sha256),
            (TOKENIZER.to_owned(), tokenizer_sha256),
            (CONFIG.to_owned(), config_sha256),
        ]),
        tokenizer,
        engine,
        pooling: facts.pooling,
        labels,
    })
}

/// What runs a model, by its form.
enum Loaded {
    Graph(Box<dyn Engine>),
    Table(StaticEngine),
}

impl Loaded {
    fn new(facts: &Facts, bytes: Vec<u8>, config: &[u8], choice: EngineChoice, device: Device) -> Result<Self, String> {
        match (facts.form, choice) {
            (Form::Static, EngineChoice::RustBert) => Err("a static model is no BERT, which rust-bert needs".into()),
            (_, EngineChoice::RustBert) => rust_bert(&bytes, config, facts.task, device).map(Loaded::Graph),
            (Form::Onnx, _) => engine(bytes, facts.task, choice).map(Loaded::Graph),
            (Form::Static, _) => StaticEngine::load(&bytes).map(Loaded::Table),
            (Form::Weights, _) => Err(format!(
                "it holds weights without a graph, which this engine needs ({GRAPH}); the engine rust-bert runs weights"
            )),
        }
    }
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

#[cfg(feature = "rust-bert")]
fn rust_bert(bytes: &[u8], config: &[u8], task: Task, device: Device) -> Result<Box<dyn Engine>, String> {
    let place = super::rust_bert::place(device).map_err(|e| e.to_string())?;
    Ok(Box::new(super::rust_bert::RustBertEngine::load(bytes, config, task, place)?))
}

/// Never reached: `resolve` refuses an engine that was not built in.
#[cfg(not(feature = "rust-bert"))]
fn rust_bert(_: &[u8], _: &[u8], _: Task, device: Device) -> Result<Box<dyn Engine>, String> {
    Err(resolve(EngineChoice::RustBert, device).err().map(|e| e.to_string()).unwrap_or_default())
}

/// Loads several models at once; of several errors the first in the order of the folders is returned.
pub fn load_all(folders: &[&ModelFolder], choice: EngineChoice, device: Device) -> Result<Vec<Model>, EngineError> {
    std::thread::scope(|scope| {
        let loading: Vec<_> =
            folders.iter().map(|folder| scope.spawn(move || load_on(folder, choice, device))).collect();
        let loaded = loading.into_iter().map(|l| l.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        loaded.collect::<Vec<_>>().into_iter().collect()
    })
}

/// What the labels of the model count for, and the rows of its table of embeddings where config.json says them.
fn check_config(folder: &ModelFolder, bytes: &[u8]) -> Result<(LabelMap, Option<usize>), EngineError> {
    let facts = &folder.facts;
    let path = folder.path.join(CONFIG);
    let config = Config::from_bytes(&facts.id, &path, bytes)?;
    let wrong = |reason: String| Err(bad_config(&facts.id, &path, reason));
    if facts.form != Form::Static {
        let (width, positions) = (config.width(&facts.id, &path)?, config.positions(&facts.id, &path)?);
        if facts.dimensions != width {
            return wrong(format!("hidden_size is {width}, the manifest says {}", facts.dimensions));
        }
        if facts.max_tokens > positions || facts.max_tokens < FEWEST_TOKENS {
            return wrong(format!(
                "it takes {positions} tokens and plenary needs at least {FEWEST_TOKENS}; {} do not fit",
                facts.max_tokens
            ));
        }
    }
    if facts.task == Task::Embedding {
        return Ok((LabelMap::default(), config.vocab_size));
    }
    let found = config.labels(&facts.id, &path)?;
    let wrong_labels = |found: &[String], expected: &[String]| EngineError::WrongLabels {
        model: facts.id.clone(),
        task: facts.task,
        found: found.to_vec(),
        expected: expected.to_vec(),
    };
    let own = LabelMap::of(facts.task, &facts.labels);
    // What the model's own labels say clearly, a manifest may not contradict; where they say nothing it may explain them.
    let contradicted = match LabelMap::of(facts.task, &found) {
        Some(map) => own.as_ref() != Some(&map),
        None => !found.is_empty() && found.len() != facts.labels.len(),
    };
    if contradicted {
        return Err(wrong_labels(&found, &facts.labels));
    }
    let expected: Vec<String> = facts.task.labels().iter().map(|l| (*l).to_owned()).collect();
    let map = own.ok_or_else(|| wrong_labels(&facts.labels, &expected))?;
    Ok((map, config.vocab_size))
}

/// A file's bytes and their sha256, equal to the manifest's where there is one.
pub(crate) fn checked_bytes(folder: &ModelFolder, file: &str) -> Result<(Vec<u8>, String), EngineError> {
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
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::super::folder::GRAPH;
    use super::*;

    #[test]
    fn a_graph_of_another_form_goes_to_rten() {
        let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/all-minilm-l6-v2").join(GRAPH);
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
