//! How far estimates are from the truth when samples of a wholly coded corpus are drawn again and again.
//!
//! ```text
//! cargo run --release -p plenary-validate --example redraws < UNITS.tsv
//! ```
//!
//! Input: one line per unit with its cluster, its predicted code and its code by hand, separated by tabs; all units are coded. Output: for
//! 50, 100 and 200 codings drawn 1,000 times, the root mean square error of the four estimates of the mean code of these units, and the
//! mean width of the intervals of the corrected one and of the hand codes.

use std::collections::BTreeMap;
use std::io::{BufRead, stdin};

use plenary_validate::correct::{CorrectOptions, Estimator, HandCode, Refusal, Unit, correct};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::index;

const DRAWS: u64 = 1000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut units, mut truths) = (Vec::new(), Vec::new());
    let mut clusters: BTreeMap<String, usize> = BTreeMap::new();
    for line in stdin().lock().lines() {
        let line = line?;
        let [cluster, prediction, truth] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("`{line}`: expected cluster, prediction and code").into());
        };
        let n = clusters.len();
        let cluster = *clusters.entry(cluster.to_owned()).or_insert(n);
        units.push(Unit { group: 0, cluster, weight: 1.0, prediction: prediction.parse()?, code: None });
        truths.push(truth.parse::<f64>()?);
    }
    let truth = truths.iter().sum::<f64>() / truths.len() as f64;
    println!("| units | true mean | codings | raw | hand-coded | DSL | PPI++ | width of DSL / hand-coded | refused |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for n in [50, 100, 200] {
        if 2 * n > units.len() {
            continue;
        }
        let (mut squares, mut widths, mut n_estimated, mut n_refused) = ([0.0; 4], [0.0; 4], 0.0, 0);
        for draw in 0..DRAWS {
            let mut random = ChaCha8Rng::seed_from_u64(draw);
            let mut drawn = units.clone();
            for at in index::sample(&mut random, units.len(), n) {
                drawn[at].code = Some(HandCode { value: truths[at], probability: n as f64 / units.len() as f64 });
            }
            let options = CorrectOptions { seed: draw, ..CorrectOptions::default() };
            let Ok(corrected) = correct(&drawn, 1, &options) else {
                n_refused += 1;
                continue;
            };
            n_estimated += 1.0;
            for (at, estimator) in Estimator::ALL.into_iter().enumerate() {
                let estimate = corrected.overall.of(estimator).map_err(Refusal::as_str)?;
                squares[at] += (estimate.value - truth).powi(2);
                widths[at] += estimate.high - estimate.low;
            }
        }
        let [raw, hand, dsl, ppi] = squares.map(|sum| (sum / n_estimated).sqrt());
        println!(
            "| {} | {truth:+.3} | {n} | {raw:.3} | {hand:.3} | {dsl:.3} | {ppi:.3} | {:.2} | {n_refused} |",
            units.len(),
            widths[2] / widths[1]
        );
    }
    Ok(())
}
