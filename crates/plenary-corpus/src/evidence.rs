//! Why a turn begins where it does, and why it is whose it is: what the attribution saw and what it made of it.
//!
//! These are records of the computation, kept as each step is taken; nothing here decides anything.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::style::{Style, TurnRule};

/// Why a turn begins where it does and is whose it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Explanation {
    /// The rule that opened the turn.
    pub rule: TurnRule,
    /// Line on which the byline begins, from 1.
    pub line: Option<usize>,
    /// The byline as printed, on one line.
    pub byline: Option<String>,
    /// What the label looks like.
    pub form: Option<Form>,
    /// How often the label stands in this style in the document; `None` where that was not counted.
    pub n_mentions: Option<usize>,
    /// What made the confidence, in the order in which it was taken into account.
    pub weights: Vec<Weight>,
    /// The best other reading of the same place, where there was one.
    pub rival: Option<Box<Rival>>,
    /// Why the turn is this person's; `None` where nobody is known to speak. Who has the blocks writes it with their ids.
    #[serde(skip)]
    pub link: Option<Link>,
    /// Why a person should look at it; empty where nothing is doubtful.
    pub review: Vec<String>,
}

/// What a label looks like by its form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A person's name.
    Person,
    /// A part in the proceedings.
    Office,
    /// Somebody without a name.
    Anonymous,
    /// A word that may be a name.
    Word,
}

impl Form {
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Person => "person",
            Form::Office => "office",
            Form::Anonymous => "anonymous",
            Form::Word => "word",
        }
    }
}

/// Why a confidence changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// What the label looks like.
    Form(Form),
    /// The mark behind the label is one that prose sets by chance too.
    ChanceMark,
    /// A number stands before the label: it may be an item of a list.
    Numbered,
    /// A title or an affiliation stands beside the name or below it.
    OfficeBeside,
    /// The label is a heading.
    InHeading,
    /// A plain line: what else speaks for a byline there.
    PlainLine,
    /// A misread print of a label that is more frequent.
    Misread,
    /// The label stands several times in the style.
    Recurs(u32),
    /// A plain line whose label stands only once.
    LonePlainLine,
    /// The study pins the style.
    Pinned,
    /// Questions and answers vouch for each other.
    QuestionsAndAnswers,
    /// The label stands once, but looks as others of the style do.
    LooksLikeOthers,
    /// Most paragraphs begin with a label of the style.
    Throughout,
    /// A list of the page names the same person.
    Listed,
    /// Somebody calls out in brackets.
    Called,
    /// Who was called at goes on behind the brackets.
    GoesOn,
    /// Questions are set in a typeface of their own.
    Typeface,
    /// The title names the speaker.
    InTitle,
    /// The line matches the study's pattern.
    Matches,
    /// The format declares the turn.
    Declared,
    /// The confidence of the document's style, as a quarter of the whole.
    OfStyle(f32),
    /// A change that no rule recorded: a fault of the program.
    Unrecorded,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Form(Form::Person) => f.write_str("the label has the form of a person's name"),
            Reason::Form(Form::Office) => f.write_str("the label names an office"),
            Reason::Form(Form::Anonymous) => f.write_str("the label stands for somebody without a name"),
            Reason::Form(Form::Word) => f.write_str("the label is a word that may be a name"),
            Reason::ChanceMark => f.write_str("the mark behind the label is one that prose sets by chance too"),
            Reason::Numbered => f.write_str("a number before the label: it may be an item of a list"),
            Reason::OfficeBeside => f.write_str("a title or affiliation stands beside the name"),
            Reason::InHeading => f.write_str("the label is a heading"),
            Reason::PlainLine => f.write_str("a plain line, by what stands beside the name"),
            Reason::Misread => f.write_str("taken for a misread print of a more frequent label"),
            Reason::Recurs(n) => write!(f, "the label stands {n} times in this style"),
            Reason::LonePlainLine => f.write_str("a plain line whose label stands only once"),
            Reason::Pinned => f.write_str("the study pins this style"),
            Reason::QuestionsAndAnswers => f.write_str("questions and answers vouch for each other"),
            Reason::LooksLikeOthers => f.write_str("stands once, but looks as other labels of the style"),
            Reason::Throughout => f.write_str("most paragraphs begin with a label of this style"),
            Reason::Listed => f.write_str("a list of the page names the same person"),
            Reason::Called => f.write_str("a name and a sentence stand in brackets inside the turn of another"),
            Reason::GoesOn => f.write_str("the turn that a call in brackets broke off goes on"),
            Reason::Typeface => f.write_str("questions are set in a typeface of their own"),
            Reason::InTitle => f.write_str("the title names the only speaker"),
            Reason::Matches => f.write_str("the line matches the study's pattern"),
            Reason::Declared => f.write_str("the format declares the turn"),
            Reason::OfStyle(confidence) => {
                write!(f, "a quarter of the whole is the confidence of the document's style, {confidence:.2}")
            }
            Reason::Unrecorded => f.write_str("changed by a rule that did not record it"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One step of the weighing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weight {
    /// What was seen.
    pub reason: Reason,
    /// What it added to the confidence, or took away.
    pub change: f32,
    /// The confidence after it, in [0, 1].
    pub confidence: f32,
}

/// How much of a document a style explains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StyleScore {
    pub style: Style,
    /// The confidences of its bylines, added up.
    pub score: f32,
    /// Whether its bylines open turns.
    pub is_taken: bool,
}

