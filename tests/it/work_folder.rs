//! A work folder: parts in any order, processes that are killed, and what is refused.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::common::{OTHER_TALK, Place, TALK, assert_same};

const STUDY: &str = "\
[transcript]
link_people = \"corpus\"
people = \"people.csv\"

[[targets]]
id = \"open_borders\"
proposition = \"Borders should be open.\"

[[estimates.by]]
columns = [\"party\"]
";

const PEOPLE: &str = "name,party\nAnn Lee,Reform\nClara,Green\n";

/// Inputs of all kinds: tables with several documents, equal files, files that fail or are not transcripts.
const INPUTS: &[(&str, &str)] = &[
    ("talks/b.md", TALK),
    ("talks/a.txt", OTHER_TALK),
    ("talks/again.txt", OTHER_TALK),
    ("talks/deep/c.md", "**Ann Lee**\n\nWe meet again, and borders matter.\n\n**Eve Fox**\n\nThey do not.\n"),
    (
        "talks/t.csv",
        "document,speaker,text\nz,Ann Lee,Schools matter to us.\na,Bo Chen,Borders matter.\nz,Dan Ek,They do.\nm,Ann Lee,Well said.\n",
    ),
    ("talks/empty.md", ""),
    ("talks/picture.png", "not a picture"),
    ("talks/.hidden.md", TALK),
    ("study.toml", STUDY),
    ("people.csv", PEOPLE),
];

const INPUT_ARGUMENTS: &[&str] = &["talks", "talks/b.md", "--study", "study.toml"];

fn plan(place: &Place, parts: &str) {
    place.run_well(&[&["part", "plan", "work"], INPUT_ARGUMENTS, &["--parts", parts]].concat());
}

/// Starts the program, sends it KILL when it begins to measure, and waits until all its processes have ended.
#[cfg(unix)]
fn killed(place: &Place, arguments: &[&str]) {
    let mut child = place.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    // The pipe ends with the last process that has it.
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        if line.starts_with("reading and measuring") {
            let _ = child.kill();
        }
    }
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn parts_in_any_order_with_one_killed_give_the_tables_of_one_run() {
    let place = Place::with(INPUTS);
    let whole = place.run(&[&["run"], INPUT_ARGUMENTS, &["--out", "whole"]].concat());
    whole.says(1, &["talks/empty.md"]);
    plan(&place, "3");

    killed(&place, &["part", "run", "work", "--part", "1", "--no-cache"]);
    place.run(&["part", "run", "work", "--part", "3"]).says(2, &["there is no part 3; the plan has 3, from 0 to 2"]);
    place.run_well(&["part", "run", "work", "--part", "2"]);
    place.run(&["part", "combine", "work", "--out", "none"]).says(2, &["of 3 parts", "not measured yet: 0"]);
    place.run(&["part", "assign", "work", "--part", "2"]).says(2, &["the themes are not fitted yet"]);
    let status = place.run_well(&["part", "status", "work"]);
    assert!(status.out.contains("next: plenary part run work"), "{status:#?}");
    place.run_well(&["part", "run", "work", "-q"]);
    assert_eq!(
        fs::read_dir(place.path("work/attempts")).unwrap().count(),
        0,
        "attempts of killed processes are removed"
    );

    place.run_well(&["part", "fit", "work"]);
    place.run_well(&["part", "assign", "work", "--part", "2"]);
    place.run_well(&["part", "assign", "work"]).says(0, &["the segments of 2 parts"]);
    let status = place.run_well(&["part", "status", "work"]);
    assert!(status.out.contains("3 of 3 parts measured; themes fitted; 3 assigned"), "{status:#?}");
    place.run(&["part", "combine", "work", "--out", "results"]).says(1, &["talks/empty.md"]);
    assert_same(&place.tables("results"), &place.tables("whole"), "3 parts and one run");
    // A step that is done is not repeated.
    place.run_well(&["part", "run", "work", "--part", "1,2"]).says(0, &["part 1 is measured already\npart 2 is"]);
    assert_eq!(place.run_well(&["part", "run", "work", "--part", "1", "--quiet"]).err, "");
    // Attempts of processes that ended after another one had measured the part.
    place.write("work/attempts/0000-1-2-3/lock", "");
    place.write("work/attempts/0000-1-2-3/part/segments.parquet", "half");
    place.write("work/attempts/0002-1-2-3/tries.json", "{}");
    place.run(&["part", "combine", "work", "--out", "results"]).says(1, &["talks/empty.md"]);
    assert_eq!(fs::read_dir(place.path("work/attempts")).unwrap().count(), 0);
    let status = place.run_well(&["part", "status", "work"]).out;
    assert!(status.contains("all 3 parts are combined in") && status.contains("next: plenary show"), "{status}");
    fs::remove_dir_all(place.path("results")).unwrap();
    let status = place.run_well(&["part", "status", "work"]).out;
    assert!(status.contains("next: plenary part combine work"), "{status}");
}

#[test]
fn an_input_that_is_missing_is_said_when_planning() {
    let place = Place::with(INPUTS);
    let arguments = ["part", "plan", "work", "talks", "tlaks/x.md", "--parts", "2"];
    place.run(&arguments).says(1, &["planned 2 parts", "failed: tlaks/x.md"]);
    place.run(&["part", "plan", "none", "tlaks", "--parts", "2"]).says(2, &["nothing was planned", "tlaks"]);
}

/// Ctrl-C, which the terminal sends to both processes.
#[cfg(target_os = "linux")]
#[test]
fn a_stop_says_what_is_kept_and_how_to_go_on() {
    use std::os::unix::process::CommandExt;

    let place = Place::with(INPUTS);
    plan(&place, "1");
    let mut command = place.command(&["part", "run", "work", "--no-cache"]);
    let mut child = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        if line.starts_with("reading and measuring") {
            let group = format!("-{}", child.id());
            assert!(Command::new("kill").args(["-INT", "--", &group]).status().unwrap().success());
        }
        said.push_str(&line);
        said.push('\n');
    }
    assert_eq!(child.wait().unwrap().code(), Some(2), "{said}");
    assert!(said.contains("stopped by the user; 0 of 1 part") && said.contains("The same command goes on"), "{said}");
    assert_eq!(said.matches("stopping;").count(), 1, "{said}");
    assert_eq!(fs::read_dir(place.path("work/attempts")).unwrap().count(), 0, "nothing of the attempt stays");
}

