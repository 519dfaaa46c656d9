//! Repeated answers to one outcome, and how far they agree.
//!
//! **Input**: for each unit, the results of its repeated calls. **Output**: the code of more than half of the calls, or a
//! failure; over all units, the share with unequal answers and Krippendorff's alpha for nominal data (Krippendorff 2019,
//! *Content Analysis*, 4th ed., chapter 12), with failures as missing values. **Left to others**: the calls.

use crate::error::{Failure, FailureReason};

/// The result for one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitAnswer {
    /// A code, or why there is none.
    pub outcome: Outcome,
    /// The key of the answer in the folder of answers, for repeated calls that of the first; 64 hex digits.
    pub key: String,
    /// Number of repeated calls that gave a code.
    pub n_answers: usize,
    /// Share of these that gave the code of the outcome, or, without a code, the commonest code; `None` without an answer.
    pub agreement: Option<f32>,
}

/// A code, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The unit has this code.
    Coded {
        /// Position of the code in the codebook.
        code: usize,
        /// Probabilities of the codes.
        probabilities: Probabilities,
    },
    /// The unit has no code.
    Failed(Failure),
}

/// Probabilities of the codes, in the order of the codebook, and where they come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Probabilities {
    /// From the log-probabilities of tokens, means over the repeated calls; they sum to one.
    OfTokens(Vec<f32>),
    /// Shares of the repeated calls that gave each code; they sum to one.
    OfRepeats(Vec<f32>),
    /// The server sends none, and calls are not repeated.
    NotOffered,
}

/// The code of one call, with probabilities from its tokens if offered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Coded {
    pub(crate) code: usize,
    pub(crate) probabilities: Option<Vec<f32>>,
}

/// The outcome of the repeated calls for one unit.
pub(crate) fn combine(results: &[Result<Coded, Failure>], key: &str, n_codes: usize) -> UnitAnswer {
    let coded: Vec<&Coded> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
    let counts = counts(&coded, n_codes);
    let most = counts.iter().copied().max().unwrap_or(0);
    let agreement = (!coded.is_empty()).then(|| most as f32 / coded.len() as f32);
    let outcome = match counts.iter().position(|&n| n * 2 > results.len()) {
        Some(code) => Outcome::Coded { code, probabilities: probabilities(&coded, &counts, results.len()) },
        None => Outcome::Failed(match results.iter().find_map(|result| result.as_ref().err()) {
            Some(failure) if most == 0 || results.len() == 1 => failure.clone(),
            _ => Failure::new(FailureReason::NoMajority, format!("{most} of {} calls agree", results.len())),
        }),
    };
    UnitAnswer { outcome, key: key.to_owned(), n_answers: coded.len(), agreement }
}

fn counts(coded: &[&Coded], n_codes: usize) -> Vec<usize> {
    let mut counts = vec![0; n_codes];
    for one in coded {
        counts[one.code] += 1;
    }
    counts
}

fn probabilities(coded: &[&Coded], counts: &[usize], n_calls: usize) -> Probabilities {
    let of_tokens: Vec<&Vec<f32>> = coded.iter().filter_map(|one| one.probabilities.as_ref()).collect();
    if of_tokens.len() == coded.len() {
        let mean = |code: usize| {
            let sum: f64 = of_tokens.iter().map(|one| f64::from(one[code])).sum();
            (sum / of_tokens.len() as f64) as f32
        };
        return Probabilities::OfTokens((0..counts.len()).map(mean).collect());
    }
    match n_calls {
        1 => Probabilities::NotOffered,
        _ => Probabilities::OfRepeats(counts.iter().map(|&n| n as f32 / coded.len() as f32).collect()),
    }
}

/// How far repeated calls agree.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Agreement {
    /// Number of units with at least two answers.
    pub n_units: usize,
    /// Number of these whose answers are not all equal.
    pub n_unequal: usize,
    /// For each number of answers per unit, how often two codes occur in one unit: exact counts of ordered pairs.
    pairs: std::collections::BTreeMap<usize, Vec<u64>>,
    n_codes: usize,
}

impl Agreement {
    /// Counts the answers of one unit.
    pub(crate) fn add(&mut self, results: &[Result<Coded, Failure>], n_codes: usize) {
        let coded: Vec<&Coded> = results.iter().filter_map(|result| result.as_ref().ok()).collect();
        if coded.len() < 2 {
            return;
        }
        let counts = counts(&coded, n_codes);
        self.n_codes = n_codes;
        self.n_units += 1;
        self.n_unequal += usize::from(!counts.contains(&coded.len()));
        let pairs = self.pairs.entry(coded.len()).or_insert_with(|| vec![0; n_codes * n_codes]);
        for (a, &n_a) in counts.iter().enumerate() {
            for (b, &n_b) in counts.iter().enumerate() {
                pairs[a * n_codes + b] += (n_a * if a == b { n_a.saturating_sub(1) } else { n_b }) as u64;
            }
        }
    }

