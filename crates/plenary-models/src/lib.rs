//! Where models are stored and how they are made ready for a run.
//!
//! **Input**: folders of models ([`places()`]) and the ids of models. **Output**: models that are ready to run ([`load()`],
//! [`Models`]), and new folders of models ([`install()`], [`fetch()`], [`distill()`], [`convert()`]). Unknown ids, damaged files and
//! engines that the program does not have are errors. Running a model is left to `plenary-engine`.
//!
//! ```no_run
//! use plenary_corpus::progress::Silent;
//! use plenary_engine::{EngineChoice, Work, rows};
//! use plenary_models::{find, load, places};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = find(&places(None), "all-minilm-l6-v2")?;
//! let model = load(&folder, EngineChoice::Auto)?;
//! let work = Work { threads: 2, progress: &Silent, cache: None };
//! let rows = rows("embedding", &model, &[("We need a treaty.", None), ("We do not.", None)], work)?;
//! assert_eq!(rows[0].numbers.len(), 384);
//! # Ok(())
//! # }
//! ```

mod choose;
mod config;
mod convert;
mod distill;
mod error;
mod facts;
mod fetch;
mod files;
mod folder;
mod hub;
mod id;
mod install;
mod load;
mod lock;
mod manifest;
mod models;
mod options;
mod places;
mod request;
mod verify;

pub use choose::Wanted;
pub use convert::{CONVERTED, convert, find_weights};
pub use distill::{DIMENSIONS, DISTILLED, distill, find_static};
pub use error::{
    FetchError, FetchProblem, FileError, FileProblem, FindError, LoadError, MakeError, Mismatch, UnusableError,
};
pub use facts::Facts;
pub use fetch::{Fetched, fetch};
pub use folder::{Listed, ModelFolder, find, list};
pub use id::BadId;
pub use install::{Installed, install};
pub use load::{load, load_on};
pub use lock::LOCK;
pub use manifest::MANIFEST;
pub use models::{ModelFolders, Models, of_task};
pub use options::{ModelOptions, NO_MODEL};
pub use places::{
    CACHE_VARIABLE, NoCacheFolder, Place, VARIABLE, cache_folder, places, set_package_folder, user_folder,
};
pub use request::{ENDPOINT, Request, TOKEN};
pub use verify::{FileCheck, verify};
