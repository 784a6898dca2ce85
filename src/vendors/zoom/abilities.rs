//! What Zoom SIP Connected Audio can do, as data. Fields: the `sip_trunk` paths of Zoom's OpenAPI file and
//! the pages "Assign SIP trunk configuration" and "Add internal numbers".

use crate::model::fields::Field;
use crate::model::profile::{KeyNeed, Names, ProfileKey};
use crate::model::support::Need::{Optional, Refused, Required};
use crate::model::support::{FieldFact, Need, Operation, Shape, Support, emulated, fact, native, none};
use crate::vendors::{End, Facts, Pace, PlanRate, Proof, Sip};

/// All of it.
pub static FACTS: Facts = Facts {
    name: "zoom",
    title: "Zoom SIP Connected Audio",
    abilities: &[
        native(Operation::TrunkCreate),
        none(
            Operation::TrunkUpdate,
            "Zoom documents no call that changes an assigned trunk.",
            "Delete it and create it again, or have the master account's trunk changed at Zoom.",
        ),
        native(Operation::TrunkList),
        emulated(
            Operation::TrunkGet,
            "Zoom has no call for one trunk; all of the account's are listed, and one is picked.",
        ),
        native(Operation::TrunkDelete),
        native(Operation::NumbersAdd),
        native(Operation::NumbersList),
        (
            Operation::NumbersUpdate,
            Support::Unknown(
                "Zoom's changelog of 24 January 2022 names a call that updates an internal number, but its \
                 method and its body are not documented. Remove the number and add it again.",
            ),
        ),
        native(Operation::NumbersRemove),
        native(Operation::SettingsAssign),
        // All but `enable`, which the answer does not have.
        native(Operation::SettingsRead),
        native(Operation::CountriesAdd),
        native(Operation::CountriesList),
        native(Operation::CountriesRemove),
        native(Operation::MasterNumbersList),
        native(Operation::MasterNumbersAssign),
        native(Operation::MasterNumbersClear),
        emulated(
            Operation::ProfileCheck,
            "An access token is obtained, and the trunks of the profile's account are listed.",
        ),
        emulated(
            Operation::ProfileLogout,
            "The cached token is forgotten; Zoom's tokens end by themselves within an hour.",
        ),
        none(
            Operation::FindItsp,
            "Zoom has no templates of providers; its trunks are set up at the master account.",
            "Name the master account's trunk with --master-trunk.",
        ),
        none(
            Operation::FindExtension,
            "Zoom's assigned trunks do not refer to extensions.",
            "Give the caller ID of the whole trunk with --caller-id.",
        ),
        none(
            Operation::FindExtensionGroup,
            "Zoom's assigned trunks do not refer to extension groups.",
            "Give the caller ID of the whole trunk with --caller-id.",
        ),
        none(
            Operation::FindAgentGroup,
            "Zoom's assigned trunks do not refer to agent groups.",
            "Calls on them go to meetings; add the numbers with `internal-numbers add`.",
        ),
    ],
    shapes: &[Shape { name: "assigned", fields: ASSIGNED }],
    own_kinds: &[],
    status_codes: &[],
    profile_keys: PROFILE,
    codes: super::codes::CODES,
    reserved: &[
        ("id", "names the master account's trunk; give --master-trunk in its place"),
        ("sip_trunks", "is the list that the trunk itself is sent in; give the keys of its entry"),
    ],
    secret_keys: &["access_token"],
    address_codes: &[],
    log_in_attempts: None,
    curl_prelude: "",
    pace: Pace { rates: RATES, default_plan: PRO, concurrency: 10 },
    proof: Proof::Token,
    trunks_per_call: 1,
    numbers_per_call: NUMBERS_PER_CALL,
    countries_per_call: COUNTRIES_PER_CALL,
    // "SIP trunk": a direct and private connection between Zoom and the customer's data center.
    sip: Sip { reports_status: false, end: End::PrivateLine },
    sandbox: &[
        ("base_url", "{base}/zoom/v2"),
        ("token_url", "{base}/zoom/oauth/token"),
        ("account_id", "sandbox-account"),
        ("client_id", "sandbox"),
        ("client_secret", "sandbox-secret"),
        ("account", "sub-1"),
        // A simulator has no limits of its own.
        ("plan", UNPACED),
    ],
};

