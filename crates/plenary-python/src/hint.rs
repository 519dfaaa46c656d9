//! Hints of the library, worded for Python.
//!
//! **Input:** a hint. **Output:** a sentence that names the argument, the function or the command that helps.

use plenary::corpus::Hint;

/// A hint as a sentence.
pub(crate) fn in_words(hint: &Hint) -> String {
    match hint {
        Hint::NameModelsFolder => {
            "Pass models=FOLDER, or set the variable PLENARY_MODELS; `plenary models install --from DIR` installs models"
        }
        Hint::ReinstallModels => "Install the package again, or `plenary models install --force` if the models are in your data folder",
        Hint::ReplaceExisting => "Pass another path, or remove what is there",
        Hint::DistillModel { model } => return format!("The command `plenary models distill {model}` makes it"),
        Hint::ConvertModel { model } => return format!("The command `plenary models convert {model}` makes it"),
        Hint::BuildWithFeature { feature } => {
            return format!("The package is built without the feature `{feature}`; use the program for it");
        }
        Hint::UseEngine { engine } => {
            return format!("Set models={{\"engine\": \"{engine}\"}} in the study, or leave the engine at \"auto\"");
        }
        Hint::UseCpu => "Set models={\"device\": \"cpu\"} in the study",
        Hint::WaitLonger => "Wait longer for the answer",
        Hint::OmitGraph => "Leave out the choice of a graph",
        Hint::AcceptNewerCommit => "Name the locked commit to keep it",
        Hint::UseOtherCache => "Pass cache=FOLDER to use another folder, or cache=False for none",
        Hint::ClearCache => "The command `plenary cache clear` removes it",
        Hint::UseFewerThreads => "Pass a smaller number as threads",
        Hint::UseOtherOutputFolder => "Pass another folder as out",
        Hint::UseNewOutputFolder => "Pass a new or empty folder as out, or the folder of an earlier run",
        Hint::WaitOrUseOtherOutputFolder => "Wait until the other run has ended, or pass another folder as out",
        Hint::NameResultsFolder => "Pass a folder that `run` or `Results.save` wrote",
        Hint::RunAgain => "Run the study again with the same out",
        Hint::CopyAgainOrRunAgain => "Copy the folder again, or run the study again with the same out",
        Hint::UseNewerVersion => "Use the version of plenary that wrote the results, or a newer one",
        Hint::CheckPermissions => "Check that you have permission to read the files",
        Hint::MakeRoom => "Free some space on the disk, then run again",
        Hint::CloseProgramsAndRunAgain => "Close programs that have files of the folder open, then run again",
        Hint::NamePartFolder => "Pass the folder of a part, which holds a `part.json`",
        Hint::MeasurePartAgain => "Measure the part again with this version of plenary and with the same study",
        Hint::WriteStudy { path } => {
            return format!("The command `plenary init {path}` writes a commented one; Study(...) makes one in Python");
        }
        Hint::ReportDefect => "This is a defect of plenary; please report it",
    }
    .to_owned()
}
