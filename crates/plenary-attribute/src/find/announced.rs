//! Turns announced by a sentence of the record: "The Chair gives the floor to Senator Ann Lee:", above her speech or on the same line.
//!
//! **Input**: the page and the claims on it. **Output**: a candidate for each paragraph that begins with such a sentence and a colon at the end of
//! a line or before a dash, if there are at least two. A colon within a line does not count, because speakers talk about meetings too. Sentences
//! that name nobody, and those behind another label, are left to other readings.

use std::ops::Range;

use super::letters::replace;
use crate::candidate::{ACCEPT, Candidate, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Span, Style};
use plenary_names::bylines::split;
use plenary_names::described;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;

/// Confidence of such a turn.
const CONFIDENCE: f32 = 0.85;

/// Replaces other readings of the paragraphs that begin with an announcement.
pub(crate) fn add(page: &Page<'_>, settled: &Settled, all: &mut Vec<Candidate>) {
    const FEWEST: usize = 2;
    let of = |lines: Range<usize>| announced(page, &lines);
    // "Q. Mr. Lee took the floor:"
    let is_behind_label = |found: &Candidate| {
        let is_shorter = |other: &Candidate| other.line == found.line && other.byline.end < found.byline.end;
        all.iter().any(|other| is_shorter(other) && other.confidence() >= ACCEPT)
    };
    let found = settled.open_paragraphs(page).into_iter().filter_map(of);
    let found: Vec<Candidate> = found.filter(|found| !is_behind_label(found)).collect();
    if found.len() >= FEWEST {
        replace(found, all);
    }
}

fn announced(page: &Page<'_>, lines: &Range<usize>) -> Option<Candidate> {
    const LONGEST: usize = 400;
    let mapped = page.join_at_most(lines.clone(), LONGEST);
    let at = mapped.text.find([':', '：'])?;
    let (printed, kind) = speaker(page.lexicon, &mapped.text[..at])?;
    let sign = mapped.text[at..].chars().next().map_or(0, char::len_utf8);
    let behind = &mapped.text[at + sign..];
    // A dash opens the speech: "The Deputy took the floor: — Mr. Speaker".
    let said = behind.trim_start().trim_start_matches(['—', '–']).trim_start();
    let ends_line = page.lines[lines.clone()].iter().any(|line| {
        line.text().trim_end().ends_with([':', '：'])
            && line.mapped.source_end(line.text().trim_end().len()) == mapped.source_end(at + sign)
    });
    let has_dash = behind.trim_start().starts_with(['—', '–']);
    if !ends_line && !has_dash || said.starts_with(char::is_lowercase) {
        return None;
    }
    let (speech_line, speech) = if said.is_empty() {
        let line = (lines.end..page.lines.len()).find(|line| !page.lines[*line].is_empty())?;
        (line, page.lines[line].mapped.source_start(0))
    } else {
        let speech = mapped.source_start(mapped.text.len() - said.len());
        (page.line_of(speech).clamp(lines.start, lines.end - 1), speech)
    };
    let start = mapped.source_start(0);
    let byline = Span::new(start, mapped.source_end(at + sign).max(start));
    let place = Place { line: lines.start, byline, speech_line, speech };
    let parts = split(page.lexicon, &printed);
    let weights = Weights::start(Reason::Clause, CONFIDENCE);
    Some(Candidate::printed(Style::Colon, parts, kind, place, weights))
}

