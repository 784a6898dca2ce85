//! The shapes of Zoom's answers.

use serde_json::{Value, json};

use crate::vendors::call::Response;

/// What a handler gives back: its answer, or an early refusal.
pub(super) type Answer = Result<Response, Response>;

/// Zoom's error body. Code and HTTP status are independent of each other.
pub(super) fn refusal(http: u16, code: u32, message: &str) -> Response {
    Response::json(http, &json!({ "code": code, "message": message }))
}

/// The wording that the specification has for every bad parameter of these endpoints.
pub(super) fn invalid(parameter: &str) -> Response {
    refusal(400, 300, &format!("Invalid parameter: {parameter}"))
}

/// No such path (code 64041).
pub(super) fn no_route() -> Response {
    refusal(404, 64041, "No route matches this request path.")
}

/// A known path with a method that is unknown or whose formats are undocumented. No source shows a body.
pub(super) fn no_method() -> Response {
    Response::empty(405)
}

/// The refusals of the page "Rate limits": of limits by the second, and of those of a day.
pub(super) fn over_quota(ends: Option<&str>) -> Response {
    let Some(ends) = ends else {
        return refusal(429, 429, "More calls came than the per-second rate limit allows; try again later.");
    };
    let text = "The daily rate limit is used up; the response header says when it ends.";
    let mut refusal = refusal(429, 429, text);
    let headers = [("X-RateLimit-Type", "Daily-limit"), ("Retry-After", ends)];
    refusal.headers.extend(headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    refusal
}

/// The account is unknown, or not a sub account although one is required.
pub(super) fn no_account(id: &str) -> Response {
    refusal(404, 2001, &format!("Account does not exist: {id}."))
}

/// The bad fields of a request, gathered so that one answer names them all.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Value>);

impl Problems {
    pub(super) fn add(&mut self, field: &str, message: &str) {
        self.0.push(json!({ "field": field, "message": message }));
    }

    /// Refuses with the list under that message, if there is any problem.
    pub(super) fn refuse(self, message: &str) -> Result<(), Response> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Response::json(400, &json!({ "code": 300, "message": message, "errors": self.0 })))
    }
}
