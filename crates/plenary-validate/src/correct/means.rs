//! Four means of a group with their intervals, and differences between groups.
//!
//! **Input:** units of a group with calibrated predictions. **Output:** [`GroupMeans`], differences. **Refused:** groups with too few
//! codings or clusters, as a [`Refusal`]. **Left to others:** calibration.
//!
//! Each mean is a sum over clusters of what the cluster contributes to its deviation (the linearised or influence values), and the
//! variance is the sum of their squares times `C / (C - 1)` for `C` clusters (Liang & Zeger 1986). Intervals use Student's t with the
//! number of clusters that have codings, less one, as degrees of freedom; for predictions alone the number of all clusters.

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, StudentsT};

use super::power::Power;
use super::{CorrectOptions, Unit};

/// How a mean is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Estimator {
    /// The mean of the predictions of all units, as if they were codes.
    Raw,
    /// The mean of the codes, weighted by the inverse of the probabilities (Hájek 1971). No prediction is used.
    HandCoded,
    /// Design-based supervised learning: the mean of the pseudo-outcomes.
    Dsl,
    /// Prediction-powered inference with power tuning.
    Ppi,
}

impl Estimator {
    /// All estimators.
    pub const ALL: [Self; 4] = [Self::Raw, Self::HandCoded, Self::Dsl, Self::Ppi];

    /// Name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::HandCoded => "hand_coded",
            Self::Dsl => "dsl",
            Self::Ppi => "ppi",
        }
    }

    fn position(self) -> usize {
        match self {
            Self::Raw => 0,
            Self::HandCoded => 1,
            Self::Dsl => 2,
            Self::Ppi => 3,
        }
    }
}

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its cluster-robust standard error.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Degrees of freedom of the interval.
    pub degrees_of_freedom: usize,
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The group has no units.
    NoUnits,
    /// The group has too few codings.
    TooFewCodings,
    /// All codings of the group are the same, so that nothing is known of how they vary.
    OneValue,
    /// All units, or all codings, of the group are in a single cluster.
    OneCluster,
}

impl Refusal {
    /// Name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoUnits => "no_units",
            Self::TooFewCodings => "too_few_codings",
            Self::OneValue => "one_value",
            Self::OneCluster => "one_cluster",
        }
    }
}

/// An estimate, or why there is none.
pub type Outcome = Result<Estimate, Refusal>;

/// A mean, and what each cluster contributes to its deviation.
#[derive(Debug, Clone, PartialEq)]
struct Linearised {
    value: f64,
    contributions: BTreeMap<usize, f64>,
    degrees_of_freedom: usize,
}

/// The means of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupMeans {
    /// Number of units.
    pub n_units: usize,
    /// Number of coded units.
    pub n_coded: usize,
    /// Number of clusters.
    pub n_clusters: usize,
    /// Number of clusters with coded units.
    pub n_coded_clusters: usize,
    /// The share of the predictions that PPI++ uses: 0 for none, 1 for all (lambda of Angelopoulos et al. 2023, section 6). `None` if
    /// nothing is estimated.
    pub lambda: Option<f64>,
    /// What the correction was worth; `None` if nothing is estimated.
    pub power: Option<Power>,
    confidence_level: f64,
    of: [Result<Linearised, Refusal>; 4],
}

impl GroupMeans {
    /// The estimate by an estimator.
    pub fn of(&self, estimator: Estimator) -> Outcome {
        let mean = self.of[estimator.position()].as_ref().map_err(|refusal| *refusal)?;
        mean.estimate(self.confidence_level)
    }

    pub(super) fn new(
        units: &[Unit],
        members: &[usize],
        calibrated: &[f64],
        pseudo: &[f64],
        options: &CorrectOptions,
    ) -> Self {
        let group = Group::new(units, members);
        let refusal = group.refusal(options);
        let raw = if members.is_empty() { Err(Refusal::NoUnits) } else { Ok(group.raw()) };
        let (mut lambda, mut power) = (None, None);
        let corrected = match refusal {
            Some(refusal) => [Err(refusal), Err(refusal), Err(refusal)],
            None => {
                let (hand, dsl) = (group.hand_coded(), group.mean_of(pseudo));
                let (ppi, tuned) = group.ppi();
                lambda = Some(tuned);
                power = Some(Power::of(&group.design(calibrated), hand.variance(), dsl.variance()));
                [Ok(hand), Ok(dsl), Ok(ppi)]
            }
        };
        let [hand, dsl, ppi] = corrected;
        Self {
            n_units: members.len(),
            n_coded: group.coded.len(),
            n_clusters: group.n_clusters,
            n_coded_clusters: group.n_coded_clusters,
            lambda,
            power,
            confidence_level: options.confidence_level,
            of: [raw, hand, dsl, ppi],
        }
    }
}

