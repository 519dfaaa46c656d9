//! The meaning of the columns of a table.
//!
//! **Input:** the names of the columns, and the study's names. **Output:** the column of each meaning, by the study's name or
//! else by its usual names. **Refused:** tables without a column of text, or without a column that the study names.

use plenary_corpus::text::collapse_white_space;

use super::{Table, questions};
use crate::Columns;
use crate::ReadErrorKind;

/// Usual names of each column, the most specific first. Only letters and digits count: `Speaker_Name` is `speakername`.
const TEXT: &[&str] = &[
    "text",
    "speech",
    "speechtext",
    "utterance",
    "utterancetext",
    "utt",
    "content",
    "body",
    "transcript",
    "remarks",
    "talk",
    "dialogue",
    "verbatim",
    "message",
    "statement",
    "segment",
    "sentence",
    "paragraph",
    // Danish, Dutch, French, German, Italian, Norwegian, Portuguese, Spanish and Swedish.
    "anförandetext",
    "anforandetext",
    "anförande",
    "anforande",
    "redetext",
    "redebeitrag",
    "taletekst",
    "innlegg",
    "spreektekst",
    "tekst",
    "texte",
    "texto",
    "testo",
    "discours",
    "discurso",
    "discorso",
    "intervención",
    "intervencion",
    "intervenção",
    "intervencao",
    "intervento",
    "intervention",
    // Other languages of Europe and Asia, and further words.
    "beitrag",
    "wortbeitrag",
    "aussage",
    "äußerung",
    "wortlaut",
    "propos",
    "réplique",
    "transcription",
    "transcripción",
    "transcrição",
    "trascrizione",
    "bijdrage",
    "uitspraak",
    "uttalande",
    "yttrande",
    "ytring",
    "puheenvuoro",
    "puhe",
    "teksti",
    "kõne",
    "wypowiedź",
    "wypowiedz",
    "treść",
    "vystoupení",
    "vystúpenie",
    "projev",
    "prejav",
    "govor",
    "besedilo",
    "izjava",
    "felszólalás",
    "szöveg",
    "cuvânt",
    "intervenție",
    "ομιλία",
    "κείμενο",
    "konuşma",
    "metin",
    "текст",
    "выступление",
    "реплика",
    "речь",
    "промова",
    "виступ",
    "реч",
    "изказване",
    "النص",
    "דברים",
    "טקסט",
    "متن",
    "发言",
    "发言内容",
    "發言",
    "發言內容",
    "内容",
    "內容",
    "発言",
    "発言内容",
    "本文",
    "발언",
    "발언내용",
    "내용",
    "teks",
];
const SPEAKER: &[&str] = &[
    "speaker",
    "speakername",
    "name",
    "fullname",
    "who",
    "speakerlabel",
    "talare",
    "taler",
    "talar",
    "spreker",
    "redner",
    "rednerin",
    "sprecher",
    "sprecherin",
    "orateur",
    "oratrice",
    "locuteur",
    "intervenant",
    "orador",
    "oradora",
    "interviniente",
    "hablante",
    "falante",
    "oratore",
    "parlante",
    "namn",
    "navn",
    "naam",
    "nom",
    "nombre",
    "nome",
    // Other languages of Europe and Asia, and further words.
    "redende",
    "sprechende",
    "sprechperson",
    "puhuja",
    "puhujannimi",
    "nimi",
    "kõneleja",
    "esineja",
    "mówca",
    "mowca",
    "mluvčí",
    "mluvci",
    "řečník",
    "recnik",
    "rečník",
    "rečnik",
    "govornik",
    "govorec",
    "beszélő",
    "felszólaló",
    "vorbitor",
    "vorbitorul",
    "ομιλητής",
    "ομιλητησ",
    "konuşmacı",
    "konusmaci",
    "konuşan",
    "спикер",
    "выступающий",
    "говорящий",
    "оратор",
    "доповідач",
    "промовець",
    "говорител",
    "المتحدث",
    "דובר",
    "דוברת",
    "سخنران",
    "گوینده",
    "发言人",
    "發言人",
    "说话人",
    "說話者",
    "発言者",
    "話者",
    "氏名",
    "姓名",
    "발언자",
    "화자",
    "이름",
    "pembicara",
    "penutur",
    "locutor",
    "locutora",
    "spreekster",
    "imięinazwisko",
    "jméno",
    "meno",
    "név",
    "nume",
    "όνομα",
    "isim",
    "имя",
    "імя",
    "име",
];
const SPEAKER_ID: &[&str] = &["speakerid", "personid", "whoid"];
const DOCUMENT: &[&str] = &[
    "textid",
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
    "dokid",
    "dokumentid",
    "dokument",
];
const DATE: &[&str] =
    &["date", "day", "speechdate", "debatedate", "datum", "dokdatum", "sitzungsdatum", "dato", "fecha", "data"];
