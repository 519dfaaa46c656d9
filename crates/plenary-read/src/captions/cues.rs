//! The text of a caption file to cues.
//!
//! **Input:** decoded text and its format. **Output:** cues in the order of their times, with their lines as written; the
//! title of a `WebVTT` file. **Refused**, with the line: malformed times.

use std::sync::LazyLock;

use regex::Regex;

use plenary_corpus::Format;
use plenary_corpus::clock::cue_milliseconds;
use plenary_names::text::constant_regex;

use crate::ReadErrorKind;
use crate::error::{Place, Problem};
use crate::plain::source_lines;

/// The lines that are shown at the same time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cue {
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    /// As written, with tags, without blank lines.
    pub(super) lines: Vec<String>,
    /// The line above the times of a `WebVTT` cue, unless it is a number.
    pub(super) identifier: Option<String>,
    /// Who speaks, if the format says so outside the lines.
    pub(super) speaker: Option<String>,
    /// Nobody says the lines: a title, a sign.
    pub(super) is_note: bool,
}

/// Warnings by kind. The first few of each kind are listed one by one.
#[derive(Debug, Default)]
pub(super) struct Warnings(Vec<(&'static str, Vec<String>)>);

impl Warnings {
    pub(super) fn add(&mut self, kind: &'static str, text: String) {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, texts)) => texts.push(text),
            None => self.0.push((kind, vec![text])),
        }
    }

    pub(super) fn into_texts(self) -> Vec<String> {
        const LISTED: usize = 5;
        let mut out = Vec::new();
        for (kind, texts) in self.0 {
            let more = texts.len().saturating_sub(LISTED);
            out.extend(texts.into_iter().take(LISTED));
            if more > 0 {
                out.push(format!("{more} more of this kind: {kind}"));
            }
        }
        out
    }
}

/// A line with the times of an SBV cue, well-formed or malformed.
static SBV_TIMES: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\d+:[^\s,]*,\s?\d+:\S*$"));

/// Two times with an arrow between them that is not the arrow of captions.
static LOOSE_ARROW: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(r"^\s*(\d+:\d+(?::\S*?|[.,]\d+))\s*(?:-+\s*>+|[–—=]+>|→|⟶|➔)\s*(\d+:\d+(?::\S*|[.,]\d+))")
});

pub(super) const WRITE_TIMES: &str = "write times as 00:01:02.345 (hours, minutes, seconds, thousandths) and run again";

/// Whether a text begins like a `WebVTT` file.
pub(crate) fn is_web_vtt(text: &str) -> bool {
    filled_lines(text).next().is_some_and(|first| first.split_whitespace().next() == Some("WEBVTT"))
}

/// Whether a line is the times of a cue with points before the fractions, as `WebVTT` writes them.
fn are_web_vtt_times(line: &str) -> bool {
    let sides = line.split_once("-->");
    line.contains('.') && are_times(sides.map(|(from, to)| (from, to.split_whitespace().next().unwrap_or(""))))
}

/// Whether a text begins with the times of a `SubRip` cue, with or without a counter above.
pub(crate) fn is_sub_rip(text: &str) -> bool {
    let mut lines = filled_lines(text);
    let first = lines.next().unwrap_or("");
    let times = if is_number(first) { lines.next().unwrap_or("") } else { first };
    let sides = times.split_once("-->");
    are_times(sides.map(|(from, to)| (from, to.split_whitespace().next().unwrap_or(""))))
}

/// Whether a text begins with the times of an SBV cue.
pub(crate) fn is_sbv(text: &str) -> bool {
    filled_lines(text).next().is_some_and(|first| !is_number(first) && are_times(first.split_once(',')))
}

fn filled_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Whether a line has no other characters than digits.
fn is_number(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_digit())
}

fn are_times(sides: Option<(&str, &str)>) -> bool {
    sides.is_some_and(|(from, to)| cue_milliseconds(from).is_some() && cue_milliseconds(to).is_some())
}

