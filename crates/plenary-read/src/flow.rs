//! The paragraphs of a word processor's document, in reading order.
//!
//! **Input:** starts and ends of paragraphs, rows, cells, text boxes and notes, in the order of the file. **Output:**
//! lines: a row of a table is one line, text boxes follow their paragraph, notes are at the end.

use std::collections::BTreeMap;
use std::ops::Range;

use super::parts::{Parts, Piece};
use super::plain::is_ornament;
use super::turn_table::TurnColumns;
use plenary_corpus::Layout;

/// A paragraph: its lines, each in pieces of one typeface.
#[derive(Debug, Clone)]
pub(crate) struct Paragraph {
    pub(crate) layout: Layout,
    pub(crate) lines: Vec<Vec<Piece>>,
}

impl Default for Paragraph {
    fn default() -> Self {
        Self { layout: Layout::Text, lines: vec![Vec::new()] }
    }
}

impl Paragraph {
    pub(crate) fn push(&mut self, text: &str, bold: bool, italic: bool) {
        if let Some(line) = self.lines.last_mut() {
            line.push(Piece { text: text.into(), bold, italic });
        }
    }

    pub(crate) fn line_break(&mut self) {
        self.lines.push(Vec::new());
    }

    fn is_blank(&self) -> bool {
        self.lines.iter().flatten().all(|piece| piece.text.trim().is_empty())
    }

    fn text(&self) -> String {
        let lines = self.lines.iter().map(|line| line.iter().map(|piece| piece.text.as_str()).collect::<String>());
        lines.collect::<Vec<_>>().join(" ").trim().to_string()
    }
}

/// What a paragraph is part of, if not of the page itself.
#[derive(Debug)]
enum Place {
    /// A cell of a table, with its paragraphs.
    Cell(Vec<Paragraph>),
    /// A row of a table, with the paragraphs of its cells.
    Row(Vec<Vec<Paragraph>>),
    /// A text box, with its paragraphs, and the paragraph that it is anchored in.
    Box(Vec<Paragraph>, Option<Paragraph>),
    /// A note, with its paragraphs, and the paragraph that it interrupts.
    Note(Vec<Paragraph>, Option<Paragraph>),
}

/// Share of the words of a document that turns in tables must have, so that nobody is searched for elsewhere: 7 of 10.
const MOST: (usize, usize) = (7, 10);

/// A row of a table on the page itself: the paragraphs of its cells, and the paragraphs of the page that it became.
#[derive(Debug)]
struct TableRow {
    table: usize,
    cells: Vec<Vec<Paragraph>>,
    paragraphs: Range<usize>,
}

/// A document under construction.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    page: Vec<Paragraph>,
    rows: Vec<TableRow>,
    /// Number of tables that were started.
    n_tables: usize,
    places: Vec<Place>,
    /// The open paragraph.
    pub(crate) open: Option<Paragraph>,
    /// Text boxes of the open paragraph. They follow it.
    boxes: Vec<Paragraph>,
    notes: Vec<String>,
}

impl Flow {
    pub(crate) fn start_paragraph(&mut self, layout: Layout) {
        self.end_paragraph();
        self.open = Some(Paragraph { layout, ..Paragraph::default() });
    }

    pub(crate) fn end_paragraph(&mut self) {
        if let Some(paragraph) = self.open.take() {
            self.place(paragraph);
        }
        if !self.places.iter().any(|place| matches!(place, Place::Box(..))) {
            for paragraph in std::mem::take(&mut self.boxes) {
                self.place(paragraph);
            }
        }
    }

    fn place(&mut self, paragraph: Paragraph) {
        match self.places.last_mut() {
            None => self.page.push(paragraph),
            Some(Place::Cell(paragraphs) | Place::Box(paragraphs, _) | Place::Note(paragraphs, _)) => {
                paragraphs.push(paragraph);
            }
            Some(Place::Row(cells)) => cells.push(vec![paragraph]),
        }
    }

    pub(crate) fn start_table(&mut self) {
        self.end_paragraph();
        // Tables in cells are paragraphs of the cell.
        self.n_tables += usize::from(self.places.is_empty());
    }

    pub(crate) fn start_row(&mut self) {
        self.end_paragraph();
        self.places.push(Place::Row(Vec::new()));
    }

