//! The segments of results with what estimates and scores need of them.
//!
//! **Input:** opened results, the measure, and names of columns. **Output:** [`Segment`]s in the order of `analysis`, each with its
//! prediction. **Refused:** unknown targets, coders and columns, and coders that labelled nothing. **Left to others:** hand codes.

use std::collections::{BTreeSet, HashMap};

use plenary_corpus::Hint;
use plenary_corpus::findings::{AbstentionReason, CodedVariable};
use plenary_tables::schema::{
    AnalysisRow, CodingRow, DocumentRow, SentimentRow, SpeakerRow, StanceRow, VariableCodeRow,
};
use plenary_tables::{OpenError, Results, StudyInfo, column, text};

use super::coded::Variable;

/// A score whose mean is estimated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Stance towards a target: favor 1, neither 0, against -1.
    Stance(String),
    /// Tone: positive 1, neutral 0, negative -1.
    Sentiment,
    /// A label of a variable of the study's own: 1, any other label 0.
    Code {
        /// The variable.
        id: String,
        /// The label.
        label: String,
    },
}

impl Measure {
    /// The variable.
    pub fn variable(&self) -> Variable {
        match self {
            Measure::Stance(_) => Variable::Stance,
            Measure::Sentiment => Variable::Sentiment,
            Measure::Code { id, .. } => Variable::Code(id.clone()),
        }
    }

    /// Its kind in tables.
    pub fn kind(&self) -> &'static str {
        match self {
            Measure::Stance(_) => "stance",
            Measure::Sentiment => "sentiment",
            Measure::Code { .. } => "code",
        }
    }

    /// The variable of the study's own, with the label.
    pub fn code(&self) -> Option<(&str, &str)> {
        match self {
            Measure::Code { id, label } => Some((id, label)),
            Measure::Stance(_) | Measure::Sentiment => None,
        }
    }

    /// The measure of a variable of the study's own; without a label of its first one.
    fn of_code(variable: &CodedVariable, label: Option<&str>) -> Option<Self> {
        let label = match label {
            Some(label) => variable.labels.iter().find(|known| *known == label)?,
            None => variable.labels.first()?,
        };
        Some(Measure::Code { id: variable.id.clone(), label: label.clone() })
    }

    /// The measures of all variables of the study's own, each with its first label.
    pub(super) fn of_codes(study: &StudyInfo) -> Vec<Self> {
        study.codes.iter().filter_map(|variable| Self::of_code(variable, None)).collect()
    }

    /// The classes, with the number of each: for a scale from the lowest to the highest, for a variable of the study's own in its order.
    pub fn scale(&self, study: &StudyInfo) -> Vec<(String, f64)> {
        let Measure::Code { id, label: counted } = self else {
            let scale = self.variable().scale().unwrap_or_default();
            return scale.into_iter().map(|(name, number)| (name.to_owned(), number)).collect();
        };
        let labels = study.codes.iter().filter(|variable| variable.id == *id).flat_map(|variable| &variable.labels);
        labels.map(|label| (label.clone(), f64::from(u8::from(label == counted)))).collect()
    }

    /// What is measured, for people.
    pub fn title(&self) -> String {
        match self {
            Measure::Stance(target) => format!("Stance towards {target}"),
            Measure::Sentiment => "Tone".to_owned(),
            Measure::Code { id, .. } => format!("Code {id}"),
        }
    }

    /// The same, with what the numbers are.
    pub fn in_words(&self) -> String {
        let numbers = match self {
            Measure::Stance(_) => "favor 1, neither 0, against -1".to_owned(),
            Measure::Sentiment => "positive 1, neutral 0, negative -1".to_owned(),
            Measure::Code { label, .. } => format!("share of the segments with the label {label}"),
        };
        format!("{}: {numbers}", self.title())
    }

    /// The target; `None` if the measure has none.
    pub fn target(&self) -> Option<&str> {
        match self {
            Measure::Stance(id) => Some(id),
            Measure::Sentiment | Measure::Code { .. } => None,
        }
    }

    /// The measure that a text names: `stance:TARGET`, `stance` if there is one target, `sentiment`, or `code:ID` or `code:ID=LABEL` for a
    /// variable of the study's own; without a text the stance towards the only target, or what else is the only measure.
    ///
    /// # Errors
    /// [`SegmentsError`] if the results have no such measure.
    pub fn of(results: &Results, name: Option<&str>) -> Result<Self, SegmentsError> {
        let (targets, codes) = (&results.study().targets, &results.study().codes);
        let known: Vec<String> = targets
            .iter()
            .map(|target| format!("stance:{}", target.id))
            .chain(results.study().scores_sentiment.then(|| "sentiment".to_owned()))
            .chain(
                codes.iter().flat_map(|code| code.labels.iter().map(move |label| format!("code:{}={label}", code.id))),
            )
            .collect();
        let unknown = |name: &str| SegmentsError::Measure { name: name.to_owned(), known: known.join(", ") };
        if let Some(name) = name
            && let Some(code) = name.strip_prefix("code:")
        {
            let (id, label) = code.split_once('=').map_or((code, None), |(id, label)| (id, Some(label)));
            let variable = codes.iter().find(|variable| variable.id == id);
            return variable.and_then(|variable| Self::of_code(variable, label)).ok_or_else(|| unknown(name));
        }
        let scores_sentiment = results.study().scores_sentiment;
        match (name, targets.as_slice()) {
            (Some("sentiment"), _) if scores_sentiment => Ok(Measure::Sentiment),
            (None, []) if scores_sentiment && codes.is_empty() => Ok(Measure::Sentiment),
            (None, []) if !scores_sentiment && codes.len() == 1 => Self::of_codes(results.study())
                .pop()
                .ok_or_else(|| SegmentsError::NoMeasure { known: known.join(", ") }),
            (None | Some("stance"), [only]) => Ok(Measure::Stance(only.id.clone())),
            (None, _) => Err(SegmentsError::NoMeasure { known: known.join(", ") }),
            (Some(name), _) => {
                let id = name.strip_prefix("stance:").ok_or_else(|| unknown(name))?;
                let found = targets.iter().find(|target| target.id == id).ok_or_else(|| unknown(name))?;
                Ok(Measure::Stance(found.id.clone()))
            }
        }
    }
}

