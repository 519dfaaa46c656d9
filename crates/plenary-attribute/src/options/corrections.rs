//! The corrections of a study: what people answered about turns.
//!
//! **Input**: a CSV file that `plenary correct` writes. **Output**: checked [`Corrections`]. **Refused**, with the line: a file without the
//! expected columns, an unknown answer, an answer without the words or the speaker that it needs, two answers about one place.
//! Finding the places in a document is left to `correct`.

use std::collections::HashMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use plenary_corpus::files::read_file;
use plenary_corpus::text::line_of_row;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

/// The columns of a corrections file, in the order in which they are written.
const COLUMNS: [&str; 7] = ["document", "answer", "speaker", "from_words", "before", "words", "note"];

/// Number of words before and after the start of a turn by which the place is found again.
pub const ANCHOR_WORDS: usize = 12;

/// What a person answered about a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Boundary and speaker are right.
    Right,
    /// The turn is spoken by this person.
    Speaker(String),
    /// No turn begins here: the words belong to the turn before.
    Join,
    /// The words are not speech.
    NotSpeech,
    /// Another person speaks from these words on.
    Split {
        /// The first words of the other person.
        from_words: String,
        /// The name of the other person.
        speaker: String,
    },
}

impl Answer {
    /// The names of all answers, as sheets and files of corrections have them.
    pub const NAMES: [&str; 5] = ["right", "speaker", "join", "not_speech", "split"];

    /// The name of the answer.
    pub fn name(&self) -> &'static str {
        match self {
            Answer::Right => "right",
            Answer::Speaker(_) => "speaker",
            Answer::Join => "join",
            Answer::NotSpeech => "not_speech",
            Answer::Split { .. } => "split",
        }
    }

    /// The answer with this name. An empty speaker or empty words count as missing.
    ///
    /// # Errors
    /// A sentence that says what is missing or unknown.
    pub fn of(name: &str, speaker: &str, from_words: &str) -> Result<Answer, String> {
        let (speaker, from_words) = (speaker.trim(), from_words.trim());
        let needs = |what: &str| Err(format!("the answer `{name}` needs {what}"));
        match name.trim() {
            "right" => Ok(Answer::Right),
            "join" => Ok(Answer::Join),
            "not_speech" => Ok(Answer::NotSpeech),
            "speaker" if speaker.is_empty() => needs("the name of the speaker"),
            "speaker" => Ok(Answer::Speaker(speaker.into())),
            "split" if speaker.is_empty() => needs("the name of the person who speaks from there on"),
            "split" if anchor_words(from_words).is_empty() => {
                needs("the first words of the person who speaks from there on")
            }
            "split" => Ok(Answer::Split { from_words: from_words.into(), speaker: speaker.into() }),
            other => Err(format!("unknown answer `{other}`; expected one of {}", Answer::NAMES.join(", "))),
        }
    }
}

/// The words around the start of a turn, by which it is found again when other parts of the document have changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Anchor {
    /// Up to [`ANCHOR_WORDS`] words before the start, in lower case, separated by spaces. They include the byline.
    pub before: String,
    /// Up to [`ANCHOR_WORDS`] words from the start on.
    pub words: String,
}

impl Anchor {
    /// The anchor of an offset of a text.
    pub fn at(text: &str, offset: usize) -> Anchor {
        let head = &text[..text.floor_char_boundary(offset)];
        let mut before: Vec<String> = head.unicode_words().rev().take(ANCHOR_WORDS).map(str::to_lowercase).collect();
        before.reverse();
        let words: Vec<String> = text[head.len()..].unicode_words().take(ANCHOR_WORDS).map(str::to_lowercase).collect();
        Anchor { before: before.join(" "), words: words.join(" ") }
    }
}

/// The words of a text as anchors have them: in lower case, without punctuation.
pub fn anchor_words(text: &str) -> Vec<String> {
    text.unicode_words().map(str::to_lowercase).collect()
}

/// An answer about one place of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// File name of the document, without folders.
    pub document: String,
    /// The answer.
    pub answer: Answer,
    /// The place.
    pub anchor: Anchor,
    /// A note of the person, for readers.
    pub note: String,
    /// Line of the file, from 1; 0 if it was not read from a file.
    pub line: u64,
}

/// The corrections of a study, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Corrections {
    /// sha256 of the file, 64 hex digits.
    pub sha256: String,
    /// Name of the file in messages.
    #[serde(skip)]
    path: String,
    #[serde(skip)]
    list: Vec<Correction>,
}

