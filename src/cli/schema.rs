//! `trunkctl schema …`

use clap::ValueEnum;

/// What a JSON Schema is printed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Of {
    /// Manifests
    Manifest,
    /// The profiles file
    Profiles,
}
