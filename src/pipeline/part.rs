//! A share of a corpus that is measured separately.
//!
//! **Input:** files, named or in memory, and a study. **Output:** a [`Part`]: the tables of its documents, the ledger and the sample for
//! themes, in memory or in a folder. **Refused:** inputs of which none can be read, and a folder that is not a complete
//! part. **Left to others:** everything that needs the whole corpus (`combine`).

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use plenary_chat::Summary as ChatSummary;
use plenary_corpus::progress::Progress;
use plenary_engine::cache::Cache;
use plenary_measure::drift::InputFeatures;
use plenary_measure::themes::{Sample, ThemeError};
use plenary_models::{Models, places};
use plenary_names::lexicon::Lexicon;
use plenary_tables::{
    ModelRecord, Origin, OutputFolder, PartTables, StudyFileRole, StudyInfo, TableError, Writer, fingerprint,
};
use rayon::ThreadPool;
use serde::{Deserialize, Serialize};

use super::ledger::Ledger;
use super::measuring::{Batch, MeasuredLot, Measurer, lots};
use super::processor::processor;
use super::{RunError, all_cores, thread_pool, transcribe};
use crate::coded_stance::CodedStance;
use crate::inputs::{Input, Skipped, Sources};
use crate::isolation::Isolation;
use crate::study::{CONTENTS_OF_FILES, DocumentsTable, PeopleList, Study};

/// Files of a part in addition to its tables.
pub(super) const LEDGER: &str = "ledger.bin";
pub(super) const SAMPLE: &str = "sample.bin";

/// The options of measuring a part.
#[derive(Debug)]
pub struct PartOptions {
    /// What is measured, and how.
    pub study: Study,
    /// Folder of models named by the user; `None` searches the usual places.
    pub models: Option<PathBuf>,
    /// Folder for the part: a new or empty one, or that of an earlier part; `None` keeps the part in memory.
    pub folder: Option<PathBuf>,
    /// Threads for reading and inference, at least 1. The results do not depend on it.
    pub threads: usize,
    /// Cache of computed numbers; `None` computes everything.
    pub cache: Option<Cache>,
    /// Processes in which files are read that could end this process; `None` reads everything in this process.
    pub isolation: Option<Isolation>,
    /// Maximum cost of each language model behind an endpoint, instead of that of the study; `None` for that of the study.
    pub max_cost: Option<f64>,
}

impl PartOptions {
    /// A study, with models from the usual places, all cores and no cache; the part is kept in memory, and all files are read
    /// in this process.
    pub fn new(study: Study) -> Self {
        let (models, folder, cache, isolation, max_cost) = (None, None, None, None, None);
        Self { study, models, folder, threads: all_cores(), cache, isolation, max_cost }
    }
}

/// A share of a corpus that was measured separately, on any machine. Parts of one study combine into the results of one
/// run over everything.
#[derive(Debug)]
pub struct Part {
    /// Name of the part in messages: its folder, or the first of its documents.
    pub(super) name: String,
    pub(super) measured: Measured,
    /// `None` in a part that was opened without it.
    pub(super) sample: Option<Sample>,
    pub(super) tables: PartTables<'static>,
    pub(super) study: Study,
}

/// What is known of the documents of a part, in addition to their tables.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) ledger: Ledger,
    pub(super) record: PartRecord,
    /// What language models were asked in this process; empty for a part from a folder.
    pub(super) chats: Vec<(String, ChatSummary)>,
    /// Maximum cost of each language model that is still asked; `None` for that of the study.
    pub(super) max_cost: Option<f64>,
}

