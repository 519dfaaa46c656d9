//! Glyphs to lines.
//!
//! **Input:** the glyphs of each page. **Output:** rows of text, columns in reading order, paragraphs by spacing and width.
//! Tables are read row by row, with three spaces between cells. Text in another direction follows the rest of its page.

use std::collections::HashMap;

use super::glyphs::{Glyph, Glyphs};
use super::marks::{self, LineNumber};
use super::{columns, running};
use crate::parts::{Parts, Piece};
use crate::plain::{LIST_MARKER, is_ornament};
use plenary_corpus::Layout;
use plenary_corpus::text::{ends_sentence, ends_with_sign};

/// A gap wider than this share of the size of print separates words.
const WORD_GAP: f32 = 0.17;
/// A gap wider than this many sizes of print separates cells.
pub(super) const CELL_GAP: f32 = 2.5;
/// What is written between cells.
const BETWEEN_CELLS: &str = "   ";
/// Rows of one line lie within this share of the size of print: superscripts belong to their line.
pub(super) const SAME_LINE: f32 = 0.4;
/// A step down of more than this many usual steps separates paragraphs.
const PARAGRAPH_GAP: f32 = 1.3;
/// Print larger than the body's by this factor is a heading.
const HEADING_FROM: f32 = 1.25;
/// Glyphs that were drawn one after the other on one line; later a whole row of a column.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) x0: f32,
    pub(super) x1: f32,
    pub(super) y: f32,
    pub(super) size: f32,
    first_word: f32,
    pieces: Vec<Piece>,
    /// The number of the line, if the margin has one.
    number: Option<String>,
    /// The column: 1 is the whole page, 2 and 3 its halves, 4 to 7 theirs; the direction of the text on top.
    column: usize,
    /// A running header or footer.
    is_running: bool,
    /// Right edge of the block of prose that holds the row.
    right: Option<f32>,
}

impl Row {
    pub(super) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Whether the row is one of a table.
    fn has_cells(&self) -> bool {
        self.pieces.iter().any(|piece| piece.text.contains(BETWEEN_CELLS))
    }

    /// Whether the row ends with the end of a sentence or a colon.
    fn ends_sentence(&self) -> bool {
        let text = self.text();
        ends_sentence(&text) || ends_with_sign(&text, &[':'])
    }

    fn push(&mut self, text: &str, bold: bool, italic: bool) {
        match self.pieces.last_mut() {
            // A space has the typeface of the piece before it.
            Some(last) if (last.bold == bold && last.italic == italic) || text.trim().is_empty() => {
                last.text.push_str(text);
            }
            _ => self.pieces.push(Piece { text: text.into(), bold, italic }),
        }
    }
}

/// Writes the pages line by line.
pub(crate) fn lay_out(pages: &[Glyphs], out: &mut Parts) {
    let mut rows = reading_order(pages);
    set_right_edges(&mut rows);
    let measures = Measures::of(&rows);
    for page in &mut rows {
        measures.raise_notes(page);
    }
    let mut above: Option<&Row> = None;
    for (i, page) in rows.iter().enumerate() {
        if i > 0 {
            out.page_break();
        }
        let notes = measures.notes_from(page);
        for (k, row) in page.iter().enumerate() {
            let begins_note = k >= notes && measures.begins_note(row);
            if k == notes {
                out.blank();
                out.line(Layout::Ornament, None, &[Piece::plain("____________")]);
                above = None;
            }
            let next_to = k > 0 && above.is_some_and(|above| above.column == row.column && row.y > above.y);
            let apart = above.is_some_and(|above| next_to && measures.are_apart(above, row));
            let below_header = k > 0 && page[k - 1].is_running != row.is_running;
            if apart || below_header || (k > 0 && above.is_some() && !next_to) {
                out.blank();
            }
            if row.is_running {
                out.new_paragraph();
                out.line(Layout::Running, None, &row.pieces);
                above = None;
                continue;
            }
            let goes_on = !apart && !begins_note && above.is_some_and(|above| measures.goes_on(above, row, next_to));
            if !goes_on {
                out.new_paragraph();
            }
            if let Some(number) = &row.number {
                out.margin(number);
            }
            let layout = if is_ornament(&row.text()) { Layout::Ornament } else { measures.layout(row, goes_on) };
            out.line(layout, None, &row.pieces);
            above = Some(row);
        }
    }
}

