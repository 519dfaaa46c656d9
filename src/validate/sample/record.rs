//! `sample.toml`: how a sample was drawn.
//!
//! **Input:** a design, the identity of the results, questions and strata; or a folder. **Output:** a [`Sample`] with its id, the text of
//! the file, and the folder with everything that coders need. **Refused:** folders that are not empty, files that are not as they were
//! written. **Left to others:** the units.

use std::fs;
use std::path::{Path, PathBuf};

use plenary_corpus::hash::sha256;
use plenary_tables::Results;
use serde::{Deserialize, Serialize};

use super::{Design, Drawn, Questions, Sample, SampleError, Stratum};
use super::{codebook, page, sheet, workbook};

/// Name of the file that describes a sample.
pub const SAMPLE_FILE: &str = "sample.toml";

/// Version of the format of `sample.toml`.
const FORMAT: u32 = 1;

/// Digits of the id of a sample.
const ID_DIGITS: usize = 12;

/// The results from which a sample was drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Name of the study.
    pub study: String,
    /// sha256 of the study, 64 hex digits.
    pub study_sha256: String,
    /// sha256 of the ids and texts of all segments, 64 hex digits.
    pub segments_sha256: String,
    /// Number of segments of the results, including those that are not part of the population.
    pub n_segments: usize,
    /// Version of plenary that computed the results.
    pub plenary_version: String,
}

impl Identity {
    pub(super) fn of(results: &Results, segments_sha256: String) -> Self {
        let run = results.run();
        Self {
            study: results.study().name.clone(),
            study_sha256: run.study_sha256.clone(),
            segments_sha256,
            n_segments: run.n_segments as usize,
            plenary_version: run.plenary_version.clone(),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    plenary_version: String,
    design: Design,
    results: Identity,
    questions: Questions,
    strata: Vec<Stratum>,
}

/// What every version's file has.
#[derive(Deserialize)]
struct AnyFile {
    format: u32,
    plenary_version: String,
}

/// A sample with the id that its file will have.
pub(super) fn sample(
    design: Design,
    results: Identity,
    questions: Questions,
    strata: Vec<Stratum>,
) -> Result<Sample, SampleError> {
    let mut sample = Sample { id: String::new(), design, results, questions, strata };
    sample.id = id_of(&text(&sample)?);
    Ok(sample)
}

fn text(sample: &Sample) -> Result<String, SampleError> {
    let file = File {
        format: FORMAT,
        plenary_version: env!("CARGO_PKG_VERSION").to_owned(),
        design: sample.design.clone(),
        results: sample.results.clone(),
        strata: sample.strata.clone(),
        questions: sample.questions.clone(),
    };
    toml::to_string_pretty(&file)
        .map_err(|error| SampleError::Damaged { path: SAMPLE_FILE.into(), problem: error.to_string() })
}

fn id_of(text: &str) -> String {
    let mut id = sha256(text.as_bytes());
    id.truncate(ID_DIGITS);
    id
}

impl Sample {
    /// Reads `sample.toml` in a folder, or the file itself.
    ///
    /// # Errors
    /// [`SampleError`] if there is no sample, or the file is not as it was written.
    pub fn load(path: &Path) -> Result<Self, SampleError> {
        let file = if path.is_dir() { path.join(SAMPLE_FILE) } else { path.to_owned() };
        let shown = file.display().to_string();
        let bytes = fs::read(&file).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                SampleError::NoSample { path: path.display().to_string() }
            }
            _ => SampleError::File { path: shown.clone(), source },
        })?;
        let damaged = |problem: String| SampleError::Damaged { path: shown.clone(), problem };
        let text = String::from_utf8(bytes).map_err(|error| damaged(error.to_string()))?;
        let in_words = |error: toml::de::Error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            damaged(format!("line {line}: {}", error.message()))
        };
        let any: AnyFile = toml::from_str(&text).map_err(in_words)?;
        if any.format != FORMAT {
            let (path, version) = (shown, any.plenary_version);
            return Err(SampleError::Format { path, found: any.format, expected: FORMAT, version });
        }
        let File { design, results, strata, questions, .. } = toml::from_str(&text).map_err(in_words)?;
        super::check(&design, &questions)?;
        let is_sound = |stratum: &Stratum| {
            (1..=stratum.n_population).contains(&stratum.n_sample)
                && stratum.inclusion_probability == stratum.n_sample as f64 / stratum.n_population as f64
        };
        if let Some(stratum) = strata.iter().find(|stratum| !is_sound(stratum)) {
            return Err(damaged(format!("the numbers of the stratum `{}` contradict each other", stratum.id)));
        }
        Ok(Self { id: id_of(&text), design, results, questions, strata })
    }
}