const TIME_START: &[&str] = &["timestart", "timestarts", "starttime", "start", "begin", "from", "starts"];
const TIME_END: &[&str] = &["timeend", "timeends", "endtime", "end", "stop", "to", "ends"];
const ROLE: &[&str] = &["role", "speakerrole"];
const POSITION: &[&str] = &["position", "office", "jobtitle", "function"];
const AFFILIATION: &[&str] = &["affiliation", "organisation", "organization", "institution"];
const PARTY: &[&str] = &[
    "party",
    "partyname",
    "speakerparty",
    "group",
    "parliamentarygroup",
    "parti",
    "partei",
    "partij",
    "partido",
    "partito",
    "fraktion",
    "fractie",
    "groupe",
    "groupepolitique",
    "grupo",
    "grupoparlamentario",
    "gruppo",
    "gruppoparlamentare",
];
const COUNTRY: &[&str] = &["country"];
const SEX: &[&str] = &["sex", "gender", "speakergender", "speakersex"];

/// Names of columns with a time or with a start and an end.
const TIMES: &[&str] = &[
    "timespan",
    "timestamp",
    "timecode",
    "time",
    "times",
    "zeit",
    "uhrzeit",
    "zeitstempel",
    "heure",
    "horodatage",
    "hora",
    "ora",
    "orario",
    "tid",
    "tidspunkt",
    "tijd",
    "tijdstip",
    "aika",
    "czas",
    "godzina",
    "čas",
    "vreme",
    "idő",
    "saat",
    "время",
    "час",
    "време",
    "時間",
    "时间",
    "時刻",
    "시간",
    "waktu",
];

/// The columns of the speaker, of the text and of times in the row of names of a table in a document: all by their usual names.
pub(crate) fn turn_columns(names: &[String]) -> Option<(usize, usize, Vec<usize>)> {
    let (speaker, text) = (usual(names, SPEAKER)?, usual(names, TEXT)?);
    let times = match (usual(names, TIMES), usual(names, TIME_START)) {
        (Some(both), _) => vec![both],
        (None, start) => start.into_iter().chain(usual(names, TIME_END)).collect(),
    };
    Some((speaker, text, times))
}

/// Positions of the columns that have a use.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) text: usize,
    pub(super) speaker: Option<usize>,
    pub(super) speaker_id: Option<usize>,
    pub(super) document: Option<usize>,
    pub(super) date: Option<usize>,
    pub(super) time_start: Option<usize>,
    pub(super) time_end: Option<usize>,
    pub(super) role: Option<usize>,
    pub(super) position: Option<usize>,
    pub(super) affiliation: Option<usize>,
    pub(super) party: Option<usize>,
    pub(super) country: Option<usize>,
    pub(super) sex: Option<usize>,
    pub(super) carry: Vec<usize>,
    /// With the names that the study gives them.
    pub(super) speaker_variables: Vec<(usize, String)>,
    pub(super) document_variables: Vec<(usize, String)>,
    /// Columns without a use.
    pub(super) unused: Vec<usize>,
}

impl Use {
    /// Whether a column is kept with the turn, the speaker or the document.
    pub(super) fn keeps(&self, at: usize) -> bool {
        let variables = self.speaker_variables.iter().chain(&self.document_variables);
        self.carry.iter().chain(variables.map(|(at, _)| at)).any(|kept| *kept == at)
    }
}

/// Letters and digits of a name, in lower case.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn named(names: &[String], name: &str) -> Option<usize> {
    let name = name.trim();
    let exact = names.iter().position(|known| known.trim() == name);
    exact.or_else(|| names.iter().position(|known| known.trim().to_lowercase() == name.to_lowercase()))
}

pub(super) fn usual(names: &[String], usual: &[&str]) -> Option<usize> {
    usual.iter().find_map(|usual| names.iter().position(|name| plain(name) == *usual))
}

