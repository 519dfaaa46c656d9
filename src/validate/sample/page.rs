//! The page on which a person codes in a browser.
//!
//! **Input:** drawn units, what a person reads of them, and a coder. **Output:** one HTML file that refers to nothing outside it. It keeps
//! codes in the browser and exports them as CSV in the shared form. A policy in the page allows only its own script and style, by their
//! sha256. Texts are data of the script, in which `<` is escaped, and become text nodes only. **Refused:** nothing. **Left to others:**
//! reading the exported file.

use std::collections::BTreeMap;

use plenary_chat::{Code, Codebook};
use plenary_report::embed::{self, script_data};
use serde_json::{Value, json};

use super::sheet::{CANNOT_TELL, COLUMNS, Reading, is_for_reading};
use super::{Drawn, Question};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Keys that the page itself uses: undo, next open unit, export.
const RESERVED: [char; 3] = ['u', 'o', 'e'];

pub(super) fn page(drawn: &Drawn, readings: &BTreeMap<String, Reading>, coder: &str, units: &[usize]) -> String {
    let sample = &drawn.sample;
    let unit = |at: &usize| {
        let unit = &drawn.units[*at];
        let stratum = &sample.strata[unit.stratum];
        let reading = &readings[&unit.segment_id];
        json!({
            "segment_id": unit.segment_id,
            "question": unit.question,
            "inclusion_probability": stratum.inclusion_probability.to_string(),
            "stratum": stratum.id,
            "speaker": reading.speaker,
            "text": reading.text,
            "before": reading.before,
            "after": reading.after,
            "document": reading.document,
            "date": reading.date,
        })
    };
    let single = sample.design.coders.len() == 1;
    let data = json!({
        "sample": sample.id,
        "study": sample.results.study,
        "coder": coder,
        "file": if single { "codes.csv".to_owned() } else { format!("codes-{coder}.csv") },
        "columns": COLUMNS,
        "forReading": COLUMNS.iter().filter(|name| is_for_reading(name)).collect::<Vec<_>>(),
        "cannotTell": CANNOT_TELL,
        "codebook": codebook(&sample.questions.codebook),
        "questions": sample.questions.all.iter().map(question).collect::<Vec<_>>(),
        "units": units.iter().map(unit).collect::<Vec<_>>(),
    });
    embed::page(PAGE, &[embed::BASE_STYLE, STYLE], SCRIPT, &[("DATA", &script_data(&data))])
}

fn codebook(codebook: &Codebook) -> Value {
    let mut used: Vec<char> = RESERVED.to_vec();
    let code = |code: &Code| {
        let letter = code.id.chars().find(|c| c.is_ascii_lowercase() && !used.contains(c));
        used.extend(letter);
        json!({ "id": code.id, "definition": code.definition, "key": letter })
    };
    json!({
        "definition": codebook.definition,
        "codes": codebook.codes.iter().map(code).collect::<Vec<_>>(),
        "examples": codebook.examples,
        "edgeCases": codebook.edge_cases,
    })
}

fn question(question: &Question) -> Value {
    json!({
        "target": question.target,
        "title": question.title,
        "negation": question.negation,
        "meaning": question.meaning,
        "note": question.note,
        "examples": question.examples,
        "edgeCases": question.edge_cases,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_codes_differ_from_each_other_and_from_the_keys_of_the_page() {
        let codes = ["favor", "against", "neither", "none_at_all", "up", "e"];
        let code = |id: &str| Code { id: id.into(), definition: "When.".into() };
        let value = codebook(&Codebook { codes: codes.map(code).to_vec(), ..Codebook::stance() });
        let keys: Vec<Option<&str>> =
            value["codes"].as_array().unwrap().iter().map(|code| code["key"].as_str()).collect();
        assert_eq!(keys, [Some("f"), Some("a"), Some("n"), Some("t"), Some("p"), None]);
    }

    #[test]
    fn the_page_refers_to_nothing_outside() {
        for part in [PAGE, embed::BASE_STYLE, STYLE, SCRIPT] {
            for remote in ["http:", "https:", "src=", "url(", "@import", "innerHTML", "insertAdjacentHTML", "eval("] {
                assert!(!part.contains(remote), "{remote}");
            }
        }
        assert!(PAGE.contains("default-src 'none'"));
        assert!(!SCRIPT.contains("</script") && !STYLE.contains("</style"));
    }
}
