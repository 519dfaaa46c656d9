//! The nouns that passes exchange: a place that looks like a byline, and the bylines of a document.
//!
//! Finding candidates and choosing among them is left to `find`.

use crate::weights::Weights;
use plenary_corpus::{Details, Reason, Rival, Span, Style, StyleScore, TurnRule};
use plenary_names::bylines::{self, Byline};
use plenary_names::labels::LabelKind;

/// How it is known that a turn begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A byline is printed there.
    Printed,
    /// Somebody calls out, in brackets, inside the turn of another.
    Call,
    /// Who was called at goes on.
    Resumed,
    /// A question set in bold, in italics or as a heading, without a label.
    Asked,
    /// What stands below such a question.
    Answered,
    /// The whole text is the speech of the person in its title.
    Titled,
}

/// A place that looks like a byline.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub style: Style,
    pub origin: Origin,
    /// Line the byline begins on.
    pub line: usize,
    /// The byline as printed, and its parts.
    pub parts: Byline,
    /// The label alone, misreadings mended.
    pub label: String,
    pub kind: LabelKind,
    /// From the byline's first character to the speech.
    pub byline: Span,
    /// Line and source offset where the speech begins; the same line where they share one.
    pub speech_line: usize,
    pub speech: usize,
    pub time_start_s: Option<f64>,
    /// The byline begins inside a paragraph.
    pub inside: bool,
    /// The label is an office, has an honorific or stands in capitals: marks that prose does not set by chance.
    pub marked: bool,
    /// How often the label stands in this style.
    pub n_mentions: usize,
    pub confidence: f32,
    /// What made the confidence.
    pub weights: Weights,
    /// The best other reading of the same place.
    pub rival: Option<Box<Rival>>,
}

impl Candidate {
    /// The rule that opens the turn: the style, or what stands for a byline.
    pub fn rule(&self) -> TurnRule {
        match self.origin {
            Origin::Call => TurnRule::BracketedInterjection,
            Origin::Resumed => TurnRule::Continues,
            _ => TurnRule::Style(self.style),
        }
    }

    /// Sets the confidence and keeps why.
    pub fn set_confidence(&mut self, confidence: f32, reason: Reason) {
        self.weights.to(reason, confidence);
        self.confidence = confidence;
    }

    /// Sets the confidence to at least this, and keeps why if that changes it.
    pub fn raise(&mut self, confidence: f32, reason: Reason) {
        if confidence > self.confidence {
            self.set_confidence(confidence, reason);
        }
    }
}

/// The bylines of a document, in its order, and what its style is.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub bylines: Vec<Candidate>,
    pub style: Option<Style>,
    /// Confidence of the style, in [0, 1].
    pub confidence: f32,
    /// How much each style explains, the best first.
    pub scores: Vec<StyleScore>,
    /// Labels that the head explains, with the person: "DW: Dale Whit".
    pub legend: Vec<(String, Byline)>,
}

impl Found {
    /// Adds bylines in their places.
    pub fn insert(&mut self, bylines: Vec<Candidate>) {
        if !bylines.is_empty() {
            self.bylines.extend(bylines);
            self.bylines.sort_by_key(|byline| (byline.byline.start, byline.byline.end));
        }
    }
}

/// From this confidence on a candidate is a byline.
pub const ACCEPT: f32 = 0.5;

/// Whether a label bears a mark that prose does not set by chance.
pub fn is_marked(byline: &Byline, kind: LabelKind) -> bool {
    kind == LabelKind::Office
        || byline.details.honorific.is_some()
        || in_capitals(&byline.label)
        || byline.label.split_whitespace().any(|word| word.chars().count() >= 4 && in_capitals(word))
}

/// All letters of a label are capitals, and there are at least two.
pub fn in_capitals(label: &str) -> bool {
    let mut n = 0;
    for c in label.chars().filter(|c| c.is_uppercase() || c.is_lowercase()) {
        if !c.is_uppercase() {
            return false;
        }
        n += 1;
    }
    n >= 2
}

/// The byline with its label as it is printed elsewhere, when this print is misread.
pub(crate) fn mend(byline: bylines::Byline, label: &str) -> bylines::Byline {
    if byline.label == label {
        return byline;
    }
    let mended = bylines::split(label);
    let details = Details { honorific: mended.details.honorific, ..byline.details };
    bylines::Byline { label: mended.label, name: mended.name, details, ..byline }
}
