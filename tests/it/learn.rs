//! Coders learned from hand codes, from the command line.

use std::collections::BTreeMap;
use std::fs;

use crate::common::{Place, STUDY, assert_same};

const FOR: [&str; 4] = [
    "Borders should be open to everybody who wants to work.",
    "I welcome open borders.",
    "Let people move freely across every border.",
    "We must open the borders.",
];
const AGAINST: [&str; 4] = [
    "Borders should be closed to everybody.",
    "I reject open borders.",
    "No stranger may cross our border.",
    "We must shut the borders.",
];
const NEITHER: [&str; 4] =
    ["The bakery sells bread.", "My dog sleeps in the garden.", "Lunch is at noon.", "The choir sings on Sunday."];

/// 96 sentences in 32 turns, a third of each kind, every one different.
pub(crate) fn talk() -> String {
    (0..32)
        .map(|turn| {
            let name = if turn % 2 == 0 { "Ann Lee" } else { "Bo Chen" };
            let with = |sentence: &str| format!("{} in year {}.", sentence.trim_end_matches('.'), 1990 + turn);
            let at = turn % 4;
            format!("**{name}**\n\n{} {} {}\n\n", with(FOR[at]), with(AGAINST[at]), with(NEITHER[at]))
        })
        .collect()
}

fn label(text: &str) -> &'static str {
    let begins = |sentences: [&str; 4]| sentences.iter().any(|one| text.starts_with(one.trim_end_matches('.')));
    if begins(FOR) {
        "favor"
    } else if begins(AGAINST) {
        "against"
    } else {
        assert!(begins(NEITHER), "{text}");
        "neither"
    }
}

/// A place with results, and the segments with their texts.
fn measured() -> (Place, Vec<(String, String)>) {
    let place = Place::with(&[("talk.md", &talk()), ("study.toml", STUDY)]);
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    let segments: Vec<(String, String)> =
        ids.into_iter().zip(place.texts("results/segments.parquet", "text")).collect();
    assert_eq!(segments.len(), 96);
    (place, segments)
}

fn codes<'s>(segments: impl IntoIterator<Item = &'s (String, String)>) -> String {
    let rows = segments.into_iter().map(|(id, text)| format!("{id},{}\n", label(text)));
    std::iter::once("segment_id,label\n".to_owned()).chain(rows).collect()
}

const LEARN: [&str; 6] = ["learn", "results", "--codes", "codes.csv", "--out", "coder"];

