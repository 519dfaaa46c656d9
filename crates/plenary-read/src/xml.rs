//! Reading XML as events with local names, attributes and text.
//!
//! **Input:** decoded XML. **Output:** its events, one by one. **Refused:** XML that is not well-formed or nests
//! more than 1,000 elements, with the offset. Only the five predefined entities of XML are expanded, so text cannot grow, and nothing outside the file is
//! read.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// An event. Names have no prefix.
pub(crate) enum Seen {
    Start(Element),
    End(String),
    Text(String),
}

/// The local name of an element, and its attributes by their local names.
pub(crate) struct Element {
    pub(crate) name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Largest depth of nested elements. Documents nest some dozens deep; readers look through the open elements.
const DEEPEST: usize = 1000;

/// Calls `see` for every element and text of `xml`; an empty element starts and ends.
///
/// # Errors
/// The reason why the XML is not well-formed, and the offset.
pub(crate) fn each(xml: &str, mut see: impl FnMut(Seen)) -> Result<(), String> {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0usize;
    loop {
        let at = reader.buffer_position();
        let place = |problem: &dyn std::fmt::Display| format!("at byte {at} of its XML: {problem}");
        match reader.read_event().map_err(|error| place(&error))? {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(place(&format!("elements nest more than {DEEPEST} deep")));
                }
                see(Seen::Start(element(&start).map_err(|error| place(&error))?));
            }
            Event::Empty(start) => {
                let element = element(&start).map_err(|error| place(&error))?;
                let name = element.name.clone();
                see(Seen::Start(element));
                see(Seen::End(name));
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                see(Seen::End(end.local_name().as_ref().to_string()));
            }
            Event::Text(text) => see(Seen::Text(text.to_string())),
            Event::CData(text) => see(Seen::Text(text.to_string())),
            Event::GeneralRef(entity) => {
                let text = match entity.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => named(&entity).to_string(),
                };
                see(Seen::Text(text));
            }
            Event::Eof if depth > 0 => return Err(place(&format!("it ends with {depth} elements open"))),
            Event::Eof => return Ok(()),
            Event::Decl(_) | Event::DocType(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
}

fn named(entity: &str) -> &'static str {
    match entity {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "\u{FFFD}",
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, quick_xml::Error> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).unwrap_or_else(|_| attribute.value.clone());
        attributes.push((attribute.key.local_name().as_ref().to_string(), value.into_owned()));
    }
    Ok(Element { name: start.local_name().as_ref().to_string(), attributes })
}
