//! The fitted classifier: weights of hashed features, and the languages that it covers.
//!
//! **Input:** `model.json` and `weights.bin`, which `training/procedure/fit.py` writes; both are part of the program. **Output:** log-odds.
//! Sums of weights are sums of whole numbers, so that they do not depend on their order.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Setting;
use super::features::{Block, N_SETTING, features, of_setting};

/// Number of buckets that features are hashed into.
pub(super) const N_BUCKETS: usize = 1 << 16;

/// Description of the classifier.
pub(super) const DESCRIPTION: &str = include_str!("model.json");
/// One weight per bucket, little-endian 16-bit whole numbers, in units of `unit`.
pub(super) const WEIGHTS: &[u8] = include_bytes!("weights.bin");

/// The content of `model.json`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    /// sha256 of `weights.bin`.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test compares it with the weights"))]
    pub(super) sha256: String,
    pub(super) intercept: f64,
    /// Value of a weight of 1.
    pub(super) unit: f64,
    /// Weight of each block, in the order of [`Block::ALL`].
    pub(super) blocks: [f64; Block::ALL.len()],
    /// Weights of the features of a setting.
    pub(super) setting: [f64; N_SETTING],
    /// Log-odds from which a segment is procedural.
    pub(super) threshold: f64,
    /// Languages of the texts that the classifier was fitted to, ISO 639-1.
    pub(super) languages: Vec<String>,
}

/// The classifier.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) description: Description,
    weights: Vec<i16>,
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    // The file is part of the program, and a test reads it.
    let description = serde_json::from_str(DESCRIPTION).expect("model.json is valid");
    let weights = WEIGHTS.chunks_exact(2).map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]])).collect();
    Model { description, weights }
});

/// The classifier that is part of the program.
pub(super) fn model() -> &'static Model {
    &MODEL
}

impl Model {
    /// Log-odds that a text is procedural where it is said. Each block of features counts with the sum of its weights divided by the root of the number of
    /// its features.
    pub(super) fn log_odds(&self, text: &str, setting: &Setting) -> f64 {
        let mut sum = self.description.intercept;
        for (holds, weight) in of_setting(setting).iter().zip(self.description.setting) {
            if *holds {
                sum += weight;
            }
        }
        for (buckets, weight) in features(text).iter().zip(self.description.blocks) {
            if buckets.is_empty() {
                continue;
            }
            let of_block: i64 =
                buckets.iter().filter_map(|bucket| self.weights.get(*bucket as usize)).copied().map(i64::from).sum();
            sum += weight * self.description.unit * of_block as f64 / (buckets.len() as f64).sqrt();
        }
        sum
    }
}
