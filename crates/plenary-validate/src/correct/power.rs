//! What a correction was worth, and how many codings would make its interval half as wide.
//!
//! **Input:** variances. **Output:** [`Power`]. **Refused:** nothing. **Left to others:** the estimates.

use super::means::Design;

/// What a correction was worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Number of codings with which the mean of the codes alone would be as precise as the corrected mean is now, if its variance
    /// falls with their number.
    pub equivalent_codings: f64,
    /// Number of codings in all with which the interval would be half as wide. `None` if no number suffices, because units and
    /// clusters vary too much even if every unit were coded.
    pub codings_to_halve: Option<f64>,
    /// Standard error by the draw of the sample alone: how far the corrected mean may be from the mean of the codes of all units of
    /// this corpus.
    pub standard_error_of_coding: f64,
}

impl Power {
    /// The variance of a corrected mean is `a + b / n`: `a` by the corpus, `b / n` by the draw of the `n` codings.
    pub(super) fn of(design: &Design, hand_coded: Option<f64>, corrected: Option<f64>) -> Self {
        let n = design.n as f64;
        let (hand_coded, corrected) = (hand_coded.unwrap_or_default(), corrected.unwrap_or_default());
        let of_corpus = (corrected - design.variance).max(0.0);
        let wanted = corrected / 4.0 - of_corpus;
        Self {
            equivalent_codings: if corrected > 0.0 { n * hand_coded / corrected } else { n },
            codings_to_halve: (wanted > 0.0).then(|| (n * design.variance / wanted).ceil()),
            standard_error_of_coding: design.variance.sqrt(),
        }
    }
}
