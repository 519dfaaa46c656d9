//! The results of a run as rows of its tables.
//!
//! **Input:** what the stages returned, some segments at a time ([`Measured`]) and then as a whole ([`Closing`]). **Output:**
//! rows of the structs that `schema` declares, in the order of the transcripts and, within one, of the text; nothing is
//! sorted or dropped. **Refused:** parts that do not fit each other, such as more scores than segments. **Left to others:**
//! names and meanings of columns (`schema`), how rows are stored (`sheet`).

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use polars_core::prelude::{Column, DataFrame, IntoColumn, NamedFrom, PolarsResult, Series};

use super::TableError;
use super::cells::read;
use super::record::{ModelRecord, Origin};
use super::schema::{
    AgreementRow, AnalysisRow, BlockRow, CoderInputsRow, CodingRow, DictionaryColumn, DictionaryTermRow, DocumentRow,
    EmbeddingRow, EstimateRow, ExchangeRow, FailureRow, GroupEstimateRow, GroupStanceRow, IssueRow, KeynessRow,
    NeitherThresholdRow, PersonRow, RunRow, SegmentRow, SegmentThemeRow, SentimentRow, SpeakerRow, StanceRow,
    ThemeCodeRow, ThemeGroupRow, ThemeHistoryRow, ThemePeriodRow, ThemeRow, UtteranceRow, Variable, VariableOf,
    analysis_persons, analysis_themes, stance_column,
};
use crate::StudyInfo;
use plenary_corpus::findings::{
    self, AbstentionReason, Assignment, CoderAgreement, Codings, Embeddings, Estimate, Evidence, GroupStance,
    InputDrift, NeitherThreshold, Resampled, SegmentCodes, Sentiment, Shown, Target, ThemeDocuments, ThemeKind, Themes,
};
use plenary_corpus::{Failure, PersonRule, Segment, Speaker, Summary, Transcript, Variables, ids, style_name};

/// The description of a run, apart from values that come from elsewhere: name of the study and seed come from the
/// study, the counts from the tables, the version from the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Id of the run.
    pub run_id: String,
    /// sha256 of the study as it was read, 64 hex digits.
    pub study_sha256: String,
    /// Engines that ran the models, separated by commas.
    pub engine: String,
    /// The models.
    pub models: Vec<ModelRecord>,
    /// When the run began.
    pub started_at: Timestamp,
    /// When everything was computed.
    pub finished_at: Timestamp,
    /// What the run was made from, for `run.json`.
    pub origin: Origin,
}

/// How far two coders agree.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Coefficients {
    /// Share of the units that both labelled with equal labels; `None` without such units.
    pub share_equal: Option<f64>,
    /// Cohen's kappa; `None` if it is not defined.
    pub kappa: Option<f64>,
    /// Krippendorff's alpha, nominal; `None` if it is not defined.
    pub alpha: Option<f64>,
}

/// Some segments with their measurements: the scores have one row per segment, in this order.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// Each segment with its document.
    pub segments: &'a [(&'a Transcript, &'a Segment)],
    /// Vectors and token counts.
    pub embeddings: &'a Embeddings,
    /// `None` if the study leaves sentiment out.
    pub sentiment: Option<&'a Sentiment>,
    /// The codings of every coder, those of the primary coder first; empty if the study has no target.
    pub codings: &'a [Codings],
    /// What coders saw before each segment, as lines `Name: text`; empty if nothing was coded.
    pub contexts: &'a [Option<String>],
    /// The codes for themes; `None` if the study has none.
    pub theme_codes: Option<&'a SegmentCodes>,
}

/// What is known only when a run has read the whole corpus.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// The description of the run.
    pub record: &'a RunRecord,
    /// One per document, sorted by path, so that the tables do not depend on the order of the inputs.
    pub documents: &'a [Summary],
    /// Other inputs with the same bytes, by `document_id`. Documents without such inputs need no entry.
    pub other_paths: &'a BTreeMap<String, Vec<String>>,
    /// The people of all documents.
    pub people: &'a [Person],
    /// What a person should check about people, documents and their variables.
    pub issues: &'a [Issue],
    /// Inputs that could not be used.
    pub failures: &'a [Failure],
    /// The file from which later runs continue the themes; empty for none.
    pub registry: &'a [u8],
}

/// A person over all documents: a row of `people`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Id of the person.
    pub person_id: String,
    /// Name in the person's first document.
    pub name: String,
    /// Whether the list has the person; `None` without a list.
    pub listed: Option<bool>,
    /// Documents in which the person speaks or presides.
    pub n_documents: usize,
    /// Utterances.
    pub n_utterances: usize,
    /// Words in them.
    pub n_words: usize,
    /// Party, if it is the same in all documents that have one.
    pub party: Option<String>,
    /// Country, likewise.
    pub country: Option<String>,
    /// Sex or gender, likewise.
    pub sex: Option<String>,
    /// First date of the documents.
    pub first_date: Option<Date>,
    /// Last date of the documents.
    pub last_date: Option<Date>,
    /// Variables that are the same in all documents that have them.
    pub variables: Variables,
}

/// A row of `issues`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issue {
    /// Kind, as the table describes them.
    pub kind: &'static str,
    /// The person, if it is about one who speaks.
    pub person_id: Option<String>,
    /// Name of the person.
    pub name: Option<String>,
    /// The document.
    pub document_id: Option<String>,
    /// The column.
    pub variable: Option<String>,
    /// The value that is used.
    pub used: Option<String>,
    /// The other value.
    pub other: Option<String>,
    /// File of the study.
    pub file: Option<String>,
    /// Line in it.
    pub line: Option<u64>,
    /// The finding as a sentence.
    pub message: String,
}

/// Whether a segment conducts the meeting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProcedureMark {
    /// Probability that it does.
    pub probability: f32,
    /// Whether the probability reaches the threshold of the classifier.
    pub is_procedural: bool,
}

/// The estimates of one grouping.
#[derive(Debug, Clone)]
pub struct Groups<'a> {
    /// Names of the columns.
    pub by: &'a [String],
    /// Values of the columns for each group.
    pub values: &'a [Vec<String>],
    /// The estimates.
    pub rows: &'a [GroupRow<'a>],
}

