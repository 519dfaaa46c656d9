//! Lines that name who speaks and quote the words: `Ann says, "The boat has gone."`, as logs of text games and scenes print them.
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: a turn for each quotation; the lines around
//! them tell what happens and are not speech. Left alone are stories, where most quotations come before the verb or without one,
//! records whose speakers have bylines, and prose with a few quotations.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::candidate::{Candidate, Found, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{BlockKind, Reason, Span, Style};
use plenary_names::bylines::{self, Byline};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// Confidence of such a line.
const CONFIDENCE: f32 = 0.7;

/// Minimum number of quotations, and of people.
const FEWEST: usize = 5;
const FEWEST_PEOPLE: usize = 2;

/// Maximum number of words before a quotation, and of lines of one.
const MOST_WORDS: usize = 10;
const MOST_LINES: usize = 8;

const OPENING: [char; 4] = ['"', '“', '„', '«'];
const CLOSING: [char; 4] = ['"', '”', '“', '»'];

/// A line with a quotation behind a clause.
struct Said<'p> {
    lines: Range<usize>,
    /// The words before the quotation, without the sign at their end.
    clause: &'p str,
    who: Option<String>,
    /// Offset in the source of the quoted words, and of what follows them.
    speech: usize,
    end: usize,
}

/// The quotations of a page with who says them, if these explain more of it than the bylines `found`.
pub(super) fn find(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    let lexicon = page.lexicon;
    let mut all: Vec<Said<'_>> = Vec::new();
    for line in (0..page.lines.len()).filter(|line| settled.is_open(*line)) {
        let is_inside = all.last().is_some_and(|last| last.lines.contains(&line));
        all.extend((!is_inside).then(|| said(page, line)).flatten());
    }
    let known: HashSet<String> = all.iter().filter_map(|said| said.who.clone()).collect();
    for said in all.iter_mut().filter(|said| said.who.is_none()) {
        said.who = opening_name(said.clause, &known);
    }
    let quoted: HashSet<usize> = all.iter().flat_map(|said| said.lines.clone()).collect();
    all.retain(|said| said.who.is_some());
    let own: HashSet<usize> = all.iter().flat_map(|said| said.lines.clone()).collect();
    let open: Vec<usize> =
        (0..page.lines.len()).filter(|line| settled.is_open(*line) && !page.lines[*line].is_empty()).collect();
    let n_quoting = open.iter().filter(|line| !quoted.contains(line) && quotes(page.lines[**line].text())).count();
    let n_words = |text: &str| text.split_whitespace().count();
    let n_said: usize = all.iter().map(|said| n_words(&page.source[said.speech..said.end])).sum();
    let n_all: usize = open.iter().map(|line| n_words(page.lines[*line].text())).sum();
    let n_others = found.bylines.iter().filter(|byline| !own.contains(&byline.line)).count();
    let mut people: HashMap<&String, usize> = HashMap::new();
    for name in all.iter().filter_map(|said| said.who.as_ref()) {
        *people.entry(name).or_default() += 1;
    }
    let fits = all.len() >= FEWEST
        && people.len() >= FEWEST_PEOPLE
        && all.len() * 10 >= (all.len() + n_quoting) * 7
        && n_said * 4 >= n_all
        && n_others * 3 <= all.len();
    if !fits {
        return None;
    }
    let mut out = Found { style: Some(Style::Clauses), confidence: CONFIDENCE, ..Found::default() };
    out.around
        .extend(open.iter().filter(|line| !own.contains(line)).map(|line| (*line..*line + 1, BlockKind::StageNote)));
    for said in &all {
        let name = said.who.clone().unwrap_or_default();
        let n_mentions = people.get(&name).copied().unwrap_or(1);
        let start = page.lines[said.lines.start].mapped.source_start(0);
        let place = Place {
            line: said.lines.start,
            byline: Span::new(start, said.speech),
            speech_line: page.line_of(said.speech),
            speech: said.speech,
        };
        let found = labels::judge(lexicon, &name);
        let kind = found.map_or(LabelKind::Word, |found| found.kind);
        let parts = match found {
            Some(_) => bylines::split(lexicon, &name),
            None => Byline { printed: name.clone(), label: name.clone(), name, ..Byline::default() },
        };
        let weights = Weights::of_form(kind, CONFIDENCE).then(Reason::Clause, CONFIDENCE);
        out.bylines.push(Candidate { n_mentions, ..Candidate::printed(Style::Clauses, parts, kind, place, weights) });
        let rest = page.lines[said.lines.end - 1].mapped.source_end(page.lines[said.lines.end - 1].text().len());
        if said.end < rest {
            out.repeated.push(Span::new(said.end, rest));
        }
    }
    Some(out)
}