/// The difference of the means of two groups, `first - second`. Clusters that have units in both groups contribute once, so that what
/// they have in common cancels out. The degrees of freedom are the number of clusters less two.
///
/// # Errors
/// [`Refusal`] of the group that has no estimate or no interval.
pub fn difference(first: &GroupMeans, second: &GroupMeans, estimator: Estimator) -> Outcome {
    // A group without an interval would count as one without variation.
    let of = |group: &GroupMeans| group.of(estimator).and(group.of[estimator.position()].clone());
    let (first_mean, second_mean) = (of(first)?, of(second)?);
    let mut contributions = first_mean.contributions;
    for (cluster, contribution) in second_mean.contributions {
        *contributions.entry(cluster).or_default() -= contribution;
    }
    let both = Linearised {
        value: first_mean.value - second_mean.value,
        contributions,
        degrees_of_freedom: first_mean.degrees_of_freedom + second_mean.degrees_of_freedom,
    };
    both.estimate(first.confidence_level)
}

impl Linearised {
    fn variance(&self) -> Option<f64> {
        let n = self.contributions.len() as f64;
        (n > 1.0).then(|| n / (n - 1.0) * self.contributions.values().map(|one| one * one).sum::<f64>())
    }

    fn estimate(&self, confidence_level: f64) -> Outcome {
        let variance = self.variance().filter(|_| self.degrees_of_freedom > 0).ok_or(Refusal::OneCluster)?;
        let standard_error = variance.sqrt();
        let half = quantile_of_t(self.degrees_of_freedom, confidence_level) * standard_error;
        Ok(Estimate {
            value: self.value,
            standard_error,
            low: self.value - half,
            high: self.value + half,
            degrees_of_freedom: self.degrees_of_freedom,
        })
    }
}

/// The number of standard errors from the estimate to an end of its interval.
pub(super) fn quantile_of_t(degrees_of_freedom: usize, confidence_level: f64) -> f64 {
    let t = StudentsT::new(0.0, 1.0, degrees_of_freedom.max(1) as f64);
    t.map_or(f64::INFINITY, |t| t.inverse_cdf((1.0 + confidence_level) / 2.0))
}

/// A coded unit with the weight of its code.
#[derive(Debug, Clone, Copy)]
struct Coded {
    at: usize,
    value: f64,
    probability: f64,
    /// `weight / probability`.
    weight: f64,
}

/// Units of a group.
struct Group<'u> {
    units: &'u [Unit],
    members: &'u [usize],
    coded: Vec<Coded>,
    /// Sum of the weights of all units.
    total: f64,
    /// Sum of the weights of the codes.
    coded_total: f64,
    n_clusters: usize,
    n_coded_clusters: usize,
}

/// What the variance by coding alone is computed from.
pub(super) struct Design {
    /// Number of codings.
    pub(super) n: usize,
    /// Variance of the corrected mean over repeated draws of the sample from this corpus.
    pub(super) variance: f64,
}

impl<'u> Group<'u> {
    fn new(units: &'u [Unit], members: &'u [usize]) -> Self {
        let coded: Vec<Coded> = members
            .iter()
            .filter_map(|at| {
                let code = units[*at].code?;
                let weight = units[*at].weight / code.probability;
                Some(Coded { at: *at, value: code.value, probability: code.probability, weight })
            })
            .collect();
        let distinct = |clusters: &mut dyn Iterator<Item = usize>| {
            let mut clusters: Vec<usize> = clusters.collect();
            clusters.sort_unstable();
            clusters.dedup();
            clusters.len()
        };
        Self {
            total: members.iter().map(|at| units[*at].weight).sum(),
            coded_total: coded.iter().map(|one| one.weight).sum(),
            n_clusters: distinct(&mut members.iter().map(|at| units[*at].cluster)),
            n_coded_clusters: distinct(&mut coded.iter().map(|one| units[one.at].cluster)),
            units,
            members,
            coded,
        }
    }

    fn refusal(&self, options: &CorrectOptions) -> Option<Refusal> {
        if self.members.is_empty() {
            Some(Refusal::NoUnits)
        } else if self.coded.len() < options.codings_at_least {
            Some(Refusal::TooFewCodings)
        } else if self.coded.iter().all(|one| one.value == self.coded[0].value) {
            Some(Refusal::OneValue)
        } else if self.n_coded_clusters < 2 {
            Some(Refusal::OneCluster)
        } else {
            None
        }
    }

