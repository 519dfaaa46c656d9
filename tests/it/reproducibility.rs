//! The same inputs give the same results, whatever the number of threads, the order of the inputs, the other inputs,
//! and earlier killed runs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use crate::common::{OTHER_TALK, Place, STUDY, TALK, assert_same};
use polars_core::prelude::DataFrame;

/// Four documents of two or three speakers, one of them with the same sentences as another.
fn corpus() -> Place {
    let twin = TALK.replace("Ann Lee", "Zoe Hill");
    Place::with(&[("a.md", TALK), ("b.txt", OTHER_TALK), ("c.md", &debate(6)), ("d.md", &twin), ("study.toml", STUDY)])
}

#[test]
fn threads_and_the_order_of_inputs_change_nothing() {
    let place = corpus();
    let run = |inputs: &[&str], out: &str, threads: &str| {
        let arguments = [&["run"], inputs, &["--study", "study.toml", "--out", out, "--threads", threads]].concat();
        let mut command = place.command(&arguments);
        // The threads of the library that writes the tables do not matter either.
        let ended = crate::common::ended(command.env("POLARS_MAX_THREADS", threads).env("RAYON_NUM_THREADS", threads));
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        place.tables(out)
    };
    let first = run(&["a.md", "b.txt", "c.md", "d.md"], "first", "2");
    assert!(first.len() > 14, "{} files", first.len());
    assert_same(&run(&["a.md", "b.txt", "c.md", "d.md"], "again", "2"), &first, "a second run");
    assert_same(&run(&["d.md", "b.txt", "a.md", "c.md"], "one", "1"), &first, "one thread, another order");
    assert_same(&run(&["c.md", "./d.md", "a.md", "./b.txt"], "four", "4"), &first, "four threads, a third order");
    assert_eq!(record(&place, "first"), record(&place, "four"), "the records of the runs, but for their times");

    // Replacing other results.
    let other = run(&["b.txt"], "replaced", "2");
    assert!(other.iter().zip(&first).any(|(other, first)| other.1 != first.1));
    assert_same(&run(&["a.md", "b.txt", "c.md", "d.md"], "replaced", "2"), &first, "a run over earlier results");
}

/// `run.json` without its times and without what depends on times.
fn record(place: &Place, folder: &str) -> serde_json::Value {
    let text = fs::read_to_string(place.path(folder).join("run.json")).unwrap();
    let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
    for time in ["started_at", "finished_at"] {
        assert!(record["run"].as_object_mut().unwrap().remove(time).is_some(), "{time}");
    }
    let files = record["files"].as_array_mut().unwrap();
    let n = files.len();
    files.retain(|file| file["name"] != "runs.parquet");
    assert_eq!(files.len(), n - 1);
    record
}