    pub(crate) fn start_cell(&mut self) {
        self.end_paragraph();
        self.places.push(Place::Cell(Vec::new()));
    }

    pub(crate) fn end_cell(&mut self) {
        self.end_paragraph();
        if let Some(Place::Cell(_)) = self.places.last()
            && let Some(Place::Cell(paragraphs)) = self.places.pop()
        {
            match self.places.last_mut() {
                Some(Place::Row(cells)) => cells.push(paragraphs),
                _ => paragraphs.into_iter().for_each(|paragraph| self.place(paragraph)),
            }
        }
    }

    /// Ends a row. Where at most the last cell has several paragraphs, the cells are on one line with a tab between them,
    /// and the further paragraphs of the last cell follow. Otherwise each paragraph is a line.
    pub(crate) fn end_row(&mut self) {
        self.end_paragraph();
        let Some(Place::Row(_)) = self.places.last() else { return };
        let Some(Place::Row(cells)) = self.places.pop() else { return };
        let (before, whole) = (self.page.len(), self.places.is_empty().then(|| cells.clone()));
        self.place_row(cells);
        if let Some(cells) = whole {
            self.rows.push(TableRow { table: self.n_tables, cells, paragraphs: before..self.page.len() });
        }
    }

    fn place_row(&mut self, mut cells: Vec<Vec<Paragraph>>) {
        for cell in &mut cells {
            cell.retain(|paragraph| !paragraph.is_blank());
        }
        let n_cells = cells.len();
        if n_cells > 1 && cells[..n_cells - 1].iter().all(|cell| cell.len() <= 1) {
            let mut row = Paragraph::default();
            let mut rest = Vec::new();
            for (i, cell) in cells.into_iter().enumerate() {
                if i > 0 {
                    row.push("\t", false, false);
                }
                let mut paragraphs = cell.into_iter();
                for (k, line) in paragraphs.next().map(|paragraph| paragraph.lines).into_iter().flatten().enumerate() {
                    if k > 0 {
                        row.push(" ", false, false);
                    }
                    for piece in &line {
                        row.push(&piece.text, piece.bold, piece.italic);
                    }
                }
                rest.extend(paragraphs);
            }
            if !row.is_blank() {
                self.place_all(std::iter::once(row).chain(rest));
            }
        } else {
            self.place_all(cells.into_iter().flatten());
        }
    }

    fn place_all(&mut self, paragraphs: impl Iterator<Item = Paragraph>) {
        paragraphs.for_each(|paragraph| self.place(paragraph));
    }

    pub(crate) fn start_box(&mut self) {
        let interrupted = self.open.take();
        self.places.push(Place::Box(Vec::new(), interrupted));
    }

    pub(crate) fn end_box(&mut self) {
        self.close(|place| matches!(place, Place::Box(..)));
    }

    pub(crate) fn start_note(&mut self) {
        let interrupted = self.open.take();
        self.places.push(Place::Note(Vec::new(), interrupted));
    }

    pub(crate) fn end_note(&mut self) {
        self.close(|place| matches!(place, Place::Note(..)));
    }

    fn close(&mut self, is_closed: impl Fn(&Place) -> bool) {
        if let Some(paragraph) = self.open.take() {
            self.place(paragraph);
        }
        if !self.places.last().is_some_and(is_closed) {
            return;
        }
        match self.places.pop() {
            Some(Place::Box(paragraphs, interrupted)) => {
                self.boxes.extend(paragraphs);
                self.open = interrupted;
            }
            Some(Place::Note(paragraphs, interrupted)) => {
                self.add_note(&paragraphs);
                self.open = interrupted;
            }
            _ => {}
        }
    }

    fn add_note(&mut self, paragraphs: &[Paragraph]) {
        let text: Vec<String> = paragraphs.iter().map(Paragraph::text).filter(|text| !text.is_empty()).collect();
        if !text.is_empty() {
            self.notes.push(text.join(" "));
        }
    }

    /// Adds the paragraphs of another document as one note.
    pub(crate) fn page_to_note(&mut self, page: &Flow) {
        self.add_note(&page.page);
    }

    /// The text of the page in one line.
    pub(crate) fn text(&self) -> String {
        let text: Vec<String> = self.page.iter().map(Paragraph::text).filter(|text| !text.is_empty()).collect();
        text.join(" ")
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.notes.is_empty() && self.page.iter().all(Paragraph::is_blank)
    }

