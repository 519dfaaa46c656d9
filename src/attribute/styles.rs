//! How a document prints its speakers: every place that looks like a byline in some style, then the style that
//! explains the document best, then the bylines of that style.
//!
//! A style that recurs consistently beats a single hit, and a label that recurs beats one that does not.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::bylines;
use super::labels::{self, LabelKind};
use super::page::Page;
use super::people::canonical_labels;
use crate::corpus::{Layout, Span};

/// A way to print who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// A byline in bold on lines of its own.
    Bold,
    /// A byline in bold, the speech after it on the same line.
    BoldInline,
    /// `Name: text`, `Name (role): text`, `[00:12:03] Name: text`, `Q: text`.
    Colon,
    /// `Name, role. - text`.
    Dash,
    /// `Mr. BYRD. Text`, `The PRESIDING OFFICER. Text`, `Q. Text`.
    Period,
    /// `Name (12:31)` on a line of its own.
    NameTime,
    /// A name in capitals on a line of its own.
    Capitals,
    /// A name on a line of its own, perhaps with title and affiliation beside or below it.
    NameLine,
}

impl Style {
    pub const ALL: [Style; 8] = [
        Style::Bold,
        Style::BoldInline,
        Style::Colon,
        Style::Dash,
        Style::Period,
        Style::NameTime,
        Style::Capitals,
        Style::NameLine,
    ];

    /// The name that a study and the tables use.
    pub fn as_str(self) -> &'static str {
        match self {
            Style::Bold => "bold",
            Style::BoldInline => "bold_inline",
            Style::Colon => "colon",
            Style::Dash => "dash",
            Style::Period => "period",
            Style::NameTime => "name_time",
            Style::Capitals => "capitals",
            Style::NameLine => "name_line",
        }
    }

    pub fn from_name(name: &str) -> Option<Style> {
        Style::ALL.into_iter().find(|style| style.as_str() == name)
    }
}

/// A place that looks like a byline.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub style: Style,
    /// Line the byline begins on.
    pub line: usize,
    /// The byline as printed, on one line.
    pub text: String,
    /// The label alone, misreadings mended.
    pub label: String,
    pub kind: LabelKind,
    /// From the byline's first character to the speech.
    pub byline: Span,
    /// Line and source offset where the speech begins; the same line where they share one.
    pub speech_line: usize,
    pub speech: usize,
    pub time_start_s: Option<f64>,
    /// The byline begins inside a paragraph.
    pub inside: bool,
    pub confidence: f32,
}

/// The bylines of a document, in its order, and what its style is.
#[derive(Debug, Clone, Default)]
pub struct Found {
    pub bylines: Vec<Candidate>,
    pub style: Option<Style>,
    /// Confidence of the style, in [0, 1].
    pub confidence: f32,
}

/// From this confidence on a candidate is a byline.
const ACCEPT: f32 = 0.5;

/// Another style is taken along when it explains at least this share of what the main style explains.
const COMPANION: f32 = 0.25;

