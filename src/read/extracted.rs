//! Text that a reader builds from a format whose bytes are not what people read: pieces in one typeface to lines.
//!
//! Comes in: pieces line by line. Goes out: a text and the lines that partition it, each ending with a line break.

use crate::corpus::{Layout, Line, Span, TextRun};

/// What a reader extracted.
#[derive(Debug, Default)]
pub struct Extracted {
    pub text: String,
    pub lines: Vec<Line>,
    /// What was odd about the file and what was left out, in plain sentences.
    pub warnings: Vec<String>,
    paragraph: usize,
}

/// Text in one typeface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
}

impl Extracted {
    /// Adds a line. With `goes_on` it belongs to the paragraph of the line above. White space around it is dropped;
    /// nothing but white space makes it a blank line.
    pub fn line(&mut self, layout: Layout, goes_on: bool, pieces: &[Piece]) {
        let start = self.text.len();
        let mut runs: Vec<TextRun> = Vec::new();
        for piece in pieces {
            let from = self.text.len();
            for c in piece.text.chars() {
                let c = if is_break(c) { ' ' } else { c };
                if self.text.len() > start || !c.is_whitespace() {
                    self.text.push(c);
                }
            }
            let span = Span::new(from, self.text.len());
            match runs.last_mut() {
                _ if span.is_empty() => {}
                Some(last) if last.bold == piece.bold && last.italic == piece.italic => last.span.end = span.end,
                _ => runs.push(TextRun { span, bold: piece.bold, italic: piece.italic }),
            }
        }
        let end = start + self.text[start..].trim_end().len();
        self.text.truncate(end);
        runs.retain_mut(|run| {
            run.span.end = run.span.end.min(end);
            run.span.start < run.span.end
        });
        if runs.is_empty() {
            return self.blank();
        }
        if !goes_on || self.paragraph == 0 {
            self.paragraph += 1;
        }
        let layout = if super::plain::is_ornament(&self.text[start..]) { Layout::Ornament } else { layout };
        self.end_line(start, layout, runs, '\n');
    }

    /// Adds a blank line.
    pub fn blank(&mut self) {
        self.end_line(self.text.len(), Layout::Ornament, Vec::new(), '\n');
    }

    /// Ends a page: a form feed on a line of its own.
    pub fn page_break(&mut self) {
        self.end_line(self.text.len(), Layout::Ornament, Vec::new(), '\u{0C}');
    }

    fn end_line(&mut self, start: usize, layout: Layout, runs: Vec<TextRun>, end: char) {
        self.text.push(end);
        let runs = if layout == Layout::Ornament { Vec::new() } else { runs };
        let span = Span::new(start, self.text.len());
        self.lines.push(Line { span, layout, paragraph: self.paragraph, runs, turn: None });
    }
}

/// Characters that `plain::source_lines` would end a line at.
fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{0B}' | '\u{0C}')
}
