//! Puts secrets, or masks, into their places in a copy of a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::model::secret::MASK;
use crate::vendors::call::{Body, Place, Request, Slot};

/// The values for the places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// The secrets themselves, for sending.
    Values,
    /// Masks, for display.
    Masks,
}

/// A required slot has no value, because its secret was not resolved.
#[derive(Debug)]
pub struct Missing;

/// A copy of the request with every slot filled. Fails on a slot without a value, with [`With::Values`] only.
pub fn fill(request: &Request, slots: &[Slot], with: With) -> Result<Request, Missing> {
    let mut copy = request.clone();
    for slot in slots {
        let value = match with {
            With::Values => slot.secret.expose().ok_or(Missing)?.to_owned(),
            With::Masks => MASK.to_owned(),
        };
        put(&mut copy, &slot.place, &value, with);
    }
    Ok(copy)
}

fn put(request: &mut Request, place: &Place, value: &str, with: With) {
    match place {
        Place::Json(pointer) => {
            if let Body::Json(body) = &mut request.body
                && let Some(home) = body.pointer_mut(pointer)
            {
                *home = Value::from(value);
            }
        }
        Place::Header { name, prefix } => {
            request.headers.push(((*name).to_owned(), format!("{prefix}{value}")));
        }
        Place::Basic { user } => {
            let text = match with {
                With::Values => BASE64.encode(format!("{user}:{value}")),
                With::Masks => value.to_owned(),
            };
            request.headers.push(("Authorization".into(), format!("Basic {text}")));
        }
        Place::Query(name) => {
            let text = match with {
                With::Values => utf8_percent_encode(value, NON_ALPHANUMERIC).to_string(),
                With::Masks => value.to_owned(),
            };
            let joint = if request.url.contains('?') { '&' } else { '?' };
            request.url = format!("{}{joint}{name}={text}", request.url);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::Secret;
    use crate::vendors::call::Method;

    fn request() -> Request {
        Request::new(Method::Post, "http://h/p?a=1".into())
            .json("application/json", serde_json::json!({"p": MASK}))
    }

    fn slots(secret: &str) -> Vec<Slot> {
        let places = [
            Place::Json("/p".into()),
            Place::Query("t"),
            Place::Header { name: "X", prefix: "Bearer " },
            Place::Basic { user: "u".into() },
        ];
        places.into_iter().map(|place| Slot::new(place, Secret::known(secret), "V")).collect()
    }

    #[test]
    fn values_are_encoded_for_each_slot() {
        let filled = fill(&request(), &slots("a\"/ &"), With::Values).unwrap();
        assert_eq!(filled.body, Body::Json(serde_json::json!({"p": "a\"/ &"})));
        assert_eq!(filled.url, "http://h/p?a=1&t=a%22%2F%20%26");
        assert!(filled.headers.contains(&("X".into(), "Bearer a\"/ &".into())));
        assert!(filled.headers.contains(&("Authorization".into(), "Basic dTphIi8gJg==".into())));
    }

    #[test]
    fn masks_reveal_nothing_and_a_missing_value_is_never_sent() {
        let filled = fill(&request(), &slots("canary"), With::Masks).unwrap();
        assert!(!format!("{filled:?}").contains("canary"));
        let withheld = [Slot::new(Place::Query("t"), Secret::withheld(), "V")];
        assert!(fill(&request(), &withheld, With::Values).is_err());
    }
}
