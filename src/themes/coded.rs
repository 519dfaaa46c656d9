//! Texts with the codes that people gave them.
//!
//! **Input:** a [`CodedFile`] with a column `text`, and the codes of the study. Rows without a label are not coded yet and are left out.
//! **Output:** the texts of each code. **Refused:** labels that are no code of the study, texts that are missing or have two codes, with the
//! line. **Left to others:** learning from them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use plenary_measure::themes::ThemeCode;
use plenary_measure::themes::codes::EXAMPLES_AT_MOST;

use crate::validate::coded::{CodedError, CodedFile};

/// Texts by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodedTexts {
    of_code: BTreeMap<String, BTreeSet<String>>,
}

/// Why coded texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CodedTextsError {
    /// The file cannot be read, or a row cannot be used.
    #[error(transparent)]
    File(#[from] CodedError),
    /// There are no texts.
    #[error(
        "{path}: there is no column `text`; expected the text of each coded segment, as `plenary sample` writes it"
    )]
    NoTexts {
        /// The file.
        path: String,
    },
    /// No row is coded.
    #[error("{path}: no row has a label; code some segments in the column `label`")]
    Nothing {
        /// The file.
        path: String,
    },
    /// There are too many texts.
    #[error("{path}: {n} coded texts; expected at most {EXAMPLES_AT_MOST}. Keep a random part of them")]
    TooMany {
        /// The file.
        path: String,
        /// Their number.
        n: usize,
    },
}

impl CodedTexts {
    /// Reads a file of coded texts. Also returns its bytes.
    ///
    /// # Errors
    /// [`CodedTextsError`] names the line, what was found and what was expected.
    pub fn load(path: &Path, codes: &[ThemeCode]) -> Result<(Self, Vec<u8>), CodedTextsError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| CodedError::Unreadable { path: shown.clone(), source })?;
        Ok((Self::of(&CodedFile::parse(&bytes, &shown)?, codes)?, bytes))
    }

    /// The texts of a code, sorted.
    pub fn of_code(&self, id: &str) -> impl Iterator<Item = &str> {
        self.of_code.get(id).into_iter().flatten().map(String::as_str)
    }

    fn of(file: &CodedFile, codes: &[ThemeCode]) -> Result<Self, CodedTextsError> {
        let path = || file.path.clone();
        if file.position("text").is_none() {
            return Err(CodedTextsError::NoTexts { path: path() });
        }
        let mut texts = Self::default();
        // The code of each text, with the line.
        let mut known: BTreeMap<&str, (&str, Option<u64>)> = BTreeMap::new();
        for code in codes {
            known.extend(code.examples.iter().map(|text| (text.trim(), (code.id.as_str(), None))));
        }
        for row in file.rows.iter().filter(|row| !row.label.is_empty()) {
            let wrong = |problem: String| file.row_error(row.line, problem);
            let Some(code) = codes.iter().find(|code| code.id.eq_ignore_ascii_case(&row.label)) else {
                let ids: Vec<&str> = codes.iter().map(|code| code.id.as_str()).collect();
                let problem = format!("the label `{}`; expected a code of the study: {}", row.label, ids.join(", "));
                return Err(wrong(problem).into());
            };
            if row.text.is_empty() {
                return Err(wrong("a label without a text; expected the text of the segment".into()).into());
            }
            match known.insert(&row.text, (&code.id, Some(row.line))) {
                Some((other, line)) if other != code.id => {
                    let place = line.map_or("among the examples of the study".into(), |line| format!("in line {line}"));
                    let problem = format!(
                        "the text is `{}` here and `{other}` {place}; decide on one code, and remove the other",
                        code.id
                    );
                    return Err(wrong(problem).into());
                }
                _ => {
                    texts.of_code.entry(code.id.clone()).or_default().insert(row.text.clone());
                }
            }
        }
        match texts.of_code.values().map(BTreeSet::len).sum() {
            0 => Err(CodedTextsError::Nothing { path: path() }),
            n if n > EXAMPLES_AT_MOST => Err(CodedTextsError::TooMany { path: path(), n }),
            _ => Ok(texts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CodedTexts, String> {
        let code = |id: &str| ThemeCode {
            id: id.into(),
            description: id.into(),
            examples: vec![format!("About {id}.")],
            ..ThemeCode::default()
        };
        let file = CodedFile::parse(text.as_bytes(), "c.csv").map_err(|error| error.to_string())?;
        CodedTexts::of(&file, &[code("housing"), code("health")]).map_err(|error| error.to_string())
    }

    #[test]
    fn texts_belong_to_their_codes_and_open_rows_are_left_out() {
        let text =
            "segment_id,label,text\na,Housing,Rents rise.\nb,,Not coded.\nc,health,Nurses.\nd,housing,Rents rise.\n";
        let texts = read(text).expect("the file is valid");
        assert_eq!(texts.of_code("housing").collect::<Vec<_>>(), ["Rents rise."]);
        assert_eq!(texts.of_code("health").collect::<Vec<_>>(), ["Nurses."]);
        assert_eq!(texts.of_code("none").count(), 0);
    }

    #[test]
    fn rows_that_cannot_be_used_are_named_with_their_line() {
        let refused = |rows: &str| read(&format!("segment_id,label,text\n{rows}")).expect_err("the file is refused");
        insta::assert_snapshot!(
            refused("a,health,Nurses.\nb,houses,Rents.\n"),
            @"c.csv, line 3: the label `houses`; expected a code of the study: housing, health"
        );
        assert!(refused("a,health,\n").contains("line 2: a label without a text"));
        assert!(
            refused("a,health,X.\nb,housing,X.\n")
                .contains("line 3: the text is `housing` here and `health` in line 2")
        );
        assert!(refused("a,health,About housing.\n").contains("`housing` among the examples of the study"));
        assert!(refused("a,,X.\n").contains("no row has a label"));
        assert!(read("segment_id,label\na,health\n").expect_err("no texts").contains("there is no column `text`"));
        assert!(read("text,label\nX.,health\n").expect_err("no ids").contains("no column `segment_id`"));
    }
}
