//! `validate`, `plan`, `apply` and `diff`, and options that they share with `trunk`

use std::num::NonZeroU16;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::values::{duration, whole};
use crate::model::partition::Partition;

/// What a check before a write does if it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Before {
    /// Refuse the write
    Refuse,
    /// Print the failures, and write all the same
    Warn,
}

/// A check before a write.
#[derive(Debug, Default, Args)]
pub struct CheckFirst {
    /// Check the trunk first, as `trunk check` does
    ///
    /// If the check fails, nothing is written, and the exit code is 15; with --check=warn, it is only reported.
    #[arg(long, hide_short_help = true, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "refuse", value_name = "MODE")]
    pub check: Option<Before>,
}

/// The files of a manifest, and their variables.
#[derive(Debug, Default, Args)]
pub struct Files {
    /// A manifest, or a folder of them; repeatable
    ///
    /// `-` reads a manifest from standard input.
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    pub files: Vec<String>,
    /// Set ${NAME} in the manifest; repeatable
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub vars: Vec<String>,
    /// Read variables from a file; repeatable
    ///
    /// A table in TOML, JSON or YAML. --var overrides it, and it overrides TRUNKCTL_VAR_NAME.
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_files: Vec<String>,
    /// Refuse what could harm this machine
    ///
    /// For manifests whose authors may not run commands here: refuses `cmd:`, and limits `file:` and `from` to the manifest's folder.
    #[arg(long)]
    pub untrusted: bool,
}

/// The manifest, and which part of it.
#[derive(Debug, Args)]
pub struct Manifest {
    /// Its files.
    #[command(flatten)]
    pub source: Files,
    /// Process only part I of N of the profiles, counted from 1; for parallel jobs
    #[arg(long, hide_short_help = true, value_name = "I/N")]
    pub partition: Option<Partition>,
    /// Delete owned objects that no entry wants
    ///
    /// Objects are owned if the manifest declares them in [[owns]].
    #[arg(long)]
    pub prune: bool,
    /// Send passwords that cannot be compared, even when the same password was sent before
    #[arg(long, hide_short_help = true)]
    pub rotate_secrets: bool,
}

/// `plan`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trunkctl --sandbox plan -f examples/fleet
  trunkctl --sandbox plan -f examples/fleet -o markdown > plan.md
  trunkctl --sandbox plan -f examples/fleet --out plan.json

A plan changes nothing and sends no passwords of trunks.")]
pub struct Plan {
    /// The manifest.
    #[command(flatten)]
    pub manifest: Manifest,
    /// The number of profiles to read at the same time
    #[arg(long, hide_short_help = true, value_name = "N", default_value = "8", value_parser = whole::<NonZeroU16>(1, 65535))]
    pub concurrency: NonZeroU16,
    /// Exit with 14 when there are changes
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// The maximum length of Markdown; a longer plan is shortened, and says what was left out
    #[arg(long, hide_short_help = true, value_name = "N", default_value = "60000", value_parser = whole::<usize>(1000, u64::MAX))]
    pub max_bytes: usize,
    /// Save the plan for `apply`
    ///
    /// It is signed with the state key (TRUNKCTL_STATE_KEY). Conflicts with --untrusted, because a saved plan does not keep its limits.
    #[arg(long, value_name = "FILE", conflicts_with = "untrusted")]
    pub out: Option<String>,
}

/// `apply`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trunkctl --sandbox apply -f examples/fleet --yes
  trunkctl --sandbox plan -f examples/fleet --out plan.json -q
  trunkctl --sandbox apply plan.json --yes
  trunkctl --sandbox apply -f examples/fleet --prune --max-changes 20 --yes

Run apply again to retry what failed. It leaves finished changes alone.")]
pub struct Apply {
    /// A plan saved by `plan --out`
    ///
    /// It is refused if the file was edited or the vendor's objects have changed since.
    #[arg(value_name = "PLANFILE", conflicts_with_all = ["files", "vars", "var_files", "untrusted", "partition", "prune", "rotate_secrets"])]
    pub plan: Option<String>,
    /// The manifest.
    #[command(flatten)]
    pub manifest: Manifest,
    /// The number of profiles to change at the same time
    #[arg(long, hide_short_help = true, value_name = "N", default_value = "8", value_parser = whole::<NonZeroU16>(1, 65535))]
    pub concurrency: NonZeroU16,
    /// Refuse a plan with more than N changes
    #[arg(long, value_name = "N", value_parser = whole::<u64>(0, u64::MAX))]
    pub max_changes: Option<u64>,
    /// Allow changes to more than 30 % of the objects
    #[arg(long)]
    pub allow_mass_change: bool,
    /// Stop at the first failure
    ///
    /// The remaining profiles are not changed.
    #[arg(long)]
    pub fail_fast: bool,
    /// The check before the write.
    #[command(flatten)]
    pub first: CheckFirst,
    /// Then wait until the written trunks are up
    ///
    /// They are up when they are registered or reachable. If one is not in time, the exit code is 15.
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, default_missing_value = "60s", value_parser = duration)]
    pub wait: Option<Duration>,
}

/// `diff`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trunkctl diff lab-pbx branch-pbx
  trunkctl diff lab-pbx branch-pbx -o json

It shows the changes that would make the second profile equal to the first, in
the form of a plan. Objects are compared by name. It changes nothing.")]
pub struct Diff {
    /// The profile to compare with
    #[arg(value_name = "PROFILE")]
    pub from: String,
    /// The profile that would be changed
    #[arg(value_name = "PROFILE")]
    pub to: String,
    /// Exit with 14 if something differs
    #[arg(long)]
    pub detailed_exitcode: bool,
}
