//! The headers of TEI.
//!
//! **Input:** elements and text of headers and of lists, one by one. **Output:** title, session, date, language, persons and
//! points in time.

use jiff::civil::Date;
use plenary_corpus::FrontMatter;
use plenary_corpus::text::collapse_white_space;

use super::Element;
use super::people::{Affiliation, BIRTH, EDUCATION, Name, OCCUPATION, Period, Register, Relation, first_reference};
use super::timeline::{Timeline, id_of};

/// What the headers have declared so far. Persons and times belong to the whole file, the rest to one `TEI`.
#[derive(Debug, Default)]
pub(crate) struct Header {
    pub(crate) register: Register,
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
    meeting: Option<MeetingKind>,
    meetings: Vec<(MeetingKind, String)>,
    person: Option<(usize, String)>,
    organisation: Option<(usize, String)>,
    affiliation: Option<Affiliation>,
    /// Language of the open name of an organisation, and whether it is short.
    org_name: (Option<String>, bool),
    parts: NameParts,
}

#[derive(Debug)]
struct Title {
    kind: Option<String>,
    language: Option<String>,
    text: String,
}

/// What a `meeting` of the header numbers, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MeetingKind {
    Session,
    Meeting,
    Sitting,
    Unknown,
    /// The term of the parliament, or the house.
    Other,
}

impl MeetingKind {
    fn of(element: &Element) -> Self {
        let categories = element.get("ana").unwrap_or_default().split_whitespace().map(id_of);
        let kinds = categories.filter_map(|category| match category.rsplit('.').next() {
            Some("session") => Some(Self::Session),
            Some("meeting") => Some(Self::Meeting),
            Some("sitting") => Some(Self::Sitting),
            _ => None,
        });
        kinds.min().unwrap_or(if element.get("ana").is_some() { Self::Other } else { Self::Unknown })
    }
}

#[derive(Debug, Default)]
struct NameParts {
    period: Period,
    role: Vec<String>,
    given: Vec<String>,
    link: Vec<String>,
    family: Vec<String>,
    generation: Vec<String>,
}

impl Header {
    /// A header that knows only the lists of this one.
    pub(crate) fn only_lists(self) -> Self {
        Self { register: self.register, ..Self::default() }
    }

