//! Segments to findings: vectors, sentiment, codings, themes and estimates.
//!
//! Each measure takes texts and a loaded model and returns one row per text, in the order of the texts. A row
//! depends on its own text alone, whatever its neighbours and however many threads work.

pub mod coder;
pub mod embedding;
pub mod estimate;
pub mod sentiment;
pub mod stance;
pub mod themes;

pub use estimate::EstimateOptions;
pub use stance::StanceOptions;
pub use themes::ThemeOptions;
