//! Labels whose sign is misprinted once: a semicolon for the colon, or no sign at all.
//!
//! **Input**: the page and the candidates found so far. **Output**: candidates for the lines that begin with a label that others print
//! with its sign. Elsewhere in the document the same label stands in the usual form, so that no new speaker comes into being here.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::letters::{candidate, replace};
use crate::candidate::{Candidate, in_capitals};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Style};
use plenary_names::labels::LabelKind;

/// Confidence of a label without its full stop.
const CONFIDENCE: f32 = 0.9;

/// Paragraphs that begin with a label that recurs before colons, and a semicolon, which is a misread colon: "Q;  Why?".
pub(crate) fn add_semicolons(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    const FEWEST: usize = 3;
    let begins = |line: usize| -> Option<&str> {
        let (label, rest) = page.lines[line].text().trim_start().split_once(';')?;
        let speech = rest.trim_start();
        let fits = speech.len() < rest.len() && speech.starts_with(|c: char| c.is_alphanumeric() && !c.is_lowercase());
        fits.then_some(label)
    };
    let places: Vec<(usize, &str)> = settled
        .open_paragraphs(page)
        .into_iter()
        .filter_map(|lines| Some((lines.start, begins(lines.start)?)))
        .collect();
    if places.is_empty() {
        return;
    }
    let mut known: HashMap<&str, (usize, LabelKind)> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.style == Style::Colon && !candidate.inside) {
        known.entry(candidate.label.as_str()).or_insert((0, candidate.kind)).0 += 1;
    }
    let recurring = |(line, label): (usize, &str)| {
        let (_, kind) = known.get(label).filter(|(n, _)| *n >= FEWEST)?;
        Some(candidate(page, line, label, (Style::Colon, *kind)))
    };
    let found = places.into_iter().filter_map(recurring).collect();
    replace(found, all);
}

/// Lines that begin with a label in capitals whose full stop is missing: "MR. HILL Then I go." The line above ends a sentence, and the
/// label has its full stop elsewhere.
pub(crate) fn add_unstopped(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    let is_known = |candidate: &&Candidate| {
        candidate.style == Style::Period
            && !candidate.inside
            && candidate.kind == LabelKind::Person
            && candidate.parts.details.honorific.is_some()
            && in_capitals(&candidate.label)
    };
    let known: BTreeSet<String> = all.iter().filter(is_known).map(|candidate| candidate.label.clone()).collect();
    let firsts: HashSet<&str> = known.iter().filter_map(|label| label.split(' ').next()).collect();
    if known.is_empty() {
        return;
    }
    let has_one: HashSet<usize> = all.iter().filter(is_known).map(|candidate| candidate.line).collect();
    let ends_above = |line: usize| {
        let above = page.lines[..line].iter().rev().find(|above| !above.is_empty());
        above.is_none_or(|above| above.text().trim_end().ends_with(['.', '!', '?', '…', '"', '”', ')']))
    };
    let unstopped = |line: usize| -> Option<Candidate> {
        let text = page.lines[line].text().trim_start();
        firsts.get(text.split(' ').next()?)?;
        let label = known.iter().find(|label| {
            let rest = text.strip_prefix(label.as_str()).and_then(|rest| rest.strip_prefix(' ')).unwrap_or("");
            let mut letters = rest.chars();
            letters.next().is_some_and(char::is_uppercase)
                && letters.next().is_some_and(|c| !c.is_uppercase() && c != '.')
        })?;
        let weights = Weights::start(Reason::LooksLikeOthers, CONFIDENCE);
        let found = candidate(page, line, label, (Style::Period, LabelKind::Person));
        ends_above(line).then_some(Candidate { weights, ..found })
    };
    let open = (0..page.lines.len()).filter(|line| settled.is_open(*line) && !has_one.contains(line));
    let found = open.filter_map(unstopped).collect();
    replace(found, all);
}

