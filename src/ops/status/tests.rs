//! Waits with scripted reads and scripted time.

use std::cell::{Cell, RefCell};

use super::*;
use crate::model::trunk::Trunk;

/// One list: trunks with their status, or a failure.
type Reading = std::result::Result<Vec<ActualTrunk>, Kind>;

/// A vendor that follows a script; the last reading and the last probe are repeated.
struct Script {
    begun: Instant,
    now: Cell<Instant>,
    readings: Vec<Reading>,
    probes: Vec<Probed>,
    read_at: RefCell<Vec<u64>>,
    probed_at: RefCell<Vec<u64>>,
    shown: RefCell<Vec<String>>,
    /// The number of pauses before Ctrl-C.
    pauses: Cell<u32>,
}

impl Script {
    fn new(readings: Vec<Reading>) -> Self {
        let begun = Instant::now();
        Self {
            begun,
            now: Cell::new(begun),
            readings,
            probes: vec![Probed::Answers],
            read_at: RefCell::default(),
            probed_at: RefCell::default(),
            shown: RefCell::default(),
            pauses: Cell::new(u32::MAX),
        }
    }

    fn seconds(&self) -> u64 {
        self.now.get().duration_since(self.begun).as_secs()
    }

    fn wait(&self, names: &[&str], goal: Goal, within: u64) -> Result<WaitEnd> {
        let targets: Vec<_> =
            names.iter().map(|name| ((*name).to_owned(), TrunkSelector::parse(name).unwrap())).collect();
        let until = self.begun + Duration::from_secs(within);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(wait(self, "lab", &targets, goal, until, false))
    }

    /// Waits for one trunk for a minute.
    fn one(&self, goal: Goal) -> Waited {
        self.wait(&["a"], goal, 60).unwrap().trunks.remove(0)
    }
}

fn scripted<T: Clone>(list: &[T], at: usize) -> T {
    list.get(at).or(list.last()).unwrap().clone()
}

impl Watch for Script {
    fn now(&self) -> Instant {
        self.now.get()
    }

    async fn pause(&self, time: Duration) -> bool {
        self.now.set(self.now.get() + time);
        self.pauses.set(self.pauses.get() - 1);
        self.pauses.get() > 0
    }

    async fn read(&self) -> Result<Vec<ActualTrunk>> {
        let at = self.read_at.borrow().len();
        self.read_at.borrow_mut().push(self.seconds());
        scripted(&self.readings, at).map_err(|kind| Error::new(kind, "the vendor said no"))
    }

    async fn probe(&self, trunks: Vec<ActualTrunk>) -> Result<Vec<Probed>> {
        let at = self.probed_at.borrow().len();
        self.probed_at.borrow_mut().push(self.seconds());
        Ok(trunks.iter().map(|_| scripted(&self.probes, at)).collect())
    }

    fn show(&self, _trunks: &[Waited], changes: &[String]) {
        self.shown.borrow_mut().extend(changes.iter().cloned());
    }
}

fn trunk(name: &str, kind: TrunkKind, status: Option<Status>) -> ActualTrunk {
    let trunk = Trunk { name: Some(name.into()), kind: Some(kind), ..Trunk::default() };
    ActualTrunk { id: format!("id-{name}"), trunk, status, status_code: Some("7".into()) }
}

fn is(status: Status) -> Reading {
    Ok(vec![trunk("a", TrunkKind::Register, Some(status))])
}

fn text(ended: &WaitEnd) -> String {
    ended.error("lab", true).unwrap().message.clone()
}

