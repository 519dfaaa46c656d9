//! The types of measurements: vectors, tone, codings, themes, estimates.
//!
//! Plain data, as in the rest of this crate; the code that computes a number documents how. A label, a reason or a
//! level is an enum; its text is what the tables contain.

use jiff::civil::Date;
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
            /// All variants, in the order in which they are declared.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name that the tables use.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }

            /// The variant with this name.
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
    /// Number of windows in which the model read each text: 1 if the text fits.
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
    /// Number of windows in which the model read each text: 1 if the text fits.
    pub n_windows: Vec<u32>,
}

/// A proposition towards which stance is scored.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Short name in snake case; it becomes a column of the `analysis` table.
    #[serde(default)]
    pub id: String,
    /// One affirmative sentence that a speaker can be for or against.
    #[serde(default)]
    pub proposition: String,
    /// The negated proposition; it is scored as well, and the results are averaged with the sides exchanged.
    pub negation: Option<String>,
    /// The proposition in other words, one sentence each. A run does not use them: they show how far the wording matters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paraphrases: Vec<String>,
    /// For readers of the study; copied into the codebook.
    pub note: Option<String>,
    /// Share of the segments that take no side, as far as the researcher knows it, in (0, 1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neither_share: Option<f64>,
    /// What the proposition means, for people and language models that code it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// Rules for cases that are hard to decide, one sentence each, for the same readers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edge_cases: Vec<String>,
    /// Examples, for the same readers.
    #[serde(default, skip_serializing_if = "TargetExamples::is_empty")]
    pub examples: TargetExamples,
}

/// Texts with a known side towards a target.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetExamples {
    /// For the proposition.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub favor: Vec<String>,
    /// Against it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<String>,
    /// Neither.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub neither: Vec<String>,
}

impl TargetExamples {
    /// Every example with its side, in the order of [`Stance::ALL`].
    pub fn sides(&self) -> impl Iterator<Item = (Stance, &String)> {
        let lists = [(Stance::Favor, &self.favor), (Stance::Against, &self.against), (Stance::Neither, &self.neither)];
        lists.into_iter().flat_map(|(side, texts)| texts.iter().map(move |text| (side, text)))
    }

    fn is_empty(&self) -> bool {
        self.sides().next().is_none()
    }
}

impl Target {
    /// Checks one target; `place` names it in the error, as `target 2`.
    ///
    /// # Errors
    /// [`OptionError`] if the id, the proposition or the negation is missing or not of the expected form.
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
        if self.paraphrases.iter().any(|text| text.trim().is_empty()) {
            return Err(OptionError::new(place, "an empty text in `paraphrases`", "the proposition in other words"));
        }
        if self.definition.as_deref().is_some_and(|definition| definition.trim().is_empty()) {
            let expected = "what the proposition means, or no `definition` at all";
            return Err(OptionError::new(place, "an empty definition", expected));
        }
        if self.edge_cases.iter().any(|case| case.trim().is_empty()) {
            return Err(OptionError::new(place, "an empty text in `edge_cases`", "one sentence each"));
        }
        if let Some(share) = self.neither_share.filter(|share| !(*share > 0.0 && *share < 1.0)) {
            return Err(OptionError::new(format!("{place}: neither_share"), share, "a share between 0 and 1"));
        }
        if self.examples.sides().any(|(_, text)| text.trim().is_empty()) {
            return Err(OptionError::new(place, "an empty text in `examples`", "what somebody says"));
        }
        Ok(())
    }
}

named! {
    /// The position of a text on a proposition.
    Stance {
        /// For the proposition.
        Favor = "favor",
        /// Against it.
        Against = "against",
        /// Neither.
        Neither = "neither",
    }
}

impl Stance {
    /// 1 for favor, -1 for against, 0 for neither.
    pub fn score(self) -> f32 {
        match self {
            Stance::Favor => 1.0,
            Stance::Against => -1.0,
            Stance::Neither => 0.0,
        }
    }
}

named! {
    /// Why a coder gives no label.
    AbstentionReason {
        /// The text is too dissimilar to the proposition.
        OffTopic = "off_topic",
        /// No side is probable enough.
        LowConfidence = "low_confidence",
        /// The endpoint gave no answer.
        NoAnswer = "no_answer",
        /// The answer of the endpoint is not one of the codes for this unit.
        InvalidAnswer = "invalid_answer",
        /// Repeated answers for this unit have no majority.
        NoMajority = "no_majority",
        /// The coder was not asked for this unit, because an earlier coder is sure of it.
        NotAsked = "not_asked",
    }
}

