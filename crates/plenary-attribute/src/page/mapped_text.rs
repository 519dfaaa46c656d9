//! Visible text with the position of every part of it in the source.
//!
//! **Input**: stretches of the source, in order, and text between them. **Output**: one text without markup, in which wrapped lines are
//! joined and divided words rejoined, and a map from its offsets to the source, so that sentences found in it have spans in the source.

use std::borrow::Cow;

use plenary_corpus::Span;

/// Text made of stretches of the source and of glue (spaces, line breaks) that is not in the source. A text of one
/// stretch, as for most lines and many turns, borrows it.
#[derive(Debug, Clone, Default)]
pub(crate) struct MappedText<'d> {
    /// The text.
    pub(crate) text: Cow<'d, str>,
    /// The stretch with which the text begins.
    first: Option<Span>,
    /// The other stretches with their offsets in the text, in the order of the source.
    more: Vec<(usize, Span)>,
}

impl<'d> MappedText<'d> {
    /// Whether there is no text.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Appends a stretch of the source.
    pub(crate) fn push(&mut self, source: &'d str, span: Span) {
        if span.is_empty() {
            return;
        }
        let end = self.text.len();
        let Some(first) = &mut self.first else {
            self.first = Some(span);
            self.text = Cow::Borrowed(span.of(source));
            return;
        };
        let (offset, last) = self.more.last_mut().map_or((0, first), |(offset, last)| (*offset, last));
        let adjoins = last.end == span.start && offset + last.len() == end;
        if adjoins {
            last.end = span.end;
            if let Cow::Borrowed(text) = &mut self.text {
                *text = last.of(source);
                return;
            }
        } else {
            self.more.push((end, span));
        }
        self.text.to_mut().push_str(span.of(source));
    }

    /// Appends text that is not in the source; does nothing at the start of the text.
    pub(crate) fn glue(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.to_mut().push_str(text);
        }
    }

    /// The stretches of the source, in order.
    pub(crate) fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.first.into_iter().chain(self.more.iter().map(|(_, span)| *span))
    }

    /// Removes the hyphen at the end, to rejoin a divided word.
    pub(crate) fn drop_hyphen(&mut self) {
        let Some(hyphen) = self.text.chars().next_back() else { return };
        self.truncate(self.text.len() - hyphen.len_utf8());
        if let Some(last) = self.more.last_mut().map(|(_, span)| span).or(self.first.as_mut()) {
            last.end -= hyphen.len_utf8();
        }
    }

    /// Removes white space at the end.
    pub(crate) fn trim_end(&mut self) {
        self.truncate(self.text.trim_end().len());
    }

    /// Takes the text out and leaves the map to the source.
    pub(crate) fn take_text(&mut self) -> String {
        let mut text = std::mem::take(&mut self.text).into_owned();
        text.shrink_to_fit();
        text
    }

    fn truncate(&mut self, length: usize) {
        match &mut self.text {
            Cow::Borrowed(text) => *text = &text[..length],
            Cow::Owned(text) => text.truncate(length),
        }
    }

    /// Offset in the source of the first source character at or after `offset` of the text.
    pub(crate) fn source_start(&self, offset: usize) -> usize {
        let Some(first) = self.first else { return 0 };
        if offset < first.len() {
            return first.start + offset;
        }
        let at = self.more.partition_point(|(start, span)| start + span.len() <= offset);
        match self.more.get(at) {
            Some((start, span)) => span.start + offset.saturating_sub(*start),
            None => self.more.last().map_or(first, |(_, span)| *span).end,
        }
    }

    /// Offset in the source after the last source character before `offset` of the text.
    pub(crate) fn source_end(&self, offset: usize) -> usize {
        let Some(first) = self.first else { return 0 };
        let at = self.more.partition_point(|(start, _)| *start < offset);
        let (start, span) = at.checked_sub(1).map_or((0, first), |at| self.more[at]);
        span.start + (offset - start).min(span.len())
    }

    /// Offset in the text of the first character that is at or after an offset of the source.
    pub(crate) fn offset_of(&self, source: usize) -> usize {
        let Some(first) = self.first else { return 0 };
        if source < first.end {
            return source.saturating_sub(first.start);
        }
        let at = self.more.partition_point(|(_, span)| span.end <= source);
        match self.more.get(at) {
            Some((start, span)) => start + source.saturating_sub(span.start),
            None => self.more.last().map_or(first.len(), |(start, span)| start + span.len()),
        }
    }

    /// The span of the source that a range of the text comes from, from its first to its last character.
    pub(crate) fn source_span(&self, start: usize, end: usize) -> Span {
        let from = self.source_start(start);
        Span::new(from, self.source_end(end).max(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_map_to_the_source() {
        let source = "House-\n  holds pay";
        let mut mapped = MappedText::default();
        mapped.push(source, Span::new(0, 6));
        mapped.drop_hyphen();
        mapped.push(source, Span::new(9, 18));
        assert_eq!(mapped.text, "Households pay");
        assert_eq!(mapped.source_span(0, 10), Span::new(0, 14));
        assert_eq!(mapped.source_span(11, 14), Span::new(15, 18));
        assert_eq!(mapped.source_start(5), 9);
        assert_eq!(mapped.source_end(5), 5);
    }

    #[test]
    fn one_stretch_is_borrowed_and_adjoining_stretches_are_one() {
        let source = "Ann Lee: hello";
        let mut mapped = MappedText::default();
        mapped.push(source, Span::new(0, 8));
        mapped.push(source, Span::new(8, 14));
        assert!(matches!(mapped.text, Cow::Borrowed("Ann Lee: hello")));
        assert_eq!(mapped.spans().collect::<Vec<_>>(), [Span::new(0, 14)]);
        mapped.glue("\n");
        mapped.push(source, Span::new(0, 3));
        assert_eq!((&*mapped.text, mapped.source_span(15, 18)), ("Ann Lee: hello\nAnn", Span::new(0, 3)));
    }
}