/// What is wrong with a corrections file.
#[derive(Debug, thiserror::Error)]
pub enum CorrectionsError {
    /// There is no such file.
    #[error("{path}: there is no such file")]
    Missing {
        /// Path of the file.
        path: String,
    },
    /// The file cannot be read.
    #[error("{path}: cannot be read: {problem}")]
    Unreadable {
        /// Path of the file.
        path: String,
        /// What the problem is.
        problem: std::io::Error,
    },
    /// A column is missing: this is not a file of corrections.
    #[error(
        "{path}: there is no column `{missing}`; expected a file that `plenary correct` wrote, with the columns {}",
        COLUMNS.join(", ")
    )]
    NoColumn {
        /// Path of the file.
        path: String,
        /// The column.
        missing: &'static str,
    },
    /// A row cannot be used.
    #[error("{path}, line {line}: {problem}")]
    Row {
        /// Path of the file.
        path: String,
        /// Line, from 1.
        line: u64,
        /// What the problem is.
        problem: String,
    },
}

impl Corrections {
    /// Reads the bytes of a corrections file.
    ///
    /// # Errors
    /// [`CorrectionsError`] if there is no such file or it cannot be read.
    pub fn bytes(path: &Path) -> Result<Vec<u8>, CorrectionsError> {
        read_file(
            path,
            |path| CorrectionsError::Missing { path },
            |path, problem| CorrectionsError::Unreadable { path, problem },
        )
    }

    /// Parses and checks the bytes of a corrections file; `path` names it in messages.
    ///
    /// # Errors
    /// [`CorrectionsError`] names the file, the line, what was found and what was expected.
    pub fn parse(bytes: &[u8], path: &str) -> Result<Self, CorrectionsError> {
        let row_error = |line, problem: String| CorrectionsError::Row { path: path.into(), line, problem };
        let content = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut rows = ReaderBuilder::new().flexible(false).from_reader(content);
        let line_at =
            |position: Option<&csv::Position>| position.map_or(1, |at| line_of_row(content, at.byte(), at.line()));
        let line_of = |error: &csv::Error| line_at(error.position());
        let header = rows.headers().map_err(|error| row_error(line_of(&error), error.to_string()))?.clone();
        let mut places = HashMap::new();
        for column in COLUMNS {
            let place = header.iter().position(|name| name.trim() == column);
            let place = place.ok_or_else(|| CorrectionsError::NoColumn { path: path.into(), missing: column })?;
            places.insert(column, place);
        }
        let mut corrections = Vec::new();
        let mut known: HashMap<(String, Anchor, bool), u64> = HashMap::new();
        for row in rows.records() {
            let row = row.map_err(|error| row_error(line_of(&error), error.to_string()))?;
            let line = line_at(row.position());
            let correction = correction(&row, &places, line).map_err(|problem| row_error(line, problem))?;
            let is_split = matches!(correction.answer, Answer::Split { .. });
            let key = (correction.document.clone(), correction.anchor.clone(), is_split);
            if let Some(first) = known.insert(key, line) {
                let problem = format!("line {first} already answers for the same place; remove one of them");
                return Err(row_error(line, problem));
            }
            corrections.push(correction);
        }
        Ok(Self { sha256: plenary_corpus::hash::sha256(bytes), path: path.into(), list: corrections })
    }

    /// Corrections that were not read from a file.
    pub fn new(corrections: Vec<Correction>) -> Self {
        Self { sha256: String::new(), path: "corrections".into(), list: corrections }
    }

    /// The corrections, in the order of the file.
    pub fn corrections(&self) -> &[Correction] {
        &self.list
    }

    /// Name of the file in messages.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The corrections of a document, by its path.
    pub(crate) fn of_document(&self, path: &str) -> Vec<&Correction> {
        let name = file_name(path);
        self.list.iter().filter(|correction| correction.document == name).collect()
    }

