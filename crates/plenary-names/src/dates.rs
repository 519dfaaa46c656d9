//! Names of months.

pub fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    if word.len() < 3 {
        return None;
    }
    let at = MONTHS.iter().position(|name| {
        *name == word || (name[..3] == word && word != "may") || (word == "sept" && *name == "september")
    })?;
    i8::try_from(at + 1).ok()
}
