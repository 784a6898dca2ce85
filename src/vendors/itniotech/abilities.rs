//! What Itniotech contact center can do, as data. Fields: `sipTrunk/add` and `sipTrunk/update`.

use crate::model::profile::{KeyNeed, ProfileKey};
use crate::model::support::Need::{Optional, Refused, Required};
use crate::model::support::{Field, FieldFact, Need, Operation, Shape, Support};
use crate::vendors::Facts;

/// All of it.
pub static FACTS: Facts = Facts {
    name: "itniotech",
    title: "Itniotech contact center",
    abilities: &[
        (Operation::TrunkCreate, Support::Native),
        (Operation::TrunkUpdate, Support::Native),
        (Operation::TrunkFind, Support::Native),
        (
            Operation::NumbersAdd,
            Support::Unsupported {
                why: "It has no internal numbers of its own: a number is bound to an agent group.",
                instead: "Bind the number on an inbound trunk: `trunk update … --agent-group ID=NUMBER`.",
            },
        ),
        (
            Operation::SettingsAssign,
            Support::Unsupported {
                why: "The contact center has no master account whose SIP settings could be assigned.",
                instead: "Set the trunk itself: `trunk update …`.",
            },
        ),
        (Operation::FindExtension, NO_EXTENSIONS),
        (Operation::FindExtensionGroup, NO_EXTENSIONS),
        (Operation::FindAgentGroup, Support::Native),
    ],
    shapes: &[Shape { name: "outbound", fields: OUTBOUND }, Shape { name: "inbound", fields: INBOUND }],
    profile_keys: PROFILE,
    codes: super::codes::CODES,
    reserved: &[
        ("keyId", "identifies the trunk; name the trunk on the command line in its place"),
        ("type", "is set by --direction on create, and no update can change it"),
        ("sipPassword", "is a secret; give it as a reference with --password-from"),
    ],
    secret_keys: &["sipPassword"],
    curl_prelude: "TIMESTAMP=$(date +%s)",
    sandbox: &[
        ("base_url", "{base}/itniotech"),
        ("api_key", "sandbox-key"),
        ("api_secret", "sandbox-secret"),
    ],
};

const NO_EXTENSIONS: Support = Support::Unsupported {
    why: "The contact center's trunks serve agent groups, not extensions.",
    instead: "Name the agent group with --agent-group; its id is looked up.",
};

const PROFILE: &[ProfileKey] = &[
    ProfileKey {
        default: Some("https://api.itniotech.com"),
        ..key("base_url", "the API's address", KeyNeed::Optional)
    },
    ProfileKey {
        secret: true,
        ..key("api_key", "API key of Home > Developers in the console", KeyNeed::Always)
    },
    ProfileKey { secret: true, ..key("api_secret", "API secret of the same page", KeyNeed::Always) },
];

const fn key(name: &'static str, meaning: &'static str, need: KeyNeed) -> ProfileKey {
    ProfileKey { name, meaning, secret: false, need, default: None, values: &[] }
}

const NO_PORT: Need = Refused(
    "it is not documented whether Itniotech's gateway address takes a port; leave it out, or try it \
     unchecked in place of --host: --vendor-field sipGatewayIp='\"HOST:PORT\"'",
);
const NO_STATE: Need = Refused(
    "Itniotech tells whether a trunk is enabled, but no documented call changes it; leave it out and use the \
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
    // Both are required where the trunk registers and refused where it does not: see `rules`.
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
    // `peer` where it is not given.
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
