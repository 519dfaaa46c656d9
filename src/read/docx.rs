//! Word documents (DOCX) to lines: one line per paragraph or row of a table.
//!
//! Comes in: the bytes of a DOCX. Goes out: its paragraphs as they read with all changes accepted, notes at the end.
//! Refuses damaged and encrypted files and files without text. Headers, footers and comments are left out and said;
//! the dates in the file's properties are those of the file, not of the event, and are not read.

use std::collections::{BTreeMap, HashMap};

use super::ReadError;
use super::extracted::Extracted;
use super::flow::Flow;
use super::packed::{self, Archive};
use super::xml::{Element, Seen, each};
use crate::corpus::Layout;

/// What the errors call the format.
pub const WHAT: &str = "a Word document";

/// The part that holds the text, where the file does not name another.
pub const MAIN: &str = "word/document.xml";

/// Longest text of a header or footer that is shown in a warning.
const LONGEST_SHOWN: usize = 200;

/// Styles that follow one another further than this go round in circles.
const MOST_STYLES: usize = 20;

pub fn is_docx(bytes: &[u8]) -> bool {
    packed::holds(bytes, MAIN)
        || (packed::holds(bytes, "[Content_Types].xml") && packed::holds(bytes, "word/styles.xml"))
}

pub fn read(path: &str, bytes: &[u8]) -> Result<Extracted, ReadError> {
    let mut archive = Archive::open(path, WHAT, bytes)?;
    let main = main_part(&mut archive)?;
    let folder = main.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let styles = read_part(&mut archive, &format!("{folder}styles.xml"), styles)?.unwrap_or_default();
    let numbering = read_part(&mut archive, &format!("{folder}numbering.xml"), numbering)?.unwrap_or_default();
    let mut out = Extracted::default();
    let mut body = Body::new(&styles, numbering.clone());
    match read_part(&mut archive, &main, |xml| each(xml, |seen| body.see(seen)))? {
        Some(()) => {}
        None => return Err(archive.damaged(format!("its part {main} is missing"))),
    }
    let mut flow = body.flow;
    for (part, references) in [("footnotes", &body.footnotes), ("endnotes", &body.endnotes)] {
        let Some(mut notes) =
            read_part(&mut archive, &format!("{folder}{part}.xml"), |xml| notes(xml, &styles, &numbering))?
        else {
            continue;
        };
        references.iter().filter_map(|id| notes.remove(id)).for_each(|note| flow.page_to_note(note));
    }
    flow.end_paragraph();
    if flow.is_blank() {
        return Err(ReadError::Empty { path: path.into() });
    }
    flow.write(&mut out);
    left_out(&mut archive, &folder, body.n_comments, &styles, &mut out)?;
    Ok(out)
}

