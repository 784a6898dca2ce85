//! The content of a new PBX.

use super::{Extension, ExtensionGroup, Itsp, State};

pub(super) fn state() -> State {
    State {
        client_id: "sandbox".into(),
        client_secret: "sandbox-secret".into(),
        trunk_get_as_array: false,
        refuse_address: false,
        refuse_trunk_create: false,
        sessions: Vec::new(),
        tokens_issued: 0,
        failed_log_ins: 0,
        blocked_until: None,
        next_trunk_id: 1,
        trunks: Vec::new(),
        extensions: (0..150).map(extension).collect(),
        extension_groups: vec![
            group(1, "Default_Extension_Group", "sel_all_ext", 150),
            // Two names of which one contains the other: a search for "Sales" finds both.
            group(2, "Sales", "sel_specific", 20),
            group(3, "Yeastar Sales", "sel_specific", 10),
            group(4, "Support", "sel_specific", 15),
        ],
        itsps: vec![
            itsp(1, "United States", "Example Telecom"),
            itsp(2, "United States", "Sample Voice"),
            itsp(3, "United Kingdom", "Example SIP UK"),
            itsp(4, "Germany", "Beispiel Telefonie"),
            itsp(5, "France", "Exemple Voix"),
        ],
    }
}

fn extension(index: u64) -> Extension {
    let number = 1000 + index;
    Extension {
        id: 101 + index,
        number: number.to_string(),
        caller_id_name: format!("Extension {number}"),
        email_addr: format!("{number}@pbx.example"),
        mobile_number: String::new(),
        presence_status: "available".into(),
    }
}

fn group(id: u64, name: &str, member_select: &str, total_extensions: u64) -> ExtensionGroup {
    ExtensionGroup { id, name: name.into(), member_select: member_select.into(), total_extensions }
}

fn itsp(id: u64, country: &str, name: &str) -> Itsp {
    Itsp { id, country: country.into(), name: name.into() }
}
