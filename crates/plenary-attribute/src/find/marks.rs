//! Marks inside the text of turns that are not speech: times (`#00:00:12-3#`) and reference numbers (`[901234]`) at the end of
//! paragraphs.
//!
//! **Input**: the page, the claims on it, and the bylines. **Output**: the places of the marks, which are not speech; the bylines
//! with the times that the marks give. Times in the byline itself are read with it; times in brackets are left to `settle::asides`.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::template::time_at;
use crate::candidate::Found;
use crate::page::{Page, Settled};
use plenary_corpus::Span;
use plenary_names::text::constant_regex;

/// Minimum number of marks: the sign around them is rare, but a single one may be quoted.
const FEWEST: usize = 2;

static MARK: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\s*#\d{1,2}:\d{2}:\d{2}(?:[-.,]\d{1,3})?#\s*"));

/// A mark and its time in seconds.
struct Mark {
    span: Span,
    seconds: f64,
    /// The mark is the last text of its line.
    closes_line: bool,
}

/// Finds the marks and gives their times to the bylines: a mark at the start of a turn is its start, the last one at the end of a
/// line is its end. Returns the places of the marks.
pub(crate) fn take(page: &Page<'_>, settled: &Settled, found: &mut Found) -> Vec<Span> {
    let references = references(page, settled, found);
    let marks = marks(page, settled);
    if marks.len() < FEWEST {
        return references;
    }
    let ends: Vec<usize> =
        found.bylines.iter().skip(1).map(|next| next.byline.start).chain([page.source.len()]).collect();
    let mut next = 0;
    for (byline, end) in found.bylines.iter_mut().zip(ends) {
        while marks.get(next).is_some_and(|mark| mark.span.end <= byline.byline.end.max(byline.byline.start)) {
            next += 1;
        }
        while let Some(mark) = marks.get(next).filter(|mark| mark.span.start < end) {
            if mark.span.start <= byline.speech && byline.time_start_s.is_none() {
                byline.time_start_s = Some(mark.seconds);
            } else if mark.closes_line {
                byline.time_end_s = Some(mark.seconds);
            }
            next += 1;
        }
    }
    marks.into_iter().map(|mark| mark.span).chain(references).collect()
}

static REFERENCE: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\s*[\[(]\d{4,9}[\])]\s*$"));

/// Numbers in brackets at the end of paragraphs, if there are several: the numbers of questions.
fn references(page: &Page<'_>, settled: &Settled, found: &Found) -> Vec<Span> {
    const LONGEST_YEAR: usize = "[2027]".len();
    let first = found.bylines.first().map_or(page.lines.len(), |byline| byline.line);
    let is_last = |i: usize| {
        page.lines.get(i + 1).is_none_or(|below| below.paragraph != page.lines[i].paragraph || below.is_empty())
    };
    let of_line = |i: usize| {
        let line = &page.lines[i];
        let text = line.text();
        let at = (settled.is_open(i) && text.trim_end().ends_with([']', ')']) && is_last(i))
            .then(|| REFERENCE.find(text))
            .flatten()?;
        (at.start() > 0).then(|| line.mapped.source_span(at.start(), at.end()))
    };
    let references: Vec<Span> = (first..page.lines.len()).filter_map(of_line).collect();
    // A year in brackets is part of the speech; the numbers of questions differ and are longer.
    let texts: HashSet<&str> = references.iter().map(|span| span.of(page.source).trim()).collect();
    if texts.len() >= FEWEST && texts.iter().all(|text| text.len() > LONGEST_YEAR) { references } else { Vec::new() }
}

fn marks(page: &Page<'_>, settled: &Settled) -> Vec<Mark> {
    let mut out = Vec::new();
    for (_, line) in page.lines.iter().enumerate().filter(|(i, line)| settled.is_open(*i) && line.text().contains('#'))
    {
        let text = line.text();
        for found in MARK.find_iter(text) {
            let Some((_, Some(seconds))) = time_at(found.as_str().trim()) else { continue };
            let closes_line = text[found.end()..].trim().is_empty();
            // Inside a line one of the blanks around the mark stays.
            let lead = found.as_str().len() - found.as_str().trim_start().len();
            let start = if closes_line || found.start() == 0 { found.start() } else { found.start() + lead };
            out.push(Mark { span: line.mapped.source_span(start, found.end()), seconds, closes_line });
        }
    }
    out
}
