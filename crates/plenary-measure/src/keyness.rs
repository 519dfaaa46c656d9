//! Keyness: the words that one group uses more, or less, than the others.
//!
//! **Input:** how often each term occurs in the texts of a group and in all texts. **Output:** for each term the difference of the logarithms of
//! its odds in the group and elsewhere, with its standard error, z, interval and q value. **Refused:** options outside their range. **Left to
//! others:** which texts belong to which group, names.
//!
//! The method is that of Monroe, Colaresi & Quinn (2008, "Fightin' Words", Political Analysis 16, equations 15, 16, 20 and 22): the odds are
//! smoothed by a Dirichlet prior, and the standard error tells a difference from the noise of rare words.

use plenary_corpus::OptionError;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::erf::erfc;
use unicode_segmentation::UnicodeSegmentation;

use crate::words::{is_word, pieces, word_of};

/// How words of groups are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeynessOptions {
    /// What forms the groups: `speaker`, `theme`, `period`, or a column of people or documents. Empty for no keyness.
    pub by: Vec<String>,
    /// How the prior is spread over the terms.
    pub prior: Prior,
    /// Mean of the prior over the terms, in occurrences, above 0.
    pub prior_weight: f64,
    /// Minimum number of occurrences of a term in all texts of its language.
    pub min_count: u64,
    /// Minimum number of occurrences of terms in the texts of a group.
    pub min_words: u64,
    /// Number of terms of a group in each direction; 0 for all terms.
    pub top: usize,
}

/// How the prior is spread over the terms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prior {
    /// As the terms of all texts are: the informative prior, which shrinks frequent words more.
    #[default]
    Corpus,
    /// Evenly, as `FightingWords` of `ConvoKit` does.
    Uniform,
}

impl Default for KeynessOptions {
    fn default() -> Self {
        Self {
            by: ["speaker", "party", "theme", "period"].map(str::to_owned).to_vec(),
            prior: Prior::default(),
            prior_weight: 0.1,
            min_count: 10,
            min_words: 500,
            top: 25,
        }
    }
}

impl KeynessOptions {
    /// Checks every option except the names in `by`.
    ///
    /// # Errors
    /// [`OptionError`] names the first option that is out of range.
    pub fn check(&self) -> Result<(), OptionError> {
        if !(self.prior_weight > 0.0 && self.prior_weight.is_finite()) {
            return Err(OptionError::new("[keyness] prior_weight", self.prior_weight, "a number above 0, such as 0.1"));
        }
        if self.min_count == 0 {
            return Err(OptionError::new("[keyness] min_count", 0, "at least 1"));
        }
        if let Some(at) = (1..self.by.len()).find(|at| self.by[..*at].contains(&self.by[*at])) {
            return Err(OptionError::new("[keyness] by", format!("`{}` twice", self.by[at]), "each name once"));
        }
        Ok(())
    }

    /// The prior of each term that occurs `all` times.
    pub fn priors(&self, all: &[u64]) -> Vec<f64> {
        let n: u64 = all.iter().sum();
        let total = self.prior_weight * all.len() as f64;
        match self.prior {
            Prior::Corpus => all.iter().map(|count| total * *count as f64 / n as f64).collect(),
            Prior::Uniform => vec![self.prior_weight; all.len()],
        }
    }
}

/// The terms of a text in their order: its words in lower case, without possessives, numbers and single letters.
pub fn terms(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return text.unicode_words().filter_map(word_of).collect();
    }
    pieces(text).into_iter().filter(|(_, piece)| is_word(piece)).filter_map(|(_, piece)| word_of(piece)).collect()
}

/// A term of a group beside the texts of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keyness {
    /// Position of the term.
    pub term: usize,
    /// Occurrences in the group.
    pub n: u64,
    /// Occurrences elsewhere.
    pub n_elsewhere: u64,
    /// Logarithm of the odds in the group minus that elsewhere.
    pub log_odds: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// `log_odds` over its standard error.
    pub z: f64,
    /// Smallest false discovery rate at which the difference counts, among all terms of the group (Benjamini & Hochberg 1995).
    pub q_value: f64,
}

impl Keyness {
    /// The interval of `log_odds` that contains it with this probability if the approximation by the normal distribution holds.
    pub fn interval(&self, confidence_level: f64) -> (f64, f64) {
        let half = Normal::standard().inverse_cdf(0.5 + confidence_level / 2.0) * self.standard_error;
        (self.log_odds - half, self.log_odds + half)
    }
}

/// Compares a group, in which each term occurs `own` times, with the other texts; `all` counts both, and `priors` are those of the terms. Empty
/// if there are fewer than two terms, or all occurrences are in the group or elsewhere.
pub fn keyness(own: &[u64], all: &[u64], priors: &[f64]) -> Vec<Keyness> {
    let (n_own, n_all): (u64, u64) = (own.iter().sum(), all.iter().sum());
    if all.len() < 2 || n_own == 0 || n_own >= n_all {
        return Vec::new();
    }
    let prior_of_all: f64 = priors.iter().sum();
    let (sum_own, sum_rest) = (n_own as f64 + prior_of_all, (n_all - n_own) as f64 + prior_of_all);
    let of_term = |(term, ((own, all), prior)): (usize, ((&u64, &u64), &f64))| {
        let n_elsewhere = all.saturating_sub(*own);
        let (smoothed, elsewhere) = (*own as f64 + prior, n_elsewhere as f64 + prior);
        let log_odds = (smoothed / (sum_own - smoothed)).ln() - (elsewhere / (sum_rest - elsewhere)).ln();
        let standard_error = (smoothed.recip() + elsewhere.recip()).sqrt();
        Keyness { term, n: *own, n_elsewhere, log_odds, standard_error, z: log_odds / standard_error, q_value: 1.0 }
    };
    let mut terms: Vec<Keyness> = own.iter().zip(all).zip(priors).enumerate().map(of_term).collect();
    set_q_values(&mut terms);
    terms
}

/// The q values from two-sided p values of z.
fn set_q_values(terms: &mut [Keyness]) {
    let n = terms.len() as f64;
    let mut order: Vec<usize> = (0..terms.len()).collect();
    // The largest p value, which is that of the smallest |z|, first.
    order.sort_by(|a, b| terms[*a].z.abs().total_cmp(&terms[*b].z.abs()));
    let mut smallest = 1.0_f64;
    for (place, at) in order.into_iter().enumerate() {
        let p = erfc(terms[at].z.abs() / std::f64::consts::SQRT_2);
        smallest = smallest.min(p * n / (n - place as f64));
        terms[at].q_value = smallest;
    }
}

/// The `top` terms with the largest z above 0, the largest first, and the `top` terms with the smallest below 0, the smallest last; all terms if
/// `top` is 0. `spelling` decides about ties.
pub fn strongest(mut terms: Vec<Keyness>, top: usize, spelling: impl Fn(usize) -> String) -> Vec<Keyness> {
    terms.sort_by(|a, b| b.z.total_cmp(&a.z).then_with(|| spelling(a.term).cmp(&spelling(b.term))));
    if top == 0 {
        return terms;
    }
    let n_above = terms.iter().take(top).take_while(|term| term.z > 0.0).count();
    let n_below = terms.iter().rev().take(top).take_while(|term| term.z < 0.0).count();
    let below = terms.split_off(terms.len() - n_below);
    terms.truncate(n_above);
    terms.extend(below);
    terms
}

#[cfg(test)]
#[path = "keyness_tests.rs"]
mod tests;
