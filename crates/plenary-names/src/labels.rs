//! Whether a text is the label of a speaker, judged by its form alone.
//!
//! **Input**: a short text, and the lexicon. **Output**: what kind of label it is and how much it looks like one;
//! `None` for a text that is not a label. Nothing is refused. Where the label occurs and what that means is left to
//! attribution.

use std::borrow::Cow;

use crate::lexicon::Lexicon;
use crate::text::{folded, is_caseless_letter};

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

/// Whether a word is a form of address, title or rank before a name, in any spelling: "Dr.". One that is also a word of
/// sentences is an honorific only in capitals: "HE Ann Lee" and "H.E. Ann Lee", but not "He Wei".
pub fn is_honorific(lexicon: &Lexicon, token: &str) -> bool {
    let word = bare(token);
    lexicon.is_honorific(&word) && !(lexicon.is_function_word(&word) && token.contains(char::is_lowercase))
}

/// Whether a word is letters after a name, in any spelling: "Ph.D.", "MP".
pub fn is_post_nominal(lexicon: &Lexicon, text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let letters = folded(&letters);
    lexicon.is_post_nominal(&letters)
}

fn bare(token: &str) -> String {
    folded(token.trim_matches(|c: char| !c.is_alphanumeric()))
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
    let is_name = !is_one_word && lexicon.is_also_name(first);
    lexicon.is_not_speaker(&words.join(" "))
        || lexicon.is_not_speaker(first) && (is_one_word || !is_name && !names_office())
        || !is_one_word
            && words.last().is_some_and(|last| lexicon.is_heading_noun(last))
            && !is_office_with_field(lexicon, &words)
}

/// Whether a label is an office with its field: "The Minister of Home Affairs", "Director of Policy".
fn is_office_with_field(lexicon: &Lexicon, words: &[String]) -> bool {
    let is_head =
        |word: &String| lexicon.is_office(word) || lexicon.is_position(word) || lexicon.is_compound_office(word);
    let Some(at) = words.iter().position(is_head) else { return false };
    let is_before =
        |word: &String| lexicon.is_beside_office(word) || lexicon.is_article(word) || lexicon.is_honorific(word);
    let is_of = |word: &String| lexicon.is_of_office(word) || lexicon.is_of_position(word);
    // "Secretary of State for Business", "Minister of State for Home Affairs"
    words[..at].iter().all(is_before) && words.get(at + 1).is_some_and(is_of) && words.len() > at + 2
}

/// "The Earl of Errol", "The Lord Bishop of Tarnley": a title of nobility or of the church with its place.
fn is_peer(lexicon: &Lexicon, tokens: &[&str]) -> bool {
    let article = usize::from(tokens.first().is_some_and(|first| lexicon.is_dropped_article(&bare(first))));
    let honorifics = tokens[article..].iter().take_while(|token| is_honorific(lexicon, token)).count();
    let rest = &tokens[article + honorifics..];
    let is_title = |token: &&str| {
        let word = bare(token);
        !lexicon.is_plain_honorific(&word) && !lexicon.is_office(&word)
    };
    let (Some(last), [of, place @ ..]) = (tokens[article..article + honorifics].last(), rest) else { return false };
    is_title(last)
        && lexicon.is_of_office(&bare(of))
        && (1..=4).contains(&place.len())
        && place.iter().all(|token| token.starts_with(char::is_uppercase) || lexicon.is_particle(&bare(token)))
}

/// Whether brackets of a text open or close without their counterpart.
pub fn has_unmatched_bracket(text: &str) -> bool {
    let mut depth = 0i32;
    for c in text.chars() {
        match c {
            '(' | '[' | '（' | '［' | '【' => depth += 1,
            ')' | ']' | '）' | '］' | '】' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return true;
        }
    }
    depth != 0
}

/// Whether a label consists of words that address an audience or name a language: "Dear Colleagues", "In French".
fn is_address_or_language(lexicon: &Lexicon, words: &[String]) -> bool {
    let is_address = words.len() > 1
        && words.first().is_some_and(|first| lexicon.is_salutation(first) && !lexicon.is_honorific(first));
    let is_language = words.last().is_some_and(|last| lexicon.is_language(last))
        && words.iter().all(|word| lexicon.is_language(word) || lexicon.is_before_language(word));
    is_address || is_language
}

