//! The terms of a turn.
//!
//! **Input**: the sources and the facts gathered from them. **Output**: the values of the terms of each turn.

use std::collections::HashMap;

use super::notes;
use super::shapes::shape;
use super::sources::{LabelFacts, LineCounts, Lines, Sources};
use super::terms::{TermKind as T, Values, saturated};
use super::texts::{self, Surnames};
use crate::candidate::{Candidate, Origin, in_capitals};
use crate::page::Page;
use plenary_corpus::{LinkRule, Reason, Style, TurnRule, Utterance};
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;

/// The terms of all turns. Terms of the document are zero.
pub(crate) fn turns(sources: &Sources<'_>, labels: &HashMap<&str, LabelFacts>, lines: &Lines) -> Vec<Values> {
    let utterances = sources.utterances;
    let median = texts::median_words(utterances);
    let surnames = Surnames::of(labels.iter().map(|(label, facts)| (*label, facts.kind)));
    let dresses = Dresses::of(sources);
    let mut printed: HashMap<&str, usize> = HashMap::new();
    for byline in (0..utterances.len()).filter_map(|at| sources.byline(at)) {
        *printed.entry(byline.parts.label.as_str()).or_default() += 1;
    }
    let mut all: Vec<Values> = utterances
        .iter()
        .enumerate()
        .map(|(at, utterance)| {
            let mut values = Values::default();
            values.set(T::Base, 1.0);
            let byline = sources.byline(at);
            if let Some(byline) = byline {
                set_byline(&mut values, byline, &dresses);
                let is_misread = byline.is_misread();
                let often = printed.get(byline.parts.label.as_str()).is_some_and(|n| *n >= 2);
                values.mark(T::FirstLineName, first_line_is_name(sources.page, byline, utterance.n_words));
                values.mark(T::Misread, is_misread);
                values.mark(T::MisreadOften, is_misread && often);
            }
            let facts = utterance.label.as_deref().and_then(|label| Some((label, labels.get(label)?)));
            if let Some((label, facts)) = facts {
                set_label(&mut values, sources.page.lexicon, label, facts, byline);
            }
            set_link(&mut values, utterance);
            let before = at.checked_sub(1).map(|before| &utterances[before]);
            let same = |before: &Utterance| before.speaker.is_some() && before.speaker == utterance.speaker;
            let continues = byline.is_some_and(|byline| byline.origin == Origin::Resumed);
            values.mark(T::SameAsBefore, before.is_some_and(same) && !continues);
            let asked = before.is_some_and(|before| same(before) && notes::asks(&before.text));
            values.mark(T::AsksItself, asked && !continues);
            texts::set_text(&mut values, utterance, before, median);
            surnames.set_names(&mut values, utterance);
            set_lines(&mut values, &lines.inside[at]);
            values.mark(T::FirstTurn, at == 0);
            values.mark(T::LastTurn, at + 1 == utterances.len());
            values
        })
        .collect();
    texts::set_paragraphs(&mut all, utterances);
    notes::set_notes(&mut all, utterances, sources.page.lexicon, &surnames);
    set_short_labels(&mut all, utterances);
    if texts::has_no_capitals(utterances) {
        for values in &mut all {
            values.set(T::StartsLow, 0.0);
        }
    }
    for term in [T::StartsLow, T::BeforeOpen, T::EndsOpen] {
        let share = mean(&all, term);
        for values in &mut all {
            values.set(term, values.get(term) * (1.0 - share));
        }
    }
    all
}

/// Marks the labels of one letter where the median label has several.
fn set_short_labels(all: &mut [Values], utterances: &[Utterance]) {
    const SHORT: usize = 1;
    const LONG: usize = 3;
    let n_letters = |utterance: &Utterance| {
        utterance.label.as_deref().map_or(0, |label| label.chars().filter(|c| c.is_alphabetic()).count())
    };
    let mut lengths: Vec<usize> = utterances.iter().map(n_letters).collect();
    let middle = lengths.len() / 2;
    if lengths.is_empty() || *lengths.select_nth_unstable(middle).1 < LONG {
        return;
    }
    for (values, utterance) in all.iter_mut().zip(utterances) {
        values.mark(T::LabelShort, utterance.label.is_some() && n_letters(utterance) <= SHORT);
    }
}

/// Whether a word of a label has a capital after at least four letters, of which one is small: "Ann `BradyGreen` Party".
fn is_glued(label: &str) -> bool {
    const PREFIX: usize = 4;
    label.split(|c: char| !c.is_alphabetic()).any(|word| {
        let letters: Vec<char> = word.chars().collect();
        letters.windows(2).skip(PREFIX - 1).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase())
    })
}

