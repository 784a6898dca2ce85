//! A session: one profile, its credentials, and the requests sent for it.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, Hasher};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tracing::{debug, info, trace};

use super::cancel::Cancellation;
use super::fault::{Failed, OVERDUE, until};
use super::inject_secrets::{With, fill};
use super::journal::Journal;
use super::pace::{Pacer, Turn};
use super::redact::{self, Redactor};
use super::render;
use super::retry::{AttemptEnd, Next, Tried, instant, limit_pause, next, pause, retry_after};
use super::tokens::{Kept, TokenStore};
use super::transport::{Answered, Attempt, Failure, Transport};
use crate::model::diagnostics::Diagnostics;
use crate::model::error::{Error, Result};
use crate::model::profile::{Profile, Proxy};
use crate::model::report::DryRun;
use crate::model::secret::Secret;
use crate::model::text::excerpt;
use crate::vendors::call::{Call, Effect, Place, Response, Slot};
use crate::vendors::codes::After;
use crate::vendors::{Proof, Vendor};

/// The maximum length of an answer in the log.
const LOGGED: usize = 4000;

/// The error of a write after a second Ctrl-C.
const UNAWAITED: &str = "the command was interrupted before the answer arrived";

/// Longer answers are not logged at all, because an answer must be parsed and searched for secrets first.
const LOGGABLE: usize = 256 << 10;

/// HTTP 504
const GATEWAY_TIMEOUT: u16 = 504;

/// Limits of a session.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time limit for one attempt.
    pub timeout: Duration,
    /// The deadline of the whole command.
    pub deadline: Instant,
    /// The maximum number of retries.
    pub retries: u32,
}

/// The environment of a session.
pub struct Outside {
    /// The token cache, if any.
    pub tokens: Option<TokenStore>,
    /// The limits.
    pub limits: Limits,
    /// Whether writes are shown instead of sent.
    pub dry_run: Option<DryRun>,
    /// The requests that a dry run withholds, in all sessions of the command; for curl, commands as texts.
    pub withheld: Rc<RefCell<Vec<Value>>>,
    /// Masks secrets in texts.
    pub redactor: Redactor,
    /// Where warnings go.
    pub diagnostics: Arc<dyn Diagnostics>,
    /// Ctrl-C, and the requests in progress.
    pub cancellation: Rc<Cancellation>,
    /// The journal, if any.
    pub journal: Option<Journal>,
    /// Paces the requests of the account, in all of its sessions.
    pub pacer: Rc<Pacer>,
    /// The HTTP proxy, if any. Requests to loopback addresses never use it.
    pub proxy: Option<Proxy>,
}

/// One profile, ready for use.
pub struct Session {
    pub(super) vendor: &'static dyn Vendor,
    pub(super) profile: Profile,
    transport: Transport,
    pub(super) outside: Outside,
    pub(super) token: RefCell<Option<Kept>>,
    /// Locked by the call that gets a token for all calls.
    pub(super) log_ins: tokio::sync::Mutex<()>,
    skew: Cell<Option<i64>>,
}

impl Session {
    /// A session.
    pub fn new(vendor: &'static dyn Vendor, profile: Profile, outside: Outside) -> Result<Self> {
        let transport = Transport::new(&profile, outside.proxy.as_ref())?;
        Ok(Self {
            vendor,
            profile,
            transport,
            outside,
            token: RefCell::new(None),
            log_ins: tokio::sync::Mutex::default(),
            skew: Cell::new(None),
        })
    }

    /// The vendor.
    pub fn vendor(&self) -> &'static dyn Vendor {
        self.vendor
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Where warnings go.
    pub fn diagnostics(&self) -> &dyn Diagnostics {
        &*self.outside.diagnostics
    }

    /// Whether writes are shown instead of sent.
    pub fn is_dry_run(&self) -> bool {
        self.outside.dry_run.is_some()
    }

    /// Sends at most so many requests at the same time, and no more than the profile allows.
    pub fn limit_concurrency(&self, most: usize) {
        self.outside.pacer.limit(most);
    }

    /// Masks a secret that the vendor returned in all output.
    pub fn conceal(&self, secret: &Secret) {
        self.outside.redactor.learn(secret);
    }

