//! The body of a part of a Word document.
//!
//! **Input:** the events of the XML of a part: text, notes or headers. **Output:** its paragraphs with all changes accepted.

use super::lists::Lists;
use super::styles::{Style, Styles, heading_level, is_on, level, outline_level, resolve};
use crate::flow::Flow;
use crate::xml::{Element, Seen};
use plenary_corpus::Layout;

/// Typeface of a run, as far as the run itself declares it.
#[derive(Debug, Default)]
struct Face {
    style: Option<String>,
    bold: Option<bool>,
    italic: Option<bool>,
    hidden: Option<bool>,
}

/// The body of a part under construction.
pub(crate) struct Body<'s> {
    styles: &'s Styles,
    lists: Lists,
    pub(crate) flow: Flow,
    /// Ids of the footnotes, in the order of the references.
    pub(crate) footnotes: Vec<String>,
    pub(crate) endnotes: Vec<String>,
    pub(crate) n_comments: usize,
    /// Number of open elements whose content is not text of the document: deletions, alternatives, field codes.
    skipped: usize,
    /// What comes between the start of a paragraph and its first text: properties, then the marker of its list.
    style: Option<String>,
    heading: Option<u8>,
    list: Option<(String, usize)>,
    marked: bool,
    in_paragraph_properties: bool,
    in_run_properties: bool,
    face: Face,
    in_text: bool,
    end_is_deleted: bool,
    /// Properties of the paragraphs that text boxes interrupt.
    interrupted: Vec<(Option<String>, bool)>,
}

impl<'s> Body<'s> {
    pub(crate) fn new(styles: &'s Styles, lists: Lists) -> Self {
        Self {
            styles,
            lists,
            flow: Flow::default(),
            footnotes: Vec::new(),
            endnotes: Vec::new(),
            n_comments: 0,
            skipped: 0,
            style: None,
            heading: None,
            list: None,
            marked: false,
            in_paragraph_properties: false,
            in_run_properties: false,
            face: Face::default(),
            in_text: false,
            end_is_deleted: false,
            interrupted: Vec::new(),
        }
    }

    pub(crate) fn see(&mut self, seen: Seen) {
        match seen {
            // The mark at the end of the paragraph is deleted: the next paragraph continues it.
            Seen::Start(element) if element.name == "del" && self.in_paragraph_properties && self.in_run_properties => {
                self.end_is_deleted = true;
                self.skipped += 1;
            }
            Seen::Start(element) if self.skipped > 0 || is_skipped(&element.name) => self.skipped += 1,
            Seen::End(_) if self.skipped > 0 => self.skipped -= 1,
            Seen::Start(element) => self.start(&element),
            Seen::End(name) => self.end(&name),
            Seen::Text(text) if self.in_text && self.skipped == 0 => self.show(&text),
            Seen::Text(_) => {}
        }
    }

    fn start(&mut self, element: &Element) {
        let value = element.attribute("val");
        if self.in_paragraph_properties && !self.in_run_properties {
            match element.name.as_str() {
                "pStyle" => self.style = value.map(str::to_string),
                "outlineLvl" => self.heading = outline_level(element),
                "ilvl" => self.list.get_or_insert_default().1 = level(element),
                "numId" => self.list.get_or_insert_default().0 = value.unwrap_or("").into(),
                "rPr" => self.in_run_properties = true,
                _ => {}
            }
            return;
        }
        if self.in_run_properties {
            match element.name.as_str() {
                "rStyle" => self.face.style = value.map(str::to_string),
                "b" => self.face.bold = Some(is_on(element)),
                "i" => self.face.italic = Some(is_on(element)),
                "vanish" => self.face.hidden = Some(is_on(element)),
                _ => {}
            }
            return;
        }
        match element.name.as_str() {
            "p" => {
                if !std::mem::take(&mut self.end_is_deleted) || self.flow.open.is_none() {
                    self.flow.start_paragraph(Layout::Text);
                }
                (self.style, self.heading, self.list, self.marked) = (None, None, None, false);
            }
            "pPr" => self.in_paragraph_properties = true,
            "r" => self.face = Face::default(),
            "rPr" => self.in_run_properties = true,
            "t" => self.in_text = true,
            "tab" | "ptab" => self.show("\t"),
            "br" | "cr" => {
                if let Some(paragraph) = &mut self.flow.open {
                    paragraph.line_break();
                }
            }
            "noBreakHyphen" => self.show("-"),
            "sym" => self.show("\u{FFFD}"),
            "footnoteReference" => self.footnotes.extend(element.attribute("id").map(str::to_string)),
            "endnoteReference" => self.endnotes.extend(element.attribute("id").map(str::to_string)),
            "commentReference" => self.n_comments += 1,
            "txbxContent" => {
                self.interrupted.push((self.style.take(), self.marked));
                self.flow.start_box();
            }
            "tbl" => self.flow.start_table(),
            "tr" => self.flow.start_row(),
            "tc" => self.flow.start_cell(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "pPr" => {
                (self.in_paragraph_properties, self.in_run_properties) = (false, false);
                self.face = Face::default();
                self.lay_out();
            }
            "rPr" => self.in_run_properties = false,
            "t" => self.in_text = false,
            "p" if !self.end_is_deleted => self.flow.end_paragraph(),
            "txbxContent" => {
                self.flow.end_box();
                (self.style, self.marked) = self.interrupted.pop().unwrap_or_default();
                self.face = Face::default();
            }
            "tr" => self.flow.end_row(),
            "tc" => self.flow.end_cell(),
            _ => {}
        }
    }

    /// Sets the layout of the paragraph, once its properties are known.
    fn lay_out(&mut self) {
        let style = self.style.as_deref();
        let list = self.list.clone().or_else(|| resolve(self.styles, style, |style| style.list.clone()));
        self.list = list.filter(|(id, _)| id != "0" && !id.is_empty());
        let heading = self.heading.or_else(|| resolve(self.styles, style, |style| style.heading));
        let heading = heading.or_else(|| style.and_then(heading_level));
        if let Some(paragraph) = &mut self.flow.open {
            paragraph.layout = match (heading, &self.list) {
                (Some(level), _) => Layout::Heading(level),
                (None, Some(_)) => Layout::ListItem,
                (None, None) => Layout::Text,
            };
        }
    }

    fn show(&mut self, text: &str) {
        let (styles, style, run) = (self.styles, self.style.as_deref(), self.face.style.as_deref());
        let both = |own: Option<bool>, get: fn(&Style) -> Option<bool>| {
            own.or_else(|| resolve(styles, run, get)).or_else(|| resolve(styles, style, get)).unwrap_or(false)
        };
        if both(self.face.hidden, |style| style.hidden) {
            return;
        }
        let (bold, italic) = (both(self.face.bold, |style| style.bold), both(self.face.italic, |style| style.italic));
        let Some(paragraph) = &mut self.flow.open else { return };
        if let (false, Some((list, at))) = (self.marked, &self.list)
            && let Some(marker) = self.lists.next(list, *at)
        {
            paragraph.push(&marker, bold, italic);
        }
        self.marked = true;
        paragraph.push(text, bold, italic);
    }
}

/// Elements whose content is not text of the document with all changes accepted.
fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "del" | "moveFrom" | "Fallback" | "instrText" | "delText" | "rt" | "pPrChange" | "rPrChange" | "sdtPr"
    )
}
