//! TEI XML to documents, as corpora of parliaments write it (`ParlaMint`, Parla-CLARIN and similar spoken TEI).
//!
//! **Input:** the bytes of a `TEI` or `teiCorpus`. **Output:** a document for each `TEI` with text. A turn is a `u` (or `sp`);
//! text in notes, incidents and the like is not speech; the speaker is `who`, by the header's list of persons and the
//! printed label. **Refused:** XML that is not well-formed, with the place; entities that the file declares; other XML.
//! External entities and document type definitions are never fetched.

mod header;
mod text;
mod timeline;
mod turns;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::error::{Place, Problem, ReadErrorKind};
use super::file::File;
use super::parts::Parts;
use super::source::{Part, Source};
use super::{decode, detect};
use plenary_corpus::{Document, Format};

use header::Header;
use text::Text;

/// Deepest nesting of elements that is read. Texts nest ten to thirty deep.
const DEEPEST: usize = 250;

/// Bytes at the start of a file in which the root element is searched for.
const HEAD: usize = 8192;

/// Root elements of TEI.
const ROOTS: [&str; 3] = ["TEI", "teiCorpus", "TEI.2"];

/// The start of an element: its local name, and its attributes by local name except `xml:id` and `xml:lang`.
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute, if it exists and is not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// Whether a file is XML: it has an XML declaration, or a root element of TEI, or the extension of TEI and a tag at its
/// start. HTML is not.
pub(crate) fn is_xml(file: &File<'_>) -> bool {
    let head = decode::decode_xml(&file.bytes[..file.bytes.len().min(HEAD)]).text;
    let head = head.trim_start();
    if !head.starts_with('<') {
        return false;
    }
    let root = root(head);
    // XHTML may begin with an XML declaration.
    root.as_deref() != Some("html")
        && (head.starts_with("<?xml")
            || file.has_extension_of(Format::Tei)
            || root.is_some_and(|root| ROOTS.contains(&root.as_str())))
}

/// Local name of the first element.
pub(crate) fn root(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => return Some(start.local_name().as_ref().to_string()),
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Reads TEI.
///
/// # Errors
/// [`ReadErrorKind::Xml`] with line and column where the XML is not well-formed, [`ReadErrorKind::Entities`],
/// [`ReadErrorKind::NotTei`], and [`ReadErrorKind::NoTextInTei`] if no `TEI` has text.
pub(crate) fn read(file: &File<'_>) -> Result<Vec<Document>, Problem> {
    let decoded = decode::decode_xml(file.bytes);
    detect::check_text(&decoded.text, file.bytes)?;
    let parts = Walk::new(&decoded.text).run()?;
    if parts.is_empty() {
        return Err(ReadErrorKind::NoTextInTei.into());
    }
    let source = Source::new(file.path, file.bytes, Format::Tei, decoded.encoding);
    let several = parts.len() > 1;
    let documents = parts.into_iter().map(|(name, parts)| source.document(several.then_some(Part(&name)), parts));
    Ok(documents.collect())
}

/// The state of reading: which elements are open, what the headers declare, the text so far.
struct Walk<'t> {
    text: &'t str,
    /// Names of the open elements and where they begin.
    open: Vec<(String, usize)>,
    header: Header,
    body: Option<Text>,
    /// Name of the `TEI` that is open.
    part: String,
    finished: Vec<(String, Parts)>,
}