    /// Share of units whose answers are not all equal, in [0, 1]; `None` without units.
    pub fn share_unequal(&self) -> Option<f64> {
        (self.n_units > 0).then(|| self.n_unequal as f64 / self.n_units as f64)
    }

    /// Krippendorff's alpha, nominal: 1 for perfect agreement, 0 for that of chance. `None` without units, or if all answers are
    /// the same code, for which it is not defined.
    pub fn alpha(&self) -> Option<f64> {
        let k = self.n_codes;
        let mut coincidences = vec![0.0_f64; k * k];
        for (&m, pairs) in &self.pairs {
            for (sum, &n) in coincidences.iter_mut().zip(pairs) {
                *sum += n as f64 / (m as f64 - 1.0);
            }
        }
        let of_code = |a: usize| -> f64 { coincidences[a * k..(a + 1) * k].iter().sum() };
        let totals: Vec<f64> = (0..k).map(of_code).collect();
        let n: f64 = totals.iter().sum();
        let observed = n - (0..k).map(|a| coincidences[a * k + a]).sum::<f64>();
        let expected = (n * n - totals.iter().map(|total| total * total).sum::<f64>()) / (n - 1.0);
        (n > 1.0 && expected > 0.0).then(|| 1.0 - observed / expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "a result among others")]
    fn coded(code: usize) -> Result<Coded, Failure> {
        Ok(Coded { code, probabilities: None })
    }

    fn failed() -> Result<Coded, Failure> {
        Err(Failure::new(FailureReason::CutOff, ""))
    }

    #[test]
    fn more_than_half_of_all_calls_decide() {
        let code = |results: &[Result<Coded, Failure>]| match combine(results, "", 3).outcome {
            Outcome::Coded { code, .. } => Ok(code),
            Outcome::Failed(failure) => Err(failure.reason),
        };
        assert_eq!(code(&[coded(1)]), Ok(1));
        assert_eq!(code(&[coded(1), coded(2), coded(1)]), Ok(1));
        assert_eq!(code(&[coded(1), failed(), coded(1)]), Ok(1));
        assert_eq!(code(&[coded(1), failed(), coded(2)]), Err(FailureReason::NoMajority));
        assert_eq!(code(&[coded(1), failed(), failed()]), Err(FailureReason::NoMajority));
        assert_eq!(code(&[coded(0), coded(1), coded(2)]), Err(FailureReason::NoMajority));
        assert_eq!(code(&[coded(0), coded(1)]), Err(FailureReason::NoMajority));
        assert_eq!(code(&[failed(), failed(), failed()]), Err(FailureReason::CutOff));
        assert_eq!(code(&[failed()]), Err(FailureReason::CutOff));
    }

    #[test]
    fn probabilities_are_means_of_tokens_or_shares_of_calls() {
        let with = |code, p: [f32; 2]| Ok(Coded { code, probabilities: Some(p.to_vec()) });
        let found = |results: &[Result<Coded, Failure>]| match combine(results, "", 2).outcome {
            Outcome::Coded { probabilities, .. } => probabilities,
            Outcome::Failed(failure) => panic!("{failure:?}"),
        };
        assert_eq!(found(&[coded(0)]), Probabilities::NotOffered);
        let mean = found(&[with(0, [0.75, 0.25]), with(0, [0.5, 0.5])]);
        assert_eq!(mean, Probabilities::OfTokens(vec![0.625, 0.375]));
        let shares = found(&[with(0, [0.75, 0.25]), coded(0), coded(1)]);
        assert_eq!(shares, Probabilities::OfRepeats(vec![2.0 / 3.0, 1.0 / 3.0]));
        assert_eq!(combine(&[coded(0), coded(0), coded(1)], "", 2).agreement, Some(2.0 / 3.0));
    }

    /// The reliability data of Krippendorff's "Computing Krippendorff's Alpha-Reliability" (2011), section C: four observers,
    /// twelve units, five codes, missing values; nominal alpha is 0.743.
    #[test]
    fn alpha_is_that_of_the_published_example() {
        let observers = [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ];
        let mut agreement = Agreement::default();
        for unit in 0..12 {
            let answer = |row: &[usize; 12]| if row[unit] == 0 { failed() } else { coded(row[unit] - 1) };
            agreement.add(&observers.iter().map(answer).collect::<Vec<_>>(), 5);
        }
        assert!((agreement.alpha().unwrap() - 0.743).abs() < 0.0005, "{:?}", agreement.alpha());
        assert_eq!((agreement.n_units, agreement.n_unequal), (11, 3));
    }

    #[test]
    fn alpha_is_undefined_without_variation() {
        let mut agreement = Agreement::default();
        assert_eq!((agreement.alpha(), agreement.share_unequal()), (None, None));
        agreement.add(&[coded(1)], 3);
        assert_eq!(agreement.n_units, 0);
        agreement.add(&[coded(1), coded(1)], 3);
        assert_eq!((agreement.alpha(), agreement.share_unequal()), (None, Some(0.0)));
        agreement.add(&[coded(2), coded(2)], 3);
        assert_eq!(agreement.alpha(), Some(1.0));
    }
}
