//! The interface for simple uses of the library: reading transcripts and embedding texts.

use std::path::{Path, PathBuf};

use ndarray::Array2;
use plenary_corpus::findings::Embeddings;
use plenary_corpus::progress::{Progress, Silent};
use plenary_corpus::{Segment, Speaker, Transcript, Utterance};
use plenary_engine::{EngineError, Model, Work};
use plenary_measure::embedding;
use plenary_models::UnusableError;

use crate::inputs::{self, Skipped};
use crate::pipeline::{self, RunError};
use crate::study::Study;

/// Transcripts whose speech is attributed, without measurements.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Corpus {
    /// One per document, sorted by the path of their files.
    pub transcripts: Vec<Transcript>,
    /// Inputs that were not read, or were read under another path.
    pub skipped: Skipped,
}

/// Reads transcripts and attributes their speech. No model is loaded.
///
/// `paths` are files and folders; `study` contains the options of reading ([`Study::default`] recognises everything).
///
/// # Errors
/// [`RunError::NothingRead`] if no input could be read. If only some inputs failed, they are in [`Corpus::skipped`].
pub fn read<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, study: &Study) -> Result<Corpus, RunError> {
    let paths: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
    let inputs::Inputs { documents, skipped } = inputs::gather(&paths, &study.reading(), None);
    if documents.is_empty() {
        let Skipped { failures, ignored, .. } = skipped;
        return Err(RunError::NothingRead { failures: failures.into_iter().chain(ignored).collect() });
    }
    Ok(Corpus { transcripts: pipeline::transcribe_corpus(documents, study), skipped })
}

impl Corpus {
    /// The people of every document, each with the document.
    pub fn speakers(&self) -> impl Iterator<Item = (&Transcript, &Speaker)> {
        self.transcripts
            .iter()
            .flat_map(|transcript| transcript.speakers.iter().map(move |speaker| (transcript, speaker)))
    }

    /// The turns of every document, each with the document.
    pub fn utterances(&self) -> impl Iterator<Item = (&Transcript, &Utterance)> {
        self.transcripts.iter().flat_map(|transcript| transcript.utterances.iter().map(move |turn| (transcript, turn)))
    }

    /// The units of analysis of every document, each with the document.
    pub fn segments(&self) -> impl Iterator<Item = (&Transcript, &Segment)> {
        self.transcripts
            .iter()
            .flat_map(|transcript| transcript.segments.iter().map(move |segment| (transcript, segment)))
    }

    /// The turns that a person should check; their `explanation` says why.
    pub fn doubtful(&self) -> impl Iterator<Item = (&Transcript, &Utterance)> {
        self.utterances().filter(|(_, turn)| turn.needs_review)
    }
}

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
        let model = plenary_models::embedding(id)?;
        Ok(Self { model, threads: pipeline::all_cores() })
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
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        embedding::embed(&self.model, &texts, Work { threads: self.threads, progress, cache: None })
    }
}
