//! A model that is ready to run: texts or pairs to rows of numbers.
//!
//! **Input**: a text, or a premise and a hypothesis. **Output**: [`Row`], a unit vector or probabilities. Hidden states and
//! logits that are not finite or have another shape than the model's are refused. Many inputs, threads and the cache are
//! left to `run`.

use std::collections::BTreeMap;

use ndarray::Array2;

use crate::engine::{Engine, PassError};
use crate::error::{EngineError, ModelProblem, excerpt};
use crate::labels::LabelMap;
use crate::numbers::{add_marked, unit};
use crate::runner::Runner;
use crate::stance::StanceTraining;
use crate::task::{GRAPH, Pooling, Task, WEIGHTS};
use crate::tokens::{Tokenizer, Tokens, Windows};

/// A text, or a premise and a hypothesis.
pub type Input<'t> = (&'t str, Option<&'t str>);

/// The numbers of one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// A unit vector, or probabilities in the order of the task's labels.
    pub numbers: Vec<f32>,
    /// Tokens of the input, special tokens included.
    pub n_tokens: u32,
    /// Number of passes that the model needed to read all of them.
    pub n_windows: u32,
}

impl Row {
    /// The probabilities of a task's three labels; every model of such a task gives three.
    pub fn labels(&self) -> [f32; 3] {
        self.numbers.first_chunk().copied().unwrap_or([f32::NAN; 3])
    }
}

/// The parts of a [`Model`].
pub struct ModelParts {
    /// Id of the model.
    pub id: String,
    /// What the model is for.
    pub task: Task,
    /// How an embedding is made.
    pub pooling: Pooling,
    /// Width of the vectors or hidden states.
    pub dimensions: usize,
    /// Maximum number of tokens that the model takes in a pass, special tokens included.
    pub max_tokens: usize,
    /// The label that each logit is counted for.
    pub labels: LabelMap,
    /// sha256 of each file that was loaded, by file name.
    pub sha256: BTreeMap<String, String>,
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The engine with the model's weights.
    pub runner: Runner,
    /// Rows of the table of token embeddings, if the model's config gives the number.
    pub n_embeddings: Option<usize>,
    /// What an inference model was trained for beyond inference.
    pub stance: StanceTraining,
}

/// A tokenizer with more tokens than the model has embeddings: the two belong to different models.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tokenizer has {n_tokens} tokens and the model's table of embeddings {n_rows} rows")]
pub struct WrongVocabulary {
    /// Rows that the tokenizer needs.
    pub n_tokens: usize,
    /// Rows that the table has.
    pub n_rows: usize,
}

/// A model whose files were checked and which is ready to run.
pub struct Model {
    /// Name of the model's folder, by which a study refers to it.
    pub id: String,
    /// What the model is for.
    pub task: Task,
    /// Width of the vectors or hidden states.
    pub dimensions: usize,
    /// Maximum number of tokens that the model takes in a pass, special tokens included; longer texts are split into
    /// several passes.
    pub max_tokens: usize,
    /// sha256 of each file that was loaded, by file name.
    pub sha256: BTreeMap<String, String>,
    /// What an inference model was trained for beyond inference.
    pub stance: StanceTraining,
    tokenizer: Tokenizer,
    engine: Box<dyn Engine>,
    pooling: Pooling,
    /// The label that each logit is counted for.
    labels: LabelMap,
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model").field("id", &self.id).field("task", &self.task).finish_non_exhaustive()
    }
}

impl Model {
    /// Puts a model together.
    ///
    /// # Errors
    /// The tokenizer has tokens for which the model has no embedding.
    pub fn new(parts: ModelParts) -> Result<Self, WrongVocabulary> {
        let ModelParts { id, task, pooling, dimensions, max_tokens, labels, sha256, .. } = parts;
        let ModelParts { tokenizer, runner, n_embeddings, stance, .. } = parts;
        let (n_rows, n_tokens) = (runner.n_tokens().or(n_embeddings), tokenizer.n_rows());
        if let Some(n_rows) = n_rows.filter(|n_rows| *n_rows < n_tokens) {
            return Err(WrongVocabulary { n_tokens, n_rows });
        }
        let engine = runner.into_engine(tokenizer.silent().clone());
        Ok(Self { id, task, dimensions, max_tokens, sha256, stance, tokenizer, engine, pooling, labels })
    }

