//! Files of dictionaries.
//!
//! **Input:** a file: TOML, YAML as quanteda reads it, or LIWC (`.dic`). **Output:** its categories with their patterns. **Refused:** files that
//! do not exist, are not UTF-8 or have another form, with the line where it is known. **Left to others:** counting (plenary-measure).

mod liwc;
mod yaml;

use std::path::Path;

use plenary_measure::dictionaries::Categories;
use plenary_names::toml_error::TomlError;

/// What is wrong with a file of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}{}: {problem}", line.map_or_else(String::new, |line| format!(", line {line}")))]
pub struct DictionaryFileError {
    /// The file.
    pub path: String,
    /// Line, from 1, if it is known.
    pub line: Option<usize>,
    /// What was found and what was expected.
    pub problem: String,
}

/// Something wrong at a line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct LineError {
    line: usize,
    problem: String,
}

impl LineError {
    fn new(line: usize, problem: impl Into<String>) -> Self {
        Self { line, problem: problem.into() }
    }
}

/// The forms of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Toml,
    Yaml,
    Liwc,
}

/// The extensions of the forms.
const FORMS: [(&str, Form); 4] = [("toml", Form::Toml), ("yml", Form::Yaml), ("yaml", Form::Yaml), ("dic", Form::Liwc)];

/// Reads the categories of a file. Also returns its bytes.
///
/// # Errors
/// [`DictionaryFileError`] names the file, what was found and what was expected.
pub fn read(path: &Path) -> Result<(Categories, Vec<u8>), DictionaryFileError> {
    let wrong =
        |line: Option<usize>, problem: String| DictionaryFileError { path: path.display().to_string(), line, problem };
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    let Some((_, form)) = FORMS.iter().find(|(known, _)| *known == extension) else {
        let problem =
            "found a file of another form; expected TOML (.toml), YAML as quanteda reads it (.yml) or LIWC (.dic)";
        return Err(wrong(None, problem.into()));
    };
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => wrong(None, "there is no such file".into()),
        _ => wrong(None, format!("cannot be read: {error}")),
    })?;
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.strip_prefix('\u{FEFF}').unwrap_or(text),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count();
            return Err(wrong(Some(line), "found bytes that are not UTF-8; save the dictionary as UTF-8".into()));
        }
    };
    let categories = match form {
        Form::Toml => toml_categories(text),
        Form::Yaml => yaml::categories(text),
        Form::Liwc => liwc::categories(text),
    };
    let categories = categories.map_err(|LineError { line, problem }| wrong(Some(line), problem))?;
    if categories.is_empty() {
        return Err(wrong(None, "found no category; expected at least one with words".into()));
    }
    Ok((categories, bytes))
}

fn toml_categories(text: &str) -> Result<Categories, LineError> {
    toml::from_str(text).map_err(|error| match TomlError::of(&error, text) {
        TomlError::UnknownKey { line, key, .. } => LineError::new(line, format!("found the key `{key}`")),
        TomlError::Other { line, message } => LineError::new(line, message),
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use plenary_measure::dictionaries::Entry;

    use super::*;

    fn file(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        (folder, path)
    }

    fn error(name: &str, content: &[u8]) -> String {
        let (folder, path) = file(name, content);
        read(&path).unwrap_err().to_string().replace(&format!("{}/", folder.path().display()), "")
    }

    fn patterns(words: &[&str]) -> Entry {
        Entry::Patterns(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn the_three_forms_of_one_dictionary_are_equal() {
        let expected: Categories = [
            ("A category", patterns(&["more", "lamb*", "little one"])),
            ("Another category", patterns(&["had", "mary"])),
        ]
        .map(|(name, entry)| (name.to_owned(), entry))
        .into();
        for (name, content) in [
            (
                "mary.dic",
                "%\r\n01\tA category\r\n02\tAnother category\r\n%\r\n\r\nmore\t01\r\nlamb*\t01\r\nlittle one\t01\r\nhad\t02\r\nmary\t02\r\n",
            ),
            (
                "mary.yml",
                "# a comment\nA category: [more, 'lamb*', little one]\nAnother category:\n  - had\n  - mary\n",
            ),
            (
                "mary.TOML",
                "\u{FEFF}\"A category\" = [\"more\", \"lamb*\", \"little one\"]\n\"Another category\" = [\"had\", \"mary\"]\n",
            ),
        ] {
            let (_folder, path) = file(name, content.as_bytes());
            assert_eq!(read(&path).unwrap().0, expected, "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let missing = read(Path::new("nowhere/policy.yml")).unwrap_err().to_string();
        insta::assert_snapshot!(missing, @"nowhere/policy.yml: there is no such file");
        insta::assert_snapshot!(error("a.cat", b"x"), @"a.cat: found a file of another form; expected TOML (.toml), YAML as quanteda reads it (.yml) or LIWC (.dic)");
        insta::assert_snapshot!(error("a.yml", b"a: [x]\nb: [\xe4]\n"), @"a.yml, line 2: found bytes that are not UTF-8; save the dictionary as UTF-8");
        insta::assert_snapshot!(error("a.toml", b"a = [\"x\"]\nb = 3\n"), @r#"a.toml, line 2: expected a list of words, such as ["tax*", "public spending"], or categories with such lists"#);
        insta::assert_snapshot!(error("a.yml", b""), @"a.yml: found no category; expected at least one with words");
    }
}
