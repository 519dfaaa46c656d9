//! What models answer, how answers are kept, and how far repeated ones agree.

use std::fs;

use serde_json::{Value, json};

use super::server::{Act, Server, body, completion, say};
use super::*;

/// The results for units with the texts `1`, `2`, `3` in one call that is answered with `content`.
fn three(content: &'static str) -> Vec<Result<usize, FailureReason>> {
    let server = Server::start(move |_, _| say(content));
    let found = coded(ChatOptions { units_per_call: 3, ..options(&server.endpoint) }, &["1", "2", "3"]);
    assert_eq!(server.asked().len(), 1, "answers are not asked for again");
    found
}

#[test]
fn answers_about_several_units() {
    use FailureReason::{MissingUnit, OtherUnit, SchemaBroken, UnknownCode};
    let fine = "{\"u1\":\"favor\",\"u2\":\"against\",\"u3\":\"neither\"}";
    assert_eq!(three(fine), [Ok(0), Ok(1), Ok(2)]);
    assert_eq!(three("{\"u3\":\"neither\",\"u1\":\"favor\"}"), [Ok(0), Err(MissingUnit), Ok(2)]);
    assert_eq!(three("{\"u1\":\"favor\",\"u2\":\"pro\",\"u3\":\"neither\"}"), [Ok(0), Err(UnknownCode), Ok(2)]);
    let extra = "{\"u1\":\"favor\",\"u2\":\"against\",\"u3\":\"neither\",\"u4\":\"favor\"}";
    assert_eq!(three(extra), [Err(OtherUnit); 3]);
    assert_eq!(three("{\"x\":\"favor\",\"y\":\"favor\",\"z\":\"favor\"}"), [Err(OtherUnit); 3]);
    assert_eq!(
        three("{\"u1\":\"favor\",\"u2\":\"favor\",\"u2\":\"against\",\"u3\":\"favor\"}"),
        [Err(SchemaBroken); 3]
    );
    assert_eq!(three("favor, against, neither"), [Err(SchemaBroken); 3]);
    assert_eq!(three(""), [Err(SchemaBroken); 3]);
}