/// Reads a part with `read`; `None` where there is none of that name.
fn read_part<T>(
    archive: &mut Archive<'_>,
    name: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, ReadError> {
    let Some(xml) = archive.text(name)? else { return Ok(None) };
    read(&xml).map(Some).map_err(|problem| archive.damaged(format!("in its part {name}, {problem}")))
}

/// The name of the part with the text: what the file's relations name, or the usual one.
fn main_part(archive: &mut Archive<'_>) -> Result<String, ReadError> {
    let mut target = None;
    read_part(archive, "_rels/.rels", |xml| {
        each(xml, |seen| {
            if let Seen::Start(element) = seen
                && element.name == "Relationship"
                && element.attribute("Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
            {
                target = element.attribute("Target").map(|target| target.trim_start_matches('/').to_string());
            }
        })
    })?;
    Ok(target.unwrap_or_else(|| MAIN.to_string()))
}

/// Says what the document holds besides: headers, footers, comments.
fn left_out(
    archive: &mut Archive<'_>,
    folder: &str,
    n_comments: usize,
    styles: &HashMap<String, Style>,
    out: &mut Extracted,
) -> Result<(), ReadError> {
    let mut shown: Vec<String> = Vec::new();
    for name in archive.names() {
        let part = name.strip_prefix(folder).unwrap_or("");
        if !(part.starts_with("header") || part.starts_with("footer")) || !part.ends_with(".xml") {
            continue;
        }
        let mut body = Body::new(styles, Numbering::default());
        read_part(archive, &name, |xml| each(xml, |seen| body.see(seen)))?;
        body.flow.end_paragraph();
        let text: String = body.flow.text().chars().take(LONGEST_SHOWN).collect();
        if !text.is_empty() && !shown.contains(&text) {
            shown.push(text);
        }
    }
    if !shown.is_empty() {
        let shown: Vec<String> = shown.iter().map(|text| format!("\"{text}\"")).collect();
        out.warnings.push(format!("headers and footers of the pages were left out: {}", shown.join(", ")));
    }
    if n_comments > 0 {
        out.warnings.push(format!("{n_comments} comments in the margin were left out"));
    }
    Ok(())
}

/// What a style says; what it does not say its base does.
#[derive(Debug, Default, Clone)]
struct Style {
    heading: Option<u8>,
    based_on: Option<String>,
    bold: Option<bool>,
    italic: Option<bool>,
    hidden: Option<bool>,
    list: Option<(String, usize)>,
}

/// What a style and its bases say together.
fn resolve<T>(styles: &HashMap<String, Style>, id: Option<&str>, get: impl Fn(&Style) -> Option<T>) -> Option<T> {
    let mut id = id;
    for _ in 0..MOST_STYLES {
        let style = styles.get(id?)?;
        if let Some(found) = get(style) {
            return Some(found);
        }
        id = style.based_on.as_deref();
    }
    None
}

/// The level of a heading by the name of its style: "heading 1" in whatever language Word runs, "Title".
fn heading_level(name: &str) -> Option<u8> {
    let name = name.to_lowercase();
    match name.as_str() {
        "title" => Some(1),
        "subtitle" => Some(2),
        _ => {
            let level: u8 = name.strip_prefix("heading")?.trim().parse().ok()?;
            (1..=9).contains(&level).then_some(level.min(6))
        }
    }
}

/// A switch such as `<w:b/>` or `<w:b w:val="0"/>`.
fn is_on(element: &Element) -> bool {
    !matches!(element.attribute("val"), Some("0" | "false" | "off" | "none"))
}

fn outline_level(element: &Element) -> Option<u8> {
    let level: u8 = element.attribute("val")?.parse().ok()?;
    (level < 6).then_some(level + 1)
}

fn styles(xml: &str) -> Result<HashMap<String, Style>, String> {
    let mut out = HashMap::new();
    let mut open: Option<(String, Style)> = None;
    each(xml, |seen| match seen {
        Seen::Start(element) if element.name == "style" => {
            let id = element.attribute("styleId").unwrap_or("").to_string();
            let style = Style { heading: heading_level(&id), ..Style::default() };
            open = Some((id, style));
        }
        Seen::Start(element) => {
            let Some((_, style)) = &mut open else { return };
            match element.name.as_str() {
                "name" => style.heading = element.attribute("val").and_then(heading_level).or(style.heading),
                "basedOn" => style.based_on = element.attribute("val").map(str::to_string),
                "outlineLvl" => style.heading = style.heading.or_else(|| outline_level(&element)),
                "b" => style.bold = Some(is_on(&element)),
                "i" => style.italic = Some(is_on(&element)),
                "vanish" => style.hidden = Some(is_on(&element)),
                "numId" => style.list.get_or_insert_default().0 = element.attribute("val").unwrap_or("").into(),
                "ilvl" => style.list.get_or_insert_default().1 = level(&element),
                _ => {}
            }
        }
        Seen::End(name) if name == "style" => out.extend(open.take()),
        _ => {}
    })?;
    Ok(out)
}

fn level(element: &Element) -> usize {
    element.attribute("val").and_then(|level| level.parse().ok()).unwrap_or(0).min(8)
}

/// One level of a list: how its numbers are written, around what, from where.
#[derive(Debug, Clone)]
struct Level {
    format: String,
    text: String,
    start: u32,
}

impl Default for Level {
    fn default() -> Self {
        Self { format: "decimal".into(), text: String::new(), start: 1 }
    }
}

/// Lists of a document and how far each has counted.
#[derive(Debug, Default, Clone)]
struct Numbering {
    /// Levels of each abstract list.
    levels: HashMap<String, BTreeMap<usize, Level>>,
    /// The abstract list of each list.
    of: HashMap<String, String>,
    counts: HashMap<String, [Option<u32>; 9]>,
}

fn numbering(xml: &str) -> Result<Numbering, String> {
    let mut out = Numbering::default();
    let (mut list, mut number, mut at) = (None, None, None);
    each(xml, |seen| match seen {
        Seen::Start(element) => {
            let value = element.attribute("val").unwrap_or("").to_string();
            match (element.name.as_str(), &list, at) {
                ("abstractNum", ..) => list = element.attribute("abstractNumId").map(str::to_string),
                ("num", ..) => number = element.attribute("numId").map(str::to_string),
                ("abstractNumId", ..) => out.of.extend(number.clone().map(|number| (number, value))),
                ("lvl", Some(_), _) => at = element.attribute("ilvl").and_then(|level| level.parse().ok()),
                (name @ ("numFmt" | "lvlText" | "start"), Some(list), Some(at)) => {
                    let level = out.levels.entry(list.clone()).or_default().entry(at).or_default();
                    match name {
                        "numFmt" => level.format = value,
                        "lvlText" => level.text = value,
                        _ => level.start = value.parse().unwrap_or(1),
                    }
                }
                _ => {}
            }
        }
        Seen::End(name) => match name.as_str() {
            "abstractNum" => list = None,
            "num" => number = None,
            "lvl" => at = None,
            _ => {}
        },
        Seen::Text(_) => {}
    })?;
    Ok(out)
}

impl Numbering {
    /// The next marker of a list, as it is printed: "- ", "3. ", "2.1 ". `None` for a list that shows none.
    fn next(&mut self, list: &str, at: usize) -> Option<String> {
        if list == "0" {
            return None;
        }
        let Some(of) = self.of.get(list) else { return Some("- ".into()) };
        let levels = self.levels.get(of).cloned().unwrap_or_default();
        let level = levels.get(&at).cloned().unwrap_or_default();
        let counts = self.counts.entry(of.clone()).or_default();
        let count = counts.get_mut(at)?;
        *count = Some(count.map_or(level.start, |n| n.saturating_add(1)));
        counts[at + 1..].fill(None);
        match level.format.as_str() {
            "none" => return None,
            "bullet" => return Some("- ".into()),
            _ => {}
        }
        let mut marker = if level.text.is_empty() { format!("%{}.", at + 1) } else { level.text };
        for (i, count) in counts.iter().enumerate() {
            let place = format!("%{}", i + 1);
            if marker.contains(&place) {
                let (format, start) =
                    levels.get(&i).map_or(("decimal", 1), |level| (level.format.as_str(), level.start));
                marker = marker.replace(&place, &written(count.unwrap_or(start), format));
            }
        }
        let marker = marker.trim();
        (!marker.is_empty()).then(|| format!("{marker} "))
    }
}

/// A number as a list writes it.
fn written(n: u32, format: &str) -> String {
    let letter = |n: u32| {
        let c = char::from(b'a' + u8::try_from(n.saturating_sub(1) % 26).unwrap_or(0));
        c.to_string().repeat((n.saturating_sub(1) / 26 + 1).min(9) as usize)
    };
    match format {
        "lowerLetter" => letter(n),
        "upperLetter" => letter(n).to_uppercase(),
        "lowerRoman" => roman(n),
        "upperRoman" => roman(n).to_uppercase(),
        "decimalZero" => format!("{n:02}"),
        _ => n.to_string(),
    }
}

fn roman(n: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if n > 3999 {
        return n.to_string();
    }
    let mut n = n;
    let mut out = String::new();
    for (value, sign) in SIGNS {
        while n >= value {
            out.push_str(sign);
            n -= value;
        }
    }
    out
}

/// Notes by their id.
fn notes(xml: &str, styles: &HashMap<String, Style>, numbering: &Numbering) -> Result<HashMap<String, Flow>, String> {
    let mut out = HashMap::new();
    let mut open: Option<(String, Body<'_>)> = None;
    each(xml, |seen| match seen {
        Seen::Start(element) if matches!(element.name.as_str(), "footnote" | "endnote") => {
            let id = element.attribute("id").unwrap_or("").to_string();
            open = Some((id, Body::new(styles, numbering.clone())));
        }
        Seen::End(name) if matches!(name.as_str(), "footnote" | "endnote") => {
            if let Some((id, mut body)) = open.take() {
                body.flow.end_paragraph();
                out.insert(id, body.flow);
            }
        }
        seen => {
            if let Some((_, body)) = &mut open {
                body.see(seen);
            }
        }
    })?;
    Ok(out)
}

/// Typeface of a run as far as it says so itself.
#[derive(Debug, Default)]
struct Face {
    style: Option<String>,
    bold: Option<bool>,
    italic: Option<bool>,
    hidden: Option<bool>,
}

/// The body of a part while it is read.
struct Body<'s> {
    styles: &'s HashMap<String, Style>,
    numbering: Numbering,
    flow: Flow,
    footnotes: Vec<String>,
    endnotes: Vec<String>,
    n_comments: usize,
    /// Elements open whose content is not text of the document: deletions, alternatives, field codes.
    skipped: usize,
    /// What follows the opening of a paragraph until its first text: properties, then the marker of its list.
    style: Option<String>,
    heading: Option<u8>,
    list: Option<(String, usize)>,
    marked: bool,
    in_paragraph_properties: bool,
    in_run_properties: bool,
    face: Face,
    in_text: bool,
    /// Properties of the paragraphs that text boxes interrupt.
    interrupted: Vec<(Option<String>, bool)>,
}

impl<'s> Body<'s> {
    fn new(styles: &'s HashMap<String, Style>, numbering: Numbering) -> Self {
        Self {
            styles,
            numbering,
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
            interrupted: Vec::new(),
        }
    }

    fn see(&mut self, seen: Seen) {
        match seen {
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
                self.flow.start_paragraph(Layout::Text);
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
            "p" => self.flow.end_paragraph(),
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

    /// Settles what the paragraph is, once its properties are known.
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
            && let Some(marker) = self.numbering.next(list, *at)
        {
            paragraph.push(&marker, bold, italic);
        }
        self.marked = true;
        paragraph.push(text, bold, italic);
    }
}

/// Elements whose content is no text of the document as it reads with all changes accepted.
fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "del" | "moveFrom" | "Fallback" | "instrText" | "delText" | "rt" | "pPrChange" | "rPrChange" | "sdtPr"
    )
}

#[cfg(test)]
mod tests;