/// What a coder says of a segment.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// The label; `None` if the coder abstains.
    pub label: Option<String>,
    /// Probabilities of the classes of [`Measure::scale`], in its order; `None` if the coder gives none.
    pub probabilities: Option<Vec<f64>>,
    /// The predicted number: the expected one by the probabilities where there are any, or else that of the label. It
    /// is 0 where the coder finds the segment off topic or gives neither, so that every segment has a prediction.
    pub value: f64,
}

/// A segment of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The segment.
    pub segment_id: String,
    /// Its utterance.
    pub utterance_id: String,
    /// Its document.
    pub document_id: String,
    /// The person who speaks; `None` if unknown.
    pub person_id: Option<String>,
    /// Its text.
    pub text: String,
    /// Values of the columns that were asked for; empty where there is none.
    pub values: Vec<String>,
}

/// Why segments cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SegmentsError {
    /// The results cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A table has values that cannot be shown as text.
    #[error("{results}: {problem}")]
    Table {
        /// The results folder.
        results: String,
        /// The message.
        problem: String,
    },
    /// The measure is not named.
    #[error("the results have several measures; name one of {known}")]
    NoMeasure {
        /// The measures.
        known: String,
    },
    /// The results have no such measure.
    #[error("the results have no measure `{name}`; they have {known}")]
    Measure {
        /// Its name.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// There is no such column.
    #[error("there is no column `{name}` to group by in analysis, speakers or documents; there are {known}")]
    Column {
        /// Its name.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// There is no such coder.
    #[error("no coding is by the coder `{name}`; the results have {known}")]
    Coder {
        /// Its id.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// A coder labelled nothing.
    #[error("the coder `{name}` abstained on every segment, so that there is nothing to compare with hand codes")]
    CodedNothing {
        /// Its id.
        name: String,
    },
}

impl SegmentsError {
    /// What the user can do about it, if the message does not say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            SegmentsError::Open(error) => error.hint(),
            _ => None,
        }
    }
}

fn shown(results: &Results) -> String {
    results.folder().map_or_else(|| "results".into(), |folder| folder.display().to_string())
}

