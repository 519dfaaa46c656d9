//! What is estimated, and which choices are varied.
//!
//! **Input:** names of columns, groups and choices, and floors. **Output:** checked [`RobustOptions`]. **Refused:** values out of range.
//! **Left to others:** whether the results have the columns, groups and targets.

use plenary_corpus::OptionError;

use crate::study::Study;
use crate::validate::segments::Measure;

/// A choice that a researcher could have made in another way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// What a unit of analysis is.
    Unit,
    /// The wording of the proposition.
    Wording,
    /// Who codes.
    Coder,
    /// Minimum of the largest probability.
    ConfidenceFloor,
    /// Minimum of the relevance.
    RelevanceFloor,
    /// What the score of a unit is.
    Score,
    /// What weighs the same.
    Weight,
    /// Whether turns of those who conduct the meeting count.
    Chair,
    /// Whether units that only conduct the meeting count.
    Procedure,
}

impl Choice {
    /// All choices, in the order of tables and pictures.
    pub const ALL: [Self; 9] = [
        Self::Unit,
        Self::Wording,
        Self::Coder,
        Self::ConfidenceFloor,
        Self::RelevanceFloor,
        Self::Score,
        Self::Weight,
        Self::Chair,
        Self::Procedure,
    ];

    /// Name in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Wording => "wording",
            Self::Coder => "coder",
            Self::ConfidenceFloor => "confidence_floor",
            Self::RelevanceFloor => "relevance_floor",
            Self::Score => "score",
            Self::Weight => "weight",
            Self::Chair => "chair",
            Self::Procedure => "procedure",
        }
    }
}

/// The segments whose mean is estimated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contrast {
    /// All segments.
    All,
    /// The segments of a group: those with a value in a column.
    Group {
        /// Column of `analysis`, `speakers` or `documents`, or `year`.
        by: String,
        /// Its value.
        value: String,
    },
    /// The mean of a group less that of another one.
    Difference {
        /// Column of `analysis`, `speakers` or `documents`, or `year`.
        by: String,
        /// Value of the group.
        value: String,
        /// Value of the group that is subtracted.
        minus: String,
    },
}

impl Contrast {
    /// The column of the groups; `None` if there are none.
    pub fn by(&self) -> Option<&str> {
        match self {
            Contrast::All => None,
            Contrast::Group { by, .. } | Contrast::Difference { by, .. } => Some(by),
        }
    }

    /// For people: `all segments`, `A`, or `A - B`.
    pub fn title(&self) -> String {
        match self {
            Contrast::All => "all segments".into(),
            Contrast::Group { value, .. } => value.clone(),
            Contrast::Difference { value, minus, .. } => format!("{value} - {minus}"),
        }
    }
}

/// What is estimated, and which alternatives are tried.
#[derive(Debug, Clone, PartialEq)]
pub struct RobustOptions {
    /// What is averaged.
    pub measure: Measure,
    /// Of which segments.
    pub contrast: Contrast,
    /// The choices that are varied; the others are as in the study.
    pub vary: Vec<Choice>,
    /// Confidence floors beside that of the study; empty for the usual ones.
    pub confidence_floors: Vec<f32>,
    /// Relevance floors beside that of the study; empty for the usual ones.
    pub relevance_floors: Vec<f32>,
    /// Coverage of the intervals, in (0, 1).
    pub confidence_level: f64,
    /// A study with paraphrases and lexicon, instead of the one that the results contain.
    pub study: Option<Study>,
}

impl RobustOptions {
    /// A contrast, with everything varied.
    pub fn new(measure: Measure, contrast: Contrast) -> Self {
        Self {
            measure,
            contrast,
            vary: Choice::ALL.to_vec(),
            confidence_floors: Vec::new(),
            relevance_floors: Vec::new(),
            confidence_level: 0.95,
            study: None,
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`OptionError`] names the first value that is out of range.
    pub fn check(&self) -> Result<(), OptionError> {
        for (place, floors) in
            [("confidence floors", &self.confidence_floors), ("relevance floors", &self.relevance_floors)]
        {
            if let Some(wrong) = floors.iter().find(|floor| !(0.0..=1.0).contains(*floor)) {
                return Err(OptionError::new(place, wrong, "numbers from 0 to 1"));
            }
        }
        if !(self.confidence_level > 0.0 && self.confidence_level < 1.0) {
            let expected = "a number between 0 and 1";
            return Err(OptionError::new("coverage of the intervals", self.confidence_level, expected));
        }
        if let Contrast::Difference { value, minus, .. } = &self.contrast
            && value == minus
        {
            return Err(OptionError::new("groups to compare", format!("`{value}` twice"), "two different groups"));
        }
        Ok(())
    }
}
