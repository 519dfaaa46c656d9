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

pub mod attribute;
pub mod corpus;
mod disk;
pub mod engine;
pub mod estimate;
pub mod inputs;
pub mod measure;
pub mod pipeline;
pub mod progress;
pub mod read;
pub mod study;
pub mod table;
pub mod themes;