#[test]
fn a_coder_is_learned_applied_and_used_in_a_run() {
    let (place, segments) = measured();
    place.write("codes.csv", codes(&segments[..60]));
    let ended = place.run_well(&LEARN);
    for part in ["from 60 codes: 20 favor, 20 against, 20 neither", "accuracy", "macro-F1", "learned: against"] {
        assert!(ended.out.contains(part), "`{part}` is missing:\n{}", ended.out);
    }
    let manifest = fs::read_to_string(place.path("coder/coder.toml")).unwrap();
    for part in ["nli-minilm-l6", "Borders should not be open.", "confusion", "learning_curve", "calibration_error"] {
        assert!(manifest.contains(part), "`{part}` is missing:\n{manifest}");
    }
    let training = fs::read_to_string(place.path("coder/training.csv")).unwrap();
    assert_eq!(training.lines().count(), 61);
    assert!(!training.contains("in year"), "texts are not copied");

    // Labels for all segments of the results.
    place.run_well(&["code", "results", "--coder", "coder", "--out", "labels.csv"]);
    place.run(&["code", "results", "--coder", "coder", "--out", "labels.csv"]).says(2, &["--force"]);
    let mut reader = csv::Reader::from_path(place.path("labels.csv")).unwrap();
    assert_eq!(
        reader.headers().unwrap().iter().collect::<Vec<_>>(),
        ["segment_id", "target_id", "label", "p_favor", "p_against", "p_neither"]
    );
    let labels: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(labels.len(), 96);
    let is_right = |row: &csv::StringRecord, text: &str| &row[2] == label(text);
    let n_right = labels.iter().zip(&segments).skip(60).filter(|(row, (_, text))| is_right(row, text)).count();
    assert!(n_right >= 30, "{n_right} of 36");

    // The same labels and probabilities in a run, after the inference model and before it.
    let learned = "[[coders]]\nkind = \"learned\"\nfolder = \"coder\"\n";
    let inference = "[[coders]]\nkind = \"inference\"\n";
    place.write("second.toml", format!("{STUDY}{inference}{learned}"));
    place.write("first.toml", format!("{STUDY}{learned}{inference}"));
    for (name, of_stance) in [("second", "nli-minilm-l6"), ("first", "coder")] {
        place.run_well(&["run", "talk.md", "--study", &format!("{name}.toml"), "--out", name, "--quiet"]);
        let codings = format!("{name}/codings.parquet");
        let [coders, kinds, ids, labels_of_run, favor] =
            ["coder_id", "coder_kind", "segment_id", "label", "favor"].map(|column| place.texts(&codings, column));
        let rows = coders.iter().zip(&kinds).zip(ids.iter().zip(labels_of_run.iter().zip(&favor)));
        let of_coder: BTreeMap<&String, (&String, f64)> = rows
            .filter(|((coder, kind), _)| *coder == "coder" && *kind == "learned")
            .map(|(_, (id, (label, favor)))| (id, (label, favor.parse().unwrap())))
            .collect();
        assert_eq!(of_coder.len(), 96);
        for row in &labels {
            let (label, favor) = of_coder[&row[0].to_owned()];
            assert_eq!(label, &row[2]);
            assert!((favor - row[3].parse::<f64>().unwrap()).abs() < 1e-5, "{favor} {row:?}");
        }
        assert!(place.texts(&format!("{name}/stance.parquet"), "model_id").iter().all(|id| id == of_stance));
        // A coded segment has the label of a head that was not trained on its code, and the table says so.
        let rules = place.texts(&codings, "rule");
        let n_left_out =
            rules.iter().zip(&kinds).filter(|(rule, kind)| *rule == "left_out" && *kind == "learned").count();
        assert_eq!(n_left_out, 60);
        assert!(rules.iter().zip(&kinds).all(|(rule, kind)| rule != "left_out" || kind == "learned"));
    }
    let mut training = csv::Reader::from_path(place.path("coder/training.csv")).unwrap();
    let by_segment: BTreeMap<&str, &str> = labels.iter().map(|row| (&row[0], &row[2])).collect();
    for row in training.records().map(Result::unwrap) {
        assert_eq!(by_segment[&row[0]], &row[6], "the label of {} is not the one that was left out", &row[0]);
    }
    // Codes can be learned from the results of any order of coders.
    place.run_well(&["learn", "first", "--codes", "codes.csv", "--out", "again", "--quiet"]);
    assert_eq!(
        fs::read(place.path("again/heads.safetensors")).unwrap(),
        fs::read(place.path("coder/heads.safetensors")).unwrap()
    );
}

#[test]
fn the_order_of_the_codes_does_not_matter_and_a_coder_is_replaced() {
    let (place, segments) = measured();
    place.write("codes.csv", codes(&segments[..40]));
    place.run_well(&LEARN).says(0, &["wrote coder"]);
    let before = place.files("coder");
    place.write("codes.csv", codes(segments[..40].iter().rev()));
    assert!(place.run_well(&LEARN).out.contains("Warning: only 40 codes"));
    assert_same(&place.files("coder"), &before, "codes in another order");
    place.write("mine/notes.txt", "mine");
    place.run(&["learn", "results", "--codes", "codes.csv", "--out", "mine"]).says(2, &["holds no coder"]);
    assert_eq!(place.files("mine").len(), 1);
}

