//! Labels whose sign is misprinted once: a semicolon for the colon, or no sign at all.
//!
//! **Input**: the page and the candidates found so far. **Output**: candidates for the lines that begin with a label without its sign. The label stands in its usual form elsewhere, so no new speaker is made up here.

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
    let known = before_colons(all);
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

/// Paragraphs that begin with a label that stands before colons elsewhere, and no colon: "Bo Hill It is Monday." The word after the
/// label is one of sentences, so that it is not another name, and somebody else speaks above.
pub(crate) fn add_without_colon(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    const FEWEST: usize = 3;
    const DOUBTFUL: f32 = 0.6;
    let mut known = before_colons(all);
    let lower: HashSet<String> = known.keys().map(|label| label.to_lowercase()).collect();
    let words_of_page = page.in_small_letters(&lower);
    known.retain(|label, (n, kind)| {
        let lower = label.to_lowercase();
        let is_word = page.lexicon.is_function_word(&lower) || words_of_page.contains(&lower);
        let (is_loud, has_words) = (in_capitals(label), label.contains(' '));
        // "CLLR KEEL I see.": two words in capitals need not recur. A first name may be a word as well: "May I add".
        let recurs = *n >= FEWEST || has_words && is_loud;
        let is_part = matches!(kind, LabelKind::Office | LabelKind::Anonymous);
        recurs && label.chars().nth(1).is_some() && !is_word && (is_loud || has_words || is_part)
    });
    let mut by_word: HashMap<&str, Vec<&str>> = HashMap::new();
    for label in known.keys() {
        by_word.entry(label.split(' ').next().unwrap_or("")).or_default().push(label);
    }
    for labels in by_word.values_mut() {
        labels.sort_unstable_by_key(|label| std::cmp::Reverse(label.len()));
    }
    let has_one: HashSet<usize> = all.iter().map(|candidate| candidate.line).collect();
    let unsigned = |line: usize| -> Option<(usize, &str, String)> {
        let text = page.lines[line].text().trim_start();
        let labels = by_word.get(text.split(' ').next()?)?;
        let (label, rest) =
            labels.iter().find_map(|label| Some((*label, text.strip_prefix(label)?.strip_prefix(' ')?)))?;
        let word = rest.split(|c: char| !c.is_alphabetic()).next()?;
        let begins = word.starts_with(char::is_uppercase) && rest.split_whitespace().nth(1).is_some();
        begins.then(|| (line, label, word.to_lowercase()))
    };
    let starts = settled.open_paragraphs(page).into_iter().map(|lines| lines.start);
    let found: Vec<(usize, &str, String)> =
        starts.filter(|line| !has_one.contains(line)).filter_map(unsigned).collect();
    if found.is_empty() {
        return;
    }
    let mut others: Vec<(usize, &str)> = all
        .iter()
        .filter(|candidate| candidate.style == Style::Colon && !candidate.inside)
        .map(|candidate| (candidate.line, candidate.label.as_str()))
        .collect();
    others.sort_unstable();
    // Somebody else speaks above.
    let takes_turn = |line: usize, label: &str| {
        let above = others.partition_point(|(other, _)| *other < line).checked_sub(1).map(|at| others[at].1);
        above.is_some_and(|above| above != label)
    };
    let is_word = |word: &String| page.lexicon.is_function_word(word);
    let of = |(line, label, _): &(usize, &str, String)| {
        let weights = Weights::start(Reason::LooksLikeOthers, DOUBTFUL);
        Candidate { weights, ..candidate(page, *line, label, (Style::Colon, known[label].1)) }
    };
    let found = found.iter().filter(|(line, label, word)| is_word(word) && takes_turn(*line, label)).map(of).collect();
    replace(found, all);
}

/// The labels before colons at the beginning of paragraphs, with their number and kind.
fn before_colons(all: &[Candidate]) -> HashMap<&str, (usize, LabelKind)> {
    let mut known: HashMap<&str, (usize, LabelKind)> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.style == Style::Colon && !candidate.inside) {
        known.entry(candidate.label.as_str()).or_insert((0, candidate.kind)).0 += 1;
    }
    known
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
        let text = "Lee: Is it open?\n\nBo Hill: No, it is not.\n\nLee: Why?\n\nBo Hill: It is Monday.\n\nLee: And then?\n\nBo Hill It opens.\n\n\
                    Bo Hill Dale is a town.\n\nBo Hill says so himself.\n\nBo Hill: At noon.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Lee", "Bo Hill", "Lee", "Bo Hill", "Lee", "Bo Hill", "Bo Hill"]);
        let word = "Tom: I have two.\n\nMay: Three.\n\nTom: I see.\n\nMay: Do you?\n\nTom: Yes, I do.\n\nMay: So.\n\nTom: One thing.\n\n\
                    May I add that mine are old?\n";
        assert_eq!(turns(word).len(), 7);
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
