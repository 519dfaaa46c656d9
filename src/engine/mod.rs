//! Tokens to numbers: finding, checking and running models.
//!
//! In come texts and the id of a model, out go unit vectors or probabilities. An [`Engine`] runs one text (or pair) per
//! pass without padding, so that a text's numbers never depend on its neighbours; pooling, softmax and the work over
//! threads are shared by all engines. What the numbers mean is `measure`'s business.
//!
//! ```no_run
//! use plenary::engine::{self, Work};
//! use plenary::measure::embedding;
//! use plenary::progress::Silent;
//!
//! # fn main() -> Result<(), engine::EngineError> {
//! let folder = engine::find(&engine::places(None), "all-minilm-l6-v2")?;
//! let model = engine::load(&folder)?;
//! let work = Work { threads: 2, progress: &Silent };
//! let embeddings = embedding::embed(&model, &["We need a treaty.", "We do not."], work)?;
//! assert_eq!(embeddings.vectors.dim(), (2, 384));
//! # Ok(())
//! # }
//! ```

mod error;
mod folder;
mod install;
mod load;
mod numbers;
mod places;
mod rten;
mod run;
mod tokens;

use std::collections::BTreeMap;

use ndarray::Array2;

pub use error::EngineError;
pub use folder::{CONFIG, FILES, Facts, GRAPH, Listed, MANIFEST, ModelFolder, Pooling, TOKENIZER, Task, find, list};
pub use install::{Installed, install};
pub use load::{FileCheck, load, load_all, verify};
pub use numbers::{mean_pool, softmax};
pub use places::{Place, VARIABLE, places, user_folder};
pub use run::Work;
pub use tokens::{Tokenizer, Tokens};

pub(crate) use run::rows;

/// Runs a loaded graph, one text or pair per pass.
pub trait Engine: Send + Sync {
    /// Name of the engine for the table of runs.
    fn name(&self) -> &'static str;

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
    /// Tokens the model takes, special tokens included; longer texts are cut and say so.
    pub max_tokens: usize,
    /// sha256 of each file that was loaded.
    pub sha256: BTreeMap<String, String>,
    tokenizer: Tokenizer,
    engine: Box<dyn Engine>,
    /// For each label of the task its position among the logits.
    positions: Vec<usize>,
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

    /// Fails unless the model is for this task.
    pub(crate) fn expect_task(&self, expected: Task) -> Result<(), EngineError> {
        if self.task == expected {
            return Ok(());
        }
        Err(EngineError::WrongTask { model: self.id.clone(), found: self.task, expected })
    }

    /// The unit vector of one text, and its tokens.
    pub(crate) fn vector(&self, text: &str) -> Result<(Vec<f32>, Tokens), EngineError> {
        let tokens = self.tokenizer.text(text)?;
        let hidden = self.engine.forward(&tokens).map_err(|e| self.failed(text, e.0))?;
        if hidden.dim() != (tokens.ids.len(), self.dimensions) {
            let (rows, columns) = hidden.dim();
            let (wanted, width) = (tokens.ids.len(), self.dimensions);
            return Err(
                self.failed(text, format!("expected {wanted} x {width} hidden states, found {rows} x {columns}"))
            );
        }
        let vector = mean_pool(hidden.view(), &tokens.attention_mask)
            .ok_or_else(|| self.failed(text, "its hidden states are not finite numbers".into()))?;
        Ok((vector, tokens))
    }

    /// Probabilities in the order of the task's labels, and whether the text was cut. With a second text the two are
    /// premise and hypothesis.
    pub(crate) fn probabilities(&self, text: &str, second: Option<&str>) -> Result<([f32; 3], bool), EngineError> {
        let tokens = match second {
            None => self.tokenizer.text(text)?,
            Some(second) => self.tokenizer.pair(text, second)?,
        };
        let logits = self.engine.forward(&tokens).map_err(|e| self.failed(text, e.0))?;
        let (&[a, b, c], (1, 3)) = (self.positions.as_slice(), logits.dim()) else {
            let (rows, columns) = logits.dim();
            let wanted = self.positions.len();
            return Err(self.failed(text, format!("expected 1 x {wanted} logits, found {rows} x {columns}")));
        };
        let logits = [logits[[0, a]], logits[[0, b]], logits[[0, c]]];
        match softmax(&logits).as_deref() {
            Some(&[a, b, c]) => Ok(([a, b, c], tokens.truncated)),
            _ => Err(self.failed(text, format!("its logits are not finite numbers: {logits:?}"))),
        }
    }

    fn failed(&self, text: &str, reason: String) -> EngineError {
        EngineError::Pass { model: self.id.clone(), text: error::excerpt(text), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{embedding, sentiment};
    use crate::progress::Silent;

    /// Gives the same numbers for every token, or as logits.
    struct Constant {
        numbers: Vec<f32>,
        per_token: bool,
    }

    impl Engine for Constant {
        fn name(&self) -> &'static str {
            "constant"
        }

        fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
            let rows = if self.per_token { tokens.ids.len() } else { 1 };
            Ok(Array2::from_shape_fn((rows, self.numbers.len()), |(_, column)| self.numbers[column]))
        }
    }

    fn model(task: Task, numbers: &[f32]) -> Model {
        let tokenizer = include_bytes!("../../models/all-minilm-l6-v2/tokenizer.json");
        Model {
            id: "m".into(),
            task,
            dimensions: 2,
            max_tokens: 512,
            sha256: BTreeMap::new(),
            tokenizer: Tokenizer::from_bytes("m", tokenizer, 512).unwrap(),
            engine: Box::new(Constant { numbers: numbers.to_vec(), per_token: task == Task::Embedding }),
            positions: vec![2, 0, 1],
        }
    }

    const WORK: Work = Work { threads: 2, progress: &Silent };

    #[test]
    fn what_is_no_number_is_told_with_its_text() {
        let error = embedding::embed(&model(Task::Embedding, &[f32::NAN, 1.0]), &["A treaty."], WORK).unwrap_err();
        assert!(error.to_string().contains("failed on the text \"A treaty.\""), "{error}");
        let error = sentiment::score(&model(Task::Sentiment, &[f32::INFINITY, 1.0, 0.0]), &["A treaty."], WORK);
        assert!(matches!(error, Err(EngineError::Pass { .. })));
    }

    #[test]
    fn a_width_that_is_not_the_promised_one_is_refused() {
        let error = embedding::embed(&model(Task::Embedding, &[1.0, 2.0, 3.0]), &["Yes."], WORK).unwrap_err();
        assert!(error.to_string().contains("expected 4 x 2 hidden states, found 4 x 3"), "{error}");
        let error = sentiment::score(&model(Task::Sentiment, &[1.0, 2.0]), &["Yes."], WORK).unwrap_err();
        assert!(error.to_string().contains("expected 1 x 3 logits, found 1 x 2"), "{error}");
    }

    #[test]
    fn logits_are_put_into_the_order_of_the_task() {
        let scores = sentiment::score(&model(Task::Sentiment, &[0.0, 0.0, 100.0]), &["No."], WORK).unwrap().scores;
        assert_eq!(scores[0].label(), "negative", "the model's third label is the task's first");
    }
}
