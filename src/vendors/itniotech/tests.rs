//! The adapter against the pages, and against the simulator.

mod answers;
mod requests;
mod rounds;
mod rules;
mod surface;

use serde_json::Value;

use super::Itniotech;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};
use crate::vendors::call::{Body, Call, Place, Request, Response};
use crate::vendors::tests::rig;

/// The time of page 004's example.
const NOW: u64 = 1_630_468_800;

/// A profile with the key and the secret that the vendor publishes as a sample.
fn profile() -> Profile {
    profile_with(Secret::known("bDqJFiq9"), Secret::known("7bz1lzh9"))
}

fn profile_with(key: Secret, secret: Secret) -> Profile {
    rig::profile(&Itniotech, &[], &[("api_key", key), ("api_secret", secret)])
}

fn trunk(json: &str) -> Trunk {
    serde_json::from_str(json).unwrap()
}

/// A trunk with its password known.
fn with_password(json: &str, password: &str) -> Trunk {
    Trunk { password: Some(Secret::known(password)), ..trunk(json) }
}

fn change(json: &str) -> TrunkChange {
    TrunkChange { set: trunk(json), ..TrunkChange::default() }
}

fn actual(trunk: Trunk) -> ActualTrunk {
    ActualTrunk { id: "7".into(), trunk, ..ActualTrunk::default() }
}

fn answer(body: &str) -> Response {
    Response { status: 200, headers: Vec::new(), body: body.into() }
}

/// The JSON without white space, in its order: how a body goes over the wire.
fn compact(json: &str) -> String {
    serde_json::from_str::<Value>(json).unwrap().to_string()
}

fn body_text(request: &Request) -> String {
    match &request.body {
        Body::Json(body) => body.to_string(),
        other => panic!("{other:?}"),
    }
}

fn secrets<T>(call: &Call<T>) -> Vec<(Place, Option<&str>)> {
    call.slots.iter().map(|slot| (slot.place.clone(), slot.secret.expose())).collect()
}