/// An estimate with what it is of.
#[derive(Debug, Clone)]
pub struct GroupRow<'a> {
    /// The measure.
    pub measure: findings::GroupMeasure,
    /// The target, if the measure has one.
    pub target_id: Option<&'a str>,
    /// The theme, if the measure has one.
    pub theme_id: Option<&'a str>,
    /// The column of the category, if the measure has one.
    pub category: Option<&'a str>,
    /// The weight; `None` for shares.
    pub weight: Option<findings::Weight>,
    /// The estimate.
    pub estimate: findings::GroupEstimate,
}

/// Words that a pattern of a dictionary matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DictionaryTerm {
    /// Name of the dictionary.
    pub dictionary: String,
    /// Name of the category.
    pub category: String,
    /// The pattern.
    pub pattern: String,
    /// The words.
    pub form: String,
    /// How often.
    pub n: u64,
}

/// An exchange of a document by the positions of its turns. Exchanges of a speaker with themselves as a person have no row.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlacedExchange {
    /// Position of the turn among those of the document, from 0.
    pub turn: u32,
    /// Position of the speaker who does it among those of the document; `None` if the file does not say who does it.
    pub from: Option<u32>,
    /// The other person.
    pub to: Other,
    /// What the speaker does.
    pub kind: findings::ExchangeKind,
    /// How it was found.
    pub rule: findings::ExchangeRule,
    /// Position of the turn of the segment that is the evidence.
    pub evidence_turn: u32,
    /// Position of the segment in that turn, from 1.
    pub evidence_position: u32,
    /// The words that name the other person, or the note of the file.
    pub words: Option<Box<str>>,
}

/// The other person of an exchange.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Other {
    /// Position of the speaker among those of the document.
    Speaker(u32),
    /// Id of a person who does not speak in the document.
    Elsewhere(Box<str>),
}

impl PlacedExchange {
    /// The exchanges of a transcript.
    pub fn of(transcript: &Transcript, exchanges: Vec<findings::Exchange>) -> Vec<Self> {
        let placed = |exchange: findings::Exchange| {
            let evidence = transcript.segments.get(exchange.segment)?;
            Some(Self {
                turn: count(exchange.turn),
                from: exchange.from.map(count),
                to: Other::Speaker(count(exchange.to)),
                kind: exchange.kind,
                rule: exchange.rule,
                evidence_turn: count(evidence.utterance),
                evidence_position: count(evidence.position),
                words: exchange.words.map(String::into_boxed_str),
            })
        };
        exchanges.into_iter().filter_map(placed).collect()
    }
}

/// A term of a group beside the other texts.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyTerm<'a> {
    /// What forms the groups.
    pub by: &'a str,
    /// The group.
    pub group_id: &'a str,
    /// Its name.
    pub group: &'a str,
    /// The language of the documents.
    pub language: Option<&'a str>,
    /// The term.
    pub term: &'a str,
    /// Occurrences in the group and elsewhere.
    pub n: [u64; 2],
    /// Occurrences of all terms in the group and elsewhere.
    pub n_words: [u64; 2],
    /// Difference of the logarithms of the odds.
    pub log_odds: f64,
    /// Its interval.
    pub interval: (f64, f64),
    /// `log_odds` over its standard error.
    pub z: f64,
    /// False discovery rate.
    pub q_value: f64,
}

/// The documents of themes and of their groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentsOfThemes {
    /// One per theme.
    pub of_themes: Vec<ThemeDocuments>,
    /// One per group.
    pub of_groups: Vec<ThemeDocuments>,
}

/// A period of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodOfTime {
    /// Its name.
    pub name: String,
    /// Its first day, if it is known.
    pub start: Option<Date>,
    /// Documents that have segments.
    pub n_documents: usize,
    /// Their segments.
    pub n_segments: u64,
    /// Words of these segments.
    pub n_words: u64,
}

/// A theme in a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThemePeriod {
    /// Segments of the theme.
    pub n_segments: u64,
    /// Words of these segments.
    pub n_words: u64,
    /// Share of the period's segments.
    pub share_of_segments: f64,
    /// Ends of its interval.
    pub segments_interval: Option<(f64, f64)>,
    /// Share of the words.
    pub share_of_words: Option<f64>,
    /// Ends of its interval.
    pub words_interval: Option<(f64, f64)>,
    /// Whether the period is in a burst; `None` if that is not known.
    pub is_burst: Option<bool>,
    /// Weight of the burst.
    pub burst_weight: Option<f64>,
}

impl Closing<'_> {
    /// Checks that the other paths belong to documents that have a row.
    pub(super) fn check(&self) -> Result<(), TableError> {
        let ids: HashSet<&str> = self.documents.iter().map(|document| document.document_id.as_str()).collect();
        match self.other_paths.keys().find(|id| !ids.contains(id.as_str())) {
            None => Ok(()),
            Some(id) => Err(TableError::NoPlace {
                table: DocumentRow::TABLE.name,
                problem: format!("the other paths of document `{id}`, which has no row"),
            }),
        }
    }
}

impl Measured<'_> {
    /// Checks that parallel parts have the same length.
    pub(super) fn check(&self, study: &StudyInfo) -> Result<(), TableError> {
        let n_segments = self.segments.len();
        let fits = |what: &str, found: usize, expected: usize| {
            if found == expected { Ok(()) } else { Err(TableError::Misfit { what: what.to_owned(), found, expected }) }
        };
        fits("rows of vectors", self.embeddings.vectors.nrows(), n_segments)?;
        fits("token counts", self.embeddings.n_tokens.len(), n_segments)?;
        fits("windows of texts", self.embeddings.n_windows.len(), n_segments)?;
        if let Some(sentiment) = self.sentiment {
            fits("windows of texts for sentiment", sentiment.n_windows.len(), n_segments)?;
            fits("sentiment scores", sentiment.scores.len(), n_segments)?;
        }
        if !self.codings.is_empty() {
            fits("contexts", self.contexts.len(), n_segments)?;
        }
        if let Some(codes) = self.theme_codes {
            fits("codes of segments", codes.of_segments.len(), n_segments)?;
            if let Some(code) = codes.of_segments.iter().find(|code| code.nearest >= codes.ids.len()) {
                let (found, expected) = (code.nearest, codes.ids.len());
                return Err(TableError::Misfit { what: "code of a segment".into(), found, expected });
            }
        }
        for codings in self.codings {
            fits("targets with codings", codings.of_target.len(), study.targets.len())?;
            for (target, of_target) in study.targets.iter().zip(&codings.of_target) {
                fits(&format!("codings towards `{}`", target.id), of_target.len(), n_segments)?;
            }
        }
        Ok(())
    }

    /// Largest number of windows in which a model read a segment. A pair is split sooner than a text alone.
    fn n_windows(&self, row: usize) -> u32 {
        let of_stance =
            self.codings.iter().flat_map(|codings| codings.of_target.iter().map(|units| units[row].n_windows));
        let of_sentiment = self.sentiment.iter().map(|sentiment| sentiment.n_windows[row]);
        of_stance.chain(of_sentiment).chain([self.embeddings.n_windows[row]]).max().unwrap_or(1)
    }
}

