//! The types of measurements: vectors, tone, codings, themes, estimates.
//!
//! Plain data, as in the rest of this crate; the code that computes a number documents how. A label, a reason or a
//! level is an enum; its text is what the tables contain.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::OptionError;

/// An enum whose variants have a name in the tables.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All variants, in the order in which they are declared.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The name that the tables use.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)+
                }
            }

            /// The variant with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == name)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

mod codes;
mod estimates;
mod exchanges;
mod stance;
mod themes;

pub use codes::*;
pub use estimates::*;
pub use exchanges::*;
pub use stance::*;
pub use themes::*;

/// Whether an id can be part of the name of a column, as those of targets and variables in a study must be.
pub fn is_id(id: &str) -> bool {
    let mut characters = id.chars();
    characters.next().is_some_and(|c| c.is_ascii_lowercase())
        && characters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Refuses what is no [id](is_id); `place` names its owner in the error, and `example` is an id.
fn check_id(id: &str, place: &str, example: &str) -> Result<(), OptionError> {
    if is_id(id) {
        return Ok(());
    }
    let found = if id.is_empty() { "no id".to_string() } else { format!("the id \"{}\"", id.escape_debug()) };
    let expected =
        format!("an id of lower-case letters, digits and underscores that begins with a letter, such as \"{example}\"");
    Err(OptionError::new(place, found, expected))
}

/// One vector per text.
#[derive(Debug, Clone, PartialEq)]
pub struct Embeddings {
    /// The model.
    pub model_id: String,
    /// Shape `[texts, dimensions]`; each row has length 1.
    pub vectors: Array2<f32>,
    /// Tokens of each text, special tokens included.
    pub n_tokens: Vec<u32>,
    /// Number of windows in which the model read each text: 1 if the text fits.
    pub n_windows: Vec<u32>,
}

named! {
    /// The tone of a text.
    Tone {
        /// Negative.
        Negative = "negative",
        /// Neither.
        Neutral = "neutral",
        /// Positive.
        Positive = "positive",
    }
}

/// Tone of one text: three probabilities that sum to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentimentScore {
    /// Probability of a negative tone.
    pub negative: f32,
    /// Probability of a neutral tone.
    pub neutral: f32,
    /// Probability of a positive tone.
    pub positive: f32,
}

impl SentimentScore {
    /// positive - negative, in [-1, 1].
    pub fn score(&self) -> f32 {
        self.positive - self.negative
    }

    /// The most probable of the three; ties go to the first in the order neutral, negative, positive.
    pub fn label(&self) -> Tone {
        if self.neutral >= self.negative && self.neutral >= self.positive {
            Tone::Neutral
        } else if self.negative >= self.positive {
            Tone::Negative
        } else {
            Tone::Positive
        }
    }
}

/// Tone of every text.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentiment {
    /// The model.
    pub model_id: String,
    /// One per text, in the order of the texts.
    pub scores: Vec<SentimentScore>,
    /// Number of windows in which the model read each text: 1 if the text fits.
    pub n_windows: Vec<u32>,
}
