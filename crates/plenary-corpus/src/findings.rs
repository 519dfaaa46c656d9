//! The nouns of what was measured: vectors, tone, codings, themes, estimates.
//!
//! Plain data, as in the rest of this crate; how a number is computed is said where it is computed. A label, a reason or a
//! level is an enum; its text is what the tables hold.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::OptionError;

/// An enum whose variants have a name in the tables.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in the order in which they are declared.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name that the tables use.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }

            /// The one of this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// One vector per text.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// The model.
    pub model_id: String,
    /// Shape `[texts, dimensions]`; each row has length 1.
    pub vectors: Array2<f32>,
    /// Tokens of each text, special tokens included.
    pub n_tokens: Vec<u32>,
    /// Windows in which the model read each text: 1 where it fits.
    pub n_windows: Vec<u32>,
}

named! {
    /// The tone of a text.
    Tone {
        /// Negative.
        Negative = "negative",
        /// Neither.
        Neutral = "neutral",
        /// Positive.
        Positive = "positive",
    }
}

/// Tone of one text: three probabilities that sum to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentimentScore {
    /// Probability of a negative tone.
    pub negative: f32,
    /// Probability of a neutral tone.
    pub neutral: f32,
    /// Probability of a positive tone.
    pub positive: f32,
}

impl SentimentScore {
    /// positive - negative, in [-1, 1].
    pub fn score(&self) -> f32 {
        self.positive - self.negative
    }

    /// The most probable of the three; ties go to the first in the order neutral, negative, positive.
    pub fn label(&self) -> Tone {
        if self.neutral >= self.negative && self.neutral >= self.positive {
            Tone::Neutral
        } else if self.negative >= self.positive {
            Tone::Negative
        } else {
            Tone::Positive
        }
    }
}

/// Tone of every text.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentiment {
    /// The model.
    pub model_id: String,
    /// One per text, in the order of the texts.
    pub scores: Vec<SentimentScore>,
    /// Windows in which the model read each text: 1 where it fits.
    pub n_windows: Vec<u32>,
}

/// A proposition towards which stance is scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Short name in snake case; it becomes a column of the `analysis` table.
    #[serde(default)]
    pub id: String,
    /// One affirmative sentence that a speaker can be for or against.
    #[serde(default)]
    pub proposition: String,
    /// The same denied; it is scored as well and averaged with the sides exchanged.
    pub negation: Option<String>,
    /// For the reader of the study; carried into the codebook.
    pub note: Option<String>,
}

impl Target {
    /// Checks one target; `place` names it in the error, as `target 2`.
    ///
    /// # Errors
    /// [`OptionError`] where the id, the proposition or the negation is missing or not of the form expected.
    pub fn check(&self, place: &str) -> Result<(), OptionError> {
        let mut characters = self.id.chars();
        let is_id = characters.next().is_some_and(|c| c.is_ascii_lowercase())
            && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_id {
            let found = if self.id.is_empty() { "no id".to_string() } else { format!("the id \"{}\"", self.id) };
            let expected = "an id of lower-case letters, digits and underscores that begins with a letter, such as \
                            \"open_borders\"";
            return Err(OptionError::new(place, found, expected));
        }
        if self.proposition.trim().is_empty() {
            let expected = "`proposition = \"...\"`, one affirmative sentence that a speaker can be for or against";
            return Err(OptionError::new(place, "no proposition", expected));
        }
        if self.negation.as_deref().is_some_and(|negation| negation.trim().is_empty()) {
            let expected = "the proposition denied, or no `negation` at all";
            return Err(OptionError::new(place, "an empty negation", expected));
        }
        Ok(())
    }
}

named! {
    /// The side that a text takes towards a proposition.
    Stance {
        /// For the proposition.
        Favor = "favor",
        /// Against it.
        Against = "against",
        /// Neither.
        Neither = "neither",
    }
}