/// Checks that indices point into the lists that they index.
pub(super) fn check_themes(
    themes: &Themes,
    documents: &DocumentsOfThemes,
    procedure: &[Option<ProcedureMark>],
    n_segments: usize,
) -> Result<(), TableError> {
    if ![0, n_segments].contains(&procedure.len()) {
        let found = procedure.len();
        return Err(TableError::Misfit { what: "marks of procedure".into(), found, expected: n_segments });
    }
    let within = |what: &str, found: usize, bound: usize| {
        if found < bound { Ok(()) } else { Err(TableError::Misfit { what: what.to_owned(), found, expected: bound }) }
    };
    let counts = [(documents.of_themes.len(), themes.themes.len()), (documents.of_groups.len(), themes.groups.len())];
    if let Some((found, expected)) = counts.into_iter().find(|(found, expected)| found != expected) {
        return Err(TableError::Misfit { what: "documents of themes, or of their groups".into(), found, expected });
    }
    for group in themes.themes.iter().filter_map(|theme| theme.group) {
        within("group of a theme", group, themes.groups.len())?;
    }
    if !themes.themes.is_empty() && themes.assignments.len() != n_segments {
        let found = themes.assignments.len();
        return Err(TableError::Misfit { what: "themes of segments".into(), found, expected: n_segments });
    }
    for assignment in &themes.assignments {
        if let Some(theme) = assignment.theme {
            within("theme of a segment", theme, themes.themes.len())?;
        }
    }
    for &exemplar in themes.themes.iter().flat_map(|theme| &theme.exemplars) {
        within("exemplar of a theme", exemplar, n_segments)?;
    }
    Ok(())
}

/// Checks that there are as many counts as dictionaries have columns, and as many rows as there are segments.
pub(super) fn check_counts(
    counts: &[Vec<u32>],
    columns: &[DictionaryColumn],
    n_segments: usize,
) -> Result<(), TableError> {
    let misfit = |what: &str, found, expected| Err(TableError::Misfit { what: what.into(), found, expected });
    if counts.len() != columns.len() {
        return misfit("categories of dictionaries with counts", counts.len(), columns.len());
    }
    match counts.iter().find(|counts| counts.len() != n_segments) {
        Some(counts) => misfit("counts of a category", counts.len(), n_segments),
        None => Ok(()),
    }
}

/// The row of `runs`; `n_rows` returns the number of rows of a table.
pub(super) fn run<'a>(
    closing: &Closing<'a>,
    study: &'a StudyInfo,
    n_rows: impl Fn(super::Table) -> usize,
) -> RunRow<'a> {
    let record = closing.record;
    RunRow {
        run_id: &record.run_id,
        plenary_version: super::VERSION,
        study_name: &study.name,
        study_sha256: &record.study_sha256,
        people_sha256: study.people_sha256.as_deref(),
        engine: &record.engine,
        models: record.models.iter().map(ModelRecord::joined).collect(),
        seed: study.seed,
        n_documents: count(n_rows(DocumentRow::TABLE)),
        n_speakers: count(n_rows(SpeakerRow::TABLE)),
        n_utterances: count(n_rows(UtteranceRow::TABLE)),
        n_segments: count(n_rows(SegmentRow::TABLE)),
        n_themes: count(n_rows(ThemeRow::TABLE)),
        n_failures: count(n_rows(FailureRow::TABLE)),
        started_at: record.started_at,
        finished_at: record.finished_at,
    }
}

pub(super) fn documents<'a>(
    documents: &'a [Summary],
    other_paths: &BTreeMap<String, Vec<String>>,
) -> Vec<DocumentRow<'a>> {
    let row = |document: &'a Summary| {
        let front = &document.front;
        DocumentRow {
            document_id: &document.document_id,
            path: &document.path,
            other_paths: other_paths.get(&document.document_id).cloned().unwrap_or_default(),
            format: document.format.as_str(),
            encoding: &document.encoding,
            sha256: &document.sha256,
            bytes: i64::try_from(document.n_bytes).unwrap_or(i64::MAX),
            title: front.title.as_deref(),
            event: front.event.as_deref(),
            panel: front.panel.as_deref(),
            session: front.session.as_deref(),
            date: front.date,
            time_start: front.time_start.map(hours_and_minutes),
            time_end: front.time_end.map(hours_and_minutes),
            language: document.language.as_deref(),
            style: style_name(document.style),
            style_confidence: document.style_confidence,
            n_speakers: count(document.speakers.len()),
            n_utterances: count(document.n_utterances),
            n_segments: count(document.n_segments),
            n_words: count(document.n_words),
            n_words_unspoken: count(document.words.unspoken()),
            n_words_title: count(document.words.title),
            n_words_heading: count(document.words.heading),
            n_words_furniture: count(document.words.furniture),
            n_words_chair: count(document.words.chair),
            n_words_byline: count(document.words.byline),
            n_words_name_list: count(document.words.name_list),
            n_words_stage_note: count(document.words.stage_note),
            n_words_minutes: count(document.words.minutes),
            n_words_editorial_note: count(document.words.editorial_note),
            n_corrections: count(document.n_corrections),
            needs_review: document.needs_review,
            warnings: document.warnings.clone(),
        }
    };
    documents.iter().map(row).collect()
}

