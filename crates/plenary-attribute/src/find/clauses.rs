//! Bylines that are clauses: "Professor Lee opened the discussion: My paper is short.", "De heer Lee vraagt of de brug open is."
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: a turn for each paragraph that begins with
//! the name of a person, a verb and, in a record of what was said, a colon. Reports of speeches have no colon; there the verb is one
//! of speaking, and belongs to the text. Both count only if most paragraphs begin so, because single ones also occur in
//! prose. Names in capitals before a verb are left to `inline`.

use std::collections::HashSet;

use crate::candidate::{Candidate, Found, Place};
use crate::page::{MappedText, Page, PageLine, Settled};
use crate::weights::Weights;
use plenary_corpus::{Reason, Span, Style};
use plenary_names::bylines;
use plenary_names::colon::colon_label;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

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
    if openings.len() < FEWEST {
        return None;
    }
    let (first, last) = (openings.first()?.0, openings.last()?.0);
    let people: HashSet<String> =
        openings.iter().map(|(_, opening, _)| bylines::split(page.lexicon, &opening.printed).name).collect();
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
    let (style, confidence) =
        if form == Form::BeforeColon { (Style::Colon, BEFORE_COLON) } else { (Style::Period, REPORTED) };
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
        let weights = Weights::of_form(opening.kind, confidence).then(Reason::ChanceMark, confidence);
        Candidate { n_mentions: n, ..Candidate::printed(style, parts, opening.kind, place, weights) }
    };
    let bylines = openings.into_iter().map(candidate).collect();
    Some(Found { bylines, style: Some(style), confidence, ..Found::default() })
}

/// The name at the beginning of a paragraph, if a clause of this form follows it.
fn opening(lexicon: &Lexicon, text: &str, form: Form) -> Option<Opening> {
    let (end, kind) = name(lexicon, text)?;
    let end = end + beside(&text[end..]);
    let behind = text[end..].trim_start();
    let verb = text.len() - behind.len();
    if !behind.starts_with(char::is_lowercase) {
        return None;
    }
    let speech = match form {
        Form::BeforeColon => {
            let (label, speech) = colon_label(lexicon, text)?;
            let rest = &text[speech..];
            let speaks = !rest.is_empty() && !rest.starts_with(char::is_lowercase);
            (label.len() > end && speaks).then_some(speech)?
        }
        Form::Reported => lexicon.patterns().says.is_match(behind).then_some(verb)?,
    };
    Some(Opening { printed: text[..end].trim_end_matches(',').to_string(), kind, speech })
}

/// The length of a bracket or of an apposition between commas behind a name: "(Greens)", ", of the Old Dyke,".
fn beside(rest: &str) -> usize {
    const LONGEST: usize = 90;
    let text = rest.trim_start();
    let skipped = rest.len() - text.len();
    let closes =
        |sign: char| text.char_indices().skip(1).find(|(at, c)| *c == sign && *at < LONGEST).map(|(at, _)| at + 1);
    match text.chars().next() {
        Some('(') => closes(')').map_or(0, |end| skipped + end),
        Some(',') => closes(',').filter(|end| !text[..*end].contains(['.', ':', '?'])).map_or(0, |end| skipped + end),
        _ => 0,
    }
}

/// The end of the name or office that a text begins with, and its kind. A name alone has at least two words or a form of address.
fn name(lexicon: &Lexicon, text: &str) -> Option<(usize, LabelKind)> {
    let words: Vec<&str> = text.split_whitespace().take(LONGEST_NAME + 1).collect();
    let bare = |word: &str| folded(word.trim_matches(|c: char| !c.is_alphanumeric()));
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
