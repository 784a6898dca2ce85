//! From the objects of profiles to the entries of a manifest, with notes. The same objects give the same
//! entries, in whatever order a vendor lists them.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::convert;
use super::convert::{Fate, Fitted, Loss};
use super::normalize::normalized;
use super::notes;
use super::notes::Remarks;
use super::read::{Account, Holding};
use super::secrets::Secrets;
use crate::input::manifest::write::{NewManifest, Table, verbatim};
use crate::input::rows::NUMBERS;
use crate::model::fields::Field;
use crate::model::number::{ActualNumber, CalloutCountry, E164, NumberType};
use crate::model::plan::ResourceKind;
use crate::model::proxy::OutboundProxy;
use crate::model::settings::{Provided, SipSettings};
use crate::model::support::Operation;
use crate::model::text::excerpt;
use crate::model::trunk::{ActualTrunk, Trunk};
use crate::model::{country, diff};
use crate::vendors::Vendor;

/// The placeholder of an unknown profile.
const PROFILE: &str = "${PROFILE}";

/// The vendor that everything is converted for.
pub struct Aim {
    pub vendor: &'static dyn Vendor,
    /// The profile that the entries are for, where only one can be meant.
    pub profile: Option<String>,
}

/// What reads are there for what can be written.
const READS: &[(Operation, Operation, &str)] = &[
    (Operation::NumbersAdd, Operation::NumbersList, "internal numbers"),
    (Operation::SettingsAssign, Operation::SettingsRead, "SIP settings"),
    (Operation::CountriesAdd, Operation::CountriesList, "call-out countries"),
];

/// The entries and the notes.
pub fn compose(mut holdings: Vec<Holding>, aim: Option<&Aim>) -> (NewManifest, Remarks) {
    holdings.sort_by(|a, b| a.profile.cmp(&b.profile));
    let mut composer = Composer { aim, ..Composer::default() };
    for holding in holdings {
        composer.add(holding);
    }
    composer.name_missing_profile();
    let mut remarks = composer.remarks;
    remarks.secrets = composer.secrets.list;
    (composer.draft, remarks)
}

#[derive(Default)]
struct Composer<'a> {
    aim: Option<&'a Aim>,
    draft: NewManifest,
    remarks: Remarks,
    secrets: Secrets,
    /// The entries so far: kind, account or device, account id, name.
    wanted: HashSet<(&'static str, String, Option<String>, String)>,
}

/// Where something comes from.
struct Source<'h> {
    profile: &'h str,
    home: &'h str,
    vendor: &'static dyn Vendor,
    account: Option<&'h str>,
}

