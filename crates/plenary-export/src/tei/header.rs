//! The header of a TEI file.
//!
//! **Input:** a document with its turns, the people in it, and the run. **Output:** `teiHeader`: title, source, taxonomies, setting, and
//! the lists of organisations and persons that the turns refer to. Nothing is refused.

use std::io;

use super::xml::Xml;
use super::{NEEDS_REVIEW, Shared, code_id, id, sentiment_id, stance_id, theme_id};
use crate::details::{Document, Speaker};
use crate::meetings::{Known, Meeting};

pub(super) fn write(xml: &mut Xml, shared: &Shared, known: &Known, meeting: &Meeting) -> io::Result<()> {
    xml.open("teiHeader", &[])?;
    file(xml, shared, meeting)?;
    encoding(xml, shared)?;
    profile(xml, meeting.document, known.speakers_of(&meeting.document.id))?;
    xml.close("teiHeader")
}

fn file(xml: &mut Xml, shared: &Shared, meeting: &Meeting) -> io::Result<()> {
    let document = meeting.document;
    let title = document.title.as_deref().unwrap_or(&document.path);
    xml.open("fileDesc", &[])?;
    xml.open("titleStmt", &[])?;
    xml.leaf("title", &[("type", "main")], title)?;
    let meetings = [("#event", &document.event), ("#panel", &document.panel), ("#parla.session", &document.session)];
    for (kind, name) in meetings {
        if let Some(name) = name {
            xml.leaf("meeting", &[("ana", kind)], name)?;
        }
    }
    xml.close("titleStmt")?;
    xml.open("extent", &[])?;
    let n_words: u64 = meeting.turns.iter().map(|turn| u64::from(turn.n_words)).sum();
    for (unit, n) in [("speeches", meeting.turns.len() as u64), ("words", n_words)] {
        let n = n.to_string();
        xml.leaf("measure", &[("unit", unit), ("quantity", &n)], &format!("{n} {unit}"))?;
    }
    xml.close("extent")?;
    xml.open("publicationStmt", &[])?;
    let version = &shared.run.plenary_version;
    let text = format!("Exported from results of plenary {version}. The rights in the text are those of the source.");
    xml.leaf("p", &[], &text)?;
    xml.close("publicationStmt")?;
    xml.open("sourceDesc", &[])?;
    xml.open("bibl", &[])?;
    xml.leaf("title", &[], title)?;
    xml.leaf("idno", &[("type", "path")], &document.path)?;
    xml.leaf("idno", &[("type", "document_id")], &document.id)?;
    if let Some(date) = &document.date {
        xml.leaf("date", &[("when", date)], date)?;
    }
    xml.close("bibl")?;
    xml.close("sourceDesc")?;
    xml.close("fileDesc")
}

fn encoding(xml: &mut Xml, shared: &Shared) -> io::Result<()> {
    xml.open("encodingDesc", &[])?;
    xml.open("classDecl", &[])?;
    taxonomy(
        xml,
        "speaker_types",
        "Roles of speakers",
        [
            ("chair".into(), "Conducts the meeting".into()),
            ("regular".into(), "Speaks or answers".into()),
            ("questioner".into(), "Asks".into()),
            ("interjector".into(), "Interrupts the turn of another person".into()),
            ("unknown".into(), "The document does not say who it is".into()),
        ],
    )?;
    taxonomy(
        xml,
        "meetings",
        "What the names of meetings name",
        [
            ("event".into(), "Event at which the speeches were given".into()),
            ("panel".into(), "Panel, committee or body".into()),
            ("parla.session".into(), "Session or sitting".into()),
        ],
    )?;
    taxonomy(
        xml,
        "turns",
        "Marks of turns. The attribute cert is the probability that a turn has the right bounds and the right speaker.",
        [(NEEDS_REVIEW.into(), "A person should check this turn".into())],
    )?;
    taxonomy(
        xml,
        "sentiment",
        "Sentiment of segments. The measure is the probability of positive minus that of negative.",
        ["negative", "neutral", "positive"].map(|label| (sentiment_id(label), label.to_owned())),
    )?;
    if !shared.targets.is_empty() {
        stances(xml, shared)?;
    }
    if !shared.codes.is_empty() {
        codes(xml, shared)?;
    }
    if !shared.themes.is_empty() {
        let themes = shared.themes.iter().map(|(theme, label)| (theme_id(theme), label.clone()));
        taxonomy(
            xml,
            "themes",
            "Themes of segments. The measure is the probability that the segment belongs to the theme.",
            themes,
        )?;
    }
    xml.close("classDecl")?;
    xml.open("appInfo", &[])?;
    xml.open("application", &[("ident", "plenary"), ("version", &shared.run.plenary_version)])?;
    let models: Vec<&str> = shared.run.models.iter().map(|model| model.id.as_str()).collect();
    xml.leaf("label", &[], "plenary")?;
    xml.leaf("desc", &[], &format!("Run {}, models {}", shared.run.run_id, models.join(", ")))?;
    xml.close("application")?;
    xml.close("appInfo")?;
    xml.close("encodingDesc")
}