/// The verdict of a coder on a unit and a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The unit has this label.
    Labelled(Stance),
    /// The coder gives no label.
    Abstained(AbstentionReason),
}

impl Verdict {
    /// The label; `None` if the coder abstains.
    pub fn label(self) -> Option<Stance> {
        match self {
            Verdict::Labelled(stance) => Some(stance),
            Verdict::Abstained(_) => None,
        }
    }

    /// Why there is no label; `None` if there is one.
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

    /// The largest of the three.
    pub fn largest(&self) -> f32 {
        self.favor.max(self.against).max(self.neither)
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

/// The evidence for a coder's verdict.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Evidence {
    /// The probabilities are all that the coder gives.
    None,
    /// The answer of an endpoint.
    Answer {
        /// sha256 of the request, 64 hex digits: the key of the answer in the folder of answers.
        key: String,
    },
    /// Natural language inference with the unit as premise.
    Inference {
        /// The proposition as hypothesis.
        proposition: Inference,
        /// The negation as hypothesis; `None` if the study gives none.
        negation: Option<Inference>,
    },
}

named! {
    /// Why a label is not what a model itself says of a unit.
    Rule {
        /// A question without a negation by somebody who conducts the meeting or asks the questions takes no side.
        Question = "question",
        /// The learned coder was trained on a hand code of this text: the label is that of a head without this code.
        LeftOut = "left_out",
    }
}

named! {
    /// What kind of coder assigns labels.
    CoderKind {
        /// A model for natural language inference.
        Inference = "inference",
        /// A head that was learned from codes of people.
        Learned = "learned",
        /// A language model behind an endpoint.
        Chat = "chat",
    }
}

impl CoderKind {
    /// How well the labels of such a coder are known to fit the judgement of people on the user's own texts: `leave_one_out` where
    /// its quality was estimated on hand codes of them, otherwise `unvalidated`.
    pub fn validation(self) -> &'static str {
        match self {
            CoderKind::Learned => "leave_one_out",
            CoderKind::Inference | CoderKind::Chat => "unvalidated",
        }
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

/// The verdict of one coder on one unit and one target, with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct Coding {
    /// The label, or why there is none.
    pub verdict: Verdict,
    /// Cosine of the vectors of unit and proposition, negative values set to 0: in [0, 1].
    pub relevance: f32,
    /// The largest cosine of the sentences that the coder saw before the unit, as `relevance`; `None` if it saw none.
    pub context_relevance: Option<f32>,
    /// Probabilities of the three sides, whether or not there is a label; `None` if the coder gives none, or did not read the unit.
    pub probabilities: Option<StanceProbabilities>,
    /// The rule by which the probabilities are not the model's own; `None` if they are.
    pub rule: Option<Rule>,
    /// The evidence for the verdict.
    pub evidence: Evidence,
    /// Number of windows in which the coder read the unit: 1 if the unit fits.
    pub n_windows: u32,
}

impl Coding {
    /// The coding of a unit that the coder was not asked for.
    pub fn not_asked(relevance: f32) -> Self {
        Self {
            verdict: Verdict::Abstained(AbstentionReason::NotAsked),
            relevance,
            context_relevance: None,
            probabilities: None,
            rule: None,
            evidence: Evidence::None,
            n_windows: 1,
        }
    }

    /// Whether the coder was asked for the unit.
    pub fn is_asked(&self) -> bool {
        self.verdict != Verdict::Abstained(AbstentionReason::NotAsked)
    }

    /// favor - against, in [-1, 1]: of the probabilities or, if the coder gives none, of its label.
    pub fn score(&self) -> Option<f32> {
        let of_label = || self.verdict.label().map(Stance::score);
        self.probabilities.map(|probabilities| probabilities.score()).or_else(of_label)
    }

