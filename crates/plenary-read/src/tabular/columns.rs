//! Which column of a table means what: by the study's names, or by the names that such columns usually have.

use crate::Columns;
use crate::ReadError;

/// Usual names of each column, the surest first. Letters and digits count alone: `Speaker_Name` is `speakername`.
const TEXT: &[&str] = &[
    "text",
    "speech",
    "speechtext",
    "utterance",
    "utterancetext",
    "content",
    "body",
    "transcript",
    "remarks",
    "statement",
    "segment",
    "sentence",
    "paragraph",
];
const SPEAKER: &[&str] = &["speaker", "speakername", "name", "fullname", "who", "speakerlabel"];
const SPEAKER_ID: &[&str] = &["speakerid", "personid", "whoid"];
const DOCUMENT: &[&str] = &[
    "document",
    "documentid",
    "docid",
    "doc",
    "debate",
    "debateid",
    "conversationid",
    "conversation",
    "meetingid",
    "meeting",
    "sittingid",
    "sitting",
    "sessionid",
    "transcriptid",
    "fileid",
    "filename",
    "file",
];
const DATE: &[&str] = &["date", "day", "speechdate", "debatedate"];
const TIME_START: &[&str] = &["timestart", "timestarts", "starttime", "start", "begin", "from", "starts"];
const TIME_END: &[&str] = &["timeend", "timeends", "endtime", "end", "stop", "to", "ends"];
const ROLE: &[&str] = &["role", "speakerrole"];
const POSITION: &[&str] = &["position", "office", "jobtitle", "function"];
const AFFILIATION: &[&str] = &["affiliation", "organisation", "organization", "institution"];
const PARTY: &[&str] = &["party", "partyname", "speakerparty", "group", "parliamentarygroup"];
const COUNTRY: &[&str] = &["country"];

/// Places of the columns that have a use.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Use {
    pub text: usize,
    pub speaker: Option<usize>,
    pub speaker_id: Option<usize>,
    pub document: Option<usize>,
    pub date: Option<usize>,
    pub time_start: Option<usize>,
    pub time_end: Option<usize>,
    pub role: Option<usize>,
    pub position: Option<usize>,
    pub affiliation: Option<usize>,
    pub party: Option<usize>,
    pub country: Option<usize>,
    pub carry: Vec<usize>,
    /// Columns without a use.
    pub unused: Vec<usize>,
}

/// Letters and digits of a name, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn named(names: &[String], name: &str) -> Option<usize> {
    let name = name.trim();
    let exact = names.iter().position(|known| known.trim() == name);
    exact.or_else(|| names.iter().position(|known| known.trim().to_lowercase() == name.to_lowercase()))
}

fn usual(names: &[String], usual: &[&str]) -> Option<usize> {
    usual.iter().find_map(|usual| names.iter().position(|name| plain(name) == *usual))
}

/// The column with the text, where there is one.
pub fn text(names: &[String], columns: &Columns) -> Option<usize> {
    if columns.text.is_empty() { usual(names, TEXT) } else { named(names, &columns.text) }
}

/// Finds what each column means.
///
/// # Errors
/// [`ReadError::NoTextColumn`] lists the columns there are; [`ReadError::NoColumn`] where the study names one that
/// is missing.
pub fn find(path: &str, names: &[String], columns: &Columns) -> Result<Use, ReadError> {
    let place = |key: &'static str, name: &str, usual_names: &[&str]| {
        if name.is_empty() {
            return Ok(usual(names, usual_names));
        }
        named(names, name).map(Some).ok_or_else(|| ReadError::NoColumn {
            path: path.into(),
            key,
            column: name.into(),
            columns: listed(names),
        })
    };
    let text = place("text", &columns.text, TEXT)?
        .ok_or_else(|| ReadError::NoTextColumn { path: path.into(), columns: listed(names) })?;
    let mut found = Use {
        text,
        speaker: place("speaker", &columns.speaker, SPEAKER)?,
        speaker_id: place("speaker_id", &columns.speaker_id, SPEAKER_ID)?,
        document: place("document", &columns.document, DOCUMENT)?,
        date: place("date", &columns.date, DATE)?,
        time_start: place("time_start", &columns.time_start, TIME_START)?,
        time_end: place("time_end", &columns.time_end, TIME_END)?,
        role: place("role", &columns.role, ROLE)?,
        position: place("position", &columns.position, POSITION)?,
        affiliation: place("affiliation", &columns.affiliation, AFFILIATION)?,
        party: place("party", &columns.party, PARTY)?,
        country: place("country", &columns.country, COUNTRY)?,
        carry: columns
            .carry
            .iter()
            .map(|name| place("carry", name, &[]))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect(),
        unused: Vec::new(),
    };
    let uses = [
        Some(found.text),
        found.speaker,
        found.speaker_id,
        found.document,
        found.date,
        found.time_start,
        found.time_end,
        found.role,
        found.position,
        found.affiliation,
        found.party,
        found.country,
    ];
    found.unused = (0..names.len()).filter(|at| !uses.contains(&Some(*at)) && !found.carry.contains(at)).collect();
    Ok(found)
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", short(name))).collect();
    if names.len() > SHOWN {
        shown.push(format!("and {} more", names.len() - SHOWN));
    }
    if shown.is_empty() { "it has no columns".into() } else { format!("its columns are {}", shown.join(", ")) }
}

fn short(name: &str) -> String {
    let line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{} ...", &line[..at]),
        None => line,
    }
}
