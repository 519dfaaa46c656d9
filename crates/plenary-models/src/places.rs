//! The folders that are searched for models, and the folders of the user's data and cache.
//!
//! **Input**: a folder that the user names, environment variables, the paths of the program and of the current folder.
//! **Output**: [`Place`]s, first to last. A named folder (else the variable `PLENARY_MODELS`) is the only place: a model that
//! is missing there is an error and is never taken from elsewhere. Without one, the places are the user's data folder, then
//! folders `models` of a copy of the repository: beside the program or above it, in the package that cargo runs or above it, in
//! the current folder or above it, and last the folder of an installed package ([`set_package_folder`]). Of these only folders with
//! a manifest of plenary count. No model is read here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use etcetera::BaseStrategy;
use plenary_corpus::Hint;

use crate::manifest::MANIFEST;

/// Environment variable that names a folder of models.
pub const VARIABLE: &str = "PLENARY_MODELS";
/// Environment variable that names a folder for the cache.
pub const CACHE_VARIABLE: &str = "PLENARY_CACHE";
/// Environment variable that cargo sets to the folder of the package in `cargo run` and `cargo test`.
const CARGO_VARIABLE: &str = "CARGO_MANIFEST_DIR";
/// Name of the folder of models in the repository.
const MODELS: &str = "models";

/// Folders above a starting point that are searched: enough for `target/release/deps` in a copy of the repository.
const FOLDERS_ABOVE: usize = 4;

/// A folder that may hold models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder.
    pub path: PathBuf,
    /// Why it is searched, as text.
    pub origin: &'static str,
}

impl Place {
    /// A folder and why it is searched.
    pub fn new(path: impl Into<PathBuf>, origin: &'static str) -> Self {
        Self { path: path.into(), origin }
    }

    pub(crate) fn describe(&self) -> String {
        format!("{} ({})", self.path.display(), self.origin)
    }
}

/// The folder of models that an installed package brings.
static PACKAGE: OnceLock<PathBuf> = OnceLock::new();

/// Names the folder of models that a package of another language brings. Every search of this process looks there last, unless
/// the user names a folder. Only the first call has an effect.
pub fn set_package_folder(folder: impl Into<PathBuf>) {
    let _ = PACKAGE.set(folder.into());
}

/// The places to search for models, first to last. `named` is the folder that the user names.
pub fn places(named: Option<&Path>) -> Vec<Place> {
    let surroundings = Surroundings {
        variable: std::env::var_os(VARIABLE),
        user: user_folder(),
        program: std::env::current_exe().ok().and_then(|program| Some(program.parent()?.to_owned())),
        package: std::env::var_os(CARGO_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from),
        current: std::env::current_dir().ok(),
        brought: PACKAGE.get().cloned(),
    };
    in_order(named, surroundings)
}

/// `plenary/models` in the user's data folder: `$XDG_DATA_HOME`, else `~/.local/share`; on Windows `%APPDATA%`. `None` where
/// the user has no home folder.
pub fn user_folder() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.data_dir().join("plenary").join(MODELS))
}

/// No folder for the cache is known, as the user has no home folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no folder for the cache is known on this system; set the variable {CACHE_VARIABLE}")]
pub struct NoCacheFolder;

impl NoCacheFolder {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<Hint> {
        Some(Hint::UseOtherCache)
    }
}

