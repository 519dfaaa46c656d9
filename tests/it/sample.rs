//! Samples to code by hand, from the command line and from the library.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

use plenary::validate::sample::{COLUMNS, Sample};
use plenary::{Check, Results};

use crate::common::{Place, STUDY};

/// 120 sentences in 40 turns of four speakers; every fourth turn is the chair's.
fn talk() -> String {
    let turn = |at: usize| {
        let name = ["**Ann Lee**", "**Bo Chen**", "**Cy Dahl**", "**The Chair**"][at % 4];
        format!(
            "{name}\n\nBorders should be open in year {at}. =SUM(A1) is what the \"budget\" <b>says</b></script> in {at}. Lunch is at {at}.\n\n"
        )
    };
    (0..40).map(turn).collect()
}

const TARGETS: &str = "\
definition = \"Open means without visas.\"
edge_cases = [\"Tourists do not count.\"]
examples = { favor = [\"Let them in.\"], against = [\"Shut the gates.\"] }

[[targets]]
id = \"lunch\"
proposition = \"Lunch should be at noon.\"
";

/// A place with results, which are computed once and copied.
fn measured() -> Place {
    static RESULTS: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let place = Place::with(&[("talk.md", &talk()), ("study.toml", &format!("{STUDY}{TARGETS}"))]);
    let files = RESULTS.get_or_init(|| {
        place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--quiet"]);
        let entries = fs::read_dir(place.path("results")).unwrap().map(Result::unwrap);
        entries.map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap())).collect()
    });
    for (name, bytes) in files {
        place.write(&format!("results/{name}"), bytes);
    }
    place
}

/// Rows of a file of codes, by the names of the columns.
fn rows(place: &Place, name: &str) -> Vec<BTreeMap<String, String>> {
    let bytes = fs::read(place.path(name)).unwrap();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap();
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    assert_eq!(header.iter().collect::<Vec<_>>(), COLUMNS);
    let row = |row: csv::StringRecord| header.iter().zip(&row).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    reader.records().map(Result::unwrap).map(row).collect()
}

fn results(place: &Place, name: &str) -> Results {
    Results::open(&place.path(name), Check::Full).unwrap()
}

#[test]
fn a_sample_is_drawn_described_and_drawn_again() {
    let place = measured();
    let ended = place.run_well(&["sample", "results", "--out", "sample", "--size", "30"]);
    assert!(ended.out.contains("60 units to code") && ended.out.contains("0.2500"), "{}", ended.out);

    let rows = rows(&place, "sample/codes.csv");
    assert_eq!(rows.len(), 60, "both targets of every segment");
    let sample = Sample::load(&place.path("sample")).unwrap();
    let segments: BTreeSet<&String> = rows.iter().map(|row| &row["segment_id"]).collect();
    assert_eq!(segments.len(), 30);
    for row in &rows {
        assert_eq!((row["label"].as_str(), row["coder"].as_str(), row["note"].as_str()), ("", "coder", ""));
        assert_eq!((row["inclusion_probability"].as_str(), &row["sample"]), ("0.25", &sample.id));
        assert!(["open_borders", "lunch"].contains(&row["target"].as_str()));
        assert!(row["text"].starts_with("'=") || !row["text"].starts_with('='), "no formulas: {}", row["text"]);
    }
    let text = fs::read_to_string(place.path("sample/codebook.md")).unwrap();
    for part in ["Open means without visas.", "- Tourists do not count.", "- \"Shut the gates.\": `against`"] {
        assert!(text.contains(part), "`{part}` is missing:\n{text}");
    }

    // The units follow from the sample and the results.
    let results = results(&place, "results");
    sample.belongs_to(&results).unwrap();
    let drawn = sample.units(&results).unwrap();
    let of_unit = |unit: &plenary::validate::sample::SampleUnit| {
        (unit.segment_id.clone(), sample.questions.all[unit.question].target.clone().unwrap())
    };
    let again: Vec<_> = drawn.units.iter().map(of_unit).collect();
    let written: Vec<_> = rows.iter().map(|row| (row["segment_id"].clone(), row["target"].clone())).collect();
    assert_eq!(again, written);
    let population = sample.population(&results).unwrap();
    assert_eq!(population.len(), 240);
    let sum: f64 = population.iter().map(|unit| sample.strata[unit.stratum].inclusion_probability).sum();
    assert!((sum - 60.0).abs() < 1e-9, "{sum}");

    // Same seed, same bytes; another seed, other units; a larger sample contains the smaller one.
    place.run_well(&["sample", "results", "--out", "again", "--size", "30", "--quiet"]);
    for name in ["sample.toml", "codes.csv", "codes.xlsx", "coding.html", "codebook.md"] {
        let read = |folder: &str| fs::read(place.path(&format!("{folder}/{name}"))).unwrap();
        assert!(read("sample") == read("again"), "{name}");
    }
    place.run_well(&["sample", "results", "--out", "other", "--size", "30", "--seed", "1", "--quiet"]);
    place.run_well(&["sample", "results", "--out", "more", "--size", "50", "--quiet"]);
    let segments_of = |name: &str| -> BTreeSet<String> {
        self::rows(&place, name).into_iter().map(|row| row["segment_id"].clone()).collect()
    };
    assert!(segments_of("other/codes.csv") != segments_of("sample/codes.csv"));
    assert!(segments_of("more/codes.csv").is_superset(&segments_of("sample/codes.csv")));

    // The workbook opens, and says the same. Its texts are no formulas.
    let workbook = fs::read(place.path("sample/codes.xlsx")).unwrap();
    let options = plenary::read::Options {
        columns: plenary::study::Columns { document: "sample".into(), ..Default::default() },
        ..Default::default()
    };
    let documents = plenary::read::read_all("codes.xlsx", &workbook, &options).unwrap();
    assert_eq!(documents.documents.len(), 1, "{documents:?}");
    assert!(documents.documents[0].text.contains("=SUM(A1) is what"));
}

#[test]
fn the_page_holds_texts_as_data_only() {
    let place = measured();
    place.run_well(&["sample", "results", "--out", "sample", "--size", "120", "--quiet"]);
    let page = fs::read_to_string(place.path("sample/coding.html")).unwrap();
    assert!(!page.contains("<b>says") && page.contains("\\u003cb>says\\u003c/b>\\u003c/script>"));
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let data: serde_json::Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(data["units"].as_array().unwrap().len(), 240);
    assert_eq!(data["codebook"]["codes"][1]["key"], "a");
    // Neither labels nor numbers of a model are in the sample.
    let unit = data["units"][0].as_object().unwrap();
    let names: Vec<&str> = unit.keys().map(String::as_str).collect();
    let expected = [
        "after",
        "before",
        "date",
        "document",
        "inclusion_probability",
        "question",
        "segment_id",
        "speaker",
        "stratum",
        "text",
    ];
    assert_eq!(names, expected);
}

#[test]
fn strata_and_coders_get_what_the_design_says() {
    let place = measured();
    let arguments =
        ["sample", "results", "--out", "sample", "--size", "40", "--by", "speaker", "--allocation", "equal"];
    place.run_well(&[&arguments[..], &["--coders", "ann,ben,cy", "--twice", "0.25"]].concat());
    let sample = Sample::load(&place.path("sample")).unwrap();
    assert_eq!(sample.strata.len(), 4);
    assert!(sample.strata.iter().all(|stratum| (stratum.n_population, stratum.n_sample) == (30, 10)));
    let mut n_coders: BTreeMap<(String, String), usize> = BTreeMap::new();
    for coder in ["ann", "ben", "cy"] {
        let rows = rows(&place, &format!("sample/codes-{coder}.csv"));
        assert_eq!(rows.len(), 2 * (10 + 10));
        for row in rows {
            *n_coders.entry((row["segment_id"].clone(), row["target"].clone())).or_default() += 1;
            assert_eq!(row["coder"], coder);
            let stratum = sample.strata.iter().find(|stratum| stratum.id == row["stratum"]).unwrap();
            assert_eq!(stratum.meaning, format!("speaker = {}", row["speaker"]));
        }
    }
    assert_eq!(n_coders.len(), 80);
    assert_eq!(n_coders.values().filter(|n| **n == 3).count(), 20, "a quarter is coded by all");
    assert!(n_coders.values().all(|n| *n == 1 || *n == 3));

    // Each target has a draw of its own, in which relevant segments are more likely.
    place.run_well(&["sample", "results", "--out", "rare", "--size", "40", "--relevance", "--without", "role=chair"]);
    let sample = Sample::load(&place.path("rare")).unwrap();
    let rows = rows(&place, "rare/codes.csv");
    assert_eq!(rows.len(), 80);
    for target in ["open_borders", "lunch"] {
        let of: Vec<_> = sample.strata.iter().filter(|stratum| stratum.target == target).collect();
        assert_eq!(of.iter().map(|stratum| stratum.n_population).sum::<usize>(), 90, "the chair is left out");
        assert_eq!(of.iter().map(|stratum| stratum.n_sample).sum::<usize>(), 40);
        let top = of.iter().find(|stratum| stratum.meaning == "relevance: top 5 %").unwrap();
        assert_eq!((top.n_population, top.inclusion_probability), (5, 1.0));
        assert_eq!(rows.iter().filter(|row| row["target"] == target).count(), 40);
        assert!(of.iter().all(|stratum| !stratum.id.contains("top")), "ids say nothing");
    }
    sample.units(&results(&place, "results")).unwrap();
}

#[test]
fn tone_and_variables_of_ones_own_have_no_target() {
    let place = measured();
    place.run_well(&["sample", "results", "--out", "tone", "--size", "10", "--sentiment", "--quiet"]);
    assert!(rows(&place, "tone/codes.csv").iter().all(|row| row["target"].is_empty()));
    let sample = Sample::load(&place.path("tone")).unwrap();
    assert_eq!(sample.questions.codes(), ["negative", "neutral", "positive"]);
    let codebook = "definition = \"Credit.\"\ncodes = [{ id = \"yes\", definition = \"Claims it.\" }, { id = \"no\", definition = \"Not.\" }]\n";
    place.write("credit.toml", codebook);
    let arguments =
        ["sample", "results", "--out", "credit", "--size", "10", "--code", "credit", "--codebook", "credit.toml"];
    place.run_well(&arguments);
    let sample = Sample::load(&place.path("credit")).unwrap();
    assert_eq!((sample.questions.codes(), rows(&place, "credit/codes.csv").len()), (vec!["yes", "no"], 10));
    place
        .run(&["sample", "results", "--out", "c", "--code", "credit"])
        .says(2, &["no [[codes]] with the id `credit`", "name a codebook"]);
}

#[test]
fn bad_designs_are_refused_and_nothing_is_written() {
    let place = measured();
    let refused = |arguments: &[&str], parts: &[&str]| {
        place.run(&[&["sample", "results", "--out", "sample"], arguments].concat()).says(2, parts);
        assert!(!place.path("sample").exists() && !place.path("sample.part").exists());
    };
    refused(&["--size", "121"], &["a sample of 121", "a population of 120"]);
    refused(&["--size", "0"], &["expected at least 1"]);
    refused(&["--by", "partei"], &["no column `partei`", "speaker"]);
    refused(&["--size", "50", "--by", "text"], &["strata with a minimum of 2", "fewer values than text"]);
    refused(&["--size", "7", "--by", "speaker"], &["need a sample of 8; found 7"]);
    refused(&["--only", "role=chief"], &["never \"chief\"", "\"chair\""]);
    refused(&["--only", "role=chair", "--without", "name=The Chair"], &["leaves no segment"]);
    refused(&["--targets", "lunsch"], &["unknown target `lunsch`", "open_borders, lunch"]);
    refused(&["--coders", "ann,Ann"], &["name of their own"]);
    refused(&["--coders", "../ann"], &["letters, digits"]);
    refused(&["--twice", "0.5"], &["--coders"]);
    refused(&["--coders", "ann,ben", "--twice", "1.5"], &["from 0 to 1", "1.5"]);
    refused(&["--sentiment", "--relevance"], &["cannot be used with"]);
    refused(&["--only", "role"], &["COLUMN=VALUE"]);

    place.write("empty.md", "# Minutes of the meeting\n");
    place.run_well(&["run", "empty.md", "--study", "study.toml", "--out", "none", "--quiet"]);
    place.run(&["sample", "none", "--out", "sample"]).says(2, &["no segments"]);
    place.write("plain.toml", "[study]\nname = \"plain\"\n");
    place.run_well(&["run", "talk.md", "--study", "plain.toml", "--out", "plain", "--quiet"]);
    place.run(&["sample", "plain", "--out", "sample"]).says(2, &["no targets"]);
    place.run(&["sample", "talk.md", "--out", "sample"]).says(2, &["talk.md"]);
}

#[test]
fn codes_are_never_overwritten() {
    let place = measured();
    place.run_well(&["sample", "results", "--out", "sample", "--size", "10", "--quiet"]);
    place.write("sample/codes.csv", "somebody's work");
    place.run(&["sample", "results", "--out", "sample", "--size", "10"]).says(2, &["not empty", "may hold codes"]);
    assert_eq!(fs::read_to_string(place.path("sample/codes.csv")).unwrap(), "somebody's work");
    // An empty folder is as good as none.
    fs::create_dir(place.path("new")).unwrap();
    place.run_well(&["sample", "results", "--out", "new", "--size", "10", "--quiet"]);
}

#[test]
fn results_that_changed_are_not_those_of_the_sample() {
    let place = measured();
    place.run_well(&["sample", "results", "--out", "sample", "--size", "10", "--quiet"]);
    let sample = Sample::load(&place.path("sample/sample.toml")).unwrap();
    let check = |place: &Place, study: &str, talk: &str| {
        place.write("study.toml", study);
        place.write("talk.md", talk);
        place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "other", "--quiet"]);
        sample.belongs_to(&results(place, "other")).map_err(|error| error.to_string())
    };
    let study = format!("{STUDY}{TARGETS}");
    // Another setting leaves the codes valid.
    check(&place, &format!("[stance]\nconfidence_floor = 0.5\n{study}"), &talk()).unwrap();
    let error = check(&place, &study.replace("Lunch should be", "Dinner should be"), &talk()).unwrap_err();
    assert!(error.contains("proposition of the target `lunch`") && error.contains("other"), "{error}");
    let error = check(&place, STUDY, &talk()).unwrap_err();
    assert!(error.contains("no target `lunch`"), "{error}");
    let error = check(&place, &study, &talk().replacen("Lunch is at 7", "Lunch is at 8", 1)).unwrap_err();
    assert!(error.contains("ids or texts"), "{error}");
    let error = check(&place, &study, &talk().replacen("Lunch is at 7.", "", 1)).unwrap_err();
    assert!(error.contains("119 segments, not 120"), "{error}");
}

#[test]
fn a_damaged_sample_is_refused() {
    let place = measured();
    place.run_well(&["sample", "results", "--out", "sample", "--size", "10", "--quiet"]);
    let text = fs::read_to_string(place.path("sample/sample.toml")).unwrap();
    let load = |text: &str| {
        place.write("sample/sample.toml", text);
        Sample::load(&place.path("sample")).map_err(|error| error.to_string())
    };
    let id = load(&text).unwrap().id;
    assert!(load(&text.replace("n_sample = 10", "n_sample = 11")).unwrap_err().contains("contradict"));
    assert!(load(&text.replace("[design]", "[plan]")).unwrap_err().contains("line"));
    assert!(load(&text.replace("format = 1", "format = 2")).unwrap_err().contains("a sample of format 2"));
    assert!(load(&text.replace("seed = ", "seed = 1")).unwrap().id != id, "another file is another sample");
    let error = Sample::load(&place.path("results")).unwrap_err().to_string();
    assert!(error.contains("no sample is here"), "{error}");
}
