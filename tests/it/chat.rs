//! Studies whose coder is a language model behind an endpoint, against a server on this machine.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use plenary::corpus::progress::Silent;
use plenary::pipeline::{CombineOptions, PartOptions, combine, measure_part};
use plenary::study::Study;
use serde_json::{Value, json};

use crate::common::{Ended, Place, TALK, models};

/// A server that answers each text with the result of a function: a status and the model's text.
pub(crate) struct Server {
    pub(crate) endpoint: String,
    n_asked: Arc<AtomicUsize>,
    users: Arc<Mutex<Vec<Value>>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start(answer: fn(&str) -> (u16, String)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}/v1", listener.local_addr().unwrap());
        let (ends, n_asked, users) = (Arc::default(), Arc::default(), Arc::default());
        let (seen_ends, counted, seen): (Arc<AtomicBool>, Arc<AtomicUsize>, Arc<Mutex<Vec<Value>>>) =
            (Arc::clone(&ends), Arc::clone(&n_asked), Arc::clone(&users));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if seen_ends.load(Ordering::Relaxed) {
                    return;
                }
                if let Ok(user) = stream.and_then(|stream| serve(stream, answer)) {
                    counted.fetch_add(1, Ordering::Relaxed);
                    seen.lock().unwrap().push(user);
                }
            }
        });
        Self { endpoint, n_asked, users, ends, thread: Some(thread) }
    }

    pub(crate) fn n_asked(&self) -> usize {
        self.n_asked.load(Ordering::Relaxed)
    }

    /// The data of the users' messages.
    pub(crate) fn users(&self) -> Vec<Value> {
        self.users.lock().unwrap().clone()
    }
}

impl Drop for Server {
    /// Nothing listens at the address afterwards.
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.endpoint.trim_start_matches("http://").trim_end_matches("/v1"));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// Answers one request, and returns the data that the user's message holds.
fn serve(mut stream: TcpStream, answer: fn(&str) -> (u16, String)) -> std::io::Result<Value> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let body = loop {
        let n = stream.read(&mut buffer)?;
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break serde_json::from_str::<Value>(body).unwrap();
        }
        assert!(n > 0, "the request ended early");
    };
    let user = body["messages"][1]["content"].as_str().unwrap();
    let user: Value = serde_json::from_str(user.split_once("\n\n").unwrap().0).unwrap();
    // A theme has terms, a unit of a coder a text.
    let asked = user["units"]["u1"]["text"].as_str().or(user["terms"][0].as_str());
    let (status, content) = answer(asked.unwrap());
    let reply = json!({
        "model": "served-model",
        "choices": [{ "message": { "content": content }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 1000, "completion_tokens": 10 },
    })
    .to_string();
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{reply}", reply.len())?;
    Ok(user)
}

fn sides(text: &str) -> (u16, String) {
    let code = match text {
        text if text.contains("mistake") || text.contains("not agree") => "against",
        text if text.contains("open to everybody") => "favor",
        _ => "neither",
    };
    (200, json!({ "u1": code }).to_string())
}

fn study(endpoint: &str, more: &str) -> String {
    format!(
        "[[targets]]\nid = \"open_borders\"\nproposition = \"Borders should be open.\"\n\n\
         [[coders]]\nkind = \"chat\"\nendpoint = \"{endpoint}\"\nmodel = \"small\"\nretry_wait_s = 0\nretries = 0\n{more}\n"
    )
}

fn run(place: &Place, out: &str, more: &[&str]) -> Ended {
    let arguments = ["run", "talk.md", "--study", "study.toml", "--out", out, "--no-cache"];
    place.run(&[&arguments, more].concat())
}

