//! Tensors in `model.safetensors`, as f32.
//!
//! **Input**: the bytes of a file. **Output**: shapes and numbers; float16 and int8 become f32 without loss. Tensors of other
//! types are refused.

use safetensors::{Dtype, SafeTensors};

/// Name of the tensor of a static model with a row per token, as in Model2Vec.
pub const EMBEDDINGS: &str = "embeddings";

/// Shape and numbers of a tensor.
pub(crate) type Shaped = (Vec<usize>, Vec<f32>);

/// Shape and numbers of a tensor; `None` if no tensor has the name.
pub(crate) fn floats(tensors: &SafeTensors, name: &str) -> Result<Option<Shaped>, String> {
    let Ok(tensor) = tensors.tensor(name) else {
        return Ok(None);
    };
    let data = tensor.data();
    let numbers = match tensor.dtype() {
        Dtype::F32 => data.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        #[expect(clippy::cast_possible_truncation, reason = "weights of models are far from the limits of f32")]
        Dtype::F64 => data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
        Dtype::F16 => data.as_chunks::<2>().0.iter().map(|b| half(u16::from_le_bytes(*b))).collect(),
        Dtype::I8 => data.iter().map(|&b| f32::from(b.cast_signed())).collect(),
        other => return Err(format!("its tensor `{name}` holds {other:?}; expected F32, F64, F16 or I8")),
    };
    Ok(Some((tensor.shape().to_vec(), numbers)))
}

/// Whole numbers of a tensor; `None` if no tensor has the name.
pub(crate) fn integers(tensors: &SafeTensors, name: &str) -> Result<Option<Vec<i64>>, String> {
    let Ok(tensor) = tensors.tensor(name) else {
        return Ok(None);
    };
    let data = tensor.data();
    match tensor.dtype() {
        Dtype::I64 => Ok(Some(data.as_chunks::<8>().0.iter().map(|b| i64::from_le_bytes(*b)).collect())),
        Dtype::I32 => Ok(Some(data.as_chunks::<4>().0.iter().map(|b| i32::from_le_bytes(*b).into()).collect())),
        other => Err(format!("its tensor `{name}` holds {other:?}; expected I64 or I32")),
    }
}

/// A float of 16 bits (IEEE 754 binary16) as a float of 32 bits, exactly.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (bits >> 15, (bits >> 10) & 0x1f, bits & 0x3ff);
    let size = match exponent {
        0 => f32::from(fraction) * 2f32.powi(-24),
        0x1f if fraction == 0 => f32::INFINITY,
        0x1f => f32::NAN,
        _ => (1.0 + f32::from(fraction) / 1024.0) * 2f32.powi(i32::from(exponent) - 15),
    };
    if sign == 1 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_exact() {
        let known =
            [(0x3c00, 1.0), (0xc000, -2.0), (0x3555, 0.333_251_95), (0x0001, 5.960_464_5e-8), (0x7bff, 65504.0)];
        for (bits, number) in known {
            assert_eq!(half(bits).to_bits(), f32::to_bits(number));
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan() && half(0x8000).is_sign_negative());
    }
}
