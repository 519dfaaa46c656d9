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
}

impl StanceTraining {
    /// Which constant is out of range, if one is.
    pub fn problem(&self) -> Option<String> {
        let Calibration { temperature, neither_bias } = self.calibration?;
        if !(temperature.is_finite() && temperature > 0.0) {
            return Some(format!("plenary.calibration.temperature is {temperature}; expected a number above 0"));
        }
        (!neither_bias.is_finite())
            .then(|| format!("plenary.calibration.neither_bias is {neither_bias}; expected a number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_out_of_range_are_named() {
        let of = |calibration| StanceTraining { reads_context: true, calibration: Some(calibration) }.problem();
        let right = Calibration { temperature: 1.5, neither_bias: 0.5 };
        assert_eq!(of(right), None);
        assert_eq!(StanceTraining::default().problem(), None);
        assert!(of(Calibration { temperature: 0.0, ..right }).unwrap().contains("temperature is 0"));
        assert!(of(Calibration { neither_bias: f32::NAN, ..right }).unwrap().contains("neither_bias"));
    }
}
