//! Debates and committee evidence of the parliament of Canada in XML.
//!
//! **Input:** the tree of a `Hansard`. **Output:** a turn for each `Intervention`; constituency and party are those in the
//! brackets of its `Affiliation`. Procedural text, marks of the floor language and divisions are not speech. **Refused:** files
//! in which nobody speaks.

use jiff::civil::{Date, Time};

use super::tree::{Node, Part};
use super::{Act, Record, label};
use crate::error::ReadErrorKind;
use crate::parts::Parts;
use plenary_corpus::{Declared, Details};
use plenary_names::lexicon::Lexicon;
use plenary_names::offices::{is_party, is_title};

pub(crate) const NOUN: &str = "a Canadian Hansard file";

/// Reads a sitting or meeting.
pub(crate) fn read(root: &Node, lexicon: &Lexicon) -> Result<Parts, ReadErrorKind> {
    let mut hansard = Hansard { record: Record::new(lexicon), time: None };
    hansard.front(root);
    hansard.record.parts.front.language = root.get("xml:lang").and_then(crate::tei::two_letters);
    for child in root.children() {
        if !matches!(child.name(), "ExtractedInformation" | "DocumentTitle" | "StartPageNumber") {
            hansard.section(child, 1);
        }
    }
    hansard.record.finish(NOUN, "`Intervention` with `PersonSpeaking`")
}

struct Hansard<'l> {
    record: Record<'l>,
    /// The last time of day that no turn has taken yet, and its line.
    time: Option<(Time, usize)>,
}

impl Hansard<'_> {
    fn front(&mut self, root: &Node) {
        let item = |name: &str| {
            let items = root.find("ExtractedInformation")?.children();
            let mut named = items.filter(|item| item.get("Name").is_some_and(|own| own.eq_ignore_ascii_case(name)));
            named.next().map(Node::text).filter(|text| !text.is_empty())
        };
        let number = |name: &str| item(name).and_then(|text| text.parse::<i16>().ok());
        let numbers = (number("MetaDateNumYear"), number("MetaDateNumMonth"), number("MetaDateNumDay"));
        let date = match numbers {
            (Some(year), Some(month), Some(day)) => i8::try_from(month)
                .ok()
                .zip(i8::try_from(day).ok())
                .and_then(|(month, day)| Date::new(year, month, day).ok()),
            _ => None,
        };
        self.record.parts.front.date = date;
        self.record.parts.front.title = item("Institution").or_else(|| super::text_of(root, "DocumentName"));
        self.record.parts.front.session = item("Session").or_else(|| item("SessionNumber"));
        // A date in words is found in the text, in any language.
        if let (None, Some(date)) = (date, item("Date").or_else(|| item("HumanDate"))) {
            self.record.note(&date);
        }
    }

    fn section(&mut self, node: &Node, level: usize) {
        match node.name() {
            "Intervention" => self.intervention(node),
            "Timestamp" => self.time = time_of(node).or(self.time),
            name if is_heading(name) => self.record.heading(level.saturating_sub(1), &node.text()),
            _ if holds_sections(node) => {
                for child in node.children() {
                    self.section(child, level + 1);
                }
            }
            _ => {
                let said = node.said(&part_of);
                self.record.notes(said);
            }
        }
    }

    fn intervention(&mut self, node: &Node) {
        let printed = node.find("PersonSpeaking");
        let speaker = printed.and_then(|printed| self.speaker(printed));
        let start = self.time.take();
        let turn = self.record.turn(speaker, act_of(node), start);
        if let Some(printed) = printed {
            self.record.parts.margin(&printed.text());
        }
        for child in node.children().filter(|child| child.name() != "PersonSpeaking") {
            match child.name() {
                "Timestamp" => self.time = time_of(child).or(self.time),
                "FloorLanguage" | "ProceduralText" => self.record.note(&child.text()),
                name if is_heading(name) => self.record.heading(6, &child.text()),
                _ => {
                    child.each(&mut |inner| {
                        if inner.name() == "Timestamp" {
                            self.time = time_of(inner).or(self.time);
                        }
                    });
                    let said = child.said(&part_of);
                    self.record.say_all(turn, said);
                }
            }
        }
    }

    fn speaker(&self, printed: &Node) -> Option<Declared> {
        let affiliation = printed.find("Affiliation").unwrap_or(printed);
        let text = label(&affiliation.text());
        let id = affiliation.get("DbId").filter(|id| *id != "0").map(str::to_string);
        let (text, details) = of_brackets(self.record.lexicon, &text);
        (!text.is_empty()).then(|| Declared { label: text, id, details, ..Declared::default() })
    }
}

/// A label without the last brackets of `Name (Constituency, Party)` or `Office (Name (Constituency, Party))`, and what they
/// say. Other brackets stay.
fn of_brackets(lexicon: &Lexicon, text: &str) -> (String, Details) {
    let unchanged = || (text.to_string(), Details::default());
    let inner = text.trim_end_matches(')');
    let n_closed = text.len() - inner.len();
    let Some(open) = inner.rfind('(').filter(|_| n_closed > 0) else { return unchanged() };
    let mut pieces: Vec<&str> = inner[open + 1..].split(',').map(str::trim).collect();
    let Some(party) = pieces.pop().filter(|party| is_short_party(party)) else { return unchanged() };
    let rest = pieces.join(", ");
    let is_office = is_title(lexicon, &rest);
    let closing = ")".repeat(n_closed - 1);
    let details = Details {
        party: Some(party.to_string()),
        constituency: Some(rest.clone()).filter(|rest| !rest.is_empty() && !is_office),
        title: Some(rest).filter(|rest| !rest.is_empty() && is_office),
        ..Details::default()
    };
    (format!("{}{closing}", inner[..open].trim()), details)
}

/// Whether a text is a party as Hansard abbreviates it: `CPC`, `Lib.`, `Ind.`.
fn is_short_party(text: &str) -> bool {
    const LONGEST: usize = 8;
    let is_abbreviation = text.ends_with('.') && text.chars().count() <= LONGEST && !text.contains(' ');
    is_abbreviation || is_party(text)
}

fn act_of(node: &Node) -> Act {
    match node.get("Type") {
        Some("Question") => Act::Asks,
        Some("Interjection") => Act::Interjects,
        _ => Act::Speaks,
    }
}

fn time_of(node: &Node) -> Option<(Time, usize)> {
    let number = |name: &str| node.get(name).and_then(|text| text.parse().ok());
    Time::new(number("Hr")?, number("Mn")?, number("Sc").unwrap_or(0), 0).ok().map(|time| (time, node.line))
}

fn is_heading(name: &str) -> bool {
    name.ends_with("Title") || name.ends_with("Qualifier") || name == "CatchLine"
}

fn holds_sections(node: &Node) -> bool {
    node.children().any(|child| {
        matches!(child.name(), "Intervention" | "Timestamp") || is_heading(child.name()) || holds_sections(child)
    })
}

fn part_of(node: &Node) -> Part {
    match node.name() {
        "Timestamp" | "StartPageNumber" => Part::Skip,
        "FloorLanguage" | "ProceduralText" => Part::Note,
        "entry" | "Entry" => Part::Cell,
        "B" | "I" | "U" | "Sup" | "Sub" | "Document" | "Affiliation" | "Insertion" | "Emphasis" | "Query" => {
            Part::Inline
        }
        _ => Part::Block,
    }
}
