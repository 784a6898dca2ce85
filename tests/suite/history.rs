//! `history list` and `history show` over journals that the library wrote, and the journal between processes.

mod names;
mod resolve;

use std::future::Future;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use trunkctl::engine::journal::{self, Ending, Intent, Invocation, Journal, Subject};
use trunkctl::engine::redact::Redactor;
use trunkctl::model::change::Outcome;
use trunkctl::model::error::{Applied, Error, Kind};

use crate::support::{Place, Ran};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn subject(operation: &str, name: &str) -> Subject {
    let kind = if operation.starts_with("trunk") { "trunk" } else { "internal_number" };
    Subject { operation: operation.into(), kind: kind.into(), name: Some(name.into()), ..Subject::default() }
}

fn intent(profile: &str, subjects: Vec<Subject>) -> Intent {
    Intent {
        profile: profile.into(),
        vendor: "zoom".into(),
        account: Some("sub-1".into()),
        call: "POST internal_numbers".into(),
        subjects,
    }
}

/// The journal of a place, and entries in it; each answers its id.
struct Past {
    place: Place,
    journal: Journal,
}

impl Past {
    fn new() -> Self {
        let place = Place::new();
        let words = ["trunkctl", "trunk", "create", "--password-from", "***", "--name", "a b"];
        let run = Invocation { user: "anna".into(), command: words.map(str::to_owned).into() };
        Self { journal: Journal::new(&place.state(), run, Redactor::default()), place }
    }

    fn add(&self, intent: Intent, ending: Option<Ending>) -> String {
        wait(async {
            let entry = self.journal.begin(intent).await.unwrap();
            let id = entry.id().to_owned();
            if let Some(ending) = ending {
                entry.end(ending).await.unwrap();
            }
            id
        })
    }

    fn trunk(&self, profile: &str, name: &str, outcome: Outcome) -> String {
        self.add(intent(profile, vec![subject("trunk.create", name)]), Some(Ending::new(outcome)))
    }

    fn run(&self, line: &str) -> Ran {
        self.place.run(&line.split(' ').collect::<Vec<_>>())
    }

    fn list(&self, options: &str) -> Vec<Value> {
        let ran = self.run(format!("history list -o json {options}").trim_end()).expect(0);
        ran.json().as_array().unwrap().clone()
    }

    fn names(&self, options: &str) -> Vec<String> {
        let name = |row: &Value| row["subjects"][0]["name"].as_str().unwrap().to_owned();
        self.list(options).iter().map(name).collect()
    }
}

#[test]
fn a_list_is_the_same_in_every_format() {
    let past = Past::new();
    past.trunk("lab", "a", Outcome::Created);
    let id = past.trunk("lab", "b", Outcome::Updated);
    let rows = past.list("");
    assert_eq!((rows.len(), &rows[0]["id"], &rows[0]["outcome"]), (2, &json!(id), &json!("updated")));
    for key in ["time", "ended", "user", "pid", "command", "profile", "vendor", "account", "call"] {
        assert!(!rows[0][key].is_null(), "{key}: {}", rows[0]);
    }
    let lines = past.run("history list -o jsonl").expect(0).out;
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, rows);
    let yaml: Vec<Value> = yaml_serde::from_str(&past.run("history list -o yaml").expect(0).out).unwrap();
    assert_eq!(yaml, rows);
    let csv = past.run("history list -o csv").expect(0).out;
    let time = format!("{}Z", rows[0]["time"].as_str().unwrap().split('.').next().unwrap());
    let first =
        format!("time,id,profile,operation,name,outcome,resolved\n{time},{id},lab,trunk.create,b,updated,\n");
    assert!(csv.starts_with(&first), "{csv}");
    let table = past.run("history list").expect(0);
    let words: Vec<&str> = table.out.lines().nth(1).unwrap().split_whitespace().collect();
    assert_eq!(
        (words, table.err),
        (vec![&*time, &*id, "lab", "trunk.create", "b", "updated"], String::new())
    );
}

