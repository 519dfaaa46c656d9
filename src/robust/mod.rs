//! How far an estimate depends on choices that could have been made in another way.
//!
//! **Input:** opened results, an estimate, and the choices to vary. **Output:** a [`Robustness`]: the estimate and its interval under
//! every combination of defensible alternatives (a multiverse analysis: Steegen, Tuerlinckx, Gelman & Vanpaemel 2016), tables, and the
//! specification curve (Simonsohn, Simmons & Nelson 2020). **Refused:** unknown groups and columns, floors below which nothing was read,
//! models that are not those of the results. **Left to others:** the intervals (`plenary_measure::groups`), files and printing.

mod curve;
mod error;
mod measured;
mod options;
mod specify;
mod summary;
mod units;

use std::path::Path;

use plenary_corpus::Role;
use plenary_corpus::findings::{ClusterLevel, Target, Weight};
use plenary_corpus::progress::Progress;
use plenary_engine::Work;
use plenary_engine::cache::Cache;
use plenary_measure::groups::{GroupOptions, TurnSums, means};
use plenary_measure::stance::StanceOptions;
use plenary_models::{Models, places};
use plenary_tables::schema::NeitherThresholdRow;
use plenary_tables::{OpenError, Results};
use rayon::prelude::*;

pub use error::RobustError;
pub use options::{Choice, Contrast, RobustOptions};
pub use specify::{Counted, Floors, Score, Specification};
pub use summary::Shares;

use crate::study::{Study, Unit};
use crate::validate::segments::Measure;
use measured::{CoderOfRun, Reader, Value, of_results};
use specify::{Alternatives, Decisions};
use units::{Group, Units};

/// Maximum number of specifications.
pub const MOST_SPECIFICATIONS: usize = 20_000;

/// Confidence floors beside that of the study, unless others are named. Conventions.
const CONFIDENCE_FLOORS: [f32; 3] = [0.5, 0.6, 0.7];
/// How far the relevance floors are above that of the study, unless others are named. Conventions.
const RELEVANCE_STEPS: [f32; 2] = [0.1, 0.2];

/// The models, threads and cache for units and wordings that the run did not read.
#[derive(Debug, Clone, Copy)]
pub struct Means<'m> {
    /// Folder of models named by the user; `None` searches the usual places.
    pub models: Option<&'m Path>,
    /// Threads that run a model.
    pub threads: usize,
    /// Where numbers are looked up before they are computed.
    pub cache: Option<&'m Cache>,
}

/// The estimate of a specification.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimated {
    /// The decisions.
    pub specification: Specification,
    /// Whether they are those of the study.
    pub is_study: bool,
    /// The mean or difference; `None` if a group has no label.
    pub estimate: Option<f64>,
    /// Its interval; `None` with fewer than two clusters, or where all clusters have the same value.
    pub interval: Option<(f64, f64)>,
    /// What the jackknife of the interval leaves out in turn.
    pub resampled: Option<ClusterLevel>,
    /// Number of these clusters.
    pub n_clusters: usize,
    /// Number of units with a label.
    pub n_units: usize,
    /// Share of the units without a label.
    pub share_abstained: f64,
}

impl Estimated {
    /// Whether the interval excludes 0.
    pub fn is_significant(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}

/// The estimates of all specifications.
#[derive(Debug, Clone, PartialEq)]
pub struct Robustness {
    /// What was estimated.
    pub options: RobustOptions,
    /// From the lowest estimate to the highest; those without an estimate are last.
    pub all: Vec<Estimated>,
    /// Choices that were to be varied and have one alternative only, with the reason.
    pub not_varied: Vec<(Choice, &'static str)>,
}

/// One way in which all units were measured.
struct Measurement {
    unit: Unit,
    wording: Option<String>,
    coder: CoderOfRun,
    values: Vec<Value>,
}

/// Estimates all specifications.
///
/// # Errors
/// [`RobustError`].
pub fn robustness(
    results: &Results,
    options: RobustOptions,
    means: &Means,
    progress: &dyn Progress,
) -> Result<Robustness, RobustError> {
    options.check()?;
    let study = study_of(results)?;
    let target = target_of(results, &options)?;
    let segments = Units::segments(results, &options.contrast)?;
    let mut not_varied = Vec::new();
    let mut wants = |choice: Choice, alternatives: Result<(), &'static str>| {
        let wanted = options.vary.contains(&choice);
        if let (true, Err(reason)) = (wanted, alternatives) {
            not_varied.push((choice, reason));
        }
        wanted && alternatives.is_ok()
    };

