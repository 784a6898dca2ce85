//! `trunkctl schema …`

use clap::ValueEnum;

/// What is described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Of {
    /// Manifests
    Manifest,
    /// Plans, as `plan -o json` prints them
    Plan,
    /// The profiles file
    Profiles,
    /// The command tree as JSON: commands, options, values, environment variables, exit codes
    Cli,
}
