//! `SubStation` captions (`.ass`, `.ssa`) to cues.
//!
//! **Input:** the decoded text of a file. **Output:** a cue for each event `Dialogue` with its times, its lines without codes, and the
//! speaker of its field `Name`; the title of the file. Events without a name in a style in which nobody is named are notes (titles,
//! signs, credits), if most other events have names. Events `Comment`, drawings, and events that repeat another one are left out.
//! Without any name, prefixes such as `NAME:` are read as in the other captions. **Refused**, with the line: times that are not
//! times, a file without events. **Warned about:** events that end before they start, and ones in another order than their times.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::cues::{Cue, WRITE_TIMES, Warnings};
use super::speech;
use crate::error::{Place, Problem, ReadErrorKind};
use crate::parts::Parts;
use plenary_corpus::FrontMatter;
use plenary_corpus::clock::cue_milliseconds;
use plenary_corpus::text::collapse_white_space;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// The line with which a file begins.
const FIRST_LINE: &str = "[Script Info]";

/// The fields of an event where the file does not list them.
const FIELDS: [&str; 10] =
    ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"];

/// The title that an editor of captions writes if nobody gives one.
const NO_TITLE: &str = "default aegisub file";

/// Codes, and comments of translators, in a text.
static CODES: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\{[^{}]*\}"));
/// The code from which on a text is a drawing.
static DRAWING: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\{[^{}]*\\p[1-9][^{}]*\}"));

/// Whether a text is a file of `SubStation` captions.
pub(crate) fn is_ass(text: &str) -> bool {
    text.trim_start().get(..FIRST_LINE.len()).is_some_and(|first| first.eq_ignore_ascii_case(FIRST_LINE))
}

/// An event with the name of its style.
struct Event {
    cue: Cue,
    style: String,
}

/// Reads `SubStation` captions.
///
/// # Errors
/// [`ReadErrorKind::Malformed`] with the line.
pub(crate) fn read(text: &str, lexicon: &Lexicon) -> Result<Parts, Problem> {
    let mut warnings = Warnings::default();
    let (mut events, title) = events(text, &mut warnings)?;
    if events.is_empty() {
        let problem = "the file has no captions: no event `Dialogue` has a text".to_string();
        let hint = "check the export that made the file, or take it out of the folder";
        return Err(ReadErrorKind::Malformed { problem, hint }.at(Place::Line(1)));
    }
    mark_notes(&mut events);
    let mut cues: Vec<Cue> = events.into_iter().map(|event| event.cue).collect();
    if cues.windows(2).any(|pair| pair[0].start_ms > pair[1].start_ms) {
        let text = "events start before the ones above them; they are read in the order of their times".to_string();
        warnings.add("an event starts before the one above it", text);
        cues.sort_by_key(|cue| cue.start_ms);
    }
    let has_voices = cues.iter().any(|cue| cue.speaker.is_some());
    let mut parts = speech::speech(&cues, has_voices, lexicon);
    parts.front = FrontMatter { title, ..FrontMatter::default() };
    parts.warnings = warnings.into_texts();
    Ok(parts)
}

/// The events with a text, and the title of the file.
fn events(text: &str, warnings: &mut Warnings) -> Result<(Vec<Event>, Option<String>), Problem> {
    let mut fields: Vec<String> = FIELDS.map(str::to_string).to_vec();
    let (mut events, mut title, mut in_events) = (Vec::new(), None, false);
    let mut seen: HashSet<(u64, u64, String)> = HashSet::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') && line.ends_with(']') {
            in_events = line.eq_ignore_ascii_case("[events]");
            continue;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        match key.trim().to_lowercase().as_str() {
            "title" if !in_events => {
                let own = collapse_white_space(value);
                title = Some(own).filter(|title| !title.is_empty() && !title.eq_ignore_ascii_case(NO_TITLE));
            }
            "format" if in_events => fields = value.split(',').map(|field| field.trim().to_lowercase()).collect(),
            "dialogue" if in_events => {
                let event = event(value, &fields, at + 1, warnings)?;
                let shown = |cue: &Cue| (cue.start_ms, cue.end_ms, cue.lines.join("\n"));
                events.extend(event.filter(|event| seen.insert(shown(&event.cue))));
            }
            _ => {}
        }
    }
    Ok((events, title))
}

/// One event; `None` if it has no text.
fn event(value: &str, fields: &[String], number: usize, warnings: &mut Warnings) -> Result<Option<Event>, Problem> {
    let values: Vec<&str> = value.splitn(fields.len().max(1), ',').collect();
    let field = |names: &[&str]| {
        let at = fields.iter().position(|field| names.contains(&field.as_str()));
        at.and_then(|at| values.get(at)).map_or("", |value| value.trim())
    };
    let time = |name: &str, which: &str| {
        cue_milliseconds(field(&[name])).ok_or_else(|| {
            let problem = format!("the {which} of the event, {:?}, is not a time", field(&[name]));
            ReadErrorKind::Malformed { problem, hint: WRITE_TIMES }.at(Place::Line(number))
        })
    };
    let (start_ms, end_ms) = (time("start", "start")?, time("end", "end")?);
    if end_ms < start_ms {
        warnings.add("it ends before it starts", format!("line {number}: the event ends before it starts"));
    }
    let text = field(&["text"]);
    if DRAWING.is_match(text) {
        return Ok(None);
    }
    let text = CODES.replace_all(text, "").replace("\\h", " ");
    let lines: Vec<String> = text
        .split("\\N")
        .flat_map(|line| line.split("\\n"))
        .map(|line| line.trim().to_string())
        .filter(|line| !line.is_empty())
        .collect();
    let name = collapse_white_space(field(&["name", "actor"]));
    let cue = Cue {
        start_ms,
        end_ms: end_ms.max(start_ms),
        lines,
        identifier: None,
        speaker: Some(name).filter(|name| !name.is_empty()),
        is_note: false,
    };
    Ok((!cue.lines.is_empty()).then(|| Event { cue, style: field(&["style"]).trim_start_matches('*').to_string() }))
}

/// Marks the events that nobody says: those without a name whose style no event with a name has, if most others have one.
fn mark_notes(events: &mut [Event]) {
    let named: HashSet<String> =
        events.iter().filter(|event| event.cue.speaker.is_some()).map(|event| event.style.clone()).collect();
    let of_named = || events.iter().filter(|event| named.contains(&event.style));
    if of_named().filter(|event| event.cue.speaker.is_some()).count() * 2 <= of_named().count() {
        return;
    }
    for event in events.iter_mut().filter(|event| !named.contains(&event.style)) {
        event.cue.is_note = true;
    }
}
