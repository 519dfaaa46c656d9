//! Turns that begin inside a paragraph where a document prints them so throughout: answers behind dashes ("Did you see it?---I did.")
//! and labels in square brackets ("\[Lee\] Was it open? \[Hill\] No.").
//!
//! **Input**: the page, the claims on it, and the bylines. **Output**: further bylines. Left alone are dashes behind single questions in
//! prose, and brackets with directions or remarks of editors. Who is examined is left to `link::examination`.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::questions::nobody;
use crate::candidate::{Candidate, Found, NOT_NAMED, Origin, Place};
use crate::page::{Page, Settled};
use crate::settle::furniture;
use crate::weights::Weights;
use plenary_corpus::text::ends_sentence;
use plenary_corpus::{Reason, Role, Span, Style};
use plenary_names::bylines::{Byline, Reader};
use plenary_names::directions::is_direction;
use plenary_names::labels::{self, LabelKind};
use plenary_names::text::constant_regex;

/// Confidence of an answer behind a dash, of the question below it, and of both where nobody is named.
const ANSWERED: f32 = 0.75;
const ASKED: f32 = 0.65;
const NOBODY: f32 = 0.6;

/// A question mark and the dash behind it.
static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(r#"[?？]["”’]?\s?(?P<dash>-{2,4}|—{1,3}|–{1,3})\s?(?P<speech>[\p{Lu}\p{Lo}\d"“‘«(])"#)
});

/// A number before a question.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\s*\*?\d{1,5}\.\s+"));

/// Lines between which no turn begins, except behind a dash.
struct Piece {
    lines: Range<usize>,
    /// Index of the byline with which it begins.
    byline: Option<usize>,
    answer: Option<Answer>,
}

/// The place of an answer behind a dash.
struct Answer {
    /// From the dash to the speech.
    dash: Span,
    /// The dash is longer than those of prose.
    is_long: bool,
}

/// Adds the answers behind dashes, and the questions without a label below them.
pub(super) fn add_answers(page: &Page<'_>, settled: &Settled, found: &mut Found) {
    if !page.lines.iter().any(|line| line.text().contains(['?', '？']) && ANSWER.is_match(line.text())) {
        return;
    }
    let pieces = pieces(page, settled, &found.bylines);
    if !are_answers(&pieces) {
        return;
    }
    let mut added = Vec::new();
    let mut asker: Option<&Candidate> = None;
    let mut is_answer = found.bylines.is_empty();
    for piece in &pieces {
        let starts = piece.byline.map(|at| &found.bylines[at]);
        if let Some(byline) = starts {
            (asker, is_answer) = (Some(byline), false);
        }
        let Some(answer) = &piece.answer else { continue };
        if is_answer {
            added.push(question(page, piece.lines.start, asker));
        }
        let parts = Byline { role: Some(Role::Speaker), ..nobody(NOT_NAMED) };
        let line = page.line_of(answer.dash.start);
        let place =
            Place { line, byline: answer.dash, speech_line: page.line_of(answer.dash.end), speech: answer.dash.end };
        added.push(turn(Origin::Answered, parts, LabelKind::Person, place, ANSWERED));
        is_answer = true;
    }
    if found.bylines.is_empty() {
        (found.style, found.confidence) = (Some(Style::Questions), NOBODY);
    }
    found.insert(added);
}

/// The turn of a question without a label: of the person who asked before.
fn question(page: &Page<'_>, line: usize, asker: Option<&Candidate>) -> Candidate {
    let text = page.lines[line].text();
    let number = NUMBER.find(text).map_or(0, |number| number.end());
    let start = page.lines[line].mapped.source_start(0);
    let speech = page.lines[line].mapped.source_start(number);
    let place = Place { line, byline: Span::new(start, speech), speech_line: line, speech };
    match asker {
        Some(asker) => turn(Origin::Asked, asker.parts.clone(), asker.kind, place, ASKED),
        None => {
            let parts = Byline { role: Some(Role::Questioner), ..nobody("Questioner") };
            turn(Origin::Asked, parts, LabelKind::Person, place, NOBODY)
        }
    }
}

