//! Which units to code: allocation to strata, random draws with known probabilities, and the division among coders.
//!
//! **Input:** ids of units, the sizes of strata, a number of units to draw, a seed. **Output:** how many units each stratum gets, and
//! which. Within a stratum every set of this size is equally likely (simple random sampling without replacement), so that the inclusion
//! probability of a unit is the number drawn in its stratum divided by the size of the stratum. A draw depends on the ids, the name
//! of the stratum and the seed: not on the order of the rows, on other strata or on threads. **Refused:** more units than there are,
//! a number that is too small for the strata, shares that are not positive numbers. **Left to others:** where strata come from.

use rand::RngExt;

use crate::draws::stream_of;

/// The part of a ranking that a band ends with, and the part of the sample that it gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Share of the units that are in this band or in a better one.
    pub up_to: f64,
    /// Share of the sample.
    pub share: f64,
}

/// Bands of relevance for targets that few units concern: the top 5 %, the next 15 %, the next 30 % and the rest get 40, 25, 20 and 15 %
/// of the sample. Such a sample holds three to five times as many units with a side as a simple random one.
pub const RELEVANCE_BANDS: [Band; 4] = [
    Band { up_to: 0.05, share: 0.40 },
    Band { up_to: 0.20, share: 0.25 },
    Band { up_to: 0.50, share: 0.20 },
    Band { up_to: 1.00, share: 0.15 },
];

/// Why nothing can be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SamplingError {
    /// There is nothing to draw from.
    #[error("there is no unit to draw from")]
    Empty,
    /// The sample is empty.
    #[error("a sample of 0 units; expected at least 1")]
    NoSize,
    /// There are fewer units than the sample needs.
    #[error("a sample of {n} units from a population of {population}; expected at most {population}")]
    TooLarge {
        /// Units to draw.
        n: usize,
        /// Units there are.
        population: usize,
    },
    /// The strata need more units than the sample has.
    #[error(
        "{n_strata} strata with a minimum of {at_least} each (all units of a smaller one) need a sample of {needed}; found {n}"
    )]
    TooSmall {
        /// Units to draw.
        n: usize,
        /// Units that the minimum of every stratum needs.
        needed: usize,
        /// Number of strata.
        n_strata: usize,
        /// Minimum of a stratum.
        at_least: usize,
    },
    /// A share is not a positive number, or there is not one for each stratum.
    #[error("the share {found} of a stratum; expected one positive number for each stratum")]
    Share {
        /// The share, as text.
        found: String,
    },
}

