//! Targets, codings of stance, and what is known of the coders.

use serde::{Deserialize, Serialize};

use super::Level;
use crate::OptionError;

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
        super::check_id(&self.id, place, "open_borders")?;
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

    /// The reason for a missing label; `None` if the label is present.
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
