//! From which evidence on a segment takes a side, where the study states a share of `neither` or names codes of people.
//!
//! **Input:** the codings of all segments, as the parts of the corpus have them. **Output:** one [`NeitherThreshold`] per inference model and
//! target, and the tables and the ledger with the labels that follow. The thresholds depend on the segments and not on their order or
//! their division into parts. **Refused:** nothing; where the codes of a target are too few, its threshold is the default, and an
//! [`Issue`] says so. **Left to others:** the formulas (`plenary_measure::threshold`), reading codes.

use std::collections::BTreeMap;

use plenary_corpus::findings::{
    AbstentionReason, NeitherThreshold, Rule, Stance, StanceProbabilities, ThresholdQuality, ThresholdSource, Verdict,
};
use plenary_corpus::progress::Progress;
use plenary_measure::stance::{NeitherRule, Relevance, verdict};
use plenary_measure::threshold::{self, CODES_AT_LEAST, CodedText, NO_EVIDENCE, evidence, of_codes, of_share, shifted};
use plenary_tables::schema::CodingRow;
use plenary_tables::{Closed, Issue, Labelling};

use super::RunError;
use super::ledger::Ledger;
use crate::coded_stance::CodedStance;
use crate::study::{CoderOptions, Study};

/// The thresholds of a run, and what a person should know about them. Labels of the tables and of the ledger follow them.
pub(super) fn apply(
    closed: &mut Closed,
    ledger: &mut Ledger,
    study: &Study,
    progress: &dyn Progress,
) -> Result<(Vec<NeitherThreshold>, Vec<Issue>), RunError> {
    let coders = inference_models(study);
    if study.stance.neither == NeitherRule::Relevance || study.targets.is_empty() || coders.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let mut thresholds: Vec<NeitherThreshold> =
        coders.iter().flat_map(|coder| study.targets.iter().map(|target| default_of(coder, &target.id))).collect();
    if !study.fits_thresholds() {
        return Ok((thresholds, Vec::new()));
    }
    progress.begin("fitting thresholds", 1);
    let known = evidence_of(closed, study.coded_stance.as_ref(), &thresholds)?;
    let mut issues = Vec::new();
    for (fitted, known) in thresholds.iter_mut().zip(known) {
        progress.check_stop()?;
        issues.extend(fit(fitted, known, study));
    }
    let of = |coding: &Labelling| {
        let own = thresholds.iter().find(|one| one.coder_id == coding.coder_id && one.target_id == coding.target_id)?;
        relabelled(coding, own, study)
    };
    closed.relabel(of)?;
    ledger.forget_labels();
    closed.shown(|rows| {
        ledger.note_shown(rows);
        progress.check_stop().map_err(RunError::from)
    })?;
    closed.codings(|rows| {
        ledger.note_codings(rows);
        progress.check_stop().map_err(RunError::from)
    })?;
    progress.advance(1);
    Ok((thresholds, issues))
}

/// The ids of the inference models among the coders.
fn inference_models(study: &Study) -> Vec<String> {
    let of_study = |coder: &CoderOptions| match coder {
        CoderOptions::Inference { id, .. } if id.is_empty() => Some(study.models.stance.clone()),
        CoderOptions::Inference { id, .. } => Some(id.clone()),
        CoderOptions::Chat(_) | CoderOptions::Learned { .. } => None,
    };
    if study.coders.is_empty() {
        vec![study.models.stance.clone()]
    } else {
        study.coders.iter().filter_map(of_study).collect()
    }
}

fn default_of(coder: &str, target: &str) -> NeitherThreshold {
    NeitherThreshold {
        coder_id: coder.to_owned(),
        target_id: target.to_owned(),
        source: ThresholdSource::Default,
        threshold: 0.0,
        stated_share: None,
        quality: None,
    }
}

/// What is known of the segments of a coder and a target.
#[derive(Default)]
struct Known {
    /// The evidence of all segments.
    evidence: Vec<f64>,
    /// The coded ones.
    coded: Vec<CodedText>,
}

