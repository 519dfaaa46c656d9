//! Where models are stored and how they are made ready for a run.
//!
//! **Input**: the options of a study and the folders where models may be. **Output**: [`Models`], ready to run. An
//! unknown id, a damaged file and an engine that is not available are errors. Running a model is `plenary-engine`'s task.

mod models;
mod options;

pub use models::{ModelFolders, Models};
pub use options::{BadModelOption, ModelOptions, NO_MODEL};
