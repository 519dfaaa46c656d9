//! What the lines of a page are, and which pass of attribution claimed them.
//!
//! **Input**: the claims of passes. **Output**: for each line its kind and its pass; lines without a claim are open. A
//! pass reads the earlier claims and returns its own; it never changes the claims of other passes.

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

    /// The lines that the layout alone determines: running headers and footers.
    pub(crate) fn by_layout(page: &Page<'_>) -> Self {
        let claim = |layout| (layout == Layout::Running).then_some((BlockKind::Furniture, Pass::Layout));
        Self(page.lines.iter().map(|line| claim(line.layout)).collect())
    }

    /// The lines around the turns that were found together with them.
    pub(crate) fn around(page: &Page<'_>, around: &[(Range<usize>, BlockKind)]) -> Self {
        let mut claims = Self::nothing(page);
        for (lines, kind) in around {
            claims.claim(lines.clone(), *kind, Pass::Body);
        }
        claims
    }

    /// Claims some lines, including lines that are already claimed.
    pub(crate) fn claim(&mut self, lines: Range<usize>, kind: BlockKind, pass: Pass) {
        self.0[lines].fill(Some((kind, pass)));
    }

    /// These claims, replaced by `later` claims on the same lines.
    pub(crate) fn with(&self, later: &Settled) -> Settled {
        Self(self.0.iter().zip(&later.0).map(|(own, later)| later.or(*own)).collect())
    }

    /// These claims, except those on lines of some paragraphs.
    pub(crate) fn without(&self, page: &Page<'_>, paragraphs: &HashSet<usize>) -> Settled {
        let keeps = |paragraph| !paragraphs.contains(&paragraph);
        Self(self.0.iter().zip(&page.lines).map(|(own, line)| own.filter(|_| keeps(line.paragraph))).collect())
    }

    /// The kind of a line; `None` if it is open.
    pub(crate) fn kind(&self, line: usize) -> Option<BlockKind> {
        self.0[line].map(|(kind, _)| kind)
    }

    /// The pass that claimed a line; `None` if it is open.
    pub(crate) fn pass(&self, line: usize) -> Option<Pass> {
        self.0[line].map(|(_, pass)| pass)
    }

    /// Whether no pass has claimed a line.
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

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_corpus::Document;
    use plenary_names::lexicon::Lexicon;

    fn document() -> Document {
        plenary_read::read("a.md", b"One line\nand another.\n\nA third.\n").expect("the text can be read")
    }

    #[test]
    fn later_claims_overrule_earlier_ones_and_can_be_left_out() {
        let (document, lexicon) = (document(), Lexicon::default());
        let page = Page::of(&document, &lexicon);
        let mut earlier = Settled::nothing(&page);
        earlier.claim(0..2, BlockKind::Furniture, Pass::Headers);
        let mut later = Settled::nothing(&page);
        later.claim(1..2, BlockKind::StageNote, Pass::Notes);
        later.claim(3..4, BlockKind::Chair, Pass::Chairs);
        let both = earlier.with(&later);
        let kinds: Vec<Option<BlockKind>> = (0..4).map(|line| both.kind(line)).collect();
        assert_eq!(kinds, [Some(BlockKind::Furniture), Some(BlockKind::StageNote), None, Some(BlockKind::Chair)]);
        assert_eq!((both.pass(1), both.pass(2)), (Some(Pass::Notes), None));
        let third = HashSet::from([page.lines[3].paragraph]);
        let without = earlier.with(&later.without(&page, &third));
        assert!(without.is_open(3) && !without.is_open(1));
        assert_eq!((earlier.kind(1), earlier.is_open(3)), (Some(BlockKind::Furniture), true), "claims are not changed");
    }

    #[test]
    fn open_paragraphs_leave_out_claimed_and_blank_lines() {
        let (document, lexicon) = (document(), Lexicon::default());
        let page = Page::of(&document, &lexicon);
        let mut settled = Settled::nothing(&page);
        assert_eq!(settled.open_paragraphs(&page), [0..2, 3..4]);
        settled.claim(0..1, BlockKind::Furniture, Pass::Headers);
        assert_eq!(settled.open_paragraphs(&page), [1..2, 3..4]);
    }
}
