//! Paces the requests of one account, for all of its sessions in this process: limits concurrent requests and
//! requests per second, and pauses while the vendor's limit is in force. The first request after a pause is sent alone.

mod state;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{sleep_until, timeout_at};

use crate::model::error::Kind;
use crate::model::profile::Profile;
use crate::vendors::Facts;
use crate::vendors::call::{Effect, Fault};
use crate::vendors::codes::After;
use state::{Asker, Limit, Pass, Shown, State, Step};

/// Longer than the run of any command.
const NEVER: Duration = Duration::from_secs(365 * 86400);

/// Why a request is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAdmitted {
    /// Other requests of the profile are in progress until the deadline.
    Crowded,
    /// The rate does not allow it before the deadline.
    Paced,
    /// A limit lasts beyond the deadline, or is a daily one; with its end, if the vendor returned it.
    Limited(Option<Timestamp>),
}

/// The pacer of one account.
#[derive(Debug)]
pub struct Pacer {
    permits: Semaphore,
    state: RefCell<State>,
    changed: Notify,
}

impl Pacer {
    /// The pacer for the account of a profile.
    pub fn new(facts: &Facts, profile: &Profile) -> Self {
        let plan = profile.settings.get("plan").map_or(facts.pace.default_plan, String::as_str);
        Self {
            permits: Semaphore::new(profile.concurrency.unwrap_or(facts.pace.concurrency)),
            state: RefCell::new(State::new(facts.pace.rates, plan)),
            changed: Notify::new(),
        }
    }

    /// Lowers the limit of concurrent requests, if it is higher than `most`.
    pub fn limit(&self, most: usize) {
        self.permits.forget_permits(self.permits.available_permits().saturating_sub(most));
    }

    /// Waits until a request may be sent, in the order of arrival. A waiting request that is dropped does not block others.
    ///
    /// A log-in does not count as a concurrent request or against a rate. Fails if it would wait beyond the deadline,
    /// and at once if that is known in advance.
    pub async fn turn(
        &self,
        label: &'static str,
        effect: Effect,
        deadline: Instant,
    ) -> Result<Turn<'_>, NotAdmitted> {
        let asker = Asker { label, log_in: effect == Effect::LogIn, deadline };
        self.state.borrow().pause(deadline, Instant::now())?;
        let permit = match asker.log_in {
            true => None,
            false => match timeout_at(deadline.into(), self.permits.acquire()).await {
                Ok(Ok(permit)) => Some(permit),
                // It is never closed.
                Ok(Err(_)) | Err(_) => return Err(NotAdmitted::Crowded),
            },
        };
        let mut place = None;
        loop {
            // Created before the state is read, so that no change in between is missed.
            let changed = self.changed.notified();
            let step = self.state.borrow_mut().ask(asker, &mut place, Instant::now())?;
            let until = match step {
                Step::Send(pass) => {
                    return Ok(Turn { pacer: self, pass, shown: Shown::Nothing, _permit: permit });
                }
                Step::Wait(until) => until,
                Step::Watch => deadline,
            };
            tokio::select! {
                () = sleep_until(until.into()) => {}
                () = changed => {}
            }
        }
    }
}

/// A permit for one request. When it is dropped, the pacer learns the result of the request.
#[derive(Debug)]
pub struct Turn<'p> {
    pacer: &'p Pacer,
    pass: Pass,
    shown: Shown,
    // Released after the result is reported, because fields are dropped after their owner.
    _permit: Option<SemaphorePermit<'p>>,
}

