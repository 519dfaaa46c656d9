//! Names with the surname first, as lists sort them.
//!
//! **Input:** a table and its column of speakers, or turns with speakers. **Output:** "Ann Lee" where they write "Lee, Ann".
//! Nothing is refused. A column in which most names are written otherwise, or commas precede offices, is left as it is.

use std::collections::HashMap;

use super::Table;
use plenary_corpus::Turn;
use plenary_names::labels::is_post_nominal;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices::is_title;

/// Largest number of words on each side of the comma.
const MOST_WORDS: usize = 4;

/// Writes the surname last, if the column writes it first.
pub(super) fn surname_last(table: &mut Table, column: usize, lexicon: &Lexicon) {
    let cells = table.rows.iter_mut().filter_map(|row| row.cells.get_mut(column)?.as_mut());
    let warning = turn_all(cells.collect(), lexicon);
    table.warnings.extend(warning);
}

/// As [`surname_last`], for the labels of turns whose names the format does not give apart from them. Returns a warning that
/// says so.
pub(crate) fn surname_last_in_turns(turns: &mut [Turn], lexicon: &Lexicon) -> Option<String> {
    let speakers = turns.iter_mut().filter_map(|turn| turn.speaker.as_mut());
    let labels = speakers.filter(|speaker| speaker.name.is_none()).map(|speaker| &mut speaker.label);
    turn_all(labels.collect(), lexicon)
}

/// Turns all names, if most are written with the surname first; then a warning names one of them.
fn turn_all(mut all: Vec<&mut String>, lexicon: &Lexicon) -> Option<String> {
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for name in &all {
        if !names.contains_key(name.as_str()) {
            names.insert((*name).clone(), turned(name, lexicon));
        }
    }
    let n_turned = names.values().filter(|name| name.is_some()).count();
    let n_commas = names.keys().filter(|name| name.contains(',')).count();
    // Labels of offices among the names have no comma.
    if n_turned < 2 || n_turned * 5 < n_commas * 4 || n_turned * 2 < names.len() {
        return None;
    }
    let example = names.iter().filter(|(_, turned)| turned.is_some()).map(|(name, _)| name).min().cloned();
    for name in &mut all {
        if let Some(Some(turned)) = names.get(name.as_str()) {
            name.clone_from(turned);
        }
    }
    example.map(|example| format!("names with the surname first, such as `{example}`, were read with the surname last"))
}

/// "Lee, Ann" as "Ann Lee", and "Lee, Ann (Guest)" as "Ann Lee (Guest)"; `None` if the text is not written so.
fn turned(text: &str, lexicon: &Lexicon) -> Option<String> {
    let (text, brackets) = match text.trim_end().strip_suffix(')').and_then(|inner| inner.rfind('(')) {
        Some(at) if at > 0 => text.split_at(at),
        _ => (text, ""),
    };
    let mut pieces = text.split(',').map(str::trim);
    let (surname, given) = (pieces.next()?, pieces.next()?);
    let rest: Vec<&str> = pieces.collect();
    let is_name = |text: &str| {
        let n_words = text.split_whitespace().count();
        (1..=MOST_WORDS).contains(&n_words)
            && text.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '\u{2019}'))
            && text.split_whitespace().any(|word| !word.starts_with(char::is_lowercase))
    };
    let is_turned = is_name(surname)
        && is_name(given)
        && !is_title(lexicon, given)
        && !is_post_nominal(lexicon, given)
        && rest.iter().all(|piece| is_post_nominal(lexicon, piece));
    is_turned.then(|| {
        let after: String = rest.iter().map(|piece| format!(", {piece}")).collect();
        let brackets = if brackets.is_empty() { String::new() } else { format!(" {}", brackets.trim()) };
        format!("{given} {surname}{after}{brackets}")
    })
}
