//! Parts to results: themes, estimates and the tables of the corpus as a whole.
//!
//! **Input:** parts of one study. **Output:** the [`Results`](plenary_tables::Results) of one run over all their inputs.
//! **Refused:** parts of different studies, models or versions, and a document that is in two of them.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use plenary_attribute::link_documents;
use plenary_corpus::findings::{Measure, Themes};
use plenary_corpus::hash::sha256;
use plenary_corpus::progress::Progress;
use plenary_corpus::{Failure, Speaker, Summary};
use plenary_engine::cache::Cache;
use plenary_measure::estimate::estimate_in_parts;
use plenary_measure::themes::{Fitted, Placement, Registry, Sample};
use plenary_tables::{
    AddedColumns, Closed, Closing, DocumentRun, GroupRows, Issue, OutputFolder, ProcedureMark, RunRecord,
    StudyFileRole, TableError,
};
use rayon::ThreadPool;

use super::agreement::coefficients;
use super::ledger::{Ledger, LedgerError};
use super::part::{Measured, PartRecord, info_of};
use super::processor::is_same_everywhere;
use super::trends::Periods;
use super::wording::ThemeWords;
use super::words::{self, CountedWords};
use super::{Outcome, Part, RunError, all_cores, thread_pool};
use super::{groups, labels, names, people, thresholds, trends};
use crate::inputs::Skipped;
use crate::study::Study;
use crate::themes::{EDITS, set_aside};
use crate::variables;

/// Maximum number of placements that are read together.
const ENTERED_AT_ONCE: usize = 16_384;

/// The options of combining parts.
#[derive(Debug, Clone)]
pub struct CombineOptions {
    /// Folder for the results: a new or empty one, or that of an earlier run; `None` keeps the results in memory.
    pub out: Option<PathBuf>,
    /// Threads, at least 1. The results do not depend on it.
    pub threads: usize,
    /// The folder of the study on this machine, from which the folders of answers of endpoints begin; `None` for the one where the parts
    /// were measured.
    pub study_folder: Option<PathBuf>,
    /// Maximum cost of the endpoint that labels themes, instead of that of the study; `None` for that of the study.
    pub max_cost: Option<f64>,
}

impl Default for CombineOptions {
    /// Results in memory, all cores, the study and its limit as they were measured.
    fn default() -> Self {
        Self { out: None, threads: all_cores(), study_folder: None, max_cost: None }
    }
}

/// Makes the results of one run from several parts of it, in any order.
///
/// # Errors
/// [`RunError`] if the parts do not belong together, the folder cannot be used, or the user stopped the work.
pub fn combine(parts: Vec<Part>, options: &CombineOptions, progress: &dyn Progress) -> Result<Outcome, RunError> {
    combine_with(parts, None, options, progress)
}

/// The placements of the next segments of a part, by its position among the parts and their number.
pub(crate) type Placements<'p> = Box<dyn FnMut(usize, usize) -> Result<Vec<Placement>, RunError> + Send + 'p>;

