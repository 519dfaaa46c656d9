//! Results as TEI, as Parla-CLARIN recommends it for records of parliaments.
//!
//! **Input:** opened results. **Output:** `DOCUMENT_ID.xml` for each document with turns, complete in itself: a header with the persons,
//! their organisations and the taxonomies of measures; a `u` for each turn, a `seg` for each paragraph, an `s` for each segment.
//! **Refused:** results without turns. **Left to others:** the folder (`place`).
//!
//! The tables hold the text of speech alone: headings, stage directions and bylines are not there, apart from the byline with which a
//! speaker is introduced, which is a `note`.

mod header;
mod text;
mod xml;

use plenary_corpus::findings::{CodedVariable, Target};
use plenary_tables::schema::ThemeRow;
use plenary_tables::{Results, Run};

use crate::meetings::{Known, Meeting, Meetings};
use crate::place::Place;
use crate::{ExportError, Exported, note_without_turns};

use xml::Xml;

/// What all files of an export share.
struct Shared<'r> {
    run: &'r Run,
    targets: &'r [Target],
    codes: &'r [CodedVariable],
    /// Id and label.
    themes: Vec<(String, String)>,
}

pub(crate) fn write(results: &Results, place: &Place) -> Result<Exported, ExportError> {
    let known = Known::of(results)?;
    let study = results.study();
    let shared = Shared { run: results.run(), targets: &study.targets, codes: &study.codes, themes: themes(results)? };
    let mut meetings = Meetings::of(results, &known)?;
    let (mut n_documents, mut n_turns) = (0, 0);
    while let Some(meeting) = meetings.next()? {
        n_documents += 1;
        n_turns += meeting.turns.len();
        let mut sheet = place.create(&format!("{}.xml", meeting.document.id))?;
        let mut xml = Xml::new(&mut sheet);
        let written = document(&mut xml, &shared, &known, &meeting);
        written.map_err(|source| sheet.error(source))?;
        sheet.finish()?;
    }
    if n_turns == 0 {
        return Err(ExportError::NoTurns);
    }
    let counts = vec![(n_documents, "document"), (n_turns, "turn")];
    Ok(Exported { counts, notes: note_without_turns(&meetings).into_iter().collect() })
}

fn document(xml: &mut Xml, shared: &Shared, known: &Known, meeting: &Meeting) -> std::io::Result<()> {
    xml.declaration()?;
    let id = id(&meeting.document.id);
    let mut attributes = vec![("xmlns", "http://www.tei-c.org/ns/1.0"), ("xml:id", id.as_str())];
    attributes.extend(meeting.document.language.as_deref().map(|language| ("xml:lang", language)));
    xml.open("TEI", &attributes)?;
    header::write(xml, shared, known, meeting)?;
    text::write(xml, shared, meeting)?;
    xml.close("TEI")
}

/// An id of the tables as one of XML, which does not begin with a digit.
fn id(id: &str) -> String {
    format!("d{id}")
}

/// The id of the category of a theme.
fn theme_id(theme: &str) -> String {
    format!("theme.{theme}")
}

/// The id of the category of a target, and of one of its labels.
fn stance_id(target: &Target, label: Option<&str>) -> String {
    match label {
        Some(label) => format!("stance.{}.{label}", target.id),
        None => format!("stance.{}", target.id),
    }
}

/// The id of the category of a variable of the study's own, and of one of its labels, by number: a label can be any text.
fn code_id(variable: &CodedVariable, label: Option<&str>) -> String {
    match label.and_then(|label| variable.position(label)) {
        Some(at) => format!("code.{}.{}", variable.id, at + 1),
        None => format!("code.{}", variable.id),
    }
}

/// The id of the category of a sentiment.
fn sentiment_id(label: &str) -> String {
    format!("sentiment.{label}")
}

/// The category of a turn that a person should check.
const NEEDS_REVIEW: &str = "needs_review";

/// The category of a role. Parla-CLARIN has `chair` and `regular`; the others are plenary's.
fn role_category(role: &str) -> &str {
    if role == "speaker" { "regular" } else { role }
}

fn themes(results: &Results) -> Result<Vec<(String, String)>, ExportError> {
    let frame = results.frame(ThemeRow::TABLE)?;
    let rows = ThemeRow::rows(&frame)?.into_iter();
    Ok(rows.map(|theme| (theme.theme_id.to_owned(), theme.name.unwrap_or(theme.label).to_owned())).collect())
}