/// The mean of a term over all turns.
pub(crate) fn mean(turns: &[Values], term: T) -> f32 {
    turns.iter().map(|values| values.get(term)).sum::<f32>() / turns.len().max(1) as f32
}

/// The terms of a byline.
fn set_byline(values: &mut Values, byline: &Candidate, dresses: &Dresses) {
    let score = byline.confidence();
    values.set(T::Score, score);
    values.set(T::ScoreLow, (0.8 - score) / 0.8);
    let style = match byline.style {
        Style::Colon | Style::Declared => None,
        Style::Bold | Style::BoldInline | Style::Heading => Some(T::StyleMarkup),
        Style::Capitals | Style::NameLine => Some(T::StyleLine),
        Style::Dash => Some(T::StyleDash),
        Style::Period => Some(T::StylePeriod),
        Style::NameTime => Some(T::StyleTime),
        Style::Questions | Style::Titled => Some(T::StyleImplied),
        Style::Unnamed => Some(T::StyleUnnamed),
        Style::Signed => Some(T::StyleSigned),
        Style::Clauses => Some(T::StyleClauses),
        Style::Pattern => Some(T::Pinned),
        Style::Template => Some(T::StyleLearned),
    };
    if let Some(style) = style {
        values.set(style, 1.0);
    }
    values.mark(T::Interjection, byline.origin == Origin::Interjection);
    values.mark(T::Continues, byline.origin == Origin::Resumed);
    values.mark(T::InsideParagraph, byline.inside);
    values.set(T::Rival, byline.rival.as_ref().map_or(0.0, |rival| rival.confidence));
    values.set(T::OddShape, 1.0 - dresses.share(byline));
    values.mark(T::TimeMissing, dresses.has_times && byline.time_start_s.is_none() && byline.origin == Origin::Printed);
    for step in byline.weights.as_slice() {
        let term = match step.reason {
            Reason::ChanceMark => T::ChanceMark,
            Reason::Numbered => T::Numbered,
            Reason::LooksLikeOthers | Reason::MayBeHeading => T::LooksLikeOthers,
            Reason::Throughout => T::Throughout,
            Reason::Listed => T::Listed,
            Reason::LonePlainLine => T::LonePlainLine,
            Reason::QuestionsAndAnswers => T::QuestionsAndAnswers,
            Reason::GoesOn => T::GoesOn,
            Reason::Pinned | Reason::Matches => T::Pinned,
            Reason::Form(_)
            | Reason::OfficeBeside
            | Reason::InHeading
            | Reason::PlainLine
            | Reason::Misread
            | Reason::Recurs(_)
            | Reason::Interjection
            | Reason::Continues
            | Reason::Typeface
            | Reason::InTitle
            | Reason::Indented
            | Reason::Sign
            | Reason::Signature
            | Reason::Clause
            | Reason::Declared
            | Reason::OfTemplate(_)
            | Reason::Corrected
            | Reason::OfStyle(_) => continue,
        };
        values.set(term, 1.0);
    }
}

/// Whether the first line of a turn, which has more words, is a name: a part of the byline may have been left in the speech.
fn first_line_is_name(page: &Page<'_>, byline: &Candidate, n_words: usize) -> bool {
    let Some(line) = page.lines.get(byline.speech_line).filter(|_| byline.origin == Origin::Printed) else {
        return false;
    };
    let mut from = 0;
    for span in line.mapped.spans() {
        from += byline.speech.clamp(span.start, span.end) - span.start;
    }
    let text = line.text();
    let rest = text[text.floor_char_boundary(from)..].trim();
    let is_name = shape(rest, true).is_some_and(|(shape, _)| shape.is_whole_line());
    is_name && n_words > 2 * rest.split_whitespace().count()
}

