//! Scores by group to means with intervals.
//!
//! **Input:** scored segments. **Output:** one estimate per group and measure, in a fixed order. The interval is a
//! percentile bootstrap that resamples utterances, because the segments of an utterance resemble each other. An
//! estimate depends only on the segments of its group, the options and the seed: not on the order of the rows, on other
//! groups or on threads. **Refused:** scores that are not finite and options outside their range.
//! `docs/explanation/estimates.md` states the limits.

use std::collections::BTreeMap;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use plenary_corpus::OptionError;
use plenary_corpus::findings::{Estimate, Level, Measure, Period, Resampled, Weight};
use serde::{Deserialize, Serialize};

/// Minimum number of draws for percentiles to be meaningful; 0 draws are allowed and mean no intervals.
pub const RESAMPLES_AT_LEAST: usize = 100;

/// How estimates are made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EstimateOptions {
    /// Draws of the bootstrap.
    pub resamples: usize,
    /// Coverage of the intervals, between 0 and 1.
    pub confidence_level: f64,
    /// The periods in which themes are followed.
    pub period: Period,
    /// By which columns groups are compared.
    pub by: Vec<GroupBy>,
}

/// Maximum number of columns that groups are formed by.
pub const MOST_BY: usize = 3;

/// Columns by whose values groups are formed, and how their means are computed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupBy {
    /// Names of the columns, at least one and at most [`MOST_BY`].
    pub columns: Vec<String>,
    /// What weighs the same in a mean.
    #[serde(default)]
    pub weight: Weight,
    /// Whether the differences of all pairs of groups are estimated.
    #[serde(default)]
    pub differences: bool,
}

impl Default for EstimateOptions {
    fn default() -> Self {
        Self { resamples: 1000, confidence_level: 0.95, period: Period::default(), by: Vec::new() }
    }
}

impl EstimateOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// [`OptionError`] names the first option that is out of range.
    pub fn check(&self) -> Result<(), OptionError> {
        if (1..RESAMPLES_AT_LEAST).contains(&self.resamples) {
            let expected = format!("0 for no intervals, or at least {RESAMPLES_AT_LEAST}");
            return Err(OptionError::new("[estimates] resamples", self.resamples, expected));
        }
        if !(self.confidence_level > 0.0 && self.confidence_level < 1.0) {
            let expected = "a number between 0 and 1, such as 0.95";
            return Err(OptionError::new("[estimates] confidence_level", self.confidence_level, expected));
        }
        for (at, by) in self.by.iter().enumerate() {
            let place = format!("[[estimates.by]] {}, columns", at + 1);
            let found = format!("{:?}", by.columns);
            if by.columns.is_empty() || by.columns.len() > MOST_BY {
                return Err(OptionError::new(place, found, format!("one to {MOST_BY} names of columns")));
            }
            let is_repeated = |(at, name): (usize, &String)| by.columns[..at].contains(name);
            if by.columns.iter().enumerate().any(is_repeated) {
                return Err(OptionError::new(place, found, "each column once"));
            }
            if self.by[..at].contains(by) {
                return Err(OptionError::new(place, found, "each combination of columns, weight and differences once"));
            }
        }
        Ok(())
    }
}

/// What the estimates need to know of one segment.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredSegment<'a> {
    /// The document.
    pub document_id: &'a str,
    /// `None` if the page does not say who speaks.
    pub speaker_id: Option<&'a str>,
    /// The utterance.
    pub utterance_id: &'a str,
    /// `None` if there are no themes.
    pub theme_id: Option<&'a str>,
    /// Sentiment score in [-1, 1]; `None` if there is none.
    pub sentiment: Option<f64>,
    /// 1 if the segment conducts the meeting, 0 if not; `None` if that is not known.
    pub procedural: Option<f64>,
    /// Stance score in [-1, 1] towards each target, in the order of the targets; `None` if the model abstains.
    pub stance: Vec<Option<f64>>,
}