/// Divides `n` units among strata in proportion to `shares`. Every stratum gets at least `at_least` units, or all of its units if it has
/// fewer; no stratum gets more units than it has, and what it cannot take goes to the others. The result sums to `n`. Equal remainders
/// go to the first stratum.
///
/// # Errors
/// [`SamplingError`] if the strata have fewer than `n` units, or need more for their minimum.
pub fn allocate(sizes: &[usize], shares: &[f64], n: usize, at_least: usize) -> Result<Vec<usize>, SamplingError> {
    let population: usize = sizes.iter().sum();
    if population == 0 {
        return Err(SamplingError::Empty);
    }
    if n == 0 {
        return Err(SamplingError::NoSize);
    }
    if n > population {
        return Err(SamplingError::TooLarge { n, population });
    }
    if let Some(share) = shares.iter().find(|share| !(share.is_finite() && **share > 0.0)) {
        return Err(SamplingError::Share { found: share.to_string() });
    }
    if shares.len() != sizes.len() {
        return Err(SamplingError::Share { found: format!("for {} of {} strata", shares.len(), sizes.len()) });
    }
    let lower: Vec<usize> = sizes.iter().map(|size| at_least.min(*size)).collect();
    let needed: usize = lower.iter().sum();
    if needed > n {
        return Err(SamplingError::TooSmall { n, needed, n_strata: sizes.len(), at_least });
    }
    // The factor for which the shares, kept within the limits of each stratum, sum to n.
    let wanted = |factor: f64| -> Vec<f64> {
        let limits = lower.iter().zip(sizes);
        shares
            .iter()
            .zip(limits)
            .map(|(share, (low, high))| (factor * share).clamp(*low as f64, *high as f64))
            .collect()
    };
    let smallest = shares.iter().copied().fold(f64::INFINITY, f64::min);
    let (mut low, mut high) = (0.0, population as f64 / smallest);
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if wanted(middle).iter().sum::<f64>() < n as f64 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let wanted = wanted(high);
    // Largest remainders; a whole number that the search missed by a rounding error is the whole number.
    let mut given: Vec<usize> = wanted.iter().map(|part| (part + 1e-6).floor() as usize).collect();
    let remainder = |at: usize, given: &[usize]| wanted[at] - given[at] as f64;
    while given.iter().sum::<usize>() > n {
        let Some(at) = (0..given.len())
            .filter(|at| given[*at] > lower[*at])
            .min_by(|a, b| remainder(*a, &given).total_cmp(&remainder(*b, &given)))
        else {
            break;
        };
        given[at] -= 1;
    }
    while given.iter().sum::<usize>() < n {
        let Some(at) = (0..given.len())
            .rev()
            .filter(|at| given[*at] < sizes[*at])
            .max_by(|a, b| rounded(remainder(*a, &given)).total_cmp(&rounded(remainder(*b, &given))))
        else {
            break;
        };
        given[at] += 1;
    }
    Ok(given)
}

/// A remainder without the digits in which equal ones differ.
fn rounded(remainder: f64) -> f64 {
    (remainder * 1e6).round()
}

/// The positions of `n` units of a stratum, in the order in which they were drawn. The first units of a larger draw with the same seed
/// are those of a smaller one. Draws all units if there are fewer than `n`.
pub fn draw(stratum: &str, ids: &[&str], n: usize, seed: u64) -> Vec<usize> {
    permutation("draw", stratum, ids, n, seed)
}

/// The positions of all units in random order. `name` names the purpose, for its random numbers.
pub fn shuffle(name: &str, ids: &[&str], seed: u64) -> Vec<usize> {
    permutation("shuffle", name, ids, ids.len(), seed)
}

/// The first `n` positions of a random permutation (Fisher and Yates).
fn permutation(purpose: &str, name: &str, ids: &[&str], n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_unstable_by_key(|at| ids[*at]);
    let mut random = stream_of(seed, &[purpose, name]);
    let n = n.min(order.len());
    for at in 0..n {
        let other = random.random_range(at as u64..order.len() as u64) as usize;
        order.swap(at, other);
    }
    order.truncate(n);
    order
}

/// The band of each unit, by its value: the units with the highest values are in band 0. Equal values are ranked by id.
pub fn bands(ids: &[&str], values: &[f64], bands: &[Band]) -> Vec<usize> {
    let n = ids.len().min(values.len());
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_unstable_by(|a, b| values[*b].total_cmp(&values[*a]).then_with(|| ids[*a].cmp(ids[*b])));
    let ends: Vec<usize> = bands.iter().map(|band| (band.up_to * n as f64 - 1e-9).ceil() as usize).collect();
    let mut of_unit = vec![0; n];
    for (rank, at) in order.into_iter().enumerate() {
        of_unit[at] = ends.iter().position(|end| rank < *end).unwrap_or(bands.len().saturating_sub(1));
    }
    of_unit
}