    /// A `TEI` begins: the title and date of an enclosing corpus are not its own.
    pub(crate) fn begin_document(&mut self) {
        self.titles.clear();
        self.meetings.clear();
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
            "persName" => self.parts = NameParts { period: Period::of(element), ..NameParts::default() },
            "sex" => self.set_sex(element.get("value")),
            "birth" => {
                let when = ["when", "when-iso", "notBefore"].iter().find_map(|name| element.get(name));
                self.set_variable(BIRTH, when);
            }
            "relation" if matches!(parent, Some("listRelation" | "listOrg")) => self.relate(element),
            "affiliation" if self.person.is_some() => {
                self.affiliation = Some(Affiliation {
                    organisation: element.get("ref").or(element.get("target")).and_then(first_reference),
                    role: element.get("role").map(str::to_string),
                    period: Period::of(element),
                    ..Affiliation::default()
                });
            }
            "org" => self.begin_organisation(element),
            "orgName" => {
                let is_short = |kind: &str| matches!(kind, "abb" | "abbr" | "init" | "initials" | "short");
                self.org_name = (
                    element.get("xml:lang").and_then(two_letters),
                    element.get("full").or(element.get("type")).is_some_and(is_short),
                );
            }
            "meeting" => self.meeting = Some(MeetingKind::of(element)),
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
            "meeting" => {
                if let Some(kind) = self.meeting.take()
                    && !text.is_empty()
                {
                    self.meetings.push((kind, text.clone()));
                }
            }
            "roleName" if self.affiliation.is_some() => {
                if let Some(affiliation) = self.affiliation.as_mut().filter(|_| !text.is_empty()) {
                    affiliation.role_name.get_or_insert(text.clone());
                }
            }
            "orgName" | "org" | "name" if self.affiliation.is_some() => {
                if let Some(affiliation) = self.affiliation.as_mut().filter(|_| !text.is_empty()) {
                    affiliation.text.get_or_insert(text.clone());
                }
            }
            "affiliation" => self.end_affiliation(&text),
            "sex" => self.set_sex(Some(text.as_str()).filter(|text| !text.is_empty())),
            "birth" | "occupation" | "education" if matches!(parent, Some("person" | "personGrp")) => {
                let variable = match name {
                    "birth" => BIRTH,
                    "occupation" => OCCUPATION,
                    _ => EDUCATION,
                };
                self.set_variable(variable, Some(text.as_str()).filter(|text| !text.is_empty()));
            }
            "orgName" if parent == Some("org") => {
                let (language, is_short) = std::mem::take(&mut self.org_name);
                if let Some((_, id)) = &self.organisation
                    && !text.is_empty()
                {
                    self.register.organisation(id).names.push((language, is_short, text.clone()));
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
                    self.register.person(id).names.push(name_of(parts, &text));
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
        if self.organisation.as_ref().is_some_and(|(depth, _)| *depth == self.depth) {
            self.organisation = None;
        }
        self.depth = self.depth.saturating_sub(1);
        if let Some(outer) = self.texts.last_mut()
            && is_short(parent)
            && name != "note"
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

    fn set_sex(&mut self, value: Option<&str>) {
        if let (Some((_, id)), Some(value)) = (&self.person, value) {
            self.register.person(id).sex.get_or_insert(value.to_string());
        }
    }

    fn set_variable(&mut self, name: &str, value: Option<&str>) {
        if let (Some((_, id)), Some(value)) = (&self.person, value) {
            self.register.person(id).variables.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }

    /// Reads that parties form the government or the opposition.
    fn relate(&mut self, element: &Element) {
        let name = element.get("name").unwrap_or_default().to_ascii_lowercase();
        let status = match name.as_str() {
            "coalition" | "government" => "coalition",
            "opposition" => "opposition",
            _ => return,
        };
        // The parties of the opposition are active against the government, which is passive.
        let references = element.get("mutual").or(element.get("active")).unwrap_or_default();
        let organisations = references.split_whitespace().map(|id| id_of(id).to_owned()).collect();
        self.register.relate(Relation { organisations, status, period: Period::of(element) });
    }

    fn begin_organisation(&mut self, element: &Element) {
        if let Some(id) = element.get("xml:id").filter(|_| self.person.is_none()) {
            self.organisation = Some((self.depth, id.to_string()));
            let kind = element.get("role").or(element.get("type")).map(str::to_string);
            self.register.organisation(id).kind = kind;
        }
    }

    fn end_affiliation(&mut self, text: &str) {
        let (Some(mut affiliation), Some((_, id))) = (self.affiliation.take(), &self.person) else { return };
        if affiliation.text.is_none() && !text.is_empty() {
            affiliation.text = Some(text.to_string());
        }
        self.register.person(id).affiliations.push(affiliation);
    }

    /// What the header declares of the text below it.
    pub(crate) fn heading(&self) -> FrontMatter {
        FrontMatter {
            title: self.title().map(str::to_string),
            session: self.session(),
            date: self.setting_date.or(self.source_date).or(self.printed_date),
            language: self.language.clone(),
            ..FrontMatter::default()
        }
    }

    /// The session, meeting or sitting. Elements of the same kind are those of several languages; the first is used.
    fn session(&self) -> Option<String> {
        let kinds = self.meetings.iter().filter(|(kind, _)| *kind != MeetingKind::Other);
        kinds.min_by_key(|(kind, _)| *kind).map(|(_, text)| text.clone())
    }

    /// The title of the document, in its language if there are several. That is the main title, unless this names the
    /// corpus: then it has no number or date, and the title below it has.
    fn title(&self) -> Option<&str> {
        let is_main = |title: &&Title| title.kind.as_deref().is_none_or(|kind| kind == "main");
        let is_own = |title: &&Title| title.language.is_some() && title.language == self.language;
        let titles = || self.titles.iter();
        let main = titles().filter(is_main).find(is_own).or(titles().find(is_main)).or(titles().next());
        let is_sub = |title: &&Title| title.kind.as_deref() == Some("sub");
        let sub = titles().filter(is_sub).find(is_own).or(titles().find(is_sub));
        let has_number = |title: &&Title| title.text.contains(|c: char| c.is_numeric());
        let is_of_corpus = main.is_some_and(|main| !has_number(&main));
        sub.filter(|sub| is_of_corpus && has_number(sub)).or(main).map(|title| title.text.as_str())
    }
}

/// Elements whose text includes that of the elements inside them.
fn is_short(name: Option<&str>) -> bool {
    matches!(name, Some("title" | "persName" | "roleName" | "forename" | "surname" | "nameLink" | "genName"))
}

fn name_of(parts: NameParts, text: &str) -> Name {
    let named = [parts.given, parts.link, parts.family, parts.generation].concat();
    let named: Vec<String> = named.into_iter().filter(|part| !part.is_empty()).collect();
    let title = (!named.is_empty() && !parts.role.is_empty()).then(|| parts.role.join(", "));
    let text = if named.is_empty() { surname_last(text) } else { named.join(" ") };
    Name { text, title, period: parts.period }
}

/// A name as lists write it, with the surname before a comma, in the usual order.
fn surname_last(text: &str) -> String {
    match text.split_once(',') {
        Some((surname, given)) if !given.contains(',') && !given.trim().is_empty() && !surname.trim().is_empty() => {
            format!("{} {}", given.trim(), surname.trim())
        }
        _ => text.to_string(),
    }
}

/// The day of `when`, or of `from` where a span of time begins.
pub(crate) fn date_of(element: &Element) -> Option<Date> {
    let when = element.get("when").or(element.get("from")).or(element.get("when-iso"))?;
    when.get(..10)?.parse().ok()
}

/// ISO 639-1 code of a language tag: `en`, `en-GB`, `eng`.
pub(crate) fn two_letters(tag: &str) -> Option<String> {
    let code = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    let language = isolang::Language::from_639_1(&code).or_else(|| isolang::Language::from_639_3(&code))?;
    language.to_639_1().map(str::to_string)
}