#[test]
fn more_parts_than_documents_give_the_tables_of_one_run() {
    let place = Place::with(INPUTS);
    place.run(&[&["run"], INPUT_ARGUMENTS, &["--out", "whole"]].concat());
    plan(&place, "9");
    place.run_well(&["part", "run", "work"]);
    place.run(&["part", "combine", "work", "--out", "results"]).says(1, &[]);
    assert_same(&place.tables("results"), &place.tables("whole"), "9 parts and one run");
}

#[test]
fn a_machine_that_does_not_see_the_inputs_measures_a_part() {
    let place = Place::with(INPUTS);
    // Texts and lists of persons that complete others, in a folder and in the one above it, and a corpus folder.
    place.write("talks/X_1.txt", "X_1.u1\tOrder!\nX_1.u2\tYes.\n");
    place.write("talks/X_1-meta.tsv", "ID\tSpeaker_name\nX_1.u1\tAnn Lee\nX_1.u2\tBo Hill\n");
    let person = "<listPerson><person xml:id=\"a\"><persName>Cy Dahl</persName></person></listPerson>";
    place.write("talks/C-listPerson.xml", person);
    place.write("talks/2031/C_2.xml", "<TEI><text><body><u who=\"#a\">We begin.</u></body></text></TEI>");
    let utterance = "{\"id\":\"1\",\"conversation_id\":\"c\",\"text\":\"Hi.\",\"speaker\":\"s\"}\n";
    place.write("talks/corpus/utterances.jsonl", utterance);
    place.write("talks/corpus/speakers.json", "{\"s\":{\"meta\":{}}}");
    place.run(&[&["run"], INPUT_ARGUMENTS, &["--out", "whole"]].concat());
    plan(&place, "3");

    let needed: serde_json::Value = serde_json::from_str(&place.run_well(&["part", "files", "work"]).out).unwrap();
    let names = |list: &serde_json::Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap() };
    let shared = names(&needed["shared"]);
    for name in ["talks/X_1-meta.tsv", "talks/2031/C_2.xml", "talks/C-listPerson.xml", "talks/corpus/speakers.json"] {
        assert!(shared.iter().any(|path| path == name), "{name} is not in {shared:?}");
    }
    let copy = |from: &str, to: &str| place.write(to, fs::read(place.path(from)).unwrap());
    for part in 0..3 {
        let far = |name: &str| format!("far/{part}/{name}");
        for name in names(&needed["parts"][part]).iter().chain(&shared) {
            copy(name, &far(&format!("in/{name}")));
        }
        for name in names(&needed["study"]) {
            copy(&name, &far(&format!("study/{name}")));
        }
        for name in ["plan.json".to_owned(), format!("inputs/{part:04}.json"), "inputs/shared.json".to_owned()] {
            copy(&format!("work/{name}"), &far(&format!("work/{name}")));
        }
    }
    fs::rename(place.path("talks"), place.path("elsewhere")).unwrap();
    fs::remove_file(place.path("people.csv")).unwrap();
    for part in 0..3 {
        let far = |name: &str| format!("far/{part}/{name}");
        let number = part.to_string();
        let run = ["part", "run", &far("work"), "--part", &number, "--inputs-below", &far("in")];
        place.run(&run).says(2, &["people.csv"]);
        place.run(&[&run[..], &["--study-folder", &far("study")]].concat()).says(0, &[]);
        fs::create_dir_all(place.path("work/parts")).unwrap();
        fs::rename(place.path(&far(&format!("work/parts/{part:04}"))), place.path(&format!("work/parts/{part:04}")))
            .unwrap();
    }
    place.run(&["part", "combine", "work", "--out", "results"]).says(1, &["talks/empty.md"]);
    assert_same(&place.tables("results"), &place.tables("whole"), "parts of other machines and one run");
}

