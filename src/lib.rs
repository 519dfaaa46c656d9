//! Transcripts of speech to tables: who said what, in which tone, for or against which proposition, on which themes, with
//! how much certainty.
//!
//! The supported interface is what is re-exported here under its own name: [`read`](fn@read), [`Corpus`], [`Study`],
//! [`run`], [`Results`], [`Encoder`], [`SentimentModel`], [`StanceModel`] and [`Isolation`]. The modules [`attribute`],
//! [`corpus`], [`engine`], [`mod@export`], [`measure`], [`models`], [`mod@read`], [`report`] and [`table`] are the crates of the
//! stages, for uses that the interface does not cover; they change
//! more often.
//!
//! # Examples
//!
//! Read transcripts and list their speakers. No model is loaded:
//!
//! ```
//! use plenary::Study;
//!
//! # let folder = tempfile::tempdir()?;
//! # let talk = folder.path().join("talk.md");
//! std::fs::write(&talk, "**Ann Lee, Fisher**\n\nThe sea is cold. We go out anyway.\n\n**Bo Hill, Miller**\n\nGood.\n")?;
//! let corpus = plenary::read([&talk], &Study::default())?;
//! let names: Vec<&str> = corpus.speakers().map(|(_, speaker)| speaker.name.as_str()).collect();
//! assert_eq!(names, ["Ann Lee", "Bo Hill"]);
//! assert_eq!(corpus.segments().count(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Embed a list of strings:
//!
//! ```
//! use plenary::Encoder;
//!
//! let encoder = Encoder::load("all-minilm-l6-v2")?;
//! let vectors = encoder.encode(&["We need a treaty.", "We do not."])?;
//! assert_eq!(vectors.dim(), (2, 384));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Run a study and look at a table:
//!
//! ```
//! use plenary::{Options, Silent, Study};
//!
//! # let folder = tempfile::tempdir()?;
//! # let (talk, out) = (folder.path().join("talk.md"), folder.path().join("results"));
//! # std::fs::write(&talk, "**Ann Lee**\n\nBorders should be open.\n\n**Bo Hill**\n\nI do not think so.\n")?;
//! let study = Study::parse("[[targets]]\nid = \"open\"\nproposition = \"Borders should be open.\"\n", "study.toml")?;
//! let outcome = plenary::run(&[talk], &Options::new(study, &out), &Silent)?;
//! let stance = outcome.results.frame("stance")?;
//! assert_eq!(stance.height(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub use plenary_attribute as attribute;
pub use plenary_chat as chat;
pub use plenary_corpus as corpus;
pub use plenary_engine as engine;
pub use plenary_export as export;
pub use plenary_measure as measure;
pub use plenary_models as models;
pub use plenary_read as read;
pub use plenary_report as report;
pub use plenary_tables as table;
pub use plenary_validate as validation;

mod api;
pub mod check_study;
#[cfg(feature = "cli")]
pub mod cli;
mod coded_stance;
pub mod dictionaries;
pub mod inputs;
pub mod isolation;
pub mod learn;
pub mod means;
mod nearest;
pub mod parts;
pub mod pipeline;
pub mod review;
pub mod robust;
pub mod study;
mod texts;
pub mod themes;
pub mod validate;
mod variables;
pub mod verify;

pub use api::{Corpus, ReadOptions, read, read_with};
pub use inputs::Input;
pub use isolation::Isolation;
pub use pipeline::{CombineOptions, Options, Outcome, Part, PartOptions, RunError, combine, measure_part, run};
pub use plenary_corpus::progress::{Progress, Silent};
pub use plenary_tables::{Check, OpenError, Results};
pub use study::{Study, StudyError};
pub use texts::{CodeTextsError, Encoder, SentimentModel, StanceModel};
