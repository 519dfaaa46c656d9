//! Pages that are one speech whose speaker is named in the title: "Speech by Ann Lee, Minister of Roads, at the fair", "Ann Lee: The
//! price of roads".
//!
//! **Input**: the page and the claims on it. **Output**: one turn, or none if the title names no speaker or the text is
//! too short.

use std::ops::Range;

use crate::candidate::{Candidate, Found, Origin, Place};
use crate::page::{Page, Settled};
use crate::settle::dates;
use crate::weights::Weights;
use plenary_corpus::text::collapse_white_space;
use plenary_corpus::{Layout, Reason, Role, Span, Style};
use plenary_names::bylines::Byline;
use plenary_names::colon::colon_label;
use plenary_names::described;
use plenary_names::labels::LabelKind;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices;

/// Confidence of the turn.
const CONFIDENCE: f32 = 0.75;

/// Number of paragraphs among which the title is.
const HEAD: usize = 8;

/// Minimum number of words of a speech.
const SHORTEST: usize = 40;

/// The turn of a page without bylines whose title names the speaker.
pub(crate) fn find(page: &Page<'_>, settled: &Settled) -> Option<Found> {
    let lexicon = page.lexicon;
    let paragraphs = settled.open_paragraphs(page);
    let text = |i: usize| collapse_white_space(&page.join_at_most(paragraphs[i].clone(), 1_000).text);
    let head: Vec<String> = (0..paragraphs.len().min(HEAD)).map(text).collect();
    let lines = |i: usize| paragraphs[i].clone().map(|line| page.lines[line].text().trim().to_string()).collect();
    let lines: Vec<Vec<String>> = (0..head.len()).map(lines).collect();
    let (at, speaker) = speaker(lexicon, &head, &lines)?;
    let mut first = at + 1;
    while first < head.len() && is_head(page, &paragraphs[first], &head[first]) {
        first += 1;
    }
    let words: usize = paragraphs[first.min(paragraphs.len())..]
        .iter()
        .flat_map(Clone::clone)
        .map(|line| page.lines[line].text().split_whitespace().count())
        .sum();
    if words < SHORTEST {
        return None;
    }
    let line = paragraphs.get(first)?.start;
    let start = page.lines[line].mapped.source_start(0);
    let parts = Byline { role: Some(Role::Speaker), ..speaker };
    let place = Place { line, byline: Span::new(start, start), speech_line: line, speech: start };
    let weights = Weights::start(Reason::InTitle, CONFIDENCE);
    let turn = Candidate::implied(Style::Titled, Origin::Titled, parts, LabelKind::Person, place, weights);
    Some(Found { bylines: vec![turn], style: Some(Style::Titled), confidence: CONFIDENCE, ..Found::default() })
}

/// The paragraph of the head that names the speaker, and the speaker.
fn speaker(lexicon: &Lexicon, head: &[String], lines: &[Vec<String>]) -> Option<(usize, Byline)> {
    let speaker_in = |text: &String| {
        lexicon.patterns().speech_by.find_iter(text).find_map(|cue| described::person(lexicon, &text[cue.end()..]))
    };
    for (i, text) in head.iter().enumerate().filter(|(_, text)| is_title(text)) {
        // A line break can separate name and office: "Statement by Mr. Lee / Governor of the Bank of Norland".
        let by_line = || lines[i].iter().enumerate().find_map(|(k, line)| Some((k, speaker_in(line)?)));
        let found = speaker_in(text).map(|byline| (lines[i].len() - 1, byline)).or_else(by_line);
        let Some((k, mut byline)) = found else { continue };
        let below =
            lines[i].get(k + 1).or_else(|| lines.get(i + 1)?.first()).filter(|_| byline.details.title.is_none());
        if let Some(office) = below.and_then(|text| described::office(lexicon, text)) {
            offices::set_office(lexicon, &mut byline, office);
        }
        return Some((i, byline));
    }
    let title = head.first()?;
    if let Some((label, speech)) = colon_label(lexicon, title)
        && described::is_name(lexicon, &label)
        && title[speech..].split_whitespace().count() >= 2
        && !title.ends_with('.')
    {
        return described::person(lexicon, &label).map(|byline| (0, byline));
    }
    // A name in one paragraph of the head, and "Speech at ..." in another.
    let speech = head
        .iter()
        .take(4)
        .position(|text| lexicon.patterns().speech.is_match(text) && text.split_whitespace().count() <= 20)?;
    let named = head.iter().take(4).position(|text| {
        let name = text.split(',').next().unwrap_or("");
        described::is_name(lexicon, name) && text.split_whitespace().count() <= 15
    })?;
    described::person(lexicon, &head[named]).map(|byline| (speech.max(named), byline))
}

/// Whether a text is short enough for a title and not a sentence about a speech.
fn is_title(text: &str) -> bool {
    const LONGEST: usize = 40;
    const SENTENCE: usize = 15;
    let n_words = text.split_whitespace().count();
    n_words <= LONGEST && (n_words <= SENTENCE || !text.ends_with('.'))
}

/// Whether a paragraph is between title and speech: place and date, "Check against delivery".
fn is_head(page: &Page<'_>, lines: &Range<usize>, text: &str) -> bool {
    const LONGEST: usize = 14;
    let lexicon = page.lexicon;
    let n_words = text.split_whitespace().count();
    let is_heading = matches!(page.lines[lines.start].layout, Layout::Heading(_));
    n_words <= LONGEST
        && !lexicon.patterns().salutation.is_match(text)
        && (is_heading
            || page.is_italic(lines.clone())
            || !text.ends_with(['.', '!', '?', ',', ':', '"', '”'])
            || dates::has_date(lexicon, text))
}