/// Where the themes of a corpus come from.
pub(super) enum ThemesFrom<'p> {
    /// The texts that they are fitted to, and where the results of earlier searches are.
    Sample(Box<Sample>, Option<&'p Cache>),
    /// They were fitted, and the segments of each part placed. The documents are in the order of the runs.
    Placed { fitted: Box<Fitted>, placements: Placements<'p>, runs: Vec<DocumentRun> },
}

/// As [`combine`], from the samples of the parts or with themes that were fitted, and segments that were placed, before.
pub(super) fn combine_with(
    parts: Vec<Part>,
    placed: Option<(Fitted, Placements)>,
    options: &CombineOptions,
    progress: &dyn Progress,
) -> Result<Outcome, RunError> {
    let started_at = Timestamp::now();
    let pool = thread_pool(options.threads)?;
    for other in parts.iter().skip(1) {
        let first = &parts[0]; // there is a second part
        check_alike((&first.name, &first.measured.record), (&other.name, &other.measured.record))?;
    }
    let Some(first) = parts.first() else { return Err(RunError::NoParts) };
    let mut study = first.study.clone();
    study.folder = options.study_folder.clone().or(study.folder);
    let info = info_of(&study, &first.measured.record);
    let names: Vec<String> = parts.iter().map(|part| part.name.clone()).collect();
    let folder = match &options.out {
        Some(out) => Some(OutputFolder::prepare(out, study.output.csv)?),
        None => None,
    };
    let (mut measured, mut samples, mut tables) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        measured.push(part.measured);
        samples.extend(part.sample);
        tables.push(part.tables);
    }
    let (mut merged, runs) = merge(measured, &names)?;
    merged.max_cost = options.max_cost.or(merged.max_cost);
    if merged.ledger.documents.is_empty() {
        return Err(RunError::nothing_read(merged.record.skipped));
    }
    let themes = match placed {
        Some((fitted, placements)) => ThemesFrom::Placed { fitted: Box::new(fitted), placements, runs: runs.clone() },
        None => ThemesFrom::Sample(Box::new(merge_samples(samples, &names)?), None),
    };
    let closed = |added: &AddedColumns| match &folder {
        Some(folder) => Closed::combine(folder, &tables, &runs, &info, added),
        None => Closed::combine_in_memory(&tables, &runs, &info, added),
    };
    finish(&pool, merged, themes, closed, &study, started_at, progress)
}

/// Whether two parts, with their names, were measured with the same study, engine and models, and on the same kind of processor where the
/// numbers depend on it.
pub(super) fn check_alike((first, a): (&str, &PartRecord), (second, b): (&str, &PartRecord)) -> Result<(), RunError> {
    let what = if a.study_fingerprint != b.study_fingerprint {
        format!("it was measured with another study: {}", difference(&a.study, &b.study, ""))
    } else if a.study_sha256 != b.study_sha256
        || a.people_sha256 != b.people_sha256
        || (&a.lexicon, &a.people, &a.documents) != (&b.lexicon, &b.people, &b.documents)
    {
        "the study file, or a file that it names, has another content".to_string()
    } else if a.models != b.models {
        let list = |record: &PartRecord| {
            let ids = record.models.iter().map(|(id, sha256)| format!("{id} ({})", sha256.get(..12).unwrap_or(sha256)));
            ids.collect::<Vec<_>>().join(", ")
        };
        format!("it was measured with the models {}; expected {}", list(b), list(a))
    } else if a.engine != b.engine {
        format!("it was measured with the engine {}; expected {}", b.engine, a.engine)
    } else if a.processor != b.processor && !is_same_everywhere(&a.engine) {
        format!(
            "it was measured on another kind of processor ({}; expected {}), on which the engine {} does not give the same bits",
            b.processor, a.processor, a.engine
        )
    } else {
        return Ok(());
    };
    Err(RunError::PartsDiffer { first: first.to_owned(), second: second.to_owned(), what })
}

/// The first value in which two studies differ.
fn difference(a: &serde_json::Value, b: &serde_json::Value, key: &str) -> String {
    if let (Some(a), Some(b)) = (a.as_object(), b.as_object()) {
        for (name, a) in a {
            let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
            match b.get(name) {
                Some(b) if a == b => {}
                Some(b) => return difference(a, b, &key),
                None => return format!("`{key}` is missing"),
            }
        }
        if let Some(name) = b.keys().find(|name| !a.contains_key(*name)) {
            return format!("`{name}` is only there");
        }
    }
    format!("`{key}` is {b}; expected {a}")
}

/// What is known of all documents, and the order of the documents of all parts.
fn merge(parts: Vec<Measured>, names: &[String]) -> Result<(Measured, Vec<DocumentRun>), RunError> {
    let name = |at: usize| names.get(at).cloned().unwrap_or_default();
    let mut ledgers = Vec::new();
    let mut chats = Vec::new();
    let mut all: Option<PartRecord> = None;
    let mut max_cost = None;
    for Measured { ledger, record, chats: of_part, max_cost: of_rest } in parts {
        ledgers.push(ledger);
        chats.extend(of_part);
        max_cost = max_cost.or(of_rest);
        all = Some(match all {
            None => record,
            Some(mut records) => {
                records.skipped = both(records.skipped, record.skipped);
                records.origin.inputs.extend(record.origin.inputs);
                records.origin.inputs.sort();
                records.origin.inputs.dedup();
                records.n_cached += record.n_cached;
                records.n_computed += record.n_computed;
                records
            }
        });
    }
    let Some(record) = all else { return Err(RunError::NoParts) };
    let (ledger, runs) = Ledger::merge(ledgers).map_err(|error| match error {
        LedgerError::SameDocument { path, document_id, first, second } => RunError::SameDocument {
            document: format!("{path} (document {document_id})"),
            first: name(first),
            second: name(second),
        },
        other => RunError::PartDamaged { part: name(0), problem: other.to_string() },
    })?;
    Ok((Measured { ledger, record, chats, max_cost }, runs))
}

