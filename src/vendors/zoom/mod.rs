//! Zoom SIP Connected Audio, by the `sip_trunk` part of Zoom's REST API v2.

mod abilities;
mod auth;
mod codes;
mod lists;
mod read;
mod requests;
mod rules;
mod sandbox;
#[cfg(test)]
mod tests;
mod wire;
mod write;

use serde_json::{Map, Value};

pub use wire::{NumberItem, SettingsBody};
pub use write::{numbers_request, settings_request};

use super::call::{Call, Page, Slot, Token};
use super::simulator::Simulator;
use super::{Added, Facts, Identity, Vendor, Verdict};
use crate::model::error::Result;
use crate::model::number::{ActualNumber, CalloutCountry, InternalNumber, MasterNumber};
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::model::settings::SipSettings;
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};

/// The adapter.
pub struct Zoom;

impl Vendor for Zoom {
    fn facts(&self) -> &'static Facts {
        &abilities::FACTS
    }

    fn log_in(&self, profile: &Profile) -> Result<Call<Token>> {
        Ok(auth::log_in(profile))
    }

    fn authorise(&self, _profile: &Profile, token: &Secret, _now: u64) -> Vec<Slot> {
        auth::authorise(token)
    }

    fn check_create(&self, trunk: &Trunk) -> Verdict {
        rules::create(trunk)
    }

    /// Nothing to judge: the operation itself is refused.
    fn check_update(&self, _change: &TrunkChange, _actual: Option<&ActualTrunk>) -> Verdict {
        Verdict::default()
    }

    fn create_trunk(&self, profile: &Profile, trunk: &Trunk) -> Result<Call<String>> {
        write::create(profile, trunk)
    }

    /// Zoom cannot search, so the caller filters.
    fn list_trunks(&self, profile: &Profile, _search: Option<&str>) -> Result<Call<Page<ActualTrunk>>> {
        lists::list_trunks(profile)
    }

    fn delete_trunk(&self, profile: &Profile, id: &str) -> Result<Call<()>> {
        write::delete(profile, id)
    }

    fn check_number(&self, number: &InternalNumber) -> Verdict {
        rules::number(number)
    }

    fn add_numbers(
        &self,
        profile: &Profile,
        account: &str,
        numbers: &[InternalNumber],
    ) -> Result<Call<Vec<Added>>> {
        write::add_numbers(profile, account, numbers)
    }

    fn read_settings(&self, profile: &Profile, account: &str) -> Result<Call<SipSettings>> {
        lists::read_settings(profile, account)
    }

    fn assign_settings(&self, profile: &Profile, account: &str, settings: &SipSettings) -> Result<Call<()>> {
        write::assign_settings(profile, account, settings)
    }

    fn list_numbers(&self, profile: &Profile, account: &str) -> Result<Call<Page<ActualNumber>>> {
        lists::list_numbers(profile, account)
    }

    fn remove_number(&self, profile: &Profile, account: &str, id: &str) -> Result<Call<()>> {
        write::remove_number(profile, account, id)
    }

    fn list_countries(&self, profile: &Profile, account: &str) -> Result<Call<Page<CalloutCountry>>> {
        lists::list_countries(profile, account)
    }

    fn add_countries(
        &self,
        profile: &Profile,
        account: &str,
        codes: &[String],
    ) -> Result<Call<Vec<CalloutCountry>>> {
        write::add_countries(profile, account, codes)
    }

    fn remove_country(&self, profile: &Profile, account: &str, code: &str) -> Result<Call<()>> {
        write::remove_country(profile, account, code)
    }

    fn list_master_numbers(&self, profile: &Profile) -> Result<Call<Page<MasterNumber>>> {
        Ok(lists::list_master_numbers(profile))
    }

    fn assign_master_numbers(
        &self,
        profile: &Profile,
        account: &str,
        numbers: &[String],
        raw: &Map<String, Value>,
    ) -> Result<Call<()>> {
        write::assign_master_numbers(profile, account, numbers, raw)
    }

    fn clear_numbers(&self, profile: &Profile, account: &str) -> Result<Call<()>> {
        write::clear_numbers(profile, account)
    }

    fn identify(&self, profile: &Profile) -> Result<Call<Identity>> {
        lists::identify(profile)
    }

    fn simulator(&self, saved: Option<&Value>) -> Option<Box<dyn Simulator>> {
        let sandbox = saved.map_or_else(|| Some(sandbox::Sandbox::new()), sandbox::Sandbox::load)?;
        Some(Box::new(sandbox))
    }
}
