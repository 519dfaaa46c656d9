//! Segments to findings: vectors, sentiment, codings, themes and estimates.
//!
//! **Input:** texts and loaded models. **Output:** one row per text, in the order of the texts. A row depends only on
//! its own text, not on the other texts or on the number of threads. **Refused:** inputs that do not fit together, and
//! options out of range. **Left to others:** reading transcripts and writing tables.

pub mod coder;
pub mod context;
pub mod dictionaries;
pub mod drift;
pub mod embedding;
pub mod estimate;
pub mod exchanges;
pub mod groups;
pub mod head;
pub mod keyness;
pub mod procedure;
pub mod sentiment;
pub mod stance;
pub mod stems;
pub mod themes;
pub mod threshold;
pub mod trends;
mod words;

pub use dictionaries::DictionaryOptions;
pub use estimate::{EstimateOptions, GroupBy};
pub use keyness::KeynessOptions;
pub use stance::{NeitherRule, StanceOptions};
pub use themes::ThemeOptions;
