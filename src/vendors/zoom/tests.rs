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

use std::collections::BTreeMap;

use super::Zoom;
use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::Vendor;
use crate::vendors::call::{Body, Request, Response};

/// A profile with the defaults of the table, and these settings over them.
fn profile(settings: &[(&str, &str)]) -> Profile {
    let defaults = Zoom.facts().profile_keys.iter().filter_map(|key| Some((key.name, key.default?)));
    Profile {
        name: "meetings".into(),
        vendor: "zoom".into(),
        settings: defaults
            .chain(settings.iter().copied())
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        origins: Default::default(),
        secrets: BTreeMap::from([("client_secret".to_owned(), Secret::known("canary"))]),
        ca_file: None,
        proxy: Default::default(),
        allow_http: false,
        concurrency: None,
        identity: "meetings".into(),
        home: None,
    }
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
