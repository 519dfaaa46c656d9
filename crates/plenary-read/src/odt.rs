//! `OpenDocument` texts (ODT) to lines.
//!
//! **Input:** the bytes of an ODT. **Output:** a line for each paragraph or row of a table, with all changes accepted, notes at
//! the end. **Refused:** damaged and encrypted files, files without text. Headers and footers, which belong to page styles, and
//! comments are omitted.

use std::collections::HashMap;

use super::error::{Problem, ReadErrorKind};
use super::file::File;
use super::flow::Flow;
use super::packed::Archive;
use super::parts::Parts;
use super::xml::{Element, Seen, each};
use plenary_corpus::Layout;

/// What errors call the format.
pub(crate) const NOUN: &str = "an OpenDocument text";

const CONTENT: &str = "content.xml";
const MIMETYPE: &[u8] = b"mimetypeapplication/vnd.oasis.opendocument.text";

/// Number of spaces that one element may give.
const MOST_BLANKS: usize = 1_000;

/// Longest chain of parent styles that is followed, because the chain may be circular.
const MOST_STYLES: usize = 20;

/// Whether a file is an ODT, whole or cut off. Its first member is its media type, not compressed, at a fixed offset.
pub(crate) fn is_odt(file: &File<'_>) -> bool {
    file.begins_like_zip() && file.bytes.get(30..30 + MIMETYPE.len()) == Some(MIMETYPE)
}

/// Reads an ODT.
pub(crate) fn read(bytes: &[u8]) -> Result<Parts, Problem> {
    let mut archive = Archive::open(NOUN, bytes)?;
    if archive.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(ReadErrorKind::Encrypted { what: NOUN }.into());
    }
    let mut body = Body::default();
    for part in ["styles.xml", CONTENT] {
        let Some(xml) = archive.text(part)? else {
            if part == CONTENT {
                return Err(archive.damaged(format!("its part {part} is missing")).into());
            }
            continue;
        };
        each(&xml, |seen| body.see(seen))
            .map_err(|problem| archive.damaged(format!("in its part {part}, {problem}")))?;
    }
    let mut out = Parts::default();
    body.flow.end_paragraph();
    if body.flow.is_blank() {
        return Err(ReadErrorKind::Empty.into());
    }
    body.flow.write(&mut out);
    if body.n_comments > 0 {
        out.warnings.push(format!("{} comments in the margin were omitted", body.n_comments));
    }
    Ok(out)
}

/// The properties that a style sets. Other properties come from its parent.
#[derive(Debug, Default)]
struct Style {
    parent: Option<String>,
    bold: Option<bool>,
    italic: Option<bool>,
    title: bool,
}

/// An open list: its style and its current number.
#[derive(Debug, Default)]
struct List {
    style: Option<String>,
    count: u32,
}

/// How a level of a list is marked.
#[derive(Debug, Clone, Default)]
struct Level {
    numbered: bool,
    prefix: String,
    suffix: String,
    start: u32,
}

#[derive(Default)]
struct Body {
    styles: HashMap<String, Style>,
    levels: HashMap<(String, usize), Level>,
    flow: Flow,
    n_comments: usize,
    /// Number of open elements whose content is not text of the document.
    skipped: usize,
    in_text: bool,
    /// The style and the list style whose properties are being read.
    style: Option<String>,
    list_style: Option<String>,
    /// Styles of the open paragraph and of its spans, the innermost last.
    faces: Vec<Option<String>>,
    lists: Vec<List>,
    /// The marker of the next paragraph of the list.
    marker: Option<String>,
}

impl Body {
    fn see(&mut self, seen: Seen) {
        match seen {
            Seen::Start(element) if self.skipped > 0 || is_skipped(&element.name) => {
                self.n_comments += usize::from(self.skipped == 0 && element.name == "annotation");
                self.skipped += 1;
            }
            Seen::End(_) if self.skipped > 0 => self.skipped -= 1,
            Seen::Start(element) if self.in_text => self.start(&element),
            Seen::Start(element) => self.declare(&element),
            Seen::End(name) => self.end(&name),
            Seen::Text(text) if self.skipped == 0 && !self.faces.is_empty() => self.show(&collapsed(&text)),
            Seen::Text(_) => {}
        }
    }

    /// Reads the declaration of a style.
    fn declare(&mut self, element: &Element) {
        match element.name.as_str() {
            "text" => self.in_text = true,
            "style" => {
                let Some(name) = element.attribute("name") else { return };
                let parent = element.attribute("parent-style-name").map(str::to_string);
                let title = name == "Title" || element.attribute("display-name") == Some("Title");
                self.styles.insert(name.into(), Style { parent, title, ..Style::default() });
                self.style = Some(name.into());
            }
            "text-properties" => {
                let Some(style) = self.style.as_ref().and_then(|name| self.styles.get_mut(name)) else { return };
                let is_bold = |weight: &str| weight == "bold" || weight.parse().is_ok_and(|weight: u32| weight >= 600);
                style.bold = element.attribute("font-weight").map(is_bold).or(style.bold);
                style.italic = element.attribute("font-style").map(|style| style != "normal").or(style.italic);
            }
            "list-style" => self.list_style = element.attribute("name").map(str::to_string),
            "list-level-style-number" | "list-level-style-bullet" => {
                let Some(list) = &self.list_style else { return };
                let level = element.attribute("level").and_then(|level| level.parse().ok()).unwrap_or(1);
                let text = |name: &str| element.attribute(name).unwrap_or("").to_string();
                let numbered = element.name == "list-level-style-number" && element.attribute("num-format") != Some("");
                let start = element.attribute("start-value").and_then(|start| start.parse().ok()).unwrap_or(1);
                let level_style = Level { numbered, prefix: text("num-prefix"), suffix: text("num-suffix"), start };
                self.levels.insert((list.clone(), level), level_style);
            }
            _ => {}
        }
    }

