//! XML as events, for formats whose errors name a line.
//!
//! **Input:** decoded XML. **Output:** its elements and texts, one by one, to an [`Sink`]. **Refused:** XML that is not
//! well-formed, with line and column; elements that nest too deep; entities that the file declares with anything else than
//! a few characters. External entities and document type definitions are never fetched.

use std::collections::HashMap;
use std::sync::LazyLock;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use regex::Regex;

use super::decode;
use super::error::{Place, Problem, ReadErrorKind};
use super::file::File;
use plenary_names::text::constant_regex;

/// Deepest nesting of elements that is read. Texts nest ten to thirty deep.
const DEEPEST: usize = 250;

/// Bytes at the start of a file in which the root element is searched for.
const HEAD: usize = 8192;

/// Longest replacement of an entity that a file declares, in bytes.
const LONGEST_ENTITY: usize = 16;

/// The start of an element: its local name, and its attributes by local name except `xml:id` and `xml:lang`.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    /// The value of an attribute, if it exists and is not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }
}

/// What the events of a file are given to.
pub(crate) trait Sink {
    /// An element begins on a line.
    ///
    /// # Errors
    /// If the element is not what the format allows at this place.
    fn open(&mut self, element: Element, line: usize) -> Result<(), ReadErrorKind>;
    /// The innermost open element ends.
    fn close(&mut self);
    /// Text of the innermost open element.
    fn text(&mut self, text: &str);
}

/// Local name of the root element of a file; `None` if the file does not begin like XML.
pub(crate) fn root(file: &File<'_>) -> Option<String> {
    let head = decode::decode_xml(&file.bytes[..file.bytes.len().min(HEAD)]).text;
    let head = head.trim_start();
    let mut reader = Reader::from_str(head.starts_with('<').then_some(head)?);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) | Event::Empty(start) => return Some(start.local_name().as_ref().to_string()),
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// Gives all elements and texts of `text` to `sink`; an empty element begins and ends.
///
/// # Errors
/// [`ReadErrorKind::Xml`] with line and column where the XML is not well-formed, [`ReadErrorKind::Entities`], and what the
/// sink refuses.
pub(crate) fn walk(text: &str, sink: &mut impl Sink) -> Result<(), Problem> {
    Walk { text, open: Vec::new(), seen_root: false, entities: HashMap::new(), counted: (0, 1) }.run(sink)
}

struct Walk<'t> {
    text: &'t str,
    /// Names of the open elements and where they begin.
    open: Vec<(String, usize)>,
    seen_root: bool,
    /// What the entities stand for that the file declares.
    entities: HashMap<String, String>,
    /// A place up to which lines were counted, and its line.
    counted: (usize, usize),
}

