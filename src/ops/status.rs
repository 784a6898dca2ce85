//! Waits until trunks are up. A vendor reports a registration some seconds after it has stored the trunk, so the status
//! is read again and again.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use super::trunks::TrunkSelector;
use crate::model::error::{Error, Kind, Result};
use crate::model::health::Goal;
use crate::model::trunk::{ActualTrunk, Kind as TrunkKind, Status};

/// The pauses between readings; the last one is repeated.
const PACE: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(5)];

/// The least time between two probes of a trunk: providers block addresses that send OPTIONS more often.
pub const BETWEEN_PROBES: Duration = Duration::from_secs(15);

/// A trunk may flap: it counts as down after this number of equal readings in a row.
const READINGS_TO_BE_DOWN: u32 = 3;

/// What a probe from here says about a trunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// The far end answers, and nothing is wrong.
    Answers,
    /// A check fails: what was found, and what to do.
    Fails(String, String),
    /// Nothing is certain: what was found, and what to do.
    Unknown(String, String),
    /// There is nothing to call, for this reason.
    NothingToCall(String),
}

/// Where a trunk is on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// It was never read.
    Unread,
    /// It may get there; with what is known, and the likely cause.
    Waiting(String, String),
    /// It is there.
    Reached,
    /// Waiting does not help until somebody corrects it.
    Failed(String),
    /// It has no status that could be waited for.
    Never(String),
}

impl Progress {
    fn is_over(&self) -> bool {
        !matches!(self, Self::Unread | Self::Waiting(..))
    }
}

/// Compares a trunk with the goal. `probed` is the last probe; none if the goal needs one first.
fn progress(goal: Goal, actual: &ActualTrunk, probed: Option<&Probed>) -> Option<Progress> {
    let code = actual.status_code.as_ref().map(|code| format!(" (code {code})")).unwrap_or_default();
    let is = match &actual.status {
        Some(status) => format!("is `{status}`{code}"),
        None => "has no status that the vendor reports".into(),
    };
    let registers = actual.trunk.kind.as_ref().is_none_or(|kind| *kind != TrunkKind::Peer);
    Some(match &actual.status {
        Some(Status::Disabled) => Progress::Never(format!("{is}; enable it first")),
        Some(status @ Status::AuthFailed) => Progress::Failed(format!("{is}; {}", cause(status))),
        Some(_) if goal == Goal::Registered && !registers => {
            Progress::Never(format!("{is}, and a peer trunk does not register; wait for `reachable`"))
        }
        // All channels are in use, so calls get through.
        Some(Status::Registered | Status::Busy) if goal != Goal::Healthy => Progress::Reached,
        Some(Status::Reachable) if goal == Goal::Reachable => Progress::Reached,
        Some(Status::Registered | Status::Busy | Status::Reachable) if goal == Goal::Healthy => {
            match probed? {
                Probed::Fails(why, remedy) => Progress::Waiting(format!("{is}, but {why}"), remedy.clone()),
                // Silence proves nothing: the provider may not answer this machine.
                Probed::Answers | Probed::Unknown(..) | Probed::NothingToCall(_) => Progress::Reached,
            }
        }
        None | Some(Status::Unmonitored) if goal == Goal::Healthy => match probed? {
            Probed::Answers => Progress::Reached,
            Probed::Fails(why, remedy) | Probed::Unknown(why, remedy) => {
                Progress::Waiting(format!("{is}, and {why}"), remedy.clone())
            }
            Probed::NothingToCall(why) => Progress::Never(format!("{is}, and there is {why}")),
        },
        None => Progress::Never(is),
        Some(Status::Unmonitored) => {
            Progress::Never(format!("{is}: the vendor does not monitor it; wait for `healthy`"))
        }
        Some(status) => Progress::Waiting(is, cause(status).into()),
    })
}

/// The usual cause of a status.
fn cause(status: &Status) -> &'static str {
    match status {
        Status::AuthFailed => {
            "the provider refused the username, the auth name or the password: correct them, waiting does not help"
        }
        Status::Unreachable => {
            "the far end does not answer: check host, port and transport, and the firewall between"
        }
        Status::Registering => "the provider has not answered yet: check host, port and transport",
        Status::Failed => "the provider refused the registration: check username, domain and account",
        _ => "check the trunk at the vendor",
    }
}

