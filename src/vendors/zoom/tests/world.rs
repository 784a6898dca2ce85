//! Sends the adapter's calls to the simulator.

use super::super::Zoom;
use crate::model::number::{ActualNumber, InternalNumber, NumberType};
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::Vendor;
use crate::vendors::call::{Call, Fault, Page};
use crate::vendors::simulator::Simulator;
use crate::vendors::tests::rig;

const NOW: u64 = 1_800_000_000;

/// The simulator, and who talks to it.
pub struct World {
    simulator: Box<dyn Simulator>,
    pub profile: Profile,
    token: Secret,
}

impl World {
    pub fn new(settings: &[(&str, &str)]) -> Self {
        let mut profile = rig::sandbox(&Zoom);
        profile.settings.extend(settings.iter().map(|(key, value)| ((*key).into(), (*value).into())));
        Self { simulator: Zoom.simulator(None).unwrap(), profile, token: Secret::known("none yet") }
    }

    pub fn logged_in(settings: &[(&str, &str)]) -> Self {
        let mut world = Self::new(settings);
        let call = Zoom.log_in(&world.profile).unwrap();
        let token = world.send(&call).unwrap();
        assert!(token.expires_in > 3000);
        world.token = token.access;
        world
    }

    pub fn send<T>(&mut self, call: &Call<T>) -> Result<T, Fault> {
        let incoming = rig::incoming(&Zoom, &self.profile, &self.token, call, NOW);
        (call.read)(&self.simulator.handle(&incoming, NOW))
    }

    /// Every page of a list.
    pub fn pages<T>(&mut self, first: Call<Page<T>>) -> Vec<Page<T>> {
        let mut pages = vec![self.send(&first).unwrap()];
        while let Some(call) = pages.last_mut().unwrap().next.take() {
            pages.push(self.send(&call).unwrap());
        }
        pages
    }

    /// Every internal number of an account.
    pub fn numbers(&mut self, account: &str) -> Vec<ActualNumber> {
        let call = Zoom.list_numbers(&self.profile, account).unwrap();
        self.pages(call).into_iter().flat_map(|page| page.items).collect()
    }

    /// The codes of the countries of an account.
    pub fn countries(&mut self, account: &str) -> Vec<String> {
        let call = Zoom.list_countries(&self.profile, account).unwrap();
        self.send(&call).unwrap().items.into_iter().map(|country| country.id).collect()
    }

    pub fn trunk_ids(&mut self, account: &str) -> Vec<String> {
        self.profile.settings.insert("account".into(), account.into());
        let call = Zoom.list_trunks(&self.profile, None).unwrap();
        self.send(&call).unwrap().items.into_iter().map(|actual| actual.id).collect()
    }
}

pub fn number(at: usize) -> InternalNumber {
    InternalNumber {
        id: None,
        number: format!("+1646666{at:04}").parse().unwrap(),
        display_number: format!("+1 646 666 {at:04}"),
        country: "US".into(),
        what: NumberType::Toll,
        labels: "d/e?f=g é".into(),
        languages: "da-DK".into(),
        visible: Some(false),
        allow_join: Some(false),
        allow_for_external_meetings: None,
        vendor_fields: Default::default(),
    }
}
