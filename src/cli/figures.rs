//! The figures that the summary of results shows.
//!
//! **Input**: results. **Output**: counts, speakers, stance, themes and warnings, also as JSON. Every figure is read
//! from the tables, some thousand rows at a time. The layout is left to `summary`.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::output::plural;
use crate::corpus::findings::{
    AbstentionReason, AssignmentReason, CodedVariable, CoderKind, Level, Measure, Resampled, Stance, ThresholdSource,
};
use crate::table::schema::{
    AgreementRow, CoderInputsRow, CodingRow, DocumentRow, EstimateRow, FailureRow, IssueRow, NeitherThresholdRow,
    SegmentRow, SegmentThemeRow, SpeakerRow, StanceRow, ThemeHistoryRow, ThemeRow, VariableCodeRow,
};
use crate::table::{OpenError, Results, column};

/// Inputs that could not be used and are named.
const FAILURES_NAMED: usize = 3;

/// The figures of results.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) run_id: String,
    pub(crate) plenary_version: String,
    pub(crate) study: String,
    pub(crate) n_documents: usize,
    pub(crate) n_speakers: usize,
    pub(crate) n_utterances: usize,
    pub(crate) n_segments: usize,
    pub(crate) n_words: usize,
    /// Segments that are longer than a model takes and were split into windows.
    pub(crate) n_split: usize,
    /// Inputs that could not be used.
    pub(crate) n_failures: usize,
    /// The first of them, by path.
    pub(crate) failures: Vec<String>,
    /// Files of the results, including `run.json`.
    pub(crate) n_files: usize,
    pub(crate) scores_sentiment: bool,
    /// Level of all intervals, in (0, 1).
    pub(crate) confidence_level: f64,
    pub(crate) documents: Vec<DocumentFigures>,
    pub(crate) speakers: Vec<SpeakerFigures>,
    pub(crate) targets: Vec<TargetFigures>,
    /// The study's own variables.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) codes: Vec<CodeFigures>,
    /// From which evidence on segments take a side.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) neither_thresholds: Vec<ThresholdFigures>,
    /// The codings of language models behind endpoints, and of coders that are asked for some segments only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) coders: Vec<CoderFigures>,
    /// How far the coders agree.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) agreement: Vec<AgreementFigures>,
    /// How far the texts of new documents are from those from which coders were learned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) coder_inputs: Vec<CoderInputsFigures>,
    pub(crate) themes: Vec<ThemeFigures>,
    /// Segments that resemble no text of the earlier themes.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) n_unassigned: usize,
    /// Each distinct warning, with the documents that have it.
    pub(crate) warnings: Vec<WarningFigures>,
    /// Number of rows of `issues`, by kind.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) issues: BTreeMap<String, usize>,
}