#[test]
fn what_differs_from_the_plan_is_refused() {
    let place = Place::with(INPUTS);
    place.run(&["part", "run", "work", "--part", "0"]).says(2, &["work: this is not a work folder"]);
    place.run(&["part", "plan", "talks/work", "talks", "--parts", "2"]).says(2, &["is in the input talks"]);
    place.run(&["part", "plan", "talks", "people.csv", "--parts", "2"]).says(2, &["do not belong to a plan"]);
    place.run(&["part", "plan", "work", "talks", "--parts", "0"]).says(2, &["0 parts; expected a number from 1"]);
    plan(&place, "2");
    plan(&place, "2");
    let other = |parts: &str, says: &str| {
        let arguments = [&["part", "plan", "work"], INPUT_ARGUMENTS, &["--parts", parts]].concat();
        place.run(&arguments).says(2, &["the work folder has another plan", says]);
    };
    other("3", "it has 2 parts, not 3");
    place
        .run(&["part", "plan", "work", "talks", "--parts", "2"])
        .says(2, &["of the study study.toml, not of no study"]);

    // A file that the study names, an input, the study, the version, the models.
    place.write("people.csv", "name,party\nAnn Lee,Green\n");
    other("2", "the study study.toml, or a file that it names, had another content");
    place
        .run(&["part", "run", "work", "--part", "0"])
        .says(2, &["people.csv: the study, or a file that it names, has changed"]);
    place.write("people.csv", PEOPLE);
    place.write("study.toml", STUDY.replace("should be open", "should be closed"));
    for step in ["run", "fit", "assign"] {
        place.run(&["part", step, "work"]).says(2, &["study.toml: the study, or a file that it names, has changed"]);
    }
    place.run(&["part", "combine", "work", "--out", "results"]).says(2, &["study.toml: the study"]);
    place.write("study.toml", STUDY);
    place.write("talks/b.md", OTHER_TALK);
    place.run(&["part", "run", "work"]).says(2, &["talks/b.md: the input has changed"]);
    place.write("talks/new.md", TALK);
    other("2", "it is of other inputs");
    fs::remove_file(place.path("talks/new.md")).unwrap();
    place.write("talks/b.md", TALK);

    let record = fs::read_to_string(place.path("work/plan.json")).unwrap();
    let version = format!("\"plenary_version\": \"{}\"", plenary::table::VERSION);
    place.write("work/plan.json", record.replace(&version, "\"plenary_version\": \"9.9.9\""));
    place.run(&["part", "run", "work"]).says(2, &["the plan was made by plenary 9.9.9", "one version"]);
    let digits = record.split("\"models\"").nth(1).unwrap().split('"').nth(3).unwrap();
    place.write("work/plan.json", record.replace(digits, &"0".repeat(64)));
    place.run(&["part", "run", "work"]).says(2, &["this machine has the models", "(000000000000)"]);
    place.write("work/plan.json", &record[..record.len() / 2]);
    place
        .run(&["part", "run", "work"])
        .says(2, &["plan.json", "the file is damaged", "plan again in a new work folder"]);
    place.write("work/plan.json", &record);
    // Part 0 may have been measured before the changed input was found in part 1.
    place.write("work/inputs/0001.json", "[]");
    place.run(&["part", "run", "work", "--part", "1"]).says(2, &["the list of files is not that of the plan"]);
}

