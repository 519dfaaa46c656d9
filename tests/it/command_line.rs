//! The program as users see it: what it reads and refuses, what it prints, and its exit codes.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use crate::common::{OTHER_TALK, Place, STUDY, TALK, assert_same, ended, models};

// Inputs

#[test]
fn a_missing_file_is_named_and_leaves_nothing() {
    let place = Place::new();
    let ended = place.run(&["run", "talk.md", "--out", "a/b/results"]);
    ended.says(2, &["talk.md: no such file", "check the name", "nothing was written"]);
    assert!(!place.path("a").exists(), "folders that were made for nothing are taken away again");
}

#[test]
fn empty_and_binary_files_are_refused_with_a_way_out() {
    let place = Place::with(&[("empty.md", ""), ("blank.txt", " \n\n\t\n")]);
    let junk: Vec<u8> = (0..4096u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    place.write("junk.md", junk);
    place.write("talk.smi", b"<SAMI>\n<BODY>\n");
    for (name, reason, hint) in [
        ("empty.md", "the file is empty", "check the export"),
        ("blank.txt", "the file is empty", "check the export"),
        ("junk.md", "this is not text: byte", "plain text"),
        ("talk.smi", "a file of SAMI captions (.smi), which plenary does not read yet", "save it in a format"),
    ] {
        for command in [vec!["run", name, "--out", "results"], vec!["segment", name]] {
            place.run(&command).says(2, &[&format!("{name}: "), reason, hint, "no transcript could be read"]);
        }
        assert!(!place.path("results").exists());
    }
}

#[test]
fn other_encodings_are_decoded_and_recorded() {
    let place = Place::new();
    let talk = "ANNA: The naïve café owner has gone.\n\nBERT: His résumé was très long, said the mayor.\n\nANNA: Déjà vu.\n\nBERT: Adiós.\n";
    place.write(
        "marked.txt",
        [0xFF, 0xFE].into_iter().chain(talk.encode_utf16().flat_map(u16::to_le_bytes)).collect::<Vec<u8>>(),
    );
    place.write("big.txt", talk.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>());
    place.write("western.txt", talk.chars().map(|c| c as u8).collect::<Vec<u8>>());
    place.write("utf8.txt", format!("\u{FEFF}{talk}"));
    place.run_well(&["run", "marked.txt", "big.txt", "western.txt", "utf8.txt", "--out", "results"]);
    assert_eq!(place.texts("results/documents.parquet", "path"), ["big.txt", "marked.txt", "utf8.txt", "western.txt"]);
    let encodings = place.texts("results/documents.parquet", "encoding");
    assert_eq!(encodings, ["UTF-16BE", "UTF-16LE", "UTF-8", "windows-1252"]);
    let texts = place.texts("results/utterances.parquet", "text");
    assert_eq!(texts.len(), 16);
    for turns in texts.chunks(4) {
        assert_eq!(
            turns,
            ["The naïve café owner has gone.", "His résumé was très long, said the mayor.", "Déjà vu.", "Adiós."]
        );
    }
}

#[test]
fn a_text_without_speakers_is_one_turn_to_look_at() {
    let place =
        Place::with(&[("essay.txt", "The sea was calm that day. Nobody spoke of the storm.\n\nIt came at night.\n")]);
    let ended = place.run_well(&["run", "essay.txt", "--out", "results"]);
    for style in ["bold", "colon", "capitals"] {
        assert!(ended.out.contains(style), "the note names the styles that were tried:\n{}", ended.out);
    }
    assert_eq!(place.texts("results/utterances.parquet", "speaker_id"), ["-"]);
    assert_eq!(place.texts("results/utterances.parquet", "needs_review"), ["true"]);
    assert_eq!(place.texts("results/documents.parquet", "needs_review"), ["true"]);
    assert_eq!(place.table("results/speakers.parquet").height(), 0);
}

#[test]
fn one_bad_input_does_not_take_the_others_with_it() {
    let place = Place::with(&[("a.md", TALK), ("b.md", ""), ("c.txt", OTHER_TALK)]);
    let ended = place.run(&["run", "a.md", "b.md", "c.txt", "d.md", "--out", "results"]);
    ended.says(1, &["failed: b.md: the file is empty", "failed: d.md: no such file"]);
    let line = "2 inputs could not be read: b.md, d.md (failures.parquet says why)";
    assert!(ended.out.contains(line), "{}", ended.out);
    assert!(place.run_well(&["show", "results"]).out.contains(line));
    assert_eq!(place.texts("results/documents.parquet", "path"), ["a.md", "c.txt"]);
    assert_eq!(place.texts("results/failures.parquet", "path"), ["b.md", "d.md"]);
    assert!(place.texts("results/failures.parquet", "hint").iter().all(|hint| hint.len() > 1));
    let ended = place.run(&["segment", "a.md", "b.md"]);
    ended.says(1, &["failed: b.md"]);
    assert!(ended.out.contains("Ann Lee"));
}

#[test]
fn wrong_values_say_what_is_expected() {
    let place = Place::with(&[("a.md", TALK)]);
    let refused = |study: &str, parts: &[&str]| {
        place.write("study.toml", study);
        place.run(&["run", "a.md", "--study", "study.toml", "--out", "results"]).says(2, parts);
    };
    let target = "[[targets]]\nid = \"x\"\nproposition = \"Taxes should rise.\"\n";
    refused(
        &format!("{target}neither_share = \"0.9\"\n"),
        &["study.toml, line 4: neither_share: found the text \"0.9\"; expected a number; remove the quotes"],
    );
    refused(
        "[transcript]\nlink_people = \"x\"\n",
        &["study.toml, line 2: link_people: found `x`; expected `document` or `corpus`"],
    );
    refused(
        &format!("{target}[stance]\ncoded = \"missing.csv\"\n"),
        &["study.toml: [stance] coded: ", "missing.csv: there is no such file", "relative to the folder of the study"],
    );
    for n in ["0", "x"] {
        place.run(&["run", "a.md", "--out", "results", "--threads", n]).says(2, &["a whole number, 1 or more"]);
    }
}

#[test]
fn the_same_bytes_are_analysed_once_and_it_says_so() {
    let place = Place::with(&[("a.md", TALK), ("copy.md", TALK)]);
    let ended = place.run_well(&["run", "copy.md", "a.md", "./a.md", "--out", "results"]);
    ended.says(0, &["copy.md: the same bytes as another input", "a.md was named more than once"]);
    assert_eq!(place.texts("results/documents.parquet", "path"), ["a.md"]);
    let documents = place.table("results/documents.parquet");
    let others = documents.column("other_paths").unwrap().list().unwrap().get_as_series(0).unwrap();
    assert_eq!(others.str().unwrap().iter().flatten().collect::<Vec<_>>(), ["copy.md"]);
}

#[test]
fn a_folder_gives_its_transcripts_and_never_its_own_results() {
    let place = Place::with(&[("talks/a.md", TALK), ("talks/deep/c.txt", OTHER_TALK), ("talks/notes.pages", "a,b\n")]);
    let first = place.run_well(&["run", "talks", "--out", "talks/results"]);
    first.says(0, &["skipped: talks/notes.pages: files with the extension .pages"]);
    assert_eq!(place.texts("talks/results/documents.parquet", "path"), ["talks/a.md", "talks/deep/c.txt"]);
    let tables = |place: &Place| place.texts("talks/results/utterances.parquet", "text");
    let before = tables(&place);
    let again = place.run_well(&["run", "talks", "--out", "talks/results"]);
    again.says(0, &["skipped: talks/results: this folder holds results of plenary"]);
    assert_eq!(tables(&place), before, "the codebook of the first run is no transcript");
}

#[test]
fn a_folder_without_transcripts_is_refused() {
    let place = Place::with(&[("talks/notes.pages", "a,b\n")]);
    fs::create_dir(place.path("empty")).unwrap();
    place.run(&["run", "empty", "--out", "results"]).says(2, &["empty: the folder holds no visible files"]);
    place.run(&["run", "talks", "--out", "results"]).says(2, &["talks/notes.pages", "save it as plain text"]);
    assert!(!place.path("results").exists());
}

// The study

#[test]
fn a_study_that_is_wrong_is_refused_with_the_place_and_the_way_out() {
    for (study, parts) in [
        (
            "[segments]\nunits = \"sentence\"\n",
            &["study.toml, line 2", "unknown key `units`", "did you mean `unit`?"][..],
        ),
        ("[[targets]]\nid = \"open\"\n", &["target `open`", "no proposition", "expected `proposition ="]),
        (&STUDY.repeat(2), &["two targets have the id `open_borders`", "an id of its own"]),
        ("[models]\nembedding = \"my-bert\"\n", &["no model `my-bert`", "all-minilm-l6-v2", "[models]"]),
        ("[models]\nsentiment = \"nli-minilm-l6\"\n", &["`nli-minilm-l6` is made for inference", "sentiment"]),
        ("[study\n", &["study.toml, line 1"]),
        ("[estimates]\nconfidence_level = 95\n", &["confidence_level", "found 95", "between 0 and 1"]),
    ] {
        let place = Place::with(&[("talk.md", TALK), ("study.toml", study)]);
        place.run(&["run", "talk.md", "--study", "study.toml", "--out", "results"]).says(2, parts);
        assert!(!place.path("results").exists(), "{study}");
    }
    let place = Place::with(&[("talk.md", TALK)]);
    let missing = place.run(&["run", "talk.md", "--study", "study.toml", "--out", "results"]);
    missing.says(2, &["study.toml: there is no such study file", "`plenary init study.toml` writes"]);
}

#[test]
fn init_writes_a_study_that_runs_and_never_overwrites_unasked() {
    let place = Place::with(&[("talk.md", TALK)]);
    let ended = place.run_well(&["init"]);
    assert!(ended.out.contains("Wrote study.toml") && ended.out.contains("plenary run"), "{}", ended.out);
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results"]);

    place.write("study.toml", STUDY);
    place.run(&["init"]).says(2, &["study.toml already exists and was not changed", "--force"]);
    assert_eq!(fs::read_to_string(place.path("study.toml")).unwrap(), STUDY);
    place.run_well(&["init", "--force"]);
    assert_eq!(fs::read_to_string(place.path("study.toml")).unwrap(), place.run_well(&["init", "-"]).out);
    place.run(&["init", "no/such/folder/study.toml"]).says(2, &["cannot write no/such/folder/study.toml"]);
}

// Models

/// The shipped models in a folder of links, so that files can be removed or replaced.
#[cfg(unix)]
fn linked_models(place: &Place) {
    for entry in walkdir::WalkDir::new(models()).into_iter().map(Result::unwrap) {
        let link = place.path("models").join(entry.path().strip_prefix(models()).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(link).unwrap();
        } else {
            std::os::unix::fs::symlink(entry.path(), link).unwrap();
        }
    }
}

#[test]
fn the_models_of_a_clone_are_found_without_an_option() {
    // The folder `models` of another program is ignored.
    let place = Place::with(&[("models/manifest.toml", "[package]\nname = \"other\"\n")]);
    let mut command = place.command(&["models", "list"]);
    command.env_remove("PLENARY_MODELS").env("XDG_DATA_HOME", place.path("data"));
    command.env("CARGO_MANIFEST_DIR", Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/plenary-models"));
    let ended = ended(&mut command);
    ended.says(0, &[]);
    for id in ["all-minilm-l6-v2", "nli-minilm-l6", "sentiment-minilm-l6"] {
        assert!(ended.out.contains(id), "{}", ended.out);
    }
}

#[cfg(unix)]
#[test]
fn incomplete_and_damaged_models_are_refused() {
    let place = Place::with(&[("talk.md", TALK)]);
    linked_models(&place);
    let run = ["run", "talk.md", "--models", "models", "--out", "results"];
    let verify = ["models", "verify", "--models", "models"];
    assert!(place.run_well(&verify).out.ends_with("3 models, 0 problems\n"));

    let config = place.path("models/sentiment-minilm-l6/config.json");
    let text = fs::read_to_string(&config).unwrap();
    fs::remove_file(&config).unwrap();
    place.run(&run).says(2, &["model `sentiment-minilm-l6`", "config.json is missing", "plenary models install"]);

    fs::write(&config, text.replace("384", "385")).unwrap();
    place.run(&run).says(2, &["sentiment-minilm-l6", "config.json", "expected sha256 ", ", found "]);
    assert!(!place.path("results").exists());
    let ended = place.run(&verify);
    assert_eq!(ended.code, Some(2));
    assert!(ended.out.contains("sentiment-minilm-l6/config.json: wrong: "), "{}", ended.out);
    assert!(ended.out.ends_with("3 models, 1 problem\n"), "{}", ended.out);
    let quiet = place.run(&["models", "verify", "--models", "models", "--quiet"]);
    assert_eq!((quiet.code, quiet.out.lines().count()), (Some(2), 1), "only the problem is printed");

    let nowhere = place.run(&["run", "talk.md", "--models", "nowhere", "--out", "results"]);
    nowhere.says(2, &["no folder of models was found", "nowhere (the named folder)", "PLENARY_MODELS"]);
}

#[test]
fn models_are_listed_for_people_and_for_programs() {
    let place = Place::new();
    let people = place.run_well(&["models", "list"]).out;
    let json: serde_json::Value =
        serde_json::from_str(&place.run_well(&["models", "list", "--format", "json"]).out).unwrap();
    for (model, task) in [("all-minilm-l6-v2", "embedding"), ("nli-minilm-l6", "inference")] {
        assert!(people.lines().any(|line| line.contains(model) && line.contains(task)), "{people}");
        assert!(json.as_array().unwrap().iter().any(|m| m["id"] == model && m["task"] == task), "{json}");
    }
    assert!(people.contains("found in "), "{people}");
}

// The output folder

#[test]
fn a_folder_that_is_not_plenarys_is_not_touched() {
    let place = Place::with(&[("talk.md", TALK), ("thesis/chapter.txt", "Do not lose me."), ("file", "mine")]);
    let before = place.files("thesis");
    let ended = place.run(&["run", "talk.md", "--out", "thesis"]);
    ended.says(2, &["thesis holds files that plenary did not write (`chapter.txt`)", "nothing was changed", "--out"]);
    assert_eq!(place.files("thesis"), before);
    place.run(&["run", "talk.md", "--out", "file"]).says(2, &["file is a file, but tables need a folder", "--out"]);
    assert_eq!(fs::read_to_string(place.path("file")).unwrap(), "mine");
}

#[test]
fn a_folder_that_cannot_be_written_is_refused_before_anything_is_computed() {
    let place = Place::with(&[("talk.md", TALK), ("file", "mine")]);
    let below_a_file = place.run(&["run", "talk.md", "--out", "file/results"]);
    below_a_file.says(2, &["file/results cannot be created or written", "--out"]);
    assert!(!below_a_file.err.contains("embedding"), "{}", below_a_file.err);
    if cfg!(target_os = "linux") {
        // Not even the administrator can create folders there.
        place.run(&["run", "talk.md", "--out", "/proc/results"]).says(2, &["/proc/results cannot be created"]);
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_cannot_write_its_tables_leaves_the_earlier_ones() {
    let place = Place::with(&[("talk.md", TALK), ("other.txt", OTHER_TALK)]);
    place.run_well(&["run", "talk.md", "--out", "results"]);
    let before = place.files("results");
    let ended = ended(&mut place.command_without_space(8, &["run", "other.txt", "--out", "results", "--no-cache"]));
    ended.says(2, &[".parquet could not be written", "Earlier results in the folder are unchanged", "Free some space"]);
    assert_eq!(place.files("results"), before, "and nothing is left behind");
}

#[test]
fn csv_comes_beside_parquet_without_vectors_and_goes_when_it_is_not_wanted() {
    let place = Place::with(&[("talk.md", TALK)]);
    place.run_well(&["run", "talk.md", "--out", "results", "--format", "csv"]);
    for (name, _) in place.files("results").iter().filter(|(name, _)| name.ends_with(".parquet")) {
        let csv = fs::read_to_string(place.path("results").join(name.replace(".parquet", ".csv"))).unwrap();
        let rows = place.table(&format!("results/{name}")).height();
        assert!(csv.lines().count() > rows, "{name}: a line for the names of the columns, and one per row at least");
        assert!(!csv.lines().next().unwrap().contains("vector"), "{name}");
    }
    let codebook = fs::read_to_string(place.path("results/codebook.md")).unwrap();
    assert!(codebook.contains("the vectors of `embeddings` are only in the Parquet file"));
    place.run_well(&["run", "talk.md", "--out", "results", "--format", "parquet"]);
    assert!(
        !place.files("results").iter().any(|(name, _)| name.rsplit_once('.').is_some_and(|(_, e)| e == "csv")),
        "no stale tables"
    );
}

// What is printed, and where

#[test]
fn quiet_says_nothing_when_all_is_well_and_errors_all_the_same() {
    let place = Place::with(&[("talks/a.md", TALK), ("talks/b.md", TALK), ("talks/c.csv", "a,b\n")]);
    let ended = place.run_well(&["run", "talks", "--out", "results", "--quiet"]);
    assert_eq!((ended.out.as_str(), ended.err.as_str()), ("", ""));
    assert_eq!(place.run_well(&["init", "--quiet"]).out, "");
    assert_eq!(place.run_well(&["models", "verify", "-q"]).out, "");
    let failed = place.run(&["run", "talks", "no.md", "--out", "results", "--quiet"]);
    failed.says(1, &["failed: no.md"]);
    assert_eq!(failed.out, "");
}

#[test]
fn results_go_to_standard_output_and_progress_to_standard_error_without_colours() {
    let place = Place::with(&[("talk.md", TALK), ("study.toml", STUDY)]);
    let run = ["run", "talk.md", "--study", "study.toml", "--out", "results", "-v"];
    for no_colour in [false, true] {
        let mut command = place.command(&run);
        if no_colour {
            command.env("NO_COLOR", "1");
        }
        let ended = ended(&mut command);
        assert_eq!(ended.code, Some(0), "{ended:#?}");
        for part in
            ["1 document, 2 speakers, 2 turns, 6 segments", "Ann Lee", "open_borders", "results", "analysis.parquet"]
        {
            assert!(ended.out.contains(part), "{part} is not in\n{}", ended.out);
        }
        assert!(ended.err.contains("reading and measuring"), "{}", ended.err);
        assert!(
            !ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'),
            "no codes for terminals:\n{}",
            ended.err
        );
        assert!(ended.out.lines().all(|line| line == line.trim_end()), "no blanks at the ends of lines");
    }
}

#[test]
fn wrong_flags_are_named_with_the_nearest_right_one() {
    let place = Place::with(&[("talk.md", TALK)]);
    place.run(&["run", "talk.md", "--output", "results"]).says(2, &["'--output'", "'--out'", "--help"]);
    place.run(&["run", "talk.md"]).says(2, &["--out <DIR>", "--help"]);
    place.run(&["run", "--out", "results"]).says(2, &["<INPUT>", "--help"]);
    place.run(&["rum"]).says(2, &["'rum'", "'run'"]);
    place.run(&["run", "talk.md", "--out", "results", "--threads", "0"]).says(2, &["--threads", "0"]);
    place.run(&[]).says(2, &["Usage: plenary", "segment", "Examples"]);
    assert!(!place.path("results").exists());
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let place = Place::with(&[("talk.md", &TALK.repeat(400))]);
    for arguments in [&["segment", "talk.md", "--format", "jsonl"][..], &["models", "list"], &["init", "-"]] {
        let mut child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

// Who speaks, without a model

#[test]
fn segment_needs_no_model_and_prints_for_people_and_programs() {
    let place = Place::with(&[("talk.md", TALK)]);
    let segment = |format: &str| {
        let mut command = place.command(&["segment", "talk.md", "--format", format]);
        ended(command.env("PLENARY_MODELS", "/nowhere"))
    };
    let text = segment("text");
    assert_eq!((text.code, text.err.as_str()), (Some(0), ""));
    assert!(text.out.lines().any(|line| line.contains("Bo Chen") && line.contains("I do not agree.")), "{}", text.out);

    let lines = segment("jsonl").out;
    let turns: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let speakers: Vec<_> = turns.iter().map(|turn| turn["speaker"].as_str().unwrap()).collect();
    assert_eq!(speakers, ["Ann Lee", "Bo Chen"]);
    for turn in &turns {
        let span = turn["start"].as_u64().unwrap() as usize..turn["end"].as_u64().unwrap() as usize;
        assert_eq!(TALK[span].trim(), turn["text"].as_str().unwrap());
    }
}

#[test]
fn a_rerun_computes_only_what_is_new_and_gives_the_same_tables() {
    let place = Place::with(&[("a.md", TALK), ("study.toml", STUDY)]);
    let run = |inputs: &[&str], out: &str, more: &[&str]| {
        let arguments = [&["run"], inputs, &["--study", "study.toml", "--out", out], more].concat();
        place.run_well(&arguments).out
    };
    run(&["a.md"], "first", &[]);
    // Six sentences, each with an embedding, a sentiment and two inferences; one proposition.
    assert!(run(&["a.md"], "warm", &[]).contains("25 model results were found in the cache, 0 were computed"));
    assert_same(&place.tables("warm"), &place.tables("first"), "a warm cache");

    place.write("b.md", OTHER_TALK);
    // Five new sentences, two of which are off topic and need no inference; the rest is in the cache.
    assert!(run(&["a.md", "b.md"], "more", &[]).contains("25 model results were found in the cache, 16 were computed"));
    let without = run(&["a.md", "b.md"], "without", &["--no-cache"]);
    assert!(!without.contains("cache"), "{without}");
    assert_same(&place.tables("more"), &place.tables("without"), "a half-warm cache and none");

    let stats = place.run_well(&["cache", "stats"]).out;
    for part in [
        "all-minilm-l6-v2     encoder 2    12",
        "nli-minilm-l6        encoder 2    18",
        "sentiment-minilm-l6  encoder 2    11",
        "themes               leiden 1      2",
    ] {
        assert!(stats.contains(part), "{part} is not in\n{stats}");
    }
    place.run(&["cache", "prune"]).says(2, &["--older-than AGE"]);
    place.run(&["cache", "prune", "--older-than", "soon"]).says(2, &["expected days or weeks"]);
    assert!(place.run_well(&["cache", "prune", "--max-size", "1"]).out.contains("43 rows removed, 0 left"));
    place.run_well(&["cache", "clear"]);
    place.run(&["cache", "stats"]).says(2, &["the cache", "does not exist"]);
}

#[test]
fn a_thousand_documents_and_ten_new_ones_cost_ten() {
    let place = Place::with(&[("study.toml", "[models]\nsentiment = \"none\"\n")]);
    let write = |numbers: std::ops::Range<u32>| {
        for number in numbers {
            place.write(&format!("talks/{number:04}.txt"), format!("ANNA: Ferry {number} was late.\n"));
        }
    };
    let run = || place.run_well(&["run", "talks", "--study", "study.toml", "--out", "results"]).out;
    write(0..1000);
    assert!(!run().contains("found in the cache"));
    write(1000..1010);
    let out = run();
    assert!(out.contains("1000 model results were found in the cache, 10 were computed"), "{out}");
    assert_eq!(place.table("results/embeddings.parquet").height(), 1010);
}

#[test]
fn two_runs_at_once_share_a_cache() {
    let place = Place::with(&[("a.md", TALK), ("b.txt", OTHER_TALK)]);
    let begin = |out: &str| {
        let mut command = place.command(&["run", "a.md", "b.txt", "--out", out]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    for mut run in ["first", "second"].map(begin) {
        assert!(run.wait().unwrap().success());
    }
    place.run_well(&["run", "a.md", "b.txt", "--out", "alone", "--no-cache"]);
    assert_same(&place.tables("first"), &place.tables("alone"), "one of two runs");
    assert_same(&place.tables("second"), &place.tables("alone"), "the other of two runs");
}

#[test]
fn sentiment_can_be_left_out() {
    let place = Place::with(&[("a.md", TALK), ("study.toml", &format!("[models]\nsentiment = \"none\"\n{STUDY}"))]);
    let out = place.run_well(&["run", "a.md", "--study", "study.toml", "--out", "results"]).out;
    assert!(!out.contains("sentiment") && out.contains("Ann Lee") && out.contains("open_borders"), "{out}");
    assert_eq!(place.table("results/sentiment.parquet").height(), 0);
    assert_eq!(place.texts("results/analysis.parquet", "sentiment_label"), ["-"; 6]);
    let is_tone = |measure: &String| measure == "sentiment_score";
    assert!(!place.texts("results/estimates.parquet", "measure").iter().any(is_tone));
    // Without propositions there is only the share of procedure to estimate.
    place.write("bare.toml", "[models]\nsentiment = \"none\"\n");
    place.run_well(&["run", "a.md", "--study", "bare.toml", "--out", "bare"]);
    assert!(place.texts("bare/estimates.parquet", "measure").iter().all(|measure| measure == "procedure_share"));
    assert_eq!(place.table("bare/analysis.parquet").height(), 6);
}

#[test]
fn a_cache_that_cannot_be_used_ends_a_run_that_asked_for_it_and_no_other() {
    let place = Place::with(&[("a.md", TALK), ("taken", "a file")]);
    let named = place.run(&["run", "a.md", "--out", "results", "--cache", "taken"]);
    named.says(2, &["the cache", "cannot be read or written", "--no-cache"]);
    assert!(!place.path("results").exists());
    if cfg!(target_os = "linux") {
        // Not even the administrator can create folders there, as on a read-only disk.
        let read_only = place.run(&["run", "a.md", "--out", "results", "--cache", "/proc/cache"]);
        read_only.says(2, &["the cache /proc/cache", "cannot be read or written", "--no-cache"]);
    }

    let mut command = place.command(&["run", "a.md", "--out", "results"]);
    command.env_remove("PLENARY_CACHE").env("XDG_CACHE_HOME", place.path("taken"));
    ended(&mut command).says(0, &["cannot be read or written", "the run continues without it"]);
}

#[cfg(unix)]
#[test]
fn a_cache_without_space_is_not_used_and_the_run_continues() {
    let place = Place::with(&[("b.txt", OTHER_TALK)]);
    let limited = |blocks: u32, more: &[&str]| {
        let arguments = [&["run", "b.txt", "--out", "results"], more].concat();
        ended(&mut place.command_without_space(blocks, &arguments))
    };
    // First there is no space to create the cache, then no space to extend it.
    limited(8, &["--cache", "named"]).says(2, &["no space is left", "--no-cache"]);
    limited(256, &[]).says(0, &["cannot be written", "no space is left", "the run continues without it"]);
    place.run_well(&["run", "b.txt", "--out", "roomy"]);
    assert_same(&place.tables("results"), &place.tables("roomy"), "a cache without space");
}

#[test]
fn no_thread_is_too_few() {
    let place = Place::with(&[("a.md", TALK)]);
    place.run(&["run", "a.md", "--out", "results", "--threads", "0"]).says(2, &["--threads"]);
}
