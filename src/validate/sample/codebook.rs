//! What coders are asked, and by which rules they answer.
//!
//! **Input:** the study of the results, or the file of a codebook. **Output:** [`Question`]s, and the codebook as Markdown. The rules of
//! stance are those of the study's first language model, or else plenary's own; definition, difficult cases and examples of a target are
//! those of the study. Language models are asked by the same text. **Refused:** unknown targets, codebooks that contradict themselves.
//! **Left to others:** the units.

use std::path::Path;

use plenary_chat::{Code, Codebook, Example};
use plenary_corpus::findings::{Target, Tone};
use plenary_tables::StudyInfo;
use serde::{Deserialize, Serialize};

use super::SampleError;
use crate::learn::Variable;
use crate::study::{CodeOptions, CoderOptions};

/// What coders are asked: the rules, and one question per target or a single one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// What holds for all questions: the codes in their order, and rules.
    pub codebook: Codebook,
    /// The questions, in the order of the study.
    pub all: Vec<Question>,
}

/// What coders are asked of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Id of the target; `None` if the variable has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The proposition, or the name of the variable.
    pub title: String,
    /// The negated proposition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negation: Option<String>,
    /// What the proposition means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// The study's note on the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Difficult cases of the target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edge_cases: Vec<String>,
    /// Examples of the target.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

impl Questions {
    /// The questions of stance: one for each target of a study, or for those that `wanted` names.
    ///
    /// # Errors
    /// [`SampleError`] if the study has no targets, or not those.
    pub fn of_stance(study: &StudyInfo, wanted: &[String]) -> Result<Self, SampleError> {
        if study.targets.is_empty() {
            return Err(SampleError::NoQuestions);
        }
        for id in wanted {
            if !study.targets.iter().any(|target| target.id == *id) {
                let known = study.targets.iter().map(|target| target.id.as_str()).collect::<Vec<_>>().join(", ");
                return Err(SampleError::UnknownTarget { target: id.clone(), known });
            }
        }
        let coders: Vec<CoderOptions> =
            study.json.get("coders").and_then(|coders| serde_json::from_value(coders.clone()).ok()).unwrap_or_default();
        let of_model = coders.into_iter().find_map(|coder| match coder {
            CoderOptions::Chat(options) => Some(options.codebook),
            _ => None,
        });
        let mut codebook = of_model.unwrap_or_else(Codebook::stance);
        let is_wanted = |target: &&Target| wanted.is_empty() || wanted.contains(&target.id);
        let all = study.targets.iter().filter(is_wanted).map(|target| Question::of_target(target, &codebook)).collect();
        codebook.examples.retain(|example| example.proposition.is_none());
        Ok(Self { codebook, all })
    }

    /// The question of tone.
    pub fn of_sentiment() -> Self {
        let code = |tone: Tone, definition: &str| Code { id: tone.as_str().into(), definition: definition.into() };
        let codebook = Codebook {
            definition:
                "The tone of a statement: the evaluation that the speaker's words express, whatever they concern."
                    .into(),
            codes: vec![
                code(Tone::Negative, "The words express disapproval, complaint, worry, anger or sadness."),
                code(Tone::Neutral, "The words express no evaluation, or as much approval as disapproval."),
                code(Tone::Positive, "The words express approval, praise, hope, gratitude or joy."),
            ],
            examples: Vec::new(),
            edge_cases: [
                "Code the words, not the facts: a sober report of bad news is neutral.",
                "Irony has the tone that is meant.",
                "Set phrases of politeness alone are neutral.",
            ]
            .map(str::to_owned)
            .to_vec(),
        };
        Self::of_variable("tone", codebook)
    }

    /// The question of a variable of the study's own, with the codebook of the language model that codes it, if one does.
    ///
    /// # Errors
    /// [`SampleError::UnknownCode`] if the study has no such variable.
    pub fn of_code(study: &StudyInfo, id: &str) -> Result<Self, SampleError> {
        let codes: Result<Option<Vec<CodeOptions>>, _> =
            study.json.get("codes").map(|codes| serde_json::from_value(codes.clone())).transpose();
        let codes = codes.map_err(|error: serde_json::Error| {
            let problem = format!("[[codes]] is not that of this version: {error}");
            SampleError::Codebook { path: "the study in run.json".to_owned(), problem }
        })?;
        let codes = codes.unwrap_or_default();
        let Some(code) = codes.iter().find(|code| code.id == id) else {
            let known = codes.iter().map(|code| code.id.as_str()).collect::<Vec<_>>().join(", ");
            return Err(SampleError::UnknownCode { code: id.to_owned(), known });
        };
        let codebook = match &code.coder {
            CoderOptions::Chat(options) => code.chat(options).codebook,
            _ => code.codebook(),
        };
        Ok(Self::of_variable(id, codebook))
    }

