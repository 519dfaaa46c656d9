//! Whether a text is the label of a speaker, judged by its form alone.
//!
//! **Input**: a short text, and the lexicon. **Output**: what kind of label it is and how much it looks like one;
//! `None` for a text that is not a label. Nothing is refused. Where the label occurs and what that means is left to
//! attribution.

use crate::lexicon::Lexicon;

/// What kind of label a text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    /// A person's name, with or without honorific.
    Person,
    /// A role in the proceedings: "The Chair", "Moderator".
    Office,
    /// A person without a name: "Audience member", "Q", "Unidentified speaker".
    Anonymous,
    /// One capitalised word that may be a surname.
    Word,
}

/// How much a text looks like the label of a speaker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// What kind of label it looks like.
    pub kind: LabelKind,
    /// In [0, 1]; from 0.5 on no other evidence is needed, below that the label must recur.
    pub quality: f32,
}

/// Whether a word is a form of address, title or rank before a name, in any spelling: "Dr.".
pub fn is_honorific(lexicon: &Lexicon, token: &str) -> bool {
    lexicon.is_honorific(&bare(token))
}

/// Whether a word is letters after a name, in any spelling: "Ph.D.", "MP".
pub fn is_post_nominal(lexicon: &Lexicon, text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    lexicon.is_post_nominal(&letters)
}

