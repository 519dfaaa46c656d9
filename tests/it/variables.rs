//! Variables of people and documents: the study's lists and patterns, formats, contradictions, and estimates by groups.

use plenary::corpus::findings::Measure;
use plenary::study::Study;
use plenary::table::schema::{EstimateRow, GroupEstimateRow, IssueRow, PersonRow, TABLES};
use plenary::table::{Check, DataFrame, Results, column};

use crate::common::Place;

const SPRING: &str = "\
# Debate of 3 March 2019

**Ann Lee (Reform)**

Borders should be open to all of us. I like this very much.

**Bo Hill (Labour)**

I do not agree with that. This is terrible.

**Cy Wood**

We need more schools. And soon.
";

const SUMMER: &str = "\
# Debate of 4 May 2020

**Ann Lee**

We need more schools. This is wonderful.

**Bo Hill**

No. I hate it. Borders are bad.

**Dee Fox**

I have nothing to say. Thank you.
";

const PEOPLE: &str = "\
name,party,from,to,Gender,birth_year,left,person_id
Ann Lee,Reform,,2019-12-31,female,1970,0.5,ann
Ann Lee,Green,2020,,female,1970,0.5,ann
Bo Hill,Reform,,,male,1980,1,bo
Dee Fox,Green,2021,,female,1990,,dee
Eve Nobody,X,,,female,1950,2.25,eve
";

const STUDY: &str = "\
[transcript]
people = \"people.csv\"

[documents]
table = \"documents.csv\"
pattern = '(?<chamber>\\w+)-(?<volume>\\d{2})'

[models]
sentiment = \"sentiment-minilm-l6\"

