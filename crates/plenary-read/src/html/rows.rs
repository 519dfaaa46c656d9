//! The tree of a page to rows.
//!
//! **Input:** a parsed page. **Output:** a row for each block and for each line inside it, by `<br>` or `<pre>`, and a warning
//! that names the furniture that was omitted.

use std::collections::BTreeMap;

use ego_tree::{NodeId, NodeRef, iter::Edge};
use scraper::{Html, Node, node::Element};

use super::furniture::{Words, furniture, is_silent};
use super::looks::Looks;
use super::turns::mark;
use crate::parts::Piece;
use plenary_corpus::{Layout, Turn};

/// One line of extracted text.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) runs: Vec<Piece>,
    pub(crate) layout: Layout,
    /// Number of the block of the row.
    pub(crate) block: usize,
    pub(crate) is_pre: bool,
    pub(crate) in_table: bool,
    /// The row of a table and the cell in it that contain the text.
    pub(crate) cell: Option<Cell>,
    /// Begins with the mark of a note, as notes at the foot of a page do.
    pub(crate) is_note: bool,
    /// The turn that the row is part of, if the page has a table of turns, and the cells beside its speech.
    pub(crate) turn: Option<usize>,
    pub(crate) beside: String,
}

/// Numbers of a table's row and of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) table: usize,
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl Row {
    pub(crate) fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.runs.iter().all(|run| run.text.trim().is_empty())
    }

    /// Running text outside tables and `<pre>`.
    pub(crate) fn is_prose(&self) -> bool {
        self.layout == Layout::Text && !self.is_pre && !self.in_table
    }
}

/// Elements that begin a line.
pub(crate) const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "listing",
    "xmp",
    "plaintext",
];

/// The look of the text at the current position.
#[derive(Debug, Clone, Copy)]
struct Frame {
    bold: bool,
    italic: bool,
    layout: Layout,
    is_pre: bool,
    in_table: bool,
}

/// The rows of a page, and a warning if more than a few words were omitted.
pub(crate) fn rows(page: &Html) -> (Vec<Row>, Vec<Turn>, Option<String>) {
    let looks = Looks::of(page);
    let words = Words::of(page);
    let frame = Frame { bold: false, italic: false, layout: Layout::Text, is_pre: false, in_table: false };
    let mut walk = Walk { frames: vec![frame], ..Walk::default() };
    let mut skipped: Option<NodeId> = None;
    let mut omitted: BTreeMap<&'static str, usize> = BTreeMap::new();
    for edge in page.tree.root().traverse() {
        match edge {
            Edge::Open(node) if skipped.is_none() => match node.value() {
                Node::Text(text) => walk.say(text),
                Node::Element(element) => {
                    let look = looks.look(element);
                    let name = furniture(node, element, look.hidden, &words);
                    if is_silent(element) || name.is_some() {
                        skipped = Some(node.id());
                        if let Some(name) = name {
                            *omitted.entry(name).or_default() += words.within(node.id());
                        }
                        continue;
                    }
                    if let Some(mark) = note_mark(node, element) {
                        // In running text the mark is not part of the speech.
                        skipped = Some(node.id());
                        walk.begin_note(&mark);
                        continue;
                    }
                    let is_block = BLOCKS.contains(&element.name());
                    if is_block {
                        walk.end_block();
                    }
                    match element.name() {
                        "table" => walk.begin_table(),
                        "tr" => walk.begin_row(),
                        "td" | "th" => walk.begin_cell(),
                        _ => {}
                    }
                    let above = walk.frame();
                    walk.frames.push(Frame {
                        bold: look.bold.unwrap_or(above.bold),
                        italic: look.italic.unwrap_or(above.italic),
                        ..inside(element, above, words.within(node.id()), words.is_much(node.id()))
                    });
                    match element.name() {
                        "br" => walk.end_line(true),
                        "hr" => walk.rule(),
                        _ => {}
                    }
                }
                _ => {}
            },
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                } else if let (None, Node::Element(element)) = (skipped, node.value()) {
                    if BLOCKS.contains(&element.name()) {
                        walk.end_block();
                    }
                    match element.name() {
                        "tr" => _ = walk.cells.pop(),
                        "table" => _ = walk.tables.pop(),
                        _ => {}
                    }
                    walk.frames.pop();
                }
            }
            Edge::Open(_) => {}
        }
    }
    walk.end_block();
    let (rows, turns) = mark(walk.rows);
    (join_cells(rows), turns, omitted_warning(&omitted))
}

