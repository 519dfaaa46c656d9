//! Tests of the wording of a study, without labels and before anything runs.
//!
//! **Input:** a study and its models. **Output:** [`CheckedStudy`]: for each target how many tests of each kind its wording passed, and findings
//! with what to do. The tests are behavioural, as in `CheckList` (Ribeiro, Wu, Guestrin & Singh 2020): sentences whose code is known
//! because of how they are made, such as the proposition itself, its negation, and sentences about something else. **Refused:** studies
//! without targets. **Left to others:** printing. That a study passes does not say that its labels are right.

mod form;
mod language;

use std::collections::HashMap;

use ndarray::Array2;
use plenary_attribute::detect_language;
use plenary_corpus::Context;
use plenary_corpus::findings::{Coding, Stance, Target};
use plenary_corpus::progress::Silent;
use plenary_engine::Work;
use plenary_measure::coder::{CodeError, Coder as _, Units};
use plenary_measure::embedding::embed;
use plenary_measure::stance::{InferenceCoder, relevance};
use plenary_models::Models;
use serde::Serialize;

use crate::study::Study;
use language::LanguageTests;

/// What is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The proposition is one affirmative sentence.
    Form,
    /// The proposition itself is coded as favor.
    Proposition,
    /// The negation, and statements that deny the proposition, are coded as against.
    Negation,
    /// Paraphrases, and statements that affirm the proposition, are coded as favor; with a paraphrase as proposition, the proposition is
    /// coded as favor and the negation as against.
    Paraphrase,
    /// Sentences about something else take no side.
    Unrelated,
    /// The examples of the study have the side that it states.
    Examples,
    /// What is said for or against one target is not coded as for or against another one.
    Overlap,
}

impl Test {
    /// All tests, in the order of the report.
    pub const ALL: [Self; 7] = [
        Self::Form,
        Self::Proposition,
        Self::Negation,
        Self::Paraphrase,
        Self::Unrelated,
        Self::Examples,
        Self::Overlap,
    ];

    /// Name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Proposition => "proposition",
            Self::Negation => "negation",
            Self::Paraphrase => "paraphrase",
            Self::Unrelated => "unrelated",
            Self::Examples => "examples",
            Self::Overlap => "overlap",
        }
    }
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The wording is likely to give wrong labels.
    Warning,
    /// The wording could be better.
    Advice,
    /// Something could not be tested.
    NotTested,
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// The target.
    pub target_id: String,
    /// The test.
    pub test: Test,
    /// What was found.
    pub message: String,
    /// What to do.
    pub advice: String,
}

/// How many sentences passed a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Those that passed.
    pub n_passed: usize,
    /// All of them.
    pub n: usize,
}

/// The counts of a target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckedTarget {
    /// The target.
    pub target_id: String,
    /// The tests that were made, with their counts.
    pub tests: Vec<(Test, Count)>,
}

impl CheckedTarget {
    /// The count of a test; `None` if it was not made.
    pub fn count(&self, test: Test) -> Option<Count> {
        self.tests.iter().find(|(known, _)| *known == test).map(|(_, count)| *count)
    }
}

/// What the tests of a study found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckedStudy {
    /// The inference model.
    pub model_id: String,
    /// Language of the propositions (ISO 639-1); `None` if it is not known.
    pub language: Option<String>,
    /// Every target with its counts.
    pub targets: Vec<CheckedTarget>,
    /// The findings, the most serious ones first.
    pub findings: Vec<Finding>,
}

impl CheckedStudy {
    /// Whether a finding is a warning.
    pub fn has_warnings(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Warning)
    }
}

/// Why a study was not tested.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckStudyError {
    /// There is nothing to test.
    #[error("the study has no targets, so that there is no wording to check; add [[targets]]")]
    NoTargets,
    /// The inference model is not loaded.
    #[error("the inference model is not loaded")]
    NoModel,
    /// A model failed, or the user stopped the work.
    #[error(transparent)]
    Coder(#[from] CodeError),
}

