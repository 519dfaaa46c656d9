//! Codes units with a language model behind an endpoint.
//!
//! **Input**: options as TOML, units as JSON lines. Answers are kept beside the options. **Output**: one JSON line per unit on stdout, and a summary as JSON on stderr.
//!
//!     cargo run --release -p plenary-chat --example code -- options.toml units.jsonl

use std::error::Error;
use std::path::Path;

use plenary_chat::{ChatCoder, ChatOptions, Outcome, Probabilities, Unit};
use plenary_corpus::progress::Silent;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Row {
    id: String,
    text: String,
    #[serde(default)]
    before: Vec<String>,
    proposition: Option<String>,
    negation: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [options, units] = &arguments[..] else {
        return Err("expected: options.toml units.jsonl".into());
    };
    let base = Path::new(options).parent().unwrap_or(Path::new(""));
    let options: ChatOptions = toml::from_str(&std::fs::read_to_string(options)?)?;
    let lines = std::fs::read_to_string(units)?;
    let rows = lines.lines().map(serde_json::from_str).collect::<Result<Vec<Row>, _>>()?;
    let units: Vec<Unit> = rows
        .into_iter()
        .map(|row| Unit {
            id: row.id,
            group: String::new(),
            text: row.text,
            before: row.before,
            proposition: row.proposition,
            negation: row.negation,
        })
        .collect();
    let codes: Vec<String> = options.codebook.codes.iter().map(|code| code.id.clone()).collect();
    let coder = ChatCoder::open(options, base)?;
    for (unit, answer) in units.iter().zip(coder.code(&units, &Silent)?) {
        let line = match answer.outcome {
            Outcome::Coded { code, probabilities } => {
                let (source, probabilities) = match probabilities {
                    Probabilities::OfTokens(values) => ("tokens", Some(values)),
                    Probabilities::OfRepeats(values) => ("repeats", Some(values)),
                    Probabilities::NotOffered => ("none", None),
                };
                json!({ "id": unit.id, "code": codes[code], "probabilities": probabilities, "source": source })
            }
            Outcome::Failed(failure) => {
                json!({ "id": unit.id, "failure": failure.reason.as_str(), "detail": failure.detail })
            }
        };
        println!("{line}");
    }
    let summary = coder.summary();
    eprintln!(
        "{}",
        json!({
            "n_units": summary.n_units,
            "n_asked": summary.n_asked,
            "n_kept": summary.n_kept,
            "prompt_tokens": summary.usage.prompt_tokens,
            "completion_tokens": summary.usage.completion_tokens,
            "cost": summary.cost,
            "share_unequal": summary.agreement.share_unequal(),
            "alpha": summary.agreement.alpha(),
            "models": summary.models,
            "system_fingerprints": summary.system_fingerprints,
            "accepts_schema": summary.accepts_schema,
            "accepts_log_probabilities": summary.accepts_log_probabilities,
        })
    );
    Ok(())
}
