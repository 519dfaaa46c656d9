//! Running headers and footers of a PDF.
//!
//! **Input:** the lines of each page, from top to bottom over its whole width. **Output:** how many lines at the top and at the
//! bottom of each page are running: they have the same text, apart from numbers, at the same height of a third of all pages.
//! Nothing is refused. They are found before columns are, because a short footer lies inside one column.

use std::collections::HashMap;

use super::layout::{Row, join};

/// Fewest pages that a running line is on.
const FEWEST_PAGES: usize = 3;
/// Number of lines at each edge of a page that may be running.
const DEPTH: usize = 15;
/// Lines at the same height differ by less than twice this number of points.
const SAME_HEIGHT: f32 = 2.0;

/// A line without its words that have digits, and its height in steps of [`SAME_HEIGHT`].
type Place = (String, i64);

/// For each page the number of running lines at its top and at its bottom. The lines at the top of the first page are kept: one
/// may be the title.
pub(super) fn edges(pages: &[Vec<Vec<Row>>]) -> Vec<(usize, usize)> {
    let places: Vec<Vec<Option<Place>>> = pages.iter().map(|lines| places(lines)).collect();
    // The number of pages with a line at a place, and the last of them.
    let mut seen: HashMap<&Place, (usize, usize)> = HashMap::new();
    for (i, page) in places.iter().enumerate() {
        for place in page.iter().flatten() {
            let (n, last) = seen.entry(place).or_insert((0, usize::MAX));
            *n += usize::from(*last != i);
            *last = i;
        }
    }
    let n_pages = |place: &Place| -> usize {
        let near = |step: i64| (place.0.clone(), place.1 + step);
        [-1, 0, 1].into_iter().filter_map(|step| seen.get(&near(step))).map(|(n, _)| n).sum()
    };
    let is_running =
        |place: &Option<Place>| place.as_ref().map(n_pages).is_some_and(|n| n >= FEWEST_PAGES && n * 3 >= pages.len());
    let count = |(i, page): (usize, &Vec<Option<Place>>)| {
        // Only from the edge of the page inwards: a line below one of the body belongs to the body.
        let top = if i == 0 { 0 } else { page.iter().take_while(|place| is_running(place)).count() };
        let bottom = page[top..].iter().rev().take_while(|place| is_running(place)).count();
        (top, bottom)
    };
    places.iter().enumerate().map(count).collect()
}

/// The places of the lines of a page; `None` for lines that are far from its edges.
fn places(lines: &[Vec<Row>]) -> Vec<Option<Place>> {
    let n = lines.len();
    let place = |(k, line): (usize, &Vec<Row>)| {
        if k >= DEPTH && k + DEPTH < n {
            return None;
        }
        let row = join(line.clone(), 0)?;
        let text = row.text();
        let words = text.split_whitespace().filter(|word| !word.chars().any(char::is_numeric));
        Some((words.collect::<Vec<_>>().join(" "), (row.y / SAME_HEIGHT).floor() as i64))
    };
    lines.iter().enumerate().map(place).collect()
}
