//! The label before a colon: "Ann Lee: Good morning."
//!
//! **Input**: the text of a line. **Output**: the text before the first colon outside brackets, and where the speech
//! begins. A sign that looks like a colon counts as one: those of other scripts, and signs that are typed in its place. **Refused**: texts that are too long for a label, and texts in which a sentence ends before the colon.
//! Whether the text names a speaker is left to `labels`.

use crate::labels;
use crate::lexicon::Lexicon;
use crate::text::{folded, is_caseless_letter};
use plenary_corpus::text::is_blankless;

/// Maximum length of a byline with its brackets, in bytes.
pub const LONGEST_BYLINE: usize = 240;

/// The text before the first colon outside brackets that may name a speaker, and the offset at which the speech begins.
pub fn speaker_before_colon(lexicon: &Lexicon, text: &str) -> Option<(String, usize)> {
    colon_label(lexicon, text)
}

/// The label before the first colon outside brackets, and the offset at which the speech begins.
pub fn colon_label(lexicon: &Lexicon, text: &str) -> Option<(String, usize)> {
    let loud = text.split(COLONS).next().unwrap_or("");
    let is_loud = !loud.contains(char::is_lowercase) && loud.len() < LONGEST_BYLINE;
    label_before_colon(text, |text, at| {
        ends_sentence(lexicon, text, at)
            && !(is_loud && is_abbreviated_in_capitals(text, at))
            && !is_abbreviated_before_letter(text, at)
    })
}

/// Whether the full stop at an offset follows a short word and precedes another one in capitals: "MHE. KOMBO:".
fn is_abbreviated_in_capitals(text: &str, at: usize) -> bool {
    const LONGEST: usize = 4;
    let word = text[..at].rsplit(char::is_whitespace).next().unwrap_or("");
    let next = text[at + 1..].trim_start();
    text[at..].starts_with('.') && word.chars().count() <= LONGEST && next.starts_with(char::is_uppercase)
}

/// Whether the full stop at an offset follows a short word that opens the text and precedes a capital letter or a number alone before a
/// colon: "Inf. A:", "Resp. 2:".
fn is_abbreviated_before_letter(text: &str, at: usize) -> bool {
    const LONGEST: usize = 6;
    let word = text[..at].trim_start();
    let is_short = (2..=LONGEST).contains(&word.chars().count()) && word.chars().all(char::is_alphabetic);
    let next = text[at + 1..].split(COLONS).next().unwrap_or("").trim();
    let is_letter = next.chars().count() == 1 && next.starts_with(char::is_uppercase);
    let is_number = (1..=2).contains(&next.len()) && next.bytes().all(|byte| byte.is_ascii_digit());
    is_short && word.starts_with(char::is_uppercase) && text[at..].starts_with('.') && (is_letter || is_number)
}

/// The same; `ends` returns whether the sign at an offset of the text ends a sentence.
pub fn label_before_colon(text: &str, ends: impl Fn(&str, usize) -> bool) -> Option<(String, usize)> {
    let (mut depth, mut in_brackets) = (0usize, 0usize);
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < LONGEST_BYLINE) {
        match c {
            '(' | '[' | '（' | '［' => depth += 1,
            ')' | ']' | '）' | '］' => depth = depth.saturating_sub(1),
            _ if depth == 0 && is_colon(text, at, c) => {
                let sign = &text[at + c.len_utf8()..];
                // "Ann Lee:- Yes."
                let dash = sign.strip_prefix(['-', '–', '—']).filter(|rest| rest.starts_with(char::is_whitespace));
                let rest = dash.unwrap_or(sign);
                let after = text.len() - rest.len();
                let separates = rest.is_empty()
                    || rest.starts_with(char::is_whitespace)
                    || c == '：'
                    || rest.starts_with(['"', '“']);
                let label = &text[..at];
                let outside = at - in_brackets;
                if !separates {
                    continue;
                }
                if outside > 90 || label.trim().is_empty() {
                    return None;
                }
                let speech = after + (rest.len() - rest.trim_start().len());
                return Some((label.to_string(), speech));
            }
            '.' | '!' | '?' if depth == 0 && ends(text, at) => return None,
            _ => {}
        }
        in_brackets += if depth > 0 { c.len_utf8() } else { 0 };
    }
    None
}

