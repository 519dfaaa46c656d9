//! Reading transcripts without measuring them, and measuring what was read.
//!
//! **Input:** files, named or in memory, and a study. **Output:** a [`Corpus`], its tables, and the results of measuring it.
//! **Refused:** inputs of which none can be read; measuring with a study by which the files would be read in another way. **Left to
//! others:** the stages.

use std::path::Path;

use plenary_corpus::progress::{Progress, Silent};
use plenary_corpus::{Document, Segment, Speaker, Summary, Transcript, Utterance};
use plenary_tables::{DataFrame, TableError, Unmeasured, UnmeasuredTable};

use crate::inputs::{Input, Inputs, Skipped, Sources};
use crate::isolation::Isolation;
use crate::pipeline::{self, Options, Outcome, RunError};
use crate::study::Study;
use crate::variables;

/// Transcripts whose speech is attributed, without measurements.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Corpus {
    /// One per document, sorted by the path of their files.
    pub transcripts: Vec<Transcript>,
    /// Inputs that were not read, or were read under another path.
    pub skipped: Skipped,
    /// The study by which they were read.
    study: Study,
}

/// The options of reading.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// Threads, at least 1. What is read does not depend on it.
    pub threads: usize,
    /// Processes in which files are read that could end this process; `None` reads everything in this process.
    pub isolation: Option<Isolation>,
}

impl Default for ReadOptions {
    /// All cores; everything is read in this process.
    fn default() -> Self {
        Self { threads: pipeline::all_cores(), isolation: None }
    }
}

/// Reads transcripts and attributes their speech. No model is loaded.
///
/// `paths` are files and folders; `study` contains the options of reading ([`Study::default`] recognises everything).
///
/// # Errors
/// [`RunError::NothingRead`] if no input could be read. If only some inputs failed, they are in [`Corpus::skipped`].
pub fn read<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, study: &Study) -> Result<Corpus, RunError> {
    read_with(paths.into_iter().map(|path| Input::from(path.as_ref())), study, &ReadOptions::default(), &Silent)
}

/// As [`read`](fn@read), also of contents in memory; reports progress in bytes and can be stopped.
///
/// # Errors
/// As [`read`](fn@read), and [`RunError::Stopped`].
pub fn read_with<I: Into<Input>>(
    inputs: impl IntoIterator<Item = I>,
    study: &Study,
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<Corpus, RunError> {
    let pool = pipeline::thread_pool(options.threads)?;
    let sources = Sources::find(inputs).isolated(options.isolation.as_ref());
    progress.begin("reading", sources.n_bytes().max(1));
    let Inputs { documents, skipped } = pool.install(|| sources.read_all(&study.reading(), progress))?;
    if documents.is_empty() {
        return Err(RunError::nothing_read(skipped));
    }
    let transcripts = pool.install(|| pipeline::transcribe_corpus(documents, study));
    Ok(Corpus { transcripts, skipped, study: study.clone() })
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

    /// The study by which the transcripts were read.
    pub fn study(&self) -> &Study {
        &self.study
    }

    /// A table of the transcripts, with the columns of the same table of a run.
    ///
    /// # Errors
    /// [`TableError`] if a value does not fit its column.
    pub fn table(&self, table: UnmeasuredTable) -> Result<DataFrame, TableError> {
        let summaries: Vec<Summary> = self.transcripts.iter().map(Transcript::summary).collect();
        let variables = variables::of_corpus(&self.study, summaries.iter());
        let unmeasured = Unmeasured {
            transcripts: &self.transcripts,
            summaries: &summaries,
            other_paths: &self.skipped.other_paths,
            failures: &self.skipped.failures,
            variables: &variables,
        };
        unmeasured.frame(table)
    }

    /// Measures the transcripts: the results of a run over the same inputs. Speech is attributed again, by the study of the
    /// options.
    ///
    /// # Errors
    /// As [`run`](crate::run), and [`RunError::ReadOtherwise`] if the study reads files in another way than that of the corpus.
    pub fn measure(&self, options: &Options, progress: &dyn Progress) -> Result<Outcome, RunError> {
        let [own, of_options] = [&self.study, &options.study];
        let differs = [
            ("[columns]", own.columns != of_options.columns),
            ("[transcript] date_order", own.transcript.date_order != of_options.transcript.date_order),
            ("[transcript] lexicon", own.lexicon != of_options.lexicon),
        ];
        if let Some((section, _)) = differs.iter().find(|(_, differs)| *differs) {
            return Err(RunError::ReadOtherwise { section });
        }
        let documents: Vec<Document> = self.transcripts.iter().map(|transcript| transcript.document.clone()).collect();
        pipeline::run_on(Sources::read_before(documents, self.skipped.clone()), options, progress)
    }
}