    /// The score of a unit with a label, in [-1, 1]; `None` if the coder abstains.
    pub fn labelled_score(&self) -> Option<f32> {
        self.verdict.label().and_then(|_| self.score())
    }
}

named! {
    /// Where the threshold of `neither` comes from.
    ThresholdSource {
        /// The default: the model's own, not fitted to these texts.
        Default = "default",
        /// The share of `neither` that the study states.
        StatedShare = "stated_share",
        /// Codes of people.
        HandCodes = "hand_codes",
    }
}

/// From which evidence on a unit takes a side, for one inference model and one target.
#[derive(Debug, Clone, PartialEq)]
pub struct NeitherThreshold {
    /// The coder.
    pub coder_id: String,
    /// The target.
    pub target_id: String,
    /// Where the threshold comes from.
    pub source: ThresholdSource,
    /// The threshold: a logarithm of odds.
    pub threshold: f64,
    /// The share of `neither` that the study states, in (0, 1).
    pub stated_share: Option<f64>,
    /// The codes that the threshold was fitted on; `None` for other sources.
    pub quality: Option<ThresholdQuality>,
}

/// How right a threshold is on codes of people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdQuality {
    /// Number of codes.
    pub n_codes: usize,
    /// Share of right labels where the threshold is fitted on the other codes, in [0, 1].
    pub accuracy: f64,
    /// Macro-F1 of the same, in [0, 1].
    pub macro_f1: f64,
    /// Share of right labels with the default.
    pub accuracy_of_default: f64,
    /// Macro-F1 with the default.
    pub macro_f1_of_default: f64,
}

/// The verdicts of one coder on every unit and every target.
#[derive(Debug, Clone, PartialEq)]
pub struct Codings {
    /// Who assigned the labels.
    pub coder: CoderId,
    /// Id of the earlier coder whose codings decide for which units this one is asked; `None` if it is asked for all.
    pub follows: Option<String>,
    /// `of_target[target][unit]`, targets in the order of the study.
    pub of_target: Vec<Vec<Coding>>,
}

/// The codings that results show where each unit has one label: those of the primary coder or, where coders that follow it were asked,
/// of the last of these.
#[derive(Debug, Clone)]
pub struct Shown<'c> {
    /// Positions of the primary coder and of those that follow it, directly or through others.
    chain: Vec<usize>,
    codings: &'c [Codings],
}

impl<'c> Shown<'c> {
    /// The codings of all coders, the primary coder first.
    pub fn of(codings: &'c [Codings]) -> Self {
        let mut chain: Vec<usize> = Vec::new();
        for (at, coder) in codings.iter().enumerate() {
            let follows = |id: &String| chain.iter().any(|earlier| codings[*earlier].coder.id == *id);
            if at == 0 || coder.follows.as_ref().is_some_and(follows) {
                chain.push(at);
            }
        }
        Self { chain, codings }
    }

    /// Position of the coder whose coding of a unit is shown, and the coding; `None` without coders.
    pub fn coding(&self, target: usize, unit: usize) -> Option<(usize, &'c Coding)> {
        let mut asked = self.chain.iter().rev().map(|at| (*at, &self.codings[*at].of_target[target][unit]));
        asked.find(|(at, coding)| *at == 0 || coding.is_asked())
    }
}

/// How far two coders agree towards a target.
#[derive(Debug, Clone, PartialEq)]
pub struct CoderAgreement {
    /// The target.
    pub target_id: String,
    /// A coder, and one that comes after it in the study.
    pub coders: [String; 2],
    /// Whether one of them was asked only where an earlier coder is unsure, so that the compared units are not a sample of all.
    pub is_selective: bool,
    /// `counts[a][b]`: number of units with these labels, in the order of [`Stance::ALL`]; the last place is for units without a label.
    pub counts: [[u64; 4]; 4],
}

/// How far the texts of new documents are from those from which a coder was learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InputDrift {
    /// Number of documents that were not among those of learning.
    pub n_documents: usize,
    /// Number of their texts.
    pub n_texts: usize,
    /// Squared maximum mean discrepancy of the vectors; `None` without new documents.
    pub mmd2: Option<f64>,
    /// The same divided by its expectation without a drift; `None` without new documents, or where all documents of learning are alike.
    pub drift: Option<f64>,
    /// The value that random draws of as many documents of learning, or the next smaller number, rarely exceed; `None` with too few.
    pub threshold: Option<f64>,
    /// The share of the draws that exceed it.
    pub false_alarm_rate: f64,
}

impl InputDrift {
    /// Whether the drift is larger than random draws show; `None` if it is not known.
    pub fn is_unusual(&self) -> Option<bool> {
        Some(self.drift? > self.threshold?)
    }
}

