//! The labels of a classifier to the labels of its task.
//!
//! **Input**: the labels in the order of the logits. **Output**: [`LabelMap`], the task's label that each logit counts for.
//! Labels are recognised by their words, in any order and case, with or without spaces and hyphens. Other labels are never
//! guessed.

use crate::numbers::softmax;
use crate::task::Task;

/// The task's label for each logit of a classifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelMap {
    /// Position of the logit and position of its label, sorted by label, then by logit.
    pairs: Vec<(usize, usize)>,
}

impl LabelMap {
    /// `None` if a label is unknown or occurs twice, or if the labels together are not those of the task: inference
    /// needs all three, sentiment may lack neutral.
    ///
    /// Several labels may have the same meaning, as `1 star` and `2 stars` are both negative: their probabilities are added.
    /// In a model without neutral, the probability of neutral is 0.
    pub fn of(task: Task, labels: &[String]) -> Option<Self> {
        let plain: Vec<String> = labels.iter().map(|label| plain(label)).collect();
        if (1..plain.len()).any(|at| plain[..at].contains(&plain[at])) {
            return None;
        }
        let which: Vec<usize> = plain.iter().map(|label| meaning(task, label)).collect::<Option<_>>()?;
        let there =
            |wanted: &&str| task.labels().iter().position(|l| l == wanted).is_some_and(|at| which.contains(&at));
        let complete = match task {
            Task::Embedding => labels.is_empty(),
            Task::Inference => which.len() == 3 && task.labels().iter().all(&there),
            Task::Sentiment => ["negative", "positive"].iter().all(there),
        };
        let mut pairs: Vec<(usize, usize)> = which.into_iter().enumerate().collect();
        pairs.sort_by_key(|&(logit, label)| (label, logit));
        complete.then_some(Self { pairs })
    }

    /// Number of logits of the model.
    pub fn n_logits(&self) -> usize {
        self.pairs.len()
    }

    /// Probabilities of the task's labels, in the order of [`Task::labels`]; `None` if a logit is missing or not
    /// finite.
    pub fn probabilities(&self, logits: &[f32]) -> Option<Vec<f32>> {
        let in_order: Vec<f32> =
            self.pairs.iter().map(|&(logit, _)| logits.get(logit).copied()).collect::<Option<_>>()?;
        let mut sums = vec![0f32; 3];
        for (&(_, label), probability) in self.pairs.iter().zip(softmax(&in_order)?) {
            sums[label] += probability;
        }
        Some(sums)
    }
}

/// Why the labels do not determine a task, and what to do, as one or two sentences for an error.
pub fn label_advice(labels: &[String]) -> String {
    let placeholder = |label: &String| {
        plain(label).strip_prefix("label").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if !labels.is_empty() && labels.iter().all(placeholder) {
        return "These are placeholders without a meaning; look up what they mean in the model's card".into();
    }
    if labels.iter().any(|label| plain(label) == "notentailment") {
        return "A model that does not distinguish contradiction from neutral cannot measure stance; use a model with three labels"
            .into();
    }
    "Known labels are these words in any order and case, pos, neg and neu, very positive and very negative, and 1 star to \
     5 stars"
        .into()
}

/// Lower-case letters and digits only: `Very-Negative` and `very negative` are equal.
fn plain(label: &str) -> String {
    label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Position of the label's meaning among the task's labels.
fn meaning(task: Task, plain: &str) -> Option<usize> {
    let label = match (task, plain) {
        (Task::Inference, "entailment" | "entail" | "entails" | "entailed") => "entailment",
        (Task::Inference | Task::Sentiment, "neutral") | (Task::Sentiment, "neu" | "3stars") => "neutral",
        (Task::Inference, "contradiction" | "contradict" | "contradicts" | "contradictory") => "contradiction",
        (Task::Sentiment, "negative" | "neg" | "verynegative" | "1star" | "2stars") => "negative",
        (Task::Sentiment, "positive" | "pos" | "verypositive" | "4stars" | "5stars") => "positive",
        _ => return None,
    };
    task.labels().iter().position(|known| *known == label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(task: Task, labels: &[&str]) -> Option<LabelMap> {
        LabelMap::of(task, &labels.iter().map(|l| (*l).to_string()).collect::<Vec<_>>())
    }

    fn probabilities(task: Task, labels: &[&str], logits: &[f32]) -> Vec<f32> {
        map(task, labels).unwrap().probabilities(logits).unwrap()
    }

    #[test]
    fn the_order_and_the_case_of_labels_do_not_matter() {
        let logits = [200.0, 0.0, 0.0];
        assert_eq!(
            probabilities(Task::Inference, &["CONTRADICTION", "neutral", "Entailment"], &logits),
            [0.0, 0.0, 1.0]
        );
        assert_eq!(probabilities(Task::Sentiment, &["neu", "pos", "neg"], &logits), [0.0, 1.0, 0.0]);
    }

    #[test]
    fn two_classes_have_no_neutral_and_stars_are_added() {
        assert_eq!(probabilities(Task::Sentiment, &["POSITIVE", "NEGATIVE"], &[0.0, 0.0]), [0.5, 0.0, 0.5]);
        let stars = ["1 star", "2 stars", "3 stars", "4 stars", "5 stars"];
        let found = probabilities(Task::Sentiment, &stars, &[0.0; 5]);
        assert!(found.iter().zip([0.4, 0.2, 0.4]).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
        let five = ["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"];
        assert_eq!(probabilities(Task::Sentiment, &five, &[0.0, 200.0, 0.0, 0.0, 0.0]), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn labels_that_do_not_make_a_task_are_not_guessed() {
        for labels in [
            &["LABEL_0", "LABEL_1", "LABEL_2"][..],
            &["entailment", "not_entailment"],
            &["entailment", "neutral"],
            &["entailment", "neutral", "entailment"],
            &["joy", "anger", "neutral"],
            &["positive", "Positive", "negative"],
            &["neutral", "positive"],
            &[],
        ] {
            assert_eq!((map(Task::Inference, labels), map(Task::Sentiment, labels)), (None, None), "{labels:?}");
        }
        assert!(map(Task::Embedding, &[]).is_some() && map(Task::Embedding, &["positive"]).is_none());
    }

    #[test]
    fn logits_that_are_not_finite_give_no_probabilities() {
        let map = map(Task::Sentiment, &["negative", "positive"]).unwrap();
        assert_eq!(map.probabilities(&[f32::NAN, 0.0]), None);
        assert_eq!(map.probabilities(&[0.0]), None);
    }

    #[test]
    fn advice_distinguishes_placeholders_from_words() {
        let advice = |labels: &[&str]| label_advice(&labels.iter().map(|l| (*l).to_string()).collect::<Vec<_>>());
        assert!(advice(&["LABEL_0", "LABEL_1"]).contains("placeholders"));
        assert!(advice(&["entailment", "not_entailment"]).contains("contradiction from neutral"));
        assert!(advice(&["joy", "anger"]).contains("1 star"));
    }
}
