//! Texts to tone.

use super::{Sentiment, SentimentScore};
use crate::engine::{EngineError, Model, Task, Work, rows};

/// The tone of each text: softmax of a model with the classes negative, neutral and positive. Reports the stage
/// `sentiment`, one unit per text. Fails where the model is not for sentiment, a pass fails, or the user stops it.
pub fn score(model: &Model, texts: &[&str], work: Work) -> Result<Sentiment, EngineError> {
    model.expect_task(Task::Sentiment)?;
    let rows = rows("scoring sentiment", texts, work, |text| model.probabilities(text, None))?;
    Ok(Sentiment {
        model_id: model.id.clone(),
        scores: rows
            .iter()
            .map(|&([negative, neutral, positive], _)| SentimentScore { negative, neutral, positive })
            .collect(),
        truncated: rows.iter().map(|&(_, truncated)| truncated).collect(),
    })
}
