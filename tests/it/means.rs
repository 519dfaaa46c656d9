//! `plenary means`: the same numbers as a run whose study names the groups.

use crate::common::{Place, Row, assert_same};

const TARGET: &str = "\
[study]
language = \"en\"

[[targets]]
id = \"harbour\"
proposition = \"The harbour should be rebuilt.\"
negation = \"The harbour should not be rebuilt.\"
";

/// Two groupings, one of persons and one of documents.
const GROUPS: &str = "
[[estimates.by]]
columns = [\"affiliation\"]
differences = true
weight = \"person\"

[[estimates.by]]
columns = [\"affiliation\", \"year\"]
";

/// Three sittings in two years with six people of two clubs; one person belongs to none.
fn talks() -> String {
    let mut text = "document,date,speaker,affiliation,text\n".to_owned();
    for document in 0..3 {
        for person in 0..7 {
            let name = ["Ann", "Bo", "Cy", "Dee", "Eli", "Fay", "Gus"][person];
            let club = ["Rowing Club", "Chess Club", ""][if person == 6 { 2 } else { person % 2 }];
            let view = match (person + document) % 3 {
                0 => "We need the new harbour, and I am glad that it will be built",
                1 => "The harbour should not be rebuilt, it is a waste of money",
                _ => "The harbour was closed in spring",
            };
            let date = format!("{}-05-01", 2019 + document / 2);
            text.push_str(&format!(
                "d{document},{date},{name} {name}son,{club},\"{view}, as I said {person} times.\"\n"
            ));
        }
    }
    text
}

const FIGURES: [&str; 9] = [
    "estimate",
    "ci_low",
    "ci_high",
    "resampled",
    "n_clusters",
    "n_segments",
    "n_persons",
    "n_documents",
    "share_abstained",
];

fn figures(row: &Row) -> Vec<&str> {
    FIGURES.iter().map(|column| row[*column].as_str()).collect()
}

#[test]
fn means_of_results_are_those_of_a_run_that_names_the_groups() {
    let place =
        Place::with(&[("talks.csv", &talks()), ("study.toml", TARGET), ("groups.toml", &format!("{TARGET}{GROUPS}"))]);
    place.run_well(&["run", "talks.csv", "--study", "study.toml", "--out", "results", "--quiet"]);
    let with_groups = ["--study", "groups.toml", "--out", "named", "--quiet", "--format", "csv"];
    place.run_well(&[&["run", "talks.csv"], with_groups.as_slice()].concat());
    let before = place.files("results");
    let of_run = place.rows("named/group_estimates.csv");

    for (measure, named) in [("stance", "stance_score"), ("sentiment", "sentiment_score")] {
        let by_club = ["means", "results", "--by", "affiliation", "--differences", "--weights", "person"];
        let out = ["--measure", measure, "--out", measure];
        let ended = place.run_well(&[by_club.as_slice(), out.as_slice()].concat());
        assert!(ended.out.contains("Chess Club - Rowing Club"), "{}", ended.out);
        let found = place.rows(&format!("{measure}/group_means.csv"));
        let wanted: Vec<&Row> =
            of_run.iter().filter(|row| row["by"] == "affiliation" && row["measure"] == named).collect();
        assert_eq!((found.len(), wanted.len()), (3, 3), "{}", ended.out);
        for (row, wanted) in found.iter().zip(wanted) {
            assert_eq!((&row["affiliation"], &row["minus_affiliation"]), (&wanted["value_1"], &wanted["minus_1"]));
            assert_eq!(figures(row), figures(wanted), "{row:?}");
        }
    }
    place.run_well(&["means", "results", "--by", "affiliation, year", "--out", "two"]);
    let found = place.rows("two/group_means.csv");
    let wanted = of_run.iter().filter(|row| row["by"] == "affiliation, year" && row["measure"] == "stance_score");
    let wanted: Vec<&Row> = wanted.collect();
    assert_eq!((found.len(), wanted.len()), (4, 4));
    for (row, wanted) in found.iter().zip(wanted) {
        assert_eq!((&row["affiliation"], &row["year"]), (&wanted["value_1"], &wanted["value_2"]));
        assert_eq!(figures(row), figures(wanted), "{row:?}");
    }
    // Without a column all segments are one group; themes group segments and not persons.
    let all = place.run_well(&["means", "results"]);
    assert!(all.out.contains("all segments"), "{}", all.out);
    place.run_well(&["means", "results", "--by", "theme_id", "--measure", "sentiment"]);
    assert_same(&place.files("results"), &before, "the results after `means`");
}

#[test]
fn wrong_columns_levels_and_existing_files_are_refused() {
    let place = Place::with(&[("talks.csv", &talks()), ("study.toml", TARGET)]);
    place.run_well(&["run", "talks.csv", "--study", "study.toml", "--out", "results", "--quiet"]);
    place.run(&["means", "results", "--by", "shoe_size"]).says(2, &["no column `shoe_size`", "affiliation"]);
    place
        .run(&["means", "results", "--measure", "stance:peace"])
        .says(2, &["no measure `stance:peace`", "stance:harbour"]);
    place.run(&["means", "results", "--by", "party"]).says(2, &["no segment has a value in every column of party"]);
    place.run(&["means", "results", "--level", "100"]).says(2, &["expected per cent, from 1 to below 100"]);
    place.run(&["means", "results", "--differences"]).says(2, &["--by"]);
    place.run_well(&["means", "results", "--by", "year", "--out", "means"]);
    place.run(&["means", "results", "--by", "year", "--out", "means"]).says(2, &["exists already", "--force"]);
    place.run_well(&["means", "results", "--by", "year", "--out", "means", "--force"]);
}
