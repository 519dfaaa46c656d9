//! Lines in columns that nobody says: tables of numbers, and the heads and feet of pages that occur once.
//!
//! **Input**: the page and the claims on it. **Output**: claims on lines. A table has several lines with several cells, and most
//! of its cells behind the first column are numbers. The head of a page stands alone and has a wide gap and a page number, a
//! date or the symbol of a document. Names in columns are left to `lists`, heads that recur to `running`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::lists::{cells, has_gap};
use crate::page::{Page, Settled};
use plenary_corpus::{BlockKind, Layout, Pass};
use plenary_names::text::constant_regex;

/// Longer cells are text.
const LONGEST_CELL: usize = 9;

/// A number in a table: "4,112,300", "91.2 %", "-", "$ 12".
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^[(]?[-–+±$€£¥~<>]?\s?(?:\d[\d\s.,:’']*|[-–—]|n/?a)\s?[%‰$€£¥)*]{0,2}$"));

/// The symbol of a document of an international body: "S/PV.9903", "A/71/PV.12 (Resumption 1)".
static SYMBOL: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^\p{Lu}{1,4}(?:/[\p{Lu}\d][\p{Lu}\d.\-]*)+(?:\s*\([^)]{1,20}\))?$"));

/// A date in numbers, or the number of a print: "31.05.2017", "03-61422".
static PRINT: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"^(?:\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d{2}-\d{4,6}|\d{1,4}\s?/\s?\d{1,4})$"));

/// Tables of numbers, and heads of pages in columns.
pub(crate) fn columns(page: &Page<'_>, settled: &Settled) -> Settled {
    let mut claims = Settled::nothing(page);
    for block in blocks(page, settled) {
        if is_head_of_page(page, &block) {
            claims.claim(block, BlockKind::Furniture, Pass::Headers);
            continue;
        }
        for table in tables(page, &block) {
            claims.claim(table, BlockKind::EditorialNote, Pass::Notes);
        }
    }
    claims
}

/// Open lines between blank or claimed lines.
fn blocks(page: &Page<'_>, settled: &Settled) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    for line in (0..page.lines.len()).filter(|line| settled.is_open(*line) && !page.lines[*line].is_empty()) {
        match out.last_mut() {
            Some(last) if last.end == line => last.end = line + 1,
            _ => out.push(line..line + 1),
        }
    }
    out
}

/// Whether a few lines alone are the head or foot of a page: each has a wide gap or is the symbol of a document, and one has
/// the number of a page, a date, or such a symbol.
fn is_head_of_page(page: &Page<'_>, lines: &Range<usize>) -> bool {
    const MOST: usize = 3;
    const TOP: usize = 3;
    const WIDE: &str = "    ";
    let text = |line: usize| page.lines[line].text().trim();
    let is_mark = |cell: &str| {
        PRINT.is_match(cell) || SYMBOL.is_match(cell) || page.lexicon.patterns().page_number.is_match(cell)
    };
    let is_part = |line: usize| {
        let text = text(line);
        let is_wide = text.contains(WIDE) && !text.ends_with(['.', '!', '?', ':', ';', ',', '。']);
        page.lines[line].layout == Layout::Text
            && (SYMBOL.is_match(text) || is_wide)
            && cells(text).iter().all(|cell| cell.split_whitespace().count() <= LONGEST_CELL && !cell.contains(": "))
    };
    let has_mark = |line: usize| {
        let cells = cells(text(line));
        cells.first().is_some_and(|cell| is_mark(cell)) || cells.last().is_some_and(|cell| is_mark(cell))
    };
    // The title of the document may stand in columns as well.
    lines.start >= TOP && lines.len() <= MOST && lines.clone().all(is_part) && lines.clone().any(has_mark)
}

/// The tables of numbers in a block.
fn tables(page: &Page<'_>, block: &Range<usize>) -> Vec<Range<usize>> {
    const FEWEST_LINES: usize = 2;
    const FEWEST_CELLS: usize = 3;
    let row = |line: &usize| {
        let text = page.lines[*line].text();
        let cells = if has_gap(text) { cells(text) } else { Vec::new() };
        let is_text = |cell: &&str| cell.split_whitespace().count() > LONGEST_CELL;
        (cells.len() >= FEWEST_CELLS && !cells.iter().any(is_text)).then_some(cells)
    };
    let rows: Vec<usize> = block.clone().filter(|line| row(line).is_some()).collect();
    let is_table = |run: &[usize]| {
        let (mut n, mut n_numbers) = (0, 0);
        for cells in run.iter().filter_map(row).filter(|cells| cells.iter().any(|cell| NUMBER.is_match(cell))) {
            n += cells.len() - 1;
            n_numbers += cells[1..].iter().filter(|cell| NUMBER.is_match(cell)).count();
        }
        run.len() >= FEWEST_LINES && n_numbers * 2 >= n && n_numbers >= FEWEST_CELLS
    };
    let runs = rows.chunk_by(|above, below| above + 1 == *below);
    runs.filter(|run| is_table(run)).map(|run| run[0]..run[run.len() - 1] + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plenary_names::lexicon::Lexicon;
    use plenary_read::read;

    fn claimed(text: &str) -> Vec<usize> {
        let document = read("a.txt", text.as_bytes()).expect("the text can be read");
        let page = Page::of(&document, Lexicon::builtin());
        let claims = columns(&page, &Settled::nothing(&page));
        (0..page.lines.len()).filter(|line| !claims.is_open(*line)).map(|i| i + 1).collect()
    }

    #[test]
    fn tables_of_numbers_are_not_said() {
        let text = "Lee: Here is the result.\n\nResolution       For     %    Against\n5. Directors     4,112  91.2    396\n\
                    6. Fees          2,254  50.0  2,253\n\nHill: So be it.\n";
        assert_eq!(claimed(text), [3, 4, 5]);
        assert!(claimed("10:02   Ann Lee   hello there\n10:03   Bo Hill   good morning to you\n").is_empty());
        assert!(claimed("Q.   And then?   Yes.\nA.   I left.   At noon.\n").is_empty());
    }

    #[test]
    fn the_head_of_a_page_may_occur_once() {
        let text = "Lee: I thank the\n\nchair for this.\n\nSENATE JOURNAL - 44th DAY                 PAGE 1187\n\nS/PV.41\n\n\
                    31.05.2017            Plenary\n\nand the house.\n\nAnn Lee      Welcome\n";
        assert_eq!(claimed(text), [5, 7, 9]);
    }
}
