//! The headers of TEI.
//!
//! **Input:** elements and text of headers, one by one. **Output:** title, date, language, persons and points in time.

use std::collections::HashMap;

use jiff::civil::Date;
use plenary_corpus::text::collapse_white_space;

use super::Element;
use super::timeline::Timeline;

/// A person of the header's list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) title: Option<String>,
}

/// What the headers have declared so far. Persons and times belong to the whole file, the rest to one `TEI`.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) persons: HashMap<String, Person>,
    pub(crate) timeline: Timeline,
    titles: Vec<Title>,
    setting_date: Option<Date>,
    source_date: Option<Date>,
    /// Date printed at the head of the text.
    pub(crate) printed_date: Option<Date>,
    language: Option<String>,
    depth: usize,
    setting: Option<usize>,
    source: Option<usize>,
    /// Texts of the open elements.
    texts: Vec<String>,
    title: Option<(Option<String>, Option<String>)>,
    person: Option<(usize, String)>,
    parts: NameParts,
}

#[derive(Debug)]
struct Title {
    kind: Option<String>,
    language: Option<String>,
    text: String,
}

#[derive(Debug, Default)]
struct NameParts {
    role: Vec<String>,
    given: Vec<String>,
    link: Vec<String>,
    family: Vec<String>,
    generation: Vec<String>,
}

impl Header {
    /// A `TEI` begins: the title and date of an enclosing corpus are not its own.
    pub(crate) fn begin_document(&mut self) {
        self.titles.clear();
        self.setting_date = None;
        self.source_date = None;
        self.printed_date = None;
    }

    /// Reads the language of `TEI`, `text` or `body`. The innermost takes precedence.
    pub(crate) fn language(&mut self, element: &Element) {
        if let Some(code) = element.get("xml:lang").and_then(two_letters) {
            self.language = Some(code);
        }
    }

    pub(crate) fn open(&mut self, element: &Element, parent: Option<&str>) {
        self.depth += 1;
        self.texts.push(String::new());
        match element.name.as_str() {
            "setting" => self.setting = self.setting.or(Some(self.depth)),
            "sourceDesc" => self.source = self.source.or(Some(self.depth)),
            "date" => {
                let date = date_of(element);
                if self.setting.is_some() {
                    self.setting_date = self.setting_date.or(date);
                } else if self.source.is_some() && matches!(parent, Some("bibl" | "biblStruct" | "imprint")) {
                    self.source_date = self.source_date.or(date);
                }
            }
            "title" if parent == Some("titleStmt") => {
                let owned = |name| element.get(name).map(str::to_string);
                self.title = Some((owned("type"), owned("xml:lang").as_deref().and_then(two_letters)));
            }
            "person" | "personGrp" => {
                if let Some(id) = element.get("xml:id") {
                    self.person = Some((self.depth, id.to_string()));
                }
            }
            "persName" => self.parts = NameParts::default(),
            "timeline" | "when" => self.timeline.add(element),
            _ => {}
        }
    }

    pub(crate) fn close(&mut self, name: &str, parent: Option<&str>) {
        let text = self.texts.pop().unwrap_or_default();
        let text = collapse_white_space(&text);
        match name {
            "title" if parent == Some("titleStmt") => {
                if let Some((kind, language)) = self.title.take()
                    && !text.is_empty()
                {
                    self.titles.push(Title { kind, language, text: text.clone() });
                }
            }
            "roleName" => self.parts.role.push(text.clone()),
            "forename" => self.parts.given.push(text.clone()),
            "nameLink" => self.parts.link.push(text.clone()),
            "surname" => self.parts.family.push(text.clone()),
            "genName" => self.parts.generation.push(text.clone()),
            "persName" if matches!(parent, Some("person" | "personGrp")) => {
                let parts = std::mem::take(&mut self.parts);
                if let Some((_, id)) = &self.person
                    && !text.is_empty()
                {
                    // The first name is used; others are of other times or languages.
                    self.persons.entry(id.clone()).or_insert_with(|| person(parts, &text));
                }
            }
            _ => {}
        }
        if self.setting == Some(self.depth) {
            self.setting = None;
        }
        if self.source == Some(self.depth) {
            self.source = None;
        }
        if self.person.as_ref().is_some_and(|(depth, _)| *depth == self.depth) {
            self.person = None;
        }
        self.depth = self.depth.saturating_sub(1);
        if let Some(outer) = self.texts.last_mut()
            && is_short(parent)
        {
            outer.push(' ');
            outer.push_str(&text);
        }
    }

    pub(crate) fn characters(&mut self, text: &str) {
        if let Some(open) = self.texts.last_mut() {
            open.push_str(text);
        }
    }

    pub(crate) fn date(&self) -> Option<Date> {
        self.setting_date.or(self.source_date).or(self.printed_date)
    }

    pub(crate) fn language_code(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// The main title, in the document's language if there are several.
    pub(crate) fn title(&self) -> Option<&str> {
        let is_main = |title: &&Title| title.kind.as_deref().is_none_or(|kind| kind == "main");
        let is_own = |title: &&Title| title.language.is_some() && title.language == self.language;
        let titles = || self.titles.iter();
        let best = titles().filter(is_main).find(is_own).or(titles().find(is_main)).or(titles().next());
        best.map(|title| title.text.as_str())
    }
}

/// Elements whose text includes that of the elements inside them.
fn is_short(name: Option<&str>) -> bool {
    matches!(name, Some("title" | "persName" | "roleName" | "forename" | "surname" | "nameLink" | "genName"))
}

fn person(parts: NameParts, text: &str) -> Person {
    let named = [parts.given, parts.link, parts.family, parts.generation].concat();
    let named: Vec<String> = named.into_iter().filter(|part| !part.is_empty()).collect();
    let title = (!named.is_empty() && !parts.role.is_empty()).then(|| parts.role.join(", "));
    Person { name: if named.is_empty() { text.to_string() } else { named.join(" ") }, title }
}

/// The day of `when`, or of `from` where a span of time begins.
pub(crate) fn date_of(element: &Element) -> Option<Date> {
    let when = element.get("when").or(element.get("from")).or(element.get("when-iso"))?;
    when.get(..10)?.parse().ok()
}

/// ISO 639-1 code of a language tag: `en`, `en-GB`, `eng`.
fn two_letters(tag: &str) -> Option<String> {
    let code = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    let language = isolang::Language::from_639_1(&code).or_else(|| isolang::Language::from_639_3(&code))?;
    language.to_639_1().map(str::to_string)
}
