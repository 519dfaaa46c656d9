//! Means by group that are corrected for the errors of a coder.
//!
//! **Input:** opened results, a file of hand codes, and options. **Output:** [`Estimates`]: for all segments and every group the mean of the
//! coder's scores, that of the hand codes and two corrected means, differences between groups, and the rows that they were computed
//! from. **Refused:** codes of other results, unknown columns, and what [`plenary_validate::correct`] refuses. **Left to others:** the
//! formulas, printing and files.

use std::collections::{BTreeMap, HashMap, HashSet};

use plenary_corpus::Hint;
use plenary_tables::export::{Cells, Export};
use plenary_tables::{OpenError, Results, StudyInfo};
use plenary_validate::correct::{
    CorrectError, CorrectOptions, Corrected, Estimator, GroupMeans, HandCode, Outcome, Unit, correct, difference,
};

use super::coded::{CodedError, CodedFile};
use super::drawn::{DrawnError, population};
use super::hand::{HandCodes, Probabilities, Several, Wanted};
use super::sample::Sample;
use super::segments::{Measure, Prediction, Segment, SegmentsError, predictions, segments};

/// What the same weight is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weights {
    /// Every segment.
    #[default]
    Segment,
    /// Every turn.
    Turn,
    /// Every person.
    Speaker,
}

impl Weights {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Segment, Self::Turn, Self::Speaker];

    /// Name of an option.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Turn => "turn",
            Self::Speaker => "speaker",
        }
    }
}

/// What is independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clusters {
    /// Persons; a turn without a known person is its own cluster.
    Speaker,
    /// Documents.
    Document,
    /// Turns.
    Turn,
}

impl Clusters {
    /// All levels, from the highest.
    pub const ALL: [Self; 3] = [Self::Speaker, Self::Document, Self::Turn];

    /// Name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Speaker => "speaker",
            Self::Document => "document",
            Self::Turn => "turn",
        }
    }

    pub(super) fn of(self, segment: &Segment) -> String {
        match (self, &segment.person_id) {
            (Self::Speaker, Some(person)) => person.clone(),
            (Self::Document, _) => segment.document_id.clone(),
            (Self::Turn | Self::Speaker, _) => segment.utterance_id.clone(),
        }
    }

    /// Number of clusters of some segments that are turns without a known person, if the clusters are persons.
    pub(super) fn n_turns_without_person<'s>(self, segments: impl Iterator<Item = &'s Segment>) -> usize {
        let without = segments.filter(|segment| self == Self::Speaker && segment.person_id.is_none());
        without.map(|segment| segment.utterance_id.as_str()).collect::<HashSet<_>>().len()
    }
}

/// Clusters with codings that every group must have for a level to be chosen.
pub const CLUSTERS_AT_LEAST: usize = 5;

/// Why a level of clusters was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelReason {
    /// The options name it.
    Named,
    /// It is the highest level at which all segments, and every group with enough codings for an estimate, have [`CLUSTERS_AT_LEAST`]
    /// clusters with codings.
    Highest {
        /// Number of groups with enough codings.
        n_large: usize,
        /// Number of groups with fewer codings; they have no influence on the level.
        n_small: usize,
    },
    /// There is no such level, so turns are used.
    NoLevel,
}

/// Groups between which differences are computed.
const GROUPS_AT_MOST: usize = 30;

/// What is estimated, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct EstimateOptions {
    /// The measure.
    pub measure: Measure,
    /// Columns whose values are groups.
    pub by: Vec<String>,
    /// The coder whose labels are corrected; `None` for the primary one.
    pub coder: Option<String>,
    /// Weights.
    pub weights: Weights,
    /// Clusters; `None` for the highest level at which every group with enough codings has [`CLUSTERS_AT_LEAST`] clusters with codings.
    pub clusters: Option<Clusters>,
    /// What is done with several codes of a segment.
    pub several: Several,
    /// Whether the rows are a simple random sample of all segments, so that the file needs no probabilities.
    pub simple_random: bool,
    /// The sample from which the codes are, if its folder is there. Its population is what is estimated.
    pub sample: Option<Sample>,
    /// Whether differences between all pairs of groups are computed.
    pub differences: bool,
    /// Intervals and folds.
    pub correct: CorrectOptions,
}

