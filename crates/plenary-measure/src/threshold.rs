//! From which evidence on a text takes a side.
//!
//! **Input:** the probabilities of texts towards one target, and a stated share of `neither` or codes of people. **Output:** a
//! [`threshold`](Threshold) and the probabilities that follow from it. It depends on the values alone, not on their order.
//! **Refused:** nothing; without enough codes there is no threshold. **Left to others:** reading codes, and labels.
//!
//! The evidence for a side is `ln(max(favor, against) / neither)`. A text below the threshold is `neither`. The default is 0, where the most
//! probable of the three is the label. A threshold `t` multiplies the odds of `neither` by `exp(t)`, which corrects probabilities
//! for another share of `neither` than that of the model's training (Saerens, Latinne & Decaestecker 2002, equation 2.4), so that the label
//! stays the most probable of the three.

use plenary_corpus::findings::{Stance, StanceProbabilities};

/// Minimum number of codes of a target for a threshold.
pub const CODES_AT_LEAST: usize = 30;
/// Evidence of a text without probabilities, or that takes no side by a rule: below every threshold.
pub const NO_EVIDENCE: f64 = f64::NEG_INFINITY;
/// What a probability that was rounded to 0 counts, so that its logarithm is finite.
const LEAST: f32 = 1e-9;

/// The evidence that a text takes a side: the logarithm of the odds of its likelier side against `neither`.
pub fn evidence(of: StanceProbabilities) -> f64 {
    let log = |probability: f32| f64::from(probability.max(LEAST)).ln();
    log(of.favor.max(of.against)) - log(of.neither)
}

/// The probabilities of a text after a threshold.
#[must_use]
pub fn shifted(of: StanceProbabilities, threshold: f64) -> StanceProbabilities {
    let odds = threshold.exp();
    let neither = f64::from(of.neither.max(LEAST)) * odds;
    if !neither.is_finite() {
        return StanceProbabilities { favor: 0.0, against: 0.0, neither: 1.0 };
    }
    let sum = f64::from(of.favor) + f64::from(of.against) + neither;
    let part = |value: f64| (value / sum) as f32;
    StanceProbabilities {
        favor: part(f64::from(of.favor)),
        against: part(f64::from(of.against)),
        neither: part(neither),
    }
}

/// The threshold with which this share of the texts, rounded to a number of texts, is `neither`: the middle between two neighbouring values
/// of evidence. Texts of equal evidence fall on one side, and texts with [`NO_EVIDENCE`] are `neither` in any case. `None` if no text has
/// evidence.
pub fn of_share(mut evidence: Vec<f64>, share: f64) -> Option<f64> {
    evidence.sort_by(f64::total_cmp);
    let n_neither = (share * evidence.len() as f64).round() as usize;
    let first_known = evidence.iter().position(|value| value.is_finite())?;
    Some(match evidence.get(n_neither.max(first_known)) {
        None => evidence.last()? + 1.0,
        Some(above) if n_neither <= first_known => above - 1.0,
        Some(above) => f64::midpoint(evidence[n_neither - 1], *above),
    })
}

/// A coded text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodedText {
    /// Its evidence; [`NO_EVIDENCE`] if it takes no side whatever the threshold.
    pub evidence: f64,
    /// Its likelier side.
    pub side: Stance,
    /// What people say.
    pub code: Stance,
    /// How much it counts, above 0.
    pub weight: f64,
}

impl CodedText {
    fn label(&self, threshold: f64) -> Stance {
        if self.evidence < threshold { Stance::Neither } else { self.side }
    }
}

/// How often a label is right.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Share of right labels, in [0, 1].
    pub accuracy: f64,
    /// Mean F1 of the labels that people gave, in [0, 1].
    pub macro_f1: f64,
}

/// A threshold that was fitted on codes, and its quality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// The threshold.
    pub threshold: f64,
    /// With the threshold fitted on the other codes.
    pub left_out: Scores,
    /// With the default.
    pub default: Scores,
}

/// The threshold for which the weighted share of `neither` among the coded texts is that of the codes, and how right it is. `None` with fewer
/// than [`CODES_AT_LEAST`] codes.
pub fn of_codes(mut coded: Vec<CodedText>) -> Option<Threshold> {
    if coded.len() < CODES_AT_LEAST {
        return None;
    }
    let order = |text: &CodedText| (text.code, text.side);
    coded.sort_by(|a, b| {
        let by_numbers = a.evidence.total_cmp(&b.evidence).then(a.weight.total_cmp(&b.weight));
        by_numbers.then_with(|| order(a).cmp(&order(b)))
    });
    let threshold = fit(&coded, None);
    let mut left_out = Vec::with_capacity(coded.len());
    for (at, text) in coded.iter().enumerate() {
        left_out.push(text.label(fit(&coded, Some(at))));
    }
    let by_default: Vec<Stance> = coded.iter().map(|text| text.label(0.0)).collect();
    Some(Threshold { threshold, left_out: scores(&coded, &left_out), default: scores(&coded, &by_default) })
}

