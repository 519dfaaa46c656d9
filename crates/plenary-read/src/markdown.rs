//! Markdown to lines.
//!
//! **Input:** decoded text. **Output:** its lines, which partition it, with headings, list items, quotations, bold and
//! italic by the rules of `CommonMark`. The text stays as it is in the file; runs cover what is read of a line, so marks and
//! images are in the text and in no run. Nothing is refused.

use std::sync::LazyLock;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use regex::Regex;

use super::plain::{is_ornament, source_lines};
use plenary_corpus::{Layout, Line, Span, TextRun};
use plenary_names::text::constant_regex;

/// A line of dashes makes the paragraph above it a heading. A longer paragraph, in bytes, is speech with a rule below.
const LONGEST_UNDERLINED_HEADING: usize = 120;

/// Number of lines with marks from which a text is Markdown whatever its extension.
const ENOUGH_MARKS: usize = 2;

/// A heading with number signs, or a line that begins with strong emphasis which is closed.
static MARK: LazyLock<Regex> = LazyLock::new(|| {
    constant_regex(r"^ {0,3}(?:#{1,6}[ \t]+\S|\*\*[^*\s][^*\n]*(?:\*\*|\n[^*\n]+(?:\n[^*\n]+){0,8}\*\*))")
});

/// Whether a text has enough lines that begin with a mark of Markdown.
pub(crate) fn has_marks(text: &str) -> bool {
    let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let marked = line_starts.filter(|start| {
        let line = &text[*start..];
        line.trim_start_matches(' ').starts_with(['#', '*']) && MARK.is_match(line)
    });
    marked.take(ENOUGH_MARKS).count() == ENOUGH_MARKS
}

/// The lines of a text.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let mut page = Page::new(text);
    for (event, range) in Parser::new_ext(text, Options::empty()).into_offset_iter() {
        page.take(event, Span::new(range.start, range.end));
    }
    let mut lines = page.lines;
    if is_mostly_quoted(&lines) {
        lines.iter_mut().filter(|line| line.layout == Layout::Quote).for_each(|line| line.layout = Layout::Text);
    }
    lines
}

/// Whether most of the running text is in quotations: the marks are then only an indent.
fn is_mostly_quoted(lines: &[Line]) -> bool {
    let n_bytes = |layouts: &[Layout]| -> usize {
        let runs = lines.iter().filter(|line| layouts.contains(&line.layout)).flat_map(|line| &line.runs);
        runs.map(|run| run.span.len()).sum()
    };
    let quoted = n_bytes(&[Layout::Quote]);
    quoted > 0 && quoted * 2 > n_bytes(&[Layout::Quote, Layout::Text, Layout::ListItem])
}

struct Page<'t> {
    text: &'t str,
    lines: Vec<Line>,
    paragraph: usize,
    bold: usize,
    italic: usize,
    image: usize,
    quote: usize,
    heading: Option<u8>,
    /// Start of the list item whose marker is not in a run yet.
    marker: Option<usize>,
    in_item: usize,
}

