//! The lines of a document with their visible text and typeface.
//!
//! **Input**: a document. **Output**: [`Page`] and its [`PageLine`]s. Nothing is refused.

use std::collections::HashSet;
use std::ops::Range;

use super::mapped_text::MappedText;
use super::spacing::{Spaced, spaced};
use plenary_corpus::{Document, Layout, Span};
use plenary_names::lexicon::Lexicon;

/// One line with its visible text.
#[derive(Debug, Clone)]
pub(crate) struct PageLine<'d> {
    /// The whole line in the source, with its line break.
    pub(crate) span: Span,
    /// What kind of line it is by its layout.
    pub(crate) layout: Layout,
    /// Number of the paragraph that the line belongs to.
    pub(crate) paragraph: usize,
    /// The visible text; empty for blank lines and ornaments.
    pub(crate) mapped: MappedText<'d>,
    /// Number of bytes at the start of `mapped.text` that are bold.
    pub(crate) bold: usize,
    /// Number of bytes of `mapped.text` that are italic.
    pub(crate) italic: usize,
    /// Where the first italic text of `mapped.text` ends, if no letter or digit precedes it; 0 otherwise.
    pub(crate) italic_lead: usize,
    /// Where words with blanks between their letters end, if the line begins with some or one word precedes them; 0 otherwise.
    pub(crate) spaced_lead: usize,
}

impl PageLine<'_> {
    /// The visible text.
    pub(crate) fn text(&self) -> &str {
        &self.mapped.text
    }

    /// Whether the line has no text: blank, a rule, an image.
    pub(crate) fn is_empty(&self) -> bool {
        self.mapped.is_empty()
    }
}

/// The lines of a document. A page never changes once it is built.
pub(crate) struct Page<'d> {
    /// The decoded text of the document.
    pub(crate) source: &'d str,
    /// The lexicon with which the document is read.
    pub(crate) lexicon: &'d Lexicon,
    /// The lines; they partition `source`.
    pub(crate) lines: Vec<PageLine<'d>>,
}

impl<'d> Page<'d> {
    /// The page of a document.
    pub(crate) fn of(document: &'d Document, lexicon: &'d Lexicon) -> Self {
        let mut lines: Vec<PageLine<'d>> = document
            .lines
            .iter()
            .map(|line| {
                let mut mapped = MappedText::default();
                let (mut bold, mut italic, mut leads) = (0, 0, true);
                let (mut before, mut italic_lead, mut may_lead) = (0, 0, true);
                for run in &line.runs {
                    mapped.push(&document.text, run.span);
                    let is_blank = run.span.of(&document.text).trim().is_empty();
                    leads &= run.bold || is_blank;
                    bold += if leads { run.span.len() } else { 0 };
                    italic += if run.italic { run.span.len() } else { 0 };
                    before += run.span.len();
                    italic_lead = if may_lead && run.italic { before } else { italic_lead };
                    may_lead &= !run.italic && !run.span.of(&document.text).contains(char::is_alphanumeric);
                }
                if !line.runs.iter().any(|run| run.bold) {
                    bold = 0;
                }
                let blank = mapped.text.trim().is_empty();
                let mapped = if blank || line.layout == Layout::Ornament { MappedText::default() } else { mapped };
                PageLine {
                    span: line.span,
                    layout: line.layout,
                    paragraph: line.paragraph,
                    mapped,
                    bold,
                    italic,
                    italic_lead,
                    spaced_lead: 0,
                }
            })
            .collect();
        close_up(&document.text, &mut lines);
        Self { source: &document.text, lexicon, lines }
    }

