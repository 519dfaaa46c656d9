//! Names beside names: the words that tell people apart, and whether two honorifics can be one person's.

use crate::labels;
use crate::lexicon::Lexicon;

/// Words of a name that tell people apart: lower-cased, without honorifics, punctuation and letters behind it. A name
/// that is nothing but honorifics is kept as it is.
pub fn name_words(name: &str) -> Vec<String> {
    let words = |all: bool| -> Vec<String> {
        name.split_whitespace()
            .filter(|token| all || !labels::is_honorific(token) && !labels::is_post_nominal(token))
            .map(|token| token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
            .filter(|token| !token.is_empty())
            .collect()
    };
    let telling = words(false);
    if telling.is_empty() { words(true) } else { telling }
}

/// Whether two honorifics can be one person's: "Mr" and "Mrs" of one surname are two people.
pub fn titles_agree(a: &Option<String>, b: &Option<String>) -> bool {
    let lexicon = Lexicon::builtin();
    let sex = |honorific: &Option<String>| {
        let first = labels::words(honorific.as_deref().unwrap_or("")).into_iter().next()?;
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
