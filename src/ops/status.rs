//! Waits until trunks are up. A vendor reports a registration some seconds after it has stored the trunk, so the status
//! is read again and again.

use std::time::{Duration, Instant};

use super::trunks::{self, Target};
use crate::engine::limits::Room;
use crate::engine::session::Session;
use crate::model::error::{Error, Kind, Result};
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Kind as TrunkKind, Status};

/// The longest pause between two reads.
const LONGEST: Duration = Duration::from_secs(5);

/// The status to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// Registered or reachable, whichever fits the trunk.
    Up,
    /// Registered with the provider.
    Registered,
    /// The far end answers; a registered trunk counts.
    Reachable,
}

/// Where a trunk is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It has the status.
    Reached,
    /// It may get there; with what is known, and the likely cause.
    Waiting(String, &'static str),
    /// Waiting does not help, for this reason.
    Never(String),
}

/// Compares a trunk with the goal; none if it does not exist.
pub fn progress(goal: Goal, actual: Option<&ActualTrunk>) -> Progress {
    let Some(actual) = actual else {
        return Progress::Waiting("does not exist".into(), "check the name, and whether it was created");
    };
    let Some(status) = &actual.status else {
        return Progress::Never("has no status that the vendor reports".into());
    };
    let code = actual.status_code.as_ref().map(|code| format!(" (code {code})")).unwrap_or_default();
    let is = format!("is `{status}`{code}");
    let registers = actual.trunk.kind.as_ref().is_none_or(|kind| *kind != TrunkKind::Peer);
    match status {
        // All channels are in use, so calls get through.
        Status::Registered | Status::Busy => Progress::Reached,
        Status::Reachable if goal != Goal::Registered => Progress::Reached,
        _ if goal == Goal::Registered && !registers => {
            Progress::Never(format!("{is}, and a peer trunk does not register"))
        }
        Status::Disabled => Progress::Never(format!("{is}; enable it first")),
        Status::Unmonitored => Progress::Never(format!("{is}: the vendor does not check it")),
        _ => Progress::Waiting(is, cause(status)),
    }
}

/// The usual cause of a status.
fn cause(status: &Status) -> &'static str {
    match status {
        Status::AuthFailed => "the provider refused the username, the auth name or the password",
        Status::Unreachable => {
            "the far end does not answer: check host, port and transport, and the firewall between"
        }
        Status::Registering => "the provider has not answered yet: check host, port and transport",
        Status::Failed => "the provider refused the registration: check username, domain and account",
        _ => "check the trunk at the vendor",
    }
}

/// What became of a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waited {
    /// The trunk, as it was named.
    pub name: String,
    pub status: Option<String>,
    /// How far it got.
    pub progress: Progress,
}

/// Reads the status of trunks until each has reached the goal or never will, or until a time. `report` is called after
/// each read.
pub async fn wait(
    session: &Session,
    trunks: &[(String, Target)],
    goal: Goal,
    until: Instant,
    report: impl Fn(&[Waited]),
) -> Result<Vec<Waited>> {
    super::steps::require(session, Operation::TrunkList)?;
    let mut again = 0;
    loop {
        let rows = trunks::rows(session, None, &Room::default()).await?;
        let mut waited = Vec::new();
        for (name, target) in trunks {
            let actual = target.among(&rows, &session.profile().name)?;
            let status = actual.and_then(|actual| actual.status.as_ref()).map(ToString::to_string);
            waited.push(Waited { name: name.clone(), status, progress: progress(goal, actual) });
        }
        report(&waited);
        let left = until.saturating_duration_since(Instant::now());
        let waits = waited.iter().any(|waited| matches!(waited.progress, Progress::Waiting(..)));
        if !waits || left.is_zero() || session.is_dry_run() {
            return Ok(waited);
        }
        if !session.pause(again, LONGEST.min(left)).await {
            return Ok(waited);
        }
        again += 1;
    }
}

/// The error of trunks that did not reach the goal; none if all did.
pub fn unhealthy(profile: &str, waited: &[Waited], never_counts: bool) -> Option<Error> {
    let lines: Vec<String> = waited
        .iter()
        .filter_map(|Waited { name, progress, .. }| match progress {
            Progress::Reached => None,
            Progress::Waiting(is, cause) => {
                Some(format!("trunk `{name}` of profile `{profile}` {is}; {cause}"))
            }
            Progress::Never(why) => {
                never_counts.then(|| format!("trunk `{name}` of profile `{profile}` {why}"))
            }
        })
        .collect();
    if lines.is_empty() {
        return None;
    }
    let mut error = Error::new(Kind::Unhealthy, lines.join("\n  "));
    error.retryable = true;
    Some(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::trunk::Trunk;

    fn trunk(kind: TrunkKind, status: Option<Status>) -> ActualTrunk {
        let trunk = Trunk { kind: Some(kind), ..Trunk::default() };
        ActualTrunk { trunk, status, status_code: Some("7".into()), ..ActualTrunk::default() }
    }

    #[test]
    fn a_trunk_that_is_up_or_can_never_be_up_ends_the_wait() {
        use Goal::{Reachable, Registered, Up};
        for (goal, kind, status, expected) in [
            (Up, TrunkKind::Register, Status::Registered, "reached"),
            (Up, TrunkKind::Peer, Status::Reachable, "reached"),
            (Reachable, TrunkKind::Register, Status::Registered, "reached"),
            (Registered, TrunkKind::Register, Status::Busy, "reached"),
            (Registered, TrunkKind::Register, Status::Reachable, "waiting"),
            (Registered, TrunkKind::Peer, Status::Reachable, "never"),
            (Up, TrunkKind::Register, Status::AuthFailed, "waiting"),
            (Up, TrunkKind::Register, Status::Unreachable, "waiting"),
            (Up, TrunkKind::Peer, Status::Unknown, "waiting"),
            (Up, TrunkKind::Register, Status::Disabled, "never"),
            (Up, TrunkKind::Peer, Status::Unmonitored, "never"),
        ] {
            let word = match progress(goal, Some(&trunk(kind.clone(), Some(status.clone())))) {
                Progress::Reached => "reached",
                Progress::Waiting(..) => "waiting",
                Progress::Never(_) => "never",
            };
            assert_eq!(word, expected, "{goal:?} {kind} {status}");
        }
        assert!(matches!(progress(Up, None), Progress::Waiting(..)));
        assert!(matches!(progress(Up, Some(&trunk(TrunkKind::Peer, None))), Progress::Never(_)));
    }

    #[test]
    fn the_error_has_the_status_its_code_and_the_likely_cause() {
        let waited = [Waited {
            name: "itsp".into(),
            status: None,
            progress: progress(Goal::Up, Some(&trunk(TrunkKind::Register, Some(Status::AuthFailed)))),
        }];
        let error = unhealthy("lab", &waited, true).unwrap();
        assert_eq!(error.kind.exit_code(), 15);
        assert_eq!(
            error.message,
            "trunk `itsp` of profile `lab` is `auth_failed` (code 7); the provider refused the username, the auth \
             name or the password"
        );
        let never = [Waited { name: "a".into(), status: None, progress: Progress::Never("is off".into()) }];
        assert!(unhealthy("lab", &never, false).is_none() && unhealthy("lab", &never, true).is_some());
    }
}
