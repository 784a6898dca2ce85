//! The vendors: one folder of ordinary functions each, behind one small synchronous trait.
//!
//! # Adding a vendor
//!
//! 1. Create a folder with the same files as its neighbours: `mod.rs` (the trait), `abilities.rs` (operations, fields
//!    and profile keys as data), `auth.rs` (credentials), `wire.rs` (the vendor's JSON), `requests.rs` (what all
//!    requests have in common), `write.rs` (requests that change something, from the model), `lists.rs` (requests that
//!    read, page by page), `read.rs` (from answers to the model), `rules.rs` (checks that need no call and that no
//!    table can express), `codes.rs` (error codes) and `sandbox/` (the simulator).
//! 2. Add its module and its row in [`ALL`] below.
//!
//! The capability matrix, help texts, schemas, the sandbox, `explain`, profiles and their checks follow from that
//! row. Code in these folders never awaits, prints, opens a file, or reads the clock or the environment.

pub mod call;
pub mod check;
pub mod codes;
pub mod itniotech;
pub mod paging;
pub mod simulator;
#[cfg(test)]
mod tests;
pub mod yeastar;
pub mod zoom;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::model::error::{Error, FieldError, Kind, Result};
use crate::model::fields::Field;
use crate::model::health::StaticRule;
use crate::model::number::{ActualNumber, CalloutCountry, InternalNumber, MasterNumber};
use crate::model::profile::{Profile, ProfileKey};
use crate::model::secret::Secret;
use crate::model::settings::SipSettings;
use crate::model::support::{FieldFact, Operation, Shape, Support};
use crate::model::trunk::{self, ActualTrunk, Trunk, TrunkChange};
use call::{Call, Page, Slot, Token};
use codes::Code;
use simulator::Simulator;

/// Every vendor, in the order of the documentation.
pub const ALL: &[&dyn Vendor] = &[&yeastar::Yeastar, &itniotech::Itniotech, &zoom::Zoom];

/// The names of all vendors.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|vendor| vendor.facts().name).collect()
}

/// The vendor of that name. The error contains the nearest known name.
pub fn by_name(name: &str) -> Result<&'static dyn Vendor> {
    ALL.iter().copied().find(|vendor| vendor.facts().name == name).ok_or_else(|| {
        let names = names();
        let error = Error::config(format!("vendor `{name}` is not known"));
        match crate::model::text::nearest(name, names.iter().copied()) {
            Some(near) => error.hint(format!("did you mean `{near}`? trunkctl knows {}", names.join(", "))),
            None => error.hint(format!("use one of {}", names.join(", "))),
        }
    })
}

/// The same for a name on the command line: its error is one of usage.
pub fn asked(name: &str) -> Result<&'static dyn Vendor> {
    by_name(name).map_err(|mut error| {
        error.kind = Kind::Usage;
        error
    })
}

/// The keys of a vendor's profiles.
pub fn keys_of(vendor: &str) -> Result<&'static [ProfileKey]> {
    Ok(by_name(vendor)?.facts().profile_keys)
}

/// What is known of a vendor without asking it.
pub struct Facts {
    /// The name in profiles and on the command line.
    pub name: &'static str,
    /// The product's name for people.
    pub title: &'static str,
    /// Support by operation. What is not listed is unsupported.
    pub abilities: &'static [(Operation, Support)],
    /// The shapes of its trunks with their fields.
    pub shapes: &'static [Shape],
    /// Its own documented words for kinds of trunks that the model does not name.
    pub own_kinds: &'static [&'static str],
    /// Its own documented codes for the status of a trunk.
    pub status_codes: &'static [&'static str],
    /// The keys of its profiles.
    pub profile_keys: &'static [ProfileKey],
    /// Its documented error codes.
    pub codes: &'static [Code],
    /// Keys of its own bodies that this tool sets by itself or keeps out of plain sight: no raw field may.
    pub reserved: &'static [(&'static str, &'static str)],
    /// Keys of its JSON whose values are secrets.
    pub secret_keys: &'static [&'static str],
    /// Codes at log-in that speak of the caller's address and not of the credentials.
    pub address_codes: &'static [&'static str],
    /// The number of failed log-ins after which the vendor blocks the caller's address; none if it is not
    /// known to do so.
    pub log_in_attempts: Option<u32>,
    /// What a shell has to run before a printed curl line.
    pub curl_prelude: &'static str,
    /// How fast its calls may follow each other.
    pub pace: Pace,
    /// How requests prove who sends them.
    pub proof: Proof,
    /// How many trunks one call of [`Vendor::get_trunks`] reads.
    pub trunks_per_call: usize,
    /// How many numbers one call of [`Vendor::add_numbers`] takes.
    pub numbers_per_call: usize,
    /// How many countries one call of [`Vendor::add_countries`] takes.
    pub countries_per_call: usize,
    /// What checks of its trunks rest on.
    pub sip: Sip,
    /// The profile of the sandbox: settings and secrets, with `{base}` for the sandbox's address.
    pub sandbox: &'static [(&'static str, &'static str)],
}

