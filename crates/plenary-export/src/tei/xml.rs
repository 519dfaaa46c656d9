//! Elements of XML, one line each where white space has no meaning.
//!
//! **Input:** elements, attributes and texts. **Output:** XML 1.0 in UTF-8. Characters that XML cannot hold become U+FFFD. Nothing is
//! refused.

use std::borrow::Cow;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::place::Sheet;

/// Attributes with their values.
pub(super) type Attributes<'a> = [(&'a str, &'a str)];

/// A file of XML.
pub(super) struct Xml<'s>(Writer<&'s mut Sheet>);

impl<'s> Xml<'s> {
    pub(super) fn new(sheet: &'s mut Sheet) -> Self {
        Self(Writer::new(sheet))
    }

    pub(super) fn declaration(&mut self) -> io::Result<()> {
        self.0.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        self.line()
    }

    fn line(&mut self) -> io::Result<()> {
        self.0.write_event(Event::Text(BytesText::from_escaped("\n")))
    }

    /// Opens an element that holds elements; a new line follows.
    pub(super) fn open(&mut self, name: &str, attributes: &Attributes) -> io::Result<()> {
        self.begin(name, attributes)?;
        self.line()
    }

    /// Ends an element; a new line follows.
    pub(super) fn close(&mut self, name: &str) -> io::Result<()> {
        self.end(name)?;
        self.line()
    }

    /// Opens an element in a text.
    pub(super) fn begin(&mut self, name: &str, attributes: &Attributes) -> io::Result<()> {
        self.0.write_event(Event::Start(element(name, attributes)))
    }

    /// Ends an element in a text.
    pub(super) fn end(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// Writes an empty element in a text.
    pub(super) fn empty(&mut self, name: &str, attributes: &Attributes) -> io::Result<()> {
        self.0.write_event(Event::Empty(element(name, attributes)))
    }

    /// Writes text.
    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.0.write_event(Event::Text(BytesText::new(&valid(text))))
    }

    /// Writes an element that holds text alone; a new line follows.
    pub(super) fn leaf(&mut self, name: &str, attributes: &Attributes, text: &str) -> io::Result<()> {
        self.begin(name, attributes)?;
        self.text(text)?;
        self.close(name)
    }
}

fn element<'n>(name: &'n str, attributes: &Attributes) -> BytesStart<'n> {
    let mut element = BytesStart::new(name);
    for (key, value) in attributes {
        element.push_attribute((*key, &*valid(value)));
    }
    element
}

/// The text without characters that XML 1.0 cannot hold.
fn valid(text: &str) -> Cow<'_, str> {
    let is_invalid = |c: char| {
        let is_control = c < ' ' && !matches!(c, '\t' | '\n' | '\r');
        is_control || matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    if text.contains(is_invalid) { text.replace(is_invalid, "\u{FFFD}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::valid;

    #[test]
    fn characters_that_xml_cannot_hold_are_replaced() {
        assert_eq!(valid("a\u{b}b\u{0}c\td\u{FFFF}"), "a\u{FFFD}b\u{FFFD}c\td\u{FFFD}");
        assert_eq!(valid("plain é 😀\n"), "plain é 😀\n");
    }
}
