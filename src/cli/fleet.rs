//! `plan` and `apply`

use std::num::NonZeroU16;

use clap::Args;

use super::values::whole;
use crate::model::partition::Partition;
use crate::model::plan::Prune;

/// The manifest, and which part of it.
#[derive(Debug, Args)]
pub struct Manifest {
    /// A manifest, or a folder of them; may be repeated, `-` is standard input
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    pub files: Vec<String>,
    /// The value of ${NAME} in the manifest; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
    /// A TOML, JSON or YAML file with the values of variables, below --var and above TRUNKCTL_VAR_NAME; may be repeated
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_files: Vec<String>,
    /// Refuse `cmd:`, and let `file:` and `from` reach only below the manifest's own folder: for a manifest of people who may not run commands here
    #[arg(long)]
    pub untrusted: bool,
    /// Only the I-th of N parts of the profiles, from 1 on: for parallel jobs
    #[arg(long, value_name = "I/N")]
    pub partition: Option<Partition>,
    /// Delete what this manifest created and no longer wants, or all that it does not want
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "created")]
    pub prune: Option<Prune>,
    /// Send passwords that cannot be compared, even where the same was sent before
    #[arg(long)]
    pub rotate_secrets: bool,
}

/// `plan`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trunkctl --sandbox plan -f examples/fleet
  trunkctl plan -f trunks.toml -f sites/ --var site=oslo
  trunkctl plan -f trunks.toml -o markdown > plan.md
  trunkctl plan -f trunks.toml --out plan.json --detailed-exitcode

Nothing is changed. Passwords are sent to nobody.")]
pub struct Plan {
    /// The manifest.
    #[command(flatten)]
    pub manifest: Manifest,
    /// How many profiles are read at the same time
    #[arg(long, value_name = "N", default_value = "8", value_parser = whole::<NonZeroU16>(1, 65535))]
    pub concurrency: NonZeroU16,
    /// End in 14 where there is something to do
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Save the plan for `apply`, signed with the state key (TRUNKCTL_STATE_KEY); not with --untrusted, whose limits a file would not keep
    #[arg(long, value_name = "FILE", conflicts_with = "untrusted")]
    pub out: Option<String>,
}

/// `apply`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trunkctl --sandbox apply -f examples/fleet --yes
  trunkctl apply plan.json --yes
  trunkctl apply -f trunks.toml --prune --max-changes 20

What could not be done is tried again by the next apply; what is done is left
alone.")]
pub struct Apply {
    /// A plan that `plan --out` saved; refused where it was changed or the world has moved since
    #[arg(value_name = "PLANFILE", conflicts_with_all = ["files", "vars", "var_files", "untrusted", "partition", "prune", "rotate_secrets"])]
    pub plan: Option<String>,
    /// The manifest.
    #[command(flatten)]
    pub manifest: Manifest,
    /// How many profiles are worked on at the same time
    #[arg(long, value_name = "N", default_value = "8", value_parser = whole::<NonZeroU16>(1, 65535))]
    pub concurrency: NonZeroU16,
    /// Refuse a plan with more changes than that
    #[arg(long, value_name = "N", value_parser = whole::<u64>(0, u64::MAX))]
    pub max_changes: Option<u64>,
    /// Also change or delete more than 30 % of what there is
    #[arg(long)]
    pub allow_mass_change: bool,
    /// End with the first failure, and leave the other profiles alone
    #[arg(long)]
    pub fail_fast: bool,
}
