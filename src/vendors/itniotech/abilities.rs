//! What Itniotech contact center can do, as data. Fields: `sipTrunk/add` and `sipTrunk/update`.

use crate::model::fields::Field;
use crate::model::profile::{KeyNeed, ProfileKey};
use crate::model::support::Need::{Optional, Refused, Required};
use crate::model::support::{FieldFact, Need, Operation, Shape, Support, emulated, fact, native, none};
use crate::vendors::{End, Facts, Pace, Proof, Sip};

/// All of it.
pub static FACTS: Facts = Facts {
    name: "itniotech",
    title: "Itniotech contact center",
    abilities: ABILITIES,
    shapes: &[Shape { name: "outbound", fields: OUTBOUND }, Shape { name: "inbound", fields: INBOUND }],
    own_kinds: &[],
    // The trunk's `state`: off and on.
    status_codes: &["0", "1"],
    profile_keys: PROFILE,
    codes: super::codes::CODES,
    reserved: &[
        ("keyId", "identifies the trunk; name the trunk on the command line in its place"),
        ("type", "is set by --direction on create, and no update can change it"),
        ("sipPassword", "is a secret; give it as a reference with --password-from"),
    ],
    secret_keys: &["sipPassword"],
    address_codes: &[],
    log_in_attempts: None,
    curl_prelude: "TIMESTAMP=$(date +%s)",
    // No rate is documented; four at once is little enough for a contact center in use.
    pace: Pace { rates: &[], default_plan: "", concurrency: 4 },
    proof: Proof::Signature,
    trunks_per_call: 1,
    numbers_per_call: 1,
    countries_per_call: 1,
    // `state` says whether a trunk is enabled, and `sipTrunkState` whether it is to register.
    sip: Sip { reports_status: false, end: End::Internet },
    sandbox: &[
        ("base_url", "{base}/itniotech"),
        ("api_key", "sandbox-key"),
        ("api_secret", "sandbox-secret"),
    ],
};

const ABILITIES: &[(Operation, Support)] = &[
    native(Operation::TrunkCreate),
    native(Operation::TrunkUpdate),
    native(Operation::TrunkList),
    emulated(
        Operation::TrunkGet,
        "No page documents a call for one trunk: `sipTrunk/query` lists them whole, and the one with the \
             exact id or name is picked.",
    ),
    none(
        Operation::TrunkDelete,
        "No page of the vendor documents a call that deletes a trunk, and none is guessed.",
        "Delete it in the console. No update can empty it in place of that, since every update \
                      demands an agent group.",
    ),
    none(
        Operation::NumbersAdd,
        NO_NUMBERS,
        "Bind the number on an inbound trunk: `trunk update … --agent-group ID=NUMBER`.",
    ),
    none(
        Operation::NumbersList,
        NO_NUMBERS,
        "See the numbers of each trunk's agent groups: `trunk list -o json`.",
    ),
    none(Operation::NumbersUpdate, NO_NUMBERS, OTHER_NUMBERS),
    none(Operation::NumbersRemove, NO_NUMBERS, OTHER_NUMBERS),
    none(
        Operation::SettingsAssign,
        "The contact center has no master account whose SIP settings could be assigned.",
        "Set the trunk itself: `trunk update …`.",
    ),
    none(
        Operation::SettingsRead,
        "The contact center has no master account that could have assigned SIP settings.",
        "Read the trunk itself: `trunk get …`.",
    ),
    none(Operation::CountriesAdd, NO_COUNTRIES, AT_CARRIER),
    none(Operation::CountriesList, NO_COUNTRIES, AT_CARRIER),
    none(Operation::CountriesRemove, NO_COUNTRIES, AT_CARRIER),
    none(
        Operation::MasterNumbersList,
        NO_MASTER,
        "See the numbers that are bound on trunks: `trunk list -o json`.",
    ),
    none(
        Operation::MasterNumbersAssign,
        NO_MASTER,
        "Bind a number of the account itself: `trunk update … --agent-group ID=NUMBER`.",
    ),
    none(Operation::MasterNumbersClear, NO_MASTER, OTHER_NUMBERS),
    none(
        Operation::FindItsp,
        "The contact center has no templates of providers.",
        "Give the provider's address: --host outbound, --allowed-ip inbound.",
    ),
    none(Operation::FindExtension, NO_EXTENSIONS, FIND_GROUP),
    none(Operation::FindExtensionGroup, NO_EXTENSIONS, FIND_GROUP),
    native(Operation::FindAgentGroup),
    emulated(
        Operation::ProfileCheck,
        "Reads the account's balance, `sms/getBalance`. That proves the key, the secret and the clock, \
             but not that the key may use the contact center.",
    ),
    none(
        Operation::ProfileLogout,
        "There is no token that could be ended: every request is signed with the key itself.",
        "Disable or remove the key in the console, under Home > Developers.",
    ),
];

