//! `EXMARaLDA` transcriptions (`.exb`) to lines and turns.
//!
//! **Input:** decoded XML. **Output:** the events of the tiers of transcription, in the order of the timeline; the speaker by the
//! table of speakers; times in seconds, where the timeline has some; the name of the transcription as title. Descriptions in
//! double round brackets, and tiers of description, are lines of no turn. **Refused**, with the place: broken XML, a file without
//! words. **Warned about:** tiers that were not read, ids that point nowhere, times that run backwards.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::error::{Place, Problem, ReadErrorKind};
use super::parts::Parts;
use super::spoken::{self, Counts, Spoken};
use super::xml_tree::{Node, parse};
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Declared, FrontMatter};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// A description of what is heard, with the blanks before it: `((coughs))`, `((1.2s))`.
static DESCRIPTION: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\s*\(\(([^()]*)\)\)"));

/// Bullets, which stand for pauses.
static PAUSE: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"(?:^|\s)•+(?:\s|$)"));

/// A part of an utterance between two points of the timeline.
struct Event {
    from: usize,
    to: usize,
    tier: usize,
    speaker: Option<Declared>,
    text: String,
    is_note: bool,
    line: usize,
}

/// Reads an `EXMARaLDA` basic transcription.
///
/// # Errors
/// [`ReadErrorKind::Xml`] with the place; [`ReadErrorKind::Malformed`] if no tier has words.
pub(crate) fn read(text: &str, _lexicon: &Lexicon) -> Result<Parts, Problem> {
    let root = parse(text)?;
    let mut warnings = Vec::new();
    let (points, times) = timeline(&root);
    let mut events = events(&root, &points, &mut warnings);
    events.sort_by_key(|event| (event.from, event.tier));
    let mut spoken = join(keep_turns_together(events), &times);
    if spoken.iter().all(|one| one.text.trim().is_empty()) {
        let problem = "the transcription has no event with words".to_string();
        let hint = "check the tiers in the Partitur editor, or take the file out of the folder";
        return Err(ReadErrorKind::Malformed { problem, hint }.at(Place::Line(root.line)));
    }
    for one in &mut spoken {
        one.text = collapse_white_space(&one.text);
    }
    let mut parts = spoken::parts(spoken);
    warnings.append(&mut parts.warnings);
    parts.warnings = warnings;
    let title = root.descendants("transcription-name").first().map(|name| collapse_white_space(&name.text()));
    parts.front = FrontMatter { title: title.filter(|title| !title.is_empty()), ..FrontMatter::default() };
    Ok(parts)
}

/// Positions of the points of the timeline by their ids, and their times.
fn timeline(root: &Node) -> (HashMap<&str, usize>, Vec<Option<f64>>) {
    let mut points = HashMap::new();
    let mut times = Vec::new();
    for point in root.descendants("tli") {
        if let Some(id) = point.get("id") {
            points.insert(id, times.len());
            times.push(point.get("time").and_then(|time| time.parse::<f64>().ok()).filter(|time| *time >= 0.0));
        }
    }
    (points, times)
}

/// The speakers by their ids: the abbreviation is the label.
fn speakers(root: &Node) -> HashMap<&str, Declared> {
    let entry = |speaker: &'_ Node| {
        let label = speaker.first("abbreviation").map(|name| collapse_white_space(&name.text()))?;
        Spoken::by(&label)
    };
    let listed = root.descendants("speaker");
    listed.into_iter().filter_map(|speaker| Some((speaker.get("id")?, entry(speaker)?))).collect()
}

/// The events of the tiers that are read: type `t` is transcription, `d` description. Annotation (`a`) is not read.
fn events(root: &Node, points: &HashMap<&str, usize>, warnings: &mut Vec<String>) -> Vec<Event> {
    let speakers = speakers(root);
    let mut unread = Counts::default();
    let (mut lost_points, mut lost_speakers) = (Vec::new(), Vec::new());
    let mut events = Vec::new();
    for (at, tier) in root.descendants("tier").into_iter().enumerate() {
        let id = tier.get("speaker");
        let is_note = tier.get("type") == Some("d");
        if !is_note && tier.get("type").is_some_and(|kind| kind != "t") {
            unread.add(tier.get("display-name").or(tier.get("category")).unwrap_or("?"), tier.all("event").count());
            continue;
        }
        let speaker = id.and_then(|id| {
            let known = speakers.get(id).cloned();
            if known.is_none() {
                lost_speakers.push((tier.line, id.to_string()));
            }
            known.or_else(|| Spoken::by(id))
        });
        let mut last = 0;
        for event in tier.all("event") {
            let point = |name: &str| points.get(event.get(name)?).copied();
            let (from, to) = (point("start"), point("end"));
            if from.is_none() || to.is_none() {
                lost_points.push(event.line);
            }
            let from = from.unwrap_or(last);
            last = to.unwrap_or(from);
            events.push(Event {
                from,
                to: last,
                tier: at,
                speaker: speaker.clone(),
                text: event.text(),
                is_note,
                line: event.line,
            });
        }
    }
    if let Some((line, id)) = lost_speakers.first() {
        warnings.push(format!("line {line}: the table of speakers does not list `{id}`; the id is taken for the name"));
    }
    if let Some(first) = lost_points.first() {
        let n = lost_points.len();
        warnings.push(format!(
            "line {first}: the event refers to a point that the timeline does not have ({n} such events)"
        ));
    }
    if let Some(listed) = unread.listed() {
        warnings.push(format!("tiers that were not read, with the number of their events: {listed}"));
    }
    events
}

