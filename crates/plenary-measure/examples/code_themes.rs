//! Gives texts the codes of a codebook; used by `evaluation/theme_codes.py`.
//!
//!     code_themes CODES VECTORS
//!
//! CODES is JSON: for each code `description`, a position among the vectors, and `examples`, positions of coded texts. VECTORS holds
//! little-endian f32, one row per text of length 1, after a number of rows as little-endian u32. On stdout: one line of JSON per row
//! with the position of the `code` and its `probability`.

use std::fs;
use std::io::{BufWriter, Write};

use anyhow::{Context, Result, bail};
use ndarray::ArrayView2;
use plenary_measure::themes::codes::{CodeModel, CodeVectors};
use serde_json::{Value, json};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [codes, vectors] = arguments.as_slice() else { bail!("expected CODES VECTORS, see the head of the source") };
    let codes: Vec<Value> = serde_json::from_slice(&fs::read(codes).with_context(|| codes.clone())?)?;
    let bytes = fs::read(vectors).with_context(|| vectors.clone())?;
    let Some((n, bytes)) = bytes.split_first_chunk::<4>() else { bail!("{vectors}: it ends early") };
    let n = u32::from_le_bytes(*n) as usize;
    let numbers: Vec<f32> =
        bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect();
    let vectors = ArrayView2::from_shape((n, numbers.len() / n.max(1)), &numbers)?;
    let row = |at: &Value| -> Result<Vec<f32>> {
        let at = at.as_u64().context("a position")? as usize;
        if at >= n {
            bail!("the position {at} of {n} rows");
        }
        Ok(vectors.row(at).to_vec())
    };
    let of = |code: &Value| -> Result<CodeVectors> {
        let examples = code["examples"].as_array().context("examples")?;
        Ok(CodeVectors {
            description: row(&code["description"])?,
            examples: examples.iter().map(row).collect::<Result<_>>()?,
        })
    };
    let model = CodeModel::fit(&codes.iter().map(of).collect::<Result<Vec<_>>>()?);
    let mut out = BufWriter::new(std::io::stdout().lock());
    for found in model.assign(vectors, 0.0) {
        writeln!(out, "{}", json!({"code": found.nearest, "probability": found.probability}))?;
    }
    Ok(())
}
