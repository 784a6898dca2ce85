//! Turns failures of calls into errors for people and scripts.

use jiff::Timestamp;

use super::pace::NotAdmitted;
use super::redact::Redactor;
use crate::model::error::{Applied, Error, FieldError, Kind};
use crate::model::text::excerpt;
use crate::vendors::Facts;
use crate::vendors::call::{Effect, Fault};
use crate::vendors::codes::After;

/// The maximum length of a vendor's text in a message.
const QUOTE: usize = 300;

/// The parts of a failed call that a message needs.
#[derive(Clone, Copy)]
pub struct Failed<'a> {
    /// The vendor.
    pub facts: &'static Facts,
    /// The vendor's name of the call.
    pub call: &'a str,
    /// What the call does.
    pub effect: Effect,
    /// Masks secrets.
    pub redactor: &'a Redactor,
}

impl Failed<'_> {
    /// The vendor answered with a fault.
    pub fn answered(&self, fault: Fault) -> Error {
        let quoted = excerpt(&self.redactor.scrub(&fault.text), QUOTE);
        let code = fault.code.map(|code| excerpt(&self.redactor.scrub(&code), QUOTE));
        let open = matches!(fault.after, After::Lost | After::Partly | After::Pending);
        let lost = open && self.effect == Effect::Write;
        let kind = if lost { Kind::OutcomeUnknown } else { fault.kind };
        let said = match (&code, quoted.is_empty()) {
            (Some(code), false) => format!("{code}: {quoted}"),
            (Some(code), true) => format!("code {code}"),
            (None, false) => quoted.clone(),
            (None, true) => format!("HTTP {} without a message", fault.http),
        };
        let what = match fault.known {
            Some(row) => format!("{} ({said})", row.meaning.trim_end_matches('.')),
            None => said,
        };
        let mut error = self.error(kind, &what);
        error.vendor_code = code;
        error.vendor_message = (!quoted.is_empty()).then_some(quoted);
        error.http_status = Some(fault.http);
        error.request_id = fault.request_id.map(|id| excerpt(&self.redactor.scrub(&id), QUOTE));
        error.fields = fault
            .fields
            .into_iter()
            .map(|field| {
                let own = |text: &str| excerpt(&self.redactor.scrub(text), QUOTE);
                FieldError::new(own(&field.field), own(&field.message))
            })
            .collect();
        // If the fields only repeat the vendor's text, do not show it twice.
        if error.fields.iter().any(|field| Some(&field.message) != error.vendor_message.as_ref()) {
            error.message = format!("{}: {}", error.message, Error::list(&error.fields));
        }
        error.retryable = matches!(fault.after, After::Later | After::NextDay) || (open && !lost);
        error.hint = if lost {
            Some(UNKNOWN.into())
        } else {
            fault
                .known
                .map(|row| row.remedy.to_owned())
                .or_else(|| self.unknown_code(&error))
                .or_else(|| misled(&error))
        };
        error
    }

    /// The request certainly did not reach the vendor.
    pub fn not_sent(&self, why: &str) -> Error {
        let mut error = self.error(Kind::Unavailable, &self.redactor.scrub(why));
        error.retryable = true;
        error.hint(if [OVERDUE, CROWDED, PACED].contains(&why) {
            "nothing was sent; give the command more time with --deadline"
        } else if why.contains("not valid for name") {
            "set the profile's `base_url` to a name in the certificate"
        } else if why.contains("certificate") {
            "if this is the right server, set the profile's `ca_file` to its certificate or to that of its authority"
        } else {
            "check the address in the profile, the network, and whether the vendor's API is enabled"
        })
    }

    /// The pacer did not allow the request.
    pub fn not_admitted(&self, why: NotAdmitted) -> Error {
        let until_time = match why {
            NotAdmitted::Crowded => return self.not_sent(CROWDED),
            NotAdmitted::Paced => return self.not_sent(PACED),
            NotAdmitted::Limited(time) => time,
        };
        let mut error = self.error(Kind::RateLimited, "the vendor's rate limit is reached; nothing was sent");
        error.retryable = true;
        until(error.hint("try again later, or give the command more time with --deadline"), until_time)
    }

    /// The command was interrupted before the request was sent, or after the vendor had refused it.
    pub fn interrupted(&self) -> Error {
        let what = match self.effect {
            Effect::Write => "the command was interrupted; nothing was applied",
            Effect::Read | Effect::LogIn => "the command was interrupted",
        };
        let mut error = self.error(Kind::Interrupted, what);
        error.retryable = true;
        error
    }

    /// The request was sent, but no complete answer arrived.
    pub fn lost(&self, why: &str) -> Error {
        let unknown = self.effect == Effect::Write;
        let kind = if unknown { Kind::OutcomeUnknown } else { Kind::Unavailable };
        let mut error = self.error(kind, &self.redactor.scrub(why));
        error.retryable = !unknown;
        if unknown { error.hint(UNKNOWN) } else { error.hint("try again later") }
    }

    /// The answer was lost, and a read afterwards shows that nothing was applied.
    pub fn missing(&self, lost: &Error) -> Error {
        let mut error = lost.clone();
        error.kind = Kind::Unavailable;
        error.outcome = Some(Applied::NotApplied);
        error.retryable = true;
        error.message = format!("{}; a read afterwards shows that it was not applied", lost.message);
        error.hint("try again later, or raise --retries")
    }

    /// The vendor's address answered with a redirect. Redirects are never followed, because they could leak secrets.
    pub fn redirected(&self, status: u16, target: &str) -> Error {
        let target = self.redactor.scrub(target.split(['?', '#']).next().unwrap_or_default());
        let target = excerpt(&without_user(&target), QUOTE);
        let mut error = self.error(
            Kind::Unavailable,
            &format!("HTTP {status} redirects to `{target}`; redirects are not followed"),
        );
        error.http_status = Some(status);
        error.hint("if that is the right address, set it as the profile's `base_url`")
    }

    fn error(&self, kind: Kind, what: &str) -> Error {
        let verb = if self.effect == Effect::LogIn { "log-in by " } else { "" };
        let text = format!("{}: {verb}{} failed: {what}", self.facts.title, self.call);
        let mut error = Error::new(kind, text);
        error.vendor = Some(self.facts.name);
        if self.effect == Effect::Write {
            let unknown = kind == Kind::OutcomeUnknown;
            error.outcome = Some(if unknown { Applied::Unknown } else { Applied::NotApplied });
        }
        error
    }

    fn unknown_code(&self, error: &Error) -> Option<String> {
        error
            .vendor_code
            .as_ref()
            .map(|code| format!("{} does not document code {code}; ask its support", self.facts.title))
    }
}

