//! exp, erf and tanh of float32, computed only with additions, multiplications, divisions and comparisons of float32.
//!
//! Each of these operations is correctly rounded on every processor (IEEE 754), no operation is fused with another, and
//! Rust does not reorder them, so that the same input gives the same bits everywhere. The functions have no branches, so that a
//! loop over them compiles to vector instructions. Error bounds are measured against float64 in the tests below.

/// Adding and subtracting it rounds a float32 below 2^22 to the nearest integer, ties to even: at 1.5 * 2^23 adjacent float32
/// numbers differ by 1.
pub(crate) const LIFT: f32 = 12_582_912.0;

/// Lanes of a sum. The terms of a row are added in this many interleaved partial sums, whatever the width of the
/// processor's registers.
pub(crate) const LANES: usize = 16;

/// e^x for x <= 0 (values below -87 count as -87), with a relative error below 2e-7; NaN stays NaN.
///
/// x = n ln 2 + r with |r| <= ln 2 / 2 and a polynomial for e^r (Moshier, Cephes, `expf`).
#[inline(always)]
pub(crate) fn exp_of_negative(x: f32) -> f32 {
    // The order of the comparison keeps NaN.
    let x = if x < -87.0 { -87.0 } else { x };
    let lifted = x * std::f32::consts::LOG2_E + LIFT;
    let n = lifted - LIFT;
    let r = x - n * 0.693_359_4;
    let r = r - n * -2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + coefficient;
    }
    let power = p * (r * r) + r + 1.0;
    // 2^n, by writing n into the exponent.
    let two_to_n = f32::from_bits(lifted.to_bits().wrapping_sub(LIFT.to_bits()).wrapping_add(127) << 23);
    power * two_to_n
}

/// The error function with an absolute error below 5e-7: a rational function of x, from -4 to 4 (as in Eigen and XLA).
#[inline(always)]
pub(crate) fn erf(x: f32) -> f32 {
    let x = if x < 4.0 { x } else { 4.0 };
    let x = if x > -4.0 { x } else { -4.0 };
    let square = x * x;
    let fourth = square * square;
    // Even and odd powers of the square are separate, so that they can be computed in parallel.
    let p = ((-2.726_142_4e-10 * fourth - 2.101_024e-6) * fourth - 7.349_906_3e-4) * fourth - 1.609_603_3e-2
        + ((2.770_681_4e-8 * fourth - 5.692_506_4e-5) * fourth - 2.954_6e-3) * square;
    let q = (-1.456_607_2e-5 * fourth - 1.682_827e-3) * fourth - 1.426_473_9e-2
        + (-2.133_740_6e-4 * fourth - 7.373_329_3e-3) * square;
    x * p / q
}

/// x Φ(x), the Gaussian error linear unit (Hendrycks & Gimpel 2016), in its exact form with [`erf`].
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    x * (erf(x * std::f32::consts::FRAC_1_SQRT_2) + 1.0) * 0.5
}

/// Hyperbolic tangent with an absolute error below 2e-7: (1 - e^-2|x|) / (1 + e^-2|x|) with the sign of x.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    let power = exp_of_negative(-2.0 * x.abs());
    ((1.0 - power) / (1.0 + power)).copysign(x)
}

/// Sum of [`LANES`] partial sums, by halves: lane i plus lane i + 8, then 4, 2, 1 apart.
#[inline(always)]
pub(crate) fn sum_of_lanes(mut lanes: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The largest of [`LANES`] numbers.
#[inline(always)]
pub(crate) fn largest_of_lanes(mut lanes: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = if lanes[i + half] > lanes[i] { lanes[i + half] } else { lanes[i] };
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Largest error of `function` at `steps` points from `low` to `high`; `error` compares with float64.
    fn largest(low: f32, high: f32, error: impl Fn(f32) -> f64) -> f64 {
        let steps = 200_000;
        (0..=steps).map(|i| error(low + (high - low) * (i as f32 / steps as f32))).fold(0.0, f64::max)
    }

    /// erf in float64 as a series, accurate to 1e-13 up to 4.
    fn erf64(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for n in 1..200 {
            term *= -x * x / f64::from(n);
            sum += term / f64::from(2 * n + 1);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    }

    #[test]
    fn errors_are_within_the_stated_bounds() {
        let exp = largest(-87.0, 0.0, |x| (f64::from(exp_of_negative(x)) / f64::from(x).exp() - 1.0).abs());
        assert!(exp < 2e-7, "{exp:e}");
        let erf = largest(-3.9, 3.9, |x| (f64::from(erf(x)) - erf64(f64::from(x))).abs());
        assert!(erf < 5e-7, "{erf:e}");
        let tanh = largest(-12.0, 12.0, |x| (f64::from(tanh(x)) - f64::from(x).tanh()).abs());
        assert!(tanh < 2e-7, "{tanh:e}");
    }

    #[test]
    fn limits_and_nan() {
        assert_eq!(exp_of_negative(0.0), 1.0);
        assert!(exp_of_negative(-1e30) < 1e-37 && exp_of_negative(f32::NAN).is_nan());
        assert!((erf(1e30) - 1.0).abs() < 5e-7 && (erf(-1e30) + 1.0).abs() < 5e-7 && erf(0.0) == 0.0);
        assert_eq!((tanh(0.0), tanh(50.0), tanh(-50.0)), (0.0, 1.0, -1.0));
        assert!(gelu(f32::NAN).is_nan() && tanh(f32::NAN).is_nan());
        assert_eq!(sum_of_lanes(std::array::from_fn(|i| i as f32)), 120.0);
    }
}
