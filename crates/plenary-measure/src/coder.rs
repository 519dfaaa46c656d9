//! Coders: whatever assigns a label to a unit for a target.
//!
//! **Input:** texts with their context, how relevant each is to each target, their vectors and tone, and the targets.
//! **Output:** [`Codings`]. **Refused:** shapes that do not fit together. **Left to others:** which coder is the primary one, and
//! how codings are stored.

use ndarray::ArrayView2;
use plenary_corpus::Context;
use plenary_corpus::findings::{CoderId, Codings, Sentiment, Target};
use plenary_engine::{EngineError, Work};

/// What is coded: texts in their context, with everything that was measured of them before.
#[derive(Debug, Clone, Copy)]
pub struct Units<'u> {
    /// Ids of the segments that the texts are.
    pub ids: &'u [&'u str],
    /// The texts.
    pub texts: &'u [&'u str],
    /// What was said before each text.
    pub contexts: &'u [Context<'u>],
    /// How close each text is to the proposition of each target: shape `[targets, texts]`, values in [0, 1]; see
    /// [`crate::stance::relevance`].
    pub relevance: ArrayView2<'u, f32>,
    /// The largest relevance of the sentences of each text's context, 0 without a context; same shape and range.
    pub context_relevance: ArrayView2<'u, f32>,
    /// The vectors of the texts: shape `[texts, dimensions]`, each row of length 1.
    pub vectors: ArrayView2<'u, f32>,
    /// For each text the mean vector of the other segments of its turn; `None` for a text that is the only one.
    pub turns: &'u [Option<Vec<f64>>],
    /// The tone of the texts; `None` if the study leaves sentiment out.
    pub sentiment: Option<&'u Sentiment>,
    /// The codings of the coders that come before this one in the study.
    pub earlier: &'u [Codings],
    /// Which texts are questions without a negation by somebody who conducts the meeting or asks the questions.
    pub questions: &'u [bool],
    /// Which units the coder is asked for: `asked[target][text]`; `None` for all.
    pub asked: Option<&'u [Vec<bool>]>,
}

impl Units<'_> {
    /// Whether the coder is asked for a text and a target.
    pub fn is_asked(&self, target: usize, text: usize) -> bool {
        self.asked
            .is_none_or(|asked| asked.get(target).is_some_and(|texts| texts.get(text).is_some_and(|asked| *asked)))
    }
}

/// Why a coder ended without codings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// A model failed, shapes do not fit together, or the user stopped the work.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The coder cannot go on.
    #[error("coder `{coder}`: {problem}")]
    Coder {
        /// Id of the coder.
        coder: String,
        /// What is wrong, and what to do.
        problem: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// A source of labels for units and targets: a model, a learned head, a person.
pub trait Coder: Sync {
    /// Name and kind of the coder, for the tables.
    fn id(&self) -> &CoderId;

    /// Whether the coder sees what was said before a segment.
    fn reads_context(&self) -> bool;

    /// Whether the coder needs [`Units::turns`], which are all `None` otherwise.
    fn reads_turns(&self) -> bool {
        false
    }

    /// Largest number of model passes that [`Coder::code`] reports for `n_texts` texts and these targets.
    fn n_passes(&self, n_texts: usize, targets: &[Target]) -> usize;

    /// The verdict on every unit towards every target, in their order; [`Coding::not_asked`](plenary_corpus::findings::Coding::not_asked) where the coder is not asked. The verdict
    /// on a unit does not depend on the other units.
    ///
    /// # Errors
    /// If the shapes do not fit together, a pass fails, the coder cannot go on or the user stops the work.
    fn code(&self, units: Units, targets: &[Target], work: Work) -> Result<Codings, CodeError>;
}