named! {
    /// Why a coder gives no label.
    AbstentionReason {
        /// The text is too far from the proposition.
        OffTopic = "off_topic",
        /// No side is probable enough.
        LowConfidence = "low_confidence",
    }
}

/// What a coder says of a unit towards a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The unit has this label.
    Labelled(Stance),
    /// The coder gives none.
    Abstained(AbstentionReason),
}

impl Verdict {
    /// The label; `None` where the coder abstains.
    pub fn label(self) -> Option<Stance> {
        match self {
            Verdict::Labelled(stance) => Some(stance),
            Verdict::Abstained(_) => None,
        }
    }

    /// Why there is no label; `None` where there is one.
    pub fn reason(self) -> Option<AbstentionReason> {
        match self {
            Verdict::Labelled(_) => None,
            Verdict::Abstained(reason) => Some(reason),
        }
    }
}

/// Probabilities of the three sides; they sum to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StanceProbabilities {
    /// Probability that the unit is for the proposition.
    pub favor: f32,
    /// Probability that it is against the proposition.
    pub against: f32,
    /// Probability that it is neither.
    pub neither: f32,
}

impl StanceProbabilities {
    /// favor - against, in [-1, 1].
    pub fn score(&self) -> f32 {
        self.favor - self.against
    }
}

/// Natural language inference for one premise and one hypothesis: three probabilities that sum to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inference {
    /// Probability that the hypothesis follows from the premise.
    pub entailment: f32,
    /// Probability that it neither follows nor is contradicted.
    pub neutral: f32,
    /// Probability that the premise contradicts it.
    pub contradiction: f32,
}

/// What a coder's verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Evidence {
    /// Natural language inference with the unit as premise.
    Inference {
        /// The proposition as hypothesis.
        proposition: Inference,
        /// The negation as hypothesis; `None` where the study gives none.
        negation: Option<Inference>,
    },
}

named! {
    /// What kind of coder assigns labels.
    CoderKind {
        /// A model for natural language inference.
        Inference = "inference",
    }
}

/// Who assigned a label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CoderId {
    /// Short name, for a model its id.
    pub id: String,
    /// What kind of coder it is.
    pub kind: CoderKind,
}

/// What one coder says of one unit towards one target.
#[derive(Debug, Clone, PartialEq)]
pub struct Coding {
    /// The label, or why there is none.
    pub verdict: Verdict,
    /// Cosine of the vectors of unit and proposition, negative values set to 0: in [0, 1].
    pub relevance: f32,
    /// Probabilities of the three sides, whether or not there is a label.
    pub probabilities: StanceProbabilities,
    /// What the verdict rests on.
    pub evidence: Evidence,
    /// Windows in which the coder read the unit: 1 where it fits.
    pub n_windows: u32,
}

impl Coding {
    /// favor - against of a unit with a label, in [-1, 1]; `None` where the coder abstains.
    pub fn labelled_score(&self) -> Option<f32> {
        self.verdict.label().map(|_| self.probabilities.score())
    }
}

/// What one coder says of every unit towards every target.
#[derive(Debug, Clone, PartialEq)]
pub struct Codings {
    /// Who assigned the labels.
    pub coder: CoderId,
    /// `of_target[target][unit]`, targets in the order of the study.
    pub of_target: Vec<Vec<Coding>>,
}

/// A theme: a community of segments that speak of the same thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// `t01`, `t02`, ... from the largest theme to the smallest.
    pub theme_id: String,
    /// The first three terms, for people; the theme's id where its texts have no words.
    pub label: String,
    /// At most ten terms by falling class-based TF-IDF weight, no two of which share a word.
    pub terms: Vec<String>,
    /// Weight of each term; the largest is the most telling.
    pub term_weights: Vec<f32>,
    /// Segments of the theme, copies of a text and unsure ones included.
    pub n_segments: usize,
    /// Distinct speakers of these segments; segments without a speaker add none.
    pub n_speakers: usize,
    /// Rows of at most three segments with different texts, nearest to the theme's mean vector first; of copies of a
    /// text, the first row.
    pub exemplars: Vec<usize>,
    /// Mean cosine of the theme's fitted distinct texts to its mean vector, in [-1, 1].
    pub cohesion: f32,
    /// Cohesion minus the mean cosine of the same texts to the mean vector of the nearest other theme (the one whose
    /// mean vector is most like this one's), in [-2, 2]; `None` with a single theme.
    pub separation: Option<f32>,
    /// How often two texts of this theme were in one community, over all pairs of its fitted distinct texts and the
    /// ten starts before the consensus, in [0, 1].
    pub stability: f32,
}