fn turn(origin: Origin, parts: Byline, kind: LabelKind, place: Place, confidence: f32) -> Candidate {
    let weights = Weights::start(Reason::Sign, confidence);
    Candidate { inside: true, ..Candidate::implied(Style::Questions, origin, parts, kind, place, weights) }
}

/// Whether the dashes separate questions from answers throughout: several long ones, or shorter ones, which prose also has, in most
/// paragraphs.
fn are_answers(pieces: &[Piece]) -> bool {
    const FEWEST_LONG: usize = 3;
    const FEWEST: usize = 4;
    let with_answer = |piece: &Piece| piece.answer.is_some();
    let n = pieces.iter().filter(|piece| with_answer(piece)).count();
    let n_long = pieces.iter().filter_map(|piece| piece.answer.as_ref()).filter(|answer| answer.is_long).count();
    let first = pieces.iter().position(with_answer);
    let last = pieces.iter().rposition(with_answer);
    let n_between = first.zip(last).map_or(0, |(first, last)| last + 1 - first);
    n_long >= FEWEST_LONG && n_long * 2 >= n || n >= FEWEST && n * 2 > n_between
}

/// The pieces of a page, each with the first answer in it.
fn pieces(page: &Page<'_>, settled: &Settled, bylines: &[Candidate]) -> Vec<Piece> {
    let at_line: HashMap<usize, usize> =
        bylines.iter().enumerate().filter(|(_, byline)| !byline.inside).map(|(at, byline)| (byline.line, at)).collect();
    let mut out: Vec<Piece> = Vec::new();
    for (i, line) in page.lines.iter().enumerate() {
        if line.is_empty() || !settled.is_open(i) {
            continue;
        }
        let byline = at_line.get(&i).copied();
        let continues = byline.is_none()
            && out.last().is_some_and(|last| last.lines.end == i)
            && (page.lines[i - 1].paragraph == line.paragraph || !ends_sentence(page.lines[i - 1].text()));
        match out.last_mut().filter(|_| continues) {
            Some(last) => last.lines.end = i + 1,
            None => out.push(Piece { lines: i..i + 1, byline, answer: None }),
        }
    }
    for piece in &mut out {
        piece.answer = answer(page, &piece.lines);
    }
    out
}

fn answer(page: &Page<'_>, lines: &Range<usize>) -> Option<Answer> {
    const LONG_HYPHENS: usize = 3;
    let mapped = page.join(lines.clone());
    let found = ANSWER.captures(&mapped.text)?;
    let (dash, speech) = (found.name("dash")?, found.name("speech")?);
    let shortest = if dash.as_str().starts_with('-') { LONG_HYPHENS } else { 2 };
    let span = Span::new(mapped.source_start(dash.start()), mapped.source_start(speech.start()));
    Some(Answer { dash: span, is_long: dash.as_str().chars().count() >= shortest })
}

