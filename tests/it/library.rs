//! The library as a binding uses it: inputs and results in memory, tables of a corpus, measuring what was read, models on texts.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use plenary::corpus::findings::{Stance, Target, Tone, Verdict};
use plenary::models::ModelOptions;
use plenary::study::StanceOptions;
use plenary::table::{Results, UnmeasuredTable};
use plenary::{
    CodeTextsError, Input, Options, ReadOptions, RunError, SentimentModel, Silent, StanceModel, Study, read, read_with,
    run,
};

use crate::common::{OTHER_TALK, STUDY, TALK, models};

fn options(study: &Study) -> Options {
    Options { models: Some(models()), ..Options::in_memory(study.clone()) }
}

/// The sha256 of every file except those of `runs`, which contain times.
fn fingerprints(results: &Results) -> BTreeMap<String, String> {
    let files = results.files().iter().filter(|file| !file.name.starts_with("runs."));
    files.map(|file| (file.name.clone(), file.sha256.clone())).collect()
}

fn write_talks(folder: &Path) {
    fs::create_dir(folder.join("talks")).unwrap();
    for (name, text) in [("a.md", TALK), ("b.txt", OTHER_TALK), ("c.md", TALK), ("empty.md", "")] {
        fs::write(folder.join("talks").join(name), text).unwrap();
    }
}

#[test]
fn files_contents_and_a_corpus_give_the_same_results() {
    let folder = tempfile::tempdir().unwrap();
    write_talks(folder.path());
    let study = Study::parse(STUDY, "study.toml").unwrap();
    let talks = folder.path().join("talks");
    let out = folder.path().join("out");
    let written = Options { out: Some(out.clone()), ..options(&study) };
    let expected = run([&talks], &written, &Silent).unwrap().results;
    assert_eq!(expected.folder(), Some(out.as_path()));
    let expected = fingerprints(&expected);

    let in_memory = run([&talks], &options(&study), &Silent).unwrap().results;
    assert_eq!((in_memory.folder(), fingerprints(&in_memory)), (None, expected.clone()));

    let names = ["a.md", "b.txt", "c.md", "empty.md"].map(|name| talks.join(name));
    let contents = names.map(|path| Input::Bytes {
        name: plenary::inputs::display_path(&path),
        bytes: fs::read(&path).unwrap().into(),
    });
    let of_contents = run(contents, &options(&study), &Silent).unwrap().results;
    assert_eq!(fingerprints(&of_contents), expected);

    // Speech is attributed again, so that another study may measure the corpus.
    let corpus = read([&talks], &Study::default()).unwrap();
    let measured = corpus.measure(&options(&study), &Silent).unwrap();
    assert_eq!(fingerprints(&measured.results), expected);
    assert_eq!(measured.skipped, corpus.skipped);
    let other = Study::parse("[columns]\ntext = \"speech\"\n", "study.toml").unwrap();
    let refused = corpus.measure(&options(&other), &Silent).unwrap_err();
    assert!(matches!(refused, RunError::ReadOtherwise { section: "[columns]" }), "{refused}");
}

#[test]
fn tables_of_a_corpus_are_those_of_a_run() {
    let folder = tempfile::tempdir().unwrap();
    write_talks(folder.path());
    fs::write(folder.path().join("people.csv"), "name,born\nAnn Lee,1950\n").unwrap();
    let study = Study::parse_in("[transcript]\npeople = \"people.csv\"\n", "the study", folder.path()).expect("valid");
    let corpus = read_with([folder.path().join("talks")], &study, &ReadOptions::default(), &Silent).unwrap();
    let results = corpus.measure(&options(&study), &Silent).unwrap().results;
    for table in UnmeasuredTable::ALL.into_iter().filter(|table| *table != UnmeasuredTable::Doubtful) {
        let frame = corpus.table(table).unwrap();
        let expected = results.frame(table.name()).unwrap();
        let is_wanted = |column: &str| !["n_tokens", "n_windows", "context"].contains(&column);
        let names = expected.get_column_names_owned();
        let columns =
            names.into_iter().filter(|column| table != UnmeasuredTable::Segments || is_wanted(column.as_str()));
        let expected = expected.select(columns).unwrap();
        assert!(frame.equals_missing(&expected), "{}: {frame:?} {expected:?}", table.name());
    }
    let speakers = corpus.table(UnmeasuredTable::Speakers).unwrap();
    assert!(speakers.column("born").is_ok(), "variables of the study are columns");
    let doubtful = corpus.table(UnmeasuredTable::Doubtful).unwrap();
    assert_eq!(doubtful.height(), corpus.doubtful().count());
}

#[test]
fn models_run_on_lists_of_texts() {
    let tone = SentimentModel::load_from(Some(&models()), "sentiment-minilm-l6").unwrap().with_threads(2);
    let scores = tone.score(&["This is wonderful news.", "This is a terrible disaster."], &Silent).unwrap().scores;
    assert_eq!([scores[0].label(), scores[1].label()], [Tone::Positive, Tone::Negative]);

    let load = |ids: &ModelOptions| StanceModel::load_from(Some(&models()), ids, StanceOptions::default());
    let model = load(&ModelOptions::default()).unwrap();
    let target = Target { id: "open".into(), proposition: "Borders should be open.".into(), ..Target::default() };
    let texts = ["Borders should be open to everybody.", "The soup was hot."];
    let codings = model.code(&texts, std::slice::from_ref(&target), &Silent).unwrap();
    let [said, other] = &codings.of_target[0][..] else { panic!("two texts") };
    assert_eq!(said.verdict, Verdict::Labelled(Stance::Favor));
    assert!(matches!(other.verdict, Verdict::Abstained(_)) && other.probabilities.is_none());
    let unnamed = model.code(&texts, &[Target { id: String::new(), ..target }], &Silent).unwrap_err();
    assert!(matches!(unnamed, CodeTextsError::Target(_)), "{unnamed}");
    let swapped = ModelOptions { stance: "all-minilm-l6-v2".into(), ..ModelOptions::default() };
    assert!(load(&swapped).is_err());
}
