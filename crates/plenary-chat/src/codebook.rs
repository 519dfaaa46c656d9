//! The codebook: what is coded, the codes, examples and edge cases.
//!
//! **Input**: the study's own codebook, or none. **Output**: a checked codebook. **Refused**: fewer than two codes, codes without
//! a definition or of the same name, and examples of a code that does not exist.

use plenary_corpus::OptionError;
use plenary_corpus::findings::Target;
use serde::{Deserialize, Serialize};

/// What is coded and how. A key that a study leaves out is that of [`Codebook::stance`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Codebook {
    /// What is coded, in a few sentences.
    pub definition: String,
    /// The codes.
    pub codes: Vec<Code>,
    /// Coded examples.
    pub examples: Vec<Example>,
    /// Rules for cases that are hard to decide, one sentence each.
    pub edge_cases: Vec<String>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// Its name: lower-case letters, digits and underscores.
    pub id: String,
    /// When it is given.
    pub definition: String,
}

/// A coded example.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What was said before, oldest first, as `Name: text`.
    #[serde(default)]
    pub before: Vec<String>,
    /// The text.
    pub text: String,
    /// The proposition towards which it is coded, if the codes concern one.
    #[serde(default)]
    pub proposition: Option<String>,
    /// The right code.
    pub code: String,
    /// Why it is right.
    #[serde(default)]
    pub because: Option<String>,
}

impl Default for Codebook {
    fn default() -> Self {
        Self::stance()
    }
}

