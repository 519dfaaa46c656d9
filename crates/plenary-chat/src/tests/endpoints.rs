//! Endpoints that refuse, hang, redirect, stream and send what nobody asked for.

use std::net::TcpListener;
use std::sync::Mutex;

use super::server::{Act, Server, body, completion, say};
use super::*;
use crate::Parameter;
use crate::SchemaUse;

const FAVOR: &str = "{\"u1\":\"favor\"}";

/// The reason of one unit's failure at a server that always acts in this way, and the number of requests.
fn failure(act: fn() -> Act) -> (FailureReason, usize) {
    let server = Server::start(move |_, _| act());
    let answer = one(ChatOptions { timeout_s: 1, ..options(&server.endpoint) }).unwrap();
    (code(&answer).unwrap_err(), server.asked().len())
}

/// The error at a server that always acts in this way.
fn error(act: fn() -> Act) -> ChatError {
    let server = Server::start(move |_, _| act());
    let error = one(ChatOptions { timeout_s: 5, ..options(&server.endpoint) }).unwrap_err();
    assert_eq!(server.asked().len(), 1, "not tried again: {error}");
    error
}

#[test]
fn a_sound_server_is_asked_once_per_unit() {
    let server = Server::model(|text| if text == "Yes." { "favor".into() } else { "against".into() });
    assert_eq!(coded(options(&server.endpoint), &["Yes.", "No.", "Yes."]), [Ok(0), Ok(1), Ok(0)]);
    let asked = server.asked();
    assert_eq!(asked.len(), 2, "equal units share a call");
    assert!(asked[0].head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", asked[0].head);
    assert!(!asked[0].head.to_ascii_lowercase().contains("authorization"));
    assert_eq!(asked[0].body["model"], "model");
    assert!(asked[0].body["messages"][0]["content"].as_str().unwrap().contains("- favor: "));
    let content = asked[0].body["messages"][1]["content"].as_str().unwrap();
    assert!(content.contains("\"negation\":\"We should not.\"") && !content.contains("id of"), "{content}");
}

#[test]
fn nothing_listens() {
    let endpoint = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/v1", listener.local_addr().unwrap())
    };
    let error = one(options(&endpoint)).unwrap_err();
    assert!(matches!(error, ChatError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&endpoint));
}

#[test]
fn answers_that_do_not_arrive_in_time_are_failures_after_the_retries() {
    assert_eq!(failure(|| Act::Hang), (FailureReason::TimeOut, 2));
    assert_eq!(failure(|| Act::Trickle), (FailureReason::TimeOut, 2));
}

#[test]
fn redirects_are_refused() {
    for (status, act) in [
        (301, (|| Act::Say(301, &[("Location", "http://127.0.0.1:9/steal")], vec![])) as fn() -> Act),
        (302, || Act::Say(302, &[("Location", "http://127.0.0.1:9/steal")], vec![])),
        (307, || Act::Say(307, &[("Location", "http://127.0.0.1:9/steal")], vec![])),
        (308, || Act::Say(308, &[("Location", "http://127.0.0.1:9/steal")], vec![])),
    ] {
        let error = error(act);
        assert!(matches!(error, ChatError::Redirected { status: s, .. } if s == status), "{error}");
        assert!(error.to_string().contains("http://127.0.0.1:9/steal"), "{error}");
    }
}

#[test]
fn streams_are_refused() {
    for act in [
        (|| Act::Say(200, &[("Content-Type", "text/event-stream")], b"data: {\"choices\":[]}\n\n".to_vec()))
            as fn() -> Act,
        || Act::Say(200, &[("Content-Type", "application/json")], b"data: {\"choices\":[]}\n\n".to_vec()),
        || Act::Endless("text/event-stream; charset=utf-8"),
    ] {
        let error = error(act);
        assert!(matches!(error, ChatError::Streamed { .. }), "{error}");
    }
}

#[test]
fn web_pages_are_refused() {
    for act in [
        (|| Act::Say(200, &[("Content-Type", "text/html; charset=utf-8")], b"Welcome".to_vec())) as fn() -> Act,
        || Act::Say(200, &[("Content-Type", "application/json")], b"\n<!DOCTYPE html><p>Log in".to_vec()),
    ] {
        let error = error(act);
        assert!(matches!(error, ChatError::Html { .. }), "{error}");
    }
}

#[test]
fn a_body_without_end_is_read_up_to_the_limit() {
    assert_eq!(failure(|| Act::Endless("application/json")), (FailureReason::TooLarge, 1));
}