/// Finds the bylines of a page, in the style pinned by the study or in the one the page shows.
pub fn find(page: &Page<'_>, pinned: Option<Style>) -> Found {
    let mut all = candidates(page);
    if let Some(style) = pinned {
        all.retain(|candidate| candidate.style == style);
    }
    let labels: Vec<(String, bool)> =
        all.iter().map(|candidate| (candidate.label.clone(), candidate.confidence > 0.0)).collect();
    let forms: BTreeMap<String, (LabelKind, f32)> = all
        .iter()
        .filter(|candidate| candidate.confidence > 0.0)
        .map(|candidate| (candidate.label.clone(), (candidate.kind, candidate.confidence)))
        .collect();
    for (candidate, label) in all.iter_mut().zip(canonical_labels(&labels)) {
        if let (true, Some((kind, confidence))) = (candidate.label != label, forms.get(&label)) {
            (candidate.kind, candidate.confidence) = (*kind, candidate.confidence.max(*confidence));
        }
        candidate.label = label;
    }
    all.retain(|candidate| candidate.confidence > 0.0);
    let mut counts: BTreeMap<(Style, String), usize> = BTreeMap::new();
    for candidate in all.iter().filter(|candidate| !candidate.inside) {
        *counts.entry((candidate.style, candidate.label.clone())).or_default() += 1;
    }
    for candidate in &mut all {
        let n = counts.get(&(candidate.style, candidate.label.clone())).copied().unwrap_or(0);
        candidate.confidence = weigh(candidate, n, pinned.is_some());
    }
    pair_questions(&mut all);
    if pinned.is_none() {
        drop_lists(&mut all);
    }
    let mut scores: BTreeMap<Style, f32> = BTreeMap::new();
    for candidate in all.iter().filter(|candidate| candidate.confidence >= ACCEPT && !candidate.inside) {
        *scores.entry(candidate.style).or_default() += candidate.confidence;
    }
    // Of two styles that explain equally much the first of the enumeration is the more marked one.
    let Some((main, best)) = scores.iter().map(|(style, score)| (*style, *score)).fold(
        None,
        |best: Option<(Style, f32)>, next| match best {
            Some(best) if best.1 >= next.1 => Some(best),
            _ => Some(next),
        },
    ) else {
        return Found::default();
    };
    let companions: Vec<Style> = scores
        .iter()
        .filter(|(style, score)| goes_with(main, **style) && **score >= COMPANION * best)
        .map(|(style, _)| *style)
        .collect();
    let known: HashSet<String> = all
        .iter()
        .filter(|candidate| {
            (candidate.style == main || companions.contains(&candidate.style))
                && candidate.confidence >= ACCEPT
                && !candidate.inside
        })
        .map(|candidate| candidate.label.clone())
        .collect();
    let rivals: f32 =
        scores.iter().filter(|(style, _)| **style != main && !companions.contains(style)).map(|(_, score)| score).sum();
    let mut bylines: Vec<Candidate> = all
        .into_iter()
        .filter(|candidate| candidate.style == main || companions.contains(&candidate.style))
        .filter(|candidate| candidate.confidence >= ACCEPT)
        .filter(|candidate| !candidate.inside || known.contains(&candidate.label) || candidate.confidence >= 0.9)
        .collect();
    bylines.sort_by_key(|candidate| (candidate.byline.start, candidate.style != main, candidate.style));
    bylines.dedup_by(|later, earlier| {
        later.byline.start < earlier.speech.max(earlier.byline.end).max(earlier.byline.start + 1)
    });
    let mean = bylines.iter().map(|candidate| candidate.confidence).sum::<f32>() / bylines.len().max(1) as f32;
    let explained: f32 =
        scores.iter().filter(|(style, _)| **style == main || companions.contains(style)).map(|(_, score)| score).sum();
    Found { style: Some(main), confidence: mean * explained / (explained + rivals).max(f32::EPSILON), bylines }
}

/// Styles that print one conversation together: a bold question and a plain answer, bold and plain colons.
fn goes_with(main: Style, other: Style) -> bool {
    main != other
        && !matches!((main, other), (Style::Bold | Style::Capitals, Style::NameLine) | (Style::NameLine, Style::Bold))
}

/// Confidence of a candidate: the form of its label, how often the label recurs in the style, where it stands.
fn weigh(candidate: &Candidate, n: usize, is_pinned: bool) -> f32 {
    let mut confidence = candidate.confidence;
    if n >= 2 {
        confidence = match candidate.kind {
            LabelKind::Word | LabelKind::Anonymous => confidence.max(0.7),
            LabelKind::Person | LabelKind::Office => confidence.max(0.8) + 0.1,
        };
    }
    if candidate.style == Style::NameLine && n < 2 {
        confidence -= 0.1;
    }
    if is_pinned {
        confidence += 0.3;
    }
    confidence.clamp(0.0, 1.0)
}

