//! The content of a new simulator.

use std::collections::BTreeMap;

use super::{Account, App, Counters, FORMAT, PhoneNumber, Settings, SipTrunk, State};

/// The maximum number of internal numbers of an account, unless its state says otherwise.
const QUOTA: usize = 1_000_000;

/// One master account with two trunks and four phone numbers, and its sub accounts.
pub(super) fn state() -> State {
    let app = App {
        account_id: "sandbox-account".into(),
        client_id: "sandbox".into(),
        client_secret: "sandbox-secret".into(),
    };
    let mut master = account("sandbox-account", true);
    master.master = true;
    master.sip_trunks = vec![
        trunk("trunk-a", "Carrier A", "1415555", "9", "198.51.100.10"),
        trunk("trunk-b", "Carrier B", "4420794", "", "sip-b.example.com"),
    ];
    State {
        format: FORMAT,
        app,
        counters: Counters::default(),
        tokens: Vec::new(),
        pages: Vec::new(),
        accounts: vec![
            master,
            account("sub-1", true),
            account("sub-2", true),
            // An id that has to be percent-encoded in a path.
            account("sub/ø 3", true),
            account("sub-no-plan", false),
        ],
        phone_numbers: [
            // Zoom's own numbers have no plus (its examples of POST and GET `numbers`).
            ("14155550100", "US"),
            ("14155550101", "US"),
            ("442079460100", "GB"),
            ("493055501000", "DE"),
        ]
        .map(|(number, country)| PhoneNumber { number: number.into(), country: country.into() })
        .into(),
    }
}

fn account(id: &str, sip_plan: bool) -> Account {
    Account {
        id: id.into(),
        master: false,
        sip_plan,
        quota: QUOTA,
        settings: Settings::default(),
        internal_numbers: BTreeMap::new(),
        callout_countries: Vec::new(),
        sip_trunks: Vec::new(),
        phone_numbers: Vec::new(),
    }
}

fn trunk(id: &str, name: &str, dnis: &str, number_prefix: &str, sip_server_address: &str) -> SipTrunk {
    SipTrunk {
        id: id.into(),
        name: name.into(),
        dnis: dnis.into(),
        number_prefix: number_prefix.into(),
        outbound_caller_id: String::new(),
        sip_server_address: sip_server_address.into(),
    }
}
