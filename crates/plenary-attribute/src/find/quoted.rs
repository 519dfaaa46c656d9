//! Speech in quotation marks: quotations whose speaker is named in brackets behind them, and answers to questions without marks.
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: a turn for each quotation; for answers also
//! one for each question. What is between quotations with names is not speech. Left alone are references to literature, which have
//! a year in the brackets, and prose that quotes a few words.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::questions::{self, nobody};
use crate::candidate::{Candidate, Found, NOT_NAMED, Origin, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::{BlockKind, Reason, Role, Span, Style};
use plenary_names::bylines::{self, Byline};
use plenary_names::labels::{self, LabelKind};
use plenary_names::text::constant_regex;

/// Confidence of a quotation with a name behind it, and of an answer in quotation marks.
const CITED: f32 = 0.75;
const ANSWERED: f32 = 0.65;

/// Minimum number of quotations and of answers.
const FEWEST_CITED: usize = 3;
const FEWEST_ANSWERS: usize = 4;

const OPENING: [char; 6] = ['“', '"', '«', '„', '‟', '「'];
const CLOSING: [char; 6] = ['”', '"', '»', '“', '‟', '」'];

/// A quotation and the bracket behind it.
static BRACKET: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"[”\x22»“‟」]\s*[.,]?\s*(?P<bracket>[(\[](?P<who>[^()\[\]]{2,90})[)\]]\.?)\s*$"));

/// A year, as in a reference to literature.
static YEAR: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\b(?:1[5-9]|20)\d{2}\b"));

/// A quotation with who said it.
struct Cited {
    lines: Range<usize>,
    /// Where the bracket is in the text of the lines.
    bracket: Range<usize>,
    who: Vec<String>,
}

/// The quotations of a page with the names behind them, if these explain more of it than the bylines `found`.
pub(super) fn cited(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    // A bracket on a line of its own has the form of a stage direction.
    let blocks = blocks(page, |line| matches!(settled.kind(line), None | Some(BlockKind::StageNote)));
    let all: Vec<Cited> = blocks.iter().filter_map(|lines| of_block(page, lines)).collect();
    let n_words = |lines: &Range<usize>| -> usize {
        page.lines[lines.clone()].iter().map(|line| line.text().split_whitespace().count()).sum()
    };
    let own: usize = all.iter().map(|cited| n_words(&cited.lines)).sum();
    let every: usize = blocks.iter().map(n_words).sum();
    let cited_lines: HashSet<usize> = all.iter().flat_map(|cited| cited.lines.clone()).collect();
    let is_cited = |line: usize| cited_lines.contains(&line);
    let n_others = found.bylines.iter().filter(|byline| !is_cited(byline.line)).count();
    if all.len() < FEWEST_CITED || own * 2 < every || n_others * 4 > all.len() {
        return None;
    }
    // "(GF2, a woman)": what stands behind other names is a group, not a name.
    let behind: HashSet<&String> = all.iter().flat_map(|cited| &cited.who[1..]).collect();
    let label = |cited: &Cited| {
        let is_group = cited.who.len() > 1 && behind.contains(&cited.who[0]);
        cited.who[usize::from(is_group)].clone()
    };
    let names: Vec<String> = all.iter().map(label).collect();
    let is_label = |name: &&String| labels::judge(page.lexicon, name).is_some();
    if names.iter().filter(is_label).count() * 5 < names.len() * 3 || names.iter().collect::<HashSet<_>>().len() < 2 {
        return None;
    }
    let mut out = Found { style: Some(Style::Signed), confidence: CITED, ..Found::default() };
    for lines in blocks.iter().filter(|lines| !is_cited(lines.start) && settled.is_open(lines.start)) {
        let is_short = lines.len() == 1 && !page.lines[lines.start].text().trim_end().ends_with(['.', '!', '?']);
        out.around.push((lines.clone(), if is_short { BlockKind::Heading } else { BlockKind::EditorialNote }));
    }
    for (cited, name) in all.iter().zip(names) {
        let mapped = page.join(cited.lines.clone());
        let span = mapped.source_span(cited.bracket.start, cited.bracket.end);
        let first = page.line_of(span.start);
        if page.lines[first].mapped.source_start(0) >= span.start {
            out.around.push((first..cited.lines.end, BlockKind::Byline));
        } else {
            for line in first..cited.lines.end {
                let line = &page.lines[line].mapped;
                let whole = line.source_span(0, line.text.len());
                out.repeated.push(Span::new(whole.start.max(span.start), whole.end));
            }
        }
        let at = mapped.source_start(0);
        let place =
            Place { line: cited.lines.start, byline: Span::new(at, at), speech_line: cited.lines.start, speech: at };
        let parts = bylines::split(page.lexicon, &name);
        let kind = labels::judge(page.lexicon, &name).map_or(LabelKind::Anonymous, |found| found.kind);
        let weights = Weights::start(Reason::Signature, CITED);
        out.bylines.push(Candidate::implied(Style::Signed, Origin::Signed, parts, kind, place, weights));
    }
    Some(out)
}

