//! Lists, lookups, commands on several profiles, and deletes.

mod broken;
mod countries;
mod deletes;
mod emptied;
mod fleets;
mod lists;
mod lookups;
mod numbers;
mod settings;
mod streams;
mod whole;

use serde_json::{Map, Value, json};

use crate::conformance::rig::Rig;
use crate::support::output::{column, json_lines};

/// A list that comes in pages.
pub struct Paged {
    pub vendor: &'static str,
    pub command: &'static str,
    /// A part of its requests' addresses.
    pub part: &'static str,
    /// More than two of the largest pages that the vendor gives.
    pub rows: usize,
}

pub const PAGED: [Paged; 5] = [
    Paged { vendor: "yeastar", command: "trunk list", part: "trunk/list", rows: 250 },
    Paged { vendor: "yeastar", command: "lookup extensions", part: "extension/list", rows: 250 },
    Paged { vendor: "itniotech", command: "trunk list", part: "sipTrunk/query", rows: 250 },
    Paged { vendor: "itniotech", command: "lookup agent-groups", part: "seatGroup/query", rows: 250 },
    Paged { vendor: "zoom", command: "internal-numbers list", part: "internal_numbers", rows: 700 },
];

/// Names as no vendor should give them; the last one steers terminals.
pub const TORTURE: [&str; 6] =
    ["d/e?f=g", "é", "+1 415", "a,\"b\";c", "日本 &=#%", "\u{1b}[31m\r\n\t\u{7}\u{9b}\u{202e}x"];

impl Paged {
    /// A sandbox with the rows, the first ones with torture names.
    pub fn rig(&self) -> Rig {
        let rig = Rig::with_state(self.vendor, |state| self.fill(state));
        rig.with("TRUNKCTL_PROFILE_ZOOM_ACCOUNT", "sub-1")
    }

    pub fn args(&self) -> Vec<&'static str> {
        self.command.split(' ').collect()
    }

    /// The ids of the rows in their order.
    pub fn ids(&self) -> Vec<String> {
        (0..self.rows).map(|nth| self.id(nth)).collect()
    }

    fn id(&self, nth: usize) -> String {
        match self.vendor {
            "zoom" => format!("N{nth:07}"),
            _ => (4_000_000 + nth).to_string(),
        }
    }

    /// The key of the name in the output.
    pub fn name_key(&self) -> &'static str {
        if self.vendor == "zoom" { "labels" } else { "name" }
    }

    pub fn name(&self, nth: usize) -> String {
        TORTURE.get(nth).map_or_else(|| format!("Row {nth}"), |name| (*name).to_owned())
    }

    fn fill(&self, state: &mut Value) {
        let rows: Vec<Value> = (0..self.rows).map(|nth| self.kept(nth)).collect();
        match self.part {
            "trunk/list" => state["trunks"] = json!(rows),
            "extension/list" => state["extensions"] = json!(rows),
            "seatGroup/query" => state["groups"] = json!(rows),
            "sipTrunk/query" => {
                state["trunks"] = json!(rows);
                state["next_key_id"] = json!(9_000_000);
            }
            _ => {
                let numbers: Map<String, Value> =
                    rows.into_iter().enumerate().map(|(nth, row)| ((nth + 1).to_string(), row)).collect();
                state["accounts"][1]["internal_numbers"] = Value::Object(numbers);
                state["counters"]["numbers"] = json!(self.rows + 1);
            }
        }
    }

    /// A row as the sandbox keeps it.
    fn kept(&self, nth: usize) -> Value {
        let (id, name) = (4_000_000 + nth, self.name(nth));
        match self.part {
            "trunk/list" => json!({
                "id": id,
                "type": "peer",
                "settings": {"name": name, "hostname": "192.0.2.7", "port": 5060, "enable": 1},
            }),
            "extension/list" => json!({
                "id": id, "number": (1000 + nth).to_string(), "caller_id_name": name,
                "email_addr": "", "mobile_number": "", "presence_status": "available",
            }),
            "sipTrunk/query" => json!({
                "key_id": id, "direction": "Outbound", "name": name, "prefix": null, "groups": [],
                "gateway_ip": "192.0.2.7", "white_ip": null, "registers": false, "account": null,
                "password": null, "created": 0, "updated": 0,
            }),
            "seatGroup/query" => json!({"id": id, "name": name}),
            _ => json!({
                "id": self.id(nth), "number": format!("+1646{:07}", nth), "display_number": "d",
                "country": "US", "type": 0, "labels": name, "languages": "en-US", "visible": true,
                "allow_join": true, "allow_for_external_meetings": false,
            }),
        }
    }

    /// A page as the vendor gives it: rows, the stated total, and the marker of the next page.
    pub fn page(&self, rows: std::ops::Range<usize>, total: Option<usize>, marker: &str) -> Value {
        let rows: Vec<Value> = rows.map(|nth| self.row(nth)).collect();
        match self.vendor {
            "yeastar" => json!({"errcode": 0, "errmsg": "SUCCESS", "total_number": total, "data": rows}),
            "itniotech" => json!({
                "status": "0", "reason": "success", "data": {"total": total, "records": rows},
            }),
            _ => json!({"internal_numbers": rows, "next_page_token": marker, "total_records": total}),
        }
    }

    /// A row as the vendor gives it.
    pub fn row(&self, nth: usize) -> Value {
        let (id, name) = (4_000_000 + nth, self.name(nth));
        match self.part {
            "trunk/list" => json!({"id": id, "name": name, "status": 1, "type": "peer"}),
            "extension/list" => json!({"id": id, "number": "1", "caller_id_name": name}),
            "sipTrunk/query" => json!({
                "keyId": id, "type": 1, "state": 1, "sipTrunkName": name, "sipTrunkState": false,
            }),
            "seatGroup/query" => json!({"voiceGroupId": id, "groupName": name}),
            _ => self.kept(nth),
        }
    }
}

/// The values of a key in JSON Lines.
fn lines(text: &str, key: &str) -> Vec<String> {
    column(&Value::from(json_lines(text)), key)
}
