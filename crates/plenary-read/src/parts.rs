//! The text that a reader extracts from a format, under construction.
//!
//! **Input:** lines and paragraphs, one after the other. **Output:** the text, which they partition, with what the format
//! declares of turns and of the event. Every line ends with a line break.

use super::plain;
use plenary_corpus::{CueTime, FrontMatter, Layout, Line, Reaction, Span, TextRun, Turn};

/// Extracted text with its lines, which partition it, and what the format declares of turns and of the event.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) text: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) turns: Vec<Turn>,
    /// The cues that have text, if the format has cues.
    pub(crate) cues: Vec<CueTime>,
    /// What listeners do, if the format marks it.
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) front: FrontMatter,
    /// What a person should know about the file and what was omitted, in plain sentences.
    pub(crate) warnings: Vec<String>,
    /// Number of the paragraph to which the next line belongs.
    pub(crate) paragraph: usize,
    /// Text before the next line that is not part of that line.
    pub(crate) margin: String,
}

/// Text in one typeface.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) bold: bool,
    pub(crate) italic: bool,
}

impl Piece {
    /// Text neither bold nor italic.
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), bold: false, italic: false }
    }
}

impl Parts {
    /// Begins a paragraph: lines that are added from now on do not continue the paragraph above.
    pub(crate) fn new_paragraph(&mut self) {
        self.paragraph += 1;
    }

    /// Adds a line to the paragraph, without the white space around it. White space alone gives a blank line.
    pub(crate) fn line(&mut self, layout: Layout, turn: Option<usize>, pieces: &[Piece]) {
        self.add(layout, turn, pieces, false);
    }

    /// As [`Parts::line`], but keeps the white space at the start as the indent of the line.
    pub(crate) fn indented_line(&mut self, layout: Layout, turn: Option<usize>, pieces: &[Piece]) {
        self.add(layout, turn, pieces, true);
    }

    fn add(&mut self, layout: Layout, turn: Option<usize>, pieces: &[Piece], is_indented: bool) {
        let start = self.text.len();
        let mut runs: Vec<TextRun> = Vec::new();
        let mut is_blank = true;
        if !self.margin.is_empty() {
            self.text.push_str(&std::mem::take(&mut self.margin));
            self.text.push(' ');
        }
        for piece in pieces {
            let mut from = self.text.len();
            for c in piece.text.chars() {
                let c = if is_break(c) { ' ' } else { c };
                if is_blank && c.is_whitespace() {
                    // The indent is in the text and in no run.
                    if is_indented {
                        self.text.push(c);
                        from = self.text.len();
                    }
                    continue;
                }
                is_blank = false;
                self.text.push(c);
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
        let layout = if runs.is_empty() { Layout::Ornament } else { layout };
        self.end_line(start, layout, runs, turn, '\n');
    }

    /// Puts text before the line that is added next. It is in the text and not read as part of the line.
    pub(crate) fn margin(&mut self, text: &str) {
        self.margin = text.to_string();
    }

    /// Adds a blank line.
    pub(crate) fn blank(&mut self) {
        self.end_line(self.text.len(), Layout::Ornament, Vec::new(), None, '\n');
    }

    /// Ends the page: a form feed on a separate line.
    pub(crate) fn page_break(&mut self) {
        self.end_line(self.text.len(), Layout::Ornament, Vec::new(), None, '\u{0C}');
    }

    /// Adds a text whose lines and paragraphs are found as in plain text.
    pub(crate) fn plain(&mut self, text: &str, turn: Option<usize>) {
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

    fn end_line(&mut self, start: usize, layout: Layout, runs: Vec<TextRun>, turn: Option<usize>, end: char) {
        self.text.push(end);
        let runs = if layout == Layout::Ornament { Vec::new() } else { runs };
        let span = Span::new(start, self.text.len());
        self.lines.push(Line { span, layout, paragraph: self.paragraph, runs, turn });
    }
}

/// Characters at which `plain::source_lines` would end a line.
fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{0B}' | '\u{0C}')
}
