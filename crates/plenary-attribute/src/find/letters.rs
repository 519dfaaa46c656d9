//! Two letters, or a few abbreviated names, that a document itself establishes as labels: "D. Why? R. Because.", "Phil. Why?".
//!
//! **Input**: the page and the claims on it. **Output**: candidates for the lines that begin with one of two capitals, or with one
//! of a few abbreviated words, and a full stop, if these open most paragraphs and alternate. Lists ("A.", "B.", "C.") have more
//! letters, and names with an initial do not alternate. Letters before a colon are read as other labels.

use std::collections::{BTreeMap, HashSet};

use crate::candidate::{Candidate, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Span, Style};
use plenary_names::bylines::{Byline, split};
use plenary_names::labels::LabelKind;

/// Confidence of such a label.
const CONFIDENCE: f32 = 0.9;

/// Replaces other readings of the lines that begin with one of the two letters.
pub(crate) fn add(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    let mut found = find(page, settled);
    if found.is_empty() {
        found = names(page, settled);
    }
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
    let of = |(line, letter): (usize, char)| candidate(page, line, &letter.to_string(), LabelKind::Anonymous);
    lines.into_iter().map(of).collect()
}

/// Abbreviated names before full stops: a few that recur, alternate, and begin most paragraphs.
fn names(page: &Page<'_>, settled: &Settled) -> Vec<Candidate> {
    const FEWEST: usize = 6;
    const MOST_NAMES: usize = 8;
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut n_paragraphs = 0;
    for paragraph in settled.open_paragraphs(page) {
        n_paragraphs += 1;
        lines.extend(paragraph.filter_map(|line| Some((line, name(page, line)?))));
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, name) in &lines {
        *counts.entry(name).or_default() += 1;
    }
    let n_recurring: usize = counts.values().filter(|n| **n >= 2).sum();
    let n_changes = lines.windows(2).filter(|pair| pair[0].1 != pair[1].1).count();
    let fits = lines.len() >= FEWEST
        && (2..=MOST_NAMES).contains(&counts.len())
        && n_recurring * 4 >= lines.len() * 3
        && n_changes * 10 >= lines.len().saturating_sub(1) * 9
        && lines.len() * 3 >= n_paragraphs * 2;
    let words: HashSet<String> = counts.keys().map(|name| name.to_lowercase()).collect();
    if !fits || !page.in_small_letters(&words).is_empty() {
        return Vec::new();
    }
    lines.iter().map(|(line, name)| candidate(page, *line, name, LabelKind::Word)).collect()
}

/// The abbreviated word that a line begins with, before a full stop and a text.
fn name(page: &Page<'_>, line: usize) -> Option<String> {
    const LENGTHS: std::ops::RangeInclusive<usize> = 2..=8;
    let (word, rest) = page.lines[line].text().trim_start().split_once('.')?;
    let mut letters = word.chars();
    let is_word = letters.next().is_some_and(char::is_uppercase) && letters.all(char::is_lowercase);
    let lower = word.to_lowercase();
    let lexicon = page.lexicon;
    let is_other = lexicon.is_honorific(&lower) || lexicon.is_function_word(&lower) || lexicon.month(&lower).is_some();
    let fits = is_word && LENGTHS.contains(&word.chars().count()) && !is_other;
    (fits && rest.starts_with(char::is_whitespace) && !rest.trim().is_empty()).then(|| word.to_string())
}

/// The candidate for a label and a full stop at the beginning of a line.
fn candidate(page: &Page<'_>, line: usize, label: &str, kind: LabelKind) -> Candidate {
    let own = &page.lines[line];
    let text = own.text();
    let lead = text.len() - text.trim_start().len();
    let end = lead + label.len() + 1;
    let speech = text.len() - text[end..].trim_start().len();
    let byline = Span::new(own.mapped.source_start(lead), own.mapped.source_end(end));
    let place = Place { line, byline, speech_line: line, speech: own.mapped.source_start(speech) };
    let weights = Weights::start(Reason::QuestionsAndAnswers, CONFIDENCE);
    let parts = Byline { printed: format!("{label}."), ..split(page.lexicon, label) };
    Candidate::printed(Style::Period, parts, kind, place, weights)
}

/// The capital that a line begins with, before a full stop and a text.
fn letter(text: &str) -> Option<char> {
    let text = text.trim_start();
    let letter = text.chars().next().filter(|c| c.is_uppercase())?;
    let rest = text[letter.len_utf8()..].strip_prefix('.')?;
    (rest.starts_with(char::is_whitespace) && !rest.trim().is_empty()).then_some(letter)
}