/// The hint for an address that may not belong to the vendor's API.
fn misled(error: &Error) -> Option<String> {
    (error.http_status == Some(404))
        .then(|| "check the profile's `base_url`: this may not be the address of the vendor's API".to_owned())
}

/// The address without a user and password before its host.
fn without_user(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("//") else { return address.to_owned() };
    let host = rest.find('/').unwrap_or(rest.len());
    match rest[..host].rfind('@') {
        Some(at) => format!("{scheme}//{}", &rest[at + 1..]),
        None => address.to_owned(),
    }
}

/// Adds the time from which the vendor accepts requests again, if it is known and the error is retryable.
pub fn until(error: Error, time: Option<Timestamp>) -> Error {
    match time {
        Some(time) if error.retryable => {
            error.hint(format!("try again after {time}; until then the vendor accepts no more requests"))
        }
        _ => error,
    }
}

/// The error if other requests are in progress until the deadline.
const CROWDED: &str =
    "the deadline of the command passed while other requests of the profile were still in progress";

/// The error if the rate limit does not allow a request before the deadline.
const PACED: &str = "the vendor's rate limit does not allow the request before the deadline of the command";

/// The error once the deadline has passed.
pub const OVERDUE: &str = "the deadline of the command has passed";

const UNKNOWN: &str =
    "the request may or may not have been applied: check the state at the vendor before you repeat it";