    fn start(&mut self, element: &Element) {
        match element.name.as_str() {
            "p" | "h" => {
                let style = element.attribute("style-name");
                let level = element.attribute("outline-level").and_then(|level| level.parse().ok()).unwrap_or(1u8);
                let layout = if element.name == "h" {
                    Layout::Heading(level.clamp(1, 6))
                } else if self.resolve(style, |style| style.title.then_some(())).is_some() {
                    Layout::Heading(1)
                } else if !self.lists.is_empty() {
                    Layout::ListItem
                } else {
                    Layout::Text
                };
                self.flow.start_paragraph(layout);
                self.faces.push(style.map(str::to_string));
            }
            "span" => self.faces.push(element.attribute("style-name").map(str::to_string)),
            "s" => {
                let n: usize = element.attribute("c").and_then(|n| n.parse().ok()).unwrap_or(1);
                self.show(&" ".repeat(n.min(MOST_BLANKS)));
            }
            "tab" => self.show("\t"),
            "line-break" => {
                if let Some(paragraph) = &mut self.flow.open {
                    paragraph.line_break();
                }
            }
            "list" => {
                let inherited = self.lists.last().and_then(|list| list.style.clone());
                let style = element.attribute("style-name").map(str::to_string).or(inherited);
                self.lists.push(List { style, count: 0 });
            }
            "list-item" => self.marker = self.next_marker(element),
            "table" => self.flow.start_table(),
            "table-row" => self.flow.start_row(),
            "table-cell" => self.flow.start_cell(),
            "text-box" => self.flow.start_box(),
            "note-body" => self.flow.start_note(),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if !self.in_text {
            match name {
                "style" => self.style = None,
                "list-style" => self.list_style = None,
                _ => {}
            }
            return;
        }
        match name {
            "p" | "h" => {
                self.faces.pop();
                self.flow.end_paragraph();
            }
            "span" => {
                self.faces.pop();
            }
            "list" => {
                self.lists.pop();
            }
            "table-row" => self.flow.end_row(),
            "table-cell" => self.flow.end_cell(),
            "text-box" => self.flow.end_box(),
            "note-body" => self.flow.end_note(),
            _ => {}
        }
    }

    fn next_marker(&mut self, element: &Element) -> Option<String> {
        let depth = self.lists.len();
        let list = self.lists.last_mut()?;
        let level = list.style.clone().and_then(|style| self.levels.get(&(style, depth)));
        let Some(level) = level.filter(|level| level.numbered) else { return Some("- ".into()) };
        let given = element.attribute("start-value").and_then(|start| start.parse().ok());
        list.count = given.unwrap_or(if list.count == 0 { level.start } else { list.count.saturating_add(1) });
        let suffix = if level.suffix.is_empty() { "." } else { &level.suffix };
        Some(format!("{}{}{suffix} ", level.prefix, list.count))
    }

    /// A property of a style, or else of its parents.
    fn resolve<T>(&self, style: Option<&str>, get: impl Fn(&Style) -> Option<T>) -> Option<T> {
        let mut name = style;
        for _ in 0..MOST_STYLES {
            let style = self.styles.get(name?)?;
            if let Some(found) = get(style) {
                return Some(found);
            }
            name = style.parent.as_deref();
        }
        None
    }

    fn show(&mut self, text: &str) {
        let face = |get: fn(&Style) -> Option<bool>| {
            self.faces.iter().rev().find_map(|face| self.resolve(face.as_deref(), get)).unwrap_or(false)
        };
        let (bold, italic) = (face(|style| style.bold), face(|style| style.italic));
        let Some(paragraph) = &mut self.flow.open else { return };
        if let Some(marker) = self.marker.take() {
            paragraph.push(&marker, bold, italic);
        }
        paragraph.push(text, bold, italic);
    }
}

/// The text with each run of the white space of XML replaced by one space. No-break spaces stay, and so does a space at
/// either end.
fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let is_blank = matches!(c, ' ' | '\t' | '\n' | '\r');
        if !(is_blank && out.ends_with(' ')) {
            out.push(if is_blank { ' ' } else { c });
        }
    }
    out
}

/// Elements whose content is not text of the document with all changes accepted.
fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "tracked-changes"
            | "annotation"
            | "note-citation"
            | "title"
            | "desc"
            | "master-styles"
            | "covered-table-cell"
            | "ruby-text"
            | "script"
    )
}

#[cfg(test)]
mod tests;
