//! Themes that are fitted and assigned apart from combining, so that machines share the work.
//!
//! **Input:** the folders of the parts of a corpus. **Output:** the themes of their merged samples ([`fit`]), where the segments of a part
//! are placed ([`place`]), and the results of one run from all of it ([`combine`]). Only one sample and one ledger are in memory at a time
//! while themes are fitted, and no sample while parts are combined. **Refused:** parts that do not belong together. **Left to others:**
//! where placements are kept.

use std::path::{Path, PathBuf};

use plenary_corpus::progress::Progress;
use plenary_measure::themes::{Fitted, Placement, Sample};
use plenary_tables::{PartTables, StudyInfo};

use super::combine::{Placements, check_alike, combine_with};
use super::ledger::Ledger;
use super::part::{LEDGER, PartRecord, SAMPLE, study_of};
use super::wording::ThemeWords;
use super::{CombineOptions, Outcome, Part, RunError, thread_pool};

/// Fits the themes of all parts.
pub(crate) fn fit(folders: &[PathBuf], threads: usize, progress: &dyn Progress) -> Result<Fitted, RunError> {
    let pool = thread_pool(threads)?;
    progress.begin("reading parts", folders.len() as u64);
    let mut words = ThemeWords::default();
    let mut all: Option<(String, PartRecord, Sample)> = None;
    for folder in folders {
        progress.check_stop()?;
        let name = folder.display().to_string();
        let (_, record, contents) =
            PartTables::open_some::<PartRecord>(folder, &[LEDGER, SAMPLE], false, |_| StudyInfo::default())?;
        let damaged = |problem: &dyn std::fmt::Display| RunError::damaged(&name, problem);
        let [ledger, sample] = contents.as_slice() else { return Err(damaged(&"a file is missing")) };
        words.add(&Ledger::read(ledger.as_slice()).map_err(|error| damaged(&error))?);
        let sample = Sample::read(sample.as_slice()).map_err(|error| damaged(&error))?;
        match &mut all {
            None => all = Some((name, record, sample)),
            Some((first, of_first, merged)) => {
                check_alike((first, of_first), (&name, &record))?;
                merged.merge(sample).map_err(|error| RunError::PartsDiffer {
                    first: first.clone(),
                    second: name,
                    what: error.to_string(),
                })?;
            }
        }
        progress.advance(1);
    }
    let Some((name, record, sample)) = all else { return Err(RunError::NoParts) };
    let study = study_of(&record).map_err(|error| RunError::damaged(&name, &error))?;
    Ok(pool.install(|| words.fit(sample, &study.lexicon, None, progress))?)
}

/// Places the segments of a part, some at a time and in their order. Returns their number.
pub(crate) fn place(
    folder: &Path,
    fitted: &Fitted,
    threads: usize,
    progress: &dyn Progress,
    mut take: impl FnMut(Vec<Placement>) -> Result<(), RunError> + Send,
) -> Result<usize, RunError> {
    let pool = thread_pool(threads)?;
    let (tables, _, contents) = PartTables::open_some::<PartRecord>(folder, &[LEDGER], true, |_| StudyInfo::default())?;
    let damaged = |problem: &dyn std::fmt::Display| RunError::damaged(&folder.display().to_string(), problem);
    let [ledger] = contents.as_slice() else { return Err(damaged(&"a file is missing")) };
    let ledger = Ledger::read(ledger.as_slice()).map_err(|error| damaged(&error))?;
    progress.begin("assigning themes", ledger.n_segments() as u64);
    let mut n_placed = 0;
    pool.install(|| {
        tables.again(|vectors, texts| {
            let segments = n_placed..n_placed + texts.len();
            n_placed = segments.end;
            take(fitted.place(vectors, texts, &ledger.kinds(segments), progress)?)
        })
    })?;
    Ok(n_placed)
}

/// The results of one run over all inputs, from all parts, their themes and the placements of their segments.
pub(crate) fn combine(
    folders: &[PathBuf],
    (fitted, placements): (Fitted, Placements),
    options: &CombineOptions,
    progress: &dyn Progress,
) -> Result<Outcome, RunError> {
    let parts = folders.iter().map(|folder| Part::open_without_sample(folder)).collect::<Result<Vec<_>, _>>()?;
    combine_with(parts, Some((fitted, placements)), options, progress)
}
