//! The models of a run, found and loaded together.
//!
//! **Input**: the options of a study and the places of models. **Output**: one model per measure. A missing model and a
//! damaged file are errors. What the models are used for is decided by the caller.

use std::path::Path;

use plenary_engine::{Device, EngineChoice, Model, Task, resolve};

use crate::convert::find_weights;
use crate::distill::find_static;
use crate::error::{FindError, LoadError, UnusableError};
use crate::folder::{ModelFolder, find};
use crate::load::{Tokenizers, load, load_with};
use crate::options::ModelOptions;
use crate::places::{Place, places};

/// The folders of the models of a run, found but not loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ModelFolders {
    /// Embeds segments.
    pub embedding: ModelFolder,
    /// Scores sentiment; `None` if the study leaves sentiment out.
    pub sentiment: Option<ModelFolder>,
    /// Infers stance; `None` if no coder of the study reads inferences.
    pub stance: Option<ModelFolder>,
    /// The engine that will run them.
    pub engine: EngineChoice,
    /// The device on which they will run.
    pub device: Device,
}

impl ModelFolders {
    /// The folders in the order embedding, sentiment, stance.
    pub fn iter(&self) -> impl Iterator<Item = &ModelFolder> {
        [Some(&self.embedding), self.sentiment.as_ref(), self.stance.as_ref()].into_iter().flatten()
    }
}

/// The models of a run, ready to run.
#[derive(Debug)]
#[non_exhaustive]
pub struct Models {
    /// Embeds segments.
    pub embedding: Model,
    /// Scores sentiment; `None` if the study leaves sentiment out.
    pub sentiment: Option<Model>,
    /// Infers stance; `None` if no coder of the study reads inferences.
    pub stance: Option<Model>,
}

impl Models {
    /// Finds the models that the options name. `needs_stance` is whether a coder of the study reads inferences.
    ///
    /// # Errors
    /// The program does not have the engine or the device; a model is not in the places, or its folder does not say what
    /// the model is for.
    pub fn find(places: &[Place], options: &ModelOptions, needs_stance: bool) -> Result<ModelFolders, FindError> {
        let engine = resolve(options.engine, options.device)?;
        let find = match engine {
            EngineChoice::RustBert => find_weights,
            _ => find,
        };
        let find_embedding = match engine {
            EngineChoice::Static => find_static,
            _ => find,
        };
        Ok(ModelFolders {
            embedding: find_embedding(places, &options.embedding)?,
            sentiment: options.scores_sentiment().then(|| find(places, &options.sentiment)).transpose()?,
            stance: needs_stance.then(|| find(places, &options.stance)).transpose()?,
            engine: options.engine,
            device: options.device,
        })
    }

    /// Checks and loads the models, each on a separate thread.
    ///
    /// # Errors
    /// A file is missing or damaged, or does not fit the others. Of several errors, that of the embedding model is
    /// returned before that of the sentiment model, and that of the stance model last.
    pub fn load(folders: &ModelFolders) -> Result<Self, LoadError> {
        let tokenizers = Tokenizers::default();
        let load = |folder: &ModelFolder| load_with(folder, folders.engine, folders.device, &tokenizers);
        std::thread::scope(|scope| {
            let sentiment = folders.sentiment.as_ref().map(|folder| scope.spawn(|| load(folder)));
            let stance = folders.stance.as_ref().map(|folder| scope.spawn(|| load(folder)));
            let embedding = load(&folders.embedding);
            let join = |loading: std::thread::ScopedJoinHandle<Result<Model, LoadError>>| {
                loading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            let (sentiment, stance) = (sentiment.map(join).transpose(), stance.map(join).transpose());
            Ok(Self { embedding: embedding?, sentiment: sentiment?, stance: stance? })
        })
    }

    /// The models in the order embedding, sentiment, stance.
    pub fn iter(&self) -> impl Iterator<Item = &Model> {
        [Some(&self.embedding), self.sentiment.as_ref(), self.stance.as_ref()].into_iter().flatten()
    }

    /// Names of the engines that run the models, each once, in the order of the models, separated by a comma.
    pub fn engine_names(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for name in self.iter().map(Model::engine_name) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(", ")
    }
}

/// Finds and loads the model `id` for a task, on the processor. `named` is the folder of models that the user names; without it the
/// default places are searched.
///
/// # Errors
/// There is no such model, a file is damaged, or the model is for another task.
pub fn of_task(named: Option<&Path>, id: &str, task: Task) -> Result<Model, UnusableError> {
    let model = load(&find(&places(named), id)?, EngineChoice::Auto)?;
    model.expect_task(task)?;
    Ok(model)
}