#[test]
fn codes_that_do_not_fit_are_refused_with_the_line() {
    let (place, segments) = measured();
    let good = codes(&segments[..40]);
    let first = &segments[0].0;
    let refused = |codes: &str, parts: &[&str]| {
        place.write("codes.csv", codes);
        place.run(&LEARN).says(2, parts);
        assert!(!place.path("coder").exists());
    };
    refused(
        &format!("{good}other-u0001-s001,favor\n"),
        &["codes.csv, line 42", "no segment `other-u0001-s001`", "1 of 41"],
    );
    refused("segment_id,label\na,favor\nb,against\n", &["codes.csv, line 2", "these codes belong to another run"]);
    refused(&format!("{good}{first},pro\n"), &["line 42: unknown label `pro`; expected favor, against, neither"]);
    refused(
        &format!("{good}{first},against\n"),
        &["line 42", "is `against` here and `favor` in line 2; decide on one"],
    );
    let of_two = good.replacen("label", "label,coder", 1).replace("favor\n", "favor,ann\n");
    let of_two = of_two.replace("against\n", "against,ann\n").replace("neither\n", "neither,ann\n");
    let contradicted = format!("{of_two}{first},against,bo\n");
    refused(&contradicted, &["line 42", "name the adjudicator"]);
    let adjudicated = [&LEARN[..], &["--adjudicator"]].concat();
    place.run(&[&adjudicated[..], &["cy"]].concat()).says(2, &["codes.csv, line 1", "no code is by `cy`"]);
    let found = place.run_well(&[&adjudicated[..], &["bo"]].concat()).out;
    assert!(found.contains("from 40 codes: 13 favor, 14 against"), "{found}");
    std::fs::remove_dir_all(place.path("coder")).expect("the coder was written");
    refused(&codes(&segments[..29]), &["29 codes: too few", "at least 30"]);
    refused(&codes(segments.iter().step_by(3)), &["all codes are `favor`", "at least two classes"]);
    refused("id,label\na,favor\n", &["no column `segment_id`"]);
    refused("segment_id,label\n", &["no row has a label"]);
    let with =
        |header: &str, cell: &str| good.replacen("label", header, 1).replacen("favor", &format!("favor,{cell}"), 1);
    refused(&with("label,weight", "-2"), &["line 2: the weight `-2`; expected a positive number"]);
    refused(
        &with("label,inclusion_probability", "0"),
        &["line 2: the inclusion probability `0`", "above 0 and at most 1"],
    );
    refused(&with("label,target", "trade"), &["line 2: unknown target `trade`", "has open_borders"]);
    // The same label twice, open rows and a semicolon are no problem.
    place.write("codes.csv", format!("{good}{first},FAVOR\n{},\n", segments[50].0).replace(',', ";"));
    place.run_well(&LEARN).says(0, &["1 row without a label"]);
}

#[test]
fn weights_change_the_coder() {
    let (place, segments) = measured();
    place.write("codes.csv", codes(&segments[..40]));
    place.run_well(&LEARN);
    let plain = fs::read(place.path("coder/heads.safetensors")).unwrap();
    let weighted: String = codes(&segments[..40])
        .lines()
        .enumerate()
        .map(|(at, line)| if at == 0 { format!("{line},weight,coder\n") } else { format!("{line},{at},Eve\n") })
        .collect();
    place.write("codes.csv", weighted);
    place.run_well(&LEARN);
    let by_weight = fs::read(place.path("coder/heads.safetensors")).unwrap();
    assert_ne!(by_weight, plain);
    assert!(fs::read_to_string(place.path("coder/training.csv")).unwrap().contains(",Eve,"));
    // A row that was drawn with probability 1/8 counts like one of weight 8.
    let rows = |column: &str, cell: fn(usize) -> String| -> String {
        let line = |(at, line): (usize, &str)| match at {
            0 => format!("{line},{column}\n"),
            _ => format!("{line},{}\n", cell(at)),
        };
        codes(&segments[..40]).lines().enumerate().map(line).collect()
    };
    let mut learned = Vec::new();
    for codes in [
        rows("weight", |at| if at % 2 == 0 { "8".into() } else { "1".into() }),
        rows("inclusion_probability", |at| if at % 2 == 0 { "0.125".into() } else { "1".into() }),
    ] {
        place.write("codes.csv", codes);
        place.run_well(&LEARN);
        learned.push(fs::read(place.path("coder/heads.safetensors")).unwrap());
    }
    assert!(learned[0] == learned[1] && learned[0] != plain);
}

#[test]
fn several_targets_share_a_head_where_codes_are_few() {
    let place = Place::with(&[("talk.md", &talk())]);
    let second = "[[targets]]\nid = \"bread\"\nproposition = \"Bakeries should sell bread.\"\n";
    place.write("study.toml", format!("{STUDY}{second}"));
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    let texts = place.texts("results/segments.parquet", "text");
    let mut codes = String::from("segment_id,target,label\n");
    for (id, text) in ids.iter().zip(&texts).take(36) {
        let of_bread = if text.contains("bakery") { "favor" } else { "neither" };
        codes.push_str(&format!("{id},open_borders,{}\n{id},bread,{of_bread}\n", label(text)));
    }
    place.write("codes.csv", &codes);
    assert!(place.run_well(&LEARN).out.contains("stance towards open_borders, bread (shared) from 72 codes"));
    let [mut apart, mut no_target] = [LEARN.to_vec(), LEARN.to_vec()];
    place.run_well(&["code", "results", "--coder", "coder", "--out", "labels.csv"]);
    let labels = fs::read_to_string(place.path("labels.csv")).unwrap();
    assert_eq!(labels.lines().count(), 1 + 2 * 96);
    apart.extend(["--targets", "apart"]);
    assert!(place.run_well(&apart).out.contains("Learned stance towards bread from 36 codes"));
    place.write("codes.csv", codes.replace("target", "of"));
    no_target.extend(["--targets", "shared"]);
    place.run(&no_target).says(2, &["no column `target`"]);
}

