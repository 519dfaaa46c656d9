//! Which files a machine needs to measure a part, for machines that do not see the inputs and the study themselves.
//!
//! **Input:** a work folder with a plan, where the inputs and the study are. **Output:** [`Needed`]. **Refused:** a study that has changed.
//! **Left to others:** moving the files, and where the machine finds them ([`RunOptions`](super::RunOptions)).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use plenary_tables::{StudyFileRole, THEME_REGISTRY};
use serde::Serialize;

use super::PartsError;
use super::folder::{SHARED, WorkFolder, io_error, name_of};
use super::plan::Plan;
use crate::themes::EDITS;

/// The files that machines need. Beside them a machine needs `plan.json` and the lists in the folder `inputs` of the work folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Needed {
    /// The folder from which relative paths of inputs begin.
    pub inputs_below: PathBuf,
    /// The inputs of each part.
    pub parts: Vec<BTreeSet<PathBuf>>,
    /// The inputs that every part reads.
    pub shared: BTreeSet<PathBuf>,
    /// The folder from which the files of the study begin; `None` without a study.
    pub study_folder: Option<PathBuf>,
    /// The files that the study names.
    pub study: BTreeSet<PathBuf>,
}

/// Lists the files that machines need.
///
/// # Errors
/// [`PartsError`] if there is no plan, a file of it is damaged, or the study has changed.
pub fn needed(folder: &Path) -> Result<Needed, PartsError> {
    let work = WorkFolder::new(folder);
    let plan = Plan::read(folder)?;
    let list = |name: &str| -> Result<BTreeSet<PathBuf>, PartsError> {
        let mut all = BTreeSet::new();
        for file in plan.files(&work, name)? {
            all.extend(file.needed(plan.base()).map_err(io_error(&file.path))?);
        }
        Ok(all)
    };
    Ok(Needed {
        inputs_below: plan.base().to_owned(),
        parts: (0..plan.n_parts).map(|part| list(&name_of(part))).collect::<Result<_, _>>()?,
        shared: list(SHARED)?,
        study_folder: plan.study_folder().map(Path::to_owned),
        study: files_of_study(&plan)?,
    })
}

/// The files that a study names, as it names them; those of the folders that it names.
fn files_of_study(plan: &Plan) -> Result<BTreeSet<PathBuf>, PartsError> {
    let mut files = BTreeSet::new();
    let study = plan.study()?;
    let folder = plan.study_folder().unwrap_or(Path::new(""));
    for file in study.sources.files {
        let name = PathBuf::from(&file.name);
        let place = folder.join(&name);
        match file.role {
            StudyFileRole::Study => {}
            StudyFileRole::ThemeRegistry => {
                let registry = if place.is_dir() { name.join(THEME_REGISTRY) } else { name };
                let edits = registry.with_file_name(EDITS);
                if folder.join(&edits).is_file() {
                    files.insert(edits);
                }
                files.insert(registry);
            }
            _ if place.is_dir() => {
                for entry in fs::read_dir(&place).map_err(io_error(&place))? {
                    let entry = entry.map_err(io_error(&place))?;
                    if entry.path().is_file() {
                        files.insert(name.join(entry.file_name()));
                    }
                }
            }
            _ => {
                files.insert(name);
            }
        }
    }
    Ok(files)
}
