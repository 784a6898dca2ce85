//! The arithmetic of pacing, without a clock.

use super::*;

const PLAN: &[PlanRate] = &[
    PlanRate { plan: "a", label: "Light", per_second: 4 },
    PlanRate { plan: "a", label: "Heavy", per_second: 1 },
    PlanRate { plan: "b", label: "Light", per_second: 80 },
];

/// A state, and a clock in milliseconds.
struct Rig {
    state: State,
    begun: Instant,
}

impl Rig {
    fn new(plan: &str) -> Self {
        Self { state: State::new(PLAN, plan), begun: Instant::now() }
    }

    fn at(&self, ms: u64) -> Instant {
        self.begun + Duration::from_millis(ms)
    }

    fn ask(&mut self, label: &'static str, place: &mut Option<Place>, ms: u64) -> Result<Step, NotAdmitted> {
        let asker = Asker { label, log_in: false, deadline: self.at(600_000) };
        self.state.ask(asker, place, self.at(ms))
    }

    /// A new request that is sent at once.
    #[track_caller]
    fn send(&mut self, ms: u64) -> Pass {
        match self.ask("Light", &mut None, ms) {
            Ok(Step::Send(pass)) => pass,
            other => panic!("{other:?}"),
        }
    }

    /// When a new request may be sent.
    #[track_caller]
    fn wait(&mut self, label: &'static str, ms: u64) -> u128 {
        match self.ask(label, &mut None, ms) {
            Ok(Step::Send(_)) => ms.into(),
            Ok(Step::Wait(until)) => (until - self.begun).as_millis(),
            other => panic!("{other:?}"),
        }
    }

    fn limit(&mut self, pass: Pass, until: u64, daily: bool) {
        let limit = Limit { until: self.at(until), vendor_time: None, daily };
        assert!(self.state.end(pass, Shown::Limit(limit)));
    }
}

#[test]
fn calls_are_spaced_by_the_rate_of_their_label() {
    let mut rig = Rig::new("a");
    assert_eq!([0, 0, 0].map(|ms| rig.wait("Light", ms)), [0, 250, 500]);
    assert_eq!([10, 10].map(|ms| rig.wait("Heavy", ms)), [10, 1010]);
    assert_eq!([20, 20].map(|ms| rig.wait("", ms)), [20, 20]);
    assert_eq!([5000, 5001].map(|ms| rig.wait("Light", ms)), [5000, 5250]);
    assert_eq!([0, 0].map(|ms| Rig::new("none").wait("Light", ms)), [0, 0]);
    let mut rig = Rig::new("b");
    assert_eq!([0, 0, 0].map(|ms| rig.wait("Light", ms)), [0, 12, 25]);
}

#[test]
fn a_slot_is_reserved_until_it_is_used() {
    let mut rig = Rig::new("a");
    let (mut first, mut second) = (None, None);
    rig.send(0);
    assert_eq!(rig.ask("Light", &mut first, 0), Ok(Step::Wait(rig.at(250))));
    assert_eq!(rig.ask("Light", &mut second, 0), Ok(Step::Wait(rig.at(500))));
    assert_eq!(rig.ask("Light", &mut first, 100), Ok(Step::Wait(rig.at(250))));
    // Who wakes late does not move those behind.
    assert!(matches!(rig.ask("Light", &mut first, 260), Ok(Step::Send(_))));
    assert!(matches!(rig.ask("Light", &mut second, 500), Ok(Step::Send(_))));
    assert_eq!(rig.wait("Light", 500), 750);
}

#[test]
fn a_wait_beyond_the_deadline_is_refused_and_takes_no_slot() {
    let mut rig = Rig::new("a");
    let pass = rig.send(0);
    let asker = |rig: &Rig, ms| Asker { label: "Light", log_in: false, deadline: rig.at(ms) };
    let (now, short, long) = (rig.at(0), asker(&rig, 200), asker(&rig, 300));
    assert_eq!(rig.state.ask(short, &mut None, now), Err(NotAdmitted::Paced));
    assert_eq!(rig.state.ask(long, &mut None, now), Ok(Step::Wait(rig.at(250))));
    rig.limit(pass, 300, false);
    assert_eq!(rig.state.ask(long, &mut None, now), Err(NotAdmitted::Limited(None)));
    assert_eq!(rig.state.ask(asker(&rig, 301), &mut None, now), Ok(Step::Wait(rig.at(300))));
}