#[test]
fn tone_and_variables_of_ones_own() {
    let (place, segments) = measured();
    let mut codes = String::from("segment_id,code,label\n");
    for (at, (id, text)) in segments[..48].iter().enumerate() {
        let label = if text.contains("order") { "yes" } else { "no" };
        codes.push_str(&format!("{id},names_borders,{label}\n{id},other,{}\n", at % 2));
    }
    place.write("codes.csv", &codes);
    let code = [&LEARN[..], &["--code", "names_borders"]].concat();
    assert!(place.run_well(&code).out.contains("Learned code `names_borders` from 48 codes: 16 no, 32 yes"));
    place.run_well(&["code", "results", "--coder", "coder", "--out", "labels.csv"]);
    let labels = fs::read_to_string(place.path("labels.csv")).unwrap();
    let rows = labels.lines().skip(1).zip(&segments).skip(48);
    let n_right = rows.filter(|(row, (_, text))| row.contains(",yes,") == text.contains("order")).count();
    assert!(n_right >= 44, "{n_right} of 48");
    let missing = [&LEARN[..], &["--code", "mine"]].concat();
    place.run(&missing).says(2, &["the code `mine`; the column `code` has names_borders, other"]);
    // Coders of a study code stance.
    place.write("with.toml", format!("{STUDY}[[coders]]\nkind = \"learned\"\nfolder = \"coder\"\n"));
    place
        .run(&["run", "talk.md", "--study", "with.toml", "--out", "with"])
        .says(2, &["codes code `names_borders`", "[[codes]]"]);
    assert!(!place.path("with").exists());

    let tones = codes.replace("code", "note").replace(",yes", ",positive").replace(",no\n", ",neutral\n");
    let tones: String =
        tones.lines().filter(|line| !line.contains(",other,")).map(|line| format!("{line}\n")).collect();
    place.write("codes.csv", tones);
    let sentiment = [&LEARN[..], &["--sentiment"]].concat();
    assert!(place.run_well(&sentiment).out.contains("Learned sentiment from 48 codes: 16 neutral, 32 positive"));
}

#[test]
fn damaged_and_foreign_coders_are_refused() {
    let (place, segments) = measured();
    place.write("codes.csv", codes(&segments[..40]));
    place.run_well(&LEARN);
    let code = ["code", "results", "--coder", "coder", "--out", "labels.csv"];
    let whole = place.files("coder");
    let restore = || whole.iter().for_each(|(name, bytes)| place.write(&format!("coder/{name}"), bytes));
    for (name, bytes) in &whole {
        let middle = bytes.len() / 2;
        let mut changed = bytes.clone();
        changed[middle] ^= 0x15;
        place.write(&format!("coder/{name}"), &changed);
        if name != "coder.toml" {
            place.run(&code).says(2, &[name, "the sha256 is", "learn it again"]);
        }
        place.write(&format!("coder/{name}"), &bytes[..middle]);
        place.run(&code).says(2, &[name]);
        fs::remove_file(place.path(&format!("coder/{name}"))).unwrap();
        place.run(&code).says(2, &[if name == "coder.toml" { "no coder is here" } else { name }]);
        restore();
    }
    let manifest = fs::read_to_string(place.path("coder/coder.toml")).unwrap();
    for (from, to, part) in [
        ("format = 1", "format = 2", "a coder of format 2"),
        ("dimensions = 384", "dimensions = 12", "expected F32"),
        ("\"neither\",", "\"neither\", \"more\",", "expected F64"),
        ("\"all-minilm-l6-v2\"", "\"another\"", "learned with another"),
        ("proposition = \"Borders should be open.\"", "proposition = \"No.\"", "has another proposition"),
    ] {
        assert!(manifest.contains(from), "{from}");
        place.write("coder/coder.toml", manifest.replacen(from, to, 1));
        place.run(&code).says(2, &[part]);
    }
    restore();
    assert!(!place.path("labels.csv").exists());
    let learned = "[[coders]]\nkind = \"learned\"\nfolder = \"coder\"\n";
    let refused = |study: &str, parts: &[&str]| {
        place.write("with.toml", study);
        place.run(&["run", "talk.md", "--study", "with.toml", "--out", "with"]).says(2, parts);
        assert!(!place.path("with").exists());
    };
    refused(
        &format!("{STUDY}{}", learned.replace("coder\"\n", "nowhere\"\n")),
        &["with.toml: [[coders]] folder", "no coder is here"],
    );
    refused(&format!("{STUDY}{}", learned.replace("\"coder\"", "\"\"")), &["coder 1, folder"]);
    refused(
        &format!("[models]\nsentiment = \"none\"\n{STUDY}{learned}"),
        &["sentiment-minilm-l6", "the study uses none"],
    );
    refused(&format!("{}{learned}", STUDY.replace("open_borders", "closed")), &["not learned for the target `closed`"]);
    refused(&format!("{}{learned}", STUDY.replace("be open", "stay open")), &["has another proposition"]);
}

