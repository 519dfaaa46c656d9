//! What the run and its study say about themselves.
//!
//! **Input:** opened results. **Output:** names, targets, models, agreement of coders, findings to check. **Left to others:** the corpus.

use std::collections::BTreeMap;

use plenary_corpus::findings::{Target, ThresholdSource};
use plenary_tables::schema::{
    AgreementRow, FailureRow, IssueRow, NeitherThresholdRow, SentimentRow, StanceRow, TABLES,
};
use plenary_tables::{Results, Run, column};

use crate::ReportError;

/// What the run and its study say about themselves.
pub(crate) struct StudyFacts {
    pub(crate) name: String,
    pub(crate) run: Run,
    pub(crate) seed: u64,
    pub(crate) targets: Vec<Target>,
    pub(crate) confidence_level: f64,
    pub(crate) scores_sentiment: bool,
    /// The study as JSON.
    pub(crate) json: serde_json::Value,
    /// The model that scored the tone, if any.
    pub(crate) tone_model: Option<String>,
    /// Coders whose labels `stance` shows.
    pub(crate) coders: Vec<String>,
    /// Whether a coder was compared with hand codes when it was made.
    pub(crate) validations: Vec<String>,
    pub(crate) agreement: Vec<CoderAgreement>,
    /// Where the thresholds of `neither` come from, with the targets that have them.
    pub(crate) thresholds: BTreeMap<ThresholdSource, Vec<String>>,
    /// Inputs that could not be used: path and reason.
    pub(crate) failures: Vec<(String, String)>,
    /// Findings about people, documents and variables, by kind: number and the first messages.
    pub(crate) issues: BTreeMap<String, (usize, Vec<String>)>,
    /// Files of the results: name, rows, sha256.
    pub(crate) files: Vec<(String, Option<usize>, String)>,
}

/// How far two coders agree on a target.
pub(crate) struct CoderAgreement {
    pub(crate) target_id: String,
    pub(crate) coder_a: String,
    pub(crate) coder_b: String,
    pub(crate) n_segments: u64,
    pub(crate) share_equal: Option<f64>,
    pub(crate) kappa: Option<f64>,
    pub(crate) alpha: Option<f64>,
}

/// Messages of each kind of issue that are shown.
const MESSAGES: usize = 5;

pub(super) fn study(results: &Results) -> Result<StudyFacts, ReportError> {
    let study = results.study();
    let first = |table: &str, name: &str| -> Result<Option<String>, ReportError> {
        let frame = results.head(table, Some(&[name]), 1)?;
        Ok(column::<&str>(&frame, name)?.into_iter().flatten().next().map(str::to_owned))
    };
    let mut coders = Vec::new();
    let mut validations = Vec::new();
    for group in results.groups(StanceRow::TABLE, Some(&["model_id", "validation"]))? {
        let frame = group?;
        for (name, known) in [("model_id", &mut coders), ("validation", &mut validations)] {
            for value in column::<&str>(&frame, name)?.into_iter().flatten() {
                if !known.iter().any(|one| one == value) {
                    known.push(value.to_owned());
                }
            }
        }
    }
    let of_coders = results.frame(AgreementRow::TABLE)?;
    let agreement = AgreementRow::rows(&of_coders)?.into_iter().map(|row| CoderAgreement {
        target_id: row.target_id.to_owned(),
        coder_a: row.coder_a.to_owned(),
        coder_b: row.coder_b.to_owned(),
        n_segments: row.n_segments,
        share_equal: row.share_equal,
        kappa: row.kappa,
        alpha: row.alpha,
    });
    let frame = results.frame(NeitherThresholdRow::TABLE)?;
    let mut thresholds: BTreeMap<ThresholdSource, Vec<String>> = BTreeMap::new();
    for row in NeitherThresholdRow::rows(&frame)? {
        let targets = thresholds.entry(row.known_source()?).or_default();
        // Several coders have thresholds for the same targets.
        if !targets.iter().any(|target| target == row.target_id) {
            targets.push(row.target_id.to_owned());
        }
    }
    let failures = results.frame(FailureRow::TABLE)?;
    let mut issues: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for group in results.groups(IssueRow::TABLE, Some(&["kind", "message"]))? {
        let frame = group?;
        for (kind, message) in column::<&str>(&frame, "kind")?.into_iter().zip(column::<&str>(&frame, "message")?) {
            let (n, messages) = issues.entry(kind.unwrap_or_default().to_owned()).or_default();
            *n += 1;
            if messages.len() < MESSAGES {
                messages.extend(message.map(str::to_owned));
            }
        }
    }
    let is_table = |name: &str| TABLES.iter().any(|table| name.strip_suffix(".parquet") == Some(table.name));
    Ok(StudyFacts {
        name: study.name.clone(),
        run: results.run().clone(),
        seed: study.seed,
        targets: study.targets.clone(),
        confidence_level: study.confidence_level,
        scores_sentiment: study.scores_sentiment,
        json: study.json.clone(),
        tone_model: first(SentimentRow::TABLE.name, "model_id")?,
        coders,
        validations,
        agreement: agreement.collect(),
        thresholds,
        failures: FailureRow::rows(&failures)?
            .into_iter()
            .map(|row| (row.path.to_owned(), row.error.to_owned()))
            .collect(),
        issues,
        files: results
            .files()
            .iter()
            .filter(|file| is_table(&file.name))
            .map(|file| (file.name.clone(), file.rows, file.sha256.clone()))
            .collect(),
    })
}
