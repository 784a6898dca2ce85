//! A simulator of a vendor for the sandbox: a pure state machine from request to answer.
//!
//! The simulators are written from the vendors' documentation and never share code with the adapters'
//! request and answer types, so that one misreading cannot confirm itself.

use super::call::Response;

/// A request as it reached the simulator.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// Upper-case method.
    pub method: String,
    /// The path below the simulator's own prefix, still percent-encoded, with its leading slash.
    pub path: String,
    /// The decoded query parameters in order.
    pub query: Vec<(String, String)>,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body, undecoded.
    pub body: Vec<u8>,
    /// Whether page tokens are to have characters that must be percent-encoded.
    pub odd_tokens: bool,
}

impl Incoming {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first query parameter of that name.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A vendor's simulator. It contains all of its state, and gets the time as an argument.
pub trait Simulator: Send {
    /// Answers one request at the given Unix time in seconds.
    fn handle(&mut self, request: &Incoming, now: u64) -> Response;

    /// Refuses a call over a quota: by the second, or of a day that ends at this instant.
    fn over_quota(&self, ends: Option<&str>) -> Response {
        let mut refusal = Response::empty(429);
        refusal.headers.extend(ends.map(|ends| ("Retry-After".to_owned(), ends.to_owned())));
        refusal
    }

    /// The whole state, to be kept between runs.
    fn save(&self) -> serde_json::Value;
}
