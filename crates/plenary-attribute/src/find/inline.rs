//! Bylines with the speech after them on the same line: `Name: text`, `Name. text`, `Name – text`, `**Name** text`.
//!
//! Each function finds the label and where the speech begins; whether the label names a speaker is judged by
//! `labels`, and whether the style is the document's is left to `styles`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Origin, in_capitals, is_marked};
use crate::page::Page;
use crate::weights::Weights;
use plenary_corpus::Style;
use plenary_corpus::{Reason, Span};
use plenary_names::bylines::{Byline, Reader};
use plenary_names::colon::{LONGEST_BYLINE, colon_label, ends_sentence, label_before_colon};
use plenary_names::labels::{self, Judgement, LabelKind};
use plenary_names::text::constant_regex;

/// How many lines a byline that shares a paragraph with its speech may take.
const BYLINE_LINES: usize = 8;

/// A form that prose takes by chance too counts only where its label recurs or looks as the others do.
const NEEDS_COMPANY: f32 = 0.45;

/// A label behind a number may be an item of a list.
const NUMBERED: f32 = 0.55;

/// One way to read the start of a paragraph as a byline.
struct Reading {
    style: Style,
    printed: String,
    /// Offset of the speech.
    speech: usize,
    /// The most that this form is worth where nothing else speaks for it.
    trust: f32,
}

impl Reading {
    fn of(style: Style, printed: String, speech: usize, trust: f32) -> Self {
        Self { style, printed, speech, trust }
    }
}

/// A reading with the parts of its byline and what its label looks like.
type Labelled = (Reading, Byline, Judgement);

/// Bylines at the start of some lines with the speech after them on the same line.
pub fn leading(page: &Page<'_>, lines: Range<usize>, inside: bool, reader: &mut Reader) -> Vec<Candidate> {
    let head = lines.start..lines.end.min(lines.start + BYLINE_LINES);
    let mapped = page.join_at_most(head.clone(), LONGEST_BYLINE * 4);
    let text = &*mapped.text;
    let bold = page.bold_lead(head);
    let prefix = prefix(text);
    let rest = &text[prefix.length..];
    if has_leaders(page.lines[lines.start].text()) {
        return Vec::new();
    }
    let found = if bold > 0 {
        labelled(bold_label(text, bold, prefix.length).into_iter().collect(), &prefix, reader)
    } else {
        plain(rest, &prefix, reader)
    };
    let start_offset = text.len() - text.trim_start().len();
    let candidate = |(reading, byline, judgement): Labelled| {
        let start = mapped.source_start(start_offset);
        let end = mapped.source_end(reading.speech.min(text.len()).max(start_offset));
        let speech = if reading.speech < text.len() { mapped.source_start(reading.speech) } else { end };
        let form = judgement.quality;
        let mut weights = Weights::of_form(judgement.kind, form).then(Reason::ChanceMark, form.min(reading.trust));
        if prefix.is_numbered {
            weights.to(Reason::Numbered, weights.now().min(NUMBERED));
        }
        Candidate {
            style: reading.style,
            origin: Origin::Printed,
            line: lines.start,
            marked: is_marked(&byline, judgement.kind),
            label: byline.label.clone(),
            parts: byline,
            kind: judgement.kind,
            byline: Span::new(start, end.max(start)),
            speech_line: page.line_of(speech).clamp(lines.start, lines.end - 1),
            speech,
            time_start_s: prefix.time_start_s,
            inside,
            confidence: weights.now(),
            weights,
            n_mentions: 0,
            rival: None,
        }
    };
    found.into_iter().map(candidate).collect()
}

/// The readings whose label is one; where there is none, the first that may be a misread print of one.
fn labelled(readings: Vec<Reading>, prefix: &Prefix, reader: &mut Reader) -> Vec<Labelled> {
    let mut out = Vec::new();
    let mut misread = None;
    for reading in readings {
        let from = if prefix.is_addressed { reading.printed.split(" to ").next() } else { None };
        let (byline, judgement) = reader.read(from.unwrap_or(&reading.printed));
        let judgement = judgement.or_else(|| {
            // What stands between a time and a colon is a name, even if it is written as users of a chat write theirs.
            (prefix.has_time && reading.style == Style::Colon && labels::is_user_name(&byline.label))
                .then_some(Judgement { kind: LabelKind::Word, quality: 0.5 })
        });
        match judgement {
            // "Well. I think so": of plain words before a full stop only those in capitals can be labels.
            Some(Judgement { kind: LabelKind::Word, .. })
                if reading.style == Style::Period && !in_capitals(&byline.label) => {}
            Some(judgement) => out.push((reading, byline, judgement)),
            None if misread.is_none() => {
                misread = unreadable(&byline.label).map(|judgement| (reading, byline, judgement));
            }
            None => {}
        }
    }
    if out.is_empty() { misread.into_iter().collect() } else { out }
}