/// Takes away the items of a list inside somebody's turn ("Treasurer: Ann Hill. Clerk: Leo Kane."): labels of one
/// style that stand once each, all between two bylines of a style whose labels recur.
fn drop_lists(all: &mut Vec<Candidate>) {
    const SHORTEST: usize = 3;
    let accepted = |style: Style| {
        all.iter()
            .filter(move |candidate| candidate.style == style && candidate.confidence >= ACCEPT && !candidate.inside)
    };
    let labels = |style: Style| accepted(style).map(|candidate| candidate.label.as_str()).collect::<HashSet<_>>();
    let recurs = |style: Style| labels(style).len() < accepted(style).count();
    let lists: Vec<Style> = Style::ALL
        .into_iter()
        .filter(|style| labels(*style).len() >= SHORTEST && !recurs(*style))
        .filter(|style| {
            let Some((first, last)) =
                accepted(*style).map(|candidate| candidate.byline.start).fold(None, |ends, at| {
                    Some(ends.map_or((at, at), |(from, to): (usize, usize)| (from.min(at), to.max(at))))
                })
            else {
                return false;
            };
            Style::ALL.into_iter().filter(|other| other != style && recurs(*other)).any(|other| {
                let places = || accepted(other).map(|candidate| candidate.byline.start);
                places().any(|at| at < first)
                    && places().any(|at| at > last)
                    && !places().any(|at| (first..=last).contains(&at))
                    && labels(other).is_disjoint(&labels(*style))
            })
        })
        .collect();
    all.retain(|candidate| !lists.contains(&candidate.style));
}

/// Questions and answers vouch for each other.
fn pair_questions(all: &mut [Candidate]) {
    let first = |candidate: &Candidate| labels::words(&candidate.label).first().cloned().unwrap_or_default();
    let has = |letters: &[&str], all: &[Candidate]| {
        all.iter().any(|candidate| letters.contains(&first(candidate).as_str()) && !candidate.inside)
    };
    if has(&["q", "question"], all) && has(&["a", "answer"], all) {
        for candidate in all.iter_mut() {
            if matches!(first(candidate).as_str(), "q" | "a" | "question" | "answer") {
                candidate.confidence = candidate.confidence.max(0.9);
            }
        }
    }
}

/// Every place of the page that looks like a byline in some style, with the confidence its form alone gives.
fn candidates(page: &Page<'_>) -> Vec<Candidate> {
    let mut out = Vec::new();
    for lines in page.open_paragraphs() {
        if matches!(page.lines[lines.start].layout, Layout::Heading(_) | Layout::Quote) {
            out.extend(alone(page, &lines));
            continue;
        }
        out.extend(leading(page, lines.clone(), false));
        out.extend(alone(page, &lines));
        for line in lines.clone().skip(1) {
            let above = page.lines[line - 1].text().trim_end();
            if above.ends_with(['.', '?', '!', ':', '"', '”', ')', ']', '…', '—', '–', '-', '’']) {
                out.extend(leading(page, line..lines.end, true));
            }
        }
    }
    out
}

/// How many lines a byline that shares a paragraph with its speech may take.
const BYLINE_LINES: usize = 8;

/// How many lines a byline in bold may take; narrow columns break names and titles often.
const BOLD_LINES: usize = 16;

/// Bylines at the start of some lines with the speech after them on the same line.
fn leading(page: &Page<'_>, lines: Range<usize>, inside: bool) -> Option<Candidate> {
    let head = lines.start..lines.end.min(lines.start + BYLINE_LINES);
    let shown = page.join(head.clone());
    let text = shown.text.as_str();
    let offset = text.len() - text.trim_start().len();
    let bold = page.bold_lead(head.clone());
    let (time, from) =
        leading_time(&text[offset..]).map_or((None, offset), |(time, length)| (Some(time), offset + length));
    let rest = &text[from..];
    let mut readings: Vec<(Style, String, usize)> = Vec::new();
    if bold > 0 {
        readings.extend(bold_label(text, bold, from));
    } else {
        readings.extend(colon_label(rest).map(|(label, speech)| (Style::Colon, label, from + speech)));
        readings.extend(PERIOD.captures(rest).map(|found| {
            (Style::Period, found[0].trim_end().trim_end_matches('.').to_string(), from + found[0].len())
        }));
        readings.extend(DASH.captures(rest).map(|found| (Style::Dash, found[1].to_string(), from + found[0].len())));
    }
    let (style, byline, judgement, speech) = readings.into_iter().find_map(|(style, printed, speech)| {
        let byline = bylines::split(&printed);
        let judgement = labels::judge(&byline.label).or_else(|| unreadable(&byline.label))?;
        Some((style, byline, judgement, speech))
    })?;
    let (start, end) = (shown.source_start(offset), shown.source_end(speech.min(text.len()).max(offset)));
    let speech_source = if speech < text.len() { shown.source_start(speech) } else { end };
    let speech_line = (lines.start..lines.end)
        .rev()
        .find(|line| page.lines[*line].span.start <= speech_source)
        .unwrap_or(lines.start);
    Some(Candidate {
        style,
        line: lines.start,
        text: byline.printed,
        label: byline.label,
        kind: judgement.kind,
        byline: Span::new(start, end.max(start)),
        speech_line,
        speech: speech_source,
        time_start_s: time,
        inside,
        confidence: judgement.quality,
    })
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that compiles")
}