#[test]
fn each_status_is_reached_pending_or_unreachable() {
    use Goal::{Reachable, Registered};
    for (goal, kind, status, expected) in [
        (Reachable, TrunkKind::Register, Status::Registered, "reached"),
        (Reachable, TrunkKind::Peer, Status::Reachable, "reached"),
        (Reachable, TrunkKind::Peer, Status::Busy, "reached"),
        (Registered, TrunkKind::Register, Status::Busy, "reached"),
        (Registered, TrunkKind::Account, Status::Registered, "reached"),
        (Registered, TrunkKind::Register, Status::Reachable, "waiting"),
        (Registered, TrunkKind::Peer, Status::Reachable, "never"),
        (Reachable, TrunkKind::Register, Status::Unreachable, "waiting"),
        (Reachable, TrunkKind::Register, Status::Failed, "waiting"),
        (Reachable, TrunkKind::Peer, Status::Unknown, "waiting"),
        (Reachable, TrunkKind::Register, Status::AuthFailed, "failed"),
        (Reachable, TrunkKind::Register, Status::Disabled, "never"),
        (Reachable, TrunkKind::Peer, Status::Unmonitored, "never"),
    ] {
        let found = progress(goal, &trunk("a", kind.clone(), Some(status.clone())), None);
        let word = match found.unwrap() {
            Progress::Reached => "reached",
            Progress::Waiting(..) => "waiting",
            Progress::Failed(_) => "failed",
            Progress::Never(_) => "never",
            Progress::Unread => "unread",
        };
        assert_eq!(word, expected, "{goal:?} {kind} {status}");
    }
}

#[test]
fn a_probe_decides_whether_a_trunk_is_healthy() {
    let fails = Probed::Fails("net.connect: refused".into(), "start it".into());
    let silent = Probed::Unknown("sip.options: silent".into(), "ask".into());
    let nothing = Probed::NothingToCall("nothing to call".into());
    for (status, probed, expected) in [
        (Some(Status::Reachable), Probed::Answers, "Reached"),
        // The vendor says that it works, and silence from here proves nothing.
        (Some(Status::Reachable), silent.clone(), "Reached"),
        (Some(Status::Registered), nothing.clone(), "Reached"),
        (Some(Status::Registered), fails.clone(), "Waiting"),
        (Some(Status::Unreachable), Probed::Answers, "Waiting"),
        // Without a status of the vendor, only an answer counts.
        (None, Probed::Answers, "Reached"),
        (Some(Status::Unmonitored), Probed::Answers, "Reached"),
        (Some(Status::Unmonitored), silent.clone(), "Waiting"),
        (None, silent, "Waiting"),
        (None, fails, "Waiting"),
        (None, nothing, "Never"),
        (Some(Status::Disabled), Probed::Answers, "Never"),
        (Some(Status::AuthFailed), Probed::Answers, "Failed"),
    ] {
        let found = progress(Goal::Healthy, &trunk("a", TrunkKind::Register, status.clone()), Some(&probed));
        let found = format!("{found:?}");
        assert!(found.starts_with(&format!("Some({expected}")), "{status:?} {probed:?}: {found}");
    }
}

#[test]
fn reads_follow_after_1_2_4_and_then_every_5_seconds_until_the_deadline() {
    let script = Script::new(vec![is(Status::Registering)]);
    let ended = script.wait(&["a"], Goal::Reachable, 20).unwrap();
    assert_eq!(*script.read_at.borrow(), [0, 1, 3, 7, 12, 17, 20]);
    let waited = &ended.trunks[0];
    assert_eq!((waited.readings, waited.waited.as_secs(), waited.unchanged.as_secs()), (7, 20, 20));
    let text = text(&ended);
    assert!(
        text.starts_with("trunk `a` of profile `lab` is `registering` (code 7), for 20 s; the provider"),
        "{text}"
    );
    assert!(ended.error("lab", true).unwrap().retryable);
}

#[test]
fn the_first_good_read_ends_the_wait_for_a_trunk() {
    let script = Script::new(vec![is(Status::Unreachable), is(Status::Registering), is(Status::Registered)]);
    let waited = script.one(Goal::Registered);
    assert_eq!(waited.progress, Progress::Reached);
    assert_eq!(
        (waited.readings, waited.waited.as_secs(), waited.status.as_deref()),
        (3, 3, Some("registered"))
    );
    assert_eq!(
        *script.shown.borrow(),
        ["trunk `a` is `registering` (code 7), after 1 s", "trunk `a` is `registered` (code 7), after 3 s"]
    );
}

