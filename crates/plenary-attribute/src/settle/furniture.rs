//! Page numbers, clock times, stage directions and notes.
//!
//! **Input**: the page and the claims on it. **Output**: claims on lines. Nothing is deleted: each line becomes part of
//! a block of its kind. Lines that recur are left to `running`, headings and notes that depend on the bylines to `body`.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::asides;
use super::record;
use crate::page::{Page, PageLine, Settled};
use plenary_corpus::{BlockKind, Layout, Pass};
use plenary_names::addresses::addresses;
use plenary_names::colon::colon_label;
use plenary_names::directions::is_direction;
use plenary_names::labels;
use plenary_names::lexicon::Lexicon;
use plenary_names::text::constant_regex;

/// Paragraphs with more lines are not searched for single lines of a court's record.
const LONGEST_LISTING: usize = 400;

/// Maximum length of a stage direction in characters; longer bracketed paragraphs are speech.
const LONGEST_STAGE_NOTE: usize = 400;

/// Maximum length of a line with a time of day in bytes.
const LONGEST_HOUR: usize = 40;

static YEAR: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"\b(?:1[89]|20)\d{2}\b"));
static FOOTNOTE: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^\[\^[^\]]{1,20}\]:"));

/// Page numbers and clock times.
pub(crate) fn numbers(page: &Page<'_>) -> Settled {
    let lexicon = page.lexicon;
    let mut claims = Settled::nothing(page);
    let mut claim = |line: usize, kind| claims.claim(line..line + 1, kind, Pass::Headers);
    for (i, line) in page.lines.iter().enumerate() {
        let text = line.text().trim();
        // "- 7 -" looks like an item of a list.
        let fits = line.layout == Layout::Text || line.layout == Layout::ListItem && text.ends_with(['-', '–', '—']);
        if fits && lexicon.patterns().page_number.is_match(text) && !answers_label(page, i) {
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
    claims
}

/// Whether the line above is a label without speech: a number below it is what the person says.
fn answers_label(page: &Page<'_>, line: usize) -> bool {
    const LONGEST_LABEL: usize = 40;
    let above = page.lines[..line].iter().rev().find(|line| !line.is_empty());
    above
        .is_some_and(|above| above.text().trim().ends_with(':') && above.text().trim().chars().count() <= LONGEST_LABEL)
}

/// Lines that consist of a time, if there are at least three: the clock of the recording.
fn clock_times(page: &Page<'_>) -> Vec<usize> {
    const SEVERAL: usize = 3;
    let lexicon = page.lexicon;
    let times: Vec<usize> = (0..page.lines.len())
        .filter(|i| lexicon.patterns().time_alone.is_match(page.lines[*i].text().trim()))
        .collect();
    // Two are the clock of a record if they are alone and the second is later.
    let is_alone = |line: usize| {
        let is_blank = |line: usize| page.lines.get(line).is_none_or(PageLine::is_empty);
        is_blank(line.wrapping_sub(1)) && is_blank(line + 1) && !answers_label(page, line)
    };
    let numbers = |line: usize| -> Vec<u32> {
        page.lines[line].text().split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    let are_two = matches!(times.as_slice(), [a, b] if is_alone(*a) && is_alone(*b) && numbers(*a) < numbers(*b));
    if times.len() >= SEVERAL || are_two { times } else { Vec::new() }
}

/// Paragraphs and lines that are not speech: bracketed directions, editorial notes, formulas of procedure, footnotes.
pub(crate) fn notes(page: &Page<'_>, settled: &Settled) -> Settled {
    let lexicon = page.lexicon;
    let mut claims = Settled::nothing(page);
    let mut claim = |lines, kind| claims.claim(lines, kind, Pass::Notes);
    let mut below_rule = false;
    let labels = labels_in_brackets(page, settled);
    // A name that is repeated in other scripts belongs to the byline above it.
    for line in (0..page.lines.len()).filter(|line| settled.is_open(*line) && page.is_translation(*line)) {
        claim(line..line + 1, BlockKind::Byline);
    }
    for lines in settled.open_paragraphs(page) {
        if page.is_translation(lines.start) || labels.contains(&lines.start) {
            continue;
        }
        let above = lines.start.checked_sub(1).map(|i| &page.lines[i]);
        let after_rule = above.is_some_and(|line| line.is_empty() && line.span.of(page.source).contains("____"));
        let mapped = page.join(lines.clone());
        let text = mapped.text.trim();
        let is_footnote = (after_rule || below_rule)
            && text.starts_with(['*', '†', '[', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹']);
        below_rule = is_footnote;
        let is_footnote = is_footnote || is_starred(page, &lines, text) || is_superscript(text);
        // The day of a chat between rows of dashes.
        let is_ruled = lines.len() == 1 && text.starts_with("---") && text.ends_with("---");
        let kind = if is_ruled && text.chars().filter(char::is_ascii_digit).count() >= 3 {
            Some(BlockKind::Heading)
        } else if is_footnote || FOOTNOTE.is_match(text) || is_editorial(page, &lines, text) {
            Some(BlockKind::EditorialNote)
        } else if lines.len() == 1 && record::is_recording_mark(lexicon, text) {
            Some(BlockKind::Furniture)
        } else if record::is_language_mark(lexicon, text) {
            Some(BlockKind::StageNote)
        } else if is_below_name(page, lines.start) {
            None
        } else if is_bracketed(text)
            && !asides::is_interjection(lexicon, unbracketed(text))
            && !is_parenthesis(lexicon, text)
            || record::is_record(lexicon, text)
            || record::is_tally(page.lines[lines.clone()].iter().map(PageLine::text))
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
            if record::is_examination(lexicon, text)
                || begins_in_small_indent(page, line) && record::is_statement(lexicon, text)
            {
                claim(line..line + 1, BlockKind::StageNote);
            } else if record::is_examination_heading(lexicon, text) {
                claim(line..line + 1, BlockKind::Heading);
            } else if record::is_index_entry(text) {
                claim(line..line + 1, BlockKind::Furniture);
            }
        }
    }
    claims
}

/// Lines in square brackets that are labels of speakers, as in the scripts of broadcasts: at least two of them recur and name parts
/// without a name, speech is below each, and few lines have labels before a colon.
pub(crate) fn labels_in_brackets(page: &Page<'_>, settled: &Settled) -> BTreeSet<usize> {
    const LONGEST: usize = 40;
    const FEWEST: usize = 4;
    const FEWEST_RECURRING: usize = 2;
    let lexicon = page.lexicon;
    let inner = |line: usize| -> Option<&str> {
        let text = page.lines[line].text().trim();
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let inner = inner.or_else(|| text.strip_prefix('【').and_then(|text| text.strip_suffix('】')))?.trim();
        (text.len() <= LONGEST && !inner.contains([':', '：', '[', ']'])).then_some(inner)
    };
    let is_part = |text: &str| {
        let words = labels::words(text);
        let is_unknown = words.len() == 1 && labels::is_unknown_label(lexicon, text);
        let names = |word: &String| lexicon.is_anonymous(word) || lexicon.is_office(word) || lexicon.is_chair(word);
        words.iter().any(names) && !is_unknown && !text.starts_with(char::is_lowercase) && !is_direction(lexicon, text)
    };
    let speaks_below = |line: usize| {
        let below = (line + 1..page.lines.len()).find(|below| !page.lines[*below].is_empty());
        below.is_some_and(|below| settled.is_open(below) && inner(below).is_none())
    };
    let fits = |line: &usize| settled.is_open(*line) && inner(*line).is_some_and(is_part) && speaks_below(*line);
    let found: Vec<usize> = (0..page.lines.len()).filter(fits).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for text in found.iter().filter_map(|line| inner(*line)) {
        *counts.entry(text).or_default() += 1;
    }
    let n_recurring = counts.values().filter(|n| **n > 1).count();
    if found.len() < FEWEST || n_recurring < FEWEST_RECURRING {
        return BTreeSet::new();
    }
    let has_label =
        |line: &PageLine<'_>| colon_label(lexicon, line.text()).is_some_and(|(label, _)| !label.starts_with('['));
    let n_labelled = page.lines.iter().filter(|line| line.text().contains([':', '：']) && has_label(line)).count();
    if n_labelled > found.len() { BTreeSet::new() } else { found.into_iter().collect() }
}

/// Whether a short paragraph explains a star further up: "* Not recorded." below "He left (twice).*", "*) Not revised" below
/// "Ann Lee*): Yes."
fn is_starred(page: &Page<'_>, lines: &Range<usize>, text: &str) -> bool {
    const LONGEST: usize = 120;
    const REACH: usize = 200;
    let reach = lines.start.saturating_sub(REACH)..lines.start;
    let ends_with_mark = |line: &PageLine<'_>| {
        let text = line.text().trim_end();
        text.ends_with(" *") || text.ends_with(").*") || text.ends_with(")*")
    };
    let is_marked = if text.starts_with("*) ") {
        page.lines[reach].iter().any(|line| line.text().trim_start().find("*)").is_some_and(|at| at > 0))
    } else {
        text.starts_with("* ") && page.lines[reach].iter().any(ends_with_mark)
    };
    is_marked
        && text.len() <= LONGEST
        && lines.len() == 1
        && page.lines.get(lines.start.wrapping_sub(1)).is_none_or(PageLine::is_empty)
}

/// Whether a paragraph begins with a small raised number, as footnotes do.
fn is_superscript(text: &str) -> bool {
    let rest = text.trim_start_matches(['¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '⁰']);
    rest.len() < text.len() && rest.trim_start().starts_with(char::is_alphabetic)
}

/// Whether a line is indented in the source, below the end of a sentence: a paragraph begins there although no blank line
/// is above it.
fn begins_in_small_indent(page: &Page<'_>, line: usize) -> bool {
    let is_indented = |line: usize| page.lines[line].span.of(page.source).starts_with([' ', '\t']);
    let above = line.checked_sub(1).map_or("", |above| page.lines[above].text().trim());
    is_indented(line) && (above.is_empty() || above.ends_with(['.', '?', '!', ':', ')', '”', '"', '-', '—']))
}

/// Whether a paragraph is a note of editors. Its opening alone is not enough, since speeches open in the same way: "Copyright
/// is an old right", "(c) the third reason".
fn is_editorial(page: &Page<'_>, lines: &Range<usize>, text: &str) -> bool {
    const SIBLINGS: usize = 12;
    let lexicon = page.lexicon;
    let Some(opening) = lexicon.patterns().editorial.find(text) else { return false };
    let rest = text[opening.end()..].trim_start();
    let names_owner = rest.is_empty()
        || rest.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || matches!(c, '©' | '(' | ':' | '-' | '–'));
    let has_sign = YEAR.is_match(text) || text.contains(['©', '@']) || text.contains("://") || text.contains("www.");
    if text.starts_with("(c)") || text.starts_with("(C)") {
        let above = lines.start.saturating_sub(SIBLINGS)..lines.start;
        let is_item =
            above.into_iter().any(|line| page.lines[line].text().trim_start().to_lowercase().starts_with("(b)"));
        return !is_item && YEAR.is_match(rest.get(..rest.floor_char_boundary(40)).unwrap_or(rest));
    }
    if text.starts_with(['[', '(', '*', '©']) {
        return true;
    }
    let is_phrase = opening.as_str().trim().contains(char::is_whitespace);
    has_sign || names_owner || is_phrase && !addresses(lexicon, text)
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

/// Whether round brackets enclose sentences that address somebody: the speaker says them aside.
fn is_parenthesis(lexicon: &Lexicon, text: &str) -> bool {
    const FEWEST_WORDS: usize = 8;
    let inner = text.trim_end_matches(')');
    text.starts_with('(')
        && inner.ends_with(['.', '!', '?'])
        && inner.split_whitespace().count() >= FEWEST_WORDS
        && addresses(lexicon, inner)
}

/// The text of a bracketed paragraph without its brackets.
fn unbracketed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        matches!(c, '(' | ')' | '[' | ']' | '（' | '）' | '〔' | '〕' | '［' | '］' | ' ' | '.')
    })
}

/// Whether one pair of brackets encloses the whole paragraph.
fn is_bracketed(text: &str) -> bool {
    // Dots and bullets can precede a direction: "... (Interruptions)", "● (1540)".
    let text = text.trim_start_matches(['.', '…', '●', '•', '■', ' ']);
    let closing = match text.chars().next() {
        Some('(') => ')',
        Some('[') => ']',
        Some('（') => '）',
        Some('〔') => '〕',
        Some('［') => '］',
        Some('<') => '>',
        _ => return false,
    };
    let body = text.trim_end_matches(['.', '。', ' ', '*']);
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
