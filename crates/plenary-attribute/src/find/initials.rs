//! Initials of people whom the document names in full: "Ann Oak: Yes." and later "AO: No."
//!
//! **Input**: the page, the claims on it, and the candidates. **Output**: candidates for the lines that begin with the initials of a person and
//! a colon, also if the letters are a word as well ("TO:", "AM:"), if at least two people are shortened in this way, four times in all.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::letters::{candidate, replace};
use crate::candidate::Candidate;
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Style};
use plenary_names::labels::LabelKind;

/// Confidence of initials.
const CONFIDENCE: f32 = 0.8;

/// Adds the initials that no other reading found.
pub(crate) fn add(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    const FEWEST_PEOPLE: usize = 2;
    const FEWEST: usize = 4;
    // What letters add at their end.
    const NOTES: [&str; 2] = ["PS", "NB"];
    let is_colon = |candidate: &&Candidate| candidate.style == Style::Colon && !candidate.inside;
    let of_names: HashSet<String> = all
        .iter()
        .filter(|candidate| is_colon(candidate) && candidate.kind == LabelKind::Person)
        .filter_map(|candidate| initials(&candidate.parts.name))
        .collect();
    if of_names.len() < FEWEST_PEOPLE {
        return;
    }
    let has_one: HashSet<usize> = all.iter().filter(is_colon).map(|candidate| candidate.line).collect();
    let mut found: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut shortened: BTreeSet<&str> = BTreeSet::new();
    let mut n_shortened = 0;
    for lines in settled.open_paragraphs(page) {
        let text = page.lines[lines.start].text().trim_start();
        let Some((label, rest)) = text.split_once(':') else { continue };
        if of_names.contains(label)
            && !NOTES.contains(&label)
            && rest.starts_with(char::is_whitespace)
            && !rest.trim().is_empty()
        {
            shortened.insert(label);
            n_shortened += 1;
            if !has_one.contains(&lines.start) {
                found.entry(label).or_default().push(lines.start);
            }
        }
    }
    if shortened.len() < FEWEST_PEOPLE || n_shortened < FEWEST {
        return;
    }
    let of = |(label, lines): (&str, Vec<usize>)| -> Vec<Candidate> {
        let weights = || Weights::start(Reason::LooksLikeOthers, CONFIDENCE);
        let one =
            |line| Candidate { weights: weights(), ..candidate(page, line, label, (Style::Colon, LabelKind::Word)) };
        lines.into_iter().map(one).collect()
    };
    replace(found.into_iter().flat_map(of).collect(), all);
}

/// The initials of a name of two or three words.
fn initials(name: &str) -> Option<String> {
    let words: Vec<&str> =
        name.split(|c: char| c.is_whitespace() || c == '-').filter(|word| !word.is_empty()).collect();
    let letters: String = words.iter().filter_map(|word| word.chars().next()).filter(|c| c.is_uppercase()).collect();
    ((2..=3).contains(&words.len()) && letters.chars().count() == words.len()).then_some(letters)
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn initials_that_are_words_are_labels_of_people_named_in_full() {
        let text = "Theo Oak: It was good.\n\nAda Moor: It was not.\n\nQ: Why?\n\nTO: It rained.\n\nAM: It rained all day.\n\n\
                    Q: And then?\n\nTO: The sun came out.\n\nAM: Yes.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["Theo Oak", "Ada Moor", "Q", "TO", "AM", "Q", "TO", "AM"]);
        let letter = "Theo Oak: It was good.\n\nAda Moor: It was not.\n\nTO: the harbour board\n\nTheo Oak: Sent.\n";
        assert_eq!(turns(letter).len(), 3);
    }
}
