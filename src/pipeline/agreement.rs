//! How far two coders agree, from how often they give which labels.
//!
//! **Input:** the counts of labels of two coders. **Output:** [`Coefficients`] over the units that both labelled. The units are put in the
//! order of their labels, so that the coefficients do not depend on the order of segments or their division into parts.
//! **Refused:** nothing; what is not defined is `None`. **Left to others:** the coefficients themselves (`plenary-validate`).

use plenary_corpus::findings::{CoderAgreement, Stance};
use plenary_tables::Coefficients;
use plenary_validate::agreement::{Scale, UnitCodes, cohen, krippendorff, percent};

/// Share of equal labels, Cohen's kappa and Krippendorff's alpha for nominal data.
pub(super) fn coefficients(pair: &CoderAgreement) -> Coefficients {
    let n_labels = Stance::ALL.len();
    let mut codes: Vec<(usize, usize)> = Vec::new();
    for (a, counts) in pair.counts.iter().enumerate().take(n_labels) {
        for (b, n) in counts.iter().enumerate().take(n_labels) {
            codes.extend(std::iter::repeat_n((a, b), usize::try_from(*n).unwrap_or(usize::MAX)));
        }
    }
    let units: Vec<UnitCodes> = codes.iter().map(|(a, b)| vec![Some(*a), Some(*b)]).collect();
    Coefficients {
        share_equal: percent(&units),
        kappa: cohen(&codes, n_labels),
        alpha: krippendorff(&units, n_labels, &Scale::Nominal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: [[u64; 4]; 4]) -> Coefficients {
        let coders = ["a".to_owned(), "b".to_owned()];
        coefficients(&CoderAgreement { target_id: "t".into(), coders, is_selective: false, counts })
    }

    #[test]
    fn coefficients_equal_published_examples() {
        // Cohen (1960), table 1, with shares as counts of 200 units: kappa 0.492.
        let found = of([[88, 14, 18, 9], [10, 40, 10, 9], [2, 6, 12, 9], [9, 9, 9, 9]]);
        assert!((found.kappa.unwrap() - 0.492).abs() < 5e-4, "{found:?}");
        assert_eq!(found.share_equal, Some(0.7));
        // Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability", section A: two observers, ten units, alpha 0.095.
        let found = of([[5, 3, 0, 0], [1, 1, 0, 0], [0; 4], [0; 4]]);
        assert!((found.alpha.unwrap() - 0.095).abs() < 5e-4, "{found:?}");
    }

    #[test]
    fn what_is_not_defined_is_none() {
        assert_eq!(of([[0, 0, 0, 7], [0; 4], [0; 4], [3, 0, 0, 9]]), Coefficients::default());
        let one_label = of([[5, 0, 0, 0], [0; 4], [0; 4], [0; 4]]);
        assert_eq!(one_label, Coefficients { share_equal: Some(1.0), kappa: None, alpha: None });
        let perfect = of([[5, 0, 0, 0], [0, 2, 0, 0], [0; 4], [0; 4]]);
        assert_eq!(perfect, Coefficients { share_equal: Some(1.0), kappa: Some(1.0), alpha: Some(1.0) });
    }
}