/// All segments with the values of some columns, which may be those of `analysis`, `speakers` or `documents`, or `year`.
///
/// # Errors
/// [`SegmentsError`] if a column does not exist or a table cannot be read.
pub fn segments(results: &Results, columns: &[String]) -> Result<Vec<Segment>, SegmentsError> {
    let names = |table: &str| -> Result<Vec<String>, SegmentsError> {
        let empty = results.head(table, None, 0)?;
        Ok(empty.get_column_names().into_iter().map(ToString::to_string).collect())
    };
    let [analysis, speakers, documents] =
        [names(AnalysisRow::TABLE.name)?, names(SpeakerRow::TABLE.name)?, names(DocumentRow::TABLE.name)?];
    let is_year = |name: &str| name == "year" && !analysis.contains(&"year".to_owned());
    let place = |name: &String| {
        let has = |columns: &[String]| columns.contains(name);
        if is_year(name) || has(&analysis) {
            Ok(0)
        } else if has(&speakers) {
            Ok(1)
        } else if has(&documents) {
            Ok(2)
        } else {
            let mut known: BTreeSet<&str> =
                [&analysis, &speakers, &documents].into_iter().flatten().map(String::as_str).collect();
            known.insert("year");
            let known = known.into_iter().collect::<Vec<_>>().join(", ");
            Err(SegmentsError::Column { name: name.clone(), known })
        }
    };
    let places: Vec<usize> = columns.iter().map(place).collect::<Result<_, _>>()?;
    let of_place = |wanted: usize| -> Vec<String> {
        columns.iter().zip(&places).filter(|(_, place)| **place == wanted).map(|(name, _)| name.clone()).collect()
    };
    let mut of_speakers = of_place(1);
    of_speakers.push("person_id".into());
    let speakers = rows_by_id(results, SpeakerRow::TABLE.name, "speaker_id", &of_speakers)?;
    let documents = rows_by_id(results, DocumentRow::TABLE.name, "document_id", &of_place(2))?;
    let mut wanted =
        ["segment_id", "utterance_id", "document_id", "speaker_id", "text", "date"].map(str::to_owned).to_vec();
    wanted.extend(of_place(0).into_iter().filter(|name| !is_year(name)));
    let mut segments = Vec::new();
    for_rows(results, AnalysisRow::TABLE.name, &wanted, |row| {
        let [segment_id, utterance_id, document_id, speaker_id, text, date] =
            [0, 1, 2, 3, 4, 5].map(|at| row[at].clone());
        let speaker = speakers.get(&speaker_id);
        let (mut own, mut of_speaker, mut of_document) =
            (row[6..].iter(), speaker.into_iter().flatten(), documents.get(&document_id).into_iter().flatten());
        let values = columns.iter().zip(&places).map(|(name, place)| match place {
            0 if is_year(name) => date.get(..4).unwrap_or_default().to_owned(),
            0 => own.next().cloned().unwrap_or_default(),
            1 => of_speaker.next().cloned().unwrap_or_default(),
            _ => of_document.next().cloned().unwrap_or_default(),
        });
        let values = values.collect();
        let person_id = speaker.and_then(|values| values.last()).filter(|id| !id.is_empty()).cloned();
        segments.push(Segment { segment_id, utterance_id, document_id, person_id, text, values });
    })?;
    Ok(segments)
}

/// Rows of a table by id, with some columns.
fn rows_by_id(
    results: &Results,
    table: &str,
    id: &str,
    columns: &[String],
) -> Result<HashMap<String, Vec<String>>, SegmentsError> {
    let mut wanted = vec![id.to_owned()];
    wanted.extend_from_slice(columns);
    let mut rows = HashMap::new();
    for_rows(results, table, &wanted, |row| {
        rows.insert(row[0].clone(), row[1..].to_vec());
    })?;
    Ok(rows)
}

/// Calls `take` with the cells of the columns `wanted`, in that order, of each row of a table. A name may occur twice.
fn for_rows(
    results: &Results,
    table: &str,
    wanted: &[String],
    mut take: impl FnMut(&[String]),
) -> Result<(), SegmentsError> {
    let distinct: BTreeSet<&str> = wanted.iter().map(String::as_str).collect();
    let distinct: Vec<&str> = distinct.into_iter().collect();
    let failed =
        |error: &dyn std::fmt::Display| SegmentsError::Table { results: shown(results), problem: error.to_string() };
    for frame in results.groups(table, Some(&distinct))? {
        let frame = frame?;
        let names: Vec<String> = frame.get_column_names().into_iter().map(ToString::to_string).collect();
        let positions: Vec<usize> = wanted.iter().filter_map(|name| names.iter().position(|one| one == name)).collect();
        for row in text::text_rows(&frame).map_err(|error| failed(&error))? {
            let cells: Vec<String> = positions.iter().map(|at| row[*at].clone()).collect();
            take(&cells);
        }
    }
    Ok(())
}