/// The record of a part, as `part.json` holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct PartRecord {
    /// The study, without the files that it names; corrections have already been applied to the documents.
    pub(super) study: serde_json::Value,
    /// sha256 of the study file and the files that it names, 64 hex digits.
    pub(super) study_sha256: String,
    /// sha256 of the study's values, to check that parts belong to the same study.
    pub(super) study_fingerprint: String,
    pub(super) people_sha256: Option<String>,
    /// The text of the lexicon that the study names.
    pub(super) lexicon: Option<String>,
    /// The text of the list of people that the study names.
    pub(super) people: Option<String>,
    /// The text of the table of documents that the study names.
    pub(super) documents: Option<String>,
    /// The codes from which thresholds are fitted that the study names.
    #[serde(default)]
    pub(super) coded_stance: Option<CodedStance>,
    /// Engines that ran the models, separated by commas.
    pub(super) engine: String,
    /// What the numbers of some engines depend on.
    pub(super) processor: String,
    /// sha256 of the registry whose themes are continued, with the decisions about them.
    pub(super) registry_sha256: Option<String>,
    /// sha256 of the weights of the embedding model.
    pub(super) embedding_sha256: String,
    /// Models that were used: id and sha256.
    pub(super) models: Vec<(String, String)>,
    /// What it was measured from.
    #[serde(default)]
    pub(super) origin: Origin,
    pub(super) skipped: Skipped,
    pub(super) n_cached: u64,
    pub(super) n_computed: u64,
}

impl PartRecord {
    pub(super) fn model_records(&self) -> Vec<ModelRecord> {
        self.models.iter().map(|(id, sha256)| ModelRecord { id: id.clone(), sha256: sha256.clone() }).collect()
    }
}

/// Measures a share of a corpus: reads and attributes its documents and measures their segments.
///
/// # Errors
/// [`RunError`] if no input could be read, models or folder cannot be used, or the user stopped the work. If only some
/// inputs failed, they are in [`Part::skipped`].
pub fn measure_part<I: Into<Input>>(
    inputs: impl IntoIterator<Item = I>,
    options: &PartOptions,
    progress: &dyn Progress,
) -> Result<Part, RunError> {
    measure_sources(Sources::find(inputs), options, None, progress)
}

/// Measures what `sources` read. With `expected` models nothing is measured by others, and no document at all is a part as well.
pub(crate) fn measure_sources(
    sources: Sources,
    options: &PartOptions,
    expected: Option<&Expected>,
    progress: &dyn Progress,
) -> Result<Part, RunError> {
    let pool = thread_pool(options.threads)?;
    let folder = match &options.folder {
        Some(path) => Some(OutputFolder::prepare_part(path, options.study.output.csv, &[LEDGER, SAMPLE])?),
        None => None,
    };
    let (measured, sample, writer) = measure(
        &pool,
        sources.isolated(options.isolation.as_ref()),
        &Means {
            study: &options.study,
            models: options.models.as_deref(),
            cache: options.cache.as_ref(),
            max_cost: options.max_cost,
            expected,
        },
        progress,
        |info, vector_width| match &folder {
            Some(folder) => Writer::begin(folder, info, vector_width),
            None => Writer::in_memory(info, vector_width),
        },
    )?;
    let name = match &options.folder {
        Some(path) => path.display().to_string(),
        None => {
            measured.ledger.documents.first().map_or_else(String::new, |d| format!("the part of {}", d.summary.path))
        }
    };
    let damaged = |problem: &dyn std::fmt::Display| RunError::damaged(&name, problem);
    let tables = match folder {
        Some(_) => {
            let (mut of_ledger, mut of_sample) = (Vec::new(), Vec::new());
            measured.ledger.write(&mut of_ledger).map_err(|error| damaged(&error))?;
            sample.write(&mut of_sample).map_err(|error| damaged(&error))?;
            writer.finish()?.publish(&[(LEDGER, &of_ledger), (SAMPLE, &of_sample)], &measured.record)?
        }
        None => writer.finish()?.in_memory()?,
    };
    Ok(Part { name, measured, sample: Some(sample), tables, study: options.study.clone() })
}

