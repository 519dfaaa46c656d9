use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::features::{N_SETTING, features, of_setting};
use super::model::{DESCRIPTION, Description, N_BUCKETS, WEIGHTS, model};
use super::*;

/// What `training/procedure/fit.py` computes for texts in several scripts.
#[derive(Deserialize)]
struct Reference {
    text: String,
    buckets: Vec<Vec<u32>>,
    /// Whether the features of the setting hold.
    setting: [bool; N_SETTING],
    log_odds: f64,
}

const CHAIR: Setting = Setting { conducts: true, ..Setting::ALONE };

fn reference() -> Vec<Reference> {
    serde_json::from_str(include_str!("reference.json")).unwrap()
}

#[test]
fn features_and_log_odds_equal_those_of_the_training_script() {
    let reference = reference();
    assert!(reference.len() >= 20);
    for expected in reference {
        assert_eq!(features(&expected.text).to_vec(), expected.buckets, "{}", expected.text);
        let [conducts, asks, is_first, is_second, is_last, _] = expected.setting;
        let position = if is_first { 1 } else { 3 - usize::from(is_second) };
        let setting = Setting { conducts, asks, position, is_last };
        assert_eq!(of_setting(&setting), expected.setting);
        let found = model().log_odds(&expected.text, &setting);
        assert!((found - expected.log_odds).abs() < 1e-6, "{}: {found}, {}", expected.text, expected.log_odds);
    }
}

#[test]
fn the_weights_are_those_of_the_description() {
    let description: Description = serde_json::from_str(DESCRIPTION).unwrap();
    let digest: String = Sha256::digest(WEIGHTS).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, description.sha256);
    assert_eq!(WEIGHTS.len(), 2 * N_BUCKETS);
    assert!(description.languages.is_sorted() && !description.languages.is_empty());
}

#[test]
fn thanks_and_calls_are_procedural_and_subjects_are_not() {
    for text in [
        "Thank you, Madam Chair.",
        "I call the next speaker, Councillor Odom.",
        "The motion is carried.",
        "You're muted, Ann.",
        "We will now move to item four on the agenda.",
    ] {
        assert!(is_procedural(probability(text, &CHAIR, Some("en")).unwrap()), "{text}");
    }
    for text in [
        "The buses on the coast road were cut from six an hour to two.",
        "I disagree with the tax on fuel.",
        "How many nurses left the hospital last year?",
        "We spent forty million on flood defences and the river still came over.",
    ] {
        assert!(!is_procedural(probability(text, &Setting::ALONE, Some("en")).unwrap()), "{text}");
    }
}

#[test]
fn a_language_that_is_not_covered_has_no_probability() {
    assert!(covers(Some("en")) && covers(Some("en-GB")) && covers(Some("EN_us")));
    assert!(!covers(None) && !covers(Some("")) && !covers(Some("tlh")));
    assert_eq!(probability("Thank you.", &CHAIR, Some("tlh")), None);
    assert_eq!(probability("Thank you.", &CHAIR, None), None);
}

#[test]
fn any_text_has_a_probability() {
    for text in ["", " ", "?", "\u{3000}", "İ", "ﬁ\u{0301}", &"word ".repeat(10_000), "🙂🙂"] {
        let found = probability(text, &CHAIR, Some("en")).unwrap();
        assert!((0.0..=1.0).contains(&found), "{text:?}: {found}");
    }
}