/// What became of a trunk.
#[derive(Debug, Clone)]
pub struct Waited {
    /// The trunk, as it was named.
    pub name: String,
    /// Its status and the vendor's code when it was read last.
    pub status: Option<String>,
    /// The vendor's own code.
    pub status_code: Option<String>,
    /// How far it got.
    pub progress: Progress,
    /// How long it was waited for.
    pub waited: Duration,
    /// How long of that it was in its last state.
    pub unchanged: Duration,
    /// How many lists were read for it.
    pub readings: u32,
    /// Whether it was in one of them.
    pub found: bool,
}

/// The end of a wait.
#[derive(Debug)]
pub struct WaitEnd {
    /// The trunks, in the order in which they were named.
    pub trunks: Vec<Waited>,
    /// Why the last reading failed, if it did.
    pub unread: Option<Error>,
}

/// What a wait acts on. Tests replace it, and the time.
pub trait Watch {
    /// The time.
    fn now(&self) -> Instant;
    /// Pauses. Returns whether to continue.
    fn pause(&self, time: Duration) -> impl Future<Output = bool>;
    /// Reads all trunks with one list.
    fn read(&self) -> impl Future<Output = Result<Vec<ActualTrunk>>>;
    /// Probes trunks, in their order.
    fn probe(&self, trunks: Vec<ActualTrunk>) -> impl Future<Output = Result<Vec<Probed>>>;
    /// Shows how far the trunks are, and what has changed, as sentences.
    fn show(&self, trunks: &[Waited], changes: &[String]);
}

/// A trunk while it is waited for.
struct Watched<'t> {
    target: &'t TrunkSelector,
    waited: Waited,
    /// When its state was read for the first time, and how often in a row since.
    since: Instant,
    equal: u32,
    /// Whether that state was shown.
    shown: bool,
    probed: Option<(Instant, Probed)>,
}

/// Reads the status of trunks until each has reached the goal or never will, or until a time. A reading that fails is no
/// state: the last one is kept. `once` reads once.
///
/// # Errors
/// An error that no later reading could resolve, such as a refused log-in or an ambiguous name.
pub async fn wait(
    watch: &impl Watch,
    profile: &str,
    trunks: &[(String, TrunkSelector)],
    goal: Goal,
    until: Instant,
    once: bool,
) -> Result<WaitEnd> {
    let begun = watch.now();
    let new = |(name, target)| Watched {
        target,
        waited: unseen(name),
        since: begun,
        equal: 0,
        shown: false,
        probed: None,
    };
    let mut watched: Vec<Watched<'_>> = trunks.iter().map(|(name, target)| new((name, target))).collect();
    let mut pauses = PACE.iter();
    let mut pause = PACE[0];
    let mut unread: Option<Error> = None;
    loop {
        let failed = match read(watch, profile, &mut watched, goal).await {
            Ok(()) => None,
            // The vendor may answer again, and Ctrl-C ends with what is known.
            Err(error) if matches!(error.kind, Kind::Unavailable | Kind::RateLimited | Kind::Interrupted) => {
                Some(error)
            }
            Err(error) => return Err(error),
        };
        let now = watch.now();
        let mut changes: Vec<String> =
            watched.iter_mut().filter_map(|one| one.change(now.duration_since(begun))).collect();
        if let Some(error) =
            failed.as_ref().filter(|error| unread.is_none() && error.kind != Kind::Interrupted)
        {
            changes.push(format!("the trunks of profile `{profile}` cannot be read now: {}", error.message));
        }
        unread = failed;
        for one in &mut watched {
            let end = if one.waited.progress.is_over() { one.since } else { now };
            one.waited.waited = end.duration_since(begun);
            one.waited.unchanged = end.duration_since(one.since);
        }
        let trunks = || watched.iter().map(|one| one.waited.clone()).collect::<Vec<_>>();
        watch.show(&trunks(), &changes);
        let left = until.saturating_duration_since(now);
        let over = watched.iter().all(|one| one.waited.progress.is_over());
        pause = pauses.next().copied().unwrap_or(pause);
        if over || once || left.is_zero() || !watch.pause(pause.min(left)).await {
            return Ok(WaitEnd { trunks: trunks(), unread });
        }
    }
}

fn unseen(name: &str) -> Waited {
    Waited {
        name: name.to_owned(),
        status: None,
        status_code: None,
        progress: Progress::Unread,
        waited: Duration::ZERO,
        unchanged: Duration::ZERO,
        readings: 0,
        found: false,
    }
}

