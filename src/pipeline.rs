//! The order of the stages: inputs are read and attributed, measured, clustered, estimated and written.
//!
//! Comes in: paths, a study, where models, results and the cache are. Goes out: tables on disk and a [`Report`] of what was
//! found. Documents go through some at a time - while one lot is measured, the next is read and the last one written - and
//! leave only what the corpus as a whole needs. One bad input never takes the others with it; without any good one nothing
//! is written. Only this module knows the order.

mod ledger;
mod measuring;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use jiff::Timestamp;
use rayon::ThreadPool;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::inputs::{Skipped, Sources};
use crate::study::Study;
use plenary_attribute::{attribute, link_documents};
use plenary_corpus::findings::{Estimate, Themes};
use plenary_corpus::progress::{Progress, Stopped};
use plenary_corpus::{Document, Failure, Speaker, Summary, Transcript, style_name};
use plenary_engine::cache::Cache;
use plenary_engine::{self as engine, EngineError};
use plenary_measure::estimate::{EstimateError, estimate_in_parts};
use plenary_measure::themes::{Fitted, Sample, ThemeError};
use plenary_models::Models;
use plenary_read as read;
use plenary_tables::{Closed, Closing, ModelRecord, OutputFolder, Results, RunRecord, TableError, Writer};

use ledger::Ledger;
use measuring::{Batch, Lot, Measurer, parts};

/// What a run needs beside its inputs.
#[derive(Debug)]
pub struct Options {
    pub study: Study,
    /// Folder of models named by the user; `None` looks in the usual places.
    pub models: Option<PathBuf>,
    pub out: PathBuf,
    /// Threads for reading and inference, at least 1. The results do not depend on it.
    pub threads: usize,
    /// Where numbers of earlier runs are found and those of this one kept; `None` computes everything.
    pub cache: Option<Cache>,
}

/// What a run found, for people and for programs that go on from here.
#[derive(Debug)]
pub struct Report {
    pub documents: Vec<Summary>,
    pub skipped: Skipped,
    /// Labels of stance, one entry per target of the study; empty where no stance was scored.
    pub stance: Vec<StanceCounts>,
    pub themes: Themes,
    /// All but those of single utterances, which are in the tables alone.
    pub estimates: Vec<Estimate>,
    /// Segments that are longer than a model takes and were split into windows.
    pub n_split: usize,
    /// Numbers of texts and pairs that were found in the cache, and that were computed.
    pub n_cached: u64,
    pub n_computed: u64,
    /// The tables.
    pub results: Results,
    /// The models that were used, with the sha256 of their graphs.
    pub models: Vec<ModelRecord>,
}

/// How many segments have which label towards a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StanceCounts {
    pub favor: usize,
    pub against: usize,
    pub neither: usize,
    pub none: usize,
}

