//! From hand codes to findings: which units to code, how far coders agree, how good labels are, and what their errors do to
//! an estimate.
//!
//! **Input:** codes, predictions, inclusion probabilities and clusters, as plain numbers and labels. **Output:** drawn units,
//! coefficients of agreement, scores and corrected estimates with intervals. **Refused:** designs and codes from which nothing
//! can be estimated, with the reason. **Left to others:** files, tables, and where the numbers come from.

pub mod agreement;
pub mod correct;
mod draws;
pub mod sampling;
pub mod scores;