static TIME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[\[(<]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,]\d{1,3})?[\])>]?\s*[-–—]?\s+"));

/// `Name. - text`: the dash of the European Parliament and its like.
static DASH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^([^.:!?\n]{2,60}?(?:[.][^.:!?\n]{1,60}?){0,5}(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?)\.\s+[–—-]\s+(?:\([A-Z]{2}\)\s+)?",
    )
});

/// `Mr. BYRD. Text`, `The PRESIDING OFFICER (Mr. Kyl). Text`, `Q. Text`.
static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^((?:(?:Mr|Mrs|Ms|Miss|Dr|Messrs|Senator|Sir)\.? (?:\p{Lu}[\p{Lu}'’\-]*\p{Lu}|(?:Mc|Mac|De|La|Le|O')\p{Lu}+)(?: \p{Lu}[\p{Lu}'’\-]+)*(?: of [A-Z][a-z]+(?: [A-Z][a-z]+)?)?|The (?:\p{Lu}{2,})(?: \p{Lu}{2,})*(?: pro tempore)?)(?: [(\[][^)\]]*[)\]])?)\.\s+|^(Q|A)\.\s+",
    )
});

/// Seconds of a time at the start of a text, and the bytes it takes.
fn leading_time(text: &str) -> Option<(f64, usize)> {
    let found = TIME.captures(text)?;
    let number = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<f64>().ok()).unwrap_or(0.0);
    Some((number(1) * 3600.0 + number(2) * 60.0 + number(3), found[0].len()))
}

/// The label in front of the first colon outside brackets, and where the speech begins.
pub(super) fn colon_label(text: &str) -> Option<(String, usize)> {
    const LONGEST: usize = 240;
    let (mut depth, mut in_brackets) = (0usize, 0usize);
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < LONGEST) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ':' | '：' if depth == 0 => {
                let after = at + c.len_utf8();
                let rest = &text[after..];
                let separates = rest.is_empty()
                    || rest.starts_with(char::is_whitespace)
                    || c == '：'
                    || rest.starts_with(['"', '“']);
                let label = &text[..at];
                let outside = at - in_brackets;
                if !separates {
                    continue;
                }
                if outside > 90 || label.trim().is_empty() {
                    return None;
                }
                let speech = after + (rest.len() - rest.trim_start().len());
                return Some((label.to_string(), speech));
            }
            '.' | '!' | '?' if depth == 0 && ends_sentence(text, at) => return None,
            _ => {}
        }
        in_brackets += if depth > 0 { c.len_utf8() } else { 0 };
    }
    None
}

