//! Reads a study.
//!
//! **Input:** a study file or the record of a run. **Output:** a [`Study`] with the contents of the files that it names. **Refused:** files that
//! are missing or cannot be used. **Left to others:** whether settings fit each other (`checks`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plenary_attribute::{Corrections, DocumentsTable, PeopleList};
use plenary_corpus::hash::sha256;
use plenary_measure::themes::{DecidedThemes, Registry};
use plenary_names::lexicon::Lexicon;
use plenary_tables::{ContinuedThemes, Origin, StudyFile, StudyFileRole, THEME_REGISTRY};

use super::error::REGISTRY_KEY;
use super::{CoderOptions, Study, StudyError};
use crate::coded_stance::CodedStance;
use crate::dictionaries;
use crate::learn::LearnedCoder;
use crate::themes::{self, CodedTexts, ThemeEditsError};

/// The fields of a study as JSON that hold the contents of files, which it also names.
pub(crate) const CONTENTS_OF_FILES: [&str; 4] = ["people_list", "documents_table", "lexicon", "corrections"];

impl Study {
    /// The study that results or parts contain as JSON, without the contents of the files that it names.
    pub(crate) fn from_json(mut json: serde_json::Value) -> Result<Self, serde_json::Error> {
        if let Some(fields) = json.as_object_mut() {
            for name in CONTENTS_OF_FILES {
                fields.remove(name);
            }
        }
        serde_json::from_value(json)
    }