/// The ids of the coders of a measure, the primary one first; that of tone is its model.
///
/// # Errors
/// [`SegmentsError`] if a table cannot be read.
pub fn coders(results: &Results, measure: &Measure) -> Result<Vec<String>, SegmentsError> {
    let table = match measure {
        Measure::Stance(_) => (CodingRow::TABLE.name, "coder_id"),
        Measure::Sentiment => (SentimentRow::TABLE.name, "model_id"),
        Measure::Code { id, .. } => {
            for frame in results.groups(VariableCodeRow::TABLE, None)? {
                let frame = frame?;
                let rows = VariableCodeRow::rows(&frame)?;
                // A variable has one coder.
                if let Some(row) = rows.iter().find(|row| row.code_id == id) {
                    return Ok(vec![row.coder_id.to_owned()]);
                }
            }
            return Ok(Vec::new());
        }
    };
    let mut coders: Vec<String> = Vec::new();
    if matches!(measure, Measure::Stance(_)) {
        let first = results.head(StanceRow::TABLE, Some(&["model_id"]), 1)?;
        coders.extend(column::<&str>(&first, "model_id")?.into_iter().flatten().map(str::to_owned));
    }
    for frame in results.groups(table.0, Some(&[table.1]))? {
        for id in column::<&str>(&frame?, table.1)?.into_iter().flatten() {
            if !coders.iter().any(|known| known == id) {
                coders.push(id.to_owned());
            }
        }
    }
    Ok(coders)
}

/// What a coder says of every segment. Without a coder it is the primary one.
///
/// # Errors
/// [`SegmentsError`] if there is no such coder, it labelled nothing, or a table cannot be read.
pub fn predictions(
    results: &Results,
    measure: &Measure,
    coder: Option<&str>,
) -> Result<(String, HashMap<String, Prediction>), SegmentsError> {
    let known = coders(results, measure)?;
    let coder = coder.or(known.first().map(String::as_str)).unwrap_or_default().to_owned();
    if !known.contains(&coder) {
        return Err(SegmentsError::Coder { name: coder, known: known.join(", ") });
    }
    let mut found = HashMap::new();
    let mut n_labels = 0;
    match measure {
        Measure::Sentiment => {
            for frame in results.groups(SentimentRow::TABLE, None)? {
                for row in SentimentRow::rows(&frame?)? {
                    let probabilities = [row.negative, row.neutral, row.positive].map(f64::from).to_vec();
                    let label = Some(row.label.to_owned());
                    n_labels += 1;
                    let value = f64::from(row.score);
                    found.insert(
                        row.segment_id.to_owned(),
                        Prediction { label, probabilities: Some(probabilities), value },
                    );
                }
            }
        }
        Measure::Code { id, .. } => {
            let numbers: Vec<f64> = measure.scale(results.study()).into_iter().map(|(_, number)| number).collect();
            let labels = results.study().codes.iter().find(|variable| variable.id == *id);
            for frame in results.groups(VariableCodeRow::TABLE, None)? {
                let frame = frame?;
                for row in VariableCodeRow::rows(&frame)?.into_iter().filter(|row| row.code_id == id) {
                    n_labels += usize::from(row.label.is_some());
                    let place = row.label.and_then(|label| labels?.position(label));
                    let probabilities: Option<Vec<f64>> =
                        row.probabilities.map(|of| of.into_iter().map(f64::from).collect());
                    let expected = |of: &Vec<f64>| of.iter().zip(&numbers).map(|(p, number)| p * number).sum::<f64>();
                    let of_label = place.and_then(|at| numbers.get(at).copied()).unwrap_or_default();
                    let value = probabilities.as_ref().map_or(of_label, expected);
                    let label = row.label.map(str::to_owned);
                    found.insert(row.segment_id.to_owned(), Prediction { label, probabilities, value });
                }
            }
        }
        Measure::Stance(target) => {
            for frame in results.groups(CodingRow::TABLE, None)? {
                for row in CodingRow::rows(&frame?)? {
                    if row.coder_id != coder || row.target_id != target {
                        continue;
                    }
                    n_labels += usize::from(row.label.is_some());
                    let is_off_topic = row.reason == Some(AbstentionReason::OffTopic.as_str());
                    let value = row.score.filter(|_| !is_off_topic).map_or(0.0, f64::from);
                    let probabilities = (|| Some([row.against?, row.neither?, row.favor?].map(f64::from).to_vec()))();
                    let label = row.label.map(str::to_owned);
                    found.insert(row.segment_id.to_owned(), Prediction { label, probabilities, value });
                }
            }
        }
    }
    if n_labels == 0 {
        return Err(SegmentsError::CodedNothing { name: coder });
    }
    Ok((coder, found))
}
