//! Labels of themes from servers that answer and from servers that misbehave.

use super::server::{Act, Server, body, completion, say};
use super::*;
use crate::{LABEL_AT_MOST, LabelledTheme, Labeller, ThemeLabel};

fn theme(term: &str) -> LabelledTheme {
    LabelledTheme {
        id: "t01".into(),
        terms: vec![term.into(), "quay".into()],
        texts: vec!["The harbour <|im_end|> needs a quay.".into()],
    }
}

/// Options of labels, with a short limit of time.
fn of_labels(endpoint: &str) -> ChatOptions {
    ChatOptions { timeout_s: 1, ..options(endpoint) }
}

fn labels(options: ChatOptions, folder: &Path, terms: &[&str]) -> Result<(Vec<ThemeLabel>, Labeller), ChatError> {
    let mut labeller = Labeller::open(options, folder).unwrap();
    labeller.caller.asker.wait_with(no_wait);
    let themes: Vec<LabelledTheme> = terms.iter().map(|term| theme(term)).collect();
    Ok((labeller.label(&themes, &Silent)?, labeller))
}

fn outcomes(labels: &[ThemeLabel]) -> Vec<Result<&str, FailureReason>> {
    labels.iter().map(|label| label.outcome.as_deref().map_err(|failure| failure.reason)).collect()
}

/// The outcome at a server that always acts in this way, and the number of requests.
fn outcome(act: impl Fn() -> Act + Send + Sync + 'static) -> (Result<String, FailureReason>, usize) {
    let server = Server::start(move |_, _| act());
    let folder = TempDir::new().unwrap();
    let (labels, _) = labels(of_labels(&server.endpoint), folder.path(), &["harbour"]).unwrap();
    (outcomes(&labels)[0].map(str::to_owned), server.asked().len())
}

#[test]
fn terms_and_texts_are_sent_and_the_label_is_kept() {
    let server = Server::start(|n, _| if n == 0 { say("{\"label\":\" Building a quay \"}") } else { say("{}") });
    let folder = TempDir::new().unwrap();
    let (first, labeller) = labels(of_labels(&server.endpoint), folder.path(), &["harbour"]).unwrap();
    assert_eq!(outcomes(&first), [Ok("Building a quay")]);
    let asked = server.asked();
    let content = asked[0].body["messages"][1]["content"].as_str().unwrap();
    assert!(
        content.starts_with("{\"terms\":[\"harbour\",\"quay\"],\"texts\":[\"The harbour \\u003c|im_end|>"),
        "{content}"
    );
    assert!(!content.contains("t01"), "{content}");
    assert_eq!(asked[0].body["response_format"]["json_schema"]["schema"]["required"][0], "label");
    assert!(asked[0].body.get("logprobs").is_none());
    assert_eq!((labeller.summary().n_asked, labeller.summary().n_kept), (1, 0));
    // The same question again is answered from the folder, another one is asked for.
    let (again, labeller) = labels(of_labels(&server.endpoint), folder.path(), &["harbour", "rail"]).unwrap();
    assert_eq!(again[0], first[0]);
    assert_eq!(outcomes(&again)[1], Err(FailureReason::MissingUnit));
    assert_eq!((labeller.summary().n_asked, labeller.summary().n_kept), (1, 1));
    assert_eq!(labeller.summary().failures[&FailureReason::MissingUnit], 1);
}

#[test]
fn nothing_is_sent_where_all_answers_are_kept() {
    let folder = TempDir::new().unwrap();
    let endpoint = {
        let server = Server::start(|_, _| say("{\"label\":\"Quays\"}"));
        labels(of_labels(&server.endpoint), folder.path(), &["harbour"]).unwrap();
        server.endpoint.clone()
    };
    let nowhere = ChatOptions { endpoint: "http://127.0.0.1:9/v1".into(), ..of_labels(&endpoint) };
    let (again, _) = labels(nowhere, folder.path(), &["harbour"]).unwrap();
    assert_eq!(outcomes(&again), [Ok("Quays")]);
}

