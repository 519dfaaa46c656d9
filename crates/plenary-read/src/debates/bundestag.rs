//! Minutes of plenary proceedings of the German Bundestag in XML, as published since 2017.
//!
//! **Input:** the tree of a `dbtplenarprotokoll`. **Output:** a turn from each `redner` or `name` to the next; the name in a
//! `name` is that of who presides. Comments are not speech, except what they quote from a named member. Appendices are kept
//! as text that nobody says; the table of contents and the list of speakers are left out. **Refused:** files in which nobody
//! speaks.

use std::collections::HashMap;

use jiff::civil::Date;

use super::tree::{Node, Part, Said};
use super::{Act, Record, is_bracketed, label, text_of, time};
use crate::error::ReadErrorKind;
use crate::parts::Parts;
use plenary_corpus::{Declared, Details, Role, Variables};
use plenary_names::lexicon::Lexicon;

pub(crate) const NOUN: &str = "minutes of the Bundestag";

/// Reads a sitting.
pub(crate) fn read(root: &Node, lexicon: &Lexicon) -> Result<Parts, ReadErrorKind> {
    let mut minutes = Minutes { record: Record::new(lexicon), speaker: None, turn: None, members: members(root) };
    minutes.front(root);
    for part in root.children() {
        match part.name() {
            "sitzungsverlauf" => minutes.section(part),
            "anlagen" => minutes.record.notes(part.said(&part_of)),
            _ => {}
        }
    }
    minutes.record.finish(NOUN, "`redner` or `name` before paragraphs of a `sitzungsverlauf`")
}

/// The members by their names, with all that the file declares of them. A name that several members have is left out.
fn members(root: &Node) -> HashMap<String, Declared> {
    let mut members: HashMap<String, Option<Declared>> = HashMap::new();
    root.each(&mut |node| {
        if node.name() == "redner"
            && let Some(name) = name_of(node)
        {
            let found = member(node, "");
            let known = members.entry(name).or_insert_with(|| Some(found.clone()));
            *known = known.take().filter(|known| known.id == found.id);
            if let Some(known) = known {
                known.details.fill_from(&found.details);
            }
        }
    });
    members.into_iter().filter_map(|(name, member)| Some((name, member?))).collect()
}

struct Minutes<'l> {
    record: Record<'l>,
    /// Who was named last.
    speaker: Option<Declared>,
    /// The turn of that person, if nobody else has spoken since.
    turn: Option<usize>,
    members: HashMap<String, Declared>,
}

