//! Every cell of the matrix: what a vendor can do is done at its sandbox, what it cannot is refused.

use serde_json::{Value, json};
use trunkctl::model::support::{Operation, Support};
use trunkctl::vendors::ALL;

use super::rig::{Rig, is_write, samples, words};
use crate::support::recorder::Seen;

/// One cell that is there: commands that prepare it, the command, and the request that carries it.
struct Cell {
    vendor: &'static str,
    operation: Operation,
    before: &'static [&'static str],
    command: &'static str,
    /// Method, and path below the vendor's base; one with a slash before it is whole.
    request: &'static str,
    /// A place in the result and what stands there.
    told: (&'static str, &'static str),
}

/// `SAMPLE` stands for the vendor's first sample.
const SAMPLE: &str = "SAMPLE";
const NUMBER: &str = "internal-numbers add --number +16466661110 --label a --language en-US";

const fn cell(
    vendor: &'static str,
    operation: Operation,
    before: &'static [&'static str],
    command: &'static str,
    request: &'static str,
    told: (&'static str, &'static str),
) -> Cell {
    Cell { vendor, operation, before, command, request, told }
}

/// Methods and paths are those of the vendors' pages.
const CELLS: &[Cell] = {
    use Operation::*;
    const Y: &str = "yeastar";
    const I: &str = "itniotech";
    const Z: &str = "zoom";
    const UPDATED: (&str, &str) = ("/outcome", "updated");
    const DELETED: (&str, &str) = ("/outcome", "deleted");
    const ASSIGNED: (&str, &str) = ("/outcome", "assigned");
    const CREATED: (&str, &str) = ("/outcome", "created");
    &[
        cell(Y, TrunkCreate, &[], SAMPLE, "POST trunk/create", CREATED),
        cell(Y, TrunkUpdate, &[SAMPLE], "trunk update id:1 --port 5070", "POST trunk/update", UPDATED),
        cell(Y, TrunkList, &[SAMPLE], "trunk list", "GET trunk/list", ("/0/name", "reg")),
        cell(Y, TrunkGet, &[SAMPLE], "trunk get id:1", "GET trunk/get", ("/auth_name", "6702")),
        cell(Y, TrunkDelete, &[SAMPLE], "trunk delete reg --yes", "GET trunk/delete", DELETED),
        cell(Y, FindItsp, &[], "lookup itsps", "GET trunk/itsp_list", ("/0/country", "United States")),
        cell(Y, FindExtension, &[], "lookup extensions", "GET extension/list", ("/0/number", "1000")),
        cell(
            Y,
            FindExtensionGroup,
            &[],
            "lookup extension-groups",
            "GET extensiongroup/list",
            ("/1/name", "Sales"),
        ),
        cell(Y, ProfileCheck, &[], "profile check", "GET trunk/list", ("/credentials", "accepted")),
        cell(Y, ProfileLogout, &["trunk list"], "profile logout", "GET del_token", DELETED),
        cell(I, TrunkCreate, &[], SAMPLE, "POST v3/cc/sipTrunk/add", CREATED),
        cell(I, TrunkUpdate, &[SAMPLE], "trunk update out --prefix 9", "POST v3/cc/sipTrunk/update", UPDATED),
        cell(I, TrunkList, &[SAMPLE], "trunk list", "POST v3/cc/sipTrunk/query", ("/0/name", "out")),
        cell(I, TrunkGet, &[SAMPLE], "trunk get out", "POST v3/cc/sipTrunk/query", ("/host", "192.0.2.7")),
        cell(
            I,
            FindAgentGroup,
            &[],
            "lookup agent-groups",
            "POST v3/cc/seatGroup/query",
            ("/0/name", "Sales"),
        ),
        cell(I, ProfileCheck, &[], "profile check", "GET sms/getBalance", ("/credentials", "accepted")),
        cell(Z, TrunkCreate, &[], SAMPLE, "POST trunks", ASSIGNED),
        cell(Z, TrunkList, &[SAMPLE], "trunk list --account sub-1", "GET trunks", ("/0/id", "trunk-a")),
        cell(
            Z,
            TrunkGet,
            &[SAMPLE],
            "trunk get trunk-a --account sub-1",
            "GET trunks",
            ("/name", "Carrier A"),
        ),
        cell(
            Z,
            TrunkDelete,
            &[SAMPLE],
            "trunk delete trunk-a --account sub-1 --yes",
            "DELETE trunks/trunk-a",
            DELETED,
        ),
        cell(Z, NumbersAdd, &[], NUMBER, "POST internal_numbers", CREATED),
        cell(
            Z,
            NumbersList,
            &[NUMBER],
            "internal-numbers list",
            "GET internal_numbers",
            ("/0/number", "+16466661110"),
        ),
        cell(
            Z,
            NumbersRemove,
            &[NUMBER],
            "internal-numbers remove +16466661110 --yes",
            "DELETE internal_numbers/*",
            DELETED,
        ),
        cell(Z, SettingsAssign, &[], "sip-settings assign --enable true", "PATCH settings", ASSIGNED),
        cell(
            Z,
            SettingsRead,
            &["sip-settings assign --show-zoom-provided-numbers hide"],
            "sip-settings show",
            "GET settings",
            ("/show_zoom_provided_numbers", "hide"),
        ),
        cell(Z, CountriesAdd, &[], "callout-countries add GB", "POST callout_countries", CREATED),
        cell(
            Z,
            CountriesList,
            &["callout-countries add GB"],
            "callout-countries list",
            "GET callout_countries",
            ("/0/code", "44"),
        ),
        cell(
            Z,
            CountriesRemove,
            &["callout-countries add GB"],
            "callout-countries remove GB --yes",
            "DELETE callout_countries/GB",
            DELETED,
        ),
        cell(
            Z,
            MasterNumbersList,
            &[],
            "numbers list",
            "GET /zoom/v2/sip_trunk/numbers",
            ("/0/number", "14155550100"),
        ),
        cell(Z, MasterNumbersAssign, &[], "numbers assign +14155550100", "POST numbers", ASSIGNED),
        cell(
            Z,
            MasterNumbersClear,
            &[NUMBER],
            "numbers clear --account sub-1 --yes --confirm sub-1",
            "DELETE numbers",
            DELETED,
        ),
        cell(Z, ProfileCheck, &[], "profile check", "GET trunks", ("/credentials", "accepted")),
        // Zoom has no call that ends a token: what is left is to forget it.
        cell(Z, ProfileLogout, &["trunk list"], "profile logout", "", ("/operation", "profile.logout")),
    ]
};