/// Reads the trunks once, and probes those that need it.
async fn read(watch: &impl Watch, profile: &str, watched: &mut [Watched<'_>], goal: Goal) -> Result<()> {
    let rows = watch.read().await?;
    let now = watch.now();
    let mut unprobed = Vec::new();
    for one in watched.iter_mut().filter(|one| !one.waited.progress.is_over()) {
        let actual = one.target.among(&rows, profile)?;
        if let Some(actual) = actual.filter(|actual| one.needs_probe(goal, actual, now)) {
            unprobed.push((one, actual.clone()));
        } else {
            one.take(goal, actual, now);
        }
    }
    if unprobed.is_empty() {
        return Ok(());
    }
    let results = watch.probe(unprobed.iter().map(|(_, actual)| actual.clone()).collect()).await?;
    let now = watch.now();
    for ((one, actual), probed) in unprobed.into_iter().zip(results) {
        one.probed = Some((now, probed));
        one.take(goal, Some(&actual), now);
    }
    Ok(())
}

impl Watched<'_> {
    fn needs_probe(&self, goal: Goal, actual: &ActualTrunk, now: Instant) -> bool {
        let fresh = |probed: &&(Instant, Probed)| now.duration_since(probed.0) < BETWEEN_PROBES;
        progress(goal, actual, self.probed.as_ref().filter(fresh).map(|(_, probed)| probed)).is_none()
    }

    /// Takes a reading; none if the trunk does not exist.
    fn take(&mut self, goal: Goal, actual: Option<&ActualTrunk>, now: Instant) {
        let probed = self.probed.as_ref().map(|(_, probed)| probed);
        let progress = match actual {
            Some(actual) => progress(goal, actual, probed).unwrap_or(Progress::Unread),
            None if self.waited.found => {
                Progress::Waiting("does not exist any more".into(), "check whether it was deleted".into())
            }
            None => Progress::Waiting(
                "does not exist yet".into(),
                "check the name, and whether it was created".into(),
            ),
        };
        self.waited.readings += 1;
        self.waited.found |= actual.is_some();
        self.waited.status = actual.and_then(|actual| actual.status.as_ref()).map(ToString::to_string);
        self.waited.status_code = actual.and_then(|actual| actual.status_code.clone());
        self.equal += 1;
        if progress != self.waited.progress {
            (self.since, self.equal, self.shown) = (now, 1, false);
            self.waited.progress = progress;
        }
    }

    /// The sentence about a state that has changed. What may pass by itself is shown once it lasts.
    fn change(&mut self, waited: Duration) -> Option<String> {
        let down = ["unreachable", "failed"].map(Some).contains(&self.waited.status.as_deref());
        let is = match &self.waited.progress {
            Progress::Waiting(is, _) if !self.shown && (!down || self.equal >= READINGS_TO_BE_DOWN) => {
                is.clone()
            }
            // At the first reading, the result follows at once.
            Progress::Reached if !self.shown && self.waited.readings > 1 => {
                let code = self.waited.status_code.as_ref().map(|code| format!(" (code {code})"));
                match &self.waited.status {
                    Some(status) => format!("is `{status}`{}", code.unwrap_or_default()),
                    None => "answers".to_owned(),
                }
            }
            _ => return None,
        };
        self.shown = true;
        Some(format!("trunk `{}` {is}, after {:.0} s", self.waited.name, waited.as_secs_f64()))
    }
}

impl WaitEnd {
    /// The error of trunks that did not reach the goal; none if all did. Without `strict`, a trunk that has no status to
    /// wait for is no error.
    pub fn error(&self, profile: &str, strict: bool) -> Option<Error> {
        if let Some(error) = &self.unread
            && self.trunks.iter().all(|waited| waited.progress == Progress::Unread)
        {
            let mut error = error.clone();
            error.message = format!("the trunks of profile `{profile}` were never read: {}", error.message);
            return Some(error);
        }
        let lines: Vec<String> = self
            .trunks
            .iter()
            .filter_map(|Waited { name, progress, unchanged, found, .. }| {
                let text = match progress {
                    Progress::Reached => return None,
                    Progress::Never(_) if !strict => return None,
                    Progress::Never(why) | Progress::Failed(why) => why.clone(),
                    Progress::Waiting(_, cause) if !found => format!("never appeared; {cause}"),
                    Progress::Waiting(is, cause) => {
                        let cause = if cause.is_empty() { String::new() } else { format!("; {cause}") };
                        format!("{is}, for {:.0} s{cause}", unchanged.as_secs_f64())
                    }
                    Progress::Unread => "was not read".to_owned(),
                };
                Some(format!("trunk `{name}` of profile `{profile}` {text}"))
            })
            .collect();
        if lines.is_empty() {
            return None;
        }
        let mut error = Error::new(Kind::Unhealthy, lines.join("\n  "));
        error.retryable = self.trunks.iter().any(|waited| matches!(waited.progress, Progress::Waiting(..)));
        Some(error)
    }
}
