//! The steps of the computation of a score, recorded as they are taken.
//!
//! **Input**: the steps. **Output**: the confidence of a [`Candidate`](crate::candidate::Candidate), which is the
//! result of its last step, so that the reported confidence is the computed one. Which steps are taken is left to
//! `find`.

use plenary_corpus::{Form, Reason, Weight};
use plenary_names::labels::LabelKind;

/// The steps that led to a confidence.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Weights(Vec<Weight>);

impl Weights {
    /// The first step: the form of a label.
    pub(crate) fn of_form(kind: LabelKind, confidence: f32) -> Self {
        Self::start(Reason::Form(form(kind)), confidence)
    }

    /// The first step.
    pub(crate) fn start(reason: Reason, confidence: f32) -> Self {
        Self(vec![Weight { reason, change: confidence, confidence }])
    }

    /// The confidence after the last step.
    pub(crate) fn now(&self) -> f32 {
        self.0.last().map_or(0.0, |step| step.confidence)
    }

    /// Adds a step that results in a confidence. A step that changes nothing is not recorded.
    pub(crate) fn to(&mut self, reason: Reason, confidence: f32) {
        let before = self.now();
        if confidence.to_bits() != before.to_bits() {
            self.0.push(Weight { reason, change: confidence - before, confidence });
        }
    }

    /// The same steps, followed by a step that results in `confidence`.
    pub(crate) fn then(mut self, reason: Reason, confidence: f32) -> Self {
        self.to(reason, confidence);
        self
    }

    /// The steps, in order.
    pub(crate) fn as_slice(&self) -> &[Weight] {
        &self.0
    }

    /// The steps, in order.
    pub(crate) fn steps(self) -> Vec<Weight> {
        self.0
    }
}

/// The kind of a label, as explanations report it.
pub(crate) fn form(kind: LabelKind) -> Form {
    match kind {
        LabelKind::Person => Form::Person,
        LabelKind::Office => Form::Office,
        LabelKind::Anonymous => Form::Anonymous,
        LabelKind::Word => Form::Word,
    }
}