/// The text of a link within the page, if it is the mark of a note: a number or sign that leads to a note, or from the note
/// back to the text.
fn note_mark(node: NodeRef<'_, Node>, element: &Element) -> Option<String> {
    const LONGEST: usize = 5;
    let href = element.attr("href").filter(|href| element.name() == "a" && href.starts_with('#'))?;
    let text: String = node.descendants().filter_map(|below| below.value().as_text().map(|text| &**text)).collect();
    let mark = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')'));
    let is_mark = (1..=LONGEST).contains(&mark.chars().count())
        && mark.chars().all(|c| c.is_alphanumeric() || matches!(c, '*' | '†' | '‡' | '§'));
    let is_raised = || {
        let is_sup = |node: NodeRef<'_, Node>| node.value().as_element().is_some_and(|element| element.name() == "sup");
        node.descendants().any(is_sup) || node.ancestors().any(is_sup)
    };
    let leads_to_note = || {
        let target = href.to_ascii_lowercase();
        ["note", "ftn", "fn", "edn"].iter().any(|name| target.contains(name))
    };
    (is_mark && (leads_to_note() || is_raised())).then(|| mark.to_string())
}

/// Joins the cells of a table row into one row, with a tab between them, if only the last cell may have more than a few
/// words: names or times beside the speech.
fn join_cells(rows: Vec<Row>) -> Vec<Row> {
    const LONGEST: usize = 80;
    let mut out: Vec<Row> = Vec::new();
    let mut rows = rows.into_iter().peekable();
    while let Some(first) = rows.next() {
        let Some(cell) = first.cell else {
            out.push(first);
            continue;
        };
        let mut group = vec![first];
        while let Some(next) = rows.next_if(|next| next.cell.is_some_and(|other| other.row == cell.row)) {
            group.push(next);
        }
        let last = group.last().and_then(|row| row.cell);
        let n_above = group.iter().take_while(|row| row.cell != last).count();
        let are_labels = group[..n_above].windows(2).all(|pair| pair[0].cell != pair[1].cell)
            && group[..n_above].iter().all(|row| row.layout == Layout::Text && row.text().chars().count() <= LONGEST);
        // A number alone beside a title is a page number.
        let has_words = |row: &Row| row.text().chars().any(|c| c.is_alphabetic() || c == ':');
        if n_above > 0 && are_labels && group[..=n_above].iter().all(has_words) {
            let mut labels: Vec<Piece> = Vec::new();
            for row in group.drain(..n_above) {
                labels.extend(row.runs);
                labels.push(Piece::plain("\t"));
            }
            labels.append(&mut group[0].runs);
            group[0].runs = labels;
        }
        out.append(&mut group);
    }
    out
}

fn omitted_warning(omitted: &BTreeMap<&'static str, usize>) -> Option<String> {
    const FEW: usize = 12;
    let total: usize = omitted.values().sum();
    let names: Vec<String> =
        omitted.iter().filter(|(_, n)| **n > 0).map(|(name, n)| format!("{name} ({n} words)")).collect();
    (total > FEW).then(|| format!("omitted as furniture of the page: {}", names.join(", ")))
}

/// Layout inside an element. A quotation or list item that holds much of the page is only an indent.
fn inside(element: &Element, above: Frame, n_words: usize, is_much: bool) -> Frame {
    const LONGEST_ITEM: usize = 80;
    let layout = match element.name() {
        "h1" => Layout::Heading(1),
        "h2" => Layout::Heading(2),
        "h3" => Layout::Heading(3),
        "h4" => Layout::Heading(4),
        "h5" => Layout::Heading(5),
        "h6" => Layout::Heading(6),
        "li" if n_words <= LONGEST_ITEM && !is_much => Layout::ListItem,
        "blockquote" if !is_much => Layout::Quote,
        _ => above.layout,
    };
    Frame {
        layout,
        is_pre: above.is_pre || matches!(element.name(), "pre" | "listing" | "xmp" | "plaintext"),
        in_table: above.in_table || matches!(element.name(), "td" | "th"),
        ..above
    }
}

