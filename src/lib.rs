pub mod corpus;
pub mod estimate;
pub mod measure;
pub mod progress;
pub mod study;
pub mod table;
pub mod themes;
