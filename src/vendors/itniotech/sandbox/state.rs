//! What the simulator remembers.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    pub next_key_id: i64,
    pub groups: Vec<Group>,
    pub trunks: Vec<Trunk>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    pub id: i64,
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trunk {
    pub key_id: i64,
    pub direction: Direction,
    pub name: String,
    pub prefix: Option<String>,
    pub groups: Vec<Binding>,
    pub gateway_ip: Option<String>,
    pub white_ip: Option<String>,
    pub registers: bool,
    pub account: Option<String>,
    pub password: Option<String>,
    /// Unix seconds, as is `updated`.
    pub created: u64,
    pub updated: u64,
}

/// The vendor's `type`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Direction {
    #[default]
    Outbound = 1,
    Inbound = 2,
}

/// An agent group of a trunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Binding {
    pub group: i64,
    pub number: Option<String>,
}

impl State {
    /// Whether ids are unique and below the next one.
    pub(super) fn is_sound(&self) -> bool {
        let known = |binding: &Binding| self.groups.iter().any(|group| group.id == binding.group);
        let sound = |trunk: &Trunk| trunk.key_id < self.next_key_id && trunk.groups.iter().all(known);
        self.next_key_id < i64::MAX && self.trunks.iter().all(sound)
    }
}
