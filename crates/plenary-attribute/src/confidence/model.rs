//! The models: a weight for each term, and thresholds.
//!
//! **Input**: the file of weights, which `training/attribution/fit.py` writes, and the values of terms. **Output**: log-odds,
//! probabilities and thresholds. A term that the file does not name has the weight 0; a test keeps file and table equal.

use std::sync::LazyLock;

use super::terms::{TermKind, Values};
use plenary_corpus::Term;

/// The file of weights: `term,scope,sign,turn,document`.
pub(crate) const FILE: &str = include_str!("weights.csv");

/// The weights of both models and their thresholds.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    turn: [f32; TermKind::ALL.len()],
    document: [f32; TermKind::ALL.len()],
    /// Turns with a lower probability need review.
    pub(crate) review_turn_below: f32,
    /// Documents with a lower estimate need review.
    pub(crate) review_document_below: f32,
    /// In documents with a lower estimate, all turns need review.
    pub(crate) review_all_below: f32,
}

/// The fitted model.
static MODEL: LazyLock<Model> = LazyLock::new(|| Model::parse(FILE));

/// The model that is part of the program.
pub(crate) fn model() -> &'static Model {
    &MODEL
}

impl Model {
    /// Reads a file of weights. Rows that cannot be read are left out.
    fn parse(file: &str) -> Self {
        let mut model = Self {
            turn: [0.0; TermKind::ALL.len()],
            document: [0.0; TermKind::ALL.len()],
            review_turn_below: 0.5,
            review_document_below: 0.8,
            review_all_below: 0.0,
        };
        for row in file.lines().skip(1) {
            let fields: Vec<&str> = row.split(',').collect();
            let [name, _, _, turn, document] = fields.as_slice() else { continue };
            let (turn, document) = (turn.parse().unwrap_or(0.0), document.parse().unwrap_or(0.0));
            if *name == "review_below" {
                (model.review_turn_below, model.review_document_below) = (turn, document);
            } else if *name == "review_all_below" {
                model.review_all_below = document;
            } else if let Some(term) = TermKind::ALL.iter().find(|term| term.as_str() == *name) {
                model.turn[*term as usize] = turn;
                model.document[*term as usize] = document;
            }
        }
        model
    }

    /// The terms of a turn's probability that are not zero.
    pub(crate) fn turn_terms(&self, values: &Values) -> Vec<Term> {
        terms(&self.turn, values)
    }

    /// The terms of the estimate for a document that are not zero.
    pub(crate) fn document_terms(&self, values: &Values) -> Vec<Term> {
        terms(&self.document, values)
    }
}

fn terms(weights: &[f32], values: &Values) -> Vec<Term> {
    let term = |(term, value): (TermKind, f32)| Term {
        name: term.as_str(),
        says: term.says(),
        value,
        log_odds: weights[term as usize] * value,
    };
    values.present().map(term).collect()
}

/// The sum of some terms.
pub(crate) fn log_odds(terms: &[Term]) -> f32 {
    terms.iter().map(|term| term.log_odds).sum()
}

/// The probability with these log-odds.
pub(crate) fn probability(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::super::terms::{Scope, Sign};
    use super::*;

    /// The file with the rows that the table of terms asks for, and the weights of an existing file.
    fn with_all_rows(file: &str) -> String {
        let model = Model::parse(file);
        let mut out = "term,scope,sign,turn,document\n".to_string();
        for term in TermKind::ALL {
            let (scope, sign) = (term.scope().as_str(), term.sign().as_str());
            let (turn, document) = (model.turn[*term as usize], model.document[*term as usize]);
            out.push_str(&format!("{},{scope},{sign},{turn:.4},{document:.4}\n", term.as_str()));
        }
        let (turn, document, all) = (model.review_turn_below, model.review_document_below, model.review_all_below);
        out + &format!("review_below,,,{turn:.4},{document:.4}\nreview_all_below,,,0.0000,{all:.4}\n")
    }

    #[test]
    fn the_file_has_a_row_for_each_term() {
        let expected = with_all_rows(FILE);
        if std::env::var_os("UPDATE_CONFIDENCE").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/confidence/weights.csv");
            std::fs::write(path, &expected).expect("the file can be written");
            return;
        }
        assert_eq!(FILE, expected, "UPDATE_CONFIDENCE=1 cargo test --release -p plenary-attribute confidence");
    }

    #[test]
    fn weights_have_the_sign_of_their_term() {
        let model = model();
        for term in TermKind::ALL {
            for weight in [model.turn[*term as usize], model.document[*term as usize]] {
                assert!(weight.is_finite());
                match term.sign() {
                    Sign::Raises => assert!(weight >= 0.0, "{}", term.as_str()),
                    Sign::Lowers => assert!(weight <= 0.0, "{}", term.as_str()),
                    Sign::Either => {}
                }
            }
            if term.scope() == Scope::Turn && *term != TermKind::Base {
                assert_eq!(model.document[*term as usize], 0.0, "{}", term.as_str());
            }
        }
        let thresholds = [model.review_turn_below, model.review_document_below, model.review_all_below];
        assert!(thresholds.iter().all(|below| (0.0..1.0).contains(below)));
        assert!(model.review_all_below <= model.review_document_below);
    }

    #[test]
    fn terms_sum_to_the_log_odds() {
        let mut values = Values::default();
        values.set(TermKind::Base, 1.0);
        values.set(TermKind::Score, 0.9);
        let without = log_odds(&model().turn_terms(&values));
        values.set(TermKind::Rival, 1.0);
        values.set(TermKind::InsideRecurring, 0.5);
        let with = log_odds(&model().turn_terms(&values));
        assert!(with <= without && (0.0..=1.0).contains(&probability(with)));
        assert!((probability(without).ln() - (1.0 - probability(without)).ln() - without).abs() < 1e-3);
    }
}