#[test]
fn half_a_body_is_asked_for_again() {
    let half = || {
        Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"cho".to_vec())
    };
    assert_eq!(failure(half), (FailureReason::ConnectionLost, 2));
    let without_length =
        || Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"choices\":[{\"mess".to_vec());
    assert_eq!(failure(without_length), (FailureReason::InvalidReply, 2));
    assert_eq!(failure(|| Act::Raw(vec![])), (FailureReason::ConnectionLost, 2));
    assert_eq!(failure(|| Act::Raw(b"SSH-2.0-OpenSSH\r\n".to_vec())), (FailureReason::ConnectionLost, 2));
}

#[test]
fn bodies_that_are_not_chat_completions() {
    assert_eq!(failure(|| body(&serde_json::json!({ "error": "busy" }))), (FailureReason::InvalidReply, 2));
    assert_eq!(failure(|| body(&serde_json::json!({ "choices": [] }))), (FailureReason::InvalidReply, 2));
    let not_utf8 =
        || Act::Say(200, &[("Content-Type", "application/json")], b"{\"model\":\"\xff\",\"choices\":[]}".to_vec());
    assert_eq!(failure(not_utf8), (FailureReason::InvalidReply, 2));
    let twice = || Act::Say(200, &[], b"{\"choices\":[],\"choices\":[{\"message\":{\"content\":\"{}\"}}]}".to_vec());
    assert_eq!(failure(twice), (FailureReason::InvalidReply, 2));
}

#[test]
fn a_server_that_recovers_is_asked_again() {
    for first in [
        (|| Act::Say(500, &[], b"oops".to_vec())) as fn() -> Act,
        || Act::Say(503, &[], b"<html>busy</html>".to_vec()),
        || Act::Say(429, &[("Retry-After", "7")], b"{\"error\":{\"message\":\"slow down\"}}".to_vec()),
        || Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec()),
    ] {
        let server = Server::start(move |n, _| if n == 0 { first() } else { say(FAVOR) });
        assert_eq!(coded(options(&server.endpoint), &["Yes."]), [Ok(0)]);
        assert_eq!(server.asked().len(), 2);
    }
    let (reason, asked) = failure(|| Act::Say(500, &[], b"{\"error\":{\"message\":\"out of memory\"}}".to_vec()));
    assert_eq!((reason, asked), (FailureReason::HttpStatus, 2));
}

#[test]
fn pauses_that_the_server_asks_for_are_kept_and_others_double() {
    static WAITS: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    fn note(how_long: Duration, progress: &dyn Progress) -> Result<(), Stopped> {
        // A wait until a point in time is measured from now, so that it is a little shorter.
        WAITS.lock().unwrap().push(how_long.as_secs_f64().round() as u64);
        progress.check_stop()
    }
    let server = Server::start(|n, _| match n {
        0 => Act::Say(429, &[("Retry-After", "700")], vec![]),
        1 | 2 => Act::Say(500, &[], vec![]),
        _ => say(FAVOR),
    });
    let folder = TempDir::new().unwrap();
    let options = ChatOptions { retries: 3, retry_wait_s: 40.0, max_wait_s: 800, ..options(&server.endpoint) };
    let mut coder = coder(options, folder.path());
    coder.caller.asker.wait_with(note);
    coder.code(&units(&["Yes."]), &Silent).unwrap();
    let waits = WAITS.lock().unwrap();
    // Before each request the wait for its turn; the server's pause is such a wait, and holds for all requests.
    assert_eq!((waits[0], waits[1], waits[2], waits[4]), (0, 700, 80, 160), "{waits:?}");
}

#[test]
fn a_pause_beyond_the_limit_ends_the_run() {
    let server = Server::start(|_, _| Act::Say(429, &[("Retry-After", "3600")], vec![]));
    let error = one(options(&server.endpoint)).unwrap_err();
    assert!(matches!(error, ChatError::AskedToWait { seconds: 3600, .. }), "{error}");
}