/// Start and end, as written, of a line that is meant as the times of a cue.
fn sides(line: &str, format: Format) -> Option<(&str, &str)> {
    if format == Format::Sbv {
        return SBV_TIMES.is_match(line.trim()).then(|| line.trim().split_once(',')).flatten();
    }
    let Some((from, to)) = line.split_once("-->") else {
        let found = LOOSE_ARROW.captures(line)?;
        return Some((found.get(1)?.as_str(), found.get(2)?.as_str()));
    };
    let to = to.trim_start();
    let is_time = |side: &str| side.trim().starts_with(|c: char| c.is_ascii_digit());
    // Settings ("align:start") and coordinates may follow the second time.
    (is_time(from) || is_time(to)).then(|| (from.trim(), to.split_whitespace().next().unwrap_or("")))
}

/// The cues in the order of their start times, and the title after `WEBVTT`.
pub(super) fn cues(text: &str, format: Format, warnings: &mut Warnings) -> Result<(Vec<Cue>, Option<String>), Problem> {
    let malformed = |line: usize, problem: String, hint: &'static str| {
        ReadErrorKind::Malformed { problem, hint }.at(Place::Line(line))
    };
    let lines: Vec<&str> = source_lines(text).map(|span| span.of(text).trim_end_matches(['\r', '\n'])).collect();
    let mut at = 0;
    let mut title = None;
    if format == Format::WebVtt {
        at = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
        let header = lines.get(at).map_or("", |line| line.trim()).strip_prefix("WEBVTT");
        let is_headless = lines.get(at).is_some_and(|line| are_web_vtt_times(line));
        if is_headless {
            warnings.add("no header", format!("line {}: the file begins with a cue and not with WEBVTT", at + 1));
        }
        let Some(header) = header.or(is_headless.then_some("")) else {
            let problem = "this is not a WebVTT file: its first line is not WEBVTT".to_string();
            return Err(malformed(1, problem, "put a line WEBVTT and a blank line above the first cue, and run again"));
        };
        title = Some(header.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—')).to_string())
            .filter(|title| !title.is_empty());
        // The header ends at the first blank line.
        while at < lines.len() && !lines[at].trim().is_empty() && sides(lines[at], format).is_none() {
            at += 1;
        }
    }
    let mut cues: Vec<Cue> = Vec::new();
    let mut identifier = None;
    let is_detached = format == Format::WebVtt && are_detached(&lines[at.min(lines.len())..]);
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).unwrap_or(0);
    while at < lines.len() {
        let line = lines[at];
        let Some((from, to)) = sides(line, format) else {
            at += if line.trim().is_empty() { 1 } else { outside(&lines, at, format, warnings) };
            identifier = lines.get(at).filter(|below| sides(below, format).is_some()).map(|_| lines[at - 1].trim());
            continue;
        };
        let number = at + 1;
        let (Some(start_ms), Some(end_ms)) = (cue_milliseconds(from), cue_milliseconds(to)) else {
            if at == last && !cues.is_empty() && (to.is_empty() || to.ends_with([':', ',', '.'])) {
                warnings.add("cut off", format!("line {number}: the file ends inside the times of a cue"));
                break;
            }
            let (which, side) = if cue_milliseconds(from).is_none() { ("start", from) } else { ("end", to) };
            return Err(malformed(number, format!("the {which} of the cue, {side:?}, is not a time"), WRITE_TIMES));
        };
        if end_ms < start_ms {
            let problem = format!("the cue ends ({}) before it starts ({})", seconds(end_ms), seconds(start_ms));
            return Err(malformed(number, problem, "correct the times of this cue, or remove it, and run again"));
        }
        if format == Format::WebVtt && (from.contains(',') || to.contains(',')) {
            let text = format!("line {number}: a time has a comma where WebVTT has a point");
            warnings.add("a comma in a time", text);
        }
        if let Some(above) = cues.last().filter(|above| above.start_ms > start_ms) {
            let text = format!(
                "line {number}: the cue starts ({}) before the one above it ({}); cues are read in the order of their times",
                seconds(start_ms),
                seconds(above.start_ms)
            );
            warnings.add("a cue starts before the one above it", text);
        }
        if !line.contains("-->") && format != Format::Sbv {
            let text = format!("line {number}: the times are not divided by `-->`; they were read as times");
            warnings.add("times without the arrow of captions", text);
        }
        let blank = lines[at + 1..].iter().take_while(|line| is_detached && line.trim().is_empty()).count();
        let begin = if begins_cue(&lines, at + 1 + blank) { at + 1 } else { at + 1 + blank };
        let end = end_of_cue(&lines, begin, format);
        let shown: Vec<String> = lines[begin..end]
            .iter()
            .map(|line| line.replace("[br]", " "))
            .filter(|line| !line.trim().is_empty())
            .collect();
        if shown.is_empty() {
            warnings.add("a cue without text", format!("line {number}: cue {} has no text", cues.len() + 1));
        }
        let named = identifier.take().filter(|name| format == Format::WebVtt && !name.is_empty() && !is_number(name));
        let identifier = named.map(str::to_string);
        cues.push(Cue { start_ms, end_ms, lines: shown, identifier, speaker: None, is_note: false });
        at = end;
    }
    if cues.is_empty() {
        let problem = "the file has no cues".to_string();
        return Err(malformed(1, problem, "check the export that made the file, or take it out of the folder"));
    }
    cues.sort_by_key(|cue| cue.start_ms);
    Ok((cues, title))
}

