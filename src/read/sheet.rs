//! A page under construction, for formats whose text is extracted: lines are added one after the other, each ends
//! with a line break, and together they are the text.

use super::plain;
use crate::corpus::{Layout, Line, Span, TextRun};

/// Text and its lines, which partition it.
#[derive(Debug, Default)]
pub struct Sheet {
    pub text: String,
    pub lines: Vec<Line>,
    paragraph: usize,
}

impl Sheet {
    /// Begins a paragraph: lines added from here on do not go on from the ones above.
    pub fn new_paragraph(&mut self) {
        self.paragraph += 1;
    }

    /// Adds one line of visible text to the paragraph; blanks around it are dropped, an empty one adds nothing.
    pub fn line(&mut self, shown: &str, layout: Layout, turn: Option<usize>) {
        let shown = shown.trim();
        if shown.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(shown);
        let run = TextRun { span: Span::new(start, self.text.len()), bold: false, italic: false };
        self.text.push('\n');
        let span = Span::new(start, self.text.len());
        self.lines.push(Line { span, layout, paragraph: self.paragraph, runs: vec![run], turn });
    }

    /// Adds a text with lines and paragraphs of its own, laid out as plain text is.
    pub fn plain(&mut self, text: &str, turn: Option<usize>) {
        let offset = self.text.len();
        let first = self.paragraph + 1;
        self.text.push_str(text);
        if !text.ends_with(['\n', '\r', '\u{0C}']) {
            self.text.push('\n');
        }
        let shift = |span: Span| Span::new(span.start + offset, span.end + offset);
        for mut line in plain::lines(&self.text[offset..]) {
            line.span = shift(line.span);
            line.paragraph += first;
            for run in &mut line.runs {
                run.span = shift(run.span);
            }
            line.turn = turn.filter(|_| !line.runs.is_empty());
            self.paragraph = line.paragraph;
            self.lines.push(line);
        }
        self.paragraph += 1;
    }

    /// Ends the page: what is added from here on stands on the next one.
    pub fn page_break(&mut self) {
        let start = self.text.len();
        self.text.push('\u{0C}');
        let span = Span::new(start, self.text.len());
        self.lines.push(Line { span, layout: Layout::Ornament, paragraph: 0, runs: Vec::new(), turn: None });
    }
}
