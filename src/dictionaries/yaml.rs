//! Dictionaries in YAML, as quanteda reads and writes them: categories with lists of words, nested to any depth.
//!
//! **Input:** the text of a file. **Output:** its categories. **Refused:** what is not YAML, lists that hold lists, names that occur twice,
//! aliases and several documents, with the line. **Left to others:** what the patterns match.
//!
//! Events are read one after the other with a stack of our own, so that depth and size of a file are no danger.

use plenary_measure::dictionaries::{Categories, Entry};
use saphyr_parser::{Event, Parser};

use super::LineError;

/// What is being read.
enum Open {
    /// Categories, with the name whose value comes next.
    Categories { of: Categories, name: Option<String> },
    /// The patterns of a category.
    Patterns(Vec<String>),
}

/// Greatest depth of categories.
const DEEPEST: usize = 32;

pub(super) fn categories(text: &str) -> Result<Categories, LineError> {
    let mut open: Vec<Open> = Vec::new();
    let mut whole: Option<Categories> = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let line = error.marker().line();
            LineError::new(line, format!("is not YAML: {}", error.info()))
        })?;
        let line = span.start.line();
        let wrong =
            |found: &str, expected: &str| Err(LineError::new(line, format!("found {found}; expected {expected}")));
        match event {
            Event::MappingStart(..) => match open.last() {
                None if whole.is_some() => return wrong("a second document", "one"),
                Some(Open::Patterns(_)) => return wrong("categories in a list of words", "words"),
                Some(Open::Categories { name: None, .. }) => return wrong("categories as a name", "a name"),
                Some(Open::Categories { name: Some(name), .. }) if open.len() >= DEEPEST => {
                    return wrong(&format!("`{name}`"), &format!("categories at most {DEEPEST} deep"));
                }
                _ => open.push(Open::Categories { of: Categories::new(), name: None }),
            },
            Event::SequenceStart(..) => match open.last() {
                Some(Open::Categories { name: Some(_), .. }) => open.push(Open::Patterns(Vec::new())),
                Some(Open::Categories { name: None, .. }) => return wrong("a list as a name", "a name"),
                Some(Open::Patterns(_)) => return wrong("a list in a list of words", "words"),
                None => return wrong("a list", "categories, each with its words: `economy: [tax*, budget]`"),
            },
            Event::Scalar(value, ..) => match open.last_mut() {
                Some(Open::Patterns(patterns)) => patterns.push(value.into_owned()),
                Some(Open::Categories { of, name }) => match name.take() {
                    None if of.contains_key(value.as_ref()) => {
                        return wrong(&format!("the category `{value}` again"), "each name once");
                    }
                    None => *name = Some(value.into_owned()),
                    // A single word without a list. Nothing after the name is an empty category, which is refused later.
                    Some(name) => {
                        let words = Some(value.into_owned()).filter(|word| !word.is_empty() && word != "~");
                        of.insert(name, Entry::Patterns(words.into_iter().collect()));
                    }
                },
                // An empty file may have an empty document.
                None if value.is_empty() || value == "~" => {}
                None => return wrong("a text", "categories, each with its words: `economy: [tax*, budget]`"),
            },
            Event::MappingEnd | Event::SequenceEnd => {
                let entry = match open.pop() {
                    Some(Open::Patterns(patterns)) => Entry::Patterns(patterns),
                    Some(Open::Categories { of, .. }) if open.is_empty() => {
                        whole = Some(of);
                        continue;
                    }
                    Some(Open::Categories { of, .. }) => Entry::Nested(of),
                    None => continue,
                };
                if let Some(Open::Categories { of, name }) = open.last_mut()
                    && let Some(name) = name.take()
                {
                    of.insert(name, entry);
                }
            }
            Event::Alias(_) => {
                return wrong("an alias (`*name`)", "the words themselves; quote words that begin with `*`");
            }
            _ => {}
        }
    }
    Ok(whole.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let LineError { line, problem } = categories(text).unwrap_err();
        format!("line {line}: {problem}")
    }

    #[test]
    fn categories_nest() {
        let found =
            categories("US:\n  Countries: [States]\n  oceans:\n    - Atlantic\n    - 'no'\nyear: 1984\nempty:\n")
                .unwrap();
        let words = |words: &[&str]| Entry::Patterns(words.iter().map(|word| (*word).to_owned()).collect());
        let us = [("Countries", words(&["States"])), ("oceans", words(&["Atlantic", "no"]))];
        let us = Entry::Nested(us.map(|(name, entry)| (name.to_owned(), entry)).into());
        let expected = [("US", us), ("year", words(&["1984"])), ("empty", words(&[]))];
        assert_eq!(found, expected.map(|(name, entry)| (name.to_owned(), entry)).into());
    }

    #[test]
    fn other_yaml_is_refused() {
        assert!(error("a: [x\nb: [y]\n").contains("is not YAML"), "{}", error("a: [x\nb: [y]\n"));
        insta::assert_snapshot!(error("- a\n"), @"line 1: found a list; expected categories, each with its words: `economy: [tax*, budget]`");
        insta::assert_snapshot!(error("a: [x]\na: [y]\n"), @"line 2: found the category `a` again; expected each name once");
        insta::assert_snapshot!(error("a:\n  - [x]\n"), @"line 2: found a list in a list of words; expected words");
        insta::assert_snapshot!(error("a: &w [x]\nb: *w\n"), @"line 2: found an alias (`*name`); expected the words themselves; quote words that begin with `*`");
        insta::assert_snapshot!(error("a: [x]\n---\nb: [y]\n"), @"line 3: found a second document; expected one");
        let deep: String = (0..40).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert!(error(&deep).contains("at most 32 deep"), "{}", error(&deep));
        // Deep nesting neither overflows the stack nor takes long.
        assert!(categories(&"[".repeat(100_000)).is_err());
    }
}