    /// Name of the engine that runs the model.
    pub fn engine_name(&self) -> &'static str {
        self.engine.name()
    }

    /// The tokenizer of the model.
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// sha256 of the file that holds the model's numbers.
    pub fn weights_sha256(&self) -> Option<&str> {
        [GRAPH, WEIGHTS].iter().find_map(|file| self.sha256.get(*file)).map(String::as_str)
    }

    /// Fails unless the model is for this task.
    ///
    /// # Errors
    /// [`ModelProblem::Task`].
    pub fn expect_task(&self, expected: Task) -> Result<(), EngineError> {
        if self.task == expected {
            return Ok(());
        }
        Err(self.problem(ModelProblem::Task { found: self.task, expected }))
    }

    /// Runs the engine on tokens: hidden states `[tokens, width]` of an encoder, or logits `[1, labels]` of a classifier.
    /// Nothing is pooled.
    ///
    /// # Errors
    /// The engine cannot take the tokens, or fails.
    pub fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError> {
        self.engine.forward(tokens)
    }

    /// The engine, for the properties that the cache needs.
    pub(crate) fn engine(&self) -> &dyn Engine {
        self.engine.as_ref()
    }

    /// Properties of a model that a manifest can give beyond the files, in a form that is part of the cache key.
    pub(crate) fn pooling_and_labels(&self) -> (Pooling, &LabelMap) {
        (self.pooling, &self.labels)
    }

    /// The numbers of each text, or of each premise and hypothesis: a unit vector, or probabilities in the order of the task's
    /// labels. They do not depend on the other inputs.
    ///
    /// For a text of several windows: the mean over the tokens of all windows, or the mean of the windows' probabilities
    /// weighted by their tokens.
    pub(crate) fn rows(&self, inputs: &[Input]) -> Vec<Result<Row, EngineError>> {
        let windows: Vec<_> = (inputs.iter())
            .map(|(text, second)| match second {
                None => self.tokenizer.text(text),
                Some(second) => self.tokenizer.pair(text, second),
            })
            .collect();
        let passes: Vec<&Tokens> = windows.iter().flatten().flat_map(|windows| &windows.passes).collect();
        let mut results = self.engine.forward_all(&passes).into_iter();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let row = |((text, _), windows): (&Input, Result<Windows, ModelProblem>)| {
            let windows = windows.map_err(|problem| self.problem(problem))?;
            // All passes of a text are taken, whether or not one failed, so that the next text finds its own.
            let results: Vec<_> = results.by_ref().take(windows.passes.len()).collect();
            let results = results.into_iter().collect::<Result<Vec<_>, _>>().map_err(|e| self.failed(text, e.0))?;
            let numbers = match self.task {
                Task::Embedding => self.vector(text, &windows.passes, &results)?,
                Task::Inference | Task::Sentiment => self.probabilities(text, &windows.passes, results)?,
            };
            Ok(Row { numbers, n_tokens: count(windows.n_tokens), n_windows: count(windows.passes.len()) })
        };
        inputs.iter().zip(windows).map(row).collect()
    }

    fn vector(&self, text: &str, passes: &[Tokens], results: &[Array2<f32>]) -> Result<Vec<f32>, EngineError> {
        let mut sum = vec![0f64; self.dimensions];
        for (tokens, hidden) in passes.iter().zip(results) {
            if hidden.dim() != (tokens.ids.len(), self.dimensions) {
                let (rows, columns) = hidden.dim();
                let (wanted, width) = (tokens.ids.len(), self.dimensions);
                return Err(
                    self.failed(text, format!("expected {wanted} x {width} hidden states, found {rows} x {columns}"))
                );
            }
            match self.pooling {
                Pooling::Mean => add_marked(&mut sum, &hidden.view(), &tokens.attention_mask),
                Pooling::Cls => add_marked(&mut sum, &hidden.view(), &[1]),
            }
        }
        if !self.engine.knows_every_text() && sum.iter().all(|&x| x == 0.0) {
            return Ok(vec![0.0; self.dimensions]);
        }
        unit(&sum).ok_or_else(|| self.failed(text, "its hidden states are not finite numbers".into()))
    }

    fn probabilities(&self, text: &str, passes: &[Tokens], results: Vec<Array2<f32>>) -> Result<Vec<f32>, EngineError> {
        let mut parts = Vec::with_capacity(passes.len());
        for (tokens, logits) in passes.iter().zip(results) {
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
        self.problem(ModelProblem::Pass { text: excerpt(text), reason })
    }

    fn problem(&self, problem: ModelProblem) -> EngineError {
        EngineError::Model { model: self.id.clone(), problem }
    }
}

