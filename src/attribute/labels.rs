//! Is this text a label of a speaker? Judged by its form alone: names, honorifics, roles, and what is none of them.
//!
//! The word lists hold the general vocabulary of proceedings in English and some neighbours; none of them names a
//! person, a place or an archive.

use super::front::month;

/// What kind of label a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    /// A person's name, with or without honorific.
    Person,
    /// A part in the proceedings: "The Chair", "Moderator".
    Office,
    /// Somebody without a name: "Audience member", "Q", "Unidentified speaker".
    Anonymous,
    /// One capitalised word that may be a surname.
    Word,
}

/// How much a text looks like the label of a speaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    pub kind: LabelKind,
    /// In [0, 1]; from 0.5 on it stands on its own, below it needs to recur.
    pub quality: f32,
}

pub const HONORIFICS: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "dr",
    "prof",
    "professor",
    "sir",
    "dame",
    "lord",
    "lady",
    "baroness",
    "baron",
    "viscount",
    "hon",
    "honourable",
    "honorable",
    "rt",
    "right",
    "rev",
    "reverend",
    "father",
    "sister",
    "rabbi",
    "imam",
    "senator",
    "sen",
    "rep",
    "representative",
    "congressman",
    "congresswoman",
    "justice",
    "judge",
    "cllr",
    "councillor",
    "councilor",
    "councilman",
    "councilwoman",
    "alderman",
    "amb",
    "ambassador",
    "h.e",
    "he",
    "excellency",
    "gov",
    "governor",
    "mayor",
    "minister",
    "general",
    "gen",
    "col",
    "colonel",
    "capt",
    "captain",
    "lt",
    "sgt",
    "deputy",
    "señor",
    "señora",
    "sr",
    "sra",
    "herr",
    "frau",
    "m",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "mag",
    "ing",
    "doutor",
    "dra",
    "dott",
    "onorevole",
    "pan",
    "pani",
    "commissioner",
];

/// Offices that conduct a meeting.
pub const CHAIRS: &[&str] = &[
    "chair",
    "chairman",
    "chairwoman",
    "chairperson",
    "co-chair",
    "moderator",
    "convener",
    "convenor",
    "facilitator",
    "host",
    "presiding",
    "président",
    "présidente",
    "präsident",
    "präsidentin",
    "presidente",
    "vorsitzender",
    "vorsitzende",
    "presidenta",
    "anchor",
];

/// Other nouns that name a part in proceedings.
const OFFICES: &[&str] = &[
    "speaker",
    "president",
    "vice-president",
    "clerk",
    "secretary",
    "secretary-general",
    "mayor",
    "minister",
    "interviewer",
    "interviewee",
    "witness",
    "commissioner",
    "counsel",
    "court",
    "judge",
    "coroner",
    "rapporteur",
    "operator",
    "announcer",
    "narrator",
    "interpreter",
    "translator",
    "reporter",
    "journalist",
    "questioner",
    "respondent",
    "panelist",
    "panellist",
    "participant",
    "delegate",
    "representative",
    "ombudsman",
    "registrar",
    "bailiff",
    "foreman",
    "lord",
    "convenor",
    "leader",
    "premier",
    "chancellor",
    "treasurer",
    "officer",
    "leader",
    "host",
    "guest",
    "editor",
    "teacher",
    "student",
    "doctor",
    "patient",
    "official",
    "spokesperson",
    "spokesman",
    "spokeswoman",
    "expert",
    "applicant",
    "claimant",
    "defendant",
    "prosecutor",
    "member",
    "members",
    "senator",
    "senators",
    "candidate",
    "presenter",
];

/// Nouns for people without a name.
const ANONYMOUS: &[&str] = &[
    "audience",
    "voice",
    "voices",
    "unidentified",
    "unknown",
    "crowd",
    "gallery",
    "floor",
    "public",
    "attendee",
    "questioner",
    "heckler",
    "all",
    "several",
    "some",
    "male",
    "female",
    "man",
    "woman",
    "caller",
    "interjection",
    "chorus",
    "person",
    "anonymous",
    "inaudible",
    "resident",
];