impl Walk<'_> {
    fn run(mut self, sink: &mut impl Sink) -> Result<(), Problem> {
        let mut reader = Reader::from_str(self.text);
        loop {
            let at = offset(reader.buffer_position());
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => return Err(self.broken(offset(reader.error_position()), &error.to_string())),
            };
            match event {
                Event::Start(start) => self.begin(&start, at, sink)?,
                Event::Empty(start) => {
                    self.begin(&start, at, sink)?;
                    self.open.pop();
                    sink.close();
                }
                Event::End(_) => {
                    self.open.pop();
                    sink.close();
                }
                Event::Text(text) => self.characters(&text.xml10_content(), at, sink)?,
                Event::CData(text) => self.characters(&text.xml10_content(), at, sink)?,
                Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                    Ok(Some(c)) => self.characters(c.encode_utf8(&mut [0; 4]), at, sink)?,
                    Ok(None) => {
                        let text = self.entity(&reference).ok_or_else(|| self.unknown_entity(&reference, at))?;
                        self.characters(&text, at, sink)?;
                    }
                    Err(error) => return Err(self.broken(at, &error.to_string())),
                },
                Event::DocType(declaration) => self.declare(&declaration, at)?,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if let Some((name, start)) = self.open.last() {
            let line = self.position(*start).0;
            let problem = format!("the file ends inside `{name}`, which begins on line {line}; expected `</{name}>`");
            return Err(self.broken(self.text.len(), &problem));
        }
        if !self.seen_root {
            return Err(self.broken(self.text.len(), "the file ends before any element; expected a root element"));
        }
        Ok(())
    }

    fn begin(&mut self, start: &BytesStart<'_>, at: usize, sink: &mut impl Sink) -> Result<(), Problem> {
        let element = self.element(start, at)?;
        let name = element.name.clone();
        if self.seen_root && self.open.is_empty() {
            return Err(self.broken(at, &format!("found a second root element `{name}`; expected the end of the file")));
        }
        if self.open.len() >= DEEPEST {
            return Err(self.broken(at, &format!("elements nest more than {DEEPEST} deep")));
        }
        let line = self.line(at);
        sink.open(element, line)
            .map_err(|kind| if self.seen_root { kind.at(Place::Line(line)) } else { kind.into() })?;
        self.seen_root = true;
        self.open.push((name, at));
        Ok(())
    }

    fn element(&self, start: &BytesStart<'_>, at: usize) -> Result<Element, Problem> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| self.broken(at, &error.to_string()))?;
            let known = |name: &str| resolve_predefined_entity(name).or(self.entities.get(name).map(String::as_str));
            let value = attribute
                .normalized_value_with(XmlVersion::Implicit1_0, 2, known)
                .map_err(|error| self.broken(at, &error.to_string()))?;
            let key: &str = attribute.key.as_ref();
            let key = if key.starts_with("xml:") { key } else { key.rsplit(':').next().unwrap_or(key) };
            attributes.push((key.to_string(), value.into_owned()));
        }
        Ok(Element { name: start.local_name().as_ref().to_string(), attributes })
    }

    fn characters(&self, text: &str, at: usize, sink: &mut impl Sink) -> Result<(), Problem> {
        if !self.open.is_empty() {
            sink.text(text);
        } else if !text.trim().is_empty() {
            return Err(self.broken(at, "found text outside the root element"));
        }
        Ok(())
    }

    /// Reads the entities that a document type declares. Only those that stand for a few characters are read, so that the
    /// text cannot grow.
    fn declare(&mut self, declaration: &str, at: usize) -> Result<(), Problem> {
        for declared in ENTITY.captures_iter(declaration) {
            let value = declared.get(2).or(declared.get(3)).map_or("", |value| value.as_str());
            if let Some(value) = replacement(value) {
                self.entities.insert(declared[1].to_string(), value);
            }
        }
        let n_read = self.entities.len();
        if declaration.matches("<!ENTITY").count() > n_read {
            return Err(ReadErrorKind::Entities.at(Place::Line(self.position(at).0)));
        }
        Ok(())
    }

    fn entity(&self, name: &str) -> Option<String> {
        resolve_predefined_entity(name).map(str::to_string).or_else(|| self.entities.get(name).cloned())
    }

    fn unknown_entity(&self, name: &str, at: usize) -> Problem {
        self.broken(
            at,
            &format!(
                "found the entity `&{name};`; expected one that XML defines (&amp; &lt; &gt; &quot; &apos;) or a number such as &#233;"
            ),
        )
    }

    fn broken(&self, at: usize, problem: &str) -> Problem {
        let (line, column) = self.position(at);
        ReadErrorKind::Xml { problem: problem.into() }.at(Place::Column { line, column })
    }

    /// The line of a place that is not before the last place asked for.
    fn line(&mut self, at: usize) -> usize {
        let (from, line) = self.counted;
        let between = self.text.as_bytes().get(from..at).unwrap_or_default();
        let line = line + between.split(|byte| *byte == b'\n').count() - 1;
        self.counted = (at.max(from), line);
        line
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

static ENTITY: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r#"<!ENTITY\s+([A-Za-z_][\w.-]*)\s+(?:"([^"]*)"|'([^']*)')\s*>"#));
static CHARACTER: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));"));

/// What an entity stands for, if that is a few characters and refers to no other entity.
fn replacement(value: &str) -> Option<String> {
    let value = CHARACTER.replace_all(value, |found: &regex::Captures<'_>| {
        let code = match found.get(1) {
            Some(hex) => u32::from_str_radix(hex.as_str(), 16),
            None => found[2].parse(),
        };
        code.ok().and_then(char::from_u32).unwrap_or('\u{FFFD}').to_string()
    });
    let is_plain =
        value.len() <= LONGEST_ENTITY && !value.contains(['<', '%']) && (!value.contains('&') || value == "&");
    is_plain.then(|| value.into_owned())
}

fn offset(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
