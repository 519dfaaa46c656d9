//! The Python extension of plenary.
//!
//! **Input:** calls of the package `plenary_text`, whose Python code checks and converts arguments. **Output:** objects of the
//! façade as Python classes, tables as Arrow streams, errors as the exceptions of `plenary_text`. **Refused:** what the façade
//! refuses, and use in a process that was forked after the library was used. **Left to others:** everything that is computed.

mod errors;
mod hint;
mod logging;
mod models;
mod reading;
mod results;
mod study;
mod table;
mod validation;
mod work;

use std::path::PathBuf;

use pyo3::prelude::*;

/// Names what the package brings: its folder of models, and the commands that start a process which reads files, and one which is the
/// program `plenary`.
#[pyfunction]
fn set_package(models: Option<PathBuf>, reader: Option<Vec<PathBuf>>, program: Option<Vec<PathBuf>>) {
    if let Some(models) = models {
        plenary::models::set_package_folder(models);
    }
    let texts = |arguments: &[PathBuf]| arguments.iter().map(|argument| argument.as_os_str().to_owned()).collect();
    if let Some((reader, arguments)) = reader.as_deref().and_then(<[PathBuf]>::split_first) {
        plenary::isolation::set_reader(reader, texts(arguments));
    }
    if let Some((program, arguments)) = program.as_deref().and_then(<[PathBuf]>::split_first) {
        plenary::parts::set_program(program, texts(arguments));
    }
}

/// Runs the program `plenary` with these arguments, and returns its exit code.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<PathBuf>) -> u8 {
    let arguments = arguments.into_iter().map(PathBuf::into_os_string).collect();
    py.detach(|| plenary::cli::run_as(arguments))
}

/// Reads files for another process until it closes the pipe.
#[pyfunction]
fn read_files(py: Python<'_>) {
    py.detach(plenary::isolation::serve);
}

/// The extension module; the package `plenary_text` is its only user.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::models::{Encoder, SentimentModel, StanceModel};
    #[pymodule_export]
    use super::reading::{Corpus, read};
    #[pymodule_export]
    use super::results::{Results, open, run};
    #[pymodule_export]
    use super::study::{Study, toml_of};
    #[pymodule_export]
    use super::table::Table;
    #[pymodule_export]
    use super::validation::{agree, estimate, means, score};
    #[pymodule_export]
    use super::{main, read_files, set_package};

    #[pymodule_export]
    const VERSION: &str = plenary::table::VERSION;
}