    /// The documents that have corrections but are none of those with the given paths, each with the lines of its corrections.
    pub fn of_other_documents<'p>(&self, paths: impl Iterator<Item = &'p str>) -> Vec<(String, Vec<u64>)> {
        let read: std::collections::HashSet<&str> = paths.map(file_name).collect();
        let mut others: Vec<(String, Vec<u64>)> = Vec::new();
        for correction in self.list.iter().filter(|correction| !read.contains(correction.document.as_str())) {
            match others.iter_mut().find(|(document, _)| *document == correction.document) {
                Some((_, lines)) => lines.push(correction.line),
                None => others.push((correction.document.clone(), vec![correction.line])),
            }
        }
        others
    }

    /// These corrections with further ones. An answer about a place that already has one replaces it.
    #[must_use]
    pub fn with(mut self, further: Vec<Correction>) -> Self {
        let is_split = |correction: &Correction| matches!(correction.answer, Answer::Split { .. });
        for new in further {
            let same = |old: &Correction| {
                old.document == new.document && old.anchor == new.anchor && is_split(old) == is_split(&new)
            };
            match self.list.iter_mut().find(|old| same(old)) {
                Some(old) => *old = new,
                None => self.list.push(new),
            }
        }
        self
    }

    /// The file of these corrections.
    pub fn to_csv(&self) -> Vec<u8> {
        let mut rows = WriterBuilder::new().from_writer(Vec::new());
        // Writing into memory cannot fail, and all rows have as many fields as the header.
        let _ = rows.write_record(COLUMNS);
        for correction in &self.list {
            let (speaker, from_words) = match &correction.answer {
                Answer::Speaker(speaker) => (speaker.as_str(), ""),
                Answer::Split { from_words, speaker } => (speaker.as_str(), from_words.as_str()),
                Answer::Right | Answer::Join | Answer::NotSpeech => ("", ""),
            };
            let Correction { document, answer, anchor, note, .. } = correction;
            let _ =
                rows.write_record([document, answer.name(), speaker, from_words, &anchor.before, &anchor.words, note]);
        }
        rows.into_inner().unwrap_or_default()
    }
}

/// The last part of a path, which names a document.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn correction(row: &StringRecord, places: &HashMap<&str, usize>, line: u64) -> Result<Correction, String> {
    let field = |column: &str| places.get(column).and_then(|at| row.get(*at)).unwrap_or_default().trim();
    let answer = Answer::of(field("answer"), field("speaker"), field("from_words"))?;
    for column in ["document", "words"] {
        if field(column).is_empty() {
            return Err(format!("the column `{column}` is empty, so that the place cannot be found"));
        }
    }
    let normal = |column: &str| anchor_words(field(column)).join(" ");
    let anchor = Anchor { before: normal("before"), words: normal("words") };
    Ok(Correction { document: field("document").into(), answer, anchor, note: field("note").into(), line })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Corrections::parse(text.as_bytes(), "fixes.csv").unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        assert!(error("a,b\n1,2\n").contains("no column `document`"));
        let rows = |row: &str| format!("{}\n{row}\n", COLUMNS.join(","));
        assert_eq!(
            error(&rows("a.txt,maybe,,,,yes i do,")),
            "fixes.csv, line 2: unknown answer `maybe`; expected one of right, speaker, join, not_speech, split"
        );
        assert!(error(&rows("a.txt,speaker,,,,yes i do,")).contains("line 2: the answer `speaker` needs the name"));
        assert!(error(&rows("a.txt,split,Ann,...,,yes i do,")).contains("needs the first words"));
        assert!(error(&rows("a.txt,right,,,,,")).contains("`words` is empty"));
        let twice = rows("a.txt,right,,,so it is,yes i do,\na.txt,join,,,so it is,yes i do,");
        assert!(error(&twice).contains("line 3: line 2 already answers"), "{}", error(&twice));
    }

    #[test]
    fn a_file_that_was_written_is_read_back_and_newer_answers_replace_older_ones() {
        let at = |words: &str, answer: Answer| Correction {
            document: "a.txt".into(),
            answer,
            anchor: Anchor { before: "ann lee".into(), words: words.into() },
            note: "checked, with \"quotes\"".into(),
            line: 0,
        };
        let split = Answer::Split { from_words: "No, never".into(), speaker: "Bo Hill".into() };
        let first = Corrections::new(vec![at("yes i do", Answer::Join), at("so it is", split)]);
        let both = first.with(vec![at("yes i do", Answer::Speaker("Cy Dahl".into()))]);
        let read = Corrections::parse(&both.to_csv(), "fixes.csv").unwrap();
        let without_lines = |list: &Corrections| -> Vec<Correction> {
            list.corrections().iter().cloned().map(|correction| Correction { line: 0, ..correction }).collect()
        };
        assert_eq!(without_lines(&read), without_lines(&both));
        assert_eq!(read.corrections()[0].answer, Answer::Speaker("Cy Dahl".into()));
        assert_eq!(read.of_other_documents(["x/b.txt"].into_iter()), [("a.txt".to_string(), vec![2, 3])]);
    }

    #[test]
    fn an_anchor_holds_the_words_around_a_place() {
        let text = "One two.\n\nANN LEE: Yes, “I do”.";
        let anchor = Anchor::at(text, text.find("Yes").unwrap());
        assert_eq!((anchor.before.as_str(), anchor.words.as_str()), ("one two ann lee", "yes i do"));
    }
}
