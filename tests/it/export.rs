//! `plenary export`: each form, read back; folders that are refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::common::{Place, STUDY, TALK};

const CAPTIONS: &str = "WEBVTT

00:00:01.000 --> 00:00:04.000
<v Eva Lind>The port needs a new crane. It will pay for itself.

00:00:05.500 --> 00:00:07.000
Who is going to pay for it?

00:00:08.000 --> 00:00:09.500
<v Eva Lind>The city & its <b>partners</b>.
";

/// Two rows of one person; the first text is one that a spreadsheet would compute.
const TABLE: &str = "debate,speaker,party,age,text
x,Dan Fox,Green,41,=SUM(A1) is what they wrote.
x,Flo Poe,,,Is it?
x,Dan Fox,Green,41,-1 is the answer. It is wrong.
y,Dan Fox,Green,41,\"I came back, \"\"again\"\".\"
";

const FORUM: [(&str, &str); 3] = [
    (
        "forum/utterances.jsonl",
        concat!(
            r#"{"id":"p1","conversation_id":"c1","speaker":"s1","text":"Shall we meet?","reply_to":null,"timestamp":1}"#,
            "\n",
            r#"{"id":"p2","conversation_id":"c1","speaker":"s2","text":"Yes, on Monday.","reply_to":"p1","timestamp":2}"#,
            "\n",
            r#"{"id":"p3","conversation_id":"c1","speaker":"s1","text":"No, I asked the others.","reply_to":"p1","timestamp":3}"#,
            "\n",
        ),
    ),
    ("forum/speakers.json", r#"{"s1":{"meta":{"name":"Gil Ray","age":50}},"s2":{"meta":{"name":"Hal Zu","age":60}}}"#),
    ("forum/conversations.json", r#"{"c1":{"meta":{"title":"Meeting"}}}"#),
];

/// Results of texts with unknown speakers, times, variables and declared replies.
fn results() -> Place {
    let mut files = vec![("in/talk.md", TALK), ("in/port.vtt", CAPTIONS), ("in/table.csv", TABLE)];
    files.extend(FORUM.map(|(name, text)| (name, text)));
    let study =
        format!("{STUDY}\n[columns]\nspeaker_variables = [\"age\"]\n\n[transcript]\nlink_people = \"corpus\"\n");
    files.push(("study.toml", &study));
    let place = Place::with(&files);
    place.run_well(&["run", "in", "forum", "--study", "study.toml", "--out", "results"]);
    place
}

/// Name and text without white space of each turn of the results, sorted.
fn turns(place: &Place) -> Vec<(String, String)> {
    let names: BTreeMap<String, String> = place
        .texts("results/speakers.parquet", "speaker_id")
        .into_iter()
        .zip(place.texts("results/speakers.parquet", "name"))
        .collect();
    let speakers = place.texts("results/utterances.parquet", "speaker_id");
    let texts = place.texts("results/utterances.parquet", "text");
    let mut turns: Vec<_> = speakers
        .iter()
        .zip(&texts)
        .map(|(speaker, text)| (names.get(speaker).cloned().unwrap_or_default(), plain(text)))
        .collect();
    turns.sort();
    turns
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read_back(place: &Place, folder: &str) -> Vec<(String, String)> {
    let text = place.run_well(&["segment", folder, "--format", "jsonl"]).out;
    let turn = |turn: &Value| (turn["name"].as_str().unwrap_or("").to_owned(), plain(turn["text"].as_str().unwrap()));
    let mut turns: Vec<_> = lines(&text).iter().map(turn).collect();
    turns.sort();
    turns
}

fn json(place: &Place, path: &str) -> Value {
    serde_json::from_slice(&fs::read(place.path(path)).unwrap()).unwrap()
}

#[test]
fn exported_corpora_read_back_with_the_same_turns_and_speakers() {
    let place = results();
    let expected = turns(&place);
    assert_eq!(expected.len(), 12, "{expected:#?}");
    assert!(expected.iter().any(|(name, _)| name.is_empty()), "no turn without a speaker");
    for form in ["convokit", "tei"] {
        place.run_well(&["export", form, "results", "--out", form]);
        assert_eq!(read_back(&place, form), expected, "{form}");
    }
}

#[test]
fn a_corpus_of_convokit_has_replies_measures_and_an_index() {
    let place = results();
    let said = place.run_well(&["export", "convokit", "results", "--out", "corpus"]).err;
    assert!(said.contains("wrote 5 conversations, 12 utterances into corpus"), "{said}");
    let utterances = lines(&fs::read_to_string(place.path("corpus/utterances.jsonl")).unwrap());
    let (speakers, conversations) = (json(&place, "corpus/speakers.json"), json(&place, "corpus/conversations.json"));
    let index = json(&place, "corpus/index.json");
    let mut replies: BTreeMap<&str, Vec<Option<&str>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for utterance in &utterances {
        let text = |key: &str| utterance[key].as_str().unwrap();
        let meta = utterance["meta"].as_object().unwrap();
        assert!(speakers[text("speaker")].is_object() && conversations[text("conversation_id")].is_object());
        for key in meta.keys() {
            assert!(index["utterances-index"][key].is_array(), "{key}");
        }
        let segments = meta["segments"].as_array().unwrap();
        let scores: Vec<f64> = segments.iter().map(|segment| segment["sentiment_score"].as_f64().unwrap()).collect();
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        assert!((mean - meta["sentiment_score"].as_f64().unwrap()).abs() < 1e-6);
        assert!(
            segments
                .iter()
                .all(|segment| segment["stance_open_borders"].is_null()
                    == segment["stance_open_borders_label"].is_null())
        );
        let reply = utterance["reply-to"].as_str();
        assert!(reply.is_none_or(|reply| seen.contains(reply)), "{reply:?}");
        seen.insert(text("id"));
        replies.entry(text("conversation_id")).or_default().push(reply);
    }
    assert!(replies.values().all(|of| of[0].is_none() && of[1..].iter().all(Option::is_some)));
    // The third post of the forum replies to the first; elsewhere a turn replies to the one before.
    let third = |text: &str| utterances.iter().find(|utterance| utterance["text"] == text).unwrap();
    assert_eq!(third("No, I asked the others.")["reply-to"], third("Shall we meet?")["id"]);
    assert_eq!(third("-1 is the answer. It is wrong.")["reply-to"], third("Is it?")["id"]);
    let unknown = third("Who is going to pay for it?");
    assert_eq!(speakers[unknown["speaker"].as_str().unwrap()]["meta"]["is_unknown"], true);
    assert_eq!(unknown["timestamp"], 5.5);
    assert_eq!(third("Is it?")["timestamp"], 2.0);
    let fox = &speakers[third("Is it?")["reply-to"]
        .as_str()
        .map(|_| third("=SUM(A1) is what they wrote.")["speaker"].as_str().unwrap())
        .unwrap()];
    assert_eq!((&fox["meta"]["party"], &fox["meta"]["age"]), (&Value::from("Green"), &Value::from(41)));
    assert_eq!(json(&place, "corpus/corpus.json")["propositions"]["stance_open_borders"], "Borders should be open.");
}

#[test]
fn tei_has_persons_times_and_measures() {
    let place = results();
    place.run_well(&["export", "tei", "results", "--out", "tei"]);
    let files = place.files("tei");
    let texts: Vec<String> = files.iter().map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned()).collect();
    let with =
        |part: &str| texts.iter().find(|text| text.contains(part)).unwrap_or_else(|| panic!("no file has {part}"));
    let port = with("The port needs a new crane.");
    for part in [
        "<when xml:id=\"T1\" interval=\"1\" since=\"#T0\">",
        "start=\"#T3\"",
        "The city &amp; its",
        "<persName>Eva Lind</persName>",
        "<measure type=\"sentiment\" ana=\"#sentiment.",
    ] {
        assert!(port.contains(part), "{part} is not in\n{port}");
    }
    let table = with("=SUM(A1)");
    for part in
        ["<org xml:id=\"party.1\" role=\"politicalParty\">", "<label>age</label>\n<desc>41</desc>", "ref=\"#party.1\""]
    {
        assert!(table.contains(part), "{part} is not in\n{table}");
    }
    let talk = with("Ann Lee");
    assert!(talk.contains("<note type=\"speaker\">Ann Lee</note>"), "{talk}");
    assert!(talk.contains("<category xml:id=\"stance.open_borders.favor\">"), "{talk}");
}

#[test]
fn texts_have_a_row_of_metadata_each() {
    let place = results();
    let words: u64 =
        place.texts("results/utterances.parquet", "n_words").iter().map(|n| n.parse::<u64>().unwrap()).sum();
    // Dan Fox speaks in two documents; the captions have turns of an unknown speaker.
    for (unit, n_texts) in [("speaker", 9), ("person", 8), ("document", 5), ("turn", 12)] {
        let said = place.run_well(&["export", "docs", "results", "--unit", unit, "--out", unit]).err;
        assert!(said.contains(&format!("wrote {n_texts} texts into {unit}")), "{said}");
        let mut reader = csv::Reader::from_path(place.path(&format!("{unit}/metadata.csv"))).unwrap();
        let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
        let named: BTreeSet<String> = rows.iter().map(|row| row["doc_id"].clone()).collect();
        let files: BTreeSet<String> = place.files(&format!("{unit}/texts")).into_iter().map(|(name, _)| name).collect();
        assert_eq!(named, files, "{unit}");
        assert_eq!(rows.iter().map(|row| row["n_words"].parse::<u64>().unwrap()).sum::<u64>(), words, "{unit}");
        if unit != "document" {
            let fox = rows.iter().find(|row| row["name"] == "Dan Fox").unwrap();
            assert_eq!((fox["party"].as_str(), fox["age"].as_str()), ("Green", "41"), "{unit}");
            if unit == "person" {
                let text = fs::read_to_string(place.path(&format!("person/texts/{}", fox["doc_id"]))).unwrap();
                let expected =
                    "=SUM(A1) is what they wrote.\n\n-1 is the answer. It is wrong.\n\nI came back, \"again\".\n";
                assert_eq!((text.as_str(), fox["n_documents"].as_str()), (expected, "2"));
            }
        }
    }
    // The means are those of the table `estimates`.
    let column = |name: &str| place.texts("results/estimates.parquet", name);
    let rows = column("level").into_iter().zip(column("measure")).zip(column("speaker_id")).zip(column("mean"));
    let means: BTreeMap<String, f64> = rows
        .filter(|(((level, measure), _), _)| level == "speaker" && measure == "sentiment_score")
        .map(|((_, speaker), mean)| (speaker, mean.parse().unwrap()))
        .collect();
    let mut reader = csv::Reader::from_path(place.path("speaker/metadata.csv")).unwrap();
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    for row in rows.iter().filter(|row| !row["speaker_id"].is_empty()) {
        let mean: f64 = row["sentiment_score"].parse().unwrap();
        assert!((mean - means[&row["speaker_id"]]).abs() < 1e-9, "{row:?}");
    }
}

#[test]
fn csv_is_for_spreadsheets_or_for_programs() {
    let place = results();
    let file = |out: &str, more: &[&str]| {
        place.run_well(&[&["export", "csv", "results", "--table", "utterances,speakers", "--out", out], more].concat());
        assert_eq!(place.files(out).len(), 3, "two tables and the marker");
        fs::read_to_string(place.path(&format!("{out}/utterances.csv"))).unwrap()
    };
    let excel = file("excel", &[]);
    assert!(excel.starts_with("\u{feff}utterance_id,document_id,") && excel.ends_with("\r\n"));
    assert!(excel.contains(",'=SUM(A1) is what they wrote.,") && excel.contains(",'-1 is the answer."), "{excel}");
    let comma = file("comma", &["--decimal-comma"]);
    assert!(comma.starts_with("\u{feff}utterance_id;document_id;"));
    assert!(comma.contains(";5,5;7") || comma.contains(";5,5;7,0;"), "{comma}");
    let plain = file("plain", &["--plain"]);
    assert_eq!(plain, place.run_well(&["show", "results", "--table", "utterances", "--format", "csv"]).out);
    place.run_well(&["export", "csv", "results", "--out", "all"]);
    let tables = place.files("results").iter().filter(|(name, _)| name.ends_with(".parquet")).count();
    assert_eq!(place.files("all").iter().filter(|(name, _)| is_of(name, "csv")).count(), tables);
    place.run(&["export", "csv", "results", "--table", "speaker", "--out", "none"]).says(2, &["no table `speaker`"]);
    assert!(!place.path("none").exists());
}

#[test]
fn only_exports_are_replaced() {
    let place = results();
    let export = |form: &str, more: &[&str]| place.run(&[&["export", form, "results", "--out", "out"], more].concat());
    place.write("out/.plenary-export-staging/half.xml", "half");
    assert_eq!(export("tei", &[]).code, Some(0), "a folder in which an export was stopped is empty");
    export("tei", &[]).says(2, &["out holds an earlier export; nothing was changed", "--force"]);
    export("docs", &["--force", "--unit", "turn"]).says(0, &["wrote"]);
    assert!(place.files("out").iter().all(|(name, _)| !is_of(name, "xml")), "files of the earlier export are gone");
    place.write("out/texts/mine.txt", "mine");
    export("tei", &["--force"]).says(2, &["holds files that plenary did not export (`texts`)", "Name another folder"]);
    fs::remove_file(place.path("out/texts/mine.txt")).unwrap();
    place.write("out/notes.md", "mine");
    export("tei", &["--force"]).says(2, &["(`notes.md`)"]);
    let refused = |out: &str, parts: &[&str]| {
        place.run(&["export", "tei", "results", "--out", out, "--force"]).says(2, parts);
    };
    refused("results", &["results holds files that plenary did not export"]);
    refused("study.toml", &["study.toml is a file, but an export needs a folder", "Name another folder"]);
    refused("study.toml/x", &["cannot be created or written"]);
    place.run(&["export", "tei", "in", "--out", "new"]).says(2, &["the folder has no `run.json`"]);
    assert!(!place.path("new").exists());
}

#[cfg(unix)]
#[test]
fn without_space_nothing_stays() {
    let place = results();
    let mut command = place.command_without_space(1, &["export", "convokit", "results", "--out", "full"]);
    super::common::ended(&mut command).says(2, &["no space is left", "Free some space"]);
    assert!(!place.path("full").exists());
}

#[test]
fn results_without_turns_and_damaged_tables_are_refused() {
    let silent = Place::with(&[("a.md", "# A title\n\n## A heading\n")]);
    silent.run_well(&["run", "a.md", "--out", "results"]);
    for form in ["convokit", "tei", "docs"] {
        silent.run(&["export", form, "results", "--out", "out"]).says(2, &["the results have no turns"]);
        assert!(!silent.path("out").exists(), "{form}");
    }
    let place = results();
    let path = place.path("results/analysis.parquet");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, bytes).unwrap();
    for more in [&[][..], &["--quick"]] {
        place
            .run(&[&["export", "docs", "results", "--out", "out"], more].concat())
            .says(2, &["analysis.parquet: the content is not what the run wrote"]);
        assert!(!place.path("out").exists());
    }
}

/// Whether a file has an extension.
fn is_of(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}