/// How a segment came to its theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssignmentReason {
    /// It was in the community that became the theme.
    Core,
    /// It joined the nearest theme: its own community was too small, or it was not among the texts that were fitted.
    Nearest,
    /// The probability is under the study's floor.
    LowConfidence,
}

impl AssignmentReason {
    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            AssignmentReason::Core => "core",
            AssignmentReason::Nearest => "nearest",
            AssignmentReason::LowConfidence => "low_confidence",
        }
    }
}

/// The theme of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Index into the themes.
    pub theme: usize,
    /// Probability that the segment belongs to the theme, in [0, 1].
    pub probability: f32,
    /// How the segment was assigned.
    pub reason: AssignmentReason,
}

/// All themes and the theme of every segment, in the order of the segments.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Themes {
    /// From the largest to the smallest.
    pub themes: Vec<Theme>,
    /// One per segment, in the order of the segments.
    pub assignments: Vec<Assignment>,
}

named! {
    /// The kind of group that an estimate is of, with a target or without.
    Level {
        /// All segments.
        Corpus = "corpus",
        /// The segments of a document.
        Document = "document",
        /// The segments of a speaker in a document.
        Speaker = "speaker",
        /// The segments of a theme.
        Theme = "theme",
        /// The segments of an utterance.
        Utterance = "utterance",
        /// All segments, towards a target.
        CorpusTarget = "corpus_target",
        /// The segments of a document, towards a target.
        DocumentTarget = "document_target",
        /// The segments of a speaker, towards a target.
        SpeakerTarget = "speaker_target",
        /// The segments of a theme, towards a target.
        ThemeTarget = "theme_target",
        /// The segments of an utterance, towards a target.
        UtteranceTarget = "utterance_target",
    }
}

named! {
    /// What an estimate averages.
    Measure {
        /// positive - negative of a segment's tone.
        Sentiment = "sentiment_score",
        /// favor - against of a segment towards a target.
        Stance = "stance_score",
    }
}

named! {
    /// What was drawn for an interval.
    Resampled {
        /// Whole utterances.
        Utterances = "utterances",
        /// Segments, in a group with one utterance.
        Segments = "segments",
    }
}

/// Mean of one measure in one group of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The kind of group.
    pub level: Level,
    /// The document, where the group is of one.
    pub document_id: Option<String>,
    /// The speaker, where the group is of one.
    pub speaker_id: Option<String>,
    /// The utterance, where the group is one.
    pub utterance_id: Option<String>,
    /// The theme, where the group is of one.
    pub theme_id: Option<String>,
    /// The target, where the measure has one.
    pub target_id: Option<String>,
    /// What is averaged.
    pub measure: Measure,
    /// Mean over the segments with a label; `None` where every segment of the group abstains.
    pub mean: Option<f64>,
    /// Lower end of the interval (percentile bootstrap); `None` with a single labelled segment or without draws.
    pub ci_low: Option<f64>,
    /// Upper end of the interval.
    pub ci_high: Option<f64>,
    /// What was drawn for the interval: utterances, or, where the group has only one, its segments. The latter
    /// measures variation within that turn, not between turns of the speaker.
    pub resampled: Option<Resampled>,
    /// Segments with a label, which the mean is over.
    pub n_segments: usize,
    /// Utterances that these segments come from.
    pub n_utterances: usize,
    /// Share of the group's segments without a label, in [0, 1].
    pub share_abstained: f64,
}
