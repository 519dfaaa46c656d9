//! People of one document.

use serde::{Deserialize, Serialize};

use crate::details::Details;
use crate::links::{LinkRule, PersonRule};
use crate::variables::{Doubt, Variables};

/// The role of a person in the proceedings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Conducts the meeting.
    Chair,
    /// Speaks or answers.
    Speaker,
    /// Asks.
    Questioner,
    /// Interrupts the turn of another person.
    Interjector,
    /// The document does not say who it is.
    Unknown,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Chair, Self::Speaker, Self::Questioner, Self::Interjector, Self::Unknown];

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Chair => "chair",
            Role::Speaker => "speaker",
            Role::Questioner => "questioner",
            Role::Interjector => "interjector",
            Role::Unknown => "unknown",
        }
    }
}

/// A person in one document, or a printed role in place of a person. What the page does not say is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Speaker {
    /// Id of the person in this document.
    pub speaker_id: String,
    /// Id of the person; equal across documents only if the study asks for it or its list of people gives ids.
    pub person_id: String,
    /// The rule by which the person was recognised in, or kept apart from, other documents; `None` if no other document
    /// was relevant.
    pub person_rule: Option<PersonRule>,
    /// The first byline of the person, without line breaks and marks of emphasis.
    pub name_as_printed: String,
    /// The printed label without title and brackets: "Dr. Ann Smith", "The Acting Chair".
    pub label: String,
    /// The name without honorific.
    pub name: String,
    /// Honorific, title, affiliation, country, constituency and party.
    #[serde(flatten)]
    pub details: Details,
    /// Role in the proceedings.
    pub role: Role,
    /// Number of utterances.
    pub n_utterances: usize,
    /// Number of words in them.
    pub n_words: usize,
    /// Confidence that this is a speaker, in [0, 1].
    pub confidence: f32,
    /// Rule of the weakest link between labels of the person.
    pub link_rule: LinkRule,
    /// Confidence of that link, in [0, 1].
    pub link_confidence: f32,
    /// Ids of the blocks that support the links, in the order of the text.
    pub evidence_block_ids: Vec<String>,
    /// Further facts that the list of people or the format gives.
    #[serde(default, skip_serializing_if = "Variables::is_empty")]
    pub variables: Variables,
    /// Line of the person on the list of people, the first if there are several; `None` for people who are not listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_line: Option<u64>,
    /// What is doubtful about the facts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
}
