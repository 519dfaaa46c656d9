//! Line numbers and times that a record prints in the margins of its pages.
//!
//! **Input:** a text and its lines. **Output:** the lines without the numbers of all lines, or of every fifth or tenth, on the left or on
//! the right. Nothing is refused. Left alone are numbers of lists and in tables, which do not count in one column beside the text.

use std::sync::LazyLock;

use regex::Regex;

use super::plain::{indent, layout};
use plenary_corpus::{Layout, Line};
use plenary_names::text::constant_regex;

/// Removes the numbers and times in the margins from the runs.
pub(crate) fn drop(text: &str, lines: &mut [Line]) {
    drop_margin_numbers(text, lines);
    drop_numbers_of_fifth_lines(text, lines);
    drop_right_margin(text, lines);
}

/// Removes line numbers in the margin ("14   truck itself") from the runs, if nearly all lines have one and the numbers
/// are consecutive.
fn drop_margin_numbers(text: &str, lines: &mut [Line]) {
    const FEWEST: usize = 8;
    let number = |line: &Line| -> Option<(u32, usize)> {
        let shown = line.runs.first()?.span.of(text);
        let digits = shown.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &shown[digits..];
        let is_margin = (1..=5).contains(&digits) && (rest.is_empty() || rest.starts_with([' ', '\t']));
        is_margin.then(|| shown[..digits].parse().ok()).flatten().map(|n| (n, digits))
    };
    let (mut n_lines, mut n_numbered, mut consecutive) = (0, 0, 0);
    let mut last = None;
    for line in lines.iter().filter(|line| !line.runs.is_empty()) {
        n_lines += 1;
        if let Some((n, _)) = number(line) {
            n_numbered += 1;
            consecutive += usize::from(n == 1 || last.is_some_and(|last: u32| n == last.saturating_add(1)));
            last = Some(n);
        }
    }
    if n_numbered < FEWEST || n_numbered * 10 < n_lines * 7 || consecutive * 10 < n_numbered * 9 {
        return;
    }
    for line in lines.iter_mut() {
        let Some((_, digits)) = number(line) else { continue };
        let Some(run) = line.runs.first_mut() else { continue };
        let rest = &run.span.of(text)[digits..];
        run.span.start += digits + (rest.len() - rest.trim_start().len());
        if run.span.is_empty() {
            line.runs.clear();
            line.layout = Layout::Ornament;
        } else {
            let shown = run.span.of(text);
            line.layout = layout(shown);
        }
    }
}

/// The numbers of every fifth or tenth line, with their index: each is one step more than the last, or the first of a page.
fn counted_by_steps(numbers: &[(usize, u32)]) -> Vec<usize> {
    const FEWEST: usize = 5;
    for step in [5, 10] {
        let steps: Vec<(usize, u32)> = numbers.iter().copied().filter(|(_, n)| *n > 0 && n % step == 0).collect();
        let follows = |pair: &&[(usize, u32)]| pair[1].1 == pair[0].1.saturating_add(step) || pair[1].1 == step;
        let n_following = steps.windows(2).filter(follows).count();
        if steps.len() >= FEWEST && steps.len() * 10 >= numbers.len() * 8 && n_following * 10 >= (steps.len() - 1) * 9 {
            return steps.into_iter().map(|(at, _)| at).collect();
        }
    }
    Vec::new()
}

/// Removes the numbers of every fifth or tenth line in the margin ("  5    he came back.") from the runs. The other lines begin to the
/// right of them, so rows of a table stay.
fn drop_numbers_of_fifth_lines(text: &str, lines: &mut [Line]) {
    let number = |line: &Line| -> Option<(u32, usize, usize)> {
        let shown = line.runs.first()?.span.of(text);
        let digits = shown.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &shown[digits..];
        let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let is_margin = (1..=4).contains(&digits) && (gap >= 2 || rest.starts_with('\t') || rest.is_empty());
        is_margin.then(|| shown[..digits].parse().ok()).flatten().map(|n| (n, digits, gap))
    };
    let all: Vec<(usize, u32)> =
        lines.iter().enumerate().filter_map(|(at, line)| number(line).map(|(n, ..)| (at, n))).collect();
    let counted = counted_by_steps(&all);
    let (Some(first), Some(last)) = (counted.first(), counted.last()) else { return };
    let end = |at: &usize| number(&lines[*at]).map_or(0, |(_, digits, _)| indent(text, &lines[*at]) + digits);
    let margin = counted.iter().map(end).max().unwrap_or(0);
    let others = || (*first..*last).filter(|at| !lines[*at].runs.is_empty() && counted.binary_search(at).is_err());
    let n_beside = others().filter(|at| indent(text, &lines[*at]) > margin).count();
    let n_others = others().count();
    if n_others < counted.len() || n_beside * 10 < n_others * 8 {
        return;
    }
    for at in counted {
        let Some((_, digits, gap)) = number(&lines[at]) else { continue };
        if let Some(run) = lines[at].runs.first_mut() {
            run.span.start += digits + gap;
            lines[at].layout = layout(run.span.of(text));
        }
        if lines[at].runs.first().is_some_and(|run| run.span.is_empty()) {
            lines[at].runs.clear();
            lines[at].layout = Layout::Ornament;
        }
    }
}