/// The evidence of all segments, for each threshold.
fn evidence_of(
    closed: &Closed,
    codes: Option<&CodedStance>,
    thresholds: &[NeitherThreshold],
) -> Result<Vec<Known>, RunError> {
    let mut known: Vec<Known> = thresholds.iter().map(|_| Known::default()).collect();
    let codes: Vec<BTreeMap<&str, (Stance, f64)>> =
        thresholds.iter().map(|one| codes.map(|codes| codes.of_target(&one.target_id)).unwrap_or_default()).collect();
    closed.codings(|rows| {
        for row in rows {
            let is_own = |one: &NeitherThreshold| one.coder_id == row.coder_id && one.target_id == row.target_id;
            let Some(at) = thresholds.iter().position(is_own) else { continue };
            let (value, side) = of_row(row);
            known[at].evidence.push(value);
            if let Some(&(code, weight)) = codes[at].get(row.segment_id) {
                known[at].coded.push(CodedText { evidence: value, side, code, weight });
            }
        }
        Ok::<_, RunError>(())
    })?;
    Ok(known)
}

/// The evidence of a segment, and its likelier side.
fn of_row(row: &CodingRow) -> (f64, Stance) {
    let sides = row.favor.zip(row.against).zip(row.neither);
    let takes_none =
        row.reason == Some(AbstentionReason::OffTopic.as_str()) || row.rule == Some(Rule::Question.as_str());
    match sides.filter(|_| !takes_none) {
        None => (NO_EVIDENCE, Stance::Neither),
        Some(((favor, against), neither)) => {
            let side = if favor > against { Stance::Favor } else { Stance::Against };
            (evidence(StanceProbabilities { favor, against, neither }), side)
        }
    }
}

/// Fits a threshold; it stays the default where there is nothing to fit it on.
fn fit(to: &mut NeitherThreshold, known: Known, study: &Study) -> Option<Issue> {
    let stated = study.targets.iter().find(|target| target.id == to.target_id);
    let stated = stated.and_then(|target| target.neither_share).or(study.stance.neither_share);
    let issue = |message: String| Issue { kind: "threshold_not_fitted", message, ..Issue::default() };
    if study.coded_stance.is_some() && stated.is_none() {
        let n_codes = known.coded.len();
        let Some(threshold::Threshold { threshold, left_out, default }) = of_codes(known.coded) else {
            return Some(issue(format!(
                "Target `{}`: {n_codes} of the codes belong to segments of this run, and at least {CODES_AT_LEAST} are needed; the threshold of \
                 `neither` is the default.",
                to.target_id
            )));
        };
        to.source = ThresholdSource::HandCodes;
        to.threshold = threshold;
        to.quality = Some(ThresholdQuality {
            n_codes,
            accuracy: left_out.accuracy,
            macro_f1: left_out.macro_f1,
            accuracy_of_default: default.accuracy,
            macro_f1_of_default: default.macro_f1,
        });
    } else if let Some(share) = stated {
        let Some(threshold) = of_share(known.evidence, share) else {
            return Some(issue(format!(
                "Target `{}`: all segments are off the topic; the threshold of `neither` is the default.",
                to.target_id
            )));
        };
        (to.source, to.threshold, to.stated_share) = (ThresholdSource::StatedShare, threshold, Some(share));
    }
    None
}

/// The verdict and the probabilities of a coding after a threshold. Rules stay as they are.
fn relabelled(coding: &Labelling, fitted: &NeitherThreshold, study: &Study) -> Option<(Verdict, StanceProbabilities)> {
    if fitted.source == ThresholdSource::Default || coding.rule.is_some() {
        return None;
    }
    let probabilities = shifted(coding.probabilities, fitted.threshold);
    if coding.is_off_topic {
        return Some((Verdict::Abstained(AbstentionReason::OffTopic), probabilities));
    }
    let on_topic = Relevance { own: 1.0, context: None };
    Some((verdict(probabilities, None, on_topic, &study.stance), probabilities))
}
