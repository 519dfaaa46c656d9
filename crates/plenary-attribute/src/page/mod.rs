//! The document as attribution sees it: lines with their visible text, typeface and what they already turned out to
//! be, and paragraphs of lines.

pub(crate) mod shown;

use std::collections::HashSet;
use std::ops::Range;

use crate::settle::asides::Aside;
use plenary_corpus::{BlockKind, Document, Layout, Span};
use shown::Shown;

/// One line with its visible text.
#[derive(Debug, Clone)]
pub struct PageLine<'d> {
    pub span: Span,
    pub layout: Layout,
    pub paragraph: usize,
    pub shown: Shown<'d>,
    /// Bytes of `shown.text` at its start that are bold.
    pub bold: usize,
    /// Bytes of `shown.text` that are italic.
    pub italic: usize,
    /// What the line is, where that is settled.
    pub kind: Option<BlockKind>,
}

impl PageLine<'_> {
    pub fn text(&self) -> &str {
        &self.shown.text
    }

    /// Nothing to be read: blank, a rule, an image.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }
}

/// The lines of a document.
pub struct Page<'d> {
    pub source: &'d str,
    pub lines: Vec<PageLine<'d>>,
    /// Levels of headings that hold names of speakers.
    pub name_levels: HashSet<u8>,
    /// Brackets inside turns that are not speech, in their order.
    pub asides: Vec<Aside>,
}

impl<'d> Page<'d> {
    pub fn of(document: &'d Document) -> Self {
        let lines = document
            .lines
            .iter()
            .map(|line| {
                let mut shown = Shown::default();
                let (mut bold, mut italic, mut leads) = (0, 0, true);
                for run in &line.runs {
                    shown.push(&document.text, run.span);
                    let is_blank = run.span.of(&document.text).trim().is_empty();
                    leads &= run.bold || is_blank;
                    bold += if leads { run.span.len() } else { 0 };
                    italic += if run.italic { run.span.len() } else { 0 };
                }
                if !line.runs.iter().any(|run| run.bold) {
                    bold = 0;
                }
                let blank = shown.text.trim().is_empty();
                let shown = if blank || line.layout == Layout::Ornament { Shown::default() } else { shown };
                PageLine {
                    span: line.span,
                    layout: line.layout,
                    paragraph: line.paragraph,
                    shown,
                    bold,
                    italic,
                    kind: (line.layout == Layout::Running).then_some(BlockKind::Furniture),
                }
            })
            .collect();
        Self { source: &document.text, lines, name_levels: HashSet::new(), asides: Vec::new() }
    }

    /// Runs of lines of one paragraph that are not settled yet.
    pub fn open_paragraphs(&self) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for (i, line) in self.lines.iter().enumerate() {
            if line.is_empty() || line.kind.is_some() {
                continue;
            }
            match out.last_mut() {
                Some(last) if last.end == i && self.lines[i - 1].paragraph == line.paragraph => last.end = i + 1,
                _ => out.push(i..i + 1),
            }
        }
        out
    }

    /// Visible text of some lines joined to one.
    pub fn join(&self, lines: Range<usize>) -> Shown<'d> {
        let mut shown = Shown::default();
        for line in &self.lines[lines] {
            shown.glue(" ");
            append(&mut shown, self.source, &line.shown, 0..line.text().len());
        }
        shown
    }

    /// The start of `join(lines)`: whole lines until there are `enough` bytes, and no more than that of a long line.
    pub fn join_at_most(&self, lines: Range<usize>, enough: usize) -> Shown<'d> {
        let mut shown = Shown::default();
        for line in &self.lines[lines] {
            shown.glue(" ");
            for span in line.shown.spans() {
                let end = span.start + span.of(self.source).floor_char_boundary(enough);
                shown.push(self.source, Span::new(span.start, end));
                if end < span.end {
                    return shown;
                }
            }
            if shown.text.len() >= enough {
                break;
            }
        }
        shown
    }

    /// Bytes at the start of `join(lines)` that are bold.
    pub fn bold_lead(&self, lines: Range<usize>) -> usize {
        let mut lead = 0;
        for (k, line) in self.lines[lines].iter().enumerate() {
            let glue = usize::from(k > 0);
            if line.bold < line.text().len() {
                return if line.bold > 0 { lead + glue + line.bold } else { lead };
            }
            lead += glue + line.bold;
        }
        lead
    }

    /// Whether most of some lines is italic.
    pub fn is_italic(&self, lines: Range<usize>) -> bool {
        let (italic, all) = self.lines[lines]
            .iter()
            .fold((0, 0), |(italic, all), line| (italic + line.italic, all + line.text().len()));
        all > 0 && italic * 10 >= all * 6
    }

    /// The line that a byte of the source stands on.
    pub fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.span.end <= offset).min(self.lines.len().saturating_sub(1))
    }

    pub fn settle(&mut self, lines: Range<usize>, kind: BlockKind) {
        for line in &mut self.lines[lines] {
            line.kind = Some(kind);
        }
    }

    /// Those of some words, given in lower case, that the page prints in small letters somewhere.
    pub fn in_small_letters(&self, words: &HashSet<String>) -> HashSet<String> {
        let mut found = HashSet::new();
        // Most words of the page need not be looked up: none of the few looked for begins so or is as long.
        let mut begins = [false; 256];
        let mut lengths = [false; 256];
        for word in words.iter().filter(|word| !word.is_empty()) {
            begins[usize::from(word.as_bytes()[0])] = true;
            lengths[word.len().min(255)] = true;
        }
        for line in &self.lines {
            for word in line.text().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
                if begins[usize::from(word.as_bytes()[0])]
                    && lengths[word.len().min(255)]
                    && word.starts_with(char::is_lowercase)
                    && words.contains(word)
                    && !found.contains(word)
                {
                    found.insert(word.to_string());
                }
            }
            if found.len() == words.len() {
                break;
            }
        }
        found
    }
}

/// Appends some bytes of the visible text of a line.
pub fn append<'d>(shown: &mut Shown<'d>, source: &'d str, line: &Shown<'_>, part: Range<usize>) {
    let mut offset = 0;
    for span in line.spans() {
        let from = part.start.saturating_sub(offset).min(span.len());
        let to = part.end.saturating_sub(offset).min(span.len());
        if from < to {
            shown.push(source, Span::new(span.start + from, span.start + to));
        }
        offset += span.len();
    }
}
