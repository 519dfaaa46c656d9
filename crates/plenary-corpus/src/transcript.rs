//! A document with its speech attributed: utterances, segments, and what is kept of them.

use serde::{Deserialize, Serialize};

use crate::block::Block;
use crate::document::{Document, FrontMatter, Turn};
use crate::evidence::{Estimate, Explanation, StyleScore};
use crate::format::Format;
use crate::span::Span;
use crate::speaker::Speaker;
use crate::style::{Style, Template};
use crate::words::WordCounts;

/// One turn of a speaker.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Utterance {
    /// Id of the utterance.
    pub utterance_id: String,
    /// Position in the document, from 1.
    pub position: usize,
    /// Index into [`Transcript::speakers`]; `None` if the page does not name the speaker.
    pub speaker: Option<usize>,
    /// The label of the speaker here, without title and brackets and with misread letters corrected: "The Chair", "Mr Lee".
    pub label: Option<String>,
    /// What was said: the source between `span.start` and `span.end` without blocks of other kinds in between, with wrapped
    /// lines joined, divided words rejoined and marks of emphasis removed.
    pub text: String,
    /// From the first to the last character of the speech.
    pub span: Span,
    /// Start in seconds from the start of the recording, if the source has times.
    pub time_start_s: Option<f64>,
    /// End in seconds from the start of the recording, if the source has times.
    pub time_end_s: Option<f64>,
    /// Number of words: by UAX #29, and by dictionary in scripts without blanks (Chinese, Japanese, Thai, Lao, Khmer, Burmese).
    pub n_words: usize,
    /// Probability that the turn is right: it begins and ends in the right places and belongs to this speaker. In [0, 1].
    pub boundary_confidence: f32,
    /// Whether a person should check the turn.
    pub needs_review: bool,
    /// Why the turn begins here: the rule and the printed evidence, for readers.
    pub evidence: String,
    /// Index into [`Transcript::blocks`] of the byline that announces the turn; `None` if there is none.
    pub byline: Option<usize>,
    /// The evidence in detail: every step of the computation, and why the turn belongs to this speaker.
    pub explanation: Explanation,
}

/// What ends a segment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentEnd {
    /// The sign at the end of a sentence.
    #[default]
    Sentence,
    /// The end of a paragraph, of an item of a list or of the turn, without such a sign.
    Paragraph,
    /// A pause between two cues, in a stretch without punctuation.
    Pause,
    /// A sign inside a sentence, or a blank in a script without blanks, in a stretch that is too long.
    Clause,
    /// The end of a cue, in a stretch without punctuation.
    Cue,
    /// The limit of words, in a stretch without punctuation.
    Limit,
}

impl SegmentEnd {
    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            SegmentEnd::Sentence => "sentence",
            SegmentEnd::Paragraph => "paragraph",
            SegmentEnd::Pause => "pause",
            SegmentEnd::Clause => "clause",
            SegmentEnd::Cue => "cue",
            SegmentEnd::Limit => "limit",
        }
    }
}

/// A unit of analysis: a sentence, a paragraph or a whole utterance, as the study says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Segment {
    /// Id of the segment.
    pub segment_id: String,
    /// Index into [`Transcript::utterances`].
    pub utterance: usize,
    /// Position within the utterance, from 1.
    pub position: usize,
    /// The text.
    pub text: String,
    /// Where it is.
    pub span: Span,
    /// What ends it.
    pub ends: SegmentEnd,
    /// Number of words: as in [`Utterance`].
    pub n_words: usize,
}