/// Why estimates could not be computed.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum EstimateError {
    /// A segment has scores for another number of targets.
    #[error(
        "estimates: a segment of utterance {utterance_id} has {found} stance scores; expected one for each of {expected} targets"
    )]
    Targets {
        /// The utterance.
        utterance_id: String,
        /// Number of scores.
        found: usize,
        /// Number of targets.
        expected: usize,
    },
    /// A score is not finite.
    #[error("estimates: a {measure} of utterance {utterance_id} is not a finite number; score the segments again")]
    NotFinite {
        /// The utterance.
        utterance_id: String,
        /// What was scored.
        measure: Measure,
    },
    /// An option is out of range.
    #[error("study, {0}")]
    Option(#[from] OptionError),
}

/// The groups that a measure is averaged over, in the order of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Grouping {
    Corpus,
    Document,
    Speaker,
    Theme,
    Utterance,
}

impl Grouping {
    const ALL: [Grouping; 5] =
        [Grouping::Corpus, Grouping::Document, Grouping::Speaker, Grouping::Theme, Grouping::Utterance];

    fn level(self, of_target: bool) -> Level {
        match (self, of_target) {
            (Grouping::Corpus, false) => Level::Corpus,
            (Grouping::Document, false) => Level::Document,
            (Grouping::Speaker, false) => Level::Speaker,
            (Grouping::Theme, false) => Level::Theme,
            (Grouping::Utterance, false) => Level::Utterance,
            (Grouping::Corpus, true) => Level::CorpusTarget,
            (Grouping::Document, true) => Level::DocumentTarget,
            (Grouping::Speaker, true) => Level::SpeakerTarget,
            (Grouping::Theme, true) => Level::ThemeTarget,
            (Grouping::Utterance, true) => Level::UtteranceTarget,
        }
    }

    /// Whether the share of procedure is estimated. Most utterances are too short, and themes have no procedure by construction.
    fn has_procedure(self) -> bool {
        matches!(self, Grouping::Corpus | Grouping::Document | Grouping::Speaker)
    }

    /// The group of a segment; `None` if it belongs to none (no speaker, no theme).
    fn key<'a>(self, row: &ScoredSegment<'a>) -> Option<Key<'a>> {
        let none = Key { document: None, speaker: None, utterance: None, theme: None };
        let document = Some(row.document_id);
        Some(match self {
            Grouping::Corpus => none,
            Grouping::Document => Key { document, ..none },
            Grouping::Speaker => Key { document, speaker: Some(row.speaker_id?), ..none },
            Grouping::Theme => Key { theme: Some(row.theme_id?), ..none },
            Grouping::Utterance => Key { document, speaker: row.speaker_id, utterance: Some(row.utterance_id), ..none },
        })
    }
}

/// What is averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Averaged {
    Sentiment,
    Procedure,
    /// Stance towards a target, by its position.
    Stance(usize),
}

impl Averaged {
    fn measure(self) -> Measure {
        match self {
            Averaged::Sentiment => Measure::Sentiment,
            Averaged::Procedure => Measure::Procedure,
            Averaged::Stance(_) => Measure::Stance,
        }
    }

    fn target(self) -> Option<usize> {
        match self {
            Averaged::Stance(target) => Some(target),
            Averaged::Sentiment | Averaged::Procedure => None,
        }
    }

    fn score(self, row: &ScoredSegment) -> Option<f64> {
        match self {
            Averaged::Sentiment => row.sentiment,
            Averaged::Procedure => row.procedural,
            Averaged::Stance(target) => row.stance[target],
        }
    }
}

/// The ids that name a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    document: Option<&'a str>,
    speaker: Option<&'a str>,
    utterance: Option<&'a str>,
    theme: Option<&'a str>,
}