pub(super) fn speakers(documents: &[Summary]) -> Vec<SpeakerRow<'_>> {
    let speakers = documents.iter().flat_map(|document| document.speakers.iter().map(move |s| (document, s)));
    let rows = speakers.map(|(document, speaker)| SpeakerRow {
        speaker_id: &speaker.speaker_id,
        document_id: &document.document_id,
        person_id: &speaker.person_id,
        person_rule: speaker.person_rule.map(PersonRule::as_str),
        person_confidence: speaker.person_rule.map(PersonRule::confidence),
        name_as_printed: &speaker.name_as_printed,
        honorific: speaker.details.honorific.as_deref(),
        name: &speaker.name,
        title: speaker.details.title.as_deref(),
        affiliation: speaker.details.affiliation.as_deref(),
        country: speaker.details.country.as_deref(),
        constituency: speaker.details.constituency.as_deref(),
        party: speaker.details.party.as_deref(),
        sex: speaker.details.sex.as_deref(),
        role: speaker.role.as_str(),
        n_utterances: count(speaker.n_utterances),
        n_words: count(speaker.n_words),
        confidence: speaker.confidence,
        link_rule: speaker.link_rule.as_str(),
        link_confidence: speaker.link_confidence,
        evidence_block_ids: speaker.evidence_block_ids.clone(),
    });
    rows.collect()
}

pub(super) fn blocks(transcript: &Transcript) -> Vec<BlockRow<'_>> {
    let rows = transcript.blocks.iter().map(|block| BlockRow {
        block_id: &block.block_id,
        document_id: &transcript.document.document_id,
        position: count(block.position),
        kind: block.kind.as_str(),
        start: offset(block.span.start),
        end: offset(block.span.end),
        line_start: count(block.line_start),
        line_end: count(block.line_end),
        page: block.page,
        utterance_id: block.utterance.map(|u| transcript.utterances[u].utterance_id.as_str()),
    });
    rows.collect()
}

pub(super) fn utterances(transcript: &Transcript) -> Vec<UtteranceRow<'_>> {
    let rows = transcript.utterances.iter().map(|utterance| UtteranceRow {
        utterance_id: &utterance.utterance_id,
        document_id: &transcript.document.document_id,
        speaker_id: utterance.speaker.map(|s| transcript.speakers[s].speaker_id.as_str()),
        position: count(utterance.position),
        text: &utterance.text,
        start: offset(utterance.span.start),
        end: offset(utterance.span.end),
        time_start_s: utterance.time_start_s,
        time_end_s: utterance.time_end_s,
        carried: transcript.turn_of(utterance).and_then(|turn| turn.carried.as_deref()),
        n_words: count(utterance.n_words),
        boundary_confidence: utterance.boundary_confidence,
        needs_review: utterance.needs_review,
        evidence: &utterance.evidence,
        byline_block_id: utterance.byline.map(|at| transcript.blocks[at].block_id.as_str()),
        link_rule: utterance.explanation.link.as_ref().map(|link| link.rule.as_str()),
        link_confidence: utterance.explanation.link.as_ref().map(|link| link.confidence),
    });
    rows.collect()
}

pub(super) fn segments<'a>(part: &Measured<'a>) -> Vec<SegmentRow<'a>> {
    let rows = part.segments.iter().enumerate().map(|(row, &(transcript, segment))| SegmentRow {
        n_tokens: part.embeddings.n_tokens[row],
        n_windows: part.n_windows(row),
        context: part.contexts.get(row).and_then(Option::as_deref),
        ..unmeasured_segment(transcript, segment)
    });
    rows.collect()
}

/// The row of a segment without what is measured of it: counts of tokens and windows are zero, and there is no context.
pub(super) fn unmeasured_segment<'a>(transcript: &'a Transcript, segment: &'a Segment) -> SegmentRow<'a> {
    SegmentRow {
        segment_id: &segment.segment_id,
        utterance_id: &transcript.utterances[segment.utterance].utterance_id,
        document_id: &transcript.document.document_id,
        speaker_id: transcript.speaker_of(segment).map(|speaker| speaker.speaker_id.as_str()),
        position: count(segment.position),
        text: &segment.text,
        start: offset(segment.span.start),
        end: offset(segment.span.end),
        ends: segment.ends.as_str(),
        n_words: count(segment.n_words),
        n_tokens: 0,
        n_windows: 0,
        context: None,
    }
}

pub(super) fn embeddings<'a>(part: &Measured<'a>) -> Vec<EmbeddingRow<'a>> {
    // Rows of an array in standard layout are slices; in another layout the vectors are empty, which `cells` refuses.
    let vectors = part.embeddings.vectors.outer_iter().map(|row| row.to_slice().unwrap_or_default());
    let rows = part.segments.iter().zip(vectors).map(|((_, segment), vector)| EmbeddingRow {
        segment_id: &segment.segment_id,
        model_id: &part.embeddings.model_id,
        vector,
    });
    rows.collect()
}

pub(super) fn sentiment<'a>(part: &Measured<'a>) -> Vec<SentimentRow<'a>> {
    let Some(sentiment) = part.sentiment else { return Vec::new() };
    let rows = part.segments.iter().zip(&sentiment.scores).map(|((_, segment), score)| SentimentRow {
        segment_id: &segment.segment_id,
        model_id: &sentiment.model_id,
        negative: score.negative,
        neutral: score.neutral,
        positive: score.positive,
        score: score.score(),
        label: score.label().as_str(),
    });
    rows.collect()
}

pub(super) fn theme_codes<'a>(part: &Measured<'a>) -> Vec<ThemeCodeRow<'a>> {
    let Some(codes) = part.theme_codes else { return Vec::new() };
    let rows = part.segments.iter().zip(&codes.of_segments).map(|((_, segment), code)| {
        let nearest = codes.ids[code.nearest].as_str();
        ThemeCodeRow {
            segment_id: &segment.segment_id,
            code_id: code.is_given.then_some(nearest),
            nearest_code_id: nearest,
            probability: code.probability,
            similarity: code.similarity,
        }
    });
    rows.collect()
}

