//! The adapter against the pages, and against the simulator.

mod answers;
mod requests;
mod rounds;
mod rules;
mod surface;

use std::collections::BTreeMap;

use serde_json::Value;

use super::Itniotech;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::model::trunk::{ActualTrunk, Trunk, TrunkChange};
use crate::vendors::call::{Body, Call, Place, Request, Response, Slot};
use crate::vendors::simulator::Incoming;

/// The time of page 004's example.
const NOW: u64 = 1_630_468_800;

/// A profile with the key and the secret that the vendor publishes as a sample.
fn profile() -> Profile {
    profile_with(Secret::known("bDqJFiq9"), Secret::known("7bz1lzh9"))
}

fn profile_with(key: Secret, secret: Secret) -> Profile {
    Profile {
        name: "test".into(),
        vendor: "itniotech".into(),
        settings: BTreeMap::from([("base_url".into(), "https://api.itniotech.com".into())]),
        origins: Default::default(),
        secrets: BTreeMap::from([("api_key".into(), key), ("api_secret".into(), secret)]),
        ca_file: None,
        proxy: Default::default(),
        allow_http: false,
        concurrency: None,
        identity: "test".into(),
        home: None,
    }
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

/// The request as it arrives once every slot is filled.
fn incoming(request: &Request, slots: &[Slot], base: &str) -> Incoming {
    let mut headers: Vec<(String, String)> =
        request.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    let mut body = match request.body.clone() {
        Body::Json(body) => Some(body),
        Body::Empty => None,
        other => panic!("{other:?}"),
    };
    for slot in slots {
        let secret = slot.secret.expose().unwrap();
        match &slot.place {
            Place::Json(pointer) => {
                *body.as_mut().unwrap().pointer_mut(pointer).unwrap() = Value::from(secret)
            }
            Place::Header { name, prefix } => {
                headers.push((name.to_lowercase(), format!("{prefix}{secret}")))
            }
            other => panic!("{other:?}"),
        }
    }
    Incoming {
        method: request.method.as_str().into(),
        path: request.url.strip_prefix(base).unwrap().into(),
        query: Vec::new(),
        headers,
        body: body.map(|body| body.to_string().into()).unwrap_or_default(),
        ..Incoming::default()
    }
}

fn secrets<T>(call: &Call<T>) -> Vec<(Place, Option<&str>)> {
    call.slots.iter().map(|slot| (slot.place.clone(), slot.secret.expose())).collect()
}
