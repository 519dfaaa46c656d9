//! The researcher's choices: one TOML file in, a checked [`Study`] out.
//!
//! Every key has a default, so that a run without a study works (everything but stance). Unknown keys, targets
//! without a proposition and doubled ids are refused with the place and the way out. The commented example that
//! `plenary init` writes is [`EXAMPLE`]; a test keeps it equal to the defaults.

use serde::{Deserialize, Serialize};

use crate::attribute::styles::Style;

/// Everything a study can set. The defaults are the values that hold when the file does not name a key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Study {
    pub study: General,
    pub transcript: TranscriptOptions,
    pub segments: SegmentOptions,
    pub models: ModelOptions,
    pub stance: StanceOptions,
    pub targets: Vec<Target>,
    pub themes: ThemeOptions,
    pub estimates: EstimateOptions,
    pub output: OutputOptions,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct General {
    /// Name of the study, written into the `runs` table.
    pub name: String,
    /// Language of the transcripts (ISO 639-1), or `auto`.
    pub language: String,
    /// Seed of everything that draws at random (themes, bootstrap).
    pub seed: u64,
}

impl Default for General {
    fn default() -> Self {
        Self { name: "unnamed study".into(), language: "auto".into(), seed: 20_170_528 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TranscriptOptions {
    /// How speakers are printed: `auto` learns it from each document; see `attribute::styles` for the names.
    pub style: String,
}

impl Default for TranscriptOptions {
    fn default() -> Self {
        Self { style: "auto".into() }
    }
}

impl TranscriptOptions {
    /// The pinned style; `None` where each document is to show its own.
    pub fn style(&self) -> Option<Style> {
        Style::from_name(&self.style)
    }
}

/// What one row of the analysis is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    #[default]
    Sentence,
    Paragraph,
    Utterance,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentOptions {
    /// Unit of analysis: `sentence`, `paragraph` or `utterance`.
    pub unit: Unit,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModelOptions {
    /// Id of the model that embeds segments.
    pub embedding: String,
    /// Id of the model that scores sentiment.
    pub sentiment: String,
    /// Id of the inference model that scores stance.
    pub stance: String,
}

impl Default for ModelOptions {
    fn default() -> Self {
        Self {
            embedding: "all-minilm-l6-v2".into(),
            sentiment: "sentiment-minilm-l6".into(),
            stance: "nli-minilm-l6".into(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StanceOptions {
    /// Relevance (cosine of segment and proposition, in [0, 1]) under which no label is given: `off_topic`.
    pub relevance_floor: f32,
    /// Largest probability under which no label is given: `low_confidence`.
    pub confidence_floor: f32,
}

impl Default for StanceOptions {
    fn default() -> Self {
        Self { relevance_floor: 0.2, confidence_floor: 0.5 }
    }
}

/// A proposition towards which stance is scored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Short name in snake case; it becomes a column of the `analysis` table.
    pub id: String,
    /// One affirmative sentence that a speaker can be for or against.
    pub proposition: String,
    /// The same denied; it is scored as well and averaged with the sides exchanged.
    pub negation: Option<String>,
    /// For the reader of the study; carried into the codebook.
    pub note: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThemeOptions {
    /// Resolution of the community search: higher finds more and smaller themes.
    pub resolution: f64,
    /// Neighbours per segment in the graph; 0 chooses by the number of segments.
    pub neighbours: usize,
    /// Segments under which a community joins its nearest neighbour; 0 chooses by the number of segments.
    pub min_segments: usize,
    /// Probability under which a segment is assigned with the reason `low_confidence`.
    pub confidence_floor: f32,
}

impl Default for ThemeOptions {
    fn default() -> Self {
        Self { resolution: 1.0, neighbours: 0, min_segments: 0, confidence_floor: 0.3 }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EstimateOptions {
    /// Draws of the bootstrap.
    pub resamples: usize,
    /// Coverage of the intervals, between 0 and 1.
    pub confidence_level: f64,
}

impl Default for EstimateOptions {
    fn default() -> Self {
        Self { resamples: 1000, confidence_level: 0.95 }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutputOptions {
    /// Write CSV beside Parquet.
    pub csv: bool,
}
