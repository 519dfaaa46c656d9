//! Why a turn begins where it does, and why it is whose it is: what the attribution saw and what it made of it.
//!
//! These are records of the computation, kept as each step is taken; nothing here decides anything.

use serde::Serialize;

/// Why a turn begins where it does and is whose it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Explanation {
    /// The rule that opened the turn: name of a style, `pattern` (the study's), `declared` (the format says so) or
    /// `none` (nothing announces the turn).
    pub rule: &'static str,
    /// Line on which the byline begins, from 1.
    pub line: Option<usize>,
    /// The byline as printed, on one line.
    pub byline: Option<String>,
    /// What the label looks like by its form: `person`, `office`, `anonymous` or `word`.
    pub form: Option<&'static str>,
    /// How often the label stands in this style in the document; `None` where that was not counted.
    pub n_prints: Option<usize>,
    /// What made the confidence, in the order in which it was taken into account.
    pub weights: Vec<Weight>,
    /// The best other reading of the same place, where there was one.
    pub rival: Option<Rival>,
    /// Why the turn is this person's; `None` where nobody is known to speak.
    pub link: Option<Link>,
    /// Why a person should look at it; empty where nothing is doubtful.
    pub review: Vec<String>,
}

/// One step of the weighing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weight {
    /// What was seen.
    pub reason: String,
    /// What it added to the confidence, or took away.
    pub change: f32,
    /// The confidence after it, in [0, 1].
    pub confidence: f32,
}

/// How much of a document a style explains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StyleScore {
    /// Name of the style.
    pub style: &'static str,
    /// The confidences of its bylines, added up.
    pub score: f32,
    /// Whether its bylines open turns.
    pub is_taken: bool,
}

/// Another reading of a place, which was not taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rival {
    /// Name of its style.
    pub style: &'static str,
    /// The byline it would have been.
    pub byline: String,
    pub confidence: f32,
    /// Why it was not taken.
    pub reason: &'static str,
}

/// Why a print stands for a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Link {
    pub rule: LinkRule,
    /// In [0, 1].
    pub confidence: f32,
    /// The blocks that the link rests on.
    pub block_ids: Vec<String>,
    /// Others whom the print may stand for as well.
    pub others: Vec<String>,
}

/// The rules by which prints are linked to people, within a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRule {
    /// The person is known by this print; nothing had to be linked.
    FirstPrint,
    /// The same print stood before.
    SamePrint,
    /// Taken for a misread print of a label that is more frequent.
    MisreadPrint,
    /// The same name, perhaps with an initial or a middle name more or less.
    SameFullName,
    /// A surname alone, of one person who is printed in full.
    SurnameOfFullName,
    /// An office, held by one person whom the chair line or the list of those present names.
    OfficeOfChairLine,
    /// An office, which is printed beside the name of one person.
    OfficeBesideName,
    /// Name or alias of the study's people list.
    PeopleList,
    /// A surname alone, of one person of the people list and of nobody else in the document.
    PeopleListSurname,
    /// The format says who speaks.
    Declared,
    /// An office whose holder the document does not name: all its prints are taken for one person.
    OfficeWithoutHolder,
    /// Somebody without a name ("Q", "A member of the audience"): all prints of the label are taken together.
    LabelWithoutName,
    /// A surname that several people bear; it stays apart from all of them.
    SurnameOfSeveral,
    /// An office that several people hold; it stays apart from all of them.
    OfficeOfSeveral,
}

impl LinkRule {
    /// The name that the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            LinkRule::FirstPrint => "first_print",
            LinkRule::SamePrint => "same_print",
            LinkRule::MisreadPrint => "misread_print",
            LinkRule::SameFullName => "same_full_name",
            LinkRule::SurnameOfFullName => "surname_of_full_name",
            LinkRule::OfficeOfChairLine => "office_of_chair_line",
            LinkRule::OfficeBesideName => "office_beside_name",
            LinkRule::PeopleList => "people_list",
            LinkRule::PeopleListSurname => "people_list_surname",
            LinkRule::Declared => "declared",
            LinkRule::OfficeWithoutHolder => "office_without_holder",
            LinkRule::LabelWithoutName => "label_without_name",
            LinkRule::SurnameOfSeveral => "surname_of_several",
            LinkRule::OfficeOfSeveral => "office_of_several",
        }
    }

    /// How sure a link by this rule is, in [0, 1]. Conventions, which order the rules by what they rest on; no
    /// validation has set them.
    pub fn confidence(self) -> f32 {
        match self {
            LinkRule::FirstPrint | LinkRule::SamePrint | LinkRule::PeopleList | LinkRule::Declared => 1.0,
            LinkRule::SameFullName => 0.95,
            LinkRule::SurnameOfFullName | LinkRule::OfficeOfChairLine => 0.9,
            LinkRule::OfficeBesideName | LinkRule::PeopleListSurname | LinkRule::MisreadPrint => 0.85,
            LinkRule::OfficeWithoutHolder => 0.7,
            LinkRule::LabelWithoutName => 0.5,
            LinkRule::SurnameOfSeveral | LinkRule::OfficeOfSeveral => 0.4,
        }
    }
}

/// The rules by which one person is known in several documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonRule {
    /// The study's people list says who it is.
    PeopleList,
    /// The same full name, and an affiliation, party or country that agrees.
    SameNameAndDetail,
    /// The same full name, and nothing that contradicts.
    SameName,
    /// The same full name stands in another document, for somebody else or for nobody can tell whom.
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

    /// How sure it is that the documents speak of one person, in [0, 1]; for what is kept apart, that they do not.
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