/// What a record prints in its right margin: the number of every fifth or tenth line, with the time before it or without.
static RIGHT_MARGIN: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"[ \t]{2,}(?:\d{1,2}:\d{2}(?::\d{2})?[ \t]{1,})?(?P<number>\d{1,3})$"));

/// Removes the numbers of every fifth or tenth line, and the times beside them, in the right margin from the runs. The numbers end in
/// one column, so the last column of a table, whose numbers do not count, stays.
fn drop_right_margin(text: &str, lines: &mut [Line]) {
    let found = |line: &Line| -> Option<(u32, usize)> {
        let shown = line.runs.last()?.span.of(text);
        let found = RIGHT_MARGIN.captures(shown)?;
        let start = found.get(0)?.start();
        Some((found["number"].parse().ok()?, start)).filter(|_| start > 0)
    };
    let all: Vec<(usize, u32)> =
        lines.iter().enumerate().filter_map(|(at, line)| found(line).map(|(n, _)| (at, n))).collect();
    let counted = counted_by_steps(&all);
    let width = |at: usize| indent(text, &lines[at]) + lines[at].runs[0].span.of(text).chars().count();
    let Some(right) = counted.iter().map(|at| width(*at)).max() else { return };
    let n_aligned = counted.iter().filter(|at| width(**at) + 2 >= right).count();
    if n_aligned * 10 < counted.len() * 9 {
        return;
    }
    for at in counted {
        let Some((_, start)) = found(&lines[at]) else { continue };
        if let Some(run) = lines[at].runs.last_mut() {
            run.span.end = run.span.start + start;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::plain::lines;

    /// The text of the lines.
    fn shown(text: &str) -> Vec<&str> {
        lines(text).iter().filter_map(|line| line.runs.first()).map(|run| run.span.of(text)).collect()
    }

    #[test]
    fn numbers_of_every_fifth_line_are_in_the_margin() {
        let line = |at: usize| {
            let number = if at.is_multiple_of(5) { at.to_string() } else { String::new() };
            format!("{number:>4}    Ann said that it was late.\n")
        };
        let left: String = (1..=27).map(line).collect();
        assert!(shown(&left).iter().all(|line| *line == "Ann said that it was late."), "{:?}", shown(&left));
        let line = |at: usize| {
            let number = if at.is_multiple_of(5) { format!("10:4{}   {:>2}", at % 7, at % 30) } else { String::new() };
            format!("     {:<52}{number}\n", &"Ann said that it was late, and Bo that it was not."[..50 - at % 9])
        };
        let right: String = (1..=29).map(line).collect();
        assert!(shown(&right).iter().all(|line| !line.contains(|c: char| c.is_ascii_digit())), "{:?}", shown(&right));
    }

    #[test]
    fn numbers_in_tables_and_lists_stay() {
        for text in [
            "5    Bakers\n10   Millers\n15   Sailors\n20   Smiths\n25   Weavers\n30   Judges\n".repeat(2),
            "Opening of the session       5\nThe bridge      10\nVotes               15\nPetitions         20\nClosing    25\n".into(),
            "Bakers          12\nMillers          5\nSailors         40\nSmiths          10\nWeavers         15\n".into(),
            "He was 5\nand she was 10\nand it was 15\nand then 20\nand last 25\n".into(),
        ] {
            assert!(shown(&text).iter().all(|line| line.contains(|c: char| c.is_ascii_digit())), "{:?}", shown(&text));
        }
    }
}
