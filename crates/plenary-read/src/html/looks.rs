//! Bold, italic and hidden text.
//!
//! **Input:** a page. **Output:** the look of each element by its tag, its `style` attribute and the class rules of the
//! page's own style sheets. Linked style sheets and other selectors are ignored.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use scraper::{Html, node::Element};

use plenary_names::text::constant_regex;

/// What a rule says about an element; `None` keeps the value of the parent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Look {
    pub(crate) bold: Option<bool>,
    pub(crate) italic: Option<bool>,
    pub(crate) hidden: bool,
}

impl Look {
    fn then(self, later: Look) -> Look {
        Look {
            bold: later.bold.or(self.bold),
            italic: later.italic.or(self.italic),
            hidden: self.hidden || later.hidden,
        }
    }
}

static RULE: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"([^{}]+)\{([^{}]*)\}"));

/// Looks by class name, from rules whose selector is a class, perhaps with a tag.
pub(crate) struct Looks(HashMap<String, Look>);

impl Looks {
    pub(crate) fn of(page: &Html) -> Self {
        let mut looks: HashMap<String, Look> = HashMap::new();
        let sheets =
            page.tree.nodes().filter(|node| node.value().as_element().is_some_and(|element| element.name() == "style"));
        for sheet in sheets.flat_map(|node| node.children()).filter_map(|node| node.value().as_text()) {
            for rule in RULE.captures_iter(sheet) {
                let look = declared(&rule[2]);
                for selector in rule[1].split(',').map(str::trim).filter(|_| look != Look::default()) {
                    let Some((tag, class)) = selector.rsplit_once('.') else { continue };
                    let is_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
                    if is_name(class) && tag.trim_start_matches("<!--").trim().chars().all(char::is_alphanumeric) {
                        let known = looks.entry(class.to_string()).or_default();
                        *known = known.then(look);
                    }
                }
            }
        }
        Self(looks)
    }

    pub(crate) fn look(&self, element: &Element) -> Look {
        let tag = match element.name() {
            // Browsers print terms of a list plain, but they are labels of what follows.
            "b" | "strong" | "dt" => Look { bold: Some(true), ..Look::default() },
            "i" | "em" => Look { italic: Some(true), ..Look::default() },
            _ => Look::default(),
        };
        let by_class = element.classes().filter_map(|class| self.0.get(class)).fold(tag, |look, rule| look.then(*rule));
        by_class.then(element.attr("style").map(declared).unwrap_or_default())
    }
}

/// The properties that a list of declarations sets.
fn declared(text: &str) -> Look {
    let mut look = Look::default();
    for (name, value) in text.split(';').filter_map(|declaration| declaration.split_once(':')) {
        let value = value.trim().to_ascii_lowercase();
        let says_bold = value.split_whitespace().any(|word| {
            matches!(word, "bold" | "bolder") || word.parse::<u32>().is_ok_and(|weight| (600..=900).contains(&weight))
        });
        let says_italic = value.split_whitespace().any(|word| matches!(word, "italic" | "oblique"));
        match name.trim().to_ascii_lowercase().as_str() {
            "font-weight" => look.bold = Some(says_bold),
            "font-style" => look.italic = Some(says_italic),
            "font" => (look.bold, look.italic) = (Some(says_bold), Some(says_italic)),
            "display" => look.hidden |= value.starts_with("none"),
            "visibility" => look.hidden |= value.starts_with("hidden"),
            _ => {}
        }
    }
    look
}
