//! Comparing names.
//!
//! **Input**: names and honorifics as printed, and the lexicon. **Output**: the words of a name that distinguish
//! people, and whether two honorifics can belong to one person. Nothing is refused. Identifying people is left to
//! attribution.

use crate::labels;
use crate::lexicon::Lexicon;
use crate::text::folded;

/// The words of a name that distinguish people: in lower case, without honorifics, punctuation and post-nominals. A
/// name that consists only of honorifics keeps them.
pub fn name_words(lexicon: &Lexicon, name: &str) -> Vec<String> {
    let words = |all: bool| -> Vec<String> {
        name.split_whitespace()
            .filter(|token| all || !labels::is_honorific(lexicon, token) && !labels::is_post_nominal(lexicon, token))
            .map(|token| folded(token.trim_matches(|c: char| !c.is_alphanumeric())))
            .filter(|token| !token.is_empty())
            .collect()
    };
    let telling = words(false);
    if telling.is_empty() { words(true) } else { telling }
}

/// Whether two honorifics can belong to one person: "Mr" and "Mrs" with the same surname are two people.
pub fn titles_agree(lexicon: &Lexicon, a: Option<&str>, b: Option<&str>) -> bool {
    let sex = |honorific: Option<&str>| {
        let first = labels::words(honorific.unwrap_or("")).into_iter().next()?;
        if lexicon.is_male(&first) { Some(Sex::Male) } else { lexicon.is_female(&first).then_some(Sex::Female) }
    };
    match (sex(a), sex(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

#[derive(PartialEq)]
enum Sex {
    Male,
    Female,
}
