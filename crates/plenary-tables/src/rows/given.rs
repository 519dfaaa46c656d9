//! What the stages hand over, and the checks that its parts fit each other.

use super::count;
use crate::StudyInfo;
use crate::TableError;
use crate::record::{ModelRecord, Origin};
use crate::schema::{DictionaryColumn, DocumentRow};
use jiff::Timestamp;
use jiff::civil::Date;
use plenary_corpus::findings::{
    self, Codings, Embeddings, SegmentCodes, Sentiment, ThemeDocuments, Themes, VariableCodings,
};
use plenary_corpus::{Failure, Segment, Summary, Transcript, Variables};
use std::collections::{BTreeMap, HashSet};

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
    /// The codings of the study's own variables, in its order.
    pub variable_codes: &'a [VariableCodings],
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
    /// The variable of the study's own and its label, if the measure has them.
    pub code: Option<(&'a str, &'a str)>,
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
    pub(crate) fn check(&self) -> Result<(), TableError> {
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
    pub(crate) fn check(&self, study: &StudyInfo) -> Result<(), TableError> {
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
        fits("variables with codings", self.variable_codes.len(), study.codes.len())?;
        for (variable, codings) in study.codes.iter().zip(self.variable_codes) {
            fits(&format!("codings of the variable `{}`", variable.id), codings.of_texts.len(), n_segments)?;
            for coding in &codings.of_texts {
                let (n_labels, of) = (variable.labels.len(), &variable.id);
                if let Some(probabilities) = &coding.probabilities {
                    fits(&format!("probabilities of the variable `{of}`"), probabilities.len(), n_labels)?;
                }
                if let Ok(found) = coding.label
                    && found >= n_labels
                {
                    let what = format!("label of the variable `{of}`");
                    return Err(TableError::Misfit { what, found, expected: n_labels });
                }
            }
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
    pub(super) fn n_windows(&self, row: usize) -> u32 {
        let of_stance =
            self.codings.iter().flat_map(|codings| codings.of_target.iter().map(|units| units[row].n_windows));
        let of_sentiment = self.sentiment.iter().map(|sentiment| sentiment.n_windows[row]);
        of_stance.chain(of_sentiment).chain([self.embeddings.n_windows[row]]).max().unwrap_or(1)
    }
}

/// Checks that indices point into the lists that they index.
pub(crate) fn check_themes(
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
pub(crate) fn check_counts(
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
