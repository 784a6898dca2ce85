//! What Itniotech contact center can do, as data. Fields: `sipTrunk/add` and `sipTrunk/update`.

use crate::model::fields::Field;
use crate::model::profile::{KeyNeed, ProfileKey};
use crate::model::support::Need::{Optional, Refused, Required};
use crate::model::support::{FieldFact, Need, Operation, Shape, Support};
use crate::vendors::{End, Facts, Pace, Sip};

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
    // `state` says whether a trunk is enabled, and `sipTrunkState` whether it is to register.
    sip: Sip { reports_status: false, end: End::Internet },
    sandbox: &[
        ("base_url", "{base}/itniotech"),
        ("api_key", "sandbox-key"),
        ("api_secret", "sandbox-secret"),
    ],
};

const ABILITIES: &[(Operation, Support)] = &[
    (Operation::TrunkCreate, Support::Native),
    (Operation::TrunkUpdate, Support::Native),
    (Operation::TrunkList, Support::Native),
    (
        Operation::TrunkGet,
        Support::Emulated(
            "No page documents a call for one trunk: `sipTrunk/query` lists them whole, and the one with the \
             exact id or name is picked.",
        ),
    ),
    (
        Operation::TrunkDelete,
        Support::Unsupported {
            why: "No page of the vendor documents a call that deletes a trunk, and none is guessed.",
            instead: "Delete it in the console. No update can empty it in place of that, since every update \
                      demands an agent group.",
        },
    ),
    (
        Operation::NumbersAdd,
        Support::Unsupported {
            why: NO_NUMBERS,
            instead: "Bind the number on an inbound trunk: `trunk update … --agent-group ID=NUMBER`.",
        },
    ),
    (
        Operation::NumbersList,
        Support::Unsupported {
            why: NO_NUMBERS,
            instead: "See the numbers of each trunk's agent groups: `trunk list -o json`.",
        },
    ),
    (Operation::NumbersUpdate, Support::Unsupported { why: NO_NUMBERS, instead: OTHER_NUMBERS }),
    (Operation::NumbersRemove, Support::Unsupported { why: NO_NUMBERS, instead: OTHER_NUMBERS }),
    (
        Operation::SettingsAssign,
        Support::Unsupported {
            why: "The contact center has no master account whose SIP settings could be assigned.",
            instead: "Set the trunk itself: `trunk update …`.",
        },
    ),
    (
        Operation::SettingsRead,
        Support::Unsupported {
            why: "The contact center has no master account that could have assigned SIP settings.",
            instead: "Read the trunk itself: `trunk get …`.",
        },
    ),
    (Operation::CountriesAdd, NO_COUNTRIES),
    (Operation::CountriesList, NO_COUNTRIES),
    (Operation::CountriesRemove, NO_COUNTRIES),
    (
        Operation::MasterNumbersList,
        Support::Unsupported {
            why: NO_MASTER,
            instead: "See the numbers that are bound on trunks: `trunk list -o json`.",
        },
    ),
    (
        Operation::MasterNumbersAssign,
        Support::Unsupported {
            why: NO_MASTER,
            instead: "Bind a number of the account itself: `trunk update … --agent-group ID=NUMBER`.",
        },
    ),
    (Operation::MasterNumbersClear, Support::Unsupported { why: NO_MASTER, instead: OTHER_NUMBERS }),
    (
        Operation::FindItsp,
        Support::Unsupported {
            why: "The contact center has no templates of providers.",
            instead: "Give the provider's address: --host outbound, --allowed-ip inbound.",
        },
    ),
    (Operation::FindExtension, NO_EXTENSIONS),
    (Operation::FindExtensionGroup, NO_EXTENSIONS),
    (Operation::FindAgentGroup, Support::Native),
    (
        Operation::ProfileCheck,
        Support::Emulated(
            "Reads the account's balance, `sms/getBalance`. That proves the key, the secret and the clock, \
             but not that the key may use the contact center.",
        ),
    ),
    (
        Operation::ProfileLogout,
        Support::Unsupported {
            why: "There is no token that could be ended: every request is signed with the key itself.",
            instead: "Disable or remove the key in the console, under Home > Developers.",
        },
    ),
];

const NO_NUMBERS: &str = "It has no internal numbers of its own: a number is bound to an agent group.";
const OTHER_NUMBERS: &str =
    "Replace what is bound on an inbound trunk: `trunk update … --agent-group ID=NUMBER`.";
const NO_MASTER: &str = "The contact center has no master account that gives numbers to sub accounts.";

const NO_COUNTRIES: Support = Support::Unsupported {
    why: "No page of the contact center knows a list of countries that may be called.",
    instead: "Limit the countries at the carrier of the trunk.",
};

const NO_EXTENSIONS: Support = Support::Unsupported {
    why: "The contact center's trunks serve agent groups, not extensions.",
    instead: "Find the group: `trunkctl lookup agent-groups`.",
};

const PROFILE: &[ProfileKey] = &[
    ProfileKey {
        default: Some("https://api.itniotech.com"),
        ..ProfileKey::new("base_url", "the API's address", KeyNeed::Optional)
    },
    ProfileKey {
        secret: true,
        ..ProfileKey::new("api_key", "API key of Home > Developers in the console", KeyNeed::Always)
    },
    ProfileKey {
        secret: true,
        ..ProfileKey::new("api_secret", "API secret of the same page", KeyNeed::Always)
    },
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
    FieldFact { limit: LIMIT, ..fact(Field::Host, "sipGatewayIp", Required, Optional) },
    fact(Field::Port, "", NO_PORT, NO_PORT),
    fact(Field::Enabled, "", NO_STATE, NO_STATE),
    // Both are required if the trunk registers, and refused otherwise; see `rules`.
    fact(Field::Username, "sipAccount", Optional, Optional),
    fact(Field::Password, "sipPassword", Optional, Optional),
    fact(Field::Dids, "", NO_DIDS, NO_DIDS),
    fact(Field::Prefix, "sipPrefix", Optional, Optional),
    FieldFact { limit: LIMIT, ..fact(Field::AgentGroups, "groupList", Required, Optional) },
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
    FieldFact { limit: LIMIT, ..fact(Field::AgentGroups, "groupList", Required, Optional) },
    FieldFact { limit: LIMIT, ..fact(Field::AllowedIp, "sipWhiteIp", Required, Optional) },
];

/// Codes -50, -55 and -58 of page 004: of each address and of each group's number.
const LIMIT: Option<usize> = Some(50);

const fn fact(field: Field, wire: &'static str, create: Need, update: Need) -> FieldFact {
    FieldFact { field, wire, create, update, values: &[], limit: None }
}
