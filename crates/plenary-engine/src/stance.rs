//! What an inference model was trained for beyond inference: the key `plenary` of its `config.json`.
//!
//! Plain data; how a coder uses it is left to `plenary-measure`.

use serde::Deserialize;

/// What an inference model was trained for beyond inference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StanceTraining {
    /// Whether the model was trained on premises that begin with what was said before.
    #[serde(default)]
    pub reads_context: bool,
    /// How its inferences become probabilities of stance; `None` takes them as they are.
    #[serde(default)]
    pub calibration: Option<Calibration>,
}

/// Constants by which inferences become probabilities of stance, fitted on propositions that the model was not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Divides the logits; above 0.
    pub temperature: f32,
    /// Added to the logit of neither.
    pub neither_bias: f32,
    /// Multiplied by the relevance and subtracted from the logit of neither.
    pub neither_slope: f32,
    /// Share of the context's relevance that counts, in [0, 1].
    pub context_share: f32,
}

impl StanceTraining {
    /// Which constant is out of range, if one is.
    pub fn problem(&self) -> Option<String> {
        let Calibration { temperature, neither_bias, neither_slope, context_share } = self.calibration?;
        if !(temperature.is_finite() && temperature > 0.0) {
            return Some(format!("plenary.calibration.temperature is {temperature}; expected a number above 0"));
        }
        if !(neither_bias.is_finite() && neither_slope.is_finite()) {
            return Some("plenary.calibration.neither_bias and neither_slope are not finite numbers".to_owned());
        }
        let is_share = (0.0..=1.0).contains(&context_share);
        (!is_share)
            .then(|| format!("plenary.calibration.context_share is {context_share}; expected a number from 0 to 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_out_of_range_are_named() {
        let of = |calibration| StanceTraining { reads_context: true, calibration: Some(calibration) }.problem();
        let right = Calibration { temperature: 1.5, neither_bias: 0.5, neither_slope: 2.0, context_share: 0.5 };
        assert_eq!(of(right), None);
        assert_eq!(StanceTraining::default().problem(), None);
        assert!(of(Calibration { temperature: 0.0, ..right }).unwrap().contains("temperature is 0"));
        assert!(of(Calibration { neither_bias: f32::NAN, ..right }).unwrap().contains("neither_bias"));
        assert!(of(Calibration { context_share: 1.5, ..right }).unwrap().contains("context_share is 1.5"));
    }
}