    let mut own = of_results(results, &options.measure, segments.all.len())?;
    let several = if own.len() > 1 { Ok(()) } else { Err("one coder coded the segments") };
    if !wants(Choice::Coder, several) {
        own.truncate(1);
    }
    let inference = own.iter().map(|(coder, _)| coder).find(|coder| coder.infers).cloned();
    let reads = match (&options.measure, &inference) {
        (Measure::Code { .. }, _) => Err("variables of your own are coded in a run only"),
        (Measure::Sentiment, _) | (Measure::Stance(_), Some(_)) => Ok(()),
        (Measure::Stance(_), None) => Err("only an inference model reads other texts and wordings"),
    };
    let is_stance = target.is_some();
    let paraphrases = target.as_ref().map(|target| target.paraphrases.clone()).unwrap_or_default();
    let has_paraphrases = match (is_stance, paraphrases.is_empty()) {
        (false, _) if options.measure.code().is_some() => Err("a variable of your own has no proposition"),
        (false, _) => Err("tone has no proposition"),
        (true, true) => Err("the target has no `paraphrases` in the study"),
        (true, false) => reads,
    };
    let has_turns = if study.segments.unit == Unit::Utterance { Err("the units are turns already") } else { reads };
    let with_paraphrases = wants(Choice::Wording, has_paraphrases);
    let with_turns = wants(Choice::Unit, has_turns);
    let has_floors = match (is_stance, &inference) {
        (true, Some(_)) => Ok(()),
        _ => Err("only labels of an inference model depend on floors"),
    };
    let has_chair = segments.all.iter().any(|unit| unit.role == Some(Role::Chair) && unit.group.is_some());
    let has_chair = if has_chair { Ok(()) } else { Err("nobody in these groups conducts the meeting") };
    let has_procedure = segments.all.iter().any(|unit| unit.is_procedural && unit.group.is_some());
    let has_procedure =
        if has_procedure { Ok(()) } else { Err("no segment of these groups is known to be procedural") };
    let with_and_without = |both: bool| {
        if both { vec![Counted::With, Counted::Without] } else { vec![Counted::With] }
    };
    let alternatives = Alternatives {
        confidence_floors: if wants(Choice::ConfidenceFloor, has_floors) {
            with_own(study.stance.confidence_floor, &options.confidence_floors, &CONFIDENCE_FLOORS)
        } else {
            vec![study.stance.confidence_floor]
        },
        relevance_floors: if wants(Choice::RelevanceFloor, has_floors) {
            let steps = RELEVANCE_STEPS.map(|step| ((study.stance.relevance_floor + step) * 100.0).round() / 100.0);
            with_own(study.stance.relevance_floor, &options.relevance_floors, &steps)
        } else {
            vec![study.stance.relevance_floor]
        },
        scores: {
            // A share of a label counts labels, as `group_estimates` does.
            let mut scores = vec![Score::Probabilities, Score::Labels];
            if options.measure.code().is_some() {
                scores.reverse();
            }
            scores.truncate(if wants(Choice::Score, Ok(())) { 2 } else { 1 });
            scores
        },
        weights: weights(&study, &options.contrast, wants(Choice::Weight, Ok(()))),
        chairs: with_and_without(wants(Choice::Chair, has_chair)),
        procedures: with_and_without(wants(Choice::Procedure, has_procedure)),
    };
    let lowest = alternatives.relevance_floors.iter().copied().fold(f32::INFINITY, f32::min);
    if lowest < study.stance.relevance_floor && !study.stance.infer_off_topic {
        return Err(RobustError::Unread { found: lowest, floor: study.stance.relevance_floor });
    }
    let n_wordings = if with_paraphrases { 1 + paraphrases.len() } else { 1 };
    let n_read = n_wordings * (1 + usize::from(with_turns)) - 1;
    let of_tables: usize = own.iter().map(|(coder, _)| alternatives.n(coder.infers)).sum();
    // At most: whole turns have fewer alternatives.
    let found = of_tables + n_read * alternatives.n(is_stance);
    if found > MOST_SPECIFICATIONS {
        return Err(RobustError::Many { found, most: MOST_SPECIFICATIONS });
    }

    let wording = target.as_ref().map(|target| target.proposition.clone());
    let unit = study.segments.unit;
    let mut measurements: Vec<Measurement> =
        own.into_iter().map(|(coder, values)| Measurement { unit, wording: wording.clone(), coder, values }).collect();
    let turns = if with_turns { Some(segments.turns(results)?) } else { None };
    if n_read > 0 {
        let read = Wanted { target, with_paraphrases, turns: turns.as_ref(), coder: inference, lowest };
        measurements.extend(read_others(results, &study, &options, &segments, &read, means, progress)?);
    }

