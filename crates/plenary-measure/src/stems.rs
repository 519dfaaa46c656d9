//! Words to stems, so that forms of a word count as one.
//!
//! **Input:** words in lower case. **Output:** their stems by the Snowball algorithm of the language. In a language without one a word is its
//! own stem, and two words are forms of one if they begin alike. **Left to others:** which form is shown.

use snowball_stemmers_rs::{Algorithm, Stemmer};

/// The stemmer of a language.
pub struct LanguageStemmer(Option<Stemmer>);

impl std::fmt::Debug for LanguageStemmer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LanguageStemmer").field(&self.is_known()).finish()
    }
}

impl LanguageStemmer {
    /// The stemmer of a language, by the first part of its ISO code.
    pub fn of(language: &str) -> Self {
        let code = language.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        Self(algorithm(&code).map(Stemmer::create))
    }

    /// Whether there is an algorithm for the language. If not, a word is its own stem.
    pub fn is_known(&self) -> bool {
        self.0.is_some()
    }

    /// The stem of a word.
    pub fn stem(&self, word: &str) -> String {
        match &self.0 {
            Some(stemmer) => stemmer.stem(word).into_owned(),
            None => word.to_owned(),
        }
    }

    /// Whether two different stems are of forms of one word.
    pub fn are_forms(&self, a: &str, b: &str) -> bool {
        self.0.is_none() && begin_alike(a, b)
    }
}

/// The algorithm of a language, ISO 639-1.
fn algorithm(code: &str) -> Option<Algorithm> {
    Some(match code {
        "ar" => Algorithm::Arabic,
        "ca" => Algorithm::Catalan,
        "cs" => Algorithm::Czech,
        "da" => Algorithm::Danish,
        "de" => Algorithm::German,
        "el" => Algorithm::Greek,
        "en" => Algorithm::English,
        "eo" => Algorithm::Esperanto,
        "es" => Algorithm::Spanish,
        "et" => Algorithm::Estonian,
        "eu" => Algorithm::Basque,
        "fa" => Algorithm::Persian,
        "fi" => Algorithm::Finnish,
        "fr" => Algorithm::French,
        "ga" => Algorithm::Irish,
        "hi" => Algorithm::Hindi,
        "hu" => Algorithm::Hungarian,
        "hy" => Algorithm::Armenian,
        "id" => Algorithm::Indonesian,
        "it" => Algorithm::Italian,
        "lt" => Algorithm::Lithuanian,
        "ne" => Algorithm::Nepali,
        "nl" => Algorithm::Dutch,
        "nb" | "nn" | "no" => Algorithm::Norwegian,
        "pl" => Algorithm::Polish,
        "pt" => Algorithm::Portuguese,
        "ro" => Algorithm::Romanian,
        "ru" => Algorithm::Russian,
        "sr" => Algorithm::Serbian,
        "st" => Algorithm::Sesotho,
        "sv" => Algorithm::Swedish,
        "ta" => Algorithm::Tamil,
        "tr" => Algorithm::Turkish,
        "uk" => Algorithm::Ukrainian,
        "yi" => Algorithm::Yiddish,
        _ => return None,
    })
}

/// Whether two words look like forms of one word ("company", "companies"): they share all letters of the shorter word
/// except possibly the last, and the longer has at most three letters after the shared ones. Made for suffixes; an
/// occasional error only costs a term.
fn begin_alike(a: &str, b: &str) -> bool {
    let (a_len, b_len) = (a.chars().count(), b.chars().count());
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let (short, long) = (a_len.min(b_len), a_len.max(b_len));
    match short {
        0..=2 => a == b,
        3 => common == 3 && long <= 4,
        _ => common + 1 >= short && long - common <= 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_segmentation::UnicodeSegmentation;

    #[test]
    fn forms_have_one_stem() {
        for (language, a, b) in [
            ("en", "right", "rights"),
            ("en-GB", "companies", "company"),
            ("de", "schule", "schulen"),
            ("fr", "impôt", "impôts"),
            ("pl", "szkoła", "szkoły"),
            ("ru", "школа", "школы"),
        ] {
            let stems = LanguageStemmer::of(language);
            assert_eq!(stems.stem(a), stems.stem(b), "{language}");
        }
        let stems = LanguageStemmer::of("en");
        assert_ne!(stems.stem("trade"), stems.stem("tariff"));
        assert!(!stems.are_forms("interne", "internal"));
    }

    #[test]
    fn without_a_stemmer_words_that_begin_alike_are_forms() {
        let stems = LanguageStemmer::of("cy");
        assert_eq!(stems.stem("ysgolion"), "ysgolion");
        for (a, b) in [("company", "companies"), ("server", "servers"), ("law", "laws")] {
            assert!(stems.are_forms(a, b) && stems.are_forms(b, a), "{a} {b}");
        }
        for (a, b) in [("internet", "international"), ("trade", "tariff"), ("eu", "europe"), ("war", "warming")] {
            assert!(!stems.are_forms(a, b), "{a} {b}");
        }
    }

    /// The stemmers are generated code that works on bytes: no word of any script may end it.
    #[test]
    fn every_stemmer_reads_every_script() {
        let codes = [
            "ar", "ca", "cs", "da", "de", "el", "en", "eo", "es", "et", "eu", "fa", "fi", "fr", "ga", "hi", "hu", "hy",
            "id", "it", "lt", "ne", "nl", "no", "pl", "pt", "ro", "ru", "sr", "st", "sv", "ta", "tr", "uk", "yi",
        ];
        let texts = concat!(
            "The company's companies, rights' l'impôt qu’il naïve straße ΟΔΥΣΣΕΥΣ σπίτια школы İstanbul’da ",
            "الحكومات والمدارس दुनिया विद्यालयों 学校的税收 がっこう בתי־ספר தமிழ்நாட்டில் ԵՐԵՎԱՆԻ e\u{301}cole ﬁsh 🙂 a aa '' x'y ¼ ǅ",
        );
        for code in codes {
            let stems = LanguageStemmer::of(code);
            assert!(stems.0.is_some(), "{code}");
            for word in texts.unicode_words().map(str::to_lowercase).chain(texts.split(' ').map(str::to_owned)) {
                let _ = stems.stem(&word);
                for (at, _) in word.char_indices() {
                    let _ = (stems.stem(&word[at..]), stems.stem(&word[..at]));
                }
            }
            let _ = stems.stem("");
        }
    }
}