/// Why a run ended without results.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("no transcript could be read; {} input(s) failed", failures.len())]
    NothingRead { failures: Vec<Failure> },
    #[error(
        "stopped; nothing was written, earlier results are as they were. {}",
        if *n_kept > 0 { format!("The numbers computed so far ({n_kept}) are in the cache: the same command goes on from there") }
        else { "The same command begins anew".to_string() }
    )]
    Stopped { n_kept: u64 },
    #[error(transparent)]
    Engine(EngineError),
    #[error(transparent)]
    Themes(ThemeError),
    #[error(transparent)]
    Estimates(#[from] EstimateError),
    #[error(transparent)]
    Tables(#[from] TableError),
    #[error("cannot start {threads} threads: {source}; try a smaller --threads")]
    Threads { threads: usize, source: rayon::ThreadPoolBuildError },
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

impl From<ThemeError> for RunError {
    fn from(error: ThemeError) -> Self {
        match error {
            ThemeError::Stopped(stopped) => stopped.into(),
            other => RunError::Themes(other),
        }
    }
}

/// Documents to transcripts, in their order; over the threads of the current pool.
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

/// All documents of a corpus to transcripts, and the people of one linked with those of the others.
pub fn transcribe_corpus(documents: Vec<Document>, study: &Study) -> Vec<Transcript> {
    let mut transcripts = transcribe(documents, study);
    let mut speakers: Vec<&mut [Speaker]> = transcripts.iter_mut().map(|t| t.speakers.as_mut_slice()).collect();
    link_documents(&mut speakers, &study.attribution());
    transcripts
}

/// Reads, measures and writes.
///
/// # Errors
/// [`RunError`] when nothing was written: no input could be read, models or output folder are not usable, or the
/// user stopped the run. Inputs that failed beside good ones are in the report.
pub fn run(paths: &[PathBuf], options: &Options, progress: &dyn Progress) -> Result<Report, RunError> {
    let threads = options.threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| RunError::Threads { threads, source })?;
    let outcome = run_with(&pool, paths, options, progress);
    outcome.map_err(|error| match (error, &options.cache) {
        (RunError::Stopped { .. }, Some(cache)) => RunError::Stopped { n_kept: cache.n_kept() },
        (error, _) => error,
    })
}

fn run_with(
    pool: &ThreadPool,
    paths: &[PathBuf],
    options: &Options,
    progress: &dyn Progress,
) -> Result<Report, RunError> {
    let started_at = Timestamp::now();
    let study = &options.study;
    let info = study.info();
    let folder = OutputFolder::prepare(&options.out, study.output.csv)?;
    // Models are found before anything is read, and loaded while the first files are: both fail early.
    let places = engine::places(options.models.as_deref());
    let folders = Models::find(&places, &study.models, !study.targets.is_empty())?;
    for folder in folders.iter() {
        tracing::info!("model {} from {}", folder.facts.id, folder.path.display());
    }
    let mut reader = Reader { sources: Sources::find(paths), study, pool };
    progress.begin("reading and measuring", reader.sources.n_bytes().max(1));
    let (models, first) = std::thread::scope(|scope| {
        let models = scope.spawn(|| Models::load(&folders));
        let first = reader.next_batch();
        (models.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), first)
    });
    let models = models?;
    let Some(first) = first else {
        let Skipped { failures, ignored, .. } = reader.sources.finish();
        return Err(RunError::NothingRead { failures: failures.into_iter().chain(ignored).collect() });
    };

    let measurer = Measurer::new(&models, study, pool.current_num_threads(), options.cache.as_ref())?;
    let mut noted = Noted { ledger: Ledger::new(study), sample: Sample::new(&study.themes, study.study.seed)? };
    let mut writer = Writer::begin(&folder, &info, measurer.vector_width())?;
    stream(&mut reader, first, &measurer, &mut noted, &mut writer, progress)?;
    let skipped = reader.sources.finish();
    let Noted { mut ledger, sample } = noted;
    let mut speakers: Vec<&mut [Speaker]> = ledger.documents.iter_mut().map(|d| d.speakers.as_mut_slice()).collect();
    link_documents(&mut speakers, &study.attribution());

    // The last tables of the segments are finished while the themes are fitted.
    let (closed, fitted) = std::thread::scope(|scope| {
        let closing = scope.spawn(|| writer.closed());
        let fitted = pool.install(|| sample.fit(ledger.common_language(), progress));
        (closing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), fitted)
    });
    let (mut closed, fitted) = (closed?, fitted?);
    let themes = pool.install(|| place_segments(&ledger, fitted, &mut closed, progress))?;
    let estimates = pool.install(|| estimate_all(&ledger, &themes, &mut closed, study, progress))?;
    progress.check_stop()?;

    let records = records(&models);
    let record = RunRecord {
        run_id: run_id(&ledger.documents, study, &records),
        study_sha256: study.sha256.clone().unwrap_or_else(|| default_study_sha256(study)),
        engine: models.engine_names(),
        models: records.clone(),
        started_at,
        finished_at: Timestamp::now(),
    };
    let all_failures: Vec<Failure> = skipped.failures.iter().chain(&skipped.ignored).cloned().collect();
    progress.begin("writing tables", 1);
    let results = closed.publish(&Closing {
        record: &record,
        documents: &ledger.documents,
        other_paths: &skipped.other_paths,
        failures: &all_failures,
    })?;
    progress.advance(1);
    let (n_cached, n_computed) = measurer.counts();
    Ok(Report {
        stance: if study.targets.is_empty() { Vec::new() } else { ledger.stance_counts() },
        n_split: ledger.n_split(),
        documents: ledger.documents,
        skipped,
        themes,
        estimates,
        n_cached,
        n_computed,
        results,
        models: records,
    })
}

/// The inputs, and how they are read.
struct Reader<'r> {
    sources: Sources,
    study: &'r Study,
    pool: &'r ThreadPool,
}

impl Reader<'_> {
    /// The next documents, transcribed; `None` when there are no more.
    fn next_batch(&mut self) -> Option<Batch> {
        let options = read::Options { columns: self.study.columns.clone() };
        let mut n_bytes = 0;
        loop {
            let before = self.sources.n_bytes_read();
            let documents = self.pool.install(|| self.sources.read_some(&options))?;
            n_bytes += self.sources.n_bytes_read() - before;
            if !documents.is_empty() {
                let transcripts = self.pool.install(|| transcribe(documents, self.study));
                return Some(Batch { transcripts, n_bytes });
            }
        }
    }
}

/// What is kept of the documents that have gone by.
struct Noted {
    ledger: Ledger,
    sample: Sample,
}