/// Colons, with those of other widths and scripts: the letters of ratios and of length, and the signs of Hebrew, Ethiopic, Khmer and
/// Mongolian.
const COLONS: [char; 13] =
    [':', '：', '︓', '﹕', '∶', 'ː', '˸', '꞉', '\u{5C3}', '\u{1365}', '\u{1366}', '\u{17D6}', '\u{1804}'];

/// The visargas of Indian scripts and of Burmese. Where they belong to a word there is no blank before them.
const VISARGAS: [char; 9] =
    ['\u{903}', '\u{983}', '\u{A03}', '\u{A83}', '\u{B03}', '\u{C03}', '\u{C83}', '\u{D03}', '\u{1038}'];

/// Whether the sign at an offset of a text is a colon, or a visarga that is typed as one: apart from the words on both sides.
fn is_colon(text: &str, at: usize, c: char) -> bool {
    if c.is_ascii() {
        return c == ':';
    }
    let stands_apart = || {
        let is_open = |rest: &str| rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—'));
        text[..at].ends_with(|c: char| c.is_whitespace() || c == ')') && is_open(&text[at + c.len_utf8()..])
    };
    COLONS.contains(&c) || VISARGAS.contains(&c) && stands_apart() || is_glued_colon(text, at)
}

/// Whether the sign at an offset is the visarga that Bengali texts also print as a colon directly behind a label. Short words with it
/// are abbreviations: "মোঃ". Words that are written with it are left to those who judge labels.
pub fn is_glued_colon(text: &str, at: usize) -> bool {
    const SHORTEST: usize = 4;
    let is_visarga = text[at..].starts_with('\u{983}');
    is_visarga
        && text[at..].chars().nth(1).is_some_and(char::is_whitespace)
        && text[..at].rsplit(char::is_whitespace).next().is_some_and(|word| word.chars().count() >= SHORTEST)
}

/// Whether a word of a script without capitals is an initial: one letter or, in Indian scripts, the name of a letter ("एम.").
fn is_caseless_initial(word: &str) -> bool {
    const LONGEST: usize = 4;
    let mut letters = word.chars();
    let (Some(first), second) = (letters.next(), letters.next()) else { return false };
    let is_hangul = ('\u{1100}'..='\u{D7FF}').contains(&first);
    let is_indian = ('\u{900}'..='\u{DFF}').contains(&first);
    // "திரு.": a form of address is as short.
    let is_short = is_indian && word.chars().count() <= LONGEST;
    is_caseless_letter(first) && !is_blankless(first) && !is_hangul && (second.is_none() || is_short)
}

/// Whether a word is an initial and a surname without a blank between them, before text that is not the rest of a label: "E.Hansen. Thank you",
/// not "E.Hansen. Secretary: Thank you".
fn is_glued_name(word: &str, behind: &str) -> bool {
    const SHORTEST: usize = 4;
    const LONGEST_LABEL: usize = 60;
    let Some((initial, surname)) = word.split_once('.') else { return false };
    let is_initial = initial.chars().count() == 1 && initial.starts_with(char::is_uppercase);
    let is_surname = surname.starts_with(char::is_uppercase)
        && surname.chars().filter(|c| c.is_lowercase()).count() + 1 >= SHORTEST
        && !surname.contains('.');
    let sign = behind.char_indices().find(|(_, c)| matches!(c, '.' | '!' | '?' | ':' | '：' | ';'));
    let goes_on = sign.is_some_and(|(at, c)| matches!(c, ':' | '：') && at <= LONGEST_LABEL);
    is_initial && is_surname && !goes_on
}