/// The label of a turn or a speaker towards a target.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupStance {
    /// [`Level::UtteranceTarget`] or [`Level::SpeakerTarget`].
    pub level: Level,
    /// The document.
    pub document_id: String,
    /// Who speaks; `None` if unknown.
    pub speaker_id: Option<String>,
    /// The utterance, if the group is one.
    pub utterance_id: Option<String>,
    /// The target.
    pub target_id: String,
    /// Number of segments with each label, in the order of [`Stance::ALL`].
    pub counts: [usize; 3],
    /// Number of segments without a label.
    pub n_unlabelled: usize,
    /// Sum of the scores of the segments that take a side.
    pub sum_of_sides: f64,
}

impl GroupStance {
    /// The side of most segments that take one; of as many on either side, that with the larger sum of scores; neither if no labelled
    /// segment takes a side. `None` if no segment has a label.
    pub fn label(&self) -> Option<Stance> {
        let [favor, against, neither] = self.counts;
        let by_scores = || self.sum_of_sides.partial_cmp(&0.0).unwrap_or(std::cmp::Ordering::Equal);
        match favor.cmp(&against).then_with(by_scores) {
            _ if favor + against + neither == 0 => None,
            _ if favor + against == 0 => Some(Stance::Neither),
            std::cmp::Ordering::Greater => Some(Stance::Favor),
            std::cmp::Ordering::Less => Some(Stance::Against),
            std::cmp::Ordering::Equal => Some(Stance::Neither),
        }
    }
}

/// Id and label of the theme of segments that conduct the meeting; see [`ThemeKind::Procedure`].
pub const PROCEDURE: &str = "procedure";

named! {
    /// Where a theme comes from.
    ThemeKind {
        /// It is a community of segments on the same subject.
        Found = "found",
        /// It is reserved for segments that conduct the meeting, such as thanks and calls of speakers.
        Procedure = "procedure",
    }
}

/// A theme: a community of segments on the same subject, or the reserved theme of procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// `t01`, `t02`, ...: from the largest theme to the smallest when they are found; it stays with the theme in later runs
    /// that know it. [`PROCEDURE`] for the theme of procedure.
    pub theme_id: String,
    /// Three terms when the theme was found, for people; the theme's id if its texts have no words. No two themes that are found
    /// together begin with the same term.
    pub label: String,
    /// Name that the researcher gave the theme.
    pub name: Option<String>,
    /// Description that the researcher gave the theme.
    pub description: Option<String>,
    /// At most ten terms, sorted by decreasing class-based TF-IDF weight; no two of them share a word.
    pub terms: Vec<String>,
    /// Weight of each term; the largest is the most distinctive.
    pub term_weights: Vec<f32>,
    /// Number of segments of the theme, including copies of a text and uncertain assignments.
    pub n_segments: usize,
    /// Number of distinct speakers of these segments; segments without a speaker are not counted.
    pub n_speakers: usize,
    /// Rows of at most three segments with different texts, closest to the theme's mean vector first; for copies of a
    /// text, the first row.
    pub exemplars: Vec<usize>,
    /// The texts of these segments, in the same order.
    pub exemplar_texts: Vec<String>,
    /// What a language model calls the theme; `None` if none was asked. It decides nothing about the theme.
    pub endpoint_label: Option<EndpointLabel>,
    /// Mean cosine between the theme's fitted distinct texts and its mean vector, in [-1, 1].
    pub cohesion: f32,
    /// Cohesion minus the mean cosine between the same texts and the mean vector of the nearest other theme (the theme
    /// with the most similar mean vector), in [-2, 2]; `None` with a single theme.
    pub separation: Option<f32>,
    /// Share of cases in which two texts of this theme were in one community, over all pairs of its fitted distinct
    /// texts and the ten starts before the consensus, in [0, 1]; `None` for a theme that was not searched for: that of
    /// procedure, and one that was split off by hand.
    pub stability: Option<f32>,
    /// Mean of the unit vectors of the theme's fitted texts, scaled to length 1.
    pub centroid: Vec<f32>,
    /// Position of its group among the groups; `None` for the theme of procedure.
    pub group: Option<usize>,
}

/// What a language model behind an endpoint calls a theme, and where this comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointLabel {
    /// The label, or why there is none.
    pub label: Result<String, AbstentionReason>,
    /// Name of the model, as the study has it.
    pub model: String,
    /// Key of the answer in the folder of answers, 64 hex digits.
    pub answer: String,
}

