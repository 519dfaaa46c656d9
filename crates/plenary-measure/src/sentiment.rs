//! Texts to tone.
//!
//! **Input**: texts and a sentiment model. **Output**: three probabilities per text. **Refused**: models for other
//! tasks.

use plenary_corpus::findings::{Sentiment, SentimentScore};
use plenary_engine::{EngineError, Input, Model, Task, Work, rows};

/// The tone of each text: softmax of a model with the classes negative, neutral and positive. Reports the stage
/// `sentiment`, one unit per text. Fails if the model is not for sentiment, a pass fails, or the user stops it.
pub fn score(model: &Model, texts: &[&str], work: Work) -> Result<Sentiment, EngineError> {
    model.expect_task(Task::Sentiment)?;
    let inputs: Vec<Input> = texts.iter().map(|&text| (text, None)).collect();
    let rows = rows("scoring sentiment", model, &inputs, work)?;
    let scores = rows.iter().map(|row| {
        let [negative, neutral, positive] = row.labels();
        SentimentScore { negative, neutral, positive }
    });
    Ok(Sentiment {
        model_id: model.id.clone(),
        scores: scores.collect(),
        n_windows: rows.iter().map(|row| row.n_windows).collect(),
    })
}
