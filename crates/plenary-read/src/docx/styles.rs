//! The styles of a Word document.
//!
//! **Input:** the part that declares styles. **Output:** headings, bold, italic, hidden and lists of each style, with the styles
//! that it is based on.

use std::collections::HashMap;

use crate::xml::{Element, Seen, each};

/// Longest chain of base styles that is followed, because the chain may be circular.
const MOST_STYLES: usize = 20;

/// Styles by their ids.
pub(crate) type Styles = HashMap<String, Style>;

/// The properties that a style sets. Other properties come from its base.
#[derive(Debug, Default, Clone)]
pub(crate) struct Style {
    pub(crate) heading: Option<u8>,
    based_on: Option<String>,
    pub(crate) bold: Option<bool>,
    pub(crate) italic: Option<bool>,
    pub(crate) hidden: Option<bool>,
    pub(crate) list: Option<(String, usize)>,
}

/// A property of a style, or else of its bases.
pub(crate) fn resolve<T>(styles: &Styles, id: Option<&str>, get: impl Fn(&Style) -> Option<T>) -> Option<T> {
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

/// The level of a heading by the name of its style, which is "heading 1" or "Title" in every language of Word.
pub(crate) fn heading_level(name: &str) -> Option<u8> {
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
pub(crate) fn is_on(element: &Element) -> bool {
    !matches!(element.attribute("val"), Some("0" | "false" | "off" | "none"))
}

pub(crate) fn outline_level(element: &Element) -> Option<u8> {
    let level: u8 = element.attribute("val")?.parse().ok()?;
    (level < 6).then_some(level + 1)
}

/// Reads the part that declares the styles.
pub(crate) fn read(xml: &str) -> Result<Styles, String> {
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

pub(crate) fn level(element: &Element) -> usize {
    element.attribute("val").and_then(|level| level.parse().ok()).unwrap_or(0).min(8)
}
