//! The labels of a classifier, as it names them, to those of a task.
//!
//! In come the labels in the order of the logits; out goes which label of the task each logit counts for. Labels are
//! known by what they say, whatever their order, case, spaces and hyphens; what they do not say is never guessed.

use super::folder::Task;
use super::numbers::softmax;

/// For each logit of a classifier the label of its task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LabelMap {
    /// Position of the logit and of the label it counts for, by label, then by logit.
    pairs: Vec<(usize, usize)>,
}

impl LabelMap {
    /// `None` where a label is not known, stands twice, or where the labels together do not make the task: inference
    /// needs all of its three, sentiment may do without neutral.
    ///
    /// Several labels may say the same of a text, as `1 star` and `2 stars` both are negative: their probabilities are
    /// added. A model without neutral never says neutral; its probability is 0.
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

    /// How many logits the model has.
    pub fn n_logits(&self) -> usize {
        self.pairs.len()
    }

    /// Probabilities of the task's labels, in its order; `None` where a logit is missing or no finite number.
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

/// What the labels leave open, for an error: which are placeholders, and where their meaning can be said.
pub(crate) fn advice(labels: &[String]) -> String {
    let placeholder = |label: &String| {
        plain(label).strip_prefix("label").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if !labels.is_empty() && labels.iter().all(placeholder) {
        return "These are placeholders, which say nothing of a text: look up in the model's card what they mean"
            .into();
    }
    if labels.iter().any(|label| plain(label) == "notentailment") {
        return "A model that does not tell contradiction from neutral cannot measure stance; take one of three labels"
            .into();
    }
    "Known are these words in any order and case, pos, neg and neu, very positive and very negative, and 1 star to 5 stars".into()
}

/// Small letters and digits alone: `Very-Negative` and `very negative` are the same.
fn plain(label: &str) -> String {
    label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Position among the task's labels.
fn meaning(task: Task, plain: &str) -> Option<usize> {
    let label = match (task, plain) {
        (Task::Inference, "entailment" | "entail" | "entails" | "entailed") => "entailment",
        (Task::Inference | Task::Sentiment, "neutral") => "neutral",
        (Task::Inference, "contradiction" | "contradict" | "contradicts" | "contradictory") => "contradiction",
        (Task::Sentiment, "negative" | "neg" | "verynegative" | "1star" | "2stars") => "negative",
        (Task::Sentiment, "neu" | "3stars") => "neutral",
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
    fn what_is_no_number_makes_no_probabilities() {
        let map = map(Task::Sentiment, &["negative", "positive"]).unwrap();
        assert_eq!(map.probabilities(&[f32::NAN, 0.0]), None);
        assert_eq!(map.probabilities(&[0.0]), None);
    }

    #[test]
    fn advice_tells_placeholders_from_words() {
        let advice = |labels: &[&str]| advice(&labels.iter().map(|l| (*l).to_string()).collect::<Vec<_>>());
        assert!(advice(&["LABEL_0", "LABEL_1"]).contains("placeholders"));
        assert!(advice(&["entailment", "not_entailment"]).contains("contradiction from neutral"));
        assert!(advice(&["joy", "anger"]).contains("1 star"));
    }
}
