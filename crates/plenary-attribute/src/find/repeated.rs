//! Lines that hold nothing but one of a few labels, whatever stands above and below: "Speaker 1", then what is said, then "Speaker 2", with
//! or without blank lines and times between.
//!
//! **Input**: the page, the claims on it, and the bylines that other readings found. **Output**: a turn for each such line, if the labels recur
//! and take turns, and the other readings found fewer. Names that do not recur are left to `own_line`.

use std::collections::{BTreeMap, HashSet};

use crate::candidate::{Candidate, Found, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Layout, Reason, Span, Style};
use plenary_names::bylines::split;
use plenary_names::labels::{self, LabelKind};

/// Confidence of such a line.
const CONFIDENCE: f32 = 0.85;

/// A line with a label.
struct Labelled<'t> {
    line: usize,
    label: &'t str,
    kind: LabelKind,
}

/// The turns, if there are more than `found` has.
pub(super) fn find(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    const FEWEST: usize = 6;
    const FEWEST_OF_LABEL: usize = 3;
    let mut lines: Vec<Labelled<'_>> =
        (0..page.lines.len()).filter(|line| settled.is_open(*line)).filter_map(|line| labelled(page, line)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &lines {
        *counts.entry(one.label).or_default() += 1;
    }
    let recurring = || counts.iter().filter(|(_, n)| **n >= FEWEST_OF_LABEL).map(|(label, _)| *label);
    let families: HashSet<&str> = recurring().filter_map(family).collect();
    let labels: HashSet<&str> = recurring().collect();
    let is_one = |label: &str| labels.contains(label) || family(label).is_some_and(|of| families.contains(of));
    lines.retain(|one| is_one(one.label));
    let n = lines.len();
    let n_changes = lines.windows(2).filter(|pair| pair[0].label != pair[1].label).count();
    let at: HashSet<usize> = lines.iter().map(|one| one.line).collect();
    let below = |line: usize| (line + 1..page.lines.len()).find(|next| !page.lines[*next].is_empty());
    let n_spoken = lines.iter().filter(|one| below(one.line).is_some_and(|next| !at.contains(&next))).count();
    let n_known = found.bylines.iter().filter(|byline| at.contains(&byline.line)).count();
    let takes_turns = labels.len() >= 2 && n_changes * 10 >= n.saturating_sub(1) * 7 && n_spoken * 10 >= n * 9;
    // The other reading found only some of these lines, or missed more than a fifth of them and has nobody else who recurs.
    let mut elsewhere: BTreeMap<&str, usize> = BTreeMap::new();
    for byline in found.bylines.iter().filter(|byline| !at.contains(&byline.line)) {
        *elsewhere.entry(byline.label.as_str()).or_default() += 1;
    }
    let is_better = n_known < n && elsewhere.values().all(|n| *n < 2) && (elsewhere.is_empty() || n_known * 10 < n * 8);
    if n < FEWEST || !takes_turns || !is_better || found.bylines.len() > n {
        return None;
    }
    let bylines = lines.iter().filter_map(|one| candidate(page, one, below(one.line)?)).collect();
    Some(Found { bylines, style: Some(Style::NameLine), confidence: CONFIDENCE, ..Found::default() })
}

/// The word of a label with a number: "Speaker" of "Speaker 2".
fn family(label: &str) -> Option<&str> {
    let (word, number) = label.rsplit_once(' ')?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some(word)
}

fn labelled<'t>(page: &'t Page<'_>, line: usize) -> Option<Labelled<'t>> {
    const LONGEST: usize = 40;
    const MOST_WORDS: usize = 4;
    let own = &page.lines[line];
    let label = own.text().trim().trim_end_matches([':', '：']).trim_end();
    let has_form = own.layout == Layout::Text
        && !label.is_empty()
        && label.len() <= LONGEST
        && label.split_whitespace().count() <= MOST_WORDS
        && !label.starts_with(char::is_lowercase)
        && label.ends_with(char::is_alphanumeric);
    let judgement = labels::judge(page.lexicon, label).filter(|_| has_form);
    let kind = judgement.map(|judgement| judgement.kind).or_else(|| {
        let is_numbered = has_form && family(label).is_some_and(|word| word.chars().all(char::is_alphabetic));
        is_numbered.then_some(LabelKind::Word)
    })?;
    (kind != LabelKind::Word || family(label).is_some()).then_some(Labelled { line, label, kind })
}

fn candidate(page: &Page<'_>, one: &Labelled<'_>, speech_line: usize) -> Option<Candidate> {
    let own = &page.lines[one.line];
    let byline = Span::new(own.mapped.source_start(0), own.mapped.source_end(own.text().len()));
    let speech = page.lines.get(speech_line)?.mapped.source_start(0);
    let place = Place { line: one.line, byline, speech_line, speech };
    let weights = Weights::start(Reason::LooksLikeOthers, CONFIDENCE);
    Some(Candidate::printed(Style::NameLine, split(page.lexicon, one.label), one.kind, place, weights))
}

#[cfg(test)]
mod tests {
    use crate::testing::{named_turns, turns};

    #[test]
    fn labels_alone_on_lines_inside_blocks_with_times_are_bylines() {
        let talk = "00:00:21\nSprecher 1\nHallo und willkommen.\nSprecher 2\nUnd ich bin Ben.\n\n00:01:30\n\nWir sitzen heute im Bahnhof.\n\n\
                    Sprecher 1\nWarum macht man das?\n\nSprecher 3\nWeil es sonst keiner macht.\nSprecher 1\nDas ist wahr.\n\n00:02:48\n\
                    Sprecher 2\nUnd dann?\nSprecher 4\nIst der Stuhl frei?\n\nSprecher 2:\nKlar.\n";
        let labels: Vec<String> = turns(talk).into_iter().map(|(label, _)| label).collect();
        let expected = ["1", "2", "1", "3", "1", "2", "4", "2"].map(|number| format!("Sprecher {number}"));
        assert_eq!(labels, expected);
    }

    #[test]
    fn equations_in_the_head_name_the_people() {
        let head = "Sprecher 1 = Jana Mohr (Host)\nSprecher 2 = somebody\n\n";
        let talk = "Sprecher 1\nWarum macht man das?\nSprecher 2\nWeil es sonst keiner macht.\n".repeat(3);
        let names: Vec<String> = named_turns(&format!("{head}{talk}")).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[..2], ["Jana Mohr", "Sprecher 2"]);
    }

    #[test]
    fn headings_that_recur_in_a_speech_are_not_labels() {
        let text = "Ann Lee: I read the plan.\n\nPart 1\nThe mill stays.\nPart 2\nThe mill goes.\nPart 1\nIt stays after all.\n\n\
                    Bo Hill: Which is it?\n\nAnn Lee: Both.\n\nBo Hill: I see.\n\nAnn Lee: Good.\n";
        assert_eq!(turns(text).len(), 5);
    }
}