/// Maximum number of words of an office with its field.
const LONGEST_OFFICE: usize = 12;

/// Whether a text is a number of one or two digits, such as meeting software prints in brackets behind equal names.
pub(crate) fn is_small_number(text: &str) -> bool {
    (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A label without the small number in brackets at its end: "iPhone (2)".
pub fn without_number(label: &str) -> &str {
    let inner = label.strip_suffix([')', ']', '）', '］']);
    let Some((before, number)) = inner.and_then(|inner| inner.rsplit_once(['(', '[', '（', '［'])) else {
        return label;
    };
    if is_small_number(number) && before.contains(char::is_alphabetic) { before.trim_end() } else { label }
}

/// Judges a label without brackets, title or colon: "Ann Smith", "The Chair", "Q". A small number in brackets at its end
/// does not count.
pub fn judge(lexicon: &Lexicon, label: &str) -> Option<Judgement> {
    let label = without_number(label.trim());
    let n_chars = label.chars().count();
    if n_chars == 0
        || n_chars > 80
        || label.contains(['?', '!', ';', '=', '/', '@', '<', '>', '{', '}', '%', '€', '$', '“', '”'])
        || has_quotation(label)
        || has_unmatched_bracket(label)
    {
        return None;
    }
    if is_chair_label(lexicon, label) && !label.starts_with(char::is_lowercase) {
        return Some(Judgement { kind: LabelKind::Office, quality: 0.95 });
    }
    let words = words(label);
    if is_caseless(label) {
        return if lexicon.is_not_speaker(&words.join(" ")) { None } else { judge_caseless(label, n_chars) };
    }
    let spaced = with_spaced_initials(label);
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let longest = if is_office_with_field(lexicon, &words) { LONGEST_OFFICE } else { 9 };
    if tokens.len() > longest || is_not_speaker(lexicon, label) || is_address_or_language(lexicon, &words) {
        return None;
    }
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
    // "van der Berg"
    let is_particle = |first: &String| {
        tokens.len() <= 4
            && lexicon.is_particle(first)
            && !lexicon.is_function_word(first)
            && !lexicon.is_of_body(first)
            && !lexicon.is_dropped_article(first)
    };
    // "iPhone": a small letter before a capital.
    if let [only] = tokens.as_slice()
        && only.starts_with(char::is_lowercase)
        && only.chars().nth(1).is_some_and(char::is_uppercase)
        && is_user_name(only)
    {
        return Some(Judgement { kind: LabelKind::Word, quality: 0.35 });
    }
    if !starts_upper && !words.first().is_some_and(is_particle) {
        return None;
    }
    let anonymous = words.iter().any(|word| lexicon.is_anonymous(word));
    let names_office =
        |word: &String| lexicon.is_office(word) || lexicon.is_chair(word) || lexicon.is_compound_office(word);
    let office = (words.iter().any(names_office) || is_office_with_field(lexicon, &words))
        && !is_name_after_rank(lexicon, &tokens);
    // "For the Plaintiff", "BY MR. LEE" say on whose behalf or by whom.
    let relates = words.first().is_some_and(|word| lexicon.is_function_word(word) && !lexicon.is_determiner(word));
    // "The Minister of State in the Ministry of Railways"
    let is_short = words.len() <= 7 || longest == LONGEST_OFFICE;
    if (anonymous || office) && is_short && !relates {
        // "Le ministre des Affaires étrangères": one word of the field may have small letters, and behind a form of address a few: "M. le
        // ministre des travaux publics".
        let mut n_small = match words.first() {
            _ if !is_office_with_field(lexicon, &words) || words.len() <= 3 => 0,
            Some(first) if lexicon.is_honorific(first) => 3,
            _ => 1,
        };
        let mut is_of_field = |word: &String| {
            let fits = n_small > 0 && !lexicon.is_function_word(word) && word.chars().count() > 3;
            n_small -= usize::from(fits);
            fits
        };
        let plausible = tokens.iter().zip(&words).all(|(token, word)| {
            token.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
                || lexicon.is_small_word_of_office(word)
                || is_office_word(lexicon, word)
                || lexicon.is_anonymous(word)
                || is_of_field(word)
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
    // "AGIRRE GOIA jaunak": a form of address in small letters behind a surname in capitals.
    if let [names @ .., last] = tokens.as_slice()
        && last.starts_with(char::is_lowercase)
        && lexicon.is_honorific(&bare(last))
        && (1..=4).contains(&names.len())
        && names.iter().all(|name| !name.contains(char::is_lowercase) && name.chars().nth(1).is_some())
    {
        return Some(Judgement { kind: LabelKind::Person, quality: 0.8 });
    }
    // "Pregunta del fiscal"; not "Answer me this", "QUESTION OF PRIVILEGE"
    if let [first, second, ..] = words.as_slice()
        && (lexicon.is_question_label(first) || lexicon.is_answer_label(first))
        && first.chars().count() >= SHORTEST_QUESTION
        && words.len() <= LONGEST_QUESTION
        && second.chars().all(char::is_alphabetic)
        && names_somebody(lexicon, label, &tokens[1..])
    {
        return Some(Judgement { kind: LabelKind::Anonymous, quality: 0.45 });
    }
    judge_person(lexicon, &tokens)
}

/// Minimum number of letters of a word for a question before the person who asks, and maximum number of words with the person.
const SHORTEST_QUESTION: usize = 4;
const LONGEST_QUESTION: usize = 5;

/// Whether the words behind a word for a question or an answer say whose it is: a person, or any noun behind "de" or "von".
fn names_somebody(lexicon: &Lexicon, label: &str, behind: &[&str]) -> bool {
    let is_name = |found: Judgement| found.kind == LabelKind::Person;
    behind.first().is_some_and(|first| lexicon.is_particle(first)) && label.chars().skip(1).any(char::is_lowercase)
        || judge_person(lexicon, behind).is_some_and(is_name)
}

/// A label with blanks behind initials that are printed without: "I.Hill".
fn with_spaced_initials(label: &str) -> Cow<'_, str> {
    const SHORTEST: usize = 3;
    if !label.contains('.') {
        return label.into();
    }
    let mut out = String::with_capacity(label.len() + 2);
    for word in label.split_inclusive(char::is_whitespace) {
        let mut parts = word.split('.').peekable();
        while let Some(part) = parts.next() {
            out.push_str(part);
            let Some(next) = parts.peek() else { continue };
            out.push('.');
            let is_initial = part.chars().count() == 1 && part.starts_with(char::is_uppercase);
            let is_name = next.starts_with(char::is_uppercase) && next.chars().count() >= SHORTEST;
            if is_initial && is_name {
                out.push(' ');
            }
        }
    }
    out.into()
}

/// Whether a label is a rank that is also an office, and the name of a person: "Senator Ann Lee", not "Lord Chancellor".
fn is_name_after_rank(lexicon: &Lexicon, tokens: &[&str]) -> bool {
    let names = &tokens[leading_honorifics(lexicon, tokens)..];
    let is_name = |token: &&str| {
        let word = bare(token);
        let is_other = is_office_word(lexicon, &word)
            || lexicon.is_position(&word)
            || lexicon.is_anonymous(&word)
            || lexicon.is_rank(&word)
            || lexicon.is_small_word_of_office(&word)
            || lexicon.is_function_word(&word);
        let has_form = token.starts_with(char::is_uppercase) || lexicon.is_particle(&word);
        has_form && !is_other && word.chars().any(char::is_alphabetic)
    };
    names.len() < tokens.len() && names.iter().all(is_name) && names.last().is_some_and(|name| name.chars().count() > 1)
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
    let (n_caseless, n) =
        letters.fold((0, 0), |(caseless, n), c| (caseless + usize::from(is_caseless_letter(c)), n + 1));
    n_caseless * 2 > n
}

/// Judges a label of a script without capitals by its length alone.
fn judge_caseless(label: &str, n_chars: usize) -> Option<Judgement> {
    let cjk = label
        .chars()
        .any(|c| c.is_alphabetic() && matches!(c as u32, 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7AF));
    // Initials before a name do not count.
    let n_words = || label.split_whitespace().filter(|word| !word.ends_with('.')).count();
    let short = if cjk { n_chars <= 12 } else { n_chars <= 40 && n_words() <= 5 };
    (short && !label.contains(['，', '。', '、', '؟', '？']))
        .then_some(Judgement { kind: LabelKind::Person, quality: 0.55 })
}

/// Whether the words of a label that are also words of sentences can be names: "Wei He", "So Yung", "Ann I Lee", but
/// not "So Far" before a word of headings, and not more than three words.
fn are_names(lexicon: &Lexicon, names: &[&str]) -> bool {
    let is_initial = |at: usize, token: &str| at > 0 && at + 1 < names.len() && token.chars().count() == 1;
    let mut n_others = 0;
    for (at, token) in names.iter().enumerate() {
        let word = bare(token);
        if lexicon.is_function_word(&word) {
            let is_name = lexicon.is_also_name(&word) && (word.chars().count() > 1 || is_initial(at, token));
            if !is_name || !token.starts_with(char::is_uppercase) {
                return false;
            }
        } else {
            let is_other = lexicon.is_not_speaker(&word)
                || lexicon.is_heading_noun(&word)
                || lexicon.is_salutation(&word)
                || lexicon.is_member(&word)
                || lexicon.is_interjector_only(&word)
                || lexicon.is_clause_opener(&word);
            if is_other {
                return false;
            }
            n_others += 1;
        }
    }
    names.len() <= 3 && n_others > 0
}

fn judge_person(lexicon: &Lexicon, tokens: &[&str]) -> Option<Judgement> {
    /// Quality of a name with a word of sentences; it needs other evidence.
    const IN_DOUBT: f32 = 0.45;
    if is_peer(lexicon, tokens) {
        return Some(Judgement { kind: LabelKind::Person, quality: 0.8 });
    }
    let n_honorifics = leading_honorifics(lexicon, tokens);
    let mut names: Vec<&str> = Vec::new();
    for token in &tokens[n_honorifics..] {
        if !is_post_nominal(lexicon, token) || names.is_empty() {
            names.push(token);
        }
    }
    let mut capitalised = 0;
    let mut is_in_doubt = false;
    for token in &names {
        let core = token.trim_matches(|c: char| !c.is_alphanumeric());
        if core.is_empty() {
            return None;
        }
        let lower = folded(core);
        // The full stop of an initial, and "i" between two surnames: "Ann Serra i Puig".
        let is_letter = core.chars().count() == 1
            && (token.ends_with('.') || token.starts_with(char::is_lowercase) && lexicon.is_particle(&lower));
        if lexicon.is_function_word(&lower) && names.len() > 1 && !is_letter {
            is_in_doubt = true;
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
    if is_in_doubt && !are_names(lexicon, &names) {
        return None;
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
        (0, 1..) if is_in_doubt => IN_DOUBT,
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
            "The Minister of Home Affairs",
            "M. le ministre des travaux publics",
            "The Minister for Business",
            "The Director of Policy",
            "Le ministre des Affaires étrangères",
            "The Earl of Errol",
            "The Lord Bishop of Tarnley",
            "Mr. Wei He",
            "Ms. So",
            "Dr. h.c. Cy Dahl",
            "Josep Maria Serra i Puig",
        ] {
            assert!(quality(label) >= 0.5, "{label}: {}", quality(label));
        }
    }

    #[test]
    fn names_that_are_words_of_sentences_are_in_doubt() {
        for label in ["Wei He", "Minh Do", "So Yung", "An Na", "He Wei", "Ann I Lee", "van der Berg"] {
            assert!((0.3..0.5).contains(&quality(label)), "{label}: {}", quality(label));
        }
        for label in ["So Far", "To Date", "I Think", "In Our View", "More Questions", "My Friends", "do Minh"] {
            assert!(quality(label) < 0.3, "{label}: {}", quality(label));
        }
    }

    #[test]
    fn other_words_before_a_colon_are_not() {
        for label in [
            "Answer me this",
            "Answer the question",
            "QUESTION OF PRIVILEGE",
            "Question of privilege",
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
            "Dear Colleagues",
            "Liebe Kolleginnen und Kollegen",
            "Meine Damen und Herren",
            "Keine Frage",
            "Chers Collègues",
            "Queridos Amigos",
            "No Question",
            "In Short",
            "My Lords",
            "Other Animals) Bill",
            "Disclaimer",
            "English",
            "In French",
            "CROSS-EXAMINATION",
            "Vielen Dank",
            "תודה",
            "谢谢",
            "出席",
        ] {
            assert!(quality(label) < 0.5, "{label}: {}", quality(label));
        }
    }
}