/// Who codes what: for each unit the positions of its coders. A random share of the units is coded by all; the others are divided
/// evenly. With one coder, that coder codes all units. `name` names the draw that the units are from, for its random numbers.
pub fn assign(name: &str, ids: &[&str], n_coders: usize, share_by_all: f64, seed: u64) -> Vec<Vec<usize>> {
    let n_coders = n_coders.max(1);
    let by_all = if n_coders == 1 { 0 } else { (ids.len() as f64 * share_by_all.clamp(0.0, 1.0)).round() as usize };
    let mut coders = vec![Vec::new(); ids.len()];
    for (rank, at) in permutation("assign", name, ids, ids.len(), seed).into_iter().enumerate() {
        coders[at] = match rank.checked_sub(by_all) {
            None => (0..n_coders).collect(),
            Some(rank) => vec![rank % n_coders],
        };
    }
    coders
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|at| format!("u{at:03}")).collect()
    }

    fn texts(ids: &[String]) -> Vec<&str> {
        ids.iter().map(String::as_str).collect()
    }

    #[test]
    fn allocations_follow_the_shares_within_the_limits() {
        let of = |sizes: &[usize], shares: &[f64], n, at_least| allocate(sizes, shares, n, at_least).unwrap();
        assert_eq!(of(&[600, 300, 100], &[600.0, 300.0, 100.0], 100, 2), [60, 30, 10]);
        assert_eq!(of(&[600, 300, 100], &[1.0, 1.0, 1.0], 100, 2), [34, 33, 33]);
        assert_eq!(of(&[600, 300, 10], &[1.0, 1.0, 1.0], 100, 2), [45, 45, 10], "what a stratum lacks goes to others");
        assert_eq!(
            of(&[9_990, 9, 1], &[9_990.0, 9.0, 1.0], 100, 2),
            [97, 2, 1],
            "a minimum, as far as there are units"
        );
        assert_eq!(of(&[1000; 4], &[0.40, 0.25, 0.20, 0.15], 200, 2), [80, 50, 40, 30]);
        assert_eq!(of(&[5, 3], &[1.0, 1.0], 8, 2), [5, 3]);
        assert_eq!(of(&[1_000_000, 3], &[1e-9, 1.0], 10, 0), [7, 3]);
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        assert_eq!(allocate(&[], &[], 1, 2), Err(SamplingError::Empty));
        assert_eq!(allocate(&[3], &[1.0], 0, 2), Err(SamplingError::NoSize));
        assert_eq!(allocate(&[3, 4], &[1.0, 1.0], 8, 2), Err(SamplingError::TooLarge { n: 8, population: 7 }));
        let error = allocate(&[9; 10], &[1.0; 10], 19, 2).unwrap_err();
        assert_eq!(error, SamplingError::TooSmall { n: 19, needed: 20, n_strata: 10, at_least: 2 });
        assert!(matches!(allocate(&[3], &[f64::NAN], 1, 2), Err(SamplingError::Share { .. })));
        assert!(matches!(allocate(&[3, 3], &[1.0], 2, 1), Err(SamplingError::Share { .. })));
    }

    #[test]
    fn every_unit_and_every_pair_is_drawn_as_often_as_its_probability_says() {
        let ids = ids(10);
        let texts = texts(&ids);
        let n_seeds = 20_000;
        let (mut single, mut pairs) = ([0u32; 10], [[0u32; 10]; 10]);
        for seed in 0..n_seeds {
            let drawn = draw("s", &texts, 4, seed);
            for a in &drawn {
                single[*a] += 1;
                for b in drawn.iter().filter(|b| *b != a) {
                    pairs[*a][*b] += 1;
                }
            }
        }
        // Five standard errors: 4/10 for a unit, (4 x 3)/(10 x 9) for a pair.
        let is_near = |count: u32, p: f64| {
            let n = n_seeds as f64;
            (f64::from(count) / n - p).abs() < 5.0 * (p * (1.0 - p) / n).sqrt()
        };
        assert!(single.iter().all(|count| is_near(*count, 0.4)), "{single:?}");
        for (a, row) in pairs.iter().enumerate() {
            assert!(row.iter().enumerate().all(|(b, count)| a == b || is_near(*count, 12.0 / 90.0)), "{row:?}");
        }
    }

    #[test]
    fn bands_rank_by_value() {
        let ids = ids(40);
        let values: Vec<f64> = (0..40).map(|at| f64::from(at) / 40.0).collect();
        let found = bands(&texts(&ids), &values, &RELEVANCE_BANDS);
        assert_eq!(
            (found[39], found[38], found[37], found[32], found[31], found[20], found[19]),
            (0, 0, 1, 1, 2, 2, 3)
        );
        let count = |band| found.iter().filter(|of| **of == band).count();
        assert_eq!([count(0), count(1), count(2), count(3)], [2, 6, 12, 20]);
        // Without differences the ids decide, so that a band has its size all the same.
        assert_eq!(bands(&texts(&ids), &[0.0; 40], &RELEVANCE_BANDS).iter().filter(|band| **band == 0).count(), 2);
        assert!(bands(&[], &[], &RELEVANCE_BANDS).is_empty());
        assert!((RELEVANCE_BANDS.iter().map(|band| band.share).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn some_units_are_coded_by_all_and_the_others_are_divided() {
        let ids = ids(101);
        let coders = assign("t", &texts(&ids), 3, 0.1, 7);
        assert_eq!(coders.iter().filter(|of| of.len() == 3).count(), 10);
        for coder in 0..3 {
            let n = coders.iter().filter(|of| of.contains(&coder)).count();
            assert!((40..=41).contains(&n), "{n}");
        }
        assert!(assign("t", &texts(&ids), 1, 0.5, 7).iter().all(|of| *of == [0]));
        assert!(assign("t", &texts(&ids), 2, 1.0, 7).iter().all(|of| *of == [0, 1]));
    }

    proptest! {
        #[test]
        fn allocations_sum_to_the_sample_and_stay_within_the_strata(
            strata in prop::collection::vec((0usize..300, 0.001f64..1000.0), 1..20), part in 0.0f64..1.0, at_least in 0usize..5,
        ) {
            let (sizes, shares): (Vec<usize>, Vec<f64>) = strata.into_iter().unzip();
            let population: usize = sizes.iter().sum();
            let needed: usize = sizes.iter().map(|size| at_least.min(*size)).sum();
            prop_assume!(population > 0);
            let n = needed.max(1) + ((population - needed.max(1)) as f64 * part) as usize;
            let given = allocate(&sizes, &shares, n, at_least).unwrap();
            prop_assert_eq!(given.iter().sum::<usize>(), n);
            for (given, size) in given.iter().zip(&sizes) {
                prop_assert!(*given <= *size && *given >= at_least.min(*size));
            }
            // The inclusion probabilities of all units sum to the size of the sample.
            let sum: f64 = given.iter().zip(&sizes).map(|(given, size)| (0..*size).map(|_| *given as f64 / *size as f64).sum::<f64>()).sum();
            prop_assert!((sum - n as f64).abs() < 1e-6);
        }

        #[test]
        fn draws_do_not_depend_on_the_order_of_rows(n in 1usize..60, part in 0.0f64..1.0, seed: u64, turn in 0usize..60) {
            let ids = ids(n);
            let texts = texts(&ids);
            let size = (n as f64 * part) as usize;
            let mut turned = texts.clone();
            turned.rotate_left(turn % n);
            turned.reverse();
            let names = |rows: &[&str], drawn: Vec<usize>| -> Vec<String> { drawn.into_iter().map(|at| rows[at].to_owned()).collect() };
            let drawn = names(&texts, draw("s", &texts, size, seed));
            prop_assert_eq!(&drawn, &names(&turned, draw("s", &turned, size, seed)));
            prop_assert_eq!(drawn.iter().collect::<BTreeSet<_>>().len(), size);
            let all = names(&texts, draw("s", &texts, n, seed));
            prop_assert_eq!(&drawn[..], &all[..size]);
        }
    }
}
