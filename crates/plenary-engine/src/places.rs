//! Where models are looked for.
//!
//! A folder that the user names (`--models DIR`, else the variable `PLENARY_MODELS`) is the only place: a model that is
//! not there is an error, never silently taken from elsewhere. Otherwise, in this order: the user's data folder, the
//! repository that the program was built from, and `models/` beside the program or up to four folders above it. Nothing
//! here reads a model.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::manifest::MANIFEST;

/// The variable that names a folder of models.
pub const VARIABLE: &str = "PLENARY_MODELS";

/// Folders above the program that are looked into: enough for `target/release/deps` in a repository.
const FOLDERS_ABOVE: usize = 4;

/// A folder that may hold models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub path: PathBuf,
    /// Why it is looked at, for people.
    pub origin: &'static str,
}

impl Place {
    pub fn new(path: impl Into<PathBuf>, origin: &'static str) -> Self {
        Self { path: path.into(), origin }
    }

    pub(crate) fn describe(&self) -> String {
        format!("{} ({})", self.path.display(), self.origin)
    }
}

/// The places to look for models, first to last. `named` is the folder given on the command line.
pub fn places(named: Option<&Path>) -> Vec<Place> {
    let program = std::env::current_exe().ok();
    in_order(named, std::env::var_os(VARIABLE), user_folder(), program.as_deref())
}

/// `plenary/models` in the user's data folder: `$XDG_DATA_HOME`, else `~/.local/share`; on Windows `%APPDATA%`.
/// `None` where the user has no home folder.
pub fn user_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.data_dir().join("plenary").join("models"))
}

fn in_order(
    named: Option<&Path>,
    variable: Option<OsString>,
    user: Option<PathBuf>,
    program: Option<&Path>,
) -> Vec<Place> {
    if let Some(path) = named {
        return vec![Place::new(path, "--models")];
    }
    if let Some(path) = variable.filter(|v| !v.is_empty()) {
        return vec![Place::new(path, VARIABLE)];
    }
    let mut places = Vec::new();
    places.extend(user.map(|path| Place::new(path, "your data folder")));
    places.push(Place::new(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"),
        "the repository it was built from",
    ));
    // Any folder may be called `models`; only one with a manifest is ours.
    let beside = program.into_iter().flat_map(|p| p.ancestors().skip(1).take(FOLDERS_ABOVE + 1));
    for path in beside.map(|folder| folder.join("models")) {
        if path.join(MANIFEST).is_file() && places.iter().all(|p| p.path != path) {
            places.push(Place::new(path, "near the program"));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_is_the_only_place_and_the_option_comes_before_the_variable() {
        let named = in_order(Some(Path::new("a")), Some("b".into()), Some("c".into()), None);
        assert_eq!(named, [Place::new("a", "--models")]);
        let variable = in_order(None, Some("b".into()), Some("c".into()), None);
        assert_eq!(variable, [Place::new("b", VARIABLE)]);
    }

    #[test]
    fn without_a_named_folder_the_data_folder_comes_before_the_repository_and_the_program() {
        let root = tempfile::tempdir().unwrap();
        let models = root.path().join("models");
        std::fs::create_dir(&models).unwrap();
        let program = root.path().join("target/release/plenary");
        let paths = |places: Vec<Place>| places.into_iter().map(|p| p.path).collect::<Vec<_>>();

        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
        let found = in_order(None, Some("".into()), Some("data".into()), Some(&program));
        assert_eq!(paths(found), [Path::new("data"), &repository], "a folder without a manifest is not ours");

        std::fs::write(models.join(MANIFEST), "").unwrap();
        let found = in_order(None, None, Some("data".into()), Some(&program));
        assert_eq!(paths(found), [Path::new("data"), &repository, &models]);
    }
}