impl<'t> Page<'t> {
    fn new(text: &'t str) -> Self {
        let lines = source_lines(text)
            .map(|span| Line { span, layout: Layout::Ornament, paragraph: 0, runs: Vec::new(), turn: None })
            .collect();
        Self {
            text,
            lines,
            paragraph: 0,
            bold: 0,
            italic: 0,
            image: 0,
            quote: 0,
            heading: None,
            marker: None,
            in_item: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Start(tag) => self.start(&tag, span),
            Event::End(tag) => self.end(tag),
            Event::Text(_) | Event::Code(_) | Event::InlineHtml(_) if self.image == 0 => self.show(span),
            Event::Html(_) if !span.of(self.text).trim_start().starts_with("<!--") => self.show(span),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, span: Span) {
        match tag {
            Tag::Strong => self.bold += 1,
            Tag::Emphasis => self.italic += 1,
            Tag::Image { .. } => self.image += 1,
            Tag::BlockQuote(_) => self.quote += 1,
            Tag::Heading { level, .. } => {
                self.paragraph += 1;
                let source = span.of(self.text);
                let is_underlined = !source.trim_start().starts_with('#');
                if !is_underlined || source.len() <= LONGEST_UNDERLINED_HEADING {
                    self.heading = Some(rank(*level));
                }
            }
            Tag::Item => {
                self.paragraph += 1;
                self.in_item += 1;
                self.marker = Some(span.start);
            }
            Tag::Paragraph | Tag::CodeBlock(_) | Tag::HtmlBlock => self.paragraph += 1,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Image => self.image = self.image.saturating_sub(1),
            TagEnd::BlockQuote(_) => self.quote = self.quote.saturating_sub(1),
            TagEnd::Heading(_) => {
                self.heading = None;
                self.paragraph += 1;
            }
            TagEnd::Item => {
                self.in_item = self.in_item.saturating_sub(1);
                self.marker = None;
                self.paragraph += 1;
            }
            TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::HtmlBlock => self.paragraph += 1,
            _ => {}
        }
    }

    /// Adds a run for visible text to each line that it is on.
    fn show(&mut self, span: Span) {
        let mut span = span;
        if let Some(marker) = self.marker.take() {
            // The marker of a list item ("1.", "-") is read.
            let first = self.line_at(marker);
            if self.lines[first].span.end > span.start && marker < span.start {
                span.start = marker;
            }
        }
        let layout = match (self.heading, self.in_item, self.quote) {
            (Some(level), _, _) => Layout::Heading(level),
            (None, 1.., _) => Layout::ListItem,
            (None, 0, 1..) => Layout::Quote,
            (None, 0, 0) => Layout::Text,
        };
        let mut at = self.line_at(span.start);
        while at < self.lines.len() && self.lines[at].span.start < span.end {
            let line = self.lines[at].span;
            let start = span.start.max(line.start);
            let shown = &self.text[start..span.end.min(line.end)];
            let shown = shown.trim_end_matches(['\n', '\r']);
            let from = self.lines[at].runs.last().map_or(line.start, |run| run.span.end);
            if !shown.is_empty() && start >= from {
                let run = TextRun {
                    span: Span::new(start, start + shown.len()),
                    bold: self.bold > 0,
                    italic: self.italic > 0,
                };
                let line = &mut self.lines[at];
                if line.runs.is_empty() {
                    line.paragraph = self.paragraph;
                    line.layout = if is_ornament(shown) && layout == Layout::Text { Layout::Ornament } else { layout };
                } else if line.layout == Layout::Ornament {
                    line.layout = layout;
                }
                line.runs.push(run);
            }
            at += 1;
        }
    }

    fn line_at(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.span.end <= offset).min(self.lines.len().saturating_sub(1))
    }
}

fn rank(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(Layout, String)> {
        lines(text).iter().map(|line| (line.layout, line.runs.iter().map(|run| run.span.of(text)).collect())).collect()
    }

    #[test]
    fn marks_are_not_shown_and_list_markers_are() {
        let page = shown("# Title\n\n---\n\n**Ann**  \nsaid *so*.\n\n1. one\n2. two\n\n> quoted\n");
        let expected = [
            (Layout::Heading(1), "Title"),
            (Layout::Ornament, ""),
            (Layout::Ornament, ""),
            (Layout::Ornament, ""),
            (Layout::Text, "Ann"),
            (Layout::Text, "said so."),
            (Layout::Ornament, ""),
            (Layout::ListItem, "1. one"),
            (Layout::ListItem, "2. two"),
            (Layout::Ornament, ""),
            (Layout::Quote, "quoted"),
        ];
        let expected: Vec<_> = expected.iter().map(|(layout, text)| (*layout, text.to_string())).collect();
        assert_eq!(page, expected);
    }

    #[test]
    fn quotations_that_hold_the_text_are_an_indent() {
        let text = "> **Ann:** We met at noon.\n>\n> **Bo:** And we left at one.\n\n*Edited.*\n";
        assert!(shown(text).iter().all(|(layout, _)| *layout != Layout::Quote));
    }

    #[test]
    fn a_rule_below_a_long_paragraph_does_not_make_it_a_heading() {
        let text = format!("{}\n---\n", "We did what we could and it was not enough. ".repeat(6).trim_end());
        assert_eq!(shown(&text)[0].0, Layout::Text);
    }

    #[test]
    fn the_runs_know_what_is_bold() {
        let text = "**Ann:** hello\n";
        let runs = lines(text)[0].runs.clone();
        assert_eq!(
            runs.iter().map(|run| (run.span.of(text), run.bold)).collect::<Vec<_>>(),
            [("Ann:", true), (" hello", false)]
        );
    }
}
