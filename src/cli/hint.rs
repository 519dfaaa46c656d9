//! Hints of the library, worded for the command line.
//!
//! **Input**: an error of any stage. **Output**: a sentence that names the command or option that helps, if there is
//! one.

use std::error::Error;

use plenary_report::ReportError;

use crate::corpus::Hint;
use crate::engine::UnavailableError;
use crate::engine::cache::CacheError;
use crate::export::ExportError;
use crate::learn::LearnError;
use crate::means::MeansError;
use crate::models::{FetchError, FileError, FindError, LoadError, MakeError, NoCacheFolder};
use crate::parts::PartsError;
use crate::pipeline::RunError;
use crate::robust::RobustError;
use crate::study::StudyError;
use crate::table::{OpenError, TableError};
use crate::themes::ThemeEditsError;
use crate::validate::estimate::EstimateError;
use crate::validate::sample::SampleError;
use crate::validate::segments::SegmentsError;
use crate::verify::VerifyError;

/// The hint of the first error in a chain that has one, as a sentence.
pub(super) fn hint_of(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(typed_hint).map(|hint| in_words(&hint))
}

/// A message with the hint, if there is one, as a sentence after it.
pub(super) fn with_hint(message: &str, hint: Option<&Hint>) -> String {
    match hint {
        None => message.to_owned(),
        Some(hint) => format!("{message}. {}", in_words(hint)),
    }
}

fn typed_hint(error: &(dyn Error + 'static)) -> Option<Hint> {
    macro_rules! first_hint {
        ($($kind:ty),+ $(,)?) => {
            $(if let Some(error) = error.downcast_ref::<$kind>() { return error.hint(); })+
        };
    }
    first_hint!(
        PartsError,
        RunError,
        RobustError,
        MeansError,
        StudyError,
        ThemeEditsError,
        LearnError,
        SampleError,
        EstimateError,
        SegmentsError,
        ExportError,
        ReportError,
        TableError,
        OpenError,
        FindError,
        LoadError,
        FetchError,
        MakeError,
        FileError,
        VerifyError,
        CacheError,
        NoCacheFolder,
        UnavailableError,
    );
    None
}

/// A hint as a sentence that names commands and options.
pub(super) fn in_words(hint: &Hint) -> String {
    match hint {
        Hint::NameModelsFolder => {
            "Install the models with `plenary models install --from DIR`, or name their folder with --models DIR or the \
             variable PLENARY_MODELS"
        }
        Hint::ReinstallModels => {
            "Copy the file there, or install the models again with `plenary models install --force`"
        }
        Hint::ReplaceExisting => "Pass --force to replace them",
        Hint::DistillModel { model } => {
            return format!("`plenary models distill {model}` makes it, which takes a minute or two");
        }
        Hint::ConvertModel { model } => return format!("`plenary models convert {model}` makes it"),
        Hint::BuildWithFeature { feature } => {
            return format!("Build plenary with `cargo build --release --features {feature}`");
        }
        Hint::UseEngine { engine } => {
            return format!("Pass --engine {engine}, or leave the engine at `auto`");
        }
        Hint::UseCpu => "Pass --device cpu to run on the processor",
        Hint::WaitLonger => "Pass --timeout SECONDS to wait longer",
        Hint::OmitGraph => "Leave out --graph and --quantised",
        Hint::AcceptNewerCommit => "Pass --force to take the newer commit, or name the locked commit after the @ to keep it",
        Hint::UseOtherCache => "Name another folder for the cache with --cache, or run without a cache with --no-cache",
        Hint::ClearCache => "`plenary cache clear` removes it",
        Hint::UseFewerThreads => "Pass a smaller number with --threads",
        Hint::UseOtherOutputFolder => "Name another folder with --out",
        Hint::UseNewOutputFolder => "Name a new or empty folder with --out, or the folder of an earlier run",
        Hint::WaitOrUseOtherOutputFolder => "Wait until the other run has ended, or name another folder with --out",
        Hint::NameResultsFolder => "Name a folder that `plenary run` wrote",
        Hint::RunAgain => "Run `plenary run` again with the same --out",
        Hint::CopyAgainOrRunAgain => "Copy the folder again, or run `plenary run` again with the same --out",
        Hint::UseNewerVersion => "Use the version of plenary that wrote the results, or a newer one",
        Hint::CheckPermissions => "Check that you have permission to read the files",
        Hint::MakeRoom => "Free some space on the disk, then run the same command again",
        Hint::CloseProgramsAndRunAgain => "Close programs that have files of the folder open, then run the same command again",
        Hint::NamePartFolder => "Name the folder of a part, which holds a `part.json`",
        Hint::MeasurePartAgain => "Measure the part again with this version of plenary and with the same study",
        Hint::WriteStudy { path } => return format!("`plenary init {path}` writes a commented one"),
        Hint::ReportDefect => "This is a defect of plenary; please report it",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[test]
    fn the_hint_of_an_error_is_found_behind_its_context() {
        let error = CacheError { path: "cache".into(), problem: crate::engine::cache::CacheProblem::Held };
        let error = Err::<(), _>(error).context("cannot run").unwrap_err();
        assert!(hint_of(&error).is_some_and(|hint| hint.contains("--no-cache")));
        let error =
            RunError::from(FindError::NotDistilled { id: "m-static".into(), model: "m".into(), searched: vec![] });
        let hint = hint_of(&error.into()).unwrap();
        assert!(hint.contains("`plenary models distill m`"), "{hint}");
        assert_eq!(hint_of(&anyhow::anyhow!("no hint")), None);
    }
}