/// The quotation that a line opens behind a clause.
fn said<'p>(page: &'p Page<'_>, line: usize) -> Option<Said<'p>> {
    let text = page.lines[line].text();
    let quote = text.find(OPENING)?;
    let clause = text[..quote].trim().strip_suffix([',', ':'])?.trim();
    let words: Vec<&str> = clause.split_whitespace().collect();
    let is_clause = (2..=MOST_WORDS).contains(&words.len())
        && words[0].starts_with(char::is_uppercase)
        && !words.iter().rev().skip(1).any(|word| word.ends_with(['!', '?', ';', ':']) || is_end(word));
    if !is_clause {
        return None;
    }
    let sign = text[quote..].chars().next().map_or(1, char::len_utf8);
    let opens = quote + sign + (text[quote + sign..].len() - text[quote + sign..].trim_start().len());
    let last = (line..page.lines.len().min(line + MOST_LINES)).take_while(|at| !page.lines[*at].is_empty());
    let (end_line, end) = last
        .map(|at| {
            let from = if at == line { opens } else { 0 };
            (at, page.lines[at].text()[from..].rfind(CLOSING).map(|end| from + end))
        })
        .find_map(|(at, end)| end.map(|end| (at, end)))?;
    let speech = page.lines[line].mapped.source_start(opens);
    let end = page.lines[end_line].mapped.source_start(end);
    (speech < end).then(|| Said { lines: line..end_line + 1, clause, who: who(page.lexicon, &words), speech, end })
}

/// Whether a word ends a sentence.
fn is_end(word: &str) -> bool {
    const LONGEST_ABBREVIATION: usize = 4;
    word.ends_with('.') && word.chars().count() > LONGEST_ABBREVIATION
}

/// The name before a verb of speaking.
fn who(lexicon: &Lexicon, words: &[&str]) -> Option<String> {
    let is_verb = |word: &&str| lexicon.is_quoting(&folded(word.trim_end_matches(',')));
    let verb = words.iter().skip(1).position(is_verb)? + 1;
    let first = folded(words[0]);
    let keeps_small = lexicon.is_article(&first) || lexicon.is_determiner(&first);
    // "Ann slowly says"
    let n_manner = words[1..verb].iter().rev().take_while(|word| word.starts_with(char::is_lowercase)).count();
    let end = if keeps_small { verb } else { verb - n_manner };
    let is_name = lexicon.is_first_or_second_person(&first) || !lexicon.is_clause_opener(&first);
    is_name.then(|| words[..end].join(" "))
}

/// The known name that a clause begins with, before a verb in small letters.
fn opening_name(clause: &str, known: &HashSet<String>) -> Option<String> {
    let words: Vec<&str> = clause.split_whitespace().collect();
    let begins = |end: &usize| words[*end].starts_with(char::is_lowercase);
    (1..words.len()).filter(begins).map(|end| words[..end].join(" ")).find(|name| known.contains(name))
}

/// Whether a text quotes words: a sign opens a quotation of at least three.
fn quotes(text: &str) -> bool {
    // Only the first words after a sign are looked at, so that the time grows with the length of the text.
    let begins_quotation = |rest: &str| {
        let mut words = rest.split_whitespace();
        !rest.starts_with(' ')
            && (0..2).all(|_| words.next().is_some_and(|word| !word.contains(CLOSING)))
            && words.next().is_some_and(|word| !word.starts_with(CLOSING))
    };
    text.match_indices(OPENING)
        .any(|(at, sign)| (at == 0 || text[..at].ends_with([' ', '('])) && begins_quotation(&text[at + sign.len()..]))
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn clauses_before_quotations_name_who_speaks() {
        let text = "The lamp room\n\nYou say, \"Who let it go out?\"\n\nMarla says, \"It goes by itself,\nlike the keeper.\"\nThe pilot coughs.\n\n\
                    The old pilot mutters, \"He went by boat.\"\n\nMarla quietly asks, \"When?\"\n\nThe old pilot says to Marla, \"Before the lamp.\"\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["You", "Marla", "The old pilot", "Marla", "The old pilot"]);
        assert!(turns(text)[1].1.ends_with("like the keeper."), "{:?}", turns(text));
    }

    #[test]
    fn stories_and_hearings_are_read_as_before() {
        let story = "\"Who has the key?\" said Ann.\n\n\"Not I,\" said Bo. He looked away.\n\nAnn says, \"Then nobody has.\"\n\n\
                     \"Nobody at all,\" Bo answered.\n\nBo says, \"Ask the pilot about it.\"\n\n\"The pilot is asleep,\" said Ann.\n\n\
                     Ann says, \"He always is.\"\n\n\"Always and ever,\" Bo said.\n\nBo says, \"Good night.\"\n\n\"Good night to you,\" said Ann.\n\n\
                     Ann says, \"At last.\"\n";
        assert!(turns(story).iter().all(|(label, _)| label.is_empty()), "{:?}", turns(story));
        let hearing = "MR. LEE: He says, \"The gate is open.\"\n\nMS. HILL: She says, \"It is not.\"\n\nMR. LEE: Who says, \"It was\"?\n\n\
                       MS. HILL: He does.\n";
        assert_eq!(turns(hearing).len(), 4);
    }
}