impl Minutes<'_> {
    fn front(&mut self, root: &Node) {
        let front = &mut self.record.parts.front;
        front.date = root.get("sitzung-datum").and_then(date);
        front.time_start = root.get("sitzung-start-uhrzeit").and_then(time);
        front.time_end = root.get("sitzung-ende-uhrzeit").and_then(time);
        front.title = text_of(root, "plenarprotokoll-nummer");
        front.session = text_of(root, "sitzungstitel");
        front.language = Some("de".to_string());
    }

    fn section(&mut self, node: &Node) {
        for child in node.children() {
            match child.name() {
                "p" => self.paragraph(child),
                "name" => {
                    let printed = child.text();
                    self.begins(Declared { label: label(&printed), role: Some(Role::Chair), ..Declared::default() });
                    self.record.parts.margin(&printed);
                }
                "kommentar" => self.comment(&child.text()),
                "tagesordnungspunkt" => {
                    if let Some(item) = child.get("top-id") {
                        self.record.heading(1, item);
                    }
                    self.section(child);
                }
                "zitat" => self.say(child),
                "rede" | "sitzungsbeginn" | "sitzungsende" => self.section(child),
                _ => self.record.notes(child.said(&part_of)),
            }
        }
    }

    fn paragraph(&mut self, node: &Node) {
        let class = node.get("klasse").unwrap_or("");
        if let Some(redner) = node.find("redner").filter(|_| class == "redner") {
            let printed = printed_label(node);
            self.begins(member(redner, &printed));
            self.record.parts.margin(&printed);
        } else if matches!(class, "T_NaS" | "T_ZP_NaS" | "T_fett") {
            self.record.heading(2, &node.text());
        } else if class.starts_with("T_") || class.starts_with("AL_") || is_bracketed(&node.text()) {
            self.record.note(&node.text());
        } else {
            self.say(node);
        }
    }

    fn begins(&mut self, speaker: Declared) {
        self.speaker = Some(speaker);
        self.turn = None;
    }

    /// Adds a paragraph to the turn of who was named last; before the first name nobody speaks.
    fn say(&mut self, node: &Node) {
        let Some(speaker) = &self.speaker else {
            self.record.notes(node.said(&part_of));
            return;
        };
        let turn = match self.turn {
            Some(turn) => turn,
            None => self.record.turn(Some(speaker.clone()), Act::Speaks, None),
        };
        self.turn = Some(turn);
        self.record.say_all(turn, node.said(&part_of));
    }

    /// A comment: `(Beifall bei der SPD – Bo Hill [FDP]: Nein!)`. What a named member calls out is a turn.
    fn comment(&mut self, text: &str) {
        let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
        let parts: Vec<(&str, Option<(Declared, &str)>)> =
            inner.split(" \u{2013} ").map(|part| (part, self.called(part))).collect();
        if parts.iter().all(|(_, called)| called.is_none()) {
            self.record.note(text);
            return;
        }
        for (part, called) in parts {
            let Some((member, words)) = called else {
                self.record.note(&format!("({})", part.trim()));
                continue;
            };
            let printed = part[..part.len() - words.len()].trim().to_string();
            let turn = self.record.turn(Some(member), Act::Interjects, None);
            self.record.parts.margin(&printed);
            self.record.say(turn, words);
            self.turn = None;
        }
    }

    /// The member and the words of `Bo Hill [FDP]: Nein!` or `Bo Hill [Köln] [FDP]: Nein!`.
    fn called<'t>(&self, part: &'t str) -> Option<(Declared, &'t str)> {
        const LONGEST_NAME: usize = 80;
        let (who, words) = part.split_once("]: ")?;
        let (name, party) = who.rsplit_once('[')?;
        let name = name.split('[').next().unwrap_or(name).trim();
        let words = words.trim();
        let begins = name.starts_with(char::is_uppercase) && name.len() <= LONGEST_NAME && name.contains(' ');
        // A title before the name is not part of the list of names.
        let starts = std::iter::once(0).chain(name.match_indices(' ').map(|(at, _)| at + 1));
        let known = starts.into_iter().find_map(|at| self.members.get(&name[at..])).cloned();
        let mut member = known.unwrap_or_default();
        member.label = name.to_string();
        member.details.party = member.details.party.or_else(|| Some(party.trim().to_string()));
        (begins && !words.is_empty()).then_some((member, words))
    }
}

/// The text of a paragraph without what is declared in it: "Ann Lee (SPD):".
fn printed_label(node: &Node) -> String {
    let part_of = |node: &Node| if matches!(node.name(), "redner" | "a") { Part::Skip } else { Part::Inline };
    let words = node.said(&part_of).into_iter().map(|(Said::Words(text) | Said::Note(text))| text);
    words.collect::<Vec<_>>().join(" ")
}

fn member(redner: &Node, printed: &str) -> Declared {
    let name = name_of(redner);
    let label = Some(label(printed)).filter(|label| !label.is_empty()).or_else(|| name.clone()).unwrap_or_default();
    let details = Details {
        honorific: text_of(redner, "titel"),
        title: text_of(redner, "rolle_lang"),
        constituency: text_of(redner, "ortszusatz").map(|place| place.trim_matches(['(', ')']).to_string()),
        party: text_of(redner, "fraktion"),
        ..Details::default()
    };
    Declared {
        label,
        name,
        id: redner.get("id").map(str::to_string),
        details,
        role: None,
        variables: Variables::default(),
    }
}

/// First name, particle and surname.
fn name_of(redner: &Node) -> Option<String> {
    let words: Vec<String> =
        ["vorname", "namenszusatz", "nachname"].iter().filter_map(|part| text_of(redner, part)).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// "14.02.2019"
fn date(text: &str) -> Option<Date> {
    let mut parts = text.trim().split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn part_of(node: &Node) -> Part {
    match node.name() {
        "p" | "table" | "tbody" | "thead" | "tr" | "zitat" | "anlage" | "anlagen-titel" | "anlagen-text" | "rede"
        | "name" => Part::Block,
        "td" | "th" => Part::Cell,
        "kommentar" | "fussnote" => Part::Note,
        "a" | "redner" => Part::Skip,
        _ => Part::Inline,
    }
}
