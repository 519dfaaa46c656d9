//! How often intervals contain the truth, on made-up corpora whose errors are clustered and biased.
//!
//! ```text
//! cargo run --release -p plenary-validate --example coverage -- [CORPORA]
//! ```
//!
//! Each corpus has 150 speakers of two parties with 5 to 35 segments each, about 3,000 in all. Speakers differ in how often they are in
//! favor; half of all segments are neither. The coder has a mean accuracy of 60, 75 or 90 %, which varies between speakers, and its
//! errors depend on the party: three of four go towards favor for the first party, and towards against for the second. The truth is the
//! party's mean code (favor 1, against -1, neither 0) over all speakers that could have been drawn. Segments are coded by hand without
//! error: drawn at random with equal probabilities, or three times as often where the coder says favor or against. Clusters are
//! speakers.
//!
//! Output: Markdown tables, the last with the share of 95 % intervals that contain the truth: the means of both parties and their
//! difference together.

use plenary_validate::correct::{CorrectOptions, Estimator, HandCode, Unit, correct, difference};
use rand::rngs::ChaCha8Rng;
use rand::seq::index;
use rand::{RngExt, SeedableRng};

const SPEAKERS: usize = 150;
/// Mean and spread, between the speakers of a party, of the log-odds of favor against against.
const PARTIES: [(f64, f64); 2] = [(0.6, 0.8), (-0.3, 0.8)];

fn main() {
    let n_corpora: u64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1000);
    let truth = PARTIES.map(|(mean, spread)| expected_code(mean, spread));
    println!(
        "true means {:.4} and {:.4}, difference {:.4}; {n_corpora} corpora\n",
        truth[0],
        truth[1],
        truth[0] - truth[1]
    );
    for design in [Design::Equal, Design::Unequal] {
        println!("{}\n", design.title());
        println!(
            "| accuracy | codings | raw | hand-coded | DSL | PPI++ | mean error of raw | width of DSL / hand-coded | width of PPI++ / hand-coded |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        for accuracy in [0.60, 0.75, 0.90] {
            for n_codings in [100, 200, 400] {
                let found = simulate(n_corpora, accuracy, n_codings, design, truth);
                let [raw, hand, dsl, ppi] = found.covered.map(|n| n as f64 / found.n as f64);
                println!(
                    "| {:.0} % | {n_codings} | {raw:.3} | {hand:.3} | {dsl:.3} | {ppi:.3} | {:.2} | {:.2} | {:.2} |",
                    100.0 * accuracy,
                    found.error_of_raw / found.n as f64,
                    found.widths[2] / found.widths[1],
                    found.widths[3] / found.widths[1]
                );
            }
        }
        println!();
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Design {
    Equal,
    Unequal,
}

impl Design {
    fn title(self) -> &'static str {
        match self {
            Design::Equal => "Simple random samples",
            Design::Unequal => "Three times the probability where the coder says favor or against",
        }
    }
}

#[derive(Default)]
struct Found {
    n: usize,
    covered: [usize; 4],
    widths: [f64; 4],
    /// Sum of the absolute errors of raw means and differences.
    error_of_raw: f64,
}

fn simulate(n_corpora: u64, accuracy: f64, n_codings: usize, design: Design, truth: [f64; 2]) -> Found {
    let mut found = Found::default();
    for corpus in 0..n_corpora {
        let mut random = ChaCha8Rng::seed_from_u64(corpus);
        let mut units = speeches(&mut random, accuracy);
        draw(&mut random, &mut units, n_codings, design);
        let units: Vec<Unit> = units.into_iter().map(|(unit, _)| unit).collect();
        let options = CorrectOptions { seed: corpus, ..CorrectOptions::default() };
        let corrected = match correct(&units, 2, &options) {
            Ok(corrected) => corrected,
            Err(error) => panic!("corpus {corpus}: {error}"),
        };
        let [first, second] = &corrected.groups[..] else { unreachable!("there are two groups") };
        for (at, estimator) in Estimator::ALL.into_iter().enumerate() {
            let outcomes = [first.of(estimator), second.of(estimator), difference(first, second, estimator)];
            for (outcome, truth) in outcomes.into_iter().zip([truth[0], truth[1], truth[0] - truth[1]]) {
                let estimate = outcome.expect("both parties have enough codings");
                found.covered[at] += usize::from(estimate.low <= truth && truth <= estimate.high);
                found.widths[at] += estimate.high - estimate.low;
                if estimator == Estimator::Raw {
                    found.n += 1;
                    found.error_of_raw += (estimate.value - truth).abs();
                }
            }
        }
    }
    found
}

/// Segments with their predictions, and their true codes.
fn speeches(random: &mut ChaCha8Rng, accuracy: f64) -> Vec<(Unit, f64)> {
    let mut units = Vec::new();
    for speaker in 0..SPEAKERS {
        let party = usize::from(speaker % 5 >= 3);
        let (mean, spread) = PARTIES[party];
        let favors = logistic(mean + spread * normal(random));
        // The accuracy varies between speakers around its mean.
        let accuracy_here = (accuracy + 0.1 * normal(random)).clamp(0.34, 0.99);
        for _ in 0..random.random_range(5..36) {
            let code = if random.random::<f64>() < 0.5 {
                0.0
            } else if random.random::<f64>() < favors {
                1.0
            } else {
                -1.0
            };
            let prediction = if random.random::<f64>() < accuracy_here { code } else { wrong(random, code, party) };
            units.push((Unit { group: party, cluster: speaker, weight: 1.0, prediction, code: None }, code));
        }
    }
    units
}

/// A wrong code: towards the side of the party in three of four cases.
fn wrong(random: &mut ChaCha8Rng, code: f64, party: usize) -> f64 {
    let side = if party == 0 { 1.0 } else { -1.0 };
    let others: Vec<f64> = [side, 0.0, -side].into_iter().filter(|other| *other != code).collect();
    if random.random::<f64>() < 0.75 { others[0] } else { others[1] }
}

fn draw(random: &mut ChaCha8Rng, units: &mut [(Unit, f64)], n_codings: usize, design: Design) {
    let strata: Vec<Vec<usize>> = match design {
        Design::Equal => vec![(0..units.len()).collect()],
        Design::Unequal => {
            let (one, other) = (0..units.len()).partition(|at| units[*at].0.prediction != 0.0);
            vec![one, other]
        }
    };
    let factor = |stratum: usize| if design == Design::Unequal && stratum == 0 { 3.0 } else { 1.0 };
    let total: f64 = strata.iter().enumerate().map(|(at, stratum)| factor(at) * stratum.len() as f64).sum();
    for (at, stratum) in strata.iter().enumerate() {
        let n = (n_codings as f64 * factor(at) * stratum.len() as f64 / total).round() as usize;
        let n = n.min(stratum.len());
        let probability = n as f64 / stratum.len() as f64;
        for drawn in index::sample(random, stratum.len(), n) {
            let (unit, code) = &mut units[stratum[drawn]];
            unit.code = Some(HandCode { value: *code, probability });
        }
    }
}

/// The mean code of a party, by the midpoint rule over the speakers.
fn expected_code(mean: f64, spread: f64) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for step in 0..4000 {
        let z = -8.0 + 16.0 * (f64::from(step) + 0.5) / 4000.0;
        let density = (-z * z / 2.0).exp();
        sum += density * 0.5 * (2.0 * logistic(mean + spread * z) - 1.0);
        total += density;
    }
    sum / total
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// Box & Muller 1958.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (2.0 * std::f64::consts::PI * random.random::<f64>()).cos()
}
