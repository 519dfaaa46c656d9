//! Hints as options and commands of the program.
//!
//! Input: an error of the library. Output: what the user can do about it, in the words of the command line. The library itself
//! names no options.

use crate::corpus::Hint;
use crate::pipeline::RunError;
use crate::table::{OpenError, TableError};

/// What to do about an error, where the library knows it.
pub(crate) fn for_error(error: &anyhow::Error) -> Option<String> {
    let hint = error.chain().find_map(|cause| {
        let of_run = cause.downcast_ref::<RunError>().and_then(|error| match error {
            RunError::Tables(error) => error.hint(),
            _ => None,
        });
        let of_tables = || cause.downcast_ref::<TableError>().and_then(TableError::hint);
        let of_results = || cause.downcast_ref::<OpenError>().and_then(OpenError::hint);
        of_run.or_else(of_tables).or_else(of_results)
    });
    hint.as_ref().map(words)
}

fn words(hint: &Hint) -> String {
    match hint {
        Hint::NameModelsFolder => "run `plenary models install`, or name the folder of models with --models".into(),
        Hint::ReinstallModels => "run `plenary models install --force`".into(),
        Hint::ReplaceExisting => "pass --force to replace them".into(),
        Hint::DistillModel { model } => format!("run `plenary models distill {model}`"),
        Hint::ConvertModel { model } => format!("run `plenary models convert {model}`"),
        Hint::BuildWithFeature { feature } => format!("build plenary with `--features {feature}`"),
        Hint::UseEngine { engine } => format!("pass --engine {engine}, or leave the choice to plenary"),
        Hint::UseCpu => "pass --device cpu".into(),
        Hint::WaitLonger => "wait longer with --timeout SECONDS".into(),
        Hint::OmitGraph => "leave out --graph".into(),
        Hint::AcceptNewerCommit => "accept the newer commit with --update, or name the commit to keep".into(),
        Hint::UseOtherCache => "name another folder with --cache, or pass --no-cache".into(),
        Hint::ClearCache => "run `plenary cache clear`".into(),
        Hint::UseFewerThreads => "try fewer threads with --threads".into(),
        Hint::UseOtherOutputFolder => "name another folder with --out".into(),
        Hint::UseNewOutputFolder => "name a new or empty folder with --out, or the folder of an earlier run".into(),
        Hint::WaitOrUseOtherOutputFolder => "wait until it has ended, or name another folder with --out".into(),
        Hint::NameResultsFolder => "name a folder that `plenary run` wrote".into(),
        Hint::RunAgain => "run `plenary run` again with the same --out".into(),
        Hint::CopyAgainOrRunAgain => "copy the folder again, or run `plenary run` again with the same --out".into(),
        Hint::UseNewerVersion => "use the version of plenary that wrote the results, or a newer one".into(),
        Hint::CheckPermissions => "check that you may read it".into(),
        Hint::MakeRoom => "make room and run again".into(),
        Hint::CloseProgramsAndRunAgain => "close programs that have the tables open and run again".into(),
        Hint::NamePartFolder => "name the folder of a part, which holds a `part.json`".into(),
        Hint::MeasurePartAgain => "measure the part again, with this version and the study of the other parts".into(),
        Hint::ReportDefect => "this is a defect of plenary; please report it".into(),
    }
}
