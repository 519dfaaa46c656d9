//! Bylines that are clauses: "Professor Lee opened the discussion: My paper is short.", "De heer Lee vraagt of de brug open is.",
//! "1.2. The representative of Norland said that the gate was shut."
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: a turn for each paragraph that begins with
//! the name of a person, a verb and, in a record of what was said, a colon. Reports of speeches have no colon; there the verb is one
//! of speaking, and belongs to the text. Both count only if most paragraphs begin so, because single ones also occur in
//! prose. Where reports establish who speaks, the same people and delegates also open a paragraph with another verb. Names in
//! capitals before a verb are left to `inline`.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::candidate::{Candidate, Found, Place};
use crate::page::{MappedText, Page, PageLine, Settled};
use crate::weights::Weights;
use plenary_corpus::{BlockKind, Reason, Span, Style};
use plenary_names::bylines;
use plenary_names::colon::colon_label;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::{constant_regex, folded};

/// The number of a paragraph: "14.", "2.11.".
static NUMBER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*(?:\d{1,4}[.)]|\d{1,3}(?:\.\d{1,3})+\.?)\s+"));

/// Confidence of a clause before a colon, and of a name before a verb of speaking.
const BEFORE_COLON: f32 = 0.75;
const REPORTED: f32 = 0.6;

/// Minimum number of paragraphs that begin so, and of people.
const FEWEST: usize = 4;
const FEWEST_PEOPLE: usize = 2;

/// Maximum number of words of a name.
const LONGEST_NAME: usize = 7;

/// The beginning of a paragraph that names who speaks.
struct Opening {
    /// The name with what is printed beside it.
    printed: String,
    kind: LabelKind,
    /// Offset of the speech in the text of the paragraph.
    speech: usize,
    evidence: Evidence,
    is_numbered: bool,
}

/// How sure it is that a clause opens a speech.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Evidence {
    /// A colon or a verb of speaking follows.
    Sure,
    /// A delegate and another verb.
    Delegate,
    /// Somebody and another verb: opens a speech if the same name does so elsewhere.
    Name,
}

/// A way to open a speech.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    BeforeColon,
    Reported,
}

/// The turns of a page whose paragraphs begin with such clauses, if these explain more of it than the bylines `found`.
pub(super) fn find(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    [Form::BeforeColon, Form::Reported].into_iter().find_map(|form| of_form(page, settled, found, form))
}

