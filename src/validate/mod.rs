//! From hand codes to findings: the parts that read tables and files. The numbers are those of `plenary-validate`.
//!
//! **Input:** opened results, and files that people filled in. **Output:** samples to code, agreement, scores, corrected
//! estimates. **Refused:** see the errors of each module.
//! **Left to others:** the formulas (`plenary-validate`), and learning from codes (`learn`).

pub mod agree;
pub mod coded;
pub mod drawn;
pub mod estimate;
pub mod hand;
pub mod sample;
pub mod score;
pub mod segments;
