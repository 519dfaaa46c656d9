//! Coders: whatever assigns a label to a unit for a target.
//!
//! **Input:** texts, how relevant each is to each target, and the targets. **Output:** [`Codings`]. **Refused:** shapes that do
//! not fit together. **Left to others:** which coder is the primary one, and how codings are stored.

use ndarray::ArrayView2;
use plenary_corpus::findings::{CoderId, Codings, Target};
use plenary_engine::{EngineError, Work};

/// What is coded: texts, and how close each is to the proposition of each target.
#[derive(Debug, Clone, Copy)]
pub struct Units<'u> {
    /// The texts.
    pub texts: &'u [&'u str],
    /// Shape `[targets, texts]`, values in [0, 1]; see [`crate::stance::relevance`].
    pub relevance: ArrayView2<'u, f32>,
}

/// A source of labels for units and targets: a model, a learned head, a person.
pub trait Coder: Sync {
    /// Name and kind of the coder, for the tables.
    fn id(&self) -> &CoderId;

    /// The verdict on every unit towards every target, in their order. The verdict on a unit does not depend on the
    /// other units.
    ///
    /// # Errors
    /// If the shapes do not fit together, a pass fails or the user stops the work.
    fn code(&self, units: Units, targets: &[Target], work: Work) -> Result<Codings, EngineError>;
}