impl Turn<'_> {
    /// An answer arrived without a limit.
    pub fn answered(&mut self) {
        self.shown = Shown::Room;
    }

    /// Slows the account down if the fault is a limit: until `vendor_time` if the vendor returned a time, otherwise for
    /// `pause`. Returns the wait before this request is sent again, if any.
    pub fn heed(
        &mut self,
        fault: &Fault,
        asked: Option<Duration>,
        vendor_time: Option<Timestamp>,
        pause: Duration,
    ) -> Option<Duration> {
        let daily = fault.after == After::NextDay;
        if !daily && (fault.kind, fault.after) != (Kind::RateLimited, After::Later) {
            return asked;
        }
        let wait = asked.unwrap_or(if daily { NEVER } else { pause });
        let until = Instant::now() + wait.min(NEVER);
        self.shown = Shown::Limit(Limit { until, vendor_time, daily });
        Some(wait)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.pacer.state.borrow_mut().end(self.pass, self.shown) {
            self.pacer.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use futures_util::FutureExt;
    use futures_util::future::join_all;

    use super::*;
    use crate::vendors::by_name;

    fn pacer(vendor: &str, concurrency: usize) -> Pacer {
        let profile = Profile {
            name: "p".into(),
            vendor: vendor.into(),
            settings: [("plan".to_owned(), "none".to_owned())].into(),
            origins: Default::default(),
            secrets: Default::default(),
            ca_file: None,
            proxy: Default::default(),
            allow_http: false,
            concurrency: Some(concurrency),
            identity: String::new(),
            home: None,
        };
        Pacer::new(by_name(vendor).unwrap().facts(), &profile)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    fn limit(turn: &mut Turn<'_>, ms: u64) {
        let limit =
            Limit { until: Instant::now() + Duration::from_millis(ms), vendor_time: None, daily: false };
        turn.shown = Shown::Limit(limit);
    }

    #[tokio::test]
    async fn turns_are_served_in_order_and_a_cancelled_one_does_not_block_the_rest() {
        let pacer = pacer("zoom", 1);
        let order = Rc::new(RefCell::new(Vec::new()));
        let current = pacer.turn("", Effect::Read, soon()).await.unwrap();
        let wait = |name| {
            let (pacer, order) = (&pacer, Rc::clone(&order));
            Box::pin(async move {
                let _turn = pacer.turn("", Effect::Read, soon()).await.unwrap();
                order.borrow_mut().push(name);
                tokio::task::yield_now().await;
            })
        };
        let (mut gone, mut rest) = (wait(0), [wait(1), wait(2), wait(3)]);
        assert!((&mut gone).now_or_never().is_none());
        for turn in &mut rest {
            assert!(turn.now_or_never().is_none());
        }
        drop(gone);
        drop(current);
        join_all(rest).await;
        assert_eq!(*order.borrow(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_log_in_does_not_take_a_request_slot() {
        let pacer = pacer("zoom", 1);
        let _current = pacer.turn("", Effect::Write, soon()).await.unwrap();
        pacer.turn("", Effect::LogIn, soon()).await.unwrap();
        let short = Instant::now() + Duration::from_millis(20);
        assert_eq!(pacer.turn("", Effect::Read, short).await.unwrap_err(), NotAdmitted::Crowded);
    }

    #[tokio::test]
    async fn requests_behind_the_one_that_tests_a_limit_wake_when_it_is_dropped() {
        let pacer = pacer("yeastar", 8);
        let mut limited = pacer.turn("", Effect::Read, soon()).await.unwrap();
        limit(&mut limited, 10);
        drop(limited);
        let probe = pacer.turn("", Effect::Read, soon()).await.unwrap();
        let mut second = Box::pin(pacer.turn("", Effect::Read, soon()));
        let mut third = Box::pin(pacer.turn("", Effect::Read, soon()));
        assert!((&mut second).now_or_never().is_none());
        assert!((&mut third).now_or_never().is_none());
        // It never had an answer, as after Ctrl-C or a reset: the next in line tries, and only that one.
        drop(probe);
        let mut probe = second.await.unwrap();
        assert!((&mut third).now_or_never().is_none());
        probe.answered();
        drop(probe);
        third.await.unwrap();
    }

    #[tokio::test]
    async fn a_limit_applies_to_requests_already_waiting() {
        let pacer = pacer("yeastar", 2);
        let mut first = pacer.turn("", Effect::Read, soon()).await.unwrap();
        let second = pacer.turn("", Effect::Read, soon()).await.unwrap();
        let begun = Instant::now();
        let third = pacer.turn("", Effect::Read, soon());
        let end = async {
            limit(&mut first, 60);
            drop(first);
            drop(second);
        };
        let (third, ()) = tokio::join!(third, end);
        third.unwrap();
        assert!(begun.elapsed() >= Duration::from_millis(60));
    }
}
