//! The text of a TEI file.
//!
//! **Input:** a document with its turns. **Output:** `text`: a timeline if there are times, and for each turn a `u` whose paragraphs and
//! segments hold every character of the turn but white space between them. Nothing is refused.

use std::collections::HashMap;
use std::io;

use super::xml::Xml;
use super::{NEEDS_REVIEW, Shared, code_id, id, role_category, sentiment_id, stance_id, theme_id};
use crate::meetings::{Meeting, Segment, Turn};

/// The rule of the turn whose byline introduces its speaker.
const FIRST_MENTION: &str = "first_mention";

pub(super) fn write(xml: &mut Xml, shared: &Shared, meeting: &Meeting) -> io::Result<()> {
    let times = Times::of(meeting);
    xml.open("text", &[])?;
    times.write(xml)?;
    xml.open("body", &[])?;
    xml.open("div", &[("type", "debateSection")])?;
    for turn in &meeting.turns {
        if let Some(speaker) = turn.speaker.filter(|_| turn.link_rule.as_deref() == Some(FIRST_MENTION)) {
            xml.leaf("note", &[("type", "speaker")], &speaker.name_as_printed)?;
        }
        write_turn(xml, shared, turn, &times)?;
    }
    xml.close("div")?;
    xml.close("body")?;
    xml.close("text")
}

fn write_turn(xml: &mut Xml, shared: &Shared, turn: &Turn, times: &Times) -> io::Result<()> {
    let mut attributes = vec![
        ("xml:id", id(&turn.utterance_id)),
        ("n", turn.position.to_string()),
        ("cert", turn.boundary_confidence.to_string()),
    ];
    let mut categories = Vec::new();
    if let Some(speaker) = turn.speaker {
        attributes.push(("who", format!("#{}", id(&speaker.id))));
        categories.push(format!("#{}", role_category(&speaker.role)));
    }
    if turn.needs_review {
        categories.push(format!("#{NEEDS_REVIEW}"));
    }
    if !categories.is_empty() {
        attributes.push(("ana", categories.join(" ")));
    }
    for (name, time) in [("start", turn.time_start_s), ("end", turn.time_end_s)] {
        attributes.extend(time.and_then(|time| times.reference(time)).map(|reference| (name, reference)));
    }
    let attributes: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (*name, value.as_str())).collect();
    xml.open("u", &attributes)?;
    for paragraph in paragraphs(turn) {
        xml.begin("seg", &[])?;
        for piece in paragraph {
            match piece {
                Piece::Loose(text) => text_with_breaks(xml, text)?,
                Piece::Segment(text, segment) => write_segment(xml, shared, text, segment)?,
            }
        }
        xml.close("seg")?;
    }
    xml.close("u")
}

fn write_segment(xml: &mut Xml, shared: &Shared, text: &str, segment: &Segment) -> io::Result<()> {
    let mut categories = Vec::new();
    let mut measures: Vec<[(&str, String); 3]> = Vec::new();
    let mut measure = |kind: &'static str, category: String, quantity: f32| {
        measures.push([("type", kind.to_owned()), ("ana", format!("#{category}")), ("quantity", quantity.to_string())]);
    };
    if let Some((score, label)) = &segment.sentiment {
        categories.push(sentiment_id(label));
        measure("sentiment", sentiment_id(label), *score);
    }
    if let Some((theme, probability)) = &segment.theme {
        categories.push(theme_id(theme));
        measure("theme", theme_id(theme), *probability);
    }
    for (target, stance) in shared.targets.iter().zip(&segment.stances) {
        categories.extend(stance.label.as_deref().map(|label| stance_id(target, Some(label))));
        if let Some(score) = stance.score {
            measure("stance", stance_id(target, None), score);
        }
    }
    for (variable, code) in shared.codes.iter().zip(&segment.codes) {
        let category = code.label.as_deref().map(|label| code_id(variable, Some(label)));
        if let Some((category, probability)) = category.as_ref().zip(code.probability) {
            measure("code", category.clone(), probability);
        }
        categories.extend(category);
    }
    let categories = categories.iter().map(|category| format!("#{category}")).collect::<Vec<_>>().join(" ");
    let segment_id = id(&segment.id);
    let mut attributes = vec![("xml:id", segment_id.as_str())];
    if !categories.is_empty() {
        attributes.push(("ana", &categories));
    }
    xml.begin("s", &attributes)?;
    text_with_breaks(xml, text)?;
    for measure in &measures {
        xml.empty("measure", &measure.each_ref().map(|(name, value)| (*name, value.as_str())))?;
    }
    xml.end("s")
}

