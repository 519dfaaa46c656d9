//! The tree of an XML file.
//!
//! **Input:** decoded XML. **Output:** its elements with their texts, and the paragraphs and notes in an element. **Refused:**
//! XML that is not well-formed or nests too deep, by `events`; files with more elements than any record has.

use crate::error::{Problem, ReadErrorKind};
use crate::events::{self, Element, Sink};
use plenary_corpus::text::collapse_white_space;

/// Largest number of elements and texts. A year of a parliament's debates has a few million.
const MOST_NODES: usize = 20_000_000;

/// An element with what it contains.
#[derive(Debug)]
pub(crate) struct Node {
    element: Element,
    /// Line on which it begins, from 1.
    pub(crate) line: usize,
    children: Vec<Child>,
}

#[derive(Debug)]
enum Child {
    Node(Node),
    Text(String),
}

impl Node {
    /// Reads the tree of an XML file.
    ///
    /// # Errors
    /// As [`events::walk`], and [`ReadErrorKind::TooLarge`].
    pub(crate) fn read(xml: &str) -> Result<Self, Problem> {
        let mut builder = Builder { open: Vec::new(), root: None, n_nodes: 0 };
        events::walk(xml, &mut builder)?;
        // A file without a root element was refused.
        builder.root.ok_or_else(|| ReadErrorKind::Empty.into())
    }

    pub(crate) fn name(&self) -> &str {
        &self.element.name
    }

    pub(crate) fn get(&self, attribute: &str) -> Option<&str> {
        self.element.get(attribute)
    }

    pub(crate) fn children(&self) -> impl Iterator<Item = &Node> {
        self.children.iter().filter_map(|child| match child {
            Child::Node(node) => Some(node),
            Child::Text(_) => None,
        })
    }

    /// The first element of this name inside the element, at any depth and in the order of the file.
    pub(crate) fn find(&self, name: &str) -> Option<&Node> {
        self.children().find_map(|child| if child.name() == name { Some(child) } else { child.find(name) })
    }

    /// Calls `see` for all elements inside the element, in the order of the file.
    pub(crate) fn each<'n>(&'n self, see: &mut dyn FnMut(&'n Node)) {
        for child in self.children() {
            see(child);
            child.each(see);
        }
    }

    /// The text of the element and of all elements in it, on one line.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.add_text(&mut text);
        collapse_white_space(&text)
    }

    fn add_text(&self, out: &mut String) {
        for child in &self.children {
            match child {
                Child::Text(text) => out.push_str(text),
                Child::Node(node) => node.add_text(out),
            }
        }
    }

    /// The paragraphs of an element and the notes in and between them, in order. `part_of` says what each element inside is.
    pub(crate) fn said(&self, part_of: &dyn Fn(&Node) -> Part) -> Vec<Said> {
        let mut collected = Collected::default();
        collected.add(self, part_of);
        collected.flush();
        collected.said
    }
}

/// What an element is within a speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A paragraph, or something that holds paragraphs.
    Block,
    /// A piece of running text.
    Inline,
    /// A piece of running text with a space before it, such as a cell.
    Cell,
    /// A number or sign before a paragraph.
    Lead,
    /// Text that nobody says.
    Note,
    /// Not read here.
    Skip,
}

/// A paragraph or note, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Words(String),
    Note(String),
}

#[derive(Default)]
struct Collected {
    said: Vec<Said>,
    open: String,
    /// The open text is a number or sign that the next block continues.
    is_lead: bool,
}

impl Collected {
    fn add(&mut self, node: &Node, part_of: &dyn Fn(&Node) -> Part) {
        for child in &node.children {
            let node = match child {
                Child::Text(text) => {
                    self.is_lead &= text.trim().is_empty();
                    self.open.push_str(text);
                    continue;
                }
                Child::Node(node) => node,
            };
            match part_of(node) {
                Part::Block => {
                    if !std::mem::take(&mut self.is_lead) {
                        self.flush();
                    }
                    self.add(node, part_of);
                    self.flush();
                }
                Part::Inline => self.add(node, part_of),
                Part::Cell => {
                    self.open.push(' ');
                    self.add(node, part_of);
                }
                Part::Lead => {
                    self.flush();
                    self.add(node, part_of);
                    self.open.push(' ');
                    self.is_lead = true;
                }
                Part::Note => {
                    self.flush();
                    let text = node.text();
                    if !text.is_empty() {
                        self.said.push(Said::Note(text));
                    }
                }
                Part::Skip => {}
            }
        }
    }

    fn flush(&mut self) {
        self.is_lead = false;
        let text = collapse_white_space(&std::mem::take(&mut self.open));
        if !text.is_empty() {
            self.said.push(Said::Words(text));
        }
    }
}

struct Builder {
    open: Vec<Node>,
    root: Option<Node>,
    n_nodes: usize,
}

impl Builder {
    fn add(&mut self, child: Child) {
        if let Some(parent) = self.open.last_mut() {
            parent.children.push(child);
        } else if let Child::Node(node) = child {
            self.root = Some(node);
        }
    }
}

impl Sink for Builder {
    fn open(&mut self, element: Element, line: usize) -> Result<(), ReadErrorKind> {
        self.n_nodes += 1;
        if self.n_nodes > MOST_NODES {
            let problem = format!("it has more than {MOST_NODES} elements");
            return Err(ReadErrorKind::TooLarge { what: "an XML file", problem });
        }
        self.open.push(Node { element, line, children: Vec::new() });
        Ok(())
    }

    fn close(&mut self) {
        if let Some(node) = self.open.pop() {
            self.add(Child::Node(node));
        }
    }

    fn text(&mut self, text: &str) {
        match self.open.last_mut().and_then(|parent| parent.children.last_mut()) {
            Some(Child::Text(before)) => before.push_str(text),
            _ => self.add(Child::Text(text.to_string())),
        }
    }
}