    /// The question of a variable of the researcher's own.
    pub fn of_variable(name: &str, codebook: Codebook) -> Self {
        let question = Question {
            target: None,
            title: name.to_owned(),
            negation: None,
            meaning: None,
            note: None,
            edge_cases: Vec::new(),
            examples: Vec::new(),
        };
        Self { codebook, all: vec![question] }
    }

    /// The codes, in the order of the codebook.
    pub fn codes(&self) -> Vec<&str> {
        self.codebook.codes.iter().map(|code| code.id.as_str()).collect()
    }
}

impl Question {
    fn of_target(target: &Target, common: &Codebook) -> Self {
        let concerns = |example: &&Example| example.proposition.as_ref() == Some(&target.proposition);
        Self {
            target: Some(target.id.clone()),
            title: target.proposition.clone(),
            negation: target.negation.clone(),
            meaning: target.definition.clone(),
            note: target.note.clone(),
            edge_cases: target.edge_cases.clone(),
            examples: Codebook::examples_of(target).chain(common.examples.iter().filter(concerns).cloned()).collect(),
        }
    }
}

/// A codebook in a file of its own, for a variable of the researcher's own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OwnCodebook {
    definition: String,
    codes: Vec<Code>,
    #[serde(default)]
    examples: Vec<Example>,
    #[serde(default)]
    edge_cases: Vec<String>,
}

/// Reads the codebook of a variable of the researcher's own: TOML with `definition`, `codes` (each `id` and `definition`), and if wanted
/// `examples` and `edge_cases`.
///
/// # Errors
/// [`SampleError`] if the file cannot be read, is not of this form, or contradicts itself.
pub fn own_codebook(path: &Path) -> Result<Codebook, SampleError> {
    let shown = path.display().to_string();
    let wrong = |problem: String| SampleError::Codebook { path: shown.clone(), problem };
    let text = std::fs::read_to_string(path).map_err(|source| SampleError::File { path: shown.clone(), source })?;
    let own: OwnCodebook = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        wrong(format!("line {line}: {}; expected `definition`, [[codes]] with `id` and `definition`, and optionally [[examples]] and `edge_cases`", error.message()))
    })?;
    let OwnCodebook { definition, codes, examples, edge_cases } = own;
    let codebook = Codebook { definition, codes, examples, edge_cases };
    codebook.check("codebook").map_err(|problem| wrong(problem.to_string()))?;
    Ok(codebook)
}

/// The codebook as Markdown.
pub(super) fn markdown(variable: &Variable, questions: &Questions, cannot_tell: &str) -> String {
    let codebook = &questions.codebook;
    let name = match variable {
        Variable::Stance => "stance",
        Variable::Sentiment => "tone",
        Variable::Code(name) => name,
    };
    let mut text = format!(
        "# Codebook: {name}\n\nCode each unit by itself, as a careful reader understands it. The text before and after it is there to \
         understand it; only the unit is coded.\n\n{}\n\n| code | when |\n|---|---|\n",
        codebook.definition.trim()
    );
    for code in &codebook.codes {
        text.push_str(&format!("| `{}` | {} |\n", code.id, line(&code.definition).replace('|', "\\|")));
    }
    push_rules(&mut text, &codebook.examples, &codebook.edge_cases);
    for question in &questions.all {
        let Some(target) = &question.target else { continue };
        text.push_str(&format!("\n## {target}: {}\n", line(&question.title)));
        if let Some(negation) = &question.negation {
            text.push_str(&format!("\nDenied: {}\n", line(negation)));
        }
        for part in [&question.meaning, &question.note].into_iter().flatten() {
            text.push_str(&format!("\n{}\n", part.trim()));
        }
        push_rules(&mut text, &question.examples, &question.edge_cases);
    }
    text.push_str(&format!(
        "\n## If you cannot tell\n\nLeave `label` empty and begin `note` with `{cannot_tell}`; the page does so with the key 0. Units \
         without a label do not count as coded. This is not the same as a code for units that take no side.\n"
    ));
    text
}