impl From<plenary_engine::EngineError> for CheckStudyError {
    fn from(error: plenary_engine::EngineError) -> Self {
        CheckStudyError::Coder(error.into())
    }
}

/// See [`follows`]: from which value on the codings of two targets are likely to go together. Conventions.
const OVERLAP_WARNING: f32 = 0.5;
const OVERLAP_ADVICE: f32 = 0.25;
/// Share of the unrelated sentences with a side from which on it is a warning. A convention.
const UNRELATED_WARNING: f64 = 0.1;

/// Tests the wording of the targets of a study.
///
/// # Errors
/// [`CheckStudyError`].
pub fn check_study(study: &Study, models: &Models, work: Work) -> Result<CheckedStudy, CheckStudyError> {
    if study.targets.is_empty() {
        return Err(CheckStudyError::NoTargets);
    }
    let model = models.stance.as_ref().ok_or(CheckStudyError::NoModel)?;
    let language = language_of(study);
    let known = language.as_deref().and_then(LanguageTests::of);
    let plans: Vec<Plan> = study.targets.iter().map(|target| Plan::of(target, known.as_ref())).collect();
    let codes = Codes::of(study, models, &plans, known.as_ref(), work)?;

    let mut report = Report::default();
    for (at, (target, plan)) in study.targets.iter().zip(&plans).enumerate() {
        let mut of_target = OfTarget { target, tests: Vec::new(), findings: Vec::new() };
        form::check(&mut of_target, known.as_ref());
        of_target.sides(plan, at, &codes, known.is_some());
        of_target.unrelated(at, &codes, known.as_ref());
        report.take(of_target);
    }
    overlaps(study, &plans, &codes, &mut report);
    report.findings.sort_by_key(|finding| finding.severity);
    Ok(CheckedStudy { model_id: model.id.clone(), language, targets: report.targets, findings: report.findings })
}

/// The language of the propositions: that of the study, or the one that is detected.
fn language_of(study: &Study) -> Option<String> {
    if study.study.language != "auto" {
        return Some(study.study.language.clone());
    }
    let texts: Vec<&str> = study.targets.iter().map(|target| target.proposition.as_str()).collect();
    detect_language(&texts.join(" "))
}

/// The sentences of a target whose code is known.
struct Plan {
    /// The negation of the study, or the one that was made by rule.
    negation: Option<String>,
    affirming: Vec<String>,
    denying: Vec<String>,
    /// The proposition, then the paraphrases: what is coded.
    wordings: Vec<Target>,
}

impl Plan {
    fn of(target: &Target, language: Option<&LanguageTests>) -> Self {
        let by_rule = || language.and_then(|language| language.denied(&target.proposition));
        let mut affirming = target.paraphrases.clone();
        affirming.extend(language.iter().flat_map(|language| language.agreeing(&target.proposition)));
        let denying = language.map(|language| language.disagreeing(&target.proposition)).unwrap_or_default();
        let paraphrases = target.paraphrases.iter().map(|text| Target { proposition: text.clone(), ..target.clone() });
        let wordings = std::iter::once(target.clone()).chain(paraphrases).collect();
        Self { negation: target.negation.clone().or_else(by_rule), affirming, denying, wordings }
    }

    fn texts<'p>(&'p self, target: &'p Target) -> impl Iterator<Item = &'p str> {
        let lists = self.affirming.iter().chain(&self.denying).chain(&self.negation);
        let examples = target.examples.sides().map(|(_, text)| text);
        std::iter::once(&target.proposition).chain(lists).chain(examples).map(String::as_str)
    }
}

/// The codes of all sentences towards all wordings.
struct Codes {
    /// Row of each sentence.
    row: HashMap<String, usize>,
    /// `of_wording[target][wording][sentence]`.
    of_wording: Vec<Vec<Vec<Coding>>>,
}