#[test]
fn answers_that_are_not_one_short_line_are_no_labels() {
    use FailureReason::{CutOff, MissingUnit, OtherUnit, SchemaBroken};
    let long = format!("{{\"label\":\"{}\"}}", "é".repeat(LABEL_AT_MOST + 1));
    for (content, reason) in [
        ("Quays", SchemaBroken),
        ("{\"label\":\"\"}", SchemaBroken),
        ("{\"label\":\"  \"}", SchemaBroken),
        ("{\"label\":\"a\\nb\"}", SchemaBroken),
        ("{\"label\":[\"Quays\"]}", SchemaBroken),
        ("{\"label\":\"Quays\"} because", SchemaBroken),
        ("{\"label\":\"Quays\",\"label\":\"Rails\"}", SchemaBroken),
        ("{\"label\":\"Quays\",\"why\":\"boats\"}", OtherUnit),
        ("{}", MissingUnit),
        (&long, SchemaBroken),
    ] {
        let answer = content.to_owned();
        assert_eq!(outcome(move || say(&answer)), (Err(reason), 1), "{content}");
    }
    let cut = || {
        let mut answer = completion("{\"label\":\"Qua");
        answer["choices"][0]["finish_reason"] = "length".into();
        body(&answer)
    };
    assert_eq!(outcome(cut), (Err(CutOff), 1));
    let most = format!("{{\"label\":\"{}\"}}", "é".repeat(LABEL_AT_MOST));
    assert!(outcome(move || say(&most)).0.is_ok());
}

#[test]
fn servers_that_misbehave_give_no_label_or_end_the_work() {
    assert_eq!(outcome(|| Act::Hang), (Err(FailureReason::TimeOut), 2));
    assert_eq!(outcome(|| Act::Raw(b"SSH-2.0-OpenSSH\r\n".to_vec())), (Err(FailureReason::ConnectionLost), 2));
    assert_eq!(outcome(|| Act::Endless("application/json")), (Err(FailureReason::TooLarge), 1));
    let ends = |act: fn() -> Act| {
        let server = Server::start(move |_, _| act());
        let folder = TempDir::new().unwrap();
        labels(of_labels(&server.endpoint), folder.path(), &["harbour"]).map(|_| ()).unwrap_err()
    };
    let denied = ends(|| Act::Say(401, &[], b"no".to_vec()));
    assert!(matches!(denied, ChatError::Denied { status: 401, .. }), "{denied}");
    let moved = ends(|| Act::Say(307, &[("Location", "http://127.0.0.1:9/")], vec![]));
    assert!(matches!(moved, ChatError::Redirected { .. }), "{moved}");
    let page = ends(|| Act::Say(200, &[("Content-Type", "text/html")], b"<p>".to_vec()));
    assert!(matches!(page, ChatError::Html { .. }), "{page}");
}

#[test]
fn the_budget_holds() {
    let server = Server::start(|_, _| say("{\"label\":\"Quays\"}"));
    let folder = TempDir::new().unwrap();
    let options = ChatOptions { price_output: 1e6, max_cost: 65.0, ..of_labels(&server.endpoint) };
    let error = labels(options, folder.path(), &["harbour", "rail"]).map(|_| ()).unwrap_err();
    assert!(matches!(error, ChatError::Budget { n_left: 1, n_calls: 2, .. }), "{error}");
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn options_of_codes_are_refused() {
    let folder = TempDir::new().unwrap();
    let refused = |change: fn(&mut ChatOptions)| {
        let mut options = of_labels("http://127.0.0.1:9/v1");
        change(&mut options);
        Labeller::open(options, folder.path()).map(|_| ()).unwrap_err().to_string()
    };
    for (key, message) in [
        ("repeat", refused(|o| o.repeat = 3)),
        ("codebook", refused(|o| drop(o.codebook.edge_cases.pop()))),
        ("units_per_call", refused(|o| o.units_per_call = 2)),
        ("model", refused(|o| o.model = String::new())),
    ] {
        assert!(message.contains(&format!("labels of themes: {key}: found")), "{message}");
    }
}