#[test]
fn inferences_that_the_run_left_out_are_computed_when_a_coder_is_learned() {
    // First only turns on the topic, and then only others, so that the context of most of these is off the topic, too.
    let turn = |turn: usize| {
        let name = if turn.is_multiple_of(2) { "Ann Lee" } else { "Bo Chen" };
        let with = |sentence: &str| format!("{} in year {}.", sentence.trim_end_matches('.'), 1990 + turn);
        let [a, b] =
            if turn < 20 { [FOR[turn % 4], AGAINST[turn % 4]] } else { [NEITHER[turn % 4], NEITHER[(turn + 1) % 4]] };
        format!("**{name}**\n\n{} {}\n\n", with(a), with(b))
    };
    let talk: String = (0..40).map(turn).collect();
    let place = Place::with(&[("talk.md", &talk), ("study.toml", STUDY)]);
    place.run_well(&["run", "talk.md", "--study", "study.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    let segments: Vec<(String, String)> =
        ids.into_iter().zip(place.texts("results/segments.parquet", "text")).collect();
    assert_eq!(segments.len(), 80);
    place.write("codes.csv", codes(&segments[..60]));
    place.run_well(&LEARN);
    // The sentences about other things were not read, so that they have no inferences.
    let missing = |results: &str| {
        let codings = place.table(&format!("{results}/codings.parquet"));
        codings.column("proposition_entailment").unwrap().null_count()
    };
    assert!(missing("results") > 10, "{}", missing("results"));
    place.write("all.toml", format!("{STUDY}[stance]\ninfer_off_topic = true\n"));
    place.run_well(&["run", "talk.md", "--study", "all.toml", "--out", "all", "--quiet"]);
    assert_eq!(missing("all"), 0);
    place.run_well(&["learn", "all", "--codes", "codes.csv", "--out", "of_all", "--quiet"]);
    let heads = |coder: &str| fs::read(place.path(&format!("{coder}/heads.safetensors"))).unwrap();
    assert_eq!(heads("coder"), heads("of_all"));
    for (results, labels) in [("results", "few.csv"), ("all", "all.csv")] {
        place.run_well(&["code", results, "--coder", "coder", "--out", labels]);
    }
    assert_eq!(fs::read(place.path("few.csv")).unwrap(), fs::read(place.path("all.csv")).unwrap());
    // Labels and reasons do not depend on it.
    for column in ["label", "reason", "relevance", "context_relevance"] {
        let [few, all] = ["results", "all"].map(|name| place.texts(&format!("{name}/codings.parquet"), column));
        assert_eq!(few, all, "{column}");
    }
    let [few, all] = ["results", "all"].map(|name| place.table(&format!("{name}/estimates.parquet")));
    assert!(few.equals_missing(&all));
}

/// Documents about borders, or about cooking.
fn documents(names: std::ops::Range<usize>, about_borders: bool) -> String {
    const KITCHEN: [&str; 4] = [
        "Chop the onions and fry them in butter.",
        "The dough rests for an hour in a warm place.",
        "Season the soup with pepper and thyme.",
        "Roast the carrots until they are brown.",
    ];
    let rows = names.flat_map(|document| {
        (0..6).map(move |at| {
            let nth = (document + at) % 4;
            let said = match (about_borders, at % 3) {
                (false, _) => KITCHEN[nth],
                (true, 0) => FOR[nth],
                (true, 1) => AGAINST[nth],
                (true, _) => NEITHER[nth],
            };
            format!(
                "d{document},Ann Lee,{} in year {}.\n",
                said.trim_end_matches('.'),
                1900 + (37 * document + 11 * at) % 100
            )
        })
    });
    std::iter::once("document,speaker,text\n".to_owned()).chain(rows).collect()
}

#[test]
fn new_documents_unlike_those_of_learning_are_reported() {
    use plenary::corpus::progress::Silent;
    use plenary::{CombineOptions, PartOptions, Study, combine, measure_part};

    let place = Place::with(&[
        ("old.csv", &documents(0..24, true)),
        ("like.csv", &documents(24..36, true)),
        ("unlike.csv", &documents(36..48, false)),
        ("study.toml", STUDY),
    ]);
    place.run_well(&["run", "old.csv", "--study", "study.toml", "--out", "results", "--quiet"]);
    let ids = place.texts("results/segments.parquet", "segment_id");
    let segments: Vec<(String, String)> =
        ids.into_iter().zip(place.texts("results/segments.parquet", "text")).collect();
    place.write("codes.csv", codes(&segments[..60]));
    place.run_well(&LEARN);
    let learned = format!("{STUDY}[[coders]]\nkind = \"learned\"\nfolder = \"coder\"\n");
    place.write("learned.toml", &learned);
    let of_run = |inputs: &[&str]| {
        let mut arguments = vec!["run"];
        arguments.extend(inputs);
        arguments.extend(["--study", "learned.toml", "--out", "next"]);
        let ended = place.run_well(&arguments);
        let column = |name: &str| place.texts("next/coder_inputs.parquet", name).concat();
        let columns = ["coder_id", "n_documents", "is_unusual", "false_alarm_rate"].map(column);
        (columns, column("drift"), ended.out)
    };
    let warning = "coder coder: the texts of 12 new documents differ from those that it was learned from";
    let (columns, drift, out) = of_run(&["old.csv"]);
    assert_eq!((columns.each_ref().map(String::as_str), drift.as_str()), (["coder", "0", "-", "0.05"], "-"));
    assert!(!out.contains("new document"), "{out}");
    let (columns, like, out) = of_run(&["old.csv", "like.csv"]);
    assert_eq!(columns.each_ref().map(String::as_str), ["coder", "12", "false", "0.05"]);
    assert!(!out.contains(warning), "{out}");
    let (columns, unlike, out) = of_run(&["unlike.csv"]);
    assert_eq!(columns.each_ref().map(String::as_str), ["coder", "12", "true", "0.05"]);
    assert!(out.contains(warning), "{out}");
    let number = |text: &str| text.parse::<f64>().unwrap();
    assert!(number(&unlike) > 5.0 * number(&like), "{unlike} {like}");

    // Parts in folders give the same bytes.
    let (_, _, _) = of_run(&["like.csv", "unlike.csv"]);
    let expected = fs::read(place.path("next/coder_inputs.parquet")).unwrap();
    let study = || Study::load(&place.path("learned.toml")).unwrap();
    let part = |name: &str| {
        let options = PartOptions {
            models: Some(crate::common::models()),
            folder: Some(place.path(&format!("part-{name}"))),
            ..PartOptions::new(study())
        };
        measure_part(&[place.path(&format!("{name}.csv"))], &options, &Silent).unwrap();
        plenary::Part::open(&place.path(&format!("part-{name}"))).unwrap()
    };
    let parts = vec![part("unlike"), part("like")];
    let options = CombineOptions { out: Some(place.path("combined")), ..CombineOptions::default() };
    combine(parts, &options, &Silent).unwrap();
    assert_eq!(fs::read(place.path("combined/coder_inputs.parquet")).unwrap(), expected);

    // A coder of an earlier version, which keeps nothing of its texts.
    let manifest = fs::read_to_string(place.path("coder/coder.toml")).unwrap();
    let (before, _) = manifest.split_once("[inputs]").unwrap();
    assert!(!before.contains("mean = ["));
    place.write("coder/coder.toml", before);
    place.run_well(&["run", "unlike.csv", "--study", "learned.toml", "--out", "next", "--quiet"]);
    assert_eq!(place.table("next/coder_inputs.parquet").height(), 0);
}