/// The sample of the whole corpus. The error names the parts.
fn merge_samples(samples: Vec<Sample>, names: &[String]) -> Result<Sample, RunError> {
    let name = |at: usize| names.get(at).cloned().unwrap_or_default();
    let mut all: Option<Sample> = None;
    for (at, sample) in samples.into_iter().enumerate() {
        match &mut all {
            None => all = Some(sample),
            Some(merged) => merged.merge(sample).map_err(|error| RunError::PartsDiffer {
                first: name(0),
                second: name(at),
                what: error.to_string(),
            })?,
        }
    }
    all.ok_or(RunError::NoParts)
}

/// The inputs that two parts skipped, in the order in which a single run lists them.
fn both(mut a: Skipped, b: Skipped) -> Skipped {
    a.other_paths.extend(b.other_paths);
    a.repeated.extend(b.repeated);
    a.repeated.sort();
    for (list, more) in [(&mut a.failures, b.failures), (&mut a.ignored, b.ignored)] {
        list.extend(more);
        list.sort_by(|a, b| a.path.cmp(&b.path));
        list.dedup_by(|later, earlier| later.path == earlier.path);
    }
    a
}

/// Themes, estimates and the tables of the corpus, from all measurements. `tables` completes the tables of the
/// documents while themes are fitted.
pub(super) fn finish<'w>(
    pool: &ThreadPool,
    measured: Measured,
    themes: ThemesFrom,
    tables: impl FnOnce(&AddedColumns) -> Result<Closed<'w>, TableError> + Send,
    study: &Study,
    started_at: Timestamp,
    progress: &dyn Progress,
) -> Result<Outcome, RunError>
where
    Closed<'w>: Send,
{
    let Measured { mut ledger, record, mut chats, max_cost } = measured;
    let mut speakers: Vec<&mut [Speaker]> =
        ledger.documents.iter_mut().map(|d| d.summary.speakers.as_mut_slice()).collect();
    link_documents(&mut speakers, &study.attribution());

    let variables = variables::of_corpus(study, ledger.documents.iter().map(|document| &document.summary));
    let added = AddedColumns { variables, dictionaries: words::columns(study) };

    let (closed, fitted) = std::thread::scope(|scope| {
        let closing = scope.spawn(|| tables(&added));
        let fitted = match themes {
            ThemesFrom::Sample(sample, cache) => {
                let mut words = ThemeWords::default();
                words.add(&ledger);
                pool.install(|| words.fit(*sample, &study.lexicon, cache, progress)).map(|fitted| (fitted, None))
            }
            ThemesFrom::Placed { fitted, placements, runs } => Ok((*fitted, Some((placements, runs)))),
        };
        (closing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), fitted)
    });
    let (mut closed, (fitted, placed)) = (closed?, fitted?);
    let (thresholds, of_thresholds) = thresholds::apply(&mut closed, &mut ledger, study, progress)?;
    closed.neither_thresholds(&thresholds)?;
    let documents = ledger.summaries();
    progress.begin("counting words", 1);
    let words = pool.install(|| CountedWords::count(&closed, study, progress))?;
    progress.advance(1);
    let named = pool.install(|| names::elsewhere(&closed, &ledger, study, progress))?;
    ledger.add_exchanges(named.into_iter());
    let (mut themes, registry) =
        pool.install(|| assign_themes(&ledger, fitted, placed, &record, &mut closed, progress))?;
    chats.extend(labels::label_themes(&mut themes.themes, study, max_cost, progress)?);
    let documents_of = trends::documents_of(&themes, &ledger.theme_counts(&themes), &documents);
    closed.themes(&themes, &documents_of, &procedure_marks(&ledger), &documents, &words.counts)?;
    let (periods, of_periods) = follow_themes((&ledger, &documents), &themes, &mut closed, study, progress)?;
    ledger.exchanges(|document, ids, exchanges| closed.exchanges(document, ids, exchanges))?;
    closed.dictionary_terms(&words.found)?;
    pool.install(|| words.keyness(study, &ledger, &themes, &periods, |rows| Ok(closed.keyness(rows)?)))?;
    pool.install(|| estimate_all(&ledger, &themes, &mut closed, study, progress))?;
    let (groupings, of_groups) = groups::groupings(study, &ledger);
    for grouping in &groupings {
        progress.check_stop()?;
        let rows = pool.install(|| groups::estimates(grouping, study, &ledger, &themes, &words));
        closed.group_estimates(&GroupRows { by: &grouping.by.columns, values: &grouping.values, rows: &rows })?;
    }
    progress.check_stop()?;
    let found_people = people::people(study, &ledger.documents);
    let mut issues = people::issues(study, &ledger.documents);
    issues.extend(of_groups);
    issues.extend(of_thresholds);
    issues.extend(issues_of_procedure(&ledger, study));
    issues.extend(of_periods);
    issues.extend(words.issues);

    let run_record = RunRecord {
        run_id: run_id(&ledger, &record),
        study_sha256: record.study_sha256.clone(),
        engine: record.engine.clone(),
        models: record.model_records(),
        started_at,
        finished_at: Timestamp::now(),
        origin: record.origin,
    };
    let skipped = record.skipped;
    let all_failures: Vec<Failure> = skipped.failures.iter().chain(&skipped.ignored).cloned().collect();
    progress.begin("writing tables", 1);
    let results = closed.publish(&Closing {
        record: &run_record,
        documents: &documents,
        other_paths: &skipped.other_paths,
        people: &found_people,
        issues: &issues,
        failures: &all_failures,
        registry: &registry.to_bytes(),
    })?;
    progress.advance(1);
    if let Some(folder) = results.folder() {
        set_decisions_aside(folder, &registry);
    }
    Ok(Outcome { results, skipped, n_cached: record.n_cached, n_computed: record.n_computed, chats })
}

