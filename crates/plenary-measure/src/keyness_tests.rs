use super::*;

/// Counts with the z of `FightingWords` of `ConvoKit`; `evaluation/keyness.py` made them.
#[derive(Deserialize)]
struct Reference {
    own: Vec<u64>,
    all: Vec<u64>,
    z_corpus: Vec<f64>,
    z_uniform: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("keyness_reference.json")).unwrap()
}

#[test]
fn z_is_that_of_fighting_words() {
    let reference = reference();
    for (prior, expected) in [(Prior::Corpus, &reference.z_corpus), (Prior::Uniform, &reference.z_uniform)] {
        let options = KeynessOptions { prior, ..KeynessOptions::default() };
        let terms = keyness(&reference.own, &reference.all, &options.priors(&reference.all));
        assert_eq!(terms.len(), expected.len());
        for (term, expected) in terms.iter().zip(expected) {
            assert!((term.z - expected).abs() < 1e-9, "{prior:?} {term:?} {expected}");
        }
    }
}

#[test]
fn the_interval_and_the_q_value_belong_to_z() {
    let terms = keyness(&[30, 5, 15, 10], &[40, 40, 30, 20], &[0.1; 4]);
    for term in &terms {
        let (low, high) = term.interval(0.95);
        assert!((high - low - 2.0 * 1.959_963_984_540_054 * term.standard_error).abs() < 1e-12);
        assert_eq!(low > 0.0 || high < 0.0, term.z.abs() > 1.959_963_984_540_054);
    }
    // Benjamini & Hochberg by hand.
    let p: Vec<f64> = terms.iter().map(|term| erfc(term.z.abs() / std::f64::consts::SQRT_2)).collect();
    let mut sorted = p.clone();
    sorted.sort_by(f64::total_cmp);
    for (term, own) in terms.iter().zip(&p) {
        let above = sorted.iter().enumerate().filter(|(_, p)| *p >= own);
        let expected = above.map(|(rank, p)| p * 4.0 / (rank as f64 + 1.0)).fold(1.0, f64::min);
        assert!((term.q_value - expected).abs() < 1e-12, "{term:?} {expected}");
    }
}

#[test]
fn without_other_texts_there_is_nothing_to_compare() {
    assert!(keyness(&[3, 4], &[3, 4], &[0.1; 2]).is_empty());
    assert!(keyness(&[0, 0], &[3, 4], &[0.1; 2]).is_empty());
    assert!(keyness(&[1], &[3], &[0.1]).is_empty());
    assert!(keyness(&[], &[], &[]).is_empty());
}

#[test]
fn the_strongest_terms_are_those_of_both_directions() {
    let terms = keyness(&[30, 5, 15, 10], &[40, 40, 30, 20], &[0.1; 4]);
    let order = |top: usize| -> Vec<usize> {
        strongest(terms.clone(), top, |term| term.to_string()).iter().map(|term| term.term).collect()
    };
    assert_eq!(order(0), [0, 2, 3, 1]);
    assert_eq!(order(1), [0, 1]);
    assert_eq!(order(9), [0, 2, 3, 1]);
}

#[test]
fn terms_are_words_in_lower_case_without_numbers() {
    assert_eq!(
        terms("The Government’s 3 well-known taxes, I don't pay."),
        ["the", "government", "well", "known", "taxes", "don't", "pay"]
    );
    assert_eq!(terms("北京大学 agrees"), ["北京", "大学", "agrees"]);
}

#[test]
fn options_out_of_range_are_refused() {
    let error = |options: KeynessOptions| options.check().unwrap_err().to_string();
    let of = KeynessOptions::default;
    insta::assert_snapshot!(error(KeynessOptions { prior_weight: 0.0, ..of() }), @"[keyness] prior_weight: found 0; expected a number above 0, such as 0.1");
    insta::assert_snapshot!(error(KeynessOptions { min_count: 0, ..of() }), @"[keyness] min_count: found 0; expected at least 1");
    let twice = KeynessOptions { by: vec!["party".into(), "party".into()], ..of() };
    insta::assert_snapshot!(error(twice), @"[keyness] by: found `party` twice; expected each name once");
}