/// A difference of two groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Positions of the groups.
    pub groups: (usize, usize),
    /// First minus second, by every estimator.
    pub of: [Outcome; 4],
}

/// Corrected estimates.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimates {
    /// The options.
    pub options: EstimateOptions,
    /// The coder whose labels were corrected.
    pub coder: String,
    /// The clusters that were used.
    pub clusters: Clusters,
    /// Why they were used.
    pub level_reason: LevelReason,
    /// Values of the columns, for each group.
    pub groups: Vec<Vec<String>>,
    /// The estimates.
    pub corrected: Corrected,
    /// Differences between groups, if they were asked for.
    pub differences: Vec<Difference>,
    /// The hand codes.
    pub hand: HandCodes,
    /// Number of segments on which the coder abstained.
    pub n_abstained: usize,
    /// The rows of the export.
    pub rows: Vec<Row>,
}

/// A segment with what its estimate was computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The segment.
    pub segment: Segment,
    /// What the coder says.
    pub prediction: Prediction,
    /// The unit.
    pub unit: Unit,
    /// Name of its cluster.
    pub cluster: String,
    /// Probability with which it was drawn, and if it is coded, coded; `None` if it is not coded and the sample is not at hand.
    pub inclusion_probability: Option<f64>,
}

/// Why nothing is estimated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// The segments or predictions cannot be read.
    #[error(transparent)]
    Segments(#[from] SegmentsError),
    /// The codes cannot be used.
    #[error(transparent)]
    Coded(#[from] CodedError),
    /// The codes are not those of the sample.
    #[error(transparent)]
    Drawn(#[from] DrawnError),
    /// Nothing can be estimated from the codes.
    #[error("{path}: {source}")]
    Correct {
        /// The file of codes.
        path: String,
        /// Why.
        source: CorrectError,
    },
    /// The codes are not from these results, or not from all of them.
    #[error(
        "{path}: the inclusion probabilities are those of a sample from about {found:.0} segments, but the results have {expected}; name the results from which the sample was drawn"
    )]
    Population {
        /// The file of codes.
        path: String,
        /// Number of segments that the probabilities imply.
        found: f64,
        /// Number of segments of the results.
        expected: usize,
    },
    /// There are too many groups to compare.
    #[error(
        "{found} groups have {pairs} differences; expected at most {GROUPS_AT_MOST} groups. Group by fewer columns"
    )]
    TooManyGroups {
        /// Number of groups.
        found: usize,
        /// Number of pairs.
        pairs: usize,
    },
    /// A segment lacks a prediction.
    #[error("{results}: the coder `{coder}` has no coding of segment {segment}; run the study again")]
    NoPrediction {
        /// The results folder.
        results: String,
        /// The coder.
        coder: String,
        /// The segment.
        segment: String,
    },
}

impl EstimateError {
    /// What the user can do about it, if the message does not say it.
    pub fn hint(&self) -> Option<Hint> {
        match self {
            EstimateError::Segments(error) => error.hint(),
            EstimateError::Drawn(DrawnError::Sample(error)) => error.hint(),
            _ => None,
        }
    }
}

impl From<OpenError> for EstimateError {
    fn from(error: OpenError) -> Self {
        EstimateError::Segments(error.into())
    }
}