impl Codebook {
    /// The codebook of stance, with the codes `favor`, `against` and `neither`, in this order.
    pub fn stance() -> Self {
        let code = |id: &str, definition: &str| Code { id: id.into(), definition: definition.into() };
        Self {
            definition: "The position that the speaker of a statement takes on a proposition, as a careful reader understands \
                         it from the statement in its conversation."
                .into(),
            codes: vec![
                code(
                    "favor",
                    "The speaker supports the proposition: states it, argues for it, praises what it asks for, attacks its \
                     opponents' reasons, or answers yes to it.",
                ),
                code(
                    "against",
                    "The speaker opposes the proposition: denies it, argues against it, attacks what it asks for, or answers \
                     no to it.",
                ),
                code(
                    "neither",
                    "The speaker takes no position on the proposition: the statement is about something else, describes, \
                     asks, reports what others think, or concerns procedure.",
                ),
            ],
            examples: Vec::new(),
            edge_cases: [
                "A question takes no position unless it is plainly rhetorical.",
                "\"Yes\", \"no\", \"I agree\" and \"I am against it\" take their meaning from what they answer.",
                "A reported opinion belongs to the person it is reported of. If the speaker rejects it, the speaker takes the \
                 opposite position.",
                "If a statement concedes a point and then argues against it, the position it ends with counts.",
                "Thanks, greetings, giving the floor and descriptions of facts take no position.",
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }

    /// Checks the codebook; `place` names it in the error.
    ///
    /// # Errors
    /// [`OptionError`] with what was found and what was expected.
    pub fn check(&self, place: &str) -> Result<(), OptionError> {
        let wrong = |what: &str, found: String, expected: &str| {
            Err(OptionError::new(format!("{place} {what}"), found, expected.to_owned()))
        };
        if self.definition.trim().is_empty() {
            return wrong("definition", "no definition".into(), "one or more sentences that say what is coded");
        }
        if !(2..=100).contains(&self.codes.len()) {
            return wrong("codes", format!("{} codes", self.codes.len()), "2 to 100 codes");
        }
        for (i, code) in self.codes.iter().enumerate() {
            let is_name = code.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if code.id.is_empty() || !is_name {
                let expected = "a code of lower-case letters, digits and underscores, such as \"claims_credit\"";
                return wrong("codes", format!("\"{}\"", code.id.escape_debug()), expected);
            }
            if code.definition.trim().is_empty() {
                return wrong(
                    "codes",
                    format!("`{}` without a definition", code.id),
                    "a sentence that says when it is given",
                );
            }
            if self.codes[..i].iter().any(|other| other.id == code.id) {
                return wrong("codes", format!("two codes `{}`", code.id), "a name of its own for each code");
            }
        }
        for example in &self.examples {
            if self.position(&example.code).is_none() {
                let names: Vec<&str> = self.codes.iter().map(|code| code.id.as_str()).collect();
                let expected = format!("one of the codes: {}", names.join(", "));
                return wrong("examples", format!("an example of \"{}\"", example.code.escape_debug()), &expected);
            }
            if example.text.trim().is_empty() {
                return wrong("examples", "an example without a text".into(), "`text = \"...\"` in every example");
            }
        }
        Ok(())
    }

    /// The codebook with what the targets of a study say for themselves: their definitions, difficult cases and examples. Without
    /// these it is unchanged.
    #[must_use]
    pub fn with_targets(&self, targets: &[Target]) -> Self {
        let mut codebook = self.clone();
        for target in targets {
            let proposition = target.proposition.trim();
            if let Some(definition) = &target.definition {
                codebook.definition =
                    format!("{}\n\"{proposition}\" means: {}", codebook.definition.trim(), definition.trim());
            }
            let of_target = target.edge_cases.iter().map(|case| format!("On \"{proposition}\": {}", case.trim()));
            codebook.edge_cases.extend(of_target);
            codebook.examples.extend(Self::examples_of(target));
        }
        codebook
    }

    /// The examples of a target.
    pub fn examples_of(target: &Target) -> impl Iterator<Item = Example> {
        target.examples.sides().map(|(side, text)| Example {
            before: Vec::new(),
            text: text.clone(),
            proposition: Some(target.proposition.clone()),
            code: side.as_str().to_owned(),
            because: None,
        })
    }

    /// The position of a code in the codebook.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.codes.iter().position(|code| code.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codebook_of_stance_is_sound() {
        Codebook::stance().check("codebook").unwrap();
    }

    #[test]
    fn targets_add_what_they_say_for_themselves() {
        let mut target = Target { id: "t".into(), proposition: "Open.".into(), ..Target::default() };
        let codebook = Codebook::stance();
        assert_eq!(codebook.with_targets(std::slice::from_ref(&target)), codebook);
        target.definition = Some("Without visas.".into());
        target.edge_cases = vec!["Tourists do not count.".into()];
        target.examples.against = vec!["Shut the gates.".into()];
        let with = codebook.with_targets(&[target]);
        assert!(with.definition.ends_with("conversation.\n\"Open.\" means: Without visas."), "{}", with.definition);
        assert_eq!(with.edge_cases.last().unwrap(), "On \"Open.\": Tourists do not count.");
        assert_eq!(with.edge_cases.len(), codebook.edge_cases.len() + 1);
        let example = with.examples.last().unwrap();
        assert_eq!((example.code.as_str(), example.proposition.as_deref()), ("against", Some("Open.")));
        with.check("codebook").unwrap();
    }

    #[test]
    fn codebooks_that_contradict_themselves_are_refused() {
        let changed = |change: fn(&mut Codebook)| {
            let mut codebook = Codebook::stance();
            change(&mut codebook);
            codebook.check("codebook").unwrap_err().to_string()
        };
        assert!(changed(|c| c.definition.clear()).contains("no definition"));
        assert!(changed(|c| c.codes.truncate(1)).contains("1 codes"));
        assert!(changed(|c| c.codes[0].id = "In favor".into()).contains("lower-case"));
        assert!(changed(|c| c.codes[0].id.clear()).contains("lower-case"));
        assert!(changed(|c| c.codes[0].definition = " ".into()).contains("without a definition"));
        assert!(changed(|c| c.codes[0].id = "against".into()).contains("two codes `against`"));
        let example = |code: &str, text: &str| Example {
            before: vec![],
            text: text.into(),
            proposition: None,
            code: code.into(),
            because: None,
        };
        let mut codebook = Codebook::stance();
        codebook.examples = vec![example("pro", "Yes.")];
        assert!(codebook.check("c").unwrap_err().to_string().contains("favor, against, neither"));
        codebook.examples = vec![example("favor", "")];
        assert!(codebook.check("c").is_err());
    }
}
