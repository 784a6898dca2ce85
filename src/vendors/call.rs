//! The plain data that vendors and the engine exchange: a request without credentials, how it may be resent,
//! and how its answer is read.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::codes::{After, Code, Heard, find};
use crate::model::error::{FieldError, Kind};
use crate::model::secret::Secret;
use crate::model::text::{excerpt, holds_data};

/// The number of bytes of a page that a fault keeps. It is far more than an error quotes, because a secret
/// that is cut off here could not be recognised later.
pub const QUOTABLE: usize = 4000;

/// An HTTP method that some vendor uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// The name and version of this program, as every request carries it.
pub const USER_AGENT: &str = concat!("trunkctl/", env!("CARGO_PKG_VERSION"));

/// What a request carries.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// A JSON document; its content type is a header of the request.
    Json(Value),
    /// `application/x-www-form-urlencoded`
    Form(Vec<(String, String)>),
    /// `multipart/form-data`, text fields only.
    Multipart(Vec<(String, String)>),
}

/// A request without credentials. Secrets are masked, and each has a [`Slot`] that says what to insert.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address, percent-encoded.
    pub url: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

impl Request {
    /// A request without a body. It names this program, because a vendor may refuse requests that name none.
    pub fn new(method: Method, url: String) -> Self {
        Self { method, url, headers: vec![("User-Agent".into(), USER_AGENT.into())], body: Body::Empty }
    }

    /// Adds a JSON body and its content type.
    #[must_use]
    pub fn json(mut self, content_type: &str, body: Value) -> Self {
        self.headers.push(("Content-Type".into(), content_type.into()));
        self.body = Body::Json(body);
        self
    }
}

/// Where in a request a secret goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A text in the JSON body, by its JSON pointer.
    Json(String),
    /// A header, after a prefix such as `Bearer `.
    Header {
        /// The header's name.
        name: &'static str,
        /// The text before the secret.
        prefix: &'static str,
    },
    /// The password of HTTP Basic authentication.
    Basic {
        /// The user name.
        user: String,
    },
    /// A query parameter, appended to the address.
    Query(&'static str),
}

/// A secret and its place in a request.
#[derive(Debug, Clone)]
pub struct Slot {
    /// The place.
    pub place: Place,
    /// The secret.
    pub secret: Secret,
    /// How a shell gets at it: an environment variable's name, or an expression beginning with `$`.
    pub shell: String,
}

impl Slot {
    /// A slot whose secret a shell finds in the environment variable of its reference, else in `variable`.
    pub fn new(place: Place, secret: Secret, variable: &str) -> Self {
        let shell = secret.variable(variable).to_owned();
        Self { place, secret, shell }
    }
}

/// Whether a call changes anything at the vendor. The method does not say: some vendors delete with GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It only looks.
    Read,
    /// It changes something.
    Write,
    /// It gets or renews a token.
    LogIn,
}

/// How an answer is read: into the value, or into a fault. The thread of the connections does it.
pub type Reader<T> = Arc<dyn Fn(&Response) -> Result<T, Fault> + Send + Sync>;

/// One call of a vendor's API, complete but for credentials.
pub struct Call<T> {
    /// The vendor's own name for it, for logs and messages.
    pub name: &'static str,
    /// The request.
    pub request: Request,
    /// What it does.
    pub effect: Effect,
    /// The vendor's label of its rate limit; empty if none is documented.
    pub label: &'static str,
    /// The secrets of its body.
    pub slots: Vec<Slot>,
    /// Reads its answer.
    pub read: Reader<T>,
}

impl<T> Call<T> {
    /// A call without secrets in its body.
    pub fn new(
        name: &'static str,
        effect: Effect,
        request: Request,
        read: impl Fn(&Response) -> Result<T, Fault> + Send + Sync + 'static,
    ) -> Self {
        Self { name, request, effect, label: "", slots: Vec::new(), read: Arc::new(read) }
    }