/// A start in one typeface, read in the more telling ways first and in the others where those find no label.
fn plain(rest: &str, prefix: &Prefix, reader: &mut Reader) -> Vec<Labelled> {
    let mut misread = Vec::new();
    let colon = if prefix.has_time { timed_readings } else { colon_readings };
    for readings in [colon, marked_readings, chance_readings] {
        let found = labelled(readings(rest, prefix.length), prefix, reader);
        if found.iter().any(|(_, _, judgement)| judgement.quality > 0.0) {
            return found;
        }
        if misread.is_empty() {
            misread = found;
        }
    }
    misread
}

fn colon_readings(rest: &str, from: usize) -> Vec<Reading> {
    colon_readings_of(rest, from, colon_label(rest))
}

/// Behind a time a label stands in any case: short words before a full stop are abbreviations there, misread ones too.
fn timed_readings(rest: &str, from: usize) -> Vec<Reading> {
    const SHORT: usize = 4;
    let word = |at: usize| rest[..at].rsplit(char::is_whitespace).next().map_or(0, |word| word.chars().count());
    let found = label_before_colon(rest, |text, at| {
        ends_sentence(text, at) && (word(at) > SHORT || !text[at..].starts_with('.'))
    });
    colon_readings_of(rest, from, found)
}

fn colon_readings_of(rest: &str, from: usize, found: Option<(String, usize)>) -> Vec<Reading> {
    if rest.starts_with(['○', '◯', '〇', '◎'])
        && let Some(found) = CIRCLED.captures(rest)
    {
        return vec![Reading::of(Style::Colon, found[1].to_string(), from + found[0].len(), 1.0)];
    }
    // "O Sr. Presidente: — Está aberta a sessão."
    let behind_dash = |speech: usize| {
        let after = rest[speech..].trim_start_matches(['—', '–']);
        if after.starts_with(' ') { rest.len() - after.trim_start().len() } else { speech }
    };
    found
        .map(|(printed, speech)| Reading::of(Style::Colon, printed, from + behind_dash(speech), 1.0))
        .into_iter()
        .collect()
}

/// Readings whose marks prose does not set by chance.
fn marked_readings(rest: &str, from: usize) -> Vec<Reading> {
    let mut out = Vec::new();
    out.extend(PERIOD.captures(rest).map(|found| {
        let printed = found[0].trim_end().trim_end_matches('.').to_string();
        Reading::of(Style::Period, printed, from + found[0].len(), 1.0)
    }));
    if has_dash(rest) {
        let found = DASH.captures(rest);
        out.extend(found.map(|found| Reading::of(Style::Dash, found[1].to_string(), from + found[0].len(), 1.0)));
    }
    out
}

/// Readings that any sentence might give.
fn chance_readings(rest: &str, from: usize) -> Vec<Reading> {
    let reading =
        |style, printed: &str, speech: usize| Reading::of(style, printed.to_string(), from + speech, NEEDS_COMPANY);
    let mut out = Vec::new();
    // "Q Did you see it?": a letter alone counts where questions and answers go on so.
    let letter = if rest.starts_with(['Q', 'A']) { LETTER.captures(rest) } else { None };
    out.extend(letter.map(|found| reading(Style::Period, &found[1], found[1].len() + 1)));
    out.extend(period_label(rest).map(|(printed, speech)| reading(Style::Period, &printed, speech)));
    out.extend(INITIALS.captures(rest).map(|found| reading(Style::Period, found[1].trim(), found[1].len())));
    let dash = if has_dash(rest) { PLAIN_DASH.captures(rest) } else { None };
    out.extend(
        dash.filter(|found| is_speech(&rest[found[0].len()..]))
            .map(|found| reading(Style::Dash, &found[1], found[0].len())),
    );
    let tab = TAB.captures(rest).filter(|found| !rest[found[0].len()..].contains('\t'));
    out.extend(tab.map(|found| reading(Style::Colon, &found[1], found[0].len())));
    out
}

fn has_dash(text: &str) -> bool {
    text.bytes().take(LONGEST_BYLINE).any(|byte| matches!(byte, b'-' | 0xE2))
}

/// What follows a name and a dash is what somebody says, not who they are: it ends like a sentence or is long.
fn is_speech(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', '…', '"', '”', '»', ')']) || text.split_whitespace().nth(12).is_some()
}

/// Rows of dots lead from an entry of a list to its page or person.
fn has_leaders(text: &str) -> bool {
    text.contains(". . .") || text.contains(".....")
}