/// The columns that describe a speaker, by the study's names or else by their usual ones.
pub(super) fn of_speaker(names: &[String], columns: &Columns) -> Vec<usize> {
    let one = |(name, usual_names): (&String, &[&str])| {
        if name.is_empty() { usual(names, usual_names) } else { named(names, name) }
    };
    let usual_ones = [
        (&columns.speaker_id, SPEAKER_ID),
        (&columns.role, ROLE),
        (&columns.position, POSITION),
        (&columns.affiliation, AFFILIATION),
        (&columns.party, PARTY),
        (&columns.country, COUNTRY),
        (&columns.sex, SEX),
    ];
    let variables = columns.speaker_variables.iter().filter_map(|name| named(names, name));
    usual_ones.into_iter().filter_map(one).chain(variables).collect()
}

/// The column with the text, if there is one: by a usual name, or by one that begins with a usual name ("Text of the speech").
pub(super) fn text(names: &[String], columns: &Columns) -> Option<usize> {
    if columns.text.is_empty() {
        usual(names, TEXT).or_else(|| begins_usual(names))
    } else {
        named(names, &columns.text)
    }
}

/// The only column whose name has several words and begins with a usual name of the text, beside a column of speakers. "Text no." is a
/// number.
fn begins_usual(names: &[String]) -> Option<usize> {
    const SHORTEST: usize = 4;
    let begins = |name: &String| {
        let words: Vec<String> =
            name.split(|c: char| !c.is_alphanumeric()).map(plain).filter(|word| !word.is_empty()).collect();
        words.len() > 1
            && TEXT.contains(&words[0].as_str())
            && words[1..].iter().any(|word| word.chars().count() >= SHORTEST)
            && ![SPEAKER, SPEAKER_ID, DOCUMENT, TIMES]
                .iter()
                .any(|list| words[1..].iter().any(|word| list.contains(&word.as_str())))
    };
    usual(names, SPEAKER)?;
    let mut found = (0..names.len()).filter(|at| begins(&names[*at]));
    found.next().filter(|_| found.next().is_none())
}

/// The names of the columns of text and of speakers among names that may be plural: "speakers".
pub(super) fn text_and_speaker(names: &[String], columns: &Columns) -> Option<(usize, usize)> {
    let find = |name: &str, usual: &[&str]| {
        if !name.is_empty() {
            return named(names, name);
        }
        let is = |name: &String, usual: &str| {
            let name = plain(name);
            name == usual || name.strip_suffix('s') == Some(usual)
        };
        usual.iter().find_map(|usual| names.iter().position(|name| is(name, usual)))
    };
    Some((find(&columns.text, TEXT)?, find(&columns.speaker, SPEAKER)?))
}

/// Whether one of the names is a usual one of documents.
pub(super) fn names_document(names: &[String]) -> bool {
    usual(names, DOCUMENT).is_some()
}

/// Whether a row names columns that can be read: one with the text, or one with questions and one with their answers.
pub(super) fn are_names(names: &[String], columns: &Columns) -> bool {
    text(names, columns).is_some() || columns.text.is_empty() && questions::is_report(names)
}

/// Usual names that are also those of other things, such as the body that meets.
const UNSURE: &[&str] = &["content", "body", "statement", "segment", "sentence", "paragraph", "intervention"];

