//! Variables of the researcher's own in a run: `[[codes]]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use plenary::corpus::progress::Silent;
use plenary::pipeline::{CombineOptions, PartOptions, combine, measure_part};
use plenary::study::Study;
use serde_json::{Value, json};

use crate::chat::Server;
use crate::common::{Place, Row, TALK, models};
use crate::learn::talk;

const PLAIN: &str = "\
[study]
language = \"en\"

[[estimates.by]]
columns = [\"name\"]
differences = true
";

const CODE: &str = "
[[codes]]
id = \"names_borders\"
definition = \"The speaker names borders.\"
coder = { kind = \"learned\", folder = \"coder\" }
";

/// The tables that hold labels of own variables.
const TABLES: [&str; 5] = ["variable_codes", "analysis", "group_estimates", "coder_inputs", "codebook"];

fn label(text: &str) -> &'static str {
    if text.contains("order") { "yes" } else { "no" }
}

/// A place with two transcripts, results without codes, a coder that was learned from two fifths of their segments, and the codes in `codes.csv`.
fn learned() -> (Place, Vec<(String, String)>) {
    let place = Place::with(&[
        ("a.md", &talk()),
        ("b.md", &talk().replace("in year ", "in session ").replace("Ann Lee", "Cy Orr")),
        ("plain.toml", PLAIN),
        ("study.toml", &format!("{PLAIN}{CODE}")),
    ]);
    place.run_well(&["run", "a.md", "b.md", "--study", "plain.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    let segments: Vec<(String, String)> =
        ids.into_iter().zip(place.texts("results/segments.parquet", "text")).collect();
    let row = |(id, text): &(String, String)| format!("{id},names_borders,{}\n{id},other,1\n", label(text));
    let codes: String =
        segments.iter().enumerate().filter(|(at, _)| at % 5 < 2).map(|(_, segment)| row(segment)).collect();
    place.write("codes.csv", format!("segment_id,code,label\n{codes}"));
    place.run_well(&[
        "learn",
        "results",
        "--codes",
        "codes.csv",
        "--code",
        "names_borders",
        "--out",
        "coder",
        "--quiet",
    ]);
    (place, segments)
}

#[test]
fn a_learned_coder_codes_a_variable_of_the_study() {
    let (place, segments) = learned();
    let run = ["run", "a.md", "b.md", "--study", "study.toml", "--out", "out", "--quiet", "--format", "csv"];
    place.run_well(&run);

    // The table has the labels that `plenary code` gives, and says which were left out.
    place.run_well(&["code", "results", "--coder", "coder", "--out", "labels.csv", "--quiet"]);
    let coded = place.rows("labels.csv");
    let rows = place.rows("out/variable_codes.csv");
    assert_eq!((rows.len(), coded.len()), (segments.len(), segments.len()));
    for (row, coded) in rows.iter().zip(&coded) {
        assert_eq!((&row["segment_id"], &row["label"]), (&coded["segment_id"], &coded["label"]));
        let number = |text: &str| text.parse::<f64>().unwrap();
        let expected = number(&coded[&format!("p_{}", coded["label"])]);
        assert!((number(&row["probability"]) - expected).abs() < 1e-5, "{row:?} {coded:?}");
        let all: Vec<f64> = row["probabilities"].split("; ").map(number).collect();
        let expected = ["p_yes", "p_no"].map(|name| number(&coded[name]));
        assert!(all.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-5), "{row:?} {coded:?}");
    }
    let same = |column: &str, value: &str| rows.iter().all(|row| row[column] == value);
    assert!(same("code_id", "names_borders") && same("coder_id", "coder") && same("coder_kind", "learned"));
    assert!(same("validation", "leave_one_out") && same("reason", "") && same("answer", ""));
    let n_left_out = rows.iter().filter(|row| row["rule"] == "left_out").count();
    let n_codes = place.rows("coder/training.csv").len();
    assert_eq!(n_left_out, n_codes);
    let n_right = rows.iter().zip(&segments).filter(|(row, (_, text))| row["label"] == label(text)).count();
    assert!(n_right > segments.len() * 9 / 10, "{n_right} of {}", segments.len());
    let of_analysis = place.texts("out/analysis.parquet", "code_names_borders");
    assert!(of_analysis.iter().zip(&rows).all(|(label, row)| *label == row["label"]));
    assert!(std::fs::read_to_string(place.path("out/run.json")).unwrap().contains("\"coder "));
    assert_eq!(place.texts("out/coder_inputs.parquet", "coder_id"), ["coder"]);
    let codebook = std::fs::read_to_string(place.path("out/codebook.md")).unwrap();
    assert!(codebook.contains("Label, one of `yes`, `no`: The speaker names borders."), "{codebook}");

    // Shares by group: of the run, and of its results.
    let is_share = |row: &&Row| row["measure"] == "code_share";
    let estimates = place.rows("out/group_estimates.csv");
    let shares: Vec<&Row> = estimates.iter().filter(is_share).collect();
    // Three speakers and three pairs, with two labels.
    assert_eq!(shares.len(), 12);
    let number = |row: &Row| row["estimate"].parse::<f64>().unwrap();
    let mut sums: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for row in &shares {
        assert_eq!((row["code_id"].as_str(), row["target_id"].as_str()), ("names_borders", ""));
        *sums.entry((&row["value_1"], &row["minus_1"])).or_default() += number(row);
    }
    assert!(
        sums.iter().all(|((_, minus), sum)| (sum - f64::from(u8::from(minus.is_empty()))).abs() < 1e-9),
        "{sums:?}"
    );
    let means =
        ["means", "out", "--by", "name", "--differences", "--measure", "code:names_borders=no", "--out", "means"];
    let said = place.run_well(&means).out;
    assert!(said.contains("Code names_borders: share of the segments with the label no"), "{said}");
    let of_no = shares.iter().filter(|row| row["label"] == "no");
    for (found, expected) in place.rows("means/group_means.csv").iter().zip(of_no) {
        assert_eq!((&found["name"], &found["minus_name"]), (&expected["value_1"], &expected["minus_1"]));
        for column in ["estimate", "ci_low", "ci_high", "n_segments", "share_abstained"] {
            assert_eq!(found[column], expected[column], "{column}");
        }
        assert_eq!((found["code_id"].as_str(), found["label"].as_str()), ("names_borders", "no"));
    }

    // Scores and corrected estimates read the labels of the results, and the rows of the variable.
    let said = place.run_well(&["score", "out", "codes.csv", "--simple-random", "--out", "scores"]).out;
    assert!(said.contains("Code names_borders by coder") && said.contains("  yes"), "{said}");
    let scores = place.rows("scores/scores.csv");
    let accuracy = scores.iter().find(|row| row["kind"] == "coder" && row["figure"] == "accuracy").unwrap();
    assert_eq!((accuracy["measure"].as_str(), accuracy["code_id"].as_str()), ("code", "names_borders"));
    assert!(accuracy["value"].parse::<f64>().unwrap() > 0.85, "{accuracy:?}");
    let estimate =
        ["estimate", "out", "codes.csv", "--simple-random", "--measure", "code:names_borders", "--out", "fixed"];
    place.run_well(&estimate).says(0, &[]);
    let all = place.rows("fixed/corrected_estimates.csv");
    let corrected = all.iter().find(|row| row["estimator"] == "dsl" && row["level"] == "all").unwrap();
    let truth = segments.iter().filter(|(_, text)| label(text) == "yes").count() as f64 / segments.len() as f64;
    assert!((number(corrected) - truth).abs() < 0.1, "{truth} {corrected:?}");
    assert_eq!((corrected["code_id"].as_str(), corrected["label"].as_str()), ("names_borders", "yes"));
    place
        .run(&["means", "out", "--measure", "code:other"])
        .says(2, &["no measure `code:other`", "code:names_borders=yes"]);
    // The first specification is that of the study; its choices that concern a label are varied.
    let is_it = |row: &&&Row| row["label"] == "no" && row["minus_1"].is_empty() && !row["estimate"].is_empty();
    let expected = shares.iter().find(is_it).unwrap();
    let speaker = expected["value_1"].as_str();
    let robust = ["robust", "out", "--measure", "code:names_borders=no", "--by", "name", "--of", speaker];
    let share = place.run_well(&[&robust[..], &["--out", "robust"]].concat());
    let first = format!("Code names_borders=no, {speaker}: ");
    assert!(share.out.starts_with(&first) && !share.out.contains("sign"), "{}", share.out);
    for reason in ["unit: variables of your own are coded in a run only", "wording: a variable of your own has no"] {
        assert!(share.out.contains(reason), "{}", share.out);
    }
    let of_study = |folder: &str| {
        let rows = place.rows(&format!("{folder}/specifications.csv"));
        rows.into_iter().find(|row| row["is_study"] == "true").unwrap()
    };
    let found = of_study("robust");
    for column in ["estimate", "ci_low", "ci_high", "resampled", "share_abstained"] {
        assert_eq!(found[column], expected[column], "{column}");
    }
    assert_eq!((found["code_id"].as_str(), found["label"].as_str()), ("names_borders", "no"));
    assert_eq!((found["score"].as_str(), found["coder"].as_str()), ("labels", "coder"));
    let scores: BTreeSet<String> =
        place.rows("robust/specifications.csv").into_iter().map(|row| row["score"].clone()).collect();
    assert_eq!(scores.len(), 2);
    let other = ["Ann Lee", "Cy Orr"].into_iter().find(|name| *name != speaker).unwrap();
    let difference = place.run_well(&[&robust[..], &["--minus", other]].concat());
    assert!(difference.out.contains("The sign is that of the study in"), "{}", difference.out);

    // People code it by the definition of the study.
    place.run_well(&["sample", "out", "--code", "names_borders", "--size", "20", "--out", "sample", "--quiet"]);
    let codebook = std::fs::read_to_string(place.path("sample/codebook.md")).unwrap();
    assert!(codebook.contains("The speaker names borders.") && codebook.contains("| `yes` |"), "{codebook}");
    let rows = place.rows("sample/codes.csv");
    let coded = rows.iter().map(|row| {
        let text = &segments.iter().find(|(id, _)| *id == row["segment_id"]).unwrap().1;
        format!("{},{},{},{}\n", row["segment_id"], row["inclusion_probability"], row["sample"], label(text))
    });
    let coded: String = coded.collect();
    place.write("sample/by-hand.csv", format!("segment_id,inclusion_probability,sample,label\n{coded}"));
    let said = place.run_well(&["score", "out", "sample/by-hand.csv"]).out;
    assert!(said.contains("Code names_borders by coder"), "{said}");
    let learn = ["learn", "out", "--codes", "sample/by-hand.csv", "--out", "again"];
    place
        .run(&[&learn[..], &["--code", "blames"]].concat())
        .says(2, &["was drawn for code `names_borders`, not for code `blames`"]);
    place.run(&learn).says(2, &["code `names_borders`: 20 codes: too few"]);
    place
        .run(&["sample", "out", "--code", "mine", "--out", "mine"])
        .says(2, &["no [[codes]] with the id `mine`", "names_borders"]);

    let n_yes = of_analysis.iter().filter(|label| *label == "yes").count();
    // The report has them, and says whether anybody checked them.
    let page = |results: &str, more: &[&str]| {
        place.run_well(&[&["report", results, "--out", "page.html", "--force", "--quiet"], more].concat());
        std::fs::read_to_string(place.path("page.html")).unwrap()
    };
    let unchecked = page("out", &[]);
    for part in ["Own variables</a>", "The speaker names borders.", "Unvalidated: labels of coder", "names_borders by "]
    {
        assert!(unchecked.contains(part), "`{part}` is missing");
    }
    // Numbers of segments and shares of groups open sentences.
    let section = unchecked.split("<section id=\"codes\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(section.contains(&format!("<td class=\"number\" data-v=\"{n_yes}\"><button type=\"button\"")), "{section}");
    assert!(unchecked.contains("Label yes: The speaker names borders."));
    let checked = page("out", &["--validation", "scores"]);
    assert!(!checked.contains("Unvalidated") && checked.contains("The page Validation compares them"));
    assert!(checked.contains("The labels of code names_borders were compared with hand codes"));
    assert!(checked.contains("The labels of tone were not."));
    assert!(!page("results", &[]).contains("Own variables"));

    // Exports have them beside the other labels.
    place.run_well(&["export", "convokit", "out", "--out", "convokit"]);
    let read = |path: &str| std::fs::read_to_string(place.path(path)).unwrap();
    let utterances = read("convokit/utterances.jsonl");
    let utterances: Vec<Value> = utterances.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let exported = utterances.iter().flat_map(|turn| turn["meta"]["segments"].as_array().unwrap());
    let labels: Vec<&str> = exported.clone().map(|one| one["code_names_borders"].as_str().unwrap()).collect();
    assert_eq!(labels, of_analysis);
    let rows = place.rows("out/variable_codes.csv");
    for (segment, row) in exported.zip(&rows) {
        assert_eq!(segment["code_names_borders_probability"].as_f64(), row["probability"].parse().ok());
    }
    let counted: u64 = utterances.iter().filter_map(|turn| turn["meta"]["code_names_borders"]["yes"].as_u64()).sum();
    assert_eq!(counted, n_yes as u64);
    let corpus: Value = serde_json::from_str(&read("convokit/corpus.json")).unwrap();
    assert_eq!(corpus["codes"]["code_names_borders"]["labels"], json!(["yes", "no"]));
    place.run_well(&["export", "tei", "out", "--out", "tei"]);
    let tei: String = place.files("tei").iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    assert!(tei.contains("<catDesc>The speaker names borders.</catDesc>"), "{tei}");
    assert!(tei.contains("<category xml:id=\"code.names_borders.1\">\n<catDesc>yes</catDesc>"), "{tei}");
    assert_eq!(tei.matches("<measure type=\"code\" ana=\"#code.names_borders.1\" quantity=").count(), n_yes);
    for folder in ["convokit", "tei"] {
        place.run_well(&["segment", folder]);
    }

    // The results can be computed again, and compared.
    place.run_well(&["verify", "out"]);
    place.run_well(&["compare", "results", "out"]);
    let said = place.run_well(&["compare", "out", "out", "--csv", "changes"]).out
        + &place.run_well(&["compare", "out", "out"]).out;
    let unchanged = format!("Code names_borders: 0 of {} segments changed.", segments.len());
    assert!(said.contains("of which 0 differ") && said.contains("; 0 in one of the runs only"), "{said}");
    assert!(said.contains(&unchanged), "{said}");
    let estimates = place.rows("changes/estimates.csv");
    assert_eq!(estimates.iter().filter(|row| row["code"] == "names_borders" && row["label"] == "yes").count(), 6);
}