/// Estimates means by group from results and hand codes of some of their segments.
///
/// # Errors
/// [`EstimateError`].
pub fn estimate(results: &Results, files: &[CodedFile], options: EstimateOptions) -> Result<Estimates, EstimateError> {
    let mut segments = segments(results, &options.by)?;
    let (coder, mut predictions) = predictions(results, &options.measure, options.coder.as_deref())?;
    let mut hand =
        hand_codes(results, files, &options.measure, &options.several, options.simple_random, segments.len())?;
    let drawn = of_population(results, options.sample.as_ref(), &mut hand, &options.measure, &mut segments)?;
    check_segments(results, &hand, &segments)?;

    let mut groups: Vec<Vec<String>> = segments.iter().map(|segment| segment.values.clone()).collect();
    groups.sort();
    groups.dedup();
    if options.differences && groups.len() > GROUPS_AT_MOST {
        let found = groups.len();
        return Err(EstimateError::TooManyGroups { found, pairs: found * (found - 1) / 2 });
    }
    let group_of: HashMap<&[String], usize> =
        groups.iter().enumerate().map(|(at, group)| (group.as_slice(), at)).collect();
    let group_of: Vec<usize> = segments.iter().map(|segment| group_of[segment.values.as_slice()]).collect();
    let (clusters, level_reason) = match options.clusters {
        Some(named) => (named, LevelReason::Named),
        None => highest(&segments, &group_of, groups.len(), &hand, options.correct.codings_at_least),
    };
    let weights = weights(&segments, options.weights);
    let number = number_of(&options.measure, results.study());
    let mut cluster_of: HashMap<String, usize> = HashMap::new();
    let mut rows = Vec::with_capacity(segments.len());
    for ((segment, group), weight) in segments.into_iter().zip(group_of).zip(weights) {
        let prediction = predictions.remove(&segment.segment_id).ok_or_else(|| EstimateError::NoPrediction {
            results: results.folder().map_or_else(|| "results".into(), |folder| folder.display().to_string()),
            coder: coder.clone(),
            segment: segment.segment_id.clone(),
        })?;
        let name = clusters.of(&segment);
        let n_known = cluster_of.len();
        let cluster = *cluster_of.entry(name.clone()).or_insert(n_known);
        let code = hand
            .of_segment
            .get(&segment.segment_id)
            .map(|codes| HandCode { value: codes.mean(&number), probability: codes.probability });
        let unit = Unit { group, cluster, weight, prediction: prediction.value, code };
        let of_draw = drawn.get(&segment.segment_id).copied();
        let inclusion_probability = code.map(|code| code.probability).or(of_draw);
        rows.push(Row { segment, prediction, unit, cluster: name, inclusion_probability });
    }
    let units: Vec<Unit> = rows.iter().map(|row| row.unit).collect();
    let corrected = correct(&units, groups.len(), &options.correct)
        .map_err(|source| EstimateError::Correct { path: hand.shown(), source })?;
    let mut differences = Vec::new();
    if options.differences {
        for first in 0..groups.len() {
            for second in first + 1..groups.len() {
                let of = Estimator::ALL
                    .map(|estimator| difference(&corrected.groups[first], &corrected.groups[second], estimator));
                differences.push(Difference { groups: (first, second), of });
            }
        }
    }
    let n_abstained = rows.iter().filter(|row| row.prediction.label.is_none()).count();
    Ok(Estimates { options, coder, clusters, level_reason, groups, corrected, differences, hand, n_abstained, rows })
}

/// Keeps the segments of the population of a sample, and returns their probabilities; without a sample all segments are kept.
pub(super) fn of_population(
    results: &Results,
    sample: Option<&Sample>,
    hand: &mut HandCodes,
    measure: &Measure,
    segments: &mut Vec<Segment>,
) -> Result<HashMap<String, f64>, DrawnError> {
    let Some(sample) = sample else { return Ok(HashMap::new()) };
    let drawn = population(results, sample, hand, measure)?;
    segments.retain(|segment| drawn.contains_key(&segment.segment_id));
    Ok(drawn)
}

/// The hand codes of a measure.
pub(super) fn hand_codes(
    results: &Results,
    files: &[CodedFile],
    measure: &Measure,
    several: &Several,
    simple_random: bool,
    n_segments: usize,
) -> Result<HandCodes, CodedError> {
    let probabilities = if simple_random { Probabilities::SimpleRandom(n_segments) } else { Probabilities::OfFile };
    let of_study = || measure.scale(results.study()).into_iter().map(|(name, _)| name).collect();
    let classes: Vec<String> = measure.variable().known_classes().unwrap_or_else(of_study);
    let wanted = Wanted {
        variable: &measure.variable(),
        target: measure.target(),
        targets: &results.study().targets,
        classes: Some(&classes),
    };
    HandCodes::of(files, wanted, several, probabilities)
}

