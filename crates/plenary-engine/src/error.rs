//! What can go wrong between a model's name and a model's numbers.
//!
//! Every variant names the model or the file, what was found, what was expected and what to do next. Stages above
//! pass these errors on as they are.

use std::path::PathBuf;

use plenary_corpus::progress::Stopped;

use super::choice::EngineChoice;
use super::folder::Task;

/// Errors of finding, checking, loading, installing and running models.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(
        "no folder of models was found; looked, in this order, in: {}. Install the models with `plenary models \
         install --from DIR`, or name their folder with `--models DIR` or the variable PLENARY_MODELS",
        list(looked)
    )]
    NoModelsFolder { looked: Vec<String> },

    #[error(
        "there is no model `{id}`; looked in: {}; the models there are: {}. Correct the id in the study's [models] \
         section, or put a folder `{id}` with model.onnx, tokenizer.json and config.json there",
        list(looked),
        list(known)
    )]
    UnknownModel { id: String, looked: Vec<String>, known: Vec<String> },

    #[error("`{id}` cannot be the id of a model: it must be the name of a folder, without `/`, `\\` or a leading dot")]
    BadId { id: String },

    #[error(
        "model `{model}`: {} is missing; a model folder holds model.onnx (a static model model.safetensors), \
         tokenizer.json and config.json. Copy the file there, or install the model again with `plenary models install \
         --force`",
        path.display()
    )]
    MissingFile { model: String, path: PathBuf },

    #[error("{} cannot be read or written: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },

    #[error("{} is not a list of models that plenary understands: {reason}", path.display())]
    BadManifest { path: PathBuf, reason: String },

    #[error("model `{model}`: {} does not describe a model that plenary can use: {reason}", path.display())]
    BadConfig { model: String, path: PathBuf, reason: String },

    #[error(
        "model `{model}`: {} is not the file that the manifest names: expected sha256 {expected}, found {found}. \
         The file is damaged or another version; install the model again with `plenary models install --force`, or \
         give a changed model a folder and an id of its own",
        path.display()
    )]
    WrongSha256 { model: String, path: PathBuf, expected: String, found: String },

    #[error(
        "model `{model}`: its labels are {}, but {task} needs {} (in any order, in small or capital letters). Name \
         them in `id2label` of config.json, and in the same order in the manifest",
        list(found),
        list(expected)
    )]
    WrongLabels { model: String, task: Task, found: Vec<String>, expected: Vec<String> },

    #[error(
        "model `{model}`: its labels are {}, from which plenary cannot tell what it is for: inference needs entailment, \
         neutral and contradiction, sentiment negative and positive, with or without neutral. {advice}. Say what they \
         mean, in their order, in manifest.toml beside the model's folder: [[models]] id = \"{model}\", \
         task = \"sentiment\", labels = [\"negative\", \"neutral\", \"positive\"]",
        list(labels)
    )]
    UnknownLabels { model: String, labels: Vec<String>, advice: String },

    #[error(
        "model `{model}`: its tokenizer does not fit it: the tokenizer has {tokenizer} tokens, the model's table of \
         embeddings {table} rows. The two files belong to different models; take both from the same place"
    )]
    WrongVocabulary { model: String, tokenizer: usize, table: usize },

    #[error("model `{model}`: {} does not load as a tokenizer: {reason}", path.display())]
    BadTokenizer { model: String, path: PathBuf, reason: String },

    #[error("model `{model}`: {} cannot be run: {reason}", path.display())]
    BadGraph { model: String, path: PathBuf, reason: String },

    #[error(
        "model `{model}` is made for {found}, but {expected} is asked of it; choose another in the study's [models]"
    )]
    WrongTask { model: String, found: Task, expected: Task },

    #[error(
        "model `{model}`: the proposition \"{proposition}\" leaves no room for a text: the two have {n_tokens} tokens \
         and the model takes {max_tokens}. Say it shorter"
    )]
    PropositionTooLong { model: String, proposition: String, n_tokens: usize, max_tokens: usize },

    #[error("model `{model}` failed on the text \"{text}\": {reason}")]
    Pass { model: String, text: String, reason: String },

    #[error("{what}: expected {expected} rows and columns, found {found}")]
    Shape { what: &'static str, expected: String, found: String },

    #[error(
        "model `{model}`: {} already holds other files; nothing was changed there. Say `--force` to replace them",
        path.display()
    )]
    WouldOverwrite { model: String, path: PathBuf },

    #[error(
        "there is no static model `{id}`; `plenary models distill {model}` makes it, which takes a minute or two; looked \
         in: {}",
        list(looked)
    )]
    NotDistilled { id: String, model: String, looked: Vec<String> },

    #[error(
        "the engine rust-bert needs the weights of `{model}` (model.safetensors), and there is no model `{converted}`; \
         `plenary models convert {model}` makes it of the graph; looked in: {}",
        list(looked)
    )]
    NotConverted { converted: String, model: String, looked: Vec<String> },

    #[error(
        "this program was built without {asked}. Build it anew with `cargo build --release --features rust-bert`; it needs \
         libtorch, and docs/howto/rust-bert.md says how to get that"
    )]
    NotBuilt { asked: &'static str },

    #[error(
        "the engine {engine} runs on the processor alone. For the device cuda say `--engine rust-bert`, or leave the engine \
         at `auto`"
    )]
    CpuOnly { engine: EngineChoice },

    #[error(
        "no CUDA device was found: libtorch sees no graphics card, no driver for it, or was built for the processor alone. \
         docs/howto/rust-bert.md says what it needs; `--device cpu` does without"
    )]
    NoCuda,

    #[error("`{repository}` was not fetched: {reason}")]
    Fetch { repository: String, reason: String },

    #[error(
        "`{repository}` was not fetched: it has no {missing}; it has {}. A graph is made from a model of transformers with \
         `optimum-cli export onnx --model {repository} DIR`, a tokenizer.json with `AutoTokenizer`'s `save_pretrained`",
        shortened(files)
    )]
    NoGraph { repository: String, missing: String, files: Vec<String> },

    #[error(
        "model `{model}` was not fetched: {file} has other bytes than models.lock knows for {revision}: sha256 {found}, \
         locked {expected} (commit {locked_commit}, now {commit}); nothing was changed. {}",
        if commit == locked_commit {
            "One commit has one content: do not trust this source. To trust it all the same, take the model out of models.lock"
        } else {
            "Say --force to take the newer commit, or name the locked one after the @ to keep to it"
        }
    )]
    OtherBytes {
        model: String,
        file: String,
        revision: String,
        locked_commit: String,
        commit: String,
        expected: String,
        found: String,
    },

    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// The first names of a long list.
fn shortened(items: &[String]) -> String {
    const SHOWN: usize = 20;
    match items.len().checked_sub(SHOWN) {
        Some(more @ 1..) => format!("{} and {more} more", items[..SHOWN].join(", ")),
        _ => list(items),
    }
}

fn list(items: &[String]) -> String {
    if items.is_empty() { "none".into() } else { items.join(", ") }
}

/// The beginning of a text, on one line, to name it in a message.
pub(crate) fn excerpt(text: &str) -> String {
    const LENGTH: usize = 60;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