/// Whether the sign at an offset of a text ends a sentence; a full stop after an initial or an abbreviation does not.
pub fn ends_sentence(lexicon: &Lexicon, text: &str, at: usize) -> bool {
    let word = text[..at].rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[')).next().unwrap_or("");
    // "Senator Hill (L). I rise": the letter in brackets is no initial.
    let is_closed = text[..at].ends_with([')', ']']);
    let is_short = !is_closed
        && (word.chars().count() <= 2 && word.starts_with(char::is_uppercase) || is_caseless_initial(word))
        || labels::is_honorific(lexicon, word)
        || labels::is_post_nominal(lexicon, word)
        || lexicon.is_legal_form(&folded(word))
        || word.contains('.') && !(word == text[..at].trim_start() && is_glued_name(word, &text[at + 1..]));
    let then_dash = text[at + 1..].trim_start().starts_with(['–', '—', '-']);
    text[at..].starts_with(['!', '?']) || then_dash || (!is_short && text[at + 1..].starts_with(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Option<(String, &str)> {
        colon_label(Lexicon::builtin(), text).map(|(label, speech)| (label, &text[speech..]))
    }

    #[test]
    fn signs_that_look_like_a_colon_close_a_label() {
        for sign in [":", "：", " ঃ", " ः", "∶", "꞉", "፦", " ៖", "﹕", ":-", " :–"] {
            let text = format!("Ann Lee{sign} Yes.");
            let found = label(&text).map(|(label, speech)| (label.trim_end().to_string(), speech));
            assert_eq!(found, Some(("Ann Lee".to_string(), "Yes.")), "{sign}");
        }
        assert_eq!(label("মাননীয় স্পীকার (ভোলা) ঃ ধন্যবাদ।").map(|found| found.1), Some("ধন্যবাদ।"));
    }

    #[test]
    fn a_short_word_with_a_letter_or_a_number_is_one_label() {
        assert_eq!(label("Inf. A: Yes."), Some(("Inf. A".to_string(), "Yes.")));
        assert_eq!(label("Resp. 12: Yes."), Some(("Resp. 12".to_string(), "Yes.")));
        for text in ["Well. A man: no.", "Then. 1998: the mill."] {
            assert_ne!(
                label(text).map(|found| found.0),
                Some(text.split(':').next().unwrap_or("").to_string()),
                "{text}"
            );
        }
    }

    #[test]
    fn signs_inside_words_and_numbers_do_not() {
        for text in [
            "মোঃ রহমান বললেন যে ডাঃ করিম আসবেন।",
            "अतः हम प्रायः यहाँ आते हैं।",
            "The ratio is 3∶4 in the river.",
            "Bo said [aː] twice.",
            "See 10:30-11:00 for more.",
        ] {
            assert_eq!(label(text), None, "{text}");
        }
    }

    #[test]
    fn the_visarga_of_bengali_also_closes_a_label_without_a_blank() {
        assert_eq!(label("সভাপতিঃ ধন্যবাদ।"), Some(("সভাপতি".to_string(), "ধন্যবাদ।")));
        assert!(is_glued_colon("সভাপতিঃ ধন্যবাদ।", "সভাপতি".len()) && !is_glued_colon("মোঃ রহমান", "মো".len()));
    }

    #[test]
    fn initials_of_scripts_without_capitals_are_no_ends_of_sentences() {
        assert_eq!(label("এ. কে. রহমান : ধন্যবাদ।").map(|found| found.0), Some("এ. কে. রহমান ".to_string()));
        assert_eq!(label("ד. כהן: תודה.").map(|found| found.0), Some("ד. כהן".to_string()));
        for text in ["네. 알겠습니다: 갑시다.", "לא. אמרתי: היא פתוחה.", "نه. گفتم: باز است."]
        {
            assert_eq!(label(text), None, "{text}");
        }
    }

    #[test]
    fn a_full_stop_behind_an_initial_and_a_surname_ends_a_label() {
        let ends = |text: &str, word: &str| ends_sentence(Lexicon::builtin(), text, word.len());
        assert!(ends("E.Hansen. Thank you, Chair.", "E.Hansen"));
        assert!(!ends("E.Hansen. Secretary: Thank you.", "E.Hansen"), "the label goes on");
        assert!(!ends("U.S.Army. Thank you.", "U.S.Army") && !ends("H.Res. Thank you.", "H.Res"));
    }
}
