//! Dictionaries and keyness: from the study to columns, tables and estimates.

use std::collections::BTreeMap;

use plenary::table::schema::{DictionaryTermRow, GroupEstimateRow, IssueRow, KeynessRow};
use plenary::table::{Check, Results, column};

use crate::common::Place;

const TALK: &str = "\
**Ann Lee (Reform)**

Taxes are too high. The public spending of this government is a tax on work, and taxes hurt.

**Bo Hill (Labour)**

Our hospitals need doctors. Public spending pays for hospitals.

**Ann Lee**

Lower taxes!
";

const STUDY: &str = "\
[models]
sentiment = \"none\"

[[dictionaries]]
name = \"policy\"
file = \"policy.yml\"

[[dictionaries]]
name = \"loud\"
case_sensitive = true
[dictionaries.categories]
tax = [\"Tax*\"]

[keyness]
by = [\"party\", \"speaker\"]
min_count = 1
min_words = 5
top = 0

[[estimates.by]]
columns = [\"party\"]
";

const POLICY: &str =
    "economy:\n  taxes: [tax, taxes, levy]\n  budget: [public spending, spending]\nhealth: [hospital*, doctor?]\n";

fn results(place: &Place) -> Results {
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--no-cache"]);
    Results::open(&place.path("results"), Check::Full).unwrap()
}

#[test]
fn dictionaries_are_counted_by_segment_and_estimated_by_group() {
    let place = Place::with(&[("talk.md", TALK), ("study.toml", STUDY), ("policy.yml", POLICY)]);
    let results = results(&place);
    let columns = [
        "text",
        "n_words",
        "dictionary_policy_economy.budget",
        "dictionary_policy_economy.taxes",
        "dictionary_policy_health",
        "dictionary_loud_tax",
    ];
    let frame = results.columns("analysis", &columns).unwrap();
    let texts = column::<&str>(&frame, "text").unwrap();
    let rows: Vec<String> = (0..texts.len())
        .map(|row| {
            let number = |name: &&str| column::<u32>(&frame, name).unwrap()[row].unwrap().to_string();
            format!("{} {}", columns[1..].iter().map(number).collect::<Vec<_>>().join(" "), texts[row].unwrap())
        })
        .collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    4 0 1 0 1 Taxes are too high.
    14 1 2 0 0 The public spending of this government is a tax on work, and taxes hurt.
    4 0 0 2 0 Our hospitals need doctors.
    5 1 0 1 0 Public spending pays for hospitals.
    2 0 1 0 0 Lower taxes!
    ");
    let frame = results.frame("dictionary_terms").unwrap();
    let terms = DictionaryTermRow::rows(&frame).unwrap();
    let terms: Vec<String> =
        terms.iter().map(|t| format!("{} {}: {} {} {}", t.dictionary, t.category, t.pattern, t.form, t.n)).collect();
    insta::assert_snapshot!(terms.join("\n"), @r"
    policy economy.budget: public spending public spending 2
    policy economy.taxes: tax tax 1
    policy economy.taxes: taxes taxes 3
    policy health: hospital* hospitals 2
    policy health: doctor? doctors 1
    loud tax: Tax* Taxes 1
    ");
    let frame = results.frame("issues").unwrap();
    let issues = IssueRow::rows(&frame).unwrap();
    let issue = issues.iter().find(|issue| issue.kind == "pattern_without_match").unwrap();
    assert_eq!((issue.variable, issue.file), (Some("dictionary_policy_economy.taxes"), Some("policy.yml")));
    insta::assert_snapshot!(issue.message, @"Dictionary `policy`, category `economy.taxes`: 1 of 3 patterns match nothing: `levy`.");
    let frame = results.frame("group_estimates").unwrap();
    let rates: BTreeMap<(&str, &str), f64> = GroupEstimateRow::rows(&frame)
        .unwrap()
        .iter()
        .filter(|row| row.measure == "dictionary_rate")
        .map(|row| ((row.value_1, row.category.unwrap()), row.estimate.unwrap()))
        .collect();
    assert_eq!(rates.len(), 8);
    let rate = |party, column| rates[&(party, column)];
    assert!((rate("Reform", "dictionary_policy_economy.taxes") - 1000.0 * 4.0 / 20.0).abs() < 1e-9);
    assert!((rate("Labour", "dictionary_policy_health") - 1000.0 * 3.0 / 9.0).abs() < 1e-9);
}

#[test]
fn counts_of_dictionaries_are_conditions_of_a_search() {
    let place = Place::with(&[("talk.md", TALK), ("study.toml", STUDY), ("policy.yml", POLICY)]);
    drop(results(&place));
    let found = place.run_well(&["find", "hospitals", "results", "--where", "dictionary_policy_health=2"]).out;
    assert!(found.contains("Our hospitals need") && found.lines().count() == 1, "{found}");
    let found = place.run_well(&["find", "--regex", ".", "results", "--by", "dictionary_policy_health"]).out;
    assert!(found.contains("dictionary_policy_health"), "{found}");
}

#[test]
fn keyness_compares_each_group_with_the_others() {
    let place = Place::with(&[("talk.md", TALK), ("study.toml", STUDY), ("policy.yml", POLICY)]);
    let results = results(&place);
    let frame = results.frame("keyness").unwrap();
    let rows = KeynessRow::rows(&frame).unwrap();
    let of = |by: &str, group: &str| rows.iter().filter(|row| row.by == by && row.group == group).collect::<Vec<_>>();
    let reform = of("party", "Reform");
    assert_eq!((reform[0].term, reform[0].n, reform[0].n_elsewhere), ("taxes", 3, 0));
    assert!(reform.iter().all(|row| row.language == Some("en") && row.n_words == 19 && row.n_words_elsewhere == 9));
    assert!(reform.iter().all(|row| row.ci_low < row.log_odds && row.log_odds < row.ci_high && row.q_value <= 1.0));
    assert!(reform.windows(2).all(|pair| pair[0].z >= pair[1].z));
    // With two groups each is the rest of the other.
    let labour = of("party", "Labour");
    assert_eq!(labour.len(), reform.len());
    for row in &reform {
        let other = labour.iter().find(|other| other.term == row.term).unwrap();
        assert!(
            (row.log_odds + other.log_odds).abs() < 1e-12 && (other.n, other.n_elsewhere) == (row.n_elsewhere, row.n)
        );
    }
    let ann = of("speaker", "Ann Lee");
    assert_eq!(ann.iter().map(|row| (row.term, row.z.to_bits())).collect::<Vec<_>>(), {
        reform.iter().map(|row| (row.term, row.z.to_bits())).collect::<Vec<_>>()
    });
}

#[test]
fn without_dictionaries_and_keyness_there_are_no_rows() {
    let place = Place::with(&[("talk.md", TALK), ("study.toml", "[keyness]\nby = []\n")]);
    let results = results(&place);
    assert_eq!(results.n_rows("keyness").unwrap() + results.n_rows("dictionary_terms").unwrap(), 0);
}

#[test]
fn studies_with_bad_dictionaries_are_refused() {
    let refused = |study: &str, parts: &[&str]| {
        let place = Place::with(&[("talk.md", TALK), ("study.toml", study), ("policy.yml", "a: [\n")]);
        for command in
            [&["run", "talk.md", "--study", "study.toml", "--out", "results"][..], &["check-study", "study.toml"]]
        {
            place.run(command).says(2, parts);
        }
    };
    let dictionary = |rest: &str| format!("[[dictionaries]]\nname = \"policy\"\n{rest}");
    refused(
        &dictionary("file = \"missing.yml\"\n"),
        &["study.toml: [[dictionaries]] file:", "missing.yml: there is no such file"],
    );
    refused(&dictionary("file = \"policy.yml\"\n"), &["policy.yml, line", "is not YAML"]);
    refused(&dictionary("[dictionaries.categories]\na = []\n"), &["category `a`: found no pattern"]);
    refused(&dictionary("[dictionaries.categories]\na = [\"!\"]\n"), &["found the pattern \"!\""]);
    refused(&dictionary("[dictionaries.categories]\na = [\"x\"]\nA = [\"y\"]\n"), &["a name of its own"]);
    refused(&dictionary("categories = { a = 3 }\n"), &["expected a list of words"]);
    refused(&dictionary("files = \"a\"\n"), &["unknown key `files`", "did you mean `file`?"]);
    refused(
        "[keyness]\nby = [\"perty\"]\n",
        &["[keyness] by: found `perty`", "speaker, theme, period", "did you mean `party`?"],
    );
}
