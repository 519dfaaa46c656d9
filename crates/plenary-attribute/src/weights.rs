//! What made a confidence: every step of the weighing, recorded as it is taken.
//!
//! A [`Candidate`](crate::candidate::Candidate) changes its confidence only together with a step here, so that what is told
//! of a boundary is what was computed.

use plenary_corpus::{Form, Reason, Weight};
use plenary_names::labels::LabelKind;

/// The steps that made a confidence, from nothing on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights(Vec<Weight>);

impl Weights {
    /// The first step: the form of a label.
    pub fn of_form(kind: LabelKind, confidence: f32) -> Self {
        Self::start(Reason::Form(form(kind)), confidence)
    }

    pub fn start(reason: Reason, confidence: f32) -> Self {
        Self(vec![Weight { reason, change: confidence, confidence }])
    }

    /// The confidence after the last step.
    pub fn now(&self) -> f32 {
        self.0.last().map_or(0.0, |step| step.confidence)
    }

    /// Takes a step; one that changes nothing leaves no trace.
    pub fn to(&mut self, reason: Reason, confidence: f32) {
        let before = self.now();
        if confidence.to_bits() != before.to_bits() {
            self.0.push(Weight { reason, change: confidence - before, confidence });
        }
    }

    /// The same steps, and `to` this one.
    pub fn then(mut self, reason: Reason, confidence: f32) -> Self {
        self.to(reason, confidence);
        self
    }

    pub fn steps(self) -> Vec<Weight> {
        self.0
    }
}

/// What a label looks like, as it is told.
pub fn form(kind: LabelKind) -> Form {
    match kind {
        LabelKind::Person => Form::Person,
        LabelKind::Office => Form::Office,
        LabelKind::Anonymous => Form::Anonymous,
        LabelKind::Word => Form::Word,
    }
}
