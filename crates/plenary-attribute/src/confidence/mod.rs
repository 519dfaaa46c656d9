//! Confidence: the probability that a turn is right, and the probability that at least four fifths of a document's words have
//! the right speaker.
//!
//! **Input**: the page, the bylines, and the explained utterances. **Output**: the terms of both models, probabilities, and
//! what a person should review. A turn is right if it begins and ends in the right places and has the right speaker. The models are
//! log-linear; their weights are in `weights.csv`, fitted by `training/attribution`. Which candidates become bylines is left to `find`,
//! whose scores are terms here.

mod document;
mod model;
mod notes;
mod shapes;
mod sources;
mod terms;
mod texts;
mod turns;

use plenary_corpus::{Estimate, Style, Term, Utterance};

use model::{log_odds, model, probability};
pub(crate) use sources::Sources;
use terms::TermKind;

/// The results of the models for a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assessment {
    /// For each utterance its own terms.
    turns: Vec<Vec<Term>>,
    /// The terms of the document in the probability of each turn.
    shared: Vec<Term>,
    /// The terms of the estimate for the document.
    document: Vec<Term>,
    /// Probability that at least four fifths of the words have the right speaker.
    mostly_right: f32,
    /// Whether the estimate is too low.
    pub(crate) needs_review: bool,
}

/// Log-odds of turns that the format or the study's pattern declares: one wrong turn in a hundred, a convention. The models are not
/// applied to them, since they hardly depend on the page. Captions whose labels are read from the text of the cues are judged by the
/// models.
const DECLARED: f32 = 4.6;

/// Applies the models to a document.
pub(crate) fn assess(sources: &Sources<'_>) -> Assessment {
    if sources.is_declared && !sources.is_captions || sources.found.style == Some(Style::Pattern) {
        let kind = TermKind::Declared;
        let term = Term { name: kind.as_str(), says: kind.says(), value: 1.0, log_odds: DECLARED };
        return Assessment {
            turns: vec![Vec::new(); sources.utterances.len()],
            shared: vec![term],
            document: vec![term],
            mostly_right: probability(DECLARED),
            needs_review: false,
        };
    }
    let labels = sources::labels(sources);
    let lines = sources::lines(sources, &labels);
    let turns = turns::turns(sources, &labels, &lines);
    let mut document = document::document(sources, &labels, &lines, &turns);
    let model = model();
    let shared = model.turn_terms(&document);
    let turns: Vec<Vec<Term>> = turns.iter().map(|values| model.turn_terms(values)).collect();
    document.set(TermKind::Base, 1.0);
    document.set(TermKind::MeanConfidence, mean_confidence(sources.utterances, &turns, log_odds(&shared)));
    let document = model.document_terms(&document);
    let mostly_right = probability(log_odds(&document));
    let needs_review = mostly_right < model.review_document_below;
    Assessment { turns, shared, document, mostly_right, needs_review }
}

/// The mean probability of turns, by their words.
fn mean_confidence(utterances: &[Utterance], turns: &[Vec<Term>], of_document: f32) -> f32 {
    let (mut sum, mut words) = (0.0, 0.0);
    for (utterance, terms) in utterances.iter().zip(turns) {
        let n = utterance.n_words.max(1) as f32;
        sum += n * probability(log_odds(terms) + of_document);
        words += n;
    }
    sum / f32::max(words, 1.0)
}

impl Assessment {
    /// Sets the probabilities, their terms, and what needs review.
    pub(crate) fn apply(&mut self, utterances: &mut [Utterance]) {
        let model = model();
        let of_document = log_odds(&self.shared);
        let not_understood = (self.mostly_right < model.review_all_below).then(|| self.review_of_all());
        for (utterance, terms) in utterances.iter_mut().zip(std::mem::take(&mut self.turns)) {
            let probability = probability(log_odds(&terms) + of_document);
            utterance.boundary_confidence = probability;
            let own = (probability < model.review_turn_below)
                .then(|| review(probability, model.review_turn_below, &terms, &self.shared));
            let reasons: Vec<String> = own.into_iter().chain(not_understood.clone()).collect();
            utterance.needs_review |= !reasons.is_empty();
            utterance.explanation.review.splice(0..0, reasons);
            utterance.explanation.terms = terms;
            utterance.explanation.document_log_odds = of_document;
        }
    }

    /// Why all turns of a document with a low estimate should be checked.
    fn review_of_all(&self) -> String {
        let because = reasons(self.document.iter());
        format!(
            "the document as a whole may not be understood: the probability that most words have the right speaker is {:.2}{because}",
            self.mostly_right
        )
    }

