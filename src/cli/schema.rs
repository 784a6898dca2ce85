//! `trunkctl schema …`

use clap::ValueEnum;

/// The file formats that have a JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Of {
    /// Manifests
    Manifest,
    /// Plans, as `plan -o json` prints them
    Plan,
    /// The profiles file
    Profiles,
}
