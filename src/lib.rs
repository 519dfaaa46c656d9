pub mod corpus;
pub mod progress;
pub mod study;