/// A full stop that no initial or abbreviation explains.
fn ends_sentence(text: &str, at: usize) -> bool {
    let word = text[..at].rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[')).next().unwrap_or("");
    let is_short = (word.chars().count() <= 2 && word.starts_with(char::is_uppercase))
        || labels::is_honorific(word)
        || labels::is_post_nominal(word)
        || word.contains('.');
    let then_dash = text[at + 1..].trim_start().starts_with(['–', '—', '-']);
    text[at..].starts_with(['!', '?']) || then_dash || (!is_short && text[at + 1..].starts_with(char::is_whitespace))
}

/// A label in bold at the start of `text`: with the speech in bold too ("**Q: Why?**"), behind it, or below it.
fn bold_label(text: &str, bold: usize, from: usize) -> Option<(Style, String, usize)> {
    let bold = floor_boundary(text, bold).max(from);
    let label = &text[from..bold];
    let rest = &text[bold..];
    if let Some((inner, speech)) = colon_label(label)
        && from + speech < bold
        && !label[speech..].trim().is_empty()
    {
        return Some((Style::Colon, inner, from + speech));
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
    Some((Style::BoldInline, printed, speech))
}

fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

static NAME_TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(.{1,80}?)[\s,]+[-–—]?\s*[\[(]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,]\d{1,3})?[\])]?:?$")
});

/// Bylines on lines of their own: bold, in capitals, with a time, or just a name.
fn alone(page: &Page<'_>, lines: &Range<usize>) -> Option<Candidate> {
    let first = &page.lines[lines.start];
    let is_heading = matches!(first.layout, Layout::Heading(_));
    if lines.len() <= BOLD_LINES && !is_heading {
        let shown = page.join(lines.clone());
        let bold = page.bold_lead(lines.clone());
        if bold > 0 && shown.text[floor_boundary(&shown.text, bold)..].trim_matches([':', ' ', '.']).is_empty() {
            return own_lines(page, lines.clone(), Style::Bold, &shown.text, None, true);
        }
    }
    if first.layout == Layout::ListItem || first.bold > 0 && !is_heading {
        return None;
    }
    let text = first.text().trim();
    if text.len() > 200 || text.ends_with([',', ';']) && lines.len() > 1 {
        return None;
    }
    if lines.len() == 1
        && !is_heading
        && let Some(found) = NAME_TIME.captures(text)
    {
        let number = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<f64>().ok()).unwrap_or(0.0);
        let time = number(2) * 3600.0 + number(3) * 60.0 + number(4);
        return own_lines(page, lines.clone(), Style::NameTime, &found[1], Some(time), false);
    }
    let block = lines.start..block_end(page, lines.start);
    let letters = text.chars().filter(|c| c.is_alphabetic());
    let (upper, cased) = letters.fold((0, 0), |(upper, cased), c| {
        (upper + usize::from(c.is_uppercase()), cased + usize::from(c.is_uppercase() || c.is_lowercase()))
    });
    let in_capitals = cased >= 2 && (upper == cased || upper * 10 >= cased * 9 && cased >= 8);
    if lines.len() == 1
        && !is_heading
        && in_capitals
        && text.split_whitespace().count() <= 9
        && !text.ends_with(['.', '!', '?', ','])
    {
        return below(page, &block, text, Style::Capitals);
    }
    // A plain name: alone on its line, or at the head of a few short lines.
    if lines.len() == 1 && !text.ends_with(['.', '!', '?', ':', ';']) {
        return below(page, &block, text, Style::NameLine);
    }
    None
}

/// The end of the run of lines without a blank line between them.
fn block_end(page: &Page<'_>, start: usize) -> usize {
    (start..page.lines.len())
        .find(|i| page.lines[*i].is_empty() || page.lines[*i].kind.is_some())
        .unwrap_or(page.lines.len())
}