#[test]
fn a_refused_key_model_or_address_ends_the_run() {
    for (status, expected) in [(401, "key_env"), (402, "credit"), (403, "key_env"), (404, "/v1"), (405, "/v1")] {
        let server = Server::start(move |_, _| Act::Say(status, &[], b"{\"error\":{\"message\":\"No!\"}}".to_vec()));
        let message = one(options(&server.endpoint)).unwrap_err().to_string();
        assert!(
            message.contains(&status.to_string()) && message.contains("No!") && message.contains(expected),
            "{message}"
        );
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn a_schema_that_the_server_refuses_is_left_out_once_and_for_all() {
    let server = Server::start(|_, asked| match asked.body["response_format"]["type"].as_str() {
        Some(_) => Act::Say(400, &[], b"{\"error\":{\"message\":\"response_format is not supported\"}}".to_vec()),
        None => say(FAVOR),
    });
    let folder = TempDir::new().unwrap();
    let coder = coder(options(&server.endpoint), folder.path());
    coder.code(&units(&["1", "2", "3"]), &Silent).unwrap();
    assert_eq!(server.asked().len(), 5, "two forms of the schema refused, then three answers");
    let summary = coder.summary();
    assert_eq!((summary.accepts_schema, summary.accepts_log_probabilities), (Some(false), Some(true)));
    assert_eq!(summary.n_asked, 3);
}

#[test]
fn the_schema_of_llama_cpp_is_tried_second() {
    let server = Server::start(|_, asked| match asked.body["response_format"]["type"].as_str() {
        Some("json_object") if asked.body["response_format"]["schema"]["type"] == "object" => say(FAVOR),
        _ => Act::Say(422, &[], b"{\"detail\":[{\"msg\":\"Input should be 'text' or 'json_object'\"}]}".to_vec()),
    });
    assert_eq!(coded(options(&server.endpoint), &["Yes.", "Yes!"]), [Ok(0), Ok(0)]);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn log_probabilities_that_the_server_refuses_are_left_out() {
    for status in [400, 500] {
        let server = Server::start(move |_, asked| match asked.body.get("logprobs") {
            Some(_) => Act::Say(status, &[], b"{\"error\":{\"message\":\"logprobs is not supported\"}}".to_vec()),
            None => say(FAVOR),
        });
        assert_eq!(coded(options(&server.endpoint), &["Yes."]), [Ok(0)]);
        assert_eq!(server.asked().len(), 2);
        assert!(server.asked()[1].body.get("response_format").is_some(), "the schema stays");
    }
}

#[test]
fn a_unit_that_is_refused_by_itself_does_not_change_what_is_sent() {
    let server = Server::start(|_, asked| {
        let text = asked.units()["u1"]["text"].as_str().unwrap().to_owned();
        if text == "long" { Act::Say(400, &[], b"{\"error\":\"the prompt is too long\"}".to_vec()) } else { say(FAVOR) }
    });
    let found = coded(options(&server.endpoint), &["long", "Yes."]);
    assert_eq!(found, [Err(FailureReason::HttpStatus), Ok(0)]);
    let last = server.asked().pop().unwrap();
    assert!(last.body.get("response_format").is_some() && last.body.get("logprobs").is_some());
}

#[test]
fn parameters_that_are_omitted_or_never_wanted_are_not_sent() {
    let server = Server::model(|_| "favor".into());
    let options = ChatOptions {
        schema: SchemaUse::Never,
        log_probabilities: 0,
        omit: vec![Parameter::Seed, Parameter::Temperature],
        ..options(&server.endpoint)
    };
    assert_eq!(coded(options, &["Yes."]), [Ok(0)]);
    let body = server.asked()[0].body.clone();
    assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["max_tokens", "messages", "model", "stream"]);
}

#[test]
fn many_failures_in_a_row_end_the_run_and_keep_what_was_answered() {
    let server = Server::start(|n, _| if n == 0 { say(FAVOR) } else { Act::Say(500, &[], b"broken".to_vec()) });
    let texts: Vec<String> = (0..30).map(|n| n.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let folder = TempDir::new().unwrap();
    let coder = coder(ChatOptions { retries: 0, ..options(&server.endpoint) }, folder.path());
    let error = coder.code(&units(&texts), &Silent).unwrap_err();
    assert!(matches!(&error, ChatError::KeepsFailing { n: 10, .. }), "{error}");
    assert!(error.to_string().contains("500 broken"), "{error}");
    assert_eq!(server.asked().len(), 11);
    let again = super::coder(options(&server.endpoint), folder.path());
    assert_eq!(again.code(&units(&["0"]), &Silent).unwrap().iter().map(code).collect::<Vec<_>>(), [Ok(0)]);
}

/// Cargo sets this variable for tests; its value serves as a key.
const VARIABLE: &str = "CARGO_PKG_NAME";

#[test]
fn the_key_is_sent_and_never_written_or_repeated() {
    let key = std::env::var(VARIABLE).unwrap();
    let quotes = {
        let key = key.clone();
        move |n: usize| match n {
            0 => Act::Say(500, &[], format!("{{\"error\":\"your key {key} is broken\"}}").into_bytes()),
            1 => body(&completion(&format!("{{\"u1\":\"{key}\"}}"))),
            _ => Act::Say(401, &[], format!("{{\"error\":{{\"message\":\"wrong key: {key}\"}}}}").into_bytes()),
        }
    };
    let server = Server::start(move |n, _| quotes(n));
    let folder = TempDir::new().unwrap();
    let options = ChatOptions { key_env: VARIABLE.into(), retries: 0, ..options(&server.endpoint) };
    let coder = coder(options, folder.path());
    let answers = coder.code(&units(&["1", "2"]), &Silent).unwrap();
    assert_eq!(
        answers.iter().map(code).collect::<Vec<_>>(),
        [Err(FailureReason::HttpStatus), Err(FailureReason::UnknownCode)]
    );
    let error = coder.code(&units(&["3"]), &Silent).unwrap_err().to_string();
    assert!(error.contains("wrong key: [key]"), "{error}");
    assert!(server.asked()[0].head.contains(&format!("Bearer {key}\r\n")), "it is sent");
    let mut written = format!("{answers:?} {:?} {error}", coder.summary());
    for file in std::fs::read_dir(folder.path()).unwrap() {
        written.push_str(&std::fs::read_to_string(file.unwrap().path()).unwrap());
    }
    assert!(written.contains("[key]") && !written.contains(&key), "{written}");
}

#[test]
fn a_key_in_the_address_of_a_redirect_is_hidden() {
    let key = std::env::var(VARIABLE).unwrap();
    let location: &'static str = Box::leak(format!("http://other/?key={key}").into_boxed_str());
    let headers: &'static [(&str, &str)] = Box::leak(vec![("Location", location)].into_boxed_slice());
    let server = Server::start(move |_, _| Act::Say(302, headers, vec![]));
    let options = ChatOptions { key_env: VARIABLE.into(), ..options(&server.endpoint) };
    let error = one(options).unwrap_err().to_string();
    assert!(error.contains("http://other/?key=[key]"), "{error}");
}

#[test]
fn a_missing_key_is_reported_before_anything_is_sent() {
    let server = Server::model(|_| "favor".into());
    let options = ChatOptions { key_env: "PLENARY_TEST_NO_SUCH_VARIABLE".into(), ..options(&server.endpoint) };
    let error = one(options).unwrap_err();
    assert!(
        matches!(&error, ChatError::NoKey { variable, .. } if variable == "PLENARY_TEST_NO_SUCH_VARIABLE"),
        "{error}"
    );
    assert!(server.asked().is_empty());
}

#[test]
fn the_budget_ends_the_run_before_it_is_exceeded_and_keeps_the_answers() {
    let server = Server::model(|_| "favor".into());
    let folder = TempDir::new().unwrap();
    // An answer costs 0.1 by the server's count; the estimate before it is sent is higher.
    let limited = ChatOptions { price_input: 1000.0, price_output: 0.0, max_cost: 3.0, ..options(&server.endpoint) };
    let texts: Vec<String> = (0..60).map(|n| n.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let first = coder(limited.clone(), folder.path());
    let error = first.code(&units(&texts), &Silent).unwrap_err();
    let n = server.asked().len();
    assert!(n > 0 && n < 30, "{n}");
    assert!(first.summary().cost <= 3.0 && (first.summary().cost - 0.1 * n as f64).abs() < 1e-9);
    let ChatError::Budget { n_left, n_calls, .. } = error else { panic!("{error}") };
    assert_eq!((n_left, n_calls), (60 - n, 60));
    let message = error.to_string();
    assert!(message.contains("`max_cost`") && message.contains("answers that arrived are kept"), "{message}");
    // Kept answers cost nothing: the next run goes on where this one stopped.
    let second = coder(limited, folder.path());
    assert!(second.code(&units(&texts), &Silent).is_err());
    assert_eq!(server.asked().len(), 2 * n);
    assert_eq!(second.summary().n_kept, n);
}

#[test]
fn the_user_can_end_the_work() {
    struct AfterOne(std::sync::atomic::AtomicU64);
    impl Progress for AfterOne {
        fn begin(&self, _: &str, _: u64) {}
        fn advance(&self, n: u64) {
            self.0.fetch_add(n, std::sync::atomic::Ordering::Relaxed);
        }
        fn stop_requested(&self) -> bool {
            self.0.load(std::sync::atomic::Ordering::Relaxed) > 0
        }
    }
    let server = Server::model(|_| "favor".into());
    let folder = TempDir::new().unwrap();
    let coder = coder(options(&server.endpoint), folder.path());
    let error = coder.code(&units(&["1", "2", "3"]), &AfterOne(0.into())).unwrap_err();
    assert!(matches!(error, ChatError::Stopped(Stopped)), "{error}");
    assert_eq!(server.asked().len(), 1);
}
