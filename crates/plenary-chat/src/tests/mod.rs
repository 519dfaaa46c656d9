//! The coder against servers on this machine, most of which misbehave.

mod answers;
mod endpoints;
mod labels;
mod server;

use std::path::Path;
use std::time::Duration;

use plenary_corpus::progress::{Progress, Silent, Stopped};
use tempfile::TempDir;

use crate::{ChatCoder, ChatError, ChatOptions, FailureReason, Outcome, Probabilities, Unit, UnitAnswer};

/// Options for a test: one thread, no waits between tries.
fn options(endpoint: &str) -> ChatOptions {
    ChatOptions {
        endpoint: endpoint.into(),
        model: "model".into(),
        concurrency: 1,
        retries: 1,
        retry_wait_s: 0.0,
        answers: ".".into(),
        ..ChatOptions::default()
    }
}

fn unit(text: &str) -> Unit {
    Unit {
        id: format!("id of {text}"),
        group: "document".into(),
        text: text.into(),
        before: vec!["Ann: Should we?".into()],
        proposition: Some("We should.".into()),
        negation: Some("We should not.".into()),
    }
}

fn units(texts: &[&str]) -> Vec<Unit> {
    texts.iter().map(|text| unit(text)).collect()
}

fn coder(options: ChatOptions, folder: &Path) -> ChatCoder {
    let mut coder = ChatCoder::open(options, folder).unwrap();
    coder.caller.asker.wait_with(no_wait);
    coder
}

fn no_wait(_: Duration, progress: &dyn Progress) -> Result<(), Stopped> {
    progress.check_stop()
}

/// Codes one unit in a new folder.
fn one(options: ChatOptions) -> Result<UnitAnswer, ChatError> {
    let folder = TempDir::new().unwrap();
    Ok(coder(options, folder.path()).code(&units(&["Yes."]), &Silent)?.remove(0))
}

/// The code of an answer, or the reason why there is none.
fn code(answer: &UnitAnswer) -> Result<usize, FailureReason> {
    match &answer.outcome {
        Outcome::Coded { code, .. } => Ok(*code),
        Outcome::Failed(failure) => Err(failure.reason),
    }
}

/// The codes of the units with these texts, `units_per_call` in a call.
fn coded(options: ChatOptions, texts: &[&str]) -> Vec<Result<usize, FailureReason>> {
    let folder = TempDir::new().unwrap();
    coder(options, folder.path()).code(&units(texts), &Silent).unwrap().iter().map(code).collect()
}

fn of_tokens(answer: &UnitAnswer) -> Option<Vec<f32>> {
    match &answer.outcome {
        Outcome::Coded { probabilities: Probabilities::OfTokens(probabilities), .. } => Some(probabilities.clone()),
        _ => None,
    }
}