/// The rows of `codings`: those of the first segment, then those of the second, and so on.
pub(super) fn codings<'a>(part: &Measured<'a>, study: &'a StudyInfo) -> Vec<CodingRow<'a>> {
    let mut rows = Vec::with_capacity(part.codings.len() * study.targets.len() * part.segments.len());
    let by_coder = || {
        part.codings
            .iter()
            .flat_map(|codings| study.targets.iter().zip(&codings.of_target).map(move |of| (codings, of)))
    };
    for (row, (_, segment)) in part.segments.iter().enumerate() {
        rows.extend(by_coder().map(|(codings, (target, units))| {
            let coding = &units[row];
            let probabilities = coding.probabilities;
            let (proposition, negation, answer) = match &coding.evidence {
                Evidence::Inference { proposition, negation } => (Some(*proposition), *negation, None),
                Evidence::Answer { key } => (None, None, Some(key.as_str())),
                _ => (None, None, None),
            };
            CodingRow {
                segment_id: &segment.segment_id,
                target_id: &target.id,
                coder_id: &codings.coder.id,
                coder_kind: codings.coder.kind.as_str(),
                relevance: Some(coding.relevance),
                context_relevance: coding.context_relevance,
                favor: probabilities.map(|sides| sides.favor),
                against: probabilities.map(|sides| sides.against),
                neither: probabilities.map(|sides| sides.neither),
                rule: coding.rule.map(findings::Rule::as_str),
                score: coding.score(),
                label: coding.verdict.label().map(findings::Stance::as_str),
                reason: coding.verdict.reason().map(AbstentionReason::as_str),
                proposition_entailment: proposition.map(|inference| inference.entailment),
                proposition_neutral: proposition.map(|inference| inference.neutral),
                proposition_contradiction: proposition.map(|inference| inference.contradiction),
                negation_entailment: negation.map(|inference| inference.entailment),
                negation_neutral: negation.map(|inference| inference.neutral),
                negation_contradiction: negation.map(|inference| inference.contradiction),
                validation: codings.coder.kind.validation(),
                answer,
            }
        }));
    }
    rows
}

/// The rows of `codings` that `stance` and `analysis` show, in the order of segments and targets.
pub(super) fn shown<'r, 'a>(part: &Measured, codings: &'r [CodingRow<'a>]) -> Vec<&'r CodingRow<'a>> {
    let n_targets = part.codings.first().map_or(0, |codings| codings.of_target.len());
    let shown = Shown::of(part.codings);
    let place = |(row, target): (usize, usize)| {
        let (coder, _) = shown.coding(target, row)?;
        codings.get((row * part.codings.len() + coder) * n_targets + target)
    };
    (0..part.segments.len()).flat_map(|row| (0..n_targets).map(move |target| (row, target))).filter_map(place).collect()
}

/// One coding per segment and target, in the form of `stance` and `analysis`.
pub(super) struct StanceView<'a> {
    /// The rows of `stance`.
    pub(super) rows: Vec<StanceRow<'a>>,
    /// The columns of `analysis`, one per target of the study: the score of segments with a label, all null if nothing
    /// was coded.
    pub(super) columns: Vec<Column>,
}

/// `stance` and the stance columns of `analysis`. `segments` are the ids of the rows of `analysis`; the codings are in the order of
/// `segments`.
///
/// # Errors
/// [`TableError::NoPlace`] for a coding of an unknown segment or target, or a second one of the same segment and target.
pub(super) fn stance_view<'a>(
    codings: &[&CodingRow<'a>],
    segments: &[&str],
    study: &StudyInfo,
) -> Result<StanceView<'a>, TableError> {
    let no_place = |coding: &CodingRow, problem: &str| TableError::NoPlace {
        table: StanceRow::TABLE.name,
        problem: format!("the coding of `{}` for `{}`: {problem}", coding.segment_id, coding.target_id),
    };
    let mut rows = Vec::with_capacity(codings.len());
    let mut scores = vec![vec![None; segments.len()]; study.targets.len()];
    let mut coded = vec![vec![false; segments.len()]; study.targets.len()];
    let mut at = 0;
    for &coding in codings {
        let target = study.targets.iter().position(|target| target.id == coding.target_id);
        let target = target.ok_or_else(|| no_place(coding, "the study has no such target"))?;
        let ahead = segments[at..].iter().position(|id| *id == coding.segment_id);
        at += ahead.ok_or_else(|| no_place(coding, "there is no such segment, or it is out of order"))?;
        if std::mem::replace(&mut coded[target][at], true) {
            return Err(no_place(coding, "there is another one"));
        }
        scores[target][at] = coding.label.and(coding.score);
        rows.push(stance(coding));
    }
    let columns = study.targets.iter().zip(scores);
    let columns = columns.map(|(target, scores)| Series::new(stance_column(target).into(), scores).into_column());
    Ok(StanceView { rows, columns: columns.collect() })
}

/// The stance columns of `n_segments` rows of `analysis`, from the rows of `stance` of the same segments: one per target, or none at all.
pub(super) fn stance_columns(
    rows: &[StanceRow],
    targets: &[Target],
    n_segments: usize,
) -> Result<Vec<Column>, TableError> {
    if rows.len() != n_segments * targets.len() {
        let (found, expected) = (rows.len(), n_segments * targets.len());
        return Err(TableError::Misfit { what: "rows of `stance`".into(), found, expected });
    }
    let of_target = |(at, target): (usize, &Target)| {
        let scores = rows.iter().skip(at).step_by(targets.len()).map(|row| row.label.and(row.score));
        Series::new(stance_column(target).into(), scores.collect::<Vec<Option<f32>>>()).into_column()
    };
    Ok(targets.iter().enumerate().map(of_target).collect())
}

fn stance<'a>(coding: &CodingRow<'a>) -> StanceRow<'a> {
    StanceRow {
        segment_id: coding.segment_id,
        target_id: coding.target_id,
        model_id: coding.coder_id,
        relevance: coding.relevance,
        favor: coding.favor,
        against: coding.against,
        neither: coding.neither,
        rule: coding.rule,
        score: coding.score,
        label: coding.label,
        reason: coding.reason,
        validation: coding.validation,
        proposition_entailment: coding.proposition_entailment,
        proposition_neutral: coding.proposition_neutral,
        proposition_contradiction: coding.proposition_contradiction,
        negation_entailment: coding.negation_entailment,
        negation_neutral: coding.negation_neutral,
        negation_contradiction: coding.negation_contradiction,
    }
}

/// The rows of `themes`, whose documents are `documents`; `exemplars` maps the row of each exemplar to its segment id.
pub(super) fn themes<'a>(
    themes: &'a Themes,
    documents: &[ThemeDocuments],
    exemplars: &BTreeMap<usize, String>,
) -> Vec<ThemeRow<'a>> {
    let theme_rows = themes.themes.iter().zip(documents).map(|(theme, documents)| ThemeRow {
        theme_id: &theme.theme_id,
        kind: theme.kind().as_str(),
        label: &theme.label,
        name: theme.name.as_deref(),
        description: theme.description.as_deref(),
        endpoint_label: theme.endpoint_label.as_ref().and_then(|asked| asked.label.as_deref().ok()),
        endpoint_label_reason: theme
            .endpoint_label
            .as_ref()
            .and_then(|asked| Some(asked.label.as_ref().err()?.as_str())),
        endpoint_label_model: theme.endpoint_label.as_ref().map(|asked| asked.model.as_str()),
        endpoint_label_answer: theme.endpoint_label.as_ref().map(|asked| asked.answer.as_str()),
        terms: theme.terms.clone(),
        term_weights: theme.term_weights.clone(),
        n_segments: count(theme.n_segments),
        n_speakers: count(theme.n_speakers),
        n_documents: count(documents.n_documents),
        first_date: documents.dates.map(|(first, _)| first),
        last_date: documents.dates.map(|(_, last)| last),
        exemplars: theme.exemplars.iter().filter_map(|row| exemplars.get(row).cloned()).collect(),
        cohesion: theme.cohesion,
        separation: theme.separation,
        stability: theme.stability,
        centroid: &theme.centroid,
        group_id: theme.group.and_then(|group| Some(themes.groups.get(group)?.group_id.as_str())),
    });
    theme_rows.collect()
}