impl Facts {
    /// How the vendor supports an operation.
    pub fn support(&self, operation: Operation) -> Support {
        self.abilities.iter().find(|(known, _)| *known == operation).map_or(
            Support::Unsupported { why: "This vendor has no such operation.", instead: "" },
            |(_, support)| *support,
        )
    }

    /// The refusal of an operation that the vendor does not have.
    pub fn refuse(&self, operation: Operation) -> Error {
        let (why, instead) = match self.support(operation) {
            Support::Unsupported { why, instead } => (why, instead),
            Support::Unknown(why) => (why, ""),
            Support::Native | Support::Emulated(_) => ("The adapter does not implement it.", ""),
        };
        let mut error = Error::new(
            Kind::Unsupported,
            format!("{}: {} is not supported. {why}", self.title, operation.name()),
        );
        error.vendor = Some(self.name);
        if instead.is_empty() { error.hint("see `trunkctl vendors`") } else { error.hint(instead) }
    }

    /// Whether its profiles name an account, which a command can replace.
    pub fn has_accounts(&self) -> bool {
        self.profile_keys.iter().any(|key| key.name == "account")
    }

    /// Whether this is true of the field in some shape.
    pub fn any_shape(&self, field: Field, holds: impl Fn(&FieldFact) -> bool) -> bool {
        self.shapes.iter().filter_map(|shape| shape.fact(field)).any(holds)
    }

    /// The shape with that word of the vendor for a kind.
    pub fn shape_of(&self, word: &str) -> Option<&'static Shape> {
        self.shapes.iter().find(|shape| stands_for(word, shape.name))
    }

    /// Whether a shape fits the kind of the trunk.
    pub fn has_shape(&self, trunk: &Trunk) -> bool {
        let by_kind = || self.shapes.iter().any(|shape| trunk::Kind::WORDS.contains(&shape.name));
        trunk.kind.as_ref().is_none_or(|kind| !by_kind() || self.shape_of(kind.as_str()).is_some())
    }

    /// The shape of that name.
    pub fn shape(&self, name: &str) -> Option<&'static Shape> {
        self.shapes.iter().find(|shape| shape.name == name)
    }
}

/// Whether a vendor's word means this kind. A newer word begins with the older one: `peer_did` is a peer trunk.
pub fn stands_for(word: &str, kind: &str) -> bool {
    word.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

/// What checks of a vendor's trunks rest on.
pub struct Sip {
    /// Whether the vendor reports if a trunk is registered or reachable.
    pub reports_status: bool,
    /// Where the vendor's own end of a trunk is.
    pub end: End,
}

/// Where a vendor's end of a trunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// On the device at the profile's `base_url`.
    Device,
    /// On the internet.
    Internet,
    /// On a private line to the customer.
    PrivateLine,
}

/// How fast a vendor's calls may follow each other, and how many may be under way at the same time.
pub struct Pace {
    /// The documented rates. A label without a row is not paced.
    pub rates: &'static [PlanRate],
    /// The plan of a profile that names none.
    pub default_plan: &'static str,
    /// The maximum number of calls at the same time, unless the profile sets one.
    pub concurrency: usize,
}

/// How often an account on a plan may make calls of one label.
pub struct PlanRate {
    /// The plan, as profiles name it.
    pub plan: &'static str,
    /// The vendor's label of the calls.
    pub label: &'static str,
    /// Calls in a second.
    pub per_second: u32,
}

