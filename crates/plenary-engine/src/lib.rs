//! Tokens to numbers: finding, checking and running models.
//!
//! In come texts and the id of a model, out go unit vectors or probabilities. An [`Engine`] runs one text (or pair) per
//! pass without padding, so that a text's numbers never depend on its neighbours; pooling, softmax and the work over
//! threads are shared by all engines. What the numbers mean is `measure`'s business.
//!
//! ```no_run
//! use plenary_corpus::progress::Silent;
//! use plenary_engine::{self as engine, EngineChoice, Work, rows};
//!
//! # fn main() -> Result<(), engine::EngineError> {
//! let folder = engine::find(&engine::places(None), "all-minilm-l6-v2")?;
//! let model = engine::load(&folder, EngineChoice::Auto)?;
//! let work = Work { threads: 2, progress: &Silent, cache: None };
//! let rows = rows("embedding", &model, &[("We need a treaty.", None), ("We do not.", None)], work)?;
//! assert_eq!(rows[0].numbers.len(), 384);
//! # Ok(())
//! # }
//! ```

pub mod cache;
mod choice;
mod choose;
mod config;
mod convert;
mod device;
mod distill;
mod encoder;
mod error;
mod fetch;
mod folder;
mod hub;
mod install;
mod labels;
mod load;
mod lock;
mod manifest;
mod numbers;
mod places;
mod rten;
mod run;
#[cfg(feature = "rust-bert")]
mod rust_bert;
mod static_model;
mod tokens;
mod vocabulary;
mod weights;

use std::collections::BTreeMap;

use ndarray::Array2;

pub use choice::{EngineChoice, UnknownEngine};
pub use choose::Wanted;
pub use convert::{CONVERTED, convert};
pub use device::{Device, UnknownDevice, find_weights, resolve};
pub use distill::{DIMENSIONS, DISTILLED, distill, find_static};
pub use error::EngineError;
pub use fetch::{ENDPOINT, Fetched, Request, TOKEN, fetch};
pub use folder::{
    CONFIG, FILES, Facts, Form, GRAPH, Listed, ModelFolder, Pooling, TOKENIZER, Task, WEIGHTS, find, list,
};
pub use install::{Installed, install};
pub use load::{FileCheck, load, load_all, load_on, verify};
pub use lock::LOCK;
pub use manifest::MANIFEST;
pub use numbers::{add_marked, softmax, unit};
pub use places::{Place, VARIABLE, places, user_folder};
pub use run::Work;
pub use tokens::{Tokenizer, Tokens, Windows};

use labels::LabelMap;
pub use run::{Input, Row, rows};

/// Runs a loaded graph, one text or pair per pass.
pub trait Engine: Send + Sync {
    /// Name of the engine for the table of runs.
    fn name(&self) -> &'static str;

    /// Rises whenever the engine's numbers change in any bit: what was cached under another version is not used.
    fn version(&self) -> u32;

    /// Whether every text has a vector. A static model has none for a text without a single known token.
    fn knows_every_text(&self) -> bool {
        true
    }

    /// Whether a pass costs less than a look-up in the cache.
    fn is_cheap(&self) -> bool {
        false
    }

    /// Hidden states `[tokens, width]` of an encoder, or logits `[1, labels]` of a classifier. The same tokens give the
    /// same bits, whatever else runs at the time.
    fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError>;
}

/// Why an engine could not finish a pass, for people.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PassError(pub String);

/// A model whose files were checked and which is ready to run.
pub struct Model {
    pub id: String,
    pub task: Task,
    /// Width of the vectors or hidden states.
    pub dimensions: usize,
    /// Tokens the model takes in a pass, special tokens included; longer texts are split into several passes.
    pub max_tokens: usize,
    /// sha256 of each file that was loaded.
    pub sha256: BTreeMap<String, String>,
    tokenizer: Tokenizer,
    engine: Box<dyn Engine>,
    pooling: Pooling,
    /// What each logit counts for.
    labels: LabelMap,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("id", &self.id).field("task", &self.task).finish_non_exhaustive()
    }
}

impl Model {
    /// Name of the engine that runs the model.
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// sha256 of the file that holds the model's numbers.
    pub fn weights_sha256(&self) -> Option<&str> {
        [GRAPH, WEIGHTS].iter().find_map(|file| self.sha256.get(*file)).map(String::as_str)
    }

    /// Fails unless the model is for this task.
    pub fn expect_task(&self, expected: Task) -> Result<(), EngineError> {
        if self.task == expected {
            return Ok(());
        }
        Err(EngineError::WrongTask { model: self.id.clone(), found: self.task, expected })
    }

