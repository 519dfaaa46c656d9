//! The order of the stages: inputs are read and attributed, measured, clustered, estimated and written.
//!
//! Comes in: paths, a study, where models and results are. Goes out: tables on disk and a [`Report`] of what was
//! found. One bad input never takes the others with it; without any good one nothing is written. Only this module
//! knows the order.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::attribute::attribute;
use crate::corpus::{Document, Transcript};
use crate::engine::{self, EngineError, Model, ModelFolder, Work};
use crate::estimate::{Estimate, EstimateError, ScoredSegment, estimate};
use crate::inputs::{Inputs, gather};
use crate::measure::{Embeddings, Sentiment, Stance, embedding, sentiment, stance};
use crate::progress::{Progress, Silent};
use crate::read;
use crate::study::Study;
use crate::table::{self, Failure, ModelRecord, OutputFolder, RunRecord, TableError, Written};
use crate::themes::{self, ThemeError, Themes};

/// What a run needs beside its inputs.
#[derive(Debug, Clone)]
pub struct Options {
    pub study: Study,
    /// Folder of models named by the user; `None` looks in the usual places.
    pub models: Option<PathBuf>,
    pub out: PathBuf,
    /// Threads for reading and inference, at least 1. The results do not depend on it.
    pub threads: usize,
}

/// What a run found, for people and for programs that go on from here.
#[derive(Debug)]
pub struct Report {
    pub transcripts: Vec<Transcript>,
    pub other_paths: BTreeMap<String, Vec<String>>,
    /// Files that were named more than once by the same name.
    pub repeated: Vec<String>,
    pub embeddings: Embeddings,
    pub sentiment: Sentiment,
    pub stance: Option<Stance>,
    pub themes: Themes,
    pub estimates: Vec<Estimate>,
    pub failures: Vec<Failure>,
    pub passed_over: Vec<Failure>,
    pub written: Written,
    /// The models that were used, with the sha256 of their graphs.
    pub models: Vec<ModelRecord>,
}

/// Why a run ended without results.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("no transcript could be read; {} input(s) failed", failures.len())]
    NothingRead { failures: Vec<Failure> },
    #[error("stopped; nothing was written, earlier results are as they were")]
    Stopped,
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

impl From<EngineError> for RunError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Stopped => RunError::Stopped,
            other => RunError::Engine(other),
        }
    }
}

impl From<ThemeError> for RunError {
    fn from(error: ThemeError) -> Self {
        match error {
            ThemeError::Stopped => RunError::Stopped,
            other => RunError::Themes(other),
        }
    }
}

/// Documents to transcripts, in their order; over the threads of the current pool.
pub fn transcribe(documents: Vec<Document>, study: &Study, progress: &dyn Progress) -> Vec<Transcript> {
    progress.begin("reading documents", documents.len() as u64);
    documents
        .into_par_iter()
        .map(|document| {
            let transcript = attribute(document, study);
            let (path, style) = (&transcript.document.path, &transcript.style);
            tracing::info!("{path}: style {style}, confidence {:.2}", transcript.style_confidence);
            progress.advance(1);
            transcript
        })
        .collect()
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
    pool.install(|| run_in_pool(paths, options, threads, progress))
}

