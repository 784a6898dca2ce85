//! What a check of a trunk found.

use serde::Serialize;
use serde_json::{Map, Value};

use super::trunk::Trunk;

super::open_enum::closed_words! {
    /// The result of one check, from the least to the most serious.
    Verdict(word): "verdict" {
        /// Not tried, for the reason in the message. Does not count for the verdict of a target.
        Skipped = "skipped",
        /// Tried, and as it should be.
        Pass = "pass",
        /// Works today, or for some.
        Warn = "warn",
        /// Tried, and the evidence does not decide.
        Unknown = "unknown",
        /// Tried, and certainly wrong.
        Fail = "fail",
    }
}

super::open_enum::closed_words! {
    /// What to wait for.
    Goal(word): "status" {
        /// Registered with the provider.
        Registered = "registered",
        /// The far end answers the vendor; a registered trunk counts.
        Reachable = "reachable",
        /// Reachable for the vendor, and a probe from here finds no fault. If the vendor reports no status, an answer to
        /// the probe suffices.
        Healthy = "healthy",
    }
}

/// A static rule of one vendor, in addition to those that hold for all.
#[derive(Debug, Clone, Copy)]
pub struct StaticRule {
    /// The id of its check.
    pub id: &'static str,
    /// The verdict on a trunk that violates it.
    pub verdict: Verdict,
    /// What is wrong with such a trunk.
    pub message: &'static str,
    /// Whether a trunk violates it.
    pub violated: fn(&Trunk) -> bool,
}

/// One check of a target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// The stable id, such as `dns.resolve`.
    pub id: &'static str,
    /// The result.
    pub verdict: Verdict,
    /// What was found.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What the verdict rests on.
    pub evidence: Map<String, Value>,
}

impl Check {
    /// A check without hint and evidence.
    pub fn new(id: &'static str, verdict: Verdict, message: impl Into<String>) -> Self {
        Self { id, verdict, message: message.into(), hint: None, evidence: Map::new() }
    }

    /// Adds what to do, unless the text is empty.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into()).filter(|hint| !hint.is_empty());
        self
    }

    /// Adds a piece of evidence.
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.evidence.insert(key.to_owned(), value.into());
        self
    }
}

/// The vendor's own view of a trunk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VendorStatus {
    /// The common status.
    pub status: String,
    /// The vendor's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
}

/// What was found about one trunk or address.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Health {
    /// The trunk's name, if a trunk was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trunk: Option<String>,
    /// The profile that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The probed address, if the trunk has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The worst verdict of its checks.
    pub verdict: Verdict,
    /// The vendor's own view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_status: Option<VendorStatus>,
    /// The checks, in the order in which they ran.
    pub checks: Vec<Check>,
}

/// The worst verdict; `Skipped` where nothing was tried.
pub fn worst(checks: &[Check]) -> Verdict {
    checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Skipped)
}
