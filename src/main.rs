//! Collects arguments, environment and terminal facts; runs; prints the result or the error; sets the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    trunkctl::program::main(std::env::args_os().collect(), std::env::vars_os())
}
