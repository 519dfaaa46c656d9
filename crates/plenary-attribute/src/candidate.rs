//! The types that passes exchange: a place that looks like a byline, and the bylines of a document.
//!
//! Finding candidates and choosing among them is left to `find`.

use std::ops::Range;

use crate::weights::Weights;
use plenary_corpus::{BlockKind, Details, Reason, Rival, Span, Style, StyleScore, Template, TurnRule};
use plenary_names::bylines::{self, Byline};
use plenary_names::labels::LabelKind;
use plenary_names::lexicon::Lexicon;
use plenary_names::misreadings::is_same_spelling;

/// The name of a person whom the document does not name.
pub(crate) const NOT_NAMED: &str = "Unknown";

/// From this confidence on a candidate is a byline.
pub(crate) const ACCEPT: f32 = 0.5;

/// The evidence that a turn begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A byline is printed there.
    Printed,
    /// An interjection in brackets inside the turn of another person.
    Interjection,
    /// The interrupted turn continues after an interjection.
    Resumed,
    /// A question in bold, in italics or as a heading, without a label.
    Asked,
    /// The text below such a question.
    Answered,
    /// The whole text is the speech of the person named in its title.
    Titled,
    /// A sign of a new speaker, without a name.
    Unnamed,
    /// The name of the writer is below the text.
    Signed,
    /// A person says that a turn begins there.
    Corrected,
}

/// Where a byline and the speech after it are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Line on which the byline begins, from 0.
    pub(crate) line: usize,
    /// From the byline's first character to the speech, or to the byline's end.
    pub(crate) byline: Span,
    /// Line on which the speech begins; equal to `line` if they share one.
    pub(crate) speech_line: usize,
    /// Offset in the source at which the speech begins.
    pub(crate) speech: usize,
}

/// A place that looks like a byline.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The style of the byline.
    pub(crate) style: Style,
    /// The evidence that a turn begins.
    pub(crate) origin: Origin,
    /// Line on which the byline begins, from 0.
    pub(crate) line: usize,
    /// The byline as printed, and its parts.
    pub(crate) parts: Byline,
    /// The label alone, with misread letters corrected.
    pub(crate) label: String,
    /// What the label looks like.
    pub(crate) kind: LabelKind,
    /// From the byline's first character to the speech, or to the byline's end.
    pub(crate) byline: Span,
    /// Line on which the speech begins; equal to `line` if they share one.
    pub(crate) speech_line: usize,
    /// Offset in the source at which the speech begins.
    pub(crate) speech: usize,
    /// Start of the turn in seconds from the start of the recording, if the byline gives it.
    pub(crate) time_start_s: Option<f64>,
    /// End of the turn in seconds from the start of the recording, if a mark in the turn gives it.
    pub(crate) time_end_s: Option<f64>,
    /// The byline begins inside a paragraph.
    pub(crate) inside: bool,
    /// The label is an office, has an honorific or two initials, or is in capitals, which is rare in prose.
    pub(crate) marked: bool,
    /// How often the label occurs in this style.
    pub(crate) n_mentions: usize,
    /// The steps that led to the confidence.
    pub(crate) weights: Weights,
    /// The best other reading of the same place.
    pub(crate) rival: Option<Box<Rival>>,
}

impl Candidate {
    /// A printed byline, not inside a paragraph and without a time. Its occurrences are counted later.
    pub(crate) fn printed(style: Style, parts: Byline, kind: LabelKind, place: Place, weights: Weights) -> Self {
        let marked = is_marked(&parts, kind);
        Self { marked, n_mentions: 0, ..Self::implied(style, Origin::Printed, parts, kind, place, weights) }
    }

    /// A turn that begins without its own byline.
    pub(crate) fn implied(
        style: Style,
        origin: Origin,
        parts: Byline,
        kind: LabelKind,
        place: Place,
        weights: Weights,
    ) -> Self {
        let Place { line, byline, speech_line, speech } = place;
        Self {
            style,
            origin,
            line,
            label: parts.label.clone(),
            parts,
            kind,
            byline,
            speech_line,
            speech,
            time_start_s: None,
            time_end_s: None,
            inside: false,
            marked: false,
            n_mentions: 1,
            weights,
            rival: None,
        }
    }

