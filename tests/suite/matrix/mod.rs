//! The fault matrix: every write of every vendor, struck by every fault once and every time, over real HTTP.
//! What must come of it is a rule; the README's table is what the run gave.

pub mod door;
mod faults;
mod table;
mod writes;

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use serde_json::{Map, Value};
use trunkctl::engine::journal;
use trunkctl::vendors::ALL;

use crate::conformance::rig::is_write;
use crate::docs;
use crate::support::recorder::Recorder;
use crate::support::served::{Served, profiles};
use crate::support::silent::Silent;
use crate::support::{Place, Ran};
use door::Door;
use faults::{End, FAULTS, Fault, How, rule};
use table::Ends;
use writes::{WRITES, Write};

/// Most cells wait for something most of the time.
const WORKERS: usize = 8;

/// Long enough for a busy machine to answer, and much shorter than the delays.
const TIMEOUT: &str = "500ms";

struct Cell {
    write: usize,
    fault: usize,
    always: bool,
}

#[test]
fn every_write_struck_by_every_fault_ends_as_the_rule_says() {
    let states: Vec<String> = WRITES.iter().map(prepared).collect();
    let cells: Vec<Cell> = (0..WRITES.len())
        .flat_map(|write| (0..FAULTS.len()).map(move |fault| (write, fault)))
        .flat_map(|(write, fault)| [false, true].map(|always| Cell { write, fault, always }))
        .collect();
    let (next, ends, wrong) = (AtomicUsize::new(0), Mutex::new(Ends::new()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let (write, fault) = (&WRITES[cell.write], &FAULTS[cell.fault]);
                    let outcome = run(write, fault, cell.always, &states[cell.write]);
                    let (end, faulty) = judged(write, rule(write, fault, cell.always), outcome);
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
    assert!(wrong.is_empty(), "{} complaints, {} cells:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
    docs::generated("fault matrix", &table::markdown(&ends.into_inner().unwrap()));
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

/// What became of one cell.
struct Outcome {
    ran: Ran,
    /// How often the write was sent.
    sent: usize,
    /// Objects that the vendor then holds.
    held: usize,
    /// Objects that were ever made, where the vendor counts them.
    made: Option<usize>,
    /// What the journal says of the write.
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
    // Its state is kept when it ends.
    drop(served);
    let before: Value = serde_json::from_str(state).unwrap();
    let after: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let count = |state: &Value, at: &str| state.pointer(at).unwrap().as_u64().unwrap();
    let made = write.counter.map(|at| (count(&after, at) - count(&before, at)) as usize);
    let journal = journal(&place);
    Outcome { ran, sent, held: (write.held)(&after), made, journal }
}

/// The fault as the sandbox is told it, striking nothing but the write.
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

/// Runs the write with nobody listening once its reads are done; where that is to pass, until it has been refused.
fn refused(write: &Write, always: bool, place: &Place, recorder: &Recorder) -> Ran {
    let log_in = usize::from(write.vendor != "itniotech");
    let door = Door::before(&recorder.base, log_in + write.reads);
    let profiles = profiles(&door.base, place, "");
    let mut args = words(&profiles, write.vendor, write.command);
    args.push("-v");
    let mut command = place.command(&args);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut err = String::new();
    while !always && !err.contains("; retrying in ") {
        if log.read_line(&mut err).unwrap() == 0 {
            break;
        }
    }
    // A door that stays shut keeps its port until the program has ended.
    let shut = if always {
        Some(door)
    } else {
        door.open();
        None
    };
    log.read_to_string(&mut err).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(shut);
    Ran { code: output.status.code().unwrap_or(-1), out: String::from_utf8(output.stdout).unwrap(), err }
}

/// How the journal says that the write ended. There is one entry, and it is about this write.
fn journal(place: &Place) -> String {
    let entries: Vec<_> = journal::read(&place.state()).unwrap().map(Result::unwrap).collect();
    let outcomes: Vec<&str> = entries.iter().map(|entry| entry.outcome.as_str()).collect();
    outcomes.join(" and ")
}

/// What the cell came to, and everything in which that is not what the rule says.
fn judged(write: &Write, wanted: End, got: Outcome) -> (End, Vec<String>) {
    let mut wrong = Vec::new();
    let mut check = |what: &str, is: String, should: String| {
        if is != should {
            wrong.push(format!("{what} is {is} and should be {should}"));
        }
    };
    let told = told(write, &got.ran);
    let (before, after) = write.counts;
    let held = if wanted.applied { after } else { before };
    check("the exit code", told.code.to_string(), wanted.code.to_string());
    check("the outcome", told.outcome, outcome(write, wanted).to_owned());
    check("the note", told.noted.to_string(), wanted.noted.to_string());
    check("sent", got.sent.to_string(), wanted.sent.to_string());
    check("held", got.held.to_string(), held.to_string());
    if let Some(made) = got.made {
        check("made", made.to_string(), held.to_string());
    }
    check("the journal", got.journal, entry(write, wanted).to_owned());
    if !wrong.is_empty() {
        wrong.push(format!("{:?}", got.ran));
    }
    (End { code: told.code, noted: told.noted, ..wanted }, wrong)
}

/// What a script is told.
struct Told {
    code: i32,
    outcome: String,
    noted: bool,
}

/// Reads what the program said. Each of a bulk write's changes says the same, in the words of a single one.
fn told(write: &Write, ran: &Ran) -> Told {
    let noted = ran.err.contains("note: ");
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if !write.is_bulk() {
        let outcome =
            if ran.code == 0 { word(&ran.json()["outcome"]) } else { word(&ran.error()["outcome"]) };
        let noted = noted && (ran.code != 0 || ran.json()["note"].is_string());
        return Told { code: ran.code, outcome, noted };
    }
    let report = ran.json();
    let changes = report["changes"].as_array().unwrap();
    let same = changes.iter().all(|change| change["outcome"] == changes[0]["outcome"]);
    assert!(same && changes.len() == write.counts.1, "{ran:?}");
    let error = &changes[0]["error"];
    match ran.code {
        12 => Told {
            code: error["exit_code"].as_i64().unwrap() as i32,
            outcome: word(&error["outcome"]),
            noted,
        },
        code => Told { code, outcome: word(&changes[0]["outcome"]), noted },
    }
}

/// What the journal should say of an end.
fn entry(write: &Write, end: End) -> &'static str {
    match end.code {
        0 | 11 => outcome(write, end),
        _ => "failed",
    }
}

/// The outcome that goes with an end.
fn outcome(write: &Write, end: End) -> &'static str {
    match end.code {
        0 => write.done,
        11 => "unknown",
        _ => "not_applied",
    }
}