#[test]
fn labels_of_own_variables_do_not_depend_on_parts_or_order() {
    let (place, _) = learned();
    let study = || Study::load(&place.path("study.toml")).unwrap();
    let part = |files: &[&str], threads: usize| {
        let options = PartOptions {
            models: Some(models()),
            threads,
            folder: Some(place.path(&format!("part-{}", files.concat()))),
            ..PartOptions::new(study())
        };
        let paths: Vec<PathBuf> = files.iter().map(|name| place.path(name)).collect();
        measure_part(&paths, &options, &Silent).unwrap();
        plenary::Part::open(&place.path(&format!("part-{}", files.concat()))).unwrap()
    };
    let whole = combine(vec![part(&["b.md", "a.md"], 2)], &CombineOptions::default(), &Silent).unwrap();
    let parts = combine(vec![part(&["b.md"], 1), part(&["a.md"], 1)], &CombineOptions::default(), &Silent).unwrap();
    let sha256 = |outcome: &plenary::pipeline::Outcome, table: &str| {
        let name = format!("{table}.parquet");
        outcome.results.files().iter().find(|file| file.name == name).unwrap().sha256.clone()
    };
    for table in TABLES {
        assert_eq!(sha256(&whole, table), sha256(&parts, table), "{table}");
    }
    assert!(whole.results.n_rows("variable_codes").unwrap() > 0);
}

