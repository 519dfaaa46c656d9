//! What a model is for, what it is made of, and how its hidden states become a vector.
//!
//! Types that are shared by running and storing models.

use std::fmt;

use serde::{Deserialize, Serialize};

/// File name of an ONNX graph.
pub const GRAPH: &str = "model.onnx";
/// File name of a tokenizer.
pub const TOKENIZER: &str = "tokenizer.json";
/// File name of a model's configuration.
pub const CONFIG: &str = "config.json";
/// File name of the table of a static model, or of weights for engines that build the graph themselves.
pub const WEIGHTS: &str = "model.safetensors";
/// The files of a model that is a graph.
pub const FILES: [&str; 3] = [GRAPH, TOKENIZER, CONFIG];

/// What a model is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// An ONNX graph.
    #[default]
    Onnx,
    /// A table with a vector per token, in the format of Model2Vec.
    Static,
    /// The weights of an encoder without its graph, for engines that build the graph themselves.
    Weights,
}

impl Form {
    /// The files of a model of this form. The first holds the model's numbers.
    pub fn files(self) -> [&'static str; 3] {
        match self {
            Form::Onnx => FILES,
            Form::Static | Form::Weights => [WEIGHTS, TOKENIZER, CONFIG],
        }
    }
}

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// A text to a vector.
    Embedding,
    /// A premise and a hypothesis to entailment, neutral or contradiction.
    Inference,
    /// A text to negative, neutral or positive.
    Sentiment,
}

impl Task {
    /// The name of the task in manifests and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Task::Embedding => "embedding",
            Task::Inference => "inference",
            Task::Sentiment => "sentiment",
        }
    }

    /// The labels of the task, in the order of the probabilities of a [`Row`](crate::Row); none for vectors.
    pub fn labels(self) -> &'static [&'static str] {
        match self {
            Task::Embedding => &[],
            Task::Inference => &["entailment", "neutral", "contradiction"],
            Task::Sentiment => &["negative", "neutral", "positive"],
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How hidden states become one vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// Mean over the attention mask, scaled to length 1.
    #[default]
    Mean,
    /// State of the first token, scaled to length 1.
    Cls,
}
