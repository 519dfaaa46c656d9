//! The text of a caption file to cues: when, and the lines of text with their tags.

use std::sync::LazyLock;

use regex::Regex;

use plenary_names::text::constant_regex;

use super::Kind;
use crate::ReadError;
use crate::plain::source_lines;

/// A stretch of time with the lines shown in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    pub start_ms: u64,
    pub end_ms: u64,
    /// As written, tags included; blank lines left out.
    pub lines: Vec<String>,
}

/// Oddities by kind; of each kind the first few are told one by one.
#[derive(Debug, Default)]
pub struct Warnings(Vec<(&'static str, Vec<String>)>);

impl Warnings {
    pub fn add(&mut self, kind: &'static str, text: String) {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, texts)) => texts.push(text),
            None => self.0.push((kind, vec![text])),
        }
    }

    pub fn told(self) -> Vec<String> {
        const TOLD: usize = 5;
        let mut out = Vec::new();
        for (kind, texts) in self.0 {
            let more = texts.len().saturating_sub(TOLD);
            out.extend(texts.into_iter().take(TOLD));
            if more > 0 {
                out.push(format!("{more} more of this kind: {kind}"));
            }
        }
        out
    }
}

static TIME: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:(\d{1,6}):)?([0-5]?\d):([0-5]\d)(?:[.,](\d{1,3}))?$"));

/// What is meant as the line of an SBV cue's times, well-formed or not.
static SBV_TIMES: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\d+:[^\s,]*,\s?\d+:\S*$"));

const WRITE_TIMES: &str = "write times as 00:01:02.345 (hours, minutes, seconds, thousandths) and run again";

/// Whether a text is a caption file, by its content, and else by its name.
pub fn is_captions(path: &str, text: &str) -> Option<Kind> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("");
    if first.split_whitespace().next() == Some("WEBVTT") {
        return Some(Kind::WebVtt);
    }
    let extension = path.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "vtt" => return Some(Kind::WebVtt),
        "srt" => return Some(Kind::SubRip),
        "sbv" => return Some(Kind::Sbv),
        _ => {}
    }
    let is_counter = first.chars().all(|c| c.is_ascii_digit());
    let times = if is_counter { lines.next().unwrap_or("") } else { first };
    let both = |parts: Option<(&str, &str)>| parts.is_some_and(|(from, to)| time(from).is_some() && time(to).is_some());
    if both(times.split_once("-->").map(|(from, to)| (from, to.split_whitespace().next().unwrap_or("")))) {
        Some(Kind::SubRip)
    } else if !is_counter && both(first.split_once(',')) {
        Some(Kind::Sbv)
    } else {
        None
    }
}

/// Milliseconds of a time: hours may be missing, the fraction may stand behind a point or a comma.
fn time(text: &str) -> Option<u64> {
    let found = TIME.captures(text.trim())?;
    let number = |i: usize| found.get(i).map_or(Some(0), |digits| digits.as_str().parse::<u64>().ok());
    let fraction = found.get(4).map_or("", |digits| digits.as_str());
    let thousandths = format!("{fraction:0<3}").parse::<u64>().ok()?;
    Some(((number(1)? * 60 + number(2)?) * 60 + number(3)?) * 1000 + thousandths)
}

/// The two sides of a line that is meant to hold the times of a cue.
fn sides(line: &str, kind: Kind) -> Option<(&str, &str)> {
    if kind == Kind::Sbv {
        return SBV_TIMES.is_match(line.trim()).then(|| line.trim().split_once(',')).flatten();
    }
    let (from, to) = line.split_once("-->")?;
    let to = to.trim_start();
    let is_time = |side: &str| side.trim().starts_with(|c: char| c.is_ascii_digit());
    // Settings ("align:start") and coordinates stand behind the second time.
    (is_time(from) || is_time(to)).then(|| (from.trim(), to.split_whitespace().next().unwrap_or("")))
}

