//! CHAT transcripts of `TalkBank` and CHILDES (`.cha`) to lines and turns.
//!
//! **Input:** decoded text. **Output:** a line for each utterance, without the marks of the transcriber (see `marks`), and
//! without the dependent tiers (`%mor` and the like); speakers by their codes and their names in `@Participants`; times in
//! seconds; events (`&=laughs`) and comments as lines of no turn; the language and the date of the file. **Refused**, with the
//! line: a file without `@Participants` or speaker lines. **Warned about:** speakers that `@Participants` does not list, lines of
//! no tier, a missing `@End`, times that run backwards.

mod marks;

use std::collections::HashMap;

use super::decode::{self, Decoded};
use super::error::{Place, Problem, ReadErrorKind};
use super::file::File;
use super::parts::Parts;
use super::plain::source_lines;
use super::spoken::{self, Counts, Spoken};
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Declared, Format, FrontMatter};
use plenary_names::lexicon::Lexicon;

/// The sign around the times of an utterance in the file.
const BULLET_IN_FILE: char = '\u{15}';

/// Whether a file is CHAT: by its extension, or by its first headers.
pub(crate) fn is_chat(file: &File<'_>) -> bool {
    let mut lines = file.text().lines().map(str::trim).filter(|line| !line.is_empty());
    let begins = lines.next().is_some_and(|line| line == "@UTF8" || line == "@Begin" || line.starts_with("@PID:"));
    file.has_extension_of(Format::Chat) || (begins && lines.take(30).any(|line| line.starts_with("@Participants:")))
}

/// Decodes CHAT. The control character around times becomes a bullet, as editors of CHAT show it.
pub(crate) fn decode(bytes: &[u8]) -> Decoded {
    let decoded = decode::decode(bytes);
    Decoded { text: decoded.text.replace(BULLET_IN_FILE, "•"), ..decoded }
}

/// A header or tier with its continuation lines.
struct Tier {
    line: usize,
    /// `@Participants`, `*INT`, `%mor`.
    name: String,
    content: String,
}

/// Reads CHAT.
///
/// # Errors
/// [`ReadErrorKind::Malformed`] if there is no `@Participants` or no speaker line.
pub(crate) fn read(text: &str, _lexicon: &Lexicon) -> Result<Parts, Problem> {
    let mut warnings = Vec::new();
    let tiers = tiers(text, &mut warnings);
    let header = |name: &str| tiers.iter().find(|tier| tier.name.eq_ignore_ascii_case(name));
    let malformed = |problem: &str, line: usize| {
        let hint = "check that it is a CHAT transcript (CLAN's `check` shows what is wrong), or save it as plain text";
        ReadErrorKind::Malformed { problem: problem.to_string(), hint }.at(Place::Line(line))
    };
    let participants = header("@Participants")
        .ok_or_else(|| malformed("found no line @Participants, which every CHAT file has", 1))
        .map(|tier| participants(&tier.content))?;
    let mut unread = Counts::default();
    let mut unknown = Counts::default();
    let mut spoken = Vec::new();
    for tier in &tiers {
        if let Some(code) = tier.name.strip_prefix('*') {
            if !participants.contains_key(code) {
                unknown.add(code, 1);
            }
            spoken.push(utterance(tier, speaker(code, &participants)));
        } else if tier.name.starts_with('%') {
            unread.add(&tier.name, 1);
        } else if tier.name == "@Comment" && !spoken.is_empty() {
            let notes = vec![collapse_white_space(&tier.content)];
            spoken.push(Spoken { notes, place: format!("line {}", tier.line), ..Spoken::default() });
        }
    }
    if !tiers.iter().any(|tier| tier.name.starts_with('*')) {
        return Err(malformed("found no speaker line, such as `*INT:`", text.lines().count().max(1)));
    }
    if let Some(listed) = unread.listed() {
        warnings.push(format!("dependent tiers were not read: {listed}"));
    }
    if let Some(listed) = unknown.listed() {
        warnings.push(format!("speakers that @Participants does not list: {listed}"));
    }
    if header("@End").is_none() {
        warnings.push("the file has no line @End; it may be cut off".to_string());
    }
    let mut parts = spoken::parts(fill_times(spoken, &mut warnings));
    warnings.append(&mut parts.warnings);
    parts.warnings = warnings;
    let language = header("@Languages").and_then(|tier| spoken::language_code(&tier.content));
    let date = header("@Date").and_then(|tier| date(&tier.content));
    parts.front = FrontMatter { language, date, ..FrontMatter::default() };
    Ok(parts)
}