    /// Ends what is open and writes the document line by line. Notes follow below a rule, each with its number in brackets, so
    /// that they are not read as speech.
    pub(crate) fn write(mut self, out: &mut Parts) {
        self.end_paragraph();
        while !self.places.is_empty() {
            self.end_cell();
            self.end_row();
            self.end_box();
            self.end_note();
            self.end_paragraph();
        }
        let turns = self.turns();
        let mut at = 0;
        while let Some(paragraph) = self.page.get(at) {
            if let Some((row, columns)) = turns.get(&at).filter(|(row, _)| !self.rows[*row].paragraphs.is_empty()) {
                self.write_turn(out, *row, columns.as_ref());
                at = self.rows[*row].paragraphs.end;
            } else {
                out.new_paragraph();
                write_paragraph(out, paragraph, None);
                at += 1;
            }
        }
        if self.notes.is_empty() {
            return;
        }
        out.blank();
        out.line(Layout::Ornament, None, &[Piece::plain("____________")]);
        for (i, note) in self.notes.iter().enumerate() {
            out.new_paragraph();
            out.line(Layout::Text, None, &[Piece::plain(format!("[{}] {note}", i + 1))]);
        }
    }

    /// The rows that are turns, with the columns of their table, and those that name columns, without. Empty unless the
    /// turns are most of the document.
    fn turns(&self) -> BTreeMap<usize, (usize, Option<TurnColumns>)> {
        let mut turns = BTreeMap::new();
        let mut n_words = 0;
        let count = |paragraphs: &[Paragraph]| {
            paragraphs.iter().map(|paragraph| paragraph.text().split_whitespace().count()).sum::<usize>()
        };
        let mut from = 0;
        while let Some(first) = self.rows.get(from) {
            let n = self.rows[from..].iter().take_while(|row| row.table == first.table).count();
            let table: Vec<Vec<String>> = self.rows[from..from + n].iter().map(TableRow::texts).collect();
            if let Some(columns) = TurnColumns::of(&table) {
                for (at, row) in self.rows[from..from + n].iter().enumerate() {
                    let is_turn = columns.is_turn(at, row.cells.len());
                    if is_turn || columns.names == Some(at) {
                        n_words += row.cells.iter().map(|cell| count(cell)).sum::<usize>();
                    }
                    if is_turn || columns.names == Some(at) {
                        turns.insert(row.paragraphs.start, (from + at, is_turn.then(|| columns.clone())));
                    }
                }
            }
            from += n;
        }
        if n_words * MOST.1 < count(&self.page) * MOST.0 { BTreeMap::new() } else { turns }
    }

    /// Writes a row that is a turn, or that names the columns.
    fn write_turn(&self, out: &mut Parts, row: usize, columns: Option<&TurnColumns>) {
        let row = &self.rows[row];
        let texts = row.texts();
        out.new_paragraph();
        let Some(columns) = columns else {
            out.line(Layout::Ornament, None, &[Piece::plain(texts.join("\t"))]);
            return;
        };
        let beside = columns.beside(&texts);
        let speech = &row.cells[columns.text];
        if speech.iter().all(Paragraph::is_blank) {
            out.line(Layout::Text, None, &[Piece::plain(beside)]);
            return;
        }
        let turn = columns.turn(&texts, &out.turns);
        out.turns.push(turn);
        out.margin(&beside);
        for paragraph in speech.iter().filter(|paragraph| !paragraph.is_blank()) {
            write_paragraph(out, paragraph, Some(out.turns.len() - 1));
            out.new_paragraph();
        }
    }
}

impl TableRow {
    fn texts(&self) -> Vec<String> {
        let text =
            |cell: &Vec<Paragraph>| cell.iter().map(Paragraph::text).collect::<Vec<_>>().join(" ").trim().to_string();
        self.cells.iter().map(text).collect()
    }
}

fn write_paragraph(out: &mut Parts, paragraph: &Paragraph, turn: Option<usize>) {
    for line in &paragraph.lines {
        let text: String = line.iter().map(|piece| piece.text.as_str()).collect();
        out.line(if is_ornament(&text) { Layout::Ornament } else { paragraph.layout }, turn, line);
    }
}