/// The threshold from sorted texts without the one at `without`: between the texts where the weight below is nearest to the weight of
/// `neither` among the codes; of two equally near ones the lower.
fn fit(sorted: &[CodedText], without: Option<usize>) -> f64 {
    let texts = || sorted.iter().enumerate().filter(|(at, _)| Some(*at) != without).map(|(_, text)| text);
    let wanted: f64 = texts().filter(|text| text.code == Stance::Neither).map(|text| text.weight).sum();
    let (mut below, mut previous, mut best) = (0.0, NO_EVIDENCE, (f64::INFINITY, 0.0));
    let mut consider = |below: f64, from: f64, to: f64| {
        let distance = (below - wanted).abs();
        // A place between equal values, or below those without evidence, does not exist.
        if distance < best.0 && to > from {
            let threshold = match (from.is_finite(), to.is_finite()) {
                (true, true) => f64::midpoint(from, to),
                (false, true) => to - 1.0,
                (true, false) => from + 1.0,
                (false, false) => 0.0,
            };
            best = (distance, threshold);
        }
    };
    for text in texts() {
        consider(below, previous, text.evidence);
        below += text.weight;
        previous = text.evidence;
    }
    consider(below, previous, f64::INFINITY);
    best.1
}

/// Accuracy and macro-F1 of labels, by weight.
fn scores(coded: &[CodedText], labels: &[Stance]) -> Scores {
    let weight = |is_counted: &dyn Fn(Stance, Stance) -> bool| -> f64 {
        let of = coded.iter().zip(labels).filter(|(text, label)| is_counted(text.code, **label));
        of.map(|(text, _)| text.weight).sum()
    };
    let of_class = |class: Stance| {
        let of_codes = weight(&|code, _| code == class);
        let both = of_codes + weight(&|_, label| label == class);
        (of_codes > 0.0).then(|| 2.0 * weight(&|code, label| code == class && label == class) / both)
    };
    let of_classes: Vec<f64> = Stance::ALL.iter().filter_map(|class| of_class(*class)).collect();
    Scores {
        accuracy: weight(&|code, label| code == label) / weight(&|_, _| true),
        macro_f1: of_classes.iter().sum::<f64>() / of_classes.len().max(1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(favor: f32, against: f32, neither: f32) -> StanceProbabilities {
        StanceProbabilities { favor, against, neither }
    }

    /// The largest of the probabilities, with neither where it is level.
    fn label(of: StanceProbabilities) -> Stance {
        let StanceProbabilities { favor, against, neither } = of;
        if neither >= favor.max(against) {
            Stance::Neither
        } else if favor > against {
            Stance::Favor
        } else {
            Stance::Against
        }
    }

    #[test]
    fn after_a_threshold_the_label_is_still_the_most_probable() {
        let texts = [sides(0.5, 0.1, 0.4), sides(0.2, 0.3, 0.5), sides(0.05, 0.05, 0.9), sides(0.0, 1.0, 0.0)];
        for threshold in [-3.0, -0.4, 0.0, 0.1, 2.0, 30.0] {
            for of in texts {
                let after = shifted(of, threshold);
                assert!((after.favor + after.against + after.neither - 1.0).abs() < 1e-6, "{after:?}");
                assert_eq!(label(after) == Stance::Neither, evidence(of) < threshold, "{of:?} at {threshold}");
                if threshold < 3.0 && of.neither > 0.0 {
                    assert!((evidence(after) - evidence(of) + threshold).abs() < 1e-4, "{of:?} at {threshold}");
                }
            }
        }
        assert_eq!(shifted(sides(0.5, 0.4, 0.1), 1e9), sides(0.0, 0.0, 1.0));
    }

    #[test]
    fn a_share_is_met_whatever_the_order() {
        let values = [0.4, NO_EVIDENCE, -1.0, 2.0, NO_EVIDENCE, 0.1, -3.0, 1.0, 0.2, 0.3];
        let below = |threshold: f64| values.iter().filter(|value| **value < threshold).count();
        for n in 3..=9 {
            let threshold = of_share(values.to_vec(), n as f64 / 10.0).unwrap();
            assert_eq!(below(threshold), n);
            let mut turned = values.to_vec();
            turned.reverse();
            assert_eq!(of_share(turned, n as f64 / 10.0), Some(threshold));
        }
        let middle = of_share(values.to_vec(), 0.5).unwrap();
        assert!((middle - 0.15).abs() < 1e-12, "{middle}");
        assert_eq!(below(of_share(values.to_vec(), 0.01).unwrap()), 2, "texts without evidence take no side");
        assert_eq!(below(of_share(values.to_vec(), 0.99).unwrap()), 10);
        assert_eq!(of_share(vec![NO_EVIDENCE; 3], 0.5), None);
        assert_eq!(of_share(Vec::new(), 0.5), None);
    }

    fn coded(evidence: f64, side: Stance, code: Stance) -> CodedText {
        CodedText { evidence, side, code, weight: 1.0 }
    }

    #[test]
    fn codes_decide_on_the_share() {
        use Stance::{Against, Favor, Neither};
        // Twenty texts without a side and ten with one, which the default takes for neither.
        let mut texts: Vec<CodedText> = (0..20).map(|n| coded(-4.0 + f64::from(n) / 10.0, Favor, Neither)).collect();
        texts.extend((0..10).map(|n| coded(-1.9 + f64::from(n) / 10.0, if n < 5 { Favor } else { Against }, Favor)));
        let found = of_codes(texts.clone()).unwrap();
        assert!((found.threshold - -2.0).abs() < 1e-12, "{found:?}");
        assert!((found.default.accuracy - 20.0 / 30.0).abs() < 1e-12);
        // The five with the wrong side, and the two next to the threshold without themselves.
        assert!(found.left_out.accuracy > 0.75 && found.left_out.accuracy < 0.85, "{found:?}");
        assert!((found.default.macro_f1 - (0.8 + 0.0) / 2.0).abs() < 1e-12, "favor and neither are coded");
        texts.reverse();
        assert_eq!(of_codes(texts.clone()), Some(found));
        assert_eq!(of_codes(texts[1..].to_vec()), None);
    }

    #[test]
    fn weights_count_and_texts_without_evidence_are_neither() {
        use Stance::{Favor, Neither};
        let mut texts: Vec<CodedText> = (0..30).map(|n| coded(f64::from(n), Favor, Neither)).collect();
        texts[29].code = Favor;
        texts[28].code = Favor;
        let light = of_codes(texts.clone()).unwrap().threshold;
        assert!((light - 27.5).abs() < 1e-12);
        // The codes of favor stand for as many texts as all others.
        texts[28].weight = 14.0;
        texts[29].weight = 14.0;
        assert!((of_codes(texts.clone()).unwrap().threshold - 27.5).abs() < 1e-12);
        for text in &mut texts[..10] {
            text.evidence = NO_EVIDENCE;
            text.code = Favor;
        }
        let found = of_codes(texts).unwrap();
        assert!((found.threshold - 17.5).abs() < 1e-12, "18 of neither, 10 of which have no evidence: {found:?}");
        let none = of_codes(vec![coded(NO_EVIDENCE, Neither, Neither); 30]).unwrap();
        assert_eq!((none.threshold, none.left_out.accuracy), (0.0, 1.0));
    }

    /// A case of `evaluation/thresholds_reference.py`.
    #[derive(serde::Deserialize)]
    struct Case {
        probabilities: Vec<[f32; 3]>,
        without_evidence: Vec<bool>,
        codes: Vec<usize>,
        weights: Vec<f64>,
        shares: Vec<OfShare>,
        threshold: f64,
        shifted: Vec<[f64; 3]>,
        left_out: [f64; 2],
        default: [f64; 2],
    }

    #[derive(serde::Deserialize)]
    struct OfShare {
        share: f64,
        threshold: f64,
    }

    #[test]
    fn thresholds_equal_the_reference() {
        let close = |a: f64, b: f64, what: &str| assert!((a - b).abs() < 1e-6, "{what}: {a} and {b}");
        let cases: Vec<Case> = serde_json::from_str(include_str!("threshold_reference.json")).unwrap();
        for case in &cases {
            let texts: Vec<CodedText> = (0..case.codes.len())
                .map(|at| {
                    let [favor, against, neither] = case.probabilities[at];
                    let known = evidence(sides(favor, against, neither));
                    CodedText {
                        evidence: if case.without_evidence[at] { NO_EVIDENCE } else { known },
                        side: if favor > against { Stance::Favor } else { Stance::Against },
                        code: Stance::ALL[case.codes[at]],
                        weight: case.weights[at],
                    }
                })
                .collect();
            for OfShare { share, threshold } in &case.shares {
                let values = texts.iter().map(|text| text.evidence).collect();
                close(of_share(values, *share).unwrap(), *threshold, "a share");
            }
            let found = of_codes(texts).unwrap();
            close(found.threshold, case.threshold, "codes");
            for (of, [accuracy, macro_f1]) in [(found.left_out, case.left_out), (found.default, case.default)] {
                close(of.accuracy, accuracy, "accuracy");
                close(of.macro_f1, macro_f1, "macro-F1");
            }
            for ([favor, against, neither], expected) in case.probabilities.iter().zip(&case.shifted) {
                let after = shifted(sides(*favor, *against, *neither), case.threshold);
                for (value, expected) in [after.favor, after.against, after.neither].into_iter().zip(expected) {
                    close(f64::from(value), *expected, "a probability");
                }
            }
        }
    }
}
