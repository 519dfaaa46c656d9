//! `plenary segment --explain`: a block of lines for each turn, from what the attribution recorded.

use std::io::Write;

use serde::Serialize;

use plenary::corpus::{Explanation, Link, Transcript, Weight};

use super::super::say::{signed, wrapped};
use super::{NOBODY, Turn, first_words, print_head, turns};

/// An explanation with the ids of the blocks, as JSON.
#[derive(Serialize)]
pub struct Told<'t> {
    #[serde(flatten)]
    explanation: &'t Explanation,
    link: Option<ToldLink<'t>>,
}

#[derive(Serialize)]
struct ToldLink<'t> {
    #[serde(flatten)]
    link: &'t Link,
    block_ids: Vec<&'t str>,
}

impl<'t> Told<'t> {
    pub fn of(transcript: &'t Transcript, explanation: &'t Explanation) -> Self {
        let told = |link: &'t Link| {
            let blocks = link.blocks.iter().map(|at| transcript.blocks[*at].block_id.as_str());
            ToldLink { link, block_ids: blocks.collect() }
        };
        Self { explanation, link: explanation.link.as_ref().map(told) }
    }
}

/// Prints the head of a transcript, how much each style explains, and each turn with what made it.
pub fn print(out: &mut impl Write, transcript: &Transcript, only_doubtful: bool) -> std::io::Result<()> {
    print_head(out, transcript)?;
    for (i, style) in transcript.styles.iter().enumerate() {
        let name = if i == 0 { "explain" } else { "" };
        let taken = if style.is_taken { "" } else { ", not taken" };
        writeln!(out, "  {name:<8} {} explains {:.2}{taken}", style.style, style.score)?;
    }
    for turn in turns(transcript).filter(|turn| turn.needs_review || !only_doubtful) {
        print_turn(out, transcript, &turn, &transcript.utterances[turn.order - 1].explanation)?;
    }
    writeln!(out)
}

fn print_turn(
    out: &mut impl Write,
    transcript: &Transcript,
    turn: &Turn<'_>,
    explanation: &Explanation,
) -> std::io::Result<()> {
    let mark = if turn.needs_review { "?" } else { " " };
    let (lines, label) = (turn.lines(), turn.speaker.unwrap_or(NOBODY));
    let word = if lines.contains('-') { "lines" } else { "line" };
    writeln!(out, "\n{mark} {word} {lines}: {label}, sure {:.2}, {}", turn.boundary_confidence, turn.utterance_id)?;
    let mut say =
        |name: &str, text: &str| writeln!(out, "{}", wrapped(text, &format!("    {name:<8} "), "             "));
    say("words", &first_words(turn.text))?;
    say("rule", &rule(explanation))?;
    if let Some(byline) = &explanation.byline {
        say("byline", &format!("\"{byline}\""))?;
    }
    for (i, weight) in explanation.weights.iter().enumerate() {
        say(if i == 0 { "weights" } else { "" }, &weighed(weight))?;
    }
    if let Some(rival) = &explanation.rival {
        let told = format!("{} \"{}\" ({:.2}): {}", rival.style, rival.byline, rival.confidence, rival.reason);
        say("rival", &told)?;
    }
    if let Some(link) = &explanation.link {
        say("person", &person(transcript, turn, link))?;
    }
    for reason in &explanation.review {
        say("review", reason)?;
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
            text.push_str(&format!("; form of the label: {}; it stands {n}x", form.as_str()))
        }
        (Some(form), _) => text.push_str(&format!("; form of the label: {}", form.as_str())),
        _ => {}
    }
    text
}

fn weighed(weight: &Weight) -> String {
    format!("{} -> {:.2}  {}", signed(f64::from(weight.change)), weight.confidence, weight.reason)
}

fn person(transcript: &Transcript, turn: &Turn<'_>, link: &Link) -> String {
    let name = turn.name.unwrap_or(NOBODY);
    let mut text = format!("{name}: {} ({:.2})", link.rule.as_str(), link.confidence);
    if !link.blocks.is_empty() {
        let blocks = link.blocks.iter().map(|at| &transcript.blocks[*at]);
        let blocks: Vec<String> =
            blocks.map(|block| format!("{} (line {})", block.block_id, block.line_start)).collect();
        text.push_str(&format!(", by {}", blocks.join(" and ")));
    }
    text
}