impl Part {
    /// Opens the folder of a part. Sizes and sha256 of all its files are checked.
    ///
    /// # Errors
    /// [`RunError`] if the folder does not contain a complete part of this version.
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let part = Self::open_without_sample(folder)?;
        let damaged = |problem: &dyn std::fmt::Display| RunError::damaged(&part.name, problem);
        // Its size and sha256 were checked with those of the other files.
        let bytes = std::fs::read(folder.join(SAMPLE)).map_err(|error| damaged(&error))?;
        let sample = Sample::read(bytes.as_slice()).map_err(|error| damaged(&error))?;
        Ok(Self { sample: Some(sample), ..part })
    }

    /// As [`Part::open`], for combining with themes that were fitted before.
    pub(super) fn open_without_sample(folder: &Path) -> Result<Self, RunError> {
        let info = |record: &PartRecord| study_of(record).map(|study| info_of(&study, record)).unwrap_or_default();
        let (tables, record, contents) = PartTables::open(folder, &[LEDGER], info)?;
        let name = folder.display().to_string();
        let damaged = |problem: &dyn std::fmt::Display| RunError::damaged(&name, problem);
        let study = study_of(&record).map_err(|error| damaged(&error))?;
        if fingerprint(&record.study) != record.study_fingerprint {
            return Err(damaged(&"its study is not the one that it was measured with"));
        }
        let [ledger] = contents.as_slice() else { return Err(damaged(&"a file is missing")) };
        let ledger = Ledger::read(ledger.as_slice()).map_err(|error| damaged(&error))?;
        let measured = Measured { ledger, record, chats: Vec::new(), max_cost: None };
        Ok(Self { measured, sample: None, tables, study, name })
    }

    /// Number of documents.
    pub fn n_documents(&self) -> usize {
        self.measured.ledger.documents.len()
    }

    /// Number of segments.
    pub fn n_segments(&self) -> usize {
        self.measured.ledger.n_segments()
    }

    /// Inputs that were not read, or were read under another path.
    pub fn skipped(&self) -> &Skipped {
        &self.measured.record.skipped
    }
}

/// The study of a part; the error states what is wrong with its record.
pub(super) fn study_of(record: &PartRecord) -> Result<Study, String> {
    let mut study: Study = serde_json::from_value(record.study.clone()).map_err(|error| error.to_string())?;
    study.sha256 = Some(record.study_sha256.clone());
    let file = record.origin.files.iter().find(|file| file.role == StudyFileRole::Study);
    study.folder = file.and_then(|file| Path::new(&file.path).parent()).map(Path::to_owned);
    if let Some(text) = &record.lexicon {
        study.lexicon =
            Lexicon::with_file(text.as_bytes(), "the lexicon of the part").map_err(|error| error.to_string())?;
    }
    let missing = study.columns.missing.clone();
    if let Some(text) = &record.people {
        let list = PeopleList::parse_without(text.as_bytes(), "the list of people", &study.lexicon, &missing);
        study.people_list = Some(list.map_err(|error| error.to_string())?);
    }
    if let Some(text) = &record.documents {
        let table = DocumentsTable::parse(text.as_bytes(), "the table of documents", &missing);
        study.documents_table = Some(table.map_err(|error| error.to_string())?);
    }
    study.coded_stance.clone_from(&record.coded_stance);
    Ok(study)
}

/// What the tables need to know of the study of a part.
pub(super) fn info_of(study: &Study, record: &PartRecord) -> StudyInfo {
    StudyInfo { people_sha256: record.people_sha256.clone(), json: record.study.clone(), ..study.info() }
}

/// What is measured, and with what: the fields of [`PartOptions`] that do not concern the folder or how files
/// are read.
pub(super) struct Means<'m> {
    pub(super) study: &'m Study,
    pub(super) models: Option<&'m Path>,
    pub(super) cache: Option<&'m Cache>,
    pub(super) max_cost: Option<f64>,
    /// Models and engines with which a part must be measured; `None` for any.
    pub(super) expected: Option<&'m Expected>,
}

/// The models and engines with which all parts of a plan are measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Expected {
    /// Names of the engines, separated by commas.
    pub(crate) engine: String,
    /// Ids of the models, with the sha256 of their weights.
    pub(crate) models: Vec<(String, String)>,
}

impl Expected {
    /// What these models are.
    pub(crate) fn of(models: &Models) -> Self {
        let model =
            |model: &plenary_engine::Model| (model.id.clone(), model.weights_sha256().unwrap_or_default().to_owned());
        Self { engine: models.engine_names(), models: models.iter().map(model).collect() }
    }

