//! Dictionaries in the format of LIWC (`.dic`): numbered categories between two lines `%`, then words with the numbers of their categories.
//!
//! **Input:** the text of a file. **Output:** its categories. **Refused:** a file without its two lines `%`, unknown numbers, and words whose
//! categories depend on the words around them, with the line. **Left to others:** what the patterns match.

use std::collections::BTreeMap;

use plenary_measure::dictionaries::{Categories, Entry};

use super::LineError;

pub(super) fn categories(text: &str) -> Result<Categories, LineError> {
    let mut names: BTreeMap<u32, &str> = BTreeMap::new();
    let mut patterns: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    // Number of lines `%` so far.
    let mut n_signs = 0;
    let lines = text.split('\n').flat_map(|line| line.trim_end_matches('\r').split('\r')).zip(1..);
    let lines = lines.map(|(line, number)| (line.trim(), number)).filter(|(line, _)| !line.is_empty());
    let mut last = 1;
    for (line, number) in lines {
        last = number;
        let wrong = |problem: String| Err(LineError::new(number, problem));
        if line == "%" {
            n_signs += 1;
            continue;
        }
        match n_signs {
            0 => return wrong(format!("found `{line}`; expected `%` before the categories")),
            1 => {
                let (id, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
                let (Ok(id), name) = (id.parse(), name.trim()) else {
                    return wrong(format!("found `{line}`; expected the number and the name of a category, or `%`"));
                };
                if name.is_empty() {
                    return wrong(format!("found the category {id} without a name"));
                }
                if names.insert(id, name).is_some() {
                    return wrong(format!("found the number {id} again; expected each number once"));
                }
                if patterns.insert(name, Vec::new()).is_some() {
                    return wrong(format!("found the category `{name}` again; expected each name once"));
                }
            }
            _ => {
                let (pattern, numbers) = split(line);
                if line.contains(['(', '<', '/']) && numbers.iter().any(|number| number.parse::<u32>().is_err()) {
                    let expected =
                        "numbers of categories; remove conditions such as `(02 134)125/464`, which are not evaluated";
                    return wrong(format!("found `{line}`; expected {expected}"));
                }
                if pattern.is_empty() || numbers.is_empty() {
                    return wrong(format!("found `{line}`; expected a word and the numbers of its categories"));
                }
                for id in numbers {
                    let name = id.parse().ok().and_then(|id: u32| names.get(&id));
                    let Some(of_category) = name.and_then(|name| patterns.get_mut(name)) else {
                        return wrong(format!(
                            "found the category `{id}` of `{pattern}`, which is not in the list of categories"
                        ));
                    };
                    of_category.push(pattern.to_owned());
                }
            }
        }
    }
    if n_signs != 2 {
        return Err(LineError::new(last, format!("found {n_signs} lines `%`; expected two, around the categories")));
    }
    Ok(patterns.into_iter().map(|(name, words)| (name.to_owned(), Entry::Patterns(words))).collect())
}

/// A word or phrase, and the numbers after it. Tabs separate them or, in a line without one, blanks.
fn split(line: &str) -> (&str, Vec<&str>) {
    if let Some((pattern, numbers)) = line.split_once('\t') {
        return (pattern.trim(), numbers.split_whitespace().collect());
    }
    let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let n_numbers = line.split_whitespace().rev().take_while(is_number).count();
    let first = line.split_whitespace().rev().nth(n_numbers.saturating_sub(1)).filter(|_| n_numbers > 0);
    // A word that `split_whitespace` returns is a slice of the line.
    let end = first.map_or(line.len(), |first| first.as_ptr() as usize - line.as_ptr() as usize);
    let (pattern, numbers) = line.split_at(end);
    (pattern.trim(), numbers.split_whitespace().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let LineError { line, problem } = categories(text).unwrap_err();
        format!("line {line}: {problem}")
    }

    #[test]
    fn words_belong_to_several_categories_and_may_have_blanks() {
        let found =
            categories("%\n1 funct\n146\tnegemo (Negative Emotions)\n%\nabandon*\t1 146\nkind of 1\nof\t1\t146\n")
                .unwrap();
        let words = |words: &[&str]| Entry::Patterns(words.iter().map(|word| (*word).to_owned()).collect());
        let expected = [
            ("funct", words(&["abandon*", "kind of", "of"])),
            ("negemo (Negative Emotions)", words(&["abandon*", "of"])),
        ];
        assert_eq!(found, expected.map(|(name, entry)| (name.to_owned(), entry)).into());
        assert_eq!(categories("%\r1 a\r%\rx 1\r").unwrap().len(), 1);
    }

    #[test]
    fn other_files_are_refused() {
        insta::assert_snapshot!(error("more\t01\n"), @"line 1: found `more	01`; expected `%` before the categories");
        insta::assert_snapshot!(error("%\n1 a\n"), @"line 2: found 1 lines `%`; expected two, around the categories");
        insta::assert_snapshot!(error("%\na\n%\nx 1\n"), @"line 2: found `a`; expected the number and the name of a category, or `%`");
        insta::assert_snapshot!(error("%\n1 a\n1 b\n%\n"), @"line 3: found the number 1 again; expected each number once");
        insta::assert_snapshot!(error("%\n1 a\n2 a\n%\n"), @"line 3: found the category `a` again; expected each name once");
        insta::assert_snapshot!(error("%\n1 a\n%\nx\t2\n"), @"line 4: found the category `2` of `x`, which is not in the list of categories");
        insta::assert_snapshot!(error("%\n1 a\n%\nx\n"), @"line 4: found `x`; expected a word and the numbers of its categories");
        insta::assert_snapshot!(error("%\n1 a\n%\nlike\t(02 134)125/464\n"), @"line 4: found `like	(02 134)125/464`; expected numbers of categories; remove conditions such as `(02 134)125/464`, which are not evaluated");
    }
}
