//! The order of the stages: inputs are read and attributed, measured, clustered, estimated and written.
//!
//! **Input:** files, named or in memory, a study, and the folders of models, results and the cache. **Output:** [`Results`], in a folder or
//! in memory. [`measure_part`] does everything for a share of a corpus that does not need the whole corpus, on any
//! machine; [`combine()`] makes the results of several [`Part`]s, which equal those of one run over everything, byte
//! for byte except for the table `runs`. [`run`] combines a single part. **Refused:** inputs of which none can be read,
//! and parts that do not belong together. A bad input does not affect the others. Only this module knows the order of
//! the stages.

mod agreement;
pub(crate) mod apart;
mod cascade;
mod chat;
mod coders;
mod codes;
mod combine;
mod groups;
mod labels;
mod ledger;
mod measuring;
mod names;
mod part;
mod people;
mod processor;
mod thresholds;
mod trends;
mod wording;
mod words;

use std::path::PathBuf;

use plenary_attribute::{attribute, link_documents};
use plenary_chat::Summary as ChatSummary;
use plenary_corpus::progress::{Progress, Stopped};
use plenary_corpus::{Document, Failure, Hint, Speaker, Transcript, style_name};
use plenary_engine::EngineError;
use plenary_engine::cache::Cache;
use plenary_measure::coder::CodeError;
use plenary_measure::estimate::EstimateError;
use plenary_measure::themes::ThemeError;
use plenary_models::{FindError, LoadError};
use plenary_tables::{OpenError, OutputFolder, Results, TableError, Writer};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::inputs::{Input, Skipped, Sources};
use crate::isolation::Isolation;
use crate::study::Study;

pub use combine::{CombineOptions, combine};
pub(crate) use groups::MOST_GROUPS_OF_PAIRS;
pub(crate) use measuring::asks_openly;
pub use measuring::is_open_question;
pub(crate) use part::{Expected, measure_sources};
pub use part::{Part, PartOptions, measure_part};
pub(crate) use processor::processor;

/// The options of a run.
#[derive(Debug)]
pub struct Options {
    /// What is measured, and how.
    pub study: Study,
    /// Folder of models named by the user; `None` searches the usual places.
    pub models: Option<PathBuf>,
    /// Folder for the results; `None` keeps them in memory.
    pub out: Option<PathBuf>,
    /// Threads for reading and inference, at least 1. The results do not depend on it.
    pub threads: usize,
    /// Cache of computed numbers; `None` computes everything.
    pub cache: Option<Cache>,
    /// Processes in which files are read that could end this process; `None` reads everything in this process.
    pub isolation: Option<Isolation>,
    /// Maximum cost of each language model behind an endpoint, instead of that of the study; `None` for that of the study.
    pub max_cost: Option<f64>,
}

impl Options {
    /// A study and a folder for its results, with models from the usual places, all cores, no cache, and all files read in
    /// this process.
    pub fn new(study: Study, out: impl Into<PathBuf>) -> Self {
        Self { out: Some(out.into()), ..Self::in_memory(study) }
    }

    /// As [`Options::new`], with the results in memory.
    pub fn in_memory(study: Study) -> Self {
        let (models, out, cache, isolation, max_cost) = (None, None, None, None, None);
        Self { study, models, out, threads: all_cores(), cache, isolation, max_cost }
    }
}

/// Number of threads that the machine can run at the same time.
pub(crate) fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The result of a run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The tables.
    pub results: Results,
    /// Inputs that were not read, or were read under another path.
    pub skipped: Skipped,
    /// Number of texts and pairs whose numbers were found in the cache.
    pub n_cached: u64,
    /// Number of texts and pairs whose numbers were computed.
    pub n_computed: u64,
    /// What language models behind endpoints were asked and answered in this process, in the order of the study: name of the
    /// coder, and summary.
    pub chats: Vec<(String, ChatSummary)>,
}