impl Codes {
    fn of(
        study: &Study,
        models: &Models,
        plans: &[Plan],
        language: Option<&LanguageTests>,
        work: Work,
    ) -> Result<Self, CheckStudyError> {
        let mut row: HashMap<String, usize> = HashMap::new();
        let mut texts: Vec<&str> = Vec::new();
        let of_targets = study.targets.iter().zip(plans).flat_map(|(target, plan)| plan.texts(target));
        let unrelated = language.iter().flat_map(|language| &language.unrelated).map(String::as_str);
        for text in of_targets.chain(unrelated) {
            row.entry(text.to_owned()).or_insert_with(|| {
                texts.push(text);
                texts.len() - 1
            });
        }
        let wordings: Vec<Target> = plans.iter().flat_map(|plan| plan.wordings.iter().cloned()).collect();
        let model = models.stance.as_ref().ok_or(CheckStudyError::NoModel)?;
        let propositions: Vec<&str> = wordings.iter().map(|wording| wording.proposition.as_str()).collect();
        let quiet = Work { progress: &Silent, ..work };
        let vectors = embed(&models.embedding, &texts, quiet)?.vectors;
        let relevance = relevance(embed(&models.embedding, &propositions, quiet)?.vectors.view(), vectors.view())?;
        let nothing = Array2::zeros(relevance.dim());
        let contexts = vec![Context::default(); texts.len()];
        let coder = InferenceCoder::new(None, model, &study.stance)?;
        let units = Units {
            ids: &[],
            texts: &texts,
            contexts: &contexts,
            relevance: relevance.view(),
            context_relevance: nothing.view(),
            vectors: vectors.view(),
            turns: &[],
            sentiment: None,
            earlier: &[],
            questions: &[],
            asked: None,
        };
        let mut codings = coder.code(units, &wordings, work)?.of_target.into_iter();
        let of_wording = plans.iter().map(|plan| codings.by_ref().take(plan.wordings.len()).collect()).collect();
        Ok(Self { row, of_wording })
    }

    /// The code of a sentence towards a wording of a target.
    fn get(&self, target: usize, wording: usize, text: &str) -> Option<&Coding> {
        self.of_wording.get(target)?.get(wording)?.get(*self.row.get(text)?)
    }
}

/// The tests of one target.
struct OfTarget<'t> {
    target: &'t Target,
    tests: Vec<(Test, Count)>,
    findings: Vec<Finding>,
}

