//! The text of one `TEI`.
//!
//! **Input:** elements and text, one by one. **Output:** lines and turns: paragraphs of turns, notes between and in them,
//! headings.

use super::Element;
use super::header::{self, Header};
use super::reactions;
use super::timeline::id_of;
use super::turns::{self, RawTurn};
use crate::parts::{Parts, Piece};
use plenary_corpus::{FrontMatter, Layout, Reaction, ReactionKind, Role, Span};
use plenary_names::lexicon::Lexicon;

/// Elements that describe what happens and are not speech.
const NOTES: [&str; 11] =
    ["note", "incident", "kinesic", "vocal", "gap", "pause", "writing", "shift", "stage", "desc", "fw"];
/// Elements that describe the text and are not read.
const DESCRIPTIONS: [&str; 14] = [
    "listEvent",
    "listRelation",
    "listPlace",
    "listBibl",
    "linkGrp",
    "spanGrp",
    "link",
    "fs",
    "standOff",
    "figure",
    "interpGrp",
    "teiHeader",
    "del",
    "xenoData",
];
/// Elements that begin a line.
const BLOCKS: [&str; 29] = [
    "seg",
    "p",
    "ab",
    "l",
    "lg",
    "list",
    "item",
    "div",
    "div1",
    "div2",
    "div3",
    "front",
    "body",
    "back",
    "group",
    "text",
    "opener",
    "closer",
    "dateline",
    "docTitle",
    "titlePart",
    "docDate",
    "trailer",
    "byline",
    "salute",
    "signed",
    "table",
    "row",
    "cell",
];

/// The text under construction.
#[derive(Debug, Default)]
pub(crate) struct Text {
    parts: Parts,
    turns: Vec<RawTurn>,
    /// Turns that are open, the innermost last.
    inside: Vec<usize>,
    buffer: String,
    note: Option<Note>,
    /// Number of open elements.
    depth: usize,
    skipped_from: Option<usize>,
    /// Depth of an open `choice`, which offers two readings.
    choice: Option<usize>,
    heading: Option<(usize, u8)>,
    divisions: u8,
    items: usize,
    /// A label that is printed before its turn.
    announced: Option<String>,
    /// `who`, `start` and `end` of an enclosing `annotationBlock`.
    block: Option<(usize, [Option<String>; 3])>,
    words: usize,
    /// `join` of the open word.
    join: String,
    /// No space follows, whatever line breaks the file has.
    glued: bool,
    after_word: bool,
}

#[derive(Debug)]
struct Note {
    depth: usize,
    is_label: bool,
    text: String,
    /// What listeners do, and the id of who does it.
    reaction: Option<(ReactionKind, Option<String>)>,
}

impl Text {
    pub(crate) fn open(&mut self, element: &Element, header: &mut Header) {
        self.depth += 1;
        let name = element.name.as_str();
        match name {
            "timeline" | "when" => header.timeline.add(element),
            _ if self.skipped_from.is_some() => {}
            _ if DESCRIPTIONS.contains(&name) => self.skipped_from = Some(self.depth),
            // Of two readings, the one that is meant for readers.
            "choice" => self.choice = self.choice.or(Some(self.depth)),
            "sic" | "orig" | "expan" if self.choice.is_some() => self.skipped_from = Some(self.depth),
            "anchor" => self.anchor(element),
            "lb" => match element.get("break") {
                Some("no") => self.trim(),
                _ => self.push(" "),
            },
            _ if self.note.is_some() && (NOTES.contains(&name) || BLOCKS.contains(&name)) => self.push(" "),
            _ if self.note.is_some() => {}
            "pb" => {
                self.flush();
                if !self.parts.lines.is_empty() {
                    self.parts.page_break();
                }
            }
            "u" | "sp" => self.turn(element),
            "annotationBlock" => {
                let owned = |name| element.get(name).map(str::to_string);
                self.block = Some((self.depth, [owned("who"), owned("start"), owned("end")]));
            }
            "speaker" => self.begin_note(true, None),
            _ if NOTES.contains(&name) => {
                let is_label = name == "note" && element.get("type") == Some("speaker");
                let reaction = reactions::reaction(element).filter(|_| !is_label);
                self.begin_note(is_label, reaction.map(|kind| (kind, element.get("who").map(str::to_string))));
            }
            "head" => {
                self.flush();
                self.parts.new_paragraph();
                self.heading = Some((self.depth, self.divisions.clamp(1, 6)));
            }
            "w" | "pc" => self.word(element),
            "s" => self.push(" "),
            _ if BLOCKS.contains(&name) => {
                self.flush();
                self.parts.new_paragraph();
                if name.starts_with("div") {
                    self.divisions = self.divisions.saturating_add(1);
                }
                self.items += usize::from(name == "item");
                if name == "docDate" {
                    header.printed_date = header.printed_date.or(header::date_of(element));
                }
            }
            _ => {}
        }
    }

    pub(crate) fn close(&mut self, name: &str) {
        let depth = self.depth;
        self.depth = self.depth.saturating_sub(1);
        if let Some(from) = self.skipped_from {
            if from == depth {
                self.skipped_from = None;
            }
            return;
        }
        if self.choice == Some(depth) {
            self.choice = None;
        }
        if let Some(note) = &self.note {
            if note.depth == depth {
                self.end_note();
            }
            return;
        }
        if self.heading.is_some_and(|(from, _)| from == depth) {
            self.flush();
            self.heading = None;
            self.parts.new_paragraph();
        }
        match name {
            "u" | "sp" => {
                self.flush();
                self.inside.pop();
                self.parts.new_paragraph();
            }
            "annotationBlock" if self.block.as_ref().is_some_and(|(from, _)| *from == depth) => self.block = None,
            "w" | "pc" => self.end_word(),
            _ if BLOCKS.contains(&name) => {
                self.flush();
                self.parts.new_paragraph();
                if name.starts_with("div") {
                    self.divisions = self.divisions.saturating_sub(1);
                }
                self.items -= usize::from(name == "item" && self.items > 0);
            }
            _ => {}
        }
    }