/// Themes that are close to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeGroup {
    /// `g01`, `g02`, ...: from the largest group to the smallest when they are found; it stays with the group in later runs that know it.
    pub group_id: String,
    /// The first three terms when the group was found.
    pub label: String,
    /// At most ten terms, sorted by decreasing class-based TF-IDF weight among the groups.
    pub terms: Vec<String>,
    /// Weight of each term.
    pub term_weights: Vec<f32>,
    /// Number of its themes.
    pub n_themes: usize,
    /// Number of segments of its themes.
    pub n_segments: usize,
    /// Number of distinct speakers of these segments.
    pub n_speakers: usize,
}

impl Theme {
    /// Where the theme comes from.
    pub fn kind(&self) -> ThemeKind {
        if self.theme_id == PROCEDURE { ThemeKind::Procedure } else { ThemeKind::Found }
    }

    /// What people call the theme: its name, or its label if it has none.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.label)
    }
}

named! {
    /// What became of a theme since the results whose themes were continued.
    ThemeChangeKind {
        /// The theme has the same id, and no text that is new.
        Kept = "kept",
        /// The theme has the same id, and further texts.
        Grown = "grown",
        /// The theme exists, but no segment of this run is in it.
        Absent = "absent",
        /// The theme was found in this run.
        New = "new",
        /// Some of an earlier theme's texts are in another theme now.
        Split = "split",
        /// Most of the texts of an earlier theme, which no longer exists, are in another theme now.
        Merged = "merged",
        /// The earlier theme no longer exists, and none of the themes has most of its texts.
        Ended = "ended",
    }
}

/// A theme of earlier results beside a theme of this run. Numbers of texts count distinct texts.
#[derive(Debug, Clone, PartialEq)]
pub struct ThemeChange {
    /// The theme of this run; `None` if the earlier theme ended.
    pub theme_id: Option<String>,
    /// The earlier theme; `None` if the theme is new.
    pub previous_theme_id: Option<String>,
    /// What became of it.
    pub change: ThemeChangeKind,
    /// Texts of the earlier theme.
    pub n_before: usize,
    /// Texts of the earlier theme that are in this run.
    pub n_again: usize,
    /// Those of them that are in the theme now.
    pub n_shared: usize,
    /// Texts of the theme in this run that the earlier results did not have.
    pub n_new: usize,
    /// `n_shared / n_again`, in [0, 1]; `None` if no earlier text is in this run.
    pub share: Option<f64>,
    /// Texts in both themes over texts in either, among the texts that both runs have, in [0, 1]; `None` as for `share`.
    pub jaccard: Option<f64>,
    /// Cosine of the mean vectors of the two themes, in [-1, 1].
    pub centroid_cosine: Option<f64>,
    /// Share of the earlier theme's terms that are terms of the theme, in [0, 1].
    pub terms_kept: Option<f64>,
}

/// The code of the study's codebook to which a segment is nearest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SegmentCode {
    /// Position of the code among those of the study.
    pub nearest: usize,
    /// Probability that it is the code of the segment, if it is one of the study's; the probabilities of all codes sum to one.
    pub probability: f32,
    /// Cosine of the vectors of the segment and of the code, in [-1, 1].
    pub similarity: f32,
    /// Whether the segment has the code: the probability reaches the study's threshold.
    pub is_given: bool,
}

/// The codes of a study's codebook of themes, and that of each segment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SegmentCodes {
    /// Ids of the codes, in the order of the study.
    pub ids: Vec<String>,
    /// One per segment.
    pub of_segments: Vec<SegmentCode>,
}

/// The documents of a theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ThemeDocuments {
    /// Number of documents with segments of the theme.
    pub n_documents: usize,
    /// First and last date of those that have one.
    pub dates: Option<(Date, Date)>,
}

named! {
    /// How a segment came to its theme.
    AssignmentReason {
        /// It was in the community that became the theme.
        Core = "core",
        /// It joined the nearest theme: its own community was too small, or it was not among the texts that were fitted.
        Nearest = "nearest",
        /// The probability is below the study's threshold.
        LowConfidence = "low_confidence",
        /// It has no theme: it resembles none of the texts of the earlier themes, and no new ones are looked for.
        Unassigned = "unassigned",
        /// It conducts the meeting; it is in the theme of procedure.
        Procedural = "procedural",
        /// It has too few words for a theme of its own. It has the theme of the rest of its turn, if that has one.
        Fragment = "fragment",
    }
}

