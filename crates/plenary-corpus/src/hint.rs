//! What a user can do about an error.
//!
//! **Input**: nothing. **Output**: [`Hint`], which the errors of all stages return from a method `hint()`. The library
//! does not word hints: the program words them as options and commands, a binding of another language as arguments.

/// What a user can do about an error, for a program to put into words.
///
/// The enum is exhaustive on purpose: a program that words hints does not compile until it words a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Install the models, or name the folder that holds them.
    NameModelsFolder,
    /// Install the models again: a file is missing or damaged.
    ReinstallModels,
    /// Ask for existing files to be replaced.
    ReplaceExisting,
    /// Make the static model of this embedding model.
    DistillModel {
        /// Id of the embedding model.
        model: String,
    },
    /// Make the fp32 weights of this model from its graph.
    ConvertModel {
        /// Id of the model with the graph.
        model: String,
    },
    /// Build the program with a cargo feature.
    BuildWithFeature {
        /// Name of the feature.
        feature: &'static str,
    },
    /// Choose this engine, or leave the choice to the program.
    UseEngine {
        /// Name of the engine.
        engine: &'static str,
    },
    /// Run the models on the processor.
    UseCpu,
    /// Wait longer for an answer before giving up.
    WaitLonger,
    /// Leave out the choice of a graph.
    OmitGraph,
    /// Accept the newer commit of a model, or name the commit to keep.
    AcceptNewerCommit,
    /// Name another folder for the cache, or run without a cache.
    UseOtherCache,
    /// Remove the cache.
    ClearCache,
    /// Start fewer threads.
    UseFewerThreads,
    /// Write the results to another folder.
    UseOtherOutputFolder,
    /// Write the results to a new or empty folder, or to that of an earlier run.
    UseNewOutputFolder,
    /// Wait until another run has ended, or write the results to another folder.
    WaitOrUseOtherOutputFolder,
    /// Name a folder that a run wrote.
    NameResultsFolder,
    /// Run the study again, into the same folder.
    RunAgain,
    /// Copy the results folder again, or run the study again into it.
    CopyAgainOrRunAgain,
    /// Use the version of plenary that wrote the results, or a newer one.
    UseNewerVersion,
    /// Check that the files may be read.
    CheckPermissions,
    /// Free space on the disk and run again.
    MakeRoom,
    /// Close the programs that have the files open and run again.
    CloseProgramsAndRunAgain,
    /// Name the folder of a part.
    NamePartFolder,
    /// Measure the part again with this version and this study.
    MeasurePartAgain,
    /// Write a commented study file.
    WriteStudy {
        /// Path of the file.
        path: String,
    },
    /// Report a defect of plenary.
    ReportDefect,
}