/// Words before a colon, or alone on a line, that are no speaker.
const NOT_SPEAKERS: &[&str] = &[
    "note",
    "notes",
    "nb",
    "present",
    "apologies",
    "absent",
    "appearances",
    "attendance",
    "attendees",
    "attending",
    "participants",
    "date",
    "time",
    "place",
    "venue",
    "location",
    "subject",
    "re",
    "ref",
    "reference",
    "title",
    "topic",
    "theme",
    "agenda",
    "item",
    "items",
    "action",
    "actions",
    "resolved",
    "resolution",
    "motion",
    "motions",
    "amendment",
    "decision",
    "decided",
    "vote",
    "votes",
    "voting",
    "ayes",
    "noes",
    "nays",
    "yeas",
    "abstentions",
    "division",
    "source",
    "sources",
    "contents",
    "contact",
    "email",
    "e-mail",
    "tel",
    "telephone",
    "phone",
    "fax",
    "website",
    "web",
    "url",
    "http",
    "https",
    "page",
    "pages",
    "figure",
    "table",
    "chart",
    "box",
    "annex",
    "appendix",
    "chapter",
    "section",
    "article",
    "part",
    "volume",
    "number",
    "no",
    "yes",
    "example",
    "examples",
    "summary",
    "abstract",
    "introduction",
    "conclusion",
    "conclusions",
    "background",
    "overview",
    "keywords",
    "copyright",
    "published",
    "recorded",
    "transcript",
    "transcribed",
    "edited",
    "translation",
    "translated",
    "photo",
    "photos",
    "photographs",
    "image",
    "video",
    "audio",
    "minutes",
    "applause",
    "laughter",
    "music",
    "silence",
    "pause",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "firstly",
    "secondly",
    "thirdly",
    "finally",
    "lastly",
    "next",
    "then",
    "also",
    "however",
    "therefore",
    "thus",
    "and",
    "but",
    "or",
    "so",
    "because",
    "remember",
    "again",
    "result",
    "results",
    "question",
    "questions",
    "answer",
    "answers",
    "important",
    "warning",
    "caution",
    "attention",
    "update",
    "correction",
    "erratum",
    "quote",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "today",
    "tomorrow",
    "yesterday",
    "session",
    "meeting",
    "opening",
    "closing",
    "break",
    "lunch",
    "exhibit",
    "document",
    "report",
    "petition",
    "petitions",
    "order",
    "orders",
    "continued",
    "cc",
    "to",
    "from",
    "sent",
    "footnote",
    "figures",
    "duration",
    "language",
    "status",
    "version",
    "members present",
    "in attendance",
    "others",
    "prayers",
    "adjournment",
    "recess",
    "roll",
    "proposal",
    "proposed",
    "seconded",
    "carried",
    "moved",
    "lost",
    "mover",
    "seconder",
    "point",
    "points",
    "purpose",
    "recommendation",
    "recommendations",
];

/// Small words inside names.
const PARTICLES: &[&str] = &[
    "de", "da", "do", "dos", "das", "di", "del", "della", "du", "des", "la", "le", "les", "van", "von", "der", "den",
    "ten", "ter", "zu", "zur", "af", "av", "el", "al", "bin", "bint", "ibn", "ben", "y", "e", "i", "och", "und", "mac",
    "st", "san", "santa", "d'", "o'", "the", "of",
];

/// Words of sentences and titles that no name has, however it is printed.
const FUNCTION_WORDS: &[&str] = &[
    "on", "in", "at", "for", "to", "with", "by", "and", "or", "but", "is", "are", "was", "were", "be", "been", "it",
    "this", "that", "these", "we", "you", "i", "he", "she", "they", "not", "no", "what", "when", "where", "who", "why",
    "how", "if", "as", "an", "our", "your", "my", "his", "her", "their", "its", "from", "into", "about", "over",
    "under", "after", "before", "between", "against", "than", "there", "here", "all", "would", "should", "must",
    "have", "has", "had", "do", "does", "did", "us", "me", "so", "up", "out", "more", "thank", "please", "yes",
];

