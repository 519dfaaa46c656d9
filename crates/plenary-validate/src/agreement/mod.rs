//! How far coders agree.
//!
//! **Input:** for each unit one entry per coder, a category or nothing, and how categories differ. **Output:** percent agreement,
//! Fleiss' kappa and Krippendorff's alpha over all coders, Cohen's kappa and a confusion matrix for each pair of coders, with
//! bootstrap intervals. **Refused:** units of different lengths, unknown categories, fewer than two coders, units of which none was
//! coded twice. **Left to others:** where the codes come from. `evaluation/agreement_reference.py` computes the same with published
//! packages.

use plenary_corpus::OptionError;
use rand::RngExt;

use crate::draws::{quantile, stream_of};

/// The codes of a unit, one entry per coder: the position of a category, or `None` where the coder did not code it.
pub type UnitCodes = Vec<Option<usize>>;

/// How much two categories differ.
#[derive(Debug, Clone, PartialEq)]
pub enum Scale {
    /// Categories are equal or not.
    Nominal,
    /// Categories are ordered by their positions.
    Ordinal,
    /// Categories are numbers, one for each position, in ascending order.
    Interval(Vec<f64>),
}

/// How intervals are made.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreementOptions {
    /// Draws of the bootstrap; 0 for no intervals.
    pub resamples: usize,
    /// Coverage of the intervals, between 0 and 1.
    pub confidence_level: f64,
    /// Seed of the draws.
    pub seed: u64,
}

impl Default for AgreementOptions {
    fn default() -> Self {
        Self { resamples: 1000, confidence_level: 0.95, seed: 0 }
    }
}

/// Minimum number of draws for percentiles to be meaningful.
const RESAMPLES_AT_LEAST: usize = 100;

impl AgreementOptions {
    /// Checks every option.
    ///
    /// # Errors
    /// [`OptionError`] names the first option that is out of range.
    pub fn check(&self) -> Result<(), OptionError> {
        if (1..RESAMPLES_AT_LEAST).contains(&self.resamples) {
            let expected = format!("0 for no intervals, or at least {RESAMPLES_AT_LEAST}");
            return Err(OptionError::new("resamples", self.resamples, expected));
        }
        if !(self.confidence_level > 0.0 && self.confidence_level < 1.0) {
            let expected = "a number between 0 and 1, such as 0.95";
            return Err(OptionError::new("confidence_level", self.confidence_level, expected));
        }
        Ok(())
    }
}

/// A coefficient with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// The coefficient; `None` where it is not defined, as where all codes are the same category.
    pub value: Option<f64>,
    /// Percentile interval of the bootstrap over units. `None` without draws, or where more than 5 % of the draws leave the
    /// coefficient undefined.
    pub interval: Option<(f64, f64)>,
}

/// Two coders.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Positions of the coders.
    pub coders: (usize, usize),
    /// Number of units that both coded.
    pub n_units: usize,
    /// Share of these units with equal codes.
    pub percent: Coefficient,
    /// Cohen's kappa.
    pub cohen: Coefficient,
    /// Number of units for each category of the first coder (rows) and of the second (columns).
    pub confusion: Vec<Vec<usize>>,
}

/// How far coders agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Number of units with at least one code.
    pub n_units: usize,
    /// Number of units with at least two codes.
    pub n_pairable: usize,
    /// Mean over the units with at least two codes of the share of pairs of coders that agree.
    pub percent: Coefficient,
    /// Fleiss' kappa.
    pub fleiss: Coefficient,
    /// Krippendorff's alpha for nominal data.
    pub alpha_nominal: Coefficient,
    /// Krippendorff's alpha for ordinal data, if the categories are ordered.
    pub alpha_ordinal: Option<Coefficient>,
    /// Krippendorff's alpha for interval data, if the categories are numbers.
    pub alpha_interval: Option<Coefficient>,
    /// All pairs of coders that coded at least one unit in common, in the order of the coders.
    pub pairs: Vec<Pair>,
}

