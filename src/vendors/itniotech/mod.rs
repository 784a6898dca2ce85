//! Itniotech contact center, by its API v3.

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

use std::collections::BTreeSet;

use serde_json::Value;

use super::call::{Call, Page, Slot, Token};
use super::simulator::Simulator;
use super::{Claim, Facts, Identity, LookupEntry, Vendor, Verdict};
use crate::model::error::{Error, Kind, Result};
use crate::model::fields::Field;
use crate::model::health::StaticRule;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::model::support::Operation;
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};

/// The adapter.
pub struct Itniotech;

impl Vendor for Itniotech {
    fn facts(&self) -> &'static Facts {
        &abilities::FACTS
    }

    fn log_in(&self, _profile: &Profile) -> Result<Call<Token>> {
        Err(Error::new(Kind::Internal, "Itniotech has no log-in: every request is signed"))
    }

    fn authorise(&self, profile: &Profile, _token: &Secret, now: u64) -> Vec<Slot> {
        auth::authorise(profile, now)
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

    fn claims(&self, trunk: &Trunk) -> BTreeSet<Claim> {
        rules::claims(trunk)
    }

    fn create_trunk(&self, profile: &Profile, trunk: &Trunk) -> Result<Call<String>> {
        write::create(profile, trunk)
    }

    fn needs_actual(&self, change: &TrunkChange) -> bool {
        rules::needs_actual(change)
    }

    fn update_trunk(
        &self,
        profile: &Profile,
        id: &str,
        change: &Trunk,
        actual: Option<&ActualTrunk>,
    ) -> Result<Call<()>> {
        write::update(profile, id, change, actual)
    }

    fn emptied(&self, change: &Trunk, actual: &ActualTrunk) -> &'static [Field] {
        rules::emptied(change, actual)
    }

    fn list_trunks(&self, profile: &Profile, search: Option<&str>) -> Result<Call<Page<ActualTrunk>>> {
        Ok(lists::list_trunks(profile, search))
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

    fn simulator(&self, saved: Option<&Value>) -> Option<Box<dyn Simulator>> {
        let sandbox = saved.map_or_else(|| Some(sandbox::Sandbox::new()), sandbox::Sandbox::load)?;
        Some(Box::new(sandbox))
    }
}
