//! Constant regular expressions, and capitals.
//!
//! **Input**: an expression or a text. **Output**: the compiled expression, or the text with a capital or in small
//! letters. Nothing is refused. White space and the ends of sentences are left to `plenary_corpus::text`.

use regex::Regex;

/// Compiles a regular expression that is written in the code.
///
/// # Panics
/// If the expression does not compile; the first test that uses it then fails.
pub fn constant_regex(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is a constant that compiles")
}

/// Compiles a regular expression over bytes that is written in the code.
///
/// # Panics
/// If the expression does not compile; the first test that uses it then fails.
pub fn constant_byte_regex(text: &str) -> regex::bytes::Regex {
    regex::bytes::Regex::new(text).expect("the pattern is a constant that compiles")
}

/// The text with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text in small letters, for comparison. The letters i and ı, which Turkish distinguishes, are one letter: "İ", "I"
/// and "ı" all become "i", since capitals of other languages do not show which one is meant.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    if text.contains(['İ', 'ı']) { text.replace(['İ', 'ı'], "i").to_lowercase() } else { text.to_lowercase() }
}

/// Whether a letter belongs to a script without capitals. The small letters of Georgian have capitals, but names do not
/// begin with them.
pub fn is_caseless_letter(c: char) -> bool {
    c.is_alphabetic() && (!c.is_uppercase() && !c.is_lowercase() || matches!(c, '\u{10d0}'..='\u{10ff}'))
}

/// Whether a text distinguishes the letters i and ı, as Turkish and Azerbaijani do: at least one letter in 40 is "İ" or
/// "ı".
pub fn has_dotless_i(text: &str) -> bool {
    const SHARE: usize = 40;
    let n = text.chars().filter(|c| matches!(c, 'İ' | 'ı')).count();
    n > 0 && n * SHARE >= text.chars().filter(|c| c.is_alphabetic()).count()
}

/// A name in capitals with small letters behind the first letter of each word. `has_dotless_i` says that "I" is the
/// capital of "ı"; the capital "İ" is that of "i" in any text.
pub fn title_case(name: &str, has_dotless_i: bool) -> String {
    let mut out = String::with_capacity(name.len());
    let mut starts = true;
    for c in name.chars() {
        match c {
            _ if starts => out.push(c),
            'İ' => out.push('i'),
            'I' if has_dotless_i => out.push('ı'),
            _ => out.extend(c.to_lowercase()),
        }
        starts = !c.is_alphanumeric();
    }
    out
}

/// Whether a text has at least four letters, and none of them is small.
pub fn is_in_capitals(text: &str) -> bool {
    const SHORTEST: usize = 4;
    let mut n = 0;
    for c in text.chars() {
        if c.is_lowercase() {
            return false;
        }
        n += usize::from(c.is_uppercase());
    }
    n >= SHORTEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_and_dotless_letters_have_their_own_capitals() {
        assert_eq!(title_case("AYLİN DEMİR", false), "Aylin Demir");
        assert_eq!(title_case("IŞIL KILIÇ", true), "Işıl Kılıç");
        assert_eq!(title_case("IAN HILL", false), "Ian Hill");
        assert_eq!(title_case("JEAN-LUC D'ARCY", false), "Jean-Luc D'Arcy");
        assert!(has_dotless_i("Sayın başkan, köprünün yapımı bitmedi"));
        assert!(!has_dotless_i(
            "We have counted the storks again this year, as Mr. Arı has asked us to do in the spring."
        ));
        for (a, b) in [("IŞIL", "Işıl"), ("AYLİN", "Aylin"), ("KAPALI OTURUM", "kapalı oturum")] {
            assert_eq!(folded(a), folded(b));
        }
    }
}