/// Why agreement cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AgreementError {
    /// A unit has another number of entries than the first one.
    #[error("unit {unit} has {found} entries; expected {expected}, one for each coder")]
    Ragged {
        /// Position of the unit.
        unit: usize,
        /// Its number of entries.
        found: usize,
        /// The number of entries of the first unit.
        expected: usize,
    },
    /// A category does not exist.
    #[error("unit {unit} has the category {found}; expected a number below {n_categories}")]
    Category {
        /// Position of the unit.
        unit: usize,
        /// The category.
        found: usize,
        /// Number of categories.
        n_categories: usize,
    },
    /// The numbers of an interval scale do not fit the categories.
    #[error("the interval scale has {found} numbers; expected {n_categories} finite ones, one for each category")]
    Scale {
        /// Number of numbers.
        found: usize,
        /// Number of categories.
        n_categories: usize,
    },
    /// There is nothing to compare.
    #[error("there is one coder; agreement needs at least two")]
    OneCoder,
    /// No unit has two codes.
    #[error("no unit was coded by two coders; code some units twice")]
    NothingInCommon,
    /// An option is out of range.
    #[error(transparent)]
    Option(#[from] OptionError),
}

/// How far coders agree on units. `item` names what is coded, such as a target; the draws of the bootstrap depend on the seed and
/// on it, so that the intervals of an item do not depend on other items.
///
/// # Errors
/// [`AgreementError`].
pub fn agreement(
    units: &[UnitCodes],
    n_categories: usize,
    scale: &Scale,
    options: &AgreementOptions,
    item: &str,
) -> Result<Agreement, AgreementError> {
    options.check()?;
    check(units, n_categories, scale)?;
    let n_coders = units.first().map_or(0, Vec::len);
    let codes = present(units);
    let n_pairable = codes.iter().filter(|codes| codes.len() > 1).count();
    if n_coders < 2 {
        return Err(AgreementError::OneCoder);
    }
    if n_pairable == 0 {
        return Err(AgreementError::NothingInCommon);
    }
    let all = Resampled { options, item, n: codes.len() };
    let alpha = |name: &str, scale: &Scale| {
        all.coefficient(name, |draws| Coincidences::of(&codes, draws, n_categories).alpha(scale))
    };
    Ok(Agreement {
        n_units: codes.len(),
        n_pairable,
        percent: all.coefficient("percent", |draws| percent_of(&codes, draws)),
        fleiss: all.coefficient("fleiss", |draws| fleiss_of(&codes, draws, n_categories)),
        alpha_nominal: alpha("alpha_nominal", &Scale::Nominal),
        alpha_ordinal: (*scale != Scale::Nominal).then(|| alpha("alpha_ordinal", &Scale::Ordinal)),
        alpha_interval: matches!(scale, Scale::Interval(_)).then(|| alpha("alpha_interval", scale)),
        pairs: pairs(units, n_coders, n_categories, options, item),
    })
}

/// Mean over the units with at least two codes of the share of pairs of coders that agree (`P` bar of Fleiss 1971); for two coders
/// the share of units with equal codes. `None` if no unit has two codes.
pub fn percent(units: &[UnitCodes]) -> Option<f64> {
    let codes = present(units);
    percent_of(&codes, &vec![1.0; codes.len()])
}

/// Cohen's kappa (Cohen 1960) of two coders on the units that both coded. `None` if there are none, or if both coders always use the
/// same category.
pub fn cohen(codes: &[(usize, usize)], n_categories: usize) -> Option<f64> {
    cohen_of(codes, &vec![1.0; codes.len()], n_categories)
}

/// Fleiss' kappa (Fleiss 1971). Where the number of coders varies between units it is the generalisation of Gwet (2014, *Handbook of
/// Inter-Rater Reliability*, chapter 2): the chance agreement is taken over all units with a code, with each unit's shares of
/// categories. `None` if no unit has two codes, or if all codes are the same category.
pub fn fleiss(units: &[UnitCodes], n_categories: usize) -> Option<f64> {
    let codes = present(units);
    fleiss_of(&codes, &vec![1.0; codes.len()], n_categories)
}