/// The folder for the cache: the folder that the user names, else that of the variable `PLENARY_CACHE`, else `plenary` in the
/// user's folder for caches.
///
/// # Errors
/// None of them is known.
pub fn cache_folder(named: Option<&Path>) -> Result<PathBuf, NoCacheFolder> {
    let variable = || std::env::var_os(CACHE_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    if let Some(folder) = named.map(Path::to_owned).or_else(variable) {
        return Ok(folder);
    }
    let base = etcetera::choose_base_strategy().map_err(|_| NoCacheFolder)?;
    Ok(base.cache_dir().join("plenary"))
}

/// The values that the places depend on.
#[derive(Debug, Default)]
struct Surroundings {
    /// Value of `PLENARY_MODELS`.
    variable: Option<OsString>,
    /// The user's data folder for models.
    user: Option<PathBuf>,
    /// The folder of the program.
    program: Option<PathBuf>,
    /// The folder of the package that cargo runs.
    package: Option<PathBuf>,
    /// The current folder.
    current: Option<PathBuf>,
    /// The folder of an installed package.
    brought: Option<PathBuf>,
}

fn in_order(named: Option<&Path>, surroundings: Surroundings) -> Vec<Place> {
    let Surroundings { variable, user, program, package, current, brought } = surroundings;
    if let Some(path) = named {
        return vec![Place::new(path, "the named folder")];
    }
    if let Some(path) = variable.filter(|folder| !folder.is_empty()) {
        return vec![Place::new(path, VARIABLE)];
    }
    let mut places: Vec<Place> = user.map(|path| Place::new(path, "your data folder")).into_iter().collect();
    let starts = [
        (program, "near the program"),
        (package, "near the package that cargo runs"),
        (current, "near the current folder"),
    ];
    for (start, origin) in starts {
        let folders = start.iter().flat_map(|start| start.ancestors().take(FOLDERS_ABOVE + 1));
        for path in folders.map(|folder| folder.join(MODELS)) {
            if has_manifest(&path) && places.iter().all(|place| place.path != path) {
                places.push(Place::new(path, origin));
            }
        }
    }
    places.extend(brought.map(|path| Place::new(path, "of the installed package")));
    places
}

/// Whether a folder holds models of plenary. Other software also has folders `models` and files `manifest.toml`; only a file
/// with a table `[[models]]` is plenary's.
fn has_manifest(folder: &Path) -> bool {
    let text = std::fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    text.lines().any(|line| line.trim() == "[[models]]")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder `models` with a manifest below `parent`.
    fn models_below(parent: &Path) -> PathBuf {
        let models = parent.join(MODELS);
        std::fs::create_dir_all(&models).unwrap();
        std::fs::write(models.join(MANIFEST), "[[models]]\nid = \"m\"\n").unwrap();
        models
    }

    #[test]
    fn a_named_folder_is_the_only_place_and_takes_precedence_over_the_variable() {
        let root = tempfile::tempdir().unwrap();
        models_below(root.path());
        let surroundings = || Surroundings {
            variable: Some("variable".into()),
            user: Some("data".into()),
            current: Some(root.path().to_owned()),
            ..Surroundings::default()
        };
        assert_eq!(in_order(Some(Path::new("named")), surroundings()), [Place::new("named", "the named folder")]);
        assert_eq!(in_order(None, surroundings()), [Place::new("variable", VARIABLE)]);
    }

    #[test]
    fn the_repository_is_found_from_the_program_the_package_and_the_current_folder() {
        let root = tempfile::tempdir().unwrap();
        let models = models_below(root.path());
        let below = root.path().join("target/release/deps");
        let data = Place::new("data", "your data folder");
        let search = |surroundings: Surroundings| {
            in_order(None, Surroundings { variable: Some("".into()), user: Some("data".into()), ..surroundings })
        };
        let program = Surroundings { program: Some(below.clone()), ..Surroundings::default() };
        assert_eq!(search(program), [data.clone(), Place::new(&models, "near the program")]);
        // A program outside the repository: cargo or the current folder leads to the models.
        for folder in [root.path().to_owned(), root.path().join("crates/plenary-engine")] {
            let outside = || Surroundings { program: Some("/nowhere/release".into()), ..Surroundings::default() };
            let package = Surroundings { package: Some(folder.clone()), ..outside() };
            let expected = Place::new(&models, "near the package that cargo runs");
            assert_eq!(search(package), [data.clone(), expected]);
            let current = Surroundings { current: Some(folder.clone()), ..outside() };
            assert_eq!(search(current), [data.clone(), Place::new(&models, "near the current folder")]);
            let both = Surroundings { package: Some(folder.clone()), current: Some(folder), ..outside() };
            assert_eq!(search(both).len(), 2, "a folder is searched once");
        }
    }

    #[test]
    fn the_folder_of_a_package_comes_last() {
        let brought = Some(PathBuf::from("package/models"));
        let surroundings = Surroundings { user: Some("data".into()), brought, ..Surroundings::default() };
        let expected =
            [Place::new("data", "your data folder"), Place::new("package/models", "of the installed package")];
        assert_eq!(in_order(None, surroundings), expected);
    }

    #[test]
    fn folders_without_a_manifest_of_plenary_do_not_count() {
        let root = tempfile::tempdir().unwrap();
        let models = models_below(root.path());
        let search = || {
            let (program, current) = (Some(root.path().join("target/release")), Some(root.path().to_owned()));
            in_order(None, Surroundings { program, current, ..Surroundings::default() })
        };
        assert_eq!(search().len(), 1);
        std::fs::write(models.join(MANIFEST), "[package]\nname = \"other\"\n").unwrap();
        assert_eq!(search(), []);
        std::fs::remove_file(models.join(MANIFEST)).unwrap();
        assert_eq!(search(), []);
        models_below(root.path());
        let far = root.path().join("a/b/c/d/e");
        assert_eq!(in_order(None, Surroundings { current: Some(far), ..Surroundings::default() }), []);
    }

    #[test]
    fn the_named_folder_for_the_cache_comes_first() {
        assert_eq!(cache_folder(Some(Path::new("here"))), Ok(PathBuf::from("here")));
    }
}