    progress.begin("estimating", measurements.len() as u64);
    let mut all = Vec::new();
    for (at, measurement) in measurements.iter().enumerate() {
        let units = turns.as_ref().filter(|_| measurement.unit != unit).unwrap_or(&segments);
        let crossed = alternatives.of_unit(measurement.unit).crossed(measurement.coder.infers && is_stance);
        let estimates: Result<Vec<Estimated>, RobustError> = crossed
            .into_par_iter()
            .enumerate()
            .map(|(nth, Decisions { floors, score, weight, chair, procedure })| {
                progress.check_stop()?;
                let Measurement { unit, wording, coder, .. } = measurement;
                let (wording, coder) = (wording.clone(), coder.name.clone());
                let specification =
                    Specification { unit: *unit, wording, coder, floors, score, weight, chair, procedure };
                let is_study = at == 0 && nth == 0;
                Ok(estimate(units, &measurement.values, specification, is_study, &options, &study.stance))
            })
            .collect();
        all.extend(estimates?);
        progress.advance(1);
    }
    // A stable sort, so that equal estimates stay in the order of the choices.
    let key = |one: &Estimated| one.estimate.unwrap_or(f64::INFINITY);
    all.sort_by(|a, b| key(a).total_cmp(&key(b)));
    Ok(Robustness { options, all, not_varied })
}

/// The study of results.
fn study_of(results: &Results) -> Result<Study, RobustError> {
    Study::from_json(results.study().json.clone())
        .map_err(|error| RobustError::Study { results: shown(results), problem: error.to_string() })
}

/// The target of the measure, with the paraphrases of the study that was named or of that of the results.
fn target_of(results: &Results, options: &RobustOptions) -> Result<Option<Target>, RobustError> {
    let Some(id) = options.measure.target() else { return Ok(None) };
    let Some(own) = results.study().targets.iter().find(|target| target.id == id) else { return Ok(None) };
    let Some(study) = &options.study else { return Ok(Some(own.clone())) };
    let is_same = |target: &&Target| {
        target.id == own.id && target.proposition == own.proposition && target.negation == own.negation
    };
    match study.targets.iter().find(is_same) {
        Some(target) => Ok(Some(target.clone())),
        None => Err(RobustError::OtherStudy { target: own.id.clone(), proposition: own.proposition.clone() }),
    }
}

/// The value of the study, and after it those that were named or else the usual ones, each once.
fn with_own(own: f32, named: &[f32], usual: &[f32]) -> Vec<f32> {
    let mut all = vec![own];
    for floor in if named.is_empty() { usual } else { named } {
        if !all.contains(floor) && *floor <= 1.0 {
            all.push(*floor);
        }
    }
    all
}

/// The weights, that of the study's estimates by the same column first.
fn weights(study: &Study, contrast: &Contrast, varied: bool) -> Vec<Weight> {
    let of_study = study.estimates.by.iter().find(|by| contrast.by().is_some_and(|name| by.columns == [name]));
    let own = of_study.map_or(Weight::Segment, |by| by.weight);
    let others = Weight::ALL.iter().copied().filter(|weight| varied && *weight != own);
    std::iter::once(own).chain(others).collect()
}

/// What the run did not read, and is wanted now.
struct Wanted<'w> {
    /// `None` for tone.
    target: Option<Target>,
    with_paraphrases: bool,
    turns: Option<&'w Units>,
    coder: Option<CoderOfRun>,
    lowest: f32,
}