/// The rows of `theme_groups`, whose documents are `documents`.
pub(super) fn theme_groups<'a>(themes: &'a Themes, documents: &[ThemeDocuments]) -> Vec<ThemeGroupRow<'a>> {
    let rows = themes.groups.iter().zip(documents).map(|(group, documents)| ThemeGroupRow {
        group_id: &group.group_id,
        label: &group.label,
        terms: group.terms.clone(),
        term_weights: group.term_weights.clone(),
        n_themes: count(group.n_themes),
        n_segments: count(group.n_segments),
        n_speakers: count(group.n_speakers),
        n_documents: count(documents.n_documents),
        first_date: documents.dates.map(|(first, _)| first),
        last_date: documents.dates.map(|(_, last)| last),
    });
    rows.collect()
}

/// The rows of `theme_history`.
pub(super) fn theme_history(themes: &Themes) -> Vec<ThemeHistoryRow<'_>> {
    let rows = themes.history.iter().map(|change| ThemeHistoryRow {
        theme_id: change.theme_id.as_deref(),
        previous_theme_id: change.previous_theme_id.as_deref(),
        change: change.change.as_str(),
        n_before: count(change.n_before),
        n_again: count(change.n_again),
        n_shared: count(change.n_shared),
        n_new: count(change.n_new),
        share: change.share,
        jaccard: change.jaccard,
        centroid_cosine: change.centroid_cosine,
        terms_kept: change.terms_kept,
    });
    rows.collect()
}

/// The rows of `themes_over_time` of one theme, one per period.
pub(super) fn theme_periods<'a>(
    theme_id: &'a str,
    periods: &'a [PeriodOfTime],
    of_theme: &[ThemePeriod],
) -> Vec<ThemePeriodRow<'a>> {
    let rows = periods.iter().zip(of_theme).map(|(period, own)| ThemePeriodRow {
        theme_id,
        period: &period.name,
        period_start: period.start,
        n_documents: count(period.n_documents),
        n_segments: period.n_segments,
        n_words: period.n_words,
        n_theme_segments: own.n_segments,
        n_theme_words: own.n_words,
        share_of_segments: own.share_of_segments,
        segments_ci_low: own.segments_interval.map(|(low, _)| low),
        segments_ci_high: own.segments_interval.map(|(_, high)| high),
        share_of_words: own.share_of_words,
        words_ci_low: own.words_interval.map(|(low, _)| low),
        words_ci_high: own.words_interval.map(|(_, high)| high),
        is_burst: own.is_burst,
        burst_weight: own.burst_weight,
    });
    rows.collect()
}

pub(super) fn segment_themes<'a>(
    themes: &'a Themes,
    segment_ids: &[&'a str],
    assigned: &[Assignment],
    procedure: &[Option<ProcedureMark>],
) -> Vec<SegmentThemeRow<'a>> {
    let rows = segment_ids.iter().zip(assigned).enumerate().map(|(row, (segment_id, assignment))| SegmentThemeRow {
        segment_id,
        theme_id: assignment.theme.map(|theme| themes.themes[theme].theme_id.as_str()),
        probability: assignment.probability,
        reason: assignment.reason.as_str(),
        procedural: mark_of(procedure, row).map(|mark| mark.is_procedural),
        p_procedural: mark_of(procedure, row).map(|mark| mark.probability),
    });
    rows.collect()
}

pub(super) fn estimate(estimate: &Estimate) -> EstimateRow<'_> {
    EstimateRow {
        level: estimate.level.as_str(),
        document_id: estimate.document_id.as_deref(),
        speaker_id: estimate.speaker_id.as_deref(),
        utterance_id: estimate.utterance_id.as_deref(),
        theme_id: estimate.theme_id.as_deref(),
        target_id: estimate.target_id.as_deref(),
        measure: estimate.measure.as_str(),
        mean: estimate.mean,
        ci_low: estimate.ci_low,
        ci_high: estimate.ci_high,
        resampled: estimate.resampled.map(Resampled::as_str),
        n_segments: count(estimate.n_segments),
        n_utterances: count(estimate.n_utterances),
        share_abstained: estimate.share_abstained,
    }
}

pub(super) fn group_stance(group: &GroupStance) -> GroupStanceRow<'_> {
    let [n_favor, n_against, n_neither] = group.counts.map(count);
    GroupStanceRow {
        level: group.level.as_str(),
        document_id: &group.document_id,
        speaker_id: group.speaker_id.as_deref(),
        utterance_id: group.utterance_id.as_deref(),
        target_id: &group.target_id,
        n_favor,
        n_against,
        n_neither,
        n_unlabelled: count(group.n_unlabelled),
        label: group.label().map(findings::Stance::as_str),
    }
}

/// The rows of `coder_inputs`; each comes with the id of its coder.
pub(super) fn coder_inputs((coder_id, drift): &(String, InputDrift)) -> CoderInputsRow<'_> {
    CoderInputsRow {
        coder_id,
        n_documents: count(drift.n_documents),
        n_segments: drift.n_texts as u64,
        mmd2: drift.mmd2,
        drift: drift.drift,
        threshold: drift.threshold,
        false_alarm_rate: drift.false_alarm_rate,
        is_unusual: drift.is_unusual(),
    }
}

