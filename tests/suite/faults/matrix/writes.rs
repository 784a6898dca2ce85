//! Every write of every vendor: its command, its call, and how the vendor's state shows that it was applied.

use serde_json::Value;

/// A write and its properties.
pub struct Write {
    pub vendor: &'static str,
    /// Its name in the fault matrix.
    pub name: &'static str,
    /// Commands that create the object of the write.
    pub before: &'static [&'static str],
    pub command: &'static str,
    /// The outcome of a successful change.
    pub done: &'static str,
    /// The start of its request line, so that faults affect no other call.
    pub call: &'static str,
    /// The reads before it.
    pub reads: usize,
    /// Whether a lookup can verify it.
    pub lookup: Lookup,
    /// The body of its successful answer.
    pub answer: Answer,
    /// Counts its objects in the vendor's state.
    pub objects: fn(&Value) -> usize,
    /// The number of objects before it and afterwards.
    pub counts: (usize, usize),
    /// The counter of all objects ever created, in the state.
    pub counter: Option<&'static str>,
}

/// Whether a lookup at the vendor shows the outcome of a write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    Shows,
    /// No documented read shows it.
    Blind,
}

/// The part of an answer that can be truncated or replaced with garbage.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Body,
    /// A body is permitted, but there is none.
    Empty,
    /// 204: a body is not permitted.
    None,
}

impl Write {
    /// Whether the command reports many objects one by one, and never exits with the code of a single error.
    pub fn is_bulk(&self) -> bool {
        self.command.contains("--from")
    }
}

const PLAIN: Write = Write {
    vendor: "",
    name: "",
    before: &[],
    command: "",
    done: "created",
    call: "",
    reads: 0,
    lookup: Lookup::Shows,
    answer: Answer::Body,
    objects: |_| 0,
    counts: (0, 1),
    counter: None,
};

const YEASTAR: Write =
    Write { vendor: "yeastar", objects: |state| named(&state["yeastar"]["trunks"], "settings"), ..PLAIN };
const YEASTAR_CREATE: Write = Write {
    call: "POST /yeastar/openapi/v1.0/trunk/create",
    counter: Some("/yeastar/next_trunk_id"),
    ..YEASTAR
};
const ITNIOTECH: Write =
    Write { vendor: "itniotech", objects: |state| named(&state["itniotech"]["trunks"], ""), ..PLAIN };
const ITNIOTECH_CREATE: Write = Write {
    call: "POST /itniotech/v3/cc/sipTrunk/add",
    counter: Some("/itniotech/next_key_id"),
    ..ITNIOTECH
};
const ZOOM: Write = Write { vendor: "zoom", ..PLAIN };

const PEER: &str = "trunk create --name t --kind peer --transport udp --host sip.example.com --port 5060 \
                    --codecs ulaw";
const OUTBOUND: &str = "trunk create --name t --direction outbound --kind register --host 192.0.2.40 \
                        --username u --password-from env:TRUNK_PASSWORD --agent-group 1000026";
const ASSIGN: &str = "trunk create --account sub-1 --master-trunk trunk-a";
const ADD: &str = "internal-numbers add --account sub-1 --number +16466661110 --label SIP --language en-US";
const ADD_MANY: &str = "internal-numbers add --account sub-1 --from examples/zoom/internal-numbers.yaml";
const COUNTRY: &str = "callout-countries add GB --account sub-1";

