//! The information in the head of a page about the people who speak below.
//!
//! **Input**: the page and its candidates or bylines. **Output**: candidates without the fields of the head; bylines with the names
//! behind initials, and with the roles of those who ask and answer; the people listed with an office. No turns are found here.

use std::collections::{HashMap, HashSet};

use super::questions;
use crate::candidate::{Candidate, Found};
use crate::page::Page;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Layout, Role, Style};
use plenary_names::bylines::{self, Byline};
use plenary_names::described;
use plenary_names::labels::{self, LabelKind};
use plenary_names::lexicon::Lexicon;
use plenary_names::text::folded;

/// Number of lines that belong to the head.
const HEAD_LINES: usize = 80;

/// Removes fields that look like turns: "Date: 3 May", "Interviewer: L. Hill", "DW: Dale Whit". They are above the first sentence,
/// their value is not a sentence, and their label does not recur or their value is a name. Returns the labels with such names.
pub(crate) fn drop_fields(page: &Page<'_>, all: &mut Vec<Candidate>) -> Vec<(String, Byline)> {
    const LONGEST: usize = 10;
    const CARRIERS: usize = 3;
    let lexicon = page.lexicon;
    let value = |candidate: &Candidate| {
        let line = &page.lines[candidate.speech_line];
        let text = rest_of_line(page, candidate);
        // The words of a speaker may be wrapped: the line below continues the sentence.
        let below = page.lines.get(candidate.speech_line + 1).filter(|below| below.paragraph == line.paragraph);
        let continues = below.map(|below| below.text().trim()).filter(|text| text.starts_with(char::is_lowercase));
        continues.map_or(text.clone(), |more| format!("{text} {more}"))
    };
    let is_field_value = |text: &str| {
        text.split_whitespace().count() <= LONGEST
            && !without_last_bracket(text)
                .ends_with(['.', '!', '?', '…', '—', '–', '-', '"', '”', '»', ',', ';', '。', '？', '！'])
    };
    // A value that continues in small letters on the next line is the beginning of a speech.
    let is_wrapped = |candidate: &Candidate| {
        let (line, next) = (&page.lines[candidate.speech_line], page.lines.get(candidate.speech_line + 1));
        next.is_some_and(|next| next.paragraph == line.paragraph && next.text().trim().starts_with(char::is_lowercase))
    };
    let is_item = |candidate: &Candidate| page.lines[candidate.line].layout == Layout::ListItem;
    let in_line = |candidate: &Candidate| {
        (candidate.style == Style::Colon
            || matches!(candidate.style, Style::BoldInline | Style::Dash) && is_item(candidate))
            && !candidate.inside
    };
    // "ANN LEE, HOST:" or "Chairman:" above a sentence: a person or chair with nothing after the colon speaks below it.
    let speaks_below = |candidate: &Candidate| {
        let below = page.lines.get(candidate.speech_line + 1..).unwrap_or_default();
        (candidate.kind == LabelKind::Person || labels::is_chair_label(lexicon, &candidate.label))
            && value(candidate).is_empty()
            && below.iter().find(|line| !line.is_empty()).is_some_and(|line| !is_field_value(line.text().trim()))
    };
    let is_speech = |candidate: &Candidate| is_wrapped(candidate) || speaks_below(candidate);
    let first = all.iter().find(|candidate| in_line(candidate));
    if first.is_none_or(|first| is_speech(first) || !is_field_value(&value(first))) {
        return Vec::new();
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for candidate in all.iter().filter(|candidate| candidate.style == Style::Colon) {
        *counts.entry(candidate.label.as_str()).or_default() += 1;
    }
    let mut fields: Vec<usize> = Vec::new();
    let mut legend = Vec::new();
    for (i, candidate) in all.iter().enumerate() {
        if !in_line(candidate) {
            continue;
        }
        let text = value(candidate);
        if is_speech(candidate) || !is_field_value(&text) || candidate.time_start_s.is_some() {
            break;
        }
        let named = bylines::split(lexicon, &text);
        let is_name = described::is_name(lexicon, &named.label) && text.chars().count() <= 60;
        if is_name {
            legend.push((candidate.label.clone(), named));
        }
        if is_name
            || is_item(candidate) && candidate.style != Style::Colon
            || counts.get(candidate.label.as_str()) == Some(&1)
        {
            fields.push(i);
        } else {
            break;
        }
    }
    let others = all.iter().filter(|candidate| candidate.confidence() > 0.0).count();
    if fields.is_empty() || others < fields.len() + CARRIERS {
        return Vec::new();
    }
    let lines: Vec<usize> = fields.iter().map(|i| all[*i].line).collect();
    all.retain(|candidate| !lines.contains(&candidate.line));
    legend
}

/// The text after a label on its line.
fn rest_of_line(page: &Page<'_>, candidate: &Candidate) -> String {
    let line = &page.lines[candidate.speech_line];
    let from = page.source.floor_char_boundary(candidate.speech.clamp(line.span.start, line.span.end));
    let end = line.mapped.source_end(line.text().trim_end().len()).max(from);
    collapse_white_space(&page.source[from..end])
}

/// Removes fields that recur between the turns, "Presenter: Bo Hill": labels that are not names and that are followed by nothing but a
/// name, each time.
pub(crate) fn drop_named_fields(page: &Page<'_>, all: &mut Vec<Candidate>) {
    const LONGEST: usize = 60;
    let lexicon = page.lexicon;
    let names_someone = |candidate: &Candidate| {
        let line = &page.lines[candidate.speech_line];
        let text = rest_of_line(page, candidate);
        let is_whole = page
            .lines
            .get(candidate.speech_line + 1)
            .is_none_or(|below| below.is_empty() || below.paragraph != line.paragraph);
        let named = bylines::split(lexicon, &text);
        is_whole
            && text.len() <= LONGEST
            && !text.ends_with(['.', '?', '!'])
            && described::is_name(lexicon, &named.label)
    };
    let in_line =
        |candidate: &Candidate| matches!(candidate.style, Style::Colon | Style::BoldInline) && !candidate.inside;
    let mut seen: HashMap<&str, (usize, usize)> = HashMap::new();
    for candidate in all.iter().filter(|candidate| in_line(candidate) && candidate.kind != LabelKind::Person) {
        let (n, named) = seen.entry(candidate.label.as_str()).or_default();
        *n += 1;
        *named += usize::from(names_someone(candidate));
    }
    let fields: HashSet<String> =
        seen.into_iter().filter(|(_, (n, named))| n == named).map(|(label, _)| label.to_string()).collect();
    if all.iter().filter(|candidate| in_line(candidate) && !fields.contains(&candidate.label)).count() > 2 {
        all.retain(|candidate| !(in_line(candidate) && fields.contains(&candidate.label)));
    }
}

/// A text without a reference in brackets at its end: "Will he go? \[90211\]".
fn without_last_bracket(text: &str) -> &str {
    let opens = text.rfind(['(', '[']).filter(|_| text.ends_with([')', ']']));
    opens.map_or(text, |at| &text[..at]).trim_end()
}

/// Replaces labels that are not names by the names that the head gives for them: by legend, by initials, or by their part in an
/// interview.
pub(crate) fn introduce(page: &Page<'_>, found: &mut Found) {
    let lexicon = page.lexicon;
    let Some(first) = found.bylines.first().map(|byline| byline.line) else { return };
    let parties = questions::parties(page, first);
    let names: Vec<Byline> = head(page, first)
        .iter()
        .flat_map(|text| described::names(lexicon, text))
        .map(|(_, name)| bylines::split(lexicon, &name))
        .collect();
    let mut legend = std::mem::take(&mut found.legend);
    legend.extend(equations(page, first));
    // "P." asks only where somebody answers: elsewhere it may be a participant.
    let has_answers = found.bylines.iter().any(|byline| is_answer(lexicon, &byline.label));
    let asks = |label: &str| {
        labels::is_questioner_label(lexicon, label)
            || has_answers && lexicon.is_question_label(&folded(label.trim_end_matches('.')))
    };
    let only_interview = found.bylines.iter().all(|byline| is_answer(lexicon, &byline.label) || asks(&byline.label));
    for byline in &mut found.bylines {
        if byline.parts.name == byline.label {
            let known = legend.iter().find(|(label, _)| *label == byline.label).map(|(_, person)| person.clone());
            let named = known.or_else(|| initials_of(&byline.label, &names)).or_else(|| match only_interview {
                true if is_answer(lexicon, &byline.label) => parties.answers.clone(),
                true => parties.asks.clone(),
                false => None,
            });
            if let Some(person) = named {
                let asks = labels::is_questioner_label(lexicon, &byline.label).then_some(Role::Questioner);
                let parts = &mut byline.parts;
                parts.role = parts.role.or(asks);
                parts.name = person.name;
                parts.details.honorific = person.details.honorific;
                parts.details.title = parts.details.title.take().or(person.details.title);
                parts.details.affiliation = parts.details.affiliation.take().or(person.details.affiliation);
            }
        }
        if parties.asks.as_ref().is_some_and(|asks| asks.name == byline.parts.name) {
            byline.parts.role = Some(Role::Questioner);
        }
    }
    mark_questioner(page, found);
}

/// Labels and names of lines above line `first` that equate them: "Speaker 1 = Ann Lee (host)".
fn equations(page: &Page<'_>, first: usize) -> Vec<(String, Byline)> {
    let lines = page.lines[..first.min(page.lines.len())].iter();
    lines
        .filter_map(|line| {
            let (label, name) = line.text().split_once('=')?;
            let named = bylines::split(page.lexicon, name);
            described::is_name(page.lexicon, &named.label).then(|| (label.trim().to_string(), named))
        })
        .collect()
}

/// If two people talk with each other and one of them mostly asks, that one is the questioner.
fn mark_questioner(page: &Page<'_>, found: &mut Found) {
    const FEWEST: usize = 3;
    let lexicon = page.lexicon;
    let ends = found.bylines.iter().skip(1).map(|next| next.byline.start).chain([page.source.len()]);
    let mut asked: HashMap<&str, (usize, usize)> = HashMap::new();
    for (byline, end) in found.bylines.iter().zip(ends) {
        let text = page.source.get(byline.speech.min(end)..end).unwrap_or("").trim_end();
        let (n, questions) = asked.entry(byline.label.as_str()).or_default();
        *n += 1;
        *questions += usize::from(text.trim_end_matches(['*', '_', ')', '"', '”', '“']).ends_with(['?', '？']));
        if asked.len() > 2 {
            return;
        }
    }
    let mut parties: Vec<(&str, (usize, usize))> = asked.into_iter().collect();
    parties.sort_by_key(|(_, (n, questions))| std::cmp::Reverse(questions * 1000 / n.max(&1)));
    let [(asks, (n, most)), (_, (m, fewest))] = parties.as_slice() else { return };
    if *n < FEWEST || most * 3 < n * 2 || fewest * 3 > *m {
        return;
    }
    let asks = asks.to_string();
    for byline in
        found.bylines.iter_mut().filter(|byline| byline.label == asks && !labels::is_chair_label(lexicon, &asks))
    {
        byline.parts.role = Some(Role::Questioner);
    }
}

/// Whether a label means the person who answers, without a name.
fn is_answer(lexicon: &Lexicon, label: &str) -> bool {
    let words = labels::words(label);
    words.len() == 1 && lexicon.is_answer(&words[0])
}

/// The only person in the head whose initials are the label: "JS" for Josephine Sollers.
fn initials_of(label: &str, names: &[Byline]) -> Option<Byline> {
    let letters: Vec<char> = label.chars().filter(|c| c.is_alphabetic()).collect();
    if !(2..=3).contains(&letters.len()) || !letters.iter().all(|c| c.is_uppercase()) {
        return None;
    }
    let of = |byline: &&Byline| {
        byline
            .name
            .split([' ', '-'])
            .filter_map(|word| word.chars().next())
            .filter(|c| c.is_uppercase())
            .eq(letters.iter().copied())
    };
    let mut found = names.iter().filter(of);
    let first = found.next()?;
    found.all(|other| other.name == first.name).then(|| first.clone())
}

/// The lines of the head that have text.
fn head<'p>(page: &'p Page<'_>, first: usize) -> Vec<&'p str> {
    page.lines
        .iter()
        .take(first.min(HEAD_LINES))
        .filter(|line| !line.is_empty())
        .map(|line| line.text().trim())
        .collect()
}

/// People named in the head with title or affiliation: "Prof. Ann Lee, University of Umland", "Briefing by Press Secretary Dana
/// Hill".
pub(crate) fn listed(page: &Page<'_>, first: usize) -> Vec<Byline> {
    let lexicon = page.lexicon;
    let mut people = Vec::new();
    for text in head(page, first) {
        let text = text.trim_start_matches(['•', '-', '–', '*', ' ']).trim_end_matches([',', ';', '.']);
        if text.chars().count() > 160 {
            continue;
        }
        let byline = bylines::split(lexicon, text);
        if described::is_name(lexicon, &byline.label) {
            people.push(byline);
        } else {
            people.extend(
                lexicon
                    .patterns()
                    .introduced_by
                    .find_iter(text)
                    .filter_map(|cue| described::person(lexicon, &text[cue.end()..])),
            );
        }
    }
    people.retain(|byline| byline.details.title.is_some() || byline.details.affiliation.is_some());
    people
}
