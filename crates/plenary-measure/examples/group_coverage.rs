//! How often 95 % intervals of group estimates contain the true value, in simulated corpora with clustered data.
//!
//!     cargo run --release --example group_coverage
//!
//! Values are the sum of a group's mean, an effect of the person, of the document, of the turn, and of the segment. Persons, turns and segments
//! per document vary. `docs/explanation/estimates.md` has the figures.

use plenary_corpus::findings::Weight;
use plenary_measure::groups::{GroupOptions, TurnSums, means, shares};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

const N_CORPORA: u64 = 2000;
const MEANS: [f64; 2] = [0.10, -0.05];

/// What the corpora of a scenario have in common.
#[derive(Clone, Copy)]
struct Scenario {
    name: &'static str,
    n_documents: u32,
    n_persons: u32,
    /// Persons speak in several documents.
    is_crossed: bool,
    /// Standard deviations of the effects of persons, documents, turns and segments.
    effects: [f64; 4],
}

/// A normal number by the sum of twelve uniform ones.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (0..12).map(|_| random.random_range(0.0..1.0)).sum::<f64>() - 6.0
}

/// The turns of a corpus: values, and words.
fn corpus(scenario: &Scenario, random: &mut ChaCha8Rng) -> Vec<(TurnSums, f64)> {
    let [of_person, of_document, of_turn, of_segment] = scenario.effects;
    let n_persons = if scenario.is_crossed { scenario.n_persons } else { scenario.n_documents * scenario.n_persons };
    let persons: Vec<f64> = (0..n_persons).map(|_| of_person * normal(random)).collect();
    // Some speak much more than others.
    let talkative: Vec<u32> = (0..n_persons).map(|_| random.random_range(1..6)).collect();
    let mut turns = Vec::new();
    for document in 0..scenario.n_documents {
        let effect = of_document * normal(random);
        for _ in 0..random.random_range(4..16) {
            let first = if scenario.is_crossed { 0 } else { document * scenario.n_persons };
            let person = loop {
                let person = first + random.random_range(0..scenario.n_persons);
                if talkative[person as usize] > random.random_range(0..6) {
                    break person;
                }
            };
            let group = person % 2;
            let mean = MEANS[group as usize] + persons[person as usize] + effect + of_turn * normal(random);
            let n = random.random_range(1..8);
            let sum = (0..n).map(|_| mean + of_segment * normal(random)).sum();
            let words = f64::from(random.random_range(5..100));
            turns.push((TurnSums { document, person: Some(person), group, sum, n, n_all: n }, words));
        }
    }
    turns
}

fn main() {
    let scenarios = [
        Scenario {
            name: "persons in one document each",
            n_documents: 12,
            n_persons: 8,
            is_crossed: false,
            effects: [0.2, 0.15, 0.15, 0.4],
        },
        Scenario {
            name: "the same, more documents",
            n_documents: 40,
            n_persons: 8,
            is_crossed: false,
            effects: [0.2, 0.15, 0.15, 0.4],
        },
        Scenario {
            name: "12 persons, 30 documents",
            n_documents: 30,
            n_persons: 12,
            is_crossed: true,
            effects: [0.2, 0.0, 0.15, 0.4],
        },
        Scenario {
            name: "30 persons, 30 documents",
            n_documents: 30,
            n_persons: 30,
            is_crossed: true,
            effects: [0.2, 0.0, 0.15, 0.4],
        },
        Scenario {
            name: "100 persons, 60 documents",
            n_documents: 60,
            n_persons: 100,
            is_crossed: true,
            effects: [0.2, 0.0, 0.15, 0.4],
        },
        Scenario {
            name: "30 persons, documents differ a little",
            n_documents: 30,
            n_persons: 30,
            is_crossed: true,
            effects: [0.2, 0.05, 0.15, 0.4],
        },
        Scenario {
            name: "30 persons, documents differ as persons do",
            n_documents: 30,
            n_persons: 30,
            is_crossed: true,
            effects: [0.2, 0.2, 0.15, 0.4],
        },
    ];
    println!(
        "{:<44} {:<8} {:<10} {:>6} {:>10} {:>7}",
        "scenario", "weight", "resampled", "mean", "difference", "share"
    );
    for scenario in scenarios {
        for weight in Weight::ALL {
            let mut hits = [0_u64; 3];
            let mut level = None;
            for seed in 0..N_CORPORA {
                let turns = corpus(&scenario, &mut ChaCha8Rng::seed_from_u64(seed));
                let options = GroupOptions {
                    weight: *weight,
                    differences: true,
                    confidence_level: 0.95,
                    of_persons: true,
                    range: (-9.0, 9.0),
                };
                let values = |take: &mut dyn FnMut(TurnSums)| turns.iter().map(|(turn, _)| *turn).for_each(take);
                let found = means(&values, 2, &options);
                let words = |take: &mut dyn FnMut(TurnSums)| {
                    turns.iter().map(|(turn, words)| TurnSums { sum: *words, n: 1, n_all: 1, ..*turn }).for_each(take);
                };
                let share = shares(&words, 2, &options);
                let checks = [(&found[0], MEANS[0]), (&found[2], MEANS[0] - MEANS[1]), (&share[0], 0.5)];
                for (hit, (estimate, truth)) in hits.iter_mut().zip(checks) {
                    let inside = estimate.ci_low.is_some_and(|low| low <= truth)
                        && estimate.ci_high.is_some_and(|high| truth <= high);
                    *hit += u64::from(inside);
                }
                level = found[0].level;
            }
            let share = |hits: u64| hits as f64 / N_CORPORA as f64;
            println!(
                "{:<44} {:<8} {:<10} {:>6.3} {:>10.3} {:>7.3}",
                scenario.name,
                weight.as_str(),
                level.map_or("-", |level| level.as_str()),
                share(hits[0]),
                share(hits[1]),
                share(hits[2])
            );
        }
    }
}