/// The rows of `neither_thresholds`.
pub(super) fn neither_threshold(threshold: &NeitherThreshold) -> NeitherThresholdRow<'_> {
    let quality = threshold.quality;
    NeitherThresholdRow {
        coder_id: &threshold.coder_id,
        target_id: &threshold.target_id,
        source: threshold.source.as_str(),
        threshold: threshold.threshold,
        stated_share: threshold.stated_share,
        n_codes: quality.map(|quality| count(quality.n_codes)),
        accuracy: quality.map(|quality| quality.accuracy),
        macro_f1: quality.map(|quality| quality.macro_f1),
        accuracy_of_default: quality.map(|quality| quality.accuracy_of_default),
        macro_f1_of_default: quality.map(|quality| quality.macro_f1_of_default),
    }
}

/// The rows of `agreement`; each comes with its coefficients.
pub(super) fn agreement((agreement, coefficients): &(CoderAgreement, Coefficients)) -> AgreementRow<'_> {
    let counts = &agreement.counts;
    let [coder_a, coder_b] = &agreement.coders;
    AgreementRow {
        target_id: &agreement.target_id,
        coder_a,
        coder_b,
        n_segments: counts[..3].iter().map(|row| row[..3].iter().sum::<u64>()).sum(),
        n_only_a: counts[..3].iter().map(|row| row[3]).sum(),
        n_only_b: counts[3][..3].iter().sum(),
        is_selective: agreement.is_selective,
        share_equal: coefficients.share_equal,
        kappa: coefficients.kappa,
        alpha: coefficients.alpha,
    }
}

/// The rows of `analysis` without their themes.
pub(super) fn analysis<'a>(part: &Measured<'a>) -> Vec<AnalysisRow<'a>> {
    let rows = part.segments.iter().enumerate().map(|(row, &(transcript, segment))| {
        let sentiment = part.sentiment.map(|sentiment| sentiment.scores[row]);
        let document = &transcript.document;
        let speaker = transcript.speaker_of(segment);
        AnalysisRow {
            segment_id: &segment.segment_id,
            utterance_id: &transcript.utterances[segment.utterance].utterance_id,
            document_id: &document.document_id,
            speaker_id: speaker.map(|speaker| speaker.speaker_id.as_str()),
            person_id: speaker.map(|speaker| speaker.person_id.as_str()),
            text: &segment.text,
            n_words: count(segment.n_words),
            document: transcript.front.title.as_deref().unwrap_or_else(|| file_stem(&document.path)),
            date: transcript.front.date,
            speaker: speaker.map(|speaker| speaker.label.as_str()),
            name: speaker.map(|speaker| speaker.name.as_str()),
            role: speaker.map(|speaker| speaker.role.as_str()),
            title: speaker.and_then(|speaker| speaker.details.title.as_deref()),
            affiliation: speaker.and_then(|speaker| speaker.details.affiliation.as_deref()),
            party: speaker.and_then(|speaker| speaker.details.party.as_deref()),
            country: speaker.and_then(|speaker| speaker.details.country.as_deref()),
            theme_id: None,
            theme: None,
            theme_label: None,
            theme_probability: None,
            procedural: None,
            sentiment_score: sentiment.map(|sentiment| sentiment.score()),
            sentiment_label: sentiment.map(|sentiment| sentiment.label().as_str()),
        }
    });
    rows.collect()
}

/// The theme columns of `analysis` for `n` segments; null if there are no themes.
pub(super) fn theme_columns(
    themes: &Themes,
    assigned: &[Assignment],
    procedure: &[Option<ProcedureMark>],
    n: usize,
) -> Vec<Column> {
    let of = |row: usize| {
        let assignment = assigned.get(row)?;
        Some((&themes.themes[assignment.theme?], assignment))
    };
    let title = |theme: &findings::Theme| match theme.kind() {
        ThemeKind::Found => format!("{} {}", theme.theme_id, theme.title()),
        ThemeKind::Procedure => theme.title().to_owned(),
    };
    analysis_themes(
        (0..n).map(|row| of(row).map(|(theme, _)| theme.theme_id.clone())).collect(),
        (0..n).map(|row| of(row).map(|(theme, _)| title(theme))).collect(),
        (0..n).map(|row| of(row).map(|(theme, _)| theme.title().to_owned())).collect(),
        (0..n).map(|row| of(row).map(|(_, assignment)| assignment.probability)).collect(),
        (0..n).map(|row| mark_of(procedure, row).map(|mark| mark.is_procedural)).collect(),
    )
}

/// The columns of `analysis` with the counts of dictionaries, for some segments.
pub(super) fn dictionary_columns(
    columns: &[DictionaryColumn],
    counts: &[Vec<u32>],
    segments: Range<usize>,
) -> Vec<Column> {
    let column = |(column, counts): (&DictionaryColumn, &Vec<u32>)| {
        Series::new(column.name.as_str().into(), &counts[segments.clone()]).into_column()
    };
    columns.iter().zip(counts).map(column).collect()
}

/// The rows of `exchanges` of a document.
///
/// # Errors
/// [`TableError::Misfit`] for a position that is out of bounds.
pub(super) fn exchanges<'a>(
    document: &'a Summary,
    utterance_ids: &[&'a str],
    exchanges: &'a [PlacedExchange],
) -> Result<Vec<ExchangeRow<'a>>, TableError> {
    let misfit = |what: &str, found: u32, expected: usize| TableError::Misfit {
        what: format!("{what} of an exchange"),
        found: found as usize,
        expected,
    };
    let speaker =
        |at: u32| document.speakers.get(at as usize).ok_or_else(|| misfit("speaker", at, document.speakers.len()));
    let turn = |at: u32| utterance_ids.get(at as usize).copied().ok_or_else(|| misfit("turn", at, utterance_ids.len()));
    let mut rows = Vec::with_capacity(exchanges.len());
    for exchange in exchanges {
        let from = exchange.from.map(speaker).transpose()?;
        let (to_speaker, to_person) = match &exchange.to {
            Other::Speaker(to) => speaker(*to).map(|to| (Some(to.speaker_id.as_str()), to.person_id.as_str()))?,
            Other::Elsewhere(person) => (None, &**person),
        };
        if from.is_some_and(|from| from.person_id == to_person) {
            continue;
        }
        rows.push(ExchangeRow {
            document_id: &document.document_id,
            utterance_id: turn(exchange.turn)?,
            kind: exchange.kind.as_str(),
            from_speaker_id: from.map(|from| from.speaker_id.as_str()),
            to_speaker_id: to_speaker,
            from_person_id: from.map(|from| from.person_id.as_str()),
            to_person_id: to_person,
            rule: exchange.rule.as_str(),
            confidence: exchange.rule.confidence(),
            segment_id: ids::segment(turn(exchange.evidence_turn)?, exchange.evidence_position as usize),
            words: exchange.words.as_deref(),
        });
    }
    Ok(rows)
}

