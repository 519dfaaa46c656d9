//! Coefficients equal those of the papers and of published packages.

use serde::Deserialize;

use super::*;

fn near(found: Option<f64>, expected: f64, tolerance: f64) {
    let found = found.expect("the coefficient is defined");
    assert!((found - expected).abs() < tolerance, "{found}, expected {expected}");
}

/// Units from one text per coder: a letter or digit per unit, `.` where there is no code.
fn units_of(coders: &[&str]) -> Vec<UnitCodes> {
    let code = |byte: u8| match byte {
        b'.' => None,
        b'1'..=b'9' => Some(usize::from(byte - b'1')),
        letter => Some(usize::from(letter - b'a')),
    };
    (0..coders[0].len()).map(|unit| coders.iter().map(|coder| code(coder.as_bytes()[unit])).collect()).collect()
}

/// Krippendorff 2011, sections A to E.
#[test]
fn alpha_equals_krippendorff_2011() {
    // Section A: two coders, two categories (there 0 and 1).
    let binary = units_of(&["1211111121", "2221121111"]);
    near(krippendorff(&binary, 2, &Scale::Nominal), 0.095, 0.0005);
    // Section B: two coders, many categories.
    let nominal = units_of(&["aabbdcccedda", "babbbccceddd"]);
    near(krippendorff(&nominal, 5, &Scale::Nominal), 0.692, 0.0005);
    // Sections C to E: four coders, missing codes, the 12th unit with a single one.
    let missing = units_of(&["123321412...", "1233224125.3", ".3332342251.", "12332441251."]);
    near(krippendorff(&missing, 5, &Scale::Nominal), 0.743, 0.0005);
    near(krippendorff(&missing, 5, &Scale::Ordinal), 0.815, 0.0005);
    near(krippendorff(&missing, 5, &Scale::Interval(vec![1.0, 2.0, 3.0, 4.0, 5.0])), 0.849, 0.0005);
}

/// Fleiss 1971, table 1: thirty patients, each diagnosed by six psychiatrists.
#[test]
fn fleiss_equals_fleiss_1971() {
    let table = [
        "444444", "222555", "233335", "555555", "222444", "113333", "333355", "113334", "114444", "555555", "144444",
        "124444", "222333", "144444", "224445", "333335", "111455", "111112", "224444", "133555", "555555", "244444",
        "224555", "114444", "144445", "222224", "111155", "224444", "133333", "555555",
    ];
    let units: Vec<UnitCodes> =
        table.iter().map(|codes| codes.bytes().map(|byte| Some(usize::from(byte - b'1'))).collect()).collect();
    near(fleiss(&units, 5), 0.430, 0.0005);
    near(percent(&units), 0.556, 0.0005);
}

/// Cohen 1960, the example with 200 patients.
#[test]
fn cohen_equals_cohen_1960() {
    let table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]];
    let codes: Vec<(usize, usize)> = table
        .iter()
        .enumerate()
        .flat_map(|(a, row)| row.iter().enumerate().flat_map(move |(b, n)| vec![(a, b); *n]))
        .collect();
    near(cohen(&codes, 3), 0.492, 0.0005);
}

#[derive(Deserialize)]
struct Case {
    n_categories: usize,
    numbers: Vec<f64>,
    codes: Vec<UnitCodes>,
    percent: f64,
    fleiss: f64,
    nominal: f64,
    ordinal: f64,
    interval: f64,
    pairs: Vec<CasePair>,
}

#[derive(Deserialize)]
struct CasePair {
    coders: (usize, usize),
    n_units: usize,
    cohen: f64,
    confusion: Vec<Vec<usize>>,
}

/// The numbers are made by `evaluation/agreement_reference.py`.
#[test]
fn coefficients_equal_those_of_packages() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("reference.json")).expect("the file is valid");
    assert_eq!(cases.len(), 3);
    for case in cases {
        let options = AgreementOptions::default();
        let found = agreement(&case.codes, case.n_categories, &Scale::Interval(case.numbers), &options, "x")
            .expect("codes are valid");
        near(found.percent.value, case.percent, 1e-9);
        near(found.fleiss.value, case.fleiss, 1e-9);
        near(found.alpha_nominal.value, case.nominal, 1e-9);
        near(found.alpha_ordinal.and_then(|alpha| alpha.value), case.ordinal, 1e-9);
        near(found.alpha_interval.and_then(|alpha| alpha.value), case.interval, 1e-9);
        assert_eq!(found.pairs.len(), case.pairs.len());
        for (found, expected) in found.pairs.iter().zip(&case.pairs) {
            assert_eq!((found.coders, found.n_units), (expected.coders, expected.n_units));
            assert_eq!(found.confusion, expected.confusion);
            near(found.cohen.value, expected.cohen, 1e-9);
            let (low, high) = found.cohen.interval.expect("there are draws");
            assert!(low <= expected.cohen && expected.cohen <= high);
        }
    }
}