/// Moves decisions about the themes of the results that were replaced out of the way, so that nobody takes them for those of the new ones.
fn set_decisions_aside(folder: &Path, registry: &Registry) {
    let file = folder.join(EDITS);
    match set_aside(folder, registry) {
        Ok(None) => {}
        Ok(Some(now)) => tracing::warn!(
            "{} was about the themes of the results that were replaced, and the new ones do not continue them; it is now {}",
            file.display(),
            now.display()
        ),
        // The results are complete, and the file is refused where it would be applied.
        Err(error) => tracing::warn!(
            "{} is about the themes of the results that were replaced, and cannot be renamed ({error}); remove it",
            file.display()
        ),
    }
}

/// The theme of every segment; the vectors are read again, unless the segments were placed before.
fn assign_themes(
    ledger: &Ledger,
    mut fitted: Fitted,
    placed: Option<(Placements, Vec<DocumentRun>)>,
    record: &PartRecord,
    closed: &mut Closed,
    progress: &dyn Progress,
) -> Result<(Themes, Registry), RunError> {
    progress.begin("assigning themes", ledger.n_segments() as u64);
    let mut first = 0;
    match placed {
        None => closed.again(|vectors, texts| {
            let segments = first..first + texts.len();
            first += texts.len();
            let (speakers, kinds) = (ledger.persons(segments.clone()), ledger.kinds(segments));
            fitted.assign(vectors, texts, &speakers, &kinds, progress).map_err(RunError::from)
        })?,
        Some((mut placements, runs)) => {
            for run in runs {
                progress.check_stop()?;
                let end = first + run.n_segments;
                while first < end {
                    let segments = first..end.min(first + ENTERED_AT_ONCE);
                    first = segments.end;
                    fitted.enter(placements(run.part, segments.len())?, &ledger.persons(segments))?;
                }
                progress.advance(run.n_segments as u64);
            }
        }
    }
    fitted.join_turns(ledger.turns_of_persons().into_iter());
    Ok(fitted.finish(&record.embedding_sha256))
}

