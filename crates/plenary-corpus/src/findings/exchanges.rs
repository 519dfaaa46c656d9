//! What speakers do with regard to each other.

use serde::{Deserialize, Serialize};

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