impl Composer<'_> {
    fn add(&mut self, holding: Holding) {
        let Holding { profile, home, vendor, mut accounts } = holding;
        let facts = vendor.facts();
        for (write, read, what) in READS {
            let reason = facts.support(*read).reason().filter(|_| !facts.support(*read).is_there());
            if let Some(why) = reason.filter(|_| facts.support(*write).is_there()) {
                self.remarks.leave_out(format!("{what} of {}", facts.title), why);
            }
        }
        accounts.sort_by(|a, b| a.id.cmp(&b.id));
        for Account { id, mut trunks, numbers, countries, settings } in accounts {
            let from = Source { profile: &profile, home: &home, vendor, account: id.as_deref() };
            trunks.sort_by(|a, b| (&a.trunk.name, &a.id).cmp(&(&b.trunk.name, &b.id)));
            for actual in trunks {
                self.add_trunk(&from, actual);
            }
            self.add_numbers(&from, numbers);
            self.add_settings(&from, settings);
            self.add_countries(&from, countries);
        }
    }

    /// The profile of the entries.
    fn target(&self, from: &Source<'_>) -> Value {
        match self.aim {
            None => verbatim(from.profile.into()),
            Some(Aim { profile: Some(profile), .. }) => verbatim(profile.as_str().into()),
            Some(Aim { profile: None, .. }) => PROFILE.into(),
        }
    }

    /// Whether nothing of this sort and name is wanted on the account yet.
    fn claim(&mut self, sort: &'static str, from: &Source<'_>, account: Option<&str>, name: &str) -> bool {
        let place = if self.aim.is_some() { PROFILE } else { from.home };
        self.wanted.insert((sort, place.to_owned(), account.map(str::to_owned), name.to_owned()))
    }

    fn add_trunk(&mut self, from: &Source<'_>, actual: ActualTrunk) {
        let id = actual.id.clone();
        let trunk = normalized(actual);
        let name = trunk.name.clone().unwrap_or(id);
        let fitted = match self.aim {
            Some(aim) => convert::other(&trunk, aim.vendor),
            None => match convert::own(&trunk, from.vendor) {
                Ok(fitted) => fitted,
                Err(why) => return self.remarks.leave_out(notes::trunk(from.profile, &name), why),
            },
        };
        let Fitted { mut trunk, mut losses } = fitted;
        if !self.claim_trunk(from, &mut trunk, &mut losses) {
            let why = "a trunk of that name and account is in it already";
            return self.remarks.leave_out(notes::trunk(from.profile, &name), why);
        }
        let whose = notes::trunk(from.profile, &name);
        if self.aim.is_some() {
            self.remarks.losses(&whose, &losses);
        } else {
            self.remarks.own_losses(from.profile, &name, &losses);
            self.remarks.leave_out_raw(from.profile, trunk.vendor_fields.keys());
        }
        let secret = trunk.password.is_some().then(|| self.secrets.name(from.profile, &name, whose));
        self.push(ResourceKind::Trunk, from, fields(&trunk, secret.as_deref()));
    }

    /// Makes sure that no other entry has the trunk's name. Trunks of several profiles that become one may
    /// need new names.
    fn claim_trunk(&mut self, from: &Source<'_>, trunk: &mut Trunk, losses: &mut Vec<Loss>) -> bool {
        let own = from.account.filter(|_| self.aim.is_none()).map(str::to_owned);
        let account = trunk.account.clone().or(own);
        let Some(name) = trunk.name.clone().or(trunk.master_trunk.clone()) else { return true };
        if self.claim("trunk", from, account.as_deref(), &name) {
            return true;
        }
        if self.aim.is_none() || trunk.name.is_none() {
            return false;
        }
        let names = (1..).map(|count: usize| match count {
            1 => format!("{name}-{}", from.profile),
            _ => format!("{name}-{}-{count}", from.profile),
        });
        // There are fewer trunks than names.
        for other in names.take(self.wanted.len() + 2) {
            if self.claim("trunk", from, account.as_deref(), &other) {
                let how = format!("{other}, because another trunk has the name `{}`", excerpt(&name, 80));
                losses.retain(|loss| loss.field != Field::Name);
                losses.insert(0, Loss { field: Field::Name, fate: Fate::Approximated(how) });
                trunk.name = Some(other);
                return true;
            }
        }
        false
    }

    /// Whether a list can be written; a note says what happens to it for another vendor.
    fn takes(&mut self, from: &Source<'_>, operation: Operation, what: &str, count: usize) -> bool {
        let Some(aim) = self.aim.filter(|_| count > 0) else { return count > 0 };
        let support = aim.vendor.facts().support(operation);
        let subject = format!("{count} {what} of {}", notes::account(from.profile, from.account));
        let fate = match support.reason() {
            _ if support.is_there() => "kept".to_owned(),
            why => format!("dropped: {}", why.unwrap_or_default()),
        };
        self.remarks.report.push((subject, fate));
        support.is_there()
    }

    /// Adds an entry. A trunk has its account among its fields.
    fn push(&mut self, kind: ResourceKind, from: &Source<'_>, values: Table) {
        let account = from.account.filter(|_| kind != ResourceKind::Trunk);
        let mut table = Table::from_iter([("profile".to_owned(), self.target(from))]);
        table.extend(account.map(|account| ("account".to_owned(), verbatim(account.into()))));
        table.extend(values);
        self.draft.entries.entry(kind).or_default().push(table);
    }

    fn add_numbers(&mut self, from: &Source<'_>, mut numbers: Vec<ActualNumber>) {
        numbers.sort_by(|a, b| (&a.number, &a.id).cmp(&(&b.number, &b.id)));
        if !self.takes(from, Operation::NumbersAdd, "internal numbers", numbers.len()) {
            return;
        }
        let mut rows = Vec::new();
        for actual in numbers {
            let what =
                format!("{} of {}", excerpt(&actual.number, 40), notes::account(from.profile, from.account));
            if let Err(why) = actual.number.parse::<E164>() {
                self.remarks.leave_out(what, why);
            } else if self.claim("number", from, from.account, &actual.number) {
                self.remarks.leave_out_raw(from.profile, actual.vendor_fields.keys());
                rows.push(verbatim(Value::Object(self.row(actual, &what))));
            }
        }
        if !rows.is_empty() {
            let rows = Table::from_iter([("numbers".to_owned(), rows.into())]);
            self.push(ResourceKind::InternalNumber, from, rows);
        }
    }

    /// The cells of a number that a manifest can express.
    fn row(&mut self, actual: ActualNumber, what: &str) -> Map<String, Value> {
        let strange = matches!(actual.what, Some(NumberType::Other(_)));
        let Ok(Value::Object(mut cells)) = serde_json::to_value(actual) else { return Map::new() };
        cells.retain(|key, value| {
            let text = value.as_str().unwrap_or("-");
            let odd = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            if !NUMBERS.keys.contains(&key.as_str()) || text.is_empty() {
                return false;
            }
            if odd || (key == "type" && strange) {
                let why = format!("`{}` cannot be written in a manifest", excerpt(text, 40));
                self.remarks.leave_out(format!("{key} of {what}"), why);
                return false;
            }
            true
        });
        cells
    }

    /// `enable` cannot be read. A value that the model does not know would not be taken back.
    fn add_settings(&mut self, from: &Source<'_>, mut actual: SipSettings) {
        self.remarks.leave_out_raw(from.profile, actual.vendor_fields.keys());
        actual.vendor_fields.clear();
        let account = notes::account(from.profile, from.account);
        for (field, value) in [
            ("show_zoom_provided_callout_countries", &mut actual.show_zoom_provided_callout_countries),
            ("show_zoom_provided_numbers", &mut actual.show_zoom_provided_numbers),
        ] {
            if let Some(Provided::Other(text)) = value {
                let why = format!("`{}` cannot be written in a manifest", excerpt(text, 40));
                self.remarks.leave_out(format!("{field} of {account}"), why);
                *value = None;
            }
        }
        if !self.takes(from, Operation::SettingsAssign, "SIP settings", usize::from(!actual.is_empty()))
            || !self.claim("settings", from, from.account, "")
        {
            return;
        }
        if actual.enable.is_none() && from.vendor.facts().support(Operation::SettingsRead).is_there() {
            self.remarks.leave_out(format!("enable of {account}"), "it cannot be read");
        }
        let values = diff::all(&actual).into_iter().map(|setting| (setting.field, setting.after));
        self.push(ResourceKind::SipSettings, from, values.collect());
    }

    fn add_countries(&mut self, from: &Source<'_>, countries: Vec<CalloutCountry>) {
        if !self.takes(from, Operation::CountriesAdd, "call-out countries", countries.len()) {
            return;
        }
        let mut codes: Vec<String> = Vec::new();
        for actual in countries {
            match country::code(&actual.id) {
                Ok(code) => codes.push(code),
                Err(why) => {
                    let account = notes::account(from.profile, from.account);
                    self.remarks.leave_out(format!("a call-out country of {account}"), why);
                }
            }
        }
        codes.sort();
        codes.retain(|code| self.claim("country", from, from.account, code));
        if !codes.is_empty() {
            let codes = Table::from_iter([("countries".to_owned(), codes.into())]);
            self.push(ResourceKind::CalloutCountry, from, codes);
        }
    }

    /// An unknown profile is the first note.
    fn name_missing_profile(&mut self) {
        let Some(aim) = self.aim.filter(|aim| aim.profile.is_none()) else { return };
        let why = format!(
            "needs input: profile: the profiles file has no profile, or several, of the vendor {}; write its name in \
             place of {PROFILE}, or give --var PROFILE=NAME",
            aim.vendor.facts().name
        );
        if !self.draft.entries.is_empty() {
            self.remarks.report.insert(0, ("every entry".to_owned(), why));
        }
    }
}

/// The fields of a trunk as a manifest has them.
fn fields(trunk: &Trunk, secret: Option<&str>) -> Table {
    let Ok(Value::Object(table)) = serde_json::to_value(trunk) else { return Table::new() };
    let write = |(key, value): (String, Value)| {
        let value = match (key.as_str(), secret, &trunk.outbound_proxy) {
            ("password", Some(name), _) => format!("env:{name}").into(),
            // In the short form, the address would get brackets that the vendor does not have.
            ("outbound_proxy", _, Some(OutboundProxy::Server { host, port: Some(port) }))
                if host.contains(':') && !host.starts_with('[') =>
            {
                json!({"host": host, "port": port})
            }
            _ => verbatim(value),
        };
        (key, value)
    };
    table.into_iter().map(write).collect()
}
