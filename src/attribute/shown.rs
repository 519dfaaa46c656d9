//! Text as it is read, with the place in the source of every part of it.
//!
//! Marks of emphasis are gone, wrapped lines are joined and divided words rejoined; a map leads from every offset of
//! the shown text back to the source, so that sentences found here have spans there.

use crate::corpus::Span;

/// Shown text made of stretches of the source and of glue (blanks, line breaks) that stands nowhere in it.
#[derive(Debug, Clone, Default)]
pub struct Shown {
    pub text: String,
    /// Stretches copied from the source: offset in `text` and span in the source, both rising.
    pieces: Vec<(usize, Span)>,
}

impl Shown {
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends a stretch of the source as it stands.
    pub fn push(&mut self, source: &str, span: Span) {
        if !span.is_empty() {
            self.pieces.push((self.text.len(), span));
            self.text.push_str(span.of(source));
        }
    }

    /// Appends text that does not stand in the source.
    pub fn glue(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push_str(text);
        }
    }

    /// The stretches of the source, in order.
    pub fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.pieces.iter().map(|(_, span)| *span)
    }

    /// Takes back the hyphen at the end, to rejoin a word divided there.
    pub fn drop_hyphen(&mut self) {
        if let Some(last) = self.text.chars().next_back() {
            self.text.pop();
            if let Some((_, span)) = self.pieces.last_mut() {
                span.end -= last.len_utf8();
            }
        }
    }

    /// Source offset of the first source character at or after `offset` of the shown text.
    pub fn source_start(&self, offset: usize) -> usize {
        let at = self.pieces.partition_point(|(start, span)| start + span.len() <= offset);
        match self.pieces.get(at) {
            Some((start, span)) => span.start + offset.saturating_sub(*start),
            None => self.pieces.last().map_or(0, |(_, span)| span.end),
        }
    }

    /// Source offset just after the last source character before `offset` of the shown text.
    pub fn source_end(&self, offset: usize) -> usize {
        let at = self.pieces.partition_point(|(start, _)| *start < offset);
        match at.checked_sub(1).and_then(|at| self.pieces.get(at)) {
            Some((start, span)) => span.start + (offset - start).min(span.len()),
            None => self.pieces.first().map_or(0, |(_, span)| span.start),
        }
    }

    /// The span of the source that the shown text stands for, from its first to its last character.
    pub fn source_span(&self, start: usize, end: usize) -> Span {
        let from = self.source_start(start);
        Span::new(from, self.source_end(end).max(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_lead_back_to_the_source() {
        let source = "House-\n  holds pay";
        let mut shown = Shown::default();
        shown.push(source, Span::new(0, 6));
        shown.drop_hyphen();
        shown.push(source, Span::new(9, 18));
        assert_eq!(shown.text, "Households pay");
        assert_eq!(shown.source_span(0, 10), Span::new(0, 14));
        assert_eq!(shown.source_span(11, 14), Span::new(15, 18));
        assert_eq!(shown.source_start(5), 9);
        assert_eq!(shown.source_end(5), 5);
    }
}