    /// Fails if `found` are other models or engines.
    fn check(&self, found: &Self) -> Result<(), RunError> {
        if self == found {
            return Ok(());
        }
        Err(RunError::OtherModels { found: found.to_string(), expected: self.to_string() })
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let models = self.models.iter().map(|(id, sha256)| format!("{id} ({})", sha256.get(..12).unwrap_or(sha256)));
        write!(f, "{} on the engine {}", models.collect::<Vec<_>>().join(", "), self.engine)
    }
}

/// Reads and measures documents, and writes their tables with the writer that `begin` starts.
pub(super) fn measure<'w>(
    pool: &ThreadPool,
    sources: Sources,
    means: &Means,
    progress: &dyn Progress,
    begin: impl FnOnce(&StudyInfo, usize) -> Result<Writer<'w>, TableError>,
) -> Result<(Measured, Sample, Writer<'w>), RunError> {
    let &Means { study, models, cache, max_cost, expected } = means;
    // Models are found before anything is read, and loaded while the first files are read, so that both fail early.
    let folders = Models::find(&places(models), &study.models, study.needs_inference())?;
    for folder in folders.iter() {
        tracing::info!("model {} from {}", folder.facts.id, folder.path.display());
    }
    let mut reader = Reader { sources, study, pool, progress };
    progress.begin("reading and measuring", reader.sources.n_bytes().max(1));
    let (models, first) = std::thread::scope(|scope| {
        let models = scope.spawn(|| Models::load(&folders));
        let first = reader.next_batch();
        (models.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), first)
    });
    let models = models?;
    let found = Expected::of(&models);
    if let Some(expected) = expected {
        expected.check(&found)?;
    }
    let first = match first {
        Some(first) => first,
        None => {
            progress.check_stop()?;
            if expected.is_none() {
                return Err(RunError::nothing_read(reader.sources.finish()));
            }
            Batch { transcripts: Vec::new(), n_bytes: 0 }
        }
    };

    let embedding_sha256 = models.embedding.weights_sha256().unwrap_or_default().to_owned();
    if let Some(registry) = &study.theme_registry {
        registry.check_embedding(&embedding_sha256).map_err(ThemeError::Registry)?;
        registry.check_options(&study.themes).map_err(ThemeError::Option)?;
    }
    let measurer = Measurer::new(&models, study, pool, cache, max_cost)?;
    let sample = Sample::new(&study.themes, study.study.seed)?.continuing(study.theme_registry.clone());
    let ledger = Ledger::new(study.targets.len(), study.codes.len()).with_learned(measurer.references());
    let features = ledger.notes_inputs().then(|| InputFeatures::new(measurer.vector_width()));
    let mut noted = Noted { ledger, sample, features };
    let mut writer = begin(&study.info(), measurer.vector_width())?;
    if reader.sources.is_one_at_a_time() {
        one_by_one(first, &mut reader, &measurer, &mut noted, &mut writer, progress)?;
    } else {
        stream(&mut reader, first, &measurer, &mut noted, &mut writer, progress)?;
    }
    noted.ledger.note_places(reader.sources.places());
    let (n_cached, n_computed) = measurer.counts();
    let mut json = study.info().json;
    if let Some(fields) = json.as_object_mut() {
        // The contents of files that the study names; the record contains what is needed of them.
        for name in CONTENTS_OF_FILES {
            fields.remove(name);
        }
    }
    let record = PartRecord {
        study_fingerprint: fingerprint(&json),
        study: json,
        study_sha256: study.sha256.clone().unwrap_or_else(|| fingerprint(study)),
        people_sha256: study.people_list.as_ref().map(|list| list.sha256.clone()),
        lexicon: study.lexicon.own_text().map(str::to_owned),
        people: study.people_list.as_ref().map(|list| list.text.clone()),
        documents: study.documents_table.as_ref().map(|table| table.text.clone()),
        coded_stance: study.coded_stance.clone(),
        engine: found.engine,
        processor: processor(),
        registry_sha256: study.theme_registry.as_ref().map(|registry| registry.sha256()),
        embedding_sha256,
        models: found
            .models
            .into_iter()
            .chain(study.all_coders().filter_map(|coder| Some((coder.id().to_owned(), coder.learned()?.sha256()))))
            .collect(),
        origin: Origin {
            inputs: reader.sources.named().to_vec(),
            study_text: study.sources.text.clone(),
            files: study.sources.files.clone(),
        },
        skipped: reader.sources.finish(),
        n_cached,
        n_computed,
    };
    let Noted { ledger, sample, .. } = noted;
    measurer.log_chats();
    Ok((Measured { ledger, record, chats: measurer.chats(), max_cost }, sample, writer))
}