/// A command of each operation that no input makes wrong; none where the command line has no such command.
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
    if command == SAMPLE { samples(rig.vendor)[0].creating() } else { words(command, &[]) }
}

#[test]
fn every_cell_that_is_there_has_a_case_and_no_other_has() {
    for vendor in ALL {
        let facts = vendor.facts();
        for operation in Operation::ALL {
            let is_it = |cell: &&Cell| cell.vendor == facts.name && cell.operation == *operation;
            let cases = CELLS.iter().filter(is_it).count();
            let there = facts.support(*operation).is_there();
            assert_eq!(cases, usize::from(there), "{} {}", facts.name, operation.name());
        }
    }
}

#[test]
fn every_cell_that_is_there_works_at_the_sandbox() {
    for cell in CELLS {
        let name = format!("{} {}", cell.vendor, cell.operation.name());
        let rig = Rig::new(cell.vendor).with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1");
        for before in cell.before {
            rig.run(&line(&rig, before)).expect(0);
        }
        rig.recorder.take();
        let result = rig.run(&line(&rig, cell.command)).expect(0).json();
        let (place, expected) = cell.told;
        assert_eq!(result.pointer(place), Some(&json!(expected)), "{name}: {result}");
        let seen = rig.recorder.take();
        let lines: Vec<String> = seen.iter().map(Seen::line).collect();
        let (wanted, any) = cell.request.strip_suffix('*').map_or((cell.request, false), |part| (part, true));
        let wanted = whole(cell.vendor, wanted);
        let sent = |line: &String| if any { line.starts_with(&wanted) } else { *line == wanted };
        assert!(cell.request.is_empty() || lines.iter().any(sent), "{name}: {lines:?}");
        // What only looks writes nothing, what writes does it once, and a token is no object of the vendor's.
        let changes = ["created", "updated", "deleted", "assigned"].contains(&expected);
        let writes = usize::from(changes && cell.operation != Operation::ProfileLogout);
        assert_eq!(seen.iter().filter(|seen| is_write(seen)).count(), writes, "{name}: {lines:?}");
    }
}

/// The method and the whole path.
fn whole(vendor: &str, request: &str) -> String {
    let base = match vendor {
        "yeastar" => "/yeastar/openapi/v1.0/",
        "itniotech" => "/itniotech/",
        _ => "/zoom/v2/accounts/sub-1/sip_trunk/",
    };
    match request.split_once(' ') {
        Some((method, path)) if !path.starts_with('/') => format!("{method} {base}{path}"),
        _ => request.to_owned(),
    }
}

#[test]
fn every_cell_that_is_not_there_is_refused_with_its_reason_and_nothing_is_sent() {
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

/// Both documents say the same of every cell: `trunkctl vendors` and the refusal.
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