/// Krippendorff's alpha (Krippendorff 2011, *Computing Krippendorff's Alpha-Reliability*) for any number of coders and missing codes.
/// `None` if no unit has two codes, or if all these codes are the same category.
pub fn krippendorff(units: &[UnitCodes], n_categories: usize, scale: &Scale) -> Option<f64> {
    let codes = present(units);
    Coincidences::of(&codes, &vec![1.0; codes.len()], n_categories).alpha(scale)
}

fn check(units: &[UnitCodes], n_categories: usize, scale: &Scale) -> Result<(), AgreementError> {
    let expected = units.first().map_or(0, Vec::len);
    for (at, unit) in units.iter().enumerate() {
        if unit.len() != expected {
            return Err(AgreementError::Ragged { unit: at, found: unit.len(), expected });
        }
        if let Some(found) = unit.iter().flatten().find(|code| **code >= n_categories) {
            return Err(AgreementError::Category { unit: at, found: *found, n_categories });
        }
    }
    match scale {
        Scale::Interval(numbers) if numbers.len() != n_categories || numbers.iter().any(|one| !one.is_finite()) => {
            Err(AgreementError::Scale { found: numbers.len(), n_categories })
        }
        _ => Ok(()),
    }
}

/// The codes of the units that have any.
fn present(units: &[UnitCodes]) -> Vec<Vec<usize>> {
    let codes = units.iter().map(|unit| unit.iter().flatten().copied().collect::<Vec<usize>>());
    codes.filter(|codes| !codes.is_empty()).collect()
}

/// What is resampled: `n` units of an item.
struct Resampled<'a> {
    options: &'a AgreementOptions,
    item: &'a str,
    n: usize,
}

impl Resampled<'_> {
    /// A coefficient with its interval. `compute` takes how often each unit was drawn.
    fn coefficient(&self, name: &str, compute: impl Fn(&[f64]) -> Option<f64>) -> Coefficient {
        let value = compute(&vec![1.0; self.n]);
        let mut random = stream_of(self.options.seed, &["agreement", self.item, name]);
        // More units than a u32 can count do not fit into memory.
        let n = u32::try_from(self.n).unwrap_or(u32::MAX);
        let mut drawn: Vec<f64> = (0..if value.is_some() { self.options.resamples } else { 0 })
            .filter_map(|_| {
                let mut draws = vec![0.0; self.n];
                for _ in 0..n {
                    draws[random.random_range(0..n) as usize] += 1.0;
                }
                compute(&draws)
            })
            .collect();
        drawn.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - self.options.confidence_level) / 2.0;
        let enough = drawn.len() as f64 >= 0.95 * self.options.resamples as f64;
        let interval =
            quantile(&drawn, tail).zip(quantile(&drawn, 1.0 - tail)).filter(|_| enough && self.options.resamples > 0);
        Coefficient { value, interval }
    }
}

fn pairs(
    units: &[UnitCodes],
    n_coders: usize,
    n_categories: usize,
    options: &AgreementOptions,
    item: &str,
) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for second in 1..n_coders {
        for first in 0..second {
            let both: Vec<(usize, usize)> =
                units.iter().filter_map(|unit| Some((unit[first]?, unit[second]?))).collect();
            if both.is_empty() {
                continue;
            }
            let mut confusion = vec![vec![0; n_categories]; n_categories];
            for (a, b) in &both {
                confusion[*a][*b] += 1;
            }
            let of_pair = Resampled { options, item, n: both.len() };
            let name = |coefficient: &str| format!("{coefficient} {first} {second}");
            let codes: Vec<Vec<usize>> = both.iter().map(|(a, b)| vec![*a, *b]).collect();
            pairs.push(Pair {
                coders: (first, second),
                n_units: both.len(),
                percent: of_pair.coefficient(&name("percent"), |draws| percent_of(&codes, draws)),
                cohen: of_pair.coefficient(&name("cohen"), |draws| cohen_of(&both, draws, n_categories)),
                confusion,
            });
        }
    }
    pairs.sort_by_key(|pair| pair.coders);
    pairs
}