/// Means and intervals of every group: sentiment by corpus, document, speaker, theme and utterance, with the share of procedure by corpus,
/// document and speaker, then stance by the same groups as sentiment, and target.
///
/// `target_ids` name the entries of each row's `stance`. The result is sorted by level (in the order of
/// [`Estimate::level`]'s documentation), document, speaker, utterance, theme, and measure, with targets in the order of `target_ids`.
/// Without rows it is empty; without a row for which `procedural` is known there are no shares of procedure.
///
/// The mean is over segments with a label. The interval: as many utterances as the group has are drawn with replacement,
/// with all their labelled segments, and the mean over the drawn segments taken, `resamples` times (cluster bootstrap:
/// Davison & Hinkley 1997, section 3.8; Field & Welsh 2007); its ends are the (1 - level) / 2 and (1 + level) / 2
/// quantiles of these means, by linear interpolation (type 7 of Hyndman & Fan 1996). For a group with one utterance,
/// its segments are drawn instead, which [`Estimate::resampled`] records.
///
/// # Errors
/// [`EstimateError`] if a row does not fit the targets, a score is not finite or an option is out of range.
pub fn estimate(
    rows: &[ScoredSegment],
    target_ids: &[&str],
    options: &EstimateOptions,
    seed: u64,
) -> Result<Vec<Estimate>, EstimateError> {
    let mut estimates = Vec::new();
    estimate_in_parts(rows, target_ids, options, seed, |part| {
        estimates.extend(part);
        Ok::<(), EstimateError>(())
    })?;
    Ok(estimates)
}

/// Number of estimates in a batch.
const PART: usize = 4096;

/// As [`estimate`], but passes the estimates to `take` in batches: a long corpus has an estimate for each utterance.
///
/// # Errors
/// The errors of `take`, and [`EstimateError`] as for [`estimate`].
pub fn estimate_in_parts<E: From<EstimateError>>(
    rows: &[ScoredSegment],
    target_ids: &[&str],
    options: &EstimateOptions,
    seed: u64,
    mut take: impl FnMut(Vec<Estimate>) -> Result<(), E>,
) -> Result<(), E> {
    check(rows, target_ids, options)?;
    let has_procedure = rows.iter().any(|row| row.procedural.is_some());
    for of_target in [false, true] {
        for grouping in Grouping::ALL {
            let mut groups: BTreeMap<Key, Vec<&ScoredSegment>> = BTreeMap::new();
            for row in rows {
                if let Some(key) = grouping.key(row) {
                    groups.entry(key).or_default().push(row);
                }
            }
            let measures: Vec<Averaged> = if of_target {
                (0..target_ids.len()).map(Averaged::Stance).collect()
            } else if has_procedure && grouping.has_procedure() {
                vec![Averaged::Sentiment, Averaged::Procedure]
            } else {
                vec![Averaged::Sentiment]
            };
            let tasks: Vec<_> =
                groups.iter().flat_map(|group| measures.iter().map(move |measure| (group, *measure))).collect();
            let level = grouping.level(of_target);
            for part in tasks.chunks(PART) {
                let estimates = part.par_iter().map(|((key, rows), averaged)| {
                    let target_id = averaged.target().map(|target| target_ids[target]);
                    estimate_group(level, **key, *averaged, target_id, rows, options, seed)
                });
                take(estimates.collect())?;
            }
        }
    }
    Ok(())
}

fn check(rows: &[ScoredSegment], target_ids: &[&str], options: &EstimateOptions) -> Result<(), EstimateError> {
    options.check()?;
    for row in rows {
        let utterance_id = || row.utterance_id.to_string();
        if row.stance.len() != target_ids.len() {
            let (found, expected) = (row.stance.len(), target_ids.len());
            return Err(EstimateError::Targets { utterance_id: utterance_id(), found, expected });
        }
        if row.sentiment.is_some_and(|score| !score.is_finite()) {
            return Err(EstimateError::NotFinite { utterance_id: utterance_id(), measure: Measure::Sentiment });
        }
        if row.procedural.is_some_and(|score| !score.is_finite()) {
            return Err(EstimateError::NotFinite { utterance_id: utterance_id(), measure: Measure::Procedure });
        }
        if row.stance.iter().flatten().any(|score| !score.is_finite()) {
            return Err(EstimateError::NotFinite { utterance_id: utterance_id(), measure: Measure::Stance });
        }
    }
    Ok(())
}

/// The labelled segments of one utterance.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cluster {
    sum: f64,
    n: u32,
}

