//! What made a confidence: every step of the weighing, recorded as it is taken.
//!
//! A [`Candidate`](super::styles::Candidate) changes its confidence only together with a [`Step`] here, so that what is
//! told of a boundary is what was computed.

use std::fmt;

use super::labels::LabelKind;
use crate::corpus::Weight;

/// Why a confidence changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// What the label looks like.
    Form(LabelKind),
    /// The mark behind the label is one that prose sets by chance too.
    ChanceMark,
    /// A number stands before the label: it may be an item of a list.
    Numbered,
    /// A title or an affiliation stands beside the name or below it.
    OfficeBeside,
    /// The label is a heading.
    InHeading,
    /// A plain line: what else speaks for a byline there.
    PlainLine,
    /// A misread print of a label that is more frequent.
    Misread,
    /// The label stands several times in the style.
    Recurs(usize),
    /// A plain line whose label stands only once.
    LonePlainLine,
    /// The study pins the style.
    Pinned,
    /// Questions and answers vouch for each other.
    QuestionsAndAnswers,
    /// The label stands once, but looks as others of the style do.
    LooksLikeOthers,
    /// Most paragraphs begin with a label of the style.
    Throughout,
    /// The line matches the study's pattern.
    Matches,
    /// The format declares the turn.
    Declared,
    /// The confidence of the document's style, as a quarter of the whole.
    OfStyle(f32),
    /// A change that no rule recorded: a fault of the program.
    Unrecorded,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Form(LabelKind::Person) => f.write_str("the label has the form of a person's name"),
            Reason::Form(LabelKind::Office) => f.write_str("the label names an office"),
            Reason::Form(LabelKind::Anonymous) => f.write_str("the label stands for somebody without a name"),
            Reason::Form(LabelKind::Word) => f.write_str("the label is a word that may be a name"),
            Reason::ChanceMark => f.write_str("the mark behind the label is one that prose sets by chance too"),
            Reason::Numbered => f.write_str("a number before the label: it may be an item of a list"),
            Reason::OfficeBeside => f.write_str("a title or affiliation stands beside the name"),
            Reason::InHeading => f.write_str("the label is a heading"),
            Reason::PlainLine => f.write_str("a plain line, by what stands beside the name"),
            Reason::Misread => f.write_str("taken for a misread print of a more frequent label"),
            Reason::Recurs(n) => write!(f, "the label stands {n} times in this style"),
            Reason::LonePlainLine => f.write_str("a plain line whose label stands only once"),
            Reason::Pinned => f.write_str("the study pins this style"),
            Reason::QuestionsAndAnswers => f.write_str("questions and answers vouch for each other"),
            Reason::LooksLikeOthers => f.write_str("stands once, but looks as other labels of the style"),
            Reason::Throughout => f.write_str("most paragraphs begin with a label of this style"),
            Reason::Matches => f.write_str("the line matches the study's pattern"),
            Reason::Declared => f.write_str("the format declares the turn"),
            Reason::OfStyle(confidence) => {
                write!(f, "a quarter of the whole is the confidence of the document's style, {confidence:.2}")
            }
            Reason::Unrecorded => f.write_str("changed by a rule that did not record it"),
        }
    }
}

/// One step: why, and the confidence after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub reason: Reason,
    pub confidence: f32,
}

/// The steps that made a confidence, from nothing on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Weights(Vec<Step>);

impl Weights {
    pub fn start(reason: Reason, confidence: f32) -> Self {
        Self(vec![Step { reason, confidence }])
    }

    /// The confidence after the last step.
    pub fn now(&self) -> f32 {
        self.0.last().map_or(0.0, |step| step.confidence)
    }

    /// Takes a step; one that changes nothing leaves no trace.
    pub fn to(&mut self, reason: Reason, confidence: f32) {
        if confidence.to_bits() != self.now().to_bits() {
            self.0.push(Step { reason, confidence });
        }
    }

    /// The same steps, and `to` this one.
    pub fn then(mut self, reason: Reason, confidence: f32) -> Self {
        self.to(reason, confidence);
        self
    }

    /// The steps for people.
    pub fn told(&self) -> Vec<Weight> {
        let mut before = 0.0;
        self.0
            .iter()
            .map(|step| {
                let change = step.confidence - before;
                before = step.confidence;
                Weight { reason: step.reason.to_string(), change, confidence: step.confidence }
            })
            .collect()
    }
}