    /// Confidence that a turn begins here, in [0, 1].
    pub(crate) fn confidence(&self) -> f32 {
        self.weights.now()
    }

    /// The rule that opens the turn: the style, or the evidence that replaces a byline.
    pub(crate) fn rule(&self) -> TurnRule {
        match self.origin {
            Origin::Interjection => TurnRule::BracketedInterjection,
            Origin::Resumed => TurnRule::Continues,
            Origin::Corrected => TurnRule::Corrected,
            _ => TurnRule::Style(self.style),
        }
    }

    /// Whether the label was corrected in more than spaces, punctuation and capitals.
    pub(crate) fn is_misread(&self) -> bool {
        self.parts.label != self.label && !is_same_spelling(&self.parts.label, &self.label)
    }

    /// Sets the confidence and records the reason if that changes it.
    pub(crate) fn set_confidence(&mut self, confidence: f32, reason: Reason) {
        self.weights.to(reason, confidence);
    }

    /// Sets the confidence to at least this value and records the reason if that changes it.
    pub(crate) fn raise(&mut self, confidence: f32, reason: Reason) {
        if confidence > self.confidence() {
            self.set_confidence(confidence, reason);
        }
    }

    /// The parts of the byline. If the label is misread, its correct form replaces label, name and honorific.
    pub(crate) fn corrected_parts(&self, lexicon: &Lexicon) -> Byline {
        let parts = self.parts.clone();
        if parts.label == self.label {
            return parts;
        }
        let corrected = bylines::split(lexicon, &self.label);
        let details = Details { honorific: corrected.details.honorific, ..parts.details };
        Byline { label: corrected.label, name: corrected.name, details, ..parts }
    }
}

/// The bylines of a document in order, and its style.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// The bylines, in the order of the text.
    pub(crate) bylines: Vec<Candidate>,
    /// The style of the document; `None` if no byline was found.
    pub(crate) style: Option<Style>,
    /// Confidence of the style, in [0, 1].
    pub(crate) confidence: f32,
    /// How much of the document each style explains, the best first.
    pub(crate) scores: Vec<StyleScore>,
    /// Labels that the head of the document explains, with the person: "DW: Dale Whit".
    pub(crate) legend: Vec<(String, Byline)>,
    /// The template that the document itself establishes.
    pub(crate) template: Option<Template>,
    /// Bylines that are repeated within a turn and do not open one.
    pub(crate) repeated: Vec<Span>,
    /// Lines around the turns that are not speech: signatures, headings between letters.
    pub(crate) around: Vec<(Range<usize>, BlockKind)>,
}

impl Found {
    /// Adds bylines in their places.
    pub(crate) fn insert(&mut self, bylines: Vec<Candidate>) {
        if !bylines.is_empty() {
            self.bylines.extend(bylines);
            self.bylines.sort_by_key(|byline| (byline.byline.start, byline.byline.end));
        }
    }
}

/// Whether a label has a mark that is rare in prose.
fn is_marked(byline: &Byline, kind: LabelKind) -> bool {
    kind == LabelKind::Office
        || byline.details.honorific.is_some()
        || in_capitals(&byline.label)
        || byline.label.split_whitespace().any(|word| word.chars().count() >= 4 && in_capitals(word))
        || byline.label.split_whitespace().filter(|word| is_initial(word)).count() >= 2
}

/// Whether a word is the initial of a name: "A.", or "A" at the end of a label.
fn is_initial(word: &str) -> bool {
    let mut letters = word.trim_end_matches('.').chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
}

/// Whether all letters of a label are capitals and there are at least two.
pub(crate) fn in_capitals(label: &str) -> bool {
    let mut n = 0;
    for c in label.chars().filter(|c| c.is_uppercase() || c.is_lowercase()) {
        if !c.is_uppercase() {
            return false;
        }
        n += 1;
    }
    n >= 2
}