/// The cues in the order of time, and the title behind WEBVTT.
pub fn cues(
    path: &str,
    text: &str,
    kind: Kind,
    warnings: &mut Warnings,
) -> Result<(Vec<Cue>, Option<String>), ReadError> {
    let malformed = |line: usize, problem: String, hint: &'static str| ReadError::Malformed {
        path: path.to_string(),
        line,
        problem,
        hint,
    };
    let lines: Vec<&str> = source_lines(text).map(|span| span.of(text).trim_end_matches(['\r', '\n'])).collect();
    let mut at = 0;
    let mut title = None;
    if kind == Kind::WebVtt {
        at = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
        let header = lines.get(at).map_or("", |line| line.trim()).strip_prefix("WEBVTT");
        let Some(header) = header else {
            let problem = "this is no WebVTT file: its first line is not WEBVTT".to_string();
            return Err(malformed(1, problem, "put a line WEBVTT and a blank line above the first cue, and run again"));
        };
        title = Some(header.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—')).to_string())
            .filter(|title| !title.is_empty());
        // The header ends at the first blank line.
        while at < lines.len() && !lines[at].trim().is_empty() && sides(lines[at], kind).is_none() {
            at += 1;
        }
    }
    let mut cues: Vec<Cue> = Vec::new();
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).unwrap_or(0);
    while at < lines.len() {
        let line = lines[at];
        let Some((from, to)) = sides(line, kind) else {
            at += if line.trim().is_empty() { 1 } else { outside(&lines, at, kind, warnings) };
            continue;
        };
        let number = at + 1;
        let (Some(start_ms), Some(end_ms)) = (time(from), time(to)) else {
            if at == last && !cues.is_empty() && (to.is_empty() || to.ends_with([':', ',', '.'])) {
                warnings.add("cut off", format!("line {number}: the file ends inside the times of a cue"));
                break;
            }
            let (which, side) = if time(from).is_none() { ("start", from) } else { ("end", to) };
            return Err(malformed(number, format!("the {which} of the cue, {side:?}, is not a time"), WRITE_TIMES));
        };
        if end_ms < start_ms {
            let problem = format!("the cue ends ({}) before it starts ({})", seconds(end_ms), seconds(start_ms));
            return Err(malformed(number, problem, "correct the times of this cue, or take it out, and run again"));
        }
        if kind == Kind::WebVtt && (from.contains(',') || to.contains(',')) {
            let text = format!("line {number}: a comma stands in a time where WebVTT has a point");
            warnings.add("a comma in a time", text);
        }
        if let Some(above) = cues.last().filter(|above| above.start_ms > start_ms) {
            let text = format!(
                "line {number}: the cue starts ({}) before the one above it ({}); cues are taken in the order of time",
                seconds(start_ms),
                seconds(above.start_ms)
            );
            warnings.add("a cue starts before the one above it", text);
        }
        let end = end_of_cue(&lines, at + 1, kind);
        let shown: Vec<String> = lines[at + 1..end]
            .iter()
            .map(|line| line.replace("[br]", " "))
            .filter(|line| !line.trim().is_empty())
            .collect();
        if shown.is_empty() {
            warnings.add("a cue without text", format!("line {number}: cue {} has no text", cues.len() + 1));
        }
        cues.push(Cue { start_ms, end_ms, lines: shown });
        at = end;
    }
    if cues.is_empty() {
        let problem = "the file has no cues".to_string();
        return Err(malformed(1, problem, "check the export that made the file, or take it out of the folder"));
    }
    cues.sort_by_key(|cue| cue.start_ms);
    Ok((cues, title))
}

/// The line behind a cue's last one. In WebVTT and SBV a blank line ends a cue; in SubRip files blank lines stand
/// inside cues too, and only the next counter or time does.
fn end_of_cue(lines: &[&str], from: usize, kind: Kind) -> usize {
    for at in from..lines.len() {
        let is_end = match kind {
            _ if sides(lines[at], kind).is_some() => true,
            Kind::WebVtt => lines[at].is_empty(),
            Kind::Sbv => lines[at].trim().is_empty(),
            Kind::SubRip => is_counter(lines, at),
        };
        if is_end {
            return at;
        }
    }
    lines.len()
}

/// A number right above the times of a cue.
fn is_counter(lines: &[&str], at: usize) -> bool {
    let text = lines[at].trim();
    let is_number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    is_number && lines.get(at + 1).is_some_and(|below| sides(below, Kind::SubRip).is_some())
}

/// Steps over a block without times: a note, a style, a region, the identifier of a cue. Anything else is told.
fn outside(lines: &[&str], at: usize, kind: Kind, warnings: &mut Warnings) -> usize {
    let is_next = |at: usize| lines.get(at).is_some_and(|line| sides(line, kind).is_some());
    if is_next(at + 1) {
        return 1;
    }
    let length = lines[at..].iter().take_while(|line| !line.trim().is_empty()).count();
    let length = (1..length).find(|n| is_next(at + n)).unwrap_or(length).max(1);
    let first = lines[at].split_whitespace().next().unwrap_or("");
    let is_known = kind == Kind::WebVtt && matches!(first, "NOTE" | "STYLE" | "REGION" | "STYLE:" | "REGION:");
    let is_number = lines[at].trim().chars().all(|c| c.is_ascii_digit());
    if !is_known && !is_number {
        warnings.add("text outside every cue", format!("line {}: text outside every cue is not read", at + 1));
    }
    length
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03} s", ms / 1000, ms % 1000)
}
