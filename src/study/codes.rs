//! Variables of the researcher's own: `[[codes]]`.
//!
//! **Input:** sections of the study. **Output:** what tables and coders need of them: the [`CodedVariable`], and the codebook of a language
//! model. **Refused:** ids and labels that do not fit, coders of another kind, learned coders of another variable or other labels. **Left to
//! others:** coding.

use std::collections::BTreeMap;

use plenary_chat::{ChatOptions, Code, Codebook, Example};
use plenary_corpus::OptionError;
use plenary_corpus::findings::CodedVariable;
use serde::{Deserialize, Serialize};

use super::CoderOptions;
use crate::learn::{LearnedCoder, Variable};

/// A variable of the researcher's own, and who codes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeOptions {
    /// Short name in snake case; it becomes a column of the `analysis` table.
    #[serde(default)]
    pub id: String,
    /// What is coded, for people and language models.
    #[serde(default, alias = "description")]
    pub definition: String,
    /// The labels.
    #[serde(default = "yes_and_no")]
    pub labels: Vec<String>,
    /// Texts with a known label, by label, for people and language models.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub examples: BTreeMap<String, Vec<String>>,
    /// Who codes it: a coder of the kind `learned` or `chat`.
    pub coder: CoderOptions,
}

fn yes_and_no() -> Vec<String> {
    ["yes", "no"].map(str::to_owned).to_vec()
}

impl CodeOptions {
    /// What the tables need to know of the variable.
    pub fn variable(&self) -> CodedVariable {
        CodedVariable { id: self.id.clone(), definition: self.definition.clone(), labels: self.labels.clone() }
    }

    /// The codebook by which people code the variable, and language models unless their coder has rules of its own.
    pub fn codebook(&self) -> Codebook {
        let when = |label: &str| match label {
            "yes" => "The definition applies to the statement.".to_owned(),
            "no" => "It does not apply.".to_owned(),
            label => format!("By the definition the statement is `{label}`."),
        };
        let code = |label: &String| Code { id: label.clone(), definition: when(label) };
        let of_label = |label| self.examples.get(label).into_iter().flatten().map(move |text| (label, text));
        let example = |(label, text): (&String, &String)| Example {
            before: Vec::new(),
            text: text.clone(),
            proposition: None,
            code: label.clone(),
            because: None,
        };
        Codebook {
            definition: self.definition.clone(),
            codes: self.labels.iter().map(code).collect(),
            examples: self.labels.iter().flat_map(of_label).map(example).collect(),
            edge_cases: Vec::new(),
        }
    }

    /// The options of a language model that codes the variable. Keys of its codebook that the study leaves out are those of
    /// [`CodeOptions::codebook`], instead of those of stance.
    pub(crate) fn chat(&self, options: &ChatOptions) -> ChatOptions {
        let (stance, own, given) = (Codebook::stance(), self.codebook(), options.codebook.clone());
        let codebook = Codebook {
            definition: if given.definition == stance.definition { own.definition } else { given.definition },
            codes: if given.codes == stance.codes { own.codes } else { given.codes },
            examples: own.examples.into_iter().chain(given.examples).collect(),
            edge_cases: if given.edge_cases == stance.edge_cases { own.edge_cases } else { given.edge_cases },
        };
        ChatOptions { codebook, ..options.clone() }
    }

    /// Checks what can be checked before the folder of a learned coder is read; `number` is that of the section, from 1.
    pub(super) fn check(&self, number: usize) -> Result<(), OptionError> {
        let place = if self.id.is_empty() { format!("code {number}") } else { format!("code `{}`", self.id) };
        self.variable().check(&place)?;
        for (label, texts) in &self.examples {
            if !self.labels.contains(label) {
                let expected = format!("one of the labels: {}", self.labels.join(", "));
                return Err(OptionError::new(format!("{place}: examples"), format!("the label `{label}`"), expected));
            }
            if texts.iter().any(|text| text.trim().is_empty()) {
                return Err(OptionError::new(format!("{place}: examples"), "an empty text", "what somebody says"));
            }
        }
        let place = format!("{place}: coder");
        if self.coder.only_where().is_some() {
            let expected = "a coder that is asked for all segments: a variable has one coder";
            return Err(OptionError::new(place, "only_where", expected));
        }
        match &self.coder {
            CoderOptions::Inference { .. } => {
                let expected = "a coder of the kind \"learned\" or \"chat\"; the inference model codes stance only";
                Err(OptionError::new(place, "the kind \"inference\"", expected))
            }
            CoderOptions::Learned { folder, .. } if folder.is_empty() => {
                let expected = "the folder that `plenary learn` wrote";
                Err(OptionError::new(format!("{place}, folder"), "\"\"", expected))
            }
            CoderOptions::Learned { .. } => Ok(()),
            CoderOptions::Chat(options) => {
                let options = self.chat(options);
                options.check()?;
                let found: Vec<&str> = options.codebook.codes.iter().map(|code| code.id.as_str()).collect();
                if found == self.labels {
                    return Ok(());
                }
                let expected = format!("the labels of the variable, in their order: {}", self.labels.join(", "));
                Err(OptionError::new(format!("{place}, codebook codes"), found.join(", "), expected))
            }
        }
    }

    /// Whether a learned coder, of this folder, codes the variable with its labels.
    pub(crate) fn check_learned(&self, learned: &LearnedCoder, folder: &str) -> Result<(), OptionError> {
        let place = format!("code `{}`: coder, folder `{folder}`", self.id);
        if learned.variable != Variable::Code(self.id.clone()) {
            let found = format!("a coder of {}", learned.variable);
            let expected = format!("a coder of code `{}`, as `plenary learn --code {}` learns it", self.id, self.id);
            return Err(OptionError::new(place, found, expected));
        }
        let sorted = |labels: &[String]| {
            let mut labels = labels.to_vec();
            labels.sort();
            labels
        };
        let classes = learned.classes();
        if sorted(&classes) != sorted(&self.labels) {
            let list: Vec<String> = classes.iter().map(|class| format!("\"{class}\"")).collect();
            let found = format!("a coder with the labels {}", classes.join(", "));
            let expected = format!(
                "the labels {}; write labels = [{}] in the study, or learn the coder from codes with these labels",
                self.labels.join(", "),
                list.join(", ")
            );
            return Err(OptionError::new(place, found, expected));
        }
        Ok(())
    }
}