/// Text with an `lb` at each end of a line.
fn text_with_breaks(xml: &mut Xml, text: &str) -> io::Result<()> {
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            xml.empty("lb", &[])?;
        }
        xml.text(line)?;
    }
    Ok(())
}

/// A part of a paragraph.
#[derive(Debug)]
enum Piece<'t> {
    /// Text that belongs to no segment, mostly the blank between two.
    Loose(&'t str),
    /// The text of a segment.
    Segment(&'t str, &'t Segment),
}

/// Divides the text of a turn into its segments and what is between them; a line that ends between two segments ends a paragraph.
fn paragraphs<'t>(turn: &'t Turn) -> Vec<Vec<Piece<'t>>> {
    let mut paragraphs: Vec<Vec<Piece<'t>>> = vec![Vec::new()];
    let mut end = 0;
    for segment in &turn.segments {
        loose(&mut paragraphs, &turn.text[end..segment.range.start]);
        if let Some(last) = paragraphs.last_mut() {
            last.push(Piece::Segment(&turn.text[segment.range.clone()], segment));
        }
        end = segment.range.end;
    }
    loose(&mut paragraphs, &turn.text[end..]);
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}

/// Adds text between segments.
fn loose<'t>(paragraphs: &mut Vec<Vec<Piece<'t>>>, text: &'t str) {
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 && paragraphs.last().is_some_and(|last| !last.is_empty()) {
            paragraphs.push(Vec::new());
        }
        if let Some(last) = paragraphs.last_mut().filter(|_| !line.is_empty()) {
            last.push(Piece::Loose(line));
        }
    }
}

/// The times of the turns of a document, in order, each once.
struct Times {
    seconds: Vec<f64>,
    position: HashMap<u64, usize>,
}

impl Times {
    fn of(meeting: &Meeting) -> Self {
        let times = meeting.turns.iter().flat_map(|turn| [turn.time_start_s, turn.time_end_s]);
        let mut seconds: Vec<f64> = times.flatten().collect();
        seconds.sort_by(f64::total_cmp);
        seconds.dedup();
        let position = seconds.iter().enumerate().map(|(at, time)| (time.to_bits(), at)).collect();
        Self { seconds, position }
    }

    fn reference(&self, time: f64) -> Option<String> {
        self.position.get(&time.to_bits()).map(|at| format!("#T{}", at + 1))
    }

    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        if self.seconds.is_empty() {
            return Ok(());
        }
        xml.open("timeline", &[("unit", "s"), ("origin", "#T0")])?;
        xml.begin("when", &[("xml:id", "T0")])?;
        xml.close("when")?;
        for (n, time) in (1..).zip(&self.seconds) {
            let (point, interval) = (format!("T{n}"), time.to_string());
            xml.begin("when", &[("xml:id", &point), ("interval", &interval), ("since", "#T0")])?;
            xml.close("when")?;
        }
        xml.close("timeline")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, segments: &[&str]) -> Vec<String> {
        let mut end = 0;
        let segments = segments.iter().map(|part| {
            let start = end + text[end..].find(part).unwrap();
            end = start + part.len();
            Segment {
                id: String::new(),
                range: start..end,
                sentiment: None,
                theme: None,
                stances: Vec::new(),
                codes: Vec::new(),
            }
        });
        let turn = Turn {
            utterance_id: String::new(),
            speaker: None,
            position: 1,
            text: text.to_owned(),
            time_start_s: None,
            time_end_s: None,
            carried: None,
            n_words: 0,
            boundary_confidence: 1.0,
            needs_review: false,
            link_rule: None,
            segments: segments.collect(),
        };
        let show = |piece: &Piece| match piece {
            Piece::Loose(text) => format!("<{text}>"),
            Piece::Segment(text, _) => format!("[{text}]"),
        };
        paragraphs(&turn).iter().map(|paragraph| paragraph.iter().map(show).collect()).collect()
    }

    #[test]
    fn every_character_of_a_turn_is_in_a_piece() {
        assert_eq!(shown("A b. C d.\n\n1. E", &["A b.", "C d.", "1. E"]), ["[A b.]< >[C d.]", "[1. E]"]);
        assert_eq!(shown("x A.\ny B. z", &["A.", "B."]), ["<x >[A.]", "<y >[B.]< z>"]);
        assert_eq!(shown("A\nb.", &["A\nb."]), ["[A\nb.]"]);
        assert_eq!(shown("No segments\nat all", &[]), ["<No segments>", "<at all>"]);
        assert!(shown("", &[]).is_empty());
    }
}
