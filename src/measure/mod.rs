//! Segments to scores: vectors, sentiment, stance.
//!
//! Each measure takes texts and a loaded model and returns one row per text, in the order of the texts. A row
//! depends on its own text alone, whatever its neighbours and however many threads work.

pub mod embedding;
pub mod sentiment;
pub mod stance;

use ndarray::Array2;

/// One vector per text.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    pub model_id: String,
    /// Shape `[texts, dimensions]`; each row has length 1.
    pub vectors: Array2<f32>,
    /// Tokens of each text, special tokens included.
    pub n_tokens: Vec<u32>,
    /// Windows in which the model read each text: 1 where it fits.
    pub n_windows: Vec<u32>,
}

/// Tone of one text: three probabilities that sum to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentimentScore {
    pub negative: f32,
    pub neutral: f32,
    pub positive: f32,
}

impl SentimentScore {
    /// positive - negative, in [-1, 1].
    pub fn score(&self) -> f32 {
        self.positive - self.negative
    }

    /// The most probable of the three; of equals the first in the order neutral, negative, positive.
    pub fn label(&self) -> &'static str {
        if self.neutral >= self.negative && self.neutral >= self.positive {
            "neutral"
        } else if self.negative >= self.positive {
            "negative"
        } else {
            "positive"
        }
    }
}

/// Tone of every text.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentiment {
    pub model_id: String,
    pub scores: Vec<SentimentScore>,
    /// Windows in which the model read each text: 1 where it fits.
    pub n_windows: Vec<u32>,
}

/// Natural language inference for one premise and one hypothesis: three probabilities that sum to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inference {
    pub entailment: f32,
    pub neutral: f32,
    pub contradiction: f32,
}

/// Stance of one text towards one target.
#[derive(Debug, Clone, PartialEq)]
pub struct StanceScore {
    /// Cosine of the vectors of segment and proposition, negative values set to 0: in [0, 1].
    pub relevance: f32,
    /// Two-sided: mean of the proposition's inference and, sides exchanged, its negation's. They sum to one.
    pub favor: f32,
    pub against: f32,
    pub neither: f32,
    /// `favor`, `against` or `neither`; `None` where the model abstains.
    pub label: Option<&'static str>,
    /// Why there is no label: `off_topic` or `low_confidence`; `None` where there is one.
    pub reason: Option<&'static str>,
    pub proposition: Inference,
    /// `None` where the study gives no negation.
    pub negation: Option<Inference>,
    /// Windows in which the model read the text beside the proposition or its negation: 1 where it fits.
    pub n_windows: u32,
}

impl StanceScore {
    /// favor - against, in [-1, 1].
    pub fn score(&self) -> f32 {
        self.favor - self.against
    }
}

/// Stance of every text towards every target.
#[derive(Debug, Clone, PartialEq)]
pub struct Stance {
    pub model_id: String,
    /// `scores[target][text]`, targets in the order of the study.
    pub scores: Vec<Vec<StanceScore>>,
}
