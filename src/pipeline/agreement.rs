//! How far two coders agree, from how often they give which labels.
//!
//! **Input:** the counts of labels of two coders. **Output:** [`Coefficients`] over the units that both labelled. Counts are whole
//! numbers, so that the coefficients do not depend on the order of units or their division into parts. **Refused:** nothing; what is
//! not defined is `None`. **Left to others:** intervals, and more than two coders (`plenary-validate`).

use plenary_corpus::findings::CoderAgreement;
use plenary_tables::Coefficients;

/// Share of equal labels, Cohen's kappa (Cohen 1960) and Krippendorff's alpha for nominal data (Krippendorff 2019, chapter 12).
pub(super) fn coefficients(pair: &CoderAgreement) -> Coefficients {
    // Exact up to 2^53 units.
    let counts: [[f64; 3]; 3] = std::array::from_fn(|a| std::array::from_fn(|b| pair.counts[a][b] as f64));
    let n: f64 = counts.iter().flatten().sum();
    if n == 0.0 {
        return Coefficients::default();
    }
    let equal: f64 = (0..3).map(|at| counts[at][at]).sum();
    let of_a: [f64; 3] = counts.map(|row| row.iter().sum());
    let of_b: [f64; 3] = std::array::from_fn(|b| counts.iter().map(|row| row[b]).sum());
    let defined =
        |observed: f64, expected: f64, of: f64| (expected < of).then(|| (observed - expected) / (of - expected));
    // The share that is expected if the coders are independent, times n squared.
    let expected: f64 = of_a.iter().zip(of_b).map(|(a, b)| a * b).sum();
    let kappa = defined(equal * n, expected, n * n);
    // Both labels of every unit are values; pairs of them within a unit are compared with pairs of all.
    let values = of_a.iter().zip(of_b).map(|(a, b)| a + b);
    let alike: f64 = values.map(|values| values * (values - 1.0)).sum();
    let alpha = defined(equal * (2.0 * n - 1.0) * 2.0, alike, 2.0 * n * (2.0 * n - 1.0));
    Coefficients { share_equal: Some(equal / n), kappa, alpha }
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