/// What stands before a label: marks of a new speaker, a number, a time.
#[derive(Default)]
struct Prefix {
    length: usize,
    is_numbered: bool,
    has_time: bool,
    /// The label says to whom it is written: "From Ann Lee to Everyone".
    is_addressed: bool,
    /// Seconds from the start of the recording; `None` for a time of day.
    time_start_s: Option<f64>,
}

static MARKS: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(?:>{1,3}\s*|[-–—•▪‣●►]\s+)"));
static NUMBER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(?:\d{1,4}[.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s+"));
/// "Anf. 12 Ann Lee (S):", "#12 Ann Lee:": a speech with its number.
static NUMBERED_SPEECH: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:\p{Lu}\p{L}{1,7}\.\s*|#\s?|№\s*)\d{1,4}[.)]?\s+"));
/// "○Name　text" of minutes in Japanese.
static CIRCLED: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^[○◯〇◎]\s*([^\s　：:]{2,24})[　\s]+"));

fn prefix(text: &str) -> Prefix {
    let mut prefix = Prefix { length: text.len() - text.trim_start().len(), ..Prefix::default() };
    const LONGEST_NUMBER: usize = 16;
    let has_number = text[prefix.length..].bytes().take(LONGEST_NUMBER).any(|byte| byte.is_ascii_digit());
    if has_number && let Some(number) = NUMBERED_SPEECH.find(&text[prefix.length..]) {
        prefix.length += number.end();
        prefix.is_numbered = true;
        return prefix;
    }
    if text[prefix.length..].starts_with(char::is_alphabetic) {
        return prefix;
    }
    if let Some(marks) = MARKS.find(&text[prefix.length..]) {
        prefix.length += marks.end();
    }
    if let Some(number) = NUMBER.find(&text[prefix.length..]) {
        prefix.length += number.end();
        prefix.is_numbered = true;
    }
    if let Some(time) = TIME.captures(&text[prefix.length..]) {
        prefix.length += time[0].len();
        prefix.has_time = true;
        prefix.time_start_s = seconds(&time);
        // Exports of chats print "10:02:11 From Ann Lee to Everyone : text".
        if let Some(from) = text[prefix.length..].strip_prefix("From ") {
            prefix.length = text.len() - from.trim_start().len();
            prefix.is_addressed = true;
        }
    }
    prefix
}

/// A time in front of a label, perhaps with a date before it, half of the day or end behind it.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^[\[(<]?(?P<day>\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s+)?(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>\d{2})(?:[.,]\d{1,3})?(?P<half>\s?[AaPp]\.?[Mm]\.?)?(?:\s*(?:-->|[-–—])\s*(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)?[\])>]?\s*[-–—]?\s+",
    )
});

/// Seconds of a time that counts from the start of a recording; a date or half of the day make it a time of day.
pub fn seconds(found: &regex::Captures<'_>) -> Option<f64> {
    if found.name("day").is_some() || found.name("half").is_some() {
        return None;
    }
    let number = |name: &str| found.name(name).and_then(|m| m.as_str().parse::<f64>().ok()).unwrap_or(0.0);
    Some(number("h") * 3600.0 + number("m") * 60.0 + number("s"))
}

/// `Name. - text`: the dash of the European Parliament and its like.
static DASH: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^([^.:!?\n]{2,110}?(?:[.][^.:!?\n]{1,60}?){0,5}(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?)\.\s+[–—-]\s+(?:\([A-Z]{2}\)\s+)?",
    )
});

/// `Mr. BYRD. Text`, `The PRESIDING OFFICER (Mr. Kyl). Text`, `Q. Text`.
static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^((?:(?:Mr|Mrs|Ms|Miss|Dr|Messrs|Senator|Sir)\.? (?:\p{Lu}[\p{Lu}'’\-]*\p{Lu}|(?:Mc|Mac|De|La|Le|O')\p{Lu}+)(?: \p{Lu}[\p{Lu}'’\-]+)*(?: of [A-Z][a-z]+(?: [A-Z][a-z]+)?)?|The (?:\p{Lu}{2,})(?: \p{Lu}{2,})*(?: pro tempore)?)(?: [(\[][^)\]]*[)\]])?)\.\s+|^(Q|A)(?:\.\s+|\s{2,}|\t)",
    )
});

/// `Q Text`, `A Text`.
static LETTER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^(Q|A) +[\p{Lu}\d“‘']"));

/// `SURNAME I. Text`: a full stop that belongs to an initial closes the label.
static INITIALS: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(\p{Lu}[\p{L}'’]+(?:-\p{Lu}[\p{L}'’]+)?\s+(?:\p{Lu}\.\s?){2}\s*)\p{Lu}"));

/// `Name – text`.
static PLAIN_DASH: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^([^:!?;–—\t]{2,70}?)\s+[–—-]\s+"));

/// `Name<tab>text`.
static TAB: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^([^\t.:!?;]{1,40}?)\s*\t\s*"));

/// A label that its first full stop closes.
fn period_label(text: &str) -> Option<(String, usize)> {
    const LONGEST: usize = 100;
    let mut depth = 0usize;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < LONGEST) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '!' | '?' | ';' | ':' | '–' | '—' if depth == 0 => return None,
            '.' if depth == 0 && ends_sentence(text, at) => {
                let rest = text[at + 1..].trim_start();
                let speaks = rest.starts_with(|c: char| !c.is_lowercase() && !matches!(c, '–' | '—' | '-'));
                // "SEC. 2. Definitions" numbers a section.
                let is_number = NUMBER.is_match(rest);
                return (speaks && !is_number && !rest.is_empty())
                    .then(|| (text[..at].to_string(), text.len() - rest.len()));
            }
            _ => {}
        }
    }
    None
}

