//! TEI XML to documents, as corpora of parliaments write it (`ParlaMint`, Parla-CLARIN and similar spoken TEI).
//!
//! **Input:** the bytes of a `TEI` or `teiCorpus`. **Output:** a document for each `TEI` with text. A turn is a `u` (or `sp`);
//! text in notes, incidents and the like is not speech, and their types say what listeners do; the speaker is `who`, by the
//! header's list of persons and the printed label, with sex, party and affiliation on the day of the sitting. **Refused:** XML
//! that is not well-formed, with the place; other XML.

mod header;
mod people;
mod reactions;
mod text;
mod timeline;
mod turns;

use super::error::{Problem, ReadErrorKind};
use super::events::{self, Element, Sink};
use super::file::File;
use super::parts::Parts;
use super::source::{Part, Source};
use super::{Options, decode, detect, html};
use plenary_corpus::{Document, Format, FrontMatter as Heading};

use plenary_names::lexicon::Lexicon;

use header::Header;
use text::Text;

pub(crate) use header::two_letters;
pub(crate) use turns::readable;

pub(crate) use people::VARIABLES;

/// Root elements of TEI.
const ROOTS: [&str; 3] = ["TEI", "teiCorpus", "TEI.2"];

/// Whether a file is XML: it has an XML declaration, or a root element of TEI, or the extension of TEI and a tag at its
/// start. HTML is not.
pub(crate) fn is_xml(file: &File<'_>) -> bool {
    let text = file.text().trim_start();
    if !text.starts_with('<') || html::is_html(file) {
        return false;
    }
    text.starts_with("<?xml")
        || file.has_extension_of(Format::Tei)
        || events::root(file).is_some_and(|root| ROOTS.contains(&root.as_str()))
}

/// Names of the files with the persons and organisations of a corpus, for a file of it: the component
/// `ParlaMint-XX_2020-01-01.xml` is beside or below `ParlaMint-XX-listPerson.xml`.
pub(crate) fn companions(stem: &str) -> Vec<String> {
    let Some((corpus, _)) = stem.split_once('_') else { return Vec::new() };
    let lists = ["-listPerson.xml", "-listOrg.xml", ".xml"].map(|end| format!("{corpus}{end}"));
    let above = lists.each_ref().map(|name| format!("../{name}"));
    lists.into_iter().chain(above).collect()
}

/// Reads TEI.
///
/// # Errors
/// [`ReadErrorKind::Xml`] with line and column where the XML is not well-formed, [`ReadErrorKind::Entities`],
/// [`ReadErrorKind::NotTei`], and [`ReadErrorKind::NoTextInTei`] if no `TEI` has text.
pub(crate) fn read(file: &File<'_>, options: &Options) -> Result<Vec<Document>, Problem> {
    let decoded = decode::decode_xml(file.bytes);
    detect::check_text(&decoded.text, file.bytes)?;
    let mut walk = Walk::default();
    let mut warnings = Vec::new();
    for companion in &options.companions {
        let mut lists = Walk { is_companion: true, header: std::mem::take(&mut walk.header), ..Walk::default() };
        let text = decode::decode_xml(&companion.bytes).text;
        if events::walk(&text, &mut lists).is_err() {
            warnings
                .push(format!("`{}` beside the file is damaged; its persons were read only in part", companion.name));
        }
        walk.header = lists.header.only_lists();
    }
    events::walk(&decoded.text, &mut walk)?;
    let parts = walk.finish(&options.lexicon);
    if parts.is_empty() {
        return Err(ReadErrorKind::NoTextInTei.into());
    }
    let source = Source::new(file.path, file.bytes, Format::Tei, decoded.encoding);
    let several = parts.len() > 1;
    let documents = parts.into_iter().map(|(name, mut parts)| {
        parts.warnings.extend(warnings.iter().cloned());
        source.document(several.then_some(Part(&name)), parts)
    });
    Ok(documents.collect())
}

/// The state of reading: which elements are open, what the headers declare, the text so far.
#[derive(Default)]
struct Walk {
    /// Names of the open elements.
    open: Vec<String>,
    header: Header,
    body: Option<Text>,
    /// Number of open elements from the innermost list of persons or organisations, which belongs to the header wherever
    /// it stands.
    list_depth: usize,
    /// The file only lists persons and organisations of another one.
    is_companion: bool,
    /// Name of the `TEI` that is open.
    part: String,
    /// Texts with the front matter of their headers. Their speakers are found once the whole file is read, as lists of
    /// persons may follow the text.
    finished: Vec<(String, Text, Heading)>,
}

impl Walk {
    fn finish(self, lexicon: &Lexicon) -> Vec<(String, Parts)> {
        let Self { header, finished, .. } = self;
        let texts = finished.into_iter().map(|(name, text, heading)| (name, text.finish(&header, heading, lexicon)));
        texts.filter(|(_, parts)| !parts.lines.is_empty()).collect()
    }

    fn parent_is_tei(&self) -> bool {
        self.open.last().is_some_and(|parent| parent == "TEI" || parent == "TEI.2")
    }
}

impl Sink for Walk {
    fn open(&mut self, element: Element, _line: usize) -> Result<(), ReadErrorKind> {
        let name = element.name.clone();
        if self.open.is_empty() && !self.is_companion && !ROOTS.contains(&name.as_str()) {
            return Err(ReadErrorKind::NotTei { root: name });
        }
        let is_list = self.list_depth > 0 || matches!(name.as_str(), "listPerson" | "listOrg");
        if is_list {
            self.list_depth += 1;
            self.header.open(&element, self.open.last().map(String::as_str));
        } else if matches!(name.as_str(), "TEI" | "TEI.2") {
            self.header.begin_document();
            self.header.language(&element);
            self.part = element.get("xml:id").map_or_else(|| (self.finished.len() + 1).to_string(), str::to_string);
        } else if name == "teiCorpus" {
            self.header.language(&element);
        } else if let Some(body) = &mut self.body {
            if name == "body" || name == "text" {
                self.header.language(&element);
            }
            body.open(&element, &mut self.header);
        } else if name == "text" && self.parent_is_tei() {
            self.header.language(&element);
            self.body = Some(Text::default());
        } else {
            self.header.open(&element, self.open.last().map(String::as_str));
        }
        self.open.push(name);
        Ok(())
    }

    /// Ends the innermost element; the parser has checked its name.
    fn close(&mut self) {
        let Some(name) = self.open.pop() else { return };
        if self.list_depth > 0 {
            self.list_depth -= 1;
            self.header.close(&name, self.open.last().map(String::as_str));
            return;
        }
        let ends_text = name == "text" && self.parent_is_tei();
        match &mut self.body {
            Some(_) if ends_text => {
                if let Some(body) = self.body.take() {
                    let heading = self.header.heading();
                    self.finished.push((self.part.clone(), body, heading));
                }
            }
            Some(body) => body.close(&name),
            None => self.header.close(&name, self.open.last().map(String::as_str)),
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.body {
            Some(body) if self.list_depth == 0 => body.characters(text),
            _ => self.header.characters(text),
        }
    }
}

#[cfg(test)]
mod tests;
