pub mod attribute;
pub mod corpus;
pub mod estimate;
pub mod measure;
pub mod progress;
pub mod read;
pub mod study;
pub mod themes;
