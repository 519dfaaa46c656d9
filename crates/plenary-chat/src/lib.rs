//! Language models behind an OpenAI-compatible endpoint as coders, and as a source of labels of themes.
//!
//! **Input**: [`Unit`]s (a text, what was said before it, a proposition), a [`Codebook`] and [`ChatOptions`]. **Output**: one
//! [`UnitAnswer`] per unit, in order: a code with probabilities, or a [`Failure`] with its reason; and a [`Summary`]. Every
//! answer is kept in a folder, from which the same call is answered without the server. **Refused**: options out of range,
//! endpoints that redirect, stream or send HTML, and calls that would exceed the budget. **Left to others**: which units are
//! coded, what context they are given, and how codes become rows of a table.
//!
//! Connections are opened to the endpoint that the options name, and to nothing else.

mod answer;
mod ask;
mod audit;
mod budget;
mod caller;
mod codebook;
mod coder;
mod endpoint;
mod error;
mod label;
mod options;
mod pace;
mod plan;
mod probabilities;
mod prompt;
mod repeats;
mod reply;
mod request;
#[cfg(test)]
mod tests;

pub use budget::Usage;
pub use caller::Summary;
pub use codebook::{Code, Codebook, Example};
pub use coder::ChatCoder;
pub use error::{ChatError, Failure, FailureReason};
pub use label::{LABEL_AT_MOST, LabelledTheme, Labeller, ThemeLabel};
pub use options::{ChatOptions, Parameter, SchemaUse};
pub use prompt::Unit;
pub use repeats::{Agreement, Outcome, Probabilities, UnitAnswer};
