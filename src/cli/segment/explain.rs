//! `plenary segment --explain`: a block of lines for each turn, from the explanations that attribution recorded.

use std::io::Write;

use serde::Serialize;

use crate::corpus::{Block, Estimate, Explanation, Link, Term, Transcript, Weight};

use super::super::output::{signed, wrapped};
use super::{NO_NAME, Turn, first_words, print_head, turns};

/// An explanation with block ids, as JSON.
#[derive(Serialize)]
pub(crate) struct ExplanationJson<'t> {
    #[serde(flatten)]
    explanation: &'t Explanation,
    link: Option<LinkJson<'t>>,
    document: DocumentJson<'t>,
}

/// The estimate for the document, with all terms of the document.
#[derive(Serialize)]
struct DocumentJson<'t> {
    #[serde(flatten)]
    estimate: &'t Estimate,
    needs_review: bool,
}

#[derive(Serialize)]
struct LinkJson<'t> {
    #[serde(flatten)]
    link: &'t Link,
    block_ids: Vec<&'t str>,
}

impl<'t> ExplanationJson<'t> {
    pub(crate) fn of(transcript: &'t Transcript, explanation: &'t Explanation) -> Self {
        let document = DocumentJson { estimate: &transcript.estimate, needs_review: transcript.needs_review };
        let link_json = |link: &'t Link| {
            let blocks = link.blocks.iter().map(|at| transcript.blocks[*at].block_id.as_str());
            LinkJson { link, block_ids: blocks.collect() }
        };
        Self { explanation, link: explanation.link.as_ref().map(link_json), document }
    }
}

/// Prints the head of a transcript, the score of each style, and an explanation of each turn and of each block outside turns.
/// With `only_doubtful`, blocks outside turns and turns that need no review are left out.
pub(crate) fn print(out: &mut impl Write, transcript: &Transcript, only_doubtful: bool) -> std::io::Result<()> {
    print_head(out, transcript)?;
    for (i, style) in transcript.styles.iter().enumerate() {
        let name = if i == 0 { "styles" } else { "" };
        let unused = if style.is_taken { "" } else { ", not used" };
        writeln!(out, "  {name:<8} {}: score {:.2}{unused}", style.style, style.score)?;
    }
    if let Some(template) = &transcript.template {
        let lines = if template.n_lines == 1 { "line" } else { "lines" };
        writeln!(out, "  template {}: {} {lines}", template.shape, template.n_lines)?;
    }
    print_estimate(out, &transcript.estimate)?;
    let is_printed = |block: &&Block| {
        !only_doubtful && !block.claimed_by.is_empty() && !block.span.of(&transcript.document.text).trim().is_empty()
    };
    let mut outside = transcript.blocks.iter().filter(is_printed).peekable();
    for turn in turns(transcript).filter(|turn| turn.needs_review || !only_doubtful) {
        while let Some(block) = outside.next_if(|block| block.span.start < turn.start) {
            print_block(out, transcript, block)?;
        }
        print_turn(out, transcript, &turn, &transcript.utterances[turn.order - 1].explanation)?;
    }
    for block in outside {
        print_block(out, transcript, block)?;
    }
    writeln!(out)
}

/// Prints the estimate for the document, and the terms of the document in the confidence of its turns.
fn print_estimate(out: &mut impl Write, estimate: &Estimate) -> std::io::Result<()> {
    writeln!(out, "  estimate {:.2} that at least 80 % of the words have the right speaker", estimate.mostly_right)?;
    for line in terms(&estimate.terms) {
        writeln!(out, "           {line}")?;
    }
    for (i, line) in terms(&estimate.turn_terms).enumerate() {
        writeln!(out, "  {:<8} {line}", if i == 0 { "turns" } else { "" })?;
    }
    Ok(())
}

/// The terms that change the log-odds, the largest first.
fn terms(terms: &[Term]) -> impl Iterator<Item = String> {
    const SMALLEST: f32 = 0.005;
    let mut shown: Vec<&Term> = terms.iter().filter(|term| term.log_odds.abs() >= SMALLEST).collect();
    shown.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()));
    shown.into_iter().map(|term| format!("{}  {}", signed(f64::from(term.log_odds)), term.says))
}

