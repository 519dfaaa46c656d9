//! `plenary report` and `plenary find` on results of a run.

use std::fs;
use std::sync::OnceLock;

use crate::common::{Place, STUDY};

/// Sixty turns of six speakers in two parties.
fn turns() -> String {
    let row = |at: usize| {
        let party = if at.is_multiple_of(2) { "Lake" } else { "Hill" };
        let side = ["Borders should be open to everybody", "We must shut the borders", "Lunch is at noon"][at * at % 3];
        format!("Speaker {},{party},\"{side} in year {at}. What do the taxes of {at} pay for?\"\n", at % 6)
    };
    format!("speaker,party,text\n{}", (0..60).map(row).collect::<String>())
}

/// A place with results, which are computed once and copied.
fn measured() -> Place {
    static RESULTS: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let study = format!("{STUDY}\n[[estimates.by]]\ncolumns = [\"party\"]\n");
    let place = Place::with(&[("turns.csv", &turns()), ("study.toml", &study)]);
    let files = RESULTS.get_or_init(|| {
        place.run_well(&["run", "turns.csv", "--study", "study.toml", "--out", "results", "--quiet", "--report"]);
        place.files(".")
    });
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("results")) {
        place.write(name, bytes);
    }
    place
}

#[test]
fn a_run_writes_the_report_that_the_command_writes() {
    let place = measured();
    let of_run = fs::read(place.path("results.html")).unwrap();
    place.run_well(&["report", "results", "--out", "again.html"]);
    assert!(of_run == fs::read(place.path("again.html")).unwrap());
}

#[test]
fn estimates_by_group_are_those_of_the_tables() {
    let place = measured();
    let html = fs::read_to_string(place.path("results.html")).unwrap();
    let (_, stance) = html.split_once("<section id=\"stance\"").unwrap();
    let (_, groups) = stance.split_once("By party").unwrap();
    let column = |name: &str| place.texts("results/group_estimates.parquet", name);
    let (measures, values, estimates) = (column("measure"), column("value_1"), column("estimate"));
    let (lows, highs) = (column("ci_low"), column("ci_high"));
    let mut compared = 0;
    for row in (0..measures.len()).filter(|row| measures[*row] == "stance_score") {
        let cell = format!("<td dir=\"auto\">{}</td><td class=\"number\" data-v=\"", values[row]);
        let (_, rest) = groups.split_once(&cell).unwrap_or_else(|| panic!("no {cell}"));
        let number = |text: &str| text.parse::<f64>().unwrap();
        let shown = number(rest.split('"').next().unwrap());
        assert!((shown - number(&estimates[row])).abs() < 1e-9, "{shown}, in the table {}", estimates[row]);
        let (_, rest) = rest.split_once('[').unwrap();
        let (interval, _) = rest.split_once(']').unwrap();
        let signed = |text: &str| format!("{:+.2}", number(text)).replace('-', "−");
        assert_eq!(interval, format!("{}, {}", signed(&lows[row]), signed(&highs[row])));
        compared += 1;
    }
    assert_eq!(compared, 2);
}

#[test]
fn only_pages_of_plenary_are_replaced() {
    let place = measured();
    place.write("results.html", "<p>My own page.</p>");
    place.run(&["report", "results"]).says(2, &["results.html exists and is not a report", "--force"]);
    assert_eq!(fs::read_to_string(place.path("results.html")).unwrap(), "<p>My own page.</p>");
    place.run(&["run", "turns.csv", "--out", "results", "--report"]).says(2, &["results.html exists"]);
    place.run(&["find", "taxes", "results", "--html", "results.html"]).says(2, &["results.html exists"]);
    place.run_well(&["report", "results", "--force"]);
    place.run_well(&["report", "results"]);
}

#[test]
fn foreign_folders_and_unknown_columns_are_refused() {
    let place = measured();
    place.write("mine/notes.txt", "x");
    place.run(&["report", "mine"]).says(2, &["has no `run.json`", "hint:"]);
    place.run(&["find", "x", "mine"]).says(2, &["has no `run.json`"]);
    place.run(&["report", "results", "--by", "colour"]).says(2, &["no column `colour`", "party"]);
    place.run(&["report", "results", "--validation", "mine"]).says(2, &["holds no table of a validation"]);
    place.run(&["find", "x", "results", "--where", "colour=red"]).says(2, &["no column `colour`"]);
    place.run(&["find", "a(b", "results", "--regex"]).says(2, &["not a valid regular expression", "unclosed group"]);
    place.run(&["find", " ", "results"]).says(2, &["the pattern is empty"]);
}

#[test]
fn places_are_printed_counted_and_exported() {
    let place = measured();
    let text = place.run_well(&["find", "taxes of 7 ", "results", "--context", "2"]).out;
    assert_eq!(text, "Speaker 1 (Hill)  turns, line 8  … do the taxes of 7 pay for?\n");
    place.run(&["find", "elephant", "results"]).says(1, &["0 places in 0 segments"]);
    let none = place.run(&["find", "elephant", "results", "--count"]);
    assert_eq!((none.code, none.out.as_str()), (Some(1), "0 places in 0 segments\n"));
    assert_eq!(place.run_well(&["find", "--stem", "tax", "results", "--count"]).out, "60 places in 60 segments\n");
    let counts = place.run_well(&["find", "--stem", "tax", "results", "--by", "party"]).out;
    assert!(counts.contains("Hill") && counts.contains("500.0"), "{counts}");
    let csv = place.run_well(&["find", "shut the borders", "results", "--csv", "--where", "party=Lake"]).out;
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert!(
        !rows.is_empty()
            && rows.iter().all(|row| row.get(6) == Some("Lake") && row.get(11) == Some("shut the borders"))
    );
    let none = place.run(&["find", "taxes", "results", "--where", "party=Lak"]);
    none.says(1, &["no segment has party = Lak; the column has, among others: Lake; Hill", "0 places"]);
    let none = place.run(&["find", "taxes", "results", "--where", "name=Tom", "--where", "name=Tim", "--count"]);
    none.says(1, &["no segment has name = Tom or Tim; the column has, among others: Speaker"]);
    let none = place.run(&["find", "elephant", "results", "--where", "party=Lake"]);
    assert!(!none.err.contains("no segment has"), "{}", none.err);
    let blocks = place.run_well(&["find", "taxes of 7 ", "results", "--around", "1"]).out;
    let lines: Vec<&str> = blocks.lines().collect();
    assert!(lines.len() == 4 && lines[0] == "turns, line 8" && lines[2].starts_with("> "), "{blocks}");
    assert!(lines[2].contains("taxes of 7 pay for?") && lines[1].starts_with("  "), "{blocks}");
    place.run(&["find", "taxes", "results", "--around", "51"]).says(2, &["a whole number up to 50"]);
    place.run_well(&[
        "find",
        "--word",
        "borders",
        "results",
        "--html",
        "places.html",
        "--where",
        "party=Lake",
        "--around",
        "2",
    ]);
    let page = fs::read_to_string(place.path("places.html")).unwrap();
    assert!(page.contains("<mark>borders</mark>") && page.contains("“borders” (whole words; party=Lake) in"), "{page}");
    assert!(page.contains("<p class=\"around\""), "{page}");
}
