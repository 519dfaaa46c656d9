//! Coders that are asked only where an earlier coder is unsure.
//!
//! Plain data, as in the rest of this crate. A coder with [`OnlyWhere`] and the coder that it follows are a cascade: a cheap coder
//! codes every unit, and an expensive one those that the cheap one is unsure of.

use serde::{Deserialize, Serialize};

use crate::OptionError;
use crate::findings::{AbstentionReason, Coding, Verdict};

/// Which units a coder is asked for, by the codings of an earlier coder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a section in braces, such as { coder = \"nli\" }, in the key `only_where` of [[coders]]; [[codes]] have no such key"
)]
pub struct OnlyWhere {
    /// Id of the earlier coder.
    #[serde(default)]
    pub coder: String,
    /// The coder is asked where the largest probability of the earlier coder is below this number, in (0, 1], and where the earlier
    /// coder gives no label although the unit is on the topic.
    #[serde(default = "unsure_below")]
    pub unsure_below: f32,
    /// Whether the coder is also asked where the earlier coder says that the unit is off the topic.
    #[serde(default)]
    pub off_topic: bool,
    /// Share of the other units that are also asked for, drawn at random, in [0, 1]. Without it, the coders are never compared where the
    /// earlier one is sure.
    #[serde(default)]
    pub share_of_others: f64,
}

fn unsure_below() -> f32 {
    0.6
}

impl Default for OnlyWhere {
    fn default() -> Self {
        Self { coder: String::new(), unsure_below: unsure_below(), off_topic: false, share_of_others: 0.0 }
    }
}

impl OnlyWhere {
    /// Checks the numbers; `place` names the coder in the error, as ``coder `llama` ``.
    ///
    /// # Errors
    /// [`OptionError`] names the first option that is out of range.
    pub fn check(&self, place: &str) -> Result<(), OptionError> {
        if !(self.unsure_below > 0.0 && self.unsure_below <= 1.0) {
            let place = format!("{place}: only_where, unsure_below");
            return Err(OptionError::new(place, self.unsure_below, "a probability above 0, at most 1"));
        }
        if !(0.0..=1.0).contains(&self.share_of_others) {
            let place = format!("{place}: only_where, share_of_others");
            return Err(OptionError::new(place, self.share_of_others, "a share from 0 to 1"));
        }
        Ok(())
    }

    /// Whether the coder is asked for a unit with this coding by the earlier coder. A coding without probabilities is sure if it has a
    /// label. Units that the earlier coder was not asked for are never asked for. The share of other units is left to the caller.
    pub fn is_unsure(&self, earlier: &Coding) -> bool {
        match earlier.verdict {
            Verdict::Labelled(_) => earlier.probabilities.is_some_and(|sides| sides.largest() < self.unsure_below),
            Verdict::Abstained(AbstentionReason::OffTopic) => self.off_topic,
            Verdict::Abstained(AbstentionReason::NotAsked) => false,
            Verdict::Abstained(
                AbstentionReason::LowConfidence
                | AbstentionReason::NoAnswer
                | AbstentionReason::InvalidAnswer
                | AbstentionReason::NoMajority,
            ) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Evidence, Stance, StanceProbabilities};

    fn coding(verdict: Verdict, favor: Option<f32>) -> Coding {
        let sides =
            |favor: f32| StanceProbabilities { favor, against: (1.0 - favor) / 2.0, neither: (1.0 - favor) / 2.0 };
        Coding { verdict, probabilities: favor.map(sides), ..Coding::not_asked(0.5) }
    }

    #[test]
    fn a_label_below_the_bound_and_a_missing_one_are_unsure() {
        let only_where = OnlyWhere::default();
        let favor = |probability| coding(Verdict::Labelled(Stance::Favor), probability);
        assert!(only_where.is_unsure(&favor(Some(0.59))));
        assert!(!only_where.is_unsure(&favor(Some(0.6))));
        assert!(!only_where.is_unsure(&favor(None)), "a label without probabilities");
        for (reason, expected) in [
            (AbstentionReason::LowConfidence, true),
            (AbstentionReason::NoMajority, true),
            (AbstentionReason::OffTopic, false),
            (AbstentionReason::NotAsked, false),
        ] {
            assert_eq!(only_where.is_unsure(&coding(Verdict::Abstained(reason), Some(0.9))), expected, "{reason}");
        }
        let everywhere = OnlyWhere { off_topic: true, ..only_where };
        assert!(everywhere.is_unsure(&coding(Verdict::Abstained(AbstentionReason::OffTopic), None)));
        assert_eq!(Coding::not_asked(0.5).evidence, Evidence::None);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let error = |only_where: OnlyWhere| only_where.check("coder `b`").unwrap_err().to_string();
        let message = error(OnlyWhere { unsure_below: 60.0, ..OnlyWhere::default() });
        assert_eq!(message, "coder `b`: only_where, unsure_below: found 60; expected a probability above 0, at most 1");
        assert!(error(OnlyWhere { unsure_below: f32::NAN, ..OnlyWhere::default() }).contains("NaN"));
        assert!(error(OnlyWhere { share_of_others: -0.1, ..OnlyWhere::default() }).contains("share_of_others"));
    }
}