/// Whether each segment is procedural, with the probability.
fn procedure_marks(ledger: &Ledger) -> Vec<Option<ProcedureMark>> {
    let mark = |probability| ProcedureMark {
        probability,
        is_procedural: plenary_measure::procedure::is_procedural(probability),
    };
    ledger.procedural().into_iter().map(|probability| probability.map(mark)).collect()
}

/// What a person should know where procedure is not recognised.
fn issues_of_procedure(ledger: &Ledger, study: &Study) -> Vec<Issue> {
    if !study.themes.procedure {
        return Vec::new();
    }
    let issue = |(language, n): (Option<&str>, usize)| {
        let of = if n == 1 { "1 document" } else { &format!("{n} documents") };
        let which = language.map_or_else(|| "whose language is not known".to_owned(), |code| format!("in `{code}`"));
        Issue {
            kind: "procedure_not_covered",
            message: format!(
                "{of} {which}: the classifier of procedure does not cover this; procedure is not kept apart there."
            ),
            ..Issue::default()
        }
    };
    ledger.without_procedure().into_iter().map(issue).collect()
}

/// Writes the themes of each period. Returns the periods, and what is wrong with them.
fn follow_themes(
    (ledger, documents): (&Ledger, &[Summary]),
    themes: &Themes,
    closed: &mut Closed,
    study: &Study,
    progress: &dyn Progress,
) -> Result<(Periods, Option<Issue>), RunError> {
    let all = ledger.document_counts();
    let (periods, issue) = trends::periods(documents, &all, study.estimates.period);
    for (theme, counts) in themes.themes.iter().zip(ledger.theme_counts(themes)) {
        progress.check_stop()?;
        let own = trends::of_theme(&periods, &all, &counts, study.estimates.confidence_level);
        closed.theme_periods(&theme.theme_id, &periods.all, &own)?;
    }
    Ok((periods, issue.filter(|_| !themes.themes.is_empty())))
}

/// Writes labels of turns and speakers, the agreement and the inputs of coders, and all estimates.
fn estimate_all(
    ledger: &Ledger,
    themes: &Themes,
    closed: &mut Closed,
    study: &Study,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    progress.begin("estimating", 1);
    let rows = ledger.scored(themes);
    let targets: Vec<&str> = study.targets.iter().map(|target| target.id.as_str()).collect();
    ledger.group_stance(&targets, |groups| closed.group_stance(&groups))?;
    let pairs = ledger.agreement(&targets).into_iter().map(|pair| {
        let coefficients = coefficients(&pair);
        (pair, coefficients)
    });
    closed.agreement(&pairs.collect::<Vec<_>>())?;
    closed.coder_inputs(&ledger.drifts())?;
    estimate_in_parts(&rows, &targets, &study.estimates, study.study.seed, |mut estimates| {
        progress.check_stop()?;
        if !study.models.scores_sentiment() {
            estimates.retain(|estimate| estimate.measure != Measure::Sentiment);
        }
        Ok::<_, RunError>(closed.estimates(&estimates)?)
    })?;
    progress.advance(1);
    Ok(())
}

/// The same inputs, settings, files of the study, models and version give the same id. The text of the study file itself does not count,
/// so that a comment does not change it.
fn run_id(ledger: &Ledger, record: &PartRecord) -> String {
    let mut text = format!("{}\n{}\n", plenary_tables::VERSION, record.study_fingerprint);
    for document in &ledger.documents {
        text.push_str(&format!("{}\n{}\n", document.summary.path, document.summary.sha256));
    }
    let of_files = record.origin.files.iter().filter(|file| file.role != StudyFileRole::Study);
    let of_models = record.models.iter().map(|(_, sha256)| sha256);
    for sha256 in of_models.chain(&record.registry_sha256).chain(of_files.map(|file| &file.sha256)) {
        text.push_str(sha256);
    }
    sha256(text.as_bytes())[..16].to_string()
}