    /// The visible text of some lines, joined by spaces.
    pub(crate) fn join(&self, lines: Range<usize>) -> MappedText<'d> {
        let mut mapped = MappedText::default();
        for line in &self.lines[lines] {
            mapped.glue(" ");
            append(&mut mapped, self.source, &line.mapped, 0..line.text().len());
        }
        mapped
    }

    /// The start of `join(lines)`: lines until there are `enough` bytes, with long lines cut at that length.
    pub(crate) fn join_at_most(&self, lines: Range<usize>, enough: usize) -> MappedText<'d> {
        let mut mapped = MappedText::default();
        for line in &self.lines[lines] {
            mapped.glue(" ");
            for span in line.mapped.spans() {
                let end = span.start + span.of(self.source).floor_char_boundary(enough);
                mapped.push(self.source, Span::new(span.start, end));
                if end < span.end {
                    return mapped;
                }
            }
            if mapped.text.len() >= enough {
                break;
            }
        }
        mapped
    }

    /// Number of bytes at the start of `join(lines)` that are bold.
    pub(crate) fn bold_lead(&self, lines: Range<usize>) -> usize {
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

    /// Whether at least 60 % of the text of some lines is italic.
    pub(crate) fn is_italic(&self, lines: Range<usize>) -> bool {
        let (italic, all) = self.lines[lines]
            .iter()
            .fold((0, 0), |(italic, all), line| (italic + line.italic, all + line.text().len()));
        all > 0 && italic * 10 >= all * 6
    }

    /// The line that contains a byte of the source.
    pub(crate) fn line_of(&self, offset: usize) -> usize {
        self.lines.partition_point(|line| line.span.end <= offset).min(self.lines.len().saturating_sub(1))
    }

    /// The number of lines below a line that repeat it in brackets, each in another script; 0 if there are fewer than two.
    pub(crate) fn translations(&self, start: usize) -> usize {
        const FEWEST: usize = 2;
        const MOST: usize = 4;
        /// Number of the lowest bits of a code point that are ignored: letters of one script have the others in common, because Unicode
        /// assigns code points to scripts in blocks of 128.
        const IGNORED_BITS: u32 = 7;
        let script =
            |line: &PageLine<'_>| line.text().chars().find(|c| c.is_alphabetic()).map(|c| c as u32 >> IGNORED_BITS);
        let is_in_brackets =
            |line: &PageLine<'_>| line.text().trim().starts_with('(') && line.text().trim().ends_with(')');
        let mut scripts = vec![script(&self.lines[start])];
        for line in self.lines[start + 1..].iter().take(MOST) {
            let own = script(line);
            if !is_in_brackets(line) || own.is_none() || scripts.contains(&own) {
                break;
            }
            scripts.push(own);
        }
        let n = scripts.len() - 1;
        let is_name = scripts[0].is_some() && !is_in_brackets(&self.lines[start]);
        if is_name && n >= FEWEST { n } else { 0 }
    }

    /// Whether a line repeats one above it in brackets in another script.
    pub(crate) fn is_translation(&self, line: usize) -> bool {
        const MOST: usize = 4;
        let is_in_brackets = self.lines[line].text().trim_start().starts_with('(');
        is_in_brackets && (1..=MOST.min(line)).any(|above| self.translations(line - above) >= above)
    }

    /// The words of a list, in lower case, that occur on the page in lower case.
    pub(crate) fn in_small_letters(&self, words: &HashSet<String>) -> HashSet<String> {
        let mut found = HashSet::new();
        // Most words of the page are excluded by their first byte and their length, without a look-up.
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

/// Leaves out the blanks between the letters of words, if the page prints several words so. In a line with bold or italic text, that
/// is the emphasis.
fn close_up<'d>(source: &'d str, lines: &mut [PageLine<'d>]) {
    const FEWEST_RUNS: usize = 3;
    let is_plain = |line: &PageLine<'_>| line.bold == 0 && line.italic == 0;
    let found: Vec<Spaced> =
        lines.iter().map(|line| if is_plain(line) { spaced(line.text()) } else { Spaced::default() }).collect();
    if found.iter().map(|line| line.n_runs).sum::<usize>() < FEWEST_RUNS {
        return;
    }
    for (line, spaced) in lines.iter_mut().zip(found).filter(|(_, spaced)| spaced.n_runs > 0) {
        let mut mapped = MappedText::default();
        let mut from = 0;
        for blank in spaced.blanks {
            append(&mut mapped, source, &line.mapped, from..blank.start);
            from = blank.end;
        }
        append(&mut mapped, source, &line.mapped, from..line.text().len());
        let leads = spaced.first.filter(|first| !line.text()[..first.start].trim().contains(' '));
        line.spaced_lead = leads.map_or(0, |first| mapped.offset_of(line.mapped.source_end(first.end)));
        line.mapped = mapped;
    }
}

/// Appends a part of the visible text of a line, given in bytes.
pub(crate) fn append<'d>(mapped: &mut MappedText<'d>, source: &'d str, line: &MappedText<'_>, part: Range<usize>) {
    let mut offset = 0;
    for span in line.spans() {
        let from = part.start.saturating_sub(offset).min(span.len());
        let to = part.end.saturating_sub(offset).min(span.len());
        if from < to {
            mapped.push(source, Span::new(span.start + from, span.start + to));
        }
        offset += span.len();
    }
}
