//! XML of small files as a tree of elements.
//!
//! **Input:** decoded XML. **Output:** the root element, with children in their order and the line of each. Names have no
//! prefix. **Refused**, with line and column: XML that is not well-formed, entities that the file declares, elements nested
//! too deep. Nothing that the file refers to is read.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::error::{Place, Problem, ReadErrorKind};
use super::file::File;
use super::{decode, tei};

/// Deepest nesting of elements.
const DEEPEST: usize = 250;

/// Bytes at the start of a file in which the root element is searched for.
const HEAD: usize = 8192;

/// An element.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Child>,
    pub(crate) line: usize,
}

/// What is inside an element.
#[derive(Debug, Clone)]
pub(crate) enum Child {
    Element(Node),
    Text(String),
}

impl Node {
    /// The value of an attribute by its local name, if it is not blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The elements directly inside.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Node> {
        self.children.iter().filter_map(|child| match child {
            Child::Element(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// The elements of a name directly inside.
    pub(crate) fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'n Node> {
        self.elements().filter(move |node| node.name == name)
    }

    /// The first element of a name directly inside.
    pub(crate) fn first(&self, name: &str) -> Option<&Node> {
        self.elements().find(|node| node.name == name)
    }

    /// The elements of a name anywhere inside, in their order.
    pub(crate) fn descendants<'n>(&'n self, name: &str) -> Vec<&'n Node> {
        let mut out = Vec::new();
        let mut waiting: Vec<&Node> = vec![self];
        while let Some(node) = waiting.pop() {
            if node.name == name {
                out.push(node);
            }
            let inside: Vec<&Node> = node.elements().collect();
            waiting.extend(inside.into_iter().rev());
        }
        out
    }

    /// The text inside, with that of the elements inside.
    pub(crate) fn text(&self) -> String {
        let mut out = String::new();
        let mut waiting: Vec<&Child> = self.children.iter().rev().collect();
        while let Some(child) = waiting.pop() {
            match child {
                Child::Text(text) => out.push_str(text),
                Child::Element(node) => waiting.extend(node.children.iter().rev()),
            }
        }
        out
    }
}

/// Whether the root element of an XML file has this local name. Only files whose text begins with a tag are parsed.
pub(crate) fn has_root(file: &File<'_>, root: &str) -> bool {
    let head = &file.bytes[..file.bytes.len().min(HEAD)];
    let text = decode::decode_xml(head).text;
    text.trim_start().starts_with('<') && tei::root(&text).as_deref() == Some(root)
}

/// Reads XML to its root element.
///
/// # Errors
/// [`ReadErrorKind::Xml`] and [`ReadErrorKind::Entities`] with the place.
pub(crate) fn parse(text: &str) -> Result<Node, Problem> {
    let lines = Lines::of(text);
    let broken = |at: u64, problem: String| {
        let (line, column) = lines.position(text, usize::try_from(at).unwrap_or(usize::MAX));
        ReadErrorKind::Xml { problem }.at(Place::Column { line, column })
    };
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    loop {
        let at = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(broken(reader.error_position(), error.to_string())),
        };
        match event {
            Event::Start(start) => {
                if open.len() > DEEPEST {
                    return Err(broken(at, format!("elements are nested more than {DEEPEST} deep")));
                }
                open.push(node(&start, lines.line(at)).map_err(|error| broken(at, error))?);
            }
            Event::Empty(start) => {
                let node = node(&start, lines.line(at)).map_err(|error| broken(at, error))?;
                add(&mut open, Child::Element(node));
            }
            Event::End(_) => {
                // The reader has checked that the end belongs to the start, and so there is a parent.
                if let Some(node) = open.pop() {
                    add(&mut open, Child::Element(node));
                }
            }
            Event::Text(text) => add(&mut open, Child::Text(text.xml10_content().to_string())),
            Event::CData(text) => add(&mut open, Child::Text(text.xml10_content().to_string())),
            Event::GeneralRef(reference) => {
                let c = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c,
                    Ok(None) => tei::predefined(&reference).ok_or_else(|| {
                        let name = &*reference;
                        broken(at, format!("found the entity `&{name};`; expected one that XML defines, or a number"))
                    })?,
                    Err(error) => return Err(broken(at, error.to_string())),
                };
                add(&mut open, Child::Text(c.to_string()));
            }
            Event::DocType(declared) if declared.contains("<!ENTITY") => {
                let (line, column) = lines.position(text, usize::try_from(at).unwrap_or(usize::MAX));
                return Err(ReadErrorKind::Entities.at(Place::Column { line, column }));
            }
            Event::Eof => break,
            Event::Decl(_) | Event::DocType(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
    if open.len() > 1 {
        let name = open.last().map_or("", |node| node.name.as_str()).to_string();
        return Err(broken(text.len() as u64, format!("the file ends inside `{name}`; it may be cut off")));
    }
    let root = open.pop().and_then(|top| {
        top.children.into_iter().find_map(|child| match child {
            Child::Element(node) => Some(node),
            Child::Text(_) => None,
        })
    });
    root.ok_or_else(|| broken(0, "found no element".to_string()))
}

fn add(open: &mut [Node], child: Child) {
    let Some(parent) = open.last_mut() else { return };
    match (parent.children.last_mut(), child) {
        (Some(Child::Text(known)), Child::Text(more)) => known.push_str(&more),
        (_, child) => parent.children.push(child),
    }
}

fn node(start: &BytesStart<'_>, line: usize) -> Result<Node, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        attributes.push((attribute.key.local_name().as_ref().to_string(), value.into_owned()));
    }
    Ok(Node { name: start.local_name().as_ref().to_string(), attributes, children: Vec::new(), line })
}

/// Offsets of the lines of a text.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// Number of the line of a byte, from 1.
    fn line(&self, at: u64) -> usize {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        self.0.partition_point(|start| *start <= at)
    }

    /// Line and column of a byte, both from 1.
    fn position(&self, text: &str, at: usize) -> (usize, usize) {
        let at = text.floor_char_boundary(at.min(text.len()));
        let line = self.0.partition_point(|start| *start <= at).max(1);
        (line, text[self.0[line - 1]..at].chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(xml: &str) -> String {
        let problem = parse(xml).unwrap_err();
        crate::ReadError::new("a.xml", problem).to_string()
    }

    #[test]
    fn elements_have_text_attributes_and_lines() {
        let root = parse("<?xml version=\"1.0\"?>\n<a x=\"1\">\n <b:c>One &amp; <i>two</i></b:c><c/></a>").unwrap();
        assert_eq!((root.name.as_str(), root.get("x"), root.line), ("a", Some("1"), 2));
        let texts: Vec<String> = root.all("c").map(Node::text).collect();
        assert_eq!(texts, ["One & two", ""]);
        assert_eq!(root.descendants("i").len(), 1);
    }

    #[test]
    fn broken_xml_names_the_place() {
        assert!(error("<a>\n<b>").contains("line 2"), "{}", error("<a>\n<b>"));
        assert!(error("<a>\n</b>").contains("line 2"));
        assert!(error("<a>&x;</a>").contains("`&x;`"));
        assert!(error("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>").contains("entities"));
        assert!(error(&"<a>".repeat(2000)).contains("nested"));
        assert!(error("text").contains("no element"));
    }
}
