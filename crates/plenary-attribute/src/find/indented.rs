//! Examinations whose questions and answers differ in their indentation alone, as records of courts print them.
//!
//! **Input**: the page, the claims on it, and the bylines that are printed on it. **Output**: a turn for each question and each answer. A
//! short line to the left of the questions names who asks from there on; other lines there are notes of the record. Left alone are
//! pages on which lines to the right do not answer questions: lists, verse, indented first lines.

use std::collections::BTreeMap;
use std::ops::Range;

use super::questions::{nobody, parties};
use crate::candidate::{Candidate, Found, Origin, Place};
use crate::page::{Page, Settled};
use crate::weights::Weights;
use plenary_corpus::text::ends_sentence;
use plenary_corpus::{BlockKind, Reason, Role, Span, Style};
use plenary_names::bylines::{self, Byline};
use plenary_names::labels::{self, LabelKind};

/// Confidence of such turns.
const CONFIDENCE: f32 = 0.65;

/// Minimum number of questions.
const FEWEST: usize = 5;

/// Maximum number of notes between the name of who asks and the first question.
const MOST_NOTES: usize = 2;

/// Some lines in one column.
struct Run {
    indent: usize,
    lines: Range<usize>,
}

/// The examination of a page, if it explains more of it than the bylines `found`.
pub(super) fn find(page: &Page<'_>, settled: &Settled, found: &Found) -> Option<Found> {
    let runs = runs(page, settled);
    let asks = |run: &Run| page.lexicon.asks(page.lines[run.lines.end - 1].text().trim());
    let mut n_asking: BTreeMap<usize, usize> = BTreeMap::new();
    for run in runs.iter().filter(|run| asks(run)) {
        *n_asking.entry(run.indent).or_default() += 1;
    }
    // Ties go to the leftmost column.
    let most = n_asking.values().copied().max().filter(|n| *n >= FEWEST)?;
    let question = n_asking.into_iter().find(|(_, n)| *n == most).map(|(indent, _)| indent)?;
    // Each line to the left of the questions is a name or a note of its own.
    let is_left = |run: &Run| run.indent < question;
    let runs: Vec<Run> = runs
        .into_iter()
        .flat_map(|run| {
            let step = if is_left(&run) { 1 } else { run.lines.len() };
            let lines = run.lines.clone();
            lines
                .clone()
                .step_by(step)
                .map(move |line| Run { indent: run.indent, lines: line..(line + step).min(lines.end) })
        })
        .collect();
    let mut n_below: BTreeMap<usize, usize> = BTreeMap::new();
    for pair in runs.windows(2).filter(|pair| pair[0].indent == question && pair[1].indent > question) {
        *n_below.entry(pair[1].indent).or_default() += 1;
    }
    let answer = n_below.into_iter().max_by_key(|(_, n)| *n).map(|(indent, _)| indent)?;
    let is_question = |at: usize| runs[at].indent == question;
    let is_answer = |at: usize| runs[at].indent == answer;
    let first =
        (0..runs.len()).find(|at| is_question(*at) && runs.get(at + 1).is_some_and(|next| next.indent == answer))?;
    let last = (first..runs.len()).rfind(|at| is_answer(*at))?;
    let questions: Vec<usize> = (first..=last).filter(|at| is_question(*at)).collect();
    let n_answered = questions.iter().filter(|at| is_answer(**at + 1)).count();
    let n_asking = questions.iter().filter(|at| asks(&runs[**at])).count();
    let answers: Vec<usize> = (first..=last).filter(|at| is_answer(*at)).collect();
    let n_asking_back = answers.iter().filter(|at| asks(&runs[**at])).count();
    let is_other = |at: &usize| !is_question(*at) && !is_answer(*at) && label(page, &runs[*at]).is_none();
    let n_others = (first..=last).filter(is_other).count();
    let is_examination = n_answered >= FEWEST
        && n_answered * 5 >= questions.len() * 4
        && n_asking * 5 >= questions.len() * 3
        && n_asking_back * 5 <= answers.len()
        && n_others * 3 <= questions.len();
    if !is_examination || found.bylines.len() > questions.len() {
        return None;
    }
    let begins = |at: usize| runs[at].lines.start;
    let mut out = Found { style: Some(Style::Questions), confidence: CONFIDENCE, ..Found::default() };
    let introduced = parties(page, begins(first));
    let answerer = named(page, begins(first)).or(introduced.answers).unwrap_or_else(|| nobody("Unknown"));
    let answerer = Byline { role: Some(Role::Speaker), ..answerer };
    let mut asker = introduced.asks.unwrap_or_else(|| nobody("Questioner"));
    // The name of who asks may be above the first question, with notes between them.
    let above = (0..first).rev().take(MOST_NOTES + 1).take_while(|at| runs[*at].indent < question);
    let from = above.filter(|at| label(page, &runs[*at]).is_some()).last().unwrap_or(first);
    let mut announced = None;
    let precedes_question = |at: usize| {
        runs[at + 1..].iter().take(MOST_NOTES + 1).any(|next| next.indent == question) && runs[at].indent < question
    };
    for (at, run) in runs.iter().enumerate().take(last + 1).skip(from) {
        if is_question(at) || is_answer(at) {
            let (parts, origin) =
                if is_answer(at) { (answerer.clone(), Origin::Answered) } else { (asker.clone(), Origin::Asked) };
            let byline = announced.take().filter(|_| is_question(at));
            out.bylines.push(turn(page, parts, origin, run.lines.start, byline));
        } else if let Some(named) = label(page, run).filter(|_| precedes_question(at)) {
            asker = named;
            announced = Some(run.lines.start);
            out.around.push((run.lines.clone(), BlockKind::Byline));
        } else {
            out.around.push((run.lines.clone(), BlockKind::StageNote));
        }
    }
    for run in &runs[last + 1..] {
        out.around.push((run.lines.clone(), BlockKind::StageNote));
    }
    Some(out)
}