#[derive(Debug, Serialize)]
pub(crate) struct DocumentFigures {
    pub(crate) document_id: String,
    pub(crate) path: String,
    pub(crate) title: Option<String>,
    pub(crate) panel: Option<String>,
    pub(crate) session: Option<String>,
    pub(crate) date: Option<jiff::civil::Date>,
    pub(crate) n_utterances: u32,
    pub(crate) n_words: u32,
    pub(crate) needs_review: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct SpeakerFigures {
    pub(crate) speaker_id: String,
    /// Path of the document.
    pub(crate) document: String,
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) affiliation: Option<String>,
    pub(crate) n_utterances: u32,
    pub(crate) n_words: u32,
    /// Mean sentiment; `None` where the study leaves sentiment out.
    pub(crate) sentiment: Option<MeanFigures>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TargetFigures {
    pub(crate) target_id: String,
    pub(crate) proposition: String,
    pub(crate) favor: usize,
    pub(crate) against: usize,
    pub(crate) neither: usize,
    pub(crate) no_label: usize,
    /// Mean stance of the corpus.
    pub(crate) stance: Option<MeanFigures>,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct CoderFigures {
    pub(crate) coder_id: String,
    /// Pairs of segment and target.
    pub(crate) n_codings: usize,
    /// Pairs that the coder was not asked for.
    pub(crate) n_not_asked: usize,
    /// Whether the study asks the coder for some segments only.
    pub(crate) is_selective: bool,
    /// Number of codings without a label of those that the coder was asked for, by reason; of language models only.
    pub(crate) reasons: BTreeMap<String, usize>,
}

/// A variable of the study's own.
#[derive(Debug, Serialize)]
pub(crate) struct CodeFigures {
    pub(crate) code_id: String,
    pub(crate) coder_id: String,
    /// The labels in the order of the study, each with its number of segments.
    pub(crate) labels: Vec<(String, usize)>,
    /// Number of segments without a label.
    pub(crate) n_unlabelled: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct ThresholdFigures {
    pub(crate) coder_id: String,
    pub(crate) target_id: String,
    pub(crate) source: ThresholdSource,
    pub(crate) threshold: f64,
    pub(crate) stated_share: Option<f64>,
    pub(crate) n_codes: Option<u32>,
    pub(crate) accuracy: Option<f64>,
    pub(crate) accuracy_of_default: Option<f64>,
    pub(crate) macro_f1: Option<f64>,
    pub(crate) macro_f1_of_default: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AgreementFigures {
    pub(crate) target_id: String,
    pub(crate) coder_a: String,
    pub(crate) coder_b: String,
    pub(crate) n_segments: u64,
    pub(crate) is_selective: bool,
    pub(crate) share_equal: Option<f64>,
    pub(crate) kappa: Option<f64>,
    pub(crate) alpha: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CoderInputsFigures {
    pub(crate) coder_id: String,
    /// Documents that the coder was not learned from.
    pub(crate) n_documents: u32,
    pub(crate) drift: Option<f64>,
    pub(crate) threshold: Option<f64>,
    pub(crate) false_alarm_rate: f64,
    pub(crate) is_unusual: Option<bool>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ThemeFigures {
    pub(crate) theme_id: String,
    pub(crate) label: String,
    pub(crate) n_segments: u32,
    pub(crate) n_speakers: u32,
    /// What became of it since the results that were continued; `None` if none were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) change: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct WarningFigures {
    pub(crate) warning: String,
    /// Paths of the documents.
    pub(crate) documents: Vec<String>,
}

/// A mean with its interval.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MeanFigures {
    pub(crate) mean: Option<f64>,
    pub(crate) ci_low: Option<f64>,
    pub(crate) ci_high: Option<f64>,
    pub(crate) resampled: Option<Resampled>,
}

impl Figures {
    /// Reads the figures from the tables.
    pub(crate) fn of(results: &Results) -> Result<Self, OpenError> {
        let (run, study) = (results.run(), results.study());
        let (documents, warnings) = documents(results)?;
        let estimates = Estimates::of(results)?;
        Ok(Self {
            run_id: run.run_id.clone(),
            plenary_version: run.plenary_version.clone(),
            study: study.name.clone(),
            n_documents: documents.len(),
            n_speakers: results.n_rows(SpeakerRow::TABLE)?,
            n_utterances: documents.iter().map(|document| document.n_utterances as usize).sum(),
            n_segments: results.n_rows(SegmentRow::TABLE)?,
            n_words: documents.iter().map(|document| document.n_words as usize).sum(),
            n_split: n_split(results)?,
            n_failures: run.n_failures as usize,
            failures: failures(results)?,
            n_files: results.files().len() + 1,
            scores_sentiment: study.scores_sentiment,
            confidence_level: study.confidence_level,
            speakers: speakers(results, &documents, &estimates)?,
            targets: targets(results, &estimates)?,
            codes: codes(results)?,
            neither_thresholds: neither_thresholds(results)?,
            coders: coders(results)?,
            agreement: agreement(results)?,
            coder_inputs: coder_inputs(results)?,
            themes: themes(results)?,
            n_unassigned: n_unassigned(results)?,
            documents,
            warnings,
            issues: issues(results)?,
        })
    }
}

fn documents(results: &Results) -> Result<(Vec<DocumentFigures>, Vec<WarningFigures>), OpenError> {
    let mut documents = Vec::new();
    let mut warnings: Vec<WarningFigures> = Vec::new();
    let mut positions: HashMap<String, usize> = HashMap::new();
    for group in results.groups(DocumentRow::TABLE, None)? {
        let frame = group?;
        for row in DocumentRow::rows(&frame)? {
            for warning in &row.warnings {
                let position = *positions.entry(warning.clone()).or_insert_with(|| {
                    warnings.push(WarningFigures { warning: warning.clone(), documents: Vec::new() });
                    warnings.len() - 1
                });
                warnings[position].documents.push(row.path.to_owned());
            }
            documents.push(DocumentFigures {
                document_id: row.document_id.to_owned(),
                path: row.path.to_owned(),
                title: row.title.map(str::to_owned),
                panel: row.panel.map(str::to_owned),
                session: row.session.map(str::to_owned),
                date: row.date,
                n_utterances: row.n_utterances,
                n_words: row.n_words,
                needs_review: row.needs_review,
            });
        }
    }
    Ok((documents, warnings))
}

/// The first inputs that could not be used. An archive may have several rows.
fn failures(results: &Results) -> Result<Vec<String>, OpenError> {
    let frame = results.head(FailureRow::TABLE, Some(&["path"]), FAILURES_NAMED)?;
    Ok(column::<&str>(&frame, "path")?.into_iter().flatten().map(str::to_owned).collect())
}

/// The estimates that the summary shows.
#[derive(Default)]
struct Estimates {
    /// Sentiment, by speaker.
    of_speakers: HashMap<String, MeanFigures>,
    /// Stance of the corpus, by target.
    of_targets: BTreeMap<String, MeanFigures>,
}

impl Estimates {
    fn of(results: &Results) -> Result<Self, OpenError> {
        let mut estimates = Self::default();
        for group in results.groups(EstimateRow::TABLE, None)? {
            let frame = group?;
            let of_labels = |row: &EstimateRow| row.measure != Measure::Procedure.as_str();
            for row in EstimateRow::rows(&frame)?.into_iter().filter(of_labels) {
                let mean = MeanFigures {
                    mean: row.mean,
                    ci_low: row.ci_low,
                    ci_high: row.ci_high,
                    resampled: row.resampled.and_then(Resampled::from_name),
                };
                match (Level::from_name(row.level), row.speaker_id, row.target_id) {
                    (Some(Level::Speaker), Some(speaker), None) => {
                        estimates.of_speakers.insert(speaker.to_owned(), mean);
                    }
                    (Some(Level::CorpusTarget), _, Some(target)) => {
                        estimates.of_targets.insert(target.to_owned(), mean);
                    }
                    _ => {}
                }
            }
        }
        Ok(estimates)
    }
}

fn speakers(
    results: &Results,
    documents: &[DocumentFigures],
    estimates: &Estimates,
) -> Result<Vec<SpeakerFigures>, OpenError> {
    let paths: HashMap<&str, &str> =
        documents.iter().map(|document| (document.document_id.as_str(), document.path.as_str())).collect();
    let mut speakers = Vec::new();
    for group in results.groups(SpeakerRow::TABLE, None)? {
        let frame = group?;
        speakers.extend(SpeakerRow::rows(&frame)?.into_iter().map(|row| SpeakerFigures {
            speaker_id: row.speaker_id.to_owned(),
            document: paths.get(row.document_id).copied().unwrap_or(row.document_id).to_owned(),
            name: row.name.to_owned(),
            role: row.role.to_owned(),
            affiliation: row.affiliation.map(str::to_owned),
            n_utterances: row.n_utterances,
            n_words: row.n_words,
            sentiment: estimates.of_speakers.get(row.speaker_id).cloned(),
        }));
    }
    Ok(speakers)
}

fn targets(results: &Results, estimates: &Estimates) -> Result<Vec<TargetFigures>, OpenError> {
    let target = |target: &crate::corpus::findings::Target| TargetFigures {
        target_id: target.id.clone(),
        proposition: target.proposition.clone(),
        favor: 0,
        against: 0,
        neither: 0,
        no_label: 0,
        stance: estimates.of_targets.get(&target.id).cloned(),
    };
    let mut targets: Vec<TargetFigures> = results.study().targets.iter().map(target).collect();
    for group in results.groups(StanceRow::TABLE, Some(&["target_id", "label"]))? {
        let frame = group?;
        let labels = column::<&str>(&frame, "label")?;
        for (id, label) in column::<&str>(&frame, "target_id")?.into_iter().zip(labels) {
            // Codings of other targets are not results of this study; the writer refuses them.
            let Some(target) = targets.iter_mut().find(|target| Some(target.target_id.as_str()) == id) else {
                continue;
            };
            *match label.and_then(Stance::from_name) {
                Some(Stance::Favor) => &mut target.favor,
                Some(Stance::Against) => &mut target.against,
                Some(Stance::Neither) => &mut target.neither,
                None => &mut target.no_label,
            } += 1;
        }
    }
    Ok(targets)
}

fn neither_thresholds(results: &Results) -> Result<Vec<ThresholdFigures>, OpenError> {
    let frame = results.frame(NeitherThresholdRow::TABLE)?;
    let of_row = |row: NeitherThresholdRow| {
        Ok(ThresholdFigures {
            coder_id: row.coder_id.to_owned(),
            target_id: row.target_id.to_owned(),
            source: row.known_source()?,
            threshold: row.threshold,
            stated_share: row.stated_share,
            n_codes: row.n_codes,
            accuracy: row.accuracy,
            accuracy_of_default: row.accuracy_of_default,
            macro_f1: row.macro_f1,
            macro_f1_of_default: row.macro_f1_of_default,
        })
    };
    NeitherThresholdRow::rows(&frame)?.into_iter().map(of_row).collect()
}

/// The codings of language models and of coders of a cascade, in the order of the study. The table is not read if there are none.
fn coders(results: &Results) -> Result<Vec<CoderFigures>, OpenError> {
    let is_chat = |coder: &serde_json::Value| coder.get("kind").is_some_and(|kind| kind == CoderKind::Chat.as_str());
    let follows = |coder: &serde_json::Value| coder.get("only_where").is_some_and(|only_where| !only_where.is_null());
    let of_study = results.study().json["coders"].as_array().map_or(&[][..], Vec::as_slice);
    if !of_study.iter().any(|coder| is_chat(coder) || follows(coder)) {
        return Ok(Vec::new());
    }
    let mut coders: Vec<(CoderFigures, bool)> = Vec::new();
    for group in results.groups(CodingRow::TABLE, Some(&["coder_id", "coder_kind", "reason"]))? {
        let frame = group?;
        let (kinds, reasons) = (column::<&str>(&frame, "coder_kind")?, column::<&str>(&frame, "reason")?);
        for ((id, kind), reason) in column::<&str>(&frame, "coder_id")?.into_iter().zip(kinds).zip(reasons) {
            let (Some(id), Some(kind)) = (id, kind.and_then(CoderKind::from_name)) else { continue };
            let at = coders.iter().position(|(coder, _)| coder.coder_id == id).unwrap_or_else(|| {
                // The codings of a segment are in the order of the coders.
                let is_selective = of_study.get(coders.len()).is_some_and(follows);
                coders.push((
                    CoderFigures { coder_id: id.to_owned(), is_selective, ..CoderFigures::default() },
                    kind == CoderKind::Chat,
                ));
                coders.len() - 1
            });
            let (coder, is_chat) = &mut coders[at];
            coder.n_codings += 1;
            match reason.and_then(AbstentionReason::from_name) {
                Some(AbstentionReason::NotAsked) => coder.n_not_asked += 1,
                Some(reason) if *is_chat => *coder.reasons.entry(reason.to_string()).or_default() += 1,
                _ => {}
            }
        }
    }
    Ok(coders.into_iter().filter(|(coder, is_chat)| *is_chat || coder.is_selective).map(|(coder, _)| coder).collect())
}

fn codes(results: &Results) -> Result<Vec<CodeFigures>, OpenError> {
    let figures = |variable: &CodedVariable| CodeFigures {
        code_id: variable.id.clone(),
        coder_id: String::new(),
        labels: variable.labels.iter().map(|label| (label.clone(), 0)).collect(),
        n_unlabelled: 0,
    };
    let mut codes: Vec<CodeFigures> = results.study().codes.iter().map(figures).collect();
    for group in results.groups(VariableCodeRow::TABLE, None)? {
        let frame = group?;
        for row in VariableCodeRow::rows(&frame)? {
            let Some(code) = codes.iter_mut().find(|code| code.code_id == row.code_id) else { continue };
            row.coder_id.clone_into(&mut code.coder_id);
            match code.labels.iter_mut().find(|(label, _)| row.label == Some(label)) {
                Some((_, n)) => *n += 1,
                None => code.n_unlabelled += 1,
            }
        }
    }
    Ok(codes)
}

fn agreement(results: &Results) -> Result<Vec<AgreementFigures>, OpenError> {
    let frame = results.frame(AgreementRow::TABLE)?;
    let rows = AgreementRow::rows(&frame)?.into_iter().map(|row| AgreementFigures {
        target_id: row.target_id.to_owned(),
        coder_a: row.coder_a.to_owned(),
        coder_b: row.coder_b.to_owned(),
        n_segments: row.n_segments,
        is_selective: row.is_selective,
        share_equal: row.share_equal,
        kappa: row.kappa,
        alpha: row.alpha,
    });
    Ok(rows.collect())
}

fn coder_inputs(results: &Results) -> Result<Vec<CoderInputsFigures>, OpenError> {
    let frame = results.frame(CoderInputsRow::TABLE)?;
    let rows = CoderInputsRow::rows(&frame)?.into_iter().map(|row| CoderInputsFigures {
        coder_id: row.coder_id.to_owned(),
        n_documents: row.n_documents,
        drift: row.drift,
        threshold: row.threshold,
        false_alarm_rate: row.false_alarm_rate,
        is_unusual: row.is_unusual,
    });
    Ok(rows.collect())
}

fn themes(results: &Results) -> Result<Vec<ThemeFigures>, OpenError> {
    let (frame, history) = (results.frame(ThemeRow::TABLE)?, results.frame(ThemeHistoryRow::TABLE)?);
    let history = ThemeHistoryRow::rows(&history)?;
    let change = |id: &str| history.iter().find(|row| row.theme_id == Some(id)).map(|row| row.change.to_owned());
    let themes = ThemeRow::rows(&frame)?.into_iter().map(|row| ThemeFigures {
        theme_id: row.theme_id.to_owned(),
        label: row.name.unwrap_or(row.label).to_owned(),
        change: change(row.theme_id),
        n_segments: row.n_segments,
        n_speakers: row.n_speakers,
    });
    Ok(themes.collect())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// The segments that resemble no text of the earlier themes.
pub(super) fn n_unassigned(results: &Results) -> Result<usize, OpenError> {
    let mut n = 0;
    for group in results.groups(SegmentThemeRow::TABLE, Some(&["reason"]))? {
        let is_unassigned = |reason: &&str| *reason == AssignmentReason::Unassigned.as_str();
        n += column::<&str>(&group?, "reason")?.into_iter().flatten().filter(is_unassigned).count();
    }
    Ok(n)
}

/// How the number of these segments is said, if there are any.
pub(super) fn unassigned_in_words(n: usize) -> Option<String> {
    (n > 0).then(|| format!("{} without a theme: they resemble no text of the earlier themes", plural(n, "segment")))
}

fn issues(results: &Results) -> Result<BTreeMap<String, usize>, OpenError> {
    let mut issues = BTreeMap::new();
    for group in results.groups(IssueRow::TABLE, Some(&["kind"]))? {
        let frame = group?;
        for kind in column::<&str>(&frame, "kind")?.into_iter().flatten() {
            *issues.entry(kind.to_owned()).or_default() += 1;
        }
    }
    Ok(issues)
}

fn n_split(results: &Results) -> Result<usize, OpenError> {
    let mut n_split = 0;
    for group in results.groups(SegmentRow::TABLE, Some(&["n_windows"]))? {
        n_split += column::<u32>(&group?, "n_windows")?.into_iter().flatten().filter(|n| *n > 1).count();
    }
    Ok(n_split)
}
