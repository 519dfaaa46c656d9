//! Records of parliaments in XML: each dialect has a module that reads the tree of a file.
//!
//! **Input:** the tree of an XML file. **Output:** one document. A turn is what the dialect marks as a speech, question, answer
//! or interjection, with what it declares of the speaker; headings, procedure, scenes, divisions and remarks are not speech.
//! **Refused:** files in which nobody speaks. **Left to others:** TEI, to `tei`; how labels are split, to
//! `plenary-attribute`.

pub(crate) mod akoma_ntoso;
pub(crate) mod australia;
pub(crate) mod bundestag;
pub(crate) mod canada;
pub(crate) mod parlparse;
pub(crate) mod tree;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use jiff::civil::{Date, Time};

use super::error::ReadErrorKind;
use super::parts::{Parts, Piece};
use plenary_corpus::clock::since_midnight;
use plenary_corpus::{Declared, FrontMatter, Interrupts, Layout, Role, Turn};
use plenary_names::bylines::split;
use plenary_names::lexicon::Lexicon;
use tree::{Node, Said};

/// Seconds of half a day. A time of day that is earlier by more is one of the next day.
const HALF_DAY_S: f64 = 12.0 * 3600.0;

/// Number of ids that a warning shows.
const SHOWN: usize = 5;

/// What a person does in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Act {
    Speaks,
    Asks,
    Interjects,
}

/// A record under construction.
pub(crate) struct Record<'l> {
    pub(crate) lexicon: &'l Lexicon,
    pub(crate) parts: Parts,
    /// What is done in each turn.
    acts: Vec<Act>,
    clock: Clock,
    /// References to persons that the file does not list.
    unknown: BTreeSet<String>,
}

/// Times of day to seconds from the first of them.
#[derive(Default)]
struct Clock {
    first: Option<f64>,
    last: f64,
    days: f64,
    /// Number of times before the one above them, and the line of the first.
    backwards: (usize, usize),
}

impl<'l> Record<'l> {
    pub(crate) fn new(lexicon: &'l Lexicon) -> Self {
        let clock = Clock::default();
        Self { lexicon, parts: Parts::default(), acts: Vec::new(), clock, unknown: BTreeSet::new() }
    }

    pub(crate) fn heading(&mut self, level: usize, text: &str) {
        let level = u8::try_from(level.clamp(1, 6)).unwrap_or(6);
        self.add(Layout::Heading(level), None, text);
    }

    /// Adds text that nobody says.
    pub(crate) fn note(&mut self, text: &str) {
        self.add(Layout::Text, None, text);
    }

    /// Adds all text of an element as text that nobody says.
    pub(crate) fn notes(&mut self, said: Vec<Said>) {
        for Said::Words(text) | Said::Note(text) in said {
            self.note(&text);
        }
    }

    /// Begins a turn.
    pub(crate) fn turn(&mut self, speaker: Option<Declared>, act: Act, time: Option<(Time, usize)>) -> usize {
        let time_start_s = time.and_then(|(time, line)| self.seconds(time, line));
        let is_other = |of: &Act| *of != Act::Interjects;
        let interrupted = self.acts.iter().rposition(is_other).filter(|_| act == Act::Interjects);
        let interrupts = interrupted.map(Interrupts::Marked);
        self.parts.turns.push(Turn { speaker, time_start_s, interrupts, ..Turn::default() });
        self.acts.push(act);
        self.parts.turns.len() - 1
    }

    /// Adds a paragraph to a turn.
    pub(crate) fn say(&mut self, turn: usize, text: &str) {
        self.add(Layout::Text, Some(turn), text);
    }

    /// Adds paragraphs and the notes among them to a turn.
    pub(crate) fn say_all(&mut self, turn: usize, said: Vec<Said>) {
        for said in said {
            match said {
                Said::Words(text) => self.say(turn, &text),
                Said::Note(text) => self.note(&text),
            }
        }
    }

    /// Notes that a reference names nobody that the file lists.
    pub(crate) fn unknown_person(&mut self, id: &str) {
        self.unknown.insert(id.to_string());
    }

    fn add(&mut self, layout: Layout, turn: Option<usize>, text: &str) {
        if !text.trim().is_empty() {
            self.parts.new_paragraph();
            self.parts.line(layout, turn, &[Piece::plain(text)]);
        }
    }