/// Adds the turns whose labels are in square brackets inside a paragraph, where most bylines are such labels at its beginning.
pub(super) fn add_bracketed(page: &Page<'_>, settled: &Settled, found: &mut Found) {
    const FEWEST: usize = 3;
    let is_framed = |byline: &&Candidate| {
        let printed = byline.byline.of(page.source).trim();
        byline.origin == Origin::Printed && printed.starts_with('[') && printed.ends_with(']')
    };
    let n_framed = found.bylines.iter().filter(is_framed).count();
    if n_framed < FEWEST || n_framed * 2 < found.bylines.len() {
        return;
    }
    let mut reader = Reader::new(page.lexicon);
    let known: HashSet<String> = found.bylines.iter().filter(is_framed).map(|byline| byline.label.clone()).collect();
    let taken: HashSet<usize> = found.bylines.iter().map(|byline| byline.byline.start).collect();
    let Some(first) = found.bylines.iter().find(is_framed).map(|byline| byline.line) else { return };
    let mut added = Vec::new();
    for lines in settled.open_paragraphs(page) {
        let mapped = page.join(lines.clone());
        for framed in framed(&mapped.text) {
            let start = mapped.source_start(framed.outer.start);
            let speech = mapped.source_start(framed.outer.end);
            let line = page.line_of(start);
            if taken.contains(&start) {
                continue;
            }
            let (parts, judgement) = reader.read(&framed.label);
            let is_known = known.contains(&parts.label);
            let quality = judgement.map_or(0.0, |judgement| judgement.quality);
            let fits = is_known
                || line >= first
                    && framed.opens_sentence
                    && !is_direction(page.lexicon, &framed.label)
                    && !labels::is_not_speaker(page.lexicon, &framed.label)
                    && (quality >= CLEAR || begins_like_name(&framed.label));
            if !fits {
                continue;
            }
            let kind = judgement.map_or(LabelKind::Word, |judgement| judgement.kind);
            let confidence = if is_known { KNOWN } else { quality.clamp(ALONE, KNOWN) };
            let weights = Weights::of_form(kind, quality).then(Reason::LooksLikeOthers, confidence);
            let place = Place { line, byline: Span::new(start, speech), speech_line: page.line_of(speech), speech };
            let printed = Candidate::printed(Style::Template, parts, kind, place, weights);
            added.push(Candidate { inside: framed.outer.start > 0, n_mentions: 1, ..printed });
        }
    }
    found.insert(added);
}

/// The turns below labels in square brackets on separate lines, as in the scripts of broadcasts, if they explain more of the page than
/// the bylines `found`.
pub(super) fn scripted(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    let lines = furniture::labels_in_brackets(page, settled);
    if lines.is_empty() || found.bylines.len() > lines.len() {
        return None;
    }
    let mut reader = Reader::new(page.lexicon);
    let candidate = |line: usize| {
        let text = page.lines[line].text();
        let (parts, judgement) = reader.read(text.trim().trim_matches(['[', ']', '【', '】']).trim());
        let speech_line = (line + 1..page.lines.len()).find(|below| !page.lines[*below].is_empty())?;
        let mapped = &page.lines[line].mapped;
        let byline = Span::new(mapped.source_start(0), mapped.source_end(text.len()));
        let place = Place { line, byline, speech_line, speech: page.lines[speech_line].mapped.source_start(0) };
        let kind = judgement.map_or(LabelKind::Anonymous, |judgement| judgement.kind);
        let weights = Weights::of_form(kind, judgement.map_or(0.0, |judgement| judgement.quality));
        let weights = weights.then(Reason::LooksLikeOthers, KNOWN);
        Some(Candidate { n_mentions: 1, ..Candidate::printed(Style::Template, parts, kind, place, weights) })
    };
    let bylines = lines.into_iter().filter_map(candidate).collect();
    Some(Found { bylines, style: Some(Style::Template), confidence: KNOWN, ..Found::default() })
}