fn taxonomy(
    xml: &mut Xml,
    id: &str,
    description: &str,
    categories: impl IntoIterator<Item = (String, String)>,
) -> io::Result<()> {
    xml.open("taxonomy", &[("xml:id", id)])?;
    xml.leaf("desc", &[], description)?;
    for (id, text) in categories {
        xml.open("category", &[("xml:id", &id)])?;
        xml.leaf("catDesc", &[], &text)?;
        xml.close("category")?;
    }
    xml.close("taxonomy")
}

fn stances(xml: &mut Xml, shared: &Shared) -> io::Result<()> {
    xml.open("taxonomy", &[("xml:id", "stance")])?;
    let text = "Stance of segments towards propositions. The measure is the probability of favor minus that of against. A segment without \
                a category has no label: it is off the topic, or the coder is unsure.";
    xml.leaf("desc", &[], text)?;
    for target in shared.targets {
        xml.open("category", &[("xml:id", &stance_id(target, None))])?;
        xml.leaf("catDesc", &[], &target.proposition)?;
        for label in ["favor", "against", "neither"] {
            xml.open("category", &[("xml:id", &stance_id(target, Some(label)))])?;
            xml.leaf("catDesc", &[], label)?;
            xml.close("category")?;
        }
        xml.close("category")?;
    }
    xml.close("taxonomy")
}

fn codes(xml: &mut Xml, shared: &Shared) -> io::Result<()> {
    xml.open("taxonomy", &[("xml:id", "codes")])?;
    let text = "Labels of segments for variables of the study's own. The measure is the probability of the label. A segment without a category \
                has no label.";
    xml.leaf("desc", &[], text)?;
    for variable in shared.codes {
        xml.open("category", &[("xml:id", &code_id(variable, None)), ("n", &variable.id)])?;
        xml.leaf("catDesc", &[], &variable.definition)?;
        for label in &variable.labels {
            xml.open("category", &[("xml:id", &code_id(variable, Some(label)))])?;
            xml.leaf("catDesc", &[], label)?;
            xml.close("category")?;
        }
        xml.close("category")?;
    }
    xml.close("taxonomy")
}

fn profile(xml: &mut Xml, document: &Document, speakers: &[Speaker]) -> io::Result<()> {
    xml.open("profileDesc", &[])?;
    if let Some(language) = &document.language {
        xml.open("langUsage", &[])?;
        xml.leaf("language", &[("ident", language)], language)?;
        xml.close("langUsage")?;
    }
    if document.event.is_some() || document.date.is_some() {
        xml.open("settingDesc", &[])?;
        xml.open("setting", &[])?;
        if let Some(event) = &document.event {
            xml.leaf("name", &[("type", "event")], event)?;
        }
        if let Some(date) = &document.date {
            xml.leaf("date", &[("when", date)], date)?;
        }
        xml.close("setting")?;
        xml.close("settingDesc")?;
    }
    if !speakers.is_empty() {
        xml.open("particDesc", &[])?;
        let organisations = Organisations::of(speakers);
        organisations.write(xml)?;
        xml.open("listPerson", &[])?;
        for speaker in speakers {
            person(xml, speaker, &organisations)?;
        }
        xml.close("listPerson")?;
        xml.close("particDesc")?;
    }
    xml.close("profileDesc")
}