/// A document with its speech attributed.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// The document.
    pub document: Document,
    /// What the format's header and the head of the page say of the event.
    pub front: FrontMatter,
    /// ISO 639-1 code; `None` if the language could not be determined.
    pub language: Option<String>,
    /// The style in which the document prints its speakers; `None` if no speaker was found.
    pub style: Option<Style>,
    /// How consistently the document uses that style, in [0, 1].
    pub style_confidence: f32,
    /// How much of the document each style explains, the best first; empty if no styles were compared.
    pub styles: Vec<StyleScore>,
    /// The byline template that the lines of the document establish; `None` if there is none.
    pub template: Option<Template>,
    /// The blocks; they partition the text.
    pub blocks: Vec<Block>,
    /// The people.
    pub speakers: Vec<Speaker>,
    /// The turns.
    pub utterances: Vec<Utterance>,
    /// The units of analysis.
    pub segments: Vec<Segment>,
    /// Number of words in the turns, and outside the turns by kind of block.
    pub words: WordCounts,
    /// Number of answers of people that were applied.
    pub n_corrections: usize,
    /// How well the document is estimated to be attributed.
    pub estimate: Estimate,
    /// Whether a person should check the attribution as a whole.
    pub needs_review: bool,
    /// What a user should know about how the document was read, in full sentences.
    pub warnings: Vec<String>,
}

/// What is kept of a transcript once its text has been processed: everything except text, blocks and utterances.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// As in [`Document`].
    pub document_id: String,
    /// As in [`Document`].
    pub path: String,
    /// As in [`Document`].
    pub source: String,
    /// As in [`Document`].
    pub format: Format,
    /// As in [`Document`].
    pub encoding: String,
    /// As in [`Document`].
    pub sha256: String,
    /// As in [`Document`].
    pub n_bytes: u64,
    /// As in [`Transcript`].
    pub front: FrontMatter,
    /// As in [`Transcript`].
    pub language: Option<String>,
    /// As in [`Transcript`].
    pub style: Option<Style>,
    /// As in [`Transcript`].
    pub style_confidence: f32,
    /// As in [`Transcript`].
    pub speakers: Vec<Speaker>,
    /// Number of utterances.
    pub n_utterances: usize,
    /// Number of segments.
    pub n_segments: usize,
    /// Number of words in all utterances.
    pub n_words: usize,
    /// As in [`Transcript`].
    pub words: WordCounts,
    /// As in [`Transcript`].
    pub n_corrections: usize,
    /// As in [`Transcript`].
    pub needs_review: bool,
    /// As in [`Transcript`].
    pub warnings: Vec<String>,
}

impl Transcript {
    /// What is kept of the transcript once its text has been processed.
    pub fn summary(&self) -> Summary {
        let document = &self.document;
        Summary {
            document_id: document.document_id.clone(),
            path: document.path.clone(),
            source: document.source.clone(),
            format: document.format,
            encoding: document.encoding.clone(),
            sha256: document.sha256.clone(),
            n_bytes: document.n_bytes,
            front: self.front.clone(),
            language: self.language.clone(),
            style: self.style,
            style_confidence: self.style_confidence,
            speakers: self.speakers.clone(),
            n_utterances: self.utterances.len(),
            n_segments: self.segments.len(),
            n_words: self.n_words(),
            words: self.words,
            n_corrections: self.n_corrections,
            needs_review: self.needs_review,
            warnings: self.warnings.clone(),
        }
    }

    /// The speaker of a segment, if known.
    pub fn speaker_of(&self, segment: &Segment) -> Option<&Speaker> {
        self.utterances[segment.utterance].speaker.map(|s| &self.speakers[s])
    }

    /// The turn of the source in which an utterance begins, if the format marks turns.
    pub fn turn_of(&self, utterance: &Utterance) -> Option<&Turn> {
        self.document.turns.get(self.turn_index_of(utterance)?)
    }

    /// The index of [`Transcript::turn_of`] into the turns of the document.
    pub fn turn_index_of(&self, utterance: &Utterance) -> Option<usize> {
        let lines = &self.document.lines;
        let from = lines.partition_point(|line| line.span.end <= utterance.span.start);
        lines.get(from).filter(|line| line.span.start <= utterance.span.start)?.turn
    }

    /// Number of words in all utterances.
    pub fn n_words(&self) -> usize {
        self.utterances.iter().map(|u| u.n_words).sum()
    }
}
