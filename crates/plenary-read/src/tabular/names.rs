//! Names with the surname first, as lists sort them.
//!
//! **Input:** a table and its column of speakers. **Output:** the table with "Ann Lee" where the column writes "Lee, Ann".
//! Nothing is refused. A column in which most names are written otherwise, or commas precede offices, is left as it is.

use std::collections::HashMap;

use super::Table;
use plenary_names::labels::is_post_nominal;
use plenary_names::lexicon::Lexicon;
use plenary_names::offices::is_title;

/// Largest number of words on each side of the comma.
const MOST_WORDS: usize = 4;

/// Writes the surname last, if the column writes it first.
pub(super) fn surname_last(table: &mut Table, column: usize, lexicon: &Lexicon) {
    let mut names: HashMap<String, Option<String>> = HashMap::new();
    for row in &table.rows {
        if let Some(name) = row.cells.get(column).and_then(Option::as_deref)
            && !names.contains_key(name)
        {
            names.insert(name.to_string(), turned(name, lexicon));
        }
    }
    let n_turned = names.values().filter(|name| name.is_some()).count();
    let n_commas = names.keys().filter(|name| name.contains(',')).count();
    // Labels of offices among the names have no comma.
    if n_turned < 2 || n_turned * 5 < n_commas * 4 || n_turned * 2 < names.len() {
        return;
    }
    let example = names.iter().filter(|(_, turned)| turned.is_some()).map(|(name, _)| name).min().cloned();
    for row in &mut table.rows {
        let Some(cell) = row.cells.get_mut(column) else { continue };
        if let Some(Some(turned)) = cell.as_ref().and_then(|name| names.get(name)) {
            *cell = Some(turned.clone());
        }
    }
    if let Some(example) = example {
        table
            .warnings
            .push(format!("names with the surname first, such as `{example}`, were read with the surname last"));
    }
}

/// "Lee, Ann" as "Ann Lee"; `None` if the text is not written so.
fn turned(text: &str, lexicon: &Lexicon) -> Option<String> {
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
        format!("{given} {surname}{after}")
    })
}