/// The theme of one segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assignment {
    /// Index into the themes; `None` if the segment is unassigned.
    pub theme: Option<usize>,
    /// Probability that the segment belongs to the theme, in [0, 1].
    pub probability: f32,
    /// How the segment was assigned.
    pub reason: AssignmentReason,
}

/// All themes and the theme of every segment, in the order of the segments.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Themes {
    /// From the largest to the smallest, the theme of procedure last.
    pub themes: Vec<Theme>,
    /// The groups of the themes, from the largest to the smallest.
    pub groups: Vec<ThemeGroup>,
    /// One per segment, in the order of the segments.
    pub assignments: Vec<Assignment>,
    /// What became of the themes of earlier results; empty if there are none.
    pub history: Vec<ThemeChange>,
}

named! {
    /// The kind of group of an estimate, with or without a target.
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
        /// 1 for a segment that conducts the meeting, 0 for any other one.
        Procedure = "procedure_share",
    }
}

named! {
    /// What was resampled for an interval.
    Resampled {
        /// Whole utterances.
        Utterances = "utterances",
        /// Segments, in a group with one utterance.
        Segments = "segments",
    }
}

named! {
    /// What a group estimate is of.
    GroupMeasure {
        /// Mean of positive - negative of the segments' tone.
        Sentiment = "sentiment_score",
        /// Mean of favor - against of the segments towards a target.
        Stance = "stance_score",
        /// Share of the segments that belong to a theme.
        ThemeShare = "theme_share",
        /// Share of the segments that conduct the meeting.
        Procedure = "procedure_share",
        /// Mean number of words of a turn.
        WordsPerTurn = "words_per_turn",
        /// Mean duration of a turn.
        SecondsPerTurn = "seconds_per_turn",
        /// Matches of a category of a dictionary per 1,000 words.
        DictionaryRate = "dictionary_rate",
        /// Share of the words of all groups.
        ShareOfWords = "share_of_words",
        /// Share of the speaking time of all groups.
        ShareOfTime = "share_of_time",
    }
}

named! {
    /// Groups whose words are compared, apart from those by a column.
    KeyGroups {
        /// Each person.
        Speaker = "speaker",
        /// Each theme.
        Theme = "theme",
        /// Each period.
        Period = "period",
    }
}

named! {
    /// What one speaker does with regard to another.
    ExchangeKind {
        /// Speaks directly after them.
        Follows = "follows",
        /// Speaks directly after their question.
        Answers = "answers",
        /// Speaks before they have finished.
        Interrupts = "interrupts",
        /// Says their name.
        Names = "names",
        /// Says something while they speak, without interrupting them.
        Calls = "calls",
        /// Applauds while they speak or after them.
        Applauds = "applauds",
        /// Laughs while they speak or after them.
        Laughs = "laughs",
    }
}

named! {
    /// How an exchange was found; of rules that apply to the same words the first one counts.
    ExchangeRule {
        /// The turn comes directly after the other one.
        NextTurn = "next_turn",
        /// The turn before ends with a question mark.
        AfterQuestion = "after_question",
        /// The file marks the turn, or a note in it.
        Marked = "marked",
        /// The file marks that the turn begins before the other one ends.
        MarkedOverlap = "marked_overlap",
        /// The turn before ends with a dash or an ellipsis, and its speaker goes on directly after this turn.
        CutOffAndResumed = "cut_off_and_resumed",
        /// The turn before ends with a dash, and its speaker does not go on directly after this turn.
        CutOff = "cut_off",
        /// The transcript prints the turn as an interjection, and the other speaker goes on directly after it.
        Interjection = "interjection",
        /// All words of the name.
        FullName = "full_name",
        /// A form of address and the surname, which nobody else in the transcript has.
        FormOfAddress = "form_of_address",
        /// The first or last word of the name alone, in upper case within a sentence, or called out before a comma.
        SingleName = "single_name",
        /// All words of the name of a person who does not speak in the document; one person of the corpus has this name.
        FullNameElsewhere = "full_name_elsewhere",
        /// A form of address and the surname of a person who does not speak in the document; one person of the corpus has this surname.
        FormOfAddressElsewhere = "form_of_address_elsewhere",
    }
}

