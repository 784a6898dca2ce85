//! Decides when the next request may be sent. Pure: the time is an argument, and the caller waits.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::NotAdmitted;
use crate::vendors::PlanRate;

/// The maximum number of times that a rate is halved, down to an eighth of the documented rate.
const MOST_HALVINGS: u32 = 3;

/// The number of consecutive answers without a limit after which a rate doubles again.
const STEP: u32 = 10;

/// A limit reported by the vendor.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// No request is sent before this time.
    pub until: Instant,
    /// The end as returned by the vendor, if any.
    pub vendor_time: Option<Timestamp>,
    /// Whether it is a daily limit, for which no command waits.
    pub daily: bool,
}

/// A request that asks to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Asker {
    /// The label of the call; a label without a rate is not paced.
    pub label: &'static str,
    /// A log-in waits only for the end of a pause, because other requests may need it.
    pub log_in: bool,
    /// The deadline of the command.
    pub deadline: Instant,
}

/// A place in the queue of a rate.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    at: Instant,
    epoch: u64,
}

/// The next step of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It sends.
    Send(Pass),
    /// It asks again at this time, or when something changes.
    Wait(Instant),
    /// It asks again when the request that probes the limit has its answer.
    Watch,
}

/// The permit of a request, returned at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    /// It probes, alone, whether a limit is over.
    probe: bool,
    log_in: bool,
    epoch: u64,
}

/// What a request has shown about the vendor's limits.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// Nothing, because no answer arrived.
    Nothing,
    /// There was no limit.
    Room,
    /// There is one.
    Limit(Limit),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Probe {
    /// No limit is in force.
    Unneeded,
    /// One request will probe it after the pause.
    Wanted,
    /// The probe is in progress.
    Sent,
}

/// The known limits of one account.
#[derive(Debug)]
pub struct State {
    /// The spacing of each label's calls.
    spacings: HashMap<&'static str, Duration>,
    /// When the next call of each label may be sent.
    next: HashMap<&'static str, Instant>,
    halvings: u32,
    /// Answers since the last change of the rates.
    answers: u32,
    limit: Option<Limit>,
    probe: Probe,
    /// The number of limits reported so far; a place or a permit from before the last one counts less.
    epoch: u64,
}

impl State {
    /// The initial state: only the rates of the plan are known.
    pub fn new(rates: &[PlanRate], plan: &str) -> Self {
        let own = rates.iter().filter(|rate| rate.plan == plan);
        Self {
            spacings: own.map(|rate| (rate.label, Duration::from_secs(1) / rate.per_second.max(1))).collect(),
            next: HashMap::new(),
            halvings: 0,
            answers: 0,
            limit: None,
            probe: Probe::Unneeded,
            epoch: 0,
        }
    }

    /// The end of the pause, if there is one. Fails at a limit that lasts beyond the deadline, and at a daily one.
    pub fn pause(&self, deadline: Instant, now: Instant) -> Result<Option<Instant>, NotAdmitted> {
        match self.limit.filter(|limit| now < limit.until) {
            Some(limit) if limit.daily || limit.until >= deadline => {
                Err(NotAdmitted::Limited(limit.vendor_time))
            }
            limit => Ok(limit.map(|limit| limit.until)),
        }
    }

    /// The next step of a request; it keeps `place` between calls. Fails if it would wait beyond the deadline.
    pub fn ask(
        &mut self,
        asker: Asker,
        place: &mut Option<Place>,
        now: Instant,
    ) -> Result<Step, NotAdmitted> {
        if let Some(until) = self.pause(asker.deadline, now)? {
            return Ok(Step::Wait(until));
        }
        if now >= asker.deadline {
            return Err(match self.probe {
                Probe::Unneeded => NotAdmitted::Paced,
                Probe::Wanted | Probe::Sent => NotAdmitted::Limited(None),
            });
        }
        let pass = Pass { probe: false, log_in: asker.log_in, epoch: self.epoch };
        match self.probe {
            _ if asker.log_in => return Ok(Step::Send(pass)),
            Probe::Wanted => {
                self.probe = Probe::Sent;
                self.take_place(asker.label, now);
                return Ok(Step::Send(Pass { probe: true, ..pass }));
            }
            Probe::Sent => return Ok(Step::Watch),
            Probe::Unneeded => {}
        }
        let own = place.filter(|place| place.epoch == self.epoch);
        let at = own.map_or_else(|| self.free_place(asker.label, now), |place| place.at);
        if at >= asker.deadline {
            return Err(NotAdmitted::Paced);
        }
        if own.is_none() {
            self.take_place(asker.label, at);
            *place = Some(Place { at, epoch: self.epoch });
        }
        Ok(if at <= now { Step::Send(pass) } else { Step::Wait(at) })
    }

    /// Records what a request has shown. Returns whether waiting requests should ask again.
    pub fn end(&mut self, pass: Pass, shown: Shown) -> bool {
        let probed = pass.probe && self.probe == Probe::Sent;
        match shown {
            Shown::Limit(limit) => self.slow_down(pass, limit),
            Shown::Room if pass.log_in || pass.epoch != self.epoch => return false,
            Shown::Room => {
                if probed {
                    self.probe = Probe::Unneeded;
                }
                self.recover();
                return probed;
            }
            Shown::Nothing if probed => self.probe = Probe::Wanted,
            Shown::Nothing => return false,
        }
        true
    }

    /// Concurrent requests are limited together, so only the first of them halves the rates.
    fn slow_down(&mut self, pass: Pass, limit: Limit) {
        if pass.epoch == self.epoch {
            self.halvings = (self.halvings + 1).min(MOST_HALVINGS);
        }
        self.answers = 0;
        self.epoch += 1;
        self.next.clear();
        self.probe = Probe::Wanted;
        let longer = |old: &Limit| old.until > limit.until;
        self.limit = Some(self.limit.filter(longer).unwrap_or(limit));
    }

    fn recover(&mut self) {
        self.answers += 1;
        if self.answers >= STEP {
            self.answers = 0;
            self.halvings = self.halvings.saturating_sub(1);
        }
    }

    fn free_place(&self, label: &str, now: Instant) -> Instant {
        self.next.get(label).map_or(now, |next| now.max(*next))
    }

    fn take_place(&mut self, label: &'static str, at: Instant) {
        if let Some(spacing) = self.spacings.get(label) {
            self.next.insert(label, at + *spacing * 2u32.pow(self.halvings));
        }
    }
}
