//! Headings that name whose speech is below them, in a document with other bylines: "MR. LEE'S SPEECH.", "DISCOURS DE M. ROY".
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: bylines for the headings whose person also
//! speaks elsewhere in the document. A heading at the top is the title, and is left to `titled`.

use std::collections::HashSet;

use crate::candidate::{Candidate, Found, Place};
use crate::page::{Page, PageLine, Settled};
use crate::weights::Weights;
use plenary_corpus::{BlockKind, Reason, Style};
use plenary_names::bylines;
use plenary_names::labels::{self, LabelKind};

/// Confidence of such a heading.
const CONFIDENCE: f32 = 0.7;

/// Adds the headings that begin turns.
pub(super) fn add(page: &Page<'_>, settled: &Settled, found: &mut Found) {
    let Some(first) = found.bylines.first().map(|byline| byline.line) else { return };
    let names: Vec<String> = found.bylines.iter().map(|byline| byline.parts.name.to_lowercase()).collect();
    let known: HashSet<usize> = found.bylines.iter().map(|byline| byline.line).collect();
    let added: Vec<Candidate> = (first + 1..page.lines.len())
        .filter(|line| matches!(settled.kind(*line), None | Some(BlockKind::Heading)))
        .filter_map(|line| heading(page, line, &names))
        .filter(|added| !known.contains(&added.line))
        .collect();
    found.insert(added);
}

/// The byline of a heading on its own line.
fn heading(page: &Page<'_>, line: usize, names: &[String]) -> Option<Candidate> {
    const LONGEST: usize = 9;
    let is_blank = |line: Option<usize>| line.and_then(|line| page.lines.get(line)).is_none_or(PageLine::is_empty);
    let text = page.lines[line].text();
    if text.is_empty() || !is_blank(line.checked_sub(1)) || !is_blank(Some(line + 1)) {
        return None;
    }
    let trimmed = text.trim();
    if trimmed.split_whitespace().count() > LONGEST {
        return None;
    }
    let named = page.lexicon.patterns().speech_of.captures(trimmed)?;
    let printed = named.name("before").or_else(|| named.name("behind"))?.as_str();
    let parts = bylines::split(page.lexicon, printed);
    let surname = parts.name.to_lowercase().rsplit(' ').next().unwrap_or("").to_string();
    let speaks = !surname.is_empty() && names.iter().any(|name| name.rsplit(' ').next() == Some(surname.as_str()));
    let is_person = labels::judge(page.lexicon, &parts.label).is_some_and(|found| found.kind == LabelKind::Person);
    if !speaks || !is_person {
        return None;
    }
    let speech_line = (line + 1..page.lines.len()).find(|below| !page.lines[*below].is_empty())?;
    let own = &page.lines[line].mapped;
    let place = Place {
        line,
        byline: own.source_span(0, text.len()),
        speech_line,
        speech: page.lines[speech_line].mapped.source_start(0),
    };
    let weights = Weights::of_form(LabelKind::Person, CONFIDENCE).then(Reason::InHeading, CONFIDENCE);
    Some(Candidate { n_mentions: 1, ..Candidate::printed(Style::Heading, parts, LabelKind::Person, place, weights) })
}
