//! Every cell of the matrix: supported operations work at the vendor's sandbox, unsupported ones are refused.

use serde_json::{Value, json};
use trunkctl::model::support::{Operation, Support};
use trunkctl::vendors::ALL;

use super::rig::{Rig, words};
use crate::fixtures::{self, Cell, Fixture, SAMPLE};
use crate::support::recorder::Seen;

/// The command line of a number that the sandbox accepts.
pub const NUMBER: &str = "internal-numbers add --number +16466661110 --label a --language en-US";

/// A valid command for each operation; none if the command line has no such command.
fn command(operation: Operation) -> Option<&'static str> {
    use Operation::*;
    Some(match operation {
        TrunkCreate => "trunk create --name a",
        TrunkUpdate => "trunk update name:a --name b",
        TrunkList => "trunk list",
        TrunkGet => "trunk get id:1",
        TrunkDelete => "trunk delete id:1 --yes",
        NumbersAdd => NUMBER,
        NumbersList => "internal-numbers list",
        NumbersUpdate => "internal-numbers update +16466661110 --label b",
        NumbersRemove => "internal-numbers remove +16466661110 --yes",
        SettingsAssign => "sip-settings assign --enable true",
        SettingsRead => "sip-settings show",
        CountriesAdd => "callout-countries add GB",
        CountriesList => "callout-countries list",
        CountriesRemove => "callout-countries remove GB --yes",
        MasterNumbersList => "numbers list",
        MasterNumbersAssign => "numbers assign +14155550100",
        MasterNumbersClear => "numbers clear --account sub-1 --yes --confirm sub-1",
        FindItsp => "lookup itsps",
        FindExtension => "lookup extensions",
        FindExtensionGroup => "lookup extension-groups",
        FindAgentGroup => "lookup agent-groups",
        ProfileCheck => "profile check",
        ProfileLogout => "profile logout",
    })
}

fn line(rig: &Rig, command: &'static str) -> Vec<&'static str> {
    if command == SAMPLE { fixtures::of(rig.vendor).samples()[0].creating() } else { words(command, &[]) }
}

#[test]
fn exactly_the_supported_cells_have_a_case() {
    for vendor in ALL {
        let facts = vendor.facts();
        for operation in Operation::ALL {
            let is_it = |cell: &&Cell| cell.operation == *operation;
            let cases = fixtures::of(facts.name).cells().iter().filter(is_it).count();
            let there = facts.support(*operation).is_there();
            assert_eq!(cases, usize::from(there), "{} {}", facts.name, operation.name());
        }
    }
}

#[test]
fn every_supported_cell_works_at_the_sandbox() {
    let cells =
        fixtures::ALL.into_iter().flat_map(|fixture| fixture.cells().iter().map(move |cell| (fixture, cell)));
    for (fixture, cell) in cells {
        let name = format!("{} {}", fixture.vendor(), cell.operation.name());
        let rig = Rig::new(fixture.vendor()).with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1");
        for before in cell.before {
            rig.run(&line(&rig, before)).expect(0);
        }
        rig.recorder.take();
        let result = rig.run(&line(&rig, cell.command)).expect(0).json();
        let (place, expected) = cell.result;
        assert_eq!(result.pointer(place), Some(&json!(expected)), "{name}: {result}");
        let seen = rig.recorder.take();
        let lines: Vec<String> = seen.iter().map(Seen::line).collect();
        let (wanted, any) = cell.request.strip_suffix('*').map_or((cell.request, false), |part| (part, true));
        let wanted = whole(fixture, wanted);
        let sent = |line: &String| if any { line.starts_with(&wanted) } else { *line == wanted };
        assert!(cell.request.is_empty() || lines.iter().any(sent), "{name}: {lines:?}");
        // Reads write nothing, writes write once, and a token does not count as an object of the vendor.
        let changes = ["created", "updated", "deleted", "assigned"].contains(&expected);
        let writes = usize::from(changes && cell.operation != Operation::ProfileLogout);
        assert_eq!(seen.iter().filter(|seen| fixture.is_write(seen)).count(), writes, "{name}: {lines:?}");
    }
}

/// The method and the whole path.
fn whole(fixture: &dyn Fixture, request: &str) -> String {
    match request.split_once(' ') {
        Some((method, path)) if !path.starts_with('/') => format!("{method} {}{path}", fixture.base()),
        _ => request.to_owned(),
    }
}

#[test]
fn every_unsupported_cell_is_refused_with_its_reason_and_nothing_is_sent() {
    for vendor in ALL {
        let facts = vendor.facts();
        let rig = Rig::new(facts.name);
        for operation in Operation::ALL {
            let name = format!("{} {}", facts.name, operation.name());
            let (why, instead) = match facts.support(*operation) {
                Support::Native | Support::Emulated(_) => {
                    assert!(command(*operation).is_some(), "{name} can be done, and no command does it");
                    continue;
                }
                Support::Unsupported { why, instead } => (why, Some(instead)),
                Support::Unknown(why) => (why, None),
            };
            assert!(why.len() > 20 && why.ends_with('.'), "{name}: {why}");
            let Some(command) = command(*operation) else { continue };
            let ran = rig.run(&words(command, &[])).expect(13);
            let error = ran.error();
            assert_eq!(error["kind"], json!("unsupported"), "{name}: {error}");
            assert_eq!(ran.out, "", "{name}");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(why) && message.contains(facts.title), "{name}: {error}");
            assert!(error["hint"].as_str().is_some_and(|hint| hint.len() > 10), "{name}: {error}");
            if let Some(instead) = instead {
                assert_eq!(error["hint"], json!(instead), "{name}");
            }
            assert_eq!(rig.recorder.lines(), Vec::<String>::new(), "{name}");
        }
    }
}

/// `trunkctl vendors` and the refusal give the same reason for every cell.
#[test]
fn the_printed_matrix_has_every_cell_with_its_reason() {
    let printed: Value = crate::support::Place::new().run(&["vendors", "-o", "json"]).expect(0).json();
    for (vendor, row) in ALL.iter().zip(printed.as_array().unwrap()) {
        let cells = row["operations"].as_array().unwrap();
        assert_eq!(cells.len(), Operation::ALL.len());
        for (operation, cell) in Operation::ALL.iter().zip(cells) {
            let support = vendor.facts().support(*operation);
            assert_eq!(cell["operation"], json!(operation.name()));
            assert_eq!(cell["support"], json!(support.word()), "{cell}");
            assert_eq!(cell["reason"].is_null(), support == Support::Native, "{cell}");
        }
    }
}