fn run_in_pool(
    paths: &[PathBuf],
    options: &Options,
    threads: usize,
    progress: &dyn Progress,
) -> Result<Report, RunError> {
    let started_at = Timestamp::now();
    let study = &options.study;
    let folder = OutputFolder::prepare(&options.out, study.output.csv)?;
    // Models are found before anything is read, and loaded while it is: both fail early, together they cost the
    // longer of the two.
    let places = engine::places(options.models.as_deref());
    let folders = find_models(&places, study)?;
    for folder in &folders {
        tracing::info!("model {} from {}", folder.facts.id, folder.path.display());
    }
    let (models, read) = rayon::join(
        || engine::load_all(&folders.iter().collect::<Vec<_>>()),
        || {
            let Inputs { documents, other_paths, repeated, failures, passed_over, .. } =
                gather(paths, &read::Options { columns: study.columns.clone() });
            (transcribe(documents, study, progress), other_paths, repeated, failures, passed_over)
        },
    );
    let models = models?;
    let (transcripts, other_paths, repeated, failures, passed_over) = read;
    if transcripts.is_empty() {
        return Err(RunError::NothingRead { failures: failures.into_iter().chain(passed_over).collect() });
    }
    if progress.stop_requested() {
        return Err(RunError::Stopped);
    }
    let texts: Vec<&str> =
        transcripts.iter().flat_map(|t| t.segments.iter().map(|segment| segment.text.as_str())).collect();
    let work = Work { threads, progress };
    // One model per folder was loaded, in the order of `find_models`: two at least, a third where there are targets.
    let (embedder, tone, inference) = (&models[0], &models[1], models.get(2));
    let embeddings = embedding::embed(embedder, &texts, work)?;
    let sentiment = sentiment::score(tone, &texts, work)?;
    let stance = match inference {
        None => None,
        Some(inference) => {
            let propositions: Vec<&str> = study.targets.iter().map(|target| target.proposition.as_str()).collect();
            // A handful of sentences: no stage of its own to show.
            let vectors = embedding::embed(embedder, &propositions, Work { threads, progress: &Silent })?.vectors;
            let relevance = stance::relevance(vectors.view(), embeddings.vectors.view())?;
            Some(stance::score(inference, &texts, &study.targets, &study.stance, relevance.view(), work)?)
        }
    };
    let speakers: Vec<Option<&str>> = transcripts
        .iter()
        .flat_map(|t| t.segments.iter().map(|s| t.speaker_of(s).map(|speaker| speaker.person_id.as_str())))
        .collect();
    let language = common_language(&transcripts);
    let seed = study.study.seed;
    let themes =
        themes::find(embeddings.vectors.view(), &texts, &speakers, language.as_deref(), &study.themes, seed, progress)?;
    let estimates = {
        let rows = scored(&transcripts, &sentiment, stance.as_ref(), &themes);
        let targets: Vec<&str> = study.targets.iter().map(|target| target.id.as_str()).collect();
        estimate(&rows, &targets, &study.estimates, seed)?
    };
    if progress.stop_requested() {
        return Err(RunError::Stopped);
    }
    let records = records(&models);
    let record = RunRecord {
        run_id: run_id(&transcripts, study, &records),
        study_sha256: study.sha256.clone().unwrap_or_else(|| default_study_sha256(study)),
        engine: embedder.engine_name().to_string(),
        models: records.clone(),
        started_at,
        finished_at: Timestamp::now(),
    };
    let all_failures: Vec<Failure> = failures.iter().chain(&passed_over).cloned().collect();
    progress.begin("writing tables", table::schema::TABLES.len() as u64);
    let written = table::write(
        &table::Run {
            record: &record,
            study,
            transcripts: &transcripts,
            other_paths: &other_paths,
            embeddings: &embeddings,
            sentiment: &sentiment,
            stance: stance.as_ref(),
            themes: &themes,
            estimates: &estimates,
            failures: &all_failures,
        },
        &folder,
    )?;
    progress.advance(table::schema::TABLES.len() as u64);
    Ok(Report {
        transcripts,
        other_paths,
        repeated,
        embeddings,
        sentiment,
        stance,
        themes,
        estimates,
        failures,
        passed_over,
        written,
        models: records,
    })
}

/// The models for embedding, sentiment and, where the study has targets, stance.
fn find_models(places: &[engine::Place], study: &Study) -> Result<Vec<ModelFolder>, EngineError> {
    let mut ids = vec![&study.models.embedding, &study.models.sentiment];
    if !study.targets.is_empty() {
        ids.push(&study.models.stance);
    }
    ids.into_iter().map(|id| engine::find(places, id)).collect()
}

fn records(models: &[Model]) -> Vec<ModelRecord> {
    models
        .iter()
        .map(|model| ModelRecord {
            id: model.id.clone(),
            sha256: model.sha256.get(engine::GRAPH).cloned().unwrap_or_default(),
        })
        .collect()
}

/// What the themes' stop words follow: the language of most segments.
fn common_language(transcripts: &[Transcript]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for transcript in transcripts {
        if let Some(language) = &transcript.language {
            *counts.entry(language).or_default() += transcript.segments.len();
        }
    }
    counts
        .into_iter()
        .max_by_key(|(language, n)| (*n, std::cmp::Reverse(*language)))
        .map(|(language, _)| language.to_string())
}

fn scored<'a>(
    transcripts: &'a [Transcript],
    sentiment: &Sentiment,
    stance: Option<&Stance>,
    themes: &'a Themes,
) -> Vec<ScoredSegment<'a>> {
    let segments = transcripts.iter().flat_map(|t| t.segments.iter().map(move |segment| (t, segment)));
    segments
        .enumerate()
        .map(|(row, (transcript, segment))| ScoredSegment {
            document_id: &transcript.document.document_id,
            speaker_id: transcript.speaker_of(segment).map(|speaker| speaker.speaker_id.as_str()),
            utterance_id: &transcript.utterances[segment.utterance].utterance_id,
            theme_id: themes.assignments.get(row).map(|assignment| themes.themes[assignment.theme].theme_id.as_str()),
            sentiment: sentiment.scores.get(row).map(|score| f64::from(score.score())),
            stance: stance.map_or_else(Vec::new, |stance| {
                stance
                    .scores
                    .iter()
                    .map(|of_target| of_target.get(row).filter(|s| s.label.is_some()).map(|s| f64::from(s.score())))
                    .collect()
            }),
        })
        .collect()
}

/// The same inputs, study, models and version give the same id.
fn run_id(transcripts: &[Transcript], study: &Study, models: &[ModelRecord]) -> String {
    let mut hash = Sha256::new();
    hash.update(table::VERSION);
    hash.update(default_study_sha256(study));
    for transcript in transcripts {
        hash.update(&transcript.document.path);
        hash.update(&transcript.document.sha256);
    }
    for model in models {
        hash.update(&model.sha256);
    }
    hex(&hash.finalize())[..16].to_string()
}

/// sha256 of the study's values, for a run without a study file.
fn default_study_sha256(study: &Study) -> String {
    // A study is plain data with string keys, which JSON takes without fail.
    hex(&Sha256::digest(serde_json::to_vec(study).unwrap_or_default()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
