//! Variables of the researcher's own, and what coders say of each text.

use serde::{Deserialize, Serialize};

use super::{AbstentionReason, CoderId, Rule};
use crate::OptionError;

/// A variable of the researcher's own that a study codes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodedVariable {
    /// Short name in snake case; it becomes a column of the `analysis` table.
    pub id: String,
    /// What is coded, for people and language models.
    pub definition: String,
    /// The labels, in the order of the study.
    pub labels: Vec<String>,
}

impl CodedVariable {
    /// Numbers of labels that a variable can have.
    pub const N_LABELS: std::ops::RangeInclusive<usize> = 2..=20;

    /// Checks one variable; `place` names it in the error, as `code 2`.
    ///
    /// # Errors
    /// [`OptionError`] if the id, the definition or the labels are missing or not of the expected form.
    pub fn check(&self, place: &str) -> Result<(), OptionError> {
        super::check_id(&self.id, place, "claims_credit")?;
        if self.definition.trim().is_empty() {
            let expected = "`definition = \"...\"`, a sentence that says what is coded";
            return Err(OptionError::new(place, "no definition", expected));
        }
        if !Self::N_LABELS.contains(&self.labels.len()) {
            let found = format!("{} labels", self.labels.len());
            return Err(OptionError::new(
                format!("{place}: labels"),
                found,
                "2 to 20 labels, such as [\"yes\", \"no\"]",
            ));
        }
        for (at, label) in self.labels.iter().enumerate() {
            if label.is_empty() || label.trim() != label {
                let found = format!("\"{}\"", label.escape_debug());
                return Err(OptionError::new(format!("{place}: labels"), found, "labels without blanks at their ends"));
            }
            // Labels of files of hand codes are compared without regard to case.
            if self.labels[..at].iter().any(|other| other.eq_ignore_ascii_case(label)) {
                let found = format!("two labels \"{label}\"");
                return Err(OptionError::new(format!("{place}: labels"), found, "a name of its own for each label"));
            }
        }
        Ok(())
    }

    /// The position of a label.
    pub fn position(&self, label: &str) -> Option<usize> {
        self.labels.iter().position(|one| one == label)
    }
}

/// What a coder says of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableCoding {
    /// Position of the label, or why there is none.
    pub label: Result<usize, AbstentionReason>,
    /// Probabilities of the labels, in their order; `None` if the coder gives none.
    pub probabilities: Option<Vec<f32>>,
    /// The rule by which label and probabilities are not those that the coder gives to other texts; `None` if there is none.
    pub rule: Option<Rule>,
    /// The key of the answer in the folder of answers; `None` if the coder is not a language model behind an endpoint.
    pub answer: Option<String>,
}

/// What the coder of a variable says of every text.
#[derive(Debug, Clone, PartialEq)]
pub struct VariableCodings {
    /// Who assigned the labels.
    pub coder: CoderId,
    /// One per text, in the order of the texts.
    pub of_texts: Vec<VariableCoding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_need_an_id_a_definition_and_labels_of_their_own() {
        let good = CodedVariable {
            id: "claims_credit".into(),
            definition: "The speaker claims credit.".into(),
            labels: vec!["yes".into(), "no".into()],
        };
        good.check("code 1").unwrap();
        let refused = |change: fn(&mut CodedVariable), part: &str| {
            let mut variable = good.clone();
            change(&mut variable);
            let message = variable.check("code 1").unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        };
        refused(|of| of.id = "Claims credit".into(), "the id \"Claims credit\"");
        refused(|of| of.id.clear(), "found no id");
        refused(|of| of.definition = " ".into(), "no definition");
        refused(|of| of.labels.truncate(1), "1 labels");
        refused(|of| of.labels[1] = "YES".into(), "two labels \"YES\"");
        refused(|of| of.labels[1] = "no ".into(), "\"no \"");
    }
}
