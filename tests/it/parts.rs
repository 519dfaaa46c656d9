//! Parts of a corpus combine into the results of one run over everything.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use plenary::corpus::progress::Silent;
use plenary::engine::cache::Cache;
use plenary::pipeline::{self, CombineOptions, Options, Part, PartOptions, RunError, combine, measure_part};
use plenary::study::Study;
use plenary::table::{OpenErrorKind, Results};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::common::models;

const STUDY: &str = "\
[transcript]
link_people = \"corpus\"
people = \"people.csv\"

[documents]
table = \"documents.csv\"
pattern = '^(?<letter>[a-z])\\.'

[columns]
speaker_variables = [\"age\"]

[segments]
unit = \"sentence\"

[[targets]]
id = \"open_borders\"
proposition = \"Borders should be open.\"
negation = \"Borders should not be open.\"
neither_share = 0.6

[[targets]]
id = \"more_schools\"
proposition = \"More schools should be built.\"

[themes]
[[themes.codes]]
id = \"borders\"
description = \"Borders and who may cross them.\"
[[themes.codes]]
id = \"schools\"
description = \"Schools and who builds them.\"
examples = [\"Children need teachers.\"]

[[dictionaries]]
name = \"policy\"
file = \"policy.yml\"

[[dictionaries]]
name = \"own\"
[dictionaries.categories]
move = [\"border*\", \"the ports\"]

[keyness]
by = [\"speaker\", \"party\", \"theme\", \"period\", \"letter\"]
min_count = 1
min_words = 1
top = 3

[estimates]
period = \"year\"

[[estimates.by]]
columns = [\"gender\"]
weight = \"person\"
differences = true

[[estimates.by]]
columns = [\"letter\", \"party\"]

[output]
csv = true
";

const PEOPLE: &str = "\
name,party,gender,from,to
Ann Lee,Reform,female,,
Ann Lee,Green,female,2020,
Bo Chen,,male,,
Nobody At All,X,male,,
";

const DOCUMENTS: &str = "file,date,topic\na.md,2019-03-01,ports\nt.csv,,schools\nnothing.md,2020-01-01,x\n";

/// Inputs whose order differs from the order of their contents: tables of several documents, a path that sorts between
/// the documents of a table, a person in several documents, a document without speech, and files that fail.
static INPUTS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let turns = |names: &[&str]| -> String {
        let said =
            ["Borders should be open to all of us.", "I do not agree with that.", "We need more schools. And soon."];
        names.iter().enumerate().map(|(at, name)| format!("**{name}**\n\n{}\n\n", said[at % said.len()])).collect()
    };
    vec![
        ("b.md", turns(&["Ann Lee", "Bo Chen", "Ann Lee"])),
        ("a.md", turns(&["Clara Diaz", "Bo Chen"])),
        (
            "t.csv",
            "document,speaker,text,age\nz,Ann Lee,Schools matter.,41\na,Bo Chen,Borders matter.,35.5\nz,Dan Ek,They do.,\n".into(),
        ),
        ("t.csv-2.md", turns(&["Eve Fox", "Ann Lee", "Eve Fox"])),
        ("u.csv", "speaker,text,age\nAnn Lee,We should build more schools.,42\n".into()),
        ("w.txt", "ANN LEE: Good morning to you all.\n\nBO CHEN: Good morning. We meet again.\n".into()),
        ("empty.md", String::new()),
        ("binary.txt", "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}".repeat(40)),
    ]
});

struct Place {
    folder: TempDir,
    study: Study,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("talks")).unwrap();
        for (name, content) in INPUTS.iter() {
            fs::write(folder.path().join("talks").join(name), content).unwrap();
        }
        let study = folder.path().join("study.toml");
        fs::write(&study, STUDY).unwrap();
        fs::write(folder.path().join("policy.yml"), "schools: [school*, teacher?]\ntrade:\n  ports: [port, ports]\n")
            .unwrap();
        fs::write(folder.path().join("people.csv"), PEOPLE).unwrap();
        fs::write(folder.path().join("documents.csv"), DOCUMENTS).unwrap();
        Self { study: Study::load(&study).unwrap(), folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn input(&self, at: usize) -> PathBuf {
        self.path("talks").join(INPUTS[at].0)
    }

    fn cache(&self) -> Cache {
        Cache::open(&self.path("cache")).unwrap()
    }

    fn options(&self, folder: Option<&str>) -> PartOptions {
        let mut options = PartOptions::new(self.study.clone());
        options.models = Some(models());
        options.cache = Some(self.cache());
        options.folder = folder.map(|name| self.path(name));
        options
    }

    fn part(&self, inputs: &[usize], folder: Option<&str>) -> Result<Part, RunError> {
        let paths: Vec<PathBuf> = inputs.iter().map(|at| self.input(*at)).collect();
        measure_part(&paths, &self.options(folder), &Silent)
    }

    fn whole(&self) -> Results {
        let mut options = Options::new(self.study.clone(), self.path("whole"));
        options.models = Some(models());
        options.cache = Some(self.cache());
        let paths: Vec<PathBuf> = (0..INPUTS.len()).map(|at| self.input(at)).collect();
        pipeline::run(&paths, &options, &Silent).unwrap().results
    }
}

fn in_memory(parts: Vec<Part>) -> Results {
    combine(parts, &CombineOptions::default(), &Silent).unwrap().results
}

/// The sha256 of every file except those of `runs`, which contain times.
fn fingerprints(results: &Results) -> BTreeMap<String, String> {
    let files = results.files().iter().filter(|file| !file.name.starts_with("runs."));
    files.map(|file| (file.name.clone(), file.sha256.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn any_split_in_any_order_gives_the_same_bytes(
        part_of in prop::collection::vec(0..4usize, 6),
        order in Just((0..4usize).collect::<Vec<_>>()).prop_shuffle(),
        saved in prop::collection::vec(any::<bool>(), 4),
    ) {
        let place = Place::new();
        let whole = fingerprints(&place.whole());
        let mut parts = Vec::new();
        for number in order {
            let mut inputs: Vec<usize> = (0..6).filter(|at| part_of[*at] == number).collect();
            if inputs.is_empty() {
                continue;
            }
            // The files that fail are next to good ones, in the first two parts that contain any.
            inputs.extend([6, 7].get(parts.len()));
            let folder = format!("part{number}");
            let part = place.part(&inputs, saved[number].then_some(folder.as_str())).unwrap();
            parts.push(if saved[number] { Part::open(&place.path(&folder)).unwrap() } else { part });
        }
        if parts.len() == 1 {
            return Ok(()); // one file that fails was left out
        }
        prop_assert_eq!(fingerprints(&in_memory(parts)), whole);
    }
}

#[test]
fn a_part_of_everything_is_the_whole_in_a_folder_and_in_memory() {
    let place = Place::new();
    let whole = fingerprints(&place.whole());
    let all: Vec<usize> = (0..INPUTS.len()).collect();
    assert_eq!(fingerprints(&in_memory(vec![place.part(&all, None).unwrap()])), whole);
    let part = place.part(&all, Some("part")).unwrap();
    assert_eq!((part.n_documents(), part.skipped().failures.len()), (7, 2));
    let options = CombineOptions { out: Some(place.path("combined")), ..CombineOptions::default() };
    let results = combine(vec![part], &options, &Silent).unwrap().results;
    assert_eq!(fingerprints(&results), whole);
    assert!(place.path("part/part.json").exists(), "a part is still there after it was combined");
    // A folder of parts is not read as transcripts.
    let found = plenary::inputs::gather(&[place.path("part")], &plenary::read::Options::default(), None);
    assert!(found.documents.is_empty());
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let mut place = Place::new();
    let first = || place.part(&[0], None).unwrap();
    let error = |parts| combine(parts, &CombineOptions::default(), &Silent).unwrap_err();

    assert!(matches!(error(vec![]), RunError::NoParts));
    let again = error(vec![first(), place.part(&[1, 0], Some("again")).unwrap()]).to_string();
    assert!(
        again.contains("b.md (document ") && again.contains("again; measure every document in one part"),
        "{again}"
    );
    let good = first();
    place.study.themes.resolution = 2.0;
    let other = place.part(&[1], None).unwrap();
    let error = error(vec![good, other]);
    assert!(error.to_string().contains("another study: `themes.resolution` is 2.0; expected 1.0"), "{error}");
    assert!(error.hint().is_some());
}

#[test]
fn a_damaged_part_is_refused_with_its_file() {
    let place = Place::new();
    let kind = |folder: &Path| match Part::open(folder).unwrap_err() {
        RunError::Open(error) => error,
        other => panic!("{other}"),
    };
    assert!(matches!(kind(&place.path("none")).kind, OpenErrorKind::PartMissing));
    assert!(matches!(kind(&place.path("talks")).kind, OpenErrorKind::NotAPart));
    assert!(matches!(kind(&place.input(0)).kind, OpenErrorKind::PartNotAFolder));

    place.part(&[0, 1], Some("part")).unwrap();
    let folder = place.path("part");
    Part::open(&folder).unwrap();
    let with = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let path = folder.join(name);
        let before = fs::read(&path).unwrap();
        let mut bytes = before.clone();
        change(&mut bytes);
        fs::write(&path, bytes).unwrap();
        let error = Part::open(&folder).unwrap_err().to_string();
        fs::write(&path, before).unwrap();
        error
    };
    for name in ["ledger.bin", "sample.bin", "segments.parquet", "analysis-draft.parquet"] {
        let cut = with(name, &|bytes| bytes.truncate(bytes.len() / 2));
        assert!(cut.contains(name) && cut.contains("bytes, expected"), "{cut}");
        let flipped = with(name, &|bytes| *bytes.last_mut().unwrap() ^= 1);
        assert!(flipped.contains(name) && flipped.contains("sha256"), "{flipped}");
    }
    let cut = with("part.json", &|bytes| bytes.truncate(bytes.len() / 2));
    assert!(cut.contains("part.json") && cut.contains("damaged"), "{cut}");
    let version = with("part.json", &|bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replace("\"plenary_version\": \"", "\"plenary_version\": \"9.").into_bytes();
    });
    assert!(version.contains("plenary 9.") && version.contains("one version"), "{version}");
    let study = with("part.json", &|bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        *bytes = text.replace("\"resolution\": 1.0", "\"resolution\": 1.5").into_bytes();
    });
    assert!(study.contains("not the one that it was measured with"), "{study}");
    fs::remove_file(folder.join("blocks.parquet")).unwrap();
    assert!(matches!(kind(&folder).kind, OpenErrorKind::FileMissing));
    // The same folder can be used for measuring again.
    place.part(&[0, 1], Some("part")).unwrap();
    Part::open(&folder).unwrap();
    // A folder with other files is left unchanged.
    let talks = place.part(&[0], Some("talks")).unwrap_err().to_string();
    assert!(talks.contains("did not write"), "{talks}");
}