/// Adds the turns of a chair whose label is in brackets at the beginning of a paragraph, in documents with other bylines: "（司会）次の方".
pub(super) fn add_chairs(page: &Page<'_>, settled: &Settled, found: &mut Found) {
    const FEWEST: usize = 3;
    const LONGEST: usize = 60;
    let Some(first) = found.bylines.first().map(|byline| byline.line).filter(|_| found.bylines.len() >= FEWEST) else {
        return;
    };
    let mut reader = Reader::new(page.lexicon);
    let taken: HashSet<usize> = found.bylines.iter().flat_map(|byline| byline.line..=byline.speech_line).collect();
    let mut added = Vec::new();
    for lines in settled.open_paragraphs(page).into_iter().filter(|lines| lines.start > first) {
        let line = &page.lines[lines.start];
        let text = line.text();
        let lead = text.len() - text.trim_start().len();
        let inside = text.trim_start().strip_prefix(['(', '（']).and_then(|rest| rest.split_once([')', '）']));
        let Some((label, speech)) = inside.filter(|(label, _)| label.len() <= LONGEST) else { continue };
        let rest = speech.trim_start();
        let begins = rest.starts_with(|c: char| c.is_alphanumeric() && !c.is_lowercase());
        if !begins || taken.contains(&lines.start) || !labels::is_chair_label(page.lexicon, label) {
            continue;
        }
        let (parts, judgement) = reader.read(label.trim());
        let kind = judgement.map_or(LabelKind::Office, |judgement| judgement.kind);
        let (start, speech) = (line.mapped.source_start(lead), line.mapped.source_start(text.len() - rest.len()));
        let weights = Weights::of_form(kind, judgement.map_or(0.0, |judgement| judgement.quality));
        let weights = weights.then(Reason::LooksLikeOthers, CHAIR);
        let place = Place { line: lines.start, byline: Span::new(start, speech), speech_line: lines.start, speech };
        added.push(Candidate { n_mentions: 1, ..Candidate::printed(Style::Template, parts, kind, place, weights) });
    }
    found.insert(added);
}

/// Confidence of a chair in brackets at the beginning of a paragraph.
const CHAIR: f32 = 0.7;

/// Confidence of a label that also begins paragraphs, and of one of a form that any word has.
const KNOWN: f32 = 0.8;
const ALONE: f32 = 0.5;

/// Quality of a label from which its form alone is enough.
const CLEAR: f32 = 0.5;

/// A label in brackets before a sentence.
struct Framed {
    /// The brackets with the white space behind them.
    outer: Range<usize>,
    /// The label, with words joined that a line break divides.
    label: String,
    /// A sentence or a bracket ends before it.
    opens_sentence: bool,
}

/// The brackets of a text that may be labels: short ones before the beginning of a sentence.
fn framed(text: &str) -> Vec<Framed> {
    const LONGEST: usize = 60;
    let mut out = Vec::new();
    for (open, _) in text.match_indices('[') {
        let reach = text.floor_char_boundary((open + 1 + LONGEST).min(text.len()));
        let Some(length) = text[open + 1..reach].find([']', '[']) else { continue };
        let close = open + 1 + length;
        let rest = text[close..].strip_prefix(']').unwrap_or("");
        let speech = rest.trim_start();
        let begins = speech.starts_with(|c: char| {
            c.is_alphanumeric() && !c.is_lowercase() || matches!(c, '"' | '“' | '«' | '¿' | '¡')
        });
        let before = text[..open].trim_end();
        let label = text[open + 1..close].trim();
        if !begins || label.is_empty() || label.contains([':', '.', '?', '!', ';']) && !label.contains(". ") {
            continue;
        }
        out.push(Framed {
            outer: open..text.len() - speech.len(),
            label: joined(label),
            opens_sentence: before.is_empty() || ends_sentence(before) || before.ends_with(']'),
        });
    }
    out
}