    /// What the model says of a text, or of a premise and a hypothesis: a unit vector, or probabilities in the order of the
    /// task's labels.
    ///
    /// A text of several windows: the mean over the tokens of all windows, or the mean of the windows' probabilities weighted
    /// by their tokens.
    pub(crate) fn row(&self, (text, second): Input) -> Result<Row, EngineError> {
        let windows = match second {
            None => self.tokenizer.text(text)?,
            Some(second) => self.tokenizer.pair(text, second)?,
        };
        let numbers = match self.task {
            Task::Embedding => self.vector(text, &windows.passes)?,
            Task::Inference | Task::Sentiment => self.probabilities(text, &windows.passes)?,
        };
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Row { numbers, n_tokens: count(windows.n_tokens), n_windows: count(windows.passes.len()) })
    }

    fn vector(&self, text: &str, passes: &[Tokens]) -> Result<Vec<f32>, EngineError> {
        let mut sum = vec![0f64; self.dimensions];
        for tokens in passes {
            let hidden = self.engine.forward(tokens).map_err(|e| self.failed(text, e.0))?;
            if hidden.dim() != (tokens.ids.len(), self.dimensions) {
                let (rows, columns) = hidden.dim();
                let (wanted, width) = (tokens.ids.len(), self.dimensions);
                return Err(
                    self.failed(text, format!("expected {wanted} x {width} hidden states, found {rows} x {columns}"))
                );
            }
            match self.pooling {
                Pooling::Mean => add_marked(&mut sum, hidden.view(), &tokens.attention_mask),
                Pooling::Cls => add_marked(&mut sum, hidden.view(), &[1]),
            }
        }
        if !self.engine.knows_every_text() && sum.iter().all(|&x| x == 0.0) {
            return Ok(vec![0.0; self.dimensions]);
        }
        unit(&sum).ok_or_else(|| self.failed(text, "its hidden states are not finite numbers".into()))
    }

    fn probabilities(&self, text: &str, passes: &[Tokens]) -> Result<Vec<f32>, EngineError> {
        let mut parts = Vec::with_capacity(passes.len());
        for tokens in passes {
            let logits = self.engine.forward(tokens).map_err(|e| self.failed(text, e.0))?;
            let wanted = self.labels.n_logits();
            if logits.dim() != (1, wanted) {
                let (rows, columns) = logits.dim();
                return Err(self.failed(text, format!("expected 1 x {wanted} logits, found {rows} x {columns}")));
            }
            let logits: Vec<f32> = logits.into_iter().collect();
            let probabilities = (self.labels.probabilities(&logits))
                .ok_or_else(|| self.failed(text, format!("its logits are not finite numbers: {logits:?}")))?;
            parts.push((probabilities, tokens.ids.len() as f64));
        }
        if let [(only, _)] = parts.as_mut_slice() {
            return Ok(std::mem::take(only));
        }
        let all: f64 = parts.iter().map(|(_, n)| n).sum();
        let mean = |label: usize| (parts.iter().map(|(p, n)| f64::from(p[label]) * n).sum::<f64>() / all) as f32;
        Ok((0..self.task.labels().len()).map(mean).collect())
    }

    fn failed(&self, text: &str, reason: String) -> EngineError {
        EngineError::Pass { model: self.id.clone(), text: error::excerpt(text), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_corpus::progress::Silent;

    /// Gives the same numbers for every token, or as logits.
    struct Constant {
        numbers: Vec<f32>,
        per_token: bool,
    }

    impl Engine for Constant {
        fn name(&self) -> &'static str {
            "constant"
        }

        fn version(&self) -> u32 {
            1
        }

        fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
            let rows = if self.per_token { tokens.ids.len() } else { 1 };
            Ok(Array2::from_shape_fn((rows, self.numbers.len()), |(_, column)| self.numbers[column]))
        }
    }

    fn model(task: Task, numbers: &[f32]) -> Model {
        let tokenizer = include_bytes!("../../../models/all-minilm-l6-v2/tokenizer.json");
        Model {
            id: "m".into(),
            task,
            dimensions: 2,
            max_tokens: 512,
            sha256: BTreeMap::new(),
            tokenizer: Tokenizer::from_bytes("m", tokenizer, 512).unwrap(),
            engine: Box::new(Constant { numbers: numbers.to_vec(), per_token: task == Task::Embedding }),
            pooling: Pooling::Mean,
            labels: LabelMap::of(Task::Sentiment, &["neutral", "positive", "negative"].map(String::from)).unwrap(),
        }
    }

    const WORK: Work = Work { threads: 2, progress: &Silent, cache: None };

    fn numbers_of(model: &Model, text: &str) -> Result<Vec<f32>, EngineError> {
        rows("testing", model, &[(text, None)], WORK).map(|rows| rows[0].numbers.clone())
    }

    #[test]
    fn what_is_no_number_is_told_with_its_text() {
        let error = numbers_of(&model(Task::Embedding, &[f32::NAN, 1.0]), "A treaty.").unwrap_err();
        assert!(error.to_string().contains("failed on the text \"A treaty.\""), "{error}");
        let error = numbers_of(&model(Task::Sentiment, &[f32::INFINITY, 1.0, 0.0]), "A treaty.");
        assert!(matches!(error, Err(EngineError::Pass { .. })));
    }

    #[test]
    fn a_width_that_is_not_the_promised_one_is_refused() {
        let error = numbers_of(&model(Task::Embedding, &[1.0, 2.0, 3.0]), "Yes.").unwrap_err();
        assert!(error.to_string().contains("expected 4 x 2 hidden states, found 4 x 3"), "{error}");
        let error = numbers_of(&model(Task::Sentiment, &[1.0, 2.0]), "Yes.").unwrap_err();
        assert!(error.to_string().contains("expected 1 x 3 logits, found 1 x 2"), "{error}");
    }

    #[test]
    fn a_text_of_several_windows_has_the_mean_over_its_tokens() {
        let mut model = model(Task::Sentiment, &[0.0, 0.0, 100.0]);
        let text = "no ".repeat(20);
        let whole = model.row((&text, None)).unwrap();
        let tokenizer = include_bytes!("../../../models/all-minilm-l6-v2/tokenizer.json");
        model.tokenizer = Tokenizer::from_bytes("m", tokenizer, 12).unwrap();
        let split = model.row((&text, None)).unwrap();
        assert_eq!((whole.n_windows, split.n_windows, split.n_tokens), (1, 2, 22));
        assert_eq!(split.numbers, whole.numbers);
    }

    #[test]
    fn logits_are_put_into_the_order_of_the_task() {
        let numbers = numbers_of(&model(Task::Sentiment, &[0.0, 0.0, 100.0]), "No.").unwrap();
        assert_eq!(numbers, [1.0, 0.0, 0.0], "the model's third label is the task's first");
    }
}