/// The person to whom a sentence gives the floor.
fn speaker(lexicon: &Lexicon, sentence: &str) -> Option<(String, LabelKind)> {
    const FEWEST_WORDS: usize = 4;
    const MOST_WORDS: usize = 45;
    const CLEAR: f32 = 0.5;
    let n_words = sentence.split_whitespace().count();
    if !(FEWEST_WORDS..=MOST_WORDS).contains(&n_words) || sentence.contains(['?', '!', ';']) {
        return None;
    }
    let patterns = lexicon.patterns();
    let gives = patterns.gives_floor.find(sentence);
    let phrase = gives.or_else(|| patterns.takes_floor.find(sentence))?;
    let names = described::names(lexicon, sentence);
    let before = names.iter().rev().find(|(place, _)| place.end <= phrase.start());
    let behind = names.iter().find(|(place, _)| place.start >= phrase.end());
    // "Ann Lee takes the floor to answer Bo Hill"
    let is_beside = |(place, _): &&(Range<usize>, String)| sentence[place.end..phrase.start()].trim().is_empty();
    let named = match gives {
        Some(_) => behind,
        None => before.filter(is_beside).or(behind).or(before),
    };
    if let Some((_, name)) = named {
        return Some((name.clone(), LabelKind::Person));
    }
    // "concede la palabra al señor Ministro de Transporte"
    let capitals = sentence.match_indices(char::is_uppercase).map(|(at, _)| at).filter(|at| *at >= phrase.end());
    capitals
        .filter(|at| sentence[..*at].ends_with(char::is_whitespace))
        .find_map(|at| Some((sentence[at..].trim(), labels::judge(lexicon, sentence[at..].trim())?)))
        .filter(|(_, judgement)| judgement.quality >= CLEAR)
        .map(|(label, judgement)| (label.to_string(), judgement.kind))
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn a_sentence_of_the_record_may_announce_who_speaks() {
        let text = "El señor Presidente, Bo Hill Cano:\nBuenos días para todos.\n\nLa Presidencia concede el uso de la palabra al honorable \
                    Senador Ciro\nMoor Cano:\nGracias, Presidente.\n\nCon la venia de la Presidencia, interpela la honorable Senadora Ana \
                    Lima\nSoto:\nSenador, para ayudarle.\n\nRecobra el uso de la palabra el honorable Senador Ciro Moor Cano:\nYa termino.\n";
        let found = turns(text);
        let labels: Vec<&str> = found.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(
            labels[1..],
            ["Senador Ciro Moor Cano", "Senadora Ana Lima Soto", "Senador Ciro Moor Cano"],
            "{found:?}"
        );
        assert_eq!(found[2].1, "Senador, para ayudarle.");
        let minutes = "O Deputado Rui Melo fez a seguinte intervenção: — Senhor Presidente, obrigado.\n\nA Deputada Ana Lima usou da palavra: \
                       — Discordo.\n";
        assert_eq!(turns(minutes).len(), 2);
    }

    #[test]
    fn people_who_tell_of_a_meeting_announce_nobody() {
        let told = "Ann Hill: Let me tell you how it went.\n\nAt nine the Chair gives the floor to Bo Lee: he speaks for an hour.\n\nThen the Chair \
                    gives the floor to Eva Moss: She shouts.\n\nBo Lee: That is not how I remember it.\n\nAnn Hill: You slept.\n";
        let is_told = |(label, text): &(String, String)| {
            ["Bo Lee", "Eva Moss"].contains(&label.as_str()) && !text.starts_with("That")
        };
        assert!(!turns(told).iter().any(is_told), "{:?}", turns(told));
        let asked = "Q. What happened?\n\nA. The chairman gave the floor to Mr. Brown:\nhe had nothing to say.\n\nQ. And then?\n\nA. Then Mr. Smith \
                     took the floor:\nHe talked.\n\nQ. Did you speak?\n\nA. No.\n";
        assert!(turns(asked).iter().all(|(label, _)| ["Q", "A"].contains(&label.as_str())), "{:?}", turns(asked));
        let answered = "The Chair: The meeting is open.\n\nMs. Ann Lee takes the floor to answer Mr. Bo Hill:\nThank you, Chair.\n\nMr. Bo Hill takes \
                        the floor to answer Ms. Ann Lee:\nIt is not final.\n\nThe Chair: The meeting is closed.\n";
        let labels: Vec<String> = turns(answered).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels[1..3], ["Ms. Ann Lee", "Mr. Bo Hill"], "{labels:?}");
    }
}