    pub(crate) fn characters(&mut self, text: &str) {
        if self.skipped_from.is_none() {
            self.push(text);
        }
    }

    /// Adds text with each run of white space replaced by one space.
    fn push(&mut self, text: &str) {
        if self.glued && text.trim().is_empty() {
            return;
        }
        self.glued = false;
        self.after_word &= text.is_empty();
        let buffer = self.note.as_mut().map_or(&mut self.buffer, |note| &mut note.text);
        for c in text.chars() {
            if !c.is_whitespace() {
                buffer.push(c);
            } else if !buffer.is_empty() && !buffer.ends_with(' ') {
                buffer.push(' ');
            }
        }
    }

    fn trim(&mut self) {
        let buffer = self.note.as_mut().map_or(&mut self.buffer, |note| &mut note.text);
        buffer.truncate(buffer.trim_end().len());
        self.glued = true;
    }

    /// Ends the open line.
    fn flush(&mut self) {
        let layout = match self.heading {
            Some((_, level)) => Layout::Heading(level),
            None if self.items > 0 => Layout::ListItem,
            None => Layout::Text,
        };
        let turn = if self.heading.is_some() { None } else { self.inside.last().copied() };
        let line = std::mem::take(&mut self.buffer);
        if !line.trim().is_empty() {
            self.parts.line(layout, turn, &[Piece::plain(line)]);
        }
        (self.glued, self.after_word) = (false, false);
    }

    fn turn(&mut self, element: &Element) {
        self.flush();
        self.parts.new_paragraph();
        let [who, start, end] = self.block.as_ref().map(|(_, block)| block.clone()).unwrap_or_default();
        let own = |name: &str, outer: Option<String>| element.get(name).map(str::to_string).or(outer);
        let ana = element.get("ana").unwrap_or("");
        let role = ana.split_whitespace().map(id_of).chain(element.get("role")).find_map(|category| match category {
            "chair" | "presidency" => Some(Role::Chair),
            "regular" | "guest" | "mp" | "government" => Some(Role::Speaker),
            _ => None,
        });
        self.turns.push(RawTurn {
            who: own("who", who),
            printed: self.announced.take(),
            role,
            party: element.get("party").filter(|_| element.name == "sp").map(str::to_string),
            start: own("start", start),
            end: own("end", end),
            id: element.get("xml:id").map(str::to_string),
            next: element.get("next").map(str::to_string),
            prev: element.get("prev").map(str::to_string),
            interrupts: reactions::interrupts(element, self.inside.last().copied(), self.turns.len().checked_sub(1)),
            ..RawTurn::default()
        });
        self.inside.push(self.turns.len() - 1);
    }

    fn anchor(&mut self, element: &Element) {
        let point = element.get("synch").or(element.get("xml:id")).map(str::to_string);
        if let Some(turn) = self.inside.last().and_then(|at| self.turns.get_mut(*at)) {
            turn.first_anchor = turn.first_anchor.take().or_else(|| point.clone());
            turn.last_anchor = point.or_else(|| turn.last_anchor.take());
        }
    }

    fn begin_note(&mut self, is_label: bool, reaction: Option<(ReactionKind, Option<String>)>) {
        self.flush();
        self.note = Some(Note { depth: self.depth, is_label, text: String::new(), reaction });
    }

    fn end_note(&mut self) {
        let Some(note) = self.note.take() else { return };
        self.glued = false;
        let text = note.text.trim();
        if let Some((kind, who)) = note.reaction {
            let start = self.parts.text.len();
            self.parts.reactions.push(Reaction { span: Span::new(start, start + text.len()), kind, who });
        }
        if text.is_empty() {
            return;
        }
        if note.is_label {
            match self.inside.last().and_then(|at| self.turns.get_mut(*at)) {
                Some(turn) => turn.printed = Some(text.to_string()),
                None => self.announced = Some(text.to_string()),
            }
        }
        self.parts.new_paragraph();
        self.parts.line(Layout::Text, None, &[Piece::plain(text)]);
        self.parts.new_paragraph();
    }

    /// A word or sign of an annotated text. There is a space between them where the file has a line break, unless `join` says
    /// otherwise; in files without line breaks there is a space before each word.
    fn word(&mut self, element: &Element) {
        self.words += 1;
        if self.words > 1 {
            return;
        }
        let join = element.get("join").unwrap_or("no");
        if matches!(join, "left" | "both") {
            self.trim();
        } else if self.after_word && !self.glued && element.name == "w" {
            self.push(" ");
        }
        self.join = join.to_string();
    }

    fn end_word(&mut self) {
        self.words = self.words.saturating_sub(1);
        if self.words > 0 {
            return;
        }
        self.after_word = true;
        if matches!(self.join.as_str(), "right" | "both") {
            self.trim();
        }
    }

    /// The text with its turns, their speakers and times. `header` holds what the whole file declares of people and times,
    /// `front` what the header of this text declares.
    pub(crate) fn finish(mut self, header: &Header, front: FrontMatter, lexicon: &Lexicon) -> Parts {
        self.flush();
        reactions::between_parts(&mut self.turns);
        let (turns, warnings) = turns::resolve(self.turns, header, &front, lexicon);
        let mut parts = Parts { turns, front, ..self.parts };
        parts.warnings.extend(warnings);
        if parts.turns.is_empty() {
            parts.warnings.push("the file marks no turns (`u`); its text was searched for speakers".to_string());
        }
        parts
    }
}