#[test]
fn sections_that_cannot_be_right_are_refused() {
    let (place, _) = learned();
    let refused = |codes: &str, parts: &[&str]| {
        place.write("wrong.toml", format!("{PLAIN}{codes}"));
        place.run(&["run", "a.md", "--study", "wrong.toml", "--out", "wrong"]).says(2, parts);
        assert!(!place.path("wrong").exists());
    };
    refused(
        &CODE.replace("labels", "label").replace("id =", "labels = [\"no\"]\nid ="),
        &["1 labels", "2 to 20 labels"],
    );
    refused(&CODE.replace("id =", "label = []\nid ="), &["unknown key `label`", "did you mean `labels`"]);
    refused(&CODE.replace("names_borders", "Names"), &["code `Names`", "lower-case letters"]);
    refused(&CODE.replace("The speaker names borders.", ""), &["code `names_borders`", "no definition"]);
    refused(&CODE.replace("id =", "examples = { maybe = [\"Well.\"] }\nid ="), &["the label `maybe`", "yes, no"]);
    refused(&CODE.repeat(2), &["two of [[codes]] have the id `names_borders`"]);
    refused(&CODE.replace("kind = \"learned\", folder = \"coder\"", "kind = \"inference\""), &["stance only"]);
    refused(&CODE.replace("folder = \"coder\"", "folder = \"nowhere\""), &["code `names_borders`", "no coder is here"]);
    refused(&CODE.replace("coder = {", "other = {"), &["unknown key `other`"]);
    refused(&CODE.replace("names_borders", "blames"), &["a coder of code `names_borders`", "--code blames"]);
    refused(
        &CODE.replace("id =", "labels = [\"yes\", \"no\", \"partly\"]\nid ="),
        &["a coder with the labels no, yes", "labels = [\"no\", \"yes\"]"],
    );
    refused(
        &format!("[models]\nsentiment = \"none\"\n{CODE}"),
        &["coder `coder`", "learned with the sentiment model", "the study uses none"],
    );
    let conditional = "folder = \"coder\", only_where = \"relevant\"";
    refused(&CODE.replace("folder = \"coder\"", conditional), &["`only_where`", "[[codes]] have no such key"]);
    let chat = CODE.replace("kind = \"learned\", folder = \"coder\"", "kind = \"chat\", model = \"small\"");
    refused(&chat, &["coder `small`: endpoint: found no address"]);
    let chat = chat.replace("model =", "endpoint = \"http://localhost:1/v1\", model =");
    refused(&chat.replace("id =", "labels = [\"Yes\", \"no\"]\nid ="), &["lower-case letters, digits and underscores"]);
    let other = "codebook = { codes = [{ id = \"yes\", definition = \"A.\" }, { id = \"maybe\", definition = \"B.\" }] }, model =";
    refused(&chat.replace("model =", other), &["yes, maybe", "in their order: yes, no"]);
    // A column of the list of people has the name of the label.
    place.write("people.csv", "name,code_names_borders\nAnn Lee,1\n");
    place.write("wrong.toml", format!("[transcript]\npeople = \"people.csv\"\n{PLAIN}{CODE}"));
    place
        .run(&["run", "a.md", "--study", "wrong.toml", "--out", "wrong"])
        .says(2, &["code_names_borders", "has the name of a column of the table `analysis`"]);
}