/// Why a run ended without results.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No input could be read.
    #[error("no transcript could be read; {} input(s) failed", failures.len())]
    NothingRead {
        /// The inputs, with the reasons.
        failures: Vec<Failure>,
    },
    /// A corpus that was read by one study is measured by another one that reads files in another way.
    #[error("the transcripts were read with another {section} than that of the study; read them with this study")]
    ReadOtherwise {
        /// Section and key of the study.
        section: &'static str,
    },
    /// The user stopped the work.
    #[error(
        "stopped; nothing was written, and earlier results are unchanged. {}",
        if *n_kept > 0 { format!("The numbers computed so far ({n_kept}) are in the cache; the same command continues from there") }
        else { "The same command starts from the beginning".to_string() }
    )]
    Stopped {
        /// Number of rows that were kept in the cache.
        n_kept: u64,
    },
    /// A model was not found.
    #[error(transparent)]
    Find(#[from] FindError),
    /// A model was found but not loaded.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A model failed to give numbers.
    #[error(transparent)]
    Engine(EngineError),
    /// A coder could not go on.
    #[error(transparent)]
    Coder(CodeError),
    /// Themes could not be found.
    #[error(transparent)]
    Themes(ThemeError),
    /// Estimates could not be computed.
    #[error(transparent)]
    Estimates(#[from] EstimateError),
    /// The tables could not be written.
    #[error(transparent)]
    Tables(#[from] TableError),
    /// The operating system did not start the threads.
    #[error("cannot start {threads} threads: {source}")]
    Threads {
        /// The number of threads.
        threads: usize,
        /// The message of the operating system.
        source: rayon::ThreadPoolBuildError,
    },
    /// No part was given.
    #[error("there are no parts to combine")]
    NoParts,
    /// Two parts were not measured in the same way.
    #[error("{second} does not belong to {first}: {what}")]
    PartsDiffer {
        /// A part.
        first: String,
        /// A part that differs from it.
        second: String,
        /// What differs, and how.
        what: String,
    },
    /// A document is in two parts.
    #[error("{document} is in {first} and in {second}; measure every document in one part only")]
    SameDocument {
        /// Path and id of the document.
        document: String,
        /// A part that holds it.
        first: String,
        /// Another part that holds it.
        second: String,
    },
    /// The models of this machine are not those with which the parts are measured.
    #[error("this machine has the models {found}; the plan has {expected}")]
    OtherModels {
        /// What was found.
        found: String,
        /// What the plan was made with.
        expected: String,
    },
    /// A part cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file of a part is damaged.
    #[error("{part}: {problem}")]
    PartDamaged {
        /// The part.
        part: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl From<Stopped> for RunError {
    fn from(_: Stopped) -> Self {
        RunError::Stopped { n_kept: 0 }
    }
}

impl From<EngineError> for RunError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Stopped(stopped) => stopped.into(),
            other => RunError::Engine(other),
        }
    }
}

impl From<CodeError> for RunError {
    fn from(error: CodeError) -> Self {
        match error {
            CodeError::Engine(engine) => engine.into(),
            other => RunError::Coder(other),
        }
    }
}

impl From<ThemeError> for RunError {
    fn from(error: ThemeError) -> Self {
        match error {
            ThemeError::Stopped(stopped) => stopped.into(),
            other => RunError::Themes(other),
        }
    }
}

/// Documents to transcripts, in the same order, on the threads of the current pool.
pub fn transcribe(documents: Vec<Document>, study: &Study) -> Vec<Transcript> {
    let options = study.attribution();
    documents
        .into_par_iter()
        .map(|document| {
            let transcript = attribute(document, &options);
            let path = &transcript.document.path;
            let style = style_name(transcript.style);
            tracing::info!("{path}: style {style}, confidence {:.2}", transcript.style_confidence);
            transcript
        })
        .collect()
}

/// All documents of a corpus to transcripts; people are linked across the documents.
pub fn transcribe_corpus(documents: Vec<Document>, study: &Study) -> Vec<Transcript> {
    let mut transcripts = transcribe(documents, study);
    let mut speakers: Vec<&mut [Speaker]> = transcripts.iter_mut().map(|t| t.speakers.as_mut_slice()).collect();
    link_documents(&mut speakers, &study.attribution());
    transcripts
}

impl RunError {
    /// The error of a part that is damaged.
    pub(crate) fn damaged(part: &str, problem: &dyn std::fmt::Display) -> Self {
        RunError::PartDamaged { part: part.to_owned(), problem: problem.to_string() }
    }

    /// The error of a run that read nothing.
    pub(crate) fn nothing_read(skipped: Skipped) -> Self {
        RunError::NothingRead { failures: skipped.failures.into_iter().chain(skipped.ignored).collect() }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            RunError::Find(error) => error.hint(),
            RunError::Load(error) => error.hint(),
            RunError::Tables(error) => error.hint(),
            RunError::Open(error) => error.hint(),
            RunError::Threads { .. } => Some(Hint::UseFewerThreads),
            RunError::PartsDiffer { .. } | RunError::PartDamaged { .. } => Some(Hint::MeasurePartAgain),
            RunError::OtherModels { .. } => Some(Hint::NameModelsFolder),
            _ => None,
        }
    }
}

/// Reads, measures and writes.
///
/// # Errors
/// [`RunError`] if nothing was written: no input could be read, models or output folder cannot be used, or the user
/// stopped the run. If only some inputs failed, they are in [`Outcome::skipped`].
pub fn run<I: Into<Input>>(
    inputs: impl IntoIterator<Item = I>,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RunError> {
    run_on(Sources::find(inputs).isolated(options.isolation.as_ref()), options, progress)
}

/// Measures what `sources` read, and writes.
pub(crate) fn run_on(sources: Sources, options: &Options, progress: &dyn Progress) -> Result<Outcome, RunError> {
    let pool = thread_pool(options.threads)?;
    let started_at = jiff::Timestamp::now();
    let folder = match &options.out {
        Some(out) => Some(OutputFolder::prepare(out, options.study.output.csv)?),
        None => None,
    };
    let measured = part::measure(
        &pool,
        sources,
        &part::Means {
            study: &options.study,
            models: options.models.as_deref(),
            cache: options.cache.as_ref(),
            max_cost: options.max_cost,
            expected: None,
        },
        progress,
        |info, vector_width| match &folder {
            Some(folder) => Writer::begin(folder, info, vector_width),
            None => Writer::in_memory(info, vector_width),
        },
    );
    let outcome = measured.and_then(|(measured, sample, writer)| {
        let tables = move |added: &plenary_tables::AddedColumns| writer.finish()?.close(added);
        let themes = combine::ThemesFrom::Sample(Box::new(sample), options.cache.as_ref());
        combine::finish(&pool, measured, themes, tables, &options.study, started_at, progress)
    });
    outcome.map_err(|error| match (error, &options.cache) {
        (RunError::Stopped { .. }, Some(cache)) => RunError::Stopped { n_kept: cache.n_kept() },
        (error, _) => error,
    })
}

/// Threads for the work of one call, with the stack that readers need.
pub(crate) fn thread_pool(threads: usize) -> Result<ThreadPool, RunError> {
    let threads = threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(plenary_read::STACK_BYTES).build();
    pool.map_err(|source| RunError::Threads { threads, source })
}
