//! `version` and `--version`: the version, and how this binary was built.

use serde_json::json;

use crate::model::report::Report;

/// What `--version` shows; `-V` shows its first line.
pub const LONG: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\ncommit    ",
    env!("TRUNKCTL_BUILD_COMMIT"),
    "\nprofile   ",
    env!("TRUNKCTL_BUILD_PROFILE"),
    "\ntarget    ",
    env!("TRUNKCTL_BUILD_TARGET"),
    "\ncompiler  ",
    env!("TRUNKCTL_BUILD_COMPILER"),
    "\ntls       rustls (ring)"
);

/// The same as a report.
pub fn report() -> Report {
    Report::Document {
        text: format!("trunkctl {LONG}\n"),
        data: json!({
            "version": env!("CARGO_PKG_VERSION"),
            "commit": env!("TRUNKCTL_BUILD_COMMIT"),
            "profile": env!("TRUNKCTL_BUILD_PROFILE"),
            "target": env!("TRUNKCTL_BUILD_TARGET"),
            "compiler": env!("TRUNKCTL_BUILD_COMPILER"),
            "tls": "rustls (ring)",
        }),
    }
}
