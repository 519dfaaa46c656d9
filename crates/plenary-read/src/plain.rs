//! Plain text to lines.
//!
//! **Input:** decoded text. **Output:** its lines, which partition it, with the paragraph and layout of each. Paragraphs are
//! found by blank lines, indents, list markers and the width of the page. Nothing is refused. Who speaks is left to
//! `plenary-attribute`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::margins;
use plenary_corpus::text::ends_sentence;
use plenary_corpus::{Layout, Line, Span, TextRun};
use plenary_names::text::constant_regex;

/// A page is hard-wrapped when less than half of its text is on lines longer than this, in characters.
const LONGEST_WRAPPED_LINE: usize = 120;

/// The marker of a list item, with the first character of its text.
pub(crate) static LIST_MARKER: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:[-*•◦▪·–]|\(?\d{1,3}[.)]|\(?[a-z]\)|\([ivxIVX]{1,5}\))[ \t]+\S"));

/// Whether a line begins with something that only occurs at the start of a paragraph. The pattern is tried only where it
/// can match.
fn starts_paragraph(line: &str) -> bool {
    let may_be_time = line.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '[' | '('));
    (may_be_time || line.contains('\t')) && LINE_START.is_match(line)
}

/// The start of a paragraph: a time with seconds or in brackets, or a label with a tab after it.
static LINE_START: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(
        r"^(?:[\[(]?\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},?\s+\d{1,2}:\d{2}|[\[(]\d{1,2}:\d{2}(?::\d{2})?|\d{1,2}:\d{2}:\d{2}|[^\t]{1,30}\t+\S)",
    )
});

/// The spans of a text's lines, line breaks included. LF, CRLF, CR and form feed end a line.
pub(crate) fn source_lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let bytes = text.as_bytes();
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= bytes.len() {
            return None;
        }
        let end = match bytes[start..].iter().position(|b| matches!(b, b'\n' | b'\r' | b'\x0C')) {
            None => bytes.len(),
            Some(at) if bytes[start + at] == b'\r' && bytes.get(start + at + 1) == Some(&b'\n') => start + at + 2,
            Some(at) => start + at + 1,
        };
        let span = Span::new(start, end);
        start = end;
        Some(span)
    })
}

/// Whether a line consists of at least three signs and no letter or digit, such as `---`, `____` or `* * *`, or is blank.
pub(crate) fn is_ornament(text: &str) -> bool {
    let is_sign = |c: char| matches!(c, '-' | '_' | '*' | '=' | '~' | '–' | '—' | '.' | '#' | '+' | '·');
    // Most lines begin with a letter.
    if !text.chars().all(|c| is_sign(c) || c.is_whitespace()) {
        return false;
    }
    let signs = text.chars().filter(|c| !c.is_whitespace()).count();
    signs == 0 || signs >= 3
}

/// List item or text, by the marker at the start.
pub(crate) fn layout(shown: &str) -> Layout {
    // Most lines begin with a word, which is distinguished from a marker without the pattern.
    let is_word = matches!(shown.as_bytes(), [first, second, ..] if first.is_ascii_alphabetic() && *second != b')');
    if !is_word && LIST_MARKER.is_match(shown) { Layout::ListItem } else { Layout::Text }
}

/// The lines of a text.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = source_lines(text)
        .map(|span| {
            let source = span.of(text);
            let shown = source.trim();
            let start = span.start + (source.len() - source.trim_start().len());
            if is_ornament(shown) {
                return Line { span, layout: Layout::Ornament, paragraph: 0, runs: Vec::new(), turn: None };
            }
            let layout = layout(shown);
            let run = TextRun { span: Span::new(start, start + shown.len()), bold: false, italic: false };
            Line { span, layout, paragraph: 0, runs: vec![run], turn: None }
        })
        .collect();
    margins::drop(text, &mut lines);
    number_paragraphs(text, &mut lines);
    lines
}