impl ExchangeRule {
    /// Confidence by convention, which orders the rules.
    pub fn confidence(self) -> f32 {
        match self {
            ExchangeRule::NextTurn | ExchangeRule::Marked => 1.0,
            ExchangeRule::FullName | ExchangeRule::Interjection => 0.9,
            ExchangeRule::FormOfAddress | ExchangeRule::CutOffAndResumed | ExchangeRule::FullNameElsewhere => 0.8,
            ExchangeRule::AfterQuestion | ExchangeRule::MarkedOverlap | ExchangeRule::CutOff => 0.7,
            ExchangeRule::SingleName | ExchangeRule::FormOfAddressElsewhere => 0.5,
        }
    }
}

/// What a speaker does with regard to another one in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Index of the turn into the utterances of the transcript.
    pub turn: usize,
    /// Index of the speaker who does it. `None` if the file marks it and does not say who does it.
    pub from: Option<usize>,
    /// Index of the other speaker.
    pub to: usize,
    /// What the speaker does.
    pub kind: ExchangeKind,
    /// How it was found.
    pub rule: ExchangeRule,
    /// Index of the segment that is the evidence into those of the transcript.
    pub segment: usize,
    /// The words that name the other speaker, or the note of the file.
    pub words: Option<String>,
}

named! {
    /// What weighs the same in the mean of a group.
    #[derive(Default)]
    Weight {
        /// Each segment.
        #[default]
        Segment = "segment",
        /// Each turn, whatever its number of segments.
        Turn = "turn",
        /// Each person, whatever they say.
        Person = "person",
    }
}

named! {
    /// The periods in which themes are followed.
    #[derive(Default)]
    Period {
        /// Each document.
        Document = "document",
        /// Each day.
        Day = "day",
        /// Each month.
        #[default]
        Month = "month",
        /// Each quarter of a year.
        Quarter = "quarter",
        /// Each year.
        Year = "year",
    }
}

named! {
    /// What is left out in turn for the interval of a group estimate.
    ClusterLevel {
        /// All segments of a person.
        Person = "persons",
        /// All segments of a document.
        Document = "documents",
        /// All segments of a turn.
        Turn = "turns",
    }
}

/// A mean, share or difference of groups.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupEstimate {
    /// The group.
    pub group: usize,
    /// The group that is subtracted; `None` if the estimate is no difference.
    pub other: Option<usize>,
    /// The value; `None` if no segment of the group, or of the other group, has a label.
    pub estimate: Option<f64>,
    /// Lower end of the interval; `None` with fewer than two clusters, or where all clusters have the same value.
    pub ci_low: Option<f64>,
    /// Upper end of the interval.
    pub ci_high: Option<f64>,
    /// What was left out in turn.
    pub level: Option<ClusterLevel>,
    /// Number of clusters of the group, or of both groups.
    pub n_clusters: usize,
    /// Number of segments with a label, or of turns for measures of turns.
    pub n_segments: usize,
    /// Number of turns that contain them.
    pub n_turns: usize,
    /// Number of persons who speak them; unknown speakers do not count.
    pub n_persons: usize,
    /// Number of documents that contain them.
    pub n_documents: usize,
    /// Share of the segments without a label.
    pub share_abstained: f64,
}

/// Mean of one measure in one group of segments.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The kind of group.
    pub level: Level,
    /// The document, if the group belongs to one.
    pub document_id: Option<String>,
    /// The speaker, if the group belongs to one.
    pub speaker_id: Option<String>,
    /// The utterance, if the group is one.
    pub utterance_id: Option<String>,
    /// The theme, if the group is one.
    pub theme_id: Option<String>,
    /// The target, if the measure has one.
    pub target_id: Option<String>,
    /// What is averaged.
    pub measure: Measure,
    /// Mean over the segments with a label; `None` if no segment of the group has one.
    pub mean: Option<f64>,
    /// Lower end of the interval (percentile bootstrap); `None` with a single labelled segment or without draws.
    pub ci_low: Option<f64>,
    /// Upper end of the interval.
    pub ci_high: Option<f64>,
    /// What was resampled for the interval: utterances or, if the group has only one, its segments. The latter measures
    /// variation within that turn, not between turns of the speaker.
    pub resampled: Option<Resampled>,
    /// Number of segments with a label, over which the mean is computed.
    pub n_segments: usize,
    /// Number of utterances that contain these segments.
    pub n_utterances: usize,
    /// Share of the group's segments without a label, in [0, 1].
    pub share_abstained: f64,
}
