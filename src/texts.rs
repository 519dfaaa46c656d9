//! Models on lists of texts, without documents and tables.
//!
//! **Input:** texts; for stance also propositions. **Output:** vectors, probabilities of tone, codings of stance, one per text in
//! their order. What is computed of a text depends only on the text, not on the other texts or on the number of threads.
//! **Refused:** models for other tasks, damaged models, propositions that are empty. **Left to others:** the numbers (plenary-measure).

use std::path::Path;

use ndarray::Array2;
use plenary_corpus::Context;
use plenary_corpus::OptionError;
use plenary_corpus::findings::{Codings, Embeddings, Sentiment, Target};
use plenary_corpus::progress::{Progress, Silent};
use plenary_engine::{EngineError, Model, Task, Work};
use plenary_measure::coder::{CodeError, Coder, Units};
use plenary_measure::stance::{InferenceCoder, StanceOptions, relevance};
use plenary_measure::{embedding, sentiment};
use plenary_models::{ModelOptions, UnusableError, of_task};

use crate::pipeline;

/// A model that embeds texts. The vector of a text depends only on the text, not on the other texts or on the number of
/// threads.
#[derive(Debug)]
pub struct Encoder {
    model: Model,
    threads: usize,
}

impl Encoder {
    /// Loads an embedding model by its id, such as `all-minilm-l6-v2`, from the usual places, and uses all cores.
    ///
    /// # Errors
    /// [`UnusableError`] if there is no such model, its files are not those that its manifest names, or it is not for
    /// embedding.
    pub fn load(id: &str) -> Result<Self, UnusableError> {
        Self::load_from(None, id)
    }

    /// As [`Encoder::load`], from a folder of models; `None` searches the usual places.
    ///
    /// # Errors
    /// As [`Encoder::load`].
    pub fn load_from(models: Option<&Path>, id: &str) -> Result<Self, UnusableError> {
        Ok(Self { model: of_task(models, id, Task::Embedding)?, threads: pipeline::all_cores() })
    }

    /// Sets the number of threads.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// Number of dimensions of the vectors.
    pub fn dimensions(&self) -> usize {
        self.model.dimensions
    }

    /// The vectors of texts: shape `[texts, dimensions]`, each row of length 1.
    ///
    /// # Errors
    /// [`EngineError`] if a pass of the model fails.
    pub fn encode<T: AsRef<str>>(&self, texts: &[T]) -> Result<Array2<f32>, EngineError> {
        Ok(self.encode_with(texts, &Silent)?.vectors)
    }

    /// As [`Encoder::encode`], with the number of tokens and windows of each text; reports progress and can be stopped.
    ///
    /// # Errors
    /// [`EngineError`] if a pass of the model fails or `progress` asks to stop.
    pub fn encode_with<T: AsRef<str>>(&self, texts: &[T], progress: &dyn Progress) -> Result<Embeddings, EngineError> {
        embedding::embed(&self.model, &borrowed(texts), work(self.threads, progress))
    }
}

/// A model that scores the tone of texts.
#[derive(Debug)]
pub struct SentimentModel {
    model: Model,
    threads: usize,
}

impl SentimentModel {
    /// Loads a model by its id from a folder of models, and uses all cores; `None` searches the usual places.
    ///
    /// # Errors
    /// [`UnusableError`] if there is no such model, its files are not those that its manifest names, or it is not for sentiment.
    pub fn load_from(models: Option<&Path>, id: &str) -> Result<Self, UnusableError> {
        Ok(Self { model: of_task(models, id, Task::Sentiment)?, threads: pipeline::all_cores() })
    }

    /// Sets the number of threads.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// The tone of each text. Reports progress and can be stopped.
    ///
    /// # Errors
    /// [`EngineError`] if a pass of the model fails or `progress` asks to stop.
    pub fn score<T: AsRef<str>>(&self, texts: &[T], progress: &dyn Progress) -> Result<Sentiment, EngineError> {
        sentiment::score(&self.model, &borrowed(texts), work(self.threads, progress))
    }
}

/// An inference model that codes the stance of texts, with the embedding model that decides whether a text is on the topic.
#[derive(Debug)]
pub struct StanceModel {
    embedder: Model,
    inference: Model,
    options: StanceOptions,
    threads: usize,
}

impl StanceModel {
    /// Loads the embedding model and the stance model that `ids` name from a folder of models, and uses all cores; `None` searches
    /// the usual places. `options` say when a text gets no label.
    ///
    /// # Errors
    /// [`UnusableError`] if there is no such model, its files are not those that its manifest names, or it is for another task.
    pub fn load_from(models: Option<&Path>, ids: &ModelOptions, options: StanceOptions) -> Result<Self, UnusableError> {
        Ok(Self {
            embedder: of_task(models, &ids.embedding, Task::Embedding)?,
            inference: of_task(models, &ids.stance, Task::Inference)?,
            options,
            threads: pipeline::all_cores(),
        })
    }

    /// Sets the number of threads.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads: threads.max(1), ..self }
    }

    /// The stance of each text towards each target, as of segments before which nothing was said. Reports progress and can be
    /// stopped.
    ///
    /// # Errors
    /// [`CodeTextsError`] if a target is not valid, a pass of a model fails or `progress` asks to stop.
    pub fn code<T: AsRef<str>>(
        &self,
        texts: &[T],
        targets: &[Target],
        progress: &dyn Progress,
    ) -> Result<Codings, CodeTextsError> {
        for (at, target) in targets.iter().enumerate() {
            target.check(&format!("target {}", at + 1))?;
        }
        let texts = borrowed(texts);
        let work = work(self.threads, progress);
        let propositions: Vec<&str> = targets.iter().map(|target| target.proposition.as_str()).collect();
        let silent = Work { progress: &Silent, ..work };
        let propositions = embedding::embed(&self.embedder, &propositions, silent).map_err(CodeError::from)?.vectors;
        let vectors = embedding::embed(&self.embedder, &texts, work).map_err(CodeError::from)?.vectors;
        let relevance = relevance(propositions.view(), vectors.view()).map_err(CodeError::from)?;
        let n = texts.len();
        let context_relevance = Array2::zeros((targets.len(), n));
        let units = Units {
            ids: &vec![""; n],
            texts: &texts,
            contexts: &vec![Context::default(); n],
            relevance: relevance.view(),
            context_relevance: context_relevance.view(),
            vectors: vectors.view(),
            turns: &[],
            sentiment: None,
            earlier: &[],
            questions: &vec![false; n],
            asked: None,
        };
        let coder = InferenceCoder::new(None, &self.inference, &self.options).map_err(CodeError::from)?;
        Ok(coder.code(units, targets, work)?)
    }
}

/// Why texts were not coded.
#[derive(Debug, thiserror::Error)]
pub enum CodeTextsError {
    /// A target is not valid.
    #[error(transparent)]
    Target(#[from] OptionError),
    /// A model failed, or the user stopped the work.
    #[error(transparent)]
    Coder(#[from] CodeError),
}

fn borrowed<T: AsRef<str>>(texts: &[T]) -> Vec<&str> {
    texts.iter().map(AsRef::as_ref).collect()
}

fn work(threads: usize, progress: &dyn Progress) -> Work<'_> {
    Work { threads, progress, cache: None }
}