const NO_NUMBERS: &str = "It has no internal numbers of its own: a number is bound to an agent group.";
const OTHER_NUMBERS: &str =
    "Replace what is bound on an inbound trunk: `trunk update … --agent-group ID=NUMBER`.";
const NO_MASTER: &str = "The contact center has no master account that gives numbers to sub accounts.";

const NO_COUNTRIES: &str = "No page of the contact center knows a list of countries that may be called.";
const AT_CARRIER: &str = "Limit the countries at the carrier of the trunk.";
const NO_EXTENSIONS: &str = "The contact center's trunks serve agent groups, not extensions.";
const FIND_GROUP: &str = "Find the group: `trunkctl lookup agent-groups`.";

const PROFILE: &[ProfileKey] = &[
    ProfileKey::new("base_url", "the API's address", KeyNeed::Optional).or("https://api.itniotech.com"),
    ProfileKey::new("api_key", "API key of Home > Developers in the console", KeyNeed::Always).secret(),
    ProfileKey::new("api_secret", "API secret of the same page", KeyNeed::Always).secret(),
];

const NO_PORT: Need = Refused(
    "it is not documented whether Itniotech's gateway address takes a port; leave it out, or try it \
     unchecked in place of --host: --vendor-field sipGatewayIp='\"HOST:PORT\"'",
);
const NO_STATE: Need = Refused(
    "Itniotech reports whether a trunk is enabled, but no documented call changes it; leave it out and use the \
     console",
);
const NO_DIDS: Need =
    Refused("Itniotech has numbers on agent groups, not on the trunk; give them as --agent-group ID=NUMBER");

const NOT_OUTBOUND: Need =
    Refused("only inbound trunks have a carrier's address; an outbound trunk's gateway is --host");

const OUTBOUND: &[FieldFact] = &[
    fact(Field::Name, "sipTrunkName", Required, Optional),
    fact(Field::Kind, "sipTrunkState", Required, Optional),
    // On update it can only be confirmed: the call has no such field.
    fact(Field::Direction, "type", Required, Optional),
    fact(Field::Host, "sipGatewayIp", Required, Optional).at_most(LIMIT),
    fact(Field::Port, "", NO_PORT, NO_PORT),
    fact(Field::Enabled, "", NO_STATE, NO_STATE),
    // Both are required if the trunk registers, and refused otherwise; see `rules`.
    fact(Field::Username, "sipAccount", Optional, Optional),
    fact(Field::Password, "sipPassword", Optional, Optional),
    fact(Field::Dids, "", NO_DIDS, NO_DIDS),
    fact(Field::Prefix, "sipPrefix", Optional, Optional),
    fact(Field::AgentGroups, "groupList", Required, Optional).at_most(LIMIT),
    fact(Field::AllowedIp, "", NOT_OUTBOUND, NOT_OUTBOUND),
];

const NOT_INBOUND: Need =
    Refused("only outbound trunks have a gateway; the carrier's address is --allowed-ip");
const NO_CREDENTIALS: Need =
    Refused("only outbound trunks that register have an account and a password; leave it out");

const INBOUND: &[FieldFact] = &[
    fact(Field::Name, "sipTrunkName", Required, Optional),
    // The default is `peer`.
    fact(Field::Kind, "sipTrunkState", Optional, Optional),
    fact(Field::Direction, "type", Required, Optional),
    fact(Field::Host, "", NOT_INBOUND, NOT_INBOUND),
    fact(Field::Port, "", NO_PORT, NO_PORT),
    fact(Field::Enabled, "", NO_STATE, NO_STATE),
    fact(Field::Username, "", NO_CREDENTIALS, NO_CREDENTIALS),
    fact(Field::Password, "", NO_CREDENTIALS, NO_CREDENTIALS),
    fact(Field::Dids, "", NO_DIDS, NO_DIDS),
    fact(Field::Prefix, "sipPrefix", Optional, Optional),
    fact(Field::AgentGroups, "groupList", Required, Optional).at_most(LIMIT),
    fact(Field::AllowedIp, "sipWhiteIp", Required, Optional).at_most(LIMIT),
];

/// Codes -50, -55 and -58 of page 004: of each address and of each group's number.
const LIMIT: usize = 50;
