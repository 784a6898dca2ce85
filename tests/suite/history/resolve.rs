//! `history resolve`: entries in doubt that a person closes.

use super::*;

impl Past {
    fn doubtful(&self, operation: &str) -> String {
        self.add(intent("lab", vec![subject(operation, "a")]), Some(Ending::new(Outcome::Unknown)))
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(journal::path(&self.place.state())).unwrap()
    }
}

#[test]
fn closing_an_entry_in_doubt_records_who_closed_it() {
    for (operation, outcome) in [
        ("trunk.create", "created"),
        ("trunk.create", "assigned"),
        ("trunk.update", "updated"),
        ("trunk.delete", "deleted"),
        ("internal_numbers.add", "created"),
        ("callout_countries.remove", "deleted"),
        ("sip_settings.assign", "failed"),
        ("of.later", "updated"),
    ] {
        let past = Past::new();
        let id = past.doubtful(operation);
        let line = format!("history resolve {} --outcome {outcome} -o json", &id[..12].to_uppercase());
        let shown =
            past.place.command(&line.split(' ').collect::<Vec<_>>()).env("USER", "bea").output().unwrap();
        let shown = crate::support::read(shown).expect(0).json();
        assert_eq!((&shown["id"], &shown["outcome"]), (&json!(id), &json!(outcome)), "{operation}");
        assert_eq!((&shown["resolved"]["user"], &shown["user"]), (&json!("bea"), &json!("anna")));
        assert!(shown["resolved"]["time"].as_str() > shown["time"].as_str(), "{shown}");
        assert_eq!(past.run(&format!("history show {id} -o json")).expect(0).json(), shown);
        assert_eq!(past.list("")[0], shown);
        assert_eq!(past.list(&format!("--outcome {outcome}")).len(), 1);
        assert!(past.list("--unknown").is_empty() && past.list("--outcome unknown").is_empty());
        let text = past.run(&format!("history show {id}")).expect(0).out;
        assert!(text.contains("resolved by hand: bea, ") && !text.contains("history resolve"), "{text}");
        let csv = past.run("history list -o csv").expect(0).out;
        assert!(csv.ends_with(&format!(",{operation},a,{outcome},by bea\n")), "{csv}");
    }
}

#[test]
fn only_the_unknown_rows_of_a_batch_are_closed() {
    let past = Past::new();
    let mut ending = Ending::new(Outcome::Unknown);
    ending.outcomes = ["created", "unknown", "failed"].map(str::to_owned).into();
    let three = ["+1", "+2", "+3"].map(|name| subject("internal_numbers.add", name));
    let id = past.add(intent("lab", three.into()), Some(ending));
    past.run(&format!("history resolve {id} --outcome failed")).expect(0);
    let shown = past.run(&format!("history show {id} -o json")).expect(0).json();
    let outcomes: Vec<&str> =
        shown["subjects"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["created", "failed", "failed"]);
}

/// The entry of a killed process, closed by a version that does not know it.
#[test]
fn an_entry_without_an_ending_is_closed_once_its_process_is_gone() {
    let past = Past::new();
    another(&past.place.state(), "theirs", 1);
    let id = past.list("")[0]["id"].as_str().unwrap().to_owned();
    past.run(&format!("history resolve {id} --outcome created")).expect(0);
    assert_eq!(past.list("")[0]["outcome"], json!("created"));
    let text = past.run(&format!("history show {id}")).expect(0).out;
    assert!(text.contains("ended    no result was recorded\n"), "{text}");
}

#[test]
fn entries_that_cannot_be_closed_are_refused_and_nothing_is_recorded() {
    let past = Past::new();
    let (settled, doubtful) = (past.trunk("lab", "a", Outcome::Created), past.doubtful("trunk.delete"));
    let mut cases = vec![
        (format!("{settled} --outcome failed"), 4, "already known: created"),
        (format!("{doubtful} --outcome created"), 4, "use one of deleted, failed"),
        ("0000 --outcome failed".to_owned(), 6, "history list"),
        (format!("{} --outcome failed", &doubtful[..3]), 4, "give a longer prefix of the id"),
        (format!("{doubtful} --outcome creatd"), 2, "created"),
        (format!("{doubtful} --outcome unknown"), 2, "possible values"),
        // There is no terminal for a prompt.
        (doubtful.clone(), 2, "--outcome"),
    ];
    if cfg!(target_os = "linux") {
        // This process runs, and might be waiting for the answer.
        let under_way = past.add(intent("lab", vec![subject("trunk.create", "b")]), None);
        cases.push((format!("{under_way} --outcome failed"), 4, "still in progress"));
    }
    let before = past.bytes();
    for (line, code, part) in cases {
        let ran = past.run(&format!("history resolve {line} -o json")).expect(code);
        assert!(ran.err.contains(part) && ran.out.is_empty(), "{line}: {ran:?}");
        assert_eq!(past.bytes(), before, "{line}");
    }
    past.run(&format!("--dry-run history resolve {doubtful} --outcome failed")).expect(0);
    assert_eq!(past.bytes(), before);
    past.run(&format!("history resolve {doubtful} --outcome failed")).expect(0);
    let ran = past.run(&format!("history resolve {doubtful} --outcome deleted")).expect(4);
    assert!(ran.err.contains("already known: failed"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn without_an_outcome_the_command_prompts_for_one() {
    use crate::support::terminal::Terminal;
    let past = Past::new();
    let id = past.doubtful("trunk.create");
    let words = ["history", "resolve", id.as_str()];
    let mut terminal = Terminal::start(&past.place, &words);
    terminal.wait_for("Actual outcome (created, assigned, failed): ").type_line("perhaps");
    let (status, shown) = terminal.end();
    assert!(status.code() == Some(4) && shown.contains("trunk get name:a"), "{shown}");
    let mut terminal = Terminal::start(&past.place, &words);
    terminal.wait_for("Actual outcome").type_line("created");
    let (status, shown) = terminal.end();
    assert!(status.success() && shown.contains("resolved by hand"), "{shown}");
}

/// A folder in place of the lock: the journal can be read but not written.
#[cfg(unix)]
#[test]
fn an_unwritable_journal_is_reported() {
    let past = Past::new();
    let id = past.doubtful("trunk.create");
    let lock = past.place.state().join("history/lock");
    std::fs::remove_file(&lock).unwrap();
    std::fs::create_dir(&lock).unwrap();
    let ran = past.run(&format!("history resolve {id} --outcome created -o json")).expect(3);
    assert!(ran.error()["message"].as_str().unwrap().contains("journal.jsonl"), "{ran:?}");
    assert_eq!(past.list("")[0]["outcome"], json!("unknown"));
}