const PROFILE: &[ProfileKey] = &[
    ProfileKey::new("base_url", "the API's address with its version", KeyNeed::Optional)
        .or("https://api.zoom.us/v2"),
    ProfileKey::new("token_url", "where access tokens are given", KeyNeed::Optional)
        .or("https://zoom.us/oauth/token"),
    ProfileKey::new("account_id", "Account ID of the Server-to-Server OAuth app", KeyNeed::ToLogIn)
        .names(Names::Account),
    ProfileKey::new("client_id", "Client ID of the same app", KeyNeed::ToLogIn).names(Names::Credentials),
    ProfileKey::new("client_secret", "Client Secret of the same app", KeyNeed::ToLogIn).secret(),
    ProfileKey::new(
        "access_token",
        "a token to use as it is, in place of the credentials",
        KeyNeed::Optional,
    )
    .secret(),
    ProfileKey::new(
        "account",
        "the account acted on: a sub account's id, or me for the master",
        KeyNeed::Optional,
    )
    .or(ME),
    ProfileKey::new(
        "body_format",
        "how bodies are sent; multipart is a last resort that fits only SIP settings: Zoom's own OpenAPI file \
         refuses lists in it",
        KeyNeed::Optional,
    )
    .or("json")
    .one_of(&["json", MULTIPART]),
    ProfileKey::new(
        "plan",
        "the account's plan, whose rate limits are kept; none where a gateway paces the calls",
        KeyNeed::Optional,
    )
    .or(PRO)
    .one_of(&[FREE, PRO, BUSINESS, UNPACED]),
];

const FREE: &str = "free";
const PRO: &str = "pro";
/// Business, Education, Enterprise and Partner.
const BUSINESS: &str = "business";
/// A plan without a rate.
const UNPACED: &str = "none";

/// The label of every call of SIP Connected Audio: of PATCH `settings` and the three calls of `numbers` by the
/// OpenAPI file, of the others by assumption, because it states none.
pub const LIGHT: &str = "Light";

/// Zoom's page "Rate limits". An account's apps and users share them.
const RATES: &[PlanRate] = &[rate(FREE, 4), rate(PRO, 30), rate(BUSINESS, 80)];

const fn rate(plan: &'static str, per_second: u32) -> PlanRate {
    PlanRate { plan, label: LIGHT, per_second }
}

/// The account id of the master account itself.
pub const ME: &str = "me";
/// The body format of the Postman collection.
pub const MULTIPART: &str = "multipart";
/// The most numbers in one POST (OpenAPI file: `maxItems`).
pub const NUMBERS_PER_CALL: usize = 30;
/// The most countries in one POST (OpenAPI file: `maxItems`).
pub const COUNTRIES_PER_CALL: usize = 30;
/// The most internal numbers on a page (OpenAPI file: `page_size`).
pub const PAGE_SIZE: usize = 300;
/// The fewest characters of a `dnis` (OpenAPI file: `minLength`).
pub const DNIS_MIN: usize = 5;

/// Zoom's "Abbreviation lists". The OpenAPI file knows three of them and the page "Add internal numbers" has
/// a fourth, so the list is known to grow.
pub const LOCALES: &[&str] = &[
    "en-GB", "en-US", "ar", "da-DK", "de-DE", "es-ES", "es-MX", "fr-CA", "fr-FR", "it-IT", "ja", "ko-KR",
    "nl-NL", "pt-BR", "pt-PT", "ru", "zh-CN", "zh-HK",
];

const NAME: Need = Refused("the name is the master account's trunk's, and Zoom keeps it; leave it out");
const MASTERS: Need = Refused(
    "belongs to the master account's trunk, where Zoom sets it up for the assignment too; leave it out",
);
const DIDS: Need = Refused("Zoom takes numbers apart from trunks; add them with `internal-numbers add`");
const PREFIX: Need =
    Refused("Zoom copies the number prefix from the master account's trunk; leave it out or give --dnis");
const SWITCH: Need =
    Refused("Zoom's trunks have no switch; use `sip-settings assign --enable` for the whole account");
const FIXED: Need = Refused("cannot be changed at Zoom; delete the assignment and create it again");

const ASSIGNED: &[FieldFact] = &[
    // Stands in the path of the request.
    fact(Field::Kind, "", Optional, FIXED),
    fact(Field::Direction, "", Optional, FIXED),
    fact(Field::Account, "", Optional, FIXED),
    fact(Field::MasterTrunk, "id", Required, FIXED),
    fact(Field::Dnis, "dnis", Optional, FIXED).at_most(8),
    fact(Field::CallerId, "outbound_caller_id", Optional, FIXED).at_most(32),
    fact(Field::Name, "", NAME, NAME),
    fact(Field::Enabled, "", SWITCH, SWITCH),
    fact(Field::Host, "", MASTERS, MASTERS),
    fact(Field::Port, "", MASTERS, MASTERS),
    fact(Field::Domain, "", MASTERS, MASTERS),
    fact(Field::Transport, "", MASTERS, MASTERS),
    fact(Field::Username, "", MASTERS, MASTERS),
    fact(Field::AuthName, "", MASTERS, MASTERS),
    fact(Field::Password, "", MASTERS, MASTERS),
    fact(Field::Codecs, "", MASTERS, MASTERS),
    fact(Field::OutboundProxy, "", MASTERS, MASTERS),
    fact(Field::Dids, "", DIDS, DIDS),
    fact(Field::Prefix, "", PREFIX, PREFIX),
];