impl Drawn {
    /// Writes the sample into a new or empty folder: `sample.toml`, `codebook.md`, and for each coder a table as CSV and as XLSX, and a page
    /// to code on. The folder appears whole or not at all. Returns the names of the files.
    ///
    /// # Errors
    /// [`SampleError`] if the folder is not empty or cannot be written, or if the results cannot be read.
    pub fn write(&self, results: &Results, folder: &Path) -> Result<Vec<String>, SampleError> {
        check_place(folder)?;
        let readings = sheet::readings(results, &self.units)?;
        let sample = &self.sample;
        let mut files: Vec<(String, Vec<u8>)> = vec![
            (SAMPLE_FILE.to_owned(), text(sample)?.into_bytes()),
            (
                "codebook.md".to_owned(),
                codebook::markdown(&sample.design.variable, &sample.questions, sheet::CANNOT_TELL).into_bytes(),
            ),
        ];
        for (at, coder) in sample.design.coders.iter().enumerate() {
            let ending = if sample.design.coders.len() == 1 { String::new() } else { format!("-{coder}") };
            let units: Vec<usize> = (0..self.units.len()).filter(|unit| self.coders[*unit].contains(&at)).collect();
            let rows = sheet::rows(self, &readings, coder, &units);
            files.push((format!("codes{ending}.csv"), sheet::csv(&rows)));
            files.push((format!("codes{ending}.xlsx"), workbook::workbook(sample, &rows)?));
            files.push((format!("coding{ending}.html"), page::page(self, &readings, coder, &units).into_bytes()));
        }
        write_folder(folder, &files)?;
        Ok(files.into_iter().map(|(name, _)| name).collect())
    }
}

/// Refuses a folder that is not empty, before anything is computed.
///
/// # Errors
/// [`SampleError::Occupied`] names what is in it.
pub fn check_place(folder: &Path) -> Result<(), SampleError> {
    let path = folder.display().to_string();
    let mut found: Vec<String> = match fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(SampleError::File { path, source }),
    };
    if found.is_empty() {
        return Ok(());
    }
    found.sort();
    let more = if found.len() > 4 { ", ..." } else { "" };
    found.truncate(4);
    Err(SampleError::Occupied { path, found: found.join(", ") + more })
}

/// Writes a folder beside its place, and moves it there.
fn write_folder(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), SampleError> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| SampleError::File { path, source }
    };
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let staged: PathBuf = folder.with_file_name(name);
    check_place(&staged)?;
    fs::create_dir_all(&staged).map_err(failed(&staged))?;
    let written = files
        .iter()
        .try_for_each(|(name, bytes)| fs::write(staged.join(name), bytes).map_err(failed(&staged.join(name))))
        // An empty folder is removed first: some systems do not move a folder over another one.
        .and_then(|()| if folder.exists() { fs::remove_dir(folder).map_err(failed(folder)) } else { Ok(()) })
        .and_then(|()| fs::rename(&staged, folder).map_err(failed(folder)));
    if written.is_err() {
        let _ = fs::remove_dir_all(&staged);
    }
    written
}
