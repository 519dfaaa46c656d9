//! A found model folder to a model that is ready to run.
//!
//! **Input**: a [`ModelFolder`] and the engine to use. **Output**: a [`Model`]. The bytes that are hashed are the bytes that
//! are loaded. Missing and damaged files, labels that do not fit the task, and a tokenizer or graph that does not load are
//! errors.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use plenary_engine::{
    BuildError, CONFIG, Device, EngineChoice, Form, LabelMap, Model, ModelParts, Runner, RunnerFiles, StanceTraining,
    TOKENIZER, Task, Tokenizer, numbers_file, resolve,
};

use crate::config::{Config, bad_config};
use crate::error::{FileError, FileProblem, LoadError, Mismatch};
use crate::folder::ModelFolder;
use crate::verify::checked_bytes;

/// With fewer tokens than this, special tokens leave too few for words.
const FEWEST_TOKENS: usize = 16;

/// Checks and loads a model for the chosen engine, on the processor.
///
/// # Errors
/// See [`load_on`].
pub fn load(folder: &ModelFolder, choice: EngineChoice) -> Result<Model, LoadError> {
    load_on(folder, choice, Device::Cpu)
}

/// Checks and loads a model for the chosen engine and device.
///
/// # Errors
/// The program does not have the engine or the device; a file is missing or damaged, or does not fit the others.
pub fn load_on(folder: &ModelFolder, choice: EngineChoice, device: Device) -> Result<Model, LoadError> {
    load_with(folder, choice, device, &Tokenizers::default())
}

/// A tokenizer that is read once.
type ReadOnce = Arc<OnceLock<Result<Tokenizer, BuildError>>>;

/// Tokenizers by the sha256 of their file. Models with the same file share what was read of it.
#[derive(Default)]
pub(crate) struct Tokenizers(Mutex<HashMap<String, ReadOnce>>);

impl Tokenizers {
    /// The tokenizer of a file, for a model that takes `max_tokens` tokens in a pass. While one thread reads a file, others that need it
    /// wait.
    fn read(&self, bytes: &[u8], sha256: &str, max_tokens: usize) -> Result<Tokenizer, BuildError> {
        let mut of_files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_file = Arc::clone(of_files.entry(sha256.to_owned()).or_default());
        drop(of_files);
        let tokenizer = of_file.get_or_init(|| Tokenizer::from_bytes(bytes, max_tokens)).clone()?;
        Ok(tokenizer.with_limit(max_tokens))
    }
}

/// As [`load_on`], with the tokenizers of other models.
pub(crate) fn load_with(
    folder: &ModelFolder,
    choice: EngineChoice,
    device: Device,
    tokenizers: &Tokenizers,
) -> Result<Model, LoadError> {
    let engine = resolve(choice, device)?;
    let facts = &folder.facts;
    let (config, config_sha256) = checked_bytes(folder, CONFIG)?;
    let Checked { labels, n_embeddings, stance } = check_config(folder, &config)?;
    let file = numbers_file(facts.form, engine);
    // Two halves that take about the same time, each on a thread: the tokenizer's JSON and the weights.
    let (tokenizer, runner) = std::thread::scope(|scope| {
        let tokenizer = scope.spawn(|| {
            let (bytes, sha256) = checked_bytes(folder, TOKENIZER)?;
            let tokenizer = (tokenizers.read(&bytes, &sha256, facts.max_tokens))
                .map_err(|e| FileError::of(&facts.id, folder.path.join(TOKENIZER), FileProblem::Tokenizer(e)))?;
            Ok::<_, FileError>((tokenizer, sha256))
        });
        let runner = checked_bytes(folder, file).and_then(|(numbers, sha256)| {
            let files = RunnerFiles { form: facts.form, task: facts.task, numbers, config: &config };
            let runner = Runner::new(files, engine, device)
                .map_err(|e| FileError::of(&facts.id, folder.path.join(file), FileProblem::Numbers(e)))?;
            Ok((runner, sha256))
        });
        (tokenizer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), runner)
    });
    let ((tokenizer, tokenizer_sha256), (runner, numbers_sha256)) = (tokenizer?, runner?);
    let parts = ModelParts {
        id: facts.id.clone(),
        task: facts.task,
        pooling: facts.pooling,
        dimensions: facts.dimensions,
        max_tokens: facts.max_tokens,
        labels,
        sha256: BTreeMap::from([
            (file.to_owned(), numbers_sha256),
            (TOKENIZER.to_owned(), tokenizer_sha256),
            (CONFIG.to_owned(), config_sha256),
        ]),
        tokenizer,
        runner,
        n_embeddings,
        stance,
    };
    let mismatch = |wrong| LoadError::Mismatch { model: facts.id.clone(), mismatch: Mismatch::Vocabulary(wrong) };
    Model::new(parts).map_err(mismatch)
}

/// What config.json says.
struct Checked {
    /// The label of each logit.
    labels: LabelMap,
    /// Number of rows of the table of embeddings, if the file gives it.
    n_embeddings: Option<usize>,
    stance: StanceTraining,
}

fn check_config(folder: &ModelFolder, bytes: &[u8]) -> Result<Checked, LoadError> {
    let facts = &folder.facts;
    let path = folder.path.join(CONFIG);
    let config = Config::from_bytes(&facts.id, &path, bytes)?;
    let wrong = |reason: String| Err(bad_config(&facts.id, &path, reason).into());
    if facts.form != Form::Static {
        let (width, positions) = (config.width(&facts.id, &path)?, config.positions(&facts.id, &path)?);
        if facts.dimensions != width {
            return wrong(format!("hidden_size is {width}, the manifest says {}", facts.dimensions));
        }
        if facts.max_tokens > positions || facts.max_tokens < FEWEST_TOKENS {
            return wrong(format!(
                "max_tokens is {}, expected {FEWEST_TOKENS} to {positions}, the number of positions of the model",
                facts.max_tokens
            ));
        }
    }
    if facts.task == Task::Embedding {
        let (labels, stance) = (LabelMap::default(), StanceTraining::default());
        return Ok(Checked { labels, n_embeddings: config.vocab_size, stance });
    }
    let found = config.labels(&facts.id, &path)?;
    let wrong_labels = |found: &[String], expected: &[String]| LoadError::Mismatch {
        model: facts.id.clone(),
        mismatch: Mismatch::Labels { task: facts.task, found: found.to_vec(), expected: expected.to_vec() },
    };
    let own = LabelMap::of(facts.task, &facts.labels);
    // A manifest may explain labels without a known meaning; it may not contradict labels with one.
    let contradicted = match LabelMap::of(facts.task, &found) {
        Some(map) => own.as_ref() != Some(&map),
        None => !found.is_empty() && found.len() != facts.labels.len(),
    };
    if contradicted {
        return Err(wrong_labels(&found, &facts.labels));
    }
    let expected: Vec<String> = facts.task.labels().iter().map(|l| (*l).to_owned()).collect();
    let map = own.ok_or_else(|| wrong_labels(&facts.labels, &expected))?;
    if let Some(problem) = config.plenary.problem() {
        return wrong(problem);
    }
    Ok(Checked { labels: map, n_embeddings: config.vocab_size, stance: config.plenary })
}