/// The parties and other organisations of the people of a document, in the order of their first mention.
#[derive(Default)]
struct Organisations<'s> {
    parties: Vec<&'s str>,
    others: Vec<&'s str>,
}

impl<'s> Organisations<'s> {
    fn of(speakers: &'s [Speaker]) -> Self {
        let mut found = Self::default();
        for speaker in speakers {
            let lists = [(&mut found.parties, &speaker.facts.party), (&mut found.others, &speaker.facts.affiliation)];
            for (list, name) in lists {
                if let Some(name) = name.as_deref().filter(|name| !list.contains(name)) {
                    list.push(name);
                }
            }
        }
        found
    }

    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        if self.parties.is_empty() && self.others.is_empty() {
            return Ok(());
        }
        xml.open("listOrg", &[])?;
        for (prefix, role, names) in [("party", "politicalParty", &self.parties), ("org", "organisation", &self.others)]
        {
            for (n, name) in (1..).zip(names) {
                xml.open("org", &[("xml:id", &format!("{prefix}.{n}")), ("role", role)])?;
                xml.leaf("orgName", &[], name)?;
                xml.close("org")?;
            }
        }
        xml.close("listOrg")
    }

    fn reference(prefix: &str, names: &[&str], name: &str) -> String {
        // Every name was collected before.
        let n = names.iter().position(|known| *known == name).map_or(0, |at| at + 1);
        format!("#{prefix}.{n}")
    }
}

fn person(xml: &mut Xml, speaker: &Speaker, organisations: &Organisations) -> io::Result<()> {
    let facts = &speaker.facts;
    xml.open("person", &[("xml:id", &id(&speaker.id))])?;
    xml.leaf("persName", &[], &speaker.name)?;
    if let Some(honorific) = &facts.honorific {
        xml.leaf("note", &[("type", "honorific")], honorific)?;
    }
    if let Some(sex) = &facts.sex {
        xml.leaf("sex", &[], sex)?;
    }
    if let Some(party) = &facts.party {
        let reference = Organisations::reference("party", &organisations.parties, party);
        xml.begin("affiliation", &[("ref", &reference), ("role", "member")])?;
        xml.close("affiliation")?;
    }
    if facts.title.is_some() || facts.affiliation.is_some() {
        let reference =
            facts.affiliation.as_deref().map(|name| Organisations::reference("org", &organisations.others, name));
        let attributes: Vec<(&str, &str)> = reference.iter().map(|reference| ("ref", reference.as_str())).collect();
        xml.begin("affiliation", &attributes)?;
        if let Some(title) = &facts.title {
            xml.begin("roleName", &[])?;
            xml.text(title)?;
            xml.end("roleName")?;
        }
        xml.close("affiliation")?;
    }
    for (kind, place) in [("country", &facts.country), ("placeName", &facts.constituency)] {
        if let Some(place) = place {
            xml.begin("affiliation", &[("role", "representative")])?;
            xml.begin(kind, &[])?;
            xml.text(place)?;
            xml.end(kind)?;
            xml.close("affiliation")?;
        }
    }
    for (name, value) in speaker.variables.iter().filter(|(_, value)| !value.is_null()) {
        xml.open("trait", &[])?;
        xml.leaf("label", &[], name)?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        xml.leaf("desc", &[], &text)?;
        xml.close("trait")?;
    }
    xml.leaf("idno", &[("type", "person_id")], &speaker.person_id)?;
    xml.close("person")
}
