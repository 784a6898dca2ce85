//! The journal as processes leave it: whole, torn, rotated, unwritable.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::file::Folder;
use super::*;

fn intent(name: &str) -> Intent {
    Intent {
        profile: "lab-pbx".into(),
        vendor: "yeastar".into(),
        account: None,
        call: "Add a Trunk".into(),
        subjects: vec![subject(name)],
    }
}

fn subject(name: &str) -> Subject {
    Subject {
        operation: "trunk.create".into(),
        kind: "trunk".into(),
        name: Some(name.into()),
        after: Some(json!({"name": name, "port": 5060})),
        ..Subject::default()
    }
}

fn journal(state: &Path) -> Journal {
    let command = vec!["trunkctl".into(), "trunk".into()];
    Journal::new(state, Invocation { user: "anna".into(), command }, Redactor::default())
}

fn names(state: &Path) -> Vec<String> {
    read(state).unwrap().map(|record| record.unwrap().subjects[0].name.clone().unwrap()).collect()
}

fn add(path: &Path, text: &str) {
    let old = fs::read_to_string(path).unwrap_or_default();
    fs::write(path, old + text).unwrap();
}

#[tokio::test]
async fn an_intent_is_on_disk_before_its_outcome_and_both_form_one_record() {
    let state = tempfile::tempdir().unwrap();
    let journal = journal(state.path());
    let entry = journal.begin(intent("a")).await.unwrap();
    let begun = read(state.path()).unwrap().next().unwrap().unwrap();
    assert_eq!((begun.id.as_str(), begun.outcome.as_str(), begun.ended), (entry.id(), "unknown", None));
    let mut ending = Ending::new(Outcome::Created);
    ending.ids = vec![Some("28".into())];
    ending.request_id = Some("r-1".into());
    entry.end(ending).await.unwrap();
    let records: Vec<Record> = read(state.path()).unwrap().map(Result::unwrap).collect();
    let [record] = records.as_slice() else { panic!("{records:?}") };
    assert_eq!((record.outcome.as_str(), record.request_id.as_deref()), ("created", Some("r-1")));
    assert_eq!(record.subjects[0].id.as_deref(), Some("28"));
    assert_eq!((record.user.as_str(), record.pid), ("anna", std::process::id()));
    assert!(record.ended > Some(record.time.clone()));
    let shown = serde_json::to_value(record).unwrap();
    assert_eq!(shown["subjects"][0]["after"], json!({"name": "a", "port": 5060}));
    assert_eq!(shown["subjects"][0]["outcome"], "created");
    assert!(shown.get("account").is_none() && shown.get("error").is_none(), "{shown}");
}

#[tokio::test]
async fn a_batch_has_an_outcome_and_an_id_for_each_row() {
    let state = tempfile::tempdir().unwrap();
    let mut batch = intent("a");
    batch.subjects.extend([subject("b"), subject("c")]);
    let entry = journal(state.path()).begin(batch).await.unwrap();
    let mut ending = Ending::new(Outcome::Created);
    ending.outcomes = vec!["created".into(), "failed".into()];
    ending.ids = vec![Some("1".into()), None];
    entry.end(ending).await.unwrap();
    let record = read(state.path()).unwrap().next().unwrap().unwrap();
    // Rows that the outcome does not name ended like the whole batch.
    let outcomes: Vec<&str> = record.subjects.iter().map(|subject| subject.outcome.as_str()).collect();
    assert_eq!(outcomes, ["created", "failed", "created"]);
    assert_eq!(record.subjects[0].id.as_deref(), Some("1"));
    assert!(record.has_outcome("failed") && record.has_outcome("created") && !record.has_outcome("unknown"));
}