    /// Sends a call that only reads. Dry runs send it too. An answer that cannot be parsed is an error, never treated
    /// as empty.
    pub async fn read<T: Send + 'static>(&self, call: Call<T>) -> Result<T> {
        self.exchange(&call, &mut Tried::default()).await
    }

    /// How many seconds this machine's clock is ahead of the vendor's, according to the last answer.
    pub fn clock_skew(&self) -> Option<i64> {
        self.skew.get()
    }

    /// Uses another account than the profile's.
    pub fn choose_account(&mut self, account: String) {
        self.profile.settings.insert("account".into(), account);
    }

    /// Sends a call, and retries it until it is answered or must not be sent again.
    pub(super) async fn exchange<T: Send + 'static>(&self, call: &Call<T>, tried: &mut Tried) -> Result<T> {
        let failed = self.failed(call.name, call.effect);
        loop {
            let token = match call.effect {
                Effect::LogIn => Secret::withheld(),
                Effect::Read => self.token().await?,
                Effect::Write => self.before_write(failed, self.token()).await?,
            };
            let (attempt, mut turn) = self.attempt(call, &token).await?;
            let (ended, wait, error) = match attempt {
                Err(Failure::NotSent(why)) => (AttemptEnd::NotSent, None, failed.not_sent(&why)),
                Err(Failure::Lost(why)) => (AttemptEnd::Lost, None, failed.lost(&why)),
                Err(Failure::Late(why)) => {
                    tried.late = true;
                    (AttemptEnd::Lost, None, failed.lost(&why))
                }
                Ok(Answered { response, .. }) if (300..400).contains(&response.status) => {
                    let target = response.header("location").unwrap_or("nowhere");
                    return Err(failed.redirected(response.status, target));
                }
                Ok(Answered { value: Ok(value), .. }) => return Ok(value),
                Ok(Answered { response, value: Err(fault) }) => {
                    // A gateway in front of the vendor timed out.
                    tried.late |= response.status == GATEWAY_TIMEOUT;
                    tried.partly |= fault.after == After::Partly;
                    tried.pending |= fault.after == After::Pending;
                    let now = now();
                    let asked = retry_after(&response, now);
                    let vendor_time = asked.and_then(|wait| instant(wait, now));
                    let wait = turn.heed(&fault, asked, vendor_time, limit_pause(tried.again, chance()));
                    (AttemptEnd::Fault(fault.after), wait, until(failed.answered(*fault), vendor_time))
                }
            };
            // A log-in or a pause may follow, which must not block other requests.
            drop(turn);
            match next(ended, call.effect, *tried, self.outside.limits.retries) {
                Next::Stop => return Err(error),
                Next::Renew => {
                    debug!("{}: {error}; renewing", call.name);
                    tried.renewed = true;
                    if self.static_token().is_some() {
                        return Err(error);
                    }
                    if self.vendor.facts().proof == Proof::Token {
                        match call.effect {
                            Effect::Write => self.before_write(failed, self.renew(&token)).await?,
                            Effect::Read | Effect::LogIn => self.renew(&token).await?,
                        };
                    }
                }
                Next::Again => {
                    let wait = wait.unwrap_or_else(|| pause(tried.again, chance()));
                    tried.again += 1;
                    info!("{}: {error}; retrying in {} ms", call.name, wait.as_millis());
                    if !self.wait(wait).await {
                        // A request that may be sent again was not applied.
                        let stopped = call.effect == Effect::Write && self.outside.cancellation.is_asked();
                        return Err(if stopped { failed.interrupted() } else { error });
                    }
                }
            }
        }
    }

    /// Gets a token for a write. Ctrl-C interrupts this, because the write is not sent yet.
    async fn before_write(
        &self,
        failed: Failed<'_>,
        token: impl Future<Output = Result<Secret>>,
    ) -> Result<Secret> {
        tokio::select! {
            biased;
            () = self.outside.cancellation.asked() => Err(failed.interrupted()),
            token = token => token,
        }
    }

    /// Waits, unless the deadline would pass or the command is interrupted. Returns whether to continue.
    pub(super) async fn wait(&self, time: Duration) -> bool {
        if time >= self.outside.limits.deadline.saturating_duration_since(Instant::now()) {
            return false;
        }
        tokio::select! {
            biased;
            () = self.outside.cancellation.asked() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// One attempt, when the pacer allows it, and within the remaining time.
    pub(super) async fn attempt<T: Send + 'static>(
        &self,
        call: &Call<T>,
        token: &Secret,
    ) -> Result<(Attempt<T>, Turn<'_>)> {
        let failed = self.failed(call.name, call.effect);
        let deadline = self.outside.limits.deadline;
        if Instant::now() >= deadline {
            return Err(failed.not_sent(OVERDUE));
        }
        let turn = tokio::select! {
            biased;
            turn = self.outside.pacer.turn(call.label, call.effect, deadline) => turn,
            () = self.outside.cancellation.asked(), if call.effect != Effect::Read => return Err(failed.interrupted()),
            () = self.outside.cancellation.cut_off() => return Err(failed.interrupted()),
        };
        let mut turn = turn.map_err(|why| failed.not_admitted(why))?;
        let left = deadline.saturating_duration_since(Instant::now());
        // As late as possible, because signatures expire soon.
        let slots = &self.proven(call, token);
        let filled = fill(&call.request, slots, With::Values).map_err(|_| self.unproven(call.name))?;
        info!("{} {}", call.name, self.shown_line(call, slots));
        trace!(
            "{} request {}",
            call.name,
            self.outside.redactor.scrub(&render::http(&call.request, slots).to_string())
        );
        let begun = Instant::now();
        let attempt = tokio::select! {
            biased;
            attempt = self.transport.send(filled, self.outside.limits.timeout.min(left), &call.read) => attempt,
            () = self.outside.cancellation.cut_off() => match call.effect {
                Effect::Write => Err(Failure::Lost(UNAWAITED.into())),
                Effect::Read | Effect::LogIn => return Err(failed.interrupted()),
            },
        };
        match &attempt {
            Ok(Answered { response: answer, .. }) => {
                if answer.status < 500 {
                    turn.answered();
                }
                self.skew.set(skew(answer).or(self.skew.get()));
                debug!(
                    "{} answered HTTP {} after {} ms",
                    call.name,
                    answer.status,
                    begun.elapsed().as_millis()
                );
                if tracing::enabled!(tracing::Level::TRACE) {
                    trace!("{} answer {}", call.name, self.shown_answer(call, answer));
                }
            }
            Err(Failure::NotSent(why)) => {
                debug!("{} was not sent: {}", call.name, self.outside.redactor.scrub(why))
            }
            Err(Failure::Lost(why) | Failure::Late(why)) => {
                debug!("{} was lost: {}", call.name, self.outside.redactor.scrub(why));
            }
        }
        Ok((attempt, turn))
    }

    /// The error of a dry run that needs a secret of the profile which was not resolved or found.
    fn unproven(&self, call: &str) -> Error {
        let unknown = self.profile.secrets.iter().filter(|(_, secret)| secret.expose().is_none());
        let list: Vec<String> = unknown
            .map(|(key, secret)| match secret.origin() {
                Some(origin) => format!("{key} ({origin})"),
                None => key.clone(),
            })
            .collect();
        let text = format!(
            "profile `{}`: this dry run must send {call}, but has no value for {}",
            self.profile.name,
            list.join(", ")
        );
        Error::config(text).hint(
            "a dry run sends the reads that the request depends on, but does not run `cmd:`; give the secret by \
             env:NAME or file:PATH",
        )
    }

    fn shown_line<T>(&self, call: &Call<T>, slots: &[Slot]) -> String {
        let masked = fill(&call.request, slots, With::Masks);
        let line =
            masked.map(|masked| format!("{} {}", masked.method.as_str(), masked.url)).unwrap_or_default();
        self.outside.redactor.scrub(&line)
    }

    fn shown_answer<T>(&self, call: &Call<T>, answer: &Response) -> String {
        if answer.body.len() > LOGGABLE {
            return format!("({} bytes, too long to show)", answer.body.len());
        }
        let log_in = call.effect == Effect::LogIn;
        let body = redact::answer(&answer.body, self.vendor.facts().secret_keys, log_in);
        // Truncate only after masking, so that no secret is cut and missed.
        excerpt(&self.outside.redactor.scrub(&body), LOGGED)
    }

    pub(super) fn proven<T>(&self, call: &Call<T>, token: &Secret) -> Vec<Slot> {
        let mut slots = call.slots.clone();
        if call.effect != Effect::LogIn {
            slots.extend(self.vendor.authorise(&self.profile, token, now()));
        }
        for slot in &slots {
            self.outside.redactor.learn(&slot.secret);
            if let Place::Basic { user } = &slot.place {
                self.outside.redactor.learn_basic(user, &slot.secret);
            }
        }
        slots
    }

    pub(super) fn failed<'a>(&'a self, call: &'a str, effect: Effect) -> Failed<'a> {
        Failed { facts: self.vendor.facts(), call, effect, redactor: &self.outside.redactor }
    }
}

/// How far this machine's clock is ahead of the date of the answer.
fn skew(answer: &Response) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(answer.header("date")?).ok()?;
    i64::try_from(now()).ok().map(|now| now - date.timestamp().as_second())
}

/// The Unix time in seconds.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A number between 0 and 1 that differs between processes and calls; nothing depends on its quality.
pub(super) fn chance() -> f64 {
    let bits = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1u64 << 53) as f64
}