#[test]
fn a_language_model_codes_segments_and_a_rerun_without_it_gives_the_same_tables() {
    let place = Place::with(&[("talk.md", TALK)]);
    {
        let server = Server::start(sides);
        place.write("study.toml", study(&server.endpoint, "id = \"llm\"\nprice_input = 1.0"));
        let ended = run(&place, "first", &[]);
        ended.says(0, &[]);
        assert_eq!(server.n_asked(), 6);
        assert!(
            ended.out.contains("llm: 6 calls made, 0 calls answered from kept answers; 6000 tokens sent"),
            "{}",
            ended.out
        );
        assert!(ended.out.contains("cost 0.0060; the server names the model served-model"), "{}", ended.out);
        let users = server.users.lock().unwrap();
        let mistake =
            users.iter().find(|user| user["units"]["u1"]["text"].as_str().unwrap().contains("mistake")).unwrap();
        assert_eq!(mistake["proposition"], "Borders should be open.");
        let before = mistake["units"]["u1"]["before"].as_array().unwrap();
        assert_eq!(before.last().unwrap(), "Bo Chen: I do not agree.");
    }
    let codings = place.table("first/codings.parquet");
    let texts = |column| place.texts("first/codings.parquet", column);
    assert_eq!(texts("label"), ["favor", "neither", "neither", "against", "against", "neither"]);
    assert_eq!((texts("coder_id")[0].as_str(), texts("coder_kind")[0].as_str()), ("llm", "chat"));
    // The keys of the answers are in the folder beside the study.
    let kept = fs::read_dir(place.path("answers")).unwrap().next().unwrap().unwrap().path();
    let kept = fs::read_to_string(kept).unwrap();
    assert!(texts("answer").iter().all(|key| key.len() == 64 && kept.contains(key)));
    // Scores are those of the labels, because the server sends no log-probabilities.
    let scores: Vec<Option<f32>> = codings.column("score").unwrap().f32().unwrap().iter().collect();
    assert_eq!(scores, [1.0, 0.0, 0.0, -1.0, -1.0, 0.0].map(Some));
    assert_eq!(codings.column("favor").unwrap().null_count(), 6);

    let ended = run(&place, "second", &["--threads", "1"]);
    ended.says(0, &[]);
    assert!(ended.out.contains("llm: 0 calls made, 6 calls answered from kept answers"), "{}", ended.out);
    assert_eq!(place.tables("first"), place.tables("second"));
}

#[test]
fn units_without_an_answer_are_abstentions_with_their_reason() {
    let server = Server::start(|text| match text {
        text if text.contains("mistake") => (500, String::new()),
        text if text.contains("workers") => (200, "Hard to say.".into()),
        text if text.contains("richer") => (200, "{\"u2\":\"favor\"}".into()),
        text => sides(text),
    });
    let place = Place::with(&[("talk.md", TALK), ("study.toml", &study(&server.endpoint, ""))]);
    let ended = run(&place, "out", &[]);
    ended.says(0, &[]);
    let note = "coder small: 3 of 6 codings have no label: invalid_answer 2, no_answer 1";
    assert!(ended.out.contains(note), "{}", ended.out);
    let expected = ["-", "-", "invalid_answer", "-", "no_answer", "invalid_answer"];
    assert_eq!(place.texts("out/codings.parquet", "reason"), expected);
    assert_eq!(place.table("out/codings.parquet").column("score").unwrap().null_count(), 3);
}

