//! Glyphs to lines.
//!
//! **Input:** the glyphs of each page. **Output:** rows of text, columns in reading order, paragraphs by spacing and width.
//! Tables are read row by row, with three spaces between cells. Text in another direction follows the rest of its page.

use std::collections::{HashMap, HashSet};

use super::glyphs::{Glyph, Glyphs};
use super::marks::{self, LineNumber};
use crate::parts::{Parts, Piece};
use crate::plain::{LIST_MARKER, is_ornament};
use plenary_corpus::Layout;
use plenary_corpus::text::{ends_sentence, ends_with_sign};

/// A gap wider than this share of the size of print separates words.
const WORD_GAP: f32 = 0.17;
/// A gap wider than this many sizes of print separates cells.
const CELL_GAP: f32 = 2.5;
/// Rows of one line lie within this share of the size of print: superscripts belong to their line.
const SAME_LINE: f32 = 0.4;
/// A step down of more than this many usual steps separates paragraphs.
const PARAGRAPH_GAP: f32 = 1.3;
/// Print larger than the body's by this factor is a heading.
const HEADING_FROM: f32 = 1.25;
/// Columns lie no further apart than this share of the width of the text.
const WIDEST_GUTTER: f32 = 0.15;
/// Fewest rows of a column.
const FEWEST_ROWS: usize = 5;

/// Glyphs that were drawn one after the other on one line; later a whole row of a column.
#[derive(Debug, Clone)]
struct Row {
    x0: f32,
    x1: f32,
    y: f32,
    size: f32,
    first_word: f32,
    pieces: Vec<Piece>,
    /// The number of the line, if the margin has one.
    number: Option<String>,
    /// The column: 1 is the whole page, 2 and 3 its halves, 4 to 7 theirs; the direction of the text on top.
    column: usize,
}