#[test]
fn calls_hold_neighbours_with_their_context() {
    let server = Server::model(|text| if text == "3" { "against".into() } else { "favor".into() });
    let options = ChatOptions { units_per_call: 2, ..options(&server.endpoint) };
    assert_eq!(coded(options, &["1", "2", "3"]), [Ok(0), Ok(0), Ok(1)]);
    let asked = server.asked();
    assert_eq!(asked.iter().map(|one| one.units().len()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(asked[0].units()["u2"], json!({ "before": ["Ann: Should we?"], "text": "2" }));
    assert_eq!((&asked[0].body["max_tokens"], &asked[1].body["max_tokens"]), (&json!(128), &json!(64)));
}

/// One unit whose answer is a completion with a change.
fn changed(change: fn(&mut Value)) -> Result<usize, FailureReason> {
    let server = Server::start(move |_, _| {
        let mut completion = completion("{\"u1\":\"favor\"}");
        change(&mut completion);
        body(&completion)
    });
    code(&one(options(&server.endpoint)).unwrap())
}

#[test]
fn refusals_and_answers_that_were_cut_off() {
    assert_eq!(changed(|_| ()), Ok(0));
    assert_eq!(changed(|c| c["choices"][0]["finish_reason"] = json!("length")), Err(FailureReason::CutOff));
    assert_eq!(changed(|c| c["choices"][0]["finish_reason"] = json!("content_filter")), Err(FailureReason::Refused));
    assert_eq!(changed(|c| c["choices"][0]["message"]["refusal"] = json!("I cannot.")), Err(FailureReason::Refused));
    assert_eq!(changed(|c| c["choices"][0]["message"]["content"] = json!(null)), Err(FailureReason::SchemaBroken));
    assert_eq!(changed(|c| c["choices"][0]["finish_reason"] = json!(null)), Ok(0));
    assert_eq!(changed(|c| c["usage"] = json!(null)), Ok(0));
}

#[test]
fn log_probabilities_become_probabilities_of_codes() {
    let alternative = |token: &str, p: f64| json!({ "token": token, "logprob": p.ln() });
    let place =
        |token: &str, alternatives: Value| json!({ "token": token, "logprob": 0.0, "top_logprobs": alternatives });
    let tokens = json!([
        place("{\"u1\":\"", json!([])),
        place("favor", json!([alternative("favor", 0.5), alternative("against", 0.3), alternative("neither", 0.2)])),
        place("\"}", json!([])),
    ]);
    let server = Server::start(move |_, _| {
        let mut completion = completion("{\"u1\":\"favor\"}");
        completion["choices"][0]["logprobs"] = json!({ "content": tokens });
        body(&completion)
    });
    let answer = one(options(&server.endpoint)).unwrap();
    let found = of_tokens(&answer).unwrap();
    assert!(found.iter().zip([0.5, 0.3, 0.2]).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
    let server = Server::model(|_| "favor".into());
    assert_eq!(of_tokens(&one(options(&server.endpoint)).unwrap()), None);
}

#[test]
fn a_rerun_without_the_server_gives_the_same_answers() {
    let folder = TempDir::new().unwrap();
    let (endpoint, first) = {
        let server = Server::start(|_, asked| match asked.units()["u1"]["text"].as_str().unwrap() {
            "down" => Act::Say(500, &[], vec![]),
            "odd" => say("hm"),
            "cut" => {
                let mut completion = completion("{\"u1\":\"favor\"}");
                completion["choices"][0]["finish_reason"] = json!("length");
                body(&completion)
            }
            text => say(&json!({ "u1": text }).to_string()),
        });
        let coder = coder(options(&server.endpoint), folder.path());
        let all = units(&["favor", "down", "against", "odd", "cut", "neither", "maybe"]);
        (server.endpoint.clone(), (all.clone(), coder.code(&all, &Silent).unwrap()))
    };
    let (all, answers) = first;
    assert_eq!(answers.iter().filter(|answer| code(answer).is_ok()).count(), 3);
    // Nothing listens at this address, and the key of the endpoint is gone as well.
    let nowhere = "http://127.0.0.1:1/v1";
    for options in [options(&endpoint), options(nowhere), ChatOptions { concurrency: 8, ..options(nowhere) }] {
        let mut options = options;
        options.endpoint = nowhere.into();
        let coder = coder(options, folder.path());
        assert_eq!(coder.code(&all, &Silent).unwrap(), answers);
        let summary = coder.summary();
        assert_eq!((summary.n_kept, summary.n_asked), (6, 0));
        assert_eq!(summary.models.iter().collect::<Vec<_>>(), ["served-model"]);
        assert_eq!(summary.system_fingerprints.iter().collect::<Vec<_>>(), ["fp_1"]);
    }
    // A unit that was never asked for needs the server.
    let new = coder(options(nowhere), folder.path()).code(&units(&["new"]), &Silent);
    assert!(matches!(new, Err(ChatError::Unreachable { .. })));
}

#[test]
fn a_run_that_was_interrupted_continues() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(|n, _| if n == 2 { Act::Say(401, &[], vec![]) } else { say("{\"u1\":\"favor\"}") });
    let all = units(&["1", "2", "3", "4"]);
    assert!(coder(options(&server.endpoint), folder.path()).code(&all, &Silent).is_err());
    // The process ended while it wrote a line.
    let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 20]).unwrap();
    let second = coder(options(&server.endpoint), folder.path());
    assert!(second.code(&all, &Silent).unwrap().iter().all(|answer| code(answer) == Ok(0)));
    assert_eq!((second.summary().n_kept, second.summary().n_asked), (1, 3));
}