    /// Counts it among the calls of that label.
    #[must_use]
    pub fn labelled(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// Adds a secret.
    #[must_use]
    pub fn with(mut self, slot: Slot) -> Self {
        self.slots.push(slot);
        self
    }
}

/// One page of a list, and how to get the next.
pub struct Page<T> {
    /// The rows of this page.
    pub items: Vec<T>,
    /// The number of rows on all pages, according to the vendor.
    pub total: Option<u64>,
    /// How many rows of this page were left out, because an earlier page had given them.
    pub repeated: u64,
    /// The next page, unless this is the last.
    pub next: Option<Call<Page<T>>>,
}

/// A token and its life, in seconds from when it was given.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token that goes with every request.
    pub access: Secret,
    /// How long it lives.
    pub expires_in: u64,
    /// The token that renews it, and how long that one lives.
    pub refresh: Option<(Secret, u64)>,
}

/// An answer of a vendor, as it came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body, undecoded.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that (lower-case) name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The beginning of the body as text, with more than any message quotes: a body can take megabytes.
    pub fn beginning(&self) -> Cow<'_, str> {
        let body = self.body.trim_ascii_start();
        String::from_utf8_lossy(body.get(..4 * QUOTABLE + 4).unwrap_or(body))
    }

    /// A JSON answer, as the simulators give it.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), "application/json".into())],
            // Writing to memory does not fail.
            body: serde_json::to_vec(body).unwrap_or_default(),
        }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }
}

/// The error that a vendor answered.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The kind, and with it the exit code.
    pub kind: Kind,
    /// The vendor's code.
    pub code: Option<String>,
    /// The vendor's text, or our own if the answer could not be read.
    pub text: String,
    /// What it means and what to do, from the vendor's table of codes.
    pub known: Option<&'static Code>,
    /// The fields that the vendor complained about.
    pub fields: Vec<FieldError>,
    /// What the vendor's support asks for.
    pub request_id: Option<String>,
    /// HTTP status.
    pub http: u16,
    /// What may be done next.
    pub after: After,
}

impl Fault {
    /// A fault with the vendor's code. An unknown code is `rejected` and kept as it is; after a 5xx status
    /// without a known code, the outcome is unknown.
    pub fn named(table: &'static [Code], heard: Heard<'_>) -> Self {
        // Searching megabytes for words takes minutes.
        let text = excerpt(heard.text, QUOTABLE);
        let known = find(table, Heard { text: &text, ..heard });
        let open = known.is_none() && heard.http >= 500;
        Self {
            kind: known.map_or(if open { Kind::Unavailable } else { Kind::Rejected }, |row| row.kind),
            code: (!heard.code.is_empty()).then(|| heard.code.to_owned()),
            text,
            known,
            fields: Vec::new(),
            request_id: None,
            http: heard.http,
            after: known.map_or(if open { After::Lost } else { After::GiveUp }, |row| row.after),
        }
    }

    /// An answer that the vendor does not document. With a status below 400 or from 500 on, the request may
    /// or may not have been applied; in between, it was refused before it reached the vendor's API.
    pub fn unreadable(response: &Response, why: &str) -> Self {
        let text = response.beginning();
        // A damaged answer of the vendor could contain a token or a password; an error page cannot.
        let text = if holds_data(&text) { String::new() } else { excerpt(&text, QUOTABLE) };
        let text = if text.is_empty() { why.to_owned() } else { format!("{why}: {text}") };
        Self { text, ..Self::unquoted(response, why) }
    }

    /// The same, for an answer of which nothing may be quoted.
    pub fn unquoted(response: &Response, why: &str) -> Self {
        let (kind, after) = match response.status {
            401 | 403 => (Kind::Auth, After::GiveUp),
            429 => (Kind::RateLimited, After::Later),
            400..500 => (Kind::Rejected, After::GiveUp),
            _ => (Kind::Unavailable, After::Lost),
        };
        let (text, http) = (why.to_owned(), response.status);
        Self { kind, code: None, text, known: None, fields: Vec::new(), request_id: None, http, after }
    }
}