pub(super) fn dictionary_term(term: &DictionaryTerm) -> DictionaryTermRow<'_> {
    let DictionaryTerm { dictionary, category, pattern, form, n } = term;
    DictionaryTermRow { dictionary, category, pattern, form, n: *n }
}

pub(super) fn key_term<'a>(term: &KeyTerm<'a>) -> KeynessRow<'a> {
    KeynessRow {
        by: term.by,
        group_id: term.group_id,
        group: term.group,
        language: term.language,
        term: term.term,
        n: term.n[0],
        n_elsewhere: term.n[1],
        n_words: term.n_words[0],
        n_words_elsewhere: term.n_words[1],
        log_odds: term.log_odds,
        ci_low: term.interval.0,
        ci_high: term.interval.1,
        z: term.z,
        q_value: term.q_value,
    }
}

/// The mark of a segment; `None` if there is none.
fn mark_of(procedure: &[Option<ProcedureMark>], row: usize) -> Option<ProcedureMark> {
    procedure.get(row).copied().flatten()
}

/// The speakers and documents of a corpus by their ids.
pub(super) struct Known<'a> {
    speakers: HashMap<&'a str, &'a Speaker>,
    documents: HashMap<&'a str, &'a Variables>,
}

impl<'a> Known<'a> {
    pub(super) fn of(documents: &'a [Summary]) -> Self {
        let speakers = documents.iter().flat_map(|document| &document.speakers);
        Self {
            speakers: speakers.map(|speaker| (speaker.speaker_id.as_str(), speaker)).collect(),
            documents: documents.iter().map(|d| (d.document_id.as_str(), &d.front.variables)).collect(),
        }
    }
}

/// The columns of `analysis` that are known only when all documents are: the person, and the study's variables.
pub(super) fn known_columns(part: &DataFrame, known: &Known, variables: &[Variable]) -> PolarsResult<Vec<Column>> {
    let speakers = read::<&str>(part, "speaker_id")?;
    let documents = read::<&str>(part, "document_id")?;
    let speakers: Vec<Option<&Speaker>> = speakers.into_iter().map(|id| known.speakers.get(id?).copied()).collect();
    let documents: Vec<Option<&Variables>> =
        documents.into_iter().map(|id| known.documents.get(id?).copied()).collect();
    let persons = speakers.iter().map(|speaker| speaker.map(|speaker| speaker.person_id.as_str()));
    let mut columns = vec![analysis_persons(persons.collect())];
    for variable in variables {
        let value = |values: &'_ Variables| values.get(&variable.name).cloned();
        let cells: Vec<Option<String>> = match variable.of {
            VariableOf::Person => {
                speakers.iter().map(|speaker| speaker.and_then(|speaker| value(&speaker.variables))).collect()
            }
            VariableOf::Document => documents.iter().map(|document| document.and_then(value)).collect(),
        };
        columns.push(variable.column(cells.iter().map(Option::as_deref))?);
    }
    Ok(columns)
}

pub(super) fn people<'a>(closing: &Closing<'a>) -> Vec<PersonRow<'a>> {
    let row = |person: &'a Person| PersonRow {
        person_id: &person.person_id,
        name: &person.name,
        listed: person.listed,
        n_documents: count(person.n_documents),
        n_utterances: count(person.n_utterances),
        n_words: count(person.n_words),
        party: person.party.as_deref(),
        country: person.country.as_deref(),
        sex: person.sex.as_deref(),
        first_date: person.first_date,
        last_date: person.last_date,
    };
    closing.people.iter().map(row).collect()
}

pub(super) fn issues<'a>(closing: &Closing<'a>) -> Vec<IssueRow<'a>> {
    let row = |issue: &'a Issue| IssueRow {
        kind: issue.kind,
        person_id: issue.person_id.as_deref(),
        name: issue.name.as_deref(),
        document_id: issue.document_id.as_deref(),
        variable: issue.variable.as_deref(),
        used: issue.used.as_deref(),
        other: issue.other.as_deref(),
        file: issue.file.as_deref(),
        line: issue.line.map(|line| u32::try_from(line).unwrap_or(u32::MAX)),
        message: issue.message.clone(),
    };
    closing.issues.iter().map(row).collect()
}

pub(super) fn group_estimates<'a>(groups: &'a Groups<'a>) -> Vec<GroupEstimateRow<'a>> {
    let value = |group: Option<usize>, at: usize| groups.values.get(group?)?.get(at).map(String::as_str);
    let row = |row: &'a GroupRow<'a>| {
        let estimate = &row.estimate;
        let group = Some(estimate.group);
        GroupEstimateRow {
            by: groups.by.join(", "),
            value_1: value(group, 0).unwrap_or_default(),
            value_2: value(group, 1),
            value_3: value(group, 2),
            minus_1: value(estimate.other, 0),
            minus_2: value(estimate.other, 1),
            minus_3: value(estimate.other, 2),
            measure: row.measure.as_str(),
            target_id: row.target_id,
            theme_id: row.theme_id,
            category: row.category,
            weight: row.weight.map(findings::Weight::as_str),
            estimate: estimate.estimate,
            ci_low: estimate.ci_low,
            ci_high: estimate.ci_high,
            resampled: estimate.level.map(findings::ClusterLevel::as_str),
            n_clusters: estimate.level.map(|_| count(estimate.n_clusters)),
            n_segments: count(estimate.n_segments),
            n_turns: count(estimate.n_turns),
            n_persons: count(estimate.n_persons),
            n_documents: count(estimate.n_documents),
            share_abstained: estimate.share_abstained,
        }
    };
    groups.rows.iter().map(row).collect()
}

pub(super) fn failures<'a>(failures: &'a [Failure]) -> Vec<FailureRow<'a>> {
    let row = |failure: &'a Failure| FailureRow {
        path: &failure.path,
        stage: failure.stage.as_str(),
        error: &failure.error,
        hint: &failure.hint,
    };
    failures.iter().map(row).collect()
}

/// The file's name without its folders and its extension.
fn file_stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

fn hours_and_minutes(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Converts counts and positions to the type in the tables. More than four thousand million items do not fit into
/// memory, so the limit is never reached.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Converts a byte offset to the type in the tables; texts are never longer than `i64::MAX`.
fn offset(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
