//! Whether a text mentions its speaker or its addressee: "I thank you" does, "The committee rose at noon" does not.
//!
//! **Input**: a sentence or a text. **Output**: whether it has a word of the first or second person. Nothing is refused.
//! What follows for a line of a transcript is left to attribution.

use crate::lexicon::Lexicon;
use crate::text::folded;

/// Whether a text has a word for who speaks or who is spoken to.
pub fn addresses(lexicon: &Lexicon, text: &str) -> bool {
    let is_loud = !text.chars().any(char::is_lowercase);
    let of_words = text.split_whitespace().flat_map(|word| word.split(['\'', '’', '-', '—', '–'])).any(|word| {
        let word = word.trim_matches(|c: char| c.is_ascii_punctuation() || !c.is_alphanumeric() && c.is_ascii());
        let word = word.trim_matches(['“', '”', '„', '«', '»', '…', '‘', '¿', '¡', '،', '؟', '।']);
        // "US" is a country, unless everything is in capitals.
        let is_abbreviation = !is_loud && word.chars().nth(1).is_some() && word.chars().all(char::is_uppercase);
        !word.is_empty() && !is_abbreviation && lexicon.is_first_or_second_person(&folded(word))
    });
    // In scripts without blanks such a word is one sign.
    let is_sign = |c: &char| matches!(c, '\u{3040}'..='\u{9fff}');
    of_words || text.chars().filter(is_sign).any(|c| lexicon.is_first_or_second_person(c.encode_utf8(&mut [0; 4])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_first_and_second_person_in_several_languages() {
        let lexicon = Lexicon::builtin();
        for text in [
            "I'm glad.",
            "Let us go on.",
            "WE ALL SAW IT",
            "J'ai vu le pont.",
            "Das haben wir gesehen.",
            "“You know that”",
            "每天都看着我家的橋。",
            "हम सब जानते हैं।",
            "אני מודה ליושב ראש.",
        ] {
            assert!(addresses(lexicon, text), "{text}");
        }
        for text in ["The US army left.", "The committee rose at noon.", "Der Ausschuss vertagt sich.", "會議結束。"]
        {
            assert!(!addresses(lexicon, text), "{text}");
        }
    }
}
