//! The columns of a page.
//!
//! **Input:** the fragments of a page, and the gutters of all pages. **Output:** rows in reading order: column by column, and row
//! by row where something crosses the gutter. A page whose own rows do not show a gutter, because its last column is short, has
//! the gutter of another page if its rows fit. Nothing is refused. Tables between columns are read row by row.

use super::layout::{CELL_GAP, Row, SAME_LINE, by_line, percentile, rows};

/// Columns lie no further apart than this share of the width of the text.
const WIDEST_GUTTER: f32 = 0.15;
/// Fewest rows of a column that shows where the gutter is.
const FEWEST_ROWS: usize = 5;
/// At the median, the rows of prose fill this share of their column; the cells of a table are shorter.
const PROSE_FILL: f32 = 0.6;
/// The same for a column beside which the next one has only a few rows.
const PROSE_FILL_ALONE: f32 = 0.75;
/// Columns are divided again if their number is below this: 1 is the page, 2 and 3 its halves, 4 to 7 theirs.
const DEEPEST: usize = 8;

/// The gutter between two columns, and their left and right edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Gutter {
    at: f32,
    left: (f32, f32),
    right: (f32, f32),
}

/// Adds the gutters that the fragments of a page show to those that are known.
pub(super) fn learn(fragments: &[Row], column: usize, known: &mut Vec<Gutter>) {
    const SAME: f32 = 6.0;
    const MOST: usize = 32;
    let Some(gutter) = (column < DEEPEST).then(|| Gutter::of(fragments)).flatten() else { return };
    let is_known = known
        .iter()
        .any(|other| (other.left.0 - gutter.left.0).abs() < SAME && (other.right.0 - gutter.right.0).abs() < SAME);
    if !is_known && known.len() < MOST {
        known.push(gutter);
    }
    for side in [true, false] {
        let side: Vec<Row> = fragments.iter().filter(|row| gutter.side(row) == Some(side)).cloned().collect();
        learn(&side, column * 2, known);
    }
}

