//! Collects arguments, environment and terminal facts; runs; prints the result or the error; sets the exit code.

use std::process::ExitCode;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    trunkctl::program::main(std::env::args_os().collect(), std::env::vars_os())
}
