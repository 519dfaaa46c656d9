//! The integration tests, as one program, so that only one is linked.
//!
//!     cargo test --release --test it                    # all
//!     cargo test --release --test it parity             # the tests of one module

mod architectures;
mod arrows;
mod bad_input;
mod chat;
mod check_study;
mod command_line;
mod commands_doc;
mod common;
mod compare;
mod compat;
mod context;
mod docs;
mod exchanges;
mod export;
mod fetch;
mod fuzz;
mod golden;
mod isolation;
mod layouts;
mod learn;
mod lexicon;
mod library;
mod means;
mod models;
mod module_cycles;
mod own_codes;
mod parity;
mod parts;
mod people;
mod properties;
mod report;
mod reproducibility;
mod review;
mod robust;
#[cfg(feature = "rust-bert")]
mod rust_bert;
mod sample;
mod show;
mod static_models;
mod tables_doc;
mod themes;
mod thresholds;
mod validate;
mod variables;
mod verify;
mod words;
mod work_folder;
