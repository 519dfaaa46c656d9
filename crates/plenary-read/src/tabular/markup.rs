//! Texts of a table that are written with the markup of web pages.
//!
//! **Input:** a table and its column of text. **Output:** the table with plain text in that column: a blank line between
//! paragraphs, and characters instead of entities. Only cells with a tag of a paragraph or of a line break are changed, so that
//! other texts keep their angle brackets. Omitted, with a warning that counts them, are headings of pages that Word repeats
//! with a field. Nothing is refused.

use std::borrow::Cow;
use std::sync::LazyLock;

use quick_xml::escape::resolve_predefined_entity;
use regex::{Captures, Regex};

use super::Table;
use plenary_names::text::constant_regex;

static PARAGRAPH: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"(?i)</p\s*>|<br\s*/?>"));
static TAG: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>"));
static ENTITY: LazyLock<Regex> =
    LazyLock::new(|| constant_regex(r"&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));"));
/// What a field of Word leaves that repeats a heading at the top of the page.
static REPEATED_HEADING: LazyLock<Regex> = LazyLock::new(|| constant_regex(r"^STYLEREF\s.*\\\*\s*MERGEFORMAT"));

/// Elements that are paragraphs or parts of lists and tables.
const BLOCKS: &[&str] = &["p", "div", "li", "ul", "ol", "blockquote", "tr", "h1", "h2", "h3", "h4", "h5", "h6"];
/// Elements inside a line.
const INLINE: &[&str] =
    &["b", "strong", "i", "em", "u", "s", "a", "span", "font", "sup", "sub", "small", "abbr", "td", "html", "body"];

/// Removes the markup from the texts.
pub(super) fn remove(table: &mut Table, text: usize) {
    let mut n_headings = 0;
    for cell in table.rows.iter_mut().filter_map(|row| row.cells.get_mut(text)) {
        if let Some(marked) = cell.as_deref().filter(|marked| PARAGRAPH.is_match(marked)) {
            let plain = plain(marked, &mut n_headings);
            *cell = (!plain.is_empty()).then_some(plain);
        }
    }
    if n_headings > 0 {
        table
            .warnings
            .push(format!("{n_headings} headings that Word repeats at the top of pages were omitted (STYLEREF)"));
    }
}

fn plain(marked: &str, n_headings: &mut usize) -> String {
    // Line breaks of the source mean nothing.
    let one_line = marked.replace(['\n', '\r'], " ");
    let broken = TAG.replace_all(&one_line, |found: &Captures<'_>| {
        let name = found.get(1).map(|name| name.as_str().to_ascii_lowercase());
        match name.as_deref() {
            Some("br") => "\n".to_string(),
            Some(name) if BLOCKS.contains(&name) => "\n\n".to_string(),
            Some(name) if INLINE.contains(&name) => String::new(),
            _ => found[0].to_string(),
        }
    });
    let paragraphs = broken.split("\n\n").map(|paragraph| {
        let lines: Vec<&str> = paragraph.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    });
    let mut kept: Vec<String> = Vec::new();
    for paragraph in paragraphs.filter(|paragraph| !paragraph.is_empty()) {
        if REPEATED_HEADING.is_match(&paragraph) {
            *n_headings += 1;
        } else {
            kept.push(with_characters(&paragraph).into_owned());
        }
    }
    kept.join("\n\n")
}

/// The text with characters instead of entities. Unknown ones stay.
fn with_characters(text: &str) -> Cow<'_, str> {
    ENTITY.replace_all(text, |found: &Captures<'_>| {
        let code = |at: usize, radix: u32| {
            found.get(at).and_then(|digits| u32::from_str_radix(digits.as_str(), radix).ok()).and_then(char::from_u32)
        };
        let number = code(1, 10).or_else(|| code(2, 16)).filter(|c| !c.is_control()).map(String::from);
        let named = || match found.get(3)?.as_str() {
            "nbsp" => Some(" ".to_string()),
            name => resolve_predefined_entity(name).map(str::to_string),
        };
        number.or_else(named).unwrap_or_else(|| found[0].to_string())
    })
}