    /// The estimate for the document, with its terms.
    pub(crate) fn into_estimate(self) -> Estimate {
        Estimate { mostly_right: self.mostly_right, terms: self.document, turn_terms: self.shared }
    }
}

/// Why a turn with a low probability should be checked: the terms that lower it most.
fn review(probability: f32, threshold: f32, own: &[Term], shared: &[Term]) -> String {
    let because = reasons(own.iter().chain(shared));
    format!("the probability that the turn is right, {probability:.2}, is below {threshold:.2}{because}")
}

/// What the terms that lower a probability most say, after a colon.
fn reasons<'t>(terms: impl Iterator<Item = &'t Term>) -> String {
    const NAMED: usize = 3;
    let mut lowest: Vec<&Term> =
        terms.filter(|term| term.log_odds < -0.1 && term.name != TermKind::Base.as_str()).collect();
    lowest.sort_by(|a, b| a.log_odds.total_cmp(&b.log_odds));
    let said: Vec<&str> = lowest.iter().take(NAMED).map(|term| term.says).collect();
    if said.is_empty() { String::new() } else { format!(": {}", said.join("; ")) }
}

#[cfg(test)]
mod tests {
    use crate::{Options, attribute};
    use plenary_corpus::Transcript;
    use plenary_read::read;

    fn transcript(name: &str, text: &str) -> Transcript {
        attribute(read(name, text.as_bytes()).expect("the text can be read"), &Options::default())
    }

    const PLAIN: &str = "Ann Lee: We come to order this morning.\n\nBo Hill: Thank you for the time.\n\n\
                         Ann Lee: Who was at the docks?\n\nBo Hill: I was there all day.\n\nAnn Lee: Then we are done.\n";

    fn value(transcript: &Transcript, at: usize, name: &str) -> f32 {
        let terms = transcript.utterances[at].explanation.terms.iter().chain(&transcript.estimate.turn_terms);
        terms.filter(|term| term.name == name).map(|term| term.value).sum()
    }

    #[test]
    fn unexplained_bylines_lower_confidence_and_estimate() {
        let plain = transcript("talk.txt", PLAIN);
        let more = "Cy Wood >> And I was not.\n\nDee Vale >> Nor was I.\n\nCy Wood >> So there.\n\nDee Vale >> Yes.\n";
        let doubtful = transcript("talk.txt", &format!("{PLAIN}\n{more}"));
        let last = doubtful.utterances.len() - 1;
        assert_eq!(value(&plain, last, "inside_recurring"), 0.0);
        assert!(value(&doubtful, last, "inside_recurring") > 0.5);
        let confidence = |transcript: &Transcript| transcript.utterances[last].boundary_confidence;
        assert!(confidence(&doubtful) < confidence(&plain));
        assert!(doubtful.estimate.mostly_right < plain.estimate.mostly_right);
        let all = plain.utterances.iter().chain(&doubtful.utterances);
        assert!(all.map(|turn| turn.boundary_confidence).all(|p| (0.0..=1.0).contains(&p)));
    }

    #[test]
    fn a_text_without_speakers_needs_review() {
        let found =
            transcript("essay.txt", "The sea was calm that day.\n\nIt came at night, and nobody spoke of it.\n");
        assert!(found.needs_review && found.utterances[0].needs_review);
        assert!(found.utterances[0].boundary_confidence < 0.5);
    }

    #[test]
    fn all_turns_of_a_document_whose_pattern_is_not_understood_need_review() {
        let conversation: String = ["friends", "neighbours", "captains", "people", "all of you"]
            .map(|whom| format!("What do we know of the nets, {whom}?\n\nWe know little of them, and they of us.\n\n"))
            .concat();
        let text = format!("Notes\n\nAnn Lee: I open the talk.\n\n{conversation}Ann Lee: Then we are done.\n");
        let found = transcript("talk.txt", &text);
        assert!(found.needs_review && found.utterances.len() == 2);
        for turn in &found.utterances {
            let reason = turn.explanation.review.iter().find(|reason| reason.contains("the document as a whole"));
            assert!(
                turn.needs_review && reason.is_some_and(|reason| reason.contains(": ")),
                "{:?}",
                turn.explanation.review
            );
        }
        let plain = transcript("talk.txt", PLAIN);
        assert!(plain.utterances.iter().all(|turn| !turn.needs_review && turn.explanation.review.is_empty()));
    }

    #[test]
    fn declared_turns_have_the_conventional_confidence() {
        let found = transcript("talk.csv", "speaker,text\nAnn Lee,We come to order.\nBo Hill,Thank you.\n");
        assert!(
            found.utterances.iter().all(|turn| (turn.boundary_confidence - 0.99).abs() < 0.001 && !turn.needs_review)
        );
    }
}