/// Refuses codes of segments that the results do not have, and probabilities of a sample from another number of segments.
pub(super) fn check_segments(results: &Results, hand: &HandCodes, segments: &[Segment]) -> Result<(), EstimateError> {
    let known: HashSet<&str> = segments.iter().map(|segment| segment.segment_id.as_str()).collect();
    if let Some((id, (file, line), n)) = hand.unknown(|id| known.contains(id)) {
        let folder = results.folder().map_or_else(|| "the results".into(), |folder| folder.display().to_string());
        let all = hand.of_segment.len();
        let problem = if n == all {
            format!(
                "{folder} has no segment `{id}`, nor any other of the file; these codes belong to another run. Name the results folder in which the segments were coded"
            )
        } else {
            format!(
                "{folder} has no segment `{id}` ({n} of {all} coded segments are unknown); correct the id, or remove the rows of documents that are not in the results"
            )
        };
        return Err(CodedError::Row { path: hand.paths[file].clone(), line, problem }.into());
    }
    let (found, error) = hand.population;
    // Samples of a fixed size have no error; others may deviate by a few standard errors.
    if !hand.of_segment.is_empty()
        && (found - segments.len() as f64).abs() > (4.0 * error).max(0.01 * segments.len() as f64)
    {
        return Err(EstimateError::Population { path: hand.shown(), found, expected: segments.len() });
    }
    Ok(())
}

/// The number of a label.
pub(super) fn number_of(measure: &Measure, study: &StudyInfo) -> impl Fn(&str) -> f64 + use<> {
    let scale = measure.scale(study);
    move |label| scale.iter().find(|(name, _)| name == label).map_or(0.0, |(_, number)| *number)
}

/// The highest level at which all segments, and every group with enough codings, have enough clusters with codings; turns if there is none.
pub(super) fn highest(
    segments: &[Segment],
    group_of: &[usize],
    n_groups: usize,
    hand: &HandCodes,
    codings_at_least: usize,
) -> (Clusters, LevelReason) {
    let coded: Vec<(&Segment, usize)> = segments
        .iter()
        .zip(group_of)
        .filter(|(segment, _)| hand.of_segment.contains_key(&segment.segment_id))
        .map(|(segment, group)| (segment, *group))
        .collect();
    let mut n_coded = vec![0; n_groups];
    for (_, group) in &coded {
        n_coded[*group] += 1;
    }
    let is_large = |group: usize| n_coded[group] >= codings_at_least;
    let is_enough = |level: &Clusters| {
        let mut clusters: Vec<HashSet<String>> = vec![HashSet::new(); n_groups];
        for (segment, group) in &coded {
            clusters[*group].insert(level.of(segment));
        }
        // All segments together are a group as well.
        let everything: HashSet<&String> = clusters.iter().flatten().collect();
        let mut large = clusters.iter().enumerate().filter(|(group, _)| is_large(*group));
        everything.len() >= CLUSTERS_AT_LEAST && large.all(|(_, of)| of.len() >= CLUSTERS_AT_LEAST)
    };
    match Clusters::ALL.into_iter().find(is_enough) {
        Some(level) => {
            let n_large = (0..n_groups).filter(|group| is_large(*group)).count();
            (level, LevelReason::Highest { n_large, n_small: n_groups - n_large })
        }
        None => (Clusters::Turn, LevelReason::NoLevel),
    }
}

fn weights(segments: &[Segment], weights: Weights) -> Vec<f64> {
    let of = |segment: &Segment| match weights {
        Weights::Segment => String::new(),
        Weights::Turn => segment.utterance_id.clone(),
        Weights::Speaker => Clusters::Speaker.of(segment),
    };
    if weights == Weights::Segment {
        return vec![1.0; segments.len()];
    }
    let mut n: HashMap<String, usize> = HashMap::new();
    for segment in segments {
        *n.entry(of(segment)).or_default() += 1;
    }
    segments.iter().map(|segment| 1.0 / n[&of(segment)] as f64).collect()
}