    /// Reads and checks a study file.
    ///
    /// # Errors
    /// [`StudyError`] names the file, the line or key, what was found and what was expected.
    pub fn load(path: &Path) -> Result<Study, StudyError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => StudyError::Missing { path: shown.clone() },
            _ => StudyError::Unreadable { path: shown.clone(), source },
        })?;
        let text = String::from_utf8(bytes).map_err(|error| StudyError::Unreadable {
            path: shown.clone(),
            source: std::io::Error::new(std::io::ErrorKind::InvalidData, format!("{error}; save the study as UTF-8")),
        })?;
        Study::parse_in(&text, &shown, path.parent().unwrap_or(Path::new("")))
    }

    /// Parses and checks the text of a study, and reads the files that it names from `folder`; `path` names it in messages.
    ///
    /// # Errors
    /// As [`Study::load`].
    pub fn parse_in(text: &str, path: &str, folder: &Path) -> Result<Study, StudyError> {
        let mut study = Study::parse(text, path)?;
        study.sources.text = Some(text.to_owned());
        study.sources.add(StudyFileRole::Study, path, Path::new(path), sha256(text.as_bytes()));
        study.folder = Some(folder.to_owned());
        study.read_files(text, path, |_, name| folder.join(name))?;
        Ok(study)
    }

    /// The study of a run, by the record of the run: the settings as the run used them, with those of the command line, and the files
    /// that they name, from the paths by which the run read them.
    ///
    /// # Errors
    /// As [`Study::load`] for files that cannot be used, and if the settings are not those of a study of this version.
    pub fn of_record(json: &serde_json::Value, origin: &Origin) -> Result<Study, StudyError> {
        let shown = "the study in run.json";
        let wrong = |error: serde_json::Error| StudyError::Syntax {
            path: shown.to_owned(),
            line: 1,
            message: format!("it is not a study of this version: {error}"),
        };
        let mut study = Study::from_json(json.clone()).map_err(wrong)?;
        study.check(shown)?;
        let file_of_study = origin.files.iter().find(|file| file.role == StudyFileRole::Study);
        let folder = file_of_study.and_then(|file| Path::new(&file.path).parent());
        study.folder = folder.map(Path::to_owned);
        study.sources.text.clone_from(&origin.study_text);
        study.sources.files.extend(file_of_study.cloned());
        let text = origin.study_text.as_deref().unwrap_or_default();
        study.read_files(text, shown, |role, name| {
            let recorded = origin.files.iter().find(|file| file.role == role && file.name == name);
            recorded.map_or_else(|| folder.unwrap_or(Path::new("")).join(name), |file| PathBuf::from(&file.path))
        })?;
        Ok(study)
    }

    /// Reads the files that the study names, and sets its sha256. `text` is its own text, `shown` names it in messages, and `locate`
    /// gives the path of a file by its name in the study.
    fn read_files(
        &mut self,
        text: &str,
        shown: &str,
        locate: impl Fn(StudyFileRole, &str) -> PathBuf,
    ) -> Result<(), StudyError> {
        let path = || shown.to_owned();
        let mut hashed = text.as_bytes().to_vec();
        let missing = &self.columns.missing.clone();
        // The names on the list of people are compared with the words of the lexicon.
        if !self.transcript.lexicon.is_empty() {
            let wrong = |problem| StudyError::Lexicon { path: path(), problem };
            let file = locate(StudyFileRole::Lexicon, &self.transcript.lexicon);
            let bytes = Lexicon::bytes(&file).map_err(wrong)?;
            self.lexicon = Lexicon::with_file(&bytes, &file.display().to_string()).map_err(wrong)?;
            self.sources.add(StudyFileRole::Lexicon, &self.transcript.lexicon, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.transcript.people.is_empty() {
            let wrong = |problem| StudyError::People { path: path(), problem };
            let list = locate(StudyFileRole::People, &self.transcript.people);
            let bytes = PeopleList::bytes(&list).map_err(wrong)?;
            self.people_list = Some(
                PeopleList::parse_without(&bytes, &list.display().to_string(), &self.lexicon, missing)
                    .map_err(wrong)?,
            );
            self.sources.add(StudyFileRole::People, &self.transcript.people, &list, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.documents.table.is_empty() {
            let wrong = |problem| StudyError::Documents { path: path(), problem };
            let file = locate(StudyFileRole::Documents, &self.documents.table);
            let bytes = DocumentsTable::bytes(&file).map_err(wrong)?;
            self.documents_table =
                Some(DocumentsTable::parse(&bytes, &file.display().to_string(), missing).map_err(wrong)?);
            self.sources.add(StudyFileRole::Documents, &self.documents.table, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        for dictionary in self.dictionaries.iter_mut().filter(|dictionary| !dictionary.file.is_empty()) {
            let wrong = |problem| StudyError::Dictionary { path: path(), problem };
            let file = locate(StudyFileRole::Dictionary, &dictionary.file);
            let (categories, bytes) = dictionaries::read(&file).map_err(wrong)?;
            dictionary.categories = categories;
            self.sources.add(StudyFileRole::Dictionary, &dictionary.file, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        self.check_categories(shown)?;
        self.check_variables(text, shown)?;
        if !self.transcript.corrections.is_empty() {
            let wrong = |problem| StudyError::Corrections { path: path(), problem };
            let file = locate(StudyFileRole::Corrections, &self.transcript.corrections);
            let bytes = Corrections::bytes(&file).map_err(wrong)?;
            self.corrections = Some(Corrections::parse(&bytes, &file.display().to_string()).map_err(wrong)?);
            self.sources.add(StudyFileRole::Corrections, &self.transcript.corrections, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.themes.registry.is_empty() {
            let file = locate(StudyFileRole::ThemeRegistry, &self.themes.registry);
            hashed.extend(self.continue_themes(&file, &format!("{shown}{REGISTRY_KEY}"))?.into_bytes());
        }
        if !self.themes.coded.is_empty() {
            let wrong = |problem| StudyError::CodedTexts { path: path(), problem };
            let file = locate(StudyFileRole::CodedTexts, &self.themes.coded);
            let (coded, bytes) = CodedTexts::load(&file, &self.themes.codes).map_err(wrong)?;
            self.coded_texts = Some(coded);
            self.sources.add(StudyFileRole::CodedTexts, &self.themes.coded, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        if !self.stance.coded.is_empty() {
            let wrong = |problem| StudyError::CodedStance { path: path(), problem };
            let file = locate(StudyFileRole::CodedStance, &self.stance.coded);
            let (coded, bytes) = CodedStance::load(&file, &self.targets).map_err(wrong)?;
            self.coded_stance = Some(coded);
            self.sources.add(StudyFileRole::CodedStance, &self.stance.coded, &file, sha256(&bytes));
            hashed.extend(bytes);
        }
        for coder in &mut self.coders {
            if let CoderOptions::Learned { folder: of_coder, learned, .. } = coder {
                let wrong = |problem| StudyError::Coder { path: path(), problem };
                let folder = locate(StudyFileRole::Coder, of_coder);
                let read = LearnedCoder::load(&folder).map_err(wrong)?;
                self.sources.add(StudyFileRole::Coder, of_coder, &folder, read.sha256());
                hashed.extend(read.sha256().into_bytes());
                *learned = Some(Box::new(read));
            }
        }
        for code in &mut self.codes {
            let CoderOptions::Learned { folder: of_coder, .. } = &code.coder else { continue };
            let of_coder = of_coder.clone();
            let wrong = |problem| StudyError::CoderOfCode { path: path(), id: code.id.clone(), problem };
            let folder = locate(StudyFileRole::Coder, &of_coder);
            let read = LearnedCoder::load(&folder).map_err(wrong)?;
            code.check_learned(&read, &of_coder).map_err(|problem| StudyError::Value { path: path(), problem })?;
            self.sources.add(StudyFileRole::Coder, &of_coder, &folder, read.sha256());
            hashed.extend(read.sha256().into_bytes());
            if let CoderOptions::Learned { learned, .. } = &mut code.coder {
                *learned = Some(Box::new(read));
            }
        }
        self.sha256 = Some(sha256(&hashed));
        Ok(())
    }

    /// Continues the themes of earlier results, a folder or its file `themes.registry`, with the decisions that the file
    /// `themes.toml` beside it holds; `place` says in messages where the results are named. Returns the sha256 of what was read.
    ///
    /// # Errors
    /// [`StudyError`] if the registry or the decisions cannot be used.
    pub fn continue_themes(&mut self, registry: &Path, place: &str) -> Result<String, StudyError> {
        let path = place.to_owned();
        let file = if registry.is_dir() { registry.join(THEME_REGISTRY) } else { registry.to_owned() };
        let shown = file.display().to_string();
        let bytes = std::fs::read(&file).map_err(|source| {
            let (path, file) = (path.clone(), shown.clone());
            match source.kind() {
                std::io::ErrorKind::NotFound => StudyError::NoThemes { path, file },
                _ => StudyError::ThemesUnreadable { path, file, source },
            }
        })?;
        let read = Registry::from_bytes(&bytes).map_err(|problem| StudyError::ThemeRegistry {
            path: path.clone(),
            file: shown,
            problem,
        })?;
        let decided = file.with_file_name(themes::EDITS);
        let edits = themes::decisions(&decided, &read)
            .and_then(|edits| {
                let in_file = |problem| ThemeEditsError::InFile { file: decided.display().to_string(), problem };
                read.edited(&edits, self.themes.confidence_floor).map_err(in_file)
            })
            .map_err(|problem| StudyError::ThemeEdits { path, problem })?;
        let sha256 = edits.sha256();
        let DecidedThemes { n_named, n_merged, n_split } = edits.decided();
        self.theme_registry = Some(Arc::new(edits));
        // A registry of the command line takes the place of that of the file.
        self.sources.files.retain(|file| file.role != StudyFileRole::ThemeRegistry);
        self.sources.files.push(StudyFile {
            role: StudyFileRole::ThemeRegistry,
            name: self.themes.registry.clone(),
            path: registry.display().to_string(),
            sha256: sha256.clone(),
            themes: Some(ContinuedThemes {
                registry_sha256: plenary_corpus::hash::sha256(&bytes),
                n_named,
                n_merged,
                n_split,
            }),
        });
        Ok(sha256)
    }
}