#[test]
fn a_trunk_is_reported_down_after_three_equal_reads_in_a_row() {
    let flapping = [Status::Unreachable, Status::Unreachable, Status::Registering];
    let readings = flapping.iter().cycle().take(9).cloned().map(is).collect();
    let script = Script::new(readings);
    script.wait(&["a"], Goal::Reachable, 12).unwrap();
    assert!(script.shown.borrow().iter().all(|line| line.contains("registering")), "{:?}", script.shown);
    let script = Script::new(vec![is(Status::Unreachable)]);
    script.wait(&["a"], Goal::Reachable, 30).unwrap();
    assert_eq!(*script.shown.borrow(), ["trunk `a` is `unreachable` (code 7), after 3 s"]);
}

#[test]
fn refused_credentials_and_a_disabled_trunk_end_the_wait_at_once() {
    for (status, says) in
        [(Status::AuthFailed, "refused the username"), (Status::Disabled, "enable it first")]
    {
        let script = Script::new(vec![is(Status::Registering), is(status)]);
        let ended = script.wait(&["a"], Goal::Reachable, 60).unwrap();
        assert_eq!(*script.read_at.borrow(), [0, 1]);
        let error = ended.error("lab", true).unwrap();
        assert!(
            error.message.contains(says) && error.kind == Kind::Unhealthy && !error.retryable,
            "{error:?}"
        );
    }
    // An apply that disables a trunk succeeded; one whose credentials are refused did not.
    let of = |status| {
        let script = Script::new(vec![is(status)]);
        script.wait(&["a"], Goal::Reachable, 60).unwrap().error("lab", false)
    };
    assert!(of(Status::Disabled).is_none() && of(Status::AuthFailed).is_some());
}

#[test]
fn an_absent_trunk_is_waited_for_and_reported_once() {
    let script = Script::new(vec![Ok(vec![]), Ok(vec![]), is(Status::Reachable)]);
    assert_eq!(script.one(Goal::Reachable).progress, Progress::Reached);
    assert_eq!(
        *script.shown.borrow(),
        ["trunk `a` does not exist yet, after 0 s", "trunk `a` is `reachable` (code 7), after 3 s"]
    );
    let ended = Script::new(vec![Ok(vec![])]).wait(&["a"], Goal::Reachable, 9).unwrap();
    assert_eq!(ended.trunks[0].status, None);
    assert!(text(&ended).contains("never appeared; check the name"), "{}", text(&ended));
    let gone =
        Script::new(vec![is(Status::Registering), Ok(vec![])]).wait(&["a"], Goal::Reachable, 9).unwrap();
    assert!(text(&gone).contains("does not exist any more, for 8 s"), "{}", text(&gone));
}

#[test]
fn a_failed_read_does_not_count_as_a_status() {
    let script = Script::new(vec![
        is(Status::Registering),
        Err(Kind::Unavailable),
        Err(Kind::RateLimited),
        is(Status::Reachable),
    ]);
    let waited = script.one(Goal::Reachable);
    assert_eq!((waited.progress, waited.readings), (Progress::Reached, 2));
    assert_eq!(
        script.shown.borrow()[1..],
        [
            "the trunks of profile `lab` cannot be read now: the vendor said no",
            "trunk `a` is `reachable` (code 7), after 7 s"
        ]
    );
    // The last state is kept until the end.
    let script = Script::new(vec![is(Status::Registering), Err(Kind::Unavailable)]);
    let ended = script.wait(&["a"], Goal::Reachable, 10).unwrap();
    assert!(text(&ended).contains("is `registering` (code 7), for 10 s"), "{}", text(&ended));
    assert_eq!(ended.error("lab", true).unwrap().kind, Kind::Unhealthy);
    // Never read.
    let ended = Script::new(vec![Err(Kind::Unavailable)]).wait(&["a"], Goal::Reachable, 10).unwrap();
    let error = ended.error("lab", true).unwrap();
    assert_eq!((error.kind, ended.trunks[0].readings), (Kind::Unavailable, 0));
    assert!(error.message.contains("profile `lab` were never read: the vendor said no"), "{error}");
    // Some failures stay.
    for kind in [Kind::Auth, Kind::Rejected, Kind::Config] {
        let script = Script::new(vec![Err(kind)]);
        assert_eq!(script.wait(&["a"], Goal::Reachable, 60).unwrap_err().kind, kind);
        assert_eq!(*script.read_at.borrow(), [0]);
    }
}

