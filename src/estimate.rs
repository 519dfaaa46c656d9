//! Scores by group to means with intervals.

/// Mean of one measure in one group of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// `corpus`, `document`, `speaker`, `theme`, `utterance`, and with a target `corpus_target`, `document_target`,
    /// `speaker_target`, `theme_target`, `utterance_target`.
    pub level: &'static str,
    pub document_id: Option<String>,
    pub speaker_id: Option<String>,
    pub utterance_id: Option<String>,
    pub theme_id: Option<String>,
    pub target_id: Option<String>,
    /// `sentiment_score` or `stance_score`.
    pub measure: &'static str,
    /// `None` where every segment of the group abstains.
    pub mean: Option<f64>,
    /// Percentile bootstrap over utterances; `None` with fewer than two utterances.
    pub ci_low: Option<f64>,
    pub ci_high: Option<f64>,
    /// Segments with a label, which the mean is over.
    pub n_segments: usize,
    /// Utterances that these segments come from.
    pub n_utterances: usize,
    /// Share of the group's segments without a label, in [0, 1].
    pub share_abstained: f64,
}