/// The rows of each page in the order in which they are read: running headers, columns, running footers, and text in other
/// directions.
fn reading_order(pages: &[Glyphs]) -> Vec<Vec<Row>> {
    let mut out: Vec<Vec<Row>> = pages.iter().map(|_| Vec::new()).collect();
    for turn in 0..4 {
        let mut numbers = Vec::new();
        let mut lines: Vec<Vec<Vec<Row>>> = Vec::new();
        for page in pages {
            let mut glyphs: Vec<Glyph> = page.glyphs.iter().filter(|glyph| glyph.turn == turn).copied().collect();
            numbers.push(marks::take_line_numbers(&mut glyphs));
            marks::raise_digits(&mut glyphs);
            lines.push(by_line(fragments(&glyphs)));
        }
        let mut known = Vec::new();
        let edges = running::edges(&lines);
        let direction = usize::from(turn) * 100;
        let pages: Vec<(Vec<Row>, Vec<Row>, Vec<Row>)> = lines.into_iter().zip(edges).map(apart_from_edges).collect();
        for (_, body, _) in &pages {
            columns::learn(body, 1, &mut known);
        }
        for ((page, (top, body, bottom)), numbers) in out.iter_mut().zip(pages).zip(numbers) {
            let from = page.len();
            page.extend(rows(top, 1 + direction).into_iter().map(|row| Row { is_running: true, ..row }));
            columns::read(body, &known, 1, direction, page);
            page.extend(rows(bottom, 1 + direction).into_iter().map(|row| Row { is_running: true, ..row }));
            number(&mut page[from..], numbers);
        }
    }
    out
}

/// The fragments of running headers, of the body, and of running footers of a page.
fn apart_from_edges((mut lines, (top, bottom)): (Vec<Vec<Row>>, (usize, usize))) -> (Vec<Row>, Vec<Row>, Vec<Row>) {
    let footers = lines.split_off(lines.len() - bottom);
    let body = lines.split_off(top);
    let flat = |lines: Vec<Vec<Row>>| lines.into_iter().flatten().collect();
    (flat(lines), flat(body), flat(footers))
}

/// Assigns the line numbers in the margin to their rows.
fn number(rows: &mut [Row], numbers: Vec<LineNumber>) {
    for number in numbers {
        let distance = |row: &Row| (row.y - number.y).abs();
        if let Some(row) = rows.iter_mut().min_by(|a, b| distance(a).total_cmp(&distance(b)))
            && distance(row) <= row.size
        {
            row.number = Some(number.text);
        }
    }
}

/// Glyphs in the order in which they are drawn to fragments of one line.
fn fragments(glyphs: &[Glyph]) -> Vec<Row> {
    let mut out: Vec<Row> = Vec::new();
    // Where the last character that is not a blank ended, and whether a word was complete yet.
    let mut end = 0.0f32;
    let mut fresh = true;
    let mut buffer = [0u8; 4];
    for glyph in glyphs {
        let text: &str = glyph.c.encode_utf8(&mut buffer);
        let joins = !fresh
            && out.last().is_some_and(|row| {
                let size = row.size.max(glyph.size);
                (glyph.y - row.y).abs() <= SAME_LINE * size && (-0.5..=1.0).contains(&((glyph.x0 - end) / size))
            });
        if glyph.c == ' ' {
            if let (true, Some(row)) = (joins, out.last_mut())
                && !row.text_ends_blank()
            {
                row.push(" ", false, false);
            }
            if joins {
                end = end.max(glyph.x1);
            }
            continue;
        }
        match out.last_mut() {
            Some(row) if joins => {
                if glyph.x0 - end > WORD_GAP * glyph.size && !row.text_ends_blank() {
                    row.push(" ", false, false);
                }
                if !row.pieces.iter().any(|piece| piece.text.contains(' ')) {
                    row.first_word = glyph.x1 - row.x0;
                }
                if glyph.size > row.size * 1.05 {
                    (row.y, row.size) = (glyph.y, glyph.size);
                }
                row.push(text, glyph.bold, glyph.italic);
                row.x1 = row.x1.max(glyph.x1);
            }
            _ => out.push(Row {
                x0: glyph.x0,
                x1: glyph.x1,
                y: glyph.y,
                size: glyph.size,
                first_word: glyph.x1 - glyph.x0,
                pieces: vec![Piece { text: text.into(), bold: glyph.bold, italic: glyph.italic }],
                number: None,
                column: 0,
                is_running: false,
                right: None,
            }),
        }
        end = glyph.x1;
        fresh = false;
    }
    out
}

impl Row {
    fn text_ends_blank(&self) -> bool {
        self.pieces.last().is_some_and(|piece| piece.text.ends_with(' '))
    }
}

/// Fragments to the rows of one column, from top to bottom.
pub(super) fn rows(fragments: Vec<Row>, column: usize) -> Vec<Row> {
    by_line(fragments).into_iter().filter_map(|line| join(line, column)).collect()
}

