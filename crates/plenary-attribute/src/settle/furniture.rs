//! Running headers, page numbers, clock times, stage directions and notes.
//!
//! **Input**: the page and the claims on it. **Output**: claims on lines. Nothing is deleted: each line becomes part of
//! a block of its kind. Headings and notes that depend on the bylines are left to `body`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use super::asides;
use super::record;
use crate::page::{Page, PageLine, Settled};
use plenary_corpus::{BlockKind, Layout, Pass};
use plenary_names::misreadings::skeleton;
use plenary_names::text::constant_regex;

/// Maximum length of a running header in bytes.
const LONGEST_HEADER: usize = 120;

/// The first occurrence of a running header is the title if it is among this number of lines at the top.
const TITLE_LINES: usize = 10;

/// Paragraphs with more lines are not searched for single lines of a court's record.
const LONGEST_LISTING: usize = 400;

/// Maximum length of a stage direction in characters; longer bracketed paragraphs are speech.
const LONGEST_STAGE_NOTE: usize = 400;

/// Maximum length of a line with a time of day in bytes.
const LONGEST_HOUR: usize = 40;

static FOOTNOTE: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\[\^[^\]]{1,20}\]:"));

/// Page numbers, clock times and running headers. The first occurrence of a header is left open: it may be the title.
/// `name_levels` are the levels of headings that are names of speakers.
pub(crate) fn headers(page: &Page<'_>, settled: &Settled, name_levels: &HashSet<u8>) -> Settled {
    let lexicon = page.lexicon;
    let mut claims = Settled::nothing(page);
    let mut claim = |line: usize, kind| claims.claim(line..line + 1, kind, Pass::Headers);
    for (i, line) in page.lines.iter().enumerate() {
        let text = line.text().trim();
        // "- 7 -" looks like an item of a list.
        let fits = line.layout == Layout::Text || line.layout == Layout::ListItem && text.ends_with(['-', '–', '—']);
        if fits && lexicon.patterns().page_number.is_match(text) {
            claim(i, BlockKind::Furniture);
        }
    }
    for i in clock_times(page) {
        claim(i, BlockKind::Furniture);
    }
    for (i, line) in page.lines.iter().enumerate().filter(|(_, line)| line.layout == Layout::Text) {
        if line.text().len() <= LONGEST_HOUR && lexicon.patterns().hour.is_match(line.text().trim()) {
            claim(i, BlockKind::Furniture);
        }
    }
    let settled = settled.with(&claims);
    let mut seen: HashMap<String, (usize, Vec<usize>)> = HashMap::new();
    for i in 0..page.lines.len() {
        let is_name = matches!(page.lines[i].layout, Layout::Heading(level) if name_levels.contains(&level));
        if !settled.is_open(i) || is_name || !may_be_header(page, i) {
            continue;
        }
        for cell in cells(page.lines[i].text()) {
            let entry = seen.entry(cell).or_default();
            entry.0 += 1;
            entry.1.push(i);
        }
    }
    let mut header = vec![false; page.lines.len()];
    let head: Vec<usize> = (0..page.lines.len()).filter(|i| !page.lines[*i].is_empty()).take(TITLE_LINES).collect();
    for (_, (_, lines)) in seen.iter().filter(|(_, (n, _))| *n >= 2) {
        let first_is_title = lines.first().is_some_and(|line| head.contains(line));
        for line in lines.iter().skip(usize::from(first_is_title)) {
            // A repeated label of a speaker is not a header: headers are headings, or share a line with a page number or
            // a second cell, or differ in one misread letter.
            header[*line] |=
                matches!(page.lines[*line].layout, Layout::Heading(_)) || has_number_or_cells(page.lines[*line].text());
        }
    }
    let titles: Vec<usize> = seen
        .values()
        .filter(|(n, lines)| {
            *n >= 2
                && lines.first().is_some_and(|line| head.contains(line))
                && lines[1..].iter().any(|line| header[*line])
        })
        .filter_map(|(_, lines)| lines.first().copied())
        .min()
        .into_iter()
        .collect();
    for (i, is_header) in header.into_iter().enumerate() {
        if is_header {
            claims.claim(i..i + 1, BlockKind::Furniture, Pass::Headers);
        } else if titles.contains(&i) {
            claims.claim(i..i + 1, BlockKind::Title, Pass::Headers);
        }
    }
    claims
}

/// Lines that consist of a time, if there are at least three: the clock of the recording.
fn clock_times(page: &Page<'_>) -> Vec<usize> {
    const SEVERAL: usize = 3;
    let lexicon = page.lexicon;
    let times: Vec<usize> = (0..page.lines.len())
        .filter(|i| lexicon.patterns().time_alone.is_match(page.lines[*i].text().trim()))
        .collect();
    if times.len() >= SEVERAL { times } else { Vec::new() }
}

/// Whether a line is a heading, or a short line between blank lines that does not end like a sentence.
fn may_be_header(page: &Page<'_>, i: usize) -> bool {
    let line = &page.lines[i];
    let text = line.text().trim();
    if text.is_empty() || text.len() > LONGEST_HEADER {
        return false;
    }
    if matches!(line.layout, Layout::Heading(_)) {
        return true;
    }
    let alone = (i == 0 || page.lines[i - 1].is_empty()) && page.lines.get(i + 1).is_none_or(PageLine::is_empty);
    line.layout == Layout::Text && line.bold == 0 && (alone || (i == 0 && !text.ends_with(['.', ':', '?', '!'])))
}

