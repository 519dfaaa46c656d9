//! Two letters that a document itself establishes as labels: "D. Why? R. Because."
//!
//! **Input**: the page and the claims on it. **Output**: candidates for the lines that begin with one of two capitals and a
//! full stop, if these open most paragraphs and alternate. Lists ("A.", "B.", "C.") have more letters, and names with an
//! initial do not alternate. Letters before a colon are read as other labels.

use std::collections::BTreeMap;

use crate::candidate::{Candidate, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Span, Style};
use plenary_names::bylines::split;
use plenary_names::labels::LabelKind;

/// Confidence of such a label.
const CONFIDENCE: f32 = 0.9;

/// Replaces other readings of the lines that begin with one of the two letters.
pub(crate) fn add(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    let found = find(page, settled);
    if found.is_empty() {
        return;
    }
    all.retain(|candidate| found.iter().all(|own| own.line != candidate.line));
    all.extend(found);
    all.sort_by_key(|candidate| candidate.byline.start);
}

fn find(page: &Page<'_>, settled: &Settled) -> Vec<Candidate> {
    const FEWEST_OF_EACH: usize = 3;
    let mut lines: Vec<(usize, char)> = Vec::new();
    let mut n_paragraphs = 0;
    for paragraph in settled.open_paragraphs(page) {
        n_paragraphs += 1;
        lines.extend(paragraph.filter_map(|line| Some((line, letter(page.lines[line].text())?))));
    }
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for (_, letter) in &lines {
        *counts.entry(*letter).or_default() += 1;
    }
    let are_two = counts.len() == 2 && counts.values().all(|n| *n >= FEWEST_OF_EACH);
    let n_changes = lines.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    let alternate = n_changes * 5 >= lines.len().saturating_sub(1) * 4;
    // Most paragraphs begin in this way, or all lines are in a few paragraphs.
    if !are_two || !alternate || lines.len() * 2 < n_paragraphs {
        return Vec::new();
    }
    let candidate = |(line, letter): (usize, char)| {
        let own = &page.lines[line];
        let text = own.text();
        let lead = text.len() - text.trim_start().len();
        let speech = text.len() - text[lead + letter.len_utf8() + 1..].trim_start().len();
        let byline = Span::new(own.mapped.source_start(lead), own.mapped.source_end(lead + letter.len_utf8() + 1));
        let place = Place { line, byline, speech_line: line, speech: own.mapped.source_start(speech) };
        let weights = Weights::start(Reason::QuestionsAndAnswers, CONFIDENCE);
        let parts = split(page.lexicon, &letter.to_string());
        Candidate::printed(Style::Period, parts, LabelKind::Anonymous, place, weights)
    };
    lines.into_iter().map(candidate).collect()
}

/// The capital that a line begins with, before a full stop and a text.
fn letter(text: &str) -> Option<char> {
    let text = text.trim_start();
    let letter = text.chars().next().filter(|c| c.is_uppercase())?;
    let rest = text[letter.len_utf8()..].strip_prefix('.')?;
    (rest.starts_with(char::is_whitespace) && !rest.trim().is_empty()).then_some(letter)
}
