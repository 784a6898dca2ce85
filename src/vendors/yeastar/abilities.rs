//! What a P-Series PBX can do, as data. Fields: "Add a SIP Trunk" and "Edit a SIP Trunk".

use crate::model::fields::Field;
use crate::model::profile::{KeyNeed, Names, ProfileKey};
use crate::model::support::Need::{Optional, Refused, Required};
use crate::model::support::{FieldFact, Need, Operation, Shape, Support, emulated, fact, native, none};
use crate::vendors::{End, Facts, Pace, Proof, Sip};

/// All of it.
pub static FACTS: Facts = Facts {
    name: "yeastar",
    title: "Yeastar P-Series",
    abilities: ABILITIES,
    shapes: &[
        Shape { name: "register", fields: REGISTER },
        Shape { name: "peer", fields: PEER },
        Shape { name: "account", fields: ACCOUNT },
    ],
    // "Query Trunk List", `type`: the newest cloud copy, then the appliances'.
    own_kinds: &[
        "peer_did",
        "peer_port",
        "peer_private",
        "webtrunk",
        "FXO",
        "BRI",
        "E1",
        "J1",
        "T1",
        "GSM",
        "UMTS",
        "LTE",
        "CDMA",
    ],
    // "Query Trunk List", status codes, with those of the appliances.
    status_codes: &[
        "0", "1", "2", "3", "4", "5", "11", "12", "21", "22", "23", "31", "32", "33", "34", "35", "36", "41",
        "42", "43", "44", "45",
    ],
    profile_keys: PROFILE,
    codes: super::codes::CODES,
    reserved: &[
        ("id", "identifies the trunk; name the trunk on the command line in its place"),
        ("password", "is a secret; give it as a reference with --password-from"),
        ("access_token", "is a secret; give it in the profile"),
    ],
    secret_keys: &["password", "access_token", "refresh_token"],
    address_codes: &["70004", "70087"],
    // The PBX's guide, "Remove Blocked API IP Addresses".
    log_in_attempts: Some(5),
    curl_prelude: "",
    // No rate is documented; four at once is little enough for a PBX in use.
    pace: Pace { rates: &[], default_plan: "", concurrency: 4 },
    proof: Proof::Token,
    // No limit is documented; 50 ids are about 250 characters of a query.
    trunks_per_call: 50,
    numbers_per_call: 1,
    countries_per_call: 1,
    sip: Sip { reports_status: true, end: End::Device },
    sandbox: &[("base_url", "{base}/yeastar"), ("client_id", "sandbox"), ("client_secret", "sandbox-secret")],
};

const ABILITIES: &[(Operation, Support)] = &[
    native(Operation::TrunkCreate),
    native(Operation::TrunkUpdate),
    native(Operation::TrunkList),
    native(Operation::TrunkGet),
    native(Operation::TrunkDelete),
    none(Operation::NumbersAdd, NO_NUMBERS, "Give the numbers as DIDs: `trunk update … --add-did NUMBER`."),
    none(Operation::NumbersList, NO_NUMBERS, "`trunk get` shows the DIDs of a trunk."),
    none(
        Operation::NumbersUpdate,
        "A PBX has no internal numbers; a DID on a trunk has a name and nothing else to change.",
        "Give the DID its new name: `trunk update … --add-did NUMBER=NAME`.",
    ),
    none(Operation::NumbersRemove, NO_NUMBERS, "Take a DID away: `trunk update … --remove-did NUMBER`."),
    none(
        Operation::SettingsAssign,
        "A PBX has no master account whose SIP settings could be assigned.",
        "Set the trunk itself: `trunk update … --enable` or `--disable`.",
    ),
    none(
        Operation::SettingsRead,
        "A PBX has no assigned SIP settings: each trunk has its own.",
        "`trunk get` shows them.",
    ),
    none(Operation::CountriesAdd, NO_COUNTRIES, "Allow the calls in the PBX's outbound routes."),
    none(Operation::CountriesList, NO_COUNTRIES, "The PBX's outbound routes tell where calls may go."),
    none(Operation::CountriesRemove, NO_COUNTRIES, "Narrow the dial patterns of the PBX's outbound routes."),
    none(Operation::MasterNumbersList, NO_MASTER, "`trunk get` shows the DIDs of a trunk."),
    none(
        Operation::MasterNumbersAssign,
        NO_MASTER,
        "Give the numbers to a trunk as DIDs: `trunk update … --add-did NUMBER`.",
    ),
    none(
        Operation::MasterNumbersClear,
        "A PBX has no sub accounts whose numbers could be cleared.",
        "Take DIDs away from a trunk: `trunk update … --remove-did NUMBER`.",
    ),
    native(Operation::FindItsp),
    native(Operation::FindExtension),
    native(Operation::FindExtensionGroup),
    none(
        Operation::FindAgentGroup,
        "A PBX's trunks do not refer to agent groups.",
        "Calls are routed by the PBX's inbound routes.",
    ),
    emulated(
        Operation::ProfileCheck,
        "Reads one row of `trunk/list`: the API has no call that only tests credentials.",
    ),
    native(Operation::ProfileLogout),
];

const NO_NUMBERS: &str = "A PBX has no internal numbers of its own: numbers arrive on trunks.";
const NO_COUNTRIES: &str =
    "A PBX has no list of call-out countries: the dial patterns of its outbound routes decide.";
const NO_MASTER: &str = "A PBX has no master account whose numbers could be given away.";