/// Adds the rows of a page in reading order. A row that crosses the gutter between two columns ends both.
pub(super) fn read(fragments: Vec<Row>, known: &[Gutter], column: usize, direction: usize, out: &mut Vec<Row>) {
    let gutter = if column < DEEPEST {
        Gutter::of(&fragments).or_else(|| known.iter().copied().find(|gutter| gutter.fits(&fragments)))
    } else {
        None
    };
    let Some(gutter) = gutter else {
        out.extend(rows(fragments, column + direction));
        return;
    };
    let mut fragments = fragments;
    fragments.sort_by(|a, b| a.y.total_cmp(&b.y));
    let tables = gutter.tables(&fragments);
    let in_table = |row: &Row| {
        let at = tables.partition_point(|(_, bottom)| *bottom < row.y);
        tables.get(at).is_some_and(|(top, _)| *top <= row.y)
    };
    let (mut left, mut right, mut across) = (Vec::new(), Vec::new(), Vec::new());
    for fragment in fragments {
        let side = gutter.side(&fragment).filter(|_| !in_table(&fragment));
        if side.is_none() {
            if !left.is_empty() || !right.is_empty() {
                read(std::mem::take(&mut left), known, column * 2, direction, out);
                read(std::mem::take(&mut right), known, column * 2 + 1, direction, out);
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
        if side == Some(true) { left.push(fragment) } else { right.push(fragment) }
    }
    out.extend(rows(across, column + direction));
    read(left, known, column * 2, direction, out);
    read(right, known, column * 2 + 1, direction, out);
}

impl Gutter {
    /// The gutter of a page with two columns: hardly anything crosses it, and both sides have rows that fill most of their width
    /// (the cells of a table do not). The right side may have few rows if they begin at the top and are about as wide as the
    /// left ones.
    fn of(fragments: &[Row]) -> Option<Gutter> {
        let left_edge = fragments.iter().map(|row| row.x0).fold(f32::INFINITY, f32::min);
        let right_edge = fragments.iter().map(|row| row.x1).fold(f32::NEG_INFINITY, f32::max);
        let width = right_edge - left_edge;
        if fragments.len() < 2 * FEWEST_ROWS || !width.is_finite() || width < 100.0 {
            return None;
        }
        let at = least_crossed(fragments, left_edge, width)?;
        let side = |is_left: bool| -> Vec<Row> {
            let here = |row: &&Row| if is_left { row.x1 <= at } else { row.x0 >= at };
            rows(fragments.iter().filter(here).cloned().collect(), 0)
        };
        let (left, right) = (side(true), side(false));
        let left_end = percentile(left.iter().map(|row| row.x1), 95)?;
        let right_start = percentile(right.iter().map(|row| row.x0), 5)?;
        let size = percentile(fragments.iter().map(|row| row.size), 50)?;
        let fill = |rows: &[Row], width: f32| {
            percentile(rows.iter().map(|row| (row.x1 - row.x0) / width.max(1.0)), 50).unwrap_or(0.0)
        };
        let (left_width, right_width) = (left_end - left_edge, right_edge - right_start);
        let both = left.len() >= FEWEST_ROWS
            && right.len() >= FEWEST_ROWS
            && fill(&left, left_width) >= PROSE_FILL
            && fill(&right, right_width) >= PROSE_FILL;
        let begins_at_top = || left[0].y.max(right[0].y) - left[0].y.min(right[0].y) <= 2.0 * size;
        let short_right = || {
            left.len() >= 2 * FEWEST_ROWS
                && right.len() < FEWEST_ROWS
                && begins_at_top()
                && fill(&left, left_width) >= PROSE_FILL_ALONE
                && (0.5 * left_width..=1.1 * left_width).contains(&right_width)
        };
        let gap = right_start - left_end;
        (gap >= 0.8 * size && gap <= WIDEST_GUTTER * width && (both || short_right())).then_some(Gutter {
            at,
            left: (left_edge, left_end),
            right: (right_start, right_edge),
        })
    }

    /// Whether the fragments of a page have this gutter: hardly anything crosses it, and both sides begin and end where the
    /// columns do.
    fn fits(&self, fragments: &[Row]) -> bool {
        let on = |is_left: bool| fragments.iter().filter(move |row| self.side(row) == Some(is_left));
        let n_crossing = fragments.iter().filter(|row| self.side(row).is_none()).count();
        let size = percentile(fragments.iter().map(|row| row.size), 50).unwrap_or(0.0);
        let ends = percentile(on(true).map(|row| row.x1), 95).is_some_and(|end| end <= self.left.1 + size);
        let begins = |is_left: bool, edge: f32| {
            percentile(on(is_left).map(|row| row.x0), 5).is_some_and(|start| (start - edge).abs() <= 3.0 * size)
        };
        let widths = on(true).map(|row| (row.x1 - row.x0) / (self.left.1 - self.left.0).max(1.0));
        let is_prose = percentile(widths, 50).is_some_and(|fill| fill >= PROSE_FILL);
        n_crossing * 5 <= fragments.len()
            && ends
            && begins(true, self.left.0)
            && begins(false, self.right.0)
            && is_prose
    }

    /// Whether a fragment is left of the gutter; `None` if it crosses it.
    fn side(&self, row: &Row) -> Option<bool> {
        if row.x1 <= self.at {
            Some(true)
        } else if row.x0 >= self.at {
            Some(false)
        } else {
            None
        }
    }

    /// Top and bottom of the tables between the columns: at least three lines with the same number of cells, all of them short,
    /// of which one begins away from the beginning of a column.
    fn tables(&self, fragments: &[Row]) -> Vec<(f32, f32)> {
        const FEWEST_LINES: usize = 3;
        let lines: Vec<(f32, f32, Vec<Row>)> = by_line(fragments.to_vec())
            .into_iter()
            .map(|line| (line[0].y - SAME_LINE * line[0].size, line[0].y + SAME_LINE * line[0].size, cells(line)))
            .collect();
        let narrow = 0.6 * (self.left.1 - self.left.0).min(self.right.1 - self.right.0);
        let begins_away = |cell: &Row| {
            (cell.x0 - self.left.0).abs() > 3.0 * cell.size && (cell.x0 - self.right.0).abs() > 3.0 * cell.size
        };
        let is_tabular = |cells: &[Row]| {
            cells.len() > 1 && cells.iter().all(|cell| cell.x1 - cell.x0 <= narrow) && cells.iter().any(begins_away)
        };
        let is_below = |above: &[Row], below: &[Row]| {
            let aligned = |(a, b): (&Row, &Row)| (a.x0 - b.x0).abs() <= a.size || (a.x1 - b.x1).abs() <= a.size;
            above.len() == below.len() && above.iter().zip(below).all(aligned)
        };
        lines
            .chunk_by(|a, b| is_tabular(&a.2) && is_tabular(&b.2) && is_below(&a.2, &b.2))
            .filter(|run| run.len() >= FEWEST_LINES)
            .map(|run| (run[0].0, run[run.len() - 1].1))
            .collect()
    }
}

/// The place in the middle of the page that the fewest fragments cross, if few do.
fn least_crossed(fragments: &[Row], left_edge: f32, width: f32) -> Option<f32> {
    const STEP: f32 = 2.0;
    const MOST_STEPS: usize = 2_000;
    let n_steps = ((width * 0.6 / STEP) as usize).min(MOST_STEPS);
    let crossing = |x: f32| fragments.iter().filter(|row| row.x0 < x && row.x1 > x).count();
    let (at, n_crossing) = (0..=n_steps)
        .map(|step| left_edge + width * 0.2 + STEP * step as f32)
        .map(|x| (x, crossing(x)))
        .min_by(|a, b| {
            (a.1, (a.0 - left_edge - width / 2.0).abs())
                .partial_cmp(&(b.1, (b.0 - left_edge - width / 2.0).abs()))
                .unwrap_or(std::cmp::Ordering::Equal)
        })?;
    (n_crossing * 5 <= fragments.len()).then_some(at)
}

/// The cells of a line: fragments that wide gaps separate.
fn cells(mut line: Vec<Row>) -> Vec<Row> {
    line.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut out: Vec<Row> = Vec::new();
    for fragment in line {
        match out.last_mut() {
            Some(last) if fragment.x0 - last.x1 <= CELL_GAP * last.size.max(1.0) => last.x1 = last.x1.max(fragment.x1),
            _ => out.push(fragment),
        }
    }
    out
}
