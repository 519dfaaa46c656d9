//! What the lines of a page are, and which pass of attribution claimed them.
//!
//! **Input**: the claims of passes. **Output**: for each line its kind and its pass; lines without a claim are open. A pass reads
//! what is settled before it and returns its own claims; it never changes those of others.

use std::collections::HashSet;
use std::ops::Range;

use super::lines::Page;
use plenary_corpus::{BlockKind, Layout, Pass};

/// For each line of a page its kind and the pass that claimed it; `None` for lines that are open.
#[derive(Debug, Clone)]
pub(crate) struct Settled(Vec<Option<(BlockKind, Pass)>>);

impl Settled {
    /// No claims.
    pub(crate) fn nothing(page: &Page<'_>) -> Self {
        Self(vec![None; page.lines.len()])
    }

    /// What the layout alone settles: running headers and footers.
    pub(crate) fn by_layout(page: &Page<'_>) -> Self {
        let claim = |layout| (layout == Layout::Running).then_some((BlockKind::Furniture, Pass::Layout));
        Self(page.lines.iter().map(|line| claim(line.layout)).collect())
    }

    /// Claims some lines, also if they are claimed already.
    pub(crate) fn claim(&mut self, lines: Range<usize>, kind: BlockKind, pass: Pass) {
        self.0[lines].fill(Some((kind, pass)));
    }

    /// These claims, overruled by `later` ones of the same page.
    pub(crate) fn with(&self, later: &Settled) -> Settled {
        Self(self.0.iter().zip(&later.0).map(|(own, later)| later.or(*own)).collect())
    }

    /// These claims without those on lines of some paragraphs.
    pub(crate) fn without(&self, page: &Page<'_>, paragraphs: &HashSet<usize>) -> Settled {
        let keeps = |paragraph| !paragraphs.contains(&paragraph);
        Self(self.0.iter().zip(&page.lines).map(|(own, line)| own.filter(|_| keeps(line.paragraph))).collect())
    }

    /// What a line is; `None` if it is open.
    pub(crate) fn kind(&self, line: usize) -> Option<BlockKind> {
        self.0[line].map(|(kind, _)| kind)
    }

    /// The pass that claimed a line; `None` if it is open.
    pub(crate) fn pass(&self, line: usize) -> Option<Pass> {
        self.0[line].map(|(_, pass)| pass)
    }

    /// Whether nothing has claimed a line.
    pub(crate) fn is_open(&self, line: usize) -> bool {
        self.0[line].is_none()
    }

    /// Runs of open lines with text that belong to one paragraph.
    pub(crate) fn open_paragraphs(&self, page: &Page<'_>) -> Vec<Range<usize>> {
        let mut out: Vec<Range<usize>> = Vec::new();
        for (i, line) in page.lines.iter().enumerate() {
            if line.is_empty() || !self.is_open(i) {
                continue;
            }
            match out.last_mut() {
                Some(last) if last.end == i && page.lines[i - 1].paragraph == line.paragraph => last.end = i + 1,
                _ => out.push(i..i + 1),
            }
        }
        out
    }
}