/// In the order of the fault matrix. Itniotech documents no call that deletes.
pub const WRITES: &[Write] = &[
    Write {
        name: "Yeastar trunk create, register",
        command: "trunk create --name t --kind register --transport udp --host sip.example.com --port 5060 \
                  --username u --auth-name u --password-from env:TRUNK_PASSWORD --codecs ulaw",
        ..YEASTAR_CREATE
    },
    Write { name: "Yeastar trunk create, peer", command: PEER, ..YEASTAR_CREATE },
    Write {
        name: "Yeastar trunk create, account",
        command: "trunk create --name t --kind account --transport udp --username u --auth-name u \
                  --password-from env:TRUNK_PASSWORD --codecs ulaw",
        ..YEASTAR_CREATE
    },
    Write {
        name: "Yeastar trunk update",
        done: "updated",
        before: &[PEER],
        command: "trunk update name:t --port 5062",
        call: "POST /yeastar/openapi/v1.0/trunk/update",
        reads: 2,
        objects: |state| count(&state["yeastar"]["trunks"], |row| row["settings"]["port"] == 5062),
        ..YEASTAR
    },
    Write {
        name: "Yeastar trunk delete",
        done: "deleted",
        before: &[PEER],
        command: "trunk delete name:t --yes",
        call: "GET /yeastar/openapi/v1.0/trunk/delete",
        reads: 2,
        counts: (1, 0),
        ..YEASTAR
    },
    Write { name: "Itniotech trunk create, outbound", command: OUTBOUND, ..ITNIOTECH_CREATE },
    Write {
        name: "Itniotech trunk create, inbound",
        command: "trunk create --name t --direction inbound --allowed-ip 192.0.2.60 \
                  --agent-group 1000026=442071838750",
        ..ITNIOTECH_CREATE
    },
    Write {
        name: "Itniotech trunk update",
        done: "updated",
        before: &[OUTBOUND],
        command: "trunk update name:t --host 192.0.2.41",
        call: "POST /itniotech/v3/cc/sipTrunk/update",
        reads: 1,
        objects: |state| count(&state["itniotech"]["trunks"], |row| row["gateway_ip"] == "192.0.2.41"),
        ..ITNIOTECH
    },
    Write {
        name: "Zoom trunk create",
        done: "assigned",
        command: ASSIGN,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/trunks",
        objects: |state| count(&account(state)["sip_trunks"], |_| true),
        ..ZOOM
    },
    Write {
        name: "Zoom trunk delete",
        done: "deleted",
        before: &[ASSIGN],
        command: "trunk delete id:trunk-a --account sub-1 --yes",
        call: "DELETE /zoom/v2/accounts/sub-1/sip_trunk/trunks",
        reads: 1,
        answer: Answer::None,
        objects: |state| count(&account(state)["sip_trunks"], |_| true),
        counts: (1, 0),
        ..ZOOM
    },
    Write {
        name: "Zoom internal-numbers add",
        command: ADD,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers",
        objects: numbers,
        counter: Some("/zoom/counters/numbers"),
        ..ZOOM
    },
    Write {
        name: "Zoom internal-numbers add --from",
        command: ADD_MANY,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers",
        objects: numbers,
        counts: (0, 3),
        counter: Some("/zoom/counters/numbers"),
        ..ZOOM
    },
    Write {
        name: "Zoom internal-numbers remove",
        done: "deleted",
        before: &[ADD],
        command: "internal-numbers remove +16466661110 --account sub-1 --yes",
        call: "DELETE /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers",
        reads: 1,
        answer: Answer::None,
        objects: numbers,
        counts: (1, 0),
        ..ZOOM
    },
    Write {
        name: "Zoom callout-countries add",
        command: COUNTRY,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/callout_countries",
        objects: |state| count(&account(state)["callout_countries"], |row| row == "GB"),
        ..ZOOM
    },
    Write {
        name: "Zoom callout-countries remove",
        done: "deleted",
        before: &[COUNTRY],
        command: "callout-countries remove GB --account sub-1 --yes",
        call: "DELETE /zoom/v2/accounts/sub-1/sip_trunk/callout_countries",
        reads: 1,
        answer: Answer::None,
        objects: |state| count(&account(state)["callout_countries"], |row| row == "GB"),
        counts: (1, 0),
        ..ZOOM
    },
    Write {
        name: "Zoom sip-settings assign --enable",
        done: "assigned",
        command: "sip-settings assign --account sub-1 --enable true",
        call: "PATCH /zoom/v2/accounts/sub-1/sip_trunk/settings",
        lookup: Lookup::Blind,
        answer: Answer::None,
        objects: |state| usize::from(account(state)["settings"]["enable"] == true),
        ..ZOOM
    },
    Write {
        name: "Zoom sip-settings assign",
        done: "assigned",
        command: "sip-settings assign --account sub-1 --show-zoom-provided-numbers hide",
        call: "PATCH /zoom/v2/accounts/sub-1/sip_trunk/settings",
        reads: 1,
        answer: Answer::None,
        objects: |state| usize::from(account(state)["settings"]["show_zoom_provided_numbers"] == 1),
        ..ZOOM
    },
    Write {
        name: "Zoom numbers assign",
        done: "assigned",
        command: "numbers assign --account sub-1 +14155550100",
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/numbers",
        reads: 1,
        lookup: Lookup::Blind,
        answer: Answer::Empty,
        objects: |state| count(&account(state)["phone_numbers"], |_| true),
        ..ZOOM
    },
    Write {
        name: "Zoom numbers clear",
        done: "deleted",
        before: &[ADD_MANY],
        command: "numbers clear --account sub-1 --yes --confirm sub-1",
        call: "DELETE /zoom/v2/accounts/sub-1/sip_trunk/numbers",
        reads: 1,
        answer: Answer::None,
        objects: numbers,
        counts: (3, 0),
        ..ZOOM
    },
];

fn count(rows: &Value, is_it: impl Fn(&Value) -> bool) -> usize {
    rows.as_array().unwrap().iter().filter(|row| is_it(row)).count()
}

/// Trunks named `t`, by a key of each row or of an object in it.
fn named(rows: &Value, inside: &str) -> usize {
    count(rows, |row| if inside.is_empty() { row["name"] == "t" } else { row[inside]["name"] == "t" })
}

fn account(state: &Value) -> &Value {
    state["zoom"]["accounts"].as_array().unwrap().iter().find(|account| account["id"] == "sub-1").unwrap()
}

fn numbers(state: &Value) -> usize {
    account(state)["internal_numbers"].as_object().unwrap().len()
}
