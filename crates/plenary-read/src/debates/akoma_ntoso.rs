//! Debates in Akoma Ntoso (`LegalDocML`), as parliaments and `SayIt` write them.
//!
//! **Input:** the tree of an `akomaNtoso`. **Output:** a turn for each `speech`, `question` or `answer`. The speaker is `by`, by
//! the references of the file, with the printed `from` as label and the role `as`. `scene`, `narrative`, `summary` and
//! `remark` are not speech. **Refused:** documents that are not debates.

use std::collections::HashMap;

use super::tree::{Node, Part, Said};
use super::{Act, Record, dated, day, is_bracketed, label, text_of, time};
use crate::error::ReadErrorKind;
use crate::parts::Parts;
use plenary_corpus::{Declared, Details};
use plenary_names::labels::is_chair_label;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices::is_title;

pub(crate) const NOUN: &str = "an Akoma Ntoso file";

/// Reads a debate.
pub(crate) fn read(root: &Node, lexicon: &Lexicon) -> Result<Parts, ReadErrorKind> {
    let mut debate = Debate { record: Record::new(lexicon), names: names(root) };
    let printed = root.find("docDate").and_then(|date| day(date.get("date")?));
    let declared = root.find("FRBRWork").and_then(|work| day(work.find("FRBRdate")?.get("date")?));
    debate.record.parts.front = dated(printed.or(declared));
    debate.record.parts.front.title = text_of(root, "docTitle");
    debate.record.parts.front.session = text_of(root, "session");
    let language = root.find("FRBRlanguage").and_then(|node| node.get("language"));
    debate.record.parts.front.language = language.and_then(crate::tei::two_letters);
    for document in root.children() {
        debate.section(document, 0, None);
    }
    debate.record.finish(NOUN, "`speech`, `question` or `answer` in a `debateBody`")
}

/// The names of the persons, roles and organisations that the file refers to.
fn names(root: &Node) -> HashMap<String, String> {
    let mut names = HashMap::new();
    root.each(&mut |node| {
        if node.name().starts_with("TLC")
            && let (Some(id), Some(name)) =
                (node.get("eId").or(node.get("xml:id")).or(node.get("id")), node.get("showAs"))
        {
            names.insert(id.to_string(), name.to_string());
        }
    });
    names
}

struct Debate<'l> {
    record: Record<'l>,
    names: HashMap<String, String>,
}

impl Debate<'_> {
    /// Reads what a section holds. `by` is who speaks in the group of speeches around it.
    fn section(&mut self, node: &Node, level: usize, by: Option<&str>) {
        for child in node.children() {
            match child.name() {
                "meta" | "components" => {}
                "heading" | "subheading" | "docTitle" => self.record.heading(level, &child.text()),
                "speech" | "answer" => self.speech(child, Act::Speaks, by),
                "question" => self.speech(child, Act::Asks, by),
                _ if is_container(child) => self.section(child, level + 1, child.get("by").or(by)),
                _ => {
                    let text = Said::Words(child.text());
                    self.record.notes(vec![text]);
                }
            }
        }
    }

    fn speech(&mut self, node: &Node, act: Act, by: Option<&str>) {
        let from = from_of(node);
        let speaker = self.speaker(node, from, node.get("by").or(by));
        if speaker.is_none() && is_bracketed(&node.text()) {
            self.record.note(&node.text());
            return;
        }
        let recorded = node.get("startTime").or_else(|| node.find("recordedTime")?.get("time"));
        let start = recorded.and_then(time).map(|time| (time, node.line));
        let turn = self.record.turn(speaker, act, start);
        if let Some(from) = from {
            self.record.parts.margin(&from.text());
        }
        // A speech may hold another one, such as an interruption.
        let mut said = Vec::new();
        for child in node.children() {
            match child.name() {
                "speech" | "question" | "answer" => {
                    self.record.say_all(turn, std::mem::take(&mut said));
                    self.speech(child, if child.name() == "question" { Act::Asks } else { Act::Speaks }, None);
                }
                "heading" | "subheading" => {
                    self.record.say_all(turn, std::mem::take(&mut said));
                    self.record.heading(6, &child.text());
                }
                _ if part_of(child) == Part::Note => said.push(Said::Note(child.text())),
                _ if part_of(child) == Part::Skip => {}
                _ => said.extend(child.said(&part_of)),
            }
        }
        self.record.say_all(turn, said);
    }

    fn speaker(&mut self, node: &Node, from: Option<&Node>, by: Option<&str>) -> Option<Declared> {
        let id = by.map(|by| by.rsplit(['#', '/']).next().unwrap_or(by).to_string()).filter(|id| !id.is_empty());
        let name = id.as_ref().and_then(|id| self.names.get(id)).cloned();
        let printed = from.map(|from| label(&from.text())).filter(|text| !text.is_empty());
        if let (Some(id), None) = (&id, &name) {
            self.record.unknown_person(id);
        }
        let role = node.get("as").and_then(|role| self.names.get(role.rsplit(['#', '/']).next()?)).cloned();
        let presides = role.as_ref().is_some_and(|role| is_chair_label(self.record.lexicon, role));
        let title = role.filter(|role| is_title(self.record.lexicon, role) || presides);
        let shown = printed.or_else(|| name.clone()).or_else(|| id.as_deref().map(crate::tei::readable))?;
        Some(Declared {
            label: shown,
            name,
            id,
            role: presides.then_some(plenary_corpus::Role::Chair),
            details: Details { title, ..Details::default() },
            ..Declared::default()
        })
    }
}

/// The printed label of a speech, not of one inside it.
fn from_of(node: &Node) -> Option<&Node> {
    node.children().find_map(|child| match child.name() {
        "from" => Some(child),
        "speech" | "question" | "answer" => None,
        _ => from_of(child),
    })
}

/// Whether an element holds sections, speeches or headings rather than text.
fn is_container(node: &Node) -> bool {
    node.children().any(|child| {
        matches!(
            child.name(),
            "heading"
                | "subheading"
                | "docTitle"
                | "speech"
                | "question"
                | "answer"
                | "speechGroup"
                | "scene"
                | "narrative"
                | "summary"
        ) || is_container(child)
    })
}

fn part_of(node: &Node) -> Part {
    match node.name() {
        "from" | "img" | "meta" => Part::Skip,
        "recordedTime" | "remark" | "authorialNote" | "note" | "scene" | "narrative" | "summary" => Part::Note,
        "td" | "th" => Part::Cell,
        "num" => Part::Lead,
        "p" | "block" | "blockList" | "listIntroduction" | "listWrapUp" | "item" | "ul" | "ol" | "li" | "table"
        | "tr" | "caption" | "quote" | "quotedStructure" | "embeddedStructure" | "foreign" | "div" | "container"
        | "tblock" | "toc" | "br" | "other" | "content" | "paragraph" | "blockContainer" => Part::Block,
        _ => Part::Inline,
    }
}
