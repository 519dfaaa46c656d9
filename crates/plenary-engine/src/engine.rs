//! The interface of engines.
//!
//! **Input**: the tokens of one text or pair. **Output**: hidden states or logits. Pooling, softmax and the work on
//! several threads are shared by all engines and belong to [`Model`](crate::Model) and [`rows`](crate::rows).

use ndarray::Array2;

use crate::tokens::Tokens;

/// Runs a loaded model.
pub trait Engine: Send + Sync {
    /// Name of the engine for the table of runs.
    fn name(&self) -> &'static str;

    /// Increases whenever any bit of the engine's numbers changes; numbers cached under another version are not used.
    fn version(&self) -> u32;

    /// Whether every text has a vector. A static model has no vector for a text without a known token.
    fn knows_every_text(&self) -> bool {
        true
    }

    /// Whether a pass costs less than a look-up in the cache.
    fn is_cheap(&self) -> bool {
        false
    }

    /// Hidden states `[tokens, width]` of an encoder, or logits `[1, labels]` of a classifier. The same tokens give the
    /// same bits, whatever else runs at the same time.
    fn forward(&self, tokens: &Tokens) -> Result<Array2<f32>, PassError>;

    /// The same for each of several texts, in their order. An engine may compute them together, as long as each has the bits that
    /// it has alone.
    fn forward_all(&self, all: &[&Tokens]) -> Vec<Result<Array2<f32>, PassError>> {
        all.iter().map(|tokens| self.forward(tokens)).collect()
    }
}

/// Why an engine could not finish a pass, as text.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PassError(pub String);