impl<'t> Walk<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            open: Vec::new(),
            header: Header::default(),
            body: None,
            part: String::new(),
            finished: Vec::new(),
        }
    }

    fn run(mut self) -> Result<Vec<(String, Parts)>, Problem> {
        let mut reader = Reader::from_str(self.text);
        let mut seen_root = false;
        loop {
            let at = offset(reader.buffer_position());
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.broken(offset(reader.error_position()), &error.to_string())),
            };
            match event {
                Event::Start(start) => {
                    self.check_root(&start, &mut seen_root, at)?;
                    let element = self.element(&start, at)?;
                    self.open(&element, at)?;
                }
                Event::Empty(start) => {
                    self.check_root(&start, &mut seen_root, at)?;
                    let element = self.element(&start, at)?;
                    self.open(&element, at)?;
                    self.close();
                }
                Event::End(_) => self.close(),
                Event::Text(text) => self.characters(&text.xml10_content(), at)?,
                Event::CData(text) => self.characters(&text.xml10_content(), at)?,
                Event::GeneralRef(reference) => {
                    let c = match reference.resolve_char_ref() {
                        Ok(Some(c)) => c,
                        Ok(None) => predefined(&reference).ok_or_else(|| {
                            let name = &*reference;
                            self.broken(at, &format!(
                                "found the entity `&{name};`; expected one that XML defines (&amp; &lt; &gt; &quot; &apos;) or a number such as &#233;"
                            ))
                        })?,
                        Err(error) => return Err(self.broken(at, &error.to_string())),
                    };
                    self.characters(c.encode_utf8(&mut [0; 4]), at)?;
                }
                Event::DocType(declaration) if declaration.contains("<!ENTITY") => {
                    return Err(ReadErrorKind::Entities.at(Place::Line(self.position(at).0)));
                }
                Event::DocType(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if let Some((name, start)) = self.open.last() {
            let line = self.position(*start).0;
            let problem = format!("the file ends inside `{name}`, which begins on line {line}; expected `</{name}>`");
            return Err(self.broken(self.text.len(), &problem));
        }
        if !seen_root {
            return Err(self.broken(self.text.len(), "the file ends before any element; expected `<TEI>`"));
        }
        Ok(self.finished)
    }

    fn check_root(&self, start: &BytesStart<'_>, seen: &mut bool, at: usize) -> Result<(), Problem> {
        let name = start.local_name();
        let name: &str = name.as_ref();
        if !*seen {
            *seen = true;
            if !ROOTS.contains(&name) {
                return Err(ReadErrorKind::NotTei { root: name.into() }.into());
            }
        } else if self.open.is_empty() {
            return Err(self.broken(at, &format!("found a second root element `{name}`; expected the end of the file")));
        }
        Ok(())
    }

    fn element(&self, start: &BytesStart<'_>, at: usize) -> Result<Element, Problem> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.broken(at, &error.to_string()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.broken(at, &error.to_string()))?;
            let key: &str = attribute.key.as_ref();
            let key = if key.starts_with("xml:") { key } else { key.rsplit(':').next().unwrap_or(key) };
            attributes.push((key.to_string(), value.into_owned()));
        }
        Ok(Element { name: start.local_name().as_ref().to_string(), attributes })
    }

    fn open(&mut self, element: &Element, at: usize) -> Result<(), Problem> {
        if self.open.len() >= DEEPEST {
            return Err(self.broken(at, &format!("elements nest more than {DEEPEST} deep")));
        }
        let name = element.name.clone();
        if matches!(name.as_str(), "TEI" | "TEI.2") {
            self.header.begin_document();
            self.header.language(element);
            self.part = element.get("xml:id").map_or_else(|| (self.finished.len() + 1).to_string(), str::to_string);
        } else if name == "teiCorpus" {
            self.header.language(element);
        } else if let Some(body) = &mut self.body {
            if name == "body" || name == "text" {
                self.header.language(element);
            }
            body.open(element, &mut self.header);
        } else if name == "text" && self.parent().is_some_and(|parent| parent == "TEI" || parent == "TEI.2") {
            self.header.language(element);
            self.body = Some(Text::default());
        } else {
            self.header.open(element, self.open.last().map(|(parent, _)| parent.as_str()));
        }
        self.open.push((name, at));
        Ok(())
    }

    /// Ends the innermost element; the reader has checked its name.
    fn close(&mut self) {
        let Some((name, _)) = self.open.pop() else { return };
        let ends_text = name == "text" && self.parent().is_some_and(|parent| parent == "TEI" || parent == "TEI.2");
        match &mut self.body {
            Some(_) if ends_text => {
                if let Some(body) = self.body.take() {
                    let finished = body.finish(&self.header);
                    if !finished.lines.is_empty() {
                        self.finished.push((self.part.clone(), finished));
                    }
                }
            }
            Some(body) => body.close(&name),
            None => {
                let parent = self.open.last().map(|(parent, _)| parent.as_str());
                self.header.close(&name, parent);
            }
        }
    }

    fn parent(&self) -> Option<&str> {
        self.open.last().map(|(name, _)| name.as_str())
    }

    fn characters(&mut self, text: &str, at: usize) -> Result<(), Problem> {
        if self.open.is_empty() {
            if !text.trim().is_empty() {
                return Err(self.broken(at, "found text outside the root element"));
            }
        } else if let Some(body) = &mut self.body {
            body.characters(text);
        } else {
            self.header.characters(text);
        }
        Ok(())
    }

    fn broken(&self, at: usize, problem: &str) -> Problem {
        let (line, column) = self.position(at);
        ReadErrorKind::Xml { problem: problem.into() }.at(Place::Column { line, column })
    }

    /// Line and column of a byte, both from 1.
    fn position(&self, at: usize) -> (usize, usize) {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &self.text[..at];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

fn offset(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

pub(crate) fn predefined(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