/// How requests prove who sends them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A token that a log-in gives.
    Token,
    /// A signature over each attempt.
    Signature,
}

/// What a vendor's rules say of an input.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Why it is refused.
    pub errors: Vec<FieldError>,
    /// What may be wrong with it.
    pub warnings: Vec<String>,
}

/// What a lookup finds: an object that a trunk refers to.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct LookupEntry {
    /// The vendor's id.
    pub id: String,
    /// Its number, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its country, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Who answered a harmless read: names and values for people, such as the device's serial number.
pub type Identity = Vec<(String, String)>;

/// An internal number that was added, and its id if the vendor returns it.
pub type Added = (String, Option<String>);

/// Something that only one trunk can have at a time: its kind and its value.
pub type Claim = (&'static str, String);

/// A vendor: pure functions from the common model to calls and from answers to the common model.
///
/// The default of every operation refuses it ([`Kind::Unsupported`]) with the reason of the vendor's abilities.
pub trait Vendor: Sync {
    /// What is known of it without asking.
    fn facts(&self) -> &'static Facts;

    /// Gets a token with the profile's credentials. Only for [`Proof::Token`].
    fn log_in(&self, profile: &Profile) -> Result<Call<Token>>;

    /// Renews a token without the credentials; none if the vendor cannot.
    fn renew(&self, _profile: &Profile, _refresh: &Secret) -> Option<Call<Token>> {
        None
    }

    /// The secrets that prove one attempt at `now` (Unix seconds): the token, or keys and signature.
    fn authorise(&self, profile: &Profile, token: &Secret, now: u64) -> Vec<Slot>;

    /// Checks a trunk that is to be created.
    fn check_create(&self, trunk: &Trunk) -> Verdict;

    /// Checks a change; `actual` is the existing trunk, if it was read.
    fn check_update(&self, change: &TrunkChange, actual: Option<&ActualTrunk>) -> Verdict;

    /// The static rules that `trunk check` applies to its trunks, in addition to those for every vendor.
    fn static_rules(&self) -> &'static [StaticRule] {
        &[]
    }

    /// What no other trunk can have together with this one. An update that gives it up is sent before one that takes it.
    fn claims(&self, trunk: &Trunk) -> BTreeSet<Claim> {
        trunk.dids.iter().flatten().map(|did| ("number", did.number.clone())).collect()
    }

    /// Creates a trunk whose references are resolved. Answers its id.
    fn create_trunk(&self, _profile: &Profile, _trunk: &Trunk) -> Result<Call<String>> {
        Err(self.facts().refuse(Operation::TrunkCreate))
    }

    /// Whether the existing trunk has to be read before this change can be made.
    fn needs_actual(&self, _change: &TrunkChange) -> bool {
        true
    }

    /// Changes a trunk; `actual` is there whenever [`Vendor::needs_actual`] asked for it.
    fn update_trunk(
        &self,
        _profile: &Profile,
        _id: &str,
        _change: &Trunk,
        _actual: Option<&ActualTrunk>,
    ) -> Result<Call<()>> {
        Err(self.facts().refuse(Operation::TrunkUpdate))
    }

    /// The fields that this change empties although it does not name them, because a request replaces the
    /// whole trunk. They are shown as a part of the change.
    fn emptied(&self, _change: &Trunk, _actual: &ActualTrunk) -> &'static [Field] {
        &[]
    }

    /// Lists trunks, perhaps only those that match `search`; rows may lack fields that [`Vendor::get_trunk`] returns.
    fn list_trunks(&self, _profile: &Profile, _search: Option<&str>) -> Result<Call<Page<ActualTrunk>>> {
        Err(self.facts().refuse(Operation::TrunkList))
    }

    /// Reads one whole trunk; none if the rows of the list are whole already.
    fn get_trunk(&self, _profile: &Profile, _id: &str) -> Result<Option<Call<ActualTrunk>>> {
        Ok(None)
    }

    /// Reads several whole trunks in one call; none if the vendor has no such call. Trunks that do not exist
    /// may be missing in the answer, or may make the vendor refuse the call.
    fn get_trunks(&self, _profile: &Profile, _ids: &[String]) -> Result<Option<Call<Vec<ActualTrunk>>>> {
        Ok(None)
    }

    /// Deletes a trunk, or takes an assigned one away from the profile's account.
    fn delete_trunk(&self, _profile: &Profile, _id: &str) -> Result<Call<()>> {
        Err(self.facts().refuse(Operation::TrunkDelete))
    }

    /// Lists objects that a trunk can refer to. `search` limits them as exactly as the vendor's own search does.
    fn look_up(
        &self,
        _profile: &Profile,
        what: Operation,
        _search: Option<&str>,
    ) -> Result<Call<Page<LookupEntry>>> {
        Err(self.facts().refuse(what))
    }

    /// Checks an internal number that is to be added.
    fn check_number(&self, _number: &InternalNumber) -> Verdict {
        Verdict::default()
    }

    /// Adds internal numbers to an account. Answers them with their ids.
    fn add_numbers(
        &self,
        _profile: &Profile,
        _account: &str,
        _numbers: &[InternalNumber],
    ) -> Result<Call<Vec<Added>>> {
        Err(self.facts().refuse(Operation::NumbersAdd))
    }

    /// Reads the SIP settings of an account that the vendor returns.
    fn read_settings(&self, _profile: &Profile, _account: &str) -> Result<Call<SipSettings>> {
        Err(self.facts().refuse(Operation::SettingsRead))
    }

    /// Assigns SIP settings to an account.
    fn assign_settings(
        &self,
        _profile: &Profile,
        _account: &str,
        _settings: &SipSettings,
    ) -> Result<Call<()>> {
        Err(self.facts().refuse(Operation::SettingsAssign))
    }

    /// Lists the internal numbers of an account.
    fn list_numbers(&self, _profile: &Profile, _account: &str) -> Result<Call<Page<ActualNumber>>> {
        Err(self.facts().refuse(Operation::NumbersList))
    }

    /// Removes an internal number by its id.
    fn remove_number(&self, _profile: &Profile, _account: &str, _id: &str) -> Result<Call<()>> {
        Err(self.facts().refuse(Operation::NumbersRemove))
    }

    /// Lists the countries that meetings of an account can call out to.
    fn list_countries(&self, _profile: &Profile, _account: &str) -> Result<Call<Page<CalloutCountry>>> {
        Err(self.facts().refuse(Operation::CountriesList))
    }

    /// Adds countries, as upper-case two-letter codes. Answers those that the account then has of them.
    fn add_countries(
        &self,
        _profile: &Profile,
        _account: &str,
        _codes: &[String],
    ) -> Result<Call<Vec<CalloutCountry>>> {
        Err(self.facts().refuse(Operation::CountriesAdd))
    }

    /// Removes a country by its two-letter code.
    fn remove_country(&self, _profile: &Profile, _account: &str, _code: &str) -> Result<Call<()>> {
        Err(self.facts().refuse(Operation::CountriesRemove))
    }

    /// Lists the numbers of the master account.
    fn list_master_numbers(&self, _profile: &Profile) -> Result<Call<Page<MasterNumber>>> {
        Err(self.facts().refuse(Operation::MasterNumbersList))
    }

    /// Gives numbers of the master account to a sub account, spelled as [`Vendor::list_master_numbers`] gives them.
    /// `raw` are keys of the vendor's own body.
    fn assign_master_numbers(
        &self,
        _profile: &Profile,
        _account: &str,
        _numbers: &[String],
        _raw: &Map<String, Value>,
    ) -> Result<Call<()>> {
        Err(self.facts().refuse(Operation::MasterNumbersAssign))
    }

    /// Removes every internal number of a sub account.
    fn clear_numbers(&self, _profile: &Profile, _account: &str) -> Result<Call<()>> {
        Err(self.facts().refuse(Operation::MasterNumbersClear))
    }

    /// A harmless read that proves the credentials and identifies who answered.
    fn identify(&self, _profile: &Profile) -> Result<Call<Identity>> {
        Err(self.facts().refuse(Operation::ProfileCheck))
    }

    /// Revokes the token that authorises this call; none if the vendor cannot.
    fn revoke(&self, _profile: &Profile) -> Option<Call<()>> {
        None
    }

    /// The simulator for the sandbox, new or with a saved state; none if the saved state cannot be read.
    fn simulator(&self, saved: Option<&Value>) -> Option<Box<dyn Simulator>>;
}
