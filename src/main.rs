//! The program `plenary`. Everything it does is in [`plenary::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    plenary::cli::main()
}