#[test]
fn a_second_coder_is_in_codings_and_not_in_stance() {
    let server = Server::start(sides);
    let both = study(&server.endpoint, "").replace("[[coders]]", "[[coders]]\nkind = \"inference\"\n\n[[coders]]");
    let place = Place::with(&[("talk.md", TALK), ("study.toml", &both)]);
    run(&place, "out", &[]).says(0, &[]);
    let coders = place.texts("out/codings.parquet", "coder_id");
    assert_eq!((coders.len(), &coders[..2]), (12, &["nli-minilm-l6".to_owned(), "small".to_owned()][..]));
    assert_eq!(place.table("out/stance.parquet").height(), 6);
    // The agreement of the two is that of their labels.
    let labels = place.texts("out/codings.parquet", "label");
    let both: Vec<&[String]> = labels.chunks(2).filter(|pair| !pair.contains(&"-".to_owned())).collect();
    let equal = both.iter().filter(|pair| pair[0] == pair[1]).count() as f64 / both.len() as f64;
    let of = |column| place.texts("out/agreement.parquet", column).concat();
    assert_eq!((of("coder_a"), of("coder_b")), ("nli-minilm-l6".to_owned(), "small".to_owned()));
    assert_eq!((of("n_segments"), of("is_selective")), (both.len().to_string(), "false".to_owned()));
    assert!((of("share_equal").parse::<f64>().unwrap() - equal).abs() < 1e-9, "{equal}");
    let shown = place.run_well(&["show", "out"]).out;
    assert!(shown.contains("nli-minilm-l6, small") && shown.contains(&format!("{:.0} %", 100.0 * equal)), "{shown}");
    // In the report the number of segments that both labelled opens as many.
    place.run_well(&["report", "out"]);
    let page = std::fs::read_to_string(place.path("out.html")).unwrap();
    let (_, row) = page.split_once("<td dir=\"auto\">nli-minilm-l6, small</td>").unwrap();
    let n = both.len();
    let cell = format!("<td class=\"number\" data-v=\"{n}\"><button type=\"button\" class=\"n\" data-set=\"");
    let (set, shown) = row.strip_prefix(&cell).unwrap().split_once('"').unwrap();
    assert!(shown.starts_with(&format!(">{n}<")), "{shown:.20}");
    let (_, data) = page.split_once("id=\"data\">").unwrap();
    let data: serde_json::Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    let set = &data["sets"][set.parse::<usize>().unwrap()];
    assert_eq!((set[1].as_u64(), set[2].as_array().map(Vec::len)), (Some(n as u64), Some(n)), "{set}");
}

#[test]
fn a_budget_ends_the_run_before_it_is_exceeded() {
    let server = Server::start(sides);
    let place = Place::with(&[("talk.md", TALK)]);
    place.write("study.toml", study(&server.endpoint, "concurrency = 1\nprice_input = 1000\nprice_output = 1000"));
    let ended = run(&place, "out", &["--max-cost", "2.5"]);
    ended.says(2, &["coder `small`", "the budget of 2.5 for `small` is used up", "answers that arrived are kept"]);
    assert!(!place.path("out/run.json").exists());
    let n = server.n_asked();
    assert!((1..6).contains(&n), "{n}");
    run(&place, "out", &["--max-cost", "100"]).says(0, &[]);
    assert_eq!(server.n_asked(), 6, "kept answers are not asked for again");
    place.write("study.toml", study(&server.endpoint, ""));
    run(&place, "out", &["--max-cost", "1"]).says(2, &["price_input"]);
    place.write("study.toml", crate::common::STUDY);
    run(&place, "out", &["--max-cost", "1"]).says(2, &["--max-cost", "asks no language model"]);
}

#[test]
fn an_endpoint_that_cannot_be_used_ends_the_run_and_leaves_earlier_results() {
    let server = Server::start(sides);
    let place = Place::with(&[("talk.md", TALK), ("study.toml", &study(&server.endpoint, ""))]);
    run(&place, "out", &[]).says(0, &[]);
    let before = place.tables("out");
    let refusing = Server::start(|_| (401, String::new()));
    for (endpoint, expected) in
        [(refusing.endpoint.as_str(), "answered 401"), ("http://127.0.0.1:1/v1", "cannot reach http://127.0.0.1:1/v1")]
    {
        place.write("study.toml", study(endpoint, "answers = \"others\""));
        run(&place, "out", &[]).says(2, &["coder `small`", expected]);
        assert_eq!(place.tables("out"), before);
    }
}

