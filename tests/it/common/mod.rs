//! A temporary folder in which the program is run, and the result of a run.

pub(crate) mod hub;
pub(crate) mod nothing_lost;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ndarray::Array2;
use plenary::corpus::Context;
use plenary::corpus::findings::{Codings, Evidence, Inference, Target};
use plenary::corpus::progress::Silent;
use plenary::engine::{Model, Work};
use plenary::measure::coder::{CodeError, Coder, Units};
use plenary::measure::stance::InferenceCoder;
use plenary::study::StanceOptions;
use polars_core::prelude::DataFrame;
use polars_io::prelude::{ParquetReader, SerReader};
use tempfile::TempDir;

/// The codings of texts that nothing precedes and that are as relevant as can be.
pub(crate) fn code(model: &Model, texts: &[&str], targets: &[Target], work: Work) -> Result<Codings, CodeError> {
    let relevance = Array2::ones((targets.len(), texts.len()));
    let vectors = Array2::zeros((texts.len(), 0));
    let units = Units {
        ids: &vec![""; texts.len()],
        texts,
        contexts: &vec![Context::default(); texts.len()],
        relevance: relevance.view(),
        context_relevance: relevance.view(),
        vectors: vectors.view(),
        turns: &vec![None; texts.len()],
        sentiment: None,
        earlier: &[],
        questions: &[],
        asked: None,
    };
    InferenceCoder::new(None, model, &StanceOptions::default())?.code(units, targets, work)
}

/// The inference of one pair.
pub(crate) fn infer(model: &Model, text: &str, hypothesis: &str) -> Inference {
    let targets = [Target { id: "t".into(), proposition: hypothesis.to_owned(), ..Target::default() }];
    let work = Work { threads: 1, progress: &Silent, cache: None };
    let codings = code(model, &[text], &targets, work).unwrap();
    let Evidence::Inference { proposition, .. } = codings.of_target[0][0].evidence else {
        panic!("an inference model leaves its inference")
    };
    proposition
}

/// Two people, six sentences.
pub(crate) const TALK: &str = "\
**Ann Lee**

Borders should be open to everybody. I am glad that the new rules help families. Trade makes all of us richer.

**Bo Chen**

I do not agree. Open borders are a terrible mistake. The government must protect our workers first.
";

/// Two other people, on another subject.
pub(crate) const OTHER_TALK: &str = "\
CLARA: The school reform was a great success. Children read more than ever before.

DAVID: The reform has cost too much. Teachers are tired and angry.

CLARA: Teachers asked for this reform themselves.
";

pub(crate) const STUDY: &str = "\
[[targets]]
id = \"open_borders\"
proposition = \"Borders should be open.\"
negation = \"Borders should not be open.\"
";

pub(crate) fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

/// The result of a run of the program.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    /// Checks the exit code and that standard error contains all of `parts`.
    #[track_caller]
    pub(crate) fn says(&self, code: i32, parts: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        for part in parts {
            assert!(self.err.contains(part), "`{part}` is not said:\n{}", self.err);
        }
        self
    }
}

/// A folder with inputs, in which the program is run.
pub(crate) struct Place(TempDir);

/// A row of a CSV table, by column.
pub(crate) type Row = std::collections::BTreeMap<String, String>;

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A folder with files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let place = Self::new();
        for (name, text) in files {
            place.write(name, text);
        }
        place
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The rows of a CSV table, by column.
    pub(crate) fn rows(&self, name: &str) -> Vec<Row> {
        let mut reader = csv::Reader::from_path(self.path(name)).unwrap();
        let header = reader.headers().unwrap().clone();
        let row = |row: csv::StringRecord| {
            header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect::<Row>()
        };
        reader.records().map(|record| row(record.unwrap())).collect()
    }

    /// The program with arguments, not started yet; the caller's environment does not affect it.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plenary"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command
            .env("PLENARY_MODELS", models())
            .env("PLENARY_CACHE", self.path(".cache"))
            .env_remove("RUST_LOG")
            .env_remove("NO_COLOR");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }

    #[track_caller]
    pub(crate) fn run_well(&self, arguments: &[&str]) -> Ended {
        let ended = self.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        ended
    }

    /// The program, with files limited to this number of blocks of 512 bytes: it simulates a full disk, which a test
    /// cannot create.
    #[cfg(unix)]
    pub(crate) fn command_without_space(&self, blocks: u32, arguments: &[&str]) -> Command {
        let plain = self.command(arguments);
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"")]).arg(plain.get_program());
        shell.args(plain.get_args()).current_dir(self.path("")).stdin(Stdio::null());
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell
    }

    pub(crate) fn table(&self, path: &str) -> DataFrame {
        ParquetReader::new(fs::File::open(self.path(path)).unwrap()).finish().unwrap()
    }

    /// A column of text; a missing value is `-`.
    pub(crate) fn texts(&self, path: &str, column: &str) -> Vec<String> {
        let table = self.table(path);
        let column = table.column(column).unwrap().cast(&polars_core::prelude::DataType::String).unwrap();
        column.str().unwrap().iter().map(|text| text.unwrap_or("-").to_owned()).collect()
    }

    /// Every file below a folder with its bytes, including hidden files; empty if there is no folder.
    pub(crate) fn files(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let root = self.path(folder);
        let found = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = found.filter(|entry| entry.file_type().is_file());
        files
            .map(|entry| {
                let name = entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                (name, fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    /// The tables that must be the same for the same inputs: all except `runs` and the record, which contain times.
    pub(crate) fn tables(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let timed = |name: &str| name.starts_with("runs.") || name == "run.json";
        self.files(folder).into_iter().filter(|(name, _)| !timed(name)).collect()
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Compares sets of files by name and bytes, and lists the ones that differ.
#[track_caller]
pub(crate) fn assert_same(found: &[(String, Vec<u8>)], expected: &[(String, Vec<u8>)], what: &str) {
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "{what}");
    let pairs = found.iter().zip(expected);
    let differ: Vec<_> = pairs.filter(|(found, expected)| found.1 != expected.1).map(|(f, _)| &f.0).collect();
    assert!(differ.is_empty(), "{what}: these differ: {differ:?}");
}