/// A label in bold at the start of `text`: with the speech in bold too ("**Q: Why?**"), behind it, or below it.
fn bold_label(text: &str, bold: usize, from: usize) -> Option<Reading> {
    let bold = text.floor_char_boundary(bold).max(from);
    let label = &text[from..bold];
    let rest = &text[bold..];
    if let Some((inner, speech)) = colon_label(label)
        && from + speech < bold
        && !label[speech..].trim().is_empty()
    {
        return Some(Reading { style: Style::Colon, printed: inner, speech: from + speech, trust: 1.0 });
    }
    if label.chars().count() > 240 {
        return None;
    }
    if rest.trim().is_empty() {
        return None;
    }
    let trimmed = rest.trim_start();
    let skip = trimmed.len() - trimmed.trim_start_matches([':', '：', '.', '-', '–', '—', ',']).trim_start().len();
    let mut speech = bold + (rest.len() - trimmed.len()) + skip;
    let mut printed = label.to_string();
    let has_mark = label.trim_end().ends_with([':', '.', '：']) || skip > 0;
    // "**Ann Lee** (Acme): text": what stands between bold and colon belongs to the byline.
    if !has_mark
        && let Some((between, at)) = colon_label(trimmed)
        && (between.trim_start().starts_with('(') || between.trim_start().starts_with(','))
    {
        printed = format!("{label} {between}");
        speech = bold + (rest.len() - trimmed.len()) + at;
    } else if !has_mark && trimmed.starts_with(char::is_lowercase) {
        return None;
    }
    Some(Reading { style: Style::BoldInline, printed, speech, trust: 1.0 })
}

/// A short text that is no label by its form, but may be a misread print of one: it counts only if it is near a label
/// that recurs.
pub fn unreadable(label: &str) -> Option<Judgement> {
    const LONGEST: usize = 48;
    let n_words = label.split_whitespace().count();
    let fits = (1..=6).contains(&n_words)
        && label.len() <= LONGEST
        && label.chars().filter(|c| c.is_alphabetic()).count() >= 5;
    fits.then_some(Judgement { kind: LabelKind::Word, quality: 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_ends_at_the_first_colon_outside_brackets() {
        assert_eq!(
            colon_label("The Chair (Hon. A. Hill (Simcoe, Lib.)): Order."),
            Some(("The Chair (Hon. A. Hill (Simcoe, Lib.))".into(), 41))
        );
        assert_eq!(
            colon_label("We met at 10:30 and left: nobody came."),
            Some(("We met at 10:30 and left".into(), 26))
        );
        assert_eq!(colon_label("I said so. Note: it was late."), None);
        assert_eq!(colon_label("Mr. J. Hill: yes"), Some(("Mr. J. Hill".into(), 13)));
    }

    #[test]
    fn dashes_and_full_stops_close_bylines() {
        assert_eq!(&DASH.captures("Ann Hill (PPE). – (DE) Herr Präsident").unwrap()[1], "Ann Hill (PPE)");
        assert_eq!(&DASH.captures("Ann Hill, rapporteur. - Mr President").unwrap()[1], "Ann Hill, rapporteur");
        assert_eq!(&PERIOD.captures("Mr. BYRD. Mr. President, I").unwrap()[1], "Mr. BYRD");
        assert_eq!(
            &PERIOD.captures("The PRESIDING OFFICER (Mr. Hill). Without objection").unwrap()[1],
            "The PRESIDING OFFICER (Mr. Hill)"
        );
        assert!(PERIOD.captures("Mr. President, I rise.").is_none());
    }
}
