//! XML of small files as a tree of elements.
//!
//! **Input:** decoded XML. **Output:** the root element, with children in their order and the line of each. Names have no
//! prefix. **Refused**, with line and column: what `events` refuses.

use super::error::{Problem, ReadErrorKind};
use super::events::{self, Element, Sink};

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
        let found = self.attributes.iter().find(|(key, _)| key.strip_prefix("xml:").unwrap_or(key) == name);
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

/// Reads XML to its root element.
///
/// # Errors
/// As [`events::walk`].
pub(crate) fn parse(text: &str) -> Result<Node, Problem> {
    let mut tree = Tree { open: vec![Node::default()] };
    events::walk(text, &mut tree)?;
    let root = tree.open.pop().and_then(|top| {
        top.children.into_iter().find_map(|child| match child {
            Child::Element(node) => Some(node),
            Child::Text(_) => None,
        })
    });
    // A file without a root element was refused.
    root.ok_or_else(|| ReadErrorKind::Empty.into())
}

/// The elements that are open, the outermost first; the first of them stands for the file.
struct Tree {
    open: Vec<Node>,
}

impl Tree {
    fn add(&mut self, child: Child) {
        let Some(parent) = self.open.last_mut() else { return };
        match (parent.children.last_mut(), child) {
            (Some(Child::Text(known)), Child::Text(more)) => known.push_str(&more),
            (_, child) => parent.children.push(child),
        }
    }
}

impl Sink for Tree {
    fn open(&mut self, element: Element, line: usize) -> Result<(), ReadErrorKind> {
        let Element { name, attributes } = element;
        self.open.push(Node { name, attributes, children: Vec::new(), line });
        Ok(())
    }

    fn close(&mut self) {
        if let Some(node) = self.open.pop() {
            self.add(Child::Element(node));
        }
    }

    fn text(&mut self, text: &str) {
        self.add(Child::Text(text.to_string()));
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
        assert!(error("<!DOCTYPE a [<!ENTITY x SYSTEM \"y\">]><a>&x;</a>").contains("entities"));
        assert!(error(&"<a>".repeat(2000)).contains("nest more than"));
        assert!(error("text").contains("outside the root element"));
    }
}