/// Another reading of a place, which was not taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rival {
    pub style: Style,
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
    /// The blocks that the link rests on, as indices into `Transcript::blocks`.
    #[serde(skip)]
    pub blocks: Vec<usize>,
    /// Others whom the print may stand for as well.
    pub others: Vec<String>,
}

/// The rules by which prints are linked to people, within a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkRule {
    /// The person is known by this print; nothing had to be linked.
    FirstMention,
    /// The same print stood before.
    SameLabel,
    /// Taken for a misread print of a label that is more frequent.
    OcrVariant,
    /// The same name, perhaps with an initial or a middle name more or less.
    SameFullName,
    /// A surname alone, of one person who is printed in full.
    UniqueSurname,
    /// An office, held by one person whom the chair line or the list of those present names.
    OfficeInChairLine,
    /// An office, which is printed beside the name of one person.
    OfficeBesideName,
    /// Name or alias of the study's people list.
    PeopleList,
    /// A surname alone, of one person of the people list and of nobody else in the document.
    PeopleListSurname,
    /// The format says who speaks.
    Declared,
    /// An office whose holder the document does not name: all its prints are taken for one person.
    UnnamedOffice,
    /// Somebody without a name ("Q", "A member of the audience"): all prints of the label are taken together.
    AnonymousLabel,
    /// A surname that several people bear; it stays apart from all of them.
    AmbiguousSurname,
    /// An office that several people hold; it stays apart from all of them.
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
            LinkRule::OfficeInChairLine => "office_in_chair_line",
            LinkRule::OfficeBesideName => "office_beside_name",
            LinkRule::PeopleList => "people_list",
            LinkRule::PeopleListSurname => "people_list_surname",
            LinkRule::Declared => "declared",
            LinkRule::UnnamedOffice => "unnamed_office",
            LinkRule::AnonymousLabel => "anonymous_label",
            LinkRule::AmbiguousSurname => "ambiguous_surname",
            LinkRule::AmbiguousOffice => "ambiguous_office",
        }
    }

    /// How sure a link by this rule is, in [0, 1]. Conventions, which order the rules by what they rest on; no
    /// validation has set them.
    pub fn confidence(self) -> f32 {
        match self {
            LinkRule::FirstMention | LinkRule::SameLabel | LinkRule::PeopleList | LinkRule::Declared => 1.0,
            LinkRule::SameFullName => 0.95,
            LinkRule::UniqueSurname | LinkRule::OfficeInChairLine => 0.9,
            LinkRule::OfficeBesideName | LinkRule::PeopleListSurname | LinkRule::OcrVariant => 0.85,
            LinkRule::UnnamedOffice => 0.7,
            LinkRule::AnonymousLabel => 0.5,
            LinkRule::AmbiguousSurname | LinkRule::AmbiguousOffice => 0.4,
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