/// Other units and wordings, read by the models of the results.
fn read_others(
    results: &Results,
    study: &Study,
    options: &RobustOptions,
    segments: &Units,
    wanted: &Wanted,
    means: &Means,
    progress: &dyn Progress,
) -> Result<Vec<Measurement>, RobustError> {
    let folders = Models::find(&places(means.models), &study.models, wanted.target.is_some())?;
    let models = Models::load(&folders)?;
    let reader = Reader {
        results,
        study,
        lexicon: &options.study.as_ref().unwrap_or(study).lexicon,
        models: &models,
        work: Work { threads: means.threads, progress, cache: means.cache },
        relevance_floor: wanted.lowest,
        threshold: threshold_of(results, wanted)?,
    };
    reader.check()?;
    let Some(target) = &wanted.target else {
        let coder = models.sentiment.as_ref().map(|model| model.id.clone()).unwrap_or_default();
        let coder = CoderOfRun { name: coder, infers: false };
        let Some(turns) = wanted.turns else { return Ok(Vec::new()) };
        let values = reader.tone(turns)?;
        return Ok(vec![Measurement { unit: Unit::Utterance, wording: None, coder, values }]);
    };
    let Some(coder) = &wanted.coder else { return Ok(Vec::new()) };
    let paraphrases = target.paraphrases.iter().filter(|_| wanted.with_paraphrases);
    // The negation denies the same claim, however that is worded.
    let paraphrases = paraphrases.map(|text| Target { proposition: text.clone(), ..target.clone() });
    let paraphrases: Vec<Target> = paraphrases.collect();
    let mut read = Vec::new();
    let mut push = |unit: Unit, wordings: &[Target], values: Vec<Vec<Value>>| {
        read.extend(wordings.iter().zip(values).map(|(wording, values)| Measurement {
            unit,
            wording: Some(wording.proposition.clone()),
            coder: coder.clone(),
            values,
        }));
    };
    if !paraphrases.is_empty() {
        let unit = study.segments.unit;
        push(unit, &paraphrases, reader.stance(segments, unit, &paraphrases, &coder.name)?);
    }
    if let Some(turns) = wanted.turns {
        let wordings: Vec<Target> = std::iter::once(target.clone()).chain(paraphrases).collect();
        push(Unit::Utterance, &wordings, reader.stance(turns, Unit::Utterance, &wordings, &coder.name)?);
    }
    Ok(read)
}

/// The threshold of `neither` of the coder and the target; 0 for the default.
fn threshold_of(results: &Results, wanted: &Wanted) -> Result<f64, OpenError> {
    let (Some(coder), Some(target)) = (&wanted.coder, &wanted.target) else { return Ok(0.0) };
    let frame = results.frame(NeitherThresholdRow::TABLE)?;
    let rows = NeitherThresholdRow::rows(&frame)?;
    let own = rows.iter().find(|row| row.coder_id == coder.name && row.target_id == target.id);
    Ok(own.map_or(0.0, |row| row.threshold))
}

/// The estimate of one specification.
fn estimate(
    units: &Units,
    values: &[Value],
    specification: Specification,
    is_study: bool,
    options: &RobustOptions,
    stance: &StanceOptions,
) -> Estimated {
    let Specification { floors, score, weight, chair, procedure, .. } = specification;
    let mut turns: Vec<TurnSums> = Vec::new();
    let mut first = 0;
    for of_turn in units.all.chunk_by(|a, b| a.turn == b.turn) {
        let values = &values[first..first + of_turn.len()];
        first += of_turn.len();
        let unit = &of_turn[0]; // chunks are not empty
        let Some(group) = unit.group.filter(|_| chair == Counted::With || unit.role != Some(Role::Chair)) else {
            continue;
        };
        let (mut sum, mut n, mut n_all) = (0.0, 0, 0);
        for (unit, value) in of_turn.iter().zip(values) {
            if procedure == Counted::Without && unit.is_procedural {
                continue;
            }
            n_all += 1;
            if let Some(value) = value.score(score, floors, stance) {
                sum += f64::from(value);
                n += 1;
            }
        }
        if n_all > 0 {
            let (document, person) = (unit.document, unit.person);
            turns.push(TurnSums { document, person, group: group as u32, sum, n, n_all });
        }
    }
    let is_difference = matches!(options.contrast, Contrast::Difference { .. });
    let estimates = means(
        &|take: &mut dyn FnMut(TurnSums)| turns.iter().for_each(|turn| take(*turn)),
        Group::N,
        &GroupOptions {
            weight,
            differences: is_difference,
            confidence_level: options.confidence_level,
            of_persons: units.of_persons,
            // Differences have twice this range.
            range: if options.measure.code().is_some() { (0.0, 1.0) } else { (-1.0, 1.0) },
        },
    );
    let wanted = estimates
        .into_iter()
        .find(|one| one.group == Group::First as usize && one.other == is_difference.then_some(Group::Second as usize));
    // Every group has an estimate, with or without a value.
    let (estimate, interval, resampled, n_clusters, n_units, share_abstained) =
        wanted.map_or((None, None, None, 0, 0, 0.0), |one| {
            let interval = one.ci_low.zip(one.ci_high);
            (one.estimate, interval, one.level, one.n_clusters, one.n_segments, one.share_abstained)
        });
    Estimated { specification, is_study, estimate, interval, resampled, n_clusters, n_units, share_abstained }
}

fn shown(results: &Results) -> String {
    results.folder().map_or_else(|| "results".into(), |folder| folder.display().to_string())
}