/// Runs of open lines with text in one column.
fn runs(page: &Page<'_>, settled: &Settled) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    for line in (0..page.lines.len()).filter(|line| settled.is_open(*line) && !page.lines[*line].is_empty()) {
        let own = &page.lines[line];
        let blanks = page.source.get(own.span.start..own.mapped.source_start(0)).unwrap_or("");
        let width = |c: char| match c {
            '\t' => 8,
            '\u{3000}' => 2,
            _ => 1,
        };
        let indent = blanks.chars().map(width).sum();
        match out.last_mut().filter(|last| last.indent == indent && last.lines.end == line) {
            Some(last) => last.lines.end = line + 1,
            None => out.push(Run { indent, lines: line..line + 1 }),
        }
    }
    out
}

/// Who asks from here on, if a single short line names somebody.
fn label(page: &Page<'_>, run: &Run) -> Option<Byline> {
    const LONGEST: usize = 40;
    let text = page.lines[run.lines.start].text().trim();
    // In Japanese, names of people and offices do not end with the syllables of verbs.
    let ends_as_verb = text.ends_with(|c: char| ('\u{3041}'..='\u{3096}').contains(&c));
    let fits = run.lines.len() == 1 && text.chars().count() <= LONGEST && !ends_sentence(text) && !ends_as_verb;
    let parts = bylines::split(page.lexicon, text.trim_end_matches([':', '：']));
    let is_speaker = |label: &str| {
        labels::judge(page.lexicon, label).is_some_and(|found| found.kind != LabelKind::Word && found.quality >= 0.5)
    };
    (fits && is_speaker(&parts.label)).then_some(parts)
}

/// The person whom a field of the head names: "Name: Ann Lee", "氏　名　鵜 飼 信 子".
fn named(page: &Page<'_>, first: usize) -> Option<Byline> {
    const LONGEST: usize = 60;
    let value = |text: &str| -> Option<String> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return None;
        }
        if let Some((field, value)) = text.split_once([':', '：']) {
            return page.lexicon.is_name_field(field).then(|| value.trim().to_string());
        }
        let joined: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        page.lexicon.behind_name_field(&joined).map(str::to_string)
    };
    let found = page.lines[..first].iter().find_map(|line| value(line.text()))?;
    (!found.is_empty() && labels::judge(page.lexicon, &found).is_some()).then(|| bylines::split(page.lexicon, &found))
}

/// A turn at the beginning of a line, with the line that names who speaks.
fn turn(page: &Page<'_>, parts: Byline, origin: Origin, line: usize, byline: Option<usize>) -> Candidate {
    let speech = page.lines[line].mapped.source_start(0);
    let start = byline.map_or(speech, |line| page.lines[line].mapped.source_start(0));
    let end = byline.map_or(speech, |line| page.lines[line].mapped.source_end(page.lines[line].text().len()));
    let place = Place { line: byline.unwrap_or(line), byline: Span::new(start, end), speech_line: line, speech };
    let weights = Weights::start(Reason::Indented, CONFIDENCE);
    Candidate::implied(Style::Questions, origin, parts, LabelKind::Person, place, weights)
}

#[cfg(test)]
mod tests {
    use crate::testing::turns;

    #[test]
    fn lists_and_verse_to_the_right_of_questions_are_no_answers() {
        let list = "Questions for the next meeting\n\nWho pays for the bridge?\n    the council\n    the bakers\nWhen does it open?\n    in May\n\
                    The minutes are enclosed.\n    Two pages.\nWho keeps the key?\n    Nobody knows.\n";
        assert!(turns(list).iter().all(|(label, _)| label.is_empty()), "{:?}", turns(list));
        let speech = "ANN LEE: Who pays?\n    Who knows?\nBO HILL: Nobody does.\n    Nobody ever did.\nANN LEE: Why not?\n    Is it late?\n\
                      BO HILL: It is.\n    It was.\nANN LEE: Then when?\n    In May?\nBO HILL: In June.\n    Or never.\n";
        let labels: Vec<String> = turns(speech).into_iter().map(|(label, _)| label).collect();
        assert_eq!(labels, ["ANN LEE", "BO HILL", "ANN LEE", "BO HILL", "ANN LEE", "BO HILL"]);
    }

    #[test]
    fn answers_are_to_the_right_of_questions() {
        let mut text = String::from("Name of witness: Ann Lee\n\nMr. Hill\n");
        for (question, answer) in
            [("Who had the key?", "I had."), ("Since when?", "Since May."), ("Where was it?", "On the wall.")]
        {
            text.push_str(&format!("    {question}\n        {answer}\n"));
        }
        text.push_str("Ms. Wood\n");
        for (question, answer) in [("And the lamp?", "It was out."), ("Who saw it?", "Nobody did.")] {
            text.push_str(&format!("    {question}\n        {answer}\n"));
        }
        let found = turns(&text);
        assert_eq!(found.len(), 10, "{found:?}");
        assert_eq!((found[1].1.as_str(), found[8].1.as_str()), ("I had.", "Who saw it?"));
    }
}