fn of_form(page: &Page<'_>, settled: &Settled, found: &Found, form: Form) -> Option<Found> {
    const LONGEST_CLAUSE: usize = 400;
    let paragraphs = settled.open_paragraphs(page);
    let mut openings: Vec<(usize, Opening, MappedText<'_>)> = Vec::new();
    for (at, lines) in paragraphs.iter().enumerate() {
        let mapped = page.join_at_most(lines.clone(), LONGEST_CLAUSE);
        if let Some(opening) = opening(page.lexicon, &mapped.text, form) {
            openings.push((at, opening, mapped));
        }
    }
    let of = |opening: &Opening| bylines::split(page.lexicon, &opening.printed).name;
    let sure = |opening: &Opening| opening.evidence == Evidence::Sure;
    let known: HashSet<String> =
        openings.iter().filter(|(_, opening, _)| sure(opening)).map(|(_, opening, _)| of(opening)).collect();
    let n_sure = openings.iter().filter(|(_, opening, _)| sure(opening)).count();
    openings.retain(|(_, opening, _)| opening.evidence != Evidence::Name || known.contains(&of(opening)));
    if n_sure < FEWEST || n_sure * 2 < openings.len() {
        return None;
    }
    let (first, last) = (openings.first()?.0, openings.last()?.0);
    let people: HashSet<String> = openings.iter().map(|(_, opening, _)| of(opening)).collect();
    let begun: HashSet<usize> = openings.iter().flat_map(|(at, ..)| paragraphs[*at].clone()).collect();
    let n_others = found.bylines.iter().filter(|byline| !begun.contains(&byline.line)).count();
    // Lines that are no sentences are headings and numbers of the agenda.
    let is_prose = |at: &usize| {
        let lines = || page.lines[paragraphs[*at].clone()].iter().map(PageLine::text);
        let last = lines().rfind(|text| !text.trim().is_empty()).unwrap_or("").trim_end();
        last.ends_with(['.', '!', '?', '…', ':', '"', '”', '»'])
            && lines().flat_map(str::split_whitespace).nth(3).is_some()
    };
    let n_paragraphs = (first..=last).filter(is_prose).count();
    let is_throughout = openings.len() * 2 > n_paragraphs;
    if people.len() < FEWEST_PEOPLE || n_others * 3 > openings.len() || !is_throughout {
        return None;
    }
    let n_numbered = openings.iter().filter(|(_, opening, _)| opening.is_numbered).count();
    let repeated = if n_numbered * 5 >= openings.len() * 4 {
        let others = (first..=last).filter(|at| !begun.contains(&paragraphs[*at].start));
        others.filter_map(|at| number(page, &paragraphs[at])).collect()
    } else {
        Vec::new()
    };
    let is_of_record = |at: &usize| !begun.contains(&paragraphs[*at].start) && is_act(page, &paragraphs[*at]);
    let around = match form {
        Form::BeforeColon => Vec::new(),
        Form::Reported => (first..paragraphs.len())
            .filter(is_of_record)
            .map(|at| (paragraphs[at].clone(), BlockKind::Minutes))
            .collect(),
    };
    let confidence = if form == Form::BeforeColon { BEFORE_COLON } else { REPORTED };
    let n = openings.len();
    let candidate = |(at, opening, mapped): (usize, Opening, MappedText<'_>)| {
        let lines = &paragraphs[at];
        let start = mapped.source_start(0);
        let speech = mapped.source_start(opening.speech);
        let place = Place {
            line: lines.start,
            byline: Span::new(start, mapped.source_end(opening.speech).clamp(start, speech.max(start))),
            speech_line: page.line_of(speech).clamp(lines.start, lines.end - 1),
            speech,
        };
        let parts = bylines::split(page.lexicon, &opening.printed);
        let weights = Weights::of_form(opening.kind, confidence).then(Reason::Clause, confidence);
        Candidate { n_mentions: n, ..Candidate::printed(Style::Clauses, parts, opening.kind, place, weights) }
    };
    let bylines = openings.into_iter().map(candidate).collect();
    Some(Found { bylines, style: Some(Style::Clauses), confidence, repeated, around, ..Found::default() })
}

/// Whether a paragraph of minutes reports what the body did: "The Committee took note of the statements."
fn is_act(page: &Page<'_>, lines: &Range<usize>) -> bool {
    const LONGEST_CLAUSE: usize = 120;
    const SHORT: usize = 8;
    let text = page.join_at_most(lines.clone(), LONGEST_CLAUSE).text;
    let rest = &text[NUMBER.find(&text).map_or(0, |number| number.end())..];
    let words: Vec<&str> = rest.split_whitespace().collect();
    let [article, body, verb, ..] = words.as_slice() else { return false };
    let lexicon = page.lexicon;
    let is_body =
        lexicon.is_article(&bare(article)) && (lexicon.is_session_body(&bare(body)) || lexicon.is_session(&bare(body)));
    // "The Committee should": a delegate goes on.
    is_body
        && verb.starts_with(char::is_lowercase)
        && (!lexicon.is_function_word(&bare(verb)) && !lexicon.is_clause_opener(&bare(verb)) || words.len() <= SHORT)
}

/// The number that a paragraph begins with. Where nearly all speeches have one, it is not part of the speech.
fn number(page: &Page<'_>, lines: &Range<usize>) -> Option<Span> {
    let line = &page.lines[lines.start];
    let number = NUMBER.find(line.text())?;
    Some(line.mapped.source_span(number.start(), number.end()))
}

/// The name at the beginning of a paragraph, if a clause of this form follows it.
fn opening(lexicon: &Lexicon, text: &str, form: Form) -> Option<Opening> {
    let number = NUMBER.find(text).map_or(0, |number| number.end());
    let rest = &text[number..];
    let delegate = if form == Form::Reported { delegate(lexicon, rest) } else { None };
    let (name, kind) = match delegate.clone() {
        Some(name) => (name, LabelKind::Office),
        None => name(lexicon, rest).map(|(end, kind)| (0..end, kind))?,
    };
    let end = name.end + beside(&rest[name.end..]);
    let behind = rest[end..].trim_start();
    let verb = rest.len() - behind.len();
    if !behind.starts_with(char::is_lowercase) {
        return None;
    }
    let (speech, evidence) = match form {
        Form::BeforeColon => {
            let (label, speech) = colon_label(lexicon, rest)?;
            let after = &rest[speech..];
            let speaks = !after.is_empty() && !after.starts_with(char::is_lowercase);
            ((label.len() > end && speaks).then_some(speech)?, Evidence::Sure)
        }
        Form::Reported => (verb, evidence(lexicon, behind, delegate.is_some())?),
    };
    let printed = rest[name.start..end].trim_end_matches(',').to_string();
    Some(Opening { printed, kind, speech: number + speech, evidence, is_numbered: number > 0 })
}

/// How sure it is that the words behind a name report what the person said.
fn evidence(lexicon: &Lexicon, behind: &str, is_delegate: bool) -> Option<Evidence> {
    let says = &lexicon.patterns().says;
    let (first, after) = behind.split_once(char::is_whitespace)?;
    // "also said", "a dit", but not "was told"
    let is_auxiliary = first.chars().nth(1).is_some() && lexicon.is_function_word(&folded(first));
    if says.is_match(behind) || says.is_match(after.trim_start()) && !is_auxiliary {
        return Some(Evidence::Sure);
    }
    let is_verb = first.chars().all(char::is_alphabetic) && !lexicon.is_function_word(&folded(first));
    is_verb.then_some(if is_delegate { Evidence::Delegate } else { Evidence::Name })
}

/// Where a text names somebody who speaks for a state or a body, at its beginning or behind an adverbial: "The delegation of Norland",
/// "In response, the observer for the Union of Bakers".
fn delegate(lexicon: &Lexicon, text: &str) -> Option<Range<usize>> {
    const LONGEST_ADVERBIAL: usize = 90;
    const MOST_WORDS: usize = 14;
    let comma =
        text.find(", ").filter(|at| *at < LONGEST_ADVERBIAL && !text[..*at].contains(['.', ':', '?', '!', ';']));
    let starts = [Some(0), comma.map(|at| at + 2)];
    starts.into_iter().flatten().find_map(|start| {
        let mut words = words(&text[start..]).map(|(from, word)| (start + from, word)).take(MOST_WORDS).peekable();
        let (_, first) = words.next_if(|(_, word)| {
            let lower = bare(word);
            lexicon.is_article(&lower) || lexicon.is_determiner(&lower) || lexicon.is_delegate(&lower)
        })?;
        if !lexicon.is_delegate(&bare(first)) {
            words.next_if(|(_, word)| lexicon.is_delegate(&bare(word)))?;
        }
        let mut end = None;
        for (from, word) in words {
            let names = word.rsplit(['\'', '’']).next().is_some_and(|word| word.starts_with(char::is_uppercase));
            let lower = bare(word);
            let joins = lexicon.is_article(&lower)
                || lexicon.is_of_office(&lower)
                || lexicon.is_of_body(&lower)
                || lexicon.is_and(&lower)
                || lexicon.is_particle(&lower);
            if names {
                end = Some(from + word.trim_end_matches([',', ';']).len());
            } else if !joins {
                break;
            }
            if word.ends_with([',', ';', '.', ':']) {
                break;
            }
        }
        Some(start..end?)
    })
}

/// The words of a text with their offsets.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// A word as the lexicon has it.
fn bare(word: &str) -> String {
    folded(word.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// The length of a bracket or of an apposition between commas behind a name: "(Greens)", ", of the Old Dyke,".
fn beside(rest: &str) -> usize {
    const LONGEST: usize = 90;
    let text = rest.trim_start();
    let skipped = rest.len() - text.len();
    let closes =
        |sign: char| text.char_indices().skip(1).find(|(at, c)| *c == sign && *at < LONGEST).map(|(at, _)| at + 1);
    match text.chars().next() {
        // "(Norland), speaking for the coastal States,"
        Some('(') => closes(')').map_or(0, |end| {
            let apposition = if text[end..].starts_with(',') { beside(&text[end..]) } else { 0 };
            skipped + end + apposition
        }),
        Some(',') => closes(',').filter(|end| !text[..*end].contains(['.', ':', '?'])).map_or(0, |end| skipped + end),
        _ => 0,
    }
}

/// The end of the name or office that a text begins with, and its kind. A name alone has at least two words or a form of address.
fn name(lexicon: &Lexicon, text: &str) -> Option<(usize, LabelKind)> {
    let words: Vec<&str> = text.split_whitespace().take(LONGEST_NAME + 1).collect();
    let is_capital = |word: &str| word.starts_with(char::is_uppercase);
    let mut n = 0;
    while let Some(word) = words.get(n) {
        let lower = bare(word);
        let goes_on = words.get(n + 1).is_some_and(|next| is_capital(next));
        let joins = n > 0 && goes_on && (lexicon.is_particle(&lower) || labels::is_honorific(lexicon, &lower));
        let office =
            n > 0 && lexicon.is_article(&bare(words[0])) && (lexicon.is_office(&lower) || lexicon.is_chair(&lower));
        if !is_capital(word) && !joins && !office {
            break;
        }
        n += 1;
        if office && !is_capital(word) || word.ends_with([',', ':', '?', '!']) {
            break;
        }
    }
    let label = end_of_words(text, n.min(LONGEST_NAME)).map(|end| text[..end].trim_end_matches([',', ':']))?;
    let end = label.len();
    let is_loud = |word: &&str| word.chars().count() > 2 && word.chars().all(char::is_uppercase);
    // "De DIJKGRAAF": an office in capitals behind an article.
    if n == 2 && lexicon.is_article(&bare(words[0])) && is_loud(&label.split_whitespace().next_back()?) {
        return Some((end, LabelKind::Office));
    }
    let found = labels::judge(lexicon, label)?;
    let n_words = label.split_whitespace().count();
    match found.kind {
        LabelKind::Person if found.quality >= 0.5 && n_words >= 2 => Some((end, found.kind)),
        LabelKind::Office if lexicon.is_article(&bare(words[0])) || n_words >= 2 => Some((end, found.kind)),
        _ if labels::is_chair_label(lexicon, label) => Some((end, LabelKind::Office)),
        _ => None,
    }
}

/// The offset at which a number of words ends.
fn end_of_words(text: &str, n: usize) -> Option<usize> {
    let mut end = 0;
    for _ in 0..n {
        let rest = text[end..].trim_start();
        let from = text.len() - rest.len();
        end = from + rest.find(char::is_whitespace).unwrap_or(rest.len());
    }
    (end > 0).then_some(end)
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    fn labels(text: &str) -> Vec<String> {
        turns(text).into_iter().map(|(label, _)| label).collect()
    }

    #[test]
    fn delegates_open_speeches_with_any_verb_where_reports_establish_them() {
        let text = "1.1. The Chair said that the gate was shut.\n\n1.2. The delegation of Norland asked who had shut it.\n\n1.3. It had been open.\n\n\
                    1.4. In response, the representative of the Republic of Castor, on behalf of the islands, said that nobody had.\n\n\
                    1.5. The delegation of Norland took a different view.\n\n1.6. The Chair thanked both.\n";
        let found = turns(text);
        assert_eq!(found.len(), 5, "{found:?}");
        assert_eq!(found[1].1, "asked who had shut it.\n\nIt had been open.");
        assert_eq!(found[2].1, "said that nobody had.");
    }

    #[test]
    fn news_and_articles_about_delegates_are_not_minutes() {
        let news = "The harbour closed on Monday.\n\nThe representative of Norland left early. He was seen at the pier.\n\n\
                    The mayor said that the harbour would open in May.\n\nThe delegation of Castor was late, as was its ship.\n\n\
                    Nobody had told the bakers. They baked for forty.\n\nThe mayor said he was sorry.\n\nThe bread was given to the gulls.\n";
        assert!(labels(news).iter().all(String::is_empty), "{:?}", labels(news));
        let hearing = "MR. LEE: The delegation of Norland said no.\n\nMS. HILL: The delegation of Castor asked why.\n\n\
                       MR. LEE: The delegation of Norland replied.\n\nMS. HILL: The delegation of Castor agreed.\n";
        assert_eq!(labels(hearing), ["MR. LEE", "MS. HILL", "MR. LEE", "MS. HILL"]);
    }
}
