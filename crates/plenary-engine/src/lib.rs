//! Running models: texts to vectors and probabilities.
//!
//! **Input**: a loaded [`Model`] and texts or pairs of texts. **Output**: one [`Row`] per input, a unit vector or
//! probabilities ([`rows`]). An [`Engine`] runs one text or pair per pass without padding, so that the numbers of a text
//! never depend on other texts; pooling, softmax, threads and the [`cache`] are shared by all engines. Finding, checking
//! and loading models is left to `plenary-models`, the meaning of the numbers to `plenary-measure`.

mod available;
pub mod cache;
mod choice;
mod encoder;
mod engine;
mod error;
mod labels;
mod model;
mod numbers;
mod rten;
mod run;
mod runner;
#[cfg(feature = "rust-bert")]
mod rust_bert;
mod stance;
mod static_model;
mod task;
mod tensors;
mod tokens;
mod vocabulary;

pub use available::resolve;
pub use choice::{Device, EngineChoice, UnknownDevice, UnknownEngine};
pub use engine::{Engine, PassError};
pub use error::{BuildError, EngineError, ModelProblem, UnavailableError};
pub use labels::{LabelMap, label_advice};
pub use model::{Input, Model, ModelParts, Row, WrongVocabulary};
pub use run::{Work, map_distinct, rows};
pub use runner::{Runner, RunnerFiles, numbers_file};
pub use stance::{Calibration, StanceTraining};
pub use task::{CONFIG, FILES, Form, GRAPH, Pooling, TOKENIZER, Task, WEIGHTS};
pub use tensors::EMBEDDINGS;
pub use tokens::{Tokenizer, Tokens, Windows};
