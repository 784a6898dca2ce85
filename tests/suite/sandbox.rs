//! The faults that a served sandbox produces on demand.

use serde_json::json;

use crate::support::served::Served;
use crate::support::{Place, Ran};

const CREATE: &str = "trunk create --name t --kind peer --host h --port 5060 --transport udp --codecs ulaw";

fn run(place: &Place, served: &Served, line: &str) -> Ran {
    let profiles = served.profiles(place, "");
    let line = format!("--profiles-file {profiles} --retries 0 -o json {line}");
    place.run(&line.split(' ').collect::<Vec<_>>())
}

#[test]
fn each_fault_has_its_documented_exit_code_and_effect() {
    let cases = [
        ("drop-before", 10, 0),
        ("drop-after", 0, 1),
        ("status=503", 10, 0),
        ("status=429", 8, 0),
        ("quota=0/1h", 8, 0),
        ("quota=1/1h", 0, 1),
        ("quota=0/day", 8, 0),
        ("html=502", 10, 0),
        ("truncate", 0, 1),
        ("garbage", 0, 1),
        ("delay=1ms", 0, 1),
        ("delay-after=1ms", 0, 1),
        ("expire-token", 5, 0),
        ("expire-token;count=1", 0, 1),
        ("drop-after;skip=1", 0, 1),
        ("drop-after;call=trunk/list", 0, 1),
    ];
    let check = |fault: &str, code: i32, trunks: usize| {
        let place = Place::new();
        let spec =
            if fault.contains("call=") { fault.to_owned() } else { format!("{fault};call=trunk/create") };
        let served = Served::faulty(&[&spec]);
        let ran = run(&place, &served, &format!("-p yeastar {CREATE}")).expect(code);
        if code == 10 {
            assert_eq!(ran.error()["outcome"], json!("not_applied"), "{fault}");
        }
        // A write that only a lookup confirmed has a note.
        let looked = ["drop-after", "truncate", "garbage"].contains(&fault);
        assert_eq!(ran.out.contains("\"note\""), looked, "{fault}: {ran:?}");
        assert_eq!(ran.err.contains("note: trunk/create"), looked, "{fault}: {ran:?}");
        if !fault.contains("trunk/list") {
            let listed = run(&place, &served, "-p yeastar trunk list").expect(0).json();
            assert_eq!(listed.as_array().unwrap().len(), trunks, "{fault}: {listed}");
        }
    };
    // Side by side, since a lost answer is looked up after a pause.
    std::thread::scope(|scope| {
        for (fault, code, trunks) in cases {
            scope.spawn(move || check(fault, code, trunks));
        }
    });
}

#[test]
fn a_wrong_clock_invalidates_signatures_and_shows_in_the_date() {
    let place = Place::new();
    let served = Served::faulty(&["clock=-2h"]);
    let error = run(&place, &served, "-p itniotech trunk list").expect(5).error();
    assert_eq!(error["vendor_code"], json!("-16"));
    let checked = run(&place, &served, "-p yeastar profile check").expect(0);
    assert!(checked.err.contains("clock") && checked.err.contains("ahead"), "{checked:?}");
}

#[test]
fn a_malformed_fault_is_a_usage_error() {
    let ran = Place::new().run(&["sandbox", "serve", "--fault", "drop-after;cuont=1"]).expect(2);
    assert!(ran.err.contains("cuont") && ran.err.contains("count=N"), "{ran:?}");
}
