//! What is known of the quality of labels.

use plenary_corpus::findings::ThresholdSource;

use crate::declare::{Table, cell, field, filled, optional, tables};
use crate::open_error::OpenError;

tables! {
    /// learned coder and the documents that it was not learned from (no rows for coders of earlier versions, which keep nothing of their texts)
    coder_inputs: CoderInputsRow<'a> {
        /// Coder (`codings.coder_id` or `variable_codes.coder_id`).
        coder_id: &'a str;
        /// Documents of the run that are not among those from which the coder was learned.
        n_documents: u32, unit "documents";
        /// Segments of these documents.
        n_segments: u64, unit "segments";
        /// Squared maximum mean discrepancy of the vectors of these segments and of those from which the coder was learned, with the kernel
        /// `exp(cosine - 1)` by 128 random features (Gretton et al. 2012; Rahimi & Recht 2007).
        mmd2: f64, unit "squared distance", null "there are no new documents";
        /// `mmd2` divided by its expectation if the new documents are drawn like those of learning: about 1 without a drift.
        drift: f64, unit "ratio", null "there are no new documents, or all documents of learning are alike";
        /// Value of `drift` that random draws of as many of the documents of learning rarely exceed.
        threshold: f64, unit "ratio", null "there are no new documents, or the coder was learned from fewer than 20 documents";
        /// Share of these draws that exceed it.
        false_alarm_rate: f64, unit "share, 0 to 1";
        /// Whether `drift` is above `threshold`. The quality that was measured when the coder was learned may then not hold.
        is_unusual: bool, null "there is no drift or no threshold";
    }

    /// inference model and target of the study: from which evidence on a segment takes a side (no rows with `neither = "relevance"`)
    neither_thresholds: NeitherThresholdRow<'a> {
        /// Coder (`codings.coder_id`).
        coder_id: &'a str;
        /// Target of the study.
        target_id: &'a str;
        /// Where the threshold comes from: `default` (the model's own, not fitted to these texts), `stated_share` (the share of `neither` that the
        /// study states) or `hand_codes` (codes of people that the study names).
        source: &'a str;
        /// A segment is `neither` where `ln(max(favor, against) / neither)` of the model is below this value. The probabilities in
        /// `codings` are those after it: the model's odds of `neither` are multiplied by `exp(threshold)`.
        threshold: f64, unit "natural logarithm of odds";
        /// Share of `neither` that the study states. Segments off the topic count as `neither`.
        stated_share: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Codes that the threshold was fitted on.
        n_codes: u32, unit "codes", null "the threshold has another source";
        /// Share of right labels of these segments, each with the threshold of the other codes.
        accuracy: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Macro-F1 of the same labels.
        macro_f1: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Share of right labels of these segments with the default.
        accuracy_of_default: f64, unit "share, 0 to 1", null "the threshold has another source";
        /// Macro-F1 of these segments with the default.
        macro_f1_of_default: f64, unit "share, 0 to 1", null "the threshold has another source";
    }

    /// two coders and target of the study (no rows for a study with one coder)
    agreement: AgreementRow<'a> {
        /// Target of the study.
        target_id: &'a str;
        /// A coder (`codings.coder_id`).
        coder_a: &'a str;
        /// A coder that comes after it in the study.
        coder_b: &'a str;
        /// Segments that both coders labelled. Labels are compared on these.
        n_segments: u64, unit "segments";
        /// Segments that only `coder_a` labelled.
        n_only_a: u64, unit "segments";
        /// Segments that only `coder_b` labelled.
        n_only_b: u64, unit "segments";
        /// Whether one of the coders was asked only where an earlier coder is unsure. The segments that both labelled are then not a
        /// random sample of all segments.
        is_selective: bool;
        /// Share of these segments with equal labels.
        share_equal: f64, unit "share, 0 to 1", null "no segment was labelled by both";
        /// Cohen's kappa: agreement beyond that expected from how often each coder gives each label (Cohen 1960).
        kappa: f64, unit "coefficient, -1 to 1", null "no segment was labelled by both, or both coders give one label only";
        /// Krippendorff's alpha for nominal data (Krippendorff 2019, chapter 12).
        alpha: f64, unit "coefficient, -1 to 1", null "no segment was labelled by both, or there is one label only";
    }
}

impl NeitherThresholdRow<'_> {
    /// Where the threshold comes from.
    ///
    /// # Errors
    /// [`OpenError`] if a later version wrote a source that this one does not know.
    pub fn known_source(&self) -> Result<ThresholdSource, OpenError> {
        ThresholdSource::from_name(self.source).ok_or_else(|| {
            let known: Vec<&str> = ThresholdSource::ALL.iter().map(|source| source.as_str()).collect();
            OpenError::unknown_value(Self::TABLE.name, "source", self.source, &known)
        })
    }
}
