//! Random numbers and quantiles that every module shares.
//!
//! **Input:** a seed and what is drawn; ascending numbers. **Output:** a stream of random numbers that depends on nothing else;
//! quantiles. **Refused:** nothing. **Left to others:** what is drawn.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// Random numbers that depend only on the seed and on the names of what is drawn.
pub(crate) fn stream_of(seed: u64, names: &[&str]) -> ChaCha8Rng {
    let mut hash = Sha256::new().chain_update(seed.to_le_bytes());
    for name in names {
        // Lengths separate adjacent names.
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
    }
    ChaCha8Rng::from_seed(hash.finalize().into())
}

/// Quantile of ascending values by linear interpolation: type 7 of Hyndman & Fan (1996). `None` without values.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64))
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let numbers = [1.0, 2.0, 4.0, 8.0];
        // numpy.quantile([1, 2, 4, 8], [0, 0.25, 0.5, 1])
        let found: Vec<f64> = [0.0, 0.25, 0.5, 1.0].iter().filter_map(|share| quantile(&numbers, *share)).collect();
        assert_eq!(found, [1.0, 1.75, 3.0, 8.0]);
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn adjacent_names_are_not_confused() {
        let first = |names: &[&str]| stream_of(1, names).random_range(0..u64::MAX);
        assert_eq!(first(&["a", "bc"]), first(&["a", "bc"]));
        assert_ne!(first(&["a", "bc"]), first(&["ab", "c"]));
    }
}