/// A name on the first line of a block, with title and affiliation on the short lines below it where the block holds
/// nothing else.
fn below(page: &Page<'_>, block: &Range<usize>, name: &str, style: Style) -> Option<Candidate> {
    const LONGEST_LINE: usize = 70;
    let mut end = block.start + 1;
    let second = page.lines.get(end).filter(|_| end < block.end).map(|line| line.text().trim());
    if second.is_some_and(|text| text.starts_with('(') && text.ends_with(')')) {
        end += 1;
    } else if block.len() > 1 && block.len() <= BYLINE_LINES {
        let tail = block.start + 1..block.end;
        let short = tail.clone().all(|i| {
            let text = page.lines[i].text().trim();
            text.chars().count() <= LONGEST_LINE
                && !text.ends_with(['.', '!', '?', ':', ';'])
                && page.lines[i].layout == Layout::Text
        });
        let followed =
            (block.end..page.lines.len()).find(|i| !page.lines[*i].is_empty() && page.lines[*i].kind.is_none());
        let speaks_below = followed.is_some_and(|i| {
            page.lines[i].text().split_whitespace().count() >= 4 || page.lines[i].text().ends_with(['.', '!', '?'])
        });
        if short && speaks_below {
            end = block.end;
        }
    }
    let mut text = name.to_string();
    for line in &page.lines[block.start + 1..end] {
        let more = line.text().trim();
        let joint = if text.ends_with(',') || more.starts_with('(') {
            " "
        } else if style == Style::Capitals || text == name {
            ", "
        } else {
            " "
        };
        text = format!("{text}{joint}{more}");
    }
    let candidate = own_lines(page, block.start..end, style, &text, None, false)?;
    // A plain line is a byline only if the name is a name and more speaks for it: an honorific, a title beside it, a
    // strong separator, or (weighed later) that it recurs.
    if style == Style::NameLine {
        let byline = bylines::split(&text);
        let has_more = byline.title.is_some()
            || byline.affiliation.as_deref().is_some_and(bylines::is_telling)
            || byline.honorific.is_some();
        let separated = text.contains('|') || text.contains('\t');
        let base: f32 = match (candidate.kind, has_more, separated) {
            (_, _, true) => 0.85,
            (LabelKind::Word | LabelKind::Anonymous, _, _) => 0.2,
            (_, true, _) => 0.7,
            (_, false, false) => 0.45,
        };
        return Some(Candidate { confidence: base.min(candidate.confidence + 0.1), ..candidate });
    }
    Some(candidate)
}

/// A byline on lines of its own; the speech begins on the next line with text.
fn own_lines(
    page: &Page<'_>,
    lines: Range<usize>,
    style: Style,
    printed: &str,
    time: Option<f64>,
    is_bold: bool,
) -> Option<Candidate> {
    if printed.chars().count() > 260 {
        return None;
    }
    let byline = bylines::split(printed);
    let judgement = labels::judge(&byline.label)
        .or_else(|| single_name(&byline, is_bold))
        .or_else(|| if style == Style::NameLine { None } else { unreadable(&byline.label) })?;
    let speech_line = (lines.end..page.lines.len()).find(|i| !page.lines[*i].is_empty())?;
    let (first, last) = (&page.lines[lines.start], &page.lines[lines.end - 1]);
    let start = first.shown.source_start(0);
    let end = last.shown.source_end(last.text().len());
    let mut confidence = judgement.quality;
    // A title or affiliation beside a name in bold or capitals speaks for a byline.
    if confidence > 0.0 && (byline.title.is_some() || byline.affiliation.is_some()) {
        confidence = (confidence + 0.15).min(1.0);
    }
    Some(Candidate {
        style,
        line: lines.start,
        text: byline.printed,
        label: byline.label,
        kind: judgement.kind,
        byline: Span::new(start, end.max(start)),
        speech_line,
        speech: page.lines[speech_line].shown.source_start(0),
        time_start_s: time,
        inside: false,
        confidence,
    })
}

/// A short text that is no label by its form, but may be a misread print of one: it counts only if it is near a label
/// that recurs.
fn unreadable(label: &str) -> Option<labels::Judgement> {
    const LONGEST: usize = 48;
    let n_words = label.split_whitespace().count();
    let fits = (1..=6).contains(&n_words)
        && label.len() <= LONGEST
        && label.chars().filter(|c| c.is_alphabetic()).count() >= 5;
    fits.then_some(labels::Judgement { kind: LabelKind::Word, quality: 0.0 })
}

/// One capitalised word with a title beside it, in bold: a name all the same.
fn single_name(byline: &bylines::Byline, is_bold: bool) -> Option<labels::Judgement> {
    let is_word = byline.label.split_whitespace().count() == 1
        && byline.label.starts_with(char::is_uppercase)
        && byline.label.chars().all(char::is_alphabetic);
    (is_bold && is_word && byline.title.is_some()).then_some(labels::Judgement { kind: LabelKind::Word, quality: 0.5 })
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
