//! `plenary segment --explain`: a block of lines for each turn, from what the attribution recorded.

use std::collections::HashMap;
use std::io::Write;

use plenary::corpus::{Explanation, Link, Transcript, Weight};

use super::super::say::{signed, wrapped};
use super::{NOBODY, Turn, first_words, print_head, turns};

/// Prints the head of a transcript, how much each style explains, and each turn with what made it.
pub fn print(out: &mut impl Write, transcript: &Transcript, only_doubtful: bool) -> std::io::Result<()> {
    print_head(out, transcript)?;
    for (i, style) in transcript.styles.iter().enumerate() {
        let name = if i == 0 { "explain" } else { "" };
        let taken = if style.is_taken { "" } else { ", not taken" };
        writeln!(out, "  {name:<8} {} explains {:.2}{taken}", style.style, style.score)?;
    }
    let lines: HashMap<&str, usize> =
        transcript.blocks.iter().map(|block| (block.block_id.as_str(), block.line_start)).collect();
    for turn in turns(transcript).filter(|turn| turn.needs_review || !only_doubtful) {
        print_turn(out, &lines, &turn, &transcript.utterances[turn.order - 1].explanation)?;
    }
    writeln!(out)
}

fn print_turn(
    out: &mut impl Write,
    lines_of_blocks: &HashMap<&str, usize>,
    turn: &Turn<'_>,
    explanation: &Explanation,
) -> std::io::Result<()> {
    let mark = if turn.needs_review { "?" } else { " " };
    let (lines, label) = (turn.lines(), turn.speaker.unwrap_or(NOBODY));
    writeln!(out, "\n{mark} lines {lines}: {label}, sure {:.2}, {}", turn.boundary_confidence, turn.utterance_id)?;
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
        say("person", &person(lines_of_blocks, turn, link))?;
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
    match (explanation.form, explanation.n_prints) {
        (Some(form), Some(n @ 1..)) => text.push_str(&format!("; form of the label: {form}; it stands {n}x")),
        (Some(form), _) => text.push_str(&format!("; form of the label: {form}")),
        _ => {}
    }
    text
}

fn weighed(weight: &Weight) -> String {
    format!("{} -> {:.2}  {}", signed(f64::from(weight.change)), weight.confidence, weight.reason)
}

fn person(lines: &HashMap<&str, usize>, turn: &Turn<'_>, link: &Link) -> String {
    let name = turn.name.unwrap_or(NOBODY);
    let mut text = format!("{name}: {} ({:.2})", link.rule.as_str(), link.confidence);
    if !link.block_ids.is_empty() {
        let line_of = |id: &String| lines.get(id.as_str()).map_or_else(String::new, |line| format!(" (line {line})"));
        let blocks: Vec<String> = link.block_ids.iter().map(|id| format!("{id}{}", line_of(id))).collect();
        text.push_str(&format!(", by {}", blocks.join(" and ")));
    }
    text
}
