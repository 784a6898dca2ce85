//! The fault matrix: every write of every vendor with every fault, once and every time, over real HTTP.
//! A rule defines the expected result; the guide's table is generated from the run.

pub mod door;
mod faults;
mod table;
mod writes;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use serde_json::{Map, Value};
use trunkctl::engine::journal;
use trunkctl::vendors::ALL;

use crate::docs;
use crate::fixtures::is_write;
use crate::support::recorder::Recorder;
use crate::support::running::Running;
use crate::support::served::{Served, profiles};
use crate::support::silent::Silent;
use crate::support::{Place, Ran};
use door::Door;
use faults::{End, FAULTS, Fault, How, rule};
use table::Ends;
use writes::{WRITES, Write};

/// More than there are cores, because most cells wait most of the time.
const WORKERS: usize = 16;

/// Long enough for a busy machine to answer, and much shorter than the delays.
const TIMEOUT: &str = "2s";

struct Cell {
    write: usize,
    fault: usize,
    always: bool,
}

#[test]
fn every_write_with_every_fault_ends_as_the_rule_requires() {
    let states: Vec<String> = WRITES.iter().map(prepared).collect();
    let cells: Vec<Cell> = (0..WRITES.len())
        .flat_map(|write| (0..FAULTS.len()).map(move |fault| (write, fault)))
        .flat_map(|(write, fault)| [false, true].map(|always| Cell { write, fault, always }))
        .filter(|cell| !(cell.always && is_same_run(&WRITES[cell.write], &FAULTS[cell.fault])))
        .collect();
    let (next, ends, wrong) = (AtomicUsize::new(0), Mutex::new(Ends::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (write, fault) = (&WRITES[cell.write], &FAULTS[cell.fault]);
                    let outcome = run(write, fault, cell.always, &states[cell.write]);
                    let (end, faulty) = compare(write, rule(write, fault, cell.always), outcome);
                    let often = if cell.always { "always" } else { "once" };
                    let what = format!("{}: {}, {often}", write.name, fault.name);
                    wrong
                        .lock()
                        .unwrap()
                        .extend(faulty.into_iter().map(|faulty| format!("{what}: {faulty}")));
                    ends.lock().unwrap().insert((cell.write, cell.fault, cell.always), end);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} differences, {} cells:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
    docs::generated(
        "src/guide/reliability.md",
        "fault matrix",
        &table::markdown(&ends.into_inner().unwrap()),
    );
}

/// Whether the run with a fault that occurs every time is the run with one that occurs once: the fault affects only
/// the write, which is sent at most once.
fn is_same_run(write: &Write, fault: &Fault) -> bool {
    let once = rule(write, fault, false);
    once.sent <= 1 && once == rule(write, fault, true)
}

/// The sandbox's state before a write, as a file's text.
fn prepared(write: &Write) -> String {
    let fresh = |vendor: &&dyn trunkctl::vendors::Vendor| {
        (vendor.facts().name.to_owned(), vendor.simulator(None).unwrap().save())
    };
    let place = place();
    let file =
        place.write("state.json", &Value::from(ALL.iter().map(fresh).collect::<Map<_, _>>()).to_string());
    let served = Served::with(Some(file.clone().into()));
    let profiles = served.profiles(&place, "");
    for command in write.before {
        place.run(&words(&profiles, write.vendor, command)).expect(0);
    }
    drop(served);
    std::fs::read_to_string(file).unwrap()
}

fn place() -> Place {
    Place::new().with("TRUNK_PASSWORD", "Trunk0Password")
}

fn words<'a>(profiles: &'a str, vendor: &'a str, command: &'a str) -> Vec<&'a str> {
    let mut words = vec!["--profiles-file", profiles, "-p", vendor, "-o", "json", "--retries", "1"];
    words.extend(command.split_whitespace());
    words
}

/// The result of one cell.
struct Outcome {
    ran: Ran,
    /// How often the write was sent.
    sent: usize,
    /// Objects at the vendor afterwards.
    objects: usize,
    /// Objects ever created, if the vendor counts them.
    made: Option<usize>,
    /// The outcome of the write in the journal.
    journal: String,
}

fn run(write: &Write, fault: &Fault, always: bool, state: &str) -> Outcome {
    let (place, other) = (place(), Silent::start());
    let file = place.write("state.json", state);
    let spec = spec(write, fault, always, &other.base);
    let served =
        Served::keeping(file.clone().into(), spec.as_deref().into_iter().collect::<Vec<_>>().as_slice());
    let recorder = Recorder::before(&served.base);
    let ran = match fault.how {
        How::Refuse => refused(write, always, &place, &recorder),
        _ => {
            let profiles = profiles(&recorder.base, &place, "");
            let mut args = words(&profiles, write.vendor, write.command);
            if fault.name.starts_with("time-out") {
                args.extend(["--timeout", TIMEOUT]);
            }
            place.run(&args)
        }
    };
    other.untouched(write.name);
    let sent = recorder.take().iter().filter(|seen| is_write(seen)).count();
    // The sandbox saves its state when it ends.
    drop(served);
    let before: Value = serde_json::from_str(state).unwrap();
    let after: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let count = |state: &Value, at: &str| state.pointer(at).unwrap().as_u64().unwrap();
    let made = write.counter.map(|at| (count(&after, at) - count(&before, at)) as usize);
    let journal = journal(&place);
    Outcome { ran, sent, objects: (write.objects)(&after), made, journal }
}

