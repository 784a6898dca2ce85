//! States of a fleet as dice throw them: whatever each vendor takes, in every form that it may have.

use serde_json::{Map, Value, json};

/// The same seed throws the same (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }

    /// Once in so many throws.
    pub fn once_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }

    /// Some of the list, in any order.
    pub fn some<T: Clone>(&mut self, list: &[T], least: usize) -> Vec<T> {
        let (mut rest, mut some) = (list.to_vec(), Vec::new());
        for _ in 0..least + self.below(list.len() + 1 - least) {
            some.push(rest.remove(self.below(rest.len())));
        }
        some
    }
}

/// One entry of a manifest.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The list that it stands in.
    pub sort: &'static str,
    /// What tells it from the others of its sort.
    pub name: String,
    pub entry: Value,
}

/// A manifest of these entries, and of what it owns.
pub fn manifest(owns: &Value, wanted: &[Wanted]) -> String {
    let mut file = Map::new();
    file.insert("owns".into(), owns.clone());
    // A list that is there and empty wants none.
    file.insert("trunk".into(), json!([]));
    for one in wanted {
        let list = file.entry(one.sort).or_insert_with(|| json!([]));
        list.as_array_mut().unwrap().push(one.entry.clone());
    }
    Value::Object(file).to_string()
}

/// A state of the profile.
pub fn state(dice: &mut Dice, vendor: &str, profile: &str) -> Vec<Wanted> {
    match vendor {
        "yeastar" => yeastar(dice, profile),
        "itniotech" => itniotech(dice, profile),
        "zoom" => zoom(dice, profile),
        other => panic!("the vendor `{other}` has no states yet: add them here"),
    }
}

fn trunk(entry: Value, name: &str) -> Wanted {
    let mut entry = entry;
    // What is null was not thrown.
    entry.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    Wanted { sort: "trunk", name: name.into(), entry }
}

const PASSWORDS: [&str; 2] = ["env:SECRET_A", "env:SECRET_B"];
const TEXTS: [&str; 4] = ["", "5503300", "x|`y`", "Zoë & Söhne"];

/// Nothing half of the time.
fn maybe(dice: &mut Dice, value: impl FnOnce(&mut Dice) -> Value) -> Value {
    if dice.once_in(2) { Value::Null } else { value(dice) }
}

fn yeastar(dice: &mut Dice, profile: &str) -> Vec<Wanted> {
    let kinds = ["register", "peer", "account"];
    let names = [("alpha", 0), ("beta", 1), ("gamma", 2), ("delta", 0), ("7", 1)];
    let mut all = Vec::new();
    for (name, usual) in names {
        if dice.once_in(3) {
            continue;
        }
        let kind = if dice.once_in(12) { dice.pick(&kinds) } else { kinds[usual] };
        let mut entry = json!({
            "profile": profile, "name": name, "kind": kind,
            "transport": dice.pick(&["udp", "tcp", "tls"]),
            "codecs": dice.some(&["ulaw", "alaw", "g729", "opus", "g722"], 1),
            "enabled": maybe(dice, |dice| json!(dice.once_in(2))),
            "direction": maybe(dice, |_| json!("both")),
            "caller_id": maybe(dice, caller_id),
            "caller_id_overrides": maybe(dice, overrides),
        });
        let fields = entry.as_object_mut().unwrap();
        let mut add = |key: &str, value: Value| drop(fields.insert(key.into(), value));
        if kind != "peer" {
            add("username", json!(dice.pick(&["6701", "6702"])));
            add("auth_name", json!(dice.pick(&["6701", "6702"])));
            add("password", json!(dice.pick(&PASSWORDS)));
        }
        if kind != "account" {
            add("host", json!(dice.pick(&["sip.example.com", "192.0.2.7", "2001:db8::7"])));
            add("port", json!(dice.pick(&[5060, 5062])));
            add("domain", maybe(dice, |dice| json!(dice.pick(&["example.com", "example.org"]))));
            add("dids", maybe(dice, dids));
        }
        if kind == "register" {
            let proxies = [
                json!(false),
                json!(""),
                json!("p.example"),
                json!("p.example:5060"),
                json!("[2001:db8::1]:5070"),
            ];
            add("outbound_proxy", maybe(dice, |dice| dice.pick(&proxies)));
            add("vendor_fields", maybe(dice, |dice| json!({"force_dod_from": dice.below(2)})));
        }
        all.push(trunk(entry, name));
    }
    all
}

fn caller_id(dice: &mut Dice) -> Value {
    let (number, name) = (json!(dice.pick(&TEXTS)), json!(dice.pick(&TEXTS)));
    dice.pick(&[json!({"number": number, "name": name}), json!({"number": number}), json!({"name": name})])
}

