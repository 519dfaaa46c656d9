//! Debates and written answers of the parliaments of the United Kingdom, as `parlparse` writes them.
//!
//! **Input:** the tree of a `publicwhip`. **Output:** a turn for each `speech`, `ques` or `reply` with a speaker. Speeches with
//! `nospeaker`, paragraphs in italics and divisions are not speech. **Refused:** files in which nobody speaks.

use super::tree::{Node, Part};
use super::{Act, Record, dated, day, time};
use crate::error::ReadErrorKind;
use crate::parts::Parts;
use plenary_corpus::{Declared, Details};
use plenary_names::lexicon::Lexicon;

pub(crate) const NOUN: &str = "a file of parlparse";

/// Reads a day.
pub(crate) fn read(root: &Node, lexicon: &Lexicon) -> Result<Parts, ReadErrorKind> {
    let mut record = Record::new(lexicon);
    record.parts.front = dated(root.children().find_map(|child| {
        child.get("divdate").and_then(day).or_else(|| {
            // `uk.org.publicwhip/debate/2025-03-04a.100.0`
            day(child.get("id")?.rsplit('/').next()?)
        })
    }));
    items(&mut record, root);
    record.finish(NOUN, "`speech`, `ques` or `reply` with a speaker")
}

fn items(record: &mut Record<'_>, node: &Node) {
    for child in node.children() {
        match child.name() {
            "major-heading" | "oral-heading" => record.heading(1, &child.text()),
            "minor-heading" => record.heading(2, &child.text()),
            "speech" | "ques" | "reply" => speech(record, child),
            "gidredirect" | "meta" => {}
            _ if child.children().any(|inner| matches!(inner.name(), "speech" | "ques" | "reply")) => {
                items(record, child);
            }
            _ => record.notes(child.said(&part_of)),
        }
    }
}

fn speech(record: &mut Record<'_>, node: &Node) {
    let said = node.said(&part_of);
    if node.get("nospeaker").is_some_and(|value| value != "false") {
        record.notes(said);
        return;
    }
    let id = node.get("person_id").or(node.get("speakerid")).filter(|id| *id != "unknown");
    let speaker = node.get("speakername").map(|name| Declared {
        label: name.to_string(),
        id: id.map(str::to_string),
        details: Details { title: node.get("speakeroffice").map(str::to_string), ..Details::default() },
        ..Declared::default()
    });
    if speaker.is_none()
        && let Some(id) = id
    {
        record.unknown_person(id);
    }
    let start = node.get("time").and_then(time).map(|time| (time, node.line));
    let act = if node.name() == "ques" { Act::Asks } else { Act::Speaks };
    let turn = record.turn(speaker, act, start);
    record.say_all(turn, said);
}

fn part_of(node: &Node) -> Part {
    match node.name() {
        "p" if node.get("class").is_some_and(|class| class.contains("italic")) => Part::Note,
        "td" | "th" => Part::Cell,
        "p" | "tr" | "table" | "tbody" | "thead" | "ul" | "ol" | "li" | "dl" | "dt" | "dd" | "blockquote" | "div"
        | "br" | "mplist" | "lordlist" | "msplist" | "mpname" | "mspname" | "lord" | "divisioncount" => Part::Block,
        "stamp" => Part::Skip,
        _ => Part::Inline,
    }
}