fn has_number_or_cells(text: &str) -> bool {
    let text = text.trim();
    text.contains("   ")
        || text.split_whitespace().next_back().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
        || text.split_whitespace().next().is_some_and(|word| word.chars().all(|c| c.is_ascii_digit()))
}

/// The parts of a header line between wide gaps, without page numbers and with misread letters unified.
fn cells(text: &str) -> Vec<String> {
    text.split("   ")
        .map(|cell| {
            let words: Vec<&str> = cell
                .split_whitespace()
                .filter(|word| !word.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | '|')))
                .collect();
            skeleton(&words.join(" "))
        })
        .filter(|cell| cell.len() >= 4)
        .collect()
}

/// Paragraphs and lines that are not speech: bracketed directions, editorial notes, formulas of procedure, footnotes.
pub(crate) fn notes(page: &Page<'_>, settled: &Settled) -> Settled {
    let lexicon = page.lexicon;
    let mut claims = Settled::nothing(page);
    let mut claim = |lines, kind| claims.claim(lines, kind, Pass::Notes);
    let mut below_rule = false;
    for lines in settled.open_paragraphs(page) {
        let above = lines.start.checked_sub(1).map(|i| &page.lines[i]);
        let after_rule = above.is_some_and(|line| line.is_empty() && line.span.of(page.source).contains("____"));
        let mapped = page.join(lines.clone());
        let text = mapped.text.trim();
        let is_footnote = (after_rule || below_rule)
            && text.starts_with(['*', '†', '[', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹']);
        below_rule = is_footnote;
        let kind = if is_footnote || FOOTNOTE.is_match(text) || lexicon.patterns().editorial.is_match(text) {
            Some(BlockKind::EditorialNote)
        } else if is_below_name(page, lines.start) {
            None
        } else if is_bracketed(text) && !asides::is_interjection(lexicon, unbracketed(text))
            || record::is_record(lexicon, text)
        {
            Some(BlockKind::StageNote)
        } else {
            None
        };
        if let Some(kind) = kind {
            claim(lines, kind);
            continue;
        }
        if record::is_examination(lexicon, text) {
            // The name of the witness may be on a separate line above: "RUTH HILL,".
            let named = (0..lines.start).rev().find(|line| !page.lines[*line].is_empty());
            if let Some(above) = named.filter(|_| text.starts_with(char::is_lowercase))
                && page.lines[above].text().trim_end().ends_with(',')
                && page.lines[above].text().split_whitespace().count() <= 6
            {
                claim(above..above + 1, BlockKind::StageNote);
            }
            claim(lines, BlockKind::StageNote);
            continue;
        }
        for line in lines.clone().filter(|_| lines.len() <= LONGEST_LISTING) {
            let text = page.lines[line].text().trim();
            if record::is_examination(lexicon, text) {
                claim(line..line + 1, BlockKind::StageNote);
            } else if record::is_index_entry(text) {
                claim(line..line + 1, BlockKind::Furniture);
            }
        }
    }
    claims
}

/// Whether a bracketed line follows a short line that does not end like a sentence: it is then the office of the person
/// named there.
fn is_below_name(page: &Page<'_>, line: usize) -> bool {
    const LONGEST_NAME: usize = 60;
    let text = page.lines[line].text().trim();
    let above = line.checked_sub(1).map_or("", |i| page.lines[i].text().trim());
    text.starts_with('(')
        && !text.trim_end_matches(')').ends_with(['.', '!', '?'])
        && !above.is_empty()
        && above.chars().count() <= LONGEST_NAME
        && !above.ends_with(['.', '!', '?', ':', ',', ';', '"', '”', ')', ']'])
}

/// The text of a bracketed paragraph without its brackets.
fn unbracketed(text: &str) -> &str {
    text.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | ' ' | '.'))
}

/// Whether one pair of brackets encloses the whole paragraph.
fn is_bracketed(text: &str) -> bool {
    // Dots and bullets can precede a direction: "... (Interruptions)", "● (1540)".
    let text = text.trim_start_matches(['.', '…', '●', '•', '■', ' ']);
    let closing = match text.chars().next() {
        Some('(') => ')',
        Some('[') => ']',
        Some('<') => '>',
        _ => return false,
    };
    let body = text.trim_end_matches(['.', ' ']);
    if !body.ends_with(closing) || text.chars().count() > LONGEST_STAGE_NOTE {
        return false;
    }
    let opening = text.chars().next().unwrap_or('(');
    let mut depth = 0i32;
    for (at, c) in body.char_indices() {
        depth += i32::from(c == opening) - i32::from(c == closing);
        if depth == 0 && at + c.len_utf8() < body.len() {
            return false;
        }
    }
    depth == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_names::lexicon::Lexicon;

    #[test]
    fn only_wholly_bracketed_text_is_a_direction() {
        assert!(is_bracketed("[Applause from the gallery]"));
        assert!(is_bracketed("(Witness hands up a document. Exhibit 31.)"));
        assert!(!is_bracketed("(First) we asked (then) we went."));
        assert!(!is_bracketed("We asked (twice)."));
    }

    #[test]
    fn page_numbers_in_many_forms() {
        for text in ["7", "- 7 -", "Page 5", "Page 5 of 5", "[[Page S695]]"] {
            assert!(Lexicon::builtin().patterns().page_number.is_match(text), "{text}");
        }
        assert!(!Lexicon::builtin().patterns().page_number.is_match("Page 5 has the photograph"));
    }
}