fn percent_of(codes: &[Vec<usize>], draws: &[f64]) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0.0);
    for (codes, draws) in codes.iter().zip(draws) {
        if codes.len() < 2 {
            continue;
        }
        let equal = codes.iter().enumerate().flat_map(|(at, a)| codes[..at].iter().map(move |b| a == b));
        let n_pairs = codes.len() * (codes.len() - 1) / 2;
        sum += draws * equal.filter(|equal| *equal).count() as f64 / n_pairs as f64;
        n += draws;
    }
    (n > 0.0).then(|| sum / n)
}

fn cohen_of(codes: &[(usize, usize)], draws: &[f64], n_categories: usize) -> Option<f64> {
    let (mut first, mut second) = (vec![0.0; n_categories], vec![0.0; n_categories]);
    let (mut equal, mut n) = (0.0, 0.0);
    for ((a, b), draws) in codes.iter().zip(draws) {
        first[*a] += draws;
        second[*b] += draws;
        equal += if a == b { *draws } else { 0.0 };
        n += draws;
    }
    let chance = first.iter().zip(&second).map(|(a, b)| a * b).sum::<f64>() / (n * n);
    corrected(equal / n, chance)
}

fn fleiss_of(codes: &[Vec<usize>], draws: &[f64], n_categories: usize) -> Option<f64> {
    let observed = percent_of(codes, draws)?;
    let mut shares = vec![0.0; n_categories];
    for (codes, draws) in codes.iter().zip(draws) {
        for code in codes {
            shares[*code] += draws / codes.len() as f64;
        }
    }
    let n: f64 = draws.iter().sum();
    corrected(observed, shares.iter().map(|share| (share / n) * (share / n)).sum())
}

/// Agreement beyond chance, as a share of what is possible beyond chance.
fn corrected(observed: f64, chance: f64) -> Option<f64> {
    (chance < 1.0 - 1e-12).then(|| (observed - chance) / (1.0 - chance))
}

/// How often two categories were given to the same unit, each pair divided by the unit's number of codes less one.
struct Coincidences {
    of: Vec<Vec<f64>>,
}

impl Coincidences {
    fn of(codes: &[Vec<usize>], draws: &[f64], n_categories: usize) -> Self {
        let mut of = vec![vec![0.0; n_categories]; n_categories];
        for (codes, draws) in codes.iter().zip(draws) {
            if codes.len() < 2 || *draws == 0.0 {
                continue;
            }
            let weight = draws / (codes.len() - 1) as f64;
            for (at, a) in codes.iter().enumerate() {
                for b in &codes[..at] {
                    of[*a][*b] += weight;
                    of[*b][*a] += weight;
                }
            }
        }
        Self { of }
    }

    fn alpha(&self, scale: &Scale) -> Option<f64> {
        let totals: Vec<f64> = self.of.iter().map(|row| row.iter().sum()).collect();
        let n: f64 = totals.iter().sum();
        let (mut observed, mut expected) = (0.0, 0.0);
        for (c, row) in self.of.iter().enumerate() {
            for (k, coincidences) in row.iter().enumerate().skip(c + 1) {
                let difference = match scale {
                    Scale::Nominal => 1.0,
                    Scale::Ordinal => totals[c..=k].iter().sum::<f64>() - (totals[c] + totals[k]) / 2.0,
                    Scale::Interval(numbers) => numbers[c] - numbers[k],
                };
                observed += coincidences * difference * difference;
                expected += totals[c] * totals[k] * difference * difference;
            }
        }
        (expected > 0.0).then(|| 1.0 - (n - 1.0) * observed / expected)
    }
}

#[cfg(test)]
mod tests;