impl Estimates {
    /// Number of clusters that are turns without a known person, if the clusters are persons.
    pub fn n_turns_without_person(&self) -> usize {
        self.clusters.n_turns_without_person(self.rows.iter().map(|row| &row.segment))
    }

    /// The means and differences as a table: one row per group, or pair of groups, and estimator.
    pub fn means(&self) -> Export {
        let mut rows = MeansTable::default();
        let all: Vec<String> = vec![String::new(); self.options.by.len()];
        let everything = std::iter::once(("all", &all, &self.corrected.overall));
        let of_groups = self.groups.iter().zip(&self.corrected.groups).map(|(values, means)| ("group", values, means));
        // Without columns there is one group: all segments.
        let of_groups = of_groups.filter(|_| !self.options.by.is_empty());
        for (level, values, means) in everything.chain(of_groups) {
            for estimator in Estimator::ALL {
                rows.push(level, values, None, estimator, &means.of(estimator), Some(means));
            }
        }
        for one in &self.differences {
            let (first, second) = one.groups;
            for (estimator, outcome) in Estimator::ALL.into_iter().zip(&one.of) {
                rows.push("difference", &self.groups[first], Some(&self.groups[second]), estimator, outcome, None);
            }
        }
        rows.finish(self)
    }

    /// One row per segment, for the R package `dsl` and for regressions.
    pub fn units(&self) -> Export {
        let text = |of: fn(&Row) -> Option<String>| Cells::Text(self.rows.iter().map(of).collect());
        let number = |of: fn(&Row) -> Option<f64>| Cells::Number(self.rows.iter().map(of).collect());
        let mut columns: Vec<(String, Cells)> = vec![
            ("segment_id".into(), text(|row| Some(row.segment.segment_id.clone()))),
            ("utterance_id".into(), text(|row| Some(row.segment.utterance_id.clone()))),
            ("document_id".into(), text(|row| Some(row.segment.document_id.clone()))),
            ("person_id".into(), text(|row| row.segment.person_id.clone())),
        ];
        for (at, name) in self.options.by.iter().enumerate() {
            let value = |row: &Row| Some(row.segment.values[at].clone()).filter(|value| !value.is_empty());
            // A column of the group that is an id has its place already.
            if !columns.iter().any(|(known, _)| known == name) {
                columns.push((name.clone(), Cells::Text(self.rows.iter().map(value).collect())));
            }
        }
        let folds = self.corrected.calibrated.folds.clone();
        columns.extend([
            ("coded".into(), Cells::YesNo(self.rows.iter().map(|row| Some(row.unit.code.is_some())).collect())),
            ("outcome".into(), number(|row| row.unit.code.map(|code| code.value))),
            ("inclusion_probability".into(), number(|row| row.inclusion_probability)),
            ("prediction".into(), number(|row| Some(row.unit.prediction))),
            ("predicted_label".into(), text(|row| row.prediction.label.clone())),
            ("weight".into(), number(|row| Some(row.unit.weight))),
            ("cluster".into(), text(|row| Some(row.cluster.clone()))),
            ("fold".into(), folds.into()),
            ("calibrated_prediction".into(), self.corrected.calibrated.predictions.clone().into()),
            ("pseudo_outcome".into(), self.corrected.pseudo_outcomes.clone().into()),
        ]);
        Export { name: "units", columns }
    }
}

/// The columns of the table of means.
#[derive(Default)]
struct MeansTable {
    level: Vec<String>,
    values: Vec<Vec<String>>,
    minus: Vec<Option<Vec<String>>>,
    estimator: Vec<String>,
    numbers: BTreeMap<&'static str, Vec<Option<f64>>>,
    counts: BTreeMap<&'static str, Vec<Option<u64>>>,
    reason: Vec<Option<String>>,
}

