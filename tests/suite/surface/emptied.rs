//! If an update replaces the whole trunk, a trunk that stops registering loses its account and its password.

use serde_json::{Value, json};

use crate::support::{Place, Ran};

const PASSWORD: &str = "Canary-Password-1";

/// A place with a sandbox that has the registering trunk `line`.
fn registered() -> Place {
    let place = Place::new().with("LINE_PASSWORD", PASSWORD);
    let create = "trunk create --name line --direction outbound --kind register --host 192.0.2.1 \
                  --username alice --password-from env:LINE_PASSWORD --agent-group 1000026";
    run(&place, create).expect(0);
    place
}

fn run(place: &Place, command: &str) -> Ran {
    let words: Vec<&str> = command.split_whitespace().collect();
    let ran = place.run(&[&["--sandbox", "-p", "itniotech", "-o", "json"], words.as_slice()].concat());
    assert!(!format!("{ran:?}").contains(PASSWORD), "{ran:?}");
    ran
}

fn warned(ran: &Ran) {
    for part in ["empties its account `alice` and its password", "for good"] {
        assert!(ran.err.contains(part), "{ran:?}");
    }
}

fn diff() -> Value {
    json!([
        {"field": "kind", "before": "register", "after": "peer"},
        {"field": "username", "before": "alice", "after": null},
        {"field": "password", "before": "***", "after": null},
    ])
}

#[test]
fn an_update_names_the_fields_that_it_clears_before_it_is_sent() {
    let place = registered();
    warned(&run(&place, "trunk update name:line --kind peer --dry-run").expect(0));
    let ran = run(&place, "trunk update name:line --kind peer").expect(0);
    warned(&ran);
    assert_eq!(ran.json()["diff"], diff(), "{ran:?}");
    // The journal keeps the deleted object, so that it can be looked up.
    let history = run(&place, "history list").expect(0).json();
    let id = history[0]["id"].as_str().unwrap();
    let shown = run(&place, &format!("history show {id}")).expect(0).out;
    assert!(shown.contains("alice"), "{shown}");
    // No field remains to be cleared.
    let ran = run(&place, "trunk update name:line --host 192.0.2.2").expect(0);
    assert!(!ran.err.contains("empties"), "{ran:?}");
    assert_eq!(ran.json()["diff"].as_array().unwrap().len(), 1, "{ran:?}");
}

/// Without a read it is unknown whether the trunk registers.
#[test]
fn an_update_without_a_read_warns_about_fields_that_it_may_clear() {
    let place = registered();
    let whole = "trunk update id:5000001 --name line --direction outbound --kind peer --host 192.0.2.1 --prefix 9 \
                 --agent-group 1000026";
    let ran = run(&place, whole).expect(0);
    assert!(ran.err.contains("if the trunk registers now, this empties its account"), "{ran:?}");
}

#[test]
fn a_plan_shows_the_fields_that_apply_clears() {
    let place = registered();
    let manifest = "[[trunk]]\nprofile = \"itniotech\"\nname = \"line\"\ndirection = \"outbound\"\nkind = \"peer\"\n\
                    host = \"192.0.2.1\"\nagent_groups = [{ id = 1000026 }]\n";
    let file = place.write("fleet.toml", manifest);
    let plan = place.run(&["--sandbox", "-o", "json", "plan", "-f", &file]).expect(0);
    let step = &plan.json()["changes"][0];
    assert_eq!(step["diff"], diff(), "{plan:?}");
    assert!(step["notes"][0].as_str().unwrap().contains("empties its account `alice`"), "{plan:?}");
    let applied = place.run(&["--sandbox", "-o", "json", "apply", "-f", &file, "--yes"]).expect(0);
    assert_eq!(applied.json()["changes"][0]["diff"], diff(), "{applied:?}");
    let plan = place.run(&["--sandbox", "-o", "json", "plan", "-f", &file]).expect(0);
    assert_eq!(plan.json()["changes"], json!([]), "{plan:?}");
}
