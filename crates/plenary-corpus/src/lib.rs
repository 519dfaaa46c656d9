//! The shared types of plenary: documents, transcripts, findings, failures and progress.
//!
//! Plain data with public fields. The stages are functions over these types; no code here reads a file, attributes
//! speech or measures. Positions count from 1; spans count bytes of the decoded text from 0.

mod block;
mod cascade;
pub mod clock;
mod context;
mod dates;
mod details;
pub mod disk;
mod document;
mod evidence;
mod failure;
pub mod files;
pub mod findings;
mod format;
pub mod hash;
mod hint;
pub mod ids;
mod links;
mod options;
pub mod progress;
pub mod rounding;
mod span;
mod speaker;
mod style;
pub mod text;
mod transcript;
mod variables;
mod words;

pub use block::{Block, BlockKind, Pass};
pub use cascade::OnlyWhere;
pub use context::{Context, Said};
pub use dates::{DateOrder, day_of_period, numeric_date, year_first_date};
pub use details::Details;
pub use document::{
    CueTime, Declared, Document, FrontMatter, Interrupts, Layout, Line, Reaction, ReactionKind, TextRun, Turn,
};
pub use evidence::{Estimate, Explanation, Form, Reason, Rival, StyleScore, Term, Weight};
pub use failure::{Failure, Stage};
pub use format::{Format, FormatFamily};
pub use hint::Hint;
pub use links::{Link, LinkRule, PersonRule};
pub use options::OptionError;
pub use span::Span;
pub use speaker::{Role, Speaker};
pub use style::{Style, Template, TurnRule, style_name};
pub use transcript::{Segment, SegmentEnd, Summary, Transcript, Utterance};
pub use variables::{Doubt, DoubtKind, Variables, contradict};
pub use words::WordCounts;