    fn seconds(&mut self, time: Time, line: usize) -> Option<f64> {
        let clock = &mut self.clock;
        let seconds = since_midnight(time);
        let Some(first) = clock.first else {
            clock.first = Some(seconds);
            self.parts.front.time_start = Some(time);
            return Some(0.0);
        };
        let mut from_first = seconds + clock.days - first;
        if from_first + HALF_DAY_S < clock.last {
            clock.days += 2.0 * HALF_DAY_S;
            from_first += 2.0 * HALF_DAY_S;
        }
        if from_first < clock.last {
            let (n, at) = clock.backwards;
            clock.backwards = (n + 1, if n == 0 { line } else { at });
            return None;
        }
        clock.last = from_first;
        Some(from_first)
    }

    /// The record, with the roles of those who only ask or only interject.
    ///
    /// # Errors
    /// [`ReadErrorKind::NoSpeech`] if nobody speaks.
    pub(crate) fn finish(mut self, what: &'static str, expected: &'static str) -> Result<Parts, ReadErrorKind> {
        let speaks = self.parts.lines.iter().any(|line| line.turn.is_some());
        if !speaks {
            return Err(ReadErrorKind::NoSpeech { what, expected });
        }
        self.set_roles();
        let (n, line) = self.clock.backwards;
        if n > 0 {
            let warning =
                format!("{n} times are before the time above them and were not read, the first on line {line}");
            self.parts.warnings.push(warning);
        }
        if !self.unknown.is_empty() {
            let shown: Vec<&str> = self.unknown.iter().take(SHOWN).map(String::as_str).collect();
            let more = if self.unknown.len() > SHOWN { ", ..." } else { "" };
            self.parts.warnings.push(format!(
                "{} references name nobody that the file lists; the printed names were used: {}{more}",
                self.unknown.len(),
                shown.join(", ")
            ));
        }
        Ok(self.parts)
    }

    fn set_roles(&mut self) {
        let key = |speaker: &Declared| speaker.id.clone().unwrap_or_else(|| speaker.label.clone());
        let mut acts: HashMap<String, Option<Act>> = HashMap::new();
        for (turn, act) in self.parts.turns.iter().zip(&self.acts) {
            if let Some(speaker) = &turn.speaker {
                let known = acts.entry(key(speaker)).or_insert(Some(*act));
                *known = known.filter(|known| known == act);
            }
        }
        for turn in &mut self.parts.turns {
            let Some(speaker) = turn.speaker.as_mut().filter(|speaker| speaker.role.is_none()) else { continue };
            let role = match acts.get(&key(speaker)).copied().flatten() {
                Some(Act::Asks) => Role::Questioner,
                Some(Act::Interjects) => Role::Interjector,
                Some(Act::Speaks) | None => continue,
            };
            if !split(self.lexicon, &speaker.label).presides(self.lexicon) {
                speaker.role = Some(role);
            }
        }
    }
}

/// A day in a text that begins with it: `2025-03-04`, `2025-03-04T10:00:00`.
fn day(text: &str) -> Option<Date> {
    text.trim().get(..10)?.parse().ok()
}

/// A time of day: `09:30:00`, `9:30`, `2025-03-04T09:30:00`.
fn time(text: &str) -> Option<Time> {
    let text = text.trim().rsplit('T').next()?;
    let mut parts = text.split([':', '.', 'Z', '+']);
    let hour = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = parts.next().filter(|second| !second.is_empty()).map_or(Ok(0), str::parse).ok()?;
    Time::new(hour, minute, second, 0).ok()
}

/// A label without the colon or dash that ends it, and without the full stop before a dash.
fn label(text: &str) -> String {
    const DASHES: [char; 3] = ['\u{2013}', '\u{2014}', '-'];
    let text = text.trim();
    let text =
        if text.ends_with(DASHES) { text.trim_end_matches(DASHES).trim_end().trim_end_matches('.') } else { text };
    text.trim_end_matches(':').trim().to_string()
}

/// Whether a text stands in brackets as a whole.
fn is_bracketed(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with('(') && text.ends_with(')')) || (text.starts_with('[') && text.ends_with(']'))
}

/// Front matter with a date.
fn dated(date: Option<Date>) -> FrontMatter {
    FrontMatter { date, ..FrontMatter::default() }
}

/// The text of the first element of this name, if there is any.
fn text_of(node: &Node, name: &str) -> Option<String> {
    node.find(name).map(Node::text).filter(|text| !text.is_empty())
}
