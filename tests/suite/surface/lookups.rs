//! `lookup`: the ids that a trunk refers to, with and without a search.

use serde_json::json;

use super::*;
use crate::conformance::rig::words;

/// More than two pages that match, among others that do not.
fn many(vendor: &'static str) -> Rig {
    Rig::with_state(vendor, |state| {
        let name =
            |nth: usize| if nth.is_multiple_of(5) { format!("Other {nth}") } else { format!("Desk {nth}") };
        match vendor {
            "yeastar" => {
                let extension = |nth: usize| {
                    json!({"id": nth + 1, "number": (2000 + nth).to_string(), "caller_id_name": name(nth),
                        "email_addr": "", "mobile_number": "", "presence_status": "available"})
                };
                let group = |nth: usize| {
                    json!({"id": nth + 1, "name": name(nth), "member_select": "sel_specific",
                        "total_extensions": 1})
                };
                let itsp = |nth: usize| json!({"id": nth + 1, "country": "Germany", "name": name(nth)});
                state["extensions"] = (0..320).map(extension).collect();
                state["extension_groups"] = (0..320).map(group).collect();
                state["itsps"] = (0..320).map(itsp).collect();
            }
            _ => {
                let group = |nth: usize| json!({"id": nth + 1, "name": name(nth)});
                state["groups"] = (0..320).map(group).collect();
            }
        }
    })
}

/// 256 of the 320 are desks.
const LOOKUPS: [(&str, &str, &str, usize); 4] = [
    ("yeastar", "itsps", "itsp_list", 1),
    ("yeastar", "extensions", "extension/", 3),
    ("yeastar", "extension-groups", "extensiongroup/", 3),
    ("itniotech", "agent-groups", "seatGroup/query", 3),
];

#[test]
fn a_search_finds_matches_on_every_page() {
    for (vendor, what, part, pages) in LOOKUPS {
        let rig = many(vendor);
        for (search, count) in
            [("Desk", 256), ("desk", 256), ("Other 31", 2), ("Nowhere", 0), ("d/e?f=g&é", 0)]
        {
            for format in ["json", "jsonl"] {
                let place = format!("{vendor} {what} --search {search} -o {format}");
                let ran = rig.run_as(format, &["lookup", what, "--search", search]).expect(0);
                let rows =
                    if format == "json" { column(&ran.json(), "name") } else { lines(&ran.out, "name") };
                assert_eq!(rows.len(), count, "{place}");
                let matches = |name: &String| name.to_lowercase().contains(&search.to_lowercase());
                assert!(rows.iter().all(matches), "{place}: {rows:?}");
                let asked = rig.recorder.take().iter().filter(|seen| seen.target.contains(part)).count();
                assert!(asked >= if count == 256 { pages } else { 1 }, "{place}: {asked} pages");
            }
        }
        // Without a search, and with an empty one, it is all of them.
        for more in [&[][..], &["--search", ""]] {
            let rows = rig.run(&[&["lookup", what], more].concat()).expect(0).json();
            assert_eq!(column(&rows, "id"), (1..=320).map(|id| id.to_string()).collect::<Vec<_>>(), "{what}");
        }
    }
}

#[test]
fn a_search_covers_numbers_and_countries_too() {
    for (what, search, key, found) in [
        ("extensions", "1149", "number", &["1149"][..]),
        ("itsps", "united k", "country", &["United Kingdom"]),
        ("itsps", "voice", "name", &["Sample Voice"]),
        ("extension-groups", "sales", "name", &["Sales", "Yeastar Sales"]),
    ] {
        let rows = Rig::new("yeastar").run(&["lookup", what, "--search", search]).expect(0).json();
        assert_eq!(column(&rows, key), found, "{what} {search}: {rows}");
    }
    let rows = Rig::new("itniotech").run(&words("lookup agent-groups --search sales", &[])).expect(0).json();
    assert_eq!(column(&rows, "name"), ["Sales", "Sales EU"]);
    assert_eq!(column(&rows, "id"), ["1000026", "1000200"]);
}
