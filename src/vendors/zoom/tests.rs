mod abilities;
mod answers;
mod lists;
mod paging;
mod requests;
mod round;
mod rules;
mod surface;
mod surface_round;
mod world;

use super::Zoom;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::call::{Body, Request, Response};
use crate::vendors::tests::rig;

/// A profile with the defaults of the table, and these settings over them.
fn profile(settings: &[(&str, &str)]) -> Profile {
    rig::profile(&Zoom, settings, &[("client_secret", Secret::known("canary"))])
}

fn trunk(json: &str) -> crate::model::trunk::Trunk {
    serde_json::from_str(json).unwrap()
}

/// The bytes of a JSON body.
fn json(request: &Request) -> String {
    match &request.body {
        Body::Json(value) => value.to_string(),
        other => panic!("not JSON: {other:?}"),
    }
}

fn answer(status: u16, body: &str) -> Response {
    Response {
        status,
        headers: vec![("x-zm-trackingid".into(), "v=2.0;clid=us02;rid=WEB_1".into())],
        body: body.into(),
    }
}