/// The column in which the text of a page begins behind labels: labels end before it, and their text goes on in it.
fn text_column(text: &str, lines: &[Line]) -> Option<usize> {
    const FEWEST_LABELS: usize = 5;
    const FEWEST_OTHERS: usize = 3;
    const LONGEST_LABEL: usize = 30;
    let filled = || lines.iter().filter(|line| !line.runs.is_empty());
    // The column behind the first gap of a line, and the column in which a line begins.
    let behind_label = |line: &Line| -> Option<usize> {
        let shown = line.runs[0].span.of(text);
        let at = shown.find("  ")?;
        let gap = shown[at..].len() - shown[at..].trim_start_matches(' ').len();
        let label = shown[..at].chars().count();
        (label <= LONGEST_LABEL).then(|| indent(text, line) + label + gap)
    };
    let mut n_of: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for line in filled() {
        if let Some(column) = behind_label(line) {
            n_of.entry(column).or_default().0 += 1;
        } else {
            n_of.entry(indent(text, line)).or_default().1 += 1;
        }
    }
    let (column, (n_labels, n_others)) = n_of.into_iter().max_by_key(|(_, (n, _))| *n)?;
    let fits = n_labels >= FEWEST_LABELS && n_others >= FEWEST_OTHERS;
    (fits && (n_labels + n_others) * 10 >= filled().count() * 7).then_some(column)
}

/// Gives the lines of a paragraph the same number. A line continues the paragraph above when the line above was full: the
/// next word would not have fitted on it.
pub(crate) fn number_paragraphs(text: &str, lines: &mut [Line]) {
    let width = page_width(text, lines);
    let column = text_column(text, lines);
    let is_labelled = |line: &Line| column.is_some_and(|column| indent(text, line) < column);
    let mut paragraph = 0;
    for i in 0..lines.len() {
        let continues = i > 0
            && !is_labelled(&lines[i])
            && width.is_some_and(|width| continues_paragraph(text, &lines[i - 1], &lines[i], width));
        if !continues {
            paragraph += 1;
        } else if lines[i - 1].layout == Layout::ListItem {
            lines[i].layout = Layout::ListItem;
        }
        lines[i].paragraph = paragraph;
    }
}

fn continues_paragraph(text: &str, above: &Line, line: &Line, width: usize) -> bool {
    let (Some(last), Some(first)) = (above.runs.last(), line.runs.first()) else { return false };
    let (upper, lower) = (last.span.of(text), first.span.of(text));
    if line.layout != Layout::Text || starts_paragraph(lower) {
        return false;
    }
    // Scripts without spaces between words break a line before any character.
    let first_word =
        if lower.starts_with(is_unspaced) { 1 } else { lower.split_whitespace().next().unwrap_or("").chars().count() };
    let is_full = indent(text, above) + upper.chars().count() + 1 + first_word > width;
    is_full && !(ends_sentence(upper) && indent(text, line) >= indent(text, above) + 2)
}

fn is_unspaced(c: char) -> bool {
    matches!(c as u32, 0x0E00..=0x0EFF | 0x1780..=0x17FF | 0x3000..=0x30FF | 0x3400..=0x9FFF)
}

/// The number of columns before the text of a line.
pub(crate) fn indent(text: &str, line: &Line) -> usize {
    let start = line.runs.first().map_or(line.span.start, |run| run.span.start);
    text[line.span.start..start].chars().map(|c| if c == '\t' { 8 } else { 1 }).sum()
}