/// Where several tiers have an event at one point, the speaker who spoke before goes on first.
fn keep_turns_together(events: Vec<Event>) -> Vec<Event> {
    let mut out: Vec<Event> = Vec::with_capacity(events.len());
    let mut events = events.into_iter().peekable();
    while let Some(first) = events.next() {
        let point = first.from;
        let mut here = vec![first];
        while let Some(event) = events.next_if(|event| event.from == point) {
            here.push(event);
        }
        if let Some(tier) = out.last().map(|event| event.tier) {
            here.sort_by_key(|event| event.tier != tier);
        }
        out.extend(here);
    }
    out
}

/// Events to stretches. An event that continues a word of the event before it is joined to it.
fn join(events: Vec<Event>, times: &[Option<f64>]) -> Vec<Spoken> {
    let mut out: Vec<Spoken> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    for event in events {
        let time = |at: usize| times.get(at).copied().flatten();
        let place = format!("line {}", event.line);
        let mut notes: Vec<String> =
            DESCRIPTION.captures_iter(&event.text).map(|found| found[1].trim().to_string()).collect();
        notes.retain(|note| note.contains(char::is_alphabetic) && !is_length(note));
        let text = DESCRIPTION.replace_all(&event.text, "");
        let text = PAUSE.replace_all(&text, " ").into_owned();
        if event.is_note {
            notes = vec![collapse_white_space(&event.text)];
            out.push(Spoken { start_s: time(event.from), notes, place, ..Spoken::default() });
            continue;
        }
        let continues = last == Some((event.tier, event.from));
        last = Some((event.tier, event.to));
        if let Some(above) = out.last_mut()
            && continues
            && above.notes.is_empty()
            && above.speaker == event.speaker
            && !above.text.ends_with(char::is_whitespace)
            && !text.starts_with(char::is_whitespace)
        {
            above.text.push_str(&text);
            above.end_s = time(event.to).or(above.end_s);
            above.notes = notes;
            continue;
        }
        let (start_s, end_s) = (time(event.from), time(event.to));
        out.push(Spoken { speaker: event.speaker, start_s, end_s, text, notes, place });
    }
    out
}

/// Whether a description is the length of a pause: `1.2s`.
fn is_length(note: &str) -> bool {
    note.trim_end_matches(char::is_alphabetic).trim().parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use crate::read;

    fn file(tiers: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?>\n<basic-transcription><head><meta-information><transcription-name>Harbour</transcription-name></meta-information>\
             <speakertable><speaker id=\"S0\"><abbreviation>INT</abbreviation></speaker><speaker id=\"S1\"><abbreviation>LM</abbreviation></speaker>\
             </speakertable></head>\n<basic-body><common-timeline><tli id=\"T0\" time=\"0.0\"/><tli id=\"T1\" time=\"4.8\"/><tli id=\"T2\"/>\
             <tli id=\"T3\" time=\"9.6\"/></common-timeline>\n{tiers}</basic-body></basic-transcription>"
        )
    }

    #[test]
    fn events_are_read_in_the_order_of_the_timeline() {
        let text = file(
            "<tier speaker=\"S1\" type=\"t\"><event start=\"T1\" end=\"T2\">My fa</event><event start=\"T2\" end=\"T3\">ther ((coughs)) • worked. </event></tier>\n\
             <tier speaker=\"S0\" type=\"t\"><event start=\"T0\" end=\"T1\">So how? </event><event start=\"T2\" end=\"T3\">Yes. </event></tier>\n\
             <tier speaker=\"S1\" type=\"a\" display-name=\"LM [en]\"><event start=\"T1\" end=\"T2\">x</event></tier>\n",
        );
        let document = read("a.exb", text.as_bytes()).unwrap();
        assert_eq!(document.text, "So how?\nMy father worked.\ncoughs\nYes.\n");
        let turns: Vec<_> = document
            .turns
            .iter()
            .map(|turn| (turn.speaker.as_ref().unwrap().label.as_str(), turn.time_start_s, turn.time_end_s))
            .collect();
        assert_eq!(turns, [("INT", Some(0.0), Some(4.8)), ("LM", Some(4.8), Some(9.6)), ("INT", None, Some(9.6))]);
        assert_eq!(document.front.title.as_deref(), Some("Harbour"));
        assert_eq!(document.warnings, ["tiers that were not read, with the number of their events: LM [en] (1)"]);
    }

    #[test]
    fn ids_that_point_nowhere_are_warned_about() {
        let text = file("<tier speaker=\"S9\" type=\"t\"><event start=\"T8\" end=\"T9\">Yes.</event></tier>");
        let document = read("a.exb", text.as_bytes()).unwrap();
        let warnings = document.warnings.join("\n");
        assert!(
            warnings.contains("does not list `S9`") && warnings.contains("a point that the timeline"),
            "{warnings}"
        );
        assert!(read("a.exb", file("").as_bytes()).unwrap_err().to_string().contains("no event with words"));
    }
}
