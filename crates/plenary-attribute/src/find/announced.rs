//! Turns that a sentence of the record announces: "The Chair gives the floor to Senator Ann Lee:" above or before her speech.
//!
//! **Input**: the page and the claims on it. **Output**: a candidate for each paragraph that begins with such a sentence and a colon, if there
//! are at least two. The last person whom the sentence names speaks. Sentences that name nobody are left to other readings.

use std::ops::Range;

use super::letters::replace;
use crate::candidate::{Candidate, Place};
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
    let found: Vec<Candidate> = settled.open_paragraphs(page).into_iter().filter_map(of).collect();
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
    if !behind.is_empty() && !behind.starts_with(char::is_whitespace) {
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
    lexicon.patterns().announcement.find(sentence)?;
    if let Some((_, name)) = described::names(lexicon, sentence).pop() {
        return Some((name, LabelKind::Person));
    }
    // "concede la palabra al señor Ministro de Transporte"
    let capitals = sentence.match_indices(char::is_uppercase).map(|(at, _)| at).skip(1);
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
        let prose = "Ann Hill: Then the Chair gives the floor to Bo Lee: he is late.\n\nBo Lee: I am here.\n\nAnn Hill: Good.\n";
        assert_eq!(turns(prose).len(), 3);
    }
}