#[test]
fn failures_of_the_endpoint_are_asked_for_again_and_answers_are_not() {
    let folder = TempDir::new().unwrap();
    let server = Server::start(|n, asked| match asked.units()["u1"]["text"].as_str().unwrap() {
        "down" if n < 3 => Act::Say(500, &[], vec![]),
        "odd" => say("hm"),
        _ => say("{\"u1\":\"favor\"}"),
    });
    let all = units(&["odd", "down"]);
    let first = coder(options(&server.endpoint), folder.path()).code(&all, &Silent).unwrap();
    let odd = Err(FailureReason::SchemaBroken);
    assert_eq!(first.iter().map(code).collect::<Vec<_>>(), [odd, Err(FailureReason::HttpStatus)]);
    for _ in 0..2 {
        let next = coder(options(&server.endpoint), folder.path()).code(&all, &Silent).unwrap();
        assert_eq!(next.iter().map(code).collect::<Vec<_>>(), [odd, Ok(0)]);
    }
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn every_answer_is_written_with_what_was_asked() {
    let folder = TempDir::new().unwrap();
    let server = Server::model(|_| "favor".into());
    let answers = coder(options(&server.endpoint), folder.path()).code(&units(&["Yes."]), &Silent).unwrap();
    let file = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let text = fs::read_to_string(file).unwrap();
    assert_eq!(text.lines().count(), 1);
    let line: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["endpoint"], server.endpoint);
    assert_eq!(line["units"], json!(["id of Yes."]));
    assert_eq!(line["sent"], json!({ "answer_form": "json_schema", "log_probabilities": true }));
    assert_eq!(
        (&line["answer"]["model"], &line["answer"]["system_fingerprint"]),
        (&json!("served-model"), &json!("fp_1"))
    );
    assert_eq!(line["answer"]["usage"], json!({ "prompt_tokens": 100, "completion_tokens": 10 }));
    let body: Value = serde_json::from_str(line["answer"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, completion("{\"u1\":\"favor\"}"));
    let request: Value = serde_json::from_str(line["request"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&request["model"], &request["seed"], &request["temperature"]),
        (&json!("model"), &json!(20_170_528), &json!(0.0))
    );
    assert_eq!(request["messages"], server.asked()[0].body["messages"]);
    let hash = plenary_corpus::hash::sha256(line["request"].as_str().unwrap().as_bytes());
    assert_eq!(line["key"], hash);
    assert_eq!(answers[0].key, hash);
    assert!(line["time"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn repeated_calls_decide_by_majority_and_their_disagreement_is_measured() {
    // The seed of the request is the base plus the number of the repetition.
    let server = Server::start(|_, asked| {
        let repetition = asked.body["seed"].as_u64().unwrap() - 20_170_528;
        let code = match (asked.units()["u1"]["text"].as_str().unwrap(), repetition) {
            ("wavers", 1) | ("torn", 0) => "against",
            ("torn", 1) => "neither",
            _ => "favor",
        };
        say(&json!({ "u1": code }).to_string())
    });
    let folder = TempDir::new().unwrap();
    let coder = coder(ChatOptions { repeat: 3, ..options(&server.endpoint) }, folder.path());
    let answers = coder.code(&units(&["sure", "wavers", "torn"]), &Silent).unwrap();
    assert_eq!(answers.iter().map(code).collect::<Vec<_>>(), [Ok(0), Ok(0), Err(FailureReason::NoMajority)]);
    assert_eq!(answers.iter().map(|answer| answer.n_answers).collect::<Vec<_>>(), [3, 3, 3]);
    let Outcome::Coded { probabilities, .. } = &answers[1].outcome else { panic!() };
    assert_eq!(*probabilities, Probabilities::OfRepeats(vec![2.0 / 3.0, 1.0 / 3.0, 0.0]));
    let summary = coder.summary();
    assert_eq!(summary.failures.into_iter().collect::<Vec<_>>(), [(FailureReason::NoMajority, 1)]);
    assert_eq!((summary.agreement.n_units, summary.agreement.n_unequal), (3, 2));
    // Of nine values in pairs, 2 of "wavers" and 3 of "torn" are unequal; by chance (81 - 36 - 4 - 1) / 8 = 5 would be.
    assert!((summary.agreement.alpha().unwrap()).abs() < 1e-12, "{:?}", summary.agreement.alpha());
    assert_eq!(server.asked().len(), 9);
}

#[test]
fn results_do_not_depend_on_threads_or_batches() {
    let server = Server::model(|text| ["favor", "against", "neither"][text.len() % 3].into());
    let texts: Vec<String> = (0..60).map(|n| "x".repeat(n)).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let all = units(&texts);
    let folder = TempDir::new().unwrap();
    let sequential = coder(options(&server.endpoint), folder.path()).code(&all, &Silent).unwrap();
    let other = TempDir::new().unwrap();
    let parallel = coder(ChatOptions { concurrency: 16, ..options(&server.endpoint) }, other.path());
    assert_eq!(parallel.code(&all, &Silent).unwrap(), sequential);
    let in_batches: Vec<UnitAnswer> = all.chunks(7).flat_map(|batch| parallel.code(batch, &Silent).unwrap()).collect();
    assert_eq!(in_batches, sequential);
    assert_eq!(server.asked().len(), 120);
}
