//! Counts how many texts are cut into exactly the expected sentences.
//!
//!     cargo bench --bench sentences -- EXPECTED.csv [LANGUAGE]
//!
//! The file has the columns `id`, `text` and `sentences` (a JSON list). Each text is processed like a transcript: it is
//! read as the speech of a person, attributed and cut. Prints the differences, then the count.

use std::process::ExitCode;

use plenary::attribute::attribute;
use plenary::read::read;
use plenary::study::Study;

fn main() -> ExitCode {
    // Cargo adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some(path) = arguments.first() else {
        eprintln!("say which file: cargo bench --bench sentences -- EXPECTED.csv [LANGUAGE]");
        return ExitCode::SUCCESS;
    };
    match measure(path, arguments.get(1).map_or("en", String::as_str)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{path}: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn measure(path: &str, language: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut study = Study::default();
    study.study.language = language.into();
    let (mut exact, mut all) = (0, 0);
    for row in csv::Reader::from_path(path)?.deserialize() {
        let (id, text, sentences): (String, String, String) = row?;
        let expected: Vec<String> = serde_json::from_str(&sentences)?;
        let said = serde_json::json!({ "speaker": "Ann Lee", "text": text }).to_string();
        let transcript = attribute(read("said.jsonl", said.as_bytes())?, &study.attribution());
        let found: Vec<&str> = transcript.segments.iter().map(|segment| segment.text.as_str()).collect();
        all += 1;
        if found == expected {
            exact += 1;
        } else {
            println!("{id}\n  expected {expected:?}\n  found    {found:?}");
        }
    }
    println!("{exact} of {all} texts are cut exactly as expected");
    Ok(())
}