fn estimate_group(
    level: Level,
    key: Key,
    averaged: Averaged,
    target_id: Option<&str>,
    rows: &[&ScoredSegment],
    options: &EstimateOptions,
    seed: u64,
) -> Estimate {
    let measure = averaged.measure();
    // Utterances by id and scores by size, so that sums do not depend on the order of the rows.
    let mut labelled: Vec<((&str, &str), f64)> =
        rows.iter().filter_map(|row| Some(((row.utterance_id, row.document_id), averaged.score(row)?))).collect();
    labelled.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let clusters: Vec<Cluster> = labelled
        .chunk_by(|a, b| a.0 == b.0)
        .map(|of_one| Cluster { sum: of_one.iter().map(|(_, score)| score).sum(), n: of_one.len() as u32 })
        .collect();
    let n_segments = labelled.len();
    let mean = (n_segments > 0).then(|| clusters.iter().map(|c| c.sum).sum::<f64>() / n_segments as f64);
    let resampled = match (clusters.len(), n_segments) {
        _ if options.resamples == 0 => None,
        (2.., _) => Some(Resampled::Utterances),
        (1, 2..) => Some(Resampled::Segments),
        _ => None,
    };
    let interval = resampled.map(|unit| {
        let stream = ChaCha8Rng::from_seed(stream_of(seed, level.as_str(), key, target_id, measure.as_str()));
        let segments = || labelled.iter().map(|(_, score)| Cluster { sum: *score, n: 1 }).collect::<Vec<_>>();
        if unit == Resampled::Segments {
            bootstrap(&segments(), options, stream)
        } else {
            bootstrap(&clusters, options, stream)
        }
    });
    let owned = |id: Option<&str>| id.map(str::to_string);
    Estimate {
        level,
        document_id: owned(key.document),
        speaker_id: owned(key.speaker),
        utterance_id: owned(key.utterance),
        theme_id: owned(key.theme),
        target_id: owned(target_id),
        measure,
        mean,
        ci_low: interval.map(|(low, _)| low),
        ci_high: interval.map(|(_, high)| high),
        resampled,
        n_segments,
        n_utterances: clusters.len(),
        share_abstained: (rows.len() - n_segments) as f64 / rows.len() as f64, // a group has at least one row
    }
}

/// The seed of the random numbers of a group; it does not depend on the other groups.
fn stream_of(seed: u64, level: &str, key: Key, target_id: Option<&str>, measure: &str) -> [u8; 32] {
    let mut hash = Sha256::new().chain_update(seed.to_le_bytes());
    let ids = [Some(level), key.document, key.speaker, key.utterance, key.theme, target_id, Some(measure)];
    for id in ids {
        // Lengths separate adjacent ids; an absent id differs from an empty one.
        hash.update(id.map_or(u64::MAX, |id| id.len() as u64).to_le_bytes());
        hash.update(id.unwrap_or_default());
    }
    hash.finalize().into()
}

fn bootstrap(clusters: &[Cluster], options: &EstimateOptions, mut stream: ChaCha8Rng) -> (f64, f64) {
    // More utterances than a u32 can count do not fit into memory.
    let last = u32::try_from(clusters.len()).unwrap_or(u32::MAX);
    let mut means: Vec<f64> = (0..options.resamples)
        .map(|_| {
            let (mut sum, mut n) = (0.0, 0_u64);
            for _ in 0..clusters.len() {
                let drawn = clusters[stream.random_range(0..last) as usize];
                sum += drawn.sum;
                n += u64::from(drawn.n);
            }
            sum / n as f64 // a cluster has at least one segment
        })
        .collect();
    let tail = (1.0 - options.confidence_level) / 2.0;
    (quantile(&mut means, tail), quantile(&mut means, 1.0 - tail))
}

/// Quantile of values, in any order, by linear interpolation: type 7 of Hyndman & Fan (1996). There is at least one value.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let (_, below, larger) = values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
    let above = larger.iter().copied().min_by(f64::total_cmp).unwrap_or(*below);
    *below + (above - *below) * place.fract()
}

#[cfg(test)]
#[path = "estimate_tests.rs"]
mod tests;