impl OfTarget<'_> {
    fn find(&mut self, severity: Severity, test: Test, message: String, advice: impl Into<String>) {
        let target_id = self.target.id.clone();
        self.findings.push(Finding { severity, target_id, test, message, advice: advice.into() });
    }

    fn count(&mut self, test: Test, passed: bool) {
        match self.tests.iter_mut().find(|(known, _)| *known == test) {
            Some((_, count)) => {
                count.n += 1;
                count.n_passed += usize::from(passed);
            }
            None => self.tests.push((test, Count { n_passed: usize::from(passed), n: 1 })),
        }
    }

    /// Whether a sentence has the code that it must have; a finding if not.
    fn expect(&mut self, test: Test, coding: Option<&Coding>, text: &str, expected: Stance, advice: &str) {
        let Some(coding) = coding else { return };
        let passed = coding.verdict.label() == Some(expected);
        self.count(test, passed);
        if !passed {
            let message = format!("\"{text}\" should be coded {expected}, and {}", in_words(coding));
            self.find(Severity::Warning, test, message, advice);
        }
    }

    /// The proposition, its negation, paraphrases and examples.
    fn sides(&mut self, plan: &Plan, at: usize, codes: &Codes, knows_language: bool) {
        let target = self.target;
        let own = |text: &str| codes.get(at, 0, text);
        self.expect(
            Test::Proposition,
            own(&target.proposition),
            &target.proposition,
            Stance::Favor,
            "Word the proposition more simply, as somebody would say it; the model does not recognise it in its own words.",
        );
        match (&plan.negation, &target.negation) {
            (None, _) => self.find(
                Severity::NotTested,
                Test::Negation,
                "there is no negation, and none can be made by rule".into(),
                "Give `negation = \"...\"`, the opposite of the proposition in the same words.",
            ),
            (Some(made), None) => self.find(
                Severity::Advice,
                Test::Negation,
                "the study gives no negation".into(),
                format!("Give `negation = \"{made}\"`: the model then reads both, and their mean is steadier."),
            ),
            (Some(_), Some(_)) => {}
        }
        if let Some(negation) = &plan.negation {
            let advice = "Word proposition and negation as direct opposites, in the same words. \"Only A should\" is not the opposite of \
                          \"More should\".";
            self.expect(Test::Negation, own(negation), negation, Stance::Against, advice);
        }
        for text in &plan.denying {
            let advice = "Word the proposition as one simple claim; the model does not notice when it is denied.";
            self.expect(Test::Negation, own(text), text, Stance::Against, advice);
        }
        for text in &plan.affirming {
            let advice = if target.paraphrases.contains(text) {
                "Say the same in both, or leave the paraphrase out; if both are the same to you, the model depends on words."
            } else {
                "Word the proposition as one simple claim; the model does not notice when it is affirmed."
            };
            self.expect(Test::Paraphrase, own(text), text, Stance::Favor, advice);
        }
        for (nth, paraphrase) in target.paraphrases.iter().enumerate() {
            let sides = [(Some(&target.proposition), Stance::Favor), (plan.negation.as_ref(), Stance::Against)];
            for (text, side) in sides {
                let Some(text) = text else { continue };
                let advice =
                    format!("This is with the paraphrase \"{paraphrase}\" as proposition: it may say something else.");
                self.expect(Test::Paraphrase, codes.get(at, nth + 1, text), text, side, &advice);
            }
        }
        if target.paraphrases.is_empty() && !knows_language {
            self.find(
                Severity::NotTested,
                Test::Paraphrase,
                "there are no paraphrases".into(),
                "Give `paraphrases = [\"...\"]`, the proposition in other words.",
            );
        }
        for (side, text) in target.examples.sides() {
            let Some(coding) = own(text) else { continue };
            // An example of neither may be off the topic for the model.
            let passed = coding.verdict.label() == Some(side) || (side == Stance::Neither && takes_no_side(coding));
            self.count(Test::Examples, passed);
            if !passed {
                let message = format!("the example \"{text}\" is given as {side}, and {}", in_words(coding));
                let advice = "If the example is clear to people, the model needs another wording of the proposition, or hand codes to learn \
                              from (`plenary learn`).";
                self.find(Severity::Warning, Test::Examples, message, advice);
            }
        }
    }

    /// Sentences about something else.
    fn unrelated(&mut self, at: usize, codes: &Codes, language: Option<&LanguageTests>) {
        let Some(language) = language else {
            let message = "unrelated sentences are not known in the language of the study".to_owned();
            let advice = "Code a sample by hand and see which segments without relation get a side (`plenary score`).";
            return self.find(Severity::NotTested, Test::Unrelated, message, advice);
        };
        let mut with_side: Vec<(&String, &Coding)> = Vec::new();
        for text in &language.unrelated {
            let Some(coding) = codes.get(at, 0, text) else { continue };
            self.count(Test::Unrelated, takes_no_side(coding));
            if !takes_no_side(coding) {
                with_side.push((text, coding));
            }
        }
        let Some((text, coding)) = with_side.first() else { return };
        let n = language.unrelated.len();
        let is_many = with_side.len() as f64 >= UNRELATED_WARNING * n as f64;
        let message = format!(
            "{} of {n} unrelated sentences take a side, such as \"{text}\", which {}",
            with_side.len(),
            in_words(coding)
        );
        let advice = "Name the subject in the proposition, in words that only such texts have, or raise `relevance_floor` under [stance].";
        self.find(if is_many { Severity::Warning } else { Severity::Advice }, Test::Unrelated, message, advice);
    }
}

/// What was found so far.
#[derive(Default)]
struct Report {
    targets: Vec<CheckedTarget>,
    findings: Vec<Finding>,
}