/// The column with the text among the rows of a table, and a warning if it is not the first of the usual ones. A column
/// without any text is passed over; so is one with an unsure name that has the same text in three rows or more.
///
/// # Errors
/// [`ReadErrorKind::NoTextColumn`] with what the columns lack, and [`ReadErrorKind::NoColumn`] if the study names another.
pub(super) fn filled_text(table: &Table, columns: &Columns) -> Result<(usize, Option<String>), ReadErrorKind> {
    const FEW: usize = 3;
    let names = &table.names;
    let listed = |reason: String| {
        let columns = listed(names, &table.omitted);
        ReadErrorKind::NoTextColumn {
            columns: if reason.is_empty() { columns } else { format!("{reason}; {columns}") },
        }
    };
    if !columns.text.is_empty() {
        return named(names, &columns.text).map(|at| (at, None)).ok_or_else(|| ReadErrorKind::NoColumn {
            key: "text",
            column: columns.text.clone(),
            columns: self::listed(names, &table.omitted),
        });
    }
    let mut candidates: Vec<usize> =
        TEXT.iter().flat_map(|usual| (0..names.len()).filter(move |at| plain(&names[*at]) == *usual)).collect();
    if candidates.is_empty() {
        candidates.extend(begins_usual(names));
    }
    let texts = |at: usize| table.rows.iter().filter_map(move |row| row.cells.get(at).and_then(Option::as_deref));
    let mut passed: Vec<String> = Vec::new();
    for at in &candidates {
        let mut cells = texts(*at);
        let Some(first) = cells.next() else {
            passed.push(format!("the column `{}` is empty in every row", short(&names[*at])));
            continue;
        };
        let n = texts(*at).count();
        if n >= FEW && UNSURE.contains(&plain(&names[*at]).as_str()) && cells.all(|cell| cell == first) {
            passed.push(format!("the column `{}` is the same in every row", short(&names[*at])));
            continue;
        }
        let warning = (!passed.is_empty())
            .then(|| format!("{}; the texts are those of the column `{}`", passed.join("; "), short(&names[*at])));
        return Ok((*at, warning));
    }
    match candidates.first() {
        // Nothing but an empty column of text.
        Some(first) if names.len() == 1 => Ok((*first, None)),
        _ => Err(listed(passed.join("; "))),
    }
}

/// Finds what each column means.
///
/// # Errors
/// [`ReadErrorKind::NoColumn`] if the study names a column that is missing.
pub(super) fn find(names: &[String], omitted: &[String], text: usize, columns: &Columns) -> Result<Use, ReadErrorKind> {
    let position = |key: &'static str, name: &str, usual_names: &[&str]| {
        if name.is_empty() {
            return Ok(usual(names, usual_names));
        }
        named(names, name).map(Some).ok_or_else(|| ReadErrorKind::NoColumn {
            key,
            column: name.into(),
            columns: listed(names, omitted),
        })
    };
    let positions = |key: &'static str, wanted: &[String]| {
        let found: Result<Vec<Option<usize>>, _> = wanted.iter().map(|name| position(key, name, &[])).collect();
        found.map(|found| found.into_iter().flatten().collect::<Vec<usize>>())
    };
    let variables = |key: &'static str, wanted: &[String]| {
        let names = wanted.iter().map(|name| name.trim().to_owned());
        positions(key, wanted).map(|found| found.into_iter().zip(names).collect::<Vec<_>>())
    };
    let mut found = Use {
        text,
        speaker: position("speaker", &columns.speaker, SPEAKER)?,
        speaker_id: position("speaker_id", &columns.speaker_id, SPEAKER_ID)?,
        document: position("document", &columns.document, DOCUMENT)?,
        date: position("date", &columns.date, DATE)?,
        time_start: position("time_start", &columns.time_start, TIME_START)?,
        time_end: position("time_end", &columns.time_end, TIME_END)?,
        role: position("role", &columns.role, ROLE)?,
        position: position("position", &columns.position, POSITION)?,
        affiliation: position("affiliation", &columns.affiliation, AFFILIATION)?,
        party: position("party", &columns.party, PARTY)?,
        country: position("country", &columns.country, COUNTRY)?,
        sex: position("sex", &columns.sex, SEX)?,
        carry: positions("carry", &columns.carry)?,
        speaker_variables: variables("speaker_variables", &columns.speaker_variables)?,
        document_variables: variables("document_variables", &columns.document_variables)?,
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
        found.sex,
    ];
    let is_unused = |at: &usize| !uses.contains(&Some(*at)) && !found.keeps(*at);
    found.unused = (0..names.len()).filter(is_unused).collect();
    Ok(found)
}

/// The columns of a table, and those that are not read, for people.
fn listed(names: &[String], omitted: &[String]) -> String {
    const SHOWN: usize = 40;
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", short(name))).collect();
    if names.len() > SHOWN {
        shown.push(format!("and {} more", names.len() - SHOWN));
    }
    let mut text =
        if shown.is_empty() { "it has no columns".into() } else { format!("its columns are {}", shown.join(", ")) };
    if !omitted.is_empty() {
        text.push_str("; not read because of their type: ");
        text.push_str(&omitted.join(", "));
    }
    text
}

fn short(name: &str) -> String {
    let line = collapse_white_space(name);
    match line.char_indices().nth(40) {
        Some((at, _)) => format!("{} ...", &line[..at]),
        None => line,
    }
}