/// A label without the hyphen and the blank at which a line break divides a word: "Fish- erman".
fn joined(label: &str) -> String {
    let mut out = String::with_capacity(label.len());
    let mut rest = label;
    while let Some(at) = rest.find("- ") {
        let goes_on = rest[at + 2..].starts_with(char::is_lowercase);
        out.push_str(&rest[..at + if goes_on { 0 } else { 2 }]);
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    out
}

/// Whether all words of a label begin with capitals, as those of names do.
fn begins_like_name(label: &str) -> bool {
    const MOST: usize = 3;
    label.split_whitespace().count() <= MOST
        && label.split_whitespace().all(|word| word.starts_with(char::is_uppercase))
}

#[cfg(test)]
mod tests {
    use crate::testing::{named_turns, turns};

    const HEARING: &str = "COMMISSIONER:  Good morning.\n\nMS HART:  I call Mr Leith.\n\n<DESMOND LEITH, SWORN   [10.06 am]\n\n\
                           MS HART:  Where do you live?---In the mill.\n\nSince when?---Since May.  I came by boat.\n\n\
                           And before that?---Nowhere.\n\nCOMMISSIONER:  Thank you.\n";

    #[test]
    fn answers_behind_dashes_are_those_of_the_witness() {
        let found = named_turns(HEARING);
        let speakers: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            speakers,
            [
                "Commissioner",
                "Hart",
                "Hart",
                "Desmond LEITH",
                "Hart",
                "Desmond LEITH",
                "Hart",
                "Desmond LEITH",
                "Commissioner"
            ],
            "{found:?}"
        );
        assert_eq!(found[5].1, "Since May.  I came by boat.");
    }

    #[test]
    fn numbered_questions_without_labels_have_answers_behind_dashes() {
        let text = "101. Did you see the gate?\u{2014}I did.\n\n102. Was it open?\u{2014}It was not. It never is.\n\n\
                    103. Who has the key?\u{2014}The keeper.\n\n104. And where is he?\u{2014}At sea.\n\n105. For long?\u{2014}Yes.\n";
        let found = turns(text);
        assert_eq!(found.len(), 10, "{found:?}");
        assert_eq!((found[2].1.as_str(), found[3].1.as_str()), ("Was it open?", "It was not. It never is."));
    }

    #[test]
    fn dashes_behind_questions_of_a_speech_belong_to_it() {
        let text = "Mr. Lee: What is the use of it?\u{2014}None. We were told to wait.\n\nMr. Hill: I was there, and it rained.\n\n\
                    Mr. Lee: And who pays?\u{2014}The town pays.\n\nMr. Hill: I know that. So does the town.\n\n\
                    Mr. Lee: Why then?\u{2014}Because of the bridge.\n\nMr. Hill: There is no bridge.\n\nMr. Lee: Not yet.\n\n\
                    Mr. Hill: Never.\n\nMr. Lee: Is it so?\u{2014}So it is.\n";
        assert_eq!(turns(text).len(), 9);
        let prose =
            "He stood at the gate. \"What now?\"\u{2014}It was late.\n\nNobody came, and the dog slept on.\n".repeat(4);
        assert_eq!(turns(&prose).len(), 1);
    }

    #[test]
    fn labels_in_brackets_begin_turns_inside_paragraphs() {
        let text = "[Halm] Good evening. Is it open? [Velt] It is shut.\n\n[Halm] Since when?\n\n[Velt] Since May. [laughter] I have\n\
                    the key. [Unidentified sailor] He has it. [Halm] Who is that? [Sai-\nlor] Nobody.\n\n[Halm] Good night.\n";
        let labels: Vec<String> = turns(text).into_iter().map(|(label, _)| label).collect();
        assert_eq!(
            labels,
            ["Halm", "Velt", "Halm", "Velt", "Unidentified sailor", "Halm", "Sailor", "Halm"],
            "{:?}",
            turns(text)
        );
    }

    #[test]
    fn brackets_in_speech_are_not_labels() {
        let text = "[Halm] Good evening. [Applause] We begin. The [Upper] House said so. [word indistinct] The gate is shut.\n\n\
                    [Velt] It is. [Passage omitted] I have the key.\n\n[Halm] Thanks.\n\n[Velt] Not at all.\n";
        assert_eq!(turns(text).len(), 4, "{:?}", turns(text));
        let hearing =
            "Mr. Lee: The House [Upper] said so. [Hill] is a name.\n\nMs. Hill: It is mine.\n\nMr. Lee: So it is.\n";
        assert_eq!(turns(hearing).len(), 3);
    }
}