impl Report {
    fn take(&mut self, of: OfTarget) {
        self.targets.push(CheckedTarget { target_id: of.target.id.clone(), tests: of.tests });
        self.findings.extend(of.findings);
    }
}

/// Whether what is said on one target is coded as a side on another one, for each pair of targets.
fn overlaps(study: &Study, plans: &[Plan], codes: &Codes, report: &mut Report) {
    for (a, first) in study.targets.iter().enumerate() {
        for (b, second) in study.targets.iter().enumerate().skip(a + 1) {
            let there = follows(codes, b, first, &plans[a]);
            let back = follows(codes, a, second, &plans[b]);
            let strongest = if there.abs() >= back.abs() { there } else { back };
            for at in [a, b] {
                let passed = strongest.abs() < OVERLAP_ADVICE;
                let mut count = report.targets[at].count(Test::Overlap).unwrap_or(Count { n_passed: 0, n: 0 });
                count.n += 1;
                count.n_passed += usize::from(passed);
                report.targets[at].tests.retain(|(test, _)| *test != Test::Overlap);
                report.targets[at].tests.push((Test::Overlap, count));
            }
            if strongest.abs() < OVERLAP_ADVICE {
                continue;
            }
            let (said, coded) = if there.abs() >= back.abs() { (first, second) } else { (second, first) };
            let side = if strongest > 0.0 { "the same side" } else { "the other side" };
            let both = if there.abs().min(back.abs()) >= OVERLAP_ADVICE { ", and the reverse" } else { "" };
            report.findings.push(Finding {
                severity: if strongest.abs() >= OVERLAP_WARNING { Severity::Warning } else { Severity::Advice },
                target_id: coded.id.clone(),
                test: Test::Overlap,
                message: format!(
                    "what is said for and against `{}` is coded as {side} on `{}` ({:.2} of 1){both}",
                    said.id,
                    coded.id,
                    strongest.abs()
                ),
                advice: format!(
                    "Do not take a correlation of `{}` and `{}` for a finding: it is made by the wording. Word the two propositions with \
                     different subjects, or drop one.",
                    first.id, second.id
                ),
            });
        }
    }
}

/// Half the difference between the mean scores of what is said for a target and of what is said against it, towards another target: 1 if
/// the one is coded as entirely for that and the other as entirely against it. 0 unless the two means have different signs.
fn follows(codes: &Codes, towards: usize, said: &Target, plan: &Plan) -> f32 {
    let score = |text: &String| codes.get(towards, 0, text).and_then(Coding::labelled_score).unwrap_or(0.0);
    let mean = |texts: &[&String]| texts.iter().map(|text| score(text)).sum::<f32>() / texts.len().max(1) as f32;
    let examples = &said.examples;
    let said_for: Vec<&String> =
        std::iter::once(&said.proposition).chain(&said.paraphrases).chain(&examples.favor).collect();
    let said_against: Vec<&String> = plan.negation.iter().chain(&examples.against).collect();
    let (said_for, said_against) = (mean(&said_for), mean(&said_against));
    if said_for * said_against < 0.0 { (said_for - said_against) / 2.0 } else { 0.0 }
}

fn takes_no_side(coding: &Coding) -> bool {
    !matches!(coding.verdict.label(), Some(Stance::Favor | Stance::Against))
}

/// What became of a sentence: `is coded favor (...)`, or `is not coded (...)`.
fn in_words(coding: &Coding) -> String {
    let of_sides = match coding.probabilities {
        Some(sides) => {
            format!("favor {:.2}, against {:.2}, neither {:.2}", sides.favor, sides.against, sides.neither)
        }
        None => format!("relevance {:.2}", coding.relevance),
    };
    match (coding.verdict.label(), coding.verdict.reason()) {
        (Some(label), _) => format!("is coded {label} ({of_sides})"),
        (None, reason) => {
            let reason = reason.map(|reason| format!("{reason}: ")).unwrap_or_default();
            format!("is not coded ({reason}{of_sides})")
        }
    }
}
