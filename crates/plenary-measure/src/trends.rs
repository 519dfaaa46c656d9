//! Themes over time: counts of documents to shares of periods with intervals, and bursts.
//!
//! **Input:** the segments and words of each document with its period, and those of one theme. **Output:** the theme's shares of
//! each period, and whether the period is in a burst of the theme. Intervals leave out one document after the other. Nothing is
//! random, and a theme does not depend on the others. **Refused:** nothing. **Left to others:** which period a document belongs to,
//! and names. `docs/explanation/themes.md` states the method and how often it finds bursts where there are none.

use crate::groups::{Share, share};

/// How much larger the share of a theme is in a burst than over all periods (the `s` of Kleinberg 2002).
pub const BURST_RATIO: f64 = 2.0;
/// Weight of the cost of beginning a burst (the `gamma` of Kleinberg 2002).
const BURST_COST: f64 = 1.0;

/// Segments and their words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Number of segments.
    pub n_segments: u64,
    /// Number of words in them.
    pub n_words: u64,
}

impl Counts {
    /// Adds others.
    pub fn add(&mut self, other: Counts) {
        self.n_segments += other.n_segments;
        self.n_words += other.n_words;
    }
}

/// A document with its period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentCounts {
    /// Position of its period, in the order of time.
    pub period: usize,
    /// All its segments.
    pub all: Counts,
    /// Its segments of the theme.
    pub of_theme: Counts,
}

/// A theme in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Trend {
    /// The theme's segments.
    pub of_theme: Counts,
    /// Share of the segments of the period.
    pub segments: Share,
    /// Share of the words of the period.
    pub words: Share,
    /// The burst of the theme to which the period belongs; `None` if bursts cannot be looked for.
    pub burst: Option<Burst>,
}

/// Whether a period is in a burst.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Burst {
    /// It is in none.
    Outside,
    /// It is in one.
    Inside {
        /// By how much the burst is likelier than the share of all periods: the sum of the logarithms over its periods (Kleinberg
        /// 2002).
        weight: f64,
    },
}

/// The shares of a theme in each of `n_periods` periods. Documents without segments do not count.
pub fn trend(documents: &[DocumentCounts], n_periods: usize, confidence_level: f64) -> Vec<Trend> {
    let mut of_period: Vec<Vec<&DocumentCounts>> = vec![Vec::new(); n_periods];
    for document in documents.iter().filter(|document| document.all.n_segments > 0) {
        if let Some(period) = of_period.get_mut(document.period) {
            period.push(document);
        }
    }
    let bursts = bursts(&of_period);
    let of = |(at, documents): (usize, &Vec<&DocumentCounts>)| {
        let mut of_theme = Counts::default();
        for document in documents {
            of_theme.add(document.of_theme);
        }
        let share = |of: fn(&Counts) -> u64| {
            let pair = |document: &&DocumentCounts| (of(&document.of_theme) as f64, of(&document.all) as f64);
            share(documents.iter().map(pair), confidence_level)
        };
        Trend {
            of_theme,
            segments: share(|counts| counts.n_segments),
            words: share(|counts| counts.n_words),
            burst: bursts.as_ref().map(|bursts| bursts[at]),
        }
    };
    of_period.iter().enumerate().map(of).collect()
}

/// The bursts of a theme: the optimal states of Kleinberg's automaton with two states for batches of documents (Kleinberg 2002,
/// section 4), whose batches are the periods, on counts of segments that are divided by their design effect (Rao & Scott 1992).
/// Segments of a document resemble each other: by themselves they would make a burst of every document on the theme. `None` if no period
/// has two documents, so that there is no design effect.
fn bursts(of_period: &[Vec<&DocumentCounts>]) -> Option<Vec<Burst>> {
    let effect = design_effect(of_period)?;
    let counts: Vec<(f64, f64)> = of_period
        .iter()
        .map(|documents| {
            let sum =
                |of: fn(&DocumentCounts) -> u64| documents.iter().map(|document| of(document)).sum::<u64>() as f64;
            (sum(|document| document.of_theme.n_segments), sum(|document| document.all.n_segments))
        })
        .collect();
    let (own, all) = counts.iter().fold((0.0, 0.0), |(own, all), (y, n)| (own + y, all + n));
    let base = own / all;
    let outside = vec![Burst::Outside; counts.len()];
    // A share of more than a half cannot double.
    if !(base > 0.0 && BURST_RATIO * base < 1.0) {
        return Some(outside);
    }
    // The binomial coefficients are the same in both states.
    let cost = |share: f64, (y, n): (f64, f64)| -(y * share.ln() + (n - y) * (-share).ln_1p()) / effect;
    let costs: Vec<[f64; 2]> =
        counts.iter().map(|count| [cost(base, *count), cost(BURST_RATIO * base, *count)]).collect();
    let states = cheapest_states(&costs, BURST_COST * (counts.len() as f64).ln());
    let mut found = outside;
    let mut first = 0;
    for run in states.chunk_by(|a, b| a == b) {
        let periods = first..first + run.len();
        first = periods.end;
        if run[0] {
            let weight = costs[periods.clone()].iter().map(|[base, burst]| base - burst).sum();
            found[periods].fill(Burst::Inside { weight });
        }
    }
    Some(found)
}

/// How much more the shares of documents differ within their periods than if segments were drawn one by one: the ratio of the variances
/// of the theme's segments, summed over periods with at least two documents, and at least 1 (Rao & Scott 1992). `None` without such a period.
fn design_effect(of_period: &[Vec<&DocumentCounts>]) -> Option<f64> {
    let (mut found, mut expected, mut is_known) = (0.0, 0.0, false);
    for documents in of_period.iter().filter(|documents| documents.len() > 1) {
        is_known = true;
        let pairs = || documents.iter().map(|d| (d.of_theme.n_segments as f64, d.all.n_segments as f64));
        let (own, all) = pairs().fold((0.0, 0.0), |(own, all), (y, n)| (own + y, all + n));
        let share = own / all;
        let squares: f64 = pairs().map(|(y, n)| (y - n * share).powi(2)).sum();
        let m = documents.len() as f64;
        found += m / (m - 1.0) * squares;
        expected += all * share * (1.0 - share);
    }
    is_known.then(|| if expected > 0.0 { (found / expected).max(1.0) } else { 1.0 })
}

/// For each step whether the cheapest sequence of two states is in the second one (Viterbi 1967). `costs` has the cost of each state;
/// going from the first state, in which the sequence begins, to the second one costs `up` more.
fn cheapest_states(costs: &[[f64; 2]], up: f64) -> Vec<bool> {
    let mut totals = [0.0, f64::INFINITY];
    // For each step and state, whether the state before is the second one.
    let mut came_from: Vec<[bool; 2]> = Vec::with_capacity(costs.len());
    for [first, second] in costs {
        let from_second = [totals[1] < totals[0], totals[1] <= totals[0] + up];
        let before = [
            if from_second[0] { totals[1] } else { totals[0] },
            if from_second[1] { totals[1] } else { totals[0] + up },
        ];
        totals = [before[0] + first, before[1] + second];
        came_from.push(from_second);
    }
    let mut state = totals[1] < totals[0];
    let mut states = vec![false; costs.len()];
    for (at, from) in came_from.iter().enumerate().rev() {
        states[at] = state;
        state = from[usize::from(state)];
    }
    states
}

#[cfg(test)]
#[path = "trends_tests.rs"]
mod tests;
