//! Is this text a label of a speaker? Judged by its form alone: names, honorifics, roles, and what is none of them.
//!
//! The words behind it are in `words`.

use super::words::{
    ANONYMOUS, ARTICLES, BODIES, CHAIRS, FUNCTION_WORDS, HEADING_NOUNS, HONORIFICS, NOT_SPEAKERS, OFFICE_WORDS,
    OFFICES, PARTICLES, POST_NOMINALS, PRESIDING_WORDS,
};

use super::dates::month;

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

pub fn is_honorific(token: &str) -> bool {
    let token = bare(token);
    HONORIFICS.contains(&token)
}

pub fn is_post_nominal(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    POST_NOMINALS.contains(&letters)
}

fn bare(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// A small word inside names: "van", "de".
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(word)
}

/// What users of a chat call themselves: one word, perhaps in small letters.
pub fn is_user_name(label: &str) -> bool {
    let n = label.chars().count();
    (2..=30).contains(&n)
        && label.split_whitespace().count() == 1
        && label.starts_with(char::is_alphabetic)
        && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// Honorifics at the start of a name, with an article before them: "El señor", "The Hon. Mr.".
pub fn leading_honorifics(tokens: &[&str]) -> usize {
    let article = usize::from(
        tokens.len() >= 3 && ARTICLES.contains(&bare(tokens[0])) && !is_honorific(tokens[0]) && is_honorific(tokens[1]),
    );
    let n = article + tokens[article..].iter().take_while(|token| is_honorific(token)).count();
    // "The Minister of Roads" has an office for a name.
    let of_office = tokens.get(n).is_some_and(|next| {
        matches!(
            bare(next).as_str(),
            "of" | "for" | "de" | "da" | "do" | "du" | "des" | "der" | "für" | "voor" | "bishop"
        ) && !matches!(
            bare(tokens[n.saturating_sub(1)]).as_str(),
            "mr" | "mrs"
                | "ms"
                | "dr"
                | "m"
                | "mme"
                | "mlle"
                | "sr"
                | "sra"
                | "señor"
                | "señora"
                | "herr"
                | "frau"
                | "heer"
                | "mevrouw"
        )
    });
    if n < tokens.len() && !of_office { n } else { 0 }
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
    // Scripts without blanks close the name with the office.
    if let [only] = words.as_slice()
        && only.chars().count() <= 12
        && ["委員長", "議長", "主席", "主持人", "위원장", "의장"].iter().any(|office| only.ends_with(office))
    {
        return true;
    }
    let head_is_chair = CHAIRS.any(&words);
    let presides = words.iter().any(|word| matches!(word.as_str(), "speaker" | "president" | "mayor"))
        && words.iter().all(|word| PRESIDING_WORDS.contains(word));
    (head_is_chair && words.iter().all(|word| is_office_word(word))) || presides
}

/// "Transportministeren", "Finansministern": an office in one word.
fn is_compound_office(word: &str) -> bool {
    const ENDS: [&str; 5] = ["minister", "ministerin", "ministeren", "ministern", "ministeriö"];
    ENDS.iter().any(|end| word.ends_with(end))
}

fn is_office_word(word: &str) -> bool {
    is_compound_office(word) || CHAIRS.contains(word) || OFFICES.contains(word) || OFFICE_WORDS.contains(word)
}

/// Somebody without a name who asks: "Q", "A member of the audience".
pub fn is_questioner_label(label: &str) -> bool {
    let words = words(label);
    matches!(
        words.first().map(String::as_str),
        Some(
            "q" | "question"
                | "interviewer"
                | "questioner"
                | "reporter"
                | "journalist"
                | "frage"
                | "vraag"
                | "pregunta"
                | "domanda"
                | "pergunta"
                | "pytanie"
                | "fråga"
                | "spørgsmål"
                | "entrevistador"
                | "entrevistadora"
                | "intervieweur"
                | "intervistatore"
        )
    ) || words.iter().any(|word| matches!(word.as_str(), "audience" | "questioner" | "interviewer"))
}

/// Somebody without a name who calls out: "Voice from the gallery", "Some hon. members".
pub fn is_interjector_label(label: &str) -> bool {
    let words = words(label);
    matches!(
        words.first().map(String::as_str),
        Some(
            "voice"
                | "voices"
                | "heckler"
                | "interjection"
                | "several"
                | "some"
                | "crowd"
                | "chorus"
                | "zuruf"
                | "zwischenruf"
                | "voix"
                | "voz"
                | "voces"
                | "vozes"
                | "varios"
                | "głos"
                | "głosy"
                | "voce"
                | "voci"
                | "stem"
                | "röst"
        )
    ) || words.iter().all(|word| {
        matches!(
            word.as_str(),
            "hon"
                | "honourable"
                | "honorable"
                | "noble"
                | "member"
                | "members"
                | "lords"
                | "deputies"
                | "senators"
                | "opposition"
                | "government"
                | "députés"
                | "diputados"
                | "deputados"
        )
    }) || (words.len() >= 2 && words[0] == "an" && words.iter().any(|word| word == "member" || word == "members"))
}

pub fn is_unknown_label(label: &str) -> bool {
    words(label).iter().any(|word| matches!(word.as_str(), "unidentified" | "unknown" | "inaudible" | "anonymous"))
}

/// Whether a text begins with a word that introduces something else than speech ("Note", "PRESENT").
pub fn is_not_speaker(label: &str) -> bool {
    let words = words(label);
    match words.first() {
        None => true,
        Some(first) if words.len() > 1 && HONORIFICS.contains(first) => false,
        Some(first) => {
            let all = words.join(" ");
            NOT_SPEAKERS.contains(&all)
                || (words.len() == 1 && NOT_SPEAKERS.contains(first))
                || (words.len() > 1
                    && NOT_SPEAKERS.contains(first)
                    && !words.iter().any(|word| OFFICES.contains(word) || CHAIRS.contains(word)))
                || words.last().is_some_and(|last| words.len() > 1 && HEADING_NOUNS.contains(last))
        }
    }
}

/// Judges a label without brackets, title or colon: "Ann Smith", "The Chair", "Q".
pub fn judge(label: &str) -> Option<Judgement> {
    let label = label.trim();
    let n_chars = label.chars().count();
    if n_chars == 0
        || n_chars > 80
        || label.contains(['?', '!', ';', '=', '/', '@', '<', '>', '{', '}', '%', '€', '$', '“', '”'])
        || has_quotation(label)
    {
        return None;
    }
    if is_chair_label(label) && !label.starts_with(char::is_lowercase) {
        return Some(Judgement { kind: LabelKind::Office, quality: 0.95 });
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
        && matches!(only.as_str(), "q" | "a" | "question" | "answer")
        && label.starts_with(char::is_uppercase)
    {
        return Some(Judgement { kind: LabelKind::Anonymous, quality: 0.45 });
    }
    let starts_upper =
        label.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    if !starts_upper {
        return None;
    }
    let anonymous = ANONYMOUS.any(&words);
    let office = words.iter().any(|word| OFFICES.contains(word) || CHAIRS.contains(word) || is_compound_office(word));
    // "For the Plaintiff", "BY MR. LEE" say on whose behalf or by whom.
    let relates = words.first().is_some_and(|word| FUNCTION_WORDS.contains(word) && !is_determiner(word));
    if (anonymous || office) && words.len() <= 7 && !relates {
        let small = [
            "from",
            "in",
            "at",
            "to",
            "for",
            "and",
            "on",
            "by",
            "off",
            "offscreen",
            "de",
            "do",
            "du",
            "des",
            "dos",
            "von",
            "da",
            "della",
            "del",
            "dei",
            "des",
            "der",
            "für",
            "van",
            "voor",
            "la",
            "le",
            "per",
            "i",
            "y",
            "e",
            "z",
        ];
        let plausible = tokens.iter().zip(&words).all(|(token, word)| {
            token.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                || small.contains(&word.as_str())
                || is_office_word(word)
                || ANONYMOUS.contains(word)
        });
        if plausible && !label.ends_with(['.', ',']) {
            let kind = if anonymous { LabelKind::Anonymous } else { LabelKind::Office };
            return Some(Judgement { kind, quality: if words.len() == 1 { 0.6 } else { 0.75 } });
        }
    }
    // "UNIT 12": a word in capitals with a number.
    if let [word, number] = tokens.as_slice()
        && number.chars().all(|c| c.is_ascii_digit())
        && number.len() <= 3
        && word.chars().count() >= 2
        && word.chars().all(char::is_uppercase)
    {
        return Some(Judgement { kind: LabelKind::Word, quality: 0.35 });
    }
    judge_person(&tokens)
}

fn is_determiner(word: &str) -> bool {
    matches!(word, "all" | "an" | "a" | "the")
}

/// A quotation mark that no letters enclose; between letters it is a sign of abbreviation in Hebrew.
fn has_quotation(label: &str) -> bool {
    let mut parts = label.split('"').peekable();
    while let Some(part) = parts.next() {
        if let Some(next) = parts.peek()
            && !(part.ends_with(char::is_alphabetic) && next.starts_with(char::is_alphabetic))
        {
            return true;
        }
    }
    false
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
    let n_honorifics = leading_honorifics(tokens);
    let mut names: Vec<&str> = Vec::new();
    for token in &tokens[n_honorifics..] {
        if !is_post_nominal(token) || names.is_empty() {
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
        if FUNCTION_WORDS.contains(&lower) && names.len() > 1 && !(core.chars().count() == 1 && token.ends_with('.')) {
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
        } else if !PARTICLES.contains(&lower) {
            return None;
        }
        // A full stop ends a sentence unless it follows an initial or an abbreviation.
        if token.ends_with('.') && letters > 4 {
            return None;
        }
    }
    // "Department of the Interior", "Delta Grain Company" name a body, which speaks less often than it is listed.
    let is_body =
        n_honorifics == 0 && names.len() > 1 && names.iter().any(|token| matches!(bare(token).as_str(), "of" | "the"))
            || names.last().is_some_and(|last| n_honorifics == 0 && names.len() > 1 && BODIES.contains(&bare(last)));
    let quality = match (n_honorifics, capitalised) {
        _ if is_body && capitalised > 0 => 0.4,
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