fn dids(dice: &mut Dice) -> Value {
    let numbers = dice.some(&["1", "2", "+442071838750", "5503308"], 0);
    let names = [Value::Null, json!(""), json!("Main"), json!("a|b")];
    let did = |number: &str| match dice.pick(&names) {
        Value::Null => json!({"number": number}),
        name => json!({"number": number, "name": name}),
    };
    numbers.into_iter().map(did).collect()
}

fn overrides(dice: &mut Dice) -> Value {
    let all = [
        json!({"option": "range", "number": "5503310-5503311", "extension_range": "1000-1001"}),
        json!({"option": "range", "number": "5503310-5503311", "extension_range": "1000-1001", "name": "R"}),
        json!({"option": "shared", "number": "5503320", "extensions": [{"number": "1003"}], "name": ""}),
        json!({"option": "shared", "number": "5503320", "extensions": [{"id": 104, "type": "extension"}]}),
        json!({"option": "shared", "number": "9", "extensions": [{"name": "Sales", "type": "ext_group"}]}),
    ];
    json!(dice.some(&all, 0))
}

/// Each trunk has groups, addresses and numbers of its own: what another one holds is refused by the vendor.
fn itniotech(dice: &mut Dice, profile: &str) -> Vec<Wanted> {
    let mut all = Vec::new();
    for (at, name) in ["out 1", "out 2", "in 1", "in 2"].into_iter().enumerate() {
        if dice.once_in(3) {
            continue;
        }
        let inbound = if dice.once_in(12) { at < 2 } else { at >= 2 };
        let mut entry = json!({
            "profile": profile, "name": name,
            "direction": if inbound { "inbound" } else { "outbound" },
            "prefix": maybe(dice, |dice| json!(dice.pick(&["", "9", "00"]))),
        });
        let groups: Vec<String> = (1..4).map(|team| format!("Team 0{at}{team}")).collect();
        let groups = dice.some(&groups, 1).into_iter().map(|name| match inbound {
            true => json!({"name": name, "number": format!("4420718{at}{}", &name[7..])}),
            false => json!({"name": name}),
        });
        let groups = groups.collect();
        let fields = entry.as_object_mut().unwrap();
        let mut add = |key: &str, value: Value| drop(fields.insert(key.into(), value));
        add("agent_groups", groups);
        if inbound {
            add("allowed_ip", json!(format!("192.0.2.{at}{}", dice.below(3))));
        } else {
            add("host", json!(format!("198.51.100.{at}{}", dice.below(3))));
            let registers = dice.once_in(2);
            add("kind", json!(if registers { "register" } else { "peer" }));
            if registers {
                add("username", json!(dice.pick(&["cc-1", "cc-2"])));
                add("password", json!(dice.pick(&PASSWORDS)));
            }
        }
        all.push(trunk(entry, name));
    }
    all
}

fn zoom(dice: &mut Dice, profile: &str) -> Vec<Wanted> {
    let mut all = Vec::new();
    for (at, account) in ["sub-1", "sub-2"].into_iter().enumerate() {
        let base = json!({"profile": profile, "account": account});
        let mut add = |sort: &'static str, name: &str, fields: Value| {
            let mut entry = base.clone();
            entry.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
            all.push(Wanted { sort, name: format!("{account} {name}"), entry: trunk(entry, "").entry });
        };
        for (master, dnis) in [("trunk-a", "14155"), ("trunk-b", "44207")] {
            if dice.once_in(2) {
                let dnis = if dice.once_in(4) { json!(dnis) } else { Value::Null };
                let caller = if dice.once_in(4) { json!({"number": "4155550100"}) } else { Value::Null };
                add("trunk", master, json!({"master_trunk": master, "dnis": dnis, "caller_id": caller}));
            }
        }
        if dice.once_in(2) {
            let shown = [json!(0), json!("hide"), json!("remove")];
            let settings = json!({
                "enable": dice.once_in(2),
                "show_callout_internal_number": maybe(dice, |dice| json!(dice.once_in(2))),
                "show_zoom_provided_numbers": maybe(dice, |dice| dice.pick(&shown)),
                "show_zoom_provided_callout_countries": maybe(dice, |dice| dice.pick(&shown)),
            });
            add("sip_settings", "", settings);
        }
        for number in dice.some(&["0", "1", "2", "3", "4", "5"], 0) {
            let row = json!({
                "number": format!("+1646{at}66111{number}"), "languages": "en-US",
                "labels": if dice.once_in(12) { "Other" } else { "SIP" },
                "type": "toll", "visible": maybe(dice, |_| json!(true)),
                "allow_join": maybe(dice, |_| json!(false)),
            });
            let row = trunk(row, "").entry;
            add("internal_numbers", number, json!({"numbers": [row]}));
        }
        for country in dice.some(&["US", "gb", "NO", "DE"], 0) {
            add("callout_countries", country, json!({"countries": [country]}));
        }
    }
    all
}
