//! Why a turn begins where it does and belongs to its speaker.
//!
//! Records of the computation, kept at each step by attribution; nothing is decided here.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::links::Link;
use crate::style::{Style, TurnRule};

/// Why a turn begins where it does and belongs to its speaker.
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
    /// How often the label occurs in this style in the document; `None` if that was not counted.
    pub n_mentions: Option<usize>,
    /// The steps that led to the score of the byline, in order. The score orders the candidates of a page.
    pub weights: Vec<Weight>,
    /// The terms of the turn in the log-odds of its confidence.
    pub terms: Vec<Term>,
    /// The sum of the terms of the document, [`Estimate::turn_terms`], in the log-odds of the confidence.
    pub document_log_odds: f32,
    /// The best other reading of the same place, if there is one.
    pub rival: Option<Box<Rival>>,
    /// Why the turn belongs to this person; `None` if the speaker is not known. Not serialised: it refers to blocks by index.
    #[serde(skip)]
    pub link: Option<Link>,
    /// Why a person should check the turn; empty if there is no doubt.
    pub review: Vec<String>,
}

/// What a label looks like, judged by its form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A person's name.
    Person,
    /// An office or a role in the proceedings.
    Office,
    /// A person without a name.
    Anonymous,
    /// A word that may be a name.
    Word,
}

impl Form {
    /// The name that `--explain` and JSON use.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Person => "person",
            Form::Office => "office",
            Form::Anonymous => "anonymous",
            Form::Word => "word",
        }
    }
}

/// A term of a log-linear model: the log-odds are the sum of its terms.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Term {
    /// Name of the term.
    #[serde(rename = "term")]
    pub name: &'static str,
    /// What it means.
    #[serde(skip)]
    pub says: &'static str,
    /// What was observed, in [0, 1].
    pub value: f32,
    /// What the term adds to the log-odds.
    pub log_odds: f32,
}

/// How well a document is estimated to be attributed.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// Estimated probability that at least four fifths of the document's words have the right speaker.
    pub mostly_right: f32,
    /// The terms of its log-odds.
    pub terms: Vec<Term>,
    /// The terms of the document in the confidence of each of its turns.
    pub turn_terms: Vec<Term>,
}

/// Why a score changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reason {
    /// What the label looks like.
    Form(Form),
    /// The sign after the label also occurs in prose.
    ChanceMark,
    /// There is a number before the label: it may be an item of a list.
    Numbered,
    /// A title or an affiliation is printed beside or below the name.
    OfficeBeside,
    /// The label is a heading.
    InHeading,
    /// A line without markup: the evidence beside the name.
    PlainLine,
    /// Differs from a more frequent label as misread letters do.
    Misread,
    /// The label occurs this many times in the style.
    Recurs(u32),
    /// A line without markup whose label occurs only once.
    LonePlainLine,
    /// The study pins the style.
    Pinned,
    /// Labels of questions and of answers occur together.
    QuestionsAndAnswers,
    /// The label occurs once, but looks like other labels of the style.
    LooksLikeOthers,
    /// The name occurs once, on a line of its own that may be a heading.
    MayBeHeading,
    /// Most paragraphs begin with a label of the style.
    Throughout,
    /// A list on the page names the same person.
    Listed,
    /// The text after a label that is seen once continues in lower case, as within a sentence.
    GoesOn,
    /// The line has the shape of this number of bylines.
    OfTemplate(u32),
    /// A name and a sentence in brackets.
    Interjection,
    /// The interrupted turn continues after the brackets.
    Continues,
    /// Questions are set in a different typeface.
    Typeface,
    /// Questions and answers are indented differently.
    Indented,
    /// The title names the speaker.
    InTitle,
    /// A sign of a new speaker, without a name.
    Sign,
    /// The name of the writer is below the text.
    Signature,
    /// The paragraph begins with a clause that names who speaks.
    Clause,
    /// The line matches the study's pattern.
    Matches,
    /// The format declares the turn.
    Declared,
    /// A person checked or corrected the turn.
    Corrected,
    /// The confidence of the document's style, with a weight of one quarter.
    OfStyle(f32),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Form(Form::Person) => f.write_str("the label has the form of a person's name"),
            Reason::Form(Form::Office) => f.write_str("the label names an office"),
            Reason::Form(Form::Anonymous) => f.write_str("the label stands for a person without a name"),
            Reason::Form(Form::Word) => f.write_str("the label is a word that may be a name"),
            Reason::ChanceMark => f.write_str("the sign after the label also occurs in prose"),
            Reason::Numbered => f.write_str("there is a number before the label: it may be an item of a list"),
            Reason::OfficeBeside => f.write_str("a title or affiliation is printed beside the name"),
            Reason::InHeading => f.write_str("the label is a heading"),
            Reason::PlainLine => f.write_str("a line without markup, judged by what is printed beside the name"),
            Reason::Misread => f.write_str("differs from a more frequent label as misread letters do"),
            Reason::Recurs(n) => write!(f, "the label occurs {n} times in this style"),
            Reason::LonePlainLine => f.write_str("a line without markup whose label occurs only once"),
            Reason::Pinned => f.write_str("the study pins this style"),
            Reason::QuestionsAndAnswers => f.write_str("labels of questions and of answers occur together"),
            Reason::LooksLikeOthers => f.write_str("occurs once, but looks like other labels of the style"),
            Reason::MayBeHeading => f.write_str("occurs once, on a line of its own that may be a heading"),
            Reason::Throughout => f.write_str("most paragraphs begin with a label of this style"),
            Reason::Listed => f.write_str("a list on the page names the same person"),
            Reason::GoesOn => f.write_str("seen once, and its text continues in lower case, as within a sentence"),
            Reason::OfTemplate(n) => write!(f, "the line begins in the same way as {n} bylines of the document"),
            Reason::Interjection => {
                f.write_str("there are a name and a sentence in brackets inside the turn of another person")
            }
            Reason::Continues => f.write_str("the turn continues after an interjection in brackets"),
            Reason::Typeface => f.write_str("questions are set in a different typeface"),
            Reason::Indented => f.write_str("questions and answers are told apart by their indentation alone"),
            Reason::InTitle => f.write_str("the title names the only speaker"),
            Reason::Sign => f.write_str("a sign of a new speaker, without a name"),
            Reason::Signature => f.write_str("the name of the writer is below the text"),
            Reason::Clause => f.write_str("the paragraph begins with a clause that names who speaks"),
            Reason::Matches => f.write_str("the line matches the study's pattern"),
            Reason::Declared => f.write_str("the format declares the turn"),
            Reason::Corrected => f.write_str("a person checked or corrected the turn"),
            Reason::OfStyle(confidence) => {
                write!(f, "the confidence of the document's style, {confidence:.2}, has a weight of one quarter")
            }
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One step of the computation of a confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Weight {
    /// What was found.
    pub reason: Reason,
    /// The change of the score.
    pub change: f32,
    /// The score after the step, in [0, 1].
    pub confidence: f32,
}

/// How much of a document a style explains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct StyleScore {
    /// The style.
    pub style: Style,
    /// Sum of the confidences of its bylines.
    pub score: f32,
    /// Whether its bylines open turns.
    pub is_taken: bool,
}

/// Another reading of a place, which was rejected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rival {
    /// The style of the reading.
    pub style: Style,
    /// The byline according to it.
    pub byline: String,
    /// Its confidence, in [0, 1].
    pub confidence: f32,
    /// Why it was rejected.
    pub reason: &'static str,
}