/// Paragraphs that begin with a label that stands before colons elsewhere, and no colon: "Hill It is Monday." Behind the label there is a word that the
/// page also has in small letters, so that it is not another name.
pub(crate) fn add_without_colon(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    const FEWEST: usize = 3;
    const CONFIDENCE: f32 = 0.6;
    let mut known: HashMap<&str, (usize, LabelKind)> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.style == Style::Colon && !candidate.inside) {
        known.entry(candidate.label.as_str()).or_insert((0, candidate.kind)).0 += 1;
    }
    // "CLLR KEEL I see.": two words in capitals need no company.
    known.retain(|label, (n, _)| *n >= FEWEST || label.contains(' ') && in_capitals(label));
    let has_one: HashSet<usize> = all.iter().map(|candidate| candidate.line).collect();
    let found: Vec<(usize, &str, String)> = settled
        .open_paragraphs(page)
        .into_iter()
        .filter(|lines| !has_one.contains(&lines.start))
        .filter_map(|lines| {
            let text = page.lines[lines.start].text().trim_start();
            let (label, rest) =
                known.keys().find_map(|label| Some((*label, text.strip_prefix(label)?.strip_prefix(' ')?)))?;
            let word = rest.split(|c: char| !c.is_alphabetic()).next()?;
            let begins = word.starts_with(char::is_uppercase) && rest.split_whitespace().nth(1).is_some();
            begins.then(|| (lines.start, label, word.to_lowercase()))
        })
        .collect();
    let words: HashSet<String> = found.iter().map(|(.., word)| word.clone()).collect();
    if words.is_empty() {
        return;
    }
    let common = page.in_small_letters(&words);
    let is_word = |word: &String| common.contains(word) || page.lexicon.is_function_word(word);
    let of = |(line, label, _): &(usize, &str, String)| {
        let weights = Weights::start(Reason::LooksLikeOthers, CONFIDENCE);
        Candidate { weights, ..candidate(page, *line, label, (Style::Colon, known[label].1)) }
    };
    let found = found.iter().filter(|(.., word)| is_word(word)).map(of).collect();
    replace(found, all);
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn a_name_in_capitals_without_its_full_stop_is_a_label() {
        let text = "MR. HILL. The ferry is late.\nMR. LARK Bo, what do the passengers say?\nMR. HILL. They wait.\n\
                    MR. LARK. No wonder, since MR. HILL is late.\nMR. HILL. Enough.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["MR. HILL", "MR. LARK", "MR. HILL", "MR. LARK", "MR. HILL"]);
        let wrapped = "MR. HILL. The ferry is late.\nMR. LARK. Who says so?\nMR. HILL. I do, and I told\nMR. LARK I would.\n\
                       MR. LARK. You did.\n";
        assert_eq!(turns(wrapped).len(), 4);
    }

    #[test]
    fn a_recurring_label_before_a_semicolon_is_one_with_a_misread_colon() {
        let text = "Q: Is it open?\n\nHill: No.\n\nQ: Why?\n\nHill; It is Monday.\n\nQ; And then?\n\nHill: It opens.\n\nQ: When?\n\nHill: At noon.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Q", "Hill", "Q", "Hill", "Q", "Hill", "Q", "Hill"]);
    }

    #[test]
    fn a_recurring_label_without_its_colon_is_one() {
        let text = "Lee: Is it open?\n\nHill: No, it is not.\n\nLee: Why?\n\nHill: It is Monday.\n\nLee: And then?\n\nHill It opens.\n\n\
                    Hill Dale is a town.\n\nHill says so himself.\n\nHill: At noon.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Lee", "Hill", "Lee", "Hill", "Lee", "Hill", "Hill"]);
        let loud = "MAYOR HILL: Is it open?\n\nCLLR KEEL: No.\n\nMAYOR HILL: Why is it not?\n\nCLLR KEEL It is Monday.\n\nMAYOR HILL: So.\n";
        let labels: Vec<String> = turns(loud).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["MAYOR HILL", "CLLR KEEL", "MAYOR HILL", "CLLR KEEL", "MAYOR HILL"]);
    }

    #[test]
    fn a_semicolon_in_a_sentence_is_not_a_misread_colon() {
        let text = "Hill: No.\n\nLee: I know them all.\n\nHill; Dale; Moss: they were there.\n\nNobody; And yet it rang.\n\n\
                    Hill: Yes.\n\nLee: So.\n";
        let found = turns(text);
        assert!(found.iter().all(|(label, _)| label != "Nobody"), "{found:?}");
    }
}
