//! What is to be done with one object.

use super::desired::Key;
use crate::model::number::InternalNumber;
use crate::model::plan::Step;
use crate::model::settings::SipSettings;
use crate::model::trunk::{ActualTrunk, Trunk};

/// A step, and what it writes.
#[derive(Debug)]
pub struct Task {
    /// What tells the object from others.
    pub key: Key,
    /// As people and scripts are told of it.
    pub step: Step,
    /// What it writes.
    pub write: Write,
}

/// What a step writes.
#[derive(Debug)]
pub enum Write {
    /// A trunk that is not there.
    CreateTrunk(Box<Trunk>),
    /// Fields of a trunk.
    UpdateTrunk(Box<Update>),
    /// A trunk that goes.
    DeleteTrunk(Box<ActualTrunk>),
    /// Settings of an account.
    Assign(SipSettings),
    /// A number that is not there.
    AddNumber(InternalNumber),
    /// A number that goes, by its id where the vendor told it.
    RemoveNumber(Option<String>),
    /// A country that is not there.
    AddCountry,
    /// A country that goes.
    RemoveCountry,
    /// It cannot be done.
    Nothing,
}

/// A change of a trunk.
#[derive(Debug)]
pub struct Update {
    /// The trunk as it was read.
    pub actual: ActualTrunk,
    /// The fields to set.
    pub set: Trunk,
    /// All that is wanted of it.
    pub wanted: Trunk,
}