/// The quotation that a block consists of.
fn of_block(page: &Page<'_>, lines: &Range<usize>) -> Option<Cited> {
    let text = page.join(lines.clone()).text;
    if !text.trim_start().starts_with(OPENING) {
        return None;
    }
    let found = BRACKET.captures(&text)?;
    let (bracket, who) = (found.name("bracket")?, found.name("who")?.as_str());
    let who: Vec<String> =
        who.split([',', ';']).map(|part| part.trim().to_string()).filter(|part| !part.is_empty()).collect();
    (!who.is_empty() && !who.iter().any(|part| YEAR.is_match(part))).then(|| Cited {
        lines: lines.clone(),
        bracket: bracket.range(),
        who,
    })
}

/// The interview of a page whose answers are in quotation marks and whose questions have no mark.
pub(super) fn answers(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    const BEGINNING: usize = 40;
    let blocks = blocks(page, |line| settled.is_open(line));
    let text = |at: usize| page.join_at_most(blocks[at].clone(), BEGINNING).text;
    let is_answer: Vec<bool> = (0..blocks.len()).map(|at| text(at).trim_start().starts_with(OPENING)).collect();
    // A long answer ends far behind its beginning.
    let end = |at: usize| page.lines[blocks[at].end - 1].text().trim_end();
    let asks = |at: usize| end(at).ends_with(['?', '？', '؟']);
    let is_asked = |at: usize| !is_answer[at] && is_answer.get(at + 1) == Some(&true);
    let first = (0..blocks.len()).find(|at| is_asked(*at) && asks(*at))?;
    let last = (first..blocks.len()).rfind(|at| is_answer[*at])?;
    let asked: Vec<usize> = (first..=last).filter(|at| is_asked(*at)).collect();
    let n_questions = asked.iter().filter(|at| asks(**at)).count();
    let n_between = (first..=last).filter(|at| !is_answer[*at] && !is_asked(*at)).count();
    let is_closed = |at: usize| end(at).trim_end_matches(['.', ',', ' ', '!', '?']).ends_with(CLOSING);
    let answers = || (first..=last).filter(|at| is_answer[*at]);
    let n_closed = answers().filter(|at| is_closed(*at)).count();
    let is_interview = asked.len() >= FEWEST_ANSWERS
        && n_questions * 2 > asked.len()
        && n_between * 5 <= asked.len()
        && n_closed * 5 >= answers().count() * 4;
    if !is_interview || found.bylines.len() * 2 > asked.len() {
        return None;
    }
    let parties = questions::parties(page, blocks[first].start);
    let asker = Byline { role: Some(Role::Questioner), ..parties.asks.unwrap_or_else(|| nobody("Questioner")) };
    let answerer = Byline { role: Some(Role::Speaker), ..parties.answers.unwrap_or_else(|| nobody(NOT_NAMED)) };
    let turn = |parts: &Byline, origin: Origin, line: usize| {
        let start = page.lines[line].mapped.source_start(0);
        let place = Place { line, byline: Span::new(start, start), speech_line: line, speech: start };
        let weights = Weights::start(Reason::Sign, ANSWERED);
        Candidate::implied(Style::Questions, origin, parts.clone(), LabelKind::Person, place, weights)
    };
    let mut out = Found { style: Some(Style::Questions), confidence: ANSWERED, ..Found::default() };
    for at in asked {
        out.bylines.push(turn(&asker, Origin::Asked, blocks[at].start));
        out.bylines.push(turn(&answerer, Origin::Answered, blocks[at + 1].start));
    }
    for lines in &blocks[last + 1..] {
        out.around.push((lines.clone(), BlockKind::EditorialNote));
    }
    Some(out)
}

/// Runs of lines with text that are not claimed.
fn blocks(page: &Page<'_>, is_open: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for line in (0..page.lines.len()).filter(|line| is_open(*line) && !page.lines[*line].is_empty()) {
        match out.last_mut() {
            Some(last) if last.end == line => last.end = line + 1,
            _ => out.push(line..line + 1),
        }
    }
    out
}
