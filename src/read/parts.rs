//! What a reader extracts from a format whose file text is not what people read.

use crate::corpus::{FrontMatter, Layout, Line, Span, TextRun, Turn};

/// Extracted text with its lines and what the format declares. The lines partition the text.
#[derive(Debug, Default)]
pub struct Parts {
    pub text: String,
    pub lines: Vec<Line>,
    pub turns: Vec<Turn>,
    pub front: FrontMatter,
    pub warnings: Vec<String>,
}

impl Parts {
    /// Appends a line of runs `(text, bold, italic)` and its line break; a line without words is an ornament.
    pub fn push_line(&mut self, runs: &[(String, bool, bool)], layout: Layout, paragraph: usize, turn: Option<usize>) {
        let start = self.text.len();
        let mut spans = Vec::new();
        for (run, bold, italic) in runs.iter().filter(|(run, ..)| !run.is_empty()) {
            let from = self.text.len();
            self.text.push_str(run);
            spans.push(TextRun { span: Span::new(from, self.text.len()), bold: *bold, italic: *italic });
        }
        let is_blank = self.text[start..].trim().is_empty();
        self.text.push('\n');
        let layout = if is_blank { Layout::Ornament } else { layout };
        trim(&self.text, &mut spans);
        if layout == Layout::Ornament {
            spans.clear();
        }
        self.lines.push(Line { span: Span::new(start, self.text.len()), layout, paragraph, runs: spans, turn });
    }
}

/// Leaves white space at the ends of a line out of its runs.
fn trim(text: &str, runs: &mut Vec<TextRun>) {
    runs.retain(|run| !run.span.is_empty());
    while let Some(first) = runs.first_mut() {
        let source = first.span.of(text);
        first.span.start += source.len() - source.trim_start().len();
        if !first.span.is_empty() {
            break;
        }
        runs.remove(0);
    }
    while let Some(last) = runs.last_mut() {
        last.span.end = last.span.start + last.span.of(text).trim_end().len();
        if !last.span.is_empty() {
            break;
        }
        runs.pop();
    }
}