#[test]
fn an_ambiguous_name_ends_the_wait() {
    let both = || Ok(vec![trunk("a", TrunkKind::Peer, None), trunk("a", TrunkKind::Peer, None)]);
    let error = Script::new(vec![both()]).wait(&["a"], Goal::Reachable, 60).unwrap_err();
    assert_eq!(error.kind, Kind::Invalid);
}

#[test]
fn a_probe_follows_a_good_status_and_is_repeated_every_15_seconds_at_most() {
    let fails = Probed::Fails("net.connect: refused".into(), "start it".into());
    let mut script = Script::new(vec![is(Status::Registering), is(Status::Registered)]);
    script.probes = vec![fails.clone(), fails, Probed::Answers];
    let waited = script.one(Goal::Healthy);
    assert_eq!(*script.read_at.borrow(), [0, 1, 3, 7, 12, 17, 22, 27, 32]);
    assert_eq!(*script.probed_at.borrow(), [1, 17, 32]);
    assert_eq!((waited.progress, waited.waited.as_secs()), (Progress::Reached, 32));
    let shown = script.shown.borrow();
    assert!(shown[1].contains("is `registered` (code 7), but net.connect: refused, after 1 s"), "{shown:?}");
    let mut script = Script::new(vec![is(Status::Registered)]);
    script.probes = vec![Probed::Fails("net.connect: refused".into(), "start it".into())];
    let text = text(&script.wait(&["a"], Goal::Healthy, 10).unwrap());
    assert!(text.ends_with("but net.connect: refused, for 10 s; start it"), "{text}");
    // The other goals need no probe.
    let script = Script::new(vec![is(Status::Registered)]);
    script.one(Goal::Reachable);
    assert!(script.probed_at.borrow().is_empty());
}

#[test]
fn one_list_serves_all_trunks_and_each_ends_on_its_own() {
    let both = |a, b| Ok(vec![trunk("a", TrunkKind::Peer, Some(a)), trunk("b", TrunkKind::Peer, Some(b))]);
    let script = Script::new(vec![
        both(Status::Reachable, Status::Unknown),
        both(Status::Unreachable, Status::Unknown),
        both(Status::Unreachable, Status::Reachable),
    ]);
    let ended = script.wait(&["b", "a"], Goal::Reachable, 60).unwrap();
    assert!(ended.error("lab", true).is_none());
    let ends: Vec<_> =
        ended.trunks.iter().map(|one| (one.name.as_str(), one.waited.as_secs(), one.readings)).collect();
    assert_eq!(ends, [("b", 3, 3), ("a", 0, 1)]);
    assert_eq!(script.read_at.borrow().len(), 3);
}

#[test]
fn ctrl_c_reports_the_last_known_state() {
    let script = Script::new(vec![is(Status::Registering)]);
    script.pauses.set(2);
    let ended = script.wait(&["a"], Goal::Reachable, 60).unwrap();
    assert_eq!(*script.read_at.borrow(), [0, 1]);
    assert_eq!(ended.trunks[0].status.as_deref(), Some("registering"));
    // Before the first answer.
    let script = Script::new(vec![Err(Kind::Interrupted)]);
    script.pauses.set(1);
    let ended = script.wait(&["a"], Goal::Reachable, 60).unwrap();
    assert_eq!(ended.error("lab", true).unwrap().kind, Kind::Interrupted);
}