#[test]
fn lines_of_version_0_2_are_read() {
    let state = tempfile::tempdir().unwrap();
    for line in [
        r#"{"event":"begun","id":"a","time":"2026-11-01T08:00:00.000000Z","pid":7,"user":"anna","command":["trunkctl","trunk"],"profile":"meetings","vendor":"acme","account":"sub-1","call":"POST internal_numbers","subjects":[{"operation":"internal_numbers.add","kind":"internal_number","name":"+1","after":{"type":1}},{"operation":"internal_numbers.add","kind":"internal_number","id":"9"}]}"#,
        r#"{"event":"ended","id":"a","time":"2026-11-01T08:00:01.000000Z","outcome":"unknown","outcomes":["created","unknown"],"ids":["8",null],"error":{"kind":"rejected","message":"no","vendor_code":"300"},"http_status":400,"request_id":"r","note":"n"}"#,
        r#"{"event":"resolved","id":"a","time":"2026-11-01T09:00:00.000000Z","user":"ben","outcome":"of a later version"}"#,
    ] {
        Folder::below(state.path()).append(line.into()).unwrap();
    }
    let mut records = read(state.path()).unwrap();
    let record = records.next().unwrap().unwrap();
    assert!(records.next().is_none() && records.skipped() == 0);
    let shown = json!({
        "id": "a", "time": "2026-11-01T08:00:00.000000Z", "profile": "meetings", "vendor": "acme",
        "account": "sub-1", "call": "POST internal_numbers", "outcome": "of a later version",
        "subjects": [
            {"operation": "internal_numbers.add", "kind": "internal_number", "id": "8", "name": "+1",
             "after": {"type": 1}, "outcome": "created"},
            {"operation": "internal_numbers.add", "kind": "internal_number", "id": "9",
             "outcome": "of a later version"},
        ],
        "user": "anna", "command": ["trunkctl", "trunk"], "pid": 7,
        "resolved": {"time": "2026-11-01T09:00:00.000000Z", "user": "ben"},
        "ended": "2026-11-01T08:00:01.000000Z",
        "error": {"kind": "rejected", "message": "no", "vendor_code": "300"},
        "http_status": 400, "request_id": "r", "note": "n",
    });
    // As text, which also shows the order of the keys.
    assert_eq!(serde_json::to_string(&record).unwrap(), shown.to_string());
}

#[tokio::test]
async fn lines_have_the_keys_of_version_0_2() {
    let state = tempfile::tempdir().unwrap();
    let entry = journal(state.path()).begin(intent("a")).await.unwrap();
    entry.end(Ending::new(Outcome::Created)).await.unwrap();
    let text = fs::read_to_string(path(state.path())).unwrap();
    let keys = |value: &serde_json::Value| {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys.join(" ")
    };
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(keys(&lines[0]), "call command event id pid profile subjects time user vendor");
    assert_eq!(keys(&lines[0]["subjects"][0]), "after kind name operation");
    assert_eq!(keys(&lines[1]), "event id outcome time");
}

#[test]
fn an_error_ends_in_failed_or_in_unknown() {
    let ending = |kind, outcome| {
        let mut error = Error::new(kind, "no");
        (error.outcome, error.vendor_code, error.http_status) = (outcome, Some("40002".into()), Some(200));
        let ending = Ending::failed(&error);
        assert_eq!(
            (ending.http_status, ending.error.unwrap().vendor_code),
            (Some(200), Some("40002".into()))
        );
        ending.outcome
    };
    assert_eq!(ending(Kind::Rejected, Some(Applied::NotApplied)), "failed");
    assert_eq!(ending(Kind::OutcomeUnknown, Some(Applied::Unknown)), "unknown");
    assert_eq!(ending(Kind::Interrupted, Some(Applied::Unknown)), "unknown");
}

