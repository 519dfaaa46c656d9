//! The arguments of commands that compare results with hand codes.

use std::path::PathBuf;

use clap::Args;

use crate::table::{Check, Results};
use crate::validate::coded::CodedFile;
use crate::validate::drawn::sample_of;
use crate::validate::hand::Several;
use crate::validate::sample::Sample;

/// Results, hand codes, and how these were drawn.
#[derive(Debug, Args)]
pub(crate) struct HandCodesArgs {
    /// Results folder of the run whose segments were coded.
    #[arg(value_name = "RESULTS")]
    results: PathBuf,
    /// Hand codes of a random sample: CSV or XLSX files with the columns `segment_id`, `label`, `inclusion_probability`, for several targets
    /// `target`, and optionally `coder` and `stratum`.
    #[arg(value_name = "CODES", required = true)]
    codes: Vec<PathBuf>,
    /// Coder of hand codes whose code counts where several people coded a segment [default: all codes count, each in part].
    #[arg(long, value_name = "NAME")]
    adjudicator: Option<String>,
    /// The file holds a simple random sample of all segments, so that it needs no inclusion probabilities.
    #[arg(long)]
    pub(crate) simple_random: bool,
    /// Folder that `plenary sample` wrote, with sample.toml [default: that of the first file of codes, if it has one]. The results are
    /// compared with it, and estimates are for the segments that could be drawn.
    #[arg(long, value_name = "FOLDER")]
    sample: Option<PathBuf>,
    /// Replace the files if they exist.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

impl HandCodesArgs {
    /// The results, the files of codes, and the sample from which they are, if its folder is there.
    pub(crate) fn load(&self) -> anyhow::Result<(Results, Vec<CodedFile>, Option<Sample>)> {
        let results = Results::open(&self.results, Check::Full)?;
        let files: Vec<CodedFile> = self.codes.iter().map(|path| CodedFile::load(path)).collect::<Result<_, _>>()?;
        let sample = sample_of(self.sample.as_deref(), &files)?;
        Ok((results, files, sample))
    }

    /// What is done with several codes of a segment.
    pub(crate) fn several(&self) -> Several {
        self.adjudicator.clone().map_or(Several::Averaged, Several::Adjudicated)
    }
}