/// Fragments to lines, from top to bottom.
pub(super) fn by_line(mut fragments: Vec<Row>) -> Vec<Vec<Row>> {
    fragments.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lines: Vec<Vec<Row>> = Vec::new();
    for fragment in fragments {
        match lines.last_mut() {
            Some(line) if (fragment.y - line[0].y).abs() <= SAME_LINE * line[0].size.max(fragment.size) => {
                line.push(fragment);
            }
            _ => lines.push(vec![fragment]),
        }
    }
    lines
}

/// Fragments of one line to its row.
pub(super) fn join(mut line: Vec<Row>, column: usize) -> Option<Row> {
    line.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut fragments = line.into_iter();
    let mut row = fragments.next()?;
    for fragment in fragments {
        let gap = (fragment.x0 - row.x1) / row.size.max(1.0);
        if gap > CELL_GAP {
            row.push(BETWEEN_CELLS, false, false);
        } else if gap > WORD_GAP && !row.text_ends_blank() {
            row.push(" ", false, false);
        } else if !row.pieces.iter().any(|piece| piece.text.contains(' ')) {
            row.first_word = fragment.x0 + fragment.first_word - row.x0;
        }
        for piece in &fragment.pieces {
            row.push(&piece.text, piece.bold, piece.italic);
        }
        row.x1 = row.x1.max(fragment.x1);
        if fragment.size > row.size {
            (row.y, row.size) = (fragment.y, fragment.size);
        }
    }
    row.column = column;
    Some(row)
}

pub(super) fn percentile(values: impl Iterator<Item = f32>, percent: usize) -> Option<f32> {
    let mut values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    values.sort_by(f32::total_cmp);
    values.get((values.len().saturating_sub(1)) * percent / 100).copied()
}

/// Sets the right edge of the rows of each block of prose. Of a block that is too short to show its edge, it is the edge of a
/// block elsewhere that begins at the same place and is wide enough.
fn set_right_edges(pages: &mut [Vec<Row>]) {
    const SAME: f32 = 0.5;
    const MOST_KNOWN: usize = 256;
    let is_one_block = |a: &Row, b: &Row| a.column == b.column && a.is_running == b.is_running;
    let mut known: Vec<(f32, f32)> = Vec::new();
    for block in pages.iter().flat_map(|page| page.chunk_by(is_one_block)) {
        if let Some(edges) = edges_of_prose(block)
            && known.len() < MOST_KNOWN
            && !known.iter().any(|(left, right)| (left - edges.0).abs() < SAME && (right - edges.1).abs() < SAME)
        {
            known.push(edges);
        }
    }
    known.sort_by(|a, b| a.1.total_cmp(&b.1));
    for block in pages.iter_mut().flat_map(|page| page.chunk_by_mut(is_one_block)) {
        let whole = || block.iter().filter(|row| !row.has_cells());
        let left = whole().map(|row| row.x0).fold(f32::INFINITY, f32::min);
        let end = whole().map(|row| row.x1).fold(f32::NEG_INFINITY, f32::max);
        let size = block[0].size;
        let alike = || known.iter().find(|edges| (edges.0 - left).abs() <= 1.5 * size && edges.1 + size >= end);
        let right = edges_of_prose(block).or_else(|| alike().copied()).map(|(_, right)| right);
        for row in block.iter_mut() {
            row.right = right;
        }
    }
}

/// Left and right edge of rows that are prose: there are several, and most of them reach the right edge.
fn edges_of_prose(block: &[Row]) -> Option<(f32, f32)> {
    const FEWEST_ROWS: usize = 5;
    const FILL: f32 = 0.85;
    let whole = || block.iter().filter(|row| !row.has_cells());
    if whole().count() < FEWEST_ROWS || block[0].is_running {
        return None;
    }
    let left = percentile(whole().map(|row| row.x0), 5)?;
    let right = percentile(whole().map(|row| row.x1), 95)?;
    let fill = percentile(whole().map(|row| (row.x1 - left) / (right - left).max(1.0)), 50)?;
    (fill >= FILL).then_some((left, right))
}

/// Whether a row begins an item of a list. A number at the start of a row that continues the sentence and the left edge of the row
/// above it belongs to the sentence.
fn begins_item(above: &Row, below: &Row, next_to: bool) -> bool {
    if !LIST_MARKER.is_match(below.text().trim()) {
        return false;
    }
    let text = above.text();
    let same_edge = !next_to || (below.x0 - above.x0).abs() <= 0.5 * above.size;
    above.ends_sentence()
        || ends_with_sign(&text, &[';', ','])
        || !same_edge
        || !below.text().trim_start().starts_with(|c: char| c.is_ascii_digit())
        || LIST_MARKER.is_match(text.trim())
}

/// What is usual in the document.
struct Measures {
    /// The size that most characters are printed in.
    body: f32,
    /// Step from row to row, in sizes of print.
    leading: f32,
    /// Right edge of each column.
    right: HashMap<usize, f32>,
}

