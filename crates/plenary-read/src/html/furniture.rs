//! Which elements of a page are not part of its text.
//!
//! **Input:** an element, and the number of words in each element. **Output:** the name of the furniture that it is, if any.
//! Losing speech is worse than keeping furniture, so an element with a large share of the words stays, whatever its name.

use std::collections::HashMap;

use ego_tree::{NodeId, NodeRef, iter::Edge};
use scraper::{Html, Node, node::Element};

/// Elements without text for readers.
const SILENT: &[&str] = &[
    "head", "script", "style", "template", "noscript", "iframe", "object", "embed", "svg", "math", "canvas", "audio",
    "video", "map", "select", "datalist", "button", "input", "textarea", "progress", "meter", "frameset",
];

const ROLES: &[&str] = &["navigation", "banner", "contentinfo", "search", "complementary", "menu", "menubar", "dialog"];

/// Words of classes and ids that name furniture.
const NAMES: &[&str] = &[
    "nav",
    "navbar",
    "navigation",
    "menu",
    "breadcrumb",
    "breadcrumbs",
    "sidebar",
    "footer",
    "cookie",
    "cookies",
    "share",
    "sharing",
    "social",
    "skip",
    "skiplink",
    "pagination",
    "pager",
    "toolbar",
    "topbar",
    "masthead",
    "related",
];

/// Elements inside which a header or footer belongs to the text.
const SECTIONS: &[&str] = &["article", "main", "section", "blockquote", "td", "li"];

/// Number of words in each element, and of those in links.
pub(crate) struct Words {
    all: HashMap<NodeId, (usize, usize)>,
    total: usize,
}

impl Words {
    pub(crate) fn of(page: &Html) -> Self {
        let mut all = HashMap::new();
        let (mut words, mut linked, mut in_link, mut silent) = (0usize, 0usize, 0usize, 0usize);
        let mut open: Vec<(usize, usize)> = Vec::new();
        for edge in page.tree.root().traverse() {
            match edge {
                Edge::Open(node) => {
                    open.push((words, linked));
                    match node.value() {
                        Node::Text(text) if silent == 0 => {
                            let n = text.split_whitespace().count();
                            words += n;
                            linked += if in_link > 0 { n } else { 0 };
                        }
                        Node::Element(element) => {
                            in_link += usize::from(element.name() == "a" && element.attr("href").is_some());
                            silent += usize::from(is_silent(element));
                        }
                        _ => {}
                    }
                }
                Edge::Close(node) => {
                    if let Node::Element(element) = node.value() {
                        in_link -= usize::from(element.name() == "a" && element.attr("href").is_some());
                        silent -= usize::from(is_silent(element));
                    }
                    let (from, from_linked) = open.pop().unwrap_or_default();
                    all.insert(node.id(), (words - from, linked - from_linked));
                }
            }
        }
        Self { all, total: words }
    }

    pub(crate) fn within(&self, node: NodeId) -> usize {
        self.all.get(&node).map_or(0, |(words, _)| *words)
    }

    /// Whether an element has so many words that it is part of the text, whatever its name.
    pub(crate) fn is_much(&self, node: NodeId) -> bool {
        self.within(node) * 4 > self.total
    }

    fn is_of_links(&self, node: NodeId) -> bool {
        self.all.get(&node).is_some_and(|(words, linked)| linked * 2 >= *words)
    }
}

pub(crate) fn is_silent(element: &Element) -> bool {
    SILENT.contains(&element.name())
}

/// The name of the furniture that an element is, which is omitted.
pub(crate) fn furniture(
    node: NodeRef<'_, Node>,
    element: &Element,
    is_hidden: bool,
    words: &Words,
) -> Option<&'static str> {
    const FEW: usize = 30;
    if words.is_much(node.id()) {
        return None;
    }
    let n_words = words.within(node.id());
    let role = element.attr("role").unwrap_or("");
    if is_hidden || element.attr("hidden").is_some() || element.attr("aria-hidden") == Some("true") {
        return Some("hidden text");
    }
    if let Some(role) = ROLES.iter().find(|known| **known == role) {
        return Some(role);
    }
    // Word processors export the headers and footers of their pages in this way.
    if let (Some(edge @ ("header" | "footer")), "div") = (element.attr("title"), element.name()) {
        return Some(if edge == "header" { "header" } else { "footer" });
    }
    match element.name() {
        "nav" => return Some("nav"),
        "aside" => return Some("aside"),
        "form" if n_words <= FEW => return Some("form"),
        "footer" if !in_section(node) => return Some("footer"),
        "header" if !in_section(node) && !has_heading(node) => return Some("header"),
        _ => {}
    }
    let is_named = element
        .classes()
        .chain(element.id())
        .flat_map(|name| name.split(['-', '_']))
        .any(|name| NAMES.contains(&name.to_ascii_lowercase().as_str()));
    let is_text = matches!(element.name(), "html" | "body" | "main" | "article" | "p" | "pre" | "td" | "tr" | "span");
    (is_named && !is_text && (n_words <= FEW && !has_heading(node) || words.is_of_links(node.id())))
        .then_some("navigation")
}

fn in_section(node: NodeRef<'_, Node>) -> bool {
    node.ancestors().filter_map(|above| above.value().as_element()).any(|above| SECTIONS.contains(&above.name()))
}

fn has_heading(node: NodeRef<'_, Node>) -> bool {
    node.descendants()
        .filter_map(|below| below.value().as_element())
        .any(|below| matches!(below.name(), "h1" | "h2" | "h3"))
}