/// The worker of a process that measures a part, once an input is in flight.
#[cfg(target_os = "linux")]
fn worker_at_an_input(place: &Place, supervisor: u32) -> Option<String> {
    for _ in 0..20_000 {
        let attempts = fs::read_dir(place.path("work/attempts")).into_iter().flatten().filter_map(Result::ok);
        let tries: Vec<String> =
            attempts.filter_map(|attempt| fs::read_to_string(attempt.path().join("tries.json")).ok()).collect();
        let children = fs::read_to_string(format!("/proc/{supervisor}/task/{supervisor}/children")).ok()?;
        let is_in_flight = tries.iter().any(|tries| tries.contains("\"in_flight\":[\""));
        if let (true, Some(child)) = (is_in_flight, children.split_whitespace().next()) {
            return Some(child.to_owned());
        }
        std::thread::sleep(std::time::Duration::from_millis(3));
    }
    None
}

#[cfg(target_os = "linux")]
#[test]
fn an_input_at_which_its_process_ends_twice_is_passed_over_and_recorded() {
    let sentence = |n: usize| format!("Point {n} concerns the budget of school {n} in the north of the country. ");
    let long = format!("**Ann Lee**\n\n{}\n", (0..600).map(sentence).collect::<String>());
    let place = Place::with(&[("a-long.md", &long), ("b.md", TALK)]);
    place.run_well(&["part", "plan", "work", "a-long.md", "b.md", "--parts", "1"]);
    let mut command = place.command(&["part", "run", "work", "--no-cache", "--threads", "1"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    let mut n_killed = 0;
    for line in BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap) {
        if n_killed < 2 && line.starts_with("reading and measuring") {
            let worker = worker_at_an_input(&place, child.id()).expect("a worker at an input");
            assert!(Command::new("sh").args(["-c", &format!("kill -KILL {worker}")]).status().unwrap().success());
            n_killed += 1;
        }
        said += &format!("{line}\n");
    }
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("its process ended (signal 9)"), "{said}");
    place.run(&["part", "combine", "work", "--out", "results"]).says(1, &["a-long.md", "ended twice (signal 9)"]);
    assert_eq!(place.texts("results/documents.parquet", "path"), ["b.md"]);
    assert_eq!(place.texts("results/failures.parquet", "path"), ["a-long.md"]);
}