/// Letters after a name: degrees, orders, seats.
const POST_NOMINALS: &[&str] = &[
    "phd", "md", "llm", "lld", "llb", "ma", "ba", "mba", "msc", "bsc", "jd", "qc", "kc", "mp", "mep", "am", "ms",
    "msp", "td", "obe", "cbe", "mbe", "jr", "sr", "esq", "mla", "mpp", "mna", "frs", "pc", "sc", "ac", "ao", "ret",
    "dphil", "mphil", "cpa", "ii", "iii", "iv",
];

pub fn is_honorific(token: &str) -> bool {
    let token = bare(token);
    HONORIFICS.contains(&token.as_str())
}

pub fn is_post_nominal(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    POST_NOMINALS.contains(&letters.as_str())
}

fn bare(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Words of a label, lower-cased, without punctuation at their ends.
pub fn words(label: &str) -> Vec<String> {
    label.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
}

/// A part in the proceedings that conducts them: "The Chair", "Acting Chair", "Mr. Speaker", "The President".
pub fn is_chair_label(label: &str) -> bool {
    let words = words(label);
    if words.is_empty() || words.len() > 6 {
        return false;
    }
    let head_is_chair = words.iter().any(|word| CHAIRS.contains(&word.as_str()));
    let presides = words.iter().any(|word| matches!(word.as_str(), "speaker" | "president" | "mayor"))
        && words.iter().all(|word| {
            matches!(
                word.as_str(),
                "the"
                    | "mr"
                    | "madam"
                    | "madame"
                    | "mrs"
                    | "ms"
                    | "acting"
                    | "deputy"
                    | "speaker"
                    | "president"
                    | "mayor"
                    | "pro"
                    | "tempore"
                    | "vice"
                    | "temporary"
                    | "interim"
                    | "lord"
                    | "of"
                    | "assistant"
            )
        });
    (head_is_chair && words.iter().all(|word| is_office_word(word))) || presides
}

fn is_office_word(word: &str) -> bool {
    CHAIRS.contains(&word)
        || OFFICES.contains(&word)
        || matches!(
            word,
            "the"
                | "a"
                | "an"
                | "of"
                | "acting"
                | "deputy"
                | "vice"
                | "co"
                | "temporary"
                | "interim"
                | "pro"
                | "tempore"
                | "madam"
                | "mr"
                | "mrs"
                | "ms"
                | "first"
                | "second"
                | "session"
                | "panel"
                | "assistant"
                | "committee"
                | "senior"
                | "hon"
                | "honourable"
                | "lord"
                | "chief"
                | "prime"
                | "general"
                | "meeting"
                | "vice-chair"
                | "herr"
                | "frau"
                | "monsieur"
                | "madame"
                | "le"
                | "la"
                | "der"
                | "die"
        )
}

/// Somebody without a name who asks: "Q", "A member of the audience".
pub fn is_questioner_label(label: &str) -> bool {
    let words = words(label);
    matches!(
        words.first().map(String::as_str),
        Some("q" | "question" | "interviewer" | "questioner" | "reporter" | "journalist")
    ) || words.iter().any(|word| matches!(word.as_str(), "audience" | "questioner" | "interviewer"))
}

/// Somebody without a name who calls out: "Voice from the gallery", "Some hon. members".
pub fn is_interjector_label(label: &str) -> bool {
    let words = words(label);
    matches!(
        words.first().map(String::as_str),
        Some("voice" | "voices" | "heckler" | "interjection" | "several" | "some" | "crowd" | "chorus")
    ) || (words.len() >= 2 && words[0] == "an" && words.iter().any(|word| word == "member" || word == "members"))
}

pub fn is_unknown_label(label: &str) -> bool {
    words(label).iter().any(|word| matches!(word.as_str(), "unidentified" | "unknown" | "inaudible" | "anonymous"))
}

/// Whether a text begins with a word that introduces something else than speech ("Note", "PRESENT").
pub fn is_not_speaker(label: &str) -> bool {
    let words = words(label);
    match words.first() {
        None => true,
        Some(first) if words.len() > 1 && HONORIFICS.contains(&first.as_str()) => false,
        Some(first) => {
            let all = words.join(" ");
            NOT_SPEAKERS.contains(&all.as_str())
                || (words.len() == 1 && NOT_SPEAKERS.contains(&first.as_str()))
                || (words.len() > 1
                    && NOT_SPEAKERS.contains(&first.as_str())
                    && !words.iter().any(|word| OFFICES.contains(&word.as_str()) || CHAIRS.contains(&word.as_str())))
                || words.last().is_some_and(|last| words.len() > 1 && is_heading_noun(last))
        }
    }
}

fn is_heading_noun(word: &str) -> bool {
    matches!(
        word,
        "questions"
            | "remarks"
            | "statement"
            | "statements"
            | "discussion"
            | "debate"
            | "motion"
            | "motions"
            | "report"
            | "reports"
            | "session"
            | "agenda"
            | "minutes"
            | "procedure"
            | "business"
            | "period"
            | "order"
            | "meeting"
            | "petitions"
            | "address"
            | "introduction"
            | "conclusion"
            | "conclusions"
            | "vote"
            | "votes"
            | "proceedings"
            | "review"
            | "update"
            | "welcome"
            | "notes"
            | "adjournment"
            | "attendance"
            | "present"
            | "apologies"
            | "policy"
            | "affairs"
    )
}

/// Judges a label without brackets, title or colon: "Ann Smith", "The Chair", "Q".
pub fn judge(label: &str) -> Option<Judgement> {
    let label = label.trim();
    let n_chars = label.chars().count();
    if n_chars == 0
        || n_chars > 80
        || label.contains(['?', '!', ';', '=', '/', '@', '<', '>', '{', '}', '%', '€', '$', '"', '“', '”'])
    {
        return None;
    }
    if let Some(judgement) = judge_caseless(label, n_chars) {
        return judgement;
    }
    let tokens: Vec<&str> = label.split_whitespace().collect();
    if tokens.len() > 9 || is_not_speaker(label) {
        return None;
    }
    let words = words(label);
    // "January 29": a date, however it is set.
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
    if words.iter().any(is_number) && words.iter().all(|word| is_number(word) || month(word).is_some()) {
        return None;
    }
    if let [only] = words.as_slice()
        && matches!(only.as_str(), "q" | "a")
        && label.starts_with(char::is_uppercase)
    {
        return Some(Judgement { kind: LabelKind::Anonymous, quality: 0.45 });
    }
    let starts_upper =
        label.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    if !starts_upper {
        return None;
    }
    if is_chair_label(label) {
        return Some(Judgement { kind: LabelKind::Office, quality: 0.95 });
    }
    let anonymous = words.iter().any(|word| ANONYMOUS.contains(&word.as_str()));
    let office = words.iter().any(|word| OFFICES.contains(&word.as_str()) || CHAIRS.contains(&word.as_str()));
    if (anonymous || office) && words.len() <= 7 {
        let small =
            ["from", "the", "of", "a", "an", "in", "at", "hon", "to", "for", "and", "on", "by", "off", "offscreen"];
        let plausible = tokens.iter().zip(&words).all(|(token, word)| {
            token.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                || small.contains(&word.as_str())
                || ANONYMOUS.contains(&word.as_str())
                || OFFICES.contains(&word.as_str())
                || CHAIRS.contains(&word.as_str())
        });
        if plausible && !label.ends_with(['.', ',']) {
            let kind = if anonymous { LabelKind::Anonymous } else { LabelKind::Office };
            return Some(Judgement { kind, quality: if words.len() == 1 { 0.6 } else { 0.75 } });
        }
    }
    judge_person(&tokens)
}

/// Scripts without capitals (Chinese, Japanese, Korean, Arabic, Hebrew, ...): judged by length alone.
fn judge_caseless(label: &str, n_chars: usize) -> Option<Option<Judgement>> {
    let letters: Vec<char> = label.chars().filter(|c| c.is_alphabetic()).collect();
    let caseless = letters.iter().filter(|c| !c.is_uppercase() && !c.is_lowercase()).count();
    if letters.is_empty() || caseless * 2 <= letters.len() {
        return None;
    }
    let cjk = letters.iter().any(|c| matches!(*c as u32, 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7AF));
    let short = if cjk { n_chars <= 12 } else { n_chars <= 40 && label.split_whitespace().count() <= 5 };
    Some(
        (short && !label.contains(['，', '。', '、', '؟', '？']))
            .then_some(Judgement { kind: LabelKind::Person, quality: 0.55 }),
    )
}

fn judge_person(tokens: &[&str]) -> Option<Judgement> {
    let mut n_honorifics = 0;
    let mut names: Vec<&str> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if names.is_empty() && is_honorific(token) && (tokens.len() > 1) && i + 1 < tokens.len() {
            n_honorifics += 1;
        } else if !is_post_nominal(token) || names.is_empty() {
            names.push(token);
        }
    }
    let mut capitalised = 0;
    for token in &names {
        let core = token.trim_matches(|c: char| !c.is_alphanumeric());
        if core.is_empty() {
            return None;
        }
        let lower = core.to_lowercase();
        if FUNCTION_WORDS.contains(&lower.as_str())
            && names.len() > 1
            && !(core.chars().count() == 1 && token.ends_with('.'))
        {
            return None;
        }
        let letters = core.chars().filter(|c| c.is_alphabetic()).count();
        let digits = core.chars().filter(char::is_ascii_digit).count();
        if letters == 0 || digits > letters {
            return None;
        }
        let first = core.chars().next()?;
        let has_capital = first.is_uppercase()
            || (first.is_ascii_digit() && letters > 1)
            || core.split(['\'', '’', '-']).nth(1).is_some_and(|rest| rest.starts_with(char::is_uppercase));
        if has_capital {
            capitalised += 1;
        } else if !PARTICLES.contains(&lower.as_str()) {
            return None;
        }
        // A full stop ends a sentence unless it follows an initial or an abbreviation.
        if token.ends_with('.') && letters > 4 {
            return None;
        }
    }
    let quality = match (n_honorifics, capitalised) {
        (_, 0) => return None,
        (1.., 1..=5) => 0.95,
        (0, 2..=4) => 0.8,
        (0, 1) if names.len() == 1 => return Some(Judgement { kind: LabelKind::Word, quality: 0.35 }),
        (0, 1) => 0.4,
        (0, 5) => 0.6,
        _ => 0.3,
    };
    Some(Judgement { kind: LabelKind::Person, quality })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quality(label: &str) -> f32 {
        judge(label).map_or(0.0, |judgement| judgement.quality)
    }

    #[test]
    fn names_and_offices_are_labels() {
        for label in [
            "Ann Smith",
            "DR. HELENA VOSS",
            "Mr. Peter O'Dwyer",
            "Cllr Adeyemi",
            "The Chair",
            "Madam Speaker",
            "The Acting Chair",
            "Hon. Marie-Claude Bibeau",
            "Nana Akosua Frimpong",
            "Unidentified speaker",
            "A MEMBER OF THE AUDIENCE",
            "Voice from the gallery",
            "Justice Ellen Murtagh",
            "Lynne Neagle AM",
            "José de la Cruz",
            "王小明",
            "Rt Hon Jane Doe MP",
            "Announcer offscreen",
            "Mr. Chris d'Entremont",
            "The PRESIDING OFFICER",
        ] {
            assert!(quality(label) >= 0.5, "{label}: {}", quality(label));
        }
    }

    #[test]
    fn other_words_before_a_colon_are_not() {
        for label in [
            "Note",
            "PRESENT",
            "IN ATTENDANCE",
            "First",
            "What we need is",
            "I quote our regulator",
            "Second evening",
            "10",
            "At 02",
            "My provocation is this",
            "Date of next meeting",
            "Applause",
            "Opening remarks",
            "Exhibit 31",
            "RESOLVED",
            "January 29",
        ] {
            assert!(quality(label) < 0.5, "{label}: {}", quality(label));
        }
    }
}
