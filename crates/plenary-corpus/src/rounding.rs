//! How shares and other figures are rounded for people. Tables keep all digits.
//!
//! **Input:** a number. **Output:** its text. Nothing is refused.

/// A number rounded to two decimals. Ties go away from zero, by the decimal digits of the number: 0.975 becomes 0.98, although its binary
/// value is a little less. All shares and scores are rounded by this rule in the summary, in `plenary show`, in other output of the program and
/// in reports, so that 39 of 40 are 98 % and 0.98 everywhere.
pub fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// A share as a percentage: whole per cent, by the rule of [`rounded`]. Shares below 1 % have one decimal, so that few are not none.
pub fn percent(share: f64) -> String {
    match 100.0 * share {
        percent if percent > 0.0 && percent < 0.05 => "under 0.1 %".to_owned(),
        percent if percent > 0.0 && percent < 0.95 => format!("{:.1} %", (10.0 * percent).round() / 10.0),
        _ => format!("{:.0} %", 100.0 * rounded(share)),
    }
}

/// A percentage that somebody chose, such as the level of intervals, with all its digits.
pub fn chosen_percent(share: f64) -> String {
    // 100 times a decimal number is not always one.
    format!("{} %", (share * 1e8).round() / 1e6)
}

/// A number between 0 and 1, such as a share, a score or a coefficient, by the rule of [`rounded`].
pub fn decimal(number: f64) -> String {
    format!("{:.2}", rounded(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_the_same_in_all_forms() {
        let forms = |share: f64| (percent(share), decimal(share));
        assert_eq!(forms(39.0 / 40.0), ("98 %".to_owned(), "0.98".to_owned()));
        assert_eq!(forms(0.125), ("13 %".to_owned(), "0.13".to_owned()));
        assert_eq!(forms(2.0 / 3.0), ("67 %".to_owned(), "0.67".to_owned()));
        assert_eq!(forms(1.0), ("100 %".to_owned(), "1.00".to_owned()));
        assert_eq!(forms(0.0), ("0 %".to_owned(), "0.00".to_owned()));
        // Every share of up to 200 things.
        for n in 1..=200_u32 {
            for k in 0..=n {
                let (percent, decimal) = forms(f64::from(k) / f64::from(n));
                if k * 100 >= n {
                    let percent: f64 = percent.trim_end_matches(" %").parse().expect("a number");
                    let decimal: f64 = decimal.parse().expect("a number");
                    assert!((percent - 100.0 * decimal).abs() < 1e-9, "{k} of {n}: {percent} {decimal}");
                }
            }
        }
    }

    #[test]
    fn few_are_not_none_and_chosen_levels_are_exact() {
        assert_eq!([0.0001, 0.0005, 0.004, 0.0094].map(percent), ["under 0.1 %", "0.1 %", "0.4 %", "0.9 %"]);
        assert_eq!([0.95, 0.975, 0.999, 0.58, 0.3].map(chosen_percent), ["95 %", "97.5 %", "99.9 %", "58 %", "30 %"]);
        assert_eq!(decimal(-0.125), "-0.13");
    }
}
