//! The lines of a page that may begin with a byline, and the speech below them.
//!
//! **Input**: the page and the claims on it. **Output**: the open lines with what is around them, and for a reading of a line
//! the places of its byline and its speech. Nothing is judged here.

use super::super::inline::has_leaders;
use super::shape::{Clock, Line, Part, Reading, is_dash, time_alone};
use crate::candidate::Place;
use crate::page::{Page, Settled};
use plenary_corpus::{Layout, Span};

/// The lines of a page that may begin with a byline.
pub(super) struct Lines<'p, 'd> {
    pub(super) page: &'p Page<'d>,
    /// Indices of the lines, in order.
    pub(super) open: Vec<usize>,
    /// Whether the line is the first of its paragraph.
    pub(super) starts: Vec<bool>,
}

impl<'p, 'd> Lines<'p, 'd> {
    pub(super) fn of(page: &'p Page<'d>, settled: &Settled) -> Self {
        let (mut open, mut starts) = (Vec::new(), Vec::new());
        for lines in settled.open_paragraphs(page) {
            for i in lines.clone() {
                let line = &page.lines[i];
                let fits = matches!(line.layout, Layout::Text | Layout::ListItem | Layout::Quote);
                let text = line.text();
                if fits && !has_leaders(text) && !(text.len() < 40 && time_alone(text).is_some()) {
                    open.push(i);
                    let above = lines.start..i;
                    starts.push(above.clone().all(|above| time_alone_of(page, above).is_some()));
                }
            }
        }
        Self { page, open, starts }
    }

    /// A line with what is around it.
    pub(super) fn line(&self, at: usize) -> Line<'p> {
        let i = self.open[at];
        let page = self.page;
        let below = page.lines.get(i + 1);
        let dash_below = below.and_then(|line| {
            let mut chars = line.text().trim_start().chars();
            chars.next().filter(|c| is_dash(*c) && chars.next() == Some(' '))
        });
        Line {
            text: page.lines[i].text(),
            bold: page.lines[i].bold,
            time_above: i.checked_sub(1).and_then(|above| time_alone_of(page, above)),
            time_below: below.and_then(|_| time_alone_of(page, i + 1)),
            dash_below,
        }
    }
}

/// The time that a line of the page consists of.
pub(super) fn time_alone_of(page: &Page<'_>, line: usize) -> Option<Clock> {
    const LONGEST: usize = 40;
    let text = page.lines[line].text();
    (!text.is_empty() && text.len() <= LONGEST).then(|| time_alone(text)).flatten()
}

impl Lines<'_, '_> {
    /// Where the byline and the speech of a line are, according to a reading.
    pub(super) fn speech(&self, settled: &Settled, at: usize, reading: &Reading) -> Option<Place> {
        let page = self.page;
        let i = self.open[at];
        let line = &page.lines[i];
        let time_above = reading.template.before.starts_with(&[Part::Time, Part::LineEnd]);
        let first = if time_above { i - 1 } else { i };
        let lead = page.lines[first].text().len() - page.lines[first].text().trim_start().len();
        let start = page.lines[first].mapped.source_start(lead);
        let mut end = line.mapped.source_end(reading.speech);
        let (speech_line, speech) = if reading.speech < line.text().len() {
            (i, line.mapped.source_start(reading.speech))
        } else if matches!(reading.template.after.last(), Some(Part::Blank)) {
            // The dash that closes the byline is at the beginning of the line below.
            let below = page.lines.get(i + 1)?;
            let dash = below.text().len() - below.text().trim_start().trim_start_matches(is_dash).trim_start().len();
            end = below.mapped.source_end(dash);
            (i + 1, below.mapped.source_start(dash))
        } else {
            let below = next_line(page, settled, i + 1)?;
            if reading.template.after.ends_with(&[Part::LineEnd, Part::Time, Part::LineEnd]) {
                end = page.lines[i + 1].mapped.source_end(page.lines[i + 1].text().trim_end().len());
            }
            (below, page.lines[below].mapped.source_start(0))
        };
        Some(Place { line: first, byline: Span::new(start, end.max(start)), speech_line, speech })
    }
}

/// The next line with text that may be speech, below a byline. A time alone is part of the byline.
pub(super) fn next_line(page: &Page<'_>, settled: &Settled, from: usize) -> Option<usize> {
    (from..page.lines.len())
        .find(|line| !page.lines[*line].is_empty() && time_alone_of(page, *line).is_none())
        .filter(|line| settled.is_open(*line))
}