[[estimates.by]]
columns = [\"party\", \"year\"]
differences = true

[[estimates.by]]
columns = [\"Gender\"]
weight = \"person\"
";

fn place() -> Place {
    Place::with(&[
        ("talks/upper-01.md", SPRING),
        ("talks/lower-02.md", SUMMER),
        ("people.csv", PEOPLE),
        ("documents.csv", "file,topic,day\nupper-01,schools,2019-03-03\nnothing.md,x,2020-01-01\n"),
        ("study.toml", STUDY),
    ])
}

fn run(place: &Place) -> Results {
    let ended = place.run_well(&["run", "talks", "--study", "study.toml", "--out", "results"]);
    assert!(ended.out.contains("issues.parquet"), "{}", ended.out);
    Results::open(&place.path("results"), Check::Full).unwrap()
}

/// The texts of a column, `-` for nulls.
fn texts(frame: &DataFrame, name: &str) -> Vec<String> {
    let cells = column::<&str>(frame, name).unwrap();
    cells.into_iter().map(|cell| cell.unwrap_or("-").to_owned()).collect()
}

#[test]
fn variables_reach_every_table_under_their_names_with_their_types() {
    let place = place();
    let results = run(&place);
    let people = results.frame("people").unwrap();
    assert_eq!(texts(&people, "name"), ["Ann Lee", "Bo Hill", "Dee Fox", "Cy Wood"]);
    assert_eq!(texts(&people, "party"), ["-", "Reform", "-", "-"], "Ann Lee changed her party");
    assert_eq!(texts(&people, "Gender"), ["female", "male", "-", "-"]);
    assert_eq!(column::<i64>(&people, "birth_year").unwrap(), [Some(1970), Some(1980), None, None]);
    assert_eq!(column::<f64>(&people, "left").unwrap(), [Some(0.5), Some(1.0), None, None]);
    let rows = PersonRow::rows(&people).unwrap();
    assert_eq!((rows[0].person_id, rows[0].listed, rows[0].n_documents, rows[0].n_words), ("ann", Some(true), 2, 20));
    assert_eq!(rows[0].first_date.zip(rows[0].last_date).map(|(a, b)| (a.year(), b.year())), Some((2019, 2020)));
    assert_eq!(rows[3].listed, Some(false));

    let speakers = results.columns("speakers", &["name", "party", "Gender", "document_id"]).unwrap();
    assert_eq!(texts(&speakers, "party")[..2], ["Green", "Reform"], "the row of the document's date");
    let documents = results.frame("documents").unwrap();
    assert_eq!(texts(&documents, "topic"), ["-", "schools"]);
    assert_eq!(texts(&documents, "chamber"), ["lower", "upper"]);
    assert_eq!(texts(&documents, "volume"), ["02", "01"], "numbers with a zero in front are codes");
    assert_eq!(column::<jiff::civil::Date>(&documents, "day").unwrap()[1], Some(jiff::civil::date(2019, 3, 3)));
    let analysis = results.frame("analysis").unwrap();
    assert_eq!(texts(&analysis, "person_id")[..4], ["ann", "ann", "bo", "bo"]);
    assert_eq!(texts(&analysis, "party")[0], "Green");
    assert_eq!(texts(&analysis, "Gender")[..3], ["female", "female", "male"]);
    assert_eq!(texts(&analysis, "chamber")[0], "lower");

    let codebook = results.frame("codebook").unwrap();
    let described = texts(&codebook, "description");
    assert!(described.iter().any(|text| text == "From the study's list of people, `people.csv`."), "{described:?}");
    assert!(described.iter().any(|text| text.contains("table of documents, `documents.csv`")));
}

#[test]
fn what_does_not_fit_is_reported_with_its_place() {
    let place = place();
    let results = run(&place);
    let frame = results.frame("issues").unwrap();
    let rows = IssueRow::rows(&frame).unwrap();
    /// What a row of the people says.
    type Shown<'s> = (&'s str, Option<&'s str>, Option<&'s str>, Option<u32>);
    let shown: Vec<Shown> = rows.iter().map(|row| (row.kind, row.name, row.file, row.line)).collect();
    assert_eq!(
        shown,
        [
            ("listed_not_found", Some("Eve Nobody"), Some("people.csv"), Some(6)),
            ("not_listed", Some("Cy Wood"), Some("people.csv"), None),
            ("no_row_on_date", Some("Dee Fox"), Some("people.csv"), Some(5)),
            ("list_and_document_differ", Some("Bo Hill"), Some("people.csv"), Some(4)),
            ("row_without_document", None, Some("documents.csv"), Some(3)),
            ("document_without_row", None, Some("documents.csv"), None),
        ]
    );
    let party = rows[3].clone();
    assert_eq!((party.variable, party.used, party.other), (Some("party"), Some("Reform"), Some("Labour")));
    assert_eq!(party.person_id, Some("bo"));
    place.write("people.csv", "name,party,from,to,Gender\nAnn Lee,Reform,2018,2020,f\nAnn Lee,Green,2019,,f\n");
    let again = run(&place).frame("issues").unwrap();
    let rows = IssueRow::rows(&again).unwrap();
    let differ = rows.iter().find(|row| row.kind == "rows_differ").unwrap();
    assert_eq!((differ.variable, differ.line, differ.other), (Some("party"), Some(3), Some("Reform; Green")));
    let told = place.run_well(&["show", "results"]).out;
    assert!(told.contains("rows_differ 1"), "{told}");
}

#[test]
fn estimates_by_groups_have_the_values_of_their_segments() {
    let place = place();
    let results = run(&place);
    let frame = results.frame("group_estimates").unwrap();
    let rows = GroupEstimateRow::rows(&frame).unwrap();
    let analysis = results.frame("analysis").unwrap();
    let (party, name) = (texts(&analysis, "party"), texts(&analysis, "name"));
    let scores = column::<f32>(&analysis, "sentiment_score").unwrap();
    let mean = |is: &dyn Fn(usize) -> bool| {
        let of_group: Vec<f64> =
            (0..scores.len()).filter(|at| is(*at)).filter_map(|at| scores[at].map(f64::from)).collect();
        of_group.iter().sum::<f64>() / of_group.len() as f64
    };
    let of = |by: &str, measure: &str, value: &str| {
        let found = rows
            .iter()
            .find(|row| row.by == by && row.measure == measure && row.value_1 == value && row.minus_1.is_none());
        found.unwrap_or_else(|| panic!("{by} {measure} {value}")).clone()
    };
    let green = of("party, year", "sentiment_score", "Green");
    assert_eq!((green.value_2, green.weight, green.n_segments, green.n_persons), (Some("2020"), Some("segment"), 2, 1));
    assert!((green.estimate.unwrap() - mean(&|at| party[at] == "Green")).abs() < 1e-6);
    assert_eq!(green.ci_low, None, "one turn is no sample");
    let female = of("Gender", "sentiment_score", "female");
    assert!((female.estimate.unwrap() - mean(&|at| name[at] == "Ann Lee")).abs() < 1e-6);
    assert_eq!((female.resampled, female.n_documents), (Some("turns"), 2));
    let share = of("Gender", "share_of_words", "female");
    assert_eq!((share.weight, share.estimate), (None, Some(20.0 / 36.0)));
    assert_eq!(of("Gender", "words_per_turn", "male").estimate, Some(8.0));
    let differences = rows.iter().filter(|row| row.minus_1.is_some() && row.measure == "sentiment_score").count();
    assert_eq!(differences, 3, "three groups by party and year have three pairs");
    let shares: f64 = rows
        .iter()
        .filter(|row| row.by == "Gender" && row.measure == "theme_share" && row.value_1 == "female")
        .filter_map(|row| row.estimate)
        .sum();
    assert!((shares - 1.0).abs() < 1e-9, "every segment has a theme: {shares}");
    // The other estimates are as before.
    let frame = results.frame("estimates").unwrap();
    assert!(EstimateRow::rows(&frame).unwrap().iter().any(|row| row.measure == Measure::Sentiment.as_str()));
    assert!(TABLES.iter().any(|table| table.name == "group_estimates"));
}

#[test]
fn a_name_that_is_taken_is_refused_with_file_and_line() {
    let place = place();
    let refused = |parts: &[&str]| {
        place.run(&["run", "talks", "--study", "study.toml", "--out", "results"]).says(2, parts);
        assert!(!place.path("results").exists());
    };
    place.write("people.csv", "name,n_words\nAnn Lee,3\n");
    refused(&[
        "people.csv, line 1: the column `n_words` has the name of a column of the table `analysis`",
        "own_n_words",
    ]);
    place.write("people.csv", "name,Text\nAnn Lee,3\n");
    refused(&["the column `Text` has the name of a column of the table `analysis`"]);
    place.write("people.csv", "name,topic\nAnn Lee,3\n");
    refused(&["documents.csv, line 1: the column `topic` has the name of another variable", "people.csv, line 1"]);
    place.write("people.csv", PEOPLE);
    place.write("documents.csv", "file,chamber\na.md,x\n");
    refused(&["the group `chamber` in [documents] pattern has the name of another variable", "documents.csv"]);
    place.write("documents.csv", "file,path\na.md,x\n");
    refused(&["the column `path` has the name of a column of the table `documents`"]);
}

#[test]
fn wrong_columns_patterns_and_tables_are_refused_with_the_line() {
    let study = |text: &str| Study::parse(text, "study.toml").unwrap_err().to_string();
    let unknown = study("[study]\n\n[[estimates.by]]\ncolumns = [\"partys\"]\n");
    assert!(unknown.starts_with("study.toml, line 3: [[estimates.by]] columns: found `partys`"), "{unknown}");
    assert!(unknown.contains("did you mean `party`?"), "{unknown}");
    assert!(study("[[estimates.by]]\ncolumns = []\n").contains("one to 3 names of columns"));
    assert!(study("[[estimates.by]]\ncolumns = [\"party\", \"party\"]\n").contains("each column once"));
    assert!(study("[[estimates.by]]\ncolumns = [\"party\"]\nweights = \"turn\"\n").contains("weights"));
    assert!(study("[[estimates.by]]\ncolumns = [\"party\"]\nweight = \"word\"\n").contains("line 3"));
    let pattern = study("[documents]\npattern = '(\\w+)-(\\d+)'\n");
    assert!(pattern.contains("line 2: [documents] pattern: there is no named group"), "{pattern}");
    assert!(study("[documents]\npattern = '(?<a>['\n").contains("not a regular expression"));
    assert!(study("[columns]\nspeaker_variables = [\"text\"]\n").contains("`text` in [columns] speaker_variables"));
    assert!(study("[columns]\ndocument_variables = [\"birth\"]\n").contains("TEI gives"));

    let place = place();
    let refused = |parts: &[&str]| {
        place.run(&["run", "talks", "--study", "study.toml", "--out", "results"]).says(2, parts);
    };
    place.write("documents.csv", "file,topic\na.md,x\na.md,y\n");
    refused(&["[documents] table", "documents.csv, line 3: the document \"a.md\" already has the row of line 2"]);
    std::fs::remove_file(place.path("documents.csv")).unwrap();
    refused(&["documents.csv: there is no such file"]);
    place.write("documents.csv", "file,topic\na.md,x\n");
    let many: String = (0..1200).map(|n| format!("Person No{n},{n}\n")).collect();
    let letters =
        |text: &str| text.chars().map(|c| c.to_digit(10).map_or(c, |d| char::from(b'a' + d as u8))).collect::<String>();
    let many: String =
        many.lines().zip(0..).map(|(line, n)| format!("{},{n}\n", letters(line).replace(',', ""))).collect();
    place.write("people.csv", format!("name,Gender\n{many}"));
    refused(&["study.toml, line 15", "found `Gender`, which has 1200 values; expected a column with at most 1000"]);
}

#[test]
fn a_table_of_documents_that_matches_nothing_is_reported_row_by_row() {
    let place = place();
    place.write("documents.csv", "file,topic\na.md,x\nb.md,y\n");
    let frame = run(&place).frame("issues").unwrap();
    let kinds = texts(&frame, "kind");
    assert_eq!(kinds.iter().filter(|kind| *kind == "row_without_document").count(), 2);
    assert_eq!(kinds.iter().filter(|kind| *kind == "document_without_row").count(), 2);
}

#[test]
fn the_date_of_the_table_decides_the_row_of_the_list() {
    let place = place();
    place.write("talks/upper-01.md", SPRING.replace(" of 3 March 2019", ""));
    place.write("documents.csv", "file,date\nupper-01,2021-06-01\nlower-02,\n");
    let results = run(&place);
    let speakers = results.columns("speakers", &["name", "party"]).unwrap();
    assert_eq!(texts(&speakers, "party")[3], "Green");
    let documents = results.frame("documents").unwrap();
    assert_eq!(column::<jiff::civil::Date>(&documents, "date").unwrap()[1], Some(jiff::civil::date(2021, 6, 1)));
    place.write("documents.csv", "file,topic\nupper-01,x\nlower-02,\n");
    let frame = run(&place).frame("issues").unwrap();
    let rows = IssueRow::rows(&frame).unwrap();
    let undated = rows.iter().find(|row| row.kind == "document_without_date").unwrap();
    assert_eq!((undated.name, undated.variable, undated.line), (Some("Ann Lee"), Some("party"), Some(2)));
}

#[test]
fn a_run_with_another_list_of_people_has_another_id() {
    let place = place();
    let first = run(&place).run().run_id.clone();
    assert_eq!(run(&place).run().run_id, first, "the same list");
    place.write("people.csv", PEOPLE.replace("Reform", "Liberal"));
    assert_ne!(run(&place).run().run_id, first, "another list");
}
