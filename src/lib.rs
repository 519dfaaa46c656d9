//! Transcripts of speech to tables: who said what, in which tone, for or against which proposition, on which themes,
//! with how much certainty.
//!
//! The path of the data, one module an arrow and one function a module:
//!
//! ```text
//! bytes --read--> Document --attribute--> Transcript --measure--> scores --themes--> themes --estimate--> estimates
//!                                          all of it --table--> Parquet and codebook
//! ```
//!
//! [`pipeline::run`] knows the order; each stage can be used alone:
//!
//! ```
//! use plenary::{attribute::attribute, read::read, study::Study};
//!
//! let bytes = b"**Ann Lee, Fisher**\n\nThe sea is cold. We go out anyway.\n\n**Bo Hill, Miller**\n\nGood.\n";
//! let transcript = attribute(read("talk.md", bytes)?, &Study::default());
//! assert_eq!(transcript.speakers[0].name, "Ann Lee");
//! assert_eq!(transcript.utterances[0].text, "The sea is cold. We go out anyway.");
//! assert_eq!(transcript.segments.len(), 3);
//! # Ok::<(), plenary::read::ReadError>(())
//! ```

pub use plenary_attribute as attribute;
pub use plenary_corpus as corpus;
pub use plenary_engine as engine;
pub use plenary_measure as measure;
pub use plenary_models as models;
pub use plenary_read as read;
pub use plenary_tables as table;

#[cfg(feature = "cli")]
pub mod cli;
pub mod inputs;
pub mod pipeline;
pub mod study;