const PROFILE: &[ProfileKey] = &[
    ProfileKey::new("base_url", "the PBX's web address, as in https://192.0.2.10:8088", KeyNeed::Always),
    ProfileKey::new("client_id", "Client ID of Integrations > API on the PBX", KeyNeed::ToLogIn)
        .names(Names::Credentials),
    ProfileKey::new("client_secret", "Client Secret of the same page", KeyNeed::ToLogIn).secret(),
    ProfileKey::new(
        "access_token",
        "a token to use as it is, in place of the credentials",
        KeyNeed::Optional,
    )
    .secret(),
];

const TRANSPORTS: &[&str] = &["udp", "tcp", "tls", "dnsnaptr"];
const ACCOUNT_TRANSPORTS: &[&str] = &["udp", "tcp", "tls"];
/// Table 1 of both pages.
const CODECS: &[&str] = &[
    "ulaw", "alaw", "g729", "gsm", "h264", "h263", "h263p", "ilbc", "g722", "g726", "speex", "adpcm",
    "mpeg4", "vp8", "opus",
];
/// Table 5 of "Add a SIP Trunk". Table 5 of "Edit a SIP Trunk" has `mpeg4` besides: see `rules::update`.
pub const PEER_CREATE_CODECS: &[&str] = &[
    "ulaw", "alaw", "g729", "gsm", "h264", "h263", "h263p", "ilbc", "g722", "g726", "speex", "adpcm", "vp8",
    "opus",
];

const FIXED: Need = Refused("cannot be changed on a PBX; delete the trunk and create it again");

const REGISTER: &[FieldFact] = &[
    fact(Field::Name, "name", Required, Optional),
    // On update it only says which table applies.
    fact(Field::Kind, "type", Required, FIXED),
    fact(Field::Direction, "", Optional, Optional),
    fact(Field::Transport, "transport", Required, Optional).one_of(TRANSPORTS),
    fact(Field::Host, "hostname", Required, Optional),
    fact(Field::Port, "port", Required, Optional),
    // Required in the request; defaults to the host.
    fact(Field::Domain, "domain", Optional, Optional),
    fact(Field::Username, "username", Required, Optional),
    fact(Field::Password, "password", Required, Optional),
    fact(Field::AuthName, "auth_name", Required, Optional),
    fact(Field::Codecs, "codec_sel", Required, Optional).one_of(CODECS),
    fact(Field::Enabled, "enable", Optional, Optional),
    fact(Field::Country, "country", Optional, FIXED),
    fact(Field::Itsp, "itsp", Optional, FIXED),
    fact(Field::OutboundProxy, "outbound_proxy_server", Optional, Optional),
    fact(Field::CallerId, "def_outbound_cid", Optional, Optional),
    fact(Field::CallerIdOverrides, "outbound_cid_list", Optional, Optional),
    fact(Field::Dids, "did_list", Optional, Optional),
];

const NO_REGISTRATION: Need =
    Refused("a peer trunk does not register and has no credentials; leave it out or use --kind register");
const STAYS_UNREGISTERED: Need = Refused(
    "a peer trunk does not register and has no credentials, and its kind cannot be changed; leave it out, or create a \
     register trunk",
);

const PEER: &[FieldFact] = &[
    fact(Field::Name, "name", Required, Optional),
    // On update it only says which table applies.
    fact(Field::Kind, "type", Required, FIXED),
    fact(Field::Direction, "", Optional, Optional),
    fact(Field::Transport, "transport", Required, Optional).one_of(TRANSPORTS),
    fact(Field::Host, "hostname", Required, Optional),
    fact(Field::Port, "port", Required, Optional),
    fact(Field::Domain, "domain", Optional, Optional),
    fact(Field::Username, "", NO_REGISTRATION, STAYS_UNREGISTERED),
    fact(Field::Password, "", NO_REGISTRATION, STAYS_UNREGISTERED),
    fact(Field::AuthName, "", NO_REGISTRATION, STAYS_UNREGISTERED),
    fact(Field::Codecs, "codec_sel", Required, Optional).one_of(CODECS),
    fact(Field::Enabled, "enable", Optional, Optional),
    fact(Field::Country, "country", Optional, FIXED),
    fact(Field::Itsp, "itsp", Optional, FIXED),
    fact(Field::CallerId, "def_outbound_cid", Optional, Optional),
    fact(Field::CallerIdOverrides, "outbound_cid_list", Optional, Optional),
    fact(Field::Dids, "did_list", Optional, Optional),
];

const FAR_END: Need = Refused(
    "the far end of an account trunk registers with the PBX, which has no address for it; leave it out",
);
const NO_DIDS: Need =
    Refused("account trunks take no DIDs; route their calls by the PBX's inbound routes instead");

const ACCOUNT: &[FieldFact] = &[
    fact(Field::Name, "name", Required, Optional),
    // On update it only says which table applies.
    fact(Field::Kind, "type", Required, FIXED),
    fact(Field::Direction, "", Optional, Optional),
    fact(Field::Transport, "transport", Required, Optional).one_of(ACCOUNT_TRANSPORTS),
    fact(Field::Host, "", FAR_END, FAR_END),
    fact(Field::Port, "", FAR_END, FAR_END),
    fact(Field::Domain, "", FAR_END, FAR_END),
    // `number` on create, `username` on update: table 9 of each page.
    fact(Field::Username, "number", Required, Optional),
    fact(Field::Password, "password", Required, Optional),
    fact(Field::AuthName, "auth_name", Required, Optional),
    fact(Field::Codecs, "codec_sel", Required, Optional).one_of(CODECS),
    fact(Field::Enabled, "enable", Optional, Optional),
    fact(Field::Country, "country", Optional, FIXED),
    fact(Field::Itsp, "itsp", Optional, FIXED),
    fact(Field::CallerId, "def_outbound_cid", Optional, Optional),
    fact(Field::CallerIdOverrides, "outbound_cid_list", Optional, Optional),
    fact(Field::Dids, "", NO_DIDS, NO_DIDS),
];