#[test]
fn after_a_limit_one_request_is_sent_alone() {
    let mut rig = Rig::new("none");
    let passes = [0, 0, 0].map(|ms| rig.send(ms));
    rig.limit(passes[0], 1000, false);
    rig.limit(passes[1], 1500, false);
    // A shorter wait does not end a longer one.
    rig.limit(passes[2], 1200, false);
    assert_eq!(rig.wait("Light", 100), 1500);
    let probe = rig.send(1500);
    assert_eq!(rig.ask("Light", &mut None, 1500), Ok(Step::Watch));
    // It was lost: the next one tries.
    assert!(rig.state.end(probe, Shown::Nothing));
    let probe = rig.send(1600);
    assert_eq!(rig.ask("Light", &mut None, 1600), Ok(Step::Watch));
    rig.limit(probe, 2600, false);
    assert_eq!(rig.wait("Light", 1700), 2600);
    let probe = rig.send(2600);
    assert!(rig.state.end(probe, Shown::Room));
    rig.send(2601);
    rig.send(2601);
}

#[test]
fn an_answer_from_before_the_limit_does_not_end_it() {
    let mut rig = Rig::new("none");
    let passes = [0, 0].map(|ms| rig.send(ms));
    rig.limit(passes[0], 1000, false);
    assert!(!rig.state.end(passes[1], Shown::Room));
    rig.send(1000);
    assert_eq!(rig.ask("Light", &mut None, 1000), Ok(Step::Watch));
}

#[test]
fn the_rate_is_halved_once_per_limit_and_recovers_in_steps() {
    let mut rig = Rig::new("a");
    let distance = |rig: &mut Rig, ms: u64| rig.wait("Light", ms) - u128::from(ms);
    let passes = [0, 250, 500].map(|ms| rig.send(ms));
    for pass in passes {
        rig.limit(pass, 1000, false);
    }
    let mut now = 1000;
    let probe = rig.send(now);
    assert!(rig.state.end(probe, Shown::Room));
    assert_eq!(distance(&mut rig, now), 500);
    now += 2000;
    let pass = rig.send(now);
    rig.limit(pass, now + 1000, false);
    now += 1000;
    let probe = rig.send(now);
    assert!(rig.state.end(probe, Shown::Room));
    assert_eq!(distance(&mut rig, now), 1000);
    // The probe was the first of these answers.
    for (answers, spacing) in [(STEP - 1, 500), (STEP, 250), (STEP, 250)] {
        for _ in 0..answers {
            now += 5000;
            let pass = rig.send(now);
            assert!(!rig.state.end(pass, Shown::Room));
        }
        now += 5000;
        rig.send(now);
        assert_eq!(distance(&mut rig, now), spacing);
    }
}

#[test]
fn a_rate_never_drops_below_an_eighth() {
    let mut rig = Rig::new("a");
    for round in 0..9 {
        let pass = rig.send(round * 1000);
        rig.limit(pass, round * 1000 + 1, false);
    }
    let probe = rig.send(20_000);
    rig.state.end(probe, Shown::Room);
    assert_eq!(rig.wait("Light", 20_000), 22_000);
}

#[test]
fn a_log_in_waits_only_for_a_pause() {
    let mut rig = Rig::new("a");
    let log_in = Asker { label: "", log_in: true, deadline: rig.at(60_000) };
    let pass = rig.send(0);
    rig.limit(pass, 1000, false);
    assert_eq!(rig.state.ask(log_in, &mut None, rig.at(0)), Ok(Step::Wait(rig.at(1000))));
    // It does not test the limit, and does not wait for the request that does.
    for _ in 0..2 {
        let Ok(Step::Send(pass)) = rig.state.ask(log_in, &mut None, rig.at(1000)) else { panic!() };
        assert!(!rig.state.end(pass, Shown::Room));
        rig.state.ask(Asker { log_in: false, ..log_in }, &mut None, rig.at(1000)).unwrap();
    }
    assert_eq!(rig.ask("Light", &mut None, 1000), Ok(Step::Watch));
}

#[test]
fn a_daily_limit_is_refused_without_waiting() {
    let mut rig = Rig::new("a");
    let pass = rig.send(0);
    rig.limit(pass, 1000, true);
    assert_eq!(rig.ask("Light", &mut None, 10), Err(NotAdmitted::Limited(None)));
    rig.send(1000);
}