fn bare(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Whether a text has the form of a user name in a chat: one word, possibly in lower case.
pub fn is_user_name(label: &str) -> bool {
    let n = label.chars().count();
    (2..=30).contains(&n)
        && label.split_whitespace().count() == 1
        && label.starts_with(char::is_alphabetic)
        && label.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// Number of honorifics at the start of a name, including an article before them: "El señor", "The Hon. Mr.".
pub fn leading_honorifics(lexicon: &Lexicon, tokens: &[&str]) -> usize {
    let has_article = tokens.len() >= 3
        && lexicon.is_article(&bare(tokens[0]))
        && !is_honorific(lexicon, tokens[0])
        && is_honorific(lexicon, tokens[1]);
    let article = usize::from(has_article);
    let n = article + tokens[article..].iter().take_while(|token| is_honorific(lexicon, token)).count();
    // "The Minister of Roads" is an office, not a name.
    let of_office = tokens.get(n).is_some_and(|next| {
        lexicon.is_of_office(&bare(next)) && !lexicon.is_plain_honorific(&bare(tokens[n.saturating_sub(1)]))
    });
    if n < tokens.len() && !of_office { n } else { 0 }
}

/// Words of a label, in lower case, without punctuation at their ends.
pub fn words(label: &str) -> Vec<String> {
    label.split_whitespace().map(bare).filter(|word| !word.is_empty()).collect()
}

/// Whether a label is the role that conducts the proceedings: "The Chair", "Acting Chair", "Mr. Speaker", "The
/// President".
pub fn is_chair_label(lexicon: &Lexicon, label: &str) -> bool {
    const LONGEST: usize = 6;
    const LONGEST_WITHOUT_BLANKS: usize = 12;
    let words = words(label);
    if words.is_empty() || words.len() > LONGEST {
        return false;
    }
    if let [only] = words.as_slice()
        && only.chars().count() <= LONGEST_WITHOUT_BLANKS
        && lexicon.closes_with_chair(only)
    {
        return true;
    }
    let has_chair = words.iter().any(|word| lexicon.is_chair(word));
    let presides = words.iter().any(|word| lexicon.is_presiding_office(word))
        && words.iter().all(|word| lexicon.is_presiding_word(word));
    (has_chair && words.iter().all(|word| is_office_word(lexicon, word))) || presides
}

fn is_office_word(lexicon: &Lexicon, word: &str) -> bool {
    lexicon.is_compound_office(word)
        || lexicon.is_chair(word)
        || lexicon.is_office(word)
        || lexicon.is_beside_office(word)
}

/// Whether a label is a person without a name who asks: "Q", "A member of the audience".
pub fn is_questioner_label(lexicon: &Lexicon, label: &str) -> bool {
    let words = words(label);
    words.first().is_some_and(|first| lexicon.is_questioner(first))
        || words.iter().any(|word| lexicon.is_questioner_anywhere(word))
}

/// Whether a label is a person without a name who interjects: "Voice from the gallery", "Some hon. members".
pub fn is_interjector_label(lexicon: &Lexicon, label: &str) -> bool {
    let words = words(label);
    words.first().is_some_and(|first| lexicon.is_interjector(first))
        || words.iter().all(|word| lexicon.is_interjector_only(word))
        || words.len() >= 2 && lexicon.is_one_of(&words[0]) && words.iter().any(|word| lexicon.is_member(word))
}

/// Whether a label says that the speaker is unknown: "Unidentified speaker".
pub fn is_unknown_label(lexicon: &Lexicon, label: &str) -> bool {
    words(label).iter().any(|word| lexicon.is_unknown(word))
}

/// Whether a text begins with a word that introduces something other than speech: "Note", "PRESENT".
pub fn is_not_speaker(lexicon: &Lexicon, label: &str) -> bool {
    let words = words(label);
    let Some(first) = words.first() else { return true };
    let is_one_word = words.len() == 1;
    if !is_one_word && lexicon.is_honorific(first) {
        return false;
    }
    let names_office = || words.iter().any(|word| lexicon.is_office(word) || lexicon.is_chair(word));
    lexicon.is_not_speaker(&words.join(" "))
        || lexicon.is_not_speaker(first) && (is_one_word || !names_office())
        || !is_one_word && words.last().is_some_and(|last| lexicon.is_heading_noun(last))
}

/// Judges a label without brackets, title or colon: "Ann Smith", "The Chair", "Q".
pub fn judge(lexicon: &Lexicon, label: &str) -> Option<Judgement> {
    let label = label.trim();
    let n_chars = label.chars().count();
    if n_chars == 0
        || n_chars > 80
        || label.contains(['?', '!', ';', '=', '/', '@', '<', '>', '{', '}', '%', '€', '$', '“', '”'])
        || has_quotation(label)
    {
        return None;
    }
    if is_chair_label(lexicon, label) && !label.starts_with(char::is_lowercase) {
        return Some(Judgement { kind: LabelKind::Office, quality: 0.95 });
    }
    if is_caseless(label) {
        return judge_caseless(label, n_chars);
    }
    let tokens: Vec<&str> = label.split_whitespace().collect();
    if tokens.len() > 9 || is_not_speaker(lexicon, label) {
        return None;
    }
    let words = words(label);
    // "January 29": a date, however it is printed.
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
    if words.iter().any(is_number) && words.iter().all(|word| is_number(word) || lexicon.month(word).is_some()) {
        return None;
    }
    if let [only] = words.as_slice()
        && (lexicon.is_question_label(only) || lexicon.is_answer_label(only))
        && label.starts_with(char::is_uppercase)
    {
        return Some(Judgement { kind: LabelKind::Anonymous, quality: 0.45 });
    }
    let starts_upper =
        label.chars().find(|c| c.is_alphanumeric()).is_some_and(|c| c.is_uppercase() || c.is_ascii_digit());
    if !starts_upper {
        return None;
    }
    let anonymous = words.iter().any(|word| lexicon.is_anonymous(word));
    let names_office =
        |word: &String| lexicon.is_office(word) || lexicon.is_chair(word) || lexicon.is_compound_office(word);
    let office = words.iter().any(names_office);
    // "For the Plaintiff", "BY MR. LEE" say on whose behalf or by whom.
    let relates = words.first().is_some_and(|word| lexicon.is_function_word(word) && !lexicon.is_determiner(word));
    if (anonymous || office) && words.len() <= 7 && !relates {
        let plausible = tokens.iter().zip(&words).all(|(token, word)| {
            token.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                || lexicon.is_small_word_of_office(word)
                || is_office_word(lexicon, word)
                || lexicon.is_anonymous(word)
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
    judge_person(lexicon, &tokens)
}

/// Whether a text has a quotation mark that is not between letters; between letters it marks an abbreviation in Hebrew.
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

/// Whether most letters of a label are of scripts without capitals (Chinese, Japanese, Korean, Arabic, Hebrew, ...).
pub(crate) fn is_caseless(label: &str) -> bool {
    let letters = label.chars().filter(|c| c.is_alphabetic());
    let (n_caseless, n) = letters
        .fold((0, 0), |(caseless, n), c| (caseless + usize::from(!c.is_uppercase() && !c.is_lowercase()), n + 1));
    n_caseless * 2 > n
}

/// Judges a label of a script without capitals by its length alone.
fn judge_caseless(label: &str, n_chars: usize) -> Option<Judgement> {
    let cjk = label
        .chars()
        .any(|c| c.is_alphabetic() && matches!(c as u32, 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7AF));
    let short = if cjk { n_chars <= 12 } else { n_chars <= 40 && label.split_whitespace().count() <= 5 };
    (short && !label.contains(['，', '。', '、', '؟', '？']))
        .then_some(Judgement { kind: LabelKind::Person, quality: 0.55 })
}

fn judge_person(lexicon: &Lexicon, tokens: &[&str]) -> Option<Judgement> {
    let n_honorifics = leading_honorifics(lexicon, tokens);
    let mut names: Vec<&str> = Vec::new();
    for token in &tokens[n_honorifics..] {
        if !is_post_nominal(lexicon, token) || names.is_empty() {
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
        if lexicon.is_function_word(&lower) && names.len() > 1 && !(core.chars().count() == 1 && token.ends_with('.')) {
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
        } else if !lexicon.is_particle(&lower) {
            return None;
        }
        // A full stop ends a sentence unless it follows an initial or an abbreviation.
        if token.ends_with('.') && letters > 4 {
            return None;
        }
    }
    // "Department of the Interior", "Delta Grain Company" name a body, which is more often listed than a speaker.
    let is_inside_body = |token: &&str| {
        let word = bare(token);
        lexicon.is_of_body(&word) || lexicon.is_dropped_article(&word)
    };
    let is_body = n_honorifics == 0
        && names.len() > 1
        && (names.iter().any(is_inside_body) || names.last().is_some_and(|last| lexicon.is_body(&bare(last))));
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
        judge(Lexicon::builtin(), label).map_or(0.0, |judgement| judgement.quality)
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