#[test]
fn filters_select_by_profile_time_and_outcome() {
    let past = Past::new();
    past.trunk("lab", "a", Outcome::Created);
    past.trunk("meetings", "b", Outcome::Failed);
    past.trunk("lab", "c", Outcome::Unknown);
    let mut ending = Ending::new(Outcome::Created);
    ending.outcomes = vec!["created".into(), "failed".into()];
    let two = vec![subject("internal_numbers.add", "+1"), subject("internal_numbers.add", "+2")];
    past.add(intent("meetings", two), Some(ending));
    let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let tomorrow = tomorrow.to_string();
    let tomorrow = &tomorrow[..10];
    for (options, names) in [
        ("", &["+1", "c", "b", "a"][..]),
        ("-p lab", &["c", "a"]),
        ("-p lab,meetings", &["+1", "c", "b", "a"]),
        ("--outcome failed", &["+1", "b"]),
        ("--outcome failed --outcome unknown", &["+1", "c", "b"]),
        ("--unknown", &["c"]),
        ("--since 1h", &["+1", "c", "b", "a"]),
        ("--since 2020-01-01 --limit 2", &["+1", "c"]),
        ("--until 2020-01-01", &[]),
        (&format!("--since {tomorrow}"), &[]),
        (&format!("--until {tomorrow} --all"), &["+1", "c", "b", "a"]),
    ] {
        assert_eq!(past.names(options), names, "{options}");
    }
    for wrong in ["--since soon", "--outcome creatd", "--limit 0", "--limit 1 --all", "--since 1h --until 2h"]
    {
        past.run(&format!("history list {wrong}")).expect(2);
    }
    let from_variable =
        past.place.command(&["history", "list"]).env("TRUNKCTL_PROFILE", "lab").output().unwrap();
    let (out, err) =
        (String::from_utf8(from_variable.stdout).unwrap(), String::from_utf8(from_variable.stderr).unwrap());
    assert!(out.lines().count() == 3 && err.contains("TRUNKCTL_PROFILE"), "{out}{err}");
}

#[test]
fn a_profile_that_does_not_exist_is_refused_unless_it_has_a_history() {
    let past = Past::new();
    past.trunk("gone", "a", Outcome::Created);
    let file = past.place.write("profiles.toml", "[profiles.idle]\nvendor = \"yeastar\"\n");
    let run = |line: &str| past.run(&format!("--profiles-file {file} -o json history list {line}"));
    for (line, rows) in [("-p gone", 1), ("-p idle", 0), ("-p gone,idle", 1)] {
        assert_eq!(run(line).expect(0).json().as_array().unwrap().len(), rows, "{line}");
    }
    for line in ["-p nosuch", "-p gone,nosuch", "-p idel", "--sandbox -p gone"] {
        let ran = run(line).expect(3);
        assert_eq!((ran.out.as_str(), &ran.error()["kind"]), ("", &json!("config")), "{line}: {ran:?}");
    }
    assert!(run("-p idel").err.contains("`idle`"));
    assert_eq!(run("--sandbox -p zoom").expect(0).out, "[]\n");
    // A history needs no profiles file.
    assert_eq!(past.names("-p gone"), ["a"]);
}

#[test]
fn a_long_history_is_truncated_with_a_note() {
    let past = Past::new();
    for number in 0..51 {
        past.trunk("lab", &format!("t{number}"), Outcome::Unknown);
    }
    let ran = past.run("history list -o jsonl").expect(0);
    assert!(ran.out.lines().count() == 50 && ran.err.contains("--all"), "{ran:?}");
    // Entries that need review are never hidden.
    for line in ["history list --all -o jsonl", "history list --unknown -o jsonl"] {
        let ran = past.run(line).expect(0);
        assert_eq!((ran.out.lines().count(), ran.err), (51, String::new()));
    }
    assert_eq!(past.names("--limit 1"), ["t50"]);
}