#[cfg(test)]
const TOKENIZER: &[u8] = include_bytes!("../../../models/all-minilm-l6-v2/tokenizer.json");

#[cfg(test)]
impl Model {
    /// A model of two dimensions with any engine.
    pub(crate) fn for_test(task: Task, engine: Box<dyn Engine>, labels: LabelMap, max_tokens: usize) -> Self {
        Self {
            stance: StanceTraining::default(),
            id: "m".into(),
            task,
            dimensions: 2,
            max_tokens,
            sha256: BTreeMap::new(),
            tokenizer: Tokenizer::from_bytes(TOKENIZER, max_tokens).unwrap(),
            engine,
            pooling: Pooling::Mean,
            labels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Work, rows};
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
        let engine = Constant { numbers: numbers.to_vec(), per_token: task == Task::Embedding };
        let labels = LabelMap::of(Task::Sentiment, &["neutral", "positive", "negative"].map(String::from)).unwrap();
        Model::for_test(task, Box::new(engine), labels, 512)
    }

    const WORK: Work = Work { threads: 2, progress: &Silent, cache: None };

    fn numbers_of(model: &Model, text: &str) -> Result<Vec<f32>, EngineError> {
        rows("testing", model, &[(text, None)], WORK).map(|rows| rows[0].numbers.clone())
    }

    #[test]
    fn numbers_that_are_not_finite_are_reported_with_their_text() {
        let error = numbers_of(&model(Task::Embedding, &[f32::NAN, 1.0]), "A treaty.").unwrap_err();
        assert!(error.to_string().contains("failed on the text \"A treaty.\""), "{error}");
        let error = numbers_of(&model(Task::Sentiment, &[f32::INFINITY, 1.0, 0.0]), "A treaty.");
        assert!(matches!(error, Err(EngineError::Model { problem: ModelProblem::Pass { .. }, .. })));
    }

    #[test]
    fn a_width_other_than_the_models_is_refused() {
        let error = numbers_of(&model(Task::Embedding, &[1.0, 2.0, 3.0]), "Yes.").unwrap_err();
        assert!(error.to_string().contains("expected 4 x 2 hidden states, found 4 x 3"), "{error}");
        let error = numbers_of(&model(Task::Sentiment, &[1.0, 2.0]), "Yes.").unwrap_err();
        assert!(error.to_string().contains("expected 1 x 3 logits, found 1 x 2"), "{error}");
    }

    #[test]
    fn a_text_of_several_windows_has_the_mean_over_its_tokens() {
        let mut model = model(Task::Sentiment, &[0.0, 0.0, 100.0]);
        let text = "no ".repeat(20);
        let whole = model.rows(&[(&text, None)]).remove(0).unwrap();
        model.tokenizer = Tokenizer::from_bytes(TOKENIZER, 12).unwrap();
        let split = model.rows(&[(&text, None)]).remove(0).unwrap();
        assert_eq!((whole.n_windows, split.n_windows, split.n_tokens), (1, 2, 22));
        assert_eq!(split.numbers, whole.numbers);
    }

    #[test]
    fn logits_are_put_into_the_order_of_the_task() {
        let numbers = numbers_of(&model(Task::Sentiment, &[0.0, 0.0, 200.0]), "No.").unwrap();
        assert_eq!(numbers, [1.0, 0.0, 0.0], "the model's third label is the task's first");
    }
}