#[tokio::test]
async fn a_torn_line_is_counted_and_does_not_affect_other_lines() {
    let state = tempfile::tempdir().unwrap();
    let (journal, path) = (journal(state.path()), path(state.path()));
    journal.begin(intent("a")).await.unwrap();
    add(&path, "{\"event\":\"begun\",\"id\":\"to");
    journal.begin(intent("b")).await.unwrap();
    add(&path, "\n\nno line of ours\n\u{0}\u{0}\u{0}\n");
    journal.begin(intent("c")).await.unwrap();
    let mut records = read(state.path()).unwrap();
    let found: Vec<Record> = records.by_ref().map(Result::unwrap).collect();
    assert_eq!((found.len(), records.skipped()), (3, 3));
    // A complete line that lacks only its line ending is still read.
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.trim_end()).unwrap();
    journal.begin(intent("d")).await.unwrap();
    assert_eq!(names(state.path()), ["d", "c", "b", "a"]);
}

#[tokio::test]
async fn lines_longer_than_a_block_are_read() {
    let state = tempfile::tempdir().unwrap();
    let journal = journal(state.path());
    for (name, length) in [("a", 200_000), ("b", 1), ("c", 65_536)] {
        let mut long = intent(name);
        long.subjects[0].after = Some(json!("x".repeat(length)));
        journal.begin(long).await.unwrap().end(Ending::new(Outcome::Updated)).await.unwrap();
    }
    let found: Vec<Record> = read(state.path()).unwrap().map(Result::unwrap).collect();
    let lengths: Vec<usize> =
        found.iter().map(|r| r.subjects[0].after.as_ref().unwrap().as_str().unwrap().len()).collect();
    assert_eq!(lengths, [65_536, 1, 200_000]);
    assert!(found.iter().all(|record| record.outcome == "updated"));
}

#[test]
fn concurrent_writers_lose_nothing_in_rotation() {
    const WRITERS: usize = 8;
    const EACH: usize = 40;
    let state = tempfile::tempdir().unwrap();
    let folder = Folder::below(state.path()).limited(4000, 200);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            // A journal each, as in processes of their own: only the file lock keeps them apart.
            let journal = Journal::of(folder.clone(), Invocation::default(), Redactor::default());
            scope.spawn(move || {
                for number in 0..EACH {
                    let mut entry = journal.intend(intent(&format!("{writer}-{number}"))).unwrap();
                    entry.sent = true;
                    entry.ended(Ending::new(Outcome::Created)).unwrap();
                }
            });
        }
    });
    let mut records = read::records(&folder).unwrap();
    let found: Vec<Record> = records.by_ref().map(Result::unwrap).collect();
    let mut names: Vec<&str> = found.iter().filter_map(|record| record.subjects[0].name.as_deref()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!((names.len(), found.len(), records.skipped()), (WRITERS * EACH, WRITERS * EACH, 0));
    // The outcome may be in another file than the intent.
    assert!(found.iter().all(|record| record.outcome == "created"));
    let files = fs::read_dir(state.path().join("history")).unwrap().map(|entry| entry.unwrap());
    let sizes: Vec<u64> = files.map(|file| file.metadata().unwrap().len()).collect();
    assert!(sizes.len() > 10 && sizes.iter().all(|size| *size <= 4000), "{sizes:?}");
}