impl Row {
    fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
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
    let mut rows: Vec<Vec<Row>> = Vec::new();
    for page in pages {
        let mut of_page = Vec::new();
        for turn in 0..4 {
            let mut glyphs: Vec<Glyph> = page.glyphs.iter().filter(|glyph| glyph.turn == turn).copied().collect();
            let numbers = marks::take_line_numbers(&mut glyphs);
            marks::raise_digits(&mut glyphs);
            let from = of_page.len();
            columns(fragments(&glyphs), 1, usize::from(turn) * 100, &mut of_page);
            number(&mut of_page[from..], numbers);
        }
        rows.push(of_page);
    }
    let measures = Measures::of(&rows);
    for page in &mut rows {
        measures.raise_notes(page);
    }
    let running = running(&rows);
    let mut above: Option<&Row> = None;
    for (i, page) in rows.iter().enumerate() {
        if i > 0 {
            out.page_break();
        }
        let notes = measures.notes_from(page);
        for (k, row) in page.iter().enumerate() {
            let begins_note = k >= notes && marks::begins_note(&row.text());
            if k == notes {
                out.blank();
                out.line(Layout::Ornament, None, &[Piece::plain("____________")]);
                above = None;
            }
            let next_to = k > 0 && above.is_some_and(|above| above.column == row.column && row.y > above.y);
            let apart = above.is_some_and(|above| next_to && measures.are_apart(above, row));
            let below_header = k > 0 && running.contains(&(i, k - 1)) != running.contains(&(i, k));
            if apart || below_header || (k > 0 && above.is_some() && !next_to) {
                out.blank();
            }
            if running.contains(&(i, k)) {
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
            let layout = if is_ornament(&row.text()) { Layout::Ornament } else { measures.layout(row) };
            out.line(layout, None, &row.pieces);
            above = Some(row);
        }
    }
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

/// Running headers and footers: rows that are first or last on a page and have the same text, apart from numbers, at
/// the same height of a third of all pages; each as its page and its index there. Those of the first page are kept: one
/// may be the title.
fn running(pages: &[Vec<Row>]) -> HashSet<(usize, usize)> {
    const FEWEST_PAGES: usize = 3;
    const DEPTH: usize = 4;
    let words = |row: &Row| -> String {
        let text = row.text();
        let words = text.split_whitespace().filter(|word| !word.chars().all(|c| c.is_ascii_digit()));
        words.collect::<Vec<_>>().join(" ")
    };
    let mut seen: HashMap<String, Vec<(usize, usize, f32)>> = HashMap::new();
    for (i, page) in pages.iter().enumerate() {
        let n = page.len();
        for (k, row) in page.iter().enumerate().filter(|(k, _)| *k < DEPTH || k + DEPTH >= n) {
            seen.entry(words(row)).or_default().push((i, k, row.y));
        }
    }
    let mut out = HashSet::new();
    for places in seen.values() {
        for (i, k, y) in places.iter().filter(|(i, ..)| *i > 0) {
            let same: HashSet<usize> =
                places.iter().filter(|(_, _, other)| (other - y).abs() < 3.0).map(|(page, ..)| *page).collect();
            if same.len() >= FEWEST_PAGES && same.len() * 3 >= pages.len() {
                out.insert((*i, *k));
            }
        }
    }
    // Only from the edge of the page inwards: a row below one of the body belongs to the body.
    for (i, page) in pages.iter().enumerate() {
        let n = page.len();
        let top = (0..n).take_while(|k| out.contains(&(i, *k))).count();
        let bottom = (0..n).rev().take_while(|k| out.contains(&(i, *k))).count();
        out.retain(|(page, k)| *page != i || *k < top || *k >= n - bottom);
    }
    out
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
fn rows(mut fragments: Vec<Row>, column: usize) -> Vec<Row> {
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
    lines.into_iter().filter_map(|line| join(line, column)).collect()
}

/// Fragments of one line to its row.
fn join(mut line: Vec<Row>, column: usize) -> Option<Row> {
    line.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut fragments = line.into_iter();
    let mut row = fragments.next()?;
    for fragment in fragments {
        let gap = (fragment.x0 - row.x1) / row.size.max(1.0);
        if gap > CELL_GAP {
            row.push("   ", false, false);
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

/// Rows of a page in reading order. A row that crosses the gutter between two columns ends both.
fn columns(fragments: Vec<Row>, column: usize, direction: usize, out: &mut Vec<Row>) {
    let gutter = if column < 8 { gutter(&fragments) } else { None };
    let Some(gutter) = gutter else {
        out.extend(rows(fragments, column + direction));
        return;
    };
    let mut fragments = fragments;
    fragments.sort_by(|a, b| a.y.total_cmp(&b.y));
    let (mut left, mut right, mut across) = (Vec::new(), Vec::new(), Vec::new());
    for fragment in fragments {
        if fragment.x0 < gutter && fragment.x1 > gutter {
            if !left.is_empty() || !right.is_empty() {
                columns(std::mem::take(&mut left), column * 2, direction, out);
                columns(std::mem::take(&mut right), column * 2 + 1, direction, out);
            }
            across.push(fragment);
            continue;
        }
        if !across.is_empty() {
            // A fragment beside one that crosses the gutter belongs to its row.
            if across.iter().any(|above: &Row| (fragment.y - above.y).abs() <= SAME_LINE * above.size) {
                across.push(fragment);
                continue;
            }
            out.extend(rows(std::mem::take(&mut across), column + direction));
        }
        if fragment.x1 <= gutter { left.push(fragment) } else { right.push(fragment) }
    }
    out.extend(rows(across, column + direction));
    columns(left, column * 2, direction, out);
    columns(right, column * 2 + 1, direction, out);
}

/// The gutter of a page with two columns: hardly anything crosses it, and both sides have rows that fill most of their width
/// (the cells of a table do not).
fn gutter(fragments: &[Row]) -> Option<f32> {
    const STEP: f32 = 2.0;
    const MOST_STEPS: usize = 2_000;
    let left_edge = fragments.iter().map(|row| row.x0).fold(f32::INFINITY, f32::min);
    let right_edge = fragments.iter().map(|row| row.x1).fold(f32::NEG_INFINITY, f32::max);
    let width = right_edge - left_edge;
    if fragments.len() < 2 * FEWEST_ROWS || !width.is_finite() || width < 100.0 {
        return None;
    }
    let n_steps = ((width * 0.6 / STEP) as usize).min(MOST_STEPS);
    let crossing = |x: f32| fragments.iter().filter(|row| row.x0 < x && row.x1 > x).count();
    let (start, n_crossing) = (0..=n_steps)
        .map(|step| left_edge + width * 0.2 + STEP * step as f32)
        .map(|x| (x, crossing(x)))
        .min_by(|a, b| {
            (a.1, (a.0 - left_edge - width / 2.0).abs())
                .partial_cmp(&(b.1, (b.0 - left_edge - width / 2.0).abs()))
                .unwrap_or(std::cmp::Ordering::Equal)
        })?;
    if n_crossing * 5 > fragments.len() {
        return None;
    }
    let side = |is_left: bool| -> Vec<Row> {
        let here = |row: &&Row| if is_left { row.x1 <= start } else { row.x0 >= start };
        rows(fragments.iter().filter(here).cloned().collect(), 0)
    };
    let (left, right) = (side(true), side(false));
    if left.len() < FEWEST_ROWS || right.len() < FEWEST_ROWS {
        return None;
    }
    let left_end = percentile(left.iter().map(|row| row.x1), 95)?;
    let right_start = percentile(right.iter().map(|row| row.x0), 5)?;
    let size = percentile(fragments.iter().map(|row| row.size), 50)?;
    let fill = |rows: &[Row], width: f32| {
        percentile(rows.iter().map(|row| (row.x1 - row.x0) / width.max(1.0)), 50).is_some_and(|fill| fill >= 0.6)
    };
    let gap = right_start - left_end;
    (gap >= 0.8 * size
        && gap <= WIDEST_GUTTER * width
        && fill(&left, left_end - left_edge)
        && fill(&right, right_edge - right_start))
    .then_some(start)
}

fn percentile(values: impl Iterator<Item = f32>, percent: usize) -> Option<f32> {
    let mut values: Vec<f32> = values.filter(|value| value.is_finite()).collect();
    values.sort_by(f32::total_cmp);
    values.get((values.len().saturating_sub(1)) * percent / 100).copied()
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
    /// first has a raised number. The number of rows if there are no notes.
    fn notes_from(&self, page: &[Row]) -> usize {
        (self.foot(page)..page.len()).find(|k| marks::begins_note(&page[*k].text())).unwrap_or(page.len())
    }

    /// Index of the first row of the small print at the foot of a page.
    fn foot(&self, page: &[Row]) -> usize {
        const SMALLER: f32 = 0.95;
        let small = page.iter().rev().take_while(|row| row.size <= SMALLER * self.body).count();
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
        let right = self.right.get(&above.column).copied().unwrap_or(above.x1);
        let is_full = above.x1 + 0.25 * above.size + below.first_word > right;
        let same_print = (above.size - below.size).abs() <= 0.12 * above.size;
        let bold_begins = below.pieces.first().is_some_and(|piece| piece.bold)
            && above.pieces.last().is_some_and(|piece| !piece.bold);
        let indented = next_to && below.x0 >= above.x0 + above.size;
        is_full
            && same_print
            && !LIST_MARKER.is_match(below.text().trim())
            && !(above.ends_sentence() && (indented || bold_begins || !next_to))
            && (next_to || above.column / 100 == below.column / 100)
    }

    fn layout(&self, row: &Row) -> Layout {
        let text = row.text();
        let text = text.trim();
        let factor = row.size / self.body.max(0.1);
        if LIST_MARKER.is_match(text) {
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