/// Headers and tiers. A line that begins with a tab or a blank continues the one above.
fn tiers(text: &str, warnings: &mut Vec<String>) -> Vec<Tier> {
    let mut tiers: Vec<Tier> = Vec::new();
    let mut n_strange = 0;
    for (at, span) in source_lines(text).enumerate() {
        let line = span.of(text).trim_end();
        if line.is_empty() {
            continue;
        }
        if line.starts_with(['\t', ' ']) {
            match tiers.last_mut() {
                Some(tier) => {
                    tier.content.push(' ');
                    tier.content.push_str(line.trim());
                }
                None => n_strange += 1,
            }
            continue;
        }
        if !line.starts_with(['@', '*', '%']) {
            n_strange += 1;
            if n_strange <= 3 {
                warnings.push(format!("line {}: it begins with none of @ * % or a tab, and was not read", at + 1));
            }
            continue;
        }
        let (name, content) = line.split_once(':').unwrap_or((line, ""));
        tiers.push(Tier { line: at + 1, name: name.trim().to_string(), content: content.trim().to_string() });
    }
    if n_strange > 3 {
        warnings.push(format!("{} more lines of this kind were not read", n_strange - 3));
    }
    tiers
}

/// Names of the participants by their codes: `INT Interviewer Investigator` has the code, the name and the role; without a
/// name, only the role.
fn participants(content: &str) -> HashMap<String, Option<String>> {
    let entry = |entry: &str| {
        let words: Vec<&str> = entry.split_whitespace().collect();
        let (code, rest) = words.split_first()?;
        let name = match rest {
            [name @ .., _role] if !name.is_empty() => Some(name.join(" ").replace('_', " ")),
            _ => None,
        };
        Some((code.to_string(), name))
    };
    content.split(',').filter_map(entry).collect()
}

fn speaker(code: &str, participants: &HashMap<String, Option<String>>) -> Option<Declared> {
    let name = participants.get(code).cloned().flatten();
    Spoken::by(code).map(|declared| Declared { name, ..declared })
}

/// The speech, the events and the times of a main tier.
fn utterance(tier: &Tier, speaker: Option<Declared>) -> Spoken {
    let (content, times) = marks::without_times(&tier.content);
    let (text, notes) = marks::clean(&content);
    let place = format!("line {}", tier.line);
    Spoken { speaker, start_s: times.map(|(start, _)| start), end_s: times.map(|(_, end)| end), text, notes, place }
}

/// Warns about utterances that start before the one above them by more than an overlap; the order is that of the file, which is
/// that of the conversation.
fn fill_times(spoken: Vec<Spoken>, warnings: &mut Vec<String>) -> Vec<Spoken> {
    const OVERLAP_S: f64 = 10.0;
    let mut last: Option<f64> = None;
    let mut early = Vec::new();
    for one in &spoken {
        if let Some(start) = one.start_s {
            if last.is_some_and(|last| start + OVERLAP_S < last) {
                early.push(one.place.clone());
            }
            last = Some(start);
        }
    }
    if let Some(first) = early.first() {
        warnings.push(format!(
            "{first}: the utterance starts long before the one above it ({} such utterances); the order of the file was kept",
            early.len()
        ));
    }
    spoken
}

/// The day of `@Date`: `04-MAR-2025`, with the months that the format defines.
fn date(content: &str) -> Option<jiff::civil::Date> {
    const MONTHS: [&str; 12] = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let parts: Vec<&str> = content.trim().split('-').collect();
    let [day, month, year] = parts[..] else { return None };
    let month = MONTHS.iter().position(|known| month.eq_ignore_ascii_case(known))?;
    jiff::civil::Date::new(year.parse().ok()?, i8::try_from(month + 1).ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests;