#[test]
fn intervals_contain_the_coefficient_about_as_often_as_they_claim() {
    // Two coders: equal with probability 0.7, else independent and uniform over three categories. Alpha is 0.7.
    let mut random = stream_of(7, &["coverage"]);
    let n_corpora = 200;
    let covered = (0..n_corpora).filter(|corpus| {
        let units: Vec<UnitCodes> = (0..80)
            .map(|_| {
                let first = random.random_range(0..3_u32) as usize;
                let same = random.random_range(0..10_u32) < 7;
                let second = if same { first } else { random.random_range(0..3_u32) as usize };
                vec![Some(first), Some(second)]
            })
            .collect();
        let options = AgreementOptions { resamples: 400, seed: *corpus, ..AgreementOptions::default() };
        let found = agreement(&units, 3, &Scale::Nominal, &options, "x").expect("codes are valid");
        let (low, high) = found.alpha_nominal.interval.expect("there are draws");
        low <= 0.7 && 0.7 <= high
    });
    let share = covered.count() as f64 / n_corpora as f64;
    assert!((0.89..=0.99).contains(&share), "coverage {share}");
}

#[test]
fn intervals_depend_on_seed_and_item_only() {
    let units = units_of(&["1211111121", "2221121111", "1.11112111"]);
    let compute = |seed, item: &str| {
        agreement(&units, 2, &Scale::Nominal, &AgreementOptions { seed, ..AgreementOptions::default() }, item)
            .expect("codes are valid")
    };
    assert_eq!(compute(1, "a"), compute(1, "a"));
    assert_ne!(compute(1, "a").fleiss.interval, compute(2, "a").fleiss.interval);
    assert_ne!(compute(1, "a").fleiss.interval, compute(1, "b").fleiss.interval);
}

#[test]
fn coefficients_of_a_single_category_are_undefined() {
    let units = units_of(&["1111", "1111"]);
    let found = agreement(&units, 3, &Scale::Ordinal, &AgreementOptions::default(), "x").expect("codes are valid");
    assert_eq!(found.percent.value, Some(1.0));
    let undefined = Coefficient { value: None, interval: None };
    assert_eq!(
        (found.fleiss, found.alpha_nominal, found.alpha_ordinal, found.alpha_interval),
        (undefined, undefined, Some(undefined), None)
    );
    assert_eq!(found.pairs[0].cohen, undefined);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let refuse = |units: &[UnitCodes], scale: &Scale| {
        agreement(units, 2, scale, &AgreementOptions::default(), "x").expect_err("nothing can be compared")
    };
    let nominal = Scale::Nominal;
    assert_eq!(refuse(&[], &nominal), AgreementError::OneCoder);
    assert_eq!(refuse(&[vec![Some(1)]], &nominal), AgreementError::OneCoder);
    assert_eq!(refuse(&[vec![Some(1), None], vec![None, Some(0)]], &nominal), AgreementError::NothingInCommon);
    let ragged = AgreementError::Ragged { unit: 1, found: 1, expected: 2 };
    assert_eq!(refuse(&[vec![Some(1), Some(0)], vec![Some(1)]], &nominal), ragged);
    let category = AgreementError::Category { unit: 0, found: 2, n_categories: 2 };
    assert_eq!(refuse(&[vec![Some(1), Some(2)]], &nominal), category);
    let scale = AgreementError::Scale { found: 1, n_categories: 2 };
    assert_eq!(refuse(&[vec![Some(1), Some(1)]], &Scale::Interval(vec![0.0])), scale);
    let few = AgreementOptions { resamples: 5, ..AgreementOptions::default() };
    let refused = agreement(&[vec![Some(1), Some(1)]], 2, &nominal, &few, "x").expect_err("five draws are too few");
    assert_eq!(refused.to_string(), "resamples: found 5; expected 0 for no intervals, or at least 100");
}
