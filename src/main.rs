//! The program `plenary`. Its code is in [`plenary::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    plenary::cli::main()
}