/// Whether there is a blank line below all times of a `WebVTT` file, and then the text of the cue.
fn are_detached(lines: &[&str]) -> bool {
    let below = |at: usize| lines.get(at + 1).is_none_or(|line| line.trim().is_empty());
    let mut times = (0..lines.len()).filter(|at| sides(lines[*at], Format::WebVtt).is_some()).peekable();
    times.peek().is_some() && times.all(below)
}

/// Whether a cue begins on a line: with its times, or with an identifier above them.
fn begins_cue(lines: &[&str], at: usize) -> bool {
    let are_times = |at: usize| lines.get(at).is_some_and(|line| sides(line, Format::WebVtt).is_some());
    are_times(at) || are_times(at + 1)
}

/// The line after the last line of a cue. In `WebVTT` and SBV a blank line ends a cue. `SubRip` files have blank lines inside
/// cues too; there only the next counter or time ends a cue.
fn end_of_cue(lines: &[&str], from: usize, format: Format) -> usize {
    for at in from..lines.len() {
        let is_end = match format {
            _ if sides(lines[at], format).is_some() => true,
            Format::WebVtt => lines[at].is_empty(),
            Format::Sbv => lines[at].trim().is_empty(),
            _ => is_counter(lines, at),
        };
        if is_end {
            return at;
        }
    }
    lines.len()
}

/// Whether a line is a number directly above the times of a `SubRip` cue.
fn is_counter(lines: &[&str], at: usize) -> bool {
    let text = lines[at].trim();
    let is_filled_number = !text.is_empty() && is_number(text);
    is_filled_number && lines.get(at + 1).is_some_and(|below| sides(below, Format::SubRip).is_some())
}

/// Number of lines of a block without times: a note, a style, a region, the identifier of a cue. Anything else is warned
/// about.
fn outside(lines: &[&str], at: usize, format: Format, warnings: &mut Warnings) -> usize {
    let is_next = |at: usize| lines.get(at).is_some_and(|line| sides(line, format).is_some());
    if is_next(at + 1) {
        return 1;
    }
    let length = lines[at..].iter().take_while(|line| !line.trim().is_empty()).count();
    let length = (1..length).find(|n| is_next(at + n)).unwrap_or(length).max(1);
    let first = lines[at].split_whitespace().next().unwrap_or("");
    let is_known = format == Format::WebVtt && matches!(first, "NOTE" | "STYLE" | "REGION" | "STYLE:" | "REGION:");
    if !is_known && !is_number(lines[at].trim()) {
        warnings.add("text outside every cue", format!("line {}: text outside every cue is not read", at + 1));
    }
    length
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03} s", ms / 1000, ms % 1000)
}
