//! `plenary agree`, `plenary score` and `plenary estimate`: the program with files that people filled in.

use std::collections::BTreeMap;
use std::fs;

use crate::common::{Place, STUDY};

const ANN: &str = "segment_id,target,label\na,t,favor\nb,t,against\nc,t,neither\nd,t,favor\n";

#[test]
fn agreement_is_printed_and_unequal_codes_are_written() {
    let bo = ANN.replace("d,t,favor", "d,t,neither");
    let place = Place::with(&[("ann.csv", ANN), ("bo.csv", &bo)]);
    let ended = place.run_well(&["agree", "ann.csv", "bo.csv", "--out", "unequal.csv"]);
    for part in [
        "Agreement on stance towards t: 4 of 4 segments by at least two of 2 coders (ann, bo)",
        "Krippendorff's alpha, ordinal",
        "Cohen's kappa, ann and bo (4)",
        "bo: favor",
    ] {
        assert!(ended.out.contains(part), "`{part}` is missing:\n{}", ended.out);
    }
    // Three of four are equal.
    assert!(ended.out.contains("share of pairs that agree        0.75 "), "{}", ended.out);
    assert_eq!(fs::read_to_string(place.path("unequal.csv")).unwrap(), "segment_id,target,ann,bo\nd,t,favor,neither\n");
    place.run(&["agree", "ann.csv", "bo.csv", "--out", "unequal.csv"]).says(2, &["--force"]);
    assert_eq!(place.run_well(&["agree", "ann.csv", "bo.csv"]).out, ended.out, "the draws depend on the seed only");
}

#[test]
fn variables_of_ones_own_are_compared() {
    let codes = "segment_id,code,label,coder\na,heat,low,ann\na,heat,low,bo\nb,heat,high,ann\nb,heat,some,bo\nc,heat,some,ann\n\
                 c,heat,some,bo\na,other,x,ann\na,other,y,bo\n";
    let place = Place::with(&[("codes.csv", codes)]);
    let ended = place.run_well(&["agree", "codes.csv", "--code", "heat"]);
    assert!(ended.out.contains("The labels have no order (high, low, some). Pass --order"), "{}", ended.out);
    assert!(!ended.out.contains("other"), "{}", ended.out);
    let ended = place.run_well(&["agree", "codes.csv", "--code", "heat", "--order", "low,some,high"]);
    assert!(ended.out.contains("alpha, ordinal"), "{}", ended.out);
    place
        .run(&["agree", "codes.csv", "--order", "low,high", "--code", "heat"])
        .says(2, &["codes.csv, line 5: unknown label `some`; expected low, high"]);
    place
        .run(&["agree", "codes.csv", "--resamples", "7"])
        .says(2, &["resamples: found 7; expected 0 for no intervals, or at least 100"]);
}

const FOR: &str = "Borders should be open to everybody";
const AGAINST: &str = "Open borders are a terrible mistake";
const NEITHER: &str = "Lunch is at noon";

/// 24 people of two clubs with two turns of three sentences each; the people of the first club are more often in favor.
fn debate() -> String {
    let mut text = String::new();
    for turn in 0..48 {
        let person = turn % 24;
        let club = if person % 2 == 0 { "Rowing Club" } else { "Chess Club" };
        let name = char::from(b'A' + person);
        let sentences = (0..3).map(|at| {
            let side = match (person % 2, (person / 2 + turn / 24 + at) % 4) {
                (_, 0) => NEITHER,
                (0, 1 | 2) | (1, 1) => FOR,
                _ => AGAINST,
            };
            format!("{side}, number {}. ", 3 * u32::from(turn) + u32::from(at))
        });
        text.push_str(&format!("**{name}ndrew {name}mith, {club}**\n\n{}\n\n", sentences.collect::<String>()));
    }
    text
}

