//! The bytes of a model's files to an engine.
//!
//! **Input**: the bytes of a graph, a table or weights, and the user's choice of engine. **Output**: a [`Runner`]. Bytes
//! that the engine cannot use are refused. Reading and checking files belongs to `plenary-models`.

use std::collections::HashSet;

use crate::choice::{Device, EngineChoice};
use crate::encoder::Encoder;
use crate::engine::Engine;
use crate::error::BuildError;
use crate::rten::RtenEngine;
use crate::static_model::StaticEngine;
use crate::task::{Form, GRAPH, Task};

/// An engine with the weights of one model.
pub struct Runner(Kind);

enum Kind {
    Graph(Box<dyn Engine>),
    Table(StaticEngine),
}

/// The bytes that an engine is made from.
pub struct RunnerFiles<'f> {
    /// What the model is made of.
    pub form: Form,
    /// What the model is for.
    pub task: Task,
    /// `model.onnx` or `model.safetensors`, as [`numbers_file`] says.
    pub numbers: Vec<u8>,
    /// `config.json`.
    pub config: &'f [u8],
}

/// Name of the file that an engine reads the model's numbers from.
pub fn numbers_file(form: Form, engine: EngineChoice) -> &'static str {
    match engine {
        EngineChoice::RustBert => Form::Weights.files()[0],
        _ => form.files()[0],
    }
}

impl Runner {
    /// Builds the engine.
    ///
    /// # Errors
    /// The bytes are damaged, or the engine cannot run a model of this form.
    pub fn new(files: RunnerFiles, engine: EngineChoice, device: Device) -> Result<Self, BuildError> {
        let RunnerFiles { form, task, numbers, config } = files;
        let kind = match (form, engine) {
            (Form::Static, EngineChoice::RustBert) => {
                Err("it is a static model; the engine rust-bert runs BERT models only".into())
            }
            (_, EngineChoice::RustBert) => rust_bert(&numbers, config, task, device).map(Kind::Graph),
            (Form::Onnx, _) => graph_engine(numbers, task, engine).map(Kind::Graph),
            (Form::Static, _) => StaticEngine::load(&numbers).map(Kind::Table),
            (Form::Weights, _) => Err(format!(
                "it holds weights without a graph ({GRAPH}), which this engine needs; the engine rust-bert runs weights"
            )),
        };
        Ok(Self(kind?))
    }

    /// Rows of the table of a static model; `None` for other models, whose config.json says it.
    pub fn n_tokens(&self) -> Option<usize> {
        match &self.0 {
            Kind::Graph(_) => None,
            Kind::Table(table) => Some(table.n_tokens()),
        }
    }

    /// The engine. A static model gives no vector to the tokens in `silent`; other models ignore them.
    pub(crate) fn into_engine(self, silent: HashSet<u32>) -> Box<dyn Engine> {
        match self.0 {
            Kind::Graph(engine) => engine,
            Kind::Table(table) => Box::new(table.without(silent)),
        }
    }
}

/// The chosen engine for the bytes of a graph; the error is the reason in words.
fn graph_engine(bytes: Vec<u8>, task: Task, choice: EngineChoice) -> Result<Box<dyn Engine>, String> {
    if choice != EngineChoice::Rten {
        match Encoder::load(&bytes) {
            Ok(encoder) => return Ok(Box::new(encoder)),
            Err(other) if choice == EngineChoice::Encoder => return Err(other.to_string()),
            Err(other) => tracing::debug!("{other}; rten runs it"),
        }
    }
    Ok(Box::new(RtenEngine::load(bytes, task)?))
}

#[cfg(feature = "rust-bert")]
fn rust_bert(bytes: &[u8], config: &[u8], task: Task, device: Device) -> Result<Box<dyn Engine>, String> {
    let device = crate::rust_bert::torch_device(device).map_err(|e| e.to_string())?;
    Ok(Box::new(crate::rust_bert::RustBertEngine::load(bytes, config, task, device)?))
}

/// `resolve` refuses an engine that is not part of this program; this is its reason.
#[cfg(not(feature = "rust-bert"))]
fn rust_bert(_: &[u8], _: &[u8], _: Task, device: Device) -> Result<Box<dyn Engine>, String> {
    Err(crate::available::resolve(EngineChoice::RustBert, device).err().map(|e| e.to_string()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_graph_of_another_form_goes_to_rten() {
        let graph = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/all-minilm-l6-v2").join(GRAPH);
        let whole = std::fs::read(graph).unwrap();
        let name =
            |bytes: &[u8], choice| graph_engine(bytes.to_vec(), Task::Embedding, choice).map(|engine| engine.name());
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