/// The inputs, and the options of reading them.
struct Reader<'r> {
    sources: Sources,
    study: &'r Study,
    pool: &'r ThreadPool,
    progress: &'r dyn Progress,
}

impl Reader<'_> {
    /// The next documents, as transcripts; `None` if there are no more, or the user has stopped the run.
    fn next_batch(&mut self) -> Option<Batch> {
        let options = self.study.reading();
        let mut n_bytes = 0;
        loop {
            let before = self.sources.n_bytes_read();
            let documents = self.pool.install(|| self.sources.read_some(&options, self.progress))?;
            self.progress.check_stop().ok()?;
            n_bytes += self.sources.n_bytes_read() - before;
            if !documents.is_empty() {
                let transcripts = self.pool.install(|| transcribe(documents, self.study));
                return Some(Batch { transcripts, n_bytes });
            }
        }
    }
}

/// What is kept of the measured documents.
struct Noted {
    ledger: Ledger,
    sample: Sample,
    /// `None` if no learned coder keeps something of the texts from which it was learned.
    features: Option<InputFeatures>,
}

impl Noted {
    fn enter(&mut self, lot: &MeasuredLot) -> Result<(), ThemeError> {
        self.ledger.enter(lot, self.features.as_ref());
        let texts: Vec<&str> = lot.segments().map(|(_, _, segment)| segment.text.as_str()).collect();
        let documents: Vec<&str> =
            lot.segments().map(|(_, transcript, _)| transcript.document.document_id.as_str()).collect();
        self.sample.add(lot.embeddings.vectors.view(), &texts, &documents, &lot.kinds)
    }
}

/// Reads, measures and writes all documents on three threads, each of which waits if it is ahead of the next.
fn stream(
    reader: &mut Reader,
    first: Batch,
    measurer: &Measurer,
    noted: &mut Noted,
    writer: &mut Writer,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    let (to_measure, batches) = sync_channel::<Batch>(0);
    let (to_write, measured) = sync_channel::<MeasuredLot>(1);
    std::thread::scope(|scope| {
        let reading = scope.spawn(move || read_all(first, reader, &to_measure, progress));
        let writing = scope.spawn(move || write_all(&measured, writer));
        let outcome = measure_all(&batches, measurer, noted, &to_write, progress);
        // The other threads end when their channels are closed.
        drop((batches, to_write));
        reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let written = writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // If measuring ended early, an error of the writer is the cause.
        written?;
        outcome
    })
}

/// Reads, measures and writes one batch after the other, so that only one is in flight.
fn one_by_one(
    first: Batch,
    reader: &mut Reader,
    measurer: &Measurer,
    noted: &mut Noted,
    writer: &mut Writer,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    let mut next = Some(first);
    while let Some(batch) = next {
        for lot in lots(batch) {
            let lot = measurer.measure(lot, progress)?;
            noted.enter(&lot)?;
            write_lot(&lot, writer)?;
        }
        next = reader.next_batch();
    }
    Ok(progress.check_stop()?)
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
    to_write: &SyncSender<MeasuredLot>,
    progress: &dyn Progress,
) -> Result<(), RunError> {
    while let Ok(batch) = batches.recv() {
        for lot in lots(batch) {
            let lot = measurer.measure(lot, progress)?;
            noted.enter(&lot)?;
            if to_write.send(lot).is_err() {
                return Ok(());
            }
        }
    }
    Ok(progress.check_stop()?)
}

fn write_all(measured: &Receiver<MeasuredLot>, writer: &mut Writer) -> Result<(), TableError> {
    while let Ok(lot) = measured.recv() {
        write_lot(&lot, writer)?;
    }
    Ok(())
}

fn write_lot(lot: &MeasuredLot, writer: &mut Writer) -> Result<(), TableError> {
    for transcript in lot.begun() {
        writer.transcript(transcript)?;
    }
    lot.with_measured(|part| writer.segments(part))
}