fn label(text: &str) -> &'static str {
    if text.starts_with(FOR) {
        "favor"
    } else if text.starts_with(AGAINST) {
        "against"
    } else {
        assert!(text.starts_with(NEITHER), "{text}");
        "neither"
    }
}

/// A place with results, and codes of every second segment.
fn coded() -> (Place, String) {
    let place = Place::with(&[("debate.md", &debate()), ("study.toml", STUDY)]);
    place.run_well(&["run", "debate.md", "--study", "study.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    assert_eq!(ids.len(), 144);
    let texts = place.texts("results/segments.parquet", "text");
    let rows = ids.iter().zip(&texts).step_by(2).map(|(id, text)| format!("{id},{},0.5\n", label(text)));
    let codes: String = std::iter::once("segment_id,label,inclusion_probability\n".to_owned()).chain(rows).collect();
    place.write("codes.csv", &codes);
    (place, codes)
}

/// The rows of a CSV file by the names of its columns.
fn rows_of(place: &Place, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(place.path(name)).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: `{}`", row[column]))
}

#[test]
fn a_workbook_of_codes_gives_the_figures_of_the_same_codes_as_csv() {
    let (place, codes) = coded();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (line, row) in codes.lines().enumerate() {
        for (column, cell) in row.split(',').enumerate() {
            sheet.write_string(line as u32, column as u16, cell).unwrap();
        }
    }
    place.write("codes.xlsx", workbook.save_to_buffer().unwrap());
    for command in ["score", "estimate"] {
        let of = |file: &str| place.run_well(&[command, "results", file]).out;
        assert_eq!(of("codes.xlsx"), of("codes.csv"), "{command}");
    }
}

#[test]
fn errors_and_estimates_are_grouped_by_variables_of_the_study() {
    let study = format!("[transcript]\npeople = \"people.csv\"\n\n[documents]\ntable = \"documents.csv\"\n\n{STUDY}");
    let people = (0..24).map(|person| {
        let name = char::from(b'A' + person);
        format!("{name}ndrew {name}mith,{}\n", if person < 12 { "early" } else { "late" })
    });
    let people: String = std::iter::once("name,cohort\n".to_owned()).chain(people).collect();
    let documents = "file,chamber\ndebate.md,lower\n";
    let place = Place::with(&[
        ("debate.md", &debate()),
        ("study.toml", &study),
        ("people.csv", &people),
        ("documents.csv", documents),
    ]);
    place.run_well(&["run", "debate.md", "--study", "study.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    let texts = place.texts("results/segments.parquet", "text");
    let rows = ids.iter().zip(&texts).map(|(id, text)| format!("{id},{},1\n", label(text)));
    let codes: String = std::iter::once("segment_id,label,inclusion_probability\n".to_owned()).chain(rows).collect();
    place.write("codes.csv", &codes);
    let ended = place.run_well(&["estimate", "results", "codes.csv", "--by", "cohort,chamber", "--out", "findings"]);
    assert!(ended.out.contains("early, lower") && ended.out.contains("late, lower"), "{}", ended.out);
    let means = rows_of(&place, "findings/corrected_estimates.csv");
    let n_segments: f64 = means
        .iter()
        .filter(|row| row["level"] == "group" && row["estimator"] == "raw")
        .map(|row| number(row, "n_segments"))
        .sum();
    assert_eq!(n_segments, 144.0);
    place.run_well(&["score", "results", "codes.csv", "--by", "cohort", "--out", "validation"]);
    let errors = rows_of(&place, "validation/errors_by_group.csv");
    let of_cohort = errors.iter().filter(|row| row["column"] == "cohort").map(|row| number(row, "n_codes"));
    assert_eq!(of_cohort.collect::<Vec<f64>>(), [72.0, 72.0]);
    // The same column gives groups to `robust`.
    let ended = place
        .run_well(&["robust", "results", "--by", "cohort", "--of", "early", "--minus", "late", "--vary", "weight"]);
    assert!(ended.out.contains("Stance towards open_borders, early - late: 3 specifications"), "{}", ended.out);
}

#[test]
fn corrected_means_are_those_of_the_exported_rows() {
    let (place, _) = coded();
    let command = ["estimate", "results", "codes.csv", "--by", "affiliation", "--differences", "--out", "findings"];
    let ended = place.run_well(&command);
    for part in [
        "Stance towards open_borders",
        "72 of 144 segments coded by hand",
        "Clusters of the intervals: 24 speakers (the highest level",
        "Chess Club - Rowing Club",
        "Over all segments the corrected interval is as wide as that of",
    ] {
        assert!(ended.out.contains(part), "`{part}` is missing:\n{}", ended.out);
    }
    let units = rows_of(&place, "findings/units.csv");
    assert_eq!(units.len(), 144);
    assert_eq!(units.iter().filter(|row| row["outcome"].is_empty()).count(), 72);
    let means = rows_of(&place, "findings/corrected_estimates.csv");
    let estimate = |level: &str, club: &str, estimator: &str| {
        let is_it = |row: &&BTreeMap<String, String>| {
            row["level"] == level && row["affiliation"] == club && row["estimator"] == estimator
        };
        number(means.iter().find(is_it).unwrap(), "estimate")
    };
    let mean = |club: &str, column: &str| {
        let of: Vec<f64> = units
            .iter()
            .filter(|row| club.is_empty() || row["affiliation"] == club)
            .filter_map(|row| row[column].parse().ok())
            .collect();
        of.iter().sum::<f64>() / of.len() as f64
    };
    for (level, club) in [("all", ""), ("group", "Rowing Club"), ("group", "Chess Club")] {
        for (estimator, column) in [("raw", "prediction"), ("hand_coded", "outcome"), ("dsl", "pseudo_outcome")] {
            let (found, expected) = (estimate(level, club, estimator), mean(club, column));
            assert!((found - expected).abs() < 1e-9, "{club} {estimator}: {found}, expected {expected}");
        }
    }
    let between = estimate("difference", "Chess Club", "dsl");
    assert!(
        (between - (estimate("group", "Chess Club", "dsl") - estimate("group", "Rowing Club", "dsl"))).abs() < 1e-9
    );
    assert!(between < -0.3, "the clubs differ: {between}");
    // The same numbers again, as Parquet as well.
    assert_eq!(
        place.texts("findings/corrected_estimates.parquet", "estimator")[..4],
        ["raw", "hand_coded", "dsl", "ppi"]
    );
    let before = place.files("findings");
    place.run(&command).says(2, &["corrected_estimates.parquet exists already", "--force"]);
    place.run_well(&[&command[..], &["--force"]].concat());
    assert_eq!(place.files("findings"), before);
}

#[test]
fn the_reason_for_the_clusters_is_true() {
    let (place, codes) = coded();
    let clusters = |place: &Place, options: &[&str]| {
        let ended = place.run_well(&[&["estimate", "results", "codes.csv"], options].concat());
        let line = ended.out.lines().find_map(|line| line.trim().strip_prefix("Clusters of the intervals: "));
        line.unwrap_or_else(|| panic!("{}", ended.out)).to_owned()
    };
    let reason = "(the highest level with 5 clusters with codings)";
    assert_eq!(clusters(&place, &[]), format!("24 speakers {reason}"));
    let reason = "(the highest level at which every group has 5 clusters with codings)";
    assert_eq!(clusters(&place, &["--by", "affiliation"]), format!("24 speakers {reason}"));
    // Each person has three codings.
    let reason = "(the highest level with 5 clusters with codings in all; no group has at least 10 codings)";
    assert_eq!(clusters(&place, &["--by", "name"]), format!("24 speakers {reason}"));
    for (level, expected) in [("speaker", "24 speakers"), ("document", "1 document"), ("turn", "48 turns")] {
        for by in ["affiliation", "name"] {
            assert_eq!(clusters(&place, &["--by", by, "--clusters", level]), expected);
        }
    }
    // Codes for everybody in one club, and for some people of the other.
    let ids = place.texts("results/segments.parquet", "segment_id");
    let texts = place.texts("results/segments.parquet", "text");
    let code = |club: usize, people: usize| {
        let is_coded = |turn: usize| turn % 2 != club || turn % 24 < 2 * people;
        let rows = ids.iter().zip(&texts).enumerate().filter(|(at, _)| is_coded(at / 3));
        let rows = rows.map(|(_, (id, text))| format!("{id},{}\n", label(text)));
        place.write("codes.csv", std::iter::once("segment_id,label\n".to_owned()).chain(rows).collect::<String>());
    };
    code(1, 1);
    let reason = "(the highest level at which every group with at least 10 codings has 5 clusters with codings)";
    assert_eq!(clusters(&place, &["--simple-random", "--by", "affiliation"]), format!("24 speakers {reason}"));
    code(1, 2);
    let reason = "(no level has 5 clusters with codings in all and in every group with at least 10 codings)";
    assert_eq!(clusters(&place, &["--simple-random", "--by", "affiliation"]), format!("48 turns {reason}"));
    let only: Vec<&str> = codes.lines().take(1 + 6).collect();
    place.write("codes.csv", only.join("\n"));
    place.run(&["estimate", "results", "codes.csv", "--simple-random"]).says(2, &["10"]);
}

#[test]
fn turns_without_a_person_are_not_counted_as_speakers() {
    let turn = |at: usize| format!(">> {}, number {at}.\n\n", [FOR, AGAINST, NEITHER][at % 3]);
    let captions: String = (0..18).map(turn).collect();
    let place = Place::with(&[("captions.txt", &captions), ("study.toml", STUDY)]);
    place.run_well(&["run", "captions.txt", "--study", "study.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    let texts = place.texts("results/segments.parquet", "text");
    let rows = ids.iter().zip(&texts).map(|(id, text)| format!("{id},{}\n", label(text)));
    place.write("codes.csv", std::iter::once("segment_id,label\n".to_owned()).chain(rows).collect::<String>());
    let ended = place.run_well(&["estimate", "results", "codes.csv", "--simple-random"]);
    let line =
        "Clusters of the intervals: 18 turns without a known person (the highest level with 5 clusters with codings)\n";
    assert!(ended.out.contains(line), "{}", ended.out);
    let ended = place.run_well(&["score", "results", "codes.csv", "--simple-random"]);
    assert!(ended.out.contains("Intervals draw 18 turns without a known person (95 %)"), "{}", ended.out);
}

#[test]
fn weights_clusters_and_columns_are_chosen() {
    let (place, _) = coded();
    let with = |options: &[&str]| place.run_well(&[&["estimate", "results", "codes.csv"], options].concat()).out;
    assert!(with(&["--clusters", "turn"]).contains("Clusters of the intervals: 48 turns\n"));
    assert!(with(&["--clusters", "document"]).contains("one cluster"));
    let segments = with(&["--by", "role"]);
    assert!(segments.contains("speaker"), "{segments}");
    assert_ne!(with(&["--weights", "turn"]), with(&["--weights", "segment", "--level", "80"]));
    assert!(with(&["--by", "document,year"]).contains("(none)"), "the document has no date");
    assert!(with(&["--by", "name"]).contains("too few codings"));
    let refused = |options: &[&str], parts: &[&str]| {
        place.run(&[&["estimate", "results", "codes.csv"], options].concat()).says(2, parts);
    };
    refused(&["--by", "shoe_size"], &["no column `shoe_size`", "affiliation"]);
    refused(&["--measure", "stance:trade"], &["no measure `stance:trade`", "stance:open_borders, sentiment"]);
    refused(&["--coder", "nobody"], &["no coding is by the coder `nobody`", "nli-minilm-l6"]);
    refused(&["--adjudicator", "Eve"], &["no code is by `Eve`"]);
    refused(&["--level", "100"], &["expected per cent"]);
    refused(&["--level", "0.95"], &["expected per cent, from 1 to below 100, such as 95"]);
    refused(&["--by", "segment_id", "--differences"], &["144 groups have 10296 differences"]);
}

#[test]
fn codes_from_which_nothing_can_be_estimated_are_refused() {
    let (place, codes) = coded();
    let refused = |codes: &str, parts: &[&str]| {
        place.write("codes.csv", codes);
        place.run(&["estimate", "results", "codes.csv"]).says(2, parts);
    };
    let lines: Vec<&str> = codes.lines().collect();
    let first = lines[1].split(',').next().unwrap();
    refused(
        "segment_id,label,inclusion_probability\na,favor,0.5\n",
        &["codes.csv, line 2", "these codes belong to another run"],
    );
    refused(&format!("{codes}other,favor,0.5\n"), &["line 74", "no segment `other`", "1 of 73"]);
    refused(&codes.replacen("favor", "pro", 1), &["unknown label `pro`; expected favor, against, neither"]);
    refused(&codes.replacen("0.5", "0", 1), &["line 2: the inclusion probability `0`; expected a number above 0"]);
    refused(&codes.replace("0.5", "0.05"), &["a sample from about 1440 segments, but the results have 144"]);
    refused(
        &format!("{codes}{first},favor,0.5\n"),
        &[&format!("line 74: segment `{first}` is coded in line 2 already")],
    );
    let few: String = lines[..9].iter().map(|line| format!("{}\n", line.replace("0.5", "0.0556"))).collect();
    refused(&few, &["codes.csv: there are 8 codings; at least 10"]);
    let same = codes.replace("favor", "neither").replace("against", "neither");
    refused(&same, &["all 72 codings are the same"]);
    let open = codes.replace("favor", "").replace("against", "").replace("neither", "");
    refused(&open, &["there are 0 codings"]);
    refused(&codes.replace("inclusion_probability", "p"), &["no column `inclusion_probability`"]);
    place.write("codes.csv", codes.replace("inclusion_probability", "p"));
    place.run_well(&["estimate", "results", "codes.csv", "--simple-random"]);
}

#[test]
fn coders_are_scored_beside_labels_that_need_no_model() {
    let (place, codes) = coded();
    let command = ["score", "results", "codes.csv", "--by", "affiliation,document", "--out", "validation"];
    let ended = place.run_well(&command);
    for part in [
        "Stance towards open_borders by nli-minilm-l6: 72 segments coded by hand",
        "Intervals draw 24 speakers",
        "commonest class of each affiliation",
        "bag of words",
        "confidence at least",
        "affiliation: Rowing Club",
        "words: ",
    ] {
        assert!(ended.out.contains(part), "`{part}` is missing:\n{}", ended.out);
    }
    let scores = rows_of(&place, "validation/scores.csv");
    let accuracy = |name: &str| {
        let is_it = |row: &&BTreeMap<String, String>| row["coder_id"] == name && row["figure"] == "accuracy";
        let row = scores.iter().find(is_it).unwrap_or_else(|| panic!("no row of {name}"));
        assert!(number(row, "ci_low") <= number(row, "value") && number(row, "value") <= number(row, "ci_high"));
        number(row, "value")
    };
    // The labels of the coder, with abstentions as neither.
    let labels: BTreeMap<String, String> = place
        .texts("results/stance.parquet", "segment_id")
        .into_iter()
        .zip(place.texts("results/stance.parquet", "label"))
        .collect();
    let rows: Vec<Vec<&str>> = codes.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let is_right =
        |row: &&Vec<&str>| if labels[row[0]] == "-" { row[1] == "neither" } else { labels[row[0]] == row[1] };
    let expected = rows.iter().filter(is_right).count() as f64 / 72.0;
    assert!((accuracy("nli-minilm-l6") - expected).abs() < 1e-9);
    assert!(accuracy("bag of words") > 0.95, "three sentences");
    assert!(accuracy("commonest class") < accuracy("commonest class of each affiliation"));
    for name in ["confusion", "calibration", "floors", "errors_by_group"] {
        assert!(place.path(&format!("validation/{name}.parquet")).is_file(), "{name}");
        assert!(!rows_of(&place, &format!("validation/{name}.csv")).is_empty(), "{name}");
    }
    let diagram = fs::read_to_string(place.path("validation/reliability.svg")).unwrap();
    assert!(diagram.starts_with("<svg") && diagram.contains("<circle") && diagram.contains("nli-minilm-l6"));
    place.run(&command).says(2, &["exists already", "--force"]);
    // Two people in two files; and what cannot be scored.
    let ann = codes.replace("label", "coder,label").replace(",favor", ",ann,favor").replace(",neither", ",ann,neither");
    let ann = ann.replace(",against", ",ann,against");
    place.write("ann.csv", &ann);
    place.write("bo.csv", ann.replace(",ann,", ",bo,"));
    let both = place.run_well(&["score", "results", "ann.csv", "bo.csv", "--by", "affiliation"]);
    assert!(both.out.contains("72 segments coded by hand (144 codes)"), "{}", both.out);
    let both = place.run_well(&["estimate", "results", "ann.csv", "bo.csv"]);
    assert!(both.out.contains("72 by several people, whose codes are averaged"), "{}", both.out);
    place
        .run(&["score", "results", "ann.csv", "ann.csv"])
        .says(2, &["ann.csv, line 2", "is coded by `ann` in ann.csv, line 2"]);
    place.write("open.csv", "segment_id,label,inclusion_probability\n");
    place
        .run(&["score", "results", "open.csv", "--by", "role"])
        .says(2, &["open.csv: there are no codes to compare with"]);
}

/// Fills in the labels of a coded file that `plenary sample` wrote.
fn fill(place: &Place, path: &str) {
    let mut reader = csv::Reader::from_path(place.path(path)).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (of_label, of_text) = (at("label"), at("text"));
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(header.iter().map(|name| name.trim_start_matches('\u{FEFF}'))).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let filled = label(&record[of_text]);
        rows.write_record(
            record.iter().enumerate().map(|(column, cell)| if column == of_label { filled } else { cell }),
        )
        .unwrap();
    }
    place.write(path, rows.into_inner().unwrap());
}

#[test]
fn a_sample_is_coded_compared_scored_and_used() {
    let (place, _) = coded();
    let draw =
        ["sample", "results", "--out", "sample", "--size", "60", "--coders", "ann,bo", "--twice", "0.5", "--quiet"];
    place.run_well(&draw);
    let codes = ["sample/codes-ann.csv", "sample/codes-bo.csv"];
    for path in codes {
        fill(&place, path);
    }
    let agreed = place.run_well(&["agree", codes[0], codes[1]]);
    assert!(agreed.out.contains("30 of 60 segments by at least two of 2 coders (ann, bo)"), "{}", agreed.out);
    let estimated = place.run_well(&["estimate", "results", codes[0], codes[1], "--out", "findings"]);
    assert!(estimated.out.contains("60 of 144 segments coded by hand"), "{}", estimated.out);
    // The probability of segments that were not drawn is known from the sample.
    let units = rows_of(&place, "findings/units.csv");
    assert!(units.iter().all(|row| (number(row, "inclusion_probability") - 60.0 / 144.0).abs() < 1e-9));
    place.run_well(&["score", "results", codes[0], codes[1], "--by", "affiliation"]);
    // The file of one coder has 45 of the 60 drawn segments; these were drawn and coded with probability 45/144.
    let one = place.run_well(&["estimate", "results", codes[0], "--out", "one"]);
    assert!(one.out.contains("45 of 144 segments coded by hand (60 drawn"), "{}", one.out);
    assert!(
        rows_of(&place, "one/units.csv").iter().all(|row| (number(row, "inclusion_probability") - 0.3125).abs() < 1e-9)
    );
    // Without the sample the missing rows are noticed by the sum of the probabilities.
    place.write("alone.csv", fs::read(place.path(codes[0])).unwrap());
    let alone = place.run_well(&["estimate", "results", "alone.csv"]);
    assert!(alone.out.contains("The inclusion probabilities imply 108 segments"), "{}", alone.out);

    // Codes of another sample, and results that have changed.
    place.run_well(&[&draw[..3], &["other"], &draw[4..], &["--seed", "9"]].concat());
    place
        .run(&["estimate", "results", codes[0], codes[1], "--sample", "other"])
        .says(2, &["these are codes of the sample"]);
    place.run(&["estimate", "results", codes[0], codes[1], "--measure", "sentiment"]).says(2, &["unknown label `"]);
    place.write("debate.md", debate().replace("Lunch", "Dinner"));
    place.run_well(&["run", "debate.md", "--study", "study.toml", "--out", "changed", "--quiet"]);
    place.run(&["estimate", "changed", codes[0], codes[1]]).says(2, &["the ids or texts of their segments are others"]);
    place.run(&["score", "changed", codes[0], codes[1], "--by", "role"]).says(2, &["segments are others"]);
}

#[test]
fn codes_of_two_propositions_are_not_compared_under_one_target() {
    let (place, _) = coded();
    let draw = |results: &str, folder: &str| {
        place.run_well(&["sample", results, "--out", folder, "--size", "60", "--coders", folder, "--quiet"]);
        let codes = format!("{folder}/codes.csv");
        fill(&place, &codes);
        codes
    };
    let study = STUDY.replace("Borders should be open.", "Every border should be abolished.");
    place.write("strict.toml", study);
    place.run_well(&["run", "debate.md", "--study", "strict.toml", "--out", "strict", "--quiet"]);
    let (ann, bo, cy) = (draw("results", "ann"), draw("results", "bo"), draw("strict", "cy"));
    place.run_well(&["agree", &ann, &bo, "--tables", "agreement"]);
    place.run(&["agree", &ann, &cy]).says(
        2,
        &[
            "cy/codes.csv: the proposition of the target `open_borders` was \"Every border should be abolished.\" when this file",
            "and \"Borders should be open.\" when ann/codes.csv was; compare codes of one proposition",
        ],
    );
    // A report about another proposition does not show the agreement.
    let report = |results: &str| place.run(&["report", results, "--out", "r.html", "--validation", "agreement"]);
    report("results").says(0, &[]);
    let notice = "It is not known which propositions these codes are about";
    assert!(!fs::read_to_string(place.path("r.html")).unwrap().contains(notice));
    report("strict").says(
        2,
        &[
            "coefficients.csv was made from codes of the target `open_borders` when its proposition was \"Borders should be open.\"",
            "in these results it is \"Every border should be abolished.\"",
        ],
    );
    // Without the sample the propositions are not known.
    for (from, to) in [(&ann, "a.csv"), (&bo, "b.csv")] {
        place.write(to, fs::read(place.path(from)).unwrap());
    }
    place.run_well(&["agree", "a.csv", "b.csv", "--tables", "agreement", "--force"]);
    report("strict").says(0, &[]);
    assert!(fs::read_to_string(place.path("r.html")).unwrap().contains(notice));
}

/// Two people who agree on all but the first segment.
fn codes_of_two(place: &Place, codes: &str) {
    place.write("ann.csv", codes);
    let (first, other) = if codes.contains("favor") { ("favor", "against") } else { ("against", "favor") };
    place.write("bo.csv", codes.replacen(first, other, 1));
}

#[test]
fn a_report_refuses_tables_that_were_made_from_another_run() {
    let (place, codes) = coded();
    codes_of_two(&place, &codes);
    place.run_well(&["score", "results", "codes.csv", "--out", "validation"]);
    place.run_well(&["estimate", "results", "codes.csv", "--out", "validation"]);
    place.run_well(&["agree", "ann.csv", "bo.csv", "--tables", "agreement"]);
    let report =
        |results: &str, folder: &str| place.run(&["report", results, "--out", "r.html", "--validation", folder]);
    for folder in ["validation", "agreement"] {
        report("results", folder).says(0, &[]);
        let html = fs::read_to_string(place.path("r.html")).unwrap();
        assert!(!html.contains("not known from which results"), "{folder}");
        // People who agree say nothing about labels.
        assert_eq!(html.contains("Nothing was validated"), folder == "agreement");
    }
    place.write("other.md", debate().replace("Lunch", "Dinner"));
    place.run_well(&["run", "other.md", "--study", "study.toml", "--out", "other", "--quiet"]);
    place.write("floor.toml", format!("{STUDY}\n[stance]\nconfidence_floor = 0.9\n"));
    place.run_well(&["run", "debate.md", "--study", "floor.toml", "--out", "floor", "--quiet"]);
    let of_run =
        ["validation/scores.csv was made from the run", "these results are those of the run", "`plenary score`"];
    report("other", "validation").says(2, &of_run);
    report("floor", "validation").says(2, &of_run);
    report("other", "agreement")
        .says(2, &["coefficients.csv was made from codes of 72 segments", "do not have 72, such as"]);
    report("floor", "agreement").says(0, &[]);
    // Tables without their record, or changed afterwards, may be of any run.
    place.write("bare/scores.csv", fs::read(place.path("validation/scores.csv")).unwrap());
    report("other", "bare").says(0, &[]);
    let html = fs::read_to_string(place.path("r.html")).unwrap();
    assert!(html.contains("It is not known from which results") && html.contains("bare/scores.csv"));
    assert!(html.contains("it is not known whether these were the labels of this run"), "the paragraph to copy");
}

#[test]
fn tables_are_not_written_among_files_of_others() {
    let (place, codes) = coded();
    codes_of_two(&place, &codes);
    place.write("mine/notes.txt", "x");
    for command in [
        &["score", "results", "codes.csv", "--out", "mine", "--force"][..],
        &["estimate", "results", "codes.csv", "--out", "mine", "--force"],
        &["agree", "ann.csv", "bo.csv", "--tables", "mine", "--force"],
        &["means", "results", "--out", "mine"],
        &["robust", "results", "--vary", "weight", "--out", "mine"],
    ] {
        place
            .run(command)
            .says(2, &["mine holds files that plenary did not write (`notes.txt`)", "new or empty folder"]);
    }
    assert_eq!(place.files("mine").len(), 1);
    place.run(&["score", "results", "codes.csv", "--out", "codes.csv"]).says(2, &["codes.csv is a file"]);
    // A file instead of a folder, and the other way round.
    place
        .run(&["report", "results", "--out", "mine", "--force"])
        .says(2, &["mine is a folder; expected the name of a file"]);
    place.run(&["agree", "ann.csv", "bo.csv", "--out", "no/such/folder.csv"]).says(2, &["folder that exists"]);
    assert!(!place.path("mine.part").exists());
}

#[test]
fn files_that_are_not_codes_are_explained() {
    let place = Place::with(&[("folder/x.txt", "x"), ("ann.csv", ANN)]);
    place.run(&["agree", "none.csv"]).says(2, &["none.csv: there is no such file; expected a CSV or XLSX file"]);
    place.run(&["agree", "folder"]).says(2, &["folder: this is a folder; name the file with the hand codes"]);
    place.write("bo.csv", ANN.replacen("favor", "favour", 1));
    place
        .run(&["agree", "ann.csv", "bo.csv"])
        .says(2, &["bo.csv, line 2: unknown label `favour` (did you mean `favor`?); expected"]);
}