const NUMBERS: [&str; 8] = [
    "estimate",
    "standard_error",
    "ci_low",
    "ci_high",
    "lambda",
    "standard_error_of_coding",
    "equivalent_codings",
    "codings_to_halve",
];
const COUNTS: [&str; 5] = ["degrees_of_freedom", "n_segments", "n_coded", "n_clusters", "n_coded_clusters"];

impl MeansTable {
    fn push(
        &mut self,
        level: &str,
        values: &[String],
        minus: Option<&[String]>,
        estimator: Estimator,
        outcome: &Outcome,
        means: Option<&GroupMeans>,
    ) {
        self.level.push(level.to_owned());
        self.values.push(values.to_vec());
        self.minus.push(minus.map(<[String]>::to_vec));
        self.estimator.push(estimator.as_str().to_owned());
        self.reason.push(outcome.as_ref().err().map(|refusal| refusal.as_str().to_owned()));
        let estimate = outcome.as_ref().ok();
        let power = means.and_then(|means| means.power).filter(|_| estimator == Estimator::Dsl);
        let numbers = [
            estimate.map(|one| one.value),
            estimate.map(|one| one.standard_error),
            estimate.map(|one| one.low),
            estimate.map(|one| one.high),
            means.and_then(|means| means.lambda).filter(|_| estimator == Estimator::Ppi),
            power.map(|power| power.standard_error_of_coding),
            power.map(|power| power.equivalent_codings),
            power.and_then(|power| power.codings_to_halve),
        ];
        for (name, number) in NUMBERS.into_iter().zip(numbers) {
            self.numbers.entry(name).or_default().push(number);
        }
        let counts = [
            estimate.map(|one| one.degrees_of_freedom),
            means.map(|means| means.n_units),
            means.map(|means| means.n_coded),
            means.map(|means| means.n_clusters),
            means.map(|means| means.n_coded_clusters),
        ];
        for (name, count) in COUNTS.into_iter().zip(counts) {
            self.counts.entry(name).or_default().push(count.map(|count| count as u64));
        }
    }

    fn finish(mut self, estimates: &Estimates) -> Export {
        let n = self.level.len();
        let measure = &estimates.options.measure;
        let same = |text: Option<&str>| Cells::Text(vec![text.map(str::to_owned); n]);
        let mut columns: Vec<(String, Cells)> = vec![
            ("measure".into(), same(Some(measure.kind()))),
            ("target_id".into(), same(measure.target())),
            ("code_id".into(), same(measure.code().map(|(id, _)| id))),
            ("label".into(), same(measure.code().map(|(_, label)| label))),
            ("coder_id".into(), same(Some(&estimates.coder))),
            ("level".into(), std::mem::take(&mut self.level).into()),
        ];
        for (at, name) in estimates.options.by.iter().enumerate() {
            let value = |values: &Vec<String>| Some(values[at].clone()).filter(|value| !value.is_empty());
            columns.push((name.clone(), Cells::Text(self.values.iter().map(value).collect())));
        }
        for (at, name) in estimates.options.by.iter().enumerate() {
            let value = |values: &Option<Vec<String>>| values.as_ref().map(|values| values[at].clone());
            columns.push((format!("minus_{name}"), Cells::Text(self.minus.iter().map(value).collect())));
        }
        columns.push(("estimator".into(), std::mem::take(&mut self.estimator).into()));
        let take =
            |numbers: &mut BTreeMap<&'static str, Vec<Option<f64>>>, name| numbers.remove(name).unwrap_or_default();
        for name in NUMBERS {
            columns.push((name.into(), Cells::Number(take(&mut self.numbers, name))));
        }
        for name in COUNTS {
            columns.push((name.into(), Cells::Count(self.counts.remove(name).unwrap_or_default())));
        }
        columns.push(("clusters".into(), same(Some(estimates.clusters.as_str()))));
        columns.push(("no_estimate_because".into(), Cells::Text(self.reason)));
        Export { name: "corrected_estimates", columns }
    }
}