fn push_rules(text: &mut String, examples: &[Example], edge_cases: &[String]) {
    if !examples.is_empty() {
        text.push_str("\nExamples:\n\n");
    }
    for example in examples {
        let before: String = example.before.iter().map(|before| format!("{} / ", line(before))).collect();
        let because = example.because.as_ref().map_or_else(String::new, |why| format!(" ({})", line(why)));
        text.push_str(&format!("- {before}\"{}\": `{}`{because}\n", line(&example.text), example.code));
    }
    if !edge_cases.is_empty() {
        text.push_str("\nDifficult cases:\n\n");
    }
    for case in edge_cases {
        text.push_str(&format!("- {}\n", line(case)));
    }
}

/// A text on one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn study() -> StudyInfo {
        let mut target = Target { id: "open".into(), proposition: "Open.".into(), ..Target::default() };
        target.definition = Some("Without visas.".into());
        target.edge_cases = vec!["Tourists do not count.".into()];
        target.examples.favor = vec!["Let them\nin.".into()];
        let other = Target { id: "port".into(), proposition: "Build.".into(), ..Target::default() };
        StudyInfo { targets: vec![target, other], ..StudyInfo::default() }
    }

    #[test]
    fn the_codebook_of_a_target_is_that_of_the_study() {
        let questions = Questions::of_stance(&study(), &[]).unwrap();
        assert_eq!(questions.codes(), ["favor", "against", "neither"]);
        assert_eq!((questions.all[0].examples.len(), questions.all[1].examples.len()), (1, 0));
        let text = markdown(&Variable::Stance, &questions, "[cannot tell]");
        let parts = [
            "## open: Open.",
            "Without visas.",
            "- Tourists do not count.",
            "- \"Let them in.\": `favor`",
            "`[cannot tell]`",
        ];
        for part in parts {
            assert!(text.contains(part), "`{part}` is missing:\n{text}");
        }
        let one = Questions::of_stance(&study(), &["port".into()]).unwrap();
        assert_eq!(one.all.len(), 1);
        let error = Questions::of_stance(&study(), &["pont".into()]).unwrap_err().to_string();
        assert_eq!(error, "unknown target `pont`; the study of the results has open, port");
        assert!(matches!(Questions::of_stance(&StudyInfo::default(), &[]), Err(SampleError::NoQuestions)));
        Questions::of_sentiment().codebook.check("codebook").unwrap();
    }

    #[test]
    fn the_rules_of_a_language_model_are_those_of_people() {
        let mut study = study();
        let mut codebook = Codebook::stance();
        codebook.definition = "As the party would say it.".into();
        let example = |proposition: Option<&str>, text: &str| Example {
            before: vec![],
            text: text.into(),
            proposition: proposition.map(str::to_owned),
            code: "favor".into(),
            because: None,
        };
        codebook.examples = vec![example(None, "Aye."), example(Some("Build."), "Dig.")];
        study.json = serde_json::json!({ "coders": [
            { "kind": "inference" },
            { "kind": "chat", "endpoint": "http://localhost:1/v1", "model": "m", "codebook": codebook },
        ] });
        let questions = Questions::of_stance(&study, &[]).unwrap();
        assert_eq!(questions.codebook.definition, "As the party would say it.");
        let texts = |examples: &[Example]| examples.iter().map(|one| one.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&questions.codebook.examples), ["Aye."]);
        assert_eq!(texts(&questions.all[0].examples), ["Let them\nin."]);
        assert_eq!(texts(&questions.all[1].examples), ["Dig."]);
    }

    #[test]
    fn codebooks_of_ones_own_name_their_faults() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            let path = folder.path().join("credit.toml");
            std::fs::write(&path, text).unwrap();
            own_codebook(&path).map_err(|error| error.to_string())
        };
        let codes = "[[codes]]\nid = \"yes\"\ndefinition = \"Claims credit.\"\n[[codes]]\nid = \"no\"\ndefinition = \"Does not.\"\n";
        let codebook = read(&format!("definition = \"Whether credit is claimed.\"\n{codes}")).unwrap();
        assert_eq!((codebook.codes.len(), codebook.edge_cases.len()), (2, 0));
        assert!(read(codes).unwrap_err().contains("missing field `definition`"));
        assert!(read(&format!("definition = \" \"\n{codes}")).unwrap_err().contains("no definition"));
        assert!(read("definition = \"x\"\nlabels = 1\n").unwrap_err().contains("line 2"));
    }
}