/// Reads, measures and writes all documents: three hands, each of which waits when it is ahead of the next.
fn stream(
    reader: &mut Reader,
    first: Batch,
    measurer: &Measurer,
    noted: &mut Noted,
    writer: &mut Writer,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    let (to_measure, batches) = sync_channel::<Batch>(0);
    let (to_write, measured) = sync_channel::<Lot>(1);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || read_all(first, reader, &to_measure, progress));
        let writing = scope.spawn(move || write_all(&measured, writer));
        let outcome = measure_all(&batches, measurer, noted, &to_write, progress);
        // The others end when they find nobody at the other end.
        drop((batches, to_write));
        reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let written = writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // A writer that failed is why there is nobody to measure for.
        written?;
        outcome
    })
}

fn read_all(first: Batch, reader: &mut Reader, to_measure: &SyncSender<Batch>, progress: &dyn Progress) {
    let mut next = Some(first);
    while let Some(batch) = next {
        if progress.stop_requested() || to_measure.send(batch).is_err() {
            return;
        }
        next = reader.next_batch();
    }
}

fn measure_all(
    batches: &Receiver<Batch>,
    measurer: &Measurer,
    noted: &mut Noted,
    to_write: &SyncSender<Lot>,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    while let Ok(batch) = batches.recv() {
        for part in parts(batch) {
            let lot = measurer.measure(part, progress)?;
            noted.ledger.enter(&lot);
            let texts: Vec<&str> = lot.segments().map(|(_, _, segment)| segment.text.as_str()).collect();
            noted.sample.add(lot.embeddings.vectors.view(), &texts)?;
            if to_write.send(lot).is_err() {
                return Ok(());
            }
        }
    }
    Ok(progress.check_stop()?)
}

fn write_all(measured: &Receiver<Lot>, writer: &mut Writer) -> Result<(), TableError> {
    while let Ok(lot) = measured.recv() {
        for transcript in lot.begun() {
            writer.transcript(transcript)?;
        }
        lot.with_measured(|part| writer.segments(part))?;
    }
    Ok(())
}

/// The place of every segment among the themes; the vectors are read again.
fn place_segments(
    ledger: &Ledger,
    mut fitted: Fitted,
    closed: &mut Closed,
    progress: &dyn Progress,
) -> Result<Themes, RunError> {
    progress.begin("placing segments", ledger.n_segments() as u64);
    let mut first = 0;
    closed.again(|vectors, texts| {
        let speakers = ledger.persons(first..first + texts.len());
        first += texts.len();
        fitted.assign(vectors, texts, &speakers, progress).map_err(RunError::from)
    })?;
    let themes = fitted.themes();
    closed.themes(&themes)?;
    Ok(themes)
}

/// Writes all estimates and returns those that people ask for first.
fn estimate_all(
    ledger: &Ledger,
    themes: &Themes,
    closed: &mut Closed,
    study: &Study,
    progress: &dyn Progress,
) -> Result<Vec<Estimate>, RunError> {
    progress.begin("estimating", 1);
    let rows = ledger.scored(themes);
    let targets: Vec<&str> = study.targets.iter().map(|target| target.id.as_str()).collect();
    let mut kept = Vec::new();
    estimate_in_parts(&rows, &targets, &study.estimates, study.study.seed, |mut part| {
        progress.check_stop()?;
        if !study.models.scores_sentiment() {
            part.retain(|estimate| estimate.target_id.is_some());
        }
        closed.estimates(&part)?;
        kept.extend(part.into_iter().filter(|estimate| estimate.utterance_id.is_none()));
        Ok::<_, RunError>(())
    })?;
    progress.advance(1);
    Ok(kept)
}

fn records(models: &Models) -> Vec<ModelRecord> {
    models
        .iter()
        .map(|model| ModelRecord {
            id: model.id.clone(),
            sha256: model.weights_sha256().unwrap_or_default().to_owned(),
        })
        .collect()
}

/// The same inputs, study, models and version give the same id.
fn run_id(documents: &[Summary], study: &Study, models: &[ModelRecord]) -> String {
    let mut hash = Sha256::new();
    hash.update(plenary_tables::VERSION);
    hash.update(default_study_sha256(study));
    for document in documents {
        hash.update(&document.path);
        hash.update(&document.sha256);
    }
    for model in models {
        hash.update(&model.sha256);
    }
    format!("{:x}", hash.finalize())[..16].to_string()
}

/// sha256 of the study's values, for a run without a study file.
fn default_study_sha256(study: &Study) -> String {
    // A study is plain data with string keys, which JSON takes without fail.
    format!("{:x}", Sha256::digest(serde_json::to_vec(study).unwrap_or_default()))
}