impl Measures {
    fn of(pages: &[Vec<Row>]) -> Self {
        let mut n_of_size: HashMap<i64, usize> = HashMap::new();
        let mut edges: HashMap<usize, Vec<f32>> = HashMap::new();
        let mut steps = Vec::new();
        for page in pages {
            for (i, row) in page.iter().enumerate() {
                let n = row.pieces.iter().map(|piece| piece.text.len()).sum::<usize>();
                *n_of_size.entry((row.size * 10.0).round() as i64).or_default() += n;
                edges.entry(row.column).or_default().push(row.x1);
                if let Some(below) = page.get(i + 1).filter(|below| below.column == row.column && below.y > row.y) {
                    steps.push((below.y - row.y) / below.size.max(row.size).max(0.1));
                }
            }
        }
        let body =
            n_of_size.iter().max_by_key(|(size, n)| (**n, -**size)).map_or(10.0, |(size, _)| *size as f32 / 10.0);
        let leading = percentile(steps.into_iter().filter(|step| *step < 3.0), 40).unwrap_or(1.2).max(0.8);
        let right =
            edges.into_iter().filter_map(|(column, x)| Some((column, percentile(x.into_iter(), 95)?))).collect();
        Self { body, leading, right }
    }

    /// Index of the first row of the notes at the foot of a page: from there on every row is smaller than the body, and the
    /// first begins like a note. The number of rows if there are no notes.
    fn notes_from(&self, page: &[Row]) -> usize {
        (self.foot(page)..page.len()).find(|k| self.begins_note(&page[*k])).unwrap_or(page.len())
    }

    /// Whether a row begins like a note: with a raised number, or, in print that is much smaller than the body, with a number or a
    /// sign of a note.
    fn begins_note(&self, row: &Row) -> bool {
        const MUCH_SMALLER: f32 = 0.88;
        let text = row.text();
        marks::begins_note(&text)
            || (!row.is_running && row.size <= MUCH_SMALLER * self.body && marks::begins_plain_note(&text))
    }

    /// Index of the first row of the small print at the foot of a page.
    fn foot(&self, page: &[Row]) -> usize {
        const SMALLER: f32 = 0.95;
        let small = page.iter().rev().take_while(|row| row.is_running || row.size <= SMALLER * self.body).count();
        (page.len() - small).max(1).min(page.len())
    }

    /// Raises the number of a note at the foot of a page that the text above refers to with a raised one.
    fn raise_notes(&self, page: &mut [Row]) {
        let foot = self.foot(page);
        let above: String = page[..foot].iter().map(Row::text).collect();
        for row in &mut page[foot..] {
            let Some(first) = row.pieces.first_mut() else { continue };
            let number: String = first.text.chars().take_while(char::is_ascii_digit).collect();
            let raised: String = number.chars().map(marks::raised).collect();
            if !number.is_empty() && first.text[number.len()..].starts_with(' ') && above.contains(&raised) {
                first.text.replace_range(..number.len(), &raised);
            }
        }
    }

    fn are_apart(&self, above: &Row, below: &Row) -> bool {
        below.y - above.y > PARAGRAPH_GAP * self.leading * above.size.max(below.size)
    }

    /// Whether a row continues the paragraph of the row above: the row above was full, the next word would not have fitted
    /// on it.
    fn goes_on(&self, above: &Row, below: &Row, next_to: bool) -> bool {
        let right = above.right.or_else(|| self.right.get(&above.column).copied()).unwrap_or(above.x1);
        let is_full = above.x1 + 0.25 * above.size + below.first_word > right;
        let same_print = (above.size - below.size).abs() <= 0.12 * above.size;
        let bold_begins = below.pieces.first().is_some_and(|piece| piece.bold)
            && above.pieces.last().is_some_and(|piece| !piece.bold);
        let indented = next_to && below.x0 >= above.x0 + above.size;
        is_full
            && same_print
            && !begins_item(above, below, next_to)
            && !(above.ends_sentence() && (indented || bold_begins || !next_to))
            && (next_to || above.column / 100 == below.column / 100)
    }

    /// `goes_on`: the row continues a paragraph, and a number at its start is not the marker of an item.
    fn layout(&self, row: &Row, goes_on: bool) -> Layout {
        let text = row.text();
        let text = text.trim();
        let factor = row.size / self.body.max(0.1);
        if LIST_MARKER.is_match(text) && !goes_on {
            Layout::ListItem
        } else if factor >= HEADING_FROM && text.chars().any(char::is_alphabetic) && !text.ends_with([':', '.', ',']) {
            Layout::Heading(if factor >= 1.8 {
                1
            } else if factor >= 1.4 {
                2
            } else {
                3
            })
        } else {
            Layout::Text
        }
    }
}
