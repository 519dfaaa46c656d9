//! Pooling and softmax, which all engines share.
//!
//! **Input**: hidden states or logits. **Output**: a unit vector or probabilities. Zero vectors and numbers that are
//! not finite give `None`.

use ndarray::ArrayView2;

/// Adds the hidden states of the tokens with 1 in the attention mask to `sum`. `hidden` has the shape `[tokens, width]`,
/// `sum` has `width` numbers.
pub(crate) fn add_marked(sum: &mut [f64], hidden: &ArrayView2<f32>, attention_mask: &[u32]) {
    for (row, _) in hidden.rows().into_iter().zip(attention_mask).filter(|(_, mark)| **mark == 1) {
        for (total, &x) in sum.iter_mut().zip(row) {
            *total += f64::from(x);
        }
    }
}

/// A vector scaled to length 1. For a sum over tokens this is also the scaled mean (Reimers & Gurevych 2019,
/// *Sentence-BERT*, EMNLP), as the number of tokens cancels out. `None` if the vector is zero or not finite.
pub(crate) fn unit(sum: &[f64]) -> Option<Vec<f32>> {
    let length = sum.iter().map(|x| x * x).sum::<f64>().sqrt();
    (length.is_finite() && length > 0.0).then(|| sum.iter().map(|x| (x / length) as f32).collect())
}

/// Logits to probabilities that sum to one; `None` if a logit is not finite or there are none.
pub(crate) fn softmax(logits: &[f32]) -> Option<Vec<f32>> {
    let largest = logits.iter().copied().reduce(f32::max)?;
    if logits.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let powers: Vec<f64> = logits.iter().map(|&x| f64::from(x - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    Some(powers.iter().map(|p| (p / sum) as f32).collect())
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn pooled(hidden: &ArrayView2<f32>, mask: &[u32]) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; hidden.ncols()];
        add_marked(&mut sum, hidden, mask);
        unit(&sum)
    }

    #[test]
    fn pooling_omits_masked_tokens_and_has_length_one() {
        let hidden = array![[3.0, 0.0], [3.0, 8.0], [100.0, 100.0]];
        assert_eq!(pooled(&hidden.view(), &[1, 1, 0]), Some(vec![0.6, 0.8]));
    }

    #[test]
    fn pooling_refuses_vectors_without_a_direction() {
        assert_eq!(pooled(&array![[f32::NAN, 1.0]].view(), &[1]), None);
        assert_eq!(pooled(&array![[0.0, 0.0]].view(), &[1]), None);
        assert_eq!(pooled(&array![[1.0, 1.0]].view(), &[0]), None);
    }

    #[test]
    fn softmax_sums_to_one_for_large_logits() {
        let p = softmax(&[1000.0, 1000.0, -1000.0]).unwrap();
        assert_eq!(p, [0.5, 0.5, 0.0]);
        assert_eq!(softmax(&[0.0, f32::NAN]), None);
        assert_eq!(softmax(&[]), None);
    }
}
