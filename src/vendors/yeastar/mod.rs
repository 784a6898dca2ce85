//! Yeastar P-Series PBXs, by their Open API v1.0.

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

use serde_json::Value;

use super::call::{Call, Page, Slot, Token};
use super::simulator::Simulator;
use super::{Facts, Identity, LookupEntry, Vendor, Verdict};
use crate::model::error::Result;
use crate::model::health::StaticRule;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};

/// The adapter.
pub struct Yeastar;

impl Vendor for Yeastar {
    fn facts(&self) -> &'static Facts {
        &abilities::FACTS
    }

    fn log_in(&self, profile: &Profile) -> Result<Call<Token>> {
        Ok(auth::log_in(profile))
    }

    fn renew(&self, profile: &Profile, refresh: &Secret) -> Option<Call<Token>> {
        Some(auth::renew(profile, refresh))
    }

    fn authorise(&self, _profile: &Profile, token: &Secret, _now: u64) -> Vec<Slot> {
        auth::authorise(token)
    }

    fn check_create(&self, trunk: &Trunk) -> Verdict {
        rules::create(trunk)
    }

    fn check_update(&self, change: &TrunkChange, actual: Option<&ActualTrunk>) -> Verdict {
        rules::update(change, actual)
    }

    fn static_rules(&self) -> &'static [StaticRule] {
        rules::STATIC
    }

    fn create_trunk(&self, profile: &Profile, trunk: &Trunk) -> Result<Call<String>> {
        Ok(write::create(profile, trunk))
    }

    fn needs_actual(&self, change: &TrunkChange) -> bool {
        rules::needs_actual(change)
    }

    fn update_trunk(
        &self,
        profile: &Profile,
        id: &str,
        change: &Trunk,
        _actual: Option<&ActualTrunk>,
    ) -> Result<Call<()>> {
        write::update(profile, id, change)
    }

    fn list_trunks(&self, profile: &Profile, search: Option<&str>) -> Result<Call<Page<ActualTrunk>>> {
        Ok(lists::list_trunks(profile, search))
    }

    fn get_trunk(&self, profile: &Profile, id: &str) -> Result<Option<Call<ActualTrunk>>> {
        lists::get_trunk(profile, id).map(Some)
    }

    fn get_trunks(&self, profile: &Profile, ids: &[String]) -> Result<Option<Call<Vec<ActualTrunk>>>> {
        lists::get_trunks(profile, ids).map(Some)
    }

    fn delete_trunk(&self, profile: &Profile, id: &str) -> Result<Call<()>> {
        write::delete_trunk(profile, id)
    }

    fn look_up(
        &self,
        profile: &Profile,
        what: Operation,
        search: Option<&str>,
    ) -> Result<Call<Page<LookupEntry>>> {
        lists::look_up(profile, what, search).ok_or_else(|| self.facts().refuse(what))
    }

    fn identify(&self, profile: &Profile) -> Result<Call<Identity>> {
        Ok(lists::identify(profile))
    }

    /// A PBX allows eight live tokens.
    fn revoke(&self, profile: &Profile) -> Option<Call<()>> {
        Some(auth::revoke(profile))
    }

    fn simulator(&self, saved: Option<&Value>) -> Option<Box<dyn Simulator>> {
        let sandbox = saved.map_or_else(|| Some(sandbox::Sandbox::new()), sandbox::Sandbox::load)?;
        Some(Box::new(sandbox))
    }
}