fn blames(text: &str) -> (u16, String) {
    let code = match text {
        text if text.contains("mistake") => "yes",
        text if text.contains("workers") => "perhaps",
        _ => "no",
    };
    (200, json!({ "u1": code }).to_string())
}

#[test]
fn a_language_model_codes_a_variable_of_the_study() {
    let place = Place::with(&[("talk.md", TALK)]);
    let run = ["run", "talk.md", "--study", "study.toml", "--out", "first", "--no-cache"];
    {
        let server = Server::start(blames);
        let code = format!(
            "[[codes]]\nid = \"blames\"\ndescription = \"The speaker blames somebody.\"\nexamples = {{ yes = [\"You broke it.\"] }}\n\
             coder = {{ kind = \"chat\", endpoint = \"{}\", model = \"small\", retries = 0, retry_wait_s = 0 }}\n",
            server.endpoint
        );
        place.write("study.toml", format!("{PLAIN}{code}"));
        let ended = place.run_well(&run);
        assert_eq!(server.n_asked(), 6);
        assert!(ended.out.contains("small (blames): 6 calls made"), "{}", ended.out);
        let users = server.users();
        assert!(users.iter().all(|user| user.get("proposition").is_none()), "{users:?}");
    }
    let column = |name: &str| place.texts("first/variable_codes.parquet", name);
    assert_eq!(column("label"), ["no", "no", "no", "no", "yes", "-"]);
    assert_eq!(column("reason"), ["-", "-", "-", "-", "-", "invalid_answer"]);
    assert!(column("validation").iter().all(|validation| validation == "unvalidated"));
    assert!(column("answer").iter().all(|answer| answer.len() == 64));
    assert_eq!(place.texts("first/analysis.parquet", "code_blames"), column("label"));
    assert!(place.texts("first/segments.parquet", "context").iter().any(|context| context.contains("Bo Chen:")));
    let [answers] = place.files("answers").try_into().expect("one file of answers");
    let answers = String::from_utf8(answers.1).unwrap();
    for part in ["The speaker blames somebody.", "- yes: The definition applies", "You broke it."] {
        assert!(answers.contains(part), "`{part}` is missing:\n{answers}");
    }
    assert!(!answers.contains("takes no position"), "rules of stance:\n{answers}");
    // Kept answers give the same tables without the server.
    let mut again = run;
    again[5] = "second";
    place.run_well(&again);
    assert_eq!(place.tables("first"), place.tables("second"));
}