/// Prints what a block outside turns is and which passes of attribution claimed it.
fn print_block(out: &mut impl Write, transcript: &Transcript, block: &Block) -> std::io::Result<()> {
    let lines = match (block.line_start, block.line_end) {
        (start, end) if start == end => format!("line {start}"),
        (start, end) => format!("lines {start}-{end}"),
    };
    let kind = block.kind.as_str().replace('_', " ");
    writeln!(out, "\n  {lines}: {kind}, {}", block.block_id)?;
    let passes: Vec<String> = block.claimed_by.iter().map(ToString::to_string).collect();
    let mut field =
        |name: &str, text: &str| writeln!(out, "{}", wrapped(text, &format!("    {name:<8} "), "             "));
    field("words", &first_words(block.span.of(&transcript.document.text)))?;
    field("pass", &passes.join("; "))
}

fn print_turn(
    out: &mut impl Write,
    transcript: &Transcript,
    turn: &Turn<'_>,
    explanation: &Explanation,
) -> std::io::Result<()> {
    let mark = if turn.needs_review { "?" } else { " " };
    let (lines, label) = (turn.lines(), turn.speaker.unwrap_or(NO_NAME));
    let word = if lines.contains('-') { "lines" } else { "line" };
    writeln!(
        out,
        "\n{mark} {word} {lines}: {label}, confidence {:.2}, {}",
        turn.boundary_confidence, turn.utterance_id
    )?;
    let mut field =
        |name: &str, text: &str| writeln!(out, "{}", wrapped(text, &format!("    {name:<8} "), "             "));
    field("words", &first_words(turn.text))?;
    field("rule", &rule(explanation))?;
    if let Some(byline) = &explanation.byline {
        field("byline", &format!("\"{byline}\""))?;
    }
    for (i, weight) in explanation.weights.iter().enumerate() {
        field(if i == 0 { "score" } else { "" }, &weight_text(weight))?;
    }
    for (i, line) in terms(&explanation.terms).enumerate() {
        field(if i == 0 { "odds" } else { "" }, &line)?;
    }
    let of_document = explanation.document_log_odds;
    field("", &format!("{}  the document as a whole", signed(f64::from(of_document))))?;
    if let Some(rival) = &explanation.rival {
        let text = format!("{} \"{}\" ({:.2}): {}", rival.style, rival.byline, rival.confidence, rival.reason);
        field("rival", &text)?;
    }
    if let Some(link) = &explanation.link {
        field("person", &person(transcript, turn, link))?;
    }
    for reason in &explanation.review {
        field("review", reason)?;
    }
    Ok(())
}

fn rule(explanation: &Explanation) -> String {
    let mut text = explanation.rule.to_string();
    if let Some(line) = explanation.line {
        text.push_str(&format!(", line {line}"));
    }
    match (explanation.form, explanation.n_mentions) {
        (Some(form), Some(n @ 1..)) => {
            let times = if n == 1 { "once".to_string() } else { format!("{n} times") };
            text.push_str(&format!("; form of the label: {}; seen {times}", form.as_str()));
        }
        (Some(form), _) => text.push_str(&format!("; form of the label: {}", form.as_str())),
        _ => {}
    }
    text
}

fn weight_text(weight: &Weight) -> String {
    format!("{} -> {:.2}  {}", signed(f64::from(weight.change)), weight.confidence, weight.reason)
}

fn person(transcript: &Transcript, turn: &Turn<'_>, link: &Link) -> String {
    let name = turn.name.unwrap_or(NO_NAME);
    let mut text = format!("{name}: {} ({:.2})", link.rule.as_str(), link.confidence);
    if !link.blocks.is_empty() {
        let blocks = link.blocks.iter().map(|at| &transcript.blocks[*at]);
        let blocks: Vec<String> =
            blocks.map(|block| format!("{} (line {})", block.block_id, block.line_start)).collect();
        text.push_str(&format!(", based on {}", blocks.join(" and ")));
    }
    text
}