    /// A mean of values per unit over all units.
    fn over_all(&self, value: impl Fn(usize) -> f64, n_clusters: usize) -> Linearised {
        let mean = self.members.iter().map(|at| self.units[*at].weight * value(*at)).sum::<f64>() / self.total;
        let mut contributions: BTreeMap<usize, f64> = BTreeMap::new();
        for at in self.members {
            let unit = &self.units[*at];
            *contributions.entry(unit.cluster).or_default() += unit.weight * (value(*at) - mean) / self.total;
        }
        Linearised { value: mean, contributions, degrees_of_freedom: n_clusters.saturating_sub(1) }
    }

    fn raw(&self) -> Linearised {
        self.over_all(|at| self.units[at].prediction, self.n_clusters)
    }

    fn mean_of(&self, pseudo: &[f64]) -> Linearised {
        self.over_all(|at| pseudo[at], self.n_coded_clusters)
    }

    /// The weighted mean over the codings of what `value` makes of them.
    fn coded_mean(&self, value: impl Fn(&Coded) -> f64) -> f64 {
        self.coded.iter().map(|one| one.weight * value(one)).sum::<f64>() / self.coded_total
    }

    fn hand_coded(&self) -> Linearised {
        let mean = self.coded_mean(|one| one.value);
        let mut contributions: BTreeMap<usize, f64> = BTreeMap::new();
        for one in &self.coded {
            let cluster = self.units[one.at].cluster;
            *contributions.entry(cluster).or_default() += one.weight * (one.value - mean) / self.coded_total;
        }
        Linearised { value: mean, contributions, degrees_of_freedom: self.n_coded_clusters.saturating_sub(1) }
    }

    /// The mean of PPI++ and its lambda. With equal probabilities and weights it is that of the paper, which takes the predictions'
    /// mean over the uncoded units and multiplies it by `lambda`; here it is taken over all units and multiplied by
    /// `slope = lambda * (1 + coded / uncoded)`. The two are the same number.
    fn ppi(&self) -> (Linearised, f64) {
        let prediction = |at: usize| self.units[at].prediction;
        let of_all = self.raw().value;
        let (of_coded, mean) = (self.coded_mean(|one| prediction(one.at)), self.coded_mean(|one| one.value));
        let covariance = self.coded_mean(|one| (prediction(one.at) - of_coded) * (one.value - mean));
        let n = self.members.len() as f64;
        let squares = self.members.iter().map(|at| self.units[*at].weight * (prediction(*at) - of_all).powi(2));
        let variance = squares.sum::<f64>() / self.total * n / (n - 1.0).max(1.0);
        let uncoded = n - self.coded.len() as f64;
        let most = if uncoded > 0.0 { n / uncoded } else { 1.0 };
        let lambda = if variance > 1e-12 { (covariance / variance / most).clamp(0.0, 1.0) } else { 0.0 };
        let slope = lambda * most;
        let residual = |one: &Coded| one.value - slope * prediction(one.at);
        let rectifier = self.coded_mean(residual);
        let mut contributions: BTreeMap<usize, f64> = BTreeMap::new();
        for at in self.members {
            let unit = &self.units[*at];
            let deviation = unit.weight * slope * (unit.prediction - of_all) / self.total;
            *contributions.entry(unit.cluster).or_default() += deviation;
        }
        for one in &self.coded {
            let deviation = one.weight * (residual(one) - rectifier) / self.coded_total;
            *contributions.entry(self.units[one.at].cluster).or_default() += deviation;
        }
        let degrees_of_freedom = self.n_coded_clusters.saturating_sub(1);
        (Linearised { value: slope * of_all + rectifier, contributions, degrees_of_freedom }, lambda)
    }

    /// The variance of the DSL mean by the draw of the sample alone, for units that are drawn independently of each other:
    /// `sum of (1 - p) / p^2 * (weight * residual)^2` over the codings.
    fn design(&self, calibrated: &[f64]) -> Design {
        let of = |one: &Coded| {
            let deviation = self.units[one.at].weight * (one.value - calibrated[one.at]) / self.total;
            (1.0 - one.probability) / one.probability.powi(2) * deviation * deviation
        };
        Design { n: self.coded.len(), variance: self.coded.iter().map(of).sum() }
    }
}