/// The width of a hard-wrapped page in characters: 95 % of the lines with a line below are not longer. `None` if each
/// paragraph is one long line.
fn page_width(text: &str, lines: &[Line]) -> Option<usize> {
    const LAST_WORD: usize = 12;
    let length =
        |line: &Line| indent(text, line) + line.runs.iter().map(|run| run.span.of(text).chars().count()).sum::<usize>();
    let (mut long, mut all, mut small_starts) = (0, 0, 0);
    let mut inner = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let n = length(line);
        all += n;
        long += if n > LONGEST_WRAPPED_LINE { n } else { 0 };
        if n > 0 && lines.get(i + 1).is_some_and(|below| !below.runs.is_empty()) {
            let ends_sentence = line.runs.last().is_some_and(|run| ends_sentence(run.span.of(text)));
            inner.push((n, ends_sentence));
            let below = lines[i + 1].runs[0].span.of(text);
            small_starts += usize::from(below.starts_with(char::is_lowercase));
        }
    }
    if long * 2 >= all.max(1) || inner.is_empty() {
        return None;
    }
    inner.sort_unstable();
    let (width, _) = inner[(inner.len() * 95 / 100).min(inner.len() - 1)];
    // A page is wrapped at its width where many lines are nearly full, or many lines begin with a small letter, and most
    // full lines end inside a sentence. Turns of one line each have any length and end with their sentence.
    let full: Vec<&(usize, bool)> = inner.iter().filter(|(n, _)| n + LAST_WORD > width).collect();
    let broken = full.iter().filter(|(_, ends_sentence)| !ends_sentence).count();
    let is_full = full.len() * 20 > inner.len() * 7 || small_starts * 100 >= inner.len() * 15;
    (width >= 30 && is_full && broken * 10 >= full.len() * 4).then_some(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraphs(text: &str) -> Vec<String> {
        let mut out: Vec<(usize, String)> = Vec::new();
        for line in lines(text).iter().filter(|line| !line.runs.is_empty()) {
            let shown = line.runs[0].span.of(text);
            match out.last_mut() {
                Some((paragraph, joined)) if *paragraph == line.paragraph => *joined = format!("{joined} {shown}"),
                _ => out.push((line.paragraph, shown.to_string())),
            }
        }
        out.into_iter().map(|(_, joined)| joined).collect()
    }

    #[test]
    fn wrapped_lines_are_one_paragraph_and_a_short_line_ends_it() {
        let text = "DR. HELENA VOSS\nChair of the Assembly\n\nGood morning. Before we hear the witnesses I remind members\nthat questions should be short and that answers should be so\ntoo.\nAnother paragraph begins here although no blank line says it\nto the reader of the page.\n";
        assert_eq!(
            paragraphs(text),
            [
                "DR. HELENA VOSS",
                "Chair of the Assembly",
                "Good morning. Before we hear the witnesses I remind members that questions should be short and that answers should be so too.",
                "Another paragraph begins here although no blank line says it to the reader of the page."
            ]
        );
    }

    #[test]
    fn long_lines_are_paragraphs_each() {
        let long = "word ".repeat(60);
        let text = format!("Ann: {long}\nBob: {long}\n");
        assert_eq!(paragraphs(&text).len(), 2);
    }

    #[test]
    fn labels_before_a_column_of_text_begin_paragraphs() {
        let text = "    Doctor   Come in, and sit down wherever you like in here.\n  Mrs. Lee   Thank you, but it is really nothing to speak of, it\n             came back on its own.\n\
                    \x20   Doctor   What did, and when did it first come back to you, if\n             you still remember that at all?\n  Daughter   It did not go away, and nobody knows what it was then\n  Mrs. Lee   Nobody asked.\n\
                    \x20   Doctor   I ask you now, and I would like to hear it in your own\n             words.\n";
        assert_eq!(paragraphs(text).len(), 6, "{:?}", paragraphs(text));
    }

    #[test]
    fn tables_and_prose_with_two_blanks_have_no_column_behind_labels() {
        let table = "Bakers      12\nMillers      4\nSailors     40\nSmiths       9\nWeavers     15\nJudges      31\n"
            .repeat(2);
        let prose = "He came.  She left.  It was late, and nobody\nsaid so.  They went on to the mill, and the\ngate was shut.  Then it rained.\n".repeat(4);
        for text in [table, prose] {
            assert_eq!(text_column(&text, &lines(&text)), None, "{text}");
        }
    }

    #[test]
    fn every_kind_of_line_break_ends_a_line() {
        let text = "a\r\nb\rc\n\x0Cd";
        let spans: Vec<&str> = source_lines(text).map(|span| span.of(text)).collect();
        assert_eq!(spans, ["a\r\n", "b\r", "c\n", "\x0C", "d"]);
    }
}
