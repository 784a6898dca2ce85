//! Every write of every vendor: its command, its call, and how the vendor's own state tells that it was applied.

use serde_json::Value;

/// A write and what is known of it.
pub struct Write {
    pub vendor: &'static str,
    /// As the README's table names it.
    pub name: &'static str,
    /// Commands that make what the write is about.
    pub before: &'static [&'static str],
    pub command: &'static str,
    /// The outcome of a change that is done.
    pub done: &'static str,
    /// What begins the line of its request, for the faults that strike no other call.
    pub call: &'static str,
    /// Reads that come before it.
    pub reads: usize,
    /// What a look tells of it.
    pub look: Look,
    /// What its good answer holds.
    pub answer: Answer,
    /// How many of its objects the vendor's state holds.
    pub held: fn(&Value) -> usize,
    /// How many there are before it, and once it is done.
    pub counts: (usize, usize),
    /// Where the state counts what was ever made.
    pub counter: Option<&'static str>,
}

/// Whether a look at the vendor tells what became of a write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Tells,
    /// No documented read shows it.
    Blind,
}

/// What can be cut off, or be garbage, in an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Body,
    /// It may have a body, and has none.
    Empty,
    /// 204: it can have none.
    None,
}

impl Write {
    /// Whether the command tells of each of many objects, and never ends in one error's own exit code.
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
    look: Look::Tells,
    answer: Answer::Body,
    held: |_| 0,
    counts: (0, 1),
    counter: None,
};

const YEASTAR: Write =
    Write { vendor: "yeastar", held: |state| named(&state["yeastar"]["trunks"], "settings"), ..PLAIN };
const YEASTAR_CREATE: Write = Write {
    call: "POST /yeastar/openapi/v1.0/trunk/create",
    counter: Some("/yeastar/next_trunk_id"),
    ..YEASTAR
};
const ITNIOTECH: Write =
    Write { vendor: "itniotech", held: |state| named(&state["itniotech"]["trunks"], ""), ..PLAIN };
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

/// In the order of the README's table. Itniotech documents no call that deletes.
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
        held: |state| count(&state["yeastar"]["trunks"], |row| row["settings"]["port"] == 5062),
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
        held: |state| count(&state["itniotech"]["trunks"], |row| row["gateway_ip"] == "192.0.2.41"),
        ..ITNIOTECH
    },
    Write {
        name: "Zoom trunk create",
        done: "assigned",
        command: ASSIGN,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/trunks",
        held: |state| count(&account(state)["sip_trunks"], |_| true),
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
        held: |state| count(&account(state)["sip_trunks"], |_| true),
        counts: (1, 0),
        ..ZOOM
    },
    Write {
        name: "Zoom internal-numbers add",
        command: ADD,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers",
        held: numbers,
        counter: Some("/zoom/counters/numbers"),
        ..ZOOM
    },
    Write {
        name: "Zoom internal-numbers add --from",
        command: ADD_MANY,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/internal_numbers",
        held: numbers,
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
        held: numbers,
        counts: (1, 0),
        ..ZOOM
    },
    Write {
        name: "Zoom callout-countries add",
        command: COUNTRY,
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/callout_countries",
        held: |state| count(&account(state)["callout_countries"], |row| row == "GB"),
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
        held: |state| count(&account(state)["callout_countries"], |row| row == "GB"),
        counts: (1, 0),
        ..ZOOM
    },
    Write {
        name: "Zoom sip-settings assign --enable",
        done: "assigned",
        command: "sip-settings assign --account sub-1 --enable true",
        call: "PATCH /zoom/v2/accounts/sub-1/sip_trunk/settings",
        look: Look::Blind,
        answer: Answer::None,
        held: |state| usize::from(account(state)["settings"]["enable"] == true),
        ..ZOOM
    },
    Write {
        name: "Zoom sip-settings assign",
        done: "assigned",
        command: "sip-settings assign --account sub-1 --show-zoom-provided-numbers hide",
        call: "PATCH /zoom/v2/accounts/sub-1/sip_trunk/settings",
        reads: 1,
        answer: Answer::None,
        held: |state| usize::from(account(state)["settings"]["show_zoom_provided_numbers"] == 1),
        ..ZOOM
    },
    Write {
        name: "Zoom numbers assign",
        done: "assigned",
        command: "numbers assign --account sub-1 +14155550100",
        call: "POST /zoom/v2/accounts/sub-1/sip_trunk/numbers",
        reads: 1,
        look: Look::Blind,
        answer: Answer::Empty,
        held: |state| count(&account(state)["phone_numbers"], |_| true),
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
        held: numbers,
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
