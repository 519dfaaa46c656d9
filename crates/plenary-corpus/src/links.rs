//! How labels are linked to people, within a document and across documents.
//!
//! The rules and their confidence; which rule applies is decided by attribution.

use serde::{Deserialize, Serialize};

/// Why a label belongs to a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    /// The rule.
    pub rule: LinkRule,
    /// Confidence of the link, in [0, 1].
    pub confidence: f32,
    /// The blocks that support the link, as indices into [`Transcript::blocks`](crate::Transcript::blocks).
    #[serde(skip)]
    pub blocks: Vec<usize>,
    /// Names of other people to whom the label may belong.
    pub others: Vec<String>,
}

/// The rules by which labels are linked to people within a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRule {
    /// The first label of the person: there was nothing to link.
    FirstMention,
    /// The same label occurred before.
    SameLabel,
    /// Differs from a more frequent label as misread letters do.
    OcrVariant,
    /// The same full name, with or without initials and middle names.
    SameFullName,
    /// A surname alone, of only one person whose full name is printed.
    UniqueSurname,
    /// An abbreviation, or initials, of the name of only one person of the document: "Hr. Blum.", "A. L.", "J. Hill".
    ShortenedLabel,
    /// An office whose only holder is named by the chair line or the list of those present.
    OfficeInChairLine,
    /// An office that is printed beside the name of only one person.
    OfficeBesideName,
    /// A part in an examination ("Q", "A", "The Witness"), whose person a line above names.
    NamedPart,
    /// A name or alias in the study's list of people.
    PeopleList,
    /// A surname alone, of only one person on the list and of no other person in the document.
    PeopleListSurname,
    /// The format names the speaker.
    Declared,
    /// An office whose holder the document does not name: all its turns are attributed to one person.
    UnnamedOffice,
    /// A label without a name ("Q", "A member of the audience"): all turns with the label are attributed to one person.
    AnonymousLabel,
    /// A surname that several people have; it is linked to none of them.
    AmbiguousSurname,
    /// An office that several people hold; it is linked to none of them.
    AmbiguousOffice,
}

impl LinkRule {
    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkRule::FirstMention => "first_mention",
            LinkRule::SameLabel => "same_label",
            LinkRule::OcrVariant => "ocr_variant",
            LinkRule::SameFullName => "same_full_name",
            LinkRule::UniqueSurname => "unique_surname",
            LinkRule::ShortenedLabel => "shortened_label",
            LinkRule::OfficeInChairLine => "office_in_chair_line",
            LinkRule::OfficeBesideName => "office_beside_name",
            LinkRule::NamedPart => "named_part",
            LinkRule::PeopleList => "people_list",
            LinkRule::PeopleListSurname => "people_list_surname",
            LinkRule::Declared => "declared",
            LinkRule::UnnamedOffice => "unnamed_office",
            LinkRule::AnonymousLabel => "anonymous_label",
            LinkRule::AmbiguousSurname => "ambiguous_surname",
            LinkRule::AmbiguousOffice => "ambiguous_office",
        }
    }

    /// Confidence of a link by this rule, in [0, 1]. These values are conventions that order the rules by the strength of
    /// their evidence; they have not been validated.
    pub fn confidence(self) -> f32 {
        match self {
            LinkRule::FirstMention | LinkRule::SameLabel | LinkRule::PeopleList | LinkRule::Declared => 1.0,
            LinkRule::SameFullName => 0.95,
            LinkRule::UniqueSurname | LinkRule::OfficeInChairLine | LinkRule::NamedPart => 0.9,
            LinkRule::OfficeBesideName | LinkRule::PeopleListSurname | LinkRule::OcrVariant => 0.85,
            LinkRule::ShortenedLabel => 0.8,
            LinkRule::UnnamedOffice => 0.7,
            LinkRule::AnonymousLabel => 0.5,
            LinkRule::AmbiguousSurname | LinkRule::AmbiguousOffice => 0.4,
        }
    }
}

/// The rules by which a person is recognised in several documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonRule {
    /// The study's list of people names the person.
    PeopleList,
    /// The same full name, and the same affiliation, party, country or constituency.
    SameNameAndDetail,
    /// The same full name, and no contradiction.
    SameName,
    /// The same full name occurs in another document, for another person or for a person who cannot be determined.
    KeptApart,
}

impl PersonRule {
    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            PersonRule::PeopleList => "people_list",
            PersonRule::SameNameAndDetail => "same_name_and_detail",
            PersonRule::SameName => "same_name",
            PersonRule::KeptApart => "kept_apart",
        }
    }

    /// Confidence that the documents name one person, in [0, 1]; for [`PersonRule::KeptApart`], that they do not.
    /// Conventions, as for [`LinkRule::confidence`].
    pub fn confidence(self) -> f32 {
        match self {
            PersonRule::PeopleList => 1.0,
            PersonRule::SameNameAndDetail => 0.95,
            PersonRule::SameName => 0.8,
            PersonRule::KeptApart => 0.6,
        }
    }
}