#[test]
fn sections_that_cannot_be_right_are_refused_when_the_study_is_read() {
    let error = |more: &str| Study::parse(&study("http://localhost:1/v1", more), "study.toml").unwrap_err().to_string();
    let no_endpoint = "[[coders]]\nkind = \"chat\"\nmodel = \"small\"\n";
    let message = Study::parse(no_endpoint, "study.toml").unwrap_err().to_string();
    assert!(message.starts_with("study.toml: coder `small`: endpoint: found no address"), "{message}");
    for (more, expected) in [
        ("key = \"secret\"", "unknown key `key`"),
        ("repeat = 0", "coder `small`: repeat: found 0"),
        (
            "[coders.codebook]\ncodes = [{ id = \"yes\", definition = \"Yes.\" }, { id = \"no\", definition = \"No.\" }]",
            "favor, against and neither",
        ),
        ("[coders.codebook]\ndefinition = \"\"", "no definition"),
        ("[[coders.codebook.examples]]\ntext = \"Yes.\"\ncode = \"pro\"", "an example of \"pro\""),
        (
            "[[coders]]\nkind = \"chat\"\nendpoint = \"http://localhost/v1\"\nmodel = \"small\"",
            "two coders have the id `small`",
        ),
    ] {
        let message = error(more);
        assert!(message.contains(expected), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    let fine = "[coders.codebook]\nedge_cases = []\n[[coders.codebook.examples]]\ntext = \"Yes.\"\ncode = \"favor\"";
    Study::parse(&study("http://localhost:1/v1", fine), "study.toml").unwrap();
}

#[test]
fn parts_that_were_measured_apart_combine_into_the_results_of_one_run() {
    let server = Server::start(sides);
    let place = Place::with(&[("a.md", TALK), ("b.md", crate::common::OTHER_TALK)]);
    let mut study = Study::parse(&study(&server.endpoint, ""), "study.toml").unwrap();
    study.folder = Some(place.path(""));
    let part = |files: &[&str]| {
        let paths: Vec<_> = files.iter().map(|file| place.path(file)).collect();
        let options = PartOptions { models: Some(models()), ..PartOptions::new(study.clone()) };
        measure_part(&paths, &options, &Silent).unwrap()
    };
    let whole = combine(vec![part(&["a.md", "b.md"])], &CombineOptions::default(), &Silent).unwrap();
    let parts = combine(vec![part(&["b.md"]), part(&["a.md"])], &CombineOptions::default(), &Silent).unwrap();
    for table in ["codings", "stance", "estimates"] {
        assert!(whole.results.frame(table).unwrap().equals_missing(&parts.results.frame(table).unwrap()), "{table}");
    }
    assert_eq!(
        parts.chats.iter().map(|(_, asked)| asked.n_kept).sum::<usize>(),
        whole.results.frame("codings").unwrap().height()
    );
}

fn labels(endpoint: &str, more: &str) -> String {
    format!(
        "[models]\nsentiment = \"none\"\n[themes]\nmin_segments = 3\n[theme_labels]\nendpoint = \"{endpoint}\"\nmodel = \"small\"\n\
         retry_wait_s = 0\nretries = 0\n{more}\n"
    )
}

/// The columns of `themes` that identify it, and those of its label.
fn labelled(place: &Place, out: &str) -> (Vec<String>, [Vec<Option<String>>; 4]) {
    let themes = place.table(&format!("{out}/themes.parquet"));
    let column = |name: &str| {
        let texts = themes.column(name).unwrap().str().unwrap();
        texts.iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
    };
    let ids = column("theme_id").into_iter().zip(column("label")).map(|pair| format!("{pair:?}")).collect();
    (ids, ["", "_reason", "_model", "_answer"].map(|end| column(&format!("endpoint_label{end}"))))
}

#[test]
fn a_language_model_labels_themes_and_nothing_else_of_them_changes() {
    let place = Place::with(&[("talk.md", TALK)]);
    let plain = labels("", "");
    place.write("plain.toml", plain.split("[theme_labels]").next().unwrap());
    place.run(&["run", "talk.md", "--study", "plain.toml", "--out", "plain", "--no-cache"]).says(0, &[]);
    let (plain, none) = labelled(&place, "plain");
    assert!(!plain.is_empty() && none.iter().all(|column| column.iter().all(Option::is_none)));
    {
        let server = Server::start(|term| (200, json!({ "label": format!("About {term}") }).to_string()));
        place.write("study.toml", labels(&server.endpoint, "price_input = 1.0"));
        let ended = run(&place, "first", &["--max-cost", "10"]);
        ended.says(0, &[]);
        assert!(ended.out.contains("labels of themes (small): "), "{}", ended.out);
        let users = Arc::clone(&server.users);
        drop(server);
        let users = users.lock().unwrap();
        assert!(!users.is_empty() && users.iter().all(|user| user["texts"][0].is_string()), "{users:?}");
    }
    let (ids, [label, reason, model, answer]) = labelled(&place, "first");
    assert_eq!(ids, plain, "ids and computed labels");
    for (at, id) in ids.iter().enumerate().filter(|(_, id)| !id.contains("procedure")) {
        assert!(label[at].as_deref().unwrap().starts_with("About "), "{id}");
        assert_eq!((reason[at].as_deref(), model[at].as_deref()), (None, Some("small")));
        assert_eq!(answer[at].as_deref().unwrap().len(), 64);
    }
    assert_eq!(
        fs::read(place.path("first/themes.registry")).unwrap(),
        fs::read(place.path("plain/themes.registry")).unwrap(),
        "the registry does not know of labels"
    );
    let listed = place.run(&["themes", "list", "first"]);
    assert!(listed.out.contains("(small: About "), "{}", listed.out);
    // Nothing listens any more: the answers are those that were kept.
    run(&place, "second", &[]).says(0, &[]);
    assert_eq!(
        fs::read(place.path("second/themes.parquet")).unwrap(),
        fs::read(place.path("first/themes.parquet")).unwrap()
    );
    let verified = place.run(&["verify", "first"]);
    assert!(verified.out.contains("labels of themes"), "{}", verified.out);
}

#[test]
fn labels_that_cannot_be_used_have_a_reason_and_an_endpoint_that_refuses_ends_the_run() {
    let place = Place::with(&[("talk.md", TALK)]);
    for (answer, expected) in [
        ((|_| (200, "Certainly! The label is borders.".to_owned())) as fn(&str) -> (u16, String), "invalid_answer"),
        (|_| (500, String::new()), "no_answer"),
    ] {
        let server = Server::start(answer);
        place.write("study.toml", labels(&server.endpoint, &format!("answers = \"{expected}\"")));
        run(&place, expected, &[]).says(0, &[]);
        let (ids, [label, reason, ..]) = labelled(&place, expected);
        for (at, _) in ids.iter().enumerate().filter(|(_, id)| !id.contains("procedure")) {
            assert_eq!((label[at].as_deref(), reason[at].as_deref()), (None, Some(expected)));
        }
    }
    let server = Server::start(|_| (401, "no key".to_owned()));
    place.write("study.toml", labels(&server.endpoint, "answers = \"refused\""));
    run(&place, "refused", &[]).says(2, &["labels of themes (small)", "401"]);
    place.write("study.toml", labels(&server.endpoint, "repeat = 3"));
    run(&place, "refused", &[]).says(2, &["[theme_labels] repeat", "concerns the codes of a coder"]);
}

#[test]
fn what_targets_say_for_themselves_is_in_the_prompt() {
    let server = Server::start(sides);
    let of_target = "open.\"\ndefinition = \"Without visas.\"\nedge_cases = [\"Tourists do not count.\"]\nexamples = { favor = [\"Let them in.\"] }\n";
    let text = study(&server.endpoint, "").replacen("open.\"\n", of_target, 1);
    let place = Place::with(&[("talk.md", TALK), ("study.toml", &text)]);
    run(&place, "results", &[]).says(0, &[]);
    let kept = fs::read_dir(place.path("answers")).unwrap().next().unwrap().unwrap().path();
    let answers = fs::read_to_string(kept).unwrap();
    for part in ["Without visas.", "Tourists do not count.", "Let them in."] {
        assert!(answers.contains(part), "`{part}` is missing:\n{answers}");
    }
}

/// A study whose language model follows the inference model.
fn cascade(endpoint: &str, only_where: &str) -> String {
    let first = "[[coders]]\nkind = \"inference\"\nid = \"small_model\"\n\n[[coders]]";
    study(endpoint, &format!("id = \"llm\"\nprice_input = 1.0\nonly_where = {only_where}")).replace("[[coders]]", first)
}

#[test]
fn a_cascade_asks_the_language_model_only_where_the_first_coder_is_unsure() {
    let server = Server::start(sides);
    let place = Place::with(&[("talk.md", TALK)]);
    place.write("study.toml", cascade(&server.endpoint, "{ coder = \"small_model\", unsure_below = 0.6 }"));
    let ended = run(&place, "out", &[]);
    ended.says(0, &[]);
    let codings = place.table("out/codings.parquet");
    let texts = |column| place.texts("out/codings.parquet", column);
    let (coders, labels, reasons) = (texts("coder_id"), texts("label"), texts("reason"));
    let number = |column: &str, row: usize| codings.column(column).unwrap().f32().unwrap().get(row);
    let mut shown = Vec::new();
    let mut n_asked = 0;
    // The rows of a segment: first those of the first coder.
    for first in (0..12).step_by(2) {
        assert_eq!((coders[first].as_str(), coders[first + 1].as_str()), ("small_model", "llm"));
        let largest = ["favor", "against", "neither"].iter().filter_map(|side| number(side, first)).fold(0.0, f32::max);
        let unsure = (labels[first] != "-" && largest < 0.6) || reasons[first] == "low_confidence";
        assert_eq!(reasons[first + 1] != "not_asked", unsure, "row {first}: {} {largest}", reasons[first]);
        n_asked += usize::from(unsure);
        let row = first + usize::from(unsure);
        shown.push((coders[row].clone(), labels[row].clone()));
    }
    assert!((1..6).contains(&n_asked), "{n_asked}");
    assert_eq!(server.n_asked(), n_asked);
    // `stance` and `analysis` show the coder that was asked last, and say which it is.
    let stance = |column| place.texts("out/stance.parquet", column);
    let of_stance: Vec<(String, String)> = stance("model_id").into_iter().zip(stance("label")).collect();
    assert_eq!(of_stance, shown);
    let note = format!("asked for {n_asked} of 6 pairs of segment and target");
    assert!(ended.out.contains(&note), "{}", ended.out);

    // All others are asked for as well if the study wants all of them.
    let everything = "{ coder = \"small_model\", unsure_below = 0.6, share_of_others = 1.0 }";
    place.write("study.toml", cascade(&server.endpoint, everything));
    run(&place, "all", &[]).says(0, &[]);
    assert_eq!(server.n_asked(), 6, "kept answers are not asked for again");
    assert!(!place.texts("all/codings.parquet", "reason").contains(&"not_asked".to_owned()));
    assert!(place.texts("all/stance.parquet", "model_id").iter().all(|id| id == "llm"));
}

#[test]
fn a_cascade_does_not_depend_on_parts() {
    let server = Server::start(sides);
    let place = Place::with(&[("a.md", TALK), ("b.md", crate::common::OTHER_TALK)]);
    let only_where = "{ coder = \"small_model\", unsure_below = 0.8, share_of_others = 0.5 }";
    let mut study = Study::parse(&cascade(&server.endpoint, only_where), "study.toml").unwrap();
    study.folder = Some(place.path(""));
    let part = |files: &[&str], threads: usize| {
        let paths: Vec<_> = files.iter().map(|file| place.path(file)).collect();
        let options = PartOptions { models: Some(models()), threads, ..PartOptions::new(study.clone()) };
        measure_part(&paths, &options, &Silent).unwrap()
    };
    let whole = combine(vec![part(&["a.md", "b.md"], 2)], &CombineOptions::default(), &Silent).unwrap();
    let parts = combine(vec![part(&["b.md"], 1), part(&["a.md"], 1)], &CombineOptions::default(), &Silent).unwrap();
    for table in ["codings", "stance", "analysis", "estimates", "agreement", "group_stance"] {
        assert!(whole.results.frame(table).unwrap().equals_missing(&parts.results.frame(table).unwrap()), "{table}");
    }
}

#[test]
fn conditions_that_cannot_be_met_are_refused_when_the_study_is_read() {
    let error = |text: &str| Study::parse(text, "study.toml").unwrap_err().to_string();
    let of = |only_where: &str| error(&cascade("http://localhost:1/v1", only_where));
    for (only_where, expected) in [
        (
            "{ coder = \"smal_model\" }",
            "coder `llm`: only_where, coder: found `smal_model`; expected the id of a coder before it: `small_model`",
        ),
        ("{ unsure_below = 0.5 }", "coder `llm`: only_where, coder: found no id"),
        ("{ coder = \"llm\" }", "coder `llm`: only_where, coder: found `llm`, which does not come before it"),
        (
            "{ coder = \"small_model\", unsure_below = 1.5 }",
            "only_where, unsure_below: found 1.5; expected a probability above 0",
        ),
        ("{ coder = \"small_model\", unsure_below = nan }", "unsure_below: found NaN"),
        ("{ coder = \"small_model\", share_of_others = 5 }", "share_of_others: found 5; expected a share from 0 to 1"),
        ("{ coder = \"small_model\", below = 0.5 }", "unknown key `below`"),
    ] {
        let message = of(only_where);
        assert!(message.contains(expected), "{message}");
    }
    let first =
        study("http://localhost:1/v1", "only_where = { coder = \"b\" }\n[[coders]]\nkind = \"inference\"\nid = \"b\"");
    assert!(
        error(&first).contains("coder `small`: only_where: found it on the first of [[coders]]"),
        "{}",
        error(&first)
    );
    // Two coders that follow each other: one of them comes before the other.
    let cycle = "[[coders]]\nkind = \"inference\"\nid = \"a\"\n[[coders]]\nkind = \"inference\"\nid = \"b\"\n\
                 only_where = { coder = \"c\" }\n[[coders]]\nkind = \"inference\"\nid = \"c\"\nonly_where = { coder = \"b\" }\n";
    assert!(
        error(cycle).contains("coder `b`: only_where, coder: found `c`, which does not come before it"),
        "{}",
        error(cycle)
    );
}

#[test]
fn a_study_that_only_asks_a_language_model_needs_no_inference_model() {
    let server = Server::start(sides);
    let place = Place::with(&[("talk.md", TALK), ("study.toml", &study(&server.endpoint, ""))]);
    let folder = place.path("few");
    for model in ["all-minilm-l6-v2", "sentiment-minilm-l6"] {
        fs::create_dir_all(folder.join(model)).unwrap();
        for file in fs::read_dir(models().join(model)).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.join(model).join(file.file_name())).unwrap();
        }
    }
    fs::copy(models().join("manifest.toml"), folder.join("manifest.toml")).unwrap();
    let only = place.path("few").display().to_string();
    let arguments = ["run", "talk.md", "--study", "study.toml", "--out", "out", "--no-cache", "--models", &only];
    place.run(&arguments).says(0, &[]);
    let used = place.table("out/runs.parquet");
    assert!(!format!("{used:?}").contains("nli-"), "{used:?}");
    place.write("study.toml", cascade(&server.endpoint, "{ coder = \"small_model\" }"));
    place.run(&arguments).says(2, &["nli-minilm-l6"]);
}