#[test]
fn unknown_outcomes_come_with_the_command_that_checks_them() {
    let past = Past::new();
    let mut error = Error::new(Kind::OutcomeUnknown, "no answer within the time limit");
    error.outcome = Some(Applied::Unknown);
    let id = past.add(intent("lab", vec![subject("trunk.create", "a b")]), Some(Ending::failed(&error)));
    let row = past.list("--unknown").remove(0);
    assert_eq!(row["error"]["kind"], json!("outcome_unknown"));
    assert_eq!(row["check"], json!(["trunkctl -p lab trunk get name:'a b' --account sub-1"]));
    let shown = past.run(&format!("history show {id}")).expect(0).out;
    for part in [
        "check    trunkctl -p lab trunk get name:'a b' --account sub-1",
        "command  trunkctl trunk create --password-from '***' --name 'a b'",
        "user     anna",
        "error    outcome_unknown: no answer within the time limit",
        "trunk.create trunk `a b`: unknown",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let id = past.add(intent("lab", vec![subject("numbers.assign", "x")]), Some(Ending::failed(&error)));
    let shown = past.run(&format!("history show {id}")).expect(0).out;
    assert!(shown.contains("check    no command can check this"), "{shown}");
}

/// The journal of a process that is killed while it waits for the answer.
#[test]
fn an_intent_without_an_ending_is_unknown() {
    let past = Past::new();
    past.add(intent("lab", vec![subject("trunk.create", "mine")]), None);
    assert_eq!(past.list("")[0]["outcome"], json!("unknown"));
    // This process still runs: it may be waiting for the answer.
    assert!(past.list("--unknown").is_empty() || !cfg!(target_os = "linux"));
    another(&past.place.state(), "theirs", 1);
    let rows = past.names("--unknown");
    assert!(rows.contains(&"theirs-0".to_owned()) || !cfg!(target_os = "linux"), "{rows:?}");
}

#[test]
fn a_batch_is_counted_in_the_list_and_whole_when_shown() {
    let past = Past::new();
    let numbers: Vec<Subject> =
        (0..30).map(|n| subject("internal_numbers.add", &format!("+1415555{n:04}"))).collect();
    let mut ending = Ending::new(Outcome::Created);
    ending.outcomes = (0..30).map(|n| if n == 7 { "failed" } else { "created" }.to_owned()).collect();
    ending.ids = (0..30).map(|n| (n != 7).then(|| format!("A{n}"))).collect();
    let id = past.add(intent("meetings", numbers), Some(ending));
    let csv = past.run("history list -o csv").expect(0).out;
    assert!(csv.contains(r#"+14155550000 and 29 more,"created 29, failed 1""#), "{csv}");
    let shown = past.run(&format!("history show {id}")).expect(0).out;
    assert!(
        shown.contains("`+14155550007`: failed") && shown.contains("`+14155550029` id:A29: created"),
        "{shown}"
    );
    for format in ["json", "jsonl"] {
        let ran = past.run(&format!("history show {id} -o {format}")).expect(0);
        assert_eq!(ran.json()["subjects"].as_array().unwrap().len(), 30);
    }
    let yaml: Value =
        yaml_serde::from_str(&past.run(&format!("history show {id} -o yaml")).expect(0).out).unwrap();
    assert_eq!(yaml["subjects"][7]["outcome"], json!("failed"));
    let csv = past.run(&format!("history show {id} -o csv")).expect(0).out;
    assert!(csv.lines().count() == 2 && csv.starts_with("id,time,"), "{csv}");
}

#[test]
fn an_id_may_be_shortened_if_it_stays_unique() {
    let past = Past::new();
    let (first, second) =
        (past.trunk("lab", "a", Outcome::Created), past.trunk("lab", "b", Outcome::Created));
    assert_ne!(first[..11], second[..11]);
    for id in [&first, &first[..12], &first[..11].to_uppercase()] {
        assert_eq!(past.run(&format!("history show {id} -o json")).expect(0).json()["id"], json!(first));
    }
    let ran = past.run(&format!("history show {} -o json", &first[..3])).expect(4);
    let hint = ran.error()["hint"].to_string();
    assert!(hint.contains(&first) && hint.contains(&second), "{hint}");
    let ran = past.run("history show 0000 -o json").expect(6);
    assert!(ran.error()["hint"].to_string().contains("history list"), "{ran:?}");
    assert_eq!(past.place.run(&["history", "show", " "]).code, 2);
}

#[test]
fn before_and_after_are_shown() {
    let past = Past::new();
    let mut update = subject("trunk.update", "a");
    (update.before, update.after) = (Some(json!({"port": 5060})), Some(json!({"port": 5062})));
    let id = past.add(intent("lab", vec![update]), Some(Ending::new(Outcome::Updated)));
    let ran = past.run(&format!("history show {id} -o json")).expect(0).json();
    assert_eq!(
        (&ran["subjects"][0]["before"]["port"], &ran["subjects"][0]["after"]["port"]),
        (&json!(5060), &json!(5062))
    );
    let shown = past.run(&format!("history show {id}")).expect(0).out;
    assert!(shown.contains("  before   {\"port\":5060}\n  after    {\"port\":5062}"), "{shown}");
}

#[test]
fn an_empty_history_is_an_empty_list_with_a_note() {
    let place = Place::new().with("TRUNKCTL_PROFILES_FILE", "/nowhere/profiles.toml");
    let file = journal::path(&place.state()).display().to_string();
    for (format, out) in
        [("json", "[]\n"), ("jsonl", ""), ("csv", "time,id,profile,operation,name,outcome,resolved\n")]
    {
        let ran = place.run(&["history", "list", "-o", format]).expect(0);
        assert!(ran.out == out && ran.err.contains(&file), "{ran:?}");
    }
    assert_eq!(place.run(&["history", "list", "-q"]).expect(0).err, "");
    place.run(&["history", "show", "1"]).expect(6);
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn a_damaged_line_causes_a_warning_and_control_characters_are_escaped() {
    let past = Past::new();
    let evil = "a\u{1b}[31m\u{202e}\nb";
    let mut bad = subject("trunk.create", evil);
    bad.after = Some(json!({"name": evil}));
    let mut ending = Ending::new(Outcome::Created);
    ending.note = Some(evil.into());
    let id = past.add(intent(evil, vec![bad]), Some(ending));
    let path = journal::path(&past.place.state());
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text + "{\"event\":\"begun\",\"id\":\"\u{1b}[2J").unwrap();
    for format in ["table", "json", "jsonl", "yaml", "csv"] {
        for line in [format!("history list -o {format}"), format!("history show {id} -o {format}")] {
            let ran = past.run(&line).expect(0);
            assert!(ran.err.contains("a line of the journal"), "{line}: {ran:?}");
            for c in ['\u{1b}', '\u{202e}'] {
                assert!(!ran.out.contains(c) && !ran.err.contains(c), "{line}: {ran:?}");
            }
        }
    }
    assert_eq!(past.list("")[0]["subjects"][0]["name"], json!(evil));
    // A line break would pass for a line of its own.
    let shown = past.run(&format!("history show {id}")).expect(0).out;
    for part in ["note     a\u{fffd}[31m\u{fffd}\u{fffd}b\n", "`a\u{fffd}[31m\u{fffd}\u{fffd}b`: created\n"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[cfg(unix)]
#[test]
fn an_unreadable_journal_is_reported() {
    let place = Place::new();
    place.write("state/history", "in the way");
    for words in [&["history", "list"][..], &["history", "show", "1"]] {
        let ran = place.run(words).expect(3);
        assert!(ran.err.contains("journal.jsonl") && ran.err.contains("TRUNKCTL_STATE_DIR"), "{ran:?}");
    }
}

const FOLDER: &str = "TRUNKCTL_TEST_JOURNAL";

/// Another process that begins entries, ends all but the last, and is gone.
fn another(state: &Path, name: &str, count: usize) -> std::process::Output {
    spawn(state, name, count).wait_with_output().unwrap()
}

fn spawn(state: &Path, name: &str, count: usize) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "history::in_another_process", "--nocapture"]);
    command.env(FOLDER, format!("{}\n{name}\n{count}", state.display()));
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// Does nothing unless [`spawn`] runs it.
#[test]
fn in_another_process() {
    let Ok(given) = std::env::var(FOLDER) else { return };
    let [state, name, count] = given.split('\n').collect::<Vec<_>>()[..] else { panic!("{given}") };
    let (journal, count) = (
        Journal::new(Path::new(state), Invocation::default(), Redactor::default()),
        count.parse::<usize>().unwrap(),
    );
    for number in 0..count {
        let one = intent("lab", vec![subject("trunk.create", &format!("{name}-{number}"))]);
        wait(async {
            let entry = journal.begin(one).await.unwrap();
            if number + 1 < count {
                entry.end(Ending::new(Outcome::Created)).await.unwrap();
            }
        });
    }
}

#[test]
fn processes_that_write_at_the_same_time_lose_nothing() {
    let place = Place::new();
    let writers: Vec<_> = (0..6).map(|n| spawn(&place.state(), &format!("p{n}"), 50)).collect();
    for writer in writers {
        assert!(writer.wait_with_output().unwrap().status.success());
    }
    let mut records = journal::read(&place.state()).unwrap();
    let found: Vec<_> = records.by_ref().map(Result::unwrap).collect();
    let mut names: Vec<&str> = found.iter().filter_map(|r| r.subjects[0].name.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    let open = found.iter().filter(|record| record.outcome == "unknown").count();
    assert_eq!((found.len(), names.len(), open, records.skipped()), (300, 300, 6, 0));
}