#[test]
fn what_the_cache_holds_changes_nothing() {
    let place = corpus();
    let run = |inputs: &[&str], out: &str, more: &[&str]| {
        place.run_well(&[&["run"], inputs, &["--study", "study.toml", "--out", out], more].concat());
        place.tables(out)
    };
    let all = ["a.md", "b.txt", "c.md", "d.md"];
    let without = run(&all, "without", &["--no-cache"]);
    run(&["c.md", "b.txt"], "part", &[]);
    assert_same(&run(&all, "half-warm", &["--threads", "1"]), &without, "half-warm");
    assert_same(&run(&all, "warm", &["--threads", "4"]), &without, "warm");

    // Two runs at the same time on one empty cache.
    let start = |out: &str| {
        let arguments =
            ["run", "a.md", "b.txt", "c.md", "d.md", "--study", "study.toml", "--out", out, "--cache", "new"];
        place.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for (mut run, out) in [(start("one"), "one"), (start("two"), "two")] {
        assert!(run.wait().unwrap().success(), "{out}");
        assert_same(&place.tables(out), &without, out);
    }
}

#[cfg(unix)]
#[test]
fn a_run_killed_at_any_moment_and_done_again_ends_as_if_it_had_not_been() {
    const TRIALS: u64 = 20;
    let place = Place::with(&[("talk.md", TALK), ("debate.md", &debate(8)), ("study.toml", STUDY)]);
    let arguments = |out| ["run", "debate.md", "--study", "study.toml", "--out", out];
    let before = Instant::now();
    place.run_well(&[&arguments("undisturbed")[..], &["--no-cache"]].concat());
    let whole = before.elapsed();
    let expected = place.tables("undisturbed");
    // Times during a run from a fixed sequence; the step of the run at each time varies.
    let mut random = 2_463_534_242_u64;
    for trial in 0..TRIALS {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let moment = whole.mul_f64((random >> 40) as f64 / (1_u64 << 24) as f64);
        if trial % 5 == 0 {
            std::fs::remove_dir_all(place.path(".cache")).ok();
        }
        let mut run = place.command(&arguments("results")).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(moment);
        run.kill().unwrap();
        run.wait().unwrap();
        let ended = place.run(&arguments("results"));
        assert_eq!(ended.code, Some(0), "trial {trial}, killed after {moment:?}: {ended:#?}");
        assert_same(&place.tables("results"), &expected, &format!("trial {trial}, killed after {moment:?}"));
        assert!(!ended.err.contains("panicked"), "{}", ended.err);
    }
}

#[test]
fn what_a_document_gives_does_not_depend_on_the_others() {
    let place = corpus();
    let run = |inputs: &[&str], out: &str| {
        place.run_well(&[&["run"], inputs, &["--study", "study.toml", "--out", out]].concat());
    };
    run(&["a.md", "b.txt", "c.md", "d.md"], "all");
    for (path, alone) in [("d.md", "only-d"), ("b.txt", "only-b")] {
        run(&[path], alone);
        let id = place.texts(&format!("{alone}/documents.parquet"), "document_id").remove(0);
        for table in ["documents", "speakers", "blocks", "utterances", "segments", "embeddings", "sentiment", "stance"]
        {
            let own = place.table(&format!("{alone}/{table}.parquet"));
            let among = of_document(place.table(&format!("all/{table}.parquet")), &id);
            assert!(own.height() > 0 && own.equals_missing(&among), "{table} of {path}:\n{own}\n{among}");
        }
    }
}

/// The rows of a document: by its id, or by that of a segment, which begins with it.
fn of_document(table: DataFrame, id: &str) -> DataFrame {
    let key = if table.get_column_index("document_id").is_some() { "document_id" } else { "segment_id" };
    let ids = table.column(key).unwrap().str().unwrap();
    let mask = ids.iter().map(|own| own.is_some_and(|own| own.starts_with(id))).collect();
    table.filter(&mask).unwrap()
}

/// A debate of four sentences per turn, all different.
fn debate(n_turns: usize) -> String {
    let turn = |n: usize| {
        format!(
            "**{}**\n\nPoint {n} is about the budget of the school. We spent {n} million on roads in the north. \
             Nobody asked me about item {n} of the list. I reject motion {n} as it stands.\n\n",
            ["Ann Lee", "Bo Chen", "Carla Diaz"][n % 3]
        )
    };
    (1..=n_turns).map(turn).collect()
}

/// Starts a run over the debate, sends a signal when a stage begins, and waits for the end.
#[cfg(unix)]
fn interrupted(place: &Place, stage: &str, signal: &str) -> (ExitStatus, String) {
    let mut command = place.command(&["run", "debate.md", "--threads", "1", "--out", "results"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        if line.starts_with(stage) {
            let kill = format!("kill -{signal} {}", child.id());
            assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        }
        said += &format!("{line}\n");
    }
    (child.wait().unwrap(), said)
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_or_killed_leaves_the_earlier_tables_and_can_be_done_again() {
    let place = Place::with(&[("talk.md", TALK), ("debate.md", &debate(16))]);
    place.run_well(&["run", "debate.md", "--out", "undisturbed"]);

    // Into a new folder: nothing remains.
    let (status, said) = interrupted(&place, "reading and measuring", "INT");
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(said.contains("stopped; nothing was written, and earlier results are unchanged"), "{said}");
    assert!(said.contains("same command"), "how to go on: {said}");
    assert!(!place.path("results").exists());

    place.run_well(&["run", "talk.md", "--out", "results"]);
    let before = place.files("results");
    for signal in ["INT", "TERM"] {
        let (status, said) = interrupted(&place, "reading and measuring", signal);
        assert_eq!(status.code(), Some(2), "{signal}: {said}");
        assert!(said.contains("stopped; nothing was written, and earlier results are unchanged"), "{signal}: {said}");
        assert_same(&place.files("results"), &before, signal);
    }

    let (status, _) = interrupted(&place, "reading and measuring", "KILL");
    assert_eq!(status.code(), None, "killed");
    let visible = |files: Vec<(String, Vec<u8>)>| {
        files.into_iter().filter(|(name, _)| !name.starts_with('.')).collect::<Vec<_>>()
    };
    assert_same(&visible(place.files("results")), &before, "kill in the middle");

    // While tables are written, the kill may come shortly before or after they are moved to their places.
    interrupted(&place, "writing tables", "KILL");
    place.run_well(&["run", "debate.md", "--out", "results"]);
    assert_same(&place.tables("results"), &place.tables("undisturbed"), "after a kill");
    assert!(place.files("results").iter().all(|(name, _)| !name.starts_with('.')), "nothing is left behind");
}
