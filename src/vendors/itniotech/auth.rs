//! The signature: MD5 over key, secret and time, without any part of the request (Itniotech, Interface
//! Specification). Anybody with the three headers can sign any body until the time window ends.

use md5::{Digest, Md5};

use crate::model::profile::Profile;
use crate::model::secret::Secret;
use crate::vendors::call::{Place, Slot};

/// The environment variables that a printed command line takes key and secret from.
const KEY_VARIABLE: &str = "TRUNKCTL_API_KEY";
const SECRET_VARIABLE: &str = "TRUNKCTL_API_SECRET";

/// The three headers of one attempt, in the order of the page. The time is not a secret, but has a slot
/// because it changes with every attempt.
pub fn authorise(profile: &Profile, now: u64) -> Vec<Slot> {
    let (key, secret) = (profile.secret("api_key"), profile.secret("api_secret"));
    let sign = match (key.expose(), secret.expose()) {
        (Some(key), Some(secret)) => Secret::known(sign(key, secret, now)),
        _ => Secret::withheld(),
    };
    let shell = format!(
        "$(printf %s \"${{{}}}${{{}}}$TIMESTAMP\" | md5sum | cut -c1-32)",
        key.variable(KEY_VARIABLE),
        secret.variable(SECRET_VARIABLE)
    );
    vec![
        Slot { place: header("Sign"), secret: sign, shell },
        Slot::new(header("Timestamp"), Secret::known(now.to_string()), "$TIMESTAMP"),
        Slot::new(header("Api-Key"), key, KEY_VARIABLE),
    ]
}

fn sign(key: &str, secret: &str, now: u64) -> String {
    let digest = Md5::digest(format!("{key}{secret}{now}"));
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

const fn header(name: &'static str) -> Place {
    Place::Header { name, prefix: "" }
}