/// The fault as an option of the sandbox, limited to the write.
fn spec(write: &Write, fault: &Fault, always: bool, other: &str) -> Option<String> {
    let kind = match fault.how {
        How::Refuse => return None,
        How::Served(kind) => kind.to_owned(),
        How::Dated(kind) => kind(SystemTime::now()),
        How::Elsewhere(kind) => kind.replace("{other}", other),
    };
    let count = if always { "" } else { ";count=1" };
    Some(format!("{kind};call={}{count}", write.call))
}

/// Runs the write against a port that refuses connections after its reads: always, or until the first refusal.
fn refused(write: &Write, always: bool, place: &Place, recorder: &Recorder) -> Ran {
    let log_in = usize::from(write.vendor != "itniotech");
    let door = Door::before(&recorder.base, log_in + write.reads);
    let profiles = profiles(&door.base, place, "");
    let mut args = words(&profiles, write.vendor, write.command);
    args.push("-v");
    let mut running = Running::start(place.command(&args));
    if always {
        let ran = running.end();
        // A closed door keeps its port until the program has ended.
        drop(door);
        return ran;
    }
    running.says("; retrying in ");
    door.open();
    running.end()
}

/// The outcome in the journal, which has one entry, for this write.
fn journal(place: &Place) -> String {
    let entries: Vec<_> = journal::read(&place.state()).unwrap().map(Result::unwrap).collect();
    let outcomes: Vec<&str> = entries.iter().map(|entry| entry.outcome.as_str()).collect();
    outcomes.join(" and ")
}

/// Compares a cell with the rule: the actual end, and all differences.
fn compare(write: &Write, wanted: End, got: Outcome) -> (End, Vec<String>) {
    let mut wrong = Vec::new();
    let mut check = |what: &str, is: String, should: String| {
        if is != should {
            wrong.push(format!("{what} is {is} and should be {should}"));
        }
    };
    let reported = reported(write, &got.ran);
    let (before, after) = write.counts;
    let objects = if wanted.applied { after } else { before };
    check("the exit code", reported.code.to_string(), wanted.code.to_string());
    check("the outcome", reported.outcome, outcome(write, wanted).to_owned());
    check("the note", reported.noted.to_string(), wanted.noted.to_string());
    check("sent", got.sent.to_string(), wanted.sent.to_string());
    check("objects", got.objects.to_string(), objects.to_string());
    if let Some(made) = got.made {
        check("created", made.to_string(), objects.to_string());
    }
    check("the journal", got.journal, entry(write, wanted).to_owned());
    if !wrong.is_empty() {
        wrong.push(format!("{:?}", got.ran));
    }
    (End { code: reported.code, noted: reported.noted, ..wanted }, wrong)
}

/// The result that a script sees.
struct Reported {
    code: i32,
    outcome: String,
    noted: bool,
}

/// Reads the program's output. All changes of a bulk write must have the same result, which is returned.
fn reported(write: &Write, ran: &Ran) -> Reported {
    let noted = ran.err.contains("note: ");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if !write.is_bulk() {
        let outcome =
            if ran.code == 0 { word(&ran.json()["outcome"]) } else { word(&ran.error()["outcome"]) };
        let noted = noted && (ran.code != 0 || ran.json()["note"].is_string());
        return Reported { code: ran.code, outcome, noted };
    }
    let report = ran.json();
    let changes = report["changes"].as_array().unwrap();
    let same = changes.iter().all(|change| change["outcome"] == changes[0]["outcome"]);
    assert!(same && changes.len() == write.counts.1, "{ran:?}");
    let error = &changes[0]["error"];
    match ran.code {
        12 => Reported {
            code: error["exit_code"].as_i64().unwrap() as i32,
            outcome: word(&error["outcome"]),
            noted,
        },
        code => Reported { code, outcome: word(&changes[0]["outcome"]), noted },
    }
}

/// The expected outcome in the journal.
fn entry(write: &Write, end: End) -> &'static str {
    match end.code {
        0 | 11 => outcome(write, end),
        _ => "failed",
    }
}

/// The expected outcome.
fn outcome(write: &Write, end: End) -> &'static str {
    match end.code {
        0 => write.done,
        11 => "unknown",
        _ => "not_applied",
    }
}