#[tokio::test]
async fn the_oldest_file_is_deleted_and_a_gap_is_skipped() {
    let state = tempfile::tempdir().unwrap();
    let folder = Folder::below(state.path()).limited(1, 3);
    let journal = Journal::of(folder.clone(), Invocation::default(), Redactor::default());
    for name in ["a", "b", "c", "d", "e"] {
        journal.begin(intent(name)).await.unwrap();
    }
    let left = || -> Vec<String> {
        read::records(&folder).unwrap().map(|r| r.unwrap().subjects[0].name.clone().unwrap()).collect()
    };
    assert_eq!(left(), ["e", "d", "c", "b"]);
    fs::remove_file(state.path().join("history/journal.2.jsonl")).unwrap();
    assert_eq!(left(), ["e", "d", "b"]);
    journal.begin(intent("f")).await.unwrap();
    // The gap is filled before any file is deleted.
    assert_eq!(left(), ["f", "e", "d", "b"]);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_journal() {
    use std::os::unix::fs::PermissionsExt;
    let state = tempfile::tempdir().unwrap();
    let folder = Folder::below(&state.path().join("new/state")).limited(1, 2);
    let journal = Journal::of(folder, Invocation::default(), Redactor::default());
    journal.begin(intent("a")).await.unwrap();
    journal.begin(intent("b")).await.unwrap();
    let mode = |name: &str| {
        fs::metadata(state.path().join("new/state").join(name)).unwrap().permissions().mode() & 0o777
    };
    assert_eq!(mode("history"), 0o700);
    for name in ["history/journal.jsonl", "history/journal.1.jsonl", "history/lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[tokio::test]
async fn nothing_is_sent_if_the_folder_cannot_be_created() {
    let state = tempfile::tempdir().unwrap();
    fs::write(state.path().join("history"), "in the way").unwrap();
    let error = journal(state.path()).begin(intent("a")).await.err().unwrap();
    assert_eq!(error.kind, Kind::Config);
    let path = path(state.path()).display().to_string();
    assert!(error.message.contains(&path) && error.message.contains("nothing was sent"), "{error}");
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("--no-journal")), "{error:?}");
    #[cfg(unix)]
    assert_eq!(read(state.path()).err().unwrap().kind, Kind::Config);
}

#[cfg(unix)]
#[tokio::test]
async fn a_planted_link_rejects_the_intent_but_only_warns_about_the_outcome() {
    let state = tempfile::tempdir().unwrap();
    let (journal, path) = (journal(state.path()), path(state.path()));
    let entry = journal.begin(intent("a")).await.unwrap();
    let id = entry.id().to_owned();
    fs::rename(&path, state.path().join("kept")).unwrap();
    std::os::unix::fs::symlink(state.path().join("kept"), &path).unwrap();
    let error = journal.begin(intent("b")).await.err().unwrap();
    assert!(error.kind == Kind::Config && error.message.contains("is a symbolic link"), "{error}");
    let warning = entry.end(Ending::new(Outcome::Created)).await.unwrap_err();
    assert!(warning.contains("is a symbolic link") && warning.contains(&id), "{warning}");
    fs::rename(state.path().join("kept"), &path).unwrap();
    let record = read(state.path()).unwrap().next().unwrap().unwrap();
    assert_eq!((record.id, record.outcome), (id, "unknown".to_owned()));
}

#[tokio::test]
async fn a_dropped_entry_means_that_nothing_was_sent() {
    let state = tempfile::tempdir().unwrap();
    let journal = journal(state.path());
    drop(journal.intend(intent("a")).unwrap());
    let record = read(state.path()).unwrap().next().unwrap().unwrap();
    assert!(record.outcome == "failed" && record.note.is_some_and(|note| note.contains("nothing was sent")));
}

#[tokio::test]
async fn a_missing_journal_is_empty_and_reading_does_not_create_it() {
    let state = tempfile::tempdir().unwrap();
    assert!(names(state.path()).is_empty());
    assert_eq!(fs::read_dir(state.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn writes_in_progress_are_not_unresolved_yet() {
    let state = tempfile::tempdir().unwrap();
    let entry = journal(state.path()).begin(intent("a")).await.unwrap();
    let now = jiff::Timestamp::now();
    let mut record = read(state.path()).unwrap().next().unwrap().unwrap();
    assert!(!record.is_unresolved(now));
    assert!(record.is_unresolved(now + jiff::SignedDuration::from_mins(61)));
    #[cfg(target_os = "linux")]
    {
        // Above the highest number that Linux gives a process.
        record.pid = u32::MAX;
        assert!(record.is_unresolved(now));
    }
    record.pid = std::process::id();
    entry.end(Ending::new(Outcome::Unknown)).await.unwrap();
    let record = read(state.path()).unwrap().next().unwrap().unwrap();
    assert!(record.is_unresolved(now));
}