#[derive(Default)]
struct Walk {
    rows: Vec<Row>,
    runs: Vec<Piece>,
    block: usize,
    frames: Vec<Frame>,
    /// The open rows of tables, the innermost last, each with its open cell; and the number of rows that were opened.
    cells: Vec<Cell>,
    n_table_rows: usize,
    /// The open tables, the innermost last, and the number of tables that were opened.
    tables: Vec<usize>,
    n_tables: usize,
    is_note: bool,
}

impl Walk {
    fn frame(&self) -> Frame {
        self.frames.last().copied().unwrap_or(Frame {
            bold: false,
            italic: false,
            layout: Layout::Text,
            is_pre: false,
            in_table: false,
        })
    }

    fn begin_table(&mut self) {
        self.n_tables += 1;
        self.tables.push(self.n_tables);
    }

    fn begin_row(&mut self) {
        self.n_table_rows += 1;
        let table = self.tables.last().copied().unwrap_or_default();
        self.cells.push(Cell { table, row: self.n_table_rows, column: 0 });
    }

    fn begin_cell(&mut self) {
        if let Some(cell) = self.cells.last_mut() {
            cell.column += 1;
        }
    }

    /// Puts the mark of a note before the note. A mark in the middle of a line only points to a note.
    fn begin_note(&mut self, mark: &str) {
        if self.runs.iter().all(|run| run.text.trim().is_empty()) {
            self.is_note = true;
            self.push(&format!("[{mark}] "), self.frame());
        }
    }

    fn say(&mut self, text: &str) {
        let frame = self.frame();
        if frame.is_pre {
            for (i, line) in text.split('\n').enumerate() {
                if i > 0 {
                    self.end_line(true);
                }
                self.push(line.trim_end_matches('\r'), frame);
            }
            return;
        }
        let mut shown = String::with_capacity(text.len());
        for c in text.chars() {
            let last =
                shown.chars().next_back().or_else(|| self.runs.last().and_then(|run| run.text.chars().next_back()));
            match c {
                // Joiners (U+200C, U+200D) are kept: some scripts need them for spelling.
                '\u{AD}' | '\u{200B}' | '\u{FEFF}' => {}
                c if c.is_whitespace() && last.is_none_or(|last| last == ' ') => {}
                c if c.is_whitespace() => shown.push(' '),
                c => shown.push(c),
            }
        }
        self.push(&shown, frame);
    }

    fn push(&mut self, text: &str, frame: Frame) {
        if text.is_empty() {
            return;
        }
        match self.runs.last_mut() {
            Some(run) if (run.bold, run.italic) == (frame.bold, frame.italic) => run.text.push_str(text),
            _ => self.runs.push(Piece { text: text.to_string(), bold: frame.bold, italic: frame.italic }),
        }
    }

    /// Closes the line. An empty line is kept only where the page breaks it explicitly.
    fn end_line(&mut self, keep_blank: bool) {
        let frame = self.frame();
        let runs = std::mem::take(&mut self.runs);
        let row = Row {
            runs,
            layout: frame.layout,
            block: self.block,
            is_pre: frame.is_pre,
            in_table: frame.in_table,
            cell: self.cells.last().copied(),
            is_note: std::mem::take(&mut self.is_note),
            turn: None,
            beside: String::new(),
        };
        let follows_text = self.rows.last().is_some_and(|last| last.block == self.block);
        if !row.is_blank() || (keep_blank && (follows_text || frame.is_pre)) {
            self.rows.push(row);
        }
    }

    fn end_block(&mut self) {
        self.end_line(false);
        self.block += 1;
    }

    fn rule(&mut self) {
        let runs = vec![Piece::plain("----")];
        self.rows.push(Row {
            runs,
            layout: Layout::Text,
            block: self.block,
            is_pre: false,
            in_table: false,
            cell: None,
            is_note: false,
            turn: None,
            beside: String::new(),
        });
        self.block += 1;
    }
}