/// The terms of a label.
fn set_label(values: &mut Values, lexicon: &Lexicon, label: &str, facts: &LabelFacts, byline: Option<&Candidate>) {
    const MANY: usize = 4;
    const LONG: usize = 5;
    let kind = byline.map(|byline| byline.kind).or(facts.kind);
    values.mark(T::FormOffice, kind == Some(LabelKind::Office));
    values.mark(T::FormAnonymous, kind == Some(LabelKind::Anonymous));
    values.mark(T::FormWord, kind == Some(LabelKind::Word));
    values.mark(T::FormNone, facts.kind.is_none());
    values.mark(T::SeenOnce, facts.n == 1);
    values.mark(T::WordSeenOnce, facts.n == 1 && (kind == Some(LabelKind::Word) || facts.kind.is_none()));
    values.set(T::SeenOften, (facts.n.min(MANY) - 1) as f32 / (MANY - 1) as f32);
    let words = labels::words(label);
    values.mark(T::LabelDigit, label.chars().any(|c| c.is_ascii_digit()));
    let is_function_word = |word: &String| lexicon.is_function_word(word) && !lexicon.is_of_office(word);
    let excepted = matches!(kind, Some(LabelKind::Office | LabelKind::Anonymous));
    values.mark(T::LabelFunctionWord, !excepted && words.len() > 1 && words.iter().any(is_function_word));
    values.set(T::LabelLong, words.len().saturating_sub(LONG) as f32 / LONG as f32);
    values.mark(T::NearLabel, facts.is_near);
    values.set(T::LabelCommon, facts.common);
    values.mark(T::LabelGlued, is_glued(label));
    values.mark(T::LabelLow, label.starts_with(char::is_lowercase));
    let is_sign =
        |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !matches!(c, '.' | '-' | '\'' | '’' | '‐' | '·' | '・');
    values.mark(T::LabelSign, label.contains(is_sign));
    values.mark(T::AtPageEdge, facts.lines.len() >= 3 && facts.n_at_edge * 10 >= facts.lines.len() * 8);
    values.mark(T::Periodic, is_periodic(&facts.lines));
}

/// Whether lines are at equal distances, as running headers are.
fn is_periodic(lines: &[usize]) -> bool {
    const FEWEST: usize = 4;
    const NEAREST: usize = 20;
    if lines.len() < FEWEST {
        return false;
    }
    let span = lines[lines.len() - 1].saturating_sub(lines[0]);
    let mean = span / (lines.len() - 1);
    mean >= NEAREST && lines.windows(2).all(|pair| pair[1].saturating_sub(pair[0]).abs_diff(mean) * 10 <= mean * 2)
}

/// The terms of the link to a person.
fn set_link(values: &mut Values, utterance: &Utterance) {
    let is_unnamed = utterance.explanation.rule == TurnRule::Style(Style::Unnamed);
    values.mark(T::NoSpeaker, utterance.speaker.is_none() && !is_unnamed);
    let Some(link) = &utterance.explanation.link else { return };
    values.set(T::LinkDoubt, 1.0 - link.confidence);
    values.mark(T::LinkAmbiguous, !link.others.is_empty());
    match link.rule {
        LinkRule::SameFullName | LinkRule::UniqueSurname | LinkRule::PeopleListSurname => {
            values.set(T::LinkByName, 1.0);
        }
        LinkRule::OfficeInChairLine | LinkRule::OfficeBesideName => values.set(T::LinkByOffice, 1.0),
        _ => {}
    }
}

fn set_lines(values: &mut Values, lines: &LineCounts) {
    values.set(T::InsideRecurring, saturated(lines.recurring));
    values.mark(T::InsideLone, lines.lone > 0);
    values.set(T::InsideManyLone, saturated(lines.lone.saturating_sub(1)));
    values.set(T::InsideKnown, saturated(lines.known));
    values.set(T::InsideHeadings, saturated(lines.headings));
    values.set(T::InsideCapitals, saturated(lines.capitals));
}

/// How bylines are printed: what most of them have in common.
struct Dresses {
    counts: HashMap<Dress, usize>,
    n: usize,
    /// At least four bylines in five have a time.
    has_times: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Dress {
    style: Style,
    is_capitals: bool,
    has_brackets: bool,
    has_honorific: bool,
    has_time: bool,
}

impl Dresses {
    fn of(sources: &Sources<'_>) -> Self {
        let mut counts: HashMap<Dress, usize> = HashMap::new();
        let (mut n, mut n_times) = (0, 0);
        for byline in (0..sources.utterances.len()).filter_map(|at| sources.byline(at)) {
            *counts.entry(Dress::of(byline)).or_default() += 1;
            n += 1;
            n_times += usize::from(byline.time_start_s.is_some());
        }
        Self { counts, n, has_times: n > 0 && n_times * 5 >= n * 4 }
    }

    /// Share of the bylines that are printed like this one.
    fn share(&self, byline: &Candidate) -> f32 {
        let n = self.counts.get(&Dress::of(byline)).copied().unwrap_or(0);
        n as f32 / self.n.max(1) as f32
    }
}

impl Dress {
    fn of(byline: &Candidate) -> Self {
        Self {
            style: byline.style,
            is_capitals: in_capitals(&byline.parts.label),
            has_brackets: byline.parts.printed.contains(['(', '[', '（', '［']),
            has_honorific: byline.parts.details.honorific.is_some(),
            has_time: byline.time_start_s.is_some(),
        }
    }
}
