pub mod corpus;
pub mod engine;
pub mod estimate;
pub mod measure;
pub mod progress;
pub mod study;
pub mod themes;
